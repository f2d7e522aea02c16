"""What is said, as blocks in order; each format prints every kind of block in its own way."""
