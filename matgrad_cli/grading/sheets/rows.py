"""Rows of a document by their form alone: what stands on the left, by what they differentiate, what they explain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.sheets.members import big
from ...documents.sheets.names import is_identity
from ...documents.sheets.outline import nodes_of, variable_said
from ...documents.sheets.sheet import Formula
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine, Side
from ...notation.latex.names import FUNCTIONS, unmarked
from ...notation.loss_text import plain_name
from ...verify.kinks import KINKED
from ..chain import RowResult
from ..lines.syntax_walk import bare_name

_MARKED = regex(r"\s*\{?\s*\\?[\w{}\\]+\s*\^\s*\{?\s*(?:\*|\\star|\\ast)")
_PRIMED = regex(
    r"[\s&]*(?:\\math\w+\s*)?\{?\s*(\\?[A-Za-z]+)\s*\}?\s*(?P<signs>'+|\^\s*\{?\s*(?:\\prime\s*|'\s*)+)(?![A-Za-z])"
)
_SO = regex(r"\b(?:and|so|hence|thus|therefore|then)\W*$", re.IGNORECASE)
_ORDER = ("follows", "undecided", "unreadable", "wrong", "aside")
Kind = TypeVar("Kind", bound=s.Node)


@record
class Line:
    """A row of a document: its number, the formula, what its statements are without knowing any name."""

    number: int
    formula: Formula
    outline: LatexLine

    @property
    def text(self) -> str:
        """The row as it is written."""
        return self.formula.passage.text

    @property
    def sides(self) -> Sequence[Side]:
        """The sides of its first statement."""
        return self.outline.statements[0].sides if self.outline.statements else ()

    @property
    def goes_on(self) -> bool:
        """Whether it begins with a sign of equality."""
        return bool(self.outline.statements) and self.outline.statements[0].leading is not None

    @property
    def head(self) -> s.Node | None:
        """The left side, if it has one of its own: of `δ = ∂L/∂z = …` the derivative, of which the rest is claimed."""
        if self.goes_on or len(self.sides) < 2 or self.sides[0].node is None:
            return None
        left = s.ungrouped(self.sides[0].node)
        if len(self.sides) > 2 and isinstance(left, s.Name) and self.sides[1].node is not None:
            second = s.ungrouped(self.sides[1].node)
            return second if isinstance(second, s.Derivative) else left
        return left

    @property
    def name(self) -> str | None:
        """The name that stands alone on its left."""
        return lone(self.head)

    @property
    def unlike_letters(self) -> set[str]:
        """The names that stand in it with an index and without one."""
        bodies = [s.ungrouped(part.body) for part in self.parts(s.Subscript)]
        indexed = Counter(body.name for body in bodies if isinstance(body, s.Name))
        written = Counter(part.name for part in self.parts(s.Name))
        return {name for name, count in indexed.items() if written[name] > count}

    @property
    def derives(self) -> bool:
        """Whether its left side is a derivative or a differential of something."""
        return self.head is not None and any(
            isinstance(part, (s.Derivative, s.Differential_)) for part in s.parts_of(self.head)
        )

    def primes(self, name: str | None) -> int:
        """How often this name is primed on its left: twice in `f''(x) = …`."""
        primed = _PRIMED.match(self.sides[0].text) if self.sides and not self.goes_on else None
        own = primed is not None and plain_name(primed[1]).replace("sigma", "sigmoid") == name
        return len(re.findall(r"'|prime", primed["signs"])) if primed is not None and own else 0

    @property
    def labels(self) -> bool:
        """Whether an equation stands behind something that is none."""
        return any(len(one.sides) > 1 for one in self.outline.statements)

    def parts(self, kind: type[Kind]) -> list[Kind]:
        """The parts of this kind of all its sides."""
        return [part for node in nodes_of(self.outline) for part in s.parts_of(node) if isinstance(part, kind)]

    @property
    def names(self) -> set[str]:
        """All names in it."""
        return {part.name for part in self.parts(s.Name)}

    @property
    def value(self) -> list[s.Node]:
        """All parts of what stands behind the first side."""
        return [part for side in self.sides[1:] if side.node is not None for part in s.parts_of(side.node)]

    @property
    def multiplied(self) -> bool:
        """Whether it says that one derivative is that of another by a multiplier, `∂f/∂x = λ ∂g/∂x`; no chain rule."""
        last = self.sides[-1].node if self.sides else None
        match s.ungrouped(last) if last is not None else None:
            case s.Binary(_, "juxtapose", s.Name(_, name), s.Derivative()):
                return isinstance(self.head, s.Derivative) and name.partition("_")[0] in _MULTIPLIERS
        return False

    @property
    def is_constant(self) -> bool:
        """Whether the right side is a number, or ones: `Σ_j Y_ij = 1`, `uᵀu = 1`, `Y𝟏 = 𝟏` say what holds of given
        arrays."""
        last = self.sides[-1].node
        parts = s.parts_of(last) if last is not None else ()
        return last is not None and not any(isinstance(part, s.Name) or _is_call(part) for part in parts)

    @property
    def moving(self) -> set[str]:
        """The variables by which it differentiates, or whose differential stands in it; of rows w_j the W too."""
        derivatives, differentials = self.parts(s.Derivative), self.parts(s.Differential_)
        by = [part.variable for part in derivatives] + [part.body for part in differentials]
        names = {name for node in by if (name := bare_name(node)) is not None}
        numbered = (bare_name(part.variable) for part in derivatives if part.indices)
        return names | {big(name) for name in numbered if name}

    @property
    def solves(self) -> bool:
        """Whether it states a solution: a marked name alone on its left, `\\hat w = …`, `w^* = …`."""
        if not self.sides or self.sides[0].node is None:
            return bool(self.sides) and bool(_MARKED.match(self.sides[0].text))
        left = s.ungrouped(self.sides[0].node)
        return isinstance(left, s.Name) and (left.name.endswith("_bar") or unmarked(left.name) != left.name)


_MULTIPLIERS = ("lambda", "mu", "nu")


def _is_call(node: s.Node) -> bool:
    return isinstance(node, s.Apply) and (node.function != "ones" or bool(node.arguments))


def concludes(line: Line) -> bool:
    """Whether a row draws a conclusion in which something is inverted:
    `and W = (AᵀA + cL)⁻¹AᵀB` behind a derivative."""
    return bool(line.parts(s.Inverted)) and _SO.search(line.formula.before[-40:]) is not None


def held_constant(line: Line, frozen: Mapping[str, frozenset[str]], wrt: Sequence[str]) -> str | None:
    """Why a derivative is not judged: a name of the loss stands as a constant though it is made of that by which the
    row differentiates."""
    own = line.moving
    by = own & set(wrt) or set(wrt)
    claims = line.derives or line.goes_on
    names = sorted(name for name, inside in frozen.items() if inside & by and name not in own) if claims else ()
    return f"what the document says of {names[0]} could not be put in for it" if names else None


def lone(node: s.Node | None) -> str | None:
    """The name that a node is, its label included: `S_B`; index letters are none."""
    if isinstance(node, s.Subscript) and isinstance(body := s.ungrouped(node.body), s.Name):
        below = [index.name for index in node.indices if isinstance(index, s.Name)]
        return "_".join([body.name, *(index for index in below if index[:1].isupper() or len(index) > 1)])
    if isinstance(node, s.Apply) and len(node.function) < 4 and node.function not in FUNCTIONS:
        return node.function
    return node.name if isinstance(node, s.Name) else None


def explained(line: Line) -> str | None:
    """The name that a row explains, as a whole: no entry of it, and not by itself as in `C = Cᵀ`."""
    head, name = line.head, line.name
    if isinstance(head, s.Subscript) and name == lone(s.ungrouped(head.body)):
        return None
    return name if name not in {part.name for part in line.value if isinstance(part, s.Name)} else None


def is_special(line: Line) -> bool:
    """Whether what a name stands for gives it laws of its own, as `I - 11ᵀ/n` does; a sum over samples does not."""
    last = line.sides[-1].node if line.sides else None
    inner = s.ungrouped(last) if last is not None else None
    if isinstance(inner, s.Apply) and inner.function == "diag":
        return False  # its law is that it is diagonal, which is known
    called = {part.function for part in line.parts(s.Apply)} & {"ones", "diag", "eye"}
    return "I" in line.names or bool(line.parts(s.Inverted) or called) or not nodes_of(line.outline)


def gives_identity(line: Line) -> bool:
    """Whether a row says that a matrix is a multiple of the identity: what is said of it before holds for any."""
    return bool(line.sides) and is_identity(line.sides[-1].text)


def of_variables(line: Line, results: Sequence[tuple[str, RowResult]]) -> RowResult | None:
    """Of the verdicts in several variables the one that counts: those whose differential or derivative stands in the
    row, or that its sentence names where its derivative names none; or, where it gives a variable a value at which the
    derivative by that is not zero, those under which it follows."""
    own, valued = line.moving, unmarked(line.name or "")
    own = own or ({variable_said(line.formula) or ""} if line.derives else own)
    named = [(name, result) for name, result in results if name in own]
    if not named and any(name == valued and result.role == "equation" for name, result in results):
        named = [(name, result) for name, result in results if name == valued or result.verdict == "follows"]
    together = len(named) > 1 and line.parts(s.Differential_)  # dA and dB: each part must hold
    chosen = (result for _, result in named or results)
    return (max if together else min)(chosen, key=lambda result: _ORDER.index(result.verdict), default=None)


def differentiated(line: Line, name: str | None) -> tuple[int, frozenset[str]] | None:
    """Order and variables (empty: none is written) of a row whose left side is a derivative of what has this name;
    None: it is none."""
    head = line.head
    while isinstance(head, s.Transposed) or (isinstance(head, s.Apply) and head.function == "vec"):
        head = s.ungrouped(s.children(head)[0])
    if primes := line.primes(name):
        return primes, frozenset()
    if not isinstance(head, s.Derivative) or head.body is None:
        return None
    body, order = s.ungrouped(head.body), 1
    while isinstance(body, s.Derivative) and body.body is not None:
        body, order = s.ungrouped(body.body), order + 1
    own = name is None or name == (body.function if isinstance(body, s.Apply) else lone(body))
    if not own:
        return None
    by = bare_name(head.variable)
    return order, frozenset((by,)) if by is not None else frozenset()


def no_identity(line: Line, loss: str | None) -> bool:
    """Whether the sides of a row have no name in common, the loss being in none: `Ax = b` rewrites nothing."""
    left, right = _two_sides(line)
    called = {part.function for part in line.parts(s.Apply)}
    return bool(left and right) and left.isdisjoint(right) and loss not in left | called


_KINKED = KINKED | {"max", "min", "maximum", "minimum", "norm"}


def is_of_one_letter(line: Line) -> bool:
    """Whether a row differentiates what is written out by the only name in it, a small letter, has no kink where
    a condition may be meant, and asks nothing: `d/dz e^{-z} = -e^{-z}`."""
    head, called = line.head, {part.function for part in line.parts(s.Apply)}
    name = bare_name(head.variable) if isinstance(head, s.Derivative) else None
    asks = _ASKS.search(line.formula.before) is not None
    return name is not None and line.names == {name} and name.islower() and called.isdisjoint(_KINKED) and not asks


_ASKS = regex(r"\b(?:is|does|are|would|should|why|whether)(?: it (?:true |the case )?that)?\W*$", re.IGNORECASE)


def is_resummed(line: Line) -> bool:
    """Whether a row writes a sum otherwise, in the same names: `Σ_j A_kj x_j = (Ax)_k` is no equation to be solved."""
    (left, right), letters = _two_sides(line), {one.name for part in line.parts(s.Sigma) for one in part.letters}
    return bool(left and letters) and len(left - letters) > 1 and left - letters == right - letters


def _two_sides(line: Line) -> tuple[set[str], set[str]]:
    """The names on each side of a row that has two, and no lone name on its left."""
    if line.goes_on or line.name is not None or len(line.sides) != 2:
        return set(), set()
    parts = [s.parts_of(side.node) if side.node is not None else () for side in line.sides]
    left, right = [{part.name for part in side if isinstance(part, s.Name)} for side in parts]
    return left, right


def labelled(line: Line, name: str) -> bool:
    """Whether the loss's name stands with a label, as a function of its own: `φ_T(z)`."""
    bodies = [(part, _under(part.body)) for part in line.parts(s.Subscript)]
    own = [(part, body) for part, body in bodies if isinstance(body, s.Name) and body.name == name]
    return any(lone(replace(part, body=body)) != name for part, body in own)


def _under(node: s.Node) -> s.Node:
    """What a derivative sign stands before: the φ of ∇φ."""
    node = s.ungrouped(node)
    return s.ungrouped(node.body) if isinstance(node, s.Derivative) and node.body is not None else node


def subscripted(line: LatexLine) -> set[str]:
    """Names that stand with one index in a formula (with two it is an entry):
    what is below, or above in brackets as in `x^{(i)}`."""
    parts = [part for node in nodes_of(line) for part in s.parts_of(node)]
    bodies = [s.ungrouped(part.body) for part in parts if isinstance(part, s.Subscript) and len(part.indices) == 1]
    bodies += [part.letter for part in parts if isinstance(part, s.Slice)]
    return {body.name for body in bodies if isinstance(body, s.Name)}
