"""Derivatives of elementwise functions, from number to array: f′(u) for a number u becomes f′(A) for an array A."""

from __future__ import annotations

from ..ir import (
    Add,
    Call,
    Constant,
    Expr,
    Fill,
    Hadamard,
    Mul,
    Number,
    Power,
    Size,
    Symbol,
    add,
    hadamard,
    mul,
    substitute,
)


def _half() -> Expr:
    return Power(Number(2), Number(-1))


def _table(u: Expr) -> dict[str, Expr]:
    minus = Number(-1)
    return {
        "exp": Call("exp", u),
        "log": Power(u, minus),
        "sin": Call("cos", u),
        "cos": mul(minus, Call("sin", u)),
        "tan": add(Number(1), Power(Call("tan", u), Number(2))),
        "tanh": add(Number(1), mul(minus, Power(Call("tanh", u), Number(2)))),
        "sigmoid": mul(Call("sigmoid", u), add(Number(1), mul(minus, Call("sigmoid", u)))),
        "softplus": Call("sigmoid", u),
        "relu": Call("step", u),
        "abs": Call("sign", u),
        "sqrt": mul(_half(), Power(Call("sqrt", u), minus)),
        "sign": Number(0),
        "step": Number(0),
    }


def derivative_of(function: str, u: Expr) -> Expr:
    """f′(u) for a number u."""
    return _table(u)[function]


def lifted(expr: Expr, slot: Symbol, array: Expr) -> Expr:
    """A number-valued expression of the number `slot`, turned into the same function of every entry of `array`."""
    if array.shape.is_number:
        return substitute(expr, {slot: array})
    done: dict[Expr, Expr] = {slot: array}

    def walk(node: Expr) -> Expr:
        if slot not in node.symbols:
            return node
        found = done.get(node)
        if found is None:
            found = _lift(node, [walk(child) for child in node.children], array)
            done[node] = found
        return found

    result = walk(expr)
    return result if result.shape is array.shape else _constant(result, array)


def _constant(value: Expr, array: Expr) -> Expr:
    ones = Fill(1, array.shape)
    if value is Number(0):
        return Fill(0, array.shape)
    return ones if value is Number(1) else mul(value, ones)


def _lift(node: Expr, parts: list[Expr], array: Expr) -> Expr:
    if isinstance(node, Add):
        return add(*(part if not part.shape.is_number else _constant(part, array) for part in parts))
    if isinstance(node, Mul):
        numbers = [part for part in parts if part.shape.is_number]
        arrays = [part for part in parts if not part.shape.is_number]
        return mul(*numbers, hadamard(*arrays))
    if isinstance(node, Power):
        return Power(parts[0], parts[1])
    if isinstance(node, Call):
        return Call(node.function, *parts)
    raise ValueError(f"no array form for {node!r}")



