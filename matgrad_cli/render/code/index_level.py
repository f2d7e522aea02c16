"""Entries, δ's and sums over indices as code: each product of entries is one `einsum`, a δ an identity matrix in it;
over a letter of which more than entries depends, as in (S + x_i x_iᵀ)⁻¹, the program has a loop."""

from __future__ import annotations

from collections.abc import Callable

from ... import ir
from ...diagnostics import StuckError
from ...diagnostics.record import record, replace
from ...ir import Dim, Expr, Index, Position, Symbol, is_elementwise, letters_in, matmul, sum_over, unstacked
from ...ir.entries import Entries, letters_for
from ...ir.terms import Term, expanded
from ...notation.printing.precedence import ATOM, SUM, UNARY
from .matrix_level import MatrixCode
from .names import Code, Names, signed_sum

_ALPHABET = "ijklabcdefghmnopqrstuvwxyz"


@record
class Operand:
    """An array in an einsum, a letter for each axis; `counting` is the 𝟏 over a letter that nothing else carries."""

    text: str
    letters: tuple[Index, ...]
    counting: bool = False


class IndexCode:
    """Compiles expressions with free letters to arrays with one axis for each of them."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._loops: dict[Index, str] = {}
        self.matrix = MatrixCode(names, self.scalar)

    def scalar(self, node: Expr) -> Code:
        """An expression of the index level that stands inside a matrix expression."""
        if isinstance(node, ir.MatrixOf):
            letters = tuple(letter for letter in (node.row, node.col) if letter is not None)
            return self.array(node.body, letters)
        if self._open(node):
            raise cannot(node)
        if not isinstance(node, ir.SumOver) or node.shape.is_number:
            return self.array(node, ())
        row, col = letters_for(node.shape, {letter.name for letter in letters_in(node)})
        try:
            entry = sum_over(node.indices, self._opened(node.body, row, col))
        except OpenArray:
            return Code(f"sum({self._loop(node.indices, lambda: self.matrix.full(node.body))})")
        return self.array(entry, tuple(letter for letter in (row, col) if letter is not None))

    def _opened(self, part: Expr, *place: Index | None) -> Expr:
        return opened(part, lambda node: not self._open(node), *place)

    def _open(self, node: Expr) -> frozenset[Index]:
        """The free letters over which no loop goes here."""
        return node.free.difference(self._loops)

    def array(self, node: Expr, letters: tuple[Index, ...]) -> Code:
        """The array over `letters` (in this order) whose entries are `node`."""
        if isinstance(node, ir.Add):
            return self._sum(node, letters)
        (term,) = expanded(node)
        if (placed := self._placed(term, letters)) is not None:
            return placed
        try:
            numbers, operands = self._factors(term)
        except OpenArray as stuck:
            return self._looped(term, letters, self._open(stuck.part), stuck)
        return self._einsum(numbers, operands, letters)

    def _placed(self, term: Term, letters: tuple[Index, ...]) -> Code | None:
        """The array over h and l for a δ_((h,l),s) under Σ_hl, in the form that s gives it."""
        for part in term.factors:
            if isinstance(part, ir.Delta) and isinstance(pair := part.left, ir.Pair) and part.right in letters:
                own, place = (pair.outer, pair.inner), letters.index(part.right)
                if not set(own) <= set(term.indices):
                    return None
                indices = tuple(letter for letter in term.indices if letter not in own)
                factors = tuple(factor for factor in term.factors if factor is not part)
                inner = (*letters[:place], *(at for at in own if isinstance(at, Index)), *letters[place + 1 :])
                code = self.array(replace(term, indices=indices, factors=factors).expr(), inner)
                sides = ["-1" if at == place else self.names.dim(one.dim) for at, one in enumerate(letters)]
                return Code(f"{code.at(ATOM)}.reshape({', '.join(sides)})")
        return None

    def _looped(self, term: Term, letters: tuple[Index, ...], over: frozenset[Index], stuck: OpenArray) -> Code:
        """The same by loops: a sum of what stands under the Σ, or the array of what there is for each letter."""
        summed = tuple(letter for letter in term.indices if letter in over)
        kept = tuple(letter for letter in letters if letter in over)[: 0 if summed else 1]
        if not summed and not kept:
            raise stuck
        rest = replace(term, indices=tuple(letter for letter in term.indices if letter not in summed)).expr()
        others = tuple(letter for letter in letters if letter not in kept)
        inside = self._loop((*summed, *kept), lambda: self.array(rest, others))
        if summed:
            return Code(f"sum({inside})")
        return Code(self.matrix.form("stack", x=inside, along=str(letters.index(kept[0]))))

    def _loop(self, letters: tuple[Index, ...], body: Callable[[], Code]) -> str:
        """`body for i in range(n)`; the letters are variables there."""
        outer, memo = self._loops, dict(self.matrix.memo)
        self._loops = {**outer, **{letter: self.names.loop(letter) for letter in letters}}
        text = body().at(SUM)
        self._loops, self.matrix.memo = outer, memo
        return " ".join([text, *(f"for {self.names.loop(at)} in range({self.names.dim(at.dim)})" for at in letters)])

    def _sum(self, node: ir.Add, letters: tuple[Index, ...]) -> Code:
        codes = [self.array(term, letters) for term in node.terms]
        return Code(signed_sum(codes), SUM)

    def _factors(self, term: Term) -> tuple[list[Expr], list[Operand]]:
        """The factors without letters, and the operands of the einsum."""
        factors = (*term.coefficient, *term.factors)
        numbers = [part for part in factors if not self._open(part) and not isinstance(part, ir.Entry | ir.Delta)]
        operands = [self._operand(part) for part in factors if part not in numbers]
        return numbers, [*operands, *map(self._counting, term.indices)]

    def _counting(self, index: Index) -> Operand:
        # dropped again if another operand carries the letter; alone it counts the terms of the sum
        return Operand(self.matrix.form("ones", x=self.names.dim(index.dim)), (index,), counting=True)

    def _operand(self, part: Expr) -> Operand:
        if isinstance(part, ir.Entry) and not self._open(part.base):
            return self._entry(part)
        if isinstance(part, ir.Delta):
            left, right = part.left, part.right
            dim = _dim_of(left) or _dim_of(right)
            assert dim is not None
            return self._indexed(self.matrix.form("eye", x=self.names.dim(dim)), [(left, dim), (right, dim)])
        letters = tuple(sorted(self._open(part)))
        if isinstance(part, ir.Power) or (isinstance(part, ir.Call) and is_elementwise(part.function)):
            return Operand(self._elementwise(part, letters), letters)
        if not isinstance(part, ir.Add):
            part = self._opened(part)
        return Operand(self.array(part, letters).at(SUM), letters)

    def _elementwise(self, part: ir.Power | ir.Call, letters: tuple[Index, ...]) -> str:
        if isinstance(part, ir.Call) and len(part.arguments) > 1:
            shown = [self.array(inside, letters).at(SUM) for inside in part.arguments]
            return self.matrix.form(part.function, x=", ".join(shown))
        inside = part.base if isinstance(part, ir.Power) else part.argument
        code = self.array(inside, letters)
        if isinstance(part, ir.Power):
            if isinstance(part.exponent, ir.Number) and part.exponent.value == -1:
                return f"1 / {code.at(UNARY)}"
            return f"{code.at(ATOM)}**{self.matrix.code(part.exponent).at(ATOM)}"
        return self.matrix.form(part.function, x=code.at(SUM), atom=code.at(ATOM), power=code.at(ATOM))

    def _entry(self, part: ir.Entry) -> Operand:
        shape = part.base.shape
        both = ((part.row, shape.rows), (part.col, shape.cols))
        sides = [(position, dim) for position, dim in both if position is not None]
        if unstacked(part) is not part:  # the library multiplies each matrix of a family
            stack, *rest = part.base.factors if isinstance(part.base, ir.MatMul) else (part.base,)
            assert isinstance(stack, Symbol)
            family = Symbol(self.names.parameters[stack], stack.shape)
            self.matrix.memo[family] = Code(family.name)
            for place, factor in enumerate(rest):
                if isinstance(factor, ir.Fill):  # `np.sum` would add up another axis
                    rest[place] = Symbol("ones", factor.shape)
                    self.matrix.memo[rest[place]] = self.matrix.full(factor)
            part, sides = ir.Entry(matmul(family, *rest), part.row, part.col), [*_single(*sides[0]), *sides[1:]]
        picked = any(at in self._loops or isinstance(at, int) for at, _ in sides)
        return self._indexed(self.matrix.full(part.base).at(ATOM if picked else SUM), sides)

    def _indexed(self, text: str, sides: list[tuple[Position, Dim]]) -> Operand:
        """An array with fixed positions picked out and pairs of letters given two axes."""
        if any(isinstance(position, ir.Pair) for position, _ in sides):
            sides = [one for side in sides for one in _single(*side)]
            sizes = ", ".join(self.names.dim(dim) for _, dim in sides)
            text = f"({text}).reshape({sizes})" if not text.replace("_", "").isalnum() else f"{text}.reshape({sizes})"
        axes = [position for position, _ in sides if isinstance(position, Index) and position not in self._loops]
        if len(axes) < len(sides):
            picks = [":" if at in axes else self._loops[at] if isinstance(at, Index) else str(at) for at, _ in sides]
            while picks[-1] == ":":
                picks.pop()
            text = f"{text}[{', '.join(picks)}]"
        return Operand(text, tuple(axes))

    def _einsum(self, numbers: list[Expr], operands: list[Operand], letters: tuple[Index, ...]) -> Code:
        carried = {letter for operand in operands if not operand.counting for letter in operand.letters}
        operands = [operand for operand in operands if not operand.counting or operand.letters[0] not in carried]
        for letter in letters:
            if letter not in carried and letter not in {other for operand in operands for other in operand.letters}:
                operands.append(self._counting(letter))
        coefficient = [self.matrix.code(number) for number in numbers]
        if not operands:
            return self.matrix.scaled(coefficient, True)
        first = operands[0]
        body = Code(first.text, ATOM if first.text.replace("_", "").isalnum() else SUM)
        if len(operands) == 1 and first.letters == letters[::-1] and len(letters) == 2:
            body = Code(f"{body.at(ATOM)}.T")
        elif len(operands) > 1 or first.letters != letters:
            short = _short_letters([letter for operand in operands for letter in operand.letters])
            spec = ",".join("".join(short[letter] for letter in operand.letters) for operand in operands)
            spec += "->" + "".join(short[letter] for letter in letters)
            body = Code(self.matrix.form("einsum", spec=spec, x=", ".join(operand.text for operand in operands)))
        return self.matrix.scaled([*coefficient, body], True) if coefficient else body


def _dim_of(position: Position) -> Dim | None:
    if isinstance(position, Index):
        return position.dim
    if isinstance(position, ir.Pair):
        outer = _dim_of(position.outer)
        return outer * position.inner_dim if outer else None
    return None


def _single(position: Position, dim: Dim) -> list[tuple[Position, Dim]]:
    """The positions that a pair counts, and over which sizes each."""
    outer = dim.over(position.inner_dim) if isinstance(position, ir.Pair) else None
    if not isinstance(position, ir.Pair) or outer is None:
        return [(position, dim)]
    return [*_single(position.outer, outer), *_single(position.inner, position.inner_dim)]


def _short_letters(letters: list[Index]) -> dict[Index, str]:
    """One lower-case letter for each index, its own where it has one."""
    short: dict[Index, str] = {}
    for letter in letters:
        if letter not in short:
            wish = letter.name if len(letter.name) == 1 and letter.name.isascii() and letter.name.isalpha() else ""
            free = [candidate for candidate in _ALPHABET if candidate not in short.values()]
            short[letter] = wish if wish and wish not in short.values() else free[0]
    return short


class _Opened(Entries):
    def missing(self, expr: Expr) -> Exception:
        return cannot(expr)


def opened(node: Expr, still: Callable[[Expr], bool], *place: Index | None) -> Expr:
    """The entry of `node` at a place, with its arrays that are not `still` opened; OpenArray where there is no way."""
    return _Opened(still, lambda: [letter.name for letter in letters_in(node)]).of(node, *place)


class OpenArray(StuckError):
    """That no `einsum` is printed for an entry of `part`, an array with free letters."""

    part: Expr


def cannot(node: Expr) -> OpenArray:
    """That no program is printed for an entry of this."""
    from ...notation.printing.to_text import to_text

    said = "the result holds an array that depends on an index letter, for which no program is printed"
    stuck = OpenArray.coded("cannot-print", said, notes=(f"it is `{to_text(node)}`",), help="`--format text`")
    stuck.part = node
    return stuck
