"""What students hand in first: nothing, words, an answer where a derivation is asked for."""

from __future__ import annotations

import re

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import ProblemReport

HEAD = {"loss": "norm(X@w - y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"}
RIGHT = r"\nabla_w L = 2X^\top(Xw - y)"


def answered(answer: str | None, **keys: str) -> ProblemReport:
    lines = [f"{word} = '{value}'" for word, value in {**HEAD, **keys}.items()]
    lines += [f"answer = '''{answer}'''"] if answer is not None else []
    return check_text("[[problem]]\n" + "\n".join(lines), "a.toml").problems[0]


def derived(*rows: str, **keys: str) -> ProblemReport:
    head = "\n".join(f"{word}: {value}" for word, value in {**HEAD, **keys}.items())
    return check_text(f"```matgrad\n{head}\n\n" + "\n".join(rows) + "\n```\n", "a.md").problems[0]


@pytest.mark.parametrize("answer", ["idk", "I do not know", "no idea", "see above"])
def test_words_are_unreadable(answer: str) -> None:
    found = answered(answer)
    assert (found.verdict, found.final.verdict) == ("unreadable", "missing")
    assert found.lines[0].message == "these are words, a formula was needed"


@pytest.mark.parametrize("row", ["idk", "foo bar", "I do not know how this goes"])
def test_a_line_of_words_is_unreadable(row: str) -> None:
    assert derived(row).verdict == "unreadable"
    found = derived(RIGHT, row)
    assert [finding.verdict for finding in found.lines] == ["follows", "unreadable"]
    assert found.final.verdict == "right"


def test_a_derivation_of_words_alone_is_unreadable() -> None:
    assert derived("Using the chain rule").verdict == "unreadable"


@pytest.mark.parametrize("answer", ["q", "XQw", "2 X^T (Xw - q)", "2*X.T@(X@w - foo)"])
def test_an_unknown_letter_in_a_formula_is_an_unknown_name(answer: str) -> None:
    assert answered(answer).lines[0].code == "unknown-name"


def test_a_name_that_another_line_defines_is_known() -> None:
    assert derived(r"\nabla_w L = 2X^\top r", "r = Xw - y").verdict == "right"
    assert derived("r = Xw - y", r"\nabla_w L = 2X^\top r").verdict == "right"


def test_words_before_a_formula_are_passed_over() -> None:
    assert answered("The gradient is 2 X^T (Xw - y)").verdict == "right"


def test_the_last_line_alone_is_no_derivation() -> None:
    found = derived(RIGHT, require="derivation")
    assert (found.verdict, found.final.verdict, found.final.code, found.score) == (
        "wrong",
        "right",
        "missing-derivation",
        0,
    )
    assert derived(RIGHT).verdict == "right"
    assert derived(RIGHT, require="answer").verdict == "right"
    assert (
        derived(r"\nabla_w L = 2X^\top Xw - 2X^\top y", r"= 2X^\top(Xw - y)", require="derivation").verdict == "right"
    )
    assert derived(r"\nabla_w L = 2X^\top Xw - 2X^\top y = 2X^\top(Xw - y)", require="derivation").verdict == "right"


@pytest.mark.parametrize(("require", "verdict"), [(None, "right"), ("answer", "wrong"), ("derivation", "wrong")])
def test_a_differential_that_never_states_the_gradient(require: str | None, verdict: str) -> None:
    rows = r"dL = 2 (Xw - y)^\top d(Xw - y)", r"= 2 (Xw - y)^\top X dw"
    found = derived(*rows, **({"require": require} if require else {}))
    assert (found.final.verdict, found.verdict) == ("missing", verdict)


@pytest.mark.parametrize("answer", [None, "", "  "])
def test_no_answer(answer: str | None) -> None:
    found = answered(answer)
    assert (found.verdict, found.final.verdict, found.final.message) == ("undecided", "missing", "no answer was given")
    assert answered(answer, require="answer").verdict == "wrong"


def test_the_counterexample_to_an_answer_speaks_of_the_answer() -> None:
    diagnostic = answered("X.T@(X@w - 2*y) + exp(w)").lines[0].diagnostic
    assert diagnostic is not None
    assert re.search(r"the derivative is \[\S+\] and your answer is \[\S+\]", diagnostic.notes[0])
