"""The derivative set to zero: equations are right where the solutions of what stands before satisfy them;
their slips."""
