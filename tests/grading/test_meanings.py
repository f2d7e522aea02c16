"""What people mean without saying it: what is supposed is said, is never made to fit, and never under a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.check import Options, check_file, check_files
from matgrad_cli.notation.latex.lexer import Lexer
from matgrad_cli.notation.latex.lines import balanced
from matgrad_cli.notation.latex.names import LatexNames
from matgrad_cli.records.finding import ProblemReport

LOGISTIC = """loss: -sum[i](y[i]*log(sigmoid((X@w)[i])) + (1 - y[i])*log(1 - sigmoid((X@w)[i])))
wrt: w
shapes: X: n×d, w: d, y: n
"""
LEAST_SQUARES = "loss: norm(A@x - b)**2\nwrt: x\nshapes: A: m×n, x: n, b: m\n"


def report(tmp_path: Path, head: str, *rows: str, key: str | None = None) -> ProblemReport:
    """The report on a derivation."""
    path = tmp_path / "a.md"
    path.write_text("```matgrad\n" + head + "\n" + "\n".join(rows) + "\n```\n", encoding="utf-8")
    if key is None:
        return check_file(path).problems[0]
    (tmp_path / "key.toml").write_text(key, encoding="utf-8")
    return check_files([path], Options(key=tmp_path / "key.toml")).files[0].problems[0]


def test_what_is_supposed_is_said(tmp_path: Path) -> None:
    found = report(tmp_path, LOGISTIC, r"\nabla_w L = X^\top(\hat y - y)")
    assert found.verdict == "right"
    assert any("`y_hat` is read as" in note and "sigmoid" in note for note in found.notes)


@pytest.mark.thorough
def test_a_line_that_is_set_to_zero_says_what_its_names_are(tmp_path: Path) -> None:
    found = report(tmp_path, LOGISTIC, r"\nabla_w L = X^\top(\hat y - y) = 0")
    assert any("`y_hat` is read as" in note for note in found.notes)
    assert found.first_wrong is None
    assert found.final.verdict == "right"


@pytest.mark.parametrize("row", [r"\nabla_w L = 2X^\top(\hat y - y)", r"\nabla_w L = X^\top q", r"\nabla_w L = g"])
def test_no_value_is_made_to_fit(tmp_path: Path, row: str) -> None:
    assert report(tmp_path, LOGISTIC, row).verdict == "undecided"


def test_a_value_once_found_holds_for_every_line(tmp_path: Path) -> None:
    found = report(tmp_path, LOGISTIC, r"\nabla_w L = 2X^\top(\hat y - y)", r"\nabla_w L = X^\top(\hat y - y)")
    assert [line.verdict for line in found.lines] == ["wrong", "follows"]
    assert found.first_wrong is not None
    assert found.first_wrong.code == "lost-factor"


def test_nothing_is_supposed_under_a_key(tmp_path: Path) -> None:
    key = '[[problem]]\nid = "1"\nloss = "norm(A@x - b)**2"\nwrt = "x"\nshapes = "A: m×n, x: n, b: m"\n'
    found = report(tmp_path, "problem: 1\n", r"\nabla_x L = 2A^\top r", key=key)
    assert found.verdict != "right"
    assert found.score == 0


@pytest.mark.parametrize(
    ("row", "role"),
    [
        (r"\operatorname{tr}(PQ) = \operatorname{tr}(QP)", "aside"),
        (r"d(PQ) = (dP)Q + P\,dQ", "aside"),
        (r"\frac{\partial}{\partial z} z^\top M z = (M + M^\top) z", "aside"),
        (r"\operatorname{tr}(PQ) = \operatorname{tr}(P)\operatorname{tr}(Q)", "claim"),
        (r"d(P^{-1}) = -P^{-1}\,dP", "claim"),
        (r"\frac{\partial}{\partial z} z^\top M z = 2 M z", "claim"),
    ],
)
def test_rules_in_letters_of_their_own(tmp_path: Path, row: str, role: str) -> None:
    found = report(tmp_path, LEAST_SQUARES, row, r"\nabla_x \lVert Ax-b\rVert^2 = 2A^\top(Ax-b)")
    assert found.lines[0].role == role
    assert (found.lines[0].verdict == "follows") == (role == "aside")
    assert found.lines[1].verdict == "follows"


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("a(b+c", ["ab+c", "a(b+c)", "a(b)+c"]),
        ("a+b)c", ["a+bc", "a+(b)c", "(a+b)c"]),
        ("(a+b)c", []),
        ("a[b)+(c]", []),
    ],
)
def test_the_ways_to_balance_a_row(text: str, ways: list[str]) -> None:
    tokens = Lexer(text, LatexNames(), Source("line", text)).run()[:-1]
    assert ["".join(token.text for token in way) for way in balanced(tokens)] == ways


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"\nabla_x L = 2A^\top(Ax - b", "follows"),
        (r"\nabla_x L = 2A^\top(Ax - b))", "follows"),
        (r"\nabla_x L = 3A^\top(Ax - b", "wrong"),
        (r"\nabla_x L = 2A^\top((Ax)) - b)", "follows"),
    ],
)
def test_brackets_without_partner(tmp_path: Path, row: str, verdict: str) -> None:
    assert report(tmp_path, LEAST_SQUARES, row).lines[0].verdict == verdict


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"L = \lVert Ax\rVert^2 - 2b^\top Ax + \text{const}", "follows"),
        (r"L = \lVert Ax\rVert^2 - 2b^\top Ax + C", "follows"),
        (r"L \propto \lVert Ax\rVert^2 - 2b^\top Ax", "follows"),
        (r"L = \lVert Ax\rVert^2 - b^\top Ax + \text{const.}", "wrong"),
        (r"L \propto \lVert Ax\rVert^2 - b^\top Ax", "undecided"),
    ],
)
def test_up_to_a_constant(tmp_path: Path, row: str, verdict: str) -> None:
    found = report(tmp_path, LEAST_SQUARES, row, r"\nabla_x L = 2A^\top(Ax - b)")
    assert [line.verdict for line in found.lines] == [verdict, "follows"]


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"\nabla_{Ax-b}\lVert Ax-b\rVert^2 = 2(Ax-b)", "follows"),
        (r"\nabla_{Ax-b}\lVert Ax-b\rVert^2 = 2A^\top(Ax-b)", "wrong"),
        (r"\frac{\partial L}{\partial Ax} = 2(Ax - b)", "follows"),
    ],
)
def test_derivatives_by_expressions(tmp_path: Path, row: str, verdict: str) -> None:
    assert report(tmp_path, LEAST_SQUARES, row).lines[0].verdict == verdict
