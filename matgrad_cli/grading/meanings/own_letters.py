r"""Rules quoted in letters of their own: `\operatorname{tr}(PQ) = \operatorname{tr}(QP)`, `d(XY) = (dX)Y + X\,dY`: true for all values?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ...diagnostics import InputError, MatgradError, Source
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import Differential, Expr, nodes_of
from ...notation import syntax as s
from ...notation.elaboration.elaborate import read_node
from ...notation.latex.reader import parse_latex
from ...notation.problems import in_own_letters
from ..bench import Bench
from ..lines.kinds import Clash, pairings
from ..lines.reading import Side

LONGEST = 400


def true_of_all(sides: Sequence[Side]) -> bool:
    """Whether these sides are equal for all values of their letters, whatever the letters mean in the problem."""
    texts = [side.text for side in sides]
    if len(texts) < 2 or any(side.syntax != "latex" or side.node is None for side in sides) or sum(map(len, texts)) > LONGEST:
        return False
    try:
        return all(_equal(one, other) for one, other in pairwise(texts))
    except (MatgradError, InputError, RecursionError):
        return False


def _is_hidden(node: s.Node) -> bool:
    """Whether a part is the derivative of a function whose variable does not show, as in ∂f/∂x: of a letter f it would be 0."""
    if not isinstance(node, s.Derivative) or node.body is None or node.variable is None:
        return isinstance(node, s.Derivative)
    inside = {part.name for part in s.parts_of(node.body) if isinstance(part, s.Name)}
    by = {part.name for part in s.parts_of(node.variable) if isinstance(part, s.Name)}
    return not by <= inside


def _equal(left: str, right: str) -> bool:
    """Whether the difference of two texts is zero at random arrays of the shapes that their use asks for; each letter may vary."""
    text = f"{left} = {right}"
    source = Source("line", text)
    one, other = parse_latex(left), parse_latex(right, offset=len(left) + 3)
    tree = s.Binary(one.span.joined(other.span), "-", one, other)
    scope, found = in_own_letters(tree, source)
    letters = dict(found.letters)
    symbols = tuple(scope.symbols.values())
    if any(_is_hidden(part) for part in s.parts_of(tree)):
        return False
    moving = any(isinstance(part, s.Differential_) for part in s.parts_of(tree))
    if not symbols:
        return False
    for variable in symbols if moving else symbols[:1]:
        own = replace(scope, wrt=variable, letters=letters)
        before, after = (read_node(node, own, found).expr for node in (one, other))
        if before is after and not _works(before):
            return False
        bench = Bench(Problem(before, variable, symbols))
        pairs = pairings(before, after)
        if isinstance(pairs, Clash) or not any(
            bench.compare_over(first, second, tuple(sorted(first.free | second.free))).holds for first, second in pairs
        ):
            return False
    return True


def _works(expr: Expr) -> bool:
    return any(isinstance(node, Differential) for node in nodes_of(expr))
