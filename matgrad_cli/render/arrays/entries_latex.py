r"""Derivatives with three and four indices in LaTeX and Markdown: \begin{cases}, the ⊗ form, pictures as bmatrix."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...ir import Eye, Named, Symbol, nodes_of
from ...notation.printing.to_latex import dim_latex, name_latex, shape_latex, to_latex
from ..latex.lines import ROOM, broken, width
from ..page import Page
from .entries import OTHERWISE, VEC, Forms, Swap, Writing, two_ways
from .pages import page_forms

_ROOM_IN_MARKDOWN = 84.0


def _part(symbol: Symbol, below: str) -> str:
    return f"{name_latex(symbol.name)}_{{{below}}}" if below else name_latex(symbol.name)


LATEX = Writing(
    dim_latex, _part, lambda top, below: rf"\frac{{\partial {top}}}{{\partial {below}}}", r"\cdots", r"\vdots", r"\ddots", r"^\top",
    r" \times ", lambda text: f"${text}$",
)  # fmt: skip



def condition_latex(condition: str) -> str:
    r"""`\text{if } t = i,\ i \ne j`."""
    if condition == OTHERWISE:
        return r"\text{otherwise}"
    # the comma inside (s, t) separates letters, not conditions
    return r"\text{if } " + re.sub(r", (?![^()]*\))", r",\\ ", condition).replace("≠", r"\ne")


def cases_latex(forms: Forms) -> str:
    r"""The case table as \begin{cases} … \end{cases}."""
    rows = [f"{to_latex(value)} & {condition_latex(condition)}" for value, condition in forms.result.cases]
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def vec_label_latex(forms: Forms) -> str:
    r"""What stands left of the ⊗ form: \frac{\partial \operatorname{vec}(F)}{\partial \operatorname{vec}(X)^\top}."""
    loss, wrt = (_stacked_latex(symbol) for symbol in (forms.loss, forms.wrt))
    upright = forms.order == 1 and forms.loss.shape.is_number
    below = wrt if forms.wrt.shape.is_row or upright else rf"{wrt}^\top"
    if forms.order == 2:
        return rf"\frac{{\partial^2 {name_latex(forms.loss.name)}}}{{\partial {wrt}\, \partial {below}}}"
    return rf"\frac{{\partial {loss}}}{{\partial {below}}}"


def _stacked_latex(symbol: Symbol) -> str:
    name = name_latex(symbol.name)
    return rf"\operatorname{{vec}}({name})" if symbol.shape.is_matrix else name


def flattened_latex(forms: Forms) -> str:
    """The ⊗ form in LaTeX, with the sizes of its identities."""
    assert forms.flattened is not None
    text = to_latex(forms.flattened)
    for node in nodes_of(forms.flattened):
        if isinstance(node, Named) and isinstance(node.body, Eye):
            text = text.replace(to_latex(node), f"I_{{{dim_latex(node.body.dim)}}}")
    return text


def swap_latex(swap: Swap) -> str:
    """What a commutation matrix does, as a sentence with formulas between dollar signs."""
    name = to_latex(swap.named)
    rule = rf"\operatorname{{vec}}(Z^\top) = {name} \operatorname{{vec}}(Z)"
    return rf"${name}$ is the commutation matrix: ${rule}$ for every ${shape_latex(swap.shape)}$ matrix $Z$"


def stack_latex(forms: Forms) -> str:
    r"""\frac{\partial f_i}{\partial A} as a matrix of zeros with one row that is not."""
    assert forms.stack is not None
    line, name = to_latex(forms.stack.line), name_latex(forms.stack.letter.name)
    left = rf"\frac{{\partial {name_latex(forms.loss.name)}_{{{name}}}}}{{\partial {name_latex(forms.wrt.name)}}}"
    if forms.stack.by_row:
        body = rf"\begin{{bmatrix}} 0^\top \\ \vdots \\ {line} \\ \vdots \\ 0^\top \end{{bmatrix}} \leftarrow \text{{row }} {name}"
    else:
        zeros = r"0 & \cdots & "
        body = rf"\begin{{bmatrix}} {zeros}{line} & \cdots & 0 \end{{bmatrix}}, \quad \text{{column }} {name} \text{{ is }} {line}"
    return f"{left} = {body}"


def matrix_latex(cells: list[list[str]]) -> str:
    r"""Cells as \begin{bmatrix} … \end{bmatrix}."""
    return r"\begin{bmatrix} " + r" \\[4pt] ".join(" & ".join(row) for row in cells) + r" \end{bmatrix}"


def entry_latex(content: Page, detail: str) -> Iterator[str]:
    """The lines below the result in a LaTeX fragment."""
    forms = page_forms(content)
    if forms.stack is not None:
        yield rf"For one ${forms.stack.letter}$:"
        yield from _display(stack_latex(forms))
    if forms.flattened is not None:
        yield rf"Flattened with $\operatorname{{vec}}$ ({VEC}), ${shape_latex(forms.flattened.shape)}$:"
        left = vec_label_latex(forms)
        rows = broken(flattened_latex(forms), ROOM - width(left) - 3)
        yield from _display(f"{left} &= " + " \\\\\n  &\\quad ".join(rows), "align*")
        for swap in forms.swaps:
            yield f"Here {swap_latex(swap)}."
    if detail == "full":
        for title, cells in two_ways(forms, LATEX):
            yield f"{title[0].upper()}{title[1:]}:"
            yield from _display(matrix_latex(cells))


def _display(body: str, kind: str = "equation*") -> Iterator[str]:
    yield rf"\begin{{{kind}}}"
    yield body
    yield rf"\end{{{kind}}}"


def entry_markdown(content: Page, detail: str) -> Iterator[str]:
    """The lines below the result in Markdown."""
    forms = page_forms(content)
    if forms.result.cases:
        yield from _dollars(f"= {cases_latex(forms)}")
    if forms.stack is not None:
        yield from (f"For one ${forms.stack.letter}$:", "")
        yield from _dollars(stack_latex(forms))
    if forms.flattened is not None:
        yield from (rf"Flattened with $\operatorname{{vec}}$ ({VEC}), ${shape_latex(forms.flattened.shape)}$:", "")
        left, rows = vec_label_latex(forms), broken(flattened_latex(forms), _ROOM_IN_MARKDOWN, _ROOM_IN_MARKDOWN)
        joined = " \\\\\n&\\quad ".join([f"{left} = &{rows[0]}", *rows[1:]])
        yield from _dollars(f"{left} = {rows[0]}" if len(rows) == 1 else rf"\begin{{aligned}} {joined} \end{{aligned}}")
        for swap in forms.swaps:
            yield from (f"Here {swap_latex(swap)}.", "")
    if detail == "full":
        for title, cells in two_ways(forms, LATEX):
            yield from (f"{title[0].upper()}{title[1:]}:", "")
            yield from _dollars(matrix_latex(cells))


def _dollars(body: str) -> Iterator[str]:
    yield from ("$$", body, "$$", "")
