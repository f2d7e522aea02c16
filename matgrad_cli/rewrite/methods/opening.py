"""The named parts of a chain written out again, where the last line stays readable."""

from __future__ import annotations

from ...ir import Expr, Named, nodes_of
from ..closing import OPEN_LIMIT, itself, none, tidied
from ..engine.recorder import Recorder
from ..named_steps import opened, record_opened
from ..naming import repeated_parts
from ..textbook.simplifier import textbook


def opened_parts(recorder: Recorder, line: Expr, names: list[Named], own: set[str]) -> Expr:
    """The last line in textbook form, the parts written out where that stays readable."""
    plain = tidied(recorder, line, itself, none, name=False)
    inside = set(nodes_of(plain))
    present = [named for named in names if named in inside]
    if present and opened_weight(plain, {}) <= OPEN_LIMIT:
        application = opened(recorder, present)
        if not repeated_parts(textbook(application.after, recorder.problem)):  # they would only get other names
            record_opened(recorder, application, "open-parts")
            plain = application.after
    return tidied(recorder, plain, itself, lambda named: named.name in own)


def opened_weight(expr: Expr, known: dict[Expr, int]) -> int:
    """How many symbols an expression has with all names written out (beyond the limit the count is not exact)."""
    found = known.get(expr)
    if found is None:
        found = 0
        for child in expr.children:
            found += opened_weight(child, known)
            if found > OPEN_LIMIT:
                break
        known[expr] = found = found or 1
    return found
