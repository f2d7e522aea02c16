"""Losses that nothing states, `∂L/∂W = Xᵀ ∂L/∂Y` of a layer Y = XW: L stands for ⟨G, Y⟩ with any G."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...notation import syntax as s
from .outline import Outline, Stated


def upstream_losses(found: Outline, names: Collection[str]) -> Iterator[tuple[str, Stated, str]]:
    """Of these names those that are differentiated and never stated, with what is last worked out of that which they are differentiated
    by without a result (`∂L/∂Y`, given from above), and the text of ⟨G, Y⟩."""
    stated = {stated.name: stated for stated in found.stated if not stated.letters}
    results = _results(found)
    written = {part.name for line in found.lines for statement in line.statements for side in statement.sides if side.node is not None
               for part in s.parts_of(side.node) if isinstance(part, s.Name)}
    for loss in dict.fromkeys(item.body for item in found.differentiated if item.body in names and item.body not in stated):
        by = [item.variable for item in found.differentiated if item.body == loss]
        given = [stated[name] for name in by if name in stated and name not in results]
        if loss is None or not given:
            continue
        last = max(given, key=lambda stated: stated.formula)
        letter = next(name for name in ("Upsilon", "Xi", "Omega") if not {name, name.lower()} & written)
        value = rf"\left({last.sides[0].strip().rstrip('.,;')}\right)"
        whole = last.name[0].isupper()
        yield loss, last, rf"\operatorname{{tr}}\left(\{letter}^\top {value}\right)" if whole else rf"\{letter.lower()}^\top {value}"


def _results(found: Outline) -> set[str]:
    """By what the document works out a derivative: `∂L/∂y = ŷ - y`, and not `∂L/∂y = g`."""
    names = set()
    for statement in (statement for line in found.lines for statement in line.statements if statement.leading is None):
        left, *sides = [s.ungrouped(side.node) if side.node is not None else None for side in statement.sides]
        by = s.ungrouped(left.variable) if isinstance(left, s.Derivative) and left.variable is not None else None
        if isinstance(by, s.Name) and any(not isinstance(side, (s.Name, s.Derivative)) for side in sides):
            names.add(by.name)
    return names
