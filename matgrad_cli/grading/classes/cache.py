"""What was graded before, in a file beside the report: only what changed is graded again.
It may be deleted at any time.

Nothing in the file is believed unless it was sealed with the text of the key, which whoever hands something in does not
have; and it is JSON, of which only records of reports are made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ... import __version__
from ...diagnostics import Diagnostic, Label, Source, Span
from ...records.finding import FileReport, Finding, ProblemReport
from ...records.finding import Final as FinalAnswer

_PASSING: Final = frozenset(("time-limit", "memory-limit", "bug", "unreadable-file"))
"""Codes of what may end otherwise the next time."""
_RECORDS: Final = {
    cls.__name__: cls for cls in (FileReport, ProblemReport, Finding, FinalAnswer, Diagnostic, Label, Source, Span)
}


class Cache:
    """Reports by what they were made from."""

    def __init__(self, path: Path, secret: bytes, options: str) -> None:
        self.path = path
        self.secret = hashlib.sha256(secret).digest()
        self.basis = f"{__version__} {_newest_source()} {options}".encode()
        self.kept: dict[str, FileReport] = {}
        self.used: dict[str, FileReport] = {}
        try:
            seal, _, body = path.read_bytes().partition(b"\n")
            if hmac.compare_digest(seal, self._seal(body)):
                self.kept = {name: _made(data) for name, data in json.loads(body).items()}
        except Exception:  # noqa: BLE001 - a cache that cannot be read is none
            self.kept = {}

    def name(self, file: Path, student: str) -> str | None:
        """Under which name the report on the file stands; None for what is no plain file."""
        if not file.is_file():
            return None
        try:
            text = file.read_bytes()
        except OSError:
            return None
        parts = (self.secret, self.basis, os.fsencode(file), student.encode("utf-8", "surrogateescape"), text)
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def found(self, name: str | None) -> FileReport | None:
        """The report of that name, if there is one."""
        report = self.kept.get(name or "")
        if report is not None and name is not None:
            self.used[name] = report
        return report

    def keep(self, name: str | None, report: FileReport) -> None:
        """Remembers a report, unless it might come out otherwise the next time."""
        codes = {problem.final.code for problem in report.problems} | {
            diagnostic.code for diagnostic in report.diagnostics
        }
        if name is not None and not codes & _PASSING:
            self.used[name] = report

    def write(self) -> None:
        """Writes what was used this time, if it is not what stands there;
        a cache that cannot be written costs nothing."""
        if self.used == self.kept:
            return
        body = json.dumps({name: _data(report) for name, report in self.used.items()}).encode()
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with suppress(OSError):
            with open(new, "xb") as stream:
                stream.write(self._seal(body) + b"\n" + body)
            os.replace(new, self.path)

    def _seal(self, body: bytes) -> bytes:
        return hmac.new(self.secret, body, "sha256").hexdigest().encode()


def _data(value: Any) -> Any:
    """A record as its name and what its fields hold."""
    if isinstance(value, tuple):
        return [_data(part) for part in value]
    name = type(value).__name__
    return {name: {key: _data(part) for key, part in vars(value).items()}} if name in _RECORDS else value


def _made(data: Any) -> Any:
    """The record that is written so; nothing else can be made."""
    if isinstance(data, list):
        return tuple(map(_made, data))
    if not isinstance(data, dict):
        return data
    ((name, fields),) = data.items()
    return _RECORDS[name](**{key: _made(part) for key, part in fields.items()})


def _newest_source() -> int:
    """When the program itself was last changed."""
    package = Path(__file__).parents[2]
    return max(file.stat().st_mtime_ns for file in package.rglob("*.py"))
