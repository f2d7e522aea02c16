"""Textbook form: rules that shorten an expression, in the order of rules/methods/shared/textbook.toml,
one at a time."""
