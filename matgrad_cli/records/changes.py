"""Where two lines differ: the smallest parts that changed, for marking them before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..ir import Add, Expr, Hadamard, Mul, Path
from ..ir.memory import remembered

Paths = tuple[Path, ...]


@remembered(maxsize=4096)
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
    if isinstance(before, Add | Mul | Hadamard):
        gone, come = _without_common(left, right)
    else:
        gone, come = _middle(left, right)
    alike = len(left) == len(right) and _alike([left[i] for i in gone], [right[j] for j in come])
    if len(gone) == len(come) and (len(gone) == 1 or alike):
        for i, j in zip(gone, come, strict=True):
            _walk(left[i], right[j], (*here, i), (*there, j), old, new)
    elif not gone or not come or len(gone) == len(left):
        old.append(here)
        new.append(there)
    else:
        old.extend((*here, i) for i in gone)
        new.extend((*there, j) for j in come)


def _middle(left: Sequence[Expr], right: Sequence[Expr]) -> tuple[list[int], list[int]]:
    """The children between those that both have at the beginning and at the end: here the order counts."""
    shorter = min(len(left), len(right))
    head = 0
    while head < shorter and left[head] is right[head]:
        head += 1
    tail = 0
    while tail < shorter - head and left[-1 - tail] is right[-1 - tail]:
        tail += 1
    return list(range(head, len(left) - tail)), list(range(head, len(right) - tail))


def _without_common(left: Sequence[Expr], right: Sequence[Expr]) -> tuple[list[int], list[int]]:
    """The terms or factors that the other side does not have, wherever they stand in it; of equal ones the last."""
    common = Counter(left) & Counter(right)
    return _beyond(left, common), _beyond(right, common)


def _beyond(parts: Sequence[Expr], common: Counter[Expr]) -> list[int]:
    left, found = common.copy(), list[int]()
    for place, part in enumerate(parts):
        left[part] -= 1
        found += [place] if left[part] < 0 else []
    return found


def _alike(gone: list[Expr], come: list[Expr]) -> bool:
    """Whether the parts may be taken one by one: each has the letters and the shape of its counterpart."""
    return all(old.shape is new.shape and old.free == new.free for old, new in zip(gone, come, strict=True))


def _label(node: Expr) -> tuple[object, ...]:
    """What a node is besides its parts: its class, and for instance the letters of an entry."""
    values = (getattr(node, name) for name in node.fields)
    return (type(node), *(value for value in values if value not in node.children and value != node.children))
