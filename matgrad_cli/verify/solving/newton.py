"""Newton's method on a residual, with least-squares steps of least length:
also where there are many solutions, or too many equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..arrays.lazily import np

_STEPS: Final = 30
_HALVINGS: Final = 8
_SLOW: Final = 4
"""After so many steps that gain little it is given up."""
_SMALL: Final = 1e-9
"""A residual counts as zero if it is this part of what the derivative times the unknowns amounts to."""
_NOISE: Final = 1e-14
"""What is this part of the terms of all equations may be their rounding alone."""
_STILL: Final = 1e-8
"""A solution is known well enough if the last step changed it by less than this part."""

_STUCK: Final = 0.9999
"""Where even the slopes promise that more than this part of the residual stays, no step leads on."""

_FAR: Final = 1e4
"""A zero that is so many times further away than the start is none: there everything has become small."""
_SMALLER: Final = 16
_ITSELF: Final = 0.1
_DOUBLED: Final = 3
"""Where so many steps in a row were, but for this part, the unknown itself, it would double for ever."""

Residual = Callable[[Any], Any]
"""The residual at the unknowns as a vector, or None outside of its domain."""


class _Away(Exception):
    """The unknowns only grew."""


def newton(residual: Residual, jacobian: Residual, start: Any) -> Any:
    """A zero of the residual near the start; None if none is reached.
    Where the unknowns run away, one much nearer to 0 than the start, as of n/s − m/s²; else one of the start's length.

    Newton's step for a gradient that is homogeneous of degree −1, as that of xᵀAx / xᵀx, is the unknown itself.
    """
    for first in (start, start / _SMALLER):
        try:
            return _zero(residual, jacobian, first)
        except _Away:
            continue
    return _of_length(residual, jacobian, start)


def _of_length(residual: Residual, jacobian: Residual, start: Any) -> Any:
    """A zero with the length of the start: an equation more, of the size of the others."""
    first, length = residual(start), float(start @ start)
    if first is None:
        return None
    weight = float(np.linalg.norm(first)) / length

    def longer(u: Any) -> Any:
        found = residual(u)
        return None if found is None else np.append(found, weight * (u @ u - length))

    def slopes(u: Any) -> Any:
        found = jacobian(u)
        return None if found is None else np.vstack([found, 2 * weight * u])

    try:
        return _zero(longer, slopes, start)
    except _Away:
        return None


def _zero(residual: Residual, jacobian: Residual, start: Any) -> Any:
    u, r = start, residual(start)
    if r is None:
        return None
    slow = doubled = 0
    for _ in range(_STEPS):
        slope = jacobian(u)
        if slope is None or not np.all(np.isfinite(slope)):
            return None
        step, before = _step(slope, r), r
        size = float(np.linalg.norm(r))
        largest, begun = (float(np.max(np.abs(one), initial=0.0)) for one in (u, start))
        away = np.linalg.norm(step - u) <= _ITSELF * np.linalg.norm(u) and largest > begun
        doubled = doubled + 1 if away else 0
        if doubled == _DOUBLED or largest > _FAR * max(1.0, begun):
            raise _Away
        if _done(r, slope, u, step):
            return u
        if np.linalg.norm(r + slope @ step) > _STUCK * size:
            return None
        for halving in range(_HALVINGS):
            part = 0.5**halving
            other = residual(u + part * step)
            if other is not None and np.linalg.norm(other) <= (1 - 1e-4 * part) * size:
                break
        else:
            return None
        slow += bool(np.linalg.norm(other) > 0.7 * size)
        if slow > _SLOW:
            return None
        halfway, u, r = u + 0.5 * step, u + part * step, other
        if part == 1.0 and _done(r, slope, u, _step(slope, r)):
            middle = residual(halfway)  # half of it is left there only where the slopes are the same all the way
            if middle is not None and np.linalg.norm(2 * middle - before) <= _SMALL * size:
                return u
    return None


def _step(slope: Any, r: Any) -> Any:
    """The shortest step that brings the residual as near to zero as the slopes say."""
    return np.linalg.lstsq(slope, -r, rcond=1e-11)[0]


def terms(slope: Any, u: Any) -> Any:
    """How large the terms of each equation are."""
    return np.abs(slope) @ np.abs(u)


def _done(r: Any, slope: Any, u: Any, step: Any) -> bool:
    """Whether the residual is rounding beside the terms it is made of, and the unknowns no longer move.

    That of each equation beside its own terms: where one has become small as a whole, it does not hold for that.
    """
    if not np.any(r):
        return True
    each = terms(slope, u)
    rounding = np.maximum(_SMALL * each, _NOISE * np.max(each, initial=0.0))
    steepest, largest, moved = (float(np.max(np.abs(one), initial=0.0)) for one in (slope, u, step))
    whole = float(np.linalg.norm(r)) <= _SMALL * steepest * largest and bool(np.all(np.abs(r) <= rounding))
    return whole and moved <= _STILL * largest
