"""Results as programs: NumPy, PyTorch, JAX, SymPy."""
