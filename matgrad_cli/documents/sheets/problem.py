"""The problem of a document: which loss it states, by what it differentiates, with which sizes and facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...facts import Problem
from ...facts.conditions import CONDITIONS
from ...notation.latex.names import FUNCTIONS, LatexNames, marks_spelled, unmarked
from ...notation.loss_text import plain_name
from ...verify.kinks import kinks
from .definitions import SET_TO_ZERO, Definitions, facts_of_value, usual_variables
from .facts import CONSTRAINTS, facts_by_form, facts_by_standing, is_supposed
from .lengths import (
    counts_in,
    facts_of_bounds,
    lengths,
    multipliers,
    numbers_in,
    of_capitals,
    of_first_rows,
    of_one_sample,
    readable_problem,
)
from .members import OTHER, big, numbered, shapes_text, small
from .names import expects, is_identity, labelled_names, relates, smoothness, tokens_of
from .outline import Outline, Stated, amid, by_prose, upstream_losses, variables_said
from .sheet import Question, Sheet, Told

USUAL = frozenset("L L_cal f J E F ell l phi Phi S C loss V g h R Q".split())
LOSS = regex(
    r"\b(?:loss|objective|cost|function|criterion|energy|likelihood|posterior|risk|lagrangian|consider|error|functional"
    r"|(?:min|max)imi[sz](?:es?|ing)|gradient of|derivative of|Gradient von|Funktion)\b",
    re.IGNORECASE,
)
_OF = regex(
    r"(?:gradient|derivative|minimum|maximum|minimi[sz](?:er?|ing)|maximi[sz]ing|differentiate|Gradient|Ableitung)"
    r"\s+(?:of|von|the)?\s*(?:the\s+)?(?:\w+\s+){0,2}$"
)
_CONSTANT = regex(
    r"\s*[+-]\s*(?:\\(?:text|mathrm|textrm|mbox|operatorname)\s*\{\s*(?:const|terms)[^{}]*\}|const\.?|constant)\s*$"
)
"""What ends a loss and does not matter: `+ \\text{const}`."""
_LONE = regex(r"[-\s{}()]*(?:\\left\()?(?:\\[A-Za-z]+|[A-Za-z])(?:_\w)?(?:\\right\))?[\s{}()]*")  # no loss by itself
_MULTIPLIED = regex(r"\b(?:Lagrang|subject to\b|s\.t\.)", re.IGNORECASE)
MOST_PROBLEMS = 60


def questions(
    sheet: Sheet, found: Outline, told: Told, given: Mapping[str, str], start: int = 0
) -> tuple[Question, ...]:
    """The problems of a document in their order; what is given on the command line wins. What was stated before the
    `start` of its section is a loss only if it is differentiated in it."""
    if given.get("loss"):
        return (_given(found, told, given),)
    finder = _Finder(sheet, found, told, given)
    own = [one for one in found.stated if one.formula >= start or one.name in finder.differentiated]
    whole = [one for one in reversed(own) if not one.letters]
    score, losses = finder.score, finder.differentiated
    # a σ only if there is no other; of two that are as likely what is differentiated
    ranked = sorted(whole, key=lambda one: (one.name not in FUNCTIONS, score(one), one.name in losses))
    chosen: dict[str, Question] = {}
    inside: set[str] = set()
    for stated in reversed(ranked[-MOST_PROBLEMS:]):
        unlike = stated.name not in losses or stated.name in FUNCTIONS or score(stated) < 5
        unlike = unlike or amid(sheet.formulas, found, stated)
        if (chosen and unlike) or score(stated) < 3 or stated.name in chosen.keys() | inside:
            continue
        question = finder.question(stated)
        if question is not None and (not chosen or question.wrt):
            chosen[stated.name] = question
            inside |= finder.definitions.inside(stated)
    if not chosen:
        chosen = {str(question.start): question for question in finder.unnamed()}
    if (above := finder.upstream(not chosen)) and above.start not in {one.start for one in chosen.values()}:
        chosen[""] = above
    return tuple(sorted(chosen.values(), key=lambda question: question.start))


def _given(found: Outline, told: Told, given: Mapping[str, str]) -> Question:
    """The problem of the command line; the document only says what it calls the loss."""
    bodies = [item.body for item in found.differentiated if item.body is not None and item.left]
    wrt = parts_given(given, "wrt")
    by = {item.body for item in found.differentiated if item.variable in {plain_name(name) for name in wrt}}
    stated = {item.name for item in found.stated if not item.letters}
    names = [name for name in dict.fromkeys(bodies) if name in USUAL and (name in by or name in stated)]
    facts = [*parts_given(given, "assume")]
    said = [f"{name} {word}" for name, words in told.always.items() for word in sorted(words)] if not facts else []
    for fact in said if wrt else ():
        with_it = ", ".join([*facts, fact])
        if readable_problem(given["loss"], wrt[0], given.get("shapes", ""), with_it, None) is not None:
            facts.append(fact)
    name = given.get("name") or (names[0] if names else None)
    return Question(name, given["loss"], wrt, {"": given.get("shapes", "")}, tuple(facts), 0, given.get("syntax"))


def parts_given(given: Mapping[str, str], key: str) -> tuple[str, ...]:
    """What the command line lists for a key."""
    return tuple(part.strip() for part in given.get(key, "").split(",") if part.strip())


class _Finder:
    """Weighs what may be the loss, and reads it."""

    def __init__(self, sheet: Sheet, found: Outline, told: Told, given: Mapping[str, str]) -> None:
        self.sheet, self.found, self.told, self.given = sheet, found, told, given
        self.names = LatexNames(accents=found.accents)
        self.differentiated = {item.body for item in found.differentiated if item.body is not None}
        self.bare = any(item.left and item.body is None and item.text is None for item in found.differentiated)
        self.bare |= any(SET_TO_ZERO.search(formula.before[-130:]) for formula in sheet.formulas)
        self.heads = {item.body for item in found.differentiated if item.body is not None and item.left}
        self.sizes: dict[str, str] = {}
        self.by_prose = list(by_prose(sheet))
        self.told_lengths = set(re.findall(r"[A-Za-z]", " ".join(told.sizes.values())))
        self.limits = set(re.findall(r"\\sum_\{\w=\d\}\^\{?([A-Z])\b", sheet.prose)) - self.told_lengths
        self.members: Mapping[str, str] = {}
        self.definitions = Definitions(sheet, found, told.sizes, told.held, self.by_prose)
        self.worked_out = {*self.definitions.texts, *(one.name for one in found.stated if self._works_out(one))}
        self.built, self.constants = facts_by_form(sheet, found.stated), smoothness(sheet.prose)

    def _works_out(self, stated: Stated) -> bool:
        """Whether a formula says what a name stands for, and not of what it is made as `X = [x_1, …, x_n]` does."""
        parts = tokens_of(stated.sides[0], self.names)
        named = len(parts) > 1 and "name" in {part.kind for part in parts}
        named = named and stated.name not in labelled_names(parts)
        return named and not stated.arguments and not re.search(r"\\[lcv]?dots|…|\.\.\.|\[|\\begin", stated.sides[0])

    def score(self, stated: Stated) -> int:
        """How likely it is that this statement is the loss."""
        formula = self.sheet.formulas[stated.formula]
        words = bool(LOSS.search(formula.before[-90:]) or LOSS.search(formula.after[:30]))
        value = 4 * (stated.name in self.differentiated) + 1 * (stated.name in self.heads)
        value += 2 * bool(stated.arguments) + 2 * words + (stated.name in USUAL or stated.name.startswith("loss"))
        value += 4 * (self.bare and stated.name in USUAL)
        value -= 9 * (not stated.arguments and stated.name in self.constants)
        value += 2 * (formula.kind == "display") - 9 * formula.struck - 2 * (not stated.arguments and not words)
        before = (other.name for other in self.found.stated if other.formula < stated.formula)
        return value - 3 * (stated.name in before)

    def question(self, stated: Stated) -> Question | None:
        """The problem with this statement as its loss, if it can be read."""
        by = [item.variable for item in self.found.differentiated if item.body == stated.name and item.variable]
        inside = [self.definitions.made.get(name or "", set()) for name in by]
        by += [part for parts in inside if len(parts) == 1 for part in parts]  # by Λ = Σ⁻¹, so that Σ is sought
        by += [name for name in self.by_prose if name in stated.arguments or not stated.arguments]
        by += variables_said(self.sheet, self.found, stated.name)
        bare = any(item.body == stated.name and item.left and not item.variable for item in self.found.differentiated)
        if not by or (bare and {*by}.isdisjoint(stated.arguments)):
            by = [*stated.arguments, *by]  # `∇f(x)`, also where by a parameter is differentiated too
        found = self._read(stated.sides, stated.name, by)
        if found is None and stated.arguments and stated.name in self.heads:
            found = self._read(stated.sides, stated.name, by, arrays=True)
        if found is None:
            return None
        loss, problem = self._with_lengths(stated, *found, by)
        others = [item.variable for item in self.found.differentiated]
        wrt = self._variables(by, problem) or self._variables(stated.arguments, problem)
        if _MULTIPLIED.search(self.sheet.prose):  # where ∂ℒ/∂λ is zero the constraint holds, also where nothing says so
            wrt = self._variables([*wrt, *multipliers(problem, {*wrt, *stated.arguments})], problem)
        if stated.arguments and not wrt and not (wrt := self._variables(self.by_prose, problem)):
            return None  # J(θ) of a formula in which no θ stands
        wrt = wrt or self._variables(others, problem)
        wrt = wrt or self._variables(self._solved_for(stated), problem)[:1]
        made = self._made(stated.name, loss, problem, wrt or usual_variables(problem), stated.formula, stated.arguments)
        return made if wrt else replace(made, guessed=True)

    def _solved_for(self, loss: Stated) -> Iterable[str]:
        """What is given a value behind the loss, w by `w = …` and by `\\hat w_{LS} = …`, where nothing says by what is
        differentiated; a number is no solution, but supposed, and none is the model of the data in the loss."""
        known = {loss.name, *self.definitions.inside(loss) & self.definitions.texts.keys()}
        whole = tokens_of(self.definitions.put_in(loss.sides[0], known), self.names)
        behind = (item for item in self.found.stated if item.formula > loss.formula and item.name not in known)
        valued = (item for item in behind if not self.definitions.is_model(item, whole))
        return (unmarked(item.name) for item in valued if any(tokens_of(item.sides[0], self.names)[1:]))

    def _with_lengths(
        self, stated: Stated, loss: str, problem: Problem, by: Sequence[str | None]
    ) -> tuple[str, Problem]:
        """The m of 1/m is a size where the loss, written out, sums up to it, `\\sum_{i=1}^m`,
        or a row sums over entries up to it."""
        variables = [known for known in dict.fromkeys(by) if known] or [problem.wrt.name]
        texts, moving = self._sides_of(stated.name), (*by, *stated.arguments)
        for sizes, written in lengths(problem, self.told.sizes, texts, self.sheet.prose, moving):
            self.sizes, text = sizes, written or loss
            if any(readable_problem(text, known, self._shapes_text(text), "") for known in variables):
                return loss, readable_problem(loss, problem.wrt.name, self._shapes_text(loss), "") or problem
            self.sizes = {}
        return loss, problem

    def _sides_of(self, name: str, stated: bool = False) -> list[str]:
        """What formulas say that a name is; only what is `stated`, and not supposed, if that is asked."""
        said = [other for other in self.found.stated if other.name == name]
        said = [one for one in said if not (stated and is_supposed(self.sheet.formulas[one.formula]))]
        by_entries = stated and name[:1].isupper()  # Q_ij = y_i y_j says what Q is
        sides = [(one.letters if by_entries else (), side.strip().rstrip(".,;")) for one in said for side in one.sides]
        return [
            rf"\left[{side}\right]_{{{letters[0]},{letters[1]}=1}}" if len(letters) == 2 else side
            for letters, side in sides
        ]

    def unnamed(self) -> Iterator[Question]:
        """Losses that no name states: the formula behind `gradient of`; or what derivative signs stand before,
        in letters of which the earlier hold none, as in `∇J = ∇ (Xw - y)ᵀ(Xw - y)` of a J that nothing states."""
        for number, formula in enumerate(self.sheet.formulas):
            text = formula.passage.text
            asked = _OF.search(formula.before[-60:]) and not relates(text, "=") and len(text) > 6
            if asked and (found := self._read((text,), None, self.by_prose)) is not None:
                heads = sorted((self.heads & USUAL) - {other.name for other in self.found.stated})
                by = [*self.by_prose, *(item.variable for item in self.found.differentiated)]
                yield self._made(heads[0] if heads else None, *found, by, number)
                return
        known, stated = set[str](), {other.name for other in self.found.stated}
        heads_of = {one.formula: one for one in self.found.differentiated if one.left and one.body and one.whole}
        for item in self.found.differentiated:
            body, name = item.text or "", item.variable
            own = {*labelled_names(tokens_of(body, self.names))}
            head = heads_of.get(item.formula) if item.whole else None
            begins = item.left or (head is not None and (head.body not in stated) and head.variable == name)
            found = self._read((body,), None, [name]) if begins and item.body is None and not own <= known else None
            if found is not None and (name is None or {name, big(name)} & {one.name for one in found[1].variables}):
                known |= own
                yield self._made(head.body if head is not None else None, *found, [name], item.formula)

    def upstream(self, alone: bool) -> Question | None:
        """The problem of a loss that nothing states but whose gradient by what is worked out is given."""
        for loss, last, text in upstream_losses(self.found, USUAL | {"L_cal"}):
            by = [item.variable for item in self.found.differentiated if item.body == (loss or last.name)]
            if (loss or alone) and (found := self._read((text,), loss, by)) is not None:
                return self._made(loss, *self._with_lengths(last, *found, by), by, last.formula)
        return None

    def _made(
        self,
        name: str | None,
        loss: str,
        problem: Problem,
        by: Sequence[str | None],
        start: int,
        arguments: tuple[str, ...] = (),
    ) -> Question:
        """The problem with what is told of its names, by those of these names that it can be differentiated by."""
        given = parts_given(self.given, "assume")
        whole = re.sub(r"\s", "", loss)
        told = [  # the loss is stated, or asked about, `for positive definite A`
            re.sub(r"\$|\\[()\[\]]", " ", f"{formula.before} {formula.passage.text} {formula.after}")
            for at, formula in enumerate(self.sheet.formulas[: start + 1])
            if at == start or re.sub(r"\s", "", formula.passage.text) == whole
        ]
        supposed = facts_by_standing(" . ".join(told))["supposed"]
        wrt = parts_given(self.given, "wrt") or tuple(self._variables(by, problem))
        facts = [*given, *self._facts(problem, supposed, wrt)]
        frozen = self.definitions.frozen(loss, [symbol.name for symbol in problem.variables], wrt)
        members, others = self._members_in(loss), tuple(self._others(loss, problem))
        return Question(
            self.given.get("name") or name, loss, wrt, self._shapes(loss), tuple(facts), start, "latex",
            arguments, members, others, frozen,
        )  # fmt: skip

    def _facts(self, problem: Problem, supposed: Mapping[str, set[str]], wrt: Collection[str]) -> Iterable[str]:
        tables = self.told.always, self.built, facts_of_bounds(problem.loss)
        for symbol in problem.variables:  # what a variable is solved for says nothing of it
            values = self._values(symbol.name) if symbol.shape.is_matrix and symbol.name not in wrt else ()
            words = frozenset().union(*(one.get(symbol.name, ()) for one in tables), *map(facts_of_value, values))
            words = (words - CONSTRAINTS if symbol.name in wrt else words) | supposed.get(symbol.name, set())
            words |= {"square"} if "orthogonal" in words and words.isdisjoint(("tall", "wide")) else set()
            for word in sorted(words):
                fact = f"{symbol.name} {word}"
                flat = word in ("tall", "wide") and symbol.shape.rows is symbol.shape.cols
                sides = self.told.sizes.get(symbol.name, "").split("×")
                fits = symbol.shape.is_matrix and sides[0] == sides[-1]  # no fact contradicts a size that is told
                given = problem.source, problem.wrt.name, self._shapes_text(problem.source)
                if (fits or CONDITIONS[word].sides != "=") and not flat and readable_problem(*given, fact):
                    yield fact

    def _values(self, name: str) -> Iterable[Problem]:
        """What formulas say that a name is, as far as that can be read; the size of an identity in it is the name's."""
        for text in (side for side in self._sides_of(name, stated=True) if not is_identity(side)):
            letters, shapes = self._letters(text)[:4], self._shapes_text(text)
            zero = rf"\left({text}\right) + 0 \cdot " + (name if name[1:2] in ("", "_") else f"\\{name}")
            words = {one: (*self.told.always.get(one, ()), *self.built.get(one, ())) for one in letters}
            said = ", ".join(f"{one} {word}" for one, known in words.items() for word in known)
            ways = [*product((text,), dict.fromkeys((said, "")), letters), (zero, said, name)]
            readings = (readable_problem(one, letter, shapes, facts) for one, facts, letter in ways)
            yield from islice(filter(None, readings), 1)

    def _variables(self, names: Iterable[str | None], problem: Problem) -> list[str]:
        """Of these names those that the loss can be differentiated by."""
        known = {symbol.name for symbol in problem.variables}
        matrices = {symbol.name for symbol in problem.variables if symbol.shape.is_matrix and not kinks(problem.loss)}
        rows = {name.lower(): name for name in matrices if name.lower() not in known}  # by w_j, a row of W
        spelled = list(dict.fromkeys(rows.get(name, name) for name in names if name))
        labelled = {name: [one for one in known if one[:-1] == f"{name}_" and one[-1].islower()] for name in spelled}
        spelled = [one for name in spelled for one in (labelled[name] if name not in known else ()) or (name,)]
        ending = {name for name in spelled if len(name) > 1 and any(symbol.endswith(name) for symbol in known)}
        found = [name for name in spelled if name in known | ending]
        rows_of = [name for name in spelled if big(name) in known and name in numbered(self.sheet.prose)]
        found = found or [big(name) for name in rows_of]  # by w_k: by W
        if found:
            return found
        moving = [item.body for item in self.found.differentiated if item.variable is None and item.body in known]
        return [name for name in dict.fromkeys(moving) if name] or ([next(iter(known))] if len(known) == 1 else [])

    def _read(
        self, sides: Sequence[str], name: str | None, by: Sequence[str | None], arrays: bool = False
    ) -> tuple[str, Problem] | None:
        """The first side that is a loss, definitions of the document put in; expectations are the last to be read."""
        texts = [_CONSTANT.sub("", side.strip().rstrip(".,;")) for side in sides]
        said = {name: way for name, way in self.told.members.items() if way}
        # what has a usual letter for a loss, or a word of capitals, is a number where nothing else is said
        usual = name is not None and (name in USUAL or (len(name) > 2 and name.isupper()))
        ways = (said, {}) if said else ({},)  # a size that is told contradicts words
        for text, self.members in product(sorted(texts, key=expects), ways):
            whole = self.definitions.put_in(text, {name} if name else set())
            spelled = (marks_spelled(one, self.found.accents) for one in (whole, text))
            for candidate in dict.fromkeys(one for one in spelled if not _LONE.fullmatch(one)):
                numbered_ones = [*labelled_names(tokens_of(candidate, self.names), letters=True)]
                alone = {part: [one for one in numbered_ones if one.rpartition("_")[0] == part] for part in by if part}
                asked = [one for part, inside in alone.items() for one in (part, *inside, big(part))]
                for variable in [*dict.fromkeys(asked), *self._letters(candidate)][:12]:
                    problem = readable_problem(candidate, variable, self._shapes_text(candidate), "")
                    problem = problem or self._sized(candidate, variable, counts_in(candidate, self.told.sizes))
                    if problem is None:
                        continue
                    problem = self._sized(candidate, variable, of_first_rows(problem)) or problem
                    if not problem.loss.shape.is_number and not arrays and usual:
                        problem = self._of_numbers(candidate, variable, problem, name in self.differentiated)
                    fits = problem is not None and (arrays or problem.loss.shape.is_number)
                    own = {name, re.sub(r"_\d+$", "", name or "")}
                    again = problem is not None and own & {symbol.name for symbol in problem.variables}
                    if fits and not again and problem is not None and problem.wrt in problem.loss.symbols:
                        return candidate, problem  # `u = δ + u` says nothing of what u is
        return None

    def _of_numbers(self, loss: str, variable: str, problem: Problem, differentiated: bool) -> Problem | None:
        """The problem of one sample, if its loss is a number then."""
        made = self._sized(loss, variable, of_one_sample(problem, self.told.sizes, differentiated))
        self.sizes = self.sizes if made is not None and made.loss.shape.is_number else {}
        return made if self.sizes else None

    def _sized(self, loss: str, variable: str, sizes: dict[str, str]) -> Problem | None:
        """The problem with further sizes, which are kept if it can be read with them."""
        if not sizes:
            return None
        self.sizes = sizes
        problem = readable_problem(loss, variable, self._shapes_text(loss), "")
        self.sizes = sizes if problem is not None else {}
        return problem

    def _letters(self, text: str) -> list[str]:
        return [token.text for token in tokens_of(text, self.names) if token.kind in ("name", "word")]

    def _shapes(self, loss: str) -> dict[str, str]:
        """The sizes told of names that stand in the loss, or that nothing defines; those given win."""
        inside = set(labelled_names(tokens_of(loss, self.names)))
        kept = {name: size for name, size in self.told.sizes.items() if name in inside or name not in self.worked_out}
        for part in re.split(r",(?=[^,]*:)", self.given.get("shapes", "")):
            name, colon, size = part.partition(":")
            if colon:
                kept[plain_name(name)] = size.strip()
        lengths = self.told_lengths.union(*(size.split("×") for size in self.sizes.values()))
        counts = {**self._labelled(loss), **self.sizes, **numbers_in(loss, self.limits & inside, lengths)}
        return {**counts, **{name: size for name, size in kept.items() if size}}

    def _labelled(self, loss: str) -> dict[str, str]:
        """S_B and S_W of a document that tells no size: square matrices of one size."""
        below = of_capitals(labelled_names(tokens_of(loss, self.names)), self.told.always, self.sheet.prose)
        side = next((size for size in self.told.sizes.values() if size.isalpha() and size != "scalar"), "d")
        return dict.fromkeys(below, f"{side}×{side}")

    def _shapes_text(self, loss: str) -> str:
        return shapes_text(self._shapes(loss), self._members_in(loss))

    def _members_in(self, loss: str) -> dict[str, str]:
        """What is known of the matrices that stand in the loss, whole or by their rows or columns."""
        inside = {*labelled_names(tokens_of(loss, self.names)), *numbered(loss)} if self.members else set()
        return {name: way for name, way in self.members.items() if not inside.isdisjoint((name, small(name)))}

    def _others(self, loss: str, problem: Problem) -> Iterable[Mapping[str, str]]:
        """What else x_i may be where the text does not tell: the column of X where it was read as its row,
        each alone and all together."""
        known, read = self._members_in(loss), dict(problem.members)
        written = numbered(self.sheet.prose) - {symbol.name for symbol in problem.variables}
        matrices = [symbol.name for symbol in problem.variables if symbol.shape.is_matrix]
        open_ = [name for name in matrices if name not in known and small(name) in written - {name}]
        turned = {name: OTHER[read.get(name, "row")] for name in open_}
        for some in [turned] + [{name: way} for name, way in turned.items()] * (len(turned) > 1):
            if some and readable_problem(loss, problem.wrt.name, shapes_text(self._shapes(loss), known | some), ""):
                yield some
