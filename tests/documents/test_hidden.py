"""What a reader of the page does not see is no answer, in whatever way it is hidden; that it stands there is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matgrad_cli.documents.hidden import failed_conditions, hidden_in_markdown, painted
from matgrad_cli.documents.passage import blanked
from matgrad_cli.grading.check import Key, check_text, read_key

MARKDOWN = (
    "[//]: # ({})", "[comment]: <> ({})", "[x]: # '{}'", "[note]: /url\n  \"{}\"", "<!-- {} -->", "<!--\n{}\n-->",
    "<!-- {}",
    "<p hidden>{}</p>",
    "<div hidden>\n\n{}\n\n</div>", "{{::comment}}{}{{:/comment}}", "<span style=\"display:none\">{}</span>",
    "![w](data '{}')",
    "<div style='color: white'><div>no</div>{}</div>", "<font color=white>{}</font>", "<template>{}</template>",
    "[see](here \"{}\")",
    "<span style='visibility: hidden'>{}</span>", "<b style='opacity:0'>{}</b>", "<span title='{}'>no</span>",
    "<p hidden>{}",
    "<p style='position:absolute;left:-9999px'>{}</p>", "<p style='color:hsl(0,0%,100%)'>{}</p>",
    "<b style='width:0'>{}</b>", "[^1]: {}",
    "<style>.h{{display:none}}</style><p class='h'>{}</p>", "<dialog>{}</dialog>", "<!-- matgrad: answer = {} -->",
)  # fmt: skip
LATEX = (
    r"\iffalse {} \fi", r"\ifnum1=0 {} \fi", r"\iftrue no \else {} \fi", r"\iffalse \iftrue a \fi {} \fi",
    r"{{\color{{white}} {}}}",
    r"\textcolor{{white}}{{{}}}", r"{{\color[rgb]{{1,1,1}}{}}}",
    r"\textcolor[HTML]{{FFFFFF}}{{{}}}", r"{{\tiny\textcolor{{white!99}}{{{}}}}}",
    r"\hspace{{50cm}}\rlap{{{}}}", r"\hspace*{{-90cm}} {}", r"\raisebox{{-200cm}}{{{}}}",
    r"\begin{{comment}}{}\end{{comment}}",
    r"\newif\ifsol \solfalse \ifsol {} \fi", r"\definecolor{{h}}{{gray}}{{1}} {{\color{{h}} {}}}",
    r"\invisible{{{}}}", r"\only<0>{{{}}}", r"\put(99,99){{{}}}", r"\sbox0{{{}}}",
    r"\setbox0=\hbox{{{}}}", r"\scalebox{{0.01}}{{{}}}",
    r"\resizebox{{0pt}}{{0pt}}{{{}}}", r"\textcolor{{black!0}}{{{}}}", r"{{\fontsize{{0.1pt}}{{1pt}}\selectfont "
        r"{}}}", r"\typeout{{{}}}",
    r"\excludecomment{{s}}\begin{{s}}{}\end{{s}}", r"\vspace*{{-90cm}} {}", r"\colorbox{{black}}{{{}}}",
    r"\newcommand{{\h}}[1]{{\textcolor{{white}}{{#1}}}}\h{{{}}}",
)  # fmt: skip
SEEN_IN_MARKDOWN = ("{}", "<details><summary>x</summary>\n\n{}\n\n</details>", "a[^1]\n\n[^1]: {}",
                    "<b class='x'>{}</b>", "<span style='color: red'>{}</span>", "<p>{}</p>",
                    "if a < b: {}")  # fmt: skip
SEEN_IN_LATEX = ("{}", r"\iftrue {} \fi", r"\ifnum1=1 {} \else no \fi", r"\textcolor{{red}}{{{}}}",
r"\hspace{{1cm}} {}",
                 r"{{\color{{blue}} {}}}", r"\newif\ifsol \soltrue \ifsol {} \fi",
                 r"{{\color{{white}} no}} {}", r"$a \iff b$. {}", r"\textbf{{{}}}", r"\scalebox{{0.8}}{{{}}}",
                 r"\newcommand{{\own}}[1]{{\emph{{#1}}}}\own{{{}}}",
                 r"\textcolor{{red!50!black}}{{{}}}", r"\colorbox{{yellow}}{{{}}}")  # fmt: skip


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    path = tmp_path_factory.mktemp("hidden") / "key.toml"
    problems = [
        f'[[problem]]\nid = "{name}"\nloss = "{loss}"\nwrt = "x"\nshapes = "A: n×n, x: n"\n'
        for name, loss in (("1", "x.T @ A @ x"), ("2", "sum(x)"))
    ]
    path.write_text("".join(problems), encoding="utf-8")
    return read_key(Path(path))


def graded(text: str, latex: bool, key: Key) -> tuple[str, bool]:
    """The verdict on problem 1 whose answer stands so, and whether something hidden is told of."""
    whole = (
        f"\\documentclass{{a}}\\begin{{document}}\n\\section{{Problem 1}}\n{text}\n\\section{{Problem "
        f"2}}\n\\end{{document}}\n"
    )
    report = check_text(whole if latex else f"## Problem 1\n{text}\n## Problem 2\n", "a.tex" if latex else "a.md", key)
    return report.problems[0].verdict, any(one.code == "hidden-text" for one in report.diagnostics)


@pytest.mark.parametrize("way", [*MARKDOWN, *LATEX])
@pytest.mark.parametrize("answer", ["$(A + A^T)x$", r"$\nabla_x L = Ax + A^\top x$"])
def test_what_is_hidden_is_not_read_and_said(way: str, answer: str, key: Key) -> None:
    verdict, said = graded(way.format(answer), way in LATEX, key)
    assert verdict == "undecided"
    assert said or "comment}" in way


@pytest.mark.parametrize("way", [*SEEN_IN_MARKDOWN, *SEEN_IN_LATEX])
def test_what_is_seen_is_read(way: str, key: Key) -> None:
    assert graded(way.format("$(A + A^T)x$"), way in SEEN_IN_LATEX, key)[0] == "right"


BLOCK = "```matgrad\nproblem: 1\n\n\\nabla_x L = (A + A^T) x\n```"


@pytest.mark.parametrize(("way", "verdict"), [
    ("{}", "right"), ("<!--\n{}\n-->", "undecided"), ("<div hidden>\n\n{}\n\n</div>", "undecided"),
    ("<!--\n```\n-->\n\n{}\n", "right"),
    ("```html\n<!--\n```\n\n{}\n\n-->", "right"), ("<!-- {}", "undecided"),
])  # fmt: skip
def test_a_block_is_read_where_the_page_shows_it(way: str, verdict: str, key: Key) -> None:
    assert check_text(way.format(BLOCK), "a.md", key).problems[0].verdict == verdict


def test_white_ink_in_a_formula_is_not_read(key: Key) -> None:
    for formula in (r"\color{white}{(A + A^T)x}", r"\textcolor{white}{(A + A^T)x}", r"{\color{white} (A + A^T)x}"):
        assert graded(f"$${formula}$$", False, key)[0] == graded(f"\\[{formula}\\]", True, key)[0] == "undecided"
    assert graded(r"$\color{white}{q}$ $(A + A^T)x$", False, key)[0] == "right"


PIECES = (
    "\\iffalse",
    "\\fi",
    "\\else",
    "\\color{white}",
    "{",
    "}",
    "$",
    "<p hidden>",
    "</p>",
    "<!--",
    "-->",
    "\n\n",
    "x",
)


@given(st.lists(st.sampled_from(PIECES)))
def test_places_never_move(pieces: list[str]) -> None:
    text = " ".join(pieces)
    shown = blanked(text, [*failed_conditions(text), *painted(text), *hidden_in_markdown(text)])
    assert len(shown) == len(text)
    assert all(there in (char, " ") for there, char in zip(shown, text, strict=True))
