r"""Variables that are written with more than a letter, `\sigma^2` and `\Delta x`, by one name."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from ..diagnostics.regex import regex
from .latex.families import bound_letters
from .loss_text import STEP, plain_name

SQUARED: Final = r"\s*(?P<name>\\?[A-Za-z]+)(?:\s*_\s*\{?(?P<label>\w)\}?)?\s*\^\s*(?:2|\{\s*2\s*\})\s*"
"""A variable that is the square of a letter."""


def power_of(name: str, label: str = "") -> re.Pattern[str]:
    """A power of the name, or of its estimate, σ̂; `label` is what stands below it."""
    below = rf"\s*_\s*(?:\{{\s*{label}\s*\}}|{label}(?!\w))" if label else r"(?!\s*_)"
    return re.compile(
        rf"(?P<mark>\\(?:hat|widehat|tilde)\s*(?P<open>\{{)?\s*)?(?P<name>{re.escape(name)})(?![A-Za-z])(?(open)\s*\}})"
        rf"{below}(?:\s*\^\s*(?:\{{\s*(?P<power>-?\d)\s*\}}|(?P<digit>\d)))?"
    )


def of_square(match: re.Match[str], name: str = "") -> str:
    r"""The power as one of σ², which is differentiated by: `\sigma^4` is its square, σ its root."""
    name = name or rf"{match['mark'] or ''}{match['name']}{'}' if match['open'] else ''}_{{\mathrm{{sq}}}}"
    power = int(match["power"] or match["digit"] or 1)
    return name if power == 2 else rf"{name}^{{{power // 2}}}" if power % 2 == 0 else rf"{name}^{{{power}/2}}"


def with_one_name(loss: str, wrt: str, declared: Container[str]) -> tuple[str, str, tuple[str, ...]]:
    r"""The loss and its variable with one name for a variable that is a square, `\sigma^2` or `\sigma_f^2`, and for a
    step `\Delta x` that is the variable or has a shape; and what to say.

    >>> with_one_name(r"\log\sigma^2 + y/\sigma", r"\sigma^2", ())[:2]
    ('\\log\\sigma_{\\mathrm{sq}} + y/\\sigma_{\\mathrm{sq}}^{1/2}', 'sigma_sq')
    >>> with_one_name(r"\|J\Delta x + r\|^2", r"\Delta x", ())[:2]
    ('\\|J\\Delta_{\\mathrm{x}} + r\\|^2', 'Delta_x')
    """
    own, said = plain_name(wrt), dict[str, None]()

    def named(step: re.Match[str]) -> str:
        name = plain_name(step[0])
        if name != own and name not in declared:
            return step[0]
        said[f"`{step[0].strip()}` is one variable here, `{name}`"] = None
        return r"\{}_{{\mathrm{{{}}}}}".format(*name.split("_"))

    loss, found = regex(STEP).sub(named, loss), re.fullmatch(SQUARED, wrt.strip().strip("$"))
    if found is None or "\\" not in loss or found["label"] in bound_letters(loss):
        return loss, wrt, tuple(said)
    name = f"{plain_name(found['name'])}_{found['label'] or ''}sq"
    return with_square(loss, found), name, (*said, f"`{wrt.strip()}` is one variable here, `{name}`")


def with_square(text: str, square: re.Match[str]) -> str:
    """The text with one name for the square of a letter."""
    label = square["label"] or ""
    written = f"{square['name']}_{{\\mathrm{{{label}sq}}}}"
    return power_of(square["name"], label).sub(lambda match: of_square(match, written), text)
