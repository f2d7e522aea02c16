"""What an introduction, or an earlier part, says of a name is known in the parts behind it, where nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_under_a_key import graded

KEY = "".join(
    f'[[problem]]\nid = "4{part}"\nloss = "norm(M - U@V.T)**2/2"\nwrt = "{wrt}"\nshapes = "M: m×n, U: m×r, V: n×r"\n'
    for part, wrt in (("a", "U"), ("b", "V"))
)
PARTS = "(a) $\\nabla_U L = -EV$\n\n(b) $\\nabla_V L = -E^\\top U$\n"
TOLD = [
    "## Problem 4\nLet $E = M - UV^\\top$.\n\n" + PARTS,
    "## Problem 4\n$$E = M - UV^\\top$$\n\n" + PARTS,
    "Notation: $E = M - UV^\\top$.\n\n## Problem 4\n\n" + PARTS,
    "## Problem 4a\nWith $E = M - UV^\\top$, $\\nabla_U L = -EV$\n\n## Problem 4b\n$\\nabla_V L = -E^\\top U$\n",
]


@pytest.mark.parametrize("text", TOLD)
def test_a_name_of_the_introduction_is_known_in_every_part(tmp_path: Path, text: str) -> None:
    (report,) = graded(tmp_path, {"a.md": text}, KEY).files
    assert [problem.verdict for problem in report.problems] == ["right", "right"]
    (report,) = graded(
        tmp_path, {"a.md": text.replace("M - UV", "UV - M", 1).replace("- M^\\top", "^\\top - M")}, KEY
    ).files
    assert "right" not in [problem.verdict for problem in report.problems]
