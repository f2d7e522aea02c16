r"""What an answer says of itself: `(denominator layout)`, `(n \times p)`, `\in \mathbb R^{n \times p}`;
it must be true."""

from __future__ import annotations

import re
from typing import Final

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...documents.words import named, said
from ...ir import Shape
from ...records.layout import is_turned
from ..lines.kinds import shape_in_words
from ..task import Task

_LAYOUTS: Final = {
    "numerator": "numerator",
    "jacobian": "numerator",
    "denominator": "denominator",
    "gradient": "gradient",
    "zähler": "numerator",
    "nenner": "denominator",
    "row": "numerator",
    "column": "gradient",
    "zeilen": "numerator",
    "spalten": "gradient",
}
_GAP: Final = r"(?:\s|\\q?quad(?![A-Za-z])|\\[,;:! ]|[~,;.$])*"
_WORDS: Final = r"\\(?:text\w*|mathrm|mbox)\s*\{"
_NAMED: Final = rf"({'|'.join(_LAYOUTS)})[\s-]*(?:layout|[ck]onvention|ve[ck]tor)"
_LAYOUT: Final = regex(
    rf"(?<!\s){_GAP}(?:{_WORDS}\s*)?(?:[(\[]\s*)?(?:{_WORDS}\s*)?(?:(?:in|using|with|as|als"
    rf"|im)\s+)?(?:the\s+|an?\s+)?{_NAMED}"
    r"(?:\s+convention)?[\s.)\]}$]*$",
    re.IGNORECASE,
)
_SIDE: Final = r"\w+"
_SIDES: Final = rf"({_SIDE})(?:\s*(?:\\times|×|x|\\cdot)\s*({_SIDE}))?"
_MEMBER: Final = regex(
    rf"(?<!\s){_GAP}(?:\\in(?![A-Za-z])|∈)\s*"
    rf"(?:\\math\w+\s*\{{?\s*R\s*\}}?|\\R(?![A-Za-z])|ℝ|R)\s*\^\s*\{{?\s*{_SIDES}\s*\}}?[\s.$]*$"
)
_NAMES_LAYOUT, _NAMES_SIDES = (
    regex("layout|[ck]onvention|ve[ck]tor", re.IGNORECASE),
    regex(r"∈|\\in(?![A-Za-z])|×|\\times|\w\s*x\s*\w"),
)
"""Without these there is no remark: most answers make none."""
_OF_NAME: Final = regex(
    r"(?:^|[,;:$}]|\b(?:where|with|for|let|and|all|every|forall|quad|is))[\s$]*\\?[^\W\d_]+(?:_\{?\w+\}?)?\s*$"
)
"""Of whom a membership speaks in `2X^T(XR-Y), X \\in R^{m x n}`: not of the answer."""
_SIZE: Final = regex(
    rf"(?<!\s)(?:\s*(?:\\q?quad(?![A-Za-z])|\\[,;: ]|[,;$~])+\s*|\s+)(?:{_WORDS}\s*)?"
    rf"\(\s*\$?({_SIDE})\s*(?:\\times|×|x)\s*({_SIDE})\s*\$?\)\s*[}}.$]*\s*$"
)
_QUOTED: Final = regex(r"[\"“„«]\s*([^\"“„«”»]+?)\s*[\"“”»]|([\x27\x60])\s*([^\x27\x60]+?)\s*\2")
_SPEAKS: Final = regex(_NAMED, re.IGNORECASE)
_LISTED: Final = regex(r"\s*(?:(?P<factor>[-−–*]|\(\w\)|(?:[02-9]|\d\d)\.)|[•>]|\d{1,2}\)|1\.)\s+(?=\S)")
CASES: Final = regex(r"\\begin\s*\{[dr]?cases\}(?P<rows>.*?)\\end\s*\{[dr]?cases\}", re.DOTALL)
"""A value by cases: the signs of equality in it say when it holds."""
IN_TEXT: Final = regex(r"\\(?:text\w*|mbox|mathrm)\s*\{([^{}]*)\}")
_REFUTES: Final = r"(?P<fact>)(?<!=)(?<!= )\b(?:wrong|false|incorrect|unsure|falsch|faux|fausse)\b"
_DENIES: Final = (
    r"\b<doubt>\b|\b<or>\b(?!\W*(?:equiv|simply|gleichwertig))|\bat\s+(?:zero|the)\b|<except>|<times>\b"
    r"|\b(?:assum|suppos)\w+|\b<when>\b[^.;]*?\b(?P<fact><condition>|small|large)\b"
)
_BEFORE: Final = r"\s*(?:\*\*)?(?:<announcing>\s+)*(?:<result>|ans)(?:\*\*)?\s*(?:is|ist|est|es|è|:)\s*(?:\*\*)?\s*"


@record
class Remarks:
    """An answer without its remarks, the layout that it names, and the sides that it says the array has."""

    text: str
    layout: str | None = None
    sides: tuple[str, ...] = ()


def remarks(answer: str) -> Remarks | None:
    """The remarks of an answer; None where it makes none."""
    found = Remarks(answer)
    if (before := said(_BEFORE).match(answer)) is not None:
        found = Remarks(" " * before.end() + answer[before.end() :])
    while True:
        text = found.text
        if found.layout is None and _NAMES_LAYOUT.search(text) and (told := _LAYOUT.search(text)) is not None:
            found = Remarks(text[: told.start()], _LAYOUTS[told[1].lower()], found.sides)
        elif (
            not found.sides
            and _NAMES_SIDES.search(text)
            and (told := _MEMBER.search(text) or _SIZE.search(text)) is not None
            and _OF_NAME.search(text[: told.start()]) is None
        ):
            found = Remarks(text[: told.start()], found.layout, tuple(side for side in told.groups() if side))
        else:
            break
    inner = found.text.strip()
    inner = plain if "$" not in (plain := inner.strip("$")) else inner
    quoted = _QUOTED.fullmatch(inner)
    inner = quoted[1] or quoted[3] if quoted is not None else inner
    bare = " " * found.text.index(inner) + inner  # at its place, for what points into it
    return (
        Remarks(bare, found.layout, found.sides) if inner and (quoted is not None or found != Remarks(answer)) else None
    )


def listed(answer: str) -> tuple[str, str | None] | None:
    """An answer without the mark of a list before it, and that mark where it may be a factor or a sign: `- 2Ax`."""
    mark = _LISTED.match(answer)
    return (
        None if mark is None else (" " * mark.end() + answer[mark.end() :], None if "$" in answer else mark["factor"])
    )


def named_layout(answer: str) -> str | None:
    """The layout of which an answer speaks."""
    found = _SPEAKS.search(answer)
    return _LAYOUTS[found[1].lower()] if found is not None else None


def refuted(formula: str) -> bool:
    r"""Whether words inside of a formula say that it is wrong: `… \text{ (wrong)}`."""
    return said(_REFUTES).search(" ".join(IN_TEXT.findall(CASES.sub(" ", formula)))) is not None


def denial(task: Task, answer: str) -> str | None:
    """What words of an answer deny it, or say under a condition, or leave open; not those of its cases."""
    text = " ".join(CASES.sub(" ", answer).split())
    words = " ".join(IN_TEXT.findall(text))
    found = said(_REFUTES).search(text) or said(_DENIES).search(words)
    if found is None or named("fact", found["fact"] or "") in {fact.word for fact in task.problem.facts}:
        return None
    return " ".join(found[0].split())


def contradiction(task: Task, told: Remarks) -> str | None:
    """What is not true of the derivative in the layout that is asked for, and so of an answer that is right;
    None where all is."""
    wanted, problem = task.wanted if task.asks == "gradient" else task.problem.wrt, task.problem
    if told.layout is not None and task.asks != "gradient":
        return f"it speaks of the {told.layout} layout, and a value of `{problem.wrt.name}` is asked for"
    if told.layout is not None and wanted is not None:
        named, asked = (
            is_turned(layout, problem.loss.shape, problem.wrt.shape, task.order)
            for layout in (told.layout, task.layout)
        )
        if named != asked:
            return f"it says that this is the {told.layout} layout, in which the derivative is transposed"
    if told.sides and (wanted is None or told.sides not in _sizes(wanted.shape)):
        needed = "an array of more than two sides" if wanted is None else shape_in_words(wanted.shape)
        return f"it says that this is {'×'.join(told.sides)}; needed is {needed}"
    return None


def _sizes(shape: Shape) -> tuple[tuple[str, ...], ...]:
    rows, cols = str(shape.rows), str(shape.cols)
    return ((rows, cols), *(((rows,),) if shape.is_column else ((cols,),) if shape.is_row else ()))
