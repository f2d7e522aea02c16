"""The words by which people say what a formula is: data, in `words.toml`."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from pathlib import Path

from ...diagnostics.regex import regex


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, list[str]]]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def any_of(table: str) -> str:
    """A pattern for any word of a table, of whatever language."""
    return f"(?:{'|'.join(map(_filled, dict.fromkeys(chain(*_tables()[table].values()))))})"


def _filled(pattern: str) -> str:
    return re.sub(r"(?<!P)<(\w+)>", lambda match: any_of(match[1]), pattern)


@lru_cache(maxsize=64)
def said(pattern: str) -> re.Pattern[str]:
    """The pattern, in which `<or>` stands for any word of that table."""
    return regex(_filled(pattern), re.IGNORECASE | re.DOTALL)


def named(table: str, word: str) -> str | None:
    """What a word of some language means in a table by meanings: the fact `symmetric` of `symmetrische`."""
    tables = _tables()[table].items() if word else ()
    return next((name for name, words in tables if re.fullmatch("|".join(words), word, re.IGNORECASE)), None)
