r"""What stands in a file and not on its page: comments, conditions that fail, elements that are not shown, white ink,
what is off the page.

It is no answer, for nobody who reads the page sees it. Places never move: it is blanked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from ..diagnostics import Diagnostic, Label, Source, Span
from ..diagnostics.regex import regex
from ..notation.stated_functions import closing
from .passage import blanked

Range = tuple[int, int]
_MOST_SAID = 5
_UNSEEN_RUN = regex(r"\S(?:[^\n]*\S)?")
_LATEX_COMMENT = regex(r"(?<![\\\d])%.*")

_MARKDOWN = regex(
    r"<!--.*?(?:-->|\Z)|\{::comment\}.*?(?:\{:/(?:comment)?\}|\Z)"
    r"|^[ ]{0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S+[^\n]*(?:\n[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|\([^)\n]*\))[ \t]*$)?"
    r"|!\[[^\]\n]*\]\([^()\s]+(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)|(?<=\])\([^()\s]+\s+(?:\"[^\"\n]*\""
    r"|'[^'\n]*')\s*\)",
    re.MULTILINE | re.DOTALL,
)
"""Comments of Markdown's kinds, among them what a link that nobody uses leads to; pictures and the titles of links."""
_TAG = regex(
    r"<(?P<close>/)?(?P<name>[A-Za-z][\w-]*)"
    r"(?P<attributes>(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*)\s*(?P<alone>/)?>"
)
_ATTRIBUTE = regex(r"(?P<key>[\w:-]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_INK = r"(?:black|red|blue|green|brown|purple|violet|magenta|teal|navy|maroon|orange|gr[ae]y|dark\w+)"
_PLAIN_VALUE = {
    "style": rf"\s*(?:(?:color\s*:\s*{_INK}|background(?:-color)?\s*:\s*(?:yellow|light\w+)|font-(?:weight"
    rf"|style)\s*:\s*\w+"
    r"|text-(?:align|decoration)\s*:\s*\w+)\s*(?:;\s*|$))*",
    "color": _INK,
} | dict.fromkeys(
    "href src alt title lang dir name target rel align valign border width height colspan rowspan start type open "
    "face".split(),
    r"[\s\S]*",
)
"""The attributes with which an element is surely shown, and what they may say."""
_CONCEALING = ("hidden", "popover", "inert")
_BRINGS_STYLE = regex(r"<(?:style|link|script|iframe)\b", re.IGNORECASE)
_NEVER_SHOWN = frozenset(
    "script style template head title noscript dialog datalist select object canvas audio video iframe svg noframes "
    "noembed map meter progress textarea rp".split()
)
_VOID = ("br", "hr", "img", "input", "meta", "link", "wbr")
_CONDITION = regex(
    r"\\(?P<word>if(?:false|true|num|dim|x|odd|cat|case|void|hmode|mmode|defined|csname|eof|inner|vmode|hbox"
    r"|vbox|cond)?|else|or|fi)(?![A-Za-z@])"
    r"(?:(?<=\\ifnum)\s*(?P<left>\d+)\s*(?P<sign>[<=>])\s*(?P<right>\d+))?"
)
_DEFINED_INK = regex(r"\\(?:definecolor|colorlet)\s*\{(\w+)\}\s*(?:\{(\w+)\}\s*)?\{([^{}]*)\}")
_INKED = regex(r"\\(?P<word>textcolor|mathcolor|color)\s*(?:\[(?P<model>\w+)\]\s*)?\{(?P<ink>[^{}]*)\}")
_FAINT = 0.8
"""Ink that is so near to white is not seen."""
_BEYOND = regex(
    r"\\(?:h(?:space\*?\s*\{|skip\s*)|kern\s*|mkern\s*|raisebox\s*\{|v(?:space\*?\s*\{|skip)\s*(?=-))\s*[-+]?\s*"
    r"(?P<size>\d+(?:\.\d*)?)\s*(?P<unit>cm|mm|in|pt|em|ex|mu)"
)
_UNITS = {"cm": 1, "mm": 0.1, "in": 2.54, "pt": 0.035, "em": 0.35, "ex": 0.15, "mu": 0.02}
_WIDE = 15
"""So many centimetres aside nothing is on the page."""
_PARAGRAPH = regex(r"\n[ \t]*\n|\\(?:par|(?:sub)*section|end\{document\})(?![A-Za-z])")
_FORMULA = regex(r"\$[^$]*[^$\s][^$]*\$|\\[(\[]|[\w)}\]]\s*[=+*/^@]\s*[\w({\[\\]|\\[A-Za-z]+\s*[{^_]|[ᵀσ∇∂]")


def unseen(source: Source, shown: str) -> Iterator[Diagnostic]:
    """What there is to say of formulas that stand in a file, and not in what its page shows of it:
    a few of them, each with its place."""
    there = ((sign == seen and sign != "\n", sign) for sign, seen in zip(source.text, shown, strict=False))
    found = (match for match in _UNSEEN_RUN.finditer("".join(" " if both else sign for both, sign in there)))
    for match in islice((match for match in found if _FORMULA.search(_LATEX_COMMENT.sub("", match[0]))), _MOST_SAID):
        yield Diagnostic("hidden-text", "the page does not show this, so it is not read", source,
                         (Label(Span(*match.span())),), severity="warning",
                         help="an answer stands where whoever reads the page sees it")  # fmt: skip


FENCE = regex(
    r"(?:^[ \t]*|(?<=\d[.)][ \t])(?=~~~|`{3,}[^`\n]*$))(?P<mark>`{3,}|~{3,})[^\n]*\n"
    r".*?(?:^[ \t]*(?P=mark)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""A block of code; also the one with which an item of a numbered list begins."""
_BLOCK = regex(rf"(?P<comment><!--.*?(?:-->|\Z))|(?P<code>{FENCE.pattern})", re.MULTILINE | re.DOTALL)


def shown_in_markdown(text: str) -> str:
    """The text without what its page does not show; a block of code is shown as it is,
    a comment around one hides it."""
    blocks = [(match["code"] is not None, match.span()) for match in _BLOCK.finditer(text)]
    uncoded = blanked(text, (span for _, span in blocks))
    return blanked(text, [*hidden_in_markdown(uncoded), *(span for code, span in blocks if not code)])


def hidden_in_markdown(text: str) -> list[Range]:
    """The spans of a Markdown text that its page does not show."""
    marks = ((match.start() + 2 * match[0].startswith("!["), match.end()) for match in _MARKDOWN.finditer(text))
    return sorted([*marks, *_elements(text), *_unused_notes(text), *painted(text)])


def doubtful_in_markdown(text: str) -> list[Range]:
    """The HTML elements of a Markdown text that are not surely shown. Homework is read without them;
    an author hides nothing."""
    styled = _BRINGS_STYLE.search(text) is not None
    uncoded = blanked(text, (match.span() for match in FENCE.finditer(text)))
    return [*_elements(uncoded, lambda attributes: _doubtful(attributes, styled))]


_NOTE = regex(
    r"^[ ]{0,3}(\[\^[^\]\s]+\]):[^\n]*(?:\n(?:[ \t]+[^\n]*|[^\s\[#][^\n]*)|\n(?=[ \t]*\n[ \t]{2,}\S))*", re.MULTILINE
)


def _unused_notes(text: str) -> Iterator[Range]:
    """Footnotes to which no mark in the text leads."""
    used = {match[1] for match in re.finditer(r"(\[\^[^\]\s]+\])(?!:)", text)}
    for match in _NOTE.finditer(text):
        if match[1] not in used:
            yield match.span()


def _elements(text: str, conceals: Callable[[str], bool] = lambda _: False) -> Iterator[Range]:
    """HTML elements that are not shown, as their names or attributes say, and tags with attributes, which never are."""
    waiting: tuple[str, int] | None = None
    depth = 0
    for match in _TAG.finditer(text):
        name = match["name"].lower()
        if waiting is not None:
            depth += 0 if name != waiting[0] or match["alone"] else -1 if match["close"] else 1
            if depth == 0:
                yield waiting[1], match.end()
                waiting = None
            continue
        holds = not (match["close"] or match["alone"] or name in _VOID)
        if holds and (name in _NEVER_SHOWN or conceals(match["attributes"])):
            waiting, depth = (name, match.start()), 1
        elif match["attributes"]:
            yield match.span()
    if waiting is not None:
        yield waiting[1], len(text)


def _doubtful(attributes: str, styled: bool) -> bool:
    """Whether an element with these attributes may stand where nobody sees it:
    how it looks is read only in a few plain words."""
    told = [(match["key"].lower(), match["value"]) for match in _ATTRIBUTE.finditer(attributes)]
    return any(
        styled
        if key in ("class", "id")
        else key in _CONCEALING
        or (value is not None and not re.fullmatch(_PLAIN_VALUE.get(key, "(?!)"), value.strip("\"'"), re.IGNORECASE))
        for key, value in told
    )


def failed_conditions(text: str) -> list[Range]:
    r"""What a LaTeX file passes over: behind `\iffalse`, `\ifnum1=0` or an `\else`.
    Of what is not known neither branch is read."""
    names = re.findall(r"\\newif\s*\\if([A-Za-z@]+)", text)[:50]
    own = {name: re.findall(rf"\\{re.escape(name)}(true|false)(?![A-Za-z@])", text)[-1:] == ["true"] for name in names}
    named = rf"\\if(?P<own>{'|'.join(map(re.escape, own)) or '(?!)'})(?![A-Za-z@])|"
    pattern = re.compile(named + _CONDITION.pattern)
    found: list[Range] = []
    open_: list[tuple[int, bool | None]] = []
    for match in pattern.finditer(text):
        word = match["word"]
        if re.search(r"\\newif\s*$", text[max(0, match.start() - 12) : match.start()]):
            continue
        if word not in ("else", "or", "fi"):
            open_.append((match.start(), own[match["own"]] if match["own"] else _holds(match)))
            found.append(match.span())  # `\ifnum1=1` is no formula
        elif open_:
            start, holds = open_.pop()
            if holds is not True:
                found.append((start, match.end()))
            if word != "fi":
                open_.append((match.start(), None if holds is None else not holds))
    return sorted([*found, *((start, len(text)) for start, holds in open_ if holds is False)])


def _holds(match: re.Match[str]) -> bool | None:
    if match["word"] in ("iftrue", "iffalse"):
        return match["word"] == "iftrue"
    if match["sign"] is None:
        return None
    left, right = int(match["left"][:20]), int(match["right"][:20])
    return {"<": left < right, "=": left == right, ">": left > right}[match["sign"]]


def faint_in_latex(text: str) -> list[Range]:
    """The spans of a LaTeX text that nobody sees for their ink, their size or their place; letters of no size, and what
    is seen through, up to the end of their group."""
    tiny = ((match.start(), _group_end(text, match.end(), False)) for match in _SHRUNK.finditer(text))
    return sorted([*painted(text), *tiny])


def painted(text: str) -> list[Range]:
    r"""What LaTeX puts where nobody sees it: `\textcolor{white}{…}`, `\color{white}` up to the end of its group,
    far aside."""
    if "color" not in text and not _BEYOND.search(text):
        return []
    whites = {match[1] for match in _DEFINED_INK.finditer(text) if _whiteness(match[2], match[3], frozenset()) > _FAINT}
    found = []
    for match in _INKED.finditer(text):
        if _whiteness(match["model"], match["ink"], frozenset(whites)) > _FAINT:
            found.append((match.start(), _group_end(text, match.end(), match["word"] != "color")))
    for match in _BEYOND.finditer(text):
        if float(match["size"]) * _UNITS[match["unit"]] >= _WIDE:
            paragraph = _PARAGRAPH.search(text, match.end())
            found.append((match.start(), paragraph.start() if paragraph else len(text)))
    return sorted(found)


def _whiteness(model: str | None, ink: str, whites: frozenset[str]) -> float:
    """How near to white an ink is, from 0 to 1: `[rgb]{1,1,1}`, `white!90`, `black!0`; of an unknown name 0."""
    if model == "HTML":
        return min((int(pair, 16) / 255 for pair in re.findall(r"[0-9A-Fa-f]{2}", ink)), default=0)
    numbers = [float(one) for one in re.findall(r"\d*\.?\d+", ink)] if model else []
    if model == "cmyk":
        return 1 - max(numbers, default=1)
    if model in ("rgb", "gray", "RGB"):
        return min(numbers, default=0) / (255 if model == "RGB" else 1)
    first, *rest = ink.strip().split("!")
    white = float(first == "white" or first in whites)
    for at in range(0, len(rest), 2):
        share = float(rest[at]) / 100 if re.fullmatch(r"\d{1,3}(?:\.\d{0,9})?", rest[at]) else 1
        other = rest[at + 1] if at + 1 < len(rest) else "white"
        white = share * white + (1 - share) * (other == "white" or other in whites)
    return white


_SHRUNK = regex(
    r"\\fontsize\s*\{\s*(?:[0-3](?:\.\d*)?|\.\d+)\s*(?:pt)?\s*\}\s*\{[^{}]*\}|\\(?:transparent"
    r"|opacity)\s*\{\s*0?(?:\.[01]?\d*)?\s*\}"
)


_SHOWING = frozenset(
    """
    text textbf textit textrm textsf texttt textsc textsl textup textmd textnormal emph underline uline hl fbox
    framebox mbox makebox hbox vbox vtop parbox minipage boxed ensuremath centerline leftline rightline llap
    rlap clap raisebox rotatebox reflectbox textcolor color shadowbox doublebox ovalbox tcbox footnote
    footnotetext thanks marginpar part chapter section subsection subsubsection paragraph subparagraph title
    subtitle author date caption item question subquestion problem exercise answer ans final solution sol result
    task aufgabe loesung quote enquote tag intertext shortintertext substack shortstack multicolumn multirow
    sout cancel xcancel bcancel st newcommand renewcommand providecommand def gdef edef let long newenvironment
    renewenvironment DeclareMathOperator newtheorem begin end left right frac sqrt big Big bigg Bigg overset
    underset stackrel mathrm mathbf operatorname footnotesize small normalsize large Large LARGE huge Huge tiny
    scriptsize bf it rm sf tt em bfseries itshape centering noindent par hfill quad qquad hspace vspace medskip
    bigskip smallskip newline linebreak label colorbox fcolorbox scalebox resizebox frame block only maketitle
    newpage clearpage pagebreak vfill hfil smallbreak medbreak bigbreak sffamily ttfamily rmfamily upshape
    slshape scshape mdseries raggedright raggedleft selectfont normalfont hrule hline toprule midrule bottomrule
    appendix qed qedhere protect displaystyle relax leavevmode indent documentclass usepackage tableofcontents
    onecolumn twocolumn
""".split()
)
"""Commands whose arguments are on the page; and what is followed by a group of its own."""
_COMMAND = regex(
    r"\\(?P<name>[A-Za-z@]+)\*?(?:[ \t]|\n(?![ \t]*\n)|\d|=|<[^<>{}$\n]*>|\[[^\[\]{}$\n]*\]|\([^(){}$\n]*\))*(?=\{)"
)
_STORED = regex(
    r"\\(?:setbox|sbox|savebox|write)\s*\{?(?:\d+|\\[A-Za-z@]+)\}?\s*=?\s*(?:\\[hv](?:box"
    r"|top))?(?:\[[^\[\]]*\])*\s*(?=\{)"
)
_NOT_ON_THE_PAGE = regex(r"\\begin\s*\{(?P<env>lrbox|(?:tikz|pgf)?picture|onlyenv|invisibleenv|ocg|textblock)\*?\}")
_MEASURES = {
    "scalebox": r"\{\s*(?:0?\.[4-9]\d*|[1-9](?:\.\d*)?)\s*\}",
    "resizebox": r"\{(?:!|[\d.]*\\(?:text|line|column|h)\w+|[1-9]\d*(?:\.\d*)?cm)\}",
    "colorbox": r"\{\s*(?!black)[a-z]+(?:!\d\d?)?\s*\}",
    "fcolorbox": r"\{[^{}]*\}\{\s*(?!black)[a-z]+(?:!\d\d?)?\s*\}",
    "only": r"<1-?>",
}
"""Commands that show their argument only with a measure of this kind before it."""
_HOLDS_FORMULA = regex(r"\$|\\[(\[]|\\begin\s*\{(?:align|equation|gather|multline|displaymath|math|eqnarray|flalign)")


def unknown_arguments(text: str) -> Iterator[Range]:
    r"""Arguments that hold a formula, of commands that are not known to show them: `\invisible{$x$}`, `\sbox0{$x$}`;
    boxes not shown.

    Homework is read without them; an author hides nothing, and may have commands of their own.
    """
    own = {*re.findall(r"\\(?:(?:re|provide)?newcommand\s*\*?\s*\{?|def\s*)\s*\\([A-Za-z@]+)", text)} - {"def"}
    last = 0
    for match in _COMMAND.finditer(text):
        name, behind = match["name"], text[match.end("name") :][:80].lstrip(" *")
        shown = name in _SHOWING and (name not in _MEASURES or re.match(_MEASURES[name], behind))
        if match.start() < last or name in own or shown:
            continue
        last = _arguments_end(text, match.end())
        if _HOLDS_FORMULA.search(text, match.end(), last):
            yield match.start(), last
    for match in _STORED.finditer(text):
        yield match.start(), _arguments_end(text, match.end())
    dropped = re.findall(r"\\(?:excludecomment|NewEnviron)\s*\{(\w+)\}", text)
    own_boxes = re.finditer(rf"\\begin\s*\{{(?P<env>{'|'.join(dropped)})\}}", text) if dropped else ()
    for match in [*_NOT_ON_THE_PAGE.finditer(text), *own_boxes]:
        end = text.find(f"\\end{{{match['env']}", match.end())
        yield match.start(), end if end >= 0 else len(text)


def _arguments_end(text: str, at: int) -> int:
    """Behind the groups in braces that begin there, one after the other."""
    while (end := closing(text, at, "{}")) is not None:
        if (further := re.match(r"[ \t]*(?=\{)", text[end : end + 40])) is None:
            return end
        at = end + further.end()
    return len(text)


_GROUP = regex(r"\\begin\b|\\end\b|\\.|\$\$?|[{}]", re.DOTALL)
_DEEPER = {"{": 1, "\\[": 1, "\\(": 1, "\\begin": 1, "}": -1, "\\]": -1, "\\)": -1, "\\end": -1}


def _group_end(text: str, at: int, argument: bool) -> int:
    r"""Where the ink ends: behind the argument of `\textcolor`, else where the group or the formula closes that holds
    the command."""
    paragraph = max(text.rfind("\n\n", 0, at), at - 2_000, 0)
    in_dollars, depth = text.count("$", paragraph, at) - text.count("$$", paragraph, at), 0
    for match in _GROUP.finditer(text, at):
        depth += _DEEPER.get(match[0], 0)
        if depth < 0 or (depth == 0 and in_dollars % 2 == 1 and match[0][0] == "$"):
            return match.start()
        if argument and depth == 0:
            return match.end()
    return len(text)
