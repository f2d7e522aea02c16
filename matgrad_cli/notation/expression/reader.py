"""The expression language: Python's operators with NumPy's meaning, read into a syntax tree.
Nothing read is ever executed."""

from __future__ import annotations

import sys
from typing import Final, cast

from ...diagnostics import Source, Span
from .. import syntax as s
from ..comparisons import compared
from .abbreviations import ABBREVIATIONS
from .brackets import binder, comprehended, of_listed, over_parts, reversing, subscripted
from .keywords import with_order, word_of
from .lexer import Stream, Token, exact
from .vocabulary import ALIASES, FUNCTION_NAMES, MODULES, PRODUCTS, WRITTEN_OUT

RECURSION: Final = 6000

_BINDS: Final = {
    "+": 1,
    "-": 1,
    **dict.fromkeys(("*", "/", "@", "hadamard", "kron", "juxtapose", "dot", "over", "under"), 2),
}
_BEHIND: Final = (".", "[", "(")
"""The signs of what may stand behind an atom and change it."""
_MODULES: Final = frozenset(
    ["np", "numpy", "jnp", "jax", "torch", "scipy", "math", "tf", "tensorflow", "keras", "optax", "anp", "cvxpy"]
)
_CAPITALS: Final = frozenset(["F", "K"])
"""Short names of modules that may also be matrices."""
_SHORT_MODULES: Final = _CAPITALS | {*"nn LA la sla slin linalg special functional cp sp sy".split()}
_OF_ARRAYS: Final = FUNCTION_NAMES | {*ALIASES, *WRITTEN_OUT, *(name.rpartition(".")[2] for name in ABBREVIATIONS)}
_SUBMODULES: Final = frozenset(
    ["linalg", "nn", "functional", "special", "numpy", "lax", "fft", "random", "losses", "math"]
)
_FIRST: Final = frozenset(["input", "target", "logits", "labels"])
"""Keywords by which functions of modules take their arguments."""
_ANY_MODULES: Final = _MODULES | _SUBMODULES
_MADE: Final = ("nn.", "torch.nn.")
_TAKING_NOTHING: Final = MODULES.keys() | {"eye", "ones", "zeros"}


def parse(text: str, source_name: str = "loss") -> s.Node:
    """The syntax tree of an expression; raises InputError with one diagnostic if it cannot be read.

    >>> type(parse("X.T @ w")).__name__
    'Binary'
    """
    # one level of brackets takes seven calls; the default limit of 1000 would end at 140 levels
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
    return Parser(Source(source_name, text)).whole()


_VALUES: Final = frozenset(("pi", "e", "inf", "float32", "float64", "double", "int32", "int64", "long"))
"""What a module holds beside functions: constants, and the kinds of numbers of its arrays."""
_SUBSCRIPTS: Final = {"_1": "1", "_2": "2", "_F": "fro", "_fro": "fro", "_inf": "inf"}
"""What stands behind the bars of a norm."""


class Parser(Stream):
    """A recursive-descent reader with precedence climbing: sums, products, signs, powers, postfixes, atoms."""

    tuple_at: int = -1
    """The place at which a bracket may hold a shape written as a tuple."""

    def whole(self) -> s.Node:
        if self.token.kind == "end":
            self.unreadable("the text is empty, an expression was needed", Span(0, 0))
        node = self.sum()
        if self.place < len(self.tokens) - 1:
            self.after_expression(node)
        return s.rebuilt(node, over_parts) if ":" in self.source.text else node

    def compared(self) -> s.Node:
        """A sum, or `u > v`, `u == v`: 1 where it holds and 0 elsewhere."""
        left = self.sum()
        if self.sign not in ("<", ">", "<=", ">=", "==", "!="):
            return left
        sign = self.take().text
        return compared(sign, left, self.sum())

    def sum(self) -> s.Node:
        return self.operation(1)

    def operation(self, least: int) -> s.Node:
        """What operators that bind at least so much join: sums (1), products (2)."""
        left = self.factor()
        while (level := _BINDS.get(self.sign, 0)) >= least:
            operator = self.take().text
            left = self.of_two(operator, left, self.factor() if level == 2 else self.operation(2))
        return left

    def factor(self) -> s.Node:
        """A factor of a product."""
        return self.signed()

    def of_two(self, operator: str, left: s.Node, right: s.Node) -> s.Node:
        return s.Binary(left.span.joined(right.span), cast(s.Operator, operator), left, right)

    def signed(self) -> s.Node:
        """A power with its signs."""
        if self.sign == "-" or self.sign == "+":
            sign = self.take()
            self.enter(sign)
            body = self.signed()
            self.depth -= 1
            return s.Negative(Span(sign.start, body.span.end), body) if sign.text == "-" else body
        base = self.postfix()
        if self.sign != "**" and self.sign != "^":
            return base
        sign = self.take()
        if sign.text == "^" and self.token.text == "T":
            self.take()
            return s.Transposed(self.since(base.span), base)
        self.enter(sign)
        exponent = self.exponent()
        self.depth -= 1
        return s.Binary(base.span.joined(exponent.span), "^" if sign.text == "^" else "**", base, exponent)

    def exponent(self) -> s.Node:
        return self.signed()

    def postfix(self) -> s.Node:
        node = self.atom()
        if self.sign not in _BEHIND and self.token.kind != "power":
            return node
        count = self.depth
        while True:
            count += 1
            self.deep(count, self.token, "this is one level too many")
            if self.token.kind == "power":
                node = self.superscript(node)
            elif self.sees("."):
                node = self.attribute(node)
            elif self.sees("["):
                opening = self.take()
                self.enter(opening)
                if reversing(self):
                    node = self.called(self.since(node.span), "flip", (node,), (("axis", "0"),))
                else:
                    node = subscripted(self, node)
                self.depth -= 1
            elif self.sees("(") and isinstance(node, s.Apply) and self.text_of(node.span).startswith(_MADE):
                if node.function not in MODULES:
                    return node
                arguments, options = self.arguments()
                arguments += tuple(
                    one for one in node.arguments if getattr(one, "name", "") != "nn"
                )  # LeakyReLU(0.2)(x)
                node = self.called(self.since(node.span), MODULES[node.function], arguments, (*node.options, *options))
            else:
                return node

    def superscript(self, body: s.Node) -> s.Node:
        token = self.take()
        span = self.since(body.span)
        text = token.text
        transposed = text.endswith("T")
        text = text.removesuffix("T")
        if "T" in text or text.rstrip("0123456789") not in ("", "-"):
            self.unreadable(f"`{self.text_of(token.span)}` is no exponent", token.span)
        node = body
        if text.startswith("-"):
            node = s.Inverted(span, body, min(int(text[1:] or "1"), 10**6))
        elif text:
            node = s.Binary(span, "**", body, s.Literal_(token.span, exact(text), text))
        return s.Transposed(span, node) if transposed else node

    def attribute(self, body: s.Node) -> s.Node:
        self.take()
        token = self.take()
        if token.kind != "name":
            self.unreadable("a name was needed after the dot, such as `.T`", token.span)
        if self.sees("("):
            self.enter(self.token)
            arguments, options = self.arguments()
            self.depth -= 1
            return self.called(self.since(body.span), token.text, (body, *arguments), options)
        span = self.since(body.span)
        if token.text in ("T", "mT", "H"):
            return s.Transposed(span, body)
        if token.text == "I":
            return s.Inverted(span, body)
        if token.text == "size":
            return s.Apply(span, "shape", (body,), (("axis", "all"),))
        if token.text == "shape":
            return s.Apply(span, "shape", (body,))
        if token.text == "values":  # of torch's minima along a side, of a table
            return body
        if token.text == "logabsdet" and isinstance(body, s.Apply) and body.function == "slogdet":
            return s.Apply(span, "logdet", body.arguments, body.options)
        help = "`.T` transposes, and functions such as `.sum()` may follow a dot"
        return self.unreadable(f"`.{token.text}` is not known", token.span, help, code="unknown-attribute")

    def atom(self) -> s.Node:
        token = self.token
        if token.kind == "name":
            return self.name()
        if token.kind == "number":
            self.take()
            return s.Literal_(token.span, exact(token.text), token.text)
        if self.sees("("):
            return self.group()
        if self.sees("‖"):
            return self.group("‖")
        if self.sees("["):
            return self.listed()
        if token.kind == "string":
            help = "texts stand only inside functions, as in `norm(A, 'fro')`; write the transpose as `.T`"
            self.unreadable("found a text in quotes where a name or a number was needed", token.span, help)
        return self.unexpected("a name, a number or `(`")

    def group(self, closing: str = ")") -> s.Node:
        tuple_allowed = self.place == self.tuple_at
        opening = self.take()
        self.enter(opening)
        if self.sees(")"):
            self.unreadable("empty brackets, an expression was needed", opening.span.joined(self.token.span))
        body = self.compared()
        if tuple_allowed and self.sees(","):
            # `ones((m, n))`: a shape written as a tuple
            parts = [body]
            while self.accept(",") and not self.sees(")"):
                parts.append(self.sum())
            self.close(")", opening, parts[-1])
            self.depth -= 1
            return s.Apply(self.since(opening), "tuple", tuple(parts))
        self.close(closing, opening, body)
        self.depth -= 1
        if closing == ")":
            return s.Group(self.since(opening), body)
        order = _SUBSCRIPTS.get(self.token.text) if self.token.kind == "name" else None  # ‖x‖_2
        if order is not None:
            self.take()
        return s.Apply(self.since(opening), "norm", (body,), () if order is None else (("ord", order),))

    def name(self) -> s.Node:
        token = first = self.take()
        if self.sign not in _BEHIND:
            return s.Name(first.span, first.text)
        # `np.linalg.norm(…)`: the module is dropped
        while token.text in _ANY_MODULES and self.sees(".") and self.next_token.kind == "name":
            after, behind = (one.text for one in self.tokens[self.place + 1 : self.place + 3])
            attribute = after in ("T", "mT", "shape") and behind != "("
            if (token is first and token.text not in _MODULES and after not in _SUBMODULES) or attribute:
                break
            self.take()
            token = self.take()
        if token is first and token.text in _SHORT_MODULES and self.sees(".") and self.calls_with_argument():
            self.take()  # `F.softmax(A, dim=1)`; `F.sum(axis=0)` and `K.dot(a)` are methods of a matrix
            token = self.take()
        if token is not first and not self.sees("(") and token.text not in _VALUES:
            path = self.since(first)
            self.unreadable(f"`{self.text_of(path)}` is not known", path, code="unknown-attribute")
        if token.text == "pi" and token is not first:  # beside an array of that name
            return s.Name(self.since(first), s.CIRCLE)
        if self.sees("(") or (self.sees("[") and token.text in ("sum", "entries", "map", "delta")):
            self.enter(self.token)
            node = self.call(token, first)
            self.depth -= 1
            return node
        return s.Name(self.since(first), token.text)

    def calls_with_argument(self) -> bool:
        """Whether `.name(` follows with an argument that is no keyword and no number:
        a function of a module, not a method."""
        following = [one for one in self.tokens[self.place + 1 : self.place + 9] if one.text != "-"][:4]
        if len(following) < 4:
            return False
        name, opening, argument, after = following
        return (
            name.text in _OF_ARRAYS
            and not (self.tokens[self.place - 1].text in _CAPITALS and name.text in PRODUCTS)
            and opening.text == "("
            and argument.text != ")"
            and (after.text != "=" or argument.text in _FIRST)
            and (argument.kind != "number" or after.text not in (",", ")"))
        )

    # ---- calls

    def call(self, name: Token, first: Token) -> s.Node:
        if self.sees("["):
            return binder(self, name, first)
        arguments, options = self.arguments()
        span = self.since(first)
        if name.text == "partial" and len(arguments) == 2:
            match s.ungrouped(arguments[1]):
                case s.Subscript(_, variable, indices):
                    return s.Derivative(span, arguments[0], variable, indices)
                case variable:
                    return s.Derivative(span, arguments[0], variable)
        if name.text == "d" and len(arguments) in (1, 2):
            return s.Differential_(span, arguments[0], arguments[1] if len(arguments) == 2 else None)
        node = self.called(span, name.text, arguments, options)
        unknown = name.text not in FUNCTION_NAMES and any(option == "text" for option, _ in options)
        if isinstance(node, s.Apply) and not (node.arguments or unknown or node.function in _TAKING_NOTHING):
            self.unreadable(f"`{name.text}` needs an argument", span, code="wrong-arguments")
        return node

    def called(self, span: Span, name: str, arguments: tuple[s.Node, ...], options: s.Options) -> s.Node:
        """A function with its arguments; an abbreviation is written out."""
        arguments, options = with_order(name, arguments, options)
        if (listed := of_listed(self, span, name, arguments, options)) is not None:
            return listed
        prefix = self.text_of(span).partition(name)[0]
        if name in WRITTEN_OUT or prefix:
            from .composed import composed, own_rows

            if name not in WRITTEN_OUT and not own_rows(prefix, name):
                return s.Apply(span, name, arguments, options)
            return composed(span, name, arguments, options, parse, prefix) or s.Apply(span, name, arguments, options)
        return s.Apply(span, name, arguments, options)

    def arguments(self) -> tuple[tuple[s.Node, ...], s.Options]:
        """The arguments of a call: expressions, texts, `name=value` options."""
        opening = self.take()
        found: list[s.Node] = []
        options: list[tuple[str, str]] = []
        while not self.accept(")"):
            token = self.token
            if token.kind == "string":
                self.take()
                options.append(("text", token.text))
                if not (self.sees(",") or self.sees(")") or self.token.kind == "end"):
                    behind = self.text_of(token.span)
                    self.unexpected("`)`", f"the bracket that opens before `{behind}` is not closed: `)` is missing")
            elif token.kind == "name" and self.next_token.kind == "sign" and self.next_token.text == "=":
                self.take()
                self.take()
                options.append((token.text, self.option()))
            else:
                found.append(self.argument())
            if not self.accept(",") and not self.sees(")"):
                self.close(")", opening, found[-1] if found else s.Name(token.span, token.text))
                self.go(self.place - 1)
        return tuple(found), tuple(options)

    def argument(self) -> s.Node:
        self.tuple_at = self.place if self.sees("(") else -1
        found = self.listed() if self.sees("[") else self.compared()
        return comprehended(self, found) if self.token.text == "for" and self.token.kind == "name" else found

    def looped(self) -> s.Node:
        return self.sum()

    def listed(self) -> s.Node:
        """`[A, B]`, which stands only as an argument."""
        opening = self.take()
        self.enter(opening)
        parts = [self.argument()]
        while self.accept(","):
            parts.append(self.argument())
        self.expect("]", "behind the parts of a list")
        self.depth -= 1
        if len(parts) == 1 and isinstance(parts[0], s.EntriesOf):
            return parts[0]
        return s.Apply(self.since(opening), s.LIST, tuple(parts))

    def option(self) -> str:
        """The value of a keyword: words, `(0, 1)`, or an expression as it is written, `logits=X @ W`."""
        if self.token.kind == "string":
            return self.take().text
        node = self.argument()
        several = isinstance(node, s.Apply) and node.function in ("tuple", s.LIST)
        texts = [word_of(part) or "" for part in (s.children(node) if several else (node,))]
        if not all(texts):
            return self.text_of(node.span)
        return f"({', '.join(texts)})" if len(texts) > 1 else texts[0]
