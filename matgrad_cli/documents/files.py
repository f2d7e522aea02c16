"""From paths to documents: which files are read, how much of them, and what is said of those that cannot be."""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ..diagnostics import Diagnostic, Source
from ..diagnostics.record import record, replace
from ..diagnostics.regex import regex
from .keys import Document
from .latex_carrier import read_latex
from .markdown_carrier import read_markdown
from .python.blocks import Blocks, fenced, of_cells
from .sheets.read import ENDINGS, LATEX, MARKDOWN, PLAIN, read_sheet
from .sheets.sheet import cells_of
from .toml_carrier import read_toml

LARGEST = 2_000_000
MOST_EXERCISES = 2_000
MOST_ROWS = 5_000
READERS = {".toml": read_toml, **dict.fromkeys(LATEX, read_latex), **dict.fromkeys(MARKDOWN, read_markdown)}

CELLS = ", cells"
"""Behind the name of a notebook, where lines are counted through its cells of one kind."""

CODE = (".py",)
"""Endings of Python files; they are no exercises, and are judged by themselves."""


@record
class Found:
    """The files to check, those of the three kinds that hold nothing to check,
    and the folders in which there is no file to check."""

    files: tuple[Path, ...]
    skipped: tuple[Path, ...] = ()
    empty: tuple[Path, ...] = ()


def expanded(paths: Iterable[Path], key: Path | None = None) -> Found:
    """The files themselves, and the files of the three kinds inside folders, sorted; linked and hidden folders are not
    entered. Among several files a copy of the key is left out, as in a folder.

    Beside a key every file of a folder is an answer to it, except what says by its name that it is none, and a copy of
    the key. Without one a file must say that it is meant: many Markdown files are not.
    """
    files: list[Path] = []
    skipped: list[Path] = []
    empty: list[Path] = []
    paths = tuple(paths)
    for path in paths:
        if not path.is_dir():
            copy = key is not None and len(paths) > 1 and is_copy(path, key)
            (skipped if copy else files).append(path)
            continue
        inside = _inside(path, CODE if key is None else (*CODE, *ENDINGS))
        inside = [file for file in inside if key is None or not _same(file, key)]
        shown = [file for file in inside if not file.name.startswith(".")]
        taken = [file for file in shown if (_homework(file) if key is None else _handed_in(file, key))]
        files += taken
        skipped += [file for file in inside if file not in set(taken)]
        empty += [] if taken else [path]
    return Found(tuple(files), tuple(skipped), tuple(empty))


def _inside(folder: Path, others: tuple[str, ...]) -> list[Path]:
    """The files of the three kinds, and those with other endings, in a folder and its subfolders."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        read = [name for name in names if Path(name).suffix.lower() in (*READERS, *others)]
        found += [Path(place) / name for name in read if is_work(name)]
    return sorted(found)


def is_work(name: str) -> bool:
    """Whether a file of that name is somebody's work: one that is hidden only with the ending of a text that is
    read."""
    return not name.startswith(".") or (Path(name).suffix.lower() in (*READERS, *ENDINGS) and not name.startswith("._"))


def _same(file: Path, key: Path) -> bool:
    try:
        return file.samefile(key)
    except OSError:
        return False


_LISTED = regex(r"^[ \t]*\(?\d+[a-z]?[.):][ \t][^\n]*[\w)][ \t]*(?:[\^@*=]|ᵀ)", re.MULTILINE)
"""A numbered line with a formula: a list of answers."""
NO_ANSWERS = frozenset(
    ("readme", "license", "licence", "contributing", "changelog", "notice", "code_of_conduct", "matgrad", "pyproject")
)


def _handed_in(path: Path, key: Path) -> bool:
    """Whether a file met in a folder is a student's; of plain text only what states a problem."""
    if path.stem.lower() in NO_ANSWERS:
        return False
    from .homework.titles import TITLED
    from .words import said

    try:
        if path.suffix.lower() == ".txt" and path.is_file() and path.stat().st_size <= LARGEST:
            text = path.read_text(encoding="utf-8", errors="replace")
            return (_STATED.search(text) or said(TITLED).search(text) or _LISTED.search(text)) is not None
    except OSError:
        return True  # it is reported as unreadable
    return not is_copy(path, key)


def is_copy(path: Path, key: Path) -> bool:
    """Whether a file is the key, or says just what the key says: whoever hands that in answers nothing."""
    try:
        return path.is_file() and path.stat().st_size == key.stat().st_size and path.read_bytes() == key.read_bytes()
    except OSError:
        return False


_OF_TOML = re.compile(rb"^[ \t]*(?:\[+[ \t]*problem\b|[\"']?(?:answer|loss)[\"']?[ \t]*=)", re.MULTILINE)


def _homework(path: Path) -> bool:
    """Whether a file met in a folder has anything for us: many Markdown and TOML files have not."""
    if not path.is_file():
        return True  # it is reported as what it is; opening a pipe would wait for ever
    try:
        with open(path, "rb") as stream:
            head = stream.read(LARGEST)
    except OSError:
        return True  # it is reported as unreadable
    if path.suffix.lower() in CODE:
        return b"# matgrad" in head
    return bool(_OF_TOML.search(head)) if path.suffix.lower() == ".toml" else b"matgrad" in head


def read_document(path: Path, asked: Sequence[str] = ()) -> Document:
    """The exercises of a file; a file that cannot be read gives a document with a diagnostic, never an exception.

    `asked` are the problems of a key that it answers.
    """
    name = str(path)
    text = text_of(path)
    if isinstance(text, Diagnostic):
        return Document(Source(name, ""), (), (text,))
    return read_text(text, name, asked)


_STATED_IN_LATEX = regex(r"^[ \t]*%[ \t]*matgrad:", re.MULTILINE)
_STATED = regex(r"^[ \t]*(?:(?:%+[ \t]*)?matgrad[ \t]*:|```[ \t]*matgrad)", re.MULTILINE)


def read_text(text: str, name: str, asked: Sequence[str] = ()) -> Document:
    """The exercises of a text; the ending of the name says what it is."""
    document = _read_text(text, name, bool(asked))
    ending = Path(name.removesuffix(CELLS)).suffix.lower()
    broken = any(one.severity == "error" and one.code != "no-problem" for one in document.diagnostics)
    if not asked and (broken or ending not in PLAIN):
        return document
    from .homework.assigned import assigned, in_code, told_in_tables

    if ending == ".toml":
        return told_in_tables(document)
    if ending in CODE:
        return in_code(document, asked)
    if broken or ending not in ENDINGS:
        return document
    if ending in PLAIN and _STATED.search(text):
        ending = ending if "```" not in text else _ending_of(text)
    found = assigned(document, ".md" if ending == ".ipynb" else ending, asked)
    if ending == ".ipynb" and not found.exercises:
        code = "\n\n".join(cell for _, cell in cells_of(Source(name, text), "code") or ())
        found = in_code(Document(Source(f"{name}{CELLS}", code)), asked)
    held = tuple(one for one in found.diagnostics if one.code != "no-problem" or one.severity != "error")
    told = found.exercises or any(one.code == "no-problem" for one in held)
    return replace(found, diagnostics=held) if told else found


def _read_text(text: str, name: str, asked: bool) -> Document:
    """The exercises that blocks, comments and tables state."""
    source = Source(name, text)
    ending = Path(name).suffix.lower()
    if name == "-" or (ending == ".txt" and _STATED.search(text)):
        ending = _ending_of(text)
    if ending == ".ipynb" and (told := _told_in_cells(source, asked)) and (asked or _STATED.search(told)):
        source, ending = Source(f"{name}{CELLS}", told), ".md"
    reader = READERS.get(ending) or (_sniffed(text) if ending not in ENDINGS else None)
    if reader is None and ending in ENDINGS:
        sheet = read_sheet(source, ending)
        if sheet is not None:
            return Document(source, sheet=sheet, code=_code_in(source, ending))
        broken = _file("unreadable-file", name, "is not the JSON of a notebook")
        return Document(source, (), (broken if text.strip() else _empty(name),))
    if reader is None:
        found = "is none of Markdown, LaTeX, plain text, a notebook or TOML"
        mend = "name it .md, .tex, .txt, .ipynb or .toml"
        if ending in CODE:
            found = "holds Python code that names no problem of the key"
            mend = "write `# Problem NAME` above each answer, or leave out `--key`"
        return Document(source, (), (_file("unknown-file", name, found, mend),))
    shown = source.text
    if asked and ending in ENDINGS:
        from .homework.assigned import surely_shown

        shown = surely_shown(source.text, ending)
    document = replace(reader(replace(source, text=shown)), source=source)
    if ending in ENDINGS and not any(exercise.keys for exercise in document.exercises):
        document = replace(document, sheet=read_sheet(source, ending), code=_code_in(source, ending))
    count, rows = len(document.exercises), sum(len(exercise.rows) for exercise in document.exercises)
    too_many = (
        f"{count} problems" if count > MOST_EXERCISES else f"{rows} lines of derivations" if rows > MOST_ROWS else ""
    )
    if too_many:
        found = f"has {too_many}; at most {MOST_EXERCISES:,} problems and {MOST_ROWS:,} lines are read"
        return Document(source, (), (*document.diagnostics, _file("file-too-large", name, found)))
    if not document.exercises and not any(diagnostic.severity == "error" for diagnostic in document.diagnostics):
        return replace(document, diagnostics=(*document.diagnostics, _empty(name)))
    return document


def _told_in_cells(source: Source, code: bool) -> str:
    """The texts of the Markdown cells of a notebook; with the code cells, as blocks of code, below the problems that
    their comments name where no Markdown does."""
    from .homework.titles import RULES
    from .words import said

    comment = rf"\s*#+[ \t]*{RULES}(?P<title>(?:<problem>[ \t]*){{1,2}}\d[^\n]*?)[ \t]*{RULES}(?:\n|\Z)"
    texts, cells = [*(cells_of(source) or ())], [*(cells_of(source, "code") or () if code else ())]
    named = any(said(_IN_TEXT).search(text) for _, text in texts)
    titles = [None if named else said(comment).match(cell) for _, cell in cells]
    heads = [f"# {title['title']}\n\n" if title is not None else "" for title in titles]
    blocks = [(number, f"{head}~~~~~~\n{cell}\n~~~~~~") for head, (number, cell) in zip(heads, cells, strict=True)]
    return "\n\n".join(cell for _, cell in sorted([*texts, *blocks]))


_IN_TEXT = r"(?m:^)[ \t]*(?:\#{1,6}[ \t]+|\*\*|__)?(?:<problem>[ \t]*){1,2}\(?\d"


def _empty(name: str) -> Diagnostic:
    return _file(
        "no-problem", name, "holds no problem", "a problem begins with the key `loss`, or `problem` with a key file"
    )


def _code_in(source: Source, ending: str) -> Blocks | None:
    """The Python in a document, if it holds any."""
    if ending == ".ipynb":
        return of_cells(source)
    return fenced(source) if READERS.get(ending) is read_markdown else None


def _ending_of(text: str) -> str:
    """What a text is whose name does not say it: one from the standard input,
    or plain text in which problems are stated."""
    start = text.lstrip()[:2000]
    if start.startswith("{") and '"cells"' in text:
        return ".ipynb"
    if "\\documentclass" in start or "\\begin{document}" in text or _STATED_IN_LATEX.search(text):
        return ".tex"
    return ".toml" if "[[problem]]" in text else ".md"


def text_of(path: Path) -> str | Diagnostic:
    """The text of a regular file of bearable size."""
    name = str(path)
    if name == "-":
        return _decoded(sys.stdin.buffer.read(LARGEST + 1), name)
    try:
        # Non-blocking, so that a pipe without writer does not hold us up; the kind is asked of what was opened.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _file("unreadable-file", name, f"cannot be opened: {reason.lower()}")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return _file("unreadable-file", name, "is not a regular file")
    with os.fdopen(descriptor, "rb") as handle:
        try:
            data = handle.read(LARGEST + 1)
        except OSError as error:
            return _file("unreadable-file", name, f"cannot be read: {(error.strerror or str(error)).lower()}")
    return _decoded(data, name)


def _decoded(data: bytes, name: str) -> str | Diagnostic:
    """The text of some bytes, if it is one; two bytes at the start say that it is UTF-16, as some editors save."""
    if len(data) > LARGEST:
        mend = "check the derivation in a file of its own"
        return _file("file-too-large", name, f"is larger than {LARGEST // 1_000_000} MB", mend)
    try:
        text = data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        return _file("not-text", name, f"is not UTF-8 text: byte {error.start + 1} cannot be read", "save it as UTF-8")
    if "\0" in text:
        return _file("not-text", name, "is not a text: it contains NUL characters")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _sniffed(text: str) -> Callable[[Source], Document] | None:
    """The reader that a file without a telling name needs."""
    if "```matgrad" in text or "~~~matgrad" in text:
        return read_markdown
    if ("matgrad:" in text and "%" in text) or "\\begin{" in text:
        return read_latex
    return read_toml if "[[problem]]" in text or "loss =" in text else None


def _file(code: str, name: str, found: str, proposal: str | None = None) -> Diagnostic:
    return Diagnostic(code, f"`{name}` {found}", Source(name, ""), help=proposal)
