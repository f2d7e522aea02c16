r"""How an author writes LaTeX: ∇ or ∂, \top or T, numbered lines with labels, bold names.
It is applied to a fragment that is finished."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...ir import Symbol
from ...notation.printing.to_latex import name_latex


@record
class Habits:
    r"""`labels` is what stands before the variable and the number in `\label{eq:W:3}`; `bold`: of matrices and vectors;
    `columns`: of the paper."""

    gradient: str = "nabla"
    transpose: str = r"\top"
    numbered: bool = False
    labels: str = ""
    bold: bool = False
    columns: int = 1


USUAL: Final = Habits()
_TOKEN: Final = regex(
    r"\\(?:text|intertext|operatorname|mathrm|label|tag)\{|\\begin\{[^}]*\}|\\end\{[^}]*\}|\\[A-Za-z]+|\\.|\$"
    r"|[A-Za-z]|[{}]|[^\\${}A-Za-z]+"
)
_NABLA: Final = regex(r"\\nabla_\{((?:[^{}]|\{[^{}]*\})*)\} (\\?\w+(?:_\{[^{}]*\})?)")


def styled(text: str, habits: Habits, symbols: Iterable[Symbol], about: str = "") -> str:
    """A fragment in an author's habits; labels name the variable that it is `about`."""
    if habits == USUAL:
        return text
    if habits.bold:
        heads = (_head(symbol) for symbol in symbols if not symbol.shape.is_number)
        text = _emboldened(text, {head: _bold(head) for head in heads})
    if habits.gradient == "partial":
        text = _NABLA.sub(r"\\frac{\\partial \2}{\\partial \1}", text)
    if habits.transpose != r"\top":
        shown = habits.transpose
        text = re.sub(r"\\top\b", lambda _: shown if len(shown) == 1 or shown.startswith("{") else f"{{{shown}}}", text)
    if not habits.numbered and not habits.labels:
        return text
    return _numbered(text, f"{habits.labels}{about}:" if habits.labels and about else habits.labels)


def _head(symbol: Symbol) -> str:
    """The letter of a name, without what stands below it."""
    return name_latex(symbol.name).partition("_")[0]


def _bold(name: str) -> str:
    return rf"\boldsymbol{{{name}}}" if name.startswith("\\") else rf"\mathbf{{{name}}}"


def _emboldened(text: str, names: dict[str, str]) -> str:
    """Names in formulas; words inside \\text and \\operatorname stay, formulas inside \\text are formulas again."""
    shown: list[str] = []
    depth: list[bool] = []  # for each open brace, whether mathematics stood before it
    mathematics = False
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token == "$":
            mathematics = not mathematics
        elif token.startswith((r"\begin{", r"\end{")):
            mathematics = token.startswith(r"\begin{") if "align" in token or "equation" in token else mathematics
        elif token.endswith("{"):
            depth.append(mathematics)
            mathematics = mathematics and token == "{"
        elif token == "}" and depth:
            mathematics = depth.pop()
        elif mathematics and token in names:
            token = names[token]
        shown.append(token)
    return "".join(shown)


def _numbered(text: str, labels: str) -> str:
    r"""Every line of a chain with its number; continued lines without, and a label where a prefix is given."""
    number = 0

    def rows(found: re.Match[str]) -> str:
        nonlocal number
        shown = []
        parts = re.split(r"( \\\\(?=\n|$)| \\\\ &|\n\\\\ )", found.group(1))
        for place in range(0, len(parts), 2):
            row, end = parts[place], parts[place + 1] if place + 1 < len(parts) else ""
            continued = place + 2 < len(parts) and parts[place + 2].lstrip("\n").startswith((r"&\quad", r"\quad"))
            number += 0 if continued else 1
            mark = r" \notag" if continued else rf" \label{{{labels}{number}}}" if labels else ""
            row = row.rstrip("\n")
            shown.append(f"{row}{mark}{end}")
        return rf"\begin{{align}}{''.join(shown)}" + "\n" + r"\end{align}"

    return re.sub(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", rows, text, flags=re.DOTALL)
