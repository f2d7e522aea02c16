"""Names for big parts: before differentiating a deep loss, so that nothing is copied;
and in a result that repeats itself. Two native rules put them into a line and take them
out, under the sentence that fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from .. import ir
from ..diagnostics.record import replace
from ..ir import Expr, Symbol, is_elementwise, nodes_of, substitute
from ..ir.functions import CHANGES
from ..ir.walk import height, innermost_first, mapped, names_in
from ..records import Bindings
from .engine.application import Application, Site, apply, native, replaced
from .engine.recorder import Recorder

DEEP = 3
"""From so many nested nonlinear functions on, every layer gets a name before differentiating."""

SAVING = 4
"""A part that is written twice or more is named if that saves so many symbols."""


def _nonlinear(node: Expr) -> bool:
    if not isinstance(node, ir.Call) or node.shape.is_number:
        return False
    return is_elementwise(node.function) or node.function.startswith("softmax")


def fresh_name(wish: str, taken: set[str]) -> str:
    """The wished letter, with a number if it is taken; then it is taken."""
    number, name = 0, wish
    while name in taken:
        number += 1
        name = f"{wish}{number}"
    taken.add(name)
    return name


def slope_name(variables: AbstractSet[str], taken: set[str]) -> str:
    """The name of what multiplies a pending derivative: G₁, G₂, …, and Γ₁, Γ₂,
    … where the problem has a G of its own."""
    head = next((one for one in ("G", "Gamma") if one not in variables), "G")
    taken.add(head)
    return fresh_name(head, taken)


def layer_name(node: Expr) -> str:
    """p for a softmax, h for another layer, Z for other matrices, z for vectors and numbers."""
    if isinstance(node, ir.Call) and node.function.startswith("softmax"):
        return "p" if not node.shape.is_matrix else "P"
    if _nonlinear(node):
        return "h" if not node.shape.is_matrix else "H"
    return "Z" if node.shape.is_matrix else "z" if not node.shape.is_number else "r"


def name_parts(loss: Expr, variable: Symbol, taken: set[str]) -> tuple[Expr, list[ir.Named]]:
    """The loss with its layers named, innermost first, where it is deep or repeats big parts; else the loss itself."""
    depth: dict[Expr, int] = {}  # how many nonlinear functions of the variable stand inside one another
    for node in innermost_first(nodes_of(loss)):
        curved = _nonlinear(node) or (isinstance(node, ir.Power) and not node.shape.is_number)
        depth[node] = max((depth[child] for child in node.children), default=0) + (curved and variable in node.symbols)
    deep = depth[loss] >= DEEP
    measured = {node.argument for node in nodes_of(loss) if isinstance(node, ir.Call) and node.function == "norm"}

    def wish(node: Expr, number: int) -> str:
        if node in measured:
            return "E" if node.shape.is_matrix else "e"
        return f"{layer_name(node)}{number if deep else ''}"

    def may(node: Expr) -> bool:
        short = node.free or isinstance(node, Symbol | ir.Named | ir.Entry | ir.Transpose)
        return variable in node.symbols and node is not loss and not short

    chosen = worth_names(loss, may, lambda node: deep and (_nonlinear(node) or node in measured), 1 if deep else SAVING)
    numbered = enumerate(innermost_first(chosen), 1)
    return named_parts(loss, [(node, wish(node, number)) for number, node in numbered], taken)


def named_parts(root: Expr, wishes: Iterable[tuple[Expr, str]], taken: set[str]) -> tuple[Expr, list[ir.Named]]:
    """`root` with these parts, innermost first, replaced by the wished names or the nearest that are free;
    a name may stand in the body of a later one."""
    names: list[ir.Named] = []
    for node, wish in wishes:
        names.append(ir.Named(fresh_name(wish, taken), by_names(node, names)))
    return by_names(root, names), names


def by_names(root: Expr, names: Iterable[ir.Named]) -> Expr:
    """`root` with parts written by their names, the innermost first;
    also where one is some of the factors of a longer product."""
    whole = {named.body: named for named in names}
    products = (body for body in whole if isinstance(body, ir.MatMul) and not body.shape.is_number)
    runs = {body.factors: whole[body] for body in products}

    def make(node: Expr, parts: tuple[Expr, ...]) -> Expr:
        for run, named in runs.items() if isinstance(node, ir.MatMul) else ():
            for start in range(len(parts) - len(run), -1, -1):
                if parts[start : start + len(run)] == run != parts:
                    parts = (*parts[:start], named, *parts[start + len(run) :])
        same = node if parts == node.children else node.rebuilt(parts)
        return whole.get(same, same)

    return mapped(root, make, {node: node for node in _seen(root) if isinstance(node, ir.Named)})


def repeated_parts(root: Expr) -> list[Expr]:
    """The biggest parts that a result writes twice or more."""
    big = (ir.Call, ir.Inverse, ir.Add, ir.Power, ir.Hadamard, ir.MatMul)
    return worth_names(root, lambda node: isinstance(node, big) and not node.free)


def worth_names(
    root: Expr, may: Callable[[Expr], bool], must: Callable[[Expr], bool] = lambda _: False, saving: int = SAVING
) -> list[Expr]:
    """The parts that are written so often that a name saves enough, or that must have one."""

    def worth(node: Expr, count: int) -> bool:
        return may(node) and (must(node) or (count - 1) * node.weight - count >= saving)

    uses = _uses(root, worth)
    return [node for node in nodes_of(root) if worth(node, uses[node])]


def _uses(root: Expr, worth: Callable[[Expr, int], bool] = lambda _, __: False) -> Counter[Expr]:
    """How often each part is written (up to a thousand times) where what is `worth` a name is written once,
    and so is what has one."""
    order = sorted(_seen(root), key=lambda node: (node.weight, height(node)), reverse=True)
    products = {node.factors: node for node in order if isinstance(node, ir.MatMul) and not node.shape.is_number}
    sizes = sorted({len(factors) for factors in products}, reverse=True)
    uses: Counter[Expr] = Counter({root: 1})
    for node in order:
        times = 1 if worth(node, uses[node]) else min(uses[node], 1000)
        parts = () if isinstance(node, ir.Named) else node.children
        for part in _written(node, products, sizes) if isinstance(node, ir.MatMul) else parts:
            uses[part] += times
    return uses


def _seen(root: Expr) -> set[Expr]:
    """The parts that are written where names are."""
    return set(nodes_of(root, inside=lambda node: not isinstance(node, ir.Named)))


def _written(node: ir.MatMul, products: Mapping[tuple[Expr, ...], Expr], sizes: Sequence[int]) -> Iterator[Expr]:
    """The factors of a product; others that stand in it, AB in (AB)ᵀ C A B, are seen as one of these."""
    factors, start = node.factors, 0
    while start < len(factors):
        runs = (factors[start : start + size] for size in sizes if size < len(factors))
        run = next((run for run in runs if run in products), factors[start : start + 1])
        yield products.get(run, run[0])
        start += len(run)


def name_uses(root: Expr) -> dict[ir.Named, int]:
    """How often each name is written in `root` and in the parts that it names."""
    names = names_in(root)
    found = [_uses(whole) for whole in (root, *(named.body for named in names))]
    return {named: sum(uses[named] for uses in found) for named in names}


def opened(expr: Expr, names: Iterable[ir.Named]) -> Expr:
    """An expression with these names written out, those first that others need:
    also the names in what they stand for."""
    bodies: dict[Expr, Expr] = {}
    for named in names:
        bodies[named] = substitute(named.body, bodies)
    return replaced(expr, bodies)


def _names(bindings: Bindings) -> list[ir.Named]:
    return [value for _, value in bindings if isinstance(value, ir.Named)]


@native("name-part")
def parts_named(site: Site) -> tuple[Expr, Bindings] | None:
    """Every part is written by its name, the innermost first."""
    return by_names(site.node, _names(site.bindings)), site.bindings


@native("open-name")
def parts_opened(site: Site) -> tuple[Expr, Bindings] | None:
    """Every name is written out again, and so are the names in what it stands for."""
    return opened(site.node, _names(site.bindings)), site.bindings


def record_names(recorder: Recorder, names: Sequence[ir.Named], words: str = "name-part", bodies: bool = False) -> None:
    """The step that writes the parts by their names, the innermost first, under the sentence of the entry `words`."""
    record_written(recorder, _ran(recorder, "name-part", names, bodies), words)


def opening(recorder: Recorder, names: Sequence[ir.Named]) -> Application:
    """The line with these names written out again."""
    return _ran(recorder, "open-name", names)


def record_written(recorder: Recorder, application: Application, words: str = "open-name") -> None:
    """The step, told in the words of an entry: every name (and what it stands for) in place of {names}, and whether a
    short page tells it with another step."""
    entry, said = recorder.rules.rule(words), dict(application.bindings)
    if application.after is not recorder.line:
        pairs = (
            f"{{{key}}}" + (f" = {{b{key[1:]}}}" if f"b{key[1:]}" in said else "") for key in said if key[0] == "p"
        )
        recorder.record(application, entry.title.replace("{names}", ", ".join(pairs)))
        recorder.steps[-1] = replace(recorder.steps[-1], small=entry.small)


def _ran(recorder: Recorder, rule_id: str, names: Sequence[ir.Named], bodies: bool = False) -> Application:
    pairs = [((f"p{number}", named), (f"b{number}", named.body)) for number, named in enumerate(names)]
    bindings = tuple(one for pair in pairs for one in (pair if bodies else pair[:1]))
    return apply(recorder.rules.rule(rule_id), recorder.line, ((),), recorder.scene, bindings)


def cut(loss: Expr, variable: Symbol, taken: set[str], columns: bool = False) -> tuple[Expr, list[ir.Named]]:
    """The loss with its parts named, innermost first; with `columns` only parts that are columns."""
    chosen: dict[Expr, str] = {}
    under_log = _softmax_under_log(loss)
    for node in nodes_of(loss):
        for part, wish in _inside(node, variable):
            body = part.body if isinstance(part, ir.Transpose) else part
            still = body.free or variable not in body.symbols or isinstance(body, Symbol | ir.Named | ir.Entry)
            if not still and body is not loss and body not in under_log and (body.shape.is_column or not columns):
                chosen.setdefault(body, wish)
    sized = {node: _sized(chosen[node], node) for node in innermost_first(chosen)}
    several, used = Counter(sized.values()), Counter[str]()
    wishes = []
    for node, wish in sized.items():
        used[wish] += 1
        wishes.append((node, f"{wish}{used[wish]}" if several[wish] > 1 else wish))
    return named_parts(loss, wishes, taken)


def _softmax_under_log(loss: Expr) -> set[Expr]:
    """What stands under a logarithm alone: log softmax is one layer, whose derivative is simpler than that of both."""
    under, elsewhere = set[Expr](), set[Expr]()
    for node in nodes_of(loss):
        for child in node.children:
            if isinstance(child, ir.Call) and child.function.startswith("softmax"):
                (under if isinstance(node, ir.Call) and node.function == "log" else elsewhere).add(child)
    return under - elsewhere


def _sized(wish: str, node: Expr) -> str:
    return wish.upper() if node.shape.is_matrix else "u" if node.shape.is_number else wish


def _inside(node: Expr, variable: Symbol) -> list[tuple[Expr, str]]:
    """The parts that one operation asks to be named: what a curved function is taken of, and the layer itself."""
    match node:
        case ir.Call(name, (inner, *_)) if is_elementwise(name) or name.startswith(("softmax", "logsumexp")):
            own = "p" if name.startswith("softmax") else "h"
            return [(inner, "z")] if node.shape.is_number else [(inner, "z"), (node, own)]
        case ir.Call("norm" | "norm1" | "nuclear" | "spectral", (inner,)):
            return [(inner, "e")]
        case ir.Call("det" | "logdet", (inner,)):
            return [(inner, "a")]
        case ir.Power(base):
            return [] if isinstance(base, ir.Call) and base.function == "norm" else [(base, "v")]
        case ir.Mul() | ir.MatMul() | ir.Hadamard() | ir.Kron():
            active = [child for child in node.children if variable in child.symbols and not isinstance(child, ir.Power)]
            return [(child, "e" if _is_sum(child) else "v") for child in active] if len(active) > 1 else []
    if isinstance(node, ir.Inverse | ir.MatrixPower) or f"D{node.head}" in CHANGES:
        return [(node.children[0], "a"), (node, "b")]
    return []


def _is_sum(node: Expr) -> bool:
    return isinstance(node.body if isinstance(node, ir.Transpose) else node, ir.Add)
