"""A derivation as a small piece of HTML for notebooks: plain tags, Unicode mathematics, no script."""

from __future__ import annotations

from html import escape

from ..notation.to_unicode import name_unicode, to_unicode
from ..records import Derivation
from .entry_pages import entry_html
from .page import SIGNS, WORDS, Move, Page, page
from .view import View
from .words import described, letters_text, phrase_text, result_label, title_text

_FORMULA = "margin:0.2em 0 0.6em 2em;font-family:'STIX Two Math','Cambria Math',serif;font-size:110%"


def render_html(derivation: Derivation, view: View | None = None) -> str:
    """The page of a derivation as an HTML fragment."""
    shown = view or View()
    content = page(derivation, shown)
    parts = [f"<h4>{_text(title_text(content))}</h4>", _formula(f"{name_unicode(content.loss_name.name)} = {to_unicode(content.loss)}")]
    parts.append(_given(content))
    parts.append(_formula(f"{to_unicode(content.left)} = {to_unicode(content.start.body)}"))
    parts += [_move(move) for move in content.moves]
    parts.append(_outcome(content))
    return f'<div class="matgrad">{"".join(parts)}</div>\n'


def _text(text: str) -> str:
    return escape(text.replace("\uf8ff", " "))


def _formula(text: str) -> str:
    return f'<div style="{_FORMULA}">{_text(text)}</div>'


def _given(content: Page) -> str:
    rows = "".join(
        f"<tr><td>{_text(name_unicode(known.symbol.name))}</td><td>{_text(described(known.symbol))}</td>"
        f"<td>{_text(', '.join(known.facts))}</td><td>{_text(known.origin)}</td></tr>"
        for known in content.variables
    )
    notes = "".join(f"<p>{_text(phrase_text(note))}</p>" for note in (*content.sizes, *content.remarks))
    assumed = "".join(f"<p>assuming {_text(phrase_text(sentence))}</p>" for sentence in content.assumed)
    return f"<table>{rows}</table>{notes}{assumed}"


def _move(move: Move) -> str:
    verdict = f"{SIGNS[move.verdict.kind]} {WORDS[move.verdict.kind]}"
    head = f"<p><b>{_text(move.number)}</b> {_text(phrase_text(move.sentence))} <small>{_text(verdict)}</small></p>"
    why = f"<p><small>{_text(phrase_text(move.why))}</small></p>" if move.why else ""
    if move.inner:
        return head + why + f'<div style="margin-left:1.5em">{"".join(_move(inner) for inner in move.inner)}</div>'
    letters = f"<p><small>with {_text(letters_text(move.letters))}</small></p>" if move.letters else ""
    return head + why + _formula(f"= {to_unicode(move.line.body)}") + letters


def _outcome(content: Page) -> str:
    outcome = content.outcome
    lines = [f"<p>{_text(phrase_text(outcome.sentence))}</p>", _formula(f"{result_label(content)} = {to_unicode(outcome.stated)}")]
    lines += [_formula(f"where {to_unicode(name)} = {to_unicode(body)}") for name, body in outcome.where]
    lines += entry_html(content, _formula)
    layout = f"{phrase_text(outcome.layout)}: {phrase_text(outcome.shape)}; {content.closing}"
    notes = [f"<p>{_text(phrase_text(note))}</p>" for note in content.afterwords]
    return "".join([*lines, f"<p><small>{_text(layout)}</small></p>", *notes])
