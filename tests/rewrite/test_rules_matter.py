"""A rule that is wrong is noticed: with its right side negated (0: with one added) a derivation of the corpus contradicts itself."""

from __future__ import annotations

from functools import lru_cache

import pytest
from corpus import Case, cases, derivations
from test_replay import broken

from matgrad_cli.diagnostics import BugError, MatgradError
from matgrad_cli.diagnostics.record import replace
from matgrad_cli.records import METHODS
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.engine.legacy import LEGACY
from matgrad_cli.rewrite.engine.replay import by_method, coverage, maker_of, steps_in
from matgrad_cli.rewrite.textbook import simplifier
from matgrad_cli.rulebook.load import Rulebook, _rulebook, rulebook
from matgrad_cli.rulebook.pattern import pattern
from matgrad_cli.rulebook.rule import Rule

SAMPLE = ("d-mul", "d-inv", "d-trace", "d-tanh", "d-norm-squared", "norm-squared-trace", "trace-entries", "transpose-symmetric")
"""Rules of the fast test; the slow one takes all."""

UNNOTICED = frozenset(
    (
        "binary-squared", "diag-mul-vector", "entry-of-eye", "entry-of-zeros", "exp-log", "inv-inv", "log-exp", "mul-step", "mul-zeros",
        "ones-mul-column", "read-power", "row-mul-diag", "row-mul-ones", "sigmoid-reciprocal-exp", "sign-scale", "trace-eye",
        "transpose-add",
    )
)  # fmt: skip
"""Rules whose negation goes unnoticed so far: most act only where they shorten, and negated they do not. Take from it, never add."""

USED_IN_PATTERNS = 280
"""At least so many pattern rules made a step of the corpus. Raise it when more rules run, never lower it."""


LEAST_BY_PATTERNS = {"index": 0.7, "chain": 0.75, "differential": 0.85, "adjoint": 0.85, "expand": 0.7}
"""At least this part of a method's steps is made by patterns, its naming steps and the titles of groups not counted."""

NAMING = frozenset(("name-back", "name-part", "open-name"))


def negated(rule: Rule) -> Rule:
    zero = rule.rhs.strip() in ("0", "zeros(m, n)")
    shape = pattern(rule).rhs.shape
    one = "1" if shape.is_number else f"ones({shape.rows}, {shape.cols})"
    return replace(rule, rhs=f"{rule.rhs} + {one}" if zero else f"-({rule.rhs})")


def book_with(*rules: Rule) -> Rulebook:
    book: Rulebook = _rulebook.__wrapped__("")
    for rule in rules:
        book._rules[rule.id] = rule
    return book


@lru_cache(maxsize=1)
def users() -> dict[str, tuple[Case, str]]:
    """For each pattern rule that made a step: a loss and a method where it did."""
    found: dict[str, tuple[Case, str]] = {}
    book = rulebook()
    for case, derivation in derivations():
        for step in steps_in(derivation.steps):
            if maker_of(step, book) == "pattern":
                found.setdefault(step.rule, (case, derivation.method))
    return found


def noticed(rule_id: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    case, method = users()[rule_id]
    book = book_with(negated(rulebook().rule(rule_id)))
    monkeypatch.setattr(simplifier, "rulebook", lambda: book)
    try:
        return derive(case.problem(), method, rules=book).verdict == "differs"
    except BugError as found:
        return found.diagnostic.code == "bug-step-differs"
    except MatgradError:
        return False


@pytest.mark.parametrize("rule_id", SAMPLE)
def test_a_negated_rule_is_noticed(rule_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert noticed(rule_id, monkeypatch)


@pytest.mark.slow
def test_each_negated_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {rule_id for rule_id in users() if not noticed(rule_id, monkeypatch)} <= UNNOTICED


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
        print(f"{sum(1 for counts in table.values() if counts['native'])}, in name only somewhere:", end=" ")
        print(f"{sum(1 for counts in table.values() if counts['legacy'])}, never: {len(never)}")
        for method, counts in by_method((derivation for _, derivation in derivations()), book).items():
            print(f"  {method:13}", dict(counts))
    assert len(made) >= USED_IN_PATTERNS


@pytest.mark.parametrize("method", LEAST_BY_PATTERNS)
def test_patterns_make_the_steps(method: str) -> None:
    book = rulebook()
    steps = [step for _, found in derivations() if found.method == method for step in steps_in(found.steps)]
    made = [maker_of(step, book) for step in steps if not step.substeps and step.rule not in NAMING]
    assert made.count("pattern") >= LEAST_BY_PATTERNS[method] * len(made)


def test_each_step_of_the_corpus_can_be_run_again() -> None:
    assert [(case.loss, derivation.method, found) for case, derivation in derivations() if (found := broken(derivation))] == []


def test_only_listed_rules_give_their_name_to_what_they_did_not_make() -> None:
    book = rulebook()
    table = coverage((derivation for _, derivation in derivations()), book)
    assert {rule_id for rule_id, counts in table.items() if counts["legacy"]} <= LEGACY
    assert {rule_id for rule_id, counts in table.items() if counts["group"] and not book.rule(rule_id).group} == set()


def test_the_corpus_is_derived() -> None:
    assert len(derivations()) > 4 * len(cases())
    assert {derivation.method for _, derivation in derivations()} == set(METHODS)
