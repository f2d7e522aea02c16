"""Under which condition a point is said to be a minimum or a maximum: never a false one, at data whose entries differ
by orders of magnitude and in sign."""

from __future__ import annotations

from itertools import product
from typing import Any, cast

import numpy as np
import pytest

import matgrad_cli as matgrad
from matgrad_cli.ir import Expr
from matgrad_cli.notation.printing.to_text import to_text

DRAWS, FEWEST = 2000, 10
ONE = "sum(x) = 1"

LOSSES = {
    ("sum(d*x**2)", ONE): "diag(d)",
    ("sum(d*x**2)", "sum(d*x) = 1"): "diag(d)",
    ("sum(d*x**2)", "a.T@x = 1"): "diag(d)",
    ("x.T@diag(d)@x", ONE): "diag(d)",
    ("x.T@diag(d)@x - a.T@x", ""): "diag(d)",
    ("sum(x**2/d)", ONE): "diag(1/d)",
    ("sum(a*x**2/d)", ONE): "diag(a/d)",
    ("sum(d*(x - a)**2)", "sum(x) = 2"): "diag(d)",
    ("sum(d)*sum(d*x**2)", ""): "diag(d)*sum(d)",
    ("sum(d*x**2)/sum(a)", ONE): "diag(d)/sum(a)",
    ("sum(a)*norm(x)**2 - d.T@x", ""): "eye(n)*sum(a)",
    ("(a.T@d)*norm(x)**2 + sum(x)", ""): "eye(n)*(a@d)",
    ("sum(a)*sum(d*x**2)", ONE): "diag(d)*sum(a)",
    ("x.T@A@x", ONE): "A + A.T",
    ("tr(A)*x.T@A@x - a.T@x", ""): "(A + A.T)*tr(A)",
    ("a.T@A@a*norm(x)**2 - d.T@x", ""): "eye(n)*(a@A@a)",
}
"""A loss and its constraint; the second derivative, but for a factor, in NumPy."""

SAID = {
    ("sum(d*x**2)", ONE, "3"): ["minimum if all entries of d are positive", "maximum if all entries of d are negative"],
    ("sum(x**2/d)", ONE, "3"): ["minimum if all entries of d are positive", "maximum if all entries of d are negative"],
    ("sum(a)*norm(x)**2 - d.T@x", "", "n"): ["minimum if sum(a) > 0", "maximum if sum(a) < 0"],
}
"""What is said, where that is known."""

SIGNS = {
    "all entries of {} are positive": lambda value: np.min(value) > 0,
    "all entries of {} are negative": lambda value: np.max(value) < 0,
    "the symmetric part of {} is positive definite": lambda value: np.min(np.linalg.eigvalsh(value + value.T)) > 0,
    "the symmetric part of {} is negative definite": lambda value: np.max(np.linalg.eigvalsh(value + value.T)) < 0,
    "{} > 0": lambda value: value > 0,
    "{} < 0": lambda value: value < 0,
}


def computed(text: str, data: dict[str, Any]) -> Any:
    """A formula at data."""
    names = {"diag": np.diag, "eye": lambda n: np.eye(int(n)), "sum": np.sum, "tr": np.trace}
    return eval(text, names | data)  # noqa: S307


def curved(bent: Any, normal: Any) -> tuple[bool, bool]:
    """Whether the loss rises in every direction that the constraint leaves free, and whether it falls."""
    free = np.eye(len(bent)) if normal is None else np.linalg.svd(normal[None])[2][1:].T
    values = np.linalg.eigvalsh(free.T @ (bent + bent.T) @ free)
    none = 1e-9 * np.max(np.abs(bent))
    return bool(np.min(values) > -none), bool(np.max(values) < none)


@pytest.mark.thorough
@pytest.mark.parametrize(("asked", "size"), [*product(LOSSES, ("n", "2", "3"))])
def test_no_condition_is_false(asked: tuple[str, str], size: str) -> None:
    loss, constraint = asked
    shapes = ", ".join(f"{name}: {size}" for name in "xad" if name in loss + constraint)
    shapes += f", A: {size}×{size}" if "A" in loss else ""
    found = matgrad.solve(loss, "x", shapes, subject_to=constraint or ()).solution.extremum
    told = [
        (
            kind,
            said.template.format(**dict.fromkeys(dict(said.values), "{}")),
            [to_text(cast("Expr", one)) for _, one in said.values],
        )
        for kind, said in found.cases
    ]
    words = [f"{kind} if {sign.format(*values)}" for kind, sign, values in told]
    assert words == SAID.get((*asked, size), words)
    rng = np.random.default_rng(3)
    seen = [0] * len(told)
    for number in range(DRAWS if told else 0):
        n = int(size) if size != "n" else 2 + number % 3
        data = {name: rng.normal(size=n) * 10 ** rng.uniform(-1.5, 1.5, n) for name in "ad"}
        data |= {"A": rng.normal(size=(n, n)) + rng.choice((-1, 0, 1)) * n * np.eye(n), "n": np.array(n)}
        normal = {"sum(d*x) = 1": data["d"], "a.T@x = 1": data["a"], "": None}.get(constraint, np.ones(n))
        ways = dict(zip(("minim", "maxim"), curved(computed(LOSSES[asked], data), normal), strict=True))
        for place, (kind, sign, values) in enumerate(told):
            if all(SIGNS[one](computed(value, data)) for one, value in zip(sign.split(" and "), values, strict=True)):
                seen[place] += 1
                assert ways[kind[:5]], (kind, sign, values, data)
    assert min(seen, default=FEWEST) >= FEWEST
