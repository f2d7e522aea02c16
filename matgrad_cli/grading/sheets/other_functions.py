"""Rows that may be about another function than the loss, or about other entries than all:
they are doubted, never called wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.sheets.outline import nodes_of
from ...documents.sheets.sheet import Question, Sheet
from ...ir import Entry, Number, Symbol, mul, sub
from ...notation import syntax as s
from ...notation.elaboration.chosen_entries import places
from ...notation.latex.names import FUNCTIONS, whole
from ...notation.loss_text import plain_name
from ...notation.stated_functions import CALLED
from ...verify.kinks import kinks
from ..begin import Begun
from ..chain import RowResult
from ..lines.reading import Side, read_side
from ..lines.scope import Surroundings
from ..lines.statements import Claim, lone_name
from ..lines.syntax_walk import is_index, walk
from ..slips.diagnose import UNFIT
from .passing import rewrites
from .rows import Line, lone, subscripted

_ANEW = regex(
    r"(?:(?<!loss )(?<!cost )(?<!objective )functions?(?: such as| like|:)|\b(?:let|consider|take|example|e\.g\.)"
    r"|\b(?:suppose|assume|imagine|have|another)\b[^.=]{0,30}\bfunction)\W*$",
    re.IGNORECASE,
)
_AT_A_PLACE = regex(
    r"\s*(?:[dD]|\\(?:mathrm|mathbf|text)\s*\{\s*[dD]\s*\})\s*(?:\\?[A-Za-z]+|\([^()]*\))\s*\(\s*\\?\w+\s*\)\s*&?\s*$"
)
"""`d f(X)`, `D(f^2)(X)`."""
_PRIMED = regex(
    r"(?<![A-Za-z\\])(\\?[A-Za-z]+)\s*(?:'+|\^\s*\{?\s*(?:\s*(?:\\prime|'))+)\s*\}?\s*(?:\\left)?\(\s*(?P<at>[^()]*)"
)
_PRIMED_ARRAY = regex(r"(?:(?<![A-Za-z\\])[A-Z]|\))\s*'(?!\s*\()")
_RAISED_T = regex(r"\^\s*\{?\s*-?\s*(?:T|\\top|\\intercal)(?![A-Za-z])")
"""`A' = |A| A^{-T}`: where T says transpose, a prime says something else."""
_BOLD = regex(r"\\(?:mathbf|boldsymbol|bm|vec)\s*\{?\s*(\\?[A-Za-z]+)")
_LABEL = regex(
    r"[\s&]*(?:\\(?:mathbf|boldsymbol|bm)\s*)?\{?\s*[A-Za-z]\s*\}?\s*:\s*\\[dt]?frac\s*\{?\s*(?:\\partial|∂)\s*\}?\s*\{"
)
"""`For symmetric`, and in the display `W: \\frac{\\partial}{\\partial s}`."""
_LETTER = regex(r"(\\[A-Za-z]+|[A-Za-z])(\s*(?:_|\^\s*\{?\s*\())?")
"""A letter, and the index behind it: y_i is an entry of the y that is bold elsewhere."""
_FORM = (
    "number-for-matrix",
    "number-plus-array",
    "non-conformable",
    "free-index-mismatch",
    "shape-mismatch",
    "index-reused",
)
_ARGUMENT = regex(r"\w\s*(?:\\left)?\(\s*(\\?\w+)\s*(?:\\right)?\)\s*&?\s*$")
_RENEWED = regex(
    r"\b(?:let|now|next|instead|second|third|another|new|suppose|consider|take|re-?defin\w*|replac\w*|chang\w*"
    r"|switch\w*|us(?:e|ing)|with|for)\b[^.=]*$",
    re.IGNORECASE,
)
"""Words by which a name is given its value."""
OTHER_VALUE = "a name that is given another value"
RESTATED = "the loss is stated behind its gradient, and otherwise"
"""Its dual, or the same problem with another penalty."""


class Others:
    """What the rows of a problem say beside its loss: what each is about, and in which names."""

    def __init__(self, question: Question, sheet: Sheet, of_numbers: bool) -> None:
        self.wrt, self.of_numbers = {*question.wrt}, of_numbers
        self.loss, self.text = question.name, re.sub(r"\s+", "", question.loss)
        self.bold = set(_BOLD.findall(question.loss))
        self.plain = {letter for letter, index in _LETTER.findall(_BOLD.sub(" ", question.loss)) if not index}
        stated = sheet.formulas[question.start : question.start + 1]
        self.spelled = self.text + " ".join(re.sub(r"\s+", "", one.passage.text) for one in stated)
        self.stated = {*_BOLD.findall(stated[0].passage.text)} if stated else None
        self.place = sheet.formulas[question.start].place if question.start < len(sheet.formulas) else 0
        self.told_last: str | None = None
        self.in_loss: set[str] = set()
        self.written: set[str] = set()
        names = (match["name"] for match in CALLED.finditer(question.loss))
        called = {name for name in names if plain_name(name) not in (*FUNCTIONS, "sigma")}
        self.called = {name for name in called if any(_says_what(name, one.passage.text) for one in sheet.formulas)}
        self.diagonal = False
        self.restated = self.given_anew = False
        self.transposes = any(_RAISED_T.search(one.passage.text) for one in sheet.formulas)

    def note(self, line: Line, states_loss: bool, follows: bool, why: str) -> None:
        """Takes in a row that was judged, and why it was passed over. What stands behind
        `Let r = b - Ax instead` may be about the new r."""
        given = why in (OTHER_VALUE, "an equation") and line.name is not None and not line.derives
        self.given_anew |= given and _RENEWED.search(line.formula.before[-60:]) is not None
        self.told_last = line.name or self.told_last
        self.written |= line.names
        self.diagonal = self.diagonal or len(_twice_by(line.head)) == 1
        if states_loss:
            self.in_loss |= _arrays(line) | _labelled(line)
        elif not follows and self.loss is not None and line.name == self.loss and self.in_loss:
            self.restated = True

    def says_more(self, line: Line, result: RowResult, readers: Sequence[Begun]) -> bool:
        """Whether a row that does not follow works on a name that has a value: words say so, it gives that value first,
        and goes on from it, or it is the first to say what a derivative with a name is: δ of `δ = ∂L/∂z`."""
        valued = any(begun.around.valued(line.name or "") for begun in readers)
        if rewrites(line.formula) or (valued and [one.verdict for one in result.outcomes][:1] == ["follows"]):
            return True
        inside = {part.name for part in line.value if isinstance(part, s.Name)}  # `g = g/\\|g\\|` changes it
        name = line.name if line.name not in inside else None
        known = [(begun.around, begun.around.value(name)) for begun in readers if name is not None]
        values = [(around, around.values.get(value)) for around, value in known if isinstance(value, Symbol)]
        open_ = [value is not None and not around.worked_out(around.with_results(value)) for around, value in values]
        return bool(known) and len(open_) == len(known) and all(open_)

    def is_loss(self, result: RowResult) -> bool:
        """Whether the side that decided a row is the loss, as the document writes it."""
        read = result.outcome.read if result.outcome is not None else None
        return read is not None and re.sub(r"\s+", "", read.side.text) == self.text

    def why(self, line: Line, stated: bool, result: RowResult, defined: frozenset[str], derived: bool) -> str | None:
        """Why a row that does not follow is not called wrong: it may be about something else than the loss, or its
        signs may mean something else. `stated`: the loss is stated in another row; `derived`: its gradient is known.
        `defined` are names whose values the rows say."""
        form = of_form(result)
        if _LABEL.match(line.text):
            return "what stands before the colon may belong to the words before it"
        primed = [plain_name(match[1]).replace("sigma", "sigmoid") for match in _PRIMED.finditer(line.text)]
        at = {match["at"].strip(" \\{}") for match in _PRIMED.finditer(line.text)}
        elsewhere = self.loss in primed and not (self.of_numbers and at <= self.wrt)
        if elsewhere or (self.transposes and _PRIMED_ARRAY.search(line.text)):
            return "a prime may mark a derivative, or another matrix"
        strange = bool(_arrays(line) - self.in_loss - defined - {self.loss})
        anew = stated and self.loss is not None and line.name == self.loss and not line.derives
        labelled, before = _labelled(line) - self.in_loss - defined, line.formula.place < self.place
        apart = line.names.isdisjoint((*self.wrt, self.loss))
        unknown = _arrays(line) - self.in_loss - (defined & self.written) - {*self.wrt, self.loss}
        if (form and (labelled or (before and (unknown or apart)))) or (strange and self.restated):
            return "the loss is stated elsewhere, and not in its names"
        side = result.outcome.read.side.text if result.outcome is not None and result.outcome.read is not None else ""
        if not (form or all(re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", side) for name in self.called)):
            return "a function of the loss is stated, and may be put in"
        if self.of_own_letter(line, result):
            return "the letter in its brackets may be another than the array of that name"
        if apart and not line.derives and _is_equation(line, self.in_loss | defined):
            return "an equation in names of its own"
        bold = set(_BOLD.findall(line.text)) - self.bold
        own = self.stated is not None and self.loss in {plain_name(letter) for letter in bold - self.stated}
        if own or (form and bold & self.plain):
            return "a letter in bold may be another than the plain one of the loss"
        called = len(line.sides) > 2 and _ARGUMENT.fullmatch(line.sides[1].text.strip()) is not None
        renewed = called and _RENEWED.search(line.formula.before[-60:]) is not None  # `Now define u = f(x) = …`
        self.given_anew |= (renewed and stated) or (anew and self._anew(line, result, strange and bool(self.in_loss)))
        if self.given_anew or renewed:  # what stands behind it may be about the new one
            return OTHER_VALUE
        if anew and derived and not rewrites(line.formula):
            return RESTATED
        primed_first = _PRIMED.match(line.text.lstrip(" &")) is not None and primed[0] not in (self.loss, *FUNCTIONS)
        if primed_first or (line.derives and self._another(line, form)):
            return "the derivative of another function may be meant"
        if code_of(result) == "missing-transpose" and any(name.isupper() for name in subscripted(line.outline)):
            return "a row of a matrix may be meant as a row"
        moves = any(
            isinstance(part, s.Differential_) for node in nodes_of(line.outline)[1:] for part in s.parts_of(node)
        )
        if line.derives and _AT_A_PLACE.match(line.sides[0].text) and not moves:
            return "the derivative may be meant, as no differential stands on the right"
        return "the entries off the diagonal may be meant" if self.diagonal and len(_twice_by(line.head)) > 1 else None

    def of_own_letter(self, line: Line, result: RowResult) -> bool:
        """Whether a row that does not fit says what a function is of a letter that is not the variable."""
        argument = _ARGUMENT.search(result.row.claims[0].sides[0].text) if result.row.claims else None
        own = argument is not None and plain_name(argument[1]) not in self.wrt
        return own and of_form(result) and not line.derives

    def _anew(self, line: Line, result: RowResult, strange: bool) -> bool:
        """Whether a row that states the loss states another function of its name: words say so, or it holds names that
        the loss has not, or in a sentence, or of a function of a number, no single slip explains how it differs."""
        if _ANEW.search(line.formula.before[-40:]):
            return True
        if rewrites(line.formula) or not result.outcomes or result.outcomes[0].verdict != "wrong":
            return False
        unexplained = code_of(result) == "differs" and result.slip is not None and result.slip.help is None
        return ((line.formula.kind == "inline" or self.of_numbers) and unexplained) or strange

    def _another(self, line: Line, form: bool) -> bool:
        """Whether what is differentiated may be no loss: what was last stated, a name that differs in its capitals,
        a text of its own."""
        what = line.head
        while isinstance(what, s.Derivative):
            what = s.ungrouped(what.body) if what.body is not None else None
        name = self.told_last if what is None else lone(what)
        if what is None:
            return name not in self.in_loss | {None, self.loss}
        if self.loss is None:
            return form and (_spelled(line) or self.spelled) not in self.spelled
        return name is not None and name != self.loss and name.lower() == self.loss.lower()


def _says_what(name: str, text: str) -> bool:
    """Whether a formula says what a function of a letter is: `g(u) = …`."""
    return re.search(rf"(?<![A-Za-z\\∇]){re.escape(name)}\s*\(\s*\\?[A-Za-z]+\s*\)\s*&?:?=", text) is not None


def _spelled(line: Line) -> str | None:
    """What a derivative is taken of, where that is written out."""
    body = line.head.body if isinstance(line.head, s.Derivative) else None
    if body is None:
        return None
    span = whole(line.text, body.span)
    return re.sub(r"\s+", "", line.text[span.start : span.end])


def unlike(line: Line, result: RowResult, arounds: Sequence[Surroundings], told: Collection[str]) -> str | None:
    """Why what was understood may not be what a row speaks of."""
    if _vanishes(line, result, arounds):
        return "as it was understood, what is differentiated does not depend on this variable"
    return _but_at_the_place(result, arounds, told)


def _vanishes(line: Line, result: RowResult, arounds: Sequence[Surroundings]) -> bool:
    """Whether the derivative on the left, or that of a name, is 0 by what was understood:
    then a name is meant otherwise."""
    claim = result.row.claims[0]
    own = {around.task.problem.wrt.name for around in arounds}  # each is fixed in the readings of the others
    parts = [(side, part) for side in claim.sides if side.node is not None for part in s.parts_of(side.node)]
    links = [replace(side, node=part) for side, part in parts if _of_name(part, own)]

    def zero(side: Side, around: Surroundings) -> bool:
        read = read_side(side, around).expr
        letters = tuple(sorted(read.free)) if read is not None else ()
        return read is not None and around.bench.compare_over(read, mul(Number(0), read), letters).holds

    of_all = all if isinstance(line.head, s.Differential_) else any
    still = bool(arounds) and line.derives and of_all(zero(claim.sides[0], around) for around in arounds)
    return still or any(zero(link, around) for around in arounds for link in links)


def _but_at_the_place(result: RowResult, arounds: Sequence[Surroundings], told: Collection[str]) -> str | None:
    r"""Why a derivative by u_k, or by u_o, that holds where u_o is none of the u_k is not called wrong:
    of them no size is told."""
    claim = result.row.claims[0]
    for around in arounds:
        wrt, chosen = around.task.problem.wrt, places(around.names().variables)
        if chosen and wrt.shape.is_matrix and kinks(around.task.problem.loss) and not _differs(claim, around):
            return "it differs at a kink of the loss at most"
        if not chosen or not wrt.shape.is_matrix or wrt.name in told:
            continue
        around.apart = True
        left = read_side(claim.sides[0], around).expr
        around.apart = False
        right = read_side(claim.sides[-1], around, left.free).expr if left is not None else None
        if left is None or right is None or left.shape is not right.shape or len(left.free) > 1:
            continue
        vectors = [one for one in around.task.problem.variables if one.name.startswith("e_") and one.name[2:] in chosen]
        letters = tuple(left.free)
        for vector in vectors:
            inside = all(vector.shape.rows is letter.dim for letter in letters)
            rest = [sub(Number(1), Entry(vector, letter, None)) for letter in letters if inside]
            if inside and around.bench.compare_over(mul(*rest, left), mul(*rest, right), letters).holds:
                place = f"the place `{vector.name[2:]}`"
                return f"it holds if {place} is none of those that are numbered, which is not said"
    return None


def says_otherwise(result: RowResult, around: Surroundings) -> bool:
    """Whether the first side of a row is made of a name that rows define, and the last is another value."""
    claim = result.row.claims[0]
    node = claim.sides[0].node
    names = {part.name for part in s.parts_of(node) if isinstance(part, s.Name)} if node is not None else set()
    return not names.isdisjoint(around.defined) and lone(node) is None and _differs(claim, around)


def _differs(claim: Claim, around: Surroundings) -> bool:
    """Whether the sides of a claim differ at the first point, or cannot be compared."""
    left = read_side(claim.sides[0], around).expr
    right = read_side(claim.sides[-1], around, left.free).expr if left is not None else None
    return left is None or right is None or left.shape is not right.shape or around.bench.clearly_different(left, right)


def _of_name(node: s.Node, variables: Collection[str]) -> bool:
    """Whether a node is the derivative or the differential of a name that is no variable: the dG/dX of a chain rule."""
    if isinstance(node, s.Derivative):
        return lone_name(node.body) is not None and node.variable is not None and lone_name(node.variable) is not None
    return isinstance(node, s.Differential_) and lone_name(node.body) not in (None, *variables)


def code_of(result: RowResult | None) -> str | None:
    """The code of the slip that decided a row."""
    return result.slip.code if result is not None and result.slip is not None else None


def of_form(result: RowResult | None) -> bool:
    """Whether a row may be about another function than the loss, or about other entries than all, by its form."""
    return code_of(result) in _FORM


def of_shapes(result: RowResult | None) -> bool:
    """Whether a row is wrong as the shapes of its parts, or of its sides, do not fit."""
    return code_of(result) in ("shape-mismatch", *UNFIT)


def _arrays(line: Line) -> set[str]:
    """The names of a row that are no index in it."""
    parts = [(node, path, part) for node in nodes_of(line.outline) for path, part in walk(node)]
    indices = {part.name for node, path, part in parts if isinstance(part, s.Name) and is_index(node, path)}
    return line.names - indices


def _is_equation(line: Line, known: Collection[str]) -> bool:
    """Whether each side has a name that the other has not, and no name is known: `XXᵀu = λu` is no identity."""
    sides = [side.node for side in (*line.sides[:1], *line.sides[-1:]) if side.node is not None]
    names = [{part.name for part in s.parts_of(side) if isinstance(part, s.Name)} for side in sides]
    return len(names) == 2 and bool(names[0] - names[1] and names[1] - names[0]) and _arrays(line).isdisjoint(known)


def _labelled(line: Line) -> set[str]:
    """The names of a row that have a word or a capital letter for a label: `y_D`."""
    parts = line.parts(s.Subscript)
    return {name for part in parts if (name := lone(part)) is not None and name != lone(s.ungrouped(part.body))}


def _twice_by(head: s.Node | None) -> set[str]:
    """The indices j, k of a second derivative by entries, `∂²f/∂w_j∂w_k`."""
    if not isinstance(head, s.Derivative) or not isinstance(head.body, s.Derivative):
        return set()
    return {index.name for index in (*head.indices, *head.body.indices) if isinstance(index, s.Name)}
