"""The words by which people say what a formula is, and which facts an array has: data, in `words.toml`."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from ..diagnostics.regex import regex


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def any_of(list_: str) -> str:
    """A pattern for any word of a list, or of a table; `fact.unit`: of one meaning of it."""
    name, _, meaning = list_.partition(".")
    found = _tables()[name]
    words = [found] if isinstance(found, list) else [found[meaning]] if meaning else found.values()
    return f"(?:{'|'.join(map(_filled, chain(*words)))})"


def meanings(table: str) -> tuple[str, ...]:
    """What the words of a table may mean, in its order."""
    return tuple(_tables()[table])


def _filled(pattern: str) -> str:
    return re.sub(r"(?<!P)<(\w+(?:\.[\w ]+)?)>", lambda match: any_of(match[1]), pattern)


@lru_cache(maxsize=64)
def said(pattern: str) -> re.Pattern[str]:
    """The pattern, in which `<or>` stands for any word of that list."""
    return regex(_filled(pattern), re.IGNORECASE | re.DOTALL)


def named(table: str, word: str) -> str | None:
    """What a word of some language means in a table by meanings: the fact `symmetric` of `symmetrische`."""
    return next((name for name in meanings(table) if word and said(f"<{table}.{name}>").fullmatch(word)), None)
