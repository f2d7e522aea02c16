"""Mended forms of an expression of code in which one part is another, or is left out: nothing is added."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .around import Around, Edit
from .passage import Passage, passage_of, wrapped


def exchanges(text: str, here: Around) -> Iterator[Edit]:
    """The mended forms in which one part is another, or is left out: nothing is added."""
    whole = passage_of(text)
    if whole is not None:
        yield from _variables(whole, here)
        yield from _steps(whole)
        yield from _operators(whole)
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


_OTHER: dict[type, tuple[str, ...]] = {
    ast.MatMult: ("*",), ast.Mult: ("@", "/", "+"), ast.Add: ("-", "*"), ast.Sub: ("+",), ast.Div: ("*",),
}  # fmt: skip

_CODES = {
    ("MatMult", "*"): "product-for-hadamard",
    ("Mult", "@"): "product-for-hadamard",
    ("Add", "-"): "wrong-sign",
    ("Sub", "+"): "wrong-sign",
}


def _operators(whole: Passage) -> Iterator[Edit]:
    for node in whole.nodes():
        if isinstance(node, ast.BinOp):
            left, right = whole.of(node.left), whole.of(node.right)
            for other in _OTHER.get(type(node.op), ()):
                code = _CODES.get((type(node.op).__name__, other), "chain-rule")
                yield whole.edit(node, code, f"`{other}` is needed here", f"{wrapped(left)} {other} {wrapped(right)}")
            if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.BinOp):
                first, second = whole.of(node.left.left), whole.of(node.left.right)
                sign = "-" if isinstance(node.left.op, ast.Sub) else "+"
                new = f"({first} {sign} {wrapped(second)} ** {right})"
                yield whole.edit(node, "chain-rule", f"the power belongs to `{second}` alone", new)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            yield whole.edit(node, "chain-rule", "the mask is the wrong way round", whole.of(node.operand))
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = whole.of(node.left), whole.of(node.comparators[0])
            turned = {ast.Gt: "<", ast.Lt: ">", ast.GtE: "<", ast.LtE: ">"}.get(type(node.ops[0]))
            if turned:
                yield whole.edit(node, "chain-rule", "the mask is the wrong way round", f"{left} {turned} {right}")


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
    numbers = {*here.sizes, *here.numbers}
    for node in whole.nodes():
        if not isinstance(node, ast.BinOp):
            continue
        left, right = whole.of(node.left), whole.of(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            yield whole.edit(node, "extra-term", f"the term `{right}` is too much", left)
            new = right if isinstance(node.op, ast.Add) else f"-{wrapped(right, tight=False)}"
            yield whole.edit(node, "extra-term", f"the term `{left}` is too much", new)
            yield whole.edit(node, "chain-rule", f"`{right}` itself is needed", wrapped(right))
        elif isinstance(node.op, ast.Mult | ast.Div | ast.MatMult | ast.Pow):
            word = {ast.Div: "division by", ast.Pow: "power"}.get(type(node.op), "factor")
            for part, rest in ((node.right, left), (node.left, right))[: 1 if word != "factor" else 2]:
                number = isinstance(part, ast.Constant) or whole.of(part) in numbers
                code = "lost-factor" if number and word != "power" else "chain-rule"
                yield whole.edit(node, code, f"the {word} `{whole.of(part)}` is too much", rest)
            inner = node.left
            if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult) and whole.of(inner.right) in numbers:
                rest = whole.of(inner.left)
                said = whole.of(node)[len(rest) :].lstrip(" *")
                yield whole.edit(node, "lost-factor", f"the factor `{said}` is too much", rest)
