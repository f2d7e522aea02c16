"""What other programs say of the pages: an HTML parser, pandoc, KaTeX, pdflatex;
each skipped where it is not installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from conftest import SAMPLES
from matgrad_cli.api import Explanation, Optimum, check, explain, gradient, solve
from matgrad_cli.render.html.page import html_page
from matgrad_cli.render.latex.habits import Habits

pytestmark = pytest.mark.slow


@cache
def shown() -> tuple[Explanation | Optimum, ...]:
    """Pages of all kinds of blocks."""
    loss = "norm(X@R-Y,'fro')**2/m"
    return (
        explain(loss, wrt="R", numbers=True, detail="full"),
        explain(loss, wrt="R", method="all"),
        explain("R.T@R", wrt="R", detail="full"),
        explain("norm(V@tanh(W@x+b)-y)**2", wrt="W", method="chain", detail="full"),
        explain("x.T@A@x", wrt="x", layout="all"),
        explain("logdet(S)+a.T@inv(S)@a", wrt="S", assume="S spd", detail="full"),
        explain("c.T@softmax(z)", wrt="z", detail="full"),
        explain("norm(X@w-y)**2", wrt="w", order=2),
        solve("norm(X@w - y)**2 + lam*norm(w)**2", "w", numbers=True, detail="full"),
        solve("w.T@S@w", "w", "w: n, S: n×n", "S spd", subject_to="sum(w) = 1", numbers=True),
    )


@cache
def pages(format: str, columns: int = 1) -> tuple[str, ...]:
    """The pages in a format, as a paper of so many columns."""
    return tuple(one.render(format, habits=Habits(columns=columns)) for one in shown())


def for_browsers() -> tuple[str, ...]:
    """The pages of derivations, and of what shows itself in a notebook."""
    chat = check(SAMPLES / "documents" / "chat.md")
    return (*pages("html"), gradient("x.T@A@x", "x")._repr_html_(), chat._repr_html_())


def ran(command: list[str], text: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=text, capture_output=True, text=True, cwd=folder, timeout=110, check=False)


def test_the_pages_are_html() -> None:
    html5lib = pytest.importorskip("html5lib")
    for text in for_browsers():
        html5lib.HTMLParser(strict=True).parse(html_page(text, "a < b"))


@pytest.mark.skipif(shutil.which("vnu") is None, reason="no Nu HTML Checker here")
def test_the_checker_of_the_w3c_finds_no_error(tmp_path: Path) -> None:
    for number, text in enumerate(for_browsers()):
        (tmp_path / f"{number}.html").write_text(html_page(text, "page"), encoding="utf-8")
    done = ran(["vnu", "--errors-only", *map(str, tmp_path.iterdir())])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="no pandoc here")
def test_pandoc_reads_every_formula_of_the_markdown() -> None:
    for text in pages("markdown"):
        done = ran(["pandoc", "--from", "gfm+tex_math_dollars", "--to", "html", "--mathml"], text)
        assert (done.returncode, done.stderr) == (0, "")
        assert "$" not in re.sub(r"<annotation.*?</annotation>", "", done.stdout, flags=re.DOTALL)


def test_katex_reads_every_formula_of_the_markdown() -> None:
    program = (
        "const k=require('katex');for(const f of JSON.parse(require('fs').readFileSync(0)))"
        "k.renderToString(f,{throwOnError:true,strict:'error',displayMode:true})"
    )
    if shutil.which("node") is None or ran(["node", "-e", "require('katex')"]).returncode:
        pytest.skip("no KaTeX here")
    pairs = [pair for text in pages("markdown") for pair in re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)]
    found = [part for pair in pairs for part in pair if part]
    assert len(found) > 100
    done = ran(["node", "-e", program], json.dumps(found))
    assert done.returncode == 0, done.stderr[-600:]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
@pytest.mark.parametrize("columns", [1, 2])
def test_latex_compiles(columns: int, tmp_path: Path) -> None:
    body = "\n\\clearpage\n".join(pages("latex", columns))
    head = f"\\documentclass[{'twocolumn' if columns == 2 else ''}]{{article}}\n"
    head += "\\usepackage{amsmath,amssymb}\n\\begin{document}\n"
    (tmp_path / "page.tex").write_text(head + body + "\\end{document}\n", encoding="utf-8")
    done = ran(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"], folder=tmp_path)
    assert done.returncode == 0, done.stdout[-800:]
    assert "Overfull" not in done.stdout
