"""What stands beside a right answer under a key and claims nothing about it: updates, orders, sizes, facts on the way;
and ∂L/∂w as the row of which ∇L is the transpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.grading.answers.dress import is_bare
from matgrad_cli.grading.check import Key, check_text, read_key

KEY = """
[[problem]]
id = "1"
loss = "norm(X@w-y)**2"
wrt = "w"
shapes = "X: m×n, w: n, y: m"
"""
ANSWER = r"$$\nabla_w \|Xw-y\|^2 = 2X^T(Xw-y)$$"
BESIDE = [
    r"$$w \leftarrow w - \eta \nabla_w L$$",
    r"$$w := w - \eta \nabla_w L$$",
    r"$$w_{t+1} = w_t - \eta \nabla_w L$$",
    r"$$\eta > 0$$",
    r"$$\varepsilon \sim N(0, I)$$",
    r"$$\nabla_w^2 L = 2X^TX \succeq 0$$",
    r"$$\nabla_w L \to 0$$",
    r"$$\min_w \|Xw-y\|^2$$",
    r"$$f: \mathbb{R}^n \to \mathbb{R}$$",
    r"$$\text{sizes: } (n\times m)(m \times 1) = n \times 1$$",
    r"$$X = \begin{bmatrix} x_1^T \\ \vdots \\ x_m^T \end{bmatrix}$$",
    r"Let $e = y - Xw$. Then $\frac{\partial e}{\partial w} = -X$.",
    r"With $r = Xw-y$ we get $\nabla_r L = 2r$ and $\nabla_w r = X^T$.",
]
TURNED = [
    r"$$\frac{dL}{dw} = 2(Xw-y)^TX$$ Hence $\nabla_w L = \left(\frac{dL}{dw}\right)^T = 2X^T(Xw-y)$.",
    r"Let $r=Xw-y$. $$\frac{\partial L}{\partial r} = 2r^T, \quad \frac{\partial r}{\partial w} = X$$"
    r"$$\nabla_w L = 2X^Tr$$",
    r"$\frac{dL}{dw} = 2(Xw-y)^TX$, so $\nabla L = 2X^T(Xw-y)$.",
]
OTHERS = [
    (r"$$\nabla L = X^T(Xw-y) \succ 0$$ $$\nabla L = 2X^T(Xw-y)$$", "wrong"),
    (r"$$\frac{dL}{dw} = (Xw-y)^TX$$ $$\nabla L = 2X^T(Xw-y)$$", "wrong"),
    (r"$$\nabla L = 2(Xw-y)^TX$$ $$\frac{dL}{dw} = 2X^T(Xw-y)$$", "wrong"),
    (r"$$\frac{dL}{dw} = 2(Xw-y)^TX$$", "wrong"),
    (r"$\nabla L = 2X^T(Xw-y)$ or $\nabla L = 2(Xw-y)^TX$.", "undecided"),
    (r"Let $f = \|Xw-y\|^2$. $\nabla f = X^T(Xw-y)$. $\nabla L = 2X^T(Xw-y)$.", "undecided"),
    (r"$$w \leftarrow w - 2\eta X^T(Xw-y)$$", "unreadable"),
]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    path = tmp_path_factory.mktemp("key") / "key.toml"
    path.write_text(KEY, encoding="utf-8")
    return read_key(path)


def verdict(key: Key, text: str) -> str:
    return check_text(f"## Problem 1\n\n{text}\n", "a.md", key).problems[0].verdict


@pytest.mark.parametrize("text", BESIDE)
def test_what_claims_nothing_about_the_problem_leaves_an_answer_right(key: Key, text: str) -> None:
    assert (verdict(key, f"{text}\n\n{ANSWER}"), verdict(key, f"{ANSWER}\n\n{text}")) == ("right", "right")


@pytest.mark.parametrize("text", TURNED)
def test_the_derivative_may_be_a_row_of_which_the_gradient_is_the_transpose(key: Key, text: str) -> None:
    assert verdict(key, text) == "right"


@pytest.mark.parametrize(("text", "expected"), OTHERS)
def test_what_answers_beside_the_answer_is_no_aside(key: Key, text: str, expected: str) -> None:
    assert verdict(key, text) == expected


def test_a_macro_at_the_end_of_a_formula_leaves_its_delimiter(key: Key) -> None:
    text = r"\newcommand{\T}{^\top}" + "\n\\section*{Problem 1}\n" + r"$\nabla_w L = 2X\T Xw - 2(y\T X)\T$."
    assert check_text(text, "a.tex", key).problems[0].verdict == "right"


@pytest.mark.parametrize(
    "text", ["```python\nraise NotImplementedError()\n```", "YOUR ANSWER HERE", "# YOUR CODE HERE"]
)
def test_a_sheet_that_nobody_filled_in_is_no_answer(key: Key, text: str) -> None:
    (found,) = check_text(f"## Problem 1\n\n{text}\n", "a.md", key).problems
    assert (found.verdict, found.final.code) == ("undecided", "missing-answer")


@pytest.mark.parametrize("text", ["`2*X.T@(X@w-y)`", "2*X.T@(X@w-y)", "The gradient is 2X^T(Xw-y)."])
def test_where_one_problem_is_asked_its_answer_needs_no_dollars(key: Key, text: str) -> None:
    assert (verdict(key, text), check_text(text, "a.md", key).problems[0].verdict) == ("right", "right")


def test_an_inverse_of_a_vector_is_that_of_its_entries(tmp_path: Path) -> None:
    path = tmp_path / "key.toml"
    path.write_text('[[problem]]\nloss = "sum(log(x))"\nwrt = "x"\nshapes = "x: n"\nassume = "x positive"\n')
    assert check_text("$\\nabla f = x^{-1}$", "a.md", read_key(path)).problems[0].verdict == "right"


AGAIN = {
    ". The gradient is $2X^TXw - 2X^Ty$.": "right",
    ". The gradient is $X(Xw-y)$.": "undecided",
    ", which equals $2X^TXw - 2X^Ty$.": "right",
    ", which equals $2X^TXw - X^Ty$.": "undecided",
    ", i.e. $2X^TXw - X^Ty$.": "undecided",
    ", which is $n \\times 1$.": "right",
    ", which is linear in $w$.": "right",
}


@pytest.mark.parametrize("said", AGAIN)
def test_what_a_sentence_says_that_the_gradient_is_counts_as_the_answer_too(said: str, key: Key) -> None:
    text = "## Problem 1\n\n$\\nabla_w L = 2X^T(Xw-y)$" + said + "\n"
    assert check_text(text, "a.md", key).verdict == AGAIN[said]


BARE = ["2*X.T@(X@w - y)", "-2*(X.T @ y) + 2.5*X.T@X@w/m", "trace(X) - (w.T @ w)**0.5*w", "inv(X.T@X)@w", "sum(w)*w"]
"""Code alone, of which everything that looks for words round an answer need not be asked."""
DRESSED = [
    "2*X.T@(X@w - y) (m x n)", "2*X@w symmetric", "2*X@w, m", "2*X@w if m", "X(w)", "print(w)", "a) 2*w", "x_i*w",
    "w.*y", "2*w (gradient-layout)", "w = y", "w + lam*y", "2*w\ny", "w[m]", "np.dot(X, w)", "2*w #", "w'",
]  # fmt: skip


@pytest.mark.parametrize("answer", [*BARE, *DRESSED])
def test_only_code_is_bare(answer: str) -> None:
    assert is_bare(answer, frozenset(("X", "w", "y", "m", "n", "T"))) is (answer in BARE)
