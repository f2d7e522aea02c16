"""Several derivations of one loss: the methods one below the other in brief and where they meet; one result in every layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..ir import NUMBER, Expr
from ..notation.printing.to_latex import to_latex
from ..notation.printing.to_unicode import to_unicode
from ..records import Derivation
from .latex.prose import escaped
from .page import printed_steps
from .resting import resting
from .results import stated
from .view import View

Render = Callable[[Derivation, View], str]
MANY = "the same array in every layout: it has more than two indices, and each entry is given by its letters"


def differing(derivations: Sequence[Derivation]) -> tuple[bool, bool]:
    """Whether the derivations differ in their method, and in their layout."""
    return len({one.method for one in derivations}) > 1, len({one.layout for one in derivations}) > 1


def compare(derivations: Sequence[Derivation], view: View, render: Render, style: str) -> str:
    """All derivations in one page; `style` is text (also for terminals), markdown or latex."""
    methods, layouts = differing(derivations)
    shown = [one for one in derivations if one.layout == derivations[0].layout]
    brief = View(view.width, view.colour, "brief" if methods and view.detail == "normal" else view.detail, view.shapes)
    parts = []
    for one in shown:
        body = render(one, brief).rstrip("\n")
        parts.append(f"{_heading(one, style)}\n\n{body}" if methods else body)
    if methods:
        parts.append(_table(_method_rows(shown, style), style, _meeting(shown)))
    if layouts:
        rows = [one for one in derivations if one.method == derivations[0].method]
        parts.append(_table(_layout_rows(rows, style), style, _layout_sentence(rows)))
    return "\n\n".join(parts) + "\n"


def layout_table(derivations: Sequence[Derivation], style: str) -> str:
    """One result in every layout, with its shape: what `gradient --layout all` prints."""
    table = _table(_layout_rows(derivations, style), style, _layout_sentence(derivations))
    said = resting(*derivations)
    if said is None:
        return table + "\n"
    return f"{table}\n\n{escaped(f'The result {said}.') if style == 'latex' else f'the result {said}'}\n"


def _heading(one: Derivation, style: str) -> str:
    title = f"method {one.method}"
    if style == "markdown":
        return f"## {title}"
    return rf"\subsection*{{{title}}}" if style == "latex" else f"{title}\n{'─' * len(title)}"


def _meeting(shown: Sequence[Derivation]) -> str:
    results = {stated(one) for one in shown}
    if len(results) == 1:
        return f"all {len(shown)} methods meet in the same line"
    return "the methods end in lines that look different; each was checked against the loss itself, so they are equal"


def _layout_sentence(rows: Sequence[Derivation]) -> str:
    return MANY if rows[0].result.matrix is None else "the same derivative in each layout"


def _written(expr: Expr, style: str) -> str:
    if style == "latex":
        return f"${to_latex(expr)}$"
    return f"${to_latex(expr)}$" if style == "markdown" else to_unicode(expr)


def _shape(one: Derivation) -> str:
    matrix = one.result.matrix
    if matrix is None:
        return " × ".join(str(letter.dim) for letter in one.result.letters)
    return "number" if matrix.shape is NUMBER else str(matrix.shape)


def _method_rows(shown: Sequence[Derivation], style: str) -> list[tuple[str, ...]]:
    head = ("method", "steps", "last line", "result", "verdict")
    body = [
        (one.method, str(_steps(one)), _written(one.readoff.line, style), _written(stated(one), style), one.verdict) for one in shown
    ]
    return [head, *body]


def _steps(derivation: Derivation) -> int:
    return sum(1 for _ in printed_steps(derivation.steps))


def _layout_rows(rows: Sequence[Derivation], style: str) -> list[tuple[str, ...]]:
    def sized(one: Derivation) -> str:
        return f"${_shape(one)}$".replace("×", r" \times ") if style == "latex" else _shape(one)

    return [("layout", "shape", "derivative"), *((one.layout, sized(one), _written(stated(one), style)) for one in rows)]


def _table(rows: list[tuple[str, ...]], style: str, sentence: str) -> str:
    if style == "markdown":
        head, *body = rows
        lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in body]
        return f"{sentence}:\n\n" + "\n".join(lines)
    if style == "latex":
        lines = [" & ".join(row) + r" \\" for row in rows]
        table = "\n".join([lines[0] + r" \hline", *lines[1:]])
        opened = rf"\medskip\noindent\begin{{tabular}}{{{'l' * len(rows[0])}}}"
        return "\n".join([rf"\noindent {sentence.capitalize()}:", "", opened, table, r"\end{tabular}"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows]
    return f"{sentence}:\n\n" + "\n".join(f"     {line}" for line in lines)
