"""Lines of mathematics in HTML: MathML printed from the tree, what is new marked, shapes under the factors,
broken where a book would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final
from xml.etree import ElementTree

from ...diagnostics.regex import regex
from ...ir import Expr, Index, Path
from ...notation.printing.precedence import closing, opening
from ...notation.printing.to_mathml import LEFT, RIGHT, dim_mathml, name_mathml, printer, to_mathml
from ...notation.printing.to_unicode import shape_unicode, to_unicode
from ...records import Value
from ..document.blocks import Label, Phrase
from ..document.derivation import shaped_factors
from ..document.glossary import ranges
from ..latex.prose_math import formula_unicode
from ..words import label, value
from ..wrap import SOLID

_SHORT: Final = 26
_FACTOR: Final = 100


def math(inner: str, display: bool = False) -> str:
    """A formula."""
    style = ' displaystyle="true"' if display else ""
    return f"<math{style}>{inner}</math>"


def value_html(of: str | Value | Label) -> str:
    """A value of a sentence; prose keeps its indices and exponents."""
    return value(of, printer(), math, prose_html)


def phrase_html(phrase: Phrase) -> str:
    """A sentence."""
    return "".join(map(value_html, phrase))


def letters_html(letters: Iterable[Index]) -> str:
    """What index letters run over: `i = 1…m, j = 1…p`."""
    shown = []
    for name, sizes in ranges(letters).items():
        ends = "<mtext>&#xa0;or&#xa0;</mtext>".join(f"<mn>1</mn><mo>…</mo>{dim_mathml(size)}" for size in sizes)
        shown.append(math(f"{name_mathml(name)}<mo>=</mo>{ends}"))
    return ", ".join(shown)


def line_html(
    body: Expr, changed: Iterable[Path] = (), shapes: bool = False, left: Label | Expr | str | None = None
) -> str:
    """A line, behind `left =` if that is given ("" for the sign alone), in pieces if it is long."""
    inner = marked(body, tuple(path for path in changed if path), shapes)
    pieces = list(_pieces(inner)) if len(to_unicode(body)) > _SHORT else [inner]
    if left is not None:
        name = left if isinstance(left, str) else label(left, printer())
        pieces[0] = f"{name}<mo>=</mo>{pieces[0]}"
    return " ".join(math(piece, True) for piece in pieces)


def cases_html(of: Label, rows: Iterable[tuple[Expr, str]]) -> str:
    """An entry as a table of cases behind a brace."""
    shown = "".join(f"<mtr><mtd>{to_mathml(value)}</mtd><mtd>{_condition(when)}</mtd></mtr>" for value, when in rows)
    return math(f'{label(of, printer())}<mo>=</mo><mrow><mo>{{</mo><mtable class="cases">{shown}</mtable></mrow>', True)


def _condition(when: str) -> str:
    if when == "otherwise":
        return "<mtext>otherwise</mtext>"
    tags = ((sign, "mi" if sign.isalpha() else "mo") for sign in when if not sign.isspace())
    tokens = "".join(f"<{tag}>{sign}</{tag}>" for sign, tag in tags)
    return f"<mtext>if&#xa0;</mtext>{tokens}"


_NUMBERS: Final = regex(
    r"(?P<matrix>\[[^]]*\])|(?P<ratio>−?\d+/\d+)|(?P<number>−?[\d.]+)|(?P<name>[^\W\d]+)|(?P<sign>\S)"
)


def numbers_html(text: str) -> str:
    """Written numbers, with real matrices and fractions; a sum may be broken between its terms."""
    return " ".join(math(_tokens(piece)) for piece in re.split(r" (?=[+−=] )", text))


def _tokens(text: str) -> str:
    return "".join(_number(found.lastgroup, found.group()) for found in _NUMBERS.finditer(text))


def _number(kind: str | None, text: str) -> str:
    if kind == "matrix":
        cells = (map(_tokens, row.split()) for row in text[1:-1].split(";"))
        rows = ("".join(f"<mtd><mrow>{cell}</mrow></mtd>" for cell in row) for row in cells)
        return f"<mrow><mo>[</mo><mtable>{''.join(f'<mtr>{row}</mtr>' for row in rows)}</mtable><mo>]</mo></mrow>"
    if kind == "ratio":
        top, bottom = text.removeprefix("−").split("/")
        return f"{_number('number', '−') if text[0] == '−' else ''}<mfrac><mn>{top}</mn><mn>{bottom}</mn></mfrac>"
    if text in "()":
        return f'<mo stretchy="false">{text}</mo>'
    if kind == "sign":
        return '<mo form="infix" lspace="0" rspace="0.28em">=</mo>' if text == "=" else f'<mo form="infix">{text}</mo>'
    return f"<mi>{text}</mi>" if kind == "name" else f"<mn>{text}</mn>"


def marked(body: Expr, changed: tuple[Path, ...] = (), shapes: bool = False) -> str:
    """The MathML of a line with what is new in `<mrow class="new">` and the shape of each factor below it."""
    factors = list(shaped_factors(body).items()) if shapes and not body.free else []
    marks = {path: number for number, path in enumerate(changed[:_FACTOR])}
    marks |= {path: _FACTOR + number for number, (path, _) in enumerate(factors)}
    text = to_mathml(body, marks)
    new = '<mrow class="new">'
    for path, mark in marks.items():
        start, end, lead, trail = opening(mark), closing(mark), new, "</mrow>"
        if mark >= _FACTOR:
            lead = f'<munder class="sized">{new if path in changed else "<mrow>"}'
            trail = f"</mrow><mtext>{shape_unicode(factors[mark - _FACTOR][1])}</mtext></munder>"
            for before, after in zip(LEFT, RIGHT, strict=True):
                if before + start in text and end + after in text:
                    text = text.replace(before + start, start + before).replace(end + after, after + end)
        text = text.replace(start, lead).replace(end, trail)
    root = _parsed(text) if marks else None
    if root is None:
        return to_mathml(body) if marks else text
    _lift_shapes(root)
    return _written(list(root), None)


def _lift_shapes(root: ElementTree.Element) -> None:
    """The shape of a whole numerator goes below the fraction: above the line it would look like a second fraction."""
    for parent in list(root.iter()):
        for place, fraction in enumerate(parent):
            top = list(fraction[0]) if fraction.tag == "mfrac" else []
            if len(top) == 1 and top[0].get("class") == "sized":
                parent[place], fraction[0], top[0][0] = top[0], top[0][0], fraction


def _parsed(text: str) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(f"<math>{text}</math>")
    except ElementTree.ParseError:  # marks that do not nest
        return None


def _pieces(text: str) -> Iterator[str]:
    """The formula in pieces that begin with an outer + or −, a Σ or a derivative; no sign is a piece of its own."""
    root = _parsed(text)
    if root is None:
        yield text
        return
    frame = root[0] if len(root) == 1 and root[0].tag == "mrow" and root[0].get("class") else None
    held: list[ElementTree.Element] = []
    for element in frame if frame is not None else root:
        if held and (len(held) > 1 or held[0].tag != "mo") and _begins(element):
            yield _written(held, frame)
            held = []
        held.append(element)
    yield _written(held, frame)


def _begins(element: ElementTree.Element) -> bool:
    if element.tag == "mo" and element.text in ("+", "−"):
        element.set("form", "infix")
        return True
    if element.tag == "mfrac":
        return "".join(element[0].itertext()).startswith("∂")
    return element.tag in ("munder", "munderover") and element[0].text == "∑"


def _written(elements: list[ElementTree.Element], frame: ElementTree.Element | None) -> str:
    for element in elements:
        element.tail = None
    inner = "".join(ElementTree.tostring(element, encoding="unicode") for element in elements)
    return inner if frame is None else f'<mrow class="{frame.get("class")}">{inner}</mrow>'


_RAISED: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀⁿᵏ", [*"0123456789−+", "T", "n", "k"], strict=True))
_LOWERED: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_LETTERS = rf"[^\W_{''.join(_RAISED)}]"
_SCRIPT = regex(
    rf"(?P<raised>[{''.join(_RAISED)}]+)|(?P<lowered>[{''.join(_LOWERED)}]+)"
    rf"|(?<![a-z]{{4}})_(?:(?P<set>\((?:[^()]|\([^()]*\))*\))|(?P<below>{_LETTERS}+(?:,{_LETTERS}+)*|\*))"
    r"|\^(?:(?P<power>\((?:[^()]|\([^()]*\))*\))|(?P<above>∘?[^\W_.]+))"
)


_LATEX = regex(r"\\[A-Za-z]|[\^_]\{")


def prose_html(text: str, quoting: bool = True) -> str:
    """A sentence; code between backquotes stays as it is typed, but for LaTeX, which is a formula where a sentence
    quotes it, not where a message says what to type."""
    parts = text.replace(SOLID, " ").split("`")
    if len(parts) % 2 == 0:
        return math_html("`".join(parts))
    return "".join(_typed(part, quoting) if number % 2 else math_html(part) for number, part in enumerate(parts))


def _typed(text: str, quoting: bool) -> str:
    shown = formula_unicode(text) if quoting and _LATEX.search(text) else None
    return f"<code>{escape(text)}</code>" if shown is None else f"<i>{math_html(shown)}</i>"


def math_html(text: str) -> str:
    """A formula with its indices and exponents as <sub> and <sup>."""
    parts: list[str] = []
    end = 0
    for found in _SCRIPT.finditer(text):
        parts += [escape(text[end : found.start()]), _tagged(str(found.lastgroup), found.group(str(found.lastgroup)))]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _tagged(kind: str, inner: str) -> str:
    if kind in ("raised", "lowered"):
        signs = _RAISED if kind == "raised" else _LOWERED
        inner = "".join(signs[sign] for sign in inner)
    if kind == "power":
        inner = inner[1:-1]
    if kind == "set" and not inner.count(",") and "·" in inner:
        inner = inner[1:-1]
    tag = "sup" if kind in ("raised", "power", "above") else "sub"
    return f"<{tag}>{escape(inner)}</{tag}>"
