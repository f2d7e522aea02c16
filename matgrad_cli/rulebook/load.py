"""TOML files → rules. A file is cut into its entries without being read;
an entry is read and checked when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..diagnostics import Diagnostic, InputError
from ..diagnostics.record import record
from ..ir import Expr
from .complaint import complain
from .heads import may_fit
from .plain import read_plain
from .rule import METHOD_FIELDS, RULE_FIELDS, Method, Phase, Requirement, Rule

_HEADER = "[[rule]]"
FAMILIES = (
    "entries", "norms", "indices", "partials", "softmax", "transposes", "traces", "inverses",
    "differentials", "adjoints", "elementwise", "simplify",
)  # fmt: skip


def rules_folder() -> Path:
    """The folder of the rule files: `rules/` of the checkout, or `_rules` inside an installed package."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_rules", package.parent / "rules"):
        if folder.is_dir():
            return folder
    raise InputError(
        Diagnostic(
            "rules-missing", f"found no rule files: neither `{package / '_rules'}` nor `rules/` beside the package"
        )
    )


@record
class Entry:
    """The text of one entry before it is read, where it stands, and its id."""

    id: str
    family: str
    file: str
    line: int
    order: int
    text: str
    extra: bool = False


class Rulebook:
    """All rules and methods. Files are cut into entries at once; an entry becomes a Rule when it is first asked for."""

    def __init__(self, entries: Iterable[Entry], *methods: Path) -> None:
        self._entries: dict[str, Entry] = {}
        self._rules: dict[str, Rule] = {}
        self._methods = methods
        self._read: dict[str, Method] = {}
        self._texts: dict[str, str] = {}
        for entry in entries:
            if entry.id in self._entries:
                other = self._entries[entry.id]
                raise complain(
                    f"{entry.file}:{entry.line}", entry.id, "id", f"the same id stands in {other.file}:{other.line}"
                )
            self._entries[entry.id] = entry
        self._extra = [entry.id for entry in self._entries.values() if entry.extra]

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
                raise InputError(
                    Diagnostic("unknown-rule", f"no rule is called `{rule_id}`", help=_nearest(rule_id, self._entries))
                )
            found = self._rules[rule_id] = _read_rule(entry)
        return found

    def directed(self, name: str) -> Rule:
        """A rule as a phase names it: read from right to left where `backwards` stands behind its id."""
        rule = self.rule(name.removesuffix(BACKWARDS))
        return rule.backwards if name.endswith(BACKWARDS) else rule

    def likely(self, name: str, nodes: Iterable[Expr]) -> bool:
        """Whether a rule as a phase names it may fit one of these parts, without reading the rule."""
        if name not in self._texts:
            entry = self._entries[name.removesuffix(BACKWARDS)]
            optional = "\noptional" in entry.text
            self._texts[name] = "" if optional else _quick(entry.text, "rhs" if name.endswith(BACKWARDS) else "lhs")
        text = self._texts[name]
        return not text or any(may_fit(text, node) for node in nodes)

    def text(self, rule_id: str, field: str) -> str:
        """A text field of a rule without reading the rule; empty if it has none that is written plainly."""
        return _quick(self._entries[rule_id].text, field)

    def extras(self) -> tuple[Rule, ...]:
        """The rules that `--rules` added."""
        return tuple(map(self.rule, self._extra))

    def is_extra(self, rule_id: str) -> bool:
        """Whether `--rules` added the rule."""
        return self._entries[rule_id].extra

    def family(self, name: str) -> tuple[Rule, ...]:
        """The rules of one chapter, in order."""
        return tuple(self.rule(entry.id) for entry in self._entries.values() if entry.family == name)

    @property
    def methods(self) -> tuple[str, ...]:
        """The ids of all methods."""
        return tuple(
            sorted(file.stem for folder in self._methods for file in folder.glob("*.toml") if file.stem != SOLVING)
        )

    def method(self, method_id: str) -> Method:
        """The method with this id, read from `methods/<id>.toml`."""
        found = self._read.get(method_id)
        if found is None:
            file = next((file for folder in self._methods if (file := folder / f"{method_id}.toml").is_file()), None)
            if file is None:
                raise InputError(
                    Diagnostic(
                        "unknown-method", f"no method is called `{method_id}`", help=_nearest(method_id, self.methods)
                    )
                )
            found = self._read[method_id] = _read_method(file, self)
        return found

    def led_by(self, method: Method) -> Rulebook:
        """The same rules, with this method in the place of the one that it is like."""
        from copy import copy  # seldom needed

        other = copy(self)
        other._read = {**self._read, method.like: method}
        return other


def _nearest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean `{close[0]}`?" if close else None


def rulebook(extra: Path | None = None) -> Rulebook:
    """The rules of the product, and the pattern rules in `extra` (a folder or a file) behind them."""
    return _rulebook(str(extra) if extra else "")


@lru_cache(maxsize=4)
def _rulebook(extra: str) -> Rulebook:
    folder = rules_folder()
    files = {file.stem: file for file in folder.glob("*.toml") if file.stem != EQUATIONS}
    ordered = [files[name] for name in FAMILIES if name in files] + [
        files[name] for name in sorted(files) if name not in FAMILIES
    ]
    entries = [entry for file in ordered for entry in cut(file.read_text("utf-8"), file.stem, f"rules/{file.name}")]
    if extra:
        path = Path(extra)
        more = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not path.exists() or not more:
            said = f"found no rule files in `{path}`; needed a folder with *.toml files, or one such file"
            raise InputError(Diagnostic("rules-missing", said))
        for file in more:
            entries += cut(_text_of(file), file.stem, str(file), extra=True)
    book = Rulebook(entries, folder / "methods", *([path / "methods"] if extra else []))
    if extra:
        _check_all(book.extras())
    return book


EQUATIONS = "equations"
"""The file of the moves of equations: they keep solutions, not values, so no derivation of a gradient may use them."""
SOLVING = "solve"
"""The method that uses them."""


@lru_cache(maxsize=1)
def equation_rules() -> Rulebook:
    """The moves of equations. A side of a rule is an equation `A @ X = B`, matched as the pair `inner(A @ X,
    B)` of its two sides."""
    folder = rules_folder()
    file = folder / f"{EQUATIONS}.toml"
    import re

    text = re.sub(r'^(lhs|rhs) = "(.*) = (.*)"$', r'\1 = "inner(\2, \3)"', file.read_text("utf-8"), flags=re.MULTILINE)
    return Rulebook(cut(text, EQUATIONS, f"rules/{file.name}"), folder / "methods")


def _check_all(rules: tuple[Rule, ...]) -> None:
    """Rules that a user adds are read and checked at once: a fault is said before anything is derived."""
    from .pattern import pattern  # the readers of the notation are needed only here

    for rule in rules:
        pattern(rule).check()


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(Diagnostic("rules-missing", f"cannot read `{file}`: {problem}")) from problem


def cut(text: str, family: str, file: str, extra: bool = False) -> list[Entry]:
    """The entries of a rule file, found by their header `[[rule]]`; nothing else is read yet."""
    head, *blocks = text.split("\n" + _HEADER)
    if head.startswith(_HEADER):
        head, blocks = "", [head[len(_HEADER) :], *blocks]
    stray = [line for line in head.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if stray:
        raise complain(file, "", "", f"found `{stray[0].strip()[:40]}` before the first `[[rule]]`")
    entries, line = [], head.count("\n") + 2 if head else 1
    for order, block in enumerate(blocks):
        rule_id = _quick(block, "id")
        if not rule_id:
            raise complain(
                f"{file}:{line}", "", "id", "a rule needs an id, written in double quotes on a line of its own"
            )
        entries.append(Entry(rule_id, family, file, line, order, block, extra))
        line += block.count("\n") + 1
    return entries


def _quick(block: str, key: str) -> str:
    """The text of `key = "…"` without reading TOML; empty if it is not written in that plain way."""
    plain = f'\n{key} = "'
    start = block.find(plain) + len(plain)
    if start >= len(plain) and (end := block.find('"', start)) > 0:
        return block[start:end]
    start = block.find(f"\n{key}")
    if start < 0:
        return ""
    name, sign, value = block[start + 1 : block.find("\n", start + 1)].partition("=")
    value = value.strip()
    if name.strip() != key or not sign or value[:1] not in ('"', "'"):
        return ""
    return value[1 : value.find(value[0], 1)] if value.find(value[0], 1) > 0 else ""


def _read_rule(entry: Entry) -> Rule:
    data: Mapping[str, Any] = read_plain(entry.text) or _toml(entry.text, f"{entry.file}:{entry.line}", entry.id)
    check = _Checked(data, entry)
    check.keys(RULE_FIELDS)
    native = check.flag("native") or check.flag("group")
    if native and entry.extra:
        raise complain(entry.file, entry.id, "native", "a folder given with --rules adds pattern rules only")
    if native and ("lhs" in data or "rhs" in data):
        raise complain(entry.file, entry.id, "lhs", "a native rule has no sides: its function is code")
    for field in ("title", "why") if native else ("lhs", "rhs", "title", "why"):
        check.text(field)
    found: dict[str, Any] = {field: read(check, field) for field, read in _READ.items() if field in data}
    found |= {"native": native, "when": _requirements(check, found.get("shapes", ()))}
    if len(found.get("example", ())) != 2:
        raise complain(
            entry.file, entry.id, "example", f"needs two texts, before and after; found {len(found.get('example', ()))}"
        )
    return Rule(entry.id, family=entry.family, order=entry.order, line=entry.line, file=entry.file, **found)


def _toml(text: str, file: str, rule: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise complain(file, rule, "", f"this is not TOML: {problem}") from problem


def _requirements(check: _Checked, shapes: tuple[tuple[str, str], ...]) -> tuple[Requirement, ...]:
    words = check.texts("when")
    if not words:
        return ()
    from ..facts.conditions import CONDITIONS

    names, found = {name for name, _ in shapes}, []
    for text in words:
        name, _, word = text.strip().partition(" ")
        if name not in names:
            raise check.complaint("when", f"`{name}` is not listed in shapes (it has {', '.join(sorted(names))})")
        if word.strip() not in CONDITIONS:
            close = _nearest(word.strip(), CONDITIONS) or f"the conditions are {', '.join(CONDITIONS)}"
            raise check.complaint("when", f"unknown condition `{word.strip()}`; {close}")
        found.append(Requirement(name, word.strip()))
    return tuple(found)


class _Checked:
    """The fields of one entry, each read with the type that it must have."""

    def __init__(self, data: Mapping[str, Any], entry: Entry) -> None:
        self.data, self.entry = data, entry

    def complaint(self, field: str, message: str) -> InputError:
        return complain(self.entry.file, self.entry.id, field, message)

    def keys(self, known: frozenset[str]) -> None:
        for key in self.data:
            if key not in known:
                raise self.complaint(key, f"unknown field; a rule has {', '.join(sorted(known))}")

    def text(self, field: str) -> str:
        value = self.data.get(field, "")
        if not isinstance(value, str) or not value.strip():
            raise self.complaint(field, "needs a text" if field in self.data else "is missing")
        return value.strip()

    def way(self, field: str) -> str:
        value = self.text(field)
        if value not in ("back", "forward"):
            raise self.complaint(field, f"needs `back` or `forward`, found `{value}`")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.data.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.complaint(field, f"needs a list of texts, found `{value}`")
        return tuple(value)

    def flag(self, field: str) -> bool:
        value = self.data.get(field, False)
        if not isinstance(value, bool):
            raise self.complaint(field, f"needs true or false, found `{value}`")
        return value

    def table(self, field: str) -> tuple[tuple[str, str], ...]:
        value = self.data.get(field, {})
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise self.complaint(field, 'needs a table of texts such as { A = "m n" }')
        return tuple(value.items())


_READ: Mapping[str, Callable[[_Checked, str], Any]] = {
    **dict.fromkeys(("title", "why", "lhs", "rhs"), _Checked.text),
    "small": _Checked.way,
    **dict.fromkeys(("shapes", "given", "bindings"), _Checked.table),
    **dict.fromkeys(("reversible", "group", "nary"), _Checked.flag),
    **dict.fromkeys(
        ("cite", "example", "fixed", "moves", "still", "moving", "single", "optional", "itself"), _Checked.texts
    ),
}
"""How each field of an entry is read; what an entry does not say is as the class says."""

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
        data = _toml(text, name, "")
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
    return Method(
        str(data.get("id", file.stem)), str(data.get("title", "")), str(data.get("why", "")), tuple(found), like
    )


def listed(text: str, book: Rulebook) -> tuple[str, ...]:
    """The rule itself; of `shared/differentials` all rules of that file,
    of `shared/differentials/functions` those of one phase."""
    if not text.startswith(SHARED):
        return (text,)
    name, _, wanted = text.removeprefix(SHARED).partition("/")
    return tuple(
        rule for phase in book.method(SHARED + name).phases if wanted in ("", phase.name) for rule in phase.rules
    )
