"""Letters of a loss that no sum binds: a loss has none, so they are refused before shapes are compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial, reduce
from typing import Final, NoReturn

from ...diagnostics import Span
from ...diagnostics.regex import regex
from ...ir import Call, Expr
from .. import syntax as s
from ..expression.mending import spelled
from ..names import listed
from ..scope import Scope
from .complaints import fail, quoted


def refuse_parts(tree: s.Node, scope: Scope) -> None:
    """Refuse what a loss does not hold: letters that nothing binds, functions of expectations, derivatives."""
    _refuse_free_letters(tree, scope)
    _refuse_nonlinear(tree, scope)
    _refuse_derivatives(tree, scope)


def _refuse_free_letters(tree: s.Node, scope: Scope) -> None:
    """Raise the message about an index letter that nothing binds, or about a transposed entry."""
    if scope.syntax == "latex":
        from .members import entries_as_vectors  # the other languages write entries in brackets

        for entry, vector, index in entries_as_vectors(tree):
            known = scope.find(vector.name)
            if isinstance(entry, s.Subscript) or known is None or not known.shape.is_matrix:
                _refuse_rows(entry, vector, index, scope)
    for node, letter in _free_uses(tree, frozenset()):
        _refuse_letter(node, letter, scope)


def free_letters(tree: s.Node) -> frozenset[str]:
    """The letters that count something in the tree and that nothing in it binds."""
    return frozenset(letter for _, letter in _free_uses(tree, frozenset()))


COUNTERS: Final = frozenset("ijklmnst")
"""Letters that count things: below a name and bound by nothing they are a slip rather than a part of the name."""


CALLED: Final = regex(r"[\s}]*(?:\\left|\\[bB]ig+l?)?\s*\(")


def added_to_differentials(tree: s.Node, text: str) -> frozenset[str]:
    r"""The d of `d \ln s + 1/s`, which no differential can be: what is added to it is none."""
    sums = [part for part in s.parts_of(tree) if isinstance(part, s.Binary) and part.operator in ("+", "-")]
    signs = (part for part in s.parts_of(tree) if isinstance(part, s.Differential_))
    holding = {id(part) for part in signs if text[part.span.start : part.span.start + 1] == "d"}
    if not holding:
        return frozenset()
    mixed = any(
        len({holding.isdisjoint(map(id, s.parts_of(side))) for side in (part.left, part.right)}) == 2 for part in sums
    )
    return frozenset("d") if mixed else frozenset()


def labels(tree: s.Node, scope: Scope, wrt: str) -> frozenset[str]:
    """The names with a subscript that counts nothing: r_f, w_0, v_c, λ_1 beside λ_2. What any Σ binds counts;
    so do entries of wrt."""
    parts = [part for part in s.parts_of(tree) if not isinstance(part, s.Derivative)]
    bound = s.letters_bound(tree)
    counts = Counter(part.name for part in parts if isinstance(part, s.Name))
    uses: dict[str, list[s.Node]] = {}
    called: set[str] = set()
    bare: set[str] = set()
    pairs: set[str] = set()
    rows: set[str] = set()
    for part in parts:
        match part:
            case s.Slice(_, s.Name(_, letter), _, s.Name(_, index)) if index in bound:
                rows.add(letter)
            case s.Subscript(_, body, (index,)) if isinstance(name := s.ungrouped(body), s.Name):
                if name.name[0].islower() and scope.find(name.name) is None:
                    uses.setdefault(name.name, []).append(index)
                    # \rho_\tau(u) may be a function, where it stands nowhere else
                    if isinstance(index, s.Name):
                        behind = CALLED.match(scope.source.text, part.span.end)
                        (called if behind else bare).add(f"{name.name}_{index.name}")
            case s.Subscript(_, s.Name(_, base), (s.Name(_, one), s.Name(_, other))):  # σ_xy beside σ_x
                if base[0].islower() and scope.find(base) is None and bound.isdisjoint({one, other}):
                    pairs |= {f"{base}_{one}{other}"} if COUNTERS.isdisjoint({one, other}) else set()
    found: set[str] = pairs
    values = _values(tree)  # σ_n of the noise, where n/2 stands too, counts nothing
    called -= bare
    for base, indices in uses.items():
        letters = {index.name for index in indices if isinstance(index, s.Name)}
        numbers = {index.text for index in indices if isinstance(index, s.Literal_)}
        # u_o beside u_w: one of them, or another vector?
        if not (letters & bound or base in rows) or wrt.lower().split("_")[0] != base:
            # d_k: a size has no entries
            own = base == "d" or scope.size(base) is not None or wrt.startswith(f"{base}_")
            # those of w_{y_i}
            chosen = {letter for letter in letters if "_" in letter and letter.rpartition("_")[2] in bound}
            free = letters - bound - chosen
            counting = frozenset() if own else COUNTERS - values
            found |= {f"{base}_{letter}" for letter in free - counting} - called
        alone = counts[base] == len(indices) and not letters and wrt != base
        found |= {f"{base}_{number}" for number in numbers if alone or number == "0"}
    return frozenset(found)


def _values(tree: s.Node) -> frozenset[str]:
    """The names that stand as values, neither numbering an entry nor where a Σ ends."""
    found, ends, waiting = set[str](), set[str](), [tree]
    while waiting:
        node = waiting.pop()
        found |= {node.name} if isinstance(node, s.Name) else set()
        if isinstance(node, s.Sigma):
            ends |= {bound.name for bound in node.bounds if isinstance(bound, s.Name)}
        waiting += _opened(node, frozenset())[0]
    return frozenset(found - ends)


def _free_uses(tree: s.Node, bound: frozenset[str]) -> Iterator[tuple[s.Node, str]]:
    waiting = [(tree, bound)]
    while waiting:
        node, bound = waiting.pop()
        below, indices, bound = _opened(node, bound)
        for index in indices:
            for part in s.parts_of(index):
                if isinstance(part, s.Name) and part.name not in bound:
                    yield node, part.name
        waiting.extend((part, bound) for part in reversed(below))


def _opened(node: s.Node, bound: frozenset[str]) -> tuple[list[s.Node], tuple[s.Node, ...], frozenset[str]]:
    """What stands below a part, its own indices, and the letters bound below it."""
    match node:
        case s.Sigma(_, letters, _, body) | s.EntriesOf(_, letters, _, body):
            return [body], (), bound | {letter.name for letter in letters if letter is not None}
        case s.Subscript(_, body, indices):
            return [body], indices, bound
        case s.Slice(_, _, _, index):
            return [], (index,), bound
        case s.Derivative(_, body, variable, indices):
            return [part for part in (body, variable) if part is not None], indices, bound
        case s.Kronecker(_, indices) | s.Apply(_, "basis" | s.WITHIN | s.BEFORE | s.COUNTED, indices):
            return [], indices, bound
    return list(s.children(node)), (), bound


def own_indices(node: s.Node) -> tuple[s.Node, ...]:
    """What numbers the part itself, not what stands in it."""
    return _opened(node, frozenset())[1]


def attending(tree: s.Node) -> s.Node:
    """A softmax of a matrix in front of another factor, as in attention, says that it is one of rows."""

    def said(part: s.Node) -> s.Node:
        match part:
            case s.Binary(span, "juxtapose" as operator, s.Apply(place, "softmax", arguments, ()), right):
                return s.Binary(span, operator, s.Apply(place, "softmax", arguments, (("attention", ""),)), right)
        return part

    held = any(isinstance(part, s.Apply) and part.function == "softmax" for part in s.parts_of(tree))
    return s.rebuilt(tree, said) if held else tree


def left_free(tree: s.Node) -> frozenset[str]:
    """The letters that a Σ, or another binder, of the tree binds and that also stand outside it: below a capital
    behind a Σ too, where they were read as parts of a name, T_i."""
    bound = s.letters_bound(tree)
    ends = [part.span.end for part in s.parts_of(tree) if isinstance(part, s.Sigma)]
    behind = [part for part in s.parts_of(tree) if isinstance(part, s.Name) and part.name[0].isupper() and ends]
    below = {name.name.partition("_")[2] for name in behind if name.span.start > min(ends)}
    return (free_letters(tree) | below) & bound


def widened(tree: s.Node) -> s.Node:
    """The loss with what follows a Σ inside it, where only this Σ binds a letter of it:
    Σ_i a_i + b_i is Σ_i (a_i + b_i), also inside brackets and fractions."""

    def inside(part: s.Node) -> s.Node:
        match part:
            case s.Group(span, body) if (wide := _widened(body)) is not body:
                return s.Group(span, wide)
            case s.Binary(span, "/", left, right):
                over, under = _widened(left), _widened(right)
                return part if over is left and under is right else s.Binary(span, "/", over, under)
        return part

    return _widened(s.rebuilt(tree, inside))


def _widened(tree: s.Node) -> s.Node:
    if not (isinstance(tree, s.Binary) and tree.operator in ("+", "-")):
        return tree
    left = _widened(tree.left)
    needed = frozenset([letter.rpartition("_")[2] for letter in free_letters(tree.right)])  # i of the label y_i
    inside = _with_term(left, tree, needed) if needed else None
    return inside or (tree if left is tree.left else s.Binary(tree.span, tree.operator, left, tree.right))


def _with_term(node: s.Node, tree: s.Binary, needed: frozenset[str]) -> s.Node | None:
    """The part with `± term` in the innermost Σ that is needed; None where no Σ at its end binds all the letters."""
    span = node.span.joined(tree.span)
    match node:
        case s.Negative(_, body):
            found = _with_term(body, tree, needed)
            return None if found is None else s.Negative(span, found)
        case s.Binary(_, operator, left, right) if operator not in ("/", "**", "^"):
            found = _with_term(right, tree, needed)
            if found is not None:
                return s.Binary(span, operator, left, found)
            first = _with_term(left, node, needed) if operator in ("+", "-") else None  # Σ_i a_i − b + c_i
            return None if first is None else _with_term(first, tree, needed)
        case s.Sigma(_, letters, bounds, body):
            open_ = needed - {letter.name for letter in letters}
            found = _with_term(body, tree, open_) if open_ else _under_masks(body, tree)
            return None if found is None else s.Sigma(span, letters, bounds, found)
    return None


def _under_masks(body: s.Node, tree: s.Binary) -> s.Node:
    """The body of a Σ with `± term`; the factors of its range stay in front of both."""
    span = body.span.joined(tree.span)
    if isinstance(body, s.Binary) and body.operator == "juxtapose" and _is_mask(body.left):
        return s.Binary(span, "juxtapose", body.left, _under_masks(body.right, tree))
    return s.Group(span, s.Binary(span, tree.operator, body, tree.right))


def with_layers(tree: s.Node, scope: Scope, wrt: str) -> tuple[s.Node, tuple[str, ...]]:
    r"""The tree with ‖W_1‖² + ‖W_2‖² for `\sum_l \|W^{(l)}\|^2`, where the variable is one of the W_1 and W_2 that
    stand in it by name; and what to say of it. Where the Σ may go through others it is refused."""
    names = {part.name for part in s.parts_of(tree) if isinstance(part, s.Name)}
    numbered = {
        int(found[1]): name for name in names if (found := re.fullmatch(rf"{re.escape(wrt)}_?([1-9]\d?)", name))
    }
    layers = [numbered[number] for number in sorted(numbered)]

    def put(letter: str, layer: str, part: s.Node) -> s.Node:
        match part:
            case s.Slice(span, s.Name(_, base), _, s.Name(_, at)) | s.Subscript(
                span, s.Name(_, base), (s.Name(_, at),)
            ):
                return s.Name(span, layer) if (base, at) == (wrt, letter) else part
        return part

    def terms(part: s.Node) -> s.Node:
        match part:
            case s.Sigma(span, (s.Name(_, letter),), (bound,), body):
                made = [s.rebuilt(body, partial(put, letter, layer)) for layer in layers]
                if made[0] is body:
                    return part
                known = isinstance(bound, s.Name) and (scope.size(bound.name) or scope.find(bound.name))
                end = getattr(bound, "text", "" if known or len(layers) == 1 else str(len(layers)))
                whole = end == str(len(layers)) and max(numbered) == len(layers)
                if not whole or any(isinstance(one, s.Name) and one.name == letter for one in s.parts_of(made[0])):
                    message = f"which of the `{wrt}_{letter}` the sum over `{letter}` adds up is not said"
                    help = f"write its terms out, a term for each, as for {listed(layers)}"
                    fail(scope, "unreadable", message, (span, ""), help=help)
                return s.Group(span, reduce(lambda one, other: s.Binary(span, "+", one, other), made))
        return part

    changed = s.rebuilt(tree, terms) if layers and scope.find(wrt) is None else tree
    said = f"a Σ over the `{wrt}` is read as going through {listed(layers)}, which stand in the loss"
    return changed, (said,) if changed is not tree else ()


def _refuse_nonlinear(tree: s.Node, scope: Scope) -> None:
    """Refuse an expectation that is not a term of the loss by itself: the square of E[x] is not E of the square."""
    linear: set[int] = set()
    waiting = [tree]
    while waiting:
        node = s.ungrouped(waiting.pop())
        linear.add(id(node))
        match node:
            case s.Negative(_, body):
                waiting.append(body)
            case s.Binary(_, "+" | "-", left, right):
                waiting += [left, right]
            case s.Binary(_, "juxtapose" | "dot" | "*", _, right):
                waiting.append(right)
            case s.Binary(_, "/", left, _):
                waiting.append(left)
    for part in s.parts_of(tree):
        if isinstance(part, s.Apply) and part.function == "expectation" and id(part) not in linear:
            message = f"the expectation {quoted(scope.source, part.span)} cannot be read inside another function"
            help = "E is read where the loss is a sum of expectations"
            fail(scope, "unreadable", message, (part.span, ""), help=help)


def _refuse_derivatives(tree: s.Node, scope: Scope) -> None:
    """Refuse a derivative in a loss that is none of the loss's variables:
    ∇u and ∂u/∂t of a field u, a ∇ that does not say by what."""
    for part in s.parts_of(tree):
        if isinstance(part, s.Derivative) and part.body is not None:
            body, written = s.ungrouped(part.body), quoted(scope.source, part.span)
            if isinstance(body, s.Name | s.Subscript | s.Slice):
                message = f"{written} is a derivative of a variable, which depends on nothing here"
                matrix = "write it as a matrix times the array of the values, as in `D u`"
                help = f"in space or in time it is linear: {matrix}"
            elif part.style == "nabla" and part.variable is None:
                message = f"by what {written} is differentiated is not said"
                help = "leave `\\nabla` out for the gradient of what follows, or write by what, as in `\\nabla_x`"
            else:
                continue
            fail(scope, "unreadable", message, (part.span, ""), help=help)


def refuse_run_together(tree: s.Node, scope: Scope, wrt: str) -> None:
    """Refuse a name such as `Ax` beside the variable `x` which is no factor anywhere: it is rather a product."""
    parts = list(s.parts_of(tree)) if scope.syntax == "numpy" else []
    names = [part for part in parts if isinstance(part, s.Name)]
    products = [part for part in parts if isinstance(part, s.Binary) and part.operator in ("@", "*")]
    factors = {getattr(s.ungrouped(side), "name", "") for part in products for side in (part.left, part.right)}
    for name in (part.name for part in names if part.name not in factors and not part.name.islower()):
        if spelled(name, wrt, scope.symbols) != name and any(part.name == wrt for part in names):
            span = next(part.span for part in names if part.name == name)
            message = f"whether `{name}` is a name or a product is not said"
            fail(scope, "missing-operator", message, (span, ""), help=f'declare it, as in `--shape "{name}: n"`')


def refuse_softmax_of_one(spans: Mapping[Expr, Span], scope: Scope) -> None:
    r"""Refuse `\softmax(w_k^\top x)`, which is 1: over which numbers it goes is not said."""
    for value, span in spans.items():
        if isinstance(value, Call) and value.function == "softmax" and value.shape.is_number and value.free:
            message = f"{quoted(scope.source, span)} is taken of one number, and over which it goes is not said"
            help = "write the sum out, as in `\\frac{e^{z_k}}{\\sum_j e^{z_j}}`"
            fail(scope, "wrong-arguments", message, (span, ""), help=help)


def _is_mask(node: s.Node) -> bool:
    inner = s.ungrouped(node)
    if isinstance(inner, s.Binary) and inner.operator == "-":
        inner = inner.right
    match inner:
        case s.Kronecker() | s.Subscript(member=True) | s.Apply(_, s.WITHIN | s.BEFORE):
            return True
    return False


def _refuse_rows(node: s.Node, body: s.Name, index: s.Node, scope: Scope) -> NoReturn:
    entry, vector, letter = (quoted(scope.source, part.span) for part in (node, body, index))
    name = vector.strip("`")
    matrix = name.upper() if len(name) == 1 else "X"
    message = f"{entry} is the entry {letter} of the vector {vector}, where a vector was needed"
    written = f"`({matrix}w)_{letter.strip('`')}`"
    help = f'for the rows of a matrix declare it, as in `--shape "{matrix}: m×n"`, or write {written}'
    fail(scope, "index-mismatch", message, (node.span, "a number"), help=help)


def _refuse_choice(node: s.Node, letter: str, scope: Scope) -> None:
    """Raise the message about `w_{y_i}`, which of the w_k a label names, with the sum that says it."""
    chooser, _, counter = letter.partition("_")
    whole = (
        node.matrix if isinstance(node, s.Slice) else s.ungrouped(node.body) if isinstance(node, s.Subscript) else None
    )
    if not (isinstance(whole, s.Name) and chooser.isalpha() and counter.isalpha()):
        return
    labels, vector = chooser.upper(), isinstance(node, s.Slice)
    name = quoted(scope.source, whole.span).strip("`") if not vector else whole.name
    chosen = f"\\sum_k {labels}_{{{counter}k}} {name}_" + ("k" if vector else f"{{{counter}k}}")
    message = f"{quoted(scope.source, node.span)} is the one that the label `{letter}` names; which one stands nowhere"
    help = f'write the labels as a matrix of zeros and ones, `{chosen}` with `--assume "{labels} onehot"`'
    fail(scope, "index-mismatch", message, (node.span, f"chosen by `{letter}`"), help=help)


def _refuse_letter(node: s.Node, letter: str, scope: Scope) -> NoReturn:
    written = quoted(scope.source, node.span)
    latex = scope.syntax == "latex"
    if latex and "_" in letter:
        _refuse_choice(node, letter, scope)
    sum_form = f"\\sum_{letter}" if latex else f"sum[{letter}](…)"
    help = f"sum over it with `{sum_form}`"
    if isinstance(node, s.Subscript) and len(node.indices) == 1:
        name = quoted(scope.source, node.body.span).strip("`")
        first = f"{name}_1" if latex else f"{name}[0]"
        help = f"write `{first}` for one entry, or {help}"
    elif isinstance(node, s.Slice) and latex:
        help = f'declare it, as in `--shape "{written.strip("`")}: n"`, if it is a vector of its own, or {help}'
    message = f"found {written} with the free letter `{letter}`, where a number or an array was needed"
    fail(scope, "index-mismatch", message, (node.span, f"nothing sums over `{letter}`"), help=help)
