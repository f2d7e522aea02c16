"""A rule tested against numbers: true at several sizes, each condition needed, the example one step.
An example is two texts: what the rule makes of the first must be the second.

Nothing here trusts the rulebook: both sides are evaluated by the judge, who does not know where they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from ..diagnostics import MatgradError
from ..diagnostics.record import record
from ..facts import Fact, Problem
from ..facts.conditions import CONDITIONS
from ..ir import ONE, Expr, Fill, Number, Shape, Symbol, add, mul, neg
from ..ir.expr import IndexMismatch, ShapeMismatch
from ..notation.printing.to_text import to_text
from ..rewrite.engine.apply import Around, rewritings
from ..rulebook.heads import guess_heads
from ..rulebook.pattern import Pattern, declared, pattern, read_side, words_of
from ..rulebook.rule import Rule
from ..verify.functions import RATIONAL_KIND, kind
from ..verify.judge import Judge
from ..verify.verdict import Nested, Verdict, Witness
from .samples import Sample, general_sample, scaled_samples, sized_samples

VARIABLES: Final = ("X", "S", "w", "z")
"""What an example differentiates by, if it says `d(…)`: the first of these that it names."""


def made_of(rule: Rule, before: Expr) -> Iterator[Expr]:
    """What a rule makes of its example, in every way in which it fits; nothing where it changes nothing."""
    taken = frozenset(name for name, _ in _names(rule)) | words_of(_names(rule))
    found = rewritings(rule, before, Around(example_problem(rule, before), lambda: taken))
    yield from (rewriting.new for rewriting in found)


def _names(rule: Rule) -> tuple[tuple[str, str], ...]:
    """The shapes of all names of the example."""
    return rule.given or rule.shapes


def read_example(rule: Rule, text: str) -> Expr:
    """A text of the example, its names as `given` says."""
    return read_side(text, _names(rule), example_variable(rule), "example")


def example_variable(rule: Rule) -> Symbol | None:
    """What `d(…)` in the example differentiates by."""
    symbols = declared(_names(rule))[0]
    return next((symbols[name] for name in VARIABLES if name in symbols), next(iter(symbols.values()), None))


def example_problem(rule: Rule, loss: Expr) -> Problem:
    """The example as a problem; its names have the facts that the rule asks for."""
    symbols = tuple(declared(_names(rule))[0].values())
    words = dict.fromkeys(requirement.word for requirement in rule.when)
    of_square = {word for word in words if CONDITIONS[word].sides == "="}
    facts = tuple(Fact(one, word) for one in symbols for word in words if one.shape.is_square or word not in of_square)
    wrt = example_variable(rule) or Symbol("x", Shape(ONE, ONE))
    return Problem(loss, wrt, symbols or (wrt,), facts)


MOST_WAYS: Final = 50
"""So many ways in which a rule fits its example are looked at."""


@record
class Check:
    """One of the checks of a rule: what it asks, whether it passed, and the evidence."""

    name: str
    passed: bool
    evidence: str
    witness: Witness | None = None


def check_rule(rule: Rule) -> list[Check]:
    """All checks of one rule; of a native one, which has no sides, the tests of the product run the example."""
    if rule.native:
        return [Check("native", True, "its function is code")]
    try:
        sides = pattern(rule)
        sides.check()
    except MatgradError as fault:
        return [Check("both sides can be read", False, str(fault))]
    return [*truth_of(rule), conditions_needed(sides)]


def truth_of(rule: Rule) -> Iterator[Check]:
    """The checks that a rule must pass before it may act, one after the other: it can be read, it is true, numbers can
    say no to it, and it does what its example says. Whether each condition is needed is its author's business."""
    sides = pattern(rule)
    yield well_formed(sides)
    yield true_in_general(sides)
    yield true_at_every_order(sides)
    yield true_at_every_scale(sides)
    yield mutants_caught(sides)
    yield example(rule)


# ---- the checks ------------------------------------------------------------------------------------------------------


def well_formed(sides: Pattern) -> Check:
    """The left side's head is among those guessed from its text, so that the rule is found when it is needed."""
    guessed, head = guess_heads(sides.rule.lhs), sides.lhs.head
    return Check(
        "both sides can be read", head in guessed, f"the left side begins with {head}, guessed {', '.join(guessed)}"
    )


def compare(sample: Sample, other: Expr | None = None, seed: int = 0, violating: Fact | None = None) -> Verdict:
    """What the judge says of both sides (or of the left side and another one), perhaps where a fact is broken."""
    rhs = sample.rhs if other is None else other
    judge = Judge(sample.problem, seed, [violating] if violating else [], thorough=True)
    return judge.compare_over(sample.lhs, rhs, tuple(sorted(sample.lhs.free | rhs.free)))


def true_in_general(sides: Pattern) -> Check:
    """Both sides denote the same array where all sizes differ."""
    verdict = compare(general_sample(sides))
    return Check("true, different sizes", verdict.holds, f"{verdict.kind}: {verdict.by}", verdict.witness)


def true_at_every_order(sides: Pattern) -> Check:
    """Wide, square, tall, with sides of size 1 and with a large one; where nothing can be evaluated nothing is said."""
    return _never_false("true in every order of sizes", sized_samples(sides))


def true_at_every_scale(sides: Pattern) -> Check:
    """With small and large arguments; what is rational is proved for all of them at once."""
    rational = kind(sides.lhs) == RATIONAL_KIND == kind(sides.rhs)
    return _never_false("true at every scale", () if rational else scaled_samples(sides))


def _never_false(name: str, tried: Iterable[Sample]) -> Check:
    count = 0
    for sample in tried:
        verdict = compare(sample)
        if verdict.kind == "differs":
            return Check(name, False, f"{sample.name}: {verdict.by}", _unscaled(verdict.witness, sample))
        count += verdict.holds
    return Check(name, True, f"{count} samples" if count else "nothing to vary")


def _unscaled(witness: Witness | None, sample: Sample) -> Witness | None:
    """The values of the variables of the rule itself."""

    def times(value: Nested) -> Nested:
        if isinstance(value, list):
            return [times(part) for part in value]
        return value if isinstance(value, str) else round(float(value * sample.scale), 9)

    if witness is None or sample.scale == 1:
        return witness
    values = tuple((name, times(value) if name in sample.scaled else value) for name, value in witness.values)
    return Witness(values, witness.left, witness.right)


def conditions_needed(sides: Pattern) -> Check:
    """Where a condition is violated, the rule must not hold."""
    if not sides.rule.when:
        return Check("each condition is needed", True, "no conditions")
    sample = general_sample(sides)
    idle = []
    for symbol, word in sample.conditioned:
        # several draws: a matrix that is not known to have a positive determinant has one half of the time
        if all(compare(sample, seed=seed, violating=Fact(symbol, word)).holds for seed in range(4)):
            idle.append(f"{symbol.name} {word}")
    said = f"holds also without: {', '.join(idle)}" if idle else "breaks without each"
    return Check("each condition is needed", not idle, said)


def twins(sides: Pattern) -> Iterator[tuple[str, Expr]]:
    """Broken copies of the right side: another sign, another factor."""
    sample = general_sample(sides)
    if sample.rhs is Number(0) or (sides.rule.rhs.startswith("zeros")):
        yield "plus one", add(sample.rhs, Number(1) if sample.rhs.shape.is_number else Fill(1, sample.rhs.shape))
    else:
        yield "sign", neg(sample.rhs)
        yield "factor", mul(Number(2), sample.rhs)


def mutants_caught(sides: Pattern) -> Check:
    """The judge can say no: a right side with a wrong sign or factor is refused."""
    sample = general_sample(sides)
    kept = [name for name, rhs in twins(sides) if compare(sample, rhs).holds]
    return Check("broken twins are caught", not kept, f"not caught: {', '.join(kept)}" if kept else "sign and factor")


def example(rule: Rule) -> Check:
    """The first text of the example becomes what the second denotes, in the first way in which the rule fits."""
    name = "the example is one step"
    assert rule.example is not None
    try:
        before, after = (read_example(rule, text) for text in rule.example)
        found = list(islice(made_of(rule, before), MOST_WAYS))
    except (MatgradError, ShapeMismatch, IndexMismatch, ValueError) as fault:
        return Check(name, False, str(fault))
    if after not in found:
        texts = [f"`{to_text(new)}`" for new in found[:3]]
        return Check(name, False, f"`{rule.example[0]}` became {' or '.join(texts) or 'nothing'}")
    return Check(name, found[0] is after, f"`{rule.example[0]}` → `{rule.example[1]}`")
