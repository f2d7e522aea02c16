"""Which runs of letters are English, and which stand for something in a formula."""

from __future__ import annotations

import re
from collections.abc import Collection

from ...notation.latex.names import FUNCTIONS, GREEK, VARIANTS

SMALL = frozenset(
    "a an as at be by if in is it its of on or so to we us with the and for let now get has are can our this that".split()  # noqa: SIM905
)


def is_word(word: str, letters: Collection[str] = ()) -> bool:
    """Whether a run of letters is a word of a sentence; `letters` are the names that stand for something."""
    if word in FUNCTIONS or word in GREEK or word in VARIANTS or word in letters:
        return False
    if word.lower() in SMALL or word == "I":
        return True
    if len(word) < 3 or not re.fullmatch(r"[A-Z]?[a-z]+(?:['’-][A-Za-z]?[a-z]+)*", word) or not re.search(r"[aeiouy]", word.lower()):
        return False
    return not letters or not all(letter in letters for letter in word)
