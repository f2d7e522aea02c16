r"""The name of the loss as its writer has it (`\log p(x|\mu)`, `Tr(P_k)`),
found in the rows token by token and replaced by one letter."""

from __future__ import annotations

import re
import string
from collections.abc import Container, Sequence

from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...notation.latex.families import bound_letters
from ...notation.latex.names import OPERATOR_NAMES, WHOLE_TERM

_TOKEN = regex(r"\\[A-Za-z]+|\\.|\|\||\w|\S")
_FONTS = frozenset((
    r"\mathcal", r"\mathbf", r"\boldsymbol", r"\bm", r"\vec", r"\mathrm", r"\text", r"\textbf", r"\textrm",
    r"\operatorname",
    r"\mathsf", r"\mathscr", r"\mathit", r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr",
    r"\,", r"\;", r"\:", r"\!", "{", "}", "&",
))  # fmt: skip
_BARS = frozenset((r"\mid", r"\vert", r"\|", r"\Vert", r"\parallel", "||"))
_LOGARITHM = regex(r"^\\(?:log|ln)(?![A-Za-z])[\s{]*")
_CALL = regex(
    r"(?:\\(?:log|ln)(?![A-Za-z])[\s{]*)?(?:\\(?:mathrm|mathcal|operatorname|text|mathbb)\s*(?:\{\w+\}|\w\b)|[A-Za-z])\s*"
    r"(?:_\w|_\{[^{}]*(?:\{\w*\})?\})?\s*(?:\\left|\\[bB]igl?)?\((?P<inside>[^()]*)\)"
)
r"""A call, perhaps under a logarithm: `D_{KL}(p \| q)`, `\log p(y \mid X, w)`."""
_LOG_DENSITY = regex(
    r"\\(?:log|ln)(?![A-Za-z])[\s{]*(?:\\mathcal\s*\{?\s*[LN]\b\s*\}?|(?P<name>[pPqL]|Pr)(?![A-Za-z]))"
    r"\s*(?:_\w|_\{[^{}]*\})?(?:\s*(?:\\left)?\([^()=]*\))?"
)
_STATED = regex(r"(?:^|[,;&]|quad(?![A-Za-z]))[\s{]*(?P<name>[pPqL]|Pr)\s*(?:_\w|_\{[^{}]*\})?\s*&?:?=")
"""`p_{ik} = …`: its logarithm is one, and no name."""
_WORD = regex(
    r"\\(?:partial|frac\s*\{\s*\\partial\s*\}\s*\{[^{}]*\}|nabla(?:_\w|_\{[^{}]*\}|_\\\w+)?)(?![A-Za-z])(?:[\s{]|\\[,;:!])*"
    r"(?P<text>\\(?:text\w*|mbox|mathit)\s*\{\s*)?(?P<word>[A-Za-z]{2,})(?![A-Za-z])"
)
"""`\\partial RSS`, `\\nabla_w \\text{loss}`."""
_CALLED = regex(r"[\s&]*(?P<font>\\(?:text\w*|mbox))\s*\{\s*[A-Za-z]{2,}\s*\}\s*(?:\\left)?\([^()=]*\)\s*&?:?=")
_BELOW = regex(r"_\s*\{[^{}]*\}")
_PLAIN = regex(r"\\?[A-Za-z]\w*")


def tokens_of(text: str) -> list[tuple[str, int, int]]:
    """The tokens that mean something, each with its place: fonts, braces and distances mean nothing, and a bar is a
    bar."""
    found = [(match[0], *match.span()) for match in _TOKEN.finditer(text) if match[0] not in _FONTS]
    return [("|" if token in _BARS else token, start, end) for token, start, end in found]


Rows = list[tuple[int, Passage]]


def holds_constant(rows: Sequence[tuple[int, Passage]], variable: str) -> bool:
    r"""Whether `x_c` is the variable held constant, as in `\nabla(x^\top x) = 2\nabla(x_c^\top x)`: an array, as it is
    transposed, and the letter counts nothing, and no value begins with it, `x_c = x - \mu`."""
    tokens = [token.lstrip("\\") for _, row in rows for token, _, _ in tokens_of(row.text)]
    below = [tokens[max(at - 3, 0) : at] for at, token in enumerate(tokens) if token == "c"]
    own = all(before[-2:] == [variable, "_"] and before[0] != "partial" for before in below)
    turned = any(tokens[at : at + 4] == [variable, "_", "c", "^"] for at in range(len(tokens)))
    behind = [token for token in tokens[tokens.index("c") + 1 :] if token != "&"] if "c" in tokens else []
    return own and turned and behind[:1] != ["="]


def with_optimum(rows: Rows, variable: str, taken: Container[str]) -> Rows:
    """The rows in which the w_o of adaptive filters is the optimal w: the letter stands nowhere else, and no derivative
    is by it."""
    if "o" in taken or not any(_OPTIMUM.search(row.text) for _, row in rows):
        return rows
    found = [tokens_of(_WORD_BELOW.sub(lambda word: " " * len(word[0]), row.text)) for _, row in rows]
    letters = [(tokens, at) for tokens in found for at, (token, _, _) in enumerate(tokens) if token == "o"]
    before = [[token.lstrip("\\") for token, _, _ in tokens[max(at - 3, 0) : at]] for tokens, at in letters]
    if any(words[-2:] != [variable, "_"] or words[0] in ("partial", "d") for words in before):
        return rows
    places = ([(start, end, r"{\mathrm{opt}}") for token, start, end in tokens if token == "o"] for tokens in found)
    return [(number, row.replaced(there)) for (number, row), there in zip(rows, places, strict=True)]


_OPTIMUM = regex(r"_\s*\{?\s*o(?![A-Za-z])")
_WORD_BELOW = regex(r"_\s*\{\s*[A-Za-z]{2,}\s*\}")


def with_points(rows: Rows, variable: str) -> Rows:
    """The rows in which u_1 and u_2 are vectors like the variable u, written `u^{(1)}`: one is transposed, or a
    gradient is taken at it."""
    found = [tokens_of(row.text) for _, row in rows]
    words = [[token.lstrip("\\") for token, _, _ in tokens] for tokens in found]
    numbers = [
        [at for at, word in enumerate(line) if word.isdigit() and line[max(at - 2, 0) : at] == [variable, "_"]]
        for line in words
    ]
    if not any(_is_point(line, at) for line, places in zip(words, numbers, strict=True) for at in places):
        return rows
    made = list[tuple[int, Passage]]()
    for (number, row), tokens, places in zip(rows, found, numbers, strict=True):
        spots = [(*_balanced(row.text, tokens[at - 1][1], tokens[at][2]), tokens[at][0]) for at in places]
        made.append((number, row.replaced([(start, end, f"^{{({digit})}}") for start, end, digit in spots])))
    return made


def _is_point(words: Sequence[str], at: int) -> bool:
    """Whether the numbered letter here is transposed, or the argument of a gradient."""
    turned = words[at + 1 : at + 2] == ["^"] and words[at + 2 : at + 3] in (["top"], ["T"], ["intercal"])
    before, behind = words[max(at - 5, 0) : at - 2], words[at + 1 : at + 2]
    return turned or (before[:1] == ["nabla"] and before[2:] == ["("] and behind == [")"])


def with_letter(rows: Rows, name: str | None, taken: frozenset[str]) -> tuple[Rows, str | None]:
    """The rows with every occurrence of the name written as one free letter, and that letter; a plain name stays as it
    is. Where no name is told, a word under ∂ is one, as `_in_words` says."""
    called = ((number, row, _CALLED.match(row.text)) for number, row in rows)  # `\text{Loss}(w) = …` is no sentence
    rows = [(number, row.replaced([(*one.span("font"), r"\mathrm")] if one else [])) for number, row, one in called]
    name = name if name is not None else _in_words(rows, taken)
    if name is None or len(tokens_of(name)) < 2 or _PLAIN.fullmatch(name) or not (letter := _free(rows, taken)):
        return list(rows), name
    return _with(rows, name, letter), letter


def _in_words(rows: Rows, taken: frozenset[str]) -> str | None:
    """The one word that is differentiated, ∂RSS/∂β, perhaps always squared, as it is written: it is no product, as one
    of its letters is given nowhere and stands nowhere else."""
    found = [match for _, row in rows for match in _WORD.finditer(row.text)]
    words = {match["word"] for match in found} - OPERATOR_NAMES.keys() - WHOLE_TERM - taken
    if len(words) != 1:
        return None
    word = words.pop()
    alone = re.compile(rf"(?<![A-Za-z\\]){word}(?![A-Za-z])(?P<square>\s*\}}?\s*\^\s*(?:2|\{{2\}}))?")
    elsewhere = {token for _, row in rows for token, _, _ in tokens_of(alone.sub(" ", row.text))}
    if {*word} <= elsewhere | taken:
        return None
    squared = all(match["square"] for _, row in rows for match in alone.finditer(row.text))
    in_text = any(match["text"] for match in found if match["word"] == word)
    return f"{word}^2" if squared else rf"\text{{{word}}}" if in_text else word


def with_terms(rows: Rows, taken: frozenset[str]) -> tuple[Rows, list[str]]:
    r"""The rows in which the terms of the loss, `L_i = …` beside an L that is differentiated or their sum, have another
    letter, and how that is told: L is no array of the L_i."""
    told: list[str] = []
    text = "\n".join(row.text for _, row in rows)
    for name in dict.fromkeys(match["name"] or match["sum"] for match in _TERM_STATED.finditer(text)):
        own = re.escape(name)
        whole = [re.search(pattern.replace("NAME", own), text, re.MULTILINE) for pattern in _WHOLE]
        if name in taken or not any(whole) or not (letter := _free(rows, taken, "QPJF")):
            continue
        one = re.compile(rf"(?<![A-Za-z\\_^]){own}(?=\s*\}}?{_ONE})")
        places = ([(*found.span(), letter) for found in one.finditer(row.text)] for _, row in rows)
        rows = [(number, row.replaced(there)) for (number, row), there in zip(rows, places, strict=True)]
        told.append(f"`{name}` with an index, a term of `{name}`, is written `{letter}`")
    return rows, told


_ONE = r"(?:_\s*(?:\{\s*[a-z]\s*\}|[a-z](?![A-Za-z]))|\^\s*\{\s*\([a-z]\)\s*\})"
_FONT = r"(?:\\(?:mathcal|mathscr)\s*\{?\s*)?"
_BEHIND = r"\s*\}?\s*(?:\([^()=]*\))?\s*&?:?="
_SUM = r"\\sum(?:\\limits)?(?:\s*[_^](?:\{[^{}]*\}|\w))*\s*"
_TERM_STATED = regex(
    rf"(?:^|[,;]|quad(?![a-z]))[\s&]*{_FONT}(?P<name>[CEJL]|\\ell)\s*\}}?{_ONE}{_BEHIND}"
    rf"|^[\s&]*{_FONT}(?P<sum>[CEFJLfl]|\\ell){_BEHIND}[^=\n]*{_SUM}{_FONT}(?P=sum)\s*\}}?{_ONE}",
    re.MULTILINE,
)
"""`L_i = …` or `f = \\sum_i f_i`; where `f_i = …` stands alone, it may be an entry of a vector f."""
_WHOLE = (
    rf"(?:\\partial|\\nabla(?:_\w|_\\\w+|_\{{[^{{}}]*\}})?)\s*\{{?\s*{_FONT}NAME(?![A-Za-z]|\s*\}}?\s*[_^])",
    rf"^[\s&]*{_FONT}NAME{_BEHIND}[^=\n]*\\sum",
)
"""Where the name without an index is differentiated, or a sum."""


def with_residuals(rows: Rows, taken: frozenset[str]) -> tuple[Rows, list[str]]:
    r"""The rows in which the residuals e of `e^\top e`, or of `\sum_i e_i^2`, have a letter that means nothing else,
    and how that is told: they are no unit vectors, and e no number."""
    found = [tokens_of(_IN_TEXT.sub(lambda words: " " * len(words[0]), row.text)) for _, row in rows]
    names = [[token for token, _, _ in tokens] for tokens in found]
    letter = _free(rows, taken, "rsuv") if any(_SQUARED.search(" ".join(one)) for one in names) else ""
    if "e" in taken or not letter:
        return rows, []
    tops = _TOPS - {"t"} if "t" in taken else _TOPS  # e^t of a number t
    changed: Rows = []
    for (number, row), tokens, here in zip(rows, found, names, strict=True):
        own = (at for at, name in enumerate(here) if name == "e" and not {*here[max(at - 1, 0) : at]} & _MARKS)
        plain = (at for at in own if here[at + 1 : at + 2] != ["^"] or here[at + 2] in tops)
        changed.append((number, row.replaced([(*tokens[at][1:], letter) for at in plain])))
    return changed, [f"`e` is written `{letter}`"]


_TOPS = frozenset(("T", "t", r"\top", r"\intercal", "'", r"\prime"))
_MARKS = frozenset((r"\hat", r"\widehat", r"\tilde", r"\bar"))
_SQUARED = regex(r"(?<!hat )(?<!tilde )(?<!bar )\be (?:(?:\^ (?:[Tt]|\\top|\\intercal|'|\\prime)|') e|_ \w \^ 2)(?!\w)")
_IN_TEXT = regex(r"\\(?:text\w*|mbox|mathrm|operatorname)\s*\{[^{}]*\}")


def with_calls(rows: Rows, taken: frozenset[str]) -> tuple[Rows, list[str]]:
    """The rows with the calls that hold one bar as names, `D(p | q)`, and the logarithms of densities on left sides,
    `log p`, and how that is told; `p(y_i | x_i)` is numbered by i, `p(k | x_n)` by k and n."""
    letters: dict[str, str] = {}
    told: list[str] = []
    counting = frozenset("ijklmn").union(*(bound_letters(row.text) for _, row in rows)) - taken
    valued = taken.union(*(_STATED.findall(row.text) for _, row in rows))
    lefts = [row.text[: row.text.find("=") + 1] for _, row in rows]  # what stands there may be the loss
    calls = dict.fromkeys(call for _, row in rows for call in _calls(row.text, valued))
    on_left = {call for call in calls if any(call in left for left in lefts)}
    logs = {_LOGARITHM.sub("", call) for call in on_left if _LOGARITHM.match(call)}
    for call in sorted(calls, key=logs.__contains__):  # the density itself last
        stated = call in on_left - logs
        call = call if stated else _LOGARITHM.sub("", call)
        outside, alone = (part.sub(lambda one: " " * len(one[0]), call) for part in (_BELOW, _SET))
        bar = next((start for token, start, _ in tokens_of(outside) if token == "|"), len(call))
        found = sorted(_NUMBER.finditer(alone), key=lambda one: one.start() < bar)  # the sample is behind the bar
        numbers = "".join(letter for letter in dict.fromkeys(one[1] or one[2] for one in found) if letter in counting)
        plain = _OF_LIKELIHOOD.sub("", "".join(token for token, _, _ in tokens_of(_NUMBER.sub("", call))))
        name = letters.setdefault(plain, _free(rows, taken, "LJFQ" if stated else "QPZ"))
        name = f"{name}_{{{numbers}}}" if numbers else name
        rows = _with(rows, call, name)
        told.append(f"`{call}` is written `{name}`")
    return rows, told


_SET = regex(r"\\\{[^()|]*?\\\}")
r"""`\{x_n\}` are the samples of all n."""
_OF_LIKELIHOOD = regex(r"(?<=[gn]L)\([^|]*\)$")
"""`\\log L(w)` is `\\log L`; of densities the argument says which one it is."""
_NUMBER = regex(r"(?<=\w)_\{?([a-z])(?!\w)\}?|(?<=[(,|=])\s*([a-z])(?=\s*[,)|\\])")


def _free(rows: Rows, taken: frozenset[str], usual: str = "LJFQ") -> str:
    """A letter that stands nowhere, a usual one where that is possible; none if there is none."""
    used = taken | {token for _, row in rows for token, _, _ in tokens_of(row.text)}
    return next((letter for letter in (*usual, *string.ascii_letters) if letter not in used), "")


def _with(rows: Rows, name: str, letter: str) -> Rows:
    wanted = [token for token, _, _ in tokens_of(name)]
    return [(number, Passage(_replaced(row.text, wanted, letter), row.start, row.offsets)) for number, row in rows]


def _calls(text: str, taken: frozenset[str]) -> list[str]:
    """The calls that hold one bar: what stands before it is no norm; and the logarithms of densities on a left side
    that nothing given is called like."""
    left = text[: text.find("=")] if "=" in text else ""
    calls = [match for match in _CALL.finditer(text) if "|" in match["inside"] or "\\" in match["inside"]]
    inside = [_BELOW.sub(" ", call["inside"]) for call in calls]  # the bar of P_{k|k} is its own
    bars = [[token for token, _, _ in tokens_of(text) if token == "|"] for text in inside]
    barred = [call[0] for call, found in zip(calls, bars, strict=True) if len(found) == 1]
    return barred or [one[0].rstrip() for one in _LOG_DENSITY.finditer(left) if one["name"] not in taken]


def _replaced(text: str, wanted: list[str], letter: str) -> str:
    found = tokens_of(text)
    names, at = [token for token, _, _ in found], 0
    while at + len(wanted) <= len(names):
        if names[at : at + len(wanted)] == wanted:
            start, end = _balanced(text, found[at][1], found[at + len(wanted) - 1][2])
            before = (
                " " if end - start > len(letter) and text[:start].rstrip("{")[-1:].isalpha() else ""
            )  # `\partial L`
            text = text[:start] + (before + letter).ljust(end - start) + text[end:]
            at += len(wanted)
        else:
            at += 1
    return text


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """The range with the braces, and the font before them, that it opens or closes."""
    while text[start:end].count("{") > text[start:end].count("}") and (after := re.match(r"\s*\}", text[end:])):
        end += after.end()
    while (before := re.search(r"\\[A-Za-z]+\s*\{\s*$", text[:start])) and text[start:end].count("}") > text[
        start:end
    ].count("{"):
        start = before.start()
    return start, end


_ARGUMENT = regex(
    r"(?:\\underset\s*\{(?:[^{}]|\{[^{}]*\})*\}\s*\{\s*)?"
    r"(?:\\(?:operatorname\*?|mathrm|text|mathop)\s*\{+\s*|\\)?arg\s*(?:\\[,;!: ]\s*)*\\?(?:min|max)(?![A-Za-z])"
    r"[\s}]*(?:\\limits)?"
)


_SOUGHT = regex(rf"[\s&]*(?:(?:[^=]*=[\s&]*)?{_ARGUMENT.pattern}|\\?(?:min|max)(?![A-Za-z]))(?!.*[^:<>]=)", re.DOTALL)


def is_sought(text: str) -> bool:
    r"""Whether a row only says what is to be found: `\min_w L(w)`, `\hat w = \arg\min_w L(w)`."""
    return _SOUGHT.match(_BELOW.sub(" ", text)) is not None


_ENDS = regex(r"[=,;&)\]}\n]|\\\\")


def best_as_name(passage: Passage, name: str) -> Passage:
    r"""The passage in which `\arg\min_w L(w)` is written as the point that it is, by its name."""
    found = list[tuple[int, int, str]]()
    for match in _ARGUMENT.finditer(passage.text):
        end, level = match.end(), 0
        while end < len(passage.text) and (level > 0 or _ENDS.match(passage.text, end) is None):
            level += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(passage.text[end], 0)
            end += 2 if passage.text[end] == "\\" else 1
        behind = passage.text[: match.start()].rstrip(" &").endswith("=") and passage.text[end : end + 1] == "="
        if not found or match.start() >= found[-1][1]:
            found.append((match.start(), end + behind, "" if behind else f"{name} "))  # `w = argmin … = v` says `w = v`
    return passage.replaced(found)
