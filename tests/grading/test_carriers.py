"""The three carriers: one set of keys, rows that keep their places, warnings for slips of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.documents.files import read_text
from matgrad_cli.documents.keys import Document
from matgrad_cli.documents.toml_carrier import read_toml
from matgrad_cli.grading.check import check_text, read_key


def places(document: Document) -> list[str]:
    """The characters of the file at the place of every row."""
    text = document.source.text
    return [text[row.span().start : row.span().end] for exercise in document.exercises for row in exercise.rows]


def test_latex_rows_keep_their_places() -> None:
    text = r"""% matgrad: loss = sum(x)
% matgrad: wrt = x
\begin{verbatim}
% matgrad: loss = no
\begin{align} no \end{align}
\end{verbatim}
\begin{align*} % \\ no row
  a &= b \label{eq:1} \\[2pt]
    &= \begin{cases} c & d \\ e & f \end{cases} \\
    &= [X]_{st} \nonumber
\end{align*}
\[ \begin{aligned} x &= y \\ &= z \end{aligned} \]
$$ p = q $$
\begin{multline} u = v \\ + w \end{multline}
\begin{equation} r :&= s \end{equation}
"""
    document = read_text(text, "a.tex")
    assert document.diagnostics == ()
    assert [row.text for exercise in document.exercises for row in exercise.rows] == [
        "a  = b",
        r"= \begin{cases} c & d \\ e & f \end{cases}",
        "= [X]_{st}",
        "x  = y",
        "= z",
        "p = q",
        "u = v    + w",
        "r  := s",
    ]
    assert places(document) == [
        "a &= b",
        r"= \begin{cases} c & d \\ e & f \end{cases}",
        "= [X]_{st}",
        "x &= y",
        "= z",
        "p = q",
        r"u = v \\ + w",
        "r :&= s",
    ]


def test_keys_at_the_head_are_defaults_and_a_new_loss_begins_a_problem() -> None:
    document = read_text(
        """```matgrad
shapes: x: n
wrt: x
```
```matgrad
loss: sum(x)

= 1
loss: sum(x**2)
id: second

= 2
```
""",
        "a.md",
    )
    assert [
        (exercise.text("loss"), exercise.text("wrt"), exercise.text("problem")) for exercise in document.exercises
    ] == [("sum(x)", "x", None), ("sum(x**2)", "x", "second")]
    assert places(document) == ["= 1", "= 2"]


def test_values_in_toml_keep_their_places() -> None:
    text = (
        'shapes = { X = "m×n" }\n[[problem]]\nid = 1\nloss = "sum(X)"\nanswer = "\\\\mathbf{1}x"\nassume = ["X '
        'positive", "X square"]\n'
    )
    (exercise,) = read_text(text, "a.toml").exercises
    answer = exercise.keys["answer"]
    assert (answer.text, text[answer.span().start : answer.span().end]) == ("\\mathbf{1}x", "\\\\mathbf{1}x")
    assert (exercise.text("shapes"), exercise.text("assume"), exercise.text("problem")) == (
        "X: m×n",
        "X positive, X square",
        "1",
    )


def test_an_unknown_key_is_a_warning_with_the_nearest() -> None:
    for name, text in {
        "a.md": "```matgrad\nlos: sum(x)\nloss: sum(x)\n\n= 1\n```\n",
        "a.tex": "% matgrad: los = 1\n% matgrad: loss = sum(x)\n",
        "a.toml": "los = 1\nloss = 'sum(x)'\n",
    }.items():
        (warning,) = read_text(text, name).diagnostics
        assert (warning.code, warning.severity, warning.help) == ("unknown-key", "warning", "write `loss`")


def test_text_that_is_no_toml_has_a_place() -> None:
    (error,) = read_text("[[problem]]\nloss = = 1\n", "a.toml").diagnostics
    assert error.code == "not-toml"
    assert error.labels[0].span.start == 19


def test_keys_at_the_head_of_toml_are_defaults() -> None:
    report = check_text(
        'loss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m, u: m"\n'
        '[[problem]]\nid = "a"\nanswer = "2*X.T@(X@w - y)"\n[[problem]]\nloss = "norm(X@w - y)**2/2"\nanswer = '
        '"X.T@(X@w - y)"\n',
        "a.toml",
    )
    assert [(problem.id, problem.verdict) for problem in report.problems] == [("a", "right"), ("2", "right")]


def test_a_declared_name_beside_the_loss_is_known() -> None:
    report = check_text(
        '[[problem]]\nloss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m, u: m"\nanswer = '
        '"2*X.T@(X@w - y + u - u)"\n'
        '[[problem]]\nloss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m, u: m"\nanswer = '
        '"2*X.T@(X@w - u)"\n',
        "a.toml",
    )
    assert [(problem.verdict, problem.final.code) for problem in report.problems] == [
        ("right", None),
        ("wrong", "differs"),
    ]


EATEN = (
    "frac", "forall", "beta", "boldsymbol", "bar", "begin", "bigl", "text", "textbf", "theta", "tau", "top", "times",
    "tanh", "tilde", "tr",
    "triangle", "nabla", "nu", "neq", "rho", "right", "rVert",
)  # fmt: skip


@pytest.mark.parametrize("command", [*EATEN, "mathbf", "lambda", "underline", "sum"])
@pytest.mark.parametrize("quotes", ['"', '"""'])
def test_latex_in_double_quotes_is_unreadable_with_its_place(command: str, quotes: str) -> None:
    text = f'loss = "x.T @ x"\nwrt = "x"\nanswer = {quotes}2 \\{command} x{quotes}\n'
    report = check_text(text, "a.toml")
    found = report.diagnostics[0] if report.diagnostics else report.problems[0].lines[0].diagnostic
    assert report.verdict == "unreadable"
    assert found is not None
    assert found.help is not None
    assert "single quotes" in found.help
    assert found.code == ("lost-backslash" if command in EATEN else "not-toml")
    span = found.labels[0].span
    assert found.code == "not-toml" or text[span.start : span.end] == f"\\{command}"


@pytest.mark.parametrize("answer", ["2*e\\ne = x", "2*e\\nnu = 1\\ne = x", "\\t2*x", "2*\\tx", "2*x\\r\\n"])
def test_escapes_that_are_meant_stay(answer: str) -> None:
    report = check_text(f'loss = "x.T @ x"\nwrt = "x"\nshapes = "x: n"\nanswer = "{answer}"\n', "a.toml")
    assert "lost-backslash" not in str(report)


def test_a_warning_that_problems_share_is_said_once() -> None:
    problem = '[[problem]]\nloss = "x.T @ x"\nwrt = "x"\nanswer = "2*x"\n'
    report = check_text('partial = "lost-facter: 0.5"\n' + 3 * problem, "a.toml")
    assert [len(one.warnings) for one in report.problems] == [1, 0, 0]


DERIVATIONS = (
    "derivation = '''\ndL = dx^T A x + x^T A dx\n\\nabla_x L = (A + A^T) x\n'''",
    'derivation = ["dL = dx^T A x + x^T A dx", "\\\\nabla_x L = (A + A^T) x"]',
    "derivation = '''\n\\begin{align*}\ndL &= dx^T A x + x^T A dx \\\\\n\\nabla_x L &= (A + A^T) x\n\\end{align*}\n'''",
    "answer = '(A + A^T) x'\nderivation = 'dL = dx^T A x + x^T A dx'",
)


@pytest.mark.parametrize("said", DERIVATIONS)
def test_a_derivation_stands_in_a_table_too(said: str, tmp_path: Path) -> None:
    question = 'loss = "x.T @ A @ x"\nwrt = "x"\nshapes = "A: n×n, x: n"\nrequire = "derivation"\n'
    (tmp_path / "key.toml").write_text(f'[[problem]]\nid = "1"\n{question}', encoding="utf-8")
    (problem,) = check_text(f'[[problem]]\nid = "1"\n{said}\n', "a.toml", read_key(tmp_path / "key.toml")).problems
    assert (problem.kind, problem.final.verdict) == ("derivation", "right")
    wrong = said.replace("A + A^T", "A - A^T")
    (problem,) = check_text(f'[[problem]]\nid = "1"\n{wrong}\n', "a.toml", read_key(tmp_path / "key.toml")).problems
    assert (problem.verdict, problem.score) == ("wrong", 0)


@pytest.mark.parametrize(
    ("line", "help_"),
    [
        ('derivation = "required"', '`require = "derivation"` says that one is asked for'),
        ("derivation = true", '`require = "derivation"` says that one is asked for'),
        ('needs = "derivation"', 'write `require = "derivation"`'),
        ('visible = "hint"', 'write `reveal = "hint"`'),
        ('revael = "some"', "write `reveal`, which is one of none, hint, full"),
        ("pints = 3", "write `points`"),
        ('zzz = "none"', None),
        ("derivation = '''\nA x\n'''", ""),
        ('derivation = "AXB"', ""),
    ],
)
def test_a_key_that_is_none_is_told_which_was_meant(line: str, help_: str | None) -> None:
    text = f'[[problem]]\nloss = "norm(A@x)**2"\nwrt = "x"\n{line}\n'
    said = [one.help for one in read_toml(Source("key.toml", text)).diagnostics]
    assert said == ([] if help_ == "" else [help_])


@pytest.mark.parametrize("line", ['lines = ["2*A@x", "2*A.T@x"]', 'lines = ["2*A@x"]', 'anwser = "2*A@x"'])
def test_work_under_a_mistyped_key_is_no_missing_answer(line: str) -> None:
    document = read_toml(Source("ann.toml", f'[[problem]]\nid = "1"\n{line}\n'))
    assert document.exercises[0].unread is not None
    assert document.exercises[0].unread.help in ("write `derivation`", "write `answer`")


def test_a_list_of_words_in_a_key_is_no_derivation() -> None:
    (said,) = read_toml(Source("key.toml", '[[problem]]\nloss = "x.T@x"\nwrt = "x"\nrubric = ["a", "b"]\n')).diagnostics
    assert said.help is None
