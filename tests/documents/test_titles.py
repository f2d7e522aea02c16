"""Where the answers to the problems of a key stand: below headings, labels of parts, in lists, tables, and in what
LaTeX numbers; each is right where it is, and a wrong one is wrong there."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from matgrad_cli.documents.homework.titles import titled_parts
from matgrad_cli.grading.check import Key, check_text, read_key

_KEY = """
[[problem]]
id = "1"
loss = "norm(M@u - c)**2"
wrt = "u"
shapes = "M: m×n, u: n, c: m"

[[problem]]
id = "2a"
loss = "tr(P@Z@Q)"
wrt = "Z"
shapes = "P: p×n, Z: n×m, Q: m×p"

[[problem]]
id = "2b"
loss = "tr(Z.T@T@Z)"
wrt = "Z"
shapes = "Z: n×m, T: n×n"

[[problem]]
id = "3"
loss = "c.T@u"
wrt = "u"
shapes = "c: n, u: n"
"""
RIGHT = {"one": "2M^T(Mu-c)", "first": "(QP)^T", "second": "(T+T^T)Z", "last": "c"}
WRONG = {"one": "M^T(Mu-c)", "first": "QP", "second": "2TZ", "last": "2c"}
_DOCUMENT = "\\begin{{document}}\n%s\n\\end{{document}}\n"
_ITEMS = "\\begin{{enumerate}}\n\\item ${first}$\n\\item ${second}$\n\\end{{enumerate}}\n"
MARKDOWN = [
    "## Problem 1\n${one}$\n## Problem 2\n### (a)\n${first}$\n### (b)\n${second}$\n## Problem 3\n${last}$\n",
    "# 1\n${one}$\n# 2\n**a)** ${first}$\n\n**b)** ${second}$\n# 3\n${last}$\n",
    "1. ${one}$\n2. (a) ${first}$\n   (b) ${second}$\n3. ${last}$\n",
    "**1.** ${one}$\n\n**2.**\n- a) ${first}$\n- b) ${second}$\n\n**3.** ${last}$\n",
    "## Q1\n${one}$\n## Q2\n#### Part (a)\n${first}$\n#### Part (b)\n${second}$\n## Q3\n${last}$\n",
    "## Problem 1\n${one}$\n## Problem 2\n(a) ${first}$, (b) ${second}$\n## Problem 3\n${last}$\n",
    "## Problem 1\n${one}$\n## Problem 2.a\n${first}$\n## Problem 2.b\n${second}$\n## Problem 3\n${last}$\n",
    "| | result |\n|--|--|\n| 1 | ${one}$ |\n| **2(a)** | ${first}$ |\n| 2b | ${second}$ |\n| 3 | ${last}$ |\n",
    "## Aufgabe 1\n${one}$\n## Aufgabe 2\nTeil a)\n${first}$\n\nTeil b)\n${second}$\n## Aufgabe 3\n${last}$\n",
]
TEXT = [
    "1. {one}\n2a. {first}\n2b. {second}\n3. {last}\n",
    "1) {one}\n2) a) {first}\n   b) {second}\n3) {last}\n",
    "Q1\n{one}\n\nQ2\n(a) {first}\n(b) {second}\n\nQ3\n{last}\n",
]
LATEX = [
    "\\section*{{Problem 1}}\n${one}$\n\\section*{{Problem 2}}\n" + _ITEMS + "\\section*{{Problem 3}}\n\\[{last}\\]",
    "\\begin{{enumerate}}\n\\item ${one}$\n\\item " + _ITEMS + "\\item ${last}$\n\\end{{enumerate}}",
    "\\begin{{homeworkProblem}}\n${one}$\n\\end{{homeworkProblem}}\n\\begin{{homeworkProblem}}\n\\textbf{{Part a.}} "
    "${first}$\n\n\\textbf{{Part b.}} ${second}$\n\\end{{homeworkProblem}}\n\\begin{{homeworkProblem}}\n${last}$\n"
    "\\end{{homeworkProblem}}",
    "\\question By $u$: $\\|Mu - c\\|^2$\n\\begin{{solution}}${one}$\\end{{solution}}\n\\question By $Z$\n"
    "\\begin{{parts}}\n\\part $\\operatorname{{tr}}(PZQ)$ \\begin{{solution}}${first}$\\end{{solution}}\n"
    "\\part $\\operatorname{{tr}}(Z^TTZ)$ \\begin{{solution}}${second}$\\end{{solution}}\n\\end{{parts}}\n"
    "\\question $c^Tu$ \\begin{{solution}}${last}$\\end{{solution}}",
    "\\noindent\\textbf{{Problem 1.}} ${one}$\n\n\\noindent\\textbf{{Problem 2.}} (a) ${first}$ (b) ${second}$\n\n"
    "\\noindent\\textbf{{Problem 3.}} ${last}$",
    "\\begin{{description}}\n\\item[1.] ${one}$\n\\item[2(a).] ${first}$\n\\item[2(b).] ${second}$\n"
    "\\item[3.] ${last}$\n\\end{{description}}",
    "\\textbf{{1.}} $\\displaystyle {one}$\n\n\\textbf{{2(a)}} $\\displaystyle {first}$\n\n\\textbf{{2(b)}} "
    "${second}$\n\n"
    "\\textbf{{3.}} ${last}$",
]
SHEETS = [
    *(("a.md", text) for text in MARKDOWN),
    *(("a.txt", text) for text in TEXT),
    *(("a.tex", _DOCUMENT % text) for text in LATEX),
]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    file: Path = tmp_path_factory.mktemp("titles") / "key.toml"
    file.write_text(_KEY, encoding="utf-8")
    return read_key(file)


@pytest.mark.parametrize(("name", "text"), SHEETS)
def test_each_answer_is_found_at_its_problem(key: Key, name: str, text: str) -> None:
    for answers, verdict in ((RIGHT, "right"), (WRONG, "wrong")):
        found = {one.id: one.verdict for one in check_text(text.format(**answers), name, key).problems}
        assert found == dict.fromkeys(("1", "2a", "2b", "3"), verdict), (text, found)


@pytest.mark.parametrize(("text", "asked", "found"), [
    ("## Problem 2\n(a) $x$\n(b) $y$\n## Problem 3\n(a) $z$", ["2a", "2b", "3"], ["2a", "2b", "3"]),
    ("## Problem 1\nb: the vector\n$x$\n## Problem 2\n$y$", ["1", "2a", "2b"], ["1"]),
    ("(a) $x$\n\n(b) $y$\n", ["1a", "1b"], ["1a", "1b"]),
    ("## Problem 4\n$x$\n", ["1", "2a", "2b", "3"], []),
    ("## Problem 1\n$x$\n## Problem 2\n$y$\n", ["ridge", "lasso"], ["ridge", "lasso"]),
    ("## 3.1\n$x$\n## 3.2\n$y$\n", ["3.1", "3.2"], ["3.1", "3.2"]),
    ("## Problem 3\n(a) $x$\n\n(b) $y$\n", ["3.1", "3.2"], ["3.1", "3.2"]),
    ("## Problem 3\n### Part B\n$x$\n", ["3a", "3b"], ["3b"]),
    ("* Problem 1: $x$\n* Problem 2: $y$\n", ["1", "2"], ["1", "2"]),
    ("- **2**: $x$\n- ***1***: $y$\n", ["1", "2"], ["2", "1"]),
    ("<h2>Problem 1</h2>\n$x$\n<b>Problem 2</b>\n$y$\n", ["1", "2"], ["1", "2"]),
    ("Problem Two\n\n$x$\n\nExercise I\n\n$y$\n", ["1", "2"], ["2", "1"]),
    ("\\begin{document}\\section*{\\textbf{Problem 1}}\n$x$\n{\\bf Problem 2} $y$\n", ["1", "2"], ["1", "2"]),
    ("\\emph{Solution to Problem 2.} $x$\n\n\\problem{1} $y$\n", ["1", "2"], ["2", "1"]),
    ("1 & $x$ \\\\\n2 & $y$ \\\\\n", ["1", "2"], ["1", "2"]),
    ("1. $x$\n1. $y$\n", ["1", "2"], ["1", "2"]),
    ("## Least squares\n$x$\n## Trace\n$y$\n", ["least-squares", "trace"], ["least-squares", "trace"]),
    ("## 1a\n$x$\n## 1b\n$y$\n", ["a", "b"], ["a", "b"]),
    ("## Question 1\n$x$\n## Q2\n$y$\n", ["q1", "q2"], ["q1", "q2"]),
    ("## Problem 12\n$x$\n## Problem 2\n$y$\n", ["1", "2", "3", "11", "12"], ["12", "2"]),
    ("Task 2 (the trace):\n$x$\nHW3 Problem 1\n$y$\n", ["1", "2"], ["2", "1"]),
    ("## Problem 1\nThis uses\nProblem 2 (the trace)\nas a step: $x$\n", ["1", "2"], ["1"]),
    ("Prob 2\n$x$\nEx #1\n$y$\n", ["1", "2"], ["2", "1"]),
    ("## Problem 1\n1. First $x$.\n2. Then $y$.\n## Problem 2\n$z$", ["1", "2"], ["1", "2"]),
])  # fmt: skip
def test_which_problems_are_named(text: str, asked: list[str], found: list[str]) -> None:
    assert [name for _, name, *_ in titled_parts(text, asked, latex=False)] == found


@pytest.mark.parametrize(("file", "text", "found"), [
    ("problem1.md", "${one}$", {"1": "right"}),
    ("hw2_q3.tex", "\\begin{{document}}${last}$\\end{{document}}", {"3": "right"}),
    ("Problem 2.md", "(a) ${first}$\n\n(b) ${second}$", {"2a": "right", "2b": "right"}),
    ("problem1.md", "## Problem 3\n${last}$", {"3": "right"}),
    ("student-1.md", "${one}$", {}),
    ("p1.md", "${one}$", {}),
])  # fmt: skip
def test_the_name_of_a_file_may_say_the_problem(key: Key, file: str, text: str, found: dict[str, str]) -> None:
    problems = check_text(text.format(**RIGHT), file, key).problems
    assert {one.id: one.verdict for one in problems if one.verdict != "undecided"} == found


@pytest.mark.parametrize("signs", ["*" * 4000, "_" * 4000, "* " * 2000, "# " * 2000, "|" * 4000, "(a) " * 1000])
def test_runs_of_signs_take_no_time(signs: str) -> None:
    start = process_time()
    list(titled_parts(f"## Problem 2\n{signs}x", ["1", "2a", "2b"], latex=True))
    assert process_time() - start < 2
