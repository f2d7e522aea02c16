r"""Habits of writers that other signs say: `softmax` of every row, `log y!`, `\sigma^2 = …`, `dQ` for ∂L/∂Q."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import islice

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...notation.loss_text import GOAL, of_square, plain_name, power_of
from ..passage import Passage
from .calls import of_calls, primed_names
from .loss_names import losses_of_parameters, squares_of_losses
from .members import OVER_SET, lettered, whole_sets, without_set
from .named import IN_TEXT, of_residuals, words_of_losses
from .names import (
    BARE_SUM,
    INDEXED,
    MEMBERS,
    SUM_OF_PROGRAMS,
    below,
    fixed_indices,
    free_names,
    of_estimates,
    one_hot_of,
    over_an_axis,
    over_the_one,
    steps,
)
from .one_term import (
    BY_ANY,
    DENSITY,
    LOG_NORMAL,
    OF_CLASS,
    OF_SAMPLES,
    WRITTEN_OUT,
    densities_of,
    entry_of_class,
    name_of_density,
    of_classes,
    of_components,
    of_courses,
)
from .read import BEFORE, names_after
from .sheet import Sheet
from .sizes import identities_told, ones_told
from .spoken import AS_PROGRAMS, OF_ERRORS, SHORTHAND, Habit, as_derivatives

_ROWS = regex(
    r"soft-?max[^.]{0,80}?(?:row-?wise|(?:each|every|over|along|to|the|across|all) rows?\b|last (?:axis|dimension))"
    r"|row-?wise[^.]{0,40}soft-?max|\battention\b",
    re.IGNORECASE,
)
_SOFTMAX = regex(
    r"(?:\\(?:operatorname|mathrm|text|textrm|mathsf|rm)\s*\{\s*[sS]oft-?max\s*\}|\\softmax(?![A-Za-z]))"
    r"(?:_\s*(?:\{\s*)?\\(?:text|mathrm|textrm)\s*\{\s*rows?\s*\}\s*\}?)?(?=\s*(?:\\!)*\s*(?:\\(?:left"
    r"|[bB]igl?g?))?\s*[(\[])"
)
_BAR = r"(?:\\\||\\[lr]?Vert(?![A-Za-z])|\|\||‖)"
_TWO_NORM = regex(
    rf"(?P<norm>{_BAR}(?=[^|‖]*?(?<![A-Za-z\\])[A-Z])(?:\\[A-Za-z]+|[^|‖\\a-z])*?{_BAR})\s*_\s*(?:\{{\s*2\s*\}}|2)"
)
"""The 2-norm of what holds matrices and no vector: `\\|XW - Y\\|_2`."""
_OF_CAPITAL = regex(r"soft-?max\W{1,12}[A-Z]", re.IGNORECASE)
_ROW_SUM = regex(
    r"\\(?:operatorname|mathrm|text)\s*\{\s*row[- ]?sums?\s*\}\s*"
    r"(?P<of>(?:\\left\s*)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))"
    r"(?!\s*(?:\\(?:mathbf|boldsymbol|bm|mathbb|vec)\s*)?\{?\s*1)",
    re.IGNORECASE,
)
"""`\\operatorname{rowsum}(A)`, which programs take from every column of a matrix."""
_IN_WORDS = regex(
    r"(?P<sign>&?:?=)\s*\\?(?:P|p|Pr|mathbb\s*\{?P\}?)\s*(?:\\left)?\([^()]*(?:\\mid|\\vert|\|)(?:[^()]"
    r"|\([^()]*\))*\)\s*&?:?=(?!=)"
)
"""`p_{ic} = P(y = c \\mid x_i) = …`."""
_UNIT = regex(r"(?<![A-Za-z\\{])(?:\\math\w+\s*\{\s*I\s*\}|I)_(?P<open>\{)?(?P<side>[a-z])(?(open)\}|(?![A-Za-z]))")
"""`I_d`, of which only the letter says how long it is."""
_SPREAD = regex(
    r"(?:^|(?<=[,;&({\s]))(?P<name>\\(?:sigma|tau)(?:_\{?\\?\w+\}?)?)\s*\^\s*(?:2|\{2\})\s*(?P<sign>&?:?=)"
    r"(?P<value>(?:(?!,\s*(?:\\q?quad|\\[ ,;]|$)|\\text|\\q?quad).)+)"
)
_BY_SPREAD = regex(
    r"\}\s*\{\s*\\partial\s*\\(?:sigma|tau)|\\nabla_\{?\s*\\(?:sigma|tau)|[(,]\s*\\(?:sigma|tau)(?:\^2)?\s*[),]"
)
"""Where the spread is what is asked for."""
_BY_SQUARE = regex(
    r"\\partial\s*\{?\s*(?P<name>\\(?:sigma|tau))(?:\s*_\s*(?:\{\s*)?(?:\\math\w+\s*\{?\s*)?(?P<label>[A-Z])[\s}]*)?"
    r"\s*\^\s*(?:2|\{2\})"
)
_TWICE = regex(r"\\partial\s*\^\s*\{?\s*2\s*\}?[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\s*\{\s*$")
_DERIVED = regex(r"\\(?:partial|nabla)(?![A-Za-z])")
_GOAL_OF_NAMED = regex(
    rf"^{GOAL}(?:\s|\\[;,:!]|\\q?quad)*(?=(?:\\[A-Za-z]+\s*)?\{{?\s*\\?[A-Za-z]+\s*\}}?\s*(?:\([^()=]*\))?\s*&?:?=)"
)
"""`\\min_w L(w) = …` states L."""
_PLAIN_SUM = regex(r"(?<![A-Za-z\\])sum(?=_| \(.*\)\s*(?:\^|\*\*|²))|[Σ∑](?:(?=_)|(?P<below>[ᵢⱼₖₗₘₙₜ])(?=[\s(\[]))")
"""`sum_i`, `sum (y - Xw)^2`, and a Σᵢ that is no covariance."""
_PRIMED_CALL = regex(
    r"(?<![A-Za-z\\])(?P<name>[a-z])(?P<call>\s*\((?:[a-z]|\\[a-z]+)\))\s*(?:'|\^\s*\{?\s*(?:\\prime|')\s*\}?)"
)
"""`g(z)'` for `g'(z)`, where `g(z) = …` is stated."""
_SLOPE_OF = regex(
    r"\\[dt]?frac\s*\{\s*(?P<d>d|\\partial)\s*(?P<of>\\sigma\s*)?\}\s*\{\s*(?:d|\\partial)\s*(?P<by>[a-z])\s*\}"
    r"(?(of)(?!\s*(?:\\left)?\()|\s*\\sigma\s*(?:\\left\s*)?\(\s*(?P=by)\s*(?:\\right\s*)?\)(?=\s*&?=))"
)
"""`\\frac{d\\sigma}{dz}`, `\\frac{d}{dz} \\sigma(z) =`: the slope of the function."""
_TWO_MARKS = regex(
    r"\\(?:wide|over)?(?P<mark>bar|tilde|line|dot)\s*\{\s*(?P<name>\\(?:wide)?(?:hat|tilde)\s*(?:\{\s*\\?\w+\s*\}|\s\\?\w+))\s*\}"
)
"""`\\bar{\\hat y}`, the derivative by ŷ."""
_TEXT_D = regex(r"\\text(?:bf|rm|it)?\s*\{\s*d\s*\}(?=\s*(?:\\?[A-Za-z]|[(\[]))")
"""`\\textbf{d}J`, a differential."""
_SUBGRADIENT = regex(r"\bsub-?(?:gradient|differential)|次梯度|次微分", re.IGNORECASE)
_SIGN_ALONE, _QUOTIENT = regex(r"\\partial(?![A-Za-z])"), regex(r"[{/]\s*\\partial")
"""`\\partial f(x)`, the set of the subgradients, which is no quotient."""
_FACTORIAL = regex(
    r"\\(?:log|ln)\s*(?P<open>(?:\\left)?\(\s*)?(?P<count>[a-z](?:_\{?\w\}?|\^\{\(\w\)\})?)\s*!"
    r"(?(open)\s*(?:\\right)?\))"
)
"""`\\log y_i!` of a count is some function of it, ψ."""
_SIGN_OF_D = r"(?:(?:\\math(?:cal|bf|rm)\s*)?\{?\s*[dD]\s*\}?(?![A-Za-z])|\\Delta(?![A-Za-z]))"
_SLOPE = r"{name}\s*(?:'+|\^\s*\{{?\s*\\prime\s*\}}?)\s*(?:\\left\s*)?\((?:[^()]|\([^()]*\))*\)"
_OF_ENTRIES = (
    rf"\\(?:odot|circ)\s*(?:\\left\s*)?[\[(]*\s*{_SLOPE}|{_SLOPE}\s*(?:\\right\s*)?[\])]*\s*\\(?:odot|circ)(?![A-Za-z])"
    r"|\bactivation(?: function)?s?\W{{1,5}}{name}\b"
    r"|\b{name}\b(?:\s*\([^()]*\))?\W{{1,3}}(?:(?:is|acts|be|works|applied|an?|the|some)\s+)*"
    r"(?:(?:element|entry|point|component)-?wise|activation)"
)
"""Where a function acts on every entry: `\\odot g'(z)`, `the activation g`, `g acts elementwise`."""
_KNOWN = {
    r"\sigma": r"(?:[Ss]igmoid|[Ll]ogistic(?! regression))",
    r"\tanh": r"(?:[Tt]anh|[Hh]yperbolic tangent)",
    r"\operatorname{relu}": r"(?:[Rr]e-?[Ll][Uu]|rectified linear)",
    r"\operatorname{softmax}": "[Ss]oft-?max",
}
_IS_KNOWN = (
    r"(?<![A-Za-z\\]){name}(?![A-Za-z])(?:\s*\([^()]*\))?[$\s(,:)]{{1,4}}(?:(?:is|be|denotes|as|the|an?)\s+)*(?:\w+\s+)?{word}"
    r"|{word}(?: (?:activation|function))*[$\s(:]{{1,4}}{name}(?![A-Za-z])"
)
"""`g is the sigmoid function`, `the softmax $g$`."""
_CALL = r"(?<![A-Za-z\\])name(?=\s*(?:'+|\^\s*\{?\s*\\prime)?\s*(?:\\left\s*)?\()"
_MOVED = regex(r"\\(?:partial|nabla)\s*\\?\w+")
_FUNCTION_D = regex(rf"^[\s&]*({_SIGN_OF_D}|[mn](?:_\{{?\w\}}?)?)\s*(\([^()=]*\))\s*&?:?=")
"""The loss D, where `D(W) = …` and `\\partial D` say that D is no sign of a derivative; a model m(p), no size."""
_LABELLED = regex(r"(?P<name>\\[A-Za-z]+|[A-Za-z])_(?P<open>\{)?(?P<label>[a-z])(?(open)\}|(?![a-z]{2}))|\\[A-Za-z]+")
_ERROR = regex(
    r"(?P<name>\\delta|δ)\s*\^\s*(?P<open>\{)?\s*(?P<round>\()?(?P<label>[a-z])(?(round)\))\s*(?(open)\}|(?![A-Za-z]))"
)
"""The errors of layers, `\\delta^{(h)}`, or `\\delta^a` where that is given a value: no powers, and no transposes."""
_STATED_ERROR = regex(rf"(?:(?:^|[,=&]|\\\\|quad)\s*){_ERROR.pattern}\s*&?:?=(?!=)")
_CALL_IN_WORDS = regex(r"(?<==)(?P<room>[\s&]*)\\text(?=\s*\{\s*[A-Za-z]+\s*\}\s*(?:\\left\s*)?\()")
"""`h = \\text{RBF}(xw)` calls a function, and does not part statements."""
_BOLD_ZERO = regex(r"(?<==)(?P<room>[\s&]*)\\(?:mathbf|boldsymbol|bm|vec)\s*(?:\{\s*0\s*\}|0)(?=[\s.,;&\\]*$)")
"""`\\partial L / \\partial W = \\mathbf 0` has the shape of the derivative."""
_AT_ITS_OWN = regex(
    r"(?P<derivative>\\[dt]?frac\s*\{\s*(?:d|\\partial)(?:\s*\^\s*\{?2\}?)?\s*[^{}\s^][^{}]*\}\s*\{\s*(?:d|\\partial)\s*"
    r"(?P<by>(?:\\\w+\s*\{\s*)?\\?[A-Za-z]+\s*\}?)[^{}]*\})\s*\((?:[^()=+]*,)?\s*(?P=by)\s*(?:,[^()=+]*)?\)"
)
"""`\\frac{df}{dx}(x)`, the derivative at what it is a function of."""
_NAMED = (
    r"(?:\\(?:math(?:bf|rm|bb)|boldsymbol|bm|vec)\s*(?P<bold>\{\s*{name}\s*\})"
    r"|\\(?:text\w*|math\w+|mbox|operatorname)\s*\{[^{}]*\}|\\(?:wide)?(?:hat|tilde|bar|dot)\s*\w|(?P<bare>{name})"
    r"|\\[A-Za-z]+)"
    r"(?!\s*(?:_|\^\s*(?!\{?\s*(?:T|\\top|\\intercal|\\prime|')(?![A-Za-z]))))"
)
"""A name, alone or in bold, without an index or a power; or another command, which is no place for it."""
_ROW_DOT = regex(r"(?P<first>(?<![A-Za-z\\])[A-Z]_(?:\{[a-z]\}|[a-z]))\s*\\cdot\s*(?=\\?[a-z]+(?![A-Za-z_^]))")
"""`X_i \\cdot w`, of the rows X_i of X."""
_ALWAYS: tuple[Habit, ...] = (
    (_TWO_MARKS, r"\g<name>_{\\mathrm{\g<mark>}}"),
    (_TEXT_D, r"\\mathrm{d}"),
    (_GOAL_OF_NAMED, ""),
    (_CALL_IN_WORDS, r"\g<room>\\mathrm"),
    (_AT_ITS_OWN, r"\g<derivative>"),
    (_BOLD_ZERO, lambda match: match["room"] + "0" if _DERIVED.search(match.string) else match[0]),
    (_IN_WORDS, r"\g<sign>"),
    (BARE_SUM, over_the_one),
    (SUM_OF_PROGRAMS, over_an_axis),
    (_ROW_SUM, r"\g<of>\\mathbf{1}\\mathbf{1}^\\top"),
    (_ROW_DOT, r"\g<first>^\\top "),
)


def meanings(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """What signs may mean that no words explain, for `rewritten`, with a note: a softmax of a matrix is of each row, or
    each column; the 2-norm of a matrix is that of its entries."""
    texts = [one.passage.text for one in sheet.formulas]
    shorthand = AS_PROGRAMS if any(map(SHORTHAND.search, texts)) else ()
    yield from shorthand
    if not _ROWS.search(sheet.prose) and any(map(_OF_CAPITAL.search, texts)):
        yield from (("1", "softmax of each row"), ("0", "softmax of each column"), *shorthand)
    if any(map(_TWO_NORM.search, texts)):
        yield "F", "the 2-norm of a matrix as that of its entries, ‖·‖_F"
    if any("\\sum" in text for text in texts):
        yield OF_SAMPLES, "what is stated once holds for each sample"
    yield OF_ERRORS, "the error of each layer is the derivative that one of them is said to be"


def rewritten(sheet: Sheet, meant: Collection[str] = ()) -> Sheet:
    """The sheet with its habits written in the signs that are read, some as they are `meant`, as `meanings` says."""
    log_normal = [(LOG_NORMAL, WRITTEN_OUT)]  # before the terms of a mixture are looked for
    formulas = tuple(replace(one, passage=_rewritten(one.passage, log_normal)) for one in sheet.formulas)
    said = [] if formulas == sheet.formulas else ["the logarithm of 𝒩(x | μ, Σ) is that of the normal density"]
    sheet = replace(sheet, formulas=formulas)
    texts = [formula.passage.text for formula in formulas]
    text = " ".join(texts)
    habits: list[Habit] = [(_PRIMED_CALL, partial(_primed, text))]
    respelled: list[tuple[str, str]] = []
    letters = free_names(("s", "p", "q", "r"), text)
    for member, own, spelled in MEMBERS:
        if (head := member.search(text)) and (value := next(letters, None)):
            habits.append((own, value))
            respelled += [(value, spelled), (f"{value}_{head['letter']}", f"{spelled}_{head['letter']}")]
    before = (match["name"] or match["bold"] for match in BEFORE.finditer(sheet.source.text))
    respelled += [(f"{name}_0", f"{name}^-") for name in dict.fromkeys(before)]
    respelled += [(f"{name}_1", f"{name}^+") for name in names_after(sheet.source.text)]
    used = r"(?:\^|\\times|×|(?<!I)(?<!I\})_)\s*\{?\s*([a-z])(?![A-Za-z])"  # a size that is told, an index
    sides = set(re.findall(used, sheet.prose))
    habits.append((_UNIT, lambda match: match[0] if match["side"] in sides else "I"))
    if densities := densities_of(texts):
        habits.append((DENSITY, lambda match: name_of_density(match, densities)))
        respelled += [(plain_name(name), whole) for name, _, whole in densities.values()]
    for habit, new, whole in (*squares_of_losses(texts), *losses_of_parameters(texts)):
        habits.append(habit)
        respelled.append((new, whole))
    if re.search(r"\\sigma\s*(?:\\left\s*)?\(", text):
        habits.append((_SLOPE_OF, r"\\frac{\g<d>\\sigma(\g<by>)}{\g<d> \g<by>}"))
    for habit, note in (*of_courses(texts), *of_calls(texts)):
        changed = any(_rewritten(one.passage, [habit]) is not one.passage for one in formulas)
        said += [note] if changed else []
        habits.append(habit)
    if classes := of_classes(texts):
        habits.append((OF_CLASS, lambda match: entry_of_class(classes, match)))
        respelled.append((classes, "P(y = ·)"))
        said.append("the probability that sample i is of class k is the entry (i, k) of a matrix")
    if sets := {*whole_sets(texts)}:
        habits.append((OVER_SET, partial(without_set, sets)))
        said.append(f"sums over {', '.join(sorted(sets))} run through all that there are")
    spread = re.search(r"covarian|gaussian|normal|precision", sheet.prose, re.IGNORECASE)
    habits.append((_PLAIN_SUM, lambda match: match[0] if match[0][0] == "Σ" and spread else _sum(match["below"])))
    axis = "1" if _ROWS.search(sheet.prose) else next(filter(str.isdigit, meant), "")

    def softmax(match: re.Match[str]) -> str:
        way = "1" if "row" in match[0] else axis
        return rf"\operatorname{{softmax}}_{{{way}}}" if way else match[0]

    habits.append((_SOFTMAX, softmax))
    habits += [*_ALWAYS, *([(_TWO_NORM, r"\g<norm>_F")] if "F" in meant else ())]
    if _SUBGRADIENT.search(sheet.prose):
        habits.append((_SIGN_ALONE, lambda match: match[0] if _QUOTIENT.search(match.string) else r"\nabla"))
    for name in sorted(ones_told(sheet.prose)):
        letter = name if len(name) == 1 else rf"\\{name}(?![A-Za-z])"
        habits.append((re.compile(_NAMED.replace("{name}", letter)), partial(_as, r"\mathbf{1}")))
        respelled.append(("𝟏", name if len(name) == 1 else f"\\{name}"))
    for name in sorted(identities_told(sheet.prose)):
        letter = rf"(?<![A-Za-z\\])(?<!\\mathbb\{{)(?<!\\mathbb ){name}(?![A-Za-z])"  # 𝔼 is no E
        habits.append((re.compile(re.escape(name) if len(name) > 1 else letter), "I"))
    for name, at in one_hot_of(sheet.prose, text):
        habits.append((re.compile(_NAMED.replace("{name}", name)), partial(_as, rf"e_{{{at}}}")))
        respelled.append((f"e_{at}", name))
    if "\\psi" not in text:
        for match in islice(_FACTORIAL.finditer(text), 1):
            count = match["count"]
            respelled += [(r"\\psi(?:_\{?\w\}?|\([^()]*\))?", rf"\log {count}!"), ("psi", f"log {count[0]}!")]
        habits.append((_FACTORIAL, r"\\psi(\g<count>)"))
    habits += as_derivatives(texts, sheet.prose, meant)
    named = next(filter(None, map(_FUNCTION_D.search, texts)), None)
    if named is not None and re.search(rf"{BY_ANY}\s*\{{?\s*{re.escape(named[1])}", text):
        sign, called = re.escape(named[1].strip()), re.escape(named[2])
        lone = re.compile(rf"(?<![A-Za-z\\])({sign})(?=\s*{called})|(?<![A-Za-z\\{{])({sign})(?=\s*(?:[}})=&]|$))")
        free = next(free_names(("J", "E", "F", "C"), text), None)
        habits.append((lone, lambda match: (free or "D").ljust(len(match[0]))))
        respelled += [(free, plain_name(named[1]))] if free is not None else []
    for name, letter in _called(text, sheet.prose):
        respelled += [(rf"\{letter}", name), (letter[1:], name)] if letter not in _KNOWN else []
        habits.append((re.compile(_CALL.replace("name", name)), rf"\{letter}"))
    if words := words_of_losses(texts):
        word = rf"(?P<word>{'|'.join(words)})"
        bare = rf"(?<![A-Za-z\\])(?<!(?:rm|me|xt|it|sf|bf)\{{){word}(?![A-Za-z])"
        habits += [(re.compile(one), r"\\mathrm{\g<word>}") for one in (rf"{IN_TEXT}{word}\s*\}}", bare)]
    square = next((found for found in _BY_SQUARE.finditer(text) if not _TWICE.search(text[: found.start()])), None)
    label = (square["label"] or "") if square is not None else ""
    if square is not None and (label or not re.search(rf"{re.escape(square['name'])}\s*(?:\\left|[(_])", text)):
        plain = square["name"].removeprefix("\\")
        printed, script_below = {"sigma": "σ", "tau": "τ"}[plain], f"_{label}" if label else ""
        if label:
            name = rf"{square['name']}_{{\mathrm{{{label}sq}}}}"
            script = rf"(?:\\math\w+\s*\{{?\s*)?{label}(?:\s*\}})?"
            habits.append((power_of(square["name"], script), partial(of_square, name=name)))
        else:
            habits.append((power_of(square["name"]), of_square))
        respelled += [
            (rf"\\{plain}_\{{\\mathrm\{{{label}sq\}}\}}", rf"\{plain}{script_below}^2"),
            (f"{plain}_{label}sq", f"{plain}{script_below}^2"),
            (f"{printed}_{label}sq²", f"{printed}{script_below}⁴"),
            (f"{printed}_{label}sq", f"{printed}{script_below}²"),
        ]
    of_steps, of_labels = steps(text)
    habits += of_steps
    respelled += [*of_labels, ("_primed", "′")]
    for whole_text, residual, note in of_residuals(texts):
        habits.append((whole_text, partial(_instead, residual)))
        said.append(note)
    for name in of_estimates(texts):
        by = re.compile(rf"(\\partial|\\nabla_\{{?)\s*\\{name}(?![A-Za-z])")
        habits.append((by, rf"\1\\hat{{\\{name}}}"))
    habits += below(texts)
    if fixed := fixed_indices(texts):
        habits.append(
            (INDEXED, lambda one: one["name"] + one["close"] + fixed.get(f"{one['name']}_{one['below']}", one["sub"]))
        )
        for key in (key for key, left in fixed.items() if "mathrm" in left):
            respelled += _labels_back(*key.rsplit("_", 1))
        gone = {letter for key, left in fixed.items() for letter in key.rpartition("_")[2] if letter not in left}
        said += [f"one of several is spoken of, and its index {', '.join(sorted(gone))} left away"] * bool(gone)
    errors = {match["label"] for one in texts for match in _STATED_ERROR.finditer(one)}
    habits.append(
        (_ERROR, lambda match: _with_label(match) if match["round"] or match["label"] in errors else match[0])
    )
    letter, formulas = of_components(sheet.formulas)
    sheet = replace(sheet, formulas=formulas)
    labelled = lettered(texts)
    for name, label in [("", letter)] * bool(letter) + sorted(labelled):
        respelled += _labels_back(plain_name(name), label)
    labels = (_LABELLED, lambda match: _with_label(match) if match.group("name", "label") in labelled else match[0])
    habits.append(labels)
    derived = next((at for at, one in enumerate(texts) if _DERIVED.search(one)), 0)
    stated = 0 if _BY_SPREAD.search(text) else derived
    before_it = [*habits, (_SPREAD, _root)]
    formulas = tuple(
        replace(one, passage=_rewritten(one.passage, before_it if at < stated else habits))
        for at, one in enumerate(sheet.formulas)
    )
    respelled, said = [*sheet.respelled, *respelled], [*sheet.said, *said]
    return replace(sheet, respelled=tuple(respelled), said=tuple(said), formulas=formulas)


def _called(text: str, prose: str) -> Iterator[tuple[str, str]]:
    """The letters of functions that words or signs explain, each with a function of entries that is read for it."""
    free = free_names((r"\phi", r"\psi"), text)
    for name in free_names(("f", "g", "h"), " ".join(_MOVED.findall(text))):
        known = [known for known, word in _KNOWN.items() if regex(_IS_KNOWN.format(name=name, word=word)).search(prose)]
        if not known and regex(_OF_ENTRIES.format(name=name)).search(f"{text} {prose}"):
            known = [*islice(free, 1)]
        if len(known) == 1:  # not one of several on a page, each of which is called f
            yield name, known[0]
    yield from zip(primed_names(text), free, strict=False)


def _primed(text: str, match: re.Match[str]) -> str:
    """`g'(z)` for `g(z)'`, if the text states `g(z) = …`."""
    stated = re.search(rf"(?<![A-Za-z\\]){re.escape(match['name'] + match['call'])}\s*:?=", text)
    return f"{match['name']}'{match['call']}" if stated else match[0]


def _as(value: str, match: re.Match[str]) -> str:
    """The name as this value; what only holds its letter stays."""
    return value if match["bold"] or match["bare"] else match[0]


def _instead(value: str, _: re.Match[str]) -> str:
    return value


def _sum(letter: str | None) -> str:
    """A sum, with its index as LaTeX writes it."""
    return r"\sum" if letter is None else rf"\sum_{{{'ijklmnt'['ᵢⱼₖₗₘₙₜ'.index(letter)]}}}"


def _labels_back(name: str, label: str) -> Iterator[tuple[str, str]]:
    """How a name with such a word below is printed, as it is read and as it is called."""
    yield rf"_\{{\\mathrm\{{{label * 2}\}}\}}", f"_{label}"
    yield f"{name}_{label * 2}", f"{name}_{label}"


def _with_label(match: re.Match[str]) -> str:
    """The name with a word of two letters below, which is no index."""
    return rf"{match['name']}_{{\mathrm{{{match['label'] * 2}}}}}"


def _rewritten(passage: Passage, habits: Sequence[Habit]) -> Passage:
    for pattern, written in habits:
        made = written if callable(written) else lambda match, text=written: match.expand(text)
        found = [(match, made(match)) for match in pattern.finditer(passage.text)]
        passage = passage.replaced([(*match.span(), value) for match, value in found if value != match[0]])
    return passage


def _root(match: re.Match[str]) -> str:
    """`\\sigma^2 = v` says that σ is √v."""
    sides = "=".join(rf"\sqrt{{{side.strip()}}}" for side in re.split(r"=(?![^{}]*\})", match["value"].rstrip(" .,;")))
    return f"{match['name']}{match['sign']}{sides}"
