"""The document of a derivation: what is said about it, in order, whatever it is printed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ... import ir
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import Expr, Index, Path, Shape, Symbol, mul, nodes_of, substitute
from ...ir.walk import mapped, names_in, remade
from ...notation.printing.to_unicode import to_unicode
from ...records import Bindings, Derivation, Step, Value
from ...records import Sentence as Template
from ...records.derivation import steps_in
from ...verify.functions import ORACLE_KIND, TOTAL_KIND, kind
from ...verify.verdict import Kind
from ..view import Detail
from ..words import resting, value_text
from . import blocks
from .blocks import WORDS, Block, Document, Label, Phrase, phrase
from .brief import shortened
from .change import NO_CHANGE, change_of
from .glossary import explained, new_letters, signs

_MOST_FACTORS: Final = 9


def document(derivation: Derivation, detail: Detail = "normal", numbers: bool = False) -> Document:
    """The document of a derivation at a level of detail; with `numbers` each line also at one small example."""
    content = tuple(_blocks(derivation, detail))
    if not numbers:
        return content
    from .numbers import derivation_numbers

    return derivation_numbers(content, derivation)


def _blocks(derivation: Derivation, detail: Detail) -> Iterator[Block]:
    problem = derivation.problem
    name = loss_symbol(derivation)
    yield blocks.Heading(title(problem, name, derivation.order))
    yield blocks.Formula(name, problem.loss, "loss")
    yield blocks.Variables(tuple(variables_of(problem)))
    yield from map(blocks.Sentence, _sizes(derivation))
    yield from (blocks.Sentence(said, "note") for said in _remarks(derivation))
    yield from (blocks.Sentence(said, "assuming") for said in assumptions(derivation))
    yield chain(derivation, name, detail)
    yield from _outcome(derivation, detail, name)
    yield blocks.Sentence(_shape_phrase(derivation), "lead")
    yield blocks.Sentence((_closing(derivation),))
    yield from (blocks.Sentence(said, "note") for said in _afterwords(derivation))
    if detail != "brief":
        yield from (blocks.Sentence((said,), "legend") for said in _legends(derivation))
        lines = (derivation.start, *(step.after for step in derivation.steps), derivation.result.flattened)
        yield from (blocks.Sentence((said,), "legend") for said in signs(line for line in lines if line is not None))


def title(problem: Problem, name: Symbol, order: int = 1) -> Phrase:
    """`The gradient of L by R`."""
    kind = "gradient" if problem.loss.shape.is_number and not problem.wrt.shape.is_number else "derivative"
    return (f"The {'second derivative' if order == 2 else kind} of ", name, " by ", problem.wrt)


def chain(derivation: Derivation, name: Symbol, detail: Detail) -> blocks.Chain:
    """The lines of a derivation."""
    letters = tuple(sorted(derivation.start.free))
    every = _moves(derivation, detail, set(letters))
    moves = tuple(shortened(list(every)) if detail == "brief" else every)
    left = substitute(derivation.start, {derivation.problem.loss: name})
    return blocks.Chain(derivation.method, moves, left, blocks.Line(derivation.start), letters)


def _afterwords(derivation: Derivation) -> Iterator[Phrase]:
    """What an unknown name in the result means, then what else is to be said of the derivation."""
    result = derivation.result
    stated = result.stated
    for meaning, of in explained((stated, *(node.body for node in result.named))):
        yield phrase(Template(meaning, (("of", of),)))
    yield from map(phrase, derivation.notes)
    for node in dict.fromkeys(nodes_of(stated)):
        if isinstance(node, ir.Add) and len(node.terms) == 2 and ir.Transpose(node.terms[0]) is node.terms[1]:
            yield (node, " is ", mul(ir.Number(2), node.terms[0]), " only where ", node.terms[0], " is symmetric")
    if said := resting(derivation):
        yield (f"the result {said}",)


def loss_symbol(derivation: Derivation) -> Symbol:
    """A name for the loss that no variable has."""
    taken = {symbol.name for symbol in derivation.problem.variables}
    taken |= {dim.names[0] for dim in derivation.problem.sizes if dim.names}
    taken |= {named.name for named in names_in(*(step.after for step in derivation.steps))}
    shape = derivation.problem.loss.shape
    wishes = "LfJ" if shape.is_number else "FMU" if shape.is_matrix else "fgu"
    return Symbol(next((wish for wish in (*wishes, "ell") if wish not in taken), "loss"), shape)


def variables_of(problem: Problem) -> Iterator[blocks.Variable]:
    """The variables of a problem in their order."""
    origins = dict(problem.origins)
    for symbol in problem.variables:
        facts = tuple(fact.word.replace("_", " ") for fact in problem.facts if fact.symbol is symbol)
        yield blocks.Variable(symbol, facts, _short(origins.get(symbol.name, "")))


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
    dims = problem.sizes or tuple(node.dim for node in nodes_of(problem.loss) if isinstance(node, ir.Size))
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


def _moves(derivation: Derivation, detail: Detail, seen: set[Index]) -> Iterator[blocks.Move]:
    full, brief = detail == "full", detail == "brief"
    known = {node for node in nodes_of(derivation.start) if isinstance(node, ir.Named)}

    def move(number: str, step: Step, inner: tuple[blocks.Move, ...] = ()) -> blocks.Move:
        why = (*phrase(step.why, (*step.bindings, *step.title.values)), f" (rule {step.rule})") if full else None
        change, elsewhere = NO_CHANGE if brief or inner else change_of(step, derivation.problem)
        letters, sentence = new_letters(step.after, seen), phrase(step.title)
        told = () if brief and step.small else sentence  # what a small step says is left out there
        names = tuple(_new_names(step.after, known, told))
        line, evidence = blocks.Line(step.after, () if inner else step.results), step.verdict.by if full else ""
        said = (change, elsewhere, letters, names, step.rule, step.small, inner)
        return blocks.Move(number, sentence, line, step.verdict, why, "" if inner else evidence, *said)

    for number, step in enumerate(printed_steps(derivation.steps), 1):
        parts = printed_steps(step.substeps) if not brief and len(step.substeps) > 1 else ()
        yield move(str(number), step, tuple(move(f"{number}.{at}", part) for at, part in enumerate(parts, 1)))


def printed_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps whose printed line changes (1/2·λ is λ/2); a group of which one is left is that one."""
    for step in steps:
        inside = tuple(printed_steps(step.substeps))
        if step.substeps and len(inside) == 1:
            yield replace(inside[0], before=step.before, after=step.after)
        elif inside or (step.before is not step.after and to_unicode(step.before) != to_unicode(step.after)):
            yield step


def _new_names(line: Expr, known: set[ir.Named], sentence: Phrase) -> Iterator[ir.Named]:
    """The named parts that this line is the first to use, in order; not what the sentence defines itself."""
    fresh = [node for node in nodes_of(line) if isinstance(node, ir.Named) and node not in known]
    known.update(fresh)
    said = "".join(to_unicode(part) if isinstance(part, Expr) else str(part) for part in sentence)
    for node in sorted(fresh, key=lambda node: (sum(part in fresh for part in nodes_of(node)), node.name)):
        if f"{to_unicode(node)} = " not in said:
            yield node


def _outcome(derivation: Derivation, detail: Detail, name: Symbol) -> Iterator[Block]:
    result, readoff = derivation.result, derivation.readoff
    full = detail == "full"
    letters: Bindings = tuple(zip("st", result.letters[-len(derivation.wrt.shape.dims) :], strict=False))
    why = phrase(readoff.why, letters) if full and readoff.why.template else None
    said = readoff.verdict.by if full else ""
    yield blocks.Sentence(phrase(_shortly(readoff.title)), "finding", readoff.verdict, why, said)
    yield from _stated(derivation, name)
    if result.cases or result.flattened is not None or result.matrix is None:
        from .arrays import array_blocks

        yield from array_blocks(derivation, label_of(derivation, name), full)


LONG: Final = 50
"""A result, or a last line, with more signs than this is not written out in the sentence between the two."""


def _shortly(title: Template) -> Template:
    """The sentence of a result; where that is long, or the last line is, they stand right below and right above it."""
    values = (value for name, value in title.values if name in ("line", "gradient") and isinstance(value, Expr))
    if max((len(to_unicode(value)) for value in values), default=0) <= LONG:
        return title
    text = title.template.replace("{line}", "the last line").replace(": {gradient}", "")
    head, found, tail = text.rpartition("{gradient}")
    return replace(title, template=head.replace("{gradient}", "the array below") + ("this" if found else "") + tail)


def _stated(derivation: Derivation, name: Symbol) -> Iterator[Block]:
    yield blocks.Formula(label_of(derivation, name), derivation.result.stated, "result")
    yield from (blocks.Formula(node, node.body, "where") for node in derivation.result.named)


def result_blocks(derivation: Derivation) -> Iterator[Block]:
    """The result alone, with its shape, what checked it, and what a user's rule has to do with it."""
    yield from _stated(derivation, loss_symbol(derivation))
    yield blocks.Sentence(_shape_phrase(derivation), "plain", derivation.readoff.verdict)
    if said := resting(derivation):
        yield blocks.Sentence((f"the result {said}",), "note")


def label_of(derivation: Derivation, name: Symbol) -> Label:
    """What stands left of the result of a derivation."""
    letters = derivation.result.letters if derivation.result.matrix is None else ()
    nabla = derivation.result.matrix is not None and _is_gradient(derivation)
    return Label(name, derivation.wrt, derivation.order, "nabla" if nabla else "partial", letters)


def _is_gradient(derivation: Derivation) -> bool:
    if not derivation.problem.loss.shape.is_number or derivation.order == 2:
        return derivation.problem.loss.shape.is_number
    return not derivation.wrt.shape.is_number and derivation.layout not in ("numerator", "mml")


def _shape_phrase(derivation: Derivation) -> Phrase:
    """`gradient layout: n×p, the shape of R`."""
    result, wrt, lead = derivation.result, derivation.wrt, f"{derivation.layout} layout: "
    if result.matrix is None:
        letters = [part for letter in result.letters for part in (", ", letter)][1:]
        sizes = [part for letter in result.letters for part in (" × ", letter.dim)][1:]
        return (f"{lead}its entries, by ", *letters, " in this order: ", *sizes)
    shape = result.matrix.shape
    if shape.is_number:
        return (f"{lead}a number",)
    likened: list[Value] = [same for same in (wrt, ir.Transpose(wrt)) if shape is same.shape]
    if derivation.problem.loss.shape.is_number and derivation.order == 1 and likened:
        return (lead, shape, ", the shape of ", likened[0])
    return (lead, shape)


def assumptions(derivation: Derivation) -> Iterator[Phrase]:
    """Under which conditions the result holds: those of the loss and those of the rules that ran, each once."""
    told: set[str] = set()
    for sentence in (*derivation.assumed, *(one for step in steps_in(derivation.steps) for one in step.assumed)):
        said = tuple(part if not isinstance(part, Expr) else _unnamed(part) for part in phrase(sentence))
        text = "".join(value_text(part) for part in said)
        if text not in told:  # `{u} > 0` of u = det(A) says what `det({A}) > 0` says of A, and u is not known yet
            told.add(text)
            yield said


def _unnamed(part: Expr) -> Expr:
    """A part with its names written out, where it then stays short: they are explained further below."""
    whole = mapped(part, lambda node, parts: parts[0] if isinstance(node, ir.Named) else remade(node, parts))
    return whole if whole.weight <= _MOST_FACTORS else part


LEGENDS: Final[dict[Kind, str]] = {
    "proved": "both sides are equal in exact arithmetic modulo a prime, at random arrays",
    "agrees": "both sides have the same value at several random points",
    "unknown": "this could not be checked by numbers",
}
_UNKNOWN_FUNCTIONS: Final = (
    "; exp, tanh and the like count there as unknown functions that obey their defining relations"
)


def _legends(derivation: Derivation) -> Iterator[str]:
    """What the verdicts on the page mean."""
    kinds = {step.verdict.kind for step in printed_steps(derivation.steps)} | {derivation.readoff.verdict.kind}
    for verdict, legend in LEGENDS.items():
        if verdict in kinds:
            opaque = verdict == "proved" and kind(derivation.problem.loss) in (TOTAL_KIND, ORACLE_KIND)
            yield f"{WORDS[verdict]}: {legend}{_UNKNOWN_FUNCTIONS if opaque else ''}"


_CHECKED: Final[dict[Kind, str]] = {"proved": "proved", "agrees": "checked by numbers", "unknown": "not checked"}


def _closing(derivation: Derivation) -> str:
    """One sentence that says how much of the page was checked, and how."""
    kinds = [step.verdict.kind for step in printed_steps(derivation.steps)]
    last = derivation.readoff.verdict
    if not last.holds:
        return f"the result could not be verified: {last.by}"
    counts = {said: kinds.count(kind) for kind, said in _CHECKED.items() if kind in kinds}
    told = f"the result is {_CHECKED[last.kind]} against the loss itself"
    if not kinds:
        return told
    if len(counts) == 1 and "unknown" not in kinds:
        return f"{'each step is' if len(kinds) > 1 else 'the step is'} {next(iter(counts))}, and {told}"
    return f"of {len(kinds)} steps {', '.join(f'{count} {said}' for said, count in counts.items())}; {told}"


def shaped_factors(line: Expr) -> dict[Path, Shape]:
    """The factors of a product of matrices below which their shapes are written, by path."""
    found: dict[Path, Shape] = {}
    waiting: list[tuple[Path, Expr]] = [((), line)]
    while waiting:
        path, node = waiting.pop()
        parts = [((*path, number), part) for number, part in enumerate(node.children)]
        if isinstance(node, ir.Add):
            waiting += reversed(parts)
        elif isinstance(node, ir.MatMul | ir.Hadamard):
            found |= {place: part.shape for place, part in parts}
        elif isinstance(node, ir.Mul) or (isinstance(node, ir.Call) and node.function == "tr"):
            waiting += [(place, part) for place, part in parts[-1:]]
        elif node is not line and not node.shape.is_number:
            found[path] = node.shape
    return dict(sorted(found.items())) if len(found) <= _MOST_FACTORS else {}
