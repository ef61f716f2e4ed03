"""The smallest case in which a check fails, found by trying.

A class is run again on other seeds. What failed is tried with less and less of its inputs, in
rounds: of each round the case in which the check saw the least goes on, if the worked solution
passes in it. At last the case must fail once more in a process that has run nothing else, because
a class may remember what earlier cases did to it.

All checks of a student share one budget of time: checks that take little go first, and what takes
much is tried less often. A check that the time does not suffice for has no case.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.grade.needed import unneeded
from autograder.grade.why import inputs as drawing
from autograder.grade.why.bench import INSTANT, Bench, Case
from autograder.grade.why.inputs import WEIGHT, Check, Inputs
from autograder.grade.why.rule import Judged, unasked

ROUNDS = 7
SECONDS = 7.0  # of processor time for one student's page
LOOKED, CONFIRMED = 0.5, 0.85  # shares of it: then the search ends, then all must be sure
FIRST = 0.4  # of what is left of that, for all checks once, as much for each
ROUND = 1 / 2  # of what is left then, for one round
SMALL = 8  # numbers and texts that were seen: a case that needs not get smaller
CANDIDATES = 60  # of all checks in one round
MORE = 3  # times as many where the smallest were of no use
TRUSTED = 3  # cases of one round that are shown to the worked solution, the smallest first


@dataclass
class _Hunt:
    """What is known of one check."""

    cases: list[Case] = field(default_factory=list)  # the smallest last
    inputs: Inputs = field(default_factory=dict)
    joined: list[Inputs] = field(default_factory=list)  # what to try next, from the last round
    patience: int = 2  # rounds without success
    done: bool = False


def smallest(
    bench: Bench,
    cells: Sequence[str],
    checks: Sequence[Check],
    seeds: Sequence[int],
    files: Mapping[str, str] | None = None,
) -> dict[str, Case]:
    """Return the smallest case of each check for which one is found, by the check's name.

    cells: the texts of the student's notebook. checks: those that failed. seeds: to try.
    """
    cells = needed(cells, checks)
    bench.trusted = needed(bench.reference, checks)
    bench.until(LOOKED)
    hunts: dict[str, _Hunt] = {}
    for seed in seeds:
        left = [check for check in checks if check.name not in hunts]
        tried: list[tuple[Check, int, Inputs]] = [(check, seed, {}) for check in left]
        most = FIRST * bench.left / max(len(left), 1)
        for case in bench.failed(cells, tried, files, most):
            if isinstance(case, Case):
                hunts.setdefault(case.check.name, _Hunt()).cases.append(case)
    hunts = dict(sorted(hunts.items(), key=lambda pair: pair[1].cases[-1].seconds))
    _draw(bench, hunts)
    rng = random.Random(0)
    for _ in range(ROUNDS):
        if bench.left <= 0 or not _round(bench, cells, hunts, rng, files):
            break
    bench.until(CONFIRMED)
    found = _confirmed(bench, cells, list(hunts.values()), files)
    return {case.check.name: case for case in _cut(bench, found)}


def needed(cells: Sequence[str], checks: Sequence[Check]) -> list[str]:
    """Return those cells that the checks need: the others only take time."""
    texts = [*cells, *(check.draw + check.observe for check in checks)]
    own = set(range(len(cells)))
    left_out = unneeded(texts, own, set(range(len(cells), len(texts))))
    return [text for place, text in enumerate(cells) if place not in left_out]


def _draw(bench: Bench, hunts: Mapping[str, _Hunt]) -> None:
    """Find out the inputs of the best cases, and what each is about; no student's code runs."""
    last = [hunt.cases[-1] for hunt in hunts.values()]
    asked = [drawing.question(case.check, case.seed) for case in last]
    asked += [case.check.halves(case.seed, {})[0] for case in last]
    answers = bench.observed(bench.trusted, asked)
    for number, (hunt, case) in enumerate(zip(hunts.values(), last, strict=True)):
        hunt.inputs = drawing.drawn(answers.get(number, {}).get("seen") or {})
        hunt.done = not hunt.inputs
        right = answers.get(len(last) + number, {}).get("seen")
        if case.is_error:
            case = replace(case, check=unasked(case.check))
        elif right is not None and case.kind == "AssertionError":
            judged = Judged(bench, case.seed, {}, case.seen, right)
            case = replace(case, check=judged.narrowed(case.check, case.message))
        hunt.cases[-1] = replace(case, changed=hunt.inputs)


def _round(
    bench: Bench,
    cells: Sequence[str],
    hunts: Mapping[str, _Hunt],
    rng: random.Random,
    files: Mapping[str, str] | None,
) -> bool:
    """Try smaller inputs for every check; return whether it was of use to any."""
    tried: list[tuple[Check, int, Inputs]] = []
    left = sum(not hunt.done for hunt in hunts.values())
    for hunt in hunts.values():
        if not hunt.done:
            best = hunt.cases[-1]
            times = ROUND * bench.left / left / (best.seconds + INSTANT)
            room = min(WEIGHT, times * drawing.size(hunt.inputs))
            parts = hunt.joined + drawing.smaller(hunt.inputs, CANDIDATES // (left + 1), room, rng)
            tried += [(best.check, best.seed, part) for part in parts]
    failing = [case for case in bench.failed(cells, tried, files) if isinstance(case, Case)]
    waiting: dict[str, list[Case]] = {}
    for name, hunt in hunts.items():
        best = hunt.cases[-1]
        most = (*best.weight[:2], drawing.size(hunt.inputs))
        mine = [case for case in failing if case.check.name == name and case.weight < most]
        mine = [case for case in mine if case.kind in (best.kind, "AssertionError")]
        waiting[name] = sorted(mine, key=lambda case: case.weight)
    fails = dict(waiting)
    kept: dict[str, list[Case]] = {}
    while shown := [case for mine in waiting.values() for case in mine[:TRUSTED]]:
        asked = [(case.check, case.seed, case.changed) for case in shown]
        for case, verdict in zip(shown, bench.failed(bench.trusted, asked), strict=True):
            if verdict is False:
                kept.setdefault(case.check.name, []).append(case)
        waiting = {
            name: mine[TRUSTED : TRUSTED * MORE]
            for name, mine in waiting.items()
            if name not in kept
        }
    for name, hunt in hunts.items():
        if name in kept:
            best = kept[name][0]
            some = [[case.changed for case in each] for each in (kept[name], fails[name])]
            hunt.joined = [part for each in some if (part := drawing.without(hunt.inputs, each))]
            hunt.cases.append(best)
            hunt.inputs = best.changed
        else:
            hunt.patience -= 1
        hunt.done = hunt.done or not hunt.patience or _is_small(hunt.cases[-1])
    return not all(hunt.done for hunt in hunts.values())


def _is_small(case: Case) -> bool:
    return drawing.size([case.seen, case.changed]) <= SMALL


def _confirmed(
    bench: Bench, cells: Sequence[str], hunts: Sequence[_Hunt], files: Mapping[str, str] | None
) -> list[Case]:
    """Return the smallest case of each check that fails by itself too."""
    found: list[Case] = []
    waiting = []
    for hunt in hunts:
        last = len(hunt.cases) - 1
        waiting.append([hunt.cases[place] for place in dict.fromkeys((last, last // 2, 0))])
    while waiting and bench.left > 0:
        asked = [(case.check, case.seed, case.changed) for case, *_ in waiting]
        again = bench.failed(cells, asked, files, apart=True)
        found += [case for case in again if isinstance(case, Case)]
        waiting = [
            more
            for (_, *more), case in zip(waiting, again, strict=True)
            if more and not isinstance(case, Case)
        ]
    return found


def _cut(bench: Bench, cases: Sequence[Case]) -> list[Case]:
    """Return the cases that the worked solution passes, with no more seen than it takes."""
    asked = [case.check.halves(case.seed, case.changed) for case in cases]
    answers = bench.observed(bench.trusted, [observe for observe, _ in asked])
    found = []
    for number, (case, (_, judge)) in enumerate(zip(cases, asked, strict=True)):
        right = answers.get(number, {}).get("seen")
        if right is None or not bench.verdict(judge, right, case.seed).passed:
            continue
        if not case.is_error and case.kind == "AssertionError":
            judged = Judged(bench, case.seed, case.changed, case.seen, right)
            check, seen, message = judged.cut(case.check)
            case = replace(case, check=check, seen=seen, message=message)
        found.append(replace(case, right=right))
    return found
