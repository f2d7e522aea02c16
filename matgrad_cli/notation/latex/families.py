"""Families: vectors that a letter numbers, declared one at a time (`x_i: d`) or as the rows of a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ...diagnostics.regex import regex
from ...ir import ONE, Shape
from ..choice import looks_like_latex
from ..names import canonical_name
from ..scope import Family, Scope
from ..unknown import names_in
from .names import LatexNames, accents_kept

_BINDER: Final = regex(
    r"(?:\\(?:sum|prod|max|min)|[Σ∑∏])(?:\\limits)?\s*(?:\^\s*(?:\{[^{}]*\}|\S))?\s*_\s*(?:\{((?:[^{}]"
    r"|\{[^{}]*\})*)\}|(\\?[A-Za-z]+))"
)
_LETTER: Final = regex(r"(?<![A-Za-z\\])[a-zA-Z](?![A-Za-z(])")
_PLACES: Final = regex(
    r"[}/]\s*\{?\s*\\partial\s*[^{}_=/]*_\s*\{?\s*([a-z](?:_\w)?)(?![A-Za-z_])(?:\s*,?\s*([a-z])\s*\})?"
    r"|^[^=]*_\s*\{?\s*([a-z])\s*\}?[\s}&]*:?="
)
_NUMBERED: Final = regex(r"(.*[^_])_([a-zA-Z])")


def bound_letters(text: str) -> frozenset[str]:
    r"""The letters below the Σ, Π, max and min of a text.

    >>> sorted(bound_letters(r"\sum_{i=1}^n \sum_{j\ne i} x_j"))
    ['i', 'j']
    """
    found = (match[1] or match[2] or "" for match in _BINDER.finditer(text[:20_000]))
    sides = (re.split(r"=|\\in\b", part)[0] for below in found for part in re.split(r"[:,]", below))
    return frozenset(letter for side in sides for letter in _LETTER.findall(side))


def placed_letters(text: str) -> frozenset[str]:
    r"""The letters of the places that a text differentiates by, ∂L/∂z_k, and of its left side, `z_j = …`."""
    return frozenset(letter for found in _PLACES.finditer(text[:20_000]) for letter in found.groups() if letter)


def families(
    shapes: Mapping[str, Shape], text: str, said: Mapping[str, str]
) -> tuple[dict[str, Shape], tuple[Family, ...], dict[str, str]]:
    """The declarations without those of single members, the families of these, and whether they are rows or columns,
    as is said or long."""
    numbered = {name: match for name in shapes if (match := _NUMBERED.fullmatch(name)) and match[1] not in shapes}
    if not numbered or not looks_like_latex(text):
        return dict(shapes), (), dict(said)
    bound = bound_letters(text)
    found: dict[str, Family] = {}
    for name, match in numbered.items():
        shape, whole = shapes[name], match[1].upper()
        letter, limit = rf"(?<![A-Za-z\\]){whole}(?![A-Za-z])", rf"\^\s*\{{?\s*{whole}(?![A-Za-z])"
        written = whole in {*shapes, *said} or (re.search(letter, text) is not None and re.search(limit, text) is None)
        if match[2] in bound and not shape.is_matrix:
            length = None if shape.is_number else shape.cols if shape.rows is ONE else shape.rows
            found[name] = Family(whole if written and len(whole) == 1 else match[1], length)
    members = tuple(family for family in found.values() if family.name not in shapes)
    lengths = {family.name: family.length for family in found.values()}
    sides = {name: [side is length for side in shapes[name].dims] for name, length in lengths.items() if name in shapes}
    ways = {name: "column" if first else "row" for name, (first, *rest) in sides.items() if rest and first != rest[0]}
    return {name: shape for name, shape in shapes.items() if name not in found}, members, {**ways, **said}


def kinds(members: Iterable[Family]) -> dict[str, str]:
    """What the reader is told of the whole of each family."""
    return {family.name: "vector" if family.length is None else "matrix" for family in members}


# ---- what the LaTeX reader needs to know of a scope: which names are variables of which kind, which mean the loss


def latex_names(
    scope: Scope,
    accents: frozenset[str] | None = None,
    counting: frozenset[str] = frozenset(),
    placed: frozenset[str] = frozenset(),
    *,
    wrt: str = "",
) -> LatexNames:
    """The names of a scope for the LaTeX reader; `accents` are marked letters that are names of their own, else those
    of the source, and `wrt` is the letter that is asked for where the scope does not know its variable yet."""
    values = {**scope.symbols, **scope.definitions}
    variables = {form: kind(value.shape) for name, value in values.items() for form in (name, canonical_name(name))}
    variables |= kinds(scope.families) | {name: "matrix" for name in scope.members if name not in variables}
    return LatexNames(
        variables,
        frozenset(scope.loss_names),
        scope.wrt.name if scope.wrt is not None else wrt or None,
        frozenset(scope.sizes),
        accents_kept((scope.source.text,)) if accents is None else accents,
        functions=names_in(scope.loss),
        complete=not scope.open,
        counting=counting,
        columns=frozenset(name for name, way in scope.members.items() if way == "column"),
        placed=placed,
    )


def kind(shape: Shape) -> str:
    """number, vector, row or matrix."""
    if shape.is_number:
        return "number"
    return "vector" if shape.is_column else "row" if shape.is_row else "matrix"
