"""What words say of arrays and layouts is meant for those they speak of:
no right line is called wrong for a remark about another."""

from __future__ import annotations

import pytest

from matgrad_cli.documents.sheets.facts import facts_by_standing
from matgrad_cli.grading.check import check_text

LOSS = "Let $f(W) = \\|Y - XW\\|_F^2$. "
RIGHT = "Then $\\nabla f = -2X^T(Y - XW)$. "
REMARK = "$\\nabla f = 2(XW-Y)^T X$ in numerator layout. "


@pytest.mark.parametrize(
    "text",
    [
        LOSS + RIGHT + "By the way, " + REMARK,
        LOSS + RIGHT + "In numerator layout this reads $\\nabla f = 2(XW-Y)^T X$.",
        LOSS + RIGHT + "Using numerator layout, we get\n\n$$\\nabla f = 2(XW-Y)^T X$$",
        LOSS + "Note that " + REMARK + RIGHT,
        LOSS + RIGHT + "From here on we use numerator layout: $\\nabla f = 2(XW-Y)^T X$.",
    ],
)
def test_a_remark_about_another_layout_is_not_meant_for_the_file(text: str) -> None:
    report = check_text(text, "x.md")
    assert [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"] == []


@pytest.mark.parametrize(
    "said",
    ["We use numerator layout. ", "Throughout, everything is in numerator layout. ", "I work in numerator layout. "],
)
def test_a_layout_of_the_file_is(said: str) -> None:
    assert check_text(said + LOSS + "Then $\\nabla f = 2(XW-Y)^T X$.", "x.md").verdict == "right"


SQUARE = " Let $f(x) = \\|Ax-b\\|^2$ with $A\\in\\mathbb{R}^{m\\times n}$.\n\n"
LYING, STANDING = "$$\\nabla f = 2(Ax-b)^\\top A$$", "$$\\nabla f = 2A^\\top(Ax-b)$$"


@pytest.mark.parametrize(("said", "right", "wrong"), [
    ("We adopt the convention that gradients are row vectors.", LYING, STANDING),
    ("Throughout, the gradient of a scalar is a row vector.", LYING, STANDING),
    ("Gradients are column vectors.", STANDING, LYING), ("We treat the gradient as a column vector.", STANDING, LYING),
    ("The derivative is a row vector and the gradient is a column vector.", STANDING, None),
    ("Some authors write gradients as row vectors.", STANDING, None),
    ("The derivative $Df$ is a row vector; the gradient is its transpose.", STANDING, None),
    ("Note that the gradient is not a row vector.", STANDING, None),
])  # fmt: skip
def test_a_gradient_lies_or_stands_as_the_document_says(said: str, right: str, wrong: str | None) -> None:
    assert check_text(said + SQUARE + right, "x.md").verdict == "right"
    assert wrong is None or check_text(said + SQUARE + wrong, "x.md").verdict == "wrong"


@pytest.mark.parametrize(
    "said",
    [
        "We use the numerator-layout convention.",
        "I follow numerator layout.",
        "(Numerator layout.)",
        "The convention is numerator layout.",
    ],
)
def test_a_layout_is_named_in_many_words(said: str) -> None:
    right, wrong = (line.replace("\\nabla f", "\\frac{\\partial f}{\\partial x}") for line in (LYING, STANDING))
    assert check_text(said + SQUARE + right, "x.md").verdict == "right"
    assert check_text(said + SQUARE + wrong, "x.md").verdict == "wrong"


def test_a_bias_that_is_a_row_has_a_gradient_that_is_a_row() -> None:
    text = "Let $b\\in\\mathbb{R}^{1\\times k}$, $Z = XW + \\mathbf{1}b$, $L = \\frac12\\|Z - Y\\|_F^2$."
    text += "\n\n$$\\frac{\\partial L}{\\partial b} = %s$$"
    assert check_text(text % "\\mathbf{1}^\\top(Z-Y)", "x.md").verdict == "right"
    assert check_text(text % "(Z-Y)^\\top\\mathbf{1}", "x.md").verdict == "wrong"


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("where $K$ is the kernel (Gram) matrix", "K"),
        ("with the Gram (kernel) matrix $K$", "K"),
        ("the scatter matrices $S_B$, $S_W$ are given", "S_B S_W"),
        ("with covariance matrices $S_B$ and $S_W$", "S_B S_W"),
        ("$S_B$ and $S_W$ are the between-class and within-class scatter", "S_B S_W"),
        ("let $H$ denote the Hessian", "H"),
        ("the graph Laplacian $M$", "M"),
        ("$A$ is the adjacency matrix of an undirected graph", "A"),
        ("the adjacency matrix $A$ of an undirected graph", "A"),
        ("the adjacency matrix $A$ of a graph", ""),
        ("The Hessian is $2A$", ""),
        ("the kernel of $A$", ""),
        ("with precision $\\Lambda$", "Lambda"),
        ("$C$ is the cross-covariance", ""),
        ("$C$ is the covariance between $x$ and $y$", ""),
    ],
)
def test_matrices_that_are_symmetric_by_their_kind(prose: str, names: str) -> None:
    suggested = facts_by_standing(prose.replace("$", ""))["suggested"]
    assert suggested == {name: {"symmetric"} for name in names.split()}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "words", ["With scatter matrices $A$, $F$, maximise", "For the covariance matrices $A$ and $F$ consider"]
)
def test_facts_that_are_needed_together_are_supposed_together(words: str) -> None:
    text = (
        words + " $J(w) = \\frac{w^T A w}{w^T F w}$.\n\n$$\\nabla J = \\frac{2 A w (w^T F w) - 2 F w (w^T A w)}{(w^T F "
        "w)^2}$$"
    )
    assert check_text(text, "x.md").verdict == "right"
    assert check_text(text.replace(words, "Consider"), "x.md").verdict == "wrong"
    assert check_text(text.replace("{2 A w", "{3 A w"), "x.md").verdict == "wrong"


@pytest.mark.thorough
def test_what_a_gaussian_likelihood_turns_is_a_covariance() -> None:
    text = (
        "$$L = -\\frac12 y^T C^{-1} y - \\frac12 \\log |C|$$ with $C = M + \\sigma^2 I$.\n\n"
        "$$\\frac{\\partial L}{\\partial M} = \\frac12 C^{-1} y y^T C^{-1} - \\frac12 C^{-1}$$"
    )
    assert check_text(text, "x.md").verdict == "right"
    assert check_text(text.replace("T C^{-1} - ", "T C^{-1} + "), "x.md").verdict == "wrong"


@pytest.mark.parametrize("said", ["($d\\times 1$)", "| $d\\times 1$ |", "of size $d\\times 1$"])
@pytest.mark.parametrize("left", ["\\nabla J", "\\nabla_w J", "\\frac{\\partial J}{\\partial w}"])
def test_the_size_of_a_derivative_is_not_that_of_the_loss(left: str, said: str) -> None:
    text = f"Let $J(w) = \\|Xw - y\\|^2$.\n\n${left} = 2X^T(Xw - y)$ {said}\n"
    assert check_text(text, "x.md").verdict == "right"


@pytest.mark.parametrize(("value", "verdict"), [("(W_2^Te)\\odot(1-h^2)", "right"), ("(W_2e)\\odot(1-h^2)", "wrong")])
def test_a_size_that_is_told_of_a_layer_may_have_another_letter(value: str, verdict: str) -> None:
    text = (
        "Let $x\\in\\mathbb{R}^d$, $h = \\tanh(W_1x)$ with $h\\in\\mathbb{R}^m$ and $o = W_2h$. The loss is "
        "$L = \\frac12\\|o - y\\|^2$.\n\n$$e = \\frac{\\partial L}{\\partial o} = o - y$$\n\n"
        f"$$\\frac{{\\partial L}}{{\\partial z}} = {value}$$\n\nwhere $z = W_1x$, so\n\n"
        "$$\\frac{\\partial L}{\\partial W_2} = eh^T$$\n"
    )
    assert check_text(text, "x.md").verdict == verdict


RESTS = {
    "P": ("\\|Px-b\\|^2", "2P(x-b)"),
    "Q": ("\\|Qx-b\\|^2", "2(x-Q^\\top b)"),
    "u": ("\\|x-uu^\\top x\\|^2", "2(I-uu^\\top)x"),
    "x": ("\\|x\\|_1", "\\mathbf{1}"),
    "t": ("-t^\\top\\log\\operatorname{softmax}(x)", "\\operatorname{softmax}(x)-t"),
    "A": ("x^\\top Ax", "2Ax"),
}
SAYS = """P|right|Let $P$ be an orthogonal projection.
P|right|Let $P$ be a projection ($P^2=P=P^\\top$).
P|right|Let $P=P^\\top=P^2\\in\\mathbb{R}^{n\\times n}$.
P|wrong|Let $P$ be a random projection matrix.
Q|right|Suppose $QQ^\\top=Q^\\top Q=I$.
Q|right|$Q^{-1}=Q^\\top$.
Q|right|Let $Q\\in O(n)$.
Q|right|Let $Q$ be a rotation matrix.
Q|wrong|The columns of $Q$ are orthogonal to $b$.
Q|wrong|Let $Q$ be an orthogonal projection.
u|right|Let $\\|u\\|_2=1$.
u|right|Here $u^\\top u=1$.
u|right|$u$ is normalised.
u|wrong|Let $\\|u\\|=2$.
x|right|Let $x_i>0$ for all $i$.
x|right|Let $x>0$ be a vector in $\\mathbb{R}^n$.
t|right|The entries of $t$ sum to one.
t|wrong|Weights $t$ do not sum to one.
t|wrong|Weights $t$ are arbitrary.
t|wrong|We do not require $\\sum_i t_i = 1$.
x|right|Let $x > 0$ (componentwise).
x|right|Suppose every component of $x$ is strictly positive.
x|right|The vector $x$ is positive.
x|right|$x$ is componentwise positive.
x|right|All of the $x_i$ are strictly positive.
x|right|$x_1,\\dots,x_n > 0$.
x|right|Let $x \\succ 0$ componentwise.
x|undecided|Some components of $x$ are positive.
x|wrong|The entries of $x$ are positive or negative.
x|wrong|$x$ has at least one positive entry.
A|right|$A$ equals its own transpose.
A|right|Let $A \\in \\mathbb{R}^{n\\times n}$ be the Fisher matrix, which is symmetric positive definite.
A|right|$A$ is a covariance matrix, hence symmetric.
A|wrong|It is false that $A$ is symmetric.
A|wrong|Many authors take $A$ symmetric; we do not.
A|wrong|Let $A$ be a matrix whose symmetric part is positive definite.
A|wrong|The entries of $A$ follow a symmetric distribution.
A|right|Assume $A_{ij} = A_{ji}$ for all $i,j$.
A|right|$a_{ij} = a_{ji}$, where $A = (a_{ij})$.
A|wrong|$A_{ij} = -A_{ji}$.
A|wrong|$A$ is multiplied by its transpose.
Q|right|$Q$ is a permutation matrix.
Q|right|$Q$ is a Householder reflection.
Q|right|The columns of $Q$ form an orthonormal set.
Q|right|$Q$ has an orthonormal set of columns.
Q|wrong|$Q$ is a generalized permutation matrix.
P|right|$P$ projects orthogonally onto a subspace.
P|undecided|Let $P$ be the projection onto a subspace.
P|undecided|Let $P$ be a projection (not necessarily orthogonal).
P|wrong|Let $P$ be an oblique projection.
P|wrong|$P$ is the projection matrix of the camera.
P|right|Define the centering matrix $P = I_n - \\frac{1}{n}\\mathbf{1}\\mathbf{1}^T$.
Q|right|Let $Q = I - 2vv^\\top$ with $\\|v\\|=1$.
Q|undecided|Let $Q = I - 2vv^\\top$.
u|undecided|Note that $u/\\|u\\|$ is a unit vector.
t|undecided|$t$ is binary.
t|undecided|with positive weights $t$
t|wrong|where the labels satisfy $\\sum_i t_i \\le 1$.
A|undecided|Let $A$ be any square matrix; the symmetric case is treated in Section 3.
A|undecided|Suppose first that $A$ is symmetric. Now let $A$ be general.
Q|undecided|The columns of $Q$ are orthogonal.
A|wrong|A common mistake is to assume $A$ symmetric."""


@pytest.mark.parametrize("case", SAYS.splitlines())
def test_what_a_text_says_of_a_name_decides_what_rests_on_it(case: str) -> None:
    name, verdict, prose = case.split("|", 2)
    loss, slope = RESTS[name]
    assert check_text(f"{prose}\n\n$$f(x)={loss}$$\n\n$$\\nabla f = {slope}$$\n", "x.md").verdict == verdict


@pytest.mark.parametrize(
    ("name", "prose", "slope", "verdict"),
    [
        ("t", "The targets satisfy $\\sum_i t_i = 2$.", "2\\operatorname{softmax}(x)-t", "right"),
        ("t", "The targets satisfy $\\sum_i t_i = 2$.", "\\operatorname{softmax}(x)-t", "wrong"),
        ("t", "$\\mathbf{1}^\\top t = 3$.", "3\\operatorname{softmax}(x)-t", "right"),
        ("t", "If $\\mathbf{1}^\\top t = 3$, it is simpler.", "3\\operatorname{softmax}(x)-t", "wrong"),
        ("u", "We require $\\|u\\|^2 = 2$.", "2x", "right"),
        ("u", "Let $u^\\top u = 3$.", "2x", "wrong"),
    ],
)
def test_what_a_formula_says_that_an_array_measures_holds(name: str, prose: str, slope: str, verdict: str) -> None:
    text = f"{prose}\n\n$$f(x)={RESTS[name][0]}$$\n\n$$\\nabla f = {slope}$$\n"
    assert check_text(text, "x.md").verdict == verdict


def test_a_fact_of_the_variable_serves_rows_that_derive_nothing() -> None:
    said = (
        "$A,B\\in\\mathbb{R}^{n\\times d}$, $Q\\in\\mathbb{R}^{d\\times d}$ orthogonal.\n\n$$f(Q) = \\|AQ-B\\|_F^2 = "
    )
    said += "\\|A\\|_F^2+\\|B\\|_F^2%s2\\operatorname{tr}(Q^\\top A^\\top B)$$\n\n$$\\nabla f = 2A^\\top(AQ-B).$$\n"
    assert [check_text(said % sign, "x.md").verdict for sign in "-+"] == ["right", "wrong"]
