"""The options that `explain` and `gradient` share: what is read, and in which layout it is written."""

from __future__ import annotations

import re
import sys
from typing import Annotated, Any

import typer

from ..diagnostics import Diagnostic, InputError, Source, UsageError
from ..records import METHODS
from ..records.layout import LAYOUTS
from .choices import DETAILS, ORDERS, SYNTAXES, chosen
from .output import format_for, nonempty, say, usable

LONGEST = 4_000_000


def one_of(option: str, words: tuple[str, ...], said: str = "{}.", metavar: str = "NAME", closed: bool = True) -> Any:
    """An option that takes one of some words: its help names them, a shell completes them,
    and where they are all another is refused."""

    def begun(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    def known(word: str | None) -> str | None:
        return word if word is None or not closed else chosen(option.strip("-"), word, words)

    return typer.Option(
        option, metavar=metavar, autocompletion=begun, callback=known, help=said.format(", ".join(words))
    )


ELSE = "{}; else by the ending of FILE, else terminal or text."
Loss = Annotated[
    str | None,
    typer.Argument(metavar="LOSS", help="As in NumPy or LaTeX; `-` for stdin; a .py file with a loss function."),
]
Wrt = Annotated[
    list[str] | None,
    typer.Option("--wrt", metavar="NAME", help='The variable to differentiate by; repeatable, also "U, V".'),
]
Shapes = Annotated[
    list[str] | None, typer.Option("--shape", metavar="TEXT", help='Shapes: "X: m×n, R: n×p"; repeatable.')
]
Assume = Annotated[
    list[str] | None, typer.Option("--assume", metavar="TEXT", help='Facts: "W symmetric, S spd"; repeatable.')
]
Syntax = Annotated[str | None, one_of("--syntax", SYNTAXES, "How the loss is written: {}; else found out.")]
Layout = Annotated[str, one_of("--layout", (*LAYOUTS, "all"))]
Order = Annotated[str, one_of("--order", ORDERS, "First or second derivative.", "1|2")]
Rules = Annotated[str | None, typer.Option("--rules", metavar="DIR", help="A folder with further rules.")]
Method = Annotated[str, one_of("--method", (*METHODS, "all"), closed=False)]
OneMethod = Annotated[str, one_of("--method", METHODS, closed=False)]
Numbers = Annotated[bool, typer.Option("--numbers", help="Each line also at one small example in whole numbers.")]
Detail = Annotated[str, one_of("--detail", DETAILS, "{}; several methods are told in brief unless full is asked for.")]
Output = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE", help="Write to this file, whole or not at all.")
]


def asked(
    command: str,
    formats: tuple[str, ...],
    format_: str | None,
    output: str | None,
    rules: str | None,
    loss: str | None,
    shape: list[str] | None,
    wrt: list[str] | None,
) -> tuple[str, str, list[str], list[str]]:
    """The format, the loss, what is told of its shapes, and the variables;
    a file that cannot be used is refused first."""
    format_ = format_for(format_, output, formats)
    usable(output)
    nonempty("--rules", rules)
    text, shapes = loss_and_shapes(loss, shape, command, wrt)
    return format_, text, shapes, wrt_names(wrt, text, command)


def loss_text(loss: str | None, command: str) -> str:
    """The loss as given, or read from stdin for `-`."""
    if loss is None:
        raise UsageError.coded(
            "missing-loss", "no loss is given", help=f'`matgrad {command} "norm(X@R - Y)**2" --wrt R`'
        )
    if loss == "-":
        loss = _from_stdin()
    try:
        loss.encode()
    except UnicodeEncodeError as error:
        raise InputError.coded(
            "not-unicode", f"the loss is not text in UTF-8: character {error.start + 1} cannot be read"
        ) from None
    return loss


def loss_and_shapes(
    loss: str | None, shapes: list[str] | None, command: str, wrt: list[str] | None = None
) -> tuple[str, list[str]]:
    """The loss as given, from stdin, or from a function or layer of a Python file (`layer.py`, `layer.py::NAME`), with
    the shapes that the file tells and nobody gives."""
    path, _, part = (loss or "").partition("::")
    if loss is None or not path.endswith(".py") or "\n" in loss:
        return loss_text(loss, command), shapes or []
    from pathlib import Path

    from ..documents.files import text_of
    from ..documents.python.loss import loss_of
    from ..grading.code.shapes import shapes_by_use

    text = text_of(Path(path))
    found = (
        text
        if isinstance(text, Diagnostic)
        else loss_of(Source(path, text), part, wrt[0].partition(",")[0] if wrt else "")
    )
    if isinstance(found, Diagnostic):
        raise InputError(found)
    say(f"note: the loss is `{found.text}`{found.function and f', from `{found.function}` of `{path}`'}\n")
    given = {name.strip() for part in shapes or () for name in re.findall(r"([^:,;]+):", part)}
    known = [*(shapes or []), *(shape for shape in found.shapes if shape.partition(":")[0] not in given)]
    by_use = shapes_by_use(str(text), found, known)
    if by_use:
        say(f"note: assumed by use: {', '.join(by_use)}; `--shape` says otherwise\n")
    return found.text, known + by_use


def _from_stdin() -> str:
    text = sys.stdin.buffer.read(LONGEST + 1)
    if len(text) > LONGEST:
        raise InputError.coded("too-long", f"the loss on stdin has more than {LONGEST} bytes")
    try:
        return text.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError.coded(
            "not-unicode", f"the loss on stdin is not text in UTF-8: byte {error.start + 1} cannot be read"
        ) from None


def wrt_names(wrt: list[str] | None, loss: str, command: str) -> list[str]:
    """The variables, at least one; commas stand between several."""
    if wrt is None:
        shown = loss if len(loss) < 60 and "\n" not in loss else "LOSS"
        form = f'name it: `matgrad {command} "{shown}" --wrt NAME`'
        raise UsageError.coded("missing-wrt", "no variable to differentiate by is given", help=form)
    names = [part.strip() for text in wrt for part in re.split(r",(?![^{}]*\})", text)]
    return [name for name in dict.fromkeys(names) if name] or wrt[:1]
