"""The same derivative in every layout: turned as the contract's table says,
by a visible step that the judge has seen."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import UsageError
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records.layout import LAYOUTS, is_turned
from matgrad_cli.rewrite.derive import derive

LOSSES = {
    "number by vector": ("a.T@x", "x", "a: n, x: n", "n×1"),
    "number by matrix": ("tr(A@X)", "X", "A: n×m, X: m×n", "m×n"),
    "vector by vector": ("A@x", "x", "A: m×n, x: n", "m×n"),
    "vector by number": ("c*x", "c", "c: scalar, x: n", "n×1"),
}
TURNED = {
    "number by vector": {"numerator": "1×n", "mml": "1×n"},
    "number by matrix": {"numerator": "n×m"},
    "vector by vector": {"denominator": "n×m"},
    "vector by number": {"denominator": "1×n"},
}


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_shape_in_each_layout(kind: str, layout: str) -> None:
    loss, wrt, shapes, plain = LOSSES[kind]
    derivation = derive(read_problem(loss, wrt, [shapes]), layout=layout)
    assert derivation.result.matrix is not None
    assert str(derivation.result.matrix.shape) == TURNED[kind].get(layout, plain)
    assert derivation.verdict == "proved"
    turned = layout in TURNED[kind]
    assert any(step.rule == "change-layout" for step in derivation.steps) == turned
    assert is_turned(layout, derivation.problem.loss.shape, derivation.wrt.shape) == turned


def test_an_unknown_layout_is_named_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        derive(read_problem("a.T@x", "x", ["a: n, x: n"]), layout="sideways")
    assert "numerator" in str(caught.value.diagnostic.help)
