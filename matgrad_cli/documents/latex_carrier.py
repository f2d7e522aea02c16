"""LaTeX files: keys in `% matgrad:` comments, derivations in display mathematics. Places never move: what is left out is blanked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..diagnostics import Diagnostic, Label, Source, Span
from ..diagnostics.regex import regex
from .display_rows import DISPLAYS, INNER, rows_of
from .hidden import blanked, failed_conditions, faint_in_latex
from .keys import END, Collector, Document, split_key
from .passage import Passage
from .sheets.macros import macros_of, put_in

_VERBATIM = "verbatim|Verbatim|lstlisting|minted|comment|filecontents"
_SKIP = regex(
    rf"\\begin\{{(?P<env>(?:{_VERBATIM})\*?)\}}|\\verb\*?(?P<bar>[^A-Za-z\s*])|\\end\{{document\}}|\\[\s\S]|(?P<comment>%[^\n]*)"
)
_OPEN = regex(r"\\begin\{(?P<env>[A-Za-z]+)\*?\}|(?P<dollars>\$\$)|\\\\|(?P<bracket>\\\[)")
_KEY = regex(r"%+\s*matgrad\s*:\s*(?P<pair>[^\n]*)")


def read_latex(source: Source) -> Document:
    """The exercises of a LaTeX file. Without any key all display mathematics belongs to one exercise."""
    collector = Collector(source)
    text, comments = without_comments(source.text)
    macros = macros_of(text)
    keys = [(at, match) for at, comment in comments if (match := _KEY.match(comment))]
    first = keys[0][0] if keys else 0
    events: list[tuple[int, str, Passage | list[Passage]]] = [
        (at, "key", Passage(match["pair"], at + match.start("pair")).stripped()) for at, match in keys
    ]
    for start, rows in _displays(text, collector):
        if start >= first:
            events.append((start, "rows", [put_in(row, macros) for row in rows] if macros else rows))
    for at, _, what in sorted(events, key=lambda event: event[0]):
        if isinstance(what, list):
            collector.rows(what)
        elif what.text.strip(". ") == END:
            collector.end()
        elif (pair := split_key(what)) is not None:
            collector.key(pair[0], pair[1], what)
        else:
            collector.diagnostics.append(
                Diagnostic(
                    "unknown-key",
                    f"`{what.text}` is not a key with a value",
                    source,
                    (Label(Span(at, at + 1)),),
                    help="write `% matgrad: loss = …`",
                    severity="warning",
                )
            )
    return collector.document()


def without_comments(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text with comments, verbatim parts and what its page does not show blanked, and the comments with their places."""
    comments: list[tuple[int, str]] = []
    blanks: list[tuple[int, int]] = []
    at = 0
    while match := _SKIP.search(text, at):
        at = match.end()
        if match["comment"] is not None:
            comments.append((match.start(), match["comment"]))
            blanks.append(match.span())
        elif match["env"]:
            end = text.find(f"\\end{{{match['env']}}}", at)
            at = len(text) if end < 0 else end + len(match["env"]) + 6
            blanks.append((match.start(), at))
        elif match["bar"]:
            end = text.find(match["bar"], at)
            at = at if end < 0 else end + 1
            blanks.append((match.start(), at))
        elif match[0].startswith("\\end{document"):
            blanks.append((at, len(text)))
            break
    shown = blanked(text, blanks)
    return blanked(shown, [*failed_conditions(shown), *faint_in_latex(shown)]), comments


def _displays(text: str, collector: Collector) -> Iterator[tuple[int, list[Passage]]]:
    """The rows of every display, with the place where it begins."""
    at = 0
    while match := _OPEN.search(text, at):
        at = match.end()
        name = match["env"]
        if match["dollars"]:
            end, closing = text.find("$$", at), "$$"
        elif match["bracket"]:
            end, closing = text.find("\\]", at), "\\]"
        elif name in DISPLAYS or name in INNER:
            closing = text[match.start() : match.end()].replace("begin", "end", 1)
            end = text.find(closing, at)
        else:
            continue
        if end < 0:
            collector.diagnostics.append(
                Diagnostic(
                    "open-display",
                    f"the display is not closed: `{closing}` is missing",
                    collector.source,
                    (Label(Span(match.start(), match.end())),),
                    severity="warning",
                )
            )
            end = _paragraph_end(text, at)
        yield match.start(), list(rows_of(text, at, end, name or ""))
        at = end + len(closing)


def _paragraph_end(text: str, start: int) -> int:
    """Where the paragraph ends that goes on at `start`."""
    found = re.compile(r"\n[ \t]*\n").search(text, start)
    return found.start() if found else len(text)
