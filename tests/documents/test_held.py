"""Documents as people hold them, each judged whole: `held.txt` says of each what is wrong first, if anything is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_text

TEXT = Path(__file__).with_name("held.txt").read_text("utf-8")
HELD = re.findall(r"^=== (\S+) (right|wrong|open|undecided)(?: : (.*))?\n((?:(?!^=== ).*\n?)*)", TEXT, re.MULTILINE)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize(("name", "verdict", "quote", "text"), HELD, ids=[case[0] for case in HELD])
def test_a_document_is_judged_as_a_whole(name: str, verdict: str, quote: str, text: str) -> None:
    report = check_text(text, name)
    wrong = [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"]
    if verdict == "wrong":
        assert wrong
        assert squeezed(quote) in squeezed(wrong[0]) or squeezed(wrong[0]) in squeezed(quote)
    else:
        assert not wrong
        assert verdict in ("open", report.verdict)
