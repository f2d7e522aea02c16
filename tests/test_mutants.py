"""The tests tested: each mutant of the product is caught by a test that is named here. Slow:
`pytest -m slow tests/test_mutants.py`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import ROOT, environment


class Mutant(NamedTuple):
    """A text in a file of the package, what stands there instead, the tests that must notice,
    and how many of them at least."""

    file: str
    old: str
    new: str
    tests: str
    failures: int = 1


STOPS = "tests/test_stops.py"
MUTANTS = {
    "the judge always agrees": Mutant(
        "verify/judge.py",
        "        unknown = (before.free",
        '        return Verdict("proved", "")\n        unknown = (before.free',
        "tests/verify tests/test_every_rule.py tests/rewrite/test_user_rules.py tests/grading/test_wrong_answers.py",
        100,
    ),
    "one point is enough": Mutant(
        "verify/nearness.py", "_AGREEING: Final = 2", "_AGREEING: Final = 0", "tests/verify tests/rewrite"
    ),
    "a side without a value is skipped": Mutant(
        "verify/judge.py", 'return Verdict("unknown", f"needs', 'return Verdict("agrees", f"needs', "tests/verify"
    ),
    "shapes are not compared": Mutant(
        "verify/judge.py",
        'return Verdict("differs", f"shapes differ: {before.shape} and {after.shape}")',
        'return Verdict("proved", "")',
        STOPS,
    ),
    "the weakest verdict is the first": Mutant(
        "verify/verdict.py",
        'kinds: tuple[Kind, ...] = ("differs", "unknown", "agrees")',
        'kinds: tuple[Kind, ...] = ("agrees",)',
        STOPS,
    ),
    "unknown holds": Mutant(
        "verify/verdict.py", 'in ("proved", "agrees")', 'in ("proved", "agrees", "unknown")', STOPS
    ),
    "the recorder records anything": Mutant(
        "rewrite/engine/recorder.py",
        '        if verdict.kind == "differs":\n',
        "        if False:\n",
        "tests/rewrite/test_user_rules.py",
    ),
    "the user's rule is our bug": Mutant(
        "rewrite/engine/recorder.py", "if rule.id in self.rules.extra:", "if False:", "tests/rewrite/test_user_rules.py"
    ),
    "user rules act untested": Mutant(
        "selftest/user_rules.py",
        "(fault := _fault(book, rule_id))",
        "(fault := None)",
        "tests/rewrite/test_user_rules.py",
        5,
    ),
    "nothing rests on anything": Mutant(
        "rewrite/derive.py", "if step.rule in own)", "if False)", "tests/rewrite/test_user_rules.py"
    ),
    "the command prints a contradicted step": Mutant(
        "api.py",
        '            _refuse_contradicted(f"the step `{step.rule}`", derivation, step.verdict)\n',
        "            pass\n",
        STOPS,
    ),
    "the command prints a contradicted result": Mutant(
        "api.py", '        _refuse_contradicted("the result", derivation, found)\n', "", STOPS
    ),
    "a Hessian uses a fact along the way": Mutant(
        "rewrite/derive.py", "if fact.symbol is not problem.wrt)", "if fact.symbol)", STOPS
    ),
    "recognition supposes silently": Mutant(
        "rewrite/textbook/simplifier.py", "    if not rewriting.assumed:\n", "    if True:\n", STOPS
    ),
    "facts are used inside derivatives": Mutant(
        "rewrite/engine/apply.py", "None if unusable else ", "", "tests/rewrite"
    ),
    "known false is supposed": Mutant(
        "rewrite/engine/apply.py",
        "if known is False or (known is None and structure):",
        "if known is False:",
        "tests/rewrite",
    ),
    "one broken problem ends all": Mutant(
        "grading/document.py",
        "        except (OutOfTime, Exception) as error:  # noqa: BLE001 - one problem never "
        "stops the rest\n"
        "            return undecided(chosen, broken(error))",
        "        except ZeroDivisionError:\n            raise",
        "tests/cli/test_streams_and_limits.py",
        4,
    ),
    "an empty name is this folder": Mutant(
        "grading/check.py", "    if not str(path):\n", "    if False:\n", "tests/cli/test_streams_and_limits.py"
    ),
    "closed streams stay closed": Mutant(
        "cli/guard.py", "    _open_closed_streams()\n", "", "tests/cli/test_streams_and_limits.py", 4
    ),
    "time stands on the wall": Mutant(
        "diagnostics/limits.py",
        "signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)",
        "signal.setitimer(signal.ITIMER_REAL, seconds); signal.signal(signal.SIGALRM, ring)",
        "tests/cli/test_streams_and_limits.py",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product and its tests, to be broken."""
    folder = tmp_path_factory.mktemp("mutants") / "matgrad"
    shutil.copytree(
        ROOT,
        folder,
        ignore=lambda _, names: [
            name for name in names if name.startswith(".") or name in ("__pycache__", "build", "dist")
        ],
    )
    return folder


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_changes_the_product(name: str) -> None:
    mutant = MUTANTS[name]
    assert mutant.old in (ROOT / "matgrad_cli" / mutant.file).read_text("utf-8"), "the text to change is gone"


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(copy: Path, name: str) -> None:
    mutant = MUTANTS[name]
    file = copy / "matgrad_cli" / mutant.file
    honest = file.read_text("utf-8")
    file.write_text(honest.replace(mutant.old, mutant.new, 1), "utf-8")
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-n",
                "0",
                "-p",
                "no:cacheprovider",
                "-q",
                "--all",
                "-m",
                "not slow",
                f"--maxfail={mutant.failures}",
                *mutant.tests.split(),
            ],
            cwd=copy,
            env=environment({"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}),
            capture_output=True,
            text=True,
            timeout=900,
        )
    finally:
        file.write_text(honest, "utf-8")
    assert done.returncode == 1, f"nobody noticed: {done.stdout[-1500:]}"
    assert done.stdout.count("\nFAILED ") + done.stdout.count("\nERROR ") >= mutant.failures, done.stdout[-3000:]
