"""Equation numbers and reasons stand in the margin: they are no factors. A name is matched as its writer has it."""

from __future__ import annotations

import pytest

from matgrad_cli.documents.display_rows import without_margin
from matgrad_cli.documents.passage import Passage
from matgrad_cli.grading.check import check_text
from matgrad_cli.grading.lines.literal_name import with_letter

MARGINS = [
    "& (1)", "& (6.15)", r"\quad (2)", r"\qquad(3a)", r"\hfill (4)", "& &(5)", r"\dots (6)", r"\quad (*)", "    (7)",
    r"& & \text{from } a^\top b = b^\top a", r"& \text{by the chain rule}", r"\quad \text{(since } X = X)",
    r"&& \mbox{because } 1 = 2",
    r"\quad \text{, using } a = b",
]  # fmt: skip


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("ending", ["md", "tex"])
def test_a_margin_is_no_factor(margin: str, ending: str) -> None:
    rows = [rf"\nabla_w L &= 2X^\top Xw - 2X^\top y {margin}", rf"&= 2X^\top(Xw - y) {margin}"]
    keys = {"loss": "norm(X@w - y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"}
    if ending == "md":
        text = (
            "```matgrad\n"
            + "".join(f"{key}: {value}\n" for key, value in keys.items())
            + "\n"
            + "\n".join(rows)
            + "\n```\n"
        )
    else:
        head = "".join(f"% matgrad: {key} = {value}\n" for key, value in keys.items())
        text = head + "\\begin{align}\n" + " \\\\\n".join(rows) + "\n\\end{align}\n"
    report = check_text(text, "a." + ending)
    assert report.verdict == "right"
    assert report.problems[0].final.verdict == "right"


@pytest.mark.parametrize(
    "row", [r"f &= (x + 1) (2)", r"L &= g(2)", r"a &= b & (x)", r"= 2\phi x, \text{ where } \phi = 3", r"& (1)"]
)
def test_what_is_no_margin_stays(row: str) -> None:
    assert without_margin(row) == row


NAMES = {
    r"\log p(x|\mu)": r"\nabla_w \log p( x \,|\, \mu ) = x",
    "Tr(P_k)": r"\frac{\partial Tr(P_k)}{\partial K} = x",
    r"\mathcal{L}_{\mathrm{LS}}(w)": r"\nabla \mathcal{L}_{LS}(w) = x",
    r"\ln{p(\textbf{y} | \textbf{w})}": r"\frac{\partial \ln{p(\mathbf{y} | \textbf{w})}}{\partial w} = x",
}


@pytest.mark.parametrize(("name", "text"), NAMES.items(), ids=NAMES)
def test_a_name_is_matched_token_by_token(name: str, text: str) -> None:
    ((_, row),), letter = with_letter([(1, Passage(text))], name, frozenset("x"))
    assert letter is not None
    assert len(row.text) == len(text)
    assert letter in row.text
    assert "p" not in row.text.replace("partial", "")
    assert row.text.count("{") == row.text.count("}")


def test_a_name_of_several_letters_is_the_loss() -> None:
    head = "```matgrad\nloss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\nname: "
    for name in (r"\log p(y|w)", r"\mathcal{L}_{\mathrm{LS}}(w)", r"\ell_{\text{sq}}"):
        lines = (
            rf"\nabla_w {name} = 2X^\top(Xw - y)"
            + "\n"
            + rf"\frac{{\partial {name}}}{{\partial w}} = 2X^\top Xw - 2X^\top y"
        )
        report = check_text(head + name + "\n\n" + lines + "\n```\n", "a.md")
        assert report.verdict == "right"
