"""Two letters below a matrix say between what it stands; a vector that is one-hot has a place."""

from __future__ import annotations

import pytest

from matgrad_cli.documents.sheets.names import paired
from matgrad_cli.grading.check import check_text

RECURRENT = r"""
$h_t = \tanh(W_{hh}h_{t-1} + W_{xh}x_t + b)$ and $o_t = W_{ho}h_t$. The loss is $L = \frac12\|o_t - r_t\|^2$.

$$\frac{\partial L}{\partial W_{ho}} = (o_t - r_t)h_t^T$$

$$\frac{\partial L}{\partial h_t} = W_{ho}^T(o_t - r_t)$$

$$\frac{\partial L}{\partial W_{hh}} = \left[\frac{\partial L}{\partial h_t}\odot(1-h_t^2)\right]h_{t-1}^T$$
"""


@pytest.mark.parametrize("letters", ["o", "y", "z"])
@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("", "", "right"),
        ("(o_t - r_t)h_t^T", "h_t(o_t - r_t)^T", "wrong"),
        ("W_{ho}^T(o_t", "W_{ho}(o_t", "wrong"),
        ("h_{t-1}^T", "x_t^T", "wrong"),
    ],
)
def test_letters_between_which_a_matrix_stands_are_a_label(letters: str, old: str, new: str, verdict: str) -> None:
    text = RECURRENT.replace(old, new, 1) if old else RECURRENT
    text = text.replace("o_t", f"{letters}_t").replace("W_{ho}", f"W_{{h{letters}}}")
    assert check_text(text, "x.md").verdict == verdict


@pytest.mark.parametrize(
    ("texts", "pairs"),
    [
        (["h = \\tanh(W_{xh} x)"], ["xh"]),
        (["\\Sigma_{xx}", "\\Sigma_{xy} w"], ["xx", "xy"]),
        (["\\sum_b A_{ab} b_b", "a = b"], []),
        (["A_{ab} B_{bc}"], []),
        (["X_{ij}", "i = j"], []),
    ],
)
def test_letters_over_which_is_summed_are_indices(texts: list[str], pairs: list[str]) -> None:
    assert sorted(paired(texts)) == pairs


SKIP_GRAM = r"""
$$J = -\log\frac{\exp(u_o^Tv)}{\sum_{w=1}^{V}\exp(u_w^Tv)}$$

$$\frac{\partial J}{\partial v} = -u_o + \sum_{w=1}^V\hat y_wu_w = U^T(\hat y - y)$$

where the rows of $U$ are the $u_w$, $y$ is the one-hot vector of $o$, and $\hat y = \operatorname{softmax}(Uv)$.
"""


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [("", "", "right"), ("U^T(\\hat y - y)", "U^T(y - \\hat y)", "wrong"), ("U^T(\\hat y", "U(\\hat y", "wrong")],
)
def test_a_one_hot_vector_of_a_place(old: str, new: str, verdict: str) -> None:
    assert check_text(SKIP_GRAM.replace(old, new, 1), "x.md").verdict == verdict
