"""Calls of functions that have no meaning: φ(Wx) entry by entry, f(Ax + b) a number; what they are taken for is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import Call, Expr
from ...ir.functions import unknown, unknown_parts
from .. import syntax as s
from ..expression.vocabulary import FUNCTION_NAMES, WRITTEN_OUT, canonical_function
from ..scope import Scope
from ..shapes.agenda import DECIDE, Rule
from ..shapes.unify import Form, merge
from ..unknown import LETTERS, NUMBERS, SLOPES, functions_in, meant
from .complaints import described

if TYPE_CHECKING:
    from .elaborate import Elaborator


def is_unknown(scope: Scope, node: s.Apply) -> bool:
    """Whether a call is of a function without a meaning: one of the loss, or in a loss one of the letters that name functions."""
    name = node.function
    if scope.find(name) is not None or canonical_function(name) in FUNCTION_NAMES | WRITTEN_OUT:
        return False
    return (scope.loss is None and name in LETTERS) or _meant(scope, name) is not None


def _meant(scope: Scope, name: str) -> str | None:
    return meant(name, functions_in(scope.loss) if scope.loss is not None else SLOPES)


def unknown_rule(scope: Scope, name: str, argument: Form, result: Form) -> Rule:
    """The value of a number is a number; else its use says whether it is a number or an array like what it is taken of."""
    known = _meant(scope, name)
    numbers = name in NUMBERS if known is None else known.startswith("n0")

    def rule(bold: int) -> bool:
        if argument.is_number or result.is_number:
            merge(result, Form.number())
            return True
        if result.is_array or bold >= DECIDE or known is not None:
            if not result.is_array and numbers and not (result.kind.array or result.kind.matrix):
                merge(result, Form.number())
            elif (result.rows.known or argument.rows.known) is (argument.rows.known or result.rows.known):
                merge(result, argument)
            return True
        return False

    return rule


def unknown_call(e: Elaborator, node: s.Apply) -> Expr:
    """The call as a number or entry by entry, by the shape that its use asks for."""
    if len(node.arguments) != 1:
        e.fail("unknown-function", f"`{node.function}` has no meaning here; a function without one takes one argument, "
               f"not {len(node.arguments)}", node)
    argument = e.expr(node.arguments[0])
    known = _meant(e.scope, node.function)
    primes = int(dict(node.options).get("derivative", 0))
    form = e.found.places.get(id(node))
    shape = form.shape if form is not None else None
    kind, order, name = unknown_parts(known) if known is not None else ("", 0, node.function)  # type: ignore[misc]
    if not kind:
        kind = "e" if argument.shape.is_number or shape is None or not shape.is_number else "n"
    if kind == "e" and shape is not None and shape is not argument.shape:
        e.fail("unknown-function", f"{e.text(node)} would have to be {described(shape)}, and {e.text(node.arguments[0])} is "
               f"{described(argument.shape)}; a function without a meaning acts on every entry, or returns a number", node, "",
               f'`--shape "{name}: scalar"` makes it a factor')
    if known is None and kind == "e" and name in NUMBERS and not argument.shape.is_number and not e.entrywise:
        e.fail("unknown-function", f"{e.text(node)} is used as an array; a function `{name}` without a meaning returns a number", node, "",
               f"write `phi` for `{name}` if it acts on every entry")
    if known is None:
        slope = "its gradient is `grad_{0}`" if kind == "n" else "its derivative is `{0}_prime`"
        how = "a function of an array that returns a number" if kind == "n" else "a function of every entry"
        e.note(f"`{name}` has no meaning and is read as {how}; {slope.format(name)}; `--shape \"{name}: scalar\"` makes it a factor")
    e.flatten(node, kind == "e" and e.is_flat(node.arguments[0]))
    return Call(unknown(name, kind, order + primes), argument)
