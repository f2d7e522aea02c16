"""A document as Markdown with formulas between dollar signs, as GitHub, notebooks, pandoc and forums show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...diagnostics.regex import regex
from ...ir import Expr
from ...notation.printing.to_latex import name_latex, to_latex
from ...verify.verdict import Verdict
from ..document import blocks
from ..document.blocks import WORDS, Block, Document, Phrase
from ..view import View
from ..words import described
from .fragment import cases_latex, grid_latex, label_latex, rows_latex
from .prose import given_latex, joined, letters_latex, named_latex, numbers_latex, title_case, value_latex
from .prose_math import formula_latex, pieces

_ROOM = 430.0
_BRACKETS = regex(r"\\([Bb]ig)[lr](?![A-Za-z])")
"""Brackets that open or close: pandoc knows them without the letter, and no places for breaks."""


def markdown_page(content: Document, view: View) -> str:
    """The page of a document."""
    pairs = zip(content, (None, *content), strict=False)
    paragraphs = [line for block, before in pairs for line in _lines(block, before, view)]
    return _BRACKETS.sub(r"\\\1", "\n\n".join(paragraphs)).replace(r"\allowbreak", "") + "\n"


def _lines(block: Block, before: Block | None, view: View) -> Iterator[str]:
    """The paragraphs of a block."""
    match block:
        case blocks.Heading(phrase, level):
            yield f"{'#' * (level + 1)} {_prose(phrase)}"
        case blocks.Variables(rows):
            yield _table(("variable", "shape", "known", "from"), [*map(_variable, rows)])
        case blocks.Numbers(given):
            yield f"In numbers: {given_latex(given)}."
        case blocks.Sentence():
            yield from _sentence(block)
        case blocks.Formula():
            if block.role == "where":
                yield "and" if isinstance(before, blocks.Formula) and before.role == "where" else "where"
            yield _formula(f"{label_latex(block.left)} = ", block.right, block.role == "result" and view.shapes)
            yield from _numbers(block.numbers)
        case blocks.Chain():
            yield from _chain(block, view)
        case blocks.Cases():
            yield _display(f"= {cases_latex(block)}")
        case blocks.Grid():
            yield _display(grid_latex(block))
        case blocks.Table():
            yield f"{block.sentence}:"
            yield _table(block.head, [tuple(map(_prose, row)) for row in block.rows])
        case blocks.Columns(parts):
            for part in parts:
                yield markdown_page(part, view).rstrip("\n")


def _variable(known: blocks.Variable) -> tuple[str, ...]:
    name = f"${name_latex(known.symbol.name)}$"
    return name, described(known.symbol), ", ".join(known.facts), _prose((known.origin,))


_LEADS = {"note": "> ", "legend": "> ", "assuming": "Assuming "}


def _sentence(block: blocks.Sentence) -> Iterator[str]:
    said = f"{_LEADS.get(block.role, '')}{_prose(block.phrase)}"
    end = "" if said.endswith(("*", ":", ".")) or block.role in ("note", "legend") else "."
    yield f"{said} {_verdict(block.verdict)}" if block.verdict is not None else f"{title_case(said)}{end}"
    yield from _reasons(block)


def _reasons(block: blocks.Sentence | blocks.Move) -> Iterator[str]:
    if block.why:
        yield f"*Why:* {_prose(block.why)}"
    if block.evidence and block.verdict is not None:
        yield f"*{WORDS[block.verdict.kind].capitalize()}:* {_escaped(block.evidence)}"


def _verdict(verdict: Verdict) -> str:
    return f"*({WORDS[verdict.kind]})*"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    guarded = ([cell.replace("|", r"\|") for cell in row] for row in rows)
    first, *lines = [f"| {' | '.join(row)} |" for row in (head, *guarded)]
    return "\n".join([first, "|" + "---|" * len(head), *lines])


def _prose(phrase: Phrase) -> str:
    """A sentence: formulas between dollar signs, and no character that Markdown would take for markup."""
    return joined(_escaped(part) if isinstance(part, str) else value_latex(part) for part in phrase)


def _escaped(text: str) -> str:
    return "".join(f"${formula_latex(part)}$" if is_formula else _plain(part) for is_formula, part in pieces(text))


def _plain(text: str) -> str:
    """Prose without anything that Markdown would take for markup; what stands between backquotes is code and stays."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _guarded(text)
    return "`".join(part if number % 2 else _guarded(part) for number, part in enumerate(parts))


def _guarded(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\*_{}[]<>$|#`" else character for character in text)


def _formula(head: str, body: Expr, shapes: bool = False) -> str:
    rows = rows_latex(body, _ROOM, _ROOM, shapes and not body.free)
    if len(rows) == 1:
        return _display(head + rows[0])
    joint = " \\\\\n&\\quad "
    return _display(f"\\begin{{aligned}}\n{head}&{joint.join(rows)}\n\\end{{aligned}}")


def _display(body: str) -> str:
    return f"$$\n{body}\n$$"


def _chain(block: blocks.Chain, view: View) -> Iterator[str]:
    if block.left is not None and block.start is not None:
        yield f"### Derivation by the {block.method} method"
        yield _formula(f"{to_latex(block.left)} = ", block.start.body, view.shapes)
        yield from _numbers(block.numbers)
    for move in block.moves:
        yield from _move(move, view)
    yield "### Result"


def _numbers(numbers: str) -> Iterator[str]:
    if numbers:
        yield f"In numbers: ${numbers_latex(numbers)}$"


def _move(move: blocks.Move, view: View) -> Iterator[str]:
    yield f"**{move.number}** {_prose(move.sentence)} {_verdict(move.verdict)}"
    yield from _reasons(move)
    for inner in move.inner:
        yield from _move(inner, view)
    if move.inner:
        return
    if move.change:
        more = f" (and {move.elsewhere} more alike)" if move.elsewhere else ""
        yield rf"${to_latex(move.change[0])} \;\to\; {to_latex(move.change[1])}${more}"
    left = f"{to_latex(move.line.left)} " if move.line.left is not None else ""
    yield _formula(f"{left}= ", move.line.body, view.shapes)
    yield from _numbers(move.numbers)
    if move.letters and view.detail != "brief":
        yield f"with {letters_latex(move.letters)}"
    if move.names:
        yield f"where {named_latex(move.names)}"
