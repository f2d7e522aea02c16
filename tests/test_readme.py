"""Every command of the README, and of the manual beside the samples, is run in an empty directory,
and prints what stands there.

`pytest --update-golden tests/test_readme.py` writes the outputs anew.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, environment

PAGES = [ROOT / "README.md", ROOT / "samples" / "README.md"]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETUP = "python3 -m venv .venv && .venv/bin/pip install -q "


def blocks() -> list[tuple[Path, str]]:
    """The console blocks of the pages."""
    return [(page, block) for page in PAGES for block in BLOCK.findall(page.read_text(encoding="utf-8"))]


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output printed under it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def runnable(command: str) -> str | None:
    """The command for this machine: what follows the set-up, with this Python; None for the tests themselves."""
    if command.startswith(SETUP):
        command = command.rpartition("&& ")[2].removeprefix(".venv/bin/")
    if command.startswith("pytest"):
        return None
    return re.sub(r"(^|\| )matgrad ", rf'\1"{sys.executable}" -m matgrad_cli ', command)


def printed(command: str, folder: Path) -> str:
    """What the command prints, stdout and stderr in the order a person sees them."""
    done = subprocess.run(
        command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, env=environment()
    )
    return done.stdout


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(len(blocks())))
def test_console_block(number: int, tmp_path: Path, update_golden: bool) -> None:
    if (ROOT / "samples").is_dir():
        shutil.copytree(ROOT / "samples", tmp_path / "samples")
    page, block = blocks()[number]
    shown = ""
    for command, output in commands(block):
        program = runnable(command)
        shown += f"$ {command}\n" + (output if program is None else printed(program, tmp_path))
    if update_golden and shown != block:
        page.write_text(page.read_text(encoding="utf-8").replace(block, shown), encoding="utf-8")
        block = shown
    assert shown == block


CONFUSION = re.compile(r"^\| \d+ \| [^|]* \| `matgrad (.*)` \| (.*) \|$", re.MULTILINE)
CONFUSIONS = CONFUSION.findall(PAGES[1].read_text(encoding="utf-8"))


@pytest.mark.thorough
@pytest.mark.parametrize(("command", "words"), CONFUSIONS, ids=range(1, len(CONFUSIONS) + 1))
def test_a_confusion_is_dissolved_by_a_page(command: str, words: str) -> None:
    shown = printed(f'"{sys.executable}" -m matgrad_cli {command}', ROOT)
    assert words in " ".join(shown.split())


def test_the_readme_is_short_and_the_confusions_are_twenty() -> None:
    assert len(PAGES[0].read_text(encoding="utf-8").splitlines()) <= 330
    assert len(CONFUSIONS) == 20


def test_two_commands_do_all_the_set_up() -> None:
    setup = [command for _, block in blocks() for command, _ in commands(block) if command.startswith(SETUP)]
    assert [command.rpartition("&& ")[2] for command in setup] == [
        """.venv/bin/matgrad explain "norm(X@R-Y,'fro')**2/m" --wrt R --detail brief""",
        ".venv/bin/pytest --all",
    ]


def test_the_readme_is_updated_one_process_at_a_time() -> None:
    """Blocks are written into one file, so all tests of this module run in the same worker (`--dist loadfile`)."""
    assert "--dist loadfile" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
