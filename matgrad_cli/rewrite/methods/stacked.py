"""What moves carried to the end of a line by rules: d f = J dx, and with stacked columns vec(dF) = J vec(dX).

J is the Jacobian of a part of a chain, the result of the differential method where the loss is no number, and
∂vec(F)/∂vec(X)ᵀ beside a derivative with three or four letters, with ⊗ and commutation matrices K, which put stacked
columns into the order of stacked rows.
"""

from __future__ import annotations

from ... import ir
from ...diagnostics import StuckError
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import ONE, Expr, Index, Position, Shape, add, kron, matmul, mul, nodes_of, substitute, sum_over
from ...ir.dimensions import Dim
from ...ir.entries import delta
from ...ir.terms import terms_of
from ...ir.walk import names_in
from ...records import Bindings, Result
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import Scene, Site, holds_pending, native, settled
from ..engine.pending import d
from ..engine.recorder import Recorder, Unasked
from ..forms.algebra import flip, parts_of, zero
from ..textbook.simplifier import textbook
from .mover import Mover, Runner

FRONT = ("front", "add")
"""The phases of the differential method that carry what moves to the end,
and then add up what stands in front of it."""
MOST_SYMBOLS = 60
"""A matrix form with more symbols than this says less than the entries and is left out."""
MOST_SIZES = 6
"""A product of more sizes than this (m p² n q² of them for A ⊗ X ⊗ X) is too large to be judged in passing."""


@native("vec-reordered")
def reordered(site: Site) -> tuple[Expr, Bindings] | None:
    """vec(Aᵀ) = K vec(A); vec(A ⊗ B) = (I ⊗ K ⊗ I)(vec(A) ⊗ vec(B)), where one of both moves."""
    match site.node:
        case ir.Call("vec", (ir.Transpose(body),)):
            return matmul(commutation(body.shape.rows, body.shape.cols), ir.Call("vec", body)), ()
        case ir.Call("vec", (ir.Kron((*before, last)),)):
            first = kron(*before)
            order = (ir.Eye(first.shape.cols), commutation(last.shape.cols, first.shape.rows), ir.Eye(last.shape.rows))
            whole = ir.Eye(first.shape.rows * first.shape.cols * last.shape.rows * last.shape.cols)
            swap = whole if isinstance(order[1], ir.Eye) else kron(*(part for part in order if part is not ir.Eye(ONE)))
            left, right = ir.Call("vec", first), ir.Call("vec", last)
            moves = site.scene.motion(last)
            beside = kron(left, ir.Eye(right.shape.rows)) if moves else kron(ir.Eye(left.shape.rows), right)
            return matmul(*(() if swap is whole else (swap,)), beside, right if moves else left), ()
    return None


def carried_out(line: Expr, scene: Scene) -> Expr:
    """The line after all rules of the phase, one after the other."""
    return Mover(scene, "differential").through(FRONT[:1], line)


def factors(line: Expr) -> dict[Expr, Expr] | None:
    """What stands beside each part that moves, in a line that ends in them: {dx: A, dy: B} for A dx + B dy;
    None for other lines."""
    found: dict[Expr, list[Expr]] = {}
    for _, term in terms_of(line) if holds_pending(line) else ():
        parts = parts_of(term, ir.Mul)
        last = next(filter(holds_pending, reversed(parts)), term)
        numbers = [one for one in parts if one is not last]
        front, part = (last.factors[:-1], last.factors[-1]) if isinstance(last, ir.MatMul) else ((), last)
        still = all(one.shape.is_number for one in numbers) and not any(map(holds_pending, (*numbers, *front)))
        if not still or not _is_end(part):
            return None
        found.setdefault(part, []).append(mul(*numbers, matmul(*front) if front else ir.Eye(part.shape.rows)))
    return {part: add(*several) for part, several in found.items()}


def _is_end(part: Expr) -> bool:
    return isinstance(part.argument if isinstance(part, ir.Call) and part.function == "vec" else part, ir.Differential)


def change_of(problem: Problem) -> Expr:
    """The change of the loss: by a number as it is, else as a column."""
    change = d(problem.loss, ir.Differential(problem.wrt, problem.wrt))
    stands = problem.wrt.shape.is_number or change.shape.is_number or change.shape.is_column
    return change if stands else ir.Call("vec", change)


def _with_swaps_together(matrix: Expr) -> Expr:
    """(Aᵀ ⊗ I) K + I ⊗ Aᵀ is (I + K)(I ⊗ Aᵀ)."""
    terms = list(matrix.terms) if isinstance(matrix, ir.Add) else []
    for term in terms:
        numbers, last = (term.factors[:-1], term.factors[-1]) if isinstance(term, ir.Mul) else ((), term)
        match last:
            case ir.MatMul((ir.Kron((first, second)), swap)) if is_commutation(swap):
                twin = kron(second, first)
                other = mul(*numbers, twin)
                if other in terms and first.shape.rows is second.shape.rows:
                    bracket = add(ir.Eye(twin.shape.rows), commutation(second.shape.rows, first.shape.rows))
                    rest = [one for one in terms if one not in (term, other)]
                    return add(mul(*numbers, matmul(bracket, twin)), *rest)
    return matrix


def flattened(result: Result, loss: Expr, scene: Scene, judge: Judge) -> Expr | None:
    """The matrix ∂vec(F)/∂vec(X)ᵀ (∂²L/∂vec(X)∂vec(X)ᵀ for order 2), ∂L/∂vec(X) for a number, judged against the
    entries; None if there is none. `loss` is what is differentiated last."""
    problem = scene.problem
    count = len(loss.shape.dims)
    rows, cols = (tuple(reversed(letters)) for letters in (result.letters[:count], result.letters[count:]))
    sizes = sum(power for letter in result.letters for _, power in letter.dim.powers)
    if len(cols) != len(problem.wrt.shape.dims) or sizes > MOST_SIZES:
        return None
    opened = substitute(loss, {node: node.body for node in nodes_of(loss) if isinstance(node, ir.Named)})
    found = in_front(replace(problem, loss=opened), scene.rules, Unasked(problem))
    if found is None:
        return None
    plain = _with_swaps_together(textbook(found[1] if rows else flip(found[1]), problem))
    tidied = with_own_names(textbook(plain, problem), problem)
    if tidied.weight > MOST_SYMBOLS:
        return None
    claimed = ir.Entry(tidied, paired(rows), paired(cols)) if rows else ir.Entry(tidied, paired(cols), None)
    return tidied if judge.compare_over(result.entry, claimed, result.letters).holds else None


# ---- the steps -------------------------------------------------------------------------------------------------------


def in_front(problem: Problem, book: Rulebook, judge: Judge) -> tuple[Recorder, Expr] | None:
    """The steps from the change of the loss to the one factor in front of what moves, and that factor;
    None where there is none."""
    runner = Runner(Recorder(problem, book, judge, change_of(problem)), "differential")
    try:
        runner.run("differentiate")
        return runner.recorder, to_front(runner)
    except StuckError:
        return None


def to_front(runner: Runner) -> Expr:
    """What stands in front of what moves, once the rules have carried that to the end."""
    problem, recorder = runner.scene.problem, runner.recorder
    wrt = problem.wrt
    if wrt.shape.is_number:
        runner.run("number")
        return _beside(recorder.line, runner.d(wrt))
    runner.run(*FRONT)
    if problem.loss.shape.is_column and wrt.shape.is_column:
        runner.run("factor")
    front, rows = factors(recorder.line), recorder.line.shape.rows
    if front is None or len(front) > 1:
        raise runner.stuck(recorder.line)
    return next(iter(front.values())) if front else zero(Shape(rows, wrt.shape.rows * wrt.shape.cols))


@native("differential-factor")
def factored(site: Site) -> tuple[Expr, Bindings] | None:
    """dt A + dt B as (A + B) dt."""
    variable = site.scene.problem.wrt
    moved = ir.Differential(variable, variable)
    found = _beside(site.node, moved)
    return mul(found, moved), (("G", found), ("dX", moved))


def _beside(line: Expr, moved: Expr) -> Expr:
    """What stands beside dt in an expression that is linear in it."""
    if not holds_pending(line):
        return zero(line.shape)
    if line is moved:
        return ir.Number(1)
    if isinstance(line, ir.Mul) and moved in line.factors:
        return mul(*(factor for factor in line.factors if factor is not moved))
    return settled(line, tuple(_beside(child, moved) if holds_pending(child) else child for child in line.children))


def commutation(rows: Dim, cols: Dim) -> Expr:
    """K with vec(Zᵀ) = K vec(Z) for every rows × cols matrix Z: K[(s,t),(t,s)] = 1, else 0."""
    both = rows * cols
    if ONE in (rows, cols):
        return ir.Eye(both)
    r, c = Index("r", both), Index("c", both)
    s, t = Index("s", rows), Index("t", cols)
    body = sum_over((s, t), mul(delta(r, ir.Pair(s, t, cols)), delta(c, ir.Pair(t, s, rows))))
    return ir.Named("K", ir.MatrixOf(r, c, body))


def is_commutation(node: Expr) -> bool:
    """Whether a named part is a commutation matrix that was put in here."""
    entries = isinstance(node, ir.Named) and isinstance(node.body, ir.MatrixOf)
    return entries and any(isinstance(part, ir.Delta) for part in nodes_of(node))


def with_own_names(matrix: Expr, problem: Problem) -> Expr:
    """K, or K1, K2 … if there are several; another letter if the problem has a K of its own."""
    swaps = [node for node in nodes_of(matrix) if is_commutation(node)]
    taken = {symbol.name for symbol in problem.variables} | {named.name for named in names_in(matrix)} - {"K"}
    taken |= {name for dim in problem.sizes for name in dim.names}
    head = next(letter for letter in ("K", "C", "T", "P", "Q", "comm") if letter not in taken or letter == "comm")
    heads = [head] if len(swaps) == 1 else [f"{head}{number}" for number, _ in enumerate(swaps, 1)]
    return substitute(matrix, {swap: ir.Named(name, swap.children[0]) for swap, name in zip(swaps, heads, strict=True)})


def paired(letters: tuple[Index, ...]) -> Position:
    """Letters, outermost first, as the one position that they count."""
    position: Position = letters[-1]
    inner = letters[-1].dim
    for letter in reversed(letters[:-1]):
        position = ir.Pair(letter, position, inner)
        inner = letter.dim * inner
    return position
