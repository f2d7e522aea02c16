"""What a document's formula is before it is judged: a claim, or something that claims nothing about the problem,
and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics.regex import regex
from ...documents.sheets.facts import fact_by_form
from ...documents.sheets.sections import REWRITING
from ...documents.sheets.sheet import Formula
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine
from ...notation.loss_text import GOAL

_MISTAKE = regex(
    r"\b(?:common (?:mistake|error|pitfall)|mistakes?\b[^.]{0,40}[:(]|pitfall|wrong(?:ly)?|incorrect(?:ly)?"
    r"|erroneous(?:ly)?"
    r"|forget(?:ting)?|forgot"
    r"|do(?:es)? not (?:write|equal)|don'?t write|not (?:equal to|true that)|instead of|falsch|tempting"
    r"|old version|would be wrong"
    r"|one might (?:think|write)|naive(?:ly)?(?![ -](?:softmax|Bayes))|(?:first|initial|earlier"
    r"|previous) (?:attempt|try|guess|version|draft)"
    r"|I (?:first|initially|originally|at first) \w+|(?:first|initially|originally|at first),? I \w+)\b",
    re.IGNORECASE,
)
_REFUTED = regex(
    r"^\W*(?:(?:but|which|this|that|it|and|however),?\s+)*(?:is|are|would be|was|turns out to be|cannot be)?\s*"
    r"(?:wrong|incorrect|false|not (?:true|right|correct)|a (?:common )?mistake|does ?n[o']t|do not)\b"
    r"|^\W*but (?:it|this|that|(?:the )?(?:sizes|shapes|dimensions)) (?:do|does|did|can|could)(?:n['’]?t| ?not)"
    r"\s+(?:work|match|fit|agree|add up|make sense)\b",
    re.IGNORECASE,
)
_RELATION = regex(r"(?<![<>!:=])=(?!=)|:=|\\(?:approx|equiv|coloneqq|triangleq)(?![A-Za-z])|≈|≡|≔|≜")
_BELOW = regex(r"_\s*\{(?:[^{}]|\{[^{}]*\})*\}")
_OTHER = regex(
    r"\\(?:leftarrow|gets|sim|propto|in|leq?|geq?|ll|gg|neq?|to|rightarrow|mapsto|mid)(?![A-Za-z])|[←∼∝∈≤≥≠→↦<>]|\\ne\b"
)
_MORE = regex(r"\\(?:succ|in)|[∈≻⪰≽]")
"""`Ω = Ωᵀ ≻ 0`."""
_DEFINITE = regex(r"\\(?:succ|prec)(?:eq)?(?![A-Za-z])|[≻⪰≽≺⪯≼]")
_UPDATE = regex(r"\\(?:leftarrow|gets|sim|propto)(?![A-Za-z])|[←∼∝]")
_NEXT = regex(r"\s*(?:\\\w+\s*\{?)?\\?[A-Za-z]+\}?\s*[_^]\s*\{?\s*\(?\s*[tkns]\s*\+\s*1\s*\)?\s*\}?\s*&?=")
"""`w_{t+1} = …` says how one comes from the last."""
_NEWTON = regex(r"[^=]*(?:\\nabla|∇)[^=]*(?:\\Delta(?![A-Za-z])|Δ)\s*[\\{A-Za-z][^=]*=\s*&?\s*-[^=]*$")
"""`∇²f Δx = -∇f` says how far to go."""
_SUPPOSED = regex(
    r"\b(?:if|for|when|whenever|where|at|only where|with|suppose|set|take|choose|case)\b[^.;]{0,14}$", re.IGNORECASE
)
_SOLVED = regex(
    r"\b(?:stationary point|critical point|minimi[sz]er|maximi[sz]er|minimum|maximum|optimum|solution|estimat(?:e|or))"
    r"(?: is| becomes|:)(?: then| therefore| simply| just)?\W*$"
    r"|\b(?:vanish(?:es)?|(?:is|are|becomes?) (?:zero|0)) (?:only |exactly )?(?:for|at|when|where|if)\W*$"
    r"|(?:\b(?:to|with|equals?) (?:be )?(?:zero|0)|=\s*\{?0\}?[\s.,;$\\\])]*)(?:[^.;$=]{0,30}\b)?"
    r"(?:gives?|yields?|get|obtain|find|implies|leads? to|so|hence|thus|therefore|solved by)(?: that)?\W*$",
    re.IGNORECASE,
)
_SPECIAL = regex(r"\b(?:if|for|when|whenever|at|only where|case)\b[^.;]{0,14}$", re.IGNORECASE)

_HYPOTHETICAL = regex(
    r"\b(?:if|had|were|suppose|supposing|imagine|instead)\b.*\bwould\b|\bif\b.*\b(?:had|were|instead|dropped"
    r"|used|wrote|defined|started)\b"
    r"|\b(?:suppose|imagine|supposing)\b.*\b(?:instead|had|were)\b|\bhad (?:we|the|L|it)\b|\binstead\b.*\b(?:if"
    r"|had|were)\b"
    r"|\bwould\s+(?:instead\s+|then\s+)?(?:read|be|become|give|yield)\b[^.;]{0,20}$"
    r"|\bwere to\b|\b(?:some|many|other)\s+(?:authors|people|books|texts|sources)\b"
    r"|\b(?:without|ignoring|dropping|neglecting)\s+(?:(?:the|any|its)\s+)?(?:\w+\s+)?"
    r"(?:regulari\w+|penalt\w+|prior|weight decay|bias)\b",
    re.IGNORECASE | re.DOTALL,
)
_WOULD = regex(r"^\W*would\s+(?:be|have|hold|follow|result)\b.*\b(?:if|had|were)\b", re.IGNORECASE)
_FOR = (
    r"for(?!,? (?:all|each|every|any)\s+[$\\(]*\w+\s*=\s*[01]\b)(?! \S{0,2}\w\s*=\s*[01]\s*,)"
    r"(?! [$\\(]*\w+(?:[_^]\{?\w+\}?)*[$\\)]*:)"
)
"""No condition is `for all $k = 1, \\dots, K$`, nor `For $W$:`."""
_KIND = r"(?:symmetric|diagonal|orthogonal|positive|definite|scalar|square|one-?hot|commut\w*|unit|(?<!column )rank)"
_CONDITION = regex(
    r"\b(?:special case|in particular|sanity check|for (?:example|instance)|as an example|example:"
    r"|at initiali[sz]ation|in the limit"
    r"|reduces to)\b"
    rf"|\b(?:if|when|{_FOR}|whenever|suppose|wenn|falls|für)\b"
    r"(?!.*(?:\\sum|\\frac|\\\||\b(?:with|where|let)\s+\$))"
    r"[^.]{0,40}(?:[=<>≠≥≤]|\\neq?\b|\\geq?\b|\\leq?\b)[^.=]*$"
    r"|(?:^|\$|\\\(|[(,;:]|(?<![\\A-Za-z])[A-Za-z]{2,}\s)\s*[A-Za-zα-ω]\s*=\s*(?:I|\\?mathbf\s*\{?0\}?"
    r"|\d+)(?![\w.^]|\s*[-+*/])[^.]{0,25}$"
    r"|\b(?:with|mit)\s+\$?\\?[A-Za-zα-ω]+\s*=\s*\d+\$?(?![\w.^]|\s*[-+*/])[^.=]{0,25}$"
    rf"|\b(?:if|when|for|whenever|suppose)\b[^.,]{{0,30}}\b{_KIND}|\bonly the first term (?:changes|differs)\b",
    re.IGNORECASE,
)
_CONDITION_BEHIND = regex(
    rf"^\W*(?:(?:if|when|{_FOR}|provided|whenever|only if)\b[^.]{{0,40}}(?:\b{_KIND}|[=<>≠≥≤])|in the special case"
    rf"|at initiali|otherwise\b|elsewhere\b)",
    re.IGNORECASE,
)
_ELSEWHERE = regex(r"(?<![A-Za-z\\])[i-t]\s*(?:\\neq?(?![A-Za-z])|≠)\s*[a-hu-z](?:_\{?\w\}?)?\s*[)}]?[\s.,;]*$")
"""`(j \\ne y)` behind an entry: at another place than y, the class of the sample."""
_DERIVED = regex(
    r"(?:\\nabla|\\partial|∇|∂|\bgrad)(?:[^$\\]|\\(?!\]|end))*=\s*(?:I|\\?mathbf\s*\{?0\}?|0)(?![\w.^])[^.=]*$"
)
_SIDE = regex(
    r"\b(?:subject to|s\.\s?t\.|such that|constraints?|constrained (?:to|by)|condition|if|when|whenever|suppose"
    r"|assum(?:e|ing)|provided|given|under)(?: that)?\W*$",
    re.IGNORECASE,
)
_SUBJECT = regex(r"\b(?:subject to|s\.\s?t\.)\W*$", re.IGNORECASE)
_CONSTRAINED = regex(r"\b(?:subject to|s\.\s?t\.|such that|constraints?)\W*$", re.IGNORECASE)
_UNCONSTRAINED = regex(r"\b(?:no|not|without|free (?:of|from))\b[^.,]{0,20}\bconstraints?\W*$", re.IGNORECASE)
_DERIVED_IN_WORDS = regex(r"\b(?:gradient|derivative|hessian)\b[^.=$]{0,50}\b(?:is|equals|becomes)\W*$", re.IGNORECASE)
_LISTED = regex(r"(?:(?:\$[^$]*\$|\\\((?:(?!\\\)).)*\\\))\s*(?:,|,?\s*and)\s*)+$")
_OWN_WORDS = regex(r"[\s&,]*\\(?:text\w*|mbox|mathrm|operatorname)\s*\{([^{}]*)\}")
_OF_ANOTHER = regex(r"(?:\$|\\\)|\\(?:text\w*|mbox|mathrm)\s*\{)\s*$")
_LAYOUT = regex(
    r"\b(gradient|numerator|denominator|other|row|column)[- ](?:layout|vector convention)|\blayout\b", re.IGNORECASE
)
_EQUATION = regex(
    r"\b(?:set(?:ting)?|equat\w+|put(?:ting)?|solv\w+|stationar\w+|optim\w+|minim(?:i[sz]er|um)|maximi[sz]er"
    r"|MLE|estimat(?:e|or)s?|normal equations?|first[- ]order|zero|vanish\w*|critical|rearrang\w+|gives|satisf\w+"
    r"|closed form"
    r"|gleich null|nullsetzen|Normalengleichung(?:en)?|équations? normales?|annul\w+|a cero|ecuaciones normales)\b",
    re.IGNORECASE,
)
_ZERO = regex(
    r"(?:=\}?|\}\})\s*(?:\\mathbf\s*\{?\s*)?0(?![.\d])|^\s*0\s*="
    r"|(?:\\(?:Rightarrow|implies|Longrightarrow|iff)|⇒|⟹)(?=\s*[^\s.,;\\}]|\s*\\[A-Za-z])"
)

_STATES = regex(r"[A-Za-z]\([^()]*\)\s*=")
"""`for f(x) = bᵀx` states a function."""

_GOAL = regex(GOAL)
LONE_ZERO = regex(r"\W*=\s*\{?\s*(?:\\mathbf\s*)?\{?0\W*")
SET_TO_ZERO = regex(r"=\s*(?:\\(?:mathbf|boldsymbol|vec|mathbb)\s*)?\{?\s*0\s*\}?[\s.,;\\]*$")
OF_GRADIENT = regex(r"\b(?:grad(?:ient)?|derivative|differential|nabla)\b[^.=]{0,20}$", re.IGNORECASE)

CONDITIONAL = "said under a condition"
OF_LAYOUT = "said of another layout"
SOUGHT = "what is to be found"


_OF_ANY_LAYOUT = ("lost-factor", "wrong-sign", "dropped-term", "extra-term")
"""Slips that no other layout mends."""


def said_of_other(formula: Formula, layout: str = "", loss: str | None = None, slip: str | None = None) -> str | None:
    """Why a formula speaks of another case than the one at hand:
    a condition, which does not state the `loss`, or another layout than `layout` stands beside it, and may mend its
    `slip`."""
    before = formula.before
    # `by … (for symmetric matrices) we obtain`, `∇F = 0 gives` suppose nothing; a condition that follows another
    # formula, `… = 2Aw for symmetric A,`, or stands in it, `\\text{if } z < 1`, is that one's
    supposed = any(
        not (_STATES.search(match[0]) or re.search(rf"[$(]\s*\\?{loss}\s*=", match[0]))
        and not _in_brackets(before, match)
        and not _DERIVED.search(before[: match.end()])
        and not _OF_ANOTHER.search(before[: match.start()])
        for match in _CONDITION.finditer(before, max(0, len(before) - 80))
    )
    behind = _CONDITION_BEHIND.match(formula.after[:60])
    if supposed or (behind is not None and not _STATES.search(behind[0])) or _ELSEWHERE.search(formula.passage.text):
        return CONDITIONAL
    beside = [*_LAYOUT.finditer(formula.before[-120:])][-1:] or [*_LAYOUT.finditer(formula.after[:60])][:1]
    other = slip not in _OF_ANY_LAYOUT and any((said[1] or "").lower() != layout for said in beside)
    return OF_LAYOUT if other else None


def _in_brackets(text: str, match: re.Match[str]) -> bool:
    """Whether what is found stands in brackets that are closed before the text ends."""
    opened = re.search(r"\([^()]*$", text[: match.start()])
    return opened is not None and re.match(r"[^()]*\)", text[match.end() :]) is not None


def is_side_condition(formula: Formula) -> bool:
    """Whether the words say that a formula is supposed: `$W^T W = I$`, `subject to $CX = D$`."""
    if fact_by_form(formula.passage.text)[1]:
        return True
    if (words := _OWN_WORDS.match(formula.passage.text)) is not None:
        return bool(_SIDE.search(words[1]))
    first = _LISTED.sub("", formula.before)  # `subject to $w'1 = 1$ and`
    if _UNCONSTRAINED.search(first):
        return False
    told = _SIDE.search(formula.before[-30:]) or _CONSTRAINED.search(first)
    return bool(told and not _EQUATION.search(first[-80:-10])) or _SUBJECT.search(first) is not None


def speaks_of_equations(formula: Formula) -> bool:
    """Whether the words before a formula say that something is set to zero or solved."""
    return bool(_EQUATION.search(formula.before[-80:]))


def is_equation_of_zero(formula: Formula) -> bool:
    """Whether a formula ends in `= 0`, or holds an arrow of implication."""
    return bool(_ZERO.search(formula.passage.text))


def is_hypothetical(formula: Formula) -> bool:
    """Whether the sentence of a formula speaks of another case than the one at hand:
    `If L were …, we would get`, `Had we used …`."""
    sentence = re.split(r"[.?!;]\s+(?=[A-Z$\\])|\n\s*\n(?=[A-Z*#])", formula.before[-240:])[-1]
    return bool(_HYPOTHETICAL.search(sentence) or _WOULD.match(formula.after[:120]))


def is_relation(text: str) -> bool:
    """Whether a formula holds an order, a membership, a limit, and no equality; or says how definite a matrix is."""
    return _DEFINITE.search(text) is not None or (_OTHER.search(text) is not None and not holds_equality(text))


def holds_equality(text: str) -> bool:
    """Whether a formula has a sign of equality besides those below its signs of sums."""
    return bool(_RELATION.search(_BELOW.sub("", text)))


def begins_with_relation(text: str) -> bool:
    """Whether a formula says something of what stands before it: `\\succ 0`."""
    return bool(_OTHER.match(text) or _MORE.match(text))


def derived_in_words(formula: Formula) -> bool:
    """Whether words say of a formula, which is more than a letter, that it is a derivative:
    `The gradient of the second term is $\\lambda w$`."""
    return len(formula.passage.text.strip()) > 2 and _DERIVED_IN_WORDS.search(formula.before[-80:]) is not None


def rewrites(formula: Formula) -> bool:
    """Whether the words before a formula say that something is written in another way: `Expanding the square gives`."""
    said = formula.before[-80:]
    solving = {match[0].lower() for match in _EQUATION.finditer(said)} - {"gives", "rearranging"}
    return bool(REWRITING.search(said)) and not solving


def passed_over(formula: Formula, line: LatexLine, sizes: frozenset[str]) -> str | None:
    """Why a formula is no claim about the problem; None if it may be one. `sizes` are names of dimensions."""
    text = formula.passage.text
    if formula.struck:
        return "struck out"
    if _MISTAKE.search(formula.before[-160:]) or _REFUTED.match(formula.after[:40]):
        return "named as a mistake"
    if not holds_equality(text) or (fact_by_form(text)[1] and _MORE.search(text)):
        told = "a derivative of something in words" if derived_in_words(formula) else "no equality"
        return "a relation" if _OTHER.search(text) or _MORE.search(text) else told
    if line.statements and all(_GOAL.match(side.text) for one in line.statements for side in one.sides):
        return SOUGHT
    only = line.statements[0] if len(line.statements) == 1 and line.statements[0].leading is None else None
    sides = [side.node for side in only.sides] if only is not None else []
    return relates(text, sides, sizes) or _value(line, formula)


UPDATE = "an update or a relation"


def relates(text: str, sides: Sequence[s.Node | None], sizes: frozenset[str]) -> str | None:
    """Why what has a sign of equality is no claim about a problem: an update, a relation of another kind, a question,
    or it speaks of `sizes`. `sides` are those of a row that is one equation."""
    if _UPDATE.search(text) or _NEXT.match(text) or _NEWTON.match(text) or _is_step(sides):
        return UPDATE
    if re.search(r"=\s*\\?\s*\?", text):
        return "a question"
    if _PROBABILITY.match(text) and not _DERIVED_SIGN.search(text):
        return "a probability"
    if re.fullmatch(r"\((\w+),(\w+)\)\(\2,(\w+)\)=\(\1,\3\)[.,]?", re.sub(r"\s", "", text)):
        return "sizes"  # `(D, N)(N, M) = (D, M)`
    if re.search(r"×|\\times", text) and not re.search(r"\\(?:frac|partial|nabla|sum|top)|[∂∇Σᵀ]", text):
        names = set(re.findall(r"[A-Za-z]+", re.sub(r"\\[A-Za-z]+", " ", text)))
        if names <= sizes:
            return "sizes"
    return None


_PROBABILITY = regex(
    r"[\s&]*\\?(?:P|p|Pr|mathbb\s*\{?P\}?)\s*(?:\\left)?\([^()]*(?:\\mid|\\vert|\|)(?:[^()]|\([^()]*\)){0,60}\)\s*&?:?="
)
"""`P(y = 0 | x) = 1 - h(x)`, the model of the data."""
_DERIVED_SIGN = regex(r"\\(?:partial|nabla)(?![A-Za-z])|[∂∇']|\\[dt]?frac\s*\{\s*d|\bd[A-Za-z]\s*/|\\q?quad|\\text")


def _is_step(sides: Sequence[s.Node | None]) -> bool:
    """`w := w - η ∇L`, `w = w - η g`: a name whose new value is the old one and a multiple of something; `δx = -∇f`:
    how far it goes."""
    if len(sides) != 2:
        return False
    left, right = (s.ungrouped(side) if side is not None else None for side in sides)
    if isinstance(left, s.Differential_) and isinstance(s.ungrouped(left.body), s.Name) and right is not None:
        kinds = {type(part) for part in s.parts_of(right)}
        return s.Derivative in kinds and s.Differential_ not in kinds
    left = s.ungrouped(left.body) if isinstance(left, s.Subscript) else left
    first = s.ungrouped(right.left) if isinstance(right, s.Binary) and right.operator in ("+", "-") else None
    first = s.ungrouped(first.body) if isinstance(first, s.Subscript) else first
    return isinstance(left, s.Name) and isinstance(first, s.Name) and left.name == first.name


def _value(line: LatexLine, formula: Formula) -> str | None:
    """`λ = 0`, `i = j`, `u = v`, `8·8 = 64`: values that are supposed, or numbers alone."""
    nodes = [[side.node for side in statement.sides] for statement in line.statements]
    if not nodes or any(node is None for sides in nodes for node in sides):
        return None
    numbers = all(_is_value(node) for sides in nodes for node in sides[1:])
    if all(_names(node) == set() for sides in nodes for node in sides):
        return "numbers"
    lone = len(nodes) == 1 and len(nodes[0]) > 1 and isinstance(s.ungrouped(nodes[0][0]), s.Name)  # type: ignore[arg-type]
    plain = lone and "(" not in line.statements[0].sides[-1].text  # `a = g(z)` defines a
    simple = plain and all(isinstance(s.ungrouped(node), (s.Name, s.Literal_)) for node in nodes[0] if node is not None)
    if simple and _name_of(nodes[0][-1]) == "I" and not _SPECIAL.search(formula.before):
        return None  # `where V = I` says what V is
    if simple and not numbers and _SOLVED.search(formula.before):
        return None  # `the stationary point is Θ = S`
    marked = simple and "_hat" in getattr(s.ungrouped(nodes[0][0]), "name", "")  # type: ignore[arg-type]
    if simple and (numbers or _SUPPOSED.search(formula.before) or (formula.kind != "display" and not marked)):
        return "a value"
    return "a value" if numbers and lone else None


def _name_of(node: s.Node | None) -> str | None:
    inner = s.ungrouped(node) if node is not None else None
    return inner.name if isinstance(inner, s.Name) else None


def _names(node: s.Node | None) -> set[str]:
    return {part.name for part in s.parts_of(node) if isinstance(part, s.Name)} if node is not None else set()


def _is_value(node: s.Node | None) -> bool:
    moves = node is not None and not {s.Derivative, s.Differential_}.isdisjoint(map(type, s.parts_of(node)))
    return node is not None and not _names(node) and not moves
