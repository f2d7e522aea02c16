"""Plain records of a derivation: steps, the read-off, the result. They are data; nothing here computes mathematics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..diagnostics.record import record
from ..diagnostics.regex import regex
from ..facts import Problem
from ..ir import Add, Dim, Expr, Hadamard, Index, Mul, Named, OpenLetter, Path, Shape, ShapeMismatch, Symbol, nodes_of
from ..ir.memory import remembered
from ..verify.verdict import Kind, Verdict, weakest
from .layout import written_shape

Paths = tuple[Path, ...]


@remembered(maxsize=4096)
def changed_parts(before: Expr, after: Expr) -> tuple[Paths, Paths]:
    """Paths of the parts of `before` that are gone and of the parts of `after` that are new."""
    old: list[Path] = []
    new: list[Path] = []
    _walk(before, after, (), (), old, new)
    return tuple(old), tuple(new)


def _walk(before: Expr, after: Expr, here: Path, there: Path, old: list[Path], new: list[Path]) -> None:
    if before is after:
        return
    left, right = before.children, after.children
    if not left or not right or _label(before) != _label(after):
        old.append(here)
        new.append(there)
        return
    if isinstance(before, Add | Mul | Hadamard):
        common = Counter(left) & Counter(right)  # wherever they stand
        gone, come = _beyond(left, common), _beyond(right, common)
    else:
        gone, come = _middle(left, right)
    alike = len(left) == len(right) and _alike([left[i] for i in gone], [right[j] for j in come])
    if len(gone) == len(come) and (len(gone) == 1 or alike):
        for i, j in zip(gone, come, strict=True):
            _walk(left[i], right[j], (*here, i), (*there, j), old, new)
    elif not gone or not come or len(gone) == len(left):
        old.append(here)
        new.append(there)
    else:
        old.extend((*here, i) for i in gone)
        new.extend((*there, j) for j in come)


def _middle(left: Sequence[Expr], right: Sequence[Expr]) -> tuple[list[int], list[int]]:
    """The children between those that both have at the beginning and at the end: here the order counts."""
    shorter = min(len(left), len(right))
    head = 0
    while head < shorter and left[head] is right[head]:
        head += 1
    tail = 0
    while tail < shorter - head and left[-1 - tail] is right[-1 - tail]:
        tail += 1
    return list(range(head, len(left) - tail)), list(range(head, len(right) - tail))


def _beyond(parts: Sequence[Expr], common: Counter[Expr]) -> list[int]:
    """The terms or factors that the other side does not have; of equal ones the last."""
    left, found = common.copy(), list[int]()
    for place, part in enumerate(parts):
        left[part] -= 1
        found += [place] if left[part] < 0 else []
    return found


def _alike(gone: list[Expr], come: list[Expr]) -> bool:
    """Whether the parts may be taken one by one: each has the letters and the shape of its counterpart."""
    return all(old.shape is new.shape and old.free == new.free for old, new in zip(gone, come, strict=True))


def _label(node: Expr) -> tuple[object, ...]:
    """What a node is besides its parts: its class, and for instance the letters of an entry."""
    values = (getattr(node, name) for name in node.fields)
    return (type(node), *(value for value in values if value not in node.children and value != node.children))


METHODS: Final = ("index", "differential", "expand", "chain", "adjoint")
"""All methods, in the order in which they are shown side by side; the first is the usual one."""

Value = Expr | Index | Shape | Dim | str
Bindings = tuple[tuple[str, Value], ...]
"""What the variables of a rule stood for, in the order of the rule; also the values that a sentence mentions."""


@record
class Sentence:
    """A sentence for the reader with places for mathematics: `"δ is 1 only where {k} = {s}"` and the values of k and s.

    Renderers print each value in their own notation (Unicode, LaTeX); text between is plain prose.
    """

    template: str
    values: Bindings = ()


PLACE: Final = regex(r"\{(\w+)\}")
"""A place for mathematics in the template of a sentence."""


@record
class Step:
    """One rule applied once at one place, or at all its parallel places at once, or a titled group of such substeps.

    `paths` say where the rule ran: with the bindings they let the step be run again.
    `assumed` are conditions that had to be supposed. `small` is what the rule says of short pages (see `Rule`).
    """

    rule: str
    title: Sentence
    why: Sentence
    before: Expr
    after: Expr
    bindings: Bindings = ()
    assumed: tuple[Sentence, ...] = ()
    verdict: Verdict = Verdict("unknown", "not checked yet")
    substeps: tuple[Step, ...] = ()
    paths: tuple[Path, ...] = ()
    small: str = ""

    @property
    def places(self) -> tuple[Path, ...]:
        """The paths of the parts of `before` that are gone."""
        return changed_parts(self.before, self.after)[0]

    @property
    def results(self) -> tuple[Path, ...]:
        """The paths of the parts of `after` that are new."""
        return changed_parts(self.before, self.after)[1]


def steps_in(steps: Iterable[Step]) -> Iterator[Step]:
    """All steps, those inside groups too."""
    for step in steps:
        yield step
        yield from steps_in(step.substeps)


@record
class Result:
    """A derivative, as an array of shape (loss) + (wrt) + (wrt again for order 2).

    `entry` is its entry at `letters` (one letter for each side that is not 1, loss first). `matrix` is the same with at
    most two letters written as a matrix in the layout of the derivation (None for three and four letters). `where`
    names the big parts that occur in them as Named nodes. `flattened` is the ⊗/vec form of a derivative with more than
    two letters.

    Neither `matrix` nor `flattened` has a free letter, and nothing else has one that is not in `letters`: OpenLetter.
    So no printer can be given such a result.
    """

    entry: Expr
    letters: tuple[Index, ...]
    matrix: Expr | None
    where: tuple[tuple[str, Expr], ...] = ()
    flattened: Expr | None = None
    cases: tuple[tuple[Expr, str], ...] = ()

    @property
    def stated(self) -> Expr:
        """What the result says: the matrix, or an entry where there are more than two indices."""
        return self.matrix if self.matrix is not None else self.entry

    @property
    def named(self) -> list[Named]:
        """The named parts that it uses, in the order in which each can be understood from those before it."""
        order = {name: position for position, (name, _) in enumerate(self.where)}
        found = [node for node in nodes_of(self.stated) if isinstance(node, Named)]
        return sorted(found, key=lambda node: order.get(node.name, -1))

    def __post_init__(self) -> None:
        letters = frozenset(self.letters)
        if not self.entry.shape.is_number:
            raise ShapeMismatch("an entry of a derivative is a number", self.entry)
        _closed(self.entry, letters, "the entry")
        for part in (*(body for _, body in self.where), *(value for value, _ in self.cases)):
            _closed(part, letters, "a part of the result")
        for whole in (self.matrix, self.flattened):
            if whole is not None:
                _closed(whole, frozenset(), "a result in matrix form")


def _closed(part: Expr, letters: frozenset[Index], what: str) -> None:
    """Raise OpenLetter if `part` depends on a letter that is not among these."""
    if not part.free <= letters:
        open_letters = ", ".join(letter.name for letter in sorted(part.free - letters))
        raise OpenLetter(f"{what} still depends on {open_letters}", part)


@record
class ReadOff:
    """From the last line to ∇L = G: another shape, so not a step but a record with its own verdict.

    The verdict compares the stated result with the derivative of the loss itself, whatever the chain of steps says.
    """

    title: Sentence
    why: Sentence
    line: Expr
    result: Result
    verdict: Verdict

    def __post_init__(self) -> None:
        _closed(self.line, frozenset(self.result.letters), "the last line")


@record
class Derivation:
    """A chain of steps closed by a read-off. Each step starts from the line where the one before ended.

    A result in matrix form has the shape that its layout asks for.
    `rests_on` names the rules that a user added and that some step used: `trace-mine (mine.toml:1)`.
    """

    problem: Problem
    method: str
    layout: str
    order: int
    start: Expr
    steps: tuple[Step, ...]
    readoff: ReadOff
    assumed: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        line = self.start
        for step in self.steps:
            if step.before is not line:
                raise ValueError(f"step {step.rule} does not start from the line before it")
            line = step.after
        if self.readoff.line is not line:
            raise ValueError("the read-off does not start from the last line")
        wanted = written_shape(self.layout, self.problem.loss.shape, self.problem.wrt.shape, self.order)
        if self.result.matrix is not None and self.result.matrix.shape is not wanted:
            raise ShapeMismatch(f"the result has not the shape of the {self.layout} layout", self.result.matrix)

    @property
    def result(self) -> Result:
        """The derivative that was found."""
        return self.readoff.result

    @property
    def wrt(self) -> Symbol:
        """The variable."""
        return self.problem.wrt

    @property
    def verdict(self) -> Kind:
        """The weakest verdict of the chain and the read-off."""
        return weakest([*(step.verdict for step in self.steps), self.readoff.verdict])
