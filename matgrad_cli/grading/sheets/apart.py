r"""Statements of one row, `f(x) = x^\top A x, \quad A = A^\top`, and the entries of a gradient that is written out,
each as a formula of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.sheets.facts import SAID, fact_by_form
from ...documents.sheets.names import labelled_names, tokens_of
from ...documents.sheets.outline import Outline
from ...documents.sheets.sheet import Formula
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine, Side, split_line
from ...notation.latex.names import GREEK, LatexNames

_ROOM = r"(?:(?<!\\)[,;.]|\\q?quad(?![A-Za-z])|\\[,;:! ]|[\s&~])"
_BETWEEN = regex(rf"(?=[^\s&~]){_ROOM}*(?P<words>(?:{SAID}{_ROOM}*)*)")
"""What parts two statements: a comma, room, words."""

_OF_DERIVATIVE = regex(
    r"[^=]*(?:\\nabla|\\partial|[∇∂']|\\prime|\\frac\s*\{\s*d)[^=]*=(?:(?!\\(?:[lg]eq?|prec|succ)|[<>≤≥≺≻⪯⪰]).)*",
    re.DOTALL,
)
_DERIVATIVE = regex(r"[\s&{]*(?:\\nabla|∇|\\[dt]?frac\s*\{\s*(?:\\partial|d\b|\\mathrm\s*\{\s*d)|∂/∂)")
_GOES_ON = regex(r"[\s&]*=")
_SIGNED = regex(
    r"\s*(?:\\(?:[lg]eq?|prec(?:eq)?|succ(?:eq)?)(?![A-Za-z])|[<>≤≥≺≻⪯⪰])\s*(?:\\mathbf\s*)?\{?0\}?[\s.,;]*$"
)
"""A sign that is said of a derivative besides its value: `\\nabla^2 J = X^\\top X \\succeq 0`."""


def with_statements(formulas: Sequence[Formula], found: Outline) -> tuple[Formula, ...] | None:
    """The formulas with a row for each statement that does not go on from the one before;
    None where every row has one."""
    made: list[Formula] = []
    written = set[str]()
    for formula, line in zip(formulas, found.lines, strict=False):
        made += [*_with_end(formula, line, written), *_apart(formula, line)]
        written |= {*labelled_names(tokens_of(formula.passage.text, LatexNames()))}
    rest = tuple(formulas[len(found.lines) :])
    return (*made, *rest) if len(made) > len(found.lines) else None


def with_heads(formulas: Sequence[Formula], found: Outline) -> tuple[Formula, ...] | None:
    """The formulas with one row for a derivative sign that stands alone in a display and what it is,
    which begins the next with `=`."""
    made: list[Formula] = []
    for at, formula in enumerate(formulas):
        last, goes_on = made[-1] if made else formula, _GOES_ON.match(formula.passage.text)
        shown = goes_on and last.kind == formula.kind == "display" and _DERIVATIVE.match(last.passage.text)
        if shown and len(_sides(found, at - 1)) == 1:
            made[-1] = replace(last, passage=last.passage.joined(formula.passage, " "), after=formula.after)
        else:
            made.append(formula)
    return tuple(made) if len(made) < len(formulas) else None


def _sides(found: Outline, at: int) -> Sequence[Side]:
    """The sides of a row that is one statement with a left side of its own."""
    statements = found.lines[at].statements if at < len(found.lines) else ()
    return statements[0].sides if len(statements) == 1 and statements[0].leading is None else ()


def _apart(formula: Formula, line: LatexLine) -> Iterator[Formula]:
    """The parts of a row; the words between two of them stand before the second."""
    passage = formula.passage
    begins, ends, words = [0], [], [""]
    for last, one in zip(line.statements, line.statements[1:], strict=False):
        found = [match for match in _BETWEEN.finditer(passage.text, last.span.end, one.span.start) if match[0]]
        claims = len(one.sides) > 1 or fact_by_form(passage.text[one.span.start : one.span.end])[1]
        if one.leading is None and not one.both and claims and found:
            between = found[-1]
            ends.append(between.start())
            begins.append(between.start("words"))
            words.append(re.sub(SAID, " \\g<said> ", between["words"]))
    parts = [passage.part(begin, end).stripped() for begin, end in zip(begins, [*ends, len(passage.text)], strict=True)]
    if len(parts) > 1 and parts[-1].text.startswith("(") and fact_by_form(parts[-1].text)[1]:
        parts[-1] = parts[-1].part(1, parts[-1].text.rindex(")")).stripped()
    if (signed := _signed(parts[-1])) is not None:
        parts[-1:] = signed
        begins.append(begins[-1] + len(signed[0].text))
        words.append("")
    if len(parts) < 2 or any(not _whole(part.text) for part in parts):
        yield formula
        return
    for part, begin, said in zip(parts, begins, words, strict=True):
        yield replace(formula, passage=part, place=formula.place + begin, before=formula.before + said)


def _signed(passage: Passage) -> tuple[Passage, Passage] | None:
    """The value of a derivative and the sign that is said of it, which is another claim."""
    value = _OF_DERIVATIVE.match(passage.text)
    if value is None or _SIGNED.match(passage.text, value.end()) is None:
        return None
    return passage.part(0, value.end()).stripped(), passage.part(value.end(), len(passage.text))


_NEW_NAME = regex(r"\s*:?\s*(?:\\math\w+\s*\{)?\s*\\?[A-Za-z]+\s*\}?\s*(?:_\s*(?:\{\s*[a-z]\s*\}|[a-z]))?[\s.,;]*")


def _with_end(formula: Formula, line: LatexLine, written: set[str]) -> Iterator[Formula]:
    """What a derivative is called at the end of its row, `= e^{x_j}/s = p_j`, as a definition before it."""
    sides = line.statements[0].sides if len(line.statements) == 1 else ()
    head = sides[0].node if len(sides) > 2 else None
    if isinstance(head, s.Derivative) and _NEW_NAME.fullmatch(end := sides[-1].text):
        name = next(iter(labelled_names(tokens_of(end, LatexNames()))), None)
        before = {one for side in sides[:-1] for one in labelled_names(tokens_of(side.text, LatexNames()))}
        if name not in {None, "I"} | before | written:
            part, value = (formula.passage.part(side.span.start, side.span.end) for side in (sides[-1], sides[-2]))
            text = f"{part.text.strip(' .,;:')} = {value.text}"
            places = (*[part.places[0]] * (len(text) - len(value.text)), *value.places)
            yield replace(formula, passage=Passage(text, 0, places))


def _whole(text: str) -> bool:
    """Whether what opens in a text closes in it."""
    pairs = (("{", "}"), (r"\left", r"\right"), (r"\begin", r"\end"))
    return all(text.count(opens) == text.count(closes) for opens, closes in pairs)


_TABLE = regex(
    r"[\s&]*(?:\\left\s*)?(?:[\[(]\s*(?:\\right\s*)?)?\\begin\{(?P<name>\w*matrix|array)\}(?:\{[clr|]+\})?(?P<body>.*?)\\end\{(?P=name)\}"
    r"(?:\s*(?:\\right\s*)?[\])])?(?:\s*\^\s*\{?\\?\w+\}?)?[\s.,;]*"
    r"|[\s&]*(?:\\left\s*)?(?P<open>[\[(])(?P<list>.*)(?:\\right\s*)?[\])](?:\s*\^\s*\{?\\?\w+\}?)?[\s.,;]*",
    re.DOTALL,
)
_AT = regex(r"\b(?:at|point|evaluat\w+|when|where|for|critical|minimum)\b", re.IGNORECASE)
"""Behind them numbers may be the values at one place."""
_CELL_END = regex(r"\\begin\b|\\end\b|\\left\b|\\right\b|[{}()\[\]]|\\\\(?:\[[^\]]*\])?|[&,]")


def with_entries(formulas: Sequence[Formula], found: Outline) -> tuple[Formula, ...] | None:
    r"""The formulas with `\nabla f = [2x, 3y]` of a function f(x, y) of several numbers entry by entry;
    None where no derivative is written out so."""
    made = [
        tuple(_entries(formula, _sides(found, at), found)) or (formula,)
        for at, formula in enumerate(formulas[: len(found.lines)])
    ]
    rest = tuple(formulas[len(found.lines) :])
    parts = tuple(part for parts in made for part in parts)
    return (*parts, *rest) if len(parts) > len(found.lines) else None


def _entries(formula: Formula, sides: Sequence[Side], found: Outline) -> Iterator[Formula]:
    if len(sides) > 2 and isinstance(sides[0].node, s.Name):
        sides = sides[1:]  # `H = \\nabla^2 f = …`
    head = s.ungrouped(sides[0].node) if len(sides) > 1 and sides[0].node is not None else None
    order = 0
    while isinstance(head, s.Derivative) and head.variable is None and head.body is not None:
        head, order = s.ungrouped(head.body), order + 1
    called = isinstance(head, s.Apply) and all(isinstance(part, s.Name) for part in head.arguments)
    name = head.function if called and isinstance(head, s.Apply) else getattr(head, "name", None)
    variables = _numbers_of(name, found) if order and name is not None else ()
    text = formula.passage.text
    cells = [_cells(text, side.span.start, side.span.end) for side in sides[1:]]
    if len(variables) < 2 or any(len(one) != len(variables) ** order for one in cells):
        return
    tokens = (tokens_of(text[start:end], LatexNames()) for one in cells for start, end in one)
    constant = not any({*labelled_names(entry)} - {"e", "pi"} for entry in tokens)
    constant = constant and (order == 1 or _AT.search(f"{formula.before[-60:]} {formula.after[:60]}") is not None)
    loss = text[head.span.start : head.span.end] if head is not None else ""
    for at, by in enumerate(product(variables, repeat=order)):
        below = "".join(rf"\partial {one}" for one in by)
        written = rf"\frac{{\partial^{{{order}}} {loss}}}{{{below}}}".replace("^{1}", "")
        passage = Passage(written, 0, (formula.passage.places[0],) * (len(written) + 1))
        for one in cells:
            cell = formula.passage.part(*one[at])
            passage = Passage(
                f"{passage.text} = {cell.text}", 0, (*passage.places, *[cell.places[0]] * 2, *cell.places)
            )
        yield replace(formula, passage=passage, place=formula.place + at, guessed=formula.guessed or constant)


def _numbers_of(name: str, found: Outline) -> tuple[str, ...]:
    """The variables of a function of several, in their order: its arguments, else x, y and z, or x_1, x_2 in its
    value."""
    for stated in (stated for stated in found.stated if stated.name == name and not stated.letters):
        names = list(dict.fromkeys(stated.arguments))
        if len(names) < 2:
            inside = set(labelled_names(tokens_of(stated.sides[0], LatexNames(accents=found.accents)))) - {"e"}
            stems = {one.partition("_")[0] for one in inside}
            plain = inside <= set("xyz") or (len(stems) == 1 and all(re.search(r"_\d$", one) for one in inside))
            names = sorted(inside) if plain else []
        parts = (one.partition("_") for one in names)
        return tuple(
            ("\\" if stem in GREEK else "") + stem + (f"_{{{below}}}" if below else "") for stem, _, below in parts
        )
    return ()


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the entries of a written-out array stand; none where it is no such array."""
    found = _TABLE.fullmatch(text, start, end)
    if found is None:
        return []
    group = "body" if found["name"] else "list"
    depth, begin, cells = 0, found.start(group), []
    for match in _CELL_END.finditer(text, *found.span(group)):
        if match[0] in ("\\begin", "{", "(", "["):
            depth += 1
        elif match[0] in ("\\end", "}", ")", "]"):
            depth -= 1
        elif depth == 0 and match[0][:2] in (("\\\\", "&") if found["name"] else (",",)):
            cells.append((begin, match.start()))
            begin = match.end()
    cells.append((begin, found.end(group)))
    return [(first, last) for first, last in cells if text[first:last].strip()]


_UNLIKE = r"(?P<one>[a-z])\s*(?P<sign>\\neq?(?![A-Za-z])|≠|=)\s*(?P<other>[a-z])"
_CONDITION = regex(rf"\s*{_UNLIKE}\s*")
_CONDITION_BEHIND = regex(
    r"\s*(?:(?:,|\\q?quad(?![A-Za-z])|\\[,;:! ]|[&~])\s*)+"
    r"(?:\(\s*|(?<=quad)\s*|\\(?:text\w*|mbox|mathrm)\s*\{[^{}]*\b(?:if|when|for|where)\b[^{}]*\}\s*)"
    rf"{_UNLIKE}\s*\)?[\s.,;]*$"
)
_CASE = regex(
    r"(?:\b(?:if|when|for|case|where|whenever|wenn|falls|für)\b[^$.]{0,25}|(?:^|\n)[\s*_>#•–|\d.()-]*|\(\s*)"
    r"[$\s\\(]*$",
    re.IGNORECASE,
)
"""What stands before a condition on letters: a word, where a line or a cell begins, a bracket (`Alike ($i = j$)`)."""
_THEN = regex(r"[^.$=]{0,60}$")
_INDEX = r"_\s*(?:\{{[a-z,\s]*{0}[a-z,\s]*\}}|{0}(?![A-Za-z]))"


def with_letter_cases(formulas: Sequence[Formula], found: Outline, prose: str) -> tuple[Formula, ...] | None:
    r"""The formulas with a table of cases for each side of a row that is said of two letters alike, or unlike:
    `\frac{\partial p_i}{\partial z_j} = -p_i p_j \quad (i \neq j)`, **Case 1: $i = j$**."""
    made: list[Formula] = []
    case: tuple[int, re.Match[str]] | None = None
    head, general = Passage(""), Passage("")
    for at, (last, formula) in enumerate(zip((None, *formulas), formulas, strict=False)):
        text = formula.passage.text
        goes_on = _GOES_ON.match(text) is not None
        if not goes_on and _CONDITION.fullmatch(text) is None:
            left = _sides(found, at)
            head = formula.passage.part(left[0].span.start, left[0].span.end) if len(left) > 1 else Passage("")
        behind = _CONDITION_BEHIND.search(text)
        stated = _CONDITION.fullmatch(last.passage.text) if last is not None and last.kind == "inline" else None
        if stated is not None and last is not None:
            between = prose[last.place + len(last.passage.text) : formula.place]
            said = _CASE.search(prose[max(0, last.place - 80) : last.place])
            case = (formula.block, stated) if said and _THEN.match(between.strip("$*_#: \n\\([")) else None
            if case is not None and goes_on:  # from what holds in every case
                head = general
                formula = replace(formula, passage=general.joined(formula.passage, " "))
        general = general if (case is not None and formula.block == case[0]) or not head.text else head
        if behind is not None and "=" in text[: behind.start()]:
            bare = replace(formula, passage=formula.passage.part(0, behind.start()))
            made.append(_in_case(formula, bare, behind, head.text))
        elif case is not None and formula.block == case[0] and "=" in text:
            made.append(_in_case(formula, replace(formula, before="", after=""), case[1], head.text))
        else:
            made.append(formula)
    return tuple(made) if made != list(formulas) else None


def _in_case(formula: Formula, bare: Formula, condition: re.Match[str], head: str) -> Formula:
    """A row without the words of its condition, each side as it is where that holds, and 0 elsewhere; of one letter
    alone, where also the `head` from which it goes on holds no other, `i = j` says nothing else, and another condition
    is left to it."""
    text, letters = bare.passage.text, (condition["one"], condition["other"])
    if not all(re.search(_INDEX.format(letter), f"{head} {text}") for letter in letters):
        return bare if condition["sign"] == "=" else formula
    sign = "=" if condition["sign"] == "=" else r"\neq"
    end = rf" & {letters[0]} {sign} {letters[1]} \\ 0 & \text{{otherwise}}\end{{cases}}"
    sides = [side.span for statement in split_line(text).statements for side in statement.sides]
    changes = [(at, at, put) for span in sides for at, put in ((span.start, r"\begin{cases} "), (span.end, end))]
    return replace(bare, passage=bare.passage.replaced(changes))
