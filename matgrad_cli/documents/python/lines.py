"""Which lines of a program compute its answer, and which of several values is meant."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ...diagnostics.regex import regex
from ...verify.programs.names import each, loaded, name_of, word_of
from .loss import OfObject, Unread
from .uses import BARE, LIBRARIES, LOSSES, claimed

_TALK = (ast.Import, ast.ImportFrom, ast.Assert, ast.Pass)
_SHOWN = ("print", "display")
_CALLED = regex("(?i)grad|backward|deriv")
"""A function that computes a gradient, by its name."""
_DATA = "array tensor rand randn random normal randint standard_normal uniform loadtxt load".split()
"""What makes arrays to try a program with."""
_PLAIN = "zeros ones eye arange linspace full".split()
"""What makes such arrays too, where nothing is added to them."""
_DOES = regex(r"set|save|print|manual|allclose|isclose|array_equal")
"""Functions of these that compute nothing, by their names."""
_CHECKS = regex(r"allclose|isclose|array_equal|^assert")
_ANSWERS = regex(r"(?i)(?:my_?|final_?)?(?:ans|answer|result|solution|out|ret)")


def unwrapped(lines: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The lines, those under a `with` as they are, and the methods of a class as functions of their own."""
    for line in lines:
        if isinstance(line, ast.With):
            yield from unwrapped(line.body)
        elif isinstance(line, ast.ClassDef):
            yield from (method for method in map(OfObject().visit, line.body) if isinstance(method, ast.FunctionDef))
        else:
            yield line


def gone_on(lines: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The lines; one that begins with a sign goes on with the formula before it, which is given no name."""
    last: ast.Expr | None = None
    for line in lines:
        first = line.value if isinstance(line, ast.Expr) else None
        while isinstance(first, ast.BinOp):
            first = first.left
        signed = isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.UAdd | ast.USub)
        if last is not None and signed and line.lineno > last.lineno:
            last.value = ast.BinOp(last.value, ast.Add(), line.value)  # type: ignore[attr-defined]
            continue
        yield line
        last = line if isinstance(line, ast.Expr) and not is_talk(line) else None


def answering_lines(tree: ast.Module, functions: dict[str, ast.FunctionDef]) -> list[ast.stmt]:
    """The lines that compute the answer: those outside of functions, else those of the function that no other calls."""
    outside = [line for line in tree.body if not is_talk(line) and not isinstance(line, ast.FunctionDef)]
    outside = [line for line in outside if not (isinstance(line, ast.Assign) and isinstance(line.value, ast.Lambda))]
    called = {name_of(call.func) for call in each(ast.Call, *(line for line in tree.body if not is_talk(line)))}
    given = {name: {*map(name_of, (line.value for line in each(ast.Return, one)))} for name, one in functions.items()}
    gradients = [one for name, one in functions.items() if _CALLED.search(name) or any(map(claimed, given[name]))]
    if len(gradients) == 1 and any(_is_data(line, outside, gradients[0].name) for line in outside):
        return [line for line in gradients[0].body if not is_talk(line)]  # the rest tries it
    if any(not isinstance(getattr(line, "value", None), ast.Constant) for line in outside):
        return outside
    free = [one for name, one in functions.items() if name not in called]
    gradients = [one for one in gradients if one in free]
    free = gradients if len(gradients) == 1 else free
    if len(free) != 1:
        raise Unread("which function is the answer", 1)
    return [*outside, *(line for line in free[0].body if not is_talk(line))]


def _is_data(line: ast.stmt, lines: list[ast.stmt], gradient: str) -> bool:
    """Whether a line makes an array out of nothing: `w = np.random.randn(5)`, `X = np.array([[1, 2], [3, 4]])`,
    or calls a gradient for one: `grad(np.ones(3))`."""
    call = line.value if isinstance(line, ast.Assign | ast.Expr) else None
    if not isinstance(call, ast.Call) or (isinstance(line, ast.Expr) and name_of(call.func) != gradient):
        return False
    names = {*map(word_of, ast.walk(line))}
    added = any(isinstance(one, ast.For | ast.While | ast.AugAssign) for one in lines)
    return not names.isdisjoint(_DATA if added else [*_DATA, *_PLAIN])


def is_talk(line: ast.stmt) -> bool:
    """Whether a line computes nothing: imports, checks, what is printed or only tried, a docstring."""
    value = line.value if isinstance(line, ast.Expr) else None
    called = value.func if isinstance(value, ast.Call) else None
    shown = name_of(called) in _SHOWN or (isinstance(called, ast.Attribute) and _CHECKS.search(called.attr))
    return isinstance(line, _TALK) or isinstance(value, ast.Constant) or bool(shown) or is_main(line)


def is_main(line: ast.stmt) -> bool:
    """Whether lines are only run where the file itself is."""
    return isinstance(line, ast.If) and "__name__" in loaded(line.test)


def is_formula(line: ast.stmt) -> bool:
    """Whether a line computes an array that it gives no name: `2*A @ x`, `np.outer(a, b)`."""
    value = line.value if isinstance(line, ast.Expr) else None
    called = value.func if isinstance(value, ast.Call) else None
    of_library = isinstance(called, ast.Attribute) and name_of(called.value) in LIBRARIES
    return isinstance(value, ast.BinOp | ast.UnaryOp) or (of_library and _DOES.match(word_of(called)) is None)


class Two(Unread):
    """Several values, none of which is said to be the answer."""


def meant(values: list[ast.expr], wanted: str | None, at: int, of: int, line: int) -> ast.expr:
    """Which of several values is the answer: what is called the gradient by what is wanted, a gradient,
    or the answer; else what is not called a loss, or what stands in its place."""
    names = [*map(name_of, values)]
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: wanted in claimed(name) if wanted is not None else bool(claimed(name)),
        lambda name: name in BARE or _ANSWERS.fullmatch(name) is not None,
        lambda name: name not in LOSSES,
    )
    for fits in tests:
        called = [value for value, name in zip(values, names, strict=True) if fits(name)]
        if len(called) == 1 or (called and wanted is None):
            return called[0]
        if called and of == 1:
            break
    if of == len(values):
        return values[at]
    raise Two("several values", line)
