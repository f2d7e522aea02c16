"""A problem that asks for the derivatives by several variables: each is answered,
and the worst answer is the verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics import Diagnostic
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.keys import Exercise
from ...documents.passage import Passage
from ...documents.python.uses import claimed
from ...records.finding import WORST_FIRST, ProblemReport
from ..lines.where import pieces_of
from .claims import STATES, listed
from .settings import Located, Settings, of_code
from .which import Judged, read_well


def read_all(chosen: Settings, exercise: Exercise, judged: Judged) -> ProblemReport:
    """The report on a problem; of derivatives by several variables that on the one that is answered worst,
    with the mean score."""
    asked = [name.strip() for name in (chosen.text("wrt") or "").split(",") if name.strip()]
    if len(asked) < 2 or not chosen.must_answer or chosen.asks != "gradient":
        return read_well(chosen, exercise, judged)
    found = []
    for name in asked:
        own, one = _by_place(_by_one(chosen, asked, name), exercise, asked.index(name), len(asked))
        found.append((name, read_well(own, one, judged)))
    name, least = min(found, key=lambda pair: WORST_FIRST.index(pair[1].verdict))
    final = replace(least.final, message=f"by `{name}`: {least.final.message}") if least.final.message else least.final
    return replace(least, final=final, score=sum(report.score for _, report in found) / len(found))


def _by_one(chosen: Settings, asked: Sequence[str], name: str) -> Settings:
    """The settings with one of the variables, and of an answer for each of them its own:
    the one that says so, else by its place."""
    wrt, answer = chosen.values["wrt"], chosen.typed
    wrt = replace(wrt, passage=Passage(name, 0, wrt.passage.places[:1] * (len(name) + 1)))
    chosen = replace(chosen, reference=None, values={**chosen.values, "wrt": wrt})
    formula = of_code(answer, name, asked.index(name), len(asked)) if answer is not None else None
    if isinstance(formula, Diagnostic):
        return replace(chosen, answer=None, unread=formula)
    if formula is not answer:
        return replace(chosen, answer=formula)
    return chosen if answer is None else replace(chosen, answer=_part(answer, asked, name))


def _by_place(chosen: Settings, exercise: Exercise, at: int, of: int) -> tuple[Settings, Exercise]:
    """Of formulas that stand beside each other, as many as there are variables, the one at the place of its own."""
    told = exercise.pieces
    bare = [place for place, one in enumerate(told) if one.kind == "formula"]
    if len(bare) != of or listed(told, bare) != [{*bare}]:
        return chosen, exercise
    pieces = tuple(one for place, one in enumerate(told) if place not in bare or place == bare[at])
    return replace(chosen, rows=(told[bare[at]].passage,)), replace(exercise, pieces=pieces, readings=())


def _part(answer: Located, asked: Sequence[str], name: str) -> Located:
    """Of an answer for each variable that for one of them, with what it defines beside them."""
    passage = answer.passage
    parts = [passage.part(*span) for span in pieces_of(passage.text)]
    if len(parts) == 1 and (whole := _LISTED.fullmatch(passage.text)) is not None:
        inside = passage.part(*whole.span(1))
        parts = [inside.part(*span) for span in pieces_of(inside.text)]
    says = [[one for one in asked if _says(part.text, one)] for part in parts]
    defined = [part for part, said in zip(parts, says, strict=True) if not said and _DEFINES.match(part.text)]
    parts = [part for part in parts if part not in defined]
    if len(parts) != len(asked):
        return answer
    says = [[one for one in asked if _says(part.text, one)] for part in parts]
    own = parts[says.index([name]) if [name] in says else asked.index(name)]
    label = _LABEL.match(own.text)
    own = own.part(label.end(), len(own.text)) if label is not None else own
    for one in reversed(defined):
        own = one.joined(own)
    return replace(answer, passage=own)


_DEFINES = regex(r"\s*\\?[A-Za-z]\w*\s*:?=(?!=)")
_LISTED = regex(r"\s*[\[({](.*)[\])}]\s*", re.DOTALL)
"""A list, or a pair: what stands in it."""
_LABEL = regex(r"[\s$]*(?:by|for|w\.?r\.?t\.?)?[\s$\"']*\\?(?P<by>[A-Za-z]\w*)[\s$\"']*:(?!=)")
"""`U: …`, for which variable an answer is."""


def _says(part: str, name: str) -> bool:
    """Whether an equation, or a label, says that it is the derivative by a variable."""
    if (label := _LABEL.match(part)) is not None:
        return label["by"] == name
    stated = STATES.match(part)
    head = part.partition("=")[0].strip()
    if stated is None:
        return name in claimed(head)
    spelled = (found or "" for found in (stated["by"], stated["under"], stated["below"]))
    return re.sub(r"[\W_]", "", name) in {re.sub(r"[\W_]", "", found) for found in spelled}  # W1 is W_1 and W_{1}
