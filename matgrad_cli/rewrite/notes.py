"""What is said beside a result: −2xᵀ(y − xw), where x has the rows x_iᵀ, is −2 Σ_i (y_i − x_iᵀw) x_i over the samples;
which gradient is meant, and what the other ones are, for a variable that must keep a structure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise
from re import escape, search
from typing import Final

from .. import ir
from ..diagnostics import StuckError
from ..diagnostics.record import record, replace
from ..facts import Fact, Problem
from ..facts.holding import holds
from ..ir import ONE, Call, Differential, Dim, Entry, Expr, Index, Number, Symbol, add, matmul, mul, nodes_of
from ..ir.entries import UNIT, entry
from ..records import Result, Sentence
from ..rulebook.pattern import read_side
from ..verify.judge import Judge
from ..verify.verdict import Verdict
from .engine.application import reserved_names
from .engine.instantiate import build_side
from .forms.algebra import apart, flip, parts_of
from .textbook.simplifier import textbook

MOST = 60
"""An array with more symbols than this is not told again."""
_OF_ROWS = {"softmax1": "softmax", "logsumexp1": "logsumexp", "sum1": "sum", "mean1": "mean"}
"""Functions that take each row for itself, and what they take of it."""


def over_samples(problem: Problem, found: Expr | None, judge: Judge, of: str = "") -> Iterator[Sentence]:
    """How the gradient, or the solution, reads with x_i, where the loss was told by x_i; `of` begins what is said of
    u_i alone, where it is one of a family. Nothing where it cannot be told so, or where numbers do not confirm it."""
    ways = dict(problem.members)
    members = [symbol for symbol in problem.variables if symbol.name in ways and symbol.shape.is_matrix]
    if found is None or not members or found.weight > MOST or found.free:
        return
    letters: tuple[Index, ...] = ()
    plain = whole = found
    shown = {one: _by_samples(one, ways[one.name], problem) for one in members}
    names = reserved_names(problem) | {symbol.name for symbol in shown.values()}
    arrays = {_samples(one, ways[one.name]): symbol for one, symbol in shown.items()}
    writer = _Writer(arrays, ir.letters_in(problem.loss), names)
    try:
        if problem.wrt in members:
            rows = found if ways[problem.wrt.name] == "row" else flip(found)
            letter, place = writer.letter(rows.shape.rows), writer.hidden(rows.shape.cols)
            letters, plain = (letter,), writer.row(rows, letter)
            whole = ir.MatrixOf(place, None, entry(rows, letter, place))
        form = writer.over(plain)
    except LookupError:
        return
    meant = ir.substitute(form, {symbol: _samples(one, ways[one.name]) for one, symbol in shown.items()})
    if (
        (form is plain and not letters)
        or not _by_members(form, {symbol for one, symbol in shown.items() if one is not problem.wrt})
        or not judge.compare_over(whole, meant, letters).holds
    ):
        return
    values: list[tuple[str, Expr]] = [("form", form)]
    told: list[str] = []
    for number, (one, symbol) in enumerate(shown.items()):
        if symbol in form.symbols or one is problem.wrt:
            at = writer.used.get(symbol.shape.rows) or writer.letter(symbol.shape.rows)
            member, way = writer.row(symbol, at), ways[one.name]
            told.append(f"{{X{number}}} has the {way}s {{x{number}}}")
            values += [(f"X{number}", one), (f"x{number}", member if way == "column" else ir.transpose(member))]
            values += [("member", member)] if one is problem.wrt else []
    head = f"{of}{{member}} is {{form}}" if letters else "over the samples it is {form}"
    yield Sentence(f"{head}, where {' and '.join(told)}", tuple(values))


def _by_members(form: Expr, arrays: AbstractSet[Symbol]) -> bool:
    """Whether samples stand there one by one: no array of data is whole, and no other array by its columns."""
    parts = ir.nodes_of(form, inside=lambda node: not isinstance(node, ir.MatrixOf))
    return all(ir.row_of(part) is not None if isinstance(part, ir.MatrixOf) else part not in arrays for part in parts)


def _samples(array: Symbol, way: str) -> Expr:
    """The array with the samples as its rows."""
    return ir.Transpose(array) if way == "column" else array


def _by_samples(array: Symbol, way: str, problem: Problem) -> Symbol:
    """What its samples are called by: x_i of a matrix X, where no other x stands in the problem."""
    small = array.name.lower()
    taken = {symbol.name for symbol in problem.variables} | {letter.name for letter in ir.letters_in(problem.loss)}
    as_written = search(rf"{escape(array.name)}\}}?\s*(_|\^\{{?[(\[])", problem.source)
    name = array.name if small in taken or as_written else small
    return Symbol(name, array.shape.transposed if way == "column" else array.shape)


class _Writer:
    """Writes products over samples as sums. `shown` says for each array that has samples as rows what they are called
    by; `letters` are those of the loss, which are used again for what they counted there;
    others avoid the `names`."""

    def __init__(self, shown: Mapping[Expr, Symbol], letters: frozenset[Index], names: AbstractSet[str]) -> None:
        self.shown = shown
        self.members = frozenset(symbol for array in shown for symbol in array.symbols)
        self.counts = {array.shape.rows for array in shown}
        free = (letter for letter in sorted(letters, reverse=True) if letter.name not in names)
        self.free = {letter.dim: letter for letter in free}
        self.taken: set[str | Index] = {*names, *(letter.name for letter in letters)}
        self.used: dict[Dim, Index] = {}

    def letter(self, dim: Dim) -> Index:
        """The letter of the loss for this side, then others."""
        letter = self.free.pop(dim, None) or ir.fresh_index(dim, self.taken, "ijkl")
        self.taken.add(letter.name)
        self.used.setdefault(dim, letter)
        return letter

    def hidden(self, dim: Dim) -> Index:
        """A letter that is not printed: that of the entries of a member."""
        letter = ir.fresh_index(dim, self.taken, "qr")
        self.taken.add(letter.name)
        return letter

    def over(self, expr: Expr) -> Expr:
        """The expression with a Σ for each product over samples."""
        match expr:
            case ir.Add(terms):
                return add(*map(self.over, terms))
            case ir.Mul(factors):
                return mul(*map(self.over, factors))
            case ir.Inverse(body):
                return ir.Inverse(self.over(body))
            case ir.Power(base, exponent) if base.shape.is_number:
                return ir.Power(self.over(base), exponent)
            case ir.MatMul(factors):
                return self._product(factors) or expr
            case Call("sum" | "mean" as function, (body,)) if body.shape.is_column and body.shape.rows in self.counts:
                total = self._sum(body.shape.rows, UNIT, body)
                return total if function == "sum" else mul(ir.reciprocal(ir.Size(body.shape.rows)), total)
        return expr

    def _product(self, factors: tuple[Expr, ...]) -> Expr | None:
        """The first pair of factors that is multiplied over samples, as a sum; None if there is none."""
        for place, (left, right) in enumerate(pairwise(factors)):
            rest = factors[place + 2 :]
            if rest and (_is_diagonal(right) or isinstance(rest[0], ir.Fill)):
                right, rest = matmul(right, rest[0]), rest[1:]
            told = isinstance(right, ir.Fill) or not self.members.isdisjoint(left.symbols | right.symbols)
            if left.shape.cols in self.counts and told:
                total = self._sum(left.shape.cols, left, right)
                beside = (*map(self.over, factors[:place]), total, *map(self.over, rest))
                return matmul(*beside) if place or rest else total
        return None

    def _sum(self, dim: Dim, left: Expr, right: Expr) -> Expr:
        """Column i of the left one times row i of the right one, added up over i."""
        letter = self.letter(dim)
        first = UNIT if left is UNIT else self.row(flip(left), letter)
        parts = [one for part in (first, flip(self.row(right, letter))) for one in _factors(part) if one is not UNIT]
        numbers, arrays = apart(parts)
        self.free[dim] = letter  # for the sums beside this one
        return ir.sum_over([letter], mul(*numbers, matmul(*arrays)) if arrays else mul(*numbers))

    def row(self, expr: Expr, at: Index) -> Expr:
        """Row `at` of an array, as a column; the number at that place of a column. LookupError where none is known."""
        expr = self.shown.get(expr, expr)
        match expr:
            case ir.Fill():
                value, shape = expr.value, expr.shape
                return Number(value) if shape.is_column else ir.Fill(value, ir.Shape(shape.cols, ONE))
            case Symbol() if expr.shape.is_column:
                return ir.Entry(expr, at, None)
            case Symbol():
                place = self.hidden(expr.shape.cols)
                return ir.MatrixOf(place, None, ir.Entry(expr, at, place))
            case ir.MatrixOf(Index() as place, None, body):
                return ir.rename(body, {place: at})
            case ir.Transpose(body):
                return self._column(body, at)
            case ir.Add(terms):
                return add(*(self.row(term, at) for term in terms))
            case ir.Mul(factors):
                return mul(*(one if one.shape.is_number else self.row(one, at) for one in factors))
            case ir.Hadamard(factors):
                rows = [self.row(one, at) for one in factors]
                return mul(*rows) if rows[0].shape.is_number else ir.hadamard(*rows)
            case ir.Power(base, exponent):
                return ir.Power(self.row(base, at), exponent)
            case Call(function, arguments) if ir.is_elementwise(function):
                return Call(function, *(one if one.shape.is_number else self.row(one, at) for one in arguments))
            case Call(function, (body,)) if function in _OF_ROWS:
                return Call(_OF_ROWS[function], self.row(body, at))
            case ir.MatMul((first, *others)):
                rest = matmul(*others)
                if _is_diagonal(first):
                    return mul(self.row(first.children[0], at), self.row(rest, at))
                own = self.row(first, at)
                if isinstance(rest, ir.Fill) and rest.shape.is_column and rest.value == 1:
                    square = isinstance(own, ir.Power) and own.exponent is Number(2)
                    return ir.Power(Call("norm", own.children[0]), Number(2)) if square else Call("sum", own)
                if own.shape.is_number:
                    return flip(rest) if own is UNIT else mul(own, flip(rest))
                return matmul(ir.transpose(own), rest) if rest.shape.is_column else matmul(flip(rest), own)
        raise LookupError

    def _column(self, body: Expr, at: Index) -> Expr:
        """Column `at` of an array."""
        turned = flip(body)
        if not isinstance(turned, ir.Transpose):
            return self.row(turned, at)
        place = self.hidden(body.shape.rows)
        inner = ir.Entry(body, place, at) if isinstance(body, Symbol) else entry(self.row(body, place), at, None)
        return ir.MatrixOf(place, None, inner)


def _factors(expr: Expr) -> tuple[Expr, ...]:
    """The numbers of a multiple and the factors of its array."""
    parts = parts_of(expr, ir.Mul)
    return tuple(one for part in parts for one in ((part,) if part.shape.is_number else parts_of(part, ir.MatMul)))


def _is_diagonal(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function == "diag" and expr.argument.shape.is_column


@record
class Structure:
    """How the entries move together, and what is made of a gradient G, as it is said and as it is computed: the
    derivatives by the variable's own entries, and the nearest matrix of this structure (the same, if it is empty)."""

    word: str
    moves: str
    entries: str
    nearest: str = ""

    def made(self, law: str, gradient: Expr) -> Expr:
        """What a law makes of a gradient."""
        shapes = (("G", "m n" if self.word in ("lower", "upper") else "n n"),)
        whole = read_side("G", shapes)
        sizes = {"m": gradient.shape.rows, "n": gradient.shape.cols}
        return build_side(read_side(law or self.entries, shapes), {whole: gradient, **sizes})

    @property
    def name(self) -> str:
        """What a matrix of this structure is called."""
        return self.word if self.word not in ("lower", "upper") else f"{self.word} triangular"


_STRUCTURES: Final = (
    Structure("diagonal", "only the entries on the diagonal move", "G ∘ I"),
    Structure("symmetric", "each entry moves together with its mirror image", "G + Gᵀ − G ∘ I", "(G + Gᵀ)/2"),
    Structure("antisymmetric", "each entry moves against its mirror image", "G − Gᵀ", "(G − Gᵀ)/2"),
    Structure("lower", "only the entries on and below the diagonal move", "tril(G)"),
    Structure("upper", "only the entries on and above the diagonal move", "triu(G)"),
)


def _structure_of(problem: Problem, gradient: Expr | None, half: bool = False) -> Structure | None:
    """The structure of the variable, where the derivative of a number by a matrix is said as a matrix; `half` one of
    those that vech keeps half of."""
    wrt = problem.wrt
    if gradient is None or not (wrt.shape.is_matrix and gradient.shape is wrt.shape and problem.loss.shape.is_number):
        return None
    known = (one for one in _STRUCTURES if not half or one.word in ("symmetric", "lower"))
    return next((one for one in known if holds(wrt, one.word, problem)), None)


def notes_of(problem: Problem, gradient: Expr | None, judge: Judge) -> tuple[Sentence, ...]:
    """What should be said beside the result: which gradient is meant for a variable with a structure,
    and what the other ones are."""
    structure = _structure_of(problem, gradient)
    if structure is None or gradient is None or not _holds(problem, structure, gradient, judge):
        return ()
    own, nearest = (textbook(structure.made(law, gradient), problem) for law in (structure.entries, structure.nearest))
    said = (
        f"here the entries of {{X}} move independently; if {{X}} must stay {structure.name}, so that {structure.moves}"
    )
    said = f"{said}, the gradient G becomes {structure.entries} = {{H}}"
    values = (("X", problem.wrt), ("H", own))
    if not structure.nearest or nearest is own:
        return (Sentence(said, values),)
    walk = f"; gradient descent that stays {structure.name} uses {structure.nearest} = {{P}}"
    return (Sentence(said + walk, (*values, ("P", nearest))),)


def shorter_of(problem: Problem, gradient: Expr | None) -> Iterator[Sentence]:
    """How the result reads where the targets of a softmax add up to 1, which nobody said of them."""
    told = {fact.symbol for fact in problem.facts}
    curved = any(
        isinstance(node, Call) and node.function.startswith(("softmax", "logsumexp")) for node in nodes_of(problem.loss)
    )
    for symbol in problem.variables if gradient is not None and curved else ():
        if gradient is None or symbol is problem.wrt or symbol in told or symbol not in gradient.symbols:
            continue
        known = replace(problem, facts=(*problem.facts, Fact(symbol, "simplex")))
        shorter = textbook(gradient, known)
        if shorter.weight < gradient.weight and Judge(known).compare(gradient, shorter).holds:
            each = "each row of {y} adds" if symbol.shape.is_matrix else "the entries of {y} add"
            said = f"where {each} up to 1, as probabilities do and a one-hot vector, this is {{shorter}}: say "
            yield Sentence(f'{said}`--assume "{symbol.name} simplex"`', (("y", symbol), ("shorter", shorter)))


def by_own_entries(problem: Problem, result: Result, judge: Judge) -> tuple[Result, Verdict, Sentence]:
    """The derivatives by vech(S), as the matrix of which they are the entries on and below the diagonal;
    judged along such directions."""
    gradient, wrt = result.matrix, problem.wrt
    structure = _structure_of(problem, gradient, half=True)
    if structure is None or gradient is None or not wrt.shape.is_square:
        said = f"the derivative by vech({wrt.name}) is found of a number, by a square matrix"
        raise StuckError.coded("stuck", said, help=f"`--wrt {wrt.name}` takes all entries")
    own = textbook(structure.made(structure.entries, gradient), problem)
    change, _, below = _change(problem, structure)
    verdict = judge.compare(change, Call("inner", own, below))
    row, col = result.letters
    said = (
        f"{{X}} stays {structure.name}, so that {structure.moves}: with the gradient G = {{G}} by independent entries "
        f"this is {structure.entries}; vech({wrt.name}) takes what is on and below the diagonal, column by column"
    )
    return Result(Entry(own, row, col), result.letters, own), verdict, Sentence(said, (("X", wrt), ("G", gradient)))


def _holds(problem: Problem, structure: Structure, gradient: Expr, judge: Judge) -> bool:
    """Whether both give the change of the loss along directions of this structure."""
    change, way, below = _change(problem, structure)
    pairs = (structure.nearest, way), (structure.entries, below)
    return all(judge.compare(change, Call("inner", structure.made(law, gradient), along)).holds for law, along in pairs)


def _change(problem: Problem, structure: Structure) -> tuple[Expr, Expr, Expr]:
    """The change of the loss along a direction of this structure, the direction, and its entries that are free."""
    way = structure.made(structure.nearest, Symbol(f"{problem.wrt.name} way", problem.wrt.shape))
    return Differential(problem.loss, problem.wrt, way), way, Call("tril", way) if structure.nearest else way
