"""What kind of slip a wrong claim is: a mended line is tried by numbers, and named only when it holds."""

from __future__ import annotations

from .cause import Cause
from .judge import Judged


def cause_of(one: Judged) -> Cause:
    """The slip behind a wrong claim."""
    needed = f"`{one.name}`"
    if one.outcome == "misfit":
        assert one.why is not None
        return Cause("non-conformable", f"`{one.key}` does not compute: {one.why.why}"[:200])
    if len(one.shape) != len(one.needed) or one.shape != one.needed:
        message = f"`{one.key}` has the shape {shown(one.shape)}, and {needed} has {shown(one.needed)}"
        return Cause("shape-mismatch", message)
    return Cause("differs", f"`{one.key}` is not the derivative of the loss by {needed}")


def shown(shape: tuple[str, ...]) -> str:
    """A shape as NumPy writes it."""
    return f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"
