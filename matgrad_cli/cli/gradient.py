"""`matgrad gradient`: the result alone, as mathematics or as a function to paste into a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from ..diagnostics.limits import time_limit
from . import options as given
from .choices import GRADIENT_FORMATS
from .choices import method as known_method
from .output import deliver, say
from .several import together
from .verdicts import exit_code

if TYPE_CHECKING:
    from ..records import Derivation

SECONDS = 60

Format = Annotated[str | None, given.one_of("--format", GRADIENT_FORMATS, given.ELSE.replace("terminal or ", ""))]


def gradient(
    loss: given.Loss = None,
    wrt: given.Wrt = None,
    shape: given.Shapes = None,
    assume: given.Assume = None,
    syntax: given.Syntax = None,
    layout: given.Layout = "gradient",
    order: given.Order = "1",
    rules: given.Rules = None,
    method: given.OneMethod = "index",
    format_: Format = None,
    output: given.Output = None,
) -> int:
    """Print the gradient of LOSS by the variable: the result alone, checked."""
    known_method(method, rules)
    format_, text, shapes, names = given.asked("gradient", GRADIENT_FORMATS, format_, output, rules, loss, shape, wrt)
    with time_limit(SECONDS):
        from .. import api

        results = [
            api.gradient(
                text,
                wrt=name,
                shapes=shapes,
                assume=assume or (),
                syntax=syntax,
                layout=layout,
                order=int(order),
                rules=rules,
                method=method,
            )
            for name in names
        ]
        shown = [result.render(format_) for result in results]
    if format_ != "json":  # which says it itself
        _say_assumptions(results[0].derivations[0])
    deliver(together(names, shown, format_), output)
    return max(exit_code(result.derivations) for result in results)


def _say_assumptions(derivation: Derivation) -> None:
    """On stderr, which shapes were not given, how the loss was read, where the result holds and what its words mean."""
    from ..records import Sentence
    from ..render.document.blocks import phrase
    from ..render.document.glossary import explained
    from ..render.words import plain, signature

    problem = derivation.problem
    assumed = [name for name, origin in problem.origins if origin.startswith("assumed")]
    if assumed:
        shown = signature([symbol for symbol in problem.variables if symbol.name in assumed])
        say(f"note: assumed {shown}; `--shape` says otherwise\n")
    result = derivation.result
    meanings = (
        Sentence(said, (("of", of),)) for said, of in explained((result.stated, *(node.body for node in result.named)))
    )
    for condition in derivation.assumed:
        say(f"note: assuming {plain(phrase(condition))}\n")
    for note in (
        *problem.notes,
        *(plain(phrase(said)) for said in (*meanings, *(derivation.notes if derivation.order == 1 else ()))),
    ):
        say(f"note: {note}\n")
