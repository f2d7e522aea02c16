"""The keywords that each function understands, and whose function it is.
No keyword that is not understood is ever dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ...diagnostics import Span
from ...diagnostics.regex import regex
from .. import syntax as s
from ..comparisons import CLOSED
from ..elaboration.complaints import fail
from ..names import listed
from ..scope import Scope
from .lexer import exact
from .vocabulary import canonical_function

if TYPE_CHECKING:
    from ..elaboration.elaborator import Elaborator
    from ..shapes.solver import Solver

_AXIS: Final = ("axis", "dim")
_KEPT: Final = ("keepdims", "keepdim")
KEYWORDS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("sum", "mean", "logsumexp", "prod", "max", "min"), (*_AXIS, *_KEPT)),
    **dict.fromkeys(("var", "std"), (*_AXIS, *_KEPT, "ddof", "correction", "unbiased")),
    **dict.fromkeys(("softmax", "log_softmax", "hardmax"), _AXIS),
    "norm": ("ord", "p", *_AXIS, *_KEPT),
    "vec": ("order",),
}
"""By canonical name; a function that is not listed takes no keyword."""

_ALL: Final = ("None", "(0, 1)", "(1, 0)", "(-2, -1)", "(-1, -2)")
"""What says that a reduction is one of all entries."""
_OF_READERS: Final = frozenset(("derivative", "ord", "axis", "entrywise", "opnorm", "product", "power", "attention"))
"""s.Options that the readers themselves write and no text holds: σ′, the subscript of a norm, `X.shape[1]`,
Julia's `exp.(A)`."""
_NORMS: Final = frozenset(("norm", "vector_norm", "matrix_norm"))
_BOOLEAN: Final = {"True": True, "False": False, "true": True, "false": False, "1": True, "0": False}


def refuse_unknown(scope: Scope, node: s.Apply, known: Sequence[str] = (), called: str = "") -> None:
    """Raise the keyword or text that the function of a call does not understand: none of those that are `known`."""
    known = known or KEYWORDS.get(canonical_function(node.function), ())
    for name, value in node.options:
        if name in known or (name == "text" and "ord" in known):
            continue
        if (name, value) == CLOSED or (
            name in _OF_READERS and (scope.syntax != "numpy" or node.function in ("shape", "len"))
        ):
            continue
        understood = called or (f"it understands {listed(known)}" if known else "it takes no keywords")
        what = f"the text '{value}'" if name == "text" else f"the keyword `{name}`"
        message, place = f"`{node.function}` does not know {what}", _place(scope, node, name, value)
        fail(scope, "wrong-arguments", message, (place, ""), help=understood)


def _place(scope: Scope, node: s.Apply, name: str, value: str) -> Span:
    """Where a keyword stands in its call."""
    text = scope.source.text[node.span.start : node.span.end]
    value = re.escape(value.lstrip("-"))
    pattern = rf"['\"]{value}['\"]" if name == "text" else rf"\b{re.escape(name)}\s*=\s*-?['\"]?{value}['\"]?"
    found = [match.span() for match in re.finditer(pattern, text)]
    return Span(node.span.start + found[-1][0], node.span.start + found[-1][1]) if found else node.span


def option(node: s.Apply, *names: str) -> str | None:
    """The value of the first of these keywords that is given."""
    given = dict(node.options)
    return next((given[name] for name in names if name in given), None)


def word_of(node: s.Node | None) -> str | None:
    """A number or a word as the value of a keyword."""
    node = s.ungrouped(node) if node is not None else None
    if isinstance(node, s.Apply) and node.function == s.LIST and len(node.arguments) == 1:
        node = node.arguments[0]
    if isinstance(node, s.Negative):
        return f"-{word_of(node.body)}"
    return node.text if isinstance(node, s.Literal_) else node.name if isinstance(node, s.Name) else None


def axis_written(node: s.Apply) -> str | None:
    """The axis of a reduction as `0`, `1` or another text; None where there is none, `None`, or both. `-1` is the
    last."""
    name = canonical_function(node.function)
    chosen = option(node, "axis", "dim", *(() if name == "norm" else ("text",)))
    behind = node.arguments[1:] if name != "norm" else ()
    if behind:
        second = s.ungrouped(behind[0])
        sign, second = ("-", s.ungrouped(second.body)) if isinstance(second, s.Negative) else ("", second)
        alone = chosen is None and len(behind) == 1 and isinstance(second, s.Literal_)
        chosen = sign + second.text if alone and isinstance(second, s.Literal_) else "?"
    return None if chosen in _ALL else chosen


def keeps_dimensions(node: s.Apply) -> bool:
    """Whether `keepdims=True` is written."""
    return _BOOLEAN.get(option(node, "keepdims", "keepdim") or "", False)


# ---- whose function a call is: NumPy and torch give one name two meanings, and the prefix or a keyword says which is
# meant.
# `var` divides by n in NumPy and by n − 1 in torch; `norm(A, 2)` is the largest singular value in NumPy and the root of
# the sum of
# all squares in torch; `gelu` is xΦ(x) in torch and its tanh approximation in jax; `inner` of two matrices is A Bᵀ in
# both, ⟨A, B⟩ here.


_LIBRARIES: Final = {
    **dict.fromkeys(("np", "numpy", "scipy"), "numpy"),
    **dict.fromkeys(("jnp", "jax"), "jax"),
    **dict.fromkeys(("torch", "F", "nn"), "torch"),
    **dict.fromkeys(("tf", "tensorflow", "keras"), "tensorflow"),
}
_KEYWORDS: Final = {
    **dict.fromkeys(("axis", "keepdims", "ddof"), "numpy"),
    **dict.fromkeys(("dim", "keepdim", "unbiased", "correction"), "torch"),
}
MODULE: Final = regex(r"(?<![\w.])(np|numpy|jnp|jax|torch|tf|tensorflow|keras)\s*\.")


def is_method(node: s.Apply) -> bool:
    """Whether a call is written behind its first argument: `X.sum()`."""
    return bool(node.arguments) and node.arguments[0].span.start == node.span.start


def path_of(scope: Scope, node: s.Apply) -> tuple[str, ...]:
    """The modules that are written in front of a function: `np.linalg.norm(…)` has `np`, `linalg`;
    a method has none."""
    if is_method(node):
        return ()
    text = scope.source.text[node.span.start : node.span.end].partition("(")[0]
    return tuple(part.strip() for part in text.split("."))[:-1]


def library(scope: Scope, node: s.Apply) -> str | None:
    """`numpy`, `torch`, `jax` or `tensorflow`: by the prefix, else by a keyword that only one of them has,
    else by a prefix elsewhere in the text.

    `axis` is also read by torch, so a prefix elsewhere comes before it.
    """
    path = path_of(scope, node)
    if path:
        return _LIBRARIES.get(path[0])
    keywords = {_KEYWORDS[name] for name, _ in node.options if name in _KEYWORDS}
    if "torch" in keywords:
        return "torch"
    elsewhere = {_LIBRARIES[name] for name in MODULE.findall(scope.source.text)}
    if "torch" in elsewhere:
        return "torch"
    return next(iter(sorted(elsewhere | keywords, reverse=True)), None)


def is_of_two(e: Elaborator | Solver, node: s.Apply) -> bool:
    """Whether `max(a, b)` is the greater of two values: Python's own, or torch's."""
    two = node.function in ("max", "min") and len(node.arguments) > 1 and not is_method(node)
    return two and (not path_of(e.scope, node) or (library(e.scope, node) == "torch" and axis_written(node) == "?"))


def lost_degrees(e: Elaborator, node: s.Apply) -> int:
    """How much less than the number of entries `var` and `std` divide by: `ddof=`, `correction=`, `unbiased=`;
    1 in torch, else 0."""
    written = option(node, "ddof", "correction")
    if written is not None:
        if written not in ("0", "1"):
            e.fail("wrong-arguments", f"what is taken from the number of entries is 0 or 1, not `{written}`", node)
        return int(written)
    unbiased = option(node, "unbiased")
    if unbiased is not None:
        if unbiased not in ("True", "False"):
            e.fail("wrong-arguments", f"`unbiased` is True or False, not `{unbiased}`", node)
        return int(unbiased == "True")
    return int(library(e.scope, node) == "torch")


def all_entries(e: Elaborator, node: s.Apply) -> bool:
    """Whether a norm of a matrix with a number for its order is one of all entries: torch's `torch.norm` and
    `A.norm(…)`, TensorFlow's, a keyword `p`, `vector_norm`."""
    path = path_of(e.scope, node)
    torch = path[:1] in (("tf",), ("tensorflow",)) or (path[:1] == ("torch",) and "linalg" not in path)
    said = node.function == "vector_norm" or option(node, "p") is not None
    return said or torch or is_method(node) or e.scope.syntax == "julia"


_PLACES: Final = {
    **dict.fromkeys(_NORMS, ("", "ord", "axis", "keepdims")),
    **dict.fromkeys(("sum", "mean", "logsumexp", "prod"), ("", "axis", "keepdims")),
    **dict.fromkeys(("var", "std"), ("", "axis", "unbiased", "keepdims")),
}
"""The keywords of the arguments in their order, as torch has them."""


def _with_places(name: str, arguments: tuple[s.Node, ...], options: s.Options) -> tuple[tuple[s.Node, ...], s.Options]:
    """The arguments and options of a call with a keyword for the third and the fourth argument, `X.norm(2, 1)` and
    `X.sum(0, True)`, and for an axis that is both, `torch.mean(X, [0, 1])`."""
    places = _PLACES.get(name, ())
    if not 2 <= len(arguments) <= len(places):
        return arguments, options
    second = s.ungrouped(arguments[1])
    told = tuple([(place, word_of(one) or "?") for place, one in zip(places[2:], arguments[2:], strict=False)])
    if told and all(place == "axis" or word in ("True", "False") for place, word in told):
        axis = () if name in _NORMS else ((places[1], word_of(second) or "?"),)
        return arguments[: 2 - len(axis)], (*options, *axis, *told)
    if isinstance(second, s.Apply) and second.function in ("tuple", s.LIST) and name not in _NORMS and not told:
        axes = [word_of(part) or "?" for part in second.arguments]
        return arguments[:1], (*options, ("axis", axes[0] if len(axes) == 1 else f"({', '.join(axes)})"))
    return arguments, options


def with_order(name: str, arguments: tuple[s.Node, ...], options: s.Options) -> tuple[tuple[s.Node, ...], s.Options]:
    """The arguments and options of a call; `inf` as the order of a norm is an option, a number of its own is none."""
    arguments, options = _with_places(name, arguments, options)
    given = dict(options)
    text = given.get("ord", given.get("p", "")) if name in _NORMS and len(arguments) == len(given) == 1 else ""
    if text.isdigit() and text > "2":
        return (*arguments, s.Literal_(arguments[0].span, exact(text), text)), ()
    if name not in _NORMS or len(arguments) < 2:
        return arguments, options
    match s.ungrouped(arguments[1]):
        case s.Name(_, "inf" | "Inf" | "infty" | "infinity"):
            order = "inf"
        case s.Negative(_, s.Name(_, "inf" | "Inf")):
            order = "-inf"
        case _:
            return arguments, options
    return (arguments[0], *arguments[2:]), (*options, ("ord", order))
