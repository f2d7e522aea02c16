"""Rows that may be about another function than the loss, or about other entries than all: they are doubted, never called wrong."""

from __future__ import annotations

import re

from ...diagnostics.regex import regex
from ...notation import syntax as s
from .rows import Line, derives, head_of, lone, names_of

_ANEW = regex(
    r"(?:(?<!loss )(?<!cost )(?<!objective )functions?(?: such as| like|:)|\b(?:let|consider|take|example|e\.g\.))\W*$", re.IGNORECASE
)


class Others:
    """What the rows of a problem say beside its loss."""

    def __init__(self, loss: str | None) -> None:
        self.loss = loss
        self.told_last: str | None = None
        self.in_loss: set[str] = set()
        self.diagonal = False

    def note(self, line: Line, states_loss: bool) -> None:
        """Takes in a row that was judged."""
        head = head_of(line.outline)
        self.told_last = lone(head) or self.told_last
        self.diagonal = self.diagonal or len(_twice_by(head)) == 1
        if states_loss:
            self.in_loss |= names_of(line)

    def why(self, line: Line, stated: bool) -> str | None:
        """Why a row that does not follow is not called wrong: its function has another name or none, or is `stated` anew."""
        head = head_of(line.outline)
        if not derives(head):
            anew = stated and lone(head) == self.loss is not None and _ANEW.search(line.formula.before[-40:])
            return "a name that is given another value" if anew else None
        what = head
        while isinstance(what, s.Derivative):
            what = s.ungrouped(what.body) if what.body is not None else None
        if what is None and self.told_last not in self.in_loss | {None, self.loss}:
            return f"the derivative of `{self.told_last}` may be meant"
        name = lone(what)
        if self.loss is not None and name is not None and name != self.loss and name.lower() == self.loss.lower():
            return "another function"
        return "the entries off the diagonal may be meant" if self.diagonal and len(_twice_by(head)) > 1 else None


def _twice_by(head: s.Node | None) -> set[str]:
    """The indices j, k of a second derivative by entries, `∂²f/∂w_j∂w_k`."""
    if not isinstance(head, s.Derivative) or not isinstance(head.body, s.Derivative):
        return set()
    return {index.name for index in (*head.indices, *head.body.indices) if isinstance(index, s.Name)}
