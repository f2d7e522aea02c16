"""Expressions: typed, immutable, interned nodes with shapes and free indices,
from the matrix level to the index level."""

from .build import add, hadamard, kron, matmul, mul, neg, over, product, reciprocal, sub, sum_over, transpose
from .dimensions import NUMBER, ONE, Dim, Index, Pair, Position, Shape, letters_of, replace_in_position
from .expr import Expr, IndexMismatch, OpenLetter, ShapeMismatch
from .functions import ELEMENTWISE, FUNCTIONS, Function, is_elementwise
from .index_nodes import (
    Delta,
    Differential,
    Entry,
    LinearMap,
    MatrixOf,
    Named,
    Partial,
    SumOver,
    entry_of_member,
    member,
    number_of,
    row_of,
    unstacked,
    whole_derivative,
)
from .nodes import (
    Add,
    Call,
    Constant,
    Eye,
    Fill,
    Hadamard,
    Inverse,
    Kron,
    Literal,
    MatMul,
    MatrixPower,
    Mul,
    Number,
    Power,
    Size,
    Stack,
    Symbol,
    Transpose,
)
from .walk import Path, at, fresh_index, letters_in, nodes_of, places, rename, replace_at, substitute
