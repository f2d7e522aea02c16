"""Variables that keep a structure: the gradient by independent entries, the one along the structure,
the one by vech."""

import numpy as np
import pytest

from matgrad_cli import api
from matgrad_cli.diagnostics import StuckError
from rebuilding import from_json

SHAPES = ["S: n×n, A: n×n, x: n, y: n"]
WORDS = {
    "symmetric": "each entry moves together with its mirror image",
    "diagonal": "only the entries on the diagonal move",
    "lower": "only the entries on and below the diagonal move",
    "upper": "only the entries on and above the diagonal move",
}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("method", ["index", "adjoint"])
def test_both_gradients_are_said(word: str, method: str) -> None:
    page = " ".join(api.explain("x.T@S@y", "S", SHAPES, [f"S {word}"], method=method).render("text").split())
    assert f"so that {WORDS[word]}, the gradient G becomes" in page
    assert ("gradient descent that stays symmetric uses (G + Gᵀ)/2" in page) is (word == "symmetric")


def value(loss: str, S: np.ndarray) -> float:
    return {
        "x.T@S@y": X @ S @ Y,
        "logdet(S)": np.log(abs(np.linalg.det(S))),
        "norm(S@S.T - A)**2": np.sum((S @ S.T - A) ** 2),
    }[loss]


rng = np.random.default_rng(4)
X, Y, A = rng.normal(size=3), rng.normal(size=3), rng.normal(size=(3, 3))


@pytest.mark.thorough
@pytest.mark.parametrize("loss", ["x.T@S@y", "logdet(S)", "norm(S@S.T - A)**2"])
@pytest.mark.parametrize("word", ["symmetric", "lower"])
def test_vech_in_every_format(loss: str, word: str) -> None:
    found = api.gradient(loss, "vech(S)", SHAPES, [f"S {word}"])
    assert found.derivations[0].readoff.verdict.holds
    for format in ("text", "latex", "json"):
        assert found.render(format)
    for format in ("text", "latex", "markdown", "html"):
        assert "takes what is on and below the diagonal" in " ".join(
            api.explain(loss, "vech(S)", SHAPES).render(format).split()
        )
    again = api.explain(loss, "vech(S)", SHAPES, [f"S {word}"])
    read = from_json(again.render("json"))
    assert (read.problem.half, read.result) == (True, again.derivations[0].result)
    with pytest.raises(StuckError):
        found.render("sympy")
    space: dict = {}
    exec(found.render("numpy"), space)  # noqa: S102  our own output
    names = found.derivations[0].problem.variables
    low = np.tril(rng.normal(size=(3, 3))) + 3 * np.eye(3)
    S = low if word == "lower" else low + low.T
    got = space["gradient"](*({"S": S, "x": X, "y": Y, "A": A}[symbol.name] for symbol in names))
    wanted = []
    for col in range(3):
        for row in range(col, 3):
            way = np.zeros((3, 3))
            way[row, col] = 1e-6
            if word == "symmetric":
                way[col, row] = 1e-6
            wanted.append((value(loss, S + way) - value(loss, S - way)) / 2e-6)
    assert np.allclose(got, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("loss", "wrt", "shapes"), [("S@x", "vech(S)", SHAPES), ("norm(S)**2", "vech(S)", ["S: m×n"])])
def test_vech_of_what_has_none_is_refused(loss: str, wrt: str, shapes: list[str]) -> None:
    with pytest.raises(StuckError, match="vech"):
        api.gradient(loss, wrt, shapes, ["S lower"])


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "said"),
    [
        ("-y.T@log(softmax(W@x))", "W", "W: k×d, x: d, y: k", '(softmax(Wx) − y)xᵀ: say `--assume "y simplex"`'),
        ("-sum(Y*log_softmax(X@W, axis=1))", "W", "W: k×d, X: n×k, Y: n×d", "Xᵀ(softmax₁(XW) − Y): say"),
        ("norm(softmax(z) - y)**2", "z", "z: n, y: n", ""),
        ("sum(y)*norm(z)**2", "z", "z: n, y: n", ""),
    ],
)
def test_targets_that_add_up_to_one_would_shorten_the_gradient_of_a_softmax(
    loss: str, wrt: str, shapes: str, said: str
) -> None:
    page = " ".join(api.explain(loss, wrt, [shapes]).render("text").split())
    assert ("up to 1, as probabilities do" in page) is bool(said)
    assert said in page
    known = api.explain(loss, wrt, [shapes], ["Y simplex" if "Y" in loss else "y simplex"])
    assert "as probabilities do" not in known.render("text")
