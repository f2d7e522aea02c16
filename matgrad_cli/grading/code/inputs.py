"""The inputs of a program: what each is (an array, labels, a size, a word), and its values at a point."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import chain, combinations
from typing import Any

import numpy as np

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.python.said import Said, letters_of, size_of
from ...documents.python.uses import TARGETS, Axes
from ...verify.programs.names import DATA
from ...verify.programs.values import Keyed, Undecided

Value = Any


@record
class Kind:
    """What an input is: `array` or `labels` of some dimensions, a `size`, a `word` (`dims[0]` is it), `truth`, `none`,
    or `listed`: a list of labels, as long as anyone needs it."""

    form: str
    dims: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    told: bool = False

    @property
    def said(self) -> str:
        """It in words."""
        if self.form == "array":
            comma = "," if len(self.dims) == 1 else ""
            said = f"of shape ({', '.join(self.dims)}{comma})" if self.dims else "a number"
            return said + ", of 0 and 1" * ("binary" in self.facts)
        words = {
            "sizes": "a list of sizes",
            "labels": "an array of class numbers",
            "listed": "a list of class numbers",
            "keyed": "the parameters of three layers",
            "size": "a size",
        }
        return words.get(self.form, self.form)


Kinds = tuple[tuple[str, Kind], ...]

_ROWS = """
4 3 5 2 6 7 8 9, 4 6 8 2 10 12 14 16, 4 4 4 4 4 4 4 4, 5 3 4 6 2 3 5 7, 6 2 3 4 3 5 7 8,
3 5 2 4 7 6 9 8, 6 4 2 8 12 10 16 14, 6 6 6 6 6 6 6 6, 3 6 2 5 4 3 2 4, 2 4 3 5 6 7 8 9,
5 2 4 6 3 8 7 9, 8 2 4 6 10 14 12 16, 3 3 3 3 3 3 3 3, 2 6 3 7 3 2 4 5, 3 2 4 6 5 8 7 9,
3 7 3 5 3 3 5 3, 3 3 5 3 7 3 9 5, 7 3 3 5 3 3 5 3"""
SIZES = tuple(tuple(map(int, row.split())) for row in _ROWS.split(","))
"""Sizes of the dimensions in the order in which they are named: all different; even; all equal; the first ones the
larger, and the smaller: a filter is no larger than what it goes over. Each in several orders; at last odd ones, over
which filters go in steps of two."""
EVEN, EQUAL, FALLING, RISING, TURN = 1, 2, 3, 4, 5
STRIDING = (15, 16, 17)
LONG = 12
_FACTS: dict[str, tuple[int, Callable[[Value, np.random.Generator], Value]]] = {
    "positive": (0, lambda x, random: 0.1 + 0.8 * random.random(x.shape)),
    "binary": (0, lambda x, random: (random.random(x.shape) < 0.5) * 1.0),
    "signs": (0, lambda x, random: np.where(random.random(x.shape) < 0.5, -1.0, 1.0)),
    "onehot": (1, lambda x, random: np.eye(x.shape[-1])[random.integers(0, x.shape[-1], size=x.shape[:-1])]),
    "onehot columns": (1, lambda x, random: np.eye(len(x))[random.integers(0, len(x), size=x.shape[1:])].T),
    "simplex": (1, lambda x, _: (np.abs(x) + 0.1) / np.sum(np.abs(x) + 0.1, axis=-1, keepdims=True)),
    "symmetric": (2, lambda x, _: (x + x.T) / 2),
    "spd": (2, lambda x, _: x @ x.T + np.eye(len(x))),
    "joint": (2, lambda x, _: _pairs(x) / np.sum(_pairs(x))),
}
"""How many axes an array has of which a fact may hold, both of one size where it is two, and such an array, made of any
entries."""
FACTS = tuple(sorted(fact for fact in _FACTS if " " not in fact))
"""What may be assumed of an input."""


def _pairs(x: Value) -> Value:
    """Positive numbers for the pairs of different things."""
    return (np.abs(x) + 0.1) * (1 - np.eye(len(x)))


@record
class Point:
    """Sizes, a seed and a scale of entries; inputs drawn between 0 and 1 are named; and what is meant without being
    said: `tiny` constants count as nothing; a gradient from above has a `single` entry that is not zero, is `faint`, a
    `row` of what comes out, or the one by the `scores` of which a softmax makes that; windows go `apart`, in longer
    steps than they are."""

    seed: int = 0
    order: int = 0
    scale: float = 1.0
    between: frozenset[str] = frozenset()
    meant: frozenset[str] = frozenset()


class Given:
    """The values of the inputs at a point, where it is known what they are."""

    def __init__(self, kinds: Kinds, point: Point) -> None:
        self.kinds = dict(kinds)
        self.point = point
        self.strides = False
        self._values: dict[str, Value] = {}
        names: dict[str, None] = {}
        for _, kind in kinds:
            if kind.form in ("array", "labels", "sizes"):
                names |= dict.fromkeys(sorted(letter for dim in kind.dims for letter in letters_of(dim)))
        row = SIZES[point.order]
        names |= dict.fromkeys(
            name for name, kind in kinds if kind.form == "size" and not kind.dims and not _UNIT.match(name)
        )
        self.sizes = {name: row[number % len(row)] + 8 * (number // len(row)) for number, name in enumerate(names)}

    def value(self, name: str) -> Value:
        """The value of an input, an array of its own each time; Undecided where it is not known what it is."""
        if name not in self._values or isinstance(self._values[name], Undecided):
            self._values[name] = self._drawn(name)
        found = self._values[name]
        return found.copy() if isinstance(found, np.ndarray | list) else found

    def _drawn(self, name: str) -> Value:
        kind = self.kinds.get(name)
        if kind is None:
            return Undecided(name)
        if kind.form == "size":
            return self._size(name)
        if kind.form in ("word", "truth", "none"):
            return {"word": kind.dims[0] if kind.dims else "", "truth": True, "none": None}[kind.form]
        shape = tuple(self._length(dim) for dim in kind.dims)
        random = np.random.default_rng([zlib.crc32(name.encode()), self.point.seed])
        if kind.form == "sizes":
            return [*shape]
        if kind.form in ("listed", "keyed"):
            return random.integers(0, 2, size=LONG).tolist() if kind.form == "listed" else Keyed(name)
        if kind.form == "labels":
            return random.integers(0, 2, size=shape) if shape else 1
        return self._entries(name, kind, shape, random)

    def _entries(self, name: str, kind: Kind, shape: tuple[int, ...], random: np.random.Generator) -> Value:
        values: Value = random.normal(size=shape) * self.point.scale
        if not shape:
            values = np.asarray(0.4 + random.random())
        facts = {*kind.facts} | ({"positive"} if name in self.point.between else set())
        for fact, (axes, made) in _FACTS.items():
            if fact in facts and len(shape) >= axes and (axes < 2 or shape == 2 * shape[:1]):
                values = made(values, random)
        return np.asarray(values, complex)

    def _length(self, dim: str) -> int:
        found = size_of(dim, self.sizes)
        return 3 if found is None or found < 1 else found

    def _size(self, name: str) -> int:
        kind = self.kinds[name]
        if kind.dims:
            return self._length(kind.dims[0])
        if _UNIT.match(name):
            return self.step(name, 1 if re.match(r"stride|pad|dil|groups", name) else 2)
        return self.sizes.get(name, 2)

    def step(self, name: str, usual: int) -> int:
        """A whole number that is no size of an array: in steps of two a filter of three entries is usual, with one
        beyond each end."""
        found = _STEP.match(name)
        self.strides |= found is not None and found["stride"] is not None
        if "apart" in self.point.meant and found is not None and found["stride"]:
            return 4 if self.point.order in STRIDING else 3
        if found is None or self.point.order not in STRIDING:
            return usual
        return {(1, 1): 2, (2, 0): 1, (3, 2): 3}.get((found.lastindex or 0, usual), usual)

    def named(self, size: int) -> str:
        """The dimension of a length: a name where one has it, else the number."""
        arrays = [kind.dims for kind in self.kinds.values() if kind.form == "array"]
        rows = ["*".join(dims[start:]) for dims in arrays for start in (1, 0) if dims[start + 1 :] and "1" not in dims]
        dims = [*self.sizes, *(dim for dims in arrays for dim in dims if "*" in dim), *rows]
        sums = (f"{one}+{other}" for one, other in combinations(self.sizes, 2))  # of what is laid side by side
        return next((dim for dim in chain(dims, sums) if self._length(dim) == size), str(size))


def kinds_told(said: tuple[tuple[str, Said], ...]) -> dict[str, Kind]:
    """What is told of the names, as kinds."""
    found: dict[str, Kind] = {}
    for name, words in said:
        if words.dims is not None:
            labels = "labels" in words.facts and "onehot" not in words.facts and len(words.dims) <= 2
            found[name] = Kind("labels" if labels else "array", words.dims, words.facts, told=True)
            if not words.dims and (_UNIT.match(name) or (labels and name not in TARGETS)):  # `n_out : int`
                found[name] = Kind("size", told=True)
    return found


def told_of(name: str, told: dict[str, Kind]) -> Kind | None:
    """What is told of a name, also by a pattern (`W*`)."""
    patterns = (kind for word, kind in told.items() if word.endswith("*") and fnmatchcase(name, word))
    found = told.get(name) or next(patterns, None)
    if found is not None and "prob" in name.lower() and found.form == "array":
        return replace(found, facts=(*found.facts, "simplex"))
    return found


_UNIT = regex(
    r"^(?:strides?|pad\w*|dilation|groups|n_?heads?|num_heads|heads|nh|pool\w*|n_?groups|ksize|G|(?:kernel|filter|k|f)_size)$"
)
"""Whole numbers that are no sizes of arrays."""
_SIZE = regex(r"^(?:\w+_(?:size|dims?|features|channels|units|len)|(?:n|num)_\w+|d_model|d_ff)$")
"""What a size of arrays is called."""
_STEP = regex(r"(?P<stride>strides?$)|(pad)|(kernel|filter|ksize|[kf]_size|pool)")


_LAYERS = regex(r"^(?:layers?|(?:layers?_)?(?:sizes|dims|dimensions)|hidden_(?:sizes|dims|layers)|topology|structure)$")
"""Lists of the sizes of layers."""
_PARAMETERS = regex(r"^(?:\w*_)?param(?:s|eters?)$")


_APPLYING = ("test", "eval", "inference", "predict")
"""What a mode is called in which nothing is kept for a backward part."""

# --- what an input may be, by its use

_NUMBERS = regex(
    r"^(?!(?-i:[MP])$)(?:lam\w*|lmbda|reg\w*|lr|l1|l2|alpha|beta|gamma|eps\w*|epsilon|eta|margin|tau|temp\w*|c|delta|k|p|mu|nu"
    r"|rho|sigma|momentum|scale|length_?scale|\w+_variance|noise\w*|sigma_[fn]|"
    r"weight_decay|wd|decay|learning_rate|step\w*|keep_prob|dropout\w*|threshold|slope|strength|lambda_|kappa|m|n)$",
    re.I,
)


def candidates(
    name: str,
    hint: str,
    beside: tuple[int, ...] | None,
    given: Given,
    axes: Axes | None = None,
    differentiated: bool = False,
) -> Iterator[Kind]:
    """What an input may be that is used so, the likeliest first; one with a gradient is rather an array."""
    known = given.kinds.get(name)
    if hint.startswith("text "):
        word = hint.removeprefix("text ")
        yield Kind("word", ("train" if word in _APPLYING else word,))
        return
    if hint in ("truth", "listed"):
        yield Kind(hint)
        return
    sized = _SIZE.match(name) and not hint.startswith("matrix") and not differentiated
    if hint == "size" or _UNIT.match(name) or sized:
        yield Kind("size")
        if not _UNIT.match(name):
            yield from (Kind("size", (dim,)) for dim in list(given.sizes)[:4])
        if hint == "size" or _UNIT.match(name):
            return
    if hint == "length" and _PARAMETERS.match(name):
        yield Kind("keyed")
    if _LAYERS.match(name):
        yield Kind("sizes", tuple(f"{name}_{number}" for number in range(3)))
    rows = [f"{name}_rows", f"{name}_columns"]
    if hint == "labels":
        others = {dim for word, kind in given.kinds.items() if word != name for dim in kind.dims}
        free = known is None or (len(known.dims) < 3 and not known.told and not others & set(known.dims))
        rows = [kind.dims[0] for kind in given.kinds.values() if kind.form == "array" and kind.dims[1:]]
        sizes = dict.fromkeys([*(letter for dim in rows for letter in letters_of(dim)), *given.sizes])
        rows_first = [(dim,) for dim in sizes if known is None or dim not in known.dims][:3] if free else []
        paired = known is not None and not known.told and len(known.dims) == 2  # what was taken for probabilities
        rows_last = [known.dims[:1]] if known is not None and paired else []
        alone = [(f"{name}_rows",)] if known is None and not sizes else []
        wide = [kind.dims[:-1] for kind in given.kinds.values() if kind.form == "array" and len(kind.dims) == 3]
        yield from (
            Kind("labels", tuple(dims))
            for dims in [*(wide if free else ()), *rows_first, *alone, known.dims if known else (), *rows_last]
        )
        return
    if known is not None:
        return
    if hint == "upstream" and beside is not None:
        yield Kind("array", tuple(given.named(size) for size in beside))
        return
    partner = None if beside is None else tuple(given.named(size) for size in beside)
    bias = differentiated and _NUMBERS.match(name) and partner and partner[1:]
    shapes = _shapes(f"b_{name}" if bias else name, hint, partner, rows)
    if partner is not None and len(partner) == 2 and name[:1] == "b":  # `W @ X + b`: examples stand in columns
        weights = [kind.dims for word, kind in given.kinds.items() if word[:1] in "WwU" and len(kind.dims) == 2]
        if any(dims[0] == partner[0] for dims in weights) and all(dims[1] != partner[1] for dims in weights):
            shapes.sort(key=lambda dims: dims != (partner[0], "1"))
    if partner is None and shapes[0][1:]:  # rows of data go with what is predicted from them, or with an argument
        targets = [kind.dims[0] for word, kind in given.kinds.items() if word in TARGETS and len(kind.dims) == 1]
        own = [word for word, kind in given.kinds.items() if kind.form == "size" and word in given.sizes]
        alone = [(one,) for one in targets]
        shapes = [*((one, rows[1]) for one in targets), *alone, *shapes, *((rows[0], word) for word in own[:2])]
    if partner is None and name in TARGETS:  # or a target for each of several outputs
        matrices = (kind.dims for kind in given.kinds.values() if kind.form == "array" and len(kind.dims) == 2)
        first = next(matrices, ("",))[0]
        several = [(first, last) for last in given.sizes if first and last != first]
        data = [kind.dims[:1] for word, kind in given.kinds.items() if word in DATA and kind.form == "array"]
        shapes = [*filter(None, data), *shapes[:-1], *several, ("1", rows[1]), *shapes[-1:]]
    if axes is not None and axes.number == 0 and differentiated:
        axes = None
    if hint.startswith("matrix"):
        axes = axes or Axes(1)
    asked = hint == "equal" and name in TARGETS  # what is asked to be 1, `y == 1`, is so somewhere
    facts = ("binary",) if asked else ()
    for dims in shapes if axes is None else _as_used(name, shapes, axes):
        yield Kind("array", dims, facts)


def _as_used(name: str, shapes: list[tuple[str, ...]], axes: Axes) -> list[tuple[str, ...]]:
    """Shapes with the axes that the program's lines ask for first; new ones where none has them."""
    fit = [dims for dims in shapes if axes.allow(len(dims))]
    new = [tuple(f"{name}_{number}" for number in range(axes.number))]
    return [*(fit or new), *(dims for dims in shapes if dims not in fit)]


_INTERCEPTS = ("b", "bias", "b0", "intercept")


def fresh(name: str, kind: Kind) -> list[str]:
    """The dimensions of an input of which nothing is told, and that no other was said to have."""
    return [dim for dim in kind.dims if dim.startswith(f"{name}_")] if not kind.told else []


def _shapes(name: str, hint: str, partner: tuple[str, ...] | None, new: list[str]) -> list[tuple[str, ...]]:
    if hint.startswith("matrix") and partner:  # for each of several examples a matrix
        right = hint == "matrix right"
        inner = partner[-1] if right else partner[-2:][0]
        matrix = (inner, new[1]) if right else (new[0], inner)
        found = [matrix, (inner,)] if name[:1].isupper() or not right else [(inner,), matrix]
        return [*found, *([(*partner[:-2], *matrix)] if partner[2:] else [])]
    if partner:
        last, whole = partner[-1:], partner
        axes = range(len(partner)) if partner[1:] else ()
        sides = [tuple(dim if at == axis else "1" for at, dim in enumerate(partner)) for axis in axes]
        if name in _INTERCEPTS and len(partner) == 1:
            small = [(), whole]
        elif _NUMBERS.match(name):
            small = [(), whole, last, *sides]
        elif name.startswith("b") and len(partner) > 1:  # a bias goes with an axis, not with every entry
            small = [last, *sides, ()]
        else:
            small = [whole, (), last, *sides]
        return list(dict.fromkeys(small))
    if _NUMBERS.match(name) or (name in _INTERCEPTS and partner is not None):
        return [(), (new[0],), (new[0], new[1])]
    if name[:1].isupper() or name in ("x", "inputs", "input", "data", "images"):
        return [(new[0], new[1]), (new[0],), ()]
    beside_number = partner is not None and name not in TARGETS
    return [(new[0],), (), (new[0], new[1])] if beside_number else [(new[0],), (new[0], new[1]), ()]
