"""Sentences and their values in Unicode; what the text, terminal and HTML pages share."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..ir import Expr, Index, Stack, Symbol
from ..notation.printing.to_unicode import dim_unicode, name_unicode, printer, shape_unicode
from ..records import Derivation, Value
from .document.blocks import Cell, Label, Phrase
from .document.glossary import ranges
from .labels import label, value
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
    return ", ".join(
        f"{name_unicode(name)} = 1…{' or 1…'.join(map(dim_unicode, sizes))}" for name, sizes in ranges(letters).items()
    )


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
