"""Never a right line marked wrong: what may be true under some reading is undecided, and the reason is said."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import Options, check_text, read_key
from matgrad_cli.records.finding import ProblemReport

LEAST_SQUARES = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n"


def judged(*lines: str, head: str = LEAST_SQUARES) -> ProblemReport:
    return check_text(f"```matgrad\n{head}\n" + "\n".join(lines) + "\n```\n", "a.md").problems[0]


UNKNOWN = {
    "a residual that is no part of the loss": ([r"\nabla L = 3X^\top r"], "r"),
    "a prediction that is no part of the loss": ([r"\nabla L = X^\top(\hat y - y)"], "y_hat"),
    "a name alone": ([r"\nabla L = g"], "g"),
    "a false identity in letters of its own": (
        [r"\operatorname{tr}(PQ) = \operatorname{tr}(P)\operatorname{tr}(Q)"],
        "P",
    ),
    "another name beside the variable itself": ([r"\nabla L = 2X^\top(Zw - y)"], "Z"),
    "a name in a sum of unlike shapes": ([r"\nabla L = 2X^\top Xw + q^\top X"], "q"),
}


@pytest.mark.parametrize(("lines", "name"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_name_without_a_value_is_no_error(lines: list[str], name: str) -> None:
    problem = judged(*lines)
    (finding,) = problem.lines
    assert (problem.verdict, finding.verdict, finding.code) == ("undecided", "undecided", "unknown-name")
    assert finding.message == f"the name `{name}` is not known here"
    assert problem.score == 0


SUPPOSED = {
    "a residual without definition": (r"\nabla L = 2X^\top r", "`r` is read as `X @ w - y`"),
    "a prediction explained in prose": (r"\nabla L = 2X^\top(\hat y - y)", "`y_hat` is read as `X @ w`"),
    "another name for a variable": (r"\nabla L = 2Z^\top(Zw - y)", "`Z` is read as `X`"),
}


@pytest.mark.parametrize(("line", "said"), SUPPOSED.values(), ids=SUPPOSED)
def test_a_name_that_only_the_prose_explains_is_supposed_and_said(line: str, said: str) -> None:
    problem = judged(line)
    assert problem.verdict == "right"
    assert any(note.startswith(said) for note in problem.notes)


def test_the_line_after_an_unknown_name_is_judged_again() -> None:
    problem = judged(r"\nabla L = 3X^\top r", r"= 2X^\top(Xw - y)")
    assert [finding.verdict for finding in problem.lines] == ["undecided", "follows"]
    assert (problem.verdict, problem.final.verdict) == ("undecided", "right")


def test_shapes_that_never_fit_are_wrong_beside_an_unknown_name() -> None:
    (finding,) = judged(r"\nabla L = 2X(Xw - y) + q").lines
    assert (finding.verdict, finding.code) == ("wrong", "non-conformable")


def test_an_answer_in_a_letter_that_nobody_explains_is_undecided(tmp_path) -> None:  # type: ignore[no-untyped-def]
    problem = '[[problem]]\nloss = "norm(X@w - y)**2"\nwrt = "w"\n'
    for shapes in ('shapes = "X: m×n, w: n, y: m"\n', ""):
        (tmp_path / "key.toml").write_text(problem + shapes, encoding="utf-8")
        report = check_text(
            "[[problem]]\nanswer = '2*X.T@(X@w - t)'\n", "a.toml", read_key(tmp_path / "key.toml"), Options()
        )
        assert (report.problems[0].verdict, report.problems[0].final.code) == ("undecided", "unknown-name")


def test_an_entry_says_in_which_order_its_letters_stand() -> None:
    head = "loss: tr(X.T@A)\nwrt: X\nshapes: X: n×n, A: n×n\n"
    lines = [r"\frac{\partial}{\partial X}\operatorname{tr}(X^\top A) = A_{kl}", r"= A^\top"]
    assert [finding.verdict for finding in judged(*lines, head=head).lines] == ["follows", "wrong"]
    assert judged(lines[0], "= A", head=head).verdict == "right"


def test_how_far_an_operator_reaches_may_be_unclear() -> None:
    lines = [r"\nabla L = \sum_{i=1}^m 2(x_i^\top w - y_i)\left(\nabla_w -y_i + x_i^\top w\right)"]
    assert judged(*lines).first_wrong is None


def test_a_sum_without_a_letter_is_not_guessed() -> None:
    head = "loss: log(sum(exp(U.T@v)))\nwrt: v\nshapes: U: d×k, v: d\n"
    problem = judged(r"\nabla L = \frac{\sum \exp(u_w^\top v) u_w}{\sum \exp(u_w^\top v)}", head=head)
    assert problem.first_wrong is None


BESIDE_D = {
    "a residual explained in prose": ("loss: norm(X@W - Y)**2/2\nwrt: W\n", [r"dL = \operatorname{tr}(E^\top dE)"]),
    "its differential too": (
        "loss: norm(X@W - Y)**2/2\nwrt: W\n",
        [r"dE = X\,dW", r"dL = \operatorname{tr}(E^\top dE)"],
    ),
    "a normaliser": (
        "loss: log(sum(exp(x)))\nwrt: x\n",
        [r"\frac{\partial f}{\partial x_k} = \frac1Z\frac{\partial Z}{\partial x_k}"],
    ),
}


@pytest.mark.parametrize(("head", "lines"), BESIDE_D.values(), ids=BESIDE_D)
def test_not_every_name_beside_d_is_the_loss(head: str, lines: list[str]) -> None:
    problem = judged(*lines, head=head)
    assert (problem.verdict, problem.first_wrong) == ("right", None)


UNKNOWN_LINKS = {
    "one": (r"\frac{\partial L}{\partial r}\frac{\partial r}{\partial w} + 2\lambda w", "r"),
    "two": (
        r"\frac{\partial L}{\partial a}\frac{\partial a}{\partial r}\frac{\partial r}{\partial w} + 2\lambda w",
        "a",
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize(("right", "name"), UNKNOWN_LINKS.values(), ids=UNKNOWN_LINKS)
def test_a_chain_through_an_unknown_name_is_undecided(right: str, name: str) -> None:
    head = "loss: norm(X@w - y)**2 + lam*norm(w)**2\nwrt: w\nshapes: X: m×n, w: n, y: m, lam: scalar\n"
    text = f"```matgrad\n{head}\n\\frac{{\\partial L}}{{\\partial w}} = {right}\n= 2X^\\top(Xw-y) + 2\\lambda w\n```\n"
    problem = check_text(text, "a.md").problems[0]
    first, last = problem.lines
    assert (first.verdict, first.code) == ("undecided", "unknown-name")
    assert f"`{name}`" in (first.message or "")
    assert (last.verdict, problem.final.verdict, problem.first_wrong) == ("follows", "right", None)


def test_an_e_that_only_the_prose_explains_is_no_number() -> None:
    """Euler's number stands under an exponent; elsewhere e is an error, a residual, a vector of ones."""
    text = (
        "```matgrad\nloss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n\n"
        "\\nabla L = \\frac{\\partial}{\\partial w}\\|e\\|^2\n= 2X^\\top e\n= 2X^\\top(Xw - y)\n```\n"
    )
    (problem,) = check_text(text, "a.md").problems
    assert problem.first_wrong is None
    assert problem.lines[-1].verdict == "follows"


def test_words_between_two_formulas_hide_neither() -> None:
    """`A \\text{ plus } B` is not A: what cannot be read as a whole is not judged by its first half."""
    head = "```matgrad\nloss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n\n\\nabla L = 2X^\\top(Xw - y) "
    cases = {
        r"\text{ plus } 2w": "unreadable",
        r"\text{ or } 2w": "unreadable",
        r"\text{ by the rule for } X^\top X": "right",
    }
    for words, verdict in cases.items():
        assert check_text(f"{head}{words}\n```\n", "a.md").problems[0].verdict == verdict


@pytest.mark.parametrize("sign", [r" \text{ where } ", ", ", r", \quad ", r",\; ", r", \text{ with } "])
def test_a_name_that_an_answer_explains_behind_itself_is_put_in(sign: str) -> None:
    head = "[[problem]]\nloss = 'sum(log(1+exp(X@w))) - y.T@X@w'\nwrt = 'w'\nshapes = 'X: n×d, w: d, y: n'\nanswer = '"
    assert check_text(head + r"X^T(p - y)" + sign + "p = \\sigma(Xw)'\n", "a.toml").verdict == "right"
    assert check_text(head + r"X^T(p + y)" + sign + "p = \\sigma(Xw)'\n", "a.toml").verdict == "wrong"


LOGISTIC = "loss: sum(log(1 + exp(X@w)) - t*(X@w))\nwrt: w\nshapes: X: n×d, w: d, t: n\norder: 2\n"
DIAGONALS = {
    "entries of samples": r"S_{ii} = \sigma(x_i^\top w)(1-\sigma(x_i^\top w))",
    "entries of a name": r"p = \sigma(Xw), \quad S_{nn} = p_n(1-p_n)",
    "a product of columns": r"S = \operatorname{diag}(\sigma(Xw)(1-\sigma(Xw)))",
    "a product of names": r"p = \sigma(Xw), \quad S = \operatorname{diag}(p(1-p))",
    "three factors": r"S = \operatorname{diag}(\tfrac{1}{2}\sigma(Xw)(1-\sigma(Xw))(1+1))",
}


@pytest.mark.parametrize("line", DIAGONALS.values(), ids=DIAGONALS)
def test_a_diagonal_matrix_is_defined_by_its_entries(line: str) -> None:
    problem = judged(line, r"\nabla^2 L = X^\top S X", head=LOGISTIC)
    assert problem.verdict == "right"
    notes = [note for finding in problem.lines for note in finding.notes]
    assert any("diagonal matrix" in note or "entry by entry" in note for note in notes)


@pytest.mark.parametrize("line", [r"S_{ij} = (Xw)_i", r"S_{ii} = X_{ij}", r"S = X_{ij}", r"S_{ii} = 2"])
def test_a_definition_whose_letters_do_not_fit_accuses_nobody(line: str) -> None:
    problem = judged(line, r"\nabla^2 L = X^\top S X", head=LOGISTIC)
    assert {finding.verdict for finding in problem.lines} <= {"undecided", "follows"}
    assert problem.verdict == "undecided"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("sign(ones(n) + z) + 0*sign(z + ones(n))", "right"),
        ("sign(ones(n) + z) + 0*log(z)", "undecided"),  # it has no value where the other one has
        ("-sign(ones(n) + z) + 0*sign(z + ones(n))", "wrong"),
    ],
)
def test_what_is_multiplied_by_zero_needs_no_point_that_tells(answer: str, verdict: str) -> None:
    text = f"```matgrad\nloss: norm(z + ones(n), 1)\nwrt: z\nshapes: z: n\nanswer: {answer}\n```\n"
    assert check_text(text, "a.md").problems[0].verdict == verdict


@pytest.mark.parametrize(
    ("line", "verdict"), [(r"x = A^T(AA^T)^{-1}b", "right"), (r"x = (A^TA)^{-1}A^Tb", "undecided")]
)
def test_a_solution_has_a_value_where_sizes_differ(line: str, verdict: str) -> None:
    head = "loss: x.T@x/2\nwrt: x\nshapes: A: m×n, x: n, b: m\nsubject_to: A@x = b\n"
    assert judged(r"\nabla_x L = x - A^T\lambda = 0", line, head=head).verdict == verdict


@pytest.mark.parametrize("name", [r"\hat u_i", r"u_i^*"])
def test_the_rows_of_a_solution_are_no_definition(name: str) -> None:
    head = (
        "loss: norm(R - U@V.T,'fro')**2 + lam*norm(U,'fro')**2\nwrt: U\nshapes: R: m×n, U: m×k, V: n×k, lam: scalar\n"
    )
    derivative = r"\frac{\partial L}{\partial u_i} = -2\sum_{j}(r_{ij} - u_i^\top v_j)v_j + 2\lambda u_i = 0"
    problem = judged(derivative, rf"{name} = (V^\top V - \lambda I)^{{-1}}V^\top r_i", head=head)
    assert problem.verdict != "right"
