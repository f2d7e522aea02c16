r"""Values by cases in LaTeX: `\begin{cases} value & condition \\ … \end{cases}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..syntax import Cases, Node

if TYPE_CHECKING:
    from .atoms import Atoms


def cases(reader: Atoms) -> Node:
    """The table of cases that begins here."""
    opening = reader.token
    close = reader.closing(reader.at)
    branches: list[tuple[Node, str]] = []
    first = reader.at + 1
    for where in range(reader.at + 1, close + 1):
        if where < close and reader.tokens[where].kind != "linebreak":
            continue
        if where > first:
            branches.append(_branch(reader, first, where))
        first = where + 1
    reader.at = close + 1
    return Cases(reader.span(opening, reader.last), tuple(branches))


def _branch(reader: Atoms, first: int, past: int) -> tuple[Node, str]:
    """One value and the words of its condition."""
    split = next((place for place in range(first, past) if reader.tokens[place].kind in ("gap", "text")), past)
    end = split - 1 if split > first and reader.tokens[split - 1].text == "," else split
    value = reader.inside(first, end)
    words: list[str] = []
    for token in reader.tokens[split:past]:
        if token.kind not in ("gap",) and token.text.strip().lower() not in ("if", "for", "when", "and"):
            words.append(token.text)
        elif token.text.strip().lower() == "and":
            words.append(",")
    return value, " ".join(words)
