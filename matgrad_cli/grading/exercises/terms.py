"""The terms of a loss, and what is met on the way: their derivatives are no answers, but those of terms must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.homework.pieces import Piece
from ...documents.passage import Passage
from .claims import NAMED, SIGNS, STATES, Judged, joined, states
from .definitions import number_of, with_definitions
from .settings import Located, Settings

_WHAT = rf"{NAMED}(?:_(?:\d|\{{\d+\}}))?(?!\s*_)"
_NABLA = r"(?:\\nabla|∇)\s*(?:_\s*(?:\{[^{}]*\}|\\[A-Za-z]+|\w))?"
UNDER = regex(rf"(?:{_NABLA}|\\partial|∂)\s*(?P<of>{_WHAT})")
"""A name under a ∇ or ∂."""
_DERIVATIVE = regex(
    rf"(?:{_NABLA}\s*(?P<of>{_WHAT})|\\frac\s*\{{\s*\\?(?:partial|d)\s*(?P<over>{_WHAT})\s*\}}\s*\{{[^{{}}]*\}})"
    r"\s*(?:\(\s*\\?[^\W\d]\w*\s*\))?"
)
_HEAD = regex(rf"{SIGNS}{_DERIVATIVE.pattern}\s*:?=")
_NUMBER = regex(
    r"\\(?:lVert|Vert|norm|\||sum|log|det|ln|langle|operatorname\s*\{tr\}|mathrm\s*\{tr\}|text\s*\{tr\}|tr)"
    r"|‖|Σ|\|\||\^\s*\{?\s*(?:2|\\?top|T|\\intercal)|[ᵀ²']|(?:sum|tr|norm|det|log)\s*\("
)
"""What makes a number of arrays: a norm, a sum, a product with a row."""


@record
class Terms:
    """What is told of the terms of a loss, each with its name: the gradients of those that are defined, with where they
    are, and of those that are not."""

    defined: tuple[tuple[Piece, int], ...] = ()
    free: tuple[tuple[Piece, str], ...] = ()


def without_parts(told: list[Piece], chosen: Settings, judged: Judged) -> tuple[list[Piece], Terms]:
    """The pieces without the derivatives of what is not the loss: of arrays on the way, `∂e/∂w = -X` with `e = y - Xw`,
    of numbers that have another value, `f = xᵀAx` of f/g, and of what `∇L = ∇f + ∇g` needs, also of `L_1` beside L;
    all, where nothing is left to be the answer."""
    of = {at: name for at, one in enumerate(told) if (name := _differentiated(one.text)) is not None}
    loss = chosen.text("name") or "L"
    free = {name for name in of.values() if "_" in name and name.partition("_")[0] in of.values()}
    for at, name in of.items():
        free |= {other for other in _used(told[at].text) & {*of.values()} if other not in (name, loss)}
    parts, sums, numbers = {*free}, {name.partition("_")[0] for name in free}, dict[str, int]()
    for at, one in enumerate(told):
        name = one.defines + number_of(one).replace("{", "")
        if one.kind == "definition" and one.defines and name != loss and name in of.values():
            array = name not in sums and not _NUMBER.search(one.text[one.value :])
            if array or name in parts or _not_the_loss(one, told[:at], chosen, judged):
                parts.add(name)
                numbers |= {} if array else {name: at}
            free.discard(name)
    kept = [one for at, one in enumerate(told) if of.get(at) not in parts]
    if not any(one.kind in ("formula", "equation") or states(one, chosen) for one in kept):
        return told, Terms()
    defined = tuple((told[at], numbers[name]) for at, name in of.items() if name in numbers)
    return kept, Terms(defined, tuple((told[at], name) for at, name in of.items() if name in free))


def terms_hold(terms: Terms, told: Sequence[Piece], chosen: Settings, judged: Judged) -> bool:
    """Whether the gradients of the terms are right: of what is defined as the derivative of that, of other names if
    those of a sum, put into it, make the gradient of the loss."""
    for one, at in terms.defined:
        base, _, number = (_differentiated(one.text) or "").partition("_")
        loss = base if number else chosen.text("name") or "L"
        # with a line of the loss, so that no term is taken for it
        last = one.passage.replaced([(0, len(one.text), rf"\nabla {loss} = 0")])
        rows = (*with_definitions(told[at], told[:at], chosen)[0], one.passage)
        called = {**chosen.values, "name": Located(Passage(loss), chosen.source)}
        lines = judged(replace(chosen, rows=(*rows, last), answer=None, values=called)).lines
        if not any(line.number == len(rows) and line.verdict == "follows" for line in lines):
            return False
    values = {name: [side.strip(" \t\n.,;&") for side in one.text.split("=")[1:]] for one, name in terms.free}
    held = set[str]()
    for (at, one), turn in product(enumerate(told), range(max(map(len, values.values()), default=0))):
        each = {name: sides[min(turn, len(sides) - 1)] for name, sides in values.items()}
        for side in _sides_with(one, each) if one.kind != "name" else ():
            rows = with_definitions(side, told[:at], chosen)[0]
            answer = Located(joined(rows), chosen.source)
            if judged(replace(chosen, rows=(), answer=answer)).final.verdict != "right":
                return False
            held |= _used(one.text)
    return held.issuperset(values) and len(values) == len(terms.free)


def _sides_with(one: Piece, values: dict[str, str]) -> Iterator[Piece]:
    """The sides of what states the gradient of the loss in which terms stand, with the values of these."""
    head = _HEAD.match(one.text)
    start = head.end() if head is not None and _name(head) not in values else len(one.text)
    while start < len(one.text):
        end = one.text.find("=", start)
        end = end if end >= 0 else len(one.text)
        side = one.passage.part(start, end)
        found = [match for match in _DERIVATIVE.finditer(side.text) if _name(match) in values]
        if found:
            put = side.replaced([(match.start(), match.end(), f" ({values[_name(match)]}) ") for match in found])
            yield replace(one, passage=put, kind="formula", defines="", value=0)
        start = end + 1


def _used(text: str) -> set[str]:
    """The names under a ∇ or ∂ on the right of an equation."""
    return {bare_name(match["of"]) for match in UNDER.finditer(text, text.find("=") + 1)}


def _not_the_loss(one: Piece, before: Sequence[Piece], chosen: Settings, judged: Judged) -> bool:
    """Whether numbers tell that what is defined is something else than the loss."""
    values = {**chosen.values, "name": Located(Passage(one.defines), chosen.source)}
    rows = with_definitions(one, before, chosen)[0]
    lines = judged(replace(chosen, rows=rows, answer=None, values=values)).lines
    return bool(lines) and lines[-1].verdict == "wrong"


def _differentiated(text: str) -> str | None:
    """The name, with the number below it, of which an equation states the derivative."""
    head = _HEAD.match(text) or STATES.match(text)
    return _name(head) if head is not None else None


def _name(derivative: re.Match[str]) -> str:
    """Of what a derivative is taken; nothing where that is not told."""
    groups = derivative.groupdict()
    return bare_name(next(filter(None, map(groups.get, ("of", "over", "above"))), ""))


def bare_name(name: str) -> str:
    """A name without fonts and braces."""
    return re.sub(r"\\mathcal|[\\{}\s]", "", name)
