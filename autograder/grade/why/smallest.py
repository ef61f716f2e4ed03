"""The smallest case in which a check fails, found by trying.

A class is run again on other seeds. What failed is tried with less and less of its inputs, in
rounds: of each round the case in which the check saw the least goes on, if the worked solution
passes in it. At last the case must fail once more in a process that has run nothing else, because
a class may remember what earlier cases did to it.
"""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.grade.judge import NOT_JUDGED, Judge
from autograder.grade.needed import unneeded
from autograder.grade.sandbox.client import Sandbox, stretch
from autograder.grade.sandbox.limits import Limits
from autograder.grade.why import inputs as drawing
from autograder.grade.why.inputs import Check, Inputs

LIMITS = Limits(cell_seconds=2.0, notebook_seconds=20.0, own_seconds=1.0)
ROUNDS = 7
AT_ONCE = 3  # seeds of the first run, which is mostly the only one
SECONDS = 10.0  # for one student, more on a busy machine; then what is found by then has to do
SMALL = 8  # numbers and texts that were seen: a case that needs not get smaller
CANDIDATES = 60  # of all checks in one round
MORE = 3  # times as many where the smallest were of no use
TRUSTED = 3  # cases of one round that are shown to the worked solution, the smallest first
CONFIRMED = 3  # cases that are tried alone before a check is given up
TOO_MUCH = "what the check saw is "
NOT_THEIRS = ("TooSlow", NOT_JUDGED, "MemoryError", "NotImplementedError")


@dataclass(frozen=True)
class Case:
    """One way in which a check failed.

    kind, message: of the error. seen: what the check saw, None if the student's code raised.
    """

    check: Check
    seed: int
    changed: Inputs
    kind: str = ""
    message: str = ""
    seen: Any = None

    @property
    def is_error(self) -> bool:
        """Whether the student's code raised instead of giving something to judge."""
        return self.seen is None

    @property
    def weight(self) -> tuple[bool, int, int]:
        """What makes one case smaller than another."""
        return self.is_error, drawing.size(self.seen), drawing.size(self.changed)


@dataclass
class _Hunt:
    """What is known of one check."""

    cases: list[Case] = field(default_factory=list)  # the smallest last
    inputs: Inputs = field(default_factory=dict)
    joined: list[Inputs] = field(default_factory=list)  # what to try next, from the last round
    patience: int = 2  # rounds without success
    done: bool = False


class Bench:
    """A sandbox and a judge of one notebook, for one class after another until `close`.

    modules: what the notebook imports. reference: the texts of its cells, with worked solutions.
    """

    def __init__(self, sandbox: Sandbox, judge: Judge, reference: Sequence[str]) -> None:
        self.sandbox, self.judge, self.reference = sandbox, judge, list(reference)
        self.trusted = self.reference  # those cells that the checks need which are looked at

    def observed(
        self, cells: Sequence[str], asked: Sequence[str], files: Mapping[str, str] | None = None
    ) -> dict[int, dict]:
        """Return the answers to observations, by their number, after the cells of a notebook."""
        sent = [{"kind": "cell", "text": text} for text in cells]
        sent += [{"kind": "observe", "text": text} for text in asked]
        run = self.sandbox.run(sent, files=dict(files or {}))
        first = len(cells)
        return {place - first: each for place, each in run.answers.items() if place >= first}

    def failed(
        self,
        cells: Sequence[str],
        tried: Sequence[tuple[Check, int, Inputs]],
        files: Mapping[str, str] | None = None,
    ) -> list[Case | bool | None]:
        """Return for each (check, seed, inputs) the case if it failed, False if it passed.

        None where that is not known, as it took too long, say.
        """
        halves = [check.halves(seed, changed) for check, seed, changed in tried]
        answers = self.observed(cells, [observe for observe, _ in halves], files)
        found: list[Case | bool | None] = []
        for number, (check, seed, changed) in enumerate(tried):
            answer = answers.get(number)
            if answer is None:
                found.append(None)
            elif "error" in answer:
                kind, message = answer["error"]["ename"], answer["error"]["evalue"]
                unknown = message.startswith(TOO_MUCH) or kind in NOT_THEIRS
                found.append(None if unknown else Case(check, seed, changed, kind, message))
            else:
                ((judged),) = self.judge.judge([(halves[number][1], answer["seen"])], seed)
                case = Case(check, seed, changed, judged.kind, judged.message, answer["seen"])
                unknown = judged.kind in NOT_THEIRS
                found.append(False if judged.passed else None if unknown else case)
        return found


def smallest(
    bench: Bench,
    cells: Sequence[str],
    checks: Sequence[Check],
    seeds: Sequence[int],
    files: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
) -> dict[str, Case]:
    """Return the smallest case of each check for which one is found, by the check's name.

    cells: the texts of the student's notebook. checks: those that failed. seeds: to try.
    """
    cells = needed(cells, checks)
    bench.trusted = needed(bench.reference, checks)
    deadline = time.monotonic() + seconds * stretch()
    hunts = {check.name: _Hunt() for check in checks}
    for start in range(0, len(seeds), AT_ONCE):
        left = [check for check in checks if not hunts[check.name].cases]
        tried = [(check, seed, {}) for seed in seeds[start : start + AT_ONCE] for check in left]
        if not tried or time.monotonic() > deadline:
            break
        for case in bench.failed(cells, tried, files):
            if isinstance(case, Case):
                hunts[case.check.name].cases.append(case)
    hunted = {name: hunt for name, hunt in hunts.items() if hunt.cases}
    for hunt in hunted.values():
        hunt.cases.sort(key=lambda case: case.weight, reverse=True)
    _draw(bench, hunted)
    rng = random.Random(0)
    for _ in range(ROUNDS):
        if time.monotonic() > deadline or not _round(bench, cells, hunted, rng, files):
            break
    found = ((name, _confirmed(bench, cells, hunt, files)) for name, hunt in hunted.items())
    return {name: case for name, case in found if case}


def needed(cells: Sequence[str], checks: Sequence[Check]) -> list[str]:
    """Return those cells that the checks need: the others only take time."""
    texts = [*cells, *(check.draw + check.observe for check in checks)]
    own = set(range(len(cells)))
    left_out = unneeded(texts, own, set(range(len(cells), len(texts))))
    return [text for place, text in enumerate(cells) if place not in left_out]


def _draw(bench: Bench, hunts: Mapping[str, _Hunt]) -> None:
    """Find out the inputs of the best cases; no student's code runs."""
    last = [hunt.cases[-1] for hunt in hunts.values()]
    asked = [drawing.question(case.check, case.seed) for case in last]
    answers = bench.observed(bench.trusted, asked)
    for number, hunt in enumerate(hunts.values()):
        hunt.inputs = drawing.drawn(answers.get(number, {}).get("seen") or {})
        hunt.done = not hunt.inputs
        hunt.cases[-1] = replace(hunt.cases[-1], changed=hunt.inputs)


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
            parts = list(hunt.joined)
            parts += drawing.smaller(hunt.inputs, CANDIDATES // (left + 1), rng)
            tried += [(best.check, best.seed, part) for part in parts]
    failing = [case for case in bench.failed(cells, tried, files) if isinstance(case, Case)]
    waiting: dict[str, list[Case]] = {}
    for name, hunt in hunts.items():
        most = (*hunt.cases[-1].weight[:2], drawing.size(hunt.inputs))
        mine = [case for case in failing if case.check.name == name and case.weight < most]
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
    bench: Bench, cells: Sequence[str], hunt: _Hunt, files: Mapping[str, str] | None
) -> Case | None:
    """Return the smallest case that fails by itself too."""
    last = list(dict.fromkeys([len(hunt.cases) - 1, len(hunt.cases) // 2, 0]))
    for place in last[:CONFIRMED]:
        case = hunt.cases[place]
        (again,) = bench.failed(cells, [(case.check, case.seed, case.changed)], files)
        if isinstance(again, Case):
            return again
    return None
