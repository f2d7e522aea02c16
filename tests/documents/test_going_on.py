"""A formula that begins with `=` goes on from the sentence before it, or from the display, and is judged from there."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

PROBLEMS = {
    "least squares": (r"f(x) = \|Ax - b\|^2", "r = Ax - b", "df = 2 r^T dr", "2 r^T A dx", ("r^T A dx", "-2 r^T A dx")),
    "a trace": (
        r"L(W) = \operatorname{tr}(E^TE),\ E = XW - Y",
        r"dE = X\,dW",
        r"dL = 2\operatorname{tr}(E^T dE)",
        r"2\operatorname{tr}(E^T X\,dW)",
        (r"\operatorname{tr}(E^T X\,dW)", r"2\operatorname{tr}(E^T\,dW\,X)"),
    ),
    "a gradient": (
        r"g(w) = \tfrac12\|Xw - y\|^2 + \tfrac\lambda2\|w\|^2",
        "e = Xw - y",
        r"\nabla g(w) = X^Te + \lambda w",
        r"(X^TX + \lambda I)w - X^Ty",
        (r"(X^TX - \lambda I)w - X^Ty", r"(XX^T + \lambda I)w - X^Ty"),
    ),
}
WAYS = {
    "two sentences": "$${loss}$$\n\nLet ${fact}$.\n\nSo ${begun}$\n\n$= {goes_on}$\n",
    "one sentence": "$${loss}$$\n\nLet ${fact}$. So ${begun}$, hence $= {goes_on}$.\n",
    "a fact between": "$${loss}$$\n\nSo ${begun}$, and as ${fact}$,\n\n$= {goes_on}$\n",
    "then a display": "$${loss}$$\n\nLet ${fact}$. So ${begun}$ and\n\n$$= {goes_on}$$\n",
    "items": "$${loss}$$\n\nLet ${fact}$.\n\n- **First:** ${begun}$\n- **Second:** $= {goes_on}$\n",
    "a fact between displays": "$${loss}$$\n\n$${begun}$$\n\nwhere ${fact}$,\n\n$$= {goes_on}$$\n",
}


@pytest.mark.sampled(12)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_sentence_goes_on_from_where_it_stands(problem: str, way: str) -> None:
    loss, fact, begun, right, wrong = PROBLEMS[problem]
    for goes_on in (right, *wrong):
        text = WAYS[way].format(loss=loss, fact=fact, begun=begun, goes_on=goes_on)
        lines = [line for problem in check_text(text, "notes.md").problems for line in problem.lines]
        (last,) = [line for line in lines if line.text.lstrip().startswith("=")]
        assert last.verdict == ("follows" if goes_on == right else "wrong"), (text, last)
        assert all(line.verdict != "wrong" for line in lines if line is not last), text
