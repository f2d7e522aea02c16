"""LaTeX files: keys in `% matgrad:` comments, derivations in display mathematics. Places never move:
what is left out is blanked."""

from __future__ import annotations

import re

from ..diagnostics import Source, Span
from ..diagnostics.regex import regex
from .display_rows import rows_of
from .hidden import failed_conditions, faint_in_latex
from .keys import Collector, Document
from .macros import macros_of, put_in
from .passage import Passage, blanked
from .sheets.regions import delimited

_VERBATIM = "verbatim|Verbatim|lstlisting|minted|comment|filecontents"
_LISTINGS = ("verbatim", "Verbatim", "lstlisting", "minted")
_SKIP = regex(
    rf"\\begin\{{(?P<env>(?:{_VERBATIM})\*?)\}}|\\verb\*?(?P<bar>[^A-Za-z\s*])|\\end\{{document\}}|\\[\s\S]|(?P<comment>%[^\n]*)"
)
CODE_BLOCK = regex(
    r"^[ \t]*\\begin\{(?P<env>(?:[vV]erbatim|lstlisting|minted)\*?)\}(?P<options>(?:\[[^\]\n]*\]|\{[^}\n]*\})*)[ \t]*\n"
    r"(?P<body>.*?)(?:^[ \t]*\\end\{(?P=env)\}|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""A listing, which a page shows as it stands."""
_OTHERWISE_SHOWN = regex(
    r"(?:(?:basic|identifier)style|formatcom|fontsize)\s*=\s*\{?[^,\n}]*\\(?!(?:(?:tt|sf|rm)family|(?:bf|md)series"
    r"|(?:it|up|sl)shape|(?:footnote|script|normal)size|small|tiny|large|linespread|selectfont)\b)[A-Za-z]"
    r"|(?:first|last)line\s*=|linerange\s*=|\\(?:let|def|(?:re)?newenvironment|excludecomment|NewEnviron|\w*Environment"
    r"|AtBeginEnvironment)\s*\*?\s*\{?\\?(?:[vV]erbatim|lstlisting|minted)"
)
"""What makes nobody know whether the page shows a listing, or all of it."""
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
    for one in delimited(text):
        if one.missing:
            message = f"the display is not closed: `{one.missing}` is missing"
            collector.warn("open-display", message, Span(one.begin, one.start))
        if one.display and one.begin >= first:
            rows = list(rows_of(text, one.start, one.end, one.name))
            events.append((one.begin, "rows", [put_in(row, macros) for row in rows] if macros else rows))
    for at, _, what in sorted(events, key=lambda event: event[0]):
        if isinstance(what, list):
            collector.rows(what)
        elif not collector.line(what):
            message, mend = f"`{what.text}` is not a key with a value", "write `% matgrad: loss = …`"
            collector.warn("unknown-key", message, Span(at, at + 1), mend)
    return collector.document()


def without_comments(text: str, listings: bool = False) -> tuple[str, list[tuple[int, str]]]:
    """The text with comments, verbatim parts (but for the listings that its page surely shows, if they are wanted) and
    what its page does not show blanked, and the comments with their places."""
    kept = listings and _OTHERWISE_SHOWN.search(text) is None
    comments: list[tuple[int, str]] = []
    blanks: list[tuple[int, int]] = []
    shown_as_is: list[tuple[int, int]] = []
    at = 0
    while match := _SKIP.search(text, at):
        at = match.end()
        if match["comment"] is not None:
            comments.append((match.start(), match["comment"]))
            blanks.append(match.span())
        elif match["env"]:
            end = text.find(f"\\end{{{match['env']}}}", at)
            at = len(text) if end < 0 else end + len(match["env"]) + 6
            is_code = kept and match["env"].rstrip("*") in _LISTINGS
            (shown_as_is if is_code else blanks).append((match.start(), at))
        elif match["bar"]:
            end = text.find(match["bar"], at)
            at = at if end < 0 else end + 1
            blanks.append((match.start(), at))
        elif match[0].startswith("\\end{document"):
            blanks.append((at, len(text)))
            break
    plain = blanked(text, [*blanks, *shown_as_is])
    return blanked(text, [*blanks, *failed_conditions(plain), *faint_in_latex(plain)]), comments
