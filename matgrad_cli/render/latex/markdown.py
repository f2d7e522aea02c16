"""A derivation as Markdown with formulas between dollar signs, as GitHub, notebooks and forums show them."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Expr
from ...notation.printing.to_latex import name_latex, to_latex
from ...records import Derivation
from ..arrays.entries_latex import entry_markdown
from ..page import SIGNS, WORDS, Move, Page, Phrase, page
from ..view import View
from ..words import described, phrase_text, title_text
from .fragment import result_label_latex, underbraced
from .lines import broken
from .prose import letters_latex, named_latex, value_latex
from .prose_math import formula_latex, pieces

_ROOM = 84.0


def render_markdown(derivation: Derivation, view: View | None = None) -> str:
    """The page of a derivation in Markdown."""
    shown = view or View()
    return "\n".join(markdown_lines(page(derivation, shown), shown)) + "\n"


def markdown_lines(content: Page, view: View) -> Iterator[str]:
    """The lines of the page."""
    yield f"## {title_text(content)}"
    yield ""
    yield from _formula(f"{name_latex(content.loss_name.name)} = ", content.loss)
    yield from _given(content)
    yield f"### Derivation by the {content.method} method"
    yield ""
    yield from _formula(f"{to_latex(content.left)} = ", content.start.body)
    for move in content.moves:
        yield from _move(move, view)
    yield from _outcome(content, view)


def _given(content: Page) -> Iterator[str]:
    yield "| variable | shape | known | from |"
    yield "|---|---|---|---|"
    for known in content.variables:
        cells = (f"${name_latex(known.symbol.name)}$", described(known.symbol), ", ".join(known.facts), _prose((known.origin,)))
        yield f"| {' | '.join(cells)} |"
    yield ""
    for size in content.sizes:
        yield f"{_prose(size)}."
        yield ""
    for remark in content.remarks:
        yield f"> {_prose(remark)}"
        yield ""
    for sentence in content.assumed:
        yield f"Assuming {_prose(sentence)}."
        yield ""


def _prose(phrase: Phrase) -> str:
    """A sentence: formulas between dollar signs, and no character that Markdown would take for markup."""
    return "".join(_escaped(part) if isinstance(part, str) else value_latex(part) for part in phrase)


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


def _formula(head: str, body: Expr) -> Iterator[str]:
    rows = broken(to_latex(body), _ROOM, _ROOM)
    yield "$$"
    if len(rows) == 1:
        yield f"{head}{rows[0]}"
    else:
        yield r"\begin{aligned}"
        joint = " \\\\\n&\\quad "
        yield f"{head}&{joint.join(rows)}"
        yield r"\end{aligned}"
    yield "$$"
    yield ""


def _move(move: Move, view: View) -> Iterator[str]:
    verdict = f"{SIGNS[move.verdict.kind]} {WORDS[move.verdict.kind]}"
    yield f"**{move.number}** {_prose(move.sentence)} *({verdict})*"
    yield ""
    if move.why:
        yield f"*Why:* {_prose(move.why)}"
        yield ""
    if view.detail == "full" and not move.inner:
        yield f"*{WORDS[move.verdict.kind].capitalize()}:* {_escaped(move.verdict.by)}"
        yield ""
    for inner in move.inner:
        yield from _move(inner, view)
    if move.inner:
        return
    if move.change:
        more = f" (and {move.elsewhere} more alike)" if move.elsewhere else ""
        yield rf"${to_latex(move.change[0])} \;\to\; {to_latex(move.change[1])}${more}"
        yield ""
    yield from _formula("= ", move.line.body)
    if move.letters and view.detail != "brief":
        yield f"with {letters_latex(move.letters)}"
        yield ""
    if move.names:
        yield f"where {named_latex(move.names)}"
        yield ""


def _outcome(content: Page, view: View) -> Iterator[str]:
    outcome = content.outcome
    yield "### Result"
    yield ""
    yield f"{_prose(outcome.sentence)} *({SIGNS[outcome.verdict.kind]} {WORDS[outcome.verdict.kind]})*"
    yield ""
    if outcome.why:
        yield f"*Why:* {_prose(outcome.why)}"
        yield ""
    short = len(broken(to_latex(outcome.stated), _ROOM, _ROOM)) == 1
    if short and view.shapes and outcome.result.matrix is not None:
        yield from ("$$", f"{result_label_latex(content)} = {underbraced(outcome.stated)}", "$$", "")
    else:
        yield from _formula(f"{result_label_latex(content)} = ", outcome.stated)
    for number, (name, body) in enumerate(outcome.where):
        yield "where" if number == 0 else "and"
        yield ""
        yield from _formula(f"{to_latex(name)} = ", body)
    yield from entry_markdown(content, view.detail)
    yield f"{phrase_text(outcome.layout)}: {_prose(outcome.shape)}; {_escaped(content.closing)}."
    for note in content.afterwords:
        yield ""
        yield f"{_prose(note)}."
