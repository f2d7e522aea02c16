"""Loops of code that add up, or fill an array: what a pass does to which name, and at which of its entries."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy

from ...diagnostics.record import record, replace
from ...verify.programs.names import each, name_of, targets_of, whole_of
from .loss import Unread

NEXT = "next"
"""The place behind all that is in a list."""


@record
class Update:
    """What a pass through a loop does to a name: which entries, letters, it changes, none: all; what it adds or takes
    away, or, without `operator`, gives them."""

    name: str
    places: tuple[str, ...]
    operator: ast.operator | None
    term: ast.expr


def update_of(line: ast.stmt) -> Update | None:
    """What a line adds to a name, or to an entry of it, `g[i] += term`, gives it, or puts behind a list."""
    match line:
        case ast.AugAssign(ast.Name(name), ast.Add() | ast.Sub() as operator, term):
            return Update(name, (), operator, term)
        case ast.AugAssign(ast.Subscript() as target, ast.Add() | ast.Sub() as operator, term):
            return Update(*_places(target, line.lineno), operator, term)
        case ast.Assign([ast.Subscript() as target], term):
            return Update(*_places(target, line.lineno), None, term)
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [term], [])):
            return Update(name, (NEXT,), None, term)
    return None


def _places(target: ast.Subscript, line: int) -> tuple[str, tuple[str, ...]]:
    """The array, and the letters of its entry, or of a row, with nothing for the other side:
    of `H[i, j]`, `H[i][j]`, `H[i]` and `H[i, :]`."""
    parts, array = list[ast.expr](), target.value
    for place in (array.slice, target.slice) if isinstance(array, ast.Subscript) else (target.slice,):
        parts += place.elts if isinstance(place, ast.Tuple) else [place]
    array = array.value if isinstance(array, ast.Subscript) else array
    whole = [isinstance(part, ast.Slice) and part.lower is part.upper is part.step is None for part in parts]
    found = tuple(
        "" if all_ else part.id if isinstance(part, ast.Name) else "?" for part, all_ in zip(parts, whole, strict=True)
    )
    known = isinstance(array, ast.Name) and found[0] and "?" not in found and len(found) < 3
    if not isinstance(array, ast.Name) or not known or found[1:] == found[:1]:
        raise Unread("a loop that fills a part of an array", line)
    return array.id, found


def bound(word: str, letters: Sequence[str], bounds: Mapping[str, ast.expr], body: ast.expr) -> ast.expr:
    """`sum[i:n](body)`, `entries[i:n, j:d](body)`."""
    places: list[ast.expr] = [ast.Slice(ast.Name(one, ast.Load()), bounds[one]) for one in letters if one]
    index = places[0] if len(places) == 1 else ast.Tuple(places, ast.Load())
    return ast.Call(ast.Subscript(ast.Name(word, ast.Load()), index, ast.Load()), [body], [])


def shape_of(array: ast.expr) -> ast.expr:
    """Zeros, of an array of which every entry is given anew: what `empty(n)` holds is not known."""
    array = deepcopy(array)
    for node in each(ast.Attribute, array):
        if node.attr in ("empty", "empty_like"):
            node.attr = node.attr.replace("empty", "zeros")
    return ast.BinOp(ast.Constant(0), ast.Mult(), array)


def added_up(one: Update, letter: str, bounds: Mapping[str, ast.expr], line: int) -> Update:
    """What all the passes of a loop do: they add up, where its letter is no place."""
    if letter in one.places:
        return one
    if one.places == (NEXT,):
        return replace(one, places=(letter,))
    if one.operator is None:
        raise Unread("a loop of which the last pass alone counts", line)
    return replace(one, term=bound("sum", [letter], bounds, one.term))


def read_in(line: ast.For) -> set[str]:
    """The names that a loop reads, other than to change them."""
    written = (node.value for node in each(ast.Subscript, line) if isinstance(node.ctx, ast.Store))
    changed = {id(of.value if isinstance(of, ast.Subscript) else of) for of in written}
    changed |= {id(one.value) for one in each(ast.Attribute, line) if one.attr == "append"}
    read = (node for node in each(ast.Name, line) if isinstance(node.ctx, ast.Load))
    return {node.id for node in read if id(node) not in changed}


def over(target: ast.expr, values: ast.expr, line: int) -> tuple[str, ast.expr, dict[str, ast.expr]]:
    """The letter of a loop, how far it goes, and what the other names of the loop are for it."""
    called = name_of(values.func) if isinstance(values, ast.Call) else ""
    arguments = values.args if isinstance(values, ast.Call) else []
    if called == "range" and isinstance(target, ast.Name) and len(arguments) == 1:
        return target.id, arguments[0], {}
    letter, places, arrays = "i", [target], [values]
    if called == "enumerate" and isinstance(target, ast.Tuple) and name_of(target.elts[0]) and len(arguments) == 1:
        letter, places, arrays = name_of(target.elts[0]), target.elts[1:], arguments
    elif called == "zip" and isinstance(target, ast.Tuple):
        places, arrays = target.elts, arguments
    names = [*filter(None, map(name_of, places))]
    if not len(names) == len(places) == len(arrays) or not all(isinstance(one, ast.Name) for one in arrays):
        raise Unread("a loop over something else than numbers or rows", line)
    own = ast.Name(letter, ast.Load())
    size = ast.Subscript(ast.Attribute(arrays[0], "shape", ast.Load()), ast.Constant(0), ast.Load())
    return letter, size, {name: ast.Subscript(of, own, ast.Load()) for name, of in zip(names, arrays, strict=True)}


def _fills(line: ast.stmt) -> bool:
    return isinstance(line, ast.AugAssign) or any(isinstance(target, ast.Subscript) for target in targets_of(line))


def changed(line: ast.stmt) -> Iterator[str]:
    """The names that a line gives a value, or a part of one; a loop those that it adds to or fills."""
    lines = [line] if isinstance(line, ast.Assign | ast.AugAssign | ast.AnnAssign) else []
    for one in filter(_fills, each((ast.Assign, ast.AugAssign), line)) if isinstance(line, ast.For) else lines:
        yield from (name for target in targets_of(one) if (name := name_of(whole_of(target))))
