"""What few losses hold, each read only where its signs stand in the text: matrices of blocks, sums over eigenvalues."""

from __future__ import annotations

from typing import Final

from ..diagnostics.record import replace
from ..diagnostics.regex import regex
from ..facts import Fact, Problem
from ..ir import Call, Expr, Mul, Symbol, nodes_of
from . import syntax as s
from .elaboration.complaints import fail
from .scope import Scope

_STACKED: Final = ("[", "matrix", "stack(", "cat(", "concat")
_SPECTRA: Final = ("eig", "singular_values", "svd", "lambda", "λ", "sigma", "σ")


_FAMILIES: Final = regex(r"[A-Z]\}?\s*_\s*\{?\s*[a-z]")


def _refuse_families(tree: s.Node, scope: Scope) -> None:
    """Raise x^T A_k x, in which A_k would be a vector where no matrix A is declared:
    as row k of A it makes a number beside x."""
    for part in s.parts_of(tree):
        match part:
            case s.Binary(_, "juxtapose", s.Binary(_, "juxtapose", before, family), s.Name() | s.Group()):
                last = before.right if isinstance(before, s.Binary) and before.operator == "juxtapose" else before
                name = _family(family)
                if name[:1].isupper() and scope.find(name) is None and isinstance(last, s.Transposed):
                    shown = scope.source.text[family.span.start : family.span.end]
                    message = f"`{shown}` is a row of `{name}` by habit, and a matrix here"
                    fail(scope, "index-mismatch", message, (family.span, ""), help=f"`{shown}` {s.FAMILY}")


def _family(node: s.Node) -> str:
    """A of A_k."""
    match node:
        case s.Slice(_, _, s.Name(_, name)):
            return name
        case s.Subscript(_, body, (_,)):
            return getattr(s.ungrouped(body), "name", "")
    return ""


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
    if scope.open and scope.syntax == "latex" and _FAMILIES.search(text):
        _refuse_families(tree, scope)
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
