"""Losses as first-time users paste them: what is read, what is said, and what is refused with a way on."""

from __future__ import annotations

import pytest
from pasted import refused, shapes_of

from matgrad_cli import gradient
from matgrad_cli.diagnostics import InputError
from matgrad_cli.ir import Call, SumOver, nodes_of
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.notation.shapes.shape_text import read_shapes

# ---- numbers in brackets above a letter


@pytest.mark.parametrize("wrt", ["W^{(1)}", "W_1", "W1", r"\mathbf{W}^{(1)}", "W_{1}"])
def test_a_number_in_brackets_above_a_letter_belongs_to_the_name(wrt):
    problem = read_problem(r"\|W^{(2)} \tanh(W^{(1)} x + b^{[1]}) - y\|^2", wrt)
    assert list(shapes_of(problem)) == ["W_2", "W_1", "x", "b_1", "y"]
    assert problem.wrt.name == "W_1"


def test_a_layer_is_declared_and_transposed_like_any_name():
    problem = read_problem(r"\|W^{(2)\top} W^{(1)} x\|^2", "x", ["W^{(1)}: h×d, x: d"])
    assert shapes_of(problem)["W_1"] == "h×d"
    assert "W_2.T" in to_text(problem.loss)
    assert read_expression(r"W^{(1)} x", problem, "latex").expr.shape.rows.names == ("h",)


def test_x_above_one_is_the_first_sample_where_only_the_matrix_is_known():
    problem = read_problem(r"\|w - x^{(1)}\|^2", "w", ["X: m×n, w: n"])
    assert list(shapes_of(problem)) == ["w", "X"]


def test_a_greek_word_before_a_bracket_is_a_letter_of_books_where_no_sign_of_python_stands():
    assert to_text(read_problem("sigma(w^T x + b)", "w").loss) == to_text(read_problem("sigmoid(w^T x + b)", "w").loss)
    assert refused("log1p(w^T x)", "w").code == "missing-operator"  # never log times 1 times p


# ---- bars


@pytest.mark.parametrize("loss", [r"\log|\Sigma|", r"\ln\left|\Sigma\right|", r"\log \lvert \Sigma\rvert", r"|\Sigma|"])
def test_bars_around_a_capital_are_the_determinant(loss):
    problem = read_problem(loss, r"\Sigma")
    assert any(isinstance(node, Call) and node.function == "det" for node in nodes_of(problem.loss))
    assert problem.wrt.shape.is_square


def test_a_likelihood_is_read():
    problem = read_problem(r"-\frac{N}{2}\log|\Sigma| - \frac12 (x-\mu)^\top\Sigma^{-1}(x-\mu)", r"\Sigma")
    assert shapes_of(problem) == {"N": "number", "Sigma": "m×m", "x": "m×1", "mu": "m×1"}
    assert shapes_of(read_problem(r"\log|A X A^\top + B|", "X")) == {"A": "m×n", "X": "n×n", "B": "m×m"}


def test_bars_around_numbers_vectors_and_matrices_that_are_not_square():
    assert any(
        node.function == "abs" for node in nodes_of(read_problem(r"\log|a|", "a").loss) if isinstance(node, Call)
    )
    assert not any(
        node.function == "det"
        for node in nodes_of(read_problem("|X|", "X", ["X: scalar"]).loss)
        if isinstance(node, Call)
    )
    said = refused(r"\log|X|", "X", "X: m×n")
    assert said.code == "not-square"
    assert r"\lVert X \rVert" in said.help
    assert r"\det" in said.help


# ---- letters that nothing sums over


@pytest.mark.parametrize(
    ("loss", "wrt", "found"),
    [
        ("z[k]**2", "z", "`z[k]`"),
        (r"\log\sum_{j} e^{z_j} - z_k", "z", "`z_k`"),
        (r"\|X_{i,:} w\|^2", "w", "`X_{i,:}`"),
        ("X[i,j]", "X", "`X[i,j]`"),
        (r"x_i A_{ij} x_j + b_i", "x", "`x_i`"),
        (r"x_i A_{ij} x_j x_i b_i", "x", "`x_i`"),
        (r"\log(1 + e^{-y_i w_j x_{ij}})", "w", "`w_j`"),
    ],
)
def test_a_free_letter_is_refused(loss, wrt, found):
    said = refused(loss, wrt)
    assert said.code == "index-mismatch"
    assert found in said.message
    assert "sum over it" in said.help


# ---- the left side, the name of the variable


@pytest.mark.parametrize(
    "loss",
    [
        r"L(w) = \|Xw-y\|^2",
        r"J = \|Xw-y\|^2",
        r"\mathcal{L}(w) := \|Xw-y\|^2",
        r"L(w) \triangleq \|Xw-y\|^2",
        r"\mathscr{L}_{\text {ls }}(w; X) \stackrel{\text{def}}{=} \|Xw-y\|^2",
        "f = norm(X@w-y)**2",
        r"L(w, X) &= \|Xw-y\|^2",
        r"L: \|Xw-y\|^2",
        "loss(w): norm(X@w-y)**2",
    ],
)
def test_a_left_side_is_dropped(loss):
    problem = read_problem(loss, "w")
    assert problem.loss is read_problem("norm(X@w-y)**2", "w").loss
    assert any("is dropped" in note for note in problem.notes)


def test_the_equation_below_a_sum_is_no_left_side():
    assert isinstance(read_problem(r"\sum_{i=1}^n x_i y_i", "x").loss, SumOver)


@pytest.mark.parametrize("wrt", [r"\boldsymbol{\beta}", r"\beta", "β", "beta", r"\bm \beta"])
def test_the_marks_of_the_variable_are_dropped(wrt):
    assert read_problem(r"\|X\boldsymbol{\beta}-y\|^2", wrt).wrt.name == "beta"


def test_one_variable_at_a_time():
    assert "one variable at a time" in refused("x.T@x + b", "x,b").help


# ---- shapes


def test_a_star_between_two_sides():
    entry = read_shapes(["A: m*n"])["A"]
    assert (str(entry.shape), "m×n" in entry.note) == ("m×n", True)
    shapes = {text: str(read_shapes([f"A: {text}"])["A"].shape) for text in ("m·n", "2*n", "m*n×p", "(n,)", "3*4")}
    assert shapes == {"m·n": "m·n×1", "2*n": "2·n×1", "m*n×p": "m·n×p", "(n,)": "n×1", "3*4": "3×4"}
    problem = read_problem("x.T@K@x", "x", ["x: n*q, K: n*q×n*q"])  # as two sides it does not fit
    assert (str(problem.wrt.shape), "product" in problem.notes[0]) == ("n·q×1", True)


@pytest.mark.parametrize("text", ["x: m×", "x: ×n", "x: (,n)", "x: m**n"])
def test_an_empty_side_is_refused(text):
    with pytest.raises(InputError):
        read_shapes([text])


# ---- products


def test_a_star_that_makes_a_number_is_said():
    problem = read_problem("norm(A*x-b)**2", "x")
    assert any("`A @ x`" in note and "taken as a number" in note for note in problem.notes)
    assert not read_problem("norm(2*x-b)**2", "x").notes


def test_products_that_fit_with_another_sign_are_proposed():
    assert "`x.T@A@x`" in refused("x.T*A*x", "x").help
    assert "`x.T@A@x`" in refused("x.T*A*x", "x", "A: n×n, x: n").help
    assert "@" not in (refused("x*A", "A", "A: n×n, x: m").help or "")


@pytest.mark.parametrize(
    ("loss", "wrt", "same"),
    [
        ("xᵀAx", "x", "x.T@A@x"),
        ("‖Xw − y‖²", "w", "norm(X@w-y)**2"),
        ("‖Xw − y‖²", "y", "norm(X@w-y)**2"),
        ("‖XR − Y‖²_F", "R", "norm(X@R-Y,'fro')**2"),
        ("‖xᵀ@x‖²", "x", "norm(x.T@x)**2"),
        ("‖new − y‖²", "new", "norm(new-y)**2"),
    ],
)
def test_products_in_unicode(loss, wrt, same):
    assert to_text(read_problem(loss, wrt).loss) == to_text(read_problem(same, wrt).loss)


def test_a_power_of_a_matrix_says_how_it_was_read():
    assert any("read as LaTeX" in note and "`X**2`" in note for note in read_problem("tr(X^2)", "X").notes)
    assert not any("read as LaTeX" in note for note in read_problem(r"\operatorname{tr}(X^2)", "X").notes)
    assert any("matrix_power" in note for note in read_problem("tr(X**2)", "X").notes)


@pytest.mark.parametrize("loss", [r"exp(z)/\sum_j exp(z_j)", "exp(z)/sum[j](exp(z[j]))", "exp(z)/sum(exp(z))"])
def test_a_full_sum_of_one_function_is_a_sum_of_entries(loss):
    assert read_problem(loss, "z").loss is read_problem("exp(z)/sum(exp(z))", "z").loss


def test_sums_that_mix_two_arrays_stay():
    assert isinstance(read_problem("sum[i](x[i]*y[i])", "x").loss, SumOver)
    assert isinstance(read_problem("sum[i](X[i,i])", "X", ["X: n×n"]).loss, SumOver)


# ---- messages


@pytest.mark.parametrize(
    ("loss", "help"),
    [
        ("norm(X@R-Y,'fro'**2/m", "`)` is missing"),
        ("0x", "`0*x`"),
        ("x if x", "`if` is a word of Python"),
        ("nrom(x)", "`norm`"),
    ],
)
def test_what_to_write_instead(loss, help):
    said = refused(loss, "x")
    assert help in said.help
    if "nrom" in loss:
        assert (said.labels[0].span.start, said.labels[0].span.end) == (0, 4)


# ---- targets of library losses


@pytest.mark.parametrize(("loss", "wrt", "targets", "shape"), [
    ("F.cross_entropy(X@W, y)", "W", "y", "m×n"), ("nn.CrossEntropyLoss()(X@W, labels)", "W", "labels", "m×n"),
    ("F.cross_entropy(z, y)", "z", "y", "m×1"), ("optax.softmax_cross_entropy(logits, labels)", "logits", "labels",
    "m×1"),
    ("F.binary_cross_entropy_with_logits(X@w, y)", "w", "y", "m×1"), ("F.kl_div(q, p, reduction='sum')", "q", "p",
    "m×1"),
])  # fmt: skip
def test_targets_have_the_shape_of_their_scores(loss, wrt, targets, shape):
    assert shapes_of(read_problem(loss, wrt))[targets] == shape


def test_class_numbers_are_no_targets():
    assert "one-hot" in refused("F.cross_entropy(X@W, y)", "W", "X: m×n, W: n×p, y: m").help
    assert refused("F.cross_entropy(z, 3)", "z").code == "shape-mismatch"


@pytest.mark.thorough
def test_a_vector_of_scores_is_one_sample():
    assert str(gradient("F.cross_entropy(z, y)", "z")).startswith("sum(y) softmax(z) − y ")
    assert str(gradient("F.kl_div(q, p, reduction='batchmean')", "q")).startswith("−1/m p ")
    means = [str(gradient(f"F.cross_entropy(Z, Y{how})", "Z")) for how in ("", ", reduction='mean'")]
    assert means[0] == means[1]


def test_a_library_function_called_otherwise_says_how_it_is_called():
    called = "`kl_div(q, p, reduction)` or `kl_div(q, p, *, log_target is True, reduction)`"
    assert refused("F.kl_div(q, p)", "q").help == f"it is called as {called}"


# ---- biases and centres


@pytest.mark.parametrize(("loss", "name", "shape"), [
    ("np.mean((X@W1 + b1 - Y)**2)", "b1", "p×1"), ("norm(X@W + b - Y)**2", "b", "p×1"), ("np.sum((X - mu)**2)", "mu",
    "n×1"),
    ("np.sum((X - mu)**2/sigma**2)", "sigma", "number"), ("np.mean((np.maximum(0, X@W1+b1)@W2+b2-Y)**2)", "b2", "q×1"),
    ("norm(X@W - y)**2", "y", "m×p"), ("norm(A@x + b - y)**2", "b", "m×1"),
])  # fmt: skip
def test_a_small_letter_that_is_added_to_a_matrix_is_added_to_every_row(loss, name, shape):
    assert shapes_of(read_problem(loss, name))[name] == shape


def test_in_a_book_a_letter_added_to_a_matrix_is_a_matrix_and_that_is_said():
    problem = read_problem(r"\|XW + b - Y\|_F^2", "b")
    assert dict(problem.origins)["b"].startswith("assumed")


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "name"),
    [
        (r"\|w - w^*\|^2", "w^*", "w: d, w^*: d", "w_star"),
        (r"\|w - w^{\star}\|^2", r"w^{\star}", r"w: d, w^{\star}: d", "w_star"),
        (r"\|w - w^{old}\|^2", "w^{old}", "w: d, w^{old}: d", "w_old"),
        (r"\|w - w^{\text{old}}\|^2", r"w^{\text{old}}", "w: d", "w_old"),
        (r"\sum_{i,j}\mathcal C_{ij}^2", r"\mathcal{C}", "C: n×n", "C"),
    ],
)
def test_a_name_with_a_mark_is_declared_and_asked_for_as_it_is_written(loss, wrt, shapes, name):
    problem = read_problem(loss, wrt, [shapes])
    assert problem.wrt.name == name
    assert set(dict(problem.origins).values()) == {"from --shape"} or "text" in wrt


# ---- capitals in front of numbers


@pytest.mark.parametrize(
    ("loss", "wrt", "numbers"),
    [
        (r"C\|w\|^2", "w", "C"),
        (r"-J\sum_{i=1}^{n-1} s_i s_{i+1}", "s", "J"),
        ("C*sum(max(0, 1 - y.*(X*w))) + w'*w", "w", "C"),
        (r"A e^{-\|x\|^2} + \|x\|_1", "x", "A"),
        (r"\begin{cases}\frac12 a^2 & |a|\le d\\ d\cdot(|a| - \frac12 d) & \text{otherwise}\end{cases}", "a", "a d"),
    ],
)
def test_a_capital_beside_a_number_is_one_so_that_the_loss_is(loss, wrt, numbers):
    problem = read_problem(loss, wrt)
    assert problem.loss.shape.is_number
    assert {name for name, shape in shapes_of(problem).items() if shape == "number"} >= set(numbers.split())


@pytest.mark.parametrize(("loss", "wrt"), [("Ax", "x"), ("XBX", "X"), ("t A + B", "t"), (r"\frac{Ax}{\|x\|}", "x")])
def test_a_capital_that_is_multiplied_with_arrays_stays_a_matrix(loss, wrt):
    assert shapes_of(read_problem(loss, wrt))["X" if wrt == "X" else "A"] == "m×n"


# ---- what stands below a letter and numbers nothing


@pytest.mark.parametrize(
    ("loss", "wrt", "names"),
    [
        (r"y^\top(K + \sigma_n^2 I)^{-1}y + \log|K + \sigma_n^2 I| + \frac n2\log 2\pi", "K", "sigma_n"),
        (r"\alpha_W\rho\|W\|_1 + \frac{\alpha_W(1-\rho)}{2}\|W\|_F^2 + \alpha_H\|H\|_1", "H", "alpha_W alpha_H"),
        (r"\frac{2\mu_x\mu_y + c}{\mu_x^2 + \mu_y^2}\cdot\frac{2\sigma_{xy}}{\sigma_x^2 + \sigma_y^2}", r"\mu_x",
         "mu_x sigma_xy"),
    ],
)  # fmt: skip
def test_a_letter_below_that_numbers_nothing_belongs_to_the_name(loss, wrt, names):
    assert {*names.split()} <= shapes_of(read_problem(loss, wrt)).keys()


@pytest.mark.parametrize("loss", [r"\frac1n\sum_{i=1}^n(y_i - x_n)^2", r"\sum_i y_i^2 + s_{ij}"])
def test_a_letter_below_that_may_number_is_asked_about(loss):
    assert refused(loss, "y").code == "index-mismatch"


# ---- scripts in another order than most write them


@pytest.mark.parametrize(
    ("loss", "same", "shapes"),
    [
        (r"\sum_i\|h_i - h'_i\|", r"\sum_i\|h_i - h_i'\|", "h: n×d, h': n×d"),
        (r"\sum_i \log(h_i^\top h'_i)", r"\sum_i \log(h_i^\top h_i')", "h: n×d, h': n×d"),
        (r"\sum_i \|x^{(i)} - h_{y^{(i)}}\|^2", r"\sum_i \|x_i - h_{y_i}\|^2", "x: n×d, h: k×d"),
        (r"\sum_i y^{(i)}\log a^{(i)}, a = \sigma(X^T h)", r"\sum_i y_i\log(\sigma(X^T h))_i", "X: d×n, h: d, y: n"),
    ],
)
def test_scripts_mean_the_same_in_either_order(loss, same, shapes):
    assert str(gradient(loss, "h", shapes=[shapes])) == str(gradient(same, "h", shapes=[shapes]))


# ---- variables that a program keeps in an object


@pytest.mark.parametrize(
    "loss",
    ["np.sum((X @ self.w - self.y)**2)", "np.sum((X @ p['w'] - p[\"y\"])**2)", "cp.Minimize(cp.sum_squares(X@w - y))"],
)
def test_what_is_kept_in_an_object_is_a_variable(loss):
    assert to_text(read_problem(loss, "w").loss) == to_text(read_problem("np.sum((X@w - y)**2)", "w").loss)


@pytest.mark.parametrize(
    "loss", ["np.sum((self.w - w)**2)", "np.sum((p['w'] - q['w'])**2)", "np.sum(self.forward(self.w)**2)"]
)
def test_two_of_one_name_are_not_one(loss):
    assert refused(loss, "w").code in ("unknown-attribute", "syntax-error")
