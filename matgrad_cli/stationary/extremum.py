"""What kind of point it is where a gradient is zero: by the eigenvalues of the second derivative, by the loss at other
points, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from ..facts import Problem
from ..facts.holding import holds
from ..ir import Expr, Inverse, neg, nodes_of
from ..records import Sentence, Value
from ..records.solution import Extremum, PointKind
from ..rewrite.textbook.simplifier import textbook
from ..verify.judge import Judge
from ..verify.solving.optimum import ALONE, Seen, cases, curvatures, elsewhere, has_room, kind_of, of_signs
from ..verify.solving.variants import NATURAL, SAID, Where
from .line import derivative
from .opening import Opener
from .spectral import before_unknown

_WORDS = {
    "minimum": "from there the loss rises in every direction",
    "maximum": "from there the loss falls in every direction",
    "minima": "the loss falls in no direction, and stays the same in some",
    "maxima": "the loss rises in no direction, and stays the same in some",
    "saddle": "the loss rises in some directions and falls in others",
    "beside": "the loss rises on one side and falls on the other",
}
_BETTER = 1e-6
CLEAR = 1e-3
"""Another point is better if its loss differs by this part: under a constraint such points are known to rounding."""
NOT_FOUND = "it was not found out what kind of point this is"
SHORT = {
    "minimum": "a minimum",
    "minima": "a minimum among many",
    "maximum": "a maximum",
    "maxima": "a maximum among many",
    "saddle": "a saddle",
}


def extremum_at(
    judge: Judge, problem: Problem, gradient: Expr, value: Expr, constraints: tuple[Expr, ...], needed: Iterable[Expr]
) -> Extremum:
    """What kind of point it is, by the eigenvalues of the second derivative; and why, where its form says so; or where,
    by the signs of data, and of numbers that are `needed` for the solution."""
    deciding = tuple(one for one in dict.fromkeys(needed) if one.shape.is_number and problem.wrt not in one.symbols)
    opened = Opener(problem.wrt).terms
    linear, straight = opened(gradient) is not None, all(opened(one) is not None for one in constraints)
    hessian = _hessian(problem, gradient, linear, straight)
    quadratic = linear or (hessian is not None and problem.wrt not in hessian.symbols)
    if hessian is not None and (constraints or not quadratic):  # if not definite, only the free directions count
        hessian = hessian if any(_definite(hessian, one, problem) for one in ("minimum", "maximum")) else None
    known = quadratic and straight  # such a loss rises for ever where it rises

    def better(kind: str, some: Sequence[Seen]) -> tuple[float, int]:
        """How much better the best of other points is, and how many were looked at."""
        if known or kind == "saddle":
            return 0, 1
        lower, higher, count = elsewhere(judge, problem, constraints, some)
        return lower if kind.startswith("min") else higher, count

    def at_data(where: Where = ()) -> Iterator[Seen]:
        return curvatures(judge, problem, value, constraints, linear, deciding, where)

    def told() -> Iterator[tuple[PointKind, Where, bool]]:
        """The kinds for data of some signs, and whether nearby alone; of entries nothing is said where these are
        inverted: their signs are not those of what an inverse makes of them, whatever some data say."""
        inverted = any(isinstance(node, Inverse) for node in nodes_of(value))
        for kind, where in sorted(cases(seen, at_data), key=lambda one: one[1][0][1] not in NATURAL):
            if not (inverted and any("entries" in sign for _, sign in where)):
                yield cast("PointKind", kind), where, _local(*better(kind, of_signs(seen, where)))

    found = list(at_data())
    seen = [one for one in found if one.kind != ALONE] or found
    kind, where = cast("PointKind", kind_of(seen)), ""
    evidence = f"seen at {len(seen)} random data of all signs, not proved"
    if not seen:
        return Extremum("unknown", Sentence(NOT_FOUND), "no data were found at which to look")
    if seen[0].kind == ALONE and has_room(judge, problem, constraints):
        return Extremum("unknown", Sentence(NOT_FOUND), "no data were found at which the constraints leave it free")
    if seen[0].kind == ALONE:
        return Extremum("unknown", Sentence("no other point near it satisfies the constraints"), evidence)
    if kind == "unknown" and not (by_signs := list(told())):
        larger = [one for one in seen if len(one.at.laid(problem.wrt).data) > 1]
        kind, where = cast("PointKind", kind_of(larger)), ", where {unknown} has more than one entry"
    if kind == "unknown":
        return _conditional(by_signs, hessian, evidence, known)
    definite = hessian is not None and _definite(hessian, kind, problem)
    if definite:
        evidence = f"its form says so, and so do its eigenvalues at {len(seen)} random data"
    why = _reason(problem, hessian, kind, definite)
    if why is not None:
        return Extremum(kind, why, evidence)
    said = _WORDS["beside" if kind == "saddle" and problem.wrt.shape.is_number else kind] + where
    said += ", as far as the constraints allow" if constraints else ""
    size, count = better(kind, seen)
    word, local = "lower" if kind.startswith("min") else "higher", _local(size, count)
    if local and size > CLEAR:
        said += f"; elsewhere it is {word}"
    elif not (known or local or kind == "saddle"):
        said += f", and at none of {count} other points it is {word}"
    values = (("unknown", problem.wrt),) if where else ()
    return Extremum(kind, Sentence(f"{nearby(SHORT[kind], local)}: {said}", values), evidence, local=local)


def _local(size: float, count: int) -> bool:
    """Whether some other point is better by this size, or nothing is known of points far away."""
    return size > _BETTER or not count


def nearby(words: str, local: bool) -> str:
    """`a local minimum` for `a minimum`, where no more was looked at."""
    return words.replace("a ", "a local ", 1) if local else words


def _definite(hessian: Expr, kind: PointKind, problem: Problem) -> bool:
    """Whether the form of a Hessian and the facts say that it is definite: 2S, −S, AᵀA/s + P⁻¹."""
    upward = hessian if kind == "minimum" else textbook(neg(hessian), problem)
    return bool(holds(upward, "positive" if hessian.shape.is_number else "spd", problem))


def _conditional(
    told: Sequence[tuple[PointKind, Where, bool]], hessian: Expr | None, evidence: str, known: bool
) -> Extremum:
    """A kind that depends on the data, and when it is which."""
    local, said, values = any(near for *_, near in told), [], list[tuple[str, Value]]()
    found = tuple((kind, _condition(where)) for kind, where, _ in told)
    for number, (kind, condition) in enumerate(found):
        renamed = {name: f"{number}{name}" for name, _ in condition.values}
        where = condition.template.format(**{name: f"{{{new}}}" for name, new in renamed.items()})
        said.append(f"{nearby(SHORT[kind], local)} if {where}")
        values += [(renamed[name], value) for name, value in condition.values]
    if found:
        text = ", and ".join(said) + ("; otherwise it depends on the data" if len(found) == 1 else "")
        return Extremum("unknown", Sentence(text, tuple(values)), evidence, found, local)
    second = "second derivative is {} in every direction" if hessian is None else "Hessian {{matrix}} is {} definite"
    signs = (("minimum", "positive"), ("maximum", "negative"))
    low, high = (f"{nearby(SHORT[kind], not known)} where the {second.format(sign)}" for kind, sign in signs)
    text = f"it depends on the data what kind of point this is: {low}, {high}"
    return Extremum("unknown", Sentence(text, () if hessian is None else (("matrix", hessian),)), evidence)


def _condition(where: Where) -> Sentence:
    """λ > 0 and A is positive definite."""
    names = [f"s{number}" for number in range(len(where))]
    text = " and ".join(SAID[sign].replace("{0}", f"{{{name}}}") for name, (_, sign) in zip(names, where, strict=True))
    return Sentence(text, tuple((name, symbol) for name, (symbol, _) in zip(names, where, strict=True)))


def _hessian(problem: Problem, gradient: Expr, linear: bool, straight: bool) -> Expr | None:
    """The second derivative; of a matrix the one that stands before the unknown, where the gradient is linear."""
    if not linear or problem.wrt.shape.is_number:
        return derivative(problem, order=2) if straight and not problem.wrt.shape.is_matrix else None
    ours = [term for term in Opener(problem.wrt).terms(gradient) or () if term.core]
    return None if not ours or any(term.right or term.turned for term in ours) else before_unknown(problem, ours)


def _reason(problem: Problem, hessian: Expr | None, kind: str, definite: bool) -> Sentence | None:
    """The Hessian, and the fact that decides."""
    if kind not in ("minimum", "maximum") or hessian is None:
        return None
    sign, number = "positive" if kind == "minimum" else "negative", hessian.shape.is_number
    whole = "" if problem.source else " of the loss as it is solved"
    second = f"second derivative {{matrix}}{whole} is" if number else f"Hessian {{matrix}}{whole} is"
    kind_said = f"a {kind}: the {second} {sign}{'' if number else ' definite'}"
    given = "" if definite else " where it is not zero" if number else " where it is invertible"
    each = ", for each column" if problem.wrt.shape.is_matrix else ""
    return Sentence(kind_said + given + each, (("matrix", hessian),))
