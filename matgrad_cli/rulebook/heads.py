"""Which operator a rule begins with, guessed from the text of its left side, so that few rules need to be parsed.

A guess may name several heads (`*` is a scalar or an elementwise product); it never misses the true one: a test parses them all.
"""

from __future__ import annotations

from functools import lru_cache

from ..ir import ELEMENTWISE, Call, Differential, Expr, MatMul, Named
from ..ir.functions import WITH_AXES

SCALAR_OR_ARRAY = ("Mul", "Hadamard", "Power")


def head_of(node: Expr) -> str:
    """The operator of a node: the function's name for a call (`tr`), the kind of node for all others (`MatMul`)."""
    return node.function if isinstance(node, Call) else type(node).__name__


@lru_cache(maxsize=4096)
def guess_heads(text: str) -> tuple[str, ...]:
    """The heads that a pattern's text can have: `tr(A @ B)` → tr; `(A @ B).T` → Transpose; `c*A + b*A` → Add."""
    text = text.strip()
    found = _lowest_operator(text)
    if found == "+":
        return ("Add",)
    if found == "*":
        return (*SCALAR_OR_ARRAY, "MatMul", "Kron")
    if found == "@":
        return ("MatMul", "Mul")
    if found == "-":
        return ("Mul",)
    if found == "**":
        return ("Power",)
    return _head_of_primary(text)


@lru_cache(maxsize=2048)
def heads_needed(text: str) -> tuple[frozenset[str], ...]:
    """What every expression fitting this pattern must contain, seen from the text alone: of each set one head.

    `tr(A @ inv(B))` needs tr and Inverse; `ones(n)` a Fill, or a Number where n is 1.
    """
    found = set()
    for piece in text.split("(")[:-1]:
        name = piece[len(piece.rstrip(_LETTERS)) :]
        if name in _CERTAIN:
            found.add(frozenset(_NAMED.get(name, (name,))))
        elif name in ("ones", "zeros"):
            found.add(frozenset(("Fill", "Number")))
    if "(c * " in text or text.startswith("c * "):
        found.add(frozenset(("Mul", "Add")))  # a number in front, which may be 1 in a sum
    return tuple(found)


@lru_cache(maxsize=1024)
def factors_needed(text: str) -> tuple[frozenset[str], ...]:
    """Of a pattern that is a matrix product, seen from the text alone: of each set one head must stand among the factors.

    `(c * A) @ B` needs a product with a number, `Q.T @ Q` a transpose; a factor that is a letter may be anything.
    """
    if _lowest_operator(text) != "@":
        return ()
    found = []
    for factor in _factors(text):
        if not factor.isidentifier():
            heads = guess_heads(factor[1:-1] if factor.startswith("(") and factor.endswith(")") else factor)
            found.append(frozenset(heads))
    return tuple(found)


def may_fit(text: str, node: Expr) -> bool:
    """Whether an expression may fit a pattern, as far as its text and the operators of the expression say at once."""
    if text.startswith("(") and text.endswith(")") and not _lowest_operator(text):
        text = text[1:-1]
    if isinstance(node, Differential) and text.startswith("d("):
        return may_fit(text[2:-1], node.body.body if isinstance(node.body, Named) else node.body)
    if text.isidentifier() or text.startswith("-"):
        return True
    if head_of(node) not in guess_heads(text):
        return False
    if isinstance(node, MatMul) and "@" in text:
        present = {head_of(factor) for factor in node.factors}
        return len(_factors(text)) <= len(node.factors) and not any(present.isdisjoint(wanted) for wanted in factors_needed(text))
    if isinstance(node, Call) and text.endswith(")"):
        arguments = _parts(text[text.index("(") + 1 : -1], ",")
        return all(may_fit(part, child) for part, child in zip(arguments, node.arguments, strict=False))
    return True


def _factors(text: str) -> tuple[str, ...]:
    """The factors of a matrix product."""
    return _parts(text, "@")


@lru_cache(maxsize=4096)
def _parts(text: str, between: str) -> tuple[str, ...]:
    """The parts between the signs of one kind outside of brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([") - (char in ")]")
        if char == between and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return tuple(part.strip() for part in parts)


_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CERTAIN = (
    frozenset(ELEMENTWISE)
    | {"tr", "det", "inv", "vec", "inner", "eye", "kron", "diag", "sum", *WITH_AXES, "matrix_power", "tril", "triu", "cross", "crossmat"}
) - {"square", "reciprocal", "log"}

_STRENGTH = {"+": 0, "*": 1, "@": 1, "-": 2, "**": 3, "": 9}


def _lowest_operator(text: str) -> str:
    """The loosest operator outside brackets: + (also binary −), * or @, unary −, **, or none."""
    depth, best, position = 0, "", 0
    previous = ""
    while position < len(text):
        char, found = text[position], ""
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif depth == 0 and char in "+-*/@":
            if text.startswith("**", position):
                found, position = "**", position + 1
            elif char in "+-":
                operand_before = previous != "" and previous not in "+-*/@"
                found = "+" if operand_before else "-"
            else:
                found = "@" if char == "@" and best != "*" else "*"
        if found and (best == "" or _STRENGTH[found] < _STRENGTH[best] or (found == "*" and best == "@")):
            best = found
        if not char.isspace():
            previous = char
        position += 1
    return best


def _head_of_primary(text: str) -> tuple[str, ...]:
    if text.endswith(".T"):
        return ("Transpose",)
    if text.endswith("]") and not text.startswith("delta["):
        return ("Entry",)
    name = text.split("(", 1)[0].split("[", 1)[0].strip()
    if not name:
        return guess_heads(text[1:-1])
    return _NAMED.get(name, (name,))


_NAMED = {
    "d": ("Differential",), "partial": ("Partial",), "delta": ("Delta",), "sum": ("SumOver", "sum", "sum0", "sum1"),
    "inv": ("Inverse",), "matrix_power": ("MatrixPower", "powm"), "kron": ("Kron",), "eye": ("Eye",), "trace": ("tr",),
    "norm": ("norm", "norm1", "nuclear", "spectral"), "diag": ("diag", "diagonal"),
    **{name: (name, f"{name}0", f"{name}1") for name in WITH_AXES},
    "ones": ("Fill",), "zeros": ("Fill",), "dot": ("MatMul", "inner"), "outer": ("MatMul",), "square": ("Power", "square"),
    "log": ("log", "logdet"), "norm1": ("norm1",), "array": ("MatrixOf",),
}  # fmt: skip
