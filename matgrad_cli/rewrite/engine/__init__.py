"""One rule at one place: match, apply, record."""
