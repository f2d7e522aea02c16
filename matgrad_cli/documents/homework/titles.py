r"""Which problem of a key a place of a submission answers: by headings, by labels `(a)` below the heading of a problem
that is asked in parts, by the items of a list, or by the commands that number problems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ..words import said

Part = tuple[int, str, int, int]
"""Where a name stands, the problem that it names, where its answer begins and ends."""
_Mark = tuple[int, int, str, int]
"""Where a title begins, where the words in it, the problem or the number of one that is asked in parts, its end."""

_SHEET: Final = r"(?:(?:hw|homework|assignment|sheet|set|blatt)[ \t]*\#?\d+[ \t,:.\-–]*(?=<problem>\b))?"
_NAMES: Final = rf"{_SHEET}(?:<problem>(?:[ \t]+<to>)?[ \t]*){{0,2}}"
_LINE: Final = r"(?:(?m:^)|(?<=\\begin\{document\}))[ \t]*"
_SPACE: Final = r"(?:\\(?:noindent|newpage|clearpage|hline|(?:big|med|small)skip|[vh]space\*?\{[^}]*\})\s*)*"
_LISTED: Final = r"(?:[-*+•>][ \t]+)?"
_OPEN: Final = (
    r"(?P<open>(?:(?:\#{1,6}[ \t]+|\*{1,3}(?!\*)|_{2,3}(?!_)|\||<(?:h[1-6]|b|strong|u|p|li)\b[^<>]*>"
    r"|\{\s*\\(?:bf|it|em|large)\w*"
    r"|\\(?:(?:sub)*(?:section|paragraph)|text(?:bf|it|sc|sf)|emph|underline|problem|question|exercise)\*?\s*\{"
    r"|\\item\s*\[|\\item\s+(?=\())[ \t]*){1,4})?"
)
"""What makes a line a heading."""
_HEADING: Final = regex(r"^[ \t]*(?:(?P<hash>#{1,6})[ \t]|\\(?P<sub>(?:sub)*)section\b)", re.MULTILINE)
_ENDS: Final = r"|[-=]>|→|=(?!=)|[-–—](?=[ \t])|(?<=\t)|(?<=[ ]{3})|(?=<result>\b)"
"""What else ends the name of a problem where a `-` or an arrow is no part of a formula."""
_GOES_ON: Final = (
    r"[ \t]*(?:#+[ \t]+|\\(?:sub)*section\*?[ \t]*\{)(?:<announcing>[ \t]+)*(?:<problem>|<result>)[ \t:.*}]*(?m:$)"
)
"""`### Solution`: a heading that names no problem is a part of the one above it."""
TITLED: Final = (
    rf"{_LINE}(?:\#{{1,6}}[ \t]+|\*\*|__)?(?:{_SHEET}(?:<problem>[ \t]*){{1,2}}\#?\d+[a-z]?[ \t]*(?:[.():*_]|(?m:$))"
    r"|(?:\#\d+|\(?\d+[a-z]?[.):]|\(?[a-z]\))[ \t]*(?m:$))"
)
"""A line of plain text that names a problem: whoever wrote it hands something in."""
RULES: Final = r"(?:[-=*_~#]{2,}[ \t]*)?"
"""What people draw round a title in a comment, `# ---- Problem 2 ----`."""
_COMPOUND: Final = regex(r"(?P<whole>.*\d)(?:[ .\-_(]*(?P<part>[a-z]|[ivx]+)|[ .\-_(]+(?P<number>\d+))\)?")
_ITEM: Final = regex(
    r"\\(?:(?P<begin>begin)|(?P<end>end))\s*\{(?:enumerate|itemize|description)\}(?:\[[^\]]*\])?"
    r"|\\item(?![A-Za-z])(?!\s*\[)"
)
_SOLVED: Final = regex(r"\\begin\s*\{(?:solution|answer|sol|proof|loesung)\*?\}(?:\[[^\]]*\])?")
_NUMBERED: Final = regex(
    r"\\(?P<part>part(?![A-Za-z]))|\\question(?![A-Za-z])(?:\[[^\]]*\])?"
    r"|\\begin\s*\{(?:homework)?(?:[pP]roblem|[eE]xercise|[qQ]uestion|[aA]ufgabe)\*?\}"
)
"""Commands that number problems, and their parts by letters."""


_BY: Final = regex(
    r"(?:(?:\\nabla|∇)\s*_\s*\{?\s*(?:\\\w+\s*\{?)?|(?:\\partial\s*|∂|\bd)\w*\s*(?:\}\s*\{|/)\s*(?:\\partial\s*|∂|d)"
    r"(?:\\\w+\s*\{?)?)([A-Za-z]\w*)[^=\n]{0,20}="
)
"""By which variable a derivative is stated."""
_SECTION: Final = regex(r"^[ \t]*\\section\s*\{[^{}]*\}", re.MULTILINE)
_TITLING: Final = regex(
    r"\\(?:re)?newcommand\*?\s*\{?\s*\\(?P<name>[A-Za-z]+)\s*\}?\s*\[1\]\s*\{(?=[^\n]*#1)[^\n]*?"
    r"\\(?:(?:sub)*(?:section|paragraph)|textbf|bfseries)(?![A-Za-z])"
)
r"""The commands that a paper defines for its titles, `\newcommand{\prob}[1]{\section*{Problem #1}}`."""

_COUNTS: Final = "one two three four five six seven eight nine ten".split()
_ROMAN: Final = "i ii iii iv v vi vii viii ix x".split()


@record
class _Key:
    """How the problems of a key are called in headings: in whole, `2a` or `2(a)`; or by the number of one that is asked
    in parts, with what its parts are called."""

    names: Mapping[str, str]
    """Each name, without what may stand between its parts, and the problem."""
    parts: Mapping[str, Mapping[str, str]]
    """Of each number the labels of its parts, and the problem that each is."""
    order: tuple[str, ...]
    pattern: str


def plain_name(name: str) -> str:
    """A name without what may stand between its parts, and without the words for a problem."""
    return bare(said(r"(?:<problem>[\s.:#_\-]*)+(?=\d)").sub("", name, count=1))


def bare(name: str) -> str:
    """A name without what may stand between its parts: `2a` of `2. (a)`, `hw3.1` of `HW 3-1`."""
    name = re.sub(r"(?<=\d)[\s.\-_(]+(?=\d)", ".", name.lower())
    return re.sub(r"[\s_()\-]+|\.(?!\d)|(?<!\d)\.", "", name)


def _spelled(name: str) -> str:
    """The spellings of a name: with other signs, or none, between its numbers and words; a number as a word."""
    parts = re.findall(r"\d+|[^\W\d_]+", name)
    found = parts[0] if parts else re.escape(name)
    for one, other in pairwise(parts):
        numbers, words = one.isdigit() + other.isdigit() == 2, one.isalpha() and other.isalpha()
        between = r"[ \t]*[.\-_(][ \t]*" if numbers else r"[ \t_\-]*" if words else r"[ \t]*[.\-_]?[ \t]*\(?"
        found += between + other
    if len(parts) == 1 and name.isdigit() and 0 < int(name) <= len(_COUNTS):
        return rf"(?:{found}|(?<=[a-z] )(?:{_COUNTS[int(name) - 1]}|{_ROMAN[int(name) - 1]}))"
    return rf"(?:\d[ .]?)?{found}\)?" if len(name) == 1 and name.isalpha() else found + (r"\)?" if parts[1:] else "")


def _key(asked: Sequence[str]) -> _Key:
    compounds = {name: found for name in asked if (found := _COMPOUND.fullmatch(name)) is not None}
    parts: dict[str, dict[str, str]] = {}
    for name, found in compounds.items():
        if found["whole"] not in asked:
            parts.setdefault(bare(found["whole"]), {})[(found["part"] or found["number"]).lower()] = name
    counted = {str(number): name for number, name in enumerate(asked, 1)} if not parts else {}
    names = {**counted, **{plain_name(name): name for name in asked}, **{bare(name): name for name in asked}}
    order = list[str]()
    for name in (*counted, *asked):
        whole = bare(compounds[name]["whole"]) if name in compounds else ""
        order += [whole] if whole in parts and whole not in order else []
        order += [names[bare(name)]] if names[bare(name)] not in order else []
    spelled = map(_spelled, (*asked, *counted, *parts))
    pattern = "|".join(sorted(spelled, key=len, reverse=True))
    for number, (count, roman) in enumerate(zip(_COUNTS, _ROMAN, strict=True), 1):
        if str(number) in names or str(number) in parts:
            names = {count: names.get(str(number), str(number)), roman: names.get(str(number), str(number)), **names}
    names = {**{f"{digit}{name}": name for name in asked if len(name) == 1 for digit in range(10)}, **names}
    return _Key(names, parts, tuple(order), pattern)


def title_in_code(asked: Sequence[str]) -> re.Pattern[str]:
    """A comment that names a problem, or a part of one."""
    key = _key(asked)
    labels = "|".join(re.escape(label) for parts in key.parts.values() for label in parts)
    names = rf"\(?(?:{labels})\)|\(?(?:{key.pattern})\)?[.):]?[ \t]*{RULES}(?m:$)"
    return said(rf"[ \t]*#+[ \t]*{RULES}(?:<problem>\b|{names})")


def titled_parts(text: str, asked: Sequence[str], latex: bool, file: str = "") -> Iterator[Part]:
    """The problems that headings, bold or other lines name, else the name of the file, `problem2.md`; and labels below
    a problem that is asked in parts."""
    key = _key(asked)
    ends = r"[.):\]|&]|(?m:$)|\([^()\n=$\\]*\)[ \t]*:?[ \t]*(?m:$)" + ("" if latex else _ENDS)
    named = rf"(?P<sign>[#(])?(?P<id>{key.pattern})(?![\w-])(?!\.\w)(?P<end>[ \t]*(?:{ends}))?"
    titling = ["problem", *(found["name"] for found in _TITLING.finditer(text))]
    opened_by = _OPEN.replace("|problem", "|" + "|".join(titling)) if latex else _OPEN
    line = said(rf"{_LINE}{_SPACE}{_LISTED}{opened_by}(?P<words>{_NAMES}){named}")
    matches = [one for one in line.finditer(text) if one["open"] or one["end"] is not None or one["id"][-1] == ")"]
    matches = [one for one in matches if _is_apart(one["words"], (one["end"] or "").strip())]
    matches = [one for one in matches if not (one["end"] or "").strip().startswith("(") or _begins(text, one)]
    ids = [key.names.get(bare(match["id"]), bare(match["id"])) for match in matches]
    titles = [match for match in matches if match["open"] or match["words"] or match["sign"] == "#"]
    if not titles:  # a list of answers, in the order of the key
        in_order = ids == [one for one in key.order if one in ids]
        wholes = _wholes(key)
        if len(ids) == len(wholes) > 1 and len({match["id"] for match in matches}) == 1:
            ids, in_order = wholes, True  # a list that its page numbers
        titles = matches if in_order else []
    else:
        titles = _withbare(titles, matches, ids, key.order)
    named_so = {match.start(): own for match, own in zip(matches, ids, strict=True)}
    marks = [(match.start(), match.start("words"), named_so[match.start()], match.end()) for match in titles]
    if not marks and latex:
        marks = [*_counted(text, key)] or [*_sectioned(text, key)] or [*_listed(text, key)]
    stem = said(rf"(?:.*[_\W])?<problem>(?<!\bp)(?<!_p)[_\W]*(?P<id>{key.pattern})(?:[_\W].*)?")
    if not marks and (found_so := stem.fullmatch(file)) is not None:
        marks = [(0, 0, key.names.get(bare(found_so["id"]), bare(found_so["id"])), 0)]
    if len(key.parts) == 1 and not any(name for name in key.order if not _part_of(name, key)):
        marks.insert(0, (0, 0, next(iter(key.parts)), 0))  # all problems are parts of one
    found = [*_with_parts(text, marks, key, latex)]
    opened = {at for at, *_ in found}
    headings = {match.start() for match in _HEADING.finditer(text) if said(_GOES_ON).match(text, match.start()) is None}
    cuts = [*sorted({*opened, *headings}), len(text)]
    for at, name, start in found:
        own, behind = _level(text, at), [cut for cut in cuts if cut > at]
        end = next(cut for cut in behind if cut in opened or cut == len(text) or 0 < _level(text, cut) <= own)
        if name:
            solved = _SOLVED.search(text, start, end) if latex else None  # before it the question is repeated
            yield at, name, solved.end() if solved is not None else start, end


def _is_apart(words: str, end: str) -> bool:
    """Whether a name is no part of the formula behind it: `1 - p`, and the `q2 = …` of a program."""
    return words != "" if end in tuple("-–—") else end != "=" or words[-1:] in ("", " ", "\t")


def _begins(text: str, title: re.Match[str]) -> bool:
    """Whether a name with a remark in brackets is a heading, or stands below an empty line: in a sentence that a line
    breaks, `this uses⏎Problem 2 (the trace)`, it is none."""
    before = text[: title.start()].rstrip(" \t")
    return bool(title["open"]) or before[:-1].rstrip(" \t")[-1:] in ("", "\n")


def _wholes(key: _Key) -> list[str]:
    """The problems, one that is asked in parts by its number."""
    return [name for name in key.order if name in key.parts or not _part_of(name, key)]


def _part_of(name: str, key: _Key) -> str:
    """The number of the problem that is asked in parts to which a name, or that number, belongs; else nothing."""
    whole = bare(found["whole"]) if (found := _COMPOUND.fullmatch(name)) is not None else ""
    return bare(name) if bare(name) in key.parts else whole if whole in key.parts else ""


def _with_parts(text: str, marks: Sequence[_Mark], key: _Key, latex: bool) -> Iterator[tuple[int, str, int]]:
    """Where the answers to problems begin, and where they end; below the title of a problem that is asked in parts the
    labels of these."""
    for (place, at, name, end), behind in zip(marks, [*(mark[0] for mark in marks[1:]), len(text)], strict=False):
        parts, own = key.parts.get(_part_of(name, key), {}), name if name not in key.parts else ""
        yield at if own else place, own, end
        labelled = [*_labelled(text, end, behind, parts, own)]
        if latex and not own and not labelled:
            labelled = [(at, part, start) for at, part, start, _ in _items(text, end, behind, [*parts.values()])]
        if not own and not labelled and len({*_BY.findall(text, end, behind)}) > 1:  # `∇_U L = …, ∇_V L = …`
            labelled = [(place, part, end) for part in parts.values()]
        yield from labelled


def _labelled(text: str, start: int, end: int, parts: Mapping[str, str], last: str) -> Iterator[tuple[int, str, int]]:
    """The labels of parts between two places: at the beginning of a line or of the text, or, in their order, before
    a formula; for parts by numbers letters too."""
    if not parts:
        return
    order = [*parts.values()]
    called = {chr(ord("a") + at): name for at, name in enumerate(order) if all(map(str.isdigit, parts))} | {**parts}
    called = {**({} if "i" in called else dict(zip(_ROMAN, order, strict=False))), **called}
    labels = "|".join(sorted(map(re.escape, called), key=len, reverse=True))
    line = said(
        rf"(?:(?m:^)|(?<=\s))(?P<at>{_LISTED}{_OPEN}(?P<words>{_NAMES})"
        rf"(?:\((?P<id>{labels})\)|(?P<bare>{labels})[.)]"
        rf"|(?P<lone>{labels})(?=[ \t]*[:*_}}\]]|[ \t]*(?m:$))))[ \t]*[:.*_}}\]]*"
    )
    for found in line.finditer(text, start, end):
        label = found["id"] or found["bare"] or found["lone"]
        begins = not text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip() or found.start() <= start + 1
        marked = found["open"] or found["words"]
        if not label.islower() and not label.isdigit() and not marked:
            continue
        name = called[label.lower()]
        follows = order.index(name) == (order.index(last) + 1 if last in order else 0)
        before_formula = re.match(r"[ \t]*(?:\$|\\\(|[A-Z∇\\])", text[found.end() :])
        if (begins and (marked or not found["lone"])) or (found["id"] and follows and before_formula):
            last = name
            yield found.start("at"), last, found.end()


def _withbare(
    titles: Sequence[re.Match[str]], matches: Sequence[re.Match[str]], ids: Sequence[str], names: Sequence[str]
) -> list[re.Match[str]]:
    """The titles with bare numbers between them, `(4)` behind problem 3, that name what no title names;
    not the steps of a list."""
    named = {own for match, own in zip(matches, ids, strict=True) if match in titles}
    found, last = [], ""
    for match, own in zip(matches, ids, strict=True):
        follows = (last, own) in {*pairwise(names)}
        if match in titles or (follows and own not in named):
            found.append(match)
            last = own
        else:
            last = ""
    return found


def _counted(text: str, key: _Key) -> Iterator[_Mark]:
    r"""The problems as commands number them: the second `\question`, the first `\part` of it."""
    number, part = 0, 0
    for found in _NUMBERED.finditer(text):
        number, part = (number, part + 1) if found["part"] else (number + 1, 0)
        parts = [*key.parts.get(str(number), {}).values()]
        whole = key.names.get(str(number), str(number) if parts else "")
        yield found.start(), found.start(), "".join(parts[part - 1 : part]) if part else whole, found.end()


def _listed(text: str, key: _Key) -> Iterator[_Mark]:
    """The problems as the items of one numbered list, in the order of the key."""
    for start, name, begin, _ in _items(text, 0, len(text), _wholes(key)):
        yield start, start, name, begin


def _sectioned(text: str, key: _Key) -> Iterator[_Mark]:
    """The problems as the sections of a paper, which its page numbers, where there are as many, each with a formula."""
    sections = [*_SECTION.finditer(text)]
    ends = [*(one.start() for one in sections[1:]), len(text)] if sections else []
    bodies = [text[one.end() : end] for one, end in zip(sections, ends, strict=True)]
    if len(sections) == len(_wholes(key)) > 1 and all(re.search(r"\$|\\[\[(]|\\begin", body) for body in bodies):
        for found, name in zip(sections, _wholes(key), strict=True):
            yield found.start(), found.start(), name, found.end()


def _items(text: str, start: int, end: int, asked: Sequence[str]) -> Iterator[Part]:
    """The items of one numbered list between two places, each with its name."""
    depth, starts, ends = 0, list[int](), list[int]()
    for match in _ITEM.finditer(text, start, end):
        depth += bool(match["begin"]) - bool(match["end"])
        item = depth == 1 and not match["begin"] and not match["end"]
        ends += [match.start()] if (item and starts) or (depth == 0 and match["end"]) else []
        starts += [match.end()] if item else []
    if r"\begin{enumerate}" in text[start:end] and 1 < len(starts) == len(ends) <= len(asked):
        yield from zip(starts, asked, starts, ends, strict=False)


def _level(text: str, at: int) -> int:
    """How deep a heading is; 0 for what is none."""
    found = _HEADING.match(text, text.rfind("\n", 0, at) + 1)
    return 0 if found is None else len(found["hash"]) if found["hash"] else 1 + len(found["sub"]) // 3
