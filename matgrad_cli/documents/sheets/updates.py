r"""Steps of a descent, `w \leftarrow w - \eta X^\top(Xw-y)`: up to a positive factor, the step length,
they claim a derivative."""

from __future__ import annotations

import re

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from .sheet import Formula

_NAME = r"(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm)\s*)?\{?\s*(?:\\[a-z]+|[A-Za-zα-ω])\s*\}?"
_COUNT = (
    r"(?:\s*[_^]\s*(?:\{\s*\(?\s*(?:t|k|n|s|i|\\text\{\s*(?:new|old)\s*\}|new|old)\s*(?:[+-]\s*1\s*)?\)?\s*\}"
    r"|[tkns](?![A-Za-z])))?"
)
_STEP = regex(
    rf"^\s*&?\s*(?P<name>{_NAME}){_COUNT}\s*&?\s*(?:\\leftarrow|\\gets|←|:?=)\s*"
    rf"(?P<same>{_NAME}){_COUNT}\s*(?P<by>[-+].+)$",
    re.DOTALL,
)
_LENGTH = r"\\(?:eta|alpha|gamma|epsilon|varepsilon|tau|mu|rho)(?![A-Za-z])|[ηαγετμρ]"
_ROUND = regex(rf"(?P<alone>\{{\s*)?(?:{_LENGTH})(?:_\{{?[tkn]\}}?)?(?(alone)\s*\}})")
_DESCENT = regex(r"\bdescent\b|\bminimi[sz]", re.IGNORECASE)
_ASCENT = regex(r"\bascent\b|\bmaximi[sz]|\blikelihood\b|\breward\b|\bmomentum\b|\bproxim|\bascend", re.IGNORECASE)


def derivative_of_step(formula: Formula, loss: str, stated: str, prose: str) -> Formula | None:
    """The formula as a claim about the derivative of the `loss`, which is `stated` without the step length;
    None where it is none."""
    found = _STEP.match(formula.passage.text) if _DESCENT.search(prose) and not _ASCENT.search(prose) else None
    if found is None or _bare(found["name"]) != _bare(found["same"]):
        return None
    lengths = {_bare(match[0]) for match in _ROUND.finditer(found["by"])}
    if len(lengths) != 1 or lengths & {_bare(match[0]) for match in _ROUND.finditer(stated)}:
        return None
    start, end = found.span("by")
    count = rf"(?<={re.escape(found['same'].strip()[-1])}){_COUNT}"
    inside = [(*match.span(), "{1}" if match["alone"] else " ") for match in _ROUND.finditer(found["by"])]
    inside += [(*match.span(), " ") for match in re.finditer(count, found["by"]) if match[0]]
    changes = [(0, start, rf"\nabla_{{{found['name'].strip()}}} {loss} = -\left(")]
    changes += [(start + first, start + last, text) for first, last, text in sorted(inside)]
    return replace(formula, passage=formula.passage.replaced([*changes, (end, end, r"\right)")]), step=True)


def _bare(name: str) -> str:
    return re.sub(r"\\(?:mathbf|boldsymbol|bm|vec|mathrm)(?![A-Za-z])|_\{?[tkn]\}?$|[\s{}]", "", name)
