"""Functions that have no meaning, and primes: φ(Wx) entry by entry, f(Ax + b) a number, σ'(z);
what they are taken for is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...ir import Call, Expr, Fill, Number, Power, Shape, ShapeMismatch, hadamard, mul, sub
from ...ir.functions import unknown, unknown_parts, with_shape
from .. import syntax as s
from ..names import listed
from ..shapes.uses_of_functions import meaning_of
from ..unknown import NUMBERS, letter_of
from .complaints import described
from .elaborator import Elaborator


def _ones_minus(value: Expr) -> Expr:
    return sub(Number(1) if value.shape.is_number else Fill(1, value.shape), value)


def _times(left: Expr, right: Expr) -> Expr:
    return mul(left, right) if left.shape.is_number else hadamard(left, right)


SLOPES: Final[dict[str, Callable[[Expr], Expr]]] = {
    "sigmoid": lambda u: _times(Call("sigmoid", u), _ones_minus(Call("sigmoid", u))),
    "tanh": lambda u: _ones_minus(Power(Call("tanh", u), Number(2))),
    "exp": lambda u: Call("exp", u),
    "log": lambda u: Power(u, Number(-1)),
    "sin": lambda u: Call("cos", u),
    "cos": lambda u: mul(Number(-1), Call("sin", u)),
    "relu": lambda u: Call("step", u),
    "softplus": lambda u: Call("sigmoid", u),
    "abs": lambda u: Call("sign", u),
}
"""Of a function's name and argument."""


def unknown_call(e: Elaborator, node: s.Apply) -> Expr:
    """The call as a number or entry by entry, by the shape that its use asks for."""
    known = meaning_of(e.scope, node.function)
    if known is None and len(node.arguments) in (2, 3) and not node.options:
        return _of_several(e, node)
    takes = 1 + (known or "").startswith(("m1", "m2"))
    if known is not None and known[0] in "st":
        takes = int(known.partition("|")[2])
    if len(node.arguments) != takes:
        needed = f"a function without one takes {takes} argument{'s' * (takes > 1)}, not {len(node.arguments)}"
        help = f"of the difference it is `{node.function}(u - v)`; else take a function that is known"
        message = f"`{node.function}` has no meaning here; {needed}"
        e.fail("unknown-function", message, node, help if takes == 1 else None)
    argument, *others = [e.expr(part) for part in node.arguments]
    primes = int(dict(node.options).get("derivative", 0))
    if known is not None and known[0] not in "en":
        return _again(e, node, known, primes, argument, others)
    shape = e.asked(node)
    kind, order, name = unknown_parts(known) if known is not None else ("", 0, node.function)  # type: ignore[misc]
    array = known is None and not e.entrywise and (letter_of(name) in NUMBERS or shape is not argument.shape)
    if array and shape is not None and not shape.is_number:
        return _array(e, node, name, primes, argument, shape)
    if not kind:
        kind = "e" if argument.shape.is_number or shape is None or not shape.is_number else "n"
    if kind == "e" and shape is not None and shape is not argument.shape:
        found = f"{e.text(node.arguments[0])} is {described(argument.shape)}; it acts on every entry"
        message = f"{e.text(node)} would have to be {described(shape)}, and {found}"
        e.fail("unknown-function", message, node, f'`--shape "{name}: scalar"` makes it a factor')
    if known is None:
        slope = "its gradient is `grad_{0}`" if kind == "n" else "its derivative is `{0}_prime`"
        how = "a function of an array that returns a number" if kind == "n" else "a function of every entry"
        _say(e, name, how, slope.format(name))
    e.flatten(node, kind == "e" and e.is_flat(node.arguments[0]))
    return Call(unknown(name, kind, order + primes), argument)


def _of_several(e: Elaborator, node: s.Apply) -> Expr:
    """f(u, v), a number or entry by entry, with a derivative by each of its arguments."""
    name, count = node.function, len(node.arguments)
    slopes = listed(f"partial{place}_{name}" for place in range(1, count + 1))
    arguments, shape = [e.expr(part) for part in node.arguments], e.asked(node)
    alike = len({part.shape for part in arguments}) == 1
    kind = "s" if alike and (shape or arguments[0].shape) is arguments[0].shape else "t"
    if kind == "t" and shape is not None and not shape.is_number:
        returns = "a function of several arguments returns a number, or acts on every entry of arguments of one shape"
        e.fail("unknown-function", f"{e.text(node)} would have to be {described(shape)}; {returns}", node)
    how = "acts on every entry of them" if kind == "s" and not arguments[0].shape.is_number else "returns a number"
    _say(e, name, f"a function of {count} arguments that {how}", f"its derivatives by each of them are {slopes}")
    e.flatten(node, kind == "s" and all(e.is_flat(part) for part in node.arguments))
    return Call(unknown(f"{name}|{count}", kind), *arguments)


def _say(e: Elaborator, name: str, how: str, slope: str) -> None:
    e.note(f'`{name}` has no meaning and is read as {how}; {slope}; `--shape "{name}: scalar"` makes it a factor')


def _array(e: Elaborator, node: s.Apply, name: str, primes: int, argument: Expr, shape: Shape) -> Expr:
    """A function whose value is an array: of a number, of a column, of any array."""
    what = f"a function that returns an array ({described(shape)})"
    if argument.shape.is_number:
        _say(e, name, f"{what} of a number", f"its derivative is `{name}_prime`")
        return Call(unknown(with_shape(name, shape), "p", primes), argument)
    if primes:
        e.fail("unknown-function", f"the derivative of `{name}`, an array by an array, is no matrix here", node)
    if argument.shape.is_column and shape.is_column:
        _say(e, name, f"{what} of an array", f"its Jacobian is `jac_{name}`")
        e.flatten(node, e.is_flat(node.arguments[0]))
        return Call(unknown(with_shape(name, shape), "v"), argument)
    pair = f"`D_{name}(A, H)` is its derivative at A along H, `adjoint_{name}(A, G)` the adjoint of that"
    _say(e, name, f"{what} of an array", f"{pair}: inner(G, D_{name}(A, H)) = inner(adjoint_{name}(A, G), H)")
    return Call(unknown(with_shape(name, shape), "m"), argument)


def _again(e: Elaborator, node: s.Apply, known: str, primes: int, argument: Expr, others: list[Expr]) -> Expr:
    """Another call of a function of the loss whose value is an array, or of its derivative."""
    parts = unknown_parts(known)
    assert parts is not None
    try:
        return Call(unknown(parts[2], parts[0], parts[1] + primes), argument, *others)
    except ShapeMismatch as misfit:
        return e.fail("unknown-function", f"{e.text(node)} does not fit: {misfit}", node)
