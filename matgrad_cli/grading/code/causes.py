"""What kind of slip a wrong claim is: mended lines are tried by numbers, and one is named only when the derivative is right with it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import islice
from time import process_time

import numpy as np

from ...diagnostics.record import record
from ...documents.python.outline import Unit
from ...verify.programs.expressions import evaluate
from ...verify.programs.machine import key_of
from ...verify.programs.values import Exhausted, Frame, Misfit, Need, Unknown, Unread, Value
from .edits import Around, Edit, around, edits
from .inputs import Given
from .judge import Judged, Verdicts, assessed, points_of
from .reading import Reading
from .trial import Claim, Trial, tried

SECONDS = 3.0
"""So much processor time the search for a mended line may take."""
KEPT = 6
MOST = 160

TextOf = Callable[[ast.stmt | ast.expr], str]
Mended = tuple[ast.stmt, Edit]
"""A line, and its mended text with the slip behind the old one."""


@record
class Cause:
    """What kind of slip a wrong claim is: its code, a sentence, the mended line."""

    code: str
    message: str
    help: str | None = None
    notes: tuple[str, ...] = ()


@record
class Bench:
    """A unit at a point at which a wrong claim was seen, with the true values of those before it."""

    trial: Trial
    claim: Claim
    overrides: tuple[tuple[int, Value], ...]


def cause_of(unit: Unit, found: Verdicts, one: Judged, text_of: TextOf) -> Cause:
    """The slip behind a wrong claim."""
    plain = _plain(one)
    benches = _benches(unit, found, one)
    if not benches:
        return plain
    mended = (
        _mended(benches, one, text_of, process_time() + SECONDS)
        or _other_assignment(benches, one.statement, text_of)
        or _in_lines(benches, list(dict.fromkeys(reversed(_statements(benches[0].claim)))), text_of)
        or _in_lines(benches, _helpers(benches[0], one), text_of)
    )
    if mended is None:
        return plain
    line, edit = mended
    where = "" if line is one.statement else f"in line {line.lineno}"
    said = f"{plain.message}: {where and f'{where}, '}{edit.message}"
    return Cause(edit.code, said, f"write `{edit.text}` {where}".rstrip(), plain.notes)


def _plain(one: Judged) -> Cause:
    """What is seen without a mended line."""
    if one.outcome == "misfit":
        assert one.why is not None
        return Cause("non-conformable", f"`{one.key}` does not compute{_fault(one.why.why)}", None, (_needed(one),))
    if one.shape != one.needed:
        message = f"`{one.key}` has the shape {shown(one.shape)}, and `{one.name}` has {shown(one.needed)}"
        return Cause("shape-mismatch", message)
    return Cause("differs", f"`{one.key}` is not the derivative of the loss by `{one.name}`")


def _fault(said: str) -> str:
    """What NumPy says of shapes that do not fit, in few words."""
    if "core dimension" in said or "not aligned" in said:
        return ": the inner sizes of a product differ"
    if "broadcast" in said:
        return ": two shapes cannot be stretched to each other"
    return f": {said}"[:160]


def _needed(one: Judged) -> str:
    return f"needed is the shape {shown(one.needed)} of `{one.name}`"


def shown(shape: tuple[str, ...]) -> str:
    """A shape as NumPy writes it."""
    return f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"


def _benches(unit: Unit, found: Verdicts, one: Judged) -> list[Bench]:
    """Two points at which the claim is wrong."""
    benches: list[Bench] = []
    for point in points_of(found.understood):
        trial = tried(unit, found.understood.kinds, point)
        if not isinstance(trial, Trial) or trial.loss is None:
            continue
        judged = dict(assessed(trial).found)
        if (one.key, one.statement.lineno) not in judged:
            continue
        claim = next((claim for claim in trial.claims(trial.base) if claim.key == one.key and one.statement in _statements(claim)), None)
        if claim is None:
            continue
        first = claim.stages[0].events[0].number
        overrides = tuple((number, value) for number, value in assessed(trial).overrides if number < first)
        benches.append(Bench(trial, claim, overrides))
        if len(benches) == 2:
            break
    return benches


def _statements(claim: Claim) -> list[ast.stmt]:
    return [event.statement for stage in claim.stages for event in stage.events]


# --- the claim's own line --------------------------------------------------------------------------------------------------


def _mended(benches: list[Bench], one: Judged, text_of: TextOf, end: float) -> Mended | None:
    """The line with the first edit of its expression with which the claim is right at every point."""
    statement = one.statement
    value = _expression(benches[0].claim.key, statement)
    if value is None or len(_statements(benches[0].claim)) > 1:
        return None
    text = text_of(value)
    first, *others = benches

    def shaped(around_: Around) -> Iterator[Edit]:
        stated = first.claim.last.value
        shape = np.shape(stated) if not isinstance(stated, Unknown) else ()
        yield from edits(text, around_, shape, first.trial.base.machine.shapes.get(first.claim.sites[0], ()))

    found = _right_ones(first, statement, shaped, end)
    for bench in others:
        kept = tuple(found)
        found = _right_ones(bench, statement, lambda _, kept=kept: iter(kept), end + SECONDS)  # type: ignore[misc]
    return (statement, Edit(found[0].code, found[0].message, _line(statement, one.key, found[0], text_of))) if found else None


def _right_ones(bench: Bench, statement: ast.stmt, made: Callable[[Around], Iterator[Edit]], end: float) -> list[Edit]:
    """Those edits with which the expression has the value that is needed, tried where the line stands."""
    found: list[Edit] = []
    seen: set[str] = set()
    done = False
    reading = _reading(bench)

    def hook(line: ast.stmt, frame: Frame) -> None:
        nonlocal done
        if line is not statement or done:
            return
        done = True
        for edit in made(around(frame, reading.fore, reading.machine.given, reading.machine.torch)):
            if process_time() > end or len(found) >= KEPT:
                break
            if edit.text in seen:
                continue
            seen.add(edit.text)
            value = _value(reading, frame, edit.text)
            if value is not None and np.shape(value) in _shapes(bench) and bench.trial.outcome(bench.claim, value) == "right":
                found.append(edit)

    reading.machine.before = hook
    reading.machine.operations *= 8
    reading.run()
    return found


def _shapes(bench: Bench) -> list[tuple[int, ...]]:
    return [bench.trial.base.machine.shapes.get(site, ()) for site in bench.claim.sites]


def _reading(bench: Bench) -> Reading:
    given = Given(tuple(bench.trial.given.kinds.items()), bench.trial.point)
    return Reading(bench.trial.unit, given, overrides=dict(bench.overrides))


def _value(reading: Reading, frame: Frame, text: str) -> Value:
    try:
        value = evaluate(reading.machine, frame, ast.parse(f"({text})", mode="eval").body)
    except (Unread, Misfit, Need, Exhausted, SyntaxError, ValueError):
        return None
    return value if isinstance(value, np.ndarray | np.generic) else None


def _expression(key: str, statement: ast.stmt) -> ast.expr | None:
    """The expression that gives a claim its value."""
    if isinstance(statement, ast.Return):
        return statement.value
    if not isinstance(statement, ast.Assign):
        return None
    target = statement.targets[0]
    if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple) and len(target.elts) == len(statement.value.elts):
        return next((value for part, value in zip(target.elts, statement.value.elts, strict=True) if key_of(part) == key), None)
    return statement.value if key_of(target) == key else None


def _line(statement: ast.stmt, key: str, edit: Edit, text_of: TextOf) -> str:
    value = _expression(key, statement)
    assert value is not None
    if isinstance(statement, ast.Return):
        return f"return {edit.text}"
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple):
        return f"{key} = {edit.text}"
    whole, old = text_of(statement), text_of(value)
    return whole[: whole.rindex(old)] + edit.text if old in whole else f"{key} = {edit.text}"


# --- whole statements ------------------------------------------------------------------------------------------------------


def _other_assignment(benches: list[Bench], statement: ast.stmt, text_of: TextOf) -> Mended | None:
    """`=` for `+=` and the other way round, and another sign."""
    ways: list[Edit] = []
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        new = f"{text_of(statement.targets[0])} += {text_of(statement.value)}"
        ways.append(Edit("dropped-term", "`=` forgets what was there before: `+=` is needed", new))
    if isinstance(statement, ast.AugAssign):
        target, value = text_of(statement.target), text_of(statement.value)
        ways.append(Edit("extra-term", "`=` is needed: what was there before is too much", f"{target} = {value}"))
        ways += [Edit("wrong-sign", f"`{sign}` is needed", f"{target} {sign} {value}") for sign in ("+=", "-=", "*=", "/=")]
    text = text_of(statement)
    right = (way for way in ways if way.text != text and all(_holds(bench, statement, way.text) for bench in benches))
    return next(((statement, way) for way in right), None)


def _in_lines(benches: list[Bench], lines: list[ast.stmt], text_of: TextOf) -> Mended | None:
    """An edit of the value of one of several lines; the unit is read anew with each."""
    end = process_time() + SECONDS
    for line in lines:
        value = getattr(line, "value", None)
        if value is None:
            continue
        whole, old = text_of(line), text_of(value)
        for edit in islice(_around_line(benches[0], line, old), MOST):
            new = whole[: whole.rindex(old)] + edit.text
            if process_time() > end:
                return None
            if all(_holds(bench, line, new) for bench in benches):
                return line, Edit(edit.code, edit.message, new)
    return None


def _helpers(bench: Bench, one: Judged) -> list[ast.stmt]:
    """The lines of what the claim is computed from, and that is no claim itself."""
    value = _expression(one.key, one.statement)
    if value is None:
        return []
    reading = bench.trial.base
    claims = {claim.key for claim in bench.trial.claims(reading)}
    found: list[ast.stmt] = []
    for name in dict.fromkeys(key for node in ast.walk(value) if (key := key_of(node)) is not None and key not in claims):
        lines = [event.statement for event in reading.machine.events if event.key == name and event.frame is reading.frame]
        if len(lines) == 1 and isinstance(lines[0], ast.Assign) and not isinstance(lines[0].targets[0], ast.Tuple):
            found += [line for line in lines if line.lineno < one.statement.lineno]
    return found


def _around_line(bench: Bench, line: ast.stmt, text: str) -> Iterator[Edit]:
    """The edits of a text, with the names that stand around its line."""
    here: list[Around] = []
    reading = _reading(bench)

    def hook(seen: ast.stmt, frame: Frame) -> None:
        if seen is line and not here:
            here.append(around(frame, reading.fore, reading.machine.given, reading.machine.torch))

    reading.machine.before = hook
    reading.run()
    if here:
        yield from edits(text, here[0], (), ())


def _holds(bench: Bench, statement: ast.stmt, text: str) -> bool:
    """Whether the claim is right when a statement is another one."""
    try:
        new = ast.parse(text).body[0]
    except (SyntaxError, ValueError, IndexError):
        return False
    for node in ast.walk(new):
        if hasattr(node, "lineno"):
            node.lineno = statement.lineno
    try:
        reading = bench.trial.read(overrides=dict(bench.overrides), replaced={id(statement): new})
    except (Need, Unread, Misfit):
        return False
    claim = next((claim for claim in bench.trial.claims(reading) if claim.key == bench.claim.key), None)
    return claim is not None and bench.trial.outcome(bench.claim, claim.last.value) == "right"
