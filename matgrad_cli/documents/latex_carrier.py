"""LaTeX files: keys in `% matgrad:` comments, derivations in display mathematics. Places never move: what is left out is blanked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..diagnostics import Diagnostic, Label, Source, Span
from ..diagnostics.regex import regex
from .hidden import blanked, failed_conditions, painted
from .keys import END, Collector, Document, split_key
from .margins import without_margin
from .passage import Passage, covered
from .sheets.macros import macros_of, put_in

DISPLAYS = frozenset({"align", "equation", "gather", "alignat", "flalign", "multline", "eqnarray", "displaymath", "math", "dmath"})
INNER = frozenset({"aligned", "alignedat", "split", "gathered", "multlined"})
_ONE_ROW = ("multline", "multlined")
_VERBATIM = "verbatim|Verbatim|lstlisting|minted|comment|filecontents"
_SKIP = regex(
    rf"\\begin\{{(?P<env>(?:{_VERBATIM})\*?)\}}|\\verb\*?(?P<bar>[^A-Za-z\s*])|\\end\{{document\}}|\\[\s\S]|(?P<comment>%[^\n]*)"
)
_OPEN = regex(r"\\begin\{(?P<env>[A-Za-z]+)\*?\}|(?P<dollars>\$\$)|\\\\|(?P<bracket>\\\[)")
_DROP = regex(
    r"\\(?:label|intertext|shortintertext|tag\*?|vspace\*?|hspace\*?)\s*\{(?:[^{}]|\{[^{}]*\})*\}"
    r"|\\(?:tiny|small|normalsize|[lL]arge|LARGE|[hH]uge|nonumber|notag|displaybreak|allowdisplaybreaks|hfill|hline|noindent|centering)(?![A-Za-z])(?:\[\d\])?"
)
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
    return blanked(shown, [*failed_conditions(shown), *painted(shown)]), comments


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


def rows_of(text: str, start: int, end: int, name: str) -> Iterator[Passage]:
    """The rows of one display; an environment such as `aligned` inside it is opened."""
    body = _DROP.sub(lambda match: covered(match[0], 0, len(match[0])), text[start:end])
    if name in ("alignat", "alignedat"):
        body = re.sub(r"^\s*\{\s*\d+\s*\}", lambda match: covered(match[0], 0, len(match[0])), body)
    body, name = _opened(body, name)
    if name in _ONE_ROW:
        body = re.sub(r"\\\\\*?(?:\[[^\]\n]*\])?", lambda match: " " * len(match[0]), body)
    for left, right, marks in _row_cuts(body):
        nested = _NESTED.fullmatch(body, left, right)
        if nested is not None:  # an environment as a whole row
            yield from rows_of(text, start + nested.start(1), start + nested.end(1), "")
            continue
        row = without_margin(body[left:right], [mark - left for mark in marks])
        for mark in marks:
            row = f"{row[: mark - left]} {row[mark - left + 1 :]}"
        passage = Passage(re.sub(r":\s=", " :=", row), start + left).stripped()  # `:&=` is the sign `:=`
        if passage.text:
            yield passage


_INSIDE = regex(rf"\\begin\{{({'|'.join(sorted(DISPLAYS | INNER))}|array)\*?\}}(\[[tbc]\])?(\{{[\d@{{}}lcr|\s]+\}})?")
_NESTED = regex(rf"[\s&]*(\\begin\{{(?:{'|'.join(sorted(INNER))})\*?\}}(?:(?!\\begin|\\end)[\s\S])*\\end\{{\w+\*?\}})[\s.,;]*")
_RELATION_CELL = regex(r"&\s*(?::?=|\\(?:Long)?(?:[lL]eft)?[rR]ightarrow|\\iff|\\implies)|(?:=|arrow)\s*&")
_EQALIGN = regex(r"\\(?:eqalign|eqalignno|leqalignno|displaylines)\s*\{")


def _opened(body: str, name: str) -> tuple[str, str]:
    """The display without the marks of the environment inside it; what stands before and behind belongs to its first and last row."""
    old = _EQALIGN.search(body)
    if old is not None and (close := body.rfind("}")) > old.end():
        return covered(covered(body, old.start(), old.end()), close, close + 1), name
    inner = _INSIDE.search(body)
    if inner is None or (close := _end_of(body, inner[1], inner.end())) < 0:
        return body, name
    if inner[1] == "array" and (body[: inner.start()].strip() or not _RELATION_CELL.search(body)):
        return body, name  # an array of entries, no rows of a derivation
    tail = body.find("}", close) + 1
    return covered(covered(body, inner.start(), inner.end()), close, tail), inner[1]


def _end_of(body: str, name: str, at: int) -> int:
    """Where the environment ends that was opened before `at`; -1 if it does not."""
    depth = 1
    for match in re.compile(rf"\\(begin|end)\{{{re.escape(name)}\*?\}}").finditer(body, at):
        depth += 1 if match[1] == "begin" else -1
        if depth == 0:
            return match.start()
    return -1


_TOKEN = regex(r"\\begin\b|\\end\b|\\\\\*?(?:[ \t]*\[[^\]\n]*\])?|\\cr(?![a-zA-Z])|\\[\s\S]|[{}&]")


def _row_cuts(body: str) -> Iterator[tuple[int, int, list[int]]]:
    """Where the rows begin and end, and their `&`: at `\\\\` outside braces and inner environments."""
    depth, start = 0, 0
    marks: list[int] = []
    for match in _TOKEN.finditer(body):
        token = match[0]
        if token in ("\\begin", "{"):
            depth += 1
        elif token in ("\\end", "}"):
            depth = max(0, depth - 1)
        elif token == "&" and depth == 0:
            marks.append(match.start())
        elif (token.startswith("\\\\") or token == "\\cr") and depth == 0:
            yield start, match.start(), marks
            marks = []
            # `\\[2pt]` is a distance, `\\ [X R]_{st}` is a bracket of the next row
            whole = re.fullmatch(r"\\cr|\\\\\*?(?:\[\s*-?[\d.]+\s*[a-z\\]+\s*\])?", token)
            start = match.end() if whole else match.start() + 2
    yield start, len(body), marks
