"""A threshold is right only where it is the threshold of the loss, however near to it another one lies."""

from __future__ import annotations

import random

import pytest
from test_points_that_tell import answered

LOSSES = [  # loss, variable, shapes, facts, gradient with a mask to put in, argument and limit of the mask
    ("sum(maximum(0, 1-y*(X@w)))", "w", "X: m×n, w: n, y: m", ("y signs",), "-X.T@(y*{})", "-(y*(X@w))", -1.0),
    ("sum(maximum(0, 1-X@w))", "w", "X: m×n, w: n", (), "-X.T@{}", "-(X@w)", -1.0),
    ("sum(relu(x-0.3))", "x", "x: n", (), "1.0*{}", "x", 0.3),
    ("sum(maximum(0, w-1)**2)", "w", "w: n", (), "2*(w-1)*{}", "w", 1.0),
    (
        "maximum(0, norm(a-p)**2-norm(a-q)**2+1)", "a", "a: n, p: n, q: n", (),
        "2*(q-p)*{}", "(norm(a-p)**2-norm(a-q)**2)", -1.0,
    ),
    ("norm(relu(X@W-b)@V-Y)**2", "W", "X: m×n, W: n×k, V: k×p, Y: m×p, b: number", (),
     "2*X.T@(((relu(X@W-b)@V-Y)@V.T)*{})", "(X@W-b)", 0.0),
    ("sum(maximum(abs(X@w-y)-e, 0))", "w", "X: m×n, w: n, y: m, e: number", ("e positive",),
     "X.T@(sign(X@w-y)*{})", "(abs(X@w-y)-e)", 0.0),
]  # fmt: skip


def _case(number: int) -> tuple[random.Random, tuple[str, ...], str, str, str, float]:
    loss, wrt, shapes, assume, gradient, argument, limit = LOSSES[number]
    return random.Random(loss), (loss, wrt, shapes, *assume), gradient, wrt, argument, limit


def _judged(case: tuple[str, ...], answer: str) -> str:
    loss, wrt, shapes, *assume = case
    return answered(loss, wrt, shapes, answer, *assume).kind


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(len(LOSSES)))
def test_no_other_threshold_is_accepted(number: int) -> None:
    rng, case, gradient, _, u, limit = _case(number)
    off = 10 ** rng.uniform(-5, 0)
    masks = [
        f"({u}>{limit + off!r})",
        f"({u}>{limit - off!r})",
        f"({u}>={limit + rng.uniform(0.05, 0.3)!r})",
        f"({u}<{limit!r})",
        f"(abs({u})>{abs(limit)!r})" if limit else f"(abs({u})>0)",
        f"(0.5*sign({u}-({limit - off!r}))+0.5)",
        f"({u}>{limit!r})*({u}<{limit + 40!r})",
        f"(({u}>{limit!r}) + 7*({u}>{limit + off!r})*({u}<{limit + 2 * off!r}))",
        f"(({u}>{limit!r}) + relu({u}-({limit + 0.1!r}))*relu({limit + 0.2!r}-({u})))",
        *([f"({rng.uniform(1.1, 3)!r}*{u}>{limit!r})"] if limit else []),
    ]
    assert [mask for mask in masks if _judged(case, gradient.format(f"({mask})")) in ("proved", "agrees")] == []


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(len(LOSSES)))
def test_the_same_threshold_in_other_words_is_never_wrong(number: int) -> None:
    rng, case, gradient, _, u, limit = _case(number)
    scale = rng.uniform(0.2, 5)
    masks = [
        f"({u}>{limit!r})",
        f"({u}>={limit!r})",
        f"(-{u}<{-limit!r})",
        f"({scale!r}*{u}>{scale * limit!r})",
        f"({u}**3>{limit**3!r})",
        f"({u}-({limit!r})>0)",
        f"(1-({u}<={limit!r}))",
        f"(0.5*sign({u}-({limit!r}))+0.5)",
        f"(exp(0.1*{u})>exp(0.1*({limit!r})))",
    ]
    found = {mask: _judged(case, gradient.format(f"({mask})")) for mask in masks}
    assert [mask for mask, kind in found.items() if kind == "differs"] == []
    assert sum(kind in ("proved", "agrees") for kind in found.values()) >= len(masks) - 2, found
