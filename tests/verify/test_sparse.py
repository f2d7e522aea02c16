"""Arrays with δ's in them: whatever is done to them is what is done to the same arrays written out."""

from __future__ import annotations

from random import Random

import pytest

from matgrad_cli.verify.arrays.tensor import (
    Sparse,
    Tensor,
    identity,
    on_entries,
    product,
    renamed,
    scalar,
    scaled,
    spread,
    summed,
    total,
)

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
