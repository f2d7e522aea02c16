"""An answer that is written as code: what a function returns, or what its last line computes, as one expression;
nothing is run."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from copy import deepcopy

from ...diagnostics.regex import regex
from ..passage import Passage
from .lines import Two, answering_lines, gone_on, is_formula, is_talk, meant, unwrapped
from .loss import Inlined, Unread, functions_of
from .origins import as_it_stands, put_together

_SAME = ("T", "reshape", "ravel", "view", "squeeze", "flatten", "detach", "transpose", "t")
"""What gives another view of the same array, which changes with it."""
_SPREAD = ("var", "std")
_ASKS = regex(
    r"\b(?:torch\.autograd|autograd\.\w+|jax\.(?:grad|value_and_grad|jac\w+|hessian)|\w+\.backward|(?:\w+\.)*approx_fprime"
    r"|tf\.GradientTape|(?:sympy|sp)\.diff)\s*(?=\()|\b[A-Za-z]\w*\.grad\b(?!\s*\()"
)
_OR_ELSE = regex(r"(?i)#[^\n]*\b(?:or|oder|ou|maybe|either)\b(?!\s+(?:equivalently|simply))[^\n]*[\d@*^]")
_DIFFERENTIAL = regex(r"d[A-Za-z]")
_GOES_ON = regex(r"\n(?=[ \t]+[-+*/@][ \t])")
"""The end of a line behind which the next one, set in, begins with an operator."""


def worked_out(code: str, wanted: str | None = "", at: int = 0, of: int = 1) -> Passage | Unread | None:
    """What code computes in the end, or as the gradient by the variable that is `wanted`, as one expression that knows
    where its parts stand in the code, or why it is not read; None for what may be a formula, or a derivation.

    Where None is wanted, it is not known yet by what is differentiated. Of `of` values without names that one is
    meant which stands `at` its place.
    """
    tree = None
    try:
        tree = _tree(code)
        if tree is None or (of > 1 and sum(map(is_formula, tree.body)) > 1):  # an answer for each variable
            return _asked_of_a_library(code)
        tree.body = [*gone_on([*unwrapped(tree.body)])]
        _refuse_hedged(code, tree.body[-1:], wanted)
        functions = {one.name: one for one in functions_of(tree.body)}
        whole = put_together(_Block(functions).result(answering_lines(tree, functions), wanted, at, of), code)
        return _asked_of_a_library(whole.text) or whole
    except (SyntaxError, ValueError):
        return None
    except (RecursionError, MemoryError):
        return Unread("it is nested too deeply", 1)
    except Unread as fault:
        runs = isinstance(fault, Two) or (tree is not None and any(map(_runs, ast.walk(tree))))
        return fault if runs else None


def _refuse_hedged(code: str, last: list[ast.stmt], wanted: str | None) -> None:
    """A comment behind a formula that offers another one, or the variable itself as the answer, leaves open what is
    meant."""
    if "\n" not in code.strip() and _OR_ELSE.search(code):
        raise Two("which answer is meant: a comment offers another", 1)
    value = last[0].value if last and isinstance(last[0], ast.Expr) else None
    if wanted and isinstance(value, ast.Name) and value.id == wanted:
        raise Two(f"`{wanted}` is differentiated by, and cannot be the derivative", 1)


def _asked_of_a_library(code: str) -> Unread | None:
    """That code does not work the derivative out, where it asks a library for it."""
    found = _ASKS.search(code)
    return Unread(f"`{found[0].strip()}` asks a library for the derivative", 1) if found is not None else None


def _runs(node: ast.AST) -> bool:
    """Whether a line does more than to say what a name stands for."""
    part = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    return part or isinstance(
        node, ast.FunctionDef | ast.AugAssign | ast.For | ast.While | ast.If | ast.Return | ast.With | ast.Try
    )


def _tree(code: str) -> ast.Module | None:
    """The code as statements; None for text, and for a formula that stands alone, or is one of differentials."""
    text = textwrap.dedent(code).strip("\n")
    try:
        tree = as_it_stands(ast.parse(text), text, code)
    except SyntaxError:  # lines out of a function, or that go on
        text = "def answer():\n" + textwrap.indent(_GOES_ON.sub(" ", text), "    ")
        tree = as_it_stands(ast.parse(text), text, code)
    alone = len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr | ast.Assign)
    nodes = [*ast.walk(tree)]
    plain = alone and "#" not in text and not any(isinstance(node, ast.Lambda) for node in nodes)
    powers = any(isinstance(node, ast.BitXor | ast.BitOr | ast.BitAnd) for node in nodes)
    calls = any(isinstance(node, ast.MatMult | ast.Attribute | ast.Call | ast.AugAssign) for node in nodes)
    if plain or powers or not calls or _of_differentials(nodes):
        return None
    if any(alias.name == "torch" for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names):
        _as_torch_has_it(tree)
    return tree


def _of_differentials(nodes: list[ast.AST]) -> bool:
    """Whether something is told of differentials that nothing defines, `dL = 2*r @ X @ dw`."""
    names = [node for node in nodes if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    loaded = {node.id for node in names if isinstance(node.ctx, ast.Load)} - stored
    return any(_DIFFERENTIAL.fullmatch(name) for name in stored) and any(map(_DIFFERENTIAL.fullmatch, loaded))


def _as_torch_has_it(tree: ast.Module) -> None:
    """Says of each variance that it is torch's, which divides by n − 1."""
    for node in ast.walk(tree):
        spread = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SPREAD
        if (
            isinstance(node, ast.Call)
            and spread
            and not {"unbiased", "correction"} & {one.arg for one in node.keywords}
        ):
            node.keywords.append(ast.keyword("unbiased", ast.Constant(True)))


class _Block(Inlined):
    """Also loops that add up, parts that a mask chooses, and sums over a list;
    an array that another name shares is not changed."""

    def __init__(self, functions: dict[str, ast.FunctionDef], depth: int = 0) -> None:
        super().__init__(functions, depth)
        self.shared: dict[str, set[str]] = {}
        self.free: dict[str, ast.stmt] = {}
        """What no later line uses."""

    def result(self, lines: list[ast.stmt], wanted: str | None, at: int, of: int) -> ast.expr:
        """What is returned, or stands alone in the last line; else the gradient that is called so,
        or all that no other line uses."""
        for line in lines[:-1]:
            if isinstance(line, ast.Return):
                raise Unread("lines behind a `return`", line.lineno)
            if is_formula(line):
                raise Two("two formulas, of which nobody says which is the answer", line.lineno)
            self._line(line)
        last = lines[-1]
        value = last.value if isinstance(last, ast.Return | ast.Expr) else None
        if value is None:
            self._line(last)
            value = ast.Tuple([ast.Name(name, ast.Load()) for name in self.free], ast.Load())
        if isinstance(value, ast.Lambda) and isinstance(last, ast.Expr):
            value = value.body
        if isinstance(value, ast.Tuple) or (isinstance(value, ast.List) and len(value.elts) == of > 1):
            value = meant(value.elts, wanted, at, of, last.lineno)
        if isinstance(value, ast.List | ast.Dict | ast.Lambda):
            raise Two("several values", last.lineno)
        return self._put_in(value)

    def _line(self, line: ast.stmt) -> None:
        for node in ast.walk(line):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self.free.pop(node.id, None)
        self._read(line)
        for name in _stored(line):
            self.free.pop(name, None)
            self.free[name] = line

    def _read(self, line: ast.stmt) -> None:
        if isinstance(line, ast.For) and not line.orelse:
            return self._loop(line)
        target = (
            line.target
            if isinstance(line, ast.AugAssign)
            else line.targets[0]
            if isinstance(line, ast.Assign)
            else None
        )
        chosen = target if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) else None
        if isinstance(line, ast.AugAssign) or chosen is not None:
            self._share(
                target.id if isinstance(target, ast.Name) else getattr(getattr(chosen, "value", None), "id", ""),
                line.lineno,
            )
        if chosen is not None and self._is_mask(chosen.slice):
            assert isinstance(line, ast.Assign | ast.AugAssign)
            return self._assign(chosen.value, self._chosen(chosen, line), line.lineno)
        super()._line(line)
        if isinstance(line, ast.Assign) and isinstance(target, ast.Name) and (root := _root(line.value)) is not None:
            self.shared.setdefault(root, set()).add(target.id)
            self.shared.setdefault(target.id, set()).add(root)
        return None

    def _share(self, name: str, line: int) -> None:
        """Forgets what other names of an array hold that is changed in its place."""
        for other in self.shared.get(name, ()):
            self.lost[other] = Unread(f"`{name}` may be the same array, and is changed in its place", line)

    def _is_mask(self, part: ast.expr) -> bool:
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Invert):
            return self._is_mask(part.operand)
        whole = self.values.get(part.id) if isinstance(part, ast.Name) else part
        return isinstance(whole, ast.Compare)

    def _chosen(self, target: ast.Subscript, line: ast.Assign | ast.AugAssign) -> ast.expr:
        """`x[mask] = value` as `where(mask, value, x)`; the value may be chosen by the same mask."""
        mask = ast.dump(target.slice)
        value = line.value
        if isinstance(line, ast.AugAssign):
            value = ast.BinOp(target.value, line.op, line.value)

        class Whole(ast.NodeTransformer):
            def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
                """The array of which the mask chooses a part."""
                self.generic_visit(node)
                return node.value if ast.dump(node.slice) == mask else node

        value = Whole().visit(deepcopy(value))
        return ast.Call(
            ast.Name("where", ast.Load()), [target.slice, value, ast.Name(ast.unparse(target.value), ast.Load())], []
        )

    def _loop(self, line: ast.For) -> None:
        """`for i in range(n): g += f(i)` as `g + sum[i:n](f(i))`."""
        letter, bound, parts = _over(line.target, line.iter, line.lineno)
        line.body = [_as_added(one) for one in line.body]
        inner = _Block(self.functions, self.depth + 1)
        inner.values = {name: value for name, value in self.values.items() if name != letter} | parts
        inner.sizes, inner.lost = dict(self.sizes), dict(self.lost)
        added = list(_added(line.body, inner, None))
        read = {node.id for node in ast.walk(line) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        if not added or not read.isdisjoint(target for target, *_ in added):
            raise Unread("a loop that does more than adding up", line.lineno)
        for target, operator, term in added:
            self._share(target, line.lineno)
            begun = self.values.get(target)
            summed = ast.Subscript(
                ast.Name("sum", ast.Load()), ast.Slice(ast.Name(letter, ast.Load()), bound), ast.Load()
            )
            whole: ast.expr = ast.Call(summed, [term], [])
            if not (isinstance(begun, ast.Constant) and begun.value == 0 and isinstance(operator, ast.Add)):
                whole = ast.BinOp(ast.Name(target, ast.Load()), operator, whole)
            self._assign(ast.Name(target, ast.Store()), whole, line.lineno)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """`~mask` is 1 − mask."""
        inverted = isinstance(node.op, ast.Invert) and self._is_mask(node.operand)
        self.generic_visit(node)
        return ast.BinOp(ast.Constant(1), ast.Sub(), node.operand) if inverted else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A sum over a list as one over its letter; else as a loss has it."""
        listed = node.args[0] if node.args else None
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if isinstance(listed, ast.ListComp | ast.GeneratorExp) and name == "sum" and len(listed.generators) == 1:
            one = listed.generators[0]
            line = ast.AugAssign(ast.Name("total", ast.Store()), ast.Add(), listed.elt)
            lines: list[ast.stmt] = [ast.If(test, [line], []) for test in one.ifs] or [line]
            axis = [ast.unparse(word.value) for word in node.keywords] + [ast.unparse(part) for part in node.args[1:]]
            if (
                len(one.ifs) < 2
                and axis in ([], ["0"])
                and not (name == "sum" and isinstance(node.func, ast.Attribute) and not axis)
            ):
                inner = _Block(self.functions, self.depth + 1)
                inner.values, inner.sizes, inner.lost = dict(self.values), dict(self.sizes), dict(self.lost)
                inner.values["total"] = ast.Constant(0)
                inner._loop(ast.copy_location(ast.For(one.target, one.iter, lines, []), listed))
                return inner.values["total"]
        return super().visit_Call(node)


def _as_added(line: ast.stmt) -> ast.stmt:
    """`g = g + term` as `g += term`."""
    match line:
        case ast.Assign(
            [ast.Name(name) as target], ast.BinOp(ast.Name(other), ast.Add() | ast.Sub() as operator, term)
        ) if name == other:
            return ast.copy_location(ast.AugAssign(target, operator, term), line)
    return line


def _added(lines: list[ast.stmt], inner: _Block, test: ast.expr | None) -> Iterator[tuple[str, ast.operator, ast.expr]]:
    """What a pass through a loop adds to which name, and where a condition holds."""
    for line in lines:
        if (
            isinstance(line, ast.AugAssign)
            and isinstance(line.target, ast.Name)
            and isinstance(line.op, ast.Add | ast.Sub)
        ):
            term = inner._put_in(line.value)
            chosen = (
                ast.Call(ast.Name("where", ast.Load()), [test, term, ast.Constant(0)], []) if test is not None else term
            )
            yield line.target.id, line.op, chosen
        elif isinstance(line, ast.Assign) and test is None:
            inner._line(line)
        elif isinstance(line, ast.If) and test is None and not line.orelse and isinstance(line.test, ast.Compare):
            yield from _added(line.body, inner, inner._put_in(line.test))
        elif not is_talk(line):
            raise Unread("a loop that does more than adding up", line.lineno)


def _over(target: ast.expr, values: ast.expr, line: int) -> tuple[str, ast.expr, dict[str, ast.expr]]:
    """The letter of a loop, how far it goes, and what the other names of the loop are for it."""
    called = values.func.id if isinstance(values, ast.Call) and isinstance(values.func, ast.Name) else ""
    arguments = values.args if isinstance(values, ast.Call) else []
    if called == "range" and isinstance(target, ast.Name) and len(arguments) == 1:
        return target.id, arguments[0], {}
    letter, places, arrays = "i", [target], [values]
    if (
        called == "enumerate"
        and isinstance(target, ast.Tuple)
        and isinstance(target.elts[0], ast.Name)
        and len(arguments) == 1
    ):
        letter, places, arrays = target.elts[0].id, target.elts[1:], arguments
    elif called == "zip" and isinstance(target, ast.Tuple):
        places, arrays = target.elts, arguments
    names = [place.id for place in places if isinstance(place, ast.Name)]
    if not len(names) == len(places) == len(arrays) or not all(isinstance(one, ast.Name) for one in arrays):
        raise Unread("a loop over something else than numbers or rows", line)
    own = ast.Name(letter, ast.Load())
    bound = ast.Subscript(ast.Attribute(arrays[0], "shape", ast.Load()), ast.Constant(0), ast.Load())
    return (
        letter,
        bound,
        {name: ast.Subscript(array, own, ast.Load()) for name, array in zip(names, arrays, strict=True)},
    )


def _stored(line: ast.stmt) -> Iterator[str]:
    """The names that a line gives a value, or a part of one; a loop those to which it adds."""
    lines = (
        [node for node in ast.walk(line) if isinstance(node, ast.AugAssign)] if isinstance(line, ast.For) else [line]
    )
    targets = [
        target
        for one in lines
        for target in getattr(one, "targets", [getattr(one, "target", None)])
        if target is not None
    ]
    for node in (node for target in targets for node in ast.walk(target)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            yield node.value.id


def _root(value: ast.expr) -> str | None:
    """The array of which an expression is another name, or a view."""
    while isinstance(value, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(value, ast.Call):
            value = value.func
            if not isinstance(value, ast.Attribute):
                return None
        if isinstance(value, ast.Attribute) and value.attr not in _SAME:
            return None
        value = value.value
    return value.id if isinstance(value, ast.Name) else None
