"""What a book's notation decides, whether in Unicode or in LaTeX:
signs, fractions, where each Σ stands, what needs brackets."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Self

from ... import ir
from ...ir.memory import remembered
from ..names import split_name
from .forms import Forms
from .precedence import (
    ATOM,
    BIG_SUM,
    ENTRYWISE,
    POWER,
    PRODUCT,
    SUM,
    UNARY,
    Chunk,
    Marks,
    Piece,
    call_level,
    is_known,
    is_pending,
    is_plain,
    norm_kind,
    split_marks,
    sum_starts,
    unclear_beside,
    visible,
)

_NONE: frozenset[ir.Index] = frozenset()


class BookPrinter(Forms):
    """The decisions shared by the Unicode, the LaTeX and the MathML printer."""

    @classmethod
    @remembered(maxsize=12)
    def of(cls, taken: frozenset[str] = frozenset()) -> Self:
        """The printer for expressions whose variables have taken these letters."""
        return cls(taken)

    @classmethod
    def written(cls, node: ir.Expr, marks: Marks | None = None) -> str:
        """The expression as a book prints it: `2/m Xᵀ(XR − Y)`. Marked parts stand between private characters."""
        # with the sign of a function
        clash = any(split_name(getattr(symbol, "name", ""))[0] == "sigma" for symbol in node.symbols)
        return cls.of(frozenset("σ" if clash else "")).show(node, marks)

    # ---- leaves

    def on_number(self, node: ir.Number, parts: tuple[Piece, ...]) -> Piece:
        above, below = (self.form("number", str(abs(part))) for part in (node.value.numerator, node.value.denominator))
        whole = Piece(above, tight=True) if node.value.denominator == 1 else self.fraction(above, Piece(below))
        return whole._replace(negative=node.value < 0)

    def on_symbol(self, node: ir.Symbol | ir.Constant, parts: tuple[Piece, ...]) -> Piece:
        return self.name(node.name)

    on_stack = on_constant = on_symbol

    def on_named(self, node: ir.Named, parts: tuple[Piece, ...]) -> Piece:
        if isinstance(node.body, ir.Eye) and node.name.startswith("I_") and not self.stroke:  # named by its size
            return Piece(self.form("identity", self.dim_text(node.body.dim)), tight=True)
        return self.name(node.name)

    def on_size(self, node: ir.Size, parts: tuple[Piece, ...]) -> Piece:
        several = len(node.dim.powers) + (node.dim.factor > 1) > 1
        return Piece(self.dim_text(node.dim), PRODUCT if several else ATOM, tight=True)

    def on_eye(self, node: ir.Eye, parts: tuple[Piece, ...]) -> Piece:
        return Piece(self.word("eye"), tight=True)

    def on_fill(self, node: ir.Fill, parts: tuple[Piece, ...]) -> Piece:
        if not node.value:
            return self.piece(ir.Number(0))
        ones, across = self.word("ones"), self.raised(self.word("ones"), self.word("transpose"))
        if node.declared.is_matrix:
            return Piece(ones + across, PRODUCT, tight=True)
        return Piece(across, POWER, tight=True) if node.declared.is_row else Piece(ones, tight=True)

    def on_delta(self, node: ir.Delta, parts: tuple[Piece, ...]) -> Piece:
        return Piece(self.lowered(self.word("delta"), (node.left, node.right)))

    # ---- sums and products

    def on_add(self, node: ir.Add, parts: tuple[Piece, ...]) -> Piece:
        return self._added(*parts)

    def _added(self, *parts: Piece) -> Piece:
        text = ""
        for number, part in enumerate(parts):
            shown = part.text if part.level > SUM else self.brackets(part.text)  # a Σ ends at the next + or −
            sign = f" {self.word('minus' if part.negative else 'plus')} "
            text = text + sign + shown if number else (self.minus(shown) if part.negative else shown)
        return Piece(text, SUM)

    def on_mul(self, node: ir.Mul, parts: tuple[Piece, ...]) -> Piece:
        negative, last = isinstance(node.factors[0], ir.Number) and parts[0].negative, node.factors[-1]
        pairs: list[tuple[ir.Expr, Piece]] = []
        for place, (factor, part) in enumerate(zip(node.factors, parts, strict=True)):
            if isinstance(factor, ir.Number) and (factor.value > 0 or not place):
                pairs += self._number_pairs(abs(factor.value))
            elif isinstance(factor, ir.MatMul) and factor.shape.is_number and factor is not last and part.under is None:
                pairs.append((factor, Piece(self.brackets(part.text), tight=True)))  # (xᵀx)Ax, not xᵀxAx
            elif part.under is not None and not factor.shape.is_number:
                pairs.append((factor, part._replace(under=None)))  # 2(1 ⊘ A), not 2/A
            else:
                pairs.append((factor, part))
        chunks = self._chunks(pairs) if pairs else [(self.piece(ir.Number(1)), _NONE)]
        tight = all(piece.tight for piece, _ in chunks)
        return Piece(self.join(chunks), PRODUCT, negative, chunks=tuple(chunks), tight=tight)

    def _number_pairs(self, value: Fraction) -> list[tuple[ir.Expr, Piece]]:
        """p/q as a factor p above the bar and a factor q below it; a 1 is not written."""
        top, bottom = ir.Number(value.numerator), ir.Number(value.denominator)
        pairs: list[tuple[ir.Expr, Piece]] = [] if top.value == 1 else [(top, self.piece(top))]
        below = (ir.Number(1 / bottom.value), Piece("", under=self.piece(bottom)))
        return pairs if bottom.value == 1 else [*pairs, below]

    def _chunks(self, pairs: list[tuple[ir.Expr, Piece]]) -> list[Chunk]:
        """The factors as they are written: what is divided by stands under a fraction of plain numbers,
        if there are any."""
        below = [(node, part) for node, part in pairs if part.under is not None]
        above = [(node, part) for node, part in pairs if part.under is None]
        if not below:
            return [(part, node.free) for node, part in above]
        plain = 0
        while plain < len(above) and is_plain(above[plain][0]):
            plain += 1
        rest = next((place for place, (node, _) in enumerate(above) if not node.shape.is_number), plain)
        if all(is_known(node) for node, _ in above[plain:rest]):
            plain = max(plain, rest)  # aᵀb/‖b‖² b, not 1/‖b‖² aᵀb b
        tops = [part for _, part in above[:plain]]
        alone = self.within if self.stroke else lambda top, _: self.signed(top)  # in brackets above a stroke
        top = alone(tops[0], PRODUCT) if len(tops) == 1 else self.join([(part, _NONE) for part in tops]) or self.one
        bottoms = [(part.under, node.free) for node, part in below if part.under is not None]
        bottom = bottoms[0][0] if len(bottoms) == 1 else Piece(self.join(bottoms), PRODUCT)
        letters = frozenset[ir.Index]().union(*(free for _, free in bottoms))
        counted = any(isinstance(node, ir.Number | ir.Size) or node.symbols == frozenset() for node, _ in below)
        changing = bool(above) and is_pending(above[0][0])  # d‖x‖²/m would say d(‖x‖²/m)
        if not plain and len(above) == 1 and not counted and not changing and self.whole_over(above[0][1]):
            only = above[0]
            return [(self.fraction(self.signed(only[1]), bottom), only[0].free | letters)]
        shown = self.fraction(top, bottom)
        if above[plain:] and self.runs_on(bottom, *above[plain]):
            shown = Piece(self.brackets(shown.text), tight=shown.tight)
        return [(shown, letters), *((part, node.free) for node, part in above[plain:])]

    def runs_on(self, bottom: Piece, after: ir.Expr, shown: Piece) -> bool:
        """Whether the factor after a fraction could be taken for a part of its denominator: (1/a) xᵀx, but 2/m Xᵀ."""
        return False

    def whole_over(self, top: Piece) -> bool:
        """Whether a single factor is written above its denominator: x/‖x‖, but 1/m ‖XR − Y‖²."""
        return top.level >= PRODUCT and not top.chunks and len(split_marks(top.text)[0]) <= 12

    def join(self, chunks: Iterable[Chunk], sums: Sequence[str] = ()) -> str:
        """Factors side by side, each behind the Σ that stands before it."""
        text = ""
        before: Piece | None = None
        parts = list(chunks)
        for number, (piece, _) in enumerate(parts):
            shown = self._factor(piece, last=number == len(parts) - 1)
            if sums and sums[number]:
                text = f"{text} {sums[number]} {shown}".lstrip()
            else:
                text = shown if before is None else text + self.between(before, piece, visible(shown)) + shown
            before = piece
        return text

    def _factor(self, piece: Piece, last: bool) -> str:
        """A factor in a product; a Σ needs no brackets where nothing follows it."""
        return self.within(piece, BIG_SUM if last and piece.level == BIG_SUM else PRODUCT)

    @abstractmethod
    def between(self, left: Piece, right: Piece, shown: str) -> str:
        """What separates two factors that stand side by side."""

    def on_matmul(self, node: ir.MatMul, parts: tuple[Piece, ...]) -> Piece:
        shown = []
        for part in parts:
            bare = part.level >= PRODUCT and not part.chunks and not part.negative
            text = part.text if bare else self.brackets(self.signed(part))
            shown.append((Piece(text, PRODUCT, tight=part.tight or not bare), _NONE))
        return Piece(self.join(shown), PRODUCT, tight=all(piece.tight for piece, _ in shown))

    def on_hadamard(self, node: ir.Hadamard, parts: tuple[Piece, ...]) -> Piece:
        shown = ""
        # B ⊘ A, not 1 ⊘ A ∘ B
        pairs = sorted(zip(node.children, parts, strict=True), key=lambda pair: pair[1].under is not None)
        for number, (factor, part) in enumerate(pairs):
            sign = self.word("hadamard") if part.under is None else self.word("divide")
            close = part.under or unclear_beside(factor, node)  # A ⊘ (BC)
            body = self.within(part.under or part, UNARY if close else PRODUCT)
            if number == 0 and part.under is not None:
                body = self.signed(part)
            shown = body if number == 0 else f"{shown} {sign} {body}"
        return Piece(shown, ENTRYWISE)

    def on_kron(self, node: ir.Kron, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f" {self.word('kron')} ".join(self.within(part, PRODUCT) for part in parts), ENTRYWISE)

    def on_sumover(self, node: ir.SumOver, parts: tuple[Piece, ...]) -> Piece:
        body = parts[0]
        if not body.chunks:
            inside = body.text if body.level > SUM and not body.negative else self.brackets(self.signed(body))
            return Piece(f"{self.big_sum(node.indices, node.body)} {inside}", BIG_SUM)
        sums = [self.big_sum(start, node.body) if start else "" for start in sum_starts(node.indices, body.chunks)]
        return Piece(self.join(body.chunks, sums), BIG_SUM, body.negative)

    # ---- powers, transposes, inverses

    def on_power(self, node: ir.Power, parts: tuple[Piece, ...]) -> Piece:
        base, exponent = node.base, node.exponent
        if not base.shape.is_number:
            return self._entrywise_power(exponent, parts)
        if isinstance(exponent, ir.Number) and exponent.value < 0:
            under = self._power(base, ir.Number(-exponent.value), parts[0], parts[1])
            return Piece(self.fraction(self.one, under).text, PRODUCT, under=under)
        return self._power(base, exponent, parts[0], parts[1])

    def _entrywise_power(self, exponent: ir.Expr, parts: tuple[Piece, ...]) -> Piece:
        sign = self.word("entrywise")
        body = self.within(parts[0], ATOM)
        if isinstance(exponent, ir.Number) and exponent.value < 0:
            power = sign + self.plain_exponent(ir.Number(-exponent.value), parts[1])
            under = parts[0] if exponent.value == -1 else Piece(self.raised(body, power), POWER, tight=True)
            return Piece(f"{self.one} {self.word('divide')} {self.within(under, UNARY)}", ENTRYWISE, under=under)
        return Piece(self.raised(body, sign + self.plain_exponent(exponent, parts[1])), POWER, tight=True)

    def plain_exponent(self, exponent: ir.Expr, part: Piece) -> str:
        """An exponent that follows a sign: A^∘2."""
        if isinstance(exponent, ir.Number) and exponent.value.denominator == 1:
            return str(exponent.value)
        return self.exponent_text(exponent, part).removeprefix("^")

    def _power(self, base: ir.Expr, exponent: ir.Expr, part: Piece, shown: Piece) -> Piece:
        if isinstance(exponent, ir.Number):
            if exponent.value == 1:
                return part
            if exponent.value == Fraction(1, 2):
                return self.root(part)
        power = self.exponent_text(exponent, shown)
        if isinstance(base, ir.Call) and (kind := norm_kind(base)) is not None:
            return self.norm(part.inner or part, kind, power)
        return self._raised(part, power, part.level < ATOM or part.tight)

    def on_matrixpower(self, node: ir.MatrixPower, parts: tuple[Piece, ...]) -> Piece:
        return self._raised(parts[0], self.exponent_text(ir.Number(node.exponent), parts[0]))

    def on_transpose(self, node: ir.Transpose, parts: tuple[Piece, ...]) -> Piece:
        if isinstance(node.body, ir.Inverse) and not isinstance(node.body.body, ir.Transpose) and parts[0].inner:
            return self._decorated(parts[0].inner, "inverse-transpose")
        return self._decorated(parts[0], "transpose")

    def on_inverse(self, node: ir.Inverse, parts: tuple[Piece, ...]) -> Piece:
        if isinstance(node.body, ir.Transpose) and not isinstance(node.body.body, ir.Inverse) and parts[0].inner:
            return self._decorated(parts[0].inner, "inverse-transpose")
        return self._decorated(parts[0], "inverse")

    def _decorated(self, body: Piece, sign: str) -> Piece:
        return self._raised(body, self.word(sign), body.tight or body.level < ATOM, body)

    def _raised(self, body: Piece, sign: str, tight: bool = True, inner: Piece | None = None) -> Piece:
        return Piece(self.raised(self.within(body, ATOM), sign), POWER, tight=tight, inner=inner)

    def on_call(self, node: ir.Call, parts: tuple[Piece, ...]) -> Piece:
        if (kind := norm_kind(node)) is not None:
            return self.norm(parts[0], kind, "")
        if node.function == "sqrt":
            return self.root(parts[0])
        if node.function == "pinv":
            return self._decorated(parts[0], "pinv")
        if node.function == "log" and isinstance(inner := node.argument, ir.Call) and inner.function == "det":
            return self.call(ir.Call("logdet", inner.argument), (self.piece(inner.argument),))
        if node.function == "powm":
            return self._raised(parts[0], self.exponent_text(node.arguments[1], parts[1]))
        if node.function in ("square", "reciprocal"):
            exponent = ir.Number(2 if node.function == "square" else -1)
            return self.on_power(ir.Power(node.argument, exponent), (parts[0], self.piece(exponent)))
        if node.function in ("log1p", "expm1"):
            one = self.piece(ir.Number(1) if node.shape.is_number else ir.Fill(1, node.shape))
            if node.function == "log1p":
                return self.call(ir.Call("log", node.argument), (self._added(one, parts[0]),))
            return self._added(self.call(ir.Call("exp", node.argument), parts), one._replace(negative=True))
        return self.call(node, parts)

    def call(self, node: ir.Call, parts: tuple[Piece, ...]) -> Piece:
        """A named function; sums along an axis are products with 𝟏."""
        name, ones = node.function, self.word("ones")
        if name == "abs" and node.shape.is_number:  # of an array the bars would say its norm or its determinant
            return Piece(self.form("bars", self.signed(parts[0])), tight=self.stroke)
        if name == "inner":
            return Piece(self.form("angle", *map(self.signed, parts)))
        if name == "sum0":
            row = self.raised(ones, self.word("transpose"))
            return Piece(self.form("ones beside", row, self.within(parts[0], PRODUCT)), PRODUCT)
        if name == "sum1":
            return Piece(self.form("beside ones", self.within(parts[0], PRODUCT), ones), PRODUCT)
        return Piece(self.function(name, map(self.signed, parts)), call_level(name))

    # ---- the index level and pending work

    def on_entry(self, node: ir.Entry, parts: tuple[Piece, ...]) -> Piece:
        if (of_one := ir.unstacked(node)) is not node:
            at = ir.number_of(of_one.base) if isinstance(of_one.base, ir.MatrixOf) else None
            one = self._entry(parts[0], (at,)) if at is not None else self.piece(of_one.base)
            return self._entry(one, (of_one.row, of_one.col))
        body = parts[0]
        if isinstance(node.base, ir.Transpose) and node.base.body.shape.is_column and body.inner:
            body = body.inner  # the entries of xᵀ are those of x
        return self._entry(body, (node.row, node.col))

    def _entry(self, body: Piece, places: tuple[ir.Position | None, ...]) -> Piece:
        base = self.within(body, ATOM)
        return Piece(self.lowered(self.brackets(base) if self.has_own_index(visible(base)) else base, places))

    @abstractmethod
    def has_own_index(self, base: str) -> bool:
        """Whether a name already carries a subscript, so that a second one needs brackets: (W₁)_ij.
        So does Σ, beside the sign of a sum."""

    def on_matrixof(self, node: ir.MatrixOf, parts: tuple[Piece, ...]) -> Piece:
        body = node.body
        whole = ir.whole_derivative(node)
        if whole is not None and isinstance(body, ir.Partial):
            return self._derivative(whole, self.piece(whole), self.name(body.variable.name).text)
        if node.col is None and isinstance(body, ir.Delta) and body.left is node.row:
            return Piece(self.lowered(self.name("e").text, (body.right,)), tight=True)
        if (row := ir.row_of(node)) is not None:
            return self._entry(self.piece(row.base), (row.row,))
        if (at := ir.number_of(node)) is not None:
            return self._entry(self.piece(body.children[0]), (at,))
        array = Piece(self.form("enclosed", self.signed(parts[0]), self.positions((node.row, node.col))))
        return array if node.row is not None else self._decorated(array, "transpose")  # a row is a column lying down

    def on_partial(self, node: ir.Partial, parts: tuple[Piece, ...]) -> Piece:
        variable = self.name(node.variable.name).text
        if not node.variable.shape.is_number:
            base = self.brackets(variable) if self.has_own_index(variable) else variable
            variable = self.lowered(base, (node.row, node.col))
        return self._derivative(node.body, parts[0], variable)

    def _derivative(self, body: ir.Expr, part: Piece, variable: str) -> Piece:
        sign = self.word("partial")
        if part.level == ATOM and not part.negative and isinstance(body, ir.Entry | ir.Symbol | ir.Named):
            return self.quotient(f"{sign}{part.text}", f"{sign}{variable}")
        operator = self.quotient(sign, f"{sign}{variable}").text
        if part.level < POWER or part.negative:
            return Piece(operator + self.word("gap") + self.brackets(self.signed(part)), UNARY)
        # before a bracket or a function it is clear where the body ends; else it takes in whatever follows
        inner = body.base if isinstance(body, ir.Power | ir.MatrixPower) else body
        closed = isinstance(inner, ir.Call | ir.Add | ir.Mul | ir.MatMul)
        return Piece(operator + self.word("gap") + part.text, UNARY if closed else BIG_SUM)

    def on_differential(self, node: ir.Differential, parts: tuple[Piece, ...]) -> Piece:
        if len(parts) > 1:
            return Piece(self.form("along", self.brackets(self.signed(parts[0])), self.signed(parts[1])))
        sign, shown = self.word("d"), self.signed(parts[0])
        first = visible(shown)[:1]
        is_function = isinstance(node.body, ir.Call) and parts[0].level >= POWER and node.body.function != "pinv"
        if is_function and (first.isalpha() or first == "<"):  # in MathML all is an element
            return Piece(sign + self.word("gap") + shown, POWER)  # d tr(A), not dtr(A)
        bare = isinstance(node.body, ir.Symbol | ir.Named | ir.Entry) or (
            parts[0].inner is not None and visible(shown).startswith(("‖", r"\lVert"))
        )
        return Piece(sign + (shown if bare else self.brackets(shown)), POWER)

    def on_linearmap(self, node: ir.LinearMap, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"{self.name(node.argument.name).text} {self.word('maps')} {self.signed(parts[0])}", SUM)
