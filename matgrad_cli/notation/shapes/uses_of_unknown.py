"""Which calls are of functions that have no meaning, and what their use says about the shape they return."""

from __future__ import annotations

from .. import syntax as s
from ..expression.vocabulary import FUNCTION_NAMES, WRITTEN_OUT, canonical_function
from ..scope import Scope
from ..unknown import LETTERS, NUMBERS, SLOPES, functions_in, meant
from .agenda import GUESS, PREFER, Rule
from .unify import Form, join, lengthen, merge


def is_unknown(scope: Scope, node: s.Apply) -> bool:
    """Whether a call is of a function without a meaning: one of the loss, or in a loss one of the letters that name functions."""
    name = node.function
    if scope.find(name) is not None or canonical_function(name) in FUNCTION_NAMES | WRITTEN_OUT:
        return False
    return (scope.loss is None and name in LETTERS) or meaning_of(scope, name) is not None


def meaning_of(scope: Scope, name: str) -> str | None:
    return meant(name, functions_in(scope.loss) if scope.loss is not None else SLOPES)


def unknown_rule(scope: Scope, name: str, argument: Form, result: Form) -> Rule:
    """The value of a number is a number; else its use says whether it is a number or an array like what it is taken of."""
    known = meaning_of(scope, name)
    numbers = name in NUMBERS if known is None else known.startswith("n0")

    def rule(bold: int) -> bool:
        if known is not None and known.startswith("n2"):
            return join(result.rows, argument.rows) and join(result.cols, argument.rows)
        array = result.is_array or result.kind.array or result.kind.matrix
        if result.is_number or (argument.is_number and (not numbers or known is not None or (bold >= GUESS and not array))):
            merge(result, Form.number())
            return True
        if argument.is_number:  # f(t), an array that moves
            if bold >= GUESS and result.kind.matrix:
                lengthen(result.rows)
                lengthen(result.cols)
            return bold >= GUESS
        if known is None and array and not (bold >= GUESS or (result.rows.known and result.cols.known)):
            return False
        if array or bold >= GUESS or known is not None:
            if not array and numbers:
                merge(result, Form.number())
            elif (result.rows.known or argument.rows.known) is (argument.rows.known or result.rows.known):
                merge(result, argument)
            elif not result.cols.known:
                join(result.cols, argument.cols)
            return True
        return False

    return rule


def several_rule(scope: Scope, name: str, arguments: list[Form], result: Form, reason: str) -> Rule:
    """The value of numbers is a number; of arrays it is one, or acts on every entry where its use or its letter says so."""
    known = meaning_of(scope, name)

    def rule(bold: int) -> bool:
        if known is not None and known[0] == "t":
            place = int(known[1])
            merge(result, arguments[place - 1] if 0 < place <= len(arguments) else Form.number())
            return True
        if all(part.is_number for part in arguments):
            merge(result, Form.number())
            return True
        if bold < PREFER or not any(part.is_array for part in arguments):
            return False
        if known is not None or name not in NUMBERS or result.is_array or result.kind.array:
            for part in arguments[1:]:
                merge(arguments[0], part, reason)
            merge(result, arguments[0], reason)
        else:
            merge(result, Form.number())
        return True

    return rule
