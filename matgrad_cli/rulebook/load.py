"""The rules and methods of the product, from their TOML files; a rule is read when it is first asked for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..diagnostics import Diagnostic, InputError
from ..ir import Expr
from .entries import Entry, cut, nearest, quick, read_plain, read_rule, toml, words
from .heads import Form, Head, form, heads_at, operators_in
from .rule import METHOD_FIELDS, Method, Phase, Rule, complain

FAMILIES = (
    "entries norms indices partials softmax transposes traces inverses differentials adjoints elementwise simplify"
).split()


def rules_folder() -> Path:
    """The folder of the rule files: `rules/` of the checkout, or `_rules` inside an installed package."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_rules", package.parent / "rules"):
        if folder.is_dir():
            return folder
    said = f"found no rule files: neither `{package / '_rules'}` nor `rules/` beside the package"
    raise InputError.coded("rules-missing", said)


_Begun = tuple[int, Form | None, list[int]]
"""The place of a rule, what its text says, and which of some parts it may fit."""


class Together:
    """Rules that are tried together, and what their texts say: which of them may fit, seen without reading them."""

    def __init__(self, names: tuple[str, ...], said: tuple[Form | None, ...]) -> None:
        self.names, self._said = names, said
        self._begun: dict[Hashable, list[_Begun]] = {}
        """Those that fit parts with some heads and operators, as far as these say."""

    def likely(self, nodes: Sequence[Expr]) -> Iterator[str]:
        """Those that may fit one of these parts."""
        for place, said, at in self._beginning(tuple(map(heads_at, nodes))):
            if said is None or any(said.may_be(nodes[number]) for number in at):
                yield self.names[place]

    def possible(self, node: Expr) -> Iterator[int]:
        """The places of those that may fit a part as it stands; a rule about what is pending always may."""
        begun = self._beginning((heads_at(node),), operators_in(node))
        return (place for place, said, _ in begun if said is None or said.may_be(node))

    def _beginning(self, heads: tuple[tuple[Head, ...], ...], operators: frozenset[str] | None = None) -> list[_Begun]:
        """Those that fit parts with some heads, as far as these say; with the operators within, a part as it stands:
        then nothing is said of rules about what is pending."""
        begun = self._begun.get((heads, operators))
        if begun is None:
            begun = self._begun[heads, operators] = []
            for place, said in enumerate(self._said):
                if operators is None:
                    at = [number for number, one in enumerate(heads) if said is None or said.may_begin_at(one)]
                elif said is None or said.pending:
                    said, at = None, [0]
                else:
                    at = [0] if said.fits_at(heads[0][0], operators) else []
                if at:
                    begun.append((place, said, at))
        return begun


class Rulebook:
    """All rules and methods. Files are cut into entries at once; an entry becomes a Rule when it is first asked for."""

    def __init__(self, entries: Iterable[Entry], *methods: Path) -> None:
        self._entries: dict[str, Entry] = {}
        self._rules: dict[str, Rule] = {}
        self._methods = methods
        self._read: dict[str, Method] = {}
        self._together: dict[tuple[str, ...], Together] = {}
        for entry in entries:
            if entry.id in self._entries:
                other = self._entries[entry.id]
                said = f"the same id stands in {other.file}:{other.line}"
                raise complain(f"{entry.file}:{entry.line}", entry.id, "id", said)
            self._entries[entry.id] = entry
        self.extra = tuple(entry.id for entry in self._entries.values() if entry.extra)
        """The ids of the rules that `--rules` added."""
        self.refused: tuple[Diagnostic, ...] = ()
        """Why others that it names may not be used."""

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._entries

    def __iter__(self) -> Iterator[Rule]:
        return (self.rule(rule_id) for rule_id in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rules, in the order of the chapters."""
        return tuple(self._entries)

    @property
    def families(self) -> tuple[str, ...]:
        """The chapters, in order."""
        return tuple(dict.fromkeys(entry.family for entry in self._entries.values()))

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; an unknown id names the nearest known one."""
        found = self._rules.get(rule_id)
        if found is None:
            entry = self._entries.get(rule_id)
            if entry is None:
                close = nearest(rule_id, self._entries)
                raise InputError.coded("unknown-rule", f"no rule is called `{rule_id}`", help=close)
            found = self._rules[rule_id] = read_rule(entry)
        return found

    def directed(self, name: str) -> Rule:
        """A rule as a phase names it: read from right to left where `backwards` stands behind its id."""
        rule = self.rule(name.removesuffix(BACKWARDS))
        return rule.backwards if name.endswith(BACKWARDS) else rule

    def together(self, names: tuple[str, ...]) -> Together:
        """Rules as a phase names them, tried together."""
        found = self._together.get(names)
        if found is None:
            found = self._together[names] = Together(names, tuple(map(self.said, names)))
        return found

    def said(self, name: str) -> Form | None:
        """What the text of a rule says of what fits; None where it does not say all."""
        entry = self._entries[name.removesuffix(BACKWARDS)]
        text = "" if "\noptional" in entry.text else quick(entry.text, "rhs" if name.endswith(BACKWARDS) else "lhs")
        return form(text, words(entry.text, "fixed")) if text else None

    def text(self, rule_id: str, field: str) -> str:
        """A text field of a rule without reading the rule; empty if it has none that is written plainly."""
        return quick(self._entries[rule_id].text, field)

    def extras(self) -> tuple[Rule, ...]:
        """The rules that `--rules` added."""
        return tuple(map(self.rule, self.extra))

    def family(self, name: str) -> tuple[Rule, ...]:
        """The rules of one chapter, in order."""
        return tuple(self.rule(entry.id) for entry in self._entries.values() if entry.family == name)

    @property
    def methods(self) -> tuple[str, ...]:
        """The ids of all methods."""
        names = (file.stem for folder in self._methods for file in folder.glob("*.toml"))
        return tuple(sorted(name for name in names if name != SOLVING))

    def method(self, method_id: str) -> Method:
        """The method with this id, read from `methods/<id>.toml`."""
        found = self._read.get(method_id)
        if found is None:
            file = next((file for folder in self._methods if (file := folder / f"{method_id}.toml").is_file()), None)
            if file is None:
                close = nearest(method_id, self.methods)
                raise InputError.coded("unknown-method", f"no method is called `{method_id}`", help=close)
            found = self._read[method_id] = _read_method(file, self)
        return found

    def led_by(self, method: Method) -> Rulebook:
        """The same rules, with this method in the place of the one that it is like."""
        return self._but(_read={**self._read, method.like: method})

    def without(self, refused: Mapping[str, Diagnostic]) -> Rulebook:
        """The same rules but for some that `--rules` added, and why these may not be used."""
        kept = {rule_id: entry for rule_id, entry in self._entries.items() if rule_id not in refused}
        extra = tuple(rule_id for rule_id in self.extra if rule_id in kept)
        return self._but(_entries=kept, extra=extra, refused=tuple(refused.values()), _together={}, _read={})

    def _but(self, **changed: object) -> Rulebook:
        from copy import copy  # seldom needed

        other = copy(self)
        other.__dict__.update(changed)
        return other


def rulebook(extra: Path | None = None) -> Rulebook:
    """The rules of the product, and the pattern rules in `extra` (a folder or a file) behind them."""
    if extra is None:
        return _rulebook("")
    files = sorted(extra.glob("*.toml")) if extra.is_dir() else [extra]
    return _rulebook(str(extra), tuple((file.absolute(), file.stat().st_mtime_ns) for file in files if file.exists()))


@lru_cache(maxsize=4)
def _rulebook(extra: str, files_read: tuple[tuple[Path, int], ...] = ()) -> Rulebook:
    """The rules with those of `extra`, whose files are read again where they have changed."""
    folder = rules_folder()
    files = {file.stem: file for file in folder.glob("*.toml") if file.stem != EQUATIONS}
    others = sorted(name for name in files if name not in FAMILIES)
    ordered = [files[name] for name in (*FAMILIES, *others) if name in files]
    entries = [entry for file in ordered for entry in cut(file.read_text("utf-8"), file.stem, f"rules/{file.name}")]
    if extra:
        path = Path(extra)
        more = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not files_read:
            said = f"found no rule files in `{path}`; needed a folder with *.toml files, or one such file"
            raise InputError.coded("rules-missing", said)
        for file in more:
            entries += cut(_text_of(file), file.stem, str(file), extra=True)
    return Rulebook(entries, folder / "methods", *([path / "methods"] if extra else []))


EQUATIONS = "equations"
"""The file of the moves of equations: they keep solutions, not values, so no derivation of a gradient may use them."""
SOLVING = "solve"
"""The method that uses them."""


@lru_cache(maxsize=1)
def equation_rules() -> Rulebook:
    """The moves of equations: a side `A @ X = B` is matched as the pair `inner(A @ X, B)`."""
    folder = rules_folder()
    file = folder / f"{EQUATIONS}.toml"
    import re

    text = re.sub(r'^(lhs|rhs) = "(.*) = (.*)"$', r'\1 = "inner(\2, \3)"', file.read_text("utf-8"), flags=re.MULTILINE)
    return Rulebook(cut(text, EQUATIONS, f"rules/{file.name}"), folder / "methods")


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError.coded("rules-missing", f"cannot read `{file}`: {problem}") from problem


SHARED = "shared/"
"""A list of rules that several methods share: the rules of a file of this folder, or of one phase of it."""
BACKWARDS = " backwards"
"""Behind a rule's id in a phase: the rule is read from right to left."""


def _read_method(file: Path, book: Rulebook) -> Method:
    name = f"rules/methods/{file.name}"
    text = file.read_text("utf-8")
    head, *blocks = text.split("\n[[phases]]\n")
    data: dict[str, Any] | None = read_plain(head)
    phases = [read_plain(block) for block in blocks]
    if data is None or None in phases or "[[" in head:
        data = toml(text, name, "")
        phases = data.pop("phases", [])
    unknown = sorted(set(data) - METHOD_FIELDS)
    if unknown:
        raise complain(name, "", unknown[0], f"unknown field; a method has {', '.join(sorted(METHOD_FIELDS))}")
    found = []
    for phase in phases:
        rules = tuple(rule for text in phase.get("rules", ()) for rule in listed(str(text), book))  # type: ignore[union-attr]
        missing = [text for text in rules if text.removesuffix(BACKWARDS) not in book]
        if missing:
            raise complain(name, "", "phases", f"no rule is called `{missing[0]}`")
        found.append(Phase(str(phase.get("name", "")), str(phase.get("title", "")), rules))  # type: ignore[union-attr]
    like = str(data.get("like", ""))
    own = {phase.name: phase for phase in found}
    if like:
        base = book.method(like).phases
        strange = own.keys() - {phase.name for phase in base}
        if strange:
            raise complain(name, "", "phases", f"the method `{like}` has no phase `{min(strange)}`")
        found = [own.get(phase.name, phase) for phase in base]
    title, why = str(data.get("title", "")), str(data.get("why", ""))
    return Method(str(data.get("id", file.stem)), title, why, tuple(found), like)


def listed(text: str, book: Rulebook) -> tuple[str, ...]:
    """The rule itself; of `shared/differentials` all rules of that file, of `…/functions` those of one phase."""
    if not text.startswith(SHARED):
        return (text,)
    name, _, wanted = text.removeprefix(SHARED).partition("/")
    phases = (phase for phase in book.method(SHARED + name).phases if wanted in ("", phase.name))
    return tuple(rule for phase in phases for rule in phase.rules)
