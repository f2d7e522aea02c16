r"""Claims whose derivative is told in words: `the gradient of $\|Xw-y\|^2$ with respect to $w$ is $2X^\top(Xw-y)$`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from .sheet import Formula, Sheet

_KIND = r"(?P<kind>gradients?|hessian|derivatives?)"
_OF = regex(
    rf"\b{_KIND}(?: (?:matrix|vector))? of(?: the (?:scalar )?(?:function|loss|form|expression|map))?\s*$",
    re.IGNORECASE,
)
_BY = regex(
    r"^\s*,?\s*(?:with respect to|w\.?\s?r\.?\s?t\.?|by|in|over)(?: the (?:vector|matrix|variable))?\s*$", re.IGNORECASE
)
_IS = regex(
    r"^[\s.,;:?]*(?:(?:so|thus|hence|then|now|therefore|we (?:get|obtain|find|have)|it|this|which|the answer|the result"
    r"|answer|solution)\b[\s,:]*)*"
    r"(?:is|equals|becomes|reads|gives|yields|=|:)?"
    r"(?:\s+(?:then|therefore|thus|simply|just|hence|now|given by|equal to))*[\s:]*$",
    re.IGNORECASE,
)
_WHOLE = regex(r"^\s*(?:$|[.;]|,?\s*(?:and|as|since|because|which)\b)", re.IGNORECASE)
_NAMED = regex(r"\s*(?P<name>\\?[A-Za-z]+)\s*(?:\([^()]*\))?\s*=(?!=)")
_RELATION = regex(r"[=<>≤≥≈∈~]|\\(?:in|sim|[lg]eq?|approx|neq?|to)(?![A-Za-z])")
_LONE = regex(r"\s*(?:\\\w+\s*\{)?\s*(?:[A-Za-z]|\\[a-z]+)\s*\}?(?:_\{?\w+\}?)?\s*")


def with_spoken(sheet: Sheet) -> Sheet:
    """The document with the derivative written before each formula of which a sentence says that it is that of another
    formula, or of a function that is written out there."""
    changed = dict(_spoken(sheet))
    return replace(sheet, formulas=tuple(changed.get(at, formula) for at, formula in enumerate(sheet.formulas)))


def _spoken(sheet: Sheet) -> Iterator[tuple[int, Formula]]:
    formulas = sheet.formulas
    for at, body in enumerate(formulas):
        said = _OF.search(body.before)
        if said is None or _LONE.fullmatch(body.passage.text):
            continue
        by, value = at + 1, at + 2
        if value < len(formulas) and _LONE.fullmatch(formulas[by].passage.text) and _BY.match(_words(sheet, at)):
            variable = formulas[by].passage.text.strip()
        else:
            by, value, variable = at, at + 1, ""
        if value >= len(formulas) or not _IS.match(_words(sheet, by)):
            continue
        if (head := _differentiated(body.passage.text)) is not None and _is_value(formulas[value]):
            written = _derivative(said["kind"].lower(), head, variable)
            passage = formulas[value].passage.replaced([(0, 0, f"{written} = ")])
            yield value, replace(formulas[value], passage=passage, guessed=not variable)


def _derivative(kind: str, head: str, variable: str) -> str:
    """The derivative that a word names; a layout may turn what is not called a gradient."""
    if kind.startswith("derivative") and variable:
        return rf"\frac{{\partial {head}}}{{\partial {variable}}}"
    below = f"_{{{variable}}}" if variable else ""
    return rf"\nabla{'^2' if kind == 'hessian' else ''}{below} {head}"


def _words(sheet: Sheet, at: int) -> str:
    """The words between a formula and the next."""
    first, second = sheet.formulas[at : at + 2]
    return sheet.prose[first.place + len(first.passage.text) : second.place]


def _differentiated(text: str) -> str | None:
    """What stands behind ∇: the name of a function that is written out, or a formula in brackets."""
    if (named := _NAMED.match(text)) is not None:
        return named["name"]
    return None if _RELATION.search(text) else rf"\left({text.strip(' .,')}\right)"


def _is_value(formula: Formula) -> bool:
    """Whether a formula is all that is said, and states nothing of its own."""
    return _WHOLE.match(formula.after) is not None and _RELATION.search(formula.passage.text) is None
