"""Sentences, their values and what stands left of a result, printed with the signs of any notation; and in Unicode,
which the text, terminal and HTML pages share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ..ir import Call, Dim, Expr, Index, Number, Position, Shape, Stack, Symbol
from ..notation.printing.book import BookPrinter
from ..notation.printing.to_unicode import dim_unicode, name_unicode, printer, shape_unicode
from ..records import Derivation, Value
from .document.blocks import Cell, Label, Phrase
from .document.glossary import ranges
from .wrap import SOLID

_LONGEST_SOLID = 36


def value_text(of: str | Value | Label) -> str:
    """A value of a sentence in Unicode."""
    return value(of, printer(), str, str)


def phrase_text(phrase: Phrase) -> str:
    """A sentence in Unicode; short formulas in it are not broken."""
    shown = [part if isinstance(part, str) else _solid(value_text(part)) for part in phrase]
    return "".join(shown)


def plain(phrase: Phrase) -> str:
    """A sentence in Unicode on one line."""
    return "".join(map(value_text, phrase))


def _solid(text: str) -> str:
    return text.replace(" ", SOLID) if len(text) <= _LONGEST_SOLID else text


def letters_text(letters: tuple[Index, ...]) -> str:
    """What index letters run over: `i = 1…m, j = 1…p`."""
    ends = ((name_unicode(name), " or 1…".join(map(dim_unicode, sizes))) for name, sizes in ranges(letters).items())
    return ", ".join(f"{name} = 1…{end}" for name, end in ends)


def kind_text(body: Expr) -> str:
    """What a line is: `number`, `n×p`, or `number for each s,t`."""
    shape = shape_unicode(body.shape)
    if not body.free:
        return shape
    return f"{shape} for each {','.join(name_unicode(letter.name) for letter in sorted(body.free))}"


def label_text(of: Label | Expr) -> str:
    """What stands left of a result: ∇L, ∂f/∂x, or an entry of it."""
    return label(of, printer())


def cell_text(cell: Cell) -> str:
    """A cell of a matrix that is drawn."""
    return cell if isinstance(cell, str) else value_text(cell)


def signature(symbols: Iterable[Symbol], assumed: Collection[str] = ()) -> str:
    """Variables with their shapes on one line: `X: m×n, w: n, y: number (assumed)`."""
    shown = []
    for symbol in symbols:
        shape = dim_unicode(symbol.shape.rows) if symbol.shape.is_column else described(symbol)
        shown.append(f"{symbol.name}: {shape}{' (assumed)' if symbol.name in assumed else ''}")
    return ", ".join(shown)


def described(symbol: Symbol) -> str:
    """The shape of a variable in words: `m×n`, `vector, n×1`, `number`."""
    if isinstance(symbol, Stack):
        return f"{dim_unicode(symbol.count)}×{shape_unicode(symbol.each)}"
    shape = shape_unicode(symbol.shape)
    return f"{shape}" if not symbol.shape.is_column else f"{shape} (a column vector)"


def resting(*derivations: Derivation) -> str | None:
    """`rests on rules added by the user: trace-mine (mine.toml:1)`; None where the product's alone were used."""
    found = list(dict.fromkeys(rule for derivation in derivations for rule in derivation.rests_on))
    if not found:
        return None
    return f"rests on {'a rule' if len(found) == 1 else 'rules'} added by the user: {', '.join(found)}"


def comments(derivations: Iterable[Derivation], sign: str) -> list[str]:
    """The same as a line of comment, if there is anything to say."""
    said = resting(*derivations)
    return [f"{sign} {' '.join(said.split())}"] if said else []


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
