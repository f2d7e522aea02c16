"""What the tests share that read JSON back: the records that `to_json` and `solution_data` wrote,
rebuilt from it alone."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, cast

from matgrad_cli import ir
from matgrad_cli.facts import Fact, Problem
from matgrad_cli.ir import Dim, Expr, Index, Pair, Shape, Symbol
from matgrad_cli.records import Bindings, Derivation, ReadOff, Result, Sentence, Step
from matgrad_cli.render.json import Json
from matgrad_cli.verify.verdict import Verdict, Witness


def from_json(text: str) -> Derivation:
    """The derivation that `to_json` wrote."""
    return _read_derivation(json.loads(text))


def many_from_json(text: str) -> list[Derivation]:
    """The derivations of a document with one or several."""
    data = json.loads(text)
    return (
        [_read_derivation(part) for part in data["derivations"]] if "derivations" in data else [_read_derivation(data)]
    )


class Reader:
    """Rebuilds expressions from the rows of a table."""

    def __init__(self, rows: list[Json]) -> None:
        self.nodes: list[Expr] = []
        for row in rows:
            assert isinstance(row, list)
            name, *arguments = row
            self.nodes.append(getattr(ir, str(name))(*(self.decoded(argument) for argument in arguments)))

    def decoded(self, value: Json) -> object:
        """The value that `Table.encoded` wrote."""
        if isinstance(value, list):
            return tuple(self.decoded(part) for part in value)
        if not isinstance(value, dict):
            return value
        ((kind, inside),) = value.items()
        if kind == "node":
            assert isinstance(inside, int)
            return self.nodes[inside]
        if kind == "number":
            return Fraction(str(inside))
        assert isinstance(inside, list)
        parts: list[Any] = [self.decoded(part) for part in inside]
        if kind == "dim":
            return Dim(parts[0], tuple(parts[1:]))
        if kind == "shape":
            return Shape(*parts)
        return Index(*parts) if kind == "index" else Pair(*parts)


def _read_derivation(data: dict[str, Any]) -> Derivation:
    reader = Reader(data["nodes"])
    problem = read_problem(_node(data["loss"], reader), data["problem"], reader)
    last = data["readoff"]
    readoff = ReadOff(
        _read_sentence(last["title"], reader),
        _read_sentence(last["why"], reader),
        _node(last["line"], reader),
        _read_result(data["result"], reader),
        _read_verdict(last["verdict"]),
    )
    return Derivation(
        problem,
        data["method"],
        data["layout"],
        data["order"],
        _node(data["start"], reader),
        tuple(_read_step(step, reader) for step in data["steps"]),
        readoff,
        tuple(_read_sentence(sentence, reader) for sentence in data["assumptions"]),
        tuple(_read_sentence(sentence, reader) for sentence in data["remarks"]),
        tuple(data.get("rests_on", ())),
    )


def read_problem(loss: Expr, facts: dict[str, Any], reader: Reader) -> Problem:
    """The problem that `problem_data` wrote."""
    return Problem(
        loss,
        cast(Symbol, reader.decoded(facts["wrt"])),
        cast("tuple[Symbol, ...]", reader.decoded(facts["variables"])),
        tuple(Fact(cast(Symbol, reader.decoded(symbol)), word) for symbol, word in facts["facts"]),
        cast("tuple[tuple[str, str], ...]", reader.decoded(facts["origins"])),
        tuple(facts["assumed"]),
        tuple(facts["notes"]),
        cast("tuple[Dim, ...]", reader.decoded(facts["sizes"])),
        facts["source"],
        half=facts.get("half", False),
    )


def _node(data: dict[str, Any], reader: Reader) -> Expr:
    number: int = data["node"]
    return reader.nodes[number]


def _read_sentence(data: dict[str, Any], reader: Reader) -> Sentence:
    return Sentence(data["template"], read_bindings(data["values"], reader))


def read_bindings(data: list[dict[str, Any]], reader: Reader) -> Bindings:
    """What `bindings_data` wrote."""
    return cast(Bindings, tuple((binding["name"], reader.decoded(binding["value"])) for binding in data))


def _read_step(data: dict[str, Any], reader: Reader) -> Step:
    return Step(
        data["rule"],
        _read_sentence(data["sentence"], reader),
        _read_sentence(data["why"], reader),
        _node(data["before"], reader),
        _node(data["after"], reader),
        read_bindings(data["bindings"], reader),
        tuple(_read_sentence(sentence, reader) for sentence in data["assumptions"]),
        _read_verdict(data["verdict"]),
        tuple(_read_step(step, reader) for step in data["substeps"]),
        cast("tuple[tuple[int, ...], ...]", reader.decoded(data.get("paths", []))),
        data.get("small", ""),
    )


def _read_verdict(data: dict[str, Any]) -> Verdict:
    witness = data["witness"]
    if witness is None:
        return Verdict(data["kind"], data["by"])
    values = tuple((name, value) for name, value in witness["values"])
    return Verdict(data["kind"], data["by"], Witness(values, witness["left"], witness["right"]))


def _read_result(data: dict[str, Any], reader: Reader) -> Result:
    return Result(
        _node(data["entry"], reader),
        cast("tuple[Any, ...]", reader.decoded(data["letters"])),
        None if data["matrix"] is None else _node(data["matrix"], reader),
        tuple((part["name"], _node(part, reader)) for part in data["where"]),
        None if data["flattened"] is None else _node(data["flattened"], reader),
        tuple((_node(part, reader), part["condition"]) for part in data["cases"]),
    )
