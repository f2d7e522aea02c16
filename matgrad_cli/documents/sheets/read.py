"""From the text of a file to a sheet: the carrier's marks are taken off, formulas found,
each with the words around it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ...diagnostics import Source
from ...diagnostics.regex import regex
from ..hidden import FENCE, faint_in_latex, hidden_in_markdown, painted
from ..latex_carrier import without_comments
from ..macros import expanded
from ..passage import Passage, blank, blanked, covered
from .plain import is_plain_text, plain_formulas, spelled
from .regions import Region, regions
from .sheet import Cell, Formula, Kind, Sheet, cells_of

_CODE = regex(r"(?<!`)`[^`\n]+`(?!`)", re.DOTALL)
_NAME = regex(r"d?[A-Za-z](?:_?\d)?")
_IN_TICKS = regex(r"\$`([^`$]+)`\$")
_FENCED = regex(r"^([ \t]*)(`{3,}|~{3,})math[ \t]*\n((?:(?!^[ \t]*\2).*\n)+?)([ \t]*\2)[ \t]*$", re.MULTILINE)
"""Mathematics as GitHub and GitLab have it: in a sentence, and displayed."""
_QUOTE = regex(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_STRUCK = regex(
    r"~~.+?~~|<(del|s|strike)>.*?</\1>|\\(?:sout|cancel|xcancel|bcancel|st)\s*\{(?:[^{}]|\{[^{}]*\})*\}", re.DOTALL
)
HEADING = regex(
    r"^[ \t]*#{1,6}[ \t]+(?P<hash>[^\n]+)$|^[ \t]*(?:\d+[.)]\s*)?\*\*(?P<bold>[^\n]{2,120}?)\*\*|"
    r"\\(?:chapter|(?:sub)*section|paragraph|subparagraph)\*?\s*\{(?P<section>(?:[^{}]|\{[^{}]*\})*)\}|"
    r"\\begin\{(?P<env>theorem|lemma|example|exercise|problem|proof|proposition|corollary|remark|solution)\*?\}|"
    r"^(?P<under>[^\n]{3,100})\n[=-]{4,}[ \t]*$",
    re.MULTILINE,
)
_BOUNDARY = regex(
    r"(?<![ (][A-Za-z])(?<!\bi\.e)(?<!\be\.g)(?<!\bw\.r\.t)(?<!\bs\.t)(?<!\bcf)(?<!\bvs)(?<!\bEq)(?<!\bFig)(?<!\bresp)"
    r"[.?!](?=[*_]*\s)|\n[ \t]*\n"
    r"|\n[ \t]*(?:[-*•+]|\d{1,2}[.)])[ \t]|\\item\b|\n[ \t]*#"
    r"|\\begin\{\w+\*?\}"
)
_TEX_TEXT = regex(
    r"\\(?:textbf|textit|emph|textrm|text|textsc)\s*(?=\{)|\\(?:eqref|ref|cite[pt]?|label|footnote)\s*\{[^{}]*\}"
    r"|\\(?:noindent|medskip|bigskip|smallskip|maketitle|appendix|qed|hfill)(?![A-Za-z])"
)
_CONCLUDED = regex(
    r"(?:\\(?:implies|iff|(?:Long)?(?:left|Left)?[rR]ightarrow)(?![A-Za-z])|[⇒⟹⇔⟺])"
    r"(?=(?:\s|&|\\(?:[,;:!]|q?quad))*(?:\\(?:wide)?(?:hat|tilde|bar)\s*)?(?:\\(?:math"
    r"|bold)\w+\s*)?[{\s]*(?:\\[A-Za-z]+|[A-Za-zα-ωΑ-Ω])[}\s]*"
    r"(?:[_^](?:\{[^{}]*\}|\\?\w+|\*)\s*)*&?=)"
)
BEFORE = regex(
    r"(?:(?<!_)(?P<name>[A-Za-z])|\\(?:math\w+|boldsymbol|bm)\s*\{(?P<bold>[A-Za-z])\})"
    r"\s*\^\s*(?:-(?!\s*(?:[\dT{]|\\(?:top|intercal|[td]?frac)))|\{\s*-\s*\})"
)
"""`P^-`, what P was before."""
AFTER = regex(
    r"(?:(?<!_)(?P<name>[A-Za-z])|\\(?:math\w+|boldsymbol|bm)\s*\{(?P<bold>[A-Za-z])\})\s*\^\s*(?:\+|\{\s*\+\s*\})"
    r"(?P<stated>\s*&?:?=)?"
)
"""`P^+`, what P is afterwards, where it is said what it is."""
_LAYER = regex(r"\^\{?(?P<open>[\[(])(?P<layer>\d|L)[\])](?P<rest>[^{}\n]{0,12}\})?")
_OF_LAYER = regex(
    r"(\\?[A-Za-z]+)\}?\s*\^\{?([\[(])\d[\])]\}?\s*&?=(?!=)|(?:\\(?:partial|nabla_\{?)\s*"
    r"|∂)(\\?[A-Za-z]+)\s*\^\{?([\[(])\d[\])]"
)
"""What is stated of a layer, `a^{(1)} = …`, and by what of a layer is differentiated."""
LATEX = (".tex", ".latex", ".ltx")
NOTEBOOK = (".ipynb",)
PLAIN = (".txt", ".text")
MARKDOWN = (".md", ".markdown", ".qmd", ".rmd")
ENDINGS = (*LATEX, *MARKDOWN, *PLAIN, *NOTEBOOK)


def read_sheet(source: Source, ending: str) -> Sheet | None:
    """The sheet of a file; None where the ending says nothing of a document, or a notebook is none."""
    if ending in NOTEBOOK:
        return _notebook(source)
    if ending in LATEX:
        return _latex(source)
    return _prose(source, Passage(source.text), markdown=ending not in PLAIN)


def _latex(source: Source) -> Sheet:
    text, _ = without_comments(source.text)
    begin = re.search(r"\\begin\{document\}", text)
    whole = expanded(text)
    if begin is not None:  # the preamble is no text
        places = whole.offsets or range(len(text) + 1)
        start = bisect_right(list(places), begin.end() - 1) if whole.offsets else begin.end()
        whole = Passage(covered(whole.text, 0, start), 0, whole.offsets)
    return _sheet(source, whole, plain=False)


def _notebook(source: Source) -> Sheet | None:
    texts = cells_of(source)
    if texts is None:
        return None
    parts, found, position = [], [], 0
    for number, text in texts:
        found.append(Cell(number, position, Source(f"{source.name}, cell {number}", text)))
        parts.append(text + "\n\n")
        position += len(parts[-1])
    whole = Source(source.name, "".join(parts))
    return _prose(whole, Passage(whole.text), markdown=True, cells=tuple(found))


def _prose(source: Source, whole: Passage, markdown: bool, cells: tuple[Cell, ...] = ()) -> Sheet:
    text = whole.text
    if markdown:
        text = _IN_TICKS.sub(lambda match: f"$${match[1]}$$" if "\n" in match[1] else f"$ {match[1]} $", text)
        text = _CODE.sub(_without_ticks, FENCE.sub(_without_code, _FENCED.sub(_dollars, text)))
        text = blanked(text, hidden_in_markdown(text))
    return _sheet(source, expanded(text), plain=True, cells=cells, markdown=markdown)


def _without_ticks(code: re.Match[str]) -> str:
    """Blanks for code in a line, and for the ticks alone round an equation of mathematics, `∇L = 2Xᵀ(Xw − y)`,
    or a name, `dW`."""
    inside = code[0][1:-1]
    mathematics = "=" in inside and is_plain_text(inside) and "$" not in inside
    return f" {inside} " if mathematics or _NAME.fullmatch(inside) else blank(code)


def _without_code(fence: re.Match[str]) -> str:
    """Blanks for a block of code, and for the marks alone of one that holds mathematics as plain text."""
    lines = fence[0].splitlines(keepends=True)
    plain = lines[0].strip(" \t\n`~").lower() in ("", "text", "txt", "plain", "plaintext")
    if not plain or not is_plain_text("".join(lines[1:-1])):
        return blank(fence)
    first, last = (re.sub(r"[^\n]", " ", line) for line in (lines[0], lines[-1]))
    return first + "".join(lines[1:-1]) + last


def _dollars(block: re.Match[str]) -> str:
    """A block with dollars for its fences, every sign in its place."""
    return "$$".ljust(block.start(3) - block.start() - 1) + "\n" + block[3] + "$$".ljust(block.end() - block.end(3))


def _sheet(source: Source, whole: Passage, plain: bool, cells: tuple[Cell, ...] = (), markdown: bool = False) -> Sheet:
    text = layers_below(blanked(whole.text, painted(whole.text) if plain else faint_in_latex(whole.text)))
    quoted = [match.span() for match in re.finditer(r"(?:^[ \t]*>[^\n]*\n?)+", text, re.MULTILINE)] if plain else []
    text = _QUOTE.sub(blank, text) if plain else text
    struck = [match.span() for match in _STRUCK.finditer(text)]
    found = regions(text)
    if plain:
        outside = blanked(text, ((region.start, region.end) for region in found))
        found = sorted([*found, *_plain_regions(text, outside, markdown)], key=lambda region: region.start)
    around = _Words(text, found)
    formulas: list[Formula] = []
    for block, region in enumerate(found):
        bare = bool(region.rows) and region.rows[0][0] == region.start
        kind: Kind = "display" if region.display else "plain" if bare else "inline"
        before, after = around.of(region)
        aside = _inside(region.start, quoted), _inside(region.start, struck)
        for number, (start, row) in enumerate(region.rows):
            stripped = Passage(row, start).stripped()
            if not stripped.text.strip("{} "):
                continue
            for part, led in _concluded(stripped):
                words = (before if number == 0 else "") + led, after if number == len(region.rows) - 1 else ""
                formulas.append(Formula(_placed(part, whole.offsets), part.start, kind, block, *words, *aside))
    listed = _without_conjunctions(text, found)
    prose = re.sub(r"\$\$?|\\[()\[\]]", blank, listed)
    return Sheet(source, tuple(formulas), prose, cells)


def _without_conjunctions(text: str, found: Sequence[Region]) -> str:
    """The text with a comma for a lone small letter that is a word, not a name: between words and a formula with marks
    of its own, `simétrica e $f(x)$`, and between words where none is English, `positiva y simétrica`."""
    named = {region.start for region in found if region.rows and _NAMED_FIRST.match(region.rows[0][1])}
    marked = {start for start in named if text[start] in "$\\"}
    foreign = marked and _ENGLISH.search(text) is None
    lone = _LONE.finditer(text)
    places = {one.start() for one in lone if one.end() in marked or (foreign and one["word"] is not None)}
    return "".join("," if place in places else sign for place, sign in enumerate(text)) if places else text


_LONE = regex(r"(?<=[^\W\d_]{3}\s)(?!a)[^\W\d_A-Z]\s+(?P<word>(?=[^\W\d_]{3}))?")
_NAMED_FIRST = regex(r"\s*(?:[^\W\d_]|\\(?!(?:in|sim|succ|succeq|geq?|leq?|to)(?![a-z])))")
_ENGLISH = regex(r"\b(?:the|is|are|be|and|of|for|let|with)\b", re.IGNORECASE)


def _concluded(row: Passage) -> Iterator[tuple[Passage, str]]:
    """A row cut where a value is concluded, `… = 0 \\implies \\hat w = …`, each part with the words that lead to it."""
    start, led = 0, ""
    for match in _CONCLUDED.finditer(row.text):
        left = row.text[start : match.start()]
        if "=" in left and left.count("{") == left.count("}"):
            yield row.part(start, match.start()).stripped(), led
            start, led = match.end(), " gives"
    yield row.part(start, len(row.text)).stripped(), led


def _placed(passage: Passage, offsets: tuple[int, ...] | None) -> Passage:
    if offsets is None:
        return passage
    return Passage(passage.text, 0, offsets[passage.start : passage.start + len(passage.text) + 1])


def _plain_regions(text: str, outside: str, markdown: bool) -> Iterator[Region]:
    for start, end in plain_formulas(outside, markdown):
        line = (text.rfind("\n", 0, start) + 1, text.find("\n", end))
        rest = outside[line[0] : start] + outside[end : line[1] if line[1] >= 0 else len(outside)]
        yield Region(start, end, not re.search(r"[A-Za-z]{2}", rest), ((start, spelled(text[start:end])),))


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    at = bisect_right([start for start, _ in spans], place) - 1
    return at >= 0 and spans[at][0] <= place < spans[at][1]


class _Words:
    """The words of the sentence around a region."""

    def __init__(self, text: str, found: list[Region]) -> None:
        self.text = text
        places = Passage(_TEX_TEXT.sub(blank, text)).replaced(
            [(region.start, region.end, "\x00" * (region.end - region.start)) for region in found]
        )
        cuts = [match.span() for match in _BOUNDARY.finditer(places.text)]
        ended = [region.end for region in found if region.rows and _ends(text, region)]
        cuts += [(end, end) for end in ended]
        self.starts = [0, *sorted(end for _, end in cuts)]
        self.ends = [*sorted(start for start, _ in cuts), len(text)]

    def of(self, region: Region) -> tuple[str, str]:
        """What is said before it in its sentence (or in the one that leads to it), and behind it."""
        at = bisect_right(self.starts, region.start) - 1
        before = self.text[self.starts[at] : region.start]
        while not before.strip(" \t\n*_#>-") and at > 0:
            at -= 1
            earlier = self.text[self.starts[at] : self.starts[at + 1]]
            if earlier.strip() and (not region.display or re.search(r"[.!?]\s*$", earlier)):
                before = ""
                break
            before = earlier
        end = self.ends[bisect_right(self.ends, region.end - 1)] if region.end <= self.ends[-1] else len(self.text)
        return before[-600:].strip(), self.text[region.end : end][:400].strip()


def _ends(text: str, region: Region) -> bool:
    """Whether a sentence ends with a region: at a full stop, or, without delimiters, before a line that begins one."""
    if region.rows[-1][1].rstrip().endswith("."):
        return True
    bare = region.rows[0][0] == region.start
    return bare and re.match(r"[ \t]*\n[ \t]*(?:[A-Z][a-z]|and the\b)", text[region.end : region.end + 40]) is not None


def names_after(text: str) -> list[str]:
    """The P of a `P^+` that is stated, where no name has a 1 below it."""
    if re.search(r"_\s*\{?\s*1", text):
        return []
    return list(dict.fromkeys(_named(match) for match in AFTER.finditer(text) if match["stated"]))


def _named(match: re.Match[str]) -> str:
    return match["name"] or match["bold"]


def layers_below(text: str) -> str:
    """The text with `W^{[1]\\top}` written `W_1^{\\top}`, every character in its place,
    where what it says of layers is stated so; and with `P^-` written `P_0`, a `P^+` that is stated `P_1`."""
    if not re.search(r"_\s*\{?\s*0", text):
        text = BEFORE.sub(lambda match: match[0].replace("^", "_").replace("-", "0"), text)
    if later := names_after(text):
        text = AFTER.sub(
            lambda match: match[0].replace("^", "_").replace("+", "1") if _named(match) in later else match[0], text
        )
    stated = {(match[1] or match[3], match[2] or match[4]) for match in _OF_LAYER.finditer(text)}
    signs = {sign for _, sign in stated if sign == "[" or len({name for name, other in stated if other == "("}) > 1}

    def moved(match: re.Match[str]) -> str:
        if match["open"] not in signs:
            return match[0]
        inside, length = (match["rest"] or "").removesuffix("}").lstrip("^").strip(), len(match[0])
        if match["rest"] is None and match[0].startswith("^{"):
            return match[0]
        below = f"_{{{match['layer'].rjust(length - 3)}}}"
        return f"_{match['layer']}^{{{inside.rjust(length - 5)}}}" if inside else below

    return _LAYER.sub(moved, text) if signs else text
