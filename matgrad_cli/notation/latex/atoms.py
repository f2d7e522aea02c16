"""Factors of LaTeX formulas: names and calls, functions, brackets, norms, inner products, cases."""

from __future__ import annotations

from fractions import Fraction

from ...diagnostics import Span
from ...diagnostics.record import replace
from ..elaboration.loss_letters import free_letters
from ..syntax import Apply, Binary, Derivative, EntriesOf, Group, Inverted, Kronecker, Literal_, Name, Negative, Node, Transposed
from .cases import cases, indicator
from .names import WHOLE_TERM
from .norms import EXTREMES, extreme, normed
from .products import log_of_product
from .scripts import Script, Scripts, axis_below
from .tokens import FRACTIONS, Token

_BUILT_IN = frozenset(("e", "I", "pi", "delta", "d", "D", "sigma"))


class Atoms(Scripts):
    """Reads one factor of most kinds; sums and derivatives are in the classes below."""

    called: int = -1

    def run(self, first: Node | None = None, slash: bool = True) -> Node:
        """Factors side by side."""
        raise NotImplementedError

    def starts_factor(self, ahead: int = 0) -> bool:
        """Whether a factor begins there."""
        raise NotImplementedError

    # ---- numbers and names
    def number(self) -> Node:
        """A number; `1` with a transpose is the vector of ones."""
        text = (token := self.take()).text
        counted = indicator(self) if text == "1" and self.sees("open", "\\{") else None
        if counted is not None:
            return self.scripted(counted, self.scripts())
        value = Fraction(*FRACTIONS[text]) if token.kind == "fraction" else Fraction(text if len(text) < 60 else "0")
        if len(text) >= 60:
            raise self.trouble("this number is too long", token)
        node: Node = Literal_(self.span(token), value, text)
        scripts = self.scripts()
        if value in (0, 1) and any(script.kind in ("T", "prime") for script in scripts):
            node = Apply(node.span, "ones" if value else "zeros", ())
        return self.scripted(node, scripts)

    def constant(self) -> Node:
        r"""`\mathbf 1`, `\mathbf 1_n`, `\mathbf 0_{m\times n}`."""
        token = self.take()
        sizes: tuple[Node, ...] = ()
        counted = indicator(self) if token.text == "ones" else None
        if counted is not None:
            return self.scripted(counted, self.scripts())
        if self.sees("operator", "_"):
            sizes = self.sizes()
        return self.scripted(Apply(self.span(token, self.last), token.text, sizes), self.scripts())

    def sizes(self) -> tuple[Node, ...]:
        """The sizes under an identity or ones: names or numbers as they stand."""
        self.take()
        first, past = self.unit()
        found: list[Node] = []
        for token in self.tokens[first:past]:
            if token.kind in ("name", "number"):
                found.append(self.index(token, shifted=False))
        return tuple(found)

    def named(self) -> Node:
        """A name with its scripts, or a call of it."""
        token = self.take()
        name = token.text
        free = not self.variable(name)
        if free and name == "delta" and self.sees("operator", "_"):
            return self.delta(token)
        if free and name == "e" and token.kind == "name":
            special = self.exponential(token)
            if special is not None:
                return special
        if free and name == "I" and self.sees("operator", "_") and not self.two_letters():
            sizes = self.sizes()
            return self.scripted(Apply(self.span(token, self.last), "eye", sizes), self.scripts())
        array = self.names.variables.get(name) in ("vector", "row", "matrix")
        if name == "sigma" and (free or array) and self.before_argument():
            return self.applied(Token("function", "sigmoid", token.start, token.end))
        name, scripts = self.labelled(token, self.scripts())
        node: Node = Name(self.span(token) if not scripts and name == token.text else self.span(token, token), name)
        if name != token.text and self.last is not token:
            node = Name(self.span(token, self.last) if not scripts else self.span(token), name)
        if name in EXTREMES and not scripts and not self.variable(name) and self.before_argument():
            return extreme(self, name, token)
        primes = [script for script in scripts if script.kind == "prime"]
        if not primes and scripts and free and self.sees("open", "(") and self.plain_arguments() and self.is_call(name):
            return self.scripted(self.scripted(self.call(Name(self.span(token), name)), scripts), self.scripts())
        if len(primes) == len(scripts) and self.sees("open", "(", "[") and self.is_call(name):
            if not primes:
                return self.scripted(self.call(node), self.scripts())
            if self.unknown(name):
                called = self.call(node)
                assert isinstance(called, Apply)
                order = sum(script.amount for script in primes)
                return self.scripted(replace(called, options=(("derivative", str(order)),)), self.scripts())
            if name not in self.names.losses:
                raise self.trouble(f"the derivative `{name}'` of an unknown function cannot be read", token)
            called = self.call(node)
            return self.scripted(Derivative(called.span, called, None, (), "D"), self.scripts())
        return self.scripted(node, scripts)

    def two_letters(self) -> bool:
        """Whether two indices stand under the letter here."""
        if not self.sees("open", "{", ahead=1):
            return False
        close = self.closing(self.at + 1)
        inner = self.tokens[self.at + 2 : close]
        return len([token for token in inner if token.kind in ("name", "number")]) == 2 and all(token.text != "times" for token in inner)

    def delta(self, token: Token) -> Node:
        """δ_{ij}."""
        self.take()
        script = self.lowered()
        part = script.parts[0] if len(script.parts) == 1 else None
        named = isinstance(part, Name) and self.variable(f"delta_{part.name}")
        if script.kind == "label" or isinstance(part, Literal_) or named:
            label = script.label or (part.text if isinstance(part, Literal_) else part.name if isinstance(part, Name) else "")
            return self.scripted(Name(self.span(token, self.last), f"delta_{label}"), self.scripts())
        if script.kind != "index":
            raise self.trouble("a Kronecker delta has two indices", token)
        return self.scripted(Kronecker(self.span(token, self.last), script.parts), self.scripts())

    def exponential(self, token: Token) -> Node | None:
        """e^{…} is exp, e_i a basis vector."""
        if self.sees("operator", "_"):
            self.take()
            script = self.lowered()
            if script.kind == "index" and len(script.parts) == 1:
                return self.scripted(self.basis(token, script), self.scripts())
            raise self.trouble("a basis vector has one index", token)
        if not self.sees("operator", "^"):
            return None
        at = self.at
        self.take()
        first, past = self.unit()
        tokens = self.tokens[first:past]
        if self.transposing(tokens, self.last) or not tokens:
            self.at = at
            return None
        return self.scripted(Apply(self.span(token, self.last), "exp", (self.inside(first, past),)), self.scripts())

    def before_argument(self) -> bool:
        """Whether a bracket follows, perhaps after a prime or a power."""
        ahead = 0
        while self.sees("operator", "'", ahead=ahead):
            ahead += 1
        return self.sees("open", "(", "[", "\\{", ahead=ahead)

    def is_call(self, name: str) -> bool:
        """Whether `name(…)` is a function at its arguments, not a product."""
        pieces = self.pieces(self.at)
        plain = all(len(piece) == 1 and piece[0].kind in ("name", "word") for piece in pieces)
        if self.unknown(name):
            return True
        if self.variable(name) or not self.known:
            return plain and len(pieces) > 1
        if not plain and len(pieces) == 1 and name[:1].isupper() and name not in self.names.losses | self.names.formulas:
            return False  # \Lambda (x - \mu): an unknown capital is a matrix that is not explained, f and h are functions
        return name not in self.names.dimensions and (name not in _BUILT_IN or (plain and name in self.names.losses))

    def plain_arguments(self) -> bool:
        """Whether the bracket here holds variables alone."""
        return self.known and all(
            len(piece) == 1 and piece[0].kind == "name" and self.variable(piece[0].text) for piece in self.pieces(self.at)
        )

    def pieces(self, place: int) -> list[list[Token]]:
        """What stands between the commas of the bracket opened there."""
        found: list[list[Token]] = [[]]
        level = 0
        for token in self.tokens[place + 1 : self.closing(place)]:
            level += {"open": 1, "close": -1}.get(token.kind, 0)
            if level == 0 and token.kind == "operator" and token.text in (",", ";"):
                found.append([])
            elif token.kind != "gap":
                found[-1].append(token)
        return found

    def call(self, node: Node) -> Node:
        """L(X, Y, R) is L where the arguments are the variables themselves."""
        name = node.name if isinstance(node, Name) else ""
        pieces = self.pieces(self.at)
        plain = all(len(piece) == 1 and piece[0].kind in ("name", "word") for piece in pieces)
        if plain and name not in self.names.formulas and not self.unknown(name):
            self.at = self.closing(self.at) + 1
            self.called = self.at
            return Name(node.span.joined(self.span(self.last)), name)
        arguments = self.arguments()
        self.called = self.at
        return Apply(node.span.joined(self.span(self.last)), name, arguments)

    def arguments(self) -> tuple[Node, ...]:
        """The expressions between the commas of the bracket here; we go on behind it."""
        place = self.at
        close = self.closing(place)
        found: list[Node] = []
        first, level = place + 1, 0
        for where in range(place + 1, close + 1):
            token = self.tokens[where]
            level += {"open": 1, "close": -1}.get(token.kind, 0) if where < close else 0
            if where == close or (level == 0 and token.kind == "operator" and token.text in (",", ";")):
                if first == where:
                    raise self.trouble("an argument is missing here", token, "syntax-error")
                found.append(self.inside(first, where))
                first = where + 1
        self.at = close + 1
        return tuple(found)

    # ---- functions
    def applied(self, token: Token) -> Node:
        r"""A function and its argument: in brackets, or what follows it."""
        if token.text == "expectation" and self.sees("operator", "_"):
            self.take()
            self.unit()  # over what: it is not differentiated
        scripts = self.scripts()
        primes = [script for script in scripts if script.kind == "prime"]
        powers = [script for script in scripts if script.kind in ("power", "inverse")]
        below = [script for script in scripts if script not in primes and script not in powers]
        axis = axis_below(token, below)
        function = token.text if axis else self.based(token, below)
        options = ((("derivative", str(sum(script.amount for script in primes))),) if primes else ()) + axis
        if self.sees("open", "(", "[", "\\{", "{"):
            node = self.bracketed_application(token, function, options)
        else:
            node = self.made(function, token, (self.following(token, function),), options)
        for script in powers:
            exponent = Literal_(node.span, Fraction(-script.amount), "") if script.kind == "inverse" else script.parts[0]
            node = self.powered(node, exponent, "^")
        return node

    def based(self, token: Token, scripts: list[Script]) -> str:
        """log with a base."""
        if not scripts:
            return token.text
        part = scripts[0].parts[0] if len(scripts) == 1 and scripts[0].kind == "index" and scripts[0].parts else None
        if token.text == "log" and isinstance(part, Literal_) and part.text in ("2", "10"):
            return f"log{part.text}"
        if token.text == "log" and isinstance(part, Name) and part.name == "e":
            return "log"
        raise self.trouble("this script on a function has no meaning here", token)

    def bracketed_application(self, token: Token, function: str, options: tuple[tuple[str, str], ...]) -> Node:
        """f(…) with the scripts behind it; `tr(A)^T(B)` is the trace of the whole product."""
        opening = self.at
        arguments = self.arguments()
        at = self.at
        scripts = self.scripts()
        turned = any(script.kind in ("T", "prime", "inverse-T") for script in scripts)
        if function in WHOLE_TERM and function != "vec" and turned:
            self.note(f"`{function} (A)^T B` is read as the {function} of the whole product")
            self.at = opening
            return self.made(function, token, (self.run(slash=False),), options)
        self.at = at
        node = self.made(function, token, arguments, options)
        return self.scripted(node, self.scripts())

    def made(self, function: str, token: Token, arguments: tuple[Node, ...], options: tuple[tuple[str, str], ...] = ()) -> Node:
        """The node of a function."""
        span = self.span(token, self.last)
        if function == "transpose" and len(arguments) == 1:
            return Transposed(span, arguments[0])
        if function == "inv" and len(arguments) == 1:
            return Inverted(span, arguments[0])
        if function == "log" and len(arguments) == 1 and (total := log_of_product(arguments[0], span)) is not None:
            return total
        return Apply(span, function, arguments, options)

    def following(self, token: Token, function: str) -> Node:
        """The argument without brackets: for a trace or determinant the whole product, else the letters that stand together."""
        if not self.starts_factor():
            raise self.trouble(f"`{function}` needs an argument", token, "syntax-error")
        if function in WHOLE_TERM:
            return self.run(slash=False) if function != "det" else self.determined()
        first = self.token
        node = self.factor()
        count = 1
        while first.kind in ("name", "number") and self.sees("name") and not self.token.spaced and not self.is_differential():
            node = self.binary("juxtapose", node, self.factor())
            count += first.kind == "name"
        if count > 1:
            self.note(f"`{function}` without brackets takes the letters that stand together behind it")
        return node

    def determined(self) -> Node:
        """The matrices behind `det` up to a dot, an explicit space, a differential or another function."""
        node = self.factor()
        while self.starts_factor() and not self.sees("function") and not self.is_differential() and not self.set_apart():
            node = self.binary("juxtapose", node, self.factor())
        return node

    def set_apart(self) -> bool:
        r"""Whether a space that was written as such, `\,` or `\;`, stands before the factor here: \det A\,B is (det A)B."""
        between = self.source.text[self.last.end + self.offset : self.token.start + self.offset]
        return any(space in between for space in ("\\,", "\\;", "\\:", "\\ ", "\\quad"))

    def is_differential(self) -> bool:
        """Whether the `d` here begins a differential."""
        raise NotImplementedError

    # ---- brackets
    def bracket(self) -> Node:
        """(…), […], {…} with scripts; ⟨A, B⟩; cases."""
        token = self.token
        if token.text == "<":
            return self.angle()
        if token.text == "cases":
            return cases(self)
        close = self.closing(self.at)
        if close == self.at + 1:
            if token.text == "{":
                self.at += 2
                return self.factor()
            raise self.trouble("nothing stands in this bracket", token, "syntax-error")
        node = self.inside(self.at + 1, close)
        self.at = close + 1
        if token.text == "{" and isinstance(node, Apply) and node.function == "norm" and not node.options and self.sees("operator", "_"):
            return normed(self, node.arguments[0], node.span, False)
        scripts = self.scripts()
        if token.text == "[" and scripts and scripts[0].kind == "index":
            entries = self.by_entries(node, scripts[0], self.span(token, scripts[0].end or self.last))
            if entries is not None:
                return self.scripted(entries, scripts[1:])
        if token.text != "{" and isinstance(node, Binary | Negative):
            node = Group(self.span(token, self.tokens[close]), node)
        return self.scripted(node, scripts)

    def by_entries(self, body: Node, script: Script, span: Span) -> Node | None:
        """[u_s v_t]_{st}: the array with these entries, where the letters below count inside; else an entry of what is inside."""
        letters = [part for part in script.parts if isinstance(part, Name)]
        counted = free_letters(body)
        if len(letters) != len(script.parts) or len(letters) not in (1, 2) or all(name.name not in counted for name in letters):
            return None
        return EntriesOf(span, (letters[0], letters[1] if len(letters) == 2 else None), (None, None), body)

    def angle(self) -> Node:
        """⟨A, B⟩, perhaps with a subscript F."""
        token = self.token
        arguments = self.arguments()
        if len(arguments) != 2:
            raise self.trouble(f"an inner product has two parts, here {len(arguments)} stand", token)
        node = Apply(self.span(token, self.last), "inner", arguments)
        scripts = [script for script in self.scripts() if script.kind not in ("index", "label")]
        return self.scripted(node, scripts)

    # ---- bars
    def barred(self) -> Node:
        """‖…‖ with its subscript, or |…|: a determinant, an absolute value, or a norm that lost a bar."""
        opening = self.take()
        self.bars.append(opening.text)
        node = self.expression()
        self.bars.pop()
        if not self.sees("bar"):
            raise self.trouble("this bar is never closed", opening, "syntax-error")
        closing = self.take()
        span = self.span(opening, closing)
        return normed(self, node, span, opening.text == closing.text == "|")

    def taken_norm(self) -> Node:
        r"""`\norm{A}_F`, `\abs{x}`."""
        token = self.take()
        first, past = self.unit()
        node = self.inside(first, past)
        span = self.span(token, self.last)
        if token.text == "abs":
            return self.scripted(Apply(span, "abs", (node,)), self.scripts())
        return normed(self, node, span, False)
