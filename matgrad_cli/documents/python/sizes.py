"""Sizes of arrays that a program writes out as numbers, made small: what is judged holds at any size."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ...verify.programs.names import each, key_of, last_part, name_of, word_of

SMALL = 9
"""Sizes up to this one stay."""
_SHAPED = ("zeros", "ones", "empty", "normal", "standard_normal", "uniform", "random")
_LISTED = ("rand", "randn")
MADE = (*_SHAPED, *_LISTED)
"""What makes an array of a shape."""


def sizes_of(call: ast.Call) -> list[ast.expr]:
    """The sizes of the array that a call makes: `np.random.randn(N, D)`, `np.zeros((N, D))`."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name not in MADE:
        return []
    shape = [word.value for word in call.keywords if word.arg in ("size", "shape")] or call.args
    first = shape[0] if shape else None
    return first.elts if isinstance(first, ast.Tuple) else shape if name in _LISTED else shape[:1]


@lru_cache(maxsize=16)
def one_example(lines: tuple[ast.stmt, ...]) -> bool:
    """Whether a column stands for one example: parameters are made as columns, `np.zeros((n, 1))`, and nothing goes
    over an axis, or asks how many columns there are."""
    columns = any(len(sizes) == 2 and _value(sizes[1]) == 1 for sizes in map(sizes_of, each(ast.Call, *lines)))
    axes = any(word.arg in ("axis", "dim") for word in each(ast.keyword, *lines))
    asked = any(word_of(node.value) == "shape" and _value(node.slice) != 0 for node in each(ast.Subscript, *lines))
    return columns and not axes and not asked


def made_in(lines: Iterable[ast.stmt]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The shapes of names and of attributes by what makes them: `W = np.random.randn(hidden_size, vocab_size) * 0.01`,
    `self.b = np.zeros((self.hidden_size, 1))`; a size that is a sum of others, `HV = H + V`, as that sum."""
    sums: dict[str, str] = {}
    for line in lines:
        if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name | ast.Attribute):
            continue
        name, value = last_part(key_of(line.targets[0]) or ""), line.value
        calls = [*each(ast.Call, value)]
        sizes = sizes_of(calls[0]) if len(calls) == 1 else []
        dims = tuple(last_part(key_of(part) or "") or ast.unparse(part) for part in sizes)
        if dims and all(dim == "1" or dim.isidentifier() for dim in dims):
            yield name, tuple(sums.get(dim, dim) for dim in dims)
        elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and not calls:
            sums[name] = ast.unparse(value)


def made_small(tree: ast.Module) -> None:
    """Each large number that is a size of an array, and stands nowhere else, as a small one: different ones stay
    different, in their order."""
    sizes = [size for call in each(ast.Call, tree) for size in sizes_of(call)]
    names = {*map(name_of, sizes)} - {""}
    written = [number for line in each(ast.Assign, tree) for number in _written(line, names)] + sizes
    numbers = [node for node in written if isinstance(node, ast.Constant) and type(node.value) is int]
    own = set(map(id, numbers))
    fixed = {node.value for node in each(ast.Constant, tree) if id(node) not in own}
    parts = [node for node in each(ast.BinOp, tree) if isinstance(node.op, ast.FloorDiv | ast.Mod)]
    cut = any(isinstance(size := _value(part), int) and size > SMALL for part in each(ast.AST, *each(ast.Slice, tree)))
    values = {int(str(node.value)) for node in numbers}
    free = sorted(value for value in values if value not in fixed and value > 1)
    if cut or parts or not free or free[-1] <= SMALL:
        return
    places = iter(size for size in range(3, 3 + len(free) + len(fixed)) if size not in fixed)
    small = dict(zip(free, places, strict=False))
    for node in numbers:
        node.value = small.get(int(str(node.value)), node.value)


def _value(node: ast.AST) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _written(line: ast.Assign, names: set[str]) -> Iterator[ast.expr]:
    """The values that an assignment gives to names of sizes."""
    for target in line.targets:
        pairs = [(target, line.value)]
        if isinstance(target, ast.Tuple) and isinstance(line.value, ast.Tuple):
            pairs = list(zip(target.elts, line.value.elts, strict=False))
        yield from (value for name, value in pairs if name_of(name) in names)
