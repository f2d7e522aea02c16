"""A dialect's text as a syntax tree: its tokens become those of the expression language, whose grammar it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...diagnostics import InputError, Source, Span
from ...diagnostics.regex import regex
from .. import syntax as s
from ..expression.composed import composed, own_rows
from ..expression.keywords import with_order, word_of
from ..expression.lexer import LONGEST_TEXT, MOST_TOKENS, Token, refuse, tokens, word_at
from ..expression.reader import Parser, parse
from ..expression.vocabulary import ELEMENTWISE_NAMES, FUNCTION_NAMES, WRITTEN_OUT, canonical_function
from .table import DIALECTS, Dialect

_NUMBER: Final = regex(r"(?:\d{1,60}(?:\.(?![*/^\\'+\-])\d{0,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,2})?")
_DOTTED_NAME: Final = regex(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)+")
_CALLS_DOTTED: Final = regex(r"\.(?=\()")
_ALL: Final = regex(r"\(\s*:\s*\)")
_LETTER: Final = regex(r"\\\[(Capital)?([A-Z][a-z]+)\]")
"""A letter as Mathematica saves it, `\\[Lambda]`."""


class Words:
    """The words of one text; `dotted` are the places of the functions that Julia takes of every entry, `exp.(A)`."""

    def __init__(self, source: Source, dialect: Dialect) -> None:
        self.source, self.dialect = source, dialect
        self.dotted: set[int] = set()

    def translated(self) -> list[Token]:
        """The tokens of the expression language that say the same."""
        text, found = self.source.text, list[Token]()
        text = (text.partition("%")[0] if self.dialect.columns else text).rstrip().rstrip(";")
        if len(text) > LONGEST_TEXT:
            tokens(self.source)  # which refuses it
        place = 0
        while place < len(text):
            if text[place].isspace() or (text[place] == "@" and self.dialect.columns):  # bsxfun(@plus, A, b')
                place += 1
                continue
            added = self.next_tokens(text, place, found)
            found += added
            place = added[-1].end
            if len(found) > MOST_TOKENS:
                message = f"the expression has more than {MOST_TOKENS} words and signs"
                refuse(self.source, "too-long", message, added[-1].span)
        return [*_indexed(found, self.dialect.indexed), Token("end", "", len(text), len(text))]

    def next_tokens(self, text: str, at: int, found: list[Token]) -> list[Token]:
        """The token at a place; what the dialect leaves out stands before it."""
        last = found[-1] if found else None
        close = last is not None and last.end == at
        behind = last is not None and close and (last.kind in ("name", "number", "power") or last.text in (")", "]"))
        signs = sorted(self.dialect.signs, key=len, reverse=True)
        sign = next((sign for sign in signs if text.startswith(sign, at)), None)
        number = _NUMBER.match(text, at)
        every = _ALL.match(text, at)
        letter = _LETTER.match(text, at) if self.dialect.called == "Mathematica" else None
        if letter is not None:
            name = Token("name", letter[2] if letter[1] else letter[2].lower(), *letter.span())
            return [*self.times(last, name), name]
        if number is not None and not (text[at] == "." and sign is not None):
            found_number = Token("number", number[0], at, number.end())
            return [*self.times(last, found_number), found_number]
        if behind and self.dialect.turns and (text[at] == "'" or sign == ".'"):
            return [Token("power", "T", at, at + len(sign or "'"))]
        if behind and self.dialect.turns and every is not None:  # A(:)
            return [Token("sign" if sign in ".()" else "name", sign, *every.span()) for sign in (".", "vec", "(", ")")]
        if behind and _CALLS_DOTTED.match(text, at) and self.dialect.called == "Julia" and last is not None:
            self.dotted.add(last.start)
            return [Token("sign", "(", at, at + 2)]
        if sign is not None:
            return [Token("sign", self.dialect.signs[sign] or sign, at, at + len(sign))]
        dotted = _DOTTED_NAME.match(text, at) if self.dialect.called == "R" else None  # as.numeric
        if dotted is not None:
            return [Token("name", dotted[0].replace(".", "_"), *dotted.span())]
        word = word_at(self.source, at)
        left_out = behind and last is not None and self.dialect.called == "Julia" and last.kind in ("number", "power")
        below = [token.text for token in found[-2:-1]] == ["over"]  # 1/2x is 1/(2x) there
        if left_out and not below and (word.kind == "name" or word.text == "("):  # 2x, x'y
            return [Token("sign", "juxtapose", at, at), word]
        return [*self.times(last, word), word]

    def times(self, last: Token | None, word: Token) -> list[Token]:
        """The sign of Mathematica's product of two parts side by side, `2 x`, `a (b + c)`."""
        before = last is not None and (last.kind in ("name", "number") or last.text == ")")
        beside = before and (word.kind in ("name", "number") or word.text == "(")
        return [Token("sign", "*", word.start, word.start)] if beside and self.dialect.called == "Mathematica" else []


def _indexed(found: list[Token], opening: str) -> list[Token]:
    """The tokens with entries counted from 0: `w(2:end)` is `w[1:]`, `X(:,1)` is `X[:,0]`."""
    made: list[Token] = []
    opened: list[int] = []
    for token in found:
        keywords = token.text == ";" and opened and made[opened[-1]].text == "("  # sum(A; dims=1)
        made.append(Token("sign", ",", *token[2:]) if keywords else token)
        if token.text in ("(", "["):
            opened.append(len(made) - 1)
        elif token.text in (")", "]") and opened:
            first = opened.pop()
            inner, name = made[first + 1 : -1], made[first - 1] if first else token
            ours = name.kind == "name" and canonical_function(name.text) not in FUNCTION_NAMES | WRITTEN_OUT
            ours = ours and name.end == made[first].start
            counted = all(one.kind == "number" or one.text in (",", ":", "end", "-") for one in inner)
            if made[first].text == opening and ours and counted and inner:
                counted_from_1 = " ".join(one.text for one in inner)
                text = re.sub(r"(?<![-\w])(?<!- )\d+", lambda one: str(int(one[0]) - 1), counted_from_1)
                words = re.sub(r"(?<!\S)0 (?=:)|(?<=:) end\b", "", text).split()
                kept = [Token("number" if word.isdigit() else "sign", word, *inner[0][2:]) for word in words]
                made[first:] = [Token("sign", "[", *made[first][2:]), *kept, Token("sign", "]", *token[2:])]
                turned = opening == "(" and words[-2:] == [",", ":"]  # a row of MATLAB's
                made += [Token("power", "T", *token[2:])] * turned
    return made


_OWN_NAMES: Final = {"Mathematica": {"E": "e", "Pi": "pi"}}
"""Constants by their names in a dialect."""
_ORDERS: Final = {"O": "1", "I": "inf", "Frobenius": "fro"}
"""The orders of norms by their names in R and Mathematica."""
_OF_TWO: Final[dict[str, s.Operator]] = {"plus": "+", "minus": "-", "times": "hadamard", "rdivide": "/", "power": "**"}
"""Functions that MATLAB's `bsxfun` takes of two arrays."""
_SAME: Final = frozenset(("doit", "simplify", "expand", "full"))
"""Functions that write the same in another way."""
_VECTORS: Final = frozenset(("svdvals", "chol", "eig"))
"""Functions of a matrix whose singular values, diagonal or eigenvalues are added up: they have no columns."""
_AXIS_SECOND: Final = frozenset(("sum", "mean", "logsumexp"))


def parse_dialect(text: str, name: str, source_name: str = "loss") -> s.Node:
    """The tree of a text of a dialect; raises InputError with one diagnostic if it cannot be read.

    >>> parse_dialect("x'*A*x", "matlab").operator
    'juxtapose'
    """
    return DialectParser(Source(source_name, text), DIALECTS[name]).whole()


class DialectParser(Parser):
    """The parser of the expression language over the tokens of a dialect."""

    def __init__(self, source: Source, dialect: Dialect) -> None:
        words = Words(source, dialect)
        super().__init__(source, words.translated())
        self.dialect, self.dotted = dialect, words.dotted

    # ---- products

    def factor(self) -> s.Node:
        """A factor of a product; where matrix products bind tighter than others, all of one: `a / X %*% b`."""
        left = self.signed()
        while self.dialect.tight and self.sign == "@":
            left = self.of_two(self.take().text, left, self.signed())
        return left

    def of_two(self, operator: str, left: s.Node, right: s.Node) -> s.Node:
        """A/B is A B⁻¹ and A\\B is A⁻¹ B, as the shapes say; a quotient of numbers stays one."""
        span = left.span.joined(right.span)
        if operator == "over" and isinstance(right, s.Literal_):
            return s.Binary(span, "/", left, right)
        if operator == "over":
            return s.Binary(span, "juxtapose", left, s.Inverted(right.span, right))
        if operator == "under":
            return s.Binary(span, "juxtapose", s.Inverted(left.span, left), right)
        return super().of_two(operator, left, right)

    # ---- matrices written out

    def argument(self) -> s.Node:
        return self.compared() if self.dialect.from_one and self.sees("[") else super().argument()

    def looped(self) -> s.Node:
        """`1:n` counts as `range(n)` does, but for its first number; so do `eachindex(x)` and `axes(X, 1)`."""
        first = self.sum()
        if isinstance(first, s.Literal_) and self.dialect.from_one and self.accept(":"):
            last = self.sum()
            start = () if first.value == 1 else (s.number(first.span, int(first.value) - 1),)
            return s.Apply(first.span.joined(last.span), "range", (*start, last))
        if isinstance(first, s.Apply) and first.function in ("eachindex", "axes"):
            along = self.axis_from_one(first.arguments[1]) if len(first.arguments) == 2 else (("axis", "0"),)
            return s.Apply(first.span, "range", (s.Apply(first.span, "shape", first.arguments[:1], along),))
        return first

    def listed(self) -> s.Node:
        """`[A, b; c' d]`: rows between `;`, blocks between `,` or blanks."""
        if not self.dialect.from_one:
            return super().listed()
        opening = self.take()
        if self.accept("]"):  # max(X, [], 2)
            return s.Apply(self.since(opening), s.LIST, ())
        self.enter(opening)
        rows = [[self.compared()]]
        while not self.accept("]"):
            if self.accept(";"):
                rows.append([])
            elif (
                not self.accept(",") and self.token.kind not in ("name", "number") and self.token.text not in ("(", "[")
            ):
                self.unexpected("`,`, `;` or `]`")
            rows[-1].append(self.compared())
        span = self.since(opening)
        apart = re.search(r"[\w)\]']\s+(?:[-+](?=[^\s=])|\()", self.text_of(span))
        if apart is not None:
            message = f"`{apart[0].strip()}` in square brackets may begin a block of its own"
            place = Span(span.start + apart.start(), span.start + apart.end())
            help = "write `,` between blocks, or no blank before the sign"
            refuse(self.source, "missing-operator", message, place, "", help)
        self.depth -= 1
        return s.Apply(span, s.LIST, tuple([s.Apply(span, s.LIST, tuple(row)) for row in rows]))

    # ---- calls

    def name(self) -> s.Node:
        start = self.token
        while self.dialect.called == "Julia" and self.next_token.text == ".":
            word, opening = self.tokens[self.place + 2 : self.place + 4]
            if word.kind != "name" or opening.text != "(":
                break
            self.go(self.place + 2)  # Flux.mse(a, b)
        node = super().name()
        names = {"eye": "I", **_OWN_NAMES.get(self.dialect.called, {})}
        own = names.get(node.name) if isinstance(node, s.Name) else None
        return s.Name(Span(start.start, node.span.end), own) if own else node

    def attribute(self, body: s.Node) -> s.Node:
        if self.dialect.called == "SymPy" and self.next_token.text == "I":
            self.take()
            return s.Inverted(body.span.joined(self.take().span), body)
        return super().attribute(body)

    def called(self, span: Span, name: str, arguments: tuple[s.Node, ...], options: s.Options) -> s.Node:
        """A call in the words of the expression language."""
        function = canonical_function(self.dialect.functions.get(name, name))
        arguments, options = with_order(function, arguments, options)
        first = s.ungrouped(arguments[0]) if arguments else None
        if name == "applyfunc" and len(arguments) == 2 and isinstance(of := s.ungrouped(arguments[1]), s.Name):
            return self.called(span, of.name, arguments[:1], (("entrywise", ""),))
        if name == "bsxfun" and len(arguments) == 3 and isinstance(first, s.Name) and first.name in _OF_TWO:
            return s.Binary(span, _OF_TWO[first.name], *arguments[1:])
        if self.dialect.called == "Julia" and len(arguments) == 2 and isinstance(first, s.Name):  # sum(abs2, x)
            inner = canonical_function(self.dialect.functions.get(first.name, first.name))
            if function in _AXIS_SECOND and inner in ELEMENTWISE_NAMES:
                arguments = (s.Apply(span, inner, arguments[1:], (("entrywise", ""),)),)
        if name == "diff" and self.dialect.columns and (len(arguments) == 1 or word_of(arguments[1]) == "1"):
            options = self.axis_from_one(arguments[2]) if len(arguments) == 3 else (("axis", "0"),)
            arguments = arguments[:1]
        if name == "size" and len(arguments) == 2 and (along := self.axis_from_one(arguments[1])):
            return s.Apply(span, "shape", arguments[:1], along)
        if name in _SAME and len(arguments) == 1:
            return arguments[0]
        prefix = f"{self.dialect.called.lower()}."
        word = name if own_rows(prefix, name) else function
        written = composed(span, word, arguments, options, parse, prefix, self.inner)
        if written is not None:
            return written
        if name == "vector" and isinstance(first, s.Literal_) and first.text in ("0", "1"):
            return s.Apply(span, "ones" if first.text == "1" else "zeros", ())
        if name == "norm" and self.dialect.called == "R":
            options = options or ((("ord", "1"),) if len(arguments) == 1 else ())
        if function == "norm":
            options = tuple((key, _ORDERS.get(value, value)) for key, value in options)
        if name == "Sum" and self.dialect.called == "SymPy" and (total := _summed(span, arguments)) is not None:
            return total
        if len(arguments) > 1 and arguments[1] == s.Apply(arguments[1].span, s.LIST, ()):  # the greatest of one array
            along = self.axis_from_one(arguments[2]) if len(arguments) == 3 else ()
            whole = s.Apply(span, "vec", arguments[:1]) if ("text", "all") in options else arguments[0]
            return s.Apply(span, function, (whole,), along)
        if name == "vecnorm":
            along = self.axis_from_one(arguments[2]) if len(arguments) == 3 else (("axis", "0"),)
            return s.Apply(span, "norm", arguments[:2], along)
        if name == "opnorm":
            return s.Apply(span, "norm", arguments, (*options, ("opnorm", "2")))
        turned = any(isinstance(one, s.Transposed) for one in arguments)
        if name == "dot" and self.dialect.called == "Julia" and len(arguments) == 2 and not turned:
            return s.Apply(span, "inner", arguments)  # of matrices entry by entry
        if function == "dot" and len(arguments) == 3:
            half = s.Binary(span, "juxtapose", s.Transposed(span, arguments[0]), arguments[1])
            return s.Binary(span, "juxtapose", half, arguments[2])
        if function in ("matmul", "add", "hadamard") and len(arguments) > 2:
            left = self.called(span, name, arguments[:-1], options)
            return self.called(span, name, (left, arguments[-1]), options)
        axis = {"nrow": "0", "ncol": "1", "length": "all"}.get(name if self.dialect.whole else "")
        if axis is not None and len(arguments) == 1:
            return s.Apply(span, "shape", arguments, (("axis", axis),))
        if name == "solve" and len(arguments) == 1:
            return s.Apply(span, "inv", arguments)
        if function in ("ones", "zeros") and len(arguments) == 1 and self.dialect.columns:
            arguments *= 2
        if span.start in self.dotted:
            options = (*options, ("entrywise", ""))
        return s.Apply(span, function, *self.with_axis(function, arguments, options))

    def inner(self, text: str) -> s.Node:
        """The tree of a part of the text."""
        return DialectParser(Source(self.source.name, text), self.dialect).whole()

    @staticmethod
    def axis_from_one(node: s.Node) -> s.Options:
        """The axis that a number counted from 1 says, counted from 0."""
        node = s.ungrouped(node)
        return (("axis", str(int(node.value) - 1)),) if isinstance(node, s.Literal_) else ()

    def with_axis(
        self, function: str, arguments: tuple[s.Node, ...], options: s.Options
    ) -> tuple[tuple[s.Node, ...], s.Options]:
        """Axes counted from 0; a sum that the dialect takes of every column says so."""
        given = dict(options)
        if (dims := given.get("dims", "")).isdigit():
            keeps = () if function in ("softmax", "log_softmax") else (s.KEEPS,)
            others = tuple(option for option in options if option[0] != "dims")
            return arguments, (*others, ("axis", str(int(dims) - 1)), *keeps)
        if function not in (*_AXIS_SECOND, "var", "std", "prod"):
            return arguments, options
        match arguments:
            case (s.Apply(_, inner, parts, (("axis", "first"), s.KEEPS)),) if inner == function in ("sum", "mean"):
                return parts, ()  # the sum of the sums of all columns
        if len(arguments) == 1 and _VECTORS & {called for called, _ in s.contents(arguments[0]).calls}:
            return arguments, options
        if self.dialect.called == "Mathematica":  # Total[A, 2] adds up all levels of a list
            deep = len(arguments) == 2 and self.text_of(arguments[1].span) in ("2", "Infinity")
            return (arguments[:1], options) if deep else (arguments, (*options, ("axis", "first")))
        second = s.ungrouped(arguments[1]) if len(arguments) == 2 and self.dialect.from_one else None
        if function in ("var", "std"):
            lost = "1" if self.dialect.indexed else "0"
            if self.dialect.columns and len(arguments) > 1:  # MATLAB: a weight stands second, 0 or 1, the latter for n
                weight, arguments = self.text_of(arguments[1].span), (arguments[0], *arguments[2:])
                lost = {"0": "1", "1": "0"}.get(weight, weight)
                second = s.ungrouped(arguments[1]) if len(arguments) > 1 else None
            options = (*options, ("correction", lost))
        if second is not None and (along := self.axis_from_one(second)):
            return arguments[:1], (*options, *along, s.KEEPS)
        if self.dialect.columns and given.get("text") == "all":
            return arguments, tuple(option for option in options if option != ("text", "all"))
        return arguments, (*options, ("axis", "first"), s.KEEPS) if self.dialect.columns else options


def _summed(span: Span, arguments: tuple[s.Node, ...]) -> s.Node | None:
    """Σ over `(i, 0, n - 1)`, each letter through a whole dimension; None for another range."""
    letters: list[s.Name] = []
    bounds: list[s.Node] = []
    for part in arguments[1:]:
        match part:
            case s.Apply(
                _, "tuple", (s.Name() as letter, s.Literal_(_, first), s.Binary(_, "-", length, s.Literal_(_, less)))
            ):
                if first != 0 or less != 1:
                    return None
                letters.append(letter)
                bounds.append(length)
            case _:
                return None
    return s.Sigma(span, tuple(letters), tuple(bounds), arguments[0]) if letters else None


# ---- SymPy's own objects


def texts_of(loss: object, wrt: object, shapes: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """A loss and its variable as SymPy writes them, with the shape of each symbol that has none yet."""
    if not hasattr(loss, "free_symbols"):
        found = type(loss).__name__
        message = f"a loss is a text or a SymPy expression, and this is of the type `{found}`"
        raise InputError.coded("unreadable", message)
    given = {part.partition(":")[0].strip() for text in shapes for part in text.split(",")}
    return str(loss), str(wrt), (*shapes, *(shape for name, shape in _shapes(loss) if name not in given))


def _shapes(loss: Any) -> Iterator[tuple[str, str]]:
    """`X: m×n` of matrix symbols; a symbol that is no size is a number."""
    matrices = sorted((symbol for symbol in loss.free_symbols if hasattr(symbol, "shape")), key=str)
    sizes = {str(size) for symbol in matrices for size in symbol.shape}
    yield from ((str(symbol), f"{symbol}: {symbol.shape[0]}×{symbol.shape[1]}") for symbol in matrices)
    numbers = sorted({str(one) for one in loss.free_symbols - set(matrices)} - sizes)
    yield from ((name, f"{name}: scalar") for name in numbers)
