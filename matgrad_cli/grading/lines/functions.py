r"""Functions stated with a letter of their own, `h_\theta(x) = \sigma(\theta^T x)`, `g(z) = 1/(1+e^{-z})`: put in where called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics import Source
from ...diagnostics.record import replace
from ...documents.passage import Passage
from ...notation import syntax as s
from ...notation.latex.lines import split_line
from ...notation.latex.names import FUNCTIONS, letter_name
from .scope import Surroundings
from .syntax_walk import rebuilt

_STATED = re.compile(
    r"(?:^|[,;&]|\\q?quad|where|Let|let|\})\s*(?P<name>\\?[A-Za-z]+)(?:_\{?(?P<below>\\?[A-Za-z]+)\}?)?\s*(?:\\left)?"
    r"\((?P<letter>\\?[A-Za-z]+)(?:\\right)?\)\s*(?::?=|&=|\\coloneqq)\s*(?P<body>[^,;]*?)(?=$|[,;]\s*(?:\\q?quad|\\text|$)|\\q?quad|\.\s*$)"
)
_NEVER = frozenset(("d", "D", "delta", "sigma", "partial", "nabla", "mathrm", "I", "e"))


def find_functions(around: Surroundings, rows: Sequence[tuple[int, Passage]], source: Source) -> None:
    """Notes the functions that the rows state with a letter that has no other meaning."""
    for _, row in rows:
        for match in _STATED.finditer(row.text):
            name, letter = letter_name(match["name"].lstrip("\\")), letter_name(match["letter"].lstrip("\\"))
            below = letter_name(match["below"].lstrip("\\")) if match["below"] else ""
            whole = f"{name}_{below}" if below else name
            single = len(match["letter"].lstrip("\\")) == 1
            if name in _NEVER or name in FUNCTIONS or around.known(name) or around.valued(letter) or not single or whole in around.formulas:
                continue
            line = split_line(match["body"], source.name, around.names())
            node = line.statements[0].sides[0].node if line.statements else None
            names = {part.name for part in s.parts_of(node) if isinstance(part, s.Name)} if node is not None else set()
            if node is not None and letter in names and whole not in names:
                around.formulas[whole] = letter, node


def put_in(node: s.Node, around: Surroundings) -> s.Node:
    """The tree with every call of a stated function replaced by its formula at the argument."""

    def change(part: s.Node) -> s.Node:
        if not isinstance(part, s.Apply) or part.function not in around.formulas or len(part.arguments) != 1 or part.options:
            return part
        letter, body = around.formulas[part.function]
        argument = s.Group(part.span, part.arguments[0])

        def at_argument(inner: s.Node) -> s.Node:
            if isinstance(inner, s.Name) and inner.name == letter:
                return argument
            return replace(inner, span=part.span)

        return s.Group(part.span, rebuilt(body, at_argument))

    return rebuilt(node, change) if around.formulas else node


def states_function(node: s.Node | None, around: Surroundings) -> bool:
    """Whether a left side is such a function at its own letter."""
    node = s.ungrouped(node) if node is not None else None
    if not isinstance(node, s.Apply) or node.function not in around.formulas or len(node.arguments) != 1:
        return False
    argument = node.arguments[0]
    return isinstance(argument, s.Name) and argument.name == around.formulas[node.function][0]
