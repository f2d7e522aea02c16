"""A rule tested against numbers: true at several sizes, each condition needed, the example one step, the words in house style.

Nothing here trusts the rulebook: both sides are evaluated by the judge, who does not know where they come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..diagnostics import MatgradError
from ..diagnostics.record import record
from ..facts import Fact, Problem
from ..facts.conditions import CONDITIONS
from ..ir import ONE, Differential, Dim, Expr, Index, Number, Partial, Shape, Symbol, add, hadamard, mul, neg, nodes_of, product
from ..ir.expr import IndexMismatch, ShapeMismatch
from ..ir.nodes import Call
from ..notation.to_text import to_text
from ..rulebook.heads import guess_heads, head_of
from ..rulebook.pattern import WRT, Pattern, declared, pattern, read_side, words_of
from ..rulebook.rule import Rule
from ..verify.judge import Judge
from ..verify.verdict import Verdict
from .apply import rewritings
from .instantiate import build_side
from .match import Table

VARIABLES: Final = ("X", "S", "w", "z")
"""What an example differentiates by, if it says `d(…)`: the first of these that it names."""

FORBIDDEN: Final = re.compile(r"^(use|simplify|apply|do|rule)-|-rule$|-\d+$|[^a-z0-9-]|--")


@record
class Check:
    """One of the checks of a rule: what it asks, whether it passed, and the evidence."""

    name: str
    passed: bool
    evidence: str


@record
class Sample:
    """Both sides of a rule at one choice of dimensions, as a problem for the judge."""

    name: str
    lhs: Expr
    rhs: Expr
    problem: Problem
    conditioned: tuple[tuple[Symbol, str], ...]


def check_rule(rule: Rule) -> list[Check]:
    """All checks of one rule."""
    if rule.native:
        return [words(rule), native_example(rule)]
    try:
        sides = pattern(rule)
        sides.check()
    except MatgradError as fault:
        return [Check("both sides can be read", False, str(fault))]
    return [well_formed(sides), *true_everywhere(sides), conditions_needed(sides), mutants_caught(sides), example(rule), words(rule)]


# ---- samples ---------------------------------------------------------------------------------------------------------


def samples(sides: Pattern) -> Iterator[Sample]:
    """The rule at dimensions that all differ, all alike, and with each side in turn of size 1."""
    dims = sorted(sides.dims - set(WRT.shape.rows.names + WRT.shape.cols.names))
    choices: list[tuple[str, dict[str, Dim]]] = [("different sizes", {name: Dim.of(name) for name in dims})]
    if len(dims) > 1:
        choices.append(("equal sizes", {name: Dim.of(dims[0]) for name in dims}))
    choices += [(f"{one} = 1", {name: ONE if name == one else Dim.of(name) for name in dims}) for one in dims]
    for name, sizes in choices:
        try:
            yield _sample(sides, name, sizes)
        except (ShapeMismatch, IndexMismatch, ValueError):
            if name == "different sizes":
                raise


def _sample(sides: Pattern, name: str, sizes: dict[str, Dim]) -> Sample:
    table: Table = dict(sizes)
    variable = _variable(sides, table)
    needs = {requirement.variable for requirement in sides.rule.when}
    for label, letter in sides.names:
        if isinstance(letter, Index):
            if letter not in table:
                dim = table.get(letter.dim.names[0], letter.dim) if letter.dim.names else letter.dim
                table[letter] = None if dim is ONE else Index(label, dim)
        elif letter not in table:
            shape = Shape(_sized(letter.shape.rows, table), _sized(letter.shape.cols, table))
            own = Symbol(label, shape)
            table[letter] = own if variable is None else variable if label in needs else _moving(own, variable)
    lhs, rhs = build_side(sides.lhs, table), build_side(sides.rhs, table)
    if lhs.shape is not rhs.shape:
        raise ShapeMismatch("the sides differ in shape", lhs, rhs)
    symbols = dict(sides.names)
    conditioned = tuple((table[symbols[need.variable]], need.word) for need in sides.rule.when)
    symbols_used = (symbol for symbol in lhs.symbols | rhs.symbols | _hidden(lhs) if isinstance(symbol, Symbol))
    everything = tuple(sorted(symbols_used, key=lambda symbol: symbol.name))
    wrt = variable or (everything[0] if everything else Symbol("x", Shape(ONE, ONE)))
    facts = tuple(Fact(symbol, word) for symbol, word in conditioned)
    return Sample(name, lhs, rhs, Problem(lhs, wrt, everything or (wrt,), facts), conditioned)


def _hidden(side: Expr) -> frozenset[Symbol]:
    return frozenset(node.variable for node in nodes_of(side) if isinstance(node, Partial | Differential))


def _sized(dim: Dim, table: Table) -> Dim:
    return table.get(dim.names[0], dim) if dim.names else dim


def _variable(sides: Pattern, table: Table) -> Symbol | None:
    """What a rule about pending derivatives differentiates by. A variable with a condition is that variable itself, so that the
    condition can be met and broken; all others move with it."""
    pending = next(iter(_hidden(sides.lhs)), None)
    if pending is None:
        return None
    symbols = dict(sides.names)
    needs = [symbols[requirement.variable] for requirement in sides.rule.when]
    like = needs[0] if needs else pending
    if like is WRT:
        shape = Shape(Dim.of("p"), Dim.of("q"))
    else:
        assert isinstance(like, Symbol)
        shape = Shape(_sized(like.shape.rows, table), _sized(like.shape.cols, table))
    variable = Symbol("X", shape)
    for side, actual in ((pending.shape.rows, shape.rows), (pending.shape.cols, shape.cols)):
        for name in side.names:
            table[name] = actual
    table[pending] = variable
    return variable


def _moving(own: Symbol, variable: Symbol) -> Expr:
    """An expression of the shape of `own` that depends on the variable: a weighted sum for a number, P X Q + own for arrays."""
    if own.shape.is_number:
        weights = Symbol(f"{own.name}_w", variable.shape)
        inside = mul(weights, variable) if variable.shape.is_number else Call("sum", hadamard(weights, variable))
        return add(own, inside)
    left = Symbol(f"{own.name}_l", Shape(own.shape.rows, variable.shape.rows))
    right = Symbol(f"{own.name}_r", Shape(variable.shape.cols, own.shape.cols))
    return add(own, product(left, variable, right))


# ---- the checks ------------------------------------------------------------------------------------------------------


def well_formed(sides: Pattern) -> Check:
    """The left side's head is among those guessed from its text, so that the rule is found when it is needed."""
    guessed, head = guess_heads(sides.rule.lhs), head_of(sides.lhs)
    return Check("both sides can be read", head in guessed, f"the left side begins with {head}, guessed {', '.join(guessed)}")


def compare(sample: Sample, other: Expr | None = None, seed: int = 0, violating: Fact | None = None) -> Verdict:
    """What the judge says of both sides (or of the left side and another one), perhaps where a fact is broken."""
    rhs = sample.rhs if other is None else other
    judge = Judge(sample.problem, seed, [violating] if violating else [])
    return judge.compare_over(sample.lhs, rhs, tuple(sorted(sample.lhs.free | rhs.free)))


def true_everywhere(sides: Pattern) -> list[Check]:
    """Both sides denote the same array, at each choice of sizes."""
    found = []
    for sample in samples(sides):
        verdict = compare(sample)
        found.append(Check(f"true, {sample.name}", verdict.holds, f"{verdict.kind}: {verdict.by}"))
    return found


def conditions_needed(sides: Pattern) -> Check:
    """Where a condition is violated, the rule must not hold."""
    if not sides.rule.when:
        return Check("each condition is needed", True, "no conditions")
    sample = next(samples(sides))
    idle = []
    for symbol, word in sample.conditioned:
        # several draws: a matrix that is not known to have a positive determinant has one half of the time
        if all(compare(sample, seed=seed, violating=Fact(symbol, word)).holds for seed in range(4)):
            idle.append(f"{symbol.name} {word}")
    return Check("each condition is needed", not idle, f"holds also without: {', '.join(idle)}" if idle else "breaks without each")


def twins(sides: Pattern) -> Iterator[tuple[str, Expr]]:
    """Broken copies of the right side: another sign, another factor."""
    sample = next(samples(sides))
    if sample.rhs is Number(0) or (sides.rule.rhs.startswith("zeros")):
        yield "plus one", add(sample.rhs, Number(1) if sample.rhs.shape.is_number else hadamard(sample.rhs))
    else:
        yield "sign", neg(sample.rhs)
        yield "factor", mul(Number(2), sample.rhs)


def mutants_caught(sides: Pattern) -> Check:
    """The judge can say no: a right side with a wrong sign or factor is refused."""
    sample = next(samples(sides))
    kept = [name for name, rhs in twins(sides) if compare(sample, rhs).holds]
    return Check("broken twins are caught", not kept, f"not caught: {', '.join(kept)}" if kept else "sign and factor")


def example(rule: Rule) -> Check:
    """The first text of the example becomes exactly the second in one step."""
    name = "the example is one step"
    assert rule.example is not None
    try:
        before, after = (read_example(rule, text) for text in rule.example)
    except (MatgradError, ShapeMismatch, IndexMismatch, ValueError) as fault:
        return Check(name, False, str(fault))
    problem = example_problem(rule, before)
    found = [rewriting.new for rewriting, _ in zip(rewritings(rule, before, problem, _taken(rule)), range(50), strict=False)]
    texts = [to_text(new) for new in found]
    if after not in found:
        return Check(name, False, f"`{rule.example[0]}` became {' or '.join(f'`{text}`' for text in texts[:3]) or 'nothing'}")
    if to_text(after) != rule.example[1]:
        return Check(name, False, f"the second text is printed `{to_text(after)}`")
    return Check(name, found[0] is after, f"`{rule.example[0]}` → `{rule.example[1]}`")


def native_example(rule: Rule) -> Check:
    """Both texts of a native rule's example can be read and denote the same array."""
    name = "the example is true"
    assert rule.example is not None
    try:
        before, after = (read_example(rule, text) for text in rule.example)
    except (MatgradError, ShapeMismatch, IndexMismatch, ValueError) as fault:
        return Check(name, False, str(fault))
    verdict = Judge(example_problem(rule, before)).compare_over(before, after, tuple(sorted(before.free | after.free)))
    return Check(name, verdict.holds, f"{verdict.kind}: {verdict.by}")


def read_example(rule: Rule, text: str) -> Expr:
    """A text of the example, its names as `given` says."""
    return read_side(text, rule.given or rule.shapes, example_variable(rule), "example")


def example_variable(rule: Rule) -> Symbol | None:
    """What `d(…)` in the example differentiates by."""
    symbols, _ = declared(rule.given or rule.shapes)
    return next((symbols[name] for name in VARIABLES if name in symbols), next(iter(symbols.values()), None))


def example_problem(rule: Rule, loss: Expr) -> Problem:
    """The example as a problem; its names have the facts that the rule asks for."""
    symbols = tuple(declared(rule.given or rule.shapes)[0].values())
    words = dict.fromkeys(requirement.word for requirement in rule.when)
    facts = tuple(
        Fact(symbol, word) for symbol in symbols for word in words if symbol.shape.is_square or CONDITIONS[word].sides != "="
    )
    wrt = example_variable(rule) or Symbol("x", Shape(ONE, ONE))
    return Problem(loss, wrt, symbols or (wrt,), facts)


def _taken(rule: Rule) -> frozenset[str]:
    names = rule.given or rule.shapes
    return frozenset(name for name, _ in names) | words_of(names)


def words(rule: Rule) -> Check:
    """Id, title and reason in house style: an identity spelled, a sentence without a full stop, a reason that is given."""
    faults = []
    if FORBIDDEN.search(rule.id):
        faults.append(f"the id `{rule.id}` does not spell an identity")
    for field, text in (("title", rule.title), ("why", rule.why)):
        if text.endswith("."):
            faults.append(f"{field} ends with a full stop")
        if re.match(r"[A-Z][a-z]+\b(?<!Jacobi)", text):
            faults.append(f"{field} begins with a capital")
    if rule.why == rule.title:
        faults.append("why repeats the title")
    return Check("id, title and reason", not faults, "; ".join(faults) or "in house style")
