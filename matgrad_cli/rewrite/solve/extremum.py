"""What kind of point it is where a gradient is zero: by the eigenvalues of the second derivative, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ...facts import Problem
from ...facts.holding import holds
from ...ir import Expr, neg
from ...records import Sentence, Value
from ...records.solution import Extremum, PointKind
from ...verify.judge import Judge
from ...verify.solving.optimum import Seen, Where, cases, curvatures, kind_of
from ...verify.solving.variants import SAID
from ..textbook.simplifier import textbook
from .opening import Opener
from .spectral import before_unknown

_WORDS = {
    "minimum": "a minimum: the second derivative is positive in every direction",
    "maximum": "a maximum: the second derivative is negative in every direction",
    "minima": "a minimum among many: the loss falls in no direction, and stays the same in some",
    "maxima": "a maximum among many: the loss rises in no direction, and stays the same in some",
    "saddle": "a saddle: the loss rises in some directions and falls in others",
}
NOT_FOUND = "it was not found out what kind of point this is"
SHORT = {
    "minimum": "a minimum",
    "minima": "a minimum among many",
    "maximum": "a maximum",
    "maxima": "a maximum among many",
}


def extremum_at(judge: Judge, problem: Problem, gradient: Expr, value: Expr, constraints: tuple[Expr, ...]) -> Extremum:
    """What kind of point it is, by the eigenvalues of the second derivative; and why, where its form says so."""
    linear = Opener(problem.wrt).terms(gradient) is not None
    seen = curvatures(judge, problem, value, constraints, quadratic=linear)
    kind = cast("PointKind", kind_of(seen))
    if kind in ("saddle", "unknown") and problem.wrt.shape.is_square and holds(value, "symmetric", problem):
        inside = cast(
            "PointKind", kind_of(curvatures(judge, problem, value, constraints, symmetric=True, quadratic=linear))
        )
        if inside in ("minimum", "maximum"):
            others = (
                "a saddle among all matrices"
                if kind == "saddle"
                else "of a kind that depends on the data among all matrices"
            )
            said = Sentence(f"a {inside} among the symmetric matrices, and {others}")
            among = (inside, Sentence("{0} is symmetric", (("0", problem.wrt),)))
            return Extremum(
                kind,
                said,
                "seen in its eigenvalues at random data, also along symmetric directions alone, not proved",
                (among,),
            )
    hessian = _hessian(problem, gradient)
    if constraints and (hessian is None or not any(_definite(hessian, one, problem) for one in ("minimum", "maximum"))):
        hessian = None  # where it is not definite, only the free directions count
    evidence = f"seen in its eigenvalues at {len(seen)} random data of all signs, not proved"
    if kind == "unknown":
        return _conditional(seen, hessian, evidence)
    bound = ", as far as the constraints allow" if constraints else ""
    definite = hessian is not None and _definite(hessian, kind, problem)
    if definite:
        evidence = f"its form says so, and so do its eigenvalues at {len(seen)} random data"
    return Extremum(kind, _reason(problem, hessian, kind, definite) or Sentence(_WORDS[kind] + bound), evidence)


def _definite(hessian: Expr, kind: PointKind, problem: Problem) -> bool:
    """Whether the form of a Hessian and the facts say that it is definite: 2S, −S, AᵀA/s + P⁻¹."""
    upward = hessian if kind == "minimum" else textbook(neg(hessian), problem)
    return bool(holds(upward, "spd", problem))


def _conditional(seen: Sequence[Seen], hessian: Expr | None, evidence: str) -> Extremum:
    """A kind that depends on the data, and when it is which."""
    if not seen:
        return Extremum("unknown", Sentence(NOT_FOUND), "no data were found at which to look")
    found = [(cast("PointKind", kind), _condition(where)) for kind, where in cases(seen)]
    if found:
        said, values = [], list[tuple[str, Value]]()
        for number, (kind, condition) in enumerate(found):
            renamed = {name: f"{number}{name}" for name, _ in condition.values}
            said.append(
                f"{SHORT[kind]} if {condition.template.format(**{name: f'{{{new}}}' for name, new in renamed.items()})}"
            )
            values += [(renamed[name], value) for name, value in condition.values]
        text = ", and ".join(said) + ("; otherwise it depends on the data" if len(found) == 1 else "")
        return Extremum("unknown", Sentence(text, tuple(values)), evidence, tuple(found))
    text = "it depends on the data what kind of point this is"
    if hessian is not None:
        return Extremum("unknown", Sentence(f"{text}: a minimum where the Hessian {{matrix}} is positive definite, "
            f"a maximum where it is "
                                            "negative definite", (("matrix", hessian),)), evidence)  # fmt: skip
    return Extremum(
        "unknown", Sentence(f"{text}: a minimum where the second derivative is positive in every direction"), evidence
    )


def _condition(where: Where) -> Sentence:
    """λ > 0 and A is positive definite."""
    names = [f"s{number}" for number in range(len(where))]
    text = " and ".join(SAID[sign].replace("{0}", f"{{{name}}}") for name, (_, sign) in zip(names, where, strict=True))
    return Sentence(text, tuple((name, symbol) for name, (symbol, _) in zip(names, where, strict=True)))


def _hessian(problem: Problem, gradient: Expr) -> Expr | None:
    """The one matrix before the unknown where the gradient is linear."""
    terms = Opener(problem.wrt).terms(gradient)
    ours = [term for term in terms or () if term.core]
    if not ours or any(term.right or term.turned for term in ours) or problem.wrt.shape.is_number:
        return None
    return before_unknown(problem, ours)


def _reason(problem: Problem, hessian: Expr | None, kind: str, definite: bool) -> Sentence | None:
    """The Hessian, and the fact that decides."""
    if kind not in ("minimum", "maximum") or hessian is None:
        return None
    kind_said = (
        "a minimum: the Hessian {matrix} is positive definite"
        if kind == "minimum"
        else "a maximum: the Hessian {matrix} is negative definite"
    )
    given = "" if definite or kind == "maximum" else " where it is invertible"
    each = ", for each column" if problem.wrt.shape.is_matrix else ""
    return Sentence(kind_said + given + each, (("matrix", hessian),))
