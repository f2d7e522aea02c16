"""The public functions: `explain`, `gradient`, `solve`, `check`, `assert_right`.
The commands are a thin skin over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .diagnostics import BugError, InputError, StuckError
from .diagnostics.record import as_mapping, record, replace
from .ir import OpenLetter
from .notation.problems import read_problem
from .records import Derivation
from .records.layout import LAYOUTS

if TYPE_CHECKING:
    from .facts import Problem
    from .records.solution import Goal, Solution
    from .render.latex.habits import Habits
    from .render.view import Detail
    from .reports.formats import Checked
    from .verify.verdict import Verdict

Texts = str | Sequence[str]
Loss = object
"""A text, or an expression of SymPy."""


def _texts(given: Texts) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@record
class _Derived:
    """What was derived, as Python's prompt and a notebook show it."""

    derivations: tuple[Derivation, ...]

    @property
    def verified(self) -> bool:
        """Whether every step and the result were seen to hold."""
        return all(derivation.verdict in ("proved", "agrees") for derivation in self.derivations)

    def __repr__(self) -> str:
        """The result as one line; how many others there are."""
        from .render.results import result_text

        lines = result_text(self.derivations[0]).strip().split("\n")
        more = len(self.derivations) - 1
        return ", ".join(" ".join(line.split()) for line in lines) + (f", and {more} more" if more else "")

    def _repr_latex_(self) -> str:
        """Every result as one displayed equation."""
        from .render.latex.prose import escaped
        from .render.results import result_latex
        from .render.words import resting

        equations = r" \qquad ".join(result_latex(derivation).strip() for derivation in self.derivations)
        said = resting(*self.derivations)
        return f"$${equations}$$" + (f" ({escaped(said)})" if said else "")


@record
class Explanation(_Derived):
    """One derivation or several (of several methods or layouts), ready to be printed."""

    detail: Detail = "normal"
    numbers: bool = False

    def render(
        self,
        format: str = "text",
        *,
        width: int = 80,
        colour: bool = False,
        habits: Habits | None = None,
        behind: Sequence[Explanation] = (),
    ) -> str:
        """The derivation as `terminal`, `text`, `latex` (in an author's habits), `markdown`, `html` or `json`; `behind`
        others, what these have said of the loss is not said again."""
        if format == "json":
            from .render.json import to_json, to_json_many

            alone = len(self.derivations) == 1
            return to_json(self.derivations[0], self.numbers) if alone else to_json_many(self.derivations, self.numbers)
        from .render.document.several import continued, detail_of, several_document
        from .render.formats import detail_in, printed_document
        from .render.view import View

        detail = detail_of(self.derivations, self.detail)
        shown, *before = (
            several_document(one.derivations, detail_in(format, detail), self.numbers) for one in (self, *behind)
        )
        content = continued(shown, before)
        return printed_document(content, format, View(width, colour, detail, numbers=self.numbers, habits=habits))

    def __str__(self) -> str:
        return self.render("text")

    def _repr_html_(self) -> str:
        return self.render("html")


@record
class Gradient(_Derived):
    """The result alone, of one layout or of several."""

    def render(self, format: str = "text") -> str:
        """The result as `text`, `latex`, `json`, `sympy`, or a function for `numpy`, `torch`, `jax`."""
        if format == "json":
            from .render.json import results_json

            return results_json(self.derivations)
        if format in ("text", "latex") and len(self.derivations) > 1:
            from .render.document.several import layouts_document
            from .render.formats import printed_document
            from .render.view import View

            return printed_document(layouts_document(self.derivations), format, View(width=1000))
        code = _result(self.derivations[0], format)
        return code if len(self.derivations) == 1 else f"{_SAME_ARRAY}\n{code}"

    def __str__(self) -> str:
        return self.render("text").rstrip("\n")

    def _repr_html_(self) -> str:
        from .render.document.several import results_document
        from .render.formats import printed_document
        from .render.view import View

        return printed_document(results_document(self.derivations), "html", View())


def explain(
    loss: Loss, wrt: Loss, shapes: Texts = (), assume: Texts = (), syntax: str | None = None, layout: str = "gradient",
    order: int = 1, rules: str | Path | None = None, method: str = "index", detail: Detail = "normal",
    numbers: bool = False,
) -> Explanation:  # fmt: skip
    """The derivation of ∂loss/∂wrt, or several (`method="all"`, `layout="all"`); `numbers`: also at a small example."""
    found = _derivations(loss, wrt, shapes, assume, syntax, layout, order, rules, method)
    return Explanation(_with_second_opinion(found, rules) if len(found) == 1 else found, detail, numbers)


def gradient(
    loss: Loss, wrt: Loss, shapes: Texts = (), assume: Texts = (), syntax: str | None = None, layout: str = "gradient",
    order: int = 1, rules: str | Path | None = None, method: str = "index",
) -> Gradient:  # fmt: skip
    """∂loss/∂wrt alone."""
    return Gradient(_derivations(loss, wrt, shapes, assume, syntax, layout, order, rules, method))


@record
class Optimum:
    """The point where a gradient is zero, with the moves that lead to it, ready to be printed."""

    solution: Solution
    detail: Detail = "normal"
    numbers: bool = False

    def render(
        self, format: str = "text", *, width: int = 80, colour: bool = False, habits: Habits | None = None
    ) -> str:
        """As `terminal`, `text`, `latex`, `markdown`, `html`, `json`, or a function `solution(...)` for `numpy`."""
        from .render.optimum.formats import render_solution
        from .render.view import View

        view = View(width, colour, self.detail, numbers=self.numbers, habits=habits)
        return render_solution(self.solution, format, view)

    @property
    def verified(self) -> bool:
        """Whether every move and the solution were seen to hold."""
        return self.solution.kind in ("proved", "agrees")

    def __str__(self) -> str:
        return self.render("text")

    def __repr__(self) -> str:
        from .notation.printing.to_unicode import to_unicode

        value = self.solution.value
        found = "made of eigenvectors" if value is None else to_unicode(value)
        return f"{to_unicode(self.solution.unknown)}: {found}"

    def _repr_latex_(self) -> str | None:
        from .notation.printing.to_latex import to_latex

        value = self.solution.value
        return None if value is None else f"$${to_latex(self.solution.unknown)} = {to_latex(value)}$$"

    def _repr_html_(self) -> str:
        return self.render("html")


def solve(
    loss: Loss, wrt: Loss, shapes: Texts = (), assume: Texts = (), syntax: str | None = None, subject_to: Texts = (),
    maximize: bool = False, minimize: bool = False, detail: Detail = "normal", numbers: bool = False,
    layout: str = "gradient",
    order: int = 1, rules: str | Path | None = None,
) -> Optimum:  # fmt: skip
    """The point where ∂loss/∂wrt is zero, under constraints `"A@x = b"`;
    StuckError where there is no closed form, or no such extremum."""
    if maximize and minimize:
        said = "the solution is asked to be a maximum and a minimum"
        raise InputError.coded("usage", said, help="leave one of them out")
    from .selftest.user_rules import tested_rulebook
    from .stationary.question import read_optimum
    from .stationary.solver import solve as solved

    book = tested_rulebook(Path(rules)) if rules is not None else None
    text, name, declared, syntax = _read(loss, wrt, shapes, syntax)
    problem, constraints = read_optimum(text, name, declared, _texts(assume), _texts(subject_to), syntax)
    goal: Goal | None = "maximum" if maximize else "minimum" if minimize else None
    return Optimum(solved(problem, constraints, goal, layout, order, book), detail, numbers)


def _read(loss: Loss, wrt: Loss, shapes: Texts, syntax: str | None) -> tuple[str, str, tuple[str, ...], str | None]:
    """Loss, variable, shapes and language; what SymPy made is written as SymPy writes it."""
    if isinstance(loss, str):
        return loss, str(wrt), _texts(shapes), syntax
    from .notation.dialects.reader import texts_of

    return *texts_of(loss, wrt, _texts(shapes)), syntax or "sympy"


def _derivations(
    loss: Loss, wrt: Loss, shapes: Texts, assume: Texts, syntax: str | None, layout: str, order: int,
    rules: str | Path | None, method: str,
) -> tuple[Derivation, ...]:  # fmt: skip
    text, name, declared, syntax = _read(loss, wrt, shapes, syntax)
    half = name.startswith("vech(") and name.endswith(")")
    name, read = (name[5:-1], _half) if half else (name, read_problem)
    problem = read(text, name, declared, _texts(assume), syntax)
    # only for a problem that can be read: a message should not wait for the engine
    from .rewrite.derive import derive, derive_all
    from .selftest.user_rules import tested_rulebook

    book = tested_rulebook(Path(rules) if rules is not None else None)
    layouts: Iterable[str] = LAYOUTS if layout == "all" else (layout,)
    derivations: tuple[Derivation, ...] = ()
    for written in layouts:

        def one(name: str, written: str = written) -> Derivation:
            try:
                return derive(problem, method=name, layout=written, order=order, rules=book)
            except OpenLetter as unfinished:  # an array with an index letter left in it; another method may have none
                said = f"method `{name}` does not find a matrix: {unfinished}"
                help_ = "another `--method` may find one" if name != "index" else None
                raise StuckError.coded("stuck", said, help=help_) from unfinished

        derivations += derive_all(problem, one) if method == "all" else (one(method),)
    _refuse_contradictions(derivations)
    return derivations


def _half(loss: str, name: str, shapes: tuple[str, ...], assume: tuple[str, ...], syntax: str | None) -> Problem:
    """The problem by vech(S): S is lower triangular where that is said, else symmetric."""
    from .facts.holding import holds

    problem = read_problem(loss, name, shapes, assume, syntax)
    if not any(holds(problem.wrt, word, problem) for word in ("symmetric", "lower")):
        name = problem.wrt.name
        said = f"`{name}` is assumed symmetric, as the derivative by `vech({name})` is asked for"
        problem = read_problem(loss, name, shapes, (*assume, f"{name} symmetric"), syntax)
        problem = replace(problem, notes=(*problem.notes, said))
    return replace(problem, half=True)


def _with_second_opinion(found: tuple[Derivation, ...], rules: str | Path | None) -> tuple[Derivation, ...]:
    """The one derivation, with a line that another method reaches the same result, if one does."""
    from .rewrite.derive import agreement
    from .selftest.user_rules import tested_rulebook

    said = agreement(found[0], tested_rulebook(Path(rules) if rules is not None else None))
    return found if said is None else (replace(found[0], notes=(*found[0].notes, said)),)


def _refuse_contradictions(derivations: tuple[Derivation, ...]) -> None:
    """A derivation that numbers contradict is never a result: it ends as a bug report, or blames the rule of a user."""
    for derivation in derivations:
        for step in derivation.steps:
            _refuse_contradicted(f"the step `{step.rule}`", derivation, step.verdict)
        found = derivation.readoff.verdict
        if found.kind == "differs" and derivation.rests_on:
            said = f"the result rests on {', '.join(derivation.rests_on)}, and numbers contradict it"
            help_ = "one of these rules is false where it was used here: mend it, or leave it out"
            message = f"{said}, so nothing is printed"
            raise InputError.coded("rule-contradicted", message, notes=(found.by,), help=help_)
        _refuse_contradicted("the result", derivation, found)


def _refuse_contradicted(what: str, derivation: Derivation, found: Verdict) -> None:
    if found.kind == "differs":
        said = f"{what} of the method {derivation.method} is contradicted by numbers, so nothing is printed"
        message, help_ = f"{said}: this is a bug of matgrad", "please report the command line"
        raise BugError.coded("contradiction", message, notes=(found.by,), help=help_)


def check(*files: str | Path, key: str | Path | None = None) -> Checked:
    """The report on files of answers and derivations."""
    from .grading.check import Options, check_files
    from .reports.formats import Checked

    return Checked(*as_mapping(check_files(files, Options(key=Path(key) if key is not None else None))).values())


_SAME_ARRAY = "# the same for every layout: the array has the shape of the loss, then that of the variable"


def _result(derivation: Derivation, format: str) -> str:
    if format in ("numpy", "torch", "jax"):
        from .render.code.module import derivation_code

        return derivation_code(derivation, format)
    if format == "sympy":
        from .render.code.sympy import sympy_code

        return sympy_code(derivation)
    from .render.results import result_latex, result_text, written_as
    from .render.words import comments

    if format == "latex":
        return "\n".join([f"% {written_as(derivation)}", *comments([derivation], "%"), result_latex(derivation)])
    return result_text(derivation)


def assert_right(
    answer: str, loss: str, wrt: str, shapes: Texts = (), assume: Texts = (), layout: str | None = None,
    syntax: str | None = None,
) -> None:  # fmt: skip
    """Raise AssertionError, with the diagnosis in one line, unless `answer` is ∂loss/∂wrt: for graders in notebooks."""
    from .diagnostics import Source
    from .documents.keys import Exercise
    from .documents.passage import Passage
    from .grading.exercises.judge import judge
    from .grading.exercises.settings import settings

    if not isinstance(answer, str):
        found = f"the answer is {type(answer).__name__} `{answer!r:.40}`; a text is needed"
        raise InputError.coded("usage", found, help='write the formula in quotes, as in `assert_right("2*A@x", …)`')
    given = {"loss": loss, "wrt": wrt, "answer": answer, "layout": layout, "syntax": syntax}
    given |= {"shapes": ", ".join(_texts(shapes)), "assume": ", ".join(_texts(assume))}
    keys = {key: Passage(text) for key, text in given.items() if text}
    report = judge(settings("answer", Exercise(keys), Source("answer", answer), None, None, {}))
    if report.verdict != "right":
        final = report.final
        code = f"[{final.code}]" if final.code else ""
        raise AssertionError(f"{report.verdict}{code}: {final.message}")
