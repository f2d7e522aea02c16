"""Backward parts written inside forward ones, as in micrograd: what is added to the `grad` of each object is judged."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

ENGINE = """import math

class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float))
        out = Value(self.data**other, (self,), f'**{other}')

        def _backward():
            self.grad += other * self.data**(other - 1) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        x = self.data
        t = (math.exp(2*x) - 1)/(math.exp(2*x) + 1)
        out = Value(t, (self,), 'tanh')

        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo = []
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()
"""


def test_each_operation_is_right() -> None:
    assert {problem.id: problem.verdict for problem in checked(ENGINE).problems} == dict.fromkeys(
        ["Value.__add__", "Value.__mul__", "Value.__pow__", "Value.tanh"], "right"
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("self.grad += other.data * out.grad", "self.grad += self.data * out.grad"),
        ("other.grad += self.data * out.grad", "other.grad += out.grad"),
        ("other * self.data**(other - 1)", "self.data**(other - 1)"),
        ("(1 - t**2)", "(1 - x**2)"),
        ("(1 - t**2) * out.grad", "(1 - t**2)"),
    ],
)
def test_a_slip_is_found_at_its_line(right: str, wrong: str) -> None:
    text = ENGINE.replace(right, wrong, 1)
    line = ENGINE[: ENGINE.index(right)].count("\n") + 1
    assert [number for number, verdict in verdicts(text).items() if verdict == "wrong"] == [line]
