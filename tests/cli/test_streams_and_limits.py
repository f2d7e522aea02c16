"""Closed, full and broken streams; limits that count processor time;
one submission that breaks leaves the others judged."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import Command, environment
from matgrad_cli.diagnostics.limits import OutOfTime, ended_by, time_limit
from matgrad_cli.grading import check as checking
from matgrad_cli.grading import document as judging
from matgrad_cli.grading.check import Options, check_files, check_text

KEY = '[[problem]]\nid = "{}"\nloss = "x.T @ x"\nwrt = "x"\nshapes = "x: n"\nanswer = "{}"\n'
COMMANDS = {
    "gradient x.T@x --wrt x": 0,
    "explain x.T@x --wrt x --format html": 0,
    "explain x.T@x --wrt x -o out.json": 0,
    "check k.toml": 0,
    "check k.toml --format json": 0,
    "check wrong.toml --report junit=j.xml": 1,
    "rules list": 0,
    "rules show d-inv": 0,
    "rules new": 0,
    "why differs": 0,
    "--help": 0,
    "--version": 0,
    "check --help": 0,
    "gradient x.T@ --wrt x": 3,
    "nonsense": 2,
}


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    (folder / "k.toml").write_text(KEY.format(1, "2*x"), "utf-8")
    (folder / "wrong.toml").write_text(KEY.format(1, "3*x"), "utf-8")
    text = f'matgrad() {{ "{sys.executable}" -m matgrad_cli "$@"; }}; {line}'
    return subprocess.run(["sh", "-c", text], capture_output=True, cwd=folder, env=environment(), timeout=600)


ALL = ">&- 2>&- <&-"
CASES = [(command, ALL) for command in COMMANDS]
CASES += [
    (command, one) for command in ("check k.toml", "--help", "gradient x.T@ --wrt x") for one in (">&-", "<&-", "2>&-")
]


@pytest.mark.thorough
@pytest.mark.parametrize(("command", "closed"), CASES)
def test_a_closed_stream_changes_nothing_else(tmp_path: Path, command: str, closed: str) -> None:
    done = shell(f"matgrad {command} {closed}", tmp_path)
    assert done.returncode == COMMANDS[command], done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert b"bug" not in done.stderr
    for file in ("out.json", "j.xml"):
        if (tmp_path / file).exists():
            assert (tmp_path / file).read_bytes()[:1] in (
                b"{",
                b"<",
            )  # a result went into its file and nothing else did


def test_a_loss_from_a_closed_stdin_is_empty(tmp_path: Path) -> None:
    done = shell("matgrad gradient - --wrt x <&-", tmp_path)
    assert (done.returncode, done.stderr[:19]) == (3, b"error[syntax-error]")


@pytest.mark.thorough
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("command", ["gradient x.T@x --wrt x", "check k.toml", "rules list", "why differs", "--help"])
def test_a_full_device(tmp_path: Path, command: str) -> None:
    done = shell(f"matgrad {command} > /dev/full", tmp_path)
    assert (done.returncode, done.stderr.count(b"error[system]")) == (4, 1), done.stderr.decode()
    assert shell(f"matgrad {command} 2> /dev/full", tmp_path).returncode == 0


def test_a_reader_who_leaves(tmp_path: Path) -> None:
    done = shell("matgrad rules list | head -1; matgrad why differs | true", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "arguments",
    [
        ["check", ""],
        ["check", "k.toml", "--key", ""],
        ["explain", "x.T@x", "--wrt", "x", "--rules", ""],
        ["rules", "list", "--rules", ""],
    ],
)
def test_an_empty_name_is_no_folder(matgrad: Command, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "k.toml").write_text(KEY.format(1, "2*x"), "utf-8")
    done = matgrad(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error[missing-file]")


def _work_for_ever() -> None:
    with time_limit(0.05):
        while True:
            pass


def test_the_limit_counts_processor_time() -> None:
    with time_limit(0.2):
        time.sleep(0.5)
    with pytest.raises(OutOfTime) as caught:
        _work_for_ever()
    said = ended_by(caught.value)
    assert said is not None
    assert said.message == "this took more than 0.05 seconds of processor time, the limit, so there is no result"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OutOfTime(1, "of processor time"), "time-limit"),
        (MemoryError(), "memory-limit"),
        (RecursionError(), "too-deep"),
        (KeyError("x"), "bug"),
    ],
)
def test_what_breaks_one_problem_leaves_the_others_judged(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: str
) -> None:
    honest = judging.judge

    def judge(chosen):  # type: ignore[no-untyped-def]
        if chosen.id == "2":
            raise error
        return honest(chosen)

    monkeypatch.setattr(judging, "judge", judge)
    report = check_text("".join(KEY.format(number, "2*x") for number in (1, 2, 3)), "k.toml")
    assert [problem.verdict for problem in report.problems] == ["right", "undecided", "right"]
    assert [problem.score for problem in report.problems] == [1, 0, 1]
    assert report.problems[1].final.code == code


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_breaks_one_file_leaves_the_others_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.toml").write_text(KEY.format(1, "2*x"), "utf-8")
    honest = checking.read_document

    def read(path: Path, asked=()):  # type: ignore[no-untyped-def]
        if path.name == "2.toml":
            if jobs == 1:
                raise MemoryError
            os.kill(os.getpid(), 9)  # as the system does when memory runs out
        return honest(path, asked)

    monkeypatch.setattr(checking, "read_document", read)
    report = check_files([tmp_path], Options(jobs=jobs))
    assert [file.verdict for file in report.files] == ["right", "right", "unreadable", "right"]
    assert report.files[2].diagnostics[0].code == "memory-limit"
