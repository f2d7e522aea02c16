"""Rows of a derivation as statements, in LaTeX or in the expression language;
every side keeps its place in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from ...diagnostics import Diagnostic, InputError, Source, Span
from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.files import MOST_ROWS
from ...documents.passage import Passage
from ...ir.memory import remembered
from ...notation import syntax as s
from ...notation.elaboration.chosen_entries import at_place, places
from ...notation.latex.lines import Statement, split_line
from ...notation.latex.names import LatexNames
from .cofactors import cofactors
from .reading import Side
from .syntax_walk import inner, rebuilt
from .syntax_walk import names as names_in
from .where import sides_between

LONGEST_ROW = 12_000
_CONSTANTS: frozenset[str] = frozenset(("const", "C", "c", "constant", "K_0", "C_0"))
_INDICES = frozenset("ijklmnpqrst")
_NUMPY = regex(r"@|\*\*|\.T\b|\b(?:norm|inv|eye|ones|logdet|matrix_power|outer|partial|delta|sum)\s*[(\[]|\bnp\.")
_SURE = regex(r"@|\*\*|\.T\b|\bnp\.")
"""What only Python writes; a word before a bracket, as in `2 sum(Xw - y)`, stands in mathematics too."""
_RAISED = regex(r".*\^\s*\{?\s*\((\w+)\)\s*\}?\s*", re.DOTALL)
_LATEX = regex(r"[\\{}^∂∇ᵀ²Σ⊙‖]|_\w|\*\{")


@record
class Claim:
    """A chain of sides. `leading`: it begins with a sign of equality and goes on from the line before. `both`:
    ⟺ stands before it. `order`: its sides are no equals, `α ≥ 0`."""

    sides: tuple[Side, ...]
    leading: bool = False
    definition: bool = False
    rough: bool = False
    both: bool = False
    order: bool = False

    @property
    def left(self) -> s.Node | None:
        """Its own left side, without brackets; None where it goes on from the line before, or says of nothing what it
        is."""
        return inner(self.sides[0].node) if not self.leading and len(self.sides) > 1 else None

    @property
    def text(self) -> str:
        """Its characters."""
        return self.sides[0].source.text[self.sides[0].span.start : self.sides[-1].span.end].strip()

    @property
    def place(self) -> tuple[str, int]:
        """The row in which it stands, and where: the same whenever it is read."""
        return self.sides[0].source.text, self.sides[0].span.start


class Later:
    """The claims of rows that come, in their order: those of a text are found at once."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._of_text: dict[str, list[Claim]] = {}
        for claim in claims:
            if claim.sides:
                self._of_text.setdefault(claim.sides[0].source.text, []).append(claim)

    def __iter__(self) -> Iterator[Claim]:
        return iter([claim for claims in self._of_text.values() for claim in claims])

    def arrive(self, text: str) -> None:
        """The row of this text is judged now."""
        self._of_text.pop(text, None)

    def take(self, *claims: Claim) -> None:
        """These claims are judged now."""
        for text in {claim.sides[0].source.text for claim in claims if claim.sides} & self._of_text.keys():
            self._of_text[text] = [other for other in self._of_text[text] if all(other is not one for one in claims)]


class Taken:
    """The definitions and functions of a derivation that were taken in by now."""

    def __init__(self) -> None:
        self.definitions: list[Claim] = []
        self.functions: set[str] = set()

    def left_of(self, claim: Claim, function: str | None) -> Claim | None:
        """What is to be judged of a claim: nothing of a definition that was taken in, and where it states a `function`
        for the first time the sides behind that."""
        if any(claim is done or (len(claim.sides) == 2 and claim.place == done.place) for done in self.definitions):
            return None
        if function is None or function in self.functions:
            return claim
        self.functions.add(function)
        return replace(claim, sides=claim.sides[1:]) if len(claim.sides) > 2 else None


@record
class Row:
    """A row of the derivation: its number, its passage, its statements, and what was repaired in reading it."""

    number: int
    passage: Passage
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()

    def without_orders(self) -> Row:
        """What is to be judged of it, and a note on what is not."""
        said = (f"`{claim.text}` is a relation, which is not judged" for claim in self.claims if claim.order)
        claims = tuple(claim for claim in self.claims if not claim.order)
        return replace(self, claims=claims, notes=(*self.notes, *said))


def read_row(number: int, row: Passage, source: Source, names: LatexNames, syntax: str | None) -> Row:
    """The statements of a row. A text is read once for all that its names mean:
    again only where one of them means something else now."""
    claims, notes = _read(row.text, source.name, syntax, names.about(row.text))
    return Row(number, row, tuple(replace(claim) for claim in claims), notes)


@remembered(maxsize=MOST_ROWS + 1000)  # else the rows of a long file, gone through twice, push each other out
def _read(text: str, name: str, syntax: str | None, names: LatexNames) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """The statements of a text, and what was repaired in reading it."""
    own = Source(name, text)
    if len(text) > LONGEST_ROW:
        trouble = Diagnostic("too-long", f"the line has {len(text)} characters, at most {LONGEST_ROW} are read")
        return (Claim((Side(own, Span(0, 1), None, "latex", trouble),)),), ()
    numpy = _NUMPY.search(text) and not _LATEX.search(text) if syntax is None else syntax == "numpy"
    claim = _numpy_claim(text, names) if numpy else None
    if claim is not None and (syntax or _SURE.search(text) or not any(_is_book(side, names) for side in claim.sides)):
        return (_zero_last(claim),), ()
    line = split_line(text, name, names)
    claims = tuple(_claim(statement, own, names) for statement in line.statements)
    signs = [(statement.leading or "", *statement.relations) for statement in line.statements]
    found = (
        _with_constants(_labelled(claim, names), before, names) for claim, before in zip(claims, signs, strict=True)
    )
    return tuple(map(_zero_last, found)), line.notes


_ORDERS = frozenset(("<=", ">=", "<", ">", "!=", "sim"))


def _zero_last(claim: Claim) -> Claim:
    """`0 = ∇L = A` says what `∇L = A = 0` says: the equation is read with its zero behind."""
    match claim.left:
        case s.Literal_(_, 0) | s.Apply(_, "zeros"):
            return replace(claim, sides=(*claim.sides[1:], claim.sides[0]))
    return claim


def _subgradient(nodes: Sequence[s.Node | None], text: str) -> s.Node | None:
    r"""The left side of `\partial\|x\|_1 = \mathrm{sign}(x)` as the derivative that it means:
    no differential stands on the right."""
    parts = [part for node in nodes[1:] if node is not None for part in s.parts_of(node)]
    match inner(nodes[0]):
        case s.Differential_(span, body, None) if text[span.start :].startswith(("\\partial", "∂")):
            moves = None in nodes[1:] or any(isinstance(part, s.Differential_) for part in parts)
            return None if moves else s.Derivative(span, body, None, (), "partial")
    return None


def _claim(statement: Statement, own: Source, names: LatexNames) -> Claim:
    """A statement whose marked letters are names, and whose left side may be a function."""

    def named(node: s.Node | None, left: bool = False) -> s.Node | None:
        return _named(node, own.text, names, left)

    several = len(statement.sides) > 1
    sides = tuple(
        Side(
            own,
            side.span,
            named(side.node, several and at == 0),
            "latex",
            side.problem,
            tuple(named(other) or other for other in side.others),
        )
        for at, side in enumerate(statement.sides)
    )
    if several and (subgradient := _subgradient([side.node for side in sides], own.text)) is not None:
        sides = (replace(sides[0], node=subgradient), *sides[1:])
    rough = "≈" in (statement.leading, *statement.relations) or NEGLECTS.search(own.text) is not None
    order = bool(statement.relations) and _ORDERS.issuperset(statement.relations)
    return Claim(sides, statement.leading is not None, statement.role == "definition", rough, statement.both, order)


NEGLECTS = regex(
    r"\b(?:neglect|ignor|drop|discard|omit)\w*\b(?! (?:the |its |any )?(?:symmetr|constant))"
    r"|\b(?:first|linear|leading)[- ]order\b"
    r"(?! (?:necessary |optimality |partial |total )*(?:condition|optimality|derivative|method|gradient))",
    re.IGNORECASE,
)
"""Words that say of a row that it holds up to what is small."""


def as_typed(row: Row) -> Row:
    """The row without repairs of its brackets: what is graded is what was typed."""
    claims = []
    for claim in row.claims:
        sides = (side if side.trouble is None else replace(side, node=None, others=()) for side in claim.sides)
        claims.append(replace(claim, sides=tuple(sides)))
    return replace(row, claims=tuple(claims))


def _with_constants(claim: Claim, signs: Sequence[str], names: LatexNames) -> Claim:
    r"""The claim whose sides know that they are meant up to a constant:
    behind `\propto`, or with a `\text{const}` at either end."""
    sides, constants = [], _CONSTANTS - names.variables.keys() - names.dimensions
    derived = any(isinstance(inner(side.node), (s.Derivative, s.Differential_)) for side in claim.sides)
    for at, (side, sign) in enumerate(zip(claim.sides, [*signs, *[""] * len(claim.sides)], strict=False)):
        side = replace(side, node=_constant_last(side.node, constants))
        match side.node:
            case s.Binary(_, "+" | "-", _, right) if (at or claim.leading) and not derived:
                last = s.ungrouped(right)
                if isinstance(last, s.Name) and last.name in constants:
                    side = replace(side, up_to="const")
        sides.append(replace(side, up_to="∝") if sign == "∝" else side)
    return replace(claim, sides=tuple(sides))


def _constant_last(node: s.Node | None, constants: Collection[str]) -> s.Node | None:
    """`c - A - B` and `A + c - B` as `-A - B + c` and `A - B + c`."""

    def without(part: s.Node) -> tuple[s.Node, s.Node] | None:
        if not isinstance(part, s.Binary) or part.operator not in ("+", "-"):
            return None
        first, last = s.ungrouped(part.left), s.ungrouped(part.right)
        if isinstance(last, s.Name) and last.name in constants:
            return part.left, last
        if isinstance(first, s.Name) and first.name in constants:
            return part.right if part.operator == "+" else s.Negative(part.span, part.right), first
        found = without(first)
        return None if found is None else (replace(part, left=found[0]), found[1])

    parts = without(node) if node is not None else None
    return node if parts is None else s.Binary(parts[0].span, "+", *parts)


def _labelled(claim: Claim, names: LatexNames) -> Claim:
    r"""`z_o = …` of an unknown z, where o is no index on the right: o belongs to the name; so it does in
    `x_c = x - \mu` of a vector x, beside x itself."""
    match claim.left:
        case s.Subscript(span, body, (index,)):
            base, letter, right = s.ungrouped(body), s.ungrouped(index), claim.sides[1].node
        case _:
            return claim
    if not isinstance(base, s.Name) or not isinstance(letter, s.Name) or right is None:
        return claim
    counts = letter.name in _INDICES - names.variables.keys() or letter.name in names.counting
    beside = {one.name for one in s.terms(right) if isinstance(one, s.Name)}
    entry = base.name in names.variables and base.name not in beside
    if counts or entry or letter.name in {one.name for one in names_in(right, index=True)}:
        return claim
    left = replace(claim.sides[0], node=s.Name(span, f"{base.name}_{letter.name}"))
    return replace(claim, sides=(left, *claim.sides[1:]))


def _named(node: s.Node | None, text: str, names: LatexNames, left: bool) -> s.Node | None:
    r"""`\delta^{(2)}` of an unknown δ is a name, not a power or a sample;
    `\dot f` is what f changes by as the variable moves along `\dot x`."""
    moving = f"{names.wrt}_dot"

    def change(part: s.Node) -> s.Node:
        match part:
            case s.Name(span, name) if name.endswith("_dot") and name not in known and name != moving:
                return s.Differential_(span, s.Name(span, name[:-4]), s.Name(span, moving))
            case s.Binary(
                span, "^", s.Name(_, "J" | "E" as name), s.Binary(_, "juxtapose", s.Name(), s.Name()) as at
            ) if name not in known | names.losses:  # J^{ij} is 1 at this place, 0 elsewhere
                span = Span(span.start, span.end + text.startswith("}", span.end))
                row, col = (s.Apply(span, "basis", (letter,)) for letter in (at.left, at.right))
                return s.Group(span, s.Binary(span, "juxtapose", row, s.Transposed(span, col)))
        return part

    if node is None:
        return None
    known = names.variables.keys()
    if chosen := places(names.variables):
        node = rebuilt(node, lambda part: at_place(part, chosen, "latex"))
    if left and isinstance(node, s.Apply) and node.function == "pinv" and isinstance(node.arguments[0], s.Name):
        return s.Name(node.span, f"{node.arguments[0].name}_plus")  # A^+ = … says what A^+ stands for
    if left and isinstance(node, s.Slice) and node.way == "sample" and node.matrix.name not in known:
        return s.Subscript(node.span, node.letter, (node.index,))  # z^{(k)} = … says what z is for each k
    return cofactors(rebuilt(node, change), names)


def with_step(row: Row, wrt: str) -> Row:
    r"""The row in which the step of the variable, `\Delta w`, is a name of its own."""

    def named(side: Side) -> Side:
        node = side.node and rebuilt(side.node, lambda part: _step(part, side.source.text, wrt))
        return replace(side, node=node)

    return replace(row, claims=tuple(replace(one, sides=tuple(map(named, one.sides))) for one in row.claims))


def _step(part: s.Node, text: str, wrt: str) -> s.Node:
    if not isinstance(part, s.Differential_) or not text.startswith(_CHANGES, part.span.start):
        return part
    match part.body:
        case s.Name(_, name) if name == wrt:
            return s.Name(part.span, f"{STEP}{wrt}")
        case s.Subscript(_, s.Name(_, name), indices) if name == wrt:
            return s.Subscript(part.span, s.Name(part.span, f"{STEP}{wrt}"), indices)
    return part


_CHANGES = ("\\Delta", "\\delta", "Δ", "δ")
STEP = "Δ"
"""How the name of what the variable moves by begins."""
NO_STEP = "this is not seen to be a step against the gradient"


def state_step(rows: Iterable[Row], wrt: str) -> bool:
    r"""Whether a row says what the step of the variable is, `\Delta w = -\eta\nabla L`, and none how it moves others,
    `\Delta L = g^\top \Delta w`."""
    name = f"{STEP}{wrt}"
    claims = [claim for row in rows for claim in with_step(row, wrt).claims]
    trees = ([side.node for side in claim.sides if side.node] for claim in claims)
    beside = (nodes for nodes in trees if any(name in s.contents(node).names for node in nodes))
    moves = any(isinstance(part, s.Differential_) for nodes in beside for node in nodes for part in s.parts_of(node))
    return not moves and any(lone_name(claim.left) == name for claim in claims)


def _numpy_claim(text: str, names: LatexNames) -> Claim | None:
    """The row in the expression language; a left side such as dL/dR is read as LaTeX would be.
    None if a right side is not readable."""
    starts = sides_between(text, 0, len(text))
    ends = [*(start - 2 if text[start - 2 : start] == ":=" else start - 1 for start in starts[1:]), len(text)]
    leading = len(starts) > 1 and not text[: ends[0]].strip()
    sides: list[Side] = []
    for number, part in [*enumerate(map(Span, starts, ends))][leading:]:
        side = _numpy_side(text, part, names, first=number == 0 and len(starts) > 1)
        if side is None:
            return None
        sides.append(side)
    return Claim(tuple(sides), leading, ":=" in text) if sides else None


def _is_book(side: Side, names: LatexNames) -> bool:
    """Whether letters stand side by side, `2 sum(Xw)`, as in no expression of Python."""
    letters = [part.name for part in s.parts_of(side.node) if isinstance(part, s.Name)] if side.node is not None else []
    together = (name for name in letters if len(name) > 1 and name.isalpha() and name not in names.variables)
    return side.trouble is not None or any(names.variables.keys() >= {*name} for name in together)


def _numpy_side(text: str, part: Span, names: LatexNames, first: bool) -> Side | None:
    from ...notation.expression.reader import parse
    from ...notation.latex.reader import read_latex

    # Everything before the side is blanked, so that spans count in the row.
    own = Source("line", text)
    padded = " " * part.start + text[part.start : part.end]
    stripped = Span(part.start + len(padded[part.start :]) - len(padded[part.start :].lstrip()), len(padded.rstrip()))
    derivative = re.match(r"\s*(?:d|∂|grad|nabla)\s*[\w(]*\s*/", text[part.start : part.end])
    kind: Literal["numpy", "latex"] = "numpy"
    try:
        if first and derivative is not None:
            kind = "latex"
            node = read_latex(text[part.start : part.end], names=names, offset=part.start).node
            return Side(own, stripped, node, kind)
        return Side(own, stripped, parse(padded), kind)
    except InputError as error:
        return (
            None
            if first or error.diagnostic.code == "caret-power"
            else Side(own, stripped, None, kind, error.diagnostic)
        )


def lone_name(node: s.Node | None) -> str | None:
    """The name that stands alone on a side, with or without index letters: `E`, `K_{pq}`;
    e_i, which may be a basis vector, included."""
    node = inner(node)
    if isinstance(node, s.Subscript) and all(isinstance(index, s.Name) for index in node.indices):
        node = s.ungrouped(node.body)
    match node:
        case s.Apply(_, "basis"):
            return "e"
        case s.Name(_, name):
            return name
    return None
