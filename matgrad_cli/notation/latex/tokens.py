"""The tokens of mathematical LaTeX, and what single commands and Unicode characters stand for."""

from __future__ import annotations

from typing import Final

from ...diagnostics.record import mutable
from ..names import words


@mutable
class Token:
    """A piece of the text.

    Kinds: `number`, `name`, `function`, `command` (frac, sum, partial, d …), `open`, `close`, `bar` (`|`, `||`),
    `operator`, `relation`, `gap` (a wide space), `text` (words), `linebreak`, `end`. `spaced`:
    a space command stood before. `single`: one letter, may be split.
    """

    kind: str
    text: str
    start: int
    end: int
    font: str = ""
    side: str = ""
    spaced: bool = False


OPERATORS: Final = {
    "cdot": "cdot", "times": "times", "ast": "times", "star": "times", "odot": "odot", "circ": "circ",
    "otimes": "otimes",
    "oslash": "oslash", "bullet": "cdot", "div": "/", "colon": ":", "hadamard": "odot",
}  # fmt: skip

RELATIONS: Final = {
    "equiv": "=", "coloneqq": ":=", "triangleq": ":=", "eqqcolon": "=:", "doteq": ":=", "approx": "approx",
    "simeq": "approx", "sim": "sim",
    "cong": "approx", "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!=", "propto": "propto",
    "to": "to",
    "mapsto": "maps",
    "rightarrow": "to", "longrightarrow": "to", "in": "in", "subset": "in", "forall": "forall", "leqslant": "<=",
    "geqslant": ">=",
    **dict.fromkeys(words("Rightarrow implies therefore because Longrightarrow impliedby Leftarrow leadsto"), "then"),
    **dict.fromkeys(words("Leftrightarrow iff Longleftrightarrow"), "iff"), "ll": "<=",
    "gg": ">=", "preceq": "<=", "succeq": ">=", "prec": "<=", "succ": ">=", "lt": "<", "gt": ">", "not": "!=",
    "exists": "forall",
}  # fmt: skip

SIGNS: Final = {
    "{": ("open", "\\{"), "}": ("close", "\\}"), "|": ("bar", "||"), "_": ("operator", "_"), "*": ("operator", "times"),
    **{word: ("gap", word) for word in ("quad", "qquad", "enskip")}, **{word: ("linebreak", word) for word in ("\\",
    "cr", "newline")},
}  # fmt: skip
"""Commands that are one token, beside those of the tables of operators and relations."""

BRACKETS: Final = {
    "langle": ("open", "<"), "rangle": ("close", ">"), "lvert": ("bar", "|"), "rvert": ("bar", "|"), "vert": ("bar",
    "|"),
    "lVert": ("bar", "||"), "rVert": ("bar", "||"), "Vert": ("bar", "||"), "lbrace": ("open", "\\{"),
    "rbrace": ("close", "\\}"),
    "lbrack": ("open", "["), "rbrack": ("close", "]"), "lparen": ("open", "("), "rparen": ("close", ")"), "mid": ("bar",
    "|"),
    "parallel": ("bar", "||"),
}  # fmt: skip

SIZES: Final = {
    "left": "open", "right": "close", "middle": "", "big": "", "Big": "", "bigg": "", "Bigg": "", "bigl": "open",
    "Bigl": "open",
    "biggl": "open", "Biggl": "open", "bigr": "close", "Bigr": "close", "biggr": "close", "Biggr": "close", "bigm": "",
    "Bigm": "",
    "lbig": "open", "rbig": "close",
}  # fmt: skip

STRUCTURE: Final = {
    "frac": "frac", "tfrac": "frac", "dfrac": "frac", "cfrac": "frac", "nicefrac": "frac", "sfrac": "frac",
    "sqrt": "sqrt",
    "sum": "sum", "prod": "prod", "norm": "norm", "abs": "abs",
    "partial": "partial", "nabla": "nabla", "grad": "nabla", "top": "top", "intercal": "top", "trans": "top",
    "transpose": "top",
    "prime": "prime", "dagger": "dagger", "ldots": "dots", "dots": "dots", "cdots": "dots", "vdots": "dots",
    "ddots": "dots",
    "dotsc": "dots",
    "dotsb": "dots", "infty": "infty", "dd": "d", "differential": "d", "T": "top", "tp": "top", "R": "blackboard",
}  # fmt: skip

REFUSED: Final = {
    "int": "an integral", "iint": "an integral", "oint": "an integral", "lim": "a limit",
    "sup": "a supremum", "inf": "an infimum", "arg": "an argument", "argmin": "a minimiser", "argmax": "a maximiser",
    "mathbb": "an expectation or a set", "pm": "two signs at once", "mp": "two signs at once",
    "binom": "a binomial coefficient",
    "over": "`\\over`", "oplus": "a direct sum", "wedge": "a wedge product", "infty": "infinity", "dagger": "a dagger",
    "bigoplus": "a sum",
    "bigcup": "a union", "bigcap": "an intersection", "cap": "an intersection", "cup": "a union", "setminus": "a set",
    "emptyset": "a set",
    "hbar": "a constant of physics", "blackboard": "a set", "Pr": "a probability", "gcd": "a greatest divisor",
    "dim": "a dimension",
    "ker": "a kernel", "rank": "a rank", "choose": "a binomial coefficient", "matrix": "a matrix written out",
    "limits": "limits",
}  # fmt: skip
"""Commands that are understood and cannot be judged, and what they are."""

MACROS: Final = words(
    "def edef gdef xdef let newcommand renewcommand providecommand DeclareMathOperator input include write "
    "read openout openin csname "
    "catcode loop expandafter usepackage newenvironment immediate special futurelet afterassignment every everymath "
    "NewDocumentCommand directlua verb usepackage documentclass"
)

INVISIBLE: Final = words(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag mathop mathrel "
    "mathbin mathord mathopen mathclose "
    "allowbreak hfill noindent relax ensuremath strut qedhere nobreak mathstrut hfil null normalsize small "
    "large Large break smash "
    "mathclap mathinner blacksquare square Box qed QED checkmark Diamond lozenge bigstar"
)

SPACES: Final = words(", ; : ! > thinspace medspace thickspace negthinspace space enspace nobreakspace")

WITH_ARGUMENT: Final = words(
    "tag label hspace vspace phantom hphantom vphantom color textcolor mbox_ ref eqref cite mspace kern"
)
"""Commands that are dropped together with what they take."""

CHARACTERS: Final = {
    "∂": ("command", "partial"), "∇": ("command", "nabla"), "∑": ("command", "sum"), "√": ("command", "sqrt"),
    "⊙": ("operator", "odot"),
    "∘": ("operator", "circ"), "◦": ("operator", "circ"), "⊗": ("operator", "otimes"), "⊘": ("operator", "oslash"),
    "·": ("operator", "cdot"),
    "⋅": ("operator", "cdot"), "∙": ("operator", "cdot"), "•": ("operator", "cdot"), "×": ("operator", "times"),
    "∗": ("operator", "times"),
    "*": ("operator", "times"), "+": ("operator", "+"), "-": ("operator", "-"), "−": ("operator", "-"),
    "–": ("operator", "-"),
    "—": ("operator", "-"), "/": ("operator", "/"), "÷": ("operator", "/"), "∕": ("operator", "/"), "⁄": ("operator",
    "/"),
    ",": ("operator", ","),
    ";": ("operator", ";"), ":": ("operator", ":"), "^": ("operator", "^"), "_": ("operator", "_"), "'": ("operator",
    "'"),
    "′": ("operator", "'"),
    "’": ("operator", "'"), "‘": ("operator", "'"), "=": ("relation", "="), "≡": ("relation", "="), "≔": ("relation",
    ":="),
    "≈": ("relation", "approx"),
    "≃": ("relation", "approx"), "≤": ("relation", "<="), "≥": ("relation", ">="), "<": ("relation", "<"),
    ">": ("relation", ">"),
    "≠": ("relation", "!="), "∝": ("relation", "propto"), "∈": ("relation", "in"), "→": ("relation", "to"),
    "↦": ("relation", "maps"), "⟶": ("relation", "to"),
    "∀": ("relation", "forall"),
    "⇒": ("relation", "then"), "⟹": ("relation", "then"), "⇔": ("relation", "iff"), "⟺": ("relation", "iff"),
    "∴": ("relation", "then"), "∵": ("relation", "then"),
    "(": ("open", "("), "[": ("open", "["), "{": ("open", "{"), "⟨": ("open", "<"), "〈": ("open", "<"), ")": ("close",
    ")"),
    "]": ("close", "]"),
    "}": ("close", "}"), "⟩": ("close", ">"), "〉": ("close", ">"), "|": ("bar", "|"), "‖": ("bar", "||"), "∥": ("bar",
    "||"),
    "∣": ("bar", "|"),
    "…": ("command", "dots"), "⋯": ("command", "dots"), "⊤": ("command", "top"), "ᵀ": ("command", "up-top"),
    "∞": ("command", "infty"),
    "†": ("command", "dagger"), "±": ("command", "pm"), "∫": ("command", "int"), "∏": ("command", "prod"),
    "@": ("operator", "times"),
    "⊺": ("command", "top"), "ℓ": ("name", "ell"), "ⅆ": ("command", "d"), "𝟏": ("command", "ones"), "𝟙": ("command",
    "ones"),
}  # fmt: skip

PAIRS: Final = {
    ":=": ("relation", ":="),
    "==": ("relation", "="),
    "=:": ("relation", "=:"),
    "=>": ("relation", "then"),
    "||": ("bar", "||"),
    "**": ("operator", "^"),
}

RAISED: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀᵗ", "0123456789-+TT", strict=True))
LOWERED: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₚₛₜᵣₐₑₓₕ", "0123456789ijklmnpstraexh", strict=True))
FRACTIONS: Final = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅙": (1, 6), "⅛": (1, 8),
}  # fmt: skip
