"""Python files: their functions, classes and cells as units to judge, and what their words tell of shapes."""
