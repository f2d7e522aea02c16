"""The pages that we print, checked as documents: none of their lines is called wrong, and most are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.api import explain
from matgrad_cli.diagnostics import StuckError
from matgrad_cli.grading.check import check_text

GOLDEN = sorted(
    page for form in ("tex", "md") for page in (Path(__file__).parents[1] / "golden").glob(f"*/derivation.{form}")
)
LOSSES = (
    ("tr(X @ X @ B)", "X: k×k, B: k×k", "X"),
    ("norm(A @ x - b)**2 / 2", "A: m×n, x: n, b: m", "x"),
    ("-logdet(S) + tr(S @ C)", "S: d×d, C: d×d", "S"),
    ("sum(log(1 + exp(X @ w))) - y.T @ X @ w", "X: n×d, w: d, y: n", "w"),
    ("-sum(1 + v - m**2 - exp(v))/2", "v: n, m: n", "v"),
    ("norm(kron(A, B) - C)**2", "A: m×n, B: p×q", "B"),
)


def wrong_in(text: str, name: str = "page.tex") -> list[str]:
    return [
        line.text for problem in check_text(text, name).problems for line in problem.lines if line.verdict == "wrong"
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("page", GOLDEN, ids=[f"{page.parent.name}{page.suffix}" for page in GOLDEN])
def test_no_line_of_a_golden_page_is_called_wrong(page: Path) -> None:
    assert wrong_in(page.read_text("utf-8"), page.name) == []


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["index", "differential", "expand", "chain", "adjoint"])
@pytest.mark.parametrize(("loss", "shapes", "wrt"), LOSSES, ids=[loss for loss, _, _ in LOSSES])
def test_no_line_of_a_printed_page_is_called_wrong(loss: str, shapes: str, wrt: str, method: str) -> None:
    try:
        page = explain(loss, wrt, shapes, "S spd" if wrt == "S" else (), method=method).render("latex")
    except StuckError as stuck:  # a method that cannot derive it prints no page
        pytest.skip(str(stuck))
    assert wrong_in(page) == []
