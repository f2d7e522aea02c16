"""A rule that is wrong is noticed: with its right side negated (0:
with one added) a derivation of the corpus contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import pytest
from corpus import Case, cases, derivations
from test_replay import broken

from matgrad_cli.diagnostics import BugError, MatgradError
from matgrad_cli.diagnostics.record import replace
from matgrad_cli.ir import Shape
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.records import METHODS
from matgrad_cli.records.derivation import steps_in
from matgrad_cli.render.json import to_json
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.textbook import simplifier
from matgrad_cli.rulebook.load import Rulebook, _rulebook, rulebook
from matgrad_cli.rulebook.pattern import pattern
from matgrad_cli.rulebook.rule import Rule
from rebuilding import from_json
from replaying import by_method, coverage, maker_of

SAMPLE = (
    "d-mul",
    "d-inv",
    "d-trace",
    "d-tanh",
    "d-norm-squared",
    "norm-squared-trace",
    "trace-entries",
    "transpose-symmetric",
)
"""Rules of the fast test; the slow one takes all."""

MOST_NATIVES = 40
"""At most so many rules are functions. Lower it when a pattern can say what one of them says, never raise it."""


LEAST_BY_PATTERNS = {"index": 0.7, "chain": 0.75, "differential": 0.85, "adjoint": 0.85, "expand": 0.7}
"""At least this part of a method's steps is made by patterns, its naming steps and the titles of groups not counted."""

MOST_USERS = 3
"""In so many derivations a twin of a rule is tried."""

MOST_RIGHT = 0.02
"""At most this part of the derivations that use a rule may come out with all rules wrong."""

SAMPLED = pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.thorough)])
"""Each sixth loss of the corpus; with `--all` every one."""

NAMING = frozenset(("name-gradient", "name-part", "open-name"))


def twins(rule: Rule) -> Iterator[Rule]:
    """The rule with its right side negated (0: with one added); and, since a rule that must shorten would then not be
    taken, or no longer have the form that the next one needs, with a wrong constant there."""
    shape, one = one_of(rule)
    yield times(rule, "-")
    yield replace(
        rule, rhs="7" if shape.is_number else f"zeros({shape.rows}, {shape.cols})" if rule.rhs == one else one
    )


def times(rule: Rule, factor: str) -> Rule:
    """The rule with its right side times a number (0: with one added)."""
    if rule.rhs.strip() in ("0", "zeros(m, n)"):
        return replace(rule, rhs=f"{rule.rhs} + {one_of(rule)[1]}")
    entry = re.fullmatch(r"(\(.*\))(\[[^\[\]]*\])", rule.rhs)  # an entry stays one
    return replace(rule, rhs=f"({factor}{entry[1]}){entry[2]}" if entry else f"{factor}({rule.rhs})")


def one_of(rule: Rule) -> tuple[Shape, str]:
    """The shape of the right side, and the text of ones of that shape."""
    shape = pattern(rule).rhs.shape
    return shape, "1" if shape.is_number else f"ones({shape.rows}, {shape.cols})"


def book_with(*rules: Rule) -> Rulebook:
    book: Rulebook = _rulebook.__wrapped__("")
    for rule in rules:
        book._rules[rule.id] = rule
    return book


@lru_cache(maxsize=1)
def users() -> dict[str, list[tuple[Case, str]]]:
    """For each pattern rule that made a step: the losses and methods where it did, the shortest derivation first."""
    found: dict[str, list[tuple[Case, str]]] = {}
    book = rulebook()
    for case, derivation in sorted(derivations(), key=lambda one: len(one[1].steps)):
        for rule_id in {step.rule for step in steps_in(derivation.steps) if maker_of(step, book) == "pattern"}:
            found.setdefault(rule_id, []).append((case, derivation.method))
    return found


def noticed(rule_id: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a twin of the rule is contradicted in one of the first derivations that use the rule."""
    return any(
        differs(twin, *user, monkeypatch)
        for twin in twins(rulebook().rule(rule_id))
        for user in users()[rule_id][:MOST_USERS]
    )


def differs(twin: Rule, case: Case, method: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    return comes_out(book_with(twin), case, method, monkeypatch) is False


def comes_out(book: Rulebook, case: Case, method: str, monkeypatch: pytest.MonkeyPatch) -> bool | None:
    """Whether a derivation by these rules is right; None where they find no way."""
    monkeypatch.setattr(simplifier, "rulebook", lambda: book)
    try:
        return derive(case.problem(), method, case.layout, rules=book).verdict != "differs"
    except BugError as found:
        return False if found.diagnostic.code == "bug-step-differs" else None
    except (MatgradError, LookupError, ValueError):  # a wrong rule may take away the place where the next one is to run
        return None


@pytest.mark.thorough
@pytest.mark.parametrize("rule_id", SAMPLE)
def test_a_negated_rule_is_noticed(rule_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert noticed(rule_id, monkeypatch)


@pytest.mark.slow
def test_each_negated_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [rule_id for rule_id in users() if not noticed(rule_id, monkeypatch)] == []


@pytest.mark.thorough
@pytest.mark.parametrize("step", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_no_derivation_comes_out_by_rules_that_are_all_wrong(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every right side times −3 (two negated ones would cancel):
    then no derivation that uses a rule still comes out."""
    plain = rulebook()
    wrong = book_with(*(times(rule, "-3*") for rule in plain if not rule.native))
    using = [
        (case, found.method)
        for case, found in derivations(step)
        if any(maker_of(one, plain) == "pattern" for one in steps_in(found.steps))
    ]
    right = [(case.loss, method) for case, method in using if comes_out(wrong, case, method, monkeypatch)]
    with_numbers = f"{len(right)} of {len(using)} still come out: {right}"
    assert len(right) <= MOST_RIGHT * len(using), with_numbers


@pytest.mark.thorough
def test_the_coverage_of_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints who made the steps (`pytest -s` shows it), and holds what was reached."""
    book = rulebook()
    table = coverage((derivation for _, derivation in derivations()), book)
    made = {rule_id: counts for rule_id, counts in table.items() if counts["pattern"]}
    never = [rule_id for rule_id, counts in table.items() if not counts]
    for rule_id, counts in table.items():  # `pytest -s` shows this too
        print(f"{rule_id:28}", ", ".join(f"{maker} {count}" for maker, count in counts.items()) or "never")
    with capsys.disabled():
        print(f"\nrules: {len(table)}, made steps as a pattern: {len(made)}, as a native rule:", end=" ")
        print(f"{sum(1 for counts in table.values() if counts['native'])}, never: {len(never)}")
        for method, counts in by_method((derivation for _, derivation in derivations()), book).items():
            print(f"  {method:13}", dict(counts))
    assert [rule_id for rule_id in never if not book.rule(rule_id).group] == []
    assert sum(1 for rule_id in book.ids if book.rule(rule_id).native and not book.rule(rule_id).group) <= MOST_NATIVES


@pytest.mark.thorough
@pytest.mark.parametrize("method", LEAST_BY_PATTERNS)
def test_patterns_make_the_steps(method: str) -> None:
    book = rulebook()
    steps = [step for _, found in derivations() if found.method == method for step in steps_in(found.steps)]
    made = [maker_of(step, book) for step in steps if not step.substeps and step.rule not in NAMING]
    assert made.count("pattern") >= LEAST_BY_PATTERNS[method] * len(made)


@pytest.mark.thorough
@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_each_step_of_the_corpus_can_be_run_again_from_json(step: int) -> None:
    again = ((case.loss, found.method, broken(from_json(to_json(found)))) for case, found in derivations(step))
    assert [one for one in again if one[2]] == []


@pytest.mark.thorough
@SAMPLED
def test_no_rule_gives_its_name_to_what_it_did_not_make(step: int) -> None:
    book = rulebook()
    table = coverage((derivation for _, derivation in derivations(step)), book)
    assert {rule_id for rule_id, counts in table.items() if counts["group"] and not book.rule(rule_id).group} == set()
    single = [one for _, found in derivations(step) for one in steps_in(found.steps) if not one.substeps]
    assert {one.rule for one in single if not one.paths} == set()


@pytest.mark.thorough
@SAMPLED
def test_no_place_of_a_sentence_is_empty(step: int) -> None:
    steps = (one for _, found in derivations(step) for one in steps_in(found.steps))
    assert {one.rule for one in steps if any(value == "" for _, value in one.title.values)} == set()


@SAMPLED
def test_no_sign_stands_inside_a_product(step: int) -> None:
    found = [derivation for _, derivation in derivations(step)]
    lines = {line.after for one in found for line in one.steps} | {one.result.entry for one in found}
    assert [line for line in map(to_unicode, lines) if re.search(r"(?<!\^)\(−1\)", line)] == []


@SAMPLED
def test_the_corpus_is_derived(step: int) -> None:
    assert len(derivations(step)) > 4 * len(cases()[::step])
    assert {derivation.method for _, derivation in derivations(step)} == set(METHODS)


@SAMPLED
def test_nothing_is_divided_by_itself_in_the_chain_method(step: int) -> None:
    found = [derivation for _, derivation in derivations(step) if derivation.method == "chain"]
    lines = {to_unicode(line.after) for one in found for line in one.steps if line.rule.startswith("chain-")}
    assert [line for line in lines if re.search(r"(?<![\w₀-₉])(\w[₀-₉]*)/\1(?![\w₀-₉(])", line)] == []
