"""The short page: steps whose rule says that they are small are told together with the step that says something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ...diagnostics.record import replace
from ...ir import nodes_of
from ...verify.verdict import weakest

if TYPE_CHECKING:
    from .blocks import Move, Phrase

_LIKEWISE: Final = (" terms likewise)", ", and in the other terms likewise")


def shortened(moves: Sequence[Move]) -> Iterator[Move]:
    """The moves, each run of small ones joined to the telling one: its sentence, the last line, a range of numbers."""
    for run in _runs(moves):
        yield _joined(run)


def _runs(moves: Iterable[Move]) -> Iterator[list[Move]]:
    """Consecutive moves of which at most one kind is telling."""
    run: list[Move] = []
    telling: Move | None = None
    for move in moves:
        small = bool(move.small)
        begins = move.small == "forward" if small else telling is not None and move.rule != telling.rule
        if begins and telling is not None:
            yield run
            run, telling = [], None
        run.append(move)
        if not small and telling is None:
            telling = move
    if run:
        yield run


def _joined(run: list[Move]) -> Move:
    telling = [move for move in run if not move.small] or run[-1:]
    first, last = run[0], run[-1]
    sentence = _once(telling[0].sentence)
    if len(telling) > 1:
        sentence = (*sentence, f" (and {len(telling) - 1} more of this kind)")
    shown = set(nodes_of(last.line.body))
    kind = weakest([move.verdict for move in run])
    verdict = next(move.verdict for move in run if move.verdict.kind == kind)
    letters = tuple(letter for move in run for letter in move.letters)
    names = tuple(name for move in run for name in move.names if name in shown)
    number = first.number if first is last else f"{first.number}–{last.number}"
    whole = replace(last, number=number, sentence=sentence, verdict=verdict, letters=letters, names=names)
    return replace(whole, rule=telling[0].rule, small=telling[0].small)


def _once(sentence: Phrase) -> Phrase:
    """The sentence without the words that the same happened in other terms: the line shows it."""
    last = sentence[-1] if sentence else None
    if not isinstance(last, str) or not last.endswith(_LIKEWISE):
        return sentence
    if last == _LIKEWISE[0]:
        opening = sentence[-3]
        return (*sentence[:-3], opening.removesuffix(" (in ")) if isinstance(opening, str) else sentence
    kept = last.removesuffix(_LIKEWISE[1])
    return (*sentence[:-1], kept) if kept else sentence[:-1]
