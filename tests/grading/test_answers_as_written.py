"""Answers in the words and forms of homework, under a key: what is right earns,
and neither what is wrong nor what is not said does."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_text, read_key
from matgrad_cli.records.finding import ProblemReport

BUDGET = """asks = "minimum"
loss = "x.T@Q@x/2 - c.T@x"
wrt = "x"
shapes = "x: k, Q: k×k, c: k"
assume = "Q spd"
subject_to = "sum(x) = 3"
"""


def judged(folder: Path, key: str, said: str, name: str = "a.md") -> ProblemReport:
    (folder / "key.toml").write_text(f'[[problem]]\nid = "1"\n{key}', encoding="utf-8")
    text = f"[[problem]]\nid = '1'\nanswer = '{said}'\n" if name.endswith("toml") else f"## Problem 1\n{said}\n"
    return check_text(text, name, read_key(folder / "key.toml")).problems[0]


_AT, _LAM = r"x = Q^{-1}(c + \lambda \mathbf 1)", r"\lambda = \frac{3 - \mathbf 1^TQ^{-1}c}{\mathbf 1^TQ^{-1}\mathbf 1}"
_TWICE = _LAM.replace("{3", r"{6").replace("- ", "- 2")


@pytest.mark.thorough
@pytest.mark.parametrize(("said", "verdict"), [
    (f"${_AT}$ with ${_LAM}$", "right"), (rf"$${_AT},\quad {_LAM}$$", "right"),
    (f"The multiplier is ${_LAM}$, the solution ${_AT}$.", "right"),
    (rf"$$Qx - c - \lambda\mathbf 1 = 0$$ $${_AT}$$ $${_LAM}$$", "right"),
    (rf"$$Qx - c - \lambda\mathbf 1 = 0$$ $${_AT}$$ $${_TWICE}$$", "wrong"),
    (f"${_AT}$ with ${_TWICE}$", "undecided"), (f"${_AT}$", "undecided"),
])  # fmt: skip
def test_a_solution_may_hold_a_multiplier_whose_value_is_said(tmp_path: Path, said: str, verdict: str) -> None:
    for name in (r"\lambda", r"\nu"):
        assert judged(tmp_path, BUDGET, said.replace(r"\lambda", name)).verdict == verdict


@pytest.mark.thorough
@pytest.mark.parametrize(("value", "verdict"), [(_LAM, "right"), (_TWICE, "wrong")])
def test_so_it_may_in_one_text(tmp_path: Path, value: str, verdict: str) -> None:
    assert judged(tmp_path, BUDGET, f"{_AT}, {value}", "a.toml").verdict == verdict


FACTORED = (
    'loss = "norm(P@Q.T - Y)**2"\nname = "F"\nwrt = "P"\nshapes = "P: a×r, Q: b×r, Y: a×b"\nrequire = "derivation"\n'
)
_STATED, _FLAT = r"$$\nabla_P F = 2(PQ^T - Y)Q$$", r"\langle 2(PQ^T - Y)Q, E\rangle"


@pytest.mark.parametrize("steps", [
    r"$$F(P + E) = F(P) + 2\langle PQ^T - Y, EQ^T\rangle + \|EQ^T\|^2$$",
    rf"$$F(P + E) - F(P) = 2\langle PQ^T - Y, EQ^T\rangle + O(\|E\|^2)$$ $$= {_FLAT} + O(\|E\|^2)$$",
    r"$$F(P + E) - F(P) \approx 2\operatorname{tr}((PQ^T - Y)^T EQ^T)$$",
    rf"$$\left.\frac{{d}}{{ds}}\right|_{{s=0}} F(P + sE) = 2\langle PQ^T - Y, EQ^T\rangle = {_FLAT}$$",
    rf"$$\frac{{d}}{{ds}}\Big|_{{s=0}} F(P + sE) = {_FLAT}$$", r"$$dF = 2\langle PQ^T - Y, dP\,Q^T\rangle$$",
])  # fmt: skip
def test_what_the_loss_does_in_a_direction_is_a_derivation(tmp_path: Path, steps: str) -> None:
    assert judged(tmp_path, FACTORED, f"{steps}\n{_STATED}").verdict == "right"
    wrong = judged(tmp_path, FACTORED, f"{steps.replace('2', '4', 1).replace('4(P', '3(P')}\n{_STATED}")
    assert wrong.verdict == "wrong"
    assert wrong.first_wrong is not None


@pytest.mark.parametrize(
    "said",
    [
        r"$\nabla_P F = 2(PQ^T - Y)Q + 0$" "\n" r"$= 2(PQ^T - Y)Q$",
        r"$F = \|PQ^T - Y\|_F^2 = \|Y - PQ^T\|_F^2$, $\nabla_P F = 2(PQ^T - Y)Q$",
        r"$F(P + E) = \|(P + E)Q^T - Y\|^2$, $\nabla_P F = 2(PQ^T - Y)Q$",
    ],
)
def test_the_answer_once_more_and_the_loss_once_more_are_no_derivation(tmp_path: Path, said: str) -> None:
    found = judged(tmp_path, FACTORED, said)
    assert (found.verdict, found.final.code) == ("wrong", "missing-derivation")


@pytest.mark.thorough
@pytest.mark.parametrize("power", [10, 12])
def test_a_solution_with_a_tiny_term_is_not_right(tmp_path: Path, power: int) -> None:
    key = 'asks = "minimum"\nloss = "norm(A@u - c)**2"\nwrt = "u"\nshapes = "A: m×k, u: k, c: m"\n'
    said = rf"$u = (A^TA + 10^{{-{power}}} I)^{{-1}}A^Tc$"
    assert judged(tmp_path, key, said).verdict != "right"
    assert judged(tmp_path, key, said.replace(rf"10^{{-{power}}}", "0")).verdict == "right"


def test_an_answer_of_another_type_is_no_missing_answer_and_spoils_no_other(tmp_path: Path) -> None:
    one = 'loss = "b.T@v"\nwrt = "v"\nshapes = "b: n, v: n"\n'
    (tmp_path / "key.toml").write_text(
        "".join(f'[[problem]]\nid = "{number}"\n{one}' for number in "123"), encoding="utf-8"
    )
    text = '[[problem]]\nid = "1"\nanswer = ["b", "2*b"]\n[[problem]]\nid = "2"\nanswer = "b"\n'
    found = check_text(text, "a.toml", read_key(tmp_path / "key.toml")).problems
    assert [(one.verdict, one.final.code) for one in found] == [
        ("undecided", "key-type"),
        ("right", None),
        ("undecided", "missing-answer"),
    ]


@pytest.mark.parametrize(("reveal", "told"), [("full", True), ("hint", False), ("none", False)])
def test_of_several_answers_it_is_said_which_is_taken_as_wrong(tmp_path: Path, reveal: str, told: bool) -> None:
    key = f'loss = "v.T@B@v"\nwrt = "v"\nshapes = "B: n×n, v: n"\nreveal = "{reveal}"\n'
    found = judged(tmp_path, key, r"$\nabla f = (B + B^T)v$. Also $\nabla f = 3Bv$.").final
    assert found.code == "answered-twice"
    assert ("`3Bv` is taken as wrong" in (found.message or "")) is told


SQUARES = 'loss = "sum((X@w - y)**2)/n"\nwrt = "w"\nshapes = "X: n×d, w: d, y: n"\n'
_IN_DIALECTS = [
    "2*np.average((X@w - y)[:, None]*X, axis=0)", "2/n*np.einsum('...ij,...i->...j', X, X@w - y)",
    "2/n*sum(X.*(X*w - y), 1)'", "2*mean((X*w-y).*X)'", "2/size(X, 1)*X'*(X*w-y)", "2/n*mtimes(X', X*w-y)",
    "2/n*sum(bsxfun(@times, X, X*w-y))'", "@(w) 2*X'*(X*w-y)/numel(y)", "g = 2*X'*(X*w-y)/n; % the gradient",
    "2/n*sum(X .* (X*w .- y), dims=1)'", "w -> 2*X'*(X*w-y)/n", "2/n .* permutedims(X) * (X*w .- y)",
    "(X.T*(X*w - y)).doit()*2/n", "2/n * t(X) %*% (X %*% w - y)", "2/n*Transpose[X].(X.w - y)",
]  # fmt: skip


@pytest.mark.parametrize("said", _IN_DIALECTS)
def test_an_answer_may_be_in_another_programs_language(tmp_path: Path, said: str) -> None:
    told = '"""' + said + '"""'
    text = f'[[problem]]\nid = "1"\nanswer = {told}\n'
    for written, verdict in (
        (text, "right"),
        (text.replace("2", "3", 1), "wrong"),
        (text.replace("- y", "+ y").replace("-y", "+y"), "wrong"),
    ):
        (tmp_path / "key.toml").write_text(f'[[problem]]\nid = "1"\n{SQUARES}', encoding="utf-8")
        assert check_text(written, "a.toml", read_key(tmp_path / "key.toml")).problems[0].verdict == verdict, written
    row = judged(tmp_path, SQUARES, "2/n*sum(X.*(X*w - y), 1)", "a.md")
    assert (row.verdict, row.final.code) == ("wrong", "other-layout")
