"""Which runs of letters are English, and which stand for something;
the names of a formula as tokens, each with what stands below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from ...diagnostics import MatgradError, Source
from ...diagnostics.regex import regex
from ...notation.latex.lexer import Lexer
from ...notation.latex.names import FUNCTIONS, GREEK, OF_GREEK, VARIANTS, LatexNames
from ...notation.latex.tokens import Token

_SMALL = "a an as at be by if in is it its of on or so to we us with the and for let now get has are can our this that"
SMALL = frozenset(_SMALL.split())


def is_word(word: str, letters: Collection[str] = ()) -> bool:
    """Whether a run of letters is a word of a sentence; `letters` are the names that stand for something."""
    if word in FUNCTIONS or word in GREEK or word in VARIANTS or word in letters:
        return False
    if word.lower() in SMALL or word == "I":
        return True
    spelled = re.fullmatch(r"[A-Z]?[a-z]+(?:['’-][A-Za-z]?[a-z]+)*", word) and re.search(r"[aeiouy]", word.lower())
    return len(word) > 2 and spelled is not None and not (letters and all(letter in letters for letter in word))


def squeezed(text: str) -> str:
    """The text without blanks, styles and brackets of groups."""
    return re.sub(r"\\(?:mathbf|boldsymbol|bm|left|right)(?![A-Za-z])|[\s{}.,;]", "", text)


_IDENTITY = regex(r"(?:\\[a-z]+(?![a-z])|(?<![\\a-z])[a-z](?![a-z])|\d+|[/.()]|\^-?|_\w)*I(?:_\w)?")
"""`2I`, `\\sigma^2 I_n`: what a given matrix is where this is said of it."""


def relates(text: str, signs: str = "=≈<>") -> bool:
    r"""Whether one of these signs stands in a formula; that of `\sum_{i=1}^n` relates nothing."""
    return re.search(f"[{signs}]", re.sub(r"_\s*\{[^{}]*\}", "", text)) is not None


def is_identity(text: str) -> bool:
    """Whether a value is a multiple of the identity."""
    return _IDENTITY.fullmatch(squeezed(text)) is not None


_EXPECTATION = regex(
    r"(?<![A-Za-z])(?:E|\\math(?:bb|rm)\s*\{?\s*E\s*\}?|\\operatorname\s*\{E\})\s*(?:\\left\s*)?[\[{(]"
)


def expects(text: str) -> bool:
    """Whether an expectation stands in a text."""
    return _EXPECTATION.search(text) is not None


def index_behind(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """The tokens of the subscript behind a name."""
    if at + 2 >= len(tokens) or tokens[at + 1].text != "_":
        return ()
    if tokens[at + 2].text != "{":
        return tokens[at + 1 : at + 3]
    end = next((place for place in range(at + 2, len(tokens)) if tokens[place].text == "}"), len(tokens) - 1)
    return tokens[at + 1 : end + 1]


def labelled_names(tokens: Sequence[Token], letters: bool = False) -> Iterable[str]:
    """The names of a text, with the labels that belong to them: `W_1`, `S_B`; an index does only with `letters`:
    the `q_i` and `q_j` of which nothing runs over i and j."""
    for at, token in enumerate(tokens):
        if token.kind == "name":
            below = index_behind(tokens, at)
            label = label_of(below) or (below[-1].text if letters and len(below) == 2 else "")
            yield f"{token.text}_{label}" if label else token.text


def label_of(below: Sequence[Token]) -> str:
    """The label that a subscript is: a number, a capital, a word; an index is none."""
    parts = [part.text for part in below if part.kind in ("name", "word", "number")]
    return (
        parts[0] if len(parts) == 1 and (not parts[0].isalpha() or parts[0][0].isupper() or len(parts[0]) > 1) else ""
    )


def tokens_of(text: str, names: LatexNames) -> tuple[Token, ...]:
    """The tokens of a formula; none where it cannot be read."""
    return _tokens(text, names.about(text))


@lru_cache(maxsize=512)
def _tokens(text: str, names: LatexNames) -> tuple[Token, ...]:
    try:
        return tuple(Lexer(text, names, Source("loss", text)).run()[:-1])
    except MatgradError:
        return ()


_SMOOTH = regex(
    r"(?<![A-Za-z\\])([A-Z])[\s$]*-[\s$]*(?:smooth|Lipschitz)"
    r"|\b(?:smooth\w*|Lipschitz)\b[^.$\n]{0,30}?\s\$?([A-Z])(?![A-Za-z\s]*\()"
)


def smoothness(prose: str) -> frozenset[str]:
    """The constants of smoothness: the L of `L-smooth` and `Lipschitz constant L`, which is no loss."""
    return frozenset(match[1] or match[2] for match in _SMOOTH.finditer(prose))


INDEXED = regex(
    rf"(?P<name>(?:(?<![A-Za-z\\])|(?<=[_^][A-Za-z]))[A-Za-z]|\\(?:{OF_GREEK}|ell)(?![A-Za-z]))(?P<close>\}}?)"
    r"(?P<sub>_(?P<open>\{)?(?P<below>[a-z](?=[A-Za-z][_^])|[a-z]{1,2})(?(open)\}|(?=[A-Za-z][_^]|[^A-Za-z]|$)))"
)
"""`q_i`, also the one of `p_u^Tq_i` and of `q_ip_u`, and `\\mathbf{x}_i`."""
_STYLED = regex(r"\\(?:math\w+|boldsymbol|bm|vec)\s*\{\s*(\\?[A-Za-z]+)\s*\}")
_OF_ONE = regex(
    r"^[\s&]*(?:[LJECl]|\\ell|\\mathcal\s*\{?\s*L\s*\}?)_\{?(?P<below>[a-z]{1,2})\}?(?:\([^()=]*\))?\s*&?:?=(?!=)",
    re.MULTILINE,
)
"""`L_i = …`, the loss of one sample."""


def fixed_indices(texts: Sequence[str]) -> dict[str, str]:
    r"""Names with indices that never vary, where no Σ binds them, and what is left of these: `L = (r_{ui} - p_u^\top
    q_i)^2` and `L_{ui} = …` speak of one u and one i, `\sum_i (r_{ui} - x_u^\top y_i)^2` of one u. The b_u and b_i
    beside r_{ui} are two names."""
    text = _STYLED.sub(r" \1", "\n".join(one for one in texts if len(one.strip()) > 1))
    below: dict[str, set[str]] = {}
    for match in INDEXED.finditer(text):
        below.setdefault(match["name"], set()).add(match["below"])
    rest = INDEXED.sub(" ", text)
    bare = set(re.findall(r"(?<![A-Za-z\\_{])([A-Za-z])(?![A-Za-z_])(?!\}_)", re.sub(r"\\[A-Za-z]+", " ", rest)))
    bare |= set(re.findall(r"\\[A-Za-z]+", rest))
    pairs = {value for values in below.values() for value in values if len(value) > 1}
    several = {name for name, values in below.items() if len(values) > 1 and any(values <= {*pair} for pair in pairs)}
    places = [{one[at : at + 1] for one in below[name]} for name in below.keys() - several for at in (0, 1)]
    varying = {letter for letters in places if len(letters) > 1 for letter in letters}
    varying |= {letter for name in below.keys() & bare for value in below[name] for letter in value}
    fixed = {letter for values in below.values() for value in values for letter in value}
    fixed -= _bound(text) | bare | varying
    by = r"\\(?:partial|nabla(?:_(?:\{[^{}]*\}|\\?\w))?|nabla_\{?)\s*"
    moved = [match["below"] for match in re.finditer(by + INDEXED.pattern, text)]
    of_one = {*moved} & {match["below"] for match in _OF_ONE.finditer(text)}
    paired = any(fixed >= {*value} for value in moved) and not fixed.isdisjoint("".join(pairs))
    if not paired and not any(fixed >= {*value} for value in of_one):
        return {}
    names = {f"{name}_{value}": value for name, values in below.items() for value in values if fixed & {*value}}
    kept = {key: "".join(letter for letter in value if letter not in fixed) for key, value in names.items()}
    kept |= {key: rf"\mathrm{{{names[key] * 2}}}" for key in names if key.rpartition("_")[0] in several}
    return {key: f"_{{{left}}}" if left else "" for key, left in kept.items()}


def _bound(text: str) -> set[str]:
    """The letters that a Σ, a maximum or a set binds."""
    return {*re.findall(r"[a-z]", " ".join(re.findall(r"(?:sum|prod|max|min|in|delta)_?(\{[^{}]*\}|\w)", text)))}


PAIRED = regex(
    r"(?P<name>(?<![A-Za-z\\])[A-Z]|\\(?:Sigma|Lambda|Omega)\s*)(?P<close>\}?)_\{\s*(?P<pair>[a-hou-z]{2})\s*\}"
)


def paired(texts: Sequence[str]) -> frozenset[str]:
    r"""Pairs of letters below a matrix that say between what it stands, `W_{xh}`, `\Sigma_{xx}`: both are names
    themselves, or one stands there twice beside other pairs; and no Σ binds them."""
    text = " ".join(texts)
    bare = {*re.findall(r"(?<![A-Za-z\\_{])[a-z](?![A-Za-z])", re.sub(r"_\{[^{}]*\}", "", text))}
    below: dict[str, set[str]] = {}
    for match in PAIRED.finditer(text):
        below.setdefault(match["name"].strip(), set()).add(match["pair"])
    twice = {name for name, pairs in below.items() if len(pairs) > 1 and any(len({*pair}) == 1 for pair in pairs)}
    found = {pair for name, pairs in below.items() for pair in pairs if name in twice or {*pair} <= bare}
    return frozenset(pair for pair in found if _bound(text).isdisjoint(pair))


_SAMPLE = regex(r"[\s&]*(?P<name>[a-z]|\\hat\s*\{?[a-z]\}?)\s*\^\s*\{\s*\([a-z]\)\s*\}\s*&?:?=")


def of_samples(texts: Sequence[str]) -> list[str]:
    r"""What is stated of each sample, `a^{(i)} = \sigma(w^Tx^{(i)})`, and never has an index below."""
    stated = {match["name"] for text in texts if (match := _SAMPLE.match(text)) is not None}
    names = {name: rf"(?<![A-Za-z\\]){re.escape(name)}" if len(name) == 1 else re.escape(name) for name in stated}
    text = " ".join(texts)
    return [name for name in names.values() if re.search(rf"{name}\s*_", text) is None]


_ONE_HOT_OF = regex(
    r"(?<![A-Za-z\\])(?P<name>[a-z])\s+(?:is|be|denotes)\s+(?:the |a )?one-?hot\b[^.;]{0,40}?\s"
    r"(?:of|for|at|representing)(?: the)?(?: [a-z-]{2,}){0,4}\s+(?P<at>[a-z])(?![A-Za-z])"
)
"""`y is the one-hot vector of o`."""


def one_hot_of(prose: str, text: str) -> Iterator[tuple[str, str]]:
    """Names of vectors that are one-hot at a place, which is an index in the text: the y beside u_o is e_o."""
    for match in _ONE_HOT_OF.finditer(prose):
        if re.search(rf"_\{{?{match['at']}(?![A-Za-z])", text) is not None:
            yield match["name"], match["at"]


_OF_STEP = regex(r"_\{\s*(?P<letter>[a-z])\s*(?:\||\\mid)\s*(?P=letter)\s*(?P<before>-\s*1\s*)?\}")
_STEP_BEFORE = r"_\{{\s*{0}\s*-\s*1\s*\}}"
_STEP = r"(?<=[A-Za-z}}])_(?:\{{\s*{0}\s*(?P<before>-\s*1\s*)?\}}|{0}(?![A-Za-z]{{2}}))"
_OVER_STEPS = (
    r"\\(?:sum|prod)(?:\\limits)?_\{{?\s*{0}(?![a-z])|(?<![A-Za-z]){0}\s*=\s*[12]|_\{{\s*{0}\s*(?:\+|-\s*2)"
    r"|_\{{?(?:0|T)\}}?(?![A-Za-z])"
)
"""Where there are more than this step and the one before."""
Written = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def steps(text: str) -> tuple[list[Written], list[tuple[str, str]]]:
    """How the indices of a step are written, and what they were: none of this step, `prev` of the one before;
    `P_{k|k-1}` is foretold, `P_{k|k}` filtered."""
    found = _OF_STEP.search(text)
    letter = found["letter"] if found is not None else "t"
    begun = found or re.search(_STEP_BEFORE.format(letter), text)
    if not begun or re.search(_OVER_STEPS.format(letter), text):
        return [], []
    foretold, filtered = r"_{\mathrm{foretold}}", r"_{\mathrm{filtered}}"
    at_step = re.compile(_STEP.format(letter))
    habits: list[Written] = [(_OF_STEP, lambda match: foretold if match["before"] else filtered)]
    habits.append((at_step, lambda match: r"_{\mathrm{prev}}" if match["before"] else " "))
    return habits, [("_foretold", f"_({letter}|{letter}-1)"), ("_filtered", f"_({letter}|{letter})")]


_MARK = r"\s*(?:'|\^\s*\{?\s*(?:'|\\prime)\s*\}?)"
_PRIMED_LEFT = regex(rf"[\s&]*(?P<name>[A-Za-z]|\\[a-z]+){_MARK}\s*&?:?=(?!=)")
_TURNED = regex(r"\^\s*\{?\s*(?:\\top|\\intercal|(?:\\\w+\s*\{?)?T(?![A-Za-z]))")


_BY_ENTRIES = r"\\(?:odot|circ)(?![a-z])"
_SIGN_BEHIND = rf"(?:$|[-+=,;.)&]|\\(?:right|q?quad)(?![a-z])|{_BY_ENTRIES})"
_PRIMED_FACTOR = regex(rf"{_BY_ENTRIES}\s*([a-z])'(?!')|(?<![A-Za-z\\])([a-z])'\s*{_BY_ENTRIES}")


def primed(texts: Sequence[str]) -> Iterator[str]:
    """Names that with a prime are names of their own: they are given, `W' = WA`, no functions, and T says transpose; or
    they are factors of what is taken entry by entry, `f ⊙ c'`, and nowhere of a product."""
    text = " ; ".join(texts)
    if "'" not in text and "prime" not in text:
        return
    for name in {match["name"] for one in texts if (match := _PRIMED_LEFT.match(one)) is not None}:
        own = re.escape(name)
        stated = rf"(?:^|;)[\s&]*{own}\s*(?:\([^()]*\)\s*)?&?:?=|\\(?:partial|nabla)\s*{own}\}}\s*\{{"
        called = rf"(?<![A-Za-z\\]){own}{_MARK}\s*(?:\\left)?\("
        if _TURNED.search(text) and not (re.search(stated, text) or re.search(called, text)):
            yield name
    for name in {match[1] or match[2] for match in _PRIMED_FACTOR.finditer(text)}:
        terms = re.findall(rf"(?:^|[-+=,;(&]|\\q?quad|{_BY_ENTRIES})\s*{name}'(?=\s*{_SIGN_BEHIND})", text)
        called = rf"(?<![A-Za-z\\]){name}\s*(?:\\left\s*)?\("
        if len(terms) == len(re.findall(rf"(?<![A-Za-z\\]){name}'", text)) and not re.search(called, text):
            yield name


_WORD_BELOW = regex(r"_\s*\{\s*(?P<word>[A-Za-z]{3,})\s*\}")


def _as_word(match: re.Match[str]) -> str:
    """A word below a name as a label, `y_{train}`; `ijk` are indices."""
    indices = len(match["word"]) == 3 and set(match["word"]) <= set("ijklmnpq")
    return rf"_{{\mathrm{{{match['word']}}}}}" if is_word(match["word"]) and not indices else match[0]


def below(texts: Sequence[str]) -> Iterator[Written]:
    """What is written otherwise below names: the number of a sample for that above, words and pairs of letters as
    labels."""
    yield _WORD_BELOW, _as_word
    for name in primed(texts):
        other = r"\\[A-Za-z]+|" if len(name) == 1 else ""
        with_prime = re.compile(rf"{other}(?P<name>{re.escape(name)}){_MARK}")
        yield with_prime, lambda match: match["name"] + r"_{\mathrm{primed}}" if match["name"] else match[0]
    for name in of_samples(texts):
        above = re.compile(rf"(?P<name>{name})\s*\^\s*\{{\s*\((?P<letter>[a-z])\)\s*\}}")
        yield above, lambda match: f"{match['name']}_{{{match['letter']}}}"
    pairs = paired(texts)

    def labelled(match: re.Match[str]) -> str:
        label = rf"_{{\mathrm{{{match['pair']}}}}}"
        return f"{match['name']}{match['close']}{label}" if match["pair"] in pairs else match[0]

    if pairs:
        yield PAIRED, labelled


BARE_SUM = regex(r"\\sum(?![A-Za-z])(?!\s*(?:\\(?:no)?limits|[_^]))")


SUM_OF_PROGRAMS = regex(
    r"\\?(?:[a-z]+\s*\{\s*)?(?:np\s*\.\s*|numpy\.)?sum\s*\}?\s*\((?P<of>(?:[^(),=]|\([^()=]*\))+),\s*"
    r"(?:\\\w+\s*\{\s*)?axis\s*\}?\s*=\s*(?:\\\w+\s*\{\s*)?(?P<axis>[01])\s*\}?(?P<kept>\s*,[^()]*)?\)"
)
"""`np.sum(dZ, axis=1, keepdims=True)` between formulas."""


def over_an_axis(match: re.Match[str]) -> str:
    """The sum over an axis, as a product with ones."""
    of = rf"\left({match['of'].strip()}\right)"
    if match["axis"] == "1":
        return rf"{of}\mathbf{{1}}"
    return rf"\mathbf{{1}}^\top {of}" if match["kept"] else rf"{of}^\top \mathbf{{1}}"


def over_the_one(match: re.Match[str]) -> str:
    """A Σ without letters over the one index of its row, which is not that of a derivative."""
    letters = {*re.findall(r"(?:_\{?|\^\{\()([a-z]+)", match.string)}
    moved = re.search(r"\\partial[^{}]*_", match.string)
    return rf"\sum_{{{letters.pop()}}} " if len(letters) == 1 and len(max(letters)) == 1 and not moved else match[0]


_BY_GREEK = regex(r"\\(?:partial|nabla_\{?)\s*\\([a-z]+)")
_STATES = regex(r"^(?!.*\\(?:(?:var)?(?:epsilon|xi)(?![A-Za-z])|sim)).*=", re.DOTALL)


def of_estimates(texts: Sequence[str]) -> list[str]:
    r"""Names by which is differentiated what holds their estimates alone, `\partial/\partial\beta \|y - X\hat\beta\|`;
    the model of the data, `y = X\beta + \varepsilon`, has them too."""
    found = []
    for name in sorted({match[1] for text in texts for match in _BY_GREEK.finditer(text)}):
        hat = rf"\\(?:wide)?hat\s*\{{?\s*\\{name}(?![A-Za-z])"
        rest = [re.sub(rf"{hat}|\\(?:partial|nabla_\{{?)\s*\\{name}(?![A-Za-z])", "", text) for text in texts]
        bare = (text for text in rest if re.search(rf"\\{name}(?![A-Za-z])", text) and _STATES.search(text))
        beside = any(_BY_GREEK.search(text) and re.search(hat, text) for text in texts)
        found += [name] if beside and not any(bare) else []
    return found


MEMBERS = (
    (
        regex(r"\\sigma_\{?(?P<letter>[a-z])\}?\s*&?:?=\s*&?\\sigma\s*(?:\\left)?\("),
        regex(r"\\(?:boldsymbol|mathbf|bm)\s*(?:\{\s*\\sigma\s*\}|\\sigma(?![A-Za-z]))|\\sigma(?=_\{?[a-z])"),
        r"\sigma",
    ),
    (
        regex(r"(?<![\w\\^{}] )(?<![\w\\^{}])e_\{?(?P<letter>[a-z])\}?\s*&?:?=(?![=\s(\[]*[01][,&]|\s*\\begin)"),
        regex(r"(?<![A-Za-z\\])e(?=_\{?[a-z](?![A-Za-z]))"),
        "e",
    ),
)
"""`\\sigma_i = \\sigma(w^Tx_i)`, the values of the sigmoid, and `e_i = y_i - w^Tx_i`, no basis vectors: families."""


def free_names(names: Sequence[str], text: str) -> Iterator[str]:
    """Those of the names that do not stand in the text."""
    return (name for name in names if not re.search(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", text))
