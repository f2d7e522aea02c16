r"""Rules quoted in letters of their own: `\operatorname{tr}(PQ) = \operatorname{tr}(QP)`, `d(XY) = (dX)Y + X\,dY`:
true for all values?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from ...diagnostics import MatgradError, Source
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import Differential, Expr, Symbol, nodes_of, transpose
from ...notation import syntax as s
from ...notation.elaboration.elaborate import read_node
from ...notation.latex.reader import read_latex
from ...notation.problems import in_own_letters
from ..bench import Bench
from ..lines.kinds import pairings

LONGEST = 400


def true_of_all(
    texts: Sequence[str],
    assume: Sequence[str] = (),
    moving: Collection[str] = (),
    rows: bool = False,
    numerator: bool = False,
) -> bool | None:
    """Whether these sides are equal for all values of their letters, whatever the letters mean in the problem; None:
    it cannot be said.

    `assume` are facts of the letters, `moving` the letters that vary under a differential (none: all of them). With
    `rows` the derivative of a number by a column may be written as a row, or as it is; in `numerator` layout that by a
    matrix, or by a column without `rows`, is its transpose.
    """
    if len(texts) < 2 or sum(map(len, texts)) > LONGEST:
        return None
    try:
        verdicts = [_equal(one, other, assume, moving, rows, numerator) for one, other in pairwise(texts)]
    except (MatgradError, RecursionError):
        return None
    return False if False in verdicts else None if None in verdicts else True


def _is_hidden(node: s.Node) -> bool:
    """Whether a part is the derivative of a function whose variable does not show, as in ∂f/∂x:
    of a letter f it would be 0."""
    if not isinstance(node, s.Derivative) or node.body is None or node.variable is None:
        return isinstance(node, s.Derivative)
    inside = {part.name for part in s.parts_of(node.body) if isinstance(part, s.Name)}
    by = {part.name for part in s.parts_of(node.variable) if isinstance(part, s.Name)}
    return not by <= inside


def _equal(
    left: str, right: str, assume: Sequence[str], moving: Collection[str], rows: bool, numerator: bool
) -> bool | None:
    """Whether the difference of two texts is zero at random arrays of the shapes that their use asks for;
    each moving letter may vary."""
    one, other = read_latex(left).node, read_latex(right, offset=len(left) + 3).node
    tree = s.Binary(one.span.joined(other.span), "-", one, other)
    scope, found, facts = in_own_letters(tree, Source("line", f"{left} = {right}"), assume)
    letters = dict(found.letters)
    symbols = tuple(scope.symbols.values())
    if not symbols or any(_is_hidden(part) for part in s.parts_of(tree)):
        return None
    varying = any(isinstance(part, s.Differential_) for part in s.parts_of(tree))
    for variable in [symbol for symbol in symbols if not moving or symbol.name in moving] if varying else symbols[:1]:
        own = replace(scope, wrt=variable, letters=letters)
        before, after = (read_node(node, own, found).expr for node in (one, other))
        if before is after and not _works(before):
            return None
        bench = Bench(Problem(before, variable, symbols, facts))
        pending = s.ungrouped(one)
        derived = isinstance(pending, s.Derivative)
        letter = pending.variable if isinstance(pending, s.Derivative) else None
        by = scope.find(letter.name) if isinstance(letter, s.Name) else None
        turns = isinstance(by, Symbol) and before.shape is by.shape and (by.shape.is_matrix or not rows)
        across = numerator and turns
        forms: tuple[Expr, ...] = (transpose(before),) if across else (before,)
        forms += (transpose(before),) if rows and derived and before.shape.is_column else ()
        verdicts = [bench.over_all(*pair) for form in forms for pair in pairings(form, after)]
        if not any(verdict.holds for verdict in verdicts):
            return None if any(verdict.kind == "unknown" for verdict in verdicts) else False
    return True


def _works(expr: Expr) -> bool:
    return any(isinstance(node, Differential) for node in nodes_of(expr))
