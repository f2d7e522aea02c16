"""Names for big parts: layers of deep losses, parts that a result repeats; never a name that is taken."""

from __future__ import annotations

import pytest

from matgrad_cli.ir import Named, nodes_of
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.naming import fresh_name, layer_name, name_parts, name_uses, named_parts, repeated_parts

SHAPES = "W: n×n, x: n, y: n, A: n×n"


def deep(layers: int) -> str:
    text = "x"
    for _ in range(layers):
        text = f"tanh(W@{text})"
    return f"norm({text} - y)**2"


def test_layers_of_a_deep_loss_are_named_innermost_first() -> None:
    problem = read_problem(deep(4), "W", [SHAPES])
    loss, names = name_parts(problem.loss, problem.wrt, {"W", "x", "y", "n"})
    assert [named.name for named in names] == ["h1", "h2", "h3", "h4", "e"]
    assert names[0] in nodes_of(names[1].body)
    assert names[-1] in nodes_of(loss)


def test_a_shallow_loss_gets_no_names() -> None:
    problem = read_problem(deep(2), "W", [SHAPES])
    loss, names = name_parts(problem.loss, problem.wrt, {"W", "x", "y", "n"})
    assert loss is problem.loss
    assert not names


def test_squares_roots_and_quotients_of_arrays_make_a_loss_deep() -> None:
    """A matrix whose rows are centred and divided by their deviations: each of these is named, once, and so is what
    multiplies its change where it would be written twice."""
    text = "norm((W - mean(W, axis=1, keepdims=True)) / std(W, axis=1, keepdims=True) - T)**2"
    for method in ("differential", "adjoint", "chain"):
        found = derive(read_problem(text, "W", ["W: m×k, T: m×k"]), method=method).result
        assert found.matrix is not None
        assert all(part.weight <= 16 for part in [found.matrix] + [body for _, body in found.where]), method
        assert sum(isinstance(node, Named) and node.name.startswith("G") for node in nodes_of(found.matrix)) == 1


def test_a_name_is_never_one_that_is_taken() -> None:
    taken = {"h", "h1"}
    assert fresh_name("h", taken) == "h2"
    assert "h2" in taken
    derivation = derive(
        read_problem("norm(tanh(h@tanh(h@tanh(h@tanh(h@Z)))) - z, 'fro')**2", "h", ["h: n×n, Z: n×k, z: n×k"])
    )
    assert not {name for name, _ in derivation.result.where} & {"h", "Z", "z", "n", "k"}


def test_the_result_of_a_deep_network_is_written_with_names() -> None:
    derivation = derive(read_problem(deep(10), "W", [SHAPES]))
    result = derivation.result
    assert derivation.verdict == "proved"
    assert result.matrix is not None
    where = dict(result.where)
    assert len(where) >= 10
    assert sum(body.weight for body in where.values()) < 400
    used = {node.name for node in nodes_of(result.matrix) if isinstance(node, Named)}
    assert used <= set(where)


def test_a_repeated_part_is_named_once_with_its_outermost_form() -> None:
    problem = read_problem("sum(A+W) + sum(x+y)", "W", [SHAPES])
    node = read_expression(
        "inv(A @ W @ A @ W + W.T @ A @ A @ W) @ x @ y.T @ inv(A @ W @ A @ W + W.T @ A @ A @ W)", problem
    ).expr
    chosen = repeated_parts(node)
    assert [type(part).__name__ for part in chosen] == ["Inverse"]
    better, names = named_parts(node, [(part, layer_name(part)) for part in chosen], {"A", "W", "x", "y"})
    assert len(names) == 1
    assert name_uses(better) == {names[0]: 2}


def test_a_part_may_be_some_of_the_factors_of_a_longer_product() -> None:
    layer, lengths = "X", []
    for depth in range(5):
        layer = f"({layer}).T@A@({layer})"
        problem = read_problem(f"tr({layer})", "X", ["X: n×n, A: n×n"])
        loss, names = name_parts(problem.loss, problem.wrt, {"X", "A", "n"})
        assert len(names) == max(0, depth - 1)
        assert depth < 2 or loss.weight == 3
        lengths.append(sum(named.body.weight for named in names))
    assert lengths == [0, 0, 7, 10, 13]
    assert derive(problem).verdict == "proved"


def test_a_name_stands_for_a_part_never_for_itself() -> None:
    found = derive(read_problem("-sum(Y*log_softmax(tanh(X@A)@B, axis=1))", "A"))
    assert [name for name, _ in found.result.where] == ["H1", "P2"]
    assert all(
        name not in {node.name for node in nodes_of(body) if isinstance(node, Named)}
        for name, body in found.result.where
    )
    assert Named("P2", Named("P2", found.problem.wrt)) is Named("P2", found.problem.wrt)


@pytest.mark.parametrize(("letter", "name"), [("G", "Gamma1"), ("H", "G1")])
def test_what_multiplies_a_derivative_is_no_number_two_and_not_called_as_a_variable(letter: str, name: str) -> None:
    loss = f"sum(softmax(Q@K.T/sqrt(d), axis=1)@V*{letter})"
    derivation = derive(read_problem(loss, "Q", [f"Q: n×d, K: m×d, V: m×p, {letter}: n×p"]))
    assert {
        node.name for step in derivation.steps[:-2] for node in nodes_of(step.after) if isinstance(node, Named)
    } == {name}
