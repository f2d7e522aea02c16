"""Whose function a call is: NumPy and torch give one name two meanings, and the prefix or a keyword says which is meant.

`var` divides by n in NumPy and by n − 1 in torch; `norm(A, 2)` is the largest singular value in NumPy and the root of the sum of
all squares in torch; `gelu` is xΦ(x) in torch and its tanh approximation in jax; `inner` of two matrices is A Bᵀ in both, ⟨A, B⟩ here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...diagnostics.regex import regex
from .. import syntax as s
from .keywords import option

if TYPE_CHECKING:
    from ..elaboration.elaborator import Elaborator

_LIBRARIES: Final = {"np": "numpy", "numpy": "numpy", "scipy": "numpy", "jnp": "jax", "jax": "jax", "torch": "torch", "F": "torch",
                     "nn": "torch"}
_KEYWORDS: Final = {"axis": "numpy", "keepdims": "numpy", "ddof": "numpy", "dim": "torch", "keepdim": "torch", "unbiased": "torch",
                    "correction": "torch"}
_MODULE: Final = regex(r"(?<![\w.])(np|numpy|jnp|jax|torch)\s*\.")


def is_method(node: s.Apply) -> bool:
    """Whether a call is written behind its first argument: `X.sum()`."""
    return bool(node.arguments) and node.arguments[0].span.start == node.span.start


def path_of(e: Elaborator, node: s.Apply) -> tuple[str, ...]:
    """The modules that are written in front of a function: `np.linalg.norm(…)` has `np`, `linalg`; a method has none."""
    if is_method(node):
        return ()
    text = e.scope.source.text[node.span.start : node.span.end].partition("(")[0]
    return tuple(part.strip() for part in text.split("."))[:-1]


def library(e: Elaborator, node: s.Apply) -> str | None:
    """`numpy`, `torch` or `jax`: by the prefix, else by a keyword that only one of them has, else by a prefix elsewhere in the text.

    `axis` is also read by torch, so a prefix elsewhere comes before it.
    """
    path = path_of(e, node)
    if path:
        return _LIBRARIES.get(path[0])
    keywords = {_KEYWORDS[name] for name, _ in node.options if name in _KEYWORDS}
    if "torch" in keywords:
        return "torch"
    elsewhere = {_LIBRARIES[name] for name in _MODULE.findall(e.scope.source.text)}
    if "torch" in elsewhere:
        return "torch"
    return next(iter(sorted(elsewhere | keywords, reverse=True)), None)


def lost_degrees(e: Elaborator, node: s.Apply) -> int:
    """How much less than the number of entries `var` and `std` divide by: `ddof=`, `correction=`, `unbiased=`; 1 in torch, else 0."""
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
    return int(library(e, node) == "torch")


def all_entries(e: Elaborator, node: s.Apply) -> bool:
    """Whether a norm of a matrix with a number for its order is one of all entries: torch's `torch.norm` and `A.norm(…)`, a keyword
    `p`, `vector_norm`."""
    path = path_of(e, node)
    return e.scope.syntax == "julia" or (node.function == "vector_norm" or is_method(node) or option(node, "p") is not None
            or (path[:1] == ("torch",) and "linalg" not in path))
