r"""What a text says of x_i and X: that they are its rows, or its columns:
`X has columns x_i`, `X = [x_1 \dots x_n]`, `one sample per row`.

The words are read around each `row` and `column`: the matrix that it is of, and the vectors, or the samples,
that are said to be these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...notation.latex.names import OF_GREEK
from ...notation.loss_text import plain_name
from ..passage import blank
from .names import paired
from .sizes import TRANSPOSED, plain_prose

OTHER = {"row": "column", "column": "row"}
_LETTER = rf"(?:\\(?:{OF_GREEK})(?![A-Za-z])|(?<![A-Za-z\\])[A-Za-z](?![A-Za-z'’]))"
_TURN = rf"(?:\s*\}}?\s*(?:{TRANSPOSED}|(?<=[A-Z])'))"
_DOTS = r"(?:\\[lcvd]?dots|…|⋮|⋯|\.\.\.)"
_BETWEEN = r"(?:\\\\(?:\[[^\]]*\])?|\\mid|\\vert|\\quad|\\\s|[\s,;&|])*"
_FIRST = rf"(?P<x>{_LETTER})\s*(?:_\s*\{{?\s*[1a-z]\s*\}}?|\^\s*\{{?\s*\([1a-z]\)\s*\}}?)(?P<xT>{_TURN})?"
_LIST = (
    rf"{_FIRST}(?P<sep>{_BETWEEN})(?:(?P=x)[^A-Za-z]{{0,12}}?2[^A-Za-z]{{0,12}}?"
    rf"(?:\\top\s*\}}?|T\b\s*\}}?)?{_BETWEEN})?{_DOTS}"
)
_END = rf"{_BETWEEN}(?P=x)\s*[_^]\s*\{{?\s*\(?\w\)?\s*\}}?{_TURN}?"
_LISTED = regex(rf"{_LIST}{_END}")
_WRITTEN_OUT = regex(
    rf"(?P<A>{_LETTER})(?P<AT>{_TURN})?\s*(?::?=|\\equiv|\\coloneqq)\s*(?:\\(?:left|big|Big|bigl)\s*)?"
    rf"(?:[\[(]|\\begin\s*\{{\w*(?:matrix|array)\}}(?:\{{[^{{}}]*\}})?)\s*(?:[|]|\\mid)?\s*(?:{_LIST}{_END})\s*[|]?\s*(?:\\(?:right|big|Big|bigr)\s*)?"
    rf"(?:[\])]|\\end\s*\{{\w*(?:matrix|array)\}})(?P<T>{_TURN})?"
)
r"""`X = [x_1, \dots, x_n]^\top`, `\begin{bmatrix} x_1^\top \\ \vdots \\ x_n^\top \end{bmatrix}`."""
_MATHS = regex(r"\$\$?|\\[()\[\]]")
_NUMBERED = regex(
    rf"(?P<x>{_LETTER})\s*\}}?\s*(?:_\s*(?:\{{\s*[a-z1]\s*\}}|[a-z1](?![A-Za-z\d]))|\^\s*\{{?\s*\([a-z1]\))"
)
_NAME = regex(
    rf"(?P<name>{_LETTER})(?P<below>\s*_\s*\{{?\s*[a-z1]\s*\}}?|\s*\^\s*\{{?\s*\([a-z1]\)\s*\}}?)?(?P<T>{_TURN})?"
)
_SENTENCE = regex(r"(?<=[.?!;])\s+(?=[A-Z(*\\]|[a-z]\s*[_∈^])|\n\s*\n(?!\s*[a-z])|\n\s*[-*•]\s")
_STACKINGS = {"horizontally": "column", "side by side": "column", "vertically": "row", "on top of each other": "row"}
_WAY = regex(
    rf"(?<![\w-])(row|column)(?:s|[- ]?(wise))?(?![\w-]|\s+vectors?\b)|\b({'|'.join(_STACKINGS)})\b", re.IGNORECASE
)
_STACKED = regex(r"\b(?:stack|arrang|collect|stor|organi|put|plac|gather|concat)\w*", re.IGNORECASE)
_BY_UNIT = regex(
    rf"(?P<x>{_LETTER})_\{{?(?P<i>[a-z])\}}?\s*:?=\s*(?P<A>{_LETTER})(?P<T>{_TURN})?\s*e_\{{?(?P=i)\}}?"
    rf"|(?P<B>{_LETTER})_\{{\s*: ?,\s*(?P<j>[a-z])\s*\}}\s*:?=\s*(?P<y>{_LETTER})_\{{?(?P=j)"
    rf"|(?P<z>{_LETTER})_\{{?(?P<k>[a-z])\}}?\s*:?=\s*(?P<C>{_LETTER})_\{{\s*: ?,\s*(?P=k)\s*\}}"
)
r"""`x_i = X e_i`, `X_{:,i} = x_i`."""
_NO_SAYING = regex(
    r"(?:\bnot|\bnor|rather than|instead of|unlike|number of"
    r"|(?:sum|average|add|run|mean|max|softmax)\w*\s+(?:\w+\s+){0,2}(?:over|of|along|across|to))\s+(?:the\s+"
    r"|its\s+|all\s+|as\s+|each\s+|every\s+|in\s+)*$|\b(?:would|were|could|if|some|others?|often|sometimes"
    r"|alternatively)\b[^.;]*$",
    re.IGNORECASE,
)
_OF = regex(r"(?:\s+\S{1,12}(?:\s*_\s*\S+)?)?\s+(?:of|in|from|into)\s+(?:\w+\s+){0,5}")
_RANK = regex(r"\s*(?:rank|space|sum|norm|mean|operation|major|stochastic|index)", re.IGNORECASE)
_SAMPLE = regex(
    r"\b(?:samples?|(?:data|training|test|input)[ -]?(?:points?|vectors?|cases?)|(?:feature|weight"
    r"|basis)[ -]vectors?|examples?|inputs?"
    r"|observations?|instances?|records?|cases?|images?|documents?|measurements?|batch|atoms?|cent(?:er|re)s?"
    r"|centroids?"
    r"|prototypes?|class(?:es)?|patients?|individuals?|subjects?)\b",
    re.IGNORECASE,
)
_FEATURE = regex(
    r"\b(?:features?(?![ -]vector)|attributes?|covariates?|predictors?|dimensions?|coordinates?)\b", re.IGNORECASE
)
_CONTENTS = regex(
    r"^\W*(?:\w+\W+){0,6}?(?:contain|hold|stor|list|has|have|giv)\w*\s+(?:\w+\s+){0,2}features\b", re.IGNORECASE
)
"""`column i of X contains the features of sample i`."""
_TOLD_SIZE = regex(r"∈\s*(?:ℝ|\\mathbb\s*\{?R\}?)\s*(?:\^\s*(?:\{[^{}]*\}|\\?\w))?|(?<![\w\\])\w{1,2}×\w{1,2}(?!\w)")


@record
class _Letter:
    """A letter of a sentence, with its place, and whether it is transposed or numbered."""

    name: str
    start: int
    end: int
    turned: bool
    numbered: bool


def members_told(prose: str) -> dict[str, str]:
    """Of which matrices X a text says that x_i is a `row`, or a `column`; `` where it says both.

    >>> members_told("Let X have columns x_i. The weights w_k are the rows of W.")
    {'X': 'column', 'W': 'row'}
    """
    text = plain_prose(_MATHS.sub(" ", prose))
    used = numbered(text)
    said: dict[str, set[str]] = {}
    for name, way in (*_written_out(text), *_in_words(text, used)):
        if small(name) in used and small(name) != name:
            said.setdefault(name, set()).add(way)
    return {name: ways.pop() if len(ways) == 1 else "" for name, ways in said.items()}


def numbered(text: str) -> set[str]:
    """The letters that carry an index of their own: the x of x_i and x^{(i)}."""
    return {plain_name(found["x"]) for found in _NUMBERED.finditer(text)}


def small(name: str) -> str:
    """The letter of the rows or columns of a matrix: x of X, phi of Phi."""
    return name[0].lower() + name[1:]


def big(name: str) -> str:
    """The matrix of which a letter is a row or column: X of x."""
    return name[0].upper() + name[1:]


def shapes_text(shapes: Mapping[str, str], members: Mapping[str, str]) -> str:
    """Shapes, and what is known of the rows and columns, as the key `shapes` has them."""
    said = [f"{small(name)}_i: {way} of {name}" for name, way in members.items()]
    return ", ".join([*(f"{name}: {shape}" for name, shape in shapes.items()), *said])


def _written_out(text: str) -> Iterator[tuple[str, str]]:
    for found in _WRITTEN_OUT.finditer(text):
        name = plain_name(found["A"])
        stacked = "\\\\" in found["sep"] or ";" in found["sep"]
        if small(name) == plain_name(found["x"]) and (stacked or not found["xT"]):
            way = "row" if stacked else "column"
            yield name, OTHER[way] if bool(found["AT"]) != bool(found["T"]) else way
    for found in _BY_UNIT.finditer(text):
        name = plain_name(found["A"] or found["B"] or found["C"])
        if small(name) == plain_name(found["x"] or found["y"] or found["z"]):
            yield name, "row" if found["T"] else "column"


def _in_words(text: str, used: set[str]) -> Iterator[tuple[str, str]]:
    if not any(word in text.casefold() for word in (*OTHER, *_STACKINGS)):
        return
    before: list[_Letter] = []
    plain = _TOLD_SIZE.sub(blank, _LISTED.sub(lambda found: found["x"] + "_1" + (found["xT"] or ""), text))
    written = {plain_name(found["name"]) for found in _NAME.finditer(plain) if not found["below"]}
    known = {name for name in written if small(name) in used - {name}}
    for sentence in _SENTENCE.split(plain):
        letters = [
            _Letter(plain_name(found["name"]), found.start(), found.end(), bool(found["T"]), bool(found["below"]))
            for found in _NAME.finditer(sentence)
            if found["name"] not in "aI" or found["below"]
        ]
        matrices = [one for one in letters if not one.numbered and small(one.name) in used - {one.name}]
        for way in _WAY.finditer(sentence):
            if _NO_SAYING.search(sentence[: way.start()]) or _RANK.match(sentence, way.end()):
                continue
            if (way[2] or way[3]) and not _STACKED.search(sentence):
                continue
            alone = [_Letter(name, 0, 0, False, False) for name in known] if len(known) == 1 else []
            for matrix in _matrices_of(sentence, way, matrices, before or alone):
                yield from _said(sentence, way, matrix, letters)
        before = matrices or before


def _matrices_of(sentence: str, way: re.Match[str], matrices: list[_Letter], before: list[_Letter]) -> list[_Letter]:
    """The matrices whose rows or columns are spoken of: behind `of`, else before, else behind,
    else the one of the last sentence."""
    of = _OF.match(sentence, way.end())
    behind = [one for one in matrices if one.start >= way.end()]
    front = [one for one in matrices if one.end <= way.start()]
    if of and behind and behind[0].start <= of.end() + 2:
        between, after = sentence[way.end() : behind[0].start], sentence[behind[0].end :]
        turned = "transpose" in between or re.match(r"\s+transpos", after)
        return _with_listed(sentence, behind) if not turned else [replace(behind[0], turned=not behind[0].turned)]
    if front:
        return _with_listed(sentence, front[::-1])
    if behind:
        return behind[:1]
    return before[:1] if len({one.name for one in before}) == 1 else []


def _with_listed(sentence: str, near: list[_Letter]) -> list[_Letter]:
    """The nearest, and those that are listed with it: `X and Y have columns x_i and y_i`."""
    found = near[:1]
    for one in near[1:]:
        first, last = sorted((one, found[-1]), key=lambda letter: letter.start)
        if not re.fullmatch(r"\s*(?:,|,?\s*and|&)\s*", sentence[first.end : last.start]):
            break
        found.append(one)
    return found


def _said(sentence: str, way: re.Match[str], matrix: _Letter, letters: list[_Letter]) -> Iterator[tuple[str, str]]:
    """What is said of one matrix, if its vectors, or samples, are spoken of beside it."""
    own = [one for one in letters if one.numbered and one.name == small(matrix.name)]
    others = [one for one in letters if one.numbered and one.name != small(matrix.name)]
    noun = _noun(sentence, way)
    if (own or not others) and (own or noun is not None):
        word = (way[1] or _STACKINGS[way[3].lower()]).lower()
        yield matrix.name, word if (noun is not False) != matrix.turned else OTHER[word]


def _noun(sentence: str, way: re.Match[str]) -> bool | None:
    """Whether samples are said to be these rows or columns, the nearest word decides; False where features are;
    None where neither."""
    front, behind = _WAY.split(sentence[: way.start()]), _WAY.split(sentence[way.end() :])
    end = r"[;:.]" if len(front) == len(behind) == 1 else r"[,;:.(]|\band\b"
    clause = re.split(end, front[-1])[-1], re.split(end, behind[0])[0]
    if _CONTENTS.search(clause[1]):
        return True
    found: list[tuple[int, bool]] = []
    for word, kind in ((_SAMPLE, True), (_FEATURE, False)):
        found += [(len(clause[0]) - one.end(), kind) for one in word.finditer(clause[0])]
        found += [(one.start(), kind) for one in word.finditer(clause[1])]
    return min(found)[1] if found and min(found)[0] <= 60 else None


# ---- sets through which every sum over some vectors runs: these are all that there are


_SET = r"(?:\\(?:math\w+|text\w*|operatorname)\s*\{\s*[A-Za-z]+\s*\}|[A-Z][a-z]*)"
OVER_SET = regex(rf"\\sum(?P<limits>\\limits)?_\s*\{{\s*(?P<i>[a-z]'?)\s*\\in\s*(?P<set>{_SET})\s*\}}")
_OVER = regex(r"\\sum(?:\\limits)?_\s*(?:\{\s*(?P<i>[a-z]'?)[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|(?P<j>[a-z]))")
_WITH_INDEX = r"(?P<name>(?!\\sum|sum)\\?[A-Za-z]+)\s*\}}?\s*_\s*\{{?\s*(?:{letters})(?![A-Za-z'])"


def whole_sets(texts: Sequence[str]) -> Iterator[str]:
    """The sets, as they are written, of which nothing is said but that sums run through them, and through nothing else
    of what they number: `\\sum_{w \\in V}`, where V is all of them."""
    text = " ".join(texts)
    sums = [(found["i"], found["set"]) for found in OVER_SET.finditer(text)]
    letters = {found["i"] or found["j"] for found in _OVER.finditer(OVER_SET.sub(" ", text))}
    rest = OVER_SET.sub(" ", text)
    for name in dict.fromkeys(name for _, name in sums):
        own = {letter for letter, other in sums if other == name}
        others = (letters | {letter for letter, other in sums if other != name}) - {""}
        said = re.search(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", rest)
        if said is None and _names_with(own, text).isdisjoint(_names_with(others, text)) and own.isdisjoint(others):
            yield name


def _names_with(letters: set[str], text: str) -> set[str]:
    ways = "|".join(map(re.escape, sorted(letters)))
    return {found["name"] for found in re.finditer(_WITH_INDEX.format(letters=ways), text)} if letters else set()


def without_set(sets: Collection[str], match: re.Match[str]) -> str:
    """The sum over all, `\\sum_w`, for one over such a set."""
    return rf"\sum{match['limits'] or ''}_{{{match['i']}}}" if match["set"] in sets else match[0]


# ---- letters below that number no members: labels


def _made_of_itself(name: str, letter: str, texts: Sequence[str]) -> bool:
    """Whether a formula makes a name with a letter below of the name without: `X_c = HX`."""
    left = re.compile(rf"[\s&]*{re.escape(name)}\}}?_\{{?\s*{letter}\s*\}}?\s*&?:?=")
    values = [text[found.end() :] for text in texts if (found := left.match(text)) is not None]
    alone = rf"{re.escape(name)}(?![A-Za-z_])" if name[0] == "\\" else rf"{name}(?!_)"
    return any(re.search(alone, value if name[0] == "\\" else _COMMAND.sub(" ", value)) for value in values)


_COMMAND = regex(r"\\[A-Za-z]+")


def lettered(texts: Sequence[str]) -> frozenset[tuple[str, str]]:
    r"""Names with a letter below that is nowhere an index: the K of `K_y = K + \sigma^2 I`, always with the same;
    f_a, f_p and f_n."""
    below: dict[str, set[str]] = {}
    for text in texts:
        for name, letter in re.findall(r"([A-Za-z]|\\[a-z]+)\}?_\{?\s*([a-z])(?![a-z])", text):
            below.setdefault(letter, set()).add(name)
    text = " ".join(texts)
    single: dict[str, str] = {}
    labels: dict[str, list[str]] = {}
    changed = set[tuple[str, str]]()  # X_c = HX and y_c = Hy
    for letter, names in below.items():
        index = rf"_\{{(?!{letter}\}})[^{{}}]*(?<![A-Za-z]){letter}(?![A-Za-z])|\\sum_\{{?{letter}"
        own = names - {"\\nabla"} if not re.search(index, text) else set[str]()
        if len(own) == 1:
            single[letter] = next(iter(own))
        changed |= {(one, letter) for one in own if all(_made_of_itself(name, letter, texts) for name in own)}
        for name in names:
            labels.setdefault(name, []).append(letter)
    defined = {match.groups() for text in texts if (match := re.match(r"\s*([A-Z])_\{?([a-z])\}?\s*&?:?=", text))}
    moved = set(re.findall(r"\\partial\s*([A-Za-z])_", text))

    def named(name: str, letters: Sequence[str]) -> bool:
        several = name in moved and (len(letters) > 2 or _named_by(name, letters))
        return several and not re.search(rf"(?<![A-Za-z\\]){name}(?![A-Za-z_])", text)

    def of_gate(letter: str, names: Collection[str]) -> bool:
        """Whether it tells to which stated name weights belong: W_z and U_z of `z = σ(W_z x + U_z h)`."""
        own = rf"(?:^|[,&]|quad)\s*{letter}(?:_\{{?t\}}?)?\s*&?:?="
        beside = rf"_\s*\{{[^{{}}]*(?<![A-Za-z]){letter}(?![A-Za-z}}])|\\sum_\{{?{letter}|_\{{[^{{}}]+{letter}\}}"
        weights = all(name == "b" or name[0].isupper() for name in names)
        return weights and len(names) > 1 and bool(re.search(own, text_of_rows)) and not re.search(beside, text)

    text_of_rows = " , ".join(texts)
    gates = {(name, letter) for letter, names in below.items() for name in names if of_gate(letter, names)}
    between = frozenset("".join(paired(texts)))  # the w_x and w_y beside C_xy
    alone = {name: letters for name, letters in labels.items() if all(single.get(one) == name for one in letters)}
    of_pairs = {(name, one) for name, letters in labels.items() for one in letters if between.issuperset(letters)}
    found = ((name, letter, letters) for name, letters in alone.items() for letter in letters)
    return (
        frozenset(
            (name, letter)
            for name, letter, letters in found
            if ((name, letter) in defined and len(letters) == 1) or named(name, letters)
        )
        | changed
        | (of_pairs - {("\\nabla", one) for one in between})
        | gates
    )


def _named_by(name: str, letters: Sequence[str]) -> bool:
    """Whether letters below a name are no indices by their looks: W_h and W_x, w_x and w_y."""
    usual = not set(letters) & set("ijklmnpqrst") if name.isupper() else set(letters) <= set("uvxyz")
    return len(letters) > 1 and usual
