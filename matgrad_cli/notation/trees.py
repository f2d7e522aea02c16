"""A text in its scope as a syntax tree: in the language that fits, with the letters of a loss bound."""

from __future__ import annotations

from ..diagnostics import InputError
from ..diagnostics.record import replace
from . import syntax as s
from .batches import without_batches
from .choice import in_book_signs, in_letters, in_syntax, runs_together, said_of, unknown_names
from .dialects import parsed
from .elaboration.chosen_entries import at_place, letters_of_pairs, of_one_sample, places, repeated
from .elaboration.loss_letters import added_to_differentials, attending, labels, left_free, widened, with_layers
from .rare import without_rare
from .scope import Scope, Syntax


def tree_of(text: str, scope: Scope, wrt: str = "") -> tuple[s.Node, tuple[str, ...]]:
    """The syntax tree, and what was repaired or assumed on the way to it."""
    tree, notes = (
        _in_latex(text, scope, wrt) if scope.syntax == "latex" else (parsed(text, scope.syntax, scope.source.name), ())
    )
    kinds = {name: "vector" if one.shape.is_column else "" for name, one in scope.symbols.items()}
    if not scope.open and (chosen := places(kinds)):
        tree = s.rebuilt(tree, lambda part: at_place(part, chosen, scope.syntax))
    tree, notes = without_rare(text, tree, scope, notes)
    return without_batches(tree, scope, notes)


def _in_latex(text: str, scope: Scope, wrt: str) -> tuple[s.Node, tuple[str, ...]]:
    """The tree of a LaTeX text. In a loss a letter that is left free behind its Σ is bound by it,
    and x_i used as a vector is a row."""
    from .elaboration.members import arrays_apart, sample_letters, with_rows
    from .latex.families import latex_names
    from .latex.reader import read_latex  # read only where LaTeX is

    names, bound = latex_names(scope, wrt=wrt.split("_")[0]), frozenset[str]()
    found = read_latex(text, scope.source.name, names)
    if scope.open:
        if named := labels(found.node, scope, wrt) | added_to_differentials(found.node, text):
            found = read_latex(text, scope.source.name, names := names.defining(named))
        if bound := left_free(found.node):
            found = read_latex(text, scope.source.name, names, binding=bound)
        if matrices := sample_letters(found.node, scope, wrt.split("_")[0]):
            found = read_latex(text, scope.source.name, names.defining(matrices, "matrix"), binding=bound)
        pairs = letters_of_pairs(found.node)
        again = read_latex(text, scope.source.name, names, binding=bound | pairs) if pairs else found
        node, sums = repeated(again.node)
        node, rows = with_rows(node if sums else found.node, scope)
        node, two = arrays_apart(node, scope, wrt)
        node, layers = with_layers(node, scope, wrt.split("_")[0].rstrip("0123456789"))
        node, alone = of_one_sample(node, scope, wrt)
        alone = (*rows, *sums, *two, *layers, *alone)
        if bound and (wide := widened(node)) is not node:
            return attending(wide), (*found.notes, *alone, "a Σ is read as going on where its letter does")
        return attending(node), (*found.notes, *alone)
    return attending(found.node), found.notes


def loss_tree(text: str, scope: Scope, syntax: Syntax | None, wrt: str) -> tuple[s.Node, Syntax, tuple[str, ...]]:
    """The loss in the syntax that fits: with declared shapes the one in which every name is known;
    and what to say of the choice."""
    order = in_syntax(text, syntax)
    together = in_letters(text, wrt) and not in_letters(text)  # Ax, where nothing else holds the variable
    book = len(order) > 1 and (in_book_signs(text) or together)
    if len(order) > 1 and not scope.symbols and not book:
        # without declared names LaTeX would read anything: `not x` is a product of four letters
        order = order[:1]
    first: tuple[s.Node, Syntax, tuple[str, ...]] | None = None
    refusal: InputError | None = None
    for language in order:
        try:
            tree, notes = tree_of(text, replace(scope, syntax=language), wrt)
        except InputError as error:
            refusal = refusal or error
            continue
        as_in_a_book = ("the loss is read as in a book: letters side by side are multiplied",)
        said = (*(as_in_a_book if book and language != order[0] else ()), *said_of(language, syntax is None), *notes)
        run_together = book and language == order[0] and runs_together(tree, scope, wrt)
        only = len(order) == 1 or (first is None and language != order[0] and book)
        if only or (not run_together and not unknown_names(tree, scope)):
            return tree, language, said
        if language == order[0] and not run_together:
            first = tree, language, said
    if first is not None:
        return first
    assert refusal is not None
    raise refusal
