"""What a derivation supposes: where the loss has a derivative at all. Each condition is stated once, unless a fact already says it."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Problem
from ..facts.holding import holds
from ..ir import Call, Expr, Eye, Inverse, MatrixPower, Number, Power, add, hadamard, mul, nodes_of
from ..records import Sentence
from .forms.algebra import flip
from .textbook.simplifier import textbook


def _known(node: Expr, word: str, problem: Problem) -> bool:
    return holds(node, word, problem) is True


def _of_call(node: Call, problem: Problem) -> Iterator[Sentence]:
    inner = node.argument
    if node.function == "logdet" and not _known(inner, "spd", problem):
        yield Sentence("det({A}) > 0", (("A", inner),))
    elif node.function in ("log", "log2", "log10"):
        if isinstance(inner, Call) and inner.function == "det":
            if not _known(inner.argument, "spd", problem):
                yield Sentence("det({A}) > 0", (("A", inner.argument),))
        elif not _known(inner, "positive", problem) and problem.wrt in inner.symbols:
            yield Sentence("{A} > 0" if inner.shape.is_number else "every entry of {A} is positive", (("A", inner),))
    elif node.function == "sqrt" and problem.wrt in inner.symbols and not _known(inner, "positive", problem):
        yield Sentence("{A} > 0", (("A", inner),))
    elif node.function in ("abs", "sign", "relu", "step", "norm1") and problem.wrt in inner.symbols:
        where = "{A} is not 0" if inner.shape.is_number else "no entry of {A} is 0"
        yield Sentence(f"{where} (there is no derivative there)", (("A", inner),))
    elif (node.function == "nuclear" and problem.wrt in inner.symbols) or (node.function == "pinv" and problem.wrt in inner.symbols):
        yield Sentence("{A} has full rank", (("A", inner),))
    elif node.function == "eigmax" and problem.wrt in inner.symbols:
        if not _known(inner, "symmetric", problem):
            yield Sentence("{A} is symmetric", (("A", inner),))
        yield Sentence("the largest eigenvalue of {A} is simple", (("A", inner),))
    elif node.function == "spectral" and problem.wrt in inner.symbols:
        yield Sentence("the largest singular value of {A} is simple", (("A", inner),))


def _of_node(node: Expr, problem: Problem, squared: set[Expr]) -> Iterator[Sentence]:
    if isinstance(node, Inverse) and not _known(node.body, "invertible", problem):
        yield Sentence("{A} is invertible", (("A", node.body),))
    elif isinstance(node, MatrixPower) and node.exponent < 0 and not _known(node.base, "invertible", problem):
        yield Sentence("{A} is invertible", (("A", node.base),))
    elif isinstance(node, Call):
        if node.function == "norm" and node not in squared and problem.wrt in node.symbols:
            yield Sentence("{A} is not 0 (there is no derivative there)", (("A", node.argument),))
        yield from _of_call(node, problem)
    elif _is_root(node) and problem.wrt in node.children[0].symbols and not _known(node.children[0], "positive", problem):
        yield Sentence("{A} > 0", (("A", node.children[0]),))


def _is_root(node: Expr) -> bool:
    return isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value.denominator != 1


def _is_whole_power(node: Expr) -> bool:
    if not isinstance(node, Power) or not isinstance(node.exponent, Number):
        return False
    return node.exponent.value.denominator == 1 and node.exponent.value > 0


def assumptions_of(problem: Problem, result: Expr) -> tuple[Sentence, ...]:
    """The conditions under which the derivation holds, each once: of the loss in reading order, then those of its result alone.

    ∂det(X)/∂X = det(X) X⁻ᵀ is said with an inverse, so it holds where X has one.
    """
    loss = problem.loss
    squared = {node.children[0] for node in nodes_of(loss) if _is_whole_power(node)}
    found: dict[Sentence, None] = {}
    for node in nodes_of(loss):
        for one in _of_node(node, problem, squared):
            found[one] = None
    said = {value for one in found if one.template in _INVERTIBLE for _, value in one.values}
    for node in nodes_of(result):
        if isinstance(node, Inverse) and node.body not in said and not _known(node.body, "invertible", problem):
            found[Sentence("{A} is invertible", (("A", node.body),))] = None
    return tuple(found)


_INVERTIBLE = frozenset(("{A} is invertible", "det({A}) > 0"))


def notes_of(problem: Problem, gradient: Expr | None) -> tuple[Sentence, ...]:
    """What should be said beside the result: which gradient is meant for a symmetric variable, and what the other one is."""
    wrt = problem.wrt
    if gradient is None or not wrt.shape.is_matrix or gradient.shape is not wrt.shape or not problem.loss.shape.is_number:
        return ()
    if not holds(wrt, "symmetric", problem):
        return ()
    both = textbook(add(gradient, flip(gradient), mul(Number(-1), hadamard(gradient, Eye(wrt.shape.rows)))), problem)
    return (
        Sentence(
            "here the entries of {X} move independently; if {X} must stay symmetric, so that each entry moves together with its "
            "mirror image, the gradient G becomes G + Gᵀ − G ∘ I = {H}",
            (("X", wrt), ("H", both)),
        ),
    )
