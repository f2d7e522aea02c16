"""What is wrong with a rule file, said with file, rule and field."""

from __future__ import annotations

from ..diagnostics import InputError


def complain(file: str, rule: str, field: str, message: str) -> InputError:
    """An error that names file, rule and field: `rules/traces.toml: rule "trace-cyclic", rhs: …`."""
    where = f'{file}: rule "{rule}"' if rule else file
    return InputError.coded("bad-rule", f"{where}, {field}: {message}" if field else f"{where}: {message}")
