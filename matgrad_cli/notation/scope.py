"""What the names of a text mean while it is read: variables, definitions, sizes, index letters, the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from ..diagnostics import Source, UsageError
from ..diagnostics.record import field, record, replace
from ..ir import Dim, Expr, Shape, Stack, Symbol
from . import syntax as s
from .names import canonical_name

Syntax = Literal["numpy", "latex", "matrixcalculus", "matlab", "julia", "sympy", "mathematica", "r"]
SYNTAXES: Final[tuple[Syntax, ...]] = get_args(Syntax)
ROWS_FIRST: Final[frozenset[Syntax]] = frozenset(("numpy", "mathematica"))
"""Languages in which a matrix with a single index is its row."""
AS_ONE_COLUMN: Final[frozenset[Syntax]] = frozenset(("matlab", "julia", "r"))
"""Languages in which a single index of a matrix counts through all of its columns."""
UNUSED: Final = ", of which a shape is told, does not occur in the loss"
"""What a note says behind the names that are declared in vain."""
"""The expression language, LaTeX, and the dialects of other programs,
in which `*` is mostly the product of matrices."""


_WORDS: Final[dict[str | None, Syntax | None]] = {
    **{syntax: syntax for syntax in SYNTAXES},
    **dict.fromkeys((None, "auto")),
    **dict.fromkeys(("python", "text"), "numpy"),
    "tex": "latex",
}


def chosen_syntax(syntax: str | None) -> Syntax | None:
    """The language that a word says, None where it is to be found out; UsageError for a word that says none."""
    if syntax not in _WORDS:
        help = f"write one of {', '.join(SYNTAXES)}"
        raise UsageError.coded("unknown-syntax", f"the syntax `{syntax}` is not known", help=help)
    return _WORDS[syntax]


@record
class Family:
    """Vectors of one length, or numbers (`length` is None), that one letter numbers;
    what is declared of them is said of the whole."""

    name: str
    length: Dim | None


@record
class Scope:
    """Names and their meanings. A declared or defined name beats every built-in.

    `sizes` are declared dimensions that may stand as numbers; `letters` index letters with their dimension;
    `open` lets unknown names through, to be inferred.

    `arrays` says that the text means what NumPy computes: vectors have one dimension and sizes stretch. Otherwise a
    vector is a column and every size must fit. `columns` are the names declared n×1, which have two dimensions in
    either case. `families` are vectors declared one by one, as `x_i: d`, whose number is open. `members` are matrices X
    of which it is known that x_i is a `column`, or that it is a `row`; by habit it is a row.
    `needed` is the shape that the whole is to have: it gives `I` and `\\mathbf 1` their sizes where nothing else does.
    """

    source: Source
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    definitions: Mapping[str, Expr] = field(default_factory=dict)
    sizes: Mapping[str, Dim] = field(default_factory=dict)
    letters: Mapping[str, Dim] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    wrt: Symbol | None = None
    loss: Expr | None = None
    loss_names: frozenset[str] = frozenset()
    syntax: Syntax = "numpy"
    open: bool = False
    arrays: bool = False
    columns: frozenset[str] = frozenset()
    needed: Shape | None = None
    families: tuple[Family, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    _spellings: dict[str, Expr] = field(default_factory=dict)
    """The names as other spellings meet them, once one of these is asked for."""

    def __post_init__(self) -> None:
        self.__dict__["_spellings"] = {}

    def reading(self, source: Source, syntax: Syntax | None = None) -> Scope:
        """The same names over another text."""
        return replace(self, source=source, syntax=syntax or self.syntax)

    def defining(self, name: str, value: Expr) -> Scope:
        """The same scope with one definition more."""
        return replace(self, definitions={**self.definitions, name: value})

    def find(self, name: str) -> Expr | None:
        """What a name stands for as a value: a definition, a variable or the loss; None if it is none of these."""
        for table in (self.definitions, self.symbols):
            found = table.get(name)
            if found is not None:
                return found
        if name in self.loss_names:
            return self.loss
        if not self._spellings:
            for table in (self.symbols, self.definitions):
                self._spellings.update((canonical_name(name), value) for name, value in table.items())
        return self._spellings.get(canonical_name(name))

    def member(self, node: s.Name) -> s.Subscript | None:
        """A_k of the matrices A that a letter numbers, where it is read as a name."""
        base, _, letter = node.name.rpartition("_")
        numbered = isinstance(self.find(base), Stack) if base else False
        return s.Subscript(node.span, s.Name(node.span, base), (s.Name(node.span, letter),)) if numbered else None

    def is_flat(self, name: str, shape: Shape) -> bool:
        """Whether a name of that shape is a one-dimensional array of NumPy."""
        return self.arrays and shape.is_column and name not in self.columns

    def size(self, name: str) -> Dim | None:
        """The dimension of that name, if one is declared."""
        return self.sizes.get(name)

    @property
    def known_names(self) -> tuple[str, ...]:
        """All names with a value, for suggestions."""
        return (*self.definitions, *self.symbols, *self.sizes, *self.loss_names)

    @property
    def named_arrays(self) -> tuple[str, ...]:
        """The names of values: a capital letter was not meant for the dimension that has its small letter."""
        return (*self.definitions, *self.symbols, *self.loss_names)
