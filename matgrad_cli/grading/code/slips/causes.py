"""What kind of slip a wrong claim is: mended lines are tried by numbers,
and one is named only when the derivative is right with it."""

from __future__ import annotations

import ast

from ....diagnostics.record import record
from ....documents.python.finish import is_part
from ....documents.python.outline import Unit
from ..benches import Bench, benches_of, statements_of
from ..judge import Judged, Place, Verdicts, assessed
from ..meant import facts
from .effort import MOST_FOR_A_CLAIM, Effort
from .search import Mended, TextOf, first_repair, right_with


@record
class Cause:
    """What kind of slip a wrong claim is: its code, a sentence, the mended line, the line at which it is; the places of
    the claims that are wrong by this line alone."""

    code: str
    message: str
    statement: ast.stmt
    help: str | None = None
    notes: tuple[str, ...] = ()
    healed: frozenset[Place] = frozenset()


def cause_of(unit: Unit, found: Verdicts, one: Judged, text_of: TextOf, effort: Effort) -> Cause:
    """The slip behind a wrong claim, looked for with some effort."""
    effort = effort.part(MOST_FOR_A_CLAIM)
    for way in [found.understood, *(way for way, _ in facts(unit, found.understood))]:
        benches = benches_of(unit, way, one) if effort.left else []
        mended = first_repair(benches, one, text_of, effort) if benches else None
        if mended is not None:
            return _with(mended, benches, one)
    return plain_cause(one)


def _with(mended: Mended, benches: list[Bench], one: Judged) -> Cause:
    line, edit = mended.statement, mended.edit
    plain = plain_cause(one)
    own = line in statements_of(benches[0].claim)
    said = f"{edit.message}; as it stands, {plain.message}"
    if own:
        said = f"{plain.message}: {edit.message}" if one.name else f"{edit.message}: {plain.message}"
    text = " ".join(part.strip() for part in edit.text.splitlines())
    help_ = f"write `{text}`{' in a line behind it' if mended.behind else ''}"
    if edit.text == "pass":
        help_ = "leave this line out"
    elif mended.behind and is_part(line):
        help_ = "mend what is returned"
    right = set[str]() if own else right_with(benches[0], mended)
    healed = frozenset(place for place, _ in assessed(benches[0].trial).found if place[0] in right)
    return Cause(edit.code, said, line, help_, plain.notes, healed)


def plain_cause(one: Judged) -> Cause:
    """What is seen without a mended line."""
    if one.outcome == "misfit":
        assert one.why is not None
        message = f"`{one.key}` does not compute{_fault(one.why.why)}"
        needed = f"needed is the shape {shown(one.needed)} of `{one.name}`"
        return Cause("non-conformable", message, one.statement, notes=(needed,))
    if not one.name:
        message = "is not the derivative of the loss by a value before: with that in its place, what follows is right"
        if one.behind is not None:
            message = "is no multiple of a derivative of the loss: with one in its place, what follows is right"
        if one.note:
            message = "is a derivative of the loss, and not the one that the lines behind need"
        return Cause("differs", f"`{one.key}` {message}", one.statement)
    if one.shape != one.needed:
        message = f"`{one.key}` has the shape {shown(one.shape)}, and `{one.name}` has {shown(one.needed)}"
        return Cause("shape-mismatch", message, one.statement)
    return Cause("differs", f"`{one.key}` is not the derivative of the loss by `{one.name}`", one.statement)


def _fault(said: str) -> str:
    """What NumPy says of shapes that do not fit, in few words."""
    if "core dimension" in said or "not aligned" in said:
        return ": the inner sizes of a product differ"
    if "broadcast" in said:
        return ": two shapes cannot be stretched to each other"
    return f": {said}"[:160]


def shown(shape: tuple[str, ...]) -> str:
    """A shape as NumPy writes it."""
    return f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"
