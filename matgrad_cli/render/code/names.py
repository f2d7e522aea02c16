"""Names in printed code: parameters that are free of clashes, and sizes found on the arrays that carry them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from fractions import Fraction

from ...diagnostics.record import field, mutable, record
from ...ir import Dim, Index, Stack, Symbol
from ...notation.printing.precedence import ATOM, PRODUCT, SUM, UNARY
from ...notation.unknown import written
from .dialects import Dialect


def safe_name(name: str, taken: Iterable[str]) -> str:
    """The name as Python can have it: `lambda` becomes `lambda_`, and so does a name that the module needs."""
    cleaned = re.sub(r"[^A-Za-z0-9]", "_", name)
    cleaned = cleaned if cleaned and not cleaned[0].isdigit() else f"_{cleaned}"
    used = set(taken)
    while keyword.iskeyword(cleaned) or cleaned in used:
        cleaned += "_"
    return cleaned


def sides_of(symbol: Symbol) -> tuple[Dim, ...]:
    """The sides of the array that is a parameter: of several matrices how many there are is the first."""
    return (symbol.count, *symbol.each.dims) if isinstance(symbol, Stack) else (symbol.shape.rows, symbol.shape.cols)


@mutable
class Names:
    """The names of one printed function: parameters by variable, sizes by dimension."""

    variables: tuple[Symbol, ...]
    dialect: Dialect
    wrt: Symbol | None = None
    parameters: dict[Symbol, str] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    loops: dict[Index, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.used |= self.dialect.taken | {"len", "sum", "range"}
        for symbol in self.variables:
            self.parameters[symbol] = self._new(symbol.name)

    def _new(self, name: str) -> str:
        fresh = safe_name(name, self.used)
        self.used.add(fresh)
        return fresh

    @property
    def types(self) -> dict[str, str]:
        """The type and the place of an array of the loss; where the loss has numbers alone, the type of Python's."""
        arrays = (symbol for symbol in (self.wrt, *self.variables) if symbol and not symbol.shape.is_number)
        name = next((self.parameters[symbol] for symbol in arrays), None)
        if name is None:
            return {"dtype": "torch.float64", "like": "dtype=torch.float64"}
        return {"dtype": f"{name}.dtype", "like": f"dtype={name}.dtype, device={name}.device"}

    def function(self, function: str) -> str:
        """An unknown function, which is a parameter."""
        if function not in self.functions:
            self.functions[function] = self._new(written(function))
        return self.functions[function]

    def loop(self, letter: Index) -> str:
        """The variable of the loop over a letter."""
        if letter not in self.loops:
            self.loops[letter] = self._new(letter.name)
        return self.loops[letter]

    def local(self, name: str) -> str:
        """A fresh local name like `name`."""
        return self._new(name)

    def dim(self, dim: Dim) -> str:
        """A dimension as code: a number, the length of the array that carries it, or a parameter."""
        if not dim.powers:
            return str(dim.factor)
        carried = self._carried(dim)
        if carried:
            return carried
        factors = [] if dim.factor == 1 else [str(dim.factor)]
        for name, power in dim.powers:
            shown = self._carried(Dim.of(name)) or self._size_parameter(name)
            factors += [shown if power == 1 else f"{shown}**{power}"]
        return " * ".join(factors)

    def _carried(self, dim: Dim) -> str | None:
        for place in range(3):
            for symbol in self.variables:
                if place < len(sides := sides_of(symbol)) and sides[place] is dim:
                    name = self.parameters[symbol]
                    return f"{name}.shape[{place}]" if place else f"len({name})"
        return None

    def _size_parameter(self, name: str) -> str:
        if name not in self.sizes:
            self.sizes[name] = self._new(name)
        return self.sizes[name]


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
