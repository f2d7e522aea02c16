"""What a call says about the shapes of its arguments, and the shape it returns;
which calls are of functions that have no meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from ...diagnostics.regex import regex
from ...ir import ONE, Dim
from ...ir.functions import CHANGES, MATRIX_FUNCTIONS
from .. import syntax as s
from ..expression.brackets import AS_COLUMN, AS_ROW
from ..expression.keywords import axis_written, is_of_two, keeps_dimensions, option
from ..expression.vocabulary import (
    ELEMENTWISE_NAMES,
    FUNCTION_NAMES,
    REDUCTIONS,
    SQUARE,
    WRITTEN_OUT,
    canonical_function,
)
from ..scope import Scope
from ..unknown import LETTERS, NUMBERS, SLOPES, functions_in, letter_of, meant
from .letters import is_number
from .solver import Solver
from .unify import GUESS, PREFER, Form, Rule, Side, join, lengthen, merge
from .uses import by_law, diag_rule, entrywise_rule, matmul_rule, measured_whole, square_rule, stretch_rule

_WITH_MEANING: Final = FUNCTION_NAMES | WRITTEN_OUT


def is_unknown(scope: Scope, node: s.Apply) -> bool:
    """Whether a call is of a function without a meaning: one of the loss,
    or in a loss one of the letters that name functions."""
    name = node.function
    if canonical_function(name) in _WITH_MEANING or scope.find(name) is not None:
        return False
    return (scope.loss is None and letter_of(name) in LETTERS) or meaning_of(scope, name) is not None


def meaning_of(scope: Scope, name: str) -> str | None:
    return meant(name, functions_in(scope.loss) if scope.loss is not None else SLOPES)


def unknown_rule(scope: Scope, name: str, argument: Form, result: Form) -> Rule:
    """The value of a number is a number; else its use says whether it is a number or an array like what it is taken
    of."""
    known = meaning_of(scope, name)
    numbers = letter_of(name) in NUMBERS if known is None else known.startswith("n0")

    def rule(bold: int) -> bool:
        if known is not None and known.startswith("n2"):
            join(result.rows, argument.rows)
            return join(result.cols, argument.rows)
        array = result.is_array or result.kind.array or result.kind.matrix
        if result.is_number or (
            argument.is_number and ((not numbers and not array) or known is not None or (bold >= GUESS and not array))
        ):
            return merge(result, Form.number())
        if argument.is_number:  # f(t), an array that moves
            if bold >= GUESS and result.kind.matrix:
                lengthen(result.rows)
                lengthen(result.cols)
            elif bold >= GUESS and not numbers and not result.rows.is_one:  # φ(x)ᵀ w
                lengthen(result.rows)
                join(result.cols, Side(ONE))
            return bold >= GUESS
        if known is None and array and not (bold >= GUESS or (result.rows.known and result.cols.known)):
            return False
        beside = argument.is_array and not numbers and bold >= PREFER  # φ(z) - y: before habit makes y a number
        if array or bold >= GUESS or beside or known is not None:
            if not array and numbers:
                merge(result, Form.number())
            elif (result.rows.known or argument.rows.known) is (argument.rows.known or result.rows.known):
                merge(result, argument)
            elif not result.cols.known:
                join(result.cols, argument.cols)
            return True
        return False

    return rule


def several_rule(scope: Scope, name: str, arguments: list[Form], result: Form, reason: str) -> Rule:
    """The value of numbers is a number; of arrays it is one, or acts on every entry where its use or its letter says
    so."""
    known = meaning_of(scope, name)

    def rule(bold: int) -> bool:
        if known is not None and known[0] == "t":
            place = int(known[1])
            return merge(result, arguments[place - 1] if 0 < place <= len(arguments) else Form.number())
        if all(part.is_number for part in arguments):
            return merge(result, Form.number())
        if bold < PREFER or not any(part.is_array for part in arguments):
            return False
        if known is None and letter_of(name) in NUMBERS and not (result.is_array or result.kind.array):
            return merge(result, Form.number())
        for part in arguments[1:]:
            merge(arguments[0], part, reason)
        return merge(result, arguments[0], reason)

    return rule


_LAWS: Final = {
    name: law
    for law, names in {
        "A": (
            *ELEMENTWISE_NAMES, "log_softmax", "softmax", "ones_like", "zeros_like", "expectation", "hardmax", "tril",
            "triu", "polar", "leading", "strictupper", "shiftup", "butlast", "value at", "limit", "detach", "squeeze",
            s.PART, s.MOVED, s.KEPT,
        ),
        "A -> A.T": ("pinv", "T"),
        "A -> 1": ("bars", "shape", "len"),
        "n n": SQUARE,
        "n n -> 1": ("tr", "det", "logdet", "eigmax"),
        "A, A -> 1": ("inner",),
        "m 1, n 1 -> m n": ("outer",),
        "m n -> m*n 1": ("vec",),
        "m n, p q -> m*p n*q": ("kron",),
        "3 1, 3 1": ("cross",),
        "3 1 -> 3 3": ("crossmat",),
    }.items()
    for name in names
}  # fmt: skip
"""What a function says of the sides of its arguments and of its value, see `by_law`."""
_OF_LETTERS: Final = ("basis", s.WITHIN, s.BEFORE, s.COUNTED)
_OF_MATRICES: Final = SQUARE | {"polar", "leading", "strictupper", "shiftup", "tril", "triu", "pinv"}
_OF_ARRAYS: Final = REDUCTIONS | {"norm", "softmax", "vec", "diag", "T", "inner", "outer", AS_COLUMN, AS_ROW}


def function_form(solver: Solver, node: s.Apply) -> Form:
    """The shape of a call."""
    function = canonical_function(node.function)
    if function in ("eye", "ones", "zeros"):
        return _constructor(solver, node, function)
    if function in _OF_LETTERS:
        sides = [solver.index(argument) for argument in node.arguments] or [Side()]
        if function == "basis":
            return Form(sides[0], Side(ONE))
        join(sides[0], sides[-1])
        return Form.number()
    forms = [solver.walk(argument) for argument in node.arguments]
    if not forms:
        return Form()
    if is_of_two(solver, node):
        return _pieces(solver, node, forms)
    if is_unknown(solver.scope, node):
        return _unknown(solver, node, forms)
    for form in forms:
        form.kind.array |= function in _OF_ARRAYS and (form is forms[0] or function in _LAWS)
    forms[0].kind.matrix |= function in _OF_MATRICES
    if function in ("bars", "log"):
        _determinant(solver, node)
    if function in SQUARE:
        _small_matrices(solver, node.arguments[0])
    if function in ("strictupper", "tril", "triu"):
        solver.rule(square_rule(forms[0], solver.text(node), GUESS), forms[0])
    if function in ("softmax", "log_softmax") and axis_written(node) == "1" and forms[0].is_open():
        _rows_of_small_letters(solver, node)
    of_matrix = solver.scope.syntax in ("julia", "sympy") and ("entrywise", "") not in node.options
    if of_matrix and f"{function}m" in {*MATRIX_FUNCTIONS, "sqrtm"} and forms[0].is_open():
        join(forms[0].rows, forms[0].cols, solver.text(node))
    if function in CHANGES:
        merge(forms[-1], forms[0], solver.text(node))
    if function in _LAWS:
        return by_law(solver, _LAWS[function], forms, solver.text(node))
    return _OF_THEIR_OWN[function](solver, node, forms) if function in _OF_THEIR_OWN else Form()


def _unknown(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    """The value of a function without a meaning."""
    result = solver.places.setdefault(id(node), Form())
    argument = s.ungrouped(node.arguments[0])
    undeclared = isinstance(argument, s.Name) and solver.scope.find(argument.name) is None
    if len(forms) == 1 and undeclared and solver.scope.open:
        merge(result, solver.values.setdefault(node.function, result))  # φ(x) and φ(z) are of one kind
    if len(forms) > 1:
        rule = several_rule(solver.scope, node.function, forms, result, solver.text(node))
    else:
        solver.returned.append(result)
        # a gradient is one by an array
        forms[0].kind.array |= (meaning_of(solver.scope, node.function) or "").startswith(("n1", "n2"))
        rule = unknown_rule(solver.scope, node.function, forms[0], result)
    solver.rule(rule, *forms, result)
    return result


def _listed(_solver: Solver, node: s.Apply, _forms: list[Form]) -> Form:
    first = node.arguments[0]
    width = len(first.arguments) if isinstance(first, s.Apply) else 1
    return Form(Side(Dim.of(len(node.arguments))), Side(Dim.of(width)))


def _paired(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    forms[1].kind.array = True
    if forms[0].is_open():  # which habit makes the scores what they are says nothing of the targets
        join(forms[0].rows, forms[1].rows, solver.text(node))
        join(forms[0].cols, forms[1].cols, solver.text(node))
    return forms[1]


def _norm(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    if len(forms) > 1 and forms[1].is_open():
        merge(forms[1], Form.number())
    if axis_written(node) is not None:
        return _reduced(solver, node, forms)
    forms[0].kind.matrix |= option(node, "text", "ord") in ("fro", "nuc")
    return Form.number()


def _new_axis(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    (form,) = forms
    rank = 2 if solver.scope.arrays else None
    length = form.cols if form.rows.is_one else form.rows
    if not form.rows.is_one:
        join(form.cols, Side(ONE))
    return Form(length, Side(ONE), rank=rank) if node.function == AS_COLUMN else Form(Side(ONE), length, rank=rank)


def _determinant(solver: Solver, node: s.Apply) -> None:
    r"""`|X|` of a capital letter, `\log|A X Aᵀ|` of products of capitals:
    a determinant, so what stands inside is square."""
    bars = node if node.function == "bars" else s.ungrouped(node.arguments[0])
    if not isinstance(bars, s.Apply) or bars.function != "bars":
        return
    inner = s.ungrouped(bars.arguments[0])
    if not (isinstance(inner, s.Name) or bars is not node) or not _of_capitals(inner):
        return
    form = solver.walk(inner)
    if form.is_open():
        form.kind.matrix = True
        join(form.rows, form.cols, solver.text(node))
    for name in s.parts_of(inner):
        # every capital there is a matrix, also a Greek one; sums of numbers and matrices do not occur in a determinant
        if isinstance(name, s.Name) and name.name[0].isupper() and name.name in solver.names:
            solver.names[name.name].kind.hint = True


def _of_capitals(node: s.Node) -> bool:
    """Whether a part is made of capital letters by products, sums, transposes and inverses, with numbers in front."""
    node = s.ungrouped(node)
    match node:
        case s.Name(_, name):
            return name[0].isupper()
        case s.Transposed(_, body) | s.Inverted(_, body) | s.Negative(_, body) | s.Binary(_, "^", body, _):
            return _of_capitals(body)
        case s.Binary(_, "+" | "-", left, right):
            return _of_capitals(left) and _of_capitals(right)
        case s.Binary(_, "juxtapose" | "dot", _, right):
            return _of_capitals(right)
    return False


def _reduced(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    form = forms[0]
    axis = axis_written(node)
    if axis is None and (inner := _reduction_in(node.arguments[0])) is not None:
        _rows_of_small_letters(solver, inner, sure=True)
    if axis == "1" and form.is_open():
        _rows_of_small_letters(solver, node)
    if axis == "first":  # MATLAB's: of every column, of a vector all
        axis = "0" if form.rows.is_long and form.cols.is_long else None
    if axis is None or form.rank == 1:
        return Form.number()
    first = axis in ("0", "-2")
    if solver.scope.arrays and not keeps_dimensions(node):
        return Form.flat(form.cols if first else form.rows)
    rank = 2 if solver.scope.arrays else None
    return Form(Side(ONE), form.cols, rank=rank) if first else Form(form.rows, Side(ONE), rank=rank)


_SECOND_AXIS: Final = regex(r"\b(?:axis|dim)\s*=\s*1\b|,\s*1\s*[,)]")


def _reduction_in(node: s.Node) -> s.Apply | None:
    """The reduction along an axis that is reduced once more, `(x*y).sum(-1).mean()`: what it is taken of has two
    sides."""
    match s.ungrouped(node):
        case s.Apply(_, function, (_, *_)) as call if canonical_function(function) in REDUCTIONS | {"norm"}:
            return call if axis_written(call) is not None else None
        case s.Negative(_, body):
            return _reduction_in(body)
        case s.Binary(_, _, left, right) if not any(isinstance(s.ungrouped(side), s.Name) for side in (left, right)):
            return _reduction_in(left) or _reduction_in(right)
    return None


def _rows_of_small_letters(solver: Solver, node: s.Apply, sure: bool = False) -> None:
    """`np.sum(p*q, axis=1)`: where only small letters stand, the first of them that is no parameter has rows.

    An axis that nobody wrote, of a loss that takes one row or many, says nothing.
    """
    names = [part.name for part in s.parts_of(node.arguments[0]) if isinstance(part, s.Name)]
    written = sure or _SECOND_AXIS.search(solver.text(node)) is not None
    if written and all(name in solver.names and name[0].islower() for name in names):
        entries = [name for name in names if name in solver.summed] or [name for name in names if not is_number(name)]
        for name in entries[:1]:
            solver.names[name].kind.matrix = True


def _diagonal(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    result = Form()
    solver.rule(diag_rule(forms[0], result, solver.text(node)), forms[0])
    return result


def _pieces(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    """The parts of a value by pieces have one shape, unless some are numbers; the bounds of `clip` rather are, and what
    a book compares."""
    reason, function = solver.text(node), canonical_function(node.function)
    compared = forms[:1] if function == "where" and solver.scope.syntax == "latex" else ()
    for bound in forms[1:] if function == "clip" else compared:
        if bound.is_open():
            merge(bound, Form.number(), reason)
    found = forms[0]
    for form in forms[1:]:
        result = Form()
        rule = stretch_rule if solver.scope.arrays else partial(entrywise_rule, sums=True)
        solver.rule(rule(found, form, result, reason), found, form, result)
        found = result
    return found


def _product(solver: Solver, node: s.Apply, forms: list[Form]) -> Form:
    """`dot(A, B)`, and `solve(A, b)`, which is a product with the inverse of A."""
    if len(forms) != 2:
        return Form()
    left, right = forms
    result, reason = Form(), solver.text(node)
    left.kind.hint = right.kind.hint = True
    if node.function == "solve":
        join(left.rows, left.cols, reason)
    solver.rule(matmul_rule(left, right, result, reason), left, right, result)
    return result


def _small_matrices(solver: Solver, node: s.Node) -> None:
    """The letters of tr(ρ log ρ): no capital is there, and nothing turned, so that they are matrices."""
    parts = list(s.parts_of(node))
    names = [part.name for part in parts if isinstance(part, s.Name)]
    signs = {part.operator for part in parts if isinstance(part, s.Binary)} - {"juxtapose", "@", "dot", "+", "-", "^"}
    leaves = s.Name | s.Group | s.Apply | s.Negative | s.Literal_ | s.Binary
    plain = not signs and all(isinstance(part, leaves) for part in parts)
    for name in names if plain and all(name[0].islower() for name in names) else ():
        if solver.scope.find(name) is None and name in solver.names:
            solver.names[name].kind.matrix = True


def _constructor(solver: Solver, node: s.Apply, function: str) -> Form:
    arguments = node.arguments
    if len(arguments) == 1 and isinstance(arguments[0], s.Apply) and arguments[0].function == "tuple":
        arguments = arguments[0].arguments
    if (model := measured_whole(arguments)) is not None:
        return solver.walk(model)
    sides = [solver.side(argument) for argument in arguments]
    if not sides:
        side = Side()
        return solver.places.setdefault(id(node), Form(side, side if function == "eye" else Side(ONE)))
    if sides[0] is None:
        return Form()
    second = sides[0] if function == "eye" else sides[1] if len(sides) > 1 else None
    rank = None if not solver.scope.arrays else 1 if len(sides) == 1 and function != "eye" else 2
    return Form(sides[0], second or Side(ONE), rank=rank)


_OF_THEIR_OWN: Final[Mapping[str, Callable[[Solver, s.Apply, list[Form]], Form]]] = {
    **dict.fromkeys(REDUCTIONS, _reduced),
    **dict.fromkeys(("maximum", "minimum", "clip", "where"), _pieces),
    **dict.fromkeys(("dot", "solve"), _product),
    **dict.fromkeys((AS_COLUMN, AS_ROW), _new_axis),
    s.LIST: _listed,
    "norm": _norm,
    "diag": _diagonal,
    s.PAIRED: _paired,
}
"""Functions of which no law says all."""
