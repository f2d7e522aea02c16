"""The gradient of a loss against differences of a function that is written by hand, and what is asked of a loss."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np
import pytest

from matgrad_cli import gradient
from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.problems import read_problem

SIZES = {"n": 4, "m": 5, "d": 3, "k": 2, "C": 2}


def _data(shapes: str, whole: str = "") -> dict[str, np.ndarray]:
    """Random positive arrays; the names of `whole` are zeros and ones, each there."""
    rng = np.random.default_rng(len(shapes))
    found = {}
    for part in shapes.split(", "):
        name, _, sizes = part.partition(": ")
        dims = () if sizes == "scalar" else tuple(SIZES[size] for size in sizes.split("×"))
        found[name] = rng.uniform(0.3, 1.7, dims)
        if name in whole.split():
            found[name] = np.resize([1.0, 0.0, 0.0, 1.0, 0.0], dims)
            if dims == dims[::-1] and len(dims) == 2:
                np.fill_diagonal(found[name], 0)
    return found


def agrees(
    text: str,
    wrt: str,
    shapes: str,
    value: Callable[..., float],
    whole: str = "",
    drop: str = "",
    syntax: str | None = None,
) -> None:
    """The printed gradient is the derivative of the function at random data; `drop` are not declared."""
    told = ", ".join(part for part in shapes.split(", ") if part.partition(":")[0] not in drop.split())
    found = gradient(text, wrt, shapes=[told] if told else [], syntax=syntax)
    space: dict[str, Callable[..., np.ndarray]] = {}
    exec(found.render("numpy"), space)  # noqa: S102  our own output
    data = _data(shapes, whole)
    names = inspect.signature(space["gradient"]).parameters
    with np.errstate(all="ignore"):
        got = np.asarray(space["gradient"](**{name: data[name.removesuffix("_")] for name in names}), float)
    wanted = np.zeros(data[wrt].shape)
    for place in np.ndindex(wanted.shape):
        ends = []
        for step in (1e-6, -1e-6):
            moved = {**data, wrt: np.array(data[wrt])}
            moved[wrt][place] += step
            ends.append(float(np.asarray(value(**{name: moved[name] for name in inspect.signature(value).parameters}))))
        wanted[place] = (ends[0] - ends[1]) / 2e-6
    assert got.shape == wanted.shape
    assert np.allclose(got, wanted, rtol=1e-4, atol=1e-5), found


def asked(text: str, wrt: str, shapes: str = "") -> str:
    with pytest.raises(InputError) as caught:
        read_problem(text, wrt, [shapes] if shapes else [])
    return f"{caught.value.diagnostic.message} {caught.value.diagnostic.help}"
