"""Hostile input by the hundred: every line ends within its limits in a message or a result, never in a bug.

`HOSTILE=500 pytest tests/cli/test_hostile_generated.py -m slow` tries more of each kind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from conftest import environment

MEMORY = 900 << 20
SECONDS = "3"
DIGITS = "²³⁵⁰₂₅٣۴३𝟑𝟘②⑤½¼Ⅷ㊿５"
LETTERS = "ﬁℓℝµμªºǆ𝐗𝒘ſK̀Å∂∇Σ∑×⊗⊙ᵀ′″‖⟨⟩∘🙂\u200b\u202e\ufeff\u00ad"
SHAPES = "X: m×n, A: m×m, B: n×n, w: n, y: m, c: scalar"
PARTS = [
    "X",
    "A",
    "B",
    "w",
    "y",
    "c",
    "2",
    "1",
    "n",
    "X.T",
    "norm(X@w)",
    "exp(",
    "kron(",
    "(",
    ")",
    "@",
    "*",
    "+",
    "-",
    "/",
    "**",
    ".T",
    "[",
    "]",
    ",",
    "0",
    "sum[i](",
    "'fro'",
    "axis=1",
    "\\frac{",
    "}",
    "^",
    "_",
    "\\sum_{i=1}^n",
    "&",
    "=",
    ";",
    "**-1",
    "**0.5",
    "999999999999",
    "1e308",
]
WRAPS = [
    ("(", ")"),
    ("exp(", ")"),
    ("(1+", ")"),
    ("inv(", ")"),
    ("\\frac{1}{", "}"),
    ("-", ""),
    ("tanh(X@", ")"),
    ("", ".T"),
]
POWERS = [
    "matrix_power(B, {0})",
    "c**{0}",
    "w**{0}",
    "(w.T@w)**{0}",
    "A^{{{0}}}",
    "{0}**{0}",
    "c**-{0}",
    "{0}*{0}**{0}",
    "1/c**(1/{0})",
]
AROUND = ["norm({0})**2", "sum({0})", "{0}", "sum(exp({0}))", "tr({0}@{0}.T)", "norm({0}.T@{0})**2"]
PLAIN = [
    "2*X.T@(X@w-y)",
    "w[0]",
    "norm(X@w)**2",
    "matrix_power(B,3)",
    "\\frac{1}{2} w^\\top w",
    "sum[i](w[i]*w[i])",
    "1e3*c",
]


def nested(random: Random) -> str:
    depth = random.choice([30, 300, 3000])
    head, tail = random.choice(WRAPS)
    return head * depth + random.choice(["X", "w", "c", "A"]) + tail * depth


def powers(random: Random) -> str:
    power = random.choice([60, 1000, 10**6, 10**12, 10**40])
    return random.choice(POWERS).format(power)


def names(random: Random) -> str:
    sign = random.choice(["+", "*", "@", " ", ","])
    return sign.join(f"{random.choice('abX')}{number}" for number in range(random.choice([30, 300, 3000])))


def repeated(random: Random) -> str:
    factor = random.choice(["(1+w.T@w)", "norm(X@w-y)", "(X.T@X)", "tanh(B)", "c", "(X*X)", "kron(B,B)", "exp(w)"])
    return random.choice(["*", "@", "+", "-"]).join([factor] * random.choice([20, 100, 300]))


def krons(random: Random) -> str:
    text = random.choice(["X", "w"])
    for _ in range(random.randint(2, 6)):
        text = f"kron({random.choice('ABX')}, {text})" if random.random() < 0.8 else f"kron({text}, {text})"
    return random.choice(AROUND).format(text)


def letters(random: Random) -> str:
    text = random.choice(PLAIN)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(DIGITS + LETTERS) + text[at + random.randint(0, 1) :]
    return text


def soup(random: Random) -> str:
    return "".join(random.choice(PARTS) for _ in range(random.randint(1, 40)))


def sizes(random: Random) -> str:
    return f"ones({random.choice([0, 1, 10**5, 10**9, 10**20])}) @ w + eye({10 ** random.randint(1, 12)})[0,0]"


KINDS: dict[str, Callable[[Random], str]] = {
    maker.__name__: maker for maker in (nested, powers, names, repeated, krons, letters, soup, sizes)
}


def limited() -> None:
    """In the child: what it may use at most, so that a failure is its own and not the machine's."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))


def run(arguments: list[str], text: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "matgrad_cli", *arguments],
        input=text.encode("utf-8", "surrogatepass"),
        capture_output=True,
        env=environment({"MATGRAD_TIME_LIMIT": SECONDS}),
        timeout=600,
        preexec_fn=limited,
    )


def ends_well(done: subprocess.CompletedProcess[bytes], text: str) -> None:
    assert done.returncode in (0, 1, 3, 4), (text[:300], done.returncode, done.stderr.decode()[:1500])
    assert b"Traceback" not in done.stderr
    assert b"[bug]" not in done.stderr + done.stdout, (text[:300], done.stdout.decode()[:1500])


def toml(key: str, value: str) -> str:
    return f"{key} = {json.dumps(value)}\n"


def submission(random: Random, kind: str) -> str:
    """A file of answers in which one place holds something hostile."""
    bad = KINDS[kind](random)
    place = random.choice(["answer", "answer", "loss", "shapes", "wrt", "assume", "problem", "key"])
    fields = {"loss": "norm(X@w - y)**2", "wrt": "w", "shapes": SHAPES, "answer": "2*X.T@(X@w-y)"}
    if place == "key":
        return ".".join("a" * random.choice([10, 3000])) + " = 1\n"
    if place == "shapes":
        bad = random.choice(
            [f"X: {bad}", f"X: {10 ** random.randint(2, 30)}×{10 ** random.randint(0, 5)}, w: n, y: m", bad]
        )
    return "[[problem]]\n" + "".join(toml(key, value) for key, value in {**fields, place: bad}.items())


def tried(kind: str, seed: int, folder: Path) -> None:
    random = Random(f"{kind} {seed}")
    text = KINDS[kind](random)
    ends_well(
        run(
            [random.choice(["gradient", "explain"]), "-", "--wrt", random.choice(["w", "X", "c"]), "--shape", SHAPES],
            text,
        ),
        text,
    )
    text = submission(random, kind)
    file = folder / "student.toml"
    file.write_text(text, "utf-8")
    ends_well(run(["check", str(file)], ""), text)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_line_ends_well(kind: str, tmp_path: Path) -> None:
    tried(kind, 1, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2, 2 + int(os.environ.get("HOSTILE", "12"))))
def test_many_hostile_lines_end_well(kind: str, seed: int, tmp_path: Path) -> None:
    tried(kind, seed, tmp_path)
