"""Matching: any order in sums, runs in products, repeated and transposed variables, conditions, fresh letters."""

from __future__ import annotations

import pytest

from matgrad_cli.facts import Fact, Problem
from matgrad_cli.ir import Add, Differential, Dim, Expr, MatMul, Shape, Symbol, nodes_of
from matgrad_cli.ir.nodes import Call
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.engine.application import Scene, apply
from matgrad_cli.rewrite.engine.apply import Around, Rewriting, rewritings
from matgrad_cli.rulebook import Rule, rulebook
from matgrad_cli.rulebook.heads import guess_heads
from matgrad_cli.rulebook.pattern import declared, read_side
from work import calls_in

SHAPES = tuple(
    {
        "A": "m n",
        "B": "n p",
        "C": "p q",
        "P": "m n",
        "Q": "m n",
        "S": "n n",
        "R": "n n",
        "X": "m n",
        "w": "n",
        "v": "n",
        "z": "n",
        "c": "",
        "b": "",
        "i": "index m",
        "j": "index n",
        "k": "index p",
        "s": "index m",
        "t": "index n",
    }.items()
)
SYMBOLS = declared(SHAPES)[0]


def read(text: str) -> Expr:
    return read_side(text, SHAPES, SYMBOLS["X"], "test")


def problem(node: Expr, *facts: tuple[str, str]) -> Problem:
    return Problem(
        node, SYMBOLS["X"], tuple(SYMBOLS.values()), tuple(Fact(SYMBOLS[name], word) for name, word in facts)
    )


def rewrite_node(
    rule: Rule, node: Expr, asked: Problem, taken: frozenset[str] = frozenset(), pending: bool = False
) -> Rewriting | None:
    """The first way in which the rule fits the node."""
    return next(rewritings(rule, node, Around(asked, lambda: taken, pending)), None)


def rewrite(
    rule_id: str, text: str, *facts: tuple[str, str], taken: tuple[str, ...] = ("m", "n", "p", "q")
) -> str | None:
    node = read(text)
    found = rewrite_node(rulebook().rule(rule_id), node, problem(node, *facts), frozenset(taken))
    return None if found is None else to_text(found.new)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("mul-inv", "A @ S @ inv(S) @ R", "A @ eye(n) @ R"),  # the rest of the product is kept
        ("mul-inv", "A @ S @ R @ inv(S @ R) @ w", "A @ eye(n) @ w"),  # a bound run among neighbours
        ("mul-inv", "S @ inv(R)", None),
        ("sigmoid-quotient-exp", "exp(z) / (1 + exp(z))", "sigmoid(z)"),
        ("sigmoid-quotient-exp", "exp(c) / (exp(c) + 1)", "sigmoid(c)"),  # any order; numbers as well as arrays
        ("sigmoid-quotient-exp", "exp(c) / (1 + exp(b))", None),  # a repeated variable
        ("norm-squared-trace", "norm(A @ B)**2", "tr((A @ B).T @ A @ B)"),
        ("mul-transpose-orthogonal", "A @ S @ S.T", None),  # nothing says that S is orthogonal
        ("entry-matmul", "(A @ B)[i,k]", "sum[j](A[i,j]*B[j,k])"),
        ("entry-matmul", "(A @ w)[i]", "sum[j](A[i,j]*w[j])"),  # a letter over a side of size 1 is absent
        ("partial-variable", "partial(X[i,j], X[s,t])", "delta[i,s]*delta[j,t]"),
        ("partial-variable", "partial(A[i,j], X[s,t])", None),  # the variable itself, no other matrix
        (
            "partial-sum",
            "partial(X[i,j] + c + X[i,j]**2, X[s,t])",
            "partial(X[i,j], X[s,t]) + partial(X[i,j]**2, X[s,t])",
        ),
        (
            "partial-sum-constant",
            "partial(X[i,j] + c + b, X[s,t])",
            "partial(X[i,j], X[s,t])",
        ),  # all that does not move
        ("partial-linear", "partial(c * X[i,j] * A[i,j] * X[i,j], X[s,t])", "c*A[i,j]*partial(X[i,j]*X[i,j], X[s,t])"),
        ("partial-product", "partial(c * X[i,j], X[s,t])", None),  # one factor moves: nothing for the product rule
        ("partial-sigma", "partial(sum[i,j](X[i,j]*X[i,j]), X[s,t])", "sum[i,j](partial(X[i,j]*X[i,j], X[s,t]))"),
        ("partial-neg", "partial(-2*X[i,j], X[s,t])", None),
        ("read-trace", "sum[j](S[j,j])", "tr(S)"),
        ("read-product", "sum[j](c * A[i,j] * B[j,k])", "c*(A @ B)[i,k]"),  # a factor without the letter is kept
        ("trace-transpose", "tr(S.T @ R)", None),
        ("transpose-symmetric", "S.T", None),
    ],
)
def test_one_rewriting(rule: str, before: str, after: str | None) -> None:
    assert rewrite(rule, before) == after


def test_a_known_fact_lets_a_rule_apply() -> None:
    assert rewrite("transpose-symmetric", "S.T", ("S", "symmetric")) == "S"
    assert rewrite("mul-transpose-orthogonal", "A @ S @ S.T", ("S", "orthogonal")) == "A @ eye(n)"


def test_an_unknown_condition_is_carried_as_an_assumption() -> None:
    node = read("inv(inv(S))")
    found = rewrite_node(rulebook().rule("inv-inv"), node, problem(node))
    assert found is not None
    assert [sentence.template for sentence in found.assumed] == ["{0} is invertible"]
    known = rewrite_node(rulebook().rule("inv-inv"), node, problem(node, ("S", "invertible")))
    assert known is not None
    assert known.assumed == ()


def test_no_fact_about_the_variable_inside_a_pending_derivative() -> None:
    square = Symbol("X", Shape(Dim.of("n"), Dim.of("n")))
    node = read_side("X.T", (("X", "n n"),), square, "test")
    asked = Problem(node, square, (square,), (Fact(square, "symmetric"),))
    rule = rulebook().rule("transpose-symmetric")
    assert rewrite_node(rule, node, asked) is not None
    assert rewrite_node(rule, node, asked, pending=True) is None


def test_new_letters_avoid_all_names() -> None:
    assert rewrite("trace-entries", "tr(S)", taken=("i", "j", "m", "n")) == "sum[k](S[k,k])"


def test_a_dimension_binds_to_a_name_not_to_a_size() -> None:
    node = read_side("A @ inv(B)", (("A", "3 3"), ("B", "3 3")), None, "test")
    assert rewrite_node(rulebook().rule("mul-inv"), node, problem(node)) is None
    same = read_side("A @ inv(A)", (("A", "3 3"),), None, "test")
    found = rewrite_node(rulebook().rule("mul-inv"), same, problem(same))
    assert found is not None
    assert to_text(found.new) == "eye(3)"


def test_nothing_is_rewritten_to_itself() -> None:
    node = read("tr(S @ S)")
    assert all(
        found.new is not node for found in rewritings(rulebook().rule("trace-cyclic"), node, Around(problem(node)))
    )


@pytest.mark.thorough
def test_sixty_four_factors_are_searched_from_the_anchor() -> None:
    dims = [Dim.of("n")] * 65
    factors: list[Expr] = [Symbol(f"W{i}", Shape(dims[i], dims[i + 1])) for i in range(64)]
    node = MatMul(tuple(factors))
    asked = Problem(Call("tr", node), factors[0], tuple(s for s in factors if isinstance(s, Symbol)))  # type: ignore[arg-type]
    rules = [
        rule for name in rulebook().ids if (rule := rulebook().rule(name)).lhs and "MatMul" in guess_heads(rule.lhs)
    ]
    calls = calls_in(lambda: [rewrite_node(rule, node, asked) for rule in rules])
    assert calls < 30_000 * len(rules), calls


def test_what_a_variable_stands_for_is_no_pattern() -> None:
    """d(A + A + B) in which the loss has letters of the same names and shapes as the rule's own."""
    rule = rulebook().rule("d-add")
    problem = read_problem("sum(A + B + A)", "A", ["A: m×n, B: m×n"])
    body = next(node for node in nodes_of(problem.loss) if isinstance(node, Add))
    scene = Scene(problem, rulebook())
    pending = Differential(body, problem.wrt)
    first = apply(rule, pending, ((),), scene)
    assert apply(rule, pending, ((),), scene, first.bindings).after is first.after
