"""What the names of a document stand for: put in where the loss has them,
or told of those for which that is not possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from ...diagnostics import Span
from ...diagnostics.regex import regex
from ...facts import Problem
from ...facts.holding import holds
from ...ir import Eye, matmul, transpose
from ...notation.latex.names import LatexNames, whole
from ...notation.latex.tokens import Token
from ...notation.loss_text import plain_name
from ...notation.stated_functions import Family, reindexed
from ...verify.judge import Judge
from .facts import INDICATOR
from .names import index_behind, is_identity, label_of, labelled_names, tokens_of
from .outline import DENSITY, Outline, Stated
from .sheet import Sheet

_SETTING = regex(
    r"\b(?:if|for|when|i\.e\.,?|initiali[sz]ation|setting|suppose|gives?|condition is)\s*\$?$", re.IGNORECASE
)
_ZERO = regex(r"=\s*(?:\\mathbf\s*)?\{?\s*0\s*\}?[\s.,;]*$")
SET_TO_ZERO = regex(
    r"\b(?:set|equat)\w*\b[^.=]{0,80}\b(?:zero|0)(?:,?(?: and)?(?: we)? (?:get|obtain|have|find|gives?|yields?))?\W*$"
    r"|\b(?:FOCs?|stationarity|(?:first[- ]order|optimality|KKT)(?: \w+)? conditions?)\b[^.=]{0,40}$",
    re.IGNORECASE,
)
"""Words before the derivative that is set to zero, where nothing else differentiates."""
_DEFINES = regex(r"\b(?:where|with|let|defin\w+|denot\w+|writ\w+|call\w*|here|using|for|put)\b", re.IGNORECASE)
SOLVES = regex(
    r"\b(?:the|its|an?|has|have)\s+(?:(?:optimal|closed[- ]form|unique|global|exact|analytic(?:al)?)\s+)*"
    r"(?:solution|minimi[sz]er|optimum|minimum)\b[^.$=]{0,30}$|\bminimi[sz]ed\s+(?:by|at|when|for)\W*$",
    re.IGNORECASE,
)
"""Words before a value of the variable: `The closed-form solution is`."""
_NOISE = regex(
    r"[+-]\s*(?:\\\w+\s*\{\s*\\(?:var)?(?:epsilon|xi)\s*\}|(?:\\\w+\s*)?\\(?:var)?(?:epsilon"
    r"|xi))(?:_\{?\w+\}?)?[\s.,]*$|[+-]\s*(?:[εξ]|\\(?:text\w*|mathrm|mbox)\s*\{[^{}]*\})?[\s.,]*$"
)
"""A model of the data: y = Ax + ε."""
_MULTIPLIER = regex(
    r"\bmultipliers?[\s$]+(?P<behind>\\?[A-Za-z]+)|(?P<name>\\?[A-Za-z]+)[\s$]+(?:is|are)\s+(?:\w+\s+){0,3}multiplier"
)
"""What is said to be a multiplier is no name for what it is found to be."""
WEIGHTS = frozenset(("w", "W", "theta", "Theta", "beta"))
"""By what is differentiated where nothing says it."""
_SLOPE = regex(
    r"(?:(?:\\nabla|∇)(?:\s*[_^]\s*(?:\{[^{}]*\}|\\?\w+))*|\\partial|∂|(?<![A-Za-z\\])d)\s*(?:\\\w+\s*)?\{?\s*\\?\w+"
    r"|(?<![A-Za-z])[A-Za-z]'"
)
"""The derivative of a name."""
LONGEST = 3_000
_NEVER = 9**9


class Definitions:
    """What the names of a document stand for.

    `texts` are the definitions that are put in where a name stands; `made` says of every name that is given a value of
    which others that is made, also where it is not put in. What the words hold fixed, or speak of as given, is neither.
    """

    def __init__(
        self, sheet: Sheet, found: Outline, sizes: Mapping[str, str], held: Collection[str], by_prose: Collection[str]
    ) -> None:
        self.names, self.sizes = LatexNames(accents=found.accents), sizes
        self.made: dict[str, set[str]] = {}
        self.stated = found.stated
        alone = {at for at, line in enumerate(found.lines) if all(one.leading for one in line.statements[1:])}
        heads = {(item.formula, item.body) for item in found.differentiated if item.left and item.formula in alone}
        self.told = [(body, sheet.formulas[at].passage.text) for at, body in heads]
        self.texts = self._found(sheet, found, {*by_prose}, held)

    def _found(self, sheet: Sheet, found: Outline, moving: set[str], held: Collection[str]) -> dict[str, Stated]:
        """What is put in; a name that is given (its size is told, it is differentiated by)
        and then set to a value is not, unless something is differentiated by what it is made of too."""
        first = {item.variable: item.formula for item in reversed(found.differentiated) if item.variable is not None}
        valued = list(self._valued(sheet, found))
        made = {stated.name: inside for stated, inside in reversed(valued)}
        arguments = {*_arguments(found)}
        functions = {one.name for one in found.stated if one.arguments}
        through = {item.variable for item in found.differentiated if item.body in functions}  # ∂L/∂z of L(p), p = σ(z)
        reached = {name for name in arguments & first.keys() if _within(name, lambda one: made.get(one, ())) & through}
        inputs = (arguments - first.keys()) | reached if len(arguments) == 1 else set()
        on_the_way = {name for name in {*first, *inputs} if _within(name, lambda one: made.get(one, ())) & first.keys()}
        moving = (moving - on_the_way).union(arguments - (inputs & on_the_way))
        begun = min((item.formula for item in found.differentiated if item.left), default=_NEVER)
        signs = {item.formula for item in found.differentiated}
        zeros = (at for at, one in enumerate(sheet.formulas) if _ZERO.search(one.passage.text))
        shown = (at for at in zeros if at in signs or (at > begun and sheet.formulas[at].kind == "display"))
        said = (at - 1 for at, formula in enumerate(sheet.formulas) if SET_TO_ZERO.search(formula.before[-130:]))
        settled = min((*shown, *said), default=_NEVER)
        texts: dict[str, Stated] = {}
        multipliers = {plain_name(one["behind"] or one["name"]) for one in _MULTIPLIER.finditer(sheet.prose)}
        for stated, inside in valued:
            if stated.name in held or stated.name in multipliers:
                continue
            formula = sheet.formulas[stated.formula]
            behind = stated.formula > settled and formula.kind != "inline"
            solves = SOLVES.search(formula.before[-100:]) and _is_argument(stated.name, sheet)
            if (behind and not _DEFINES.search(formula.before[-60:])) or solves:
                continue  # a solution
            self.made.setdefault(stated.name, set()).update(inside)
            if stated.name in moving:
                continue
            number = not stated.letters and (stated.formula >= begun if is_identity(stated.sides[0]) else not inside)
            before = stated.name in on_the_way or first.get(stated.name, _NEVER) >= stated.formula
            if before and not (number or stated.arguments or stated.name in texts):
                texts[stated.name] = stated
        inner = {name: set(labelled_names(tokens_of(stated.sides[0], self.names))) for name, stated in texts.items()}
        within = {name: _within(name, lambda one: inner.get(one, ())) for name in texts}
        layers = {
            name for name in first.keys() & texts.keys() if within[name] & first.keys()
        }  # differentiated on the way
        # not Λ = Σ⁻¹, where there is only ∂ℓ/∂Λ
        texts = {name: stated for name, stated in texts.items() if name in layers or name not in first}
        moving = moving | (first.keys() - texts.keys())
        moved = (moving or WEIGHTS) | layers | {part for name in layers for part in inner[name]}
        moved |= texts.keys() & {item.body for item in found.differentiated}  # ∇L_1, of whatever that is made
        moved |= {name for name, names in within.items() if names & moved}
        moved |= {name for name, stated in texts.items() if is_identity(stated.sides[0])}
        beside = self._beside_loss(sheet, found)
        factored = (name for name, names in inner.items() if not names.isdisjoint(beside))
        moved |= {name for name in factored if not _is_argument(name, sheet)}
        letters = re.findall(r"[A-Za-z]", " ".join(self.sizes.values()))
        known = {*moved, *self.sizes, "I", "T", "d", *"ijklmnpqrst", *letters}
        given = {name for name, names in inner.items() if names & self.sizes.keys() and names <= known}
        return {name: stated for name, stated in texts.items() if name in moved | given}

    def _beside_loss(self, sheet: Sheet, found: Outline) -> set[str]:
        """The names in derivatives of losses that no loss has: the X of `Xᵀ(Xw - y)` beside `Z = HX`."""

        def names_of(texts: Iterable[str]) -> set[str]:
            return {name for text in texts for name in labelled_names(tokens_of(text, self.names))}

        losses = {item.body for item in found.differentiated}
        rows = names_of(sheet.formulas[item.formula].passage.text for item in found.differentiated if item.left)
        sides = names_of(one.sides[0] for one in found.stated if one.name in losses)
        return {name for name in rows - sides if name[:1].isupper()} if sides else set()

    def _valued(self, sheet: Sheet, found: Outline) -> Iterator[tuple[Stated, set[str]]]:
        """What is given a value, and the names in it; labels, models of the data, what is probable and what is only
        supposed are none."""
        losses = {item.body for item in found.differentiated}
        called = min(
            (stated.formula for stated in found.stated if stated.name in losses and stated.arguments), default=_NEVER
        )
        text = " ".join(formula.passage.text for formula in sheet.formulas)
        answered = {stated.name for stated in found.stated if not sheet.formulas[stated.formula].quoted}
        for stated in found.stated:
            side, quoted = stated.sides[0], sheet.formulas[stated.formula].quoted
            data = any(one.search(side) for one in (INDICATOR, _NOISE, DENSITY))
            data = data or (stated.name in self.sizes and stated.formula > called)
            if _counts(stated, text) or (quoted and stated.name in answered):
                continue  # the δ picks c = j
            before = sheet.formulas[stated.formula].before[-130:]
            if not data and not _SETTING.search(before[-40:]) and not SET_TO_ZERO.search(before):
                parts = [part for part in tokens_of(side, self.names) if part.kind in ("name", "word", "function")]
                yield stated, {part.text for part in parts} | set(labelled_names(tokens_of(side, self.names)))

    def inside(self, stated: Stated) -> set[str]:
        """The names of which the value of a loss is made, through all that is put in, and the functions of the same
        variables by whose values its derivative is told: the g of `∇f = 2g ∇g`, and not that of `∇f = μ ∇g`."""

        def parts(name: str) -> set[str]:
            sides = stated.sides if name == stated.name else [self.texts[name].sides[0]] if name in self.texts else ()
            return {part for side in sides for part in labelled_names(tokens_of(side, self.names))}

        told = " ".join(_SLOPE.sub(" ", text) for body, text in self.told if body == stated.name)
        beside = {one.name for one in self.stated if {*one.arguments} <= {*stated.arguments}}
        beside &= {*labelled_names(tokens_of(told, self.names))}
        return (_within(stated.name, parts) & self.texts.keys() | beside) - {stated.name}

    def frozen(self, loss: str, variables: Collection[str], wrt: Collection[str]) -> dict[str, frozenset[str]]:
        """Those of a loss's variables that the document makes of what it differentiates by, and of which of them."""
        tokens = tokens_of(loss, self.names)
        models = {stated.name for stated in self.stated if self.is_model(stated, tokens)}
        names = self.made.keys() & set(variables) - set(wrt) - models
        found = {name: frozenset(_within(name, lambda one: self.made.get(one, ())) & set(wrt)) for name in names}
        return {name: inside for name, inside in found.items() if inside}

    def put_in(self, text: str, never: Collection[str]) -> str:
        """The text with every name that the document defines replaced by what it stands for."""
        tokens = tokens_of(text, self.names)
        texts = {name: stated for name, stated in self.texts.items() if not self.is_model(stated, tokens)}
        for _ in range(8):
            changed = self._once(text, texts, never)
            if changed == text or len(changed) > LONGEST:
                return text
            text = changed
        return text

    def is_model(self, stated: Stated, loss: Sequence[Token]) -> bool:
        """Whether the loss takes the value from the name: the model `y = Φθ` of the data y in `y - Φθ`, or for each
        sample, is no definition of y."""
        value = _of_any(_spaced(tokens_of(stated.sides[0].strip().rstrip(".,;"), self.names)))
        name = rf"{re.escape(stated.name.partition('_')[0])}(?: [_^](?: \S+){{1,3}})?"
        written = _spaced(loss)
        noise = re.search(r" [+-] (?P<name>\S+)$", value)  # of `z = Hx + v` beside `z - Hx`
        beside = noise is not None and re.search(rf"(?<!\S){re.escape(noise['name'])}(?!\S)", written) is None
        value = re.escape(value[: noise.start()] if noise is not None and beside else value)
        taken = rf"(?<!\S)(?:{name} - (?:\( )?{value}|{value} (?:\) )?- {name})(?!\S)"
        return bool(value) and any(re.search(taken, one) for one in (written, _of_any(written)))

    def _once(self, text: str, texts: Mapping[str, Stated], never: Collection[str]) -> str:
        tokens = tokens_of(text, self.names)
        parts, last = [], 0
        for at, token in enumerate(tokens):
            below = index_behind(tokens, at) if token.kind == "name" else ()
            label = label_of(below)
            name = f"{token.text}_{label}" if label else token.text
            stated = texts.get(name) if token.kind == "name" else None
            inside = at > 0 and (
                tokens[at - 1].text == "_" or (at > 1 and tokens[at - 1].text == "{" and tokens[at - 2].text == "_")
            )
            if stated is None or inside or token.start < last or name in never:
                continue
            entry = index_behind(tokens, at + len(below)) if label else below  # the j of a_{2}_j
            value = _value(stated, entry, self.names)
            if value is None:
                continue
            last_of = (entry if stated.letters else ()) or (below if label else ())
            own = whole(text, Span(token.start, last_of[-1].end if last_of else token.end))
            parts += [text[last : own.start], value]
            last = own.end
        return "".join([*parts, text[last:]])


def usual_variables(problem: Problem) -> list[str]:
    """The usual variable of a loss of which only `\\nabla L` stands in the document."""
    names = [symbol.name for symbol in problem.variables]
    weights = [name for name in names if name.partition("_")[0] in WEIGHTS]
    chosen = weights or [name for name in ("x", "X") if name in names]
    return chosen if len(chosen) == 1 else []


def _counts(stated: Stated, text: str) -> bool:
    """Whether a letter that is said to be another, or a number, is an index somewhere in a text."""
    if len(stated.name) > 1 or not re.fullmatch(r"[\s{}]*[a-z\d][\s{}.,;]*", stated.sides[0]):
        return False
    below = re.compile(rf"_\s*(?:\{{[a-z,\s]*{stated.name}[a-z,\s]*\}}|{stated.name}(?![A-Za-z]))")
    return below.search(text) is not None


def _within(name: str, parts: Callable[[str], Collection[str]]) -> set[str]:
    """The names of which a name is made, through all that they are made of."""
    found, new = set[str](), {name}
    while new:
        new = {part for one in new for part in parts(one)} - found
        found |= new
    return found - {name}


def _arguments(found: Outline) -> Iterator[str]:
    """What the losses are functions of, or all functions where nothing is differentiated; the a of `L(a, y)` is a value
    where it was said before what it is."""
    losses = {item.body for item in found.differentiated} or {stated.name for stated in found.stated}
    before = {
        stated.name: stated.formula for stated in reversed(found.stated) if not stated.letters and not stated.arguments
    }
    for stated in found.stated:
        yield from (
            name for name in stated.arguments if stated.name in losses and before.get(name, _NEVER) >= stated.formula
        )


def _is_argument(name: str, sheet: Sheet) -> bool:
    """Whether a function is stated of this name, `L(w) = …`: its value is a solution, not what it stands for."""
    lists = (found[1] for one in sheet.formulas for found in _ARGUMENTS.finditer(one.passage.text))
    return any(name in map(plain_name, re.findall(r"\\?[A-Za-z]+", found)) for found in lists)


_ARGUMENTS = regex(r"[A-Za-z]\s*\(([^()=]*)\)\s*:?=")


def _of_any(written: str) -> str:
    """The text without the indices of samples: `x _ i`, `x ^ ( i )`."""
    return re.sub(r" [_^] (?:\( )?[a-z](?: \))?(?!\S)", "", written)


def _spaced(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens if token.text not in ("{", "}"))


def _value(stated: Stated, below: Sequence[Token], names: LatexNames) -> str | None:
    """What stands for a name, its letters renamed to those with which it is called; in braces, so that a letter in
    front of it calls nothing."""
    side = stated.sides[0].strip().rstrip(".,;").translate(_BELOW)
    tokens = tokens_of(side, names)
    if stated.name in labelled_names(tokens) or not any(part.kind == "name" for part in tokens):
        return None
    if not stated.letters:
        return rf"{{\left({side}\right)}}"
    called = [part.text for part in below if part.kind == "name"]
    family = Family((), side, True, stated.name, stated.letters)
    count = len(stated.letters)
    value = reindexed(family, called[:count]) if count <= len(called) < count + 2 else None
    entry = "".join(rf"_{{{letter}}}" for letter in called[count:])  # the p_ic of p_i = softmax(z_i)
    return rf"{{\left({value}\right)}}{entry}" if value is not None else None


_BELOW = str.maketrans({letter: f"_{plain}" for letter, plain in zip("ᵢⱼₖₗₘₙₜ", "ijklmnt", strict=True)})


def facts_of_value(value: Problem) -> frozenset[str]:
    """The facts that a name has by its value: `XXᵀ + D` is what its transpose is, `I - 2uuᵀ` is orthogonal where u has
    length 1, `diag(s)` is diagonal."""
    array = value.loss
    if array.shape.is_number or not array.shape.is_square:
        return frozenset()
    turned, square, one = transpose(array), matmul(array, array), Eye(array.shape.rows)
    pairs = {"symmetric": (array, turned), "idempotent": (square, array), "orthogonal": (matmul(turned, array), one)}
    found = frozenset(word for word, pair in pairs.items() if Judge(value).compare(*pair).holds)
    return found | {"diagonal"} if holds(array, "diagonal", value) else found
