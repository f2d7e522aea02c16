"""Defaults of a folder: `matgrad.toml`, or the section `[tool.matgrad]` of `pyproject.toml`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ..diagnostics import UsageError

if TYPE_CHECKING:
    from ..render.latex.habits import Habits

_OPTIONS: Final = {
    "explain": ("layout", "method", "detail", "format", "numbers"),
    "gradient": ("layout", "method"),
    "solve": ("detail", "format", "numbers"),
}
"""Which commands take which default."""

_KNOWN: Final = frozenset(["layout", "method", "detail", "format", "numbers", "latex"])
_LATEX: Final = {
    "gradient": ("nabla", "partial"),
    "transpose": None,
    "numbered": (True, False),
    "labels": None,
    "bold": (True, False),
    "columns": (1, 2),
}


HABITS: Final = tuple(_LATEX)
"""How LaTeX is written, which a folder sets and no option."""


def settings() -> dict[str, Any]:
    """What the folder sets; nothing where it has no such file."""
    return _settings()[1]


def set_by(key: str, value: str) -> tuple[str, ...]:
    """Which file of the folder sets a default to this value, as a note."""
    name, found = _settings()
    return (f'`{name}` sets `{key} = "{value}"`',) if found.get(key) == value else ()


def _settings() -> tuple[str, dict[str, Any]]:
    for name in ("matgrad.toml", "pyproject.toml"):
        try:
            with open(name, "rb") as file:
                text = file.read()
        except OSError:
            continue
        if name == "matgrad.toml" or b"tool.matgrad" in text:
            return name, _checked(name, _read(name, text))
    return "", {}


def _read(name: str, text: bytes) -> Any:
    import tomllib

    try:
        found: Any = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(name, f"cannot be read: {error}", None) from error
    return found if name == "matgrad.toml" else found.get("tool", {}).get("matgrad", {})


def _checked(name: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise _bad(name, "holds no table of defaults", None)
    for key, value in found.items():
        if key not in _KNOWN:
            raise _bad(name, f"sets `{key}`, which is no default", f"known are {', '.join(sorted(_KNOWN))}")
        if key == "latex":
            _check_latex(name, value)
        elif not isinstance(value, bool if key == "numbers" else str):
            needed = "a word between quotes was needed, for `numbers` true or false"
            raise _bad(name, f"sets `{key}` to `{value}`", needed)
    return found


def _check_latex(name: str, table: Any) -> None:
    for key, value in table.items() if isinstance(table, dict) else [("latex", table)]:
        allowed = _LATEX.get(key, ())
        if key not in _LATEX or (value not in allowed if allowed is not None else not isinstance(value, str)):
            known = 'known are gradient = "nabla" or "partial", transpose, numbered, labels, bold, columns = 1 or 2'
            raise _bad(name, f"sets `latex.{key}` to `{value}`", known)


def _bad(name: str, said: str, note: str | None) -> UsageError:
    return UsageError.coded("bad-settings", f"`{name}` {said}", notes=(note,) if note else ())


def with_defaults(arguments: list[str]) -> list[str]:
    """The arguments with what the folder sets and they do not say."""
    wanted = _OPTIONS.get(arguments[0], ()) if arguments else ()
    if not wanted or not (os.path.exists("matgrad.toml") or os.path.exists("pyproject.toml")):
        return arguments
    found, given = settings(), {argument.partition("=")[0] for argument in arguments}
    added: list[str] = []
    for key in wanted:
        value = found.get(key)
        if value is None or f"--{key}" in given or (key == "format" and given & {"-o", "--output"}):
            continue
        added += [f"--{key}"] if value is True else [f"--{key}", value] if value else []
    return [arguments[0], *added, *arguments[1:]]


def latex_habits(format: str, output: str | None = None) -> Habits | None:
    """How LaTeX is written in this folder; nothing for other formats. The labels of a fragment that goes to a file name
    that file: several fragments of one paper may speak of one variable."""
    if format != "latex":
        return None
    from ..render.latex.habits import Habits

    found = settings().get("latex", {})
    if output and found.get("labels"):
        found = found | {"labels": f"{found['labels']}{os.path.splitext(os.path.basename(output))[0]}:"}
    return Habits(**found)
