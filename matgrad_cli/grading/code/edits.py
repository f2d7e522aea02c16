"""Mended forms of an expression of code, each with the slip that it would mend: one edit of the text, in the order of likelihood."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from ...diagnostics.record import record
from ...verify.programs.values import Frame, Thing, Value
from .passage import Passage, wrapped


@record
class Edit:
    """A new text of an expression, and the slip behind the old one."""

    code: str
    message: str
    text: str


@record
class Around:
    """What stands around an expression: the arrays, the numbers and the sizes in reach, as texts; whether torch's words are used."""

    arrays: tuple[tuple[str, tuple[int, ...]], ...]
    numbers: tuple[str, ...]
    sizes: tuple[str, ...]
    torch: bool


def around(frame: Frame, outer: Frame, given: dict[str, Value], torch: bool) -> Around:
    """What can be named where a line stands."""
    arrays: dict[str, tuple[int, ...]] = {}
    numbers: list[str] = []
    sizes: list[str] = []
    for name, value in [*_named(given), *outer.names.items(), *frame.names.items()]:
        found = [(name, value)]
        if isinstance(value, Thing):
            found = [(f"{name}.{inner}", part) for inner, part in value.attributes.items()]
        for text, part in found:
            if isinstance(part, int | np.integer) and not isinstance(part, bool) and part > 1:
                sizes.append(text)
            elif _is_array(part) and part.ndim:
                arrays[text] = part.shape
            elif _is_array(part) or isinstance(part, float):
                numbers.append(text)
    rows = [f"{text}.shape[{axis}]" for text, shape in arrays.items() for axis in range(len(shape))]
    own = tuple((text, shape) for text, shape in arrays.items() if text in frame.names or "." in text or frame is outer)
    return Around(own, tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys([*sizes, *rows[:16]])), torch)


def _named(given: dict[str, Value]) -> list[tuple[str, Value]]:
    return [(name, value) for name, value in given.items() if name.isidentifier()]


def _is_array(value: Value) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fcb"


def edits(text: str, here: Around, shape: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[Edit]:
    """The mended forms of an expression whose value has a shape, where another may be needed."""
    try:
        whole = Passage(text)
    except (SyntaxError, ValueError):
        return
    yield from _signs(text)
    yield from _sums(text, here, shape, needed)
    yield from _axes(whole)
    yield from _orders(whole)
    yield from _factors(text, here)
    yield from _variables(whole, here)
    yield from _operators(whole)
    yield from _numbers(whole)
    yield from _left_out(whole)
    yield from _chain(text, here)
    yield from _inner(whole, here, needed)
    yield from _terms(text, here, needed)


def _signs(text: str) -> Iterator[Edit]:
    new = text[1:].lstrip() if text.startswith("-") and Passage(text).tree.__class__ is not ast.BinOp else f"-{wrapped(text, tight=False)}"
    yield Edit("wrong-sign", "this has the wrong sign", new)
    if text.startswith("-"):
        yield Edit("wrong-sign", "this has the wrong sign", text[1:].lstrip())


def _sums(text: str, here: Around, shape: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[Edit]:
    word, keep = ("dim", "keepdim") if here.torch else ("axis", "keepdims")
    for axis in range(len(shape)):
        said = f"the sum over axis {axis} is missing: it is used for every entry there"
        if here.torch:
            yield Edit("missing-sum", said, f"{wrapped(text)}.sum({word}={axis})")
            yield Edit("missing-sum", said, f"{wrapped(text)}.sum({word}={axis}, {keep}=True)")
        else:
            ways = [f"np.sum({text}, {word}={axis})", f"np.sum({text}, {word}={axis}, {keep}=True)"]
            yield from (Edit("missing-sum", said, way) for way in (ways if len(needed) < len(shape) else reversed(ways)))
    if not needed:
        yield Edit("missing-sum", "the sum over all entries is missing", f"{wrapped(text)}.sum()" if here.torch else f"np.sum({text})")


def _axes(whole: Passage) -> Iterator[Edit]:
    for node in whole.nodes():
        if not isinstance(node, ast.Call):
            continue
        for word in node.keywords:
            if word.arg in ("axis", "dim") and isinstance(word.value, ast.Constant | ast.UnaryOp):
                for axis in ("0", "1", "-1", "2"):
                    if whole.of(word.value) != axis:
                        yield Edit("wrong-axis", f"this goes over the wrong axis: {axis} is needed", whole.with_(word.value, axis))
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if (
            name in ("sum", "mean", "max")
            and not any(word.arg in ("keepdims", "keepdim") for word in node.keywords)
            and (node.args or node.keywords)
        ):
            inside = whole.of(node)
            keep = "keepdim" if any(word.arg == "dim" for word in node.keywords) else "keepdims"
            said = f"without `{keep}=True` this is stretched along the wrong axis"
            yield Edit("wrong-axis", said, whole.with_(node, f"{inside[:-1]}, {keep}=True)"))
        if name in ("sum", "mean") and node.args and isinstance(node.args[-1], ast.Constant) and isinstance(node.args[-1].value, int):
            for axis in ("0", "1"):
                if whole.of(node.args[-1]) != axis:
                    yield Edit("wrong-axis", f"this goes over the wrong axis: {axis} is needed", whole.with_(node.args[-1], axis))
        if name == "mean":
            new = whole.of(node.func)[: -len("mean")] + "sum"
            yield Edit("lost-factor", "this is a mean where a sum is needed", whole.with_(node.func, new))
        if name == "sum":
            new = whole.of(node.func)[: -len("sum")] + "mean"
            yield Edit("lost-factor", "this is a sum where a mean is needed", whole.with_(node.func, new))


def _operands(whole: Passage) -> Iterator[ast.expr]:
    """The factors of matrix products."""
    for node in whole.nodes():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield node.left
            yield node.right
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "matmul", "mm", "mv", "bmm"):
            if not isinstance(node.func.value, ast.Name) or node.func.value.id not in ("np", "torch", "numpy"):
                yield node.func.value
            yield from node.args


def _orders(whole: Passage) -> Iterator[Edit]:
    for node in _operands(whole):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            continue
        said = whole.of(node)
        if said.endswith((".T", ".t()")):
            bare = said[: said.rindex(".")]
            yield Edit("missing-transpose", f"`{bare}` is needed without its transpose", whole.with_(node, bare))
        else:
            yield Edit("missing-transpose", f"a transpose is missing: `{wrapped(said)}.T`", whole.with_(node, f"{wrapped(said)}.T"))
    for node in whole.nodes():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            left, right = whole.of(node.left), whole.of(node.right)
            yield Edit("wrong-order", "the factors stand in the wrong order", whole.with_(node, f"{wrapped(right)} @ {wrapped(left)}"))
            yield Edit("missing-transpose", "the whole product is needed transposed", whole.with_(node, f"({left} @ {right}).T"))
            for new in (f"{_turned(right)} @ {_turned(left)}", f"{_turned(left)} @ {_turned(right)}"):
                yield Edit("wrong-order", "the factors are turned and exchanged", whole.with_(node, new))
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            yield from _letters(whole, node.args[0])


def _turned(text: str) -> str:
    return text[: -len(".T")] if text.endswith(".T") else f"{wrapped(text)}.T"


def _letters(whole: Passage, node: ast.Constant) -> Iterator[Edit]:
    """einsum with two letters of one array exchanged."""
    form = str(node.value)
    for start in range(len(form) - 1):
        pair = form[start : start + 2]
        if pair.isalpha():
            new = form[:start] + pair[::-1] + form[start + 2 :]
            yield Edit("missing-transpose", f"the letters `{pair}` of the einsum stand in the wrong order", whole.with_(node, repr(new)))


def _factors(text: str, here: Around) -> Iterator[Edit]:
    loose, tight = wrapped(text, tight=False), wrapped(text, tight=False)
    for value in ("2", "0.5"):
        yield Edit("lost-factor", f"a factor {value} is lost", f"{value} * {tight}")
    for size in here.sizes:
        yield Edit("lost-factor", f"a division by `{size}` is lost: the loss is a mean", f"{loose} / {size}")
        yield Edit("lost-factor", f"a factor `{size}` is lost", f"{loose} * {size}")
        yield Edit("lost-factor", f"a factor 2/{size} is lost", f"2 / {size} * {tight}")
    for name in here.numbers:
        yield Edit("lost-factor", f"a factor `{name}` is lost", f"{name} * {tight}")
        yield Edit("lost-factor", f"a division by `{name}` is lost", f"{loose} / {name}")
        yield Edit("lost-factor", f"a factor `2 * {name}` is lost", f"2 * {name} * {tight}")


def _variables(whole: Passage, here: Around) -> Iterator[Edit]:
    shapes = dict(here.arrays)
    for node in whole.nodes():
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        said = whole.of(node)
        if said in shapes:
            others = [
                text for text, shape in here.arrays if text != said and (shape == shapes[said] or sorted(shape) == sorted(shapes[said]))
            ]
        elif said in here.numbers:
            others = [text for text in here.numbers if text != said]
        elif said in here.sizes:
            others = [text for text in here.sizes if text != said]
        else:
            continue
        for other in others[:12]:
            yield Edit("wrong-variable", f"`{other}` is needed in place of `{said}`", whole.with_(node, other))


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
                yield Edit(code, f"`{other}` is needed here", whole.with_(node, f"{wrapped(left)} {other} {wrapped(right)}"))
            if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.BinOp):
                first, second = whole.of(node.left.left), whole.of(node.left.right)
                sign = "-" if isinstance(node.left.op, ast.Sub) else "+"
                new = f"({first} {sign} {wrapped(second)} ** {right})"
                yield Edit("chain-rule", f"the power belongs to `{second}` alone", whole.with_(node, new))
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = whole.of(node.left), whole.of(node.comparators[0])
            turned = {ast.Gt: "<", ast.Lt: ">", ast.GtE: "<", ast.LtE: ">"}.get(type(node.ops[0]))
            if turned:
                yield Edit("chain-rule", "the mask is the wrong way round", whole.with_(node, f"{left} {turned} {right}"))


def _numbers(whole: Passage) -> Iterator[Edit]:
    for node in whole.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            value = node.value
            for other in dict.fromkeys((1, 2, 3, 0.5, -value, value + 1, value - 1, value * 2, value / 2)):
                if other != value:
                    yield Edit("lost-factor", f"`{other:g}` is needed in place of `{value:g}`", whole.with_(node, f"{other:g}"))


def _left_out(whole: Passage) -> Iterator[Edit]:
    for node in whole.nodes():
        if not isinstance(node, ast.BinOp):
            continue
        left, right = whole.of(node.left), whole.of(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            yield Edit("extra-term", f"the term `{right}` is too much", whole.with_(node, left))
            new = right if isinstance(node.op, ast.Add) else f"-{wrapped(right, tight=False)}"
            yield Edit("extra-term", f"the term `{left}` is too much", whole.with_(node, new))
        elif isinstance(node.op, ast.Mult | ast.Div | ast.MatMult | ast.Pow):
            yield Edit("chain-rule", f"the factor `{right}` is too much", whole.with_(node, left))
            if not isinstance(node.op, ast.Div | ast.Pow):
                yield Edit("chain-rule", f"the factor `{left}` is too much", whole.with_(node, right))


def _chain(text: str, here: Around) -> Iterator[Edit]:
    loose = wrapped(text, tight=False)
    sign = "torch.sign" if here.torch else "np.sign"
    for name, _ in here.arrays:
        for factor in (name, f"(1 - {name})", f"(1 - {name} ** 2)", f"{name} * (1 - {name})", f"({name} > 0)", f"{sign}({name})"):
            yield Edit("chain-rule", f"the factor `{factor}` of the chain rule is missing", f"{loose} * {factor}")
        yield Edit("chain-rule", f"the factor `1 / {name}` of the chain rule is missing", f"{loose} / {name}")


def _inner(whole: Passage, here: Around, needed: tuple[int, ...]) -> Iterator[Edit]:
    """A factor that is missing at one name inside."""
    sign = "torch.sign" if here.torch else "np.sign"
    shapes = dict(here.arrays)
    for node in whole.nodes():
        if not isinstance(node, ast.Name) or (node.id not in shapes and node.id not in here.numbers):
            continue
        for name, shape in here.arrays:
            if shape == needed:
                said = f"the sign of `{name}` is missing"
                yield Edit("wrong-sign", said, whole.with_(node, f"{node.id} * {sign}({name})"))
            if len(shape) == 2 and shape[0] == shape[1] and shapes.get(node.id, ())[:1] == shape[:1]:
                yield Edit("chain-rule", f"the factor `{name}` is missing", whole.with_(node, f"({name} @ {node.id})"))


def _terms(text: str, here: Around, needed: tuple[int, ...]) -> Iterator[Edit]:
    for name, shape in here.arrays:
        if shape != needed:
            continue
        for factor in ("", "2 * ", *(f"{number} * " for number in here.numbers), *(f"2 * {number} * " for number in here.numbers)):
            yield Edit("dropped-term", f"the term `{factor}{name}` is dropped", f"{text} + {factor}{name}")
        yield Edit("dropped-term", f"the term `-{name}` is dropped", f"{text} - {name}")
    for first, left in here.arrays:
        for second, right in here.arrays:
            for product in _products(first, left, second, right, needed):
                yield Edit("dropped-term", f"the term `{product}` is dropped", f"{text} + {product}")


def _products(first: str, left: tuple[int, ...], second: str, right: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[str]:
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
