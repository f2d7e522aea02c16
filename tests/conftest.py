"""What all tests share: the samples, the command, and `--update-golden`."""

from __future__ import annotations

import ast
import gc
import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from matgrad_cli.ir.memory import with_room

if TYPE_CHECKING:
    from matgrad_cli.grading.check import Key

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "matgrad_cli"
SAMPLES = ROOT / "samples"
GOLDEN = ROOT / "tests" / "golden"

DROPPED = ("MATGRAD", "NO_COLOR", "COLUMNS", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE")
"""Variables that would change what is printed, or make every start compile the package anew."""

USUALLY = 3
"""One row of a table in so many is run by a plain run; the first always."""

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; review them as a diff")
    parser.addoption("--all", action="store_true", help="also the tests marked `thorough`, which take most of the time")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A plain run is short; what is marked is left out unless it is asked for, by `--all` or by the name of
    its mark, and of the rows of a table one in three runs, or in as many as `sampled` says. What is left out is left
    out here: to skip thousands of tests one by one would take longer than many that run."""
    asked = set(config.getoption("markexpr", "").split()) | ({"thorough"} if config.getoption("--all") else set())
    whole = config.getoption("--all") or config.getoption("keyword") or any("::" in place for place in config.args)
    seldom = {"thorough", "slow", "bench"} - asked
    rows = Counter[str]()
    kept, out = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        table = item.nodeid.partition("[")[0]
        sample = item.get_closest_marker("sampled")
        share = 1 if whole else 1 / (sample.args[0] if sample is not None else USUALLY)
        # by the golden section no other axis of the table keeps step with the rows that are left
        left = any(mark.name in seldom for mark in item.iter_markers()) or rows[table] * 0.618034 % 1 >= share
        rows[table] += 1
        (out if left else kept).append(item)
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = kept


def pytest_configure() -> None:
    """The tests make much that stays: to look for rubbish as often as Python does takes a seventh of their time."""
    gc.set_threshold(100_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
@with_room
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """A test runs with room for its frames: some took twice their time where a piece of the stack happened to end."""
    pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--all") and not config.getoption("markexpr", ""):
        terminalreporter.write_line("left out, where there are any: what `--all`, `-m slow` and `-m bench` run")


@cache
def trees(*texts: str) -> dict[Path, ast.Module]:
    """Every module of the package, parsed; with `texts`, those that hold one of them: to parse all takes seconds."""
    files = (
        path for path in sorted(PACKAGE.rglob("*.py")) if not texts or any(word in text_of(path) for word in texts)
    )
    return {path: _tree(path) for path in files}


@cache
def text_of(path: Path) -> str:
    """The text of a module."""
    return path.read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="module")
def key(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Key:
    """The key that the module of a test writes as `KEY`."""
    from matgrad_cli.grading.check import read_key

    path = tmp_path_factory.mktemp("key") / "key.toml"
    path.write_text(request.module.KEY, encoding="utf-8")
    return read_key(path)


@dataclass(frozen=True)
class Sample:
    """A problem of `samples/`."""

    name: str
    loss: str
    wrt: str
    shapes: tuple[str, ...]
    assume: tuple[str, ...]
    method: str = "index"
    layout: str = "gradient"

    @property
    def arguments(self) -> list[str]:
        """The sample as arguments of `explain` and `gradient`."""
        options = [f"--shape={text}" for text in self.shapes] + [f"--assume={text}" for text in self.assume]
        return [self.loss, "--wrt", self.wrt, *options, *self.ways]

    @property
    def ways(self) -> list[str]:
        """The method and the layout as options, where they are not the usual ones."""
        method = [] if self.method == "index" else [f"--method={self.method}"]
        return method + ([] if self.layout == "gradient" else [f"--layout={self.layout}"])


def samples() -> list[Sample]:
    """All problems of `samples/`, by name."""
    found = []
    for file in sorted(SAMPLES.glob("*/problem.toml")):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        texts = {key: (data[key],) if key in data else () for key in ("shapes", "assume")}
        ways = {key: data[key] for key in ("method", "layout") if key in data}
        found.append(Sample(file.parent.name, data["loss"], data["wrt"], **texts, **ways))
    return found


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command under test: plain, 80 columns, this package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    return {**kept, "COLUMNS": "80", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **(more or {})}


@pytest.fixture
def matgrad(tmp_path: Path) -> Command:
    """Run `matgrad ARGUMENTS…` as a process in an empty directory."""

    def run(*arguments: str, env: Mapping[str, str] | None = None, stdin: str | bytes = b"", timeout: float = 600):  # type: ignore[no-untyped-def]
        done = subprocess.run(
            [sys.executable, "-m", "matgrad_cli", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment(env),
            timeout=timeout,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

    return run
