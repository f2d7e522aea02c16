"""The signs and forms of the notations in which results are printed, a row each: in Unicode, LaTeX and MathML.

Places in a form are filled as `str.format` does. Σ in Unicode, and what it needs no form for, has an empty place.
"""

from __future__ import annotations

from typing import Final

TIMES: Final = "<mo>&#x2062;</mo>"
APPLY: Final = "<mo>&#x2061;</mo>"
THIN: Final = '<mspace width="0.17em"/>'
_SUB: Final = "<msub><mrow>{}</mrow><mrow>{}</mrow></msub>"
_TO: Final = "<munderover><mo>∑</mo><mrow>{}<mo>=</mo><mn>1</mn></mrow><mrow>{}</mrow></munderover>"

_SIGNS: Final[dict[str, tuple[str, str, str]]] = {
    "transpose": ("ᵀ", r"\top", "<mo>⊤</mo>"),
    "inverse": ("⁻¹", "-1", "<mo>−</mo><mn>1</mn>"),
    "inverse-transpose": ("⁻ᵀ", r"-\top", "<mo>−</mo><mo>⊤</mo>"),
    "pinv": ("⁺", "+", "<mo>+</mo>"),
    "hadamard": ("∘", r"\circ", "<mo>∘</mo>"),
    "divide": ("⊘", r"\oslash", "<mo>⊘</mo>"),
    "kron": ("⊗", r"\otimes", "<mo>⊗</mo>"),
    "plus": ("+", "+", "<mo>+</mo>"),
    "minus": ("−", "-", "<mo>−</mo>"),
    "d": ("d", r"\mathrm{d}", '<mi mathvariant="normal">d</mi>'),
    "partial": ("∂", r"\partial ", '<mi mathvariant="normal">∂</mi>'),
    "maps": ("↦", r"\mapsto", "<mo>↦</mo>"),
    "ones": ("𝟏", r"\mathbf{1}", "<mn>𝟏</mn>"),
    "eye": ("I", "I", "<mi>I</mi>"),
    "delta": ("δ", r"\delta", "<mi>δ</mi>"),
    "entrywise": ("^∘", r"\circ ", "<mo>∘</mo>"),
    "number": ("{}", "{}", "<mn>{}</mn>"),
    "fraction": ("{}/{}", r"\frac{{{}}}{{{}}}", "<mfrac><mrow>{}</mrow><mrow>{}</mrow></mfrac>"),
    "root": ("", r"\sqrt{{{}}}", "<msqrt>{}</msqrt>"),
    "lowered": ("{}_{}", "{}_{{{}}}", _SUB),
    "enclosed": ("[{}]_{}", r"\Bigl[ {} \Bigr]_{{{}}}", _SUB.format("<mrow><mo>[</mo>{}<mo>]</mo></mrow>", "{}")),
    "bars": ("|{}|", r"\lvert {} \rvert", "<mrow><mo>|</mo>{}<mo>|</mo></mrow>"),
    "angle": ("⟨{}, {}⟩", r"\langle {}, {} \rangle", "<mrow><mo>⟨</mo>{}<mo>,</mo>{}<mo>⟩</mo></mrow>"),
    "ones beside": ("{}{}", "{} {}", "{}{}"),
    "beside ones": ("{} · {}", "{} {}", "{}{}"),
    "gradient": ("∇{}", r"\nabla_{{{1}}} {0}", "<msub><mo>∇</mo>{1}</msub>{0}"),
    "hessian": ("∇²{}", r"\nabla_{{{1}}}^2 {0}", "<msubsup><mo>∇</mo>{1}<mn>2</mn></msubsup>{0}"),
    "identity": ("", "I_{{{}}}", "<msub><mi>I</mi><mrow>{}</mrow></msub>"),
    "axis 0": ("{}₀", r"\operatorname{{{}}}_{{0}}", "<msub><mi>{}</mi><mn>0</mn></msub>"),
    "axis 1": ("{}₁", r"\operatorname{{{}}}_{{1}}", "<msub><mi>{}</mi><mn>1</mn></msub>"),
    "function": ("{}", r"\operatorname{{{}}}", "<mi>{}</mi>"),
    "applied": ("", "", APPLY),
    "comma": (", ", ", ", "<mo>,</mo>"),
    "times": ("", " ", TIMES),
    "times names": ("·", " ", TIMES),
    "shape": ("{}×{}", r"{}\times {}", "{}<mo>×</mo>{}"),
    "number shape": ("number", r"1\times 1", "<mtext>number</mtext>"),
    "sum": ("", r"\sum_{{{}}}", "<munder><mo>∑</mo><mrow>{}</mrow></munder>"),
    "sum to": ("", r"\sum_{{{}=1}}^{{{}}}", _TO),
    "sums": ("", " ", ""),
    "pair": ("({},{})", "({},{})", "<mo>(</mo>{}<mo>,</mo>{}<mo>)</mo>"),
    "listed": ("({})", "{}", "{}"),
    "beside": ("", "", TIMES),
    "and": (",", ",", "<mo>,</mo>"),
    "along": ("D{}[{}]", "D{}[{}]", f"<mi>D</mi>{APPLY}{{}}<mrow><mo>[</mo>{{}}<mo>]</mo></mrow>"),
    "gap": (" ", " ", THIN),
    # derivatives of functions without a meaning
    "f′": ("′", "'", "<mo>′</mo>"),
    "∇f": ("∇", r"\nabla ", "<mo>∇</mo>"),
    "∇²f": ("∇²", r"\nabla^2 ", "<msup><mo>∇</mo><mn>2</mn></msup>"),
    "D*f": ("D*", "D^*", "<msup><mi>D</mi><mo>*</mo></msup>"),
    "∂₁f": ("∂{1}", r"\partial_{0} ", '<msub><mi mathvariant="normal">∂</mi><mn>{0}</mn></msub>'),
}
_FUNCTIONS: Final[dict[str, tuple[str, str, str]]] = {
    "sigmoid": ("σ", r"\sigma", "<mi>σ</mi>"),
    "logdet": ("log det", r"\log\det", f"<mi>log</mi>{THIN}<mi>det</mi>"),
    "diagonal": ("diag", r"\operatorname{diag}", "<mi>diag</mi>"),
    "log2": ("log₂", r"\log_{2}", "<msub><mi>log</mi><mn>2</mn></msub>"),
    "log10": ("log₁₀", r"\log_{10}", "<msub><mi>log</mi><mn>10</mn></msub>"),
    **{f"a{name}": (f"arc{name}", rf"\arc{name}", f"<mi>arc{name}</mi>") for name in ("sin", "cos", "tan")},
}

UNICODE, LATEX, MATHML = ({name: row[column] for name, row in _SIGNS.items()} for column in range(3))
UNICODE_FUNCTIONS, LATEX_FUNCTIONS, MATHML_FUNCTIONS = (
    {name: row[column] for name, row in _FUNCTIONS.items()} for column in range(3)
)
"""Functions with a sign or a name of their own."""
LATEX_FUNCTIONS |= {name: f"\\{name}" for name in "max exp log det sin cos tan sec csc cot tanh sinh cosh coth".split()}
