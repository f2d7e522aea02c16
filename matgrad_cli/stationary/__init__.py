"""From a gradient to the point where it is zero: one move of equations at a time."""
