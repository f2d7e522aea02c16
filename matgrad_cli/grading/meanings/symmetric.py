"""Matrices that are symmetric by what a loss does with them: covariances and their inverses, scatters, metrics."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import Problem
from ...ir import Call, Expr, Inverse, MatMul, Power, Symbol, Transpose, transpose, walk

COVARIANCES = ("Sigma", "S", "Lambda", "Omega", "K", "C", "P", "Q", "R")
"""What covariances are called where the words leave it open, also with a label: S_W."""


def of_likelihood(problem: Problem) -> Iterator[tuple[str, bool]]:
    """The matrices of `log det M` beside `M⁻¹`, or beside one that is symmetric, as in `tr(SM)`:
    M is a covariance, or its inverse; and whether that is certain, as it is not of a variable by such company alone,
    nor of the R of `eᵀR⁻¹e` by its letter.
    A variable that the loss transposes, or of which it takes `|det M|`, is none."""
    nodes = tuple(walk.nodes_of(problem.loss))
    turned = {node.body for node in nodes if isinstance(node, Inverse)}
    beside = any(fact.word in ("symmetric", "spd") for fact in problem.facts)
    apart = {node.children[0] for node in nodes if isinstance(node, Transpose)}
    signed = {node.children[0] for node in nodes if isinstance(node, Call) and node.function == "abs"}
    for node in nodes:
        of_det = isinstance(node, Call) and node.function in ("det", "logdet")
        inside = tuple(walk.nodes_of(node.children[0])) if of_det else ()
        certain = not turned.isdisjoint(inside)
        for part in inside if certain or beside else ():
            if isinstance(part, Symbol) and not (part is problem.wrt and (part in apart or node in signed)):
                usual = part.name.partition("_")[0] in COVARIANCES or (part.name[:1].isupper() and len(part.name) > 1)
                yield part.name, certain or usual or part is not problem.wrt
    for part in turned - apart:
        if isinstance(part, Symbol) and part is not problem.wrt and part.name.partition("_")[0] in COVARIANCES:
            yield part.name, False


def of_measures(problem: Problem) -> Iterator[str]:
    """The matrices that measure something: the M of a root √(wᵀMw), or of a quotient by wᵀMw, and the P of `tr(P M⁻¹)`
    beside `log det M`, a scatter or a scale, and of `tr(P M)` for a variable M that is symmetric; the B and W of `wᵀBw`
    beside `wᵀWw` where they are called as covariances are, S_B and S_W."""
    nodes = tuple(walk.nodes_of(problem.loss))
    bodies = [node.children[0] for node in nodes if isinstance(node, Power) or _calls(node, "sqrt")]
    yield from (form[0].name for body in bodies if (form := _quadratic(body)) is not None)
    forms = {form for node in nodes if (form := _quadratic(node)) is not None}
    vectors = [vector for _, vector in forms]
    usual = (matrix.name for matrix, vector in forms if vectors.count(vector) > 1)
    yield from (name for name in usual if name.partition("_")[0] in COVARIANCES)
    inside = {part for node in nodes if _calls(node, "det", "logdet") for part in walk.nodes_of(node)}
    alike = any(f"{problem.wrt.name} {word}" in map(str, problem.facts) for word in ("symmetric", "spd"))
    measured = {problem.wrt} & inside if alike else set[Expr]()
    for pair in (node.children[0].children for node in nodes if _calls(node, "tr")):
        beside = any((isinstance(one, Inverse) and one.body in inside) or one in measured for one in pair)
        if len(pair) == 2 and beside:
            yield from (one.name for one in pair if isinstance(one, Symbol))


def _quadratic(node: Expr) -> tuple[Symbol, Expr] | None:
    """The matrix and the vector of `wᵀMw`."""
    first, matrix, last = node.children if isinstance(node, MatMul) and len(node.children) == 3 else (node,) * 3
    return (matrix, last) if isinstance(matrix, Symbol) and first is transpose(last) else None


def _calls(node: Expr, *functions: str) -> bool:
    return isinstance(node, Call) and node.function in functions
