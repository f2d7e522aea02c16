"""Loading is checking: what is wrong with an entry is said with file, rule and field."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.rulebook import rulebook, rules_folder
from matgrad_cli.rulebook.entries import cut, read_plain
from matgrad_cli.rulebook.heads import guess_heads
from matgrad_cli.rulebook.load import Rulebook, equation_rules, listed
from matgrad_cli.rulebook.pattern import pattern, read_side

GOOD = """[[rule]]
id = "trace-cyclic"
title = "a trace does not change when its factors rotate"
shapes = { A = "m n", B = "n m" }
lhs = "tr(A @ B)"
rhs = "tr(B @ A)"
why = "both sides are one double sum"
example = ["tr(X @ W)", "tr(W @ X)"]
given = { X = "m n", W = "n m" }
"""


def book_of(text: str, extra: bool = False) -> Rulebook:
    return Rulebook(cut(text, "mine", "mine.toml", extra), rules_folder() / "methods")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('why = "both sides are one double sum"', "", 'mine.toml: rule "trace-cyclic", why: is missing'),
        ("why =", "wy = 1\nwhy =", 'mine.toml: rule "trace-cyclic", wy: unknown field'),
        ('rhs = "tr(B @ A)"', 'rhs = "tr(B @ C)"', 'mine.toml: rule "trace-cyclic", rhs: '),
        ('rhs = "tr(B @ A)"', 'rhs = "B @ A"', "rhs: the sides differ in shape: lhs is number, rhs is n×n"),
        ('B = "n m"', 'B = "n k"', 'mine.toml: rule "trace-cyclic", lhs: '),
        ("why =", 'when = ["A tidy"]\nwhy =', "when: unknown condition `tidy`"),
        ("why =", 'when = ["C square"]\nwhy =', "when: `C` is not listed in shapes (it has A, B)"),
        ('["tr(X @ W)", "tr(W @ X)"]', '["tr(X @ W)"]', "example: needs two texts, before and after; found 1"),
        ('id = "trace-cyclic"', 'name = "trace-cyclic"', "mine.toml:1, id: a rule needs an id"),
        ("why =", "native = true\nwhy =", "lhs: a native rule has no sides"),
        ('lhs = "tr(A @ B)"', 'lhs = "tr(A @@ B)"', 'mine.toml: rule "trace-cyclic", lhs: '),
        ('title = "', "title = ", "this is not TOML"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as raised:
        pattern(book_of(GOOD.replace(old, new)).rule("trace-cyclic")).check()
    assert message in raised.value.diagnostic.message


def test_one_id_twice_names_both_places() -> None:
    with pytest.raises(InputError) as raised:
        book_of(GOOD + "\n" + GOOD)
    assert "mine.toml:11" in raised.value.diagnostic.message
    assert "mine.toml:1" in raised.value.diagnostic.message


def test_a_folder_adds_pattern_rules_only(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace("trace-cyclic", "trace-turned"), "utf-8")
    book = rulebook(tmp_path)
    assert book.rule("trace-turned").family == "mine"
    assert book.ids[-1] == "trace-turned"
    native = '[[rule]]\nid = "mine"\ntitle = "t"\nwhy = "w"\nnative = true\nexample = ["1", "1"]\n'
    with pytest.raises(InputError, match="adds pattern rules only"):
        book_of(native, extra=True).rule("mine")


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no rule files"):
        rulebook(tmp_path)


def test_an_unknown_rule_suggests_the_nearest() -> None:
    with pytest.raises(InputError) as raised:
        rulebook().rule("trace-cylic")
    assert raised.value.diagnostic.help == "did you mean `trace-cyclic`?"


def test_lines_are_counted() -> None:
    for rule in rulebook():
        lines = (rules_folder() / rule.file.removeprefix("rules/")).read_text("utf-8").splitlines()
        assert lines[rule.line - 1] == "[[rule]]"
        assert lines[rule.line] == f'id = "{rule.id}"'


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("tr(A @ B)", "tr"),
        ("(A @ B).T", "Transpose"),
        ("c * A + b * A", "Add"),
        ("norm(A)**2", "Power"),
        ("-A @ B", "Mul"),
        ("(A @ B)[i,j]", "Entry"),
        ("sum[k](A[i,k] * B[k,j])", "SumOver"),
        ("sum(A)", "sum"),
        ("inv(A).T", "Transpose"),
        ("x.T @ y", "MatMul"),
        ("u / v", "Mul"),
        ("A * B", "Hadamard"),
        ("d(A)", "Differential"),
        ("partial(u * v, X[s,t])", "Partial"),
    ],
)
def test_heads_are_guessed_from_the_text(text: str, head: str) -> None:
    assert head in guess_heads(text)


def test_the_plain_reader_reads_what_toml_reads() -> None:
    for file in sorted(rules_folder().glob("*.toml")):
        text = file.read_text("utf-8")
        entries = cut(text, file.stem, file.name)
        assert [read_plain(entry.text) for entry in entries] == tomllib.loads(text)["rule"]


def test_methods_are_read_as_toml_reads_them() -> None:
    for name in rulebook().methods:
        data = tomllib.loads((rules_folder() / "methods" / f"{name}.toml").read_text("utf-8"))
        method = rulebook().method(name)
        assert (method.id, method.title, method.why) == (name, data["title"], data["why"])
        assert [(phase.name, phase.title, list(phase.rules)) for phase in method.phases] == [
            (
                phase["name"],
                phase.get("title", ""),
                [rule for text in phase.get("rules", []) for rule in listed(text, rulebook())],
            )
            for phase in data["phases"]
        ]


@pytest.mark.parametrize(
    "text",
    [
        r"""a = "x" # said""",
        "a = 'x'",
        r'''a = "x\n"''',
        r"""a = 3""",
        r'''a.b = "x"''',
        r"""a = { b = 1 }""",
        r"""a = ["x" "y"]""",
        r"""a = { b "x" }""",
    ],
)
def test_anything_else_is_left_to_toml(text: str) -> None:
    assert read_plain(text) is None


def test_a_field_twice_is_left_to_toml() -> None:
    assert read_plain('a = "x"\na = "y"') is None


def test_nothing_is_open_in_a_side_of_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shapes of a rule are declared: what is read without looking for any is what is read when all are found."""
    sides = [
        (text, rule.shapes)
        for book in (rulebook(), equation_rules())
        for rule in book
        for text in (rule.lhs, rule.rhs)
        if text
    ]
    declared = [read_side(*side) for side in sides]
    monkeypatch.setattr("matgrad_cli.rulebook.pattern.as_declared", lambda node, scope: None)
    assert all(read_side(*side) is one for side, one in zip(sides, declared, strict=True))
