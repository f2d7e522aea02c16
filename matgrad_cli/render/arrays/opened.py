"""Arrays with free letters inside, for which `einsum` has no place:
tanh(A [X_ij]_j)_s, opened down to entries of plain arrays."""

from __future__ import annotations

from ...diagnostics import Diagnostic, StuckError
from ...ir import Expr, letters_in
from ...ir.entries import Entries


class _Opened(Entries):
    def missing(self, expr: Expr) -> Exception:
        return cannot(expr)


def opened(node: Expr) -> Expr:
    """The number `node`, which has free letters inside an array, with that array opened;
    StuckError where there is no way."""
    return _Opened(lambda part: not part.free, (letter.name for letter in letters_in(node))).of(node)


def cannot(node: Expr) -> StuckError:
    """That no program is printed for an entry of this."""
    from ...notation.printing.to_text import to_text

    return StuckError(
        Diagnostic(
            "cannot-print",
            "the result holds an array that depends on an index letter, for which no program is printed",
            notes=(f"it is `{to_text(node)}`",),
            help="`--format text`",
        )
    )
