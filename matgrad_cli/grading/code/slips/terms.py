"""Terms that may have been dropped from an expression of code."""

from __future__ import annotations

from collections.abc import Iterator

from .around import Around, Edit


def dropped(text: str, here: Around, needed: tuple[int, ...]) -> Iterator[Edit]:
    """The text with a term more that has the shape that is needed: an array, a multiple of one, a product of two."""
    for name, shape in here.arrays:
        if shape != needed:
            continue
        for factor in (
            "",
            "2 * ",
            *(f"{number} * " for number in here.numbers),
            *(f"2 * {number} * " for number in here.numbers),
        ):
            yield Edit("dropped-term", f"the term `{factor}{name}` is dropped", f"{text} + {factor}{name}")
        yield Edit("dropped-term", f"the term `-{name}` is dropped", f"{text} - {name}")
    for first, left in here.arrays:
        for second, right in here.arrays:
            for product in _products(first, left, second, right, needed):
                yield Edit("dropped-term", f"the term `{product}` is dropped", f"{text} + {product}")


def _products(
    first: str, left: tuple[int, ...], second: str, right: tuple[int, ...], needed: tuple[int, ...]
) -> Iterator[str]:
    if left == needed and (right == needed or right == needed[-1:]) and first != second:
        yield f"{first} * {second}"
    if len(left) == len(right) == 2:
        ways = (
            (left, right, f"{first} @ {second}"),
            (left[::-1], right, f"{first}.T @ {second}"),
            (left, right[::-1], f"{first} @ {second}.T"),
        )
        for a, b, said in ways:
            if a[1] == b[0] and (a[0], b[1]) == needed:
                yield said
