"""A Python file with its lines made plain before it is read: a gradient that is finished in what is returned,
arguments that are tuples."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import copy

from ...diagnostics.regex import regex
from ...verify.programs.names import key_of, last_part, names_in
from .outline import BACKWARD
from .pairs import pairs
from .said import told
from .sizes import made_small
from .uses import claimed

_STEP = regex(r"^(?:lr|alpha|eta|learning_rate|step\w*|rate)$")
"""A number that makes a step of a gradient."""
_COUNT = regex(r"^(?:[NnmMB]|batch(?:_size)?|num_\w+|n_\w+)$")
TURNED = ".T"
"""Among the names that may be numbers: a gradient may be transposed too."""
_KEPT = regex(r"cache|ctx|saved|memory|tape|tmp|context|state")


def finished(tree: ast.Module, loosely: bool = False) -> ast.Module:
    """The same file where `return loss, dW / N` is `dW = dW / N` and `return loss, dW`, since what is returned is what
    is claimed; and where an argument that is taken apart (`W, b = params`) is its parts. Each line keeps its place in
    the text. What is nested too deeply stays as it is. Loosely, every name may be a number and a gradient may be
    transposed: `lam * dW`, `dX / self.T`, `dW.T`."""
    try:
        made_small(tree)
        _finished(tree, loosely)
    except RecursionError:
        return tree
    return tree


def _finished(tree: ast.Module, loosely: bool) -> None:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    known = frozenset(map(last_part, names_in(tree))) | {
        node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)
    }
    _take_apart(tree, functions)
    numbers = names_in(tree) | {TURNED} if loosely else _numbers_of(tree)
    for function in functions:
        gradients = frozenset(name for name in _stored(function) if not known.isdisjoint(claimed(name)))
        for owner in ast.walk(function) if gradients else ():
            for lines in (getattr(owner, field, None) for field in ("body", "orelse", "finalbody")):
                if (
                    isinstance(lines, list)
                    and lines
                    and isinstance(lines[-1], ast.Return)
                    and lines[-1].value is not None
                ):
                    lines[-2:] = [
                        *_renamed(lines[-2:-1], lines[-1], gradients, numbers),
                        *_finish(lines[-1], gradients, numbers),
                    ]


def _stored(node: ast.AST) -> frozenset[str]:
    return frozenset(
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    )


def _loaded(node: ast.AST) -> list[str]:
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)]


# --- gradients that are finished in what is returned
# --------------------------------------------------------------------------


def _finish(line: ast.Return, gradients: frozenset[str], numbers: frozenset[str]) -> list[ast.stmt]:
    """A return as assignments that finish its gradients, and a return of them."""
    loaded = _loaded(line)
    made: list[ast.stmt] = []

    def part(value: ast.expr) -> ast.expr:
        new = copy(value)
        if isinstance(new, ast.Tuple | ast.List):
            new.elts = [part(one) for one in new.elts]
        elif isinstance(new, ast.Dict):
            new.values = [part(one) for one in new.values]
        elif (
            (name := _of(value, gradients, numbers)) is not None
            and not isinstance(value, ast.Name)
            and loaded.count(name) == _loaded(value).count(name)
        ):
            made.append(_given(name, value))
            return ast.copy_location(ast.Name(name, ast.Load()), value)
        return new

    new = copy(line)
    new.value = part(line.value) if line.value is not None else None
    return [*made, new] if made else [line]


def _renamed(
    before: list[ast.stmt], line: ast.Return, gradients: frozenset[str], numbers: frozenset[str]
) -> list[ast.stmt]:
    """`grad = dscores / N` in front of `return grad` as `dscores = dscores / N` and `grad = dscores`."""
    for one in before:
        target = key_of(one.targets[0]) if isinstance(one, ast.Assign) and len(one.targets) == 1 else None
        name = _of(one.value, gradients, numbers) if isinstance(one, ast.Assign) else None
        loaded = _loaded(line)
        if (
            isinstance(one, ast.Assign)
            and name is not None
            and target in loaded
            and target not in gradients
            and name not in loaded
        ):
            new = copy(one)
            new.value = ast.copy_location(ast.Name(name, ast.Load()), one.value)
            return [_given(name, one.value), new] if not isinstance(one.value, ast.Name) else before
    return before


def _given(name: str, value: ast.expr) -> ast.Assign:
    """`name = value` at the place of the value."""
    held = next(node for node in ast.walk(value) if isinstance(node, ast.Name) and node.id == name)
    return ast.copy_location(ast.Assign([ast.copy_location(ast.Name(name, ast.Store()), held)], value), value)


def _of(value: ast.expr, gradients: frozenset[str], numbers: frozenset[str]) -> str | None:
    """The gradient of which an expression is a multiple by a number, plus terms; None where it may be something else:
    with an array as a factor it is the derivative by another name, and what is taken from a name itself is a step."""
    if isinstance(value, ast.Name):
        return value.id if value.id in gradients else None
    if isinstance(value, ast.Attribute) and value.attr == "T" and TURNED in numbers:
        return _of(value.value, gradients, numbers)
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return _of(value.operand, gradients, numbers)
    if not isinstance(value, ast.BinOp):
        return None
    left, right = value.left, value.right
    if isinstance(value.op, ast.Add | ast.Sub):
        sides = [side for side in (left, right) if not gradients.isdisjoint(_loaded(side))]
        name = _of(sides[0], gradients, numbers) if len(sides) == 1 else None
        other = right if sides[:1] == [left] else left
        step = name is not None and (
            last_part(key_of(other) or "") in claimed(name) or (other is left and isinstance(value.op, ast.Sub))
        )
        return None if step else name
    numbers = numbers - gradients
    if isinstance(value.op, ast.Mult | ast.Div) and _number(right, numbers, isinstance(value.op, ast.Div)):
        return _of(left, gradients, numbers)
    return _of(right, gradients, numbers) if isinstance(value.op, ast.Mult) and _number(left, numbers) else None


# --- numbers ----------------------------------------------------------------------------------------------------------


def _number(value: ast.expr, numbers: frozenset[str], divides: bool = False) -> bool:
    """Whether an expression is a number for certain."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int | float)
    if isinstance(value, ast.BinOp):
        return _number(value.left, numbers) and _number(value.right, numbers, divides or isinstance(value.op, ast.Div))
    if isinstance(value, ast.UnaryOp):
        return _number(value.operand, numbers, divides)
    if isinstance(value, ast.Subscript):
        return (
            isinstance(value.value, ast.Attribute)
            and value.value.attr == "shape"
            and not isinstance(value.slice, ast.Slice)
        )
    if isinstance(value, ast.Call):
        name = getattr(value.func, "id", getattr(value.func, "attr", ""))
        return name in ("len", "size", "numel") or (
            name in ("float", "int") and all(_number(one, numbers, divides) for one in value.args)
        )
    key = key_of(value) or ""
    return key in numbers or key.endswith(".size") or (divides and _COUNT.match(last_part(key)) is not None)


def _numbers_of(tree: ast.Module) -> frozenset[str]:
    """The names and attributes that are given nothing but numbers, in the whole file;
    arguments with a number as their default."""
    given: list[tuple[str, ast.expr]] = []
    others: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if (
                    isinstance(target, ast.Tuple)
                    and isinstance(node.value, ast.Attribute)
                    and node.value.attr == "shape"
                ):
                    given += [(key_of(part) or "", ast.Constant(1)) for part in target.elts]
                elif isinstance(target, ast.Tuple):
                    others |= {key_of(part) or "" for part in target.elts}
                else:
                    given.append((key_of(target) or "", node.value))
        elif isinstance(node, ast.AugAssign):
            given.append((key_of(node.target) or "", node.value))
        elif isinstance(node, ast.FunctionDef):
            bare = node.args.args[: len(node.args.args) - len(node.args.defaults)]
            others |= {place.arg for place in bare}
            given += [
                (place.arg, one) for place, one in zip(node.args.args[len(bare) :], node.args.defaults, strict=True)
            ]
    found: frozenset[str] = frozenset()
    for _ in range(4):
        bad = others | {name for name, value in given if not _number(value, found)}
        more = frozenset(name for name, _ in given if name and name not in bad and not _STEP.match(last_part(name)))
        if more == found:
            break
        found = more
    return found


# --- arguments that are tuples
# --------------------------------------------------------------------------------------------------


def _take_apart(tree: ast.Module, functions: list[ast.FunctionDef]) -> None:
    """Each argument of which a line `W, b = params` takes the parts, as these: what a backward part takes apart so is
    what its forward part was given, and not what that kept."""
    called = {
        getattr(node.func, "id", getattr(node.func, "attr", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    top = [line for line in tree.body if isinstance(line, ast.FunctionDef)]
    behind = {id(function) for function, _ in pairs(top)} | {
        id(function) for function in functions if function.name in BACKWARD
    }
    differentiated = {of for name in _stored(tree) for of in claimed(name)}
    known: set[tuple[str, ...]] = set()
    for function in sorted(functions, key=lambda one: id(one) in behind):
        for place, line in list(_taken_apart(function)) if function.name not in called else ():
            names = tuple(part.id for part in line.targets[0].elts if isinstance(part, ast.Name))  # type: ignore[attr-defined]
            allowed = (place.arg, *names) in known if id(function) in behind else not _KEPT.search(place.arg)
            if allowed and place.arg not in differentiated and differentiated & {*names}:
                known.add((place.arg, *names))
                _opened(function, place, line, names)


def _taken_apart(function: ast.FunctionDef) -> Iterator[tuple[ast.arg, ast.Assign]]:
    """The arguments of which nothing is told and a line takes the parts."""
    arguments = {place.arg: place for place in function.args.args} if not function.args.defaults else {}
    words = told(ast.get_docstring(function) or "")
    for line in function.body:
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Tuple):
            name = line.value.id if isinstance(line.value, ast.Name) else ""
            parts = [getattr(part, "id", "_") for part in line.targets[0].elts]
            free = len({*parts, *arguments, "_"}) == len(parts) + len(arguments) + 1
            if name in arguments and free and (name not in words or words[name].dims is None):
                yield arguments[name], line


def _opened(function: ast.FunctionDef, place: ast.arg, line: ast.Assign, names: tuple[str, ...]) -> None:
    """`def f(x, params)` as `def f(x, W, b)`, with `params = (W, b)` in place of the line that takes it apart."""
    at = function.args.args.index(place)
    function.args.args[at : at + 1] = [ast.copy_location(ast.arg(name), place) for name in names]
    parts = [ast.copy_location(ast.Name(name, ast.Load()), line) for name in names]
    whole = ast.copy_location(ast.Assign([ast.copy_location(ast.Name(place.arg, ast.Store()), line)], line.value), line)
    whole.value = ast.copy_location(ast.Tuple(parts, ast.Load()), line)  # type: ignore[arg-type]
    function.body[function.body.index(line)] = whole
