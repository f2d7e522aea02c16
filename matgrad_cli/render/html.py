"""A derivation as HTML: a fragment for notebooks, a page for a file; plain tags, no script."""

from __future__ import annotations

from html import escape

from ..notation.printing.to_unicode import name_unicode, to_unicode
from ..records import Derivation
from .arrays.entries_html import entry_html
from .html_math import math_html
from .page import SIGNS, WORDS, Move, Page, page
from .view import View
from .words import described, letters_text, phrase_text, result_label, title_text

_MATH = "font-family:'STIX Two Math','Cambria Math','DejaVu Serif',serif"
_FORMULA = f"margin:0.2em 0 0.6em 2em;{_MATH};font-size:110%;line-height:1.6"
_GLANCE = 80
_STYLE = (
    "body{max-width:60em;margin:2em auto;padding:0 1em;font-family:system-ui,sans-serif;line-height:1.45}"
    "td{padding:0.1em 1em 0.1em 0;vertical-align:top}sub,sup{font-size:75%;line-height:0}small{color:#555}p{margin:0.5em 0}"
)


def render_html(derivation: Derivation, view: View | None = None) -> str:
    """The derivation as an HTML fragment."""
    shown = view or View()
    content = page(derivation, shown)
    parts = [f"<h4>{_text(title_text(content))}</h4>", _formula(f"{name_unicode(content.loss_name.name)} = {to_unicode(content.loss)}")]
    parts.append(_given(content))
    parts.append(_formula(f"{to_unicode(content.left)} = {to_unicode(content.start.body)}"))
    if content.start_letters:
        parts.append(f"<p><small>for each {_text(letters_text(content.start_letters))}</small></p>")
    parts += [_move(move, shown.detail == "full") for move in content.moves]
    parts.append(_outcome(content))
    return f'<div class="matgrad">{"".join(parts)}</div>\n'


def html_page(fragment: str, title: str) -> str:
    """A whole page around a fragment, for a file that a browser opens."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{fragment.rstrip()}\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    """A sentence; code between backquotes stays as it is typed."""
    parts = text.replace("\uf8ff", " ").split("`")
    if len(parts) % 2 == 0:
        return math_html("`".join(parts))
    return "".join(f"<code>{escape(part)}</code>" if number % 2 else math_html(part) for number, part in enumerate(parts))


def _formula(text: str) -> str:
    return f'<div style="{_FORMULA}">{math_html(text)}</div>'


def _given(content: Page) -> str:
    rows = "".join(
        f"<tr><td>{_text(name_unicode(known.symbol.name))}</td><td>{_text(described(known.symbol))}</td>"
        f"<td>{_text(', '.join(known.facts))}</td><td>{_text(known.origin)}</td></tr>"
        for known in content.variables
    )
    notes = "".join(f"<p>{_text(phrase_text(note))}</p>" for note in (*content.sizes, *content.remarks))
    assumed = "".join(f"<p>assuming {_text(phrase_text(sentence))}</p>" for sentence in content.assumed)
    return f"<table>{rows}</table>{notes}{assumed}"


def _move(move: Move, full: bool) -> str:
    verdict = f"{SIGNS[move.verdict.kind]} {WORDS[move.verdict.kind]}"
    evidence = f"{verdict}: {move.verdict.by}" if full and not move.inner else verdict
    head = f"<p><b>{_text(move.number)}</b> {_text(phrase_text(move.sentence))} <small>{_text(evidence)}</small></p>"
    why = f"<p><small>why: {_text(phrase_text(move.why))}</small></p>" if move.why else ""
    if move.inner:
        return head + why + f'<div style="margin-left:1.5em">{"".join(_move(inner, full) for inner in move.inner)}</div>'
    letters = f"<p><small>with {_text(letters_text(move.letters))}</small></p>" if move.letters else ""
    change = ""
    if move.change:
        more = f" (and {move.elsewhere} more alike)" if move.elsewhere else ""
        shown = f"{to_unicode(move.change[0])}  →  {to_unicode(move.change[1])}{more}"
        change = _formula(shown) if full or len(shown) <= _GLANCE else ""  # what is longer is seen in the line
    names = "".join(_formula(f"where {to_unicode(name)} = {to_unicode(name.body)}") for name in move.names)
    return head + why + change + _formula(f"= {to_unicode(move.line.body)}") + letters + names


def _outcome(content: Page) -> str:
    outcome = content.outcome
    lines = [f"<p>{_text(phrase_text(outcome.sentence))}</p>", _formula(f"{result_label(content)} = {to_unicode(outcome.stated)}")]
    lines += [_formula(f"where {to_unicode(name)} = {to_unicode(body)}") for name, body in outcome.where]
    lines += entry_html(content, _formula)
    layout = f"{phrase_text(outcome.layout)}: {phrase_text(outcome.shape)}; {content.closing}"
    notes = [f"<p>{_text(phrase_text(note))}</p>" for note in content.afterwords]
    legends = [f"<p><small>{_text(legend)}</small></p>" for legend in content.legends]
    return "".join([*lines, f"<p><small>{_text(layout)}</small></p>", *notes, *legends])
