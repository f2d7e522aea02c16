"""`matgrad rules`: the identities, and their own proofs."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Command

FALSE = """[[rule]]
id = "trace-add-twice"
title = "twice too much"
shapes = { A = "n n", B = "n n" }
lhs = "tr(A + B)"
rhs = "tr(A) + 2 * tr(B)"
why = "it is not true"
example = ["tr(A + B)", "tr(A) + 2*tr(B)"]
"""


def test_list_names_every_chapter(matgrad: Command) -> None:
    done = matgrad("rules", "list")
    assert (done.returncode, done.stderr) == (0, "")
    chapters = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert chapters[0] == "entries"
    assert "simplify" in chapters
    assert (
        "\n  trace-cyclic                 a trace does not change when its factors rotate\n"
        in matgrad("rules", "list", "traces").stdout
    )


def test_an_unknown_chapter_is_a_wrong_command_line(matgrad: Command) -> None:
    done = matgrad("rules", "list", "cookery")
    assert done.returncode == 2
    assert "no chapter is called `cookery`" in done.stderr


def test_show(matgrad: Command) -> None:
    assert matgrad("rules", "show", "trace-cyclic").stdout == (
        "trace-cyclic  (rules/traces.toml:3)\n"
        "  a trace does not change when its factors rotate\n"
        "  tr(A @ B)  =  tr(B @ A)\n"
        "  with A: m×n, B: n×m\n"
        "  why: both sides are the double sum of A_ij B_ji; only the order of summation\n       differs\n"
        "  example: tr(d(X) @ W)  →  tr(W @ d(X))\n"
        "  see matrix-cookbook:14\n"
    )


def test_an_unknown_rule_suggests_the_nearest(matgrad: Command) -> None:
    done = matgrad("rules", "show", "trace-cylic")
    assert done.returncode == 3
    assert "did you mean `trace-cyclic`?" in done.stderr


def test_one_rule_prints_its_checks(matgrad: Command) -> None:
    done = matgrad("rules", "test", "d-inv")
    assert done.returncode == 0
    assert done.stdout.count("✓") >= 6
    assert "✗" not in done.stdout


def test_a_false_rule_of_the_user_fails(matgrad: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(FALSE, "utf-8")
    done = matgrad("rules", "test", "trace-add-twice", "--rules", str(tmp_path))
    assert done.returncode == 1
    assert "✗ true, different sizes" in done.stdout
    assert "fails" in done.stdout


def test_the_stub_is_a_rule_that_passes(matgrad: Command, tmp_path: Path) -> None:
    target = tmp_path / "stub.toml"
    assert matgrad("rules", "new", "-o", str(target)).returncode == 0
    done = matgrad("rules", "test", "trace-cyclic-copy", "--rules", str(target))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_invisible_moves_are_a_closed_list(matgrad: Command) -> None:
    done = matgrad("rules", "--invisible")
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "flattening",
        "redundant brackets",
        "renaming of bound indices",
        "order of scalar factors",
        "numerals in front",
    ]


def test_the_list_fits_the_terminal(matgrad: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, matgrad("rules", "list").stdout.splitlines())) <= 80
