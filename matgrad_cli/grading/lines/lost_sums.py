"""Sums that vanish from one line to the next though their letter stays: `Σ_i E_il X_ik = E_il X_ik`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...diagnostics.regex import regex
from ...facts.denial import denied
from ...notation import syntax as s
from ..slips.causes import Repair, Slip
from .reading import Read
from .syntax_walk import bound_letters, factors, free_letters, index_letters, walk

_CONVENTION = regex(
    r"einstein|summation\s+convention|repeated\s+(?:ind|letter)|index\s+convention|(?:sum(?:mation)?s?"
    r"|\\sum)\W*\s*(?:signs?\s+)?(?:(?:is|are|being)\s+)?"
    r"(?:implied|implicit|understood|omitted|suppressed|dropped|left\s+out)|(?:implied|implicit(?:ly)?)\s+sum"
    r"|\bsum(?:mation)?\s+over\s+[^.;\n]{1,12}?(?:implied|implicit|understood)"
    r"|(?:omit|suppress|drop|leav)\w*\s+(?:out\s+)?(?:the\s+|all\s+)?(?:sum|\\sum|\$?\\Sigma)",
    re.IGNORECASE,
)

_IN_WORDS = regex(r"\bsumm(?:ed|ing)\s+over\s+(?:all\s+|both\s+)?[\s$\\(]*([A-Za-z])(?![A-Za-z])", re.IGNORECASE)


def sums_silently(text: str) -> bool:
    """Whether a text says that letters which stand twice are summed without Σ."""
    return any(not denied(text[: found.start()]) for found in _CONVENTION.finditer(text))


def sums_in_words(letters: str, beside: str) -> bool:
    """Whether words beside a formula say that it is summed over one of some letters: `$…$, summed over $i$`."""
    found = _IN_WORDS.finditer(beside)
    return any(letter[1] in letters.split(", ") and not denied(beside[: letter.start()]) for letter in found)


def letters_with_sigma(nodes: Iterable[s.Node]) -> frozenset[str]:
    """The letters over which a text writes a Σ anywhere."""
    sums = (part for node in nodes for part in s.parts_of(node) if isinstance(part, s.Sigma))
    return frozenset(letter for part in sums for letter in bound_letters(part))


def sigma_letters(node: s.Node | None) -> frozenset[str]:
    """The letters over which a Σ is written in a side."""
    return s.letters_bound(node) if node is not None else frozenset()


def lost_sums(found: Read, before: frozenset[str]) -> tuple[str, ...]:
    """The letters that are summed though no Σ goes over them;
    `before` are the letters that have one in the text.

    Whoever writes a Σ over a letter does not sum it silently in another line, nor in another term of the same line, nor
    another letter of the same product, unless the text says so.
    """
    if not found.summed:
        return ()
    lost = before | sigma_letters(found.side.node) | _beside_a_sigma(found)
    return tuple(letter for letter in found.summed if letter in lost)


def _beside_a_sigma(found: Read) -> frozenset[str]:
    """The silently summed letters of products in which a Σ goes over other letters that stand twice:
    `Σ_i x_i A_ij x_j`; all of them where two such Σ stand in the side."""
    lost: set[str] = set()
    written = {letter for _, part in walk(found.side.node) for letter in _needless(part)} if found.side.node else set()
    for _, part in walk(found.tree) if found.tree is not None else ():
        body = s.ungrouped(part.body) if isinstance(part, s.Sigma) else None
        if isinstance(body, s.Sigma) and set(bound_letters(body)) <= set(found.summed):
            letters = [letter for factor in factors(s.ungrouped(body.body)) for letter in index_letters(factor)]
            if all(letters.count(letter) >= 2 for letter in bound_letters(part)):
                lost.update(bound_letters(body))
    return frozenset(found.summed if len(written) > 1 else lost)


def _needless(part: s.Node) -> list[str]:
    """The letters of a Σ that stand twice behind it, so that who sums silently writes none."""
    if not isinstance(part, s.Sigma):
        return []
    behind = factors(s.ungrouped(part.body))
    return [letter for letter in bound_letters(part) if sum(letter in free_letters(one) for one in behind) == 2]


def lost_sum(lost: tuple[str, ...], repair: Repair) -> Slip:
    """The slip of a line that is right only with its sum over the lost letters, as `repair` has it."""
    letters, stand = ", ".join(lost), "stands" if len(lost) == 1 else "stand"
    message = f"the sum over {letters} is gone, though {letters} still {stand} here twice and no Σ goes over it"
    note = "a sum vanishes only where a δ leaves one term of it"
    return Slip(
        "bad-sum-collapse",
        message,
        (note,),
        f"keep `Σ_{''.join(lost)}`, or say that repeated letters are summed",
        repair=repair,
    )
