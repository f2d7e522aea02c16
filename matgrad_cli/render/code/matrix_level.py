"""Matrix expressions as code over arrays in which a vector is one-dimensional:
rows and columns are told apart by shape only.

A product is cut where a column meets a row: what stands left and right of the cut meets in `outer`, what lies between
two cuts is a number.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from ... import ir
from ...diagnostics.regex import regex
from ...ir import ONE, Dim, Expr, Shape, Symbol, nodes_of, transpose
from ...ir.functions import CHANGES, FUNCTIONS, WITH_AXES, is_elementwise
from ...ir.walk import found_in
from ...notation.printing.precedence import ATOM, POWER, PRODUCT, SUM, UNARY
from .names import Code, Names, number_code, signed_sum

_WORD: Final = regex(r"(?<![\w.])[a-z]\w+")
_ROOTS: Final = (ir.Number(Fraction(1, 2)), ir.Number(Fraction(-1, 2)))
_OF_A_NUMBER: Final = frozenset("sum mean norm norm1 tr det diagonal diag vec".split())
"""Functions that a number has itself as its value, or its size."""


class MatrixCode:
    """Compiles expressions to code, each node once. `index_code` compiles what stands at the index level."""

    def __init__(self, names: Names, index_code: Callable[[Expr], Code]) -> None:
        self.names = names
        self.helpers: list[str] = []
        self.locals: dict[Expr, str] = {}
        self._index_code = index_code
        self.memo: dict[Expr, Code] = {}

    def code(self, root: Expr) -> Code:
        """The code of an expression."""
        return found_in(root, self.memo, self._compiled, lambda node: () if self._is_leaf(node) else node.children)

    def full(self, node: Expr) -> Code:
        """The code of an expression as an array of its whole shape, never as a number that stands for one."""
        code = self.code(node)
        if code.full or node.shape.is_number:
            return code
        return self.filled(code, node.shape)

    def filled(self, code: Code, shape: Shape) -> Code:
        """An array of equal entries."""
        sizes = ", ".join(self.names.dim(dim) for dim in shape.dims)
        sizes = f"({sizes})" if len(shape.dims) > 1 else sizes
        text = code.at(SUM)
        if text in ("1", "0"):
            return Code(self.form("ones" if text == "1" else "zeros", x=sizes))
        value = code.at(UNARY if self.names.dialect.name == "torch" else SUM)
        return Code(self.form("full", x=sizes, value=value))

    def form(self, key: str, **parts: str) -> str:
        """A call as the dialect writes it; remembers the helper that it needs."""
        if key[2:3] == ":":
            return f"{self.names.function(key)}({parts['x']})"
        form = self.names.dialect.calls[key]
        self._need(form)
        return form.format(self.names.dialect.module, **self.names.types, **parts)

    def _need(self, text: str) -> None:
        """Remembers the helpers that a piece of code names, and those that they name."""
        helpers = self.names.dialect.helpers
        for name in _WORD.findall(text):
            if name in helpers and name not in self.helpers:
                self.helpers.append(name)
                self._need(helpers[name])

    @staticmethod
    def _is_leaf(node: Expr) -> bool:
        return isinstance(node, ir.Named | ir.Entry | ir.Delta | ir.SumOver | ir.MatrixOf)

    def _compiled(self, node: Expr) -> Code:
        match node:
            case ir.Named():
                return Code(self.locals[node])
            case Symbol():
                name = self.names.parameters[node]
                if isinstance(node, ir.Stack):
                    return Code(f"{name}.reshape(-1, {name}.shape[2])")
                return Code(f"{name}[0]") if node.shape.is_row else Code(name)
            case ir.Number(value):
                return number_code(value)
            case ir.Constant(name):
                return Code(f"{self.names.dialect.module}.{name}")
            case ir.Size(dim):
                text = self.names.dim(dim)
                return Code(text, PRODUCT if " * " in text else ATOM)
            case ir.Eye(dim):
                return Code(self.form("eye", x=self.names.dim(dim)))
            case ir.Fill(value, shape):
                return Code(str(value), full=shape.is_number)
            case ir.Literal():
                rows, column = [list(map(float, row)) for row in node.rows], list(map(float, node.entries))
                return Code(self.form("array", x=str(rows if node.shape.is_matrix else column)))
            case ir.Add():
                return self._sum(node)
            case ir.Mul(factors):
                codes = [self.code(factor) for factor in factors]
                numbers_first = all(factor.shape.is_number for factor in factors[:-1])
                return self.scaled(codes, all(code.full for code in codes), numbers_first)
            case ir.Hadamard(factors):
                codes = self._beside(factors)
                return self.scaled(codes, any(code.full for code in codes))
            case ir.MatMul():
                return self._product(node)
            case ir.Kron():
                return self._kron(node)
            case ir.Power():
                return self._power(node)
            case ir.MatrixPower(base, exponent):
                return Code(self.form("matrix_power", x=self.full(base).at(SUM), k=str(exponent)))
            case ir.Transpose(body):
                return self._transposed(body)
            case ir.Inverse(body):
                return Code(self.form("inv", x=self.full(body).at(SUM)))
            case ir.Call():
                return self._call(node)
            case _:
                return self._index_code(node)

    # ---- sums and elementwise products

    def _beside(self, nodes: tuple[Expr, ...]) -> list[Code]:
        """The codes of what meets entry by entry: beside a matrix the library repeats a row itself."""
        rows = [self._repeated(node) for node in nodes]
        codes = [self.code(node) for node in nodes]
        if any(row is None and code.full for row, code in zip(rows, codes, strict=True)):
            return [row or code for row, code in zip(rows, codes, strict=True)]
        return codes

    def _repeated(self, node: Expr) -> Code | None:
        """The vector that every row of the matrix is, c 𝟏bᵀ."""
        if isinstance(node, ir.Mul) and all(factor.shape.is_number for factor in node.factors[:-1]):
            row = self._repeated(node.factors[-1])
            return row and self.scaled([*map(self.code, node.factors[:-1]), row], True)
        if not isinstance(node, ir.MatMul) or not node.shape.is_matrix:
            return None
        ones, *rest = node.factors
        if not isinstance(ones, ir.Fill) or ones.value != 1 or not ones.shape.is_column or len(_cut(tuple(rest))) != 1:
            return None
        return self._run(rest)

    def _sum(self, node: ir.Add) -> Code:
        codes = self._beside(node.terms)
        return Code(signed_sum(codes), SUM, full=node.shape.is_number or any(code.full for code in codes))

    def scaled(self, codes: list[Code], full: bool, numbers_first: bool = False) -> Code:
        """A product; if numbers come first, the last factor needs no brackets: 2 * A @ B."""
        above = [code for code in codes if code.under is None]
        below = [code.under for code in codes if code.under is not None]
        negative = sum(code.negative for code in above) % 2 == 1
        above = [Code(code.text, code.level, code.full) for code in above]
        if len(above) > 1:
            above = [code for code in above if code.text != "1"] or above[:1]
        bare = {0, len(above) - 1} if numbers_first and codes[-1].under is None else {0}
        parts = [code.at(PRODUCT if position in bare else UNARY) for position, code in enumerate(above)] or ["1"]
        if not below:
            level = PRODUCT if len(parts) > 1 else above[0].level
            return Code(" * ".join(parts), level, full, negative=negative)
        # 2 / m * A, not 2 * A / m: the number in front stays one number
        head = parts[0] + "".join(f" / {part.at(UNARY)}" for part in below)
        text = " * ".join([head, *parts[1:]])
        under = None
        if not above or (len(above) == 1 and above[0].text == "1"):
            under = below[0] if len(below) == 1 else Code(" * ".join(part.at(UNARY) for part in below), PRODUCT)
        return Code(text, PRODUCT, full, under=under if not negative else None, negative=negative)

    # ---- matrix products

    def _product(self, node: ir.MatMul) -> Code:
        runs = [run for run in _cut(node.factors) if run]
        numbers = [self._run(run) for run in runs if run[0].shape.rows is ONE and run[-1].shape.cols is ONE]
        arrays = [run for run in runs if not (run[0].shape.rows is ONE and run[-1].shape.cols is ONE)]
        if len(arrays) == 2:
            left, right = self._run(arrays[0]), self._run(arrays[1])
            sign = left.negative != right.negative
            text = self.form("outer", x=Code(left.text, left.level).at(SUM), y=Code(right.text, right.level).at(SUM))
            main: list[Code] = [Code(text, negative=sign)]
        else:
            main = [self._run(run) for run in arrays]
        found = [*numbers, *main]
        return self.scaled(found, True, numbers_first=True) if len(found) > 1 else found[0]

    def _run(self, factors: list[Expr]) -> Code:
        """A product in which no column meets a row: one chain of @."""
        first, last = factors[0], factors[-1]
        ones = len(factors) > 1 and isinstance(last, ir.Fill) and last.value and last.shape.is_column
        if ones and _inverted(factors[-2]) is None:
            return self._summed("sum" if first.shape.rows is ONE else "sum1", factors[:-1])
        if len(factors) > 1 and isinstance(first, ir.Fill) and first.value and first.shape.is_row:
            return self._summed("sum" if last.shape.cols is ONE else "sum0", factors[1:])
        codes: list[Code] = []
        bare = [place for place, factor in enumerate(factors) if _inverted(factor) is None]
        row = first.shape.rows is ONE and last.shape.cols is not ONE
        start = 0 if row else bare[-1] if bare else len(factors)
        stacked = any(isinstance(one, Symbol) and one not in self.names.parameters for one in factors[start:])
        if not stacked and any(_inverted(factor) is not None for factor in factors[start + 1 :]):
            # what ends in inverses is solved as its transpose, and so is a row; not several matrices at once
            turned = self._run([transpose(factor) for factor in reversed(factors[start:])])
            codes, factors = [turned if factors[start].shape.is_row else Code(f"{turned.at(ATOM)}.T")], factors[:start]
        for factor in reversed(factors):
            body = _inverted(factor)
            codes = (
                [self._solved(body, self._chain(codes))] if body is not None and codes else [self.full(factor), *codes]
            )
        return self._chain(codes)

    def _solved(self, matrix: Expr, right: Code) -> Code:
        """The inverse of a matrix times what stands behind it: solved, not inverted."""
        return Code(self.form("solve", x=self.full(matrix).at(SUM), y=right.at(SUM)))

    @staticmethod
    def _chain(codes: list[Code]) -> Code:
        """Arrays with `@` between them."""
        if len(codes) == 1:
            return codes[0]
        negative = codes[0].negative and codes[0].level >= UNARY
        if negative:
            codes[0] = Code(codes[0].text, codes[0].level)
        parts = [code.at(PRODUCT if position == 0 else UNARY) for position, code in enumerate(codes)]
        return Code(" @ ".join(parts), PRODUCT, negative=negative)

    def _summed(self, name: str, factors: list[Expr]) -> Code:
        """The sums of rows or of columns; those of a transpose are the others of what is transposed."""
        only = factors[0]
        if isinstance(only, ir.Transpose) and only.shape.is_matrix and len(factors) == 1 and name != "sum":
            name, factors = {"sum0": "sum1", "sum1": "sum0"}[name], [only.body]
        return Code(self.form(name, x=self._run(factors).at(SUM)))

    def _transposed(self, body: Expr) -> Code:
        code = self.code(body)
        if not body.shape.is_matrix or not code.full:
            return code
        if isinstance(body, ir.Transpose):
            return self.code(body.body)
        return Code(f"{code.at(ATOM)}.T")

    def _kron(self, node: ir.Kron) -> Code:
        factors = [factor for factor in node.factors if not factor.shape.is_number]
        numbers = [self.code(factor) for factor in node.factors if factor.shape.is_number]
        kinds = {(factor.shape.is_row, factor.shape.is_matrix) for factor in factors}
        alike = kinds in ({(True, False)}, {(False, False)})
        codes = [self.full(factor).at(SUM) if alike else self._full_rank(factor) for factor in factors]
        text = codes[0] if codes else "1"
        for other in codes[1:]:
            text = self.form("kron", x=text, y=other)
        return self.scaled([*numbers, Code(text)], True) if numbers else Code(text)

    def _full_rank(self, node: Expr) -> str:
        text = self.full(node).at(ATOM)
        if node.shape.is_column:
            return f"{text}[:, None]"
        return f"{text}[None]" if node.shape.is_row else self.full(node).at(SUM)

    # ---- powers and functions

    def _power(self, node: ir.Power) -> Code:
        base = self.code(node.base)
        if isinstance(node.exponent, ir.Number) and node.exponent.value < 0:
            positive = -node.exponent.value
            under = base if positive == 1 else self._raised(base, number_code(positive), node.base)
            return Code(f"1 / {under.at(UNARY)}", PRODUCT, base.full, under=under)
        return self._raised(base, self.code(node.exponent), node.base)

    def _raised(self, base: Code, exponent: Code, node: Expr) -> Code:
        if exponent.text == "0.5":
            return Code(self.form("sqrt", x=self.taken(base, node).at(SUM)), full=base.full)
        return Code(f"{base.at(ATOM)}**{exponent.at(POWER)}", POWER, base.full)

    def taken(self, code: Code, node: Expr) -> Code:
        """The code as the library's functions take it: those of torch take no number of Python."""
        if "number" not in self.names.dialect.calls or not _is_python_number(node, code):
            return code
        return Code(self.form("number", x=code.at(SUM)), full=code.full)

    def _call(self, node: ir.Call) -> Code:
        name, argument = node.function, node.argument
        if name == "inner":
            left, right = self.full(argument), self.full(node.arguments[1])
            if argument.shape.is_matrix:
                return Code(self.form("sum", x=f"{left.at(PRODUCT)} * {right.at(UNARY)}"))
            return Code(f"{left.at(PRODUCT)} {'*' if argument.shape.is_number else '@'} {right.at(UNARY)}", PRODUCT)
        if name == "diagonal" and (sums := _row_sums(argument)) is not None:
            return self.code(sums)
        if argument.shape.is_number and name in _OF_A_NUMBER:
            return self._of_a_number(name, argument)
        if _needs_two_axes(node):
            return self._of_two_axes(node)
        if name[2:3] == ":" and len(node.arguments) > 1:
            return Code(self.form(name, x=", ".join(self.full(part).at(SUM) for part in node.arguments)))
        if name == "cross":
            return Code(self.form(name, x=self.full(argument).at(SUM), y=self.full(node.arguments[1]).at(SUM)))
        if name in CHANGES or name == "powm":
            power = self.code(node.arguments[1]).at(ATOM) if name.endswith("powm") else ""
            along = self.full(node.arguments[-1]).at(SUM)
            return Code(self.form(name, x=self.full(argument).at(SUM), along=along, p=power))
        if name == "logsumexp" and argument.shape.is_matrix:
            name = "logsumexp_all"
        whole = self.code(argument).full or not is_elementwise(name)
        code = self.full(argument) if whole else self.code(argument)
        if name == "vec" and not argument.shape.is_matrix:
            return code
        code = code if name in ("square", "reciprocal") else self.taken(code, argument)
        text = self.form(name, x=code.at(SUM), atom=code.at(ATOM), power=code.at(POWER))
        level = PRODUCT if text.startswith(("1 / ", "1.0 * ")) else POWER if text.endswith("**2") else ATOM
        return Code(text, level, whole)

    def _of_two_axes(self, node: ir.Call) -> Code:
        """The function of a vector or a number that it takes as a matrix alone;
        the axes that this adds are taken off again."""
        arguments = list(node.arguments)
        for place, part in enumerate(arguments):
            if ("same", *FUNCTIONS[node.function].others)[place] == "same":
                number = part.shape.is_number
                text = self.form("array", x=f"[[{self.full(part).at(SUM)}]]") if number else self._full_rank(part)
                arguments[place] = Symbol(text, Shape(_SIDE, _SIDE))  # stands for the code
                self.memo[arguments[place]] = Code(text)
        call = ir.Call(node.function, *arguments)
        added = {2: ("[0, 0]", "[0]" if node.shape.is_row else "[:, 0]", ""), 1: ("[0]", ""), 0: ("",)}
        code = self._call(call)
        off = added[len(call.shape.dims)][len(node.shape.dims)]
        return Code(f"{code.at(ATOM)}{off}") if off else code

    def _of_a_number(self, name: str, argument: Expr) -> Code:
        code = self.code(argument)
        return Code(self.form("abs", x=self.taken(code, argument).at(SUM))) if name in ("norm", "norm1") else code


def _row_sums(product: Expr) -> Expr | None:
    """diag(AB) as the row sums of A ∘ Bᵀ: the other entries of the product are not computed."""
    if not isinstance(product, ir.MatMul) or any(factor.shape.rows is ONE for factor in product.factors):
        return None
    *front, last = product.factors
    if _inverted(last) is not None or all(_inverted(factor) is not None for factor in front):
        return None
    return ir.MatMul((ir.hadamard(ir.matmul(*front), transpose(last)), ir.Fill(1, Shape(last.shape.rows, ONE))))


def _is_python_number(node: Expr, code: Code) -> bool:
    """Whether the code computes with nothing but numbers of Python: no array, and no function that returns one."""
    if (code.full and not node.shape.is_number) or any(not symbol.shape.is_number for symbol in node.symbols):
        return False
    return not any(isinstance(part, ir.Call) or getattr(part, "exponent", None) in _ROOTS for part in nodes_of(node))


def _inverted(factor: Expr) -> Expr | None:
    """The matrix of which a factor is the inverse."""
    match factor:
        case ir.Inverse(body):
            return body
        case ir.Transpose(ir.Inverse(body)):
            return transpose(body)
        case ir.Transpose(ir.Transpose(body)):
            return _inverted(body)
    return None


def _cut(factors: tuple[Expr, ...]) -> list[list[Expr]]:
    runs: list[list[Expr]] = [[]]
    for factor in factors:
        runs[-1].append(factor)
        if factor.shape.cols is ONE:
            runs.append([])
    return runs


_SIDE = Dim.of("side")


def _needs_two_axes(node: ir.Call) -> bool:
    """Whether a vector or a number stands where the library's function takes a matrix, or another axis of it."""
    function, shape, name = FUNCTIONS[node.function], node.argument.shape, node.function
    if shape.is_matrix or function.kind == "elementwise" or name[2:3] == ":" or name == "inner":
        return False
    along = name[-1] in "01" and name[:-1] in ("sum", *WITH_AXES)
    if along and shape.is_column and not shape.is_number:
        return name[-1] == "1"
    moved = ("strictupper", "shiftup", "butlast") if shape.rows is ONE else ("strictupper",)
    return along or function.needs in ("square", "matrix") or name in moved
