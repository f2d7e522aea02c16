"""Python inside Markdown, notebooks and the standard input is judged at its place."""

from __future__ import annotations

import json

import pytest

from matgrad_cli.documents.python.blocks import is_program
from matgrad_cli.grading.check import check_text

LAYER = '''import numpy as np

def linear_forward(x, W, b):
    """x: (N, D), W: (D, M), b: (M,)"""
    return x @ W + b, (x, W)

def linear_backward(dout, cache):
    x, W = cache
    dW = x.T @ dout
    db = dout
    return dW, db
'''


def test_a_fenced_block_is_judged_at_its_line() -> None:
    text = f"The layer:\n\n```python\n{LAYER}```\n\nand some words.\n\n```python\nthis is no (program\n```\n"
    report = check_text(text, "a.md")
    assert [(problem.kind, problem.verdict) for problem in report.problems] == [("code", "wrong")]
    wrong = next(line for line in report.problems[0].lines if line.verdict == "wrong")
    assert text.split("\n")[wrong.line - 1] == "    db = dout"
    assert wrong.code == "missing-sum"


def test_a_document_and_its_code_are_both_judged() -> None:
    text = f"The loss is $L = \\|Xw - y\\|^2$ and $\\nabla_w L = 2X^\\top(Xw - y)$.\n\n```python\n{LAYER}```\n"
    report = check_text(text, "a.md")
    assert {problem.kind: problem.verdict for problem in report.problems} == {"document": "right", "code": "wrong"}


def test_the_cells_of_a_notebook_are_one_program() -> None:
    first = "%matplotlib inline\n# X: (N, D), w: (D,), y: (N,)\nr = X @ w - y\nloss = (r ** 2).mean()\n"
    cells = [first, "dr = 2 * r / len(r)\ndw = X @ dr\n"]
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": "# words"},
            *({"cell_type": "code", "source": cell} for cell in cells),
        ]
    }
    lines = check_text(json.dumps(notebook), "a.ipynb").problems[0].lines
    assert [(line.cell, line.line, line.verdict) for line in lines] == [(3, 1, "follows"), (3, 2, "wrong")]


@pytest.mark.parametrize(
    "block", ["import numpy as np\nprint(np.ones(3))\n", "grad = numerical(f, x)\n", "dx = (f(x + h) - f(x)) / h\n"]
)
def test_code_that_claims_nothing_changes_nothing(block: str) -> None:
    text = "The loss is $L = \\|Xw - y\\|^2$ and $\\nabla_w L = 2X^\\top(Xw - y)$.\n"
    assert check_text(f"{text}\n```python\n{block}```\n", "a.md").problems == check_text(text, "a.md").problems


PROGRAMS = [(LAYER, True), ("dL = 2*x", False), ("$dL = 2x$", False), ("import numpy as np\ndw = x", True)]


@pytest.mark.parametrize(("text", "program"), PROGRAMS)
def test_what_is_a_program_without_a_name(text: str, program: bool) -> None:
    assert is_program(text) is program
