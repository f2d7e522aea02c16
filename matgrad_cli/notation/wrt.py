"""Which variable of a loss is meant by the name that `--wrt` gives."""

from __future__ import annotations

from ..diagnostics import Diagnostic, InputError, Label, Source, Span
from ..ir import Symbol
from .loss_text import plain_name
from .names import nearest_name
from .scope import Scope


def variable_named(text: str, scope: Scope) -> Symbol:
    """The variable of a scope that `--wrt` names: as written, with its mark in another place, or the rows of which it is one."""
    name = plain_name(text)
    found = scope.find(name)
    if not isinstance(found, Symbol) and name.endswith(tuple(f"_{mark}" for mark in ("hat", "bar", "tilde", "dot"))):
        base, _, mark = name.rpartition("_")
        found = scope.find(base + mark) or scope.find(mark + base) or scope.find(base) or found
    if found is None and scope.syntax == "latex" and (base := numbered(name)):
        found = scope.find(base) or scope.find(base.upper())  # x_k of the rows x_i
    if found is None and scope.syntax == "latex" and len(name) == 1:
        found = scope.find(name.swapcase())  # y of `y_i`, the rows of Y
    if isinstance(found, Symbol):
        return found
    if not name:
        raise InputError(Diagnostic("missing-wrt", "no variable to differentiate by was given", help="name it with `--wrt`"))
    several = [part for part in name.replace(",", " ").split() if scope.find(part) is not None]
    if len(several) > 1 and ("," in name or " " in name):
        raise InputError(Diagnostic(
            "unknown-name", f"found {len(several)} names where one variable was needed", Source("wrt", text), (Label(Span(0, len(text))),),
            help=f"differentiate by one variable at a time, as in `--wrt {several[0]}`"))
    near = nearest_name(name, scope.symbols)
    known = ", ".join(f"`{symbol}`" for symbol in list(scope.symbols)[:20])
    shown = name if len(name) <= 40 else name[:40] + "…"
    if scope.size(name) is not None:
        raise InputError(Diagnostic("not-a-variable", f"`{shown}` is a dimension and not a variable",
                                    help=f"the variables are {known}" if known else None))
    raise InputError(Diagnostic(
        "unknown-name", f"the loss has no variable `{shown}`", Source("wrt", text), (Label(Span(0, len(text))),),
        (f"its variables are {known}",) if known else ("it has no variables",), f"did you mean `{near}`?" if near else None))


def numbered(name: str) -> str:
    """x of x_k; nothing for a name without one letter below it."""
    base, _, letter = name.rpartition("_")
    return base if len(letter) == 1 and letter.isalpha() else ""
