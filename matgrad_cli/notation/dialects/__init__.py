"""Losses as other programs write them: MATLAB, Julia, SymPy, matrixcalculus.org, Mathematica, R."""

from __future__ import annotations

from ..scope import Syntax
from ..syntax import Node


def parsed(text: str, syntax: Syntax, source_name: str = "loss") -> Node:
    """The syntax tree of a text of the expression language or of a dialect."""
    if syntax == "numpy":
        from ..expression.reader import parse

        return parse(text, source_name)
    from .reader import parse_dialect

    return parse_dialect(text, syntax, source_name)
