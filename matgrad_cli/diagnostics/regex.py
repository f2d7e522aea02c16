"""Regular expressions that are compiled when they are first used: a command uses few of those that its modules hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

_METHODS = ("match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")


class _Waiting:
    """A pattern that is not compiled yet; its methods are kept from then on."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


class _Rare:
    """A pattern that fits only where one of some words stands (in small letters);
    for other texts it is never compiled."""

    def __init__(self, pattern: str, flags: int, needs: tuple[str, ...]) -> None:
        self.waiting, self.needs = _Waiting(pattern, flags), needs

    def _may_fit(self, text: str) -> bool:
        folded = text.casefold()
        return any(word in folded for word in self.needs)

    def search(self, text: str) -> re.Match[str] | None:
        return self.waiting.search(text) if self._may_fit(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        return self.waiting.match(text) if self._may_fit(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self.waiting.finditer(text) if self._may_fit(text) else iter(())

    def sub(self, written: str | Callable[[re.Match[str]], str], text: str) -> str:
        return self.waiting.sub(written, text) if self._may_fit(text) else text


if TYPE_CHECKING:

    def regex(pattern: str, flags: int = 0, needs: tuple[str, ...] = ()) -> re.Pattern[str]:
        """The pattern; `needs` are words, in small letters, of which one stands in every text that fits."""
else:

    def regex(pattern, flags=0, needs=()):
        return _Rare(pattern, flags, needs) if needs else _Waiting(pattern, flags)
