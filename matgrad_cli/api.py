"""The public functions: `explain`, `gradient`, `check`, `assert_right`. The commands are a thin skin over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .notation.problems import read_problem
from .records import Derivation
from .rewrite.derive import derive

if TYPE_CHECKING:
    from .records.finding import Report

LAYOUTS = ("gradient", "numerator", "denominator", "mml", "matrixcalculus")
Texts = str | Sequence[str]


def _texts(given: Texts) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One derivation or several (of several methods or layouts), ready to be printed."""

    derivations: tuple[Derivation, ...]
    detail: str = "normal"

    def render(self, format: str = "text", *, width: int = 80, colour: bool = False) -> str:
        """The derivation as `terminal`, `text`, `latex`, `markdown` or `json`."""
        from .render.formats import render

        return render(self.derivations, format, detail=self.detail, width=width, colour=colour)

    @property
    def verified(self) -> bool:
        """Whether every step and the result were seen to hold."""
        return all(derivation.verdict in ("proved", "agrees") for derivation in self.derivations)

    def __str__(self) -> str:
        return self.render("text")

    def _repr_latex_(self) -> str:
        return _equations(self.derivations)

    def _repr_html_(self) -> str:
        return _preformatted(str(self))


@dataclass(frozen=True, slots=True)
class Gradient:
    """The result alone, of one layout or of several."""

    derivations: tuple[Derivation, ...]

    def render(self, format: str = "text") -> str:
        """The result as `text`, `latex`, `json`, `sympy`, or a function for `numpy`, `torch`, `jax`."""
        from .render.formats import result

        return result(self.derivations, format)

    @property
    def verified(self) -> bool:
        """Whether every step and the result were seen to hold."""
        return all(derivation.verdict in ("proved", "agrees") for derivation in self.derivations)

    def __str__(self) -> str:
        return self.render("text").rstrip("\n")

    def _repr_latex_(self) -> str:
        return _equations(self.derivations)

    def _repr_html_(self) -> str:
        return _preformatted(str(self))


def explain(
    loss: str, wrt: str, shapes: Texts = (), assume: Texts = (), syntax: str | None = None, layout: str = "gradient",
    order: int = 1, rules: str | Path | None = None, method: str = "index", detail: str = "normal",
) -> Explanation:  # fmt: skip
    """The derivation of ∂loss/∂wrt; `method="all"` and `layout="all"` give several."""
    return Explanation(_derivations(loss, wrt, shapes, assume, syntax, layout, order, rules, method), detail)


def gradient(
    loss: str, wrt: str, shapes: Texts = (), assume: Texts = (), syntax: str | None = None, layout: str = "gradient",
    order: int = 1, rules: str | Path | None = None, method: str = "index",
) -> Gradient:  # fmt: skip
    """∂loss/∂wrt alone."""
    return Gradient(_derivations(loss, wrt, shapes, assume, syntax, layout, order, rules, method))


def _derivations(
    loss: str, wrt: str, shapes: Texts, assume: Texts, syntax: str | None, layout: str, order: int,
    rules: str | Path | None, method: str,
) -> tuple[Derivation, ...]:  # fmt: skip
    problem = read_problem(loss, wrt, _texts(shapes), _texts(assume), syntax)
    extra = Path(rules) if rules is not None else None
    layouts: Iterable[str] = LAYOUTS if layout == "all" else (layout,)
    return tuple(
        derive(problem, method=name, layout=written, order=order, rules=extra)
        for name in (_methods() if method == "all" else (method,))
        for written in layouts
    )


def _methods() -> tuple[str, ...]:
    from .rulebook.load import rulebook

    return rulebook().methods


def check(*files: str | Path, key: str | Path | None = None) -> Report:
    """The report on files of answers and derivations."""
    from .grading.check import Options, check_files

    return check_files([Path(file) for file in files], Options(key=Path(key) if key is not None else None))


def _equations(derivations: tuple[Derivation, ...]) -> str:
    """Every result as one displayed equation."""
    from .render.formats import equation

    return "$$" + r" \qquad ".join(equation(derivation) for derivation in derivations) + "$$"


def _preformatted(text: str) -> str:
    from html import escape

    return f'<pre style="line-height: 1.35">{escape(text)}</pre>'
