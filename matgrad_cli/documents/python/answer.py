"""An answer that is written as code: what a function returns, or what its last line computes, as one expression;
nothing is run."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from copy import deepcopy

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...verify.programs.names import as_added, each, loaded, name_of, stored, word_of
from ..passage import Passage
from .lines import Two, answering_lines, gone_on, is_formula, is_talk, meant, unwrapped
from .loops import Update, added_up, bound, changed, over, read_in, shape_of, update_of
from .loss import LARGEST, Inlined, Unread, functions_of
from .origins import as_it_stands, put_together

_SAME = ("T", "reshape", "ravel", "view", "squeeze", "flatten", "detach", "transpose", "t")
"""What gives another view of the same array, which changes with it."""
_SPREAD = ("var", "std")
_OF_CODE = ast.MatMult | ast.Attribute | ast.Call | ast.AugAssign | ast.arg
"""What no formula has: `ast.arg` is a parameter of a function."""
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
    calls = any(isinstance(node, _OF_CODE) for node in nodes)
    if plain or powers or not calls or _of_differentials(tree.body):
        return None
    if any(alias.name == "torch" for line in each(ast.Import, tree) for alias in line.names):
        _as_torch_has_it(tree)
    return tree


def _of_differentials(nodes: list[ast.stmt]) -> bool:
    """Whether something is told of differentials that nothing defines, `dL = 2*r @ X @ dw`."""
    own = stored(*nodes)
    free = {*loaded(*nodes)} - own
    return any(map(_DIFFERENTIAL.fullmatch, own)) and any(map(_DIFFERENTIAL.fullmatch, free))


def _as_torch_has_it(tree: ast.Module) -> None:
    """Says of each variance that it is torch's, which divides by n − 1."""
    for call in each(ast.Call, tree):
        spread = isinstance(call.func, ast.Attribute) and call.func.attr in _SPREAD
        if spread and not {"unbiased", "correction"} & {one.arg for one in call.keywords}:
            call.keywords.append(ast.keyword("unbiased", ast.Constant(True)))


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
        for name in loaded(line):
            self.free.pop(name, None)
        self._read(line)
        for name in changed(line):
            self.free.pop(name, None)
            self.free[name] = line

    def _read(self, line: ast.stmt) -> None:
        if isinstance(line, ast.For) and not line.orelse:
            return self._loop(line)
        target = getattr(line, "targets", [getattr(line, "target", None)])[0]
        chosen = target if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) else None
        if isinstance(line, ast.AugAssign) or chosen is not None:
            self._share(name_of(chosen.value if chosen is not None else target), line.lineno)
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
        """`for i in range(n): g += f(i)` as `g + sum[i:n](f(i))`, `g[i] = f(i)` as the array of these entries."""
        found, bounds = self._updates(line)
        names = [one.name for one in found]
        if any(one.operator is None and names.count(one.name) > 1 for one in found):
            raise Unread("a loop that changes an array twice", line.lineno)
        for one in found:
            self._share(one.name, line.lineno)
            whole, begun = one.term, self.values.get(one.name, ast.Name(one.name, ast.Load()))
            if one.places:
                if not {place for place in one.places if place} <= {*bounds}:
                    raise Unread("a loop that fills a part of an array", line.lineno)
                whole = bound("entries", one.places, bounds, whole)
            if isinstance(begun, ast.List) and not begun.elts:
                begun = ast.Constant(0)
            elif one.operator is None:
                begun = shape_of(begun)
            none = isinstance(begun, ast.Constant) and begun.value == 0
            if not none or isinstance(one.operator, ast.Sub):
                whole = ast.BinOp(begun, one.operator or ast.Add(), whole)
            self.values[one.name], self.sizes[one.name] = whole, sum(1 for _ in ast.walk(whole))
            if self.sizes[one.name] > LARGEST:
                raise Unread("put into one expression it is too long", line.lineno)
            self.lost.pop(one.name, None)

    def _inner(self, values: dict[str, ast.expr]) -> _Block:
        """The same a level deeper, with other values of names."""
        inner = _Block(self.functions, self.depth + 1)
        inner.values, inner.sizes, inner.lost = values, dict(self.sizes), dict(self.lost)
        return inner

    def _updates(self, line: ast.For) -> tuple[list[Update], dict[str, ast.expr]]:
        """What a loop does to the names from outside it, added up over its letter where that is no place;
        and how far the letters of it and of the loops in it go."""
        letter, end, parts = over(line.target, line.iter, line.lineno)
        bounds = {letter: self._put_in(end)}
        inner = self._inner({name: value for name, value in self.values.items() if name != letter})
        inner.values |= {name: self._put_in(value) for name, value in parts.items()}
        line.body = [as_added(one) for one in line.body]
        found = [*inner._changes(line.body, bounds, None)]
        if not found or not read_in(line).isdisjoint(one.name for one in found):
            raise Unread("a loop that does more than adding up", line.lineno)
        return [added_up(one, letter, bounds, line.lineno) for one in found], bounds

    def _changes(self, lines: list[ast.stmt], bounds: dict[str, ast.expr], test: ast.expr | None) -> Iterator[Update]:
        """What a pass through a loop does to names from outside, and where a condition holds."""
        own = set[str]()
        for line in lines:
            update = update_of(line)
            if isinstance(line, ast.For) and test is None and not line.orelse:
                within, letters = self._updates(line)
                names = {one.name for one in within}
                if names <= own:  # what begins in the pass ends in it
                    self._loop(line)
                    continue
                known = {node.id for node in each(ast.Name, *letters.values())}
                if names & own or not known.isdisjoint({*bounds, *letters}) or not bounds.keys().isdisjoint(letters):
                    raise Unread("a loop in another one, on whose letter it depends", line.lineno)
                bounds |= letters
                yield from within
            elif update is not None and update.name not in own:
                term = self._put_in(update.term)
                if test is not None and update.operator is None:
                    raise Unread("a loop that does more than adding up", line.lineno)
                if test is not None:
                    term = ast.Call(ast.Name("where", ast.Load()), [test, term, ast.Constant(0)], [])
                yield replace(update, term=term)
            elif isinstance(line, ast.Assign | ast.AugAssign) and test is None:
                self._line(line)
                own |= {*changed(line)}
            elif isinstance(line, ast.If) and test is None and isinstance(line.test, ast.Compare):
                yield from self._under(line, bounds)
            elif update is not None or not is_talk(line):
                raise Unread("a loop that does more than adding up", line.lineno)

    def _under(self, line: ast.If, bounds: dict[str, ast.expr]) -> Iterator[Update]:
        """What is done under a condition, or else to the same entries."""
        test = self._put_in(line.test)
        if not line.orelse:
            return (yield from self._changes(line.body, bounds, test))
        match [*map(update_of, line.body)], [*map(update_of, line.orelse)]:
            case [Update() as one], [Update() as other] if (one.name, one.places) == (other.name, other.places):
                if type(one.operator) is type(other.operator):
                    values = [self._put_in(one.term), self._put_in(other.term)]
                    return (yield replace(one, term=ast.Call(ast.Name("where", ast.Load()), [test, *values], [])))
        raise Unread("a loop that does more than adding up", line.lineno)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """`~mask` is 1 − mask."""
        inverted = isinstance(node.op, ast.Invert) and self._is_mask(node.operand)
        self.generic_visit(node)
        return ast.BinOp(ast.Constant(1), ast.Sub(), node.operand) if inverted else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A sum over a list as one over its letter; else as a loss has it."""
        listed = node.args[0] if node.args else None
        if isinstance(listed, ast.ListComp | ast.GeneratorExp) and word_of(node) == "sum" and not listed.generators[1:]:
            one = listed.generators[0]
            line = ast.AugAssign(ast.Name("total", ast.Store()), ast.Add(), listed.elt)
            lines: list[ast.stmt] = [ast.If(test, [line], []) for test in one.ifs] or [line]
            axis = [ast.unparse(part) for part in (*(word.value for word in node.keywords), *node.args[1:])]
            if len(one.ifs) < 2 and axis in ([["0"]] if isinstance(node.func, ast.Attribute) else [[], ["0"]]):
                inner = self._inner(self.values | {"total": ast.Constant(0)})
                inner._loop(ast.copy_location(ast.For(one.target, one.iter, lines, []), listed))
                return inner.values["total"]
        return super().visit_Call(node)


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
