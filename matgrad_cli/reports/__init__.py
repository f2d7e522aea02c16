"""What a check found, written for people and for machines: one file a family of formats."""
