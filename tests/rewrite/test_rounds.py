"""How often a method looks at a line: no line is looked at twice."""

from __future__ import annotations

import pytest

from matgrad_cli import explain
from matgrad_cli.rewrite.methods.mover import Mover


@pytest.mark.parametrize("loss", ["norm(a*x)**4", "sum(A)/m/n*norm(x)**2", "sum(A)*sum(x)**2*norm(x)"])
def test_rules_that_undo_each_other_come_to_an_end(monkeypatch: pytest.MonkeyPatch, loss: str) -> None:
    rounds = []
    found = Mover.found

    def counted(mover: Mover, *arguments: object) -> object:
        rounds.append(arguments)
        return found(mover, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Mover, "found", counted)
    explain(loss, "x", "x: n, A: m×n, a: scalar")
    assert len(rounds) < 60
