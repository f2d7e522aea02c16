"""Rules tested against numbers before they act."""
