"""The closed list of codes for wrong lines, in the order in which they are looked for,
with the hint that `reveal = hint` shows."""

from __future__ import annotations

from typing import Final

TIED: Final = "tied-entries"
"""What many books call the derivative by a symmetric matrix: not wrong, and not the gradient that is asked for."""

HINTS: Final[dict[str, str]] = {
    "unknown-name": "a name is used that neither the problem nor the derivation introduces",
    "non-conformable": "the shapes inside do not fit together",
    "number-for-matrix": "one side is a number and the other is not",
    "number-plus-array": "a number is added to an array",
    "shape-mismatch": "the shape is not the one that is asked",
    "free-index-mismatch": "the free indices are not the same everywhere",
    "index-reused": "an index letter is used twice for different things",
    "wrong-delta": "look again at the δ: which entries does it compare",
    "bad-sum-collapse": "a sum was moved or dropped where it must stay",
    "other-layout": "right, but in another layout than the one asked",
    TIED: "right, but with the entries of a symmetric variable taken as one",
    "missing-transpose": "a transpose is missing or too many",
    "lost-factor": "a constant factor is off",
    "wrong-sign": "the sign is off",
    "dropped-term": "a term or a factor is missing",
    "extra-term": "there is a term or a factor too many",
    "wrong-order": "the factors of a product stand in the wrong order",
    "product-for-hadamard": "a matrix product and an elementwise product are confused",
    "missing-inverse": "an inverse is missing or too many",
    "missing-sum": "a sum over an axis is missing",
    "product-rule": "look again at the product rule",
    "chain-rule": "look again at the chain rule",
    "inverse-rule": "look again at the derivative of an inverse",
    "cyclic-trace-misuse": "under a trace factors may only rotate",
    "needs-fact": "true only under a condition that the problem does not state",
    "differs": "the values differ",
}

CODES: Final = tuple(HINTS)
