"""Whole pages of `solve`, as stored; `pytest --update-golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

import matgrad_cli as matgrad

FOLDER = Path(__file__).parent / "golden"
PAGES = {
    "least-squares": ("norm(X@w - y)**2", "w", "X: m×n, w: n, y: m", "", ""),
    "ridge": ("norm(X@w - y)**2 + lam*norm(w)**2", "w", "X: m×n, w: n, y: m, lam: scalar", "lam positive", ""),
    "gaussian-covariance": ("c/2*logdet(S) + tr(inv(S)@C)/2", "S", "S: n×n, C: n×n, c: scalar", "S spd, C spd, c positive", ""),
    "kalman-gain": ("tr((eye(n) - K@H)@P@(eye(n) - K@H).T + K@R@K.T)", "K", "K: n×m, H: m×n, P: n×n, R: m×m", "P spd, R spd", ""),
    "minimum-variance": ("w.T@S@w", "w", "w: n, S: n×n", "S spd", "sum(w) = 1"),
    "portfolio": ("w.T@S@w", "w", "w: n, S: n×n, mu: n, r: scalar", "S spd", ("mu.T@w = r", "sum(w) = 1")),
    "first-component": ("w.T@S@w", "w", "w: n, S: n×n", "S symmetric", "w.T@w = 1"),
}


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, update_golden: bool) -> None:
    loss, wrt, shapes, assume, constraint = PAGES[name]
    optimum = matgrad.solve(loss, wrt, shapes, assume, subject_to=constraint or (), maximize=name == "first-component")
    for ending, style in (("txt", "text"), ("md", "markdown"), ("tex", "latex"), ("numpy", "numpy")):
        file = FOLDER / f"{name}.{ending}"
        text = optimum.render(style)
        if update_golden:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text
