"""Sentences and their values in Unicode; what the text, terminal and HTML pages share."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..ir import Dim, Expr, Index, Shape, Symbol
from ..notation.printing.to_unicode import dim_unicode, name_unicode, positions_unicode, shape_unicode, to_unicode
from ..records import Value
from .page import Outcome, Page, Phrase
from .wrap import SOLID

_LONGEST_SOLID = 36


def value_text(value: str | Value) -> str:
    """A value of a sentence in Unicode."""
    if isinstance(value, Expr):
        return to_unicode(value)
    if isinstance(value, Shape):
        return shape_unicode(value)
    if isinstance(value, Dim):
        return dim_unicode(value)
    return name_unicode(value.name) if isinstance(value, Index) else value


def phrase_text(phrase: Phrase) -> str:
    """A sentence in Unicode; short formulas in it are not broken."""
    shown = [part if isinstance(part, str) else _solid(value_text(part)) for part in phrase]
    return "".join(shown)


def _solid(text: str) -> str:
    return text.replace(" ", SOLID) if len(text) <= _LONGEST_SOLID else text


def letters_text(letters: tuple[Index, ...]) -> str:
    """What index letters run over: `i = 1…m, j = 1…p`."""
    ends: dict[str, list[str]] = {}
    for letter in letters:
        ends.setdefault(name_unicode(letter.name), []).append(dim_unicode(letter.dim))
    return ", ".join(f"{name} = 1…{' or 1…'.join(sizes)}" for name, sizes in ends.items())


def kind_text(body: Expr) -> str:
    """What a line is: `number`, `n×p`, or `number for each s,t`."""
    shape = shape_unicode(body.shape)
    if not body.free:
        return shape
    return f"{shape} for each {','.join(name_unicode(letter.name) for letter in sorted(body.free))}"


def title_text(page: Page) -> str:
    """The heading of a page."""
    kind = "gradient" if page.loss.shape.is_number and not page.wrt.shape.is_number else "derivative"
    if page.order == 2:
        kind = "second derivative"
    return f"The {kind} of {name_unicode(page.loss_name.name)} by {name_unicode(page.wrt.name)}"


def result_label(page: Page) -> str:
    """What stands left of the result: ∇L, ∂f/∂x, or an entry of it."""
    outcome, loss, wrt = page.outcome, name_unicode(page.loss_name.name), name_unicode(page.wrt.name)
    if outcome.result.matrix is not None:
        if outcome.symbol == "nabla":
            return f"∇{loss}"
        return f"∂{loss}/∂{wrt}" if page.order == 1 else f"∇²{loss}" if page.loss.shape.is_number else f"∂²{loss}/∂{wrt}²"
    return _entry_label(outcome, page)


def _entry_label(outcome: Outcome, page: Page) -> str:
    letters = list(outcome.result.letters)
    parts = []
    for symbol in (page.loss_name, *[page.wrt] * page.order):
        taken = tuple(letters[: len(symbol.shape.dims)])
        letters = letters[len(symbol.shape.dims) :]
        parts.append(name_unicode(symbol.name) + (f"_{positions_unicode(taken)}" if taken else ""))
    return f"∂{parts[0]}/∂{parts[1]}" if page.order == 1 else f"∂²{parts[0]}/∂{parts[1]}∂{parts[2]}"


def signature(symbols: Iterable[Symbol], assumed: Collection[str] = ()) -> str:
    """Variables with their shapes on one line: `X: m×n, w: n, y: number (assumed)`."""
    shown = []
    for symbol in symbols:
        shape = dim_unicode(symbol.shape.rows) if symbol.shape.is_column else shape_unicode(symbol.shape)
        shown.append(f"{symbol.name}: {shape}{' (assumed)' if symbol.name in assumed else ''}")
    return ", ".join(shown)


def described(symbol: Symbol) -> str:
    """The shape of a variable in words: `m×n`, `vector, n×1`, `number`."""
    shape = shape_unicode(symbol.shape)
    return f"{shape}" if not symbol.shape.is_column else f"{shape} (a column vector)"
