"""An answer is read that stands without the marks of a formula; where more than words cannot be read, that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matgrad_cli.grading.check import Key, check_text, read_key

RIGHT = {
    "A": ("(A + A^T) x + b", "A x + A' x + b", "Ax + Aᵀx + b", "(A + A.T) @ x + b", "b + A @ x + A.T @ x",
    "(A + A')x + b"),
    "B": ("X^T (sigma(Xw) - y)", "Xᵀσ(Xw) − Xᵀy", "X.T @ (1/(1 + np.exp(-X@w)) - y)", "X.T @ (sigmoid(X@w) - y)"),
}  # fmt: skip
BARE = ("{}", "{}.", "Answer: {}", "The gradient is {}.", "My final answer is: {}", "- {}", "`{}`", "Answer: `{}`",
"**Answer:** {}",
        "I used the product rule.\n\n{}\n", "```\n{}\n```", "```python\ngrad = {}  # done\n```",
        "~~~\n{}\n~~~", "Here it is:\n```python\nreturn {}\n```",
        "```python\nimport numpy as np\ng = {}\n```")  # fmt: skip
HEADS = ("## Problem {}\n", "Problem {}: ", "**{}.** ", "Exercise {}\n\n", "{}) ", "({})\n", "{}. ")
NO_ANSWER = ("", "I don't know.", "Sorry, no time (family).", "see next page", "**to do**", "---", "no idea :-(")
UNREAD = ("![photo](a.jpg)", "either A^T x or A x + b, I guess", "x -> ??? = {{",
          "take A*x and then transpose it", "the map x ↦ A^T x as above")  # fmt: skip


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    path = tmp_path_factory.mktemp("unmarked") / "key.toml"
    said = (
        ("x.T @ A @ x + b.T @ x", "x", "A: n×n, x: n, b: n"),
        ("sum(log(1 + exp(X@w))) - y.T @ X @ w", "w", "X: n×d, w: d, y: n"),
    )
    path.write_text("".join(f'[[problem]]\nid = "{number}"\nloss = "{loss}"\nwrt = "{wrt}"\nshapes = "{shapes}"\n'
                            for number, (loss, wrt, shapes) in enumerate(said, 1)), encoding="utf-8")  # fmt: skip
    return read_key(Path(path))


@pytest.mark.parametrize("way", BARE)
def test_a_bare_answer_is_an_answer(way: str, key: Key) -> None:
    for first, second in zip(RIGHT["A"], [*RIGHT["B"], *RIGHT["B"]], strict=False):
        for name in ("a.md", "a.txt") if "`" not in way and "~" not in way else ("a.md",):
            text = f"## Problem 1\n{way.format(first)}\n## Problem 2\n{way.format(second)}\n"
            report = check_text(text, name, key)
            assert [problem.verdict for problem in report.problems] == ["right", "right"], (name, text)


@pytest.mark.parametrize("head", HEADS)
def test_the_name_of_the_problem_may_stand_on_the_line(head: str, key: Key) -> None:
    text = "\n\n".join(
        head.format(number) + answer
        for number, answer in (("1", "(A + A^T) x + b"), ("2", "grad = X^T (sigma(Xw) - y)"))
    )
    assert [problem.verdict for problem in check_text(text, "a.txt", key).problems] == ["right", "right"], text


def test_a_code_cell_below_a_heading(key: Key) -> None:
    cells = [("markdown", "## Problem 1"), ("code", "grad = A @ x + A.T @ x + b"), ("markdown", "## Problem 2"),
             ("code", "import numpy as np\nX.T @ (sigmoid(X@w) - y)")]  # fmt: skip
    book = json.dumps({"cells": [{"cell_type": kind, "source": [text]} for kind, text in cells]})
    assert [problem.verdict for problem in check_text(book, "a.ipynb", key).problems] == ["right", "right"]


@pytest.mark.parametrize("way", ["\\item ${}$", "\\item[] ${}$", "\\item The gradient is ${}$."])
def test_the_items_of_one_list_are_the_problems_in_their_order(way: str, key: Key) -> None:
    answers = ((1, "(A+A^T)x+b"), (2, r"X^T(\sigma(Xw)-y)"))
    items = "\n".join(way.replace("[]", f"[{number}.]").replace("{}", answer) for number, answer in answers)
    report = check_text(
        f"\\begin{{document}}\n\\begin{{enumerate}}\n{items}\n\\end{{enumerate}}\n\\end{{document}}\n", "a.tex", key
    )
    assert [problem.verdict for problem in report.problems] == ["right", "right"]


def test_two_bare_formulas_are_no_answer(key: Key) -> None:
    assert (
        check_text("## Problem 1\n(A + A^T) x + b\n\n2 A x + b\n## Problem 2\nx", "a.txt", key).problems[0].verdict
        == "undecided"
    )


@pytest.mark.parametrize("said", [*NO_ANSWER, *UNREAD])
@pytest.mark.parametrize("ending", ["md", "txt", "tex"])
def test_what_cannot_be_read_is_not_called_missing(said: str, ending: str, key: Key) -> None:
    head = "\\section{{Problem {}}}\n" if ending == "tex" else "## Problem {}\n"
    final = check_text(f"{head.format(1)}{said}\n{head.format(2)}$0$\n", f"a.{ending}", key).problems[0].final
    assert final.verdict == "missing"
    assert (final.code == "missing-answer") == (said in NO_ANSWER), final


@pytest.mark.parametrize(("answer", "verdict"), [
    ("X^T r where r = sigma(Xw) - y", "right"), ("X^T (p - y) with p = sigma(Xw)", "right"),
    ("X^T (sigma(Xw) - y) where sigma is the logistic function", "right"),
    ("X^T (sigma(Xw) - y)  (sigma = logistic function)", "right"),
    ("grad = X^T (sigma(Xw) - y)  (sigma = logistic function)", "right"),
    ("X^T (sigma(Xw) - y) where sigma is the hyperbolic tangent", "wrong"),
    ("X^T (sigma(Xw) - y) where sigma is not the sigmoid", "undecided"),
    ("X^T(p-y) / ||p|| with p = sigma(Xw)", "wrong"),
    ("X^T (p - y) where p = tanh(Xw)", "wrong"), ("X^T (p - y) where p = sigma(Xw)\n2 X^T (p - y)", "undecided"),
    ("not X^T (p - y) where p = sigma(Xw)", "undecided"),
])  # fmt: skip
def test_an_answer_may_name_its_parts(answer: str, verdict: str, key: Key) -> None:
    assert check_text(f"Problem 2\n{answer}\n", "a.txt", key).problems[-1].verdict == verdict
