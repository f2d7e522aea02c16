"""Newton's method where the unknowns would run away."""

from __future__ import annotations

import numpy as np

from matgrad_cli.ir import Differential
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.arrays.jets import NONE
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.solving.newton import newton
from matgrad_cli.verify.solving.unknowns import moved

S = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, -1.0]])


def gradient(x: np.ndarray) -> np.ndarray:
    """Of xᵀSx / xᵀx."""
    return 2 * (S @ x - (x @ S @ x) / (x @ x) * x) / (x @ x)


def slopes(x: np.ndarray) -> np.ndarray:
    step = 1e-6
    return np.array([(gradient(x + step * e) - gradient(x - step * e)) / (2 * step) for e in np.eye(3)]).T


def test_a_homogeneous_gradient_is_solved_at_the_length_of_the_start() -> None:
    found = 0
    for start in np.random.default_rng(0).normal(size=(6, 3)):
        x = newton(gradient, slopes, start)
        if x is not None:
            found += 1
            assert np.allclose(S @ x, (x @ S @ x) / (x @ x) * x, atol=1e-6)
            assert np.isclose(x @ x, start @ start)
    assert found > 2


def counted(matrix: np.ndarray, right: np.ndarray) -> tuple[object, list[int]]:
    """The zero of `matrix @ x - right` from the ones, and how often the residual and its slopes were asked for."""
    asked = [0, 0]

    def residual(x: np.ndarray) -> np.ndarray:
        asked[0] += 1
        return matrix @ x - right

    def slopes(_: np.ndarray) -> np.ndarray:
        asked[1] += 1
        return matrix

    return newton(residual, slopes, np.ones(matrix.shape[1])), asked


def test_linear_equations_are_solved_in_one_step() -> None:
    found, asked = counted(S, np.array([1.0, 2.0, 3.0]))
    assert np.allclose(S @ found, [1, 2, 3])
    assert asked == [3, 1]


def test_where_the_slopes_lead_nowhere_nothing_is_tried() -> None:
    assert counted(np.zeros((1, 2)), np.ones(1)) == (None, [1, 1])
    assert counted(np.array([[1.0], [1.0]]), np.array([0.0, 2.0])) == (None, [1, 1])  # at the least squares already
    found, asked = counted(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([5.0, 2.0]))
    assert found is None
    assert asked[0] <= 3


def test_what_does_not_move_is_evaluated_at_the_place_beside() -> None:
    problem = read_problem("norm(A@x - b)**2 + tr(A.T@A)", "x", ("A: m×n, x: n, b: m",))
    place, other = (next(iter(Judge(problem, seed).float_points(1))) for seed in (0, 1))
    there = moved(place, {problem.wrt: other.laid(problem.wrt)})
    for line in (problem.loss, Differential(problem.loss, problem.wrt)):
        alone = Evaluator(there.point)
        assert np.allclose(there.jet(line, NONE)[NONE].data, alone.jet(line, NONE)[NONE].data)
        assert not np.allclose(there.jet(line, NONE)[NONE].data, place.jet(line, NONE)[NONE].data)
    assert there.work < alone.work
