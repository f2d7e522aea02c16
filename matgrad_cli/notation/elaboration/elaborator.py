"""The state of one reading: the scope, the shapes found, the letters bound,
and where each expression that was built stands in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from ...diagnostics import Span
from ...ir import Dim, Expr, Index, IndexMismatch, Shape, ShapeMismatch, Symbol, fresh_index, letters_in
from .. import syntax as s
from ..scope import Scope
from ..shapes.infer import Inference
from .complaints import described, fail, quoted


class Elaborator:
    """What is known while one formula is read in its scope. `build` makes the typed expression of one kind of part from
    those inside it."""

    def __init__(self, scope: Scope, found: Inference, build: Callable[[Elaborator, s.Node], Expr]) -> None:
        self.scope = scope
        self.found = found
        self.build = build
        self.spans: dict[Expr, Span] = {}
        self.notes: list[str] = []
        self.binding: dict[str, Index] = {}
        self.limited: frozenset[str] = frozenset()  # the bound letters whose Σ has a written limit
        self.arguments: dict[str, Symbol] = {}
        self.read: dict[int, tuple[s.Node, Expr]] = {}  # each part once, also where a call looks at it twice
        self.flat: dict[int, s.Node] = {}
        self.idle_transpose = self.stretched_product = False
        self.entrywise = self.traced = self.diagonal = False
        # of a bound letter, how many values its Σ leaves out at the two ends
        self.reach: dict[str, tuple[int, int]] = {}

    @contextmanager
    def inside(self, function: str) -> Iterator[None]:
        """While the parts of a function or of an operation are read: `\\exp(A)` in a trace is the matrix exponential,
        and it is none in what is used entry by entry; `p(1-p)` in `diag`, `x\\log x` in `\\sum` is a column."""
        outer = self.entrywise, self.traced, self.diagonal
        self.entrywise |= function in ("sum", "mean", "hadamard", "entry")
        self.traced |= function == "tr"
        self.diagonal |= function in ("diag", "sum", "mean")
        yield
        self.entrywise, self.traced, self.diagonal = outer

    def asked(self, node: s.Node) -> Shape | None:
        """The shape that the use of a part asks for, once both its sides are known."""
        form = self.found.places.get(id(node))
        return form.shape if form is not None else None

    def is_flat(self, node: s.Node) -> bool:
        """Whether a part that was read is a one-dimensional array."""
        return bool(self.flat) and id(s.ungrouped(node)) in self.flat

    def flatten(self, node: s.Node, flat: bool = True) -> None:
        """Note that a part is a one-dimensional array."""
        if flat:
            node = s.ungrouped(node)
            self.flat[id(node)] = node

    def note(self, text: str, of: str = "") -> None:
        """A note, once; what is said of several things is one note."""
        known = next((place for place, said in enumerate(self.notes) if of and said.startswith(text)), None)
        if known is None:
            self.notes += [] if text + of in self.notes else [text + of]
        elif of not in self.notes[known]:
            self.notes[known] += f" and{of}"

    def letter(self, dim: Dim, around: Expr, *taken: str) -> Index:
        """A letter for the places of a new array, which nothing around it has."""
        own = {index.name for index in letters_in(around)}
        return fresh_index(dim, {*self.binding, *self.found.letters, *own, *taken})

    def text(self, node: s.Node) -> str:
        return quoted(self.scope.source, node.span)

    def fail(self, code: str, message: str, node: s.Node, help: str | None = None, label: str = "") -> NoReturn:
        fail(self.scope, code, message, (node.span, label), help=help)

    def expr(self, node: s.Node) -> Expr:
        """The typed expression of a part; a misfit that no special message foresaw is told at the part."""
        known = self.read.get(id(node))
        if known is not None:
            return known[1]
        try:
            value = self.build(self, node)
        except (ShapeMismatch, IndexMismatch) as error:
            parts = [(self.spans[part], part.shape) for part in error.parts if part in self.spans]
            shapes = tuple(f"{quoted(self.scope.source, span)} is {described(shape)}" for span, shape in parts)
            code = "shape-mismatch" if isinstance(error, ShapeMismatch) else "index-mismatch"
            fail(self.scope, code, str(error), (node.span, ""), notes=shapes)
        self.spans.setdefault(value, node.span)
        self.read[id(node)] = node, value
        return value
