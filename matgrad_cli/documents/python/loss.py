"""A loss that is written as a Python function: its assignments put into what it returns, as an expression; nothing is run."""

from __future__ import annotations

import ast
import re

from ...diagnostics import Diagnostic, Source
from ...diagnostics.record import record
from .outline import comments_of, directives_of
from .said import told

LARGEST = 4000
"""So many parts the expression may have."""
PLAIN = ("sigmoid", "relu", "tanh", "softplus")
"""Functions that mean the same wherever they are defined."""
DEEPEST = 8
_CALLED = re.compile(r"loss|cost|objective|criterion|nll|energy|error", re.I)


@record
class Written:
    """A loss as an expression, the function it comes from, and what the file says of shapes."""

    text: str
    function: str
    shapes: tuple[str, ...]


def loss_of(source: Source) -> Written | Diagnostic:
    """The loss of a file: its function that is called a loss, or its only one; else its lines, if a comment names the loss."""
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = getattr(error, "msg", None) or "it is nested too deeply"
        return Diagnostic("syntax-error", f"`{source.name}` is not Python: {said}", source)
    functions = [line for line in tree.body if isinstance(line, ast.FunctionDef)]
    named = [function for function in functions if _CALLED.search(function.name)] or functions
    comments = comments_of(source.text)
    stated = next((one.value for one in directives_of(comments) if one.key == "loss"), None)
    if stated is None and len(named) != 1:
        found = f"{len(functions)} functions, of which none alone is called a loss" if functions else "no function"
        help_ = "one function that returns the loss, or `# matgrad: loss = L`"
        return Diagnostic("missing-loss", f"`{source.name}` holds {found}", source, help=help_)
    function = named[0] if len(named) == 1 else None
    constants = [line for line in tree.body if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)]
    inlined = _Inlined({one.name: one for one in functions if one.name not in PLAIN})
    try:
        whole = inlined.of([*constants, *function.body] if function is not None else tree.body, stated)
        text = ast.unparse(whole)
    except (_Unread, RecursionError) as fault:
        line, why = (fault.line, fault.why) if isinstance(fault, _Unread) else (1, "it is nested too deeply")
        message = f"line {line} of `{source.name}` is not read: {why}"
        return Diagnostic("unreadable", message, source, help="a loss is made of assignments to names and one `return`")
    words = "\n".join([ast.get_docstring(function) or "" if function is not None else "", *(text.lstrip("# ") for _, text in comments)])
    names = {node.id for node in ast.walk(whole) if isinstance(node, ast.Name)}
    shapes = tuple(
        f"{name}: {'×'.join(said.dims) if said.dims else 'scalar'}"
        for name, said in told(words).items()
        if name in names and said.dims is not None and all(dim.isalnum() for dim in said.dims)
    )
    return Written(text, function.name if function is not None else "", shapes)


class _Unread(Exception):
    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


class _Inlined(ast.NodeTransformer):
    """The names that got a value, each with its expression, in which those before are put in already."""

    def __init__(self, functions: dict[str, ast.FunctionDef], depth: int = 0) -> None:
        self.functions = functions
        self.depth = depth
        self.values: dict[str, ast.expr] = {}
        self.sizes: dict[str, int] = {}
        self.lost: dict[str, _Unread] = {}

    def of(self, lines: list[ast.stmt], stated: str | None) -> ast.expr:
        """What the lines return, or what is stated."""
        for line in lines:
            if isinstance(line, ast.Return) and line.value is not None:
                value = line.value.elts[0] if isinstance(line.value, ast.Tuple) and line.value.elts else line.value
                return self._put_in(value)
            self._line(line)
        if stated is None:
            raise _Unread("nothing is returned", getattr(lines[-1], "lineno", 1))
        try:
            return self._put_in(ast.parse(stated, mode="eval").body)
        except (SyntaxError, ValueError):
            raise _Unread(f"`{stated}` is no expression", 1) from None

    def _line(self, line: ast.stmt) -> None:
        if isinstance(line, ast.Assign) and len(line.targets) == 1:
            self._assign(line.targets[0], line.value, line.lineno)
        elif isinstance(line, ast.AnnAssign) and line.value is not None:
            self._assign(line.target, line.value, line.lineno)
        elif isinstance(line, ast.AugAssign) and isinstance(line.target, ast.Name):
            self._assign(line.target, ast.BinOp(ast.Name(line.target.id, ast.Load()), line.op, line.value), line.lineno)
        else:  # only a loss that depends on it is not read
            targets = [node.id for node in ast.walk(line) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
            written = [node.value for node in ast.walk(line) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)]
            targets += [node.id for node in written if isinstance(node, ast.Name)]
            if any(isinstance(node, ast.Return) for node in ast.walk(line)):
                raise _Unread("a `return` under a condition", line.lineno)
            self.lost |= {name: _Unread(f"`{type(line).__name__.lower()}`", line.lineno) for name in targets}

    def _assign(self, target: ast.expr, value: ast.expr, line: int) -> None:
        if isinstance(target, ast.Tuple):
            parts = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
            for number, part in enumerate(target.elts):
                single = parts[number] if parts else ast.Subscript(value, ast.Constant(number), ast.Load())
                self._assign(part, single, line)
        elif isinstance(target, ast.Name):
            try:
                self.values[target.id] = whole = self._put_in(value)
                self.sizes[target.id] = sum(1 for _ in ast.walk(whole))
                self.lost.pop(target.id, None)
            except _Unread as fault:
                self.lost[target.id] = fault
        else:
            names = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)][:1]
            self.lost |= {name: _Unread("a part is given a value", line) for name in names}

    def _put_in(self, value: ast.expr) -> ast.expr:
        size = sum(self.sizes.get(node.id, 1) if isinstance(node, ast.Name) else 1 for node in ast.walk(value))
        if size > LARGEST:
            raise _Unread("put into one expression it is too long", getattr(value, "lineno", 1))
        whole: ast.expr = self.visit(ast.parse(ast.unparse(value), mode="eval").body)
        return whole

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """What a function of the file returns, with the arguments put in."""
        function = self.functions.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None:
            self.generic_visit(node)
            return node
        places = [place.arg for place in function.args.args]
        if node.keywords or len(places) != len(node.args) or self.depth >= DEEPEST:
            raise _Unread(f"the call of `{function.name}`", function.lineno)
        inner = _Inlined(self.functions, self.depth + 1)
        inner.values = {place: self.visit(value) for place, value in zip(places, node.args, strict=True)}
        inner.sizes = {place: sum(1 for _ in ast.walk(value)) for place, value in inner.values.items()}
        return inner.of(function.body, None)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The expression of a name that has one."""
        if node.id in self.lost:
            raise self.lost[node.id]
        return self.values.get(node.id, node)
