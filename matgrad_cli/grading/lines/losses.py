"""Which undeclared names of a derivation mean the loss: lone names that it differentiates,
unless it defines them otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ...diagnostics import Source
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...ir import Expr, neg
from ...notation import syntax as s
from ...notation.latex.names import FUNCTIONS, letter_name
from ...notation.unknown import names_in as names_of_loss
from ..bench import Bench
from .forms import as_array, as_rows, left_letters
from .reading import read_side
from .scope import Surroundings
from .statements import Claim, lone_name, read_row
from .syntax_walk import PRODUCTS, Path, children, inner, placed_names, walk
from .syntax_walk import names as names_in

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
    scratch.losses = _primed(rows, scratch)
    around.functions = scratch.functions = _functions(rows, scratch)
    claims = [claim for number, row in rows for claim in read_row(number, row, source, scratch.names(), syntax).claims]
    nodes = [side.node for claim in claims for side in claim.sides if side.node is not None]
    functions = names_of_loss(around.task.problem.loss)
    other = {*functions, *scratch.formulas, *(name for node in nodes for name in placed_names(node))}
    other |= _vectors(nodes) if around.task.problem.loss.shape.is_number else set()
    differentiated = [name for name in differentiated_names(nodes) if not scratch.known(name) and name not in other]
    lefts = dict.fromkeys(lone_name(claim.left) for claim in claims)
    stated = [name for name in lefts if name is not None and not (scratch.valued(name) or _identity(name, claims))]
    differentiated = [name for name in differentiated if name != "I" or name in stated]  # dI = 0 of the identity
    if given:
        around.promised = frozenset(stated)
        like = (name for name in differentiated if name.startswith(given) and name not in stated)
        return frozenset((given, given.lstrip("\\"), *like))
    if any(name in differentiated or name in USUAL for name in stated):
        _define_all(scratch, claims, stated)
    loss = around.task.problem.loss
    lone = [claim.sides[0].node for claim in claims if lone_name(claim.left) is not None]
    scaled = [claim.sides[1].node for claim in claims if lone_name(claim.left) and _scales(claim.sides[1].node)]
    # u of ∇eᵘ = eᵘ ∇u is a part of the loss, L of `J = L/n` is none
    bare = bare_names(node for node in nodes if node not in lone and node not in scaled)
    turned = {lone_name(claim.left.body): claim for claim in claims if isinstance(claim.left, s.Negative)}  # -L = …
    negated = {name for name, one in turned.items() if name and not scratch.known(name) and _states(scratch, one, loss)}
    for name in negated - {*stated}:
        around.define(name, neg(loss))
    none = {*stated, *negated, *(bare if {*stated} & {*differentiated} else ())}  # as p of `J = -Σ y_i log p_i`
    found = {name for name in differentiated if name not in none and not _is_direction(nodes, name)}
    for name in [name for name in differentiated if name in scratch.defined] + [
        name for name in stated if name in USUAL
    ]:
        symbol = scratch.defined.get(name)
        if symbol is not None and symbol.shape is loss.shape and scratch.bench.equal(scratch.expanded(symbol), loss):
            found.add(name)
    if not found:  # f(X + H) = …, φ(t) = f(X + tH)
        calls = [part for node in nodes for part in s.parts_of(node) if isinstance(part, s.Apply)]
        moved = {call.function for call in calls if _at_moved(call, scratch)}
        found = moved & USUAL - {*stated}
    if len(found) > 1:
        found = _heads(claims, found)
    if not found:
        parts = _parts(nodes, stated)
        heads = [name for name in differentiated if name not in bare | negated | parts]
        found = _likeliest(scratch, heads, [name for name in stated if name not in parts])
    around.promised = frozenset(stated) - found
    return frozenset(found)


def _identity(name: str, claims: Sequence[Claim]) -> bool:
    """Whether `I = …` stands behind an equation between what is no name and no derivative, `T⁻¹ = S + 2ρT`."""
    before = next((one.left for one, claim in pairwise(claims) if name == "I" and lone_name(claim.left) == "I"), None)
    return before is not None and lone_name(before) is None and s.Derivative not in s.contents(before).kinds


def _vectors(nodes: Iterable[s.Node]) -> set[str]:
    """The e of `eᵀe`, also where `∇eᵀe` is written: no loss that is a number."""
    parts = (part for node in nodes for part in s.parts_of(node) if isinstance(part, s.Binary))
    pairs = ((s.ungrouped(part.left), s.ungrouped(part.right)) for part in parts if part.operator in PRODUCTS)
    turned = ((s.ungrouped(one.body), lone_name(other)) for one, other in pairs if isinstance(one, s.Transposed))
    return {
        name for one, name in turned if name and name == lone_name(one.body if isinstance(one, s.Derivative) else one)
    }


def _scales(node: s.Node | None) -> bool:
    """Whether it is a usual name of a loss, or such a name over or times something else."""
    node = inner(node)
    if isinstance(node, s.Binary) and node.operator in ("/", *PRODUCTS):
        return _scales(node.left) or (node.operator != "/" and _scales(node.right))
    return isinstance(node, s.Name) and node.name in USUAL


def _states(scratch: Surroundings, claim: Claim, loss: Expr) -> bool:
    """Whether a side of a claim behind its left one is the loss."""
    sides = (read_side(side, scratch).expr for side in claim.sides[1:])
    return any(side is not None and side.shape is loss.shape and scratch.bench.equal(side, loss) for side in sides)


def _at_moved(call: s.Apply, scratch: Surroundings) -> bool:
    """Whether an unknown function is called at the variable and what it moves by."""
    names = {name.name for argument in call.arguments for name in names_in(argument)}
    moves = any(isinstance(argument, s.Binary) for argument in call.arguments)
    return moves and scratch.task.problem.wrt.name in names and not scratch.known(call.function)


def _heads(claims: Sequence[Claim], names: set[str]) -> set[str]:
    r"""Of several names beside d or ∂ those that a left side differentiates and that stand nowhere bare:
    no `E` of `dL = tr(E^\top dE)`."""
    lefts = [claim.left for claim in claims]
    heads = {lone_name(left.body) for left in lefts if isinstance(left, (s.Derivative, s.Differential_))}
    chosen = names & heads or names
    nodes = [side.node for claim in claims for side in claim.sides if side.node is not None]
    bare = bare_names(nodes)
    return chosen - bare or (chosen if chosen & heads else set())  # d(PQ) = (dP)Q + P dQ: neither is the loss


def bare_names(nodes: Iterable[s.Node]) -> set[str]:
    """The names that stand in these trees, and under no ∂, ∇ or d."""
    parts = ((node, path, part) for node in nodes for path, part in walk(node) if isinstance(part, s.Name))
    return {part.name for node, path, part in parts if not _differentiated(node, path)}


def _differentiated(root: s.Node, path: Path) -> bool:
    """Whether a part stands under a ∂, ∇ or d."""
    node = root
    for step in path:
        if isinstance(node, (s.Derivative, s.Differential_)):
            return True
        node = children(node)[step]
    return False


def _primed(rows: Sequence[tuple[int, Passage]], scratch: Surroundings) -> frozenset[str]:
    """The f of `f'(x) = …` for a number x, the variable; none where second derivatives stand, too."""
    wrt = scratch.task.problem.wrt
    text = "\n".join(row.text for _, row in rows)
    found = {(letter_name(match[1]), letter_name(match[2])) for match in _DERIVED.finditer(text)}
    names = {name for name, by in found if by == wrt.name and not scratch.known(name)}
    single = len(names) == 1 and wrt.shape.is_number and "''" not in text
    return frozenset(names) if single else frozenset()


_DERIVED = regex(
    r"(?:^|[^\\\w])\\?([A-Za-z]+)(?:'|\^\{?\\prime\}?)\s*(?:\\left)?\(\s*\\?([A-Za-z]+)\s*(?:\\right)?\)\s*&?\s*="
)


def _functions(rows: Sequence[tuple[int, Passage]], scratch: Surroundings) -> frozenset[str]:
    r"""Names that a row states as a function of others: `\mathbf{e}(\theta) := …`."""
    found = (match for _, row in rows for match in re.finditer(_FUNCTION, row.text))
    labels = ((match, match[4] or "") for match in found)  # no i of ℓ_i
    kept = (match for match, below in labels if not re.fullmatch("[a-z]{1,2}", below) or scratch.valued(below))
    parts = ((match[1] or match[2] or match[3], match[4]) for match in kept)
    names = frozenset("_".join(letter_name(part) for part in both if part) for both in parts)
    return frozenset(
        name for name in names - _SIGNS - FUNCTIONS.keys() - scratch.formulas.keys() if not scratch.known(name)
    )


_SIGNS = frozenset(("d", "D", "delta", "mathrm"))
_FUNCTION = (
    r"(?:^|[,;]|\\quad)\s*(?:\\(?:mathbf|boldsymbol|bm|vec|mathcal)(?:\s*\{\\?(\w+)\}|\s\\?(\w))"
    r"|\\?([A-Za-z]+))\s*(?:_\{?\\?([A-Za-z]+)\}?)?\s*(?:\\left)?\([^()=]*\)\s*[:&]*\s*="
)


def differentiated_names(nodes: Iterable[s.Node]) -> tuple[str, ...]:
    """The lone names under ∂, ∇ and d, then usual or called names in a part of what a ∂ takes: the L of ∇tr(L(D, W)).
    Index letters are none."""
    alone: list[str] = []
    inside: list[str] = []
    for part in (part for node in nodes for part in s.parts_of(node)):
        if not isinstance(part, s.Derivative | s.Differential_) or part.body is None:
            continue
        body = part.body.body if isinstance(part.body, s.Subscript) else part.body
        alone += [body.name] if isinstance(body, s.Name) else []
        if isinstance(part, s.Derivative):
            here = names_in(part.body)
            calls = [one.function for one in s.parts_of(part.body) if isinstance(one, s.Apply)]
            inside += [one.name for one in here if len(one.name) + 2 < one.span.end - one.span.start]
            inside += [name for name in (*(one.name for one in here), *calls) if name in USUAL]
    return tuple(dict.fromkeys((*alone, *inside)))


def _define_all(scratch: Surroundings, claims: Sequence[Claim], names: Sequence[str]) -> None:
    """Gives every lone name on a left side its value, as far as it can be read."""
    named = ((claim, lone_name(claim.left)) for claim in claims)
    waiting = [(claim, name) for claim, name in named if name is not None and not scratch.valued(name)]
    scratch.promised = frozenset(names)
    progress = True
    while progress:
        progress = False
        for claim, name in list(waiting):
            letters = left_letters(claim.sides[0])
            found = read_side(claim.sides[1], scratch, fixed=letters)
            value = (as_array(found.expr, letters) or as_rows(found.expr, letters)) if found.expr is not None else None
            if value is not None:
                waiting.remove((claim, name))
                if name not in scratch.defined:
                    scratch.define(name, value)
                progress = True


def _parts(nodes: Iterable[s.Node], stated: Sequence[str]) -> set[str]:
    """The names, stated each, of which something else is made and differentiated: f, g of ∇(f/g)."""
    bodies = (inner(part.body) for node in nodes for part in s.parts_of(node) if isinstance(part, s.Derivative))
    found = (s.contents(body).names & {*stated} for body in bodies if body is not None)
    return {name for own in found if len(own) > 1 for name in own}


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
    parts = (part for node in nodes for part in s.parts_of(node) if isinstance(part, s.Differential_))
    return any(lone_name(part.direction) == name for part in parts)
