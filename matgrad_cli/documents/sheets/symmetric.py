"""Names of matrices that are symmetric by their kind, as the words say without saying it: `the kernel (Gram) matrix K`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...notation.loss_text import plain_name
from .sheet import Sheet
from .sizes import NAMES, plain_prose

_TRANSPOSED = r"\^\s*(?:\{?\s*\\?(?:top|T|intercal)\s*\}?|ᵀ)"
GRAM = re.compile(rf"(?P<part>\([^()]+\)|\\?[A-Za-z]+_\{{?\w\}}?|[A-Z])\s*(?P=part)\s*{_TRANSPOSED}")
DIAGONAL = re.compile(r"\s*\\?(?:mathrm|operatorname|text|textrm|mathop)?\s*\{?\s*diag\s*\}?\s*(?:\\left)?\(")
_SYMMETRIC = re.compile(
    rf"\s*(?P<name>\\?[A-Za-z]+)\s*{_TRANSPOSED}\s*=\s*(?P=name)\s*|\s*(?P<other>\\?[A-Za-z]+)\s*=\s*(?P=other)\s*{_TRANSPOSED}\s*"
)

_KIND = (
    r"\b(?:(?:auto|co)?-?covariances?|variance-covariance|scatter|correlation|precision|kernel|Gram(?:ian)?|Hessian|Laplacian"
    r"|Kovarianz\w*|(?:undirected|symmetric)[^.;=]{0,40}adjacency|adjacency(?=[^.;]{0,80}\bundirected)|inertia|stiffness|metric)\b"
)
_WORDS = r"(?:[\s-]+(?!(?:is|are|of|by|and|with|we|as|for|where|so|then|function)\b)[A-Za-z]{2,})"
_BEHIND = re.compile(rf"{_KIND}{_WORDS}{{0,3}}\s+{NAMES}(?!\s*[(^])", re.IGNORECASE)
_BEFORE = re.compile(
    rf"{NAMES}\s*(?:(?:∈|\\in\b)[^,;.]{{0,30}},?\s*)?(?:\b(?:is|are|be|being|denotes?|both)\b|[:,—–=])\s*(?:(?:both|the|an?|its|their)\s+)*"
    rf"(?:(?!of\b)[A-Za-z][a-zé'-]+\s+){{0,4}}{_KIND}", re.IGNORECASE,
)
_BRACKETED = re.compile(r"\(\s*[A-Za-z][A-Za-z' -]+\)")
"""`the kernel (Gram) matrix`: a second word for the same."""


def symmetric_by_kind(prose: str) -> frozenset[str]:
    """The names that the prose calls a covariance, a kernel matrix, a Hessian, …; of several names every one."""
    text = plain_prose(_BRACKETED.sub(" ", prose))
    found = (match["names"] for pattern in (_BEHIND, _BEFORE) for match in pattern.finditer(text))
    return frozenset(plain_name(name) for names in found for name in re.split(r"\s*(?:,|\band\b)\s*", names) if name)


def symmetric_names(sheet: Sheet) -> Iterable[str]:
    """The C of `C^T = C`, unless it is only supposed."""
    for formula in sheet.formulas:
        match = _SYMMETRIC.fullmatch(formula.passage.text)
        if match is not None and not re.search(r"\b(?:if|for|when|suppose)\b\s*$", formula.before[-14:], re.IGNORECASE):
            yield plain_name(match["name"] or match["other"])
