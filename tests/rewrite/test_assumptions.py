"""Under which conditions a result holds: what is said of it, once, in the derivation and beside the gradient alone."""

from __future__ import annotations

import pytest

from matgrad_cli.notation.problems import read_problem
from matgrad_cli.render.document.derivation import assumptions
from matgrad_cli.render.words import plain
from matgrad_cli.rewrite.derive import derive


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("max(A@x)", ["the greatest entry of Ax is alone (there may be no derivative there)"]),
        ("max(x) + log(sum(exp(x - max(x))))", []),
        ("prod(x)", ["x has no zero entries"]),
        ("sum(relu(x))", ["no entry of x is 0 (there may be no derivative there)"]),
        ("sum(relu(x)) + sum(abs(x))", ["no entry of x is 0 (there may be no derivative there)"]),
    ],
)
def test_what_a_result_assumes_is_said_once(loss: str, said: list[str]) -> None:
    derivation = derive(read_problem(loss, "x", ["x: n, A: m×n"]))
    assert [plain(condition) for condition in assumptions(derivation)] == said
