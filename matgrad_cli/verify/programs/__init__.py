"""Programs of arrays, read and never run: an interpreter of its own over Python's syntax trees, with a budget."""
