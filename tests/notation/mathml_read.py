"""MathML as LaTeX, for reading back what was printed: elements alone decide,
so a sign in the wrong element is another formula."""

from __future__ import annotations

from xml.etree import ElementTree as ET

_SIGNS = {"\u2062": " ", "\u2061": "", "−": "-", "⊤": r"\top", "‖": r"\Vert ", "|": "|", "∑": r"\sum", "∇": r"\nabla ",
"∘": r"\circ ",
          "⊘": r"\oslash ", "⊗": r"\otimes ", "∂": r"\partial ", "′": "'", "𝟏": r"\mathbf{1}", "·": r"\cdot ",
          "↦": r"\mapsto ",
          "⟨": r"\langle ", "⟩": r"\rangle ", "d": r"\mathrm{d}"}  # fmt: skip


def latex_of(mathml: str) -> str:
    """The LaTeX of what stands between <math> and </math>."""
    return _all(ET.fromstring(f"<math>{mathml}</math>"))


def _all(node: ET.Element) -> str:
    return "".join(_one(part) for part in node)


def _one(node: ET.Element) -> str:
    parts = [_one(part) for part in node]
    match node.tag:
        case "mi" | "mn" | "mo" | "mtext":
            return _leaf(node)
        case "mfrac":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "msqrt":
            return rf"\sqrt{{{''.join(parts)}}}"
        case "msup":
            return f"{_base(node, parts)}^{{{parts[1]}}}"
        case "msub" | "munder":
            return f"{_base(node, parts)}_{{{parts[1]}}}"
        case "msubsup" | "munderover":
            return f"{_base(node, parts)}_{{{parts[1]}}}^{{{parts[2]}}}"
        case "mspace":
            return " "
    assert node.tag == "mrow", node.tag
    return "".join(parts)


def _base(node: ET.Element, parts: list[str]) -> str:
    base = parts[0].strip()
    return base if base[:1] in "\\([|" or len(base) == 1 else f"{{{base}}}"


def _leaf(node: ET.Element) -> str:
    text = (node.text or "").strip() or " "
    if node.tag == "mi" and len(text) > 1:
        return rf"\operatorname{{{text}}}"
    if text == "d" and node.get("mathvariant") != "normal":
        return "d"
    return _SIGNS.get(text, text)
