"""What a result says that rests on rules which a user added: the same words on every page and in every program."""

from __future__ import annotations

from collections.abc import Iterable

from ..records import Derivation


def resting(*derivations: Derivation) -> str | None:
    """`rests on rules added by the user: trace-mine (mine.toml:1)`;
    None where only the rules of the product were used."""
    found = list(dict.fromkeys(rule for derivation in derivations for rule in derivation.rests_on))
    if not found:
        return None
    return f"rests on {'a rule' if len(found) == 1 else 'rules'} added by the user: {', '.join(found)}"


def comments(derivations: Iterable[Derivation], sign: str) -> list[str]:
    """The same as a line of comment, if there is anything to say."""
    said = resting(*derivations)
    return [f"{sign} {' '.join(said.split())}"] if said else []
