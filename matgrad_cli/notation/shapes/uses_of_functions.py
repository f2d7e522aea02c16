"""What a call says about the shapes of its arguments, and the shape it returns;
which calls are of functions that have no meaning."""

from __future__ import annotations

from functools import partial

from ...ir import ONE, Dim, Shape
from ...ir.functions import CHANGES
from .. import syntax as s
from ..expression.brackets import AS_COLUMN, AS_ROW
from ..expression.keywords import axis_written, keeps_dimensions
from ..expression.vocabulary import (
    ELEMENTWISE_NAMES,
    FUNCTION_NAMES,
    REDUCTIONS,
    SQUARE,
    WRITTEN_OUT,
    canonical_function,
)
from ..scope import Scope
from ..unknown import LETTERS, NUMBERS, SLOPES, functions_in, meant
from .solver import Solver
from .unify import GUESS, PREFER, Form, Rule, Side, join, lengthen, merge
from .uses import array_product_rule, diag_rule, entrywise_rule, matmul_rule, stretch_rule, times_rule


def is_unknown(scope: Scope, node: s.Apply) -> bool:
    """Whether a call is of a function without a meaning: one of the loss,
    or in a loss one of the letters that name functions."""
    name = node.function
    if scope.find(name) is not None or canonical_function(name) in FUNCTION_NAMES | WRITTEN_OUT:
        return False
    return (scope.loss is None and name in LETTERS) or meaning_of(scope, name) is not None


def meaning_of(scope: Scope, name: str) -> str | None:
    return meant(name, functions_in(scope.loss) if scope.loss is not None else SLOPES)


def unknown_rule(scope: Scope, name: str, argument: Form, result: Form) -> Rule:
    """The value of a number is a number; else its use says whether it is a number or an array like what it is taken
    of."""
    known = meaning_of(scope, name)
    numbers = name in NUMBERS if known is None else known.startswith("n0")

    def rule(bold: int) -> bool:
        if known is not None and known.startswith("n2"):
            return join(result.rows, argument.rows) and join(result.cols, argument.rows)
        array = result.is_array or result.kind.array or result.kind.matrix
        if result.is_number or (
            argument.is_number and (not numbers or known is not None or (bold >= GUESS and not array))
        ):
            merge(result, Form.number())
            return True
        if argument.is_number:  # f(t), an array that moves
            if bold >= GUESS and result.kind.matrix:
                lengthen(result.rows)
                lengthen(result.cols)
            return bold >= GUESS
        if known is None and array and not (bold >= GUESS or (result.rows.known and result.cols.known)):
            return False
        if array or bold >= GUESS or known is not None:
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
            merge(result, arguments[place - 1] if 0 < place <= len(arguments) else Form.number())
            return True
        if all(part.is_number for part in arguments):
            merge(result, Form.number())
            return True
        if bold < PREFER or not any(part.is_array for part in arguments):
            return False
        if known is not None or name not in NUMBERS or result.is_array or result.kind.array:
            for part in arguments[1:]:
                merge(arguments[0], part, reason)
            merge(result, arguments[0], reason)
        else:
            merge(result, Form.number())
        return True

    return rule


def function_form(solver: Solver, node: s.Apply) -> Form:
    """The shape of a call."""
    function = canonical_function(node.function)
    options = dict(node.options)
    if function in ("eye", "ones", "zeros"):
        return _constructor(solver, node, function)
    if function == s.LIST:
        first = node.arguments[0]
        width = len(first.arguments) if isinstance(first, s.Apply) else 1
        return Form(Side(Dim.of(len(node.arguments))), Side(Dim.of(width)))
    if function in (s.WITHIN, s.BEFORE, s.COUNTED):
        sides = [solver.index(argument) for argument in node.arguments]
        join(sides[0], sides[-1])
        return Form.number()
    forms = [solver.walk(argument) for argument in node.arguments]
    if function in ("value at", "limit"):
        return forms[0]
    if function in (AS_COLUMN, AS_ROW):
        return _new_axis(solver, forms[0], function)
    if function == "basis":
        return Form(solver.index(node.arguments[0]) if node.arguments else None, Side(ONE))
    if not forms:
        return Form()
    reason = solver.text(node)
    if len(forms) > 1 and is_unknown(solver.scope, node):
        result = solver.places.setdefault(id(node), Form())
        solver.rule(several_rule(solver.scope, node.function, forms, result, reason), *forms, result)
        return result
    if len(forms) == 1 and is_unknown(solver.scope, node):
        result = solver.places.setdefault(id(node), Form())
        solver.returned.append(result)
        forms[0].kind.array |= (meaning_of(solver.scope, node.function) or "").startswith(
            ("n1", "n2")
        )  # a gradient is one by an array
        solver.rule(unknown_rule(solver.scope, node.function, forms[0], result), forms[0], result)
        return result
    if function == "bars" or (function == "log" and _bars(node.arguments[0]) is not None):
        _determinant(solver, node, reason)
    if function in ("polar", "leading", "strictupper", "shiftup", "butlast", "tril", "triu"):
        forms[0].kind.matrix = function != "butlast"
        return forms[0]
    if function in ("cross", "crossmat"):
        return _crossed(forms, function, reason)
    if function in ("expectation", "hardmax", s.PART, s.MOVED, s.KEPT):
        return forms[0]
    if function in ELEMENTWISE_NAMES or function in ("log_softmax", "bars"):
        return forms[0] if function != "bars" else Form.number()
    if function == s.PAIRED:
        forms[1].kind.array = True
        if forms[0].is_open():  # which habit makes the scores what they are says nothing of the targets
            join(forms[0].rows, forms[1].rows, reason)
            join(forms[0].cols, forms[1].cols, reason)
        return forms[1]
    if function == "pinv":
        forms[0].kind.matrix = True
        return forms[0].transposed
    if function in SQUARE:
        forms[0].kind.matrix = True
        join(forms[0].rows, forms[0].cols, reason)
        if function in CHANGES:
            merge(forms[-1], forms[0], reason)
        for name in _small_letters(node.arguments[0]):
            if solver.scope.find(name) is None and name in solver.names:
                solver.names[name].kind.matrix = True
        return Form.number() if function in ("tr", "det", "logdet", "eigmax") else forms[0]
    if function in REDUCTIONS or function in ("norm", "softmax", "vec", "T"):
        forms[0].kind.array = True
    if function == "norm" and len(forms) > 1 and forms[1].is_open():
        merge(forms[1], Form.number())
    if function == "norm" and axis_written(node) is None:
        if options.get("text", options.get("ord")) in ("fro", "nuc"):
            forms[0].kind.matrix = True
        return Form.number()
    if function == "softmax":
        return forms[0]
    if function in REDUCTIONS or function == "norm":
        return _reduced(solver, node, forms[0])
    for bound in forms[1:] if function == "clip" else ():
        if bound.is_open():
            merge(bound, Form.number(), reason)
    if function in ("maximum", "minimum", "clip", "where"):
        return _pieces(solver, forms, reason)
    if len(forms) == 1:
        return _one(solver, function, forms[0], reason)
    return _two(solver, function, forms[0], forms[1], reason)


def _crossed(forms: list[Form], function: str, reason: str) -> Form:
    """Vectors with three entries."""
    for form in forms:
        join(form.rows, Side(Dim.of(3)), reason)
        join(form.cols, Side(ONE), reason)
    return forms[0] if function == "cross" else Form(forms[0].rows, forms[0].rows)


def _new_axis(solver: Solver, form: Form, function: str) -> Form:
    form.kind.array = True
    rank = 2 if solver.scope.arrays else None
    length = form.cols if form.rows.is_one else form.rows
    if not form.rows.is_one:
        join(form.cols, Side(ONE))
    return Form(length, Side(ONE), rank=rank) if function == AS_COLUMN else Form(Side(ONE), length, rank=rank)


def _bars(node: s.Node) -> s.Apply | None:
    node = s.ungrouped(node)
    return node if isinstance(node, s.Apply) and node.function == "bars" else None


def _determinant(solver: Solver, node: s.Apply, reason: str) -> None:
    r"""`|X|` of a capital letter, `\log|A X Aᵀ|` of products of capitals:
    a determinant, so what stands inside is square."""
    bars = _bars(node.arguments[0]) if node.function == "log" else node
    assert bars is not None
    inner = s.ungrouped(bars.arguments[0])
    if not isinstance(inner, s.Name) and (bars is node or not _of_capitals(inner)):
        return
    if isinstance(inner, s.Name) and not inner.name[0].isupper():
        return
    form = solver.walk(inner)
    if form.is_open():
        form.kind.matrix = True
        join(form.rows, form.cols, reason)
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


def _reduced(solver: Solver, node: s.Apply, form: Form) -> Form:
    axis = axis_written(node)
    if axis == "1" and form.is_open():
        _rows_of_small_letters(solver, node.arguments[0])
    if axis == "first":  # MATLAB's: of every column, of a vector all
        axis = "0" if form.rows.is_long and form.cols.is_long else None
    if axis is None or form.rank == 1:
        return Form.number()
    if solver.scope.arrays and not keeps_dimensions(node):
        return Form.flat(form.cols if axis == "0" else form.rows)
    rank = 2 if solver.scope.arrays else None
    return Form(Side(ONE), form.cols, rank=rank) if axis == "0" else Form(form.rows, Side(ONE), rank=rank)


def _rows_of_small_letters(solver: Solver, body: s.Node) -> None:
    """`np.sum(p*q, axis=1)`: where only small letters stand, the first of them that is no parameter has rows to be
    added up."""
    names = [part.name for part in s.parts_of(body) if isinstance(part, s.Name)]
    if all(name in solver.names and name[0].islower() for name in names):
        for name in sorted(solver.summed.intersection(names), key=names.index)[:1]:
            solver.names[name].kind.matrix = True


def _one(solver: Solver, function: str, form: Form, reason: str) -> Form:
    if function == "T":
        return form.transposed
    if function == "diag":
        result = Form()
        form.kind.array = True
        solver.rule(diag_rule(form, result, reason), form)
        return result
    if function == "vec":
        result = Form(Side(), Side(ONE))
        solver.made.append(result.rows)
        solver.rule(times_rule(form.rows, form.cols, result.rows), form, result.rows)
        return result
    if function in ("ones_like", "zeros_like"):
        return form
    return Form.number() if function in ("shape", "len") else Form()


def _pieces(solver: Solver, forms: list[Form], reason: str) -> Form:
    """The parts of a value by pieces have one shape, unless some are numbers."""
    found = forms[0]
    for form in forms[1:]:
        result = Form()
        rule = stretch_rule if solver.scope.arrays else partial(entrywise_rule, sums=True)
        solver.rule(rule(found, form, result, reason), found, form, result)
        found = result
    return found


def _two(solver: Solver, function: str, left: Form, right: Form, reason: str) -> Form:
    result = Form()
    if function in ("dot", "solve"):
        left.kind.hint = right.kind.hint = True
        if function == "solve":
            join(left.rows, left.cols, reason)
        product = array_product_rule if solver.scope.arrays else matmul_rule
        solver.rule(product(left, right, result, reason), left, right, result)
    elif function == "inner":
        left.kind.array = right.kind.array = True
        merge(left, right, reason)
        return Form.number()
    elif function == "outer":
        left.kind.array = right.kind.array = True
        join(left.cols, Side(ONE))
        join(right.cols, Side(ONE))
        return Form(left.rows, right.rows)
    elif function == "kron":
        solver.kron(left, right, result)
    return result


def _small_letters(node: s.Node) -> list[str]:
    """The letters of tr(ρ log ρ): no capital is there, and nothing turned, so that they are matrices."""
    parts = list(s.parts_of(node))
    names = [part.name for part in parts if isinstance(part, s.Name)]
    plain = all(
        isinstance(part, s.Name | s.Group | s.Apply)
        or (isinstance(part, s.Binary) and part.operator in ("juxtapose", "@", "dot"))
        for part in parts
    )
    return names if plain and all(name[0].islower() for name in names) else []


def _constructor(solver: Solver, node: s.Apply, function: str) -> Form:
    arguments = node.arguments
    if len(arguments) == 1 and isinstance(arguments[0], s.Apply) and arguments[0].function == "tuple":
        arguments = arguments[0].arguments
    dims = [solver.dimension(argument) for argument in arguments]
    if not dims:
        side = Side()
        return solver.places.setdefault(id(node), Form(side, side if function == "eye" else Side(ONE)))
    first = dims[0]
    if first is None:
        return Form()
    second = first if function == "eye" else (dims[1] or ONE) if len(dims) > 1 else ONE
    rank = None if not solver.scope.arrays else 1 if len(dims) == 1 and function != "eye" else 2
    return Form.of(Shape(first, second), rank)
