"""Reading indices back into matrices: entries form a graph, letters are its vertices, and reductions never change the value.

A factor A_uv is an edge from u to v, a factor x_u a label at u. Bound vertices are removed one by one: loose ends become products
with a vector, parallel edges Hadamard products, chains products, cycles traces. Free vertices are never removed. What is left over
the free letters is the matrix; if a bound vertex cannot be removed the term has no matrix form and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...ir import (
    Call,
    Delta,
    Entry,
    Expr,
    Eye,
    Index,
    Mul,
    Number,
    Power,
    Size,
    add,
    hadamard,
    is_elementwise,
    matmul,
    mul,
)
from ...ir.dimensions import ONE
from ..index.terms import Term, split
from .algebra import factors_of, flip, number_product, trace_of, transposes
from .arrays import as_array, column_of, ones, whole_entry


@dataclass(slots=True, eq=False)
class Edge:
    """A factor base_uv. Two equal factors are two edges."""

    base: Expr
    tail: Index
    head: Index

    def seen_from(self, vertex: Index) -> tuple[Expr, Index]:
        """The matrix with `vertex` as its row letter, and the letter at the other end."""
        return (self.base, self.head) if self.tail is vertex else (flip(self.base), self.tail)


@dataclass(slots=True)
class Reading:
    """What a term was read as: numbers, and the matrix over the free letters (None if it is a number)."""

    coefficient: list[Expr] = field(default_factory=list)
    matrix: Expr | None = None

    def expr(self) -> Expr:
        """numbers · matrix."""
        parts = [factor for factor in self.coefficient if factor is not Number(1)]
        if self.matrix is not None:
            parts.append(self.matrix)
        return mul(*parts) if parts else Number(1)


class _Graph:
    """The working state of one reading; only this module changes it."""

    def __init__(self, bound: Iterable[Index]) -> None:
        self.bound = list(bound)
        self.edges: list[Edge] = []
        self.labels: dict[Index, list[Expr]] = {}
        self.reading = Reading()

    def label(self, vertex: Index, vector: Expr) -> None:
        self.labels.setdefault(vertex, []).append(vector)

    def label_at(self, vertex: Index) -> Expr | None:
        found = self.labels.get(vertex)
        return hadamard(*found) if found else None

    def edges_at(self, vertex: Index) -> list[Edge]:
        return [edge for edge in self.edges if vertex in (edge.tail, edge.head)]

    def remove(self, vertex: Index) -> None:
        self.bound.remove(vertex)
        self.labels.pop(vertex, None)

    def replace_letter(self, old: Index, new: Index) -> None:
        for edge in self.edges:
            edge.tail = new if edge.tail is old else edge.tail
            edge.head = new if edge.head is old else edge.head
        for vector in self.labels.pop(old, []):
            self.label(new, vector)
        self.bound.remove(old)


def read_back(term: Term, row: Index | None, col: Index | None) -> Reading | None:
    """The term as numbers · matrix with rows `row` and columns `col`; None if it has no matrix form."""
    graph = _Graph(term.indices)
    graph.reading.coefficient = list(term.coefficient)
    for factor in term.factors:
        if not _place(graph, factor):
            return None
    _reduce(graph)
    found = _finish(graph, row, col)
    if found is not None and found.expr().free:
        return None  # a matrix holds no letters: what still has some is an entry for each of their values
    return found


def _read_sum(expr: Expr, row: Index | None, col: Index | None) -> Expr | None:
    parts = []
    for term in split(expr):
        reading = read_back(term, row, col)
        if reading is None:
            return None
        parts.append(reading.expr())
    return add(*parts) if parts else None


def _place(graph: _Graph, factor: Expr) -> bool:
    if not factor.free:
        graph.reading.coefficient.append(factor)
        return True
    if isinstance(factor, Delta):
        if isinstance(factor.left, Index) and isinstance(factor.right, Index):
            graph.edges.append(Edge(Eye(factor.left.dim), factor.left, factor.right))
            return True
        letter, other = (factor.left, factor.right) if isinstance(factor.left, Index) else (factor.right, factor.left)
        if isinstance(letter, Index) and isinstance(other, int):
            vector = as_array(Delta(letter, other), letter, None, _read_sum)
            assert vector is not None
            graph.label(letter, vector)
            return True
        return False
    plain = _plain_entry(factor)
    if plain is not None:
        base, first, second = plain
        if first is None or second is None:
            vertex = first or second
            assert vertex is not None
            graph.label(vertex, base if second is None else column_of(base))
        else:
            graph.edges.append(Edge(base, first, second))
        return True
    letters = sorted(factor.free)
    if len(letters) > 2:
        return False
    array = as_array(factor, letters[0], letters[1] if len(letters) == 2 else None, _read_sum)
    if array is None:
        return False
    if len(letters) == 1:
        graph.label(letters[0], array)
    else:
        graph.edges.append(Edge(array, letters[0], letters[1]))
    return True


def _plain_entry(factor: Expr) -> tuple[Expr, Index | None, Index | None] | None:
    if isinstance(factor, Entry):
        return whole_entry(factor)
    if isinstance(factor, Power) and not factor.exponent.free:
        inner = _plain_entry(factor.base)
        return (Power(inner[0], factor.exponent), inner[1], inner[2]) if inner else None
    if isinstance(factor, Call) and is_elementwise(factor.function):
        inner = _plain_entry(factor.argument)
        return (Call(factor.function, inner[0]), inner[1], inner[2]) if inner else None
    return None


def _reduce(graph: _Graph) -> None:
    while True:
        if _loops(graph) or _identities(graph) or _leaf(graph) or _parallel(graph) or _join(graph):
            continue
        return


def _loops(graph: _Graph) -> bool:
    for edge in graph.edges:
        if edge.tail is edge.head:
            graph.edges.remove(edge)
            vertex = edge.tail
            bare = vertex in graph.bound and not graph.labels.get(vertex) and not graph.edges_at(vertex)
            if bare:
                graph.reading.coefficient.append(trace_of(factors_of(edge.base)))
                graph.remove(vertex)
            else:
                graph.label(vertex, diagonal(edge.base))
            return True
    return False


def diagonal(base: Expr) -> Expr:
    """The diagonal of a matrix as a vector; of diag(u) it is u, of I the ones."""
    if isinstance(base, Call) and base.function == "diag":
        return base.argument if base.argument.shape.cols is ONE else flip(base.argument)
    return ones(base.dim) if isinstance(base, Eye) else Call("diagonal", base)


def _identities(graph: _Graph) -> bool:
    for edge in graph.edges:
        if isinstance(edge.base, Eye):
            for old, new in ((edge.tail, edge.head), (edge.head, edge.tail)):
                if old in graph.bound and old is not new:
                    graph.edges.remove(edge)
                    graph.replace_letter(old, new)
                    return True
    return False


def _leaf(graph: _Graph) -> bool:
    for vertex in reversed(graph.bound):
        edges = graph.edges_at(vertex)
        if len(edges) > 1:
            continue
        if not edges:
            graph.reading.coefficient.append(_closed_sum(graph, vertex))
        else:
            base, other = edges[0].seen_from(vertex)
            label = graph.label_at(vertex)
            vector = ones(vertex.dim) if label is None else label
            graph.edges.remove(edges[0])
            graph.label(other, matmul(flip(base), vector))
        graph.remove(vertex)
        return True
    return False


def _closed_sum(graph: _Graph, vertex: Index) -> Expr:
    vectors = graph.labels.get(vertex, [])
    if not vectors:
        return Size(vertex.dim)
    if len(vectors) == 1:
        return _sum_of(vectors[0])
    return number_product(flip(vectors[0]), hadamard(*vectors[1:]))


def _sum_of(vector: Expr) -> Expr:
    """Σ_i of a vector: of A 1 it is the sum over all of A."""
    factors = factors_of(vector)
    if len(factors) == 2 and factors[1] is ones(factors[0].shape.cols):
        return Call("sum", factors[0])
    if isinstance(vector, Mul):
        numbers = [factor for factor in vector.factors if factor.shape.is_number]
        arrays = [factor for factor in vector.factors if not factor.shape.is_number]
        return mul(*numbers, _sum_of(arrays[0]))
    if len(factors) > 1:
        return number_product(flip(ones(vector.shape.rows)), vector)
    return Call("sum", vector)


def _parallel(graph: _Graph) -> bool:
    for number, first in enumerate(graph.edges):
        for second in graph.edges[number + 1 :]:
            if {first.tail, first.head} != {second.tail, second.head}:
                continue
            ends = (first.tail, first.head)
            bare = all(end in graph.bound and not graph.labels.get(end) and len(graph.edges_at(end)) == 2 for end in ends)
            if bare:
                continue
            graph.edges.remove(second)
            first.base = hadamard(first.base, second.seen_from(first.tail)[0])
            return True
    return False


def _join(graph: _Graph) -> bool:
    for labelled in (False, True):
        for vertex in graph.bound:
            edges = graph.edges_at(vertex)
            label = graph.label_at(vertex)
            if len(edges) != 2 or (label is not None) != labelled:
                continue
            first, second = edges
            left, start = first.seen_from(vertex)
            right, end = second.seen_from(vertex)
            middle = (Call("diag", label),) if label is not None else ()
            graph.edges[graph.edges.index(first)] = Edge(matmul(flip(left), *middle, right), start, end)
            graph.edges.remove(second)
            graph.remove(vertex)
            return True
    return False


def _finish(graph: _Graph, row: Index | None, col: Index | None) -> Reading | None:
    if graph.bound:
        return None
    if row is None and col is None:
        return graph.reading if not graph.edges and not graph.labels else None
    if row is None or col is None:
        vertex = row or col
        assert vertex is not None
        if graph.edges:
            return None
        label = graph.label_at(vertex)
        vector = ones(vertex.dim) if label is None else label
        graph.reading.matrix = vector if col is None else flip(vector)
        return graph.reading
    if len(graph.edges) > 1:
        return None
    left, right = graph.label_at(row), graph.label_at(col)
    if graph.edges:
        edge = graph.edges[0]
        base = edge.base if edge.tail is row else flip(edge.base)
        graph.reading.matrix = _scaled(base, left, right)
        return graph.reading
    column = ones(row.dim) if left is None else left
    other = ones(col.dim) if right is None else right
    if left is None and right is None:
        graph.reading.matrix = ones(row.dim, col.dim)
    else:
        graph.reading.matrix = matmul(column, flip(other))
    return graph.reading


def _scaled(base: Expr, left: Expr | None, right: Expr | None) -> Expr:
    """diag(left) base diag(right); on the identity diag(left ∘ right)."""
    vectors = [vector for vector in (left, right) if vector is not None]
    if not vectors:
        return base
    if isinstance(base, Eye):
        return Call("diag", hadamard(*vectors))
    plain = all(isinstance(vector, Expr) and len(factors_of(vector)) == 1 for vector in vectors)
    if len(vectors) == 2 and plain:
        return hadamard(matmul(vectors[0], flip(vectors[1])), base)
    before = (Call("diag", left),) if left is not None else ()
    after = (Call("diag", right),) if right is not None else ()
    return matmul(*before, base, *after)


def read_inside(term: Term) -> Term:
    """The summed letters of a term read back as far as they go; the free letters stay letters: Σ_k A_ik B_kj C_st = (AB)_ij C_st."""
    graph = _Graph(term.indices)
    graph.reading.coefficient = list(term.coefficient)
    if not all(_place(graph, factor) for factor in term.factors):
        return term
    while _loops_of_bound(graph) or _identities(graph) or _leaf(graph) or _join(graph):
        pass
    factors: list[Expr] = []
    for edge in graph.edges:
        factors.append(Delta(edge.tail, edge.head) if isinstance(edge.base, Eye) else _entry(edge.base, edge.tail, edge.head))
    for vertex, vectors in graph.labels.items():
        factors.extend(Entry(vector, vertex, None) for vector in vectors)
    return Term(tuple(graph.reading.coefficient), tuple(graph.bound), tuple(factors))


def _entry(base: Expr, tail: Index, head: Index) -> Expr:
    """base_(tail, head); an entry of a transpose is the mirrored entry."""
    turned = flip(base)
    return Entry(turned, head, tail) if transposes(turned) < transposes(base) else Entry(base, tail, head)


def _loops_of_bound(graph: _Graph) -> bool:
    return any(edge.tail is edge.head and edge.tail in graph.bound for edge in graph.edges) and _loops(graph)
