r"""∂L/∂e of a name that the derivation defines, and of what is no variable, `\nabla_{Ax-b}\lVert Ax-b\rVert^2`: what is
differentiated, written in terms of that, also where only the header states the loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from ...diagnostics import Diagnostic, InputError, Label, MatgradError, Source
from ...diagnostics.record import replace
from ...ir import (
    Add,
    Call,
    Entry,
    Expr,
    Inverse,
    MatMul,
    MatrixOf,
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
    sub,
    substitute,
    transpose,
)
from ...ir import places as places_of
from ...notation import syntax as s
from ...notation.elaboration.chosen_entries import places
from ...notation.elaboration.elaborate import read_node
from ...notation.printing.to_text import to_text
from ..bench import Bench
from .scope import STATED, Surroundings
from .syntax_walk import alike, inner, rebuilt

MOST_PLACES = 12


def through(node: s.Derivative, around: Surroundings) -> s.Derivative:
    """The derivative of the loss by a defined name: of the loss as stated, or of the problem's loss with the name put
    into it; that of anything by what is no variable, with a new name for that. Else the node itself."""
    by, body = inner(node.variable), inner(node.body)
    if isinstance(by, s.Name):
        whole = body is None or (isinstance(body, s.Name) and body.name in around.losses)
        if by.name not in around.defined:
            return node
        if not whole:
            return _through_both(node, by, around)
        symbol, base = around.defined[by.name], around.stated or around.task.problem.loss
        key = f"{STATED} through {by.name}"
        if (written := around.looked_up.get(key)) is None or symbol in around.expanded(base, symbol).symbols:
            written = _in_terms(around, base, symbol)
        if written is None:
            raise _not_said("the loss", by)
        around.looked_up[key] = written
        return replace(node, body=s.Name(node.span, key))
    made = isinstance(by, (s.Binary, s.Inverted, s.Negative, s.Apply)) and getattr(by, "function", "") != "vec"
    if by is None or not made or node.indices:
        return node
    scope = around.scope(Source("", ""), "latex", {})
    try:
        value = read_node(by, scope).expr
        base = around.task.problem.loss if node.body is None else read_node(node.body, scope).expr
    except MatgradError:
        return node
    if value.free or isinstance(value, Symbol):
        return node
    known = (one for one, meant in around.values.items() if meant is value)
    symbol = next(known, None) or around.define(to_text(value), value)
    if (written := _in_terms(around, base, symbol)) is None:
        return node
    key = f"{node.span.start} of {symbol.name}"
    around.looked_up[key] = written
    return s.Derivative(node.span, s.Name(node.span, key), s.Name(by.span, symbol.name), (), node.style)


def _not_said(what: str, by: s.Name) -> InputError:
    help_, message = f"state {what} in terms of `{by.name}` first", f"how {what} depends on `{by.name}` is not said"
    return InputError(Diagnostic("loss-not-stated", message, labels=(Label(by.span),), help=help_))


def _through_both(node: s.Derivative, by: s.Name, around: Surroundings) -> s.Derivative:
    r"""`\partial y_k/\partial a_j` of a y that is written in what a is made of, and not in a itself: in terms of a."""
    body = inner(node.body)
    name = inner(body.body) if isinstance(body, s.Subscript) and node.indices else None
    named = around.defined.get(name.name) if isinstance(name, s.Name) else None
    symbol = around.defined[by.name]
    if named is None or named is symbol or not isinstance(name, s.Name):
        return node
    whole, value = around.expanded(named), around.expanded(around.values[symbol])
    said = symbol in around.expanded(named, symbol).symbols
    if said or not value.symbols or not value.symbols <= whole.symbols:
        return node
    if (written := _in_terms(around, whole, symbol)) is None:
        raise _not_said(f"`{name.name}`", by)
    key = f"{name.name} through {by.name}"
    around.looked_up[key] = written
    changed = rebuilt(node.body, lambda one: s.Name(one.span, key) if alike(one, name) else one) if node.body else None
    return replace(node, body=changed)


def without_places(node: s.Node, around: Surroundings) -> s.Node:
    r"""`d(y^\top y)\big|_{y = Wx + b}` without its bar, which defines a letter of its own, or says again what it is;
    where bars give a letter several values, it is another letter at each."""
    if ("value at", 3) not in s.contents(node).calls:
        return node
    scope = around.scope(Source("", ""), "latex", {})
    bars = [part for part in s.parts_of(node) if isinstance(part, s.Apply) and part.function == "value at"]

    def change(part: s.Node) -> s.Node:
        match part:
            case s.Apply(span, "value at", (body, s.Name(_, name) as by, place)) if not isinstance(place, s.Literal_):
                try:
                    value = read_node(place, scope).expr
                except MatgradError:
                    return part
                own = not around.known(name) and name not in around.losses
                if own and any(alike(one.arguments[1], by) and not alike(one.arguments[2], place) for one in bars):
                    name = f"{name} at {to_text(value)}"
                    body = rebuilt(body, lambda one: s.Name(one.span, name) if alike(one, by) else one)
                if own and not around.known(name) and not value.free:
                    around.define(name, value)
                meant = around.defined.get(name)
                return s.Group(span, body) if meant and around.values.get(meant) is value else part
        return part

    return rebuilt(node, change)


def _in_terms(around: Surroundings, body: Expr, symbol: Symbol) -> Expr | None:
    """The body in terms of a variable with a value; None where it is not seen how it depends on that."""
    value, whole = around.expanded(around.values[symbol]), around.expanded(body, symbol)
    old, new = _solved_for(value, symbol)
    if isinstance(old, Symbol) and old is not value and old in whole.symbols:
        return substitute(whole, {old: new})
    if symbol in whole.symbols:
        return whole
    if (
        isinstance(value, MatMul)
        and len(value.factors) == 2
        and not around.apart
        and value.factors[1] in _places(around)
    ):
        return _in_row(around.bench, whole, symbol, value)
    if old is value:
        return in_terms_of(around.bench, around.expanded(body), symbol, value)
    inside = Symbol(f"inside {symbol.name}", old.shape)  # by s = log σ² also σ² moves
    written = in_terms_of(around.bench, around.expanded(body), inside, old)
    return substitute(written, {inside: new}) if written and old.symbols.isdisjoint(written.symbols) else None


def _in_row(bench: Bench, body: Expr, symbol: Symbol, value: MatMul) -> Expr:
    """The body in terms of row y of a matrix, also where the matrix itself stands."""
    whole, place = value.factors
    change = matmul(sub(symbol, value), transpose(place))
    matrix, change = (whole.children[0], transpose(change)) if isinstance(whole, Transpose) else (whole, change)
    beside, twice = substitute(body, {value: symbol}), dict[Expr, Expr]({symbol: mul(Number(2), symbol)})
    everywhere = substitute(beside, {matrix: add(matrix, change)})
    moves = bench.clearly_different(substitute(everywhere, twice), substitute(beside, twice))
    return everywhere if moves else beside  # the row stands in the matrix too


def _places(around: Surroundings) -> set[Expr]:
    """The vectors that are 1 at one fixed place alone."""
    letters = places(around.names().variables)
    symbols = around.task.problem.variables
    return {symbol for symbol in symbols if symbol.name[:2] == "e_" and symbol.name[2:] in letters}


def _solved_for(value: Expr, symbol: Expr) -> tuple[Expr, Expr]:
    """The innermost part of a value to which it can be turned round, and what it is then in terms of the symbol:
    Σ = Λ⁻¹ of Λ = Σ⁻¹, σ² = eˢ of s = log σ²."""
    match value:
        case MatrixOf(row, col, entry):
            old, new = _solved_for(entry, Entry(symbol, row, col))
            whole = old.base if isinstance(old, Entry) and (old.row, old.col) == (row, col) else MatrixOf(row, col, old)
            return (value, symbol) if old is entry else (whole, MatrixOf(row, col, new))
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
    """The node with the entry of the symbol for that of its value, for one letter, or two: as a whole, or as all of its
    factors that are made of the same."""
    if len(node.free) > 2 or not node.shape.is_number:
        return None
    factors = node.factors if isinstance(node, Mul) else (node,)
    for row, *cols in permutations(sorted(node.free, key=lambda letter: letter.name)):
        col = cols[0] if cols else None
        fits = value.shape.rows is row.dim and (value.shape.cols is col.dim if col else value.shape.is_column)
        if fits and (written := _made_of(bench, factors, value, Entry(value, row, col), Entry(symbol, row, col))):
            return written
    return None


def _made_of(bench: Bench, factors: Sequence[Expr], value: Expr, part: Expr, new: Expr) -> Expr | None:
    """The product with `new` for all of its factors that are made of the same as a value, where they are this part of
    it."""
    inside = [factor for factor in factors if factor.symbols and factor.symbols <= value.symbols]
    if not inside or not bench.equal(mul(*inside), part):
        return None
    return mul(*(factor for factor in factors if factor not in inside), new)


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
    elif isinstance(node, Mul) and (written := _made_of(bench, node.factors, value, value, symbol)) is not None:
        yield written


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
