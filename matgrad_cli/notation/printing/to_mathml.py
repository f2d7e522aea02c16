"""Expressions as MathML Core, printed from the tree: what stands between <math> and </math>."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from ...ir import Expr, Number
from ..names import LETTERS, split_name
from . import signs
from .book import BookPrinter
from .precedence import ATOM, MARKS, POWER, Piece

LEFT: Final = ('<mrow><mo stretchy="false">(</mo>', "<mrow><mo>(</mo>")
RIGHT: Final = ('<mo stretchy="false">)</mo></mrow>', "<mo>)</mo></mrow>")
"""Brackets that keep their size, and those that grow with what is in them."""


def name_mathml(name: str) -> str:
    """A name with its Greek letter and what stands below it."""
    head, tail = split_name(name)
    shown = _letters(head)
    return f"<msub>{shown}{_below(tail)}</msub>" if tail else shown


def _letters(text: str) -> str:
    return f"<mi>{escape(LETTERS.get(text, text))}</mi>"


def _below(tail: str) -> str:
    return f"<mn>{tail}</mn>" if tail.isdigit() else _letters(tail)


class MathmlPrinter(BookPrinter):
    """Prints MathML. Every piece is whole elements side by side, so pieces may be put next to each other anywhere."""

    def brackets(self, text: str) -> str:
        tall = "<mfrac" in text or "<munder" in text
        return _around(text, lambda inner: LEFT[tall] + inner + RIGHT[tall])

    words = signs.MATHML
    functions = signs.MATHML_FUNCTIONS
    name_text = staticmethod(name_mathml)

    def whole_over(self, top: Piece) -> bool:
        return super().whole_over(top._replace(text=re.sub(r"<[^>]*>|&#x206\d;", "", top.text)))

    def raised(self, base: str, exponent: str) -> str:
        if base.startswith("<msub>") and base.endswith("</msub>") and base.count("<msub>") == 1:
            return f"<msubsup>{base[6:-7]}<mrow>{exponent}</mrow></msubsup>"
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def has_own_index(self, base: str) -> bool:
        return base.startswith("<msub")

    def plain_exponent(self, exponent: Expr, part: Piece) -> str:
        return self.exponent_text(exponent, part)

    def exponent_text(self, node: Expr, part: Piece) -> str:
        # the node decides, as in the other printers: under a fraction it is the positive one
        if isinstance(node, Number):
            return f"{'<mo>−</mo>' if node.value < 0 else ''}<mn>{abs(node.value)}</mn>"
        return self.signed(part)

    def between(self, left: Piece, right: Piece, shown: str) -> str:
        if shown.startswith("<mn>") and not shown.startswith(self.word("ones")):
            return "<mo>·</mo>"
        return signs.TIMES if left.tight and right.tight else signs.TIMES + signs.THIN

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        cells = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
        return f"<mrow><mo>[</mo><mtable>{cells}</mtable><mo>]</mo></mrow>"

    def norm(self, body: Piece, kind: str, power: str) -> Piece:
        bars = f"<mrow><mo>‖</mo>{self.signed(body)}<mo>‖</mo></mrow>"
        tag = "mn" if kind.isdigit() else "mo" if kind == "*" else "mi"
        below = f"<{tag}>{kind}</{tag}>" if kind else ""
        scripts = below + (f"<mrow>{power}</mrow>" if power else "")
        tag = f"m{'sub' if below else ''}{'sup' if power else ''}"
        text = f"<{tag}>{bars}{scripts}</{tag}>" if scripts else bars
        return Piece(text, POWER if power else ATOM, tight=True, inner=body)


def _around(text: str, wrap: Callable[[str], str]) -> str:
    """Brackets around a text; a mark that opens here and is closed elsewhere stands outside of them."""
    before, after = "", ""
    while text and text[0] in MARKS and chr(ord(text[0]) + 1) not in text:
        before, text = before + text[0], text[1:]
    while text and text[-1] in MARKS and chr(ord(text[-1]) - 1) not in text:
        after, text = text[-1] + after, text[:-1]
    return before + wrap(text) + after


_BARE: Final = MathmlPrinter()
dim_mathml: Final = _BARE.dim_text
printer: Final = MathmlPrinter.of
to_mathml: Final = MathmlPrinter.written
