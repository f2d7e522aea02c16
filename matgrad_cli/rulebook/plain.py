"""Entries as the rule files write them, one field per line, read without a TOML parser:
that parser alone would take half of the start-up.

What is written in any other way gives None and is left to the real parser; a test reads every entry both ways.
"""

from __future__ import annotations

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
    if text[:1] == '"' and text.find('"', 1) == len(text) - 1:
        return text[1:-1]
    pieces = text.split('"')
    if len(pieces) % 2 == 0:
        return None
    texts, between = pieces[1::2], [piece.strip() for piece in pieces[0::2]]
    if between[0] == "[" and between[-1] in ("]", ",]", ", ]") and all(piece == "," for piece in between[1:-1]):
        return texts
    if between[0].startswith("{") and between[-1] == "}" and all(piece.startswith(",") for piece in between[1:-1]):
        return _table([piece[1:].strip() for piece in between[:-1]], texts)
    return None


def _table(heads: list[str], texts: list[str]) -> dict[str, str] | None:
    names = [head.removesuffix("=").strip() for head in heads]
    if (
        not all(head.endswith("=") for head in heads)
        or not all(name.isidentifier() for name in names)
        or len(set(names)) < len(names)
    ):
        return None
    return dict(zip(names, texts, strict=True))
