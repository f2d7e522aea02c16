"""Calls of functions that have no meaning: φ(Wx) entry by entry, f(Ax + b) a number; what they are taken for is said."""

from __future__ import annotations

from ...ir import Call, Expr
from ...ir.functions import unknown, unknown_parts
from .. import syntax as s
from ..shapes.uses_of_unknown import meaning_of
from ..unknown import NUMBERS
from .complaints import described
from .elaborator import Elaborator


def unknown_call(e: Elaborator, node: s.Apply) -> Expr:
    """The call as a number or entry by entry, by the shape that its use asks for."""
    if len(node.arguments) != 1:
        e.fail("unknown-function", f"`{node.function}` has no meaning here; a function without one takes one argument, "
               f"not {len(node.arguments)}", node)
    argument = e.expr(node.arguments[0])
    known = meaning_of(e.scope, node.function)
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
