"""The house: layers, file sizes, what stands at the top, nothing executed, nothing heavy at the start."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conftest import PACKAGE, ROOT, environment, trees

LAYERS = [
    "diagnostics",
    "ir",
    "facts",
    "notation",
    "verify",
    "rulebook",
    "records",
    "render",
    "rewrite",
    "selftest",
    "stationary",
    "documents",
    "grading",
    "reports",
    "api",
    "cli",
]
"""In dependency order: a module imports its own folder and those before it."""

WINGS = ["forms", "engine", "textbook", "network", "index", "methods"]
"""The folders of rewrite/, in dependency order too."""

TOP = {"pyproject.toml", "README.md", "matgrad_cli", "rules", "samples", "tests"}
HEAVY = {"sympy", "numpy", "rich", "typer", "pygments", "pydantic", "lark", "hypothesis", "pytest"}
MAY_IMPORT = {"typer": ("cli",), "rich": ("cli", "render/terminal")}
OF_NUMPY = {"verify/programs", "grading/code", "grading/code/slips"}
"""Folders that are about NumPy, and are themselves imported only where Python code is read."""
FILES = sorted(PACKAGE.rglob("*.py"))


def layer(path: Path) -> str | None:
    """The layer of a module; None for the package's own `__init__` and `__main__`."""
    inside = path.relative_to(PACKAGE)
    name = inside.parts[0] if len(inside.parts) > 1 else inside.stem
    return name if name in LAYERS else None


@cache
def parts() -> dict[Path, list[ast.AST]]:
    """What the tests look at in each module: imports, calls, handlers of errors."""
    kinds = ast.Import | ast.ImportFrom | ast.Call | ast.ExceptHandler
    return {path: [node for node in ast.walk(trees()[path]) if isinstance(node, kinds)] for path in FILES}


def imports(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Every import of a module, written out: `matgrad_cli.ir.nodes`, `numpy`."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in parts()[path]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node, f"{module}.{alias.name}"


def test_imports_point_downward() -> None:
    wrong = []
    for path in FILES:
        own = layer(path)
        for _, name in imports(path):
            parts = name.split(".")
            other = parts[1] if parts[0] == "matgrad_cli" and len(parts) > 1 and parts[1] in LAYERS else None
            if own is not None and other is not None and LAYERS.index(other) > LAYERS.index(own):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_imports_within_the_engine_point_downward() -> None:
    wrong = []
    for path in (PACKAGE / "rewrite").rglob("*.py"):
        own = path.parent.name
        for _, name in imports(path):
            other = name.split(".")[2] if name.startswith("matgrad_cli.rewrite.") else ""
            if own in WINGS and other in WINGS and WINGS.index(other) > WINGS.index(own):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_no_folder_has_more_than_twenty_files() -> None:
    assert [
        str(folder.relative_to(ROOT))
        for folder in {path.parent for path in FILES}
        if len(list(folder.glob("*.py"))) > 20
    ] == []


def test_every_folder_has_a_layer() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders - set(LAYERS) == set()


@pytest.mark.parametrize("library", sorted(MAY_IMPORT))
def test_only_the_edge_knows_the_terminal(library: str) -> None:
    users = {path for path in FILES for _, name in imports(path) if name.split(".")[0] == library}
    inside = [str(path.relative_to(PACKAGE).with_suffix("")) for path in users]
    assert [name for name in inside if not name.startswith(MAY_IMPORT[library])] == []


def test_no_file_is_long() -> None:
    files = [*FILES, *ROOT.glob("tests/**/*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_the_top_level_is_six_names() -> None:
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - {
        "__pycache__",
        "dist",
        "build",
    } == TOP


def test_nothing_typed_is_executed() -> None:
    """Neither Python's own doors nor SymPy's, which evaluate text."""
    wrong = []
    for path in FILES:
        for node in parts()[path]:
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in ("eval", "exec", "compile", "__import__") or {name, method} & {
                "sympify",
                "parse_expr",
                "lambdify",
            }:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {name or method}")
    assert wrong == []


def test_no_error_is_swallowed() -> None:
    wrong = []
    for path in FILES:
        for node in parts()[path]:
            if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def _at_module_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run when the module is imported; what stands under TYPE_CHECKING does not."""
    queue: list[ast.stmt] = list(tree.body)
    while queue:
        node = queue.pop()
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.dump(node.test):
            queue += [*node.body, *node.orelse]
        elif isinstance(node, ast.Try | ast.With):
            queue += node.body


def _given(node: ast.stmt) -> list[str]:
    """The names that a statement of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [] if node.decorator_list else [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def test_no_name_of_a_module_is_given_a_second_value() -> None:
    """The second would silently hold in the functions that were written for the first."""
    wrong = []
    for path in FILES:
        names = [name for node in trees()[path].body for name in _given(node)]
        wrong += [
            f"{path.relative_to(ROOT)}: {name}" for name in sorted({name for name in names if names.count(name) > 1})
        ]
    assert wrong == []


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    wrong = []
    for path in FILES:
        for node in _at_module_level(trees()[path]):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            allowed = (
                {"typer"}
                if layer(path) == "cli"
                else {"numpy"}
                if path.parent.relative_to(PACKAGE).as_posix() in OF_NUMPY
                else set()
            )
            wrong += [
                f"{path.relative_to(ROOT)} imports {name}" for name in names if name.split(".")[0] in HEAVY - allowed
            ]
    assert wrong == []


PROGRAM = """
import sys
from matgrad_cli.cli.app import run
code = run(['explain', "norm(X@R-Y,'fro')**2/m", '--wrt', 'R'])
heavy = sorted({name.split('.')[0] for name in sys.modules} & {'sympy', 'numpy', 'rich', 'pygments', 'hypothesis'})
print('heavy:', heavy, 'code:', code, file=sys.stderr)
"""


def test_the_forum_loss_needs_no_heavy_library() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment(), cwd=ROOT)
    assert done.stderr.splitlines()[-1] == "heavy: [] code: 0"


def _for_types_only(tree: ast.Module) -> set[ast.stmt]:
    """The imports below `if TYPE_CHECKING:`, which no program runs."""
    found: set[ast.stmt] = set()
    for node in tree.body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            found |= {inner for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom)}
    return found


def _run_time_imports(path: Path, modules: set[str]) -> set[str]:
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    skipped = _for_types_only(trees()[path])
    found = set()
    for node in parts()[path]:
        if isinstance(node, ast.ImportFrom) and node.level and node not in skipped:
            base = [*package[: len(package) - node.level + 1], *([node.module] if node.module else [])]
            found.add(".".join(base))
            found |= {".".join([*base, alias.name]) for alias in node.names}
    return found & modules


def test_no_circle_of_imports() -> None:
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES if path.stem != "__init__"}
    needs = {name: _run_time_imports(path, set(names.values())) for path, name in names.items()}
    done: set[str] = set()
    while True:
        ready = {name for name, others in needs.items() if name not in done and others <= done}
        if not ready:
            break
        done |= ready
    assert set(needs) - done == set()
