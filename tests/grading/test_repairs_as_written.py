"""A repair is written as a person would write it."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

NETWORK = "loss: norm(V@tanh(W@x) - y)**2/2\nwrt: W\nshapes: W: h×d, V: k×h, x: d, y: k\n"
FACTORED = "loss: norm(X - W@H, 'fro')**2\nwrt: H\nshapes: X: m×n, W: m×p, H: p×n\n"
WEIGHTED = "loss: (y - X@b).T@W@(y - X@b)\nwrt: b\nshapes: X: m×n, W: m×m, b: n, y: m\nassume: W symmetric\n"
MARGIN = "loss: sum(log(1 + exp(-y*(X@w))))\nwrt: w\nshapes: X: m×n, w: n, y: m\nassume: y signs\n"
SUMMED = "loss: x.T@A@x + b.T@x\nwrt: x\nshapes: A: n×n, x: n, b: n\n"
SET_TO_ZERO = (
    "loss: norm(X@w-y)**2 + lam*norm(w)**2\nwrt: w\nshapes: X: n×d, w: d, y: n, lam: scalar\nassume: lam positive\n"
    "\n\\nabla L = 2X^\\top(Xw-y) + 2\\lambda w = 0"
)
FACTORS = (
    "loss: norm(X-U@V,'fro')**2\nwrt: V\nshapes: X: m×n, U: m×k, V: k×n\n\n"
    r"\frac{\partial f}{\partial V_{ab}} = 2\sum_{ij}(UV-X)_{ij}\frac{\partial}{\partial V_{ab}}\sum_k U_{ik}V_{kj}"
)
OF_A_TRACE = "loss: logdet(S) + tr(inv(S)@C)\nwrt: S\nshapes: S: n×n, C: n×n\nassume: S invertible\n"
REPAIRS = {
    "a square of entries": (
        NETWORK,
        r"a = \tanh(Wx), \quad \frac{\partial L}{\partial W} = (V^\top(Va-y)\odot(1-a))x^\top",
        "(𝟏 − (a ∘ a))",
    ),
    "a factor between two that do not fit": (FACTORED, r"\nabla L = 2W^\top H - 2W^\top X", "2WᵀWH"),
    "a factor beside a transpose": (WEIGHTED, r"\nabla L = 2X^\top WXb - 2X^\top y", "2XᵀWy"),
    "a product that is transposed": (SUMMED, r"\nabla f = Ax + x^\top A + b", "Ax + (xᵀA)ᵀ + b"),
    "one of two equal δ": (
        SUMMED,
        r"\frac{\partial f}{\partial x_k} = \sum_{ij}(\delta_{ik}A_{ij}x_j + x_iA_{ij}\delta_{ik}) + b_k",
        "Σ_ij (δ_ik A_ij x_j + x_i A_ij δ_jk) + b_k",
    ),
    "a letter of an entry": (
        SUMMED,
        r"\frac{\partial f}{\partial x_k} = \sum_j A_{kj}x_j + \sum_i A_{ik}x_k + b_k",
        "Σ_j A_kj x_j + Σ_i A_ik x_i + b_k",
    ),
    "the sign of a trace": (
        OF_A_TRACE,
        r"df = \operatorname{tr}(S^{-1}dS) + \operatorname{tr}(S^{-1}\,dS\,S^{-1}C)",
        "tr(S⁻¹ dS) − tr(S⁻¹ dS S⁻¹C)",
    ),
    "the identity in an equation": (SET_TO_ZERO, r"(X^\top X + \lambda)w = X^\top y", "(XᵀX + λI)w"),
    "the order in a solution": (SET_TO_ZERO, r"w = X^\top y(X^\top X + \lambda I)^{-1}", "(XᵀX + λI)⁻¹Xᵀy"),
    "a power below": (
        "loss: norm(X@w-y)\nwrt: w\nshapes: X: n×d, w: d, y: n\n",
        r"\nabla L = \frac{X^\top(Xw-y)}{(Xw-y)^\top(Xw-y)}",
        "√",
    ),
    "a factor of one side of an equation": (
        "loss: (y - X@b).T@W@(y - X@b)\nwrt: b\nshapes: X: m×n, W: m×m, b: n, y: m\nassume: W symmetric\n\n"
        r"\nabla L = -2X^\top W(y-Xb) = 0",
        r"X^\top Xb = X^\top Wy",
        "XᵀWXb",
    ),
    "crossed δ over unlike sides": (
        FACTORS,
        r"= 2\sum_{ij}(UV-X)_{ij}\sum_k U_{ik}\delta_{kb}\delta_{ja}",
        "U_ik δ_ka δ_jb",
    ),
    "a δ over unlike sides": (FACTORS, r"= 2\sum_{ij}(UV-X)_{ij}\sum_k U_{ik}\delta_{ia}\delta_{jb}", "U_ik δ_ka δ_jb"),
    "letters over unlike sides": (FACTORS, r"= 2\sum_i(UV-X)_{ib}U_{ai}", "2 Σ_i (UV − X)_ib U_ia"),
    "another letter over an unlike side": (FACTORS, r"= 2\sum_i(UV-X)_{ib}U_{ib}", "2 Σ_i (UV − X)_ib U_ia"),
    "a sign inside": (MARGIN, r"\nabla L = -X^\top(y\odot\sigma(y\odot Xw))", "σ(−(y ∘ Xw))"),
}


@pytest.mark.thorough
@pytest.mark.parametrize(("head", "line", "written"), REPAIRS.values(), ids=REPAIRS)
def test_the_repair_is_what_a_person_would_write(head: str, line: str, written: str) -> None:
    problem = check_text(f"```matgrad\n{head}\n{line}\n```\n", "a.md").problems[0]
    finding = problem.first_wrong
    assert finding is not None
    assert finding.diagnostic is not None
    assert written in (finding.diagnostic.help or "")


@pytest.mark.parametrize(
    ("line", "place"),
    [("A X B + A^T X B", 14), ("(A) X B + (A) X B^T", 11), ("A X B + A X B^T", 8), ("A X B^T + A^T X B^T", 4)],
)
def test_the_mark_stands_below_the_part_that_the_help_names(line: str, place: int) -> None:
    head = "loss: tr(A@X@B@X.T)\nwrt: X\nshapes: A: m×m, X: m×n, B: n×n\n\n\\nabla L = "
    finding = check_text(f"```matgrad\n{head}{line}\n```\n", "a.md").problems[0].first_wrong
    assert finding is not None
    assert finding.diagnostic is not None
    assert finding.diagnostic.labels[0].span.start == len("```matgrad\n" + head) + place, finding.diagnostic.help
