"""What people paste around a loss: `L(w) =` in front of it, marks of LaTeX on the variable's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from . import syntax as s
from .names import spelled_name

if TYPE_CHECKING:
    from .elaboration.elaborate import Reading

_LEFT_SIDE: Final = (
    r"\s*\$*\s*(?!\\(?:sum|prod|min|max|arg|lim|int))"
    r"((?:\\(?:mathcal|mathrm|mathbf|operatorname|text)\s*\{\s*\\?[A-Za-z]+\s*\}|\\?[A-Za-z]+)(?:_(?:\{\w+\}|\w+))?\s*"
    r"(?:(?:\\left|\\[bB]igg?l?)?\([^()=]*\))?)\s*&?\s*:?=(?!=)"
)
"""A name, perhaps of arguments, and an equals sign."""


def without_left_side(text: str) -> tuple[str, tuple[str, ...]]:
    """The loss without `L(w) =` in front, blanks in its place so that positions stay; and what to say.

    >>> without_left_side("f = x.T@x")[0].strip()
    'x.T@x'
    """
    found = re.match(_LEFT_SIDE, text[:200]) if "=" in text else None
    if found is None or not text[found.end() :].strip():
        return text, ()
    blank = " " * found.end() + text[found.end() :]
    return blank, (f"`{found[1].strip()} =` in front names the loss and is dropped",)


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
        found = re.match(r"\\([A-Za-z]+)\s*(?:\{([^{}]*)\}|\s(\\?[A-Za-z]))", name)
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
