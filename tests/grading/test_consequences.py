"""A slip is told once: what follows from a wrong line is not called wrong again,
and a new slip in the same chain still is."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import Options, check_text, read_key
from matgrad_cli.records.finding import ProblemReport

SQUARES = 'loss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m"\n'
GAUSS = 'loss = "logdet(S) + tr(inv(S) @ C)"\nwrt = "S"\nshapes = "S: n×n, C: n×n"\nassume = "S spd, C symmetric"\n'
NORM = (
    'loss = "norm(x)**2"\nwrt = "x"\nshapes = "x: n, A: m×n, b: m"\nassume = "A wide"\nsubject_to = "A@x = '
    'b"\nasks = "minimum"\n'
)
SECOND = SQUARES + "order = 2\n"


def under_key(tmp_path, key: str, *lines: str) -> ProblemReport:  # type: ignore[no-untyped-def]
    (tmp_path / "key.toml").write_text("[[problem]]\n" + key, encoding="utf-8")
    text = "```matgrad\nproblem: 1\n\n" + "\n".join(lines) + "\n```\n"
    return check_text(text, "a.md", read_key(tmp_path / "key.toml"), Options()).problems[0]


CONSEQUENCES = {
    "the gradient of a differential": (GAUSS, [r"dL = \operatorname{tr}(S^{-1}dS) + \operatorname{tr}(S^{-1}CS^{-1}dS)",
                                               r"\nabla_S L = S^{-1} + S^{-1}CS^{-1}"], ["wrong", "undecided"]),
    "the second derivative of a gradient": (SECOND, [r"\nabla_w L = -2X^\top(Xw - y)", r"\nabla_w^2 L = -2X^\top X"],
                                            ["wrong", "undecided"]),
    "a constraint put into a solution": (NORM, [r"2x - A^\top\mu = 0", r"x = A^\top\mu", r"AA^\top\mu = b",
    r"\mu = (AA^\top)^{-1}b",
                                                r"x = A^\top(AA^\top)^{-1}b"], ["follows", "wrong", "follows",
                                                "follows", "follows"]),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "lines", "verdicts"), CONSEQUENCES.values(), ids=CONSEQUENCES)
def test_what_follows_from_a_wrong_line_is_not_wrong_again(
    tmp_path, key: str, lines: list[str], verdicts: list[str]
) -> None:  # type: ignore[no-untyped-def]
    problem = under_key(tmp_path, key, *lines)
    assert [line.verdict for line in problem.lines] == verdicts
    assert problem.verdict == "wrong"


def test_a_new_slip_in_the_chain_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    problem = under_key(
        tmp_path, SQUARES, r"dL = (Xw - y)^\top X\,dw", r"\nabla_w L = X^\top(Xw - y)", r"= X^\top Xw + X^\top y"
    )
    assert [line.verdict for line in problem.lines] == ["wrong", "undecided", "wrong"]


def test_a_hint_says_that_a_line_is_right_in_itself(tmp_path) -> None:  # type: ignore[no-untyped-def]
    last = under_key(
        tmp_path, GAUSS + 'reveal = "hint"\n', r"\nabla_S L = S^{-1} + S^{-1}CS^{-1}", r"= S^{-1} - S^{-1}CS^{-1}"
    ).lines[-1]
    assert last.holds
    assert last.message is not None
    assert last.message.startswith("right in itself")
