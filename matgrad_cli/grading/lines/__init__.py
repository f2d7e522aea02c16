"""What one side of a line says: read in the scope of its derivation."""
