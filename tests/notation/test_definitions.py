"""Names that a loss explains beside it: `\\|e\\|^2, \\quad e = y - Xw`, lines of code, functions at their arguments."""

import pytest

from matgrad_cli import gradient
from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.definitions import with_definitions
from matgrad_cli.notation.loss_text import without_wrappers
from matgrad_cli.notation.problems import read_problem


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (
            r"\ln|C| + \operatorname{tr}(C^{-1}S),\ C = WW^T+\sigma^2 I",
            r"\ln|(WW^T+\sigma^2 I)| + \operatorname{tr}((WW^T+\sigma^2 I)^{-1}S)",
        ),
        (r"f(z) = \log(1+z),\quad z = x^\top x", r"f(z) = \log(1+(x^\top x))"),
        (
            r"\tanh(\boldsymbol z),\quad \boldsymbol z = \boldsymbol{Ax} + \boldsymbol b",
            r"\tanh((\boldsymbol{Ax} + \boldsymbol b))",
        ),
        (r"\|y - Vh_T\|^2, \quad h_T = \tanh(Wh_0+Ux)", r"\|y - V(\tanh(Wh_0+Ux))\|^2"),
        (r"\sum_i (y_i - \hat y_i)^2 \text{ where } \hat{y}_i = w^\top x_i + b", r"\sum_i (y_i - (w^\top x_i + b))^2"),
        (r"\sum_i (f(x_i)-y_i)^2, \quad f(x) = w^\top x + b", r"\sum_i ((w^\top x_i + b)-y_i)^2"),
        (
            r"-\sum_{i,k} y_{ik} \log s_k^{(i)},\ s_k^{(i)} = e^{w_k^T x^{(i)}}",
            r"-\sum_{i,k} y_{ik} \log (e^{w_k^T x^{(i)}})",
        ),
        (r"\sum_{i,j} (s_i - s_j)^2,\ s_i = w^\top x_i", r"\sum_{i,j} ((w^\top x_i) - (w^\top x_j))^2"),
        (
            r"\sum_{n,k} t_{nk} \log y_{nk},\ y_{ik} = e^{a_{ik}} / \sum_j e^{a_{ij}}",
            r"\sum_{n,k} t_{nk} \log (e^{a_{nk}} / \sum_j e^{a_{nj}})",
        ),
        (r"\sum_i z_i + z_1,\ z_n = a_n^\top x", r"\sum_i (a_i^\top x) + (a_1^\top x)"),
        (r"\sum_i (y_i - \hat{y_i})^2,\ \hat y_j = w^\top x_j", r"\sum_i (y_i - (w^\top x_i))^2"),
        (r"\operatorname{tr}(S_w^{-1} S_b),\ S_w = X^\top X", r"\operatorname{tr}((X^\top X)^{-1} S_b)"),
        (r"\|y - s\|^2,\ s_i = w^\top x_i", r"\|y - ([w^\top x_i]_{i})\|^2"),
        (
            r"\langle P, C\rangle - h(P), \quad h(P) = \operatorname{tr} P",
            r"\langle P, C\rangle - (\operatorname{tr} P)",
        ),
        (r"a^\top K a,\ K_{ij} = x_i^\top x_j", r"a^\top ([x_i^\top x_j]_{i j}) a"),
        (r"\frac{u}{v},\ u = x^\top y,\ v = \|x\|", r"\frac{(x^\top y)}{(\|x\|)}"),
        (r"\|a^{[2]} - y\|^2,\ a^{[2]} = \tanh(W x)", r"\|(\tanh(W x)) - y\|^2"),
        (r"m_x - m_z,\ m_x = \sum_i x_i", r"(\sum_i x_i) - m_z"),
        (
            r"\sum_i \log\mathrm{sim}(u_i, v_i),\quad \mathrm{sim}(a, b) = \frac{a^\top b}{\|a\|\|b\|}",
            r"\sum_i \log(\frac{u_i^\top v_i}{\|u_i\|\|v_i\|})",
        ),
        (r"\sum_i PB_q(y_i - x_i^\top w),\ PB_q(t) = q\max(t, 0)", r"\sum_i (q\max((y_i - x_i^\top w), 0))"),
        (
            r"\sum_i \operatorname{act}(w^\top x_i), \operatorname{act}(z) = \max(0, z)",
            r"\sum_i (\max(0, (w^\top x_i)))",
        ),
        (r"\sum_i y^{(i)}\log a^{(i)},\quad a = \sigma(w^T X)", r"\sum_i y^{(i)}\log (\sigma(w^T X))_{i}"),
        (r"E = Y-XW, L = \|E\|_F^2", r"L = \|(Y-XW)\|_F^2"),
        ("e = X@w - y\nloss = e.T@e / len(y)", "loss = (X@w - y).T@(X@w - y) / len(y)"),
        ("norm(e)**2 where e = X@w-y", "norm((X@w-y))**2"),
        ("z = X@w; a = sigmoid(z); sum(a*y)", "sum((sigmoid((X@w)))*y)"),
    ],
)
def test_what_is_explained_beside_a_loss_is_put_in(text: str, whole: str) -> None:
    found, said = with_definitions(text)
    assert found == whole
    assert said
    assert all("beside the loss" in one for one in said)


@pytest.mark.parametrize(
    "loss",
    [
        r"\sum_{i,j} (z_i - z_j)^2,\ z_i = \sum_j W_{ij} x_j",
        r"\operatorname{tr}(Y^\top (D - W) Y) + \|x\|,\ D_{ii} = \sum_j W_{ij}",
        r"\sum_i z_{ij}^2 + z_i,\ z_{ij} = w_i x_j",
    ],
)
def test_a_family_whose_indices_do_not_fit_is_not_put_in(loss: str) -> None:
    with pytest.raises(InputError):
        read_problem(loss, "x")


@pytest.mark.parametrize(
    "text",
    [
        "np.sum(A, axis=0), b",
        "x = norm(A@x, ord=2); y",
        "f(x, y) = x.T@A@y",
        r"\sum_{i=1}^n x_i, i=1,\ldots,n",
        "sum(A, axis=1)",
        r"\max(0, 1 - y_i w^\top x_i)",
        "x = x + 1, x",
    ],
)
def test_what_explains_nothing_stays(text: str) -> None:
    assert with_definitions(text) == (text, ())


@pytest.mark.parametrize(
    "left",
    [
        r"\log p(y|X)",
        r"\ln p(X|\pi,\mu,\Sigma)",
        r"\cos\theta",
        r"\boldsymbol f",
        r"\mathcal L(w)",
        r"-\ell(w)",
        r"D_{KL}(p\|q)",
        r"E(\mathbf{w}_1, \ldots, \mathbf{w}_K)",
    ],
)
def test_left_sides_are_dropped(left: str) -> None:
    text, said = without_wrappers(left + " = w^Tw", "w")
    assert text.strip() == "w^Tw"
    assert said


@pytest.mark.parametrize(
    "goal",
    [
        r"\min_{U,w\ge0}",
        r"\min_{U\geq 0,\, w\geq 0}",
        r"\operatorname*{minimize}_{w\succ 0}",
        r"\inf_w",
        r"\min_{\{w_k\}}",
        r"\text{minimize } ",
        r"\operatorname{minimize}\ ",
        "minimize ",
        r"\sup_{w \in \mathbb{R}^n}",
    ],
)
def test_goals_are_dropped(goal: str) -> None:
    text, said = without_wrappers(goal + r"\|Xw-y\|^2", "w_k" if "_k" in goal else "w")
    assert text.strip() == r"\|Xw-y\|^2"
    assert any("in front is dropped" in one for one in said)


@pytest.mark.parametrize(
    "goal", [r"\max_{\|w\|=1}", r"\max_{w:\, w^\top w = 1}", r"\min_{w \colon \lVert w\rVert_1 \le t}"]
)
def test_constraints_under_a_goal_are_not_dropped(goal: str) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(goal + r" w^\top S w", "w")
    assert caught.value.diagnostic.code == "constraint"


@pytest.mark.parametrize(("loss", "wrt"), [("A : BXC", "X"), ("(AX - B):(AX - B)", "X"), (r"M:M,\ M = AX - B", "X")])
def test_a_colon_between_matrices_is_their_inner_product(loss: str, wrt: str) -> None:
    problem = read_problem(loss, wrt, ["A: m×n, X: n×k, B: m×k" if "-" in loss else "A: m×k, B: m×n, X: n×p, C: p×k"])
    assert problem.loss.shape.is_number


@pytest.mark.parametrize(
    "loss", [r"\sum_i (\hat{y_i} - y_i)^2", r"\sum_i (\hat{y}_i - y_i)^2", r"\sum_i (\widehat{y^{(i)}} - y^{(i)})^2",
             r"\sum_i (\hat{\mathbf{y}_i} - \mathbf{y}_i)^2"],
)  # fmt: skip
def test_a_mark_over_a_letter_with_its_index_is_one_of_the_letter(loss: str) -> None:
    names = {symbol.name for symbol in read_problem(loss, r"\hat y").variables}
    assert names == {"y", "y_hat"}
    defined = with_definitions(loss + r",\quad \hat{y_i} = w^\top x_i")
    assert (r"\hat" not in defined[0]) == ("widehat" not in loss and "mathbf" not in loss)


@pytest.mark.parametrize(
    "loss",
    [r"\overline{(y - Xw)^2}", r"\bar{w^2}", r"\widehat{y + w}", r"\log 1 + e^{-y w}", r"\sum_i \ln 1 - y_i w_i"],
)
def test_what_a_mark_or_a_logarithm_is_of_is_asked(loss: str) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(loss, "w")
    assert caught.value.diagnostic.code == "unreadable"


@pytest.mark.parametrize(
    "loss",
    [
        r"x^{\prime} A x",
        r"x^\prime A x",
        "x'Ax",
        r"x^{tr} A x",
        r"x^{\mathrm{tr}} A x",
        r"\left<x, Ax\right>",
        r"x \cdot Ax",
    ],
)
def test_a_quadratic_form_in_many_hands(loss: str) -> None:
    assert str(gradient(loss, "x", ["A: n×n, x: n"])).startswith("(A + Aᵀ)x ")


@pytest.mark.parametrize(
    ("loss", "letter"),
    [(r"\|x - x^k\|^2", "k"), (r"\frac{\rho}{2}\|X - Z^{k} + U^{k}\|_F^2", "k"), (r"w^\top x^n", "n")],
)
def test_a_raised_counter_is_an_exponent_or_a_number_of_the_letter(loss: str, letter: str) -> None:
    wrt = "X" if "X" in loss else "x"
    with pytest.raises(InputError) as caught:
        read_problem(loss, wrt)
    assert caught.value.diagnostic.code == "index-as-number"
    assert read_problem(loss, wrt, [f"{letter}: scalar"])


def test_powers_of_numbers_and_of_one_matrix_stay_powers() -> None:
    for loss, wrt in (
        (r"p^k (1-p)^{n-k}", "p"),
        (r"\operatorname{tr}(X^k)", "X"),
        (r"\|A^k x - b\|^2", "x"),
        (r"\|x\|^k", "x"),
    ):
        assert read_problem(loss, wrt)


def test_a_marked_letter_is_as_large_as_the_letter() -> None:
    problem = read_problem(r"\|Ax - b\|^2 + \lambda \log(1 + e^{-\tilde x})^\top \tilde x", "x")
    shapes = {symbol.name: str(symbol.shape) for symbol in problem.variables}
    assert shapes["x"] == shapes["x_tilde"]


@pytest.mark.parametrize(
    "loss",
    [
        r"L = \tfrac12 e^\top e = \tfrac12 \|y - Xw\|^2",
        "S(w) = e'e/2 = (y - Xw)'(y - Xw)/2",
        r"Q = \frac12 \sum_i e_i^2 = \frac12 \|y - Xw\|^2 = \frac12 \|Xw - y\|^2",
    ],
)
def test_of_equal_sides_the_first_that_holds_the_variable_is_the_loss(loss: str) -> None:
    assert str(gradient(loss, "w")).split("   (")[0] == "−Xᵀ(y − Xw)"


def test_an_explanation_is_no_side_of_the_loss() -> None:
    with pytest.raises(InputError):
        read_problem(r"\|y - z\|^2,\quad \hat z = Xw", "w")


def test_a_kernel_is_put_in_by_its_entries() -> None:
    found = gradient(r"a^\top K a,\ K_{ij} = x_i^\top x_j", "x", ["a: n, X: n×d"])
    assert str(found).startswith("2aaᵀX ")


def test_a_letter_of_a_number_of_things_is_no_array() -> None:
    with pytest.raises(InputError):
        read_problem(r"\|x - m\|^2,\ m = \frac1n \sum_i x_i", "x")


def test_a_fact_is_about_a_name_as_it_is_written() -> None:
    problem = read_problem(r"w_x^\top C_{xx} w_x", "w_x", [r"w_x: p, C_{xx}: p×p"], [r"C_{xx} spd"])
    assert [fact.symbol.name for fact in problem.facts] == ["C_xx"]


def test_what_the_variable_is_does_not_matter() -> None:
    text, said = with_definitions(r"\log(1+z),\quad z = x^\top x", "z")
    assert text.strip() == r"\log(1+z)"
    assert "left out" in said[0]
