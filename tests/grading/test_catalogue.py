"""The catalogue of slips: the order in which they are looked for,
and for each kind a derivation in tests/wrong_answers that makes it."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from matgrad_cli.grading.bench import Bench
from matgrad_cli.grading.check import check_text
from matgrad_cli.grading.slips.case import Trial
from matgrad_cli.grading.slips.catalogue import CATALOGUE, MISFITS, VALUES
from matgrad_cli.grading.slips.causes import Repair
from matgrad_cli.grading.slips.codes import CODES
from matgrad_cli.grading.slips.kind import Kind
from matgrad_cli.ir import Call, Number, Power
from matgrad_cli.notation.problems import read_problem

MADE = {
    "single-delta": "one-delta-of-entry",
    "wrong-pair": "wrong-pair",
    "crossed-deltas": "delta-crossed",
    "other-letter": "softmax-letter",
    "sum-drawn-in": "square-of-a-sum",
    "sum-kept": "sum-kept",
    "sum-not-collapsed": "sum-not-collapsed",
    "other-layout": "denominator-jacobian",
    "transposed-whole": "mml-column",
    "tied-entries": "tied-entries",
    "sign-inside": "sign-inside",
    "layer": "chain-inner-scale-pending",
    "sign": "numerator-chain",
    "factor": "power-factor",
    "occurrence": "quad-drop",
    "dropped-term": "rayleigh-term",
    "extra-term": "extra-term-quad",
    "sign-of-a-term": "sign-of-a-term",
    "factor-of-a-term": "ridge-factor",
    "signs-of-terms": "signs-of-terms",
    "factors-of-terms": "factors-of-terms",
    "bracket": "extra-bracket",
    "inner-sign": "inner-sign",
    "turned-entry": "quad-index-delta",
    "transposed": "sum-rule",
    "not-transposed": "ls-left-transpose",
    "inner-for-outer": "outer-inner",
    "trace": "logdet-cyclic",
    "neighbours": "diag-lost",
    "order": "als-normal",
    "product-for-hadamard": "hadamard-product",
    "inverted": "inverted",
    "not-inverted": "mahalanobis-inverse",
    "squared-inverse": "inverse-square-grad",
    "number-for-multiple": "ridge-normal",
    "once-more": "hadamard-diag",
    "entry": "factor-of-an-entry",
    "exchanged": "axbx-order",
    "not-transposed-in-a-term": "transpose-in-a-term",
    "inner-factor": "inner-factor",
    "power-too-low": "rayleigh",
    "power-too-high": "power-inner",
    "inverse": "identity-wrong-aside",
    "term-not-differentiated": "logistic-second-term",
    "summing-to-one": "summing-to-one",
    "factor-left-out": "mahalanobis-drop",
    "factor-too-many": "factor-too-many",
    "symmetric": "quad-symmetric",
    "commuting": "commuting",
    "lost-delta": "lost-delta",
    "lost-of-equation": "lost-of-equation",
    "not-summed": "bias-not-summed",
}
"""Each kind, in the order in which they are looked for, with the problem that makes it."""


def blocks() -> dict[str, str]:
    """The derivations in tests/wrong_answers by their names."""
    found = {}
    for path in sorted((Path(__file__).parent.parent / "wrong_answers").glob("*.md")):
        for block in re.findall(r"```matgrad\n.*?```", path.read_text("utf-8"), re.DOTALL):
            name = re.search(r"^problem: (.+)$", block, re.MULTILINE)
            found[name[1] if name else path.stem] = block
    return found


BLOCKS = blocks()


def test_the_order_is_told_and_each_kind_has_a_derivation() -> None:
    """A new kind of slip needs a line above, at its place in the order, and a derivation that makes it."""
    assert [kind.name for kind in CATALOGUE] == list(MADE)
    assert set(MADE.values()) <= BLOCKS.keys()
    assert {kind.code for kind in CATALOGUE} <= set(CODES)
    names = {kind.name for kind in CATALOGUE}
    assert {kind.name for kind in (*VALUES, *MISFITS)} <= names


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "made"), MADE.items())
def test_the_kind_is_the_first_that_is_found(name: str, made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    slip = Kind.slip

    def noted(kind: Kind, trial: Trial, repair: Repair) -> object:
        found.append(kind.name)
        return slip(kind, trial, repair)

    monkeypatch.setattr(Kind, "slip", noted)
    check_text(BLOCKS[made])
    assert found[:1] == [name]


@pytest.mark.parametrize(("slip", "code"), [(r"\lambda w", "lost-factor"), (r"-2\lambda w", "wrong-sign")])
def test_a_term_that_is_off_is_told_without_a_derivation(slip: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def derived(*_: object) -> None:
        raise AssertionError("nothing has to be derived for this")

    monkeypatch.setattr("matgrad_cli.grading.slips.diagnose.worked_out", derived)
    loss = r"Let $X \in \mathbb{R}^{n \times d}$ and $y \in \mathbb{R}^n$, and $L(w) = \|Xw - y\|^2 + \lambda \|w\|^2$."
    told = check_text(rf"{loss} Then $\nabla_w L = 2X^\top (Xw - y) + {slip}$.").problems[0].shown[0]
    assert told.code == code


def test_a_repair_that_has_no_value_is_seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = read_problem("sum(x)", "x", ("x: n",))
    bench, x = Bench(problem), problem.wrt
    monkeypatch.setattr(Bench, "compare", lambda *_: pytest.fail("nothing has to be compared"))
    assert bench.repair(x, Power(x, Number(Fraction(1, 2)))) is None
    assert not bench.equal(Call("log", x), x)
