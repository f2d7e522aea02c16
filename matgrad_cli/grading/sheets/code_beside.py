"""Lines of code beside a derivation that give its gradient once more: `grad = 2 * X.T @ (X @ w - y)`.

They are judged as answers to the problem that the document states. A line that is not its gradient may be meant of
something else, and is not called wrong; but the document is not right either.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage, line_and_column
from ...documents.python.answer import worked_out
from ...documents.python.blocks import Blocks
from ...documents.python.uses import BARE, claimed
from ...records.finding import Finding, LineVerdict
from ..answers.judge import judge_answer
from ..task import Task

_GRADIENT = regex(r"^(?:\w+_)?grad(?:ient)?(?:_\w+)?$")
_OPEN = "code, of which it is not known what it computes"
_MANY = "code behind many lines that give a gradient, which is not looked at"
MOST_LINES = 12


def lines_beside(code: Blocks, tasks: Sequence[Task], number: int) -> Iterator[tuple[Finding, bool]]:
    """The findings on the lines of code that are called like a gradient by a variable of the problem, and whether they
    are another gradient; `number` is that of the first."""
    variables = {task.problem.wrt.name.replace("_", ""): task for task in tasks}
    for at, (line, task, needed) in enumerate(_giving(ast.parse(code.text).body, tasks, variables)):
        written = "\n".join(map(ast.unparse, (*needed, line))) if at < MOST_LINES else None
        yield _finding(code, line, number + at, task, written)


def _giving(
    lines: Sequence[ast.stmt], tasks: Sequence[Task], variables: Mapping[str, Task]
) -> Iterator[tuple[ast.stmt, Task, list[ast.stmt]]]:
    """The lines and functions that are called so, each with the problem and the lines that it needs; in a function
    only what stands in it is known."""
    earlier: dict[str, ast.stmt] = {}
    for line in _statements(lines):
        if isinstance(line, ast.FunctionDef) and _GRADIENT.search(line.name) and len(tasks) == 1:
            yield line, tasks[0], []
        elif isinstance(line, ast.FunctionDef):
            yield from _giving(line.body, tasks, variables)
        if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
            continue
        if isinstance(line.value, ast.Call) and not isinstance(line.value.func, ast.Attribute):
            continue  # `grad = numerical(f, x)` asks another for it
        name = line.targets[0].id
        meant = [variables[one.replace("_", "")] for one in claimed(name) if one.replace("_", "") in variables]
        meant = meant or (list(tasks) if name in BARE and len(tasks) == 1 else [])
        if meant:
            yield line, meant[0], _needed(line, earlier, meant[0])
        earlier.pop(name, None)
        earlier[name] = line


def _statements(lines: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements with those in loops and branches."""
    for line in lines:
        yield line
        for inner in (getattr(line, "body", ()), getattr(line, "orelse", ())):
            if not isinstance(line, ast.FunctionDef | ast.ClassDef):
                yield from _statements(inner)


def _needed(line: ast.stmt, earlier: dict[str, ast.stmt], task: Task) -> list[ast.stmt]:
    """The lines that give names their values which the problem does not know."""
    known = {symbol.name for symbol in task.problem.variables}
    wanted, found = _used(line) - known, list[ast.stmt]()
    for name, before in reversed(earlier.items()):
        if name in wanted:
            found.append(before)
            wanted |= _used(before) - known
    return found[::-1]


def _used(line: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(line) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _finding(code: Blocks, line: ast.stmt, number: int, task: Task, written: str | None) -> tuple[Finding, bool]:
    start = sum(len(text) + 1 for text in code.text.split("\n")[: line.lineno - 1])
    text = ast.get_source_segment(code.text, line) or ""
    at, column = line_and_column(code.source.text, start + line.col_offset)
    whole = worked_out(written, task.problem.wrt.name) if written is not None else None
    formula = whole.text if isinstance(whole, Passage) else written if whole is None else None
    found = judge_answer(replace(task, syntax="numpy"), formula, None) if formula is not None else None
    right = found is not None and found.verdict == "right"
    slip = found.slip.message if found is not None and found.slip is not None else None
    open_ = f"code: {slip}" if slip else _OPEN if written is not None else _MANY
    notes = ("code, read as an answer" if right else open_,)
    place = Span(start + line.col_offset, start + line.col_offset + len(text))
    verdict: LineVerdict = "follows" if right else "undecided"
    differs = found is not None and found.verdict == "wrong"
    return Finding(number, verdict, place, at, column, notes=notes, text=text), differs
