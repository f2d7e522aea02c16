"""The line of a program that mends a wrong claim: each way to mend is tried by numbers, where the line stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import Any

import numpy as np

from ....diagnostics.record import record, replace
from ....documents.python.finish import is_part
from ....documents.python.uses import is_gradient
from ....verify.programs.expressions import evaluate
from ....verify.programs.names import each, key_of, names_in, word_of
from ....verify.programs.values import Exhausted, Frame, Misfit, Need, Unknown, Unread, Value
from ..benches import Bench, holds, read_with, statements_of
from ..judge import Judged, assessed
from ..reading import Reading
from .around import Around, Edit, around
from .assignments import statements
from .edits import added, edits, likely
from .effort import Effort
from .exchanges import exchanges
from .forms import dropped

KEPT = 40
"""So many edits that hold at the first point are tried at the others: where d is 4, a lost √d is a factor 2, too."""

MOST, FEW = 240, 8

EditsOf = Callable[[str, Around, tuple[int, ...], tuple[int, ...]], Iterator[Edit]]

TextOf = Callable[[ast.stmt | ast.expr], str]


@record
class Mended:
    """A line, its mended text with the slip behind the old one, and whether it is a new line behind that one."""

    statement: ast.stmt
    edit: Edit
    behind: bool = False


def first_repair(benches: list[Bench], one: Judged, text_of: TextOf, effort: Effort) -> Mended | None:
    """The first repair that holds at every bench: of the line itself, of the lines that the value is put together by,
    of one before."""
    own = list(dict.fromkeys(reversed(statements_of(benches[0].claim))))
    value = _expression(one.key, one.statement)
    single = len(own) == 1 and value is not None
    if one.outcome == "misfit" and not single:
        found = _of_values(benches, [one.statement], text_of, effort.half(), free=True)
        if found is not None:
            return found
    found = _first(benches, ((line, edit) for line in own for edit in statements(line, text_of)), effort)
    last, finishing = own[0], [line for line in own if _only_scales(line)]
    if found is None and single:
        found = _of_expression(benches, one, text_of, effort)
    elif found is None:
        computing = [line for line in own if line not in finishing]
        for lines, ways in ((finishing, (None,)), (computing, (likely, edits)), (finishing, (likely, edits))):
            found = found or _of_values(benches, lines, text_of, effort.half(), ways)
        found = found or _by_a_line_more(benches, one, last, effort)
    found = found or _of_values(benches, _before(benches[0]), text_of, effort)
    signed = [line for line in own if any(each((ast.Sub, ast.USub), line))]
    if found is not None and found.edit.code == "wrong-sign" and found.statement not in signed:
        found = (
            _of_values(benches, signed, text_of, effort.half()) or found
        )  # where a sign stands, rather than a new one
    return found if found is None else _where_it_is_given(found, benches, text_of, effort) or found


def _only_scales(line: ast.stmt) -> bool:
    """Whether a line finishes what others compute, `dW /= N`, `dx = dx.reshape(N, C)`: a factor is lost in those."""
    scaled = isinstance(line, ast.AugAssign) and isinstance(line.op, ast.Mult | ast.Div)
    again = isinstance(line, ast.Assign) and key_of(line.targets[0]) in names_in(line.value)
    return is_part(line) or ((scaled or again) and not any(each(ast.BinOp, line)))


def _where_it_is_given(found: Mended, benches: list[Bench], text_of: TextOf, effort: Effort) -> Mended | None:
    """What is missing at a name is missing in the line that gives it its value, or something is too much there."""
    part = found.edit.part
    giving = [line for line in _before(benches[0]) if part.isidentifier() and key_of(_target(line)) == part]

    def a_term_more(text: str, here: Around, _: tuple[int, ...], __: tuple[int, ...]) -> Iterator[Edit]:
        return dropped(text, here, dict(here.arrays).get(part, ()))

    way = a_term_more if found.edit.code == "dropped-term" else None
    return _of_values(benches, giving, text_of, effort, (way,)) if found.statement not in giving else None


def _of_expression(benches: list[Bench], one: Judged, text_of: TextOf, effort: Effort) -> Mended | None:
    """The line with the first edit of its expression with which the claim is right at every point."""
    value = _expression(one.key, one.statement)
    assert value is not None
    text = text_of(value)
    stated = benches[0].claim.last.value
    shape = np.shape(stated) if not isinstance(stated, Unknown) else ()
    edit = _everywhere(benches, one.statement, lambda around_: edits(text, around_, shape, benches[0].needed), effort)
    if edit is None:
        return None
    return Mended(one.statement, replace(edit, text=_line(one.statement, one.key, edit, text_of)))


def _by_a_line_more(benches: list[Bench], one: Judged, last: ast.stmt, effort: Effort) -> Mended | None:
    """A line behind the last that the value is put together by."""
    shape, needed = np.shape(benches[0].claim.last.value), benches[0].needed
    edit = _everywhere(benches, None, lambda around_: added(one.key, around_, shape, needed), effort)
    return None if edit is None else Mended(last, edit, behind=True)


def _everywhere(
    benches: list[Bench], at: ast.stmt | None, made: Callable[[Around], Iterator[Edit]], effort: Effort
) -> Edit | None:
    """The first edit with which the expression has the value that is needed at every bench."""
    first, *others = benches
    kept = _right_ones(first, at, made, KEPT, effort)
    for bench in others:
        kept = _right_ones(bench, at, lambda _, kept=kept: iter(kept), KEPT, effort.longer())  # type: ignore[misc]
    return kept[0] if kept else None


def _right_ones(
    bench: Bench, at: ast.stmt | None, made: Callable[[Around], Iterator[Edit]], most: int, effort: Effort
) -> list[Edit]:
    """Those edits with which the expression has the value that is needed, tried where a line stands,
    or behind the claim."""
    shapes = [bench.trial.base.machine.shapes.get(site, ()) for site in bench.claim.sites]

    def held(reading: Reading, frame: Frame) -> list[Edit]:
        found: list[Edit] = []
        seen: set[str] = set()
        for edit in made(_names(reading, frame)):
            if edit.value in seen:
                continue
            if len(found) >= most or not effort.value():
                break
            seen.add(edit.value)
            value = _value(reading, frame, edit.value)
            if value is not None and np.shape(value) in shapes and bench.right(value):
                found.append(edit)
        return found

    return _where(bench, at, held) or []


def _value(reading: Reading, frame: Frame, text: str) -> Value:
    try:
        value = evaluate(reading.machine, frame, ast.parse(f"({text})", mode="eval").body)
    except (Unread, Misfit, Need, Exhausted, SyntaxError, ValueError, RecursionError):
        return None
    return np.asarray(value) if isinstance(value, np.ndarray | np.generic | int | float) else None


def _expression(key: str, statement: ast.stmt) -> ast.expr | None:
    """The expression that gives a claim its value."""
    whole = statement.value if isinstance(statement, ast.Return | ast.Assign) else None
    values = whole.elts if isinstance(whole, ast.Tuple) else []
    if isinstance(statement, ast.Return):
        part = re.fullmatch(r"return\[(\d+)\]", key)
        return values[int(part[1])] if part and values else whole
    if not isinstance(statement, ast.Assign):
        return None
    target = statement.targets[0]
    if isinstance(target, ast.Tuple) and len(target.elts) == len(values):
        return next((value for part, value in zip(target.elts, values, strict=True) if key_of(part) == key), None)
    return whole if key_of(target) == key else None


def _line(statement: ast.stmt, key: str, edit: Edit, text_of: TextOf) -> str:
    if isinstance(statement, ast.Return):
        part, whole = _expression(key, statement), statement.value
        parts = whole.elts if isinstance(whole, ast.Tuple) else [part]
        return f"return {', '.join(edit.text if one is part else text_of(one) for one in parts if one is not None)}"
    assert isinstance(statement, ast.Assign)
    if is_part(statement):
        return edit.text
    target = key if isinstance(statement.targets[0], ast.Tuple) else " = ".join(map(text_of, statement.targets))
    return f"{target} = {edit.text}"


def _of_values(
    benches: list[Bench],
    lines: list[ast.stmt],
    text_of: TextOf,
    effort: Effort,
    ways: tuple[EditsOf | None, ...] = (likely, edits),
    free: bool = False,
) -> Mended | None:
    """An edit of the value of one of several lines, which adds nothing where no way is given; where a line may be
    edited freely, the common slips of all of them come first."""
    own = statements_of(benches[0].claim)

    def tried() -> Iterator[tuple[ast.stmt, Edit]]:
        for line in lines:
            if line not in own:
                yield from ((line, edit) for edit in statements(line, text_of))
        for made in ways:
            left = [edited(line, made) for line in lines]
            while left:  # a few of each line in turn
                turns = [(one, [*islice(one, FEW)]) for one in left]
                yield from (edit for _, some in turns for edit in some)
                left = [one for one, some in turns if some]

    def edited(line: ast.stmt, made: EditsOf | None) -> Iterator[tuple[ast.stmt, Edit]]:
        own_way = made if free or line in own or is_gradient(key_of(_target(line)) or "") else None
        for part in _editable(line) if own_way or made is not likely else ():
            head, _, tail = text_of(line).rpartition(text_of(part))
            for edit in islice(_around_line(benches, line, text_of(part), own_way), MOST):
                yield line, replace(edit, text=head + edit.text + tail)

    return _first(benches, tried(), effort)


def _editable(line: ast.stmt) -> list[ast.expr]:
    """The parts of a line in which a slip may be: the value, and the place that is written."""
    if isinstance(line, ast.Expr):
        return line.value.args[-1:] if isinstance(line.value, ast.Call) else []
    target = _target(line)
    value = getattr(line, "value", None)
    values = value.elts if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) else [value]
    return ([target.slice] if isinstance(target, ast.Subscript) else []) + [part for part in values if part is not None]


def _target(line: ast.stmt) -> ast.AST:
    return line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", line)


def _first(benches: list[Bench], ways: Iterator[tuple[ast.stmt, Edit]], effort: Effort) -> Mended | None:
    for line, edit in ways:
        if not effort.left:
            return None
        own, mended = line in statements_of(benches[0].claim), Mended(line, edit)
        holding = all(effort.reading(bench) and holds(bench, line, edit.text) for bench in benches)
        if holding and (own or _right(benches[0]) <= right_with(benches[0], mended)):  # a line before breaks nothing
            return mended
    return None


def _right(bench: Bench) -> set[str]:
    return {key for (key, _), one in assessed(bench.trial).found if one.outcome == "right"}


def right_with(bench: Bench, mended: Mended) -> set[str]:
    """The claims that are right with a mended line."""
    reading = read_with(bench, mended.statement, mended.edit.text)
    claims = bench.trial.claims(reading) if reading is not None else []
    return {one.key for one in claims if bench.trial.outcome(one, one.last.value) == "right"}


def _before(bench: Bench) -> list[ast.stmt]:
    """The lines, last first, of what the claim is computed from and that is no claim judged right before: what a loop
    hands on to its next round is judged later."""
    reading, state = bench.trial.base, bench.trial.state({})
    ends = {one.key: one.last.number for one in state.claims}
    off = {key for key, outcome in state.outcomes.items() if outcome != "right"} - {bench.claim.key}
    claims = {key for key, end in ends.items() if end <= bench.claim.last.number} - off
    found: dict[ast.stmt, None] = {}
    handed: set[ast.stmt] = set()
    wanted = [key for line in statements_of(bench.claim) for key in sorted(names_in(line))]
    for name in wanted:
        events = reading.assigned(name)
        after = reading.unit.backward is not None or bench.trial.plan.after is None
        lines = [event.statement for event in events if after or event.number > (bench.trial.plan.after or 0)]
        again = [line for line in {*lines} if isinstance(line, ast.Assign) and lines.count(line) > 1]
        once = not again  # in each round of a loop it is another value, and only the last is judged
        if (name in claims and once) or any(line in found for line in lines):
            continue
        plain = (line for line in reversed(lines) if isinstance(line, ast.Assign | ast.AugAssign))
        simple = [line for line in plain if word_of(getattr(line.value, "value", None)) != "shape"]  # no slip is there
        found |= dict.fromkeys(line for line in simple if not isinstance(_target(line), ast.Tuple))
        wanted += [key for line in simple for key in sorted(names_in(line)) if key not in wanted]
        handed |= {line for line in simple if name in ends}
    return sorted(found, key=lambda line: line in handed)


def _around_line(benches: list[Bench], line: ast.stmt, text: str, made: EditsOf | None) -> Iterator[Edit]:
    """The edits of a part of a line, with the names that stand around it; those that add nothing, where it is not said
    which. What does not compute there, has another shape, or is the same as the text or another edit, is none."""
    here = _where(benches[0], line, lambda reading, frame: _names(reading, frame))
    found = list(made(text, here, (), ()) if made is not None else exchanges(text, here)) if here is not None else []
    texts = [text, *(edit.text for edit in found)]
    values = [
        _where(bench, line, lambda reading, frame: [_value(reading, frame, one) for one in texts])
        for bench in benches[:2]
    ]
    known = [] if None in values or any(ones[0] is None for ones in values) else [ones[0] for ones in values]
    seen = {_told_apart(known)}
    for number, edit in enumerate(found, start=1):
        there = [ones[number] for ones in values] if known else []
        told, fits = _told_apart(there), not any(one is None for one in there)
        if not known or (fits and told not in seen and [*map(np.shape, there)] == [*map(np.shape, known)]):
            yield edit
        seen.add(told)


def _told_apart(values: list[Value]) -> tuple[bytes, ...]:
    """By what several values are known from others."""
    return tuple(b"" if value is None else np.round(np.real(value).astype(float), 9).tobytes() for value in values)


def _names(reading: Reading, frame: Frame) -> Around:
    return around(frame, reading.fore, reading.machine.given, reading.machine.torch, reading.unit.lines)


def _where(bench: Bench, line: ast.stmt | None, seen: Callable[[Reading, Frame], Any]) -> Any:
    """What is seen where a line stands, or behind the claim, in a loop in its second round, since what is handed on
    begins with zeros; None where it is not reached."""
    found: list[Any] = []
    reading = bench.reading()
    times = sum(event.statement is line for event in bench.trial.base.machine.events) if line is not None else 1
    arrivals = count(1 - min(2, times))

    def hook(at: ast.stmt | None, frame: Frame) -> None:
        there = at is line if line is not None else at is None or reading.machine.count > bench.claim.last.number
        if there and not found and next(arrivals) == 0:
            found.append(seen(reading, frame))

    reading.machine.before = hook
    reading.machine.operations *= 8
    reading.run()
    if line is None:
        hook(None, reading.frame)
    return found[0] if found else None
