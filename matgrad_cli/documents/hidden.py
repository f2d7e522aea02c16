r"""What stands in a file and not on its page: comments, conditions that fail, elements that are not shown, white ink, what is off the page.

It is no answer, for nobody who reads the page sees it. Places never move: it is blanked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from ..diagnostics import Diagnostic, Label, Source, Span
from ..diagnostics.regex import regex
from .passage import covered

Range = tuple[int, int]
_MOST_SAID = 5
_UNSEEN_RUN = regex(r"\S(?:[^\n]*\S)?")
_LATEX_COMMENT = regex(r"(?<!\\)%.*")

_MARKDOWN = regex(
    r"<!--.*?(?:-->|\Z)|\{::comment\}.*?(?:\{:/(?:comment)?\}|\Z)"
    r"|^[ ]{0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S+[^\n]*(?:\n[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|\([^)\n]*\))[ \t]*$)?"
    r"|!\[[^\]\n]*\]\([^()\s]+(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)|(?<=\])\([^()\s]+\s+(?:\"[^\"\n]*\"|'[^'\n]*')\s*\)",
    re.MULTILINE | re.DOTALL,
)
"""Comments of Markdown's kinds, among them what a link that nobody uses leads to; pictures and the titles of links."""
_TAG = regex(
    r"<(?P<close>/)?(?P<name>[A-Za-z][\w-]*)"
    r"(?P<attributes>(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*)\s*(?P<alone>/)?>"
)
_UNSEEN = regex(
    r"(?:^|\s)hidden(?![\w-])|display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0*)?(?![.\d])"
    r"|font-size\s*:\s*0|(?<![\w-])color\s*[:=]\s*[\"']?(?:white(?!\w)|transparent|#fff(?:fff)?(?!\w)|rgb\(\s*255\s*,\s*255\s*,\s*255)",
    re.IGNORECASE,
)
_NEVER_SHOWN = ("script", "style", "template", "head", "title", "noscript")
_VOID = ("br", "hr", "img", "input", "meta", "link", "wbr")
_CONDITION = regex(
    r"\\(?P<word>if(?:false|true|num|dim|x|odd|cat|case|void|hmode|mmode|defined|csname|eof|inner|vmode|hbox|vbox|cond)?|else|or|fi)(?![A-Za-z@])"
    r"(?:(?<=\\ifnum)\s*(?P<left>\d+)\s*(?P<sign>[<=>])\s*(?P<right>\d+))?"
)
_WHITE = regex(
    r"\{\s*white(?:![^{}]*)?\s*\}|\[(?:rgb|RGB|HTML|gray)\]\s*\{\s*(?:1(?:\.0*)?\s*(?:,\s*1(?:\.0*)?\s*){0,2}|255\s*,\s*255\s*,\s*255|[Ff]{6})\s*\}"
)
_NAMED_WHITE = regex(r"\\(?:definecolor|colorlet)\s*\{(\w+)\}\s*(?:\{(\w+)\}\s*)?\{([^{}]*)\}")
_BEYOND = regex(
    r"\\(?:h(?:space\*?\s*\{|skip\s*)|kern\s*|mkern\s*|raisebox\s*\{)\s*[-+]?\s*"
    r"(?P<size>\d+(?:\.\d*)?)\s*(?P<unit>cm|mm|in|pt|em|ex|mu)"
)
_UNITS = {"cm": 1, "mm": 0.1, "in": 2.54, "pt": 0.035, "em": 0.35, "ex": 0.15, "mu": 0.02}
_WIDE = 15
"""So many centimetres aside nothing is on the page."""
_PARAGRAPH = regex(r"\n[ \t]*\n|\\(?:par|(?:sub)*section|end\{document\})(?![A-Za-z])")
_FORMULA = regex(r"\$[^$]*[^$\s][^$]*\$|\\[(\[]|[\w)}\]]\s*[=+*/^@]\s*[\w({\[\\]|\\[A-Za-z]+\s*[{^_]|[ᵀσ∇∂]")


def blanked(text: str, spans: Iterable[Range]) -> str:
    """The text with many spans blanked in one pass."""
    parts, last = [], 0
    for start, end in sorted(spans):
        if end > last:
            parts += [text[last : max(last, start)], covered(text[max(last, start) : end], 0, end - max(last, start))]
            last = end
    return "".join([*parts, text[last:]])


def unseen(source: Source, shown: str) -> Iterator[Diagnostic]:
    """What there is to say of formulas that stand in a file, and not in what its page shows of it: a few of them, each with its place."""
    found = (match for match in _UNSEEN_RUN.finditer("".join(map(_blank_where_shown, source.text, shown))))
    for match in islice((match for match in found if _FORMULA.search(_LATEX_COMMENT.sub("", match[0]))), _MOST_SAID):
        label = Label(Span(match.start(), match.end()))
        yield Diagnostic("hidden-text", "the page does not show this, so it is not read", source, (label,), severity="warning",
                         help="an answer stands where whoever reads the page sees it")  # fmt: skip


def _blank_where_shown(there: str, seen: str) -> str:
    return " " if there == seen and there != "\n" else there


FENCE = regex(r"^[ \t]*(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*(?P=mark)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = regex(rf"(?P<comment><!--.*?(?:-->|\Z))|(?P<code>{FENCE.pattern})", re.MULTILINE | re.DOTALL)


def shown_in_markdown(text: str) -> str:
    """The text without what its page does not show; a block of code is shown as it is, a comment around one hides it."""
    blocks = [(match["code"] is not None, match.span()) for match in _BLOCK.finditer(text)]
    uncoded = blanked(text, (span for _, span in blocks))
    return blanked(text, [*hidden_in_markdown(uncoded), *(span for code, span in blocks if not code)])


def hidden_in_markdown(text: str) -> list[Range]:
    """The spans of a Markdown text that its page does not show."""
    marks = ((match.start() + 2 * match[0].startswith("!["), match.end()) for match in _MARKDOWN.finditer(text))
    return sorted([*marks, *_elements(text), *painted(text)])


def _elements(text: str) -> Iterator[Range]:
    """HTML elements that are not shown, and tags with attributes, which never are."""
    waiting: tuple[str, int] | None = None
    depth = 0
    for match in _TAG.finditer(text):
        name = match["name"].lower()
        if waiting is not None:
            depth += 0 if name != waiting[0] or match["alone"] else -1 if match["close"] else 1
            if depth == 0:
                yield waiting[1], match.end()
                waiting = None
        elif (name in _NEVER_SHOWN or _UNSEEN.search(match["attributes"])) and not (match["close"] or match["alone"] or name in _VOID):
            waiting, depth = (name, match.start()), 1
        elif match["attributes"]:
            yield match.span()
    if waiting is not None:
        yield waiting[1], len(text)


def failed_conditions(text: str) -> list[Range]:
    r"""What a LaTeX file passes over: behind `\iffalse`, `\ifnum1=0` or an `\else`. Of what is not known neither branch is read."""
    own = {name: _is_set(text, name) for name in re.findall(r"\\newif\s*\\if([A-Za-z@]+)", text)[:50]}
    pattern = re.compile(rf"\\if(?P<own>{'|'.join(map(re.escape, own))})(?![A-Za-z@])|{_CONDITION.pattern}") if own else _CONDITION
    found: list[Range] = []
    open_: list[tuple[int, bool | None]] = []
    for match in pattern.finditer(text):
        word, named = match["word"], match["own"] if own else None
        if re.search(r"\\newif\s*$", text[max(0, match.start() - 12) : match.start()]):
            continue
        if word not in ("else", "or", "fi"):
            open_.append((match.start(), own[named] if named else _holds(match)))
        elif open_:
            start, holds = open_.pop()
            if holds is not True:
                found.append((start, match.end()))
            if word != "fi":
                open_.append((match.start(), None if holds is None else not holds))
    return sorted([*found, *((start, len(text)) for start, holds in open_ if holds is False)])


def _is_set(text: str, name: str) -> bool:
    said = re.findall(rf"\\{re.escape(name)}(true|false)(?![A-Za-z@])", text)
    return bool(said) and said[-1] == "true"


def _holds(match: re.Match[str]) -> bool | None:
    if match["word"] in ("iftrue", "iffalse"):
        return match["word"] == "iftrue"
    if match["sign"] is None:
        return None
    left, right = int(match["left"][:20]), int(match["right"][:20])
    return {"<": left < right, "=": left == right, ">": left > right}[match["sign"]]


def painted(text: str) -> list[Range]:
    r"""What LaTeX puts where nobody sees it: `\textcolor{white}{…}`, `\color{white}` up to the end of its group, far aside."""
    if "color" not in text and not _BEYOND.search(text):
        return []
    whites = {match[1] for match in _NAMED_WHITE.finditer(text) if _WHITE.fullmatch(f"[{match[2]}]" * bool(match[2]) + f"{{{match[3]}}}")}
    found = []
    for match in re.finditer(r"\\(?P<word>textcolor|color)\s*(?P<paint>(?:\[\w+\]\s*)?\{(?P<name>[^{}]*)\})", text):
        if match["name"].strip() in whites or _WHITE.fullmatch(match["paint"]):
            found.append((match.start(), _group_end(text, match.end(), match["word"] == "textcolor")))
    for match in _BEYOND.finditer(text):
        if float(match["size"]) * _UNITS[match["unit"]] >= _WIDE:
            paragraph = _PARAGRAPH.search(text, match.end())
            found.append((match.start(), paragraph.start() if paragraph else len(text)))
    return sorted(found)


_GROUP = regex(r"\\begin\b|\\end\b|\\.|\$\$?|[{}]", re.DOTALL)
_DEEPER = {"{": 1, "\\[": 1, "\\(": 1, "\\begin": 1, "}": -1, "\\]": -1, "\\)": -1, "\\end": -1}


def _group_end(text: str, at: int, argument: bool) -> int:
    r"""Where the ink ends: behind the argument of `\textcolor`, else where the group or the formula closes that holds the command."""
    paragraph = max(text.rfind("\n\n", 0, at), at - 2_000, 0)
    in_dollars, depth = text.count("$", paragraph, at) - text.count("$$", paragraph, at), 0
    for match in _GROUP.finditer(text, at):
        depth += _DEEPER.get(match[0], 0)
        if depth < 0 or (depth == 0 and in_dollars % 2 == 1 and match[0][0] == "$"):
            return match.start()
        if argument and depth == 0:
            return match.end()
    return len(text)
