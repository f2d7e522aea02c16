"""The options that `explain`, `gradient` and `solve` share: what is read, in which layout and format it is written, and
where."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from typing import Annotated, Any, Final, TypeVar

import typer

from ..diagnostics import Diagnostic, InputError, Source, UsageError
from ..diagnostics.limits import time_limit
from ..diagnostics.record import record
from ..diagnostics.regex import regex
from ..records import METHODS
from ..records.layout import LAYOUTS
from .choices import DETAILS, ORDERS, SYNTAXES, chosen
from .output import columns, deliver, format_for, nonempty, say, usable, wants_colour
from .settings import latex_habits

LONGEST = 4_000_000
SECONDS = 60
T = TypeVar("T")


def one_of(option: str, words: tuple[str, ...], said: str = "{}.", metavar: str = "NAME", closed: bool = True) -> Any:
    """An option that takes one of some words: help names them, a shell completes them, others are refused."""

    def begun(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    def known(word: str | None) -> str | None:
        return word if word is None or not closed else chosen(option.strip("-"), word, words)

    return typer.Option(
        option, metavar=metavar, autocompletion=begun, callback=known, help=said.format(", ".join(words))
    )


_READ: dict[str, tuple[Any, Any]] = {
    "loss": (
        typer.Argument(metavar="LOSS", help="As in NumPy or LaTeX; `-` for stdin; a .py file with a loss function."),
        str | None,
    ),
    "wrt": (
        typer.Option("--wrt", metavar="NAME", help='The variable to differentiate by; repeatable, also "U, V".'),
        list[str] | None,
    ),
    "shape": (typer.Option("--shape", metavar="TEXT", help='Shapes: "X: m×n, R: n×p"; repeatable.'), list[str] | None),
    "assume": (
        typer.Option("--assume", metavar="TEXT", help='Facts: "W symmetric, S spd"; repeatable.'),
        list[str] | None,
    ),
    "syntax": (one_of("--syntax", SYNTAXES, "How the loss is written: {}; else found out."), str | None),
    "layout": (None, str),
    "order": (one_of("--order", ORDERS, "First or second derivative.", "1|2"), str),
    "rules": (typer.Option("--rules", metavar="DIR", help="A folder with further rules."), str | None),
}
_USUAL = {"layout": "gradient", "order": "1"}
Method = Annotated[str, one_of("--method", (*METHODS, "all"), closed=False)]
OneMethod = Annotated[str, one_of("--method", METHODS, closed=False)]
Numbers = Annotated[bool, typer.Option("--numbers", help="Each line also at one small example in whole numbers.")]
Detail = Annotated[str, one_of("--detail", DETAILS, "{}; several methods are told in brief unless full is asked for.")]
Output = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE", help="Write to this file, whole or not at all.")
]


@record
class Asked:
    """What the shared options say. `said` are the further arguments of the public functions."""

    loss: str
    names: list[str]
    said: dict[str, Any]
    format: str
    output: str | None

    def of(self, name: str, function: Callable[..., T], **own: Any) -> T:
        """What a public function finds by a variable."""
        return function(self.loss, wrt=name, **self.said, **own)

    def page(self, found: Any, **own: Any) -> str:
        """A derivation or a solution in the format that is asked for."""
        colour = self.output is None and wants_colour(sys.stdout)
        habits = latex_habits(self.format, self.output)
        return str(found.render(self.format, width=columns(), colour=colour, habits=habits, **own))

    def write(self, names: list[str], pages: list[str], title: str = "") -> None:
        """Prints what was found by the variables, or writes it to the file."""
        deliver(together(names, pages, self.format), self.output, title if self.format == "html" else "")


def reading(
    formats: tuple[str, ...], layouts: tuple[str, ...] = (*LAYOUTS, "all"), otherwise: str = "terminal or text"
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Gives a command the shared options before and behind its own; it takes an `Asked` and its own ones. A file that
    cannot be used is refused first."""
    options = _READ | {"layout": (one_of("--layout", layouts), str)}
    written = one_of("--format", formats, f"{{}}; else by the ending of FILE, else {otherwise}.")

    def made(command: Callable[..., int]) -> Callable[..., int]:
        whole = signature(command, eval_str=True)
        own = [*whole.parameters.values()][1:]

        def run(**given: Any) -> int:
            format_ = format_for(given["format_"], given["output"], formats)
            usable(given["output"])
            nonempty("--rules", given["rules"])
            loss, shapes = loss_and_shapes(given["loss"], given["shape"], command.__name__, given["wrt"])
            said = {key: given[key] for key in ("syntax", "layout", "rules")}
            said |= {"shapes": shapes, "assume": given["assume"] or (), "order": int(given["order"])}
            names = wrt_names(given["wrt"], loss, command.__name__)
            with time_limit(SECONDS):
                asked = Asked(loss, names, said, format_, given["output"])
                return command(asked, **{option.name: given[option.name] for option in own})

        def place(name: str, kind: Any) -> Parameter:
            return Parameter(name, Parameter.KEYWORD_ONLY, default=_USUAL.get(name), annotation=kind)

        first = [place(name, Annotated[kind, option]) for name, (option, kind) in options.items()]
        last = [place("format_", Annotated[str | None, written]), place("output", Output)]
        own = [option.replace(kind=Parameter.KEYWORD_ONLY) for option in own]
        run.__signature__ = whole.replace(parameters=[*first, *own, *last])  # type: ignore[attr-defined]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        return run

    return made


def loss_text(loss: str | None, command: str) -> str:
    """The loss as given, or read from stdin for `-`."""
    if loss is None:
        help_ = f'`matgrad {command} "norm(X@R - Y)**2" --wrt R`'
        raise UsageError.coded("missing-loss", "no loss is given", help=help_)
    if loss == "-":
        loss = _from_stdin()
    try:
        loss.encode()
    except UnicodeEncodeError as error:
        said = f"the loss is not text in UTF-8: character {error.start + 1} cannot be read"
        raise InputError.coded("not-unicode", said) from None
    return loss


_FUNCTION: Final = regex(r"\s*(?:@[\w.]+[^\n]*\n\s*|(?:import|from)\s[^\n]*\n\s*)*def\s+\w+\(")
"""What a function of Python begins with."""


def loss_and_shapes(
    loss: str | None, shapes: list[str] | None, command: str, wrt: list[str] | None = None
) -> tuple[str, list[str]]:
    """The loss as given, from stdin, or from a function or layer of a Python file (`layer.py`, `layer.py::NAME`), with
    the shapes that the file tells and nobody gives."""
    path, _, part = (loss or "").partition("::")
    written = loss_text(loss, command) if loss is None or not path.endswith(".py") or "\n" in loss else None
    if written is not None and not _FUNCTION.match(written):
        return written, shapes or []
    from pathlib import Path

    from ..documents.files import text_of
    from ..documents.python.loss import loss_of
    from ..grading.code.shapes import shapes_by_use

    path, part = (path, part) if written is None else ("loss", "")
    text, first = text_of(Path(path)) if written is None else written, wrt[0].partition(",")[0] if wrt else ""
    found = text if isinstance(text, Diagnostic) else loss_of(Source(path, text), part, first)
    if isinstance(found, Diagnostic):
        raise InputError(found)
    whose = f", from `{found.function}`{' of `' + path + '`' if written is None else ''}" if found.function else ""
    say(f"note: the loss is `{found.text}`{whose}\n")
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
        said = f"the loss on stdin is not text in UTF-8: byte {error.start + 1} cannot be read"
        raise InputError.coded("not-unicode", said) from None


def wrt_names(wrt: list[str] | None, loss: str, command: str) -> list[str]:
    """The variables, at least one; commas stand between several."""
    if wrt is None:
        shown = loss if len(loss) < 60 and "\n" not in loss else "LOSS"
        form = f'name it: `matgrad {command} "{shown}" --wrt NAME`'
        raise UsageError.coded("missing-wrt", "no variable to differentiate by is given", help=form)
    names = [part.strip() for text in wrt for part in re.split(r",(?![^{}]*\})", text)]
    return [name for name in dict.fromkeys(names) if name] or wrt[:1]


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

        wholes = map(json.loads, shown)
        return report([each for whole in wholes for each in whole.get("derivations", [whole])])
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
