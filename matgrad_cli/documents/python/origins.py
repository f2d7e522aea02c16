"""Where the parts of an expression stand that is put together from many lines of code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...diagnostics import Span
from ...diagnostics.regex import regex
from ..passage import Origin, Passage

_PLACE = "place"
_LINE = regex(r"^.*$", re.MULTILINE)


def as_it_stands(tree: ast.Module, text: str, code: str) -> ast.Module:
    """The tree of a text that was made from code by setting lines in or out; its expressions know their places in the
    code."""
    places = _line_places(text, code)
    lines = text.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and node.end_lineno is not None and node.end_col_offset is not None:
            start = _place(lines, places, node.lineno, node.col_offset)
            end = _place(lines, places, node.end_lineno, node.end_col_offset)
            if start is not None and end is not None:
                setattr(node, _PLACE, Span(start, end))
    return tree


def put_together(whole: ast.expr, code: str) -> Passage:
    """The expression as a text whose parts point into the code; what stands nowhere points to its beginning."""
    text = ast.unparse(whole)
    begun = len(code) - len(code.lstrip())
    again = ast.parse(text, mode="eval").body
    return Passage(text, 0, (begun,) * (len(text) + 1), tuple(_origins(whole, again, text)))


def _origins(whole: ast.expr, again: ast.expr, text: str) -> Iterator[Origin]:
    """Where each part of the text stands; both trees are of the same form, as far as they are compared."""
    encoded = text.encode()
    waiting: list[tuple[ast.AST, ast.AST]] = [(whole, again)]
    while waiting:
        one, other = waiting.pop()
        if type(one) is not type(other):
            continue
        place = getattr(one, _PLACE, None)
        if place is not None and isinstance(other, ast.expr) and other.lineno == other.end_lineno == 1:
            start, end = (len(encoded[:column].decode()) for column in (other.col_offset, other.end_col_offset or 0))
            yield Span(start, end), place
        parts = list(ast.iter_child_nodes(one)), list(ast.iter_child_nodes(other))
        if len(parts[0]) == len(parts[1]):
            waiting += zip(*parts, strict=True)


def _line_places(text: str, code: str) -> list[tuple[int, int] | None]:
    """For each line of the text how far it is set in, and where its first sign stands in the code."""
    found: list[tuple[int, int] | None] = []
    left = [(line[0].strip(), line.end() - len(line[0].lstrip())) for line in _LINE.finditer(code)]
    number = 0
    for line in text.split("\n"):
        same = next((at for at in range(number, len(left)) if left[at][0] == line.strip()), None)
        found.append(None if same is None else (len(line) - len(line.lstrip()), left[same][1]))
        number = number if same is None else same + 1
    return found


def _place(lines: list[str], places: list[tuple[int, int] | None], line: int, column: int) -> int | None:
    found = places[line - 1] if line <= len(places) else None
    if found is None:
        return None
    return found[1] + len(lines[line - 1].encode()[:column].decode()) - found[0]
