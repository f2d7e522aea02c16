"""How names look in a book: λ for `lambda`, W₁ for `W1`; which names are Greek letters."""

from __future__ import annotations

from typing import Final

GREEK: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "lam": "λ",
    "varepsilon": "ϵ", "vartheta": "ϑ",
    "varphi": "ϕ", "ell": "ℓ",
}

SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

LATEX_GREEK: Final = frozenset(GREEK) - {"omicron", "lam"}


def split_name(name: str) -> tuple[str, str]:
    """A name and its subscript: `W1` is W with 1, `x_hat` is x with hat, `alpha2` is α with 2; else the name and nothing."""
    head, bar, tail = name.partition("_")
    if bar and head and tail:
        return head, tail
    stem = name.rstrip("0123456789")
    return (stem, name[len(stem):]) if stem else (name, "")
