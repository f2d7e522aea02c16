"""Settings of one exercise: what the file says, what the key says, what the command line says, and their types."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from ...diagnostics import Diagnostic, Label, Source, Span
from ...diagnostics.record import field, record, replace
from ...diagnostics.regex import regex
from ...documents.homework.titles import plain_name
from ...documents.keys import WORDS, Exercise
from ...documents.passage import Passage
from ...documents.python.answer import worked_out
from ...documents.toml_carrier import lost_backslash
from ...notation.latex.names import letter_name
from ...records.finding import Attempts, Reveal
from ..slips.codes import CODES

Require = Literal["answer", "derivation", "none"]
LINES = "lines"
"""The word of `partial` for the share of a derivation's lines that hold before its first slip."""
MISSING_DERIVATION = "missing-derivation"
"""The word of `partial` for a right answer without the derivation that is required."""
STUDENT_KEYS = ("answer",)
_ARRAYS = regex(r"\b(?:import|from)[ \t]+(?:numpy|torch|jax|cupy|autograd)\b")
"""Imports of arrays whose `*` works entry by entry."""
SAID_UNDER_A_KEY = ("problem", "name", "syntax", "answer")
"""All that a file may say about a problem of a key; the rest would change the question."""


@record
class Located:
    """A key's text and the file it stands in, so that a message about a loss of the key points into the key."""

    passage: Passage
    source: Source

    @property
    def text(self) -> str:
        """The text without blanks around it."""
        return self.passage.text.strip()

    @property
    def begun(self) -> Passage:
        """The passage from its first sign that is no blank."""
        return self.passage.part(len(self.passage.text) - len(self.passage.text.lstrip()), len(self.passage.text))


@record
class Settings:
    """All that is needed to judge one exercise."""

    id: str
    values: Mapping[str, Located]
    rows: tuple[Passage, ...]
    source: Source
    points: float = 1.0
    partial: Mapping[str, float] = field(default_factory=dict)
    require: Require | None = None
    reveal: Reveal = "full"
    attempts: Attempts = "last"
    seconds: float | None = None
    megabytes: float | None = None
    order: int = 1
    asks: str = "gradient"
    layout: str = "gradient"
    answer: Located | None = None
    typed: Located | None = None
    """The answer as it was written, before code became a formula."""
    reference: Located | None = None
    told: tuple[Passage, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[Diagnostic, ...] = ()
    unread: Diagnostic | None = None
    under_key: bool = False
    question_syntax: str | None = None
    """In which language the question is written; `syntax` is that of the answer."""
    seed: int = 0

    @property
    def asked(self) -> bool:
        """Whether the file or the key says in so many words that an answer is asked for:
        then a missing one is wrong."""
        return self.require in ("answer", "derivation")

    @property
    def must_answer(self) -> bool:
        """Whether only a final answer that is worked out makes the problem right."""
        return self.asked or (self.under_key and self.require != "none")

    @property
    def last(self) -> Passage:
        """What is judged, or the last of its rows, behind its definitions."""
        return self.answer.passage if self.answer else self.rows[-1]

    def text(self, key: str) -> str | None:
        """What was said for a key, by anybody."""
        found = self.values.get(key)
        return found.text if found and found.text else None

    @property
    def syntax(self) -> str | None:
        """The language of the answer, where it is said, or told by what its file imports."""
        arrays = self.answer is not self.typed and _ARRAYS.search(self.source.text) is not None
        return self.text("syntax") or ("numpy" if arrays else None)

    @property
    def variable(self) -> str:
        """The variable that is differentiated by, its letters and digits alone."""
        return re.sub(r"[^\w]", "", self.text("wrt") or "")

    @property
    def letters(self) -> frozenset[str]:
        """The letters of the problem."""
        texts = (self.text(key) or "" for key in ("loss", "shapes", "wrt"))
        return frozenset(letter_name(name) for text in texts for name in re.findall(r"[^\W\d_]+", text))


def identified(exercises: tuple[Exercise, ...]) -> dict[str, Exercise]:
    """The exercises by their id; without id they are 1, 2, …; a repeated id gets a count."""
    found: dict[str, Exercise] = {}
    for number, exercise in enumerate(exercises, 1):
        name = exercise.text("problem") or str(number)
        count = 2
        unique = name
        while unique in found:
            unique, count = f"{name} ({count})", count + 1
        found[unique] = exercise
    return found


def tried(exercises: tuple[Exercise, ...], asked: Iterable[str]) -> dict[str, list[Exercise]]:
    """The tries at each problem in their order; `2(a)` and `Problem 2a` are the `2a` that is asked."""
    known, found = {one: one for one in asked}, dict[str, list[Exercise]]()
    known = {**{plain_name(one): one for one in known}, **known}
    for number, exercise in enumerate(exercises, 1):
        name = exercise.text("problem") or str(number)
        found.setdefault(known.get(name) or known.get(plain_name(name), name), []).append(exercise)
    return found


def settings(
    name: str,
    exercise: Exercise,
    source: Source,
    key: Exercise | None,
    key_source: Source | None,
    defaults: Mapping[str, str],
) -> Settings:
    """The settings of an exercise. Under a key the file says nothing about the question;
    elsewhere it wins over the command line."""
    values = {word: Located(Passage(text), Source(f"--{word}", text)) for word, text in defaults.items()}
    said = {word: passage for word, passage in exercise.keys.items() if key is None or word in SAID_UNDER_A_KEY}
    values |= {word: Located(passage, source) for word, passage in said.items()}
    if key is not None and key_source is not None:
        values |= {word: Located(passage, key_source) for word, passage in key.keys.items() if word not in STUDENT_KEYS}
    if "reveal" in defaults:  # the person who runs the check decides what is told
        values["reveal"] = Located(Passage(defaults["reveal"]), Source("--reveal", defaults["reveal"]))
    answer = exercise.keys.get("answer")
    reference = key.keys.get("answer") if key is not None else None
    reader = _Values(values)
    mine = (Located(answer, source),) if answer is not None else ()
    formula = of_code(mine[0], values["wrt"].text if "wrt" in values else "") if mine else None
    lost = (lost_backslash(found.source, found.passage) for found in (*values.values(), *mine))
    return Settings(
        name,
        values,
        exercise.rows,
        source,
        points=reader.number("points", 1.0),
        partial=reader.partial(),
        require=cast(Require | None, reader.word("require")),
        reveal=cast(Reveal, reader.word("reveal") or "full"),
        attempts=cast(Attempts, reader.word("attempts") or "last"),
        seconds=reader.number("seconds"),
        megabytes=reader.number("megabytes"),
        order=int(reader.word("order") or 1),
        asks=reader.asks(),
        layout=reader.word("layout") or "gradient",
        answer=formula if isinstance(formula, Located) else None,
        reference=Located(reference, key_source) if reference is not None and key_source is not None else None,
        told=exercise.told,
        warnings=_ignored(exercise, said) if key is not None else tuple(reader.warnings),
        errors=(*reader.errors, *(said for said in lost if said is not None)),
        unread=formula if isinstance(formula, Diagnostic) else exercise.unread,
        typed=mine[0] if mine else None,
        under_key=key is not None,
        seed=_seed(key_source.text) if key is not None and key_source is not None else 0,
        question_syntax=(key or exercise).text("syntax") or defaults.get("syntax"),
    )


def of_code(answer: Located, wanted: str, at: int = 0, of: int = 1) -> Located | Diagnostic:
    """An answer that is code as the formula that it computes, with the places of its parts; or why it is not read.
    `of` variables are asked, of which `wanted` has the place `at`."""
    whole = worked_out(answer.passage.text, wanted, at, of)
    if whole is None:
        return answer
    if not isinstance(whole, Passage):
        why = f"line {whole.line} of the code is not read: {whole.why}"
        return Diagnostic(
            "unread-answer", why, help="an answer in code is lines that end in the gradient", severity="warning"
        )
    places = answer.passage.places
    origins = tuple((part, Span(places[place.start], places[place.end])) for part, place in whole.origins)
    return Located(replace(whole, offsets=tuple(places[at] for at in whole.places), origins=origins), answer.source)


def _seed(key: str) -> int:
    """What draws the points at which answers are compared: the same for the same key,
    and nothing that can be known without it."""
    from hashlib import sha256

    return int.from_bytes(sha256(key.encode("utf-8", "surrogateescape")).digest()[:8], "big")


def _ignored(exercise: Exercise, said: Mapping[str, Passage]) -> tuple[str, ...]:
    """What a file says beyond what it may say under a key."""
    words = [f"`{word}`" for word in exercise.keys if word not in said]
    allowed = ", ".join(f"`{word}`" for word in SAID_UNDER_A_KEY)
    return (
        (f"{', '.join(words)} in the file is ignored: under a key it says only {allowed} and the derivation",)
        if words
        else ()
    )


class _Values:
    """Reads typed values and collects what is wrong with them."""

    def __init__(self, values: Mapping[str, Located]) -> None:
        self.values = values
        self.warnings: list[str] = []
        self.errors: list[Diagnostic] = []

    def word(self, key: str) -> str | None:
        """One of the closed list of words of a key."""
        found = self.values.get(key)
        if found is None or not found.text:
            return None
        text = found.text.lower()
        if text in WORDS[key]:
            return text
        near = difflib.get_close_matches(text, WORDS[key], n=1)
        self.errors.append(
            Diagnostic(
                "key-value",
                f"`{key}` is `{found.text}`; it must be one of {', '.join(WORDS[key])}",
                found.source,
                (Label(found.passage.span()),),
                help=f"write `{near[0]}`" if near else None,
            )
        )
        return None

    def asks(self) -> str:
        """What is asked for: the gradient, or under constraints a point where the loss is stationary."""
        usual = "stationary" if "subject_to" in self.values else "gradient"
        said = self.word("asks") or usual
        if said != "gradient" and self.word("order") == "2":
            self._refuse("order", "order 2 is asked of a gradient, not of a solution")
        if said != usual == "stationary" and said == "gradient":
            self._refuse("asks", "under a constraint a solution is asked for, not a gradient")
        return said

    def _refuse(self, key: str, message: str) -> None:
        found = self.values[key]
        self.errors.append(Diagnostic("key-value", message, found.source, (Label(found.passage.span()),)))

    def number(self, key: str, usual: Any = None) -> Any:
        """A finite number, 0 or more; the usual value where nothing is said."""
        found = self.values.get(key)
        if found is None:
            return usual
        number = _number(found.text)
        if number is None or number < 0:
            self._refuse(key, f"`{key}` is `{found.text}`; it must be a number, 0 or more")
            return usual
        return number

    def partial(self) -> dict[str, float]:
        """Shares of the points by code: `lost-factor: 0.5, wrong-sign: 50%`."""
        found = self.values.get("partial")
        shares: dict[str, float] = {}
        for item in found.text.split(",") if found is not None else ():
            match = re.fullmatch(r"\s*([\w-]+)\s*[:=\s]\s*([\d.]+)\s*(%?)\s*", item)
            number = _number(match[2]) if match else None
            if match is None or number is None or not 0 <= (share := number / (100 if match[3] else 1)) <= 1:
                self.warnings.append(f"`partial` has `{item.strip()}`, which is not a code and a share from 0 to 1")
            elif match[1] not in (known := (*CODES, LINES, MISSING_DERIVATION)):
                near = difflib.get_close_matches(match[1], known, n=1)
                self.warnings.append(
                    f"`partial` has the unknown code `{match[1]}`" + (f"; the nearest is `{near[0]}`" if near else "")
                )
            else:
                shares[match[1]] = share
        return shares


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
