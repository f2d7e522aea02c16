"""Under a key a file answers and says nothing else: neither the question, nor the facts,
nor the points are its to choose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.grading.check import Options, check_files, check_text
from matgrad_cli.records.finding import Report
from matgrad_cli.reports.data import to_gradescope, to_json, to_prairielearn
from matgrad_cli.reports.tables import to_csv

KEY = '[[problem]]\nid = "1"\nloss = "x.T@A@x"\nwrt = "x"\npoints = 4\n'


def graded(folder: Path, files: dict[str, str], key: str = KEY) -> Report:
    (folder / "key.toml").write_text(key, encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return check_files([folder / name for name in files], Options(key=folder / "key.toml"))


ATTACKS = {
    "a fact": ('assume = "A symmetric"', "2*A@x"),
    "shapes": ('shapes = "A: 1×1, x: 1"', "2*A*x"),
    "a layout": ('layout = "numerator"', r"x^\\top (A + A^\\top)"),
    "a loss": ('loss = "x.T@x"', "2*x"),
    "points": ("points = 1000", "2*x"),
    "partial": ('partial = "dropped-term: 1"', "A@x"),
    "require": ('require = "none"', r"\\nabla_x (x^T A x)"),
}


@pytest.mark.parametrize(("line", "answer"), ATTACKS.values(), ids=ATTACKS)
def test_nothing_else_counts_and_the_instructor_sees_it(tmp_path: Path, line: str, answer: str) -> None:
    report = graded(tmp_path, {"a.toml": f'[[problem]]\nid = "1"\n{line}\nanswer = "{answer}"\n'})
    (problem,) = report.files[0].problems
    assert (problem.score, problem.points) == (0, 4)
    assert problem.verdict != "right"
    word = line.split(" ")[0]
    (warning,) = json.loads(to_json(report))["files"][0]["problems"][0]["warnings"]
    assert warning.startswith(f"`{word}` in the file is ignored")


def test_require_and_reveal_are_the_keys(tmp_path: Path) -> None:
    student = '[[problem]]\nid = "1"\nrequire = "none"\nreveal = "full"\nanswer = "2*A@x"\n'
    (problem,) = (
        graded(tmp_path, {"a.toml": student}, KEY + 'reveal = "none"\nrequire = "derivation"\n').files[0].problems
    )
    assert problem.reveal == "none"
    assert problem.lines[0].message is None


def test_a_problem_of_ones_own_scores_nothing(tmp_path: Path) -> None:
    own = '[[problem]]\nid = "bonus"\nloss = "x"\nwrt = "x"\npoints = 1000\nanswer = "1"\n'
    report = graded(tmp_path, {"a.toml": own + '[[problem]]\nid = "1"\nanswer = "(A+A.T)@x"\n'})
    assert (report.files[0].score, report.files[0].points) == (4, 4)
    assert [diagnostic.code for diagnostic in report.files[0].diagnostics] == ["unknown-problem"]


def test_one_problem_scores_once(tmp_path: Path) -> None:
    right, wrong = (f'[[problem]]\nid = "1"\nanswer = "{answer}"\n' for answer in ("(A+A.T)@x", "A@x"))
    for text, score in ((right + right, 4), (right + wrong, 0), (wrong + right, 4)):
        report = graded(tmp_path, {"a.toml": text})
        assert (report.files[0].score, report.files[0].points) == (score, 4)
        assert [diagnostic.code for diagnostic in report.files[0].diagnostics] == ["answered-twice"]
    for files, score in (
        ((right, right), 4),
        ((right, wrong), 0),
        ((right, "[[problem]]\nid = '2'\nanswer = '1'\n"), 4),
    ):
        report = graded(tmp_path, dict(zip(("a.toml", "b.toml"), files, strict=True)))
        assert json.loads(to_gradescope(report))["score"] == score
        assert len(json.loads(to_gradescope(report))["tests"]) == 1
        assert json.loads(to_prairielearn(report))["score"] == score / 4


def test_partial_credit_is_for_the_first_slip(tmp_path: Path) -> None:
    key = '[[problem]]\nid = "1"\nloss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m"\npartial = "{}"\n'
    lines = "```matgrad\nproblem: 1\n\n\\nabla_w L = X^\\top(Xw - y)\n= -X^\\top(Xw - y)\n```\n"
    for partial, score in (
        ("lost-factor: 0.5", 0.5),
        ("wrong-sign: 0.5", 0.0),
        ("wrong-sign: 0.25, lost-factor: 0.75", 0.75),
    ):
        report = graded(tmp_path, {"a.md": lines}, key.format(partial))
        assert [finding.code for finding in report.files[0].problems[0].lines] == ["lost-factor", "wrong-sign"]
        assert report.files[0].score == score


def test_lines_before_the_first_slip_are_credited(tmp_path: Path) -> None:
    key = (
        '[[problem]]\nid = "1"\nloss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m"\npartial = '
        '"lines: 0.6"\n'
    )
    rows = (
        "L = (Xw-y)^\\top(Xw-y)",
        "dL = 2(Xw-y)^\\top d(Xw-y)",
        "= 2(Xw-y)^\\top X dw",
        "\\nabla_w L = X^\\top(Xw-y)",
    )
    (problem,) = (
        graded(tmp_path, {"a.md": "```matgrad\nproblem: 1\n\n" + "\n".join(rows) + "\n```\n"}, key).files[0].problems
    )
    assert (problem.score, problem.credit) == (
        pytest.approx(0.45),
        "3 of 4 lines hold before the first slip: 0.45 of the points",
    )


@pytest.mark.parametrize("word", ["asume", "point", "los", "shpes", "layuot", "partal", "reqire"])
def test_a_mistyped_key_of_the_key_file_is_said_and_nothing_is_graded(tmp_path: Path, word: str) -> None:
    with pytest.raises(InputError) as raised:
        graded(tmp_path, {"a.toml": '[[problem]]\nid = "1"\nanswer = "2*A@x"\n'}, KEY + f'{word} = "A symmetric"\n')
    found = raised.value.diagnostic
    assert (found.code, found.severity) == ("unknown-key", "error")
    assert found.labels
    assert found.help is not None


@pytest.mark.parametrize("row", [
    r"\nabla L = 0 \text{ or } \nabla L = (A + A^T)x", r"\nabla L = 0 = (A + A^T)x",
    r"\nabla L = (A + A^T)x \text{ if } n > 5 \text{ else } 0", r"\nabla L = (A + A^T)x \quad\text{if } x = 0",
])  # fmt: skip
def test_rows_that_hedge_are_open(tmp_path: Path, row: str) -> None:
    report = graded(tmp_path, {"a.toml": f"[[problem]]\nid = \"1\"\nderivation = ['{row}']\n"})
    assert report.files[0].verdict == "undecided"


def test_another_unknown_key_of_the_key_file_is_said_once(tmp_path: Path) -> None:
    report = graded(tmp_path, {"a.toml": '[[problem]]\nid = "1"\nanswer = "(A+A.T)@x"\n'}, KEY + 'zzz = "secret"\n')
    (found,) = report.diagnostics
    assert (found.code, found.severity) == ("unknown-key", "warning")
    assert "secret" not in str(found)
    assert report.files[0].verdict == "right"


GRADIENT = "def loss(A, x):\n    return x @ A @ x\n\n\ndef grad(A, x):\n    # both parts\n    return (A + A.T) @ x\n"


@pytest.mark.parametrize(("code", "verdict"), [
    (GRADIENT, "right"), (f"import numpy as np\n# Problem 1\n{GRADIENT}", "right"), (GRADIENT.replace("(A + A.T)",
    "2 * A"), "wrong"),
    ("# Problem 1\n# grad = (A + A.T) @ x\ny = A @ x\ngrad = 2 * y\n", "wrong"),
    ("# Problem 1\nimport os\nos.abort()\ng = (A + A.T) @ x\n", "right"),
])  # fmt: skip
def test_a_python_file_is_an_answer_and_is_not_run(tmp_path: Path, code: str, verdict: str) -> None:
    assert graded(tmp_path, {"stu.py": code}).files[0].verdict == verdict


def test_code_that_names_no_problem_is_not_graded_under_a_key_and_that_is_said(tmp_path: Path) -> None:
    two = KEY + KEY[KEY.index("[[problem]]") :].replace('"1"', '"2"')
    (file,) = graded(tmp_path, {"stu.py": "import json\njson.dump({}, open('a', 'w'))\n"}, two).files
    (said,) = file.diagnostics
    assert (said.code, said.help) == ("unknown-file", "write `# Problem NAME` above each answer, or leave out `--key`")


def test_a_right_answer_without_the_derivation_that_is_required_earns_what_the_key_says(tmp_path: Path) -> None:
    key = KEY + 'require = "derivation"\npartial = "missing-derivation: 0.25, lost-factor: 0.9"\n'
    answers = {
        "a.md": "(A+A^T)x",
        "b.md": "\\nabla_x L = (A+A^T)x",
        "c.md": "2(A+A^T)x",
        "d.md": "\\nabla_x L = Ax + A^Tx = (A+A^T)x",
    }
    texts = {name: f"## Problem 1\n${text}$\n" for name, text in answers.items()}
    found = [file.problems[0] for file in graded(tmp_path, texts, key).files]
    assert [(one.verdict, one.score) for one in found] == [("wrong", 1), ("wrong", 1), ("wrong", 0), ("right", 4)]
    assert found[0].credit == found[1].credit == "the answer is right and stands alone: 0.25 of the points"


QUADRATIC = '[[problem]]\nid = "1"\nloss = "x.T @ A @ x"\nwrt = "x"\nshapes = "A: n×n, x: n"\norder = {}\n'


@pytest.mark.parametrize(
    ("order", "rows", "verdict"),
    [
        ("1", "G = (A + A^\\top)x", "right"),
        ("1", "G = Ax + A^\\top x = (A + A^\\top)x", "right"),
        ("1", "G = 2Ax", "undecided"),
        ("1", "G := \\nabla_x L", "undecided"),
        ("1", "f = x^\\top A x\nf' = (A + A^\\top)x", "right"),
        ("1", "f = x^\\top A x\nf^\\prime = 2Ax", "wrong"),
        ("2", "H = A + A^\\top", "right"),
        ("2", "H = 2A", "undecided"),
        ("2", "\\nabla L = (A + A^\\top)x\nH = A + A^\\top", "right"),
    ],
)
def test_an_answer_under_a_name_is_an_answer(tmp_path: Path, order: str, rows: str, verdict: str) -> None:
    text = f"```matgrad\nproblem: 1\n\n{rows}\n```\n"
    (problem,) = graded(tmp_path, {"a.md": text}, QUADRATIC.format(order)).files[0].problems
    assert problem.verdict == verdict, problem
    assert verdict != "undecided" or "L = …` states it" in (problem.final.message or "")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Z = XW + b\n\\nabla_W L = X^\\top (1 - \\tanh^2(Z))", "right"),
        ("\\nabla_W L = X^\\top (1 - \\tanh(XW + b)^2)", "right"),
        ("\\nabla_W L = X^\\top (1 + \\tanh(XW + b)^2)", "wrong"),
    ],
)
def test_latex_stretches_what_the_key_stretches(tmp_path: Path, text: str, verdict: str) -> None:
    key = '[[problem]]\nid = "1"\nloss = "sum(tanh(X@W + b))"\nwrt = "W"\nshapes = "X: n×d, W: d×k, b: k"\n'
    files = {
        "a.md": f"```matgrad\nproblem: 1\n\n{text}\n```\n",
        "b.toml": f"[[problem]]\nid = '1'\nanswer = '{text.splitlines()[-1].replace('Z', 'XW + b')}'\n",
    }
    assert {file.problems[0].verdict for file in graded(tmp_path, files, key).files} == {verdict}


def test_a_table_tells_a_slip_only_as_far_as_it_may_be_told(tmp_path: Path) -> None:
    for reveal, code in (("none", "wrong"), ("hint", "needs-fact")):
        report = graded(
            tmp_path, {"a.toml": '[[problem]]\nid = "1"\nanswer = "2*A@x"\n'}, KEY + f'reveal = "{reveal}"\n'
        )
        assert to_csv(report).splitlines()[1].split(",")[3] == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "no-problem"), (" \n", "no-problem"), ("garbage", "unreadable-file"), ("[1]", "unreadable-file")],
)
def test_what_is_no_notebook_is_not_right(text: str, code: str) -> None:
    report = check_text(text, "a.ipynb")
    assert (report.verdict, [one.code for one in report.diagnostics]) == ("unreadable", [code])


@pytest.mark.parametrize(
    ("syntax", "answer", "verdict"),
    [
        ("matlab", "(A+A')*x", "right"),
        ("python", "(A+A.T)@x", "right"),
        ("tex", "(A+A^T)x", "right"),
        ("auto", "(A+A.T)@x", "right"),
        ("matlab", "A*x", "wrong"),
        ("foo", "(A+A.T)@x", "unreadable"),
    ],
)
def test_a_file_says_in_which_language_it_answers(tmp_path: Path, syntax: str, answer: str, verdict: str) -> None:
    text = f'[[problem]]\nid = "1"\nsyntax = "{syntax}"\nanswer = "{answer}"\n'
    (problem,) = graded(tmp_path, {"a.toml": text}, QUADRATIC.format("1")).files[0].problems
    assert problem.verdict == verdict, problem


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_a_file_that_names_no_problem_says_so(tmp_path: Path, name: str) -> None:
    (report,) = graded(tmp_path, {name: "I have no idea.\n"}).files
    assert ([one.code for one in report.diagnostics], report.problems[0].final.code) == (
        ["no-problem"],
        "missing-answer",
    )


TWO = QUADRATIC.format("1") + QUADRATIC.format("1").replace('id = "1"', 'id = "2"')
RIGHT = {"1": "(A + A^\\top)x", "2": "Ax + A^\\top x"}


@pytest.mark.parametrize(("name", "mark"), [
    ("a.md", "## Problem {}"), ("a.md", "**Aufgabe {}**"), ("a.md", "### {}."), ("a.md", "Q{}:"), ("a.md", "{})"),
    ("a.tex", "\\section*{{Exercise {}}}"), ("a.tex", "% matgrad: problem = {}"), ("a.txt", "matgrad: problem = {}"),
    ("a.txt", "% matgrad: problem = {}"), ("a.txt", "Solution to problem {}:"), ("a.md",
    "<!-- matgrad: problem = {} -->"),
])  # fmt: skip
@pytest.mark.parametrize(
    "answer", ["\n$$\\nabla f = {}$$", "Let $A$ be square. So the gradient is $\\nabla f = {}$.", "It is ${}$."]
)
def test_a_mark_or_a_heading_opens_a_problem_and_no_formula_below_it_is_lost(
    tmp_path: Path, name: str, mark: str, answer: str
) -> None:
    text = "\n\n".join(f"{mark.format(number)}\n{answer.format(said)}" for number, said in RIGHT.items())
    (report,) = graded(tmp_path, {name: text}, TWO).files
    assert [(one.id, one.verdict) for one in report.problems] == [("1", "right"), ("2", "right")], (text, report)


@pytest.mark.parametrize("first", [0, 1, 2])
def test_the_number_in_a_name_is_no_place_in_the_key(tmp_path: Path, first: int) -> None:
    named = TWO.replace('id = "2"', f'id = "p{first + 1}"').replace('id = "1"', f'id = "p{first}"')
    text = f"## Problem p{first + 1}\n$$\\nabla f = {RIGHT['2']}$$"
    (report,) = graded(tmp_path, {"a.md": text}, named).files
    assert {one.id for one in report.problems if one.verdict == "right"} == {f"p{first + 1}"}, report


@pytest.mark.parametrize("head", ["## Problem {}", "**Problem {}**", "Problem {}:"])
@pytest.mark.parametrize("order", ["12", "21"])
def test_a_block_for_one_problem_leaves_the_others_to_their_headings(tmp_path: Path, head: str, order: str) -> None:
    below = {"1": f"$$\\nabla f = {RIGHT['1']}$$", "2": "```matgrad\nproblem: 2\nanswer: A@x + A.T@x\n```"}
    text = "\n\n".join(f"{head.format(number)}\n{below[number]}" for number in order)
    (report,) = graded(tmp_path, {"a.md": text}, TWO).files
    assert [(one.id, one.verdict) for one in report.problems] == [("1", "right"), ("2", "right")], (text, report)
    (report,) = graded(tmp_path, {"a.md": f"{head.format(1)}\nI do not know.\n{below['2']}"}, TWO).files
    assert [(one.id, one.verdict) for one in report.problems] == [("1", "undecided"), ("2", "right")], report


@pytest.mark.parametrize("text", ["$$\\nabla f = 2x$$", "# HW1\n\n$\\nabla f = 2x$"])
def test_formulas_that_belong_to_no_problem_are_no_missing_answer(tmp_path: Path, text: str) -> None:
    (report,) = graded(tmp_path, {"a.md": text}, TWO).files
    assert {(one.verdict, one.final.code) for one in report.problems} == {("undecided", "no-problem")}
    assert "belong to no problem" in (report.problems[0].final.message or "")


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("It is $2Ax$ or maybe $Ax + A^\\top x$.", "undecided"),
        ("One of $Ax + A^\\top x$, $2Ax$, $A^\\top x$.", "undecided"),
        ("It is $Ax + A^\\top x$ since $A$ is constant.", "right"),
        ("As $df = dx^\\top A x + x^\\top A dx$, it is $Ax + A^\\top x$.", "right"),
    ],
)
def test_several_answers_in_a_sentence_are_none(tmp_path: Path, said: str, verdict: str) -> None:
    (report,) = graded(tmp_path, {"a.md": f"## Problem 2\n{said}"}, TWO).files
    assert next(one for one in report.problems if one.id == "2").verdict == verdict


@pytest.mark.parametrize(("said", "verdict"), [
    ("= (A + A^\\top)x + \\text{const}", "undecided"), ("= Ax + A^\\top x + C", "undecided"),
    ("= \\nabla f = (A + A^\\top)x + c", "undecided"), ("= Ax + A^\\top x", "right"),
])  # fmt: skip
@pytest.mark.parametrize("left", ["\\nabla f", "g"])
def test_a_constant_behind_a_gradient_is_never_left_out(tmp_path: Path, left: str, said: str, verdict: str) -> None:
    (report,) = graded(tmp_path, {"a.md": f"## Problem 2\n$${left} {said}$$"}, TWO).files
    assert next(one for one in report.problems if one.id == "2").verdict == verdict


def test_square_transposes_are_told_without_sizes(tmp_path: Path) -> None:
    (report,) = graded(tmp_path, {"a.md": "## Problem 2\n$$A^\\top = A$$ $$\\nabla f = Ax + A^\\top x$$"}, TWO).files
    assert [line.message for line in report.problems[1].lines if line.message][:1] == [
        "this is the transpose of what is needed"
    ]


OF_A_VARIANCE = '[[problem]]\nid = "1"\nloss = "-n/2*log(v) - s/(2*v)"\nname = "\\\\ell"\nwrt = "v"\npoints = 4\n'
SLOPE = r"-\frac{n}{2v} + \frac{s}{2v^2}"
LOSS_BUT_FOR_A_CONSTANT = rf"""\begin{{align}}
\ell &= -\frac n2\log v - \frac{{s}}{{2v}}\\
 &= -\frac12\left(n\log v + \frac{{s}}{{v}}\right) + \text{{const}}\\
\frac{{d\ell}}{{dv}} &= {SLOPE}
\end{{align}}"""


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        (LOSS_BUT_FOR_A_CONSTANT, 4),
        (f"$g = {SLOPE} + c$", 0),
        (rf"$$\frac{{d\ell}}{{dv}} = {SLOPE} + C$$", 0),
        (f"$${SLOPE}$$", 4),
    ],
)
def test_a_loss_may_leave_out_a_constant_and_a_derivative_that_is_a_number_too_may_not(
    tmp_path: Path, answer: str, score: int
) -> None:
    (problem,) = graded(tmp_path, {"a.md": f"## 1\n{answer}\n"}, OF_A_VARIANCE).files[0].problems
    assert problem.score == score
