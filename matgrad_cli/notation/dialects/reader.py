"""A dialect's text as a syntax tree: its tokens become those of the expression language, whose grammar it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...diagnostics import InputError, Source, Span
from .. import syntax as s
from ..expression.brackets import each, summed_through
from ..expression.composed import composed, own_rows
from ..expression.keywords import with_order, word_of
from ..expression.lexer import refuse
from ..expression.reader import Parser, parse
from ..expression.vocabulary import ELEMENTWISE_NAMES, canonical_function
from .table import DIALECTS, Dialect
from .words import Words

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

    @property
    def written(self) -> bool:
        """Whether the sign here stands in the text."""
        return self.token.start < self.token.end

    def factor(self) -> s.Node:
        """A factor of a product; where matrix products bind tighter than others, all of one: `a / X %*% b`; so do those
        of Julia without a sign: `1/2x`."""
        left = self.without_sign(self.signed())
        while self.dialect.tight and self.sign == "@":
            left = self.of_two(self.take().text, left, self.signed())
        return left

    def exponent(self) -> s.Node:
        """Products without a sign bind tighter than a power in front of them: `x^2y`."""
        return self.without_sign(super().exponent())

    def without_sign(self, left: s.Node) -> s.Node:
        """The product of a factor and those behind it that have no sign between them."""
        while self.sign in ("juxtapose", "hadamard") and not self.written:
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
        name, *arrow = self.tokens[self.place : self.place + 3]
        if self.dialect.called == "Julia" and name.kind == "name" and [one.text for one in arrow] == ["-", ">"]:
            self.go(self.place + 3)
            body = self.compared()  # sum(x -> x^2, w)
            self.expect(",", "behind a function")
            return each(self, s.Name(name.span, name.text), body, self.compared())
        return self.compared() if self.dialect.from_one and self.sees("[") else super().argument()

    def looped(self) -> s.Node:
        """`1:n` counts as `range(n)` does, but for its first number; so do `eachindex(x)` and `axes(X, 1)`."""
        first = self.sum()
        counts = isinstance(first, s.Literal_) and first.value.denominator == 1 <= first.value
        if isinstance(first, s.Literal_) and counts and self.dialect.from_one and self.accept(":"):
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
        if name == "diff" and self.dialect.columns and all(word_of(one) == "1" for one in arguments[1:2]) and arguments:
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
        if name == "Sum" and self.dialect.called == "Mathematica" and len(arguments) > 1:
            return summed_through(span, arguments[0], [*map(self.range_of, arguments[1:])])
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

    def range_of(self, part: s.Node) -> tuple[s.Name, s.Node]:
        """The letter of a sum and what it runs through: `{i, n}`, `{i, 2, n}`."""
        match part:
            case s.Apply(_, "tuple", (s.Name() as letter, last)):
                return letter, s.Apply(part.span, "range", (last,))
            case s.Apply(_, "tuple", (s.Name() as letter, s.Literal_(_, first), last)) if first in range(1, 9):
                start = () if first == 1 else (s.number(part.span, int(first) - 1),)
                return letter, s.Apply(part.span, "range", (*start, last))
        return self.unreadable("this range of a sum is not read", part.span, "write `{i, n}` or `{i, 2, n}`")

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
