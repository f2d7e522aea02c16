"""What may have been meant: a loss that does not fit with `*` is tried with `@`, and proposed only if it then fits."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import InputError, Span
from .. import syntax as s


def with_matrix_products(text: str, tree: s.Node) -> str | None:
    """The text with `@` for every `*` between parts that are no literal numbers; None where there is none."""
    places = sorted({place for node in s.parts_of(tree) for place in _star(text, node)}, reverse=True)
    for place in places:
        text = text[:place] + "@" + text[place + 1 :]
    return text if places else None


def further(columns: InputError, arrays: InputError) -> InputError:
    """Of the faults of the two readings the one that stands further on in the text;
    that of the columns if neither does.

    What the reading of arrays has passed is a sum that only stretching makes fit, so its own fault is the true one:
    `log_softmax(X@W + b)` lacks an axis whatever `b` is.
    """
    first, second = _place(columns), _place(arrays)
    if first is None or second is None or first == second:
        return columns
    encloses = second.start <= first.start and first.end <= second.end
    return arrays if encloses or second.start >= first.end else columns


def _place(error: InputError) -> Span | None:
    """From the first to the last character that the error points at."""
    spans = [label.span for label in error.diagnostic.labels]
    return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def _star(text: str, node: s.Node) -> Iterator[int]:
    """Where the `*` of a product of two parts stands."""
    if isinstance(node, s.Binary) and node.operator == "*":
        left, right = s.ungrouped(node.left), s.ungrouped(node.right)
        while isinstance(left, s.Binary) and left.operator == "*":
            left = s.ungrouped(left.right)
        place = text.find("*", node.left.span.end, node.right.span.start)
        if place >= 0 and not isinstance(left, s.Literal_) and not isinstance(right, s.Literal_):
            yield place
