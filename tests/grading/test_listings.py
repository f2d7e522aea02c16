"""Code that a page shows is an answer in code, however the page sets it; what it may not show is none."""

from __future__ import annotations

import textwrap

import pytest

from matgrad_cli.grading.check import Key, check_text
from matgrad_cli.records.finding import FileReport, ProblemReport

KEY = """
[[problem]]
id = "1"
loss = "norm(X@w)**2"
wrt = "w"
shapes = "X: n×d, w: d"

[[problem]]
id = "2"
loss = "sum(log(1 + exp(-y * (X@w))))"
wrt = "w"
shapes = "X: n×d, w: d, y: n"
"""
LONG = "def grad(X, w, y):\n    s = 1 / (1 + np.exp(y * (X @ w)))\n    return -X.T @ (y * s)\n"
SHORT = "return -X.T @ (y / (1 + np.exp(y * (X @ w))))\n"
TEX = "\\section*{Problem 2}\nMy code:\n%s\nThat is all.\n"
SHOWN = {
    "fence": ("a.md", "## Problem 2\n\n```python\n%s```\n"),
    "fence in a list": ("a.md", "1. $2X^TXw$\n\n2. ```python\n%s   ```\n"),
    "fence behind a number": ("a.md", "2) ~~~\n%s   ~~~\n"),
    "set in": ("a.md", "## Problem 2\n\nMy code:\n\n%s\nThat is all.\n"),
    "verbatim": ("a.tex", TEX % "\\begin{verbatim}\n%s\\end{verbatim}"),
    "Verbatim": ("a.tex", TEX % "\\begin{Verbatim}[fontsize=\\small]\n%s\\end{Verbatim}"),
    "lstlisting": (
        "a.tex",
        TEX % "\\begin{lstlisting}[language=Python, basicstyle=\\ttfamily\\small]\n%s\\end{lstlisting}",
    ),
    "minted": ("a.tex", TEX % "\\begin{minted}[linenos]{python}\n%s\\end{minted}"),
}
LISTING = "\\begin{lstlisting}\n" + LONG + "\\end{lstlisting}\n"
HIDDEN = [
    "\\iffalse\n" + LISTING + "\\fi\n",
    "\\lstset{basicstyle=\\color{white}}\n" + LISTING,
    "\\newcommand{\\own}{\\color{white}}\\lstset{basicstyle=\\ttfamily\\own}\n" + LISTING,
    LISTING.replace("lstlisting}\n", "Verbatim}[fontsize=\\fontsize{0.1}{0.1}]\n", 1).replace(
        "{lstlisting", "{Verbatim"
    ),
    LISTING.replace("lstlisting}\n", "lstlisting}[lastline=0]\n", 1),
    "\\excludecomment{lstlisting}\n" + LISTING,
    LISTING.replace("lstlisting", "comment"),
    "".join(f"% {line}\n" for line in LISTING.splitlines()),
    "\\end{document}\n" + LISTING,
    "{\\color{white}\n" + LISTING + "}\n",
]
NO_CODE = [
    "## Problem 2\n\nSome words:\n\n    the gradient is what one thinks it is\n    return to sender = 3\n",
    "## Problem 2\n\n<!--\n\n" + textwrap.indent(LONG, "    ") + "\n-->\n",
]


def graded(key: Key, name: str, text: str) -> tuple[ProblemReport, FileReport]:
    file = check_text(text, name, key)
    return next(one for one in file.problems if one.id == "2"), file


def page(way: str, code: str) -> tuple[str, str]:
    """The name of a file and its text, with the code set in one way."""
    name, text = SHOWN[way]
    indent = {"set in": "    ", "fence in a list": "   ", "fence behind a number": "   "}.get(way, "")
    return name, text.replace("%s", textwrap.indent(code, indent))


@pytest.mark.parametrize("code", [LONG, SHORT])
@pytest.mark.parametrize("way", SHOWN)
def test_code_is_judged_however_it_is_set(key: Key, way: str, code: str) -> None:
    right, file = graded(key, *page(way, code))
    assert right.verdict == "right", (way, right)
    assert not file.diagnostics, file.diagnostics
    wrong, _ = graded(key, *page(way, code.replace("-X.T", "X.T")))
    assert (wrong.verdict, wrong.final.code) == ("wrong", "wrong-sign"), (way, wrong)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_listing_that_the_page_may_not_show_is_no_answer(key: Key, text: str) -> None:
    found, file = graded(key, "a.tex", "\\section*{Problem 2}\n" + text)
    assert found.final.verdict == "missing", found
    assert found.score == 0
    assert "%" in text or any(one.code == "hidden-text" for one in file.diagnostics), file


@pytest.mark.parametrize("text", NO_CODE)
def test_what_is_set_in_and_no_code_is_no_answer(key: Key, text: str) -> None:
    assert graded(key, "a.md", text)[0].final.verdict == "missing"


def test_two_listings_are_no_one_answer(key: Key) -> None:
    text = "\\section*{Problem 2}\n" + LISTING + LISTING.replace("-X.T", "X.T")
    assert graded(key, "a.tex", text)[0].verdict != "right"


FAULTS = [
    (
        "def grad(X, w, y):\n    m = y * (X @ w)\n    s = 1 / (1 + np.exp(m))\n    g = X @ (y * s)\n    return -g\n",
        "X @ (y",
        "X",
    ),
    (
        "def grad(X, w, y):\n    s = 1 / (1 + np.exp(y * (X @ w)))\n    g = -X.T @ (y * s)\n    return 2 * g\n",
        "2 * g",
        "2 * g",
    ),
    (
        "def grad(X, w, y):\n    # mine\n    z = y * X @ w\n    s = 1 / (1 + np.exp(z))\n    return X.T @ (y * s)\n",
        "y * X",
        "y",
    ),
]


@pytest.mark.parametrize("way", SHOWN)
@pytest.mark.parametrize(("code", "there", "fault"), FAULTS)
def test_a_finding_points_at_the_expression_at_fault(key: Key, way: str, code: str, there: str, fault: str) -> None:
    name, text = page(way, code)
    found, _ = graded(key, name, text)
    assert found.verdict == "wrong"
    assert found.first_wrong is not None
    at = found.first_wrong.span
    assert (at.start, text[at.start : at.end]) == (text.index(there), fault)
    assert found.first_wrong.line == text[: at.start].count("\n") + 1
