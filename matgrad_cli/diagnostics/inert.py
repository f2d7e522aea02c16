"""Text that no terminal and no CI log takes for more than text: no control character, no command,
whatever a file says."""

from __future__ import annotations

import re
from typing import Final

from .regex import regex

_HIDDEN = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "␡"}
_UNSEEN = (
    (0x80, 0xA0),
    (0xAD, 0xAE),
    (0x61C, 0x61D),
    (0x180E, 0x180F),
    (0x200B, 0x2010),
    (0x2028, 0x202F),
    (0x2060, 0x2070),
    (0xFEFF, 0xFF00),
    (0xFFF9, 0xFFFC),
    (0xD800, 0xE000),
    (0xE0000, 0xE0080),
)
"""Controls, ends of lines, what turns text round or cannot be seen, halves of characters (file names that are no text),
tags."""
for _start, _end in _UNSEEN:
    _HIDDEN.update(dict.fromkeys(range(_start, _end), "�"))
OF_SOURCE: Final = {code: sign for code, sign in _HIDDEN.items() if code not in (9, 10)}
_COMMAND = regex(r"(^|\s)::")
_OLD_COMMAND = regex(r"##(?=\w*\[)")


def inert(text: str) -> str:
    """One line of text that no terminal and no CI log takes for more than text:
    control characters as their pictures."""
    return _OLD_COMMAND.sub("＃＃", _COMMAND.sub(r"\1∷", text.translate(_HIDDEN)))


def inert_lines(text: str) -> str:
    """Several lines for a log, none of which a CI takes for a command."""
    return _OLD_COMMAND.sub("＃＃", re.sub(r"(?m)^(\s*)::", r"\1∷", text))


def inert_source(text: str) -> str:
    """Text of a file in which every character keeps its place, so that carets still point at it."""
    return _OLD_COMMAND.sub("＃＃", text.translate(OF_SOURCE))
