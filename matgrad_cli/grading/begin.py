"""The beginning of a derivation: its rows without words, what its names may mean,
and a reader that has judged nothing yet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..diagnostics import Diagnostic, Label, Source, Span
from ..diagnostics.record import field, record, replace
from ..diagnostics.regex import regex
from ..documents.passage import Passage
from ..facts import Problem
from ..ir import Expr, SumOver, nodes_of
from ..notation import syntax as s
from .derivation import Reader
from .lines.directions import find_directions, find_identity, find_letters, find_lines
from .lines.functions import find_functions
from .lines.literal_name import holds_constant, with_optimum, with_points
from .lines.losses import bare_names, loss_names
from .lines.lost_sums import letters_with_sigma, sums_silently
from .lines.reading import Side
from .lines.scope import Surroundings, surroundings
from .lines.statements import Claim, Later, Row, as_typed, read_row, state_step, with_step
from .meanings.redefined import find_redefined
from .meanings.samples import sample_letters, without_samples
from .meanings.targets import naming_derivative
from .prose import NO_FORMULA, only_words, with_sides, without_prose
from .task import Task

_SIGMA = regex(r"\\sum(?![a-z])|\bsum\[|[Σ∑]")
_STARRED = regex(r"(?<=\w)\s*\*\s*(?=:?=(?!=))")


@record
class Habits:
    """How much is read into rows: `rules` in letters of their own; values for names that only the prose explains,
    `supposing` new ones beside those that are `supposed` by now; brackets `as_typed`, or balanced; ∇f `upright`, as it
    is in the gradient layout, beside a ∂f/∂w in another one; only `where` these arrays are positive, or negative,
    everywhere, so that the conditions of some rows are `met`."""

    rules: bool = False
    supposing: bool = False
    as_typed: bool = False
    supposed: Mapping[str, Expr] = field(default_factory=dict)
    upright: bool = False
    where: tuple[tuple[Expr, bool], ...] = ()
    met: frozenset[int] = frozenset()


@record
class Begun:
    """A reader at the beginning of some rows."""

    reader: Reader
    rows: tuple[tuple[int, Passage], ...]
    source: Source
    syntax: str | None
    habits: Habits

    @property
    def around(self) -> Surroundings:
        """What the names mean."""
        return self.reader.around

    def read(self, number: int, row: Passage) -> Row:
        """The statements of a row, with the names known by now."""
        found = _words(number, row, self.around, self.rows) or read_row(
            number, row, self.source, self.around.names(), self.syntax
        )
        found = without_samples(found, self.around.samples, self.around.functions)
        found = with_step(found, self.around.task.problem.wrt.name) if self.around.steps else found
        if number == self.rows[-1][0]:
            texts = [one.text for _, one in self.rows]
            chain, text = self.reader.chain, self.source.text
            told = chain.final is not None and not chain.final_order
            claims = [naming_derivative(claim, self.around, text, texts, told) for claim in found.claims]
            found = replace(found, claims=tuple(claims))
        return as_typed(found) if self.habits.as_typed else found


def begin(
    task: Task,
    rows: Sequence[tuple[int, Passage]],
    source: Source,
    syntax: str | None,
    name: str | None,
    columns: frozenset[str] = frozenset(),
    lying: bool = True,
    habits: Habits = Habits(),
    told: Sequence[Passage] = (),
    gathers: bool = True,
) -> Begun:
    """The reader for these rows; `name` is what they call the loss, where that is said. What is `told` elsewhere of
    names is known where nothing else is. It `gathers` the x_i of the problem as the rows or columns of X; a document
    says itself what its X is."""
    # ŷ beside a y that the problem states is another letter; the variable alone may be written with a mark throughout
    others = task.names - {task.problem.wrt.name}
    stated = task.problem.source if "\\" in task.problem.source else " ".join(others)
    around = surroundings(task, [*(row.text for _, row in rows), stated], None, habits.supposed, columns)
    around.own_values |= frozenset() if gathers else {one[0].upper() + one[1:] for one, _ in task.problem.members}
    names = around.names()
    letters = {*names.variables, *names.dimensions}
    bare = tuple(
        (number, without_prose(row if task.asks == "gradient" else _unstarred(row), letters))
        for number, row in (rows if letters & {*"LRS"} else with_sides(rows))
    )
    around.lying, around.sums_silently = lying, sums_silently(source.text)
    around.upright = habits.upright
    around.bench.where = habits.where
    variable, constant = task.problem.wrt, f"{task.problem.wrt.name}_c"
    if not variable.shape.is_number and not around.valued(constant) and holds_constant(bare, variable.name):
        around.held = around.define(constant, variable)
    bare = tuple(with_optimum(list(bare), variable.name, letters))
    bare = tuple(with_points(list(bare), variable.name)) if variable.shape.is_column else bare
    find_functions(around, bare, source)
    find_redefined(around, source.text, rows[0][1].places[0] if rows else 0)
    around.losses = loss_names(around, bare, source, syntax, name)
    find_lines(around)
    begun = Begun(Reader(around, habits.rules, habits.supposing), bare, source, syntax, habits)
    trees = [begun.read(number, row) for number, row in bare]
    nodes = [side.node for row in trees for claim in row.claims for side in claim.sides if side.node is not None]
    around.samples = sample_letters(nodes, around)
    around.steps = state_step(trees, task.problem.wrt.name)
    if around.samples or around.steps:
        trees = [begun.read(number, row) for number, row in bare]
        nodes = [side.node for row in trees for claim in row.claims for side in claim.sides if side.node is not None]
    around.unconfirmed = frozenset(name for name in around.supposed if _only_linked(name, trees))
    begun.reader.chain.always = letters_with_sigma(nodes) | _summed_in_loss(task.problem)
    begun.reader.prose.written = frozenset().union(*(s.contents(node).names for node in nodes))
    find_directions(around, nodes)
    find_identity(around, nodes)
    find_letters(around, [[side.node for side in claim.sides] for row in trees for claim in row.claims if claim.left])
    begun.reader.later = Later(
        claim for number, row in (*bare, *enumerate(told)) for claim in begun.read(number, row).claims
    )
    return begun


def _only_linked(name: str, rows: Sequence[Row]) -> bool:
    """Whether a name stands first under ∂ alone: a chain ∂L/∂o ∂o/∂w holds for many an o."""
    sides = ([side.node for claim in row.claims for side in claim.sides if side.node is not None] for row in rows)
    first = next((nodes for nodes in sides if any(name in s.contents(node).names for node in nodes)), [])
    return bool(first) and name not in bare_names(first)


def _summed_in_loss(problem: Problem) -> frozenset[str]:
    """The letters over which the loss is written with a Σ."""
    sums = (node for node in nodes_of(problem.loss) if isinstance(node, SumOver) and _SIGMA.search(problem.source))
    return frozenset(letter.name for node in sums for letter in node.indices)


def _unstarred(row: Passage) -> Passage:
    """`w = …` for `w* = …`, the optimal w: no operand stands behind the star."""
    text = _STARRED.sub(lambda found: found[0].replace("*", " "), row.text)
    return row if text == row.text else Passage(text, row.start, row.offsets)


def _words(number: int, row: Passage, around: Surroundings, rows: Sequence[tuple[int, Passage]]) -> Row | None:
    """A row of words alone, none of which another row defines: `idk`."""
    if not only_words(row.text, {*around.names().variables, *around.losses}):
        return None
    stated = {name for _, other in rows for name in re.findall(r"([A-Za-z]+)\s*:?=", other.text)}
    if any(word in stated for word in re.findall(r"[A-Za-z]+", row.text)):
        return None
    own = Source("line", row.text)
    whole = Span(0, len(row.text))
    trouble = Diagnostic("unreadable", NO_FORMULA, own, (Label(whole),))
    return Row(number, row, (Claim((Side(own, whole, None, "latex", trouble),)),))
