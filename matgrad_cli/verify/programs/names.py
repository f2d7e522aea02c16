"""How the targets and the names of a program are called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeVar

from ...diagnostics.regex import regex

Node = TypeVar("Node", bound=ast.AST)

_INNER = regex(r"\['([^'\]]+)'\]$")
_PLACE = regex(r"(\[\d+\])?$")

GRADIENTS = regex(r"^(?:.*\.)?(?:(?:(?:w|layer|param)_)?grad(?:ient)?s|grad(?:ient)?(?:_dict)?|d|d_?params|derivs)\['")
"""An entry of a dict of gradients."""

DATA = ("x", "X", "inputs", "input")
"""Names of what comes in."""

GROWING = ("append", "extend", "insert")
CHANGING = (*GROWING, "sort", "remove", "pop", "partition", "put", "resize", "itemset")
"""Methods that change what they belong to, besides torch's, which end in an underscore."""


@lru_cache(maxsize=4096)
def last_part(key: str) -> str:
    """The name itself: `self._W` → W, `params['W1']` → W1, `self.weights[0]` → weights[0]."""
    key, place = in_list(key)
    inner = _INNER.search(key)
    name = inner[1] if inner else key.rpartition(".")[2]
    return (name.lstrip("_") or name) + place


@lru_cache(maxsize=4096)
def in_list(key: str) -> tuple[str, str]:
    """A name without the place in a list, and the place: `dW[1]` → dW, [1]."""
    return key[: (place := _PLACE.search(key).start())], key[place:]  # type: ignore[union-attr]


def entry(node: ast.expr, place: object) -> str | None:
    """How an entry of a list or dict is named whose place is computed: `nabla_w[-l]`, `grads['W' + str(l)]`."""
    key = key_of(node) if isinstance(place, int | str) else None
    return None if key is None else f"{key}[{place!r}]"


def key_of(node: ast.AST) -> str | None:
    """How a target is named: `x`, `self.x`, `grads['x']`; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = key_of(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        inner = key_of(node.value)
        return None if inner is None else f"{inner}[{node.slice.value!r}]"
    return None


@lru_cache(maxsize=4096)
def names_in(node: ast.AST) -> frozenset[str]:
    """What is named somewhere in a statement or expression."""
    return frozenset(key for part in ast.walk(node) if (key := key_of(part)) is not None)


def each(kind: type[Node] | tuple[type[Node], ...], *trees: ast.AST | None) -> Iterator[Node]:
    """The nodes of a kind, or of several, in some trees, of which each may be missing."""
    return (node for tree in trees if tree is not None for node in ast.walk(tree) if isinstance(node, kind))


def word_of(node: ast.AST | None) -> str:
    """The last word of a name, or of what is called: `dot` of `np.dot(a, b)`; nothing for anything else."""
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def name_of(node: object) -> str:
    """A name that stands alone; nothing for anything else."""
    return node.id if isinstance(node, ast.Name) else ""


def stored(*trees: ast.AST) -> frozenset[str]:
    """The names that get a value in some trees."""
    return frozenset(node.id for node in each(ast.Name, *trees) if isinstance(node.ctx, ast.Store))


def loaded(*trees: ast.AST | None) -> list[str]:
    """The names that are read in some trees, each as often as it stands there."""
    return [node.id for node in each(ast.Name, *trees) if isinstance(node.ctx, ast.Load)]


def as_added(line: ast.stmt) -> ast.stmt:
    """`g = g + term` as `g += term`."""
    match line:
        case ast.Assign(
            [ast.Name(name) as target], ast.BinOp(ast.Name(other), ast.Add() | ast.Sub() as operator, term)
        ) if name == other:
            return ast.copy_location(ast.AugAssign(target, operator, term), line)
    return line


def known_in(tree: ast.AST) -> frozenset[str]:
    """All names of a program, those of arguments too."""
    return frozenset(map(last_part, names_in(tree))) | {node.arg for node in each(ast.arg, tree)}


OWNERS = ("self", "ctx", "cls")


def arguments_of(*functions: ast.FunctionDef | None) -> list[str]:
    """What functions take in their places, besides the object that they belong to."""
    places = (place.arg for one in functions if one is not None for place in one.args.args)
    return [name for name in places if name not in OWNERS]


def targets_of(line: ast.stmt) -> Iterator[ast.expr]:
    """Everything to which a statement, or one inside it, gives a value; the arrays that an unknown call is given."""
    if isinstance(line, ast.Expr):
        call = line.value
        if isinstance(call, ast.Call):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            into = [*call.args, *(word.value for word in call.keywords)] if method not in GROWING else []
            if isinstance(call.func, ast.Attribute) and (method.endswith("_") or method in CHANGING):
                into.append(call.func.value)
            yield from (part for part in into if isinstance(part, ast.Name | ast.Attribute))
        return
    for node in ast.walk(line):
        single = [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For) else []
        for target in node.targets if isinstance(node, ast.Assign) else single:
            yield from _single(target)


def _single(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _single(part)
    elif isinstance(target, ast.Starred):
        yield from _single(target.value)
    else:
        yield target


def whole_of(target: ast.expr) -> ast.expr:
    """The array of which a part is written, by itself or through another view of it."""
    while key_of(target) is None:
        view = isinstance(target, ast.Call) and getattr(target.func, "attr", "") in _VIEWS
        if not view and not isinstance(target, ast.Subscript):
            break
        target = target.func.value if isinstance(target, ast.Call) else target.value  # type: ignore[attr-defined]
    return target.value if isinstance(target, ast.Attribute) and target.attr == "flat" else target


_VIEWS = ("reshape", "view", "ravel", "swapaxes", "transpose", "squeeze")
