"""Facts of matrices that nobody calls by their word: `the kernel (Gram) matrix K` is symmetric,
and `VᵀV = I` says orthogonal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...diagnostics.regex import regex
from ...facts import Problem
from ...facts.denial import denied
from ...facts.holding import holds
from ...ir import Add, Call, Expr, Symbol, nodes_of, transpose
from ...notation.loss_text import plain_name
from ...verify.judge import Judge
from .outline import Stated
from .sheet import Formula, Sheet
from .sizes import NAMES, TRANSPOSED, facts_told, names_of, plain_prose

INDICATOR = regex(r"(?:\\math(?:bb|bf|ds)\s*\{?\s*1\s*\}?|\\delta\s*|I|1)\s*(?:\\left)?(?:\\?[{\[]|\()[^{}\[\]]*=")
_KIND = (
    r"(?<!cross-)(?<!cross )\b(?:(?:auto|co)?-?covariances?(?!\s+(?:between|of\b[^.;]{0,30}\b(?:with|and)\b))|variance-covariance|scatter|correlation|precision|kernel|Gram(?:ian)?"
    r"|Hessian|Laplacian"
    r"|Kovarianz\w*|(?:undirected|symmetric)[^.;=]{0,40}adjacency|adjacency(?=[^.;]{0,80}\bundirected)|inertia"
    r"|stiffness|metric)\b"
)
_WORDS = r"(?:[\s-]+(?!(?:is|are|of|by|and|with|we|as|for|where|so|then|function)\b)[A-Za-z]{2,})"
_BEHIND = regex(rf"{_KIND}{_WORDS}{{0,3}}\s+{NAMES}(?!\s*[(^])", re.IGNORECASE)
_BEFORE = regex(
    rf"{NAMES}\s*(?:(?:∈|\\in\b)[^,;.]{{0,30}},?\s*)?(?:\b(?:is|are|be|being|denotes?|both)\b"
    rf"|[:,—–=])\s*(?:(?:both|the|an?|its|their)\s+)*"
    rf"(?:(?!of\b)[A-Za-z][a-zé'-]+\s+){{0,4}}{_KIND}",
    re.IGNORECASE,
)
_BRACKETED = regex(r"\(\s*[A-Za-z][A-Za-z' -]+\)")
"""`the kernel (Gram) matrix`: a second word for the same."""
COVARIANCE = regex(
    r"covarian|scatter|correlation|\bvariance|\bPCA\b|principal component|Gaussian|normal distribution"
    r"|discriminant|\bLDA\b|\bKalman\b|_\{\s*(?P<step>[a-z])\s*(?:\||\\mid)\s*(?P=step)\b"
    r"|\\Sigma\s*_\s*\{\s*(?:(?P<same>[a-z])(?P=same)|\w+\s*,\s*\w+)\s*\}|\bCCA\b"
    r"|\b(?:precision|kernel|Gram)\b[^.]{0,20} matri|\\mathcal\s*\{?\s*N|\\Sigma\}?\s*\^\s*\{?\s*-\s*1",
    re.IGNORECASE,
)
"""Words, or a `\\Sigma^{-1}`, of documents in which matrices are covariances, or the like, which are symmetric."""
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


def symmetric_by_kind(prose: str) -> frozenset[str]:
    """The names that the prose calls a covariance, a kernel matrix, a Hessian, …; of several names every one."""
    text = plain_prose(_BRACKETED.sub(" ", prose))
    found = (match["names"] for pattern in (_BEHIND, _BEFORE) for match in pattern.finditer(text))
    return frozenset(plain_name(name) for names in found for name in re.split(r"\s*(?:,|\band\b)\s*", names) if name)


def facts_by_form(sheet: Sheet, stated: Iterable[Stated]) -> dict[str, frozenset[str]]:
    """Facts that formulas say by their form: `t_ic = 1{y_i = c}`, `C = Cᵀ`, `VᵀV = I` unless only supposed."""
    found: dict[str, frozenset[str]] = {}
    for one in stated:
        value = one.sides[0]
        if len(one.letters) == 2 and INDICATOR.search(value) and re.search(rf"=\s*{one.letters[1]}\W*$", value):
            found[one.name] = frozenset(("onehot",))
    for formula in sheet.formulas:
        name, words = fact_by_form(formula.passage.text)
        if words and not (_IF.search(before := formula.before[-120:]) or denied(before)):
            found[name] = found.get(name, frozenset()) | set(words)
    return found


def facts_of_bounds(loss: Expr) -> dict[str, frozenset[str]]:
    """The numbers that a length is compared with are positive: the δ of `|r| ≤ δ`, which else would bound nothing."""
    found: dict[str, frozenset[str]] = {}
    for node in nodes_of(loss):
        if isinstance(node, Call) and node.function == "step" and isinstance(node.argument, Add):
            lengths = [any(isinstance(part, Call) and part.function in _LENGTHS for part in nodes_of(term))
                       for term in node.argument.terms]  # fmt: skip
            terms = [term for term, length in zip(node.argument.terms, lengths, strict=True) if not length]
            parts = [part for term in terms for part in nodes_of(term)]
            numbers = {part.name for part in parts if isinstance(part, Symbol) and part.shape.is_number}
            found |= dict.fromkeys(numbers if any(lengths) and len(terms) == 1 else (), frozenset(("positive",)))
    return found


_LENGTHS = ("abs", "norm", "norm1")


def facts_of_value(value: Problem) -> frozenset[str]:
    """The facts that a name has by its value: `XXᵀ + D` is what its transpose is, `diag(s)` is diagonal."""
    array = value.loss
    if array.shape.is_number or not array.shape.is_square:
        return frozenset()
    words = ["symmetric"] if Judge(value).compare(array, transpose(array)).holds else []
    return frozenset((*words, *(["diagonal"] if holds(array, "diagonal", value) else [])))


def facts_beside(*formulas: Formula) -> dict[str, set[str]]:
    """Facts that the sentence of formulas says, in words or by form:
    `= 2Ax for symmetric A`, `\\text{if } A = A^\\top`."""
    first = formulas[0]
    before, after = _SENTENCE.split(first.before)[-1], _SENTENCE.split(first.after, maxsplit=1)[0]
    own = _CLAIMED.split(before)[-1]  # of `for x > 0 $f' = 1$ and for x < 0 …` the last condition
    before = own if re.search(r"\b(?:if|for|when|whenever|where|in case)\b", own) else before
    text = "   ".join((before, *(formula.passage.text for formula in formulas), after))
    text = _MARKS.sub("   ", re.sub(SAID, r"   \g<said>   ", text))
    found: dict[str, set[str]] = {}
    for table in facts_told(text):
        for name, words in table.items():
            found.setdefault(name, set()).update(words)
    parts = [part for part in _PARTED.split(text) if part.strip()]
    for said, part in zip(("", *parts), parts, strict=False):
        name, by_form = fact_by_form(part)
        if by_form and not denied(said):
            found.setdefault(name, set()).update(by_form)
    return found


_SENTENCE = regex(r"[.?!;]\s+(?=[A-Z$\\])|(?:^|\n)\s*(?=[A-Z][a-z]|[*#]|\\(?:sub)*section)")
_CLAIMED = regex(r"\$[^$]*(?:\\nabla|\\partial|[∇∂]|\w'|\\frac\s*\{\s*d)[^$]*=[^$]*\$")
_MARKS = regex(r"\$|\\[()\[\]]")
_PARTED = regex(
    r"[,;:]\s|[()]|\s{3,}|\\q?quad|\b(?:if|when|whenever|for|where|since|as|because|provided|that|with|and)\b"
)


def fact_by_form(text: str) -> tuple[str, tuple[str, ...]]:
    """The name and the facts that a formula says of it, `P^2 = P = P^\\top`; no words if it says none."""
    stated = _MORE.sub("", regex(rf"\A{SAID}").sub("", text.strip(" .,;")))
    stated = _STYLED.sub(r"\1", stated.strip(" .,;()" if stated.startswith("(") else " .,;"))
    for sign, pattern in _SIGNS:
        stated = pattern.sub(sign, stated)
    found = re.search(r"(?:\\[A-Za-z]+|[A-Za-z])(?:_\{?\w+\}?)?", stated)
    name = found[0] if found is not None else ""
    sides = {"I" if side.startswith("I") else side.replace(name, "X") for side in stated.split("=")}
    fits = name and sides <= _FORMS
    words = dict.fromkeys(word for form, known in _OF_FORM.items() if fits and form <= sides for word in known.split())
    if {"tall", "wide"} <= words.keys():
        words = {"orthogonal": None}
    return plain_name(name) if words else "", tuple(words)


SAID = r"\\(?:text(?:rm|it|normal)?|mbox|mathrm)\s*\{(?P<said>[^{}]*)\}\s*"
"""Words in a formula: `\\text{where } A = A^\\top`."""
_IF = regex(r"\b(?:for|suppose)\b\s*$|\b(?:if|when|whenever|case|unless)\b[^.?!;]*$", re.IGNORECASE)
_MORE = regex(r"\s*(?:\\in(?![A-Za-z])|∈|\\succ(?:eq)?(?![A-Za-z])|≻|⪰|≽)[^=,;]*$")
_STYLED = regex(r"\\(?:math\w+|bm|boldsymbol)\s*\{?\s*(\\?[A-Za-z1]+)\s*\}?")
_SIGNS = (
    ("ᵀ", regex(TRANSPOSED)),
    ("⁻¹", regex(r"\^\s*\{\s*-\s*1\s*\}")),
    ("²", regex(r"\^\s*(?:2|\{\s*2\s*\})")),
    ("‖", regex(r"\\(?:[lr]?Vert|\|)|\\(?:left|right)\s*\\\||\|\||(?<=‖)_\{?2\}?")),
    ("", regex(r"\s|\\[,;!]|(?<=‖)_\{?2\}?")),
)
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


def held_fixed(prose: str) -> frozenset[str]:
    """Names that the words hold fixed on purpose: `treating D as a constant`, `with D held fixed`,
    `no gradient flows through D`."""
    text = plain_prose(prose).replace("$", "")
    found = (match for pattern in _HELD for match in pattern.finditer(text) if not denied(text[: match.start()]))
    names = [name for match in found for name in names_of(match["names"])]
    return frozenset((*names, *(re.sub(r"_[a-z]{1,2}$", "", name) for name in names)))  # γ of γ_nk
