"""What a document suggests without saying it of a name: facts of given arrays, and the layout of derivatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.sheets.facts import (
    CONSTRAINTS,
    COVARIANCE,
    fact_by_form,
    facts_beside,
    facts_by_standing,
    is_supposed,
    measure_by_form,
    sentences,
)
from ...documents.sheets.sheet import Sheet, Told
from ...facts.conditions import CONDITIONS
from ...facts.denial import DROPS, denied
from ...ir import Call, Expr, Number, Shape, Symbol, mul, reciprocal
from ...notation import syntax as s
from ...notation.loss_text import plain_name
from ..consequences import MAY_FOLLOW
from ..lines.syntax_walk import bare_name
from ..meanings.symmetric import COVARIANCES, of_likelihood, of_measures
from .judged import Judged
from .open_names import SUM_IS
from .other_functions import code_of
from .passing import CONDITIONAL, OF_LAYOUT
from .posed import Part


def supposable(sheet: Sheet, part: Part) -> Iterator[tuple[str, ...]]:
    """Facts of given arrays that the words suggest without saying them, or that a row says, unless words deny them:
    covariances are symmetric, each and all; labels sum to one; a variable of which no size is told is square where a
    row inverts it, or does not fit and some row has a power of it."""
    said = facts_by_standing(sheet.prose)
    unsaid = said["denied"].keys() | said["perhaps"].keys()
    refused = {name: {*said["denied"].get(name, ()), *said["perhaps"].get(name, ())} for name in unsaid}
    not_one_hot = {name for name, words in refused.items() if "onehot" in words} - _whole(sheet, refused=False)
    for name in _whole(sheet, refused=True) | not_one_hot:
        refused.setdefault(name, set()).add("simplex")
    for facts in _suggested(sheet, part):
        parted = [fact.rsplit(" ", 1) for fact in facts]
        if not any({word, "arbitrary"} & refused.get(name, set()) for name, word in parted):
            yield facts


def revoked(sheet: Sheet, part: Part) -> Iterator[tuple[Sequence[str], Sequence[int], bool]]:
    """Facts of the problem that words before some rows say not to hold there, with the numbers of these rows, and
    whether that is certain: `Now let A be arbitrary` up to where they are said again, `if A is not symmetric` for the
    display behind it."""
    facts = [fact.rsplit(" ", 1) for fact in (*part.question.facts, *part.supposed)]
    denied_of = facts_by_standing(sheet.prose)["denied"] if facts else {}
    if denied_of.keys().isdisjoint({"", *(name for name, _ in facts)}) and not (facts and _DROPPED.search(sheet.prose)):
        return
    last, gone = 0, dict[str, tuple[bool, bool]]()
    rows: dict[tuple[tuple[str, ...], bool], list[int]] = {}
    for row in part.judged:
        formula = row.line.formula
        words = sheet.between(last, formula.place)
        last = max(last, formula.place + len(formula.passage.text))
        for sentence in sentences(words):
            gone = {fact: how for fact, how in gone.items() if how[1]}
            said = facts_by_standing(sentence)
            here = _ELSEWHERE.search(sentence) is None
            stays, dropped, free = here and bool(_LAID_DOWN.search(sentence)), _dropped(sentence), _set_free(sentence)
            for name, word in facts:
                wider = _WIDER.get(word, {word})
                own = {*said["denied"].get(name, ()), *(said["denied"].get("", ()) if stays else ())}
                if word in {*said["always"].get(name, ()), *said["supposed"].get(name, ())}:
                    gone.pop(f"{name} {word}", None)
                elif name in free and here:
                    gone[f"{name} {word}"] = True, stays
                elif here and any(kind in ("", one[:5]) for kind in dropped for one in wider):
                    gone[f"{name} {word}"] = False, True
                elif wider & own:
                    gone[f"{name} {word}"] = False, stays
        if _ENDED.search(words):
            gone = {fact: how for fact, how in gone.items() if how[1]}
        if gone:
            rows.setdefault((tuple(gone), all(certain for certain, _ in gone.values())), []).append(row.line.number)
    yield from ((names, numbers, certain) for (names, certain), numbers in rows.items())


def _dropped(sentence: str) -> list[str]:
    """The assumptions that a sentence drops, by the first letters of their fact: `we drop the symmetry assumption`;
    empty where it does not say which."""
    found = (match for match in _DROPPED.finditer(sentence) if not denied(sentence[: match.start("drops")]))
    return [match["kind"][:5].lower() for match in found]


def _set_free(sentence: str) -> set[str]:
    """The names that a sentence says to be any array from there on: `now let A be arbitrary`, `for general A`."""
    plain = re.sub(r"\$|\\[()]", "", sentence)
    found = [match for match in _FREE.finditer(plain) if not denied(plain[: match.start()])]
    return {plain_name(match["let"] or match["now"] or match["of"]) for match in found}


_DROPPED = regex(
    rf"\b(?:we|I|now|let\s+us|let['’]s)\s+(?:\w+\s+)?(?P<drops>{DROPS})\s+(?P<kind>(?:\w+\s+)?)"
    r"(?:assumption|condition|restriction|requirement)s?\b(?!\s+(?:on|of|for|about|in)\b)",
    re.IGNORECASE,
)
"""Words that take back what was said before, whatever it was."""
_FREE = regex(
    r"(?:\blet\s+(?P<let>\\?\w+)\s+(?:now\s+)?be|\bnow,?\s+(?P<now>\\?\w+)\s+(?:is|may\s+be))\s+(?:an?\s+)?"
    r"(?:arbitrary|general|unconstrained)(?:(?:\s+(?:square|real))*\s+matrix)?\s*(?:[.;:]|\Z)"
    r"|\bfor\s+(?:an?\s+)?(?:general|arbitrary)\s+(?P<of>\\?\w+)(?!\w|\s*(?:,\s*)?(?:as|with|of|that|which|in|such|and)\b)",
    re.IGNORECASE,
)
_ELSEWHERE = regex(
    r"\b(?:if|were|would|could|might|must|should|need|had|later|next|below|whether|unless|until|otherwise)\b",
    re.IGNORECASE,
)
"""What is said there is not laid down for what comes."""
_LAID_DOWN = regex(
    r"\b(?:now|let|assume|suppose|consider|no\s+longer|any\s?more)\b|^[ \t]*#|\\(?:sub)*section",
    re.IGNORECASE | re.MULTILINE,
)
"""Words by which something is laid down for all that comes."""
_ENDED = regex(r"[.!?](?:\W|\\begin\{\w+\*?\})*\Z")
_WIDER = {word: {word, "symmetric"} for word in ("spd", "semidefinite", "diagonal")}
"""What takes a fact away besides its own word."""


def _whole(sheet: Sheet, refused: bool) -> set[str]:
    """The names of which a formula says that their entries sum to one; or to another number, or need not."""
    found = ((formula, match) for formula in sheet.formulas for match in SUM_IS.finditer(formula.passage.text))
    said = ((match, denied(formula.before[-200:]) or match["less"] or match["sum"] != "1") for formula, match in found)
    return {match["name"] for match, other in said if bool(other) == refused}


def held(sheet: Sheet, told: Told, part: Part) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Facts that no line of the problem rests on: constraints of a variable, which rows may use that derive nothing;
    and what is supposed elsewhere, or said of something that is not certain, with why a row is in doubt then."""
    by_form = [fact_by_form(formula.passage.text) for formula in sheet.formulas]
    for name in part.question.wrt:
        words = {*told.always.get(name, ()), *(word for known, words in by_form if known == name for word in words)}
        square, sides = (f"{name} orthogonal", f"{name} square"), words & {"tall", "wide"}
        if facts := tuple(f"{name} {word}" for word in sorted(words & CONSTRAINTS)):
            yield (facts if sides or "orthogonal" not in words else square), None
        if sides and name not in told.sizes:
            yield square, f"it holds where `{name}` is square, too"
    shapes = {symbol.name: symbol.shape for task in part.tasks for symbol in task.problem.variables}
    if facts := tuple(f"{name} {word}" for name in shapes for word in sorted(told.supposed.get(name, ()))):
        yield facts, SUPPOSED
    said = facts_by_standing(sheet.prose)
    for name in (said["perhaps"].keys() & shapes.keys()).difference(part.question.wrt):
        if "arbitrary" not in (denied_of := said["denied"].get(name, set())):
            open_ = sorted(said["perhaps"][name] - denied_of)
            meant = " and that ".join(CONDITIONS[word].says.format(f"`{name}`") for word in open_)
            yield tuple(f"{name} {word}" for word in open_), f"it may be meant that {meant}"
    for word in sorted(said["suggested"].get("", set()) & CONDITIONS.keys()):
        any_sides = not CONDITIONS[word].sides
        names = (name for name, shape in shapes.items() if shape.is_square or (any_sides and not shape.is_number))
        doubt = f"it is not certain of what the document says that it is {word}"
        yield tuple(f"{name} {word}" for name in names), doubt
    for task in part.tasks:
        found = {
            certain: {name for name, how in of_likelihood(task.problem) if how is certain} for certain in (True, False)
        }
        for name in sorted(found[False] - found[True]):
            yield (f"{name} symmetric",), f"it holds where `{name}` is symmetric, which is not said of it"


def measured(sheet: Sheet, part: Part) -> Iterator[tuple[Symbol, Expr, str]]:
    """The given arrays of which a formula says how much they measure, `\\sum_i y_i = 2`, each with what it is of an
    array that measures anything, and the formula."""
    symbols = (symbol for task in part.tasks for symbol in task.problem.variables)
    known = {symbol.name: symbol for symbol in symbols if symbol.name not in part.question.wrt}
    for formula in sheet.formulas:
        found = measure_by_form(formula.passage.text)
        symbol = known.get(found[0]) if found is not None else None
        if found is None or symbol is None or symbol.shape.is_number or is_supposed(formula):
            continue
        _, kind, number = found
        whole = Call("sum" if kind == "sum" else "norm", symbol)
        amount: Expr = Number(Fraction(str(number)))
        amount = Call("sqrt", amount) if kind == "square" else amount
        yield symbol, mul(amount, reciprocal(whole), symbol), formula.passage.text.strip(" .,;")


SUPPOSED = "the document supposes more of a matrix in it elsewhere"


def where_held(sheet: Sheet, part: Part, other: Part, facts: tuple[str, ...], doubt: str | None) -> Part:
    """The problem; a wrong row that follows under facts which may hold is in doubt, unless they are supposed for what
    comes behind it alone; one that derives nothing follows where they hold of the variable."""
    judged = list(part.judged)
    for at, (old, new) in enumerate(zip(part.judged, other.judged, strict=True)):
        wrong = old.verdict == "wrong" and new.verdict == "follows"
        if wrong and doubt is not None and (doubt != SUPPOSED or _is_supposed_by(sheet, part, at, facts)):
            judged[at] = replace(old, verdict="undecided", why=doubt)
        elif wrong and doubt is None and not old.line.derives:
            judged[at] = replace(new, notes=(*new.notes, f"where {', '.join(facts)}"))
        elif old.why == MAY_FOLLOW and new.verdict == "wrong" and "wrong" not in {one.verdict for one in judged[:at]}:
            judged[at] = new  # wrong also where the line before it holds
    return replace(part, judged=tuple(judged))


def _is_supposed_by(sheet: Sheet, part: Part, at: int, facts: Sequence[str]) -> bool:
    """Whether one of the facts is supposed before a row, or in the sentences between it and the next, not by the words
    that lead to that: `∇f = … If A is symmetric, this simplifies to`."""
    place, *behind = (row.line.formula.place for row in part.judged[at : at + 2])
    next_one = behind[0] if behind else None
    between = re.sub(r"[^.!?]*$", "", sheet.between(place, next_one).rstrip(" \n$")) if next_one else None
    text = sheet.between(0, place) + _LEADS.sub("", sheet.between(place, None) if between is None else between)
    said = facts_by_standing(text)["supposed"]
    return any(word in said.get(name, ()) for name, word in (fact.rsplit(" ", 1) for fact in facts))


_SINGULAR = regex(r"\bSVDs?\b|\bsingular[- ](?:values?[- ]decomposition|vectors?)\b", re.IGNORECASE)
_THREE_FACTORS = regex(
    r"=[\s&]*(\\?[A-Za-z]+)\s*(\\?[A-Za-z]+)\s*(\\?[A-Za-z]+)\s*\^\s*\{?\s*(?:T|\\top|\\intercal)(?![A-Za-z])"
)
_LEADS = regex(r"\b(?:if|when|for)\b[^.!?]*\b(?:reduc|simplif|becom|collaps)\w+", re.IGNORECASE)
"""What a result is in another case: `If A is symmetric this reduces to`."""


def _suggested(sheet: Sheet, part: Part) -> Iterator[tuple[str, ...]]:
    """Facts of given arrays that the words suggest, or that a row says."""
    words = facts_by_standing(sheet.prose)["suggested"]
    variables = {symbol.name: symbol.shape for task in part.tasks for symbol in task.problem.variables}
    said = [fact for task in part.tasks for fact in task.problem.facts if fact.word not in ("invertible", "positive")]
    known = {str(fact).partition(" ")[0] for fact in said}
    symmetric, labels, two = (habit.search(sheet.prose) for habit in (COVARIANCE, _LABELS, _TWO_CLASSES))
    margin = _MARGIN.search(part.question.loss)
    called = {name for name, said_of in words.items() if "symmetric" in said_of}
    called |= {name for task in part.tasks for name, certain in of_likelihood(task.problem) if certain}
    called |= {name for task in part.tasks for name in of_measures(task.problem)}
    whole = _whole(sheet, refused=False)
    unfit = [one.line for one in part.judged if one.unfit]
    inverted = {bare_name(node.body) for line in unfit for node in line.parts(s.Inverted)}
    raised = {bare_name(one.left) for row in part.judged if unfit for one in row.line.parts(s.Binary) if _powers(one)}
    rooted = {bare_name(one.left) for row in part.judged for one in row.line.parts(s.Binary) if _halves(one)}
    alike = []
    for name, shape in variables.items():
        square, asked = shape.is_matrix and shape.rows is shape.cols, name in part.question.wrt
        if words.get(name, set()) - {"symmetric"} and not asked:
            yield tuple(f"{name} {word}" for word in sorted(words[name]))
        label = name.lower() in ("y", "t", "p", "q")
        if name in known:
            continue
        if square and name in rooted and not {"symmetric", "spd"} & words.get(name, set()):
            yield (f"{name} spd",)
        if square and (name in called or (symmetric and name.partition("_")[0] in COVARIANCES)):
            alike.append(f"{name} symmetric")
            yield (alike[-1],)
        elif (name in whole or (label and labels and not square)) and not shape.is_number and not asked:
            yield (f"{name} simplex",)
        signs = name.lower() in (("y", "t") if two else ()) or (margin is not None and name == margin[1])
        if signs and shape.is_column and not asked:
            yield (f"{name} signs",)
        if asked and shape.is_matrix and not square and name in (inverted | raised) - part.question.shapes.keys():
            yield (f"{name} {'invertible' if name in inverted else 'square'}",)
    if len(alike) > 1:
        yield tuple(alike)
    yield from _of_singular_values(sheet, variables)


def _of_singular_values(sheet: Sheet, variables: Mapping[str, Shape]) -> Iterator[tuple[str, ...]]:
    """Of a singular value decomposition `X = UΣVᵀ`: Σ is diagonal, U and V have orthogonal columns."""
    told = (one for one in sheet.formulas if _SINGULAR.search(f"{one.before[-120:]} {one.after[:120]}"))
    texts = [one.passage.text for one in told]
    for match in filter(None, map(_THREE_FACTORS.search, texts)):
        first, middle, last = map(plain_name, match.groups())
        sides = [f"{name} {word}" for name in (first, last) for word in ("orthogonal", "tall")]
        if {first, middle, last} <= variables.keys():
            yield from ((f"{middle} diagonal",), (f"{middle} diagonal", *sides))


def _powers(node: s.Binary) -> bool:
    """Whether it is X^2, X^3, …"""
    return node.operator == "^" and isinstance(node.right, s.Literal_) and node.right.value in (2, 3, 4)


def _halves(node: s.Binary) -> bool:
    """Whether it is X^{1/2} or X^{-1/2}, of a matrix that is positive definite."""
    power = s.ungrouped(node.right.body if isinstance(node.right, s.Negative) else node.right)
    sides = (power.left, power.right) if isinstance(power, s.Binary) and power.operator == "/" else ()
    return node.operator == "^" and [one.value for one in sides if isinstance(one, s.Literal_)] == [1, 2]


def said_beside(part: Part, in_layout: bool) -> Iterator[tuple[int, str, tuple[str, ...], str]]:
    """The rows that do not follow beside which a condition stands, or another layout than the one that is given, with
    that layout, the facts that the words say, `= 2Ax if A = Aᵀ`, and a note."""
    names = {symbol.name for task in part.tasks for symbol in task.problem.variables}
    for number, judged in enumerate(part.judged):
        formula = judged.line.formula
        if judged.verdict == "wrong" or judged.why == CONDITIONAL or code_of(judged.result) == "needs-fact":
            behind = [one.line.formula for one in part.judged[number + 1 : number + 2]]
            behind = [other for other in behind if other.block == formula.block]
            told, before = facts_beside(formula, *behind), formula.before[-80:]
            facts = tuple(f"{name} {word}" for name, words in told.items() if name in names for word in sorted(words))
            if not facts and _ONE_HOT.search(f"{before} {formula.after}"):
                facts = tuple(f"{name} onehot" for name in names - {*part.question.wrt} if name.lower() in ("y", "t"))
            if facts:
                yield number, part.layout, facts, f"under the condition beside it: {', '.join(facts)}"
        if not in_layout and (judged.why == OF_LAYOUT or _is_upright(judged)):
            for named in [*_NAMED.finditer(formula.before[-120:])][-1:]:
                if judged.why == OF_LAYOUT or _is_laid_out_so(formula.before[-120:], named):
                    yield number, named[1].lower(), (), f"in the {named[1].lower()} layout, as is said beside it"


def _is_upright(judged: Judged) -> bool:
    """Whether a row that follows states a derivative that is written otherwise in another layout, as ∇f is not."""
    follows = (judged.verdict, judged.role) == ("follows", "claim") and judged.line.derives
    return follows and _NABLA.search(judged.line.text) is None


_NABLA = regex(r"\\nabla(?![A-Za-z])|∇|grad")
_WRITTEN = regex(r"(?:^|[.;:!?\n])[^.;:!?\n]*\b(?:in|using|under|with|adopting)\s+(?:the\s+)?$", re.IGNORECASE)
_OPPOSED = regex(
    r"\b(?:would|not|never|instead|rather|place|contrast|whereas|while|but|unlike|than|from|over|transpos\w*|if|had)\b",
    re.IGNORECASE,
)


def _is_laid_out_so(before: str, named: re.Match[str]) -> bool:
    """Whether words say of what follows in which layout it is written: `In numerator layout, we have`."""
    start = _WRITTEN.search(before[: named.start()])
    said = before[start.start() :] if start is not None else ""
    return bool(said) and not (_OPPOSED.search(said) or re.search(r"[.;:]", before[named.end() :]))


_NAMED = regex(r"\b(numerator|denominator)[- ]layout", re.IGNORECASE)

_ONE_HOT = regex(r"\bone-?hot (?:labels|targets|vectors|encod)", re.IGNORECASE)
"""`for one-hot labels`, which have no name there."""

_TWO_CLASSES = regex(r"logistic|label|hinge|\bSVM\b|classif|margin", re.IGNORECASE)

_MARGIN = regex(r"(?:e\s*\^\s*\{|exp\s*(?:\\left)?\s*[(\[{]+|max[^=]{0,20}1)\s*-\s*([a-z])_")
"""Losses of margins: `log(1 + e^{-y_i wᵀx_i})`, `max(0, 1 - y_i wᵀx_i)`; the labels there are ±1."""

_LABELS = regex(
    r"one[- ]?hot|cross[- ]?entropy|soft[- ]?max|multi-?class|class(?:es|ification)|probabilit", re.IGNORECASE
)


def stated_layouts(sheet: Sheet) -> tuple[tuple[str, ...], bool]:
    """The layouts that fit what the document says that it uses: before it differentiates, or `throughout`; and whether
    ∇f may stand upright in them. Beside a claim the words speak of it alone.
    Rows are spoken of for derivatives by vectors."""
    prose = sheet.prose[:4000]
    before = _CLAIM.split(prose)[0]
    lying = [(found, max(0, found.start() - 40), found.end() + 60) for found in _LYING.finditer(before)]
    said = {(one[1].lower(), one[2].lower()) for one, start, end in lying if not _DENIED.search(before, start, end)}
    if len(ways := {way for _, way in said}) == 1:
        of_derivatives = all(word == "derivative" for word, _ in said)
        return ("mml", "numerator") if "row" in ways else ("gradient",), of_derivatives
    for found in _USED.finditer(prose):
        general = re.match(r"we use|use|follow|adopt|assum|employ|convention|\(", found[0], re.IGNORECASE)
        other = "would|instead" if general else "would|instead|convention"
        if re.search(other, prose[found.start() : found.end() + 90]):
            return (), True
        behind = "" if general else re.split(r"[.!?;:](?=\s)|\n\s*\n", prose[found.end() :], maxsplit=1)[0]
        beside_claim = _CLAIM.search(prose[: found.start()]) or _CLAIM.search(behind)
        if "throughout" in f"{found[0]}{behind}".lower() or not beside_claim:
            return (found[1].lower(),), True
    return (), True


_USED = regex(
    r"(?:\b(?:we use|use|using|in|throughout|follow(?:ing)?|adopt(?:ing)?|assum(?:e|ing)|employ(?:ing)?"
    r"|convention)\b[^.=]{0,40}"
    r"|\((?:the\s+)?)\b(numerator|denominator)[- ]layout",
    re.IGNORECASE,
)

_LYING = regex(
    r"\b(gradient|derivative)s?\b[^.;=\n$]{0,60}?\b(?:is|are|be|as|being)\s+(?:\w+\s+){0,2}?(?:an?\s+)?(row"
    r"|column)(?:[- ]vectors?|s)\b",
    re.IGNORECASE,
)

_DENIED = regex(r"\b(?:not|would|instead|sometimes|often|some|others?|rather|if)\b", re.IGNORECASE)

_CLAIM = regex(r"(?:\\nabla|\\partial|[∇∂]|\\frac\s*\{\s*d\b)[^.;=\n]*=")
