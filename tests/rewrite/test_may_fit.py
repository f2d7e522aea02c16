"""What the text of a rule says of an expression is no more than a first look: it never denies what fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from corpus import Case, cases, derived

from matgrad_cli.ir import Expr
from matgrad_cli.ir.memory import let_go
from matgrad_cli.records import METHODS
from matgrad_cli.rewrite.engine import apply
from matgrad_cli.rulebook.heads import Form, form
from matgrad_cli.rulebook.load import Together
from matgrad_cli.rulebook.pattern import declared, read_side


@pytest.mark.thorough
@pytest.mark.parametrize("case", cases()[::16], ids=lambda case: f"{case.loss} by {case.wrt}")
def test_what_fits_is_never_denied(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule is tried everywhere, and what it makes is looked at."""
    denied: list[tuple[str, str]] = []
    ways, may_fit = apply._ways, Form.may_fit

    def seen(rule: Any, reading: Any, node: Any, *more: Any) -> Iterator[Any]:
        for found in ways(rule, reading, node, *more):
            if not may_fit(form(reading.lhs, reading.fixed), node):
                denied.append((rule.id, repr(node)))
            yield found

    monkeypatch.setattr(apply, "_ways", seen)
    monkeypatch.setattr(Form, "may_fit", lambda self, node: True)
    monkeypatch.setattr(Together, "likely", lambda self, nodes: iter(self.names))
    monkeypatch.setattr(Together, "possible", lambda self, node: list(range(len(self.names))))
    let_go()
    for method in METHODS:
        derived(case, method)
    assert denied == []


@pytest.mark.parametrize(
    ("text", "fixed", "fits", "fits_not"),
    [
        ("-u", (), "-X[i,j]", "X[i,j]"),
        ("A @ Q.T", (), "X @ A.T", "X @ A"),
        ("tr(inv(A))", (), "tr(inv(X))", "tr(X)"),
        ("partial(X[k,l], X[s,t])", (), "partial(X[i,j], X[k,i])", "partial(A[i,j], X[k,i])"),
        ("partial(c, X[s,t])", ("c",), "partial(A[i,j], X[k,i])", "partial((A @ X)[i,j], X[k,i])"),
    ],
)  # fmt: skip
def test_what_cannot_fit_is_seen_from_the_text(text: str, fixed: tuple[str, ...], fits: str, fits_not: str) -> None:
    assert form(text, fixed).may_fit(_read(fits))
    assert not form(text, fixed).may_fit(_read(fits_not))


def _read(text: str) -> Expr:
    shapes = {"A": "n n", "X": "n n", "x": "n", **dict.fromkeys("ijk", "index n")}
    return read_side(text, tuple(shapes.items()), declared(shapes.items())[0]["X"])
