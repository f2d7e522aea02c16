"""What names are called by habit: counts, labels, entries of data, parameters."""

from __future__ import annotations

from .. import syntax as s
from ..names import words
from .habits import GREEK_NAMES

COUNTS = frozenset("nmNMTKB")
"""Letters of numbers of things: 1/n is no array."""
LABELS = frozenset(("y", "y_true", "label", "labels", "target", "targets"))
"""Names of what is to be predicted: one for each sample."""
_ENTRIES = (
    LABELS
    | frozenset("gpqrtxz")
    | words(
        "mask probs logits preds pred y_pred y_hat yhat adv advantage advantages ratio ratios reward rewards returns "
        "values residual residuals"
    )
)
"""Names of what people add up or take the mean of entry by entry; a, b, c, w may be the numbers of a line `w*x + b`."""
_NUMBERS = words(
    "margin scale slope intercept bias temp temperature rate eps lam reg const coef step decay threshold discount "
    "length period freq frequency amplitude offset shift size num gain"
)
"""Words that name one number, alone or in front of a stroke: `reg_w`."""


def is_entry(name: str) -> bool:
    """Whether a name below a sum or mean of NumPy is a number for each entry:
    y, p, or a word that is no parameter, as `logp`."""
    word = _word(name)
    return name in _ENTRIES or (name[0].islower() and (len(word) > 2 or "_" in name) and not is_number(name))


def beside_labels(tree: s.Node) -> set[str]:
    """The probabilities whose logarithms labels multiply: a of `y*log(a) + (1 - y)*log(1 - a)`."""
    found: set[str] = set()
    for part in s.parts_of(tree):
        match part:
            case s.Binary(_, "*", label, right) if _or_the_rest(label) in LABELS:
                match s.ungrouped(right):
                    case s.Apply(_, "log", (value,)):
                        found.add(_or_the_rest(value))
    return found - {""}


def weighing_logarithms(tree: s.Node) -> frozenset[str]:
    """The labels in front of logarithms of arrays: y of `sum(y log(softmax(z)))`, as a text writes it."""
    products = (
        part for part in s.parts_of(tree) if isinstance(part, s.Binary) and part.operator in ("juxtapose", "dot")
    )
    pairs = ((s.last_factor(one.left), s.ungrouped(one.right)) for one in products)
    return frozenset(
        left.name
        for left, right in pairs
        if isinstance(left, s.Name) and left.name in LABELS
        if isinstance(right, s.Apply) and right.function == "log" and not _or_the_rest(right.arguments[0])
    )


def _or_the_rest(node: s.Node) -> str:
    """y of y, −y, 1 − y and σ(y)."""
    node = s.ungrouped(node)
    if isinstance(node, s.Apply) and node.function == "sigmoid":
        node = s.ungrouped(node.arguments[0])
    if isinstance(node, s.Negative):
        node = s.ungrouped(node.body)
    if isinstance(node, s.Binary) and node.operator == "-" and isinstance(node.left, s.Literal_):
        node = s.ungrouped(node.right)
    return node.name if isinstance(node, s.Name) else ""


def counted_by(node: s.Node) -> str:
    """n of `2n`."""
    node = s.ungrouped(node)
    if isinstance(node, s.Binary) and node.operator in ("juxtapose", "*") and isinstance(node.left, s.Literal_):
        node = s.ungrouped(node.right)
    return node.name if isinstance(node, s.Name) else ""


def _word(name: str) -> str:
    return name.partition("_")[0].rstrip("0123456789")


def is_number(name: str) -> bool:
    """Whether a name is one of a parameter: `margin`, `reg_w`, a Greek letter."""
    return _word(name) in _NUMBERS or _word(name) in GREEK_NAMES
