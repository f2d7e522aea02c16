"""Lint and types are tests too."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT


def _run(*command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT)
    return done.stdout + done.stderr if done.returncode else ""


def test_ruff_finds_nothing() -> None:
    assert _run("ruff", "check", "--quiet", ".") == ""


def test_mypy_finds_nothing() -> None:
    assert _run("mypy", "--no-error-summary") == ""
