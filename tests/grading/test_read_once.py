"""A row is read once for what its names mean: again only where one of them means something else by now,
which is counted here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matgrad_cli.documents.files import MOST_ROWS
from matgrad_cli.grading.check import check_file, check_text
from matgrad_cli.grading.lines import reading
from matgrad_cli.ir.memory import let_go
from matgrad_cli.notation import syntax as s
from matgrad_cli.notation.latex.lexer import Lexer
from matgrad_cli.notation.latex.lines import split_line
from matgrad_cli.notation.latex.names import LatexNames
from work import calls_in

TESTS = Path(__file__).parent.parent
FILES = [*sorted((TESTS / "wrong_answers").glob("[a-l]*.md")), *sorted((TESTS / "right_derivations").glob("*"))[::3]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], Counter[tuple[int, object]]]:
    """How often each text was lexed, and each tree of a side made an expression."""
    lexed: Counter[str] = Counter()
    typed: Counter[tuple[int, object]] = Counter()
    run, read = Lexer.run, reading._read
    kept: list[s.Node] = []

    def lexing(lexer: Lexer) -> object:
        lexed[lexer.text] += 1
        return run(lexer)

    def typing(side: object, node: s.Node, around: object, letters: object, fixed: object) -> object:
        kept.append(node)  # so that no other tree gets its id
        typed[id(node), (letters, fixed)] += 1
        return read(side, node, around, letters, fixed)  # type: ignore[arg-type]

    monkeypatch.setattr(Lexer, "run", lexing)
    monkeypatch.setattr(reading, "_read", typing)
    let_go()
    return lexed, typed


@pytest.mark.thorough
def test_rows_are_lexed_and_typed_once(counted: tuple[Counter[str], Counter[tuple[int, object]]]) -> None:
    """More than once only for the name of the loss, which the rows themselves tell,
    and for names that a row gives a value."""
    lexed, typed = counted
    rows = sum(len(problem.lines) for path in FILES for problem in check_file(path).problems)
    assert sum(lexed.values()) <= 2.35 * rows
    assert sum(typed.values()) <= 1.9 * len(typed)


def test_a_chain_without_names_of_its_own_is_lexed_once(
    counted: tuple[Counter[str], Counter[tuple[int, object]]],
) -> None:
    head = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n"
    rows = [f"= {number}X^\\top (Xw - y) - {number - 2}X^\\top \\left(Xw - y\\right)" for number in range(3, 60)]
    report = check_text(f"```matgrad\n{head}\n\\nabla_w L = 2X^\\top (Xw - y)\n" + "\n".join(rows) + "\n```\n")
    assert report.verdict == "right"
    assert {row: counted[0][row] for row in rows} == dict.fromkeys(rows, 1)
    assert max(counted[1].values()) == 1


@pytest.mark.slow
def test_the_longest_file_is_lexed_once(counted: tuple[Counter[str], Counter[tuple[int, object]]]) -> None:
    head = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n"
    rows = [f"= {number}X^\\top (Xw - y) - {number - 2}X^\\top (Xw - y)" for number in range(3, MOST_ROWS + 2)]
    report = check_text(f"```matgrad\n{head}\n\\nabla_w L = 2X^\\top (Xw - y)\n" + "\n".join(rows) + "\n```\n")
    assert report.verdict == "right"
    assert {counted[0][row] for row in rows} == {1}


LETTERS = [
    "top",
    "sum",
    "left",
    "w",
    "W",
    "x",
    "X",
    "mu",
    "lambda",
    "lam",
    "Sigma",
    "y_hat",
    "G_2",
    "w1",
    "phi",
    "e",
    "d",
    "L",
    "tr",
    "S_b",
    "delta_j",
]
NAMES = st.sampled_from(LETTERS)
KINDS = st.sampled_from(["matrix", "vector", "number", ""])
TEXTS = st.sampled_from([
    r"\hat y = \sigma(Xw)", r"\sum_i x_i^T \mu_k", "λ W^T W", r"\Sigma^{-1}(x-\mu)", "G_{2} = w_1 w1",
    r"d\,tr(W^\top X)",
    r"\nabla L = S_b x", r"L(w) = \lambda \|w\|^2", r"e_i^\top \varphi(x)", r"\delta_j = \frac{\partial "
        r"L}{\partial z_j}", "ŷ − y",
    r"\mathbf{X}\mathbf{w}",
    r"\left(\frac{W}{2}\right)^\top \partial_w L", r"\sum_i \nabla_x \phi \quad \cdot top", "= 2 Xᵀ(Xw − y)",
])  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.dictionaries(NAMES, KINDS), st.frozensets(NAMES), st.frozensets(NAMES))
def test_the_names_that_a_text_cannot_mention_do_not_matter(
    text: str, variables: dict[str, str], losses: frozenset[str], dimensions: frozenset[str]
) -> None:
    names = LatexNames(variables, losses, dimensions=dimensions)
    assert split_line(text, names=names) == split_line(text, names=names.about(text))


def test_a_row_of_a_long_derivation_takes_no_more_work() -> None:
    def judged(count: int) -> int:
        rows = " \\\\\n".join(f"&= 2X^\\top(Xw - y) + {number}w - {number}w" for number in range(3, count + 3))
        chosen = "% matgrad: loss = norm(X@w-y)**2\n% matgrad: wrt = w\n% matgrad: shapes = X: m×n, w: n, y: m\n"
        text = f"{chosen}\\begin{{align*}}\n\\nabla_w L {rows}\n\\end{{align*}}\n"
        let_go()
        return calls_in(lambda: check_text(text, "a.tex"))

    judged(3)
    assert judged(60) < 3.3 * judged(20)
