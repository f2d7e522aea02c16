"""Text that no terminal and no CI log takes for more than text: no control character, no command,
whatever a file says."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category

from .regex import regex


class _Shown(dict[int, str]):
    """For each character what is shown for it: pictures of controls, a mark for ends of lines, what turns text round or
    cannot be seen, and halves of characters (file names that are no text)."""

    def __missing__(self, code: int) -> str:
        hidden = category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        shown = chr(0x2400 + code) if code < 32 else "␡" if code == 0x7F else "�" if hidden else chr(code)
        self[code] = shown
        return shown


_OF_LINE: Final = _Shown()
OF_SOURCE: Final = _Shown({9: "\t", 10: "\n"})
_COMMAND = regex(r"(^|\s)::")
_OLD_COMMAND = regex(r"##(?=\w*\[)")


def inert(text: str) -> str:
    """One line of text that no terminal and no CI log takes for more: controls as their pictures."""
    return _OLD_COMMAND.sub("＃＃", _COMMAND.sub(r"\1∷", text.translate(_OF_LINE)))


def inert_lines(text: str) -> str:
    """Several lines for a log, none of which a CI takes for a command."""
    return _OLD_COMMAND.sub("＃＃", re.sub(r"(?m)^(\s*)::", r"\1∷", text))


def inert_source(text: str) -> str:
    """Text of a file in which every character keeps its place, so that carets still point at it."""
    return _OLD_COMMAND.sub("＃＃", text.translate(OF_SOURCE))
