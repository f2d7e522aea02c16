"""The pages: what they say, that they fit, that LaTeX holds together and compiles."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import GOLDEN
from matgrad_cli.api import explain
from matgrad_cli.ir import NUMBER, Add, Call, Dim, Hadamard, Mul, Shape, Symbol, mul
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation, Sentence
from matgrad_cli.records.derivation import changed_parts
from matgrad_cli.render.document.blocks import phrase
from matgrad_cli.render.document.derivation import chain, loss_symbol
from matgrad_cli.render.formats import render
from matgrad_cli.render.latex.lines import broken
from matgrad_cli.render.latex.prose import escaped
from matgrad_cli.render.latex.widths import width
from matgrad_cli.render.view import View
from matgrad_cli.render.wrap import wrapped
from matgrad_cli.verify.judge import Judge

from .forum import forum, named

BOTH = pytest.mark.parametrize("derivation", [forum(), named()], ids=["forum", "named"])


@BOTH
@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_text_fits_the_width(derivation: Derivation, columns: int, detail: str) -> None:
    lines = render(derivation, "text", View(width=columns, detail=detail)).split("\n")  # type: ignore[arg-type]
    assert [line for line in lines if len(line) > max(columns, 60)] == []
    assert not any("\ue000" <= character <= "\uf8ff" for line in lines for character in line)


def test_text_says_what_was_read_then_the_steps_then_the_result() -> None:
    text = render(forum(), "text", View(width=80))
    wanted = [
        "L = 1/m ‖XR − Y‖²_F",
        "X  m×n  tall  from --shape",
        "m is the number of rows of X",
        "assuming det(X) > 0",
        "∂L/∂R_st = ∂/∂R_st (1/m ‖XR − Y‖²_F)",
        "for each s = 1…n, t = 1…p",
        "∂(XR)_ij/∂R_st  →  Σ_k X_ik ∂R_kj/∂R_st",
        "= 1/m Σ_ij 2(XR − Y)_ij Σ_k X_ik ∂R_kj/∂R_st",
        "δ is 1 only where k = s",
        "≈ agrees",
        "6  textbook form",
        "6.1  numbers come out",
        "∇L = 2/m Xᵀ  (XR − Y)",
        "         n×m m×p",
        "gradient layout: n×p, the shape of R",
    ]
    places = [text.find(part) for part in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)


def test_the_new_part_is_underlined() -> None:
    lines = render(forum(), "text", View(width=80)).split("\n")
    place = next(
        number
        for number, line in enumerate(lines)
        if line.strip().startswith("= 1/m Σ_ij 2(XR − Y)_ij Σ_k X_ik ∂R_kj/∂R_st")
    )
    marks = lines[place + 1]
    assert lines[place][marks.index("‾") : marks.rindex("‾") + 1] == "Σ_k X_ik ∂R_kj/∂R_st"


def test_full_detail_adds_reasons_and_evidence_and_brief_leaves_out_substeps() -> None:
    full, normal, brief = (render(forum(), "text", View(detail=detail)) for detail in ("full", "normal", "brief"))
    assert "why: because X holds still" in full
    assert "why:" not in normal
    assert "proved: equal modulo a prime" in full
    assert "6.1" in normal
    assert "6.1" not in brief
    assert len(brief) < len(normal) < len(full)


def test_a_result_with_four_letters_is_stated_by_entries() -> None:
    text = render(named())
    assert "∂F_ij/∂R_st = X_is δ_jt tr(Z)" in text
    assert "where Z = XᵀX" in text
    assert "= { X_is  if j = t" in text
    assert "could not be verified" in text
    assert "numerator layout: its entries, by i, j, s, t in this order: m × p × n × p" in text


def test_terminal_without_colour_is_the_text() -> None:
    assert render(forum(), "terminal", View()) == render(forum(), "text", View())


def test_terminal_in_colour_says_the_same() -> None:
    coloured = render(forum(), "terminal", View(colour=True))
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    without_marks = [line for line in render(forum(), "text", View()).split("\n") if "‾" not in line]
    assert "∇L = 2/m Xᵀ  (XR − Y)" in plain
    assert len(plain.split("\n")) <= len(without_marks) + 20


@BOTH
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_latex_is_balanced_and_plain(derivation: Derivation, detail: str) -> None:
    text = render(derivation, "latex", View(detail=detail))  # type: ignore[arg-type]
    assert text.isascii()
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}")
    assert text.count("$") % 2 == 0


def test_latex_puts_shapes_under_the_factors() -> None:
    text = render(forum(), "latex")
    assert r"\nabla_{R} L &= \frac{2}{m} \underbrace{X^\top}_{n\times m} \underbrace{(X R - Y)}_{m\times p}" in text
    assert r"\intertext{(4) $\delta$ is 1 only where $k = s$, so of the sum over $k$ one term is left.}" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
@BOTH
def test_latex_compiles_without_overfull_boxes(derivation: Derivation, tmp_path: Path) -> None:
    body = render(derivation, "latex", View(detail="full"))
    (tmp_path / "page.tex").write_text(
        "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n" + body + "\\end{document}\n",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stdout[-800:]
    assert "Overfull" not in ran.stdout


def test_long_latex_lines_are_broken_before_an_operator() -> None:
    text = " + ".join(rf"\frac{{1}}{{{number}}} A_{{{number}}} B" for number in range(20))
    rows = broken(text, 205, 185)
    assert len(rows) > 2
    assert all(width(row) <= 205 for row in rows)
    assert all(row.startswith("+ ") for row in rows[1:])
    assert " ".join(rows) == text


def test_a_line_is_broken_at_its_outer_signs_first() -> None:
    inner = r"\operatorname{tr}\bigl( (A B - C)^\top (A B - C) \mathrm{d}D + E \bigr)"
    text = rf"\frac{{n}}{{2}} \operatorname{{tr}}(F G) - \frac{{1}}{{2}} {inner} + \frac{{1}}{{3}} {inner}"
    rows = broken(text, 200, 190)
    assert [row.partition(" ")[0] for row in rows] == [r"\frac{n}{2}", "-", "+"]
    assert rows[1].removeprefix(r"- \frac{1}{2} ") == inner


def test_a_norm_and_an_inner_product_are_brackets() -> None:
    for opening, closing in ((r"\lVert", r"\rVert"), (r"\langle", r"\rangle")):
        rows = broken(rf"\frac{{1}}{{n}} {opening} A + B {closing} + C D E", 75, 65)
        assert rows == [rf"\frac{{1}}{{n}} {opening} A + B {closing}", "+ C D E"]


def test_rows_keep_the_shapes_of_their_factors() -> None:
    page = explain("norm(A@X@B - C)**2 + tr(X@H)", wrt="X", method="differential").render("latex")
    assert re.search(r"\\\\\n&\\quad [+-].*\\underbrace", page)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_widths_are_near_what_tex_sets(tmp_path: Path) -> None:
    golden = "".join(page.read_text() for page in sorted(GOLDEN.glob("*/derivation.tex")))
    rows = [row.strip() for row in re.split(r"\\\\|\n|&=|&\\quad", golden) if "\\" in row]
    rows = [row for row in rows if not re.search(r"\$|&|%|\\(?:text|begin|end|inter|par|noin)", row)]
    boxes = "".join(rf"\setbox0\hbox{{$\displaystyle {row}$}}\message{{<\the\wd0>}}" for row in rows)
    head = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}"
    (tmp_path / "page.tex").write_text(f"{head}\n{boxes}\n\\end{{document}}")
    command = ["pdflatex", "-interaction=nonstopmode", "page.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    told = [float(found) for found in re.findall(r"<([\d.]+)pt\s*>", ran.stdout.replace("\n", ""))]
    assert len(told) == len(rows) > 100
    assert not [row for row, wide in zip(rows, told, strict=True) if not -20 < wide - width(row) < 12]


def test_a_row_begins_with_an_elementwise_sign_rather_than_inside_a_bracket() -> None:
    text = r"\bigl( \operatorname{softmax}_{0}(X W) \circ \bigl( \mathbf{1} \mathbf{1}^\top (Y \odot Z W) \bigr) \bigr)"
    rows = broken(text, 82, 72)
    assert rows[1].startswith(r"\circ")
    assert not any(row.endswith(r"\mathbf{1}") for row in rows)
    assert " ".join(rows) == text


def test_prose_becomes_latex() -> None:
    assert escaped("(AB)ᵀ = BᵀAᵀ") == r"$(AB)^\top = B^\top A^\top$"
    assert escaped("50% of A_b & {c}") == r"50\% of $A_{b}$ \& \{c\}"
    assert (
        escaped("the function u ↦ u^c has the slope c u^(c−1)")
        == r"the function $u \mapsto u^{c}$ has the slope $c u^{c - 1}$"
    )
    assert escaped("since cosh² − sinh² = 1") == r"since $\cosh^{2} - \sinh^{2} = 1$"
    assert escaped("⟨A, B⟩ = tr(AᵀB) holds") == r"$\langle A, B\rangle = \operatorname{tr}(A^\top B)$ holds"
    assert escaped("a sum over i, j is a number") == r"a sum over $i$, $j$ is a number"
    assert escaped("what d means here") == r"what $\mathrm{d}$ means here"
    assert escaped("sinh/cosh, or `A@B`") == r"sinh/cosh, or \texttt{A@B}"
    assert escaped("det(A) det(A⁻¹) = 1").count("$") == 2


def test_every_sentence_of_the_rules_becomes_latex() -> None:
    from matgrad_cli.rulebook.load import rulebook

    book = rulebook()
    for family in book.families:
        for rule in book.family(family):
            assert escaped(rule.why).count("$") % 2 == 0
            assert not re.search(r"[₀-₉²³ᵀ⁺↦−·×]", escaped(rule.why)), rule.why


@pytest.mark.parametrize(
    ("loss", "wrt", "most"),
    [
        ("norm(X@R-Y)**2/m", "R", 7),
        ("norm(W2@tanh(W1@x)-y)**2", "W1", 10),
        ("norm(W3@tanh(W2@tanh(W1@x+b1)+b2)-y)**2", "W1", 14),
    ],
)
def test_the_short_page_joins_small_steps(loss: str, wrt: str, most: int) -> None:
    derivation = explain(loss, wrt=wrt).derivations[0]
    moves = chain(derivation, loss_symbol(derivation), "brief").moves
    assert len(moves) <= most
    assert moves[0].number.startswith("1")
    assert moves[-1].number.endswith(str(len(derivation.steps)))
    assert moves[-1].line.body is derivation.steps[-1].after


def test_a_name_is_explained_where_it_first_stands() -> None:
    shown = explain("tr(inv(X.T@X + A)@B) + logdet(X.T@X+A)", wrt="X").render("text", width=100)
    first = shown.index("write Z")
    assert shown.index("where Z = (XᵀX + A)⁻¹") - first < 400


@BOTH
def test_markdown_has_pairs_of_dollars(derivation: Derivation) -> None:
    text = render(derivation, "markdown", View(detail="full"))
    assert text.count("$$") % 2 == 0
    assert text.replace("$$", "").count("$") % 2 == 0
    assert text.startswith("## The ")


def test_lines_are_broken_outside_brackets_first() -> None:
    text = "(a + b) c + d e + (f + g) h"
    assert [text[start:end] for start, end in wrapped(text, 20, 16)] == ["(a + b) c + d e", "+ (f + g) h"]
    text = "∂/∂R_st (Σ_k X_ik R_kj)"
    assert text[slice(*wrapped(text, 12, 12)[0])].startswith("∂/∂R_st (")


def test_an_elementwise_product_is_broken_only_where_nothing_else_fits() -> None:
    for text, pieces in (
        ("a ∘ b ∘ c + d ∘ e ∘ f", ["a ∘ b ∘ c", "+ d ∘ e ∘ f"]),
        ("tr(aaaa ∘ bbbb ∘ cccc)", ["tr(aaaa ∘ bbbb", "∘ cccc)"]),
    ):
        assert [text[start:end] for start, end in wrapped(text, 16, 16)] == pieces


CHANGED = [
    ("norm(X@R - Y)**2/m", "R", "expand"),
    ("norm(D@W - X)**2/2", "W", "expand"),
    ("norm(W2@tanh(W1@x) - y)**2", "W1", "chain"),
    ("tr(A@X.T@X@B)", "X", "index"),
    ("x.T@A@x", "x", "differential"),
    ("logdet(X.T@X)", "X", "differential"),
]


@pytest.mark.parametrize(("loss", "wrt", "method"), CHANGED)
def test_before_and_after_are_equal(loss: str, wrt: str, method: str) -> None:
    derivation = explain(loss, wrt=wrt, method=method).derivations[0]
    judge = Judge(derivation.problem, seed=7)
    waiting = list(chain(derivation, loss_symbol(derivation), "normal").moves)
    while waiting:
        move = waiting.pop()
        waiting += move.inner
        if move.change:
            assert judge.compare(*move.change).holds, move.change


def test_factors_that_stay_are_not_marked() -> None:
    a, b, c = (Symbol(name, Shape(Dim.of("n"), Dim.of("n"))) for name in "ABC")
    x = Symbol("x", NUMBER)
    before, after = Mul((Call("tr", a), x)), Mul((x, Call("tr", b)))
    assert changed_parts(before, after) == (((0, 0),), ((1, 0),))
    assert changed_parts(Add((a, b, c)), Add((c, a))) == (((),), ((),))
    assert changed_parts(Hadamard((a, b)), Hadamard((b, c))) == (((0,),), ((1,),))


@pytest.mark.parametrize(
    ("loss", "wrt"), [("norm(X@R-Y)**2", "R"), ("logdet(S)", "S"), ("sum(tanh(W@x))", "W"), ("norm(x)", "x")]
)
@pytest.mark.parametrize("method", ["index", "differential", "chain", "adjoint"])
def test_sentences_fill_their_braces(loss: str, wrt: str, method: str) -> None:
    shown = explain(loss, wrt=wrt, method=method, detail="full").render("text")
    assert not re.findall(r"\{\w+\}", shown)


@pytest.mark.parametrize(
    ("loss", "wrt", "sign", "of"),
    [
        ("norm(X@R-Y)**2", "R", "δ", "δ_ij is 1"),
        ("norm(X)**2", "X", "‖X‖²_F", "‖A‖_F is"),
        ("sum(tanh(X)**2)", "X", "∘", "A ∘ B"),
        ("sum(X)", "X", "𝟏", "𝟏 is"),
        ("A@X@B", "X", "⊗", "A ⊗ B is"),
        ("a.T@diag(x)@b", "x", "diag", "diag(v) is"),
        ("sum(sigmoid(x))", "x", "σ", "σ(x) ="),
    ],
)
def test_every_sign_is_explained_once(loss: str, wrt: str, sign: str, of: str) -> None:
    page = explain(loss, wrt=wrt).render("text")
    assert sign in page
    assert page.count(f"     {of}") == 1
    assert of not in explain(loss, wrt=wrt, detail="brief").render("text")
    assert sign not in explain("x.T@y", wrt="y", method="differential").render("text")


def test_an_array_that_is_printed_by_its_name_needs_no_sign_explained() -> None:
    page = explain("tr(A@X@B@X.T@C)", wrt="X", method="expand").render("text")
    assert "∂/∂X tr(AXBXᵀC)" in page
    assert "_st]_st" not in page
    rows = explain(r"\sum_i \|x_i - W s_i\|", wrt="W", shapes="W: m×p, s: n×p").render("text")
    assert "with i = 1…n\n" in rows


def test_a_short_page_says_what_a_name_stands_for_whose_sentence_it_leaves_out() -> None:
    from matgrad_cli import api

    page = api.explain(
        "norm(X@w - y)**2", wrt="w", shapes="X: m×n, w: n, y: m", method="expand", detail="brief"
    ).render("text")
    assert "where T₂ = wᵀXᵀy" in page
    assert "T₁" not in page


def test_a_letter_of_two_sums_has_its_two_ranges_once() -> None:
    shown = explain("sum[i](b[i]*log((A@x)[i])) + sum[i](c[i]*log(x[i]))", wrt="x", shapes="A: m×n, x: n")
    assert "i = 1…m or 1…n" in shown.render("text")
    assert r"$i = 1,\dots,m$ or $1,\dots,n$" in shown.render("latex")
    assert re.search(r"<mi>i</mi><mo>=</mo><mn>1</mn><mo>…</mo><mi>m</mi><mtext>&#xa0;or", shown.render("html"))


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("1/2", "multiplied by 2"),
        ("3", "divided by 3"),
        ("3/4", "divided by 3/4"),
        ("1/m", "multiplied by m"),
        ("2/m", "divided by 2/m"),
    ],
)
def test_to_divide_by_a_fraction_is_to_multiply_by_what_is_below(by: str, said: str) -> None:
    value = read_problem(f"{by}*w", "w", ("w: scalar, m: scalar",)).loss
    parts = [part for part in value.children if part.symbols != {Symbol("w", NUMBER)}]
    told = phrase(Sentence("both sides are divided by {c}", (("c", mul(*parts)),)))
    assert "".join(part if isinstance(part, str) else to_unicode(part) for part in told) == f"both sides are {said}"


@pytest.mark.parametrize("columns", [50, 60, 80])
def test_several_methods_and_layouts_fit_the_width(columns: int) -> None:
    pages = (
        explain("norm(X@R-Y)**2", wrt="R", method="all"),
        explain("A@x", wrt="x", shapes="A: m×n, x: n", layout="all"),
    )
    assert [
        line for page in pages for line in page.render("text", width=columns).split("\n") if len(line) > columns
    ] == []


def test_methods_that_meet_in_one_result_stay_a_table_at_the_usual_width() -> None:
    page = explain("-sum(Y*log(softmax(X@W, axis=1)))", wrt="W", method="all", assume="Y onehot").render(
        "text", width=80
    )
    heads = [line.split() for line in page.splitlines() if line.strip().startswith("method  ")]
    assert heads == [["method", "steps", "last", "line", "verdict"]]


def test_a_part_that_is_a_number_multiplies_its_own_derivative() -> None:
    page = " ".join(explain("log(det(X))", "X", ["X: n×n"], method="chain").render("text").split())
    assert "the derivative by u is 1/u, and it multiplies the derivative of u by X" in page
    assert "= 1/u ∂u/∂X" in page
    assert "assuming det(X) > 0 assuming X is invertible" in page


def test_the_sign_of_a_norm_is_no_part_of_what_follows() -> None:
    assert "∇L = 3‖X‖_F X" in explain("norm(X)**3", "X", ["X: m×n"]).render("text")


def test_a_long_line_is_broken_between_factors_and_not_inside_of_one() -> None:
    text = "= tr((tanh(XW + 𝟏bᵀ)V + 𝟏cᵀ − Y)ᵀ(tanh(XW + 𝟏bᵀ)V + 𝟏cᵀ − Y))"
    pieces = [text[start:end] for start, end in wrapped(text, 44, 40)]
    assert pieces == ["= tr((tanh(XW + 𝟏bᵀ)V + 𝟏cᵀ − Y)ᵀ", "(tanh(XW + 𝟏bᵀ)V + 𝟏cᵀ − Y))"]
