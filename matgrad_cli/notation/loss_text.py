"""What people paste around a loss: `L(w) =` in front of it, marks of LaTeX on the variable's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..diagnostics import Diagnostic, InputError, Label, Source, Span
from . import syntax as s
from .names import spelled_name

if TYPE_CHECKING:
    from .elaboration.elaborate import Reading

_GROUP: Final = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_SCRIPTS: Final = rf"(?:\s*[_^]\s*(?:{_GROUP}|\\?\w+|\*))*"
_NAMED: Final = (
    r"(?!\\(?:sum|prod|min|max|arg|lim|int|frac|sqrt|log|exp|tr|det)(?![A-Za-z]))"
    rf"(?:\\(?:mathcal|mathrm|mathbf|mathbb|operatorname|text|hat|tilde|bar|boldsymbol|bm)\s*(?:{_GROUP}|(?<=\s)[A-Za-z]|\\[A-Za-z]+)|\\?[A-Za-z]+)"
    rf"{_SCRIPTS}"
)
_OF_NAME: Final = r"(?:\\(?:log|ln|cos|sin|exp)(?![A-Za-z])\s*)"
_LEFT_SIDE: Final = (
    rf"\s*\$*\s*([-+]?\s*(?:{_OF_NAME}?{_NAMED}\s*(?:(?:\\left|\\[bB]igg?l?)?\([^()=]*(?:\\right|\\[bB]igg?r?)?\))?"
    rf"|(?:\\\||\\lVert|‖)[^=]{{1,40}}?(?:\\\||\\rVert|‖){_SCRIPTS})\s*&?\s*:?=(?!=))"
)
"""A name, perhaps of arguments, or a norm, and an equals sign."""

_CONSTRAINT: Final = r"\\(?:text|mathrm|mbox|operatorname)\s*\{\s*(?:s\.?\s*t\.?|subject to|such that)[^}]*\}|\bs\.t\.|\\st\b"
_GOAL: Final = (
    rf"\s*(?:(?:\\(?:arg)?\\?,?\\?(?:min|max)|\\(?:operatorname\*?|mathrm|text)\s*\{{\s*(?:arg\s*\\?,?\s*)?(?:min|max)(?:imi[sz]e)?\s*\}}|"
    rf"\\arg\s*\\(?:min|max))(?:\\limits)?\s*_\s*({_GROUP}|\\?\w+)|\\underset\s*({_GROUP})\s*{_GROUP})\s*(?:\\[,;:!])?"
)
"""What a minimum or a maximum is taken over."""

_SIGN: Final = (
    rf"\s*(?:\\nabla\s*_\s*({_GROUP}|\\?\w+)|\\(?:d|t)?frac\s*\{{\s*(?:\\partial|\\mathrm\s*\{{d\}}|d)\s*\}}\s*"
    rf"\{{\s*(?:\\partial|\\mathrm\s*\{{d\}}|d)\s*((?:[^{{}}]|{_GROUP})*)\}})"
)
"""The sign of a derivative in front, and by what it is taken."""


def without_wrappers(text: str, wrt: str) -> tuple[str, tuple[str, ...]]:
    r"""The loss without `L(w) =`, `\min_w`, `\nabla_w` in front, blanks in their place so that positions stay; and what to say.

    >>> without_wrappers(r"\min_w \|Xw - y\|^2", "w")[0].strip()
    '\\|Xw - y\\|^2'
    """
    said: list[str] = []
    if "\\" in text or "s.t." in text:
        constraint = re.search(_CONSTRAINT, text[:20_000])
        if constraint is not None:
            raise InputError(Diagnostic(
                "constraint", "a constraint stands behind the loss, and a gradient knows of none", Source("loss", text),
                (Label(Span(*constraint.span())),), help="leave it out for the gradient of the loss alone"))
    for pattern, what in ((_GOAL, "the goal"), (_SIGN, "the derivative sign")) * 2:
        text, found = without_left_side(text)
        said += found
        wrapper = re.match(pattern, text[:300]) if "\\" in text[:300] else None
        if wrapper is None or not text[wrapper.end() :].strip():
            continue
        over = (wrapper[1] or wrapper[2] or "").strip().removeprefix("{").removesuffix("}")
        if wrt in {plain_name(part) for part in re.split(r"[,\s]+|\\in\b", over)} | {plain_name(over)}:
            said.append(f"{what} `{' '.join(wrapper[0].split())}` in front is dropped")
            text = " " * wrapper.end() + text[wrapper.end() :]
    return text, tuple(said)


def without_left_side(text: str) -> tuple[str, tuple[str, ...]]:
    """The loss without `L(w) =` in front, blanks in its place so that positions stay; and what to say.

    >>> without_left_side("f = x.T@x")[0].strip()
    'x.T@x'
    """
    said: list[str] = []
    while "=" in text:
        found = re.match(_LEFT_SIDE, text[:300])
        if found is None or not text[found.end() :].strip():
            break
        said.append(f"`{' '.join(found[1].replace('&', '').split())}` in front names the loss and is dropped")
        text = " " * found.end() + text[found.end() :]
    return text, tuple(said)


def plain_name(text: str) -> str:
    r"""A variable's name without the marks of LaTeX: `\boldsymbol{\beta}` is `beta`, `W^{(1)}` is `W_1`.

    >>> plain_name(r"\mathbf W^{(1)}")
    'W_1'
    """
    name = text.strip().strip("$").strip()
    if name.isidentifier():
        return spelled_name(name)
    from .latex.names import ACCENTS, STYLES  # only where a name has marks

    for _ in range(3):
        found = re.match(r"\\([A-Za-z]+)\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|(?<=\s)[A-Za-z]))", name)
        if found is None or (found[1] not in STYLES and found[1] not in ACCENTS and found[1] != "mathrm"):
            break
        inner = (found[2] or found[3] or "").strip()
        mark = f"_{ACCENTS[found[1]]}" if found[1] in ACCENTS and inner else ""
        name = inner + mark + name[found.end() :]
    name = re.sub(r"\^\s*(?:\{\s*[(\[]\s*(\d+)\s*[)\]]\s*\}|[(\[](\d+)[)\]])$", r"_\1\2", name)
    name = re.sub(r"_\{\s*(\w+)\s*\}$", r"_\1", name)
    return spelled_name(name)


def matrix_squares(text: str, tree: s.Node, reading: Reading) -> tuple[str, ...]:
    """What to say of `X^2` where nothing else shows LaTeX: the reading was guessed, and `X**2` is another thing."""
    if "\\" in text:
        return ()
    shapes = {span: value.shape for value, span in reading.spans.items()}
    for part in s.parts_of(tree):
        if not (isinstance(part, s.Binary) and part.operator == "^" and isinstance(s.ungrouped(part.right), s.Literal_)):
            continue
        base = text[part.left.span.start : part.left.span.end]
        shape = next((shape for span, shape in shapes.items() if text[span.start : span.end].strip("() ") == base.strip("() ")), None)
        if shape is not None and shape.is_square and not shape.is_number:
            exponent = text[part.right.span.start : part.right.span.end]
            written = text[part.span.start : part.span.end]
            return (f"the loss is read as LaTeX: `{written}` is the matrix power; entry by entry is `{base}**{exponent}`",)
    return ()
