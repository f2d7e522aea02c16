"""Calls of what a library holds, and of Python's own functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import primitives as of
from .library import cast, flat, sizes
from .machine import Machine, moves, solid, whole
from .operators import operate
from .tables import FUNCTIONS, PYTHON, TORCH
from .values import Class, Misfit, Module, Need, Thing, Undecided, Unread, Value

_WORDS = {"axis": "dim dims", "keepdims": "keepdim", "low": "min a_min", "high": "max a_max"}
KEYWORDS = {other: word for word, others in _WORDS.items() for other in others.split()}
"""torch's words, and longer ones, for ours."""
TORCH_WORDS = frozenset(("dim", "keepdim", "unbiased"))
WELL_KNOWN = frozenset(
    ("sigmoid", "relu", "softmax", "tanh", "exp", "log", "sqrt", "softplus", "log_softmax", "logsumexp", "einsum")
)
"""Functions that have one meaning, and may come from a file that is not here."""
KNOWN = "the function of that name"
OF_SHAPE = ("rand", "randn", "random", "random_sample", "standard_normal", "bernoulli")
"""Random numbers whose arguments are sizes."""
DRAWING = ("rand", "randn", "randint", "bernoulli", "rand_like", "randn_like", "dropout")
"""Functions of torch's that give random numbers."""
LIKE = ("zeros_like", "empty_like", "ones_like")
LIBRARIES = "numpy torch tensorflow math scipy jax builtins autograd cupy random collections".split()
SILENT = ("inplace", "device", "requires_grad", "pin_memory")
"""Words that say nothing of the value."""
PLACES = {"choose": 0, "one_hot": 0, "take_along_axis": 1, "gather": 2}
"""Which argument of a function says where something stands, or of which class it is."""
JOINING = ("concatenate", "cat", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack", "array", "asarray")
"""What makes one array of several."""
HARMLESS = "print warn shuffle seed manual_seed errstate seterr set_printoptions set_default_dtype".split()
"""What does nothing to a value."""


def of_library(machine: Machine, path: str, arguments: list[Value], named: dict[str, Value]) -> Value:
    """The value of a call of a library's function."""
    root, _, rest = path.partition(".")
    if root not in LIBRARIES:
        name = path.rpartition(".")[2]
        if name not in WELL_KNOWN:
            raise Unread(f"`{path}` is not known")
        machine.taken[name] = KNOWN
        return applied(machine, FUNCTIONS[name], name, "", arguments, named)
    if root in ("builtins", "collections"):
        return _python(machine, rest, arguments, named)
    name = next((part for part in (path, rest) if part in FUNCTIONS), rest.rpartition(".")[2])
    if name in HARMLESS:
        return None
    if ".random." in f".{path}" or name in DRAWING:
        return _random(machine, name, arguments, named)
    if name in LIKE and arguments and isinstance(arguments[0], Undecided):
        return arguments[0]  # nothing is known of either yet
    if name == "at" and rest.startswith("add."):
        into, places, values = (solid(value) for value in arguments)
        np.add.at(into, (places,) if isinstance(places, np.ndarray) else places, values)
        machine.changed(into)
        return None
    if name == "fill_diagonal":
        np.fill_diagonal(arguments[0], arguments[1])
        machine.changed(arguments[0])
        return None
    if name not in FUNCTIONS or (root != "scipy" and rest.startswith("linalg.") and rest not in FUNCTIONS):
        raise Unread(f"`{path}` is not read")
    return applied(machine, FUNCTIONS[name], name, path, arguments, named)


def applied(
    machine: Machine,
    function: Callable[..., Value],
    name: str,
    path: str,
    arguments: list[Value],
    named: dict[str, Value],
) -> Value:
    """A function of the table, with torch's words for NumPy's; an argument that it does not take is not dropped."""
    hint = "matrix" if name in ("dot", "matmul", "mm", "mv", "bmm") else "array"
    hint = "size" if name in ("zeros", "ones", "empty", "full", "eye", "identity", "ndarray") else hint
    sides = ("left", "right") if hint == "matrix" else ("", "")
    for value in arguments:
        solid(None if isinstance(value, Undecided) else value)  # what is not read is said before what is not known
    arguments = [
        whole(machine, value, "labels")
        if place == PLACES.get(name)
        else solid(value, f"{hint} {sides[min(place, 1)]}".strip(), _partner(arguments, value))
        for place, value in enumerate(arguments)
    ]
    if hint == "size":
        arguments += [named.pop("shape")] if "shape" in named else []
        arguments[:1] = [_sizes(machine, value) for value in arguments[:1]]
    torch = machine.torch or not TORCH_WORDS.isdisjoint(named)  # by the imports, or words that torch alone has
    if path.startswith("torch") or (torch and not path.startswith("numpy")):
        function = TORCH.get(name, function)
    named = {KEYWORDS.get(word, word): solid(value) for word, value in named.items()}
    if named.pop("out", None) is not None:
        raise Unread("`out=` is not read")
    for word in SILENT:
        named.pop(word, None)
    dtype = named.pop("dtype", None)
    arguments = [_with_parts(value, "array" if name in JOINING else "size") for value in arguments]
    try:
        value = of.complexed(function(*arguments, **named))
        return value if dtype is None else cast(value, dtype)
    except TypeError as error:
        raise Unread(f"`{name}` with these arguments is not read ({error})"[:140]) from None


def _with_parts(value: Value, hint: str) -> Value:
    """What stands in a tuple or a list may be an input."""
    return type(value)(solid(part, hint) for part in value) if isinstance(value, tuple | list) else value


def _sizes(machine: Machine, value: Value) -> Value:
    """A size, or several: an input that was taken for something else is one."""
    if isinstance(value, tuple | list):
        return type(value)(_sizes(machine, part) for part in value)
    if moves(value) and id(value) in machine.origin:
        raise Need(machine.origin[id(value)], "size")
    return solid(value, "size")


def _partner(arguments: list[Value], value: Value) -> Value:
    others = (other for other in arguments if other is not value and isinstance(other, np.ndarray | np.generic))
    return next(others, None)


def _random(machine: Machine, name: str, arguments: list[Value], named: dict[str, Value]) -> Value:
    """Random numbers are data: the same ones whenever the program is read at one point."""
    made = machine.random
    if name == "default_rng":
        return Module("numpy.random")
    if name.endswith("_like") or (name == "bernoulli" and arguments):
        arguments, name = [np.shape(arguments[0])], name.removesuffix("_like")
    shape = named.get("size")
    if shape is None:
        shape = arguments if name in OF_SHAPE else arguments[1 if name == "choice" else 2 :][:1]
    fixed = sizes(flat(_sizes(machine, shape if isinstance(shape, tuple | list) else (shape,))))
    if name in ("rand", "random", "random_sample", "uniform"):
        return of.complexed(made.random(fixed))
    if name in ("randn", "standard_normal", "normal"):
        return of.complexed(made.normal(size=fixed))
    if name in ("binomial", "bernoulli"):
        return of.complexed((made.random(fixed) < 0.6) * 1.0)
    if name == "randint":
        return made.integers(0, 2, size=fixed)
    if name in ("choice", "permutation"):
        rows = solid(arguments[0], "size")
        if isinstance(rows, tuple | list):  # of these numbers
            return of.complexed(made.choice(np.asarray(rows, float), size=fixed))
        return made.permutation(rows) if name == "permutation" else made.integers(0, rows, size=fixed)
    raise Unread("a dropout that draws its own mask" if name == "dropout" else f"`random.{name}` is not read")


def _is_a(value: Value, kind: Value) -> bool:
    """Python's isinstance; an input of which nothing is known is an object where a class of the program is asked
    for."""
    if isinstance(kind, tuple):
        return any(_is_a(value, one) for one in kind)
    if isinstance(kind, Class):
        return isinstance(value, Undecided) or (isinstance(value, Thing) and value.of is kind)
    if not isinstance(kind, Module):
        raise Unread("a class that is not known")
    value, name = solid(value), kind.path.rpartition(".")[2]
    arrays = isinstance(value, np.ndarray) and name in ("ndarray", "Tensor")
    return arrays or type(value).__name__ == name or (name == "float" and isinstance(value, np.complexfloating))


def _python(machine: Machine, name: str, arguments: list[Value], named: dict[str, Value]) -> Value:
    """Python's own functions."""
    if name in ("print", "type", "super"):
        return None
    if name == "range":
        found = range(*(int(np.real(solid(bound, "size"))) for bound in arguments))
        if found.stop < 0 and not arguments[1:]:
            raise Misfit("a number of rounds below 0")  # Python goes no round: the sizes do not go together
        return found
    if name == "isinstance":
        return _is_a(*arguments)
    if name not in PYTHON:
        raise Unread(f"`{name}` is not read")
    arguments = [solid(value, {"int": "size", "len": "length"}.get(name, "array")) for value in arguments]
    if name == "sum" and not isinstance(arguments[0], np.ndarray):
        value: Value = arguments[1] if len(arguments) > 1 else 0
        for part in arguments[0]:
            machine.spend()
            value = operate("Add", value, part)
        return value
    if name in ("int", "float", "bool", "abs", "sum", "round") and isinstance(arguments[0], str):
        if name == "float" and arguments[0].strip("+-").lower() in ("inf", "infinity"):
            return float(arguments[0])
        raise Unread("a number from a text")
    made = PYTHON[name](*arguments, **named)
    for part in made if name in ("list", "tuple") else ():  # its entries are those of the input: `list(y)`
        machine.goes_with(part, arguments[0])
    return made
