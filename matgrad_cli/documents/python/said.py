"""What docstrings and comments say of arrays: `x: (N, D)`, `W1, W2: D×H`, `X is (n, m)`, `b: (H,)`, `lam:
float`, `Y (N, C) one-hot`."""

from __future__ import annotations

import ast
import re

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ..words import said


@record
class Said:
    """What is said of one name: its dimensions (None where only words stand), and facts about its entries."""

    dims: tuple[str, ...] | None
    facts: tuple[str, ...] = ()


_NAME = (
    r"(?!(?:(?:scalar|float|int|number)s?|shape|size|of|array|vector|matrix|tensor|dim|dimension"
    r"|dimensions)\b)[A-Za-z_]\w*\*?"
)
_LIST = rf"{_NAME}(?:\s*(?:,|/|&|\band\b)\s*{_NAME})*"
_SIZE = r"\d*[A-Za-z_][\w']*|\d+|\.\.\."
_DIM = rf"(?:{_SIZE})(?:\s*(?:\*|\+|-|//?)\s*(?:{_SIZE}))*"
_BRACKETS = rf"[(\[]\s*(?P<inside>(?:{_DIM})(?:\s*,\s*(?:{_DIM}))*)?\s*,?\s*[)\]]"
_TIMES = (
    rf"(?P<times>(?:{_SIZE})(?:\s*×\s*(?:{_SIZE})|\s+x\s+(?:{_SIZE})|\s+by\s+(?:{_SIZE})|(?<=\d)x(?=\d)\d+)+"
    r"|(?:[A-Z]|\d+)(?:x(?:[A-Z]|\d+))+\b)"
)
_SHAPE = rf"(?:{_BRACKETS}|{_TIMES})"

_HEAD = regex(
    rf"(?<![\w.*×-])(?<! x )(?<! by )(?P<names>{_LIST})"
    r"\s*(?::|--|=(?!=)|\bis\b|\bare\b|\bhas\b|\bhave\b|(?=\())\s*"
)
_AT_ONCE = regex(
    r"\s*(?P<words>one[- ]?hot\s+(?:\w+\s+)?)?(?:(?:an?\s+|the\s+)?(?:array|ndarray|tensor|matrix|vector)?,?\s*"
    rf"(?:with|of|in|has)?\s*(?:shape|size)?\s*:?\s*)?{_SHAPE}"
)
_LATER = regex(rf"\b(?:shape|size|dimensions?|shaped)\b\s*(?:is|=|:)?\s*{_SHAPE}")
_BESIDE = regex(rf"(?P<name>{_NAME})\s+of\s+(?:shape|size)\s+{_SHAPE}")
_SINGLE = regex(r"\s*(?P<dim>[A-Za-z_]\w*)\b")
_NUMBER = regex(
    r"\b(?:(?:scalar|float|number|constant|strength|coefficient|temperature|real|rate|int|double)s?|regularization)\b"
)
_NO_NUMBER = regex(r"\b(?:matrix|vector)\b", re.I)
_FACTS = {
    "onehot": "<fact.onehot>",
    "symmetric": "<fact.symmetric>",
    "signs": r"\{\s*-\s*1\s*,\s*\+?\s*1\s*\}|±\s*1|\+/-\s*1|-1 or \+?1",
    "binary": r"\{\s*0\s*,\s*1\s*\}|\bbinary\b|\b0/1\b|\b0 or 1\b|\bmask\b",
    "labels": r"\bint(?:eger)?s?\b|\bclass (?:indices|index|numbers|ids)\b|\bindices\b|\blabels? (?:in|for)\b|< ?C\b",
    "joint": r"\bjoint (?:probabilit|distribution)",
    "simplex": r"\bprobabilit|\bdistribution|sums? to (?:1|one)",
    "positive": r"\bpositive\b|> ?0\b",
}
"""What is said of the entries, in the words of documents and of programs."""


_WORDS = regex(r"\b(?:number|size|length|dimension)s? of (?:the )?(\w+)(?: (layer|units?|features?))?(?=\s*[,)\]])")
"""Sizes that are told in words: `(size of current layer, number of examples)`."""
_ROLE = regex(r":[a-z]+(?::[a-z]+)*:`([^`<]*)(?:<[^`>]*>)?`")
"""A role of Sphinx: `:py:class:`ndarray <numpy.ndarray>``."""


def told(text: str) -> dict[str, Said]:
    """What a text tells of each name. What stands after a colon wins over what only stands beside."""
    text = _ROLE.sub(r"\1", text).replace("`(", "(").replace(")`", ")")
    text = _WORDS.sub(lambda match: "_".join(filter(None, match.groups())), text)
    heads = list(_HEAD.finditer(text))
    found: dict[str, tuple[int, Said]] = {}
    known: set[str] = set()
    singles: list[tuple[list[str], str, str]] = []
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        segment = text[head.end() : end]
        names = [name for name in re.findall(_NAME, head["names"]) if name != "and"]
        shape = _AT_ONCE.match(segment) or _LATER.search(segment.partition("\n\n")[0])
        if shape is not None and not _dims(shape) and _NO_NUMBER.search(segment[: shape.end()]):
            shape = None  # `a matrix of shape ()` was left open
        before = segment[: shape.start()] + (shape.groupdict().get("words") or "") if shape is not None else ""
        words = segment if shape is None else before + segment[shape.end() :]
        facts = tuple(word for word, pattern in _FACTS.items() if said(pattern).search(words.partition("\n\n")[0]))
        if shape is None:
            singles.append((names, segment.partition("\n")[0], head.group()))
            continue
        dims = _dims(shape)
        if head.group() == head["names"] and len(dims) == 1 and segment[:1] == "(" and "," not in shape.group():
            continue  # `tanh(x)` is a call
        known |= {dim for dim in dims if dim.isidentifier()}
        rank = 2 if head.group().rstrip().endswith(":") else 1
        for name in names:
            if rank >= found.get(name, (0,))[0]:
                found[name] = rank, Said(dims, facts)
    for beside in _BESIDE.finditer(text):
        found.setdefault(beside["name"], (0, Said(_dims(beside))))
    for names, segment, head_ in singles:
        dims_or_none = _of_words(segment, known) if head_.rstrip().endswith((":", "--", "is", "are")) else None
        facts = tuple(word for word, pattern in _FACTS.items() if said(pattern).search(segment))
        for name in names:
            if name not in found and (dims_or_none is not None or facts):
                found[name] = 1, Said(dims_or_none, facts)
    return {name: one for name, (_, one) in found.items()}


def _of_words(segment: str, known: set[str]) -> tuple[str, ...] | None:
    single = _SINGLE.match(segment)
    if single is not None and single["dim"] in known:
        return (single["dim"],)
    return () if _NUMBER.search(segment) else None


def _dims(shape: re.Match[str]) -> tuple[str, ...]:
    """The dimensions of a shape; `d_1, ..., d_k` are one, since they are made one by what follows."""
    if shape["times"] is not None:
        return tuple(
            part for part in re.split(r"\s*×\s*|\s+x\s+|\s+by\s+|(?<=[A-Z\d])x(?=[A-Z\d])", shape["times"]) if part
        )
    parts = [re.sub(r"\s+", "", part) for part in (shape["inside"] or "").split(",") if part.strip()]
    if len(parts) == 1 and _NUMBER.fullmatch(parts[0]):
        return ()
    if "..." in parts:
        at = parts.index("...")
        parts = [*parts[: max(at - 1, 0)], "D", *parts[at + 2 :]] if at else ["rows", *parts[1:]]  # `(..., d)`
    return tuple(parts)


def letters_of(dim: str) -> set[str]:
    """The names in a dimension: `4*H` → H, `T-2` → T."""
    return set(re.findall(r"[A-Za-z_][\w']*", dim))


def size_of(dim: str, sizes: dict[str, int]) -> int | None:
    """The number that a dimension is, at given sizes of its names; None where it is none."""
    text = re.sub(r"(?<![\w])(\d+)(?=[A-Za-z_])", r"\1*", dim).replace("'", "_prime")
    names = {name.replace("'", "_prime"): size for name, size in sizes.items()}
    try:
        return _number(ast.parse(text, mode="eval").body, names)
    except (SyntaxError, KeyError, ZeroDivisionError):
        return None


def _number(node: ast.expr, names: dict[str, int]) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return min(node.value, 4096)
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.BinOp):
        left, right = _number(node.left, names), _number(node.right, names)
        if isinstance(node.op, ast.Div | ast.FloorDiv):
            return left // right
        return {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}[type(node.op)]
    raise KeyError
