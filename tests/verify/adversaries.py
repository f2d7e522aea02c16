"""False answers made from right ones, each false where a lazy judge does not look;
and right answers written in other ways."""

from __future__ import annotations

import random
from typing import Final

LOSSES: Final = (
    ("norm(X@w - y)**2", "w", ["X: m×n, w: n, y: m"], "2*X.T@(X@w - y)", "n"),
    ("x.T@A@x", "x", ["A: n×n, x: n"], "(A + A.T)@x", "n"),
    ("sum(tanh(x))", "x", ["x: n"], "ones(n) - tanh(x)**2", "n"),
    ("norm(x)", "x", ["x: n"], "x/norm(x)", "n"),
    ("sum(sqrt(1 + x**2))", "x", ["x: n"], "x/sqrt(1 + x**2)", "n"),
    ("log(sum(exp(x)))", "x", ["x: n"], "softmax(x)", "n"),
    ("exp(-norm(x)**2/2)", "x", ["x: n"], "-x*exp(-norm(x)**2/2)", "n"),
)
"""A loss, its variable, the shapes, its gradient, the size of the gradient."""


def false_answers(rng: random.Random) -> list[tuple[str, str]]:
    """A kind of falsehood, and a text with {g} for the right gradient, {v} for the variable, {n} for its size."""
    far = rng.choice((20, 50, 300, 2000))
    small = rng.choice((1, 2, 3))
    sign = rng.choice("+-")
    zeros = "*".join(f"({{n}} - {k})" for k in range(small, small + rng.choice((4, 6, 8))))
    return [
        ("kink far away", f"{{g}} {sign} relu({{v}} - {far})"),
        ("kink far below", f"{{g}} {sign} (abs({{v}} + {far}) - {{v}} - {far})"),
        ("root of a square", f"{{g}} {sign} (sqrt(({{v}} - {far})**2) + {{v}} - {far})"),
        ("half a domain", f"{{g}} {sign} 0*log({{v}})"),
        ("half a domain by a root", f"{{g}} {sign} (sqrt({{v}})**2 - {{v}})"),
        ("half a domain by exp and log", f"{{g}} {sign} (exp(log({{v}})) - {{v}})"),
        ("half a domain, zero there", f"{{g}} {sign} ({{v}} - abs({{v}}))*log({{v}})"),
        ("a polynomial in the size", f"{{g}} {sign} {zeros}*ones({{n}})"),
        ("another sign", "-({g})"),
        ("nothing", "0*{v}"),
        ("twice", "2*({g})"),
        ("one more", "{g} + {v}/100"),
    ]


RIGHT: Final = (
    "{g} + 0*{v}",
    "({g})*2/2",
    "{g} + {v} - {v}",
    "{g} + log(exp({v})) - {v}",
    "-(-({g}))",
    "{g} + ({n} - {n})*{v}",
    "{g} + relu({v}) - relu(-{v}) - {v}",
    "{g} + abs({v}) - sign({v})*{v}",
)
"""The same gradient written in other ways."""
