r"""What an answer may also say: `\mathbb E_i[…]` the average over the samples, σ(x) the softmax, a ⊗ b the outer
product, s_i(1 − s_i) an entry, X*w the product of matrices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import chain, permutations
from typing import Final

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...ir import Expr, Index, Size, SumOver, mul, reciprocal
from ...ir.walk import mapped, remade
from ...notation import syntax as s
from ..lines.reading import Read, Side, read_side
from ..lines.scope import Surroundings
from ..lines.syntax_walk import rebuilt
from .other_readings import AT_ARGUMENT, OUTER, WIDER_DIVISORS, Reading, absolute, everywhere, misfit_readings, readings

_EXPECTED: Final = regex(r"mathbb\s*\{?\s*E|𝔼|\bE\s*(?:_|\[)")
_SIGMA: Final = frozenset(("sigma", "σ"))
_AVERAGE: Final = "the expectation is read as the average over the samples"


def averaged(side: Side, around: Surroundings) -> Read | None:
    """The answer with each E as the average over the letter that numbers the samples under it;
    None where there is none.

    Where the loss is an expectation itself, E is the same one.
    """
    if side.node is None or not any(sign in side.text for sign in ("E", "𝔼", "expectation")):
        return None
    kinds = {part.function if isinstance(part, s.Apply) else type(part) for part in s.parts_of(side.node)}
    if s.Sigma in kinds or "expectation" not in kinds or _EXPECTED.search(around.task.problem.source):
        return None

    def summed(part: s.Node) -> s.Node:
        letters = _letters(part, around.known) if isinstance(part, s.Apply) and part.function == "expectation" else ()
        return s.Sigma(part.span, letters, (None,) * len(letters), s.children(part)[0]) if letters else part

    found = read_side(replace(side, node=rebuilt(side.node, summed)), around)

    def divided(node: Expr, parts: tuple[Expr, ...]) -> Expr:
        new = remade(node, parts)
        return (
            mul(*(reciprocal(Size(letter.dim)) for letter in node.indices), new) if isinstance(node, SumOver) else new
        )

    return (
        replace(found, expr=mapped(found.expr, divided), notes=(*found.notes, _AVERAGE))
        if found.expr is not None
        else None
    )


def others(
    read: Read, around: Surroundings, told: Collection[str] = (), own: Sequence[str] = ()
) -> Iterator[tuple[Read, tuple[Index, ...]]]:
    """Further readings of an answer that is not right as it stands, and the order of the letters of an entry. `told`
    are the functions of which the answer says what they are, `own` the letters of the entry that it names.

    Where `*` and `·` entry by entry do not fit, SymPy, Julia and MATLAB are meant:
    there they are the product of matrices.
    """
    side = read.side
    if side.node is None:
        return
    if side.syntax == "numpy" and around.task.syntax is None and read.expr is None and "@" not in side.text:
        found = read_side(replace(side, node=rebuilt(side.node, _product)), around)
        yield replace(found, notes=(*found.notes, "`*` is read as the product of matrices, as in SymPy")), ()
    if side.syntax != "latex":
        return
    of_answers: tuple[Reading, ...] = (
        ("`*` that works entry by entry", everywhere(partial(_starred, side.source.text)), frozenset()),
        ("|…| that works entry by entry", everywhere(absolute), frozenset((s.Apply,))),
        *(() if _SIGMA & {*told} else (("σ as the softmax", everywhere(_softmax), frozenset((s.Apply,))),)),
        ("diag as the matrix with this diagonal alone", everywhere(_diagonal), frozenset((s.Apply,))),
        OUTER,
        *WIDER_DIVISORS,
        AT_ARGUMENT,
    )
    misfits = misfit_readings(side, around) if read.failure == "wrong" else ()
    identity = everywhere(partial(_identity, side.source.text))(side.node, around)
    alike = (("its I as the identity", identity), *readings(of_answers, identity, around)) if identity else ()
    for how, node in chain(readings(of_answers, side.node, around), alike, misfits):
        found = read_side(replace(side, node=node), around, fixed=own)
        yield replace(found, notes=(*found.notes, f"read with {how}")), ()
    bound = {letter.name for part in s.parts_of(side.node) if isinstance(part, s.Sigma) for letter in part.letters}
    letters, wanted = ([letter for letter in _free(side.node, around) if letter.name not in bound], around.task.letters)
    if 0 < len(letters) == len(wanted):
        for names in permutations(sorted(letter.name for letter in letters)):
            order = tuple(Index(name, letter.dim) for name, letter in zip(names, wanted, strict=True))
            found = read_side(side, around, order)
            yield replace(found, notes=(*found.notes, f"read as the entry {', '.join(names)}")), order
    elif len(wanted) > 1 and not letters[1:]:
        # `2 Σ_j w_ij (f_i − f_j)` lists the rows: no product sums over i, also where that is the name of a size
        for name in [
            letter.name for letter in letters or _letters(side.node, around.valued) if letter.name not in bound
        ]:
            size = around.base.size(name)
            found = read_side(side, around, () if size is None else (Index(name, size),), (name,))
            yield replace(found, notes=(*found.notes, f"read as the row, or column, {name}")), ()


def _softmax(node: s.Node) -> s.Node | None:
    return replace(node, function="softmax") if isinstance(node, s.Apply) and node.function == "sigmoid" else None


def _identity(text: str, node: s.Node) -> s.Node | None:
    r"""`\mathbb I_n`, which is read as ones, and `Id` as the identity."""
    match node:
        case s.Apply(span, "ones", sizes) if "I" in text[span.start : span.end]:
            return s.Apply(span, "eye", sizes)
        case s.Name(span, "Id"):
            return s.Apply(span, "eye", ())
    return None


def _diagonal(node: s.Node) -> s.Node | None:
    """`A - diag(A)` as A with a diagonal of zeros; of a vector this cannot be read."""
    match node:
        case s.Apply(span, "diag", (matrix,)):
            return s.Group(span, s.Binary(span, "hadamard", matrix, s.Apply(span, "eye", ())))
    return None


def _starred(text: str, node: s.Node) -> s.Node | None:
    """`y * Xw` as y ∘ (Xw): what stands side by side belongs together before a `*` does."""
    match node:
        case s.Binary(span, "juxtapose", left, right) if "*" in text[left.span.end : right.span.start]:
            return replace(node, operator="hadamard")
        case s.Binary(span, "juxtapose", s.Binary(_, "hadamard", _, first) as left, right):
            return replace(left, span=span, right=replace(node, span=first.span.joined(span), left=first))
    return None


def _product(node: s.Node) -> s.Node:
    return replace(node, operator="juxtapose") if isinstance(node, s.Binary) and node.operator == "*" else node


def _free(node: s.Node, around: Surroundings) -> tuple[s.Name, ...]:
    """The letters in subscripts; where there are no others, those that are names of sizes too."""
    return _letters(node, around.known) or _letters(node, around.valued)


def _letters(node: s.Node, known: Callable[[str], bool]) -> tuple[s.Name, ...]:
    """The letters in subscripts, also of rows and columns, that are no names of their own, each once."""
    found: dict[str, s.Name] = {}
    for part in s.parts_of(node):
        for index in (
            part.indices if isinstance(part, s.Subscript) else (part.index,) if isinstance(part, s.Slice) else ()
        ):
            inner = s.ungrouped(index)
            if isinstance(inner, s.Name) and len(inner.name) == 1 and not known(inner.name):
                found[inner.name] = inner
    return tuple(found.values())
