"""What a derivation supposes: where the loss has a derivative at all.
Each condition is stated once, unless a fact already says it."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Problem
from ..facts.conditions import said_of
from ..facts.holding import holds
from ..ir import Call, Expr, Inverse, MatrixPower, nodes_of
from ..records import Sentence
from .forms.algebra import is_root
from .textbook.normal import split_power


def _known(node: Expr, word: str, problem: Problem) -> bool:
    return holds(node, word, problem) is True


KINK = "(there may be no derivative there)"
_NOT_ZERO = ("nonzero", f"{{0}} is not 0 {KINK}", f"no entry of {{0}} is 0 {KINK}")
_POSITIVE = ("positive", said_of("positive", True), said_of("positive", False))
_INVERTIBLE = said_of("invertible", False)
_NEEDS = {
    "logdet": (("spd", said_of("det_positive", False)),),
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), (_POSITIVE,)),
    **dict.fromkeys(("abs", "sign", "relu", "step", "norm1"), (_NOT_ZERO,)),
    **dict.fromkeys(("nuclear", "pinv"), (("", "{0} has full rank"),)),
    "hardmax": (("", f"the greatest entry of {{0}} is alone {KINK}"),),
    "hardmax0": (("", f"the greatest entry of each column of {{0}} is alone {KINK}"),),
    "hardmax1": (("", f"the greatest entry of each row of {{0}} is alone {KINK}"),),
    "eigmax": (("symmetric", "{0} is symmetric"), ("", "the largest eigenvalue of {0} is simple")),
    "spectral": (("", "the largest singular value of {0} is simple"),),
    "norm": (("nonzero", f"{{0}} is not 0 {KINK}"),),
}
"""What each function needs of its argument: the fact that says so already, and the sentence (of a number,
of an array)."""


def _of_call(node: Call, problem: Problem) -> Iterator[Sentence]:
    name, inner = node.function, node.argument
    if isinstance(inner, Call) and inner.function == "det" and name in ("log", "log2", "log10"):
        name, inner = "logdet", inner.argument
    for fact, *said in _NEEDS.get(name, ()) if name == "logdet" or problem.wrt in inner.symbols else ():
        if not fact or not _known(inner, fact, problem):
            yield Sentence(said[0 if inner.shape.is_number else -1], (("0", inner),))


def _of_node(node: Expr, problem: Problem, squared: set[Expr]) -> Iterator[Sentence]:
    if isinstance(node, Call) and not (node.function == "norm" and node in squared):
        yield from _of_call(node, problem)
    elif isinstance(node, Inverse) or (isinstance(node, MatrixPower) and node.exponent < 0):
        if not _known(node.children[0], "invertible", problem):
            yield Sentence(_INVERTIBLE, (("0", node.children[0]),))
    elif is_root(node) and problem.wrt in (base := node.children[0]).symbols and not _known(base, "positive", problem):
        yield Sentence(_POSITIVE[1 if node.shape.is_number else 2], (("0", base),))


def assumptions_of(problem: Problem, result: Expr) -> tuple[Sentence, ...]:
    """The conditions under which the derivation holds, each once:
    of the loss in reading order, then those of its result alone.

    ∂det(X)/∂X = det(X) X⁻ᵀ is said with an inverse, so it holds where X has one.
    """
    loss = problem.loss
    squared = {base for base, power in map(split_power, nodes_of(loss)) if power > 1 and power.denominator == 1}
    found: dict[Sentence, None] = {}
    for node in nodes_of(loss):
        for one in _of_node(node, problem, squared):
            found[one] = None
    inverted = (one.values for one in found if one.template in (_INVERTIBLE, said_of("det_positive", False)))
    said = {value for values in inverted for _, value in values}
    for node in nodes_of(result):
        if isinstance(node, Call) and node.function.startswith("hardmax"):  # where it cancels nothing is needed
            found |= dict.fromkeys(_of_call(node, problem))
        if isinstance(node, Inverse) and node.body not in said and not _known(node.body, "invertible", problem):
            found[Sentence(_INVERTIBLE, (("0", node.body),))] = None
    return tuple(map(for_each, found))


def domain_of(problem: Problem) -> list[tuple[str, Expr]]:
    """What must be positive, or have a positive determinant, for the loss to have a value, as far as it holds the
    variable: the fact, and of what it must hold."""
    words = {said_of(word, number): word for word in ("positive", "det_positive") for number in (True, False)}
    found = [
        (words.get(said.template), value) for said in assumptions_of(problem, problem.loss) for _, value in said.values
    ]
    return [(word, of) for word, of in found if word and isinstance(of, Expr) and problem.wrt in of.symbols]


def for_each(said: Sentence) -> Sentence:
    """What is said of each term of a sum names the letters of the sum: for each i, 1 − y_i (Xw)_i is not 0."""
    free = {letter for _, value in said.values if isinstance(value, Expr) for letter in value.free}
    letters = tuple((letter.name, letter) for letter in sorted(free))
    if not letters:
        return said
    return Sentence(
        f"for each {', '.join(f'{{{name}}}' for name, _ in letters)}, {said.template}", (*said.values, *letters)
    )
