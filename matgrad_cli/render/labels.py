"""What stands left of a result, printed with the signs of any notation: ∇L, ∂F_ij/∂R_st, ∂vec(F)/∂vec(X)ᵀ."""

from __future__ import annotations

from collections.abc import Callable

from ..ir import Call, Dim, Expr, Index, Number, Position, Shape, Symbol
from ..notation.printing.book import BookPrinter
from ..records import Value
from .document.blocks import Label


def value(of: str | Value | Label, to: BookPrinter, math: Callable[[str], str], prose: Callable[[str], str]) -> str:
    """A value of a sentence: mathematics in a printer's signs, set by `math`, or prose."""
    match of:
        case str():
            return prose(of)
        case Label():
            return math(label(of, to))
        case Shape():
            return "a number" if of.is_number else math(to.shape_text(of))
        case Dim():
            return math(to.dim_text(of))
        case Index():
            return math(to.name_text(of.name))
    return math(to.written(of))


def label(of: Label | Expr, to: BookPrinter) -> str:
    """What stands left of a formula."""
    if isinstance(of, Expr):
        return to.show(of)
    if of.kind == "nabla":
        return to.gradient(of.loss.name, of.wrt.name, of.order)
    below = [of.wrt] * of.order
    if of.kind == "vec":
        symbols = (of.loss, *below)
        stacked = [to.show(Call("vec", symbol) if symbol.shape.is_matrix else symbol) for symbol in symbols]
        if not (of.wrt.shape.is_row or (of.order == 1 and of.loss.shape.is_number)):
            stacked[-1] = to.raised(stacked[-1], to.word("transpose"))
        return _quotient(*stacked, to=to)
    letters = list(of.letters)
    parts = []
    for symbol in (of.loss, *below):
        sides = len(symbol.shape.dims)
        parts.append(_at(symbol, tuple(letters[:sides]), to))
        letters = letters[sides:]
    return _quotient(*parts, to=to)


def _at(symbol: Symbol, places: tuple[Position, ...], to: BookPrinter) -> str:
    name = to.name(symbol.name).text
    if not places:
        return name
    return to.lowered(to.brackets(name) if to.has_own_index(name) else name, places)


def _quotient(above: str, *below: str, to: BookPrinter) -> str:
    """∂above/∂below, or ∂²above/∂below∂below; ∂²f/∂x² where both are the same."""
    sign = to.word("partial")
    if len(below) == 1:
        return to.quotient(f"{sign}{above}", f"{sign}{below[0]}").text
    two = Number(2)
    square = to.exponent_text(two, to.piece(two))
    space = " " if sign.endswith(" ") else ""
    last = to.raised(below[0], square) if below[0] == below[1] else f"{below[0]}{space}{sign}{below[1]}"
    return to.quotient(f"{to.raised(sign.strip(), square)}{space}{above}", f"{sign}{last}").text
