"""Functions that are written out where they are read: einsum as a sum over its letters,
the rows of the table of abbreviations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from ...diagnostics import Span
from ...diagnostics.record import replace
from .. import syntax as s
from .abbreviations import ABBREVIATIONS
from .keywords import word_of
from .vocabulary import ELEMENTWISE_NAMES

Parse = Callable[[str], s.Node]
_OWNERS: Final = {"cvxpy": "cp", "special": "scipy"}
"""Other names by which a library stands in front of its functions."""
_REDUCTIONS: Final = ("mean", "sum", "none", "batchmean", "rows")


def composed(
    span: Span,
    name: str,
    arguments: tuple[s.Node, ...],
    options: s.Options,
    parse: Parse,
    prefix: str = "",
    own: Parse | None = None,
) -> s.Node | None:
    """The tree that a call stands for; None for a function that is no abbreviation,
    or that is not called as it must be.

    `parse` reads the rows of the table, `own` what stands behind a keyword, where its language is another one.
    `prefix` is what is written in front of the name, or the dialect: optax leaves its losses entry
    by entry where torch takes the mean, and what has rows of its own for the name means those.
    """
    if name == "einsum":
        return _einsum(span, arguments, options)
    if name in ("multi_dot", "chain_matmul") and len(arguments) == 1 and isinstance(arguments[0], s.Apply):
        first, *rest = arguments[0].arguments
        for part in rest:
            first = s.Binary(span, "@", first, part)
        return s.Group(span, first)
    given = [getattr(one, "arguments", ()) if getattr(one, "function", "") == "tuple" else (one,) for one in arguments]
    if name != "layer_norm":
        arguments = tuple([one for part in given for one in part])  # tile(b, (n, 1))
    told = name == "size" and own is not None and len(arguments) == 1  # elsewhere it is all sizes at once
    for row in [] if told else own_rows(prefix, name) or ABBREVIATIONS.get(name, []):
        parameters, _, body = row.partition("): ")
        values = _bound(span, parameters, arguments, options, parse, own or parse)
        if values is None:
            continue
        reduction = values.pop("reduction", None)
        terms = _written(span, parse(body), values, () if own in (None, parse) else (("entrywise", ""),))
        written = reduction.name if isinstance(reduction, s.Name) else "none"
        if written != "rows" and "reduction=rows" in parameters:
            terms = s.Apply(span, "sum", (terms,), (("axis", "-1"),))  # a term for every sample
        default = "reduction" not in dict(options)
        first = next(value for value in (*arguments, *values.values()) if value is not None)
        return _reduced(span, terms, "none" if default and prefix.startswith("optax") else written, first)
    return None


def own_rows(prefix: str, name: str) -> list[str]:
    """The rows of a library, or of a dialect, for a name by which others mean another thing, or none."""
    owner = prefix.partition(".")[0]
    return ABBREVIATIONS.get(f"{_OWNERS.get(owner, owner)}.{name}", [])


def _bound(
    span: Span, parameters: str, arguments: tuple[s.Node, ...], options: s.Options, parse: Parse, own: Parse
) -> dict[str, s.Node | None] | None:
    """What every parameter of a row is in a call; None where it is not called like this."""
    written, _, named = parameters.partition(", *")
    first = written.split(",")
    called = {**dict(zip(("input", "target"), (part.strip() for part in first), strict=False)), "axis": "dim"}
    given = {called.get(name, name): value for name, value in options}
    if len(arguments) > len(first):
        return None
    values: dict[str, s.Node | None] = {}
    for number, part in enumerate((*first, *named.split(",")[1:])):
        name, has_default, default = part.strip().partition("=")
        name, _, must = name.partition(" is ")
        if must and name == "dim" and number < len(arguments) and own is not parse:
            return None  # an axis that is counted in another way
        if number < len(arguments) and (must or name == "None" or name.lstrip("-").isdigit()):
            if word_of(arguments[number]) not in (must or name, f"{must}.0"):
                return None
        elif must:
            text = given.pop(name, "")
            if text not in (must, f"{must}.0") and (":" not in must or ":".join(re.findall(r"\d+", text)) != must):
                return None
        elif number < len(arguments):
            if word_of(arguments[number]) == "None" or (name == "shape" and not _is_one_side(arguments[number])):
                return None
            values[name] = arguments[number]
            if name == "mask" and getattr(s.ungrouped(arguments[number]), "function", "") != "step":
                return None
        elif name in given or has_default:
            read, text = (own, given.pop(name)) if name in given else (parse, default)
            values[name] = None if text == "None" else s.rebuilt(read(text), lambda part: replace(part, span=span))
        else:
            return None
    reduction = values.get("reduction", s.Name(span, "none"))
    return values if not given and isinstance(reduction, s.Name) and reduction.name in _REDUCTIONS else None


def _is_one_side(shape: s.Node) -> bool:
    """Whether a shape is that of the last side alone: `(n,)`, `X.shape[1:]`, but not `X.shape`."""
    shape = s.ungrouped(shape)
    listed = isinstance(shape, s.Apply) and shape.function in ("tuple", s.LIST)
    only, *others = shape.arguments if isinstance(shape, s.Apply) and listed else (shape,)
    whole = isinstance(only, s.Apply) and only.function == "shape" and dict(only.options).get("axis", "all") == "all"
    return not others and not whole


def _reduced(span: Span, terms: s.Node, reduction: str, first: s.Node) -> s.Node:
    """The terms put together; the mean over the rows divides what all add up to by their number."""
    if reduction == "none":
        return s.Group(span, terms)
    if reduction in ("mean", "sum"):
        return s.Apply(span, reduction, (terms,))
    rows = s.Apply(span, "shape", (first,), (("axis", "samples" if reduction == "rows" else "0"),))
    return s.Group(span, s.Binary(span, "/", s.Apply(span, "sum", (terms,)), rows))


def _written(span: Span, body: s.Node, values: dict[str, s.Node | None], entrywise: s.Options) -> s.Node:
    """The body of a row with its parameters put in; all of it stands where the call stands. Its functions are those of
    the expression language, `entrywise` where the loss is written in another."""

    def put_in(part: s.Node) -> s.Node:
        if isinstance(part, s.Name) and part.name in values:
            value = values[part.name]
            return part if value is None else s.Group(value.span, value)
        if isinstance(part, s.Apply):
            options = ((name, word_of(values[text]) if text in values else text) for name, text in part.options)
            name = s.PAIRED if part.function == "paired" else part.function
            match s.ungrouped(part.arguments[0]):
                case s.Apply(_, "arange", (count,), ()) if name == s.PAIRED:  # sample i is of class i
                    part = replace(part, arguments=(s.Apply(span, "eye", (count,)), *part.arguments[1:]))
            given = tuple((name, text) for name, text in options if text is not None)
            part = replace(part, function=name, options=(*given, *(entrywise if name in ELEMENTWISE_NAMES else ())))
        return replace(part, span=span)

    return s.rebuilt(body, put_in)


def _once(left: str) -> str:
    """The letters that stand once, in their order: what is left where no `->` says it."""
    return "".join(sorted(letter for letter, count in Counter(left).items() if count == 1 and letter.isalpha()))


def _without_dots(letters: str) -> str:
    """The letters of einsum with one for the samples in place of `...`, as in `...i,ij->...j`; behind the dots of
    matrices, as in `...ij`, no array has more sides."""
    left, arrow, _ = letters.partition("->")
    behind = re.findall(r"\.{3}(\w*)", left)
    if behind and not arrow:
        letters += f"->...{_once(left)}"
    samples = next((one for one in "bnzyxwvu" if one not in letters), "")
    return letters.replace("...", samples if all(len(group) == 1 for group in behind) else "")


def _einsum(span: Span, arguments: tuple[s.Node, ...], options: s.Options) -> s.Node | None:
    """`einsum('ij,jk->ik', A, B)`: the array whose entries are sums of products of entries."""
    texts = [_without_dots(re.sub(r"\s", "", value)) for key, value in options if key == "text"]
    if len(texts) != len(options) or len(texts) != 1 or not arguments:
        return None
    left, arrow, right = texts[0].partition("->")
    groups = left.split(",")
    letters = "".join(groups)
    if not arrow:
        right = _once(left)
    sides = len(groups) == len(arguments) and all(1 <= len(group) <= 3 for group in groups) and len(right) <= 3
    if not sides or not letters.isalpha() or len(set(right)) != len(right) or not set(right) <= set(letters):
        return None
    body: s.Node | None = None
    for group, argument in zip(groups, arguments, strict=True):
        own = tuple(s.Name(span, letter) for letter in group)
        one = s.Subscript(argument.span, argument, own[:1]) if len(own) == 3 else argument  # a matrix of a batch
        entry = s.Subscript(argument.span, one, own[-2:])
        body = entry if body is None else s.Binary(span, "*", body, entry)
    assert body is not None
    summed = [s.Name(span, letter) for letter in dict.fromkeys(letters) if letter not in right]
    if summed:
        body = s.Sigma(span, tuple(summed), (None,) * len(summed), body)
    if not right:
        return body
    first, second, *_ = (*(s.Name(span, letter) for letter in right[-2:]), None)
    entries = s.EntriesOf(span, (first, second), (None, None), body)
    if len(right) < 3:
        return entries
    whose = next((one for group, one in zip(groups, arguments, strict=True) if group[0] == right[0]), None)
    count = s.Apply(span, "shape", (whose,), (("axis", "0"),)) if whose is not None else None
    return s.Apply(span, "einsum", (s.Name(span, right[0]), entries, count)) if count is not None else None
