"""Names put into a line and taken out of it again: two native rules, under the sentence that fits."""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostics.record import replace
from ..ir import Expr, Named
from ..records import Bindings
from .engine.application import Application, Site, apply, native
from .engine.recorder import Recorder
from .naming import by_names, opened


def _names(bindings: Bindings) -> list[Named]:
    return [value for _, value in bindings if isinstance(value, Named)]


@native("name-part")
def parts_named(site: Site) -> tuple[Expr, Bindings] | None:
    """Every part is written by its name, the innermost first."""
    return by_names(site.node, _names(site.bindings)), site.bindings


@native("open-name")
def parts_opened(site: Site) -> tuple[Expr, Bindings] | None:
    """Every name is written out again, and so are the names in what it stands for."""
    return opened(site.node, _names(site.bindings)), site.bindings


def record_names(recorder: Recorder, names: Sequence[Named], words: str = "name-part", bodies: bool = False) -> None:
    """The step that writes the parts by their names, the innermost first, under the sentence of the entry `words`."""
    _record(recorder, _applied(recorder, "name-part", _listed(names, bodies)), words, bodies)


def opening(recorder: Recorder, names: Sequence[Named]) -> Application:
    """The line with these names written out again."""
    return _applied(recorder, "open-name", _listed(names, False))


def record_opened(recorder: Recorder, application: Application, words: str = "open-name") -> None:
    """The step that writes names out again, under the sentence of the entry `words`."""
    _record(recorder, application, words, False)


def _record(recorder: Recorder, application: Application, words: str, bodies: bool) -> None:
    """The step, told in the words of an entry: its sentence, and whether a short page tells it with another step."""
    if application.after is recorder.line:
        return
    recorder.record(application, _sentence(recorder, words, application.bindings, bodies))
    recorder.steps[-1] = replace(recorder.steps[-1], small=recorder.rules.rule(words).small)


def _applied(recorder: Recorder, rule_id: str, bindings: Bindings) -> Application:
    return apply(recorder.rules.rule(rule_id), recorder.line, ((),), recorder.scene, bindings)


def _listed(names: Sequence[Named], bodies: bool) -> Bindings:
    pairs = [((f"p{number}", named), (f"b{number}", named.body)) for number, named in enumerate(names)]
    return tuple(one for pair in pairs for one in (pair if bodies else pair[:1]))


def _sentence(recorder: Recorder, words: str, bindings: Bindings, bodies: bool) -> str:
    """The sentence with every name (and what it stands for) in place of {names}."""
    count = len(_names(bindings))
    pairs = ", ".join(f"{{p{number}}} = {{b{number}}}" if bodies else f"{{p{number}}}" for number in range(count))
    return recorder.rules.rule(words).title.replace("{names}", pairs)
