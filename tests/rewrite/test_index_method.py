"""Whole derivations by the index method: `[loss, every line, result]`, and the mistakes that such a method is prone to.

The tables stand in step_tables.toml; `pytest --update-golden` writes them anew, to be reviewed as a diff.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from matgrad_cli.diagnostics import StuckError
from matgrad_cli.ir import Add, Expr, MatMul, Partial, letters_in, nodes_of
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.verify.judge import Judge

TABLES = Path(__file__).with_name("step_tables.toml")

Lines = list[list[str]]


def lines_of(derivation: Derivation) -> Lines:
    return [["", to_text(derivation.start)], *([step.rule, to_text(step.after)] for step in derivation.steps)]


def stated(derivation: Derivation) -> Expr:
    result = derivation.result
    return result.entry if result.matrix is None else result.matrix


def written(tables: list[dict[str, Any]]) -> str:
    blocks = []
    for table in tables:
        head = [
            f"{key} = {json.dumps(table[key], ensure_ascii=False)}"
            for key in ("loss", "wrt", "shapes", "assume", "result")
        ]
        lines = table["lines"]
        body = ["lines = [", *(f"  {json.dumps(line, ensure_ascii=False)}," for line in lines), "]"]
        blocks.append("\n".join(["[[table]]", *head, *body]))
    return "\n\n".join(blocks) + "\n"


def tables() -> list[dict[str, Any]]:
    return list(tomllib.loads(TABLES.read_text(encoding="utf-8"))["table"])


@pytest.mark.parametrize(
    "number", range(len(tables())), ids=lambda number: f"{tables()[number]['loss']} by {tables()[number]['wrt']}"
)
def test_every_line(number: int, update_golden: bool) -> None:
    all_tables = tables()
    table = all_tables[number]
    facts = [table["assume"]] if table["assume"] else []
    derivation = derive(read_problem(table["loss"], table["wrt"], [table["shapes"]], facts))
    if update_golden:
        new = {**table, "result": to_text(stated(derivation)), "lines": lines_of(derivation)}
        TABLES.write_text(written([*all_tables[:number], new, *all_tables[number + 1 :]]), encoding="utf-8")
        return
    assert lines_of(derivation) == table["lines"]
    assert to_text(stated(derivation)) == table["result"]
    assert derivation.verdict in ("proved", "agrees")


def found(
    loss: str, wrt: str, *shapes: str, facts: tuple[str, ...] = (), order: int = 1, layout: str = "gradient"
) -> Derivation:
    derivation = derive(read_problem(loss, wrt, shapes, facts), order=order, layout=layout)
    assert derivation.verdict in ("proved", "agrees")
    return derivation


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "facts", "textbook"),
    [
        ("x.T@A@x", "x", "A: n×n, x: n", "A symmetric", "2 * A@x"),
        ("norm(X@X.T - A, 'fro')**2", "X", "X: m×k, A: m×m", "A symmetric", "4*(X@X.T - A)@X"),
        ("-y.T@log(softmax(W@x))", "W", "W: k×n, x: n, y: k", "y onehot", "(softmax(W@x) - y)@x.T"),
        (
            "-sum(y*log(sigmoid(X@w)) + (1-y)*log(1-sigmoid(X@w)))",
            "w",
            "X: m×n, w: n, y: m",
            "",
            "X.T@(sigmoid(X@w) - y)",
        ),
        (
            "kl(softmax(z), p)",
            "z",
            "z: n, p: n",
            "",
            "softmax(z)*log(softmax(z)/p) - (softmax(z).T@log(softmax(z)/p))*softmax(z)",
        ),
        ("log(sum(exp(A@x)))", "x", "A: m×n, x: n", "", "A.T@softmax(A@x)"),
        ("norm(x - mean(x)*ones(n))**2", "x", "x: n", "", "2*(x - mean(x)*ones(n))"),
        ("tr(matrix_power(X, 5))", "X", "X: n×n", "", "5*matrix_power(X, 4).T"),
        ("det(A@X@B)", "X", "A: n×n, X: n×n, B: n×n", "", "det(A@X@B)*inv(X).T"),
        ("1/(1+exp(-w.T@x))", "w", "w: n, x: n", "", "sigmoid(w.T@x)*(1 - sigmoid(w.T@x))*x"),
        ("logdet(L) - tr(L@S)", "L", "L: n×n, S: n×n", "L spd, S symmetric", "inv(L) - S"),
        ("(x.T@A@x)/(x.T@x)", "x", "A: n×n, x: n", "A symmetric", "2/(x.T@x)*(A@x - 1/(x.T@x)*(x.T@A@x)*x)"),
    ],
)
def test_results_are_no_longer_than_the_textbooks(loss: str, wrt: str, shapes: str, facts: str, textbook: str) -> None:
    derivation = found(loss, wrt, shapes, facts=(facts,) if facts else ())
    wanted = read_expression(textbook, derivation.problem).expr
    result = stated(derivation)
    assert Judge(derivation.problem).compare(result, wanted).holds
    assert result.weight <= wanted.weight


def outside_of_pending(line: Expr) -> list[Expr]:
    """The parts of a line that stand under no ∂."""
    kept: list[Expr] = []
    stack = [line]
    while stack:
        node = stack.pop()
        if not isinstance(node, Partial):
            kept.append(node)
            stack.extend(node.children)
    return kept


def test_nothing_is_unfolded_that_is_not_under_the_derivative() -> None:
    derivation = found("norm(X@R-Y,'fro')**2", "R", "X: m×n, R: n×p, Y: m×p")
    residual = read_expression("X@R-Y", derivation.problem).expr
    last = [step.after for step in derivation.steps][-4:]
    assert all(residual in nodes_of(line) for line in last)
    assert all(residual in outside_of_pending(line) for line in last)


def test_each_delta_collapses_in_a_step_of_its_own() -> None:
    derivation = found("norm(X@R-Y,'fro')**2", "R", "X: m×n, R: n×p, Y: m×p")
    rules = [step.rule for step in derivation.steps]
    assert rules.count("collapse-delta") == 2
    assert all(
        step.title.values for step in derivation.steps if step.rule == "collapse-delta"
    )  # which letter became which


def test_letters_avoid_every_name_of_the_problem() -> None:
    derivation = found("s*t*norm(i@R-j,'fro')**2", "R", "i: k×l, R: l×p, j: k×p, s: scalar, t: scalar")
    names = {symbol.name for symbol in derivation.problem.variables} | {"k", "l", "p"}
    assert not names & {letter.name for letter in derivation.result.letters}


# ---- mistakes made by earlier attempts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes"),
    [
        ("norm(A@x - b)**2 + c*norm(x)**2", "x", "A: m×n, x: n, b: m, c: scalar"),
        ("tr(A@X)*(B@X)", "X", "A: n×m, X: m×n, B: p×m"),
        ("sum(relu(A@relu(C@x)))", "x", "A: k×m, C: m×n, x: n"),
    ],
)
def test_no_letter_has_two_ranges_in_a_derivation(loss: str, wrt: str, shapes: str) -> None:
    derivation = derive(read_problem(loss, wrt, [shapes]))
    letters = letters_in(derivation.start).union(*(letters_in(step.after) for step in derivation.steps))
    assert len({letter.name for letter in letters}) == len(letters)


def test_a_row_coefficient_is_not_read_back_as_a_column() -> None:
    derivation = found("tanh(x.T@A)@b", "x", "x: m, A: m×n, b: n")
    assert stated(derivation).shape is derivation.problem.wrt.shape


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("r@a", "a.T"),
        ("2*r@a", "2*a.T"),
        ("a.T@r.T", "a.T"),
        ("r@A@b", "b.T @ A.T"),
        ("sum(r)", "ones(1, n)"),
        ("r@r.T", "2*r"),
        ("r@A@r.T", "r @ (A.T + A)"),
        ("norm(r)**2", "2*r"),
        ("r[1]**2", None),
        ("sum(exp(r)*a.T)", "a.T * exp(r)"),
    ],
)
def test_the_gradient_by_a_row_is_a_row(loss: str, expected: str | None) -> None:
    derivation = found(loss, "r", "r: 1×n, a: n, A: n×n, b: n")
    assert stated(derivation).shape is derivation.problem.wrt.shape
    assert expected is None or to_text(stated(derivation)) == expected


def test_gathering_never_crosses_a_free_letter_of_the_loss() -> None:
    found("tanh(W@tanh(W@x))", "W", "W: n×n, x: n")
    found("sum(tanh(W@tanh(W@x)))", "W", "W: n×n, x: n", order=2)
    found("(x.T@A@x)*(A@x)", "x", "A: n×n, x: n")


@pytest.mark.thorough
def test_a_transpose_pushed_through_a_deep_product_stays_small() -> None:
    layers = "X"
    for _ in range(12):
        layers = f"tanh({layers}).T"
    result = stated(found(f"norm({layers},'fro')**2", "X", "X: m×n"))
    assert result.weight < 200


def test_a_quarter_stays_a_quarter() -> None:
    derivation = found("norm(x)**2/4", "x", "x: n")
    assert to_text(stated(derivation)) == "1/2*x"


def test_a_tall_matrix_is_sampled_where_the_loss_needs_one() -> None:
    assert found("logdet(X.T@X)", "X", "X: n×k", facts=("X tall",)).readoff.verdict.holds


def test_an_elementwise_square_of_a_scaled_matrix_squares_both() -> None:
    derivation = found("sum((c*X)**2)", "X", "X: m×n, c: scalar")
    assert (
        Judge(derivation.problem)
        .compare(stated(derivation), read_expression("2*c**2*X", derivation.problem).expr)
        .holds
    )


def test_inner_sums_with_the_same_letters_are_kept_apart() -> None:
    found("sum[i,j](exp((sum[i,j](X[i,j]) * X)[i,j]))", "X", "X: m×n")
    found("sum[i](x[i]*sum[i](x[i]*sum[i](sin(x[i])))*sum[i](exp(x[i])*x[i]))", "x", "x: n")


def test_equal_factors_are_two_factors() -> None:
    found("norm(softmax(R, axis=1), 'fro')**2", "R", "R: m×n")
    found("sum[i,j](A[i,j]*A[i,j]*A[i,j]*x[j])", "A", "A: m×n, x: n")


def test_a_fixed_entry_has_a_basis_vector_as_gradient() -> None:
    derivation = found("x[0]", "x", "x: n")
    assert stated(derivation).shape is derivation.problem.wrt.shape
    assert not stated(derivation).free


def test_a_fact_about_a_variable_that_the_loss_lacks_changes_nothing() -> None:
    assert to_text(stated(found("b**2", "b", "b: scalar, S: n×n", facts=("S symmetric",)))) == "2*b"


def test_a_loss_without_the_variable_has_the_zero_matrix_as_gradient() -> None:
    assert to_text(stated(found("norm(A,'fro')**2", "X", "A: m×n, X: m×n"))) == "zeros(m, n)"


def test_what_no_rule_knows_ends_as_a_sentence() -> None:
    with pytest.raises(StuckError, match="polar"):
        derive(read_problem("norm(X, 'nuc')", "X", ["X: m×n"]), order=2)


def test_the_result_keeps_the_brackets_of_the_user() -> None:
    result = stated(found("norm(A@X@B-C,'fro')**2", "X", "A: m×n, X: n×p, B: p×q, C: m×q"))
    assert any(isinstance(node, Add) for node in nodes_of(result))
    assert sum(isinstance(node, MatMul) for node in nodes_of(result)) == 2
