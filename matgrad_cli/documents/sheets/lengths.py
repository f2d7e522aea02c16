r"""Numbers of a loss that are sizes of its arrays: the m of `1/m` where something sums up to it, `\sum_{i=1}^m`."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from ...diagnostics import MatgradError
from ...diagnostics.regex import regex
from ...facts import Problem
from ...ir import NUMBER, Add, Call, Entry, Expr, MatMul, Mul, Shape, Symbol, Transpose, nodes_of
from ...notation.problems import read_problem
from ...notation.shapes.weights import AS_WHAT_IT_IS_ADDED_TO
from .sizes import TRANSPOSED, means

_OF_CAPITALS = regex(r"[A-Z]+_[A-Z][A-Za-z]*")
_KEPT = regex(r"\b(?:observed|entries|sampl\w+|support\w*|complet\w+|missing|masks?)\b", re.IGNORECASE)
_LENGTHS = ("abs", "norm", "norm1")
_DIVIDES = regex(
    r"/\s*([A-Za-z])(?![A-Za-z_(])|\\[dt]?frac\s*(?:\{[^{}]*\}|\d)\s*(?:\{\s*\d*\s*([A-Za-z])\s*\}|([A-Za-z]))"
)
_SAMPLES = frozenset("nNmM")
_OF_FEATURES = (
    r"(?<![A-Za-z]){0}\$?\s+(?:is\s+(?:the\s+)?number\s+of\s+)?(?:\w+\s+)?(?:features?|dimensions?|parameters|variables|columns|inputs)\b"
    r"|(?:features|dimensions?|parameters|variables|columns|inputs)\s*\(?\$?{0}(?![A-Za-z])"
)
"""A letter that divides, as the number of samples does: `2/n`, `\\frac{1}{N}`."""
_MULTIPLIERS = frozenset(("lambda", "mu", "nu", "alpha", "beta", "gamma", "eta"))
_ONES = r"(?:\\(?:math(?:bf|bb|bm)|bm|boldsymbol)\s*\{?\s*1\s*\}?|1)"


def lengths(
    problem: Problem, told: Mapping[str, str], sides: Sequence[str], prose: str, moving: Container[str | None] = ()
) -> Iterator[tuple[dict[str, str], str | None]]:
    """The shapes of the arrays of a problem with a number as one of their sizes, and the loss written out (in `sides`)
        that says so.

        Where the loss is not written out, a row may say it: of `\\sum_{i=1}^n X_{ij}` n is how many rows X has, and the
    length of a y whose y_i stand in the loss; of the mean `\\frac1d \\sum_i x_i` d is how many entries x has, unless a
    row says how far i runs. What is `moving`, by which the document differentiates, is no size.
    """
    if means := [node for node in nodes_of(problem.loss) if isinstance(node, Call) and node.function == "mean"]:
        yield from _counted(problem, told, means[0].argument.shape, prose)
    numbers = [symbol.name for symbol in problem.variables if symbol.shape.is_number and symbol is not problem.wrt]
    numbers = [name for name in numbers if name not in moving]
    runs = set(re.findall(r"\\sum_\{?(\w)=1\}?\^", prose))
    open_ = [symbol for symbol in problem.variables if not symbol.shape.is_number and symbol.name not in told]
    open_ = [one for one in open_ if (one.name, AS_WHAT_IT_IS_ADDED_TO) not in problem.origins]
    arrays = {symbol.name: symbol.shape for symbol in open_}
    further = set(re.findall(r"\\sum[_*]\{\w=\d\}\^\{?([a-z])\b", prose)) - set(numbers)
    # of two letters above the sums the second stands for all other sizes
    other = further.pop() if len(further) == 1 else None
    for name in numbers:
        written = next((side for side in sides if re.search(rf"\\sum.{{0,20}}\^\{{?{re.escape(name)}\b", side)), None)
        dims = dict.fromkeys(str(dim) for shape in arrays.values() for dim in shape.dims) if written is not None else {}
        for match in re.finditer(
            rf"\\sum_\{{?(\w)=1\}}?\^\{{?{re.escape(name)}\}}?[^_=&]{{0,20}}?([A-Z])_\{{(\w)(\w)\}}", prose
        ):
            if match[2] in arrays and match[1] in (match[3], match[4]):
                dims[str(arrays[match[2]].dims[match[1] != match[3]])] = None
        for letter in {*re.findall(rf"\\sum_\{{?(\w)=1\}}?\^\{{?{re.escape(name)}(?![A-Za-z])", prose)}:
            numbered = (
                one for one in arrays if re.search(rf"(?<![A-Za-z]){one}_\{{?{letter}(?![A-Za-z])", problem.source)
            )
            dims |= {str(arrays[one].rows): None for one in numbered}
        over = rf"\\[td]?frac\s*\{{?1\}}?\s*\{{?{re.escape(name)}\}}?\s*"
        mean = rf"{over}{_ONES}\s*\^\s*\{{?\\?\w+\}}?\s*([A-Za-z])(?![A-Za-z])"
        entry = r"(?<![A-Za-z])\\?([A-Za-z]+)_\{?(?P=letter)(?!\w)"
        of_entries = rf"{over}\\sum_\{{?(?P<letter>[a-z])\}}?(?!\s*\^)[^=&]{{0,30}}?{entry}"
        averaged = [match[1] for match in re.finditer(mean, prose)]
        averaged += [match[2] for match in re.finditer(of_entries, prose) if match["letter"] not in runs]
        dims |= {str(arrays[mean].rows): None for mean in averaged if mean in arrays}
        for dim in dims:
            sizes = {}
            for symbol, shape in arrays.items() if dim != "1" else ():
                sides = [name if str(side) == dim else other or str(side) for side in shape.dims]
                sizes[symbol] = "×".join(sides[:1] if shape.is_column else sides)
            if sizes:
                yield sizes, written


def _counted(
    problem: Problem, told: Mapping[str, str], of: Shape, prose: str
) -> Iterator[tuple[dict[str, str], str | None]]:
    """The shapes of arrays of which no size is told where the one unknown letter that divides, the n of `2/n`, is how
    many samples a mean is taken of."""
    known = {symbol.name for symbol in problem.variables}
    letters = {"".join(found) for found in _DIVIDES.findall(prose)} - known - {"d"}
    arrays = [symbol for symbol in problem.variables if not symbol.shape.is_number]
    if (
        len(letters) != 1
        or not letters <= _SAMPLES
        or not of.is_column
        or not told.keys().isdisjoint(symbol.name for symbol in arrays)
    ):
        return
    letter = min(letters)
    if re.search(_OF_FEATURES.format(letter), prose):
        return
    free = iter([one for one in "dpqkmnrst" if one not in letters])
    sides = {of.rows: letter}
    for side in dict.fromkeys(side for symbol in arrays for side in symbol.shape.dims):
        sides.setdefault(side, str(side) if str(side).isdigit() else next(free))
    written = {one.name: "×".join(sides[side] for side in one.shape.dims) for one in arrays}
    yield {name: text.removesuffix("×1") for name, text in written.items()}, None


def counts_in(loss: str, told: Container[str]) -> dict[str, str]:
    """The sizes of capital letters that have the index of a Σ wherever they stand: columns of the counts N_k, one of
    each k."""
    limits = dict(re.findall(r"\\sum_\{(\w)=1\}\^\{?([A-Z])\b", loss))
    below = {match[0]: match[1] for match in re.findall(r"(?<![A-Za-z\\])([A-Z])_\{?([a-z])(?![a-z,])", loss)}
    alone = set(re.findall(r"(?<![A-Za-z\\])([A-Z])(?![A-Za-z_])", re.sub(r"\^\{?[A-Z]", "", loss)))
    counted = {name: index for name, index in below.items() if name not in alone and name not in told}
    return {name: limits[index] for name, index in counted.items() if index in limits}


def numbers_in(loss: str, limits: Iterable[str], lengths: Container[str]) -> dict[str, str]:
    """What a loss takes as a number: its means, the `limits` of sums, the capitals that stand below fractions alone and
    are no `lengths` that are told, as the temperature of `softmax(z/T)`."""
    upright = regex(r"\^\s*\{?\s*T\s*(?:\}|(?![A-Za-z]))|\\(?!(?:[dt]?frac)(?![A-Za-z]))[A-Za-z]+").sub(" ", loss)
    below = ["".join(found) for found in _DIVIDES.findall(upright)]
    written = re.findall(r"(?<![A-Za-z\\])[A-Z](?![A-Za-z])", upright)
    divide = [name for name in below if name.isupper() and name not in lengths]
    divide = [name for name in divide if written.count(name) == below.count(name)]
    ends = (name for name in limits if not re.search(rf"{name}\s*\}}?\s*{TRANSPOSED}", loss))
    ends = (name for name in ends if f"^{name}" not in loss.replace("{", ""))
    return dict.fromkeys([*means(loss), *divide, *ends], "scalar")


def of_one_sample(problem: Problem, told: Mapping[str, str], differentiated: bool) -> dict[str, str]:
    """The sizes with numbers for the columns of one sample, y and ŷ, or for the F of `(y - F)^2`, or with columns for
    the Y and B of (Y - XB)ᵀ(Y - XB); none where the loss is no such column, array of like entries or product."""
    whole, side = problem.loss.shape, problem.loss.shape.rows
    alike = [symbol.name for symbol in problem.variables if not symbol.shape.is_number]
    if whole.is_matrix and all(symbol.shape in (whole, NUMBER) for symbol in problem.variables):
        return {} if told.keys() & set(alike) else dict.fromkeys(alike, "1×1")
    found = {symbol.name: symbol.shape for symbol in problem.variables if side in symbol.shape.dims}
    wide = [name for name, shape in found.items() if shape.cols is side]
    usual = problem.wrt.name[:1].islower() or (differentiated and len(wide) > 1)
    gram = whole.cols is side and problem.wrt.name in wide and usual
    if found.keys() & told.keys() or not (gram or (whole.is_column and not wide)):
        return {}
    dims = {name: (shape.rows, shape.cols) for name, shape in found.items()}
    return {name: "×".join("1" if dim is side else str(dim) for dim in both) for name, both in dims.items()}


def of_first_rows(problem: Problem) -> dict[str, str]:
    """The sizes with one row for arrays of which the loss takes entries of the first row alone, `A_{1i}`;
    a number for what is added to that row."""
    taken = {(node.base.shape.rows, node.row) for node in nodes_of(problem.loss) if isinstance(node, Entry)}
    rows = {rows for rows, at in taken if at == 0} - {rows for rows, at in taken if at != 0}
    found = [symbol for symbol in problem.variables if rows.intersection(symbol.shape.dims)]
    added = {name for name, why in problem.origins if why == AS_WHAT_IT_IS_ADDED_TO}  # a bias, the b of WX + b
    sizes = {one.name: "×".join("1" if dim in rows else str(dim) for dim in one.shape.dims) for one in found}
    return sizes | dict.fromkeys(added & sizes.keys(), "scalar")


@lru_cache(maxsize=256)
def readable_problem(loss: str, wrt: str, shapes: str, assume: str, syntax: str | None = "latex") -> Problem | None:
    """The problem of these texts; None if they cannot be read."""
    try:
        return read_problem(loss, wrt, (shapes,) if shapes else (), (assume,) if assume else (), syntax)
    except (MatgradError, ValueError, KeyError, RecursionError):
        return None


def facts_of_bounds(loss: Expr) -> dict[str, frozenset[str]]:
    """The numbers that a length is compared with are positive: the δ of `|r| ≤ δ`, which else would bound nothing."""
    found: dict[str, frozenset[str]] = {}
    for node in nodes_of(loss):
        if isinstance(node, Call) and node.function == "step" and isinstance(node.argument, Add):
            lengths = [any(isinstance(part, Call) and part.function in _LENGTHS for part in nodes_of(term))
                       for term in node.argument.terms]  # fmt: skip
            terms = [term for term, length in zip(node.argument.terms, lengths, strict=True) if not length]
            parts = [part for term in terms for part in nodes_of(term)]
            numbers = {part.name for part in parts if isinstance(part, Symbol) and part.shape.is_number}
            found |= dict.fromkeys(numbers if any(lengths) and len(terms) == 1 else (), frozenset(("positive",)))
    return found


def of_capitals(names: Iterable[str], told: Container[str], prose: str) -> set[str]:
    """The names S_B and S_W; not P_Ω, which keeps entries, unless something is told of it as of a matrix."""
    found = set(filter(_OF_CAPITALS.fullmatch, names))
    return found if "P_Omega" in told and not _KEPT.search(prose) else found - {"P_Omega"}


def multipliers(problem: Problem, moving: Collection[str]) -> Iterator[str]:
    """The λ before a constraint on what is `moving`: a sum that holds it, and a term without it, as in `λ(uᵀu - 1)`;
    that of a penalty, `λ‖w‖²`, is none."""
    products = [node.children for node in nodes_of(problem.loss) if isinstance(node, (MatMul, Mul))]
    upright = [[part.body if isinstance(part, Transpose) else part for part in parts] for parts in products]
    for symbol in problem.variables:
        others = {one for one in problem.variables if one.name in moving} - {symbol}
        beside = [part for factors in upright if symbol in factors for part in factors if isinstance(part, Add)]
        terms = [term for part in beside if part.symbols & others for term in part.children]
        usual = symbol.name in moving or (symbol.shape.is_number and symbol.name in _MULTIPLIERS)
        if usual and any(term.symbols.isdisjoint(others) for term in terms):
            yield symbol.name
