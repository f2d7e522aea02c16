"""The methods besides the index method: differential, adjoint, chain, expand.
Each turns a problem into a derivation."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ...diagnostics import UsageError
from ...facts import Problem
from ...records import METHODS, Derivation
from ...rulebook.load import Rulebook
from ...verify.judge import Judge

Method = Callable[[Problem, Rulebook, Judge, str], Derivation]


def method_named(name: str, order: int = 1) -> Method:
    """The function of a method of this folder, for derivatives of that order; an unknown name lists the known ones."""
    if name not in METHODS or name == "index":
        known = "methods: " + ", ".join(METHODS)
        raise UsageError.coded("unknown-method", f"the method `{name}` is not known", help=known)
    if order == 2:
        name = module = "second"
    else:
        module = "differential" if name == "adjoint" else name  # one walk, written in two ways
    found: Method = getattr(import_module(f"{__name__}.{module}"), f"derive_{name}")
    return found
