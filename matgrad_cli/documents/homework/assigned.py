"""Which problem of a key a formula answers, where no block or display says it: by lines `matgrad:
problem = N`, else by headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import filterfalse
from pathlib import Path

from ...diagnostics import Diagnostic, Source
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ..display_rows import RELATION
from ..hidden import FENCE, doubtful_in_markdown, shown_in_markdown, unknown_arguments, unseen
from ..keys import Collector, Document, Exercise, split_key
from ..latex_carrier import without_comments
from ..passage import Passage, blank, blanked, covered
from ..python.answer import worked_out
from ..sheets.read import LATEX, PLAIN, read_sheet
from ..sheets.sheet import Formula
from ..words import said
from .code_blocks import code_blocks, in_another_language, set_in
from .entry_cases import with_cases
from .pieces import is_name, pieces, says_range
from .titles import bare, title_in_code, titled_parts
from .unmarked import announced, in_blocks, only_line, unmarked, written

MARK = regex(r"^[ \t]*(?:%+|#+|//|<!--)?[ \t]*matgrad[ \t]*:[ \t]*(?P<pair>[^\n]*?)[ \t]*(?:-->)?[ \t]*$", re.MULTILINE)
_STATED = regex(rf"(?=[ \t]*[`~]{{3,}}[ {{.]*matgrad)(?:{FENCE.pattern})", FENCE.flags)
_TEMPLATE = regex(r"raise NotImplementedError(?:\(\))?|#*[ \t]*YOUR (?:ANSWER|CODE) HERE|#+ (?:BEGIN|END) SOLUTION")
"""What the sheet that is handed out holds where an answer is to stand."""
_REPLIED = regex(
    r"^[^\n]*(?:\b(?:wrote|schrieb|écrit|escribió|scritto)\b|Original Message|\S@\S)[^\n]*\n(?:\s*>[^\n]*(?:\n|\Z))+",
    re.MULTILINE,
)
"""What a reply by e-mail repeats of the message before it."""
_GRADIENT = regex(r"\\nabla|∇|\\partial|∂|\\frac\s*\{\s*d|\bd[A-Z]\b")
_MOST_READINGS = 5
_CASE = regex(r"\s*\\?\w+\s*=\s*[-−]?(?:\d+|I)\s*:\s+(?=\S)")
_HEADED = r"(?:^|[\n.:])\W*(?:(?:<announcing>|<of>|<loss>|<it>)\s+)*(?:<first>|(?P<second><second>))\s*$"

UNCLAIMED = "formulas were found that belong to no problem"
HOW = "write `matgrad: problem = NAME` on a line above each answer, or a heading `Problem NAME`"


def assigned(document: Document, ending: str, asked: Sequence[str]) -> Document:
    """The document with what stands below each mark as the answer to its problem,
    where the mark is followed by no block or display.

    A document without marks is read by its headings, as far as they name problems that are asked. A document whose
    formulas belong to no problem says so.
    """
    text = document.source.text
    document = replace(document, diagnostics=(*document.diagnostics, *unseen(document.source, _shown(text, ending))))
    text = _REPLIED.sub(blank, _TEMPLATE.sub(blank, text))
    masked = MARK.sub(blank, text)
    keyed = tuple(exercise for exercise in document.exercises if exercise.keys)
    blocks = keyed if not any(exercise.empty for exercise in keyed) else ()
    if blocks and ending in LATEX:
        return document
    found = keyed or _marked(document.source, text if ending in LATEX else _shown(text, ending))
    shown = _STATED.sub(blank, _shown(masked, ending))
    titled = len(asked) > 1 and (blocks or not found)
    stated = {block.text("problem") for block in blocks}
    uncoded = blanked(shown, (span for span, _ in code_blocks(shown, 0, len(shown), ending)))
    stem = Path(document.source.name).stem
    parts = [*titled_parts(uncoded, asked, ending in LATEX, stem)] if titled else []
    parts = [part for part in parts if part[1] not in stated]
    if blocks and not parts:
        return document
    for place, _, start, _ in parts if ending not in LATEX else ():  # `Problem 5: w = …` is no part of the formula
        masked, shown = (covered(one, place, start) for one in (masked, shown))
    visible = surely_shown(blanked(masked, set_in(masked, ending)), ending)
    sheet = read_sheet(replace(document.source, text=visible), ending)
    formulas = every = [] if sheet is None else [*_claims(sheet.formulas)]
    (_, _, own, _) = next(titled_parts(uncoded, asked, ending in LATEX), (0, "", 0, 0)) if len(asked) == 1 else (0,) * 4
    spans = [(start, end) for _, _, start, end in parts] or [(0, own), (own, len(text))]
    formulas = [one for start, end in spans for one in _owned(_within(formulas, start, end), text[start:end])]
    for one in filter(_aside, formulas):
        shown = covered(shown, one.passage.places[0], one.passage.places[-1])
    if found and not blocks:
        filled = _filled(found, [one for one in formulas if not _aside(one)], shown, text, ending)
        return replace(document, exercises=tuple(filled), sheet=None)
    if parts:
        exercises = [
            _exercise(name, start, _within(formulas, start, end), shown, end, ending) for _, name, start, end in parts
        ]
        exercises = [
            replace(one, told=_told_before(every, start)) for one, (*_, start, _) in zip(exercises, parts, strict=True)
        ]
        full = {one.text("problem") for one in exercises if not one.empty}
        told = (one for one in exercises if not one.empty or one.text("problem") not in full)
        return replace(document, exercises=(*blocks, *told), sheet=None)
    if len(asked) == 1 and not document.exercises:
        start = 0 if _within(formulas, 0, own) else own
        whole = _exercise(asked[0], start, formulas, shown, len(text), ending)
        if formulas or not whole.empty:
            return replace(document, exercises=(whole,), sheet=None)
    if formulas and len(asked) > 1:
        message, nowhere = f"{UNCLAIMED}: mark them", Source(document.source.name, "")
        why = Diagnostic("no-problem", message, nowhere, help=HOW, severity="warning")
        return replace(document, exercises=(), diagnostics=(*document.diagnostics, why))
    return document


_RULED = regex(r"(?<=#)[ \t]*[-=*_~#]{2,}|[-=*_~#]{2,}[ \t]*$", re.MULTILINE)
_REMARK = regex(r"^[ \t]*#[^\n]*", re.MULTILINE)


def in_code(document: Document, asked: Sequence[str]) -> Document:
    """The answers in a Python file: below each comment `# Problem 7`, and the labels `# (a)` below that; else what is
    called after a problem; or all of it where one problem is asked."""
    source, title = document.source, title_in_code(asked)
    remarks = (one for one in _REMARK.finditer(source.text) if title.match(one[0]) is None)
    plain = _RULED.sub(blank, blanked(source.text, [one.span() for one in remarks]))
    found = assigned(Document(replace(source, text=plain)), ".txt", asked)
    if found.exercises and not found.diagnostics:
        return replace(found, source=source)
    answers = [*_called(source.text, asked)]
    if not answers and (len(asked) > 1 or worked_out(source.text, None) is None):
        return document
    told = answers or [(asked[0], Passage(source.text))]
    keys = ({"problem": Passage(one, 0, (0,) * (len(one) + 1)), "answer": text} for one, text in told)
    return Document(source, tuple(map(Exercise, keys)))


_NAMED = regex(
    r"^(?P<function>def[ \t]+)?(?P<name>\w+)(?(function)|[ \t]*=(?!=))[^\n]*\n?(?:[ \t)\]}]+[^\n]*\n?|\n)*",
    re.MULTILINE,
)
"""A function, or a name and its value."""
_QUOTED = regex(r"\w+[ \t]*=[ \t]*[fr]?(?P<quote>[\"']?)(?P<text>[A-Za-z]\w*|(?<=[\"'])[^\"'\n]+)(?P=quote)\s*")
"""A value that is a name, or a text."""
_OF_PROBLEM = r"(?:(?:<problem>|<result>|q|p|grad|prob|ex|hw|ans|sol)_?)+(?P<id>\w+?)(?:_?(?:<result>|grad))?"


def _called(text: str, asked: Sequence[str]) -> Iterator[tuple[str, Passage]]:
    """The problems after which functions and values are called, `def q2(X, w, y)` and `answer_1a = …`, and for each, of
    the last, what is quoted or a name, or the text without what it does not use."""
    named, problems = [*_NAMED.finditer(text)], {bare(one): one for one in asked}
    words, last = [{*re.findall(r"\w+", one[0])} for one in named], dict[str, int]()
    for at, one in enumerate(named):
        if (of := said(_OF_PROBLEM).fullmatch(one["name"])) is not None and bare(of["id"]) in problems:
            last[problems[bare(of["id"])]] = at
    for problem, at in last.items():
        if (quoted := _QUOTED.fullmatch(named[at][0])) is not None:
            yield problem, Passage(quoted["text"], named[at].start() + quoted.start("text"))
            continue
        usable = {place: one["name"] for place, one in enumerate(named) if place < at or one["function"]}
        kept, needed = {at}, words[at]
        while more := {place for place in usable.keys() - kept if usable[place] in needed}:
            kept, needed = kept | more, needed.union(*(words[place] for place in more))
        yield problem, Passage(blanked(text, [one.span() for place, one in enumerate(named) if place not in kept]))


_SENTENCE = regex(r"\$[^$]+\$|\\\(.+?\\\)", re.DOTALL)
_TOLD = regex(r"(?<![\\\w])[^\W\d_]{2,}")
_REASON = r"\w.*\b<because>\b[^$]*\W*$"
"""`2Mu because $`: the formulas behind it are a reason, and the answer has no marks."""


def told_in_tables(document: Document) -> Document:
    """The document in which an answer of a table that is a sentence with formulas is read as one under a heading is."""
    found = []
    for exercise in document.exercises:
        answer = exercise.keys.get("answer")
        if answer is not None and _SENTENCE.search(answer.text) and _TOLD.search(_SENTENCE.sub(" ", answer.text)):
            sheet = read_sheet(Source(document.source.name, surely_shown(answer.text, ".md")), ".md")
            formulas = [one for one in sheet.formulas if not says_range(one)] if sheet is not None else []
            first = formulas[0].passage.places[0] if formulas else 0
            if said(_REASON).search(answer.text[:first]):
                found.append(exercise)
                continue
            own = _exercise("", 0, formulas, answer.text, len(answer.text), ".md")

            def placed(one: Passage, answer: Passage = answer) -> Passage:
                return replace(one, offsets=tuple(answer.places[at] for at in one.places))

            rest = {key: value for key, value in exercise.keys.items() if key != "answer"}
            readings = [tuple(map(placed, rows)) for rows in (own.rows, *own.readings)]
            told = tuple(replace(one, passage=placed(one.passage)) for one in own.pieces)
            if own.rows:
                exercise = replace(exercise, keys=rest, rows=readings[0], readings=tuple(readings[1:]), pieces=told)
        found.append(exercise)
    return replace(document, exercises=tuple(found))


def surely_shown(text: str, ending: str) -> str:
    """The text without elements and commands of which it is not known that the page shows what they hold;
    comments stay."""
    if ending in PLAIN:
        return text
    latex = ending in LATEX
    return blanked(text, unknown_arguments(without_comments(text)[0]) if latex else doubtful_in_markdown(text))


def _shown(text: str, ending: str) -> str:
    """The text without what its page does not surely show."""
    text = surely_shown(text, ending)
    if ending in LATEX:
        return without_comments(text, listings=True)[0]
    return text if ending in PLAIN else shown_in_markdown(text)


def _marked(source: Source, shown: str) -> tuple[Exercise, ...]:
    """The problems that lines `matgrad: key = value` name; an answer only where the page shows it."""
    collector = Collector(source)
    for match in MARK.finditer(source.text):
        line = Passage(match["pair"], match.start("pair"))
        key, _ = split_key(line) or ("", line)
        if key != "answer" or shown[match.start("pair") : match.end("pair")].strip():
            collector.line(line)
    return collector.document().exercises


def _filled(
    exercises: Sequence[Exercise], formulas: Sequence[Formula], shown: str, text: str, ending: str
) -> Iterator[Exercise]:
    """The exercises; those that hold nothing with the formulas from their keys to the next mark."""
    starts = [max((passage.places[-1] for passage in exercise.keys.values()), default=0) for exercise in exercises]
    marks = sorted([*starts, *(match.start() for match in MARK.finditer(text))])
    for exercise, start in zip(exercises, starts, strict=True):
        if not exercise.empty:
            yield exercise
            continue
        end = next((place for place in marks if place > start), len(text))
        found = _exercise(exercise.text("problem") or "", start, _within(formulas, start, end), shown, end, ending)
        yield replace(found, keys={**found.keys, **exercise.keys})


def _within(formulas: Sequence[Formula], start: int, end: int) -> list[Formula]:
    return [one for one in formulas if start <= one.passage.places[0] < end]


def _exercise(name: str, start: int, formulas: Sequence[Formula], shown: str, end: int, ending: str) -> Exercise:
    """The answer between two places; where no formula is marked as one, what stands there without marks."""
    keys = {"problem": Passage(name, 0, (start,) * (len(name) + 1))}
    aside = next(filter(_aside, formulas), None)
    formulas, shown = with_cases([one for one in formulas if not _aside(one)], shown, start, end)
    if aside is None and ending not in LATEX and (line := only_line(shown, start, end)) is not None:
        return Exercise({**keys, "answer": line})
    if formulas and ending not in LATEX:
        formulas = _with_announced(formulas, [*announced(shown, start, end)])
    if formulas and all(_DEFINES.match(one.passage.text) for one in formulas):
        formulas = [*formulas, *_stated_in_blocks(shown, start, end, ending)]
    bare = in_blocks if ending in LATEX else unmarked
    readings = _readings(formulas) or bare(shown, start, end, ending)
    code = _code(shown, start, end, ending)
    if code is not None and (not formulas or code.start == start):
        return Exercise({**keys, "answer": code})
    if not readings:
        return Exercise(keys, unread=_passed(aside) if aside is not None else written(shown, start, end))
    told = tuple(pieces(formulas or _bare(readings), shown[:end], start))
    return Exercise(keys, readings[0], tuple(readings[1:]), told)


def _stated_in_blocks(text: str, start: int, end: int, ending: str) -> Iterator[Formula]:
    """The lines of the blocks that state a derivative by the names that sentences define."""
    for number, rows in enumerate(in_blocks(text, start, end, ending, formulas=True)):
        if any(_GRADIENT.search(row.text) or row.text.startswith("grad") for row in rows):
            yield from (Formula(row, row.places[0], "plain", number) for row in rows)


def _with_announced(formulas: Sequence[Formula], lines: Sequence[Passage]) -> list[Formula]:
    """The formulas with the lines that words announce as the answer, each as one formula of a sentence."""
    if len(lines) > _MOST_READINGS:
        return [*formulas]
    spans = [range(line.places[0], line.places[-1]) for line in lines]
    apart = [one for one in formulas if not any(one.passage.places[0] in span for span in spans)]
    told = [Formula(line, line.places[0], "inline", -1) for line in lines]
    return sorted([*apart, *told], key=lambda one: one.passage.places[0])


_DEFINES = regex(r"\s*\\?[A-Za-z]+(?:\s*\{\s*\\?\w+\s*\})?(?:_\{?\w+\}?)?\s*&?:?=(?!.*\\(?:nabla|partial))")


def _told_before(formulas: Sequence[Formula], start: int) -> tuple[Passage, ...]:
    """What is said before a place of the names that stand behind it, the last value of a name first."""
    told = [one.passage for one in formulas if one.passage.places[0] < start and not _aside(one)]
    return tuple(one for one in reversed(told) if _DEFINES.match(one.text))


def _code(text: str, start: int, end: int, ending: str) -> Passage | None:
    """The one block of code between two places, or all that stands there, if it computes something."""
    blocks = [*code_blocks(text, start, end, ending)]
    found = [body for _, body in blocks]
    if not found and ending not in LATEX:
        found = [Passage(text[start:end], start)]
    if len(found) == 1 and worked_out(found[0].text, None) is not None:
        return found[0]
    return in_another_language(text, blocks[0]) if len(blocks) == 1 else None


_QUOTING = regex(r"^[ \t]*>[^\n]*|\\begin\s*\{(quot(?:e|ation))\}.*?\\end\s*\{\1\}", re.MULTILINE | re.DOTALL)


def _owned(formulas: Sequence[Formula], text: str) -> Sequence[Formula]:
    """The formulas of a part; where all of it is set as a quotation, that is how its author shows the answer."""
    if not formulas or not all(one.quoted for one in formulas):
        return formulas
    outside = said(r"\b(?:<announcing>|<result>|<is>)\b").sub(" ", MARK.sub(" ", _QUOTING.sub(" ", text)))
    return formulas if re.search(r"\w", outside) else [replace(one, quoted=False) for one in formulas]


def _no_claim(formula: Formula) -> bool:
    """Whether a formula is a range, or begins as the one that stands between the same marks: `$2x$. No,`."""
    return says_range(formula) or formula.passage.text.startswith("$")


def _claims(formulas: Iterable[Formula]) -> Iterator[Formula]:
    """The formulas that may claim something. One that goes on from a word, `gradient = 2Ax`, says what that word says;
    the value that a case begins with, `case λ = 0: w = …`, is one of the words before it."""
    for one in filterfalse(_no_claim, formulas):
        case = _CASE.match(one.passage.text)
        head = said(_HEADED).search(one.before) if one.passage.text.startswith("=") else None
        if case is not None and said(r"\b(?:<when>|case)\b[^.;]*$").search(one.before):
            yield replace(one, passage=one.passage.part(case.end(), len(one.passage.text)))
        elif head is not None:
            written = r"\nabla^2 " if head["second"] else r"\nabla "
            yield replace(one, passage=one.passage.replaced([(0, 0, written)]))
        else:
            yield one


def _aside(formula: Formula) -> bool:
    return formula.quoted or formula.struck


def _passed(formula: Formula) -> Diagnostic:
    message = f"`{formula.passage.text}` is no answer: it is {'quoted' if formula.quoted else 'struck out'}"
    return Diagnostic("nothing-judged", message, help="write the answer as text of your own", severity="warning")


def _bare(readings: Sequence[tuple[Passage, ...]]) -> list[Formula]:
    """What was read without marks, in its order in the text."""
    return [Formula(rows[-1], rows[-1].places[0], "inline", number) for number, rows in enumerate(reversed(readings))]


def _readings(formulas: Sequence[Formula]) -> list[tuple[Passage, ...]]:
    """What may be meant as the derivation: the displays, the displays with the equations in sentences; without a
    display the equation that names a derivative, else the last, else the last formula, each with what goes on from it.
    """
    displays = [_starred(one.passage) for one in formulas if one.kind != "inline"]
    equations = [_starred(one.passage) for one in formulas if one.kind != "inline" or RELATION.search(one.passage.text)]
    runs: list[tuple[Passage, ...]] = []
    for one in (one.passage for one in formulas if one.kind == "inline"):
        goes_on = bool(runs) and one.text.lstrip(" &").startswith("=")
        runs = [*runs[:-1], (*runs[-1], one)] if goes_on else [*runs, (one,)]
    lone = sorted(runs, key=lambda run: _promising(run[0]), reverse=True)
    found = [tuple(displays)] if displays else lone[: _MOST_READINGS - 1]
    return [*found, tuple(equations)] if equations and tuple(equations) not in found else found


def _starred(passage: Passage) -> Passage:
    """The passage with `w^* = …` for `w* = …`, which is a name and no product."""
    star = re.match(r"[^\W\d_](?:_?\w)?(?=\*\s*=)", passage.text)
    return passage.replaced([(star.end(), star.end(), "^")]) if star is not None else passage


def _promising(passage: Passage) -> tuple[bool, bool, bool, int]:
    equation = RELATION.search(passage.text) is not None
    stated = equation and _GRADIENT.search(passage.text) is not None
    return stated, equation, not is_name(passage.text), passage.places[0]
