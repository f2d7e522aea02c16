r"""Arrays that an answer lists with dots, `(a_1 x_1, …, a_n x_n)`, as all their entries: `[a_k x_k]_{k=1}^n`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from ...diagnostics.regex import regex
from ...notation.stated_functions import arguments_of, closing

_DOTS: Final = regex(r"\\[lcvd]?dots[cbmio]?(?![A-Za-z])|…|⋮|\.\.\.")
_MATRIX: Final = regex(
    r"\\begin\s*\{(?P<kind>[bpvBV]?matrix|smallmatrix|array)\}(?:\{[^{}]*\})?(?P<rows>.*?)\\end\s*\{(?P=kind)\}", 16
)
_TURNED: Final = regex(r"\s*(?:\^\s*\{?\s*(?:\\top|\\intercal|\\mathsf\s*\{?T\}?|T|t)(?![A-Za-z])\s*\}?|'|ᵀ)")
_TOKEN: Final = regex(r"\\[A-Za-z]+|\S")
_LETTERS: Final = "kjilpqrs"
_FUNCTION: Final = regex(r"(?:diag|Diag)\s*\}?\s*(?:\\left\s*)?\Z")


def undotted(answer: str, sizes: Collection[str]) -> str | None:
    """The answer with what is listed with dots by entries; None where nothing is, or it follows no pattern.
    `sizes` are the names of dimensions: the last entry has one of them where the first has 1."""
    text, begun = answer, 0
    while (dots := _DOTS.search(text, begun)) is not None:
        found = _around(text, dots.start())
        entries = _entries(found[2]) if found is not None else None
        made = _by_entries(entries, sizes, text) if entries is not None else None
        if found is None or made is None:
            return None
        start, end, _, lies = found
        turned = _TURNED.match(text, end) if lies != "column" else None
        end = turned.end() if turned is not None else end
        inside = f"({made})" if _FUNCTION.search(text[:start]) else made
        inside = f"({made})^T" if lies == "row" and turned is None else inside
        text, begun = text[:start] + inside + text[end:], start + len(inside)
    return text if text != answer else None


def _around(text: str, at: int) -> tuple[int, int, list[str], str] | None:
    """The bracket, or the matrix, around a place: where it begins and ends, its parts, and how they lie."""
    for matrix in _MATRIX.finditer(text):
        if matrix.start() < at < matrix.end():
            lies, cut = ("row", "&") if "&" in matrix["rows"] else ("column", r"\\\\(?:\[[^\]]*\])?")
            return *matrix.span(), re.split(cut, matrix["rows"]), lies
    for start in range(at, -1, -1):
        pair = {"(": "()", "[": "[]"}.get(text[start])
        end = closing(text, start, pair) if pair is not None else None
        if end is None or end <= at:
            continue
        left = re.search(r"\\left\s*$", text[:start])
        return left.start() if left is not None else start, end, arguments_of(text[start + 1 : end - 1]), "list"
    return None


def _entries(parts: Sequence[str]) -> list[str] | None:
    """The first, perhaps the second and the last entry of such a list."""
    bare = [part.strip() for part in parts]
    bare = bare[:-1] if bare and not bare[-1] else bare
    dotted = [at for at, part in enumerate(bare) if _DOTS.fullmatch(part)]
    return [*bare[: dotted[0]], bare[-1]] if len(dotted) == 1 and dotted[0] == len(bare) - 2 >= 1 else None


def _by_entries(entries: Sequence[str], sizes: Collection[str], text: str) -> str | None:
    """`[E_k]_{k=1}^n` of entries that differ in their number alone."""
    tokens = [_TOKEN.findall(entry) for entry in entries]
    first, last = tokens[0], tokens[-1]
    if any(len(one) != len(first) for one in tokens):
        return None
    apart = [at for at, pair in enumerate(zip(first, last, strict=True)) if pair[0] != pair[1]]
    ends = {last[at] for at in apart}
    numbered = all(one[at] == str(number) for number, one in enumerate(tokens[:-1], 1) for at in apart)
    same = all(one[at] == first[at] for one in tokens for at in range(len(first)) if at not in apart)
    letter = next((one for one in _LETTERS if not re.search(rf"(?<![A-Za-z\\]){one}(?![A-Za-z])", text)), None)
    if len(ends) != 1 or not numbered or not same or letter is None or not ends <= {*sizes}:
        return None
    entry = " ".join(letter if at in apart else token for at, token in enumerate(first))
    return rf"\left[{entry}\right]_{{{letter}=1}}^{{{ends.pop()}}}"
