"""Derivations as LaTeX and Markdown."""
