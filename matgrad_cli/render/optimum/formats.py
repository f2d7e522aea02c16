"""The formats of an optimum."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from textwrap import wrap
from typing import Any

from ...ir import Expr
from ...notation.printing.to_latex import to_latex
from ...notation.printing.to_text import to_text
from ...notation.printing.to_unicode import to_unicode
from ...records.solution import Equation, Solution
from ..json import SCHEMA, dumped
from ..latex.prose import phrase_latex
from ..page import Phrase
from ..results import result_data
from ..words import phrase_text
from ..wrap import SOLID
from .code import solution_code
from .page import Block, blocks


def render_solution(solution: Solution, format: str = "text", detail: str = "normal", width: int = 80) -> str:
    """The optimum as `terminal`, `text`, `markdown`, `latex`, `html`, `json` or `numpy`."""
    if format == "json":
        return dumped(solution_data(solution)) + "\n"
    if format == "numpy":
        return solution_code(solution)
    page = list(blocks(solution, detail))
    if format in ("text", "terminal"):
        return "\n".join(line for block in page for line in _text(block, width)) + "\n"
    printer = {"markdown": _markdown, "latex": _latex, "html": _html}[format]
    return "\n".join(printer(block) for block in page) + "\n"


def _said(sentence: Phrase) -> str:
    return phrase_text(sentence).replace(SOLID, " ")


def _text(block: Block, width: int) -> list[str]:
    if block.kind == "title":
        return [_said(block.sentence), ""]
    lines = []
    if block.sentence:
        lead = "  " if block.kind == "move" else ""
        said = _said(block.sentence) + (f" [{block.rule}]" if block.rule else "")
        mark = f" {block.mark}" if block.mark else ""
        lines += [f"{lead}{line}" for line in wrap(said + mark, max(width - 2, 20), break_long_words=False)]
    if block.equation is not None:
        mark = f"   {block.mark}" if block.mark and not block.sentence else ""
        lines += [f"     {_equation(block.equation, to_unicode)}{mark}", ""]
    return lines


def _equation(equation: Equation, printer: Callable[[Expr], str]) -> str:
    return " = ".join(map(printer, equation))


def _markdown(block: Block) -> str:
    mark = f" {block.mark}" if block.mark else ""
    shown = f"\n\n$$\n{_equation(block.equation, to_latex)}\n$$\n" if block.equation is not None else "\n"
    if block.kind == "title":
        return f"# {_said(block.sentence)}\n"
    said = "".join(part if isinstance(part, str) else f"${to_latex(part) if isinstance(part, Expr) else part}$" for part in block.sentence)
    return f"{said}{f' (`{block.rule}`)' if block.rule else ''}{mark}{shown}" if said else shown


def _latex(block: Block) -> str:
    said = phrase_latex(block.sentence) if block.sentence else ""
    if block.kind == "title":
        return f"% needs \\usepackage{{amsmath}}\n\\paragraph{{{said}}}"
    shown = f"\n\\begin{{equation*}}\n{_equation(block.equation, to_latex)}\n\\end{{equation*}}" if block.equation is not None else ""
    return f"\\noindent {said}.{shown}" if said and not shown else f"\\noindent {said}{shown}" if said else shown.lstrip("\n")


def _html(block: Block) -> str:
    said = escape(_said(block.sentence))
    if block.kind == "title":
        return f"<h2>{said}</h2>"
    mark = f" <span class='mark'>{block.mark}</span>" if block.mark else ""
    shown = f"<p class='line'>{escape(_equation(block.equation, to_unicode))}{mark}</p>" if block.equation is not None else ""
    rule = f" <code>{block.rule}</code>" if block.rule else ""
    return (f"<p>{said}{rule}{'' if shown else mark}</p>" if said else "") + shown


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
