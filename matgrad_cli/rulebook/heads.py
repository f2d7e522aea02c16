"""Which operator a rule begins with, guessed from the text of its left side, so that few rules need to be parsed.

A guess may name several heads (`*` is a scalar or an elementwise product); it never misses the true one:
a test parses them all.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

from ..diagnostics.regex import regex
from ..ir import ELEMENTWISE, Call, Differential, Entry, Expr, MatMul, Named, Partial, Power, Transpose
from ..ir.expr import together
from ..ir.functions import WITH_AXES
from ..ir.memory import table
from ..ir.walk import folded

Head = tuple[str, bool]
"""The operator of a node, and whether it is a number."""


def heads_at(node: Expr) -> tuple[Head, ...]:
    """The head of a node; of what is pending also of what stands under it, and of the array of that entry."""
    if not isinstance(node, Partial | Differential):
        return (_head(node),)
    body = node.body.body if isinstance(node, Differential) and isinstance(node.body, Named) else node.body
    return _head(node), _head(body), _head(body.base if isinstance(node, Partial) and isinstance(body, Entry) else body)


def _head(node: Expr) -> Head:
    return node.head, node.shape.is_number


@folded
def operators_in(node: Expr, parts: list[frozenset[str]]) -> frozenset[str]:
    """All operators at and below a node."""
    below = together(parts)
    return below if node.head in below else below | {node.head}


@lru_cache(maxsize=4096)
def guess_heads(text: str) -> tuple[str, ...]:
    """The heads that a pattern's text can have: `tr(A @ B)` → tr; `(A @ B).T` → Transpose; `c*A + b*A` → Add."""
    text = text.strip()
    found = _lowest_operator(text)
    if found == "+":
        return ("Add",)
    if found == "*":
        return ("Mul", "Hadamard", *(head for sign, head in (("/", "Power"), ("@", "MatMul")) if sign in text))
    if found == "@":
        return ("Mul",) if text.startswith("-") else ("MatMul",)
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
    """Of a pattern that is a matrix product, seen from the text alone:
    of each set one head must stand among the factors.

    `(c * A) @ B` needs a product with a number, `Q.T @ Q` a transpose; a factor that is a letter may be anything.
    """
    if _lowest_operator(text) != "@":
        return ()
    found = []
    for factor in _parts(text, "@"):
        if not factor.isidentifier():
            heads = guess_heads(factor[1:-1] if factor.startswith("(") and factor.endswith(")") else factor)
            found.append(frozenset(heads))
    return tuple(found)


@lru_cache(maxsize=4096)
def form(text: str, fixed: tuple[str, ...] = ()) -> Form:
    """What a pattern's text says of what fits, without brackets; `fixed` letters do not hold the variable."""
    bare = text.startswith("(") and text.endswith(")") and not _lowest_operator(text)
    return form(text[1:-1], fixed) if bare else Form(text, fixed)


class Form:
    """The operator of a pattern, and what is said of its parts, read off its text once."""

    def __init__(self, text: str, fixed: tuple[str, ...] = ()) -> None:
        self.text, self.fixed, self.operator = text, fixed, _lowest_operator(text)
        self.letter = text.isidentifier()
        self.entry = text.endswith("]") and not self.operator
        self.minus = self.operator == "-"
        self.pending = text.startswith(("d(", "partial("))
        self.heads = frozenset(guess_heads(text))
        self.lax = text.startswith("-") or text.endswith(".T")
        self.within = heads_needed(text)
        self.known: dict[Expr, bool] = table()

    @cached_property
    def base(self) -> Form | None:
        """The array of an entry."""
        whole = self.text.startswith("delta[") or not self.entry
        return None if whole else form(self.text[: self.text.rindex("[")])

    @cached_property
    def parts(self) -> tuple[Form, ...]:
        """What stands under the operator."""
        return tuple(map(form, _parts_said(self.text, self.operator)))

    @cached_property
    def needed(self) -> tuple[frozenset[str], ...]:
        """What must stand among the factors of a matrix product."""
        return factors_needed(self.text)

    @cached_property
    def own(self) -> tuple[bool, bool]:
        """Whether what is pending is the variable itself; whether it does not hold it."""
        whole = _parts(self.text[len("partial(") : -1], ",")
        return whole[0].partition("[")[0] == whole[1].partition("[")[0], whole[0] in self.fixed

    def may_fit(self, node: Expr) -> bool:
        """Whether an expression may fit as it stands: it holds what the pattern needs somewhere within, too."""
        return self.fits_at(_head(node), operators_in(node)) and self.may_be(node)

    def fits_at(self, head: Head, operators: frozenset[str]) -> bool:
        """The same, seen from the operator of the whole and all that stand in it: no bracket is opened, and no sign
        taken out, where a whole is to fit; but a number is its own entry."""
        begins = head[0] in self.heads or (self.base is not None and head[1] and not self.base.letter)
        return begins and not any(map(operators.isdisjoint, self.within))

    def may_be(self, node: Expr) -> bool:
        """Whether an expression may fit, or will when its entries are written out."""
        known = self.known.get(node)
        if known is None:
            known = self.known[node] = self._may_be(node)
        return known

    def _may_be(self, node: Expr) -> bool:
        head = node.head
        if not self.may_begin(head, node.shape.is_number):
            return False
        if self.base is not None:
            return self.base.may_be(node.base if isinstance(node, Entry) else node)  # a number is its own entry
        return self.letter or self.minus or head not in self.heads or not self.parts or self._parts_may_be(node)

    def may_begin_at(self, heads: tuple[Head, ...]) -> bool:
        """The same, seen from the heads of the expression and of what is pending in it alone."""
        if len(heads) == 1 or heads[0][0] not in self.heads:
            return self.may_begin(*heads[0])
        return self.parts[0].may_begin(*heads[1 if self.parts[0].entry else 2])

    def may_begin(self, head: str, is_number: bool) -> bool:
        """The same, seen from the head of the expression alone."""
        if self.minus:
            return head in _SIGNED or head == "Entry"
        if self.letter or self.lax or (self.entry and is_number):
            return True
        return head in self.heads or head in ("Number", "Fill")

    def _parts_may_be(self, node: Expr) -> bool:
        first = self.parts[0]
        match node:
            case Differential(body):
                return first.may_be(body.body if isinstance(body, Named) else body)
            case Partial(body, variable):
                inside = body.base if isinstance(body, Entry) else body
                own, rests = self.own
                if (own and inside is not variable) or (rests and variable in body.symbols):
                    return False
                return first.may_be(body if first.entry else inside)  # sums are read by entries
            case Transpose(body) | Power(body):
                return first.may_be(body)
            case MatMul(factors):
                present = {factor.head for factor in factors}
                return len(self.parts) <= len(factors) and not any(present.isdisjoint(wanted) for wanted in self.needed)
            case Call(_, arguments):
                return all(part.may_be(child) for part, child in zip(self.parts, arguments, strict=False))
        return True


_SIGNED = frozenset(("Add", "Mul", "Hadamard", "Number", "Fill"))
"""Of these a minus sign can be taken: where entries are written out, of an entry of them too."""


def _parts_said(text: str, operator: str) -> tuple[str, ...]:
    """The texts of the parts that are looked at: under the operator or function, or the factors of a product."""
    if operator == "@":
        return _parts(text, "@")
    if operator == "**" and text.count("**") == 1:
        return (text.partition("**")[0].strip(),)
    if operator:
        return ()
    if text.endswith(".T"):
        return (text[:-2],)
    return _parts(text[text.index("(") + 1 : -1], ",") if text.endswith(")") else ()


@lru_cache(maxsize=4096)
def _parts(text: str, between: str) -> tuple[str, ...]:
    """The parts between the signs of one kind outside of brackets."""
    parts: list[str] = []
    depth, start = 0, 0
    for sign in _BRACKETS_AND[between].finditer(text):
        if sign[0] != between:
            depth += 1 if sign[0] in "([" else -1
        elif not depth:
            parts.append(text[start : sign.start()].strip())
            start = sign.end()
    return (*parts, text[start:].strip())


_BRACKETS_AND = {"@": regex(r"[@()\[\]]"), ",": regex(r"[,()\[\]]")}


_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CERTAIN = (
    frozenset(ELEMENTWISE)
    | {"tr", "det", "inv", "vec", "inner", "eye", "kron", "diag", "sum", *WITH_AXES, "matrix_power"}
    | {"tril", "triu", "strictupper", "cross", "crossmat"}
) - {"square", "reciprocal", "log"}

_STRENGTH = {"+": 0, "*": 1, "@": 1, "-": 2, "**": 3, "": 9}


@lru_cache(maxsize=4096)
def _lowest_operator(text: str) -> str:
    """The loosest operator outside brackets: + (also binary −), * or @, unary −, **, or none."""
    depth, best = 0, ""
    for sign in _SIGNS.finditer(text):
        found = sign[0]
        if found in "([":
            depth += 1
        elif found in ")]":
            depth -= 1
        elif depth == 0:
            if found in ("+", "-"):
                found = "+" if text[: sign.start()].rstrip()[-1:] not in _BEFORE_OPERANDS else "-"
            elif found != "**":
                found = "@" if found == "@" and best != "*" else "*"
            if best == "" or _STRENGTH[found] < _STRENGTH[best] or (found == "*" and best == "@"):
                best = found
    return best


_SIGNS = regex(r"\*\*|[-+*/@()\[\]]")
_BEFORE_OPERANDS = frozenset(("", "+", "-", "*", "/", "@"))


def _head_of_primary(text: str) -> tuple[str, ...]:
    if text.endswith(".T"):
        return ("Transpose",)
    if text.endswith("]") and not text.startswith("delta["):
        return ("Entry",)
    name = text.split("(", 1)[0].split("[", 1)[0].strip()
    if not name:
        return guess_heads(text[1:-1])
    return _NAMED.get(name, (name,))


_NODES = "d Differential partial Partial delta Delta inv Inverse kron Kron eye Eye trace tr array MatrixOf".split()
_NAMED = {
    **{name: (head,) for name, head in zip(_NODES[::2], _NODES[1::2], strict=True)},
    **{name: (name, f"{name}0", f"{name}1") for name in WITH_AXES},
    "sum": ("SumOver", "sum", "sum0", "sum1"),
    "matrix_power": ("MatrixPower", "powm"),
    "norm": ("norm", "norm1", "nuclear", "spectral"),
    "diag": ("diag", "diagonal"),
    **dict.fromkeys(("ones", "zeros"), ("Fill",)),
    "dot": ("MatMul", "inner"),
    "outer": ("MatMul",),
    "square": ("Power", "square"),
    "log": ("log", "logdet"),
}
"""Which heads a word may have; one that is not listed is a head."""
