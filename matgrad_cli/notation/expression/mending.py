"""What may have been meant, to be proposed only if it can be read: a loss that does not fit with `*` is tried
with `@`, and letters side by side, as a book writes them, are tried as products."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from ...diagnostics import InputError, Source, Span
from .. import syntax as s
from ..names import GREEK
from ..unknown import LETTERS
from .lexer import tokens
from .vocabulary import ALIASES, FUNCTION_NAMES, WRITTEN_OUT


def with_matrix_products(text: str, tree: s.Node) -> str | None:
    """The text with `@` for every `*` between parts that are no literal numbers; None where there is none."""
    places = sorted({place for node in s.parts_of(tree) for place in _star(text, node)}, reverse=True)
    for place in places:
        text = text[:place] + "@" + text[place + 1 :]
    return text if places else None


def further(columns: InputError, arrays: InputError) -> InputError:
    """Of the faults of the two readings the one that stands further on in the text;
    that of the columns if neither does.

    What the reading of arrays has passed is a sum that only stretching makes fit, so its own fault is the true one:
    `log_softmax(X@W + b)` lacks an axis whatever `b` is.
    """
    first, second = _place(columns), _place(arrays)
    if first is None or second is None or first == second:
        return columns
    encloses = second.start <= first.start and first.end <= second.end
    return arrays if encloses or second.start >= first.end else columns


def _place(error: InputError) -> Span | None:
    """From the first to the last character that the error points at."""
    spans = [label.span for label in error.diagnostic.labels]
    return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def _star(text: str, node: s.Node) -> Iterator[int]:
    """Where the `*` of a product of two parts stands."""
    if isinstance(node, s.Binary) and node.operator == "*":
        left, right = s.last_factor(node.left, ("*",)), s.ungrouped(node.right)
        place = text.find("*", node.left.span.end, node.right.span.start)
        if place >= 0 and not isinstance(left, s.Literal_) and not isinstance(right, s.Literal_):
            yield place


_LONGEST_PRODUCT: Final = 6
"""A longer word is never taken for letters side by side."""
_CALLED: Final = frozenset((*FUNCTION_NAMES, *ALIASES, *WRITTEN_OUT))


def written_out(text: str, wrt: str, declared: Container[str]) -> str:
    """The text with `@` between what stands side by side, and words that hold the variable spelled as products.

    >>> written_out("xTAx + 2b.T x", "x", ())
    'x.T@A@x + 2*b.T @ x'
    """
    found, end, sign = "", 0, ""
    for token in tokens(Source("loss", text)):
        gap, word = text[end : token.start], text[token.start : token.end]
        begins = token.kind in ("name", "number") or word == "("
        found += (f" {sign} " if gap else sign) if begins and sign else gap
        meant = spelled(word, wrt, declared) if token.kind == "name" else word
        single = len(word) == 1 or word in declared or meant != word
        ends = word in (")", "]", "T") or (token.kind == "name" and single and word not in _CALLED)
        called = word in LETTERS and text[token.end : token.end + 1] == "("
        sign = "*" if token.kind == "number" else "@" if ends and not called else ""
        found, end = found + meant, token.end
    return found


def spelled(word: str, wrt: str, declared: Container[str]) -> str:
    """`xTAx` as `x.T@A@x`, where the word can only be letters side by side and one of them is the variable."""
    together = len(wrt) == 1 and wrt in word and 1 < len(word) <= _LONGEST_PRODUCT and word.isalpha()
    if not together or word in declared or word in GREEK.values() or word in _CALLED:
        return word
    within = range(1, len(word) - 1)
    return word[0] + "".join(
        ".T" if letter == "T" and at in within else f"@{letter}" for at, letter in enumerate(word[1:], 1)
    )
