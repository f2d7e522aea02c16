"""The two sides of a rule as expressions, parsed and checked when the rule is first tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..diagnostics import InputError, MatgradError, Source
from ..diagnostics.record import record, replace
from ..diagnostics.regex import regex
from ..ir import ONE, Differential, Dim, Entry, Expr, Index, MatMul, Shape, Symbol, nodes_of
from ..ir.expr import IndexMismatch, ShapeMismatch
from ..notation.elaboration.elaborate import read_node
from ..notation.expression.reader import parse
from ..notation.scope import Scope
from ..notation.shapes.infer import as_declared
from .rule import Rule, complain

WRT = Symbol("the variable", Shape(Dim.of("rows of it"), Dim.of("columns of it")))
"""What `d(…)` in a rule differentiates by: it binds to the variable of the differential that is matched."""

MOST_RUNS = 3
"""Three variables in a row have two places where one ends and the next begins."""


@record
class Pattern:
    """The left side of a rule; what is variable in it; the operators that a matching expression must contain."""

    rule: Rule
    lhs: Expr
    variables: frozenset[Symbol]
    dims: frozenset[str]
    operators: frozenset[str]
    names: tuple[tuple[str, Symbol | Index], ...]
    holding: Mapping[Symbol, Index]
    """Numbers that may hold a letter of the Σ around them."""
    fixed: frozenset[Symbol] = frozenset()
    moving: frozenset[Symbol] = frozenset()
    single: frozenset[Symbol] = frozenset()
    itself: frozenset[Symbol] = frozenset()

    @property
    def rhs(self) -> Expr:
        """The right side, read when the left side has fitted for the first time."""
        return _right(self.rule)

    def check(self) -> None:
        """Read the right side too, so that whatever is wrong with it is said."""
        _right(self.rule)


def words_of(shapes: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The dimension names that a table of shapes mentions: `{ A = "m n", i = "index k" }` → k, m, n."""
    sides = (text.split()[2:] if text.startswith("of ") else text.split() for _, text in shapes)
    found = {word for words in sides for word in words if word != "index" and not word.isdigit()}
    return frozenset(found)


def dim_of(word: str) -> Dim:
    """`"3"` is the number 3, `"m"` the dimension m."""
    return Dim(int(word)) if word.isdigit() else Dim.of(word)


def declared(shapes: Iterable[tuple[str, str]]) -> tuple[dict[str, Symbol], dict[str, Dim]]:
    """The variables and the index letters of a table of shapes."""
    symbols: dict[str, Symbol] = {}
    letters: dict[str, Dim] = {}
    for name, text in shapes:
        words = text.split()
        if words and words[0] == "index":
            letters[name] = dim_of(words[1])
            continue
        words = words[2:] if words and words[0] == "of" else words
        if len(words) > 2:
            raise ValueError(f"`{name}` has {len(words)} sides; needed at most two")
        symbols[name] = Symbol(name, Shape(*[dim_of(word) for word in words], *[ONE] * (2 - len(words))))
    return symbols, letters


def read_side(text: str, shapes: Iterable[tuple[str, str]], wrt: Symbol | None = WRT, name: str = "rule") -> Expr:
    """An expression whose names are those of a table of shapes; dimension names may stand as numbers."""
    table = tuple(shapes)
    symbols, letters = declared(table)
    sizes: Mapping[str, Dim] = {word: Dim.of(word) for word in words_of(table)}
    scope = Scope(Source(name, text), symbols=symbols, sizes=sizes, letters=letters, wrt=wrt)
    tree = parse(text, name)
    return read_node(tree, scope, as_declared(tree, scope)).expr


@lru_cache(maxsize=1024)
def pattern(rule: Rule) -> Pattern:
    """The parsed left side of a rule; errors name file, rule and field."""
    lhs = _side(rule, "lhs", rule.lhs)
    symbols, letters = declared(rule.shapes)
    _check_runs(rule, lhs)
    known: dict[str, Symbol | Index] = {**symbols, **{name: Index(name, dim) for name, dim in letters.items()}}
    names = tuple((name, known[name]) for name, _ in rule.shapes)
    dims = words_of(rule.shapes) | set(WRT.shape.rows.names + WRT.shape.cols.names)
    held = ((name, text.split()[1]) for name, text in rule.shapes if text.startswith("of "))
    holding = {symbols[name]: Index(letter, letters[letter]) for name, letter in held}
    groups = (rule.fixed, rule.moving, (*rule.single, *rule.itself), rule.itself)
    marked = (frozenset(symbols[name] for name in group) for group in groups)
    return Pattern(rule, lhs, frozenset(symbols.values()) | {WRT}, dims, needed_operators(lhs), names, holding, *marked)


@lru_cache(maxsize=1024)
def _right(rule: Rule) -> Expr:
    """The right side: no other variables than the left side, the same shape, no other free letters."""
    lhs, rhs = pattern(rule).lhs, _side(rule, "rhs", rule.rhs)
    extra = sorted(symbol.name for symbol in _plain(rhs) - _plain(lhs) if isinstance(symbol, Symbol))
    if extra:
        known = ", ".join(sorted(symbol.name for symbol in _plain(lhs) if isinstance(symbol, Symbol)))
        raise complain(rule.file, rule.id, "rhs", f"variable {extra[0]} does not occur in lhs (it has {known})")
    if lhs.shape is not rhs.shape:
        raise complain(rule.file, rule.id, "rhs", f"the sides differ in shape: lhs is {lhs.shape}, rhs is {rhs.shape}")
    if not rhs.free <= lhs.free:
        stray = ", ".join(sorted(index.name for index in rhs.free - lhs.free))
        raise complain(rule.file, rule.id, "rhs", f"free letter {stray} does not occur in lhs")
    return rhs


def _plain(side: Expr) -> frozenset[Expr]:
    """The variables that a side mentions (the variable of a differential or a derivative is mentioned by it)."""
    return side.symbols | {node.variable for node in nodes_of(side) if isinstance(node, Differential)}


def _side(rule: Rule, field: str, text: str) -> Expr:
    try:
        return read_side(text, rule.shapes)
    except InputError as problem:
        raise complain(rule.file, rule.id, field, problem.diagnostic.message) from problem
    except (ShapeMismatch, IndexMismatch, ValueError, MatgradError) as problem:
        raise complain(rule.file, rule.id, field, str(problem)) from problem


def _check_runs(rule: Rule, lhs: Expr) -> None:
    """More than two variables in one product that may each take a run of factors make matching cubic and worse."""
    for node in nodes_of(lhs):
        if isinstance(node, MatMul):
            whole = (*rule.single, *rule.itself)
            matrices = {one for one in node.factors if isinstance(one, Symbol) and one.shape.is_matrix}
            bare = [one for one in matrices if one.name not in whole]
            if len(bare) > MOST_RUNS:
                message = f"a product with {len(bare)} free variables; at most {MOST_RUNS} can be matched"
                raise complain(rule.file, rule.id, "lhs", message)


_LOOSE = frozenset("Symbol Number Add Mul Transpose Hadamard Fill Eye Power Size MatMul Kron powm".split())


def needed_operators(side: Expr) -> frozenset[str]:
    """Operators that every matching expression contains; products and sums may be matched by single parts."""
    inside = side.base if isinstance(side, Entry) else side  # a number is its own entry
    return frozenset(node.head for node in nodes_of(inside)) - _LOOSE


@lru_cache(maxsize=1024)
def variants(rule: Rule) -> tuple[Rule, ...]:
    """The rule with all its letters, then with fewer and fewer of the optional ones."""
    found = [rule] if rule.lhs else []
    for name in rule.optional:
        found += [_without(one, name) for one in found]
    return tuple(sorted((one for one in found if not _ALONE.fullmatch(one.lhs)), key=lambda one: -len(one.shapes)))


_ALONE = regex(r"(d\()?\(*\w+(\.T)?\)*")
"""A letter that nothing is said of any more."""


def _without(rule: Rule, name: str) -> Rule:
    """The rule with 1 or an identity for one letter, left out of the products; its two sides are one size."""
    rows, cols = (*dict(rule.shapes)[name].split(), "1", "1")[:2]
    kept, gone = (cols, rows) if cols == "1" else (rows, cols)
    shapes = tuple((letter, _renamed(text, gone, kept)) for letter, text in rule.shapes if letter != name)
    lhs, rhs = (_left_out(_renamed(text, gone, kept), name, kept) for text in (rule.lhs, rule.rhs))
    fixed, still = (tuple(letter for letter in letters if letter != name) for letters in (rule.fixed, rule.still))
    return replace(rule, lhs=lhs, rhs=rhs, shapes=shapes, optional=(), fixed=fixed, still=still)


def _renamed(text: str, gone: str, kept: str) -> str:
    return text if gone == kept else re.sub(rf"\b{gone}\b", kept, text)


def _left_out(text: str, name: str, size: str) -> str:
    factor = rf"\b{name}\b(\.T)?"
    return re.sub(factor, f"eye({size})", re.sub(rf"{factor} [@*] | [@*] {factor}", "", text))
