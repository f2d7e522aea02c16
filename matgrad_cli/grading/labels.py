"""Letters below a name that count nothing: they say apart what has the same name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..ir import Add, Expr, substitute
from ..notation.printing.to_unicode import to_unicode
from .lines.forms import as_array, as_rows
from .lines.scope import Surroundings
from .slips.causes import Slip


class Labels:
    """Names that a letter below says apart: δ_o and δ_h of two layers, each a column."""

    def __init__(self, around: Surroundings) -> None:
        self.around, self.labelled = around, set[str]()

    def adds(self, name: str, letters: Sequence[str]) -> bool:
        """Whether these letters make another name of one that was labelled."""
        return name in self.labelled and not self.around.valued("_".join((name, *letters)))

    def value(
        self, name: str, letters: tuple[str, ...], expr: Expr, member: bool
    ) -> tuple[str, tuple[str, ...], Expr | None]:
        r"""To what a definition gives its value, the letters that count its entries, and the value, None if it does not
        fit them. A letter that the value has not is part of the name, or says how many samples there are, as the n of
        `\hat w_n` does: then the first name is known without it too."""
        sizes = not expr.free and set(letters) <= self.around.sizes().keys()
        if not (sizes and letters):
            value = as_array(expr, letters) or (None if member else as_rows(expr, letters))
            if value is not None or expr.free or member or len(letters) != 1:
                return name, letters, value
        own = name in self.labelled or not sizes
        self.labelled.add(name)
        self.around.define(labelled := "_".join((name, *letters)), expr)
        return (labelled if own else name), (), expr

    def of_part(self, guess: Slip | None, last: Expr, holds: Callable[[Expr], bool]) -> list[str]:
        """What is said where a side is the derivative of a term of the loss, as which the `L_reg` of a text that states
        L alone is then read; nothing where it is that of none."""
        loss = self.around.task.problem.loss
        terms = loss.terms if guess is not None and isinstance(loss, Add) else ()
        meant = next((term for term in terms if holds(substitute(last, {loss: term}))), None)
        return [f"{guess.message}: taken for `{to_unicode(meant)}`, a term of the loss"] if guess and meant else []
