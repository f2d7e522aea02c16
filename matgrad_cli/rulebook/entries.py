"""Entries of a rule file: cut out by their header without being read, then each field read with its type.

They write one field per line, and are read without a TOML parser, which alone would take half of the start-up. What is
written in any other way is left to the real parser; a test reads every entry both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from ..diagnostics import InputError
from ..diagnostics.record import record
from .rule import Requirement, Rule, complain

_HEADER = "[[rule]]"


@record
class Entry:
    """The text of one entry before it is read, where it stands, and its id."""

    id: str
    family: str
    file: str
    line: int
    order: int
    text: str
    extra: bool = False


def cut(text: str, family: str, file: str, extra: bool = False) -> list[Entry]:
    """The entries of a rule file, found by their header `[[rule]]`; nothing else is read yet."""
    head, *blocks = text.split("\n" + _HEADER)
    if head.startswith(_HEADER):
        head, blocks = "", [head[len(_HEADER) :], *blocks]
    stray = [line for line in head.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if stray:
        raise complain(file, "", "", f"found `{stray[0].strip()[:40]}` before the first `[[rule]]`")
    entries, line = [], head.count("\n") + 2 if head else 1
    for order, block in enumerate(blocks):
        rule_id = quick(block, "id")
        if not rule_id:
            raise complain(
                f"{file}:{line}", "", "id", "a rule needs an id, written in double quotes on a line of its own"
            )
        entries.append(Entry(rule_id, family, file, line, order, block, extra))
        line += block.count("\n") + 1
    return entries


def quick(block: str, key: str) -> str:
    """The text of `key = "…"` without reading TOML; empty if it is not written in that plain way."""
    plain = f'\n{key} = "'
    start = block.find(plain) + len(plain)
    if start >= len(plain) and (end := block.find('"', start)) > 0:
        return block[start:end]
    start = block.find(f"\n{key}")
    if start < 0:
        return ""
    name, sign, value = block[start + 1 : block.find("\n", start + 1)].partition("=")
    value = value.strip()
    if name.strip() != key or not sign or value[:1] not in ('"', "'"):
        return ""
    return value[1 : value.find(value[0], 1)] if value.find(value[0], 1) > 0 else ""


def words(block: str, key: str) -> tuple[str, ...]:
    """The words of `key = ["…", "…"]` on one line, without reading TOML; none if it is not there."""
    _, found, rest = block.partition(f"\n{key} = [")
    return tuple(rest.partition("]")[0].split('"')[1::2]) if found else ()


def read_rule(entry: Entry) -> Rule:
    """The rule of an entry; raises InputError that names the field which is missing, unknown, or of another kind."""
    data: Mapping[str, Any] = read_plain(entry.text) or toml(entry.text, f"{entry.file}:{entry.line}", entry.id)
    wrong, found = partial(complain, entry.file, entry.id), dict[str, Any]()
    for field, value in data.items():
        if field not in FIELDS:
            raise wrong(field, f"unknown field; a rule has {', '.join(sorted(FIELDS))}")
        fits, made, needed = FIELDS[field]
        if not fits(value):
            raise wrong(field, f"needs {needed}, found `{value}`")
        found[field] = made(value)
    native = found.get("native", False) or found.get("group", False)
    if native and entry.extra:
        raise wrong("native", "a folder given with --rules adds pattern rules only")
    if native and ("lhs" in data or "rhs" in data):
        raise wrong("lhs", "a native rule has no sides: its function is code")
    for field in ("title", "why") if native else ("lhs", "rhs", "title", "why"):
        if field not in found:
            raise wrong(field, "is missing")
    if len(example := found.get("example", ())) != 2:
        raise wrong("example", f"needs two texts, before and after; found {len(example)}")
    found |= {"native": native, "when": _requirements(found.get("when", ()), found.get("shapes", ()), wrong)}
    return Rule(family=entry.family, order=entry.order, line=entry.line, file=entry.file, **found)


def toml(text: str, file: str, rule: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise complain(file, rule, "", f"this is not TOML: {problem}") from problem


def _requirements(
    words: tuple[str, ...], shapes: tuple[tuple[str, str], ...], wrong: Callable[[str, str], InputError]
) -> tuple[Requirement, ...]:
    if not words:
        return ()
    from ..facts.conditions import CONDITIONS

    names, found = {name for name, _ in shapes}, []
    for text in words:
        name, _, word = text.strip().partition(" ")
        if name not in names:
            raise wrong("when", f"`{name}` is not listed in shapes (it has {', '.join(sorted(names))})")
        if word.strip() not in CONDITIONS:
            close = nearest(word.strip(), CONDITIONS) or f"the conditions are {', '.join(CONDITIONS)}"
            raise wrong("when", f"unknown condition `{word.strip()}`; {close}")
        found.append(Requirement(name, word.strip()))
    return tuple(found)


Kind = tuple[Callable[[Any], bool], Callable[[Any], Any], str]
"""Whether a value is of a kind, what is made of it, and what was needed where it is not."""


def _texts_in(kind: type[list[str]] | type[dict[str, str]], value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, kind) and all(isinstance(part, str) for part in parts)


_TEXT: Kind = (lambda value: isinstance(value, str) and bool(value.strip()), str.strip, "a text")
_FLAG: Kind = (lambda value: isinstance(value, bool), bool, "true or false")
_TEXTS: Kind = (partial(_texts_in, list), tuple, "a list of texts")
_TABLE: Kind = (partial(_texts_in, dict), lambda value: tuple(value.items()), 'a table such as { A = "m n" }')
FIELDS: Mapping[str, Kind] = {
    **dict.fromkeys("id title why lhs rhs".split(), _TEXT),
    **dict.fromkeys("native reversible one_way group nary".split(), _FLAG),
    **dict.fromkeys("when cite example fixed moves still moving single optional itself".split(), _TEXTS),
    **dict.fromkeys("shapes given bindings".split(), _TABLE),
    "small": (lambda value: value in ("back", "forward"), str, "`back` or `forward`"),
}
"""The fields of an entry; what one does not say is as the class says."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean `{close[0]}`?" if close else None


Value = str | bool | list[str] | dict[str, str]


def read_plain(text: str) -> dict[str, Value] | None:
    """The fields of an entry, or None if it is not written in the plain way.

    >>> read_plain('id = "inv-inv"\\nshapes = { A = "n n" }\\nnative = true')
    {'id': 'inv-inv', 'shapes': {'A': 'n n'}, 'native': True}
    """
    if "\\" in text or "'''" in text or '"""' in text:
        return None
    found: dict[str, Value] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if not line or line.isspace() or line[0] == "#":
            continue
        if line.endswith("["):  # a list over several lines
            for more in lines:
                line = f"{line} {more}"
                if more.startswith("]"):
                    break
        key, sign, rest = line.partition(" = ")
        value = _value(rest.strip()) if sign and key.isidentifier() and key not in found else None
        if value is None:
            return None
        found[key] = value
    return found


def _value(text: str) -> Value | None:
    if text in ("true", "false"):
        return text == "true"
    pieces = text.split('"')
    texts, around = pieces[1::2], "".join(pieces[0::2]).replace(" ", "")
    if len(pieces) % 2 == 0:
        return None
    if not around and len(texts) == 1:
        return texts[0]
    if around in ("[" + "," * (len(texts) - 1) + "]", "[" + "," * len(texts) + "]"):
        return texts
    names = around.removeprefix("{").removesuffix("=}").split("=,")
    plain = around == "{" + "=,".join(names) + "=}" and len(set(names)) == len(texts)
    return dict(zip(names, texts, strict=True)) if plain and all(map(str.isidentifier, names)) else None
