r"""Marked names of a solution: `\hat w`, `w^*`, `w_{OLS}`, `w_{opt}` for the w that was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from ...diagnostics.regex import regex
from ...ir import Symbol

_MARK = regex(r"_(?:hat|star|ast|opt|ols|ml|mle|map|ls|wls|gls|ridge|[A-Z]{2,})+$")


def unmarked(name: str) -> str:
    r"""The variable that a marked name stands for: `w` of `w^*`, `\hat w`, `w_{ML}`; `w_B` of `\hat w_B`."""
    name = name.replace("_hat_", "_")
    while (found := _MARK.search(name)) is not None:
        name = name[: found.start()]
    return name


def marked_unknown(name: str, unknowns: Iterable[Symbol]) -> Symbol | None:
    """The unknown that a marked name stands for; None for any other name."""
    bare = unmarked(name)
    return next((symbol for symbol in unknowns if symbol.name == bare != name), None)
