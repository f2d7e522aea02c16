"""Each sample in each format, as stored in `golden/`; `pytest --update-golden` writes the files, reviewed as a diff."""

from __future__ import annotations

import pytest

from conftest import GOLDEN, ROOT, SAMPLES, Sample, samples

FORMATS = {"txt": "text", "tex": "latex", "md": "markdown", "json": "json"}


def _rendered(sample: Sample) -> dict[str, str]:
    from matgrad_cli import api

    explanation = api.explain(
        sample.loss,
        wrt=sample.wrt,
        shapes=sample.shapes,
        assume=sample.assume,
        method=sample.method,
        layout=sample.layout,
    )
    assert explanation.verified
    return {ending: explanation.render(name) for ending, name in FORMATS.items()}


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_sample(sample: Sample, update_golden: bool) -> None:
    folder = GOLDEN / sample.name
    for ending, text in _rendered(sample).items():
        file = folder / f"derivation.{ending}"
        if update_golden:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.is_file(), (
            f"{file.relative_to(ROOT)} is missing: run pytest --update-golden, and read what it wrote"
        )
        assert text == file.read_text(encoding="utf-8")


def test_each_sample_is_a_problem_or_something_to_check() -> None:
    problems = {sample.name for sample in samples()}
    others = [path for path in SAMPLES.iterdir() if path.is_dir() and path.name not in problems]
    kinds = ("*.py", "*.md", "*.tex", "key.toml")
    assert all(any(list(path.glob(kind)) for kind in kinds) for path in others), others


def test_each_golden_folder_has_its_sample() -> None:
    assert {path.name for path in GOLDEN.iterdir()} - {sample.name for sample in samples()} == set()
