"""SymPy's own objects as texts: what is differentiated, the shapes of its symbols."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...diagnostics import InputError


def texts_of(loss: object, wrt: object, shapes: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """A loss and its variable as SymPy writes them, with the shape of each symbol that has none yet."""
    if not hasattr(loss, "free_symbols"):
        found = type(loss).__name__
        message = f"a loss is a text or a SymPy expression, and this is of the type `{found}`"
        raise InputError.coded("unreadable", message)
    given = {part.partition(":")[0].strip() for text in shapes for part in text.split(",")}
    return str(loss), str(wrt), (*shapes, *(shape for name, shape in _shapes(loss) if name not in given))


def _shapes(loss: Any) -> Iterator[tuple[str, str]]:
    """`X: m×n` of matrix symbols; a symbol that is no size is a number."""
    matrices = sorted((symbol for symbol in loss.free_symbols if hasattr(symbol, "shape")), key=str)
    sizes = {str(size) for symbol in matrices for size in symbol.shape}
    yield from ((str(symbol), f"{symbol}: {symbol.shape[0]}×{symbol.shape[1]}") for symbol in matrices)
    numbers = sorted({str(one) for one in loss.free_symbols - set(matrices)} - sizes)
    yield from ((name, f"{name}: scalar") for name in numbers)
