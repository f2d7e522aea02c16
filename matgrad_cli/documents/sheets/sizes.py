"""Sizes as a document tells them: `X ∈ ℝ^{m×n}`, `X is n × d`, "vectors of length n"."""

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
NAME = (
    r"(?:\\(?:" + "|".join(ACCENTS) + r")\s*(?:\{\\?[A-Za-z]+\}|\s\\?[A-Za-z]+|\\[A-Za-z]+)"
    rf"|\\(?:{OF_GREEK}|ell)(?![A-Za-z])|(?<![A-Za-z\\^])[A-Za-zΑ-Ωα-ω](?![A-Za-zα-ω’']))"
    r"(?:_\{?\\?\w+\}?)?"
)
_SIZE = r"(?:\d+|(?:\d+\s*)?\\?[A-Za-z]\w?)"
_TIMES = r"(?:×|(?<=[a-wyz\d])\sx\s(?=[a-wyz\d])|(?<=\d)\s[xX]\s(?=\d)|-by-|\sby\s)"
_PAIR = rf"(?<![A-Za-z\d_\\])(?P<rows>{_SIZE}){_TIMES}(?P<cols>{_SIZE})(?![A-Za-z\d×('])"
NAMES = rf"(?P<names>{NAME}(?:\s*(?:,|\band\b)\s*{NAME}){{0,5}})"
_FIELD = r"(?:ℝ(?:_\{?(?:[>≥]\s*0|\+{1,2})\}?)?|\\mathbb\s*\{?R\}?|\\\{[^{}∈]{1,14}\\\}|\{[^{}∈]{1,12}\}|\[0,\s*1\])"
_POWER = r"\s*(?:\^\s*(?:\{(?P<size>[^{}]+)\}|(?P<one>\\?[A-Za-z0-9])))?(?!\s*\^)"
IN_FIELD = regex(
    rf"{NAMES}\s*(?:(?:is|are|be)\s+(?:(?:an?\s+)?(?:\w+\s+){{0,2}}(?:vectors?|matri(?:x|ces)|points?)\s*)?)?"
    rf"(?:∈|(?P<both>\s*,?\s*(?:both|all|each) in)|,? ?in)\s*(?P<field>{_FIELD}){_POWER}"
)
_OF_FORMULA = (
    r"(?:\\(?!text|mbox)[A-Za-z]+(?:\{[a-z]+\})?|[A-Z]|(?<![a-z])[a-z](?![a-z])|[^=∈$\nA-Za-z\\,;]"
    rf"|[,;](?!\s*{NAME}\s*∈))"
)
"""A sign of a value, no comma before the name that is said to be in a field."""
_VALUE_IN_FIELD = regex(rf"(?P<name>{NAME})\s*&?={_OF_FORMULA}{{1,120}}∈\s*{_FIELD}{_POWER}")
"""`W = QKᵀ/√d ∈ ℝ^{n×n}`."""
_MOVED = regex(r"(?:\\nabla|∇|\\partial|∂)(?:\s*\^\s*\d|\s*_\s*(?:\{[^{}]*\}|\\?\w+))*\s*$")
"""The sign of a derivative before a name."""
_OF_VALUE = regex(r"=\s*[^\s=,;:∈$]{0,30}\s*I$")
"""The end of a value of which the size is told, `Ω = 2I ∈ ℝ^{n×n}`: it is Ω's."""
_NONE_YET = regex(r"(?:(?:\\[lc]?dots|…|\.\.\.)\s*,|[=+*/-])\s*$")
"""Behind this no list of names begins: the n of `i=1,…,n, μ ∈ ℝ^d`, the D of `C = A + D, A ∈ ℝ^{d×k}`."""
_PAIRED = regex(_PAIR)
TOLD = regex(rf"∈\s*{_FIELD}\s*(?:\^\s*(?:\{{[^{{}}]+\}}|\\?[A-Za-z0-9]))?|{_PAIR}")
_LENGTH = regex(
    rf"{NAMES}(?:\s*(?:\w+\s){{0,4}}(?:vectors?\s(?:\w+\s){{0,2}})?(?:of|with)\s(?:length|dimension"
    rf"|size)\s(?P<size>{_SIZE})(?![\w×]|\s*×)"
    rf"|\s+(?:is|be)\s+(?:an?\s+)?(?P<dim>{_SIZE})-(?:dim|vector))"
)
_LISTED = regex(
    rf"(?:^|[,;(]|[-•*])[ \t]*{NAMES}\s*:[ \t]*(?P<size>{_SIZE})(?=[ \t]*(?:[,;)\n]|$|—|–)|[ \t]+\()", re.MULTILINE
)
EACH_NAME = regex(NAME)
_FORWARD = regex(rf"\s*-?\s*(?:\w+[- ]){{0,2}}(?:matrix|matrices|Matrix)\s+{NAMES}")
_NUMBERS = regex(
    rf"{NAMES}(?:\s*(?:>|≥|\\geq?)\s*0)?\s+(?:is|are|be)\s+(?:an?\s+)?(?:\w+\s+)?(?:number|scalar)s?\b"
    r"(?![ -](?:loss|cost|function|objective|valued))"
)
_MATRICES = r"(?:𝕊|S(?=\s*[_^]))(?P<marks>(?:\s*[_^]\s*(?:\{[^{}]*\}|\\?[A-Za-z0-9]|\+{1,2})){1,2})"
_ON_SET = regex(rf"(?:\b[Oo]n\s+|\bdom\b[^=.;]{{0,12}}=\s*|(?<=[a-z]):\s*|(?<=[a-z] ):\s*){_MATRICES}")
"""What a function is a function of: `on 𝕊^n`, `f: 𝕊^n → ℝ`."""
_ASIDE = regex(r"\b(?:only|sphere|circle|convex|concave|even)\b[^.]*$")
_CALLED_AT = regex(r"(?<![A-Za-z])[A-Za-z]\s*(?:\\left\s*)?\(\s*(\\?[A-Z][a-z]*)\s*(?:\\right\s*)?\)\s*:?=")
_IN_SET = regex(
    rf"{NAMES}\s*(?:∈|,? in)\s*(?:{_MATRICES}"
    r"|(?:\\[a-z]+\s*\{)?(?P<set>Sym|SO|(?<=∈)O|(?<=∈ )O|(?<=\{)O)\}?\s*(?:\(|_)\s*\{?\s*(?P<side>\w)\b(?!\s*time))"
)
"""`Ω ∈ 𝕊^n_{++}`, `A in S^n`: the symmetric matrices; `𝕊^{n-1}` is a sphere; `Q ∈ SO(n)`."""
_ORDERED = "\\succ", "≻", "⪰", "≽"
TRANSPOSED = r"\^\s*(?:\{?\s*\\?(?:top|T|intercal)\s*\}?|ᵀ)"
_MEAN = regex(r"\\[dt]?frac\s*(?:\{[^{}]*\}|\d|\\[a-z]+)\s*\{?\s*\d*\s*([A-Z])(?=\s*\})|\\[dt]?frac\s*\d\s*([A-Z])")

FACTOR = rf"(?<![A-Za-z\\])[A-Za-z]|\\(?:top|intercal|T|c?dot|times|otimes|odot|circ|{OF_GREEK})|[\]}}ᵀ'’*·⊗∘]|\^\d"
_OF_PRODUCT = regex(rf"(?:{FACTOR})[ \t]*$")
"""A factor before a name: what is said is said of the product, `Since y^T X w is a scalar`."""
_GOES_ON = regex(rf"(?:\^\{{?\d\}}?)?[ \t]*(?:\^\s*\{{?\s*\\?(?:top|T|intercal)\b|(?!a\b)(?:{FACTOR})(?![A-Za-z]))")
SPOKEN = regex(
    r"(?:\\(?:text|textbf|mbox|mathrm|textrm|begin)\s*\{[^{}]*\}|(?:^|[\s$(,;])a|(?:^|\n)\s*[-*+]|(?:^"
    r"|\s)\((?:[ivx]+|[a-z])\))\s*$"
)
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


def plain_prose(prose: str) -> str:
    """The prose with the signs of sizes written in one way."""
    text = re.sub(r"\\(?:,|;|!|:|quad|qquad|left|right|big|Big)(?![A-Za-z])|~", " ", prose)
    text = regex(r"_\{\\(?:mathrm|text|textrm|rm|mathit)\s*\{?(\w+)\}?\s*\}").sub(r"_{\1}", text)
    text = re.sub(r"\\in(?![A-Za-z])", "∈", text)
    for _ in range(2):
        text = re.sub(rf"\\(?:{_MARK})\s*\{{(\\?[A-Za-z]+)\}}", _field, text)
    text = re.sub(r"\s*(?:\\times(?![A-Za-z])|×)\s*", "×", text)
    text = re.sub(r"\\Re?\^", "ℝ^", text).replace("\\mathbb S", "𝕊")
    told = regex(r"(∈|\bin)\s*R\s*\^\s*(?:\(([^()\n]+)\)|\{([^{}\n]+)\}|(\w+))")  # `in R^(m x n)`, `in R^mxn`
    text = told.sub(lambda match: f"{match[1]} ℝ^{{{_pair(match[2] or match[3] or match[4])}}}", text)
    if any(sign in text for sign in ("∈", *_ORDERED)):
        text = regex(rf"({NAME})\s*=\s*\1\s*{TRANSPOSED}(?=\s*(?:∈|\\succ|≻|⪰|≽))").sub(r"\1", text)
    text = regex(r"ℝ(\s*\^\s*(?:\{[^{}]*\}|\w))(_\{?(?:[>≥]\s*0|\+{1,2})\}?)").sub(r"ℝ\2\1", text)  # `ℝ^n_{>0}`
    raised = regex(r"ℝ([ᵃ-ᶿᴬ-ᵪⁿⁱ⁰-⁹²³¹ˣʰʲʳˡˢʷʸ×]+)")
    text = raised.sub(lambda match: "ℝ^{" + _pair(match[1].translate(_RAISED)) + "}", text)
    text = re.sub(r"([A-Za-zΑ-ω])([₀-₉]+)", lambda match: f"{match[1]}_{match[2].translate(_LOWERED)}", text)
    return re.sub(r"\*\*|__", "  ", text)


def _field(match: re.Match[str]) -> str:
    if match[1] in "RS" and "bb" in match[0]:
        return "ℝ" if match[1] == "R" else "𝕊"
    return match[1] if len(match[1].lstrip("\\")) == 1 or match[1][0] == "\\" else match[0]


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
    bare = TOLD.sub(blank, text)
    told: list[tuple[int, str, str]] = []
    for match in IN_FIELD.finditer(single):
        if _OF_VALUE.search(single[max(0, match.start() - 60) : match.end("names")]) or _is_moved(single, match):
            continue
        names = _whole_names(single, match)
        inside = len(names) > 1 and _NONE_YET.search(single[max(0, match.start() - 12) : match.start()])
        names = [name for at, name in enumerate(names) if at or not inside or "_" in name]
        if match["both"]:
            clause = re.split(r"\.\s|\n\s*\n|\(", bare[max(0, match.start() - 120) : match.end("names")])[-1]
            names = [*names_of(clause)[-2:]]
        told += [(match.start(), name, match["size"] or match["one"] or "scalar") for name in names]
    told += [(start, name, f"{side}×{side}") for start, name, side, _ in in_sets(text) if side]
    said: list[tuple[re.Match[str], Iterable[str], str]] = []
    for match in _VALUE_IN_FIELD.finditer(text):
        if not _is_moved(text, match):
            said.append((match, names_of(match["name"]), match["size"] or match["one"] or "scalar"))
    said += [
        (match, _beside(text, bare, match), f"{match['rows']}×{match['cols']}") for match in _PAIRED.finditer(text)
    ]
    said += [(match, _whole_names(text, match), match["size"] or match["dim"]) for match in _LENGTH.finditer(bare)]
    said += [(match, names_of(match["names"]), match["size"]) for match in _LISTED.finditer(bare)]
    said += [(match, _whole_names(text, match), "scalar") for match in _NUMBERS.finditer(text)]
    told += [(match.start(), name, size) for match, names, size in said for name in names]
    identities = {"I", *identities_told(prose)}
    found: dict[str, list[str]] = {}
    for _, name, size in sorted(told, key=lambda item: item[0]):
        clean = _clean(size)
        sides = (clean or "").split("×")
        if name.partition("_")[0] in identities and len({*sides}) == 1 < len(sides):
            continue  # the identity
        if clean is not None and not (clean == "scalar" and re.search(r"_[ijkn]$", name)):
            found.setdefault(name, []).append(clean)
    return found


def in_sets(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Where, the name, the side and the fact of `Ω ∈ 𝕊^n_{++}`, or of the X of `f(X) = … on 𝕊^n`; without a side of
    `v ∈ 𝕊^{n-1}`, a sphere."""
    for match in _ON_SET.finditer(text):
        begun = max(text.rfind(". ", 0, match.start()), text.rfind("\n\n", 0, match.start())) + 1
        before, after = text[begun : match.start()], text[match.end() :].partition(". ")[0][:120]
        side = re.sub(r"[\s_^{}+\\]", "", match["marks"]).partition("×")[0]
        names = {plain_name(name) for name in _CALLED_AT.findall(before[-160:]) or _CALLED_AT.findall(after)}
        if "^" not in match["marks"] or not side.isalpha() or _ASIDE.search(before[-40:]) or len(names) > 1:
            continue
        for name in (one for one in names if not re.search(rf"{re.escape(one)}\b[^.]{{0,12}}∈\s*ℝ", text)):
            yield match.start(), name, side, "spd" if "++" in match["marks"] else "symmetric"
    for match in _IN_SET.finditer(text):
        side = match["side"] or re.sub(r"[\s_^{}+\\]", "", match["marks"]).partition("×")[0]
        word = "orthogonal" if "O" in (match["set"] or "") else "spd" if "++" in (match["marks"] or "") else "symmetric"
        for name in names_of(match["names"]):
            if side.endswith("-1") and name[0].islower():
                yield match.start(), name, "", "unit"
            elif side.isalnum() and not name[0].islower():
                yield match.start(), name, side, word


def _is_moved(text: str, match: re.Match[str]) -> bool:
    """Whether what is said is said of a derivative: `∇f ∈ ℝ^{k×d}`."""
    return _MOVED.search(text, max(0, match.start() - 40), match.start()) is not None


def _clean(size: str) -> str | None:
    sides = [re.sub(r"[\\{}\s]", "", side) for side in re.split(r"×", size.strip())]
    if len(sides) > 2 or not all(re.fullmatch(r"scalar|\d{0,3}[A-Za-zΑ-ω]*\w?", side) and side for side in sides):
        return None
    return "×".join(sides)


def names_of(text: str, articles: bool = True) -> list[str]:
    """The names of a list; an `a` that stands alone or ends it is an article, unless no `articles` may stand there."""
    found = re.finditer(NAME, text)
    return [plain_name(one[0]) for one in found if one[0] != "a" or one.end() < len(text) or not articles]


def _whole_names(text: str, match: re.Match[str]) -> list[str]:
    """The names of a list; neither the w of `X w is a scalar` nor the A of `the n×n matrix A B` is meant by itself."""
    before = TOLD.sub(lambda told: "∈".ljust(len(told[0])), text[max(0, match.start() - 60) : match.start()])
    factor = _OF_PRODUCT.search(before) is not None and SPOKEN.search(before) is None
    names = names_of(match["names"], "∈" not in match[0] and " in " not in match[0])
    return names[int(factor) : -1 if _GOES_ON.match(text, match.end("names")) else None]


def _beside(text: str, bare: str, match: re.Match[str]) -> list[str]:
    """The names whose size is told: before it in the clause, or behind `… matrices`."""
    if text[match.start() - 1 : match.start()] == "{":
        return []
    before = re.split(r"[.;]\s|\n\s*\n|\n\s*[-•*]", bare[max(0, match.start() - 110) : match.start()])[-1]
    near = [name for name in EACH_NAME.finditer(before) if name[0] != "a"]
    if near and re.fullmatch(r"[\s\w,:()—–-]{0,60}", before[near[-1].end() :]):
        listed = re.search(rf"{NAMES}$", before[: near[-1].end()])
        alone = listed is not None and not re.search(r"(?:[=^_{}\\+*/]|\S\s*-)\s*$", before[: near[-1].start()])
        names = _whole_names(before, listed) if listed is not None and alone else []
        return names or defined_before(before)
    forward = _FORWARD.match(text, match.end(), match.end() + 60)
    return _whole_names(text, forward) if forward is not None else defined_before(before)


def defined_before(before: str) -> list[str]:
    """C of `centring matrix C = I - 11ᵀ/n (`; not h of `h = f(x) has the derivative D, (`, nor J of `∇J = 2Ax (`."""
    last = r"(?!.*(?::?=|\b(?:has|derivative|gradient)\b))[^:;]*$"
    stated = re.search(rf"(?P<name>{NAME})\s*:?={last}", before, re.DOTALL)
    moved = stated is not None and _MOVED.search(before[: stated.start()])
    return [plain_name(stated["name"])] if stated is not None and not moved else []


def means(loss: str) -> Iterator[str]:
    r"""The N of `\frac{1}{2N}` that stands nowhere else: how many there are."""
    for match in _MEAN.finditer(loss):
        name = match[1] or match[2]
        if len(re.findall(rf"(?<![A-Za-z\\]){name}(?![A-Za-z])", loss)) == 1:
            yield name


def ones_told(prose: str) -> frozenset[str]:
    """Names that the words call a vector of ones: `where $\\iota$ is a vector of ones`."""
    text = plain_prose(prose)
    found: set[str] = set()
    for nearest, pattern in zip((-1, 0), _ONES, strict=True):
        for match in pattern.finditer(text):
            names = names_of(match["names"])
            found.update(names if "vectors" in match[0] else names[nearest:][:1])
    return frozenset(found)


_IDENTITY = regex(
    r"(?P<name>\\math(?:bb|bf|ds)\s*\{\s*[1IE]\s*\}|(?<![A-Za-z\\{])[IE](?![A-Za-z]))(?:_\{?\w+\}?)?[$\s,]*"
    r"(?:(?:is|be|being|denotes|=)\s+)?(?:(?:the|an?)\s+)?"
    r"(?:\$?\(?\s*\w+\s*(?:×|\\times|x|by)\s*\w+\s*\)?\$?[\s-]*|\$?\w+\$?-dimensional\s+)?"
    r"(?:identity(?!\s+(?:function|activation|link|map))|unit\s+matrix)"
)


def identities_told(prose: str) -> frozenset[str]:
    r"""How the identity is written that words tell of: `$E$ is the unit matrix`, `$\mathbb{I}$ is the identity`."""
    return frozenset(re.sub(r"\s", "", match["name"]) for match in _IDENTITY.finditer(prose)) - {"I"}


_HELD = (
    regex(
        rf"\b(?:[Tt]reat|[Hh]old|[Kk]eep|[Rr]egard|[Vv]iew|[Tt]ak)(?:ing"
        rf"|s)?\s+(?:\w+\s+){{0,2}}?{NAMES}\s+(?:as\s+)?(?:an?\s+|being\s+)?(?:constant|fixed|detached)\b"
    ),
    regex(
        rf"{NAMES}\s+(?:(?:is|are|being)\s+)?(?:treated|held|kept|regarded|viewed"
        rf"|taken)\s+(?:as\s+)?(?:an?\s+)?(?:constant|fixed)\b"
    ),
    regex(
        rf"\b(?:(?:[Nn]o|[Ww]ithout(?: any)?)\s+gradients?\s+(?:\w+\s+){{0,4}}through"
        rf"|[Ss]top[- ]?gradient(?:\s+\w+){{0,2}}?)\s+{NAMES}"
    ),
    regex(rf"\b[Rr]esponsibilit(?:y|ies)\s+(?:\w+\s+){{0,3}}?{NAMES}"),  # of EM
)


def held_fixed(prose: str) -> frozenset[str]:
    """Names that the words hold fixed on purpose: `treating D as a constant`, `with D held fixed`,
    `no gradient flows through D`."""
    text = plain_prose(prose).replace("$", "")
    found = (match for pattern in _HELD for match in pattern.finditer(text) if not denied(text[: match.start()]))
    names = [name for match in found for name in names_of(match["names"])]
    return frozenset((*names, *(re.sub(r"_[a-z]{1,2}$", "", name) for name in names)))  # γ of γ_nk
