"""Mended forms of an expression of code, each with the slip that it would mend:
one edit of the text, in the order of likelihood."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from ....diagnostics.record import replace
from ....diagnostics.regex import regex
from ....documents.python.uses import product_of
from .around import Around, Edit
from .exchanges import exchanges, left_out
from .forms import CHAIN, COUNTS, FACTORS, NAMES, ORDERS, PARTS, TERMS, at_operators, dropped, filled
from .passage import Passage, passage_of, wrapped


def likely(text: str, here: Around, shape: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[Edit]:
    """The commonest of the mended forms of an expression."""
    whole = passage_of(text)
    if whole is None:
        return
    said = "the term `{0}` is dropped, which no line uses"
    yield from (Edit("dropped-term", said.format(name), f"{text} + {name}") for name in here.unread)
    yield from _signs(text)
    yield from _sums(text, here, shape, needed)
    yield from _shaped(text, shape, needed)
    yield from _axes(whole)
    yield from _orders(whole, here)
    yield from (edit for edit in left_out(whole, here) if edit.code == "lost-factor")
    yield from filled(FACTORS, text, here)


def edits(text: str, here: Around, shape: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[Edit]:
    """The mended forms of an expression whose value has a shape, where another may be needed."""
    whole = passage_of(text)
    if whole is None:
        return
    yield from likely(text, here, shape, needed)
    yield from exchanges(text, here)
    yield from filled(CHAIN, text, here)
    yield from _of_names(whole, here, needed)
    yield from _of_parts(whole, here)
    yield from _softmax(here, needed)
    if whole.tree not in whole.limits():
        yield from dropped(text, here, needed)


def added(key: str, here: Around, shape: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[Edit]:
    """Lines that may be missing behind those that give a name its value."""
    sums = _sums(key, here, shape, needed)
    for way in (filled(FACTORS, key, here), _signs(key), sums, filled(CHAIN, key, here), dropped(key, here, needed)):
        for edit in way:
            rest = edit.text.removeprefix(f"{key} ")
            goes_on = rest != edit.text and rest[:2] in ("* ", "/ ", "+ ", "- ")
            said = f"{key} {rest[0]}= {rest[2:]}" if goes_on else f"{key} = {edit.text}"
            yield Edit(edit.code, edit.message, said, edit.text)


def _signs(text: str) -> Iterator[Edit]:
    loose = f"({text})" if text.startswith("-") else wrapped(text, tight=False)
    for new in (*([text[1:].lstrip()] if text.startswith("-") else []), f"-{loose}"):
        yield Edit("wrong-sign", "this has the wrong sign", new)


def _sums(text: str, here: Around, shape: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[Edit]:
    of = "{x}.sum(dim={axis})" if here.torch else "np.sum({text}, axis={axis})"
    ways = [of, of[:-1] + (", keepdim=True)" if here.torch else ", keepdims=True)")]
    for axis in range(len(shape)):
        said = f"the sum over axis {axis} is missing: the forward pass repeats the array along it"
        for way in ways if len(needed) < len(shape) else reversed(ways):
            yield Edit("missing-sum", said, way.format(x=wrapped(text), text=text, axis=axis))
    if not needed:
        whole = f"{wrapped(text)}.sum()" if here.torch else f"np.sum({text})"
        yield Edit("missing-sum", "the sum over all entries is missing", whole)


def _shaped(text: str, shape: tuple[int, ...], needed: tuple[int, ...]) -> Iterator[Edit]:
    """The same entries in another shape."""
    said = "this has the right entries in another shape, which would be stretched"
    column, row = needed == (*shape, 1), needed == (1, *shape)
    for way, fits in (("[:, None]", column), ("[None, :]", row), (".ravel()", len(needed) == 1)):
        if fits:
            yield Edit("shape-mismatch", said, f"{wrapped(text)}{way}")


_AXES = ["0", "1", "-1", "2", *(str(axes) for size in (3, 2) for axes in combinations(range(4), size))]


def _axes(whole: Passage) -> Iterator[Edit]:
    """Sums, means and maxima over other axes, with the axis kept, and one for the other."""
    for node in whole.nodes():
        name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        if name not in ("sum", "mean", "max"):
            continue
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Attribute)
        words = {word.arg: word.value for word in node.keywords}
        last = (
            node.args[-1] if node.args and isinstance(node.args[-1], ast.Constant | ast.Tuple | ast.UnaryOp) else None
        )
        axis = words.get("axis") or words.get("dim") or last
        if axis is not None:
            others = sorted(_AXES, key=lambda text: ("(" in text) is not isinstance(axis, ast.Tuple))
            ways = [(text, whole.with_(axis, text)) for text in others if text != whole.of(axis)]
        else:
            inside = whole.of(node)[:-1] + (", " if node.args or node.keywords else "")
            kept = [(text, keep) for text in _AXES[:3] for keep in (", keepdims=True", "")]
            ways = [(text, whole.with_(node, f"{inside}axis={text}{keep})")) for text, keep in kept]
        yield from (Edit("wrong-axis", f"this goes over the wrong axis: {text} is needed", way) for text, way in ways)
        if axis is not None and not words.keys() & {"keepdims", "keepdim"}:
            keep = "keepdim" if "dim" in words else "keepdims"
            said = f"without `{keep}=True` this is stretched along the wrong axis"
            yield whole.edit(node, "wrong-axis", said, f"{whole.of(node)[:-1]}, {keep}=True)")
        other = {"sum": "mean", "mean": "sum"}.get(name)
        if other is not None:
            said = f"this is a {name} where a {other} is needed"
            yield whole.edit(node.func, "lost-factor", said, whole.of(node.func)[: -len(name)] + other)


def _orders(whole: Passage, here: Around) -> Iterator[Edit]:
    high = {name for name, shape in here.arrays if len(shape) > 2}
    for node in (part for product in filter(None, map(product_of, whole.nodes())) for part in product[:2]):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            continue
        said = whole.of(node)
        if said in high:
            last = f"{said}.transpose(-2, -1)" if here.torch else f"np.swapaxes({said}, -1, -2)"
            yield whole.edit(node, "missing-transpose", f"`{said}` is needed with its last two axes exchanged", last)
        elif said.endswith((".T", ".t()")):
            bare = said[: said.rindex(".")]
            yield whole.edit(node, "missing-transpose", f"`{bare}` is needed without its transpose", bare)
        else:
            yield whole.edit(
                node, "missing-transpose", f"a transpose is missing: `{wrapped(said)}.T`", f"{wrapped(said)}.T"
            )
    yield from at_operators(ORDERS, whole, here)
    for node in whole.nodes():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            continue
        if product_of(node) is not None:
            said = "the whole product is needed transposed"
            yield whole.edit(node, "missing-transpose", said, f"{whole.of(node)}.T")
        elif isinstance(node, ast.Call):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield from _letters(whole, first)


def _letters(whole: Passage, node: ast.Constant) -> Iterator[Edit]:
    """einsum with two letters of one array exchanged."""
    form = str(node.value)
    for start in range(len(form) - 1):
        pair = form[start : start + 2]
        if pair.isalpha():
            new = form[:start] + pair[::-1] + form[start + 2 :]
            yield whole.edit(
                node, "missing-transpose", f"the letters `{pair}` of the einsum stand in the wrong order", repr(new)
            )


_SLOPE = regex(r"1(?:\.0?)?\s*-\s*(?P<name>[\w.]+(?:\[[^\[\]]*\])?)(?:\s*\*\*\s*\d+)?")


def _slopes(whole: Passage, product: ast.BinOp) -> Iterator[Edit]:
    factors: list[ast.expr] = [product]
    while isinstance(factors[0], ast.BinOp) and isinstance(factors[0].op, ast.Mult):
        factors[:1] = [factors[0].left, factors[0].right]
    for factor in factors:
        found = _SLOPE.fullmatch(whole.of(factor))
        if found is None:
            continue
        name = found["name"]
        others = [wrapped(whole.of(other)) for other in factors if other is not factor and whole.of(other) != name]
        for slope in (f"{name} * (1 - {name})", f"(1 - {name} ** 2)"):
            yield whole.edit(product, "chain-rule", f"the slope is `{slope}`", " * ".join([*others, slope]))


def _softmax(here: Around, needed: tuple[int, ...]) -> Iterator[Edit]:
    """The derivative through a softmax, where only its diagonal was taken, or none of it."""
    own = [name for name, shape in here.arrays if shape == needed and needed]
    total = "({a} * {b}).sum(dim=-1, keepdim=True)" if here.torch else "np.sum({a} * {b}, axis=-1, keepdims=True)"
    for probabilities in own:
        for slope in own:
            if slope != probabilities:
                new = f"{probabilities} * ({slope} - {total.format(a=slope, b=probabilities)})"
                yield Edit("chain-rule", "each entry of a softmax depends on the whole row", new)


def _of_parts(whole: Passage, here: Around) -> Iterator[Edit]:
    """What may be missing at a part: at a term, or at what a function is called with."""
    parts: list[tuple[ast.expr, str]] = []
    for node in whole.nodes():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            parts += [(node.left, "{}"), (node.right, "{}")]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            parts += [(part, "({})") for part in (node.left, node.right) if product_of(part) is None]
        elif isinstance(node, ast.Call):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            parts += [(part, "{}") for part in node.args[:1]]
            parts += [(owner, "({})")] if owner is not None and not isinstance(owner, ast.Name) else []
        elif isinstance(node, ast.Tuple | ast.List):
            parts += [(part, "{}") for part in node.elts]
    for node, form in sorted(parts, key=lambda part: not isinstance(part[0], ast.Name | ast.Attribute)):
        for edit in filled(PARTS, whole.of(node), here):
            said = whole.edit(node, edit.code, edit.message, form.format(edit.text))
            yield replace(said, part=whole.of(node))


def _of_row(node: ast.Subscript, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of a row, `dh[t]`, or of another slice at one place, `dh[:, t]`; None where it is neither."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    whole = [isinstance(part, ast.Slice) and not (part.lower or part.upper or part.step) for part in parts]
    plain = all(kept or isinstance(part, ast.Name) for kept, part in zip(whole, parts, strict=True))
    left = tuple(size for size, kept in zip(shape, whole, strict=False) if kept) + shape[len(parts) :]
    return left if plain and left else None


def _of_names(whole: Passage, here: Around, needed: tuple[int, ...]) -> Iterator[Edit]:
    """What may be missing at a name, or at a row of an array: a term of the same shape, a function, a factor."""
    shapes, limits = dict(here.arrays), whole.limits()
    for node in whole.nodes():
        said = whole.of(node)
        named = isinstance(node, ast.Name | ast.Attribute)
        shape = shapes.get(said) if named else None
        rows = COUNTS if said in here.sizes or said in here.numbers else NAMES if shape is not None else ()
        rows = () if node in limits else rows
        yield from (whole.edit(node, edit.code, edit.message, edit.text) for edit in filled(rows, said, here))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in here.functions:
            inside = whole.of(node.args[0])
            yield whole.edit(node, "chain-rule", f"`{inside}` itself is needed", wrapped(inside))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            yield from _slopes(whole, node)
        elif isinstance(node, ast.Subscript):
            shape = _of_row(node, shapes.get(whole.of(node.value), ()))
        alike = [name for name, like in here.arrays if shape == like and name != said and node not in limits]
        for edit in filled(TERMS, said, replace(here, arrays=tuple((name, ()) for name in alike))):
            yield replace(whole.edit(node, edit.code, edit.message, edit.text), part=said)
        for name, like in here.arrays if named and (shape is not None or said in here.numbers) else ():
            if like == needed:
                sign = f"{said} * {here.library}.sign({name})"
                yield whole.edit(node, "wrong-sign", f"the sign of `{name}` is missing", sign)
            if len(like) == 2 and like[0] == like[1] and (shape or ())[:1] == like[:1]:
                yield whole.edit(node, "chain-rule", f"the factor `{name}` is missing", f"({name} @ {said})")
