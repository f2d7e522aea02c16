"""The Python files beside a file from which it imports: their functions and classes, read and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...diagnostics.record import record
from ...verify.programs.names import each, key_of, names_in

ABOVE, MOST_FILES, MOST_BYTES = 4, 30, 400_000
"""In so many folders an import begins, that of the file and those around it in its project; so much is read in all."""
_ROOT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
"""What stands in the folder of a project."""


class Neighbour:
    """A file beside: the lines that are needed of it, which all stand at the place of the import, and what these
    import themselves."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.path = path
        self.lines = tree.body
        self.words = _words(tree)
        self.imported: list[Imported] = []
        self.size = path.stat().st_size
        self.wanted: set[str] = set()

    @property
    def names(self) -> list[str]:
        """What it gives names to."""
        return [*(name for line in self.lines for name in _given(line)), *(one.name for one in self.imported)]

    def keep(self) -> None:
        """What is not needed is left out."""
        imports = (ast.Import, ast.ImportFrom)
        kept = (one for one in self.lines if not self.wanted.isdisjoint(_given(one)) or isinstance(one, imports))
        self.lines = [*kept]
        self.imported = [one for one in self.imported if one.name in self.wanted]


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
    """What a file gets from those beside it, and uses. These imports are taken out of the tree."""
    if not Path(path).is_file():
        return ()
    known: dict[Path, Neighbour | None] = {}
    words = _words(tree)
    found = tuple(_taken(tree, Path(path).absolute(), known, words))
    _want(found, words)
    for file in filter(None, known.values()):
        file.keep()
    return found


def lines_of(imported: Iterable[Imported]) -> list[ast.stmt]:
    """All lines that are needed of the files from which names are taken, and of those from which these take theirs."""
    found, left = dict[Neighbour, None](), [one.file for one in imported]
    while left:
        file = left.pop()
        left += [one.file for one in file.imported if file not in found]
        found[file] = None
    return [line for file in found for line in file.lines]


def _want(imported: Iterable[Imported], words: frozenset[str]) -> None:
    """What is imported is needed, with all of which it is made; of a file as a whole, what is among some words."""
    left = [(one, words) for one in imported]
    while left:
        one, words = left.pop()
        file = one.file
        new = ({one.there} if one.there else words.intersection(file.names)) - file.wanted
        while new:
            file.wanted |= new
            inner = {word for line in file.lines if not new.isdisjoint(_given(line)) for word in _words(line)}
            new = inner.intersection(file.names) - file.wanted
            left += [(there, file.words) for there in file.imported if there.name in file.wanted]


def _given(line: ast.stmt) -> list[str]:
    """What a line of a file gives a name to."""
    if isinstance(line, ast.FunctionDef | ast.ClassDef):
        return [line.name]
    return [key_of(target) or "" for target in getattr(line, "targets", ())]


def _words(tree: ast.AST) -> frozenset[str]:
    """The names and attributes that stand somewhere."""
    return names_in(tree) | {node.attr for node in each(ast.Attribute, tree)}


def _taken(
    tree: ast.Module, path: Path, known: dict[Path, Neighbour | None], words: frozenset[str] | None = None
) -> Iterator[Imported]:
    for line in tree.body:
        level = line.level if isinstance(line, ast.ImportFrom) else 0
        folders = [*path.parents][level - 1 : level] if level else _folders(path)
        module = [line.module] if isinstance(line, ast.ImportFrom) and line.module else []
        for alias in [*line.names] if isinstance(line, ast.Import | ast.ImportFrom) else ():
            called = alias.asname or alias.name
            if words is not None and called not in words and called != "*":
                continue
            file = _file(folders, module or ["__init__"], line, known) if isinstance(line, ast.ImportFrom) else None
            names = file.names if file is not None else []
            chosen = [one for one in names if one == alias.name or (alias.name == "*" and not one.startswith("_"))]
            if not chosen and called.isidentifier():
                chosen, file = [""], _file(folders, [*module, alias.name], line, known)
            if file is not None and chosen:
                line.names.remove(alias)  # type: ignore[attr-defined]
                found = (Imported(one if alias.name == "*" else called, one, file) for one in chosen)
                yield from (one for one in found if words is None or one.name in words)


def _folders(path: Path) -> list[Path]:
    """The folder of a file, and those around it that belong to its package or project."""
    folders = [*path.parents][:ABOVE]
    inner = next((at for at, one in enumerate(folders) if not (one / "__init__.py").is_file()), len(folders))
    roots = (at for at, one in enumerate(folders) if any((one / name).exists() for name in _ROOT))
    return folders[: max(inner, next(roots, 0)) + 1]


def _file(
    folders: list[Path], module: list[str], line: ast.stmt, known: dict[Path, Neighbour | None]
) -> Neighbour | None:
    """The first file of a module, or of a package, with this path."""
    for base in (folder.joinpath(*".".join(module).split(".")) for folder in folders):
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path not in known and len(known) < MOST_FILES and path.is_file():
                _read(path, line, known)
            if (found := known.get(path)) is not None:
                return found
    return None


def _read(path: Path, line: ast.stmt, known: dict[Path, Neighbour | None]) -> None:
    known[path] = None
    size = path.stat().st_size + sum(file.size for file in known.values() if file is not None)
    try:
        tree = ast.parse(path.read_text()) if size < MOST_BYTES else None
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    if tree is not None:
        for node in ast.walk(tree):
            ast.copy_location(node, line)
        known[path] = found = Neighbour(path, tree)
        found.imported += _taken(tree, path, known)
