"""The formats of an optimum."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from ...facts import Problem
from ...ir import Expr, Symbol
from ...notation.printing.to_latex import shape_latex, to_latex
from ...notation.printing.to_text import to_text
from ...notation.printing.to_unicode import to_unicode
from ...records.solution import Equation, Solution
from ..json import SCHEMA, dumped
from ..latex.prose import phrase_latex
from ..page import Phrase
from ..results import result_data
from ..terminal import printed
from ..text import verdict_text
from ..view import View
from ..words import phrase_text, signature
from ..wrap import SOLID
from .code import solution_code
from .page import Block, blocks
from .text import optimum_rows


def render_solution(solution: Solution, format: str = "text", view: View | None = None) -> str:
    """The optimum as `terminal`, `text`, `markdown`, `latex`, `html`, `json` or `numpy`."""
    shown = view or View()
    if format == "json":
        return dumped(solution_data(solution)) + "\n"
    if format == "numpy":
        return solution_code(solution)
    page = list(blocks(solution, shown.detail))
    if format in ("text", "terminal"):
        return printed(optimum_rows(page, solution.problem, shown), shown.colour and format == "terminal")
    printer = {"markdown": _markdown, "latex": _latex, "html": _html}[format]
    return "\n".join(printer(block, solution.problem) for block in page) + "\n"


def _said(sentence: Phrase) -> str:
    return phrase_text(sentence).replace(SOLID, " ")


def _capital(text: str) -> str:
    """A sentence of its own; a formula in front keeps its letters."""
    return text[0].upper() + text[1:] if text[:2].islower() else text


def _equation(equation: Equation, printer: Callable[[Expr], str]) -> str:
    return " = ".join(map(printer, equation))


def _given(problem: Problem) -> str:
    return signature(problem.variables, [name for name, said in problem.origins if said.startswith("assumed")])


def _markdown(block: Block, problem: Problem) -> str:
    shown = f"\n\n$$\n{_equation(block.equation, to_latex)}\n$$\n" if block.equation is not None else "\n"
    if block.kind == "title":
        return f"# {_said(block.sentence)}{shown}"
    if block.kind == "variables":
        return f"`{_given(problem)}`\n"
    number = f"{block.number}. " if block.number else ""
    said = "".join(part if isinstance(part, str) else f"${to_latex(part) if isinstance(part, Expr) else part}$" for part in block.sentence)
    rule = f" (`{block.rule}`)" if block.rule else ""
    return f"{number}{_capital(said)}{rule}{f' *{_word(block)}*' if block.verdict else ''}{shown}"


def _latex(block: Block, problem: Problem) -> str:
    said = _capital(phrase_latex(block.sentence))
    shown = f"\n\\begin{{equation*}}\n{_equation(block.equation, to_latex)}\n\\end{{equation*}}" if block.equation is not None else ""
    if block.kind == "title":
        return f"% needs \\usepackage{{amsmath}}\n\\paragraph{{{said}}}{shown}"
    if block.kind == "variables":
        shapes = [f"${to_latex(symbol)}$ ({_described(symbol)})" for symbol in problem.variables]
        return f"\\noindent with {' and '.join([', '.join(shapes[:-1]), shapes[-1]] if len(shapes) > 1 else shapes)}.\n"
    number = f"({block.number}) " if block.number else ""
    return f"\\noindent {number}{said}{':' if shown else '.'}{shown}\n"


def _described(symbol: Symbol) -> str:
    return "a number" if symbol.shape.is_number else f"${shape_latex(symbol.shape)}$"


def _html(block: Block, problem: Problem) -> str:
    said = escape(_capital(_said(block.sentence)))
    shown = f"<p class='line'>{escape(_equation(block.equation, to_unicode))}</p>" if block.equation is not None else ""
    if block.kind == "title":
        return f"<h2>{said}</h2>{shown}"
    if block.kind == "variables":
        return f"<p><small>{escape(_given(problem))}</small></p>"
    mark = f" <span class='mark'>{_word(block)}</span>" if block.verdict is not None else ""
    rule = f" <code>{block.rule}</code>" if block.rule else ""
    number = f"{block.number}. " if block.number else ""
    return f"<p>{number}{said}{rule}{mark}</p>{shown}"


def _word(block: Block) -> str:
    return verdict_text(block.verdict, View()) if block.verdict is not None else ""


def _two(expr: Expr) -> dict[str, Any]:
    return {"text": to_text(expr), "latex": to_latex(expr)}


def solution_data(solution: Solution) -> dict[str, Any]:
    """The optimum as data."""
    value, found = solution.value, solution.spectral
    gradient = result_data(solution.derivation)
    return {
        "schema": SCHEMA,
        "loss": gradient["loss"] if not solution.constraints else solution.problem.source or to_text(solution.problem.loss),
        "wrt": solution.unknown.name,
        "shapes": {symbol.name: [str(side) for side in symbol.shape.dims] for symbol in solution.problem.variables},
        "assumed": list(solution.problem.assumed),
        "subject_to": [_two(constraint) for constraint in solution.constraints],
        "multipliers": [symbol.name for symbol in solution.multipliers],
        "gradient": gradient["result"],
        "steps": [
            {"number": number, "rule": move.rule, "title": _said_of(move.title), "before": [_two(side) for side in move.before],
             "after": [_two(side) for side in move.after], "assumed": [_said_of(said) for said in move.assumed],
             "verdict": {"kind": move.verdict.kind, "by": move.verdict.by}}
            for number, move in enumerate(solution.moves, 1)
        ],
        "result": {
            **(_two(value) if value is not None else {}),
            **({"spectral": {"form": found.form, "matrix": _two(found.matrix), "eigenvalue": "largest" if found.largest else "smallest",
                             "squared_length": _two(found.length), "metric": _two(found.metric) if found.metric is not None else None}}
               if found is not None else {}),
            "numpy": solution_code(solution),
            "shape": [str(side) for side in solution.unknown.shape.dims],
        },
        "conditions": [_said_of(said) for said in solution.conditions],
        "otherwise": [_said_of(said) for said in solution.without],
        "kind": solution.extremum.kind,
        "cases": [{"kind": kind, "if": _said_of(condition)} for kind, condition in solution.extremum.cases],
        "why": _said_of(solution.extremum.why),
        "verdict": solution.kind,
    }  # fmt: skip


def _said_of(sentence: Any) -> str:
    from ..page import phrase

    return _said(phrase(sentence))
