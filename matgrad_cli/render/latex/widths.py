r"""How wide TeX sets a formula, in points of a page set in 10pt: the widths of Computer Modern, and its spaces."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ...diagnostics.regex import regex
from ...notation.stated_functions import closing

_ITALIC: Final = {
    3.0: "l[]|,.'", 3.5: "it", 4.0: "()", 4.5: "bcejs", 5.0: "dgopqrvzI0123456789", 5.5: "akuxy", 6.0: "fhn",
    6.5: "JS", 7.0: "LT", 7.5: "wARZ", 8.0: "BCEFGOPQUVY", 8.5: "D", 9.0: "mHKNX", 11.0: "MW",
}  # fmt: skip
_ROMAN: Final = {3.0: "ijl", 4.0: "frst", 3.3: " ", 7.5: "wADHNRUVX", 8.3: "mMOQGKW"}
_COMMANDS: Final = {
    0.0: "mathrm mathbf boldsymbol", 1.7: ",", 3.0: "lvert rvert", 3.5: "iota", 4.0: "bigl[ bigr] langle rangle",
    4.5: "bigl( bigr) Bigl[ Bigr]", 5.0: "lVert rVert delta zeta theta xi rho", 6.0: "Bigl( Bigr)",
    6.5: "alpha chi omega Gamma Xi", 7.0: "psi Lambda Sigma Phi Omega", 7.5: "Pi cdot", 8.0: "top Theta Psi",
    9.4: "circ", 8.5: "Delta nabla", 10.0: "infty quad", 12.3: "otimes oslash times in ne le ge", 15.6: "mapsto to",
    20.0: "qquad",
}  # fmt: skip
_OPERATORS: Final = frozenset("log exp max min sin cos tan sec csc cot tanh sinh cosh coth det".split())
_TEXT: Final = frozenset(("operatorname", "text", "mathrm"))


def _by_sign(table: dict[float, str], split: bool) -> dict[str, float]:
    return {sign: wide for wide, signs in table.items() for sign in (signs.split() if split else signs)}


_NAMED: Final = {f"\\{name}": wide for name, wide in _by_sign(_COMMANDS, True).items()}
_WIDE: Final = {r"^\top": 5.6, **_by_sign(_ITALIC, False), **_NAMED}
_UPRIGHT: Final = _by_sign(_ROMAN, False)
_TOKEN: Final = regex(r"\^\\top\b|\\([Bb]ig)[lr]\\?.|\\([A-Za-z]+|.)|(.)")
_SPACED: Final = frozenset(r"\circ \otimes \oslash \times \in \ne \le \ge \cdot \mapsto \to".split())
_LETTER, _SCRIPT, _FENCE, _THIN, _BINARY, _RELATION, _SIGN = 5.5, 0.7, 18.0, 1.7, 4.4, 5.6, 7.8


@lru_cache(maxsize=8192)
def width(text: str, script: bool = False) -> float:
    """About how wide TeX sets the text; in a script there is no space around signs."""
    total, position = 0.0, 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            break
        command, sign, position = found.group(2), found.group(), found.end()
        if command in ("frac", "tfrac", "underbrace") or command in _TEXT or command in ("sum", "prod", "sqrt"):
            wide, position = _taking(command, text, position, script)
            total += wide
        elif command in _OPERATORS:
            total += _upright(command) + _THIN
        elif sign in "_^" and text[position : position + 1] == "{":
            scripted, position = _scripts(text, position - 1)
            total += scripted
        elif sign in "+-=<>":
            alone = script or (total == 0 and sign in "+-")
            total += _SIGN + (0.0 if alone else _BINARY if sign in "+-" else _RELATION)
        elif sign not in " {}_^&":
            total += _WIDE.get(sign, _LETTER) - (_BINARY if script and sign in _SPACED else 0.0)
    return total


def _taking(command: str, text: str, position: int, script: bool) -> tuple[float, int]:
    """The width of a command with what it takes, and where to go on."""
    if command in ("sum", "prod"):
        below, after = _scripts(text, position)
        return max(14.5, below) + 2 * _THIN, after
    inner, after = _group(text, position)
    if command in _TEXT:
        return _upright(inner) + (_THIN if command == "operatorname" else 0.0), after
    if command == "sqrt":
        return width(inner, script) + 8.5, after
    if command == "underbrace":
        below, after = _scripts(text, after)
        return max(_FENCE, width(inner), below) + _THIN, after
    lower, after = _group(text, after)
    smaller = _SCRIPT if command == "tfrac" else 1.0
    return smaller * max(width(inner, script), width(lower, script)) + 2.4, after


def _scripts(text: str, position: int) -> tuple[float, int]:
    """What stands below and above, one over the other, and where to go on."""
    wide = 0.0
    while text[position : position + 1] in ("_", "^") and text[position + 1 : position + 2] == "{":
        inner, position = _group(text, position + 1)
        wide = max(wide, _SCRIPT * width(inner, True))
    return wide, position


def _upright(text: str) -> float:
    return sum(_UPRIGHT.get(letter, 5.2) for letter in text)


def _group(text: str, start: int) -> tuple[str, int]:
    """The contents of the braces that open at `start`, and where to go on."""
    end = closing(text, start, "{}")
    return (text[start + 1 :], len(text)) if end is None else (text[start + 1 : end - 1], end)
