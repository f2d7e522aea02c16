"""Each message code has a page, and the page's example raises exactly that code."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from conftest import environment, trees
from matgrad_cli.cli.app import command_line
from matgrad_cli.diagnostics import MatgradError
from matgrad_cli.diagnostics.pages import FOLDER, codes, page, plain, title
from matgrad_cli.diagnostics.show import show

WITHOUT_EXAMPLE = {
    "bug",
    "bug-sentence",
    "bug-step-differs",
    "contradiction",
    "rule-contradicted",
    "memory-limit",
    "not-verified",
    "stuck",
    "too-deep",
    "too-many-steps",
    "usage",
}
"""Codes that no short command raises on every machine."""

CODE = re.compile(r"[a-z]+(-[a-z]+)*")


def _takers() -> dict[str, set[int]]:
    """The functions that are given a code, and at which place; several may have one name."""
    found: dict[str, set[int]] = {"Diagnostic": {0}}
    for tree in trees("code: str").values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
                if "code" in names and "message" in names:
                    found.setdefault(node.name, set()).add(names.index("code"))
    return found


@cache
def _raised() -> set[str]:
    """The codes that stand as literals where a message is made."""
    takers, found = _takers(), set()
    for tree in trees(*(f"{name}(" for name in takers)).values():
        for node in ast.walk(tree):
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in takers:
                given = [word.value for word in node.keywords if word.arg == "code"]
                given += [node.args[place] for place in takers[name] if place < len(node.args)]
                texts = {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
                found |= {text for text in texts if CODE.fullmatch(text)} or texts
    return found


@pytest.mark.thorough
def test_every_code_has_a_page() -> None:
    assert {code for code in _raised() if CODE.fullmatch(code)} - set(codes()) == set()


def test_codes_are_words() -> None:
    assert [code for code in {*_raised(), *codes()} if not CODE.fullmatch(code)] == []


@pytest.mark.parametrize("code", codes())
def test_a_page_has_its_three_parts(code: str) -> None:
    text = page(code)
    assert text.startswith(f"# {code}: ")
    assert title(code)
    assert ("## Example" in text) == (code not in WITHOUT_EXAMPLE)
    assert "## How to mend it" in text


@pytest.mark.thorough
@pytest.mark.parametrize("code", [code for code in codes() if code not in WITHOUT_EXAMPLE])
def test_the_example_raises_the_code_and_prints_what_the_page_says(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], update_golden: bool
) -> None:
    text = page(code)
    for name, body in re.findall(r"^~~~~ (\S+)\n(.*?)^~~~~$", text, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(body, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    blocks = re.findall(r"^```console\n\$ (.*)\n((?:.*\n)*?)```$", text, re.MULTILINE)
    assert blocks
    for command, printed in blocks:
        said = _said(command) if command.startswith("matgrad ") and ">" not in command else _printed(command, tmp_path)
        said += "".join(capsys.readouterr())
        assert re.findall(r"\[([a-z]+(?:-[a-z]+)*)\]: ", said)[:1] == [code], said
        found = _message(code, said)
        if update_golden:
            text = text.replace(f"$ {command}\n{printed}```", f"$ {command}\n{found}```")
            (FOLDER / f"{code}.md").write_text(text, encoding="utf-8")
        else:
            assert printed == found, "run pytest --update-golden, and read what it wrote"


def _message(code: str, said: str) -> str:
    """The one message with the code, without the tables around it."""
    lines = said[: said.index(f"[{code}]: ")].rpartition("\n")[2] + said[said.index(f"[{code}]: ") :]
    return lines.partition("\n\n")[0].rstrip("\n") + "\n"


def test_a_page_is_shown_without_fences() -> None:
    shown = plain("shape-mismatch", 200)
    assert "~~~" not in shown
    assert "```" not in shown
    assert "    $ matgrad check answers.toml\n    wrong[shape-mismatch]: " in shown
    assert "    error[shape-mismatch]: cannot multiply `X` by `W`" in shown
    assert shown.startswith("shape-mismatch: two shapes do not fit\n=====")


def _said(command: str) -> str:
    """What a plain command says, run in this process."""
    try:
        command_line(shlex.split(command)[1:])
    except MatgradError as error:
        return show(error.diagnostic)
    return ""


def _printed(script: str, folder: Path) -> str:
    """What a line of shell prints."""
    script = re.sub(r"(^|[|;=\d] )matgrad ", rf'\1"{sys.executable}" -m matgrad_cli ', script)
    done = subprocess.run(script, shell=True, capture_output=True, text=True, cwd=folder, env=environment())
    assert "Traceback" not in done.stderr
    return done.stderr + done.stdout


def test_what_is_said_beside_a_word_stays_in_its_column() -> None:
    shown = plain("key", 80)
    beside = [line for line in shown.splitlines() if not line.lstrip().startswith(("$", "student,", "#"))]
    assert max(map(len, beside)) <= 80
    assert re.search(r'\nrequire +"derivation".*\n {13}\S', shown)
