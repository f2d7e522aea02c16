"""Random losses and answers, judged by an interpreter that shares no code with the product.
`campaign.py` runs thousands of them."""

from __future__ import annotations

from collections import Counter

import campaign
import numpy as np
import plain
import pytest

FEW = range(1, 13)


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("norm(A @ x - y)**2", "x"),
        ("tr(S @ R)", "R"),
        ("logdet(V)", "V"),
        ("sum[i,j](exp(X[i,j]) * A[i,j])", "X"),
        ("A @ x", "x"),
        ("sum(softmax(A, axis=1) * X)", "A"),
        ("kron(x, z)", "x"),
        ("sigmoid(c)*x", "c"),
    ],
)
def test_two_meanings_agree(text: str, wrt: str) -> None:
    """The interpreter of the tests and the product's own, on texts whose derivative is known by heart or by complex
    steps."""
    names = plain.point(campaign.SIDES, campaign.KNOWN, 5)
    derivation = campaign.derived(text, wrt)
    assert derivation is not None
    assert plain.close(campaign.computed(derivation, names), plain.differences(text, wrt, names))


def test_the_interpreter_by_hand() -> None:
    names = {"X": np.array([[1.0, 2.0], [3.0, 4.0]]), "w": np.array([[1.0], [-1.0]]), "n": 2.0}
    assert plain.value("norm(X @ w)**2", names) == pytest.approx(2.0)
    assert plain.value("w @ w + n", names) == pytest.approx(4.0)
    assert plain.value("sum[i,j](X[i,j] * X[j,i])", names) == pytest.approx(1 + 6 + 6 + 16)
    assert np.allclose(
        plain.differences("norm(X @ w)**2", "w", names), 2 * names["X"].T @ names["X"] @ names["w"][:, 0]
    )
    for text in ("log(w)", "inv(w @ w.T)", "X + ones(3, 3)", "nobody", "exp(9**9)"):
        with pytest.raises(plain.NoValue):
            plain.value(text, names)
    with pytest.raises(plain.NoValue):
        plain.differences("abs(w[0] - 0.999)", "w", names)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", FEW)
def test_every_method_gives_the_differences(seed: int) -> None:
    assert list(campaign.gradient_faults(seed, 2 + seed % 2, Counter())) == []


@pytest.mark.thorough
@pytest.mark.parametrize("seed", FEW)
def test_equal_answers_are_right_and_others_never(seed: int) -> None:
    assert list(campaign.answer_faults(seed, 2 + seed % 2, Counter(), latex=False)) == []


@pytest.mark.slow
def test_a_thousand_gradients() -> None:
    counts, faults = campaign.run("gradients", 1000, seed=100)
    assert not faults, "\n".join(map(str, faults))
    assert counts["compared"] >= 1000


@pytest.mark.slow
def test_two_thousand_answers() -> None:
    """Where an answer is flat but for rounding nobody can tell; that must be rare."""
    counts, found = campaign.run("answers", 2000, seed=100)
    faults = [fault for fault in found if fault.kind != "equal is undecided"]
    assert not faults, "\n".join(map(str, faults))
    assert counts["equal: right"] > max(500, 200 * counts["equal: undecided"])
