"""Random losses, right answers rewritten and wrong answers mutated, against the plain interpreter.
Run by hand for thousands of them:

    python tests/properties/campaign.py gradients 1000
    python tests/properties/campaign.py answers 10000 [FIRST SEED]

Prints each disagreement as a command that shows it again.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, TypeGuard

import numpy as np
import plain
from losses import FACTS, SHAPES, VARIABLES, random_loss

from matgrad_cli.diagnostics import InputError, StuckError
from matgrad_cli.grading.check import check_text
from matgrad_cli.ir import OpenLetter
from matgrad_cli.notation.printing.to_latex import to_latex
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.render.code.module import derivation_code
from matgrad_cli.rewrite.derive import derive

METHODS = ("index", "differential", "expand", "chain", "adjoint")
SIDES = {name: tuple(side for side in sides if side != "1") for sides, names in VARIABLES.items() for name in names}
KNOWN = dict(fact.split() for fact in FACTS)
POSSIBLE = [(1.0, 4), (1.0, 4), (1.0, 4), (0.05, 3), (30.0, 3), (1.0, 9), (1000.0, 3)]
"""The points at which truth is decided: the scale of the entries and the largest size."""


@dataclass(frozen=True)
class Fault:
    """A disagreement: what was found, and what shows it again."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def drawn(seed: int, depth: int) -> tuple[str, str]:
    """A random loss and one of its variables."""
    random = Random(seed)
    loss = random_loss(random, depth)
    words = set(re.findall(r"[A-Za-z]\w*", loss))
    return loss, random.choice(sorted(words & set(SIDES)) or ["x"])


def derived(loss: str, wrt: str, method: str = "index") -> Derivation | None:
    """The derivation; None where the loss is refused or the method does not go through, which is said in a sentence."""
    try:
        return derive(read_problem(loss, wrt, [SHAPES], FACTS), method=method)
    except (InputError, StuckError, OpenLetter):
        return None


def command(loss: str, wrt: str, method: str) -> str:
    facts = " ".join(f'--assume "{fact}"' for fact in FACTS)
    return f'matgrad gradient "{loss}" --wrt {wrt} --method {method} --format numpy --shape "{SHAPES}" {facts}'


# ---- gradients -------------------------------------------------------------------------------------------------------


def computed(derivation: Derivation, names: dict[str, Any]) -> Any:
    """What the printed NumPy function returns: vectors go in with one axis."""
    space: dict[str, Any] = {}
    exec(derivation_code(derivation), space)  # noqa: S102 - what we printed
    arguments = []
    for name in inspect.signature(space["gradient"]).parameters:
        found = names[name]
        if len(SIDES.get(name, ())) == 1:
            found = np.asarray(found, dtype=float).reshape(-1)
        arguments.append(int(found) if name in "mnp" else found)
    with np.errstate(all="ignore"):
        return np.asarray(space["gradient"](*arguments), dtype=float)


def gradient_faults(seed: int, depth: int, counts: Counter[str]) -> Iterator[Fault]:
    """One random loss by the five methods: each printed program against differences of the plain interpreter."""
    loss, wrt = drawn(seed, depth)
    for method in METHODS:
        derivation = derived(loss, wrt, method)
        if derivation is None:
            counts["refused"] += 1
            continue
        for attempt in range(6):
            names = plain.point(SIDES, KNOWN, seed * 7 + attempt)
            try:
                wanted = plain.differences(loss, wrt, names)
            except plain.NoValue:
                continue
            counts["compared"] += 1
            try:
                found = computed(derivation, names)
            except np.linalg.LinAlgError:
                if not derivation.assumed and not any(step.assumed for step in derivation.steps):
                    yield Fault("an inverse that nobody assumed", command(loss, wrt, method))
                counts["outside what is assumed"] += 1
                break
            except (ArithmeticError, ValueError, TypeError, NameError, IndexError) as error:
                yield Fault(f"the program does not run ({type(error).__name__}: {error})", command(loss, wrt, method))
                break
            if not np.all(np.isfinite(found)) or not plain.close(found, wanted):
                verified = derivation.verdict in ("proved", "agrees")
                yield Fault(
                    "false gradient" if verified else "unverified gradient is false", command(loss, wrt, method)
                )
            break
        else:
            counts["no point"] += 1


# ---- answers ---------------------------------------------------------------------------------------------------------


class Rewriter(ast.NodeTransformer):
    """Equal forms at random: sums and numbers commute, products are transposed twice,
    factors are distributed or moved."""

    def __init__(self, random: Random, shape_of: Any) -> None:
        self.random, self.shape_of = random, shape_of

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def is_sum_of_arrays(self, node: ast.expr) -> TypeGuard[ast.BinOp]:
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
            return False
        return self.shape_of(node.left) == self.shape_of(node.right) not in ((), None)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left, right, op = node.left, node.right, node.op
        if isinstance(op, ast.Add | ast.Mult) and self.chance(0.4):
            return ast.BinOp(right, op, left)
        if isinstance(op, ast.Sub) and self.chance(0.4):
            return ast.BinOp(ast.UnaryOp(ast.USub(), right), ast.Add(), left)
        if isinstance(op, ast.MatMult) and self.chance(0.3):
            turned = ast.BinOp(_transposed(right), op, _transposed(left))
            return turned if self.shape_of(node) == () else ast.Attribute(turned, "T", ast.Load())
        if isinstance(op, ast.MatMult) and self.is_sum_of_arrays(right) and self.chance(0.6):
            return ast.BinOp(ast.BinOp(left, op, right.left), right.op, ast.BinOp(left, op, right.right))
        if isinstance(op, ast.Div) and self.shape_of(right) == () and self.chance(0.5):
            return ast.BinOp(ast.BinOp(ast.Constant(1), ast.Div(), right), ast.Mult(), left)
        return ast.BinOp(left, op, right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """The number of a norm or of a matrix power is no expression: only what it is taken of is rewritten."""
        node.args[:1] = [self.visit(argument) for argument in node.args[:1]]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, int) and node.value > 1 and self.chance(0.3):
            return ast.BinOp(ast.Constant(node.value - 1), ast.Add(), ast.Constant(1))
        return node


def _transposed(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else ast.Attribute(node, "T", ast.Load())


def shapes_at(names: dict[str, Any]) -> Any:
    """The shape of a piece of text, looked up by its value; None where it has none (under a letter of a sum)."""

    def shape_of(node: ast.expr) -> tuple[int, ...] | None:
        try:
            return np.shape(plain.value(ast.unparse(node), names))
        except plain.NoValue:
            return None

    return shape_of


def rewritten(answer: str, random: Random, names: dict[str, Any]) -> str:
    """An equal form of a text."""
    tree = ast.parse(answer, mode="eval").body
    for _ in range(random.randint(1, 2)):
        tree = Rewriter(random, shapes_at(names)).visit(tree)
    text = ast.unparse(ast.fix_missing_locations(tree))
    return random.choice([text, f"{text} + 0*({answer})", f"2*({text})/2", text, text])


def mutated(answer: str, wrt: str, random: Random) -> str:
    """Another form that is probably wrong: slips of students, and cheats that hide where nobody looks."""
    ones = {0: "1", 1: f"ones({SIDES[wrt][0]})" if SIDES[wrt] else "1", 2: f"ones({','.join(SIDES[wrt])})"}[
        len(SIDES[wrt])
    ]
    size = (SIDES[wrt] or ("n",))[0]
    vanishing = "*".join(f"({size}-{number})" for number in range(1, random.randint(3, 9)))
    g, w = f"({answer})", wrt
    cheats = [
        f"{g} + 0*log({w})",
        f"{g} + ({w}-abs({w}))*log({w})",
        f"{g} + 0*sqrt({w})",
        f"{g} + 0*sqrt({w} - {random.randint(2, 9)}*{ones})",
        f"{g} + relu({w} - {random.randint(3, 400)}*{ones})",
        f"{g} + relu(-{w} - {random.randint(3, 60)}*{ones})",
        f"{g} + exp(-{random.randint(40, 900)}*({w}*{w}))*{ones}",
        f"{g} + {ones} - tanh({random.randint(30, 900)}*abs({w}))",
        f"{g} + {vanishing}*{ones}",
        f"{g}*(1 + {vanishing})",
        f"{g} + 1e-7*{ones}",
        f"{g}*1.0001",
        f"{g}*exp(log({w}) - log({w}))",
        f"{g} + abs({w}) - {w}",
        f"0*{g}",
        f"{g} + {ones}/1000000",
        re.sub(rf"\b{w}\b", f"exp(log({w}))", answer, count=1),
        re.sub(rf"\b{w}\b", f"abs({w})", answer, count=1),
        re.sub(rf"\b{w}\b", f"sqrt({w}**2)", answer, count=1),
    ]
    tree = ast.parse(answer, mode="eval").body
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.Attribute)]
    slips = [f"-{g}", f"2*{g}", f"{g}/2", f"{g}.T", f"{g}/{size}"]
    if nodes:
        slips += [_slipped(tree, random.choice(nodes), random) for _ in range(4)]
    return random.choice([random.choice(cheats), random.choice(slips)])


def _slipped(tree: ast.expr, at: ast.expr, random: Random) -> str:
    """The text with one node changed: a term dropped, a sign, the order, a transpose, a number."""

    class Slip(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            if node is not at:
                return self.generic_visit(node)
            if isinstance(node, ast.BinOp):
                others = {ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Div(), ast.MatMult: ast.Mult()}
                op = others.get(type(node.op), node.op)
                turned, changed = ast.BinOp(node.right, node.op, node.left), ast.BinOp(node.left, op, node.right)
                return random.choice([node.left, node.right, turned, changed])
            return node.value if isinstance(node, ast.Attribute) else node

    fresh = ast.parse(ast.unparse(tree), mode="eval").body
    places = [node for node in ast.walk(fresh) if isinstance(node, type(at))]
    at = random.choice(places)
    return ast.unparse(ast.fix_missing_locations(Slip().visit(fresh)))


def truth(answer: str, right: str, seed: int) -> bool | None:
    """Whether an answer equals the right one at all points: False if somewhere one of them has no value and the other
    has, or another. What never has a value, as its columns do not fit, may be right as code of NumPy."""
    seen, without = 0, False
    for number, (scale, largest) in enumerate(POSSIBLE):
        names = plain.point(SIDES, KNOWN, seed * 31 + number, scale, largest)
        try:
            wanted = plain.value(right, names)
        except plain.NoValue:
            continue
        try:
            if not plain.close(plain.value(answer, names), wanted, 1e-7):
                return False
            seen += 1
        except plain.NoValue:
            without = True
    return None if seen < 3 and not (seen and without) else not without


def judged(loss: str, wrt: str, answer: str) -> str:
    """The verdict of `check` on an answer."""
    lines = {"loss": loss, "wrt": wrt, "shapes": SHAPES, "assume": ", ".join(FACTS), "answer": answer}
    text = "[[problem]]\n" + "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in lines.items()
    )
    return check_text(text, "answers.toml").problems[0].verdict


def answer_faults(seed: int, depth: int, counts: Counter[str], each: int = 6, latex: bool = True) -> Iterator[Fault]:
    """One random loss: equal forms of its gradient must be right, and forms that are not equal never."""
    loss, wrt = drawn(seed, depth)
    derivation = derived(loss, wrt)
    if (
        derivation is None
        or derivation.result.matrix is None
        or derivation.result.where
        or not derivation.problem.loss.shape.is_number
    ):
        counts["no answer"] += 1
        return
    right, random = to_text(derivation.result.matrix), Random(seed)
    latex = latex and "ones(" not in right  # of a bold 1 nobody knows the size
    names = plain.point(SIDES, KNOWN, seed)
    try:
        if wrt not in right or not plain.close(plain.value(right, names), plain.differences(loss, wrt, names)):
            raise plain.NoValue("judged with the gradients")
    except plain.NoValue:
        counts["no answer"] += 1
        return
    for number in range(each):
        equal = to_latex(derivation.result.matrix) if latex and number == 0 else rewritten(right, random, names)
        if (number or not latex) and not truth(equal, right, seed):
            continue
        verdict = judged(loss, wrt, equal)
        counts[f"equal: {verdict}"] += 1
        if verdict != "right":
            yield Fault(f"equal is {verdict}", f"loss {loss} by {wrt}: {equal}")
    for _ in range(each):
        other = mutated(right, wrt, random)
        if truth(other, right, seed) is not False:
            continue
        verdict = judged(loss, wrt, other)
        counts[f"other: {verdict}"] += 1
        if verdict == "right":
            yield Fault("false is right", f"loss {loss} by {wrt}: {other}")


def run(
    kind: str, wanted: int, seed: int = 1, told: Callable[[Fault], object] = lambda fault: None
) -> tuple[Counter[str], list[Fault]]:
    """So many comparisons, their counts and what was found; each fault is `told` at once."""
    counts: Counter[str] = Counter()
    faults: list[Fault] = []
    while sum(counts[name] for name in counts if name == "compared" or ":" in name) < wanted:
        depth = 2 + seed % 2
        for fault in (
            gradient_faults(seed, depth, counts) if kind == "gradients" else answer_faults(seed, depth, counts)
        ):
            faults.append(fault)
            told(fault)
        seed += 1
    return counts, faults


if __name__ == "__main__":
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    total, found = run(sys.argv[1], int(sys.argv[2]), first, lambda fault: print(fault, flush=True))
    print(dict(total), f"{len(found)} faults")
