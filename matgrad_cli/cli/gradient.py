"""`matgrad gradient`: the result alone, as mathematics or as a function to paste into a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import options as given
from .choices import GRADIENT_FORMATS
from .choices import method as known_method
from .guard import exit_code
from .output import say

if TYPE_CHECKING:
    from ..records import Derivation


@given.reading(GRADIENT_FORMATS, otherwise="text")
def gradient(asked: given.Asked, method: given.OneMethod = "index") -> int:
    """Print the gradient of LOSS by the variable: the result alone, checked."""
    known_method(method, asked.said["rules"])
    from .. import api

    found = [asked.of(name, api.gradient, method=method) for name in asked.names]
    if asked.format != "json":  # which says it itself
        _say_assumptions(found[0].derivations[0])
    asked.write(asked.names, [one.render(asked.format) for one in found])
    return max(exit_code(one.derivations) for one in found)


def _say_assumptions(derivation: Derivation) -> None:
    """On stderr, which shapes were not given, how the loss was read, where the result holds and what its words mean."""
    from ..records import Sentence
    from ..render.document.blocks import phrase
    from ..render.document.derivation import assumptions
    from ..render.document.glossary import explained
    from ..render.words import plain, signature

    problem = derivation.problem
    assumed = [name for name, origin in problem.origins if origin.startswith("assumed")]
    if assumed:
        shown = signature([symbol for symbol in problem.variables if symbol.name in assumed])
        say(f"note: assumed {shown}; `--shape` says otherwise\n")
    result = derivation.result
    stated = (result.stated, *(node.body for node in result.named))
    meanings = (Sentence(said, (("of", of),)) for said, of in explained(stated))
    for condition in assumptions(derivation):
        say(f"note: assuming {plain(condition)}\n")
    further = derivation.notes if derivation.order == 1 else ()
    for note in (*problem.notes, *(plain(phrase(said)) for said in (*meanings, *further))):
        say(f"note: {note}\n")
