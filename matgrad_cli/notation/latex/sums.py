r"""Σ, Π, max and min over letters in LaTeX formulas; the logarithm of `\prod_i f_i` is Σ_i log f_i."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ...diagnostics import Span
from ...diagnostics.record import replace
from .. import syntax as s
from ..elaboration.loss_letters import COUNTERS, free_letters
from ..names import listed
from .cursor import Cursor
from .indices import end_unbraced
from .ranges import Ranges, moves_of, ranges, within
from .scripts import scripted, scripts_here, with_scripts
from .tokens import Token

_BARE: Final = "Σ"
"""Stands among the letters that are bound where a Σ without a letter stands around."""


def over_letters(r: Cursor, sign: Token) -> Ranges:
    """What the letters run over that stand below and above here."""
    lower: tuple[int, int] | None = None
    upper: tuple[int, int] | None = None
    while r.sees("operator", "_", "^"):
        which = r.take().text
        braced, base = r.sees("open"), r.peek(-2)
        first, past = r.unit()
        if which == "_":
            lower = first, past if braced else end_unbraced(r, past, base)
        else:
            upper = first, past
    return ranges(r, sign, lower, upper)


def under(r: Cursor, over: Ranges, read: Callable[[], s.Node]) -> s.Node:
    """What is read while these letters are bound."""
    outer, own = (r.binding, r.from_zero), {letter.name for letter in over.letters}
    r.binding, r.from_zero = r.binding | own, r.from_zero - own | over.from_zero
    node = read()
    r.binding, r.from_zero = outer
    return node


def sum_here(r: Cursor, sign: Token) -> s.Node:
    """Σ, Π, the greatest or the least over letters, to the end of the term; without letters the sum of all entries."""
    over = over_letters(r, sign)
    if not r.starts_factor() and not r.sees("operator", "-", "+"):
        raise r.trouble("something to add up is needed after this sum", sign, "syntax-error")
    place, outer = r.at, r.binding
    r.binding = outer if over.letters else outer | {_BARE}
    body = under(r, over, lambda: r.grammar.product(r, None))
    r.binding = outer
    if sign.text == "sum" and not r.known and (counted := _counted(r, over, sign, body)):
        r.at, over = place, Ranges(counted, (None,) * len(counted))
        body = under(r, over, lambda: r.grammar.product(r, None))
    body = over.masked(body)
    body = within_reach(r, over, body)
    span = r.span(sign).joined(body.span)
    if sign.text != "sum":
        if over.masks or not over.letters:
            what = "a product" if sign.text == "prod" else "the greatest or least value"
            raise r.trouble(f"{what} over letters runs through a whole dimension", sign)
        return _over_entries(r, sign, s.Sigma(span, over.letters, over.limits, body))
    if not over.letters:
        return s.Apply(span, "sum", (body,))
    return s.Sigma(span, over.letters, over.limits, body)


def _counted(r: Cursor, over: Ranges, sign: Token, body: s.Node) -> tuple[s.Name, ...]:
    r"""The letters that `\sum y_i \log p_i` of a loss runs over, as none is written and nothing else binds them."""
    free = free_letters(body) & COUNTERS if not over.letters else frozenset()
    letters = sorted(free - r.binding - r.names.variables.keys())
    if len(letters) > 1 and _BARE in r.binding:
        raise r.trouble("over which letter each of these sums runs is not said", sign, "sum-range")
    if letters:
        r.note(f"the sum without a letter runs over {listed(letters)}")
    return tuple([s.Name(r.span(sign), letter) for letter in letters])


def counted_entries(r: Cursor, close: int) -> s.Node | None:
    r"""`[x_j^\top w - y_j]_{j=1}^n`: the array of these entries; None where no letter runs below the bracket."""
    opening, r.at = r.at, close + 1
    below = r.script_ahead("_")
    if below is None or all(r.tokens[place].kind != "relation" for place in range(*below[:2])):
        return _listed_here(r, opening, close)
    over = over_letters(r, r.tokens[opening])
    end, r.at = r.at, opening
    if over.masks or len(over.letters) > 2:
        message = "entries in brackets run over one or two letters, each through a whole dimension"
        raise r.trouble(message, r.tokens[opening], "sum-range")
    body = under(r, over, lambda: r.inside(opening + 1, close))
    r.at = end
    return scripted(r, entries_of(r.span(r.tokens[opening], r.last), over.letters, over.limits, body))


def entries_of(span: Span, letters: tuple[s.Name, ...], limits: tuple[s.Node | None, ...], body: s.Node) -> s.EntriesOf:
    """The array of these entries, which one letter or two count."""
    (row, column), (last_row, last_column) = (*letters, None)[:2], (*limits, None)[:2]
    return s.EntriesOf(span, (row, column), (last_row, last_column), body)


def _listed_here(r: Cursor, opening: int, close: int) -> s.Node | None:
    """A list with dots in brackets: a column, transposed or not, but a row where it stands in front of a factor."""
    if (entries := listed_entries(r, r.between_commas(opening))) is None:
        r.at = opening
        return None
    r.at = close + 1
    scripts = scripts_here(r)
    others = [script for script in scripts if script.kind not in ("T", "prime")]
    entries = with_scripts(r, entries, others)
    return s.Transposed(entries.span, entries) if r.starts_factor() and others == scripts else entries


def _signs(r: Cursor, cell: tuple[int, int]) -> list[tuple[int, str]]:
    """Where each sign of an entry stands and what it says: braces say nothing, and w^{(m)} is w_m."""
    found = list[tuple[int, str]]()
    for at in range(*cell):
        if (text := r.tokens[at].text) not in ("{", "}"):
            found.append((at, text))
        if [one for _, one in found[-4:-2]] == ["^", "("] and text == ")":
            found[-4:] = [(found[-4][0], "_"), found[-2]]
    return found


def listed_entries(r: Cursor, cells: Sequence[tuple[int, int]], row: bool = False) -> s.Node | None:
    r"""`a_1, \dots, a_n`: the column (or row) of entries that differ in their number alone; None for others."""
    *ahead, between, _ = cells if len(cells) > 2 else ((0, 0), (0, 0))
    if [token.text for token in r.tokens[slice(*between)]] != ["dots"]:
        return None
    signs = [_signs(r, cell) for cell in (*ahead, cells[-1])]
    bare, texts = [[at for at, _ in entry] for entry in signs], [[text for _, text in entry] for entry in signs]
    apart = [at for at, (one, other) in enumerate(zip(texts[0], texts[-1], strict=False)) if one != other]
    kept = {tuple("" if at in apart else text for at, text in enumerate(one)) for one in texts}
    size = {texts[-1][at] for at in apart}
    if len(kept) != 1 or len(size) != 1 or not all(r.tokens[bare[-1][at]].kind == "name" for at in apart):
        return None
    if any(one[at] != str(number) for number, one in enumerate(texts[:-1], 1) for at in apart):
        return None
    used = {token.text for token in r.tokens} | r.names.variables.keys()
    span = r.span(r.tokens[cells[0][0]], r.tokens[cells[-1][1] - 1])
    letter, limit = s.Name(span, next(one for one in _FRESH if one not in used)), s.Name(span, size.pop())
    bound = limit if r.known or limit.name in r.names.dimensions else None
    if r.known and limit.name not in r.names.dimensions:
        return None  # how many there are is said otherwise
    written = [*r.tokens]
    for at in apart:
        r.tokens[bare[0][at]] = replace(r.tokens[bare[0][at]], kind="name", text=letter.name)
    body = under(r, Ranges((letter,), (bound,)), lambda: r.inside(*cells[0]))
    r.tokens[:] = written
    return (
        s.EntriesOf(span, (None, letter), (None, bound), body) if row else entries_of(span, (letter,), (bound,), body)
    )


_FRESH: Final = ("k", "j", "i", "l", "p", "q", "r", "s", "kk")


def within_reach(r: Cursor, over: Ranges, body: s.Node) -> s.Node:
    r"""`\sum_t (x_t - x_{t-1})^2` without limits: t runs where both exist, and that is said."""
    for letter, limit in zip(over.letters, over.limits, strict=True):
        said = any(
            isinstance(mask, s.Apply) and mask.function == s.WITHIN and mask.arguments[0] == letter
            for mask in over.masks
        )
        moves = [] if said or limit is not None else moves_of(body, letter.name)
        if any(moves):
            body = s.Binary(body.span, "juxtapose", within(letter, max(0, -min(moves)), max(0, *moves)), body)
            r.note(f"`{letter.name}` runs where all of its entries exist")
    return body


def _over_entries(r: Cursor, sign: Token, sigma: s.Sigma) -> s.Node:
    """Π, max or min of what the Σ would add up: of the array of these entries."""
    span, body = sigma.span, sigma.body
    options = (("product", ""),) if sign.text == "prod" else ()
    if len(sigma.letters) > 2 and options:
        return s.Apply(span, "exp", (replace(sigma, body=_log(body)),), options)
    if len(sigma.letters) > 2:
        raise r.trouble("the greatest or least value runs over one or two letters", sign)
    least = sign.text == "minimum"  # the least of f is the greatest of −f, but for the sign
    entries = entries_of(span, sigma.letters, sigma.bounds, s.Negative(span, body) if least else body)
    found = s.Apply(span, "prod" if options else "max", (entries,), options)
    return s.Group(span, s.Negative(span, found)) if least else found


def log_of_product(argument: s.Node, span: Span) -> s.Node | None:
    """The sum of the logarithms of a product over letters, perhaps with factors in front; else None."""
    match s.ungrouped(argument):
        case s.Apply(_, _, (s.EntriesOf(place, found, bounds, body),), (("product", ""),)):
            letters = tuple([letter for letter in found if letter is not None])
            return s.Sigma(place, letters, bounds[: len(letters)], _log(body))
        case s.Apply(_, _, (total,), (("product", ""),)):
            return total
        case s.Binary(_, "juxtapose", left, right) if (last := log_of_product(right, span)) is not None:
            return s.Group(span, s.Binary(span, "+", _log(left), last))
    return None


def _log(body: s.Node) -> s.Node:
    """log of a factor; of a power the exponent comes in front."""
    span, known = body.span, log_of_product(body, body.span)
    if known is not None:
        return known
    match s.ungrouped(body):
        case s.Binary(_, "^", base, exponent) as power if is_raised(power):
            return s.Binary(span, "juxtapose", s.Group(exponent.span, exponent), s.Group(span, _log(base)))
        case s.Binary(_, "juxtapose", left, right) if is_raised(left) or is_raised(right):
            return s.Group(span, s.Binary(span, "+", _log(left), _log(right)))
    return s.Apply(span, "log", (body,))


def is_raised(node: s.Node) -> bool:
    """Whether a factor is a power whose exponent is no whole number."""
    node = s.ungrouped(node)
    exponent = s.ungrouped(node.right) if isinstance(node, s.Binary) and node.operator == "^" else None
    return exponent is not None and not (isinstance(exponent, s.Literal_) and exponent.value.denominator == 1)
