"""Habits of writers that other signs say: `softmax` of every row, `log y!`, `dQ` for ∂L/∂Q, layers in raised brackets `W^{[1]}`."""

from __future__ import annotations

import re

from ...diagnostics.record import replace
from .sheet import Formula, Sheet

_ROWS = re.compile(
    r"soft-?max[^.]{0,80}?(?:row-?wise|(?:each|every|over|along|to|the|across|all) rows?\b|last (?:axis|dimension))"
    r"|row-?wise[^.]{0,40}soft-?max|\battention\b", re.IGNORECASE,
)
_SOFTMAX = re.compile(
    r"(?:\\(?:operatorname|mathrm|text|textrm|mathsf|rm)\s*\{\s*[sS]oft-?max\s*\}|\\softmax(?![A-Za-z]))"
    r"(?:_\s*(?:\{\s*)?\\(?:text|mathrm|textrm)\s*\{\s*rows?\s*\}\s*\}?)?(?=\s*(?:\\!)*\s*(?:\\(?:left|[bB]igl?g?))?\s*[(\[])"
)
_UPSTREAM = re.compile(
    r"(?<![A-Za-z\\])d([A-Z])\s*=\s*\\[dt]?frac\s*\{\s*\\partial\s*(?P<loss>\\mathcal\s*\{?\s*L\s*\}?|\\ell|[A-Z])\s*\}\s*\{\s*\\partial\s*\1\s*\}"
    r"|(?<![A-Za-z\\])d([A-Z])\s*=\s*\\partial\s*(?P<other>\\mathcal\s*\{?\s*L\s*\}?|\\ell|[A-Z])\s*/\s*\\partial\s*\3(?![A-Za-z])"
)
_COUNT = r"[a-z](?:_\{?\w\}?|\^\{\(\w\)\})?"
_FACTORIAL = re.compile(rf"\\(?:log|ln)\s*(?:(?P<bare>{_COUNT})\s*!|(?:\\left)?\(\s*(?P<inside>{_COUNT})\s*!\s*(?:\\right)?\))")
"""`\\log y_i!` of a count is some function of it, ψ."""
_GRADIENT = re.compile(r"(?<![A-Za-z\\])d\s?([A-Z](?:_(?:\w|\{\w+\}))?)(?![A-Za-z])")
_LAYER = re.compile(r"\^\{?(?P<open>[\[(])(?P<layer>\d|L)[\])](?P<rest>[^{}\n]{0,12}\})?")
_OF_LAYER = re.compile(r"([A-Za-z])\}?\s*\^\{?([\[(])\d[\])]\}?\s*&?=(?!=)")


def rewritten(sheet: Sheet) -> Sheet:
    """The sheet with its habits written in the signs that are read."""
    text = " ".join(formula.passage.text for formula in sheet.formulas)
    factorial = "\\psi" not in text and bool(_FACTORIAL.search(text))
    by_rows = bool(_ROWS.search(sheet.prose))
    said = _UPSTREAM.search(text)
    loss = (said["loss"] or said["other"]) if said is not None else None
    if not (loss or by_rows or factorial or re.search(r"_\{?\\(?:text|mathrm)\{rows?\}", text)):
        return sheet
    return replace(sheet, formulas=tuple(_rewritten(formula, by_rows, factorial, loss) for formula in sheet.formulas))


def _rewritten(formula: Formula, by_rows: bool, factorial: bool, loss: str | None) -> Formula:
    passage = formula.passage
    softmax = [match.span() for match in _SOFTMAX.finditer(passage.text) if by_rows or "row" in match[0]]
    passage = passage.replaced([(*span, r"\operatorname{softmax}_{1}") for span in softmax])
    if factorial:
        found = _FACTORIAL.finditer(passage.text)
        passage = passage.replaced([(*match.span(), rf"\psi({match['bare'] or match['inside']})") for match in found])
    if loss is not None:
        found = _GRADIENT.finditer(passage.text)
        passage = passage.replaced([(*match.span(), rf"\frac{{\partial {loss}}}{{\partial {match[1]}}}") for match in found])
    return replace(formula, passage=passage)


def layers_below(text: str) -> str:
    """The text with `W^{[1]\\top}` written `W_1^{\\top}`, every character in its place, where what it says of layers is stated so."""
    stated = {(match[1], match[2]) for match in _OF_LAYER.finditer(text)}
    signs = {sign for _, sign in stated if sign == "[" or len({name for name, other in stated if other == "("}) > 1}

    def below(match: re.Match[str]) -> str:
        if match["open"] not in signs:
            return match[0]
        inside = (match["rest"] or "").removesuffix("}").lstrip("^")
        closed = match["rest"] is not None
        raised = f"^{{{inside}}}" if inside.strip() else ""
        return f"_{match['layer']}{raised}".ljust(len(match[0])) if closed or not match[0].startswith("^{") else match[0]

    return _LAYER.sub(below, text) if signs else text
