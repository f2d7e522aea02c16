r"""An answer of several pieces, one of which is meant: `∂L/∂A = …, ∂L/∂B = …`; the row of its cases that holds but
for single points; what is stacked, `vec(∇L) = …`; an adjoint, `A^*`."""

from __future__ import annotations

import re
from typing import Final

from ...diagnostics.regex import regex
from ...documents.passage import blanked
from ...documents.words import said
from ...ir import Call, Expr, Number, Power, nodes_of
from ...ir.functions import GREATEST
from ...notation import syntax as s
from ...notation.expression.keywords import axis_written, keeps_dimensions
from ...notation.latex.names import letter_name
from ...notation.stated_functions import arguments_of, closing
from ...verify.kinks import kinks
from ..lines.scope import Surroundings
from ..lines.where import parted, pieces_of
from ..meanings.remarks import CASES, named_layout
from .dress import UNEQUAL
from .reading import head_undone

_BETWEEN_LAYOUTS: Final = regex(r"[;,]?\s*\b(?:and|or|und)\b|;")
_STRUCK: Final = regex(r"\\(?:[bx]?cancel|sout|st)\s*\{(?P<what>(?:[^{}]|\{[^{}]*\})*)\}")
_DERIVATIVE: Final = regex(r"\s*(?:\\nabla|∇|\\frac\s*\{\s*(?:\\partial|∂|d|\\mathrm)|\\partial|∂|d\w+\s*/)")
_ROW: Final = regex(r"(?:\A|\\\\)(?:\[[^\]]*\])?(?P<value>[^&]*)&(?P<when>(?:(?!\\\\).)*)", 16)
_EQUAL: Final = r"(?<!\\not)(?<![:<>!])="
_LETTERS: Final = regex(rf"[\s$]*(?:\\text\w*\s*\{{[^{{}}]*\}})?[\s$]*[a-z]\s*(?:=|{UNEQUAL})\s*[a-z][\s$,.]*")
_PLACE: Final = regex(r"_\s*\{?\s*([a-z])\s*\}?[\s})\]]*=\s*(?:\\left\s*)?(?:\\\{)?\s*$")
_BESIDE: Final = r"\\(?:text\w*|mathrm|q?quad|[,;:! {}])|\b(?:<when>|<general>|and)\b|[${}\s]|[.,;]+\s*$"
_AT_MOST: Final = regex(r"\\leq?(?:slant)?(?![a-z])|≤")
_DOTS: Final = regex(r"\\[lc]?dots|\.\.\.?")
_SET: Final = r"\\?(?:(?:operatorname|mathrm|text)\s*\{\s*)?"
_WRAPPED: Final = regex(
    rf"(?P<head>[^=]*=\s*)?{_SET}(?:vec\s*\}}?\s*\^\s*\{{?\s*-\s*1\s*\}}?|(?:unvec|mat|unstack|devec)\s*\}}?)"
    r"\s*(?:\\left|\\[bB]igl?)?(?P<open>[({\[]).*[)}\]][\s.$]*"
)
_OF_STACKED: Final = regex(
    rf"[\s$]*{_SET}vec\s*\}}?\s*(?:\\left)?\s*[({{][^=]*(?:∇|\\nabla|\\partial|∂)[^=]*[)}}]\s*=(?=[^=]*$)"
)
_STAR: Final = regex(
    r"(?P<name>[A-Za-z])(?:\s*\^\s*(?P<star>\*|\{\s*(?:\*|\\ast|\\star)\s*\}|\\ast|\\star))(?P<defined>\s*:?=)?"
)
_ADJOINT: Final = regex(
    rf"(?:[;,]|(?:\\text\w*\s*\{{\s*)?\b(?:where|with)\b\s*\}}?)?\s*{_STAR.pattern}\s*(?P=name)"
    r"\s*(?:\^\s*(?:\{\s*)?(?:\\top|\\intercal|\\mathsf\s*\{?\s*T\s*\}?|T)(?:\s*\})?|'|ᵀ|\.T)[\s;,]*"
)
"""`X^* = X^T`: what the star says."""
_SET_OF: Final = regex(
    r"(?:[,;.\s]|\\q?quad|\\text\w*\s*\{[^{}]*\}|\b(?:where|with|for)\b){1,9}(?:\\mathcal\s*)?\{?(?P<name>[A-Za-z])\}?"
    r"\s*:?=\s*(?:\\left\s*)?\\?\{\s*(?P<letter>[a-z])\s*(?:\\in[^:|]*)?(?::|\||\\mid|\\colon)"
    r"\s*(?P<when>[^{}]*?)\s*(?:\\right\s*)?\\?\}"
)
_PLUS: Final = regex(r"(?P<of>[A-Za-z]|\))\s*\^\s*\+(?=\s*[A-Za-z(\\])")
_BAR: Final = r"\\(?:bar|overline)(?![a-z])"
_BAR_STATED: Final = regex(_BAR + r"\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|(?:\\\w+\s*)*\w)\s*:?=")
_DAGGER: Final = regex(r"\^\s*(?:\{\s*(?:\\dagger|†)\s*\}|\\dagger(?![A-Za-z])|†)")
_BACKSLASH: Final = regex(
    r"(?P<by>(?<!\w)[A-Za-z]\w*'?|\([^()]*\))\s*\\\s*(?P<of>[A-Za-z](?!\w)'?|\([^()]*\))(?=[\s;.]*\Z)"
)
_LSTSQ: Final = regex(r"(?:\b(?:np|numpy|scipy|sp|jnp)\.)?(?:linalg\.)?\blstsq\(")
_SIGMA: Final = regex(r"\\sigma(?P<of>\s*_|(?!\s*(?:\\left\s*)?\(|[A-Za-z]))")
_OWN_SIGMA: Final = regex(r"\\sigma\s*(?:_\s*(?:\w|\{\w\}))?\s*:?=\s*\\sigma\s*(?:\\left\s*)?\(")
_CALLED: Final = regex(
    r"(?P<name>\\?[A-Za-z]+)"
    r"(?P<argument>\s*(?:\\left\s*)?\(\s*(?P<letters>\\?[A-Za-z]+(?:\s*[,;]\s*\\?[A-Za-z]+)*)\s*(?:\\right\s*)?\))"
    r"(?P<defined>\s*:?=)?"
)
_OF: Final = regex(
    r"[\s$]*(?:(?:\\nabla|∇)(?:_(?:\w|\{[^{}]*\}))?\s*(?P<of>[A-Za-z])"
    r"|\\frac\s*\{\s*\\?(?:partial|d)\s*(?P<over>[A-Za-z])(?:_\w)?\s*\}"
    r"|(?:d|∂|\\partial\s*)(?P<above>[A-Za-z])(?:_\w)?\s*/)[^=]*="
)
LOSS_NAMED: Final = "breve"
"""With this mark a name of the loss is spelled where an answer uses it."""


def own_piece(answer: str, around: Surroundings) -> str | None:
    """Of an answer that states the derivatives by several variables that by the one asked for; the rest is blank."""
    pieces = pieces_of(answer) if parted(answer) is None else []
    heads = [answer[start:end].partition("=")[0] if "=" in answer[start:end] else "" for start, end in pieces]
    stated = [at for at, head in enumerate(heads) if _DERIVATIVE.match(head)]
    own = [at for at in stated if head_undone(heads[at], around) == ()]
    if len(own) != 1 or len(stated) < 2:
        return None
    others = [at for at in stated if at not in own]
    start = {at: pieces[at - 1][1] if at else 0 for at in others}
    end = {at: pieces[at][1] if at else pieces[1][0] for at in others}
    return blanked(answer, [(start[at], end[at]) for at in others])


def struck(answer: str) -> tuple[str, str] | None:
    r"""The answer without what is struck out in it, `\cancel{2}`, of which a factor of 1 is left, and with it;
    None where nothing is."""
    if _STRUCK.search(answer) is None:
        return None
    left = _STRUCK.sub(lambda one: "" if one["what"].lstrip()[:1] in ("+", "-") else "{1}", answer)
    return left, _STRUCK.sub(r"{\g<what>}", answer)


def by_layout(answer: str) -> list[str]:
    """The pieces of an answer that gives the derivative in several layouts, each with the name of its own."""
    parts = arguments_of(_BETWEEN_LAYOUTS.sub(",", answer)) if named_layout(answer) is not None else []
    layouts = [named_layout(part) for part in parts]
    return parts if None not in layouts and len({*layouts}) == len(parts) > 1 else []


def unread_piece(answer: str) -> str | None:
    """An equation beside the first formula of an answer that gives no name a value: `Xv = b`."""
    if parted(answer) is not None:
        return None
    return next((answer[start:end].strip() for start, end in pieces_of(answer)[1:] if "=" in answer[start:end]), None)


def generic_case(answer: str) -> tuple[str, list[str]] | None:
    """The answer with the value of its cases that holds but where an equation does, and the values that hold there;
    None where that is not one."""
    found = CASES.search(answer)
    rows = [*_ROW.finditer(found["rows"])] if found is not None else []
    unequal, equal, rest = (
        [row for row in rows if said(way).search(row["when"])] for way in (UNEQUAL, _EQUAL, r"\b<general>\b")
    )
    kept = unequal if len(equal) + len(rest) == len(rows) - 1 else rest if len(equal) == len(rows) - 1 else []
    if found is None or len(kept) != 1 or any(_LETTERS.fullmatch(row["when"]) for row in rows):
        return None
    start, end = (found.start("rows") + place for place in kept[0].span("value"))
    special = [row["value"].strip() for row in rows if row is not kept[0]]
    return blanked(answer, [(found.start(), start), (end, found.end())]), special


def by_places(answer: str, around: Surroundings) -> str | None:
    """The answer whose cases tell the first and the last entry from those between, as sums over the places of each."""
    wrt, found = around.task.problem.wrt, CASES.search(answer)
    letter = _PLACE.search(answer[: found.start()]) if found is not None else None
    if found is None or letter is None or not wrt.shape.is_column:
        return None
    i, n, values = letter[1], str(wrt.shape.rows), dict[str, str]()
    for row in _ROW.finditer(found["rows"]):
        when = said(_BESIDE).sub("", _AT_MOST.sub("<=", _DOTS.sub("…", row["when"])))
        values[when] = row["value"].strip(" ,;.")
    first, last = values.pop(f"{i}=1", None), values.pop(f"{i}={n}", None)
    low, above = ("2", ("1<", "2<=")) if first is not None else ("1", ("1<=", ""))
    high, below = (f"{n}-1", (f"<{n}", f"<={n}-1")) if last is not None else (n, (f"<={n}", ""))
    between = {start + i + end for start in above for end in below} | {
        f"{i}{sign}{low},…,{high}" for sign in ("=", "\\in")
    }
    if first is last or len(values) != 1 or not values.keys() <= {*between, ""}:
        return None
    total = rf"\sum_{{{i}={low}}}^{{{high}}} e_{i} ({values.popitem()[1]})"
    for value, start, end in ((first, "1", f"{n}-1"), (last, "2", n)):  # an end is what one range has more than another
        own = _at_end(value or "", i, n if start == "2" else "")
        rest = rf" - \sum_{{{i}=2}}^{{{n}-1}} e_{i} ({own})"
        total += rf" + \sum_{{{i}={start}}}^{{{end}}} e_{i} ({own}){rest}" if value is not None else ""
    return total


def _at_end(value: str, letter: str, last: str) -> str:
    """What is said of the first entry, or of the `last`, with its place as a letter: `x_2` as `x_{i+1}`."""
    if last:
        return re.sub(
            rf"_(?:\{{\s*{last}\s*(-\s*\d+)?\s*\}}|{last}(?!\w))", lambda one: f"_{{{letter}{one[1] or ''}}}", value
        )
    near = regex(r"_(?:\{\s*(\d)\s*\}|(\d))")
    return near.sub(lambda one: f"_{{{letter}+{int(one[1] or one[2]) - 1}}}".replace("+0", ""), value)


def may_have_no_slope(loss: Expr) -> bool:
    """Whether a loss has points without derivative: kinks, or a length that is not squared."""
    nodes = [*nodes_of(loss)]
    even = {
        node.base
        for node in nodes
        if isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value % 2 == 0
    }
    lengths = (node for node in nodes if isinstance(node, Call) and node.function in {"norm", "nuclear", *GREATEST})
    return bool(kinks(loss)) or any(node not in even for node in lengths)


def unstacked(answer: str) -> str | None:
    """What an answer says of the stacked columns of the derivative, `vec(∇L) = …` or `vec⁻¹(…)`."""
    head = _OF_STACKED.match(answer)
    if head is not None:
        return blanked(answer, [head.span()])
    found = _WRAPPED.fullmatch(answer)
    return blanked(answer, [(found.end("head") if found["head"] else 0, found.start("open"))]) if found else None


def least_squares(answer: str) -> str | None:
    r"""The answer with `A \\ b`, `lstsq(A, b)[0]` and `A^+ b` as pseudoinverses."""
    text = _PLUS.sub(lambda found: f"{found['of']}^{{+}} ", answer)
    text = _BACKSLASH.sub(lambda found: f"pinv({found['by']}) @ {found['of']}", text)
    while (called := _LSTSQ.search(text)) is not None:
        end = closing(text, called.end() - 1)
        parts = arguments_of(text[called.end() : end - 1]) if end is not None else []
        if end is None or len(parts) < 2 or not text.startswith("[0]", end):
            return None
        text = f"{text[: called.start()]}pinv({parts[0]}) @ ({parts[1]}){text[end + 3 :]}"
    return text if text != answer else None


def has_means(answer: str) -> bool:
    """Whether an answer writes bars, the means of what is given, and does not say itself what they are."""
    return re.search(_BAR, answer) is not None and _BAR_STATED.search(answer) is None


def has_one_dimension(node: s.Node | None) -> bool:
    """Whether code gives an array of one dimension, no row: what a reduction leaves of a matrix, times numbers."""
    match s.ungrouped(node) if node is not None else None:
        case s.Negative(_, body):
            return has_one_dimension(body)
        case s.Binary(_, "*" | "/", left, right):
            return has_one_dimension(left) or has_one_dimension(right)
        case s.Apply() as call:
            return axis_written(call) in ("0", "-2") and not keeps_dimensions(call)
    return False


def without_daggers(answer: str) -> tuple[str, ...]:
    r"""The answer with each `A^\dagger` as a pseudoinverse, and as a transpose: the sign says both."""
    return tuple(_DAGGER.sub(sign, answer) for sign in ("^{+} ", "^T ")) if _DAGGER.search(answer) else ()


def with_own_sigma(answer: str, around: Surroundings) -> str | None:
    r"""The answer that defines numbers by the function of the same letter, `\sigma_i = \sigma(u_i)`, with another one
    for these."""
    if _OWN_SIGMA.search(answer) is None:
        return None
    free = (one for one in ("rho", "tau", "chi", "omega") if not around.known(one) and f"\\{one}" not in answer)
    letter = next(free, None)
    return _SIGMA.sub(lambda found: f"\\{letter}{found['of']}", answer) if letter is not None else None


def with_adjoints(answer: str, around: Surroundings) -> str | None:
    """The answer with `A^*` of a given A, which is no solution for it, as its transpose."""
    answer = blanked(answer, [one.span() for one in _ADJOINT.finditer(answer)])
    found = _stars(answer, around)
    if any(one["defined"] for one in found):
        return None
    for one in reversed(found):
        start, end = one.span("star")
        sign = "T" if one["star"][0] != "{" else "{T}"
        answer = answer[:start] + sign.ljust(end - start) + answer[end:]
    return answer if found else None


def says_of_star(answer: str, around: Surroundings) -> bool:
    """Whether an answer says that the star of a given array is no adjoint, `X^* = X`."""
    plain = blanked(answer, [one.span() for one in _ADJOINT.finditer(answer)])
    return any(one["defined"] for one in _stars(plain, around))


def _stars(answer: str, around: Surroundings) -> list[re.Match[str]]:
    wrt = letter_name(around.task.problem.wrt.name)
    return [one for one in _STAR.finditer(answer) if one["name"] != wrt and around.known(one["name"])]


def with_sets(answer: str) -> str | None:
    r"""The answer in which a sum over a set that it states, `S = \{i : …\}`, says which terms it has."""
    stated = _SET_OF.search(answer)
    if stated is None:
        return None
    name = rf"(?:\\mathcal\s*)?(?:{stated['name']}(?![A-Za-z])|\{{{stated['name']}\}})"
    over = re.compile(rf"(?<![A-Za-z\\]){stated['letter']}\s*(?:\\in(?![A-Za-z])|∈)\s*{name}")
    text = blanked(answer, [stated.span()])
    found = over.sub(lambda _: f"{stated['letter']}: {stated['when']}", text)
    return found if found != text else None


def uncalled(answer: str, around: Surroundings) -> str | None:
    """The answer in which functions of the variable, and of what else is given, that it states, `k(x, c) = …`, are
    names for their values."""
    wrt, calls = letter_name(around.task.problem.wrt.name), list[re.Match[str]]()
    for one in _CALLED.finditer(answer):
        letters = [letter_name(letter) for letter in re.findall("[A-Za-z]+", one["letters"])]
        calls += [one] if wrt in letters and all(map(around.known, letters)) else []
    stated = {
        one["name"] for one in calls if one["defined"] and not around.known(letter_name(one["name"].lstrip("\\")))
    }
    return blanked(answer, [one.span("argument") for one in calls if one["name"] in stated]) if stated else None


def with_loss(answer: str, around: Surroundings) -> tuple[str, str] | None:
    """The answer, and the name of the loss that it states and uses, as in `∇f = f a`, spelled with a mark there."""
    head = _OF.match(answer)
    name = (head["of"] or head["over"] or head["above"]) if head is not None else ""
    if head is None or around.known(name):
        return None
    argument = rf"(?:\s*\(\s*{re.escape(around.task.problem.wrt.name)}\s*\))?"
    sign = re.compile(
        rf"\\(?:begin|end|text\w*|operatorname|mathrm)\s*\{{[^{{}}]*\}}|\\[A-Za-z]+|(?P<loss>{name}){argument}(?!\s*\()"
    )
    own = answer[head.end() :]
    found = sign.sub(lambda one: f"\\{LOSS_NAMED}{{{name}}}" if one["loss"] else one[0], own)
    return (answer[: head.end()] + found, name) if found != own else None
