"""Whole pages of `solve`, those of `samples/optima` among them, as stored;
`pytest --update-golden` writes them anew."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from test_solve import all_run_again

import matgrad_cli as matgrad
from conftest import SAMPLES
from matgrad_cli import check

FOLDER = Path(__file__).parent / "golden"
_SAMPLES = tomllib.loads((SAMPLES / "optima" / "answers.toml").read_text(encoding="utf-8"))["problem"]
PAGES = {
    **{
        one["id"]: (one["loss"], one["wrt"], one["shapes"], one.get("assume", ""), one.get("subject_to", ""))
        for one in _SAMPLES
    },
    "portfolio": ("w.T@S@w", "w", "w: n, S: n×n, mu: n, r: scalar", "S spd", ("mu.T@w = r", "sum(w) = 1")),
    "first-component": ("w.T@S@w", "w", "w: n, S: n×n", "S symmetric", "w.T@w = 1"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, update_golden: bool) -> None:
    loss, wrt, shapes, assume, constraint = PAGES[name]
    optimum = matgrad.solve(loss, wrt, shapes, assume, subject_to=constraint or (), maximize=name == "first-component")
    assert all_run_again(optimum)
    for ending, style in (("txt", "text"), ("md", "markdown"), ("tex", "latex"), ("numpy", "numpy")):
        file = FOLDER / f"{name}.{ending}"
        text = optimum.render(style)
        if update_golden:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text


@pytest.mark.thorough
def test_the_samples_are_right_answers_and_a_slip() -> None:
    report = check(SAMPLES / "optima" / "answers.toml")
    assert {problem.id: problem.verdict for problem in report.files[0].problems} == dict.fromkeys(
        [one["id"] for one in _SAMPLES], "right"
    )
    (problem,) = check(SAMPLES / "optima" / "ridge.md").files[0].problems
    assert problem.first_wrong is not None
    assert problem.first_wrong.code == "number-plus-array"
