"""Subscripts and superscripts: transposes, inverses, powers, entries, slices, indices."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from ...diagnostics import Span
from ..syntax import (
    Apply,
    Inverted,
    Kronecker,
    Literal_,
    Name,
    Negative,
    Node,
    Slice,
    Subscript,
    Transposed,
    parts_of,
    ungrouped,
)
from .indices import Indices, Script
from .tokens import REFUSED, Token


def axis_below(token: Token, scripts: list[Script]) -> tuple[tuple[str, str], ...]:
    r"""The option that `\operatorname{softmax}_{1}` states: of every row; with 0 of every column."""
    part = scripts[0].parts[0] if len(scripts) == 1 and scripts[0].kind == "index" and scripts[0].parts else None
    if token.text in ("softmax", "logsumexp", "mean") and isinstance(part, Literal_) and part.text in ("0", "1"):
        return (("axis", part.text),)
    return ()


_WORDS = frozenset(("opt", "ols", "gls", "wls", "mle", "map", "new", "old", "min", "max", "reg", "ridge", "lasso", "best"))


def _is_word(letters: list[str]) -> bool:
    """Whether letters below a name are a word and no indices: `w_{OLS}`, `w_{opt}`."""
    return len(letters) > 1 and (all(len(letter) == 1 and letter.isupper() for letter in letters) or "".join(letters) in _WORDS)


class Scripts(Indices):
    """Reads scripts and puts them on."""

    def scripts(self) -> list[Script]:
        """All the scripts that follow, in the order written."""
        found: list[Script] = []
        while True:
            if self.sees("operator", "'") or self.sees("command", "prime"):
                found.append(Script("prime", end=self.take()))
            elif self.sees("operator", "^"):
                self.take()
                found.append(self.raised())
            elif self.sees("operator", "_"):
                self.take()
                found.append(self.lowered())
            elif self.sees("command", "up-top"):
                found.append(Script("T", end=self.take()))
            elif self.sees("open", "{") and self.peek().text == "}" and self.peek().kind == "close":
                self.at += 2
            else:
                return found
            if len(found) > 12:
                raise self.trouble("too many scripts on one letter", self.last)

    def raised(self) -> Script:
        """What stands after `^`; as we print it, `X^∘2` and `X^∘(1/2)`: every entry to that power."""
        if self.sees("operator", "circ") and self.source_text(self.token) == "∘" and self.peek().kind in ("number", "name", "open"):
            self.at += 1
            first, past = self.unit()
            return Script("circ", (self.inside(first, past),), end=self.last)
        braced = self.sees("open", "{")
        rounded = self.sees("open", "(")
        first, past = self.unit()
        tokens = self.tokens[first:past]
        end = self.last
        if braced and len(tokens) >= 3 and tokens[0].text == "(" and tokens[-1].text == ")" and all(t.kind == "name" for t in tokens[1:-1]):
            return Script("sample", self.letters(first + 1, past - 1), end=end)
        if rounded and len(tokens) == 1 and tokens[0].kind == "name" and not self.is_top(tokens[0]):
            return Script("sample", self.letters(first, past), end=end)
        layer = self.layer(tokens, end)
        if layer:
            return layer
        special = self.transposing(tokens, end)
        if special:
            return special
        if tokens and tokens[0].kind == "operator" and tokens[0].text in ("circ", "odot") and len(tokens) > 1:
            return Script("circ", (self.inside(first + 1, past),), end=end)
        if len(tokens) == 1 and tokens[0].kind == "operator" and tokens[0].text in ("+", "-") and self.known:
            return Script("label", label="plus" if tokens[0].text == "+" else "minus", end=end)
        if not tokens or (len(tokens) == 1 and tokens[0].text == "times" and self.ends_here()):  # w^* = …: the solution for w
            return Script("nothing", end=end)
        if len(tokens) == 1 and tokens[0].kind == "operator" and tokens[0].text == "+":
            return Script("pinv", end=end)
        if len(tokens) == 1 and tokens[0].text == "dagger":
            raise self.trouble("a raised dagger is the pseudoinverse or the conjugate transpose", tokens[0],
                               help="write `A^{+}` for the pseudoinverse, `A^\\top` for the transpose")
        if len(tokens) == 1 and tokens[0].kind == "operator" and tokens[0].text in ("times", "circ"):
            raise self.trouble(f"the raised `{self.source_text(tokens[0])}` is not an operation that is known here", tokens[0])
        if len(tokens) == 1 and tokens[0].text in REFUSED:
            raise self.trouble("this raised sign is not an operation that is known here", tokens[0])
        minus = tokens[0].text == "-" and tokens[0].kind == "operator"
        if minus and len(tokens) == 2 and tokens[1].kind == "number" and tokens[1].text.isdigit() and int(tokens[1].text[:4]) > 0:
            return Script("inverse", amount=int(tokens[1].text[:4]), end=end)
        return Script("power", (self.inside(first, past),), end=end)

    def layer(self, tokens: list[Token], end: Token) -> Script | None:
        """`(2)`, `[2]`, `(2)T`: a number in brackets, which belongs to the name of the letter below it."""
        if len(tokens) not in (3, 4) or tokens[0].text not in ("(", "[") or tokens[2].kind != "close" or not tokens[1].text.isdigit():
            return None
        if len(tokens) == 4 and not self.is_top(tokens[3]):
            return None
        value = Literal_(self.span(tokens[1]), Fraction(tokens[1].text[:9]), tokens[1].text)
        return Script("power" if len(tokens) == 3 else "power-T", (value,), label=tokens[1].text[:9], end=end)

    def source_text(self, token: Token) -> str:
        """The characters of a token."""
        return self.source.text[token.start + self.offset : token.end + self.offset] or token.text

    def is_top(self, token: Token) -> bool:
        """Whether a raised token means the transpose."""
        if token.kind == "command":
            return token.text in ("top", "up-top")
        if token.kind not in ("name", "word"):
            return False
        if token.text in ("t", "H"):
            number = self.names.variables.get(token.text) == "number"
            return not number and token.text not in self.names.dimensions
        return token.text == "T"

    def transposing(self, tokens: list[Token], end: Token) -> Script | None:
        """`T`, `-T`, `-1T`, `-2T`, `'`: a transpose, perhaps of an inverse power."""
        if not tokens:
            return None
        if all(token.text in ("prime", "'") for token in tokens):
            return Script("prime", amount=len(tokens), end=end)
        if len(tokens) == 1 and self.is_top(tokens[0]):
            return Script("T", end=end)
        if not self.is_top(tokens[-1]) or len(tokens) > 3:
            return None
        minus = tokens[0].kind == "operator" and tokens[0].text == "-"
        digits = tokens[1:-1] if minus else tokens[:-1]
        if minus and not digits:
            return Script("inverse-T", end=end)
        if len(digits) == 1 and digits[0].kind == "number" and digits[0].text.isdigit() and int(digits[0].text[:3]) > 0:
            amount = int(digits[0].text[:3])
            if minus:
                return Script("inverse-T", amount=amount, end=end)
            value = Literal_(self.span(digits[0]), Fraction(amount), digits[0].text)
            return Script("power-T", (value,), end=end)
        return None

    def lowered(self) -> Script:
        """What stands after `_`: indices, or a label."""
        if self.sees("operator", "+"):  # [u]_+
            return Script("label", label="plus", end=self.take())
        braced, base = self.sees("open"), self.peek(-2)
        first, past = self.unit()
        past = past if braced else self.unbraced(past, base)
        tokens = self.tokens[first:past]
        end = self.last
        if not tokens:
            return Script("nothing", end=end)
        if len(tokens) >= 2 and tokens[0].kind == "open" and self.partner.get(first) == past - 1:
            first, past, tokens = first + 1, past - 1, tokens[1:-1]
        if any(token.kind in ("word", "text", "function") for token in tokens):
            return Script("label", label="".join(token.text for token in tokens), end=end)
        if _is_word([token.text for token in tokens]):
            return Script("label", label="".join(token.text for token in tokens), end=end)
        if len(tokens) == 1 and tokens[0].kind == "operator" and tokens[0].text in ("times", "+", "-", "circ"):
            return Script("label", label={"times": "star", "+": "plus", "-": "minus", "circ": "0"}[tokens[0].text], end=end)
        if any(token.text in (":", "cdot", "times") and token.kind == "operator" for token in tokens):
            return self.sliced(tokens, end)
        return Script("index", self.letters(first, past), end=end)

    # ---- putting on
    def scripted(self, base: Node, scripts: list[Script]) -> Node:
        """The base with its scripts: entries first where `X_{ij}^2`, transposes first where `X^T_{ij}` or `X_{ij}^T`."""
        if isinstance(base, Name) and self.names.variables.get(base.name) == "matrix" and len(scripts) == 2:
            scripts = [self.counting(script) for script in scripts]  # \nu_k^n under a sum over n
        kinds = [script.kind for script in scripts]
        if sorted(kinds[:2]) == ["index", "sample"] and isinstance(base, Name) and all(len(script.parts) == 1 for script in scripts[:2]):
            row, column = sorted(scripts[:2], key=lambda script: script.kind, reverse=True)
            both = Script("index", (row.parts[0], column.parts[0]), end=scripts[1].end)
            base, scripts = self.entry(base, both, base.span.joined(self.span(scripts[1].end or self.last))), scripts[2:]
            kinds = kinds[2:]
        two = [script for script in scripts if script.kind == "index" and len(script.parts) == 2]
        if two and len(scripts) == 2 and any(kind in ("T", "inverse", "inverse-T", "prime") for kind in kinds):
            other = next(script for script in scripts if script is not two[0])
            if other is scripts[1] and not isinstance(base, Kronecker):
                self.note("a script after two indices is read as the matrix's own: `X_{ij}^{-1}` is the entry of the inverse")
            scripts = [other, two[0]]
        elif len(scripts) == 2 and kinds in (["power", "index"], ["T", "index"], ["prime", "index"]):
            scripts = [scripts[1], scripts[0]]
        for script in scripts:
            base = self.put(base, script)
        return base

    def counting(self, script: Script) -> Script:
        """A power by a letter that a sum binds is no power: the letter counts the rows."""
        part = script.parts[0] if script.kind == "power" and len(script.parts) == 1 else None
        bound = isinstance(part, Name) and part.name in self.binding
        return Script("sample", script.parts, end=script.end) if bound else script

    def put(self, base: Node, script: Script) -> Node:
        """One script put on."""
        end = script.end or self.last
        span = base.span.joined(self.span(end))
        match script.kind:
            case "nothing":
                return base
            case "T":
                return Transposed(span, base)
            case "prime":
                return base if script.amount % 2 == 0 else Transposed(span, base)
            case "inverse":
                return Inverted(span, base, script.amount)
            case "inverse-T":
                return Transposed(span, Inverted(span, base, script.amount))
            case "pinv":
                return Apply(span, "pinv", (base,))
            case "power":
                return self.powered(base, script.parts[0], "^")
            case "power-T":
                return Transposed(span, self.powered(base, script.parts[0], "^"))
            case "circ":
                return self.powered(base, script.parts[0], "**")
            case "sample" | "row" | "column":
                return self.slice(base, script, span)
            case "index":
                return self.entry(base, script, span)
            case "label" if script.label == "plus":  # [u]₊
                return Apply(span, "relu", (base,))
            case _:
                raise self.trouble("this script has no meaning here", end)

    def powered(self, base: Node, exponent: Node, operator: str) -> Node:
        """base^exponent."""
        return self.binary("**" if operator == "**" else "^", base, exponent)

    def slice(self, base: Node, script: Script, span: Span) -> Node:
        """A row or column; x^{(i)} of a letter is a row of X, or the entry of a vector x."""
        if len(script.parts) != 1:
            raise self.trouble("one index is needed here", script.end or self.last)
        base = ungrouped(base)
        if not isinstance(base, Name):
            raise self.trouble("a row or column is taken of a letter", base)
        if script.kind == "sample" and self.names.variables.get(base.name) in ("vector", "row"):
            return Subscript(span, base, script.parts)
        way: Literal["row", "column", "sample"] = "sample" if script.kind == "sample" else "row" if script.kind == "row" else "column"
        matrix = base if script.kind != "sample" else self.other_case(base)
        return Slice(span, base, matrix, script.parts[0], way)

    def is_counted(self, script: Script) -> bool:
        """Whether a letter that a sum binds stands in the script."""
        letters = {part.name for index in script.parts for part in parts_of(index) if isinstance(part, Name)}
        return bool(letters & (self.binding | self.left))

    def other_case(self, letter: Name) -> Name:
        """The matrix X for a letter x, where x itself is not known and X is."""
        return letter if self.variable(letter.name) else self.matrix_of(letter)

    def matrix_of(self, letter: Name) -> Name:
        """The known matrix of the same letter in the other case, or the letter itself."""
        for other in (letter.name.swapcase(), letter.name[:1].upper() + letter.name[1:]):
            if self.names.variables.get(other, "vector") not in ("vector", "row", "number"):
                return Name(letter.span, other)
        return letter

    def entry(self, base: Node, script: Script, span: Span) -> Node:
        """base_{ij}, or x_i: an entry, or a row or column of X."""
        if len(script.parts) == 1 and isinstance(base, Name) and not self.variable(base.name):
            other = self.other_case(base)
            if other is not base:
                return Slice(span, base, other, script.parts[0])
        if len(script.parts) == 1 and isinstance(base, Name) and self.names.variables.get(base.name) == "matrix":
            part = script.parts[0]
            own = isinstance(part, Name) and base.name != self.names.wrt and not self.counts(part.name, base.name)
            if isinstance(part, Name) and own and not self.is_counted(script):
                return Name(span, f"{base.name}_{part.name}")
            return Slice(span, base, base, part)
        if len(script.parts) == 2 and isinstance(base, Name) and self.names.variables.get(base.name, "vector") in ("vector", "row"):
            base = self.matrix_of(base)
        return Subscript(span, base, script.parts)

    def counts(self, letter: str, base: str) -> bool:
        """Whether a letter counts something here: a sum binds it, or it is the index of something else than `base` too."""
        places = [at for at, token in enumerate(self.tokens) if (token.kind, token.text) == ("name", letter)]
        for at in places:
            below = next((back for back in range(at - 1, max(at - 5, -1), -1) if self.tokens[back].text in ("_", "sum")), None)
            if below and self.tokens[below].text == "_" and self.tokens[below - 1].text != base:
                return True
        return letter in self.binding | self.left | self.names.counting

    def labelled(self, token: Token, scripts: list[Script]) -> tuple[str, list[Script]]:
        """A name whose subscript belongs to it: W_1, sigma_max, L_2; and the scripts left."""
        for place, script in enumerate(scripts):
            if script.label and script.kind in ("power", "power-T"):  # W^{(1)}, W^{[1]}: the layer's W1
                rest = [Script("T", end=script.end)] if script.kind == "power-T" else []
                if not self.is_sample(token.text):
                    return self.known_form(token.text, script.label), scripts[:place] + rest + scripts[place + 1 :]
                at = self.index(Token("number", script.label, (script.end or token).start, (script.end or token).end))
                return token.text, [*scripts[:place], Script("sample", (at,), end=script.end), *rest, *scripts[place + 1 :]]
            if script.kind == "label":
                return self.known_form(token.text, script.label), scripts[:place] + scripts[place + 1 :]
            if script.kind == "index" and script.parts:
                part, parts = script.parts[0], script.parts
                if self.is_counted(script) or not all(isinstance(part, Name | Literal_) for part in parts):
                    continue  # a letter that a sum binds counts something: it is no part of a name
                text = "".join(part.text if isinstance(part, Literal_) else part.name if isinstance(part, Name) else "" for part in parts)
                for form in (f"{token.text}_{text}", f"{token.text}{text}"):
                    if form in self.names.variables or form in self.names.losses or form in self.names.formulas:
                        return form, scripts[:place] + scripts[place + 1 :]
                if all(isinstance(part, Name) for part in parts) and self.owns(token):
                    return f"{token.text}_{text}", scripts[:place] + scripts[place + 1 :]  # S_B: nothing binds the letter
                if len(parts) == 1 and isinstance(part, Literal_) and not self.variable(token.text) and self.is_label(token.text, text):
                    return f"{token.text}_{text}", scripts[:place] + scripts[place + 1 :]
        return token.text, scripts

    def owns(self, token: Token) -> bool:
        """Whether letters that nothing binds belong to the name of an unknown capital of a loss: W_{hh}, S_B."""
        name = token.text
        return (not self.known and name[:1].isupper() and not self.variable(name) and self.is_label(name)
                and self.other_case(self.name(token)).name == name)

    def is_sample(self, name: str) -> bool:
        """Whether x^{(1)} is the first row of a matrix X: it is known, and x is not."""
        return not self.variable(name) and self.matrix_of(Name(self.span(self.last), name)).name != name

    def is_label(self, name: str, number: str = "") -> bool:
        """Whether a number under an unknown letter belongs to the name: no matrix of that letter, no basis vector."""
        if not self.known:
            pairs = zip(self.tokens, self.tokens[1:], strict=False)
            always = all(after.text == "_" for token, after in pairs if (token.kind, token.text) == ("name", name))
            return always and (name[:1].isupper() or self.has_layer(number))
        return name not in ("e", "I", "delta") and self.other_case(Name(self.span(self.last), name)).name == name

    def has_layer(self, number: str) -> bool:
        """Whether a capital has this number, W_1: then it labels a small letter too, b_1."""
        places = (at for at, token in enumerate(self.tokens) if token.kind == "name" and token.text[:1].isupper())
        following = ([token for token in self.tokens[at + 1 : at + 4] if token.kind != "open"] for at in places)
        return any(len(after) > 1 and after[0].text == "_" and after[1].text == number for after in following)

    def known_form(self, base: str, label: str) -> str:
        """`W_train` in the spelling that was declared."""
        for form in (f"{base}_{label}", f"{base}{label}"):
            if form in self.names.variables or form in self.names.losses:
                return form
        return f"{base}_{label}"

    def basis(self, token: Token, script: Script) -> Node:
        """e_i, undeclared: the i-th basis vector."""
        return Apply(self.span(token).joined(self.span(script.end or self.last)), "basis", script.parts)

    def negative(self, body: Node, first: Token) -> Node:
        """−body."""
        return Negative(self.span(first).joined(body.span), body)

