"""Names of unknown functions: which letters name one, how it and its derivatives are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..ir import Call, Expr, nodes_of
from ..ir.functions import unknown, unknown_parts

LETTERS: Final = frozenset(("f", "g", "h", "phi", "psi", "ell", "rho"))
"""Letters that before a bracket name a function, if they stand nowhere without one and nothing declares them."""

WEIGHTS: Final = frozenset(("rho",))
"""Of these the ones that are weights too: functions only of the terms of a sum, as in `\\sum_i \\rho(r_i)`,
without a power behind."""

NUMBERS: Final = frozenset(("f", "g", "h", "ell"))
"""Of these the value is a number where nothing else decides; of φ and ψ it has the shape of what they are taken of."""


def letter_of(name: str) -> str:
    """The letter of a function: of `rho_tau`, ρ_τ, it is ρ."""
    letter, _, below = name.partition("_")
    return name if below.startswith("prime") else letter


SLOPES: Final = frozenset(f"{'n' if name in NUMBERS else 'e'}:{name}" for name in LETTERS)
"""The unknown functions whose derivatives may be written where no loss says which there are."""


_WRITTEN: Final = {
    "n": ("", "grad_", "hess_"),
    "v": ("", "jac_"),
    "m": ("", "D_", "adjoint_"),
    **dict.fromkeys("st", ("", "partial1_", "partial2_", "partial3_")),
}


def written(function: str) -> str:
    """`phi`, `phi_prime2`, `grad_f`, `hess_f`, `jac_f`, `D_f`, `adjoint_f`, `partial1_f`; else as it is called."""
    parts = unknown_parts(function)
    if parts is None:
        return function
    kind, order, bare = parts[0], parts[1], parts[2].partition("|")[0]
    if kind in _WRITTEN:
        return _WRITTEN[kind][order] + bare
    return bare + ("_prime" if order else "") + (str(order) if order > 1 else "")


def functions_in(loss: Expr | None) -> frozenset[str]:
    """The unknown functions of a loss, as kind and name: `e:phi`."""
    calls = [node for node in nodes_of(loss) if isinstance(node, Call)] if loss is not None else []
    found = [parts for call in calls if (parts := unknown_parts(call.function)) is not None]
    return frozenset(f"{kind}:{name}" for kind, _, name in found)


def names_in(loss: Expr | None) -> frozenset[str]:
    """The letters of the unknown functions of a loss."""
    return frozenset(one[2:].partition("|")[0] for one in functions_in(loss))


def meant(function: str, known: frozenset[str]) -> str | None:
    """The unknown function that a written name means beside a loss with the `known` ones: `phi_prime` beside φ."""
    for one in known:
        kind, _, name = one.partition(":")
        for order in range(known is SLOPES, len(_WRITTEN.get(kind, "012"))):
            jacobian = f"J_{name.partition('|')[0]}" if (kind, order) == ("v", 1) else None
            if function in (written(unknown(name, kind, order)), jacobian):
                return unknown(name, kind, order)
    return None


def shown(function: str, letter: Callable[[str], str], prime: str, nabla: str, squared: str, dual: str, by: str) -> str:
    """How a book writes an unknown function, φ″, ∇f or ∂₁f, with its letter; empty for one of the table."""
    parts = unknown_parts(function)
    if parts is None:
        return ""
    (kind, order, name), bare = parts, letter(parts[2].partition("|")[0])
    if kind in "st":
        return by.format(order, "₀₁₂₃"[order]) * (order > 0) + bare
    if kind in ("v", "m"):
        jacobian = letter(f"J_{name.partition('|')[0]}") if (kind, order) == ("v", 1) else ""
        return jacobian or ("", letter("D"), dual)[order] + bare
    return bare + prime * order if kind in ("e", "p") else ("", nabla, squared)[order] + bare
