"""How derivations grow with the loss: lines, length of the result, and time against a smaller size in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import log

import pytest

from matgrad_cli import explain
from matgrad_cli.diagnostics import MatgradError
from matgrad_cli.ir.memory import let_go
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.render.formats import render
from matgrad_cli.rewrite.derive import derive

Loss = tuple[str, str, str]


def chain(k: int) -> Loss:
    """‖W₀ W₁ ⋯ − Y‖² by a middle factor."""
    names = [f"W{number}" for number in range(k)]
    return f"norm({'@'.join(names)} - Y, 'fro')**2", f"W{k // 2}", ", ".join(f"{name}: n×n" for name in [*names, "Y"])


def traces(k: int) -> Loss:
    """tr(A₀X) + tr(A₁X) + ⋯"""
    names = [f"A{number}" for number in range(k)]
    return " + ".join(f"tr({name}@X)" for name in names), "X", ", ".join(f"{name}: n×n" for name in [*names, "X"])


def power(k: int) -> Loss:
    """tr(X^k)."""
    return f"tr(matrix_power(X, {k}))", "X", "X: n×n"


def network(k: int) -> Loss:
    """‖tanh(W tanh(W ⋯ x)) − y‖², one W in every layer."""
    layer = "x"
    for _ in range(k):
        layer = f"tanh(W@{layer})"
    return f"norm({layer} - y)**2", "W", "W: n×n, x: n, y: n"


def layers(k: int) -> Loss:
    """The same with a matrix of its own in every layer, by the first."""
    layer = "x"
    for number in range(k):
        layer = f"tanh(W{number}@{layer})"
    return f"norm({layer} - y)**2", "W0", ", ".join([*(f"W{number}: n×n" for number in range(k)), "x: n", "y: n"])


def nested(k: int) -> Loss:
    """tr(Zᵀ A Z) with Z = (⋯)ᵀ A (⋯), so deep: twice as many symbols with each layer."""
    layer = "X"
    for _ in range(k):
        layer = f"({layer}).T@A@({layer})"
    return f"tr({layer})", "X", "X: n×n, A: n×n"


def powers(k: int) -> Loss:
    """tr(X) + tr(X²) + ⋯ + tr(X^k)."""
    return " + ".join(f"tr(matrix_power(X, {number}))" for number in range(1, k + 1)), "X", "X: n×n"


def hadamards(k: int) -> Loss:
    """The sum of X ∘ A₀ ∘ A₁ ⋯"""
    names = [f"A{number}" for number in range(k)]
    return f"sum({'*'.join(['X', *names])})", "X", ", ".join(f"{name}: m×n" for name in ["X", *names])


def krons(k: int) -> Loss:
    """‖A₀ ⊗ A₁ ⊗ ⋯ ⊗ X‖²"""
    whole = "X"
    for number in range(k):
        whole = f"kron(A{number}, {whole})"
    return f"norm({whole}, 'fro')**2", "X", ", ".join([*(f"A{number}: n×n" for number in range(k)), "X: n×n"])


def expanded(k: int) -> Loss:
    """‖A₀XB₀ + A₁XB₁ + ⋯‖²"""
    sides = [(f"A{number}", f"B{number}") for number in range(k)]
    declared = [f"{name}: n×n" for names in sides for name in names]
    return f"norm({' + '.join(f'{a}@X@{b}' for a, b in sides)})**2", "X", ", ".join([*declared, "X: n×n"])


def derived(loss: Loss) -> tuple[Derivation, float]:
    let_go()  # what was evaluated for the same loss is evaluated again
    text, wrt, shapes = loss
    problem = read_problem(text, wrt, [shapes])
    start = time.process_time()
    derivation = derive(problem)
    return derivation, time.process_time() - start


def length(derivation: Derivation) -> int:
    result = derivation.result
    assert result.matrix is not None
    return sum(len(to_text(part)) for part in (result.matrix, *(body for _, body in result.where)))


LINES = [
    (chain, True),
    (traces, True),
    (power, True),
    (powers, True),
    (hadamards, True),
    (network, False),
    (layers, False),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "same_lines"), LINES)
def test_lines_and_length_are_linear(loss: Callable[[int], Loss], same_lines: bool) -> None:
    small, large = derived(loss(8))[0], derived(loss(24))[0]
    assert large.verdict in ("proved", "agrees")
    assert len(large.steps) <= (len(small.steps) if same_lines else 3 * len(small.steps))
    assert length(large) <= 4.5 * length(small)


REACHED = [
    (chain, 10, 40, 0.7), (traces, 10, 40, 0.88), (power, 10, 40, 0.1), (network, 10, 40, 1.1), (layers, 10, 40, 0.9),
    (powers, 10, 40, 0.88), (hadamards, 10, 40, 0.7), (nested, 3, 6, 0.7), (krons, 2, 6, 1.0), (expanded, 6, 24, 0.85),
]  # fmt: skip
"""How the time grew when it was measured last, as an exponent between two sizes."""


@pytest.mark.bench
@pytest.mark.parametrize(("loss", "few", "many", "reached"), REACHED, ids=[row[0].__name__ for row in REACHED])
def test_time_grows_gently(loss: Callable[[int], Loss], few: int, many: int, reached: float) -> None:
    derived(loss(few))
    small = min(derived(loss(few))[1] for _ in range(4))
    large = min(derived(loss(many))[1] for _ in range(3))
    exponent = log(large / small) / log(many / few)
    print(
        f"\n{loss.__name__}: {small * 1000:.0f} ms at {few}, {large * 1000:.0f} ms at {many}, exponent {exponent:.2f}"
    )
    assert exponent < 1.3 * reached


FORUM = ("norm(X@R-Y,'fro')**2/m", "R", "X: m×n, R: n×p, Y: m×p")
BESIDE_PLAIN_WORK = [
    ("forum", FORUM, 0.9), ("traces", traces(64), 6.5), ("chain", chain(64), 3.3), ("network", network(12), 10.4),
    ("layers", layers(12), 8), ("nested", nested(5), 5), ("powers", powers(40), 6.2), ("krons", krons(3), 9.5),
]  # fmt: skip
"""So many times as long as `plain_work` these took when they were measured last."""


def plain_work() -> float:
    """The time of some tuples that are made, kept and found again: what a machine can do in Python."""
    start = time.process_time()
    kept: dict[tuple[int, tuple[int, int]], list[int]] = {}
    for number in range(60_000):
        kept.setdefault((number % 971, (number % 89, number % 7)), []).append(number)
    assert sum(len(found) for found in kept.values()) == 60_000
    return time.process_time() - start


@pytest.mark.bench
@pytest.mark.parametrize(
    ("loss", "reached"), [row[1:] for row in BESIDE_PLAIN_WORK], ids=[row[0] for row in BESIDE_PLAIN_WORK]
)
def test_losses_beside_plain_work(loss: Loss, reached: float) -> None:
    derived(FORUM), derived(loss)
    pairs = [(derived(loss)[1], min(plain_work() for _ in range(3))) for _ in range(8)]
    ratio = min(taken for taken, _ in pairs) / min(work for _, work in pairs)
    print(f"\n{1000 * min(taken for taken, _ in pairs):.0f} ms, {ratio:.1f} times as long as plain work")
    assert ratio < 1.3 * reached


def test_kronecker_products_are_not_written_out() -> None:
    """Eight of them have up to 10¹⁰ entries."""
    assert derived(krons(8))[0].verdict == "proved"


@pytest.mark.bench
def test_a_second_opinion_and_the_page_take_as_long_as_the_derivation() -> None:
    for loss, wrt, shapes, reached in ((*FORUM, 1.8), ("norm(a*x)**4", "x", "x: n, a: scalar", 1.9)):
        whole, alone = [], []
        for _ in range(6):
            alone.append(derived((loss, wrt, shapes))[1])
            let_go()
            start = time.process_time()
            assert explain(loss, wrt, shapes).render("text")
            whole.append(time.process_time() - start)
        print(f"\n{loss}: explained in {min(whole) / min(alone):.2f} times the time of its derivation")
        assert min(whole) < 1.3 * reached * min(alone)


@pytest.mark.bench
@pytest.mark.parametrize("written", ["text", "latex", "markdown", "html"])
def test_pages_of_long_lines_take_as_long_as_they_are(written: str) -> None:
    few, many = (derived(traces(k))[0] for k in (20, 80))

    def taken(derivation: Derivation) -> float:
        start = time.process_time()
        assert render(derivation, written)
        return time.process_time() - start

    taken(few)
    small, large = (min(taken(one) for _ in range(4)) for one in (few, many))
    exponent = log(large / small) / log(4)
    print(f"\n{written}: {small * 1000:.0f} ms for 20 terms, {large * 1000:.0f} ms for 80, exponent {exponent:.2f}")
    assert exponent < 1.3


@pytest.mark.parametrize(
    "loss",
    [
        ("+".join("tr(A@X)" for _ in range(5000)), "X", "A: n×n, X: n×n"),
        power(100_000),
        layers(200),
        (
            "norm(kron(kron(A,X),kron(X,A)),'fro')**2 + " + "+".join(f"det(X)**{k}" for k in range(2, 5000)),
            "X",
            "A: n×n, X: n×n",
        ),
    ],
    ids=["traces", "power", "layers", "powers"],
)
def test_what_is_too_long_ends_in_a_sentence(loss: Loss) -> None:
    start = time.process_time()
    with pytest.raises(MatgradError) as caught:
        derived(loss)
    assert caught.value.diagnostic.message
    assert time.process_time() - start < 20
