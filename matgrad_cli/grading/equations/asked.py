"""A key that asks for a solution: the value of a variable at which the loss is stationary, or a minimum,
under constraints."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction
from itertools import islice, permutations
from typing import Final, Literal

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...ir import Expr, Fill, Symbol, Transpose
from ...ir.memory import remembered
from ...notation.names import canonical_name
from ...records.finding import ProblemReport
from ...verify.solving.system import Solution, solutions, solved_by
from ...verify.solving.unknowns import System
from ..lines.kinds import is_zero, shape_in_words
from ..lines.reading import Read
from ..lines.scope import Surroundings
from ..slips.causes import Slip
from ..slips.terms import shown
from ..slips.witness import not_stationary
from ..task import Asked, Task, whole_derivative
from ..telling import no_plain_number
from .slips import slip_of_equation
from .solved import SolvedBench

Verdict = Literal["right", "wrong", "undecided"]
MOST_READINGS: Final = 24
_MULTIPLIERS: Final = frozenset(
    ("lambda", "mu", "nu", "alpha", "beta", "gamma", "eta", "kappa", "xi", "rho", "tau", "Lambda")
)
_FACTORS: Final = tuple(
    (Fraction(scale, 2), Fraction(sign * by, 2)) for scale in (2, 1) for by in (2, 1, 4) for sign in (1, -1)
)
"""What people multiply the loss and a multiplier by in a Lagrangian."""


def named_multipliers(texts: Iterable[str], taken: Collection[str]) -> tuple[str, ...]:
    """The names in a derivation that may be multipliers: Greek letters that the problem does not use,
    with a number below each where they have one."""
    words = [match for text in texts for match in _NAMED.finditer(text)]
    known = {canonical_name(name) for name in taken}
    found = ((canonical_name(word[1]), word[2]) for word in words)
    names = [f"{name}_{number}" if number else name for name, number in found if name in _MULTIPLIERS - known]
    numbered = {name.rpartition("_")[0] for name in names if "_" in name}
    return tuple(dict.fromkeys(name for name in names if name not in numbered))


_NAMED: Final = regex(r"(\\?[A-Za-z]+|[^\W\d_])(?:_\{?(\d)\}?(?!\d))?")


def readings(asked: Asked, names: tuple[str, ...]) -> Iterator[Asked]:
    """The Lagrangians that a derivation may mean by these names:
    which name belongs to which constraint, its sign and factor."""
    count = len(asked.constraints)
    if not count or len(names) < count:
        yield asked
        return
    each = ((chosen, factors) for factors in _FACTORS for chosen in permutations(names, count))
    for chosen, factors in islice(each, MOST_READINGS):
        yield asked._replace(multipliers=chosen, factors=factors)


def without_lagrangian(report: ProblemReport) -> ProblemReport:
    """The report where the first line with a multiplier follows in no reading:
    the Lagrangian was not understood, and no line is wrong.

    A false solution is wrong whatever led to it.
    """
    if report.final.verdict == "wrong":
        return report
    said = "this was not understood as a line of the Lagrangian"
    lines = tuple(
        replace(line, verdict="undecided", code="undecided", diagnostic=line.diagnostic and replace(
            line.diagnostic, code="undecided", message=said, notes=(), help=None,
            severity="warning")) if line.verdict == "wrong" else line
        for line in report.lines
    )  # fmt: skip
    return replace(report, verdict="undecided", lines=lines, slip=None)


def stationary(loss: Expr, unknowns: tuple[Symbol, ...], stated: Expr | None = None) -> System:
    """The derivatives of the loss by the variables and the multipliers, set to zero; the first one as it was stated."""
    derivatives = [whole_derivative(loss, symbol, "gradient") for symbol in unknowns]
    derivatives[0] = derivatives[0] if stated is None else stated
    return System(tuple((one, Fill(0, one.shape)) for one in derivatives if one is not None), unknowns)


def judged_solution(around: Surroundings, expr: Expr, read: Read | None) -> tuple[Verdict, Slip | None]:
    """Whether an expression is a value of the variable at which the loss is what is asked for."""
    task, value = around.task, around.expanded(expr)
    unknown = task.problem.wrt
    left = next((symbol.name for symbol in task.unknowns if symbol in value.symbols), None)
    if left is not None or value.free or not around.worked_out(value):
        said = f"`{left}` is left in it" if left else "it is not worked out"
        return "undecided", Slip("not-worked-out", f"{said}: a value of `{unknown.name}` is asked for")
    if is_zero(value):
        value = Fill(0, unknown.shape)
    if value.shape is not unknown.shape:
        turned = _turned(around, value, read)
        if turned is not None:
            return "wrong", turned
        return "wrong", Slip(
            "shape-mismatch",
            f"this is {shape_in_words(value.shape)}; `{unknown.name}` is {shape_in_words(unknown.shape)}",
        )
    system = stationary(task.problem.loss, task.unknowns)
    solves = solved_by(task.bench, system, unknown, value)
    if solves is None:
        return "undecided", Slip("undecided", "no data were found at which this has a value")
    if not solves:
        points = SolvedBench(task.bench, _points(task))
        rest = ", or a constraint does not hold" if task.constraints else ""
        said = f"the gradient is not zero at this value of `{unknown.name}`{rest}"
        slip = (
            slip_of_equation(points, (unknown, value), None, read)
            if points.solutions and read is not None
            else Slip("differs", said)
        )
        if slip.code != "differs":
            return "wrong", replace(slip, notes=(said,))
        seen = not_stationary(around, unknown, value, system.equations[0][0]) if len(task.unknowns) == 1 else None
        return "wrong", Slip("differs", said, (seen,) if seen else ())
    if (doubt := no_plain_number(task.bench, value)) is not None:
        return "undecided", Slip("undecided", doubt)
    return judged_kind(task, value)


def _turned(around: Surroundings, value: Expr, read: Read | None) -> Slip | None:
    """The slip of a solution that is written transposed: of a vector as a row, which is another layout."""
    task, unknown = around.task, around.task.problem.wrt
    if (
        value.shape.transposed is not unknown.shape
        or judged_solution(around, turned := Transpose(value), read)[0] != "right"
    ):
        return None
    repair = SolvedBench(task.bench, _points(task)).repair(unknown, turned)
    if repair is None:
        return None
    said = (
        f"this is the solution transposed: {shape_in_words(value.shape)}; `{unknown.name}` is "
        f"{shape_in_words(unknown.shape)}"
    )
    code = "missing-transpose" if unknown.shape.is_matrix else "other-layout"
    return Slip(code, said, help=f"transpose the whole: `{shown(turned)}`", repair=repair)


@remembered(maxsize=512)
def _points(task: Task) -> list[Solution]:
    return solutions(task.bench, stationary(task.problem.loss, task.unknowns))


def judged_kind(task: Task, value: Expr) -> tuple[Verdict, Slip | None]:
    """Whether a stationary point is the kind of point that is asked for;
    where that depends on the data, it is for some of them."""
    if task.asks == "stationary" or task.plain is None:
        return "right", None
    from ...verify.solving.optimum import cases, curvatures, kind_of

    seen = list(curvatures(task.bench, task.plain, value, task.constraints))
    kind = kind_of(seen)
    if kind.startswith(task.asks[:5]) or (
        kind == "unknown" and any(one.startswith(task.asks[:5]) for one, _ in cases(seen))
    ):
        return "right", None
    if kind == "unknown":
        return "undecided", Slip("undecided", f"whether this is a {task.asks} could not be decided")
    found = {"minima": "a minimum", "maxima": "a maximum"}.get(kind, f"a {kind}")
    return "wrong", Slip("differs", f"the gradient is zero there, but it is {found}; a {task.asks} is asked for")
