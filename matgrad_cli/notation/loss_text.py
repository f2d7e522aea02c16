"""What people paste around a loss, `L(w) =`, marks of LaTeX; and which variable a name means."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn

from ..diagnostics import InputError, Source, Span
from ..diagnostics.regex import regex
from ..ir import Stack, Symbol
from . import syntax as s
from .latex.families import bound_letters
from .names import listed, nearest_name, spelled_name
from .scope import Scope

if TYPE_CHECKING:
    from .elaboration.elaborate import Reading

_GROUP: Final = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_SCRIPTS: Final = rf"(?:\s*[_^]\s*(?:{_GROUP}|\\?\w+|\*))*"
_NAMED: Final = (
    r"(?!\\(?:sum|prod|min|max|arg|lim|int|frac|sqrt|log|exp|tr|det)(?![A-Za-z]))"
    rf"(?:\\(?:math[a-z]+|operatorname|text|(?:wide)?hat|tilde|bar|boldsymbol|bm)\s*(?:{_GROUP}"
    rf"|(?<=\s)[A-Za-z]|\\[A-Za-z]+)|\{{\s*\\(?:cal|bf|rm|it)\s+\\?[A-Za-z]+\s*\}}|\\?[A-Za-z]+)"
    rf"{_SCRIPTS}"
)
DEFINES: Final = (
    rf"(?::?=(?!=)|≔|\\(?:coloneqq|triangleq|doteq|equiv)(?![A-Za-z])"
    rf"|\\(?:overset|stackrel)\s*{_GROUP}\s*\{{\s*=\s*\}})"
)
"""What stands between a name and what it is."""
_OF_NAME: Final = r"(?:\\(?:log|ln|cos|sin|exp)(?![A-Za-z])\s*)"
_LEFT_SIDE: Final = (
    rf"\s*\$*\s*([-+]?\s*(?:{_OF_NAME}?{_NAMED}\s*(?:(?:\\left|\\[bB]igg?l?)?\((?:[^()=]|\([^()=]*\))*\))?"
    rf"|(?:\\\||\\lVert|‖)[^=]{{1,40}}?(?:\\\||\\rVert|‖){_SCRIPTS})\s*&?\s*{DEFINES})"
)
"""A name, perhaps of arguments, or a norm, and an equals sign."""
_LABEL: Final = r"\s*((?:[LJEF]|[a-z]\w*|[A-Z]\w+)(?:\([^()=:]*\))?:)\s(?=[^:]*[-+^*|(‖\\@])"
"""A name and a colon that ends it, `Loss: …`; a colon between blanks is the product of two matrices."""

CONSTRAINT: Final = (
    r"\\(?:text|mathrm|mbox|operatorname)\s*\{\s*(?:s\.?\s*t\.?(?![A-Za-z])|subject to|such that)[^}]*\}"
    r"|\bs\.t\.|\\st\b"
)
GOAL: Final = (
    rf"\s*(?:(?:(?:\\?arg\s*(?:\\[,;:! ])?\s*\\?|\\)(?:min|max)|\\(?:inf|sup)|\\(?:operatorname\*?|mathrm"
    rf"|text)\s*\{{\s*(?:arg\s*\\?,?\s*)?(?:min|max)(?:imi[sz]e)?\s*\}})(?:\\limits)?\s*_\s*({_GROUP}|\\?\w+)|\\underset\s*({_GROUP})\s*{_GROUP}"
    r"|\\?(?:(?:operatorname\*?|mathrm|text)\s*\{\s*)?(?:min|max)imi[sz]e(?![A-Za-z])\s*\}?(?!\s*_))\s*(?:\\[,;:! ])?"
)
"""What a minimum or a maximum is taken over."""
_AMONG: Final = r"[,\s:<>]+|\\[{}]|\\(?:in|geq?|leq?|gt|lt|succ(?:eq)?|prec(?:eq)?|subset(?:eq)?)(?![A-Za-z])"
"""What stands between the letters over which it is taken: `U, V \\ge 0`."""

_PARAMETERS: Final = r"[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*"
_LAMBDA: Final = (
    rf"\s*(?:[A-Za-z_]\w*\s*(?:=|<-)\s*)?(?:lambda\s+{_PARAMETERS}\s*:|(?:@|function\s*)\(\s*{_PARAMETERS}\s*\)"
    rf"|\(\s*{_PARAMETERS}\s*\)\s*->|[^\W\d]\w*\s*->)\s*(?=\S)|\s*return\s+(?=\S)"
)
"""The head of a function without a name in Python, MATLAB, R and Julia."""
_GRAD: Final = (
    r"\s*(?:\w+\s*=\s*)?(?:[A-Za-z_][\w.]*\.)?(?:(?:value_and_)?grad|jacobian|jacrev|jacfwd)\s*\((?=\s*lambda\b)"
)
_GRAD_ENDS: Final = r"(?:,\s*argnums\s*=\s*\d+\s*)?\)\s*(?:\([\w\s,.]*\)\s*)?$"
"""What takes the derivative of a function in Python, `jax.grad(lambda w: …)(w)`, and how it ends."""
_MAPS: Final = r"\s*(?:\\?[A-Za-z]+\s*:\s*)?\\?[A-Za-z]+\s*(?:\\mapsto(?![A-Za-z])|↦)\s*(?=\S)"
_DISPLAY: Final = (
    r"\\(?:begin|end)\s*\{(?:equation|align(?:ed)?|gather(?:ed)?|split|multline|displaymath|math)\*?\}"
    r"|\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])|\\q?quad(?=\s*&?\s*[-+=])|&"
    r"|\\\\(?:\[[^\]]*\])?|\\q?quad\s*\(\d+[a-z]?\)\s*$"
)
"""What belongs to a formula on its own lines and not to the loss: its environment, its number, where it is broken."""
_CLOSING: Final = {"$$": "$$", "$": "$", r"\[": r"\]", r"\(": r"\)"}
_TOLD: Final = r"(?:[^(){}=+&]|\{[^{}]*\})*"
_REMARK: Final = (
    r"(?:[,.]?\s*\\q?quad|,(?:\s|\\[ ,;:]|~)*(?:for|with|where)?)(?![A-Za-z])"
    rf"\s*\(?{_TOLD}(?:(?<!\\right)[<>]|\\(?:geq?|leq?|gt|lt|in|neq?)(?![A-Za-z])){_TOLD}\)?[\s.]*$"
)
"""What a letter is, behind a comma or a wide space: `\\quad(\\lambda > 0)`."""
_SIGN: Final = (
    rf"\s*(?:\\nabla\s*_\s*({_GROUP}|\\?\w+)|\\(?:d|t)?frac\s*\{{\s*(?:\\partial|\\mathrm\s*\{{d\}}|d)\s*\}}\s*"
    rf"\{{\s*(?:\\partial|\\mathrm\s*\{{d\}}|d)\s*((?:[^{{}}]|{_GROUP})*)\}})"
)
"""The sign of a derivative in front, and by what it is taken."""


def without_wrappers(text: str, wrt: str) -> tuple[str, tuple[str, ...]]:
    r"""The loss without `L(w) =`, `\min_w`, `\nabla_w` in front, blanks in their place so that positions stay;
    and what to say.

    >>> without_wrappers(r"\min_w \|Xw - y\|^2", "w")[0].strip()
    '\\|Xw - y\\|^2'
    """
    said: list[str] = []
    text = without_display(_without_objects(text))
    if "\\" in text or "s.t." in text:
        constraint = regex(CONSTRAINT).search(text[:20_000])
        if constraint is not None:
            _refuse_constraint(text, constraint)
    remark = regex(_REMARK).search(text, max(0, len(text) - 200)) if "\\" in text[-200:] else None
    if remark is not None and text[: remark.start()].strip():
        said.append(f"`{remark[0].strip()}` behind the loss is no part of it")
        text = text[: remark.start()]
    taken = regex(_GRAD).match(text)
    ends = regex(_GRAD_ENDS).search(text, taken.end()) if taken is not None else None
    if taken is not None and ends is not None:
        said.append(f"`{taken[0].strip()}…)` takes the derivative, and is dropped")
        text = " " * taken.end() + text[taken.end() : ends.start()]
    function = regex(_LAMBDA).match(text) or regex(_MAPS).match(text)
    if function is not None:
        said.append(f"`{function[0].strip()}` in front says that the loss is a function, and is dropped")
        text = " " * function.end() + text[function.end() :]
    if text.rstrip().endswith(";") and not text.rstrip().endswith("\\;"):
        said.append("`;` behind the loss is dropped")
        text = text.rstrip().removesuffix(";")
    for pattern, what in ((GOAL, "the goal"), (_SIGN, "the derivative sign")) * 2:
        text, found = without_left_side(text)
        said += found
        wrapper = regex(pattern).match(text[:300]) if "\\" in text[:300] or "imi" in text[:30] else None
        if wrapper is None or not text[wrapper.end() :].strip():
            continue
        over = (wrapper[1] or wrapper[2] or wrt).strip().removeprefix("{").removesuffix("}")
        if re.search(r"=|\\\||\\[lr]Vert", over) and wrapper.re.pattern == GOAL:
            _refuse_constraint(text, wrapper)
        if wrt in {plain_name(part) for part in re.split(_AMONG, over)} | {plain_name(over)}:
            said.append(f"{what} `{' '.join(wrapper[0].split())}` in front is dropped")
            text = " " * wrapper.end() + text[wrapper.end() :]
    return _one_side(text, wrt, said)


_OF_OBJECT: Final = regex(
    r"\b(?P<object>self)\.(?P<own>[A-Za-z]\w*)(?![\w(])"
    r"|\b(?P<keeper>\w+)\[(?P<sign>['\"])(?P<key>[A-Za-z]\w*)(?P=sign)\]"
)
"""What belongs to an object of Python, `self.w`, or is kept in one, `params["w"]`."""


def _without_objects(text: str) -> str:
    """The text with each of these as a variable by its own name, where nothing else has that name, and the object
    does nothing else: `self.f(self.w)`."""
    whose: dict[str, set[str]] = {}
    for found in _OF_OBJECT.finditer(text):
        whose.setdefault(found["own"] or found["key"], set()).add(found["object"] or found["keeper"])
    bare = set(re.findall(r"\w+", _OF_OBJECT.sub(" ", text)))
    alone = bare.isdisjoint({*whose, *(one for objects in whose.values() for one in objects)}) and all(
        len(objects) == 1 for objects in whose.values()
    )
    return _OF_OBJECT.sub(_alone, text) if alone else text


def _alone(found: re.Match[str]) -> str:
    """The name, blanks in the place of the rest."""
    start, end = found.span("own" if found["own"] else "key")
    return " " * (start - found.start()) + found.string[start:end] + " " * (found.end() - end)


def _one_side(text: str, wrt: str, said: list[str]) -> tuple[str, tuple[str, ...]]:
    r"""Of `\tfrac12 e^\top e = \tfrac12 \|y - Xw\|^2` the first side that holds the variable, blanks for the others."""
    signs = [0, *(place for place in equal_signs(text)), len(text)]
    sides = [text[start:end].lstrip("=") for start, end in pairwise(signs)] if len(signs) > 2 else []
    letter = wrt.partition("_")[0]
    letters = (re.findall(r"\\([A-Za-z]+)|([A-Za-z])", side) for side in sides)
    held = [any(letter in pair for pair in found) for found in letters]
    first = next((number for number, found in enumerate(held) if found), 0)
    start, end = signs[first] + 1, signs[first + 1] if first else 0
    if not first or re.search(r"[,;\n]|\\q?quad|\\text|\\\\", text[:start]):
        return text, tuple(said)
    said.append(f"`{text[:start].strip()}` in front, which does not hold `{wrt}`, is dropped")
    return " " * start + text[start:end], tuple(said)


def equal_signs(text: str) -> Iterator[int]:
    """Where equals signs stand outside of all brackets."""
    depth = 0
    for sign in re.finditer(r"\\?[{}]|[(\[\])]|\\.|(?<![=<>!:])=(?!=)", text):
        depth += (sign[0][-1] in "([{") - (sign[0][-1] in ")]}")
        if sign[0] == "=" and depth == 0:
            yield sign.start()


def _refuse_constraint(text: str, found: re.Match[str]) -> NoReturn:
    message = "a constraint stands beside the loss, and a gradient knows of none"
    help = "leave it out for the gradient of the loss alone"
    raise InputError.coded("constraint", message, Source("loss", text), Span(*found.span()), help=help)


def without_display(text: str) -> str:
    r"""The formula without its environment, number and line breaks, blanks in their place; a table keeps its own.

    >>> without_display(r"\begin{align} L &= a \\ &\quad + b \end{align}").split()
    ['L', '=', 'a', '+', 'b']
    """
    opens = next((sign for sign in _CLOSING if text.lstrip().startswith(sign)), "")
    start, end = text.find(opens) + len(opens), len(text.rstrip(" .,\t\n")) - len(opens)
    if opens and start < end and text.startswith(_CLOSING[opens], end) and opens not in text[start:end]:
        text = " " * start + text[start:end]
    if "\\" not in text or re.search(r"cases|matrix|array", text):
        return text
    return regex(_DISPLAY).sub(lambda found: " " * len(found[0]), text)


def without_left_side(text: str) -> tuple[str, tuple[str, ...]]:
    """The loss without `L(w) =` in front, blanks in its place so that positions stay; and what to say.

    >>> without_left_side("f = x.T@x")[0].strip()
    'x.T@x'
    """
    said: list[str] = []
    while "=" in text or ":" in text or "\\" in text:
        found = re.match(_LEFT_SIDE, text[:300]) or re.match(_LABEL, text[:300])
        if found is None or not text[found.end() :].strip():
            break
        said.append(f"`{' '.join(found[1].replace('&', '').split())}` in front names the loss and is dropped")
        text = " " * found.end() + text[found.end() :]
    return text, tuple(said)


STEP: Final = (
    r"\\(?P<step>[Dd]elta)(?![A-Za-z])\s*(?:\\[,;:! ]\s*)?(?:\\(?:math[a-z]+|boldsymbol|bm|vec)\s*)?"
    r"(?P<open>\{\s*)?\\?(?P<of>(?(open)[A-Za-z]+|(?:(?<=\\)[A-Za-z]+|[A-Za-z])))(?(open)\s*\})"
    r"(?:\s*_\s*(?:\{(?P<label>\w+)\}|(?P<bare>\w)))?(?!\s*[_({])"
)
"""A step in a variable, `\\Delta x`."""


def plain_name(text: str) -> str:
    r"""A variable's name without the marks of LaTeX: `\boldsymbol{\beta}` is `beta`, `W^{(1)}` is `W_1`, a step
    `\Delta x` is `Delta_x`.

    >>> plain_name(r"\mathbf W^{(1)}")
    'W_1'
    """
    name = text.strip().strip("$").strip()
    if name.startswith("\\") and (step := regex(STEP).fullmatch(name)):
        return f"{step['step']}_{step['of']}{step['label'] or step['bare'] or ''}"
    name, primes = name.rstrip("'"), len(name) - len(name.rstrip("'"))
    name = re.sub(r"^\{\s*\\(?:bf|it|rm|cal|boldmath)\s+(\\?\w+)\s*\}", r"\1", name) + "_prime" * primes
    if name.isidentifier():
        return spelled_name(name)
    from .latex.names import ACCENTS, STYLES  # only where a name has marks

    for _ in range(3):
        found = re.search(r"\\([A-Za-z]+)\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|(?<=\s)[A-Za-z]))", name)  # the innermost
        if found is None or (found[1] not in STYLES and found[1] not in ACCENTS and found[1] not in ("mathrm", "text")):
            break
        inner = (found[2] or found[3] or "").strip()
        mark = f"_{ACCENTS[found[1]]}" if found[1] in ACCENTS and inner else ""
        name = name[: found.start()] + inner + mark + name[found.end() :]
    name = re.sub(r"\^\s*(?:\{\s*[(\[]\s*(\d+|[a-z])\s*[)\]]\s*\}|[(\[](\d+)[)\]])$", r"_\1\2", name)
    name = re.sub(r"_\{?\s*\\?(\w+)\s*\}?$", r"_\1", name)
    name = re.sub(r"\^\s*\{?\s*(?:\*|\\(?:star|ast))\s*\}?$", "_star", name)
    name = re.sub(r"\^\s*\{?\s*([a-z]{2,})\s*\}?$", r"_\1", name)
    name = re.sub(r"[_^]\s*\{?\s*([-+])\s*\}?$", lambda sign: "_plus" if sign[1] == "+" else "_minus", name)
    return spelled_name(name)


def said_of_variable(variable: Symbol, wrt: str, scope: Scope) -> tuple[str, ...]:
    """What to say where the variable is not called as `--wrt` calls it: X for x, the rows of which x_k is one."""
    name = plain_name(wrt)
    if f"{variable.name}_bar" in scope.symbols:
        of = f"`{variable.name}_bar` is a name by itself, of which nothing moves with `{variable.name}`"
        return (f"{of}; where it is the mean, write it as a sum",)
    if variable.name == name or variable.name.lower() not in (name.lower(), numbered(name).lower()):
        return ()
    if variable.name.lower() == name.lower():
        return (f"`{name}` is read as `{variable.name}`",)
    side = "column" if scope.members.get(variable.name) == "column" else "row"
    part = "matrix" if isinstance(variable, Stack) else side if variable.shape.is_matrix else "entry"
    return (f"the derivative by `{wrt}` is {part} {name[-1]} of the derivative by `{variable.name}`",)


def matrix_squares(text: str, tree: s.Node, reading: Reading) -> tuple[str, ...]:
    """What to say of `X^2` where nothing else shows LaTeX: the reading was guessed, and `X**2` is another thing."""
    if "\\" in text:
        return ()
    shapes = {text[span.start : span.end].strip("() "): value.shape for value, span in [*reading.spans.items()][::-1]}
    for part in s.parts_of(tree):
        match part:
            case s.Binary(span, "^", left, right) if isinstance(s.ungrouped(right), s.Literal_):
                base, exponent, written = (text[one.start : one.end] for one in (left.span, right.span, span))
                shape = shapes.get(base.strip("() "))
                if shape is not None and shape.is_square and not shape.is_number:
                    power = f"`{written}` is the matrix power; entry by entry is `{base}**{exponent}`"
                    return (f"the loss is read as LaTeX: {power}",)
    return ()


# ---- variables that are written with more than a letter, σ² and Δx


SQUARED: Final = r"\s*(?P<name>\\?[A-Za-z]+)(?:\s*_\s*\{?(?P<label>\w)\}?)?\s*\^\s*(?:2|\{\s*2\s*\})\s*"
"""A variable that is the square of a letter."""


def power_of(name: str, label: str = "") -> re.Pattern[str]:
    """A power of the name, or of its estimate, σ̂; `label` is what stands below it."""
    below = rf"\s*_\s*(?:\{{\s*{label}\s*\}}|{label}(?!\w))" if label else r"(?!\s*_)"
    alone = "" if name.startswith("\\") else r"(?<![A-Za-z\\])"
    return re.compile(
        rf"(?P<mark>\\(?:hat|widehat|tilde)\s*(?P<open>\{{)?\s*)?{alone}(?P<name>{re.escape(name)})(?![A-Za-z])(?(open)\s*\}})"
        rf"{below}(?:\s*\^\s*(?:\{{\s*(?P<power>-?\d)\s*\}}|(?P<digit>\d)))?"
    )


def of_square(match: re.Match[str], name: str = "") -> str:
    r"""The power as one of σ², which is differentiated by: `\sigma^4` is its square, σ its root."""
    name = name or rf"{match['mark'] or ''}{match['name']}{'}' if match['open'] else ''}_{{\mathrm{{sq}}}}"
    power = int(match["power"] or match["digit"] or 1)
    return name if power == 2 else rf"{name}^{{{power // 2}}}" if power % 2 == 0 else rf"{name}^{{{power}/2}}"


def with_one_name(loss: str, wrt: str, declared: Container[str]) -> tuple[str, str, tuple[str, ...]]:
    r"""The loss and its variable with one name for a variable that is a square, `\sigma^2` or `\sigma_f^2`, and for a
    step `\Delta x` that is the variable or has a shape; and what to say.

    >>> with_one_name(r"\log\sigma^2 + y/\sigma", r"\sigma^2", ())[:2]
    ('\\log\\sigma_{\\mathrm{sq}} + y/\\sigma_{\\mathrm{sq}}^{1/2}', 'sigma_sq')
    >>> with_one_name(r"\|J\Delta x + r\|^2", r"\Delta x", ())[:2]
    ('\\|J\\Delta_{\\mathrm{x}} + r\\|^2', 'Delta_x')
    """
    own, said = plain_name(wrt), dict[str, None]()

    def named(step: re.Match[str]) -> str:
        name = plain_name(step[0])
        if name != own and name not in declared:
            return step[0]
        said[f"`{step[0].strip()}` is one variable here, `{name}`"] = None
        return r"\{}_{{\mathrm{{{}}}}}".format(*name.split("_"))

    loss, found = regex(STEP).sub(named, loss), re.fullmatch(SQUARED, wrt.strip().strip("$"))
    if found is None or "\\" not in loss or found["label"] in bound_letters(loss):
        return loss, wrt, tuple(said)
    name = f"{plain_name(found['name'])}_{found['label'] or ''}sq"
    return with_square(loss, found), name, (*said, f"`{wrt.strip()}` is one variable here, `{name}`")


def with_square(text: str, square: re.Match[str]) -> str:
    """The text with one name for the square of a letter."""
    label = square["label"] or ""
    written = f"{square['name']}_{{\\mathrm{{{label}sq}}}}"
    return power_of(square["name"], label).sub(lambda match: of_square(match, written), text)


# ---- which variable of a loss is meant by the name that `--wrt` gives


MARKS: Final = ("hat", "bar", "tilde", "dot", "cal", "frak", "under")
"""Marks that a letter may have lost, or that stand in another place."""


def variable_named(text: str, scope: Scope) -> Symbol:
    """The variable that `--wrt` names: as written, with its mark in another place, or the rows of which it is one."""
    name = plain_name(text)
    found = scope.find(name)
    if not isinstance(found, Symbol) and name.endswith(tuple(f"_{mark}" for mark in MARKS)):
        base, _, mark = name.rpartition("_")
        found = scope.find(base + mark) or scope.find(mark + base) or scope.find(base) or found
    if found is None and scope.syntax == "latex" and (base := numbered(name)):
        found = scope.find(base) or scope.find(base.upper())  # x_k of the rows x_i
    if found is None and scope.syntax == "latex" and len(name) == 1:
        found = scope.find(name.swapcase())  # y of `y_i`, the rows of Y
    if isinstance(found, Symbol):
        return found
    if not name:
        raise InputError.coded("missing-wrt", "no variable to differentiate by was given", help="name it with `--wrt`")
    source, span = Source("wrt", text), Span(0, len(text))
    several = [part for part in name.replace(",", " ").split() if scope.find(part) is not None]
    if len(several) > 1 and ("," in name or " " in name):
        message = f"found {len(several)} names where one variable was needed"
        help = f"differentiate by one variable at a time, as in `--wrt {several[0]}`"
        raise InputError.coded("unknown-name", message, source, span, help=help)
    near = nearest_name(name, scope.symbols)
    known = listed(list(scope.symbols)[:20])
    shown = name if len(name) <= 40 else name[:40] + "…"
    if scope.size(name) is not None:
        known = f"the variables are {known}" if known else ""
        raise InputError.coded("not-a-variable", f"`{shown}` is a dimension and not a variable", help=known or None)
    notes = (f"its variables are {known}",) if known else ("it has no variables",)
    suggested = f"write a letter for `{shown}`, as `v`" if "^" in name else f"did you mean `{near}`?" if near else None
    message = f"the loss has no variable `{shown}`"
    raise InputError.coded("unknown-name", message, source, span, notes=notes, help=suggested)


def numbered(name: str) -> str:
    """x of x_k; nothing for a name without one letter below it."""
    base, _, letter = name.rpartition("_")
    return base if len(letter) == 1 and letter.isalpha() else ""
