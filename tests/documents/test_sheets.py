"""Documents become formulas with their places and words, whatever carries them."""

from __future__ import annotations

import json

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.documents.macros import expanded
from matgrad_cli.documents.sheets.facts import facts_by_standing
from matgrad_cli.documents.sheets.outline import outline
from matgrad_cli.documents.sheets.read import read_sheet
from matgrad_cli.documents.sheets.sections import sections
from matgrad_cli.documents.sheets.sizes import sizes_told


def formulas(text: str, ending: str = ".md") -> list[str]:
    """The texts of the formulas that hold an equality."""
    sheet = read_sheet(Source("x" + ending, text), ending)
    assert sheet is not None
    return [formula.passage.text for formula in sheet.formulas if "=" in formula.passage.text]


@pytest.mark.parametrize(
    ("text", "ending", "found"),
    [
        ("so $a = b$ and\n$$c = d$$", ".md", ["a = b", "c = d"]),
        ("so \\(a = b\\) and\n\\[c = d\\]", ".md", ["a = b", "c = d"]),
        ("$$\\begin{aligned} a &= b \\\\ &= c \\end{aligned}$$", ".md", ["a  = b", "= c"]),
        ("$$\\begin{align} a &= b \\\\ &= c \\end{align}$$", ".md", ["a  = b", "= c"]),
        ("it costs $5 a day, and $6 = 6$ is true", ".md", ["6 = 6"]),
        ("[\na = \\tfrac12, b\n]\nso (c = d^\\top)", ".md", ["a = \\tfrac12  b", "c = d^\\top"]),
        ("Let f(x) = xᵀAx, where A is square", ".txt", ["f(x) = xᵀAx"]),
        ("> ∇f = 2x\nbecause (1) holds", ".txt", ["∇f = 2x"]),
        ("which is \\nabla f = A x.", ".txt", ["\\nabla f = A x"]),
        ("```\na = b\n```\n\n    dW = X.T @ dY\n", ".md", []),
        ("$$\\boxed{a = b}$$", ".md", ["a = b"]),
        ("% $a = b$\n\\begin{document}$c = d$\\end{document} $e = f$", ".tex", ["c = d"]),
        (
            "\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}\\begin{document}$\\pd{L}{W} = B$\\end{document}",
            ".tex",
            ["\\frac{\\partial L}{\\partial W} = B"],
        ),
    ],
)
def test_the_formulas_of_a_text(text: str, ending: str, found: list[str]) -> None:
    assert formulas(text, ending) == found


def test_places_are_those_of_the_file_also_behind_macros() -> None:
    text = "\\def\\w{\\mathbf{w}}\n\\begin{document}\nlet $f(\\w) = \\w^\\top\\w$.\n\\end{document}"
    sheet = read_sheet(Source("x.tex", text), ".tex")
    assert sheet is not None
    (formula,) = sheet.formulas
    span = formula.passage.span()
    assert text[span.start : span.end] == "f(\\w) = \\w^\\top\\w"


def test_cells_of_a_notebook_keep_their_numbers() -> None:
    cells = [{"cell_type": "code", "source": ["x = 1"]}, {"cell_type": "markdown", "source": ["let\n", "$a = b$"]}]
    sheet = read_sheet(Source("x.ipynb", json.dumps({"cells": cells})), ".ipynb")
    assert sheet is not None
    assert [cell.number for cell in sheet.cells] == [2]
    assert [formula.passage.text for formula in sheet.formulas] == ["a = b"]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "markdown"}]}', "\0"])
def test_a_broken_notebook_is_told_and_never_raises(text: str) -> None:
    sheet = read_sheet(Source("x.ipynb", text), ".ipynb")
    assert sheet is None or not sheet.formulas


@pytest.mark.parametrize(
    ("stated", "text", "found"),
    [
        ("\\newcommand{\\R}{\\mathbb{R}}", "\\R^n", "\\mathbb{R}^n"),
        ("\\newcommand\\bw{\\mathbf w}", "\\bw^\\top", "\\mathbf w^\\top"),
        ("\\def\\K{\\Sigma}", "\\K x\\K", "\\Sigma x\\Sigma"),
        ("\\DeclareMathOperator*{\\argmin}{arg\\,min}", "\\argmin", "\\operatorname{argmin}"),
        ("\\let\\eps\\varepsilon", "\\eps", "\\varepsilon"),
        ("\\newcommand{\\n}[2][F]{\\|#2\\|_#1}", "\\n{A}\\n[2]{B}", "\\|A\\|_F\\|B\\|_2"),
        ("\\def\\a{\\b}\\def\\b{\\a}", "x", "x"),
        ("\\newcommand{\\a}{x}\\a\\renewcommand{\\a}{y}", "\\a", "\\a"),
    ],
)
def test_macros(stated: str, text: str, found: str) -> None:
    passage = expanded(stated + text)
    assert passage.text[len(stated) :] == found
    assert passage.offsets is None or len(passage.offsets) == len(passage.text) + 1


def test_a_macro_that_calls_itself_ends() -> None:
    assert len(expanded("\\def\\a{\\a\\a}\n\\a").text) < 10_000


@pytest.mark.parametrize(
    ("prose", "shapes"),
    [
        ("with $X$: $m\\times n$, $R$: $n\\times p$", {"X": "m×n", "R": "n×p"}),
        ("where D is m×k, W is k×n and X is m×n", {"D": "m×k", "W": "k×n", "X": "m×n"}),
        ("$u, v\\in\\mathbb{R}^n$", {"u": "n", "v": "n"}),
        ("w ∈ ℝᵈ, W ∈ ℝᵏˣᵈ", {"w": "d", "W": "k×d"}),
        ("- $w$ is $d \\times 1$\n- $\\lambda > 0$ is a number", {"w": "d×1", "lambda": "scalar"}),
        ("x is a vector of length n", {"x": "n"}),
        ("items $x$ and $z$, both in $\\mathbb{R}^d$", {"x": "d", "z": "d"}),
        ("• b: K (added to every row)", {"b": "K"}),
        ("$\\odot \\mathbb{1}(K u + c > 0)$", {}),
        ("with $c > 0$", {}),
        ("then it is so", {}),
    ],
)
def test_sizes_in_prose(prose: str, shapes: dict[str, str]) -> None:
    assert sizes_told(prose.replace("$", " ")) == shapes


@pytest.mark.parametrize(
    ("prose", "always", "supposed"),
    [
        ("Let $S$ be symmetric positive definite", {"S": {"spd"}}, {}),
        ("for symmetric $W$ this holds", {}, {"W": {"symmetric"}}),
        ("If $A$ is symmetric, we are done", {}, {"A": {"symmetric"}}),
        ("$A$ is not necessarily symmetric", {}, {}),
        ("because $X^\\top X$ is symmetric", {}, {}),
        ("Here $G$ is a symmetric matrix and $A$ is arbitrary", {"G": {"symmetric"}}, {}),
        ("where $D$ is a diagonal matrix, $K$ is any $n\\times n$ matrix", {"D": {"diagonal"}}, {}),
        (
            "where $M$ is a symmetric positive definite $n \\times n$ weight matrix, $X$ is $n\\times p$",
            {"M": {"spd"}},
            {},
        ),
        ("with $S$ symmetric and $A$ arbitrary", {"S": {"symmetric"}}, {}),
        ("a symmetric matrix $A$, $X$ is arbitrary", {"A": {"symmetric"}}, {}),
        ("a symmetric, positive definite matrix $A$", {"A": {"spd"}}, {}),
        ("Let $A$ and $B$ be symmetric", {"A": {"symmetric"}, "B": {"symmetric"}}, {}),
        ("Assume $A$ is symmetric and $B$ is invertible", {"A": {"symmetric"}, "B": {"invertible"}}, {}),
        ("$A$ is any matrix and the kernel is symmetric", {}, {}),
        ("for symmetric matrices $A$ and $B$", {}, {"A": {"symmetric"}, "B": {"symmetric"}}),
        ("labels $y_i\\in\\{-1,1\\}$", {"y": {"signs"}}, {}),
        ("$\\nabla^2 g = 2 K^\\top K \\succ 0$", {}, {}),
        ("$I \\otimes K^\\top K \\succeq 0$", {}, {}),
        ("If $K^TK$ is positive definite, it is unique", {}, {}),
        ("Note that $K^TK$ is symmetric", {}, {}),
        ("- $K \\succ 0$", {"K": {"spd"}}, {}),
        ("- $K \\succeq 0$", {"K": {"symmetric"}}, {}),
        ("$K$ is positive semidefinite", {"K": {"symmetric"}}, {}),
        ("$K$ is positive definite, but not symmetric", {"K": set()}, {}),
        ("$K \\in \\mathbb{S}^n_+$ and $C \\in \\mathbb{S}^n_{++}$", {"K": {"symmetric"}, "C": {"spd"}}, {}),
        ("$\\text{and } K \\succ 0$", {"K": {"spd"}}, {}),
        ("Let $P$ be an orthogonal projection", {"P": {"idempotent", "symmetric"}}, {}),
        ("$Q$ has orthonormal columns", {"Q": {"orthogonal", "tall"}}, {}),
        ("The rows of $Q$ are orthonormal", {"Q": {"orthogonal", "wide"}}, {}),
        ("$Q\\in\\mathrm{SO}(n)$, a rotation matrix", {"Q": {"orthogonal"}}, {}),
        ("The columns of $A$ are orthogonal to $b$", {}, {}),
        ("$u\\in\\mathbb{R}^n$ has unit length", {"u": {"unit"}}, {}),
        ("$v\\in\\mathbb{S}^{n-1}$ and $A\\in\\mathbb{S}^n$", {"v": {"unit"}, "A": {"symmetric"}}, {}),
        ("$u$ is a multiple of a unit vector", {}, {}),
        ("$x\\in\\mathbb{R}^n_{>0}$, $y\\in\\mathbb{R}_{+}^n$", {"x": {"positive"}, "y": {"nonnegative"}}, {}),
        ("the entries of $x$ are positive", {"x": {"positive"}}, {}),
        (
            "Let $Q\\in\\mathbb{R}^{n\\times n}$ and $R\\in\\mathbb{R}^{m\\times m}$ be symmetric",
            {"Q": {"symmetric"}, "R": {"symmetric"}},
            {},
        ),
        ("mass matrix $M$ and stiffness $K$ symmetric", {"M": {"symmetric"}, "K": {"symmetric"}}, {}),
        ("Let $A$ be symmetric. The same holds for $B$", {"A": {"symmetric"}, "B": {"symmetric"}}, {}),
        ("by symmetry of $A$,", {"A": {"symmetric"}}, {}),
        ("with $A$ symmetric I get", {"A": {"symmetric"}}, {}),
        ("($A$ is assumed to be symmetric)", {"A": {"symmetric"}}, {}),
        ("$A$ is any square matrix; the symmetric case is treated later", {}, {}),
        ("$A$ is unitarily equivalent to a diagonal matrix", {}, {}),
        ("$A$ is block diagonal, $B$ has a diagonal part", {}, {}),
        ("$A^2$ is symmetric", {}, {}),
    ],
)
def test_facts_in_prose(prose: str, always: dict[str, set[str]], supposed: dict[str, set[str]]) -> None:
    found = facts_by_standing(prose.replace("$", " "))
    assert {name: words for name, words in found["always"].items() if name} == always
    assert {name: words for name, words in found["supposed"].items() if name} == supposed


FIRST = r"Let $A \in \mathbb{R}^{n\times n}$ and $f(x)=x^\top A x$, so $\nabla_x f = (A + A^\top)x$."
SECOND = r"Let $A$ be symmetric and $h(A)=\log\det A$, so $\nabla_A h = A^{-1}$."


@pytest.mark.parametrize("mark", ["\n# Next\n", "\n(b) ", "\n**Problem 2.** ", "\n\\section{Next} ", "\n\n"])
def test_what_a_later_problem_says_says_nothing_of_an_earlier_one(mark: str) -> None:
    sheet = read_sheet(Source("x.md", FIRST + mark + SECOND), ".md")
    assert sheet is not None
    one, other = sections(sheet, outline(sheet.formulas))
    assert (one.told.sizes, one.told.always) == ({"A": "n×n"}, {})
    assert (other.told.sizes, other.told.always) == ({"A": "n×n"}, {"A": {"symmetric"}})


@pytest.mark.parametrize(
    "text",
    [
        FIRST + " " + SECOND,
        "Let $f(x)=x^\\top A x$ and $h(x)=b^\\top x$.\n\nThen\n\n$\\nabla h = b$ and\n\n$\\nabla f = 2Ax$, $A$ "
        "symmetric.",
        r"Let $f(x)=x^\top A x$." + "\n## Step 2\n" + r"It is $f(x)=\sum_{ij} x_i A_{ij} x_j$ and $\nabla f = 2Ax$.",
        r"Let $z=Wx$, $\partial z/\partial x = W$." + "\n\n# Loss\n" + r"$L=z^\top z$, $\nabla_z L = 2z$.",
    ],
)
def test_a_problem_that_goes_on_is_not_cut(text: str) -> None:
    sheet = read_sheet(Source("x.md", text), ".md")
    assert sheet is not None
    assert len(sections(sheet, outline(sheet.formulas))) == 1
