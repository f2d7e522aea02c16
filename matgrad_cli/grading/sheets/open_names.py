"""What a document leaves open of its names: shapes that are told twice, families, what a given name stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...diagnostics.regex import regex
from ...documents.sheets.members import small
from ...documents.sheets.sheet import Question, Sheet, Told
from ...documents.sheets.sizes import symmetric_somewhere, told_anew
from ...documents.sheets.symmetric import COVARIANCE
from ...ir import Shape
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine
from ...notation.loss_text import plain_name
from ..begin import Begun
from ..chain import RowResult
from ..lines.statements import NEGLECTS
from .other_functions import of_form, unlike
from .rows import Line, gives_identity, head_of, lone, moving, names_of, nodes_of, subscripted, subscripted_in

_REMARK = regex(r"\W*\((?=[^()]*[^\x00-\x7fΑ-Ωα-ω])[^()$]*\$\s*\\?\w+\s*\$[^()$]*\)")
"""A remark about one name in another language than the known ones: `(do $S$ đối xứng)`."""
_ARRAY = regex(
    r"=\s*(?:\\left)?\s*(?:[\[(]\s*)?(?:\\begin\{\w+\}(?:\{[clr|]+\})?)?(?=[^=]*[,&\\])(?:[\d\s.,;/&{}-]|\\\\|\\[dt]?frac)+"
    r"(?:\\end\{\w+\}|(?:\\right)?[\])])"
)
"""An array of numbers."""
_CONSTANT = regex(r"[+-]\s*(?:\\\w+\s*\{\s*)?const", re.IGNORECASE)


def _arguments(sheet: Sheet, question: Question) -> frozenset[str] | None:
    """What the left side of a loss holds that is stated up to a constant, `log p(y | w) = … + const`; else None."""
    if question.start >= len(sheet.formulas):
        return None
    span = sheet.formulas[question.start].passage.span()
    text = sheet.source.text[span.start : span.end]
    left = text.partition("=")[0]
    found = {plain_name(part) for part in re.findall(r"\\?[A-Za-z]+", left)}
    return frozenset(found) if _CONSTANT.search(text) else None


def _less_a_number(line: Line, shapes: Mapping[str, Shape]) -> bool:
    """Whether a row writes A − λ, a square matrix less a number: usual for A − λI beside an eigenvector."""
    parts = (part for node in nodes_of(line) for part in s.parts_of(node) if isinstance(part, s.Binary))
    differences = [(lone(part.left), lone(part.right)) for part in parts if part.operator == "-"]
    return any(
        (one := shapes.get(left or "")) is not None
        and one.is_matrix
        and one.is_square
        and (other := shapes.get(right or "")) is not None
        and other.is_number
        for left, right in differences
    )


class OpenNames:
    """`explained` are given names of which a row says what they stand for, `identities` those that are an identity,
    `valued` those that have a value in an example, and whether that is an array."""

    def __init__(self, sheet: Sheet, question: Question, told: Told, loss: LatexLine, readers: Sequence[Begun]) -> None:
        self.sheet, self.question, self.told, self.readers = sheet, question, told, readers
        self.resized, self.numbered = told_anew(sheet.prose), subscripted_in(loss)
        self.families = frozenset(
            re.findall(r"\\?([A-Za-zα-ω]+)\}?_\{?1\}?\s*,\s*(?:\\[lc]?dots|…|\.\.\.)", sheet.prose)
        )
        self.constant = _arguments(sheet, question)
        self.explained: frozenset[str] = frozenset()
        self.identities: set[str] = set()
        self.valued: dict[str, bool] = {}

    def take(self, line: Line, given: bool, value: bool) -> None:
        """Takes in a row that says what a given name stands for, or a value."""
        if given and gives_identity(line):
            self.identities |= names_of(line)
        array = _ARRAY.search(line.formula.passage.text)
        if (value or array) and (name := lone(head_of(line.outline))) is not None:
            self.valued[name] = array is not None

    def why(self, line: Line, result: RowResult, defined: frozenset[str]) -> str | None:
        """Why a row that does not follow may be right of what its names mean; None where that is certain."""
        arounds = [begun.around for begun in self.readers]
        if (why := unlike(line, result, arounds, self.told.sizes)) is not None:
            return why
        if of_form(result) and self.resized & {name for around in arounds for name in around.names().variables}:
            return "of a name of the problem two shapes are told"
        given = {symbol.name for around in arounds for symbol in around.task.problem.variables}
        if ((names := names_of(line)) & self.explained or given & self.identities) and not of_form(result):
            return "it may rest on what a given name stands for"
        parts = [part for node in nodes_of(line) for part in s.parts_of(node) if isinstance(part, s.Derivative)]
        moved = [lone(part.body) for part in parts if part.style == "nabla"]
        if self.question.name in moved[1:] and moved[0] not in (None, self.question.name):  # ∇f = λ∇g
            return "it begins with the derivative of another function"
        table = any(isinstance(node, s.Apply) and node.function == "[list]" for node in nodes_of(line))
        if (
            table
            and len(given) > 1
            and all(symbol.shape.is_number for around in arounds for symbol in around.task.problem.variables)
        ):
            return "the derivative by several of the numbers may be meant"
        if NEGLECTS.search(line.formula.before[-80:]):
            return "it may hold up to what is neglected"
        put_in = any(array or name not in names for name, array in self.valued.items() if name in given)
        if put_in and not of_form(result):
            return "it may be said of an example, in which a given name has a value"
        if self.constant is not None and not moving(line) & self.constant:
            return "the constant of the loss, which was left out, may depend on what is differentiated by"
        slip = result.slip
        if slip is not None and slip.code == "needs-fact" and symmetric_somewhere(self.sheet.prose):
            return "it is not certain of which matrix the document says that it is symmetric"
        if slip is not None and slip.code in ("needs-fact", "missing-transpose") and _REMARK.match(line.formula.after):
            return "the remark behind it may say a fact, in words that were not understood"
        if slip is not None and slip.code == "needs-fact" and names & self.told.supposed.keys():
            return "the document supposes more of a matrix in it elsewhere"
        if slip is not None and slip.code in ("needs-fact", "other-layout") and COVARIANCE.search(self.sheet.prose):
            return "covariances are symmetric"
        shapes = {symbol.name: symbol.shape for around in arounds for symbol in around.task.problem.variables}
        if slip is not None and slip.code == "number-plus-array" and _less_a_number(line, shapes):
            return "a number beside a square matrix may stand for so many times the identity"
        if slip is not None and re.search(r"has no entries|takes 0 indices", slip.message):
            return "a function or a family may be meant"
        ending = [name for name in names if re.search(r"_\d+$", name)]
        counted = {re.sub(r"_\d+$", "", name) for name in ending if not any(one.valued(name) for one in arounds)}
        with_index = (subscripted(line) | counted) - self.numbered - defined - {*map(small, self.question.members)}
        family = any(name in self.families or name not in self.told.sizes for name in with_index) and of_form(result)
        return "a vector with an index may be meant" if family else None
