"""What the sieve excludes is never a repair, whatever part was changed; most of what is none is excluded."""

from __future__ import annotations

import random

import pytest

from grading.test_mutated_answers import PROBLEMS, mutants
from matgrad_cli.grading.slips.sieve import Sieve
from matgrad_cli.grading.task import task_for
from matgrad_cli.ir import nodes_of, places, replace_at
from matgrad_cli.notation.problems import read_expression


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", PROBLEMS)
def test_no_repair_is_excluded(name: str) -> None:
    loss, wrt, shapes, assume, right = PROBLEMS[name]
    task, rng = task_for((loss, wrt, shapes, assume, None, "gradient")), random.Random(name)
    needed = read_expression(right, task.problem).expr
    wrong = list(mutants(needed))
    excluded = kept = repairs = 0
    for line in rng.sample(wrong, min(8, len(wrong))):
        sieve = Sieve(next(task.bench.float_points(1)), needed, line)
        for path, node in places(line):
            for new in {*nodes_of(line), *nodes_of(needed)}:
                if new.shape is node.shape:
                    out, same = sieve.excludes(path, new), task.bench.equal(needed, replace_at(line, path, new))
                    assert not (out and same), (line, path, new)
                    excluded, kept, repairs = excluded + out, kept + (not out and not same), repairs + same
    assert repairs
    assert 2 * excluded > kept
