"""The state of one inference: what each use of a name asks for, as rules that are repeated until nothing more
follows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain, count

from ...ir import ONE, Dim, Expr
from .. import syntax as s
from ..expression.vocabulary import REDUCTIONS, canonical_function
from ..names import canonical_name
from ..scope import Scope
from .habits import GREEK_NAMES, Habits, counts, product_of_capitals
from .letters import COUNTS, LABELS, beside_labels, counted_by, is_entry, weighing_logarithms
from .unify import DECIDE, GUESS, PREFER, WAIT, Form, Rule, Side, Waiting, join, merge, name_side
from .uses import by_law, entrywise_rule, labels_rule, length_of, matmul_rule, square_rule, stretch_rule, times_rule

_ADDED = REDUCTIONS - {"max", "min"}  # max(0, 1 - y*s) is one of two numbers
_LETTERS = ["m", "n", "p", "q", "r", "k", "l", "h", "d", "s", "t", "u", "v", "g", "a", "b", "c", "f"]


class Solver:
    """Walks the tree once, collects rules, and repeats them until nothing more follows."""

    def __init__(self, scope: Scope, form_of: Callable[[Solver, s.Node], Form]) -> None:
        self.scope = scope
        self.form_of = form_of
        self.names: dict[str, Form] = {}
        self.letters: dict[str, Side] = {name: Side(dim) for name, dim in scope.letters.items()}
        self.bound: dict[tuple[int, str], Side] = {}
        self.binding: dict[str, Side] = {}
        self.places: dict[int, Form] = {}
        self.returned: list[Form] = []
        self.values: dict[str, Form] = {}
        self.waiting = Waiting()
        self.habits: dict[str, str] = {}
        self.dims: set[str] = set()
        self.known: dict[Expr, Form] = {}
        self.made: list[Side] = []
        self.spellings: dict[str, Form] = {}
        self.starred: dict[str, tuple[s.Node, s.Node]] = {}
        self.limits: dict[str, Side] = {}
        self.counted: set[str] = set()
        self.summed: frozenset[str] = frozenset()
        self.counts: frozenset[str] = frozenset()
        self.entries: frozenset[str] = frozenset()
        self.terms: frozenset[str] = frozenset()

    # ---- the walk

    def sums(self, tree: s.Node) -> None:
        r"""Look for what NumPy adds up or takes the mean of: `y*log(y/p)` there is no number;
        and for capitals that only count, as in `\frac{ND}{2}\log 2\pi`."""
        self.counts = counts(tree)
        if self.scope.syntax in ("numpy", "latex") and self.scope.open:
            calls = (part for part in s.parts_of(tree) if isinstance(part, s.Apply))
            added = [part for part in calls if canonical_function(part.function) in _ADDED]
            names = {name.name for part in added for name in s.parts_of(part) if isinstance(name, s.Name)}
            if self.scope.syntax == "latex":
                self.summed = weighing_logarithms(tree) & names
            else:
                self.summed = frozenset(name for name in names if is_entry(name)) | (beside_labels(tree) & names)

    def text(self, node: s.Node) -> str:
        return self.scope.source.text[node.span.start : node.span.end]

    def rule(self, rule: Rule, *parts: Form | Side) -> None:
        """Ask a rule now, and again when something more is known of these parts."""
        if not rule(WAIT):
            self.waiting.add(rule, *parts)

    def walk(self, node: s.Node) -> Form:
        spine: list[s.Binary] = []
        while isinstance(node, s.Binary):
            spine.append(node)
            node = node.left
        form = self.form_of(self, node)
        for binary in reversed(spine):
            form = self.binary(binary, form)
        return form

    def transposed(self, body: s.Node) -> Form:
        inner = s.ungrouped(body)
        if isinstance(inner, s.Literal_) and inner.text == "1" and self.scope.syntax == "latex":
            form = self.places.setdefault(id(inner), Form(Side(long=True), Side(ONE)))
            return form.transposed
        form = self.walk(body)
        form.kind.array = True
        if isinstance(inner, s.Slice):  # a sample x^{(i)} that is turned is no number
            self.name(inner.matrix).kind.matrix = True
        return form.transposed

    def name(self, node: s.Name) -> Form:
        value = self.scope.find(node.name)
        if value is not None:
            form = self.known.get(value)
            if form is None:
                rank = 1 if self.flat(node.name, value) else 2
                has_rank = self.scope.arrays and not value.shape.is_number
                form = self.known[value] = Form.of(value.shape, rank if has_rank else None)
            return form
        constant = node.name == s.CIRCLE or (node.name in ("pi", "e") and node.name not in self.counted)
        if constant or self.scope.size(node.name) is not None or node.name in self.dims or node.name in self.limits:
            return Form.number()
        if (one := self.scope.member(node)) is not None:
            return self.walk(one)
        if node.name == "I":
            side = Side()
            return self.places.setdefault(id(node), Form(side, side))
        form = self.names.get(node.name)
        if form is None and not self.scope.open:
            return Form.number()  # the name is refused where it is read: nothing is to be found out about it
        if form is None:
            form = self.names[node.name] = self.spellings.setdefault(canonical_name(node.name), Form())
        return form

    def flat(self, name: str, value: Expr) -> bool:
        """Whether a name stands for a one-dimensional array."""
        return self.scope.is_flat(name, value.shape)

    def binary(self, node: s.Binary, left: Form) -> Form:
        operator = node.operator
        if operator in ("**", "^"):
            return self.power(node, left)
        right = self.walk(node.right)
        reason = self.text(node) if len(self.scope.source.text) < 2000 else "the loss"
        result = Form()
        entrywise = operator in ("+", "-", "*", "/", "hadamard")
        if self.scope.arrays and entrywise:
            self.rule(stretch_rule(left, right, result, reason), left, right, result)
        elif operator in ("+", "-"):
            self.rule(entrywise_rule(left, right, result, reason, sums=True), left, right, result)
        elif operator in ("*", "hadamard"):
            if operator == "*":
                self.star(node)
                self.labels(node, left, right, reason)
            else:
                left.kind.array = right.kind.array = True
            self.rule(entrywise_rule(left, right, result, reason), left, right, result)
        elif operator == "/":
            right.kind.divisor = True
            if isinstance(node.left, s.Literal_) and counted_by(node.right) in COUNTS and right.is_open():
                merge(right, Form.number())
            self.labels(node, left, right, reason)
            self.rule(entrywise_rule(left, right, result, reason), left, right, result)
        elif operator in ("@", "dot"):
            last = s.last_factor(node.left)
            # y_i w · x_i
            before = self.names.get(last.name, left) if isinstance(last, s.Name) else left
            for form, other in ((left, right), (before, right), (right, left)):
                if operator == "@":
                    form.kind.multiplied()
                form.kind.hint = form.kind.hint or not other.is_number
            self.rule(matmul_rule(left, right, result, reason), left, right, result)
        elif operator == "juxtapose":
            self.hint(node, left, right)
            self.count(node.left, right, node.right)
            self.rule(matmul_rule(left, right, result, reason), left, right, result)
        elif operator == "inner":
            return by_law(self, "A, A -> 1", [left, right], reason)
        elif operator == "kron":
            left.kind.array = right.kind.array = True
            return by_law(self, "m n, p q -> m*p n*q", [left, right], reason)
        return result

    def power(self, node: s.Binary, base: Form) -> Form:
        """base ** exponent has the shape of its base; the exponent is a number. e ** A has the shape of A."""
        exponent = self.walk(node.right)
        left = s.ungrouped(node.left)
        if isinstance(left, s.Name) and left.name == "e" and self.scope.find("e") is None:
            return exponent
        if exponent.is_open():
            merge(exponent, Form.number())
        if node.operator == "**" and self.scope.syntax == "latex":  # x^{\\circ 2}
            base.kind.array = True
        if node.operator == "^" and self.scope.syntax not in ("numpy", "latex"):
            join(base.rows, base.cols, self.text(node))  # there it is the power of a matrix
        elif node.operator == "^" and isinstance(left, s.Name) and left.name[0].isupper():
            self.rule(square_rule(base, self.text(node)), base)
        return base

    def hint(self, node: s.Binary, left: Form, right: Form) -> None:
        """Side by side with an array, a small Latin letter is taken for a vector, not for a number."""
        for form, other, neighbour in ((right, left, node.right), (left, right, node.left)):
            inner = s.ungrouped(neighbour)
            latin = isinstance(inner, s.Name) and inner.name not in GREEK_NAMES and inner.name[0].islower()
            kind = other.kind
            beside_array = kind.array or kind.matrix or kind.hint or other.is_array or self.capital(node.left)
            if latin and form is right and beside_array:
                form.kind.hint = True
            elif form is right or not isinstance(s.ungrouped(node.right), s.Sigma):
                form.kind.hint = form.kind.hint or self.capital(inner)

    def capital(self, node: s.Node) -> bool:
        """Whether the last factor of a product is a capital letter."""
        last = s.last_factor(node)
        return isinstance(last, s.Name) and last.name[0].isupper() and last.name not in {"Delta"} | self.counts

    def star(self, node: s.Binary) -> None:
        """Remember `A*x` of a capital and a small letter: `@` may have been meant, but for `multiply(A, x)`."""
        small, left = s.ungrouped(node.right), s.last_factor(node.left, ("*",))
        if isinstance(left, s.Transposed):
            left = s.ungrouped(left.body)
        starred = "*" in self.scope.source.text[left.span.end : small.span.start]
        latin = isinstance(small, s.Name) and small.name[0].islower() and small.name not in GREEK_NAMES
        if starred and latin and isinstance(small, s.Name) and isinstance(left, s.Name) and left.name[0].isupper():
            self.starred.setdefault(small.name, (node.left, node.right))

    def labels(self, node: s.Binary, left: Form, right: Form, reason: str) -> None:
        """`y*(X@w)`: y is a label for each row, unless another use says that it is a number."""
        for part, form, other in ((node.left, left, right), (node.right, right, left)):
            part = s.ungrouped(part)
            part = s.ungrouped(part.body) if isinstance(part, s.Negative) else part
            known = LABELS if node.operator == "*" else frozenset[str]()
            name = part.name if isinstance(part, s.Name) else ""
            if name in known | self.summed and self.names.get(name) is form:
                beside = "as large as what it stands beside"
                said = {name: "a label for each entry of what it multiplies" if name in LABELS else beside}
                self.rule(labels_rule(form, other, reason, partial(self.habits.update, said)), form, other)

    def count(self, node: s.Node, right: Form, behind: s.Node) -> None:
        r"""`\frac{N}{2} \log …`, `N \log …`, `C\sum …`: a capital in front of a number counts something,
        unless it is used otherwise."""
        node = s.ungrouped(node)
        if isinstance(node, s.Binary) and node.operator == "/" and isinstance(s.ungrouped(node.right), s.Literal_):
            node = s.ungrouped(node.left)
        for name in self.counts.intersection(product_of_capitals(node) or (), self.names):
            self.names[name].kind.count = True
        if not isinstance(node, s.Name) or node.name not in self.names:
            return
        kind = self.names[node.name].kind

        def rule(bold: int) -> bool:
            kind.count = kind.count or right.is_number
            kind.weighs = not right.is_number and not right.is_array and bold < DECIDE
            if not kind.weighs:
                kind.tell()
            return not kind.weighs

        if isinstance(s.ungrouped(behind), s.Sigma):
            self.rule(rule, right)
        else:
            kind.count = kind.count or right.is_number

    # ---- the index level

    def index(self, node: s.Node) -> Side:
        """The side that an index runs over."""
        node = s.ungrouped(node)
        if isinstance(node, s.Binary):
            return self.index(node.left)  # x_{i+1}
        if isinstance(node, s.Name):
            if node.name in self.binding:
                return self.binding[node.name]
            return self.letters.setdefault(node.name, Side())
        if isinstance(node, s.PairIndex):
            outer, inner, result = self.index(node.outer), self.index(node.inner), Side()
            self.rule(times_rule(outer, inner, result), outer, inner, result)
            return result
        return Side()

    def dimension(self, node: s.Node) -> Dim | None:
        """The dimension that `n`, `3` or `2*n` is, or None. An unknown name is taken for one in an open scope."""

        def named(name: str) -> Dim | None:
            found = self.scope.size(name)
            if found is not None or name in self.limits:
                return found or self.limits[name].known
            known = self.scope.find(name) is not None or name in self.names or name in self.binding
            if self.scope.open and not known:
                self.dims.add(name)
                return Dim.of(name)
            return None

        return length_of(node, named, lambda call: self.measured(call).known)

    def measured(self, call: s.Apply) -> Side:
        """The side of an array that `len(x)` or `X.shape[1]` is."""
        form = self.walk(call.arguments[0])
        form.kind.array = True
        return form.cols if {("axis", "1"), ("axis", "-1")}.intersection(call.options) else form.rows

    def side(self, node: s.Node) -> Side | None:
        """A side as long as a size says: that of the array which is measured, or one of a known length."""
        node = s.ungrouped(node)
        if isinstance(node, s.Apply) and node.function in ("shape", "len") and ("axis", "all") not in node.options:
            return self.measured(node)
        dim = self.dimension(node)
        return None if dim is None else Side(dim)

    # ---- solving

    def solve(self) -> None:
        """Fixpoint, then one habit or default at a time, and the fixpoint again."""
        waiting, habits = self.waiting, Habits(self.names, self.habits)
        waiting.settle()
        while (
            habits.capitals(self.terms)
            or habits.vector()
            or waiting.force(PREFER)
            or habits.capitals()
            or habits.marks(self.names)
            or habits.entries(self.summed)
            or habits.number()
            or waiting.force(DECIDE)
            or waiting.force(GUESS)
        ):
            waiting.settle()
        self.name_dimensions()

    def name_dimensions(self) -> None:
        """Give letters to the dimensions that are still open, none of which clashes with a name in use."""
        taken = {*self.names, *self.dims, *self.limits, *self.letters, *self.scope.sizes, *self.scope.known_names}
        taken |= {letter for _, letter in self.bound}
        free = (letter for letter in chain(_LETTERS, (f"n{number}" for number in count(1))) if letter not in taken)
        # the size of a product such as kron(A, B) follows from its parts, so these come first
        for later_on in (False, True):
            made = set() if later_on else {id(side.root) for side in self.made}
            for form in (*self.names.values(), *(form for form in self.returned if form.kind.matrix)):
                for side in (form.rows, form.cols):
                    root = side.root
                    if root.dim is None and id(root) not in made:
                        name_side(root, Dim.of(next(free)))
            self.waiting.settle()
