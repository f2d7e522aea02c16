"""TOML files: `[[problem]]` tables, keys at the head as defaults. Places are found again in the raw text."""

from __future__ import annotations

import re
from typing import Any

from ..diagnostics import Diagnostic, Label, Source, Span
from ..diagnostics.regex import regex
from .keys import REPEATABLE, Collector, Document, known_key, near_key
from .passage import Passage

_DEEPEST_KEY = 50
_JOINED = {REPEATABLE: "; ", "derivation": "\n"}
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def _refuse_deep_keys(text: str) -> None:
    """A key of hundreds of parts takes the standard reader minutes; no key of ours has more than two."""
    for line in text.splitlines():
        for part in line.split("=") if line.count(".") > _DEEPEST_KEY else ():
            key = part.rpartition("{")[2].rpartition(",")[2].strip().strip("[]")
            named = key.replace(".", "").replace("-", "_").replace(" ", "").isidentifier()
            if named and key.count(".") > _DEEPEST_KEY:
                raise ValueError(f"a key has more than {_DEEPEST_KEY} parts")


def read_toml(source: Source) -> Document:
    """The exercises of a TOML file; text that is no TOML gives a diagnostic with its place."""
    import tomllib

    try:
        _refuse_deep_keys(source.text)
        data = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        return Document(source, (), (_not_toml(source, error),))
    collector = Collector(source)
    places = _Places(source.text)
    tables = data.pop("problem", None)
    _take(collector, data, places, begins="loss" in data and (not isinstance(tables, (list, dict)) or "answer" in data))
    if isinstance(tables, (str, int)):
        collector.key("problem", places.find("problem", str(tables)))
    elif isinstance(tables, dict):
        tables = [tables]
    elif tables is not None and not isinstance(tables, list):
        _refuse(collector, "problem", tables, "tables `[[problem]]`", places)
    for table in tables if isinstance(tables, list) else ():
        if isinstance(table, dict):
            collector.begin()
            places.next_problem()
            _take(collector, table, places)
        else:
            _refuse(collector, "problem", table, "a table `[[problem]]`", places)
    return collector.document()


def _take(collector: Collector, table: dict[str, Any], places: _Places, begins: bool = False) -> None:
    """Every key of one table. The head of a file is a problem of its own only if no `[[problem]]` follows,
    or if it has an answer."""
    if begins:
        collector.begin()
    into = collector.exercises[-1][0] if collector.exercises else collector.head
    for word, value in table.items():
        name = known_key(word.lower())
        if name is None:
            listed = isinstance(value, list) and all(isinstance(item, str) for item in value) and "loss" not in table
            lines = "".join(f"{item}\n" for item in value) if listed else ""
            collector.key(word, places.find(word, value if isinstance(value, str) else lines))
            if collector.exercises and (lines or near_key(word) in ("answer", "derivation")):
                collector.unread[len(collector.exercises) - 1] = collector.diagnostics[-1]
            continue
        text = _as_text(name, value)
        if name == "derivation" and text is not None:
            collector.key(word, places.find(word, text))
        elif text is None:
            needed = "a text or a list of texts" if name in ("shapes", "assume", "derivation", REPEATABLE) else "a text"
            amiss = _refuse(collector, word, value, needed, places)
            if name in ("answer", "derivation") and collector.exercises:
                collector.unread[len(collector.exercises) - 1] = amiss
        else:
            into[name] = places.find(word, text)


def _as_text(name: str, value: Any) -> str | None:
    """The value as one text: lists and tables of a list key are joined by commas; None if the type does not fit."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and name in ("problem", "points", "seconds", "megabytes", "answer", "order"):
        return str(value)
    if name in _JOINED and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _JOINED[name].join(value)
    if name in ("shapes", "assume", "partial"):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return ", ".join(value)
        if isinstance(value, dict) and all(isinstance(item, (str, int, float)) for item in value.values()):
            return ", ".join(f"{key}{' ' if name == 'assume' else ': '}{item}" for key, item in value.items())
    return None


def _refuse(collector: Collector, word: str, value: object, needed: str, places: _Places) -> Diagnostic:
    """Says of a key that its value is of another type than it must be."""
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    found = kinds.get(type(value), "a date or time")
    help_ = '`require = "derivation"` says that one is asked for' if word == "derivation" else None
    message, label = f"`{word}` is {found}; it must be {needed}", Label(places.find(word, "").span())
    amiss = Diagnostic("key-type", message, collector.source, (label,), help=help_)
    collector.diagnostics.append(amiss)
    return amiss


_EATEN = regex(
    r"[\b\f](?=[A-Za-z])|\r(?=[A-Za-z])|\t(?=(?:h?eta|au|ext\w*|op|r|imes|ilde|frac|anh|an|riangle\w*"
    r"|herefore)(?![A-Za-z]))"
    r"|\n(?=(?:abla|u|eq|otag|onumber)(?![A-Za-z])(?!\s*:?=))"
)
"""What is left of a command of LaTeX behind a backslash that TOML took for an escape."""


def lost_backslash(source: Source, passage: Passage) -> Diagnostic | None:
    """A command of LaTeX in double quotes, of which TOML made a control character:
    `"\\frac"` is a form feed and `rac`."""
    for found in _EATEN.finditer(passage.text):
        place = passage.span(Span(*found.span()))
        letters = re.match(r"\\[A-Za-z]+", source.text[place.start :])
        if letters is not None and place.end == place.start + 2:
            sign = f"TOML reads `{letters[0][:2]}` as one sign of its own"
            message = f"the command `{letters[0]}` is lost: in double quotes {sign}"
            label = Label(Span(place.start, place.start + letters.end()))
            return Diagnostic("lost-backslash", message, source, (label,), help=_QUOTES)
    return None


_QUOTES = "LaTeX stands in single quotes, which change nothing: `answer = '…'`"


def _not_toml(source: Source, error: Exception) -> Diagnostic:
    """The place is in the decoder's message only, as `(at line 3, column 7)`."""
    message = str(error) or "it is nested too deeply"
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    labels: tuple[Label, ...] = ()
    if found:
        lines = source.text.split("\n")
        start = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
        labels = (Label(Span(start, start + 1)),)
        message = message[: found.start()]
    eaten = message.startswith(("Unescaped '\\'", "Invalid hex"))
    said = f"the file is not TOML: {message[:1].lower()}{message[1:]}"
    return Diagnostic("not-toml", said, source, labels, help=_QUOTES if eaten else None)


class _Places:
    """Finds the values of keys in the raw text of a TOML file, table by table."""

    def __init__(self, text: str) -> None:
        self.text = text
        starts = [match.start() for match in re.finditer(r"^[ \t]*\[\[?[ \t]*problem[ \t]*\]\]?", text, re.MULTILINE)]
        self.borders = [0, *starts, len(text)]
        self.table = 0

    def next_problem(self) -> None:
        """Goes on to the next `[[problem]]`."""
        self.table = min(self.table + 1, len(self.borders) - 2)

    def find(self, word: str, value: str) -> Passage:
        """The passage of the key's value; without luck the value stands at the start of its table."""
        start, end = self.borders[self.table], self.borders[self.table + 1]
        pattern = re.compile(rf"^[ \t]*[\"']?{re.escape(word)}[\"']?[ \t]*=[ \t]*", re.MULTILINE)
        match = pattern.search(self.text, start, end)
        table = re.search(rf"^[ \t]*\[\[?[ \t]*{re.escape(word)}[ \t]*\]", self.text, re.MULTILINE)
        if match is None and table is not None and not value:
            return Passage("", table.start(), (table.start(),))
        if match is None:
            return Passage(value, 0, (start,) * (len(value) + 1))
        offsets = _offsets(self.text, match.end(), value)
        return Passage(value, 0, offsets or (match.start(),) * (len(value) + 1))


def _offsets(text: str, start: int, value: str) -> tuple[int, ...] | None:
    """Where the characters of a string value stand that begins at `start`; None if it is written in another way."""
    quote = next((quote for quote in ('"""', "'''", '"', "'") if text.startswith(quote, start)), None)
    at = start + len(quote) if quote else start
    if quote and len(quote) == 3 and text.startswith("\n", at):
        at += 1
    places = []
    for character in value:
        if at < len(text) and text[at] == "\\" and quote in ('"', '"""'):
            mark = text[at + 1 : at + 2]
            width = {"u": 6, "U": 10}.get(mark, 2)
            if width == 2 and _ESCAPES.get(mark) != character:
                return None
            places.append(at)
            at += width
        elif at < len(text) and text[at] == character:
            places.append(at)
            at += 1
        else:
            return None
    return (*places, at)
