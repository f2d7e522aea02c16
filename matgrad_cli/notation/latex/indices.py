"""Indices: letters, numbers counted from 1, `i+1`, pairs, rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from .. import syntax as s
from ..names import words
from .cursor import Cursor
from .tokens import Token


@record
class Script:
    """One script: what it is (`T`, `inverse`, `power`, `sample`, `index`, `label`, `prime` …), and what it holds."""

    kind: str
    parts: tuple[s.Node, ...] = ()
    amount: int = 1
    label: str = ""
    end: Token | None = None


def one_index(scripts: Sequence[Script]) -> s.Node | None:
    """The one index where it is all that stands there."""
    only = scripts[0] if len(scripts) == 1 and scripts[0].kind == "index" else None
    return only.parts[0] if only is not None and len(only.parts) == 1 else None


_RATES: Final = words("alpha beta gamma lambda rho eta")
"""Letters of numbers whose powers are summed."""


def counter_of(script: Script) -> s.Name | None:
    """The letter that a sum binds, where it alone is raised."""
    match script:
        case Script("power", (s.Apply(_, function, (s.Name() as letter,)),)) if function == s.COUNTED:
            return letter
    return None


def counted_power(r: Cursor, base: s.Node, letter: s.Name, end: Token) -> s.Node:
    r"""`\gamma^t` under a Σ over t is a power; `x^i` of a letter that is no number may be one of several x."""
    name = base.name if isinstance(base, s.Name) else ""
    kind = r.names.variables.get(name)
    if name and kind != "number" and (kind is not None or name not in _RATES):
        message = f"whether the raised `{letter.name}` numbers `{name}` or is an exponent is not said"
        help = f"write `{name}^{{({letter.name})}}` for one of several `{name}`"
        raise r.trouble(message, end, "index-as-number", help)
    if name and kind is None:
        r.note(f"`{name}^{letter.name}` is read as a power")
    return base


def end_unbraced(r: Cursor, past: int, base: Token) -> int:
    """`A_ij` in plain text: where the two letters close to each other end."""
    last, token = r.last, r.token
    close = last.kind == token.kind == "name" and token.start == last.end and len(token.text) == 1 and not token.spaced
    if (
        not close
        or r.sees("operator", "_", ahead=1)
        or r.variable(token.text)
        or not token.text.islower()
        or len(last.text) > 1
        or (token.text == "e" and r.sees("operator", "^", ahead=1) and "e" not in r.binding)  # x_j e^u
    ):
        return past
    plain = "\\" not in r.source.text
    double = base.text in ("delta", "δ") or r.names.variables.get(base.text) == "matrix"
    if not (double or (plain and base.kind in ("close", "command"))):
        return past
    r.note(f"`_{last.text}{token.text}` is read as `_{{{last.text}{token.text}}}`")
    r.take()
    return r.at


def sliced_script(r: Cursor, tokens: list[Token], end: Token) -> Script:
    """`i,:` and `:j`: a row, a column; `m\\times n`: two sizes."""
    rest = [token for token in tokens if not (token.kind == "operator" and token.text in (":", "cdot", ",", "times"))]
    times = any(token.text == "times" for token in tokens)
    if times and len(rest) == 2:
        return Script("sizes", tuple(index_at(r, token, shifted=False) for token in rest), end=end)
    if len(rest) == 1 and not times:
        way = "column" if tokens[0].text in (":", "cdot") else "row"
        return Script(way, (index_at(r, rest[0]),), end=end)
    raise r.trouble("these indices cannot be read", tokens[0], help="write `A_{ij}` for an entry, `A_{i,:}` for a row")


_OF_SAMPLE: Final = regex(r"(?:\{ )?\( ([a-z]) \)(?: \})?")
"""What is raised at the label of a sample among indices, `\\mu_{y^{(i)}}`, between blanks."""


def _texts(r: Cursor, first: int, past: int) -> str:
    return " ".join(token.text for token in r.tokens[first:past])


def index_letters(r: Cursor, first: int, past: int) -> tuple[s.Node, ...]:
    """The indices written there: letters, or numbers counted from 1."""
    found: list[s.Node] = []
    place = first
    while place < past:
        token = r.tokens[place]
        place += 1
        if (token.kind == "operator" and token.text in (",", ";")) or token.kind == "gap":
            continue
        pair = index_pair(r, place - 1)
        if pair is not None:
            found.append(pair)
            place = r.partner[place - 1] + 1
            continue
        if token.text in ("(", ")", "{", "}") and token.kind in ("open", "close"):
            continue
        letter = found[-1] if found else None
        if token.text in ("'", "prime") and isinstance(letter, s.Name):
            found[-1] = s.Name(letter.span.joined(r.span(token)), f"{letter.name}_prime")
            continue
        if token.text == "_" and isinstance(letter, s.Name) and place < past:
            inner = r.tokens[place]
            place += 1
            found[-1] = s.Name(letter.span.joined(r.span(inner)), f"{letter.name}_{inner.text}")
            continue
        if token.text == "^" and isinstance(letter, s.Name) and (sample := _OF_SAMPLE.match(_texts(r, place, past))):
            place += len(sample[0].split())
            found[-1] = s.Name(letter.span.joined(r.span(r.tokens[place - 1])), f"{letter.name}_{sample[1]}")
            continue
        if past - first == 1 and len(token.text) == 2 and token.text.isdigit() and "0" not in token.text:
            found += [s.Literal_(r.span(token), Fraction(int(digit) - 1), digit) for digit in token.text]
            continue
        found.append(index_at(r, token))
        if isinstance(found[-1], s.Name) and is_shift(r, place, past):
            sign, by = r.tokens[place : place + 2]
            amount = s.Literal_(r.span(by), Fraction(by.text), by.text)
            found[-1] = r.binary("+" if sign.text == "+" else "-", found[-1], amount)
            place += 2
    return tuple(found)


def is_shift(r: Cursor, place: int, past: int) -> bool:
    """Whether `+1` or `-1` follows a letter among indices."""
    following = r.tokens[place : min(place + 2, past)]
    return len(following) == 2 and following[0].text in ("+", "-") and following[1].text in set("0123456789")


def index_pair(r: Cursor, place: int) -> s.PairIndex | None:
    """`(i,k)` among the indices of A ⊗ B: a row of A and a row of B."""
    close = r.partner.get(place, -1)
    inner = r.tokens[place + 1 : close] if r.tokens[place].text == "(" else []
    letters = [token for token in inner if token.kind in ("name", "number")]
    if len(inner) != 3 or inner[1].text != "," or len(letters) != 2:
        return None
    return s.PairIndex(r.span(r.tokens[place], r.tokens[close]), index_at(r, inner[0]), index_at(r, inner[2]))


def index_at(r: Cursor, token: Token, shifted: bool = True) -> s.Node:
    """One index: a letter, or a number, which LaTeX counts from 1."""
    if token.kind == "number" and token.text.isdigit() and len(token.text) < 7:
        return s.Literal_(r.span(token), Fraction(int(token.text) - shifted), token.text)
    if token.kind == "name":
        return r.name(token)
    if token.kind == "command" and token.text == "d":
        return s.Name(r.span(token), "d")
    help = "arithmetic in an index, as in `x_{i+1}`, cannot be read"
    if token.text == "<":
        help = "for the pairs of neighbours write a set, as in `\\sum_{(i,j) \\in E}`"
    raise r.trouble("an index is a letter or a number", token, help=help)


def name_above(r: Cursor, first: int, tokens: list[Token], end: Token) -> Script | None:
    """A raised star or word that belongs to the name below it, `x^*`, `x^{old}`; a star that says nothing."""
    star = len(tokens) == 1 and tokens[0].text == "times" and tokens[0].kind == "operator"
    if star and r.known and _is_adjoint(r, first):
        _say_real(r, "*")
        return Script("T", end=end)
    sought = r.tokens[_below(r, first)].text == r.names.wrt and around_a_letter(r)  # w^*(λ)
    if star and (sought or ((not r.known or r.ends_here()) and _stands_without_star(r, first, end))):
        return Script("label", label="star", end=end)
    if not tokens or (star and r.ends_here()):  # w^* = …: the solution for w
        return Script("nothing", end=end)
    word = "".join(token.text for token in tokens)
    written = len(tokens) == 1 and tokens[0].kind == "word"
    letters = all(token.kind in ("name", "word") for token in tokens)
    texts = [token.text for token in tokens]
    factors = word.isupper() and (not r.known or word[0] == "T" or all(map(r.variable, texts)))  # e^{AB}
    own = letters and not r.variable(word) and (written or (is_word(texts) and not factors))
    return Script("label", label=word, end=end) if own else None


def _below(r: Cursor, place: int) -> int:
    """Where that ends at which the script that begins at a place is raised."""
    return place - (3 if r.tokens[place - 1].text == "{" else 2)


def _is_adjoint(r: Cursor, place: int) -> bool:
    """Whether a star is raised at no point that is looked for: a given matrix, a bracket, a vector before a factor."""
    at = _below(r, place)
    base = r.tokens[at]
    if r.ends_here() and (at == 0 or r.tokens[at - 1].kind == "relation"):
        return False
    if base.kind != "name" or base.text == r.names.wrt:
        return base.kind == "close" and base.text in (")", "]")
    kind = r.names.variables.get(base.text)
    return kind == "matrix" or (kind == "vector" and not r.ends_here())


def _stands_without_star(r: Cursor, place: int, end: Token) -> bool:
    """Whether the letter with the raised star there also stands without one: `x^*` and `x` are two things then."""

    def letter(end: int) -> Token:
        start = r.partner.get(end, end)
        return letter(start - 2) if r.tokens[start - 1].text == "_" else r.tokens[start]

    def differentiates(at: int) -> bool:  # the X of ∇_X f(X^*) is that of any point
        before = [token.text for token in r.tokens[max(at - 3, 0) : at]]
        return before[-1:] == ["partial"] or before[-2:] == ["nabla", "_"] or before == ["nabla", "_", "{"]

    base, stars = letter(_below(r, place)), [at for at, one in enumerate(r.tokens) if at > 1 and one.text == "times"]
    raised = [at for at in stars if "^" in (r.tokens[at - 1].text, r.tokens[at - 2].text)]
    starred = {id(letter(_below(r, at))) for at in raised}
    same = [(at, one) for at, one in enumerate(r.tokens) if (one.kind, one.text) == (base.kind, base.text)]
    if base.kind != "name" or all(id(one) in starred or differentiates(at) for at, one in same):
        return False
    capital = base.text[0].isupper()
    if not r.known and (capital or (not r.ends_here() and r.starts_factor())):
        other = "matrix" if capital else "vector"
        message = f"whether `{base.text}^*` is another {other} or the adjoint of `{base.text}` is not said"
        help = f"write `{base.text}_*` for another one, `{base.text}^\\top` for the transpose"
        raise r.trouble(message, end, help=help)
    return True


_WORDS: Final = words(
    "opt ols gls wls mle map new old min max reg ridge lasso best prev next ref init true pred test train"
)


def is_word(letters: Sequence[str]) -> bool:
    r"""Whether letters at a name are a word and no indices or factors: `w_{OLS}`, `w_{opt}`, `\theta^{old}`."""
    capitals = all(len(letter) == 1 and letter.isupper() for letter in letters)
    return len(letters) > 1 and (capitals or "".join(letters) in _WORDS)


def around_a_letter(r: Cursor) -> bool:
    """Whether brackets with a single letter, perhaps with a script, follow: nobody puts them around a factor."""
    close = r.closing(r.at) if r.sees("open", "(") else r.at
    inside = r.tokens[r.at + 1 : close]
    whole = len(inside) == 3 or r.partner.get(r.at + 3) == close - 1
    script = len(inside) > 2 and inside[1].text in ("_", "^") and whole
    return bool(inside) and inside[0].kind == "name" and (len(inside) == 1 or script)


def turned_before(r: Cursor) -> int:
    r"""How many tokens `{}^t` in front of a factor takes, the French transpose of what follows; else 0."""
    if not (r.sees("open", "{") and r.sees("close", "}", ahead=1) and r.sees("operator", "^", ahead=2)):
        return 0
    braced = r.sees("open", "{", ahead=3)
    token, past = r.peek(4 if braced else 3), 6 if braced else 4
    turned = token.text in ("t", "T", "top") and (not braced or r.sees("close", "}", ahead=5))
    return past if turned and r.starts_factor(past) else 0


def names_another(r: Cursor, name: str) -> bool:
    """Whether the prime on a letter of a loss makes another name of it, `x'` beside `x`: transposes are written
    otherwise there and no factor stands behind it, or the small letter is no factor at any of its primed places."""
    if r.known or r.sees("open", "(", "["):
        return False
    if f"{name}_prime" in r.names.variables:
        return True
    raised = {after.text for token, after in pairwise(r.tokens) if token.text in ("^", "{")}
    places = [at for at, token in enumerate(r.tokens) if (token.kind, token.text) == ("name", name) and _primed(r, at)]
    if not raised.isdisjoint(("top", "T")) or any(token.text == "up-top" for token in r.tokens):
        behind = (r.tokens[_primed(r, at)] for at in places)
        return all(after.kind not in ("name", "word", "number", "function", "open", "command") for after in behind)
    return name[:1].islower() and all(_is_term(r, at) for at in places)


_PRIMES: Final = ("'", "prime", "^prime", "^'", "^{prime}", "^{'}")


def prime_at(r: Cursor, at: int) -> int:
    """How many tokens a prime has there: `'`, `^\\prime`, `^{'}`; 0 if there is none."""
    texts = [token.text for token in r.tokens[at : at + 4]]
    return next((count for count in (1, 2, 4) if "".join(texts[:count]) in _PRIMES), 0)


def _primed(r: Cursor, at: int) -> int:
    """Behind the prime on the letter there, and its index, in either order; 0 where it has none."""

    def behind_index(at: int) -> int:
        return r.partner.get(at + 1, at + 1) + 1 if r.tokens[at].text == "_" else at

    at = behind_index(at + 1)
    return behind_index(at + count) if (count := prime_at(r, at)) else 0


def _is_term(r: Cursor, at: int) -> bool:
    """Whether the letter there stands by itself between signs, brackets or commas."""
    after, before = r.tokens[_primed(r, at)], r.tokens[max(at - 1, 0) : at]
    signs = ("close", "open", "bar", "relation", "end", "+", "-", ",", ";")
    return after.kind != "open" and all(token.sign in signs or token.kind in signs for token in (after, *before))


# ---- what stands raised: transposes, inverse powers, numbers of layers


def is_top(r: Cursor, token: Token) -> bool:
    """Whether a raised token means the transpose."""
    if token.kind in ("command", "function"):
        return token.text in ("top", "up-top", "tr")
    if token.kind not in ("name", "word"):
        return False
    if token.text in ("t", "H"):
        # \\gamma^t under a Σ over t is a power
        counted = token.text in r.names.dimensions | r.binding | r.left
        return r.names.variables.get(token.text) != "number" and not counted
    return token.text == "T"


_KNOWN: Final = regex(
    r"[(\[] (?P<layer>\d+) [)\]](?P<turned> T)?"
    r"|(?P<primes>(?:(?:prime|')(?: (?!$)|$))+)"
    r"|(?P<minus>- )?(?:(?P<digits>(?!0)\d+) )?(?P<top>T)"
    r"|- (?P<amount>(?!0)\d+)"
)


def _say_real(r: Cursor, sign: str) -> None:
    real = "all variables are real (a complex one is two, its real and imaginary part)"
    r.note(f"a raised `{sign}` is read as the transpose: {real}")


def known_script(r: Cursor, tokens: list[Token], end: Token) -> Script | None:
    """`T`, `-T`, `-1T`, `-2T`, `'`: a transpose, perhaps of an inverse power; `-1`, `-2`; and `(2)`, `[2]`, `(2)T`,
    a number in brackets, which belongs to the name of the letter below it."""
    found = _KNOWN.fullmatch(" ".join("T" if is_top(r, token) else token.text for token in tokens))
    if found is None:
        return None
    if found["primes"]:
        return Script("prime", amount=len(tokens), end=end)
    if tokens[0].text == "H":
        _say_real(r, "H")
    if found["amount"] or found["minus"]:
        amount = int((found["amount"] or found["digits"] or "1")[:4])
        return Script("inverse-T" if found["top"] else "inverse", amount=amount, end=end)
    number = found["layer"] or found["digits"]
    if number is None:
        return Script("T", end=end)
    value = s.Literal_(r.span(tokens[bool(found["layer"])]), Fraction(number[:9]), number)
    turned = found["top"] or found["turned"]
    return Script("power-T" if turned else "power", (value,), label=(found["layer"] or "")[:9], end=end)
