"""The limits of a Σ are meaning: the whole of a dimension by any of its names, or a refusal with its place;
never dropped."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.grading.check import check_text
from matgrad_cli.ir import Dim, Size
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.records.finding import Finding
from matgrad_cli.verify.judge import Judge

SHAPES = "x: n, X: m×n, A: n×n, v: 5, y: k, w: n"

WHOLE = [
    r"\sum_i x_i^2", r"\sum_{i} x_i^2", r"\sum_{i=1}^n x_i^2", r"\sum_{i=1}^{n} x_i^2", r"\sum^n_{i=1} x_i^2",
    r"\sum\limits_{i=1}^n x_i^2",
    r"\sum_{i=0}^{n-1} x_i^2", r"\sum_{i\in[n]} x_i^2", r"\sum_{i \in \{1,\ldots,n\}} x_i^2",
    r"\sum_{i\in\{1,2,\dots,n\}} x_i^2",
    r"\sum_{1\le i\le n} x_i^2", r"\sum_{i\le n} x_i^2", r"\sum_{i=1}^N x_i^2", r"\sum_{i=0}^{N-1} x_i^2",
    r"\sum_i^n x_i^2",
    "sum[i](x[i]**2)", "sum[i:n](x[i]**2)", "sum[i:N](x[i]**2)", "sum[i:x.shape[0]](x[i]**2)",
]  # fmt: skip


@pytest.mark.parametrize("text", WHOLE)
def test_the_whole_by_any_name(text: str) -> None:
    assert read_problem(text, "x", [SHAPES]).loss is read_problem(WHOLE[0], "x", [SHAPES]).loss


SEVERAL = [
    r"\sum_{i,j} X_{ij}", r"\sum_{ij} X_{ij}", r"\sum_{(i,j)} X_{ij}", r"\sum_{i=1}^m\sum_{j=1}^n X_{ij}",
    r"\sum_{i,j=1}^{m,n} X_{ij}",
    r"\sum_{i=1,j=1}^{m,n} X_{ij}", r"\sum_{i=1}^M \sum_{j=1}^N X_{ij}", r"\sum_{i,j=1}^{M,N} X_{ij}",
]  # fmt: skip


@pytest.mark.parametrize("text", SEVERAL)
def test_several_letters(text: str) -> None:
    assert read_problem(text, "X", [SHAPES]).loss is read_problem(SEVERAL[0], "X", [SHAPES]).loss


PARTS = [
    (r"\sum_{i=1}^{3} v_i^2", "3"), (r"\sum_{i=1}^{3} x_i^2", "3"), (r"\sum_{i=1}^k x_i^2", "k"),
    (r"\sum_{i=0}^n x_i^2", "n"), (r"\sum_{i=-1}^n x_i^2", "="), (r"\sum_{i=1}^{n/2} x_i^2", "n/2"),
    (r"\sum_{i\notin S} x_i", "i"), (r"\sum_{i=1}^m x_i", "m"), (r"\sum_{i=1}^m v_i", "m"),
    (r"\sum_{i<3} x_i", "<"), (r"\sum_{i=0} x_i", r"\sum"),
    (r"\sum_{i=1}^\infty x_i", r"\infty"), (r"\sum_{i=1}^{2n} x_i", "2n"), (r"\sum^{k-1} x", "k"), (r"\sum_{i=1}^w w_i",
    "w"),
    (r"\sum_{i,j=1}^n X_{ij}", "n"), (r"\sum_{i=1}^{m,n} x_i", "m"),
    (r"\sum_{j=1}^{i}\sum_i A_{ij}", "i"),
    (r"\sum_{i=1}^N \sum_{j=1}^N X_{ij}", "N"), (r"\sum_{i=1}^A x_i", "A"), (r"\sum_{i \ne 1} x_i", "1"),
    (r"\sum_{i=1}^{i} x_i", "i"),
    ("sum[i:3](x[i]**2)", "i"), ("sum[i:k](x[i]**2)", "i"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place"), PARTS)
def test_a_part_is_refused_at_its_place(text: str, place: str) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(text, next(name for name in "XvxwA" if name in text), [SHAPES])
    said = caught.value.diagnostic
    span = said.labels[0].span
    if r"\notin" not in text:
        assert said.code == "sum-range"
        assert text[span.start : span.end] == place


FROM_ZERO = r"\sum_{i=0}^n x_i^2"


def lines_of(text: str) -> list[Finding]:
    header = f"loss = {WHOLE[0]}\nwrt = x\nshapes = {SHAPES}\n"
    report = check_text(f"```matgrad\n{header}\nL = {text}\n```\n", "lines.md")
    return [line for problem in report.problems for line in problem.lines]


def test_an_entry_zero_beside_those_that_are_declared_is_said() -> None:
    (line,) = lines_of(FROM_ZERO)
    assert line.verdict == "follows"
    assert "the whole range" in line.notes[0]


@pytest.mark.parametrize("text", [text for text, _ in PARTS if "v_" not in text and text != FROM_ZERO])
def test_a_line_with_a_part_neither_follows_nor_is_wrong(text: str) -> None:
    assert [line.verdict for line in lines_of(text)] in (["undecided"], ["unreadable"])


def test_a_new_name_of_a_length_is_said_and_kept() -> None:
    problem = read_problem(r"\frac1N\sum_{i=1}^N x_i^2", "x", ["x: n"])
    assert problem.sizes == (Dim.of("n"),)
    assert problem.lengths == (("N", Dim.of("n")),)
    assert problem.notes == ("`N` above the sum is read as a name for n, the length that `i` runs through",)
    assert read_expression("N", problem).expr is Size(Dim.of("n"))


def test_a_new_name_gives_its_name_to_an_open_length() -> None:
    problem = read_problem(r"\frac1N\sum_{i=1}^N x_i^2", "x")
    assert str(problem.wrt.shape) == "N×1"
    assert problem.sizes == (Dim.of("N"),)


def test_counting_from_zero_is_said() -> None:
    assert "from 0" in read_problem(r"\sum_{i=0}^{n-1} x_i^2", "x", ["x: n"]).notes[0]


@pytest.mark.parametrize(
    "text",
    [
        r"\sum_{i\ne j} x_i x_j",
        r"\sum_i\sum_{j\neq i} x_i x_j",
        r"\sum_{i,j:\, i\ne j} x_i x_j",
        r"\sum_{i=1}^n\sum_{j=1,\, j\ne i}^n x_i x_j",
    ],
)
def test_letters_that_differ_are_a_factor(text: str) -> None:
    found = read_problem(text, "x", ["x: n"]).loss
    wanted = read_problem("sum(x)**2 - x.T @ x", "x", ["x: n"])
    assert Judge(wanted).compare(found, wanted.loss).kind == "proved"


def test_a_loss_with_a_free_letter_beside_a_different_one_is_asked_about() -> None:
    with pytest.raises(InputError) as caught:
        read_expression(r"\sum_{j\ne k} x_j", read_problem("sum(x)", "x", ["x: n"]))
    assert "whether `k` is summed too" in caught.value.diagnostic.message


def test_a_bound_letter_is_no_part_of_a_name() -> None:
    family = read_problem(r"\sum_{i=1}^m (a_i^T x)^2", "x", ["a_i: n, x: n"])
    assert {symbol.name: str(symbol.shape) for symbol in family.variables} == {"a": "m×n", "x": "n×1"}
    assert [symbol.name for symbol in read_problem(r"(a_i^T x)^2", "x", ["a_i: n, x: n"]).variables] == ["a_i", "x"]


@pytest.mark.parametrize(
    "text", [text for text, place in PARTS if place in ("=", "<", r"\le", "3") and "v_" not in text]
)
def test_the_help_says_what_can_be_read(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(text, "x", [SHAPES])
    help_ = caught.value.diagnostic.help
    assert help_ is not None
    assert help_.startswith("only sums through a whole dimension can be read")


def test_the_helps_hold() -> None:
    """What the helps propose is read: the declared size, zeros and ones for a part."""
    with pytest.raises(InputError) as caught:
        read_problem(r"\sum_{i=1}^{3} x_i^2", "x", ["x: n"])
    assert "declare that, as in `x: 3`" in (caught.value.diagnostic.help or "")
    assert (
        read_problem(r"\sum_{i=1}^{3} x_i^2", "x", ["x: 3"]).loss is read_problem(r"\sum_i x_i^2", "x", ["x: 3"]).loss
    )
    for masked, shapes in ((r"\sum_{i=1}^{n} s_i x_i^2", "x: n, s: n"), (r"\sum_{i,j} M_{ij} x_i x_j", "x: n, M: n×n")):
        assert read_problem(masked, "x", [shapes]).loss.shape.is_number
    with pytest.raises(InputError) as caught:
        read_problem(r"\sum_{i=1}^{5} (x_i - x_{i+1})^2", "x", ["x: 5"])
    assert caught.value.diagnostic.help == r"sum where it exists, as in `\sum_{i=1}^{n-1}`"
    assert read_problem(r"\sum_{i=1}^{n-1} (x_i - x_{i+1})^2", "x", ["x: 5"]).loss.shape.is_number


_STEPS = "(x[1]-x[0])**2 + (x[2]-x[1])**2 + (x[3]-x[2])**2"
_PAIRS = "(sum(x)**2 - x.T@x)/2"
PARTLY = [
    (r"\sum_{i=1}^{n-1} x_i^2", "x[0]**2 + x[1]**2 + x[2]**2"), (r"\sum_{i=2}^n x_i^2", "x[1]**2 + x[2]**2 + x[3]**2"),
    (r"\sum_{i=2}^{n-1} x_i^2", "x[1]**2 + x[2]**2"), (r"\sum_{i=1}^{n-3} x_i^2", "x[0]**2"), (r"\sum_{i<j} x_i x_j",
    _PAIRS),
    (r"\sum_{1\le i<j\le n} x_i x_j", _PAIRS), (r"\sum_{i\le j} x_i x_j", "(sum(x)**2 + x.T@x)/2"),
    (r"\sum_i\sum_{j>i} x_i x_j", _PAIRS),
    (r"\sum_{i=1}^n\sum_{j=1}^{i-1} x_i x_j", _PAIRS), (r"\sum_{i=1}^{n-1}\sum_{j=i+1}^n x_i x_j", _PAIRS),
    (r"\sum_{i=1}^n\sum_{j=i}^n x_i x_j", "(sum(x)**2 + x.T@x)/2"), (r"\sum_{i=1}^{n-1} (x_{i+1}-x_i)^2", _STEPS),
    (r"\sum_{t=2}^T (x_t - x_{t-1})^2", _STEPS), (r"\sum_t (x_t - x_{t-1})^2", _STEPS),
    (r"\sum_{i=1}^{n-2} x_i x_{i+2}", "x[0]*x[2] + x[1]*x[3]"),
    (r"\sum_{i\in S} x_i^2", "sum(S*x**2)"), (r"\sum_{(i,j)\in\Omega} M_{ij} x_i x_j", "x.T@(Omega*M)@x"),
    (r"\sum_i\sum_{j\in N(i)} x_i x_j", "x.T@N@x"),
    (r"\frac{1}{|\mathcal{S}|}\sum_{i\in \mathcal{S}} x_i^2", "sum(S*x**2)/sum(S)"),
    (r"\sum_{i\in S}\sum_{j\in S}\frac{x_i x_j}{\lvert S\rvert^2}", "(S.T@x)**2/sum(S)**2"),
    (r"\sum_{i\in S} x_i |x_i|", "sum(S*x*abs(x))"),
    (r"\frac1{|\Omega|}\sum_{(i,j)\in\Omega} M_{ij} x_i x_j", "x.T@(Omega*M)@x/sum(Omega)"),
    (r"\sum_k \frac{1}{|N_k|}\sum_{i\in N_k} x_i^2", "(N@x**2).T@(1/(N@ones(4)))"),
    (r"\sum_{(y_i,x_i)\in S} x_i y_i^\top v", "(S*x).T@Y@v"),
    (r"\sum_{i=2}^{n} \|y_i - y_{i-1}\|^2", "norm(Y[1,:]-Y[0,:])**2 + norm(Y[2,:]-Y[1,:])**2 + norm(Y[3,:]-Y[2,:])**2"),
    (r"\sum_{i<j} \frac{1}{(x_i-x_j)^2}", " + ".join(f"1/(x[{i}]-x[{j}])**2" for i in range(4) for j in range(i + 1,
    4))),
    (r"\sum_{i\ne j} S_i\log\|y_i-y_j\|", " + ".join(
        f"S[{i}]*log(norm(Y[{i},:]-Y[{j},:]))" for i in range(4) for j in range(4) if i != j)),
    (r"\sum_i\sum_{j\ne i} \|y_i-y_j\|",
    " + ".join(f"norm(Y[{i},:]-Y[{j},:])" for i in range(4) for j in range(4) if i != j)),
    ("sum((x[1:] - x[:-1])**2)", _STEPS), ("sum(x[1:]**2)", "x[1]**2 + x[2]**2 + x[3]**2"),
    ("mean(x[:-1])", "(x[0] + x[1] + x[2])/3"),
    ("norm(x[1:-1])**2", "x[1]**2 + x[2]**2"),
    ("sum(exp(Y[2:]@v))", "exp(Y[2,:]@v) + exp(Y[3,:]@v)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "whole"), PARTLY)
def test_a_part_of_a_range_means_what_it_says(text: str, whole: str) -> None:
    wrt = "Y" if "y" in text or "Y" in text else "x"
    shapes = ["x: 4, S: 4, Omega: 4×4, M: 4×4, N: 4×4, Y: 4×3, v: 3"]
    wanted = read_problem(whole, wrt, shapes, (), "numpy")
    assert Judge(wanted).compare(read_problem(text, wrt, shapes).loss, wanted.loss).holds


@pytest.mark.parametrize(
    "text",
    [
        r"\sum_{i=1}^n x_i x_{i+1}",
        r"\sum_{i=1}^{n-1} x_i x_{i+2}",
        r"\sum_{t=2}^n x_{t-2}",
        "sum(x[1:] - x)",
        "sum(x[1:] - x[2:])",
        "x[1:]",
        r"\sum_{i=1}^{n-4} x_i",
    ],
)
def test_what_lies_beyond_a_range_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(text, "x", ["x: 4"])
    assert caught.value.diagnostic.code in ("sum-range", "slice")


@pytest.mark.parametrize("loss", [r"\sum_{i\in I} x_i^2", r"\frac{1}{|\mathcal I|}\sum_{i\in\mathcal{I}} x_i^2",
                                  r"\sum_{(i,j) \in I} A_{ij} x_i x_j"])  # fmt: skip
def test_a_set_that_is_called_as_the_identity_is_a_set(loss: str) -> None:
    names = [symbol.name for symbol in read_problem(loss + r" + x^\top I x", "x", [SHAPES]).variables]
    assert {"I_set", "I_cal"} & set(names)


@pytest.mark.parametrize(("bare", "wrt", "written"), [
    (r"-\sum v_i \log y_i", "v", r"-\sum_i v_i \log y_i"),
    (r"-\sum v_i \log y_i + (1 - v_i) \log(1 - y_i)", "v", r"-\sum_i (v_i \log y_i + (1 - v_i) \log(1 - y_i))"),
    (r"\sum A_{ij} x_i x_j", "x", r"\sum_{i,j} A_{ij} x_i x_j"),
    (r"\sum_i (x_i - \sum A_{ij} w_j)^2", "w", r"\sum_i (x_i - \sum_j A_{ij} w_j)^2"),
    (r"\ln \sum e^{x_k}", "x", r"\ln \sum_k e^{x_k}"),
])  # fmt: skip
def test_a_sum_without_a_letter_runs_over_the_letters_that_nothing_else_binds(
    bare: str, wrt: str, written: str
) -> None:
    shapes = ["x: n, w: n, A: n×n, v: k, y: k"]
    problem = read_problem(bare, wrt, shapes)
    assert problem.loss is read_problem(written, wrt, shapes).loss
    assert any("without a letter runs over" in note for note in problem.notes)


def test_sums_without_letters_inside_each_other_are_asked() -> None:
    with pytest.raises(InputError) as caught:
        read_problem(r"\sum (\sum A_{ij} x_j)^2", "x", [SHAPES])
    assert caught.value.diagnostic.code == "sum-range"


def test_a_column_that_is_written_by_its_number_is_one_of_a_matrix() -> None:
    shapes = {
        symbol.name: symbol.shape for symbol in read_problem(r"\sum_i (y_i - a x_{i1} - b x_{i2})^2", "b").variables
    }
    assert shapes["x"].is_matrix
