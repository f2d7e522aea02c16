"""matgrad: gradients of matrix expressions, one rule at a time, every step checked.

>>> import matgrad_cli as matgrad
>>> print(matgrad.gradient("x.T @ x", wrt="x"))
2 x
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import Explanation, Gradient, Optimum, assert_right, check, explain, gradient, solve
    from .diagnostics import BugError, InputError, MatgradError, StuckError, UsageError

__version__ = "0.1.0"
_ERRORS = ["BugError", "InputError", "MatgradError", "StuckError", "UsageError"]
__all__ = [
    "Explanation",
    "Gradient",
    "Optimum",
    "assert_right",
    "check",
    "explain",
    "gradient",
    "solve",
    "BugError",
    "InputError",
    "MatgradError",
    "StuckError",
    "UsageError",
]


def __getattr__(name: str) -> object:
    """The public functions and errors, imported when first asked for: starting the command must not pay for them."""
    if name in __all__:
        from . import api, diagnostics

        return getattr(diagnostics if name in _ERRORS else api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: object) -> None:
    """`%load_ext matgrad_cli` in a notebook: the magic `%%matgrad`."""
    from .cli.magic import load

    load(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
