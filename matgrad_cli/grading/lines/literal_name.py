r"""The name of the loss as its writer has it (`\log p(x|\mu)`, `Tr(P_k)`),
found in the rows token by token and replaced by one letter."""

from __future__ import annotations

import re
import string

from ...diagnostics.regex import regex
from ...documents.passage import Passage

_TOKEN = regex(r"\\[A-Za-z]+|\\.|\w|\S")
_FONTS = frozenset((
    r"\mathcal", r"\mathbf", r"\boldsymbol", r"\bm", r"\vec", r"\mathrm", r"\text", r"\textbf", r"\textrm",
    r"\operatorname",
    r"\mathsf", r"\mathscr", r"\mathit", r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr",
    r"\,", r"\;", r"\:", r"\!", "{", "}", "&",
))  # fmt: skip
_PLAIN = regex(r"\\?[A-Za-z]\w*")


def tokens_of(text: str) -> list[tuple[str, int, int]]:
    """The tokens that mean something, each with its place: fonts, braces and distances mean nothing."""
    return [(match[0], *match.span()) for match in _TOKEN.finditer(text) if match[0] not in _FONTS]


Rows = list[tuple[int, Passage]]


def with_letter(rows: Rows, name: str | None, taken: frozenset[str]) -> tuple[Rows, str | None]:
    """The rows with every occurrence of the name written as one free letter, and that letter;
    a plain name stays as it is."""
    wanted = [token for token, _, _ in tokens_of(name or "")]
    if name is None or len(wanted) < 2 or _PLAIN.fullmatch(name):
        return list(rows), name
    used = taken | {token for _, row in rows for token, _, _ in tokens_of(row.text)}
    letter = next((letter for letter in ("L", "J", "F", "Q", *string.ascii_letters) if letter not in used), None)
    if letter is None:
        return list(rows), name
    return [
        (number, Passage(_replaced(row.text, wanted, letter), row.start, row.offsets)) for number, row in rows
    ], letter


def _replaced(text: str, wanted: list[str], letter: str) -> str:
    found = tokens_of(text)
    names, at = [token for token, _, _ in found], 0
    while at + len(wanted) <= len(names):
        if names[at : at + len(wanted)] == wanted:
            start, end = _balanced(text, found[at][1], found[at + len(wanted) - 1][2])
            text = text[:start] + letter + " " * (end - start - 1) + text[end:]
            at += len(wanted)
        else:
            at += 1
    return text


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """The range with the braces, and the font before them, that it opens or closes."""
    while text[start:end].count("{") > text[start:end].count("}") and (after := re.match(r"\s*\}", text[end:])):
        end += after.end()
    while (before := re.search(r"\\[A-Za-z]+\s*\{\s*$", text[:start])) and text[start:end].count("}") > text[
        start:end
    ].count("{"):
        start = before.start()
    return start, end


_ARGUMENT = regex(
    r"(?:\\underset\s*\{[^{}]*\}\s*\{\s*)?"
    r"(?:\\(?:operatorname\*?|mathrm|text|mathop)\s*\{+\s*|\\)?arg\s*(?:\\[,;!: ]\s*)*\\?(?:min|max)(?![A-Za-z])"
    r"[\s}]*(?:\\limits)?"
)


_ENDS = regex(r"[=,;&)\]}\n]|\\\\")


def best_as_name(passage: Passage, name: str) -> Passage:
    r"""The passage in which `\arg\min_w L(w)` is written as the point that it is, by its name."""
    found = list[tuple[int, int, str]]()
    for match in _ARGUMENT.finditer(passage.text):
        end, level = match.end(), 0
        while end < len(passage.text) and (level > 0 or _ENDS.match(passage.text, end) is None):
            level += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(passage.text[end], 0)
            end += 2 if passage.text[end] == "\\" else 1
        behind = passage.text[: match.start()].rstrip(" &").endswith("=") and passage.text[end : end + 1] == "="
        if not found or match.start() >= found[-1][1]:
            found.append((match.start(), end + behind, "" if behind else f"{name} "))  # `w = argmin … = v` says `w = v`
    return passage.replaced(found)
