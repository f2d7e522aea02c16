"""`matgrad explain`: the derivation."""

from __future__ import annotations

from . import options as given
from .choices import EXPLAIN_FORMATS
from .choices import method as known_method
from .guard import exit_code


@given.reading(EXPLAIN_FORMATS)
def explain(
    asked: given.Asked, method: given.Method = "index", detail: given.Detail = "normal", numbers: given.Numbers = False
) -> int:
    """Derive the gradient of LOSS by the variable, one rule at a time, each step checked."""
    known_method(method, asked.said["rules"], "all")
    from .. import api

    found = [asked.of(name, api.explain, method=method, detail=detail, numbers=numbers) for name in asked.names]
    title = f"The derivative of {asked.loss} by {', '.join(asked.names)}"
    asked.write(asked.names, [asked.page(one, behind=found[:at]) for at, one in enumerate(found)], title)
    return max(exit_code(one.derivations) for one in found)
