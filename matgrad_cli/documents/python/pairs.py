"""A forward part, its backward part and the loss, found by their names and by who calls them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...diagnostics.regex import regex
from ...verify.programs.names import arguments_of, as_added, each, key_of, loaded, name_of, names_in, stored, word_of
from .uses import BARE, LIBRARIES, LOSSES, UPSTREAM, claimed

FORWARD = (
    "forward", "__call__", "fprop", "forward_pass", "forward_propagation", "forward_prop", "feedforward", "predict",
)  # fmt: skip
_BACK = r"(?:backward|backpropagat(?:ion|e)|backprop|bwd|back|grad|gradient|vjp|jac|jacobian)"
GRADIENT = regex(
    r"^(?:(?:compute|calculate|calc|get|manual|analytic(?:al)?|exact|hand)_?)?(?:(?:cost|loss|objective)_?)?"
    r"(?:grads?|gradients?|jac|jacobian)"
    r"(?:_function|_fn|_func)?$",
    re.I,
)
_CHECKS = regex(r"check|numeric|approx", re.I)
"""How the functions are called that compare a gradient with differences."""
_COST = regex(
    r"^_*(?:(?:compute|calculate|calc|get)_?)?(?:\w+_)?(?:cost|loss|cross_entropy|nll|objective)(?:_function|_fn|_func)?$"
    r"|^error_function$",
    re.I,
)
_OF_A_KIND = regex(r"^(?:\w+_)?(?:mse|bce|mean_squared_error)(?:_loss)?$", re.I)
"""A loss by its kind, where nothing else is called one."""


def criterion_of(functions: list[ast.FunctionDef], *parts: ast.FunctionDef) -> ast.FunctionDef | None:
    """The one function of the file that is called a loss, part of no other one, and no part of these, of which the
    first is the forward one; not where they know of fewer arrays than it takes, as the slope of an activation does."""
    known, called = {*arguments_of(*parts)}, {name_of(call.func) for call in each(ast.Call, parts[0])}
    others = [one for one in functions if one.name not in called and one is not parts[0]]
    named = [one for one in others if _COST.match(one.name)] or [one for one in others if _OF_A_KIND.match(one.name)]
    parts_of = {one.name: callees(one) for one in named}
    named = [one for one in named if not any(one.name in parts for name, parts in parts_of.items() if name != one.name)]
    apt = [one for one in named if len(known) >= len(arguments_of(one)) - len(one.args.defaults)]
    return apt[0] if len(named) == 1 and apt and not stub(apt[0]) else None


SHOWN = "a loss that is shown"
"""What a loss is called that a part which calls both passes computes: it may be shown, and a multiple of it meant."""


def stated_beside(
    functions: list[ast.FunctionDef], forward: ast.FunctionDef, backward: ast.FunctionDef
) -> ast.FunctionDef | None:
    """The loss as a function of what forward gives, where it is written in a part that calls both:
    `output = self.forward(X)`, `loss = np.mean((output - y) ** 2)`."""
    for function in functions:
        lines = [*each(ast.Assign, function)]
        output = next((line for line in lines if forward.name in callees(line.value)), None)
        loss = next((line for line in lines if name_of(line.targets[0]) in LOSSES), None)
        if output is None or loss is None or backward.name not in callees(function):
            continue
        out = key_of(output.targets[0])
        given = [name for name in (out, *arguments_of(function)) if name in names_in(loss.value)]
        if out in given and {*loaded(loss.value)} - {"np", "torch", "self"} == {*given}:
            own = ["self"] * (function.args.args[0].arg == "self")
            made = ast.parse(f"def loss({', '.join([*own, *given])}): pass").body[0]
            assert isinstance(made, ast.FunctionDef)
            made.name = SHOWN
            made.body = [ast.copy_location(ast.Return(loss.value), loss)]
            return ast.copy_location(made, loss)
    return None


def callees(node: ast.AST | None) -> set[str]:
    """The last words of what is called in a tree."""
    return {*map(word_of, each(ast.Call, node))}


def whole(
    forward: ast.FunctionDef, criterion: ast.FunctionDef | None, backward: ast.FunctionDef
) -> tuple[ast.FunctionDef, ast.FunctionDef | None]:
    """The forward part and the loss: one function where the loss calls the forward part itself, no gradient comes from
    above, and the backward part does not take what the forward part does."""
    above = {*arguments_of(backward)} - {*arguments_of(forward, criterion)}
    apart = forward.name not in callees(criterion) or same_places(forward, backward)
    if criterion is forward:
        return forward, None
    if criterion is None or apart or any(UPSTREAM.match(name) or claimed(name) for name in above):
        return forward, criterion
    return criterion, None


def same_places(forward: ast.FunctionDef, backward: ast.FunctionDef) -> dict[str, str]:
    """The arguments of the backward part as the forward part calls them, which takes as many, and all but one under
    the same names."""
    own, known = arguments_of(backward), arguments_of(forward)
    differ = sum(map(str.__ne__, own, known))
    return dict(zip(own, known, strict=True)) if len(own) == len(known) > max(1, 2 * differ - 1) and differ < 2 else {}


def pairs(functions: list[ast.FunctionDef]) -> Iterator[tuple[ast.FunctionDef, ast.FunctionDef]]:
    """Each backward function with its forward one: `f_forward`/`f_backward`, `forward`/`backward`, `f`/`f_backward`."""
    named = {function.name: function for function in functions}
    for function in functions:
        called = re.search(rf"(?:^|_){_BACK}(?:_|$)", function.name) or GRADIENT.match(function.name)
        if not called or _CHECKS.search(function.name):
            continue
        others = (named[other] for other in _forward_names(function.name) if named.get(other, function) is not function)
        forward = next(others, None)
        if forward is None and GRADIENT.match(function.name):
            forward = _under(functions, criterion_of(functions, function), function)
        if forward is not None:
            yield function, forward


def _under(
    functions: list[ast.FunctionDef], loss: ast.FunctionDef | None, backward: ast.FunctionDef
) -> ast.FunctionDef | None:
    """The forward part that returns what a loss is made of, where the backward part is given it; else the loss itself,
    unless the backward part computes what that is made of, or takes more than it, as the weight of a penalty."""
    handed = {*arguments_of(backward)}.intersection(arguments_of(loss))
    parts = (one for one in functions if one.name in FORWARD)
    made = (one for one in parts if handed.intersection(loaded(*each(ast.Return, one))).difference(arguments_of(one)))
    apart = stated_by(functions, backward) is not None or len(arguments_of(backward)) > len(arguments_of(loss))
    return next(made, None if apart else loss)


def stated_by(functions: list[ast.FunctionDef], part: ast.FunctionDef) -> ast.Call | None:
    """The one loss among functions as a call, where a part computes under the same names what it is made of, and no
    loss: `mse(y, y_hat)` beside `y_hat = x @ w`."""
    if (shown := _shown(functions, part)) is not None:
        return shown
    loss = criterion_of(functions, part)
    made = stored(part)
    known = {*arguments_of(part), *made}
    given = arguments_of(loss)
    needed = given[: len(given) - len(loss.args.defaults)] if loss is not None else []
    own = made.isdisjoint({*LOSSES} - {"error"}) and not made.isdisjoint(needed)
    if loss is None or not own or not known.issuperset(needed):
        return None
    more = [name for name in given[len(needed) :] if name in known]
    said = ", ".join([*needed, *(f"{name}={name}" for name in more)])
    of_object = "self." * (loss.args.args[0].arg == "self")
    call = ast.parse(f"{of_object}{loss.name}({said})", mode="eval").body
    return ast.copy_location(call, part) if isinstance(call, ast.Call) else None


def _shown(functions: list[ast.FunctionDef], part: ast.FunctionDef) -> ast.Call | None:
    """The one call of a loss in a part that keeps its value under no name: `history.append(cost(X, y, theta))`."""
    losses = {function.name for function in functions if _COST.match(function.name) and not stub(function)}
    calls = [call for call in each(ast.Call, part) if name_of(call.func) in losses]
    kept = any(call is line.value for line in each(ast.Assign, part) for call in calls)
    return _opened(calls[0], part) if len({*map(ast.unparse, calls)}) == 1 and not kept else None


def _opened(call: ast.Call, part: ast.FunctionDef) -> ast.Call:
    """A call with a dict of names in place of the name that it is given by a line which may stand behind the gradients:
    `cost(model, X, y)`, where `model = {"W": W}`."""
    made = {key_of(line.targets[0]): line.value for line in each(ast.Assign, part)}
    parts = [made.get(key_of(one), one) for one in call.args]
    whole = [isinstance(one, ast.Dict) and bool(one.values) and all(map(key_of, one.values)) for one in parts]
    args = [one if fits else old for old, one, fits in zip(call.args, parts, whole, strict=True)]
    return ast.copy_location(ast.Call(call.func, args, call.keywords), call)


def stepped(functions: list[ast.FunctionDef], part: ast.FunctionDef) -> set[str]:
    """Names of gradients by which a part steps that are of no variable, `theta -= lr * grad`, where the one loss among
    functions is made of what it computes."""
    lines = map(as_added, each(ast.stmt, part))
    steps = [line.value for line in lines if isinstance(line, ast.AugAssign) and isinstance(line.op, ast.Sub)]
    names = {*BARE} & {node.id for node in each(ast.Name, *steps)}
    return names if names and stated_by(functions, part) is not None else set()


def sees_no_more(part: ast.FunctionDef | None, loss: ast.expr | None) -> bool:
    """Whether what a part calls a gradient is made of nothing but what a call of the loss is given, taken whole:
    of no sample, and of no penalty."""
    made = {name: line.value for line in each(ast.Assign, part) for name in map(key_of, line.targets) if name}
    given = {*loaded(loss)}
    needed = [name for name in made if name in BARE]
    for name in needed:
        value = made.get(name) if name not in given else None
        cut = [one for one in each(ast.Subscript, value) if not (key_of(one.value) or "").endswith(".shape")]
        called = {name_of(call.func) for call in each(ast.Call, value)}
        needed += [one for one in loaded(value) if one not in (*needed, *called, *LIBRARIES)]
        if cut or (value is None and name not in given):
            return False
    return bool(needed)


SLOPE = regex(
    r"^_?(?:(?:cost|loss|mse|error|bce|cross_entropy|ce)_(?:derivative|deriv|prime|grad|gradient)|d_?(?:cost|loss|mse))$"
)
"""How a function is called that gives the derivative of a loss by what comes out."""


def runs_itself(forward: ast.FunctionDef, backward: ast.FunctionDef) -> bool:
    """Whether a backward part computes what comes out once more, from which a function gives the slope of the loss:
    nothing comes from above, and what the forward part does is kept nowhere."""
    names = arguments_of(backward)
    kept = any(isinstance(node.ctx, ast.Store) for node in each(ast.Attribute, forward))
    above = any(UPSTREAM.match(name) or claimed(name) for name in names)
    called = callees(backward)
    return bool(names) and not (kept or above or forward.name in called) and any(map(SLOPE.match, called))


def _forward_names(name: str) -> Iterator[str]:
    words = ("fwd", "forwardprop", "forwardpropagation", "cost", "loss", "objective", "error", "evaluate", "value")
    for word in (*FORWARD, *words):
        yield re.sub(rf"(?<![a-z]){_BACK}(?![a-z])", word, name)
    yield re.sub(rf"_?(?<![a-z]){_BACK}(?![a-z])_?", "", name)
    if re.search(rf"{_BACK}_\w+$", name):
        yield from _forward_names(re.sub(rf"({_BACK})_\w+$", r"\1", name))


def stub(function: ast.FunctionDef) -> bool:
    """Whether nothing is written in a function but words, `pass`, `raise` and `return NotImplemented`."""
    plain = (line for line in function.body if not isinstance(line, ast.Pass | ast.Raise))
    values = [line.value if isinstance(line, ast.Expr | ast.Return) else line for line in plain]
    return all(map(_says_nothing, values))


def _says_nothing(value: ast.AST | None) -> bool:
    written = isinstance(value, ast.Constant) and (value.value in (None, ...) or isinstance(value.value, str))
    return value is None or written or name_of(value) == "NotImplemented"
