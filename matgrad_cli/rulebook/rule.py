"""What a rule and a method are: frozen records, with the texts of both sides; `pattern` holds the parsed sides;
and what is wrong with a rule file, said with file, rule and field."""

from __future__ import annotations

from ..diagnostics import InputError
from ..diagnostics.record import record, replace

METHOD_FIELDS = frozenset(("id", "title", "why", "like", "phases"))


@record
class Requirement:
    """A condition of a rule: `A invertible` is a pattern variable and a word of the closed list."""

    variable: str
    word: str

    def __str__(self) -> str:
        return f"{self.variable} {self.word}"


@record
class Rule:
    """An identity `lhs` = `rhs` with the sentence printed beside its step, its reason,
    its sources and a worked example.

    `shapes` says what each pattern variable is: `"m n"` a matrix, `"n"` a column vector, `""` a number, `"index m"` a
    letter. `native` rules have no pattern: their one function is code. `given` holds the shapes of the names in
    `example` (`Z = "= A @ X"`: Z is a name for A X), `bindings` what is said to a native rule there (a letter, a name,
    a word). `shapes` may also say `"of i"`: a number that may hold the letter i of the Σ around it (i then stands for
    all letters of that Σ), and `"of i m n"` a matrix that may.
    `group` entries are no rules but sentences: the titles over several substeps, and the words of a result. `fixed`
    names letters that must not contain the variable (in a sum or product such a letter takes all parts without it),
    `moving` letters that must, `single` letters that are no product.
    `nary` rules speak of two terms or factors and hold for any number: they are used again on the parts that they split
    off, and a part without the variable does not move.
    `one_way` says of a pattern for equations that it leads to one of many solutions.
    `small` says that a practised reader does the step in the head: on a short page it is told together with the step
    after it (`forward`) or before it (`back`).
    `moves` names letters that hold what is pending (under a d: the variable) and are no product of which an end part
    does not; `still` names letters that hold none of it.
    `itself` names letters that stand for the variable itself.
    `optional` names letters for which an identity may stand, which is not written:
    each is a square factor of a matrix product.
    """

    id: str
    title: str
    why: str
    family: str
    order: int
    line: int
    file: str
    shapes: tuple[tuple[str, str], ...] = ()
    lhs: str = ""
    rhs: str = ""
    when: tuple[Requirement, ...] = ()
    cite: tuple[str, ...] = ()
    example: tuple[str, str] | None = None
    given: tuple[tuple[str, str], ...] = ()
    bindings: tuple[tuple[str, str], ...] = ()
    native: bool = False
    reversible: bool = False
    one_way: bool = False
    group: bool = False
    nary: bool = False
    fixed: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    small: str = ""
    moving: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    itself: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def pending(self) -> str:
        """What the rule takes apart: `d` a differential, `partial` a pending derivative, empty for all other rules."""
        text = self.lhs or (self.example[0] if self.example else "")
        return "d" if text.startswith("d(") else "partial" if text.startswith("partial(") else ""

    @property
    def backwards(self) -> Rule:
        """The same identity read from right to left; only a rule that says `reversible` may be."""
        if not self.reversible:
            raise ValueError(f"{self.id} is not reversible")
        return replace(self, lhs=self.rhs, rhs=self.lhs, example=self.example and (self.example[1], self.example[0]))


@record
class Phase:
    """One stage of a method: a name, what is tried in which order, and whether it is tried again until nothing fits."""

    name: str
    title: str
    rules: tuple[str, ...]


@record
class Method:
    """A named order in which rules are tried. `like`: the method that it is but for some phases."""

    id: str
    title: str
    why: str
    phases: tuple[Phase, ...]
    like: str = ""

    def phase(self, name: str) -> Phase:
        """The phase of that name."""
        return next(phase for phase in self.phases if phase.name == name)


def complain(file: str, rule: str, field: str, message: str) -> InputError:
    """An error that names file, rule and field: `rules/traces.toml: rule "trace-cyclic", rhs: …`."""
    where = f'{file}: rule "{rule}"' if rule else file
    return InputError.coded("bad-rule", f"{where}, {field}: {message}" if field else f"{where}: {message}")
