"""An answer in several pieces, by cases, stacked, or with names that it explains: the piece that is meant is judged,
and what could not be read makes no answer wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_answers_as_written import judged

FORM = 'loss = "u.T@M@u"\nwrt = "u"\nshapes = "M: n×n, u: n"\n'
NET = 'loss = "norm(A@P@Q - B)**2"\nwrt = "P"\nshapes = "A: n×d, P: d×h, Q: h×k, B: n×k"\n'
SANDWICH = 'loss = "tr(C@Z@D@Z.T)"\nwrt = "Z"\nshapes = "C: m×m, Z: m×n, D: n×n"\n'
LENGTH = 'loss = "norm(A@u - c)"\nwrt = "u"\nshapes = "A: m×n, u: n, c: m"\n'
LINE = 'loss = "norm(A@u - c)**2/2"\nwrt = "u"\nshapes = "A: m×n, u: n, c: m"\n'
BELL = 'loss = "exp(c.T@u)"\nwrt = "u"\nshapes = "c: n, u: n"\n'
BITS = 'loss = "-t.T@log(sigmoid(A@u)) - (1-t).T@log(1-sigmoid(A@u))"\nwrt = "u"\nshapes = "A: m×n, u: n, t: m"\n'
SCALES = 'loss = "norm(Y - P@diag(s)@Q.T)**2"\nwrt = "s"\nshapes = "Y: m×n, P: m×k, s: k, Q: n×k"\n'
CENTRED = 'loss = "sum(c*(u - mean(u)))"\nwrt = "u"\nshapes = "c: m, u: m"\n'
NEAR = 'loss = "exp(-norm(u-c)**2/(2*h**2))"\nwrt = "u"\nshapes = "u: n, c: n, h: scalar"\n'
PULL = 'loss = "c.T@inv(M)@d"\nwrt = "M"\nshapes = "c: n, d: n, M: n×n"\n'
CURVED = 'loss = "sum(log(1+exp(A@u)))"\nwrt = "u"\norder = 2\nshapes = "A: m×n, u: n"\n'
GATES = 'loss = "sum(relu(W@u + c))"\nwrt = "W"\nshapes = "W: m×n, u: n, c: m"\n'
MAP = 'loss = "softmax(u)"\nwrt = "u"\nshapes = "u: n"\n'
RAYLEIGH = 'loss = "u.T@M@u/(u.T@u)"\nwrt = "u"\nshapes = "M: n×n, u: n"\nassume = "M symmetric"\n'
SMOOTH = f'{FORM}assume = "M symmetric"\n'
HINGES = 'loss = "sum(maximum(0, 1 - c*(A@u)))"\nwrt = "u"\nshapes = "A: m×n, u: n, c: m"\nassume = "c signs"\n'
CLASSES = (
    'loss = "-sum(T*log_softmax(A@W, axis=1))"\nwrt = "W"\nshapes = "A: n×d, W: d×k, T: n×k"\nassume = "T onehot"\n'
)
LAYERS = 'loss = "norm(W@tanh(U@x) - y)**2/2"\nwrt = "U"\nshapes = "W: k×h, U: h×d, x: d, y: k"\n'
FIT = 'asks = "minimum"\nloss = "norm(A@u - c)**2"\nwrt = "u"\nshapes = "A: m×n, u: n, c: m"\nassume = "A tall"\n'
SHIFT = 'loss = "sum((y - X@w - b)**2)"\nwrt = "b"\nshapes = "y: n, X: n×d, w: d, b: scalar"\n'
RIDGE = (
    'asks = "minimum"\nloss = "norm(A@u - c)**2 + k*norm(u)**2"\nwrt = "u"\n'
    'shapes = "A: m×n, u: n, c: m, k: scalar"\nassume = "k positive"\n'
)
_P, _Q = r"2A^T(APQ - B)Q^T", r"2P^TA^T(APQ - B)"
_BY_CASES = r"\begin{cases}s_i(1 - s_i) & i = j \\"
_S = r"\frac{\partial s_i}{\partial u_j} = "
CASES = [
    # a special case that is told beside it
    (FORM, "Mu + M^Tu, which reduces to 2Mu if M = M^T", "right"),
    (FORM, "(M + M^T)u. For symmetric M, this is 2Mu.", "right"),
    (FORM, "(M + M^T)u = 2Mu if M is symmetric", "right"),
    (FORM, r"(M + M^T)u \overset{M = M^T}{=} 2Mu", "right"),
    (FORM, "2Mu, which is (M + M^T)u if M = M^T", "wrong"),
    (FORM, r"\begin{cases} 2Mu & M = M^T \\ (M + M^T)u & \text{otherwise}\end{cases}", "right"),
    (FORM, r"\begin{cases} 2Mu & M = M^T \\ 0 & \text{otherwise}\end{cases}", "wrong"),
    (FORM, r"(M + M^*)u", "right"),
    (FORM, r"(M - M^*)u", "wrong"),
    (FORM, r"(M + M^*)u \text{ where } M^* = M^\top", "right"),
    (FORM, r"M^* = M^T, (M + M^*)u", "right"),
    (FORM, r"(M + M^*)u \text{ where } M^* = M", "undecided"),
    (FORM, r"2Mu with M = (M + M^T)/2", "undecided"),
    (FORM, r"2Su with S = (M + M^T)/2", "right"),
    (FORM, r"u^T(M + M^T) (as a row vector)", "undecided"),
    (FORM, r"\frac{\partial f}{\partial u_k} = 2m_{kk}u_k + \sum_{j \ne k}(m_{kj} + m_{jk})u_j", "right"),
    (FORM, r"\frac{\partial f}{\partial u_k} = m_{kk}u_k + \sum_{j \ne k}(m_{kj} + m_{jk})u_j", "wrong"),
    # where it has a value
    *((LENGTH, rf"\frac{{A^T(Au-c)}}{{\|Au-c\|}}{on}", "right") for on in (
        r", Au \neq c", r" \text{ for } Au \neq c", " (if Au ≠ c; otherwise undefined)",
    )),
    (LENGTH, r"\begin{cases}A^T(Au-c)/\|Au-c\| & Au \ne c \\ 0 & \text{otherwise}\end{cases}", "right"),
    (LENGTH, r"\begin{cases}A(Au-c)/\|Au-c\| & Au \ne c \\ 0 & \text{otherwise}\end{cases}", "wrong"),
    # derivatives by several variables
    (NET, rf"\frac{{\partial L}}{{\partial P}} = {_P}, \frac{{\partial L}}{{\partial Q}} = {_Q}", "right"),
    (NET, rf"\frac{{\partial L}}{{\partial Q}} = {_Q}, \frac{{\partial L}}{{\partial P}} = {_P}", "right"),
    (NET, rf"\frac{{\partial L}}{{\partial Q}} = {_P}, \frac{{\partial L}}{{\partial P}} = {_Q}", "wrong"),
    # stacked columns
    (SANDWICH, r"\operatorname{vec}(\nabla L) = (D^T \otimes C + D \otimes C^T)\operatorname{vec}(Z)", "right"),
    (SANDWICH, r"\operatorname{vec}^{-1}((D^T \otimes C + D \otimes C^T)\operatorname{vec}(Z))", "right"),
    (SANDWICH, r"\operatorname{vec}^{-1}((D \otimes C + D \otimes C^T)\operatorname{vec}(Z))", "wrong"),
    (SANDWICH, r"(D^T \otimes C + D \otimes C^T)\operatorname{vec}(Z)", "undecided"),
    # names that are explained
    (LINE, r"\sum_{i=1}^m r_i a_i, r_i = a_i^\top u - c_i", "right"),
    (LINE, r"\sum_{i=1}^m (\hat c_i - c_i) a_i, \quad \hat c_i = a_i^\top u", "right"),
    (LINE, r"\sum_{i=1}^m r_i a_i, r_i = a_i^\top u + c_i", "wrong"),
    (CLASSES, r"\sum_{i=1}^n a_i(p_i - t_i)^T, \quad p_i = \operatorname{softmax}(W^Ta_i)", "right"),
    (CLASSES, r"\sum_j a_j(p_j - t_j)^T where p_i = \operatorname{softmax}(W^Ta_i)", "right"),
    (CLASSES, r"\sum_i a_i(t_i - p_i)^T, \quad p_i = \operatorname{softmax}(W^Ta_i)", "wrong"),
    (LAYERS, r"(W^T(Wh - y) \odot (1 - h \odot h))x^T, h = \tanh(Ux)", "right"),
    (LAYERS, r"(W^T(Wh - y) \odot (1 - h))x^T, h = \tanh(Ux)", "wrong"),
    (LAYERS, r"h(W^T(W\tanh(Ux) - y) \odot (1 - \tanh^2(Ux)))x^T, h = 1", "undecided"),
    (CURVED, r"A^T S A where S is diagonal with S_{ii} = \sigma(a_i^Tu)(1-\sigma(a_i^Tu))", "right"),
    (CLASSES, r"\sum_{i=1}^n a_i(p_i - t_i)^T, \quad p_i = \operatorname{softmax}(W^Ta_i)", "right"),
    (CLASSES, r"\sum_j a_j(p_j - t_j)^T where p_i = \operatorname{softmax}(W^Ta_i)", "right"),
    (CLASSES, r"\sum_i a_i(t_i - p_i)^T, \quad p_i = \operatorname{softmax}(W^Ta_i)", "wrong"),
    (LAYERS, r"(W^T(Wh - y) \odot (1 - h \odot h))x^T, h = \tanh(Ux)", "right"),
    (LAYERS, r"(W^T(Wh - y) \odot (1 - h))x^T, h = \tanh(Ux)", "wrong"),
    (LAYERS, r"h(W^T(W\tanh(Ux) - y) \odot (1 - \tanh^2(Ux)))x^T, h = 1", "undecided"),
    (CURVED, r"A^T S A where S is diagonal with S_{ii} = \sigma(a_i^Tu)", "wrong"),
    (CURVED, r"A^T S A where S_{ii} = \sigma(a_i^Tu)(1-\sigma(a_i^Tu))", "right"),
    (LAYERS, r"z = Ux; h = \tanh(z); d_2 = Wh - y; d_1 = (W^Td_2) \odot (1 - h^2); d_1x^T", "right"),
    (LAYERS, r"z = Ux; h = \tanh(z); d_2 = Wh + y; d_1 = (W^Td_2) \odot (1 - h^2); d_1x^T", "wrong"),
    (LAYERS, r"W^T(Wh - y) \odot (1 - h^2) x^T, h = \tanh(Ux)", "right"),
    (LAYERS, r"W^T(Wh - y) \odot (1 - h) x^T, h = \tanh(Ux)", "wrong"),
    # values by cases of what is differentiated, and numbers called like the function
    (MAP, rf"{_S}{_BY_CASES} -s_is_j & i \ne j\end{{cases}}, s = \operatorname{{softmax}}(u)", "right"),
    (MAP, rf"{_S}{_BY_CASES} s_is_j & i \ne j\end{{cases}}, s = \operatorname{{softmax}}(u)", "wrong"),
    (BITS, r"\sum_i (\sigma_i - t_i)a_i, \sigma_i = \sigma(a_i^\top u)", "right"),
    (BITS, r"\sum_i (t_i - \sigma_i)a_i, \sigma_i = \sigma(a_i^\top u)", "wrong"),
    (BITS, r"A^\top(\sigma - t), \sigma = \sigma(Au)", "right"),
    # columns at one entry, and two vectors of ones that touch
    (SCALES, r"\frac{\partial L}{\partial s_k} = -2p_k^\top Eq_k, E = Y - P\operatorname{diag}(s)Q^\top", "right"),
    (SCALES, r"\frac{\partial L}{\partial s_j} = 2p_j^\top Eq_j, E = Y - P\operatorname{diag}(s)Q^\top", "wrong"),
    (CENTRED, r"c - \frac1m11^\top c", "right"), (CENTRED, r"(I - 11^T/m)c", "right"),
    (CENTRED, r"Hc, H = I - \frac{1}{m}11^{T}", "right"), (CENTRED, r"c + \frac1m11^\top c", "wrong"),
    # a slash before what stands side by side
    (NEAR, r"-(u-c)e^{-\|u-c\|^2/2h^2}/h^2", "right"),
    (NEAR, r"(u-c)e^{-\|u-c\|^2/2h^2}/h^2", "wrong"),
    (NEAR, r"\frac{1}{h^2}k(u,c)(c-u), k(u,c) = e^{-\|u-c\|^2/2h^2}", "right"),
    (NEAR, r"\frac{1}{h^2}k(u,c)(u-c) \text{ where } k(u,c) = e^{-\|u-c\|^2/2h^2}", "wrong"),
    (RAYLEIGH, r"2Mu/u^Tu - 2(u^TMu)u/(u^Tu)^2", "right"),
    (RAYLEIGH, r"2Mu/u^Tu + 2(u^TMu)u/(u^Tu)^2", "wrong"),
    (RAYLEIGH, r"2(Mu - ru)/\|u\|^2, r = u^TMu/u^Tu", "right"),
    (PULL, r"-p q^T, Mq = d, M^Tp = c", "undecided"),
    (RAYLEIGH, r"\frac{2}{\|u\|^2}(M - r(u) I)u \text{ where } r(u) = \frac{u^\top Mu}{u^\top u}", "right"),
    (RAYLEIGH, r"\frac{2}{\|u\|^2}(M + r(u) I)u \text{ where } r(u) = \frac{u^\top Mu}{u^\top u}", "wrong"),
    # the loss by the name that the left side gives it
    (BELL, r"\nabla f(u) = f(u) c", "right"),
    (BELL, r"\frac{\partial f}{\partial u_i} = c_i f", "right"),
    (BELL, r"\nabla f = -f c", "wrong"),
    (BELL, r"f c", "undecided"),
    (MAP, rf"{_S}s_i(\delta_{{ij}} - s_j)", "right"),
    (MAP, rf"{_S}s_i(1 - s_j)", "wrong"),
    (LINE, r"A^\dagger(Au - c)", "right"),
    (LINE, r"A^\dagger(Au + c)", "unreadable"),
    *((FORM, said, "right") for said in (
        "**(M + M^T)u**", "⟹ (M + M^T)u", "(M + M^T)u ✓", "(M + M^T)u □", "(M + M^T)u QED",
        r"\mathrm{grad}\, f = (M + M^T)u",
        r"\[ \nabla f(u) = (M + M^T)u \]", r"\begin{equation} (M + M^T)u \end{equation}",
    )),
    (FORM, "**(M - M^T)u**", "wrong"),
    # the same once more, and words behind it
    (FORM, "Mu + M^Tu, i.e. (M + M^T)u", "right"),
    (FORM, r"Mu + M^Tu \text{ or equivalently } (M + M^T)u", "right"),
    (FORM, "Mu + M^Tu, that is, 2Mu", "wrong"),
    (FORM, "2Mu, or equivalently (M + M^T)u", "wrong"),
    (FORM, r"(M + M^T)u \text{ (as in the lecture)}", "right"),
    (FORM, r"(M + M^T)u,\quad\text{since } \nabla c = 0", "right"),
    (FORM, r"(M + M^T)u \text{ or its negative}", "undecided"),
    (FORM, r"(M + M^T)u \text{ at zero}", "undecided"),
    (FORM, r"(M + M^T)u \text{ up to a factor}", "undecided"),
    # means of the data
    (SHIFT, r"2n(b + \bar x^Tw - \bar y)", "right"),
    (SHIFT, r"\frac{2n(b + \bar{\mathbf{x}}^Tw) - 2n\bar{y}}{1}", "right"),
    (SHIFT, r"2(b + \bar x^Tw - \bar y)", "undecided"),
    (SHIFT, r"2n(b + \bar x^Tw - \bar y), \bar y = \sum_i y_i, \bar x = \frac1n\sum_i x_i", "wrong"),
    # a sum over a set that is stated, and a reason
    (HINGES, r"-\sum_{i \in S} c_i a_i, S = \{i : c_i a_i^Tu < 1\}", "right"),
    (HINGES, r"-\sum_{i \in \mathcal{S}} c_i a_i where \mathcal{S} = \{i \mid c_i a_i^Tu > 1\}", "wrong"),
    (HINGES, r"-\sum_{i \in S} c_i a_i", "undecided"),
    (SMOOTH, "2Mu, since M is symmetric", "right"),
    (SMOOTH, "2Mu (M = M^T)", "right"),
    (SMOOTH, "2Mu because $M^T = M$", "right"),
    (SMOOTH, "Mu because $M^T = M$", "wrong"),
    (FORM, "2Mu because $M^T = M$", "wrong"),
    # listed with dots
    (BELL, r"(c_1 e^{c^Tu}, c_2 e^{c^Tu}, \dots, c_n e^{c^Tu})^T", "right"),
    (BELL, r"\begin{bmatrix} c_1 e^{c^Tu} \\ \vdots \\ c_n e^{c^Tu} \end{bmatrix}", "right"),
    (BELL, r"(c_1 e^{c_1u_1}, \dots, c_n e^{c_nu_n})", "wrong"),
    (BELL, r"\begin{bmatrix} c_1 e^{c^Tu} & \cdots & c_n e^{c^Tu} \end{bmatrix}", "wrong"),
    (BELL, r"(c_1 e^{c^Tu}, c_3 e^{c^Tu}, \dots, c_n e^{c^Tu})", "unreadable"),
    (BELL, r"(c_1 e^{c^Tu}, c_2 e^{c^Tu}, \dots, c_k e^{c^Tu})^T", "unreadable"),
    (CURVED, r"A^T\operatorname{diag}(s_1(1-s_1), ..., s_m(1-s_m))A, s_i = \sigma(a_i^Tu)", "right"),
    (CURVED, r"A^T\operatorname{diag}(s_1, ..., s_m)A, s_i = \sigma(a_i^Tu)", "wrong"),
    # where something holds
    (GATES, r"1_{\{Wu + c > 0\}} u^T", "right"),
    (GATES, r"(Wu + c > 0) u^T", "right"),
    (GATES, r"(Wu + c < 0) u^T", "wrong"),
    # least squares, as programs and books have them
    *((FIT, said, "right") for said in (
        r"u = A^+c", r"u = A^\dagger c", r"u = A \ c", r"np.linalg.lstsq(A, c, rcond=None)[0]", r"(A.T@A) \ (A.T@c)",
        "The normal equations $A^TAu = A^Tc$ give $u = (A^TA)^{-1}A^Tc$.",
    )),
    (FIT, r"u = (A@A.T) \ c", "wrong"),
    (FIT, r"np.linalg.lstsq(A.T @ A, c)[0]", "wrong"),
    (FIT, r"u \propto A^Tc, \text{ normalized to } c^TAu = 1", "undecided"),
    # an equation that the point solves
    (RIDGE, r"(A^TA + kI)u = A^Tc", "undecided"),
    (RIDGE, r"(A^TA + 2kI)u = A^Tc", "wrong"),
]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "said", "verdict"), CASES)
def test_the_piece_that_is_meant_is_judged(tmp_path: Path, key: str, said: str, verdict: str) -> None:
    found = judged(tmp_path, key, said, "a.toml")
    assert found.verdict == verdict, found


SPECIAL = [
    (FORM, r"\begin{cases} (M + M^T)u & u \ne 0 \\ 7 & u = 0\end{cases}", "undecided"),
    (FORM, r"\begin{cases} 3Mu & M = M^T \\ (M + M^T)u & \text{otherwise}\end{cases}", "undecided"),
    (FORM, r"\begin{cases} (M + M^T)u & u \ne 0 \\ (M + M^T)u & u = 0\end{cases}", "right"),
    (FORM, "Mu + M^Tu, which reduces to 5Mu if M = M^T", "undecided"),
    (FORM, "(M + M^T)u. For symmetric M, this is 3Mu.", "undecided"),
    (FORM, "(M + M^T)u = 5Mu if M is symmetric", "undecided"),
    (FORM, r"(M + M^T)u \overset{M = M^T}{=} 7u", "undecided"),
]


@pytest.mark.parametrize(("key", "said", "verdict"), SPECIAL)
def test_the_value_of_a_special_case_is_judged_where_the_loss_has_a_derivative(
    tmp_path: Path, key: str, said: str, verdict: str
) -> None:
    assert judged(tmp_path, key, said, "a.toml").verdict == verdict
