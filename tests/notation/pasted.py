"""A pasted loss as it is read: its shapes, or what is said where it is refused."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.problems import read_problem


def shapes_of(problem):
    return {symbol.name: str(symbol.shape) for symbol in problem.variables}


def refused(loss, wrt, *shapes):
    with pytest.raises(InputError) as caught:
        read_problem(loss, wrt, shapes)
    return caught.value.diagnostic
