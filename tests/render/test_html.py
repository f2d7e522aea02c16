"""HTML pages: whole elements, every sign of the formula, marks, shapes,
nothing that needs a network or a script to be read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import GOLDEN
from matgrad_cli.api import explain, gradient, solve
from matgrad_cli.diagnostics import Diagnostic
from matgrad_cli.ir import Expr
from matgrad_cli.notation.printing.to_mathml import to_mathml
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.records import Derivation
from matgrad_cli.render.formats import render
from matgrad_cli.render.html.mathematics import marked, math_html, prose_html
from matgrad_cli.render.html.page import html_page
from matgrad_cli.render.view import View
from matgrad_cli.reports.page import message_html
from rebuilding import many_from_json

from .forum import forum, named

PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "munderover": 3}
TOKENS = {"mi", "mn", "mo", "mtext", "mspace"}
SAMPLES = sorted(folder.name for folder in GOLDEN.iterdir())
VOID = {"meta", "br", "rect", "line", "path", "circle", "polygon"}
SIGNS = str.maketrans({"ᵀ": "⊤", "√": None, "/": None, "Σ": "∑"})


def stored(sample: str) -> tuple[Derivation, ...]:
    """The golden derivations of a sample, as stored."""
    return tuple(many_from_json((GOLDEN / sample / "derivation.json").read_text(encoding="utf-8")))


def check_math(inner: str) -> str:
    """The text of a formula, after a look at its elements."""
    root = ElementTree.fromstring(f"<math>{inner}</math>")
    for element in root.iter():
        if element.tag in TOKENS:
            assert len(element) == 0
        else:
            assert not (element.text or "").strip(), inner  # a sign outside of any token is not shown
            assert len(element) == PARTS.get(element.tag, len(element)), element.tag
        assert not (element.tail or "").strip(), inner
    return "".join(root.itertext())


def signs(text: str) -> Counter[str]:
    """What is written, without brackets and spaces, wherever it stands."""
    text = unicodedata.normalize("NFKD", text.translate(SIGNS).replace("ᵀ", "⊤"))
    return Counter(re.sub(r"[\s()\[\]_^,/·\u2061\u2062⊤T√‖|]", "", text.replace("∑", "Σ").replace("-", "−")))


def parts(derivation: Derivation) -> list[Expr]:
    return [derivation.start, *(step.after for step in derivation.steps), derivation.problem.loss]


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sign_of_every_line_is_there(sample: str) -> None:
    derivations = stored(sample)
    for body in (body for derivation in derivations for body in parts(derivation)):
        assert signs(check_math(to_mathml(body))) == signs(to_unicode(body)), to_unicode(body)
    for step in (step for derivation in derivations for step in derivation.steps):
        shown = check_math(marked(step.after, tuple(path for path in step.results if path), shapes=False))
        assert signs(shown) == signs(to_unicode(step.after))
        check_math(marked(step.after, step.results, shapes=True))


class Balanced(HTMLParser):
    """Remembers what is open; complains about what is closed and is not."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1:] == [tag]
            self.open.pop()


def check_page(text: str) -> None:
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert all(link.startswith("#") for link in parser.links)
    assert not any("\ue000" <= character <= "\uf8ff" for character in text)
    for inner in re.findall(r"<math[^>]*>(.*?)</math>", text, re.DOTALL):
        check_math(re.sub(r"&#x([0-9a-f]+);", lambda found: chr(int(found.group(1), 16)), inner))


@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
@pytest.mark.parametrize("derivation", [forum(), named()], ids=["forum", "named"])
def test_pages_are_whole(derivation: Derivation, detail: str) -> None:
    text = render(derivation, "html", View(detail=detail))  # type: ignore[arg-type]
    check_page(text)
    assert "det</mi>" in text or "<mi>F</mi>" in text


@pytest.mark.parametrize(
    "text",
    [
        explain("R.T@R", wrt="R").render("html"),
        explain("A@x", wrt="A", shapes="A: m×n, x: n", detail="full").render("html"),
        explain("norm(X@R-Y)**2/m", wrt="R", shapes="X: m×n, R: n×p, Y: m×p", method="all").render("html"),
        explain("x.T@A@x", wrt="x", layout="all").render("html"),
        solve("norm(X@w-y)**2 + lam*norm(w)**2", wrt="w").render("html"),
        gradient("norm(X@w-y)**2", wrt="w")._repr_html_(),
    ],
    ids=["cases", "slice", "columns", "layouts", "optimum", "result"],
)
def test_documents_of_each_kind_are_whole(text: str) -> None:
    check_page(text)


def test_a_step_has_its_mark_its_shapes_and_its_reasons() -> None:
    text = explain("norm(W@x-y)**2", wrt="W", method="differential").render("html")
    assert 'class="new"' in text
    assert '<span class="old">' in text
    assert "<summary>why</summary>" in text
    assert "(rule " in text
    assert re.search(r'<munder class="sized">.*?<mtext>m×n</mtext></munder>', text)


def test_methods_stand_in_columns_under_one_problem() -> None:
    text = explain("norm(X@R-Y)**2", wrt="R", method="all").render("html")
    assert text.count("<h1>") == 1
    assert text.count("<section id=") == text.count('<a href="#part-') == 5


def test_prose_keeps_indices_and_code() -> None:
    assert math_html("∂/∂(W₁)_st (Xw − y)_i²") == "∂/∂(W<sub>1</sub>)<sub>st</sub> (Xw − y)<sub>i</sub><sup>2</sup>"
    assert math_html("A^∘2 ∘ X⁻ᵀ < 1") == "A<sup>∘2</sup> ∘ X<sup>−T</sup> &lt; 1"
    assert math_html("‖X‖²_F + Σ_(i,j) + I_(m·m)").count("<sub>") == 3
    assert math_html("2^(n − 1)") == "2<sup>n − 1</sup>"
    assert prose_html("from `a < b`") == "from <code>a &lt; b</code>"
    assert prose_html(r"from `\theta^\top x^{(i)}`") == "from <i>θ<sup>T</sup>x<sup>(i)</sup></i>"
    assert prose_html(r"`x_{ij} - \mu`") == "<i>x<sub>ij</sub> − μ</i>"
    assert prose_html(r"`\frac{a}{b}`") == r"<code>\frac{a}{b}</code>"


def test_what_a_message_says_to_type_stays_code() -> None:
    said = message_html(Diagnostic("here", r"`\sum_i x` is open", notes=(r"as in `x_{i}`",), help=r"write `A^\top`"))
    assert [rf"<code>{typed}</code>" in said for typed in (r"\sum_i x", "x_{i}", r"A^\top")] == [True] * 3


def test_a_page_for_a_browser_stands_alone() -> None:
    text = html_page(render(forum(), "html"), "a < b")
    assert text.startswith("<!DOCTYPE html>")
    assert "<title>a &lt; b</title>" in text
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert "ArrowRight" in text
    assert "://" not in text
    check_page(re.sub(r"<(script|style)>.*?</\1>", "", text, flags=re.DOTALL))


def test_the_shape_of_a_numerator_stands_below_the_fraction() -> None:
    page = gradient("tr(C.T@S)/n", "S", "C: p×p, S: p×p, n: scalar").derivations[0]
    line = marked(page.result.matrix, shapes=True) if page.result.matrix is not None else ""
    assert re.search(r'<munder class="sized"><mfrac>.*</mfrac><mtext>p×p</mtext></munder>', line)


def test_a_line_is_not_broken_behind_its_sign() -> None:
    page = explain("-sum(log(1+exp(X@w)))", "w", method="index").render("html")
    assert "<mo>=</mo>" in page
    assert not re.search(r"(<mo[^>]*>[=−]</mo>)+</math>", page)


def test_a_collapsing_sum_is_drawn() -> None:
    text = explain("norm(X@R-Y)**2", wrt="R", shapes="X: m×n, R: n×p, Y: m×p").render("html")
    first = text[text.index('<div class="terms">') : text.index("</figure>")]
    assert first.count('class="struck"') == 3  # k = 1, 2 and n
    assert first.count('class="cell kept"') == 1
    assert text.count('<div class="terms">') == 2
    check_page(text)


def test_shapes_of_a_product_and_the_graph_of_a_chain_are_drawn() -> None:
    text = explain("norm(W2@tanh(W1@x+b)-y)**2", wrt="W1", method="chain").render("html")
    assert [name in text for name in (">∂L/∂W₁<", ">∂L/∂z<", ">∂L/∂h<", ">∂L/∂e<", ">W₁x + b<")] == [True] * 5
    assert "the inner sides agree" in text
    assert "inner sides" not in explain("X + A", wrt="X").render("html")
    check_page(text)


def test_places_of_an_array_with_four_letters_are_drawn() -> None:
    text = explain("R.T@R", wrt="R", shapes="R: M×N").render("html")
    assert (text.count('class="full"'), text.count('class="empty"')) == (12, 4)
    assert "■·   ■■" in explain("R.T@R", wrt="R", detail="full").render("text")
    check_page(text)


BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no browser here")
@pytest.mark.parametrize("width", [380, 1400])
def test_a_browser_finds_nothing_wider_than_the_window(width: int, tmp_path: Path) -> None:
    assert BROWSER is not None
    probe = "<script>document.title=JSON.stringify([document.documentElement.scrollWidth,innerWidth])</script>"
    page = html_page(explain("norm(X@R-Y)**2/m", wrt="R", method="all").render("html"), "x").replace(
        "</body>", f"{probe}</body>"
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}",
        f"--window-size={width},900",
        "--dump-dom",
        (tmp_path / "page.html").as_uri(),
    ]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False).stdout
    found = re.search(r"<title>(.*?)</title>", dom)
    assert found is not None
    wide, window = json.loads(unescape(found.group(1)))
    assert wide <= window
