"""How misfits are told: both operands with their shapes, where a shape came from,
and a form that was checked to fit."""

from __future__ import annotations

import re
from typing import NoReturn

from ...diagnostics import Diagnostic, InputError, Label, Source, Span
from ...ir import ONE, Dim, Expr, Shape, Symbol
from ..scope import Scope


def quoted(source: Source, span: Span) -> str:
    """The text at a place in backquotes, shortened in the middle where it is long."""
    text = _written(source.text, span)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:28]} … {text[-28:]}`"


def _written(text: str, span: Span) -> str:
    if "\\" in text:
        from ..latex.names import whole

        span = whole(text, span)
    return without_sizes(text[span.start : span.end])


def without_sizes(text: str) -> str:
    """LaTeX without the words that only size its brackets, and with single blanks."""
    if "\\" in text:
        text = re.sub(r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![a-zA-Z])", "", text)
    return " ".join(text.split())


def described(shape: Shape) -> str:
    """A shape in words: `a number`, `a column of n`, `m×n`."""
    if shape.is_number:
        return "a number"
    if shape.is_column:
        return f"a column of {shape.rows} ({shape})"
    return f"a row of {shape.cols} ({shape})" if shape.is_row else str(shape)


def fail(
    scope: Scope,
    code: str,
    message: str,
    *labels: tuple[Span, str],
    notes: tuple[str, ...] = (),
    help: str | None = None,
) -> NoReturn:
    """Raise the one diagnostic about an expression that is readable but does not make sense."""
    marks = tuple(Label(span, text) for span, text in labels)
    raise InputError(Diagnostic(code, message, scope.source, marks, notes, help))


def shape_notes(scope: Scope, *parts: tuple[Expr, Span]) -> tuple[str, ...]:
    """Where the shapes of the variables in these parts came from."""
    notes = []
    seen: set[Expr] = set()
    for part, _ in parts:
        for symbol in sorted(part.symbols, key=str)[:6]:
            if isinstance(symbol, Symbol) and symbol not in seen:
                seen.add(symbol)
                origin = scope.origins.get(symbol.name)
                notes.append(f"`{symbol.name}` is {described(symbol.shape)}" + (f" ({origin})" if origin else ""))
    return tuple(notes)


def piece(scope: Scope, span: Span, transposed: bool = False) -> str:
    text = _written(scope.source.text, span)
    latex = scope.syntax == "latex"
    turned = re.fullmatch(_TURNED, text) if latex else None
    if turned is not None:
        return turned[1] if transposed else text
    again = text.endswith(".T") and text[:-2].isalnum()
    simple = text.isalnum() or (text.endswith(")") and text.count("(") == 1) or again
    if not transposed:
        return text if simple else f"({text})"
    if again:
        return text[:-2]
    text = text if simple and not (latex and text.endswith(")")) else f"({text})"
    return f"{text}^T" if latex else f"{text}.T"


_TURNED = r"(\\?[a-zA-Z]+)(?:\^\{?\\?(?:T|top|intercal)\}?|ᵀ|')"
"""A name with its transpose in LaTeX."""


def misfit_product(scope: Scope, left: tuple[Expr, Span], right: tuple[Expr, Span]) -> NoReturn:
    """The inner sizes of a matrix product differ."""
    a, b = left[0].shape, right[0].shape
    sign = " " if scope.syntax == "latex" else " @ "
    help = None
    ways = [(left, first, right, second) for first, second in ((True, False), (False, True), (True, True))]
    for one, first, other, second in (*ways, (right, False, left, False)):
        fits = [
            value.shape.transposed if turned else value.shape for (value, _), turned in ((one, first), (other, second))
        ]
        if fits[0].cols is fits[1].rows:
            product = f"{piece(scope, one[1], first)}{sign}{piece(scope, other[1], second)}"
            help = f"`{product}` fits, and is {described(Shape(fits[0].rows, fits[1].cols))}"
            break
    meet = f"{_count(a.cols, 'column')} {'meets' if a.cols is ONE else 'meet'} {_count(b.rows, 'row')}"
    message = f"cannot multiply {quoted(scope.source, left[1])} by {quoted(scope.source, right[1])}: {meet}"
    _misfit(scope, message, left, right, help)


def _misfit(
    scope: Scope, message: str, left: tuple[Expr, Span], right: tuple[Expr, Span], help: str | None
) -> NoReturn:
    marks = [(span, f"{value.shape.rows}×{value.shape.cols}") for value, span in (left, right)]
    fail(scope, "shape-mismatch", message, *marks, notes=shape_notes(scope, left, right), help=help)


def _count(side: Dim, what: str) -> str:
    return f"1 {what}" if side is ONE else f"{side} {what}s"


def misfit_entrywise(scope: Scope, action: str, left: tuple[Expr, Span], right: tuple[Expr, Span]) -> NoReturn:
    """Two arrays of different shapes are added or multiplied entry by entry."""
    a, b = left[0].shape, right[0].shape
    both = f"one is {described(a)}, the other {described(b)}"
    message = f"cannot {action} {quoted(scope.source, left[1])} and {quoted(scope.source, right[1])}: {both}"
    _misfit(scope, message, left, right, _entrywise_help(scope, action, left, right))


def _entrywise_help(scope: Scope, action: str, left: tuple[Expr, Span], right: tuple[Expr, Span]) -> str | None:
    a, b = left[0].shape, right[0].shape
    first, second, turned = piece(scope, left[1]), piece(scope, right[1]), piece(scope, right[1], True)
    product = f"the matrix product is `{first} @ {second}`"
    if a.is_matrix and not b.is_matrix and (spread := _spread(scope, right, a)) is not None:
        if scope.syntax == "latex":
            return f"to use it for every {spread[1]}, write {spread[0]}"
        meant = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}[action]
        also = f"; {product}" if action == "multiply" and a.cols is b.rows and b.is_column else ""
        return f"to use it for every {spread[1]}, write `{first} {meant} {spread[0]}`{also}"
    if b.is_matrix and not a.is_matrix and (spread := _spread(scope, left, b)) is not None:
        return f"to use {quoted(scope.source, left[1])} for every {spread[1]}, write it as `{spread[0]}`"
    if a is b.transposed and turned != first:
        return f"`{turned}` is {described(a)}, as {quoted(scope.source, left[1])} is"
    if action == "multiply" and a.cols is b.rows:
        return product
    for (value, _), (_, beside), shape in ((right, left, a), (left, right, b)):
        if isinstance(value, Symbol) and scope.origins.get(value.name) == "from --shape":
            declared = shape.rows if shape.is_column and value.shape.is_column else shape
            return f"declared as `{value.name}: {declared}` it has the shape of {quoted(scope.source, beside)}"
    return None


def declared_column(scope: Scope, vector: Expr) -> bool:
    """Whether a vector has two dimensions in the expression language."""
    return any(isinstance(symbol, Symbol) and symbol.name in scope.columns for symbol in vector.symbols)


def _spread(scope: Scope, vector: tuple[Expr, Span], matrix: Shape) -> tuple[str, str] | None:
    """A vector repeated to the shape of a matrix: the text, and whether it is used for rows or for columns;
    None where it is written so already."""
    shape, span = vector[0].shape, vector[1]
    size = shape.cols if shape.rows is ONE else shape.rows
    as_row, as_column = piece(scope, span, not shape.is_row), piece(scope, span, shape.is_row)
    latex = scope.syntax == "latex"
    if size is matrix.cols and (shape.is_row or size is not matrix.rows):
        written = not latex and as_row == piece(scope, span)
        return None if written else ((f"\\mathbf{{1}}{as_row}" if latex else as_row), "row")
    if size is matrix.rows:
        axis = "" if declared_column(scope, vector[0]) else "[:, None]"
        return (f"{as_column}\\mathbf{{1}}^T" if latex else f"{as_column}{axis}"), "column"
    return None
