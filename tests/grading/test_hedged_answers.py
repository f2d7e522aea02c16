"""Whoever writes several answers beside each other claims them all: one that is wrong, also by its shape, leaves the
right one undecided; what words call a step on the way is claimed by nobody."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from matgrad_cli.grading.check import Key, check_text, read_key

from .test_which_answer import KEY, judged

__all__ = ["KEY"]

WORDS = tomllib.loads(Path(__file__).with_name("words_beside.toml").read_text(encoding="utf-8"))
STATED = [rf"${head}X^T(\sigma(Xw)-y)$" for head in (r"\nabla_w f = ", "G = ")] + [
    r"The gradient is $X^T(\sigma(Xw)-y)$"
]
_HESSIAN = r"$H = \operatorname{diag}(p) - pp^\top$, where $p = \operatorname{softmax}(x)$"
_RIGHT_3 = r"X^T(\sigma(Xw)-y)"
LISTED_3 = [
    ("Possible answers: $…$, $X(\\sigma(Xw)-y)$", "undecided"),
    ("Candidates: $\\sigma(Xw)-y$, $…$", "undecided"),
    ("$…$ or $\\sigma(Xw)-y$", "undecided"),
    ("It is one of $…$, $\\sigma(Xw)-y$.", "undecided"),
    ("- $\\sigma(Xw)-y$\n- $…$", "undecided"),
    ("$$\\sigma(Xw)-y$$\n$$…$$", "undecided"),
    ("`X.T@(sigmoid(X@w)-y)`\n`sigmoid(X@w)-y`", "undecided"),
    ("The gradient is $…$. Alternatively: $\\sigma(Xw)-y$", "undecided"),
    ("$…$\n\n$-X^{-T}A^TX^{-T}$\n\n$(A+A^T)x+b$", "undecided"),
    ("$…$, $Vz$", "undecided"),
    ("$…$, which is the same as $X\\sigma(Xw)-X^Ty$", "undecided"),
    ("$…$, which is the same as $X^T\\sigma(Xw)-X^Ty$", "right"),
    ("$X(\\sigma(Xw)-y)$ or equivalently $…$", "undecided"),
    ("$…$ or equivalently $X^T\\sigma(Xw)-X^Ty$", "right"),
    ("$…$\n\n$\\sum_i(\\sigma(w^Tx_i)-y_i)x_i$", "right"),
    ("The inner derivative is $X$, the outer one $\\sigma(Xw)-y$, so the gradient is $…$.", "right"),
    ("Outer: $\\sigma(Xw)-y$, inner: $X$, in all: $…$", "right"),
    ("The derivative by $z = Xw$ is $\\sigma(Xw)-y$. Multiply by $X^T$: $…$", "right"),
    ("$…$, $X \\in \\mathbb{R}^{n\\times d}$", "right"),
]


@pytest.mark.parametrize(("text", "verdict"), LISTED_3)
def test_what_stands_beside_an_answer_as_another_is_claimed_too_whatever_its_shape(
    key: Key, text: str, verdict: str
) -> None:
    assert judged(key, 3, text.replace("…", _RIGHT_3)).verdict == verdict


@pytest.mark.parametrize("text", [
    r"$… \text{ (wrong)}$", r"… \text{ (wrong)}", "`X.T @ (sigmoid(X@w) - y)  # or sigmoid(X@w) - y * w`",
])  # fmt: skip
def test_what_is_denied_inside_of_the_formula_or_its_comment_is_not_right(key: Key, text: str) -> None:
    assert judged(key, 3, text.replace("…", _RIGHT_3)).verdict == "undecided"


@pytest.mark.parametrize(("text", "verdict"), [
    (r"$\sigma(Xw)-y$", "wrong"),
    (r"> $…$", "right"),
    (r"$f'(w) = …$", "right"),
    (r"$\mathrm{grad}\, f = …$", "right"),
    (r"$f'(w) = \sigma(Xw) - y$", "wrong"),
    ("sum((sigmoid(X[i]@w) - y[i])*X[i] for i in range(n))", "right"),
    ("sum((sigmoid(X[i]@w) + y[i])*X[i] for i in range(n))", "wrong"),
    (r"$G_j = \sum_i X_{ij}r_i$ where $r = \sigma(Xw) - y$", "right"),
    (r"$G_j = \sum_i X_{ij}r_i$ where $r = y - \sigma(Xw)$", "undecided"),
    (r"$\sigma(Xw)-y$ is a vector.", "undecided"),
])  # fmt: skip
def test_all_that_is_handed_in_is_the_answer(key: Key, text: str, verdict: str) -> None:
    assert judged(key, 3, text.replace("…", _RIGHT_3)).verdict == verdict


@pytest.mark.parametrize("text", [
    r"$$\nabla f = 0 \quad\text{or}\quad \nabla f = …$$", r"$$\nabla f = … \quad\text{or}\quad \nabla f = 0$$",
    r"$$\nabla f = … \text{ or } 0$$", "$$\\nabla f = 0$$\nor\n$$\\nabla f = …$$", r"$$\nabla f = 0 = …$$",
    r"$$\nabla f = … \text{ if } n > 5 \text{ else } 0$$", r"$$\nabla f = … \quad\text{if } y = 0$$",
    r"$$\nabla f = … \quad\text{for } w = 0, \text{ otherwise } w$$",
])  # fmt: skip
def test_what_is_said_to_be_zero_as_well_or_of_some_values_inside_of_the_formula_is_open(key: Key, text: str) -> None:
    assert judged(key, 3, text.replace("…", _RIGHT_3)).verdict == "undecided"


@pytest.mark.parametrize("text", [
    r"$$\nabla f = … = 0$$", r"$$\nabla f = … \text{ or equivalently } X^T\sigma(Xw) - X^Ty$$",
    r"$$\nabla f = … \quad\text{for all } w$$", r"$$\nabla f = … \quad\text{where } \sigma(t) = 1/(1+e^{-t})$$",
])  # fmt: skip
def test_other_words_inside_of_the_formula_change_nothing(key: Key, text: str) -> None:
    assert judged(key, 3, text.replace("…", _RIGHT_3)).verdict == "right"


@pytest.mark.parametrize(("number", "text", "verdict"), [
    (1, r"$(A+A^T)x+b$ would be the gradient if $A$ was not symmetric, but it is, so $2Ax+b$.", "undecided"),
    (1, r"$(A+A^T)x+b$ is right only for $A$ orthogonal, so I take $Ax+b$.", "undecided"),
    (1, r"With $S=\frac12(A+A^T)$ for the symmetric part, $\nabla f = 2Sx+b$.", "right"),
    (1, r"$Ax + A^Tx + b \in \mathbb{R}^n$", "right"),
    (1, r"We have $f'(x) = x^TA^T + x^TA + b^T$, so the gradient, a column, is $(A+A^T)x+b$.", "right"),
    (3, r"The gradient is $X^Tr$, where $r$ is a column with $r=\sigma(Xw)-y$.", "right"),
    (3, r"The gradient is $s - X^Ty$, where $s = \sum_{i=1}^n\sigma(x_i^Tw)x_i$ adds up the rows.", "right"),
    (3, r"$\nabla f = X^Tr$ where $r$ is the residual $\sigma(Xw) - y$.", "right"),
    (3, r"Denote by $r$ the residual vector $\sigma(Xw) - y$. The gradient is $X^Tr$.", "right"),
    (3, r"$\nabla f = X^Tr$, where $r$ stands for $y - \sigma(Xw)$.", "wrong"),
    (3, r"$\nabla f = X^Tr$, where $r$ is the negative residual $\sigma(Xw) - y$.", "undecided"),
    (3, r"For $w$ the gradient is $X^T(\sigma(Xw) - y)$.", "right"),
    (6, r"$D - pp^\top$ where $D$ is diagonal with $D_{ii} = p_i$ and $p = \operatorname{softmax}(x)$.", "right"),
    (7, r"It is $-uv^\top$ ($n \times n$), where $u = X^{-\top}a$ and $v = X^{-1}b$.", "right"),
    (7, r"With $u = X^{-\top}a$ and $v = X^{-1}b$: $-uv^\top$ ($n \times n$)", "right"),
    (3, r"$\delta_1 = \sigma(Xw)$, $\delta_2 = \delta_1 - y$, so $$\nabla_w L = X^T\delta_2$$", "right"),
    (3, r"$\delta_1 = \sigma(Xw)$, $\delta_2 = \delta_1 + y$, so $$\nabla_w L = X^T\delta_2$$", "wrong"),
    (1, r"$\frac{\partial f}{\partial x_k} = 2A_{kk}x_k + \sum_{j \ne k}(A_{kj} + A_{jk})x_j + b_k$", "right"),
    (1, r"$\frac{\partial f}{\partial x_k} = A_{kk}x_k + \sum_{j \ne k}(A_{kj} + A_{jk})x_j + b_k$", "wrong"),
    (3, r"With $r = \sigma(Xw) - y$: $\partial L/\partial w = r^TX$, so $\nabla L = (r^TX)^T = X^Tr$.", "right"),
    (1, r"$g(x) = x^TAx$, $h(x) = b^Tx$, $\nabla g = (A+A^T)x$, $\nabla h = b$: $\nabla f = (A+A^T)x + b$.", "right"),
    (1, r"$\nabla f = (A+A^T)x + b$ with $A := 2A$", "undecided"),
    (1, r"Let $g(x) = x^TAx$, $h(x) = b^Tx$. $\nabla g = 2Ax$, $\nabla h = b$, so $\nabla f = 2Ax + b$.", "wrong"),
    (1, r"$g = 2Ax + b$", "wrong"), (1, r"$2Ax+b$ is nonsense; $(A+A^T)x+b$ is no good.", "undecided"),
    (6, r"$D + pp^\top$ where $D$ is diagonal with $D_{ii} = p_i$ and $p = \operatorname{softmax}(x)$.", "wrong"),
])  # fmt: skip
def test_what_words_say_of_a_formula_is_heard_where_it_is_meant(key: Key, number: int, text: str, verdict: str) -> None:
    assert judged(key, number, text).verdict == verdict


@pytest.mark.parametrize(("words", "earns"), [
    *((words, False) for words in WORDS["changed"]), *((words, False) for words in WORDS["denied"]),
    *((words, True) for words in WORDS["explained"]),
])  # fmt: skip
def test_words_beside_a_right_answer_leave_it_right_only_if_they_explain_it(key: Key, words: str, earns: bool) -> None:
    for stated in STATED[: 2 if "…" in words else 3]:
        text = words.replace("…", stated) if "…" in words else stated + words
        assert (judged(key, 3, text).verdict == "right") is earns, text


@pytest.mark.parametrize(("number", "text", "verdict"), [
    (6, rf"{_HESSIAN}. So $H_{{ij}} = -p_ip_j$.", "undecided"),
    (6, rf"{_HESSIAN}. Final answer: $H = pp^\top$.", "undecided"),
    (6, rf"{_HESSIAN}", "right"), (6, rf"The gradient is $\operatorname{{softmax}}(x)$ and {_HESSIAN}.", "right"),
    (6, r"The gradient is $\operatorname{softmax}(x)$.", "undecided"),
    (6, rf"Differentiating the gradient once more gives ${_HESSIAN[5:]}.", "right"),
    (6, rf"The Jacobian of the gradient is ${_HESSIAN[5:]}.", "right"),
    (6, rf"The gradient is $\operatorname{{softmax}}(x)$. Its derivative is ${_HESSIAN[5:]}.", "right"),
    (6, r"Differentiating the loss, the gradient is $\operatorname{softmax}(x)$.", "undecided"),
    (3, r"$\nabla f \approx X^T(\sigma(Xw)-y)$", "undecided"),
    (3, r"$G = X^T(\sigma(Xw)-y) \text{ or its negative}$", "undecided"),
    (3, r"$$\frac{\partial f}{\partial w_j} = X_{ij}(\sigma(Xw)_i - y_i)$$", "undecided"),
    (3, r"$\frac{\partial f}{\partial w_j} = X_{ij}(\sigma(X_{ik}w_k) - y_i)$, summed over $i$", "right"),
    (3, r"$\frac{\partial f}{\partial w_j} = X_{ij}(\sigma(Xw)_i - y_i)$, not summed over $i$", "undecided"),
    (3, r"$\frac{\partial f}{\partial w_j} = X_{ij}(\sigma(Xw)_i - y_i)$ with a sum over $i$ understood", "right"),
    (3, r"$df = f'(w)\,dw$ and hence $\nabla f = X^T(\sigma(Xw)-y)$.", "right"),
    (3, r"$df = (\sigma(Xw)+y)^TX\,dw$ and hence $\nabla f = X^T(\sigma(Xw)-y)$.", "undecided"),
    (3, r"$\nabla f = X^T(\sigma(Xw)-y)$, i.e. $\nabla f = 0$ iff $X^T\sigma(Xw) = X^Ty$.", "right"),
    (3, r"$\nabla f = X^T(\sigma(Xw)-y)$. Final answer: $\nabla f = 0$.", "undecided"),
    (3, r"$\nabla f = X^T(\sigma(Xw)-y)$. In fact $\sigma(Xw) = 1/(1+e^{-Xw})$, in fact $p = \sigma(Xw)$.", "right"),
    (3, r"$\nabla f = X^T(\sigma(Xw)-y)$. In fact $H = X^T(\sigma(Xw)+y)$.", "undecided"),
    (3, r"$\nabla f = X^T(\sigma(Xw)-y)$. Correction: $y$ are the labels in $\{0,1\}$.", "right"),
    (3, "$G = X^T(\\sigma(Xw)-y)$. " + " ".join(f"So $G = X^T(\\sigma(a_{n})-y)$." for n in range(13)), "undecided"),
    (3, r"The gradient of the error is $X^T(\sigma(Xw)-y)$.", "right"),
    (3, r"It is an error that $\nabla f = X^T(\sigma(Xw)-y)$.", "undecided"),
    (3, r"Do not use a loop: $\nabla f = X^T(\sigma(Xw)-y)$.", "right"),
    (3, r"Do not use the following formula: $\nabla f = X^T(\sigma(Xw)-y)$.", "undecided"),
    (3, r"It cannot be simplified so: $X^T(\sigma(Xw)-y)$.", "right"),
    (3, r"Repeated indices are summed. $$\frac{\partial f}{\partial w_j} = X_{ij}(\sigma(Xw)_i - y_i)$$", "right"),
])  # fmt: skip
def test_what_else_is_said_of_the_answer_must_hold_too(key: Key, number: int, text: str, verdict: str) -> None:
    assert judged(key, number, text).verdict == verdict


ASKED = r"""
[[problem]]
id = "1"
loss = "norm(A@x - b)**2/2 + lam*norm(x)**2"
wrt = "x"
shapes = "A: m×n, x: n, b: m, lam: scalar"

[[problem]]
id = "2"
loss = "tanh(A@x)"
wrt = "x"
shapes = "A: m×n, x: n"

[[problem]]
id = "3"
loss = "sum(log(1+exp(-y*(X@w))))"
wrt = "w"
order = 2
assume = "y sign"
shapes = "X: n×d, w: d, y: n"

[[problem]]
id = "4"
loss = '-\sum_{i=1}^n \sum_{k=1}^K Y_{ik} \log \mathrm{softmax}(W^\top x_i)_k'
wrt = "W"
shapes = "X: n×d, W: d×K, Y: n×K, x_i: row of X"
assume = "Y onehot"

[[problem]]
id = "5"
loss = "norm(X@w - y)**2 + lam*norm(w)**2"
wrt = "w"
shapes = "X: n×d, w: d, y: n, lam: scalar"
assume = "lam positive"
asks = "minimum"

[[problem]]
id = "6"
loss = "w.T@S@w - lam*(w.T@w - 1)"
wrt = "w"
shapes = "S: d×d, w: d, lam: scalar"
assume = "S symmetric"

[[problem]]
id = "7"
loss = "norm(V@maximum(0, W@x) - y)**2/2"
wrt = "W"
shapes = "W: h×d, x: d, V: k×h, y: k"

[[problem]]
id = "8"
loss = "n/2*logdet(P) - trace(P@C)/2"
wrt = "P"
shapes = "P: d×d, C: d×d, n: scalar"
assume = "P spd, C symmetric, n positive"

[[problem]]
id = "9"
loss = "softmax(z)"
wrt = "z"
shapes = "z: k"

[[problem]]
id = "10"
loss = "x.T@A@x/(x.T@x)"
name = "R"
wrt = "x"
shapes = "A: n×n, x: n"
assume = "A symmetric, x nonzero"

[[problem]]
id = "11"
loss = "tr(A@X@B@X.T)"
name = "f"
wrt = "X"
shapes = "A: m×m, X: m×n, B: n×n"
"""
STUDENTS = [line for line in Path(__file__).with_name("students.txt").read_text("utf-8").splitlines() if line[0] != "#"]


@pytest.mark.sampled(12)
@pytest.mark.parametrize("line", STUDENTS)
def test_what_a_student_says_in_his_own_words_earns_what_it_deserves(tmp_path: Path, line: str) -> None:
    sign, number, text = line.split(" ", 2)
    (tmp_path / "key.toml").write_text(ASKED, encoding="utf-8")
    id_, ending = number.rstrip("t"), "txt" if number.endswith("t") else "md"
    written = f"## Problem {id_}\n\n{text}\n".lstrip("# " if ending == "txt" else "").replace("⏎", "\n")
    report = check_text(written, f"a.{ending}", read_key(tmp_path / "key.toml"))
    (found,) = (one.verdict for one in report.problems if one.id == id_)
    assert (
        found
        in {"+": ("right",), "-": ("wrong",), ".": ("undecided", "unreadable", "wrong"), "?": ("undecided",)}[sign]
    )
