"""A loss that is written as a Python function, or the output of a layer: its assignments put into what it returns;
nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy

from ...diagnostics import Diagnostic, Source
from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...verify.programs.names import arguments_of, as_added, each, name_of, names_in, stored, word_of
from ...verify.programs.values import Unread
from .outline import Unit, comments_of, directives_of, units_of
from .said import Said, told
from .uses import LOSSES, UPSTREAM, claimed, is_gradient

LARGEST = 4000
"""So many parts the expression may have."""
PLAIN = ("sigmoid", "relu", "tanh", "softplus")
"""Functions that mean the same wherever they are defined."""
DEEPEST = 8
KEPT = regex(r"cache|ctx|saved|memory|tape|history|context|state")
_CALLED = regex(r"loss|cost|objective|criterion|nll|energy|error", re.I)


@record
class Written:
    """A loss as an expression, the function it comes from, and what the file says of shapes."""

    text: str
    function: str
    shapes: tuple[str, ...]


def loss_of(source: Source, part: str = "", wrt: str = "") -> Written | Diagnostic:
    """The loss of a file: its function that is called a loss, or its only one; else its lines, if a comment names the
    loss; else the product ⟨dout, output⟩ of the layer in which a name stands. `part` names a function or a class."""
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = getattr(error, "msg", None) or "it is nested too deeply"
        return Diagnostic("syntax-error", f"`{source.name}` is not Python: {said}", source)
    functions = [line for line in tree.body if isinstance(line, ast.FunctionDef)]
    named = [
        function for function in functions if function.name == part or (not part and _CALLED.search(function.name))
    ]
    named = named or ([] if part else functions)
    comments = comments_of(source.text)
    stated = next((one.value for one in directives_of(comments) if one.key == "loss"), None)
    try:
        if part or (stated is None and len(named) != 1):
            layer = _layer(tree, source.text, part, wrt)
            if layer is not None:
                return layer
        if not named if part else stated is None and len(named) != 1:
            return _missing(source, functions, part, wrt)
        outputs = _outputs(named[0]) if len(named) == 1 and stated is None else []
        if outputs[1:]:
            listed = ", ".join(f"`{one}`" for one in outputs)
            said = f"`{named[0].name}` of `{source.name}` returns {len(outputs)} values: {listed}"
            help_ = f"name the one that is meant in the file: `# matgrad: loss = {outputs[0]}`"
            return Diagnostic("missing-loss", said, source, help=help_)
        function = named[0] if len(named) == 1 else None
        constants = [
            line for line in tree.body if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
        ]
        inner = {one.name: one for one in functions_of(tree.body) if one.name not in PLAIN}
        lines = [*constants, *function.body] if function is not None else tree.body
        whole = Inlined(inner, whole=wrt).of(lines, stated)
        whole = Inlined(inner).of(lines, stated) if wrt and _of_arrays(whole, wrt) else whole
    except (Unread, RecursionError) as fault:
        line, why = (fault.line, fault.why) if isinstance(fault, Unread) else (1, "it is nested too deeply")
        message = f"line {line} of `{source.name}` is not read: {why}"
        return Diagnostic("unreadable", message, source, help="a loss is made of assignments to names and one `return`")
    docstring = ast.get_docstring(function) or "" if function is not None else ""
    words = "\n".join([docstring, *(text.lstrip("# ") for _, text in comments)])
    said = (_unpacked(function) if function is not None else {}) | told(words)
    return Written(
        ast.unparse(whole), function.name if function is not None else "", _shapes(tuple(said.items()), whole)
    )


_ARRAYS = ("dot", "matmul", "mm", "inner", "vdot", "outer", "norm", "sum", "mean", "trace", "einsum", "transpose")


def _of_arrays(whole: ast.expr, name: str) -> bool:
    """Whether a part that something is taken apart into, `W, b = params`, is used as an array is: then it is no row of
    numbers."""
    sides = [
        side for node in each(ast.BinOp, whole) if isinstance(node.op, ast.MatMult) for side in (node.left, node.right)
    ]
    sides += [part for call in each(ast.Call, whole) if word_of(call) in _ARRAYS for part in call.args]
    sides += [node.value for node in each((ast.Attribute, ast.Subscript), whole)]  # type: ignore[attr-defined]
    return any(isinstance(side, ast.Subscript) and name_of(side.value) == name for side in sides)


def _outputs(function: ast.FunctionDef) -> list[str]:
    """What a function that returns several values gives, none of which is known to be its loss;
    not gradients, and what is kept."""
    returned = next((line.value for line in function.body if isinstance(line, ast.Return)), None)
    parts = returned.elts if isinstance(returned, ast.Tuple) and not _CALLED.search(function.name) else []
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    outputs = [name for name in names if not is_gradient(name) and not KEPT.search(name)]
    return outputs if len(outputs) > 1 and outputs[0] not in LOSSES else []


def _missing(source: Source, functions: list[ast.FunctionDef], part: str, wrt: str) -> Diagnostic:
    shown = ", ".join(f"`{function.name}`" for function in functions[:6])
    found = f"{len(functions)} functions, {shown}, of which none alone is called a loss" if functions else "no function"
    if part:
        found = f"no function, class or layer `{part}` whose output is read"
    elif not wrt and functions:
        found += ", and no variable is given by which a layer is found"
    help_ = f"one function that returns the loss, or `# matgrad: loss = L`; `{source.name}::NAME` names one of several"
    help_ += "" if wrt else "; `--wrt NAME` the input of a layer"
    return Diagnostic("missing-loss", f"`{source.name}` holds {found}", source, help=help_)


def _shapes(said: tuple[tuple[str, Said], ...], whole: ast.expr) -> tuple[str, ...]:
    """What is told of the shapes of the names of an expression, as options say it."""
    names = names_in(whole)
    known = ((name, one.dims) for name, one in said if name in names and one.dims is not None)
    return tuple(f"{name}: {'×'.join(dims) or 'scalar'}" for name, dims in known if all(dim.isalnum() for dim in dims))


def functions_of(lines: list[ast.stmt]) -> list[ast.FunctionDef]:
    """The functions among lines; a name that is given a `lambda` is one."""
    found = []
    for line in lines:
        name = name_of(line.targets[0]) if isinstance(line, ast.Assign) else ""
        if name and isinstance(line, ast.Assign) and isinstance(line.value, ast.Lambda):
            written = f"def {name}({ast.unparse(line.value.args)}): return {ast.unparse(line.value.body)}"
            line = ast.copy_location(ast.parse(written).body[0], line)
        found += [line] if isinstance(line, ast.FunctionDef) else []
    return found


def _unpacked(function: ast.FunctionDef) -> dict[str, Said]:
    """The shapes that a function takes apart: `N, D = x.shape`, of arguments that stay what they are."""
    free = {*arguments_of(function)} - stored(function)
    found: dict[str, Said] = {}
    for line in function.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Tuple) and word_of(line.value) == "shape":
            parts, name = [*map(name_of, line.targets[0].elts)], name_of(getattr(line.value, "value", None))
            if name in free and all(part.isalnum() for part in parts):
                found[name] = Said(tuple(parts))
    return found


def _layer(tree: ast.Module, text: str, part: str, wrt: str) -> Written | None:
    """The product of the gradient from above and the output, ⟨dout, out⟩, of the first layer that is called so, or in
    which the variable stands."""
    constants = [line for line in tree.body if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)]
    for unit in units_of(tree, text):
        forward = unit.forward
        alone = unit.backward is None and not (unit.inside is not None and part == unit.title)
        if forward is None or alone or unit.closure or part not in ("", unit.title, forward.name):
            continue
        inside = unit.inside.body if unit.inside is not None else []
        functions = {one.name: _bare(one) for one in functions_of([*tree.body, *inside]) if one.name not in PLAIN}
        lines = _bare(forward).body
        stated = ast.unparse(unit.loss) if unit.loss is not None else _from_above(unit, lines)
        kept = [line for line in lines if stated is None or not isinstance(line, ast.Return)]
        try:
            whole = Inlined(functions).of([*constants, *kept], stated)
        except Unread:
            if part and (unit.backward is None or part == unit.title):
                raise
            continue
        if wrt in names_in(whole):
            said = {**_unpacked(forward), **dict(unit.said)}
            return Written(ast.unparse(whole), unit.title, _shapes(tuple(said.items()), whole))
    return None


def _from_above(unit: Unit, lines: list[ast.stmt]) -> str | None:
    """⟨dout, out⟩ for each gradient that comes from above: the output after which it is called, or the next one."""
    above = [name for name in arguments_of(unit.backward) if UPSTREAM.match(name) or claimed(name)]
    returned = next((line.value for line in lines if isinstance(line, ast.Return)), None)
    if not above or returned is None:
        return None
    parts = returned.elts if isinstance(returned, ast.Tuple) else [returned]
    outputs = [ast.unparse(part) for part in parts if not isinstance(part, ast.Tuple | ast.Dict | ast.List)]
    outputs = [out for out in outputs if not KEPT.search(out)] or outputs[:1]
    found: list[tuple[str, str]] = []
    for name in above:
        called = [out for out in outputs if out.lower() in {of.lower() for of in claimed(name)}]
        out = next(iter([*called, *(outputs if UPSTREAM.match(name) or not found else ())]), None)
        if out is not None:
            outputs.remove(out)
            found.append((name, out))
    return " + ".join(f"inner({name}, {out})" for name, out in found)


def _bare(method: ast.FunctionDef) -> ast.FunctionDef:
    """A method as a function of its own."""
    made = OfObject().visit(ast.parse(ast.unparse(method)).body[0])
    assert isinstance(made, ast.FunctionDef)
    made.args.args = [place for place in made.args.args if place.arg != "self"]
    return made


class OfObject(ast.NodeTransformer):
    """Attributes of an object under their own names: `self.W` is W."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """The name alone, where it belongs to the object."""
        if name_of(node.value) == "self":
            return ast.copy_location(ast.Name(node.attr, node.ctx), node)
        self.generic_visit(node)
        return node


def _through(line: ast.For) -> ast.comprehension:
    return ast.comprehension(line.target, line.iter, [], 0)


class Inlined(ast.NodeTransformer):
    """The names that got a value, each with its expression, in which those before are put in already; `whole` is what
    the loss is differentiated by."""

    def __init__(self, functions: dict[str, ast.FunctionDef], depth: int = 0, whole: str = "") -> None:
        self.functions = functions
        self.depth, self.whole = depth, whole
        self.values: dict[str, ast.expr] = {}
        self.sizes: dict[str, int] = {}
        self.lost: dict[str, Unread] = {}
        self.keepers: dict[str, str] = {}

    def of(self, lines: list[ast.stmt], stated: str | None) -> ast.expr:
        """What the lines return, or what is stated."""
        names = re.findall(r"\w+", stated or "")
        for line in lines:
            if isinstance(line, ast.Return) and stated is not None and not self.values.keys().isdisjoint(names):
                break
            if isinstance(line, ast.Return) and line.value is not None:
                value = line.value.elts[0] if isinstance(line.value, ast.Tuple) and line.value.elts else line.value
                return self._put_in(value)
            self._line(line)
        if stated is None:
            raise Unread("nothing is returned", getattr(lines[-1], "lineno", 1))
        try:
            return self._put_in(ast.parse(stated, mode="eval").body)
        except (SyntaxError, ValueError):
            raise Unread(f"`{stated}` is no expression", 1) from None

    def _line(self, line: ast.stmt) -> None:
        if isinstance(line, ast.For) and (totals := self._added(line.body, [_through(line)])) is not None:
            for name, total in totals:
                start = self.values.get(name, ast.Name(name, ast.Load()))
                nothing = isinstance(start, ast.Constant) and start.value == 0
                self.values[name] = total if nothing else ast.BinOp(start, ast.Add(), total)
                self.sizes[name] = sum(1 for _ in ast.walk(total)) + self.sizes.get(name, 1)
            inside = stored(line) - {name for name, _ in totals}
            self.lost |= {name: Unread("a value of a loop's last turn", line.lineno) for name in inside}
            return
        if isinstance(line, ast.Assign) and len(line.targets) == 1:
            self._assign(line.targets[0], line.value, line.lineno)
        elif isinstance(line, ast.AnnAssign) and line.value is not None:
            self._assign(line.target, line.value, line.lineno)
        elif isinstance(line, ast.AugAssign) and isinstance(line.target, ast.Name):
            self._assign(line.target, ast.BinOp(ast.Name(line.target.id, ast.Load()), line.op, line.value), line.lineno)
        else:  # only a loss that depends on it is not read
            written = [name_of(node.value) for node in each(ast.Subscript, line) if isinstance(node.ctx, ast.Store)]
            targets = {*stored(line), *written} - {""}
            if any(each(ast.Return, line)):
                raise Unread("a `return` under a condition", line.lineno)
            self.lost |= {name: Unread(f"`{type(line).__name__.lower()}`", line.lineno) for name in targets}

    def _added(self, lines: list[ast.stmt], loops: list[ast.comprehension]) -> list[tuple[str, ast.expr]] | None:
        """What loops add to names, `total += …`, as sums; None where they do more."""
        lines = [*map(as_added, lines)]
        added = {one.target.id for one in each(ast.AugAssign, *lines) if isinstance(one.target, ast.Name)}
        inner, found = Inlined(self.functions, self.depth + 1), list[tuple[str, ast.expr]]()
        letters = {name_of(loop.target) for loop in loops}
        inner.values = {name: value for name, value in self.values.items() if name not in letters}
        inner.lost = dict.fromkeys(added, Unread("a sum is used before it is whole", lines[0].lineno))
        for line in lines:
            if isinstance(line, ast.For):
                below = inner._added(line.body, [*loops, _through(line)])
                if below is None:
                    return None
                found += below
            elif isinstance(line, ast.AugAssign) and isinstance(line.target, ast.Name) and isinstance(line.op, ast.Add):
                made = ast.ListComp(inner._put_in(line.value), [inner.visit(deepcopy(loop)) for loop in loops])
                found.append((line.target.id, ast.Call(ast.Name("sum", ast.Load()), [made], [])))
            elif isinstance(line, ast.Assign) and stored(line).isdisjoint({*self.values, *added, *letters}):
                inner._line(line)
            else:
                return None
        return found

    def _assign(self, target: ast.expr, value: ast.expr, line: int) -> None:
        """All parts of `a, b = b, a` are what stands on the right before any of them is given its value."""
        for part, made in [(part, self._made(single)) for part, single in self._parts(target, value)]:
            if not isinstance(part, ast.Name):
                names = [node.id for node in each(ast.Name, part)][:1]
                self.lost |= {name: Unread("a part is given a value", line) for name in names}
            elif isinstance(made, Unread):
                self.lost[part.id] = made
            else:
                self.values[part.id] = made
                self.sizes[part.id] = sum(1 for _ in ast.walk(made))
                self.lost.pop(part.id, None)

    def _parts(self, target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
        """Every part that is given a value, with that."""
        if not isinstance(target, ast.Tuple):
            yield target, value
        elif name_of(value) in ("", self.whole, *self.values):  # in `w, b = params` they are variables
            parts = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
            for number, part in enumerate(target.elts):
                single = parts[number] if parts else ast.Subscript(value, ast.Constant(number), ast.Load())
                yield from self._parts(part, single)

    def _made(self, value: ast.expr) -> ast.expr | Unread:
        try:
            return self._put_in(value)
        except Unread as fault:
            return fault

    def _put_in(self, value: ast.expr) -> ast.expr:
        size = sum(self.sizes.get(node.id, 1) if isinstance(node, ast.Name) else 1 for node in ast.walk(value))
        if size > LARGEST:
            raise Unread("put into one expression it is too long", getattr(value, "lineno", 1))
        whole: ast.expr = self.visit(deepcopy(value))
        return whole

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """What a function of the file returns, with the arguments put in."""
        function = self.functions.get(name_of(node.func))
        if function is None:
            self.generic_visit(node)
            if name_of(node.func) == "range":  # the rows, in `p[range(N), y]`
                node.func = ast.Attribute(ast.Name("np", ast.Load()), "arange", ast.Load())
            return node
        places = arguments_of(function)
        if node.keywords or len(places) != len(node.args) or self.depth >= DEEPEST:
            raise Unread(f"the call of `{function.name}`", function.lineno)
        inner = Inlined(self.functions, self.depth + 1)
        inner.values = {place: self.visit(value) for place, value in zip(places, node.args, strict=True)}
        inner.sizes = {place: sum(1 for _ in ast.walk(value)) for place, value in inner.values.items()}
        return inner.of(function.body, None)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`params["w"]` of an argument is a variable by that name."""
        self.generic_visit(node)
        value = node.slice.value if isinstance(node.slice, ast.Constant) else None
        key = value if isinstance(value, str) else ""
        keeper = name_of(node.value) if isinstance(node.value, ast.Name) else ""
        if not (keeper and key.isidentifier()):
            return node
        if key in self.values or self.keepers.setdefault(key, keeper) != keeper:
            raise Unread(f"`{ast.unparse(node)}` beside another `{key}`", node.lineno)
        return ast.copy_location(ast.Name(key, ast.Load()), node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """The names and the range of a list stay what they are; what it goes through is put in."""
        over = node.iter
        if isinstance(over, ast.Call) and name_of(over.func) == "range":
            over.args = [self.visit(end) for end in over.args]
        else:
            node.iter = self.visit(over)
        node.ifs = [self.visit(test) for test in node.ifs]
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The expression of a name that has one."""
        if node.id in self.lost:
            raise self.lost[node.id]
        return self.values.get(node.id, node)
