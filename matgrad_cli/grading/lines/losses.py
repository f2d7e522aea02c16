"""Which undeclared names of a derivation mean the loss: lone names that it differentiates,
unless it defines them otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics import Source
from ...documents.passage import Passage
from ...notation import syntax as s
from ...notation.latex.lines import differentiated_names
from ...notation.latex.names import FUNCTIONS, letter_name
from ...notation.unknown import names_in
from ..bench import Bench
from .forms import as_array, left_letters
from .reading import read_side
from .scope import Surroundings
from .statements import Claim, lone_name, read_row
from .syntax_walk import Path, children, is_index, walk

USUAL = frozenset(["L", "f", "J", "E", "F", "ell", "l", "phi", "Phi", "mathcal_L", "L_cal", "J_cal"])


def loss_names(
    around: Surroundings, rows: Sequence[tuple[int, Passage]], source: Source, syntax: str | None, given: str | None
) -> frozenset[str]:
    """The names that stand for the loss in these rows; `given` is what the header says.
    Names that rows define are noted as promised."""
    scratch = Surroundings(
        around.task,
        Bench(around.task.problem),
        columns=around.columns,
        lying=around.lying,
        formulas=around.formulas,
        written=around.written,
        supposed=around.supposed,
    )
    around.functions = scratch.functions = _functions(rows, scratch)
    claims = [claim for number, row in rows for claim in read_row(number, row, source, scratch.names(), syntax).claims]
    nodes = [side.node for claim in claims for side in claim.sides if side.node is not None]
    functions = names_in(around.task.problem.loss)
    differentiated = [
        name
        for name in dict.fromkeys((*differentiated_names(nodes), *_inside(nodes)))
        if not scratch.known(name) and name not in functions
    ]
    if given:
        around.promised = frozenset(_stated_names(scratch, claims))
        wanted = {given, given.lstrip("\\")} | {
            name for name in differentiated if name.lower().startswith(given.lower())
        }
        return frozenset(wanted)
    stated = _stated_names(scratch, claims)
    if any(name in differentiated or name in USUAL for name in stated):
        _define_all(scratch, claims, stated)
    loss = around.task.problem.loss
    found = {name for name in differentiated if name not in stated and not _is_direction(nodes, name)}
    for name in [name for name in differentiated if name in scratch.defined] + [
        name for name in stated if name in USUAL
    ]:
        symbol = scratch.defined.get(name)
        if symbol is not None and symbol.shape is loss.shape and scratch.bench.equal(scratch.expanded(symbol), loss):
            found.add(name)
    if len(found) > 1:
        found = _heads(claims, found)
    if not found:
        found = _likeliest(scratch, differentiated, stated)
    around.promised = frozenset(stated) - found
    return frozenset(found)


def _heads(claims: Sequence[Claim], names: set[str]) -> set[str]:
    r"""Of several names beside d or ∂ those that a left side differentiates and that stand nowhere bare:
    no `E` of `dL = tr(E^\top dE)`."""
    lefts = [
        s.ungrouped(claim.sides[0].node)
        for claim in claims
        if not claim.leading and len(claim.sides) > 1 and claim.sides[0].node
    ]
    heads = {
        lone_name(left.body)
        for left in lefts
        if isinstance(left, (s.Derivative, s.Differential_)) and left.body is not None
    }
    chosen = names & heads or names
    nodes = [side.node for claim in claims for side in claim.sides if side.node is not None]
    bare = {
        part.name
        for node in nodes
        for path, part in walk(node)
        if isinstance(part, s.Name) and not _differentiated(node, path)
    }
    return chosen - bare or (chosen if chosen & heads else set())  # d(PQ) = (dP)Q + P dQ: neither is the loss


def _differentiated(root: s.Node, path: Path) -> bool:
    """Whether a part stands under a ∂, ∇ or d."""
    node = root
    for step in path:
        if isinstance(node, (s.Derivative, s.Differential_)):
            return True
        node = children(node)[step]
    return False


def _functions(rows: Sequence[tuple[int, Passage]], scratch: Surroundings) -> frozenset[str]:
    r"""Names that a row states as a function of others: `\mathbf{e}(\theta) := …`."""
    found = set()
    for _, row in rows:
        for match in re.finditer(_FUNCTION, row.text):
            name = letter_name(match[1] or match[2] or match[3])
            if (
                not scratch.known(name)
                and name not in _SIGNS
                and name not in FUNCTIONS
                and name not in scratch.formulas
            ):
                found.add(name)
    return frozenset(found)


_SIGNS = frozenset(("d", "D", "delta", "mathrm"))
_FUNCTION = (
    r"(?:^|[,;]|\\quad)\s*(?:\\(?:mathbf|boldsymbol|bm|vec|mathcal)(?:\s*\{\\?(\w+)\}|\s\\?(\w))"
    r"|\\?([A-Za-z]+))\s*(?:\\left)?\([^()=]*\)\s*:?\s*="
)


def _stated_names(scratch: Surroundings, claims: Sequence[Claim]) -> list[str]:
    """The lone names without meaning on the left sides."""
    names = [lone_name(claim.sides[0].node) for claim in claims if not claim.leading and len(claim.sides) > 1]
    return list(dict.fromkeys(name for name in names if name is not None and not scratch.valued(name)))


def _inside(nodes: Sequence[s.Node]) -> list[str]:
    """Usual or called names somewhere under ∂, as the L of ∇tr(L(D, W)); index letters are none."""
    found: list[str] = []
    for node in nodes:
        for _, part in walk(node):
            if isinstance(part, s.Derivative) and part.body is not None:
                names = [
                    inner
                    for path, inner in walk(part.body)
                    if isinstance(inner, s.Name) and not is_index(part.body, path)
                ]
                found += [
                    name.name
                    for name in names
                    if name.name in USUAL or name.span.end - name.span.start > len(name.name) + 2
                ]
                found += [
                    inner.function
                    for _, inner in walk(part.body)
                    if isinstance(inner, s.Apply) and inner.function in USUAL
                ]
    return found


def _define_all(scratch: Surroundings, claims: Sequence[Claim], names: Sequence[str]) -> None:
    """Gives every lone name on a left side its value, as far as it can be read."""
    open_claims = [
        claim
        for claim in claims
        if not claim.leading
        and len(claim.sides) > 1
        and (name := lone_name(claim.sides[0].node)) is not None
        and not scratch.valued(name)
    ]
    scratch.promised = frozenset(names)
    progress = True
    while progress:
        progress = False
        for claim in list(open_claims):
            name = lone_name(claim.sides[0].node)
            letters = left_letters(claim.sides[0])
            found = read_side(claim.sides[1], scratch, fixed=letters)
            value = as_array(found.expr, letters) if found.expr is not None else None
            if name is not None and value is not None:
                open_claims.remove(claim)
                if name not in scratch.defined:
                    scratch.define(name, value)
                progress = True


def _likeliest(scratch: Surroundings, differentiated: Sequence[str], stated: Sequence[str]) -> set[str]:
    """No name equals the loss: one of its shape that no other definition uses, the differentiated ones first."""
    loss = scratch.task.problem.loss
    used = {symbol.name for value in scratch.values.values() for symbol in value.symbols if hasattr(symbol, "name")}
    for name in [*differentiated, *(name for name in stated if name in USUAL)]:
        symbol = scratch.defined.get(name)
        if symbol is None and name in stated and name in differentiated:
            return {name}
        if symbol is not None and symbol.shape is loss.shape and symbol.name not in used:
            return {name}
    return set()


def _is_direction(nodes: Sequence[s.Node], name: str) -> bool:
    """Whether a name only stands as the direction of a differential."""
    return any(
        isinstance(part, s.Differential_) and part.direction is not None and lone_name(part.direction) == name
        for node in nodes
        for _, part in walk(node)
    )
