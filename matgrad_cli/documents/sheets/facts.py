"""Facts as a document tells them: in words, `S symmetric positive definite`, `the Gram matrix K`; by form: `VᵀV = I`"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial

from ...diagnostics.regex import regex
from ...facts.denial import denied
from ...notation.loss_text import plain_name
from ..passage import blank
from ..words import meanings, said
from .members import big
from .outline import Stated
from .sheet import Formula, Sheet
from .sizes import (
    EACH_NAME,
    FACTOR,
    IN_FIELD,
    NAME,
    NAMES,
    SPOKEN,
    TOLD,
    TRANSPOSED,
    defined_before,
    in_sets,
    names_of,
    plain_prose,
)  # fmt: skip

_SIGNED = regex(
    rf"(?P<name>{NAME})\s*(?:(?P<definite>\\succ(?:eq|curlyeq)?(?![A-Za-z])|[≻⪰≽])|>|≥|\\geq?(?![A-Za-z]))\s*0(?!\.?\d)"
)
OF_ENTRIES = frozenset(("positive", "nonnegative", "binary", "signs", "simplex"))
"""Facts that are said of all t where they are said of t_i."""
_STANDINGS = {"fact": "always", "suggested": "suggested", "perhaps": "perhaps", "unsaid": "denied"}
"""The tables of words, and how it stands with a fact of which these are said."""
_SAME = r"\bthe\s+same\s+(?:is\s+true|holds?|goes|applies)\s+(?:for|of|to)\b|\bso\s+(?:is|are)\b|\blikewise"
"""Those that were said last."""


@lru_cache(maxsize=1)
def _sayings() -> tuple[list[tuple[str, str]], re.Pattern[str]]:
    """How it stands with each fact, and its words; the pattern that has a group for each."""
    tables = [(standing, table, words) for table, standing in _STANDINGS.items() for words in meanings(table)]
    patterns = (f"(<{table}.{words}>)" for _, table, words in tables)
    sayings = [(standing, words) for standing, _, words in tables]
    return [*sayings, ("same", "")], said(f"(?:{'|'.join(patterns)}|({_SAME}))[a-zäéè]*")


_BRACKETED = regex(r"\(\s*(?:kernel|Gram)[A-Za-z' -]*\)")
"""`the kernel (Gram) matrix`: a second word for the same."""
_OF_PARTS = regex(
    rf"\b(?P<parts>columns?|rows?|entr(?:y|ies)|components?|elements?|coordinates?)\s+of\s+(?P<name>{NAME})\s*∈?\s*"
    r"(?:is|are|be|being|forms?)\s+(?:(?:all|mutually|strictly|an)\s+)*"
    r"(?P<fact>orthonormal|orthogonal|positive|non-?negative)\b(?!\s+(?:or|and|to)\s)"
)
_SOME = regex(
    r"\b(?:some|most|many|few|several|at\s+least\s+\w+|the\s+(?:first|last|nonzero|diagonal))\s+(?:of\s+)?(?:the\s+)?"
    r"(?:\w+\s+)?(?:columns?|rows?|entr(?:y|ies)|components?|elements?|coordinates?)\b[^.;]*$",
    re.IGNORECASE,
)
"""Of parts that are not all nothing is said of the whole."""
_NOT_ALONE = regex(
    rf"(?:{FACTOR}|\\[dt]?frac\{{[^{{}}]*\}}\{{[^{{}}]*\}}"
    r"|[\d)^+/−-]|(?:[1I]\s*\}?|𝟙|where)\s*_?\s*(?:\\left\s*)?\\?[\[({])\s*$"
)
"""A factor, a sign or the bracket of an indicator before a letter: what is said is said of all of it:
`XᵀX ≻ 0`, `1(Wx + b > 0)`."""
_SUPPOSED = regex(
    r"\b(?:if|for|when|whenever|provided(?:\s+that)?|as\s+long\s+as|case\s+(?:that|where|when|in\s+which|of)"
    r"|suppose(?:\s+first)?(?:\s+that)?|assuming|wenn|für)\s+(?:(?:an?|any|every|all|the)\s+)?"
    rf"(?:{NAME}(?:\s*(?:,|,?\s*\band\b)\s*{NAME})*\s+(?:is|was|are|were)\s+(?:(?:both|all|also|each)\s+)?)?"
    r"(?:[a-z]+\s+(?:and\s+)?)?$",
    re.IGNORECASE,
)
_LAID_DOWN = regex(r"\W*(?:suppose|assume)\b(?!\s+(?:first|for\s+now|for\s+the\s+moment))", re.IGNORECASE)
"""`Suppose A is symmetric.` holds from there on; `If A is symmetric, …` does not."""
_LAID_OUT = regex(
    rf"(?:\b(?:assum\w+|suppose|given|let|with|that)\b(?:\s+(?:that|all|every))*|(?:^|[.\n]))[\s$(\\]*(?:(?:{NAME}|\\?[cl]?dots|…)[\s,.]*)*$",
    re.IGNORECASE,
)
"""Words by which the sign of a name, or of a list, is laid down for all that comes; it may be all that is said."""
_STOP = (
    r"(?:and|or|but|with|where|when|while|whereas|is|are|be|for|of|in|on|by|to|so|then|that|which|as|we|hence"
    r"|thus|let|if|since|because|its|also"
    r"|however|arbitrary|any|general)"
)
_ADJECTIVE = (
    r"(?:(?:non-?)?(?:symmetric|singular)|anti-?symmetric|positive|definite|diagonal|orthogonal|invertible|real|square)"
)
_BEHIND = regex(
    rf"(?:(?:,\s*|\s+)(?:and\s+)?{_ADJECTIVE}\b(?:[ -](?:semi-?)?definite)?)*(?:\s+|-)"
    rf"(?:(?:in general|Matri(?:x|zen)|(?!{_STOP}\b)[a-zäöü][\w-]+)\s+){{0,3}}(?!I\s+[a-z]){NAMES}"
    r"(?!\s*[(^]|\s?[A-Z]\s*(?:\^|ᵀ))"
)
_COPULA = regex(
    rf"\b(?:is|are|be|being|was|were)\s+(?:(?:an?|any|some|the|both|always|also|assumed|to"
    rf"|taken)\s+)*(?:(?!{_STOP}\b)[\w-]+,?\s+){{0,3}}$"
    r"|\b(?:is|are|be|being)\s*$|:\s*an?\s*(?:\w+\s+)?$"
)
_NAMED_BEHIND = regex(rf"\s*(?:for\s+)?(?:(?:the|of)\s+)*(?:[a-z]+\s+)?{NAMES}")
_OTHER_SUBJECT = regex(
    r"(?:[,;:(]|\band|\bbut|\bso|\bwhile|\bwhere|\bwith)\s+(?!is\b|are\b|be\b)(?:[A-Za-z]\w*[\s-]+)+(?:is|are"
    r"|be)\b|\b(?:of|in|for|has|have|with|than|from|into)\b|\bto\b(?!\s+be\b)|;"
)
_PART_OF = regex(
    r"\b(?!(?:each|both|all|any|either|entries|components|elements)\b)[a-z]+\s+of\s+(?:the\s+)?(?:matri\w+\s+)?$"
)
"""`the columns of A are orthogonal`: what is said is not said of A."""
_PRONOUN = regex(r"\b(?:it|they|this|which|its|gradient|[Hh]essian|product|sum|step)\b")
_APPOSED = regex(
    r"\s*∈?\s*(?:be|is|denotes?|,)?\s*(?:an?|the|our)\s+(?:[\w-]+\s+){0,4}?(?:matrix|vector|operator)\s*,?\s*"
    r"(?:(?:which|that)\s+(?:is|are)|(?:and\s+)?(?:hence|thus|therefore|so))\s+(?:[\w-]+\s+){0,2}$"
)
"""`F is the Fisher matrix, which is symmetric`: it is said of F."""
_TOGETHER = regex(
    rf"{NAME}(?:\s*∈?\s*(?:,|,?\s*\band\b\s*(?:(?!{_STOP}\b|an?\b|the\b)[a-z]{{2,}}\s+){{0,3}})\s*{NAME})+\s*∈?\s*"
    r"(?:,?\s*\b(?:both|all|each|real|square)\b\s*)*(?:,?\s*\b(?:are|be|being)\b\s*(?:[\w-]{2,}\s+){0,5})?$"
)
"""Facts of all names before them."""
_SENTENCE = regex(
    r"(?:(?<=[.?!;])|(?<=[.?!]\)))\s+(?=[A-Z*$\\])|\n\s*\n(?!\s*[\\$])|\n\s*[-*•]\s|\n\s*\d+[.)]\s|\\item"
)
_NORMAL = regex(
    rf"(?:∼|~|\\sim(?![A-Za-z])|\bdistributed\s+(?:as|like)|\bdrawn\s+from)[\s$]*N\s*\(\s*[^,()|]{{1,40}},"
    rf"\s*(?P<name>{NAME})\s*\)(?!\s*=)"
)
"""`v ∼ N(0, R)` has the covariance R."""
_SETS = {"ℝ>0": "positive", "ℝ++": "positive", "ℝ+": "nonnegative", "ℝ≥0": "nonnegative", "0,1": "binary"}
_SETS |= dict.fromkeys(("-1,1", "-1,+1", "+1,-1", "1,-1", "±1", "pm1"), "signs")
_IS = rf"(?P<name>{NAME})\s*=\s*"
_ENDED = r"(?!\s*(?:[-+*/^_(\d]|\.\d|\\[A-Za-z]|[A-Za-z]\b(?!\s[a-z])))"
_SEEN = r"[\s$,]*(?:if|when)\b(?:[^.;=\d,()]|\([^()]*\)){1,60}?,?\s*(?:and\b)?[\s$]*"
_VALUES = {
    "signs": regex(rf"{_IS}(?:±|\\pm)\s*1{_ENDED}"),
    "binary": regex(rf"{_IS}1{_SEEN}0[\s$,]*(?:otherwise|else|if\s+not)\b"),
    "symmetric": regex(
        rf"{_IS}(?:\\[a-z]+\s*\{{\s*)?(?:[Cc]ov|[Vv]ar|[Cc]orr)\}}?\s*[\[(][^\[\](),]*[\])]{_ENDED}(?!\s*[A-Z])"
    ),
}
"""`y_i = \\pm1`; `W_{ij} = 1 if seen, and 0 otherwise`; `Σ = Cov(x)`."""
INDICATOR = regex(r"(?:\\math(?:bb|bf|ds)\s*\{?\s*1\s*\}?|\\delta\s*|I|1)\s*(?:\\left)?(?:\\?[{\[]|\()[^{}\[\]]*=")
COVARIANCE = regex(
    r"covarian|scatter|correlation|\bvariance|\bPCA\b|principal component|Gaussian|normal distribution"
    r"|discriminant|\bLDA\b|\bFisher|\bWishart|graphical lasso|\bKalman\b|\bRayleigh"
    r"|_\{\s*(?P<step>[a-z])\s*(?:\||\\mid)\s*(?P=step)\b"
    r"|\\Sigma\s*_\s*\{\s*(?:(?P<same>[a-z])(?P=same)|\w+\s*,\s*\w+)\s*\}|\bCCA\b"
    r"|\bELBO\b|\bvariational|\bposterior|\bBayes"
    r"|\b(?:precision|kernel|Gram)\b[^.]{0,20} matri|\\mathcal\s*\{?\s*N|\\Sigma\}?\s*\^\s*\{?\s*-\s*1",
    re.IGNORECASE,
)
"""Words, or a `\\Sigma^{-1}`, of documents in which matrices are covariances, or the like, which are symmetric."""


def _alone(text: str, match: re.Match[str]) -> bool:
    """Whether a name is no part of a product or sum."""
    before = text[max(0, match.start() - 60) : match.start()]
    return _NOT_ALONE.search(before) is None or SPOKEN.search(before) is not None


def facts_by_standing(prose: str) -> dict[str, dict[str, set[str]]]:
    """The facts that a text says of a name, `""` where it is not certain of which: those that hold `always`, that some
    sentence `supposed`, that its words only `suggested`, that it has `perhaps`, and that it `denied`."""
    text = plain_prose(prose)
    found = {standing: dict[str, set[str]]() for standing in ("always", "supposed", "suggested", "perhaps", "denied")}
    for standing, words, names in (*_in_signs(text), *_facts_of(text)):
        for name in names:
            of_entries = not {*words}.isdisjoint(OF_ENTRIES)
            found[standing].setdefault(re.sub(r"_[ijkn]{1,2}$", "", name) if of_entries else name, set()).update(words)
    for table in found.values():
        for name, known in table.items():
            if "symmetric" in found["denied"].get(name, ()) and "symmetric" not in known:
                known -= {"spd", "semidefinite"}  # definite, but not symmetric
            elif "semidefinite" in known:
                known ^= {"semidefinite", *({"symmetric"} - known)}
    return found


def _in_signs(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """What signs say: `x ∈ ℝ^n_{++}`, `Ω ∈ 𝕊^n`, `A ≻ 0`, `let x > 0`."""
    for match in IN_FIELD.finditer(text):
        if (word := _SETS.get(re.sub(r"[\\{}_\s]", "", match["field"]))) is not None:
            yield "always", [word], names_of(match["names"])
    for _, name, _, word in in_sets(text):
        yield "always", [word], [name]
    for word, pattern in _VALUES.items():
        named = [plain_name(match["name"]) for match in pattern.finditer(text)]
        yield "always", [word], [name for name in named if name[0].isupper() or "_" in name]
    names = (plain_name(match["name"]) for match in _NORMAL.finditer(text))
    yield "always", ["spd"], [name for name in names if name[0].isupper()]
    for match in filter(partial(_alone, text), _SIGNED.finditer(text)):
        name, before = plain_name(match["name"]), text[max(0, match.start() - 90) : match.start()]
        strict = re.search(r"eq|[⪰≽≥]", match[0]) is None
        if match["definite"] and name[0].isupper():
            yield "always", ["spd" if strict else "semidefinite"], [name]
            continue
        laid_down = _LAID_OUT.search(before) and not _SUPPOSED.search(before)
        opposed = re.search(rf"{re.escape(match['name'])}\s*(?:<|≤|\\leq?|=)\s*-?0", text)
        if _SUPPOSED.search(before) or (laid_down and not opposed) or match["definite"]:
            yield "always" if laid_down else "supposed", ["positive" if strict else "nonnegative"], [name]


def _facts_of(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """How it stands with each fact, its words, and whose it is."""
    untold = TOLD.sub(lambda match: "∈".ljust(len(match[0])) if match[0][0] == "∈" else blank(match), text)
    last, (sayings, pattern) = ("", ""), _sayings()
    for sentence in sentences(_OF_PARTS.sub(_of_whole, _BRACKETED.sub(" ", untold))):
        earlier, last = last, ("", "")
        for match in pattern.finditer(sentence):
            before, behind = sentence[: match.start()], sentence[match.end() :]
            standing, words = sayings[(match.lastindex or 1) - 1]
            if standing == "same":
                standing, words = last if last[0] else earlier
            elif denied(before, behind) or re.search(r"\snot\s", match[0]):
                standing = "denied"
            elif standing == "always" and _SUPPOSED.search(before):
                laid_down = _LAID_DOWN.match(before) and not re.search(r"\w", behind)
                standing = "always" if laid_down else "supposed"
            last = standing, words
            named = _NAMED_BEHIND.match(behind) if re.search(r"\b(?:of|for|to|so \w+|likewise)$", match[0]) else None
            names, perhaps = (names_of(named["names"]), []) if named is not None else _subject(before, behind)
            if standing == "denied":
                yield standing, words.split(), names or names_of(sentence) or [""]
            elif standing:
                yield standing, words.split(), names
                if not names and "transpose" in match[0]:
                    continue  # `this is a number, so it equals its transpose`
                yield "suggested", words.split(), perhaps if names or standing in ("suggested", "perhaps") else [""]


def sentences(text: str) -> list[str]:
    """The sentences of a text, and its headings, which say something."""
    headed = re.sub(r"^([ \t]*#+ [^\n]*)\n", r"\1\n\n", text, flags=re.MULTILINE)
    return [part for part in _SENTENCE.split(_BEHIND_FORMULA.sub("\n\n", headed)) if re.search(r"\w", part)]


_BEHIND_FORMULA = regex(rf"(?:(?<=[^\w\s,])|(?<=\W\w))[ \t]*\n(?=[ \t]*(?:{NAME})\s+(?:is|are|has|have)\b)")
"""The end of a line of signs, behind which a sentence begins: `df/dx = 2Ax + b`, `A is symmetric`."""


def _of_whole(match: re.Match[str]) -> str:
    """`x has positive entries` for `each entry of x is positive`."""
    parts = "entries" if match["parts"] == "entry" else f"{match['parts'].rstrip('s')}s"
    some = _SOME.search(match.string[: match.end("parts")])
    return match[0] if some else f"{match['name']} has {match['fact']} {parts}"


def _subject(before: str, behind: str) -> tuple[list[str], list[str]]:
    """Whose fact it is: the name that follows (`symmetric M`), else the nearest before it that stands alone;
    and whose it may be beside."""
    following = _BEHIND.match(behind[:80])
    if following is not None and (named := names_of(following["names"])) and not _COPULA.search(before):
        many = re.search(r"\bmatrices\b", following[0])
        stated = re.findall(rf"({NAME})\s*:?=", behind[:400]) if many else []
        ended = re.match(r"\W*(?:[.;:)]|$)", behind[following.end() :]) and not re.search(r"=", behind[:80])
        all_ = many or ended or re.search(r"\band\b", following["names"])
        return [plain_name(name) for name in stated] or named[: None if all_ else 1], []
    last = [match for match in EACH_NAME.finditer(before) if match[0] != "a"]
    between = _APPOSED.sub(" is ", before[last[-1].end() :]) if last else ""
    if re.match(rf"\s*{TRANSPOSED}\s*[A-Za-z(\\]|\s*(?:\\?\||\\r?[vV]ert|‖)", between):
        return defined_before(before), []
    if (
        not last
        or re.match(r"\s*\^", between)
        or _PRONOUN.search(between)
        or len(between) > 60
        or _OTHER_SUBJECT.search(between)
        or _SOME.search(before)
    ):
        return [], []
    front = before[: last[-1].start()]
    if (together := _TOGETHER.search(before)) is not None:
        if "∈" in together[0].strip(" ∈") and not re.search(r"\b(?:both|all|each|are|be|being)\b", together[0]):
            return [plain_name(last[-1][0])], [""]  # `A ∈ ℝ^{n×n}, and B ∈ ℝ^{n×n} symmetric`
        *perhaps, sure = map(names_of, re.split(r"∈\s*,(?!\s*and\b)", together[0]))
        return sure, [name for names in perhaps for name in names]
    if re.search(r"\b[Bb]oth\b[^.]*$", before):
        return [plain_name(match[0]) for match in last][-2:], []
    factor = re.search(r"[A-Za-z\d_}^\\+/*-]\s*$", front) and not re.search(r"[A-Za-z]{2,}\s+$", front)
    if factor or re.search(r"\\[A-Za-z]+\s*$|(?:=|(?<=[\w)}])\()\s*$", front):
        return defined_before(before), []
    return [] if _PART_OF.search(front) else [plain_name(last[-1][0])], []


def facts_by_form(sheet: Sheet, stated: Iterable[Stated]) -> dict[str, frozenset[str]]:
    """Facts that formulas say by their form: `t_ic = 1{y_i = c}`, `C = Cᵀ`, `VᵀV = I` unless only supposed."""
    found: dict[str, frozenset[str]] = {}
    for one in stated:
        value = one.sides[0]
        if len(one.letters) == 2 and INDICATOR.search(value) and re.search(rf"=\s*{one.letters[1]}\W*$", value):
            found[one.name] = frozenset(("onehot",))
    for formula in sheet.formulas:
        name, words = fact_by_form(formula.passage.text)
        names = (name, big(name)) if words == ("symmetric",) else (name,)  # a_ij of A
        for own in names if words and not is_supposed(formula) else ():
            found[own] = found.get(own, frozenset()) | set(words)
    return found


def is_supposed(formula: Formula) -> bool:
    """Whether the words before a formula only suppose, or deny, what it says."""
    before = formula.before[-120:]
    return _IF.search(before) is not None or denied(before)


def facts_beside(*formulas: Formula) -> dict[str, set[str]]:
    """Facts that the sentence of formulas says, in words or by form:
    `= 2Ax for symmetric A`, `\\text{if } A = A^\\top`."""
    first = formulas[0]
    before, after = _CLAUSE_END.split(first.before)[-1], _CLAUSE_END.split(first.after, maxsplit=1)[0]
    own = _CLAIMED.split(before)[-1]  # of `for x > 0 $f' = 1$ and for x < 0 …` the last condition
    before = own if re.search(r"\b(?:if|for|when|whenever|where|in case)\b", own) else before
    text = "   ".join((before, *(formula.passage.text for formula in formulas), after))
    text = _MARKS.sub("   ", re.sub(SAID, r"   \g<said>   ", text))
    found: dict[str, set[str]] = {}
    told = facts_by_standing(text)
    for name, words in (*told["always"].items(), *told["supposed"].items()):
        found.setdefault(name, set()).update(words)
    parts = [part for part in _PARTED.split(text) if part.strip()]
    for before, part in zip(("", *parts), parts, strict=False):
        name, by_form = fact_by_form(part)
        if by_form and not denied(before):
            found.setdefault(name, set()).update(by_form)
    return found


_CLAUSE_END = regex(r"[.?!;]\s+(?=[A-Z$\\])|(?:^|\n)\s*(?=[A-Z][a-z]|[*#]|\\(?:sub)*section)")
_CLAIMED = regex(r"\$[^$]*(?:\\nabla|\\partial|[∇∂]|\w'|\\frac\s*\{\s*d)[^$]*=[^$]*\$")
_MARKS = regex(r"\$|\\[()\[\]]")
_PARTED = regex(
    r"[,;:]\s|[()]|\s{3,}|\\q?quad|\b(?:if|when|whenever|for|where|since|as|because|provided|that|with|and)\b"
)


def fact_by_form(text: str) -> tuple[str, tuple[str, ...]]:
    """The name and the facts that a formula says of it, `P^2 = P = P^\\top`; no words if it says none."""
    name, sides = _said_of_one(text)
    fitting = (known for form, known in _OF_FORM.items() if name and form <= sides <= _FORMS)
    words = dict.fromkeys(word for known in fitting for word in known.split())
    if {"tall", "wide"} <= words.keys():
        words = {"orthogonal": None}
    return plain_name(name) if words else "", tuple(words)


def measure_by_form(text: str) -> tuple[str, str, float] | None:
    """The name of which a formula says how much it measures, what of it, and the number: `\\|u\\|^2 = 2`,
    `\\sum_i t_i = 2`."""
    name, sides = _said_of_one(text)
    numbers = [float(side) for side in sides if re.fullmatch(r"\d+(?:\.\d+)?", side)]
    kinds = [kind for side in sides if (kind := _MEASURES.get(side)) is not None]
    return (plain_name(name), kinds[0], numbers[0]) if len(sides) == 2 and numbers and kinds else None


def _said_of_one(text: str) -> tuple[str, frozenset[str]]:
    """The first name of a formula, and its sides with X for it, in the signs of `_OF_FORM`."""
    stated = _MORE.sub("", regex(rf"\A{SAID}").sub("", text.strip(" .,;")))
    stated = _STYLED.sub(r"\1", stated.strip(" .,;()" if stated.startswith("(") else " .,;"))
    for sign, pattern in _SIGNS:
        stated = pattern.sub(sign, stated)
    if (turned := _ENTRIES_TURNED.fullmatch(stated)) is not None:
        return turned[1], frozenset(("X", "Xᵀ"))
    stated = _SUM.sub(r"\g<name>ᵀ1", stated)
    found = re.search(r"(?:\\[A-Za-z]+|[A-Za-z])(?:_\{?\w+\}?)?", stated)
    name = found[0] if found is not None else ""
    return name, frozenset("I" if side.startswith("I") else side.replace(name, "X") for side in stated.split("="))


SAID = r"\\(?:text(?:rm|it|normal)?|mbox|mathrm)\s*\{(?P<said>[^{}]*)\}\s*"
"""Words in a formula: `\\text{where } A = A^\\top`."""
_IF = regex(
    r"\bfor\b\s*$|[a-z,]\s+suppose\b\s*$|\b(?:if|when|whenever|case|unless|example|instance)\b[^.?!;]*$", re.IGNORECASE
)
_MORE = regex(r"\s*(?:\\in(?![A-Za-z])|∈|\\succ(?:eq)?(?![A-Za-z])|≻|⪰|≽)[^=,;]*$")
_STYLED = regex(r"\\(?:math\w+|bm|boldsymbol)\s*\{?\s*(\\?[A-Za-z1]+)\s*\}?")
_SIGNS = (
    ("ᵀ", regex(TRANSPOSED)),
    ("⁻¹", regex(r"\^\s*\{\s*-\s*1\s*\}")),
    ("²", regex(r"\^\s*(?:2|\{\s*2\s*\})")),
    ("‖", regex(r"\\(?:[lr]?Vert|\|)|\\(?:left|right)\s*\\\||\|\||(?<=‖)_\{?2\}?")),
    ("", regex(r"\s|\\[,;!]|(?<=‖)_\{?2\}?")),
)
_ENTRIES_TURNED = regex(r"(\\?[A-Za-z]+)_\{?([a-z]),?([a-z])\}?=\1_\{?\3,?\2\}?(?:for(?:all|every)?.*|\\forall.*)?")
"""`A_{ij} = A_{ji}`."""
_SUM = regex(r"\\sum_\{?(?P<at>[a-z])(?:=1)?\}?(?:\^\{?\w+\}?)?(?P<name>\\?[A-Za-z]+)_\{?(?P=at)\}?(?==)")
_MEASURES = {"XᵀX": "square", "‖X‖²": "square", "‖X‖": "length", "1ᵀX": "sum", "Xᵀ1": "sum"}
_OF_FORM = {
    frozenset(sides.split("=")): words
    for sides, words in (
        ("X=Xᵀ", "symmetric"), ("X=X²", "idempotent"), ("X=XX", "idempotent"), ("Xᵀ=-X", "antisymmetric"),
        ("X=-Xᵀ", "antisymmetric"), ("XᵀX=I", "orthogonal tall"), ("XXᵀ=I", "orthogonal wide"),
        ("X⁻¹=Xᵀ", "orthogonal"), ("XᵀX=1", "unit"), ("‖X‖=1", "unit"), ("‖X‖²=1", "unit"),
    )
}  # fmt: skip
_FORMS = frozenset().union(*_OF_FORM)
CONSTRAINTS = frozenset(("orthogonal", "tall", "wide", "idempotent", "unit", "simplex"))
"""Facts that, said of the variable, are a constraint."""
