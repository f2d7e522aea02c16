"""A problem and what was handed in for it: its settings, which piece is the answer, the verdict and the points."""
