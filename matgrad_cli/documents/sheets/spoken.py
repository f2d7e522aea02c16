r"""What words between formulas say that they are: `the gradient of $x^\top Ax$ with respect to $x$ is $2Ax$`,
`write $r$ for $\|x\|$`, `which equals $4Ax$`; and what the head of a table says of its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...notation.latex.names import GREEK, OF_GREEK
from ...notation.loss_text import plain_name
from .named import LONE, NO_VALUE, WHOLE, with_text
from .outline import Outline
from .sheet import Formula, Sheet

_KIND = r"(?P<kind>gradients?|hessian|second derivatives?|derivatives?)"
_OF = regex(
    r"(?:^|[.,;:!?]\s*|\b(?:and|that|then|so|hence|thus|find|compute|calculate|derive|determine|evaluate|what is|recall"
    r"|since|because|show)\s+)[\s#*_>-]*(?:(?:the|its|a)\s+)?(?:(?:partial|first|total|full)\s+)?"
    rf"{_KIND}(?: (?:matrix|vector))? of(?: the (?:scalar )?(?:function|loss|form|expression|map))?\s*$",
    re.IGNORECASE,
)
"""No norm of the gradient, no negative gradient, no third derivative."""
_BY = regex(
    r"^\s*,?\s*(?:with respect to|w\.?\s?r\.?\s?t\.?|by|in|over)(?: the (?:vector|matrix|variable))?\s*$", re.IGNORECASE
)
_THEN = r"(?:\s+(?:then|therefore|thus|simply|just|hence|now|given by|equal to))*[\s:]*$"
_IS = regex(
    rf"^\s*,?\s*(?:then |therefore |thus |hence |now )?(?:is|equals|becomes|reads|gives|yields){_THEN}", re.IGNORECASE
)
_ANSWERED = regex(
    r"^[\s.,;:?*_]*(?:(?:so|thus|hence|then|now|therefore|we (?:get|obtain|find|have)|it|this|which|(?:the )?(?:answer"
    rf"|result|solution))\b[\s,:*_]*)*(?:is|equals|becomes|reads|gives|yields|=|:)?{_THEN}",
    re.IGNORECASE,
)
"""What stands between a question and its answer, or the first line of what leads to it."""
_ANSWER = regex(r"\b(?:answer|it|this|which) *(?:is|equals|:|=)[\s:*_]*$", re.IGNORECASE)
_DERIVATIVE = regex(r"\\(?:nabla|partial)(?![A-Za-z])|[∇∂]|\bd\s*\w+\s*(?:\}\s*\{|/)\s*d")
_NAMED = regex(r"\s*(?P<name>\\?[A-Za-z]+)\s*(?:\([^()]*\))?\s*=(?!=)")
_RELATION = regex(r"[=<>≤≥≈∈~]|,(?![^()]*\))|\\(?:in|sim|[lg]eq?|approx|neq?|to)(?![A-Za-z])")
_IN_BRACKETS = regex(r"\[[^\[\]]*\]|\([^()]*\)|_\s*\{[^{}]*\}")
_KINDS = {
    "norm": (r"\left\|", r"\right\|"),
    "length": (r"\left\|", r"\right\|"),
    "transpose": ("{", r"}^\top"),
    "inverse": ("{", "}^{-1}"),
    "determinant": (r"\det\left(", r"\right)"),
    "trace": (r"\operatorname{tr}\left(", r"\right)"),
    "diagonal": (r"\operatorname{diag}\left(", r"\right)"),
}
"""What the words for a value make of what they are said of."""
_CALLS = (
    (
        regex(
            r"\b[Ww]rite @ for$|@ (?:denotes?|stands? for|abbreviates)(?: the \w+)?$|\b[Bb]y @ we (?:mean"
            r"|denote|understand)$"
        ),
        False,
    ),
    (
        regex(
            r"\b(?:[Dd]enote|[Aa]bbreviate|[Cc]all|[Ww]rite) @ (?:by|as|to)$|@ is (?:called|denoted(?: by)?"
            r"|abbreviated \w+)$"
        ),
        True,
    ),
    (
        regex(
            r"@ (?:is|be|being|denotes?) (?:the|a) (?P<kind>diagonal) matrix (?:\w+ ){0,4}?"
            r"(?:entr(?:y|ies)|elements?)(?: (?:are|is|equal to|given by))?$"
        ),
        False,
    ),
    (regex(rf"@ (?:is|be|being|denotes?) the (?:\w+ )?(?P<kind>{'|'.join(_KINDS)}) of(?: the \w+)?$"), False),
)
"""Words by which a name is given to a value, @ being the first of the two formulas between which they stand;
whether the second is it."""
_HEAD = regex(
    r"\s*(?:\\nabla(?![A-Za-z])|∇|\\[dt]?frac\s*\{\s*(?:\\partial|∂|\\mathrm\s*\{\s*d|d)(?![a-z])[^{}]*\}\s*\{\s*(?:\\partial|∂|d)"
    r"|(?:\\partial|∂|d)\s*\\?[A-Za-z]\w*(?:\([^()]*\))?\s*/\s*(?:\\partial|∂|d))"
)
_VALUE_OF_HEAD = regex(rf"[ \t]*(?::|→|{_IS.pattern.removeprefix('^').removesuffix('$')})[ \t*]*$", re.IGNORECASE)
"""What stands between a derivative and its value: a colon, `is`."""
_GOES_ON = regex(
    r"^,?\s*(?:and |or )?(?:(?:which|this|that|it) (?:also |then |again |just |simply )?(?:is|equals|becomes"
    r"|(?:simplifies|reduces|expands) to|(?:is|can be|may be) (?:re)?written as)"
    r"(?: just| simply| equal to| the same as)?"
    r"|i\.\s?e\.|that is|equivalently|in other words),?$",
    re.IGNORECASE,
)
"""What stands between a formula and another that goes on from it."""
_BY_ENTRY = regex(r"[^=]*(?:\\partial|∂)[^=/]*[/{][^=]*_")


_STATED = regex(r"\s*(?P<name>(?:\\math\w+\s*)?\{?\\?(?P<letter>[A-Za-z]+)\}?)\s*(?:\([^()]*\))?\s*&?:?=(?!=)")
_LOSSES = ("L", "J", "E", "f", "F", "ell", "loss", "Loss")
_RULE = regex(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$", re.MULTILINE)
"""The line below the head of a table."""
_OF_DERIVATIVES = regex(rf"{_DERIVATIVE.pattern}|\b(?:gradients?|derivatives?|hessians?)\b", re.IGNORECASE)
_OF_VALUES = regex(r"\b(?:formulas?|expressions?|values?|results?|equations?|equals|is|answers?)\b|=", re.IGNORECASE)
_OF_SIZES = regex(r"\b(?:shapes?|sizes?|dim(?:ension)?s?)\b", re.IGNORECASE)
_BELOW = regex(
    r"(?:\\nabla\s*_\s*|∇_?|\\partial(?![A-Za-z])\s*|∂\s*|(?<![A-Za-z])d\s*)\{?\s*(?P<by>\\[A-Za-z]+|[A-Za-z])"
)
"""The last of them is the variable of `\\nabla_x f` and `\\partial f/\\partial x`."""


def with_tables(sheet: Sheet) -> Sheet:
    r"""The document with the derivative written before each cell of a table that the head of its column, or a cell
    before it, says to be that: `| $x^\top x$ | $2x$ |` below `| function | gradient |`."""
    stated = [named for formula in sheet.formulas if (named := _STATED.match(formula.passage.text)) is not None]
    losses = {named["name"].strip() for named in stated if named["letter"] in _LOSSES}
    loss = losses.pop() if len(losses) == 1 else ""
    return _with(sheet, dict(cell for rule in _RULE.finditer(sheet.prose) for cell in _cells_below(sheet, rule, loss)))


def _cells_below(sheet: Sheet, rule: re.Match[str], loss: str) -> Iterator[tuple[int, Formula]]:
    """The claims in the rows of the table with this line below its head; beside a lone variable they are about the
    loss."""
    begin = sheet.prose.rfind("\n", 0, max(0, rule.start() - 1)) + 1
    head = _row(sheet, begin, rule.start() - 1)
    end = rule.end() + 1
    while 0 < end < len(sheet.prose) and "|" in sheet.prose[end:].partition("\n")[0]:
        begin, end = end, end + len(sheet.prose[end:].partition("\n")[0]) + 1
        row = _row(sheet, begin, end - 1)
        sized = [at for at, (name, _) in enumerate(head) if _OF_SIZES.search(name)]
        shown = [at for at in range(len(row)) if at not in sized]
        for first_column, column in pairwise(shown):
            before, cell = row[first_column], row[column]
            told = head[column][0] if column < len(head) else ""
            beside = all(_STATED.match(sheet.formulas[at].passage.text) for at in before[1][1:])  # `∂L/∂z, z = Wx + b`
            if before[1] and beside and len(cell[1]) == 1 and _is_value(value := sheet.formulas[cell[1][0]]):
                first = sheet.formulas[before[1][0]].passage.text.strip()
                if (written := _claimed(head[first_column][0], first, told, loss)) is not None:
                    yield cell[1][0], with_text(value, 0, 0, f"{written} = ")


def _row(sheet: Sheet, begin: int, end: int) -> list[tuple[str, list[int]]]:
    """The cells of a line of a table: the text of each, and the numbers of its formulas."""
    within = [
        (at, one.place, one.place + len(one.passage.text))
        for at, one in enumerate(sheet.formulas)
        if begin <= one.place < end
    ]
    bars = [at for at in range(begin, end) if sheet.prose[at] == "|"]
    bars = [at for at in bars if not any(start <= at < stop for _, start, stop in within)]
    edges = (begin - 1, *bars, end)
    cells = [(first + 1, last) for first, last in pairwise(edges) if sheet.prose[first + 1 : last].strip()]
    return [
        (sheet.prose[first:last], [at for at, start, _ in within if first <= start < last]) for first, last in cells
    ]


_CALLED = regex(r"(?<![A-Za-z\\])[A-Za-z]\s*\(\s*((?:\\math\w+\s*\{\s*)?\\?[A-Za-z]+(?:\s*\})?)\s*\)")


def _claimed(named: str, first: str, told: str, loss: str) -> str | None:
    """What a cell is the value of, `first` standing in the cell before it, below `named`."""
    last = first.rpartition("=")[2]  # `δ = ∂L/∂z`
    if _RELATION.search(last) or (last != first and not _HEAD.match(last)):
        return None
    if _DERIVATIVE.search(first):
        return first if _OF_VALUES.search(told) or _OF_DERIVATIVES.search(told) else None
    if not _OF_DERIVATIVES.search(told) or _OF_DERIVATIVES.search(named):
        return None
    called = _CALLED.findall(told) or _CALLED.findall(named)  # ∇f(x), beside f(x)
    variable = (_BELOW.findall(told) or called or [""])[-1]
    if LONE.fullmatch(first):
        return None if variable else rf"\nabla_{{{first}}} {loss}"
    kind = "hessian" if re.search("hessian", told, re.IGNORECASE) else "gradient"
    return _derivative(kind, rf"\left({first}\right)", variable)


def with_called(sheet: Sheet) -> Sheet:
    r"""The formulas with a definition written out where words make it:
    `write $r$ for $\|x\|$`, `$r$ is the norm of $x$`."""
    changed = {}
    for number, (first, second) in enumerate(pairwise(sheet.formulas), 1):
        said = f"{first.before[-30:]} @ {_between(sheet.prose, first, second)}"
        for pattern, turned in _CALLS:
            if (words := pattern.search(said)) is not None:
                name, value = (second, first) if turned else (first, second)
                if (named := _given(name.passage.text, value, words.groupdict().get("kind"))) is not None:
                    changed[number - turned] = replace(named, before=first.before)
    return _with(sheet, changed)


def with_continued(formulas: Sequence[Formula], _: Outline, prose: str) -> tuple[Formula, ...] | None:
    """The formulas with a sign of equality before one of which words say that the last is it:
    `$\\nabla f = 2(A + A)x$, which equals $4Ax$`. An entry may go on as the whole array."""
    changed = {}
    for number, (first, second) in enumerate(pairwise(formulas), 1):
        text = second.passage.text
        if (
            second.kind == "display"
            or "=" not in first.passage.text
            or not _GOES_ON.match(_between(prose, first, second))
        ):
            continue
        if not (_RELATION.search(text) or NO_VALUE.search(text) or LONE.fullmatch(text)) and WHOLE.match(second.after):
            by_entry = _BY_ENTRY.match(first.passage.text) is not None
            changed[number] = replace(with_text(second, 0, 0, "= "), guessed=by_entry)
    return tuple(changed.get(number, formula) for number, formula in enumerate(formulas)) if changed else None


def _given(name: str, value: Formula, kind: str | None) -> Formula | None:
    """A value as the definition of a name, with what words say is made of it; None where it is no value."""
    text = value.passage.text
    entries = kind == "diagonal" and LONE.fullmatch(text)  # the d_i of D are no more than its own
    if not LONE.fullmatch(name) or _RELATION.search(text) or entries:
        return None
    before, behind = _KINDS[kind] if kind is not None else ("", "")
    written = value.passage.replaced([(0, 0, f"{name} = {before}"), (len(text), len(text), behind)])
    return replace(value, passage=written)


def _between(prose: str, first: Formula, second: Formula) -> str:
    """The words between two formulas."""
    written = first.passage.span()
    return prose[first.place + written.end - written.start : second.place].strip()


def with_spoken(sheet: Sheet) -> Sheet:
    """The document with the derivative written before each formula of which a sentence says that it is that of another
    formula, or of a function that is written out there."""
    return _with(sheet, dict(_spoken(sheet)))


def _with(sheet: Sheet, changed: Mapping[int, Formula]) -> Sheet:
    """The document with other formulas in some places."""
    return replace(sheet, formulas=tuple(changed.get(at, formula) for at, formula in enumerate(sheet.formulas)))


def _spoken(sheet: Sheet) -> Iterator[tuple[int, Formula]]:
    formulas = sheet.formulas
    derived = any(_DERIVATIVE.search(formula.passage.text) for formula in formulas)  # so a first line may be a step
    for at, (left, stated) in enumerate(pairwise(formulas), 1):
        lone = _HEAD.match(left.passage.text) and not _RELATION.search(left.passage.text)
        if lone and left.kind == stated.kind == "inline" and _VALUE_OF_HEAD.match(_words(sheet, at - 1).strip("$")):
            text = stated.passage.text
            if _is_value(stated) and not (NO_VALUE.search(_IN_BRACKETS.sub("", text)) or LONE.fullmatch(text)):
                yield at, with_text(stated, 0, 0, f"{left.passage.text.strip()} = ")
    for at, body in enumerate(formulas):
        said = _OF.search(body.before)
        if said is None or LONE.fullmatch(body.passage.text):
            continue
        by, value = at + 1, at + 2
        if value < len(formulas) and LONE.fullmatch(formulas[by].passage.text) and _BY.match(_words(sheet, at)):
            variable = formulas[by].passage.text.strip()
        else:
            by, value, variable = at, at + 1, ""
        if value == len(formulas):
            continue
        words = _words(sheet, by)
        told = _IS.match(words) or (_ANSWERED.match(words) and _ANSWER.search(words))
        if not told and (derived or not _ANSWERED.match(words)):
            continue
        if (head := _differentiated(body.passage.text)) is not None and _is_value(formulas[value]):
            written = _derivative(said["kind"].lower(), head, variable)
            yield value, replace(with_text(formulas[value], 0, 0, f"{written} = "), guessed=not (variable and told))


def _derivative(kind: str, head: str, variable: str) -> str:
    """The derivative that a word names; a layout may turn what is not called a gradient."""
    if kind.startswith("derivative") and variable:
        return rf"\frac{{\partial {head}}}{{\partial {variable}}}"
    below = f"_{{{variable}}}" if variable else ""
    return rf"\nabla{'^2' if kind == 'hessian' or kind.startswith('second') else ''}{below} {head}"


def _words(sheet: Sheet, at: int) -> str:
    """The words between a formula and the next."""
    return _between(sheet.prose, *sheet.formulas[at : at + 2])


def _differentiated(text: str) -> str | None:
    """What stands behind ∇: the name of a function that is written out, or a formula in brackets."""
    if (named := _NAMED.match(text)) is not None:
        return named["name"]
    return None if _RELATION.search(text) else rf"\left({text.strip(' .,')}\right)"


def _is_value(formula: Formula) -> bool:
    """Whether a formula is all that is said, and states nothing of its own; `1[z > 0]` is a value."""
    return (
        WHOLE.match(formula.after) is not None and _RELATION.search(_IN_BRACKETS.sub("", formula.passage.text)) is None
    )


Habit = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
"""What is written in other signs, and how it is read."""
_BY_NAME = (
    rf"(?:[A-Za-z]|\\?(?:{OF_GREEK})|\\(?:hat|tilde)\s*(?:\{{[A-Za-z]\}}|[A-Za-z]))(?![A-Za-z])"
    r"(?:_(?:\w|\{\s*\w+(?:\s*,\s*\w+)?\s*\})|\^\{\s*(?:\[\w+\]|\(\w\))\s*(?:\}|(?=\\top|T\b)))?"
)
_OF_SCRIPT = r"\\mathcal\s*\{?\s*[A-Z]\s*\}?|\\ell|[A-Za-z]"
_BAR = r"\\(?:bar|overline)(?![A-Za-z])"
_OVER_NAME = (
    r"(?P<over>\\[dt]?frac\s*\{)?\s*(?:\\partial|d)\s*"
    rf"(?P<loss>{_OF_SCRIPT})(?![A-Za-z])\s*(?(over)\}}\s*\{{|/)\s*(?:\\partial|d)\s*(?P<by>{_BY_NAME})"
)
_MARKED = (
    rf"(?P<mark>(?<![A-Za-z\\])(?:d|\\delta(?![A-Za-z])|δ)|{_BAR})\s?(?P<open>\{{)?(?P<name>{_BY_NAME})(?(open)\}})"
)
_CALLS_SO = r"(?:\s*&?:?=\s*&?|\s+(?:denotes?|be|is|for|means|stands for)\b[^.=]{0,40}?\s)"
_CALLED_SO = r"\}?[\s$]*\(?(?:which\s+)?(?:we\s+)?(?:denoted?|called?|written?|is)\s+(?:as|by)?[\s$]*"
_UPSTREAM = regex(rf"{_MARKED}{_CALLS_SO}{_OVER_NAME}"), regex(rf"{_OVER_NAME}{_CALLED_SO}{_MARKED}")
"""`dW = \\frac{\\partial L}{\\partial W}`, as programs call it; `\\partial L/\\partial W, denoted by δW`."""
_ON_FRACTION = r"(?<=\\frac\d[a-z])"
_GRADIENT = regex(
    rf"(?P<mark>(?:(?<![A-Za-z\\/])(?<!\}}\{{)|{_ON_FRACTION})(?:d|\\delta(?![A-Za-z])|δ)|{_BAR})"
    rf"(?:\s(?=[A-Z])|(?<!d)\s)?(?P<open>(?<=[A-Za-z]{{3}})\{{)?(?P<name>{_BY_NAME})(?(open)\}})(?!\s*(?:\}}\s*\{{|/\s*d))"
)
"""No part of `\\frac{dz}{dx}`; also behind `\\frac1m`, which ends with its letter."""
AS_PROGRAMS = (
    ("programs", "dX is the derivative of the loss by X, as programs call it"),
    ("means", "dX is the derivative of the loss by X, and of the sum over the samples by what is on the way"),
)
RIVALS = {"1": "0", "0": "1", "means": "programs", "programs": "means"}
"""Of these meanings one alone is meant."""


def as_derivatives(texts: Sequence[str], prose: str, meant: Collection[str]) -> Iterator[Habit]:
    """The `dW` that words or a formula say to be ∂L/∂W, or that is `meant` so, read so wherever it stands; of a mean
    over m samples the `dZ` of what is worked out may be m ∂L/∂Z."""
    text = " ".join(texts)
    given = (match for pattern in _UPSTREAM for match in pattern.finditer(f"{text} {prose}"))
    said = [match for match in given if plain_name(match["name"]) == plain_name(match["by"])]
    heads = (re.match(rf"[\s&]*({_LOSS})\s*(?:\([^()]*\))?\s*&?:?=", one) for one in texts)
    stated = next((head[1] for head in heads if head is not None), None)
    moved = {*re.findall(rf"\\frac\s*\{{\s*(?:\\partial|d)\s*({_LOSS})\s*\}}", text)} if stated is None else set()
    unused = not any(re.search(r"(?<![A-Za-z\\])L(?![A-Za-z])", one) for one in texts if len(one.strip()) > 1)
    usual = stated or (moved.pop() if len(moved) == 1 else "L" if unused else None)
    short = usual if not dict(AS_PROGRAMS).keys().isdisjoint(meant) else None
    if (loss := said[0]["loss"] if said else short) is None:
        return
    size = _OF_MEAN.search(text) if "means" in meant else None
    passed = {match[1] for one in texts if (match := _WORKED_OUT.match(one)) is not None} if size is not None else set()
    differential = rf"(?<![{{A-Za-z\\/])(?:d\s?|\\mathrm\s*\{{?\s*d\s*\}}?\s*){re.escape(loss)}(?![A-Za-z/])"
    of_each, marks = {plain_name(match["name"]): match["loss"] for match in said}, {match["mark"] for match in said}
    one = loss if len({*map(plain_name, of_each.values())}) < 2 else None

    def derivative(match: re.Match[str]) -> str:
        of, name = of_each.get(plain_name(match["name"]), one), match["name"]
        if of is None or match["mark"] not in (marks or "d") or plain_name(name) == plain_name(of):
            return match[0]  # the loss itself is differentiated by nothing
        spelled = f"\\{name}" if name.partition("_")[0] in GREEK else name
        count = size[1] if size is not None and name in passed else ""
        behind = match.end("name") + bool(match.groupdict().get("open"))
        return rf"{count}\frac{{\partial {of}}}{{\partial {spelled}}}{match[0][behind - match.start() :]}"

    yield (_UPSTREAM[0] if re.search(differential, text) else _GRADIENT), derivative
    letters = "".join(sorted({*_APART.findall(text)}))
    if letters and not re.search(differential, text):  # letters side by side: P^TdO, dOV^T
        yield re.compile(rf"(?:(?<![a-z\\\\])|{_ON_FRACTION})(?P<mark>d)(?P<name>[{letters}])(?![a-z])"), derivative


_LOSS = r"(?:L|J|E|C|f|\\mathcal\s*\{\s*L\s*\})"
_OF_MEAN = regex(r"=\s*-?\s*\\[dt]?frac\s*\{?1\}?\s*\{?([a-zA-Z])\}?")
_WORKED_OUT = regex(rf"[\s&]*({_BY_NAME})\s*&?:?=(?!=)")
_SHORT = rf"(?:d\s?|\\mathrm\s*\{{?\s*d\s*\}}?\s*){_BY_NAME}"
SHORTHAND = regex(
    rf"^[\s&]*{_SHORT}\s*&?:?=(?!=)"
    rf"|\\partial(?:[^=]*=)+[\s&]*(?:\\sum\S*\s*)?{_SHORT}\s*(?:\\c?dot|\\odot|[.,;\s]*$)"
)
"""`dW = …`, or a differential as the value of a derivative, `\\frac{\\partial L}{\\partial b} = dz`."""
_APART = regex(r"(?<![A-Za-z\\])d([A-Z])(?![A-Za-z])")
OF_ERRORS = "errors"
_OF_ACTIVATIONS = regex(r"(?<!pre-)(?<!pre)\bactivations?\b(?! functions?)[^.]{0,40}$", re.IGNORECASE)
"""`Backpropagate to the activations,` before a δ that is a derivative by these."""
_ABOUT = regex(r"\\approx(?![A-Za-z])|≈")
_LOWERED = {0x2080 + digit: f"_{digit}" for digit in range(10)}


def with_errors_named(formulas: Sequence[Formula], found: Outline) -> tuple[Formula, ...] | None:
    """The formulas with `δ_1 = ∂L/∂z_1 = …` for the `δ_1 = …` of a layer, where that of another layer, or of each, is
    said to be this derivative, and words do not say of what it is; None where none is, or a row only says `≈`."""
    if any(_ABOUT.search(formula.passage.text) for formula in formulas):
        return None
    signs, changed = dict[str, str](), {}
    for one in found.stated:
        name, _, label = one.name.rpartition("_") if not one.letters else (one.name, "", one.letters[0])
        side = one.sides[0].translate(_LOWERED)
        letter = re.escape(label[:1] if len(set(label)) == 1 else label)  # an l of layers is `\mathrm{ll}` here
        sign, places = re.subn(rf"[_^]\s*(?:\{{\s*\(?{letter}\)?\s*\}}|{letter})", "_{@}", side)
        if name and places == 1 and label.isalnum() and _DERIVATIVE.search(sign):
            signs.setdefault(name, sign)
    for one in found.stated:
        name, _, label = one.name.rpartition("_")
        text = formulas[one.formula].passage.text
        named = _DERIVATIVE.search(text) or _OF_ACTIVATIONS.search(formulas[one.formula].before)
        if name in signs and label.isalnum() and not named and (equal := text.find("=")) > 0:
            whole = f"= {signs[name].replace('@', label)} "
            changed[one.formula] = replace(
                formulas[one.formula], passage=formulas[one.formula].passage.replaced([(equal, equal, whole)])
            )
    return tuple(changed.get(at, formula) for at, formula in enumerate(formulas)) if changed else None
