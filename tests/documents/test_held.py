"""Documents as people hold them, each judged whole: `held.txt` says of each what is wrong first, if anything is;
`canonical.txt` holds what textbooks and courses derive, right and with a slip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_text

TEXT = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in ("held.txt", "canonical.txt"))
HELD = re.findall(
    r"^=== (\S+) (right|wrong|open|undecided|twin)(?: : (.*))?\n((?:(?!^=== ).*\n?)*)", TEXT, re.MULTILINE
)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def readings(verdict: str, quote: str, text: str) -> list[tuple[str, str, str]]:
    """A twin holds `<<right|wrong>>` once: as it is right (`open`, if that is said behind the colon),
    and with the slip."""
    if verdict != "twin":
        return [(verdict, quote, text)]
    slip = re.search(r"<<(.*?)\|(.*?)>>", text)
    assert slip is not None
    right, wrong = (text.replace(slip[0], side) for side in slip.groups())
    line = text[text.rfind("\n", 0, slip.start()) + 1 : slip.start()] + slip[2]
    return [(quote or "right", "", right), ("wrong", line.replace("&", "").rpartition("$")[2][-12:], wrong)]


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "verdict", "quote", "text"), HELD, ids=[case[0] for case in HELD])
def test_a_document_is_judged_as_a_whole(name: str, verdict: str, quote: str, text: str) -> None:
    for wanted, quoted, reading in readings(verdict, quote, text):
        report = check_text(reading, name)
        assert report.verdict != "unreadable"
        wrong = [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"]
        if wanted == "wrong":
            assert wrong
            assert squeezed(quoted) in squeezed(wrong[0]) or squeezed(wrong[0]) in squeezed(quoted)
        else:
            assert not wrong
            assert wanted in ("open", report.verdict)


def test_an_equation_behind_a_label_is_never_passed_over() -> None:
    text = r"Let $L = \frac12\|w\|^2 - \sum_i\alpha_iy_iw^Tx_i$." + "\n\n"
    text += r"$\nabla_wL: w = -\sum_i\alpha_iy_ix_i$"
    (problem,) = check_text(text, "label.md").problems
    assert problem.lines[-1].verdict == "undecided"
