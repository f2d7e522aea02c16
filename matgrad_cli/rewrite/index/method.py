"""The index method: one entry, every layer of the derivative on its own line, one δ at a time,
then back to matrices."""

from __future__ import annotations

from collections.abc import Sequence

from ... import ir
from ...diagnostics.record import record
from ...ir import Expr, Index, Path, Shape, Symbol, at, nodes_of
from ...ir.entries import entry, letters_for
from ...ir.terms import has_pending, split, terms_of
from ...ir.walk import letters_in, outermost
from ...notation.printing.to_unicode import to_unicode
from ...records import Bindings
from ..engine.application import Site, applied, native, places_of
from ..engine.recorder import Recorder
from ..engine.search import Search
from ..network.reading_rules import matrix_of
from .gather import gather_round, inside_of, maximal

ENTRY_LETTERS = ("s", "t"), ("p", "q"), ("a", "b"), ("u", "v"), ("f", "g")
ROOT_LETTERS = ("i", "j"), ("p", "q"), ("a", "b"), ("u", "v"), ("f", "g")


@record
class Target:
    """What one derivation differentiates: `entry` (a number with the letters of the loss) by the variable's entry [row,
    col]."""

    entry: Expr
    variable: Symbol
    root: tuple[Index, ...]
    row: Index | None
    col: Index | None
    is_row: bool = False
    """Whether the loss is a row."""

    @property
    def places(self) -> tuple[Index | None, Index | None]:
        """Which letter of the result is its row and which its column: the loss first, then the variable."""
        if not self.root:
            return self.row, self.col
        if len(self.letters) == 2:
            return self.letters[0], self.letters[1]
        return (None, self.letters[0]) if self.is_row else (self.letters[0], None)

    @property
    def letters(self) -> tuple[Index, ...]:
        """The letters of the result: of the loss first, then of the variable."""
        return (*self.root, *(letter for letter in (self.row, self.col) if letter is not None))

    def start(self) -> Expr:
        """The first line: ∂(entry)/∂X[row, col]."""
        return ir.Partial(self.entry, self.variable, self.row, self.col)


def target_of(expr: Expr, variable: Symbol, taken: set[str]) -> Target:
    """The entry of `expr` by an entry of the variable, in letters that nothing else uses: no Σ of `expr` either."""
    bound = {index.name for index in letters_in(expr)}
    roots, entries = ([pair for pair in all_ if bound.isdisjoint(pair)] for all_ in (ROOT_LETTERS, ENTRY_LETTERS))
    places, (row, col) = _pair(expr.shape, roots, taken), _pair(variable.shape, entries, taken)
    root = tuple(letter for letter in places if letter is not None)
    return Target(entry(expr, *places), variable, root, row, col, expr.shape.is_row)


def _pair(shape: Shape, options: Sequence[tuple[str, str]], taken: set[str]) -> tuple[Index | None, Index | None]:
    """Letters for the sides of a shape, of the first pair of which neither is taken."""
    return letters_for(shape, taken, [letter for pair in options if taken.isdisjoint(pair) for letter in pair])


def differentiate(recorder: Recorder) -> None:
    """Unfold the pending derivatives, largest first, until only δ's and entries are left."""
    search = Search(recorder.scene)
    while has_pending(recorder.line):
        recorder.must_end()
        if gather_round(recorder):
            continue
        _unfold_round(recorder, search, maximal(split(recorder.line)))
        recorder.run("index", "count", terms_of(recorder.line))  # ½·2 in front of a term is multiplied at once


def _unfold_round(recorder: Recorder, search: Search, ready: list[ir.Partial]) -> None:
    """One rule at all the pending derivatives that it comes first for: a step."""
    rules = recorder.rules.method("index").phase("unfold").rules
    found = search.turn(rules, recorder.line, places_of(recorder.line, dict.fromkeys(ready), has_pending))
    if isinstance(found, Expr):
        assert isinstance(found, ir.Partial)
        part = to_unicode(inside_of(found))
        raise recorder.stuck(
            f"no rule is known for the derivative of `{part}`", "matgrad rules list shows what can be differentiated"
        )
    path, first = next(iter(found.items()))
    pending = next(
        node for node in (at(recorder.line, path[: len(path) - up]) for up in range(3)) if isinstance(node, ir.Partial)
    )
    variable = entry(pending.variable, pending.row, pending.col)
    said: Bindings = (("X", pending.variable), ("entry", pending.body), ("variable", variable))
    said = (*said, ("delta", first.new), ("count", str(len(found))))
    title = first.rule.title if len(found) == 1 else first.rule.title + " (in {count} terms likewise)"
    recorder.record(applied(recorder.line, found), title, said)


def collapse(recorder: Recorder) -> None:
    """One δ after the other: replace the summed letter, drop that Σ."""
    while recorder.run("index", "collapse", terms_of(recorder.line)):
        pass


@native("partial-named")
def named(site: Site) -> tuple[Expr, Bindings] | None:
    """A name stands for a part of the loss: what is pending is that part."""
    if not isinstance(site.node, ir.Partial):
        return None
    body = site.node.body
    name = body.base if isinstance(body, ir.Entry) else body
    if not isinstance(name, ir.Named):
        return None
    inner = entry(name.body, body.row, body.col) if isinstance(body, ir.Entry) else name.body
    return site.node.rebuilt((inner,)), (("name", name), ("A", name.body))


# ---- rows of a family ------------------------------------------------------------------------------------------------

MAX_ROUNDS = 60


def open_rows(recorder: Recorder) -> None:
    """Entries of vectors that hold letters themselves, written out one rule at a time, so that they can be read back
    over all rows at once: (x_s − z_s)_t is an entry of another vector for each s, hence of no matrix;
    X_st − Z_st is an entry of X − Z."""
    steps = recorder.steps_of(lambda line: recorder.found("index", "open", _rows(line)), MAX_ROUNDS)
    recorder.group("open-rows", steps)


def _rows(line: Expr) -> list[tuple[Path, Expr]]:
    """The outermost parts of a line that hold rows."""
    wanted = dict.fromkeys(outermost(node for node in nodes_of(line) if _holds_rows(node)))
    return list(places_of(line, wanted, lambda _: True)) if wanted else []


def read_arrays(recorder: Recorder) -> None:
    """What is said of an array entry by entry is said of the matrix, before it is differentiated: with the rows W x_i
    it is xWᵀ."""
    told: list[Expr] = [node for node in nodes_of(recorder.line) if isinstance(node, ir.MatrixOf) and node.symbols]
    if arrays := dict.fromkeys(told):
        recorder.run("index", "arrays", places_of(recorder.line, arrays, lambda _: True))


@native("read-array")
def array(site: Site) -> tuple[Expr, Bindings] | None:
    """The matrix whose entries the array has, where they are read as one; they are written out for that."""
    node = site.node
    if not isinstance(node, ir.MatrixOf) or node.free:
        return None
    body, search = node.body, Search(site.scene)
    rules = site.scene.rules.method("index").phase("open").rules
    for _ in range(MAX_ROUNDS):
        if not (found := search.first(rules, body, _rows(body))):
            break
        body = applied(body, found).after
    new = matrix_of(body, node.row, node.col, site.scene)
    return None if new is None else (new, (("body", node.body), ("product", new)))


def _holds_rows(node: Expr) -> bool:
    if isinstance(node, ir.Entry):
        return bool(node.base.free)
    if isinstance(node, ir.Power):  # a squared norm is a sum of squares, without the root
        return node.base.head == "norm" and node.exponent is ir.Number(2) and _holds_rows(node.base)
    if isinstance(node, ir.MatMul) and node.shape.is_number:
        return bool(node.free)
    of = node.argument if isinstance(node, ir.Call) and node.shape.is_number else None
    return of is not None and bool(of.free) and not of.shape.is_number
