"""How tightly each form binds, and the walk that all printers share:
each node once, parts before wholes, marks on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from ... import ir
from ...ir.walk import found_in

SUM: Final = 10
BIG_SUM: Final = 12
ENTRYWISE: Final = 14
PRODUCT: Final = 20
UNARY: Final = 25
POWER: Final = 30
ATOM: Final = 40

MARK_BASE: Final = 0xE000
MARK_COUNT: Final = 1000
_DEEPEST_MARK = 200


class Piece(NamedTuple):
    """A printed part. If `negative`, a minus sign belongs before `text`.

    `under` is what stands below the bar when the part is a reciprocal. `chunks` are the printed factors of a scalar
    product with their free letters, so that a sum can put each Σ before the first factor that uses its letter.
    `tight` parts may stand next to each other without a space: Xᵀ, (A + B), but not tr(X) or X_ij.
    `inner` is the printed body of a norm, a transpose or an inverse, for forms that merge two nodes: ‖A‖², X⁻ᵀ.
    """

    text: str
    level: int = ATOM
    negative: bool = False
    under: Piece | None = None
    chunks: tuple[Chunk, ...] = ()
    tight: bool = False
    inner: Piece | None = None


Chunk = tuple[Piece, frozenset[ir.Index]]
Marks = Mapping[ir.Path, int]
"""Which parts of an expression are to be found again in the printed text, by path, each with a number below 1000."""


def unclear_beside(factor: ir.Expr, whole: ir.Expr) -> bool:
    """Whether a product inside A ∘ B could be read as (A ∘ its end) times the rest:
    A ∘ (BC), and (Sw) ∘ v for a square S."""
    ends = factor.children[:: max(len(factor.children) - 1, 1)] if isinstance(factor, ir.MatMul) else ()
    return bool(ends) and (whole.shape.is_matrix or any(end.shape is whole.shape for end in ends))


def opening(mark: int) -> str:
    """The private character that stands before a marked part."""
    return chr(MARK_BASE + 2 * mark)


def closing(mark: int) -> str:
    """The private character that stands after a marked part."""
    return chr(MARK_BASE + 2 * mark + 1)


MARKS: Final = "".join(map(chr, range(MARK_BASE, MARK_BASE + 2 * MARK_COUNT)))


def visible(text: str) -> str:
    """The text without the marks at its ends: by what is printed, and not by what is marked, a form is chosen."""
    return text.strip(MARKS)


def split_marks(text: str) -> tuple[str, list[tuple[int, int, int]]]:
    """The text without marks, and for each mark where it starts and ends: (start, end, mark), in reading order."""
    plain: list[str] = []
    starts: dict[int, int] = {}
    found: list[tuple[int, int, int]] = []
    for character in text:
        code = ord(character) - MARK_BASE
        if not 0 <= code < 2 * MARK_COUNT:
            plain.append(character)
        elif code % 2 == 0:
            starts.setdefault(code // 2, len(plain))
        elif code // 2 in starts:
            found.append((starts.pop(code // 2), len(plain), code // 2))
    return "".join(plain), sorted(found)


class Printer(ABC):
    """Prints expressions; subclasses say how one node is composed from the printed parts.

    Each node is printed once however often it occurs, and no part of the walk recurses, so deep and shared
    expressions cost no more than the text that they print.
    """

    def __init__(self) -> None:
        self._memo: dict[ir.Expr, Piece] = {}
        self._methods: dict[type[ir.Expr], Callable[[ir.Expr, tuple[Piece, ...]], Piece]] = {}

    def brackets(self, text: str) -> str:
        """The text in brackets."""
        return f"({text})"

    @abstractmethod
    def minus(self, text: str) -> str:
        """The text with a minus sign before it."""

    def show(self, node: ir.Expr, marks: Marks | None = None) -> str:
        """The printed expression; marked parts stand between private characters, see `split_marks`."""
        usable = {path: mark for path, mark in (marks or {}).items() if len(path) < _DEEPEST_MARK}
        if not usable:
            return self.signed(self.piece(node))
        spine = frozenset(path[:end] for path in usable for end in range(len(path) + 1))
        return self.signed(self._marked(node, (), usable, spine))

    def piece(self, root: ir.Expr) -> Piece:
        """The printed part for a node, remembered."""
        memo = self._memo

        def printed(node: ir.Expr) -> Piece:
            return self._composed(node, tuple(memo[part] for part in _printed_parts(node)))

        return found_in(root, memo, printed, _printed_parts)

    def _composed(self, node: ir.Expr, parts: tuple[Piece, ...]) -> Piece:
        kind = type(node)
        method = self._methods.get(kind)
        if method is None:
            method = self._methods[kind] = getattr(self, f"on_{kind.__name__.lower()}")
        return method(node, parts)

    def _marked(self, node: ir.Expr, path: ir.Path, marks: Marks, spine: frozenset[ir.Path]) -> Piece:
        if path not in spine:
            return self.piece(node)
        children = _printed_parts(node)
        parts = tuple(self._marked(child, (*path, number), marks, spine) for number, child in enumerate(children))
        piece = self._composed(node, parts)
        mark = marks.get(path)
        return piece if mark is None else _wrapped(piece, mark)

    def on_literal(self, node: ir.Literal, parts: tuple[Piece, ...]) -> Piece:  # noqa: ARG002
        """A matrix of numbers written out."""
        rows = [[self.signed(self.piece(ir.Number(value))) for value in row] for row in node.rows]
        return Piece(self.table(rows), tight=True)

    @abstractmethod
    def table(self, rows: Sequence[Sequence[str]]) -> str:
        """A matrix by its entries."""

    def signed(self, piece: Piece) -> str:
        """The text with its sign."""
        return self.minus(piece.text) if piece.negative else piece.text

    def within(self, piece: Piece, level: int) -> str:
        """The text with its sign, in brackets if it binds more loosely than `level` asks for."""
        if piece.negative and level > SUM:
            return self.brackets(self.minus(piece.text))
        return self.brackets(piece.text) if piece.level < level else self.signed(piece)


def _printed_parts(node: ir.Expr) -> tuple[ir.Expr, ...]:
    # a named part prints its name alone
    return () if isinstance(node, ir.Named) else node.children


def _wrapped(piece: Piece, mark: int) -> Piece:
    under = None if piece.under is None else _wrapped(piece.under, mark)
    chunks = piece.chunks
    if chunks:
        first, letters = chunks[0]
        chunks = ((first._replace(text=opening(mark) + first.text), letters), *chunks[1:])
        last, letters = chunks[-1]
        chunks = (*chunks[:-1], (last._replace(text=last.text + closing(mark)), letters))
    return piece._replace(text=opening(mark) + piece.text + closing(mark), under=under, chunks=chunks)


def is_known(node: ir.Expr) -> bool:
    """Numbers go above the bar in front of an array; what is pending or summed stays beside it."""
    beside = ir.Differential | ir.Partial | ir.SumOver
    return node.shape.is_number and not (node.free or any(isinstance(part, beside) for part in ir.nodes_of(node)))


def is_pending(node: ir.Expr) -> bool:
    """A derivative that waits: d(x), ∂u/∂x, ∂u/∂X."""
    return isinstance(node, ir.Differential | ir.Partial) or (
        isinstance(node, ir.MatrixOf) and ir.whole_derivative(node) is not None
    )


def is_plain(node: ir.Expr) -> bool:
    """Numbers and single names go above the bar: 2/m, λ/n; longer factors stay beside it."""
    leaf = not node.children or isinstance(node, ir.Named)
    return leaf and node.weight == 1 and node.shape.is_number and not node.free


def norm_kind(node: ir.Call) -> str | None:
    """The sign at the bars of a norm, "" for the Euclidean one; None for any other function."""
    if node.function == "norm":
        return "F" if node.argument.shape.is_matrix else ""
    return {"norm1": "1", "nuclear": "*", "spectral": "2"}.get(node.function)


def sum_starts(indices: tuple[ir.Index, ...], chunks: tuple[Chunk, ...]) -> list[list[ir.Index]]:
    """Before which factor each Σ stands: the first that uses its letter;
    plain numbers in front stay behind the first Σ."""
    waiting, starts = list(indices), [list[ir.Index]() for _ in chunks]
    for number, (_, letters) in enumerate(chunks):
        last = number == len(chunks) - 1
        starts[number] = [index for index in waiting if index in letters or last]
        waiting = [index for index in waiting if index not in starts[number]]
    first = next(number for number, start in enumerate(starts) if start)
    if first and not any(letters for _, letters in chunks[:first]):
        starts[0], starts[first] = starts[first], []
    return starts


def counted_letters(body: ir.Expr) -> frozenset[ir.Index]:
    """The letters that an entry or a derivative in the body counts with, so that their length is known;
    that of a pair is not."""
    entries = [node for node in ir.nodes_of(body) if isinstance(node, ir.Entry | ir.Partial)]
    return frozenset(
        position for node in entries for position in (node.row, node.col) if isinstance(position, ir.Index)
    )


def call_level(name: str) -> int:
    """How tightly f(A) holds together: a power behind log det(A) would be one of the determinant, behind ∇²f(x)
    one of f."""
    return POWER if name == "logdet" or name.startswith("n2:") else ATOM
