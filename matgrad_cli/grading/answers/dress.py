r"""What stands round an answer and changes nothing of it: a box, an arrow, the mark of code, a reason, `= 0`."""

from __future__ import annotations

import re
from itertools import chain
from typing import Final

from ...diagnostics.regex import regex
from ...documents.homework.unmarked import ANNOUNCED
from ...documents.passage import covered
from ...documents.words import said
from ...notation.choice import dialect_of
from ...notation.expression.vocabulary import FUNCTION_NAMES, canonical_function

_ARROW: Final = r"\\(?:(?:Long)?[Rr]ightarrow|implies|therefore|to)(?![A-Za-z])"
_REASON: Final = r"(?:by|using|via|per|due\s+to|from|applying|mit|nach|wegen|par|por|per)"
_WORDS: Final = (
    r"\\(?:text\w*|mbox|mathrm)\s*\{(?![^{}]*\b(?:is|are|ist|sind|est|being|where|wo|denot\w*|means?|but|not|plus|minus"
    r"|times|over|without)\b)[^{}$=\d]*\}"
)
"""Words that say nothing of a name and change no value."""
_ROUND: Final = tuple(
    regex(pattern, re.DOTALL)
    for pattern in (
        r"\s*(?P<start>`{3,}\w*\n)(?P<kept>.*?)(?P<end>\n\s*`{3,}\s*)",
        r"\s*(?P<start>(?:>>>\s|(?:\w+\s*=\s*)?(?:@\([\w\s,]*\)|(?:\w+|\([\w\s,]*\))\s*->)))(?P<kept>.*)",
        r"\s*(?P<start>\\[\[(]|\\begin\s*\{(?:equation|align|gather|displaymath|math)\*?\})(?P<kept>.*?)"
        r"(?P<end>\\[\])]|\\end\s*\{\w+\*?\})[\s.]*",
        r"\s*(?P<start>print\s*\()(?P<kept>.*)(?P<end>\)\s*;?\s*)",
        r"\s*(?P<start>\$*\s*\\(?:boxed|fbox)\s*\{\$?)(?P<kept>.*)(?P<end>\$?\}\s*[.,]?\s*\$*[\s.]*)",
        rf"\s*(?P<start>(?:[=-]>|[→⇒⟹∴:]|{_ARROW})\s*)(?P<kept>.*)",
        r"(?P<kept>.*?)(?P<end>\s*(?:[✓✔□■∎☐#]|\b(?:QED|q\.\s?e\.\s?d\.?)|\\(?:square|blacksquare|checkmark|qed)(?![a-z]))\s*)",
        r"(?P<kept>.*?[^\\\s])(?P<end>\s*;\s*%\s[^%]*)",
        r"\s*(?P<start>\*{1,2}|_{2})(?=[^\s*])(?P<kept>.*[^\s*])(?P<end>\*{1,2}|_{2})\s*",
        r"\s*(?P<start>[a-h]\)\s+)(?P<kept>.*)",
        r"\s*(?P<start>(?:[Ll]et|[Ww]ith|[Ss]et|[Dd]efine|[Ss]ei|[Ss]oit)\s+)"
        r"(?P<kept>[^=.$]+=[^=.:$]+?)(?P<then>[.:]\s+(?:(?:[Tt]hen|[Ss]o|[Hh]ence|[Tt]hus|[Dd]ann)\b,?\s*)?)(?P<rest>.*)",
        rf"(?P<kept>.*?)(?P<end>(?:\s|\\q?quad(?![A-Za-z])|\\[,;:! ])+(?:\(\s*)?{_WORDS}(?:\s*\))?[\s.]*)",
        rf"(?P<kept>.*?)(?P<end>,?\s+{_REASON}\s+(?:the\s+)?[a-z][a-z-]+(?:\s+[a-z-]{{2,}})*[\s.]*)",
        r"(?P<kept>.*?)(?P<case>\s+\(\s*=[^()]*\b(?:if|for|when|where|falls|wenn|für|si)\b[^()]*\)[\s.]*)",
        # of `∇f = … = 0` the zero; `… = 0` alone is an equation, no gradient
        r"(?P<kept>[^=]+=.*[^\s=].*?)(?P<end>(?:\\overset\s*\{!\}\s*\{=\}|=)\s*(?:\\mathbf\s*|\\vec\s*)?\{?0\}?[\s.!]*)",
    )
)
_IF: Final = r"\b(?:if|for|when(?:ever)?|where|provided|assuming|falls|wenn|für|si)\b"
_FACT: Final = r"(?:\b<condition>\b|\b(?P<of>\w)\s*=\s*(?P=of)\s*(?:\^|['ᵀ]))"
UNDER_A_FACT: Final = rf"(?i:{_IF})[^.;=]{{0,40}}?{_FACT}"
UNEQUAL: Final = r"\\neq?(?![a-z])|≠|!=|\\not\s*="
_SPECIAL: Final = (
    rf"(?P<start>{ANNOUNCED})(?P<kept>.*)",
    # `…, which is 2Ax if A is symmetric`, `…; for symmetric A: 2Ax`, `… = 2Ax if A is symmetric`
    rf"(?P<kept>.*?)(?P<case>\s*[,;.([]\s*(?:\w+\s+){{0,4}}?(?:<is>|to|=)\s[^.;]{{0,60}}?{_IF}[^.;]{{0,40}}?{_FACT}"
    r"[^.;]*[)\]\s.]*)",
    rf"(?P<kept>.*?)(?P<case>\s*[,;.([]\s*(?:and\s+)?{_IF}[^.;,:]{{0,40}}?{_FACT}[^.;,:]{{0,40}}?"
    r"(?:[,:]|\b(?:<it>|this|<is>)\b)(?=[^.]*[\d^(]|[^.]*[A-Z])[^.;]*[)\]\s.]*)",
    r"(?P<kept>(?:[^=]*=)?(?![^=]*(?:∇|\\nabla|\\partial|∂))[^=]*[+*^(][^=]*)"
    rf"(?P<case>=[^=]{{0,60}}?{_IF}[^=]{{0,40}}?{_FACT}.*)",
    r"(?P<kept>.*?)(?P<case>\\(?:overset|stackrel)\s*\{[^{}]*=[^{}]*\}\s*\{\s*=\s*\}.*)",
    # a reason: `… since L is symmetric`, `… (L = Lᵀ)`
    r"(?P<kept>.*?)(?P<end>(?:[\s,;(]|\\q?quad|\\text\w*\s*\{\s*)*(?<![\w\\])<because>\s[^;]*)",
    rf"(?P<kept>.*?)(?P<end>[\s,;]*[\s,;(]\s*{_FACT}\s*\{{?\s*(?:\\top|\\intercal|T)?\s*\}}?[)\s.$]*)",
    # `…, x ≠ 0`, `… for Ax ≠ b`: where it has a value at all
    rf"(?P<kept>.*[^\s,;({{])(?P<case>\s*(?:[,;(]|\\text\w*\s*\{{\s*{_IF}|{_IF})[^.=≠]*?(?:{UNEQUAL})[^.=]*)",
)
"""What an answer says of a special case, or of where it holds."""
_TOLD: Final = (
    rf"(?:\b(?:<is>|to)\b|=)\s+(?P<value>[^.;=]{{1,60}}?)(?:\s|\\q?quad|\\text\w*\s*\{{)*{_IF}[^.;]{{0,40}}?{_FACT}",
    rf"{_IF}[^.;,:]{{0,40}}?{_FACT}[^.;,:]{{0,40}}?(?:[,:]|\b(?:<it>|this|<is>)\b)\s*(?:(?:<it>|this)\s+)?(?:(?:<is>|=)\s+)?"
    r"(?P<value>[^.;]+)",
    r"\\(?:overset|stackrel)\s*\{[^{}]*=[^{}]*\}\s*\{\s*=\s*\}(?P<value>.*)",
)
"""What it says that the derivative is in a special case."""
_DOTTED: Final = regex(r"(?<=[\w\s)}'])\.[*/](?=[\s\w(\\-])")
_CODE: Final = regex(r"(?!.*[\w)]\s+[\w(])(?:[\w +\-*/@()]|\.(?=\w))+")
"""Operands with an operator between any two."""
_WORD: Final = regex(r"([^\W\d]\w*)(\s*\()?")
_MOST, _LONGEST = 4, 1_000
"""So much may stand round an answer of so many characters."""
_ENTRY: Final = regex(
    r"\s*(?:d|∂)\w+\s*/\s*(?:d|∂)\w+(?P<place>\[\s*(?P<row>\w)(?:\s*(?:,|\]\s*\[)\s*(?P<col>\w))?\s*\])\s*="
)
"""`dL/dw[j] = …`, an entry as code has it."""
_ONE: Final = regex(r"(?<![\w}\]])1\s*(?:_\s*)?(?P<outer>\{\s*\\)?\Z")
_EQUALLY: Final = regex(
    r"[\s,;]*(?:\\text\w*\s*\{[\s,;]*)?\b(?:(?:or|and),?\s+)?(?:equivalently|i\.\s*e\.|that\s+is|or\s+simply)"
    r"[\s,]*\}?"
)
"""What says that the same follows once more: it is another side."""
_SIDE_BY_SIDE: Final = regex(r"\w'\s*[\w(]|\b[A-Za-z] [A-Za-z]\b")
"""Products without a sign, beside which `.*` is no MATLAB."""
_TURNED: Final = regex(r"(?<=[A-Za-z)])\s+transposed?(?=[\s)])")


def is_bare(answer: str, names: frozenset[str]) -> bool:
    """Whether an answer is code made of these names, numbers and functions alone: nothing stands round it,
    and nothing is said beside it."""
    words = _WORD.findall(answer) if _CODE.fullmatch(answer) is not None else [("", "")]
    return all(canonical_function(word) in FUNCTION_NAMES if called else word in names for word, called in words)


def special_value(answer: str) -> str | None:
    """What an answer says that the derivative is where a fact holds that is not given; None where it says none."""
    if len(answer) > _LONGEST:
        return None
    found = next(filter(None, (said(pattern).search(answer) for pattern in _TOLD)), None)
    return found["value"].strip(" \t\n,()[]$") or None if found is not None else None


def undressed(answer: str) -> str | None:
    """The answer with that made blank, every sign at its place; None where nothing stands round it."""
    if len(answer) > _LONGEST:
        return None
    text = answer.replace("%*%", " @ ").replace("<-", "= ") if "%*%" in answer else answer  # R
    if "\\" in text or dialect_of(text) is None or _SIDE_BY_SIDE.search(text):
        text = _DOTTED.sub(lambda found: f"{'⊙' if found[0] == '.*' else '⊘'} ", text)
    text = _TURNED.sub(lambda found: "^T".ljust(len(found[0])), text)
    text = _EQUALLY.sub(lambda found: " = ".ljust(len(found[0])), text)
    if (entry := _ENTRY.match(text)) is not None:
        place = f"_{{{entry['row']}{entry['col']}}}" if entry["col"] else f"_{entry['row']}"
        text = text[: entry.start("place")] + place.ljust(len(entry["place"])) + text[entry.end("place") :]
    text = _with_indicators(text)
    for _ in range(_MOST):
        patterns = chain(_ROUND, map(said, _SPECIAL))
        shorter = next(filter(None, (_without(text, pattern) for pattern in patterns)), None)
        if shorter is None:
            break
        text = shorter
    return text if text != answer else None


def _with_indicators(text: str) -> str:
    """The text with a condition in brackets, or below a 1, between square brackets:
    of `(Wx > 0)` and `1_{Wx > 0}` `[Wx > 0]`."""
    signs, opened = [*text], list[tuple[int, bool]]()
    for at, sign in enumerate(text):
        if sign in "([{":
            opened.append((at, False))
        elif sign in "<>" and opened:
            opened[-1] = opened[-1][0], True
        elif sign in ")]}" and opened:
            start, compares = opened.pop()
            if not compares:
                continue
            signs[start], signs[at] = "[]"
            if (one := _ONE.search(text[:start])) is not None:
                signs[one.start() : start] = " " * (start - one.start())
                if one["outer"] is not None:
                    signs[at - 1 : at + 2] = " ] "
    return "".join(signs)


def _without(text: str, pattern: re.Pattern[str]) -> str | None:
    found = pattern.fullmatch(text)
    if found is None or not found["kept"].strip():
        return None
    for name in found.re.groupindex:
        if name == "end" and said(r"\b(?:<doubt>|<or>)\b").search(found["end"]):
            return None
        if name in ("start", "end", "case"):
            text = covered(text, *found.span(name))
        elif name == "then":  # what is defined before the answer: another piece of it
            text = covered(text, *found.span(name))
            text = f"{text[: found.start(name)]},{text[found.start(name) + 1 :]}"
    return text
