r"""Derivatives that words or usual letters name, as claims about the loss:
`the gradient is $2Ax$`, `H_f = 2A`, `Hessian: 2 A`,
`w \leftarrow w - \eta X^\top(Xw-y)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...notation.latex.names import GREEK
from ...notation.loss_text import CONSTRAINT, GOAL
from .names import relates
from .outline import Outline, holds, is_part
from .problem import LOSS as _LOSS
from .problem import USUAL
from .sheet import Formula

_LEADS = (
    r"(?:\[\^\w+\]:\s*)?"
    r"(?:(?:so|thus|hence|therefore|then|and|now|finally|consequently|here|we (?:see|find|conclude|get|obtain)"
    r"|it follows"
    r"|this (?:shows|means)|that|accordingly|altogether|in (?:total|sum))\b[\s,:]*)*"
)
_BY = (
    r"(?:\s+(?:with respect to|w\.?\s?r\.?\s?t\.?|in|by)\s+\$?(?:\\\()?"
    r"(?P<by>(?:\\\w+\s*)?\{?\\?[A-Za-z]+\}?)(?:\\\))?\$?)"
)
_OBJECT = r"(?:\$?\\?\(?{name}(?:\(\s*\\?\w+\s*\))?\\?\)?\$?|(?:the|our|this) (?:loss|objective|cost|function))"
_AT = r"(?:\s+at\s+(?:the point\s+)?\$?(?:\\\w+\s*)?\{?\w\}?\$?)"
_OF = rf"(?:\s+(?:matrix|vector))?(?:\s+(?:of|for)\s+{_OBJECT})?{_BY}?{_AT}?"
_IS = (
    r"(?:\s*[:=]|\s+(?:then |therefore |thus |hence |now |also )?(?:is|equals|becomes|reads|must be"
    r"|comes out as|turns out to be)"
    r"(?:\s+(?:then|therefore|thus|simply|just|hence|now|given by|equal to))*\s*:?)"
)
_WHAT = (
    r"(?:(?:final|full|total|overall|whole|complete|resulting|required|desired|correct|simplified|exact) )?"
    r"(?P<what>gradient|hessian|second derivative|(?:(?:first|partial) )?derivatives?|answer|result)"
)
_SAID = rf"^\W*{_LEADS}(?:(?:the|its|our|my) )?{_WHAT}{_OF}{_IS}?,?[\s$*(\\\[]*$"
_GOT = (
    rf"^\W*{_LEADS}(?:(?:by |on |when )?(?:taking|computing|calculating) (?:the |its )?{_WHAT}{_OF}"
    rf"|(?:by |on )?differentiating(?:\s+{_OBJECT})?{_BY.replace('<by>', '<along>')}?)\s*,?"
    r"\s*(?:(?:then |now )?(?:(?:we|one) (?:then |now )?(?:gets?|obtains?|have|has|finds?)|gives?(?: us)?|yields?"
    r"|leads? to|results? in))?\s*:?[\s$*(\\\[]*$"
)
"""`Taking the derivative with respect to $w$ gives`, `Differentiating $J$, we get`."""
_IS_SAID = regex(rf"{_IS}[\s$*(\\\[]*$", re.IGNORECASE)
_SAID_OF_ANY = regex(_SAID.replace("{name}", r"\\?\w+"), re.IGNORECASE)
_LABEL = regex(
    r"(?:^|\n)[\s*_|-]*(?:The )?(?P<what>Gradient|Hessian|(?<=\| )(?:gradient|hessian))(?: of \w)?[*_]*\s*[:=|]?[*_]*"
    r"[\s$]*$"
)
_LINE = regex(r"(?:^|\n)\s*(?:the )?(?P<what>gradient|hessian|derivative)\s*$", re.IGNORECASE)
"""A line of plain text, `gradient = 2 A x`, below others."""
_OWN_LABEL = regex(
    r"[\s&]*(?:\\boxed\s*\{\s*)?(?P<label>\\(?:text\w*|mathrm|mbox)\s*\{\s*(?:the\s+)?(?P<what>gradient|hessian)"
    r"(?: of \$?\w\$?)?\s*:?\s*(?:is)?\s*\}\s*:?(?:\\q?quad|\\[,;: ]|[\s&~])*)(?=[^=≈]*$)",
    re.IGNORECASE,
)
_VERBS = regex(r"^[*_$\s)\\\]]*,?\s*(?:which\s+)?(?:vanish\w*|is|becomes?|points?|must|equals? zero|has|can)\b")
"""What a gradient does that is written out behind its name: `the gradient, $2Ax$, vanishes`."""
_OTHER = regex(
    r"\b(?:terms?|parts?|pieces?|summands?|component|example|instead|if|when|suppose|case|special|at|for|other"
    r"|first|second)\b|"
    r"\bwhere\b(?![^.=]{0,60}(?:\\in\b|∈|\b(?:is|are|denotes?)\b))|"
    r"\b[a-z]\s*\(\s*(?:\\\w+\s*\{?)?\w\}?\s*\)\s*=|\n\s*#",
    re.IGNORECASE,
)
"""What may turn to something else than the loss shortly before."""
WHOLE = regex(
    r"^\s*\|(?:\s|$)"
    r"|^[*_$\s)\\\]]*(?:$|\.(?:\s|$)|;|\s*and,? (?:the|its|that|in)\b|,\s*(?:not|and|which|so|because|as|since)\b"
    r"|(?:in (?:matrix|vector|compact) (?:form|notation)|at (?:every|each|any) point|everywhere"
    r"|for (?:all|every|any) \$|as (?:claimed|expected|required|desired|stated))\b)",
    re.IGNORECASE,
)
"""What stands behind a formula that is all that is said: no `plus …`, no `if …`."""
NO_VALUE = regex(
    r"\\(?:times|in|succ\w*|prec\w*|geq?|leq?|neq?|to|mapsto|dots|nabla|partial)(?![A-Za-z])|[×∈≻⪰<>≥≤≠∇∂?]|:\s"
    r"|^\W*\d*\W*$"
)
_SIGNED = regex(r"\s*(?:\\(?:succ|prec)(?:eq)?(?![A-Za-z])|[≻⪰≺⪯])\s*0[\s.,]*$")
_LETTER = r"\s*(?:\\(?:mathbf|boldsymbol|bm|mathrm|mathcal)\s*)?\{?\s*H\s*\}?"
_ARGUMENT = r"(?:\s*\(\s*(?:\\\w+\s*)?\{?\w+\}?\s*\))?"
_BARE = regex(rf"{_LETTER}{_ARGUMENT}\s*&?\s*:?=\s*&?")
_OF_LOSS = (
    _LETTER + r"\s*_\s*\{?\s*{name}\s*\}?" + _ARGUMENT + r"\s*&?\s*="
    r"|\s*\\?(?:operatorname\s*\{|mathrm\s*\{)?Hess\}?\s*\(?\s*{name}\s*\)?" + _ARGUMENT + r"\s*&?\s*="
)
_DISPLAY_END = regex(r"\$\$|\\\]|\\end\{\w+\*?\}")
_MINIMISE = regex(
    r"\b(?:minimi[sz]\w*|maximi[sz]\w*|loss|objective|cost|criterion)"
    r"(?:\s+(?:the|a|following|objective|loss|cost|function|problem|is|of|to|be))*\W*$",
    re.IGNORECASE,
)
_GOAL = regex(rf"(?:[^=]*&?=\s*&?)?{GOAL}(?:\s*\\(?:[;,:!]|q?quad))*\s*")
_CONSTRAINT = regex(rf"{CONSTRAINT}|\bsubject to\b|\bconstrain", re.IGNORECASE)
_MINIMUM = regex(r"\s*\\(?:arg)?(?:min|max)(?:_(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w))?(?:\s*\\(?:[;,:!]|q?quad))*\s*")
_EARLIER = (
    r"[=\w)}\]'^*][^=$]*\$(?=,? (?:and|while|whereas|so)\b)"
    r"|^\W*(?:let|for|with|given|consider|if|where)\s+\$\s*{name}[^$]*=[^$]*\$,?"
)
"""`… is $\\nabla f = Ax$ and the Hessian is $A$`; `For $f = x^TAx$ the gradient is`."""
_NAMED = regex(
    r"\s*(?:\\(?:mathbf|boldsymbol|bm|mathrm|vec)\s*)?\{?\s*(?:[A-Za-z]|\\[a-z]+)\s*\}?\s*&?:?=\s*&?(?=[^=]*$)"
)
"""`the gradient is $g = 2Ax$`: g is the gradient, which is 2Ax."""
_LEFT = regex(
    r"[\s&]*(?P<name>(?:\\(?:mathbf|boldsymbol|bm|vec)\s*)?\{?\s*(?:[A-Za-z]|\\[a-z]+)\s*\}?(?:_\{?\w+\}?)?)"
    r"(?:\s*(?:\\left)?\([^()]*\))?\s*&?:?=\s*&?(?=[^=]*$)"
)
_CALLED = (
    _LEFT.pattern.replace("(?=[^=]*$)", "")
    + r"(?P<derivative>\\nabla(?:\^2)?(?:_(?:\w|\{[^{}]*\}))?\s*{loss}"
    + r"|\\d?frac\s*\{\s*(?:\\partial|d)\s*{loss}\s*\}\s*\{[^{}]*\})[\s.,;]*"
)
LONE = regex(r"\s*(?:\\\w+\s*\{)?\s*(?:[A-Za-z]|\\[a-z]+)\s*\}?(?:_\{?\w+\}?)?\s*")
IN_TEXT = r"\\(?:text(?:it|rm|sc|bf)?|mathit|mathsf)\s*\{\s*"
_LOSS_IN_WORDS = regex(
    rf"^[\s&{{]*(?:{IN_TEXT}(?P<word>[A-Za-z]{{2,12}})\s*\}}|(?P<bare>[A-Z]{{2,6}}|[Ll]oss|[Cc]ost)(?![A-Za-z]))"
    r"(?P<called>\s*(?:\\left)?\([^()=]*\))?\s*\}?\s*&?:?=(?!=)"
)
"""The loss as a word that is no single name: `\\text{Loss} = …`, `RSS(\\beta) = …`."""
_H = regex(r"(?<![A-Za-z\\])H(?![A-Za-z])")
_CALLED_HESSIAN = regex(
    r"hessian(?:\s+(?:matrix|is|of|then|should|must|be))*[\s$:,(]*(?:\\\w+\{)?H\b"
    r"|\bH\W{1,4}(?:is|be|for|denotes)?\s*(?:the )?hessian",
    re.IGNORECASE,
)
_MOVED = r"(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm)\s*)?\{?\s*(?:\\[a-z]+|[A-Za-zα-ω])\s*\}?"
_COUNT = (
    r"(?:\s*[_^]\s*(?:\{\s*\(?\s*(?:t|k|n|s|i|\\text\{\s*(?:new|old)\s*\}|new|old)\s*(?:[+-]\s*1\s*)?\)?\s*\}"
    r"|[tkns](?![A-Za-z])))?"
)
_STEP = regex(
    rf"^\s*&?\s*(?P<name>{_MOVED}){_COUNT}\s*&?\s*(?:\\leftarrow|\\gets|←|:?=)\s*"
    rf"(?P<same>{_MOVED}){_COUNT}\s*(?P<by>[-+].+)$",
    re.DOTALL,
)
_LENGTH = r"\\(?:eta|alpha|gamma|epsilon|varepsilon|tau|mu|rho)(?![A-Za-z])|[ηαγετμρ]"
_ROUND = regex(rf"(?P<alone>\{{\s*)?(?:{_LENGTH})(?:_\{{?[tkn]\}}?)?(?(alone)\s*\}})")
_DESCENT = regex(r"\bdescent\b|\bminimi[sz]", re.IGNORECASE)
_ASCENT = regex(r"\bascent\b|\bmaximi[sz]|\blikelihood\b|\breward\b|\bmomentum\b|\bproxim|\bascend", re.IGNORECASE)
"""Steps of a descent: up to a positive factor, the step length, they claim a derivative."""


def with_loss(formulas: Sequence[Formula], found: Outline) -> tuple[Formula, ...] | None:
    r"""The formulas with a name for the one loss that has none: `\min_w \|Xw-y\|^2`, `\hat w = \arg\min_w …`,
    `Consider minimising \[…\]`.

    It is called as what the document differentiates without saying what it is.
    Under a constraint another function is differentiated.
    """
    goals = {at: goal for at, formula in enumerate(formulas) if (goal := _goal(formula)) is not None}
    heads = {item.body for item in found.differentiated if item.left and item.body is not None}
    others = [item for item in found.stated if item.formula not in goals]
    stated = any(item.name in heads or _is_asked(formulas[item.formula]) for item in others)
    if stated or heads - USUAL - {"L_cal"} or len(heads) > 1:
        return None
    bare = [at for at, formula in enumerate(formulas) if not relates(formula.passage.text)]
    bare = [at for at in bare if _MINIMISE.search(formulas[at].before) and len(formulas[at].passage.text) > 8]
    asked = list(goals) or bare
    free = {letter: letter for letter in "JL" if all(letter not in formula.passage.text for formula in formulas)}
    letters = [letter for name in heads or free if (letter := _spelled(name, formulas)) is not None]
    said = (text for formula in formulas for text in (formula.before, formula.passage.text, formula.after))
    if len(asked) != 1 or not letters or any(map(_CONSTRAINT.search, said)):
        return None
    loss = formulas[asked[0]]
    start = _MINIMUM.match(loss.passage.text)
    end, by = goals.get(asked[0], (start.end() if start is not None else 0, ""))
    named = with_text(loss, 0, end, f"{letters[-1]}{by} = ")
    return (*formulas[: asked[0]], named, *formulas[asked[0] + 1 :])


def _goal(formula: Formula) -> tuple[int, str] | None:
    """Where the loss begins behind a sign that says by what it is made small, as far as it is written out there;
    and `(w)`."""
    found = _GOAL.match(formula.passage.text)
    rest = formula.passage.text[found.end() :].strip(" .,;") if found is not None else ""
    call = re.fullmatch(r"[\w\\{}]+\s*(?:\\left)?\([^()]*\)", rest)
    written = len(rest) > 4 and not relates(rest) and call is None
    if found is None or not written or not re.search("min|max", found[0]):
        return None
    over = re.split(r"\\in(?![A-Za-z])|∈", (found[1] or found[2]).strip())[0]
    return found.end(), f"({over.removeprefix('{').removesuffix('}').strip()})"


def _is_asked(formula: Formula) -> bool:
    """Whether words before a formula say that it is what is minimised or differentiated."""
    return _LOSS.search(formula.before[-90:]) is not None


def _spelled(name: str, formulas: Sequence[Formula]) -> str | None:
    """A name as LaTeX writes it in these formulas."""
    letter = name.removesuffix("_cal")
    script = re.compile(rf"\\mathcal\s*\{{?\s*{letter}(?![A-Za-z])")
    if letter != name or any(script.search(formula.passage.text) for formula in formulas):
        return rf"\mathcal{{{letter}}}"
    return name if len(name) == 1 else f"\\{name}" if name in GREEK or name == "ell" else None


def with_named(formulas: Sequence[Formula], found: Outline, prose: str) -> tuple[Formula, ...] | None:
    """The formulas with the derivative written where words or a letter name it;
    None where none does, or of several losses."""
    stated = {item.name for item in found.stated}
    moved = [item for item in found.differentiated if not item.primed]  # σ' is on the way to the derivative of a loss
    losses = {item.body: item.formula for item in reversed(moved) if item.left and item.body in stated}
    if not moved:  # `Let f(x) = … . The gradient is …`
        usual = [item for item in found.stated if item.name in USUAL | {"L_cal"}]
        usual = [item for item in usual if not any(is_part(item, one) for one in usual)]
        called = [item for item in usual if item.arguments or _is_asked(formulas[item.formula])]
        losses = {item.name: item.formula for item in called or (usual if len(usual) == 1 else [])}
    if len(losses) > 1:  # `r = Xw - y, ∂r/∂w = X` is on the way to L
        whole = [item for item in found.stated if not item.letters]
        asked = {item.name for item in whole if item.name in USUAL or _is_asked(formulas[item.formula])}
        losses = {name: at for name, at in losses.items() if name in asked}
    name = next(iter(losses), None)
    if name is None or len(losses) > 1:
        return None
    written = _spelled(name, formulas[losses[name] : losses[name] + 1])
    if written is None:
        return None
    changed = {**dict(_named(formulas, written, losses[name], prose)), **dict(_called(formulas, written))}
    return tuple(changed.get(number, formula) for number, formula in enumerate(formulas)) if changed else None


def called_derivative(formulas: Sequence[Formula], formula: Formula) -> bool:
    """Whether the words before a formula say that it is a gradient or a Hessian, no matter of what."""
    said = _SAID_OF_ANY.match(_DISPLAY_END.split(formula.before)[-1])
    number = next(at for at, one in enumerate(formulas) if one.place == formula.place)
    return said is not None and not _further(formulas, number)


def _further(formulas: Sequence[Formula], number: int) -> bool:
    """Whether the words before a formula were those of the last one already: the r of `∇L = Xᵀr, r = Xw - y`."""
    last, formula = formulas[number - 1], formulas[number]
    return number > 0 and (last.block, last.before) == (formula.block, formula.before)


def _called(formulas: Sequence[Formula], name: str) -> Iterator[tuple[int, Formula]]:
    """The first value of a name that was given to the derivative of the loss, as that derivative:
    `g(w) := \\nabla L(w)`, then `g(w) = 2Ax`."""
    loss = rf"{re.escape(name)}(?:\s*(?:\\left)?\([^()]*\))?"
    given = regex(_CALLED.replace("{loss}", loss))
    names: dict[str, str] = {}
    for number, formula in enumerate(formulas):
        text = formula.passage.text
        if (found := given.fullmatch(text)) is not None:
            names[found["name"].replace(" ", "")] = found["derivative"]
        elif (left := _LEFT.match(text)) is not None and (sign := names.pop(left["name"].replace(" ", ""), None)):
            yield number, with_text(formula, 0, left.end(), f"{sign} = ")


def _named(formulas: Sequence[Formula], name: str, first: int, prose: str) -> Iterator[tuple[int, Formula]]:
    said, got = (regex(one.replace("{name}", re.escape(name)), re.IGNORECASE) for one in (_SAID, _GOT))
    earlier = regex(_EARLIER.replace("{name}", re.escape(name)), re.IGNORECASE)
    of_loss = regex(_OF_LOSS.replace("{name}", re.escape(name)))
    called = bool(_CALLED_HESSIAN.search(prose))
    known = max((formula.place + len(formula.passage.text) for formula in formulas[first : first + 1]), default=0)
    with_letter = [number for number, formula in enumerate(formulas) if _H.search(formula.passage.text)]
    for number, formula in enumerate(formulas):
        text = formula.passage.text
        if (signed := _SIGNED.search(text)) is not None and "=" not in text:  # `the Hessian is $2X^TX \\succ 0$`
            formula, text = with_text(formula, signed.start(), len(text), ""), text[: signed.start()]
        if (step := _derivative_of_step(formula, name, formulas[first].passage.text, prose)) is not None:
            yield number, step
        elif (head := of_loss.match(text)) is not None:
            yield number, with_text(formula, 0, head.end(), rf"\nabla^2 {name} =")
        elif (head := _BARE.match(text)) is not None:
            alone = with_letter[:1] == [number] and number > first and (called or len(with_letter) == 1)
            if alone and not NO_VALUE.search(text):
                hessian = with_text(formula, head.end(), head.end(), rf"\nabla^2 {name} = ")
                yield number, replace(hessian, guessed=not called)
        elif (label := _OWN_LABEL.match(text)) is not None:
            sign = r"\nabla^2" if label["what"].lower() == "hessian" else r"\nabla"
            yield number, with_text(formula, *label.span("label"), f"{sign} {name} = ")
        elif (
            words := said.match(_DISPLAY_END.split(formula.before)[-1])
            or _LABEL.search(formula.before)
            or (text.startswith("=") and _LINE.search(formula.before))
            or said.match(earlier.split(formula.before)[-1])
            or got.match(_DISPLAY_END.split(formula.before)[-1])
        ) is not None:
            bare = re.fullmatch(r"\s*\\?\w+(?:'|_\{?\w+\}?)*\s*(?:\([^()]*\))?", text) is not None and text[0].isalpha()
            apposed = _VERBS.match(formula.after) and not _IS_SAID.search(formula.before) and not bare
            if _further(formulas, number) or not (WHOLE.match(formula.after) or apposed) or NO_VALUE.search(text):
                continue
            said_by = words.groupdict()
            by, what = said_by.get("by") or said_by.get("along"), (words["what"] or "").strip().lower()
            sign = r"\nabla^2" if what in ("hessian", "second derivative") else r"\nabla"
            sign += f"_{{{by}}}" if by else ""
            begins = text.startswith(("=", "&="))
            letter = _NAMED.match(text)
            if letter is not None and _bare(letter[0]).strip("&:=") == name:
                continue  # `the gradient of $L$ by $X$`, a title: what L is stands below it
            if begins or letter is not None or not relates(text, "=≈"):
                other = not by and what not in ("gradient", "hessian")
                other |= _OTHER.search(prose, max(known, formula.place - 200), formula.place) is not None
                at = letter.end() if letter is not None else 0
                claim = with_text(formula, at, at, f"{sign} {name} " + ("" if begins else "= "))
                yield number, replace(claim, guessed=other)


def with_text(formula: Formula, start: int, end: int, text: str) -> Formula:
    """A formula with another text from `start` to `end`."""
    return replace(formula, passage=formula.passage.replaced([(start, end, text)]))


def words_of_losses(texts: Sequence[str]) -> list[str]:
    """The words on a left side that are differentiated, stand in another formula, or say by themselves that they are a
    loss."""
    found: dict[str, None] = {}
    for match in filter(None, map(_LOSS_IN_WORDS.search, texts)):
        word = match["word"] or match["bare"]
        sign = rf"(?:\\(?:partial|nabla)(?:_\{{?\\?\w+\}}?)?|∂|∇|\{{\s*d)\s*\{{?(?:{IN_TEXT})?{word}(?![A-Za-z])"
        apart = rf"(?<![A-Za-z\\])[{word}](?![A-Za-z])"
        product = len(word) == 2 and match["word"] is None and any(re.search(apart, text) for text in texts)
        alone = match["bare"] is None or match["called"] is not None
        usual = word.lower() in ("loss", "cost") or (alone and len(word) > 2 and word.isupper())
        usual = usual or (match["word"] and len(re.findall(rf"{IN_TEXT}{word}\s*\}}", " ".join(texts))) > 1)
        if usual or (not product and any(re.search(sign, text) for text in texts)):
            found.setdefault(word)
    return list(found)


def _derivative_of_step(formula: Formula, loss: str, stated: str, prose: str) -> Formula | None:
    """The formula as a claim about the derivative of the `loss`, which is `stated` without the step length;
    None where it is none."""
    found = _STEP.match(formula.passage.text)
    if found is None or _bare(found["name"]) != _bare(found["same"]):
        return None
    if _DESCENT.search(prose) is None or _ASCENT.search(prose) is not None:
        return None
    lengths = {_bare(match[0]) for match in _ROUND.finditer(found["by"])}
    if len(lengths) != 1 or lengths & {_bare(match[0]) for match in _ROUND.finditer(stated)}:
        return None
    start, end = found.span("by")
    count = rf"(?<={re.escape(found['same'].strip()[-1])}){_COUNT}"
    inside = [(*match.span(), "{1}" if match["alone"] else " ") for match in _ROUND.finditer(found["by"])]
    inside += [(*match.span(), " ") for match in re.finditer(count, found["by"]) if match[0]]
    changes = [(0, start, rf"\nabla_{{{found['name'].strip()}}} {loss} = -\left(")]
    changes += [(start + first, start + last, text) for first, last, text in sorted(inside)]
    return replace(formula, passage=formula.passage.replaced([*changes, (end, end, r"\right)")]), step=True)


def _bare(name: str) -> str:
    return re.sub(r"\\(?:mathbf|boldsymbol|bm|vec|mathrm)(?![A-Za-z])|_\{?[tkn]\}?$|[\s{}]", "", name)


_ONE_LETTER = r"(?:\\(?:mathbf|boldsymbol|bm|vec)\s*)?\{?(?:[A-Za-z]|\\(?!nabla|partial)[A-Za-z]+)\}?"
_SUM_OF_TWO = regex(
    rf"^[\s&]*(?P<left>{_ONE_LETTER})\s*&?=\s*&?(?P<value>[^=+\-]*[^=+\-\s])\s*(?P<sign>[-+])\s*(?P<rest>{_ONE_LETTER})"
    r"(?P<stop>[\s.,;]*)$"
)


def of_residuals(texts: Sequence[str]) -> Iterator[tuple[re.Pattern[str], str, str]]:
    """`y = Xb + e` and `B = AX - E` as what they say of a residual that no formula states and others use; with what is
    then to be said."""
    stated = {match[1] for text in texts if (match := _LONE_LEFT.match(text))}
    for at, text in enumerate(texts):
        found = _SUM_OF_TWO.match(text)
        others = [*texts[:at], *texts[at + 1 :]]
        if found is not None and found["rest"] not in stated and _is_residual(found, others):
            rest, sides = found["rest"], (found["left"], found["value"])
            new = " - ".join(sides if found["sign"] == "+" else reversed(sides))
            yield re.compile(re.escape(text)), f"{rest} = {new}{found['stop']}", f"`{rest}` is read as `{new}`"


def _is_residual(found: re.Match[str], others: Sequence[str]) -> bool:
    """Whether the last letter of `y = Xb + e` is what is left of the data y, and neither a part of the model y, as the
    bias in `y = Wx + b`, nor added to others elsewhere, as I in `I + A`, nor how many of something there are, nor what
    is differentiated."""
    left, value, rest = (re.sub(r"[\s{}]", "", found[part]) for part in ("left", "value", "rest"))
    used = any("=" in other and holds(other, rest) for other in others)
    name, names = re.escape(rest), f"{re.escape(rest)}|{re.escape(left)}"
    moved = rf"(?:\\partial|\\nabla|(?<![A-Za-z\\])d)\s*_?\s*\{{?\s*(?:{names})(?![A-Za-z])"
    counts = rf"[\^_]\s*\{{?\s*{name}(?![A-Za-z])|(?:\\frac\s*(?:\{{[^{{}}]*\}}|\w)|/)\s*[{{(]?\s*\d*\s*{name}"
    if not used or any(holds(found["value"], one) for one in (left, rest)) or rest == "I":
        return False
    called = rf"^\s*\\?[A-Za-z]+\s*\((?:[^=()]*[^A-Za-z\\=()])?{name}(?:[^A-Za-z=()][^=()]*)?\)\s*&?:?="  # f(u) = …
    if any(re.search(f"{moved}|{counts}|{called}", other) for other in others):
        return False
    written = [re.sub(r"\s|&|\\[,;! ]|\\left|\\right|[{}]", "", other) for other in others]
    paired = any(f"{left}-{value}" in other or f"{value}-{left}" in other for other in written)
    added = rf"[-+]\d*{name}(?:$|[-+=)\]|.,;])|(?:^|[(\[|=])\d*{name}[-+]"
    apart = any(re.search(added, other) and not holds(other, left) for other in written)
    return not apart and (paired or not any(holds(other, left) for other in others))


_LONE_LEFT = regex(rf"^[\s&]*({_ONE_LETTER})\s*(?:\([^=]*\))?\s*&?:?=")
