"""Files are written whole or not at all; terminals, pipes and NO_COLOR are respected."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from matgrad_cli.cli import output
from matgrad_cli.diagnostics import UsageError


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("before")
    file.chmod(0o640)
    output.deliver("∇L\n", str(file))
    assert file.read_bytes() == "∇L\n".encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_new_file_has_the_usual_rights(tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.write_text("")
    output.deliver("x", str(tmp_path / "new"))
    assert (tmp_path / "new").stat().st_mode == beside.stat().st_mode


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "out.txt"
    file.write_text("before")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UsageError, match="no space left on device"):
        output.deliver("after", str(file))
    assert file.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    (tmp_path / "link").symlink_to("file")
    output.deliver("after", str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "after\n"
    output.deliver("nothing", os.devnull)
    assert not os.path.isfile(os.devnull)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "its name is empty"), (".", "it is a directory"), ("no/such/file", "there is no directory")],
)
def test_a_file_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=reason):
        output.usable(name)


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("20", 40), ("5000", 200), ("0", 80), ("many", 80)])
def test_columns(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((0, 0)))
    assert output.columns() == width


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "no_color", "term", "colour"),
    [
        (_Terminal(), None, "xterm", True),
        (_Terminal(), "1", "xterm", False),
        (_Terminal(), "", "xterm", True),
        (_Terminal(), None, "dumb", False),
        (io.StringIO(), None, "xterm", False),
    ],
)
def test_colour(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, no_color: str | None, term: str, colour: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    if no_color is None:
        monkeypatch.delenv("NO_COLOR", raising=False)
    else:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert output.wants_colour(stream) is colour


@pytest.mark.parametrize(
    ("asked", "file", "found"),
    [
        (None, None, "text"),
        (None, "a.tex", "latex"),
        (None, "a.MD", "markdown"),
        (None, "a", "text"),
        ("json", "a.tex", "json"),
    ],
)
def test_the_format_follows_the_ending(asked: str | None, file: str | None, found: str) -> None:
    assert output.format_for(asked, file, ("text", "latex", "markdown", "json")) == found
