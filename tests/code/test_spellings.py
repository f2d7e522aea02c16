"""The same layer in every spelling of a product and of a transpose, without a word of its shapes: right is never
called wrong, and a slip is found in each of them."""

from __future__ import annotations

from itertools import product

import pytest
from test_claims import verdicts

PRODUCTS = (
    "{0} @ {1}", "{0}.dot({1})", "{0}.mm({1})", "{0}.matmul({1})", "np.dot({0}, {1})", "np.matmul({0}, {1})",
    "torch.mm({0}, {1})", "torch.matmul({0}, {1})",
)  # fmt: skip
TRANSPOSES = ("{0}.T", "{0}.t()", "{0}.transpose(0, 1)", "np.transpose({0})", "torch.t({0})", "{0}.permute(1, 0)")
WAYS = [
    pytest.param(times, turned, id=f"{times.format('a', 'b')} {turned.format('a')}")
    for times, turned in product(PRODUCTS, TRANSPOSES)
    if "np" not in times + turned or "torch" not in times + turned
]

FUNCTION = """\
class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, {x}, weight, bias):
        ctx.save_for_backward({x}, weight, bias)
        return {out} + bias

    @staticmethod
    def backward(ctx, grad_output):
        {x}, weight, bias = ctx.saved_tensors
        grad_{x} = {dx}
        grad_weight = {dw}
        grad_bias = grad_output.sum(0)
        return grad_{x}, grad_weight, grad_bias
"""


def linear(times: str, turned: str, x: str = "x", slip: str = "") -> str:
    """A linear layer, with a slip in the gradient by its weight."""
    above = turned.format("grad_output")
    dw = times.format(*((turned.format(x), "grad_output") if slip == "order" else (above, x)))
    return FUNCTION.format(
        x=x,
        out=times.format(x, turned.format("weight")),
        dx=times.format("grad_output", "weight"),
        dw=f"-{dw}" if slip == "sign" else f"2 * {dw}" if slip == "factor" else dw,
    )


@pytest.mark.thorough
@pytest.mark.parametrize(("times", "turned"), WAYS)
def test_a_right_layer(times: str, turned: str) -> None:
    for x in ("x", "input_tensor", "features"):
        assert verdicts(linear(times, turned, x)) == {10: "follows", 11: "follows", 12: "follows"}


@pytest.mark.thorough
@pytest.mark.parametrize(("times", "turned"), WAYS[::5])
@pytest.mark.parametrize("slip", ["sign", "factor", "order"])
def test_a_slip(times: str, turned: str, slip: str) -> None:
    assert verdicts(linear(times, turned, slip=slip)) == {10: "follows", 11: "wrong", 12: "follows"}


STACKS = """\
class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return torch.bmm(x, weight)

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        grad_x = torch.bmm(grad_output, weight.transpose({axes}))
        grad_weight = torch.bmm(x.transpose(1, 2), {above})
        return grad_x, grad_weight
"""


def test_a_product_of_stacks_of_matrices() -> None:
    assert set(verdicts(STACKS.format(axes="1, 2", above="grad_output")).values()) == {"follows"}
    assert verdicts(STACKS.format(axes="1, 2", above="-grad_output")) == {10: "follows", 11: "wrong"}
    assert verdicts(STACKS.format(axes="0, 1", above="grad_output"))[10] == "wrong"


LAID_OVER = """\
class Layer:
    def __init__(self, {names}):
        pass

    def forward(self, x):
        self.x = x
        return {out}

    def backward(self, dout):
        {claims}
        return dout * {dx}
"""


@pytest.mark.parametrize(
    ("out", "dx", "claims"),
    [
        ("self.g * x + self.b", "self.g", ("dg = np.sum(dout * self.x, axis=0)", "db = np.sum(dout, axis=0)")),
        ("x * self.g + self.b", "self.g", ("dg = np.sum(dout * self.x, axis=0)", "db = np.sum(dout, axis=0)")),
        (
            "np.where(x > 0, x, self.a * x)",
            "np.where(self.x > 0, 1, self.a)",
            ("da = np.sum(dout * np.where(self.x > 0, 0, self.x))",),
        ),
        (
            "np.where(x > 0, x, self.a * x)",
            "np.where(self.x > 0, 1, self.a)",
            ("da = np.sum(dout * np.where(self.x > 0, 0, self.x), axis=0)",),
        ),
    ],
)
def test_what_is_laid_over_the_data_is_as_large_as_its_gradient(out: str, dx: str, claims: tuple[str, ...]) -> None:
    def layer(first: str) -> str:
        lines = "\n        ".join(f"self.{line}" for line in (first, *claims[1:]))
        return LAID_OVER.format(names="g=1, b=0, a=1", out=out, dx=dx, claims=lines)

    assert set(verdicts(layer(claims[0])).values()) == {"follows"}
    assert verdicts(layer(claims[0].replace("np.sum", "-np.sum")))[10] == "wrong"
