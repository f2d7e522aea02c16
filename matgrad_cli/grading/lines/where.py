r"""An answer that names its parts: `2Zw, \text{ where } Z = X^\top X`, as our own results do, and `2Zw, \quad Z = X^\top X`."""

from __future__ import annotations

import re
from typing import Final

from ...diagnostics import Source
from ...notation import syntax as s
from ...notation.latex.lines import split_line
from .scope import Surroundings
from .syntax_walk import rebuilt

_WHERE: Final = re.compile(
    r"\bwhere\b|,(?:\s|\\[,;:! ]|\\q?quad(?![A-Za-z])|\\text\{\s*(?:with|and)?\s*\})*(?=\\?[A-Za-z]+(?:_\w|_\{\w+\})?\s*:?=)"
)
_MOST: Final = 8
"""So many names are put in; each may hold the one before it twice."""


def before_where(text: str) -> str:
    """The text up to the word `where`, or to a comma outside of brackets behind which a name gets its value."""
    found = (match.start() for match in _WHERE.finditer(text) if match[0] == "where" or _closed(text[: match.start()]))
    return next((text[:at] for at in found), text)


def _closed(text: str) -> bool:
    return all(text.count(left) <= text.count(right) for left, right in ("()", "[]", "{}"))


def with_parts(text: str, around: Surroundings) -> s.Node | None:
    """The formula before `where` with the names behind it replaced by what they stand for; None where the text is nothing of the kind."""
    if before_where(text) == text:
        return None
    statements = split_line(text, "answer", around.names(), source=Source("answer", text)).statements
    if not 2 <= len(statements) <= _MOST + 1 or statements[0].sides[-1].node is None:
        return None
    values: dict[str, s.Node] = {}
    for statement in statements[1:]:
        name = s.ungrouped(statement.sides[0].node) if statement.sides[0].node is not None else None
        value = statement.sides[-1].node
        if not isinstance(name, s.Name) or value is None or len(statement.sides) != 2 or around.known(name.name):
            return None
        values[name.name] = value
    node: s.Node = statements[0].sides[-1].node

    def told(part: s.Node) -> s.Node:
        value = values.get(part.name) if isinstance(part, s.Name) else None
        return part if value is None else s.Group(part.span, value)

    for _ in values:  # a value may hold names that are explained before or after it
        node = rebuilt(node, told)
    return node
