"""From the syntax tree to typed expressions; every misfit told with both operands."""
