"""Where a document states one problem after the other: which formulas and words belong to each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...notation.latex.names import ACCENTS, LatexNames, accents_kept
from .facts import OF_ENTRIES, facts_by_standing
from .members import members_told
from .names import labelled_names, squeezed, tokens_of
from .outline import Outline, Stated
from .read import HEADING
from .sheet import Sheet, Told
from .sizes import held_fixed, sizes_told

_CALLED = r"(?:\(?[a-h]\)|(?:Problem|Exercise|Question|Part|Task|Aufgabe|Example)[ \t]+\w)"
_PART = regex(
    rf"^[ \t]*(?:[-*•#]+[ \t]+)?(?:\*\*)?(?:\\item\b|{_CALLED})"
    rf"|\\(?:sub)*section\*?\s*\{{\s*{_CALLED}|\\begin\{{(?:exercise|problem)",
    re.MULTILINE,
)
_ASKED = regex(
    r"\b(?:gradient|derivative|differentiate|let|define|suppose|for|consider|loss|objective|function|given|minimi[sz]e)\b",
    re.IGNORECASE,
)

_DEFINES = regex(r"\b(?:let|define|consider|suppose)\b", re.IGNORECASE)
"""Words by which a paragraph gives names their values: `Now define $u = f(x) = …$`."""
REWRITING = regex(
    r"\b(?:expan\w+|multiply\w* out|rearranging|collect\w+|simplif\w+|complet\w+ the square)\b", re.IGNORECASE
)
_INDICES = regex(r"\\(?:sum|prod)\s*_\s*(?:\{[^{}]*\}|\w)\s*\^\s*(?:\{[^{}]*\}|\w)|_\s*(?:\{[^{}]*\}|[a-z])")
_KIND = regex(
    r"\b(?!the\b|same\b|this\b|our\b|its\b|total\b|above\b)([A-Za-z]{3,})(?:\s+regression)?"
    r"\s+(?:loss|objective|cost)\b[^.\n]{0,20}$|\b([A-Za-z]{3,}) regression\b(?:(?! regression\b)[^.\n])*$"
)
"""`the ridge loss is`, `for logistic regression`."""
_FUNCTION = regex(
    r"\b(sigmoid|logistic|tanh|hyperbolic tangent|(?:leaky|parametric)?[ -]?relu|rectified linear|[sc]?elu|softplus"
    r"|softsign|gelu|swish|silu|softmax|linear|identity|step|heaviside|gaussian)\b(?:[^.:\n]*[.:\n]?){0,3}$",
    re.IGNORECASE,
)
"""`The sigmoid:`, `**ReLU** is defined as`: of one name there are several functions on such a page."""
_ARRAY = regex(r"^\W*(?:\\left)?\s*(?:\[|\\begin)|\\[lcv]?dots|…|\.\.\.|^[\W\d]*$")
"""No value of a loss: `[x_1, …]`, and the 0 of a constraint."""


@record
class Section:
    """A problem's part of a document: the sheet and the outline without the other problems'; what is told before it and
    in it, or in it alone; names that it, or an earlier problem, gives to something of its own."""

    sheet: Sheet
    found: Outline
    told: Told
    alone: Told
    start: int
    end: int
    others: frozenset[str] = frozenset()


def told_by(sheet: Sheet) -> Told:
    """Sizes and facts of the prose."""
    found, kept = facts_by_standing(sheet.prose), accents_kept([formula.passage.text for formula in sheet.formulas])

    def bare(name: str) -> str:
        """The Q of a `\\bar Q` beside which no Q stands."""
        base, _, mark = name.rpartition("_")
        return base if base and mark in ACCENTS.values() and name not in kept else name

    always, supposed, denied = (
        {bare(name): frozenset(words) for name, words in found[key].items() if name}
        for key in ("always", "supposed", "denied")
    )
    sizes = {bare(name): size for name, size in sizes_told(sheet.prose).items()}
    return Told(sizes, always, supposed, members_told(sheet.prose), held_fixed(sheet.prose), denied)


def whole_of(sheet: Sheet, found: Outline) -> Section:
    """A document as one section."""
    told = told_by(sheet)
    return Section(sheet, found, told, told, 0, len(sheet.formulas))


def sections(sheet: Sheet, found: Outline) -> tuple[Section, ...]:
    """The problems of a document; one if no other begins behind a mark, with a loss of its own,
    where the earlier is done."""
    cuts = [(0, 0, ""), *_with_ends(sheet, [*_cuts(sheet, found)])]
    whole = len(sheet.formulas)
    if len(cuts) == 1:
        return (whole_of(sheet, found),)
    begins = sheet.formulas[next((stated.formula for stated in found.stated), 0)].place
    opened = [place for place in _marks(sheet, _PART) if place <= begins]
    preamble = sheet.prose[: opened[-1]] if opened else sheet.prose[:begins].rpartition("\n\n")[0]
    made, earlier = [], Told({}, {}, {})
    for at, (start, place, _) in enumerate(cuts):
        end, behind = cuts[at + 1][:2] if at + 1 < len(cuts) else (whole, len(sheet.prose))
        own = replace(sheet, prose=sheet.prose[place:behind])
        told = told_by(own)
        earlier = _joined(earlier, told)
        losses = frozenset(name for _, _, name in cuts[1:at])
        first = [stated.name for stated in found.stated if at and stated.formula < cuts[1][0]]
        losses |= {name for name in first if _derived(found, name, 0, start)}
        anew = [stated for stated in found.stated if start <= stated.formula < end]
        moved = tuple(item for item in found.differentiated if start <= item.formula < end)
        restated = losses | {name for stated in anew for name in (stated.name, *stated.arguments)}
        restated |= {item.variable for item in moved if item.variable is not None} | told.sizes.keys()
        kept = (*(stated for stated in found.stated if stated.formula < start and stated.name not in restated), *anew)
        text = own.prose if at == 0 else preamble + "\n\n" + own.prose
        shift = place + len(own.prose) - len(text)
        local = replace(sheet, formulas=sheet.formulas[:end], prose=text, shift=shift)
        outlined = replace(found, lines=found.lines[:end], stated=kept, differentiated=moved)
        made.append(Section(local, outlined, earlier, told_by(local), start, end, restated))
    return tuple(made)


def _joined(earlier: Told, own: Told) -> Told:
    """What is told last of a name counts; a name that is declared anew keeps no facts, nor what is denied of it, and
    one whose entries are said to lie in a set lies in no other."""

    def kept(facts: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        anew = {name for name, words in own.always.items() if words & OF_ENTRIES} | own.sizes.keys()
        denied = {name: own.denied.get(name, frozenset()) for name in facts}
        found = {name: words - denied[name] for name, words in facts.items() if "arbitrary" not in denied[name]}
        return {name: words for name, words in found.items() if words and name not in anew}

    return Told(
        {**earlier.sizes, **own.sizes},
        {**kept(earlier.always), **own.always},
        {**kept(earlier.supposed), **own.supposed},
        {**earlier.members, **own.members},
        earlier.held | own.held,
        {**earlier.denied, **own.denied},
    )


def _marks(sheet: Sheet, mark: re.Pattern[str]) -> list[int]:
    return [match.start() for match in mark.finditer(sheet.prose)]


def _cuts(sheet: Sheet, found: Outline) -> Iterator[tuple[int, int, str]]:
    """Where another problem begins: its first formula, its place in the text, the name of its loss."""
    names = LatexNames(accents=found.accents)
    written = [frozenset(labelled_names(tokens_of(formula.passage.text, names))) for formula in sheet.formulas]
    parts = _marks(sheet, _PART)
    headings = {*_marks(sheet, HEADING)}
    marks = sorted({*parts, *headings})
    paragraphs = _marks(sheet, re.compile(r"\n[ \t]*(?:\n|(?:[-*•]|\d{1,2}[.)])[ \t])"))
    begins = [stated for stated in found.stated if _begins(sheet, found, stated, headings)]
    last = next(iter(begins), None)
    while last is not None:
        following = None
        for stated in begins:
            if stated.formula <= last.formula or not _derived(found, last.name, last.formula, stated.formula):
                continue
            at = sheet.formulas[stated.formula].place
            mentions = [number for number in range(last.formula, stated.formula) if last.name in written[number]]
            done = sheet.formulas[mentions[-1]].place if mentions else 0
            marked = [place for place in marks if done < place <= at]
            between = marked or [place for place in paragraphs if done < place <= at][-1:]
            if not between:
                continue
            start = next(number for number, formula in enumerate(sheet.formulas) if formula.place >= between[0])
            names_before = frozenset[str]().union(*written[:start])
            valued = {other.name for other in found.stated}
            known = valued | names_before | {name.swapcase() for name in names_before}
            renewed = marked and not _renewed(found, start, stated.formula).isdisjoint(written[stated.formula])
            anew = bool(marked) or _DEFINES.search(sheet.prose, between[0], at) is not None
            if stated.name == last.name:
                other = _another(sheet, stated, last, written, known, valued, anew)
            else:
                ends = [place for place in headings if place > at and not headings.isdisjoint(marked)]
                end = next((n for n, one in enumerate(sheet.formulas) if ends and one.place >= min(ends)), len(written))
                here = any((one.name, one.formula) == (last.name, stated.formula) for one in found.stated)
                other = _done(found, last.name, written, stated.formula + (anew and here), end)  # u = f(x) = …
            if renewed or other:
                yield start, between[0], stated.name
                following = stated
                break
        last = following


_COUNTED = regex(
    r"^[ \t]*#{1,6}[ \t]+(?P<word>(?!Step|Stage|Phase|Part|Schritt)[A-Za-z]{0,10})[ \t.]*\d+(?![\w.]*\d)", re.MULTILINE
)
"""`## Q7`, `# Problem 3`: headings that count problems."""


def _with_ends(sheet: Sheet, cuts: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """The cuts; a problem behind a heading that counts it ends where the next is counted."""
    counted = {match.start(): match["word"] for match in _COUNTED.finditer(sheet.prose)}
    for at, (start, place, name) in enumerate(cuts):
        yield start, place, name
        end = cuts[at + 1][0] if at + 1 < len(cuts) else len(sheet.formulas)
        heads = [head for head in counted if place < head and counted[head] == counted.get(_line(sheet.prose, place))]
        behind = (next((n for n, one in enumerate(sheet.formulas) if one.place >= head), end) for head in heads[:1])
        yield from ((number, head, "") for number, head in zip(behind, heads, strict=False) if start < number < end)


def _line(text: str, place: int) -> int:
    """Where the line begins that holds a place, or ends just before it."""
    return text.rfind("\n", 0, place) + 1


def _renewed(found: Outline, start: int, end: int) -> set[str]:
    """The names that have one value before a formula, and are given another between it and the end: the a of a new
    section."""
    earlier = {one.name: squeezed(one.sides[0]) for one in found.stated if one.formula < start and not one.letters}
    anew = (one for one in found.stated if start <= one.formula < end)
    return {one.name for one in anew if earlier.get(one.name, "") not in ("", squeezed(one.sides[0]))}


def _begins(sheet: Sheet, found: Outline, stated: Stated, headings: Set[int]) -> bool:
    """Whether a formula states what is differentiated behind it, before a later section states it again."""
    place = sheet.formulas[stated.formula].place
    again = (one.formula for one in found.stated if one.formula > stated.formula and one.name == stated.name)
    later = (at for at in again if any(place < head <= sheet.formulas[at].place for head in headings))
    return not stated.letters and _derived(found, stated.name, stated.formula, next(later, len(sheet.formulas)))


def _derived(found: Outline, name: str, start: int, end: int) -> bool:
    return any(item.body == name and start <= item.formula < end for item in found.differentiated)


def _another(
    sheet: Sheet,
    stated: Stated,
    last: Stated,
    written: list[frozenset[str]],
    known: Set[str],
    valued: Set[str],
    marked: bool,
) -> bool:
    """Whether the name of the last loss is given to another: with a name that has no value and was not written before,
    so that it is not known; behind a mark, with one that the last one's loss has not."""
    said = sheet.formulas[stated.formula].before[-90:]
    if REWRITING.search(said) or squeezed(stated.sides[0]) in {squeezed(side) for side in last.sides}:
        return False
    inside = frozenset(labelled_names(tokens_of(_INDICES.sub(" ", stated.sides[0]), LatexNames())))
    new = inside & written[stated.formula] - (written[last.formula] | valued if marked else known)
    plain = not any(_ARRAY.search(one.sides[0]) for one in (last, stated))
    formulas = [sheet.formulas[one.formula] for one in (last, stated)]
    kinds = [_KIND.search(one.before) for one in formulas]
    functions = [_FUNCTION.search(sheet.prose[max(one.place - 90, 0) : one.place]) for one in formulas]
    called = [[match[match.lastindex or 1].lower() for match in found if match] for found in (kinds, functions)]
    another = any(len({*names}) == 2 for names in called)
    return plain and (bool(new) or another or (marked and _ASKED.search(said) is not None))


def _done(found: Outline, name: str, written: Sequence[Set[str]], start: int, end: int) -> bool:
    """Whether the last loss is not spoken of any more up to the end of a section. Behind that its letter may be
    another's: nothing is differentiated that has it, or first by what was not written by then."""
    again = next((item for item in found.differentiated if item.formula >= end and item.body == name), None)
    before = frozenset[str]().union(*written[:start])
    return all(name not in names for names in written[start:end]) and (
        again is None or (again.variable is not None and again.variable not in before)
    )
