"""Words that an option takes, and the message when another word was given."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import UsageError
from .output import SUFFIXES
from .settings import set_by

DETAILS = ("brief", "normal", "full")
ORDERS = ("1", "2")
SYNTAXES = ("numpy", "latex", "matrixcalculus", "matlab", "julia", "sympy", "mathematica", "r")
CHECK_SYNTAXES = (*SYNTAXES, "python")
EXPLAIN_FORMATS = ("terminal", "text", "latex", "markdown", "html", "json")
SOLVE_FORMATS = (*EXPLAIN_FORMATS, "numpy")
GRADIENT_FORMATS = ("text", "latex", "numpy", "torch", "jax", "sympy", "json")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that begins so, if one alone does, else the one most like it, if one is like it at all."""
    from difflib import get_close_matches

    known = list(known)
    found = [one for one in known if word.strip("-") and one.startswith(word.lower())]
    found = found if len(found) == 1 else get_close_matches(word.lower()[:80], known, 1, 0.65)
    return found[0] if found else None


def chosen(option: str, word: str, known: Iterable[str]) -> str:
    """The word itself when it is known; otherwise a message that lists the known ones."""
    known = tuple(known)
    if word in known:
        return word
    named = SUFFIXES.get(f".{word.lower()}")
    close = named if option == "format" and named in known else nearest(word, known)
    notes = (f"`--{option}` takes {', '.join(known)}", *set_by(option, word))
    help_ = f"`--{option} {close}`" if close else None
    raise UsageError.coded(f"unknown-{option}", f"there is no {option} `{word}`", notes=notes, help=help_)


def methods(rules: str | None = None) -> tuple[str, ...]:
    """The methods of the rule book and of `--rules`, in the order of the textbook."""
    from pathlib import Path

    from ..records import METHODS
    from ..rulebook.load import rulebook

    known = rulebook(Path(rules) if rules else None).methods
    return tuple(sorted(known, key=lambda name: (METHODS.index(name) if name in METHODS else len(METHODS), name)))


def method(word: str, rules: str | None, *further: str) -> str:
    """The method itself when it exists; the usual one is not looked up, which keeps the start short."""
    return word if word == "index" else chosen("method", word, (*methods(rules), *further))
