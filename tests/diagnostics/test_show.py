"""Messages, by their full text."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import Diagnostic, Label, Source, Span
from matgrad_cli.diagnostics.show import plain_text, shortened, show, visible
from work import calls_in


def _at(text: str, *places: tuple[int, int, str], name: str = "loss") -> Diagnostic:
    labels = tuple(Label(Span(start, end), said) for start, end, said in places)
    return Diagnostic("some-code", "a message", Source(name, text), labels)


def test_two_places_with_a_note_and_help() -> None:
    diagnostic = Diagnostic(
        "shape-mismatch",
        "cannot multiply `X` by `W`: inner sizes differ",
        Source("loss", "norm(X @ W - Y)**2"),
        (Label(Span(9, 10), "k rows"), Label(Span(5, 6), "d columns")),
        ("`X` is n x d and `W` is k x d (from --shape)",),
        "`X @ W.T` is n x k, the shape of `Y`",
    )
    assert (
        show(diagnostic)
        == """\
error[shape-mismatch]: cannot multiply `X` by `W`: inner sizes differ
 --> loss:1:10
  |
1 | norm(X @ W - Y)**2
  |      -   ^ k rows
  |      |
  |      d columns
  = note: `X` is n x d and `W` is k x d (from --shape)
  = help: `X @ W.T` is n x k, the shape of `Y`
"""
    )


def test_three_places_hang_below_each_other() -> None:
    assert (
        show(_at("A + B + C", (8, 9, "third"), (0, 1, "first"), (4, 5, "second")))
        == """\
error[some-code]: a message
 --> loss:1:9
  |
1 | A + B + C
  | -   -   ^ third
  | |   |
  | |   second
  | first
"""
    )


def test_the_place_in_a_file_of_several_lines() -> None:
    assert (
        show(_at("a\nbb\nccc\nddd", (3, 9, "here"), (0, 1, "there"), (12, 13, ""), name="answer.md"))
        == """\
error[some-code]: a message
 --> answer.md:2:2
  |
1 | a
  | - there
2 | bb
  |  ^ here
...
4 | ddd
  |    -
"""
    )


def test_the_end_of_the_text_and_an_empty_text() -> None:
    assert show(_at("(A", (2, 2, "a bracket is missing"))).splitlines()[3:] == [
        "1 | (A",
        "  |   ^ a bracket is missing",
    ]
    assert show(_at("", (0, 0, "nothing here"))).splitlines()[3:] == ["1 |", "  | ^ nothing here"]


def test_a_message_without_a_place() -> None:
    assert show(Diagnostic("time-limit", "too long", help="less")) == "error[time-limit]: too long\n  = help: less\n"
    assert (
        show(Diagnostic("x", "found `y`", Source("hw.toml", ""), severity="warning"))
        == "warning[x]: found `y`\n --> hw.toml\n"
    )


def test_wide_and_combining_letters_keep_the_carets_under_their_place() -> None:
    assert show(_at("中e\u0301 + Q", (6, 7, "Q"))).splitlines()[3:] == ["1 | 中e\u0301 + Q", "  |       ^ Q"]


def test_control_characters_are_written_out() -> None:
    shown = show(_at("A\x1b[31m\x00\u202eB", (7, 8, "here")))
    assert shown.splitlines()[3:] == [r"1 | A\x1b[31m\x00\u202eB", "  |              ^^^^^^ here"]
    assert "\x1b" not in show(Diagnostic("x", "found `\x1b[2J`", notes=("\x07",), help="\x9b"))


@pytest.mark.parametrize("at", [0, 500_000, 999_999, 1_000_000])
def test_a_long_line_is_shown_as_an_excerpt(at: int) -> None:
    text = "a" * 1_000_000
    shown = show(_at(text, (at, at + 1, "here")), width=80)
    assert calls_in(lambda: show(_at(text, (at, at + 1, "here")), width=80)) < 2_000  # the line has a million letters
    assert all(len(line) <= 80 for line in shown.splitlines())
    line, marks = shown.splitlines()[3:]
    assert marks.index("^") < len(line) + 1
    assert "…" in line


def test_far_places_of_a_long_line_get_an_excerpt_each() -> None:
    shown = show(_at("B" + "a" * 5000 + "C", (5001, 5002, "here"), (0, 1, "there")), width=60)
    assert [line[4:].strip() for line in shown.splitlines() if "here" in line] == ["- there", "^ here"]
    assert all(len(line) <= 60 for line in shown.splitlines())


def test_a_mark_longer_than_the_excerpt_ends_with_it() -> None:
    shown = show(_at("A" * 5000, (0, 5000, "all of it")), width=60)
    assert max(len(line.removesuffix(" all of it")) for line in shown.splitlines()) <= 60


def test_words_wrap_and_hang() -> None:
    assert (
        show(Diagnostic("x", "m", notes=("one two three four five six seven eight nine",)), width=40)
        == """\
error[x]: m
  = note: one two three four five six
          seven eight nine
"""
    )


def test_colour_only_adds_colour() -> None:
    import re

    diagnostic = _at("A @ B", (0, 1, "here"), (4, 5, "there"))
    painted = show(diagnostic, colour=True)
    assert painted != show(diagnostic)
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == show(diagnostic)


def test_letters() -> None:
    assert [visible(letter) for letter in "a中\u0301\t\x1b\ud800"] == [
        ("a", 1),
        ("中", 2),
        ("\u0301", 0),
        ("    ", 4),
        ("\\x1b", 4),
        ("\\ud800", 6),
    ]
    assert plain_text("`" + "x" * 1000 + "`") == "`" + "x" * 106 + " … " + "x" * 40 + "`"
    assert shortened("abc", 3) == "abc"
