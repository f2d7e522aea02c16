"""What is certain of a slip of form: it may rest on a name without a value,
or on a ∇ that may reach further than it was read."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import Diagnostic, Span
from ...ir import Dim
from ...notation import syntax as s
from ..lines.directions import unknown
from ..lines.scope import Surroundings
from ..lines.syntax_walk import Path, inner, names, walk
from .causes import Slip


def doubt(diagnostic: Diagnostic, tree: s.Node, around: Surroundings) -> Slip | None:
    """Why what does not fit may fit under another reading; None if it is false under every value of every name.

    Only what the message points at counts: shapes that clash beside an unknown name clash whatever its value.
    """
    here = _smallest(tree, diagnostic)
    inside = [(path, part) for path, part in walk(tree) if path[: len(here)] == here]
    for part in s.parts_of(tree):
        match part:
            case s.Differential_(_, s.Subscript(span, s.Name(_, name))) if name in around.losses:  # df_X(H)
                return Slip("undecided", f"at which place `{name}` is differentiated here is not certain", span=span)
            case s.Subscript(span, s.Name(own, name)) if name in around.losses and own == inside[0][1].span:
                return _with_index(name, span)
            case s.Subscript(span, s.Derivative(own, s.Name(_, name), style="nabla"), indices) if (
                name in around.losses and len(indices) > 1 and inside[0][1].span in (span, own)
            ):
                return _with_index(name, span)  # ∇E_in
    letters = {name.name for name in names(tree, index=True)}
    for _, part in inside:
        open_ = isinstance(part, s.Name) and part.name not in letters | around.sizes().keys()
        if open_ and isinstance(part, s.Name) and (part.name in around.unconfirmed or unknown(around, part.name)):
            return Slip("unknown-name", f"the name `{part.name}` is not known here", span=part.span)
    for path, part in inside:
        by = inner(part.variable) if isinstance(part, s.Derivative) else None
        if isinstance(by, s.Name) and not around.valued(by.name):
            return Slip("not-a-variable", f"a derivative is taken by a variable, `{by.name}` is none", span=part.span)
        if isinstance(part, s.Derivative) and part.body is None and path != here:
            return Slip("undecided", "it is not clear what is differentiated here", span=part.span)
    return None


def _with_index(name: str, span: Span) -> Slip:
    return Slip("unknown-name", f"what `{name}` is with an index is not known here", span=span)


def other_side(tree: s.Node, around: Surroundings) -> Slip | None:
    r"""The slip of `\sum_{i=1}^{d} X_{ik}` with an n×d matrix X:
    a limit is the length of one side, and its letter counts the other.

    Every other part of a range may be right: a sum to r of n entries, where the rest is 0,
    or one limit above two letters.
    """
    for sigma in s.parts_of(tree):
        if not isinstance(sigma, s.Sigma):
            continue
        for letter, limit in zip(sigma.letters, sigma.bounds, strict=True):
            size = (
                around.sizes().get(limit.name) if isinstance(limit, s.Name) and sigma.bounds.count(limit) == 1 else None
            )
            if limit is None or size is None:
                continue
            for name, counted, sides in _matrices(sigma.body, around):
                own = [side for index, side in zip(counted, sides, strict=True) if index == letter.name]
                if size in sides and own and size not in own and own[0].names:
                    message = (
                        f"the sum over `{letter.name}` goes to {size}, and it counts the side of `{name}` "
                        f"that has {own[0]}"
                    )
                    help = rf"write `\sum_{{{letter.name}=1}}^{{{own[0]}}}`, or exchange the indices"
                    return Slip("free-index-mismatch", message, help=help, span=limit.span)
    return None


def _matrices(body: s.Node, around: Surroundings) -> Iterator[tuple[str, list[str], tuple[Dim, ...]]]:
    """The entries of known matrices: the name, the letters that count, the sides."""
    for part in s.parts_of(body):
        match part:
            case s.Subscript(_, s.Name(_, name), (_, _) as indices):
                value = around.value(name)
                if value is not None and len(value.shape.dims) == 2:
                    yield name, [getattr(s.ungrouped(index), "name", "") for index in indices], value.shape.dims


def _smallest(tree: s.Node, diagnostic: Diagnostic) -> Path:
    """Where the smallest part is that holds every place of the message; the whole if it has none."""
    if not diagnostic.labels:
        return ()
    start = min(label.span.start for label in diagnostic.labels)
    end = max(label.span.end for label in diagnostic.labels)
    holding = [
        (part.span.end - part.span.start, path)
        for path, part in walk(tree)
        if part.span.start <= start and end <= part.span.end
    ]
    return min(holding, default=(0, ()))[1]
