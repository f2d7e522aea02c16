r"""Products over letters: `\prod_i f_i` is exp(Σ_i log f_i), and its logarithm is Σ_i log f_i."""

from __future__ import annotations

from ...diagnostics import Span
from ..syntax import Apply, Binary, Group, Literal_, Node, Sigma, ungrouped


def product_over(span: Span, sigma: Sigma) -> Node:
    """The product whose factors the Σ would add up."""
    return Apply(span, "exp", (Sigma(sigma.span, sigma.letters, sigma.bounds, _log(sigma.body)),), (("product", ""),))


def log_of_product(argument: Node, span: Span) -> Node | None:
    """The sum of the logarithms, where the argument is a product over letters, perhaps with factors in front; else None."""
    inner = ungrouped(argument)
    if isinstance(inner, Apply) and ("product", "") in inner.options:
        return inner.arguments[0]
    if isinstance(inner, Binary) and inner.operator == "juxtapose":
        last = log_of_product(inner.right, span)
        return None if last is None else Group(span, Binary(span, "+", _log(inner.left), last))
    return None


def _log(body: Node) -> Node:
    """log of a factor; of a power the exponent comes in front."""
    inner = ungrouped(body)
    known = log_of_product(body, body.span)
    if known is not None:
        return known
    if isinstance(inner, Binary) and _is_raised(inner):
        return Binary(body.span, "juxtapose", Group(inner.right.span, inner.right), Group(body.span, _log(inner.left)))
    if isinstance(inner, Binary) and inner.operator == "juxtapose" and (_is_raised(inner.left) or _is_raised(inner.right)):
        return Group(body.span, Binary(body.span, "+", _log(inner.left), _log(inner.right)))
    return Apply(body.span, "log", (body,))


def _is_raised(node: Node) -> bool:
    """Whether a factor is a power whose exponent is no whole number."""
    node = ungrouped(node)
    exponent = ungrouped(node.right) if isinstance(node, Binary) and node.operator == "^" else None
    return exponent is not None and not (isinstance(exponent, Literal_) and exponent.value.denominator == 1)
