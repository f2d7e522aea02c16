"""A step is a rule that ran: the only place where a rule's name is put on a change of a line.

`apply(rule, before, paths, scene, bindings)` runs the rule's own text (a pattern) or its one function (a native rule)
at each of the paths and puts the new parts into the line. It is a pure function of what a step records, so every step
can be run again. What else changes is a closed list of invisible moves: nested sums and products of one kind are
flattened, numbers stand in front of arrays, numerals with one sign in front of numbers, what is pending last among
numbers, d(X) along a direction is the direction, a term that is 0 is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from ... import ir
from ...diagnostics import BugError
from ...diagnostics.record import record, replace
from ...facts import Problem
from ...ir import Expr, Index, Path, Symbol, add, at, hadamard, matmul, mul, places, substitute
from ...ir.memory import remembered
from ...ir.terms import ZERO, is_entries, join, split
from ...ir.walk import letters_in, mapped, nodes_of
from ...records import Bindings, Sentence
from ...rulebook.heads import operators_in
from ...rulebook.load import Rulebook
from ...rulebook.rule import Rule
from ..forms.algebra import multiplied, numerals_first, zero
from .apply import Around, Rewriting, rewritings
from .pending import Motion, along, differential_of, holds_pending, pushed, written_out

_PRODUCTS = frozenset(("Mul", "MatMul", "Hadamard", "Transpose"))
_LINEAR = _PRODUCTS | set("tr sum mean sum0 sum1 mean0 mean1 diag diagonal vec inner".split())
"""What is 0 where a part is."""


NO_PARTS: Mapping[Expr, Expr] = {}


@record
class Scene:
    """What a rule may know besides the line: the problem, the rules, and the names that parts of the loss have."""

    problem: Problem
    rules: Rulebook
    names: Mapping[Expr, Expr] = NO_PARTS
    entrywise: bool = False
    """Whether a rule about d(Z) is read entry by entry at a pending derivative (the index method)."""
    direction: Symbol | None = None
    """The direction along which differentials are taken."""
    inside: bool = False
    """Whether the rules are asked of what stands under a pending derivative (the expand method): there moves what holds
    the variable, and nothing has to be still."""
    letters: AbstractSet[Index] = frozenset()
    """The letters of all lines so far: one that is drawn for another size is called otherwise."""

    def beside(self, rewriting: Rewriting) -> Scene:
        """What a rule may know where it also runs at another place: the letters that it drew there."""
        drawn = letters_in(rewriting.new)
        return replace(self, letters=self.letters | drawn) if drawn else self

    @property
    def motion(self) -> Motion:
        """What moves."""
        return along(self.problem.wrt if self.inside else self.direction)


Terms = Callable[[Expr, Scene], "tuple[ir.Differential, Callable[[Expr], Expr | None]] | None"]
_TERMS: list[Terms] = []


def terms_with_differentials(reads: Terms) -> Terms:
    """Registers how a term in which a derivative is pending is read as d(part),
    and what of it becomes of what a rule makes of d(part)."""
    _TERMS.append(reads)
    return reads


def pending_of(node: Expr, scene: Scene) -> ir.Differential | ir.Partial:
    """What is pending: the part itself, or what the term waits for."""
    if isinstance(node, ir.Differential) or (scene.entrywise and isinstance(node, ir.Partial)):
        return node
    seen = _term(node, scene)
    assert seen is not None
    return seen[0]


def _term(node: Expr, scene: Scene) -> tuple[ir.Differential, Callable[[Expr], Expr | None]] | None:
    if isinstance(node, ir.Differential):
        return None
    return next((found for reads in _TERMS if (found := reads(node, scene)) is not None), None)


@record
class Application:
    """A rule that ran at `paths` of the line `before` and gave `after`. Made by `applied` and `apply` alone."""

    rule: Rule
    before: Expr
    after: Expr
    paths: tuple[Path, ...]
    bindings: Bindings = ()
    assumed: tuple[Sentence, ...] = ()


def fit(
    rule: Rule, node: Expr, scene: Scene, bindings: Bindings = (), before: Expr | None = None, path: Path = ()
) -> Rewriting | None:
    """What the rule makes of one part: of several ways the first one that agrees with `bindings`. A rule about a
    differential runs on a term in which a derivative is pending too (see `terms_with_differentials`)."""
    seen = _term(node, scene) if rule.pending == "d" and not scene.entrywise else None
    if seen is not None:
        pending, carried = seen
        inside = fit(rule, pending, scene, bindings)
        new = None if inside is None else carried(inside.new)
        return None if inside is None or new is None else replace(inside, new=new)
    whole = before if before is not None else node
    if isinstance(node, ir.Partial) and (scene.entrywise if rule.pending == "d" else rule.pending):
        return _fit_pending(rule, node, scene, bindings, whole, path)
    return _fit(rule, node, scene, bindings, whole, path)


def _fit(rule: Rule, node: Expr, scene: Scene, bindings: Bindings, whole: Expr, path: Path) -> Rewriting | None:
    if isinstance(node, ir.Differential) and isinstance(node.body, ir.Named):
        return _through_name(rule, node, node.body, scene, bindings, whole, path)
    if rule.native:
        found = NATIVE[rule.id](Site(node, scene, bindings))
        return None if found is None else Rewriting(rule, found[0], found[1])
    if scene.inside and rule.still:
        rule = replace(rule, still=())
    taken = partial(taken_at, whole, path, scene)
    around = Around(scene.problem, taken, under_pending(whole, path), scene.motion)
    return next(rewritings(rule, node, around, bindings), None)


def _through_name(
    rule: Rule, node: ir.Differential, name: ir.Named, scene: Scene, bindings: Bindings, whole: Expr, path: Path
) -> Rewriting | None:
    """The differential of a part that has a name is that of what it stands for;
    where that stands whole, the name is written."""
    found = _fit(rule, node.rebuilt((name.body, *node.children[1:])), scene, bindings, whole, path)
    return found and replace(found, new=substitute(found.new, {name.body: name}))


def _fit_pending(
    rule: Rule, node: ir.Partial, scene: Scene, bindings: Bindings, whole: Expr, path: Path
) -> Rewriting | None:
    """A pending derivative of an entry: a rule about ∂ as it is, a rule about d read entry by entry."""
    if rule.pending == "d":
        found = _fit(rule, differential_of(node), scene, bindings, whole, path)
        new = None if found is None else written_out(found.new, node, partial(taken_at, whole, path, scene))
    else:
        found = _fit(rule, node if rule.native else node.rebuilt((pushed(node.body),)), scene, bindings, whole, path)
        new = None if found is None else found.new
    if found is None or new is None:
        return None
    return Rewriting(rule, _with_names(new, scene.names), found.bindings, found.assumed)


def _with_names(new: Expr, names: Mapping[Expr, Expr]) -> Expr:
    """Parts that have a name are written by it, except inside what is still pending."""
    seen = [*nodes_of(new, inside=lambda node: not isinstance(node, ir.Partial | ir.Named))] if names else []
    if not any(node in names for node in seen):
        return new
    return substitute(new, {**names, **{node: node for node in seen if isinstance(node, ir.Partial | ir.Named)}})


def taken_at(line: Expr, path: Path, scene: Scene) -> frozenset[str | Index]:
    """Names that a letter drawn by a rule at this place must not have: those of the problem and of the term around the
    place. With them the letters of other places, which have one range each."""
    term = line.children[path[0]] if path and isinstance(line, ir.Add) else line
    return reserved_names(scene.problem).union((letter.name for letter in letters_in(term)), scene.letters)


def under_pending(line: Expr, path: Path) -> bool:
    """Whether the place is a pending derivative or differential, or stands in one:
    there no fact about the variable may be used."""
    node = line
    for step in path:
        if isinstance(node, ir.Differential | ir.Partial):
            return True
        node = node.children[step]
    return isinstance(node, ir.Differential | ir.Partial)


@remembered(maxsize=8)
def reserved_names(problem: Problem) -> frozenset[str]:
    """Every name that an index letter must not take: variables, dimensions, and e, d, o."""
    names = {symbol.name for symbol in problem.variables} | {problem.wrt.name, "e", "d", "o"}
    for symbol in (*problem.variables, problem.wrt):
        for side in (symbol.shape.rows, symbol.shape.cols):
            names.update(side.names)
    names.update(name for dim in problem.sizes for name in dim.names)
    return frozenset(names)


def apply(rule: Rule, before: Expr, paths: tuple[Path, ...], scene: Scene, bindings: Bindings = ()) -> Application:
    """The rule run at all these places at once; `bindings` says what its letters stand for at the first of them."""
    found: dict[Path, Rewriting] = {}
    for number, path in enumerate(paths):
        node = at(before, path)
        rewriting = fit(rule, node, scene, bindings if number == 0 else (), before, path)
        if rewriting is None:
            raise BugError.coded("bug", f"the rule `{rule.id}` does not fit at the place that a step names")
        found[path] = rewriting
        scene = scene.beside(rewriting)
    return applied(before, found)


def applied(before: Expr, found: Mapping[Path, Rewriting]) -> Application:
    """The line after what one rule made of the parts at these paths."""
    first = next(iter(found.values()))
    after = with_parts(before, {path: _shown(rewriting.new) for path, rewriting in found.items()})
    if is_entries(before):
        after = join(split(after))  # a line of entries is a sum of terms, each with its Σ in front
    elif isinstance(before, ir.LinearMap) or holds_pending(before):
        after = _counted(after, along(before.argument if isinstance(before, ir.LinearMap) else None))
    assumed = tuple(dict.fromkeys(one for rewriting in found.values() for one in rewriting.assumed))
    return Application(first.rule, before, after, tuple(found), first.bindings, assumed)


def _counted(line: Expr, motion: Motion) -> Expr:
    """A number as a sum of terms: brackets of terms that move are multiplied out,
    and the rational numbers in front multiplied."""
    if isinstance(line, ir.LinearMap):
        return ir.LinearMap(line.argument, _counted(line.body, motion))
    if isinstance(line, ir.Add) and line.shape.is_number:
        return add(*(_counted(term, motion) for term in line.terms))
    if not isinstance(line, ir.Mul):
        return line
    bracket = next((factor for factor in line.factors if isinstance(factor, ir.Add) and motion(factor)), None)
    if bracket is None or not line.shape.is_number:
        return mul(*multiplied(line.factors))
    opened = ([term if factor is bracket else factor for factor in line.factors] for term in bracket.terms)
    return add(*(_counted(mul(*factors), motion) for factors in opened))


def places_of(root: Expr, wanted: Mapping[Expr, object], inside: Callable[[Expr], bool]) -> Iterable[tuple[Path, Expr]]:
    """Where the wanted parts stand, in reading order; nothing is looked for below them, nor below names."""
    found = places(root, (), lambda node: node not in wanted and inside(node) and not isinstance(node, ir.Named))
    return ((path, node) for path, node in found if node in wanted)


def _shown(new: Expr) -> Expr:
    """A new part by the invisible moves: d(X) along a direction is the direction,
    what is pending stands last among numbers."""
    known: dict[Expr, Expr] = {}
    for node in nodes_of(new) if "Differential" in operators_in(new) else ():
        if isinstance(node, ir.Differential) and node.body is node.variable and node.direction is not None:
            known[node] = node.direction
    new = replaced(new, known) if known else new
    return add(*map(_scalars, new.terms)) if isinstance(new, ir.Add) else _scalars(new)


def replaced(root: Expr, mapping: Mapping[Expr, Expr]) -> Expr:
    """`root` with whole parts replaced, by the invisible moves."""
    return mapped(root, settled, mapping)


def with_parts(root: Expr, new: Mapping[Path, Expr]) -> Expr:
    """`root` with the parts at these paths replaced, by the invisible moves."""
    if () in new:
        return new[()]
    below: dict[int, dict[Path, Expr]] = {}
    for path, part in new.items():
        below.setdefault(path[0], {})[path[1:]] = part
    parts = tuple(
        with_parts(child, below[number]) if number in below else child for number, child in enumerate(root.children)
    )
    return settled(root, parts)


def settled(node: Expr, parts: tuple[Expr, ...]) -> Expr:
    """`node` over new parts, with the invisible moves and no others."""
    if parts == node.children:
        return node
    if isinstance(node, ir.Add):
        kept = [part for part in parts if not is_zero(part)]
        return add(*kept) if kept else parts[0]
    if node.head in _LINEAR and any(map(is_zero, parts)):
        return zero(node.shape)
    if isinstance(node, ir.Mul):
        return _scalars(mul(*parts))
    if isinstance(node, ir.MatMul):
        return matmul(*parts)
    if isinstance(node, ir.Hadamard):
        return hadamard(*parts)
    if isinstance(node, ir.Transpose) and isinstance(parts[0], ir.Transpose):
        return parts[0].body
    return node.rebuilt(parts)


def _scalars(product: Expr) -> Expr:
    """Numerals stand in front; among numbers what is pending stands last, so that nothing seems to stand under it."""
    product = numerals_first(product)
    factors = product.factors if isinstance(product, ir.Mul) and product.shape.is_number else ()
    last = [factor for factor in factors if holds_pending(factor)]
    if len(last) != 1 or factors[-1] is last[0]:
        return product
    return mul(*(factor for factor in factors if factor is not last[0]), last[0])


def is_zero(expr: Expr) -> bool:
    """Whether the expression is the number 0 or an array of zeros."""
    return expr is ZERO or (isinstance(expr, ir.Fill) and expr.value == 0)


@record
class Site:
    """What a native rule is asked about: a part of the line, and what its letters stand for if that is already
    known."""

    node: Expr
    scene: Scene
    bindings: Bindings = ()

    def bound(self, name: str) -> Expr | None:
        """What a letter of the rule stands for, if it was said."""
        return next((value for key, value in self.bindings if key == name and isinstance(value, Expr)), None)


Native = Callable[[Site], "tuple[Expr, Bindings] | None"]

NATIVE: dict[str, Native] = {}
"""The one function of each native rule: the new part and what the sentence mentions, or None where it does not fit."""


def native(rule_id: str) -> Callable[[Native], Native]:
    """Registers the function of a native rule."""

    def register(function: Native) -> Native:
        assert rule_id not in NATIVE, rule_id
        NATIVE[rule_id] = function
        return function

    return register


Better = Callable[[Any], "Expr | None"]


def native_at(rule_id: str, *heads: str) -> Callable[[Better], Better]:
    """Registers a native rule that looks at the part alone, only at parts with these heads:
    f(part) is the new part or None."""

    def register(function: Better) -> Better:
        def at_site(site: Site) -> tuple[Expr, Bindings] | None:
            new = function(site.node) if not heads or site.node.head in heads else None
            return None if new is None or new is site.node else (new, ())

        native(rule_id)(at_site)
        return function

    return register
