"""Lines of entries read back into matrices; derivatives with more letters laid out flat."""
