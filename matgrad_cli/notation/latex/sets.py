r"""Sets that a Σ runs over: `i \in S` is the entry S_i of an array of zeros and ones, and `|S|` is the sum of these."""

from __future__ import annotations

from typing import Final

from .. import syntax as s
from .cursor import Cursor
from .tokens import Token

SET_I: Final = "I_set"
"""What a set that is called I is called beside the identity."""
Tokens = tuple[int, int]
"""The places of the first and past the last token of a part."""


def counted_by(reader: Cursor, first: int, past: int, signs: list[int]) -> tuple[s.Name, ...]:
    r"""The letter that counts in `x_i \in S` and `(x_i, y_i) \in D`; none where a letter itself stands there."""
    if not signs or reader.tokens[signs[0]].text != "in":
        return ()
    inside = [
        token
        for token in reader.tokens[first:past]
        if token.text not in ("(", ")", "{", "}", ",") and token.kind != "gap"
    ]
    below = inside[2::3]
    alike = len(inside) % 3 == 0 and below and all(token.text == "_" for token in inside[1::3])
    if not alike or any(token.kind != "name" or token.text != below[0].text for token in below):
        return ()
    return (reader.name(below[0]),)


def member_of(reader: Cursor, letters: tuple[s.Name, ...], part: Tokens) -> s.Node | None:
    r"""The entry of the array that a set is: `i \in S` is S_i, `(i,j) \in \Omega` is Omega_ij, `j \in N(i)` is N_ij."""
    tokens = [token for token in reader.tokens[slice(*part)] if token.kind != "gap" and token.text not in "{}"]
    if len(tokens) > 1 and all(
        token.kind == "name" and len(token.text) == 1 for token in tokens
    ):  # a word, as TeX sets it: Vocab
        tokens = [Token("name", "".join(token.text for token in tokens), tokens[0].start, tokens[-1].end)]
    if not tokens or tokens[0].kind not in ("name", "word"):
        return None
    if not tokens[0].text[:1].isupper() or tokens[0].text in reader.names.dimensions:
        return None
    inner = [token.text for token in tokens[1:]]
    own = reader.name(tokens[0])
    own = s.Name(own.span, SET_I) if own.name == "I" and not reader.variable("I") else own
    span = own.span.joined(reader.span(tokens[-1]))
    if not inner:
        return s.Subscript(span, own, letters, member=True)
    if (
        len(letters) == 1
        and (inner[0], inner[-1]) in (("(", ")"), ("_", inner[1]))
        and inner[1] in reader.binding
        and len(inner) < 4
    ):
        return s.Subscript(span, own, (reader.name(tokens[2]), *letters), member=True)
    return None


def sets_counted(reader: Cursor, tree: s.Node) -> s.Node:
    r"""The tree with `|S|`, where a Σ runs over S, as the number of its elements."""
    if not {("relation", "in"), ("bar", "|")} <= {(token.kind, token.text) for token in reader.tokens}:
        return tree
    members = {
        part.body.name: part
        for part in s.parts_of(tree)
        if isinstance(part, s.Subscript) and part.member and isinstance(part.body, s.Name)
    }

    def size(node: s.Node) -> s.Node:
        if not isinstance(node, s.Apply) or node.function != "bars":
            return node
        inner = s.ungrouped(node.arguments[0])
        own, outer = inner, tuple[s.Node, ...]()
        if isinstance(inner, s.Subscript | s.Slice):
            own, outer = (
                (inner.body, inner.indices) if isinstance(inner, s.Subscript) else (inner.letter, (inner.index,))
            )
        if isinstance(own, s.Name) and own.name == "I" and SET_I in members:
            own = s.Name(own.span, SET_I)
        if not isinstance(own, s.Name) or own.name not in members:
            return node
        counted = members[own.name].indices[len(outer) :]
        letters = tuple(letter for letter in counted if isinstance(letter, s.Name))
        note = f"`|{own.name}|` is read as the number of elements of `{own.name}`, the sum of its zeros and ones"
        if note not in reader.notes:
            reader.note(note)
        return s.Sigma(
            node.span, letters, (None,) * len(letters), s.Subscript(node.span, own, (*outer, *letters), member=True)
        )

    return s.rebuilt(tree, size)
