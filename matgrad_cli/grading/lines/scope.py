"""What the names of a derivation mean while it is read: the problem's, those that it defines,
those that mean the loss."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property

from ...diagnostics import Source, Span
from ...diagnostics.record import field, mutable, replace
from ...diagnostics.regex import regex
from ...ir import (
    Call,
    Differential,
    Dim,
    Expr,
    Index,
    MatMul,
    MatrixOf,
    Partial,
    Shape,
    Size,
    Symbol,
    Transpose,
    nodes_of,
    rename,
    substitute,
    transpose,
)
from ...ir.walk import mapped, remade
from ...notation import syntax as s
from ...notation.latex.families import bound_letters, latex_names, placed_letters
from ...notation.latex.names import LatexNames, accents_kept, letter_name
from ...notation.problems import STRETCHING, scope_of
from ...notation.scope import Scope, Syntax
from ..bench import Bench
from ..task import Task

STATED = "the loss as stated"
"""Under this name, which nobody can write, the derivation's own form of the loss is put into scope."""
SUPPOSED = "z"
"""The letter at which it is said what an unknown function may be: `g(z)` is σ(z)."""
_TRIED = ("defined", "looked_up", "results", "tables", "formulas")
_VALUE = regex(r"(?<![A-Za-z\\_^])\\?([A-Za-z]+)\s*\}*\s*&?\s*:?=(?!.*(?:\\[a-z]?dots|…|\.\.\.))")
"""A letter with its value, which is no list of vectors."""


@mutable
class Surroundings:
    """The names of one derivation. Defined names are variables of their own,
    whose values the bench knows at every point.

    `columns` are matrices R of which r_p is read as column p, beside those of which the problem knows it. `lying` says
    that X_{i,:} is a row 1×n, otherwise a column. `arrays` says whether the expression language means the arrays of
    NumPy (see `Scope`): None, only where columns do not fit.
    `written` are the marked letters that are names of their own, the letters that some Σ binds, and those of the places
    that something is differentiated by.
    `results` are derivatives with the values that lines which follow state of them.
    `tables` are names with more than two indices (∂_pqij).
    `promised` are names that some row defines: until then they are unknown, also where they would have a meaning (e,
    I). `derivatives` are the derivatives that names were said to be: δ of `δ = ∂L/∂z = …`.
    `supposed` are names that only the prose explains, with the values under which lines follow.
    `beside` is the shape of what a side is to equal: `I` may have it where nothing else says its size.
    `sized_by_use` are names of arrays whose size only their use says, `S = 2I`; `defining` says that such a size is
    left open. `sums_silently` says that the text sums repeated letters without Σ.
    `samples` are letters that say which sample is meant, of which the problem has one.
    `unconfirmed` are those that only stood under ∂ by now, which says little of their values.
    `steps` says that a row states the step Δw that the variable makes.
    `apart` says that u_o is none of the numbered u_k. `facts_unsaid` says that more may hold than is said.
    `functions` are names that are defined as e(θ) = …; they may be called.
    `formulas` are functions g(z) = … of a letter of their own.
    `held` is the variable as a constant, x_c, which moves with nothing; to `own_values` lines give a value.
    """

    task: Task
    bench: Bench
    losses: frozenset[str] = frozenset()
    defined: dict[str, Symbol] = field(default_factory=dict)
    values: dict[Symbol, Expr] = field(default_factory=dict)
    directions: dict[str, Symbol] = field(default_factory=dict)
    stated: Expr | None = None
    columns: frozenset[str] = frozenset()
    upright: bool = False
    facts_unsaid: bool = False
    apart: bool = False
    lying: bool = True
    arrays: bool | None = None
    tables: dict[str, tuple[tuple[Index, ...], Expr]] = field(default_factory=dict)
    promised: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    formulas: dict[str, tuple[str, s.Node]] = field(default_factory=dict)
    sized_by_use: dict[str, s.Node] = field(default_factory=dict)
    defining: bool = False
    looked_up: dict[str, Expr] = field(default_factory=dict)
    results: dict[Expr, Expr] = field(default_factory=dict)
    written: tuple[frozenset[str], ...] = frozenset(), frozenset()
    derivatives: dict[str, s.Derivative] = field(default_factory=dict)
    supposed: Mapping[str, Expr] = field(default_factory=dict)
    sums_silently: bool = False
    beside: Shape | None = None
    samples: frozenset[str] = frozenset()
    steps: bool = False
    unconfirmed: frozenset[str] = frozenset()
    held: Symbol | None = None
    own_values: frozenset[str] = frozenset()
    _known: tuple[tuple[object, ...], Scope, LatexNames | None] | None = None
    """What the names meant when last asked: the scope of no text, and the names for the LaTeX reader."""

    def __post_init__(self) -> None:
        for name, value in self.supposed.items():
            self.suppose(name, value)

    @cached_property
    def base(self) -> Scope:
        """The names of the problem."""
        base = scope_of(self.task.problem, Source("", ""), "latex")
        beside = {symbol.name: symbol for symbol in self.task.declared if base.size(symbol.name) is None}
        sizes = {name: Dim.of(name) for symbol in self.task.declared for dim in symbol.shape.dims for name in dim.names}
        sizes = {name: dim for name, dim in sizes.items() if name not in base.symbols and name not in beside}
        members = {**dict.fromkeys(self.columns, "column"), **base.members}
        return replace(base, symbols={**beside, **base.symbols}, sizes={**sizes, **base.sizes}, members=members)

    @cached_property
    def gathered(self) -> dict[str, Expr]:
        """The X whose rows, or `columns`, are the x_i of the problem, if no line gives this letter a value of its own:
        it is written as a definition, though nobody has stated it."""
        rows = ((name, name[0].upper() + name[1:]) for name, way in self.task.problem.members if way == "row")
        values = ((big, self.base.symbols.get(name)) for name, big in rows if self.base.find(big) is None)
        turned = {big for big, way in self.base.members.items() if way == "column"}
        known = {big: value for big, value in values if value is not None and big not in self.own_values}
        return {big: transpose(value) if big in turned else value for big, value in known.items()}

    def names(self) -> LatexNames:
        """The names for the LaTeX reader."""
        meant, scope, names = self._meanings()
        if names is None:
            names = self._names(scope)
            self._known = meant, scope, names
        return names

    def _meanings(self) -> tuple[tuple[object, ...], Scope, LatexNames | None]:
        """What was known when last asked, if no name has got another meaning since."""
        tables = (self.directions, self.defined, self.looked_up)
        meant = (
            *[part for table in tables for part in (tuple(table), tuple(table.values()))],
            self.stated,
            self.losses,
            self.arrays,
            self.promised,
            self.functions,
            tuple(self.formulas),
            tuple(self.sized_by_use),
            self.written,
            id(self.base),
        )
        if self._known is None or self._known[0] != meant:
            self._known = meant, self.scope(Source("", ""), "latex", {}), None
        return self._known

    def _names(self, scope: Scope) -> LatexNames:
        found = latex_names(scope, *self.written)
        called = self.supposed.keys() - self.base.symbols.keys()  # the h of h(x), which was no product before
        own = {
            name for name in self.promised if name in ("e", "D") or name.endswith("_plus")
        }  # what e_i, D_{ij}, A^+ are said to be, they are
        kinds = {name: kind for name, kind in found.variables.items() if name not in self.functions}
        kinds |= dict.fromkeys((own - self.functions | self.sized_by_use.keys()) - kinds.keys(), "")
        losses = found.losses | self.functions | called
        return replace(found, variables=kinds, losses=losses, formulas=frozenset(self.formulas))

    def sizes(self) -> dict[str, Dim]:
        """The dimensions that may stand as numbers, by name."""
        return dict(self.base.sizes)

    def scope(self, source: Source, syntax: Syntax, letters: Mapping[str, Dim]) -> Scope:
        """The scope in which one expression is read."""
        definitions: dict[str, Expr] = {**self.gathered, **self.directions, **self.defined, **self.looked_up}
        if self.stated is not None:
            definitions[STATED] = self.stated
        return replace(
            self.base,
            source=source,
            syntax=syntax,
            definitions=definitions,
            letters=letters,
            loss_names=self.losses,
            arrays=self.arrays is True and (syntax in STRETCHING or self.task.problem.arrays),
            columns=frozenset(self.base.symbols) if syntax in STRETCHING - {"numpy"} else self.base.columns,
        )

    def tabled(self, node: s.Node) -> s.Node:
        """An entry of a name with many indices, as a name that stands for its value at those letters."""
        body = s.ungrouped(node.body) if isinstance(node, s.Subscript) else None
        if not isinstance(node, s.Subscript) or not isinstance(body, s.Name) or body.name not in self.tables:
            return node
        letters, value = self.tables[body.name]
        given = [index.name for index in map(s.ungrouped, node.indices) if isinstance(index, s.Name)]
        if not len(letters) == len(given) == len(node.indices):
            return node
        name = f"{body.name} at {', '.join(given)}"
        pairs = zip(letters, given, strict=True)
        self.looked_up[name] = rename(value, {letter: Index(own, letter.dim) for letter, own in pairs})
        return s.Name(node.span, name)

    def tabulate(self, name: str, letters: Sequence[str], value: Expr) -> bool:
        """Notes the values of a name with many indices; False where it is none."""
        found = len(letters) > 2 and sorted(letters) == sorted(letter.name for letter in value.free)
        if found:
            by_name = {letter.name: letter for letter in value.free}
            self.tables[name] = tuple(by_name[letter] for letter in letters), value
        return found

    def known(self, name: str) -> bool:
        """Whether the name has a meaning of its own (not that of the loss)."""
        return self.valued(name) or (name not in self.losses and self.base.size(name) is not None)

    def valued(self, name: str) -> bool:
        """Whether the name has a value; a dimension's name may still be given one, unless the loss counts with it."""
        return name not in self.losses and (
            name in self.tables or name in self.sized_by_use or name in self.counts or self.value(name) is not None
        )

    @cached_property
    def counts(self) -> frozenset[str]:
        """The names of dimensions that stand as numbers in the loss."""
        sizes = (node.dim for node in nodes_of(self.task.problem.loss) if isinstance(node, Size))
        return frozenset(name for dim in sizes for name in dim.names)

    def value(self, name: str) -> Expr | None:
        """What the name stands for: a variable, or what a row defined."""
        return self._meanings()[1].find(name)

    def define(self, name: str, value: Expr) -> Symbol:
        """A new variable with this value."""
        symbol = Symbol(name, value.shape)
        while symbol in self.values or symbol in self.task.problem.variables:
            symbol = Symbol(symbol.name + "′", value.shape)
        self.defined[name] = symbol
        self.values[symbol] = value
        self.bench.define(symbol, value if self._by_defined(value) else self.expanded(value))
        return symbol

    def suppose(self, name: str, value: Expr) -> None:
        """A value that no formula states: of a name, or, where the name is `g(z)`, of a function at every argument."""
        function, _, place = name.partition("(")
        if place == f"{SUPPOSED})" and isinstance(value, Call):
            at = s.Name(Span(0, 0), SUPPOSED)
            self.formulas[function] = SUPPOSED, s.Apply(at.span, value.function, (at,))
        else:
            self.define(name, value)

    def confirm(self, line: Expr) -> None:
        """A line that follows, with no derivative left to do: what it says of supposed names rests on their values."""
        if self.unconfirmed and self.worked_out(line):
            self.unconfirmed -= {name for name in self.unconfirmed if self.defined.get(name) in line.symbols}

    def doubted(self, *sides: Expr) -> str | None:
        """What is said of a name in these sides of which it is only supposed what it stands for."""
        symbols = frozenset[Expr]().union(*(side.symbols for side in sides))
        name = next((name for name in sorted(self.unconfirmed) if self.defined.get(name) in symbols), None)
        return None if name is None else f"what `{name}` stands for is only supposed"

    def _by_defined(self, value: Expr) -> bool:
        """Whether something in it is still to be differentiated by a defined name;
        only at that name's place it has a value."""
        return any(
            isinstance(node, (Partial, Differential)) and node.variable in self.values for node in nodes_of(value)
        )

    def expanded(self, expr: Expr, keep: Symbol | None = None) -> Expr:
        """Every defined name replaced by its value, down to the variables of the problem;
        `keep` and names without it stay.

        δ of `δ = ∂L/∂z` stays too: with z = Wx put in, nothing would be left to differentiate by.
        """
        for _ in range(len(self.values) + 1):
            here: dict[Expr, Expr] = {
                symbol: value
                for symbol, value in self.values.items()
                if symbol in expr.symbols
                and symbol not in (keep, self.held)
                and (keep is None or keep in self._below(symbol))
                and not self._by_defined(value)
            }
            if not here:
                return expr
            expr = substitute(expr, here)
        return expr

    def worked_out(self, expr: Expr) -> bool:
        """Whether no derivative, differential or limit is left to do, also not inside a defined name."""
        inside = self._below(expr) | expr.symbols
        values = (value for symbol, value in self.values.items() if symbol in inside)
        return not any(
            isinstance(node, (Partial, Differential)) for value in (expr, *values) for node in nodes_of(value)
        )

    def note_result(self, derivative: Expr, value: Expr) -> None:
        """A line that follows states this value, worked out, of a whole derivative: ∂L/∂O = (O − Y)/n."""
        while isinstance(derivative, Transpose):
            derivative, value = derivative.children[0], transpose(value)
        inner = derivative.body if isinstance(derivative, MatrixOf) else derivative
        if isinstance(inner, Partial) and not derivative.free | value.free and derivative.shape is value.shape:
            self.results[derivative] = value

    def with_results(self, expr: Expr) -> Expr:
        """Derivatives whose value an earlier line states, also inside a defined name, replaced by that value."""
        for _ in range(len(self.values) + 1 if self.results and not self.worked_out(expr) else 0):
            expr = substitute(expr, self.results)
            here: dict[Expr, Expr] = {
                symbol: self.values[symbol]
                for symbol in self.values
                if symbol in expr.symbols and not self.worked_out(symbol)
            }
            if not here or any(isinstance(node, (Partial, Differential)) for node in nodes_of(expr)):
                break
            expr = substitute(expr, here)
        return expr

    def _below(self, expr: Expr) -> frozenset[Expr]:
        """All variables that an expression, or the value of a defined name, depends on."""
        seen: set[Expr] = set()
        waiting: list[Expr] = [expr]
        while waiting:
            top = waiting.pop()
            value = self.values.get(top, top) if isinstance(top, Symbol) else top
            for below in value.symbols:
                if below not in seen:
                    seen.add(below)
                    waiting.append(below)
        return frozenset(seen)

    def _through(self, body: Expr, variable: Symbol) -> Expr:
        """The body as it depends on the variable: where only its value stands (Xw of σ(Xw), by z = Xw),
        there the variable itself."""
        expr = self.expanded(body, variable)
        if variable not in self.values or variable in expr.symbols:
            return expr
        value = self.expanded(variable)
        found = substitute(self.expanded(body), {value: variable}) if isinstance(value, MatMul) else expr
        return found if variable in found.symbols else expr

    @contextmanager
    def meaning(self, values: Mapping[str, Expr]) -> Iterator[None]:
        """Names with values in one claim."""
        self.looked_up.update(values)
        try:
            yield
        finally:
            for name in values:
                del self.looked_up[name]

    @contextmanager
    def trying(self, values: Mapping[str, Expr], variables: Collection[str]) -> Iterator[None]:
        """Names with values for a while; `variables` are those by which something is differentiated."""
        kept = {name: dict(getattr(self, name)) for name in _TRIED}
        stated, derived = self.stated, dict(self.bench.derived)
        try:
            for name, value in values.items():
                if name in variables or name.endswith(f"({SUPPOSED})"):
                    self.suppose(name, value)
                else:
                    self.looked_up[name] = value
            yield
        finally:
            for name, table in kept.items():
                setattr(self, name, table)
            self.stated, self.bench.derived = stated, derived

    def settled(self, expr: Expr) -> Expr:
        """Under every ∂ and d the defined names that depend on the variable are written out,
        so that they move with it."""
        if not self.values:
            return expr

        def written_out(node: Expr, parts: tuple[Expr, ...]) -> Expr:
            if isinstance(node, (Partial, Differential)):
                parts = (self._through(parts[0], node.variable), *parts[1:])
            return remade(node, parts)

        return mapped(expr, written_out)


def surroundings(
    task: Task,
    texts: Iterable[str],
    name: str | None,
    supposed: Mapping[str, Expr] | None = None,
    columns: frozenset[str] = frozenset(),
) -> Surroundings:
    """The names at the beginning of a derivation."""
    losses = frozenset((name,)) if name else frozenset()
    texts = tuple(texts)
    counting = frozenset().union(*map(bound_letters, (task.problem.source, *texts)))
    placed = frozenset().union(*map(placed_letters, texts))
    bench = Bench(task.problem, task.bench.setting.seed)
    own = frozenset(letter_name(found[1]) for text in texts for found in _VALUE.finditer(text))
    written = accents_kept(texts), counting, placed
    return Surroundings(task, bench, losses, columns=columns, written=written, supposed=supposed or {}, own_values=own)
