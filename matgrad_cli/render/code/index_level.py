"""Entries, δ's and sums over indices as code: each product of entries is one `einsum`, a δ an identity matrix in it."""

from __future__ import annotations

from ...diagnostics.record import record
from ...ir import (
    ONE,
    Add,
    Call,
    Delta,
    Dim,
    Entry,
    Expr,
    Index,
    MatrixOf,
    Number,
    Pair,
    Position,
    Power,
    is_elementwise,
)
from ...ir.terms import expanded
from ...notation.printing.precedence import ATOM, SUM, UNARY
from ..arrays.entries import cannot, opened
from .matrix_level import MatrixCode
from .names import Names
from .snippet import Code, number_code, signed_sum

_ALPHABET = "ijklabcdefghmnopqrstuvwxyz"


@record
class Operand:
    """An array in an einsum with one letter for each of its axes;
    `counting` is the 𝟏 over a letter that nothing else may carry."""

    text: str
    letters: tuple[Index, ...]
    counting: bool = False


class IndexCode:
    """Compiles expressions with free letters to arrays with one axis for each of them."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.matrix = MatrixCode(names, self.scalar)

    def scalar(self, node: Expr) -> Code:
        """An expression of the index level that stands inside a matrix expression."""
        if isinstance(node, MatrixOf):
            letters = tuple(letter for letter in (node.row, node.col) if letter is not None)
            return self.array(node.body, letters)
        if node.free:
            raise cannot(node)
        return self.array(node, ())

    def array(self, node: Expr, letters: tuple[Index, ...]) -> Code:
        """The array over `letters` (in this order) whose entries are `node`."""
        if isinstance(node, Add):
            return self._sum(node, letters)
        if isinstance(node, Entry) and not node.base.free and (node.row, node.col) == _as_positions(node, letters):
            return self.matrix.full(node.base)
        numbers, operands = self._factors(node)
        return self._einsum(numbers, operands, letters)

    def _sum(self, node: Add, letters: tuple[Index, ...]) -> Code:
        codes = [self.array(term, letters) for term in node.terms]
        return Code(signed_sum(codes), SUM)

    def _factors(self, node: Expr) -> tuple[list[Expr], list[Operand]]:
        """The factors without letters, and the operands of the einsum."""
        (term,) = expanded(node)
        numbers = [part for part in term.coefficient if not isinstance(part, Entry | Delta)]
        operands = [self._operand(part) for part in (*term.coefficient, *term.factors) if part not in numbers]
        return numbers, [*operands, *map(self._counting, term.indices)]

    def _counting(self, index: Index) -> Operand:
        # dropped again if another operand carries the letter; alone it counts the terms of the sum
        return Operand(self.matrix.form("ones", x=self.names.dim(index.dim)), (index,), counting=True)

    def _operand(self, part: Expr) -> Operand:
        if isinstance(part, Entry) and not part.base.free:
            return self._entry(part)
        if isinstance(part, Delta):
            left, right = part.left, part.right
            dim = _dim_of(left) or _dim_of(right)
            assert dim is not None
            return self._indexed(self.matrix.form("eye", x=self.names.dim(dim)), [(left, dim), (right, dim)])
        letters = tuple(sorted(part.free))
        if isinstance(part, Power) or (isinstance(part, Call) and is_elementwise(part.function)):
            return Operand(self._elementwise(part, letters), letters)
        if not isinstance(part, Add):
            part = opened(part)
        return Operand(self.array(part, letters).at(SUM), letters)

    def _elementwise(self, part: Power | Call, letters: tuple[Index, ...]) -> str:
        if isinstance(part, Call) and len(part.arguments) > 1:
            return self.matrix.form(
                part.function, x=", ".join(self.array(inside, letters).at(SUM) for inside in part.arguments)
            )
        inside = part.base if isinstance(part, Power) else part.argument
        code = self.array(inside, letters)
        if isinstance(part, Power):
            if isinstance(part.exponent, Number) and part.exponent.value == -1:
                return f"1 / {code.at(UNARY)}"
            exponent = (
                number_code(part.exponent.value)
                if isinstance(part.exponent, Number)
                else self.matrix.code(part.exponent)
            )
            return f"{code.at(ATOM)}**{exponent.at(ATOM)}"
        return self.matrix.form(part.function, x=code.at(SUM), atom=code.at(ATOM), power=code.at(ATOM))

    def _entry(self, part: Entry) -> Operand:
        shape = part.base.shape
        sides = [
            (position, dim)
            for position, dim in ((part.row, shape.rows), (part.col, shape.cols))
            if position is not None
        ]
        return self._indexed(
            self.matrix.full(part.base).at(ATOM if any(isinstance(at, int) for at, _ in sides) else SUM), sides
        )

    def _indexed(self, text: str, sides: list[tuple[Position, Dim]]) -> Operand:
        """An array with fixed positions picked out and pairs of letters given two axes."""
        if any(isinstance(position, Pair) for position, _ in sides):
            sides = [one for side in sides for one in _single(*side)]
            sizes = ", ".join(self.names.dim(dim) for _, dim in sides)
            text = f"({text}).reshape({sizes})" if not text.replace("_", "").isalnum() else f"{text}.reshape({sizes})"
        if any(isinstance(position, int) for position, _ in sides):
            picks = ", ".join(str(position) if isinstance(position, int) else ":" for position, _ in sides)
            text = f"{text}[{picks}]"
        return Operand(text, tuple(position for position, _ in sides if isinstance(position, Index)))

    def _einsum(self, numbers: list[Expr], operands: list[Operand], letters: tuple[Index, ...]) -> Code:
        carried = {letter for operand in operands if not operand.counting for letter in operand.letters}
        operands = [operand for operand in operands if not operand.counting or operand.letters[0] not in carried]
        for letter in letters:
            if letter not in carried and letter not in {other for operand in operands for other in operand.letters}:
                operands.append(self._counting(letter))
        coefficient = [self.matrix.code(number) for number in numbers]
        if not operands:
            return self.matrix.scaled(coefficient, True)
        if len(operands) == 1 and operands[0].letters == letters:
            body = Code(operands[0].text, SUM if not operands[0].text.replace("_", "").isalnum() else ATOM)
        else:
            short = _short_letters([letter for operand in operands for letter in operand.letters])
            spec = ",".join("".join(short[letter] for letter in operand.letters) for operand in operands)
            spec += "->" + "".join(short[letter] for letter in letters)
            body = Code(self.matrix.form("einsum", spec=spec, x=", ".join(operand.text for operand in operands)))
        return self.matrix.scaled([*coefficient, body], True) if coefficient else body


def _as_positions(node: Entry, letters: tuple[Index, ...]) -> tuple[Position | None, Position | None]:
    remaining = list(letters)
    row = remaining.pop(0) if node.base.shape.rows is not ONE and remaining else None
    col = remaining.pop(0) if node.base.shape.cols is not ONE and remaining else None
    return (row, col) if not remaining else (None, None)


def _dim_of(position: Position) -> Dim | None:
    if isinstance(position, Index):
        return position.dim
    if isinstance(position, Pair):
        outer = _dim_of(position.outer)
        return outer * position.inner_dim if outer else None
    return None


def _single(position: Position, dim: Dim) -> list[tuple[Position, Dim]]:
    """The positions that a pair counts, and over which sizes each."""
    outer = dim.over(position.inner_dim) if isinstance(position, Pair) else None
    if not isinstance(position, Pair) or outer is None:
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
