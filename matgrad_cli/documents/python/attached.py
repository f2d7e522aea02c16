"""Gradients that are kept as an attribute of what they are the derivatives by, `w.g = x.t() @ out.g`, under names of
their own: `w_grad`."""

from __future__ import annotations

import ast
from copy import deepcopy

from ...verify.programs.names import arguments_of, each, name_of
from .pairs import pairs

MARK = "g"
SUFFIX = "_grad"


def under_names(tree: ast.Module) -> ast.Module:
    """The same file where `x.g` is `x_grad`, and `self.x.g` is `self.x_grad`, wherever anything is given a value so.
    What comes from above becomes an argument of a backward part; a call of a function that does nothing but give such
    values stands for its lines. Each line keeps its place in the text."""
    if not _nodes(tree, ast.Store):
        return tree
    functions = {line.name: line for line in tree.body if isinstance(line, ast.FunctionDef)}
    giving = {name: function for name, function in functions.items() if _only_gives(function)}
    _Inlined(giving).visit(tree)
    forward = dict(pairs(list(functions.values())))
    for function in giving.values():
        _renamed(function, forward.get(function))
    for function in each(ast.FunctionDef, tree):
        _with_what_comes_from_above(function)
    _Named().visit(tree)
    return ast.fix_missing_locations(tree)


def _attached(node: ast.AST) -> bool:
    """Whether a node is `x.g` or `self.x.g`."""
    return isinstance(node, ast.Attribute) and node.attr == MARK and _owner(node) not in ("", "self")


def _owner(node: ast.Attribute) -> str:
    """What a gradient is attached to: `x`, `self.x`."""
    return ast.unparse(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else ""


def _only_gives(function: ast.FunctionDef) -> bool:
    """Whether a function does nothing but give gradients to its arguments."""
    lines = [line for line in function.body if not isinstance(getattr(line, "value", None), ast.Constant)]
    return bool(lines) and all(isinstance(line, ast.Assign) and _attached(line.targets[0]) for line in lines)


def _renamed(function: ast.FunctionDef, forward: ast.FunctionDef | None) -> None:
    """The argument that gets a gradient, and is called otherwise in the forward part, by its name there."""
    known, own = arguments_of(forward), arguments_of(function)
    given = {_owner(node) for node in _nodes(function, ast.Store)}
    others = [name for name in own if name in given and name not in known]
    missing = [name for name in known if name not in own]
    if len(others) == len(missing) == 1:
        _Given({others[0]: ast.Name(missing[0], ast.Load())}).visit(function)


def _nodes(tree: ast.AST, context: type[ast.expr_context]) -> list[ast.Attribute]:
    return [node for node in each(ast.Attribute, tree) if _attached(node) and isinstance(node.ctx, context)]


def _with_what_comes_from_above(function: ast.FunctionDef) -> None:
    """An argument more for each gradient that is read where it is given none."""
    given = {_owner(node) for node in _nodes(function, ast.Store)}
    above = dict.fromkeys(_owner(node) for node in _nodes(function, ast.Load) if _owner(node) not in given)
    for owner in above:
        name = owner.removeprefix("self.") + SUFFIX
        function.args.args.append(ast.copy_location(ast.arg(name), function))
        for node in _nodes(function, ast.Load):
            if _owner(node) == owner:
                node.value = ast.copy_location(ast.Name(name.removesuffix(SUFFIX), ast.Load()), node)


class _Named(ast.NodeTransformer):
    """`x.g` as `x_grad`."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if not _attached(node):
            return self.generic_visit(node)
        new: ast.expr = (
            ast.Name(node.value.id + SUFFIX, node.ctx)
            if isinstance(node.value, ast.Name)
            else ast.Attribute(node.value.value, node.value.attr + SUFFIX, node.ctx)  # type: ignore[attr-defined]
        )
        return ast.copy_location(new, node)


class _Inlined(ast.NodeTransformer):
    """The lines of a function in place of a call of it."""

    def __init__(self, functions: dict[str, ast.FunctionDef]) -> None:
        self.functions = functions

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        call = node.value
        function = self.functions.get(name_of(call.func)) if isinstance(call, ast.Call) else None
        names = arguments_of(function)
        if function is None or not isinstance(call, ast.Call) or len(call.args) != len(names) or call.keywords:
            return node
        given = dict(zip(names, call.args, strict=True))
        return [_Given(given).visit(deepcopy(line)) for line in function.body]


class _Given(ast.NodeTransformer):
    """What a call is given in place of the arguments."""

    def __init__(self, given: dict[str, ast.expr]) -> None:
        self.given = given

    def visit_Name(self, node: ast.Name) -> ast.AST:
        new = self.given.get(node.id)
        return node if new is None else ast.copy_location(deepcopy(new), node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = name_of(self.given.get(node.arg)) or node.arg
        return node
