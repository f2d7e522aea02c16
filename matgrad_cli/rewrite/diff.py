"""Where two lines differ: the smallest parts that changed, for marking them before and after."""

from __future__ import annotations

from ..ir import Expr, Path

Paths = tuple[Path, ...]


def changed_parts(before: Expr, after: Expr) -> tuple[Paths, Paths]:
    """Paths of the parts of `before` that are gone and of the parts of `after` that are new."""
    old: list[Path] = []
    new: list[Path] = []
    _walk(before, after, (), (), old, new)
    return tuple(old), tuple(new)


def _walk(before: Expr, after: Expr, here: Path, there: Path, old: list[Path], new: list[Path]) -> None:
    if before is after:
        return
    left, right = before.children, after.children
    if not left or not right or _label(before) != _label(after):
        old.append(here)
        new.append(there)
        return
    head = 0
    while head < min(len(left), len(right)) and left[head] is right[head]:
        head += 1
    tail = 0
    while tail < min(len(left), len(right)) - head and left[-1 - tail] is right[-1 - tail]:
        tail += 1
    middle_left = range(head, len(left) - tail)
    middle_right = range(head, len(right) - tail)
    if len(middle_left) == len(middle_right) <= 4 or len(left) == len(right):
        for i, j in zip(middle_left, middle_right, strict=True):
            _walk(left[i], right[j], (*here, i), (*there, j), old, new)
    elif not middle_left or not middle_right or len(middle_left) == len(left):
        old.append(here)
        new.append(there)
    else:
        old.extend((*here, i) for i in middle_left)
        new.extend((*there, j) for j in middle_right)


def _label(node: Expr) -> tuple[object, ...]:
    """What a node is besides its parts: its class, and for instance the letters of an entry."""
    values = (getattr(node, name) for name in node.fields)
    return (type(node), *(value for value in values if value not in node.children and value != node.children))
