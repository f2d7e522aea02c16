"""What is said where no solution in closed form is found."""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostics import Diagnostic, StuckError
from ..facts import Problem
from ..ir import Expr, Symbol
from ..notation.printing.to_unicode import to_unicode
from ..records import Derivation
from ..render.document.blocks import phrase
from ..render.words import plain
from ..rewrite.closing import KINK
from ..rewrite.engine.application import is_zero
from .line import derivative


def straight(problem: Problem, gradient: Expr, constrained: bool) -> StuckError:
    """What is so where the loss, and the constraints, are straight in the unknown."""
    of_what = " of the Lagrangian" if constrained else ""
    same = f"the gradient{of_what} does not depend on `{problem.wrt.name}`"
    neither = "neither a minimum nor a maximum"
    if constrained:
        same += f": where the constraints hold the loss has one value only, or has {neither}"
    else:
        same += f", so it is zero everywhere or nowhere: where it is not, the loss has {neither}"
    if any(fact.symbol is problem.wrt for fact in problem.facts):
        same += f", but at the edge of what is said of `{problem.wrt.name}`"
    notes = (f"the gradient{of_what} is {to_unicode(gradient)}",)
    return StuckError(Diagnostic("no-closed-form", same, notes=notes))


def no_closed_form(derivation: Derivation, multipliers: Sequence[Symbol] = ()) -> StuckError:
    """What there is to do where the rules find no closed form: the step of gradient descent and of Newton's method."""
    name = to_unicode(derivation.wrt)
    gradient = derivation.result.matrix
    said = to_unicode(gradient) if gradient is not None else to_unicode(derivation.result.entry)
    if multipliers:
        letters = " and ".join(map(to_unicode, multipliers))
        one, hold = ("a suitable multiplier", "constraint holds") if len(multipliers) == 1 else (
            "suitable multipliers", "constraints hold")  # fmt: skip
        return StuckError(Diagnostic(
            "no-closed-form", f"the equations of the Lagrangian have no closed form in `{name}` that the rules know",
            notes=(f"at a solution the gradient of the Lagrangian is zero, with {one} {letters}: {said} = 0",
                   f"and the {hold}"),
            help=f"solve these equations for {name} and {letters} by numbers"))  # fmt: skip
    steps = (f"gradient step: {name} ← {name} − η · gradient", _newton(derivation, name))
    kinks = [
        f"it is found where {plain(phrase(one))}: a minimum may lie where that does not hold"
        for one in derivation.assumed
        if KINK in one.template
    ]
    notes = (f"the gradient is {said}", *kinks, *filter(None, steps))
    message = f"the equation ∇L = 0 has no closed form in `{name}` that the rules know"
    return StuckError(Diagnostic("no-closed-form", message, notes=notes, help="iterate with one of these steps"))


def _newton(derivation: Derivation, name: str) -> str:
    general = f"Newton step: {name} ← {name} − H⁻¹ · gradient, where H is the Hessian"
    if derivation.wrt.shape.is_matrix:
        return general
    hessian = derivative(derivation.problem, order=2)
    return general if hessian is None else "" if is_zero(hessian) else f"{general}: H = {to_unicode(hessian)}"
