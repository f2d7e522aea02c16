"""`matgrad rules`: the identities, and their own proofs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..diagnostics import UsageError
from ..diagnostics.limits import time_limit
from .output import columns, deliver, nonempty

if TYPE_CHECKING:
    from ..rulebook.load import Rulebook
    from ..rulebook.rule import Rule

app = typer.Typer(
    help="The identities that steps use, and their tests.", invoke_without_command=True, add_completion=False
)

SECONDS = 60
"""So much processor time the test of one rule may take."""

INVISIBLE = (
    ("flattening", "a sum inside a sum, a product inside a product of the same kind, is written as one"),
    ("redundant brackets", "brackets that change nothing are not kept"),
    ("renaming of bound indices", "the letter of a sum may be any letter that is not in use"),
    (
        "order of scalar factors",
        "numbers may be written in any order, also on either side of a Σ whose letter they don't contain",
    ),
    ("numerals in front", "numerals stand in front of a product, with one sign"),
)
"""The only changes of an expression that are not steps."""

STUB = """[[rule]]
id = "trace-cyclic-copy"                        # spells the identity, outer operation first
title = "a trace does not change when its factors rotate"
shapes = { A = "m n", B = "n m" }       # "" a number, "n" a column vector, "m n" a matrix, "index m" a letter over m
lhs = "tr(A @ B)"
rhs = "tr(B @ A)"
# when = ["A invertible"]                       # words of the closed list; each must be needed
why = "both sides are the double sum of A_ij B_ji; only the order of summation differs"
cite = ["matrix-cookbook:14"]
example = ["tr(X.T @ W)", "tr(W @ X.T)"]        # one step
given = { X = "m n", W = "m n" }                # the shapes of the names in the example
"""

Folder = Annotated[str | None, typer.Option("--rules", metavar="DIR", help="A folder with further pattern rules.")]


@app.callback()
def rules(
    context: typer.Context,
    invisible: Annotated[
        bool, typer.Option("--invisible", help="Print the closed list of changes that are not steps.")
    ] = False,
) -> None:
    """List, show and test the identities that steps use."""
    if invisible:
        deliver("\n".join(f"{name}: {sentence}" for name, sentence in INVISIBLE), None)
        raise typer.Exit
    if context.invoked_subcommand is None:
        deliver(context.get_help(), None)
        raise typer.Exit


@app.command("list")
def list_rules(
    family: Annotated[str | None, typer.Argument(metavar="FAMILY", help="One chapter; without it, all.")] = None,
    folder: Folder = None,
) -> None:
    """List the rules, chapter by chapter."""
    from ..diagnostics.show import wrapped

    book = _book(folder)
    if family is not None and family not in book.families:
        notes = (f"chapters: {' '.join(book.families)}",)
        raise UsageError.coded("unknown-family", f"no chapter is called `{family}`", notes=notes)
    families = (family,) if family else book.families
    lines = []
    for name in families:
        lines.append(name)
        said = (f"  {rule.id:<28} {_filled(rule.title)}" for rule in book.family(name))
        lines += [line for one in said for line in wrapped(one, columns(fallback=200), hang=31)]
    deliver("\n".join(lines), None)


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a rule.")], folder: Folder = None
) -> None:
    """Show one rule: what it says, when, why, and its example."""
    from ..diagnostics.show import wrapped

    said = described(_book(folder).rule(rule_id)).split("\n")
    deliver("\n".join(part for line in said for part in wrapped(line, columns(fallback=200), hang=7)), None)


def described(rule: Rule) -> str:
    """A rule as text."""
    lines = [f"{rule.id}  ({rule.file}:{rule.line})", f"  {_filled(rule.title)}"]
    if rule.group:
        lines.append("  a sentence, no rule: the title over several substeps, or the words of a result")
    elif rule.native:
        lines.append("  native: no pattern can say it; its function is code")
    else:
        lines.append(f"  {rule.lhs}  =  {rule.rhs}" + ("   (also from right to left)" if rule.reversible else ""))
        lines.append("  with " + ", ".join(_letter(name, shape) for name, shape in rule.shapes))
    if rule.when:
        lines.append("  when " + ", ".join(f"{need.variable} is {need.word}" for need in rule.when))
    lines.append(f"  why: {_filled(rule.why)}")
    if rule.example:
        lines.append(f"  example: {rule.example[0]}  →  {rule.example[1]}")
    if rule.cite:
        lines.append("  see " + ", ".join(rule.cite))
    return "\n".join(lines)


def _filled(sentence: str) -> str:
    """What stands beside a step: letters as they are, … for what the step fills in."""
    from ..records.derivation import PLACE

    return PLACE.sub(lambda place: place[1] if len(place[1].lstrip("d")) == 1 else "…", sentence)


def _letter(name: str, shape: str) -> str:
    words = shape.split()
    if not words:
        return f"{name} a number"
    if words[0] == "index":
        return f"{name} over {words[1]}"
    return f"{name}: {'×'.join(words) if len(words) == 2 else words[0] + '×1'}"


@app.command()
def test(
    rule_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The id of a rule; without it, all are tested.")
    ] = None,
    folder: Folder = None,
) -> None:
    """Test a rule: true at several sizes, each condition needed, its example one step."""
    from ..selftest.checks import check_rule

    book = _book(folder)
    chosen = [book.rule(rule_id)] if rule_id else list(book)
    lines, broken = [], 0
    for rule in chosen:
        with time_limit(SECONDS):
            checks = check_rule(rule)
        failed = [check for check in checks if not check.passed]
        broken += bool(failed)
        if rule_id or failed:
            lines.append(rule.id)
            signs = ((("✗", "✓")[check.passed], check) for check in (checks if rule_id else failed))
            lines += [f"  {sign} {check.name:<28} {check.evidence}" for sign, check in signs]
    every = f"{len(chosen) - broken} of {len(chosen)} rules pass"
    lines.append(("fails" if broken else "passes") if rule_id else every)
    deliver("\n".join(lines), None)
    if broken:
        raise typer.Exit(1)


@app.command()
def new(
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write the stub to a file.")
    ] = None,
) -> None:
    """Print a stub of a rule to fill in."""
    deliver(STUB.rstrip("\n"), output)


def _book(folder: str | None) -> Rulebook:
    from ..rulebook.load import rulebook

    nonempty("--rules", folder)
    return rulebook(Path(folder) if folder is not None else None)
