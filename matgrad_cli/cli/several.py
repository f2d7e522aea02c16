"""Results by several variables as one output: one after another, one program, one report."""

from __future__ import annotations

import re
from collections.abc import Sequence

CODE = ("numpy", "torch", "jax", "sympy")


def together(names: Sequence[str], shown: Sequence[str], format_: str) -> str:
    """The outputs for each variable as one; a program has one function for each, a report one list of derivations."""
    if len(shown) == 1:
        return shown[0]
    if format_ in CODE:
        return _program(names, shown)
    if format_ == "json":
        import json

        from ..render.json import together as report

        return report(
            [each for text in shown for whole in [json.loads(text)] for each in whole.get("derivations", [whole])]
        )
    if format_ in ("text", "terminal"):
        return "\n".join(f"by {name}:\n{text}" for name, text in zip(names, shown, strict=True))
    return "\n".join(shown)


def _program(names: Sequence[str], shown: Sequence[str]) -> str:
    parts = []
    for number, (name, text) in enumerate(zip(names, shown, strict=True)):
        word = re.sub(r"\W", "", name) or f"x{number + 1}"
        body = re.sub(r"^def (gradient|solution)\(", rf"def \1_{word}(", text, flags=re.MULTILINE)
        parts.append(body if number == 0 else re.sub(r"\A(?:(?:import|from) .*\n|\s*\n)*", "", body))
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)
