"""Newton's method where the unknowns would run away."""

from __future__ import annotations

import numpy as np

from matgrad_cli.verify.solving.newton import newton

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
