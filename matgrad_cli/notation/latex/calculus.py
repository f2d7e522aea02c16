"""Sums, differentials and derivatives in LaTeX formulas."""

from __future__ import annotations

from typing import Final, Literal

from ..syntax import WITHIN, Apply, Binary, Derivative, Differential_, Group, Name, Node, Sigma, Subscript, Transposed
from .atoms import Atoms
from .products import product_over
from .ranges import Ranges, moves_of, ranges, within
from .tokens import Token

SMALL_CHANGES: Final = ("d", "delta", "Delta")
Style = Literal["partial", "total", "nabla", "D"]


class Calculus(Atoms):
    """Reads Σ, d, ∂, ∇, D."""

    def product(self, first: Node | None = None) -> Node:
        """Factors joined by any product sign."""
        raise NotImplementedError

    # ---- sums
    def summed(self) -> Node:
        """Σ over letters, to the end of the term; without letters the sum of all entries."""
        sign = self.take()
        lower: tuple[int, int] | None = None
        upper: tuple[int, int] | None = None
        while self.sees("operator", "_", "^"):
            which = self.take().text
            braced, base = self.sees("open"), self.peek(-2)
            first, past = self.unit()
            if which == "_":
                lower = first, past if braced else self.unbraced(past, base)
            else:
                upper = first, past
        over = ranges(self, sign, lower, upper)
        if not self.starts_factor() and not self.sees("operator", "-", "+"):
            raise self.trouble("something to add up is needed after this sum", sign, "syntax-error")
        outer = self.binding
        self.binding = outer | {letter.name for letter in over.letters}
        body = over.masked(self.product())
        body = self.within_reach(over, body)
        self.binding = outer
        span = self.span(sign).joined(body.span)
        if sign.text == "prod":
            if over.masks or not over.letters:
                raise self.trouble("a product over letters runs through a whole dimension", sign)
            return product_over(span, Sigma(span, over.letters, over.limits, body))
        if not over.letters:
            return Apply(span, "sum", (body,))
        return Sigma(span, over.letters, over.limits, body)

    def within_reach(self, over: Ranges, body: Node) -> Node:
        r"""`\sum_t (x_t - x_{t-1})^2` without limits: t runs where both exist, and that is said."""
        for letter, limit in zip(over.letters, over.limits, strict=True):
            said = any(isinstance(mask, Apply) and mask.function == WITHIN and mask.arguments[0] == letter for mask in over.masks)
            moves = [] if said or limit is not None else moves_of(body, letter.name)
            if any(moves):
                body = Binary(body.span, "juxtapose", within(letter, max(0, -min(moves)), max(0, *moves)), body)
                self.note(f"`{letter.name}` runs where all of its entries exist")
        return body

    # ---- differentials
    def is_differential(self) -> bool:
        """Whether the `d` (or δ) here begins a differential."""
        token = self.token
        if token.kind == "command" and token.text == "d":
            return True
        if token.kind != "name" or token.text not in SMALL_CHANGES or self.variable(token.text) or token.text in self.names.losses:
            return False
        following = self.peek()
        if following.kind == "number" or not self.starts_factor(1) or (following.spaced and following.kind == "open"):
            return False
        if following.kind == "name" and token.text != "d" and not self.known:
            return False
        return self.known or not self.plain_letter(token.text)

    def plain_letter(self, name: str) -> bool:
        """Whether the letter stands somewhere as a variable, with a script or before an operator."""
        if name not in self.plain:
            pairs = zip(self.tokens, self.tokens[1:], strict=False)
            self.plain[name] = any(
                (token.kind, token.text) == ("name", name) and after.kind in ("operator", "close", "end", "relation")
                for token, after in pairs
            )
        return self.plain[name]

    def differential(self) -> Node:
        """d(body): the next factor with its scripts; df(A)[H] has a direction."""
        slashed = self.slashed()
        if slashed is not None:
            return slashed
        sign = self.take()
        if sign.kind == "command" and self.sees("operator", "^"):
            raise self.trouble("second differentials are not read", sign)
        if not self.starts_factor():
            if sign.kind == "command":
                return self.scripted(Name(self.span(sign), "d"), self.scripts())
            raise self.trouble("something is needed after this `d`", sign, "syntax-error")
        body = self.factor()
        return self.directed(sign, body)

    def directed(self, sign: Token, body: Node) -> Node:
        """The differential, with its direction where one stands in square brackets behind a call."""
        span = self.span(sign).joined(body.span)
        if self.called == self.at and self.sees("open", "["):
            direction = self.arguments()
            if len(direction) != 1:
                raise self.trouble("a differential has one direction", self.last)
            return Differential_(self.span(sign, self.last), body, direction[0])
        return Differential_(span, body)

    def capital_d(self) -> Node | None:
        """D(f(x)), Df(A)[H], D_x f: the derivative, where D is no variable."""
        after = self.peek()
        opens = after.kind == "open" and after.text in ("(", "[")
        called = after.kind == "name" and not self.variable(after.text) and self.sees("open", "(", ahead=2)
        if self.variable("D") or not self.known or "D" in self.names.losses or not (opens or called or self.sees("operator", "_", ahead=1)):
            return None
        sign = self.take()
        variable: Node | None = None
        indices: tuple[Node, ...] = ()
        if self.sees("operator", "_"):
            variable, indices = self.with_respect_to()
        if not self.starts_factor():
            raise self.trouble("something is needed after this `D`", sign, "syntax-error")
        body = self.bracket_alone() if opens else self.factor()
        if (opens or self.called == self.at) and self.sees("open", "[") and not self.token.spaced:
            self.called = self.at
            node = self.directed(sign, body)
            return self.scripted(node, self.scripts())
        if opens:
            body = self.scripted(body, self.scripts())
        return Derivative(self.span(sign).joined(body.span), body, variable, indices, "D")

    def bracket_alone(self) -> Node:
        """What stands in the bracket here, without the scripts behind it."""
        opening, close = self.take(), self.closing(self.at - 1)
        body = self.inside(self.at, close)
        self.at = close + 1
        return Group(self.span(opening, self.last), body)

    # ---- derivatives
    def with_respect_to(self) -> tuple[Node | None, tuple[Node, ...]]:
        r"""What stands under ∇ or ∂: a variable, an entry of it, or indices alone (of wrt)."""
        self.take()
        first, past = self.unit()
        tokens = self.tokens[first:past]
        product = len(tokens) > 1 and self.known and all(token.kind == "name" and self.variable(token.text) for token in tokens)
        if product or any(token.kind == "operator" and token.text in ("_", "^", "+", "-") for token in tokens):
            return self.taken_apart(self.inside(first, past))
        parts = self.letters(first, past)
        if len(parts) == 1 and isinstance(parts[0], Name):
            single = parts[0]
            if self.known and not self.variable(single.name):
                return None, parts
            return single, ()
        return None, parts

    def taken_apart(self, node: Node) -> tuple[Node, tuple[Node, ...]]:
        """R_{st} as the variable R and its indices."""
        if isinstance(node, Subscript):
            return node.body, node.indices
        if isinstance(node, Transposed) and isinstance(node.body, Subscript):
            return Transposed(node.span, node.body.body), node.body.indices
        return node, ()

    def partial(self) -> Node:
        r"""∂L/∂w, `\partial_k f`, the name `\partial_{pqij}`, or ∂X as a differential."""
        slashed = self.slashed()
        if slashed is not None:
            return slashed
        if not self.sees("operator", "_", ahead=1):
            return self.differential()
        sign = self.take()
        variable, indices = self.with_respect_to()
        if len(indices) > 2 or not self.starts_factor():
            if variable is not None:
                indices = (variable,)
            return self.scripted(Subscript(self.span(sign, self.last), Name(self.span(sign), "partial"), indices), self.scripts())
        return self.pending(sign, variable, indices, "partial")

    def nabla(self) -> Node:
        r"""`\nabla_R L`, `\nabla f`, `\nabla^2 f`, a bare `\nabla`."""
        sign = self.take()
        variable: Node | None = None
        indices: tuple[Node, ...] = ()
        order = 1
        while self.sees("operator", "_", "^"):
            if self.token.text == "_":
                variable, indices = self.with_respect_to()
                if variable is None and len(indices) == 1 and isinstance(indices[0], Name):
                    variable, indices = indices[0], ()
                continue
            self.take()
            first, past = self.unit()
            texts = [token.text for token in self.tokens[first:past]]
            if texts != ["2"]:
                raise self.trouble("this power of ∇ has no meaning here", self.last)
            order = 2
        node = self.pending(sign, variable, indices, "nabla")
        return Derivative(node.span, node, variable, (), "nabla") if order == 2 else node

    def pending(self, sign: Token, variable: Node | None, indices: tuple[Node, ...], style: Style) -> Node:
        """The derivative of what follows, with the scripts behind it."""
        body, alone = self.operand()
        end = self.span(self.last)
        node = Derivative(self.span(sign).joined(end), body, variable, indices, style)
        return self.scripted(node, self.scripts()) if alone or body is None else node

    def operand(self) -> tuple[Node | None, bool]:
        """What a derivative sign acts on: a bracket, a function or the loss alone, else the rest of the term."""
        if self.sees("operator", "-") and self.starts_factor(1):
            self.note("a derivative sign in front of a minus is read as acting on all that follows")
            return self.expression(), False
        if not self.starts_factor():
            return None, True
        token = self.token
        if token.kind == "name" and self.is_function_name(token):
            self.take()
            node: Node = self.name(token)
            if self.sees("open", "(", "[") and self.is_call(token.text):
                node = self.call(node)
            return node, True
        alone = token.kind in ("function", "bar") or (token.kind == "open" and token.text != "{") or token.text in ("norm", "abs")
        self.pended += 1
        node = self.factor()
        if not ((alone or self.called == self.at) and not (isinstance(node, Transposed) and self.starts_factor())):
            node = self.product(node)
        self.pended -= 1
        return node, False

    def is_function_name(self, token: Token) -> bool:
        """Whether the letter means the loss or another function: not a variable, not a sign of its own."""
        if self.variable(token.text):
            return False
        if token.text in self.names.losses:
            return True
        if not self.known or token.text in self.names.dimensions or token.text in ("e", "I", "delta", "d", "D", "pi", "sigma"):
            return token.text == "sigma" and self.known and not self.sees("open", ahead=1)
        if self.sees("operator", "_", "^", ahead=1) and not self.is_top(self.peek(2)):
            return False
        return self.names.variables.get(token.text) is None

    # ---- fractions
    def fraction(self) -> Node:
        r"""`\frac{a}{b}`, or `\frac{\partial L}{\partial R_{st}}`."""
        sign = self.take()
        top = self.unit()
        bottom = self.unit()
        end = self.last
        varied = all(self.is_variation(place) for place in (top[0], bottom[0]))
        signed = self.is_sign(self.tokens[top[0]]) and self.is_sign(self.tokens[bottom[0]])
        if (signed or varied) and bottom[1] - bottom[0] > 1 and top[0] < top[1]:
            return self.derivative(sign, end, top, bottom)
        numerator, denominator = self.inside(*top), self.inside(*bottom)
        node = Binary(self.span(sign, end), "/", numerator, denominator)
        return self.scripted(node, self.scripts())

    def is_variation(self, place: int) -> bool:
        """δ in front of a letter, as in δL/δw, where no variable has that name; with indices it is Kronecker's."""
        token = self.tokens[place]
        return (token.kind, token.text) == ("name", "delta") and not self.variable("delta") and self.tokens[place + 1].text != "_"

    def is_sign(self, token: Token) -> bool:
        """∂ or d."""
        return (token.kind == "command" and token.text in ("partial", "d")) or (token.kind == "name" and token.text == "d")

    def derivative(self, sign: Token, end: Token, top: tuple[int, int], bottom: tuple[int, int]) -> Node:
        """∂(top)/∂(bottom), of what follows where the top holds nothing."""
        style: Style = "partial" if self.tokens[top[0]].text == "partial" else "total"
        first, order = top[0] + 1, 1
        if first < top[1] and self.tokens[first].text == "^" and self.tokens[first].kind == "operator":
            at, self.at = self.at, first + 1
            start, past = self.unit()
            first, self.at = self.at, at
            order = 2 if [token.text for token in self.tokens[start:past]] == ["2"] else 3
        if order > 2:
            raise self.trouble("only first and second derivatives are read", sign)
        variables = self.denominators(bottom, order)
        alone = True
        lone = top[1] - first == 1 and self.tokens[first].kind == "function" and self.starts_factor()
        if lone:  # \frac{\partial tr}{\partial K} (K R K^T)
            body: Node | None = self.made(self.tokens[first].text, self.tokens[first], (self.run(slash=False),))
        elif first < top[1]:
            body = self.inside(first, top[1])
        else:
            body, alone = self.operand()
        span = self.span(sign, end)
        if body is not None and body.span.end > span.end:
            span = span.joined(body.span)
        for variable, indices in variables:
            body = Derivative(span, body, variable, indices, style)
        assert body is not None
        return self.scripted(body, self.scripts()) if alone else body

    def denominators(self, bottom: tuple[int, int], order: int) -> list[tuple[Node, tuple[Node, ...]]]:
        """The variables under a fraction of ∂s."""
        signs = [place for place in range(*bottom) if self.is_sign(self.tokens[place]) or self.is_variation(place)]
        starts = [place for place in signs if self.level(bottom[0], place) == 0]
        found: list[tuple[Node, tuple[Node, ...]]] = []
        for place, past in zip(starts, [*starts[1:], bottom[1]], strict=True):
            if place + 1 >= past:
                raise self.trouble("a variable is missing here", self.tokens[place], "syntax-error")
            node = self.inside(place + 1, past)
            if order == 2 and len(starts) == 2 and isinstance(node, Transposed):
                node = node.body  # ∂x ∂xᵀ: the transpose only says how the Hessian is laid out
            if order == 2 and len(starts) == 1 and isinstance(node, Binary) and node.operator == "^":
                found.append(self.taken_apart(node.left))
                node = node.left
            found.append(self.taken_apart(node))
        if len(found) != order:
            raise self.trouble("the order of this derivative is not clear", self.tokens[bottom[0]])
        return found

    def level(self, first: int, place: int) -> int:
        """How many brackets are open there."""
        return sum({"open": 1, "close": -1}.get(token.kind, 0) for token in self.tokens[first:place])

    def slashed(self) -> Node | None:
        """∂L/∂w, d/dw written with a slash; nothing where no such thing stands here."""
        place = self.at + 1
        start = place
        if place < self.stop and self.tokens[place].text != "/":
            place = self.partner.get(place, place) + 1
            while place < self.stop:
                token = self.tokens[place]
                if token.kind == "operator" and token.text in ("^", "_") and place + 1 < self.stop:
                    place = self.partner.get(place + 1, place + 1) + 1
                    near = self.tokens[place - 1].kind == self.tokens[place].kind == "name"
                    if near and self.tokens[place].start == self.tokens[place - 1].end and place + 1 < self.stop:
                        place += 1  # the second letter of `X_ij`
                elif token.kind == "open" and token.text == "(" and place in self.partner:
                    place = self.partner[place] + 1
                else:
                    break
        if not (place + 2 < self.stop + 1 and self.tokens[place].text == "/" and self.is_sign(self.tokens[place + 1])):
            return None
        if place + 2 >= self.stop or self.tokens[place + 2].kind not in ("name", "word", "open"):
            return None
        sign = self.token
        style: Style = "partial" if sign.text == "partial" else "total"
        body = self.inside(start, place) if place > start else None
        self.at = place + 2
        variable = self.slash_variable()
        end = self.last
        alone = True
        if body is None:
            body, alone = self.operand()
        node = Derivative(self.span(sign, end if body is None else self.last), body, *self.taken_apart(variable), style)
        return self.scripted(node, self.scripts()) if alone else node

    def slash_variable(self) -> Node:
        """The variable behind `/∂`: a letter with its subscript only."""
        if self.sees("open"):
            return self.factor()
        token = self.take()
        node: Node = self.name(token)
        if self.sees("operator", "_"):
            self.take()
            name, rest = self.labelled(token, [self.lowered()])
            node = self.put(node, rest[0]) if rest else Name(self.span(token, self.last), name)
        return node
