"""Facts as people write them: `W symmetric, S spd and X tall`, and what they say about shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from ..diagnostics import InputError, Source, Span, UsageError
from ..diagnostics.record import record
from ..diagnostics.regex import regex
from ..facts import Fact
from ..facts.conditions import CONDITIONS, contradiction, parse_fact_word
from ..ir import ONE, Dim, Shape, Stack, Symbol
from .loss_text import plain_name
from .names import nearest_name
from .scope import Scope

_LONGEST: Final = 20_000

EQUATIONS: Final = {
    ("simplex", "onehot"): ("sum(Y)=1", "sum(Y,axis=1)=1", "sum(Y,1)=1", "Y.sum()=1", "Y.sum(axis=1)=1", "Y.sum(1)=1"),
    ("unit",): ("norm(Y)=1", "norm(Y)**2=1", "Y.T@Y=1", "||Y||=1", "‖Y‖=1"),
    ("orthogonal",): ("Y.T@Y=I", "Y@Y.T=I", "Y.T@Y=eye(n)", "inv(Y)=Y.T", "Y.T=inv(Y)"),
    ("symmetric",): ("Y=Y.T", "Y.T=Y"),
    ("antisymmetric",): ("Y=-Y.T", "Y.T=-Y"),
    ("idempotent",): ("Y@Y=Y", "Y**2=Y"),
    ("binary", "onehot"): ("Y∈{0,1}",),
    ("signs",): ("Y∈{-1,1}", "Y∈{-1,+1}", "abs(Y)=1", "Y**2=1"),
    ("det_positive",): ("det(Y)>0",),
    ("invertible",): ("det(Y)!=0", "det(Y)≠0"),
}
"""Which facts people mean who write the equation that they imply, of Y."""
_NAME: Final = regex(r"[^\W\d]\w*")
_IN_BRACKETS: Final = regex(r"\([^()]*\)|\{[^{}]*\}")


@record
class StatedFact:
    """A fact of a variable by name, and where it was written."""

    name: str
    word: str
    source: Source
    span: Span

    @property
    def sides(self) -> str:
        """What the fact says about rows and columns: `=`, `>`, `<` or nothing."""
        return CONDITIONS[self.word].sides


def read_facts(texts: Sequence[str]) -> list[StatedFact]:
    """All facts of the texts, in order, each once. A list of names may share a fact: `A, B symmetric`."""
    found: list[StatedFact] = []
    for text in texts:
        if len(text) > _LONGEST:
            message = f"the text has {len(text)} characters, at most {_LONGEST} are read"
            raise InputError.coded("too-long", message, Source("assume", text[:60] + " …"))
        source = Source("assume", text)
        waiting: list[str] = []
        last: str | None = None
        for span in _pieces(text):
            _refuse_equation(source, span)
            words = text[span.start : span.end].replace(":", " ").split()
            if len(words) == 1:
                word = None
                with suppress(UsageError):
                    word = parse_fact_word(words[0])
                if word is not None and last is not None:
                    found.append(StatedFact(last, word, source, span))
                else:
                    waiting.append(plain_name(words[0]))
                continue
            rest = words[2:] if words[1] in ("is", "are", "=", "∈") and len(words) > 2 else words[1:]
            try:
                word = parse_fact_word(" ".join(rest))
            except UsageError as error:
                old = error.diagnostic
                raise UsageError.coded(old.code, old.message, source, span, notes=old.notes, help=old.help) from None
            last = plain_name(words[0])
            for name in (*waiting, last):
                found.append(StatedFact(name, word, source, span))
            waiting = []
        if waiting:
            message = f"`{text.strip()[:60]}` names no fact for `{waiting[0]}`"
            notes = (f"facts: {' '.join(CONDITIONS)}",)
            help = f"write what is known, as in `{waiting[0]} symmetric`"
            raise UsageError.coded("unknown-fact", message, source, notes=notes, help=help)
    _agree(found)
    return found


def _refuse_equation(source: Source, span: Span) -> None:
    """A fact is a word; of an equation that one implies, that word is told."""
    text = "".join(source.text[span.start : span.end].replace(" in ", "∈").split()).replace("==", "=")
    for words, equations in EQUATIONS.items():
        for name in {name for name in _NAME.findall(text) if any(text == one.replace("Y", name) for one in equations)}:
            message = f"`{source.text[span.start : span.end]}` is an equation; facts are words"
            meant = " or ".join(f"`{name} {word}` ({CONDITIONS[word].says.format(name)})" for word in words)
            raise UsageError.coded("unknown-fact", message, source, span, help=f"write {meant}")


def _agree(facts: Sequence[StatedFact]) -> None:
    """Facts of one variable that no array has at once are refused: nothing could be judged under them."""
    words: dict[str, frozenset[str]] = {}
    for fact in facts:
        words[fact.name] = words.get(fact.name, frozenset()) | {fact.word}
        clash = contradiction(words[fact.name])
        if clash is not None:
            message = f"no array is {clash[0]} and {clash[1]} at once, as `{fact.name}` should be"
            raise InputError.coded("contradictory-facts", message, fact.source, fact.span, help="leave one of them out")


def _pieces(text: str) -> list[Span]:
    """The parts between commas, semicolons, line ends and the word `and`."""
    found = []
    start = 0
    plain = _IN_BRACKETS.sub(lambda found: "." * len(found[0]), text)
    plain = plain.replace(";", ",").replace("\n", ",").replace(" and ", " ,   ")
    for part in plain.split(","):
        body = part.strip()
        if body:
            first = start + part.index(body)
            found.append(Span(first, first + len(body)))
        start += len(part) + 1
    return found


def squared(shapes: Mapping[str, Shape], facts: Sequence[StatedFact]) -> tuple[dict[str, Shape], tuple[str, ...]]:
    """The declared shapes with rows = columns wherever a fact says so; two names of one size become one."""
    table, notes = dict(shapes), []
    for fact in facts:
        shape = table.get(fact.name)
        if shape is None or fact.sides != "=" or shape.is_square:
            continue
        pairs = ((shape.cols, shape.rows), (shape.rows, shape.cols))
        named = [(gone, stays) for gone, stays in pairs if gone is Dim.of(str(gone)) and stays is not ONE]
        gone, stays = next((pair for pair in named if str(pair[0]) not in pair[1].names), (ONE, ONE))
        if gone is ONE:
            message = f"`{fact.name}` is {shape} and cannot be {fact.word}, which needs as many rows as columns"
            raise InputError.coded("not-square", message, fact.source, fact.span)
        for name, entry in table.items():
            table[name] = Shape(*(_swap(side, gone, stays) for side in (entry.rows, entry.cols)))
        notes.append(f"{gone} = {stays}, as `{fact.name}` is {fact.word}")
    return table, tuple(notes)


def _swap(dim: Dim, gone: Dim, stays: Dim) -> Dim:
    while (rest := dim.over(gone)) is not None:
        dim = rest * stays
    return dim


def facts_of(facts: Sequence[StatedFact], scope: Scope) -> tuple[Fact, ...]:
    """The facts about the variables of a scope; raises InputError for those of other names, and of other shapes."""
    found: dict[Fact, None] = {}
    for fact in facts:
        family = scope.find(fact.name.rpartition("_")[0])
        symbol = family if isinstance(family, Stack) else scope.find(fact.name)
        if symbol is None and scope.syntax == "latex" and len(fact.name) == 1:
            symbol = scope.find(fact.name.swapcase())  # Y, whose rows are the y_i
        if not isinstance(symbol, Symbol):
            message = f"the fact `{fact.name} {fact.word}` is about a name that does not occur"
            help = f"did you mean `{near}`?" if (near := nearest_name(fact.name, scope.symbols)) else None
            raise InputError.coded("unknown-name", message, fact.source, fact.span, help=help)
        if isinstance(symbol, Stack) and CONDITIONS[fact.word].entry is None:
            message = f"`{symbol.name}` is several matrices, and that each is {fact.word} cannot be assumed"
            help = "leave it out: the result holds without"
            raise InputError.coded("unreadable", message, fact.source, fact.span, help=help)
        if fact.sides and not symbol.shape.is_matrix and not (fact.sides == "=" and symbol.shape.is_number):
            code = "not-square" if fact.sides == "=" else "shape-mismatch"
            message = f"`{symbol.name}` is {symbol.shape} and cannot be {fact.word}"
            raise InputError.coded(code, message, fact.source, fact.span)
        found[Fact(symbol, fact.word)] = None
    return tuple(found)
