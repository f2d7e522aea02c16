"""The Python files beside a file from which it imports: their functions and classes, read and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ...diagnostics.record import record
from ...verify.programs.names import key_of

ABOVE, MOST_FILES, MOST_BYTES = 4, 30, 200_000
"""In so many folders, that of the file and those around it, an import begins; so much is read."""


class Neighbour:
    """A file beside: its lines, which all stand at the place of the import, and what it imports itself."""

    def __init__(self, lines: list[ast.stmt]) -> None:
        self.lines = lines
        self.imported: list[Imported] = []

    @property
    def names(self) -> list[str]:
        """What it gives names to."""
        targets = [key_of(target) or "" for line in self.lines for target in getattr(line, "targets", ())]
        defined = [line.name for line in self.lines if isinstance(line, ast.FunctionDef | ast.ClassDef)]
        return [*defined, *targets, *(one.name for one in self.imported)]


@record
class Imported:
    """A name that a file gets from another one: what it is called there, nothing where it is the other file itself."""

    name: str
    there: str
    file: Neighbour

    @property
    def node(self) -> ast.stmt | None:
        """The class or function that it is, as far as that is defined in the file itself."""
        return next((line for line in self.file.lines if getattr(line, "name", None) == self.there), None)


def taken_in(tree: ast.Module, path: str) -> tuple[Imported, ...]:
    """What a file gets from those beside it. These imports are taken out of the tree."""
    return tuple(_taken(tree.body, Path(path).absolute(), {})) if Path(path).is_file() else ()


def _taken(lines: list[ast.stmt], path: Path, known: dict[Path, Neighbour]) -> Iterator[Imported]:
    for line in lines:
        level = line.level if isinstance(line, ast.ImportFrom) else 0
        folders = [*path.parents][level - 1 : level] if level else [*path.parents][:ABOVE]
        module = [line.module] if isinstance(line, ast.ImportFrom) and line.module else []
        for alias in [*line.names] if isinstance(line, ast.Import | ast.ImportFrom) else ():
            file = _file(folders, module or ["__init__"], line, known) if isinstance(line, ast.ImportFrom) else None
            names = file.names if file is not None else []
            chosen = [one for one in names if one == alias.name or (alias.name == "*" and not one.startswith("_"))]
            called = alias.asname or alias.name
            if not chosen and called.isidentifier():
                chosen, file = [""], _file(folders, [*module, alias.name], line, known)
            if file is not None and chosen:
                line.names.remove(alias)  # type: ignore[attr-defined]
                yield from (Imported(one if alias.name == "*" else called, one, file) for one in chosen)


def _file(folders: list[Path], module: list[str], line: ast.stmt, known: dict[Path, Neighbour]) -> Neighbour | None:
    """The first file of a module, or of a package, with this path."""
    for base in (folder.joinpath(*".".join(module).split(".")) for folder in folders):
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path not in known and len(known) < MOST_FILES and path.is_file() and path.stat().st_size < MOST_BYTES:
                _read(path, line, known)
            if path in known:
                return known[path]
    return None


def _read(path: Path, line: ast.stmt, known: dict[Path, Neighbour]) -> None:
    try:
        tree = ast.parse(path.read_text())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        ast.copy_location(node, line)
    known[path] = Neighbour(tree.body)
    known[path].imported += _taken(tree.body, path, known)
