"""A problem that is judged many times: read once, its judge and its reference derivative shared by all who answer
it."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from ..diagnostics import Diagnostic, InputError, Label, MatgradError, Source, Span
from ..diagnostics.record import record, replace
from ..facts import Fact, Problem
from ..facts.holding import holds
from ..ir import Entry, Expr, Index, MatrixOf, Partial, Symbol, Transpose, fresh_index, letters_in
from ..ir.memory import lasting
from ..notation.names import canonical_name
from ..records.layout import is_turned
from .bench import Bench
from .lines.kinds import places_at


@record
class Task:
    """A problem in a layout, with its judge and the derivative that is asked for (None if it has more than two
    indices).

    `unknowns` are the variable, and what else the key `wrt` names: the multipliers of a Lagrangian. Where a solution is
    asked for, `plain` is the problem without its constraints, and the problem that of their Lagrangian.
    """

    problem: Problem
    bench: Bench
    layout: str
    syntax: str | None
    wanted: Expr | None
    letters: tuple[Index, ...]
    declared: tuple[Symbol, ...] = ()
    unknowns: tuple[Symbol, ...] = ()
    asks: str = "gradient"
    plain: Problem | None = None
    constraints: tuple[Expr, ...] = ()
    numbered: frozenset[str] = frozenset()
    order: int = 1

    __eq__ = object.__eq__  # it is kept, and is the same one for all who answer
    __hash__ = object.__hash__

    @property
    def names(self) -> frozenset[str]:
        """The names that have a shape."""
        return frozenset(symbol.name for symbol in (*self.problem.variables, *self.declared))


MOST_TASKS = 128
"""So many problems are kept ready, with their points."""
Key = tuple[str, str, str, str, str | None, str]


class Asked(NamedTuple):
    """What is asked for: a derivative of which order; or a `stationary` point, a `minimum`, a `maximum`,
    under constraints.

    `syntax` is the language of the answer, where it is another one than the question's. `seed` draws sizes and points
    that who answers cannot know.

    `multipliers` are the names that the Lagrangian has for those of the constraints,
    `factors` what it multiplies the loss and these by.
    """

    order: int = 1
    of: str = "gradient"
    constraints: tuple[str, ...] = ()
    multipliers: tuple[str | None, ...] = ()
    factors: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))
    syntax: str | None = None
    seed: int = 0


def _release(task: Task | MatgradError) -> None:
    if isinstance(task, Task):
        task.bench.forget()


@lasting(MOST_TASKS, _release)
def _task(key: Key, asked: Asked) -> Task | MatgradError:
    loss, wrt, shapes, assume, syntax, layout = key
    first, *others = [name for name in wrt.split(",") if name.strip()] or [wrt]
    try:
        plain, constraints = _read(loss, first, shapes, assume, asked.constraints, syntax)
        problem, multipliers = plain, tuple[Symbol, ...]()
        if constraints:
            problem, multipliers = _constrained(plain, constraints, asked)
        if asked.order == 2:
            problem = _gradient_of(problem, layout)
        unknowns = (problem.wrt, *(_variable(name, problem) for name in others), *multipliers)
    except MatgradError as error:
        return error
    letters = derivative_letters(problem)
    wanted = whole_derivative(problem.loss, problem.wrt, layout)
    beside, numbered = _beside(problem, shapes)
    bench, written = Bench(problem, asked.seed), asked.syntax or syntax
    bench.lasting = wanted
    return Task(
        problem,
        bench,
        layout,
        written,
        wanted,
        letters,
        beside,
        unknowns,
        asked.of,
        plain,
        constraints,
        numbered,
        asked.order,
    )


def _read(
    loss: str, wrt: str, shapes: str, assume: str, constraints: tuple[str, ...], syntax: str | None
) -> tuple[Problem, tuple[Expr, ...]]:
    said = (shapes,) if shapes else (), (assume,) if assume else ()
    if constraints:
        from ..stationary.question import read_optimum

        return read_optimum(loss, wrt, *said, constraints, syntax)
    from ..notation.problems import read_problem

    return read_problem(loss, wrt, *said, syntax), ()


def _constrained(plain: Problem, constraints: tuple[Expr, ...], asked: Asked) -> tuple[Problem, tuple[Symbol, ...]]:
    """The problem of the Lagrangian, and its multipliers: of what is symmetric, WᵀW − I, no other part than the
    symmetric one of a multiplier counts."""
    from ..stationary.question import lagrangian, multiplier_of

    names = asked.multipliers or (None,) * len(constraints)
    named = enumerate(zip(constraints, names, strict=True))
    multipliers = tuple(multiplier_of(plain, one, number, name) for number, (one, name) in named)
    pairs = zip(multipliers, constraints, strict=True)
    alike = (one for one, constraint in pairs if one.shape.is_matrix and holds(constraint, "symmetric", plain))
    facts = (*plain.facts, *(Fact(one, "symmetric") for one in alike))
    return replace(lagrangian(plain, constraints, multipliers, asked.factors), facts=facts), multipliers


def _gradient_of(problem: Problem, layout: str) -> Problem:
    """The problem whose derivative is the second one of this problem."""
    first = whole_derivative(problem.loss, problem.wrt, layout)
    if first is None:
        raise InputError(
            Diagnostic("key-value", "`order` is 2, and the first derivative has more than two indices already")
        )
    return replace(problem, loss=first)


def _variable(name: str, problem: Problem) -> Symbol:
    """A further variable of the loss by its name."""
    plain = canonical_name(name.strip())
    found = next((symbol for symbol in problem.variables if canonical_name(symbol.name) == plain), None)
    if found is None:
        known = ", ".join(f"`{symbol.name}`" for symbol in problem.variables)
        raise InputError(Diagnostic("unknown-name", f"the loss has no variable `{name.strip()}`", Source("wrt", name),
                                    (Label(Span(0, len(name))),), (f"its variables are {known}",)))  # fmt: skip
    return found


def _beside(problem: Problem, shapes: str) -> tuple[tuple[Symbol, ...], frozenset[str]]:
    """Names that have a declared shape and do not stand in the loss: an answer may use them;
    and the families declared by their x_i."""
    from ..notation.latex.families import families
    from ..notation.shapes.shape_text import read_shapes

    taken = {symbol.name for symbol in problem.variables}
    entries = {name: entry.shape for name, entry in read_shapes((shapes,) if shapes else ()).items()}
    single, *_ = families(entries, problem.source, dict(problem.members))
    letters = {name.rpartition("_")[0] for name in entries.keys() - single.keys()}
    numbered = frozenset(name for letter in letters for name in (letter, letter.upper()))
    return tuple(Symbol(name, shape) for name, shape in single.items() if name not in taken), numbered


def task_for(key: Key, asked: Asked = Asked()) -> Task:
    """The task of these texts; raises the error of the reader each time it is asked for."""
    found = _task(key, asked)
    if isinstance(found, MatgradError):
        raise found
    return found


def derivative_letters(problem: Problem) -> tuple[Index, ...]:
    """Letters for the derivative: the sides of the loss first, then those of the variable."""
    taken = {symbol.name for symbol in problem.variables} | {
        name for symbol in problem.variables for side in symbol.shape.dims for name in side.names
    }
    found: list[Index] = []
    for shape, wish in ((problem.loss.shape, "pqijkl"), (problem.wrt.shape, "stklab")):
        for side in shape.dims:
            found.append(fresh_index(side, taken | {index.name for index in found}, [*wish]))
    return tuple(found)


def whole_derivative(body: Expr, variable: Symbol, layout: str) -> Expr | None:
    """The whole pending derivative ∂body/∂variable as an array in the layout; None if it has more than two indices."""
    sides = [*body.shape.dims, *variable.shape.dims]
    if len(sides) > 2:
        return None
    taken = {letter.name for letter in letters_in(body)}
    found: list[Index] = []
    for side in sides:
        found.append(fresh_index(side, taken | {index.name for index in found}, ["s", "t", "k", "l", "i", "j"]))
    own, by = places_at(body.shape, found), places_at(variable.shape, found[len(body.shape.dims) :])
    result: Expr = Partial(body if body.shape.is_number else Entry(body, *own), variable, *by)
    if found:
        result = MatrixOf(
            *(by if body.shape.is_number else own if variable.shape.is_number else (found[0], found[1])), result
        )
    if is_turned(layout, body.shape, variable.shape):
        return Transpose(result)
    return result


@lasting(MOST_TASKS, lambda _: None)
def worked_out(problem: Problem, layout: str) -> Expr | None:
    """The derivative as the index method writes it, for naming its terms: it never decides what is right.
    None where it is stuck."""
    from ..rewrite.derive import derive

    try:
        return derive(problem, layout=layout).result.matrix
    except (MatgradError, ValueError, RecursionError):
        return None
