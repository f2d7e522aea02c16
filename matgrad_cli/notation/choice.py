"""Which of the two languages a text is tried in, and in what order."""

from __future__ import annotations

import re
from typing import Final

from . import syntax as s
from .expression.vocabulary import ALIASES, FUNCTION_NAMES, WRITTEN_OUT
from .names import GREEK, canonical_name, words
from .scope import Scope, Syntax

_LATEX_SIGNS = ("\\", "^", "_{")
_WORDS_OF_LATEX = words(
    "abs arccos arcsin arctan cos cosh cot coth csc det Det diag erf exp fabs gelu ln log logdet logsumexp lse "
    "logistic mean norm relu ReLU sec sgn sigmoid sign silu sin sinh softmax softplus sqrt sum tan tanh tr Tr "
    "trace Trace vec rank max min arg lim sup inf"
)
"""Words that LaTeX reads as functions also without a backslash."""
_ALSO_OF_LATEX = words("inv transpose tril triu")
"""Further ones, which show the expression language where no letters stand side by side."""
_BOOK_SIGNS = "ᵀ⊤‖∥²³⁻¹Σ∑√⊙∘𝟏−⟨"
_APART: Final = (
    r"(?<![\w.])(?:[^\W\d](?:_\w+)?|\d+(?:\.\d+)?|(?<=[)\]])) +(?!(?:for|in|if|else|and|or|where|with|is)\b)[^\W\d]"
    r"|[)\]] +\(|(?<![\w.])[A-Zabcmpuvwxyz](?:_\w+)? +\("
)
"""A letter, a number or a bracket with the next one behind a blank: a product as books write it."""
_PYTHON: Final = ("@", "**", ".T", "np.", "torch.", "==")


def looks_like_latex(text: str) -> bool:
    """Whether the text has signs that only LaTeX has, a backslash, `^`, `_{`; or is letters side by side."""
    return any(sign in text for sign in _LATEX_SIGNS) or (re.search(_APART, text) is not None and in_letters(text))


def in_letters(text: str, wrt: str = "") -> bool:
    """Whether every word of a text is a letter, a function, or capitals before the variable, which stands nowhere
    alone then, and no sign is Python's.

    >>> in_letters("det(A X B) + exp(x)"), in_letters("norm(Ax - b)", "x"), in_letters("norm(x - Px)", "x")
    (True, True, False)
    """
    known = _WORDS_OF_LATEX - {"inf"} | _ALSO_OF_LATEX | {*GREEK.values(), "pi"}  # norm(A x, inf) is Python's
    alone = len(wrt) != 1 or re.search(rf"(?<![^\W_]){re.escape(wrt)}(?![^\W_])", text)
    split = re.compile("$" if alone else f"[A-SU-Z]{{1,3}}{re.escape(wrt)}")
    return not any(sign in text for sign in (*_PYTHON, "[")) and all(
        word in known or split.fullmatch(word) is not None for word in re.findall(r"[^\W\d_][^\W_]*[^\W\d_]", text)
    )


def in_syntax(text: str, forced: Syntax | None = None) -> tuple[Syntax, ...]:
    """The languages to try, most likely first."""
    if forced is not None:
        return (forced,)
    dialect = dialect_of(text)
    first: tuple[Syntax, ...] = (dialect,) if dialect is not None else ()
    if in_words(text):
        return (*first, "numpy")
    return (*first, "latex") if looks_like_latex(text) else (*first, "numpy", "latex")


_QUOTED: Final = r"(?<=[(,=\s])'[\w\s,.>-]*'"
"""A word for a function, 'fro', or the letters of einsum."""
_TURNED: Final = r"(?<=[\w)\]])\.?'(?=\s*(?:[-*+/).,;]|\.|$))"
_MARKS: Final[tuple[tuple[Syntax, str], ...]] = (
    ("matrixcalculus", r"\bnorm[12F]\(|\bvector\([01]\)"),
    ("julia", r"\b[A-Za-z]\w*\.\(|\babs2\b|\bpermutedims\(|(?<=[\w)\]'])\s+\.[-+<>]"),
    (
        "matlab",
        rf"(?<=[\w)\]'])\s*\.[*/^]|(?<=[\w)\]'])(?: +\\ +(?=[\w(\[])|\\(?=[A-Za-z](?![A-Za-z])))|,\s*\[\s*\]\s*,"
        rf"|\bmtimes\(|\b[a-z]{{3,}}\([^'\"]*[\w)]'\s*[,)]|{_TURNED}.*\*|\*.*{_TURNED}",
    ),
    (
        "sympy",
        r"\b(?:Trace|HadamardProduct|hadamard_product|Determinant|Inverse|Transpose|MatMul|Sum)\("
        r"|\.(?:I\b|inv\(\)|doit\(|applyfunc\()",
    ),
    ("mathematica", r"\b(?:Tr|Transpose|Det|Norm|Inverse|Total|Log|Exp)\["),
    ("r", r"%\*%"),
)


def dialect_of(text: str) -> Syntax | None:
    """The dialect that a text can only be written in, by its marks;
    None where it may be the expression language or LaTeX.

    >>> [dialect_of(text) for text in ("x'*A*x", "norm2(A*x-b)^2", "Trace(X*A)", "x'Ax", "norm(A*X)**2")]
    ['matlab', 'matrixcalculus', 'sympy', None, None]
    """
    text = text[:4000]
    if (re.search(r",\s*'\w+'\)\s*\^", text) and "@" not in text) or "bsxfun(@" in text:
        return "matlab"
    text = re.sub(_QUOTED, '""', text)
    text = re.sub(r"\b(\w+)\s*-\s*\1'(?!\s*\*)", r"\1", text)  # x - x' is the distance of two points
    if any(sign in text for sign in ("@", "_{", "^{", "^T", "np.", "torch.")) or re.search(r"\\[A-Za-z]{2}", text):
        return None
    return next((name for name, marks in _MARKS if re.search(marks, text)), None)


def said_of(syntax: Syntax, found: bool) -> tuple[str, ...]:
    """What to say of a dialect, and that it was found out."""
    if syntax in ("numpy", "latex"):
        return ()
    from .dialects.table import DIALECTS

    dialect = DIALECTS[syntax]
    found_out = (f"the loss is read as {dialect.called} writes it (`--syntax {syntax}`)",) if found else ()
    product = f"`{dialect.product}` is the product of matrices, as in {dialect.called}"
    return (*found_out, f"{product}; elementwise it is `{dialect.entrywise}`")


def in_words(text: str) -> bool:
    """Whether `^` is the only foreign sign of a text in the expression language:
    a word before `(` is never letters side by side.

    >>> in_words("log1p(x)^2"), in_words("norm(U @ V.T)^2"), in_words("sin(x)^2"), in_words("Ax(b)^2")
    (True, True, False, False)
    """
    if "^" not in text or "\\" in text or "_{" in text or "^{" in text or in_book_signs(text):
        return False
    if re.search(r"[\w)\]]\.T\b", text):
        return True
    if re.search(r"(?<![\w.^*/+-])\d+ +[A-Za-z]|[\w)] +[A-Z]\w*\(", text):
        return False  # `2 expm(A)`: side by side is no product of Python's
    called = set(re.findall(r"(?<![\w.])([A-Za-z]\w+)(?=\()", text)) - _WORDS_OF_LATEX
    if "@" not in text and "*" not in text:
        called -= frozenset(GREEK.values())  # sigma(w^T x + b)
    if re.search(_APART, text):
        called -= _ALSO_OF_LATEX  # (x - m)^T inv(S) (x - m)
    return any(word in FUNCTION_NAMES or word in ALIASES or word in WRITTEN_OUT or len(word) > 3 for word in called)


def in_book_signs(text: str) -> bool:
    """Whether a text is written with the signs of a book, as in `xᵀAx`, `x'Ax` and `‖Xw − y‖²`,
    and with none of Python's.

    >>> in_book_signs("(y - Xb)'(y - Xb)"), in_book_signs("norm(X, 'fro')"), in_book_signs("xᵀ @ x")
    (True, False, False)
    """
    primed = re.search(r"[^\W\d_]\d*'(?!\{)|\)'", re.sub(_QUOTED, "", text))
    python = (*_PYTHON, *(() if primed else "["))
    inner = re.search(r"[A-Z)]\s*:\s*[A-Z(]", text)  # A : B, the sum of the products of their entries
    return bool(primed or inner or any(sign in text for sign in (*_BOOK_SIGNS, "|"))) and not any(
        sign in text for sign in python
    )


def runs_together(tree: s.Node, scope: Scope, wrt: str) -> bool:
    """Whether names look like products of two or three letters, undeclared, while none is the variable."""
    names = {part.name for part in s.parts_of(tree) if isinstance(part, s.Name) and scope.find(part.name) is None}
    spelled = {canonical_name(name) for name in names}
    long = [name for name in names if len(name) > 1 and name.isalpha() and name not in GREEK.values() and name != "pi"]
    known = canonical_name(wrt) in spelled or scope.find(wrt) is not None
    return bool(long) and (not known or any(len(name) <= 3 and name != wrt for name in long))


def unknown_names(tree: s.Node, scope: Scope) -> int:
    names = {part.name for part in s.parts_of(tree) if isinstance(part, s.Name)}
    names -= {"pi", "e", "I", s.CIRCLE, *s.letters_bound(tree)}
    return sum(scope.find(name) is None and scope.size(name) is None for name in names)
