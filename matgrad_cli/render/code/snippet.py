"""A piece of printed code: how strongly it binds, its sign, and what it divides by."""

from __future__ import annotations

from fractions import Fraction

from ...diagnostics.record import record
from ...notation.printing.precedence import ATOM, PRODUCT, SUM, UNARY


@record
class Code:
    """Printed code. If not `full`, a number stands for an array whose entries are all that number.

    `under` is what the code divides 1 by; `negative` code has a minus sign taken off.
    """

    text: str
    level: int = ATOM
    full: bool = True
    under: Code | None = None
    negative: bool = False

    def at(self, level: int) -> str:
        """The text with its sign, in brackets if it binds more loosely than `level`."""
        text = f"-{self.text}" if self.negative else self.text
        own = min(self.level, UNARY if self.level > PRODUCT else PRODUCT) if self.negative else self.level
        return text if own >= level else f"({text})"


def signed_sum(codes: list[Code]) -> str:
    """The sum; a positive term first saves a sign: b - a, not -a + b."""
    ordered = sorted(codes, key=lambda code: code.negative) if codes[0].negative else codes
    text = ordered[0].at(SUM)
    for code in ordered[1:]:
        plain = Code(code.text, code.level)
        text += f" - {plain.at(PRODUCT)}" if code.negative else f" + {plain.at(PRODUCT)}"
    return text


def number_code(value: Fraction) -> Code:
    """A number: 2, 0.5, 1 / 3, exact wherever a decimal is."""
    size = abs(value)
    if size.denominator == 1:
        return Code(str(size), negative=value < 0)
    decimal = str(float(size))
    if "e" not in decimal and Fraction(decimal) == size and len(decimal) <= 12:
        return Code(decimal, negative=value < 0)
    under = Code(str(size.denominator)) if size.numerator == 1 and value > 0 else None
    return Code(f"{size.numerator} / {size.denominator}", PRODUCT, under=under, negative=value < 0)
