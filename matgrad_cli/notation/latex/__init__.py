"""LaTeX as people write it, read into a syntax tree."""
