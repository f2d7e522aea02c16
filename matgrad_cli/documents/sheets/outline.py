"""The outline of a document, found without knowing what any name means:
what is stated, what is differentiated by what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine, split_line
from ...notation.latex.names import LatexNames, accents_kept
from ...notation.loss_text import plain_name
from .names import squeezed
from .sheet import Formula, Sheet

MOST_FORMULAS = 4_000
"""So many formulas of one document are read."""
MOST_SIDES = 6
OF_MATRICES = frozenset(("tr", "det"))
"""What these give has no name: `tr(P) = …` states no function."""
_CALL = regex(r"\s*(?:[a-zA-Z]|\\(?:phi|psi|ell))\s*(?:\\left)?\([\\\w\s,;{}]+\)\s*")
DENSITY = regex(
    r"(?<![A-Za-z])[a-zA-Z]\s*(?:\\left)?\([^()=]*(?:\([^()=]*\)[^()=]*)*(?:\\mid(?![A-Za-z])|\\vert(?![A-Za-z])|(?<!\\)\|)[^=]*\)"
)
"""`p(y | x)` says what something means, and not how it is worked out."""


@record
class Stated:
    """A name and what a formula says that it is: the texts of the right sides, in order.
    `letters` are the indices of the left side."""

    name: str
    letters: tuple[str, ...]
    arguments: tuple[str, ...]
    sides: tuple[str, ...]
    formula: int


@record
class Differentiated:
    """A derivative sign: of what (a lone name, or None), by what (a name, or None); a prime says it of a function.
    `whole`: it is all that stands on its side."""

    body: str | None
    variable: str | None
    formula: int
    left: bool
    text: str | None = None
    primed: bool = False
    whole: bool = False


@record
class Outline:
    """What a document's formulas say, by their numbers; `names` are the accents that make names of their own."""

    lines: tuple[LatexLine, ...]
    stated: tuple[Stated, ...]
    differentiated: tuple[Differentiated, ...]
    accents: frozenset[str]


_SLOPE = regex(r"[\s&]*(\\?[A-Za-z]+)\s*(?:'+|\^\s*\{?\s*\\prime\s*\}?)\s*\(\s*\w+\s*\)\s*&?\s*$")
"""`f'(z)` of an f of which nothing is known yet."""


@lru_cache(maxsize=512)
def _split(text: str, accents: frozenset[str]) -> LatexLine:
    """A formula as statements; it is asked for again where another was rewritten."""
    return split_line(text, "line", LatexNames(accents=accents))


def outline(formulas: Sequence[Formula]) -> Outline:
    """The outline of formulas in their order."""
    accents = accents_kept([formula.passage.text for formula in formulas])
    lines = tuple(_split(formula.passage.text, accents) for formula in formulas[:MOST_FORMULAS])
    stated: list[Stated] = []
    found: list[Differentiated] = []
    goes_on = 0
    for number, line in enumerate(lines):
        for statement in line.statements:
            equal = statement.relations[:1] in (("=",), (":=",))
            said: list[Stated] = []
            if statement.leading is None and equal and (left := statement.sides[0].node) is not None:
                text, sides = formulas[number].passage.text, [side.text for side in statement.sides[1:]]
                middle = statement.sides[1].node if sides[1:] and _CALL.fullmatch(sides[0]) else None
                said = _stated(middle, text, _values(sides[1:]), number) if middle is not None else []  # u = f(x) = 3x²
                said += _stated(left, text, _values(sides), number)
            elif statement.leading == "=" and goes_on == number and stated:
                more = [side.text for side in statement.sides]
                last = stated.pop()
                said = [replace(last, sides=_values([*last.sides, *more])[:MOST_SIDES])]
            stated += said
            goes_on = number + 1 if said else goes_on
            for at, side in enumerate(statement.sides):
                if side.node is not None:
                    first = at == 0 and statement.leading is None and len(statement.sides) > 1
                    found += _differentiated(side.node, number, first, formulas[number].passage.text)
                elif at == 0 and (slope := _SLOPE.match(side.text)) is not None:
                    found.append(Differentiated(plain_name(slope[1]), None, number, True, primed=True))
    signs = [item for item in found if not item.primed]  # beside them the slope σ' is on the way to another derivative
    return Outline(lines, tuple(stated), tuple(signs or found), accents)


def nodes_of(line: LatexLine) -> list[s.Node]:
    """What was read of all sides of a row."""
    return [side.node for statement in line.statements for side in statement.sides if side.node is not None]


def is_part(item: Stated, of: Stated) -> bool:
    r"""Whether a name that is no function, or its value, stands in another: E of `L = \|XW - Y\|^2`, `E = XW - Y`."""
    if item.arguments or item.name == of.name:
        return False
    return holds(of.sides[0], item.name) or squeezed(item.sides[0]) in squeezed(of.sides[0])


def holds(text: str, name: str) -> bool:
    """Whether a formula has this letter, also in a run, `X^Te`."""
    plain = re.sub(r"\\(?:text\w*|math\w+|operatorname\*?|mbox)\s*\{[^{}]*\}", " ", text)
    found = re.search(rf"{re.escape(name)}(?![A-Za-z])", plain) if len(name) > 1 else None
    return found is not None or (len(name) == 1 and name in re.sub(r"\\[A-Za-z]+", " ", plain))


def amid(formulas: Sequence[Formula], found: Outline, stated: Stated) -> bool:
    """Whether a sentence states it between two rows of a derivation."""
    behind = range(stated.formula, min(len(found.lines), stated.formula + 30))
    after = next((at for at in behind if formulas[at].kind == "display"), stated.formula)
    statements = found.lines[after].statements
    return after > stated.formula and bool(statements) and statements[0].leading is not None


def _values(sides: Sequence[str]) -> tuple[str, ...]:
    """The sides of a statement that say what it is: not the g(y) of `z = g(y) = y^Ty`, if there is more."""
    return tuple(side for side in sides if not _CALL.fullmatch(side) and not DENSITY.search(side)) or tuple(sides)


def _stated(left: s.Node, text: str, sides: tuple[str, ...], number: int) -> list[Stated]:
    node = s.ungrouped(left)
    letters: tuple[str, ...] = ()
    if isinstance(node, s.Subscript):
        node = _of_layer(node)
        letters = tuple(index.name for index in node.indices if isinstance(index, s.Name))
        layer = node.indices[0] if len(node.indices) == 1 else None
        node = s.ungrouped(node.body)
        if isinstance(layer, s.Literal_) and isinstance(node, s.Name):
            node = s.Name(node.span, f"{node.name}_{layer.text}")  # z_1, a layer's
        if len(letters) == 1 and isinstance(node, s.Name) and (letters[0][:1].isupper() or len(letters[0]) > 1):
            node, letters = s.Name(node.span, f"{node.name}_{letters[0]}"), ()
    if isinstance(node, s.Apply) and dict(node.options).get("derivative"):
        return []  # σ′(z) = … says nothing of σ itself
    if isinstance(node, s.Apply) and node.function in OF_MATRICES:
        return []
    if isinstance(node, s.Apply):
        given = node.arguments
        if any(isinstance(part, s.Ellipsis_) for part in given):  # L(w_1, …, w_K) is a function of the family w
            bodies = (s.ungrouped(part.body) if isinstance(part, s.Subscript) else part for part in given)
            names = dict.fromkeys(re.sub(r"_\d+$", "", part.name) for part in bodies if isinstance(part, s.Name))
            return [Stated(node.function, letters, tuple(names), sides, number)]
        arguments = tuple(name for part in given if (name := _argument(part)))
        return [Stated(node.function, letters, arguments, sides, number)] if len(arguments) == len(given) else []
    if not isinstance(node, s.Name):
        return []
    called = re.search(r"\(\s*([^()=]*)\)\s*$", text[left.span.start : left.span.end])
    parts = called[1].split(",") if called else ()  # `\mathbf{w}, b`
    arguments = tuple(plain_name(part) for part in parts if re.fullmatch(r"\s*\\?[\w{}\\\s]+", part))
    return [Stated(node.name, letters, arguments, sides, number)]


def _of_layer(node: s.Subscript) -> s.Subscript:
    """`a_{2}_j` is an entry of what a layer's number names, a_2."""
    inner = s.ungrouped(node.body)
    match s.ungrouped(inner.body) if isinstance(inner, s.Subscript) and len(inner.indices) == 1 else None, inner:
        case s.Name(span, name), s.Subscript(_, _, (s.Literal_(_, _, number),)):
            return replace(node, body=s.Name(span, f"{name}_{number}"))
    return node


def _argument(node: s.Node) -> str:
    """The name of what a function is a function of, also with a label: v_c, but no x_i of several."""
    match node:
        case s.Name(_, name):
            return name
        case s.Subscript(_, s.Name(_, name), (s.Name(_, label),)) if label not in "ijklmnst":
            return f"{name}_{label}"
    return ""


def _differentiated(root: s.Node, number: int, left: bool, text: str) -> list[Differentiated]:
    found = []
    for part in s.parts_of(root):
        if isinstance(part, s.Derivative):
            by = s.ungrouped(part.variable) if part.variable is not None else None
            while isinstance(by, (s.Subscript, s.Inverted)):  # by Σ⁻¹, so that Σ is sought
                by = s.ungrouped((_of_layer(by) if isinstance(by, s.Subscript) else by).body)
            name = by.name if isinstance(by, s.Name) else None
            body, span = _body(part.body, name)
            whole = part is s.ungrouped(root)
            found.append(Differentiated(body, name, number, left, span and text[span[0] : span[1]], whole=whole))
        elif isinstance(part, s.Differential_):
            body, _ = _body(part.body, None)
            found.append(Differentiated(body, None, number, left))
        elif isinstance(part, s.Apply) and dict(part.options).get("derivative"):
            found.append(Differentiated(part.function, None, number, left, primed=True))
    primed = root
    while isinstance(primed, s.Transposed) and left and re.match(r"\s*&?\s*\w+\s*(?:'|\^\s*\{?\s*\\prime)", text):
        primed = s.ungrouped(primed.body)
    if primed is not root and isinstance(primed, s.Name):  # y' = …
        found.append(Differentiated(primed.name, None, number, left))
    return found


def _body(node: s.Node | None, by: str | None) -> tuple[str | None, tuple[int, int] | None]:
    """The lone name that is differentiated, or where the expression stands."""
    if node is None:
        return None, None
    inner = s.ungrouped(node)
    inner = s.ungrouped(inner.body) if isinstance(inner, (s.Subscript, s.Transposed)) else inner
    if isinstance(inner, s.Name):
        return inner.name, None
    if isinstance(inner, s.Apply) and len(inner.function) < 4:
        names = [part.name for part in inner.arguments if isinstance(part, s.Name)]
        by_its_parts = inner.function in OF_MATRICES and by not in names  # tr(P) by something of which P is made
        if len(names) == len(inner.arguments) and not by_its_parts:
            return inner.function, (inner.span.start, inner.span.end)
    return None, (node.span.start, node.span.end)


# ---- losses that nothing states, `∂L/∂W = Xᵀ ∂L/∂Y` of a layer Y = XW: L stands for ⟨G, Y⟩ with any G


def upstream_losses(found: Outline, names: Collection[str]) -> Iterator[tuple[str | None, Stated, str]]:
    """Of these names those that are differentiated and never stated, with what is last worked out of that which they
    are differentiated by without a result (`∂L/∂Y`, given from above), and the text of ⟨G, Y⟩, Σ_i g_i y_i where Y is
    worked out entry by entry. At last, without a name, what is stated by entries and differentiated itself, as the
    softmax is by its Jacobian."""
    stated = {stated.name: stated for stated in found.stated if len(stated.letters) < 3}
    results, by_entries = _results(found), {one.name: one for one in found.stated if one.letters}
    for loss in dict.fromkeys(item.body for item in found.differentiated if item.body is not None):
        by = [item.variable for item in found.differentiated if item.body == loss]
        given = [stated[name] for name in by if name in stated and name not in results]
        if loss in names and loss not in stated and given:
            last = max(given, key=lambda stated: stated.formula)
            yield loss, last, _with_any(last, found)
    for item in found.differentiated:
        if item.left and item.variable is not None and item.body in by_entries:
            yield None, by_entries[item.body], _with_any(by_entries[item.body], found)


def _with_any(last: Stated, found: Outline) -> str:
    """⟨G, Y⟩ with the array G of a letter that the document has not."""
    parts = [part for line in found.lines for node in nodes_of(line) for part in s.parts_of(node)]
    written = {part.name for part in parts if isinstance(part, s.Name)}
    letter = next(name for name in ("Upsilon", "Xi", "Omega") if not {name, name.lower()} & written)
    value = rf"\left({last.sides[0].strip().rstrip('.,;')}\right)"
    if last.letters:
        letters, sign = ",".join(last.letters), letter if last.letters[1:] else letter.lower()
        return rf"\sum_{{{letters}}} \{sign}_{{{letters}}} {value}"
    of_matrix = rf"\operatorname{{tr}}\left(\{letter}^\top {value}\right)"
    return of_matrix if last.name[0].isupper() else rf"\{letter.lower()}^\top {value}"


def _results(found: Outline) -> set[str]:
    """By what the document works out a derivative: `∂L/∂y = ŷ - y`, and not `∂L/∂y = g`."""
    names, left = set(), None
    for statement in (statement for line in found.lines for statement in line.statements):
        sides = [s.ungrouped(side.node) if side.node is not None else None for side in statement.sides]
        if statement.leading is None:
            left, *sides = sides
        by = s.ungrouped(left.variable) if isinstance(left, s.Derivative) and left.variable is not None else None
        if isinstance(by, s.Name) and any(not isinstance(side, (s.Name, s.Derivative)) for side in sides):
            names.add(by.name)
    return names


# ---- by what words say that is differentiated: `the gradient with respect to $\mu$ is`

_BY = regex(
    r"(?:with respect to|w\.?\s?r\.?\s?t\.?|respect to|derivative by|nach|gradient in|par rapport à|\bover)"
    r"\s*(?:the\s+)?(?:\w+\s){0,2}?\(?\s*(?:\$[^$]{1,20}\$\s*(?:,|,?\s*and)\s*)*\$?$"
)
_BY_NAME = regex(
    r"(?:with respect to|w\.?r\.?t\.?|wrt)\s+(?:the\s+)?(?:(?:matrix|vector|weights?"
    r"|variable)\s+)?(\\?[A-Za-zα-ωΑ-Ω](?![a-z])|\\[a-z]+)"
)
_RESPECT = (
    r"(?:with respect to|w\.?\s?r\.?\s?t\.?|wrt)\s+(?:the\s+)?(?:[a-z]+\s+){0,2}?\$\s*"
    r"(?:\\(?:mathbf|boldsymbol|bm|vec)\s*\{?\s*)?(?P<name>\\?[A-Za-z]+(?:_\w)?)\}?\s*\$"
)
_DERIVES = r"\b(?:gradients?|derivatives?|jacobian|hessian|differentiat\w*)\b[^.;=]{0,60}?"
_SAID_BEFORE = regex(rf"(?:{_DERIVES}|(?:^|[.:;]|\band|\bbut)\s*){_RESPECT}[^=$.]*$", re.IGNORECASE)
"""No `convex with respect to $b$`."""
_SAID_BEHIND = regex(rf"^\s*,?\s*(?:for the (?:gradient|derivative)\s+)?{_RESPECT}", re.IGNORECASE)


def by_prose(sheet: Sheet) -> Iterator[str]:
    """Names behind `with respect to`."""
    for formula in sheet.formulas:
        if _BY.search(formula.before[-90:]):
            yield plain_name(re.split(r"\\in(?![A-Za-z])|[∈=_]|\\in\b", formula.passage.text)[0])
    yield from (plain_name(match[1]) for match in _BY_NAME.finditer(sheet.prose))


def variable_said(formula: Formula) -> str | None:
    """The name by which the sentence of a formula says that it differentiates."""
    found = _SAID_BEHIND.match(formula.after) or _SAID_BEFORE.search(formula.before)
    return None if found is None else plain_name(found["name"])


def variables_said(sheet: Sheet, found: Outline, loss: str) -> Iterator[str]:
    """The names by which sentences say that the loss is differentiated, where its derivative writes none, `∇f = …`."""
    bare = (item.formula for item in found.differentiated if item.left and item.body == loss and not item.variable)
    yield from filter(None, (variable_said(sheet.formulas[number]) for number in bare))
