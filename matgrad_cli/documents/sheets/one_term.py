r"""One term of a loss that is a sum: the sample to which a document goes over, `For one training example $(x, y)$`;
the component of a mixture whose mean and covariance it asks for; the loss L_i of one sample, the probability of one
class, the mean of a sample, the number of two distributions: what courses write for one of several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...notation.latex.names import LatexNames, accents_kept
from ...notation.latex.tokens import Token
from ..passage import Passage
from .lengths import readable_problem
from .names import free_names, squeezed, tokens_of
from .outline import Outline
from .sheet import Formula, Question, Sheet
from .spoken import Habit

_SUM = regex(
    r"(?P<front>(?:\s|-|\\[dt]?frac\s*\{?\s*1\s*\}?\s*\{?\s*\w+\s*\}?)*)\\sum_\{?\s*(?P<letter>[a-z])\s*"
    r"(?:=\s*1\s*)?\}?(?:\^\{?\w+\}?)?"
)
_MEAN = regex(r"\\[dt]?frac\s*\{?\s*1\s*\}?\s*\{?\s*(\d?)[A-Za-z]\s*\}?")
_ONE_SAMPLE = regex(
    r"\b(?:one|single|individual)\s+(?:training\s+)?(?:example|sample|data\s?point|observation|instance|pair)\b",
    re.IGNORECASE,
)

BY_ANY = r"\\(?:partial|nabla)(?:\s*_\s*(?:\{[^{}]*\}|\\[A-Za-z]+|\w))?"
"""The sign of a derivative, and by what."""
_STYLE = r"(?:\\(?:math(?:bf|rm)|boldsymbol|bm|vec)\s*)?"
_BARRED = regex(
    rf"\\(?:bar|overline)\s*(?:\{{\s*(?P<name>{_STYLE}\{{?[A-Za-z]\}}?)\s*\}}|(?P<bare>[A-Za-z])(?![A-Za-z]))(?!\s*_)"
)
"""`\\bar x`, where nothing says what it is: the mean of the x_i that are summed over."""
_DERIVED = regex(r"\\(?:partial|nabla)(?![A-Za-z])|\\[dt]?frac\s*\{\s*d|'\s*\(")
_OVER_ALL = regex(
    r"\\sum\s*(?:\\limits\s*)?_\s*\{?\s*(?P<letter>[a-z])\s*=\s*1\s*\}?\s*\^\s*\{?\s*(?P<size>[A-Za-z])\s*\}?"
)
_FROM_ZERO = regex(
    r"\\sum\s*(?:\\limits\s*)?_\s*\{\s*(?P<letter>[a-z])\s*=\s*0\s*\}\s*\^\s*\{?\s*(?P<last>[A-Za-z])(?![A-Za-z\s]*[-+])\s*\}?"
)
"""`\\sum_{i=0}^K`."""
_LABELLED_LOSS = regex(
    r"(?<![A-Za-z\\])(?P<name>[LJEC]|\\ell|\\mathcal\s*\{\s*L\s*\})_(?P<open>\{\s*)?"
    r"(?P<label>\\(?:text\w*|mathrm|mbox)\s*\{[^{}]*\})(?(open)\s*\})"
)
"""`J_{\\text{naive-softmax}}`."""
_ARRAY = rf"{_STYLE}\{{?\s*\\?[A-Za-z]+\s*\}}?(?:\s*(?:_\s*(?:\{{[^{{}}]*\}}|\w)|\^\s*\{{\([a-z]\)\}}))?"
LOG_NORMAL = regex(
    rf"\\(?:ln|log)\s*(?:\\left\s*)?\\(?:mathcal|mathrm)\s*\{{?\s*N\s*\}}?\s*(?:\\left\s*)?\(\s*(?P<x>{_ARRAY})\s*"
    rf"(?:\\mid|\\vert|\||;)\s*(?P<mean>{_ARRAY})\s*,\s*(?P<spread>{_STYLE}\{{?\s*(?:\\Sigma|[A-Z])\s*\}}?(?:_\s*(?:\{{[^{{}}]*\}}|\w))?)"
    r"\s*(?:\\right\s*)?\)"
)
"""`\\ln \\mathcal N(x_n \\mid \\mu_k, \\Sigma_k)`."""
WRITTEN_OUT = (
    r"\\left(-\\frac12\\ln|2\\pi\g<spread>| - "
    r"\\frac12(\g<x> - \g<mean>)^\\top \g<spread>^{-1}(\g<x> - \g<mean>)\\right)"
)
_OF_TWO = regex(
    r"(?<![A-Za-z\\])(?P<name>(?:KL|D)(?:_(?:\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z]+))?"
    r"|\\(?:mathrm|text|operatorname|mathbb|mathcal)\s*\{\s*(?:KL|D)\s*\}"
    r"(?:_\{(?:[^{}]|\{[^{}]*\})*\})?)\s*(?:\\left\s*|\\[bB]igl?\s*)?"
    r"(?:\((?:[^()=]|\([^()]*\)){0,60}?(?:\\[|]|\|\||‖|\\(?:Vert|parallel)(?![A-Za-z]))(?:[^()=]|\([^()]*\)){0,60}\)"
    r"|\[[^\[\]=]{0,60}(?:\\[|]|\|\||‖)[^\[\]=]*\])"
)
"""`D_{KL}(p \\| q)`, a number that two distributions make."""
_LED_IN = regex(
    r"^[\s&]*\\?(?:P|p|Pr|mathbb\s*\{?P\}?)\s*(?:\\left)?\([^()]*(?:\\mid|\\vert|\|)(?:[^()]|\([^()]*\))*\)\s*&?:?="
    r"(?=\s*&?\s*\\?[A-Za-z]+(?:_(?:\{[^{}]*\}|\\?\w+))?\s*\([^()]*\)\s*&?:?=(?!=))"
)
"""`P(y = 1 \\mid x) = h_\\theta(x) = …`."""
OF_CLASS = regex(
    r"\\?(?:P|p|Pr|(?:mathbb|mathrm)\s*\{?\s*(?:P|Pr)\s*\}?)\s*(?:\\left\s*|\\[bB]igl?\s*)?\("
    r"\s*(?:\\\w+\s*\{\s*)?[yY]\s*\}?\s*"
    r"(?:\^\s*\{\s*\((?P<above>[a-z])\)\s*\}|_\s*\{?\s*(?P<below>[a-z])\s*\}?)?\s*=\s*(?P<label>[a-z])\s*"
    r"(?:\\mid|\\vert|\\[,;]|[|;])(?:[^()]|\([^()]*\))*\)"
)
"""`P(y^{(i)} = k \\mid x^{(i)}; \\theta)`, where it is given a value: the entry (i, k) of a matrix."""


def with_samples(questions: Sequence[Question], sheet: Sheet, found: Outline) -> tuple[Question, ...]:
    """The problems in their order, with those of one sample that rows go over to."""
    singles = [single for question in questions if (single := _of_one_sample(question, sheet, found)) is not None]
    return tuple(sorted((*questions, *singles), key=lambda question: question.start))


def _of_one_sample(question: Question, sheet: Sheet, found: Outline) -> Question | None:
    """The loss of one sample, `For one training example $(x, y)$`,
    where a loss that is a sum over them is differentiated so further on."""
    numbered = _SUM.match(question.loss)
    if numbered is None or question.loss.count("\\sum") > 1:
        return None
    letter = re.escape(numbered["letter"])
    mark = re.compile(rf"\^\s*\{{?\s*\({letter}\)(?:\s*\}})?|_\s*(?:\{{\s*{letter}\s*\}}|{letter}(?![A-Za-z]))")
    begins = sheet.formulas[question.start].place
    moved = [item.formula for item in found.differentiated if item.variable in question.wrt]
    rows = [row for row in moved if row > question.start]
    start = next((row for row in rows if _ONE_SAMPLE.search(sheet.prose, begins, sheet.formulas[row].place)), None)
    if start is None or mark.search(sheet.formulas[start].passage.text):
        return None
    body = question.loss[numbered.end() :]
    if any(not mark.search(term) for term in _terms(body)):  # a regulariser is none of a sample's
        return None
    front = _MEAN.sub(lambda count: rf"\frac{{1}}{{{count[1] or 1}}}", numbered["front"])
    loss = rf"{front}\left({mark.sub('', body)}\right)"
    sizes = {name: size for name, size in question.shapes.items() if name in question.wrt}
    single = replace(question, loss=loss, shapes=sizes, start=start)
    return single if readable_problem(loss, question.wrt[0], single.shapes_text, "") is not None else None


def _terms(text: str) -> list[str]:
    """The terms of a text, each with its sign; what stands in brackets undivided."""
    depth, terms = 0, [""]
    for char in text:
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(char, 0)
        if depth == 0 and char in "+-=" and terms[-1].strip():
            terms.append("")
        terms[-1] += char
    return terms


# ---- a model that is stated once, for any sample

OF_SAMPLES = "samples"
OF_SAMPLE = regex(
    r"\s*(?P<script>_\s*(?:\{\s*(?P<below>[i-n])\s*\}|(?P<low>[i-n])(?![A-Za-z]))"
    r"|\^\s*\{?\s*\((?P<above>[i-n])\)(?:\s*\})?)"
)
SUM_OVER = r"\\sum\s*(?:\\limits\s*)?_\s*\{{?\s*{letter}(?![A-Za-z])"


def with_samples_stated(formulas: Sequence[Formula]) -> tuple[Formula, ...] | None:
    r"""The formulas where what is stated once, `\hat y = w^\top x + b`, is stated of the samples as the sums have it,
    `\hat y_i = w^\top x_i + b`; None where nothing is."""
    texts = [formula.passage.text for formula in formulas]
    names = LatexNames(accents=accents_kept(texts))
    scripts: dict[str, tuple[str, str]] = {}
    for text in texts:
        for token in tokens_of(text, names):
            if token.kind == "name" and (match := OF_SAMPLE.match(text, _end_of(text, token))) is not None:
                letter = match["below"] or match["low"] or match["above"]
                scripts.setdefault(token.text, (letter, match["script"]))
    letters = {letter for letter, _ in scripts.values()}
    summed = {one for one in letters if re.search(SUM_OVER.format(letter=one), "\n".join(texts))}
    scripts = {name: way for name, way in scripts.items() if way[0] in summed}
    made = tuple(_of_each(formula, names, scripts) for formula in formulas)
    return made if made != tuple(formulas) else None


def _end_of(text: str, token: Token) -> int:
    """Where a name ends, with the brace of its accent."""
    behind = re.match(r"\s*\}", text[token.end :])
    opened = re.search(r"\\[A-Za-z]+\s*\{\s*$", text[: token.start])
    return token.end + (behind.end() if behind is not None and opened else 0)


def _of_each(formula: Formula, names: LatexNames, scripts: Mapping[str, tuple[str, str]]) -> Formula:
    """A statement about one name, with the index of the samples at every name that has one elsewhere."""
    text = formula.passage.text
    tokens = tokens_of(text, names)
    head = tokens[0].text if len(tokens) > 1 and tokens[0].kind == "name" and tokens[1].kind == "relation" else ""
    letter, _ = scripts.get(head, ("", ""))
    named = [token for token in tokens if token.kind == "name" and scripts.get(token.text, ("",))[0] == letter]
    ends = [(_end_of(text, token), scripts[token.text][1]) for token in named if letter]
    if len(ends) < 2 or any(OF_SAMPLE.match(text, end) for end, _ in ends):
        return formula
    return replace(formula, passage=formula.passage.replaced([(end, end, script) for end, script in ends]))


# ---- a mixture: of Σ_n Σ_k γ_nk(… Σ_k …) only the terms of one k hold its Σ_k, a matrix for each k

_STYLED = r"(?:\\(?:math(?:bf|bb)|boldsymbol|bm|vec)\s*)?\{?\s*(?:\\[A-Za-z]+|[A-Za-z])\s*\}?"
_SIDED = regex(
    r"\^\s*\{?\s*(?:\\top|\\intercal|(?:\\(?:math|text)\w+\s*)?\{?T\}?)\s*\}?\s*"
    r"(?:\\\w+\s*)?\{?\s*(?:\\(?:Sigma|Lambda|Omega|Psi)|[A-Z])\s*\}?\s*_\s*\{?\s*(?P<letter>[a-z])\s*\}?"
    r"(?:\s*\^\s*\{?\s*-\s*1\s*\}?)?\s*(?:\\\w+\s*)?\("
)
"""`)^\\top \\Sigma_k^{-1} (`."""
_LIMITS = r"\s*(?:\\limits\s*)?_\s*(?:\{\s*%s\s*(?:=[^{}]*)?\}|%s(?![A-Za-z]))(?:\s*\^\s*(?:\{[^{}]*\}|\w))?"
_PART = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_FRONT = regex(
    rf"(?:[\s&\d]|\\[,;!: ]|\\[dt]?frac\s*(?:\d\s*\d|{_PART}\s*{_PART})|\\sum{_LIMITS % ('[a-z]', '[a-z]')})*"
)
"""What leaves the Σ behind it a whole term."""
_BY = regex(rf"(?:\\partial|\\nabla_\{{?)\s*{_STYLED}_\s*\{{?\s*(?P<letter>[a-z])(?![A-Za-z])")


def of_components(formulas: Sequence[Formula]) -> tuple[str, tuple[Formula, ...]]:
    """The letter of the components by one of which is differentiated, and the formulas without the sums over them;
    that letter is the index of a matrix between brackets, as of a normal distribution, and of every variable."""
    texts = [formula.passage.text for formula in formulas]
    letters = {match["letter"] for text in texts for match in _SIDED.finditer(text)}
    moved = {match["letter"] for text in texts for match in _BY.finditer(text)}
    if len(letters) != 1 or letters != moved:
        return "", tuple(formulas)
    letter, made, derived = letters.pop(), list[Formula](), False
    for formula, text in zip(formulas, texts, strict=True):
        derived = _BY.search(text) is not None if not text.lstrip(" &").startswith("=") else derived
        made.append(replace(formula, passage=_of_component(formula.passage, letter, derived)))
    return letter, tuple(made)


def _of_component(passage: Passage, letter: str, derived: bool) -> Passage:
    """A formula without its sum over the components: of each term the one of this component, of a sum of numbers its
    own and the rest. What holds such a sum elsewhere, as in a logarithm or a derivative, is left as it is."""
    text, changes = passage.text, list[tuple[int, int, str]]()
    alone = re.compile(rf"\s*(?P<name>{_STYLED})_\s*\{{?\s*{letter}\s*\}}?(?=\s*(?:$|[=)\]}},.;&+-]|\\right|\\q?quad))")
    for found in re.finditer(rf"\\sum{_LIMITS % (letter, letter)}", text):
        front = _terms(text[: found.start()])[-1].lstrip("+-=")
        if (own := alone.match(text, found.end())) is not None:
            rest = rf"\left({own['name']}_{{\mathrm{{{letter * 2}}}}} + {own['name']}_{{\mathrm{{rest}}}}\right)"
            changes.append((found.start(), own.end(), rest))
        elif _FRONT.fullmatch(front) and (not derived or _BY.search(front)):
            changes.append((*found.span(), ""))
        else:
            return passage
    passage = passage.replaced(changes)
    index = rf"_\s*(?:\{{\s*([a-z])?\s*,?\s*{letter}\s*,?\s*([a-z])?\s*\}}|{letter}(?![A-Za-z]))"
    below = [(*match.span(), match[1] or match[2]) for match in re.finditer(index, passage.text)]
    label = rf"\mathrm{{{letter * 2}}}"
    return passage.replaced([(start, end, f"_{{{other or label}}}") for start, end, other in below])


def of_courses(texts: Sequence[str]) -> Iterator[tuple[Habit, str]]:
    """What is written otherwise where nothing else is said of it, and what to say of each."""
    yield from ((habit, "a bar is the mean of the numbered ones, x̄ of the x_i") for habit in _of_means(texts))
    text = " ".join(texts)
    yield from ((habit, "the loss without its label is the one with it") for habit in _without_label(text))
    yield from ((habit, "the last term of the loss is a constant") for habit in _with_constant(texts))
    if not re.search(r"(?<![A-Za-z\\])z(?![A-Za-z])", _HIDDEN.sub("", text)):
        yield (_HIDDEN, r"\g<name>_\g<below>"), "the value at a hidden z_nk, as in γ(z_nk), is numbered as that is"
    if _of_two(texts):
        yield (_OF_TWO, r"\g<name>"), "the divergence is a name, without its two distributions"
    if _led_in(texts):
        yield (_LED_IN, ""), "a probability in front of a function is that function"
    if _OF_COLUMN.search(text) is not None:
        yield (_OF_COLUMN, partial(_of_column, text)), "of one row of outputs, what one sample has is an entry"
    if _all_from_zero(text):
        yield (_FROM_ZERO, r"\\sum_{\g<letter>}"), "sums that all run from 0 run through the whole range"


_OF_COLUMN = regex(
    r"(?<![A-Za-z\\])(?P<name>[a-z]|\\hat\s*\{?y\}?)(?P<layer>_\{?\s*\d\s*\}?)?\^\{\s*\(\s*(?P<letter>[i-n])\s*\)\s*\}"
)
"""`a_2^{(i)}`, of the columns of `A_2`."""


def _of_column(text: str, match: re.Match[str]) -> str:
    """What one sample has as an entry of what all have, `(A_2)_{1i}`, where a layer's is spoken of beside it and all
    that have is written as a capital."""
    beside = any(one["layer"] for one in _OF_COLUMN.finditer(match.string))
    name = re.sub(r"[a-z](?=[\s}]*$)", lambda letter: letter[0].upper(), match["name"])
    label = re.sub("[^0-9]", "", match["layer"] or "")
    known = re.escape(name) + (rf"_\{{?\s*{label}\s*\}}?" if label else "")
    if not beside or re.search(rf"(?<![A-Za-z\\]){known}(?![A-Za-z_])", text) is None:
        return match[0]
    return f"{{{name}{f'_{{{label}}}' if label else ''}}}_{{1{match['letter']}}}"


def _of_two(texts: Sequence[str]) -> bool:
    """Whether the one pair of distributions that stands in a document makes a number that a formula states."""
    pairs = {re.sub(r"\s", "", match[0]) for text in texts for match in _OF_TWO.finditer(text)}
    heads = (match for text in texts if (match := _OF_TWO.match(text.lstrip(" &"))) is not None)
    return len(pairs) == 1 and any(re.match(r"\s*&?:?=(?!=)", match.string[match.end() :]) for match in heads)


def _led_in(texts: Sequence[str]) -> bool:
    """Whether no function that stands behind a probability, `P(y = 1 | x) = h(x) = …`, is stated elsewhere too."""
    heads = {text[match.end() :].partition("(")[0].strip(" &") for text in texts if (match := _LED_IN.match(text))}
    return not any(text.lstrip(" &").partition("(")[0].rstrip() in heads for text in texts if "(" in text)


def _all_from_zero(text: str) -> bool:
    """Whether the sums from 0 to a letter are all that tells of it, and what they count is an index, no power."""
    rest = _FROM_ZERO.sub("", text)
    below = re.sub(r"\\sum\s*_\s*(?:\{[^{}]*\}|\w)|_\s*(?:\{[^{}]*\}|\w)", "", rest)
    pairs = {found.group("letter", "last") for found in _FROM_ZERO.finditer(text)}
    told = any(re.search(rf"(?<![A-Za-z\\]){last}(?![A-Za-z])|_\s*\{{?\s*0|\\mathbb", rest) for _, last in pairs)
    return (
        bool(pairs)
        and not told
        and not any(re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", below) for letter, _ in pairs)
    )


def of_classes(texts: Sequence[str]) -> str:
    """A free letter for the probabilities of classes, where they are given a value, and all in a document are of one
    distribution, of the same sample."""
    heads = (match for text in texts if (match := OF_CLASS.match(text.lstrip(" &"))) is not None)
    if not any(re.match(r"\s*&?:?=(?!=)", match.string[match.end() :]) for match in heads):
        return ""
    text = " ".join(texts)
    kinds = {_kind(match) for match in OF_CLASS.finditer(text)}
    return next(free_names(("P", "p", "q", "r"), OF_CLASS.sub(" ", text)), "") if len(kinds) == 1 else ""


def _kind(match: re.Match[str]) -> str:
    """Of which distribution, and given what, a probability is, the letter of its sample aside."""
    sample = match["above"] or match["below"] or ""
    of = re.sub(r"\s|\\(?:left|right|mid|vert|[,;])|[|]", "", match[0].replace(f"= {match['label']}", "=", 1))
    of = re.sub(rf"=\s*{match['label']}", "=", of, count=1)
    return re.sub(rf"_\{{?{sample}\}}?|\^\{{\({sample}\)\}}", "#", of) if sample else of


def entry_of_class(name: str, match: re.Match[str]) -> str:
    """The probability that sample i is of class k, as an entry; without a sample the one of class k."""
    return f"{name}_{{{match['above'] or match['below'] or ''}{match['label']}}}"


def _of_means(texts: Sequence[str]) -> Iterator[Habit]:
    """How the mean of a sample, `\\bar x` beside `\\sum_{i=1}^n` of x_i, is written out where it first stands behind a
    derivative, as in a solution, and no formula of its own nor an index says what the bar is."""
    text = " ".join(texts)
    over, derived = _OVER_ALL.search(text), next((at for at, one in enumerate(texts) if _DERIVED.search(one)), 0)
    first = next((at for at, one in enumerate(texts) if _BARRED.search(one)), -1)
    named = any(_BARRED.match(one.strip(" &")) and not re.search(r"[+*/-]", one) for one in texts)
    if first < derived or named or re.search(r"\\(?:bar|overline)\s*(?:\{[^{}]*\}|[A-Za-z])\s*[_^]", text):
        return
    letter = next(free_names(("j", "l", "k", "s"), re.sub(r"[_^{}]", " ", text)), None)
    if over is None or letter is None:
        return
    size, index = over["size"], over["letter"]

    def mean(match: re.Match[str]) -> str:
        name = match["name"] or match["bare"]
        known = re.search(rf"{re.escape(name)}\s*_\s*\{{?\s*{index}(?![A-Za-z])", text)
        sum_ = rf"\frac{{1}}{{{size}}}\sum_{{{letter}=1}}^{{{size}}} {name}_{{{letter}}}"
        return rf"\left({sum_}\right)" if known else match[0]

    yield _BARRED, mean


def _without_label(text: str) -> Iterator[Habit]:
    """How the one loss of a document that has the name of its kind for a label is written as it is differentiated:
    `\\partial J` of `J_{\\text{softmax}}`, where J stands for nothing else."""
    found = {(match["name"], match["label"]) for match in _LABELLED_LOSS.finditer(text)}
    (name, label), *others = found or {("", "")}
    bare = rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z_])(?!\s*_)"
    rest = re.sub(rf"{BY_ANY}\s*\{{?\s*{re.escape(name)}", "", text)
    if name and not others and _KIND.search(label) and rest != text and not re.search(bare, rest):
        yield _LABELLED_LOSS, r"\g<name>"


_HIDDEN = regex(
    r"(?P<name>\\(?:gamma|tau|rho))\s*(?:\\left\s*)?\(\s*z_(?P<below>\{[a-z]{1,2}\}|[a-z])\s*(?:\\right\s*)?\)"
)
"""`\\gamma(z_{nk})`, the responsibility of a component for a sample, of a z that stands nowhere else."""
_ADDED = regex(r"(?<=[+-])\s*(?P<letter>[Cc])(?=[\s.,;&]*$)")
"""The last term of a log-likelihood, `… + C`."""


def _with_constant(texts: Sequence[str]) -> Iterator[Habit]:
    """How a letter that only ends a log-likelihood is written: what it depends on is not said."""
    rest = " ".join(_ADDED.sub("", text) for text in texts)
    if re.search(r"\\(?:log|ln|ell)(?![A-Za-z])", rest):
        added = {match["letter"] for text in texts for match in _ADDED.finditer(text)}
        kept = {letter for letter in added if re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", rest)}
        yield _ADDED, lambda match: match[0] if match["letter"] in kept else r" \text{const}"


_KIND = regex(
    r"soft-?max|cross|entropy|logistic|hinge|sampling|least|squares|\b(?:CE|BCE|NLL|MSE|SSE|RSS|OLS|LS)\b",
    re.IGNORECASE,
)


DENSITY = regex(
    r"(?P<sign>-\s*)?\\(?:log|ln)(?:\s|\\[,;:! ])*"
    r"(?P<density>\\?(?:[fpPqL]|Pr|pi|mathbb\s*\{?\s*P\s*\}?|mathcal\s*\{?\s*[LN]\s*\}?)"
    r"(?:_(?:\{[^{}]*\}|\\?\w+))?(?:\s*(?:\\left\s*)?\((?:[^()]|\([^()]*\))*\)|(?![A-Za-z])(?!\s*(?:\\left)?[(_^])))"
)
"""`\\log p(y \\mid w)`, `\\log L`: where it is given a value, a name; so is then `\\log p`."""


def densities_of(texts: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """The densities whose logarithm, with or without a sign, is a left side, each with a free name for it."""
    found: dict[str, tuple[str, str, str]] = {}
    free = free_names((r"\ell", "J", "E", "F"), " ".join(texts))
    for text in texts:
        match = DENSITY.match(text.lstrip(" &"))
        if match is None or not re.match(r"\s*&?:?=(?!=)", match.string[match.end() :]):
            continue
        if not re.search(r"[L(]", match["density"]):
            continue  # log p of a vector p
        if (key := squeezed(match["density"])) not in found and (name := next(free, None)) is not None:
            found[key] = name, match["sign"] or "", match[0].strip()
    heads = [key.partition("(")[0].removesuffix("\\left") for key in found]
    return {head: one for head, one in zip(heads, found.values(), strict=True) if heads.count(head) == 1} | found


def name_of_density(match: re.Match[str], names: Mapping[str, tuple[str, str, str]]) -> str:
    """The name of a log-density, whose value may be its negative."""
    name, sign, _ = names.get(squeezed(match["density"]), ("", "", ""))
    if not name or bool(match["sign"]) == bool(sign):
        return name or match[0]
    return f"-{name}" if match["sign"] else rf"\left(-{name}\right)"
