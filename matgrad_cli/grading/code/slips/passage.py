"""The text of an expression of code, in which parts can be replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....verify.programs.names import each
from .around import Edit


class Passage:
    """An expression and its text, in which parts can be replaced."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(f"({text})", mode="eval").body
        self.data = f"({text})".encode()
        lines = self.data.split(b"\n")
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def place(self, node: ast.expr) -> tuple[int, int]:
        """The bytes of a part."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr) -> str:
        """The text of a part."""
        start, end = self.place(node)
        return self.data[start:end].decode()

    def with_(self, node: ast.expr, new: str) -> str:
        """The whole text with another text for a part."""
        start, end = self.place(node)
        whole = (self.data[:start] + new.encode() + self.data[end:]).decode()
        return whole[1:-1]

    def edit(self, node: ast.expr, code: str, message: str, new: str) -> Edit:
        """The edit that puts another text for a part."""
        return Edit(code, message, self.with_(node, new))

    def limits(self) -> set[ast.AST]:
        """The parts of comparisons: how far off one is, few points tell."""
        return {*each(ast.AST, *each(ast.Compare, self.tree))}

    def nodes(self) -> Iterator[ast.expr]:
        """All parts that are expressions by themselves, from the left: a `:` stands in an index alone."""
        parts = [node for node in each(ast.expr, self.tree) if hasattr(node, "end_lineno")]
        found = [
            node
            for node in parts
            if not any(isinstance(part, ast.Slice) for part in (node, *getattr(node, "elts", ())))
        ]
        return iter(sorted(found, key=lambda node: (self.place(node)[0], -self.place(node)[1])))


def passage_of(text: str) -> Passage | None:
    """The expression, where the text is one."""
    try:
        return Passage(text)
    except (SyntaxError, ValueError):
        return None


def wrapped(text: str, tight: bool = True) -> str:
    """The text in brackets where it would not hold together as a factor."""
    node = ast.parse(f"({text})", mode="eval").body
    loose = isinstance(node, ast.IfExp | ast.Compare | ast.BoolOp | ast.Lambda)
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        loose = tight or isinstance(node.op, ast.Add | ast.Sub)
    return f"({text})" if loose else text


def turned(text: str) -> str:
    """The text transposed."""
    return text[: -len(".T")] if text.endswith(".T") else f"{wrapped(text)}.T"
