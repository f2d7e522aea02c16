"""Whether a sentence denies what it says of something, asks it, or leaves it open: no line may rest on that.

`W need not be symmetric`, `without assuming that A is invertible`, `unless S is diagonal`, `we do not treat r as
constant`, `is W symmetric?`.
"""

from __future__ import annotations

import re

from ..diagnostics.regex import regex

_NEW_CLAUSE = regex(
    r"[,;:(]|\b(?:but|since|because|as|where|while|when|whenever|if|although|though|so|hence|thus|then)\b"
    r"|\band\s+(?=\S{1,16}\s+(?:is|are|be)\b)",
    re.IGNORECASE,
)
"""Where a clause begins of which nothing is denied that stands before."""
DROPS = r"(?:drop|relax|remov|lift|abandon)\w*\s+(?:the|this|our)"
"""Words that take an assumption back."""
_DENIAL = regex(
    r"(?:\b(?:not(?!\s+(?:only|forget|overlook))|never|nor|neither|cannot|unless|without(?!\s+(?:any\s+)?loss)|hardly|rarely|seldom"
    r"|no(?=\s+(?:longer|assum\w+|need|guarantee|require\w*)\b)|unlike|instead\s+of|rather\s+than|far\s+from|whether"
    r"|(?:wrong|mistake|error|fail\w*|tempting)\s+(?:is\s+)?to|false\w*|untrue|incorrect\w*|nicht|kein\w*|pas|no(?=\s+(?:es|sea|está)\b)|não|не|nie|không|tidak|bukan)"
    rf"|n['’]t|{DROPS}(?:(?=\s*\Z)|\s+(?:\w+\s+){{0,2}}(?:assumption|condition|requirement))"
    r"|\b(?:next|later|following)\s+(?:section|part|chapter)s?)\b[^.;]{0,60}\Z|[非不]\Z|\bа\Z"
    r"|\b(?:may|might|could)\s+(?:\w+\s+)?be\s+(?:an?\s+)?\Z|\b(?:is|are)\s+(?:called|said\s+to\s+be)\s+\Z"
    r"|\bsymmetric\s+part\b[^.;]{0,60}\Z|\b(?:non-?|a|un|per|centro|pseudo-?|quasi-?|(?:almost|nearly|approximately|roughly)\s+)\Z",
    re.IGNORECASE,
)
_DENIED_BEHIND = regex(
    r"[^.;]*\?|\s+(?:about|parts?|distribution\w*|difference\w*)\b|[^.;]{0,30},\s*(?:which\s+is\s+(?:false|wrong|not\b)|but\s+(?:it|this|they)\s+(?:is|are)\s+not\b)"
    r"|\s*(?:only\s+(?:if|for|when|in)|if\s+and\s+only|iff|or\s+not)\b|[^.;]*[,;]\s*(?:but\s+)?we\s+do\s+not(?=[^\w]|\Z)"
    r"|[^.;,]{0,40}\b(?:is|are|was)\s+(?:not|never)\s+(?:assumed|needed|required|necessary|used)\b",
    re.IGNORECASE,
)


def denied(before: str, behind: str = "") -> bool:
    """Whether what stands between these two parts of a sentence is denied there, asked, or left open."""
    before = before[-200:]
    starts = [match.end() for match in _NEW_CLAUSE.finditer(before)]
    return _DENIAL.search(before, starts[-1] if starts else 0) is not None or _DENIED_BEHIND.match(behind) is not None
