"""How the inputs of a unit may be understood: what is told, then what fits their use;
several understandings where several fit."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import chain, count, pairwise

import numpy as np

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.python.outline import Unit
from ...documents.python.said import letters_of
from ...documents.python.sizes import one_example
from ...documents.python.uses import Axes, claimed, clipped_in, keeps_axes, parts_in
from ...verify.programs.names import DATA, arguments_of, each, key_of, last_part
from ...verify.programs.values import Need, Unknown
from .claim import fitting
from .inputs import (
    EQUAL,
    EVEN,
    FALLING,
    RISING,
    TARGETS,
    TURN,
    Given,
    Kind,
    Kinds,
    Point,
    candidates,
    fresh,
    kinds_told,
    told_of,
)
from .plan import first_line
from .plans import SLOPES, NoLoss
from .text import axes_of, differentiated_in
from .trial import TOO_MUCH, Trial, tried
from .unite import renamed, united

MOST_RUNS = 90
MOST_FOUND = 4
MORE_RUNS = 30
"""So many more where something is found, and the claims fit in none of it."""
MOST_HOPELESS = 10
"""What fails so many times for a reason that no shape changes fails under every understanding."""
_HOPELESS = regex(r"is not (?:known|read)|no loss is named")
_TOO_SHORT = regex(r"is empty at these sizes|rounds below 0|negative dimensions")
"""What is said where one size is taken off another one that is smaller."""


@record
class Understanding:
    """What each input is, the order of sizes at which this fits, and which inputs lie between 0 and 1.

    faults  how many claims do not compute;  unfit  how many have another shape than what they are the derivative by;
    against how many inputs have other axes than the lines of the program show
    chance  whether data are guessed to have as many rows as columns, or one of them, where much fits by chance; or what
            is called a loss to have an entry for each
    """

    kinds: Kinds
    order: int
    between: frozenset[str]
    faults: int
    unfit: int
    against: int = 0
    chance: bool = False
    meant: frozenset[str] = frozenset()

    @property
    def fits(self) -> bool:
        """Whether all claims compute and have the right shapes, and these are as the lines show them."""
        return self.faults + self.unfit + self.against + self.chance == 0

    def at(self, order: int) -> Point:
        """A point with sizes in an order."""
        return Point(order=order, between=self.between, meant=self.meant)

    def under(self, meant: str) -> Understanding:
        """The same where something more is meant without being said."""
        return replace(self, meant=self.meant | {meant})

    @property
    def doubts(self) -> tuple[int, ...]:
        """What speaks against it, the gravest first."""
        return self.order == EQUAL, self.against, self.faults, self.unfit


def understandings(unit: Unit, shapes: dict[str, Kind] | None = None) -> tuple[list[Understanding], NoLoss | None]:
    """The understandings under which there is a loss, the likeliest first; else why there is none."""
    told = kinds_told(unit.said) | (shapes or {})
    parts = parts_in(unit.own)
    found: list[Understanding] = []
    why: NoLoss | None = None
    turn = count(1)
    hopeless: Counter[str] = Counter()
    short = False
    for order in (0, EVEN, FALLING, RISING, EQUAL):
        if order in (FALLING, RISING) and not short:
            continue
        runs = MOST_RUNS
        likely: list[tuple[int, int, dict[str, Kind]]] = [(0, 0, {})]  # how far down its lists, then the latest first
        while likely and runs and (len(found) < MOST_FOUND or not any(one.fits for one in found)):
            runs = runs - 1 if len(found) < MOST_FOUND else min(runs - 1, MORE_RUNS)
            down, _, kinds = heappop(likely)
            trial = tried(unit, tuple(kinds.items()), Point(order=order))
            if isinstance(trial, Need):
                for number, way in enumerate(_decided(unit, trial, kinds, told, order)):
                    facts = (fact for of, fact in unit.facts if of == trial.name)
                    heappush(likely, (down + number, -next(turn), with_facts(way, trial.name, *facts)))
                continue
            fault = trial.why if isinstance(trial, NoLoss) else trial.fault
            short = short or _TOO_SHORT.search(fault) is not None
            for number, way in enumerate(united(kinds, fault, Point(order=order), parts)):
                heappush(likely, (down + number, -next(turn), way))
            hopeless[fault] += _HOPELESS.search(fault) is not None
            if not found and hopeless[fault] > MOST_HOPELESS:
                return found, why
            if isinstance(trial, NoLoss):
                why = trial if why is None or hopeless[fault] == 1 else why
                if trial.why == TOO_MUCH:
                    return found, why
                continue
            understood = _understood(trial, kinds, order)
            if understood is None:
                said, line = trial.lost
                why = why or NoLoss(f"the loss has no value{said and f': {said}'}", line or first_line(trial.unit))
            elif understood not in found and (order != 0 or _at_other_sizes(unit, understood)):
                found.append(understood)
        found += _by_claims(unit, [one for one in found if not collapsed(_first(found), one)])
        if any(one.faults == 0 for one in found) or (found and order != 0):
            break
    return sorted(found, key=lambda one: (*one.doubts, _numbers(one), one.chance, collapsed(_first(found), one))), why


def _first(found: list[Understanding]) -> Understanding:
    """The first at which enough is seen, and by no chance, if there is one."""
    return min(found, key=lambda one: (_numbers(one), one.chance))


def _numbers(one: Understanding) -> bool:
    """Whether each array is a number, at which too little is seen."""
    return not any(kind.dims for _, kind in one.kinds if kind.form == "array")


def _at_other_sizes(unit: Unit, understood: Understanding) -> bool:
    """Whether it fits at other sizes too: 6·2 entries are 4·3 by chance."""
    trials = (tried(unit, understood.kinds, understood.at(order)) for order in (TURN, 2 * TURN, EVEN))
    return any(isinstance(trial, Trial) and (trial.loss is not None or trial.outside) for trial in trials)


def collapsed(first: Understanding, other: Understanding) -> bool:
    """Whether a matrix, or each array, is taken for a number in another understanding, or many examples for one: too
    little is seen there to make a wrong claim doubtful."""
    if _numbers(other) > _numbers(first):
        return True
    before = dict(first.kinds)
    matrices = {name for name, kind in before.items() if kind.form == "array" and kind.dims[1:]}
    matrices |= {name for name, kind in before.items() if kind.form == "labels" and kind.dims}
    rows = {name for name in matrices & {*DATA} if before[name].dims[0] != "1"}
    kinds = [(name, kind) for name, kind in other.kinds if kind.form in ("array", "labels")]
    data = {dim for name in {*DATA} & {*before} for dim in before[name].dims}
    targets = [(before.get(name, kind).dims, kind.dims) for name, kind in kinds if name in TARGETS]
    pairs = [pair for dims in targets for pair in zip(*dims, strict=False)]
    if any(old in data and new == "1" for old, new in pairs):  # a target for one example, beside data of many
        return True
    fewer = any(name in rows and len(kind.dims) < len(before[name].dims) for name, kind in kinds)
    single = any(name in rows and kind.dims[:1] == ("1",) for name, kind in kinds)
    labels = any(kind.form == "labels" for _, kind in kinds)
    deep = [(before.get(name, kind).dims, kind.dims) for name, kind in kinds if labels and kind.dims[2:]]
    inner = any("1" in new and "1" not in old for old, new in deep)  # texts of one step
    return fewer or single or inner or any(name in matrices and not kind.dims for name, kind in kinds)


def _decided(
    unit: Unit, need: Need, kinds: dict[str, Kind], told: dict[str, Kind], order: int
) -> list[dict[str, Kind]]:
    """The same with one more input decided; among columns a vector is one too."""
    columns = any(kind.dims[1:] == ("1",) for kind in told.values()) or one_example(unit.own)
    said = told_of(need.name, told)
    whole = said is not None and said.form == "size" and not said.dims  # a size of its own, or that of an array
    if said is not None and need.name not in kinds and not whole:
        return [{**kinds, need.name: said if need.hint != "size" or said.dims else Kind("size")}]
    given = Given(tuple(kinds.items()), Point(order=order))
    letters = {letter: None for kind in told.values() for dim in kind.dims for letter in letters_of(dim)}
    if need.hint == "size" and not given.sizes and need.name not in letters:
        return [{**kinds, need.name: Kind("size", dims)} for dims in [(), *((letter,) for letter in [*letters][:4])]]
    number = need.name in letters and need.beside in (None, ()) and not need.hint.startswith("matrix")
    named = [Kind("size", (need.name,))] if number and need.name not in told else []
    axes, differentiated = axes_of(unit).get(need.name), need.name in differentiated_in(unit)
    ways = candidates(need.name, "size" if whole else need.hint, need.beside, given, axes, differentiated)
    found: list[Kind] = []
    for way in chain(named, ways):
        column = _column(way) if columns else []
        found += [*column, way] if len(way.dims) == 1 else [way, *column]
    return [{**kinds, need.name: kind} for kind in found]


def _column(kind: Kind) -> list[Kind]:
    """A vector as a column, rows as a row of columns."""
    return [replace(kind, dims=(*kind.dims, "1"))] if kind.form == "array" and len(kind.dims) in (1, 2) else []


def _understood(trial: Trial, kinds: dict[str, Kind], order: int) -> Understanding | None:
    """With inputs moved between 0 and 1 where the loss has no value otherwise; None where it has none even so."""
    between = clipped_in(trial.unit.own).intersection(kinds)
    within = tried(trial.unit, tuple(kinds.items()), Point(order=order, between=between)) if between else trial
    trial = within if isinstance(within, Trial) else trial
    loss = trial.loss
    if loss is None and trial.outside:
        arrays = [name for name, kind in kinds.items() if kind.form == "array" and not kind.facts]
        ways = [frozenset(names) for names in [*((name,) for name in arrays), *pairwise(arrays), arrays]]
        for way in ways:
            other = tried(trial.unit, tuple(kinds.items()), Point(order=order, between=between | way))
            if isinstance(other, Trial) and (loss := other.loss) is not None:
                trial, between = other, between | way
                break
    if loss is None:
        return None
    claims = trial.claims(trial.base)
    shapes = trial.base.machine.shapes
    known = [claim for claim in claims if not isinstance(claim.last.value, Unknown)]
    faults = len(claims) - len(known)
    values = [(np.asarray(claim.last.value), [shapes.get(site, ()) for site in claim.sites]) for claim in known]
    unfit = sum(all(fitting(value, shape) is None for shape in ones) for value, ones in values)
    axes = axes_of(trial.unit)
    guessed = [(name, kind) for name, kind in kinds.items() if kind.form == "array" and not kind.told]
    against = sum(name in axes and not axes[name].allow(len(kind.dims)) for name, kind in guessed)
    chance = trial.plan.way == SLOPES
    chance |= any(name in DATA and len(kind.dims) == 2 and len({*kind.dims} - {"1"}) < 2 for name, kind in guessed)
    against += sum(lies_along_examples(name, kind, kinds) for name, kind in kinds.items())
    return Understanding(tuple(kinds.items()), order, between, faults, unfit, against, chance)


_BIAS = regex(r"^(?:b\d*|b_\w+|bias\w*|intercept)$")
_WEIGHTS = regex(r"^(?:[wWU]\w*|theta|Theta)$")


def lies_along_examples(name: str, kind: Kind, kinds: dict[str, Kind]) -> bool:
    """Whether a bias whose shape is guessed has an axis that no weight has, one entry for each example; or none at all
    beside weights that are called matrices."""
    own = {*kind.dims} - {"1"}
    weights = [one.dims for word, one in kinds.items() if _WEIGHTS.match(word) and one.form == "array" and one.dims]
    free = _BIAS.match(name) and kind.form == "array" and not kind.told
    matrices = all(len(dims) == 2 and "1" not in dims for dims in weights)
    single = matrices and not kind.dims and not any(_WEIGHTS.match(word) and word.islower() for word in kinds)
    return bool(free and weights) and (single or not own <= {dim for dims in weights for dim in dims})


def _by_claims(unit: Unit, found: list[Understanding]) -> list[Understanding]:
    """The first understanding with the shapes that claims give to guessed inputs, where this fits better: `dg` summed
    over an axis says that `g` lies along the other one."""
    if not found or any(one.fits and not _numbers(one) for one in found):
        return []
    first = min(found, key=lambda one: (one.chance, one.faults, one.unfit))
    trial = tried(unit, first.kinds, first.at(first.order))
    kinds = dict(first.kinds)
    if not isinstance(trial, Trial):
        return []
    machine = trial.base.machine
    born = {name: machine.sites.get(id(given), ()) for name, given in machine.given.items() if name in kinds}
    names = {site: name for name, sites in born.items() for site in sites}
    for claim in trial.claims(trial.base):
        name = next((names[site] for site in claim.sites if site in names), "")
        guess, value = kinds.get(name), claim.last.value
        if guess is None or guess.told or guess.form != "array" or isinstance(value, Unknown):
            continue
        shape: tuple[int, ...] = np.shape(machine.given[name])
        flat = [[size for size in sizes if size > 1] for sizes in (np.shape(value), shape)]
        sizes = zip(np.shape(value)[::-1], shape[::-1], strict=False)
        stretches = np.ndim(value) <= len(shape) and all(size in (1, whole) for size, whole in sizes)
        free = len(shape) == np.ndim(value) == 1 and bool(fresh(name, guess))  # as long as nothing else is
        if flat[0] == flat[1] or free or (stretches and np.size(value) < np.prod(shape)):
            kinds[name] = replace(guess, dims=tuple(trial.given.named(size) for size in np.shape(value)))
    if kinds == dict(first.kinds):
        return []
    other = tried(unit, tuple(kinds.items()), first.at(first.order))
    understood = _understood(other, kinds, first.order) if isinstance(other, Trial) else None
    better = understood is not None and (understood.faults, understood.unfit) < (first.faults, first.unfit)
    return [understood] if understood is not None and better else []


def narrowed(unit: Unit, understood: Understanding) -> Iterator[tuple[Understanding, str]]:
    """The same for square images, for windows that lie side by side, or a single vector of which no line shows a second
    axis, where a layer has no parameters, and for other meanings of what comes from above, of which nobody says more:
    each with how this is said."""
    kinds = dict(understood.kinds)
    for name, kind in kinds.items():
        free = [(one, other) for one, other in pairwise(kind.dims[-3:]) if {one, other} <= {*fresh(name, kind)}]
        for one, other in free if len(kind.dims) > 2 else ():
            square = replace(understood, kinds=tuple(renamed(kinds, other, one).items()))
            yield square, f"`{name}` has as many {other} as {one}"
    held = {node.attr for node in each(ast.Attribute, unit.inside) if isinstance(node.ctx, ast.Store)}
    alone = len(differentiated_in(unit) & {*kinds, *held}) < 2
    if alone:
        yield understood.under("apart"), "the windows do not overlap"
        arrays = [name for name, kind in kinds.items() if kind.form == "array" and 0 < len(fresh(name, kind)) < 3]
        flat = [name for name in arrays if axes_of(unit).get(name, Axes(0)).number < 2]
        lone = not keeps_axes(unit.own) and all(one in flat or not kind.dims for one, kind in kinds.items())
        for name in flat if lone else ():
            for more, said in (((), "a vector"), (("1",), "a column")):
                flat_ = replace(kinds[name], dims=(kinds[name].dims[0], *more))
                yield replace(understood, kinds=tuple({**kinds, name: flat_}.items())), f"`{name}` is {said}"
    if alone or not _names_output(unit):
        yield understood.under("scores"), "what comes from above is the derivative by the scores already"
    yield understood.under("row"), "what comes from above is a row"


def _names_output(unit: Unit) -> bool:
    """Whether what comes from above is called after what comes out: `dA` of `A`, `dout`."""
    values = [part for line in each(ast.Return, unit.forward) for part in getattr(line.value, "elts", [line.value])]
    outputs = {last_part(key).lower() for part in values if part is not None and (key := key_of(part)) is not None}
    names = arguments_of(unit.backward)
    return any("out" in name or not outputs.isdisjoint(map(str.lower, claimed(name))) for name in names)


def with_facts(kinds: dict[str, Kind], name: str, *facts: str) -> dict[str, Kind]:
    """The same with more facts about an input."""
    return {**kinds, name: replace(kinds[name], facts=tuple(dict.fromkeys((*kinds[name].facts, *facts))))}
