"""Steps down a gradient, `w -= lr * dw`: what is taken from which parameter, and gradients that have no name but stand
in the step itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...verify.programs.names import arguments_of, each, key_of, known_in, last_part, loaded, names_in, stored, word_of
from .uses import BARE, claimed, product_of

_RATE = regex(r"^(?:lr|l_?rate|learning_?rate|rate|alpha|eta|step|step_?size)_?\d*$")
_SOLVING = ("inv", "pinv", "solve", "lstsq", "sqrt")
"""What makes of a gradient another direction: a step of Newton, of Adam."""


@record
class Update:
    """A line in a loop that takes a step, a multiple of a rate, from a parameter."""

    line: ast.stmt
    parameter: str
    step: ast.expr
    rate: ast.expr | None

    @property
    def gradient(self) -> str | None:
        """The name of which the step is a multiple; None where it computes more."""
        left = [part for part in _factors(self.step) if part is not self.rate and not isinstance(part, ast.Constant)]
        return key_of(left[0]) if len(left) == 1 else None


def updates_in(*trees: ast.AST | None) -> Iterator[Update]:
    """The steps that are taken in loops, or in a method that takes one at a time, each once."""
    inside = [line for loop in each((ast.For, ast.While), *trees) for line in each(ast.stmt, loop)]
    for line in dict.fromkeys(inside):
        value: Any = getattr(line, "value", None)
        target: ast.expr
        if isinstance(line, ast.AugAssign) and isinstance(line.op, ast.Sub):
            target, step = line.target, line.value
        elif isinstance(line, ast.Assign) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub):
            target, step = line.targets[0], value.right
        else:
            continue
        key = key_of(target)
        again = isinstance(line, ast.AugAssign) or (value is not None and key_of(value.left) == key)
        rates = [part for part in _factors(step) if _RATE.match(last_part(key_of(part) or ""))]
        numbers = [part for part in _factors(step) if isinstance(part, ast.Constant)]
        if key is not None and again and (len(rates) == 1 or (numbers and not rates)):
            yield Update(line, key, step, next(iter(rates), None))


def _factors(step: ast.expr) -> Iterator[ast.expr]:
    """What is multiplied in a step, whether by entries or as matrices; what it is divided by is left out."""
    sides = product_of(step)
    if sides is not None:
        parts = [*sides[:2]]
    elif isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult):
        parts = [step.left, step.right]
    elif isinstance(step, ast.BinOp) and isinstance(step.op, ast.Div):
        parts = [step.left]
    else:
        yield step
        return
    for part in parts:
        yield from _factors(part)


def descended(part: ast.FunctionDef | None, functions: Iterable[ast.FunctionDef]) -> tuple[tuple[str, str], ...]:
    """The gradients that a part computes, with the parameters from which it takes them, or a function that calls it and
    gets them under other names; not those whose names say so themselves, nor what is gathered from many steps."""
    if part is None:
        return ()
    found = {last_part(one.gradient): last_part(one.parameter) for one in updates_in(part) if one.gradient}
    values = [line.value for line in each(ast.Return, part)]
    returned = [last_part(key_of(one) or "") for one in (getattr(values[-1], "elts", values[-1:]) if values else ())]
    for function in functions:
        updates = [*updates_in(function)]
        for line in each(ast.Assign, function) if updates else ():
            call, targets = line.value, getattr(line.targets[0], "elts", line.targets)
            if not isinstance(call, ast.Call) or word_of(call) != part.name or len(targets) != len(returned):
                continue
            of = dict(zip(map(key_of, targets), returned, strict=True))
            given = dict(zip(map(key_of, call.args), arguments_of(part), strict=False))
            for one in updates:
                if one.gradient in of:
                    found[of[one.gradient]] = given.get(one.parameter, last_part(one.parameter))
    known, made = known_in(part), {last_part(name) for name in (*stored(part), *_attributes(part))}
    return tuple(
        (name, of)
        for name, of in found.items()
        if name in made and known.isdisjoint(claimed(name)) and not _gathered(part, name)
    )


def _attributes(part: ast.FunctionDef) -> Iterator[str]:
    return (node.attr for node in each(ast.Attribute, part) if isinstance(node.ctx, ast.Store))


def _gathered(part: ast.AST, *names: str) -> bool:
    """Whether something is computed from itself, from what is called a gradient, or by solving: a step with momentum,
    of Adam, of Newton."""
    lines: list[Any] = [*each((ast.Assign, ast.AugAssign), part)]
    known, near = known_in(part), [*names]
    seen = {last_part(one.parameter) for one in updates_in(part)}
    while near:
        name = near.pop()
        seen.add(name)
        for line in lines:
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            parts = [one for target in targets for one in getattr(target, "elts", [target])]
            if name not in [last_part(key_of(one) or "") for one in parts]:
                continue
            read = {*map(last_part, names_in(line.value))}
            if isinstance(line, ast.AugAssign) or name in read or any(_is_gradient(one, known) for one in read):
                return True
            if any(word_of(call) in _SOLVING for call in each(ast.Call, line.value)):
                return True
            near += sorted(read - seen)
    return False


def _is_gradient(name: str, known: frozenset[str]) -> bool:
    return name in BARE or not known.isdisjoint(claimed(name))


# --- steps that compute the gradient where it is taken ----------------------------------------------------------------


def apart(tree: ast.Module) -> None:
    """The same file where `w -= lr * X.T @ e` is `lr = 1`, `step of w = lr * X.T @ e`, `w -= lr * step of w`, since the
    step at the rate one is the gradient; each at its own place."""
    for function in (tree, *each(ast.FunctionDef, tree)):
        steps = {id(one.line): one for one in updates_in(function) if one.gradient is None and one.rate is not None}
        steps = {line: one for line, one in steps.items() if _computes(function, one)}
        for owner in ast.walk(function) if steps else ():
            lines = getattr(owner, "body", None)
            if isinstance(lines, list) and not steps.keys().isdisjoint(map(id, lines)):
                lines[:] = [new for line in lines for new in _set_apart(line, steps.get(id(line)))]


def _computes(function: ast.AST, one: Update) -> bool:
    """Whether a step is computed from no gradient that has a name, and its rate is nothing else in it."""
    names = [*map(last_part, names_in(one.step))]
    known = known_in(function)
    rate, uses = key_of(one.rate) if one.rate is not None else None, [key_of(node) for node in ast.walk(one.step)]
    plain = not any(_is_gradient(name, known) for name in names) and uses.count(rate) == 1
    solving = any(word_of(call) in _SOLVING for call in each(ast.Call, one.step))
    others = [name for name in {*loaded(one.step)} if name not in (rate, one.parameter, "self")]
    return (
        plain
        and not solving
        and last_part(one.parameter) in _reach(function, names)
        and not _gathered(function, *others)
    )


def _reach(function: ast.AST, names: Iterable[str]) -> set[str]:
    """The names from which something is computed."""
    found, lines = {*names}, [*each(ast.Assign, function)]
    for line in reversed(lines):
        if not found.isdisjoint(last_part(key_of(target) or "") for target in line.targets):
            found |= {*map(last_part, names_in(line.value))}
    return found


def _set_apart(line: ast.stmt, one: Update | None) -> list[ast.stmt]:
    if one is None or one.rate is None:
        return [line]
    rate, name = copy(one.rate), f"step of {last_part(one.parameter)}"
    rate.ctx = ast.Store()  # type: ignore[attr-defined]
    unit: Any = ast.Assign([rate], ast.copy_location(ast.Constant(1.0), one.rate))
    step = ast.Assign([ast.copy_location(ast.Name(name, ast.Store()), one.step)], one.step)
    held = ast.copy_location(ast.BinOp(one.rate, ast.Mult(), ast.Name(name, ast.Load())), one.step)
    last: Any = copy(line)
    last.value = copy(last.value)
    if isinstance(last, ast.AugAssign):
        last.value = held
    else:
        last.value.right = held
    return [ast.copy_location(unit, line), ast.copy_location(step, one.step), last]
