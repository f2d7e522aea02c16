"""A Python file as units to judge: scripts, functions, forward/backward pairs, classes;
found by Python's own `ast`, never run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from typing import Any

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...verify.programs.names import DATA, arguments_of, each, key_of, known_in, last_part, name_of, targets_of
from .beside import Imported, lines_of, taken_in
from .pairs import (
    FORWARD,
    GRADIENT,
    callees,
    criterion_of,
    pairs,
    runs_itself,
    sees_no_more,
    stated_beside,
    stated_by,
    stepped,
    stub,
    whole,
)
from .said import Said, told
from .sizes import made_in
from .uses import BARE, LOSSES, OWNERS, TARGETS, claimed, is_gradient, named_whole, shortened

BACKWARD = (
    *"backward backprop bprop backward_pass backward_propagation backward_prop backpropagation backpropagate".split(),
    *"grad gradient compute_gradients compute_grads compute_gradient compute_grad gradients grads".split(),
    "gradient_descent",
)
NESTED = ("grad", "grad_fn", "backward", "backward_fn", "bwd", "vjp", "vjp_fn", "pullback")
"""What a function inside another one is called that is given back beside the value: its gradient."""
CLOSURES = ("backward", "backward_fn", "grad_fn", "backprop")
CRITERION = ("loss", "compute_loss", "cost", "compute_cost", "criterion", "calculate")


@record
class Unit:
    """What is judged together: the lines before it, a forward part and a backward part (the same one in a script or one
    function).

    loss    the expression that `# matgrad: loss = …` names, if any
    guessed the loss is none that is named, but the only one of the file, which the unit does not call
    shown   it is called for its value alone, of all that gradients are made of: a multiple of it may be meant
    grads   other names of gradients: gradient → what it is the derivative by
    closure the backward part is written inside the forward one, and adds to the `grad` of objects, as in micrograd
    nested  it is written there, and given back, as `tf.custom_gradient` has it
    beside  what the file gets from files beside it
    lone    what the only argument of the backward part is: from above where nothing is said, an `input`, an `output`
    said    what docstrings and comments tell of its names
    facts   what `# matgrad: assume = M binary, S symmetric` says of names
    """

    title: str
    lines: tuple[ast.stmt, ...]
    forward: ast.FunctionDef | None = None
    backward: ast.FunctionDef | None = None
    inside: ast.ClassDef | None = None
    loss: ast.expr | None = None
    guessed: bool = False
    shown: bool = False
    grads: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, Said], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    criterion: ast.FunctionDef | None = None
    closure: bool = False
    nested: bool = False
    beside: tuple[Imported, ...] = ()
    lone: str = ""

    @property
    def promised(self) -> bool:
        """Whether it is called a backward part, and does something."""
        part = self.backward or self.forward
        parts = [part for part in (self.forward, self.backward) if part is not None]
        return part is not None and _backward(part) and not any(stub(part) for part in parts)

    @property
    def own(self) -> tuple[ast.stmt, ...]:
        """The lines that are its own: the class, the two parts, or all lines of a script."""
        parts = tuple(part for part in (self.forward, self.backward) if part is not None)
        return (self.inside,) if self.inside is not None else parts or self.lines

    @property
    def all_lines(self) -> tuple[ast.stmt, ...]:
        """The lines of its file, and those that it gets from files beside it."""
        return (*self.lines, *lines_of(self.beside))

    @property
    def by_autograd(self) -> bool:
        """Whether autograd takes what is returned: a gradient for each argument of `forward`, in their order."""
        bases = [last_part(key_of(base) or "") for base in self.inside.bases] if self.inside is not None else []
        return "Function" in bases and self.forward is not None

    @property
    def scripted(self) -> bool:
        """Whether it is no function, but the lines of the file themselves."""
        return self.forward is None


@record
class Directive:
    """`# matgrad: key = value` at a line."""

    line: int
    key: str
    value: str


_DIRECTIVE = regex(r"#\s*matgrad\s*:\s*(\w+)\s*[=:]\s*(.+)")

_FACT = regex(r"(\w+)\s+([\w-]+)\s*(?:,|$)")


def comments_of(text: str) -> list[tuple[int, str]]:
    """The comments with their lines, as far as the text can be cut into tokens."""
    found: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found.append((token.start[0], token.string))
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def directives_of(comments: list[tuple[int, str]]) -> list[Directive]:
    """The comments that speak to us."""
    found = ((line, _DIRECTIVE.match(comment)) for line, comment in comments)
    return [Directive(line, match[1].lower(), match[2].strip()) for line, match in found if match is not None]


def units_of(tree: ast.Module, text: str, path: str = "") -> list[Unit]:
    """The units of a file that make claims, in the order of their backward parts. Where the file stands at a path,
    what it gets from those beside it is known."""
    comments = comments_of(text)
    file = _File(tree, comments, directives_of(comments), known_in(tree), taken_in(tree, path))
    called = {name for one in file.directives if one.key == "grads" for name, _ in _pairs_told(one.value)}
    functions = file.functions
    paired = dict(pairs(functions))
    loose = [line for line in tree.body if not isinstance(line, ast.FunctionDef | ast.ClassDef)]
    found: list[Unit] = []
    for line in tree.body:
        if isinstance(line, ast.ClassDef):
            found += _of_class(file, line)
        elif isinstance(line, ast.FunctionDef) and line in paired:
            forward = paired[line]
            criterion = criterion_of(functions, forward, line) or stated_beside(functions, forward, line)
            forward, criterion = whole(forward, criterion, line)
            found.append(file.unit(line.name, [forward, line], forward=forward, backward=line, criterion=criterion))
        elif isinstance(line, ast.FunctionDef) and (inner := _given_back(line)) is not None:
            found.append(file.unit(line.name, [line], forward=line, backward=inner, nested=True))
        elif isinstance(line, ast.FunctionDef) and line not in paired.values():
            short = called | dict(_shortened(line, line)).keys() | stepped(functions, line)
            if _claims(line, file.known, short, paired) or _alone(tree, line):
                found.append(file.unit(line.name, [line], forward=line, loss=stated_by(functions, line)))
    written = [line for line in loose if not isinstance(getattr(line, "value", None), ast.Constant)]
    if _claims(ast.Module(written, []), file.known, called | dict(_marked(written)).keys()):
        found.append(file.unit("script", loose))
    return found


@record
class _File:
    """A file with its comments, those of them that speak to us, and all its names."""

    tree: ast.Module
    comments: list[tuple[int, str]]
    directives: list[Directive]
    known: frozenset[str]
    beside: tuple[Imported, ...]

    @property
    def functions(self) -> list[ast.FunctionDef]:
        """The functions that are no methods."""
        return [line for line in self.tree.body if isinstance(line, ast.FunctionDef)]

    def unit(self, title: str, own: list[ast.stmt], **parts: Any) -> Unit:
        """A unit of the file, made of some of its lines, or the lines outside of functions and classes."""
        inside = [one for one in self.directives if any(_within(line, one.line) for line in own)]
        outside = [one for one in self.directives if not any(_within(line, one.line) for line in self._closed())]
        chosen: dict[str, str] = {one.key: one.value for one in [*outside, *inside]}
        loss: ast.expr | None = parts.pop("loss", None)
        if "loss" in chosen:
            try:
                loss = ast.parse(chosen["loss"], mode="eval").body
            except (SyntaxError, ValueError):  # a name that is none, so that it is told where the loss is asked for
                loss = ast.Name(chosen["loss"], ast.Load(), lineno=1, col_offset=0)
        forward, backward = parts.get("forward"), parts.get("backward")
        written = [line for line in self.tree.body if forward is not None]
        if "inside" in parts:  # what a method besides the two passes gives parameters
            others = (method for method in parts["inside"].body if isinstance(method, ast.FunctionDef))
            written += each(
                ast.stmt, *(one for one in others if one not in (forward, backward) and one.name != "__init__")
            )
        made = {name: Said(dims) for name, dims in made_in(written)}
        shapes = re.sub(r"[;,]\s*(?=\w+\s*:)", "\n", chosen.get("shapes", ""))
        said = made | told(self._words([parts["inside"]] if "inside" in parts else own)) | told(shapes)
        found = (*_errors(backward), *_shortened(forward, backward or forward), *_of_input(forward, backward))
        grads = _pairs_told(chosen.get("grads", "")) or found or (_marked(own) if forward is None else ())
        facts = tuple(_FACT.findall(chosen.get("assume", "")))
        more = {"said": tuple(said.items()), "facts": facts, "beside": self.beside}
        beside = loss is not None and "loss" not in chosen
        parts["shown"] = beside and not callees(forward).isdisjoint(callees(loss)) and sees_no_more(forward, loss)
        parts["guessed"] = beside and not parts["shown"]
        return Unit(title, tuple(self.tree.body), loss=loss, grads=grads, **more, **parts)  # type: ignore[arg-type]

    def _closed(self) -> list[ast.stmt]:
        return [line for line in self.tree.body if isinstance(line, ast.FunctionDef | ast.ClassDef)]

    def _words(self, lines: list[ast.stmt]) -> str:
        """Docstrings, comments and annotations of functions and classes, and what stands outside of all of them."""
        found = [ast.get_docstring(self.tree) or ""]
        outside = [one for number, one in self.comments if not any(_within(line, number) for line in self._closed())]
        found += [one.lstrip("# ") for one in outside if not _DIRECTIVE.match(one)]
        for line in [line for line in self._closed() if line in lines]:
            found += [ast.get_docstring(owner) or "" for owner in each((ast.FunctionDef, ast.ClassDef), line)]  # type: ignore[arg-type]
            inside = [one for number, one in self.comments if _within(line, number)]
            found += [one.lstrip("# ") for one in inside if not _DIRECTIVE.match(one)]
            found += [f"{name}: ({dims})" for name, dims in _annotations(line)]
        return "\n".join(found)


def otherwise(unit: Unit) -> list[Unit]:
    """The same where the only argument of a backward part besides gradients, of which no name tells what it is, is
    what its forward part is given, or what it gives: `def sigmoid_grad(s): return s * (1 - s)`."""
    own = [name for name in arguments_of(unit.backward) if not is_gradient(name)]
    if unit.backward is None or [len(arguments_of(unit.forward)), len(own)] != [1, 1]:
        return []
    return [replace(unit, lone="input"), replace(unit, lone="output")]


def _errors(backward: ast.FunctionDef | None) -> tuple[tuple[str, str], ...]:
    """`weights_error` for `weights`, where what comes from above is called `output_error`."""
    marked = any(re.fullmatch(r"out(?:put)?_error", name) for name in arguments_of(backward))
    names = {node.id for node in each(ast.Name, backward) if node.id.endswith("_error")} if marked else set()
    return tuple((name, name.removesuffix("_error")) for name in sorted(names))


def _shortened(forward: ast.FunctionDef | None, part: ast.FunctionDef | None) -> tuple[tuple[str, str], ...]:
    """What a backward part returns or keeps, or a part beside its loss, under names that are cut short or marked
    otherwise, with the arguments of the forward part, or the attributes in it, that they are the derivatives by."""
    values = [line.value for line in each(ast.Return, part)]
    returned = [name for value in values for one in getattr(value, "elts", [value]) if (name := name_of(one))]
    if part is None or (part is forward and {*LOSSES}.isdisjoint(returned) and not GRADIENT.match(part.name)):
        return ()
    inputs = arguments_of(forward)
    owned = [*dict.fromkeys(_attributes(forward, ast.Load))] if part is not forward else []
    kept = [*_attributes(part, ast.Store)] if part is not forward else []
    known = {*inputs, *owned}
    unknown = [name for name in (*returned, *kept) if known.isdisjoint((name, *claimed(name))) and name not in LOSSES]
    found = (
        (name, named_whole(name, owned) or (shortened(name, inputs) if name in returned else None)) for name in unknown
    )
    return tuple((name, of) for name, of in dict(found).items() if of is not None)


def _attributes(part: ast.FunctionDef | None, context: type[ast.expr_context]) -> Iterator[str]:
    """The attributes of its own object that a part reads, or gives a value."""
    nodes = (node for node in each(ast.Attribute, part) if name_of(node.value) in OWNERS)
    return (node.attr for node in nodes if isinstance(node.ctx, context))


_INPUT = regex(r"^(?:self\.)?(?:(?:d|grad|gradient)_?inputs?|inputs?_grad(?:ient)?)$")


def _of_input(forward: ast.FunctionDef | None, backward: ast.FunctionDef | None) -> tuple[tuple[str, str], ...]:
    """What a backward part has as the gradient of its input, `grad_input`, where no argument is called so: that of the
    only one, or the only one that is called like data, of which no other gradient is called."""
    kept = [key_of(target) or "" for target in (targets_of(backward) if backward is not None else ())]
    called = dict.fromkeys(last_part(key) for key in kept if _INPUT.match(key))
    others = {name for key in kept if not _INPUT.match(key) for name in claimed(key)}
    names = arguments_of(forward)
    needed = names[: len(names) - len(forward.args.defaults)] if forward is not None else []
    free = [name for name in needed if name not in (*others, *TARGETS)]
    data = [name for name in free if name in DATA] or free
    return tuple((name, data[0]) for name in called if len(data) == 1 and {*claimed(name)}.isdisjoint(names))


_MARKED = regex(r"^(?:g|nabla)_(\w+)$")


def _marked(lines: list[ast.stmt]) -> tuple[tuple[str, str], ...]:
    """What the lines of a script give a value behind a loss under the name of something before it that is marked:
    `g_w` of `w`."""
    stored = [key for line in lines for target in targets_of(line) if (key := key_of(target)) is not None]
    first = min((stored.index(name) for name in LOSSES if name in stored), default=len(stored))
    known = {node.id for node in each(ast.Name, *lines)}
    found = ((name, match[1]) for name in stored[first:] if (match := _MARKED.match(name)) is not None)
    return tuple((name, of) for name, of in found if of in known and name not in stored[:first])


def _within(line: ast.stmt, number: int) -> bool:
    return line.lineno <= number <= (line.end_lineno or line.lineno)


def _pairs_told(told: str) -> tuple[tuple[str, str], ...]:
    """`w: gw, b: gb` as the gradients with what each belongs to."""
    found = (pair.partition(":") for pair in told.split(","))
    return tuple((name.strip(), of.strip()) for of, _, name in found if name.strip())


def _claims(
    line: ast.AST, known: frozenset[str], called: Collection[str] = (), elsewhere: Collection[ast.FunctionDef] = ()
) -> bool:
    """Whether a statement, or one inside it, gives a value to something that is named like a gradient of what is
    `known`, or is `called` one; or to a loss and its gradient. What comes from a function `elsewhere` is claimed
    there."""
    judged = {function.name for function in elsewhere}
    keys: set[str] = set()
    for node in each((ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return), line):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if name_of(getattr(getattr(node, "value", None), "func", None)) not in judged:
            keys |= {key for part in each(ast.expr, *targets) if (key := key_of(part)) is not None}
        if isinstance(node, ast.Assign | ast.Return) and isinstance(node.value, ast.Dict):
            into = key_of(node.targets[0]) if isinstance(node, ast.Assign) else ""
            names = [str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)]
            keys |= {f"{into}['{name}']" for name in names} | set(names)
    bare = not (keys.isdisjoint(BARE) or keys.isdisjoint(LOSSES))
    return bare or any(key in called or not known.isdisjoint(claimed(key)) for key in keys)


def _given_back(function: ast.FunctionDef) -> ast.FunctionDef | None:
    """The function inside another one that it gives back beside its value, as the gradient."""
    parts = [part for line in function.body if isinstance(line, ast.Return) for part in getattr(line.value, "elts", ())]
    inner = (line for line in function.body if isinstance(line, ast.FunctionDef) and line.name in NESTED)
    return next((one for one in inner if one.name in map(name_of, parts[1:])), None)


def _backward(function: ast.FunctionDef) -> bool:
    """Whether a function is called a backward part."""
    return function.name in BACKWARD[:-9] or re.search(r"(?:^|_)(?:backward|bwd)(?:_|$)", function.name) is not None


def _alone(tree: ast.Module, function: ast.FunctionDef) -> bool:
    """Whether a backward function is no part of another one."""
    called = {name_of(call.func) for call in each(ast.Call, tree)}
    return _backward(function) and not stub(function) and function.name not in called


def _of_class(file: _File, line: ast.ClassDef) -> Iterator[Unit]:
    own = [method for method in line.body if isinstance(method, ast.FunctionDef)]
    methods = {method.name.lstrip("_"): method for method in own} | {method.name: method for method in own}
    bases = {*map(name_of, line.bases)}
    others = (*file.tree.body, *(one.node for one in file.beside))
    parents = (one for one in others if isinstance(one, ast.ClassDef) and one.name in bases and one is not line)
    handed = {one.name: one for of in parents for one in of.body if isinstance(one, ast.FunctionDef) and not stub(one)}
    criterion = next((one for name in CRITERION if (one := methods.get(name, handed.get(name))) is not None), None)
    forward = next((methods[name] for name in FORWARD if name in methods), criterion)
    backward = next((methods[name] for name in BACKWARD if name in methods), None)
    if forward is not None and backward is not None and runs_itself(forward, backward):
        yield file.unit(f"{line.name}.{backward.name}", [line], forward=backward, inside=line)
        return
    if forward is not None and backward is not None:
        if not (stub(forward) and stub(backward)):
            forward, criterion = whole(forward, criterion or stated_beside(own, forward, backward), backward)
            parts = {"forward": forward, "backward": backward, "inside": line, "criterion": criterion}
            yield file.unit(line.name, [line], **parts)
        return
    lines = ((method, one) for method in own for one in method.body if isinstance(one, ast.FunctionDef))
    inner = {method: one for method, one in lines if one.name.strip("_") in CLOSURES}
    for method, one in inner.items():
        title = f"{line.name}.{method.name}"
        yield file.unit(title, [method], forward=method, backward=one, inside=line, closure=True)
    paired = dict(pairs(own)) if not inner else {}
    for method, one in paired.items():
        parts = {"forward": one, "backward": method, "inside": line, "criterion": criterion_of(own, one, method)}
        yield file.unit(f"{line.name}.{method.name}", [line], **parts)
    for method in own if not inner else ():
        if method in paired or method in paired.values():
            continue
        if (_claims(method, file.known) and method.name != "__init__") or (_backward(method) and not stub(method)):
            loss = stated_by([one for one in own if one is not method], method) or stated_by(file.functions, method)
            yield file.unit(f"{line.name}.{method.name}", [line], forward=method, inside=line, loss=loss)


def _annotations(line: ast.stmt) -> Iterator[tuple[str, str]]:
    """Shapes in annotations: `x: Float[Array, "N D"]`; numbers: `lam: float`."""
    for node in each(ast.arg, line):
        words = [part.value for part in each(ast.Constant, node.annotation) if isinstance(part.value, str)]
        if name_of(node.annotation) == "float":
            yield node.arg, ""
        elif isinstance(node.annotation, ast.Subscript) and words:
            yield node.arg, ", ".join(words[-1].split())
