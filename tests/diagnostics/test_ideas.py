"""Each idea has a page on one screen with examples that run and print what the page says;
`pytest --update-golden` writes them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import environment
from matgrad_cli.diagnostics.pages import IDEAS, codes, ideas, page, plain, title
from matgrad_cli.documents.keys import KEYS, WORDS

FILE = re.compile(r"^~~~~ (\S+)\n(.*?)^~~~~$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASKED = {
    "delta",
    "layout",
    "trace",
    "hadamard",
    "softmax",
    "broadcast",
    "symmetric",
    "chain",
    "kron",
    "norms",
    "hessian",
    "inverse",
    "key",
}


def _printed(command: str, folder: Path) -> str:
    program = re.sub(r"(^|\| )matgrad ", rf'\1"{sys.executable}" -m matgrad_cli ', command)
    done = subprocess.run(
        program, shell=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder, env=environment()
    )
    return done.stdout


def test_the_ideas_have_pages() -> None:
    assert set(ideas()) >= ASKED
    assert not set(ideas()) & set(codes())


@pytest.mark.thorough
@pytest.mark.parametrize("idea", ideas())
def test_a_page_fits_a_screen_and_its_examples_run(idea: str, tmp_path: Path, update_golden: bool) -> None:
    text = page(idea)
    assert text.startswith(f"# {idea}: ")
    assert title(idea)
    assert "book" in text, "which books use it"
    assert len(plain(idea, 100).splitlines()) <= 50
    for name, held in FILE.findall(text):
        (tmp_path / name).write_text(held, encoding="utf-8")
    block = BLOCK.findall(text)[-1]
    shown = ""
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        said = _printed(command, tmp_path)
        assert said, command
        shown += f"$ {command}\n{said}"
    if update_golden:
        (IDEAS / f"{idea}.md").write_text(text.replace(block, shown), encoding="utf-8")
    else:
        assert shown == block


def test_the_page_on_keys_names_every_key() -> None:
    text = page("key")
    assert [key for key in KEYS if key not in ("problem", "derivation") and not re.search(rf"\b{key}\b", text)] == []
    words = [word for key in ("require", "reveal", "attempts", "asks", "layout") for word in WORDS[key]]
    assert [word for word in words if f'"{word}"' not in text and word != "gradient"] == []
