r"""Names that a loss explains beside it, put in: `\|e\|^2, \quad e = y - Xw`, functions, lines of code."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping
from typing import Final

from ..diagnostics import InputError, Source, Span
from ..diagnostics.regex import regex
from ..ir import Shape
from .choice import dialect_of, looks_like_latex
from .latex.families import bound_letters
from .latex.names import ACCENTS, FUNCTIONS
from .loss_text import DEFINES, SQUARED, plain_name, with_square
from .stated_functions import (
    SKIPPED,
    STYLE,
    Family,
    Stated,
    arguments_of,
    at,
    closing,
    family_of,
    occurrences,
    put_in,
    reindexed,
    without_function,
)

_MARK: Final = rf"(?:{STYLE}|\\(?:{'|'.join(ACCENTS)}|mathrm)(?![A-Za-z])\s*)"
_BELOW: Final = r"(?:\s*_\s*(?:\{(?:[^{}]|\{\w+\}){1,20}\}|\\[A-Za-z]+|\w)|\s*\^\s*\{?[(\[]\w+[)\]]\}?)"
_LETTER: Final = rf"(?:{_MARK}*\{{\s*{_MARK}*\\?[A-Za-z]+{_BELOW}{{,2}}\s*\}}|{_MARK}*(?:\\[A-Za-z]+|[A-Za-z]))"
_NAMED: Final = rf"(?P<name>{_LETTER}{_BELOW}{{,2}})"
_UPRIGHT: Final = r"\\(?:operatorname|mathrm|mathsf|text|textrm)\*?\s*"
_IN_LATEX: Final = regex(rf"(?P<skipped>{SKIPPED})|{_NAMED}")
_IN_CODE: Final = regex(
    r"(?P<skipped>(?<![\w)\]'.])'[^'\n]*'|\"[^\"]*\"|(?<=\.)\w+|\b\w+(?=\s*=[^=]))|(?P<name>[^\W\d]\w*)"
)
_HEAD: Final = regex(
    rf"\s*(?:(?:{_NAMED}|(?P<word>{_UPRIGHT}\{{\s*\w+\s*\}}|[^\W\d]\w*))\s*(?P<bracket>(?:\\left)?\([^()=]{{1,40}}\))?)\s*&?\s*{DEFINES}&?\s*"
)
_SQUARE: Final = regex(rf"{SQUARED}&?\s*{DEFINES}")
_BETWEEN: Final = regex(
    r"\n|[,;](?:\s|\\[,;:! ])*|\\q?quad(?![A-Za-z])|\\(?:text|mbox|mathrm)\s*\{\s*,?\s*(?:where|with|and"
    r"|for)\s*\}|\b(?:where|with|and)\b"
)
_MOST: Final = 9
_LONGEST: Final = 4_000


def with_definitions(text: str, wrt: str = "") -> tuple[str, tuple[str, ...]]:
    r"""The loss with what is explained beside it put in, and what to say; the text itself where nothing is explained.

    >>> with_definitions("norm(e)**2 where e = X@w - y")[0]
    'norm((X@w - y))**2'
    """
    text = without_function(text)
    if "=" not in text or len(text) > _LONGEST:
        return text, ()
    whole = text
    for square in [found for piece in _pieces(text) if (found := _SQUARE.match(piece))]:  # \sigma^2 = …
        known = square["name"].startswith("\\") and whole.count(square["name"]) > 1
        whole = with_square(whole, square) if known else whole
    pieces = [piece for piece in _pieces(whole) if piece.strip()]
    if not 2 <= len(pieces) <= _MOST:
        return text, ()
    heads = [_HEAD.match(piece) for piece in pieces]
    if sum(head is None for head in heads) > 1:
        return text, ()
    latex = looks_like_latex(text) and ("\\" in text or dialect_of(text) is None)
    names = [_key(head) if head is not None else None for head in heads]
    loss = names.index(None) if None in names else _unused(pieces, names, latex)
    values: dict[str, Stated] = {}
    for number, (piece, head, name) in enumerate(zip(pieces, heads, names, strict=True)):
        if number == loss or head is None or name is None:
            continue
        letters = arguments_of(head["bracket"].removeprefix("\\left")[1:-1]) if head["bracket"] else []
        body, plain = piece[head.end() :].strip().rstrip(".,;"), tuple(map(plain_name, letters))
        family, indices = family_of(head["name"] or "") if latex and not plain else ("", ())
        below = re.findall(r"[_^]\s*(\{[^{}]*\}|\w)", body)
        counted = all(letter.isalpha() and any(letter in script for script in below) for letter in indices)
        side_by_side = latex or not all(occurrences(body, letter) for letter in plain)
        values[name] = (
            Family(plain, body, latex, family, indices) if indices and counted else Stated(plain, body, side_by_side)
        )
    reused = any(found == name for name, value in values.items() for found, *_ in _uses(value.body, latex, values))
    if loss is None or reused or len(values) < len(pieces) - 1 or not all(value.body for value in values.values()):
        return text, ()
    front = heads[loss]
    left, whole = (front[0], pieces[loss][front.end() :].strip()) if front is not None else ("", pieces[loss].strip())
    if not any(True for _ in _uses(whole, latex, values)):
        return text, ()
    own = {name for name, value in values.items() if wrt and wrt in (name, getattr(value, "whole", name))}
    if own:
        rest = "\n".join(piece for piece, name in zip(pieces, names, strict=True) if name not in own)
        said = f"what `{wrt}` is, stands beside the loss and is left out, as `{wrt}` is the variable"
        return with_definitions(rest)[0], (said,)
    for _ in range(_MOST):  # a value may hold names that are explained before or after it
        before, whole = whole, _put_in(whole, values, latex)
        if len(whole) > _LONGEST:
            return text, ()
        if whole == before:
            break
    _refuse_calls(text, whole, values, latex)
    return left + whole, tuple(
        f"`{name}` is put in, as {'it' if not value.letters else 'the function'} is explained beside the loss"
        for name, value in values.items()
    )


def explained(text: str) -> tuple[str, ...]:
    """The pieces of a loss that explain a name which is put in: `p = softmax(z)`."""
    said = with_definitions(text)[1]
    heads = ((piece, _HEAD.match(piece)) for piece in (_pieces(text) if said else ()))
    named = ((piece.strip(), f"`{_key(head)}` is put in") for piece, head in heads if head is not None)
    return tuple(piece for piece, start in named if any(note.startswith(start) for note in said))


def _refuse_calls(text: str, whole: str, values: Mapping[str, Stated], latex: bool) -> None:
    """Raise the call of an explained function that is not like its explanation, and a family without its index."""
    members = [(name, value) for name, value in values.items() if isinstance(value, Family)]
    families = {value.name.partition("_")[0].partition("^")[0]: name for name, value in members}
    for found in _IN_LATEX.finditer(whole) if families else ():
        if found["name"] and (name := families.get(family_of(found["name"])[0])):
            message = f"`{name}` is explained, and `{found['name']}` stands without an index"
            raise InputError.coded("wrong-arguments", message, Source("loss", text), help="write it with its index")
    for name, _, end in _uses(whole, latex, values):
        if values[name].letters and re.match(r"\s*(?:\\left)?\(", whole[end:]):
            count = len(values[name].letters)
            message = f"`{name}` is explained with {count} argument{'s' if count > 1 else ''}, and called otherwise"
            help = f"write what `{name}` is at this place"
            raise InputError.coded("wrong-arguments", message, Source("loss", text), help=help)


_NORMAL: Final = regex(r"\\mathcal\s*\{?\s*N\s*\}?\s*(?:\\left|\\[bB]igg?l?)?\s*(?=\()")
_DENSITIES: Final = {
    True: r"\frac{1}{\sqrt{\det(2\pi\cdot S)}}\exp\left(-\frac12 (x - m)^\top S^{-1}(x - m)\right)",
    False: r"\frac{1}{\sqrt{2\pi\cdot S}}\exp\left(-\frac12\cdot\frac{(x - m)^2}{S}\right)",
}
"""The density of the normal distribution, where the spread is a matrix, and where it is a number."""
_ALIKE: Final = r"\frac{1}{(2\pi\cdot S)^{D/2}}\exp\left(-\frac12\cdot\frac{(x - m)^\top (x - m)}{S}\right)"
"""That of D entries of one spread, `\\sigma^2 I`."""


_IDENTITY: Final = regex(
    r"(?P<spread>[^A-Z]*?)\s*(?:\\(?:math(?:bf|bb|rm)|bm|boldsymbol)\s*\{?\s*)?(?<![A-Za-z\\])I\s*\}?(?:_\{?\w+\}?)?\s*"
)


def with_densities(text: str, shapes: Mapping[str, Shape]) -> tuple[str, tuple[str, ...]]:
    r"""The text with `\mathcal N(x \mid \mu, \Sigma)` written out; a spread with a capital in it is a matrix; all
    entries of x, or of a row of X where that is x_i, have the spread of `\sigma^2 I`."""
    said: dict[str, None] = {}
    places = []
    for head in _NORMAL.finditer(text[:_LONGEST]):
        end = closing(text, head.end())
        value, *rest = re.split(r"\\mid\b|(?<!\\)\||;", text[head.end() + 1 : end - 1]) if end else [""]
        given = [value.strip(), *arguments_of("".join(rest))]
        if len(rest) == 1 and len(given) == 3 and end:
            matrix = re.search(r"(?<![A-Za-z])\\?[A-Z]", given[2]) is not None
            name = plain_name(given[0])
            stem, below, _ = name.partition("_")
            own = shapes.get(name) or shapes.get(stem if stem in shapes else stem.upper())
            alike = _IDENTITY.fullmatch(given[2]) if "I" not in shapes else None
            density = Stated(("x", "m", "S"), _DENSITIES[matrix], True)
            if alike is not None and own is not None and (own.is_column or (below and own.is_matrix)):
                given = [*given[:2], alike["spread"] or "1", str(own.rows if own.is_column else own.cols)]
                density = Stated(("x", "m", "S", "D"), _ALIKE, True)
            places.append((head.start(), end, at(density, given)))
            said[f"`{text[head.start() : end]}` is written out as the normal density"] = None
    return put_in(text, places), tuple(said)


_PLACE: Final = regex(
    r"(?P<name>(?<![A-Za-z\\_])[A-Za-z]|(?<!_)\\[a-z]+)\s*(?:\\left)?\(\s*(?P<letters>[a-z](?:\s*,\s*[a-z])*)\s*(?:\\right)?\)"
)
_BELOW_NAMES: Final = regex(r"_\s*(?:\{[^{}]*\}|[a-z])|\\[A-Za-z]+")


def with_places(text: str, declared: Mapping[str, Shape] | None = None) -> tuple[str, tuple[str, ...]]:
    r"""The text with p_x for p(x), and k_{xy} for k(x, y), where a Σ binds these letters, which number and do nothing
    else, and the name has always as many; and with A_{ij} for A_ij. And what to say of it. What is declared as a number
    has no entries, and `K_uu` that is declared is a name.

    >>> with_places(r"-\sum_x p(x)\log p(x)")[0]
    '-\\sum_x p_{x}\\log p_{x}'
    """
    declared = declared or {}
    text, said = _braced(text if "\\" in text else _ANGLES.sub(r"\1⟨\2⟩", text), declared)
    bound, rest = bound_letters(text), _BELOW_NAMES.sub(" ", _PLACE.sub(" ", text))
    lengths: dict[str, set[int]] = {}
    for found in _PLACE.finditer(text):
        letters = re.findall("[a-z]", found["letters"])
        alone = all(letter in bound and letter not in rest for letter in letters)
        name = found["name"].lstrip("\\")
        word = found["name"][1:] in FUNCTIONS or (name in declared and declared[name].is_number)
        lengths.setdefault(found["name"], set()).add(len(letters) if alone and not word else 0)
    read = {name for name, found in lengths.items() if len(found) == 1 and 0 not in found}

    def lowered(found: re.Match[str]) -> str:
        letters = "".join(re.findall("[a-z]", found["letters"]))
        return f"{found['name']}_{{{letters}}}" if found["name"] in read else found[0]

    entries = (
        f"`{name}` in front of letters in brackets, which a Σ binds, is its entry there" for name in sorted(read)
    )
    return _PLACE.sub(lowered, text) if read else text, (*said, *entries)


_ANGLES: Final = regex(r"((?:^|[-+*/(=,])\s*)<([^<>=]+,[^<>=]+)>")
"""`<x, A y>` where an operand begins, in a text without commands: no comparison does."""
_UNBRACED: Final = regex(r"(?<![A-Za-z_])(\\?[A-Za-z]+_)(([a-z])([a-z]))(?![A-Za-z_({])")


def _braced(text: str, declared: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The text with A_{ij} for A_ij of two letters that count, below a Σ or each below a name, or stand twice."""
    if "\\" not in text and any(sign in text for sign in "*@["):
        return text, ()
    known = bound_letters(text) | {*re.findall(r"_\s*\{?\s*([a-z])(?![A-Za-z{,])", text)}
    said: dict[str, None] = {}

    def braced(found: re.Match[str]) -> str:
        usual = found[3] != found[4] and {found[3], found[4]} <= {*"ijklmn"}
        twice = usual and len(re.findall(f"_{found[2]}(?![A-Za-z])", text)) > 1
        name = found[0].lstrip("\\") in declared
        if not (name or twice or known.issuperset(found.groups()[2:])):
            return found[0]
        if "sum" not in found[1] and not name:
            said[f"`{found[0]}` is read as `{found[1]}{{{found[2]}}}`"] = None
        return f"{found[1]}{{{found[2]}}}"

    return _UNBRACED.sub(braced, text), tuple(said)


def with_capitals(text: str, shapes: Mapping[str, Shape]) -> tuple[str, str]:
    """The text with X_i for x_i, where x stands in it too, a vector as long as a side of X; and what to say."""
    said: list[str] = []
    for name, shape in shapes.items():
        matrix = shapes.get(name.upper()) if len(name) == 1 and name.islower() and shape.is_column else None
        if matrix is None or shape.rows not in matrix.dims:
            continue
        member = rf"(?<![A-Za-z\\])((?:{STYLE}\{{?\s*)?){name}(?=\s*\}}?\s*_\s*\{{?\s*[a-z]\b)"
        changed = re.sub(member, lambda match, capital=name.upper(): match[1] + capital, text)  # type: ignore[misc]
        if changed != text and re.search(rf"(?<![A-Za-z\\]){name}(?![A-Za-z])", changed):
            text = changed
            said.append(f"`{name}_i` is read as `{name.upper()}_i`, as `{name}` is one vector")
    return text, " and ".join(said)


def _pieces(text: str) -> Iterator[str]:
    """The text cut at commas, line ends and words outside of all brackets, where a name and an equals sign follow."""
    depth, last, place = 0, 0, 0
    while place < len(text):
        found = _BETWEEN.match(text, place) if depth == 0 else None
        if found is not None:
            yield text[last:place]
            last = place = found.end()
            continue
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(text[place], 0)
        step = re.compile(r"\\[A-Za-z]+|[A-Za-z]\w*|\\.").match(text, place)
        depth += {"\\begin": 1, "\\end": -1, "\\langle": 1, "\\rangle": -1}.get(step[0], 0) if step else 0
        place = step.end() if step else place + 1
    yield text[last:]


def _key(head: re.Match[str]) -> str:
    return plain_name(head["name"]) if head["name"] else _word(head["word"])


def _word(text: str) -> str:
    r"""The name that a word is, also upright: `\operatorname{sim}`."""
    return plain_name(re.sub(rf"{_UPRIGHT}\{{\s*(\w+)\s*\}}", r"\1", text))


def _with_words(values: Mapping[str, Stated]) -> re.Pattern[str]:
    """What finds the names of a formula, with those of its functions that are words."""
    words = {name.partition("_")[0] for name, value in values.items() if value.letters}
    long = "|".join(sorted((re.escape(word) for word in words if len(word) > 1), key=len, reverse=True))
    called = rf"(?:{_UPRIGHT}\{{\s*(?:{long})\s*\}}|(?<![A-Za-z\\])(?:{long}))(?:_\{{?\w+\}}?)?(?=\s*(?:\\left)?\()"
    return re.compile(rf"(?P<word>{called})|{_IN_LATEX.pattern}") if long else _IN_LATEX


def _unused(pieces: list[str], names: list[str | None], latex: bool) -> int | None:
    """The one whose name no other piece holds: the first of a formula, the last of lines of code."""
    values = {name: Stated((), "", latex) for name in names if name is not None}
    bodies = [piece[head.end() :] if (head := _HEAD.match(piece)) else piece for piece in pieces]
    held = [{name for name, *_ in _uses(body, latex, values)} for body in bodies]
    free = [number for number, name in enumerate(names) if not any(name in other for other in held)]
    return (free[0] if latex else free[-1]) if free else None


def _uses(text: str, latex: bool, values: Mapping[str, Stated]) -> Iterator[tuple[str, int, int]]:
    """The explained names that a text holds, and where."""
    members = [(name, value) for name, value in values.items() if isinstance(value, Family)]
    families = {form: name for name, value in members for form in (value.name, value.whole) if form}
    for found in (_with_words(values) if latex else _IN_CODE).finditer(text):
        if found["name"] is None:
            word = _word(found["word"]) if found.groupdict().get("word") else ""
            if word in values:
                yield word, *found.span("word")
            continue
        shorter = [re.match(_LETTER + part, found["name"]) for part in (_BELOW, "")] if latex else []
        for piece in (found["name"], *[base[0] for base in shorter if base]):
            braced = piece[:1] + piece[-1:] == "{}"  # \frac{u}{v}
            piece = piece[1:-1] if braced else piece
            name = plain_name(piece)
            name = name if name in values else families.get(family_of(piece)[0], "") if families else ""
            if name in values:
                yield name, found.start("name") + braced, found.start("name") + braced + len(piece)
                break


_RAISED: Final = regex(r"\s*\^\s*\{?\s*\(([a-z])\)\s*\}?")


def _put_in(text: str, values: Mapping[str, Stated], latex: bool) -> str:
    places, last = [], 0
    for name, start, end in _uses(text, latex, values):
        value, body = values[name], values[name].body
        if start < last:
            continue
        if value.letters:
            opening = re.compile(r"\s*(?:\\left)?(?=\()").match(text, end)
            close = closing(text, opening.end()) if opening else None
            arguments = arguments_of(text[opening.end() + 1 : close - 1]) if opening and close else []
            if len(arguments) != len(value.letters) or close is None:
                continue
            body, end = at(value, arguments), close
        elif isinstance(value, Family):
            written = text[start:end]
            changed = reindexed(value, family_of(written)[1])
            if changed is None:
                message = f"`{name}` is explained, and in `{written}` an index is a letter that has a meaning there"
                help = "take other letters for what is added up in the explanation"
                raise InputError.coded("wrong-arguments", message, Source("loss", text), Span(start, end), help=help)
            body = changed
        elif raised := _RAISED.match(text, end):  # a^{(i)} of a = σ(Xw)
            places.append((start, raised.end(), f"({body})_{{{raised[1]}}}"))
            last = raised.end()
            continue
        places.append((start, end, f"({body})"))
        last = end
    return put_in(text, places)


# ---- factorials and Γ of a loss, by the logarithm of Γ: `\log y!` is lgamma(y + 1)


_GROUP: Final = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_BRACKETS: Final = r"(?:\\left)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_BINOMIAL: Final = regex(rf"\\[dt]?binom\s*(?P<n>{_GROUP}|\w)\s*(?P<k>{_GROUP}|\w)")
_FACTORIAL: Final = regex(
    rf"(?P<of>{_BRACKETS}|(?:\\?[A-Za-z]+|\d+)(?:\s*_\s*(?:{_GROUP}|\w))?(?:\s*\^\s*\{{\s*\([a-z]\)\s*\}})?)\s*(?<!\\)!(?![=!])"
)
_GAMMA: Final = rf"\\Gamma\s*(?P<of>{_BRACKETS})"
_TELLING: Final = regex(
    r"\\(?:log|ln)\s*(?:\\left)?[({]?\s*(?:\\[dt]?frac\s*\{\s*)?\\Gamma\s*(?:\\left)?\(|\}\s*\{\s*\\Gamma\s*(?:\\left)?\("
)
"""Where Γ is no matrix in front of a bracket: below a logarithm, or below a fraction line."""
_INNER: Final = _GAMMA.replace("of", "inner")
_LOGARITHM: Final = regex(rf"\\(?:log|ln)\s*(?:{_GAMMA}|(?:\\left)?[({{]\s*{_INNER}\s*(?:\\right)?[)}}])")


def with_factorials(text: str, declared: Container[str]) -> tuple[str, tuple[str, ...]]:
    r"""The loss with lgamma for what is made of Γ, and what to say of it.

    >>> with_factorials(r"k\log\lambda - \log k!", ())[0]
    'k\\log\\lambda - \\operatorname{lgamma}(k+1)'
    """
    if "\\" not in text or "Gamma" in declared:
        return text, ()
    found = _BINOMIAL.sub(_of_binomial, text)
    found = _FACTORIAL.sub(lambda match: rf"\Gamma({_bare(match['of'])}+1)", found)
    if found == text and not _TELLING.search(text):
        return text, ()
    found = _LOGARITHM.sub(lambda match: rf"\operatorname{{lgamma}}({_bare(match['of'] or match['inner'])})", found)
    found = re.sub(_GAMMA, lambda match: rf"\exp(\operatorname{{lgamma}}({_bare(match['of'])}))", found)
    factorial = "!" in text or "binom" in text
    read = "`x!` is read as Γ(x + 1), and the logarithm of Γ" if factorial else "the logarithm of Γ"
    return found, (f"{read} is `lgamma`",)


def _of_binomial(match: re.Match[str]) -> str:
    n, k = (_bare(match[name]) for name in ("n", "k"))
    return rf"\frac{{\Gamma({n}+1)}}{{\Gamma({k}+1)\Gamma({n}-({k})+1)}}"


def _bare(text: str) -> str:
    """The inside of brackets."""
    found = re.fullmatch(r"(?:\\left)?[({](.*?)(?:\\right)?[)}]", text, re.DOTALL)
    return found[1].strip() if found is not None else text
