"""The sizes at which lines are compared: nothing that is only a number may pass for a size."""

from __future__ import annotations

import pytest

from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.verify.judge import Judge

LEAST_SQUARES = read_problem("norm(X@w - y)**2/m", "w", ["X: m×n, w: n, y: m"])


def test_every_size_and_every_relation_of_two_changes() -> None:
    first, second = (place.point.sizes for place in Judge(LEAST_SQUARES).exact_points(2))
    assert first["m"] != second["m"]
    assert first["n"] != second["n"]
    assert first["n"] - first["m"] != second["n"] - second["m"]
    assert first["n"] * first["m"] != second["n"] * second["m"]


@pytest.mark.parametrize("factor", ["2/2", "2/3", "2/4", "2/(n - 1)", "2/(n + 1)", "n/3", "2*n/6", "2*n/8"])
def test_a_number_in_the_place_of_a_size_is_no_equality(factor: str) -> None:
    right = read_expression("2/m * X.T @ (X@w - y)", LEAST_SQUARES).expr
    wrong = read_expression(f"{factor} * X.T @ (X@w - y)", LEAST_SQUARES).expr
    assert Judge(LEAST_SQUARES).compare(right, wrong).kind == "differs"
