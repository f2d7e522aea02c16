"""The example of a rule: its two texts, its names and what they stand for, and what the rule makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...diagnostics import MatgradError
from ...facts import Fact, Problem
from ...facts.conditions import CONDITIONS
from ...ir import ONE, Expr, Index, Named, Shape, Symbol, substitute
from ...records import METHODS, Value
from ...rulebook.load import rulebook
from ...rulebook.pattern import declared, read_side, words_of
from ...rulebook.rule import Rule
from ..engine.application import Scene, fit
from ..engine.apply import rewritings
from ..methods import method_named

VARIABLES: Final = ("X", "S", "w", "z")
"""What an example differentiates by, if it says `d(…)`: the first of these that it names."""


def made_of(rule: Rule, before: Expr) -> Iterator[Expr]:
    """What a rule makes of its example: in every way in which it fits, or by its own function;
    nothing where it changes nothing."""
    problem = example_problem(rule, before)
    if not rule.native:
        names = _plain_names(rule)[0]
        taken = frozenset(name for name, _ in names) | words_of(names)
        yield from (rewriting.new for rewriting in rewritings(rule, before, problem, taken))
        return
    for method in METHODS[1:]:
        method_named(method)  # its native rules are registered when it is imported
    if not rule.group:
        bindings = tuple((key, _said(rule, text)) for key, text in rule.bindings)
        found = fit(rule, before, Scene(problem, rulebook(), entrywise=rule.pending == "partial"), bindings)
        yield from () if found is None or found.new is before else (found.new,)


def _said(rule: Rule, text: str) -> Value:
    """What a letter of the example stands for: an expression, an index letter, or else a word."""
    letters = declared(_plain_names(rule)[0])[1]
    if text in letters:
        return Index(text, letters[text])
    try:
        return read_example(rule, text)
    except MatgradError:
        return text


def _plain_names(rule: Rule) -> tuple[list[tuple[str, str]], dict[Expr, Expr]]:
    """The shapes of all names of the example, and what those stand for that are names of an expression (`Z = "= A @
    X"`)."""
    shapes: list[tuple[str, str]] = []
    named: dict[Expr, Expr] = {}
    for name, text in rule.given or rule.shapes:
        if text.startswith("= "):
            body = substitute(read_side(text[2:], shapes, None, "example"), named)
            shapes.append((name, f"{body.shape.rows} {body.shape.cols}"))
            named[Symbol(name, body.shape)] = Named(name, body)
        else:
            shapes.append((name, text))
    return shapes, named


def read_example(rule: Rule, text: str) -> Expr:
    """A text of the example, its names as `given` says."""
    shapes, named = _plain_names(rule)
    return substitute(read_side(text, shapes, example_variable(rule), "example"), named)


def example_variable(rule: Rule) -> Symbol | None:
    """What `d(…)` in the example differentiates by."""
    symbols = declared(_plain_names(rule)[0])[0]
    return next((symbols[name] for name in VARIABLES if name in symbols), next(iter(symbols.values()), None))


def example_problem(rule: Rule, loss: Expr) -> Problem:
    """The example as a problem; its names have the facts that the rule asks for."""
    shapes, named = _plain_names(rule)
    symbols = tuple(symbol for symbol in declared(shapes)[0].values() if symbol not in named)
    words = dict.fromkeys(requirement.word for requirement in rule.when)
    facts = tuple(
        Fact(symbol, word)
        for symbol in symbols
        for word in words
        if symbol.shape.is_square or CONDITIONS[word].sides != "="
    )
    wrt = example_variable(rule) or Symbol("x", Shape(ONE, ONE))
    return Problem(loss, wrt, symbols or (wrt,), facts)
