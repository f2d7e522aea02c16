"""How single characters appear on a screen: what is printed for each, and in how many columns."""

from __future__ import annotations

from unicodedata import category, east_asian_width

_LONGEST_QUOTE = 160
_LONGEST_TEXT = 4000


def visible(letter: str) -> tuple[str, int]:
    r"""What is printed for a character and its columns: `a` → (`a`, 1), ESC → (`\x1b`, 4), 中 → (`中`, 2),
    a combining mark → 0 columns."""
    if " " <= letter <= "~":
        return letter, 1
    if letter == "\t":
        return "    ", 4
    kind = category(letter)
    if kind in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        shown = escaped(letter)
        return shown, len(shown)
    if kind in ("Mn", "Me"):
        return letter, 0
    return letter, 2 if east_asian_width(letter) in "WF" else 1


def escaped(letter: str) -> str:
    r"""A character written out: ESC → `\x1b`, a right-to-left mark → `\u202e`."""
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def plain_text(text: str) -> str:
    r"""Text that cannot steer a terminal: control characters are written out, long quotations shortened,
    newlines kept."""
    if len(text) > _LONGEST_QUOTE:
        parts = shortened(text, _LONGEST_TEXT).split("`")
        parts[1::2] = [shortened(part, _LONGEST_QUOTE) for part in parts[1::2]]
        text = "`".join(parts)
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if letter == "\n" else visible(letter)[0] for letter in text)


def shortened(text: str, most: int) -> str:
    """At most `most` characters, the middle left out as … where the text is longer."""
    return text if len(text) <= most else f"{text[: most * 2 // 3]} … {text[len(text) - most // 4 :]}"
