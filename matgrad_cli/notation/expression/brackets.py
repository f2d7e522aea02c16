"""What stands in square brackets: indices, a new axis, the letters of `sum[i](…)`, a list made by `for`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn

from ...diagnostics import Span
from .. import syntax as s
from .keywords import axis_written
from .lexer import Stream, Token


def binder(p: Stream, name: Token, start: Token) -> s.Node:
    """`sum[i,j](…)`, `entries[i,j](…)`, `map[H](…)`, `delta[i,j]`."""
    opening = p.take()
    if name.text == "delta":
        items = _items(p)
        indices = tuple(item for item in items if isinstance(item, s.Node))
        return s.Kronecker(p.since(start), indices) if len(indices) == len(items) else _refuse_part(p, p.since(opening))
    letters, bounds = _letters(p)
    if p.token.kind == "end" or not p.sees("("):
        if all(letter is not None for letter in letters) and name.text != "entries":
            # a variable called `sum` or `map` with an index
            used = tuple(letter for letter in letters if letter)
            return s.Subscript(p.since(start), s.Name(name.span, name.text), used)
        p.unexpected(f"`(` after `{name.text}[…]`")
    body = s.ungrouped(p.group())
    span = p.since(start)
    if name.text == "map":
        if len(letters) != 1 or letters[0] is None:
            p.unreadable("`map[H](…)` takes one name", opening.span)
        return s.MapsTo(span, letters[0], body)
    if name.text == "entries":
        if len(letters) > 2 or letters in ([], [None], [None, None]):
            p.unreadable("`entries[i,j](…)` takes one or two letters", opening.span)
        second = (letters[1], bounds[1]) if len(letters) > 1 else (None, None)
        return s.EntriesOf(span, (letters[0], second[0]), (bounds[0], second[1]), body)
    if None in letters:
        p.unreadable("`sum[i](…)` needs its letters", opening.span)
    return s.Sigma(span, tuple(letter for letter in letters if letter), tuple(bounds), body)


_LOOPS = "`for i in range(n)`, `for x, y in zip(X, Y)`, `for i, x in enumerate(X)`, `for x in X` are read"


def comprehended(p: Stream, body: s.Node) -> s.Node:
    """`body for i in range(n)`: the array of these values; the word `for` is the next."""
    letters: list[s.Name] = []
    bounds: list[s.Node] = []
    inner: tuple[tuple[s.Name, s.Node], ...] = ()
    if isinstance(body, s.EntriesOf) and body.letters[0] is not None and body.bounds[0] is not None:
        inner, body = ((body.letters[0], body.bounds[0]),), body.body  # [[… for j in …] for i in …]: the columns
    while p.token.text == "for":
        if len(letters) + len(inner) == 2:
            p.unreadable("more than two loops in one list", p.token.span)
        p.take()
        names = [s.Name(p.token.span, p.take().text)]
        while p.accept(","):
            names.append(s.Name(p.token.span, p.take().text))
        if p.token.text != "in":
            p.unexpected("`in` behind the names of a loop")
        p.take()
        letter, bound, values = _loop(p, names, p.looped())
        body = _put_in(values, body)
        bound, body = _part_of_range(letter, bound, body)
        letters.append(letter)
        bounds.append(bound)
    if p.token.text == "if":
        help = "multiply by the condition as a number: `(x > 0)*…` is 1 or 0 times what follows"
        p.unreadable("a loop with a condition is not read", p.token.span, help)
    second = next(iter(inner), (letters[1], bounds[1]) if len(letters) > 1 else (None, None))
    return s.EntriesOf(p.since(body.span), (letters[0], second[0]), (bounds[0], second[1]), body)


def each(p: Stream, name: s.Name, body: s.Node, over: s.Node) -> s.Node:
    """The array of what the body is for every entry of an array."""
    letter = s.Name(name.span, next(one for one in "ijktsrlabc" if one not in {token.text for token in p.tokens}))
    entries = _put_in({name.name: s.Subscript(over.span, over, (letter,))}, body)
    return s.EntriesOf(p.since(name.span), (letter, None), (_length(over), None), entries)


def summed_through(span: Span, body: s.Node, loops: list[tuple[s.Name, s.Node]]) -> s.Node:
    """The sum of what the body is for every value of the letters."""
    bounds: list[s.Node | None] = []
    for letter, over in loops:
        bound, body = _part_of_range(letter, over, body)
        bounds.append(bound)
    return s.Sigma(span, tuple(letter for letter, _ in loops), tuple(bounds), body)


def _put_in(values: Mapping[str, s.Node], body: s.Node) -> s.Node:
    """The body with what some of its names stand for."""
    return s.rebuilt(body, lambda part: values.get(part.name, part) if isinstance(part, s.Name) else part)


def _loop(p: Stream, names: list[s.Name], over: s.Node) -> tuple[s.Name, s.Node, dict[str, s.Node]]:
    """The letter of a loop, where it ends, and what its other names stand for."""
    match over:
        case s.Apply(_, "range", (_,) | (s.Literal_(), _)) if len(names) == 1:
            return names[0], over, {}
        case s.Apply(_, "zip", arrays, ()) if len(names) == len(arrays):
            pass
        case s.Apply(_, "enumerate", (array,), ()) if len(names) == 2:
            return names[0], _length(array), {names[1].name: s.Subscript(names[1].span, array, (names[0],))}
        case s.Name() if len(names) == 1:
            arrays = (over,)
        case _:
            p.unreadable("this loop is not read", over.span, _LOOPS)
    used = {token.text for token in p.tokens}
    letter = s.Name(over.span, next(one for one in "ijktsrlabc" if one not in used))
    pairs = zip(names, arrays, strict=True)
    return letter, _length(arrays[0]), {name.name: s.Subscript(name.span, array, (letter,)) for name, array in pairs}


def _part_of_range(letter: s.Name, over: s.Node, body: s.Node) -> tuple[s.Node, s.Node]:
    """How far a letter of `range(1, n - 1)` runs in all, and the body with a factor that is 0 outside."""
    if not (isinstance(over, s.Apply) and over.function == "range"):
        return over, body
    first, last, bound = 0, 0, over.arguments[-1]
    if isinstance(over.arguments[0], s.Literal_) and len(over.arguments) == 2:
        first = int(over.arguments[0].value)
    if isinstance(bound, s.Binary) and bound.operator == "-" and isinstance(bound.right, s.Literal_):
        last, bound = int(bound.right.value), bound.left
    if first or last:
        mask = s.Apply(letter.span, s.WITHIN, (letter,), (("first", str(first)), ("last", str(last))))
        body = s.Binary(body.span, "*", mask, s.Group(body.span, body))
    return bound, body


def _length(array: s.Node) -> s.Node:
    return s.Apply(array.span, "len", (array,))


def _letters(p: Stream) -> tuple[list[s.Name | None], list[s.Node | None]]:
    """`i`, `i,j`, `i:n` (with its size), `,j` (a row)."""
    letters: list[s.Name | None] = []
    bounds: list[s.Node | None] = []
    while True:
        if p.sees(",") or p.sees("]"):
            letters.append(None)
            bounds.append(None)
        else:
            if p.token.kind != "name":
                p.unexpected("an index letter")
            token = p.take()
            letters.append(s.Name(token.span, token.text))
            bounds.append(p.sum() if p.accept(":") else None)
        if p.accept("]"):
            return letters, bounds
        p.expect(",", "or `]` after an index letter")


ALONE: Final = ("alone", "True")
"""The option of a part that has no index beside: `w[1:]`, not `w[1:, :]`."""
Lost = tuple[tuple[str, str], tuple[str, str]]
"""How many entries a range leaves out at both ends, as options of a call."""


def reversing(p: Stream) -> bool:
    """Whether `::-1]` stands here, which is then taken: the entries, or the rows, in the other order."""
    found = [token.text for token in p.tokens[p.place : p.place + 5]] == [":", ":", "-", "1", "]"]
    if found:
        p.go(p.place + 5)
    return found


def of_listed(p: Stream, span: Span, name: str, arguments: tuple[s.Node, ...], options: s.Options) -> s.Node | None:
    """The sum, or the mean, of what a loop makes: Python's own `sum(… for i in range(n))`, of arrays too, and
    `np.sum([… for i in range(n)], axis=0)`."""
    own = name == "sum" and p.text_of(span).startswith("sum") and len(arguments) == 1 and not options
    match s.ungrouped(arguments[0]) if arguments else None:
        case s.EntriesOf(_, (s.Name() as letter, other), (s.Node() as bound, further), body) if (
            letter.span.start > body.span.end
            and (own or (name in ("sum", "mean") and other is None))
            and (own or axis_written(s.Apply(span, name, arguments, options)) == "0")
        ):
            letters, bounds = ((letter,), (bound,)) if other is None else ((letter, other), (bound, further))
            number = bound.arguments[0] if isinstance(bound, s.Apply) and bound.function == "range" else bound
            total = s.Sigma(span, letters, bounds, body)
            return total if name == "sum" else s.Group(span, s.Binary(span, "/", total, number))
    return None


def subscripted(p: Stream, body: s.Node) -> s.Node:
    """`body[…]`: an entry, a part, or a new axis; the opening bracket is already taken."""
    items = _items(p)
    span = p.since(body.span)
    match items:
        case [":" | "..." as before, "None"]:
            return s.Apply(span, AS_COLUMN, (body,), (("last", ""),) if before == "..." else ())
        case ["None", ":" | "..."] | ["None"]:
            return s.Apply(span, AS_ROW, (body,))
        case [":", "None", ":"] | ["None", ":", ":"] | [":", ":", "None"]:
            return s.Apply(span, f"[{', '.join(map(str, items))}]", (body,))
        case [tuple() as lost]:
            return s.Apply(span, s.PART, (body,), (*lost, ALONE))
        case [tuple() as lost, ":"]:
            return s.Apply(span, s.PART, (body,), lost)
        case [":", tuple() as lost]:
            return s.Transposed(span, s.Apply(span, s.PART, (s.Transposed(span, body),), lost))
        case [s.Node() as index, ":"] if isinstance(body, s.Name):
            return s.Slice(span, body, body, index, "row")
        case [":", s.Node() as index] if isinstance(body, s.Name):
            return s.Slice(span, body, body, index, "column")
    indices = tuple(item for item in items if isinstance(item, s.Node))
    if len(indices) < len(items):
        _refuse_part(p, span)
    if isinstance(indices[0], s.Apply) and indices[0].function == "arange":
        p.unreadable("one entry of every row, by its label, is not read", span, _LABELS, code="slice")
    match body, [p.text_of(index.span) for index in indices]:
        case s.Apply(_, "slogdet" | "logabsdet", arguments, options), ["1"]:  # Julia's is the first, counted from 1
            return s.Apply(span, "logdet", arguments, options)
        case s.Apply(_, "shape", arguments, ()), ["0" | "1" | "2" | "-1" | "-2" | "-3" as axis]:
            return s.Apply(span, "shape", arguments, (("axis", axis),))
    return s.Subscript(span, body, indices)


_LABELS = 'write the labels as a matrix `Y` with one 1 in every row: `sum(Y*z, axis=1)`, with `--assume "Y onehot"`'


def _refuse_part(p: Stream, span: Span) -> NoReturn:
    named = "`X[i,:]` is a row, `X[:,j]` a column, `X[i,j]` one entry of a matrix with a name"
    help = f"{named}; `x[:,None]` gives a vector a second axis"
    p.unreadable("parts of an array are not read", span, help, code="slice")


AS_COLUMN, AS_ROW = "[:, None]", "[None, :]"
"""Names of the functions that give a vector a second axis; nobody can write them as calls."""


AS_SHEETS, AS_LAYERS, AS_TUBES = "[:, None, :]", "[None, :, :]", "[:, :, None]"
"""Names of the functions that give a matrix a third axis."""


_PRODUCTS: Final = ("@", "juxtapose")


def over_parts(node: s.Node) -> s.Node:
    """`X[:, 1:] @ w[1:]` sums over a part of the second side of X: it is X times w with 0 for what is left out."""
    if isinstance(node, s.Apply) and node.function == "dot" and len(node.arguments) == 2:
        node = s.Binary(node.span, "@", *node.arguments)
    if not (isinstance(node, s.Binary) and node.operator in _PRODUCTS):
        return node
    before = node.left if isinstance(node.left, s.Binary) and node.left.operator in (*_PRODUCTS, "*") else None
    left, right = _sliced(before.right if before else node.left), _sliced(node.right)
    if left is None or right is None or right[2] or sum(left[1]) != sum(right[1]):
        return node
    first, second, (start, end) = left[0], right[0], right[1]
    if left[1] != right[1]:  # X[1:].T @ X[:-1]: rows are moved so that those that meet have one number
        first, second, start, end = _moved(first, left[1][0], left[2]), _moved(second, start, False), 0, sum(right[1])
    first = s.Binary(before.span, before.operator, before.left, first) if before else first
    lost = (("first", str(start)), ("last", str(end)), ("flat", str(int(not left[2]))))
    return s.Binary(node.span, "@", first, s.Apply(node.right.span, s.KEPT, (second,), lost))


def _moved(node: s.Node, rows: int, turned: bool) -> s.Node:
    """An array with its rows moved up, or its columns to the left."""
    if turned:
        return s.Transposed(node.span, _moved(s.Transposed(node.span, node), rows, False))
    return s.Apply(node.span, s.MOVED, (node,), (("first", str(rows)),)) if rows else node


def _sliced(node: s.Node) -> tuple[s.Node, tuple[int, int], bool] | None:
    """The whole array of which a factor is a part, how much is left out at both ends, and whether of its columns."""
    inner = s.ungrouped(node)
    if isinstance(inner, s.Transposed) and (found := _sliced(inner.body)) is not None:
        return s.Transposed(inner.span, found[0]), found[1], not found[2]
    if isinstance(inner, s.Apply) and inner.function == s.PART:
        return inner.arguments[0], (int(inner.options[0][1]), int(inner.options[1][1])), False
    return None


def _items(p: Stream) -> list[s.Node | str | Lost]:
    """What stands between `[` and `]`: indices, `:`, `None`, ranges; the opening bracket is already taken."""
    items: list[s.Node | str | Lost] = []
    while True:
        items.append(_item(p))
        if p.accept("]"):
            return items
        p.expect(",", "or `]` after an index")


def _item(p: Stream) -> s.Node | str | Lost:
    token, following = p.token, p.next_token.text
    if p.sees(":") and following in (",", "]"):
        return p.take().text
    if [one.text for one in p.tokens[p.place : p.place + 3]] == [".", ".", "."]:
        p.go(p.place + 3)
        return "..."
    if token.text == "None" or _new_axis(p):
        p.take()
        return "None"
    if p.sees(":") or (following == ":" and token.text.isdigit() and len(token.text) < 3):
        return _range(p)
    item = _pair(p) if p.sees("(") else p.sum()
    if p.sees(":"):
        _refuse_part(p, p.token.span)
    return item


def _range(p: Stream) -> Lost:
    """`1:`, `:-1`, `1:-1`."""
    first = "0" if p.sees(":") else p.take().text
    colon = p.take()
    last = p.take().text if p.accept("-") else "0"
    if not last.isdigit() or not (p.sees(",") or p.sees("]")):
        _refuse_part(p, colon.span)
    return ("first", str(int(first))), ("last", last)


def _new_axis(p: Stream) -> bool:
    """Whether `np.newaxis` stands here; its last word is then the next."""
    following = [one.text for one in p.tokens[p.place + 1 : p.place + 3]]
    found = p.token.text in ("np", "numpy", "jnp") and following == [".", "newaxis"]
    if found:
        p.go(p.place + 2)
    return found


def _pair(p: Stream) -> s.Node:
    opening = p.take()
    p.enter(opening)
    outer = _pair(p) if p.sees("(") else p.sum()
    if p.accept(")"):
        p.depth -= 1
        return outer
    p.expect(",", "between the two letters of a pair")
    inner = _pair(p) if p.sees("(") else p.sum()
    p.expect(")", "after the pair of letters")
    p.depth -= 1
    return s.PairIndex(p.since(opening), outer, inner)
