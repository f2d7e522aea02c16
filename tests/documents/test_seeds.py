"""The documents of `samples/documents` and their reports, as stored beside this file;
`pytest --update-golden` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import SAMPLES
from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import Report
from matgrad_cli.reports.text import to_text

FILES = sorted((SAMPLES / "documents").iterdir())
REPORTS = Path(__file__).parent / "reports"


@pytest.mark.thorough
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_report_on_a_document(file: Path, update_golden: bool) -> None:
    text = to_text(Report((check_text(file.read_text(encoding="utf-8"), file.name),)))
    stored = REPORTS / f"{file.stem}.txt"
    if update_golden:
        stored.write_text(text, encoding="utf-8")
    assert text == stored.read_text(encoding="utf-8")


def test_every_report_has_its_document() -> None:
    assert {stored.stem for stored in REPORTS.iterdir()} == {file.stem for file in FILES}
