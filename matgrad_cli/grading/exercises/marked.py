r"""Letters of the problem with a mark that an answer gives a value, `X' = D^{1/2}X`, `X_2 = L^\top X`:
names of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.homework.pieces import anew
from ...documents.keys import Exercise
from ...documents.passage import Passage
from .settings import Settings

_MARK = r"(?:'(?!')|\s*\^\s*\{?\s*\\prime(?![A-Za-z])\s*\}?|\s*_\s*(?:\d|\{\s*\d\s*\}))"
_GIVEN = regex(rf"\s*(?:\b[Ll]et\s+)?(?P<letter>[A-Za-z])(?P<mark>{_MARK})\s*:?=(?!\s*(?P=letter)\s*[.,;]?\s*$)")
_ACCENTS = ("check", "breve", "mathring", "ddot")


def with_accents(chosen: Settings, exercise: Exercise, given: Collection[str]) -> tuple[Settings, Exercise]:
    """The settings and the exercise in which such names of letters that are `given` are written with an accent."""
    texts = [*(row.text for row in chosen.rows), *(one.text for one in exercise.pieces)]
    found = {(match["letter"], _bare(match["mark"])) for text in texts if (match := _GIVEN.match(text)) is not None}
    names = dict(zip(sorted(name for name in found if name[0] in given), _ACCENTS, strict=False))
    if not names or any(f"\\{accent}" in text for accent in names.values() for text in texts):
        return chosen, exercise
    written = _writer(names)
    readings = tuple(tuple(map(written, rows)) for rows in exercise.readings)
    told = tuple(anew(one, written(one.passage)) for one in exercise.pieces)
    return replace(chosen, rows=tuple(map(written, chosen.rows))), replace(exercise, readings=readings, pieces=told)


def _bare(mark: str) -> str:
    return re.sub(r"[\s{}']", "", mark)


def _writer(names: dict[tuple[str, str], str]) -> Callable[[Passage], Passage]:
    token = re.compile(rf"\\[A-Za-z]+|(?P<letter>[{''.join(letter for letter, _ in names)}])(?P<mark>{_MARK})")

    def written(passage: Passage) -> Passage:
        return passage.replaced(
            [
                (*match.span(), f"\\{names[name]}{{{name[0]}}}")
                for match in token.finditer(passage.text)
                if (name := (match["letter"], _bare(match["mark"] or ""))) in names
            ]
        )

    return written
