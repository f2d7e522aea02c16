r"""The name of a loss that is more than a name: `\chi^2 = …` beside `\partial\chi^2`, `L_\lambda(w) = …`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from ...diagnostics.regex import regex
from ...notation.latex.names import OF_GREEK
from ...notation.loss_text import plain_name, power_of
from .names import free_names
from .one_term import BY_ANY
from .spoken import Habit

_SQUARED = regex(
    r"(?P<name>\\[a-z]+|(?<![A-Za-z\\])[A-Za-z])(?:\s*_\s*(?P<open>\{)?\s*(?P<label>\w)\s*(?(open)\}|(?!\w)))?"
    r"\s*\^\s*(?:2|\{\s*2\s*\})"
)
_DERIVED_SQUARE = regex(rf"(?P<below>\}}\s*\{{\s*)?(?:{BY_ANY}|\\[dt]?frac\s*\{{\s*d)\s*\{{?\s*{_SQUARED.pattern}")


def squares_of_losses(texts: Sequence[str]) -> Iterator[tuple[Habit, str, str]]:
    """How the name of a loss that is stated as a square is written as one name, with that name and the square: the
    square stands for itself, the name for its root."""
    found = [match for text in texts for match in _DERIVED_SQUARE.finditer(text)]
    below = {match.group("name", "label") for match in found if match["below"]}
    derived = {match.group("name", "label"): match for match in found if not match["below"]}
    heads = (match.group("name", "label") for text in texts if (match := _SQUARED.match(text.lstrip(" &"))))
    free = free_names(("J", "E", "F", "C"), " ".join(texts))
    for (name, label), new in zip(dict.fromkeys(one for one in heads if one in derived), free, strict=False):
        if (name, label) not in below:
            whole = f"{name}_{label}^2" if label else f"{name}^2"
            yield (power_of(name, label or ""), partial(_as_root, new)), new, whole


def _as_root(new: str, match: re.Match[str]) -> str:
    """The power of a name as one of its square; `d` alone is the sign of a derivative."""
    power = int(match["power"] or match["digit"] or 1)
    if match["mark"] or (match["name"] == "d" and power == 1):
        return match[0]
    behind_command = match.string[: match.start()][-1:].isalpha()
    return " " * behind_command + new if power == 2 else rf"\left({new}^{{{power}/2}}\right)"


_OF_PARAMETER = regex(
    rf"(?P<name>\\ell|\\mathcal\s*(?:\{{\s*[A-Z]\s*\}}|[A-Z])|(?<![A-Za-z\\])[A-Z])"
    rf"\s*_\s*(?P<open>\{{)?\s*\\(?P<label>{OF_GREEK})(?![A-Za-z])\s*(?(open)\}})"
)
_SUMMED = regex(rf"\\(?:sum|prod)\s*(?:\\limits\s*)?_\s*\{{?\s*\\({OF_GREEK})(?![A-Za-z])")
_DERIVED_OF_PARAMETER = regex(rf"{BY_ANY}\s*\{{?\s*{_OF_PARAMETER.pattern}")


def losses_of_parameters(texts: Sequence[str]) -> Iterator[tuple[Habit, str, str]]:
    """How the name of a loss that is stated, and differentiated, with a Greek letter below is written with a label,
    with that name as it is printed and as it is written: such a letter is no index, unless something sums over it."""
    derived = {match.group("name", "label") for text in texts for match in _DERIVED_OF_PARAMETER.finditer(text)}
    heads = (_OF_PARAMETER.match(text.lstrip(" &")) for text in texts)
    stated = {head.group("name", "label"): head[0] for head in heads if head is not None and "=" in head.string}
    summed = {label for text in texts for label in _SUMMED.findall(text)}
    for name, label in sorted(pair for pair in derived & stated.keys() if pair[1] not in summed):
        own = re.compile(rf"{re.escape(name)}\s*_\s*(?P<open>\{{)?\s*\\{label}(?![A-Za-z])\s*(?(open)\}})")
        with_label = rf"{name}_{{\mathrm{{{label}}}}}".replace("\\", r"\\")  # a replacement text
        yield (own, with_label), f"{plain_name(name)}_{label}", stated[name, label].strip()
