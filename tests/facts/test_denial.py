"""What a sentence denies, asks or leaves open is no fact, whatever the fact and however it is denied."""

from __future__ import annotations

import pytest

from matgrad_cli.documents.sheets.facts import facts_by_standing
from matgrad_cli.documents.sheets.sizes import held_fixed

WORDS = ["symmetric", "diagonal", "invertible", "orthogonal", "positive definite"]
DENIED = """a non-{} matrix W
the non{} W
for in general non-{} W
W is not {}
W need not be {}
W isn't {}
W isn’t necessarily {}
the matrix W is neither square nor {}
W is neither {} nor square
a matrix W that is not assumed to be {}
without assuming that W is {}
We do not assume that W is {}.
W is no longer {}
W is generally not {}
W is rarely {}
unless W is {}
W may or may not be {}
W cannot be {}
it is a mistake to suppose W {}
we don't require W to be {}
W is in general not a {} matrix
no assumption that W is {} is made
W (not {}!)
W does not have to be {}
W is far from {}
is W {}?
W is hardly ever {}
whether or not W is {}
unlike a {} W, ours is general
W might be {}
W is {} only for n=1
W is {} or not
W is {} if and only if n=1
it is tempting to assume W {}
a common mistake is to assume W {}
W is almost {}
some take W {}; we do not"""
SAID = """W is not only {} but sparse
without loss of generality W is {}
since X is not square, let W be {}
we cannot invert X, but W is {}
this does not change since W is {}
X is not square and W is {}
where W is a {} matrix that may be sparse
do not forget that W is {}
X is not square; W is {}"""


def told(sentence: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The facts that hold throughout, and those that are supposed, by name."""
    found = facts_by_standing(sentence)
    always, supposed = ({name: words for name, words in found[key].items() if name} for key in ("always", "supposed"))
    return always, supposed


@pytest.mark.parametrize("sentence", DENIED.splitlines())
@pytest.mark.parametrize("word", WORDS)
def test_what_is_denied_is_no_fact(sentence: str, word: str) -> None:
    assert told(sentence.format(word)) == ({}, {})


@pytest.mark.parametrize("sentence", SAID.splitlines())
@pytest.mark.parametrize("word", WORDS)
def test_what_is_said_beside_a_denial_is_one(sentence: str, word: str) -> None:
    assert told(sentence.format(word)) == ({"W": {"spd" if word == "positive definite" else word}}, {})


FOREIGN = """symmetrisch|nicht {}
symétrique|n'est pas {}
simétrica|no es {}
simétrica|não é {}
simetrik|tidak {}
симметрична|не {}
đối xứng|không {}
对称|不{}
対称|非{}"""


@pytest.mark.parametrize("case", FOREIGN.splitlines())
def test_other_languages_say_and_deny_that_a_matrix_is_symmetric(case: str) -> None:
    word, denial = case.split("|")
    assert told(f"because  W  {word}") == ({"W": {"symmetric"}}, {})
    assert told(f"because  W  {denial.format(word)}") == ({}, {})


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("treating r as constant", {"r"}),
        ("do not confuse this: we treat r as constant", {"r"}),
        ("r is held fixed", {"r"}),
        ("we do not treat r as constant", set()),
        ("we can't hold r fixed", set()),
        ("instead of treating r as constant, we differentiate it", set()),
        ("it would be wrong to treat r as constant", set()),
    ],
)
def test_what_is_held_fixed(sentence: str, held: set[str]) -> None:
    assert held_fixed(sentence) == held
