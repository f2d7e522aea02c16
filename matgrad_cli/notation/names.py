"""One spelling for each name: `λ`, `\\lambda`, `lambda` and `lam` are the same variable, and so is `𝐗` with `X`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_SMALL: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma "
    "sigma tau upsilon phi chi psi omega"
)
_FIRST_SMALL: Final = ord("α")

GREEK: Final[dict[str, str]] = {
    **{chr(_FIRST_SMALL + place): name for place, name in enumerate(_SMALL.split())},
    **{
        chr(_FIRST_SMALL + place - 32): name.capitalize()
        for place, name in enumerate(_SMALL.split())
        if chr(_FIRST_SMALL + place) != "ς"
    },
}
"""Greek letters and how they are spelled in ASCII."""

OTHER_SPELLINGS: Final = {
    "lam": "lambda",
    "eps": "epsilon",
    "varepsilon": "epsilon",
    "vartheta": "theta",
    "varphi": "phi",
    "varrho": "rho",
    "varsigma": "sigma",
}
_ACCENTS: Final = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u0305": "bar", "\u20d7": ""}


def spelled_name(text: str) -> str:
    """The name in ASCII where that can be said: `λ₁` is `lambda1`, `ŷ` is `yhat`, `𝐗` is `X`, `lam` stays `lam`."""
    if text.isascii():
        return text.removeprefix("\\")
    result = []
    for char in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).removeprefix("\\")):
        if unicodedata.category(char) == "Mn":
            result.append(_ACCENTS.get(char, ""))
        else:
            result.append(GREEK.get(char, char))
    return "".join(result)


@lru_cache(maxsize=4096)
def canonical_name(text: str) -> str:
    """The name under which different spellings meet: `lam`, `λ` and `\\lambda` are all `lambda`; `W_1` is `W1`."""
    name = spelled_name(text)
    name = OTHER_SPELLINGS.get(name, name)
    head, underscore, tail = name.rpartition("_")
    return head + tail if underscore and head and tail.isdigit() else name


def listed(names: Iterable[object]) -> str:
    """The names in backquotes, as a sentence says them.

    >>> listed("ijk")
    '`i`, `j` and `k`'
    """
    return " and ".join(", ".join(f"`{name}`" for name in names).rsplit(", ", 1))


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None."""
    from difflib import get_close_matches  # only where a message is made

    known = list(known)
    swapped = name.swapcase()
    if swapped in known:
        return swapped
    found = get_close_matches(name, known, 1, 0.65)
    return found[0] if found else None


# ---- how names look in a book: λ for `lambda`, W₁ for `W1`; which names are Greek letters


LETTERS: Final = {
    **{name: sign for sign, name in GREEK.items() if sign not in "ΑΒΕΖΗΙΚΜΝΟΡΤΧ"},
    "lam": "λ",
    "varepsilon": "ϵ",
    "vartheta": "ϑ",
    "varphi": "ϕ",
    "ell": "ℓ",
}
"""Names of letters that look like no Latin one."""

SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

LATEX_GREEK: Final = frozenset(LETTERS) - {"omicron", "lam"}


def split_name(name: str) -> tuple[str, str]:
    """A name and its subscript, of `W1` W and 1, of `x_hat` x and hat; else the name and nothing."""
    head, bar, tail = name.partition("_")
    if bar and head and tail:
        return head, tail
    stem = name.rstrip("0123456789")
    return (stem, name[len(stem) :]) if stem else (name, "")
