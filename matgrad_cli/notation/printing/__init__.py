"""Typed expressions as text: of the language, in Unicode, in LaTeX."""
