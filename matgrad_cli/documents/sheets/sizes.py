"""Sizes and facts as a document tells them: `X ∈ ℝ^{m×n}`, `X is n × d`, "vectors of length n",
"S symmetric positive definite"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...diagnostics.regex import regex
from ...facts.denial import denied
from ...notation.latex.names import ACCENTS, OF_GREEK, STYLES
from ...notation.loss_text import plain_name
from ..passage import blank

_RAISED = str.maketrans("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴺᴰᴹᴷᴸᴾᵀ⁰¹²³⁴⁵⁶⁷⁸⁹", "abcdefghijklmnoprstuvwxyzNDMKLPT0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_MARK = "|".join(sorted([*STYLES, "mathrm", "mathcal", "operatorname"], key=len, reverse=True))
_NAME = (
    r"(?:\\(?:" + "|".join(ACCENTS) + r")\s*(?:\{\\?[A-Za-z]+\}|\s\\?[A-Za-z]+)"
    rf"|\\(?:{OF_GREEK}|ell)(?![A-Za-z])|(?<![A-Za-z\\^])[A-Za-zΑ-Ωα-ω](?![A-Za-zα-ω’']))"
    r"(?:_\{?\\?\w+\}?)?"
)
_SIZE = r"(?:\d+|(?:\d+\s*)?\\?[A-Za-z]\w?)"
_TIMES = r"(?:×|(?<=[a-wyz\d])\sx\s(?=[a-wyz\d])|(?<=\d)\s[xX]\s(?=\d)|-by-|\sby\s)"
_PAIR = rf"(?<![A-Za-z\d_\\])(?P<rows>{_SIZE}){_TIMES}(?P<cols>{_SIZE})(?![A-Za-z\d×('])"
NAMES = rf"(?P<names>{_NAME}(?:\s*(?:,|\band\b)\s*{_NAME}){{0,5}})"
_FIELD = r"(?:ℝ(?:_\{?(?:[>≥]\s*0|\+{1,2})\}?)?|\\mathbb\s*\{?R\}?|\\\{[^{}∈]{1,14}\\\}|\{[^{}∈]{1,12}\}|\[0,\s*1\])"
_POWER = r"\s*(?:\^\s*(?:\{(?P<size>[^{}]+)\}|(?P<one>\\?[A-Za-z0-9])))?(?!\s*\^)"
_IN_FIELD = regex(
    rf"{NAMES}\s*(?:(?:is|are|be)\s+(?:an?\s+)?(?:\w+\s+){{0,2}}(?:vectors?|matri(?:x|ces)|points?)\s*)?"
    rf"(?:∈|(?P<both>\s*,?\s*(?:both|all|each) in)|,? ?in)\s*(?P<field>{_FIELD}){_POWER}"
)
_OF_FORMULA = r"(?:\\(?!text|mbox)[A-Za-z]+(?:\{[a-z]+\})?|[A-Z]|(?<![a-z])[a-z](?![a-z])|[^=∈$\nA-Za-z\\])"
_VALUE_IN_FIELD = regex(rf"(?P<name>{_NAME})\s*&?={_OF_FORMULA}{{1,120}}∈\s*{_FIELD}{_POWER}")
"""`W = QKᵀ/√d ∈ ℝ^{n×n}`."""
_OF_VALUE = regex(r"=\s*[^\s=,;:∈$]{0,30}\s*I$")
"""The end of a value of which the size is told, `Ω = 2I ∈ ℝ^{n×n}`: it is Ω's."""
_NONE_YET = regex(r"(?:(?:\\[lc]?dots|…|\.\.\.)\s*,|[=+*/-])\s*$")
"""Behind this no list of names begins: the n of `i=1,…,n, μ ∈ ℝ^d`, the D of `C = A + D, A ∈ ℝ^{d×k}`."""
_PAIRED = regex(_PAIR)
_TOLD = regex(rf"∈\s*{_FIELD}\s*(?:\^\s*(?:\{{[^{{}}]+\}}|\\?[A-Za-z0-9]))?|{_PAIR}")
_LENGTH = regex(
    rf"{NAMES}(?:\s*(?:\w+\s){{0,4}}(?:vectors?\s(?:\w+\s){{0,2}})?(?:of|with)\s(?:length|dimension"
    rf"|size)\s(?P<size>{_SIZE})(?![\w×]|\s*×)"
    rf"|\s+(?:is|be)\s+(?:an?\s+)?(?P<dim>{_SIZE})-(?:dim|vector))"
)
_LISTED = regex(
    rf"(?:^|[,;(]|[-•*])[ \t]*{NAMES}\s*:[ \t]*(?P<size>{_SIZE})(?=[ \t]*(?:[,;)\n]|$|—|–)|[ \t]+\()", re.MULTILINE
)
_EACH_NAME = regex(_NAME)
_FORWARD = regex(rf"\s*-?\s*(?:\w+[- ]){{0,2}}(?:matrix|matrices|Matrix)\s+{NAMES}")
_POSITIVE = regex(rf"(?P<name>{_NAME})\s*(?:>|≥|\\geq?)\s*0(?!\.?\d)")
_NUMBERS = regex(rf"{NAMES}(?:\s*(?:>|≥|\\geq?)\s*0)?\s+(?:is|are)\s+(?:an?\s+)?(?:\w+\s+)?(?:number|scalar)s?\b")
_IN_SET = regex(
    rf"{NAMES}\s*(?:∈|,? in)\s*(?:(?:𝕊|S(?=\s*[_^]))(?P<marks>(?:\s*[_^]\s*(?:\{{[^{{}}]*\}}|\\?[A-Za-z0-9]|\+{{1,2}})){{1,2}})"
    r"|(?:\\[a-z]+\s*\{)?(?P<set>Sym|SO|(?<=∈)O|(?<=∈ )O|(?<=\{)O)\}?\s*(?:\(|_)\s*\{?\s*(?P<side>\w)\b(?!\s*time))"
)
"""`Ω ∈ 𝕊^n_{++}`, `A in S^n`: the symmetric matrices; `𝕊^{n-1}` is a sphere; `Q ∈ SO(n)`."""
_ORDERED = "\\succ", "≻", "⪰", "≽"
_DEFINITE = regex(rf"(?P<name>{_NAME})\s*(?:\\succ(?:eq|curlyeq)?(?![A-Za-z])|≻|⪰|≽)\s*0(?!\.?\d)")
TRANSPOSED = r"\^\s*(?:\{?\s*\\?(?:top|T|intercal)\s*\}?|ᵀ)"
_MEAN = regex(r"\\[dt]?frac\s*(?:\{[^{}]*\}|\d|\\[a-z]+)\s*\{?\s*\d*\s*([A-Z])(?=\s*\})|\\[dt]?frac\s*\d\s*([A-Z])")

_HAS = r"(?:has|have|having|with)\s+(?:all\s+|only\s+|\w+ly\s+)?"
_ENTRIES = r"\s+(?:entries|components|elements|coordinates)"
FACTS = (
    ("always", "idempotent symmetric", r"(?:orthogonal|orthonormal|symmetric)\s+project(?:ion|or)s?\b"),
    ("suggested", "idempotent symmetric", r"\bproject(?:ion|or)s?\b|\bhat\s+matrix"),
    ("always", "spd", r"(?:symmetric(?:,|\s+and)?\s+)?positive[- ](?:semi-?)?definite|\bSPD\b|\bspd\b"),
    ("always", "antisymmetric", r"anti-?symmetric|skew-symmetric"),
    (
        "always",
        "symmetric",
        r"symmetry\s+of\b|self-?adjoint|hermitian|s[yi]m+[ée]tri(?:[ckq]|s(?:ch|k|\b))"
        r"|симметрич|đối xứng|대칭|对称|對稱|対称",
    ),
    ("always", "diagonal", r"diagonal(?!i[sz])"),
    ("always", "orthogonal tall", rf"{_HAS}orthonormal\s+columns"),
    ("always", "orthogonal wide", rf"{_HAS}orthonormal\s+rows"),
    (
        "always",
        "orthogonal",
        r"(?:\borthogonal|\borthonormal|\bunitary|\brotation)\b(?!\s+(?:to|columns?|rows?|vectors?|bas[ie]s|complement"
        r"|group|project\w+|decomposition|of|by|angle|invarian\w+|about)\b)",
    ),
    ("always", "invertible", r"invertible|non-?singular"),
    ("always", "onehot", r"one-?hot"),
    ("always", "idempotent", r"idempotent"),
    ("always", "unit", rf"(?:{_HAS}|\bof\s+)?\bunit[- ](?:norm|length)|\bunit[- ]vectors?"),
    ("suggested", "unit", r"\bnormali[sz]ed"),
    ("always", "positive", rf"{_HAS}positive{_ENTRIES}"),
    ("always", "nonnegative", rf"{_HAS}non-?negative{_ENTRIES}"),
    ("always", "simplex", r"probability\s+vectors?|\b(?:probability|unit|standard)\s+simplex"),
    (
        "suggested",
        "simplex",
        r"probability\s+distribution|\bsums?\s+(?:up\s+)?(?:to|is|equals?)\s+(?:not\s+)?(?:one|1)\b|normali[sz]ation",
    ),
    (
        "denied",
        "arbitrary",
        r"\barbitrary(?!\s+(?:\w+\s+){0,2}(?:prob|distrib|one|label))|\bunconstrained\b|\bunnormali[sz]ed\b"
        r"|\bany\s+real\b|\bgeneral\s+(?:square\s+|real\s+)?(?:matrix|vector)\b",
    ),
    ("same", "", r"\bthe\s+same\s+(?:is\s+true|holds?|goes|applies)\s+(?:for|of|to)\b|\bso\s+(?:is|are)\b|\blikewise"),
)
"""How it stands with a fact that is said in these words, and the facts; `same` are those that were said last."""
_FACT = regex(f"(?:{'|'.join(f'({pattern})' for _, _, pattern in FACTS)})[a-zäéè]*", re.IGNORECASE)
_OF_PARTS = regex(
    rf"\b(columns|rows|entries|components|elements)\s+of\s+({_NAME})\s*∈?\s*(?:are|be|being)\s+"
    r"(?:all\s+|mutually\s+|strictly\s+)?(orthonormal|positive|non-?negative)"
)
_FACTOR = rf"(?<![A-Za-z\\])[A-Za-z]|\\(?:top|intercal|T|c?dot|times|otimes|odot|circ|{OF_GREEK})|[\]}}ᵀ'’*·⊗∘]|\^\d"
_OF_PRODUCT = regex(rf"(?:{_FACTOR})[ \t]*$")
"""A factor before a name: what is said is said of the product, `Since y^T X w is a scalar`."""
_GOES_ON = regex(rf"(?:\^\{{?\d\}}?)?[ \t]*(?:\^\s*\{{?\s*\\?(?:top|T|intercal)\b|(?!a\b)(?:{_FACTOR})(?![A-Za-z]))")
_NOT_ALONE = regex(
    rf"(?:{_FACTOR}|\\[dt]?frac\{{[^{{}}]*\}}\{{[^{{}}]*\}}"
    r"|[\d)^+/−-]|(?:[1I]\s*\}?|𝟙|where)\s*_?\s*(?:\\left\s*)?\\?[\[({])\s*$"
)
"""A factor, a sign or the bracket of an indicator before a letter: what is said is said of all of it:
`XᵀX ≻ 0`, `1(Wx + b > 0)`."""
_SPOKEN = regex(
    r"(?:\\(?:text|textbf|mbox|mathrm|textrm|begin)\s*\{[^{}]*\}|(?:^|[\s$(,;])a|(?:^|\n)\s*[-*+]|(?:^"
    r"|\s)\((?:[ivx]+|[a-z])\))\s*$"
)
_SUPPOSED = regex(
    rf"\b(?:if|for|when|whenever|suppose|assuming|wenn|für)\s+(?:(?:an?|any|every|all"
    rf"|the)\s+)?(?:{_NAME}\s+(?:is|was|were)\s+)?"
    r"(?:[a-z]+\s+(?:and\s+)?)?$",
    re.IGNORECASE,
)
_LAID_DOWN = regex(r"\W*(?:suppose|assume)\b", re.IGNORECASE)
"""`Suppose A is symmetric.` holds from there on; `If A is symmetric, …` does not."""
_LAID_OUT = regex(r"\b(?:assum\w+|suppose|given|let)\b(?:\s+that)?(?:\s+(?:all|every))?[\s$(\\]*$", re.IGNORECASE)
"""Words by which the sign of a name is laid down for all that comes."""
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
_NOUNS = rf"(?:(?!{_STOP}\b|an?\b|the\b)[a-z]+\s+){{0,3}}"
_TOGETHER = regex(
    rf"{_NAME}(?:\s*∈?\s*(?:,|,?\s*\band\b\s*(?:(?!{_STOP}\b|an?\b|the\b)[a-z]+\s+){{0,3}})\s*{_NAME})+\s*∈?\s*"
    r"(?:,?\s*\b(?:are|be|being|both|all|each|assumed|taken|to|real|square)\b\s*)*$"
)
"""Facts of all names before them."""
_SENTENCE = regex(r"(?<=[.?!;])\s+(?=[A-Z*$\\])|\n\s*\n(?!\s*[\\$])|\n\s*[-*•]\s|\n\s*\d+[.)]\s|\\item")
_OF_ONES = (
    r"(?:(?:vectors?|column)\s+(?:of|with|containing)\s+(?:all\s+)?(?:ones|1'?s)\b|all[- ]ones\b(?:\s+vectors?)?)"
)
_ONES = (
    regex(
        rf"{NAMES}\s*,?\s*(?:(?:is|are|be|being|denotes?|represents?|=|:)\s+)?(?:(?:the|an?)\s+)?"
        rf"(?:(?:\(?\s*\w+×\w+\s*\)?|\w+-dimensional|column|constant)\s+){{0,2}}{_OF_ONES}"
    ),
    regex(rf"{_OF_ONES}\s*(?:by\s+|denoted\s+(?:by|as)\s+)?{NAMES}(?!\s+(?:is|are|denotes)\b)"),
)
_SETS = {"ℝ>0": "positive", "ℝ++": "positive", "ℝ+": "nonnegative", "ℝ≥0": "nonnegative"} | {
    "-1,1": "signs",
    "-1,+1": "signs",
    "+1,-1": "signs",
    "1,-1": "signs",
    "±1": "signs",
    "0,1": "binary",
}


def plain_prose(prose: str) -> str:
    """The prose with the signs of sizes written in one way."""
    text = re.sub(r"\\(?:,|;|!|:|quad|qquad|left|right|big|Big)(?![A-Za-z])|~", " ", prose)
    text = regex(r"_\{\\(?:mathrm|text|textrm|rm|mathit)\s*\{?(\w+)\}?\s*\}").sub(r"_{\1}", text)
    for _ in range(2):
        text = re.sub(rf"\\(?:{_MARK})\s*\{{(\\?[A-Za-z]+)\}}", _field, text)
    text = re.sub(r"\s*(?:\\times(?![A-Za-z])|×)\s*", "×", text)
    text = re.sub(r"\\in(?![A-Za-z])", "∈", re.sub(r"\\Re?\^", "ℝ^", text)).replace("\\mathbb S", "𝕊")
    text = regex(r"(∈|\bin)\s*R\s*\^\s*(?:\(([^()\n]+)\)|\{([^{}\n]+)\}|(\w+))").sub(_of_plain_text, text)
    if any(sign in text for sign in ("∈", *_ORDERED)):
        text = regex(rf"({_NAME})\s*=\s*\1\s*{TRANSPOSED}(?=\s*(?:∈|\\succ|≻|⪰|≽))").sub(r"\1", text)
    text = regex(r"(ℝ\s*\^\s*(?:\{[^{}]*\}|\w))(_\{?(?:[>≥]\s*0|\+{1,2})\}?)").sub(_sign_first, text)
    raised = regex(r"ℝ([ᵃ-ᶿᴬ-ᵪⁿⁱ⁰-⁹²³¹ˣʰʲʳˡˢʷʸ×]+)")
    text = raised.sub(lambda match: "ℝ^{" + _pair(match[1].translate(_RAISED)) + "}", text)
    text = re.sub(r"([A-Za-zΑ-ω])([₀-₉]+)", lambda match: f"{match[1]}_{match[2].translate(_LOWERED)}", text)
    return re.sub(r"\*\*|__", "  ", text)


def _of_plain_text(match: re.Match[str]) -> str:
    """`in R^(m x n)`, `in R^mxn`."""
    return f"{match[1]} ℝ^{{{_pair(match[2] or match[3] or match[4])}}}"


def _field(match: re.Match[str]) -> str:
    if match[1] in "RS" and "bb" in match[0]:
        return "ℝ" if match[1] == "R" else "𝕊"
    return match[1] if len(match[1].lstrip("\\")) == 1 or match[1][0] == "\\" else match[0]


def _sign_first(match: re.Match[str]) -> str:
    """`ℝ_{>0}^n` for `ℝ^n_{>0}`."""
    return f"ℝ{match[2]}{match[1][1:]}"


def _pair(raised: str) -> str:
    """`kxd` of ℝᵏˣᵈ as `k×d`."""
    return raised if "×" in raised else re.sub(r"(?<=\w)\s*x\s*(?=\w)", "×", raised)


def sizes_told(prose: str) -> dict[str, str]:
    """The shapes of names, as the key `shapes` writes them: `m×n`, `n`, `scalar`.
    The first that is told of a name counts."""
    return {name: sizes[0] for name, sizes in _all_told(prose).items()}


def told_anew(prose: str) -> frozenset[str]:
    """Names of which the document tells two shapes: in its parts they stand for different arrays."""
    return frozenset(
        name for name, sizes in _all_told(prose).items() if len({size.removesuffix("×1") for size in sizes}) > 1
    )


def _all_told(prose: str) -> dict[str, list[str]]:
    """All that is told of the shape of each name, in the order of the text."""
    text = plain_prose(prose)
    single = _PAIRED.sub(
        lambda match: match[0] if "{" in text[match.start() - 1 : match.start()] else blank(match), text
    )
    bare = _TOLD.sub(blank, text)
    told: list[tuple[int, str, str]] = []
    for match in _IN_FIELD.finditer(single):
        if _OF_VALUE.search(single[max(0, match.start() - 60) : match.end("names")]):
            continue
        names = _whole_names(single, match)
        inside = len(names) > 1 and _NONE_YET.search(single[max(0, match.start() - 12) : match.start()])
        names = [name for at, name in enumerate(names) if at or not inside or "_" in name]
        if match["both"]:
            clause = re.split(r"\.\s|\n\s*\n|\(", bare[max(0, match.start() - 120) : match.end("names")])[-1]
            names = [*names_of(clause)[-2:]]
        told += [(match.start(), name, match["size"] or match["one"] or "scalar") for name in names]
    told += [(start, name, f"{side}×{side}") for start, name, side, _ in _in_sets(text)]
    said: list[tuple[re.Match[str], Iterable[str], str]] = []
    for match in _VALUE_IN_FIELD.finditer(text):
        said.append((match, names_of(match["name"]), match["size"] or match["one"] or "scalar"))
    said += [
        (match, _beside(text, bare, match), f"{match['rows']}×{match['cols']}") for match in _PAIRED.finditer(text)
    ]
    said += [(match, _whole_names(text, match), match["size"] or match["dim"]) for match in _LENGTH.finditer(bare)]
    said += [(match, names_of(match["names"]), match["size"]) for match in _LISTED.finditer(bare)]
    said += [(match, _whole_names(text, match), "scalar") for match in _NUMBERS.finditer(text)]
    told += [(match.start(), name, size) for match, names, size in said for name in names]
    found: dict[str, list[str]] = {}
    for _, name, size in sorted(told, key=lambda item: item[0]):
        clean = _clean(size)
        if name == "I" and len({*(clean or "").split("×")}) == 1 < len((clean or "").split("×")):
            continue  # the identity
        if clean is not None and not (clean == "scalar" and re.search(r"_[ijkn]$", name)):
            found.setdefault(name, []).append(clean)
    return found


def _in_sets(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Where, the name, the side and the fact of `Ω ∈ 𝕊^n_{++}`."""
    for match in _IN_SET.finditer(text):
        side = match["side"] or re.sub(r"[\s_^{}+\\]", "", match["marks"]).partition("×")[0]
        word = "orthogonal" if "O" in (match["set"] or "") else "spd" if "+" in (match["marks"] or "") else "symmetric"
        for name in names_of(match["names"]) if side.isalnum() else ():
            if not name[0].islower():  # 𝕊 may be a sphere
                yield match.start(), name, side, word


def _alone(text: str, match: re.Match[str]) -> bool:
    """Whether a name is no part of a product or sum."""
    before = text[max(0, match.start() - 60) : match.start()]
    return _NOT_ALONE.search(before) is None or _SPOKEN.search(before) is not None


def _clean(size: str) -> str | None:
    sides = [re.sub(r"[\\{}\s]", "", side) for side in re.split(r"×", size.strip())]
    if len(sides) > 2 or not all(re.fullmatch(r"scalar|\d{0,3}[A-Za-zΑ-ω]*\w?", side) and side for side in sides):
        return None
    return "×".join(sides)


def names_of(text: str, articles: bool = True) -> list[str]:
    """The names of a list; an `a` that stands alone or ends it is an article, unless no `articles` may stand there."""
    found = _EACH_NAME.finditer(text)
    return [plain_name(one[0]) for one in found if one[0] != "a" or one.end() < len(text) or not articles]


def _whole_names(text: str, match: re.Match[str]) -> list[str]:
    """The names of a list; neither the w of `X w is a scalar` nor the A of `the n×n matrix A B` is meant by itself."""
    before = _TOLD.sub(lambda told: "∈".ljust(len(told[0])), text[max(0, match.start() - 60) : match.start()])
    factor = _OF_PRODUCT.search(before) is not None and _SPOKEN.search(before) is None
    names = names_of(match["names"], "∈" not in match[0] and " in " not in match[0])
    return names[int(factor) : -1 if _GOES_ON.match(text, match.end("names")) else None]


def _beside(text: str, bare: str, match: re.Match[str]) -> list[str]:
    """The names whose size is told: before it in the clause, or behind `… matrices`."""
    if text[match.start() - 1 : match.start()] == "{":
        return []
    before = re.split(r"[.;]\s|\n\s*\n|\n\s*[-•*]", bare[max(0, match.start() - 110) : match.start()])[-1]
    near = [name for name in _EACH_NAME.finditer(before) if name[0] != "a"]
    if near and re.fullmatch(r"[\s\w,:()—–-]{0,60}", before[near[-1].end() :]):
        listed = re.search(rf"{NAMES}$", before[: near[-1].end()])
        alone = listed is not None and not re.search(r"[=^_{}\\+]\s*$", before[: near[-1].start()])
        names = _whole_names(before, listed) if listed is not None and alone else []
        return names or _defined_before(before)
    forward = _FORWARD.match(text, match.end(), match.end() + 60)
    return _whole_names(text, forward) if forward is not None else _defined_before(before)


def _defined_before(before: str) -> list[str]:
    """C of `centring matrix C = I - 11ᵀ/n (`; not h of `h = f(x) has the derivative D, (`, nor J of `∇J = 2Ax (`."""
    last = r"(?!.*(?::?=|\b(?:has|derivative|gradient)\b))[^:;]*$"
    stated = re.search(rf"(?P<name>{_NAME})\s*:?={last}", before, re.DOTALL)
    sign = r"(?:\\nabla|∇|\\partial|∂)(?:\s*\^\s*\d|\s*_\s*(?:\{[^{}]*\}|\w))*\s*$"
    moved = stated is not None and re.search(sign, before[: stated.start()])
    return [plain_name(stated["name"])] if stated is not None and not moved else []


def means(loss: str) -> Iterator[str]:
    r"""The N of `\frac{1}{2N}` that stands nowhere else: how many there are."""
    for match in _MEAN.finditer(loss):
        name = match[1] or match[2]
        if len(re.findall(rf"(?<![A-Za-z\\]){name}(?![A-Za-z])", loss)) == 1:
            yield name


def facts_told(prose: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Facts that hold throughout, and those that some sentence supposes (`for symmetric M`), by name."""
    found = facts_by_standing(prose)
    always, supposed = ({name: words for name, words in found[key].items() if name} for key in ("always", "supposed"))
    return always, supposed


def facts_by_standing(prose: str) -> dict[str, dict[str, set[str]]]:
    """The facts that a text says of a name, `""` where it is not certain of which: those that hold `always`, that some
    sentence `supposed`, that its words only `suggested`, and that it `denied`."""
    text = plain_prose(prose)
    found: dict[str, dict[str, set[str]]] = {key: {} for key in ("always", "supposed", "suggested", "denied")}
    always = found["always"]
    for match in _IN_FIELD.finditer(text):
        word = _SETS.get(re.sub(r"[\\{}_\s]", "", match["field"]))
        for name in names_of(match["names"]) if word else ():
            always.setdefault(re.sub(r"_[ijkn]$", "", name), set()).add(word or "")
    for _, name, _, word in _in_sets(text):
        always.setdefault(name, set()).add(word)
    for match in _DEFINITE.finditer(text):
        if _alone(text, match):
            always.setdefault(plain_name(match["name"]), set()).add("spd")
    for match in _POSITIVE.finditer(text):
        before, name = text[max(0, match.start() - 30) : match.start()], match["name"]
        laid_down, opposed = _LAID_OUT.search(before), re.search(rf"{re.escape(name)}\s*(?:<|≤|\\leq?|=)\s*-?0", text)
        if _alone(text, match) and (_SUPPOSED.search(before) or (laid_down and not opposed)):
            word = "positive" if ">" in match[0] else "nonnegative"
            name = re.sub(r"_[ijkn]$", "", plain_name(name))
            found["always" if laid_down else "supposed"].setdefault(name, set()).add(word)
    for standing, words, names in _facts_of(text):
        for name in names:
            found[standing].setdefault(name, set()).update(words)
    return found


def ones_told(prose: str) -> frozenset[str]:
    """Names that the words call a vector of ones: `where $\\iota$ is a vector of ones`."""
    text = plain_prose(prose)
    found: set[str] = set()
    for nearest, pattern in zip((-1, 0), _ONES, strict=True):
        for match in pattern.finditer(text):
            names = names_of(match["names"])
            found.update(names if "vectors" in match[0] else names[nearest:][:1])
    return frozenset(found)


def _facts_of(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """How it stands with each fact, its words, and whose it is."""
    untold = _TOLD.sub(lambda match: "∈".ljust(len(match[0])) if match[0][0] == "∈" else blank(match), text)
    said: tuple[str, str] = ("", "")
    for sentence in filter(None, _SENTENCE.split(_OF_PARTS.sub(r"\2 has \3 \1", untold))):
        earlier, said = said, ("", "")
        for match in _FACT.finditer(sentence):
            before, behind = sentence[: match.start()], sentence[match.end() :]
            standing, words, _ = FACTS[(match.lastindex or 1) - 1]
            if standing == "same":
                standing, words = said if said[0] else earlier
            elif denied(before, behind) or re.search(r"\snot\s", match[0]):
                standing = "denied"
            elif standing == "always" and _SUPPOSED.search(before):
                laid_down = _LAID_DOWN.match(before) and not re.search(r"\w", behind)
                standing = "always" if laid_down else "supposed"
            said = standing, words
            named = _NAMED_BEHIND.match(behind) if re.search(r"\b(?:of|for|to|so \w+|likewise)$", match[0]) else None
            names, perhaps = (names_of(named["names"]), []) if named is not None else _subject(before, behind)
            if standing:
                yield standing, words.split(), names
                yield "denied" if standing == "denied" else "suggested", words.split(), perhaps if names else [""]


def _subject(before: str, behind: str) -> tuple[list[str], list[str]]:
    """Whose fact it is: the name that follows (`symmetric M`), else the nearest before it that stands alone;
    and whose it may be beside."""
    following = _BEHIND.match(behind[:80])
    if following is not None and not _COPULA.search(before):
        many = re.search(r"\bmatrices\b", following[0])
        stated = re.findall(rf"({_NAME})\s*:?=", behind[:400]) if many else []
        ended = re.match(r"\W*(?:[.;:)]|$)", behind[following.end() :]) and not re.search(r"=", behind[:80])
        all_ = many or ended or re.search(r"\band\b", following["names"])
        return [plain_name(name) for name in stated] or names_of(following["names"])[: None if all_ else 1], []
    last = [match for match in _EACH_NAME.finditer(before) if match[0] != "a"]
    between = before[last[-1].end() :] if last else ""
    if re.match(rf"\s*{TRANSPOSED}\s*[A-Za-z(\\]", between):
        return _defined_before(before), []
    if not last or _PRONOUN.search(between) or len(between) > 60 or _OTHER_SUBJECT.search(between):
        return [], []
    front = before[: last[-1].start()]
    if (together := _TOGETHER.search(before)) is not None:
        *perhaps, sure = map(names_of, re.split(r"∈\s*,(?!\s*and\b)", together[0]))
        return sure, [name for names in perhaps for name in names]
    if re.search(r"\b[Bb]oth\b[^.]*$", before):
        return [plain_name(match[0]) for match in last][-2:], []
    factor = re.search(r"[A-Za-z\d_}^\\+/*-]\s*$", front) and not re.search(r"[A-Za-z]{2,}\s+$", front)
    if factor or re.search(r"\\[A-Za-z]+\s*$|(?:=|(?<=[\w)}])\()\s*$", front):
        return _defined_before(before), []
    return [] if _PART_OF.search(front) else [plain_name(last[-1][0])], []
