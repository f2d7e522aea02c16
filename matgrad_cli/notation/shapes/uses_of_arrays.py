"""What a use says about shapes where sizes stretch as in NumPy: a vector has one dimension and lies along every row of a matrix."""

from __future__ import annotations

from ...ir import ONE
from .agenda import DECIDE, PREFER, Rule
from .unify import Form, Side, join, merge
from .uses import matmul_rule


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
        merge(result, one, reason)
        return True

    def rule(bold: int) -> bool:
        if left.is_number or right.is_number:
            merge(result, right if left.is_number else left, reason)
            return True
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


def array_product_rule(left: Form, right: Form, result: Form, reason: str) -> Rule:
    """left @ right of NumPy: a one-dimensional array is a row on the left and a column on the right, and the result loses that side."""
    plain = matmul_rule(left, right, result, reason)

    def rule(bold: int) -> bool:
        if left.is_number or right.is_number or left.rank != 1:
            if right.rank == 1 and left.cols.is_long:
                result.has_rank(1)
            return plain(bold)
        join(left.rows, right.rows, reason)
        if right.rank == 1:
            merge(result, Form.number(), reason)
            return True
        join(result.rows, right.cols, reason)
        join(result.cols, Side(ONE))
        result.has_rank(1)
        return True

    return rule
