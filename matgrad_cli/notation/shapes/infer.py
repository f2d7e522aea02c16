"""Shapes by unification: what a name is used for says what it is; what stays open is decided by habit, and said."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...diagnostics.record import field, record
from ...ir import NUMBER, Dim, Shape
from .. import syntax as s
from ..expression.brackets import AS_COLUMN, AS_ROW
from ..expression.vocabulary import canonical_function
from ..scope import Scope
from .solver import Solver
from .unify import Form, Side, join, merge
from .uses import capitals_beside_vectors, later
from .uses_of_functions import function_form, is_unknown
from .uses_of_indices import binder_form, derivative_of, names_of_lengths, numbered_capitals, slice_form, subscript_form

_BINDERS = frozenset((s.Sigma, s.EntriesOf, s.MapsTo))


@record
class Inference:
    """What was found: shapes of names, dimensions of free letters, and the sizes at places (`I`, bound letters)."""

    shapes: Mapping[str, Shape]
    letters: Mapping[str, Dim]
    places: Mapping[int, Form]
    bound: Mapping[tuple[int, str], Side]
    origins: Mapping[str, str]
    assumed: tuple[str, ...]
    sizes: Mapping[str, Dim] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def _form_of(solver: Solver, node: s.Node) -> Form:
    match node:
        case s.Literal_():
            return Form.number()
        case s.Name():
            return solver.name(node)
        case s.Group(_, body) | s.Negative(_, body):
            return solver.walk(body)
        case s.Transposed(_, body):
            return solver.transposed(body)
        case s.Inverted(_, body):
            form = solver.walk(body)
            join(form.rows, form.cols, solver.text(node))
            return form
        case s.Apply():
            return function_form(solver, node)
        case s.Subscript():
            return subscript_form(solver, node)
        case s.Slice():
            return slice_form(solver, node)
        case s.Sigma() | s.EntriesOf() | s.MapsTo():
            return binder_form(solver, node)
        case s.Kronecker(_, indices):
            sides = [solver.index(index) for index in indices]
            for side in sides[1:]:
                join(sides[0], side)
            return Form.number()
        case s.Derivative():
            return derivative_of(solver, node)
        case s.Differential_(_, body, direction):
            form = solver.walk(body)
            if direction is not None:
                way = solver.walk(direction)
                if solver.scope.wrt is not None:
                    merge(way, Form.of(solver.scope.wrt.shape))
            return form
        case s.Cases(_, branches):
            for value, _ in branches:
                solver.walk(value)
            return Form.number()
    return Form()


def infer(node: s.Node, scope: Scope, finish: Callable[[Solver], None] | None = None) -> Inference:
    """The shapes of all that is not declared. Contradictions are not reported here but where the parts are put
    together."""
    plain = finish is None and _BINDERS.isdisjoint(s.contents(node).kinds)
    if plain and (settled := as_declared(node, scope)) is not None:
        return settled
    solver = Solver(scope, _form_of)
    if scope.open:
        _sizes_first(solver, node)
        solver.sums(node)
        solver.terms = capitals_beside_vectors(node)
        if scope.syntax == "latex":
            solver.entries = numbered_capitals(node)
    for name in names_of_lengths(node, scope):
        if name not in solver.dims:
            side = solver.limits[name] = Side(long=True)
            solver.waiting.add(later(side, Dim.of(name)), side)
    form = solver.walk(node)
    if finish is not None:
        finish(solver)
    if scope.needed is not None:
        solver.waiting.settle()
        merge(form, Form.of(scope.needed))
    solver.solve()
    return Inference(
        {name: shape for name, form in solver.names.items() if (shape := form.shape) is not None},
        {name: dim for name, side in solver.letters.items() if (dim := side.known) is not None},
        solver.places,
        solver.bound,
        {name: _origin(solver, name, form) for name, form in solver.names.items()},
        tuple(_sentence(solver, name) for name in solver.habits),
        {
            **{name: Dim.of(name) for name in solver.dims},
            **{name: side.known or Dim.of(name) for name, side in solver.limits.items()},
        },
        tuple(_about_star(solver, name, *parts) for name, parts in solver.starred.items() if name in solver.habits),
    )


def as_declared(node: s.Node, scope: Scope) -> Inference | None:
    """What is known where every name is declared, index letters too, also those that are bound;
    None where something is open."""
    found = s.contents(node)
    names = found.names - scope.symbols.keys() - scope.letters.keys() - scope.sizes.keys()
    if any(scope.find(name) is None for name in names) or s.MapsTo in found.kinds or found.turned_number:
        return None  # `1ᵀ` is a row of ones
    calls = (part for part in s.parts_of(node) if isinstance(part, s.Apply)) if found.calls else ()
    asking = any(not call.arguments or is_unknown(scope, call) for call in calls)
    return None if asking else Inference({}, dict(scope.letters), {}, {}, {}, ())


def _sizes_first(solver: Solver, node: s.Node) -> None:
    """Names inside eye(n), ones(m, n), zeros(n) are dimensions unless they are declared, or arrays that are measured:
    ones(len(x)); π_k is no constant."""
    calls = [part for part in s.parts_of(node) if isinstance(part, s.Apply)]
    measured = {id(name) for call in calls if call.function in ("shape", "len") for name in s.parts_of(call)}
    for part in s.parts_of(node):
        if isinstance(part, s.Name) and part.name == s.CIRCLE and solver.scope.syntax == "numpy":
            solver.counted.add("pi")  # np.pi says that it is another thing
        with_axis = isinstance(part, s.Apply) and part.function in (AS_COLUMN, AS_ROW)
        if isinstance(part, s.Subscript | s.Slice) or with_axis:
            solver.counted |= {own.name for own in s.children(part)[:1] if isinstance(own, s.Name)}
        if isinstance(part, s.Apply) and canonical_function(part.function) in ("eye", "ones", "zeros"):
            for argument in part.arguments:
                for name in s.parts_of(argument):
                    known = id(name) in measured or (isinstance(name, s.Name) and solver.scope.find(name.name))
                    if isinstance(name, s.Name) and not known:
                        solver.dims.add(name.name)


def _origin(solver: Solver, name: str, form: Form) -> str:
    if name in solver.habits:
        return f"assumed to be {solver.habits[name]}"
    reason = form.rows.root.reason or form.cols.root.reason
    return f"from `{reason}`" if reason else "from its use"


def _about_star(solver: Solver, name: str, left: s.Node, right: s.Node) -> str:
    written = f"{solver.text(left)}*{solver.text(right)}"
    kind = "a number" if (solver.names[name].shape or NUMBER).is_number else "multiplied entry by entry"
    product = written.replace("*", " @ ")
    return f"in `{written}` the name `{name}` is taken as {kind}; for the matrix product write `{product}`"


def _sentence(solver: Solver, name: str) -> str:
    shape = solver.names[name].shape
    size = "" if shape is None or shape.is_number else f" ({shape})"
    return f"`{name}` is {solver.habits[name]}{size}"
