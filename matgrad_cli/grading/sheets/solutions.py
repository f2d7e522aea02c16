"""Values that a document gives to the variable after it set the derivative to zero:
`w = (XᵀX + λI)⁻¹Xᵀy`, `\\hat β = …`, `V^* = …`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.sheets.definitions import SOLVES
from ...documents.sheets.sheet import Formula
from ...ir import Fill, Inverse, Symbol, matmul, sub
from ...notation import syntax as s
from ...notation.latex.names import unmarked
from ...records.finding import LineVerdict
from ..begin import Begun
from ..chain import RowResult
from ..equations.asked import judged_solution
from ..lines.forms import as_rows
from ..lines.indices import fixed_letters
from ..lines.reading import read_side
from ..lines.syntax_walk import bare_name
from ..task import Task, whole_derivative
from .passing import is_equation_of_zero
from .rows import Line

_MARKS = regex(r"\\(?:wide)?hat(?![A-Za-z])|\^\s*(?:\{\s*)?(?:\*|\\star|\\ast)(?:\s*\})?")
_ELSEWHERE = regex(
    r"\b(?:without|unlike|compar\w+|versus|vs|contrast\w*|ordinary|usual\w*|Bessel\w*|standard|un-?regulari[sz]ed|OLS"
    r"|instead|previous\w*|other|were|was"
    r"|would|approximat\w+|initial\w*|start\w*|guess|iterat\w*|recall|substitut\w*|parametri[sz]\w*"
    r"|writ\w+|let|choose"
    r"|limit|special|(?:un)?bias\w*|subject to|s\.t\.|constrain\w*|[Ll]agrang\w*"
    r"|up to|large|small|close to|roughly|ortho(?:gonal|normal)|whiten\w*)(?![a-z])",
    re.IGNORECASE,
)
_CONSTRAINED = regex(
    r"\bsubject to\b|\bs\.t\.|\bconstrain\w*|\bLagrang\w*|\\(?:text|mathrm)\{\s*s\.t"
    r"|\bortho(?:normal|gonal) (?:columns|rows|basis|design)|\bwhiten|\bcent(?:re|er)ed"
    r"|\bover (?:the |all )*(?:orthogonal|unit|symmetric|diagonal|positive|non-?negative|low-?rank|sphere|simplex)",
    re.IGNORECASE,
)

_DERIVATIVE = regex(
    r"\b(?:set|setting|equat\w+|put|putting)\s+(?:(?:the |its |this )?(?:partial )?(?:gradient|derivative)s?|this|it)\b"
    r"(?:[^.$]|\$[^$]{1,40}\$){0,60}\b(?:to|with|equal) (?:be )?zero"
    r"|\b(?:(?:tak|comput)(?:e|ing) (?:the |its )?(?:gradient|derivative)|differentiat(?:e|ing))\b[^.]{0,60}$"
    r"|\b(?:first[- ]order (?:optimality )?conditions?|normal equations?)\b[^.=]{0,60}$"
    r"|\b(?:gradient|derivative|FOCs?)(?:\s+(?:is|are))?[\s:*_$(\[\\]*$",
    re.IGNORECASE,
)

_SET = regex(r"=\s*\{?\s*0\s*\}?(?![.\d])")
_UPDATES = regex(r"\bupdat", re.IGNORECASE)
"""It says what the next value is, unless that solves an equation: `Setting this to zero gives the update`."""
NO_NEWTON = "it could not be shown that this is the step of Newton's method"
_COUNTS = frozenset("mnkNMKTB")
"""How many of something there are, where the document does not say it as a size."""

Numbered = tuple[str, tuple[str, ...]]


def valued_variable(line: Line, variables: Collection[str], parts: Collection[Numbered] = ()) -> str | None:
    """The variable to which a row gives a value in which it does not stand itself.

    A name with an index (an iterate) is none, unless it is among the `parts` by which the document differentiates:
    `μ_k`.
    """
    head = _of_number(line.head)
    if (numbered := numbered_name(head)) is not None and numbered in parts:
        name = numbered[0]
    elif isinstance(head, s.Name):
        name = unmarked(head.name)
    else:
        return None
    return name if name in variables and not line.is_constant and name not in _names_of_value(line) else None


def _of_number(node: s.Node | None) -> s.Node | None:
    """What a side says by a power or a multiple of it, as of a number: the σ of `σ²`, the λ of `1/λ`."""
    if not isinstance(node, s.Binary) or node.operator not in ("^", "**", "/", "*", "juxtapose"):
        return node
    one, other = s.ungrouped(node.left), s.ungrouped(node.right)
    return other if isinstance(one, s.Literal_) else one if isinstance(other, s.Literal_) else node


def newton_step(line: Line, readers: Sequence[Begun]) -> tuple[LineVerdict, str] | None:
    """The verdict, with a reason, on a row that says what Newton's step is, `w⁺ = w - H⁻¹∇L`; None:
    it is no step of a variable that inverts anything."""
    sides = line.sides if len(line.outline.statements) == 1 else ()
    value = s.ungrouped(sides[1].node) if len(sides) > 1 and sides[1].node is not None else None
    added = isinstance(value, s.Binary) and value.operator in "+-"
    if (
        not isinstance(value, s.Binary)
        or not added
        or not any(isinstance(one, s.Inverted) for one in s.parts_of(value))
    ):
        return None
    first, new = s.ungrouped(value.left), sides[0].node
    new = new.left if isinstance(new, s.Binary) else new  # w^{(t+1)}
    name = first.name if isinstance(first, s.Name) else None
    begun = next((one for one in readers if one.around.task.problem.wrt.name == name), None)
    begun = begun if (bare_name(new) or "").partition("_")[0] == name else None
    if begun is None:
        return None
    problem = begun.around.task.problem
    row = begun.read(line.number, dict(begun.rows).get(line.number, line.formula.passage))
    gradient = whole_derivative(problem.loss, problem.wrt, "gradient")
    column = gradient if problem.wrt.shape.is_column else None
    hessian = whole_derivative(column, problem.wrt, "gradient") if column is not None else None
    read = [read_side(side, begun.around).expr for side in row.claims[0].sides[1:]] if row.claims else []
    if gradient is None or hessian is None or not read:
        return "undecided", NO_NEWTON
    step = sub(problem.wrt, matmul(Inverse(hessian), gradient))
    equal = all(side is not None and begun.around.bench.equal(begun.around.expanded(side), step) for side in read)
    return ("follows", "") if equal else ("undecided", NO_NEWTON)


def numbered_name(node: s.Node | None) -> Numbered | None:
    """A name and the letters of its index: `μ_k`."""
    return _numbered(node.body, node.indices) if isinstance(node, s.Subscript) else None


def _numbered(body: s.Node, indices: Sequence[s.Node]) -> Numbered | None:
    body, letters = s.ungrouped(body), [s.ungrouped(index) for index in indices]
    names = tuple(letter.name for letter in letters if isinstance(letter, s.Name))
    return (body.name, names) if isinstance(body, s.Name) and names and len(names) == len(letters) else None


def numbered_parts(line: Line) -> set[Numbered]:
    """The parts of variables by which a row differentiates, or in which words say that it sets a derivative to zero:
    the `μ_k` of `∂J/∂μ_k`."""
    by = [(s.ungrouped(part.variable), part.indices) for part in line.parts(s.Derivative) if part.variable is not None]
    names = [_numbered(variable, indices) or numbered_name(variable) for variable, indices in by]
    names += map(numbered_name, line.parts(s.Subscript) if sets_to_zero(line.formula) else ())
    return {name for name in names if name is not None}


def without_mark(line: Line, passage: Passage) -> Passage:
    """The row with the bare variable for its marked name, `w` for `\\hat w`; every other character keeps its place."""
    head = line.head
    if not isinstance(head, s.Name) or unmarked(head.name) == head.name or passage.text != line.text:
        return passage
    start = min(passage.text.find("="), line.sides[0].span.end)
    bare = _MARKS.sub(lambda mark: " " * len(mark[0]), passage.text[:start])
    return replace(passage, text=bare + passage.text[start:])


def sets_to_zero(formula: Formula) -> bool:
    """Whether words before a formula say that the derivative is this, or is set to zero:
    `Setting the gradient to zero:`."""
    return bool(_DERIVATIVE.search(formula.before[-160:]))


def states_solution(formula: Formula, prose: str) -> bool:
    """Whether the words before a formula say that it solves the problem, `The closed-form solution is`, and that can
    be where the gradient is zero alone: no inequality, set, corner or second objective stands in the prose."""
    return bool(SOLVES.search(formula.before[-100:])) and _ELSE_BEST.search(prose) is None


_ELSE_BEST = regex(
    r"\\(?:geq?|leq?|[gl]eqslant|succ\w*|prec\w*|min|max|arg\w*|sup|inf|sign|sgn)(?![A-Za-z])|[≥≤⪰≽]|[<>]="
    r"|(?:\\in(?![A-Za-z])|∈)(?!\s*\{?\s*(?:\\math(?:bb|bf|rm)\s*\{?\s*)?[Rℝ])|\\operatorname\*?|\|\s*_\s*\{?\s*1|‖_?[1₁]"
    r"|\b(?:arg ?min|arg ?max|sign|sgn|max|min|clip|prox)\s*\(",
    re.IGNORECASE,
)


def as_solution(line: Line, result: RowResult, readers: Sequence[Begun], prose: str) -> RowResult:
    """The verdict on a row that does not follow, or only names what stands in it, where words say that it solves the
    problem: wrong if the gradient is not zero there."""
    said = states_solution(line.formula, prose) and (result.verdict == "wrong" or result.role == "definition")
    outcome, name = result.outcome, valued_variable(line, [begun.around.task.problem.wrt.name for begun in readers])
    expr = outcome.read.expr if outcome is not None and outcome.read is not None else None
    if not said or outcome is None or expr is None:
        return result
    around = next((begun.around for begun in readers if begun.around.task.problem.wrt.name == name), None)
    verdict, slip = judged_solution(around, expr, outcome.read) if around is not None else ("right", None)
    found = replace(outcome, verdict="wrong", slip=slip, role="equation")
    return replace(result, verdict="wrong", outcome=found, outcomes=(found,)) if verdict == "wrong" else result


def is_said_of_other(line: Line, prose: str) -> bool:
    """Whether a row may be an equation of another problem than the one that was understood. `prose`: what may say of a
    constraint that it has."""
    words = (line.formula.before[-100:], line.formula.after[:60])
    updates = not sets_to_zero(line.formula) and any(_UPDATES.search(said) for said in words)
    return speaks_of_constraints(prose) or updates or any(_ELSEWHERE.search(said) for said in words)


def speaks_of_constraints(prose: str) -> bool:
    """Whether a document says that something is constrained."""
    return bool(_CONSTRAINED.search(prose))


def has_multiplier(tasks: Sequence[Task]) -> bool:
    """Whether the loss is linear in one of several variables: what stands beside it is a constraint."""
    return len(tasks) > 1 and any(map(_is_linear, tasks))


def _is_linear(task: Task) -> bool:
    """Whether the second derivative is zero everywhere."""
    by, slope = task.problem.wrt, task.wanted
    second = None if by.shape.is_matrix or slope is None else whole_derivative(slope, by, task.layout)
    return second is not None and task.bench.equal(second, Fill(0, second.shape))


def is_solution(
    line: Line, result: RowResult, variables: Collection[str], by: Symbol | None, name: str | None, inside: set[str]
) -> bool:
    """Whether a row is beyond doubt meant as the solution of the problem that was understood,
    or as an equation for the variable `by`.

    Where another variable may have been put in, it may be another's. `name` is the variable that it gives a value, and
    `inside` what stands in that when all names are written out.
    An equation that comes of the derivative has its shape, and holds the variable.
    """
    if line.is_constant:
        return False
    if name is not None:
        return set(variables) - {name} <= _names_of_value(line) | inside
    read = result.outcome.read if result.outcome is not None else None
    shape = read.expr.shape if read is not None and read.expr is not None else None
    shaped = by is not None and shape in (by.shape, by.shape.transposed)
    return shaped and set(variables) <= line.names


def _names_of_value(line: Line) -> set[str]:
    return {unmarked(part.name) for part in line.value if isinstance(part, s.Name)}


def inside_of(result: RowResult, readers: Sequence[Begun]) -> set[str]:
    """The names in a value when what other names stand for is put in."""
    expr = result.outcome.read.expr if result.outcome is not None and result.outcome.read is not None else None
    symbols = [reader.around.expanded(expr).symbols for reader in readers if expr is not None]
    return {symbol.name for found in symbols for symbol in found if isinstance(symbol, Symbol)}


def is_constraint(line: Line, result: RowResult, readers: Sequence[Begun]) -> bool:
    """Whether a row sets the derivative by a multiplier to zero, with the other sign:
    `∂L/∂λ = uᵀu - 1 = 0` of `-λ(uᵀu - 1)`."""
    by = [begun.around.task for begun in readers if begun.around.task.problem.wrt.name in line.moving]
    chained = len(line.sides) > 2 and is_equation_of_zero(line.formula)
    scaled = is_scaled(result) and result.slip is not None and result.slip.code == "wrong-sign"
    multipliers = (task.problem.wrt.shape.is_number and _is_linear(task) for task in by)
    return chained and scaled and 0 < len(line.moving) == len(by) and all(multipliers)


def is_multiplied(result: RowResult | None, readers: Sequence[Begun]) -> bool:
    """Whether the two sides of a row are a constraint that has its multiplier in the loss: `Ax = b` beside
    `νᵀ(Ax - b)`."""
    claim = result.row.claims[0] if result is not None and result.row.claims else None
    for around in (begun.around for begun in readers if claim is not None and len(claim.sides) == 2):
        left, right = (read_side(side, around).expr for side in claim.sides) if claim is not None else (None, None)
        wanted = around.task.wanted if _is_linear(around.task) else None
        if left is None or right is None or wanted is None or not left.shape is right.shape is wanted.shape:
            continue
        if around.bench.ratio(around.expanded(sub(left, right)), wanted) is not None:
            return True
    return False


def fits_gradient(result: RowResult, begun: Begun) -> bool:
    """Whether the left side of a row, or its rows for each letter, have the shape of the variable and hold it, as the
    gradient does."""
    wrt, claim = begun.around.task.problem.wrt, result.row.claims[0]
    with begun.around.meaning(begun.reader.equations.own_names(claim)):
        fixed = fixed_letters(claim.sides[0].node, claim.sides[1].node)
        left = read_side(claim.sides[0], begun.around, fixed=fixed).expr
    rows = as_rows(left, [letter.name for letter in left.free]) if left is not None and left.free else None
    whole = rows or left
    return whole is not None and whole.shape is wrt.shape and wrt in begun.around.expanded(whole).symbols


def differentiates_by_matrix(line: Line, readers: Sequence[Begun], wrt: Sequence[str]) -> bool:
    """Whether a row differentiates by a matrix, or by a row; without a name, by the variable."""
    arounds = [begun.around for begun in readers]
    known = [one for around in arounds for one in (*around.task.problem.variables, *around.defined.values())]
    shapes = {symbol.name: symbol.shape for symbol in known}
    by = (shapes[name] for name in line.moving or wrt[:1] if name in shapes)
    return any(shape.is_matrix or shape.is_row for shape in by)


def is_scaled(result: RowResult) -> bool:
    """Whether a side is a multiple of what it should be, as a whole: no matter where the derivative is set to zero."""
    slip = result.slip
    if slip is None or slip.part is not None:
        return False
    return slip.code in ("lost-factor", "wrong-sign") or (slip.code == "differs" and slip.repair is not None)


def goes_up(result: RowResult, readers: Sequence[Begun]) -> bool:
    """Whether what is claimed of a derivative is a negative multiple of it."""
    read = result.outcome.read if result.outcome is not None else None
    repair = result.slip.repair if result.slip is not None and is_scaled(result) else None
    if read is None or read.expr is None or repair is None:
        return False
    ratios = [reader.around.bench.ratio(read.expr, repair.needed) for reader in readers]
    return any(
        ratio is not None
        and ratio.number < 0
        and all(getattr(base, "name", "n") in _COUNTS for base, _ in ratio.powers)
        for ratio in ratios
    )


def fails_at_zero(line: Line, result: RowResult) -> bool:
    """Whether the side that does not follow is a 0, or stands behind one:
    something is set to it, and nothing is claimed."""
    read, text = result.outcome.read if result.outcome is not None else None, line.text
    side = read.side.text.strip() if read is not None else ""
    return side.strip(" {}.,;&\\") == "0" or (side != "" and _SET.search(text[: max(0, text.rfind(side))]) is not None)


def may_be_member(line: Line, readers: Sequence[Begun]) -> str | None:
    """Why a derivative by the vector k_+ of a loss with a sum over the k_i, or by these, is not judged."""
    for begun in readers:
        kinds = begun.around.names().variables
        for name in line.moving or {begun.around.task.problem.wrt.name}:
            whole = name.partition("_")[0]
            vectors = {one for one, kind in kinds.items() if kind == "vector" and one.startswith(f"{whole}_")}
            if vectors and kinds.get(whole) == "matrix":
                return f"`{min(vectors)}` may be one of the vectors that are numbered"
    return None
