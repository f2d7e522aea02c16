"""One law of layouts: what `explain` writes in a layout, `check` accepts in that layout and in no other that turns
it."""

from __future__ import annotations

import pytest

from matgrad_cli import api
from matgrad_cli.ir import NUMBER, Dim, Shape
from matgrad_cli.ir.dimensions import ONE
from matgrad_cli.notation.printing.to_latex import to_latex
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.records import METHODS
from matgrad_cli.records.layout import LAYOUTS, is_turned, kind_of, written_shape

m, n = Dim.of("m"), Dim.of("n")
COLUMN, ROW, MATRIX = Shape(n), Shape(ONE, n), Shape(m, n)

TABLE = (
    ("number by column", NUMBER, COLUMN, ("n×1", "1×n", "n×1", "1×n", "n×1")),
    ("number by row", NUMBER, ROW, ("1×n", "n×1", "1×n", "1×n", "1×n")),
    ("number by matrix", NUMBER, MATRIX, ("m×n", "n×m", "m×n", "m×n", "m×n")),
    ("vector by vector", Shape(m), COLUMN, ("m×n", "m×n", "n×m", "m×n", "m×n")),
    ("array by number", Shape(m), NUMBER, ("m×1", "m×1", "1×m", "m×1", "m×1")),
    ("array by number", MATRIX, NUMBER, ("m×n", "m×n", "n×m", "m×n", "m×n")),
)


@pytest.mark.parametrize(("kind", "loss", "wrt", "written"), TABLE)
def test_the_table(kind: str, loss: Shape, wrt: Shape, written: tuple[str, ...]) -> None:
    assert kind_of(loss, wrt) == kind
    assert tuple(str(written_shape(layout, loss, wrt)) for layout in LAYOUTS) == written
    assert not any(is_turned(layout, loss, wrt, order=2) for layout in LAYOUTS)


def test_nothing_to_turn() -> None:
    for loss, wrt in ((NUMBER, NUMBER), (MATRIX, COLUMN), (COLUMN, MATRIX), (MATRIX, MATRIX)):
        assert kind_of(loss, wrt) is None
        assert not any(is_turned(layout, loss, wrt) for layout in LAYOUTS)


LOSSES = (
    ("x.T @ A @ x", "x", "x: n, A: n×n"),
    ("x @ A @ x.T", "x", "x: 1×n, A: n×n"),
    ("norm(y - A@x)**2", "x", "x: n, A: m×n, y: m"),
    ("norm(A@X - Y)**2", "X", "A: k×m, X: m×n, Y: k×n"),
    ("tanh(A@x)", "x", "x: n, A: m×n"),
    ("x @ A", "x", "x: 1×m, A: m×n"),
    ("x.T @ A", "x", "x: m, A: m×n"),
    ("A @ x.T", "x", "x: 1×n, A: m×n"),
    ("c*x + c**2*y", "c", "c: scalar, x: n, y: n"),
    ("c*x", "c", "c: scalar, x: 1×n"),
    ("c*A + c**2*B", "c", "c: scalar, A: m×n, B: m×n"),
    ("exp(c*b)", "c", "c: scalar, b: scalar"),
    ("softmax(x)", "x", "x: n"),
)


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "wrt", "shapes"), LOSSES)
@pytest.mark.parametrize("method", METHODS)
def test_a_result_is_right_in_its_layout_and_in_no_layout_that_turns_it(
    loss: str, wrt: str, shapes: str, method: str
) -> None:
    from matgrad_cli.diagnostics import StuckError

    try:
        found = api.gradient(loss, wrt, shapes, layout="all", method=method).derivations
    except StuckError:
        return
    for derivation in found:
        matrix = derivation.result.matrix
        assert matrix is not None
        sides = derivation.problem.loss.shape, derivation.wrt.shape
        for layout in LAYOUTS:
            agrees = is_turned(layout, *sides) == is_turned(derivation.layout, *sides)
            if agrees:
                api.assert_right(to_text(matrix), loss, wrt, shapes, layout=layout)
                api.assert_right(to_latex(matrix), loss, wrt, shapes, layout=layout)
            elif matrix.shape is not matrix.shape.transposed:
                with pytest.raises(AssertionError, match="other-layout"):  # in NumPy a vector is neither row nor column
                    api.assert_right(to_latex(matrix), loss, wrt, shapes, layout=layout)
