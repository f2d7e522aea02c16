"""Mathematical LaTeX as people write it, mangled or plain: the grammar of sums and products, and the way in."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from ...diagnostics import InputError, Source
from ...diagnostics.record import record
from ..syntax import Apply, Binary, Ellipsis_, Literal_, MapsTo, Negative, Node, Operator
from .calculus import SMALL_CHANGES, Calculus
from .cursor import DEEPEST
from .lexer import Lexer
from .names import NOTHING_KNOWN, LatexNames, accents_kept, words
from .tokens import REFUSED, Token

_TIGHT: Final[dict[str, Operator]] = {"cdot": "dot", "times": "juxtapose", "/": "/"}
_LOOSE: Final[dict[str, Operator]] = {"odot": "hadamard", "circ": "hadamard", "otimes": "kron", "oslash": "/"}
_BEGINNERS: Final = words("frac sqrt sum prod partial nabla d ones zeros norm abs brace dots")


@record
class LatexReading:
    """A formula read: its tree, and what was repaired or assumed."""

    node: Node
    notes: tuple[str, ...] = ()


class Reader(Calculus):
    """The grammar: sums of terms, terms of factors."""

    def expression(self) -> Node:
        r"""term ± term ± …, or `H \mapsto …`."""
        if self.sees("name") and self.sees("relation", "maps", ahead=1):
            argument = self.name(self.take())
            self.take()
            body = self.expression()
            return MapsTo(argument.span.joined(body.span), argument, body)
        node = self.term()
        while self.sees("operator", "+", "-"):
            sign = self.take()
            right = self.term()
            node = self.binary("+" if sign.text == "+" else "-", node, right)
        return node

    def term(self) -> Node:
        """A product, or products joined by `:`, which binds weakest of the products."""
        node = self.product()
        while self.sees("operator", ":"):
            self.take()
            node = self.binary("inner", node, self.product())
        return node

    def product(self, first: Node | None = None) -> Node:
        """Runs joined by ⊙, ⊗, ⊘: standing side by side binds tighter."""
        node = self.run(first)
        while self.token.kind == "operator" and self.token.text in _LOOSE:
            sign = self.take()
            node = self.binary(_LOOSE[sign.text], node, self.run())
        return node

    def run(self, first: Node | None = None, slash: bool = True) -> Node:
        """Factors side by side, or with `·`, `×`, `/` between them."""
        signs: list[Token] = []
        while first is None and self.sees("operator", "-", "+"):
            sign = self.take()
            if sign.text == "-":
                signs.append(sign)
            if len(signs) > 8:
                raise self.trouble("too many signs in a row", sign)
        node = self.factor() if first is None else first
        while True:
            token = self.token
            if token.kind == "operator" and token.text in _TIGHT and (slash or token.text != "/"):
                self.take()
                right = self.signed()
                node = self.binary(_TIGHT[token.text], node, self.whole_denominator(right) if token.text == "/" else right)
            elif self.sees("bar", "|") and self.sees("operator", "_", ahead=1) and not self.bars and not self.pended:
                node = self.evaluated(node)
            elif self.starts_factor():
                node = self.binary("juxtapose", node, self.beside(node))
            else:
                break
        for sign in reversed(signs):
            node = Negative(self.span(sign).joined(node.span), node)
        return node

    def evaluated(self, body: Node) -> Node:
        r"""`\Big|_{t=0}` behind a product: its value there."""
        bar = self.take()
        self.take()
        first, past = self.unit()
        equal = next((place for place in range(first, past) if self.tokens[place].kind == "relation"), past)
        if equal != first + 1 or self.tokens[first].kind != "name" or self.tokens[equal].text != "=":
            raise self.trouble("what this bar evaluates at cannot be read", bar)
        name, value = self.name(self.tokens[first]), self.inside(equal + 1, past)
        return Apply(body.span.joined(self.span(self.last)), "value at", (body, name, value))

    def limit(self) -> Node:
        r"""`\lim_{t \to 0}` of the rest of the term."""
        sign = self.take()
        if not self.sees("operator", "_"):
            raise self.trouble("a limit cannot be read here", sign)
        self.take()
        first, past = self.unit()
        tokens = self.tokens[first:past]
        if len(tokens) != 3 or tokens[0].kind != "name" or tokens[1].text != "to" or tokens[2].text != "0":
            raise self.trouble("a limit cannot be read here", sign)
        body = self.product()
        return Apply(self.span(sign).joined(body.span), "limit", (body, self.name(tokens[0])))

    def beside(self, left: Node) -> Node:
        """The next factor; a lone 1 behind an array is the vector of ones."""
        lone = self.sees("number", "1") and not isinstance(left, Literal_)
        node = self.factor()
        if lone and isinstance(node, Literal_):
            self.note("a `1` behind a factor is read as the vector of ones")
            return Apply(node.span, "ones", ())
        return node

    def whole_denominator(self, right: Node) -> Node:
        """`1/2m` is 1/(2m) where m is a dimension written close to its number."""
        token = self.token
        close = token.start == self.last.end and self.last.kind == "number" and isinstance(right, Literal_)
        if close and token.kind == "name" and token.text in self.names.dimensions and not self.variable(token.text):
            self.note(f"`/{self.source_text(self.last)}{token.text}` is read as `/({self.source_text(self.last)}{token.text})`")
            return self.binary("juxtapose", right, self.factor())
        return right

    def signed(self) -> Node:
        """A factor behind a product sign, perhaps with a minus."""
        if self.sees("operator", "-"):
            sign = self.take()
            node = self.factor()
            return Negative(self.span(sign).joined(node.span), node)
        return self.factor()

    def starts_factor(self, ahead: int = 0) -> bool:
        """Whether a factor begins there."""
        token = self.peek(ahead)
        if token.kind in ("name", "number", "function", "fraction", "word", "open"):
            return True
        if token.kind == "command":
            return token.text in _BEGINNERS or token.text in REFUSED
        if token.kind == "bar":
            if self.sees("operator", "_", ahead=ahead + 1):
                return False
            if token.side:
                return token.side == "open"
            return ahead > 0 or not self.bars or self.bars[-1] != token.text
        return False

    def factor(self) -> Node:
        """One factor with its scripts; every nesting passes here."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.trouble(f"the formula is nested more than {DEEPEST} deep", self.token)
        node = self.unguarded_factor()
        self.depth -= 1
        return node

    def unguarded_factor(self) -> Node:
        """One factor with its scripts."""
        token = self.token
        match token.kind:
            case "number" | "fraction":
                return self.number()
            case "name":
                return self.letter()
            case "word":
                return self.named()
            case "function":
                self.take()
                return self.root(token) if token.text == "sqrt" and not self.sees("open", "(") else self.applied(token)
            case "open":
                return self.bracket()
            case "bar":
                return self.barred()
            case "command":
                return self.command_node(token)
            case _:
                raise self.missing(token)

    def missing(self, token: Token) -> InputError:
        """What to say where a factor was needed."""
        if token.kind == "end":
            return self.trouble("the formula ends where something is still needed", token, "syntax-error")
        if token.kind == "relation":
            return self.trouble("a relation cannot stand here", token, "syntax-error")
        if token.kind == "text":
            return self.trouble("words cannot be read as part of a formula", token)
        return self.trouble(f"`{self.source_text(token)}` cannot stand here", token, "syntax-error")

    def letter(self) -> Node:
        """A letter: a differential, a derivative D, or a name."""
        token = self.token
        if token.text in SMALL_CHANGES and self.is_differential() and not (token.text == "delta" and self.sees("operator", "_", ahead=1)):
            return self.differential()
        if token.text == "D":
            node = self.capital_d()
            if node is not None:
                return node
        return self.named()

    def command_node(self, token: Token) -> Node:
        """A factor that begins with a command."""
        match token.text:
            case "frac":
                return self.fraction()
            case "sqrt":
                self.take()
                return self.root(token)
            case "sum" | "prod":
                return self.summed()
            case "partial":
                return self.partial()
            case "nabla":
                return self.nabla()
            case "d":
                return self.differential()
            case "ones" | "zeros":
                return self.constant()
            case "norm" | "abs":
                return self.taken_norm()
            case "brace":
                return self.braced()
            case "lim":
                return self.limit()
            case "dots":
                self.take()
                return Ellipsis_(self.span(token))
            case _:
                what = REFUSED.get(token.text, "this sign")
                raise self.trouble(f"{what} cannot be read here", token)

    def root(self, token: Token) -> Node:
        r"""`\sqrt{x}`, `\sqrt[3]{x}`."""
        exponent: Node | None = None
        if self.sees("open", "[") and self.tokens[self.closing(self.at) + 1].text == "{":
            close = self.closing(self.at)
            degree = self.inside(self.at + 1, close)
            self.at = close + 1
            exponent = Binary(degree.span, "/", Literal_(degree.span, Fraction(1), "1"), degree)
        first, past = self.unit()
        body = self.inside(first, past)
        span = self.span(token, self.last)
        node: Node = Apply(span, "sqrt", (body,)) if exponent is None else Binary(span, "^", body, exponent)
        return self.scripted(node, self.scripts())

    def braced(self) -> Node:
        r"""`\underbrace{A}_{\text{why}}` is A."""
        self.take()
        first, past = self.unit()
        node = self.inside(first, past)
        while self.sees("operator", "_", "^"):
            self.take()
            self.unit()
        return node


def make_reader(text: str, source: Source, names: LatexNames | None, offset: int) -> Reader:
    """A reader at the beginning of the text."""
    scope = names if names is not None else NOTHING_KNOWN
    if names is None:
        scope = LatexNames(accents=accents_kept([text]))
    lexer = Lexer(text, scope, source, offset)
    tokens = lexer.run()
    return Reader(tokens, scope, source, offset, lexer.notes, known=names is not None and names.complete)


def read_latex(
    text: str, source_name: str = "loss", names: LatexNames | None = None, offset: int = 0, source: Source | None = None,
    binding: frozenset[str] = frozenset(),
) -> LatexReading:
    """One LaTeX expression and what was repaired in it; spans count from `offset`. Without `names` every letter is taken for a variable.

    `binding` are letters that count although no Σ stands around them.
    """
    whole = source or Source(source_name, " " * offset + text if offset else text)
    reader = make_reader(text, whole, names, offset)
    reader.left = binding
    while reader.stop > 0 and reader.tokens[reader.stop - 1].text in (".", ",", ";") and reader.tokens[reader.stop - 1].kind == "operator":
        reader.stop -= 1
    if reader.stop == 0:
        raise reader.trouble("there is nothing to read", reader.tokens[0], "syntax-error")
    node = reader.measured(reader.inside(0, reader.stop))
    return LatexReading(node, tuple(reader.notes))


def parse_latex(text: str, source_name: str = "loss", names: LatexNames | None = None, offset: int = 0) -> Node:
    r"""The tree of one LaTeX expression.

    >>> parse_latex(r"2X^\top y").operator
    'juxtapose'
    """
    return read_latex(text, source_name, names, offset).node


__all__ = ["LatexNames", "LatexReading", "Reader", "make_reader", "parse_latex", "read_latex"]
