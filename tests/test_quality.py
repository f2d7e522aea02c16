"""Lint and types are tests too."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conftest import ROOT


def _run(*command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT)
    return done.stdout + done.stderr if done.returncode else ""


def test_ruff_finds_nothing() -> None:
    assert _run("ruff", "check", "--quiet", ".") == ""


def test_ruff_would_format_nothing() -> None:
    assert _run("ruff", "format", "--check", "--quiet", ".") == ""


@pytest.mark.thorough
def test_mypy_finds_nothing() -> None:
    assert _run("mypy", "--no-error-summary") == ""


def test_each_test_file_can_be_told_by_its_module_name() -> None:
    """pytest imports a file of a folder without `__init__.py` by its bare name: two of one name stop the whole run."""
    names = [
        path.stem if not (path.parent / "__init__.py").exists() else f"{path.parent.name}.{path.stem}"
        for path in (ROOT / "tests").rglob("*.py")
        if path.stem != "__init__"
    ]
    assert sorted(names) == sorted(set(names))
