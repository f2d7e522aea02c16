"""The commands as a person uses them: streams, formats, files, exit codes, help."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Command, environment
from matgrad_cli.cli.app import EXAMPLES, command_line
from matgrad_cli.cli.choices import EXPLAIN_FORMATS, GRADIENT_FORMATS
from matgrad_cli.records.layout import LAYOUTS

LOSS = ("norm(X@R-Y,'fro')**2/m", "--wrt", "R")


@pytest.mark.thorough
def test_version_and_help(matgrad: Command) -> None:
    assert matgrad("--version").stdout == matgrad("-V").stdout == "matgrad 0.1.0\n"
    for command in ([], *([name] for name in EXAMPLES)):
        done = matgrad(*command, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Usage: matgrad")
        assert "-h, --help" in done.stdout
        assert not command or all(f"    matgrad {example}\n" in done.stdout for example in EXAMPLES[command[0]])
    assert matgrad("explain", "-h").stdout == matgrad("explain", "--help").stdout


@pytest.mark.parametrize("example", [example for examples in EXAMPLES.values() for example in examples])
def test_the_examples_of_the_help_run(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answer.md").write_text("$L = x^T x$, so $\\nabla_x L = 2x$", encoding="utf-8")
    (tmp_path / "layer.py").write_text("L = np.sum(x**2)\ndx = 2*x\n", encoding="utf-8")
    (tmp_path / "answers").mkdir()
    (tmp_path / "key.toml").write_text('[[problem]]\nid = "1"\nloss = "x.T@x"\nwrt = "x"\n', encoding="utf-8")
    (tmp_path / "answers" / "one.toml").write_text('[[problem]]\nid = "1"\nanswer = "2*x"\n', encoding="utf-8")
    assert command_line(shlex.split(example)) == 0


def test_a_shell_completes_commands_options_and_their_words() -> None:
    def completed(*words: str) -> list[str]:
        asked = {
            "_MATGRAD_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(["matgrad", *words]),
            "COMP_CWORD": str(len(words)),
        }
        command = [sys.executable, "-m", "matgrad_cli"]
        return subprocess.run(
            command, env={**environment(), **asked}, capture_output=True, text=True, check=False
        ).stdout.split()

    assert completed("expl") == ["explain"]
    assert completed("explain", "--method", "d") == ["differential"]
    assert (
        "_MATGRAD_COMPLETE"
        in subprocess.run(
            [sys.executable, "-m", "matgrad_cli"],
            env={**environment(), "_MATGRAD_COMPLETE": "source_bash"},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    )


@pytest.mark.thorough
def test_a_file_of_html_is_a_whole_page(matgrad: Command, tmp_path: Path) -> None:
    for command in (
        ["explain", *LOSS],
        ["explain", "x.T@A@y", "--wrt", "x, y"],
        ["solve", "norm(X@w-y)**2", "--wrt", "w"],
    ):
        assert matgrad(*command, "-o", "page.html").returncode == 0
        page = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert page.startswith("<!DOCTYPE html>")
        assert page.count("<style>") == 1
        assert page.index("</style>") < page.index("</head>")


def test_without_arguments_the_help_is_printed(matgrad: Command) -> None:
    assert matgrad().stdout == matgrad("--help").stdout


@pytest.mark.thorough
@pytest.mark.parametrize("name", EXPLAIN_FORMATS)
def test_explain_prints_each_format(matgrad: Command, name: str) -> None:
    done = matgrad("explain", *LOSS, "--format", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n")
    assert "\x1b" not in done.stdout


@pytest.mark.thorough
@pytest.mark.parametrize("name", GRADIENT_FORMATS)
def test_gradient_prints_each_format(matgrad: Command, name: str) -> None:
    done = matgrad("gradient", *LOSS, "--format", name)
    told = "note: assumed X: n×p, R: p×q, Y: n×q, m: number; `--shape` says otherwise\n" if name != "json" else ""
    assert (done.returncode, done.stderr) == (0, told)
    assert done.stdout.endswith("\n")


def test_nothing_is_noted_where_shapes_are_given(matgrad: Command) -> None:
    assert matgrad("gradient", "x.T@A@x", "--wrt", "x", "--shape", "A: n×n, x: n").stderr == ""


@pytest.mark.thorough
def test_an_unknown_ending_of_the_file_is_refused(matgrad: Command, tmp_path: Path) -> None:
    done = matgrad("explain", *LOSS, "-o", str(tmp_path / "page.pdf"))
    assert done.returncode == 2
    assert "the ending `.pdf`" in done.stderr
    assert "`.tex`, `.md`, `.html`" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert matgrad("explain", *LOSS, "-o", str(tmp_path / "page.pdf"), "--format", "text").returncode == 0


@pytest.mark.thorough
def test_code_is_the_same_for_every_layout_and_says_so(matgrad: Command) -> None:
    one, every = (
        matgrad("gradient", *LOSS, "--format", "numpy", "--layout", layout).stdout for layout in ("gradient", "all")
    )
    first, _, rest = every.partition("\n")
    assert first.startswith("# the same for every layout")
    assert rest == one
    assert "X: n×p (assumed), R: p×q (assumed), Y: n×q (assumed), m: number (assumed)" in one


def test_the_help_of_gradient_offers_no_method_that_it_refuses(matgrad: Command) -> None:
    assert "or all" not in matgrad("gradient", "--help").stdout.partition("--method")[2].partition("--")[0]


def test_the_gradient_of_the_forum(matgrad: Command) -> None:
    assert matgrad("gradient", *LOSS).stdout == "2/m Xᵀ(XR − Y)   (p×q, gradient layout)\n"


@pytest.mark.thorough
def test_a_loss_that_begins_with_a_dash(matgrad: Command) -> None:
    for loss in ("-x.T@x", "-0.5*x.T@x", "--x.T@x"):
        assert matgrad("gradient", loss, "--wrt", "x").returncode == 0, loss
    assert matgrad("gradient", "--wrt", "x", "-x.T@x").stdout == "−2x   (m×1, gradient layout)\n"


@pytest.mark.thorough
def test_a_loss_from_stdin(matgrad: Command) -> None:
    assert matgrad("gradient", "-", *LOSS[1:], stdin=LOSS[0] + "\n").stdout == matgrad("gradient", *LOSS).stdout


def test_json_of_explain(matgrad: Command) -> None:
    data = json.loads(matgrad("explain", *LOSS, "--format", "json").stdout)
    assert {"schema", "loss", "wrt", "method", "layout", "shapes", "assumed", "steps", "result", "verdict"} <= set(data)
    step = {
        "number",
        "rule",
        "title",
        "before",
        "after",
        "path",
        "bindings",
        "shape",
        "free",
        "assumed",
        "verdict",
        "substeps",
    }
    assert all(step <= set(found) for found in data["steps"])
    assert set(data["shapes"]) == {"X", "R", "Y", "m"}
    assert {"text", "latex", "numpy", "shape"} <= set(data["result"])


def test_all_layouts(matgrad: Command) -> None:
    done = matgrad("gradient", *LOSS, "--layout", "all", "--format", "json")
    assert [entry["layout"] for entry in json.loads(done.stdout)["derivations"]] == list(LAYOUTS)


@pytest.mark.thorough
def test_a_file_gets_what_stdout_would(matgrad: Command, tmp_path: Path) -> None:
    done = matgrad("explain", *LOSS, "-o", "out.tex")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out.tex").read_text(encoding="utf-8") == matgrad("explain", *LOSS, "--format", "latex").stdout


def test_a_reader_who_leaves_early() -> None:
    command = f'"{sys.executable}" -m matgrad_cli explain "{LOSS[0]}" --wrt R --detail full | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stderr) == (0, "")


def test_an_encoding_without_greek() -> None:
    command = [sys.executable, "-m", "matgrad_cli", "explain", *LOSS]
    env = {**environment(), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "∂" in done.stdout.decode()


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo terminals")
@pytest.mark.parametrize(("no_color", "colour"), [("", True), ("1", False)])
def test_a_terminal_gets_colour_unless_told_otherwise(no_color: str, colour: bool) -> None:
    lead, follow = os.openpty()
    env = {**environment(), "NO_COLOR": no_color, "TERM": "xterm-256color"}
    with subprocess.Popen(
        [sys.executable, "-m", "matgrad_cli", "explain", *LOSS], stdout=follow, stderr=follow, env=env
    ):
        os.close(follow)
        seen = b""
        try:
            while block := os.read(lead, 4096):
                seen += block
        except OSError:  # the other side is closed
            os.close(lead)
    assert (b"\x1b[" in seen) is colour
