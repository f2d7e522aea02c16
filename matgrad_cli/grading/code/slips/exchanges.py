"""Mended forms of an expression of code in which one part is another, or is left out: nothing is added."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .around import Around, Edit
from .forms import LEFT_OUT, OPERATORS, at_operators
from .passage import Passage, passage_of, wrapped


def exchanges(text: str, here: Around) -> Iterator[Edit]:
    """The mended forms in which one part is another, or is left out: nothing is added."""
    whole = passage_of(text)
    if whole is not None:
        yield from _variables(whole, here)
        yield from _steps(whole)
        yield from at_operators(OPERATORS, whole, here)
        yield from _powers(whole)
        yield from left_out(whole, here)
        yield from _numbers(whole, here)


def _variables(whole: Passage, here: Around) -> Iterator[Edit]:
    shapes = dict(here.arrays)
    for node in whole.nodes():
        said = whole.of(node)
        if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and node is not whole.tree:
            continue
        if said in shapes:
            others = [text for text, _ in here.arrays if text != said]
            others.sort(key=lambda text: (shapes[text] != shapes[said], sorted(shapes[text]) != sorted(shapes[said])))
        elif said in here.numbers or _counts(node, here):
            others = [text for text in (*here.numbers, *here.sizes) if text != said]
            others.sort(key=lambda text: (text in here.sizes) != (said in here.sizes))
        else:
            continue
        for other in others[:16]:
            yield whole.edit(node, "wrong-variable", f"`{other}` is needed in place of `{said}`", other)


def _counts(node: ast.expr, here: Around) -> bool:
    """Whether this is a size, or made of sizes: `x.shape[2] - 1`."""
    if isinstance(node, ast.BinOp):
        return all(isinstance(part, ast.Constant) or _counts(part, here) for part in (node.left, node.right))
    return ast.unparse(node) in here.sizes


def _steps(whole: Passage) -> Iterator[Edit]:
    """The entry before or behind, `hs[t - 1]` in place of `hs[t]`."""
    for node in whole.nodes():
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
            for step in ("- 1", "+ 1"):
                other = f"{whole.of(node.value)}[{node.slice.id} {step}]"
                said = f"`{other}` is needed in place of `{whole.of(node)}`"
                yield whole.edit(node, "wrong-variable", said, other)


def _powers(whole: Passage) -> Iterator[Edit]:
    """`1 - a ** 2` in place of `(1 - a) ** 2`, or of `1 - a`."""
    for node in whole.nodes():
        sides = (node.left, node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) else ()
        if sides and getattr(sides[0], "value", None) == 1 and not isinstance(sides[1], ast.BinOp):
            one, said = map(whole.of, sides)
            new = f"{one} - {wrapped(said)} ** 2"
            yield whole.edit(node, "chain-rule", f"the square of `{said}` is needed", new)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.left, ast.BinOp):
            first, second = whole.of(node.left.left), whole.of(node.left.right)
            sign = "-" if isinstance(node.left.op, ast.Sub) else "+"
            new = f"({first} {sign} {wrapped(second)} ** {whole.of(node.right)})"
            yield whole.edit(node, "chain-rule", f"the power belongs to `{second}` alone", new)


def _numbers(whole: Passage, here: Around) -> Iterator[Edit]:
    limits = whole.limits()
    for node in (node for node in whole.nodes() if node not in limits):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            value = node.value
            for other in dict.fromkeys((2, 3, 0.5, 1, -value, value + 1, value - 1, value * 2, value / 2)):
                if other != value:
                    yield whole.edit(
                        node, "lost-factor", f"`{other:g}` is needed in place of `{value:g}`", f"{other:g}"
                    )
            for size in (*here.sizes, *here.numbers):
                yield whole.edit(node, "lost-factor", f"`{size}` is needed in place of `{value:g}`", size)
            for name, _ in here.arrays if node is whole.tree else ():
                yield Edit("wrong-variable", f"`{name}` is needed in place of `{value:g}`", name)


def left_out(whole: Passage, here: Around) -> Iterator[Edit]:
    """The mended forms in which a term, a factor or a power is too much; numbers behind each other, `T / 2`, are one
    factor."""
    yield from at_operators(LEFT_OUT, whole, here)
    for node in whole.nodes():
        inner = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div) else None
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult) and whole.of(inner.right) in here.counts:
            rest = whole.of(inner.left)
            said = whole.of(node)[len(rest) :].lstrip(" *")
            yield whole.edit(node, "lost-factor", f"the factor `{said}` is too much", rest)
