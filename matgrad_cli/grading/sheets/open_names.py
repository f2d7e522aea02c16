"""What a document leaves open of its names: shapes that are told twice, families, what a given name stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ...diagnostics.regex import regex
from ...documents.sheets.facts import COVARIANCE
from ...documents.sheets.members import small
from ...documents.sheets.outline import nodes_of
from ...documents.sheets.sheet import Question, Sheet, Told
from ...documents.sheets.sizes import told_anew
from ...ir import Call, Shape, Symbol
from ...ir import nodes_of as parts_of
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine
from ...notation.loss_text import plain_name
from ...notation.unknown import names_in
from ..begin import Begun
from ..chain import RowResult
from ..lines.statements import NEGLECTS
from .other_functions import code_of, of_form, unlike
from .rows import Line, gives_identity, lone, subscripted

_REMARK = regex(r"\W*\((?=[^()]*[^\x00-\x7fΑ-Ωα-ω])[^()$]*\$\s*\\?\w+\s*\$[^()$]*\)")
"""A remark about one name in another language than the known ones: `(do $S$ đối xứng)`."""
_ARRAY = regex(
    r"=\s*(?:\\left)?\s*(?:[\[(]\s*)?(?:\\begin\{\w+\}(?:\{[clr|]+\})?)?(?=[^=]*[,&\\])(?:[\d\s.,;/&{}-]|\\\\|\\[dt]?frac)+"
    r"(?:\\end\{\w+\}|(?:\\right)?[\])])"
)
"""An array of numbers."""
SUM_IS = regex(
    r"\\sum\s*_\s*\{?(?P<letter>[a-z])(?:=1)?\}?(?:\s*\^\s*(?:\{\w+\}"
    r"|\w))?\s*(?P<name>\\?[A-Za-z]+)_(?:\{\w*(?P=letter)\}|(?P=letter))"
    r"\s*(?:=|(?P<less>\\leq?(?![A-Za-z])|[≤<]))\s*(?P<sum>\d[\d.]*)"
)
"""A row `\\sum_c t_{ic} = 1`, or another sum."""
_MEAN = regex(r"\\[dt]?frac\s*\{?\s*1\s*\}?\s*\{?\s*[A-Za-z]\s*\}?|1/[A-Za-z](?![A-Za-z])")
_CALLED = regex(r"\s*\\?[A-Za-z]+_\{?\w\}?\s*\(\s*\\?[A-Za-z]+\s*\)\s*")
"""A left side `a_j(x)`, one of several functions."""
_AT = regex(
    r"\b(?:plug|substitut|evaluat|insert|numeric)\w*\b|\b(?:at|for|with|when|where|if|take|say|and)\b[^.=]{0,20}=\s*-?\s*\d",
    re.IGNORECASE,
)
"""Words that name a point: `At $w = 2$`, `plugging in the numbers`."""
_CONSTANT = regex(r"[+-]\s*(?:\\\w+\s*\{\s*)?const", re.IGNORECASE)


def _arguments(sheet: Sheet, question: Question, readers: Sequence[Begun]) -> frozenset[str] | None:
    """What the left side of a loss holds that is stated up to a constant, `log p(y | w) = … + const`; else None.
    Where it holds no arguments, `Q = … + const`, the first of the variables, and those of which a logarithm is written
    out, as that of a density has it."""
    if question.start >= len(sheet.formulas):
        return None
    stated = sheet.formulas[question.start].passage
    written = sheet.source.text[stated.span().start : stated.span().end]
    left = " ".join(text.partition("=")[0] for text in (written, stated.text))  # with macros, and without
    if not _CONSTANT.search(stated.text):
        return None
    if re.search(r"[(\[]", left) is None:
        parts = (part for one in readers[:1] for part in parts_of(one.around.task.problem.loss))
        logs = [part for part in parts if isinstance(part, Call) and part.function == "log"]
        names = {symbol.name for one in logs for symbol in one.symbols if isinstance(symbol, Symbol)}
        return frozenset((*question.wrt[:1], *names))
    return frozenset(plain_name(part) for part in re.findall(r"\\?[A-Za-z]+", left))


def _less_a_number(line: Line, shapes: Mapping[str, Shape]) -> bool:
    """Whether a row writes A − λ, a square matrix less a number: usual for A − λI beside an eigenvector."""
    differences = [(lone(part.left), lone(part.right)) for part in line.parts(s.Binary) if part.operator == "-"]
    pairs = [(shapes.get(left or ""), shapes.get(right or "")) for left, right in differences]
    return any(one and other and one.is_matrix and one.is_square and other.is_number for one, other in pairs)


def _raised(line: Line, shapes: Mapping[str, Shape]) -> bool:
    """Whether an array stands as an exponent, `A^ A`: a letter may be lost."""
    above = [lone(part.right) for part in line.parts(s.Binary) if part.operator == "^"]
    return any(name in shapes and not shapes[name].is_number for name in above if name is not None)


def _last(line: Line) -> s.Node | None:
    """What a row ends in."""
    return line.sides[-1].node if line.sides else None


def _is_derived(function: str, sheet: Sheet) -> bool:
    """Whether a derivative of a function stands in a formula: `\\phi'(z)`, `\\nabla f`."""
    name = rf"\\?{function}(?![A-Za-z])\s*\}}?"
    slope = rf"(?<![A-Za-z]){name}\s*(?:'|\^\s*\{{?\s*(?:\\prime|\())|(?:\\nabla|\\partial|\bd|J_\{{?)\s*{name}"
    return any(re.search(slope, formula.passage.text) for formula in sheet.formulas)


class OpenNames:
    """`explained` are given names of which a row says what they stand for, `identities` those that are an identity,
    `valued` those that have a value in an example, and whether that is an array."""

    def __init__(self, sheet: Sheet, question: Question, told: Told, loss: LatexLine, readers: Sequence[Begun]) -> None:
        self.sheet, self.question, self.told, self.readers = sheet, question, told, readers
        self.resized, self.numbered = told_anew(sheet.prose), subscripted(loss)
        self.families = frozenset(
            re.findall(r"\\?([A-Za-zα-ω]+)\}?_\{?1\}?\s*,\s*(?:\\[lc]?dots|…|\.\.\.)", sheet.prose)
        )
        self.constant = _arguments(sheet, question, readers)
        lefts = (re.split(r"\s*(?:\(|&?:?=)", one.passage.text)[0] for one in sheet.formulas if "=" in one.passage.text)
        self.stated = question.name in {plain_name(left.strip(" &")) for left in lefts}
        self.explained: frozenset[str] = frozenset()
        self.identities: set[str] = set()
        self.valued: dict[str, bool] = {}
        sums = (match for formula in sheet.formulas for match in SUM_IS.finditer(formula.passage.text))
        ones = (match for match in sums if match["sum"] == "1" and not match["less"])
        self.whole = {plain_name(match["name"]) for match in ones} & {*question.wrt}

    def take(self, line: Line, given: bool, value: bool) -> None:
        """Takes in a row that says what a given name stands for, or a value."""
        if given and gives_identity(line):
            self.identities |= line.names
        array = _ARRAY.search(line.text)
        if (value or array) and (name := line.name) is not None:
            self.valued[name] = array is not None

    def _sized_otherwise(self, name: str, shape: Shape) -> bool:
        """Whether the document tells other sizes of a name than its value has; letters that it tells of no variable
        may be other names for the same."""
        told = self.told.sizes.get(name, "scalar")
        sides, own = told.removesuffix("×1").split("×"), str(shape).removesuffix("×1").split("×")
        shared = {side for one in self.question.shapes for side in self.told.sizes.get(one, "").split("×")}
        other = any(one != two and not shared.isdisjoint((one, two)) for one, two in zip(sides, own, strict=False))
        return told != "scalar" and (len(sides) != len(own) or other)

    def why(self, line: Line, result: RowResult, defined: frozenset[str]) -> str | None:
        """Why a row that does not follow may be right of what its names mean; None where that is certain."""
        return next((said for doubtful, said in self._doubts(line, result, defined) if doubtful), None)

    def _doubts(self, line: Line, result: RowResult, defined: frozenset[str]) -> Iterator[tuple[object, str | None]]:
        """What each doubt rests on, and its sentence."""
        arounds = [begun.around for begun in self.readers]
        yield (other := unlike(line, result, arounds, self.told.sizes)), other
        shapes = {symbol.name: symbol.shape for around in arounds for symbol in around.task.problem.variables}
        written, form, given, names = line.formula, of_form(result), shapes.keys(), line.names
        known = {name for around in arounds for name in around.names().variables}
        yield form and self.resized & known, "of a name of the problem two shapes are told"
        yield form and _raised(line, shapes), "an exponent may lack its letter"
        values = {
            name: shape for around in arounds for name, symbol in around.defined.items() if (shape := symbol.shape)
        }
        unlike_told = any(self._sized_otherwise(name, values[name]) for name in names & values.keys())
        yield form and unlike_told, "a name in it has another size than the document tells"
        functions = {name for around in arounds for name in names_in(around.task.problem.loss)}
        bare = sorted(name for name in functions if line.derives and not _is_derived(name, self.sheet))
        yield bare, f"it may rest on what `{', '.join(bare)}` is, of which no derivative stands in the document"
        slopes = ({*re.findall(rf"\\partial\s*\\?{name}\s*\(([^()]*)\)", line.text)} for name in functions)
        yield any(len(places) > 1 for places in slopes), "`f(x)` may be meant as what `f(y)` is as a function of x"
        whole = result.slip is not None and result.slip.code == "lost-factor" and result.slip.part is None
        mean = whole and not self.stated and _MEAN.search(line.text)
        yield mean, "what is given from above may be the derivative for each sample, and the loss their mean"
        fits_none = code_of(result) == "non-conformable"  # whatever is differentiated by
        yield form and self.question.guessed and not fits_none, "by what is differentiated is not said"
        stands_for = not form and (names & self.explained or given & self.identities)
        yield stands_for, "it may rest on what a given name stands for"
        moved = [lone(part.body) for part in line.parts(s.Derivative) if part.style == "nabla"]
        alone = any(part.body is None and part.style == "nabla" for part in line.parts(s.Derivative))
        early = any(written.place < one.place for one in self.sheet.formulas[self.question.start :][:1])
        yield alone and early, "the derivative of what stands before it may be meant: the loss is stated behind it"
        other_first = self.question.name in moved[1:] and moved[0] not in (None, self.question.name)  # ∇f = λ∇g
        yield other_first, "it begins with the derivative of another function"
        table = any(isinstance(node, s.Apply) and node.function == "[list]" for node in nodes_of(line.outline))
        numbers = len(shapes) > 1 and all(shape.is_number for shape in shapes.values())
        yield table and numbers, "the derivative by several of the numbers may be meant"
        yield names & self.whole and not line.derives, "it may rest on the entries that are said to sum to 1"
        about = line.name == self.question.name and re.search(r"≈|\\approx(?![A-Za-z])", line.text)
        yield about or NEGLECTS.search(written.before[-80:]), "it may hold up to what is neglected"
        last = {part.name for part in s.parts_of(side) if isinstance(part, s.Name)} if (side := _last(line)) else names
        put_in = any(array or name not in last for name, array in self.valued.items() if name in given)
        yield put_in and not form, "it may be said of an example, in which a given name has a value"
        read = result.outcome.read if result.outcome is not None else None
        inside = s.parts_of(read.side.node) if read is not None and read.side.node is not None else ()
        kinds = [type(part) for part in inside if isinstance(part, (s.Name, s.Literal_))]
        number = len(kinds) > 1 and s.Name not in kinds and len(line.sides) > 2 and _AT.search(self.sheet.prose)
        yield number, "the value at some numbers may be meant"
        random = not line.derives and any(part.function == "expectation" for part in line.parts(s.Apply))
        yield random, "it may rest on the distribution of what is random"
        varies = self.constant is not None and not (line.moving or {*self.question.wrt}) & self.constant
        yield varies, "the constant of the loss, which was left out, may depend on what is differentiated by"
        code, message = (result.slip.code, result.slip.message) if result.slip is not None else ("", "")
        needs = code == "needs-fact"
        remark = (needs or code == "missing-transpose") and _REMARK.match(written.after)
        yield remark, "the remark behind it may say a fact, in words that were not understood"
        covariance = (needs or code == "other-layout") and COVARIANCE.search(self.sheet.prose)
        yield covariance, "covariances are symmetric"
        single = any(len(one.indices) == 1 for one in line.parts(s.Derivative))  # by Y_i, a row of Y
        lying = single and any(around.task.problem.wrt.shape.is_row for around in arounds)
        row = (code == "other-layout" and lying) or "takes 2 indices, not 1" in message
        yield row, "a row of a matrix may be meant, as a row"
        less = code == "number-plus-array" and _less_a_number(line, shapes)
        yield less, "a number beside a square matrix may stand for so many times the identity"
        called = line.sides and not line.goes_on and _CALLED.fullmatch(line.sides[0].text)
        strange = called or re.search(r"has no entries|takes (?:0 indices|[12] ind\w+, not [3-9])", message)
        yield strange, "a function, a family or an array of more axes may be meant"
        two_ways = form and line.name == self.question.name and line.unlike_letters - self.told.sizes.keys()
        yield two_ways, "a letter with an index may be another than without"
        ending = [name for name in names if re.search(r"_\d+$", name)]
        counted = {re.sub(r"_\d+$", "", name) for name in ending if not any(one.valued(name) for one in arounds)}
        members = {*map(small, self.question.members)}
        labelled = {name.partition("_")[0] for name in defined}  # δ_o is known beside δ_h
        with_index = (subscripted(line.outline) | counted) - self.numbered - defined - labelled - members
        family = any(name in self.families or name not in self.told.sizes for name in with_index)
        yield form and family, "a vector with an index may be meant"
