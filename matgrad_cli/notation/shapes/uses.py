"""What a use says about shapes: rules that learn sides of one part from sides of another,
and wait while they cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from math import prod
from typing import TYPE_CHECKING

from ...ir import ONE, Dim
from .. import syntax as s
from .unify import DECIDE, GUESS, PREFER, Form, Rule, Side, join, lengthen, merge

if TYPE_CHECKING:
    from .solver import Solver


def by_law(solver: Solver, law: str, forms: list[Form], reason: str) -> Form:
    """The form of a value by a law such as `m n, p q -> m*p n*q`: sides that are called alike are one.

    `A` is an array whole, and two of them have one shape; where no value is written it is the first argument, `A.T` is
    that turned, `1` a number. With fewer arguments than the law speaks of nothing is known.
    """
    asked, _, given = law.partition(" -> ")
    parts = [part.split() for part in asked.split(", ")]
    if len(parts) > len(forms):
        return Form()
    sides: dict[str, Side] = {}
    for form, words in zip(forms, parts, strict=False):
        if words == ["A"]:
            merge(forms[0], form, reason)
            continue
        for own, word in zip((form.rows, form.cols), words, strict=True):
            join(sides.setdefault(word, Side(Dim.of(int(word))) if word.isdigit() else own), own, reason)
    if given in ("", "A.T"):
        return forms[0].transposed if given else forms[0]
    if given == "1":
        return Form.number()
    for word in given.split():
        if word not in sides:
            sides[word] = made = Side(ONE if word == "1" else None)
            if "*" in word:
                first, second = (sides[factor] for factor in word.split("*"))
                solver.made.append(made)
                solver.rule(times_rule(first, second, made), first, second, made)
    rows, cols = given.split()
    return Form(sides[rows], sides[cols])


def entrywise_rule(left: Form, right: Form, result: Form, reason: str, sums: bool = False) -> Rule:
    """left * right or left + right, entry by entry: one shape, unless one is a number;
    beside an array a term is rather one than not."""

    def rule(bold: int) -> bool:
        if left.is_number or right.is_number:
            return merge(result, right if left.is_number else left, reason)
        either = sums and (result.kind.hint or any(form.is_array or form.kind.array for form in (left, right, result)))
        if (left.is_array and right.is_array) or (bold >= PREFER and either) or bold >= DECIDE:
            merge(left, right, reason)
            return merge(result, left, reason)
        return False

    return rule


def labels_rule(labels: Form, other: Form, reason: str, said: Callable[[], None]) -> Rule:
    """y * (X @ w): labels, one for each entry of what they stand beside, where nothing says that they are a number."""

    def rule(bold: int) -> bool:
        if bold < PREFER or not other.is_array or not labels.is_open():
            return not labels.is_open()
        merge(labels, other, reason)
        said()
        return True

    return rule


def matmul_rule(left: Form, right: Form, result: Form, reason: str) -> Rule:
    """left @ right: inner sides equal; a number scales; a column on the left is read as its transpose if only that can
    fit. A one-dimensional array of NumPy is a row on the left and a column on the right, and the result loses that
    side."""

    def finish(inner: Side, outer: Side) -> bool:
        join(inner, right.rows, reason)
        join(result.rows, outer, reason)
        return join(result.cols, right.cols, reason)

    def rule(bold: int) -> bool:
        if left.is_number or right.is_number:
            return merge(result, right if left.is_number else left, reason)
        if left.rank == right.rank == 1:
            join(left.rows, right.rows, reason)
            return merge(result, Form.number(), reason)
        if left.rank == 1 or (right.rank == 1 and left.cols.is_long):
            result.has_rank(1)
        if left.rank == 1:
            join(left.rows, right.rows, reason)
            join(result.rows, right.cols, reason)
            return join(result.cols, Side(ONE))
        if left.cols.is_long and (right.rows.is_long or not right.kind.divisor):
            lengthen(right.rows, reason)
            return finish(left.cols, left.rows)
        if left.cols.is_one and left.rows.is_long:
            if right.rows.is_one:
                return finish(left.cols, left.rows)
            if right.rows.is_long:
                return finish(left.rows, Side(ONE))
        return bold >= DECIDE and finish(left.cols, left.rows)

    return rule


def column_or_row(form: Form, side: Side, reason: str) -> Rule:
    """x[i]: i runs over the long side of a vector; a column if nothing says otherwise."""

    def rule(bold: int) -> bool:
        if form.rows.is_one:
            return join(form.cols, side, reason)
        if form.cols.is_one or bold >= PREFER:
            join(form.cols, Side(ONE))
            return join(form.rows, side, reason)
        return False

    return rule


def row_or_entry(form: Form, side: Side, result: Form, reason: str) -> Rule:
    """x[i] of NumPy: row i of a matrix, as what is multiplied with `@` must be one, else an entry of a vector."""
    entry = column_or_row(form, side, reason)

    def rule(bold: int) -> bool:
        if not (form.rows.is_one or form.cols.is_one) and (result.kind.hint or result.is_array):
            lengthen(form.rows, reason)
            lengthen(form.cols, reason)
        if form.rows.is_long and form.cols.is_long:
            join(form.rows, side, reason)
            join(result.rows, form.cols, reason)
            return join(result.cols, Side(ONE))
        return entry(bold) and merge(result, Form.number())

    return rule


def later(side: Side, dim: Dim) -> Rule:
    """A written bound decides only what nothing else has decided."""

    def rule(bold: int) -> bool:
        return side.known is not None or (bold >= DECIDE and join(side, Side(dim)))

    return rule


def times_rule(left: Side, right: Side, result: Side) -> Rule:
    """result = left · right, once two of them are known."""

    def rule(_bold: int) -> bool:
        first, second = left.known, right.known
        if first is ONE or second is ONE:
            return join(result, right if first is ONE else left)
        if first is not None and second is not None:
            return join(result, Side(first * second))
        whole = result.known
        if whole is not None and (first or second) is not None:
            other = whole.over(first or second or ONE)
            join(right if first is not None else left, Side(other)) if other is not None else None
            return other is not None
        if (left.is_long or right.is_long) and whole is None:
            lengthen(result)
        return False

    return rule


def diag_rule(argument: Form, result: Form, reason: str) -> Rule:
    """diag: a vector becomes a diagonal matrix, a square matrix its diagonal."""

    def vector(side: Side) -> bool:
        join(result.rows, side, reason)
        return join(result.cols, side, reason)

    def rule(bold: int) -> bool:
        if argument.cols.is_one:
            return vector(argument.rows)
        if argument.rows.is_one:
            return vector(argument.cols)
        if argument.rows.is_long and argument.cols.is_long:
            join(argument.rows, argument.cols, reason)
            join(result.rows, argument.rows, reason)
            return join(result.cols, Side(ONE))
        return bold >= DECIDE and vector(argument.rows)

    return rule


def square_rule(base: Form, reason: str, level: int = PREFER) -> Rule:
    """X^k of a capital: a matrix whose sides nothing tells is square; so is, as a last GUESS, what a triangle is taken
    of, where nothing tells one of them: tril(𝟏𝟏ᵀ) e₁."""

    def rule(bold: int) -> bool:
        told = [side.known is not None for side in (base.rows, base.cols)]
        open_ = not all(told) if level == GUESS else not any(told) and base.rows.is_long and base.cols.is_long
        if bold >= level and open_:
            join(base.rows, base.cols, reason)
        return bool(base.rows.known and base.cols.known) or base.rows.root is base.cols.root

    return rule


def measured_whole(sizes: tuple[s.Node, ...]) -> s.Node | None:
    """X of `ones(X.shape)`, and of `ones(size(X))` as MATLAB writes it."""
    match sizes:
        case (s.Apply(_, "shape" | "size", (array,), ()), *_):
            return array
    return None


def length_of(
    node: s.Node, named: Callable[[str], Dim | None], of_array: Callable[[s.Apply], Dim | None]
) -> Dim | None:
    """The dimension that `n`, `3`, `2*n`, `n**2` or `X.shape[0]` is; None for anything else."""
    match s.ungrouped(node):
        case s.Literal_(_, value) if value.denominator == 1 and 0 < value < 10**9:
            return Dim(int(value))
        case s.Name(_, name):
            return named(name)
        case s.Binary(_, "*" | "juxtapose" | "dot", left, right):
            first, second = (length_of(side, named, of_array) for side in (left, right))
            return first * second if first is not None and second is not None else None
        case s.Binary(_, "**" | "^", left, s.Literal_(_, power)) if power.denominator == 1 and 0 < power <= 9:
            base = length_of(left, named, of_array)
            return prod([base] * int(power), start=ONE) if base is not None else None
        case s.Apply(_, "shape" | "len") as call:
            return of_array(call)
    return None


def names_beside(tree: s.Node) -> Iterator[tuple[str, str]]:
    """Each name where it stands, and the operator that it is beside; nothing where it stands in something else."""
    stack = [(tree, "")]
    while stack:
        part, operator = stack.pop()
        if isinstance(part, s.Name):
            yield part.name, operator
        elif not isinstance(part, s.Group | s.Negative):
            operator = part.operator if isinstance(part, s.Binary) else ""
        stack += [(child, operator) for child in s.children(part)]


def is_basis(name: str, indices: Sized) -> bool:
    """Whether an undeclared name with these indices is a basis vector, e_i, or a matrix with a single 1, E_ij."""
    return (name, len(indices)) in (("e", 1), ("E", 2))


def capital_terms(tree: s.Node) -> frozenset[str]:
    """The capitals that are terms wherever they stand: the Y of `(Y - Xw)^\\top (Y - Xw)`."""
    operators: dict[str, set[str]] = {}
    for name, operator in names_beside(tree):
        operators.setdefault(name, set()).add(operator)
    return frozenset(name for name, found in operators.items() if found <= {"+", "-"} and name[0].isupper())


def capitals_beside_vectors(tree: s.Node) -> frozenset[str]:
    """Of these the ones that stand beside the product of a matrix and a small letter: `Y - Xw`."""
    alone, found = capital_terms(tree), set[str]()
    for part in s.parts_of(tree) if alone else ():
        if isinstance(part, s.Binary) and part.operator in ("+", "-"):
            terms = s.terms(part)
            if any(_is_matrix_times_vector(term) for term in terms):
                found |= {term.name for term in terms if isinstance(term, s.Name)}
    return alone & found


def _is_matrix_times_vector(term: s.Node) -> bool:
    if not (isinstance(term, s.Binary) and term.operator in ("juxtapose", "@", "dot")):
        return False
    before, last = s.last_factor(term.left), s.ungrouped(term.right)
    small = isinstance(last, s.Name) and last.name[0].islower()
    return small and isinstance(before, s.Name) and before.name[0].isupper()


# ---- what a use says about shapes where sizes stretch as in NumPy: a vector has one dimension and lies along every row
# of a matrix


def stretch_rule(left: Form, right: Form, result: Form, reason: str) -> Rule:
    """left + right, left * right: sides of 1 are stretched, a one-dimensional array lies along the rows."""

    def beside(flat: Form, other: Form, bold: int) -> bool:
        matrix = other.rows.is_long and other.cols.is_long
        if matrix or other.rank == 2 or other.rows.is_one:
            width = other.cols
            if other.cols.is_one:
                width = flat.rows
            elif not flat.rows.is_one:
                join(flat.rows, other.cols, reason)
            join(result.rows, other.rows, reason)
            join(result.cols, width, reason)
            result.has_rank(2)
            return True
        if other.cols.is_one or bold >= DECIDE:
            return same(flat, other)
        return False

    def same(one: Form, other: Form) -> bool:
        merge(one, other, reason)
        return merge(result, one, reason)

    def rule(bold: int) -> bool:
        if left.is_number or right.is_number:
            return merge(result, right if left.is_number else left, reason)
        if left.rank == 1 and right.rank == 1:
            return same(left, right)
        if left.rank == 1 or right.rank == 1:
            return beside(*((left, right) if left.rank == 1 else (right, left)), bold)
        if not (left.is_array and right.is_array) and bold < PREFER:
            return False
        for a, b, made in ((left.rows, right.rows, result.rows), (left.cols, right.cols, result.cols)):
            if not (a.is_one or b.is_one):
                join(a, b, reason)
            join(made, b if a.is_one else a, reason)
        if left.rank == 2 or right.rank == 2:
            result.has_rank(2)
        return True

    return rule
