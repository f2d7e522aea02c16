r"""Functions stated with a letter of their own, `h_\theta(x) = \sigma(\theta^T x)`, `g(z) = 1/(1+e^{-z})`:
put in where called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ...diagnostics import Source
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...notation import syntax as s
from ...notation.expression.vocabulary import FUNCTION_NAMES, canonical_function
from ...notation.latex.lines import split_line
from ...notation.latex.names import FUNCTIONS, letter_name
from .scope import Surroundings
from .syntax_walk import inner, names, rebuilt

_STATED = regex(
    r"(?:^|[,;&]|\\q?quad|where|Let|let|\\(?:text\w*|mbox)\s*\{[^{}]*\})\s*(?P<name>\\?[A-Za-z]+)(?:_\{?(?P<below>\\?[A-Za-z]+)\}?)?\s*(?:\\left)?"
    r"\((?P<letter>\\?[A-Za-z]+)(?:\\right)?\)\s*(?::?=|&=|\\coloneqq)\s*(?P<body>[^,;]*?)(?=$|;"
    r"|,\s*(?:\\q?quad|\\text|$)|\\q?quad|\.\s*$)"
)
_NEVER = frozenset(("d", "D", "delta", "sigma", "partial", "nabla", "mathrm", "I", "e"))


def no_transpose(letter: str, body: str) -> tuple[str, str]:
    """A function's letter and its formula with another letter for t: e^t is no transpose there."""
    if letter not in ("t", "T") or not re.search(rf"\^\s*\{{?\s*-?\w*{letter}\b", body):
        return letter, body
    return "z", re.sub(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", "z", body)


def find_functions(around: Surroundings, rows: Sequence[tuple[int, Passage]], source: Source) -> None:
    """Notes the functions that the rows state with a letter that has no other meaning."""
    for _, row in rows:
        for match in _STATED.finditer(row.text):
            name, letter = letter_name(match["name"].lstrip("\\")), letter_name(match["letter"].lstrip("\\"))
            below = letter_name(match["below"].lstrip("\\")) if match["below"] else ""
            whole = f"{name}_{below}" if below else name
            single = len(match["letter"]) == 1 or match["letter"].startswith("\\")
            if (
                name in _NEVER
                or name in FUNCTIONS
                or around.known(name)
                or around.valued(letter)
                or not single
                or whole in around.formulas
            ):
                continue
            letter, body = no_transpose(letter, match["body"])
            line = split_line(body, source.name, around.names())
            node = line.statements[0].sides[0].node if line.statements else None
            inside = {part.name for part in s.parts_of(node) if isinstance(part, s.Name)} if node is not None else set()
            if node is not None and letter in inside and whole not in inside:
                around.formulas[whole] = letter, node


def put_in(node: s.Node, around: Surroundings) -> s.Node:
    """The tree with every call of a stated function replaced by its formula at the argument."""

    def change(part: s.Node) -> s.Node:
        if not isinstance(part, s.Apply) or part.function not in around.formulas or len(part.arguments) != 1:
            return part
        letter, body = around.formulas[part.function]
        if part.options and letter in around.directions:  # of a line x + tv the letter is a variable
            return _slope(part, letter, body)
        if part.options:  # σ′ is the slope of what σ stands for
            match s.ungrouped(body):
                case s.Apply(_, function, (s.Name(_, name),), ()) if name == letter:
                    return replace(part, function=function)
            return replace(part, function=f"{part.function} (as it is defined)")
        argument = s.Group(part.span, part.arguments[0])

        def at_argument(one: s.Node) -> s.Node:
            named = isinstance(one, s.Name) and one.name == letter
            return argument if named else replace(_of_value(one), span=part.span)

        return s.Group(part.span, rebuilt(body, at_argument))

    return rebuilt(node, change) if around.formulas else node


def _slope(call: s.Apply, letter: str, body: s.Node) -> s.Node:
    """φ′(t), φ″(0) of a function whose letter is a variable of its own; at other places it is not known."""
    by, span, (place,) = s.Name(call.span, letter), call.span, call.arguments
    for _ in range(int(dict(call.options).get("derivative", "1"))):
        body = s.Derivative(span, body, by, (), "total")
    match s.ungrouped(place):
        case s.Name(_, name) if name == letter:
            return s.Group(span, body)
        case s.Literal_():
            return s.Apply(span, "value at", (body, by, place))
    return replace(call, function=f"{call.function} (as it is defined)")


def _of_value(part: s.Node) -> s.Node:
    """A part whose names may have got values: a_i of a value for a, or for A, is an entry of that."""
    both = (part.matrix, part.letter) if isinstance(part, s.Slice) else ()
    value = next((one for one in both if not isinstance(one, s.Name)), None)
    return s.Subscript(part.span, value, (part.index,)) if isinstance(part, s.Slice) and value is not None else part


def at_use(node: s.Node, around: Surroundings) -> s.Node:
    """The tree with what stands for names whose size only their use says."""

    def change(part: s.Node) -> s.Node:
        body = around.sized_by_use.get(part.name) if isinstance(part, s.Name) else None
        return (
            _of_value(part)
            if body is None
            else s.Group(part.span, rebuilt(body, lambda one: replace(one, span=part.span)))
        )

    return rebuilt(node, change) if around.sized_by_use else node


def states_function(node: s.Node | None, around: Surroundings) -> str | None:
    """The name of such a function that a left side is, at its own letter."""
    match inner(node):
        case s.Apply(_, function, (s.Name(_, letter),), ()) if function in around.formulas:
            return function if letter == around.formulas[function][0] else None
    return None


def as_names(node: s.Node, around: Surroundings, everything: bool = False, beside: Sequence[s.Node] = ()) -> s.Node:
    """The tree with calls of unknown functions as names: `p_1(x_i; β)` is a number for each i.
    Only those with a value, or `everything`; what counts in trees `beside` it counts in this one too."""
    arrays = {
        name.name for part in s.parts_of(node) if isinstance(part, s.Slice) for name in (part.letter, part.matrix)
    }
    letters = {name.name for name in names(node, index=True)} - arrays
    parts = (part for one in (node, *beside) for part in s.parts_of(one))
    counting = {name for part in parts for name in _counted(part, around)} if everything else None
    if counting is not None:  # r_i ∂_k r_i
        indices = (index for part in s.parts_of(node) if isinstance(part, s.Subscript) for index in part.indices)
        often = Counter(index.name for index in indices if isinstance(index, s.Name))
        counting |= {letter for letter, count in often.items() if count > 1}

    def change(part: s.Node) -> s.Node:
        if isinstance(part, s.Subscript) and (known := _lettered(part, around, counting)) is not None:
            return known
        if not isinstance(part, s.Apply):
            return part
        key = f"{part.function}(…)"
        if not around.valued(key) and not (everything and is_foreign(part, around)):
            return part
        inside = [one.name for part_ in part.arguments for one in s.parts_of(part_) if isinstance(one, s.Name)]
        own = [name for name in dict.fromkeys(inside) if name in letters]
        name = s.Name(part.span, key)
        return s.Subscript(part.span, name, tuple(s.Name(part.span, letter) for letter in own)) if own else name

    return rebuilt(node, change)


def gradients_at(node: s.Node, around: Surroundings) -> s.Node:
    """The tree with ∇f(Ax + b), ∇²f(Ax + b) of an unknown f as its gradient there, A not being differentiated."""

    def change(part: s.Node) -> s.Node:
        match part:
            case s.Derivative(_, s.Apply(_, _, (_,), options) as call, None, (), "nabla") if is_foreign(call, around):
                order = int(dict(options).get("derivative", "0")) + 1
                return replace(call, span=part.span, options=(("derivative", str(order)),))
        return part

    return rebuilt(node, change)


def _counted(part: s.Node, around: Surroundings) -> Iterator[str]:
    """The letters that a part of a tree counts with: bound by a sum, or indices of something known."""
    base = s.ungrouped(part.body) if isinstance(part, s.Subscript) else None
    strange = isinstance(base, s.Name) and not around.valued(base.name)
    found: tuple[s.Node | None, ...] = ()
    if isinstance(part, (s.Subscript, s.Kronecker, s.Derivative)) and not strange:
        found = part.indices
    elif isinstance(part, s.Slice):
        found = (part.index,)
    elif isinstance(part, (s.Sigma, s.EntriesOf)):
        found = part.letters
    yield from (letter.name for letter in found if isinstance(letter, s.Name))


def _lettered(node: s.Subscript, around: Surroundings, counting: set[str] | None) -> s.Name | None:
    """`P_k` of an unknown P, where k counts nothing else: a name.
    With `counting` None only one that has a value by now."""
    match s.ungrouped(node.body), [s.ungrouped(index) for index in node.indices]:
        case s.Name(_, base), [s.Name(_, letter)] if not around.valued(base):
            name = f"{base}_{letter}"
            known = name in around.defined or name in around.looked_up
            return s.Name(node.span, name) if known or (counting is not None and letter not in counting) else None
    return None


def is_foreign(call: s.Apply, around: Surroundings) -> bool:
    """Whether a call is one of a function that nothing explains."""
    name = call.function
    return canonical_function(name) not in FUNCTION_NAMES and not around.valued(name) and name not in around.losses
