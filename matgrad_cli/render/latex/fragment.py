r"""A derivation as a LaTeX fragment for a paper: only amsmath is needed, sentences between the aligned lines of a chain."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Expr, Shape
from ...notation.printing.precedence import split_marks
from ...notation.printing.to_latex import name_latex, positions_latex, shape_latex, to_latex
from ...records import Derivation
from ..arrays.entries_latex import cases_latex, entry_latex
from ..arrays.pages import page_forms
from ..page import Move, Page, page, shaped_factors
from ..view import View
from .lines import ROOM, broken, width
from .prose import escaped, letters_latex, named_latex, phrase_latex, title_case

_ABOVE_LABEL = 14.0


def render_latex(derivation: Derivation, view: View | None = None) -> str:
    r"""The fragment: it compiles between \begin{document} and \end{document} with amsmath."""
    shown = view or View()
    return "\n".join(latex_lines(page(derivation, shown), shown)) + "\n"


def latex_lines(content: Page, view: View) -> Iterator[str]:
    """The lines of the fragment."""
    yield "% needs \\usepackage{amsmath}"
    yield r"\begingroup\emergencystretch=4em"
    yield from _given(content)
    yield r"\begin{align*}"
    yield from _chain(content, view)
    yield r"\end{align*}"
    yield from _outcome(content, view)


def _given(content: Page) -> Iterator[str]:
    name = name_latex(content.loss_name.name)
    rows = broken(to_latex(content.loss), ROOM - width(name) - 3)
    yield r"\noindent Let"
    yield r"\begin{align*}"
    yield f"{name} &= " + (" \\\\\n  &\\quad " .join(rows)) + ","
    yield r"\end{align*}"
    shapes = [f"${name_latex(known.symbol.name)}$ {_described(known.symbol.shape)}{_facts(known.facts)}" for known in content.variables]
    sizes = "".join(f"; {phrase_latex(size)}" for size in content.sizes)
    yield f"with {_listed(shapes)}{sizes}."
    for remark in content.remarks:
        yield f"{_sentence(phrase_latex(remark))}"
    for sentence in content.assumed:
        yield f"We assume that {phrase_latex(sentence)}."
    letters = f" for each {letters_latex(content.start_letters)}" if content.start_letters else ""
    yield f"We compute ${to_latex(content.left)}${letters}."


def _described(shape: Shape) -> str:
    if shape.is_number:
        return "(a number)"
    kind = "column vector" if shape.is_column else "row vector" if shape.is_row else "matrix"
    return f"({kind}, ${shape_latex(shape)}$)"


def _facts(facts: tuple[str, ...]) -> str:
    return f", {', '.join(escaped(fact) for fact in facts)}" if facts else ""


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "no variables"


def _sentence(text: str) -> str:
    text = title_case(text)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _chain(content: Page, view: View) -> Iterator[str]:
    label = to_latex(content.left)
    rows: list[str] = []
    if width(label) > _ABOVE_LABEL:
        rows.append(f"& {label}")
        label = ""
    space = min(width(label), _ABOVE_LABEL) + 3
    rows.append(f"{label} &= " + _row(content.start.body, space))
    for move in content.moves:
        for sentence, body in _flat(move, view):
            rows[-1] += r" \\"
            rows.append(rf"\intertext{{{sentence}}}")
            if body is not None:
                rows.append("&= " + _row(body, space))
            else:
                rows[-2], rows[-1] = rows[-2][: -len(r" \\")], rows[-2][-len(r" \\") :] + "\n" + rows[-1]
    yield from rows


def _flat(move: Move, view: View) -> Iterator[tuple[str, Expr | None]]:
    """The sentence of a step with its line; a group's sentence is joined to that of its first substep."""
    own = f"({move.number}) {_sentence(phrase_latex(move.sentence))}"
    extra = ""
    if move.letters and view.detail != "brief":
        extra += f" Here {letters_latex(move.letters)}."
    if move.names:
        extra += f" Here {named_latex(move.names)}."
    if move.why:
        extra += f" {_sentence('Why: ' + phrase_latex(move.why))}"
    if view.detail == "full" and not move.inner:
        extra += f" ({escaped(move.verdict.kind)}: {escaped(move.verdict.by)})"
    if not move.inner:
        yield own + extra, move.line.body
        return
    lead = own + extra
    for number, inner in enumerate(move.inner):
        for sentence, body in _flat(inner, view):
            yield (f"{lead} {sentence}" if number == 0 else sentence), body


def _row(body: Expr, space: float) -> str:
    return " \\\\\n&\\quad ".join(broken(to_latex(body), ROOM - space, ROOM - space - 3))


def _outcome(content: Page, view: View) -> Iterator[str]:
    outcome = content.outcome
    yield rf"\noindent {_sentence(phrase_latex(outcome.sentence))}"
    if outcome.why:
        yield _sentence(phrase_latex(outcome.why))
    yield r"\begin{align*}"
    label = result_label_latex(content)
    space = width(label) + 3
    shown = underbraced(outcome.stated) if view.shapes and outcome.result.matrix is not None else to_latex(outcome.stated)
    if width(to_latex(outcome.stated)) > ROOM - space:
        shown = _row(outcome.stated, space)
    yield f"{label} &= {shown}"
    for name, body in outcome.where:
        left = to_latex(name)
        yield rf"\\ \text{{where }} {left} &= {_row(body, width(left) + 9)}"
    if outcome.result.cases:
        yield rf"\\ &= {cases_latex(page_forms(content))}"
    yield r"\end{align*}"
    yield from entry_latex(content, view.detail)
    yield f"{_sentence(phrase_latex(outcome.layout) + ': ' + phrase_latex(outcome.shape))} {_sentence(escaped(content.closing))}"
    for note in content.afterwords:
        yield _sentence(phrase_latex(note))
    yield r"\par\endgroup"


def underbraced(body: Expr) -> str:
    r"""A product with the shape of each factor below it: \underbrace{X^\top}_{n\times m}."""
    factors = shaped_factors(body)
    if not factors:
        return to_latex(body)
    shapes = list(factors.values())
    text, spans = split_marks(to_latex(body, {path: number for number, path in enumerate(factors)}))
    shown, end = "", 0
    for start, stop, number in spans:
        start, stop = _with_brackets(text, start, stop)
        shown += text[end:start] + rf"\underbrace{{{text[start:stop]}}}_{{{shape_latex(shapes[number])}}}"
        end = stop
    return shown + text[end:]


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    for before, after in (("(", ")"), (r"\bigl( ", r" \bigr)"), (r"\Bigl( ", r" \Bigr)")):
        if text[:start].endswith(before) and text[end:].startswith(after):
            return start - len(before), end + len(after)
    return start, end


def result_label_latex(content: Page) -> str:
    r"""What stands left of the result: \nabla L, \frac{\partial f}{\partial x}, or an entry of it."""
    outcome, loss, wrt = content.outcome, name_latex(content.loss_name.name), name_latex(content.wrt.name)
    if outcome.result.matrix is not None:
        if outcome.symbol == "nabla":
            return rf"\nabla_{{{wrt}}} {loss}"
        if content.order == 2:
            return rf"\nabla_{{{wrt}}}^2 {loss}"
        return rf"\frac{{\partial {loss}}}{{\partial {wrt}}}"
    letters = list(outcome.result.letters)
    parts = []
    for symbol in (content.loss_name, *[content.wrt] * content.order):
        taken = tuple(letters[: len(symbol.shape.dims)])
        letters = letters[len(symbol.shape.dims) :]
        parts.append(rf"\partial {name_latex(symbol.name)}" + (f"_{{{positions_latex(taken)}}}" if taken else ""))
    if content.order == 2:
        return rf"\frac{{\partial^2 {parts[0][9:]}}}{{{parts[1]} {parts[2]}}}"
    return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
