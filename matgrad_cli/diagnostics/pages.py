"""The pages that `matgrad why` shows: one Markdown file per message code, and one per idea, beside this module."""

from __future__ import annotations

from pathlib import Path

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


def plain(code: str) -> str:
    """The page of a code to be read in a terminal: headings underlined, examples and what they print indented."""
    out: list[str] = []
    fence = ""
    for line in page(code).splitlines():
        if fence:
            fence = "" if line == fence else fence
            out += [f"    {line}".rstrip()] if fence else []
        elif line.startswith("~~~~"):
            fence = "~~~~"
            out += [f"{line[4:].strip()}:", ""]
        elif line.startswith("```"):
            fence = "```"
        elif line.startswith("#"):
            heading = line.lstrip("# ")
            out += [heading, ("=" if line.startswith("# ") else "-") * len(heading)]
        else:
            out.append(line)
    return "\n".join(out) + "\n"


def title(code: str) -> str:
    """What the code means in one line: the heading of its page."""
    return page(code).partition("\n")[0].partition(": ")[2]
