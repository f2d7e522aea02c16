"""All kinds of slips, in the order in which they are looked for:
the first of which a repaired line was seen to hold is named."""

from __future__ import annotations

from typing import Final

from ...diagnostics.record import replace
from . import derivative_rules as rules
from . import edits, lacking_facts, layouts, misfits, missing_factors, patterns, terms_off
from .case import Case
from .kind import where


def _varies(case: Case) -> bool:
    """Whether the line is what is needed times something that varies:
    a factor of a chain rather than one that was lost."""
    return case.ratio is not None and case.ratio.varies


LAYOUT: Final = layouts.other_layout, layouts.transposed_whole
SHAPES: Final = *LAYOUT, layouts.not_summed
"""Of a line that has another shape than is needed."""

WHOLE: Final = terms_off.sign, terms_off.factor

TERMS: Final = (
    terms_off.dropped_term,
    terms_off.extra_term,
    terms_off.sign_of_a_term,
    terms_off.factor_of_a_term,
    terms_off.signs_of_terms,
    terms_off.factors_of_terms,
)

EDITS: Final = (
    edits.bracket,
    edits.inner_sign,
    edits.turned_entry,
    edits.transposed,
    edits.not_transposed,
    edits.inner_for_outer,
    edits.trace,
    edits.neighbours,
    edits.order,
    edits.product_for_hadamard,
    edits.inverted,
    edits.not_inverted,
    rules.squared_inverse,
    edits.number_for_multiple,
    edits.once_more,
    edits.entry,
    edits.exchanged,
)

POWERS: Final = edits.power_too_low, edits.power_too_high

MISFITS: Final = (
    edits.bracket,
    edits.transposed,
    edits.not_transposed,
    edits.inner_for_outer,
    edits.neighbours,
    edits.order,
    replace(edits.product_for_hadamard, trials=misfits.product_for_hadamard),
    replace(edits.number_for_multiple, trials=misfits.number_for_multiple),
    replace(edits.once_more, trials=misfits.once_more, words="write: `{line}`"),
)
"""The edits of a line whose parts do not fit."""

LETTERS: Final = edits.turned_entry, patterns.wrong_pair, patterns.crossed_deltas, patterns.other_letter
"""The edits of a line whose letters do not fit."""

DELTAS: Final = patterns.single_delta, patterns.wrong_pair
"""Where a free letter is lost."""
LOST_LETTER: Final = patterns.sum_not_collapsed, patterns.other_letter, edits.entry, patterns.lost_delta
OTHER_LETTER: Final = (patterns.other_letter,)
LOST_TERMS: Final = (terms_off.lost_of_equation,)
"""Of an equation beside the one that it should follow from."""

VALUES: Final = (
    patterns.wrong_pair,
    patterns.single_delta,
    patterns.crossed_deltas,
    patterns.other_letter,
    patterns.sum_drawn_in,
    patterns.sum_kept,
    patterns.sum_not_collapsed,
    *LAYOUT,
    layouts.tied_entries,  # before single edits, of which one may hold by chance
    edits.sign_inside,
    where(_varies, rules.layer),
    *WHOLE,
    where(lambda case: not case.context.answering, rules.occurrence),
    *TERMS,
    *EDITS,
    edits.not_transposed_in_a_term,
    where(lambda case: case.context.answering, rules.occurrence),
    edits.inner_factor,
    *POWERS,
    rules.inverse,
    rules.term_not_differentiated,
    where(lambda case: not _varies(case), rules.layer),
    lacking_facts.summing_to_one,
    missing_factors.factor_left_out,
    missing_factors.factor_too_many,
    lacking_facts.symmetric,
    lacking_facts.commuting,
)
"""The kinds of slips in a line that has the kind of what is needed, in their order."""

CATALOGUE: Final = tuple({kind.name: kind for kind in (*DELTAS, *VALUES, *LOST_LETTER, *LOST_TERMS, *SHAPES)}.values())
"""Each kind once."""
