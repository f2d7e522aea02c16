"""A loss with what its names stand for put in: `\\lVert e\\rVert^2` of a document that says what e is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...diagnostics import Span
from ...notation.latex.lines import whole
from ...notation.latex.names import LatexNames
from ...notation.latex.tokens import Token
from .names import index_behind, label_of, labelled_names, squeezed, tokens_of
from .outline import Stated

LONGEST = 3_000


def written_out(text: str, definitions: Mapping[str, Stated], names: LatexNames, never: Collection[str], sized: Collection[str]) -> str:
    """The text with every name that is defined replaced by what it stands for; `sized` are the names whose sizes are told."""
    own = squeezed(text)
    definitions = {  # a model `y = Φθ` of the data y in `y - Φθ` is no definition of y
        name: stated for name, stated in definitions.items() if squeezed(stated.sides[0]) not in own
    }
    for _ in range(8):
        changed = _once(text, definitions, names, never, sized)
        if changed == text or len(changed) > LONGEST:
            return text
        text = changed
    return text


def _once(text: str, definitions: Mapping[str, Stated], names: LatexNames, never: Collection[str], sized: Collection[str]) -> str:
    tokens = tokens_of(text, names)
    parts, last = [], 0
    for at, token in enumerate(tokens):
        below = index_behind(tokens, at) if token.kind == "name" else ()
        label = label_of(below)
        stated = definitions.get(f"{token.text}_{label}" if label else token.text) if token.kind == "name" else None
        inside = at > 0 and (tokens[at - 1].text == "_" or (at > 1 and tokens[at - 1].text == "{" and tokens[at - 2].text == "_"))
        if stated is None or inside or token.start < last or token.text in never or (token.text in sized and stated.arguments):
            continue
        value = _value(stated, below, names)
        if value is None:
            continue
        own = whole(text, Span(token.start, below[-1].end if below and (stated.letters or label) else token.end))
        parts += [text[last : own.start], value]
        last = own.end
    return "".join([*parts, text[last:]])


def _value(stated: Stated, below: Sequence[Token], names: LatexNames) -> str | None:
    """What stands for a name, its letters renamed to those with which it is called."""
    side = stated.sides[0].strip().rstrip(".,;")
    tokens = tokens_of(side, names)
    inner = [part for part in tokens if part.kind == "name"]
    if stated.name in labelled_names(tokens) or not inner or stated.arguments:
        return None
    if not stated.letters:
        return rf"\left({side}\right)"
    called = [part.text for part in below if part.kind == "name"]
    if len(called) != len(stated.letters):
        return None
    renamed = dict(zip(stated.letters, called, strict=True))
    if any(new != old and any(part.text == new for part in inner) for old, new in renamed.items()):
        return None
    out, last = [], 0
    for part in inner:
        if part.text in renamed:
            out += [side[last : part.start], renamed[part.text]]
            last = part.end
    return rf"\left({''.join([*out, side[last:]])}\right)"
