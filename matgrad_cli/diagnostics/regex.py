"""Regular expressions that are compiled for the first text that they may fit: a command uses few of those that its
modules hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from .needed import Words, needed

_FOLDED = int(re.IGNORECASE)
_OTHERWISE: dict[str, Callable[[str], Any]] = {
    "match": lambda _: None,
    "search": lambda _: None,
    "fullmatch": lambda _: None,
    "sub": lambda text: text,
    "subn": lambda text: (text, 0),
    "split": lambda text: [text],
    "findall": lambda _: [],
    "finditer": lambda _: iter(()),
}
"""The methods of a pattern, and what they answer for a text that does not fit."""
_MOST_UNFIT = 40
"""A pattern that so many texts did not fit is compiled all the same: to search is faster than to look for words."""


class _Waiting:
    """A pattern that is not compiled yet; its methods are kept from then on."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = int(flags)
        self.unfit = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _OTHERWISE and (needs := needed(self.pattern, self.flags)):
            self.__dict__.update({method: partial(self._unless_unfit, needs, method) for method in _OTHERWISE})
            return self.__dict__[name]
        return getattr(self._compiled(), name)

    def _unless_unfit(self, needs: tuple[Words, ...], method: str, *arguments: Any, **named: Any) -> Any:
        text = arguments[method in ("sub", "subn")]
        if self.unfit == _MOST_UNFIT or may_fit(text, needs, bool(self.flags & _FOLDED)):
            return getattr(self._compiled(), method)(*arguments, **named)
        self.unfit += 1
        return _OTHERWISE[method](text)

    def _compiled(self) -> re.Pattern[str]:
        compiled = re.compile(self.pattern, self.flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _OTHERWISE})
        return compiled


def may_fit(text: str, needs: tuple[Words, ...], folded: bool) -> bool:
    """Whether one text of each row stands there; in folded letters, if case is ignored."""
    if folded and not text.isascii() and ("ı" in text or "İ" in text):
        return True  # an i without its dot is no i in folded letters, and one to a pattern
    read = text.casefold() if folded else text
    for row in needs:
        for word in row:
            if word in read:
                break
        else:
            return False
    return True


if TYPE_CHECKING:

    def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
        """The pattern; what it `needs` is found from its signs."""
else:

    @lru_cache(maxsize=2048)
    def regex(pattern, flags=0):
        return _Waiting(pattern, flags)
