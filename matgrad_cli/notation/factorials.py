r"""Factorials, binomial coefficients and Γ of a loss in LaTeX, by the logarithm of Γ: `\log y!` is lgamma(y + 1)."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from ..diagnostics.regex import regex

_GROUP: Final = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_BRACKETS: Final = r"(?:\\left)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_FACTORIAL: Final = regex(
    rf"(?P<of>{_BRACKETS}|(?:\\?[A-Za-z]+|\d+)(?:\s*_\s*(?:{_GROUP}|\w))?(?:\s*\^\s*\{{\s*\([a-z]\)\s*\}})?)\s*(?<!\\)!(?![=!])"
)
_BINOMIAL: Final = regex(rf"\\[dt]?binom\s*(?P<n>{_GROUP}|\w)\s*(?P<k>{_GROUP}|\w)")
_GAMMA: Final = rf"\\Gamma\s*(?P<of>{_BRACKETS})"
_TELLING: Final = regex(
    r"\\(?:log|ln)\s*(?:\\left)?[({]?\s*(?:\\[dt]?frac\s*\{\s*)?\\Gamma\s*(?:\\left)?\(|\}\s*\{\s*\\Gamma\s*(?:\\left)?\("
)
"""Where Γ is no matrix in front of a bracket: below a logarithm, or below a fraction line."""
_INNER: Final = _GAMMA.replace("of", "inner")
_LOGARITHM: Final = regex(rf"\\(?:log|ln)\s*(?:{_GAMMA}|(?:\\left)?[({{]\s*{_INNER}\s*(?:\\right)?[)}}])")


def with_factorials(text: str, declared: Container[str]) -> tuple[str, tuple[str, ...]]:
    r"""The loss with lgamma for what is made of Γ, and what to say of it.

    >>> with_factorials(r"k\log\lambda - \log k!", ())[0]
    'k\\log\\lambda - \\operatorname{lgamma}(k+1)'
    """
    if "\\" not in text or "Gamma" in declared:
        return text, ()
    found = _BINOMIAL.sub(_of_binomial, text)
    found = _FACTORIAL.sub(lambda match: rf"\Gamma({_bare(match['of'])}+1)", found)
    if found == text and not _TELLING.search(text):
        return text, ()
    found = _LOGARITHM.sub(lambda match: rf"\operatorname{{lgamma}}({_bare(match['of'] or match['inner'])})", found)
    found = re.sub(_GAMMA, lambda match: rf"\exp(\operatorname{{lgamma}}({_bare(match['of'])}))", found)
    read = (
        "`x!` is read as Γ(x + 1), and the logarithm of Γ" if "!" in text or "binom" in text else "the logarithm of Γ"
    )
    return found, (f"{read} is `lgamma`",)


def _of_binomial(match: re.Match[str]) -> str:
    n, k = (_bare(match[name]) for name in ("n", "k"))
    return rf"\frac{{\Gamma({n}+1)}}{{\Gamma({k}+1)\Gamma({n}-({k})+1)}}"


def _bare(text: str) -> str:
    """The inside of brackets."""
    found = re.fullmatch(r"(?:\\left)?[({](.*?)(?:\\right)?[)}]", text, re.DOTALL)
    return found[1].strip() if found is not None else text
