"""When a slip of form is not certain: it rests on a name without a value, or on a ∇ that may reach further than it was read."""

from __future__ import annotations

from ...diagnostics import Diagnostic
from ...notation import syntax as s
from ..lines.directions import unknown
from ..lines.scope import Surroundings
from ..lines.syntax_walk import Path, is_index, walk
from .causes import Slip


def doubt(diagnostic: Diagnostic, tree: s.Node, around: Surroundings) -> Slip | None:
    """Why what does not fit may fit under another reading; None if it is false under every value of every name.

    Only what the message points at counts: shapes that clash beside an unknown name clash whatever its value.
    """
    here = _smallest(tree, diagnostic)
    inside = [(path, part) for path, part in walk(tree) if path[: len(here)] == here]
    letters = {part.name for path, part in walk(tree) if isinstance(part, s.Name) and is_index(tree, path)}
    for _, part in inside:
        if isinstance(part, s.Name) and part.name not in letters and unknown(around, part.name) and part.name not in around.sizes():
            return Slip("unknown-name", f"the name `{part.name}` is not known here", span=part.span)
    for path, part in inside:
        by = s.ungrouped(part.variable) if isinstance(part, s.Derivative) and part.variable is not None else None
        if isinstance(by, s.Name) and not around.valued(by.name):
            return Slip("not-a-variable", f"a derivative is taken by a variable, `{by.name}` is none", span=part.span)
        if isinstance(part, s.Derivative) and part.body is None and path != here:
            return Slip("undecided", "it is not clear what is differentiated here", span=part.span)
    return None


def _smallest(tree: s.Node, diagnostic: Diagnostic) -> Path:
    """Where the smallest part is that holds every place of the message; the whole if it has none."""
    if not diagnostic.labels:
        return ()
    start = min(label.span.start for label in diagnostic.labels)
    end = max(label.span.end for label in diagnostic.labels)
    holding = [(part.span.end - part.span.start, path) for path, part in walk(tree) if part.span.start <= start and end <= part.span.end]
    return min(holding, default=(0, ()))[1]
