"""Other assignments in place of one: the slips that no expression shows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ....documents.python.finish import is_part
from .around import Edit


def statements(line: ast.stmt, text_of: Callable[[ast.stmt | ast.expr], str]) -> Iterator[Edit]:
    """Other assignments in place of one: `+=` for `=`, another sign, a repeated index counted."""
    target = (
        line.targets[0] if isinstance(line, ast.Assign) and len(line.targets) == 1 else getattr(line, "target", None)
    )
    if not isinstance(line, ast.Assign | ast.AugAssign) or target is None or is_part(line):
        return
    place, value = text_of(target), text_of(line.value)
    if isinstance(line, ast.Assign):
        yield Edit("dropped-term", "`=` forgets what was there before: `+=` is needed", f"{place} += {value}")
        if isinstance(target, ast.Subscript):
            yield Edit("chain-rule", "`=` forgets what was there before: `*=` is needed", f"{place} *= {value}")
    else:
        signs = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}
        codes = {"+=": "wrong-sign", "-=": "wrong-sign", "*=": "lost-factor", "/=": "lost-factor"}
        others = [sign for sign in signs.values() if sign != signs.get(type(line.op))]
        yield from (Edit(codes[sign], f"`{sign}` is needed", f"{place} {sign} {value}") for sign in others)
        yield Edit("extra-term", "`=` is needed: what was there before is too much", f"{place} = {value}")
        yield Edit("extra-term", "this line is too much: the loss has no such term", "pass")
        single = isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice | ast.Tuple)
        if isinstance(target, ast.Subscript) and single and isinstance(line.op, ast.Add):
            new = f"np.add.at({text_of(target.value)}, {text_of(target.slice)}, {value})"
            yield Edit("missing-sum", "`+=` takes an index that is repeated only once: `np.add.at` adds each", new)
