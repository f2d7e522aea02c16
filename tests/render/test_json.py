"""JSON: complete, with the keys that readers rely on."""

from __future__ import annotations

import json

import pytest

from matgrad_cli.ir import Dim, Entry, Expr, Index, Kron, MatMul, Named, Pair, Shape, Symbol
from matgrad_cli.records import Derivation
from matgrad_cli.render.json import Table, to_json, to_json_many
from rebuilding import Reader, from_json, many_from_json

from .forum import forum, named


@pytest.mark.parametrize("derivation", [forum(), named()], ids=["forum", "named"])
def test_nothing_is_lost(derivation: Derivation) -> None:
    assert from_json(to_json(derivation)) == derivation


def test_several_derivations() -> None:
    text = to_json_many([forum(), named()])
    assert json.loads(text)["schema"] == 1
    assert many_from_json(text) == [forum(), named()]
    assert many_from_json(to_json(forum())) == [forum()]


def test_the_keys_that_readers_rely_on() -> None:
    data = json.loads(to_json(forum()))
    assert data["schema"] == 1
    assert data["loss"]["text"] == "1/m*norm(X @ R - Y, 'fro')**2"
    assert (data["wrt"], data["method"], data["layout"]) == ("R", "index", "gradient")
    assert data["shapes"] == {"X": ["m", "n"], "R": ["n", "p"], "Y": ["m", "p"]}
    assert data["assumed"] == ["`Y` is m×p", "det(X) > 0"]
    step = data["steps"][3]
    keys = "number rule title before after path bindings shape free assumed verdict substeps"
    assert set(keys.split()) <= set(step)
    assert step["number"] == "4"
    assert step["path"] == [1, 0, 2]
    assert (step["shape"], step["free"]) == ([], ["s", "t"])
    assert step["verdict"] == {"kind": "proved", "by": "equal modulo a prime at m=2, n=3, p=4", "witness": None}
    assert data["steps"][5]["substeps"][1]["number"] == "6.2"
    assert data["result"]["text"] == "2/m*(X.T @ (X @ R - Y))"
    assert "def gradient(X, R, Y):" in data["result"]["numpy"]
    assert data["result"]["shape"] == ["n", "p"]
    assert data["verdict"] == "agrees"


def test_shared_nodes_stand_once() -> None:
    n = Dim.of("n")
    node: Expr = Symbol("A", Shape(n, n))
    for _ in range(40):
        node = MatMul((node, node))
    table = Table()
    number = table.number(node)
    assert len(table.rows) == 41
    assert Reader(json.loads(json.dumps(table.rows))).nodes[number] is node


def test_pairs_and_names_come_back() -> None:
    n, k = Dim.of("n"), Dim.of("k")
    both = Kron((Symbol("A", Shape(n, n)), Symbol("B", Shape(k, k))))
    node = Named("Z", Entry(both, Pair(Index("i", n), Index("j", k), k), 3))
    table = Table()
    number = table.number(node)
    assert Reader(json.loads(json.dumps(table.rows))).nodes[number] is node
