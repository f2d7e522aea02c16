"""Expressions as a book prints them, in Unicode: 2/m Xᵀ(XR − Y), ‖XR − Y‖²_F, Σ_ij, ∂(XR)_ij/∂R_st."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...ir import Call, Differential, Expr, Index, Number, Size
from ..names import LETTERS, SUBSCRIPTS, SUPERSCRIPTS, split_name
from . import signs
from .book import BookPrinter
from .precedence import ATOM, POWER, PRODUCT, Piece, visible


def name_unicode(name: str) -> str:
    """A name with its Greek letter and its number below: λ, W₁, x_hat."""
    head, tail = split_name(name)
    shown = LETTERS.get(head, head)
    if not tail:
        return shown
    return shown + tail.translate(SUBSCRIPTS) if tail.isdigit() else f"{shown}_{LETTERS.get(tail, tail)}"


class UnicodePrinter(BookPrinter):
    """Prints in Unicode."""

    words = signs.UNICODE
    functions = signs.UNICODE_FUNCTIONS
    stroke = True
    name_text = staticmethod(name_unicode)

    def name(self, name: str) -> Piece:
        shown = name_unicode(name)
        return Piece(shown, tight=len(shown.rstrip("₀₁₂₃₄₅₆₇₈₉")) == 1)

    def on_size(self, node: Size, parts: tuple[Piece, ...]) -> Piece:
        text = self.dim_text(node.dim)
        return Piece(text, ATOM if len(text) == 1 else PRODUCT, tight=len(text) == 1)

    def runs_on(self, bottom: Piece, after: Expr, shown: Piece) -> bool:
        first = visible(shown.text)[:1]
        letter = first.isascii() and first.isalpha() and not isinstance(after, Call | Differential)
        return letter and after.shape.is_number and not after.free and not visible(bottom.text).isdigit()

    def big_sum(self, indices: Sequence[Index], body: Expr) -> str:
        return f"Σ_{self.positions(indices)}"

    def raised(self, base: str, exponent: str) -> str:
        return base + exponent

    def has_own_index(self, base: str) -> bool:
        return base == "Σ" or base[-1] in "₀₁₂₃₄₅₆₇₈₉" or ("_" in base and base[-1] not in ")]")

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        return f"[{'; '.join(', '.join(row) for row in rows)}]"

    def root(self, body: Piece) -> Piece:
        text = self.signed(body)
        return Piece(f"√{text}" if body.level >= ATOM and "(" not in text else f"√({text})", POWER)

    def exponent_text(self, node: Expr, part: Piece) -> str:
        if isinstance(node, Number):
            whole = node.value.denominator == 1
            return str(node.value).translate(SUPERSCRIPTS) if whole else f"^({node.value})"
        return f"^{part.text}" if part.level >= ATOM and not part.negative else f"^({self.signed(part)})"

    def between(self, left: Piece, right: Piece, shown: str) -> str:
        if shown[0].isdigit():
            return " · "
        before = visible(left.text)
        if before[-1:] + shown[:1] in LETTERS or before.endswith(("_F", "_*")):
            return " "  # m u, not mu; ‖X‖_F X
        return "" if left.tight and (right.tight or shown[0] == "(") else " "

    def norm(self, body: Piece, kind: str, power: str) -> Piece:
        below = {"1": "₁", "2": "₂", "*": "_*", "F": "_F", "": ""}[kind]
        written = power + below if kind in ("F", "*") else below + power
        return Piece(f"‖{self.signed(body)}‖{written}", POWER if power else ATOM, tight=True, inner=body)


_BARE: Final = UnicodePrinter()
dim_unicode: Final = _BARE.dim_text
shape_unicode: Final = _BARE.shape_text
position_unicode: Final = _BARE.position
printer: Final = UnicodePrinter.of
to_unicode: Final = UnicodePrinter.written
