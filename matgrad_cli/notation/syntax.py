"""The syntax tree that both readers (expression language, LaTeX) produce: untyped, with a span on every node.

`elaborate` turns it into typed expressions once the shapes are inferred. Positions count characters of the source text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from operator import is_
from typing import Final, Literal, NamedTuple

from ..diagnostics import Span
from ..diagnostics.record import record, replace

Operator = Literal["+", "-", "*", "/", "@", "**", "^", "hadamard", "kron", "juxtapose", "dot", "inner"]
"""`juxtapose` is LaTeX's product by standing side by side (also `*`, `\\times`), `dot` the one written `\\cdot` (of two
columns: their inner product); `inner` is A:B; `^` is LaTeX's power (of a square matrix the matrix power),
`**` the elementwise one."""

Way = Literal["row", "column", "sample", "subscript", "said column"]
"""How a row or column of a matrix is written, or known."""

Options = tuple[tuple[str, str], ...]
"""What stands beside the arguments of a function, by name."""


@record
class Node:
    """Something read, and where it stood."""

    span: Span


@record
class Literal_(Node):
    """A number as written: exact."""

    value: Fraction
    text: str


@record
class Name(Node):
    """A name, already normalised (NFKC, Greek names spelled out: `lambda` for λ)."""

    name: str


@record
class Negative(Node):
    """−body."""

    body: Node


@record
class Binary(Node):
    """left operator right."""

    operator: Operator
    left: Node
    right: Node


@record
class Transposed(Node):
    """bodyᵀ."""

    body: Node


@record
class Inverted(Node):
    """body^{-1} of a matrix (or 1/body of a number), also body^{-n}: `power` is n."""

    body: Node
    power: int = 1


@record
class Apply(Node):
    """A function of the language with its arguments: norm(A, 'fro'), sum(A, axis=0). Texts are given as they stand.

    LaTeX adds `bars` (|A|: the determinant of a matrix, the absolute value of a number), `ones`, `zeros`, `eye` with
    none, one or two sizes (none: by unification), `basis` with one index (e_i), the option `("derivative", "1")` (σ'),
    `norm` with the option `ord` (`fro`, `2`, `1`, `nuc`; none where no subscript was written),
    and names that are neither functions nor variables.
    """

    function: str
    arguments: tuple[Node, ...]
    options: Options = ()


@record
class Subscript(Node):
    """body[i, j]: an entry, its index letters or 0-based numbers (LaTeX numbers are already shifted).

    `member` says that it is 1 where the letters are in the set `body` and else 0; `label`, that it is 1 where the label
    of the first letter is the second, and else 0: the rows of `body` are one-hot.
    """

    body: Node
    indices: tuple[Node, ...]
    member: bool = False
    label: bool = False


@record
class Slice(Node):
    """One row or column of a matrix as a column vector.

    `letter` is what was written, `matrix` the matrix it is taken from: the same letter in the other case where that one
    is known (r_p of R), else the letter itself. `way` is `row` or `column` where the notation says it (X_{i,:}),
    `sample` for x^{(i)}, `subscript` for x_i, and `said column` for either where it is known to be one.
    """

    letter: Name
    matrix: Name
    index: Node
    way: Way = "subscript"

    @property
    def is_column(self) -> bool:
        """Whether it is a column of the matrix."""
        return self.way in ("column", "said column")

    @property
    def is_numbered(self) -> bool:
        """Whether the notation does not say which of the two it is: x_i, x^{(i)}."""
        return self.way not in ("column", "row")


@record
class Sigma(Node):
    """Σ over letters; `bounds` are the upper bounds where written (None where not), for a warning if they disagree."""

    letters: tuple[Name, ...]
    bounds: tuple[Node | None, ...]
    body: Node


@record
class Kronecker(Node):
    """δ with two indices (`scalar` δ_ij), or with more (kept as written, to be refused or explained)."""

    indices: tuple[Node, ...]


@record
class Derivative(Node):
    """∂(body)/∂variable or ∂(body)/∂variable[indices], pending; no body means: of the loss, no variable: by wrt.

    LaTeX's ∂_k f gives the variable `k`, which is an index of wrt unless a variable of that name exists.
    """

    body: Node | None
    variable: Node | None
    indices: tuple[Node, ...] = ()
    style: Literal["partial", "total", "nabla", "D"] = "partial"


@record
class Differential_(Node):
    """d(body), or Df(A)[H] with a direction."""

    body: Node
    direction: Node | None = None


@record
class Cases(Node):
    """\\begin{cases} value if condition … \\end{cases}; conditions are kept as pairs of equalities or inequalities."""

    branches: tuple[tuple[Node, str], ...]


@record
class Ellipsis_(Node):
    """… : something left out. It cannot be judged."""


@record
class Group(Node):
    """(body): brackets as written, so that (2A)B and 2AB stay two things."""

    body: Node


@record
class EntriesOf(Node):
    """The array whose entry at `letters` is `body`; of a column the second letter is None, of a row the first."""

    letters: tuple[Name | None, Name | None]
    bounds: tuple[Node | None, Node | None]
    body: Node


@record
class MapsTo(Node):
    """The linear map argument ↦ body; the argument has the shape of wrt."""

    argument: Name
    body: Node


@record
class PairIndex(Node):
    """(outer, inner): a row or column of A ⊗ B as an index."""

    outer: Node
    inner: Node


FAMILY: Final = 'is one of several matrices where it is declared, as in `--shape "A_k: m×n"`'
"""What to say of A_k where it must be a matrix."""

CIRCLE: Final = "[pi]"
"""The name of the number π where an array bears the letter."""

WITHIN: Final = "[within]"
"""The function of a letter that is 1 in its range but for so many at the beginning, `first`, and the end, `last`."""

BEFORE: Final = "[<]"
"""The function of two letters that is 1 where the first is less than the second and else 0."""

COUNTED: Final = "[number]"
"""The function of a letter that is the number it stands for, from its option `first` on."""

KEEPS: Final = ("keepdims", "True")
"""The option of a reduction that leaves a row or a column, as it is in every language but NumPy's."""

PART: Final = "[:]"
"""The function of an array that leaves out as many of its first and last rows as its options say."""

KEPT: Final = "[0]"
"""The function of an array with 0 in as many of its first and last rows: what meets a part of another array."""

LIST: Final = "[list]"
"""The function of the parts of a list, `[A, B]`, which stands only as an argument."""

PAIRED: Final = "[paired]"
"""The function of targets and scores that is the targets, of the shape of the scores."""

MOVED: Final = "[up]"
"""The function of an array that moves its rows up by its option `first`, those at the top to the end."""


def number(span: Span, value: int) -> Literal_:
    """A number that stands for something written otherwise."""
    return Literal_(span, Fraction(value), str(value))


def ungrouped(node: Node) -> Node:
    """The node inside any brackets."""
    while isinstance(node, Group):
        node = node.body
    return node


def last_factor(node: Node, signs: tuple[str, ...] = ("juxtapose",)) -> Node:
    """The factor at the end of a product, of juxtaposed factors or with these signs, or the node itself."""
    node = ungrouped(node)
    while isinstance(node, Binary) and node.operator in signs:
        node = ungrouped(node.right)
    return node


def terms(node: Node) -> list[Node]:
    """The terms of a sum, without their signs and brackets."""
    if isinstance(node, Binary) and node.operator in ("+", "-"):
        return [*terms(node.left), *terms(node.right)]
    return terms(node.body) if isinstance(node, Negative | Group) else [node]


def parts_of(node: Node) -> Iterator[Node]:
    """Every node below and including `node`, in reading order."""
    stack: list[Node] = [node]
    while stack:
        part = stack.pop()
        yield part
        kind = type(part)
        if kind in PLAIN:
            stack.extend([getattr(part, field) for field in _BACKWARDS[kind]])
        else:
            stack.extend(reversed(children(part)))


class Contents(NamedTuple):
    """What a tree is made of: kinds, names, functions with their numbers of arguments, operators, a turned number."""

    kinds: frozenset[type[Node]]
    names: frozenset[str]
    calls: frozenset[tuple[str, int]]
    operators: frozenset[str]
    turned_number: bool


def contents(node: Node) -> Contents:
    """What a tree is made of; the last one is remembered, for several ask before it is read."""
    if _LAST and _LAST[0][0] is node:
        return _LAST[0][1]
    parts = list(parts_of(node))
    found = Contents(
        frozenset(map(type, parts)),
        frozenset([part.name for part in parts if isinstance(part, Name)]),
        frozenset([(part.function, len(part.arguments)) for part in parts if isinstance(part, Apply)]),
        frozenset([part.operator for part in parts if isinstance(part, Binary)]),
        any(isinstance(part, Transposed) and isinstance(ungrouped(part.body), Literal_) for part in parts),
    )
    _LAST[:] = [(node, found)]
    return found


_LAST: Final[list[tuple[Node, Contents]]] = []


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts that are nodes, in the order of the fields."""
    kind = type(node)
    if kind in PLAIN:
        return tuple([getattr(node, field) for field in _PARTS[kind]])
    found: list[Node] = []
    for field in parts_fields(kind):
        value = getattr(node, field)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in _flat(value) if isinstance(item, Node))
    return tuple(found)


def parts_fields(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold parts."""
    known = _PARTS.get(kind)
    if known is None:
        known = _PARTS[kind] = tuple(field for field in kind.__match_args__ if field not in NO_PARTS)
    return known


_PARTS: dict[type[Node], tuple[str, ...]] = {}


NO_PARTS: Final = frozenset(
    ("span", "operator", "function", "text", "style", "way", "name", "value", "power", "options", "member")
)
PLAIN: Final = frozenset((Literal_, Name, Negative, Binary, Transposed, Inverted, Group))
"""The kinds whose parts are all single nodes that are there."""
_BACKWARDS: Final = {kind: parts_fields(kind)[::-1] for kind in PLAIN}


def _flat(value: tuple[object, ...]) -> Iterator[object]:
    for item in value:
        if isinstance(item, tuple):
            yield from _flat(item)
        else:
            yield item


def with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same node over other parts, in the order of `children`."""
    supply = iter(parts)

    def filled(value: object) -> object:
        if isinstance(value, Node):
            return next(supply)
        if isinstance(value, tuple):
            return tuple(filled(item) for item in value)
        return value

    changes = {name: filled(getattr(node, name)) for name in parts_fields(type(node))}
    return replace(node, **changes)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with `change` applied to every node, parts before wholes."""
    # a stack: sums of thousands of terms nest as deeply
    waiting: list[tuple[Node, tuple[Node, ...] | None]] = [(node, None)]
    made: list[Node] = []
    while waiting:
        top, parts = waiting.pop()
        if parts is None:
            parts = children(top)
            if not parts:
                made.append(change(top))
                continue
            waiting.append((top, parts))
            waiting.extend((part, None) for part in reversed(parts))
            continue
        new = tuple(made[len(made) - len(parts) :])
        del made[len(made) - len(parts) :]
        made.append(change(top if all(map(is_, parts, new)) else with_children(top, new)))
    return made[0]


def letters_bound(tree: Node) -> frozenset[str]:
    """The letters over which something in the tree runs: a Σ, the entries of an array."""
    binders = (part for part in parts_of(tree) if isinstance(part, Sigma | EntriesOf))
    return frozenset(letter.name for part in binders for letter in part.letters if letter)
