"""Slips with a shape of their own: a δ between the wrong pair or too few of them, a sum drawn into a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import combinations, product

from ...ir import (
    Call,
    Delta,
    Dim,
    Entry,
    Expr,
    Index,
    MatMul,
    Mul,
    Number,
    Power,
    SumOver,
    add,
    fresh_index,
    is_elementwise,
    letters_in,
    matmul,
    mul,
    nodes_of,
    places,
    rename,
    replace_at,
    sum_over,
)
from .case import Case, Trial
from .kind import kind
from .terms import Shown, terms_of

# ---- δ


@kind("differs", "`{0}` has another letter than is needed", "write `{1}` for `{0}`: `{line}`")
def other_letter(case: Case) -> Iterator[Trial | None]:
    """X_ij for X_ik."""
    for path, node, letters in case.entries():
        for at, place in enumerate(letters):
            for letter in case.instead(place):
                new = case.lettered(node, (*letters[:at], letter, *letters[at + 1 :]))
                yield case.changed(path, new, (case.said(node), case.said(new)), node)


@kind("wrong-delta", "δ_{0} links the wrong pair: it is δ_{1}", "write δ_{1} for δ_{0}: `{line}`")
def wrong_pair(case: Case) -> Iterator[Trial | None]:
    """One index of one δ changed makes the line right."""
    for path, delta, pair in case.deltas():
        for side, kept in (pair, pair[::-1]):
            for letter in case.instead(side, kept):
                said = case.told(*pair), case.told(letter, kept)
                yield case.changed(path, case.lettered(delta, (letter, kept)), said)


@kind(
    "wrong-delta",
    "the letters of δ_{0} and δ_{1} are crossed: a row index is compared with a row index, a column index with a "
    "column index",
    "write δ_{2} δ_{3}: `{line}`",
)
def crossed_deltas(case: Case) -> Iterator[Trial | None]:
    """Two δ's have exchanged a letter: δ_kt δ_js for δ_ks δ_jt."""
    for (first, one, (a, b)), (second, other, (c, d)) in combinations(case.deltas(), 2):
        for left, right in (((a, d), (c, b)), ((a, c), (b, d))):
            with suppress(ValueError):
                mended = case.both((first, case.lettered(one, left)), (second, case.lettered(other, right)))
                yield case.changed((), mended, tuple(case.told(*two) for two in ((a, b), (c, d), left, right)))


@kind(
    "wrong-delta",
    "the derivative of an entry by an entry needs a δ for each of its two indices; δ_{0} is missing{1}",
    "write δ_{2} δ_{0} for δ_{2}: `{line}`",
)
def single_delta(case: Case) -> Iterator[Trial | None]:
    """One δ was written where the derivative of an entry needs two; a free letter may be lost by that."""
    lost = sorted(case.needed.free - case.line.free)
    for path, delta, pair in case.deltas() if len(lost) < 2 else ():
        for target in lost or sorted(case.needed.free):
            for letter in case.instead(target, *pair):
                said = f"{letter}{target}", f", so that the free index {target} is lost" if lost else ""
                yield case.changed(path, mul(delta, Delta(letter, target)), (*said, case.told(*pair)))


@kind("free-index-mismatch", "a factor is missing: {0}", "write `{line}`")
def lost_delta(case: Case) -> Iterator[Trial]:
    """Free letters are lost because the δ's that fix them were left out: X_ik for X_ik δ_jl, Σ_p X_ip for
    Σ_p X_ip δ_pk δ_jl."""
    lost = sorted(case.needed.free - case.line.free)
    if len(lost) > _MOST_LOST:
        return
    for path, node in [((), case.line), *places(case.line)]:
        if path and not isinstance(node, SumOver):
            continue
        inside = node.indices if isinstance(node, SumOver) else ()
        for way in _paired(lost, (*sorted(case.line.free), *inside)):
            deltas = [Delta(*pair) for pair in way]
            mended = SumOver(node.indices, mul(node.body, *deltas)) if isinstance(node, SumOver) else mul(node, *deltas)
            said = " ".join(f"δ_{one}{other}" for one, other in way)
            yield Trial(replace_at(case.line, path, mended), (said,))


_MOST_LOST = 4


def _paired(lost: Sequence[Index], others: Sequence[Index]) -> Iterator[tuple[tuple[Index, Index], ...]]:
    """All ways of pairing off the lost letters that run alike, one of them with another letter where they are odd."""
    if not lost:
        yield ()
        return
    first, *rest = lost
    for partner in (*rest, *(others if len(lost) % 2 else ())):
        if partner.dim is first.dim:
            for more in _paired([one for one in rest if one is not partner], () if partner in others else others):
                yield ((partner, first) if partner in others else (first, partner)), *more


# ---- sums


@kind(
    "bad-sum-collapse",
    "the sum over {0} is kept although nothing behind it depends on {0}: a δ picks one term, and the Σ goes",
    "leave Σ_{0} out: `{line}`",
)
def sum_kept(case: Case) -> Iterator[Trial | None]:
    """A sum over a letter that no longer stands behind it: the δ has picked its term, and the Σ stayed."""
    for path, node in case.places if case.alike and SumOver in case.kinds else ():
        for index in node.indices if isinstance(node, SumOver) else ():
            if index not in node.body.free:
                rest = tuple(other for other in node.indices if other is not index)
                yield case.changed(path, sum_over(rest, node.body), (index,), node)


@kind(
    "bad-sum-collapse",
    "the sum over {0} stays, but of the derivative by one entry only the term {1} is left",
    "write {2} for {0}, without its Σ: `{line}`",
)
def sum_not_collapsed(case: Case) -> Iterator[Trial | None]:
    """Σ_il 2U_il for 2U_pq."""
    for path, node in case.places if SumOver in case.kinds and case.needed.shape is case.line.shape else ():
        if isinstance(node, SumOver):
            free = [[index, *_of(sorted(case.needed.free), index)] for index in node.indices]
            for chosen in product(*free):
                new = {one: other for one, other in zip(node.indices, chosen, strict=True) if one is not other}
                if new and len(set(chosen)) == len(chosen):
                    body = rename(node.body, new)
                    said = "".join(map(str, new)), Shown(body), "".join(map(str, new.values()))
                    kept = tuple(index for index in node.indices if index not in new)
                    yield case.changed(path, sum_over(kept, body), said, node)


def _of(letters: Iterable[Index], like: Index) -> list[Index]:
    return [letter for letter in letters if letter.dim is like.dim and letter is not like]


@kind(
    "bad-sum-collapse",
    "a sum was drawn into {0}: the sum of {1} is not {0} of the sum",
    "keep the sum in front: `{line}`",
)
def sum_drawn_in(case: Case) -> Iterator[Trial]:
    """Σ f(u) was written as f(Σ u): the norm is a sum of squares, not the square of a sum."""
    for path, node in places(case.line) if case.alike and case.kinds & {Power, Call} else ():
        for opened in _drawn_out(node) if _nonlinear(node) else ():
            yield Trial(replace_at(case.line, path, opened), (_named(node), _named(node, plural=True)))


def _nonlinear(node: Expr) -> bool:
    if not node.shape.is_number:
        return False
    if isinstance(node, Power):
        return isinstance(node.exponent, Number) and node.exponent.value not in (0, 1)
    return isinstance(node, Call) and is_elementwise(node.function)


def _named(node: Expr, plural: bool = False) -> str:
    if isinstance(node, Power):
        square = isinstance(node.exponent, Number) and node.exponent.value == 2
        return ("squares" if square else "powers") if plural else ("a square" if square else "a power")
    assert isinstance(node, Call)
    return f"{node.function}(…)"


def _drawn_out(node: Expr) -> Iterator[Expr]:
    """f(g(Σ u)) with the sum in front of f, in every way in which the innermost argument is a sum over one index."""
    inner = node.children[0]
    for summed, letter in _as_sums(inner):
        yield SumOver((letter,), node.rebuilt((summed, *node.children[1:])))
    if _nonlinear(inner) or (isinstance(inner, Mul) and inner.shape.is_number):
        for opened in _drawn_out(inner) if _nonlinear(inner) else ():
            if isinstance(opened, SumOver):
                yield SumOver(opened.indices, node.rebuilt((opened.body, *node.children[1:])))


def _as_sums(expr: Expr) -> Iterator[tuple[Expr, Index]]:
    """The number as Σ_k body: (body, k). Every term must be a sum over the dimension of k."""
    terms = terms_of(expr)
    for dim in dict.fromkeys(dim for node in nodes_of(terms[0]) for dim in _summed(node)):
        letter = fresh_index(dim, {index.name for index in letters_in(expr)})
        opened = [list(_opened(term, letter)) for term in terms]
        if all(opened) and len(terms) <= 4:
            for choice in product(*[ways[:3] for ways in opened]):
                yield add(*choice), letter


def _summed(node: Expr) -> list[Dim]:
    """The dimensions over which a Σ or a product goes."""
    if isinstance(node, SumOver):
        return [index.dim for index in node.indices]
    return [factor.shape.cols for factor in node.factors[:-1]] if isinstance(node, MatMul) else []


def _opened(term: Expr, letter: Index) -> Iterator[Expr]:
    """The term without its sum over one index, which is now called `letter`."""
    if isinstance(term, SumOver):
        for index in term.indices:
            if index.dim is letter.dim:
                rest = tuple(other for other in term.indices if other is not index)
                yield sum_over(rest, rename(term.body, {index: letter}))
    elif isinstance(term, Mul):
        for at, factor in enumerate(term.factors):
            for inner in _opened(factor, letter):
                yield mul(*term.factors[:at], inner, *term.factors[at + 1 :])
    elif isinstance(term, MatMul) and term.shape.is_number:
        for at in range(1, len(term.factors)):
            left, right = matmul(*term.factors[:at]), matmul(*term.factors[at:])
            if right.shape.rows is letter.dim:
                yield mul(Entry(left, None, letter), Entry(right, letter, None))
