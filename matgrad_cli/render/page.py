"""What a page says about a derivation, whatever it is printed on: this decides the content, the renderers only the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ..diagnostics.record import replace
from ..facts import Problem
from ..ir import (
    ONE,
    Add,
    Call,
    Expr,
    Hadamard,
    Index,
    MatMul,
    Mul,
    Named,
    Partial,
    Path,
    Shape,
    Size,
    Symbol,
    Transpose,
    nodes_of,
    substitute,
)
from ..notation.printing.to_unicode import to_unicode
from ..records import Derivation, Result, Sentence, Step, Value
from ..verify.exactness import ORACLE_KIND, kind
from ..verify.verdict import Kind, Verdict
from .brief import shortened
from .change import NO_CHANGE, Changes
from .glossary import explained
from .letters import new_letters
from .resting import resting
from .view import View

Phrase = tuple[str | Value, ...]
"""Prose with mathematics in it; a `str` is prose."""

_PLACE = re.compile(r"\{(\w+)\}")
_MOST_FACTORS: Final = 9


class Variable(NamedTuple):
    """A variable as it was read: its shape, what is known of it, and where the shape came from."""

    symbol: Symbol
    facts: tuple[str, ...]
    origin: str


class Line(NamedTuple):
    """An expression as a line of the chain; `changed` are the paths of the parts that are new in it."""

    body: Expr
    changed: tuple[Path, ...] = ()


class Move(NamedTuple):
    """One step: its number (`3`, `3.2` inside a group, `3–5` for a run), its sentence, what changed, the line it leads to.

    `letters` and `names` are the index letters and the named parts that its line is the first to use.
    """

    number: str
    sentence: Phrase
    line: Line
    verdict: Verdict
    why: Phrase | None = None
    change: tuple[Expr, Expr] | None = None
    elsewhere: int = 0
    letters: tuple[Index, ...] = ()
    names: tuple[Named, ...] = ()
    rule: str = ""
    small: str = ""
    inner: tuple[Move, ...] = ()

    @property
    def depth(self) -> int:
        """0 for a step, 1 for a substep."""
        return self.number.count(".")


class Outcome(NamedTuple):
    """The result: its name (∇L), the array or its entries, the parts it names, its shape and layout, and what checked it."""

    label: Expr
    symbol: str
    result: Result
    stated: Expr
    shape: Phrase
    layout: Phrase
    sentence: Phrase
    why: Phrase | None
    verdict: Verdict
    where: tuple[tuple[Expr, Expr], ...]


class Page(NamedTuple):
    """Everything that is said about one derivation, in order."""

    loss: Expr
    loss_name: Symbol
    wrt: Symbol
    source: str
    variables: tuple[Variable, ...]
    sizes: tuple[Phrase, ...]
    remarks: tuple[Phrase, ...]
    left: Expr
    start: Line
    start_letters: tuple[Index, ...]
    moves: tuple[Move, ...]
    outcome: Outcome
    assumed: tuple[Phrase, ...]
    closing: str
    afterwords: tuple[Phrase, ...]
    legends: tuple[str, ...]
    method: str
    order: int


def phrase(sentence: Sentence) -> Phrase:
    """A sentence with its values put in their places."""
    values = dict(sentence.values)
    parts: list[str | Value] = []
    end = 0
    for found in _PLACE.finditer(sentence.template):
        if found.group(1) in values:
            parts += [sentence.template[end : found.start()], _lettered(values[found.group(1)])]
            end = found.end()
    return tuple(part for part in (*parts, sentence.template[end:]) if part != "")


def _lettered(value: Value) -> Value:
    """Index letters that were handed over as text are mathematics all the same."""
    if isinstance(value, str) and re.fullmatch(r"[a-z]\d?", value):
        return Index(value, ONE)
    return value


def page(derivation: Derivation, view: View) -> Page:
    """The page of a derivation at the view's level of detail."""
    problem = derivation.problem
    name = loss_symbol(derivation)
    left = substitute(derivation.start, {problem.loss: name})
    start_letters = tuple(sorted(derivation.start.free))
    seen = set(start_letters)
    moves = _moves(derivation, view, seen)
    return Page(
        problem.loss,
        name,
        problem.wrt,
        problem.source,
        tuple(variables_of(problem)),
        tuple(_sizes(derivation)),
        tuple(_remarks(derivation)),
        left,
        Line(derivation.start),
        start_letters,
        tuple(shortened(list(moves)) if view.detail == "brief" else moves),
        _outcome(derivation, view, name),
        tuple(_assumptions(derivation)),
        _closing(derivation),
        tuple(_afterwords(derivation)),
        tuple(_legends(derivation)) if view.detail != "brief" else (),
        derivation.method,
        derivation.order,
    )


def _afterwords(derivation: Derivation) -> Iterator[Phrase]:
    """What an unknown name in the result means, then what else is to be said of the derivation."""
    result = derivation.result
    stated = result.matrix if result.matrix is not None else result.entry
    for meaning, of in explained((stated, *(node.body for node in _named(stated, result)))):
        yield phrase(Sentence(meaning, (("of", of),)))
    yield from map(phrase, derivation.notes)
    if said := resting(derivation):
        yield (f"the result {said}",)


def loss_symbol(derivation: Derivation) -> Symbol:
    """A name for the loss that no variable has."""
    taken = {symbol.name for symbol in derivation.problem.variables} | {dim.names[0] for dim in derivation.problem.sizes if dim.names}
    taken |= {node.name for step in derivation.steps for node in nodes_of(step.after) if isinstance(node, Named)}
    shape = derivation.problem.loss.shape
    wishes = ("L", "f", "J", "ell") if shape.is_number else ("f", "g", "u", "ell") if not shape.is_matrix else ("F", "M", "U", "ell")
    return Symbol(next((wish for wish in wishes if wish not in taken), "loss"), shape)


def variables_of(problem: Problem) -> Iterator[Variable]:
    """The variables of a problem in their order."""
    origins = dict(problem.origins)
    for symbol in problem.variables:
        facts = tuple(fact.word.replace("_", " ") for fact in problem.facts if fact.symbol is symbol)
        yield Variable(symbol, facts, _short(origins.get(symbol.name, "")))


def _short(origin: str) -> str:
    """`assumed: a column vector`, without the reason: the table of variables is read at a glance."""
    lead = "assumed to be "
    return f"assumed: {origin.removeprefix(lead).partition(', as ')[0]}" if origin.startswith(lead) else origin


def _remarks(derivation: Derivation) -> Iterator[Phrase]:
    """What was repaired or assumed in reading, but not again what already stands beside a variable."""
    problem = derivation.problem
    beside = tuple(f"`{name}` " for name, origin in problem.origins if origin.startswith("assumed"))
    yield from ((text,) for text in (*problem.notes, *problem.assumed) if not (beside and text.startswith(beside)))


def _sizes(derivation: Derivation) -> Iterator[Phrase]:
    problem = derivation.problem
    dims = problem.sizes or tuple(node.dim for node in nodes_of(problem.loss) if isinstance(node, Size))
    for dim in dict.fromkeys(dims):
        carrier = next((symbol for symbol in problem.variables if dim in symbol.shape.dims), None)
        if carrier is None:
            yield (dim, " is a size that no variable carries")
        else:
            yield (dim, f" is the number of {_side(carrier.shape, dim)} of ", carrier)


def _side(shape: Shape, dim: object) -> str:
    if not shape.is_matrix:
        return "entries"
    return "rows" if shape.rows is dim else "columns"


def _moves(derivation: Derivation, view: View, seen: set[Index]) -> Iterator[Move]:
    changes = Changes(derivation.problem)
    known = {node for node in nodes_of(derivation.start) if isinstance(node, Named)}
    for number, step in enumerate(printed_steps(derivation.steps), 1):
        inner: tuple[Move, ...] = ()
        if view.detail != "brief" and len(step.substeps) > 1:
            parts = enumerate(printed_steps(step.substeps), 1)
            inner = tuple(_move(f"{number}.{part}", substep, view, seen, known, changes) for part, substep in parts)
        yield _move(str(number), step, view, seen, known, changes, inner)


def printed_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps whose printed line changes, 1/2·λ and λ/2 being printed alike; a group of which one is left is that one."""
    for step in steps:
        inside = tuple(printed_steps(step.substeps))
        if step.substeps and len(inside) == 1:
            yield replace(inside[0], before=step.before, after=step.after)
        elif inside or (step.before is not step.after and to_unicode(step.before) != to_unicode(step.after)):
            yield step


def _move(
    number: str, step: Step, view: View, seen: set[Index], known: set[Named], changes: Changes, inner: tuple[Move, ...] = ()
) -> Move:
    why = (*phrase(step.why), f" (rule {step.rule})") if view.detail == "full" else None
    change, elsewhere = changes.of(step) if view.detail != "brief" and not inner else NO_CHANGE
    changed = step.results if not inner else ()
    letters = new_letters(step.after, seen)
    sentence = phrase(step.title)
    names = tuple(_new_names(step.after, known, sentence))
    line, rule = Line(step.after, changed), step.rule
    return Move(number, sentence, line, step.verdict, why, change, elsewhere, letters, names, rule, step.small, inner)


def _new_names(line: Expr, known: set[Named], sentence: Phrase) -> Iterator[Named]:
    """The named parts that this line is the first to use, those that others need first; not what the sentence defines itself."""
    fresh = [node for node in nodes_of(line) if isinstance(node, Named) and node not in known]
    known.update(fresh)
    said = "".join(to_unicode(part) if isinstance(part, Expr) else str(part) for part in sentence)
    for node in sorted(fresh, key=lambda node: (sum(part in fresh for part in nodes_of(node)), node.name)):
        if f"{to_unicode(node)} = " not in said:
            yield node


def _outcome(derivation: Derivation, view: View, name: Symbol) -> Outcome:
    result, readoff = derivation.result, derivation.readoff
    stated = result.matrix if result.matrix is not None else result.entry
    why = phrase(readoff.why) if view.detail == "full" and readoff.why.template else None
    where = tuple((node, node.body) for node in _named(stated, result))
    return Outcome(
        Partial(name, derivation.wrt, None, None) if derivation.wrt.shape.is_number else name,
        "nabla" if _is_gradient(derivation) else "partial",
        result,
        stated,
        _shape_phrase(derivation),
        (f"{derivation.layout} layout",),
        phrase(readoff.title),
        why,
        readoff.verdict,
        where,
    )


def _is_gradient(derivation: Derivation) -> bool:
    turned = derivation.layout in ("numerator", "mml")
    return derivation.problem.loss.shape.is_number and derivation.order == 1 and not derivation.wrt.shape.is_number and not turned


def _named(stated: Expr, result: Result) -> list[Named]:
    """The named parts that the result uses, in the order in which each can be understood from those before it."""
    found = [node for node in nodes_of(stated) if isinstance(node, Named)]
    order = {name: position for position, (name, _) in enumerate(result.where)}
    return sorted(found, key=lambda node: order.get(node.name, -1))


def _shape_phrase(derivation: Derivation) -> Phrase:
    result, wrt = derivation.result, derivation.wrt
    if result.matrix is None:
        sizes: list[str | Value] = []
        for letter in result.letters:
            sizes += [" × ", letter.dim] if sizes else [letter.dim]
        letters: list[str | Value] = []
        for letter in result.letters:
            letters += [", ", letter] if letters else [letter]
        return ("its entries, by ", *letters, " in this order: ", *sizes)
    if result.matrix.shape.is_number:
        return ("a number",)
    if derivation.problem.loss.shape.is_number and derivation.order == 1:
        if result.matrix.shape is wrt.shape:
            return (result.matrix.shape, ", the shape of ", wrt)
        if result.matrix.shape is wrt.shape.transposed:
            return (result.matrix.shape, ", the shape of ", Transpose(wrt))
    return (result.matrix.shape,)


def _assumptions(derivation: Derivation) -> Iterator[Phrase]:
    told: set[Phrase] = set()

    def walk(steps: tuple[Step, ...]) -> Iterator[Sentence]:
        for step in steps:
            yield from step.assumed
            yield from walk(step.substeps)

    for sentence in (*derivation.assumed, *walk(derivation.steps)):
        said = phrase(sentence)
        if said not in told:
            told.add(said)
            yield said


WORDS: Final[dict[Kind, str]] = {"proved": "proved", "agrees": "agrees", "differs": "differs", "unknown": "unknown"}
LEGENDS: Final[dict[Kind, str]] = {
    "proved": "both sides are equal in exact arithmetic modulo a prime, at random arrays",
    "agrees": "both sides have the same value at several random points",
    "unknown": "this could not be checked by numbers",
}
_UNKNOWN_FUNCTIONS: Final = "; exp, tanh and the like count there as unknown functions that obey their defining relations"
SIGNS: Final[dict[Kind, str]] = {"proved": "✓", "agrees": "≈", "differs": "✗", "unknown": "?"}


def _legends(derivation: Derivation) -> Iterator[str]:
    """What the verdicts on the page mean."""
    kinds = {step.verdict.kind for step in printed_steps(derivation.steps)} | {derivation.readoff.verdict.kind}
    for verdict, legend in LEGENDS.items():
        if verdict in kinds:
            opaque = verdict == "proved" and kind(derivation.problem.loss) == ORACLE_KIND
            yield f"{WORDS[verdict]}: {legend}{_UNKNOWN_FUNCTIONS if opaque else ''}"


def _closing(derivation: Derivation) -> str:
    """One sentence that says how much of the page was checked, and how."""
    kinds = [step.verdict.kind for step in printed_steps(derivation.steps)]
    last = derivation.readoff.verdict
    if not last.holds:
        return f"the result could not be verified: {last.by}"
    proved, agreeing, open_ = (kinds.count(kind) for kind in ("proved", "agrees", "unknown"))
    how = "proved" if last.kind == "proved" else "checked by numbers"
    parts = [f"{count} {text}" for count, text in ((proved, "proved"), (agreeing, "checked by numbers"), (open_, "not checked")) if count]
    if not kinds:
        return f"the result is {how} against the loss itself"
    if len(parts) == 1 and not open_:
        each = "each step is" if len(kinds) > 1 else "the step is"
        return f"{each} {parts[0].split(' ', 1)[1]}, and the result is {how} against the loss itself"
    return f"of {len(kinds)} steps {', '.join(parts)}; the result is {how} against the loss itself"


def shaped_factors(line: Expr) -> dict[Path, Shape]:
    """The factors of a product of matrices below which their shapes are written, by path."""
    found: dict[Path, Shape] = {}
    waiting: list[tuple[Path, Expr]] = [((), line)]
    while waiting:
        path, node = waiting.pop()
        parts = [((*path, number), part) for number, part in enumerate(node.children)]
        if isinstance(node, Add):
            waiting += reversed(parts)
        elif isinstance(node, MatMul | Hadamard):
            found |= {place: part.shape for place, part in parts}
        elif isinstance(node, Mul) or (isinstance(node, Call) and node.function == "tr"):
            waiting += [(place, part) for place, part in parts[-1:]]
        elif node is not line and not node.shape.is_number:
            found[path] = node.shape
    return dict(sorted(found.items())) if len(found) <= _MOST_FACTORS else {}
