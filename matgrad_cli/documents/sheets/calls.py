r"""Functions that a document states, `h_\theta(x) = \theta^\top x`, put in where its formulas call them:
`h_\theta(x^{(i)})`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...notation.latex.names import FUNCTIONS, OF_GREEK
from ...notation.loss_text import plain_name
from ...notation.stated_functions import (
    AT_SAMPLE,
    CALLED,
    STYLE,
    Stated,
    arguments_of,
    at,
    closing,
    key_of,
    occurrences,
)
from ..passage import Passage
from .definitions import WEIGHTS
from .one_term import BY_ANY, OF_SAMPLE, SUM_OVER
from .outline import Outline
from .read import HEADING
from .sheet import Formula
from .spoken import Habit

_PRIMED = regex(
    CALLED.pattern.removesuffix(r"\s*(?:\\left)?(?=\()") + r"\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)\s*(?:\\left)?(?=\()"
)
"""The derivative of a function of a number, in front of its bracket: `h'(r)`."""
_EQUALS = regex(r"\s*(?:\\right\))?\s*&?\s*(?::?=(?!=)|\\coloneqq)&?")
_BEGINS = regex(r"(?:^|[,;&}]|\\q?quad|where|[Ll]et)\s*$")
_ENDS = regex(r"=|\\equiv(?![A-Za-z])|≡|\\q?quad|\\text|[,;]\s*(?=\\?[A-Za-z]+(?:_\w+)?\s*(?:\([^()]*\))?\s*=)")
_CASES = regex(r"\s*(?:\\left\s*\\\{)?\s*\\begin\s*\{(cases|array)\}.*?\\end\s*\{\1\}", re.DOTALL)
_SLOPE_AT = regex(
    r"(?<![A-Za-z\\])(?P<name>[A-CF-Zabck])\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)+\s*\(\s*(?P<at>[^()]+?)\s*\)"
)
_TURNED = regex(rf"[)\]}}]\s*'|(?<![A-Za-z\\])[A-Za-z]'\s*(?:[A-Za-z]|\\(?:{OF_GREEK})(?![A-Za-z]))")
"""`(y - Xw)'`, `w'w`: a prime turns arrays here, and tells of no derivative."""
_FEATURES = regex(AT_SAMPLE.format(r"\\(?:var)?(?:phi|psi)"))
"""φ(x_i) of a φ that nothing states is the vector φ_i."""
_SAMPLE = regex(r"(\\?[A-Za-z]+)\s*(?:\^\s*\{?\s*\([a-z]\)\s*\}?|_\s*(?:\{\s*[i-n]\s*\}|[i-n]))")
_NEVER = frozenset(("d", "D", "P", "p", "Pr", "E", "N", "sigma", "delta", "partial", "nabla"))
_SIGN = regex(r"(?:\\nabla|∇)(?:\s*\^\s*\{?2\}?)?(?:\s*_\s*(?:\w|\{[^{}]*\}))?\s*$")
"""Before a call: `\\nabla g(Ax)` is the gradient of g there, which is no derivative of what is put in."""
_CDF = r"(?:normal|Gaussian)[^.;\n]{0,30}\b(?:c\.?d\.?f|cumulative|distribution\s+function)|\bprobit\b"
_OF_NORMAL = regex(rf"\\Phi(?![A-Za-z])[^.;\n]{{0,60}}{_CDF}|{_CDF}[^.;\n]{{0,40}}\\Phi(?![A-Za-z])", re.IGNORECASE)
_NORMAL = {
    "Phi": r"\frac12\left(1 + \operatorname{erf}\left(\frac{t}{\sqrt{2}}\right)\right)",
    "phi": r"\frac{1}{\sqrt{2\pi}}e^{-\frac{t^2}{2}}",
}
"""The distribution function of a standard normal variable, and its density."""
LONGEST = 300
"""A function's text has at most so many characters."""


@record
class Function(Stated):
    """A stated function, and the number of the formula that states it."""

    formula: int


def with_calls(formulas: Sequence[Formula], found: Outline, prose: str) -> tuple[Formula, ...] | None:
    """The formulas with the document's functions put in; None where nothing is called."""
    words = _NORMAL if _OF_NORMAL.search(prose) is not None else {}
    losses = {item.body for item in found.differentiated}
    stated = [(one.name, side) for one in found.stated if one.name in losses for side in one.sides]
    parts = {key_of(match) for name, side in stated for match in CALLED.finditer(side) if key_of(match) != name}
    given = {key_of(match) for one in formulas for match in CALLED.finditer(one.passage.text) if _at_value(one, match)}
    begins = _begins_anew(found, losses)
    tables = [_functions(formulas, (losses - parts) | given, start=start) for start in (0, begins)]
    tables = [{name: Function(("t",), body, True, -1) for name, body in words.items()} | table for table in tables]
    first, last = tables[0], {**tables[0], **tables[1]}
    derived = dict.fromkeys(item.formula for item in found.differentiated if item.left and item.body in losses)
    sides = [side for stated in found.stated if stated.name in losses for side in stated.sides]
    names = {plain_name(name) for side in sides for name in re.findall(r"\\?[A-Za-z]+", side)}
    sides += [side for stated in found.stated if stated.name in names - losses for side in stated.sides]
    inside = " ".join([*sides, *(formulas[number].passage.text for number in derived)])
    called: set[str] = set()
    while new := {key_of(match) for match in CALLED.finditer(inside)} & last.keys() - called:
        called |= new
        inside = " ".join(table[key].body for table in (first, last) for key in new & table.keys())
    called |= {key for key in last if any(last[key] is last.get(other) for other in called)}  # h(x) is h_θ(x)
    first, last = ({key: table[key] for key in table if key in called} for table in (first, last))
    if not last and not any(_FEATURES.search(formula.passage.text) for formula in formulas):
        return None
    slopes = {key: slope for key, slope in _functions(formulas, losses, _PRIMED).items() if key in last}
    anew = list(_in_sections(formulas, losses, prose, last.keys()))
    heads, changed = {function.formula for table in (first, last, *anew) for function in table.values()}, []
    for number, (formula, own_values) in enumerate(zip(formulas, anew, strict=True)):
        passage, functions = formula.passage, {**(first if number < begins else last), **own_values}
        if number not in heads:
            own = {key: functions[key] for key, slope in slopes.items() if number == slope.formula}
            told = _as_derivative(passage, own) if own else None
            passage = told or _all_put_in(_put_in(passage, slopes, _PRIMED), functions)
        changed.append(replace(formula, passage=passage))
    return tuple(changed)


def _in_sections(
    formulas: Sequence[Formula], losses: Collection[str | None], prose: str, names: Collection[str]
) -> Iterator[dict[str, Function]]:
    """For each formula which of these functions the section says itself, under a heading, in which it stands."""
    headings = [mark.start() for mark in HEADING.finditer(prose)]
    start = 0
    for heading, own in groupby(formulas, lambda formula: bisect_right(headings, formula.place)):
        section = tuple(own)
        told = _functions(section, losses) if heading else {}
        told = {key: replace(one, formula=start + one.formula) for key, one in told.items() if key in names}
        yield from (told for _ in section)
        start += len(section)


def _begins_anew(found: Outline, losses: Collection[str | None]) -> int:
    """The number of the formula from which functions may be stated anew: behind the last derivative before a loss is
    given another value."""
    signs = [item.formula for item in found.differentiated if item.left]
    first: dict[str, int] = {}
    for one in found.stated:
        start = first.setdefault(one.name, one.formula)
        if one.name in losses and (between := [at for at in signs if start < at < one.formula]):
            return between[-1] + 1
    return len(found.lines)


def _as_derivative(passage: Passage, functions: dict[str, Function]) -> Passage | None:
    """`h'(r) = …` as what it says of the function that is stated: the derivative of its text by r."""
    head = next((head for head in _PRIMED.finditer(passage.text) if key_of(head) in functions), None)
    end = closing(passage.text, head.end()) if head is not None else None
    if head is None or end is None:
        return None
    letter = passage.text[head.end() + 1 : end - 1].strip()
    value = at(functions[key_of(head)], [letter])
    return passage.replaced([(head.start(), end, rf"\frac{{\partial}}{{\partial {letter}}}\left({value}\right)")])


def _at_value(formula: Formula, call: re.Match[str]) -> bool:
    """Whether a gradient is taken at something that is no lone letter."""
    text, end = formula.passage.text, closing(formula.passage.text, call.end())
    argument = text[call.end() + 1 : end - 1].strip() if end is not None else ""
    lone = re.fullmatch(r"(?:[A-Za-z]|\\[a-z]+)(?:_\{?\w+\}?)?", argument) is not None
    return bool(argument) and not lone and _SIGN.search(text[: call.start()]) is not None


def _functions(
    formulas: Sequence[Formula], losses: Collection[str | None], called: re.Pattern[str] = CALLED, start: int = 0
) -> dict[str, Function]:
    functions: dict[str, Function] = {}
    for number, formula in enumerate(formulas[start:], start):
        text = formula.passage.text
        for head in called.finditer(text):
            end = closing(text, head.end())
            equals = _EQUALS.match(text, end) if end is not None else None
            if end is None or equals is None or not _BEGINS.search(text[: head.start()]):
                continue
            whole = _CASES.match(text, equals.end())
            said = (whole[0],) if whole is not None else _values(text[equals.end() :])
            body, *further = (part.strip().rstrip(".,;") for part in said)
            arguments = arguments_of(text[head.end() + 1 : end - 1])
            if start and len(arguments) == 1 and (sample := _SAMPLE.fullmatch(arguments[0].strip())) is not None:
                body, arguments = body.replace(sample[0], sample[1]), [sample[1]]
            letters = tuple(map(plain_name, arguments))
            name = plain_name(head["name"])
            free = name not in {*losses, *FUNCTIONS, *_NEVER} and (called is _PRIMED or f"{name}'" not in text)
            takes = all(map(str.isalpha, letters)) and any(occurrences(body, letter, True) for letter in letters)
            itself = any(one["name"] == head["name"] for one in CALLED.finditer(body))
            if free and takes and len(body) <= LONGEST and not itself:
                functions.setdefault(key_of(head), Function(letters, body, True, number))
                if further and (inner := _inside(body, further[0], number)) is not None:
                    functions.setdefault(*inner)
    called_in = [{key_of(match) for match in CALLED.finditer(one.passage.text)} for one in formulas]
    for key, function in [*functions.items()]:
        name, _, below = key.partition("_")
        if below in WEIGHTS and name not in _NEVER and not any({name, key} <= keys for keys in called_in):
            functions.setdefault(name, function)  # h(x) is h_θ(x)
    return functions


def _values(text: str) -> Iterator[str]:
    r"""What stands between the signs that end a value; none ends it inside braces, as in `\sum_{i=1}^n`."""
    start = 0
    for sign in _ENDS.finditer(text):
        if text.count("{", start, sign.start()) <= text.count("}", start, sign.start()):
            yield text[start : sign.start()]
            start = sign.end()
    yield text[start:]


def _inside(call: str, value: str, number: int) -> tuple[str, Function] | None:
    r"""The g of `h_\theta(x) = g(\theta^\top x) = 1/(1 + e^{-\theta^\top x})`."""
    head = CALLED.match(call)
    known = head is None or plain_name(head["name"]) in (*FUNCTIONS, *_NEVER)
    if head is None or known or closing(call, head.end()) != len(call) or "z" in value:
        return None
    argument = r"\s*".join(map(re.escape, re.findall(r"\\[A-Za-z]+|\S", call[head.end() + 1 : -1])))
    body, count = re.subn(argument, "z", value)
    return (key_of(head), Function(("z",), body, True, number)) if count and len(body) <= LONGEST else None


def _all_put_in(passage: Passage, functions: dict[str, Function]) -> Passage:
    """The passage with every call written out, also those in what is put in: h(x) = g(θᵀx) and g(z) = 1/(1+e⁻ᶻ)."""
    for _ in range(4):
        changed = _put_in(passage, functions)
        if changed is passage or len(changed.text) > 20 * LONGEST:
            break
        passage = changed
    return passage


def _put_in(passage: Passage, functions: dict[str, Function], called: re.Pattern[str] = CALLED) -> Passage:
    """The passage with every call written out; what is put in stands where the call stood."""
    text = passage.text
    pieces: list[tuple[int, int, str]] = []
    for match in called.finditer(text):
        function, end = functions.get(key_of(match)), closing(text, match.end())
        feature = _FEATURES.match(text, match.start()) if function is None else None
        if match.start() < (pieces[-1][1] if pieces else 0):
            continue
        if feature is not None:
            pieces.append((match.start(), feature.end(), f"{feature['name']}_{feature['below'] or feature['above']}"))
        if function is None or end is None:
            continue
        arguments = arguments_of(text[match.end() + 1 : end - 1])
        own = re.escape(match["name"])
        if any(re.search(rf"(?<![A-Za-z\\]){own}(?![A-Za-z])", argument) for argument in arguments):
            continue  # g(1 - g), a product
        if len(arguments) == len(function.letters):
            pieces.append((match.start(), end, f"({at(function, arguments)})"))
    return passage.replaced(pieces)


# ---- what is called at a sample, at a time, or for a number by which something else is differentiated

_LETTER = rf"(?:\\hat\s*)?{STYLE}?\{{?\s*(?:\\[A-Za-z]+|[A-Za-z])\s*\}}?"
_STARTS = r"(?:(?<![A-Za-z\\])|(?=\\))"
_AT_SAMPLE = regex(
    rf"(?P<before>=\s*)?{_STARTS}(?P<name>\\?[A-Za-z]+)(?:_{_LETTER})?\s*(?:\\left\s*)?\(\s*(?:{_LETTER}\s*[;,]\s*)?(?P<sample>{_LETTER}){OF_SAMPLE.pattern}\s*"
    rf"(?:(?:[;,|]|\\mid)\s*{_LETTER}\s*)?(?:\\right\s*)?\)(?P<behind>\s*&?:?=(?!=))?"
)
"""`p(x_i; \\beta)`, `h_\\theta(x^{(i)})`: a function of a sample."""
_NUMBER = regex(rf"[\s&]*(?:(?P<number>(?:\\(?:wide)?(?:hat|tilde|bar)\s*)?{_LETTER}){OF_SAMPLE.pattern}\s*:?)?")
_AT_TIME = r"(?<=[A-Za-z}}\d])\s*\(\s*{}\s*\)"
"""`e(n)`, `e^2(n)`, `w^T(n)`."""
_VARIES = regex(
    rf"\\[dt]?frac\s*\{{\s*(?:\\partial|d)\s*{STYLE}?\{{?(?P<name>[A-Z]|\\Sigma)\}}?(?:_[^{{}}()^]+)?(?:\([^()]*\))?\s*\}}\s*"
    r"\{\s*(?:\\partial|d)\s*(?P<by>\\[a-z]+|[a-z])(?P<index>_\{?[a-z]\}?)?\s*\}"
)
"""`\\frac{\\partial K}{\\partial \\theta_j}` of a matrix K by a number."""
_NO_LETTER = r"\\(?:text\w*|mbox|mathrm|operatorname)\s*\{[^{}]*\}|\\[A-Za-z]+"
_TWICE = regex(r"(?:\\partial|\\nabla|(?<![A-Za-z])d)\s*\^\s*\{?\s*2")


_OPENS = r"(?=\s*(?:\\left|\\[bB]igg?l?)?\s*\()"
_GAMMA = regex(rf"\\(?:log|ln)\s*\\Gamma{_OPENS}|\}}\s*\{{\s*\\Gamma{_OPENS}")
"""It is below a logarithm, or a fraction line, and no matrix in front of a bracket."""
_LOG_OF_GAMMA = regex(rf"\\(?:log|ln)\s*\\Gamma{_OPENS}")
_SLOPE_OF_GAMMA = regex(
    rf"\\(?:[pP]si|digamma)(?![A-Za-z])(?P<second>\s*(?:'|_\s*\{{?1\}}?|\^\s*\{{?\s*(?:\\prime|\(1\))\s*\}}?))?{_OPENS}"
)
"""`\\psi(\\alpha)` beside `\\log\\Gamma(\\alpha)`, and its slope `\\psi_1`."""


def of_calls(texts: Sequence[str]) -> Iterator[tuple[Habit, str]]:
    """How functions of a sample, of a time, or of a number are written without it, those that go with Γ by their names,
    and what to say of each."""
    if any(map(_GAMMA.search, texts)):
        yield (_LOG_OF_GAMMA, r"\\operatorname{lgamma}"), "the logarithm of Γ is `lgamma`"
        slope = (_SLOPE_OF_GAMMA, lambda match: rf"\operatorname{{{'tri' if match['second'] else 'di'}gamma}}")
        yield slope, "ψ is the slope of the logarithm of Γ, `digamma`"
    if called := dict(_at_samples(texts)):
        said = "; ".join(
            f"{name}(x_i) is read as {number}_i, the number of sample i" for name, number in called.items()
        )
        yield (_AT_SAMPLE, partial(_of_its_sample, called)), said
    if letter := _of_one_time([one for one in texts if len(one.strip()) > 1]):
        yield (re.compile(_AT_TIME.format(letter)), ""), f"one time {letter} is spoken of, and left away"
        yield (re.compile(rf"\(\s*({letter}\s*[+-]\s*1)\s*\)"), r"_{\1}"), "what stands at another time has an index"
    for name, by in _varying(texts):
        number, label = re.escape(by), r"_(?:\\theta|\{\\theta\}|[yn])(?![A-Za-z])"
        behind = "(?![A-Za-z_])" if name[0] == "\\" else "(?!_)"
        own = rf"(?P<own>{_letter(name)}(?:{label})?(?:\({number}(?:_\{{?[a-z]\}}?)?\))?{behind})"
        several = rf"{number}_(?:\{{[a-z]\}}|[a-z])" if by.startswith("\\") else "(?!)"
        habit = re.compile(rf"{_VARIES.pattern}|{own}|(?P<one>{several})|{_NO_LETTER}")
        yield (habit, partial(_at_number, name, by)), f"{name} is read as {name}_o + {by} {name}_d, which varies so"


def primed_names(text: str) -> Iterator[str]:
    """The letters of functions that formulas call and differentiate, and that nothing states: the b of `b'(\\theta_i)`
    beside `b(\\theta_i)`."""
    turned = _TURNED.search(text) is not None
    for name, place in {match["name"]: match["at"] for match in _SLOPE_AT.finditer(text) if not turned}.items():
        lone = rf"(?<![A-Za-z\\]){name}(?![A-Za-z])"
        calls = re.findall(rf"{lone}\s*(?:'|\^\s*\{{?\s*\\prime\s*\}}?)*\s*\(", text)
        plain = re.search(rf"{lone}\s*\(\s*{re.escape(place)}\s*\)(?P<stated>\s*&?\s*:?=)?", text)
        beyond = name not in re.sub(r"\\[A-Za-z]+", " ", place)  # no X'(Xw - y)
        if beyond and len(calls) == len(re.findall(lone, text)) and plain is not None and not plain["stated"]:
            yield name


def _letter(name: str) -> str:
    """A letter, in a style or not."""
    return rf"(?:{STYLE}\{{\s*{re.escape(name)}\s*\}}|{STYLE}?{re.escape(name)})"


def _at_number(name: str, by: str, match: re.Match[str]) -> str:
    """The matrix K as K_o + t K_d, its derivative by t as K_d, and one of several numbers as the only one."""
    slope = rf"{name}_{{\mathrm{{d}}}}"
    whole = rf"\left({name}_{{\mathrm{{o}}}} + {by} {slope}\right)"
    if match["one"] or match["own"]:
        return by if match["one"] else whole
    return slope if match["name"] == name else match[0]


def _varying(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The matrix that is differentiated once by a number, and of which nothing else is said, and that number: it is
    inverted, or has a determinant, in a value that a formula states."""
    text = " ".join(texts)
    found = {match.group("name", "by") for match in _VARIES.finditer(text)}
    inverted = r"(?:_[^{}\s()^]+)?(?:\([^()]*\))?\s*(?:\^\s*\{?\s*-\s*1|\|)"
    heads = {name: re.compile(rf"[\s&]*{_letter(name)}(?:_[^=]*)?(?:\([^()]*\))?\s*&?:?=") for name, _ in found}
    found = {(name, by) for name, by in found if not any(map(heads[name].match, texts))}
    for name, by in found if len(found) == 1 else ():
        used = re.search(rf"{_letter(name)}{inverted}|\\det\s*(?:\\left)?\(?\s*{_letter(name)}", text)
        valued = any("=" in one and name in one.partition("=")[2] and not _VARIES.search(one) for one in texts)
        if used and valued and not _TWICE.search(text):
            yield name, by


def _of_one_time(texts: Sequence[str]) -> str:
    """The letter of the time at which a loss `J(n)` is differentiated, where it stands for nothing else: `e(n) = …`."""
    text = " ".join(texts)
    for letter in "nkt":
        time = _AT_TIME.format(letter)
        rest = re.sub(rf"\(\s*{letter}\s*[+-]\s*1\s*\)|{time}", " ", text)
        derived = re.search(rf"{BY_ANY}\s*\{{?\s*{_LETTER}{time}", text)
        if derived and len(re.findall(time, text)) > 2 and not re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", rest):
            return letter
    return ""


def _at_samples(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The functions that are stated at any sample of a sum, `p(x_i; \\beta) = …`, or `\\hat y_i = h(x_i) = …`, and
    called nowhere else, each with the name of its numbers."""
    text = " ".join(texts)
    for head in (match for one in texts for match in _AT_SAMPLE.finditer(one) if match["behind"]):
        name, index = head["name"], head["below"] or head["low"] or head["above"]
        left = _NUMBER.fullmatch(head.string, 0, head.start())
        called = re.findall(rf"{_STARTS}{re.escape(name)}(?:_{_LETTER})?\s*(?:\\left\s*)?\(", text)
        of_samples = [match for match in _AT_SAMPLE.finditer(text) if match["name"] == name]
        moved = re.search(rf"\\(?:partial|nabla\s*_)\s*\{{?\s*{re.escape(head['sample'])}", text)
        summed = re.search(SUM_OVER.format(letter=index), text) and plain_name(name) not in FUNCTIONS
        if left is not None and summed and not moved and len(called) == len(of_samples):
            yield name, left["number"] or name


def _of_its_sample(numbers: Mapping[str, str], match: re.Match[str]) -> str:
    """The function of a sample as the number p_i; once, where that is said to be it."""
    number, before, behind = numbers.get(match["name"]), match["before"] or "", match["behind"] or ""
    if number is None:
        return match[0]
    return "=" if before and behind else f"{before}{number}{match['script']}{behind}"
