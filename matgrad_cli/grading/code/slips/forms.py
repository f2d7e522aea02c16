"""The forms in which something may be missing at an expression of code: a table, filled with what stands around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ....diagnostics.record import replace
from ....diagnostics.regex import regex
from .around import Around, Edit
from .passage import Passage, turned, wrapped

Rows = tuple[tuple[str, str, str, str], ...]
"""What is put in for {n}, the slip's code, its message, and the form, where {x} is the expression."""

FACTORS: Rows = (
    ("constants", "lost-factor", "a factor {n} is lost", "{n} * {x}"),
    ("sizes", "lost-factor", "a division by `{n}` is lost: the loss is a mean", "{x} / {n}"),
    ("sizes", "lost-factor", "a factor `{n}` is lost", "{x} * {n}"),
    ("sizes", "lost-factor", "a factor 2/{n} is lost", "2 / {n} * {x}"),
    ("numbers", "lost-factor", "a factor `{n}` is lost", "{n} * {x}"),
    ("numbers", "lost-factor", "a division by `{n}` is lost", "{x} / {n}"),
    ("numbers", "lost-factor", "a factor `2 * {n}` is lost", "2 * {n} * {x}"),
    ("sizes numbers", "lost-factor", "a division by the root of `{n}` is lost", "{x} / {lib}.sqrt({n})"),
)
CHAIN: Rows = (
    *(
        ("arrays", "chain-rule", f"the factor `{factor}` of the chain rule is missing", f"{{x}} * {factor}")
        for factor in ("{n}", "(1 - {n})", "(1 - {n} ** 2)", "{n} * (1 - {n})", "({n} > 0)", "{lib}.sign({n})")
    ),
    ("arrays", "chain-rule", "the factor `1 / {n}` of the chain rule is missing", "{x} / {n}"),
)
PARTS: Rows = (
    ("", "wrong-sign", "the sign is wrong at `{said}`", "-{x}"),
    ("halves numbers sizes", "lost-factor", "a factor `{n}` is lost at `{said}`", "{n} * {x}"),
    ("sizes numbers", "lost-factor", "a division by `{n}` is lost at `{said}`", "{x} / {n}"),
    ("arrays", "chain-rule", "the factor `{n}` is missing at `{said}`", "{x} * {n}"),
    ("arrays", "chain-rule", "the factor `1 - {n}` is missing at `{said}`", "{x} * (1 - {n})"),
    ("arrays", "chain-rule", "a division by `{n}` is missing at `{said}`", "{x} / {n}"),
)
_LESS_ONE = ("", "dropped-term", "the term `-1` is dropped at `{said}`", "({x} - 1)")
COUNTS: Rows = (("", "lost-factor", "the root of `{said}` is needed", "{lib}.sqrt({x})"), _LESS_ONE)
NAMES: Rows = (
    _LESS_ONE,
    ("", "chain-rule", "the square of `{said}` is needed", "{x} ** 2"),
    ("functions", "chain-rule", "`{n}({said})` is needed", "{n}({x})"),
    ("", "chain-rule", "`{lib}.sign({said})` is needed", "{lib}.sign({x})"),
)
TERMS: Rows = (
    ("arrays", "dropped-term", "the term `-{n}` is dropped at `{said}`", "({x} - {n})"),
    ("arrays", "dropped-term", "the term `{n}` is dropped at `{said}`", "({x} + {n})"),
)
_WHOLE_TERMS: Rows = (
    ("arrays", "dropped-term", "the term `{n}` is dropped", "{said} + {n}"),
    ("arrays", "dropped-term", "the term `2 * {n}` is dropped", "{said} + 2 * {n}"),
    ("multiples", "dropped-term", "the term `{n}` is dropped", "{said} + {n}"),
    ("arrays", "dropped-term", "the term `-{n}` is dropped", "{said} - {n}"),
)


def filled(rows: Rows, text: str, here: Around) -> Iterator[Edit]:
    """The edits of an expression by the forms of a table."""
    if text.startswith("*"):  # arguments in a row are no expression
        return
    loose, names = wrapped(text, tight=False), [name for name, _ in here.arrays]
    parts = {
        "": ("",),
        "constants": ("2", "0.5", "4", "0.25"),
        "halves": ("2", "0.5"),
        "arrays": names,
        "numbers": here.numbers,
        "sizes": here.sizes,
        "functions": here.functions,
        "multiples": [f"{two}{number} * {name}" for two in ("", "2 * ") for number in here.numbers for name in names],
    }
    for of, code, message, form in rows:
        for name in [name for kind in of.split(" ") for name in parts[kind]]:
            given = {"n": name, "x": loose, "said": text, "lib": here.library}
            yield Edit(code, message.format(**given), _TWO_NUMBERS.sub(_as_one, form.format(**given)))


_TWO_NUMBERS = regex(r"\A(\d+(?:\.\d+)?) \* (\d+(?:\.\d+)?)(?P<then> \* (?!\*)| / (?!/))")


def _as_one(found: re.Match[str]) -> str:
    """Two numbers in front of a product as one, and none where that is 1: of `0.5 * 2 * r` `r`."""
    number = float(found[1]) * float(found[2])
    return "" if number == 1 and "*" in found["then"] else f"{number:g}{found['then']}"


Forms = dict[type, tuple[tuple[str, str, str], ...]]
"""For an operator the slips at it: the code, the message, and the form, in which {left} and {right} are its sides as
they stand, {l} and {r} as factors, {lt} and {rt} transposed, {taken} is the right one behind a minus."""

ORDERS: Forms = {
    ast.MatMult: (
        ("wrong-order", "the factors stand in the wrong order", "{r} @ {l}"),
        ("missing-transpose", "the whole product is needed transposed", "({left} @ {right}).T"),
        ("wrong-order", "the factors are turned and exchanged", "{rt} @ {lt}"),
        ("wrong-order", "the factors are turned and exchanged", "{lt} @ {rt}"),
    )
}
_TURNED = "chain-rule", "the mask is the wrong way round"
OPERATORS: Forms = {
    ast.MatMult: (("product-for-hadamard", "`*` is needed here", "{l} * {r}"),),
    ast.Mult: (
        ("product-for-hadamard", "`@` is needed here", "{l} @ {r}"),
        ("chain-rule", "`/` is needed here", "{l} / {r}"),
        ("chain-rule", "`+` is needed here", "{l} + {r}"),
    ),
    ast.Add: (("wrong-sign", "`-` is needed here", "{l} - {r}"), ("chain-rule", "`*` is needed here", "{l} * {r}")),
    ast.Sub: (("wrong-sign", "`+` is needed here", "{l} + {r}"),),
    ast.Div: (("chain-rule", "`*` is needed here", "{l} * {r}"),),
    ast.Invert: ((*_TURNED, "{right}"),),
    **dict.fromkeys((ast.Gt, ast.GtE), ((*_TURNED, "{left} < {right}"),)),
    **dict.fromkeys((ast.Lt, ast.LtE), ((*_TURNED, "{left} > {right}"),)),
}
_TERM, _FACTOR = ("extra-term", "the term `{right}` is too much", "{left}"), "the factor `{%s}` is too much"
_ITSELF = "chain-rule", "`{right}` itself is needed", "{r}"
LEFT_OUT: Forms = {
    ast.Add: (_TERM, ("extra-term", "the term `{left}` is too much", "{right}"), _ITSELF),
    ast.Sub: (_TERM, ("extra-term", "the term `{left}` is too much", "-{taken}"), _ITSELF),
    **dict.fromkeys(
        (ast.Mult, ast.MatMult),
        (("{of_right}", _FACTOR % "right", "{left}"), ("{of_left}", _FACTOR % "left", "{right}")),
    ),
    ast.Div: (("{of_right}", "the division by `{right}` is too much", "{left}"),),
    ast.Pow: (("chain-rule", "the power `{right}` is too much", "{left}"),),
}


def at_operators(forms: Forms, whole: Passage, here: Around) -> Iterator[Edit]:
    """The edits of a table at each operator of an expression."""
    for node in whole.nodes():
        kind, sides = _operator(node)
        texts = [*map(whole.of, sides)] if kind in forms else []
        if texts:
            left, right = texts[0], texts[-1]
            number = [
                isinstance(side, ast.Constant) or said in here.counts for side, said in zip(sides, texts, strict=True)
            ]
            given = {"left": left, "right": right, "l": wrapped(left), "r": wrapped(right)}
            given |= {"lt": turned(left), "rt": turned(right), "taken": wrapped(right, tight=False)}
            given |= {"of_left": _CODES[number[0]], "of_right": _CODES[number[-1]]}
            for code, message, form in forms[kind]:
                yield whole.edit(node, code.format(**given), message.format(**given), form.format(**given))


_CODES = ("chain-rule", "lost-factor")
"""What the slip at a factor is: at an array, at a number."""


def _operator(node: ast.expr) -> tuple[type, list[ast.expr]]:
    if isinstance(node, ast.BinOp):
        return type(node.op), [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return type(node.op), [node.operand]
    single = isinstance(node, ast.Compare) and len(node.ops) == 1
    return (type(node.ops[0]), [node.left, *node.comparators]) if single else (ast.expr, [])  # type: ignore[attr-defined]


def dropped(text: str, here: Around, needed: tuple[int, ...]) -> Iterator[Edit]:
    """The text with a term more that has the shape that is needed: an array, a multiple of one, a product of two."""
    fitting = tuple(one for one in here.arrays if one[1] == needed)
    yield from filled(_WHOLE_TERMS, text, replace(here, arrays=fitting))
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
