"""What the LaTeX reader is told about the names in scope, and its tables of words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Final

from ...diagnostics import Span
from ...diagnostics.record import field, record, replace
from ...diagnostics.regex import regex
from ...ir import ELEMENTWISE
from ...ir.functions import CHANGES, MATRIX_FUNCTIONS
from ..expression.vocabulary import ALIASES
from ..names import GREEK as SPELLED
from ..names import OTHER_SPELLINGS, words

PROSE: Final = words("text mbox textnormal hbox intertext shortintertext")
ROMAN: Final = PROSE | words(
    "mathrm operatorname textrm mathsf mathtt textsf rm sf tt texttt mathup symup roman operatornamewithlimits"
)
"""Commands that set upright words: prose, and names of functions."""


GREEK: Final = frozenset(SPELLED.values())
"""Greek letters, spelled out."""
OF_GREEK: Final = "|".join(f"[{name[0].upper()}{name[0]}]{name[1:]}" for name in sorted(filter(str.islower, GREEK)))
"""The same as alternatives of a pattern."""

VARIANTS: Final = {
    **OTHER_SPELLINGS,
    "varpi": "pi",
    "ell": "ell",
    "imath": "i",
    "jmath": "j",
    "upSigma": "Sigma",
    **{f"var{name}": name for name in "Sigma Phi Theta Lambda Omega Gamma Delta".split()},
}
"""Other commands that write one letter, and the letter."""

_OURS: Final = (
    "tr det log exp sin cos tan tanh sinh cosh coth sec csc cot diag vec softmax sigmoid relu softplus erf sign abs "
    "logdet logsumexp sqrt norm inv sum mean transpose gelu silu clip hardmax cross tril triu"
)
FUNCTIONS: Final = {
    **{name: name for name in _OURS.split()},
    **{name.capitalize(): name for name in "det diag vec softmax sigmoid relu softplus".split()},
    **dict.fromkeys("trace Tr Trace TR Sp Spur".split(), "tr"),
    **dict.fromkeys("LSE lse".split(), "logsumexp"),
    "ln": "log",
    "logistic": "sigmoid",
    "ReLU": "relu",
    "sgn": "sign",
    "max": "maximum",
    "min": "minimum",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
}
"""Words that name a function, and what the language calls it."""

_IN_OPERATORNAME: Final = words(
    "polar leading strictupper shiftup butlast sqrtm eigmax topvv pinv hardmax prod tril triu cross crossmat var std "
    "kron inner outer dot adj sech csch colsum rowsum logit elu softsign mish hardtanh logsigmoid"
)
OPERATOR_NAMES: Final = {
    **{name: name for name in (*ELEMENTWISE, *_IN_OPERATORNAME, *MATRIX_FUNCTIONS, *CHANGES)},
    **{other: name for other, name in ALIASES.items() if name in ELEMENTWISE},
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    **FUNCTIONS,
    "Var": "var",
}
"""Words that name a function in `\\operatorname`; elsewhere some of them are plain English: square, step."""

WHOLE_TERM: Final = frozenset({"tr", "det", "logdet", "vec", "expectation"})
"""Functions that, without brackets, take the whole product behind them."""

ACCENTS: Final = {
    **{name: name for name in "hat tilde bar dot ddot check breve".split()},
    **dict.fromkeys("mathcal mathscr".split(), "cal"),
    "widehat": "hat",
    "widetilde": "tilde",
    "overline": "bar",
    "underline": "under",
    "mathfrak": "frak",
    "mathring": "ring",
}
"""Marks that make another name when the plain letter occurs too."""

STYLES: Final = words(
    "mathbf boldsymbol bm pmb mathit vec overrightarrow mathnormal bold symbf symbfit mathbfit boldmath mathbb "
    "mathsfbf textbf textit"
)
"""Marks that only say what kind of thing a letter is: dropped."""

WORDS: Final = words(
    "where and since because for with so hence thus if otherwise using by as let then therefore we have get "
    "which is gives here from recall note i.e. e.g. s.t. similarly or respectively"
)
"""English between formulas."""


_SIGN_WORDS: Final = words("left right frac dfrac tfrac cdot top sum partial nabla big bigl bigr quad qquad")
_SIGNS: Final = regex(r"\\(?:" + "|".join(sorted(_SIGN_WORDS)) + r")(?![A-Za-z])")
r"""Commands that name nothing: the letter L is not heard in `\left`."""


@lru_cache(maxsize=1024)
def _heard(text: str) -> Callable[[str], bool]:
    """Whether a text may mention a name: some of its letters stand there, whatever their case, mark or alphabet."""
    text = _SIGNS.sub(" ", text)
    forms = {unicodedata.normalize(form, text).lower() for form in ("NFKC", "NFKD")}
    letters = {letter_name(part).lower() for part in re.findall(r"[A-Za-z]+|[^\W\d_]", text)}
    heard = " ".join((*forms, *letters))

    @cache
    def mentioned(name: str) -> bool:
        pieces = _pieces(name)
        return not pieces or any(piece in heard or piece in _SIGN_WORDS for piece in pieces)

    return mentioned


_LETTERS: Final = regex(r"[^\W\d_]+")


@lru_cache(maxsize=8192)
def _pieces(name: str) -> tuple[str, ...]:
    return tuple(_LETTERS.findall(name.lower()))


@record
class LatexNames:
    """The names in scope: what each variable is, which names mean the loss,
    which marked letters are names of their own.

    `variables` maps a name to `matrix`, `vector`, `row`, `number` or, where unknown, the empty text; definitions count.
    `losses` are the function-like names (L, f, ell), `formulas` are functions that stay calls, `functions` unknown
    ones; `complete` says that no other variables exist. Names of dimensions shadow nothing: with `X: n×d`, `dX` is
    still a differential. `counting` are letters that some Σ of the text binds:
    beside a matrix they number its rows also where nothing binds them. `columns` are matrices X whose columns are x_i,
    `placed` the letters of places that something is differentiated by, ∂/∂z_k.
    `accents` are the marked letters, and the small ones beside their capital, that are names of their own.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    losses: frozenset[str] = frozenset()
    wrt: str | None = None
    dimensions: frozenset[str] = frozenset()
    accents: frozenset[str] = frozenset()
    formulas: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    complete: bool = True
    counting: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    placed: frozenset[str] = frozenset()

    def defining(self, names: Iterable[str], kind: str = "") -> LatexNames:
        """The same scope with further names."""
        added = {name: kind for name in names if name not in self.variables}
        return replace(self, variables={**self.variables, **added}) if added else self

    def about(self, text: str) -> LatexNames:
        """The names that a text can mention: everything that its reading rests on."""
        heard = _heard(text)
        sets = {name: frozenset(filter(heard, getattr(self, name))) for name in _SETS}
        kinds = {name: kind for name, kind in self.variables.items() if heard(name)}
        wrt = self.wrt if self.wrt and heard(self.wrt) else None
        return LatexNames(kinds, wrt=wrt, complete=self.complete, **sets)

    def __hash__(self) -> int:
        return hash((frozenset(self.variables.items()), self.wrt, self.losses, self.dimensions, self.accents))


_SETS: Final = "losses", "dimensions", "accents", "formulas", "functions", "counting", "columns", "placed"


def letter_name(text: str) -> str:
    """The canonical name of a letter or command word: NFKC, Greek spelled out."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) == 1 and not plain.isascii():
        word = unicodedata.name(plain, "").removeprefix("MATHEMATICAL ").split()
        if word and word[0] == "GREEK" and len(word) >= 4:
            letter = "lambda" if word[3] in ("LAMDA", "LAMBDA") else word[3].lower()
            return letter if word[1] == "SMALL" else letter.capitalize()
        return {"ℓ": "ell", "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}.get(plain, plain)
    return VARIANTS.get(plain, plain)


def marked_name(base: str, mark: str, names: LatexNames) -> str:
    """`Y` with a hat is `Y` unless that form is a name of its own."""
    forms = (f"{base}_{mark}", f"{base}{mark}", f"{mark}{base}", f"{mark}_{base}")
    known = next((form for form in forms if form in names.variables or form in names.losses), base)
    return forms[0] if known == base and forms[0] in names.accents else known


_STYLED: Final = rf"\\(?:{'|'.join(sorted(STYLES))})(?![A-Za-z])\s*"
_MARKED: Final = (
    rf"\\({'|'.join(ACCENTS)})\s*"
    rf"(?:\{{\s*(?:{_STYLED}\{{?)?\s*(\\?[A-Za-z]+)\s*\}}|\s(\\?[A-Za-z])|(\\[A-Za-z]+)"
    rf"|\{{\s*(?:{_STYLED}\{{?)?\s*(\\?[A-Za-z]+)\s*\}}?(?:\s*[_^]\s*(?:\{{[^{{}}]*\}}|\\?\w+)|')+\s*\}})"
)
"""A marked letter; the last form holds its index too: `\\hat{{y_i}}`."""


_PAIR: Final = r"\s*_\s*\{\s*[a-z]\s*,?\s*[a-z]\s*\}\s*"
_OF_SOLUTION: Final = regex(
    r"_(?:(?i:hat|star|ast|opt(?:im(?:al|um))?|best|sol(?:ution)?|est(?:imate)?|min|[owgtr]?ls|r?lse|ridge|rr|reg"
    r"|mle?|map|l?mmse|bayes)|[A-Z]{2,})+$"
)


def unmarked(name: str) -> str:
    r"""The variable that a marked name of a solution stands for: `w` of `w^*`, `\hat w`, `w_{ML}`; `w_B` of
    `\hat w_B`."""
    name = name.replace("_hat_", "_")
    while (found := _OF_SOLUTION.search(name)) is not None:
        name = name[: found.start()]
    return name


_BESIDE_CAPITAL: Final = regex(
    rf"[\s&]*(?P<name>[a-z]){_PAIR}&?:?=(?=.*(?<![A-Za-z\\])(?!(?P=name))(?i:(?P=name)){_PAIR}[^\s.,;&$])", re.DOTALL
)
"""`r_{ij} = R_{ij} - u_i^\\top v_j`: r is no other letter for R."""


Marks = tuple[frozenset[tuple[str, str]], frozenset[str]]
"""The marked letters of some texts, and the letters that also stand without a mark or whose marked form is defined."""


def accents_kept(texts: Iterable[str]) -> frozenset[str]:
    r"""The marked letters that are names of their own: the plain letter occurs too (`\hat Y` beside `Y`), or with
    another mark, or the marked one is defined; and small letters whose entries are defined by those of the capital."""
    texts = tuple(texts)
    beside = frozenset(found["name"] for text in texts if (found := _BESIDE_CAPITAL.match(text)) is not None)
    if not any("\\" in text for text in texts):
        return beside
    marked, bare = _marks_of(texts)
    marks = Counter(base for base, _ in marked)
    return beside.union(f"{base}_{mark}" for base, mark in marked if base in bare or marks[base] > 1)


def open_names(texts: Iterable[str]) -> LatexNames:
    """The names where nothing is declared: every letter of the texts is a variable."""
    return LatexNames(accents=accents_kept(texts), complete=False)


def marks_spelled(text: str, accents: frozenset[str]) -> str:
    r"""The text with the marks spelled that make names only in what stands around it:
    `\|Xw - \bar y\|` beside a y as `\|Xw - y_{\mathrm{bar}}\|`."""

    def spelled(match: re.Match[str]) -> str:
        letter, mark = next(part for part in match.groups()[1:] if part), ACCENTS[match[1]]
        whole = f"{letter_name(letter.lstrip(chr(92)))}_{mark}"
        apart = " " if match.string[: match.start()][-1:].isalpha() else ""  # behind `\log`
        return rf"{apart}{letter}_{{\mathrm{{{mark}}}}}" if whole in missing and not match[5] else match[0]

    missing = accents - accents_kept((text,))
    return regex(_MARKED).sub(spelled, text) if missing else text


@lru_cache(maxsize=64)
def _marks_of(texts: tuple[str, ...]) -> Marks:
    """The marks of all the texts of a derivation; each of its lines asks for them again."""
    found = [_marks(text) for text in texts]
    return frozenset().union(*(marked for marked, _ in found)), frozenset().union(*(bare for _, bare in found))


@lru_cache(maxsize=4096)
def _marks(text: str) -> Marks:
    """The marks of one text."""
    marked: set[tuple[str, str]] = set()
    bare: set[str] = set()
    for match in regex(_MARKED).finditer(text[:20000]):
        letter = next(part for part in match.groups()[1:] if part)
        marked.add((letter_name(letter.lstrip("\\")), ACCENTS[match[1]]))
        before = text[: match.start()].rstrip(" &\t{")
        follows = re.match(r"\s*&?\s*(?::?=|\\coloneqq)", text[match.end() :])
        if follows and (not before or before.endswith((",", ";", "quad", "}", "\\"))):
            bare.add(letter_name(letter.lstrip("\\")))
    rest = regex(_MARKED).sub(" ", text[:20000])
    rest = re.sub(r"\\(?:text|mathrm|operatorname|mbox|rm|begin|end|tag|label)\*?\s*(?:\{[^{}]*\})?", " ", rest)
    bare |= {letter_name(command) for command in re.findall(r"\\([A-Za-z]+)", rest)}
    rest = re.sub(r"\\[A-Za-z]+", " ", rest)
    bare |= {letter_name(letter) for letter in rest if letter.isalpha()}
    return frozenset(marked), frozenset(bare)


_MARK: Final = regex(r"\\(?:" + "|".join(sorted({*STYLES, *ACCENTS})) + r")\s*(?:\{\s*)?$")


def whole(text: str, span: Span) -> Span:
    r"""A span with the marks that its first and last letter carry:
    that of `\\mathbf{w}`, where the name's own holds `w`."""
    start, end = span.start, span.end
    while mark := _MARK.search(text, max(0, start - 40), start):
        start = mark.start()
    while text.count("{", start, end) > text.count("}", start, end) and "}" in text[end:]:
        end = text.index("}", end) + 1
    return Span(start, end)
