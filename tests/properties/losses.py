"""Random losses as texts of the expression language, well-typed by construction, over a fixed stock of variables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

SHAPES = (
    "A: m×n, B: n×p, C: m×p, X: m×n, P: m×n, Q: m×n, S: n×n, R: n×n, V: n×n, W: m×m, "
    "x: n, y: m, w: p, z: n, q: n, u: n, c: scalar, b: scalar"
)
FACTS = ("S symmetric", "V spd", "P positive", "q positive", "c positive", "u simplex")
SIDES = "mnp"
VARIABLES = {
    ("m", "n"): ("A", "X", "P", "Q"),
    ("n", "p"): ("B",),
    ("m", "p"): ("C",),
    ("n", "n"): ("S", "R", "V"),
    ("m", "m"): ("W",),
    ("n", "1"): ("x", "z", "q", "u"),
    ("m", "1"): ("y",),
    ("p", "1"): ("w",),
    ("1", "1"): ("c", "b"),
}
SMOOTH = (
    "exp",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "softplus",
    "erf",
    "sinh",
    "expm1",
    "atan",
    "square",
    "silu",
    "gelu",
    "asinh",
)
ROUGH = ("abs", "relu", "tan", "cosh", "sign", "reciprocal")
POSITIVE = ("log", "sqrt", "log1p", "log2", "log10")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes random expressions of a given shape; `depth` bounds how deep they nest."""

    random: Random

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def write(self, rows: str, cols: str, depth: int) -> str:
        """An expression of that shape."""
        if depth <= 0:
            return self.leaf(rows, cols)
        if (rows, cols) == ("1", "1"):
            return self.number(depth)
        return self.random.choice(self.arrays(rows, cols))(rows, cols, depth)

    def leaf(self, rows: str, cols: str) -> str:
        options = [*VARIABLES.get((rows, cols), ())]
        options += [f"{name}.T" for name in VARIABLES.get((cols, rows), ()) if rows != cols]
        if (rows, cols) == ("1", "1"):
            options += ["2", "3", "0.5", *SIDES, "x[0]", "A[1,0]", "pi"]
        elif not options:
            options = [f"ones({rows},{cols})"]
        elif self.random.random() < 0.08:
            options = [f"ones({rows},{cols})" if cols != "1" else f"ones({rows})"]
            options += [f"eye({rows})"] if rows == cols else []
        return self.random.choice(options)

    def number(self, depth: int) -> str:
        r, c = self.pick(*SIDES), self.pick("1", *SIDES)
        less = depth - 1
        kind = self.random.randrange(24)
        if kind < 3:
            return f"tr({self.write(r, r, less)})"
        if kind < 6:
            return f"norm({self.write(r, c, less)}{self.frobenius(c)}){self.pick('**2', '**2', '', '**3')}"
        if kind < 8:
            return f"{self.pick('sum', 'mean', 'sum')}({self.write(r, c, less)})"
        if kind < 9:
            return f"inner({self.write(r, c, less)}, {self.write(r, c, less)})"
        if kind < 10:
            return f"{self.pick('det', 'logdet')}({self.write(r, r, less)})"
        if kind < 11:
            return f"logsumexp({self.write(r, '1', less)})"
        if kind < 13:
            return f"({self.write('1', '1', less)} {self.pick('+', '-', '*')} {self.write('1', '1', less)})"
        if kind < 14:
            return f"({self.write('1', '1', less)} / {self.positive('1', '1', less)})"
        if kind < 15:
            return f"{self.pick(*SMOOTH, *ROUGH)}({self.write('1', '1', less)})"
        if kind < 16:
            return f"{self.pick(*POSITIVE)}({self.positive('1', '1', less)})"
        if kind < 18:
            return f"({self.write('1', r, less)} @ {self.write(r, '1', less)})"
        if kind < 19:
            return f"norm({self.write(r, '1', less)}, 1)"
        if kind < 20:
            return self.sum_of_entries(r, self.pick(*SIDES), less)
        if kind < 21:
            return f"({self.write('1', '1', less)})**{self.pick('2', '3', '(-1)')}"
        if kind < 22:
            return f"dot({self.write(r, '1', less)}, {self.write(r, '1', less)})"
        if kind < 23 and self.random.random() < 0.3:
            return f"norm({self.write(r, self.pick(*SIDES), less)}, {self.pick(chr(39) + 'nuc' + chr(39), '2')})"
        return self.leaf("1", "1")

    def frobenius(self, cols: str) -> str:
        return ", 'fro'" if cols != "1" else ""

    def positive(self, rows: str, cols: str, depth: int) -> str:
        inner = self.write(rows, cols, depth - 1)
        return self.pick(f"(1 + ({inner})**2)", f"exp({inner})", f"(2 + tanh({inner}))")

    def sum_of_entries(self, r: str, c: str, depth: int) -> str:
        left, right = self.write(r, c, depth), self.write(r, c, depth)
        if self.random.random() < 0.4:
            third = self.write(c, "1", depth)
            return f"sum[i,j](({left})[i,j] * ({third})[j] * ({right})[i,j])"
        if self.random.random() < 0.3 and r == c:
            return f"sum[i,j](({left})[i,j] * ({right})[j,i])"
        return f"sum[i,j]({self.pick('exp', 'tanh', 'sin', 'abs')}(({left})[i,j]) * ({right})[i,j])"

    def arrays(self, rows: str, cols: str) -> list[Callable[[str, str, int], str]]:
        options: list[Callable[[str, str, int], str]] = [
            *[self.product] * 3,
            *[self.sum] * 2,
            *[self.function] * 2,
            self.elementwise,
            self.scaled,
            self.transposed,
            self.axis,
            self.power,
        ]
        if rows == cols:
            options += [self.square, self.square]
        if cols == "1":
            options += [self.column, self.column]
        return options

    def product(self, rows: str, cols: str, depth: int) -> str:
        middle = self.pick(*SIDES, *(("1",) if "1" not in (rows, cols) else ()))
        return f"({self.write(rows, middle, depth - 1)} @ {self.write(middle, cols, depth - 1)})"

    def sum(self, rows: str, cols: str, depth: int) -> str:
        return f"({self.write(rows, cols, depth - 1)} {self.pick('+', '-')} {self.write(rows, cols, depth - 1)})"

    def elementwise(self, rows: str, cols: str, depth: int) -> str:
        if self.random.random() < 0.3:
            return f"({self.write(rows, cols, depth - 1)} / {self.positive(rows, cols, depth)})"
        return f"({self.write(rows, cols, depth - 1)} * {self.write(rows, cols, depth - 1)})"

    def function(self, rows: str, cols: str, depth: int) -> str:
        if self.random.random() < 0.25:
            return f"{self.pick(*POSITIVE)}({self.positive(rows, cols, depth)})"
        return f"{self.pick(*SMOOTH, *SMOOTH, *ROUGH)}({self.write(rows, cols, depth - 1)})"

    def scaled(self, rows: str, cols: str, depth: int) -> str:
        return f"({self.write('1', '1', depth - 1)} * {self.write(rows, cols, depth - 1)})"

    def transposed(self, rows: str, cols: str, depth: int) -> str:
        return f"({self.write(cols, rows, depth - 1)}).T"

    def power(self, rows: str, cols: str, depth: int) -> str:
        if self.random.random() < 0.3:
            return f"({self.positive(rows, cols, depth)})**{self.pick('0.5', '(-1)', '(-2)', 'c', '1.5')}"
        return f"({self.write(rows, cols, depth - 1)})**{self.pick('2', '3')}"

    def axis(self, rows: str, cols: str, depth: int) -> str:
        inner = depth - 1
        if cols == "1":
            return f"{self.pick('sum', 'mean', 'logsumexp')}({self.write(rows, self.pick(*SIDES), inner)}, axis=1)"
        if rows == "1":
            return f"{self.pick('sum', 'mean', 'logsumexp')}({self.write(self.pick(*SIDES), cols, inner)}, axis=0)"
        return f"softmax({self.write(rows, cols, inner)}, axis={self.pick('0', '1')})"

    def square(self, rows: str, cols: str, depth: int) -> str:
        inner = self.write(rows, rows, depth - 1)
        power = self.pick("2", "3", "-1", "-2")
        diagonal = f"diag({self.write(rows, '1', depth - 1)})"
        return self.pick(f"inv({inner})", f"matrix_power({inner}, {power})", diagonal, f"({inner} @ ({inner}).T)")

    def column(self, rows: str, cols: str, depth: int) -> str:
        inner = self.write(rows, "1", depth - 1)
        return self.pick(
            f"softmax({inner})", f"diag({self.write(rows, rows, depth - 1)})", f"({inner} / norm({inner}))"
        )


def kron_loss(writer: Writer, depth: int) -> str:
    """A loss with ⊗ or vec."""
    a, b = writer.write("m", "n", depth), writer.write("n", "p", depth)
    tall, wide = writer.write("n", "m", depth), writer.write("m", "n", depth)
    square, other = writer.write("n", "n", depth), writer.write("m", "m", depth)
    return writer.pick(
        f"norm(kron({a}, {b}), 'fro')**2",
        f"(kron(y, z).T @ vec({tall}))",
        f"norm(kron(R, W) @ vec({wide}))**2",
        f"tr(kron({square}, {other}))",
        f"sum(vec({a}) * vec(X))",
        f"norm(vec({a} @ {b}) - vec(C))**2",
        f"sum(kron({a}, ones(m)) * kron(Q, ones(m)))",
    )


def random_loss(random: Random, depth: int = 3) -> str:
    """A number, a vector or a matrix."""
    writer = Writer(random)
    kind = random.randrange(20)
    if kind == 0:
        return kron_loss(writer, depth - 2)
    if kind < 3:
        return writer.write(writer.pick(*SIDES), "1", depth - 1)
    if kind < 4:
        return writer.write(writer.pick(*SIDES), writer.pick(*SIDES), depth - 1)
    return writer.write("1", "1", depth)
