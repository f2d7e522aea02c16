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
from .line import derivative
from .opening import Opener
from .spectral import before_unknown

_WORDS = {
    "minimum": "a minimum: from there the loss rises in every direction",
    "maximum": "a maximum: from there the loss falls in every direction",
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
    linear, straight = (
        all(Opener(problem.wrt).terms(one) is not None for one in some) for some in ((gradient,), constraints)
    )
    seen = curvatures(judge, problem, value, constraints, quadratic=linear)
    kind = cast("PointKind", kind_of(seen))
    if kind in ("saddle", "unknown") and problem.wrt.shape.is_square and holds(value, "symmetric", problem):
        inside = cast(
            "PointKind", kind_of(curvatures(judge, problem, value, constraints, symmetric=True, quadratic=linear))
        )
        if inside in ("minimum", "maximum"):
            others = "a saddle" if kind == "saddle" else "of a kind that depends on the data"
            said = Sentence(f"a local {inside} among the symmetric matrices, and {others} among all matrices")
            among = (inside, Sentence("{0} is symmetric", (("0", problem.wrt),)))
            evidence = "seen at random data, also along symmetric directions alone, not proved"
            return Extremum(kind, said, evidence, (among,), local=True)
    hessian = _hessian(problem, gradient) if linear else None
    if straight and not linear and not problem.wrt.shape.is_matrix:
        hessian = derivative(problem, order=2)
        linear = hessian is not None and problem.wrt not in hessian.symbols
    if hessian is not None and (constraints or not linear):  # if it is not definite, only the free directions count
        hessian = hessian if any(_definite(hessian, one, problem) for one in ("minimum", "maximum")) else None
    evidence, local = f"seen at {len(seen)} random data of all signs, not proved", not (linear and straight)
    if kind == "unknown":
        return _conditional(seen, hessian, evidence, local)
    bound = ", as far as the constraints allow" if constraints else ""
    definite = hessian is not None and _definite(hessian, kind, problem)
    if definite:
        evidence = f"its form says so, and so do its eigenvalues at {len(seen)} random data"
    why = _reason(problem, hessian, kind, definite)
    local &= why is None and kind != "saddle"
    return Extremum(kind, why or Sentence(nearby(_WORDS[kind], local) + bound), evidence, local=local)


def nearby(words: str, local: bool) -> str:
    """`a local minimum` for `a minimum`, where no more was looked at."""
    return words.replace("a ", "a local ", 1) if local else words


def _definite(hessian: Expr, kind: PointKind, problem: Problem) -> bool:
    """Whether the form of a Hessian and the facts say that it is definite: 2S, −S, AᵀA/s + P⁻¹."""
    upward = hessian if kind == "minimum" else textbook(neg(hessian), problem)
    return bool(holds(upward, "positive" if hessian.shape.is_number else "spd", problem))


def _conditional(seen: Sequence[Seen], hessian: Expr | None, evidence: str, local: bool) -> Extremum:
    """A kind that depends on the data, and when it is which."""
    if not seen:
        return Extremum("unknown", Sentence(NOT_FOUND), "no data were found at which to look")
    found = [(cast("PointKind", kind), _condition(where)) for kind, where in cases(seen)]
    if found:
        said, values = [], list[tuple[str, Value]]()
        for number, (kind, condition) in enumerate(found):
            renamed = {name: f"{number}{name}" for name, _ in condition.values}
            where = condition.template.format(**{name: f"{{{new}}}" for name, new in renamed.items()})
            said.append(f"{nearby(SHORT[kind], local)} if {where}")
            values += [(renamed[name], value) for name, value in condition.values]
        text = ", and ".join(said) + ("; otherwise it depends on the data" if len(found) == 1 else "")
        return Extremum("unknown", Sentence(text, tuple(values)), evidence, tuple(found), local)
    text = f"it depends on the data what kind of point this is: {nearby('a minimum', local)} where"
    if hessian is None:
        return Extremum("unknown", Sentence(f"{text} the second derivative is positive in every direction"), evidence)
    text += " the Hessian {matrix} is positive definite, a maximum where it is negative definite"
    return Extremum("unknown", Sentence(text, (("matrix", hessian),)), evidence)


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
    sign, number = "positive" if kind == "minimum" else "negative", hessian.shape.is_number
    second = "second derivative {matrix} is" if number else "Hessian {matrix} is"
    kind_said = f"a {kind}: the {second} {sign}{'' if number else ' definite'}"
    given = "" if definite or kind == "maximum" else " where it is invertible"
    each = ", for each column" if problem.wrt.shape.is_matrix else ""
    return Sentence(kind_said + given + each, (("matrix", hessian),))
