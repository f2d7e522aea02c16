"""What a program says by its names and its lines: which are gradients of which, how many axes an array has,
of how many parts a row is."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...verify.programs.names import DATA, GRADIENTS, OWNERS, each, in_list, key_of, last_part, name_of, whole_of

_FORMS = (
    regex(r"^d_?(?:L|l|loss|J|j|cost|C|E|err|mse)_?d_?([A-Za-z]\w*)$"),
    regex(r"^(?:d_?(?=[A-Za-z])|d_)(\w+)$"),
    regex(r"^(?:grads?|gradients?|nabla)_?(?:of_)?([A-Za-z]\w*)$"),
    regex(r"^([A-Za-z]\w*?)_(?:grad|gradient|grads)$"),
)
UPSTREAM = regex(
    r"^(?:d_?out|d_?outputs?|grad_?out|grad_?outputs?|g_?out|out(?:put)?_?grad(?:ient)?|upstream(?:_\w+)?|grad"
    r"|grads|gradient|dvalues|top_diff"
    r"|accum_grad|dL_?dout|dl_?dout|dL_?dy|g|dloss|error|delta|d|dnext|dout_?\w*|grad_in|out(?:put)?_error|dy"
    r"|dY|gy|dz_?out|din)$"
)

COUNT = regex(r"^(?:[NnmMB]|batch(?:_?size)?|num_\w+|n_\w+)$")
"""What a number of examples, or of anything else, is called."""
LOSSES = (
    "loss", "cost", "J", "L", "nll", "total_loss", "objective", "obj", "data_loss", "mse",
    "E", "error", "energy", "l",
)  # fmt: skip
"""Names under which a loss stands where nobody says which it is."""
BARE = ("grad", "gradient", "g", "grads", "gradients")
"""Names of a gradient beside a loss that do not say by what it is."""
TARGETS = frozenset(
    ["t", "target", "targets", "label", "labels", "actual", "expected", "ys"]
    + [f"{y}{kind}" for y in "yY" for kind in ("", "_true", "_actual", "_train", "_batch", "_input", "_target")]
)
"""Names of what is to be predicted."""
_PARAMETERS = ("params", "parameters", "parms")
"""Lists of what the entries of a list of gradients are the derivatives by."""

_LONGER = {
    "w": ("weights", "weight", "theta", "W", "coef_", "coefs_"),
    "W": ("weights", "weight", "w", "coef_", "coefs_"),
    "x": ("X",),
    "X": ("x",),
    "b": ("bias", "biases", "intercept"),
    "weights": ("W", "w", "weight", "coef_"),
    "weight": ("W", "w", "weights"),
    "theta": ("w", "weights"),
    "coef": ("w", "W", "weights", "theta"),
    "bias": ("b", "biases", "intercept"),
    "biases": ("b", "bias"),
    "intercept": ("b", "bias"),
    "h": ("hidden",),
}
"""What gradients called after a name are also the derivatives by: `dw` of `self.weights`, or of `W`."""


def is_gradient(key: str) -> bool:
    """Whether a target is called like a gradient, of whatever: `dW`, `dout`,
    or the `d1` of the layer of that number."""
    return bool(claimed(key)) or UPSTREAM.match(last_part(key).rstrip("_0123456789")) is not None


@lru_cache(maxsize=4096)
def claimed(key: str) -> tuple[str, ...]:
    """The names of which a target may be the gradient, the likeliest first;
    none for a target that is named otherwise."""
    if key.endswith(".grad"):
        return (last_part(key.removesuffix(".grad")),)
    name, place = in_list(last_part(key))
    found = [match[1] for form in _FORMS if (match := form.match(name)) is not None]
    if GRADIENTS.match(key):
        found.append(name)
    found += _PARAMETERS if place and name in BARE else ()
    return tuple(dict.fromkeys(longer + place for name in found for longer in names_of(name)))


def names_of(short: str) -> tuple[str, ...]:
    """A name, and others for which it may stand; those too that end as scikit-learn has it, `coef_`."""
    plain = (short.removesuffix("_"), *_LONGER.get(short.removesuffix("_"), ()))
    return (*dict.fromkeys((short, *plain, *(f"{name}_" for name in plain if len(name) > 1 or name in "wWb"))),)


_MARK = regex(r"^(?:grads?|gradient|delta|nabla|d|g)_?(?=[A-Za-z])(\w+?)_?$|^(\w+?)_(?:bar|delta)$")
_WORDS = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def shortened(gradient: str, names: Iterable[str]) -> str | None:
    """The one of several names after which a gradient is called that is cut short, or marked otherwise: `gradCenterVec`
    of `centerWordVec`, `gw` of `w`, `delta_w`."""
    mark = _MARK.match(gradient)
    words = _words(mark[1] or mark[2]) if mark is not None else []
    found = [name for name in names if words and _shortens(words, _words(name))]
    return found[0] if len(found) == 1 else None


def is_marked(name: str) -> bool:
    """Whether a name is marked as that of a gradient, by whatever: `gx`, `grad_w`, `b_bar`."""
    return _OWN.match(name) is not None


_OWN = regex(r"^(?:grads?|gradient|d|g)_?(?=[A-Za-z])(\w+)$|^(\w+)_(?:bar|grad)$")


def named_whole(gradient: str, names: Iterable[str]) -> str | None:
    """The one of several names that a gradient is called after as it stands: `gW` and `grad_weights` of `W`; no
    `delta_W`, which is how W is changed."""
    mark = _OWN.match(gradient)
    own = (mark[1] or mark[2]) if mark is not None else ""
    found = [name for name in names if own in names_of(name)]
    return found[0] if len(found) == 1 else None


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]


def _shortens(words: list[str], whole: list[str]) -> bool:
    """Whether these are words of a name in their order, each of them whole or its beginning."""
    left = iter(whole)
    return all(
        any(word == other or (len(word) > 2 and other.startswith(word.removesuffix("s"))) for other in left)
        for word in words
    )


@record
class Axes:
    """How many axes an array has: so many, or at least so many."""

    number: int
    exact: bool = False

    def allow(self, number: int) -> bool:
        """Whether an array of so many axes may be used so."""
        return number == self.number if self.exact else number >= self.number


@lru_cache(maxsize=64)
def axes_in(lines: tuple[ast.AST, ...]) -> dict[str, Axes]:
    """The axes of each array as far as its use tells: `N, T, D = x.shape`, `x.shape[2]`, `x[:, 0, :]`, `x.sum(axis=1)`,
    `x @ W`."""
    found: dict[str, Axes] = {}
    for array, number, exact in (told for node in each(ast.AST, *lines) for told in _told(node)):
        name = _name(array)
        known = found.get(name, Axes(0))
        if name and not known.exact and (exact or number > known.number):
            found[name] = Axes(number, exact)
    numbers = _divisors(lines) | {_name(number) for line in lines for number in _compared(line, asked=False)}
    for line in each(ast.Assign, *lines):
        axes, given = found.get(_name(line.targets[0]), Axes(0)), _name(line.value)  # `self.input = x`
        if given and axes.number > found.get(given, Axes(0)).number:
            found[given] = axes
    words = [
        (node, word.value) for node in each(ast.Call, *lines) for word in node.keywords if word.arg in ("axis", "dim")
    ]
    several = [node for node, axes in words if isinstance(axes, ast.Tuple) and 0 in map(_number, axes.elts)]
    sums = (told for node in several for told in _told(node))  # over the examples too: `dout.sum(axis=(0, 1))`
    above = max((number for array, number, _ in sums if is_gradient(_name(array))), default=0)
    data = DATA if above > 2 else ()  # what comes from above is summed over all axes but one: those of the data
    found |= {name: Axes(above) for name in data if not found.get(name, Axes(0)).exact}
    return {name: Axes(0, exact=True) for name in numbers} | found


def _compared(node: ast.AST, asked: bool) -> Iterator[ast.expr]:
    """What a branch depends on by its order with a number: `if self.l2 > 0`, which no array decides."""
    if asked and isinstance(node, ast.Compare) and isinstance(node.comparators[0], ast.Constant):
        yield from [node.left] if isinstance(node.ops[0], ast.Gt | ast.GtE | ast.Lt | ast.LtE) else []
    for field, part in ast.iter_fields(node) if not (asked and isinstance(node, ast.Call)) else ():
        inside = field == "test" or (asked and isinstance(node, ast.BoolOp | ast.UnaryOp))
        for one in part if isinstance(part, list) else [part]:
            yield from _compared(one, inside) if isinstance(one, ast.AST) else ()


def _divisors(lines: Sequence[ast.AST]) -> set[str]:
    """What is nothing but a divisor, and handed on at most: a temperature, `z / self.T`."""
    found: set[str] = set()
    others: set[str] = set()
    for node in each(ast.AST, *lines):
        divisor = node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) else None
        for part in () if isinstance(node, _HANDED_ON) else ast.iter_child_nodes(node):
            if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Load):
                (found if part is divisor else others).add(_name(part))
    return found - others - {""}


def clipped_in(lines: Collection[ast.AST]) -> frozenset[str]:
    """What is kept from 0 and 1 by next to nothing: `np.clip(p, eps, 1 - eps)`, `log(max(p[i], 1e-7))`. It lies
    between. What is kept above 0, and of no logarithm, may be a layer of its own."""
    found: set[str] = set()
    logs = [call for call in each(ast.Call, *lines) if (key_of(call.func) or "").rpartition(".")[2] in ("log", "log2")]
    logged = {part for log in logs for part in ast.walk(log)}
    names = {_name(part) for part in logged if isinstance(part, ast.expr)}
    logged |= {line.value for line in each(ast.Assign, *lines) if not names.isdisjoint(map(_name, line.targets))}
    for node in each(ast.Call, *lines):
        name, parts = _operands(node) if isinstance(node.func, ast.Attribute) else (name_of(node.func), node.args)
        bounds = [one for one in (*parts[:2], *(word.value for word in node.keywords[:1])) if _tiny(one)]
        if bounds and (name in ("clip", "clamp") or (name in ("maximum", "max") and node in logged)):
            found |= {_name(whole_of(part)) for part in parts[:2] if part not in bounds}
    signed = [call for call in each(ast.Call, *lines) if (key_of(call.func) or "").endswith(("abs", "sign"))]
    return frozenset(found - {_name(part) for call in signed for part in call.args} - {""})


def _tiny(node: ast.expr) -> bool:
    return (key_of(node) or "").rpartition(".")[2].startswith(("eps", "EPS")) or (
        isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value <= 1e-4
    )


def multiplied(node: ast.AST | None, name: str) -> bool:
    """Whether something is a side of a product of matrices: `dz.T @ below`."""
    products = filter(None, map(product_of, each(ast.AST, node)))
    return name in (_name(side) for sides in products for side in sides[:2])


def taken_apart(node: ast.AST | None, name: str) -> bool:
    """Whether something is used as an array is: `len(x)`, `x[0]`, `x.copy()`."""
    owners = [one.value for one in each((ast.Subscript, ast.Attribute), node)]  # type: ignore[attr-defined]
    owners += [call.args[0] for call in each(ast.Call, node) if name_of(call.func) == "len"]
    return name in map(name_of, owners)


def keeps_axes(lines: Iterable[ast.AST]) -> bool:
    """Whether an axis besides the first is kept: `x.sum(-1, keepdims=True)`. Nobody keeps one that is the only one."""
    kept = [node for node in each(ast.Call, *lines) if {"keepdim", "keepdims"} & {word.arg for word in node.keywords}]
    axes = [word.value for node in kept for word in node.keywords if word.arg in ("axis", "dim")]
    axes += [node.args[-1] for node in kept if node.args]
    return any(_number(getattr(axis, "operand", axis)) > 0 or isinstance(axis, ast.Tuple) for axis in axes)


_HANDED_ON = (ast.Tuple, ast.Assign, ast.Return, ast.Dict)


@record
class Parts:
    """Into how many parts of one size rows are cut, and the arrays with the axes that have this size:
    `H = Wh.shape[0]`, `a[:, 3*H:]`."""

    number: int = 1
    size: tuple[tuple[str, int], ...] = ()


def parts_in(lines: Sequence[ast.AST]) -> Parts:
    """The largest number of parts of one size into which rows are cut."""
    cuts = [(times + (part.upper is None), name) for part in each(ast.Slice, *lines) for times, name in _cuts(part)]
    number, size = max(cuts, default=(1, ""))
    sized = (place for node in each(ast.Assign, *lines) for place in _sized(node, size))
    return Parts(number, tuple(dict.fromkeys(sized))) if number > 1 else Parts()


def _cuts(part: ast.Slice) -> Iterator[tuple[int, str]]:
    for bound in (part.lower, part.upper):
        if isinstance(bound, ast.BinOp) and isinstance(bound.op, ast.Mult):
            sides = (bound.left, bound.right)
            numbers = [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, int)]
            yield from (
                (number, side.id) for number in numbers if number < 16 for side in sides if isinstance(side, ast.Name)
            )


def _sized(node: ast.Assign, size: str) -> Iterator[tuple[str, int]]:
    """The arrays that have a size along an axis, by one assignment: `N, H = h.shape`, `H = Wh.shape[0]`."""
    target, owner = node.targets[0], _owner_of_shape(node.value)
    if isinstance(target, ast.Tuple) and owner is not None:
        yield from ((_name(owner), at) for at, part in enumerate(target.elts) if name_of(part) == size)
    elif name_of(target) == size and isinstance(node.value, ast.Subscript):
        owner, at = _owner_of_shape(node.value.value), _number(node.value.slice)
        yield from [(_name(owner), at)] if owner is not None and at >= 0 else []


def _told(node: ast.AST) -> list[tuple[ast.expr, int, bool]]:
    """The arrays in one node with their axes, and whether that is all of them."""
    if isinstance(node, ast.Assign) and claimed(key_of(node.targets[0]) or ""):
        turned = filter(None, map(transposed, ast.walk(node.value)))
        return [(part, 2, False) for part in turned]  # dW = x.T @ dout: an outer product has no transpose
    if isinstance(node, ast.AugAssign) and claimed(key_of(node.target) or ""):
        whole = node.value if isinstance(getattr(node.value, "op", None), ast.MatMult) else None  # a number has no `@`
        turned = filter(None, map(transposed, (whole.left, whole.right) if isinstance(whole, ast.BinOp) else ()))
        return [(part, 2, False) for part in turned]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
        pairs = zip(node.targets[0].elts, node.value.elts, strict=False)
        return [one for target, value in pairs for one in _told(ast.Assign([target], value))]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List):
        parts, owner = node.targets[0].elts, _owner_of_shape(node.value)
        starred = any(isinstance(part, ast.Starred) for part in parts)
        return [] if owner is None or starred else [(owner, len(parts), True)]
    if isinstance(node, ast.Subscript):
        owner = _owner_of_shape(node.value)
        if owner is not None:
            return [(owner, _number(node.slice) + 1, False)]
        places = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        axes = [one for one in places if getattr(one, "value", 0) not in (None, Ellipsis)]
        return [(node.value, len(axes), False)] if places else []
    name, parts = _operands(node) if isinstance(node, ast.Call) else ("", [])
    order = getattr(parts[1], "elts", parts[1:]) if parts[1:] and not isinstance(parts[1], ast.Starred) else []
    if name == "vstack" and parts:
        return [(part, 2, False) for part in getattr(parts[0], "elts", ())]
    if order and name in ("transpose", "permute"):  # `x.transpose(0, 2, 1)`
        return [(parts[0], len(order), True)] if len(order) > 2 else []
    product = product_of(node)
    if product is not None:
        left, right, (first, second, exact) = product
        matrix = transposed(right) is not None  # `Q @ K.T`: nobody transposes a vector there
        return [(left, first, exact), (right, max(second, 1 + matrix), exact)]
    if isinstance(node, ast.Call) and name_of(node.func) == "len" and len(node.args) == 1:
        return [(node.args[0].value, 2, False)] if isinstance(node.args[0], ast.Subscript) else []  # `len(x[0])`
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        arrays = [node.func.value, *node.args[:1]]
        axes = [word.value for word in node.keywords if word.arg in ("axis", "dim")]
        if axes and isinstance(axes[0], ast.Tuple):  # a sum over all axes needs no list of them
            data = (part for part in each(ast.Name, node) if part.id in DATA or is_gradient(part.id))
            numbers = [_number(part) for part in axes[0].elts]
            least = max(max(numbers, default=0), len(numbers) if 0 in numbers else 0) + 1
            return [(part, least, False) for part in [*arrays, *data]]
        kept = {"keepdim", "keepdims"} & {word.arg for word in node.keywords}
        if kept:  # nobody keeps an axis that is the only one
            arrays += [part for part in each(ast.Name, arrays[0]) if part.id in DATA]
        return [(array, max(_number(axes[0]) + 1, 2 if kept else 0), False) for array in arrays] if axes else []
    return []


LIBRARIES = ("np", "numpy", "torch", "jnp")
_PRODUCTS = {
    **dict.fromkeys(("dot", "matmul"), (1, 1, False)), "mm": (2, 2, True), "bmm": (3, 3, True), "mv": (2, 1, True),
}  # fmt: skip
"""Products, and how many axes both sides have at least, or exactly."""
_TRANSPOSES = ("t", "transpose", "swapaxes", "permute")


def _operands(node: ast.AST) -> tuple[str, list[ast.expr]]:
    """What is called, and of what: `np.dot(x, w)`, `x.dot(w)`, `x.t()`, `x.T`."""
    called = node.func if isinstance(node, ast.Call) else node
    if not isinstance(called, ast.Attribute):
        return "", []
    owner = [] if isinstance(called.value, ast.Name) and called.value.id in LIBRARIES else [called.value]
    return called.attr, owner + (node.args if isinstance(node, ast.Call) else [])


def product_of(node: ast.AST) -> tuple[ast.expr, ast.expr, tuple[int, int, bool]] | None:
    """Both sides of a product, however it is spelled, and their axes."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right, (1, 1, False)
    name, parts = _operands(node) if isinstance(node, ast.Call) else ("", [])
    return (parts[0], parts[1], _PRODUCTS[name]) if name in _PRODUCTS and len(parts) > 1 else None


def transposed(node: ast.AST) -> ast.expr | None:
    """The array of which this is a transpose, however it is spelled; None for an attribute of an object, `self.T`."""
    name, parts = _operands(node)
    turned = name in ("T", "mT") or (name in _TRANSPOSES and isinstance(node, ast.Call))
    of = parts[0] if turned and parts else None
    return None if name_of(of) in OWNERS else of


def _owner_of_shape(node: ast.expr) -> ast.expr | None:
    """x in `x.shape`, `np.shape(x)`, `x.size()`."""
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "shape" and len(node.args) == 1:
            return node.args[0]
        return node.func.value if node.func.attr == "size" and not node.args else None
    return None


def _number(node: ast.expr) -> int:
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else -1


def _name(node: ast.expr) -> str:
    """What the array is called at last: `x`, `self.x`, `p['x']`, `x.data`; nothing where it is no name."""
    of = transposed(node)
    if of is not None:
        return _name(of)
    return last_part((key_of(node) or "").removesuffix(".data"))
