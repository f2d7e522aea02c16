"""What is said of two letters alike, or unlike, is judged there: the two cases of a softmax."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

STATED = r"""For logits $z \in \mathbb{R}^K$ let $p_i = \frac{e^{z_i}}{\sum_{j=1}^K e^{z_j}}$
and $L = -\sum_i y_i\log p_i$ with one-hot $y$.

"""
END = r"Therefore $\frac{\partial L}{\partial z_j} = p_j - y_j$."
ENTRY = r"\frac{\partial p_i}{\partial z_j}"
SAID = [
    "**Case {}: ${}$**\n\n$${} = {}$$\n\n",
    "### Case {}: ${}$\n\n$${} = {}$$\n\n",
    "**Case {} (${}$):**\n\n$${} = {}$$\n\n",
    "{}. If ${}$, then ${} = {}$.\n\n",
    "{}. When ${}$ we have\n\n$${} = {}$$\n\n",
    "{}. For ${}$:\n\n\\begin{{align}}{} &= {}\\end{{align}}\n\n",
]
BEHIND = [r"$${0} = {1} \quad ({2})$$", r"$${0} = {1}, \quad {2}$$", r"$${0} = {1} \quad \text{{if }} {2}$$"]
VALUES = {"i = j": ("p_i(1-p_i)", "p_i(1+p_i)"), r"i \neq j": ("-p_ip_j", "p_ip_j"), r"i \ne j": ("-p_jp_i", "-p_i")}


def verdict(text: str) -> str:
    return check_text(STATED + text + END, "a.md").verdict


@pytest.mark.sampled(6)
@pytest.mark.parametrize("condition", VALUES)
@pytest.mark.parametrize("said", SAID)
def test_a_case_that_stands_before_a_row_is_judged_in_it(said: str, condition: str) -> None:
    found = [verdict(said.format(1, condition, ENTRY, value)) for value in VALUES[condition]]
    assert found == ["right", "wrong"]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("condition", VALUES)
@pytest.mark.parametrize("said", BEHIND)
def test_a_case_that_stands_behind_a_row_is_judged_in_it(said: str, condition: str) -> None:
    found = [verdict(said.format(ENTRY, value, condition) + "\n\n") for value in VALUES[condition]]
    assert found == ["right", "wrong"]


def test_an_entry_of_one_letter_needs_no_case() -> None:
    text = "**Case 1: $i = j$**\n\n$$\\frac{\\partial p_i}{\\partial z_i} = {}$$\n\n"
    assert [verdict(text.replace("{}", value)) for value in ("p_i(1-p_i)", "p_i(1+p_i)")] == ["right", "wrong"]
