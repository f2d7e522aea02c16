"""What facts say beside a result. A variable that must keep a structure, symmetric, diagonal, triangular:
which gradient is meant, what the other ones are, both judged; and how the result reads where a fact is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..diagnostics import StuckError
from ..diagnostics.record import record, replace
from ..facts import Fact, Problem
from ..facts.holding import holds
from ..ir import Call, Differential, Entry, Expr, Symbol, nodes_of
from ..records import Result, Sentence
from ..rulebook.pattern import read_side
from ..verify.judge import Judge
from ..verify.verdict import Verdict
from .engine.instantiate import build_side
from .textbook.simplifier import textbook


@record
class Structure:
    """How the entries move together, and what is made of a gradient G, as it is said and as it is computed: the
    derivatives by the variable's own entries, and the nearest matrix of this structure (the same, if it is empty)."""

    word: str
    moves: str
    entries: str
    nearest: str = ""

    def made(self, law: str, gradient: Expr) -> Expr:
        """What a law makes of a gradient."""
        shapes = (("G", "m n" if self.word in ("lower", "upper") else "n n"),)
        whole = read_side("G", shapes)
        sizes = {"m": gradient.shape.rows, "n": gradient.shape.cols}
        return build_side(read_side(law or self.entries, shapes), {whole: gradient, **sizes})

    @property
    def name(self) -> str:
        """What a matrix of this structure is called."""
        return self.word if self.word not in ("lower", "upper") else f"{self.word} triangular"


_STRUCTURES: Final = (
    Structure("diagonal", "only the entries on the diagonal move", "G ∘ I"),
    Structure("symmetric", "each entry moves together with its mirror image", "G + Gᵀ − G ∘ I", "(G + Gᵀ)/2"),
    Structure("antisymmetric", "each entry moves against its mirror image", "G − Gᵀ", "(G − Gᵀ)/2"),
    Structure("lower", "only the entries on and below the diagonal move", "tril(G)"),
    Structure("upper", "only the entries on and above the diagonal move", "triu(G)"),
)


def _structure_of(problem: Problem, gradient: Expr | None, half: bool = False) -> Structure | None:
    """The structure of the variable, where the derivative of a number by a matrix is said as a matrix; `half` one of
    those that vech keeps half of."""
    wrt = problem.wrt
    if gradient is None or not (wrt.shape.is_matrix and gradient.shape is wrt.shape and problem.loss.shape.is_number):
        return None
    known = (one for one in _STRUCTURES if not half or one.word in ("symmetric", "lower"))
    return next((one for one in known if holds(wrt, one.word, problem)), None)


def notes_of(problem: Problem, gradient: Expr | None, judge: Judge) -> tuple[Sentence, ...]:
    """What should be said beside the result: which gradient is meant for a variable with a structure,
    and what the other ones are."""
    structure = _structure_of(problem, gradient)
    if structure is None or gradient is None or not _holds(problem, structure, gradient, judge):
        return ()
    own, nearest = (textbook(structure.made(law, gradient), problem) for law in (structure.entries, structure.nearest))
    said = (
        f"here the entries of {{X}} move independently; if {{X}} must stay {structure.name}, so that {structure.moves}"
    )
    said = f"{said}, the gradient G becomes {structure.entries} = {{H}}"
    values = (("X", problem.wrt), ("H", own))
    if not structure.nearest or nearest is own:
        return (Sentence(said, values),)
    walk = f"; gradient descent that stays {structure.name} uses {structure.nearest} = {{P}}"
    return (Sentence(said + walk, (*values, ("P", nearest))),)


def shorter_of(problem: Problem, gradient: Expr | None) -> Iterator[Sentence]:
    """How the result reads where the targets of a softmax add up to 1, which nobody said of them."""
    told = {fact.symbol for fact in problem.facts}
    curved = any(
        isinstance(node, Call) and node.function.startswith(("softmax", "logsumexp")) for node in nodes_of(problem.loss)
    )
    for symbol in problem.variables if gradient is not None and curved else ():
        if gradient is None or symbol is problem.wrt or symbol in told or symbol not in gradient.symbols:
            continue
        known = replace(problem, facts=(*problem.facts, Fact(symbol, "simplex")))
        shorter = textbook(gradient, known)
        if shorter.weight < gradient.weight and Judge(known).compare(gradient, shorter).holds:
            each = "each row of {y} adds" if symbol.shape.is_matrix else "the entries of {y} add"
            said = f"where {each} up to 1, as probabilities do and a one-hot vector, this is {{shorter}}: say "
            yield Sentence(f'{said}`--assume "{symbol.name} simplex"`', (("y", symbol), ("shorter", shorter)))


def by_own_entries(problem: Problem, result: Result, judge: Judge) -> tuple[Result, Verdict, Sentence]:
    """The derivatives by vech(S), as the matrix of which they are the entries on and below the diagonal;
    judged along such directions."""
    gradient, wrt = result.matrix, problem.wrt
    structure = _structure_of(problem, gradient, half=True)
    if structure is None or gradient is None or not wrt.shape.is_square:
        said = f"the derivative by vech({wrt.name}) is found of a number, by a square matrix"
        raise StuckError.coded("stuck", said, help=f"`--wrt {wrt.name}` takes all entries")
    own = textbook(structure.made(structure.entries, gradient), problem)
    change, _, below = _change(problem, structure)
    verdict = judge.compare(change, Call("inner", own, below))
    row, col = result.letters
    said = (
        f"{{X}} stays {structure.name}, so that {structure.moves}: with the gradient G = {{G}} by independent entries "
        f"this is {structure.entries}; vech({wrt.name}) takes what is on and below the diagonal, column by column"
    )
    return Result(Entry(own, row, col), result.letters, own), verdict, Sentence(said, (("X", wrt), ("G", gradient)))


def _holds(problem: Problem, structure: Structure, gradient: Expr, judge: Judge) -> bool:
    """Whether both give the change of the loss along directions of this structure."""
    change, way, below = _change(problem, structure)
    pairs = (structure.nearest, way), (structure.entries, below)
    return all(judge.compare(change, Call("inner", structure.made(law, gradient), along)).holds for law, along in pairs)


def _change(problem: Problem, structure: Structure) -> tuple[Expr, Expr, Expr]:
    """The change of the loss along a direction of this structure, the direction, and its entries that are free."""
    way = structure.made(structure.nearest, Symbol(f"{problem.wrt.name} way", problem.wrt.shape))
    return Differential(problem.loss, problem.wrt, way), way, Call("tril", way) if structure.nearest else way
