"""How names look in a book: λ for `lambda`, W₁ for `W1`; which names are Greek letters."""

from __future__ import annotations

from typing import Final

GREEK: Final = dict(zip(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega".split(),
    "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ τ υ φ χ ψ ω".split(), strict=True,
)) | dict(zip("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(), "Γ Δ Θ Λ Ξ Π Σ Υ Φ Ψ Ω".split(), strict=True)) | {
    "varepsilon": "ϵ", "vartheta": "ϑ", "varphi": "ϕ", "ell": "ℓ",
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
