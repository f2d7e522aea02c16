"""What a line does is told apart from whether it is right: only claims that were judged make a derivation right."""

from __future__ import annotations

import json

import pytest

from matgrad_cli.grading.check import Options, check_text, read_key
from matgrad_cli.records.finding import ProblemReport, Report
from matgrad_cli.reports.data import to_json
from matgrad_cli.reports.text import to_text

LEAST_SQUARES = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n"
KEY = 'loss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m"\n'


def judged(*lines: str, head: str = LEAST_SQUARES) -> ProblemReport:
    report = check_text(f"```matgrad\n{head}\n" + "\n".join(lines) + "\n```\n", "a.md")
    return report.problems[0]


def under_key(tmp_path, *lines: str, key: str = "") -> ProblemReport:  # type: ignore[no-untyped-def]
    (tmp_path / "key.toml").write_text("[[problem]]\n" + KEY + key, encoding="utf-8")
    text = "```matgrad\nproblem: 1\n\n" + "\n".join(lines) + "\n```\n"
    return check_text(text, "a.md", read_key(tmp_path / "key.toml"), Options()).problems[0]


EMPTY = {
    "the question twice": ["dL = dL"],
    "the gradient twice": [r"\nabla_w L = \nabla_w L"],
    "numbers": ["1 = 1"],
    "true numbers": ["1 + 1 = 2"],
    "the loss alone": [r"\lVert Xw - y\rVert^2"],
    "the loss named": [r"L = \lVert Xw - y\rVert^2"],
    "a name for the question": [r"G := \nabla_w L", r"\nabla_w L = G"],
    "a name for a name": [r"G := \nabla_w L", "H := G", r"\nabla_w L = H"],
    "definitions": ["Z = X @ w", "E = 5 * Z"],
}


@pytest.mark.parametrize("lines", EMPTY.values(), ids=EMPTY)
def test_what_claims_nothing_is_no_success(lines: list[str]) -> None:
    problem = judged(*lines)
    assert (problem.verdict, problem.final.verdict, problem.score) == ("undecided", "missing", 0)
    assert problem.claims == (0, 0)
    assert {finding.verdict for finding in problem.lines} == {"follows"}
    assert problem.final.message


PENDING = {
    **EMPTY,
    "parts of the question": [r"\nabla_w L = \nabla_w(w^\top X^\top Xw) - 2\nabla_w(y^\top Xw)"],
    "the differential alone": [r"dL = 2(Xw - y)^\top X\,dw"],
    "the half of twice": [r"\nabla_w L = 2\nabla_w(\frac12\lVert Xw - y\rVert^2)"],
    "behind a name": [r"Q := \nabla_w(w^\top X^\top Xw)", r"\nabla_w L = Q - 2X^\top y"],
}


@pytest.mark.parametrize("lines", PENDING.values(), ids=PENDING)
def test_under_a_key_the_answer_is_worked_out(tmp_path, lines: list[str]) -> None:  # type: ignore[no-untyped-def]
    problem = under_key(tmp_path, *lines)
    assert (problem.verdict, problem.score) == ("undecided", 0)
    for asked in ("answer", "derivation"):
        assert under_key(tmp_path, *lines, key=f'require = "{asked}"\n').verdict == "wrong"


def test_a_key_may_ask_for_less(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert under_key(tmp_path, r"dL = 2(Xw - y)^\top X\,dw", key='require = "none"\n').verdict == "right"


def test_without_a_key_one_judged_claim_is_enough() -> None:
    problem = judged(r"dL = 2(Xw - y)^\top X\,dw")
    assert (problem.verdict, problem.final.verdict, problem.claims) == ("right", "missing", (1, 1))


def test_what_could_not_be_judged_is_never_wrong_for_want_of_an_answer(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for line, verdict in (
        (r"\nabla_w L = 2X^\top(Xw - y", "unreadable"),
        (r"\nabla_w L = 2X^\top(p - y)", "undecided"),
    ):
        assert under_key(tmp_path, line, key='require = "answer"\n').verdict == verdict


def test_a_derivation_is_more_than_the_question_and_its_answer(tmp_path) -> None:  # type: ignore[no-untyped-def]
    key = 'require = "derivation"\n'
    question = r"\nabla_w L = \nabla_w \lVert Xw - y\rVert^2 = 2X^\top(Xw - y)"
    assert under_key(tmp_path, question, key=key).final.code == "missing-derivation"
    assert under_key(tmp_path, "dL = dL", r"\nabla_w L = 2X^\top(Xw - y)", key=key).verdict == "wrong"
    for lines in (
        [r"\nabla_w L = 2X^\top Xw - 2X^\top y = 2X^\top(Xw - y)"],
        [r"dL = 2(Xw - y)^\top X\,dw", r"\nabla_w L = 2X^\top(Xw - y)"],
        ["r = Xw - y", r"\frac{\partial L}{\partial r} = 2r", r"\nabla_w L = 2X^\top r"],
        [r"L = w^\top X^\top Xw - 2y^\top Xw + y^\top y", r"\nabla_w L = 2X^\top(Xw - y)"],
        [
            r"\frac{\partial L}{\partial w_j} = 2\sum_i (\sum_k X_{ik} w_k - y_i) X_{ij}",
            r"\nabla_w L = 2X^\top(Xw - y)",
        ],
    ):
        assert under_key(tmp_path, *lines, key=key).verdict == "right"


NO_STEP = {
    "a name for a part": ["r = Xw - y", r"\nabla_w L = 2X^\top r"],
    "the name put back": ["r = Xw - y", r"\nabla_w L = 2X^\top r = 2X^\top(Xw - y)"],
    "a name for the answer": [r"G = 2X^\top(Xw - y)", r"\nabla_w L = G = \nabla_w L"],
    "the loss in a name": ["r = Xw - y", r"L = \lVert r\rVert^2", r"\nabla_w L = 2X^\top r"],
    "another order": [r"\nabla_w L = \nabla_w L = X^\top(Xw - y)\cdot 2 = 2X^\top(-y + Xw)"],
    "multiplied out": [r"\nabla_w L = 2X^\top(Xw - y)", r"= 2X^\top Xw - 2X^\top y"],
    "twice": [r"\nabla_w L = 2X^\top(Xw - y)", r"= 2X^\top(Xw - y)"],
    "alone": [r"\nabla_w L = 2X^\top(Xw - y)"],
    "a formula": [r"2X^\top(Xw - y)"],
}


@pytest.mark.parametrize("lines", NO_STEP.values(), ids=NO_STEP)
def test_what_names_restates_or_reorders_the_answer_derives_nothing(tmp_path, lines: list[str]) -> None:  # type: ignore[no-untyped-def]
    key = 'require = "derivation"\npartial = "wrong-sign: 0.5, lost-factor: 0.5, lines: 0.5"\n'
    found = under_key(tmp_path, *lines, key=key)
    assert (found.verdict, found.final.verdict, found.final.code, found.score) == (
        "wrong",
        "right",
        "missing-derivation",
        0,
    )
    for right, slip in (("2X", "X"), ("2X", "-2X"), (r"\cdot 2", "")):
        wrong = under_key(tmp_path, *[line.replace(right, slip) for line in lines], key=key)
        assert wrong.score == 0, "no more than what the same earns without the slip"


@pytest.mark.parametrize(("text", "verdict"), [
    ("Step 1: $\\lVert r\\rVert^2$ has gradient $2r$.\n"
     "Step 2: the inner $Xw-y$ gives $X^T$.\nSum: $\\nabla_w L = 2X^T(Xw-y)$.", "undecided"),
    ("The derivative of the squared norm is twice the residual, and the inner function gives a transposed "
        "matrix on the left.\n"
     "$$\\nabla_w L = 2X^T(Xw-y)$$", "undecided"),
    ("The gradient is $\\nabla_w L = 2X^T(Xw-y)$.", "wrong"), ("$2X^T(Xw-y)$", "wrong"),
    ("With residual $R = Xw-y$: $\\nabla_w L = 2X^TR$", "wrong"), ("$\\nabla_w L = 2X^T(Xw-y)$, where $X$ is the "
        "data.", "wrong"),
])  # fmt: skip
def test_steps_in_words_are_not_called_none(tmp_path, text: str, verdict: str) -> None:  # type: ignore[no-untyped-def]
    keys = f'[[problem]]\nid = "1"\n{KEY}require = "derivation"\n[[problem]]\nid = "2"\n{KEY}'
    (tmp_path / "key.toml").write_text(keys, encoding="utf-8")
    text = f"## Problem 1\n{text}\n\n## Problem 2\nno answer\n"
    found = check_text(text, "a.md", read_key(tmp_path / "key.toml"), Options()).problems[0]
    assert (found.verdict, found.final.verdict, found.score) == (verdict, "right", 0)


@pytest.mark.parametrize(
    ("formula", "slip"), [("-2X^T(Xw-y)", "wrong-sign"), ("X^T(Xw-y)", "lost-factor"), ("4(X^TXw-X^Ty)", "lost-factor")]
)
def test_a_slip_earns_its_share_in_every_form(tmp_path, formula: str, slip: str) -> None:  # type: ignore[no-untyped-def]
    problem = f'[[problem]]\nid = "%s"\n{KEY}partial = "{slip}: 0.5"\npoints = 4\n'
    (tmp_path / "key.toml").write_text(problem % 1 + problem % 2, encoding="utf-8")
    forms = {
        "a.toml": f"[[problem]]\nid = '1'\nanswer = '{formula}'\n",
        "b.md": f"## Problem 1\n${formula}$\n",
        "c.md": f"## Problem 1\n$$\\nabla_w L = {formula}$$\n",
        "d.md": f"## Problem 1\nI get $\\nabla = {formula}$.\n",
        "e.md": f"```matgrad\nproblem: 1\n\n{formula}\n```\n",
        "f.tex": f"\\section{{Problem 1}}\n\\[{formula}\\]\n",
    }
    key = read_key(tmp_path / "key.toml")
    found = {name: check_text(text, name, key, Options()).problems[0] for name, text in forms.items()}
    assert {
        name: (one.verdict, one.slip, one.final.verdict, one.score) for name, one in found.items()
    } == dict.fromkeys(forms, ("wrong", slip, "wrong", 2))


def test_a_definition_looked_up_ahead_is_judged_where_it_stands() -> None:
    problem = judged(r"\nabla_w L = 2X^\top r", "r = Xw - y = Xw + y")
    assert [finding.verdict for finding in problem.lines] == ["follows", "wrong"]


def test_a_name_for_the_derivative_is_judged_as_it_where_no_row_uses_it() -> None:
    jacobian = judged("J = A", head="loss: A@x\nwrt: x\n")
    assert (jacobian.verdict, jacobian.final.verdict, jacobian.claims) == ("right", "right", (1, 1))
    assert judged("J = 2A", head="loss: A@x\nwrt: x\n").slip == "lost-factor"
    used = judged("J = 2A", "\\nabla f = J - A", head="loss: A@x\nwrt: x\n")
    assert (used.verdict, [line.role for line in used.lines]) == ("right", ["definition", "claim"])
    step = judged("\\nabla f = (A + A^\\top)x", "g = x - (A + A^\\top)x", head="loss: x.T@A@x\nwrt: x\n")
    assert (step.verdict, [line.role for line in step.lines]) == ("right", ["claim", "definition"])


def test_roles_in_json_and_text() -> None:
    text = "```matgrad\n" + LEAST_SQUARES + "\nr = Xw - y\ndL = dL\n\\nabla_w L = 2X^\\top r\n2 = 1 + 1\n```\n"
    report = Report((check_text(text, "a.md"),))
    (problem,) = json.loads(to_json(report))["files"][0]["problems"]
    assert problem["claims"] == {"judged": 1, "of": 1}
    assert [line["role"] for line in problem["lines"]] == ["definition", "question", "claim", "aside"]
    assert "4, 1 claim " in to_text(report)


def test_a_required_derivation_may_be_made_of_equations_but_not_of_one_line_twice() -> None:
    head = "```matgrad\nloss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\nrequire: derivation\n\n"
    gradient = "\\nabla_w L = 2X^\\top(Xw - y)\n"
    solved = gradient + "2X^\\top(Xw - y) = 0\nX^\\top Xw = X^\\top y\nw = (X^\\top X)^{-1}X^\\top y\n"
    assert check_text(f"{head}{solved}```\n", "a.md").verdict == "right"
    assert check_text(f"{head}{gradient}{gradient}```\n", "a.md").verdict == "wrong"
