r"""Networks of any depth, `z^l = W^l a^{l-1} + b^l`, read as one of three layers: l is the second, L the last."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.sheets.sheet import Formula, Sheet

_SPOKEN = r"\blayers?\b[^.]{{0,20}}(?<![A-Za-z]){letter}(?![A-Za-z])"
_MIDDLE, _LAST = 2, 3
_LETTERS = ("l", r"\ell", "k", "i", "h", "m")
_BELOW = r"(?P<below>_\s*(?:\{[^{}]*\}|\w))?\s*"
_ABOVE = r"(?P<behind>\s*_\s*(?:\{[^{}]*\}|\w))?"
_TURNED = r"(?P<turned>\s*,?\s*(?:T|\\top|\\intercal|')\s*)?"
_HEAD = (
    r"[\s&]*(?:\\\w+\s*\{{)?\s*\\?[A-Za-z]+\s*\}}?\s*(?:_\s*(?:\{{[^{{}}]*\}}|\w))?\s*"
    r"{number}[^=]*?(?::|\\equiv|&)?\s*="
)
_FREE = r"\\(?:sum|prod|bigcup|max|min)(?:\\limits)?_\s*\{{?\s*{letter}(?![A-Za-z])"
_FACTOR = r"(?<![A-Za-z\\]){name}\s*_\{{\d\}}(?:_\{{[^{{}}]*\}})?\s*\\?[A-Za-z]+\s*_\{{\d\}}"
"""A name of a layer in front of another one."""
_OVER = (
    r"\\sum(?:\\limits)?\s*_\s*\{{\s*{letter}\s*=\s*[0-2]\s*\}}\s*\^\s*"
    r"(?:\{{\s*(?:n_l|[A-Z])\s*(?P<less>-\s*1)?\s*\}}|[A-Z])"
)
"""`\\sum_{l=1}^L`."""
_CAPITALS = regex(r"(?<![A-Za-z\\])(?P<name>[a-z])(?P<number>\s*_\{\d\})(?P<pair>_\s*\{\s*[a-z]\s*,?\s*[a-z]\s*\})?")
_OF_MEAN = regex(r"(?<![A-Za-z\\])d\s?[A-Za-z][^=]*=\s*\\[dt]?frac\s*\{?\s*1\s*\}?\s*\{?\s*[a-zA-Z]")
"""`dW = \\frac1m dZA^T`, where the dA of what a lower layer makes has no 1/m."""
_CALL = regex(r"\(|\\(?:tanh|max|sigma|phi|operatorname|mathrm|text)(?![A-Za-z])")
_OWN_FUNCTION = regex(
    r"(?:output|last|final)\b[^.]{0,60}\b(?:linear|softmax|identity)|\b(?:linear|softmax|identity)[^.]{0,40}\b(?:output|last|final)",
    re.IGNORECASE,
)


@record
class _Numbering:
    """How a document numbers its layers: by which letter, raised or lowered, in which brackets."""

    letter: str
    sign: str
    open: str

    @property
    def number(self) -> re.Pattern[str]:
        """The number of a layer, with what stands beside it: `_j^{l-1}`, `^{(l)T}`."""
        letter, last = re.escape(self.letter), "n_l|L" if self.letter in ("l", r"\ell") else self.letter.upper()
        names = rf"(?:(?P<own>{letter})|(?P<last>{last}))(?![A-Za-z])"
        shift = r"\s*(?:(?P<shift>[+-])\s*1\s*)?"
        first, final = {"(": (r"\(\s*", r"\)"), "[": (r"\[\s*", r"\]"), "": ("", "")}[self.open]
        braced = rf"\{{\s*{first}{names}{shift}{final}{_TURNED}\}}"
        bare = rf"(?:(?P<lone>{letter})|(?P<end>{last}))(?![A-Za-z]{{2}})"  # W^la^{{l-1}} is W^l a^{{l-1}}
        bare = rf"(?:{first}{bare}{final})" if self.open else rf"(?:{bare})"
        below, behind = (_BELOW, _ABOVE) if self.sign == "^" else ("", "")
        lowered = r"_\s*(?:\{\s*L\s*\}|L(?![A-Za-z]))" if self.open else "(?!)"  # a^{[L]} where a^{[1]} is stated
        return regex(rf"{below}(?:{re.escape(self.sign)}\s*(?:{braced}|{bare})|(?P<lowered>{lowered})){behind}")


def with_layers(sheet: Sheet) -> Sheet:
    """The sheet with its layers numbered, what is stated of one stated of the next too, and a sum over all of them
    written out; as it is, where no layer is stated by another one."""
    numbering = _numbering(sheet)
    if numbering is None:
        return sheet
    own = _of_last(numbering, sheet)
    numbered = [_numbered(numbering, _written_out(numbering, formula), own) for formula in sheet.formulas]
    text = " ; ".join(formula.passage.text for formula in numbered)
    free = {name for name in _matrices(text) if re.search(_FACTOR.format(name=name), text)}
    matrices = {name for name in free if not re.search(rf"(?<![A-Za-z\\]){name.upper()}(?![A-Za-z])", text)}
    formulas = tuple(_with_capitals(formula, matrices) for formula in numbered)
    said = f"the layer {numbering.letter} is taken as the second of three"
    respelled = tuple((f"{name.upper()}_{number}", f"{name}_{number}") for name in matrices for number in "123")
    return replace(sheet, formulas=formulas, said=(*sheet.said, said), respelled=(*sheet.respelled, *respelled))


def _numbering(sheet: Sheet) -> _Numbering | None:
    if "layer" not in sheet.prose.lower():
        return None
    text = " ".join(formula.passage.text for formula in sheet.formulas)
    if _OF_MEAN.search(text):
        return None
    for letter in _LETTERS:
        if letter not in ("l", r"\ell") and not re.search(_SPOKEN.format(letter=letter), sheet.prose, re.IGNORECASE):
            continue
        free = re.sub(_OVER.format(letter=re.escape(letter)), " ", text)
        shifted = re.findall(rf"([_^])\s*\{{\s*([(\[]?)\s*{re.escape(letter)}\s*[+-]\s*1\s*[)\]]?", text)
        if len(set(shifted)) != 1 or re.search(_FREE.format(letter=re.escape(letter)), free):
            continue
        found = _Numbering(letter, *shifted[0])
        others = {r"(": r"\(\s*[2-9]\s*\)", "[": r"\[\s*[2-9]\s*\]"}.get(found.open)
        counted = others is not None and re.search(rf"{re.escape(found.sign)}\s*\{{?\s*{others}", text)
        if not counted and any(_steps(found, formula.passage.text) for formula in sheet.formulas):
            return found
    return None


def _written_out(numbering: _Numbering, formula: Formula) -> Formula:
    """The formula with the terms of the second and the last layer for a sum over all."""
    text, pieces = formula.passage.text, list[tuple[int, int, str]]()
    for over in re.finditer(_OVER.format(letter=re.escape(numbering.letter)), text):
        end = _end_of_term(text, over.end())
        body = Passage(text[over.end() : end])
        first = _MIDDLE - any(found["shift"] == "+" for found in numbering.number.finditer(body.text))
        layers = range(first, _LAST if over["less"] else _LAST + 1)
        terms = " + ".join(_at(numbering, body, layer).text for layer in layers)
        pieces.append((over.start(), end, rf"\left({terms}\right)"))
    return replace(formula, passage=formula.passage.replaced(pieces))


def _end_of_term(text: str, start: int) -> int:
    """Where what begins there ends: before a sign of a sum or a relation outside of brackets."""
    level = 0
    for at in range(start, len(text)):
        level += (text[at] in "([{") - (text[at] in ")]}")
        if level < 0 or (level == 0 and (text[at] in "+-=&,;" or text.startswith(("\\\\", "\\q", "\\right"), at))):
            return at
    return len(text.rstrip(" ."))


def _steps(numbering: _Numbering, text: str) -> bool:
    """Whether a formula states what is in one layer by what is in another."""
    head = re.match(_HEAD.format(number=numbering.number.pattern), text)
    if head is None:
        return False
    behind = (found for found in numbering.number.finditer(text, head.end()) if not _ends(found))
    return any(found["shift"] != head["shift"] for found in behind)


def _ends(found: re.Match[str]) -> bool:
    return bool(found["last"] or found["end"] or found["lowered"])


def _of_last(numbering: _Numbering, sheet: Sheet) -> frozenset[str]:
    """The names that a formula makes of others in the last layer alone, `a^L = z^L`; all with functions ("("), where
    words say that it has a function of its own, or none."""
    found = set[str]()
    for formula in sheet.formulas:
        text = formula.passage.text
        head = re.match(_HEAD.format(number=numbering.number.pattern), text)
        if head is not None and _ends(head) and numbering.number.search(text, head.end()):
            found.update(re.findall(r"[A-Za-z]+", text[: head.end()])[:1])
    above = rf"{re.escape(numbering.letter)}\s*(?:<|\\lt|\\ne)|dots\s*,?\s*L\s*-\s*1"
    if _OWN_FUNCTION.search(sheet.prose) or re.search(above, sheet.source.text):
        found.add("(")
    return frozenset(found)


def _numbered(numbering: _Numbering, formula: Formula, own: frozenset[str]) -> Formula:
    """The formula about the second layer; a statement about each, about the second and the last, if this has not its
    `own`."""
    passage, text = formula.passage, formula.passage.text
    head = re.match(_HEAD.format(number=numbering.number.pattern), text)
    stated = head is not None and not _ends(head)
    raised = stated and head is not None and head["shift"] == "+"
    first = _at(numbering, passage, _MIDDLE - raised)
    if not stated or re.search(r"\\(?:partial|nabla)", head[0] if head is not None else ""):
        return replace(formula, passage=first)
    shifts = [raised - (found["shift"] == "-") + (found["shift"] == "+") for found in numbering.number.finditer(text)]
    name = next(iter(re.findall(r"[A-Za-z]+", text)), "")
    elsewhere = name in own or ("(" in own and _applies(first.text))
    if max(shifts) > 2 * raised or elsewhere:
        return replace(formula, passage=first)
    further = _at(numbering, passage, _LAST - raised).text
    return replace(formula, passage=first.replaced([(len(first.text), len(first.text), rf" \quad {further}")]))


def _applies(text: str) -> bool:
    """Whether the right side is more than a sum of products."""
    return _CALL.search(text.partition("=")[2]) is not None


def _at(numbering: _Numbering, passage: Passage, layer: int) -> Passage:
    pieces = [(*found.span(), _script(layer, found)) for found in numbering.number.finditer(passage.text)]
    return passage.replaced(pieces)


def _script(layer: int, found: re.Match[str]) -> str:
    shift = {"+": 1, "-": -1}.get(found["shift"] or "", 0)
    parts = found.groupdict()
    turned = f"^{{{found['turned'].strip(' ,')}}}" if found["turned"] else ""
    number = (_LAST if _ends(found) else layer) + shift
    return f"_{{{number}}}{(parts.get('below') or '').strip()}{(parts.get('behind') or '').strip()}{turned}"


def _matrices(text: str) -> Iterator[str]:
    """The small letters of layers that have entries of two indices, or are transposed."""
    for found in _CAPITALS.finditer(text):
        if found["pair"] or re.match(r"\)?\s*\^\s*\{?\s*(?:T|\\top|\\intercal)", text[found.end() :]):
            yield found["name"]


def _with_capitals(formula: Formula, names: set[str]) -> Formula:
    found = _CAPITALS.finditer(formula.passage.text)
    pieces = [(one.start("name"), one.end("name"), one["name"].upper()) for one in found if one["name"] in names]
    return replace(formula, passage=formula.passage.replaced(pieces))
