"""The one set of keys that all three carriers share, and the exercises that they describe."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic, Label, Source, Span
from ..diagnostics.record import field, record
from ..diagnostics.regex import regex
from ..notation.scope import SYNTAXES
from ..records.layout import LAYOUTS
from .display_rows import body_rows
from .passage import Passage
from .python.blocks import Blocks
from .sheets.plain import talks
from .sheets.sheet import Sheet

if TYPE_CHECKING:
    from .homework.pieces import Piece

KEYS = (
    "problem", "loss", "name", "wrt", "shapes", "assume", "layout", "order", "subject_to", "asks", "syntax", "points",
    "partial",
    "require", "reveal", "attempts", "student", "seconds", "megabytes", "answer", "derivation",
)  # fmt: skip
SYNONYMS = {
    "id": "problem", "shape": "shapes", "assumptions": "assume", "facts": "assume", "variable": "wrt",
    "constraint": "subject_to",
}  # fmt: skip
WORDS = {
    "layout": LAYOUTS,
    "order": ("1", "2"),
    "asks": ("gradient", "stationary", "minimum", "maximum"),
    "syntax": SYNTAXES,
    "require": ("answer", "derivation", "none"),
    "reveal": ("none", "hint", "full"),
    "attempts": ("last", "best", "first"),
}
_ONE_WORD = regex(r"\s*[^\W\d_]+\s*")
BEGINS = ("problem", "loss")
REPEATABLE = "subject_to"
END = "end"
"""The word, without a value, behind which nothing belongs to the problem any more."""


@record
class Exercise:
    """One problem as a file states it: keys with their passages, and the rows of a derivation.

    `readings` are other rows that may be meant, where nothing says which formulas are the derivation; `pieces` are its
    formulas with the words around them. `told`: what is said of names in earlier parts. `unread`: that something stands
    there which cannot be read.
    """

    keys: dict[str, Passage] = field(default_factory=dict)
    rows: tuple[Passage, ...] = ()
    readings: tuple[tuple[Passage, ...], ...] = ()
    pieces: tuple[Piece, ...] = ()
    told: tuple[Passage, ...] = ()
    unread: Diagnostic | None = None

    def text(self, key: str) -> str | None:
        """What the file says for the key, or None."""
        passage = self.keys.get(key)
        return passage.text.strip() if passage else None

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it to judge."""
        return not self.rows and "answer" not in self.keys


@record
class Document:
    """A file that was read: its exercises, and what there is to say about the file itself.

    `sheet` is the file as a document, where it states no key: without a key file it is judged as that,
    and so is the Python in it.
    """

    source: Source
    exercises: tuple[Exercise, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sheet: Sheet | None = None
    code: Blocks | None = None


def split_key(line: Passage) -> tuple[str, Passage] | None:
    """`key: value` or `key = value`, split at the first `=` or `:`; None if there is neither."""
    cuts = [at for at in (line.text.find("="), line.text.find(":")) if at >= 0]
    if not cuts:
        return None
    cut = min(cuts)
    return line.text[:cut].strip().lower(), line.part(cut + 1, len(line.text)).stripped()


def known_key(word: str) -> str | None:
    """The key that the word is, synonyms resolved; None if it is none."""
    word = SYNONYMS.get(word, word)
    return word if word in KEYS else None


def near_key(word: str) -> str | None:
    """The key that is spelled nearly so."""
    return next(iter(difflib.get_close_matches(word, [*KEYS, *SYNONYMS], n=1, cutoff=0.6)), None)


def meant_key(word: str, value: str) -> str | None:
    """The key that was probably meant, with its values: one that is spelled nearly so, or the only one that has this
    value."""
    lines, value = value.count("\n"), value.strip().lower()
    takes = [name for name, words in WORDS.items() if value in words and not value.isdigit()]
    near = near_key(word)
    words = WORDS.get(known_key(near or "") or "")
    if len(takes) == 1 and not words:
        return f'write `{takes[0]} = "{value}"`'
    if near is None:
        return "write `derivation`" if lines else None
    return f"write `{near}`" + (f", which is one of {', '.join(words)}" if words else "")


class Collector:
    """Collects keys and rows in the order of a file into exercises; keys before the first problem are defaults."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.head: dict[str, Passage] = {}
        self.exercises: list[tuple[dict[str, Passage], list[Passage]]] = []
        self.diagnostics: list[Diagnostic] = []
        self.unread: dict[int, Diagnostic] = {}
        self.ended = False

    def warn(self, code: str, message: str, place: Span, help: str | None = None, notes: tuple[str, ...] = ()) -> None:
        """Says what was not read as it may be meant."""
        said = Diagnostic(code, message, self.source, (Label(place),), notes, help, severity="warning")
        self.diagnostics.append(said)

    def begin(self) -> None:
        """A new problem begins here."""
        self.exercises.append(({}, []))
        self.ended = False

    def end(self) -> None:
        """What comes now belongs to no problem, until a key begins the next."""
        self.ended = True

    def key(self, word: str, value: Passage, place: Passage | None = None) -> None:
        """A key and its value; `problem` and `loss` begin a new problem unless the current one still lacks them."""
        name = known_key(word)
        if name is None:
            known = (f"the keys are {', '.join(KEYS)} (`matgrad why key`)",)
            message = f"`{word}` is not a key, so it was not used"
            self.warn("unknown-key", message, (place or value).span(), meant_key(word, value.text), known)
            return
        if name == "derivation":
            if _ONE_WORD.fullmatch(value.text) and talks(value.text.strip()):
                message = f"`derivation` holds the lines of one; `{value.text.strip()}` is none, so it was not used"
                help_ = '`require = "derivation"` says that one is asked for'
                self.warn("unknown-key", message, (place or value).span(), help_, ("`matgrad why key`",))
                return
            self.rows(list(body_rows(value)))  # it is what the blank line below a head begins elsewhere
            return
        if name in BEGINS or self.ended:
            current = self.exercises[-1] if self.exercises else None
            if current is None or self.ended or name in current[0] or current[1] or "answer" in current[0]:
                self.begin()
        into = self.exercises[-1][0] if self.exercises else self.head
        into[name] = into[name].joined(value) if name == REPEATABLE and name in into else value

    def line(self, line: Passage) -> bool:
        """A line `key: value`, or the word that ends a problem; whether it is one of them."""
        ends, pair = line.text.strip(". ") == END, split_key(line)
        if ends:
            self.end()
        elif pair is not None:
            self.key(*pair, line)
        return ends or pair is not None

    def rows(self, rows: list[Passage]) -> None:
        """Rows of a derivation that belong to the current problem, if there is one."""
        if self.ended:
            return
        if not self.exercises:
            self.begin()
        self.exercises[-1][1].extend(rows)

    def document(self) -> Document:
        """All exercises with the defaults of the head filled in."""
        if not self.exercises and "answer" in self.head:
            self.begin()
        exercises = (
            Exercise({**self.head, **keys}, tuple(rows), unread=self.unread.get(at))
            for at, (keys, rows) in enumerate(self.exercises)
        )
        return Document(self.source, tuple(exercises), tuple(self.diagnostics))
