"""What few losses hold, each read only where its signs stand in the text: matrices of blocks, sums over eigenvalues."""

from __future__ import annotations

from typing import Final

from ..diagnostics.record import replace
from ..diagnostics.regex import regex
from ..facts import Fact, Problem
from ..ir import Call, Expr, Mul, Symbol, nodes_of
from . import syntax as s
from .elaboration.complaints import fail
from .elaboration.loss_letters import COUNTERS
from .expression.keywords import axis_written, library, option, path_of
from .scope import Scope

_STACKED: Final = ("[", "matrix", "stack(", "cat(", "concat")
_SPECTRA: Final = ("eig", "singular_values", "svd", "lambda", "λ", "sigma", "σ")


_FAMILIES: Final = regex(r"[A-Z]\}?\s*_\s*\{?\s*[a-z]")


def _with_matrices(tree: s.Node, scope: Scope) -> s.Node:
    """The tree in which A_f of x^T A_f x, which is a matrix and no row of an undeclared A, is a name by itself where
    nothing runs over f; else it is refused: as row k of A, A_k makes a number beside x."""
    own: dict[s.Node, str] = {}
    bound = s.letters_bound(tree) | COUNTERS
    for part in s.parts_of(tree):
        match part:
            case s.Binary(_, "juxtapose", s.Binary(_, "juxtapose", before, family), s.Name() | s.Group()):
                last = before.right if isinstance(before, s.Binary) and before.operator == "juxtapose" else before
                name, letter = _family(family)
                if name[:1].isupper() and scope.find(name) is None and isinstance(last, s.Transposed):
                    own[family] = letter
    for family, letter in own.items():
        if not letter or letter in bound:
            shown = scope.source.text[family.span.start : family.span.end]
            message = f"`{shown}` is a row of `{_family(family)[0]}` by habit, and a matrix here"
            fail(scope, "index-mismatch", message, (family.span, ""), help=f"`{shown}` {s.FAMILY}")
    named = {family: s.Name(family.span, f"{_family(family)[0]}_{letter}") for family, letter in own.items()}
    return s.rebuilt(tree, lambda part: named.get(part, part)) if named else tree


def _family(node: s.Node) -> tuple[str, str]:
    """A and k of A_k."""
    match node:
        case s.Slice(_, _, s.Name(_, name), index) | s.Subscript(_, s.Name(_, name), (index,)):
            return name, getattr(s.ungrouped(index), "name", "")
    return "", ""


def _with_values(tree: s.Node, scope: Scope, notes: tuple[str, ...]) -> tuple[s.Node, tuple[str, ...]]:
    """The tree with `torch.min(X, dim=1)` for its `[0]`, the values; asked where no library is said."""
    pairs = {part.span for part in s.parts_of(tree) if isinstance(part, s.Subscript) and isinstance(part.body, s.Apply)}
    said: list[str] = []

    def values(part: s.Node) -> s.Node:
        match part:
            case s.Subscript(span, s.Apply(_, "max" | "min") as pair, (s.Literal_(_, number),)) if (
                axis_written(pair) and span in pairs  # `[0][0]`: what the pair gave is none
            ):
                whose = library(scope, pair)
                message, help = "where the entries stand has no derivative", "`[0]` takes them"
                if whose is None:
                    message = f"whether `[{number}]` takes a part of torch's pair or one of the values is not said"
                    help = "write `dim=1`, as in torch, or `axis=1`, as in NumPy"
                if whose is None or (whose == "torch" and number != 0):
                    fail(scope, "slice", message, (span, ""), help=help)
                if whose == "torch" and not path_of(scope, pair) and option(pair, "dim", "keepdim") is None:
                    shown = scope.source.text[span.start : span.end]
                    said.append(f"`{shown}` is all the values, the first of torch's pair, as torch is named elsewhere")
                return pair if whose == "torch" else part
        return part

    return s.rebuilt(tree, values), (*notes, *dict.fromkeys(said))


def without_rare(text: str, tree: s.Node, scope: Scope, notes: tuple[str, ...]) -> tuple[s.Node, tuple[str, ...]]:
    """The tree without them, and the notes with what to say of it."""
    if any(sign in text for sign in _STACKED):
        from .blocks import without_blocks

        tree, notes = without_blocks(tree, scope, notes)
    if "chol" in text:
        from .spectra import without_factors

        tree, notes = without_factors(tree, notes)
    if any(sign in text for sign in _SPECTRA):
        from .spectra import without_spectra

        tree, notes = without_spectra(tree, scope, notes)
    if scope.syntax == "numpy" and ")[" in text:
        tree, notes = _with_values(tree, scope, notes)
    if scope.open and scope.syntax == "latex" and _FAMILIES.search(text):
        tree = _with_matrices(tree, scope)
    return tree, notes


def with_symmetry(problem: Problem) -> Problem:
    """The problem with the facts that greatest eigenvalues of its variables ask for."""
    calls = (node for node in nodes_of(problem.loss) if isinstance(node, Call))
    taken = dict.fromkeys(call.argument for call in calls if call.function == "eigmax")
    if not taken:
        return problem
    from ..facts.holding import holds

    bare = [one for one in dict.fromkeys(map(_bare, taken)) if one is not None]
    new = [Fact(one, "symmetric") for one in bare if not holds(one, "symmetric", problem)]
    said = [f"`{fact.symbol.name}` is assumed symmetric, as an extreme eigenvalue of it is taken" for fact in new]
    problem = replace(problem, facts=(*problem.facts, *new))
    if not all(holds(one, "symmetric", problem) for one in taken):
        said.append("the greatest eigenvalue of a matrix that is not symmetric is taken: nothing here can be checked")
    return replace(problem, notes=(*problem.notes, *said))


def _bare(node: Expr) -> Symbol | None:
    """S of S and of −S."""
    inner = node.factors[-1] if isinstance(node, Mul) else node
    return inner if isinstance(inner, Symbol) and inner.shape.is_matrix else None
