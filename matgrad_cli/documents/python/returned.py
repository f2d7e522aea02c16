"""In which order a part returns its gradients, beside the order that is said:
by the docstring, by a caller, by autograd."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...verify.programs.names import arguments_of, each, key_of, last_part, name_of
from .outline import Unit
from .uses import claimed

_BEHIND = regex(r"\b(?:Returns?|Outputs?)\b\s*:?", re.IGNORECASE)
_SECTION = regex(r"^\s*(?:Args|Arguments|Parameters|Inputs?|Raises|Examples?|Notes?)\b", re.IGNORECASE | re.MULTILINE)
_ITEM = regex(r"^\s*(?:[-*•]\s*|\d+[.)]\s*)?`?(\w+)`?\s*(?::|--|—|\()", re.MULTILINE)
_LIST = regex(r"\w+(?:\s*,\s*(?:and\s+)?\w+)+")


@record
class Misplaced:
    """A returned gradient that stands in the place of another one;
    `why` is who says so, `mended` the line with the order that is said."""

    node: ast.expr
    found: str
    needed: str
    why: str
    mended: str


def misplaced(unit: Unit) -> Misplaced | None:
    """The first gradient that a unit returns out of the order that is said,
    if it returns at one place and the order is beyond doubt."""
    part = unit.backward or unit.forward
    lines = [*each(ast.Return, part)]
    if part is None or len(lines) != 1:
        return None
    value = lines[0].value
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else []
    names = [last_part(key_of(one) or "") for one in parts]
    gradients = [name for name in names if _of(unit, name)]
    if len(set(gradients)) < len(gradients) or len(gradients) < 2:
        return None
    for why, order in _said(unit, part, names):
        said = [name for name in order if name in gradients]
        if sorted(said) == sorted(gradients) and said != gradients:
            left = iter(said)
            whole = ", ".join(
                next(left) if name in gradients else ast.unparse(one) for one, name in zip(parts, names, strict=True)
            )
            return next(
                Misplaced(parts[names.index(found)], found, needed, why, f"return {whole}")
                for found, needed in zip(gradients, said, strict=True)
                if found != needed
            )
        if sorted(said) == sorted(gradients):
            return None
    return None


def uneven(unit: Unit) -> str | None:
    """That `backward` returns another number of gradients than `forward` takes arguments, where autograd counts."""
    lines = [*each(ast.Return, unit.backward)]
    if not unit.by_autograd or unit.forward is None or len(lines) != 1 or unit.forward.args.vararg is not None:
        return None
    value, arguments = lines[0].value, arguments_of(unit.forward)
    found = len(value.elts) if isinstance(value, ast.Tuple) else 1
    if found == len(arguments):
        return None
    takes = f"autograd needs {len(arguments)}, one for each argument of `forward`: {', '.join(arguments)}"
    return f"`backward` returns {found} gradient{'s' if found > 1 else ''}, and {takes}"


def _of(unit: Unit, name: str) -> tuple[str, ...]:
    """What a name may be the gradient of: by its own letters, or as `gw` where that is one of `w`."""
    return (*claimed(name), *(of for gradient, of in unit.grads if gradient == name))


def _said(unit: Unit, part: ast.FunctionDef, names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The orders in which gradients are said to be returned, and who says so."""
    if unit.by_autograd and unit.forward is not None:
        arguments = arguments_of(unit.forward)
        of = {argument: name for argument in arguments for name in names if argument in _of(unit, name)}
        if len(arguments) == len(names):
            yield (
                "autograd gives what is returned to the arguments of `forward`, in their order",
                [of.get(one, "") for one in arguments],
            )
    words = _BEHIND.split(ast.get_docstring(part) or "")
    text = _SECTION.split(words[-1])[0] if len(words) > 1 else ""
    yield "the docstring lists them so", [name for name in _ITEM.findall(text) if name in names]
    for found in _LIST.findall(text):
        yield "the docstring lists them so", re.findall(r"\w+", found)
    for node in each(ast.Assign, *(unit.lines if unit.inside is None else ())):
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Call) and name_of(value.func) == part.name:
            targets = [last_part(key_of(one) or "") for one in target.elts]
            if len(targets) == len(names):
                yield f"line {node.lineno} takes them so", targets
