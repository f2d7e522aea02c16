r"""Functions that a text states, `h_\theta(x) = \theta^\top x`, at the arguments with which it calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..diagnostics.record import record
from ..diagnostics.regex import regex
from .latex.names import FUNCTIONS, STYLES
from .loss_text import plain_name

STYLE: Final = rf"(?:\\(?:{'|'.join(sorted(STYLES))})(?![A-Za-z])\s*)"
CALLED: Final = regex(
    rf"(?:(?<![A-Za-z\\_^])|(?<![_^])(?=\\)){STYLE}?(?P<held>\{{)?(?P<name>\\?[A-Za-z]+)(?(held)\}})(?:_\s*\{{?{STYLE}?\{{?(?P<below>\\?\w+)\}}*)?\s*(?:\\left)?(?=\()"
)
"""A function in front of its bracket; what is raised alone, `A^T(Ax - b)`, calls nothing."""

AT_SAMPLE: Final = (
    rf"(?P<name>{STYLE}?\{{{{?{{}}\}}}}?)\s*(?:\\left)?\(\s*{STYLE}?\{{{{?\s*(?P<of>[a-z])\s*\}}}}?\s*"
    r"(?:_\s*\{{?(?P<below>[a-z])\}}?|\^\s*\{{\((?P<above>[a-z])\)\}})\s*(?:\\right)?\)"
)
"""A function of such a name at one sample, φ(x_i) or φ(x^{(i)})."""

_SIMPLE: Final = regex(
    rf"{STYLE}?\{{?(?:\\[A-Za-z]+|[A-Za-z])\}}?(?:\s*[_^]\s*(?:\{{[^{{}}]*\}}|\w))*|(?P<word>[A-Za-z]\w*)"
)
"""One letter with its scripts, or a word: what needs no brackets in the place of a letter."""
SKIPPED: Final = (
    r"\\(?:operatorname|mathrm|text|mbox|begin|end)\*?\s*\{[^{}]*\}|\\(?:left|right|[bB]igg?[lr]?)\b"
    r"|\^\s*\{?\s*(?:\\top|T|\\intercal)\s*\}?"
    rf"|(?<![A-Za-z\\])(?:{'|'.join(name for name in FUNCTIONS if len(name) > 1)})(?![A-Za-z])"
)
"""Words of LaTeX in which letters name nothing."""
_ONE: Final = r"(?:\\[A-Za-z]+|[A-Za-z])"
_LETTERS: Final = regex(
    rf"{SKIPPED}|(?P<style>{STYLE})(?:\{{\s*(?P<held>{_ONE})\s*\}}|(?P<bare>{_ONE}))|(?P<alone>{_ONE})"
)
"""The letters of LaTeX, each with its style."""


@record
class Stated:
    """A stated function: its letters, its text, and whether letters side by side in it are a product."""

    letters: tuple[str, ...]
    body: str
    latex: bool


@record
class Family(Stated):
    r"""Members stated together, `s_i = w^\top x_i`: what is left of their name without the indices, and these."""

    name: str
    indices: tuple[str, ...]

    @property
    def whole(self) -> str:
        """The name of the array whose entries these are; empty where they are no entries."""
        alone = len({*self.indices}) == len(self.indices) and "^" not in self.name
        return self.name.partition("_")[0] if alone else ""


_COUNTED: Final = regex(r"([_^])\s*(\{\s*\(?[a-z0-9](?:\s*,?\s*[a-z0-9])*\)?\s*\}|\(?[a-z0-9]\)?)")


def family_of(name: str) -> tuple[str, tuple[str, ...]]:
    r"""A name without its indices, and these: of `p_{ij}` and `\hat{y}^{(i)}`.

    >>> family_of(r"\hat{s}_{ij}"), family_of("S_B")
    (('\\hats_..', ('i', 'j')), ('S_B', ()))
    """
    found: list[str] = []

    def taken(match: re.Match[str]) -> str:
        letters = re.findall(r"[a-z0-9]", match[2])
        found.extend(letters)
        return match[1] + "." * len(letters)

    bare = _COUNTED.sub(taken, name)
    return re.sub(rf"{STYLE}|[{{}}\s]", "", bare), tuple(found)


def reindexed(function: Family, indices: Sequence[str]) -> str | None:
    """The text of a family with other indices, with none that of all of it; None where one means something else."""
    if not indices:
        return f"[{function.body}]_{{{' '.join(function.indices)}}}"
    if any(occurrences(function.body, letter, latex=True) for letter in {*indices} - {*function.indices}):
        return None
    return put_in(function.body, _places(function.body, function.indices, indices, latex=True))


def put_in(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """The text with another one at each of these places."""
    parts, last = [], 0
    for start, end, new in sorted(places):
        parts += [text[last:start], new]
        last = end
    return "".join([*parts, text[last:]])


def key_of(match: re.Match[str]) -> str:
    """The name of a called function, with its subscript."""
    return plain_name(match["name"]) + (f"_{plain_name(match['below'])}" if match["below"] else "")


def closing(text: str, at: int, pair: str = "()") -> int | None:
    """Behind the bracket that closes the one at `at`; None where none does, or another sign stands there."""
    depth, signs = 0, re.compile(rf"\\.|[{re.escape(pair)}]", re.DOTALL)
    for match in signs.finditer(text, at) if text[at : at + 1] == pair[0] else ():
        depth += {pair[0]: 1, pair[1]: -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return None


def arguments_of(text: str) -> list[str]:
    """What stands in a bracket, its closing sign left out, part by part."""
    text = re.sub(r"\\right\s*$", "", text)
    given = len(re.findall(r"(?<!\\)\|", text)) == 1  # f(x | y); |x| is no separator
    parts, depth, last = [], 0, 0
    for sign in re.finditer(r"\\.|[()\[\]{},;|]", text):
        depth += (sign[0] in "([{") - (sign[0] in ")]}")
        if depth == 0 and (sign[0] in ",;" or (sign[0] == "|" and given)):
            parts.append(text[last : sign.start()])
            last = sign.end()
    return [part.strip() for part in (*parts, text[last:])]


def occurrences(body: str, letter: str, latex: bool = False) -> list[re.Match[str]]:
    """Where a letter stands in a text, with its style; in LaTeX also beside other letters."""
    found, start, wanted = list[re.Match[str]](), 0, f"\\{letter}" if len(letter) > 1 else letter
    while latex and (one := _LETTERS.search(body, start)) is not None:
        is_wanted = wanted in one.group("held", "bare", "alone")
        start = one.end("style") if one["style"] and not is_wanted else one.end()
        found += [one] * is_wanted
    if latex:
        return found
    name = rf"\\{letter}(?![A-Za-z])" if len(letter) > 1 else letter
    return list(re.finditer(rf"{STYLE}\{{\s*{name}\s*\}}|(?:(?<![A-Za-z\\])|(?<=\^T)){STYLE}?{name}(?![A-Za-z])", body))


def at(function: Stated, arguments: Sequence[str]) -> str:
    """The function's text at these arguments."""
    body, places = function.body, []
    for start, end, argument in _places(function.body, function.letters, arguments, function.latex):
        alone = _SIMPLE.fullmatch(argument)
        power = "^" in argument and re.match(r"\s*\^", body[end:])
        simple = alone and not (alone["word"] and function.latex) and not power
        places.append((start, end, argument if simple else f"({argument})"))
    return put_in(body, places)


def _places(body: str, letters: Sequence[str], arguments: Sequence[str], latex: bool) -> Iterator[tuple[int, int, str]]:
    for letter, argument in zip(letters, arguments, strict=True):
        yield from ((found.start(), found.end(), argument) for found in occurrences(body, letter, latex))


_FUNCTION: Final = regex(
    r"\s*(?:def\s+\w+\([^\n]*\)[^\n]*:[ \t]*(?=\n|return\b)"
    r"|(?P<ends>function\s+(?:\w+\s*=\s*)?\w+\s*\([^()\n]*\)[ \t]*\n)"
    r"|(?P<braced>(?:\w+\s*(?:<-|=)\s*)?function\s*\([^()\n]*\)\s*\{))"
)
"""The head of a function of Python, of MATLAB or Julia, of R."""


_ASSIGNED: Final = regex(r"(?:^|[;\n])[ \t]*([A-Za-z]\w*(?:\.\w+)+)\s*(?:<-|=(?!=))")
_ARROW: Final = regex(r"(^|[;\n])(\s*\w+\s*)<-")
"""Names that R gives a value, with a dot inside, or by an arrow."""


def without_function(text: str) -> str:
    r"""The lines of a function without its head, its end and the word `return`.

    >>> without_function("f <- function(w) { r <- X %*% w; sum(r^2) }")
    ' r = X %*% w; sum(r^2)'
    """
    for name in _ASSIGNED.findall(text):  # R: x.b <- X %*% b
        text = text.replace(name, name.replace(".", "_"))
    text = _ARROW.sub(r"\1\2 =", text)
    text = re.sub(r"\n\s*\w+\.(?:backward|step|zero_grad)\(\)[ \t]*(?=\n|$)", "", text)
    head = _FUNCTION.match(text)
    if head is None:
        return text
    text = text[head.end() :]
    if head["ends"]:
        text = re.sub(r"(?m)(?:^|[ \t;])\s*%.*$", "", re.sub(r"\bend;?\s*$", "", text))
    if head["braced"]:
        text = _ARROW.sub(r"\1\2 =", text.rstrip().removesuffix("}"))
    return re.sub(r"(?m)^\s*return\b|\s*#.*$", "", text).rstrip("; \n")
