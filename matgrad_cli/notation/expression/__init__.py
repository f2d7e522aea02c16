"""The expression language: Python's operators with NumPy's meaning, read into a syntax tree."""
