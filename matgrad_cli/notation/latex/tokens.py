"""The tokens of mathematical LaTeX, and what single commands and Unicode characters stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...diagnostics.record import mutable
from ..names import words


@mutable
class Token:
    """A piece of the text.

    Kinds: `number`, `name`, `function`, `command` (frac, sum, partial, d …), `open`, `close`, `bar` (`|`, `||`),
    `operator`, `relation`, `gap` (a wide space), `text` (words), `linebreak`, `end`. `spaced`:
    a space command stood before.
    """

    kind: str
    text: str
    start: int
    end: int
    font: str = ""
    side: str = ""
    spaced: bool = False

    @property
    def sign(self) -> str:
        """What is written, of an operator or a bar; of others the kind."""
        return self.text if self.kind in ("operator", "bar") else self.kind


def _written(rows: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each way to write a token, with the token's kind and text."""
    for row in rows.strip().splitlines():
        kind, text, *ways = row.split()
        yield from ((way, (kind, text)) for way in ways)


_SIGNS: Final = dict(
    _written(r"""
    operator cdot        \cdot \bullet · ⋅ ∙ •
    operator times       \times \ast \star \* × ∗ * @
    operator odot        \odot \hadamard ⊙
    operator circ        \circ ∘ ◦
    operator otimes      \otimes ⊗
    operator oslash      \oslash ⊘
    operator /           \div / ÷ ∕ ⁄
    operator +           +
    operator -           - − – —
    operator :           \colon :
    operator ,           ,
    operator ;           ;
    operator .           .
    operator ^           ^ **
    operator _           \_ _
    operator '           ' ′ ’ ‘
    relation =           \equiv = ≡ ==
    relation :=          \coloneqq \triangleq \doteq ≔ :=
    relation =:          \eqqcolon =:
    relation approx      \approx \simeq \cong ≈ ≃
    relation sim         \sim
    relation <=          \le \leq \leqslant \ll \preceq \prec ≤
    relation >=          \ge \geq \geqslant \gg \succeq \succ ≥
    relation <           \lt <
    relation >           \gt >
    relation !=          \ne \neq \not ≠
    relation propto      \propto ∝
    relation to          \to \rightarrow \longrightarrow \downarrow → ⟶ ↓
    relation maps        \mapsto ↦
    relation in          \in \subset ∈
    relation forall      \forall \exists ∀
    relation then        \Rightarrow \Longrightarrow \implies \leadsto \Downarrow ⇒ ⟹ ⇓ =>
    relation then        \Leftarrow \impliedby \therefore \because ∴ ∵
    relation iff         \Leftrightarrow \Longleftrightarrow \iff \Updownarrow ⇔ ⟺ ⇕
    open     (           \lparen \lgroup (
    close    )           \rparen \rgroup )
    open     [           \lbrack [
    close    ]           \rbrack ]
    open     {           {
    close    }           }
    open     \{          \lbrace \{
    close    \}          \rbrace \}
    open     <           \langle ⟨ 〈
    close    >           \rangle ⟩ 〉
    bar      |           \lvert \rvert \vert \mid | ∣
    bar      ||          \lVert \rVert \Vert \parallel \| ‖ ∥ ||
    gap      quad        \quad \qquad \enskip
    linebreak \\         \\ \cr \newline
    command  frac        \frac \tfrac \dfrac \cfrac \nicefrac \sfrac
    command  sqrt        \sqrt √
    command  sum         \sum ∑
    command  prod        \prod ∏
    command  norm        \norm
    command  abs         \abs
    command  partial     \partial ∂
    command  nabla       \nabla \grad ∇
    command  d           \dd \differential ⅆ
    command  top         \top \intercal \trans \transpose \T \tp
    command  up-top      ᵀ ⊤ ⊺
    command  prime       \prime
    command  dagger      \dagger †
    command  dots        \dots \ldots \cdots \vdots \ddots \dotsc \dotsb … ⋯
    command  infty       \infty ∞
    command  ones        \mathbbm \bbone \one \ones \bone 𝟏 𝟙
    command  zeros       \zero \zeros
    command  pm          \pm ±
    command  int         \int ∫
    command  brace       \underbrace \overbrace
    command  blackboard  \R
    name     ell         ℓ
    """)
)
"""Every way in which one token is written: as a command, as a character, as several."""

COMMANDS: Final = {way[1:]: token for way, token in _SIGNS.items() if way[0] == "\\"}
CHARACTERS: Final = {way: token for way, token in _SIGNS.items() if len(way) == 1} | {
    sign: ("fraction", value) for sign, value in zip("½⅓⅔¼¾⅕⅙⅛", "1/2 1/3 2/3 1/4 3/4 1/5 1/6 1/8".split(), strict=True)
}
PAIRS: Final = {way: token for way, token in _SIGNS.items() if len(way) == 2 and way[0] != "\\"}

SIZES: Final = {
    **dict.fromkeys(words("left bigl Bigl biggl Biggl lbig"), "open"),
    **dict.fromkeys(words("right bigr Bigr biggr Biggr rbig"), "close"),
    **dict.fromkeys(words("middle big Big bigg Bigg bigm Bigm qty"), ""),
}
"""Commands that size the bracket behind them, and on which side a bar behind them stands."""

REFUSED: Final = {
    word: what
    for what, ways in {
        "an integral": "int iint oint",
        "a limit": "lim",
        "a supremum": "sup",
        "an infimum": "inf",
        "an argument": "arg",
        "a minimiser": "argmin",
        "a maximiser": "argmax",
        "an expectation or a set": "mathbb",
        "two signs at once": "pm mp",
        "a binomial coefficient": "binom choose",
        "`\\over`": "over",
        "a direct sum": "oplus",
        "a sum": "bigoplus",
        "a wedge product": "wedge",
        "infinity": "infty",
        "a dagger": "dagger",
        "a union": "bigcup cup",
        "an intersection": "bigcap cap",
        "a set": "setminus emptyset blackboard",
        "a constant of physics": "hbar",
        "a probability": "Pr",
        "a greatest divisor": "gcd",
        "a dimension": "dim",
        "a kernel": "ker",
        "a rank": "rank",
        "a matrix written out": "matrix",
        "limits": "limits",
    }.items()
    for word in ways.split()
}
"""Commands that are understood and cannot be judged, and what they are."""

MACROS: Final = words(
    "def edef gdef xdef let newcommand renewcommand providecommand DeclareMathOperator input include write read "
    "openout openin csname catcode loop expandafter usepackage newenvironment immediate special futurelet "
    "afterassignment every everymath NewDocumentCommand directlua verb documentclass"
)

INVISIBLE: Final = words(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag mathop mathrel "
    "mathbin mathord mathopen mathclose "
    "allowbreak hfill noindent relax ensuremath strut qedhere nobreak mathstrut hfil null normalsize small "
    "large Large break smash "
    "mathclap mathinner blacksquare square Box qed QED checkmark Diamond lozenge bigstar"
)

SPACES: Final = words(", ; : ! > thinspace medspace thickspace negthinspace space enspace nobreakspace")

LENGTHS: Final = words("kern mkern hskip mskip hspace vspace")
WITH_ARGUMENT: Final = LENGTHS | words(
    "tag label phantom hphantom vphantom color textcolor mbox_ ref eqref cite mspace"
)
"""Commands that are dropped together with what they take, spaces of some length among them."""

RAISED: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀᵗ", "0123456789-+TT", strict=True))
LOWERED: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₚₛₜᵣₐₑₓₕ", "0123456789ijklmnpstraexh", strict=True))
