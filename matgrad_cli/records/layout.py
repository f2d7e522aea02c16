"""Layouts: on which axis the entries of a derivative lie. The law stands here;
deriving, printing and checking all ask it.

The derivative of a loss of shape S by a variable of shape T is the array of shape S + T, whatever the layout; with at
most two sides a layout writes it as a matrix, either as the gradient layout does or transposed against that.
"""

from __future__ import annotations

from typing import Final

from ..ir import Shape

LAYOUTS: Final = ("gradient", "numerator", "denominator", "mml", "matrixcalculus")
"""All layouts; the first is the usual one, against which the others are told."""

_TURNED: Final = {
    "number by column": ("numerator", "mml"),
    **dict.fromkeys(("number by row", "number by matrix"), ("numerator",)),
    **dict.fromkeys(("vector by vector", "array by number"), ("denominator",)),
}
"""For each kind of derivative, the layouts that write it transposed against the gradient layout."""


def kind_of(loss: Shape, wrt: Shape) -> str | None:
    """The row of the table; None where there is nothing to turn: a number by a number, three and four indices."""
    if loss.is_number:
        if wrt.is_number:
            return None
        return "number by matrix" if wrt.is_matrix else "number by row" if wrt.is_row else "number by column"
    if wrt.is_number:
        return "array by number"
    return "vector by vector" if len(loss.dims) + len(wrt.dims) == 2 else None


def is_turned(layout: str, loss: Shape, wrt: Shape, order: int = 1) -> bool:
    """Whether the layout writes the derivative transposed against the gradient layout; never a Hessian."""
    return order == 1 and layout in _TURNED.get(kind_of(loss, wrt) or "", ())


def written_shape(layout: str, loss: Shape, wrt: Shape, order: int = 1) -> Shape | None:
    """The shape in which the layout writes the derivative; None where it has more than two sides."""
    sides = loss.dims + wrt.dims * order
    if len(sides) > 2:
        return None
    if wrt.is_number or (loss.is_number and order == 1):
        shape = loss if wrt.is_number else wrt
    else:
        shape = Shape(*sides)
    return shape.transposed if is_turned(layout, loss, wrt, order) else shape


def layouts_that_turn(loss: Shape, wrt: Shape, turned: bool) -> list[str]:
    """The layouts in which a derivative is written transposed against the gradient layout (or as in it)."""
    return [layout for layout in LAYOUTS if is_turned(layout, loss, wrt) == turned]
