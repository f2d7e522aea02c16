"""Bad input of every kind ends in one message and the right exit code:
no traceback, nothing written, within seconds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import Command
from matgrad_cli.cli.app import command_line
from matgrad_cli.diagnostics import MatgradError
from matgrad_cli.diagnostics.show import show

SMUGGLED = [
    "__import__('os').system('touch smuggled')",
    "().__class__",
    "x.__class__.__mro__",
    "lambda: x",
    "(x := 3)",
    "[print(y) for y in x]",
    "f'{x}'",
    "exec('import os')",
    "open('smuggled', 'w')",
    "x if x else x",
    "{x}",
    "x; x",
    "import os",
    "`touch smuggled`",
    "$(touch smuggled)",
    "x and x",
    "x == x",
    "await x",
    "*x",
    "x[0:1:2:3]",
    "getattr(x, 'T')",
    "x.T.__init__",
    "'x'",
    '"""x"""',
]
NONSENSE = [
    "",
    " ",
    "(",
    ")",
    "x +",
    "+",
    "@",
    "x @ @ x",
    "x..T",
    "x.T.T.",
    "norm(",
    "norm(x",
    "norm(x))",
    "sum[i](",
    "X[i",
    "1e",
    "1..2",
    "0x",
    "\\",
    "\\frac",
    "\\frac{1}",
    "\\begin{",
    "}",
    "{",
    "\\sum_",
    "_",
    "^",
    "x^",
    "x_",
    "$x$$",
    "§",
    "🙂",
    "\u202e",
    "\ufeff",
    "中文",
    "x" * 5000,
    "\x07",
    "x\x00y",
    "x\x1b[2Jy",
    "\t",
    "\n",
    "x\ny",
    "1/0",
    "0/0",
    "0**0",
    "x**x**x**x**x",
    "9" * 5000,
    "1e999999999",
]
HUGE = {
    "brackets": "(" * 10_000 + "x" + ")" * 10_000,
    "open brackets": "(" * 10_000,
    "functions": "exp(" * 5_000 + "x" + ")" * 5_000,
    "minus signs": "-" * 10_000 + "x",
    "transposes": "x" + ".T" * 10_000,
    "powers": "x" + "**2" * 3_000,
    "a line of a megabyte": "x+" * 500_000 + "+",
    "a name of a megabyte": "x" * 1_000_000,
    "a number of a megabyte": "1" * 1_000_000,
    "latex groups": "{" * 10_000 + "x" + "}" * 10_000,
    "latex fractions": "\\frac{1}{" * 5_000 + "x" + "}" * 5_000,
}


def _refused(loss: str, folder: Path) -> None:
    """The command ends in one short message that cannot steer a terminal, and nothing is written or printed."""
    with pytest.raises(MatgradError) as caught:
        command_line(["explain", "--wrt", "x", "-o", str(folder / "out.txt"), "--", loss])
    assert caught.value.exit_code == 3
    shown = show(caught.value.diagnostic)
    assert len(shown) < 6000
    assert not any(ord(letter) < 32 and letter != "\n" for letter in shown)
    assert os.listdir(folder) == []


@pytest.mark.parametrize("loss", SMUGGLED)
def test_nothing_typed_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str) -> None:
    monkeypatch.chdir(tmp_path)
    _refused(loss, tmp_path)


MEANINGFUL = {"9" * 5000, "x" * 5000, "1e999999999", "0**0", "中文", "x**x**x**x**x"}
"""Odd, but expressions: they may be read, and then end as every loss does."""


@pytest.mark.thorough
@pytest.mark.parametrize("loss", [loss for loss in NONSENSE if loss not in MEANINGFUL])
def test_nonsense(tmp_path: Path, capsys: pytest.CaptureFixture[str], loss: str) -> None:
    _refused(loss, tmp_path)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("loss", ["().__class__", "x +", "x\x1b[2Jy", "", "\ufeff"])
def test_as_a_process(matgrad: Command, tmp_path: Path, loss: str) -> None:
    done = matgrad("explain", "-", "--wrt", "x", "-o", "out.txt", stdin=loss)
    assert (done.returncode, done.stdout, os.listdir(tmp_path)) == (3, "", [])
    assert [line for line in done.stderr.splitlines() if line.startswith("error[")] == done.stderr.splitlines()[:1]
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("loss", sorted(MEANINGFUL) + list(HUGE), ids=lambda loss: loss[:12])
def test_huge_or_odd(matgrad: Command, loss: str) -> None:
    done = matgrad("gradient", "-", "--wrt", "x", stdin=HUGE.get(loss, loss), env={"MATGRAD_TIME_LIMIT": "20"})
    assert done.returncode in (0, 3, 4), done.stderr[:2000]
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 6000


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["X@W", "--wrt", "W", "--shape", "X: m×n, W: k×p"], "shape-mismatch", 3),
        (["norm(X@R", "--wrt", "R"], None, 3),
        (["nrom(X@R - Y)**2", "--wrt", "R"], "unknown-function", 3),
        (["x.T@x", "--wrt", "x", "--assume", "x symetric"], "unknown-fact", 2),
        (["det(x)", "--wrt", "x", "--shape", "x: n"], None, 3),
        (["matrix_power(X, 10**9)", "--wrt", "X", "--shape", "X: n×n"], None, 3),
        (["x.T@x", "--wrt", "x", "--shape", "x: m×n×p"], None, 3),
        (["x.T@x", "--wrt", "x", "--shape", "x"], None, 3),
        (["x.T@x", "--wrt", "x", "--rules", "no-such-folder"], "rules-missing", 3),
        (["x.T@x", "--wrt", "1x"], None, 3),
    ],
)
def test_a_message_with_its_code(
    matgrad: Command, tmp_path: Path, arguments: list[str], code: str | None, exit_code: int
) -> None:
    done = matgrad("explain", *arguments, "-o", "out.txt")
    assert done.returncode == exit_code, done.stderr
    assert done.stderr.startswith(f"error[{code}]" if code else "error[")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert os.listdir(tmp_path) == []


def test_a_variable_that_does_not_occur_has_a_zero_gradient(matgrad: Command) -> None:
    done = matgrad("explain", "norm(X@R - Y)**2", "--wrt", "Z", "--shape", "X: m×n, R: n×p, Y: m×p, Z: a×b")
    assert done.returncode == 0, done.stderr
    assert "does not contain Z" in done.stdout


def test_bytes_that_are_not_text(matgrad: Command) -> None:
    done = matgrad("explain", "-", "--wrt", "x", stdin=b"x.T @ \xff")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error[not-unicode]")
    assert matgrad("explain", "x\udcff", "--wrt", "x").returncode == 3


def test_the_time_limit(matgrad: Command) -> None:
    done = matgrad("explain", "x.T@x", "--wrt", "x", env={"MATGRAD_TIME_LIMIT": "0.001"})
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("error[time-limit]")
