"""Rules of the user: tested before they act, named by what rests on them,
and never taken for a fault of the product."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli import api
from matgrad_cli.diagnostics import BugError, InputError, StuckError
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rulebook.load import rulebook

RULE = """[[rule]]
id = "{id}"
title = "as it is said"
shapes = {{ {shapes} }}
lhs = "{lhs}"
rhs = "{rhs}"
why = "so it is written"
example = ["{before}", "{after}"]
given = {{ {given} }}
"""

FALSE = {
    "kink far away": ("A = 'm n'", "sum(relu(A + 3*ones(m,n)))", "sum(A + 3*ones(m,n))"),
    "kink very far away": ("A = 'm n'", "sum(abs(A + 1000*ones(m,n)))", "sum(A + 1000*ones(m,n))"),
    "underflow": ("A = 'm n'", "exp(-50*(A.T @ A))", "zeros(n,n)"),
    "saturation": ("A = 'm n'", "tanh(60*A)", "sign(A)"),
    "a polynomial in a size": ("A = 'n n'", "tr(A.T)", "tr(A) + (n-1)*(n-2)*(n-3)*(n-4)*(n-5)*(n-6)*(n-7)*(n-8)*tr(A)"),
    "square only": ("A = 'm n'", "sum(A @ A.T)", "sum(A.T @ A)"),
    "one size only": ("A = 'm n'", "tr(A.T @ A)", "sum(A*A) + (m-n)*(m-2)*(m-3)*sum(A*A)"),
    "a sign": ("A = 'n n', B = 'n n'", "tr(A @ B)", "-tr(B @ A)"),
    "small arguments": ("A = 'm n'", "sin(A)", "A"),
}
TRUE = {
    "a trace": ("A = 'm n'", "tr(A.T @ A)", "sum(A * A)", "X = 'm n'", "tr(X.T @ X)", "sum(X * X)"),
    "a hyperbola": (
        "A = 'm n'",
        "sum(cosh(A))",
        "sum(exp(A))/2 + sum(exp(-A))/2",
        "X = 'm n'",
        "sum(cosh(X))",
        "sum(exp(X))/2 + sum(exp(-X))/2",
    ),
    "an example that is not written as it would be printed": (
        "A = 'm n'",
        "det(inv(A.T @ A))",
        "det(A.T @ A)**-1",
        "X = 'm n'",
        "det(inv(X.T @ X))",
        "1/det(X.T @ X)",
    ),
}


def written(folder: Path, shapes: str, lhs: str, rhs: str, given: str = "", before: str = "", after: str = "") -> Path:
    file = folder / "mine.toml"
    text = RULE.format(
        id="mine", shapes=shapes, lhs=lhs, rhs=rhs, given=given or shapes, before=before or lhs, after=after or rhs
    )
    file.write_text(text.replace("'", '"'), "utf-8")
    return file


@pytest.mark.parametrize("name", FALSE)
def test_a_false_rule_is_refused_before_it_acts(tmp_path: Path, name: str) -> None:
    file = written(tmp_path, *FALSE[name])
    for call in (api.explain, api.gradient):
        with pytest.raises(InputError) as caught:
            call("x.T @ x", "x", rules=file)
        said = caught.value.diagnostic
        assert said.code == "rule-refused"
        assert f"`mine` ({file}:1)" in said.message
        assert "example" not in said.notes[1]  # refused for what it says, not for how


@pytest.mark.parametrize("name", TRUE)
def test_a_true_rule_acts_and_is_named_in_every_format(tmp_path: Path, name: str) -> None:
    shapes, lhs, rhs, given, before, after = TRUE[name]
    file = written(tmp_path, shapes, lhs, rhs, given, before, after)
    loss = before
    derivation = api.explain(loss, "X", given.replace("= 'm n'", ": m×n"), rules=file)
    assert derivation.derivations[0].rests_on == (f"mine ({file}:1)",)
    for kind in ("terminal", "text", "latex", "markdown", "html", "json"):
        shown = "".join(derivation.render(kind, width=10_000).split())
        assert "mine(" in shown or "mine\\_(" in shown, kind
    result = api.gradient(loss, "X", given.replace("= 'm n'", ": m×n"), rules=file)
    for kind in ("text", "latex", "numpy", "torch", "jax", "sympy", "json"):
        assert "mine (" in result.render(kind), kind
    everywhere = api.gradient(loss, "X", given.replace("= 'm n'", ": m×n"), rules=file, layout="all")
    assert all("mine (" in everywhere.render(kind) for kind in ("text", "latex", "numpy", "json"))
    assert all("mine" in text for text in (repr(result), str(result), result._repr_latex_(), result._repr_html_()))


@pytest.mark.parametrize("bad", ["a sign", "nothing that can be read"])
def test_a_rule_that_is_refused_does_not_keep_the_others_from_acting(tmp_path: Path, bad: str) -> None:
    (tmp_path / "bad").mkdir()
    shapes, lhs, rhs = FALSE.get(bad, ("A = 'n n'", "tr(A @)", "tr(A)"))
    text = written(tmp_path / "bad", shapes, lhs, rhs).read_text("utf-8").replace('"mine"', '"bad"')
    (tmp_path / "bad.toml").write_text(text, "utf-8")
    written(tmp_path, *TRUE["a trace"])
    found = api.explain("tr(X.T @ X)", "X", "X: m×n", rules=tmp_path)
    assert "mine" in found.derivations[0].rests_on[0]
    assert "left out:" in found.render("text")
    with pytest.raises(StuckError) as caught:
        api.explain("tr(expm(X))", "X", "X: n×n", method="expand", rules=tmp_path)
    assert any("bad" in note for note in caught.value.diagnostic.notes)


def test_a_rule_that_was_not_used_is_not_named(tmp_path: Path) -> None:
    file = written(tmp_path, *TRUE["a trace"])
    assert api.gradient("x.T @ x", "x", rules=file).derivations[0].rests_on == ()


def test_a_contradicted_step_names_the_rule_and_is_no_bug(tmp_path: Path) -> None:
    file = written(tmp_path, "A = 'n n', B = 'n n'", "tr(A @ B)", "2 * tr(B @ A)")
    problem = read_problem("tr(X @ C)", "X", ["X: n×n, C: n×n"], [], None)
    with pytest.raises(InputError) as caught:
        derive(problem, rules=rulebook(file))  # not tested first
    assert caught.value.exit_code == 3
    assert caught.value.diagnostic.code == "rule-contradicted"
    assert f"`mine` ({file}:1)" in caught.value.diagnostic.message


def test_a_contradicted_step_of_the_product_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    from matgrad_cli.verify.judge import Judge
    from matgrad_cli.verify.verdict import Verdict

    problem = read_problem("tr(X @ C)", "X", ["X: n×n, C: n×n"], [], None)
    monkeypatch.setattr(Judge, "compare_over", lambda *_, **__: Verdict("differs", "as the test says"))
    with pytest.raises(BugError):
        derive(problem)


@pytest.mark.thorough
def test_a_rule_that_turns_for_ever_ends_in_a_message(tmp_path: Path) -> None:
    file = written(tmp_path, "A = 'n n'", "tr(A)", "tr(A.T)", "X = 'n n'", "tr(X)", "tr(X.T)")
    with pytest.raises(StuckError) as caught:
        api.gradient("tr(A @ B)", "A", "A: m×n, B: n×m", rules=file)
    assert caught.value.diagnostic.code == "too-many-steps"
