"""All kinds of slips, in the order in which they are looked for:
the first of which a repaired line was seen to hold is named."""

from __future__ import annotations

from typing import Final

from ...diagnostics.record import replace
from . import derivative_rules as rules
from . import edits, lacking_facts, layouts, misfits, missing_factors, patterns, terms_off
from .kind import Case, Kind, leads_here, right_elsewhere, where

_TERM = "the term `{0}`"
_RULE = ": `{line}`"

# ---- δ's and sums: only of lines in entries

DELTAS: Final = (
    Kind("single-delta", "wrong-delta", patterns.single_delta,
         "the derivative of an entry by an entry needs a δ for each of its two indices; δ_{0} is missing, "
         "so that the free index {1} is lost",
         "write δ_{2} δ_{0} for δ_{2}: `{line}`"),
)  # fmt: skip
"""Where a free letter is lost."""

ENTRIES: Final = (
    Kind("wrong-pair", "wrong-delta", patterns.wrong_pair, "δ_{0} links the wrong pair: it is δ_{1}",
    "write δ_{1} for δ_{0}: `{line}`"),
    Kind("crossed-deltas", "wrong-delta", patterns.crossed,
         "the letters of δ_{0} and δ_{1} are crossed: a row index is compared with a row index, a column index "
             "with a column index",
         "write δ_{2} δ_{3}: `{line}`"),
    Kind("sum-drawn-in", "bad-sum-collapse", patterns.sum_drawn_in,
         "a sum was drawn into {0}: the sum of {1} is not {0} of the sum", "keep the sum in front: `{line}`"),
    Kind("sum-kept", "bad-sum-collapse", missing_factors.idle_sum,
         "the sum over {0} is kept although nothing behind it depends on {0}: a δ picks one term, and the Σ goes",
         "leave Σ_{0} out: `{line}`"),
)  # fmt: skip

LAYOUT: Final = (
    Kind("other-layout", "other-layout", layouts.other_layout,
         "this is right in the {0} layout; here the {1} layout is asked for, in which it is transposed: {2}",
         "transpose the whole: `{line}`"),
    Kind("transposed-whole", "missing-transpose", layouts.transposed,
         "this is the transpose of what is needed{0}", "transpose the whole: `{line}`"),
)  # fmt: skip

# ---- rules of differentiation, in a line before which something is pending

_LAYER = Kind("layer", "chain-rule", rules.layer,
              "by the chain rule the derivative of `{0}` with respect to `{1}` is a factor; it is missing",
              "multiply by it" + _RULE,
              leads_here)  # fmt: skip
_OCCURRENCE = Kind("occurrence", "product-rule", rules.occurrence,
                   "`{0}` stands {1} times in what is differentiated, and each gives a term: {3} of the {2} "
                       "one {4} missing",
                   "add the term in which the {2} `{0}` varies" + _RULE, leads_here)  # fmt: skip


def _varies(case: Case) -> bool:
    """Whether the line is what is needed times something that varies:
    a factor of a chain rather than one that was lost."""
    return case.ratio is not None and case.ratio.varies


def _is_answer(case: Case) -> bool:
    """Whether the line is an answer, not a line of a derivation."""
    return case.context.answering


INSIDE: Final = (
    Kind("sign-inside", "wrong-sign", edits.turned_arguments, "the sign inside {0} is wrong", "write: `{line}`"),
)  # fmt: skip
LAYER: Final = (replace(_LAYER, trials=where(_varies, rules.layer)),)
OCCURRENCE: Final = (replace(_OCCURRENCE, trials=where(lambda case: not _is_answer(case), rules.occurrence)),)
TIED: Final = (
    Kind("tied-entries", "differs", layouts.tied_entries,
         "this is the derivative by the entries {0}_ij and {0}_ji as one variable; asked for is the gradient G "
             "with df = tr(Gᵀ d{0})",
         "the gradient is `{line}`", leads_here),
)  # fmt: skip
"""Before single edits, of which one may hold by chance."""

RULES: Final = (
    replace(_OCCURRENCE, trials=where(_is_answer, rules.occurrence)),
    Kind("inverse", "inverse-rule", rules.inverse, "{0}", "{1}" + _RULE, leads_here),
    Kind(
        "term-not-differentiated",
        "dropped-term",
        rules.term,
        "the derivative of " + _TERM + " is missing",
        "add it" + _RULE,
        leads_here,
    ),
    replace(_LAYER, trials=where(lambda case: not _varies(case), rules.layer)),
)

# ---- factors, signs, terms

WHOLE: Final = (
    Kind("sign", "wrong-sign", terms_off.turned_sign, "the sign is wrong: this is exactly −1 times what is needed",
         "turn the sign round: `{line}`"),
    Kind("factor", "lost-factor", terms_off.whole_factor, "this is exactly {0}× what is needed{1}",
    "multiply by {2}: `{line}`"),
)  # fmt: skip

TERMS: Final = (
    Kind("dropped-term", "dropped-term", terms_off.dropped, _TERM + " is missing", "add `{0}`: `{line}`"),
    Kind("extra-term", "extra-term", terms_off.extra, _TERM + " does not belong here", "leave `{0}` out: `{line}`"),
    Kind("sign-of-a-term", "wrong-sign", terms_off.sign_of_a_term, "the sign of " + _TERM + " is wrong",
    "the term is `{1}`: `{line}`"),
    Kind("factor-of-a-term", "lost-factor", terms_off.factor_of_a_term, _TERM + " is off by a factor: it must be {2}× "
        "this",
         "write `{1}`: `{line}`"),
    Kind("signs-of-terms", "wrong-sign", terms_off.signs_of_terms, "the signs of the terms {0} are wrong",
    "write: `{line}`"),
    Kind("factors-of-terms", "lost-factor", terms_off.factors_of_terms, "terms are off by a factor each: multiply "
        "{0}", "write: `{line}`"),
)  # fmt: skip

LOST_TERMS: Final = (
    Kind(
        "lost-of-equation",
        "dropped-term",
        terms_off.lost_of_equation,
        _TERM + " of the line before is lost",
        "write: `{line}`",
    ),
)
"""Of an equation beside the one that it should follow from."""

# ---- single edits

_BRACKET = Kind("bracket", "lost-factor", edits.brackets, "a bracket is missing: the factor in front multiplies "
    "the first term only",
                "put {0} and what follows into one bracket behind {1}: `{line}`")  # fmt: skip
_TRANSPOSED = Kind("transposed", "missing-transpose", edits.transposed, "one factor is transposed that must not be",
                   "do not transpose {0}: `{line}`")  # fmt: skip
_NOT_TRANSPOSED = Kind("not-transposed", "missing-transpose", edits.not_transposed,
"a transpose is missing on one factor",
                       "transpose {0}: `{line}`")  # fmt: skip
_OUTER = Kind("inner-for-outer", "wrong-order", edits.inner_for_outer, "an {0} product stands where an {1} product "
    "is needed",
              "put the transpose on the other factor: `{line}`")  # fmt: skip
_NEIGHBOURS = Kind(
    "neighbours", "wrong-order", edits.neighbours, "the factors stand in the wrong order", "swap {0} and {1}: `{line}`"
)
_ORDER = Kind(
    "order",
    "wrong-order",
    edits.order,
    "the factors stand in the wrong order",
    "write the factors in the order {0}: `{line}`",
)
_PRODUCT = Kind("product", "product-for-hadamard", edits.products, "a matrix product and an elementwise product "
    "are confused",
                "write {0} product in {1}: `{line}`")  # fmt: skip
_NUMBER = Kind(
    "number-for-multiple",
    "dropped-term",
    edits.number_for_multiple,
    "a factor is missing",
    "multiply {0} by {1}: `{line}`",
)
_ONCE_MORE = Kind(
    "once-more", "dropped-term", edits.once_more, "the factor `{0}` is needed once more", "multiply {1} by it: `{line}`"
)
_ENTRY = Kind("entry", "dropped-term", edits.entries, "a factor is missing", "write: `{line}`")

EDITS: Final = (
    _BRACKET,
    Kind("turned-entry", "missing-transpose", edits.turned_entries,
         "the letters of an entry stand the wrong way round, as of the transpose", "turn the letters of {0} round: "
             "`{line}`"),
    _TRANSPOSED,
    _NOT_TRANSPOSED,
    _OUTER,
    Kind("trace", "cyclic-trace-misuse", edits.neighbours_in_a_trace,
         "under a trace factors may only rotate; here two of them were exchanged", "swap {0} and {1}: `{line}`"),
    _NEIGHBOURS,
    _ORDER,
    _PRODUCT,
    Kind("inverted", "missing-inverse", edits.inverted, "there is an inverse too many", "do not invert {0}: `{line}`"),
    Kind("not-inverted", "missing-inverse", edits.not_inverted, "an inverse is missing", "invert {0}: `{line}`"),
    Kind("squared-inverse", "inverse-rule", edits.squared_inverses,
         "the scalar rule −1/u² was used for an inverse: d(M⁻¹) = −M⁻¹ dM M⁻¹",
         "put {0} on each side of {1}: `{line}`"),
    _NUMBER,
    _ONCE_MORE,
    _ENTRY,
    Kind("exchanged", "wrong-order", edits.exchanges, "two factors have changed places",
    "exchange {0} and {1}: `{line}`"),
)  # fmt: skip

LOST_LETTER: Final = (_ENTRY,)

MISFITS: Final = tuple(
    replace(kind, trials=misfits.on_tree(made))
    for kind, made in (
        (_BRACKET, misfits.brackets), (_TRANSPOSED, misfits.transposed), (_NOT_TRANSPOSED, misfits.not_transposed),
        (_OUTER, misfits.inner_for_outer), (_NEIGHBOURS, misfits.neighbours), (_ORDER, misfits.order), (_PRODUCT,
        misfits.products),
        (_NUMBER, misfits.number_for_multiple), (replace(_ONCE_MORE, words="write: `{line}`"), misfits.once_more),
    )
)  # fmt: skip
"""The same edits of a line whose parts do not fit: it has no typed expression, so its tree is edited."""

CLASSES: Final = (
    Kind("summing-to-one", "needs-fact", lacking_facts.summing_to_one,
         "this is true only if {0} to 1, which the problem does not say", "add the fact `{1}`", right_elsewhere),
)  # fmt: skip

FACTORS: Final = (
    Kind(
        "factor-left-out",
        "dropped-term",
        missing_factors.lacking,
        "the factor `{0}` is missing",
        "as in `{line}`",
        leads_here,
    ),
    Kind(
        "factor-too-many",
        "extra-term",
        missing_factors.too_many,
        "the factor `{0}` does not belong here",
        "leave `{0}` out: `{line}`",
    ),
)

# ---- lines that are true only where more is known

FACTS: Final = (
    Kind("symmetric", "needs-fact", lacking_facts.symmetric, "this is true only if `{0}` is symmetric, which the "
        "problem does not say",
         "add the fact `{0} symmetric`, or keep `{0}ᵀ` apart from `{0}`", right_elsewhere),
    Kind("all-symmetric", "needs-fact", lacking_facts.all_symmetric,
         "this is true only if {0} are symmetric, which the problem does not say", None, right_elsewhere),
    Kind("commuting", "needs-fact", lacking_facts.commuting,
         "this is true only if `{0}` and `{1}` commute, which the problem does not say", None, right_elsewhere),
)  # fmt: skip

VALUES: Final = (
    *ENTRIES,
    *LAYOUT,
    *TIED,
    *INSIDE,
    *LAYER,
    *WHOLE,
    *OCCURRENCE,
    *TERMS,
    *EDITS,
    *RULES,
    *CLASSES,
    *FACTORS,
    *FACTS,
)
"""The kinds of slips in a line that has the kind of what is needed, in their order."""

CATALOGUE: Final = tuple({kind.name: kind for kind in (*DELTAS, *VALUES, *LOST_TERMS)}.values())
"""Each kind once."""
