r"""What is said of the shape of a value: `= 2X^\top(XW - Y) \in \mathbb{R}^{d \times k}`, `a $d \times k$ matrix`."""

from __future__ import annotations

import re

from ...diagnostics.regex import regex
from ...ir import Expr
from ..slips.causes import Slip
from .scope import Surroundings

_SIDE = r"\\?[A-Za-z]\w?|\d+"
_BY = r"\s*(?:\\times(?![A-Za-z])|×)\s*"
_SPACE = r"(?:\s|~|\\[,;:! ]|\\q?quad(?![A-Za-z]))*"
_FIELD = r"(?:ℝ|\\mathbb\s*\{?\s*R\s*\}?|\\(?:R|Re|reals)(?![A-Za-z])|\\mathbf\s*\{?\s*R\s*\}?)"
_IN_FIELD = regex(
    rf"{_SPACE}(?:\\in(?![A-Za-z])|∈){_SPACE}(?P<said>{_FIELD}\s*(?:\^\s*(?:(?P<one>[A-Za-z0-9])"
    rf"|\{{\s*(?P<rows>{_SIDE})(?:{_BY}(?P<cols>{_SIDE}))?\s*\}}))?)(?![\w^]){_SPACE}(?:$|[,.;&)\n]|\\\\)"
)
_SIZES = rf"[$\\(]*\s*(?P<said>(?P<rows>{_SIDE}){_BY}(?P<cols>{_SIDE}))[\s$\\)]*"
_KIND = r"(?:matrix|array|vector)"
_IN_WORDS = tuple(
    regex(rf"[\s$]*[,(]?\s*(?:(?:which|that|it)\s+is\s+|is\s+)?(?:also\s+)?{said}[\s$)]*(?:[.,;]|$|\n)")
    for said in (
        rf"an?\s+{_SIZES}{_KIND}",
        rf"(?:an?\s+{_KIND}\s+)?(?:of|with)\s+(?:the\s+)?(?:size|shape|dimensions?)\s+{_SIZES}",
    )
)
"""`, which is a $d \\times k$ matrix.`, `(a matrix of size d × k)`."""


def misfit_behind(value: Expr, text: str, end: int, around: Surroundings) -> Slip | None:
    """Why the set of which a value is said to be, behind its `end` in the text of its row, is not that of its shape."""
    found = _IN_FIELD.match(text, end)
    return _misfit(value, found, around) if found is not None else None


def misfit_in_words(value: Expr, behind: str, around: Surroundings) -> Slip | None:
    """Why the words behind a formula, `which is a d × k matrix`, are not true of its value."""
    found = next(filter(None, (said.match(behind) for said in _IN_WORDS)), None)
    return _misfit(value, found, around) if found is not None else None


def _misfit(value: Expr, found: re.Match[str], around: Surroundings) -> Slip | None:
    """None where the shapes agree, or a size is not one of the problem. One that is but turned round is doubted: it may
    be said in another layout."""
    rows, cols = found["rows"] or found.groupdict().get("one"), found["cols"]
    said = [side.lstrip("\\") for side in (rows, cols) if side is not None]
    shape = value.shape
    known = {str(dim) for symbol in around.task.problem.variables for dim in (symbol.shape.rows, symbol.shape.cols)}
    if value.free or not {*said} <= {*known, "1"}:
        return None
    own = [str(shape.rows), str(shape.cols)]
    vector = len(said) < 2 and (shape.is_number if not said else "1" in own and said[0] in own)
    if vector or said == own:
        return None
    code = "undecided" if said == own[::-1] else "shape-mismatch"
    sizes, told = "×".join(own), found["said"].strip()
    return Slip(code, f"this is {sizes}, and it is said to be `{told}`", help=f"say that it is {sizes}")
