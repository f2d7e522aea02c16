"""Functions that are written out where they are read: einsum as a sum over its letters, the loss functions of torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from ...diagnostics import Span
from .. import syntax as s

Options = tuple[tuple[str, str], ...]


def composed(span: Span, name: str, arguments: tuple[s.Node, ...], options: Options) -> s.Node | None:
    """The tree that a call stands for; None for a function that is no abbreviation, or that is not called as it must be."""
    if name == "einsum":
        return _einsum(span, arguments, options)
    if name in _WRITTEN and not options and len(arguments) == _WRITTEN[name][0]:
        return _WRITTEN[name][1](span, *arguments)
    loss = _LOSSES.get(name)
    reduction = dict(options).get("reduction", "mean")
    if loss is None or len(arguments) != 2 or reduction not in ("mean", "sum") or any(key != "reduction" for key, _ in options):
        return None
    terms, rows = loss(span, *arguments)
    if not rows:
        return s.Apply(span, reduction, (terms,))
    total = s.Apply(span, "sum", (terms,))
    return total if reduction == "sum" else s.Binary(span, "/", total, s.Apply(span, "shape", (arguments[0],), (("axis", "0"),)))


def _einsum(span: Span, arguments: tuple[s.Node, ...], options: Options) -> s.Node | None:
    """`einsum('ij,jk->ik', A, B)`: the array whose entries are sums of products of entries."""
    texts = [value.replace(" ", "") for key, value in options if key == "text"]
    if len(texts) != len(options) or len(texts) != 1 or not arguments:
        return None
    left, arrow, right = texts[0].partition("->")
    groups = left.split(",")
    letters = "".join(groups)
    if not arrow:
        right = "".join(sorted(letter for letter, count in Counter(letters).items() if count == 1))
    sides = len(groups) == len(arguments) and all(1 <= len(group) <= 2 for group in groups) and len(right) <= 2
    if not sides or not letters.isalpha() or len(set(right)) != len(right) or not set(right) <= set(letters):
        return None
    body: s.Node | None = None
    for group, argument in zip(groups, arguments, strict=True):
        entry = s.Subscript(span, argument, tuple(s.Name(span, letter) for letter in group))
        body = entry if body is None else s.Binary(span, "*", body, entry)
    assert body is not None
    summed = [s.Name(span, letter) for letter in dict.fromkeys(letters) if letter not in right]
    if summed:
        body = s.Sigma(span, tuple(summed), (None,) * len(summed), body)
    if not right:
        return body
    own = [s.Name(span, letter) for letter in right]
    return s.EntriesOf(span, (own[0], own[1] if len(own) > 1 else None), (None, None), body)


def _logaddexp(span: Span, left: s.Node, right: s.Node) -> s.Node:
    first, second = (s.Apply(span, "exp", (part,)) for part in (left, right))
    return s.Apply(span, "log", (s.Binary(span, "+", first, second),))


def _sinc(span: Span, x: s.Node) -> s.Node:
    """NumPy's sin(πx)/(πx)."""
    inner = s.Group(span, s.Binary(span, "*", s.Name(span, "pi"), s.Group(x.span, x)))
    return s.Group(span, s.Binary(span, "/", s.Apply(span, "sin", (inner,)), inner))


_WRITTEN: Final[dict[str, tuple[int, Callable[..., s.Node]]]] = {"logaddexp": (2, _logaddexp), "sinc": (1, _sinc)}


def _minus(span: Span, left: s.Node, right: s.Node) -> s.Node:
    return s.Group(span, s.Binary(span, "-", left, s.Group(right.span, right)))


def _square(span: Span, left: s.Node, right: s.Node) -> tuple[s.Node, bool]:
    return s.Binary(span, "**", _minus(span, left, right), s.Literal_(span, Fraction(2), "2")), False


def _distance(span: Span, left: s.Node, right: s.Node) -> tuple[s.Node, bool]:
    return s.Apply(span, "abs", (_minus(span, left, right),)), False


def _from_logits(span: Span, logits: s.Node, target: s.Node) -> tuple[s.Node, bool]:
    """softplus(z) − y z, which is −y log σ(z) − (1 − y) log(1 − σ(z))."""
    product = s.Binary(span, "*", s.Group(span, target), s.Group(span, logits))
    return s.Binary(span, "-", s.Apply(span, "softplus", (logits,)), product), False


def _binary(span: Span, chance: s.Node, target: s.Node) -> tuple[s.Node, bool]:
    one = s.Literal_(span, Fraction(1), "1")
    first = s.Binary(span, "*", s.Group(span, target), s.Apply(span, "log", (chance,)))
    second = s.Binary(span, "*", _minus(span, one, target), s.Apply(span, "log", (_minus(span, one, chance),)))
    return s.Negative(span, s.Group(span, s.Binary(span, "+", first, second))), False


def _entropy(span: Span, logits: s.Node, target: s.Node) -> tuple[s.Node, bool]:
    """−Y ∘ log softmax(Z) along the rows; the mean is over the rows. Y has a row of probabilities, or a single 1, for every sample."""
    logs = s.Apply(span, "log_softmax", (logits,), (("axis", "1"),))
    return s.Negative(span, s.Binary(span, "*", s.Group(span, target), logs)), True


_LOSSES: Final[dict[str, Callable[[Span, s.Node, s.Node], tuple[s.Node, bool]]]] = {
    "mse_loss": _square, "l1_loss": _distance, "binary_cross_entropy_with_logits": _from_logits, "binary_cross_entropy": _binary,
    "cross_entropy": _entropy,
}
