"""Right derivations in many manners, and each with single slips in it: which line is the first wrong one, and why.

In `many_hands.txt` a case is its keys, its rows, and its slips: the row, what stands there, what was written for it,
and the codes of which one is told, as that of the line or of its cause.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import Report
from matgrad_cli.reports.formats import written

CASES = (Path(__file__).parent / "many_hands.txt").read_text(encoding="utf-8").split("\n### ")[1:]


def problem(keys: str, rows: list[str]) -> dict[str, object]:
    """What is said of these rows under these keys."""
    text = f"```matgrad\n{keys}\n\n" + "\n".join(rows) + "\n```\n"
    report = Report((check_text(text, "derivation.md"),))
    found: dict[str, object] = json.loads(written(report, "json"))["files"][0]["problems"][0]
    return found


@pytest.mark.sampled(6)
@pytest.mark.parametrize("case", CASES, ids=[case.partition("\n")[0] for case in CASES])
def test_a_slip_is_seen_where_it_is_made_and_nowhere_else(case: str) -> None:
    head, body, slips = case.split("\n---\n")
    keys, rows = head.partition("\n")[2], body.splitlines()
    right = problem(keys, rows)
    assert (right["verdict"], right.get("first_wrong")) == ("right", None)
    for number, old, new, codes in re.findall(r"^(\d+) \| (.+?) \| (.*?) \| ?(.*)$", slips, re.MULTILINE):
        changed = list(rows)
        assert old in changed[int(number) - 1], old
        changed[int(number) - 1] = changed[int(number) - 1].replace(old, new, 1)
        first = problem(keys, changed).get("first_wrong")
        assert isinstance(first, dict), (number, old, new)
        assert first["number"] == int(number), (old, new, first)
        assert not codes or {first["code"], first.get("cause")} & set(codes.split()), (old, new, first)
