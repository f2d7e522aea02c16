"""Where nobody tells the shapes, or what a target holds: right code is never called wrong, its twin with a slip is."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

WHERE = """\
def f(X, y, theta):
    k, n = X.shape
    p = 1 / (1 + np.exp(-X.dot(theta)))
    loss = np.mean(np.where(y == 1, -np.log(p), -np.log(1 - p)))
    r = np.where(y == 1, p - 1, p)
    dtheta = np.dot(X.T, r) / k
    return loss, dtheta
"""


def test_labels_that_are_only_compared_go_with_the_rows() -> None:
    assert verdicts(WHERE) == {6: "follows"}
    assert verdicts(WHERE.replace("p - 1, p)", "1 - p, p)"))[6] == "wrong"
    assert "wrong" in verdicts(WHERE.replace("/ k", "/ n")).values()


ENTROPY = """\
def f(x, t, W):
    {words}
    z = x @ W
    e = np.exp(z - z.max(axis=1, keepdims=True))
    y = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(t * np.log(y + {eps})) / len(x)
    dz = {dz} / len(x)
    dW = x.T @ dz
    return loss, dW
"""
WORDS = ("pass", '"""x: (N, D), t: (N, K), W: (D, K)"""', '"""x: (N, D), t: one-hot (N, K), W: (D, K)"""',
         '"""x: (N, D), t: (N, K) one-hot, W: (D, K)"""')  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("eps", ["0", "1e-12", "1e-8", "1e-7", "1e-5"])
@pytest.mark.parametrize("words", WORDS)
def test_one_hot_targets_and_a_safe_logarithm(words: str, eps: str) -> None:
    assert set(verdicts(ENTROPY.format(words=words, eps=eps, dz="(y - t)")).values()) == {"follows"}
    for slip in ("(t - y)", "y", "2 * (y - t)"):
        assert verdicts(ENTROPY.format(words=words, eps=eps, dz=slip))[7] == "wrong"


SQUARES = """\
def train(X, Y, W, b):
    Z = X @ W + b
    A = 1 / (1 + np.exp(-Z))
    {name} = Y - A
    loss = np.mean({name}**2)
    dZ = {sign}2 * {name} * A * (1 - A) / X.shape[0]
    dW = X.T @ dZ
    db = np.sum(dZ, axis=0, keepdims=True)
    return loss, dW, db
"""


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["error", "delta", "diff"])
def test_a_mean_over_a_single_output(name: str) -> None:
    right = checked(SQUARES.format(name=name, sign="-"))
    assert {line.verdict for line in right.problems[0].lines} == {"follows", "undecided"}
    assert "right if" in str([line.diagnostic for line in right.problems[0].lines])
    assert verdicts(SQUARES.format(name=name, sign=""))[6] == "wrong"
    for told in ("# Y: (N, K)", "# W: (D, K)"):
        text = SQUARES.format(name=name, sign="-").replace("    Z =", f"    {told}\n    Z =", 1)
        assert verdicts(text)[7] == "wrong"


TWO = """\
def forward(X, W, b):
    return 1 / (1 + np.exp(-(X @ W + b)))


def compute_loss({target}, y_pred):
    return -np.mean({target} * np.log(y_pred) + (1 - {target}) * np.log(1 - y_pred))


def backward(X, y, A):
    m = X.shape[0]
    dZ = A - y
    dW = X.T @ dZ / m
    db = np.{over}(dZ)
    return dW, db
"""


@pytest.mark.thorough
@pytest.mark.parametrize("target", ["y", "y_true", "targets"])
def test_a_target_of_two_names(target: str) -> None:
    assert set(verdicts(TWO.format(target=target, over="mean")).values()) == {"follows"}
    assert verdicts(TWO.format(target=target, over="sum"))[13] == "wrong"


@pytest.mark.thorough
def test_rows_that_are_stacked_between_both_parts_are_undecided() -> None:
    text = """\
def policy_forward(x, W1, W2):
    h = np.dot(W1, x)
    h[h < 0] = 0
    logp = np.dot(W2, h)
    return logp, h


def policy_backward(eph, epdlogp, epx, W2):
    dW2 = np.dot(eph.T, epdlogp).ravel()
    dh = np.outer(epdlogp, W2)
    dh[eph <= 0] = 0
    dW1 = np.dot(dh.T, epx)
    return dW1, dW2
"""
    assert "wrong" not in verdicts(text).values()


def test_a_gradient_that_is_arranged_otherwise_on_its_way_is_judged() -> None:
    text = """\
class Layer:
    def forward(self, x):
        \"\"\"x: (N, C, H, W)\"\"\"
        self.y = np.tanh(x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]))
        return self.y

    def backward(self, dout):
        dx = {slope} * dout
        dx = dx.reshape({N}, 2, 2, -1)
        dx = dx.transpose(0, 3, 1, 2)
        return dx
"""
    for slope in ("(1 - self.y ** 2)", "(1 - self.y)"):
        assert "bug" not in str(checked(text.format(slope=slope, N="dout.shape[0] // 4")))


def test_a_slip_in_a_line_with_a_new_axis_is_found() -> None:
    text = '''\
def contrastive(A, B):
    """A: (n, d), B: (n, d)"""
    diff = A - B
    dist = np.sqrt(np.sum(diff ** 2, axis=1))
    loss = np.sum(dist)
    dA = {0} diff
    return loss, dA
'''
    assert verdicts(text.format("(1 / dist)[:, None] *")) == {6: "follows"}
    assert verdicts(text.format("dist[:, None] *")) == {6: "wrong"}


SCORES = """\
def softmax_loss(AL, Y):
    return -np.mean(np.sum(Y * np.log(AL), axis={axis}, keepdims=True))


def softmax_loss_backward(AL, Y):
    return {value}
"""


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_returned_may_be_the_gradient_by_the_scores(axis: int) -> None:
    assert "wrong" not in verdicts(SCORES.format(axis=axis, value="AL - Y")).values()
    assert "wrong" not in verdicts(SCORES.format(axis=axis, value=f"(AL - Y) / AL.shape[{1 - axis}]")).values()
    assert verdicts(SCORES.format(axis=axis, value="AL + Y"))[6] == "wrong"


COLUMNS = """\
def forward(X, params):
    A = np.tanh(params["W1"] @ X + params["b1"])
    out = params["W2"] @ A + params["b2"]
    return out, A


def cost(out, Y):
    return np.sum((out - Y) ** 2) / 2


def backward(params, out, A, X, Y):
    dout = out - Y
    dA = params["W2"].T @ dout
    dZ = dA * (1 - A ** 2)
    return {{"dW1": dZ @ X.T, "db1": {db1}, "dW2": dout @ A.T, "db2": np.sum(dout, axis=1, keepdims=True)}}
"""


@pytest.mark.thorough
@pytest.mark.parametrize(("axis", "verdict"), [(1, "right"), (0, "wrong")])
def test_no_bias_lies_along_the_examples(axis: int, verdict: str) -> None:
    text = COLUMNS.format(db1=f"np.sum(dZ, axis={axis}, keepdims=True)")
    assert checked(text).verdict == verdict


STATES = """\
rows = 40
words = 12
W = np.random.randn(rows, words) * 0.01
U = np.random.randn(rows, rows) * 0.01
c = np.zeros((rows, 1))


def step(at, before):
    x = np.zeros((words, 1))
    x[at] = 1
    h = np.tanh(W @ x + U @ before + c)
    loss = np.sum(h ** 2)
    dz = 2 * h * (1 - h ** 2)
    dW, dU, dc = dz @ x.T, dz @ before.T, dz
    dbefore = {dbefore}
    return loss, dW, dU, dc, dbefore
"""


@pytest.mark.parametrize(("dbefore", "verdict"), [("U.T @ dz", "right"), ("U @ dz", "wrong")])
def test_sizes_of_a_file_are_any_and_vectors_are_columns_beside_columns(dbefore: str, verdict: str) -> None:
    assert checked(STATES.format(dbefore=dbefore)).verdict == verdict


NEIGHBOURS = """\
def divergence(Y, P):
    # Y: (N, 2)
    n = len(Y)
    apart = Y[:, None, :] - Y[None, :, :]
    near = (1 - np.eye(n)) / (1 + np.sum(apart ** 2, axis=2))
    Q = near / np.sum(near)
    loss = np.sum(P * np.log((P + 1e-12) / (Q + 1e-12)))
    dY = {factor} * np.sum(((P - Q) * near)[:, :, None] * apart, axis=1)
    return loss, dY
"""


@pytest.mark.thorough
@pytest.mark.parametrize(("factor", "verdict"), [("4", "right"), ("2", "wrong"), ("-4", "wrong")])
def test_probabilities_of_pairs_are_symmetric_and_sum_to_one(factor: str, verdict: str) -> None:
    assert checked(NEIGHBOURS.format(factor=factor)).verdict == verdict


TABLE = """\
class Rows:
    def __init__(self, W):
        self.W = W

    def forward(self, idx):
        self.idx = idx
        return self.W[idx]

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        {line}
"""


@pytest.mark.parametrize(
    ("line", "verdict"), [("np.add.at(self.dW, self.idx, dout)", "right"), ("self.dW[self.idx] = dout", "wrong")]
)
def test_rows_that_are_taken_by_numbers_may_be_taken_twice(line: str, verdict: str) -> None:
    assert checked(TABLE.format(line=line)).verdict == verdict


SEVERAL = """\
def step(W, b, X, Y):
    z = X @ W + b
    p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(p))
    dz = p - Y
    dW = X.T @ dz
    db = {db}
    return loss, dW, db
"""
LAYER = """\
def forward(x, w, b):
    return x.dot(w.T) + b, (x, w)


def backward(dout, cache):
    x, w = cache
    dx, dw = dout.dot(w), dout.T.dot(x)
    db = {db}
    return dx, dw, db
"""


@pytest.mark.parametrize(
    ("text", "db", "right"),
    [
        (SEVERAL, "np.sum(dz, axis=0)", True),
        (SEVERAL, "dz", False),
        (SEVERAL, "np.sum(dz)", False),
        (LAYER, "np.sum(dout, axis=0)", True),
        (LAYER, "dout", False),
    ],
)
def test_a_bias_has_an_entry_for_each_output(text: str, db: str, right: bool) -> None:
    assert (checked(text.format(db=db)).verdict == "right") is right


BILINEAR = """\
class Bilinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, W, y):
        ctx.save_for_backward(x, W, y)
        return torch.einsum('ni,ij,nj->n', x, W, y)

    @staticmethod
    def backward(ctx, g):
        x, W, y = ctx.saved_tensors
        gx = g[:, None] * (y @ {W})
        gW = torch.einsum('n,ni,nj->ij', g, x, y)
        gy = g[:, None] * (x @ W)
        return {returned}
"""
SCALED = """\
class RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, g):
        r = torch.rsqrt((x * x).mean(dim=-1, keepdim=True) + 1e-6)
        ctx.save_for_backward(x, g, r)
        return x * r * g

    @staticmethod
    def backward(ctx, grad_out):
        x, g, r = ctx.saved_tensors
        grad_g = (grad_out * x * r).sum(dim={axis})
        gg = grad_out * g
        grad_x = r * gg - x * r**3 * (gg * x).sum(dim=-1, keepdim=True) / x.shape[-1]
        return grad_x, grad_g
"""
BESIDE = """\
def rss(y, y_hat):
    return np.sum((y - y_hat) ** 2) / len(y)


def grad_rss({arguments}):
    return {value}
"""


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (BILINEAR.format(W="W.T", returned="gx, gW, gy"), "right"),
        (BILINEAR.format(W="W", returned="gx, gW, gy"), "wrong"),
        (BILINEAR.format(W="W.T", returned="gx, gy, gW"), "wrong"),
        (SCALED.format(axis=0), "right"),
        (SCALED.format(axis=-1), "wrong"),
        (BESIDE.format(arguments="y, y_hat", value="-2 * (y - y_hat) / len(y)"), "right"),
        (BESIDE.format(arguments="y, y_hat", value="2 * (y - y_hat) / len(y)"), "wrong"),
    ],
)
def test_no_side_of_length_1_is_guessed_to_excuse_a_line(text: str, verdict: str) -> None:
    assert [problem.verdict for problem in checked_code(Source("code.py", text)).problems] == [verdict]


def test_the_gradient_by_what_the_loss_never_sees_is_not_judged() -> None:
    text = BESIDE.format(arguments="X, y, w", value="-2 * X.T @ (y - X @ w) / len(y)")
    assert not checked_code(Source("code.py", text)).problems


NUMBERED = """\
class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target):
        logp = F.log_softmax(logits, dim=1)
        ctx.save_for_backward(logp, target)
        return F.nll_loss(logp, target)

    @staticmethod
    def backward(ctx, g):
        logp, target = ctx.saved_tensors
        grad = logp.exp()
        grad[torch.arange(len(target)), target] -= 1
        return g * grad{mean}, None
"""


@pytest.mark.thorough
@pytest.mark.parametrize(("mean", "verdict"), [(" / len(target)", "right"), ("", "wrong")])
def test_targets_that_are_class_numbers_only_in_the_backward_part(mean: str, verdict: str) -> None:
    """The forward part would take probabilities too; class numbers are one for each row."""
    text = "import torch\nimport torch.nn.functional as F\n\n" + NUMBERED.format(mean=mean)
    assert checked(text).verdict == verdict
