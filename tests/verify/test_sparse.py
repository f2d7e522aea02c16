"""Arrays with δ's in them: whatever is done to them is what is done to the same arrays written out."""

from __future__ import annotations

from functools import reduce
from math import prod
from random import Random

import pytest

from matgrad_cli.ir import Dim, Index, Pair
from matgrad_cli.verify.arrays.structure import delta, kronecker
from matgrad_cli.verify.arrays.tensor import (
    COL,
    ROW,
    Composed,
    Sparse,
    Tensor,
    identity,
    matmul,
    on_entries,
    powered,
    product,
    renamed,
    scalar,
    scaled,
    spread,
    summed,
    total,
)
from matgrad_cli.verify.fields import PRIME

P = 10_007
SIZES = {"a": 2, "b": 2, "c": 2, "d": 3, "e": 3, "f": 3}


def written_out(tensor: Tensor) -> Tensor:
    return Tensor(tensor.labels, tensor.dims, list(tensor.data))


def drawn(random: Random) -> Tensor:
    """A product of one dense array and up to three δ's over some of the axes."""
    labels = random.sample(sorted(SIZES), random.randint(0, 3))
    dims = tuple(SIZES[label] for label in labels)
    count = 1
    for size in dims:
        count *= size
    found = Tensor(tuple(labels), dims, [random.randrange(P) for _ in range(count)])
    for _ in range(random.randint(0, 3)):
        left, right = random.sample(random.choice(("abc", "def")), 2)
        found = product(found, identity(left, right, SIZES[left]), (), P)
    return found


def same(one: Tensor, other: Tensor) -> bool:
    assert set(one.labels) == set(other.labels)
    return list(spread(one, other.labels, other.dims).data) == list(other.data)


@pytest.mark.parametrize("seed", range(60))
def test_the_same_as_written_out(seed: int) -> None:
    random = Random(seed)
    left, right = drawn(random), drawn(random)
    shared = sorted({*left.labels, *right.labels})
    over = tuple(random.sample(shared, random.randint(0, len(shared))))
    assert same(product(left, right, over, P), product(written_out(left), written_out(right), over, P))
    assert same(summed(left, over, P), summed(written_out(left), over, P))
    assert same(scaled(left, 5, P), scaled(written_out(left), 5, P))
    doubled = on_entries(left, lambda data: [2 * value % P for value in data])
    assert same(total([left, doubled], P), scaled(written_out(left), 3, P))
    names = {label: random.choice("abc" if label in "abc" else "def") for label in left.labels if random.random() < 0.5}
    assert same(renamed(left, names), renamed(written_out(left), names))  # type: ignore[arg-type]


def test_a_derivative_of_a_variable_by_itself_is_never_written_out() -> None:
    moved = product(Tensor(("i", "j"), (2, 3), range(6)), identity("j", "t", 3), ("j",), 0)
    assert (moved.labels, list(moved.data)) == (("i", "t"), list(range(6)))
    assert isinstance(product(identity("i", "s", 2), identity("j", "t", 3), (), 0), Sparse)
    assert list(summed(identity("i", "s", 4), ("i", "s"), 0).data) == [4]
    assert list(product(scalar(3), identity("i", "s", 2), (), 0).data) == [3, 0, 0, 3]


def in_parts(random: Random, count: int) -> tuple[Tensor, Tensor]:
    """A large Kronecker product of matrices, in parts and written out."""
    small = [
        Tensor((ROW, COL), dims, [random.randrange(P) for _ in range(dims[0] * dims[1])])
        for dims in random.sample([(2, 3), (3, 2), (4, 1), (2, 2), (3, 3)], count)
    ]
    found = reduce(lambda left, right: kronecker(left, right, P), small)
    return found, written_out(found)


@pytest.mark.parametrize("seed", range(20))
def test_a_product_that_is_kept_in_parts_is_the_same_as_written_out(seed: int) -> None:
    random = Random(seed)
    one, whole = in_parts(random, 4)
    assert isinstance(one, Composed)
    assert same(scaled(one, 5, P), scaled(whole, 5, P))
    assert same(summed(one, (ROW,), P), summed(whole, (ROW,), P))
    assert same(powered(one, lambda u: u * u % P), powered(whole, lambda u: u * u % P))
    assert same(renamed(one, {ROW: "a", COL: ROW}), renamed(whole, {ROW: "a", COL: ROW}))
    for over in ((), (ROW,), (COL,), (ROW, COL)):
        assert same(product(one, one, over, P), product(whole, whole, over, P))
        weights = Tensor((ROW,), (one.size(ROW),), [random.randrange(P) for _ in range(one.size(ROW))])
        assert same(product(one, weights, over, P), product(whole, weights, over, P))
    side = Tensor((COL, "b"), (one.size(COL), 2), [random.randrange(P) for _ in range(2 * one.size(COL))])
    assert same(product(one, side, (COL,), P), product(whole, side, (COL,), P))


def pair(outer: Index, inner: Index | Pair) -> Pair:
    return Pair(outer, inner, inner.dim if isinstance(inner, Index) else inner.outer.dim * inner.inner_dim)  # type: ignore[union-attr]


@pytest.mark.parametrize("sizes", [(2, 3, 5, 7), (3, 3, 3, 3), (1, 8, 1, 9), (2, 2, 6, 4)])
def test_a_delta_between_counted_positions(sizes: tuple[int, ...]) -> None:
    i, j, k, m = (Index(name, Dim.of(name)) for name in "ijkm")
    table = {dim.dim: size for dim, size in zip((i, j, k, m), sizes, strict=True)}

    def size(dim: Dim) -> int:
        return table[dim] if dim in table else dim.size({str(name): n for name, n in table.items()})

    whole = Index("w", i.dim * j.dim * k.dim * m.dim)
    found = delta(whole, pair(i, pair(j, pair(k, m))), size)
    places = range(prod(sizes))
    written = [int(one == other) for one in places for other in places]
    assert list(spread(found, (whole, i, j, k, m), (prod(sizes), *sizes)).data) == written


@pytest.mark.parametrize(
    ("rows", "inner", "cols"), [(4, 7, 7), (9, 9, 8), (5, 63, 14), (12, 64, 9), (1, 20, 20), (3, 8, 9)]
)
def test_large_products_modulo_a_prime(rows: int, inner: int, cols: int) -> None:
    """Sums of products found at once are those found one by one, also where all are as large as they can be."""
    random = Random(f"{rows} {inner} {cols}")
    for largest, least in ((PRIME - 1, PRIME - 1), (PRIME - 1, 0), (3 * PRIME, -PRIME)):
        a = [[random.randint(least, largest) for _ in range(inner)] for _ in range(rows)]
        b = [[random.randint(least, largest) for _ in range(cols)] for _ in range(inner)]
        wanted = [sum(a[i][k] * b[k][j] for k in range(inner)) % PRIME for i in range(rows) for j in range(cols)]
        left = Tensor((ROW, COL), (rows, inner), [value for row in a for value in row])
        right = Tensor((ROW, COL), (inner, cols), [value for row in b for value in row])
        assert matmul(left, right, PRIME).data == wanted
        along = product(renamed(left, {COL: "k"}), renamed(right, {ROW: "k"}), ("k",), PRIME)
        assert spread(along, (ROW, COL), (rows, cols)).data == wanted
