"""What people hold, read as keys, problems and rows: pure functions from a text, without any judging."""
