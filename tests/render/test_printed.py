"""What is verified is what is printed: texts are read back, programs are executed,
both against an interpretation of their own."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

sys.path.append(str(__import__("pathlib").Path(__file__).parent.parent / "properties"))

from losses import FACTS, SHAPES, VARIABLES, random_loss

from matgrad_cli import api
from matgrad_cli.diagnostics import InputError, StuckError
from matgrad_cli.facts import Problem
from matgrad_cli.ir import ELEMENTWISE, FUNCTIONS, Expr, Fill, Named, Stack, Symbol, nodes_of, substitute
from matgrad_cli.ir.functions import CHANGES, MATRIX_FUNCTIONS, WITH_AXES
from matgrad_cli.notation.printing.to_latex import to_latex
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.render.code.module import derivation_code
from matgrad_cli.render.code.sympy import sympy_code
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.fields import NotExact, OutOfDomain
from matgrad_cli.verify.judge import Judge

from .plain import Plain, differences
from .shims import JAX, JNP, TORCH, tensor

# ---- the losses: every function of the registry in every position, every kind of node, random ones

TEXTS = {
    "norm1": "norm({}, 1)",
    "powm": "matrix_power({}, 1.5)",
    "nuclear": "norm({}, 'nuc')",
    "spectral": "norm({}, 2)",
    "diagonal": "diag({})",
    "inner": "inner({0}, tanh({0}))",
    "cross": "cross({0}, tanh({0}))",
    **{f"{name}{axis}": f"{name}({{}}, axis={axis})" for name in ("sum", *WITH_AXES) for axis in (0, 1)},
}
INSIDE = {
    **dict.fromkeys(("log", "log1p", "log2", "log10", "sqrt", "lgamma", "digamma"), "(1 + exp({}))"),
    "acosh": "(2 + exp({}))",
    **dict.fromkeys(("asin", "acos", "atanh"), "(0.5*tanh({}))"),
}
ONLY_IN_RESULTS = ("polar", "leading", "topvv", "crossmat", *CHANGES)
REGISTRY_SHAPES = "X: m×n, S: n×n, x: n, y: n, P: m×n, A: k×m, r: 1×n, q: 3, c: scalar, b: scalar"
REGISTRY_FACTS = ("P positive", "S spd", "c positive")


def called(name: str, argument: str) -> str:
    return TEXTS.get(name, f"{name}({{}})").format(INSIDE.get(name, "{}").format(argument))


def of_the_registry() -> Iterator[tuple[str, str]]:
    for name in (name for name in ELEMENTWISE if name != "trigamma"):
        yield f"sum(P*{called(name, 'X')})", "X"
        yield called(name, "x"), "x"
        yield f"sum[i]({called(name, 'x[i]')}*y[i]**2)", "x"
        yield called(name, "c*b"), "c"
        yield f"c*{called(name, '2')}", "c"
        yield f"c*sum({called(name, 'X')})", "c"
    for name, function in FUNCTIONS.items():
        if function.kind == "elementwise" or name in ONLY_IN_RESULTS:
            continue
        argument = "q" if name == "cross" else {"square": "S", "vector": "x"}.get(function.needs, "X")
        yield f"norm({called(name, argument)})**2", argument
        yield f"c*sum({called(name, argument)})", "c"
        if name not in (*MATRIX_FUNCTIONS, "powm"):  # of its Jacobian no program is printed
            yield called(name, argument), argument


NODES = (
    ("tr(matrix_power(S, 3))", "S"),
    ("tr(inv(S) @ X.T @ X)", "S"),
    ("norm(kron(X, S))**2", "X"),
    ("kron(x, y)", "x"),
    ("sum(P**c)", "c"),
    ("c**b", "b"),
    ("1/(x.T@x)", "x"),
    ("x/norm(x)", "x"),
    ("n*c*pi", "c"),
    ("x@x.T", "x"),
    ("sum[i,j](X[i,j]**2*y[j])", "X"),
    ("x[0]", "x"),
    ("X[0,1]**2", "X"),
    ("sum[i](X[0,i]*x[i])", "X"),
    ("sum(exp(X)/P)", "X"),
    ("sum(P/exp(X))", "X"),
    ("norm(A@X)**2", "X"),
    ("X@S", "X"),
    ("r@S@r.T", "r"),
    ("c*r", "c"),
    ("sum(exp(r))", "r"),
    ("logdet(S)*c", "S"),
    ("exp(-norm(x)**2/2/c**2)", "c"),
    ("sqrt(2)*c**2*sqrt(n)", "c"),
    ("log(c)*log(2)", "c"),
    ("sum(X)*c", "X"),
    ("sum(1/(1+x**2))/c*b", "x"),
    ("vec(X)", "X"),
    ("sum(softmax(x)*y)/(c*b)", "y"),
    ("sum(tanh(X + 2*x)*P*x)", "x"),
)
TYPES = ("norm(relu(X@S + x) - P)**2", "S", REGISTRY_SHAPES), ("tr(inv(S + 2*eye(n)))", "S", "S: n×n")


def random_case(seed: int) -> tuple[str, str]:
    random = Random(seed)
    loss = random_loss(random, 2 + seed % 2)
    names = {symbol for names in VARIABLES.values() for symbol in names}
    used = sorted(names & set("".join(mark if mark.isalnum() else " " for mark in loss).split()))
    return loss, random.choice(used or ["x"])


def derived(loss: str, wrt: str, shapes: str, facts: tuple[str, ...]) -> Derivation:
    """The derivation; skips what cannot be derived or verified, which ends in a sentence."""
    try:
        found = derive(read_problem(loss, wrt, [shapes], facts))
    except (InputError, StuckError) as stuck:
        pytest.skip(str(stuck))
    if found.verdict not in ("proved", "agrees"):
        pytest.skip("not verified")
    return found


# ---- reading back


def without_names(node: Expr) -> Expr:
    """The expression with every named part written out."""
    while True:
        named = next((part for part in nodes_of(node) if isinstance(part, Named)), None)
        if named is None:
            return node
        node = substitute(node, {named: named.body})


def read_back(derivation: Derivation, loss: str, shapes: str, facts: tuple[str, ...]) -> None:
    if derivation.result.matrix is None:
        return
    shown = without_names(derivation.result.matrix)
    for printer in (to_text, to_unicode, to_latex):
        try:
            api.assert_right(printer(shown), loss, derivation.wrt.name, shapes, facts)
        except AssertionError as wrong:
            lone = "missing-shape" in str(wrong) or any(
                isinstance(part, Fill) and not part.value for part in nodes_of(shown)
            )
            if not lone:  # a lone 𝟏, I or 0: its size follows from nothing that is printed
                raise AssertionError(f"{printer(shown)}: {wrong}") from wrong


# ---- executing


@contextmanager
def modules(found: Mapping[str, Any]) -> Iterator[None]:
    """Stand-ins under these names, where the libraries themselves are not installed."""
    with pytest.MonkeyPatch.context() as patch:
        for name, module in found.items():
            try:
                importlib.import_module(name)
            except ImportError:
                patch.setitem(sys.modules, name, module)
        yield


STANDINS: dict[str, dict[str, Any]] = {"numpy": {}, "torch": {"torch": TORCH}, "jax": {"jax": JAX, "jax.numpy": JNP}}


def given(symbol: Symbol, array: Any, dialect: str, sizes: Mapping[str, int] | None = None) -> Any:
    """An argument as a program takes it: (k, m, n), (m, n), (n,) or a number."""
    if symbol.shape.is_number:
        return float(array[0, 0])
    value = array[:, 0] if symbol.shape.is_column else array
    if isinstance(symbol, Stack):
        value = value.reshape(symbol.count.size(dict(sizes or {})), -1, value.shape[1])
    return value if dialect != "torch" else torch_array(value)


def torch_array(value: Any) -> Any:
    library = sys.modules["torch"]
    return tensor(value) if library is TORCH else library.as_tensor(value)


def at_a_point(problem: Problem, result: Expr | None = None) -> tuple[dict[str, Any], dict[str, int]]:
    """Arrays (rows, columns) under the facts, at which the result has a value, and the sizes."""

    def known(place: Evaluator) -> bool:
        with suppress(OutOfDomain, NotExact):
            return result is None or place.value(result) is not None
        return False

    place = next(filter(known, Judge(problem, seed=7).float_points(6)), None)
    if place is None:
        pytest.skip("no point")
    sizes = place.point.sizes
    plain = Plain({}, sizes)
    arrays = {
        symbol.name: np.array(list(place.value(symbol).data), float).reshape(
            plain.size(symbol.shape.rows), plain.size(symbol.shape.cols)
        )
        for symbol in problem.variables
    }
    return arrays, dict(sizes)


def close(got: Any, wanted: Any) -> bool:
    scale = max(1.0, np.abs(wanted).max(initial=0))
    return got.size == wanted.size and np.allclose(got.ravel(), wanted.ravel(), rtol=1e-4, atol=2e-5 * scale)


def execute(derivation: Derivation) -> None:
    """The printed programs in all languages return the array of shape S + T that central differences give."""
    problem = derivation.problem
    arrays, sizes = at_a_point(problem, derivation.result.entry)
    with np.errstate(all="ignore"):
        wanted = differences(problem, arrays, sizes)
    if not np.isfinite(wanted).all() or np.abs(wanted).max(initial=0) > 1e8:
        pytest.skip("no finite differences here")
    sides = [
        side
        for shape in (problem.loss.shape, problem.wrt.shape)
        for side in ((shape.rows, shape.cols) if shape.is_row else shape.dims)
    ]
    if isinstance(problem.wrt, Stack):
        sides[-2:] = problem.wrt.count, *problem.wrt.each.dims
    for dialect, standins in STANDINS.items():
        code = derivation_code(derivation, dialect)
        with modules(standins), np.errstate(all="ignore"):
            space: dict[str, Any] = {}
            exec(compile(code, "printed", "exec"), space)  # noqa: S102  our own output
            arguments = [given(symbol, arrays[symbol.name], dialect, sizes) for symbol in problem.variables]
            extra = list(inspect.signature(space["gradient"]).parameters)[len(arguments) :]
            given_sizes = [sizes[name] for name in extra]
            got = np.asarray(space["gradient"](*arguments, *given_sizes), dtype=float)
            if dialect == "torch" and any(not symbol.shape.is_number for symbol in problem.variables):
                of_32_bits(space["gradient"], arguments, given_sizes)
        assert got.shape == tuple(Plain({}, sizes).size(side) for side in sides), f"{dialect}\n{code}"
        assert close(got, wanted), f"{dialect}: {got} instead of {wanted}\n{code}"


def of_32_bits(gradient: Any, arguments: list[Any], sizes: list[int]) -> None:
    """Arrays of 32 bits, torch's own kind, give an array of 32 bits."""
    single = [one if isinstance(one, float) else torch_array(np.asarray(one, np.float32)) for one in arguments]
    found = gradient(*single, *sizes)
    assert isinstance(found, int | float) or np.asarray(found).dtype == np.float32


def sympy_value(expression: Any, problem: Problem, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    """The value of an expression of SymPy at a point."""
    import sympy

    dims = {sympy.Symbol(name, integer=True, positive=True): size for name, size in sizes.items()}

    def entry(node: Any) -> Any:
        return sympy.Float(arrays[node.parent.name][int(node.i), int(node.j)])

    expression = expression.subs(dims)
    if expression.has(sympy.Inverse):  # an inverse of letters, multiplied out, takes SymPy hours
        known = [symbol for symbol in expression.atoms(sympy.MatrixSymbol) if symbol.name in arrays]
        expression = expression.subs({symbol: sympy.ImmutableMatrix(arrays[symbol.name]) for symbol in known})
    expression = expression.doit()
    expression = expression.replace(
        lambda node: isinstance(node, sympy.Trace), lambda node: node.arg.as_explicit().trace()
    )
    expression = expression.replace(
        lambda node: isinstance(node, sympy.Determinant), lambda node: node.arg.as_explicit().det()
    )
    if isinstance(expression, sympy.MatrixExpr):
        expression = expression.as_explicit()
    expression = expression.doit().replace(
        lambda node: isinstance(node, sympy.matrices.expressions.matexpr.MatrixElement), entry
    )
    for symbol in problem.variables:
        if symbol.shape.is_number:
            expression = expression.subs(sympy.Symbol(symbol.name), float(arrays[symbol.name][0, 0]))
    return np.array(
        expression.doit().evalf().tolist() if hasattr(expression, "tolist") else float(expression.doit().evalf()), float
    )


def execute_sympy(derivation: Derivation) -> None:
    """The SymPy expression has the values that central differences give;
    or SymPy has no such function, and that is said."""
    import sympy

    problem = derivation.problem
    arrays, sizes = at_a_point(problem, derivation.result.entry)
    with np.errstate(all="ignore"):
        wanted = differences(problem, arrays, sizes)
    try:
        code = sympy_code(derivation)
    except StuckError as refused:
        assert refused.diagnostic.code == "cannot-print"  # noqa: PT017
        return
    space: dict[str, Any] = {}
    exec(compile(code, "printed", "exec"), space)  # noqa: S102  our own output
    result = derivation.result
    if result.matrix is not None:
        got = sympy_value(space["gradient"], problem, arrays, sizes)
    else:
        places = product(*(range(Plain({}, sizes).size(letter.dim)) for letter in result.letters))
        at = [
            dict(zip((sympy.Symbol(letter.name, integer=True) for letter in result.letters), place, strict=True))
            for place in places
        ]
        dims = {sympy.Symbol(name, integer=True, positive=True): size for name, size in sizes.items()}
        got = np.array([sympy_value(space["gradient"].subs(dims).subs(one), problem, arrays, sizes) for one in at])
    assert close(got, wanted), f"{got} instead of {wanted}\n{code}"


# ---- the tests

REGISTRY = list(of_the_registry())
FAST = [case for number, case in enumerate(REGISTRY) if number % 7 == 3]


def check(loss: str, wrt: str, shapes: str, facts: tuple[str, ...], sympy: bool = False) -> None:
    derivation = derived(loss, wrt, shapes, facts)
    read_back(derivation, loss, shapes, facts)
    execute(derivation)
    if sympy:
        execute_sympy(derivation)


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "wrt"), [*FAST, *NODES])
def test_functions_and_nodes(loss: str, wrt: str) -> None:
    check(loss, wrt, REGISTRY_SHAPES, REGISTRY_FACTS)


@pytest.mark.parametrize(("loss", "wrt", "shapes"), TYPES)
def test_new_arrays_are_of_the_type_of_the_arrays_of_the_loss(loss: str, wrt: str, shapes: str) -> None:
    execute(derived(loss, wrt, shapes, ()))


@pytest.mark.parametrize(
    ("loss", "dialect", "wanted"),
    [
        ("norm(X@W + b - Y)**2", "torch", "return 2 * torch.sum(X @ W + b - Y, 0)"),
        ("norm(X@W + b - Y)**2", "numpy", "return 2 * np.sum(X @ W + b - Y, 0)"),
        ("sum(tanh(X@W + b))", "jax", "return jnp.sum(1 - jnp.tanh(X @ W + b)**2, 0)"),
    ],
)
def test_what_stands_in_every_row_is_left_to_the_library(loss: str, dialect: str, wanted: str) -> None:
    assert wanted in derivation_code(derived(loss, "b", "X: n×d, W: d×k, b: k", ()), dialect)


@pytest.mark.parametrize(("loss", "wrt"), FAST[::4])
def test_sympy(loss: str, wrt: str) -> None:
    execute_sympy(derived(loss, wrt, REGISTRY_SHAPES, REGISTRY_FACTS))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(20))
def test_random_losses(seed: int) -> None:
    check(*random_case(seed), SHAPES, FACTS)


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "wrt"), [*REGISTRY, *NODES])
def test_the_whole_registry(loss: str, wrt: str) -> None:
    check(loss, wrt, REGISTRY_SHAPES, REGISTRY_FACTS, sympy=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 400))
def test_many_random_losses(seed: int) -> None:
    check(*random_case(seed), SHAPES, FACTS)


def test_a_product_inside_an_elementwise_one_stands_in_brackets_where_both_readings_fit() -> None:
    assert str(api.gradient("sum((A*B)@C*D)", "A")).startswith("B ∘ (DCᵀ)")
    assert str(api.gradient("sum((S@w)*exp(u))", "u", "S: n×n, w: n, u: n")).startswith(
        ("(Sw) ∘ exp(u)", "exp(u) ∘ (Sw)")
    )
    assert str(api.gradient("sum((X@w)*exp(u))", "u", "X: m×n, w: n, u: m")).startswith(("Xw ∘ exp(u)", "exp(u) ∘ Xw"))
