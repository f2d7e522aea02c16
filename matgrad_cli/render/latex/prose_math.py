r"""The mathematics in a plain sentence: where `tr(Gᵀ dX)` stands in it, and the same in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...diagnostics.regex import regex
from ...notation.names import LETTERS

_FUNCTIONS: Final = frozenset("exp log sin cos tan sec csc cot tanh sinh cosh coth det".split())
_OPERATORS: Final = frozenset(
    "tr diag vec sum mean softmax logsumexp sigmoid softplus relu erf sign rank norm inv adj polar leading".split()
)
_NAMED: Final = "∂ partial Σ sum ∑ sum ∏ prod ∇ nabla ⟨ langle ⟩ rangle √ surd ∞ infty ∫ int … dots ℓ ell".split()
_BETWEEN_TWO: Final = "× times · cdot ∘ circ ⊗ otimes ⊘ oslash ≠ ne ≤ le ≥ ge → to ↦ mapsto ≈ approx ∈ in ± pm"
_RELATING: Final = f"{_BETWEEN_TWO} ≡ equiv ⇒ Rightarrow".split()
"""Signs, each before the command that sets it; the second stand between two formulas."""
_SIGNS: Final = {
    **{sign: f"\\{command} " for sign, command in zip(_NAMED[::2], _NAMED[1::2], strict=True)},
    **{sign: f" \\{command} " for sign, command in zip(_RELATING[::2], _RELATING[1::2], strict=True)},
    **{sign: f" {sign} " for sign in "=+<>"},
    "−": " - ",
    "‖": r"\|",
    "𝟏": r"\mathbf{1}",
    "½": r"\tfrac{1}{2}",
    "∗": "*",
    "′": "'",
    **{letter: f"\\{name} " for name, letter in LETTERS.items() if name not in ("lam", "omicron", "Sigma")},
}
_RAISED: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿⁱᵏᵀ", [*"0123456789-+nik", r"\top"], strict=True))
_LOWERED: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉ₙᵢⱼ", "0123456789nij", strict=True))

SIGNS: Final = frozenset([*_SIGNS, *_RAISED, *_LOWERED]) - set("=+<>")
"""Characters that a LaTeX sentence cannot hold outside a formula."""

_GREEK = "".join(LETTERS.values())
_SCRIPT = regex(rf"[{''.join(_RAISED)}]+|[{''.join(_LOWERED)}]+|[\^_](?:∘?-?[A-Za-z0-9]+|\*)|[\^_](?=\()|′")
_CORE = regex(rf"\d+(?:\.\d+)?|d[A-Zxyzw](?![A-Za-z])|[A-Z]{{1,4}}(?![a-z])|[a-z{_GREEK}𝟏ℓ½∞…](?![A-Za-z])")
_WORD = regex("(?:" + "|".join(sorted(_FUNCTIONS | _OPERATORS, key=len, reverse=True)) + ")(?![A-Za-z])")
_PREFIX = regex(r"[−∂∇ΣΠ∑∏√]")
_BETWEEN = regex(r"\s*(?:[=+−·∘⊗⊘↦→×≠≤≥<>≈∈±⇒/…]|(?<=\s)-(?=\s))\s*")
_PARTNER: Final = {"(": ")", "[": "]", "⟨": "⟩", "‖": "‖", "|": "|"}
_ARTICLE = regex(r"a(?=\s+[a-z]{2}|\s+[A-Z])")
_NO_ARTICLE = regex(rf"\s*[=+−·∘⊗<>^_(,{''.join(_RAISED)}{''.join(_LOWERED)}]")
_TELLING = regex(rf"[=+·∘⊗⊘↦→×≠≤≥<>≈∈±∂∇Σ√^_⟨‖|{_GREEK}{''.join(_RAISED)}{''.join(_LOWERED)}𝟏]|[A-Za-z]\(")
_ALONE = regex(r"[b-zB-Z]|A|d[A-Z]|[a-zA-Z0-9]+/[a-zA-Z0-9]+|[A-Za-z0-9](?: [A-Za-z])+|−\S+")


_ENDS: Final = " ,;:.)!?'’”\"]–—"


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """The sentence in pieces: (whether it is mathematics, the text)."""
    end = start = 0
    while start < len(text):
        if text[start] == "`" and "`" in text[start + 1 :]:
            start = text.index("`", start + 1) + 1
            continue
        stop = _formula(text, start, False) if start == 0 or text[start - 1] in ' (“"[/—–' else None
        ends = stop is not None and (stop == len(text) or text[stop] in _ENDS or text[stop].isspace())
        if stop is None or not ends or not (_TELLING.search(text[start:stop]) or _ALONE.fullmatch(text[start:stop])):
            start += 1
            continue
        if end < start:
            yield False, text[end:start]
        yield True, text[start:stop]
        start = end = stop
    if end < len(text):
        yield False, text[end:]


def _formula(text: str, start: int, inside: bool) -> int | None:
    """Where the formula that begins here ends: operands side by side or with a sign between them."""
    end = _operand(text, start, inside)
    while end is not None:
        between = _BETWEEN.match(text, end)
        follows = _operand(text, between.end(), True) if between else None
        if follows is None and text[end : end + 1] not in ("", " "):
            follows = _operand(text, end, inside)
        word = _ARTICLE.match(text, end + 1) or text[end + 1 : end + 2].isdigit()
        if follows is None and text[end : end + 1] == " " and not word:
            follows = _operand(text, end + 1, inside)
        if follows is None:
            break
        end = follows
    return end


def _operand(text: str, start: int, inside: bool) -> int | None:
    """Where one factor ends: a name with its scripts, a number, brackets, a function and what it is taken of."""
    prefix = _PREFIX.match(text, start)
    if prefix:
        end = _scripts(text, prefix.end())
        spaced = end + 1 if text[end : end + 1] == " " else end
        return _operand(text, spaced, True) or (end if prefix.group() != "−" else None)
    if text[start : start + 1] in _PARTNER and text[start : start + 1]:
        closed = _bracketed(text, start)
        return None if closed is None else _scripts(text, closed)
    word = _WORD.match(text, start)
    if word:
        end = _scripts(text, word.end())
        spaced = end + 1 if text[end : end + 1] == " " else end
        return _operand(text, spaced, True) or (end if end > word.end() or inside else None)
    core = _CORE.match(text, start)
    article = core is not None and core.group() == "a" and not _NO_ARTICLE.match(text, core.end())
    if core is None or (article and (not inside or _ARTICLE.match(text, start))):
        return None
    return _scripts(text, core.end())


def _scripts(text: str, start: int) -> int:
    while True:
        script = _SCRIPT.match(text, start)
        if script is None:
            return start
        end = _bracketed(text, script.end()) if script.group() in "^_" else script.end()
        if end is None:
            return start
        start = end


def _bracketed(text: str, start: int) -> int | None:
    """Where the bracket that opens here is closed, if nothing but mathematics stands in it."""
    closing = _PARTNER[text[start]]
    place = start + 1
    while True:
        end = _formula(text, place, True)
        if end is None:
            return None
        if text[end : end + 1] == closing:
            return end + 1
        comma = re.compile(r"[,;]\s*").match(text, end)
        if comma is None:
            return None
        place = comma.end()


_TOKEN = regex(
    rf"(?P<raised>[{''.join(_RAISED)}]+)|(?P<lowered>[{''.join(_LOWERED)}]+)"
    rf"|(?P<script>[\^_])(?P<of>∘?-?[A-Za-z0-9]+|\*)?"
    rf"|(?P<d>d(?=[A-Zxyzw](?![A-Za-z])))|(?P<word>{_WORD.pattern})|(?P<space>\s+)|(?P<other>.)"
)


def formula_latex(text: str) -> str:
    r"""The formula in LaTeX: `u ↦ u^c` becomes `u \mapsto u^{c}`."""
    if text == "d":
        return r"\mathrm{d}"  # the differential, spoken of
    shown: list[str] = []
    closings: list[str] = []
    scripted = False
    for found in _TOKEN.finditer(text):
        kind, part = found.lastgroup, found.group()
        if found.group("script"):
            inner = (found.group("of") or "").replace("∘", r"\circ ")
            shown.append(f"{part[0]}{{{inner}}}" if inner else part[0])
            scripted = not inner
            continue
        if kind == "other" and part == "(":
            shown.append("{" if scripted else "(")
            closings.append("}" if scripted else ")")
        elif kind == "other" and part == ")" and closings:
            shown.append(closings.pop())
        else:
            shown.append(_token_latex(str(kind), part))
        scripted = False
    return re.sub(r" +", " ", re.sub(r" +(?=[\s^_()\]},]|$)", "", "".join(shown))).strip()


_COMMANDS: Final = ((sign, command.strip()) for sign, command in _SIGNS.items())
_READ: Final = {r"\odot": "∘"} | {command: sign for sign, command in _COMMANDS if re.fullmatch(r"\\[A-Za-z]+", command)}
"""The sign that a command sets."""


def formula_unicode(latex: str) -> str | None:
    r"""A formula that was typed in LaTeX as a sentence shows it: `\theta^\top x^{(i)}` is `θᵀ x^((i))`. None where it
    holds a command that is more than a sign."""
    text = re.sub(r"\^\s*(?:\{\s*)?(?:\\top|\\intercal|T)\b\s*\}?", "ᵀ", latex)
    text = re.sub(r"\\[A-Za-z]+", lambda command: _READ.get(command[0], command[0]), text)
    text = re.sub(r"([\^_])\{(?:(\w+)|([^{}]*))\}", lambda script: script[1] + (script[2] or f"({script[3]})"), text)
    return None if re.search(r"[\\{}]", text) else text.replace("-", "−")


def _token_latex(kind: str, part: str) -> str:
    if kind == "raised":
        above = "".join(_RAISED[sign] for sign in part)
        return f"^{above} " if above == r"\top" else f"^{{{above}}} "
    if kind == "lowered":
        return "_{" + "".join(_LOWERED[sign] for sign in part) + "}"
    if kind == "d":
        return r"\mathrm{d}"
    if kind == "word":
        return rf"\{part} " if part in _FUNCTIONS else rf"\operatorname{{{part}}} "
    return " " if kind == "space" else _SIGNS.get(part, part)
