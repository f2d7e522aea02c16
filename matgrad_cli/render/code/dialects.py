"""The three array libraries that code is printed for: NumPy, PyTorch, JAX. They differ in names, not in shape rules."""

from __future__ import annotations

from typing import Final

from ...diagnostics.record import field, record
from ...ir import ELEMENTWISE
from ...ir.functions import MATRIX_FUNCTIONS


@record
class Dialect:
    """How one library writes things. In `calls`, `{x}` is the argument and `{0}` the module's short name; `number`
    makes an array of a number of Python, where the library's functions take no such numbers; `{dtype}` is the type of
    an array of the loss and `{like}` its type and place, where the library mixes neither.

    `helpers` are definitions that are printed inside the function when their name is used.
    """

    name: str
    imports: tuple[str, ...]
    module: str
    calls: dict[str, str]
    helpers: dict[str, str] = field(default_factory=dict)

    @property
    def taken(self) -> frozenset[str]:
        """Names that a variable must not have."""
        words = {line.split()[-1] for line in self.imports} | {line.split()[1].split(".")[0] for line in self.imports}
        return frozenset(words | set(self.helpers) | {"gradient"})


_HELPERS: Final = {
    "topvv": "def topvv(a):\n    v = {0}.linalg.eigh(a)[1][:, -1]\n    return {0}.outer(v, v)",
    "polar": "def polar(u):\n    left, _, right = {0}.linalg.svd(u, full_matrices=False)\n    return left @ right",
    "leading": "def leading(u):\n    left, _, right = {0}.linalg.svd(u, full_matrices=False)\n    return "
    "{0}.outer(left[:, 0], right[0])",
    "expm": "def expm(a):  # the series at a / 2**k, squared k times\n"
    "    k = max(0, int({0}.frexp({0}.linalg.norm(a))[1]) + 2)\n"
    "    whole = term = {0}.linalg.matrix_power(a, 0)\n    for j in range(1, 14):\n"
    "        term = term @ a / (2.0**k * j)\n        whole = whole + term\n"
    "    return {0}.linalg.matrix_power(whole, 2**k)",
    "logm": "def logm(a):  # ten square roots by Newton's method, then the series of artanh\n"
    "    one = {0}.linalg.matrix_power(a, 0)\n    for _ in range(10):\n        b = one\n        for _ in range(24):\n"
    "            a, b = (a + {0}.linalg.inv(b)) / 2, (b + {0}.linalg.inv(a)) / 2\n"
    "    x = (a - one) @ {0}.linalg.inv(a + one)\n"
    "    return 2048 * sum({0}.linalg.matrix_power(x, j) / j for j in (1, 3, 5, 7, 9))",
    "sinm": "def sinm(a):\n    return {0}.imag(expm(1j * a))",
    "cosm": "def cosm(a):\n    return {0}.real(expm(1j * a))",
    "powm": "def powm(a, p):\n    return expm(p * logm(a))",
    "matrix_change": "def matrix_change(f, a, h):  # f of [a h; 0 a] holds it in its corner\n"
    "    both = {0}.vstack(({0}.hstack((a, h)), {0}.hstack((0 * a, a))))\n    return f(both)[:len(a), len(a):]",
}
"""Definitions that a program may need: functions of matrices by their series, also where eigenvectors are no basis.
They round as much as the squarings, or roots, of a large matrix do."""


def _helpers(module: str, exponential: str = "") -> dict[str, str]:
    own = {"expm": f"def expm(a):\n    return {exponential}(a)"} if exponential else {}
    return {name: text.format(module) for name, text in _HELPERS.items()} | own


_OF_ONE: Final = (*ELEMENTWISE, "sum", "mean", "max", "prod", "diag", "tril", "triu", "array", "eye", "ones", "zeros")
_COMMON: Final = {
    **{name: f"{{0}}.{name}({{x}})" for name in _OF_ONE},
    **{f"a{name}": f"{{0}}.arc{name}({{x}})" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: f"{{0}}.{name}({{x}}, {{y}})" for name in ("outer", "kron", "cross")},
    "sec": "1 / {0}.cos({x})",
    "csc": "1 / {0}.sin({x})",
    "cot": "1 / {0}.tan({x})",
    "coth": "1 / {0}.tanh({x})",
    "square": "{atom}**2",
    "reciprocal": "1 / {power}",
    "tr": "{0}.trace({x})",
    "det": "{0}.linalg.det({x})",
    "logdet": "{0}.linalg.slogdet({x})[1]",
    "norm": "{0}.linalg.norm({x})",
    "norm1": "{0}.sum({0}.abs({x}))",
    "polar": "polar({x})",
    "leading": "leading({x})",
    "nuclear": "{0}.linalg.norm({x}, 'nuc')",
    "spectral": "{0}.linalg.norm({x}, 2)",
    "diagonal": "{0}.diag({x})",
    "vec": "{atom}.T.ravel()",
    "vech": "{x}.T[{0}.triu_indices({n})]",
    "full": "{0}.full({x}, {value})",
    **{
        f"{name}{axis}": f"{{0}}.{called}({{x}}, {axis})"
        for name, called in (("sum", "sum"), ("mean", "mean"), ("max", "amax"), ("prod", "prod"))
        for axis in (0, 1)
    },
    "hardmax": "1.0 * ({power} == {0}.max({x}))",
    "hardmax0": "1.0 * ({power} == {0}.amax({x}, 0))",
    "hardmax1": "1.0 * ({atom}.T == {0}.amax({x}, 1)).T",
    "crossmat": "{0}.cross({x}, {0}.eye(3)).T",
    "strictupper": "{0}.triu({x}, 1)",
    "shiftup": "{0}.roll({x}, -1, 0)",
    "butlast": "{0}.concatenate(({x}[:-1], 0 * {x}[-1:]))",
    **{name: f"{name}({{x}})" for name in MATRIX_FUNCTIONS},
    **{f"D{name}": f"matrix_change({name}, {{x}}, {{along}})" for name in MATRIX_FUNCTIONS},
    "powm": "powm({x}, {p})",
    "Dpowm": "matrix_change(lambda a: powm(a, {p}), {x}, {along})",
    "pinv": "{0}.linalg.pinv({x})",
    "eigmax": "{0}.linalg.eigvalsh({x})[-1]",
    "topvv": "topvv({x})",
    "inv": "{0}.linalg.inv({x})",
    "solve": "{0}.linalg.solve({x}, {y})",
    "matrix_power": "{0}.linalg.matrix_power({x}, {k})",
    "stack": "{0}.stack([{x}], {along})",
    "einsum": "{0}.einsum('{spec}', {x})",
}

_GAMMA: Final = {
    "lgamma": "def lgamma(u):\n    z = u + 20\n"
    "    series = (z - 0.5) * np.log(z) - z + np.log(2 * np.pi) / 2\n"
    "    series = series + 1 / (12 * z) - 1 / (360 * z**3) + 1 / (1260 * z**5)\n"
    "    return series - sum(np.log(u + k) for k in range(20))",
    "digamma": "def digamma(u):\n    z = u + 20\n"
    "    series = np.log(z) - 1 / (2 * z) - 1 / (12 * z**2) + 1 / (120 * z**4) - 1 / (252 * z**6)\n"
    "    return series - sum(1 / (u + k) for k in range(20))",
    "trigamma": "def trigamma(u):\n    z = u + 20\n"
    "    series = 1 / z + 1 / (2 * z**2) + 1 / (6 * z**3) - 1 / (30 * z**5) + 1 / (42 * z**7)\n"
    "    return series + sum(1 / (u + k)**2 for k in range(20))",
}
"""log Γ and its slopes of positive numbers in NumPy: by their series at u + 20, and what they differ by on the way."""

_SUMMED: Final = ("softmax", "logsumexp")

NUMPY: Final = Dialect(
    "numpy",
    ("import numpy as np",),
    "np",
    {
        **_COMMON,
        "sigmoid": "{0}.exp(-{0}.logaddexp(0, -{power}))",
        "softplus": "{0}.logaddexp(0, {x})",
        "relu": "{0}.maximum({x}, 0)",
        "step": "{0}.heaviside({x}, 0)",
        "silu": "silu({x})",
        "gelu": "gelu({x})",
        **{name: f"{name}({{x}})" for name in ("erf", *_GAMMA)},
        "softmax": "softmax({x})",
        "softmax0": "softmax({x})",
        "softmax1": "softmax({atom}.T).T",
        "logsumexp": "{0}.logaddexp.reduce({x})",
        "logsumexp_all": "{0}.logaddexp.reduce({x}, None)",
        "logsumexp0": "{0}.logaddexp.reduce({x})",
        "logsumexp1": "{0}.logaddexp.reduce({x}, 1)",
    },
    {
        "softmax": "def softmax(u):\n    return np.exp(u - np.logaddexp.reduce(u))",
        "silu": "def silu(u):\n    return u * np.exp(-np.logaddexp(0, -u))",
        "erf": "def erf(u):\n    u = np.clip(u, -6, 6)\n    nodes, weights = np.polynomial.legendre.leggauss(64)\n"
        "    return u / np.sqrt(np.pi) * (np.exp(-np.multiply.outer(u, (nodes + 1) / 2)**2) @ weights)",
        "gelu": "def gelu(u):\n    return u * (1 + erf(u / np.sqrt(2))) / 2",
        **_GAMMA,
        **_helpers("np"),
    },
)

_TORCH_OWN: Final = {
    "softplus": "{0}.nn.functional.softplus({x})",
    "step": "({x} > 0).to({dtype})",
    "silu": "{0}.nn.functional.silu({x})",
    "trigamma": "{0}.polygamma(1, {x})",
    "gelu": "{0}.nn.functional.gelu({x})",
    **{f"{name}{axis}": f"{{0}}.{name}({{x}}, {axis or 0})" for name in _SUMMED for axis in ("", 0, 1)},
    "logsumexp_all": "{0}.logsumexp({x}, (0, 1))",
    "vech": "{x}.T[tuple({0}.triu_indices({n}, {n}))]",
    "array": "{0}.tensor({x}, {like})",
    "eye": "{0}.eye({x}, {like})",
    "ones": "{0}.ones({x}, {like})",
    "zeros": "{0}.zeros({x}, {like})",
    "full": "({value} * {0}.ones({x}, {like}))",
    **{
        name: text.replace("1.0 * ", "") + ".to({dtype})"
        for name, text in _COMMON.items()
        if name.startswith("hardmax")
    },
    "cross": "{0}.linalg.cross({x}, {y})",
    "crossmat": "{0}.linalg.cross({atom}[None], {0}.eye(3, {like})).T",
    "number": "{0}.as_tensor({x}, {like})",
}
TORCH: Final = Dialect(
    "torch", ("import torch",), "torch", _COMMON | _TORCH_OWN, _helpers("torch", "torch.linalg.matrix_exp")
)

JAX: Final = Dialect(
    "jax",
    ("import jax", "import jax.numpy as jnp"),
    "jnp",
    {
        **_COMMON,
        **{name: f"jax.nn.{name}({{x}})" for name in ("sigmoid", "softplus", "relu", "silu", *_SUMMED)},
        **{f"{name}{axis}": f"jax.nn.{name}({{x}}, {axis})" for name in _SUMMED for axis in (0, 1)},
        "step": "{0}.heaviside({x}, 0)",
        "gelu": "jax.nn.gelu({x}, approximate=False)",
        "erf": "jax.scipy.special.erf({x})",
        "lgamma": "jax.scipy.special.gammaln({x})",
        "digamma": "jax.scipy.special.digamma({x})",
        "trigamma": "jax.scipy.special.polygamma(1, {x})",
        "logsumexp_all": "jax.nn.logsumexp({x})",
    },
    _helpers("jnp", "jax.scipy.linalg.expm"),
)

DIALECTS: Final = {dialect.name: dialect for dialect in (NUMPY, TORCH, JAX)}
