"""The pages that `matgrad why` shows: one Markdown file per message code, and one per idea, beside this module."""

from __future__ import annotations

import re
from pathlib import Path

from .regex import regex
from .show import wrapped

FOLDER = Path(__file__).with_name("pages")
IDEAS = Path(__file__).with_name("ideas")


def codes() -> tuple[str, ...]:
    """Every code that has a page, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


def ideas() -> tuple[str, ...]:
    """Every idea that has a page, sorted."""
    return tuple(sorted(path.stem for path in IDEAS.glob("*.md")))


def page(code: str) -> str:
    """The page of a code or of an idea, as Markdown."""
    return ((IDEAS if code in ideas() else FOLDER) / f"{code}.md").read_text(encoding="utf-8")


def plain(code: str, width: int = 80) -> str:
    """The page of a code to be read in a terminal: sentences in lines of at most `width` columns, headings underlined,
    what is typed and printed indented as far as the width allows."""
    return "\n\n".join(_plain(part, min(width, 100)) for part in _PARTS.findall(page(code))) + "\n"


_PARTS = regex(r"^~~~~.*?^~~~~$|^```.*?^```$|(?:^(?!~~~~|```)[^\n]+\n?)+", re.MULTILINE | re.DOTALL)
"""A fenced block, or a paragraph."""


def _plain(part: str, width: int) -> str:
    lines = part.rstrip("\n").split("\n")
    if part.startswith(("~~~~", "```", "    ")):
        named = [f"{lines[0][4:].strip()}:", ""] if part.startswith("~") else []
        inside = [line.removeprefix("    ") for line in lines] if part.startswith(" ") else lines[1:-1]
        inside = [row for line in inside for row in _rows(line, width)]
        longest = max((len(line) for line in inside if not line.startswith("$ ")), default=0)
        return "\n".join([*named, *(f"{' ' * max(0, min(4, width - longest))}{line}".rstrip() for line in inside)])
    if part.startswith("#"):
        heading = wrapped(part.strip("# \n"), width, hang=0)
        return "\n".join([*heading, ("=" if part.startswith("# ") else "-") * max(map(len, heading))])
    hang = 2 if part.startswith("- ") else 0
    return "\n".join(
        line for said in re.split(r"\n(?=- )", part) for line in wrapped(" ".join(said.split()), width, hang=hang)
    )


_ROW = regex(r"(\s*\S(?:\S| (?! ))*  +|  +)(# )?(\S.*)")
"""A word, or nothing, and in a column of its own what is said of it."""


def _rows(line: str, width: int) -> list[str]:
    """A line that is too wide, broken in the column of what it says."""
    found = None if len(line) <= width or line.startswith("$ ") else _ROW.fullmatch(line)
    if found is None or found.end(1) > width // 2:
        return [line]
    start, sign = found[1], found[2] or ""
    said = wrapped(found[3], width - len(start) - len(sign), hang=0)
    return [f"{' ' * len(start) if place else start}{sign}{part}" for place, part in enumerate(said)]


def title(code: str) -> str:
    """What the code means in one line: the heading of its page."""
    return page(code).partition("\n")[0].partition(": ")[2]
