"""A Python file with its lines made plain before it is read: a gradient that is finished in what is returned."""

from __future__ import annotations

import ast
from copy import copy
from typing import Any

from ...diagnostics.regex import regex
from ...verify.programs.names import (
    GRADIENTS,
    each,
    key_of,
    known_in,
    last_part,
    loaded,
    name_of,
    names_in,
    stored,
    word_of,
)
from .attached import under_names
from .sizes import made_small
from .uses import BARE, COUNT, LOSSES, claimed, is_gradient, names_of

_BACKWARD = regex(r"back|bwd|grad")
_LOSS = regex(r"(?:^|_)(?:loss|cost|nll)(?:_|$)")
TURNED = ".T"
"""Among the names that may be numbers: a gradient may be transposed too."""


def finished(tree: ast.Module, loosely: bool = False) -> ast.Module:
    """The same file where `return loss, dW / N` is `dW = dW / N` and `return loss, dW`, since what is returned is what
    is claimed. Each line keeps its place in the text. What is nested too deeply stays as it is. Loosely, every name may
    be a number and a gradient may be transposed: `lam * dW`, `dX / self.T`, `dW.T`."""
    try:
        tree = ast.fix_missing_locations(_Plain(tree).visit(tree))
        made_small(under_names(tree))
        _finished(tree, loosely)
    except RecursionError:
        return tree
    return tree


class _Plain(ast.NodeTransformer):
    """`dict(dx=…, dw=…)` as `{'dx': …, 'dw': …}`; `return data + penalty, dW` as `loss = data + penalty` and
    `return loss, dW`."""

    def __init__(self, tree: ast.Module) -> None:
        self.known = known_in(tree)
        self.losses = any(map(_is_named_loss, stored(tree)))

    def visit_Return(self, node: ast.Return) -> ast.stmt | list[ast.stmt]:
        """The sum or share of losses and penalties where it is returned beside gradients; in a file without a loss
        what else is computed there, by a sum or mean of everything."""
        self.generic_visit(node)
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else []
        made = [at for at, part in enumerate(parts) if self._is_whole(part)]
        others = {*loaded(node)} - {*loaded(parts[made[0]])} if len(made) == 1 else ()
        if not any(name in BARE or self._is_gradient(name) for name in others):
            return node
        whole = parts[made[0]]
        parts[made[0]] = ast.copy_location(ast.Name("loss", ast.Load()), whole)
        return [_given(ast.Name("loss", ast.Store()), whole, whole), node]

    def _is_whole(self, value: ast.expr) -> bool:
        """Whether something is the loss: a sum or share of one; where no name is one, a number made otherwise."""
        while name_of(getattr(value, "func", None)) == "float" and isinstance(value, ast.Call) and len(value.args) == 1:
            value = value.args[0]
        added = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Div)
        named = any(_is_named_loss(name) for name in loaded(value))
        computed = isinstance(value, ast.BinOp | ast.UnaryOp | ast.Call) and not self.losses and sums_all(value)
        return (computed or (added and named)) and not any(map(self._is_gradient, loaded(value)))

    def _is_gradient(self, name: str) -> bool:
        return name not in LOSSES and not self.known.isdisjoint(claimed(name))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A dict, where the call makes one of names alone."""
        self.generic_visit(node)
        names = [word.arg for word in node.keywords]
        if name_of(node.func) != "dict" or node.args or not names or None in names:
            return node
        keys: list[ast.expr | None] = [ast.copy_location(ast.Constant(word.arg), word) for word in node.keywords]
        return ast.copy_location(ast.Dict(keys, [word.value for word in node.keywords]), node)


def _is_named_loss(name: str) -> bool:
    return name in LOSSES or _LOSS.search(name) is not None


def sums_all(value: ast.expr) -> bool:
    """Whether something is a number by a sum or mean of everything."""
    calls = (call for call in each(ast.Call, value) if word_of(call) in ("sum", "mean"))
    return any(not {word.arg for word in call.keywords} & {"axis", "dim"} and not call.args[1:] for call in calls)


def _finished(tree: ast.Module, loosely: bool) -> None:
    functions = [*each(ast.FunctionDef, tree)]
    known, turned = known_in(tree), _turned(tree)
    bodies: list[tuple[list[ast.stmt], ast.AST]] = [(tree.body, tree), *((one.body, one) for one in functions)]
    for body, owner in bodies:
        body[:] = [new for line in body for new in _entry_by_entry(line, known, owner, turned)]
    numbers = names_in(tree) | {TURNED} if loosely else frozenset[str]()
    for function in functions:
        gradients = frozenset(name for name in stored(function) if not known.isdisjoint(claimed(name)))
        for owner in ast.walk(function) if gradients else ():
            for lines in (getattr(owner, field, None) for field in ("body", "orelse", "finalbody")):
                last = lines[-1] if isinstance(lines, list) and lines else None
                if lines and isinstance(last, ast.Return) and last.value is not None:
                    parts = [line for line in lines[-2:] if line is last or _hands_on(line, last, gradients)]
                    finished = (_finish(line, gradients, numbers) if line in parts else [line] for line in lines[-2:])
                    lines[-2:] = [new for ones in finished for new in ones]


_ORDERING = ("append", "extend", "insert", "pop", "reverse", "sort")


def _turned(tree: ast.AST) -> frozenset[str]:
    """The lists of which the order changes, or may: `grads.reverse()`, `grads[::-1]`."""
    calls = [*each(ast.Call, tree)]
    methods = [of.value for call in calls if isinstance(of := call.func, ast.Attribute) and of.attr in _ORDERING]
    given = [one for call in calls if name_of(call.func) in ("reversed", "sorted") for one in call.args]
    parts = [node.value for node in each(ast.Subscript, tree) if isinstance(node.slice, ast.Slice)]
    return frozenset(last_part(key_of(node) or "") for node in (*methods, *given, *parts))


def _entry_by_entry(line: ast.stmt, known: frozenset[str], owner: ast.AST, turned: frozenset[str]) -> list[ast.stmt]:
    """A dict or list of gradients that is written out, or a dict that is returned, as an assignment of each entry, at
    its own place; no list with an entry that is called a gradient itself."""
    value = line.value if isinstance(line, ast.Assign | ast.Return) else None
    parts = value.elts if isinstance(value, ast.Tuple) and isinstance(line, ast.Return) else [value]
    target: ast.expr = line.targets[0] if isinstance(line, ast.Assign) else ast.Name("grads", ast.Store())
    key = key_of(target)
    returned = not {*LOSSES}.isdisjoint(map(name_of, parts)) or _BACKWARD.search(getattr(owner, "name", ""))
    meant = bool(
        GRADIENTS.match(f"{key}['") if isinstance(line, ast.Assign) else returned
    )  # beside a loss, by a gradient
    dicts = (part for part in parts if isinstance(part, ast.Dict) and _of_gradients(part, known, meant))
    whole: ast.Dict | ast.List | None = next(dicts, None)
    entries: list[tuple[ast.expr | None, ast.expr]] = []
    if isinstance(whole, ast.Dict):
        entries = [*zip(whole.keys, whole.values, strict=True)]
    listed = value.elts if isinstance(line, ast.Assign) and meant and isinstance(value, ast.List) else []
    called = any(is_gradient(name_of(one)) for one in listed)
    if isinstance(value, ast.List) and listed[1:] and not called and last_part(key or "") not in turned:
        whole, entries = value, [(ast.copy_location(ast.Constant(at), one), one) for at, one in enumerate(listed)]
    if whole is None or key is None or (isinstance(line, ast.Return) and key in map(last_part, names_in(owner))):
        return [line]

    held: Any = copy(target)
    held.ctx = ast.Load()
    nothing = ast.List([ast.Constant(None) for _ in entries], ast.Load())
    empty = nothing if isinstance(whole, ast.List) else ast.Dict([], [])
    made = [_given(target, ast.copy_location(empty, line), line)]
    for name, entry in entries:
        assert name is not None
        made.append(_given(ast.Subscript(ast.copy_location(copy(held), name), name, ast.Store()), entry, name))
    if isinstance(line, ast.Return):
        left: list[Any] = [ast.copy_location(copy(held), one) if one is whole else one for one in parts]
        rest = left[0] if len(parts) == 1 else ast.copy_location(ast.Tuple(left, ast.Load()), whole)
        made.append(ast.copy_location(ast.Return(rest), line))
    return made


def _of_gradients(whole: ast.Dict, known: frozenset[str], meant: bool) -> bool:
    """Whether the keys of a dict are names of gradients, or of what they belong to, where gradients are `meant`; and
    some are computed there, or called after something else than their key."""
    names = [str(getattr(key, "value", "")) for key in whole.keys]
    called = all(not known.isdisjoint(claimed(name)) or is_gradient(name) for name in names)
    named = bool(names) and (called or (meant and not any(known.isdisjoint(names_of(name)) for name in names)))
    return named and not all(map(_under_its_key, names, whole.values))


def _under_its_key(key: str, value: ast.expr) -> bool:
    """Whether an entry of a dict is a name that is called as its key is."""
    name = name_of(value)
    return bool(name) and not {*claimed(name), name}.isdisjoint((*names_of(key), *claimed(key)))


# --- gradients that are finished in what is returned


def _finish(line: ast.stmt, gradients: frozenset[str], numbers: frozenset[str]) -> list[ast.stmt]:
    """A return, or what is returned next, as assignments that finish its gradients, and the same of them."""
    made: list[ast.stmt] = []

    def part(value: ast.expr) -> ast.expr:
        new = copy(value)
        if isinstance(new, ast.Tuple | ast.List):
            new.elts = [part(one) for one in new.elts]
        elif isinstance(new, ast.Dict):
            new.values = [part(one) for one in new.values]
        elif not isinstance(value, ast.Name):
            name = _of(value, gradients, numbers)
            if name is not None and loaded(line).count(name) == loaded(value).count(name):
                held = next(node for node in each(ast.Name, value) if node.id == name)
                made.append(_given(ast.Name(name, ast.Store()), value, held))
                return ast.copy_location(ast.Name(name, ast.Load()), value)
        return new

    new: Any = copy(line)
    new.value = part(new.value)
    return [*made, new] if made else [line]


def _hands_on(line: ast.stmt, behind: ast.stmt, gradients: frozenset[str]) -> bool:
    """Whether a line gives a gradient another name, and only that one is returned behind it:
    `grad = dscores / N` in front of `return grad`."""
    target = key_of(line.targets[0]) if isinstance(line, ast.Assign) and len(line.targets) == 1 else None
    own = gradients & {*loaded(line)} if target not in gradients else frozenset()
    return target in loaded(behind) and bool(own) and own.isdisjoint(loaded(behind))


def _given(target: ast.expr, value: ast.expr, at: ast.AST) -> ast.stmt:
    """`target = value` at the place of the value, the target at one of its own."""
    return ast.copy_location(ast.Assign([ast.copy_location(target, at)], value), value)


def is_part(line: ast.stmt) -> bool:
    """Whether an assignment stands for a part of what is returned, or of a dict: its text is that of its value."""
    return isinstance(line, ast.Assign) and (line.lineno, line.col_offset) == (line.value.lineno, line.value.col_offset)


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
        sides = [side for side in (left, right) if not gradients.isdisjoint(loaded(side))]
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
        return word_of(value.value) == "shape" and not isinstance(value.slice, ast.Slice)
    if isinstance(value, ast.Call):
        whole = word_of(value) in ("float", "int") and all(_number(one, numbers, divides) for one in value.args)
        return whole or word_of(value) in ("len", "size", "numel")
    key = key_of(value) or ""
    return key in numbers or key.endswith(".size") or (divides and COUNT.match(last_part(key)) is not None)
