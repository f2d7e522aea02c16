"""A problem that asks for the derivatives by several variables: each is answered,
and the worst answer is the verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics import Diagnostic
from ...diagnostics.record import replace
from ...documents.keys import Exercise
from ...documents.passage import Passage
from ...documents.python.uses import claimed
from ...records.finding import WORST_FIRST, ProblemReport
from .claims import STATES
from .settings import Settings, of_code
from .which import Judged, read_well


def read_all(chosen: Settings, exercise: Exercise, judged: Judged) -> ProblemReport:
    """The report on a problem; of derivatives by several variables that on the one that is answered worst,
    with the mean score."""
    asked = [name.strip() for name in (chosen.text("wrt") or "").split(",") if name.strip()]
    if len(asked) < 2 or not chosen.must_answer or chosen.asks != "gradient":
        return read_well(chosen, exercise, judged)
    found = [(name, read_well(_by_one(chosen, asked, name), exercise, judged)) for name in asked]
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
    parts = (
        [*re.finditer(r"(?:\([^()]*\)|\[[^][]*\]|\{[^{}]*\}|[^;,\n])+", answer.passage.text)]
        if answer is not None
        else []
    )
    if answer is not None and len(parts) == len(asked):
        said = [[one for one in asked if _says(part[0], one)] for part in parts]
        own = said.index([name]) if [name] in said else asked.index(name)
        answer = replace(answer, passage=answer.passage.part(*parts[own].span()))
    return replace(chosen, answer=answer)


def _says(part: str, name: str) -> bool:
    """Whether an equation says that it is the derivative by a variable."""
    stated = STATES.match(part)
    head = part.partition("=")[0].strip()
    return (
        name in claimed(head) if stated is None else name in {(found or "").strip("{}\\ ") for found in stated.groups()}
    )
