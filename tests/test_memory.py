"""What is remembered about expressions has one owner, and it lets go."""

from __future__ import annotations

import gc
import resource

import pytest

from matgrad_cli.grading import check_text
from matgrad_cli.ir import Dim, Shape, Symbol, matmul, memory, transpose
from matgrad_cli.ir.memory import at_work
from matgrad_cli.ir.walk import letters_in

N = Dim(1, (("n", 1),))


def square(name: str) -> Symbol:
    return Symbol(name, Shape(N, N))


def test_what_nobody_holds_is_let_go_and_what_is_held_stays_the_same_object() -> None:
    held = matmul(square("kept"), square("kept too"))
    letters_in(matmul(held, square("passing")))
    memory.let_go()
    assert matmul(square("kept"), square("kept too")) is held
    assert not [key for key in memory.interned() if "passing" in key]


def test_wholes_go_before_their_parts() -> None:
    tower = square("leaf")
    for _ in range(3000):
        tower = matmul(transpose(tower), square("rung"))
    del tower
    memory.let_go()
    assert not [key for key in memory.interned() if "rung" in key]


def test_tables_are_emptied() -> None:
    known = memory.table()
    known[square("noted")] = 1
    memory.let_go()
    assert not known


@memory.with_room
def calls_at(depth: int) -> int:
    """How many pages are mapped by a thousand calls at a depth."""

    def down(left: int) -> int:
        if left:
            return down(left - 1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(1000):
            down_there()
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    def down_there() -> None:
        return None

    return down(depth)


def test_no_loop_maps_and_unmaps_a_piece_of_the_stack() -> None:
    assert max(min(calls_at(depth) for _ in range(2)) for depth in range(400)) < 500


def test_many_answers_do_not_grow_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    memory.let_go()
    before = len(memory.interned())
    monkeypatch.setattr(memory, "CROWDED", 400)
    problems = [
        f'[[problem]]\nid = "{k}"\nloss = "norm(X@w - y)**2"\nwrt = "w"\nanswer = "{k}*X.T@(X@w - y)"'
        for k in range(1, 61)
    ]
    sizes = []
    for start in range(0, 60, 20):
        check_text('shapes = "X: m×n, w: n, y: m"\n' + "\n".join(problems[start : start + 20]), "answers.toml")
        sizes.append(len(memory.interned()))
    assert max(sizes) < before + 4000


@pytest.mark.thorough
def test_rubbish_is_looked_for_as_before_when_work_is_done() -> None:
    """Once it has been looked for after the work."""
    before, usual = gc.get_threshold(), (700, 10, 10)
    gc.set_threshold(*usual)
    seen = []
    at_work(lambda: (gc.collect(), seen.append(gc.get_threshold()[0])))()
    assert seen[0] > usual[0]
    assert gc.get_threshold()[0] == seen[0]
    gc.collect()
    assert gc.get_threshold() == usual
    with pytest.raises(ValueError, match="no"):
        at_work(lambda: int("no"))()
    gc.disable()
    try:
        at_work(lambda: seen.append(gc.isenabled()))()
    finally:
        gc.enable()
    assert seen[1] is False
    gc.collect()
    assert gc.get_threshold() == usual
    at_work(lambda: gc.set_threshold(900, 10, 10))()
    gc.collect()
    assert gc.get_threshold() == (900, 10, 10)
    gc.set_threshold(*before)
