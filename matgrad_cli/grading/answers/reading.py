"""The text of an answer, in the language in which it is readable: its last side, undone by what stands on its left."""

from __future__ import annotations

import re

from ...diagnostics import Diagnostic, InputError, MatgradError, Source, Span
from ...diagnostics.record import replace
from ...documents.passage import Passage
from ...notation.choice import in_syntax
from ...notation.scope import Syntax
from ..lines.reading import Read, Side, read_side
from ..lines.scope import Surroundings
from ..lines.where import answer_in, read_piece, with_parts
from ..prose import without_prose
from .comparison import Judged
from .heads import Undo, heads_of, is_name, is_word, letters_of_entry, sides_of, undone, usual_spelling


def read_answer(text: str, around: Surroundings) -> Read:
    """The text in the expression language if every name is known in it, else in LaTeX;
    a left side `∂L/∂R =` is dropped."""
    languages = in_syntax(text, around.task.syntax)  # type: ignore[arg-type]
    first: Read | None = None
    own = letters_of_entry(text, around.task.problem.wrt.name)  # free on the left, and so on the right
    for language in languages:
        found = read_side(_side(text, language, around), around, fixed=own)
        if found.failure == "wrong" and (node := with_parts(text, around, language, vectors=True)) is not None:
            vectors = read_side(replace(found.side, node=node), around, fixed=own)
            found = vectors if vectors.expr is not None else found
        # Text of the expression language whose names are all known is in that language, also where its shapes do not
        # fit: 2*A*x.
        if found.expr is not None or (language == "numpy" and found.failure == "wrong" and not is_unknown(found)):
            return _unscaled(found, text, around)
        # What is readable and does not fit is told in the language in which it is readable.
        better = first is None or first.failure == "unreadable" or (is_unknown(first) and not is_unknown(found))
        if first is None or (better and found.failure != "unreadable"):
            first = found
    assert first is not None
    return first


def head_undone(head: str, around: Surroundings) -> tuple[Undo, ...] | None:
    """How a left side changes the derivative, by the first language in which it is one."""
    if is_name(head, around):
        return ()
    bare = head if re.match(r"[-+\d]", head) else without_prose(Passage(head), around.names().variables).text
    if not bare.strip():
        return ()
    bare = usual_spelling(bare) if around.task.order == 2 else bare
    steps = undone(_side(bare, "latex", around), around)
    if steps is None and "\\" not in bare and any(is_word(run, around) for run in re.findall("[A-Za-z]+", bare)):
        return undone(_side(bare, "numpy", around), around)
    return steps


def _unscaled(read: Read, text: str, around: Surroundings) -> Read:
    r"""What was read, without what stands round the derivative on the left: of `2\nabla L = G` the half of G."""
    steps = (head_undone(heads[0], around) if (heads := heads_of(text)) else None) or ()
    expr = read.expr
    for step in steps:
        expr = step(expr) if expr is not None else None
    return replace(read, expr=expr)


def is_unknown(found: Read | Judged) -> bool:
    """Whether it holds a name without a meaning."""
    return found.slip is not None and found.slip.code == "unknown-name"


def _side(text: str, language: Syntax, around: Surroundings) -> Side:
    source = Source("answer", text)
    start, end = sides_of(text)[-1], answer_in(text)[1]
    try:
        named = with_parts(text, around, language)
        if named is not None:
            return Side(source, Span(0, len(text)), named, language)
        own = frozenset(letters_of_entry(text, around.task.problem.wrt.name))
        node = read_piece(text[start:end], start, around, language, fixed=own)
        return Side(source, Span(start, end), node, language)
    except InputError as error:
        return Side(source, Span(start, len(text)), None, language, error.diagnostic)
    except MatgradError as error:
        said = Diagnostic(error.diagnostic.code, error.diagnostic.message)
        return Side(source, Span(start, len(text)), None, "latex", said)
