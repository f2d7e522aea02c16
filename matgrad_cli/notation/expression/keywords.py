"""The keywords that each function understands. Any other is refused where it is written, and none is ever dropped."""

from __future__ import annotations

import re
from typing import Final

from ...diagnostics import Span
from .. import syntax as s
from ..elaboration.complaints import fail
from ..scope import Scope
from .vocabulary import canonical_function

_AXIS: Final = ("axis", "dim")
_KEPT: Final = ("keepdims", "keepdim")
KEYWORDS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("sum", "mean", "logsumexp", "prod", "max", "min"), (*_AXIS, *_KEPT)),
    **dict.fromkeys(("var", "std"), (*_AXIS, *_KEPT, "ddof", "correction", "unbiased")),
    **dict.fromkeys(("softmax", "log_softmax", "hardmax"), _AXIS),
    "norm": ("ord", "p", *_AXIS, *_KEPT),
    "vec": ("order",),
}
"""By canonical name; a function that is not listed takes no keyword."""

_OF_READERS: Final = frozenset(("derivative", "ord", "axis", "entrywise", "opnorm", "product", "power", "attention"))
"""Options that the readers themselves write and no text holds: σ′, the subscript of a norm, `X.shape[1]`, Julia's `exp.(A)`."""
_BOOLEAN: Final = {"True": True, "False": False, "true": True, "false": False, "1": True, "0": False}


def refuse_unknown(scope: Scope, node: s.Apply) -> None:
    """Raise the keyword or text that the function of a call does not understand."""
    known = KEYWORDS.get(canonical_function(node.function), ())
    for name, value in node.options:
        if name in known or (name == "text" and "ord" in known):
            continue
        if name in _OF_READERS and (scope.syntax != "numpy" or node.function in ("shape", "len")):
            continue
        understood = f"it understands {' and '.join(f'`{word}`' for word in known)}" if known else "it takes no keywords"
        what = f"the text '{value}'" if name == "text" else f"the keyword `{name}`"
        fail(scope, "wrong-arguments", f"`{node.function}` does not know {what}", (_place(scope, node, name, value), ""), help=understood)


def _place(scope: Scope, node: s.Apply, name: str, value: str) -> Span:
    """Where a keyword stands in its call."""
    text = scope.source.text[node.span.start : node.span.end]
    value = re.escape(value.lstrip("-"))
    pattern = rf"['\"]{value}['\"]" if name == "text" else rf"\b{re.escape(name)}\s*=\s*-?['\"]?{value}['\"]?"
    found = [match.span() for match in re.finditer(pattern, text)]
    return Span(node.span.start + found[-1][0], node.span.start + found[-1][1]) if found else node.span


def option(node: s.Apply, *names: str) -> str | None:
    """The value of the first of these keywords that is given."""
    given = dict(node.options)
    return next((given[name] for name in names if name in given), None)


def axis_written(node: s.Apply) -> str | None:
    """The axis of a reduction as `0`, `1` or another text; None where there is none or `None`. `-1` is the last."""
    chosen = option(node, "axis", "dim", *(() if canonical_function(node.function) == "norm" else ("text",)))
    if chosen is None and len(node.arguments) > 1 and canonical_function(node.function) != "norm":
        second = s.ungrouped(node.arguments[1])
        sign, second = ("-", s.ungrouped(second.body)) if isinstance(second, s.Negative) else ("", second)
        chosen = sign + second.text if isinstance(second, s.Literal_) else "?"
    return None if chosen == "None" else chosen


def keeps_dimensions(node: s.Apply) -> bool:
    """Whether `keepdims=True` is written."""
    return _BOOLEAN.get(option(node, "keepdims", "keepdim") or "", False)
