"""Derivatives with three and four indices on the page: case table, picture of one slice, ⊗ form, in every format."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.render.formats import render
from matgrad_cli.render.json import result_data, to_json
from matgrad_cli.render.latex.fragment import condition_latex
from matgrad_cli.render.results import result_text
from matgrad_cli.render.view import View
from matgrad_cli.rewrite.derive import derive
from rebuilding import from_json


def gram() -> Derivation:
    return derive(read_problem("R.T@R", "R", ["R: M×N"]))


def linear() -> Derivation:
    return derive(read_problem("A@x", "A", ["A: m×n", "x: n"]))


def tail(text: str, start: str) -> str:
    return text[text.index(start) :]


def test_gram_matrix_in_text() -> None:
    shown = tail(render(gram()), "                   ⎧")
    assert shown.startswith(
        """\
                   ⎧ R_sj    if t = i, i ≠ j
                 = ⎨ R_si    if t = j, i ≠ j
                   ⎪ 2 R_sj  if t = i, i = j
                   ⎩ 0       otherwise

     flattened with vec (the columns on top of each other), N²×MN:
     ∂vec(F)/∂vec(R)ᵀ = (I_(N·N) + K)(I_N ⊗ Rᵀ)
     K is the commutation matrix: vec(Zᵀ) = K vec(Z) for every N×N matrix Z

"""
    )
    assert "by i, j, s, t in this order: N × N × M × N" in shown


def test_stacked_rows_of_a_vector_by_a_matrix() -> None:
    assert """\
     for one i, ∂f_i/∂A is m×n: row i is xᵀ, all else is 0
         ⎡ 0ᵀ ⎤
         ⎢ ⋮  ⎥
         ⎢ xᵀ ⎥  ← row i
         ⎢ ⋮  ⎥
         ⎣ 0ᵀ ⎦

     flattened with vec (the columns on top of each other), m×mn:
     ∂f/∂vec(A)ᵀ = xᵀ ⊗ I_m
""" in render(linear())


def test_stacked_column() -> None:
    shown = render(derive(read_problem("A.T@x", "A", ["A: m×n", "x: m"])))
    assert "column i is x, all else is 0\n         [ 0  ⋯  x  ⋯  0 ]\n" in shown


def test_latex_has_cases_and_vec() -> None:
    shown = render(gram(), "latex", View(detail="full"))
    assert r"\begin{cases} R_{sj} & \text{if } t = i,\ i \ne j \\ R_{si} & \text{if } t = j,\ i \ne j \\" in shown
    assert r"0 & \text{otherwise} \end{cases}" in shown
    assert (
        r"\frac{\partial \operatorname{vec}(F)}{\partial \operatorname{vec}(R)^\top} &= (I_{N^{2}} + K) (I_{N} "
        r"\otimes R^\top)" in shown
    )
    assert r"\operatorname{vec}(Z^\top) = K \operatorname{vec}(Z)" in shown


def test_markdown_has_the_same() -> None:
    shown = render(linear(), "markdown")
    assert r"= \begin{cases} x_{t} & \text{if } s = i \\ 0 & \text{otherwise} \end{cases}" in shown
    assert (
        r"\begin{bmatrix} 0^\top \\ \vdots \\ x^\top \\ \vdots \\ 0^\top \end{bmatrix} \leftarrow \text{row } i"
        in shown
    )
    assert r"\frac{\partial f}{\partial \operatorname{vec}(A)^\top} = x^\top \otimes I_{m}" in shown
    assert shown.count("$$") % 2 == 0


def test_html_has_the_same() -> None:
    shown = render(gram(), "html")
    assert '<mtable class="cases"><mtr><mtd><msub><mrow><mi>R</mi></mrow>' in shown
    assert "<mi>i</mi><mo>≠</mo><mi>j</mi>" in shown
    assert "<mo>⊗</mo>" in shown


def test_json_says_which_vec_and_which_k() -> None:
    derivation = gram()
    data = json.loads(to_json(derivation))["result"]
    assert [row["condition"] for row in data["cases"]] == ["t = i, i ≠ j", "t = j, i ≠ j", "t = i, i = j", "otherwise"]
    assert data["flattened"]["shape"] == ["N**2", "M*N"]
    assert data["flattened"]["vec"] == "the columns on top of each other"
    assert data["flattened"]["commutation"] == [{"name": "K", "rows": "N", "columns": "N"}]
    assert from_json(to_json(derivation)) == derivation


def test_the_result_alone() -> None:
    assert result_text(gram()).splitlines()[1:] == [
        "flattened: ∂vec(F)/∂vec(R)ᵀ = (I_(N·N) + K)(I_N ⊗ Rᵀ)",
        "K is the commutation matrix: vec(Zᵀ) = K vec(Z) for every N×N matrix Z",
    ]
    assert result_data(gram())["result"]["cases"][2] == {
        "condition": "t = i, i = j",
        "text": "2*R[s,j]",
        "latex": "2 R_{sj}",
    }
    assert "cases" not in result_data(derive(read_problem("A@x", "x")))["result"]


def test_second_derivative() -> None:
    shown = render(derive(read_problem("norm(A@X@B-C)**2", "X"), order=2))
    assert "     ∂²L/∂vec(X)∂vec(X)ᵀ = 2(BBᵀ ⊗ AᵀA)\n" in shown


def test_gradient_as_a_column() -> None:
    derivation = derive(read_problem("vec(X).T@A@vec(X)", "X", ["X: m×n"]))
    assert (
        "flattened with vec (the columns on top of each other), mn×1:\n     ∂L/∂vec(X) = (A + Aᵀ) vec(X)\n"
        in render(derivation)
    )
    assert r"\frac{\partial L}{\partial \operatorname{vec}(X)} &= (A + A^\top)" in render(derivation, "latex")
    assert from_json(to_json(derivation)) == derivation


def test_conditions_in_latex() -> None:
    assert condition_latex("s = t, (s, t) ≠ (i, j)") == r"\text{if } s = t,\ (s, t) \ne (i, j)"
    assert condition_latex("otherwise") == r"\text{otherwise}"


LOSSES = [
    ("R.T@R", "R", ["R: M×N"]),
    ("tanh(W@x+b)", "W", ["W: m×n", "x: n", "b: m"]),
    ("kron(A,X)", "X", []),
    ("x@x.T", "x", ["x: n"]),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "wrt", "shapes"), LOSSES, ids=[row[0] for row in LOSSES])
@pytest.mark.parametrize("width", [40, 64, 80])
def test_the_forms_fit_the_width(loss: str, wrt: str, shapes: list[str], width: int) -> None:
    shown = tail(render(derive(read_problem(loss, wrt, shapes)), "text", View(width=width)), "\n     flattened")
    assert max(map(len, shown.splitlines())) <= width


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_latex_compiles(tmp_path: Path) -> None:
    parts = [
        render(derive(read_problem(loss, wrt, shapes)), "latex", View(detail="full")) for loss, wrt, shapes in LOSSES
    ]
    frame = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n" + "\n".join(parts) + "\\end{document}\n"
    (tmp_path / "page.tex").write_text(frame, encoding="utf-8")
    done = subprocess.run(["pdflatex", "-halt-on-error", "page.tex"], cwd=tmp_path, capture_output=True, timeout=600)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-1500:]
