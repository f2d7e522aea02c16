"""∂L/∂e of a name that the derivation defines: the loss written in terms of e,
also where only the header states the loss."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import Diagnostic, InputError, Label
from ...ir import (
    Add,
    Call,
    Entry,
    Expr,
    Inverse,
    MatMul,
    Mul,
    Number,
    Power,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    neg,
    replace_at,
    substitute,
    transpose,
)
from ...ir import places as places_of
from ...notation import syntax as s
from ..bench import Bench
from .scope import STATED, Surroundings

MOST_PLACES = 12


def loss_through(around: Surroundings, name: s.Name) -> str:
    """The name under which the loss stands in scope, written so that it depends on the defined name."""
    symbol = around.defined[name.name]
    base = around.stated if around.stated is not None else around.task.problem.loss
    value = around.expanded(around.values[symbol])
    old, new = _solved_for(value, symbol)
    if isinstance(old, Symbol) and old is not value and old in (whole := around.expanded(base, symbol)).symbols:
        changed = f"{STATED} through {name.name}"
        around.looked_up[changed] = substitute(whole, {old: new})
        return changed
    if symbol in around.expanded(base, symbol).symbols:
        if around.stated is not None:
            return STATED
        around.looked_up[STATED] = base
        return STATED
    known = f"{STATED} through {name.name}"
    if known not in around.looked_up:
        found = in_terms_of(around.bench, around.expanded(base), symbol, value)
        if found is None:
            raise InputError(
                Diagnostic(
                    "loss-not-stated",
                    f"how the loss depends on `{name.name}` is not said",
                    labels=(Label(name.span),),
                    help=f"state the loss in terms of `{name.name}` first",
                )
            )
        around.looked_up[known] = found
    return known


def _solved_for(value: Expr, symbol: Expr) -> tuple[Expr, Expr]:
    """The innermost part of a value to which it can be turned round, and what it is then in terms of the symbol:
    Σ = Λ⁻¹ of Λ = Σ⁻¹, σ² = eˢ of s = log σ²."""
    match value:
        case Inverse(inner):
            return _solved_for(inner, Inverse(symbol))
        case Transpose(inner):
            return _solved_for(inner, transpose(symbol))
        case Call("log" | "exp" as name, (inner,)):
            return _solved_for(inner, Call("exp" if name == "log" else "log", symbol))
        case Power(inner, Number(exponent)) if exponent == -1:
            return _solved_for(inner, Power(symbol, Number(exponent)))
    return value, symbol


def in_terms_of(bench: Bench, loss: Expr, symbol: Symbol, value: Expr) -> Expr | None:
    """The loss with every part that has the value replaced by the symbol; None if there is none."""
    found: Expr | None = None
    for _ in range(MOST_PLACES):
        step = _replaced_once(bench, loss, symbol, value)
        if step is None:
            break
        loss = found = step
    return found


def _replaced_once(bench: Bench, loss: Expr, symbol: Symbol, value: Expr) -> Expr | None:
    for path, node in places_of(loss):
        if not value.symbols <= node.symbols:
            continue
        if node.free:
            if (entry := _entry(bench, node, symbol, value)) is not None:
                return replace_at(loss, path, entry)
            continue
        for new in _written(bench, node, symbol, value):
            return replace_at(loss, path, new)
    return None


def _entry(bench: Bench, node: Expr, symbol: Symbol, value: Expr) -> Expr | None:
    """The node with the entry of the symbol for that of its value, for one letter: as a whole, or as all of its factors
    that are made of the same."""
    (letter, *others) = node.free
    if others or not value.shape.is_column or not node.shape.is_number:
        return None
    factors = node.factors if isinstance(node, Mul) else (node,)
    inside = [factor for factor in factors if factor.symbols and factor.symbols <= value.symbols]
    if not inside or not bench.equal(mul(*inside), Entry(value, letter, None)):
        return None
    return mul(*(factor for factor in factors if factor not in inside), Entry(symbol, letter, None))


def _written(bench: Bench, node: Expr, symbol: Symbol, value: Expr) -> Iterator[Expr]:
    """The node with the value in it, as a whole, as some of its terms, or as neighbouring factors,
    replaced by the symbol."""
    if bench.equal(node, value):
        yield symbol
    elif bench.equal(node, neg(value)):
        yield neg(symbol)
    elif not value.shape.is_number and bench.equal(node, transpose(value)):
        yield transpose(symbol)
    elif isinstance(node, Add):
        yield from _among_terms(node, symbol, value)
    elif isinstance(node, MatMul):
        yield from _among_factors(bench, node, symbol, value)


def _among_terms(node: Add, symbol: Symbol, value: Expr) -> Iterator[Expr]:
    for whole, new in ((value, symbol), (neg(value), neg(symbol))):
        parts = list(whole.terms) if isinstance(whole, Add) else [whole]
        rest = [term for term in node.terms if term not in parts]
        if len(rest) == len(node.terms) - len(parts) and rest:
            yield add(*rest, new)


def _among_factors(bench: Bench, node: MatMul, symbol: Symbol, value: Expr) -> Iterator[Expr]:
    count = len(node.factors)
    for start in range(count):
        for end in range(start + 2, count + 1):
            if end - start == count:
                continue
            run = matmul(*node.factors[start:end])
            for wanted, new in ((value, symbol), (Transpose(value), Transpose(symbol))):
                if bench.equal(run, wanted):
                    yield matmul(*node.factors[:start], new, *node.factors[end:])
