"""The smallest case in which a check fails, found by trying.

A class is run again on other seeds. What failed is tried with less and less of its inputs, in
rounds: of each round the case in which the check saw the least goes on, if the worked solution
passes in it. At last the case must fail once more in a process that has run nothing else, because
a class may remember what earlier cases did to it.

All checks of a student share one budget of time: checks that take little go first, and what takes
much is tried less often. A check that the time does not suffice for has no case.
"""

import math
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.grade.judge import NOT_JUDGED, Judge, Verdict
from autograder.grade.needed import unneeded
from autograder.grade.sandbox.client import Sandbox, stretch
from autograder.grade.sandbox.limits import Limits
from autograder.grade.why import inputs as drawing
from autograder.grade.why.inputs import WEIGHT, Check, Inputs
from autograder.grade.why.rule import Judged, unasked

LIMITS = Limits(cell_seconds=1.0, notebook_seconds=20.0, own_seconds=1.0)
ROUNDS = 7
SECONDS = 7.0  # of processor time for one student's page
WAITING = 3  # times as much wall time, and more on a busy machine
LOOKED, CONFIRMED = 0.5, 0.85  # shares of it: then the search ends, then all must be sure
SLACK = 2  # times as much wall time as processor time for one run
FIRST = 0.4  # of what is left of that, for all checks once, as much for each
ROUND = 1 / 2  # of what is left then, for one round
SMALL = 8  # numbers and texts that were seen: a case that needs not get smaller
CANDIDATES = 60  # of all checks in one round
MORE = 3  # times as many where the smallest were of no use
TRUSTED = 3  # cases of one round that are shown to the worked solution, the smallest first
APART = """\
import json as _json, os as _os
_read, _write = _os.pipe()
if (_child := _os.fork()) == 0:
    try:
        try:
            exec({text!r}, globals())
            from course.checks import plain as _plain
            _said = {{"seen": _plain(seen)}}
        except BaseException as _error:
            _said = {{"error": {{"ename": type(_error).__name__, "evalue": str(_error)[:2000]}}}}
        with open(_write, "w", encoding="utf-8") as _file:
            _json.dump(_said, _file)
    finally:
        _os._exit(0)  # whatever happens: the parent answers
_os.close(_write)
with open(_read, encoding="utf-8") as _file:
    seen = _json.load(_file)
_os.waitpid(_child, 0)
"""
TOO_MUCH = "what the check saw is "
JUDGED = 1.0  # seconds for one judgement
INSTANT = 0.001  # seconds that even the least of cases takes
NOT_THEIRS = ("TooSlow", NOT_JUDGED, "MemoryError", "NotImplementedError")


@dataclass(frozen=True)
class Case:
    """One way in which a check failed.

    kind, message: of the error. seen: what the check saw, None if the student's code raised. right:
    what it saw of the worked solution, None if that was not looked at. seconds: of processor time,
    about, that it took.
    """

    check: Check
    seed: int
    changed: Inputs
    kind: str = ""
    message: str = ""
    seen: Any = None
    right: Any = None
    seconds: float = field(default=0.0, compare=False)

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
        self.seconds = self.most = self.deadline = math.inf
        self.begun = 0.0

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let all that is asked in here take so much processor time at most, of one processor.

        Of wall time it may take WAITING times as much, more on a busy machine.
        """
        self.begun, self.seconds = self._spent(), seconds
        self.deadline = time.monotonic() + seconds * WAITING * stretch()
        try:
            yield
        finally:
            self.seconds = self.most = self.deadline = math.inf

    def until(self, share: float) -> None:
        """Let whatever follows end when this share of that time is spent."""
        self.most = share * self.seconds

    @property
    def left(self) -> float:
        """The seconds until then."""
        left = self.deadline - time.monotonic()
        return left if self.most == math.inf else min(left, self.most + self.begun - self._spent())

    def _spent(self) -> float:
        """Return the processor seconds of this process, the sandbox and the judge so far."""
        judge = self.judge.process.pid if self.judge.process else 0
        return time.process_time() + sum(map(processor_seconds, (self.sandbox.pid, judge)))

    def observed(
        self,
        cells: Sequence[str],
        asked: Sequence[str],
        files: Mapping[str, str] | None = None,
        most: float = math.inf,
        apart: bool = False,
    ) -> dict[int, dict]:
        """Return the answers to observations, by their number, after the cells of a notebook.

        An answer has the seconds it took as "took". One that takes too long is left out. most:
        seconds of one cell or observation, besides the limits. apart: each in a process that has
        run nothing but the cells.
        """
        if apart:
            answers = self.observed(cells, [APART.format(text=text) for text in asked], files, most)
            return {
                number: {**answer["seen"], "took": answer["took"]}
                for number, answer in answers.items()
                if set(answer.get("seen", ())) in ({"seen"}, {"error"})
            }
        found: dict[int, dict] = {}
        sent = [{"kind": "cell", "text": text} for text in cells]
        start = 0
        while start < len(asked) and self.left > 0:
            more = [{"kind": "observe", "text": text} for text in asked[start:]]
            run = self.sandbox.run(
                [*sent, *more],
                files=dict(files or {}),
                seconds=min(SLACK * self.left, LIMITS.notebook_seconds) * stretch(),
                cell_seconds=min(most, LIMITS.cell_seconds) * stretch(),
            )
            first = len(cells) - start
            for place, answer in run.answers.items():
                if place >= len(cells):
                    found[place - first] = answer | {"took": run.took[place]}
            if run.stopped_at is None or run.stopped_at < len(cells):
                break
            start = run.stopped_at - first + 1
        return found

    def verdict(self, judge: str, seen: Any, seed: int) -> Verdict:
        """Return what a second half says of what was seen."""
        seconds = max(min(self.left, JUDGED), INSTANT) * stretch()
        return self.judge.judge([(judge, seen)], seed, seconds)[0]

    def failed(
        self,
        cells: Sequence[str],
        tried: Sequence[tuple[Check, int, Inputs]],
        files: Mapping[str, str] | None = None,
        most: float = math.inf,
        apart: bool = False,
    ) -> list[Case | bool | None]:
        """Return for each (check, seed, inputs) the case if it failed, False if it passed.

        None where that is not known, as it took too long, say. most, apart: as of `observed`.
        """
        halves = [check.halves(seed, changed) for check, seed, changed in tried]
        answers = self.observed(cells, [observe for observe, _ in halves], files, most, apart)
        return [
            self._judged(each, judge, answers[number]) if number in answers else None
            for number, (each, (_, judge)) in enumerate(zip(tried, halves, strict=True))
        ]

    def _judged(
        self, tried: tuple[Check, int, Inputs], judge: str, answer: dict
    ) -> Case | bool | None:
        if "error" in answer:
            kind, message = answer["error"]["ename"], answer["error"]["evalue"]
            if message.startswith(TOO_MUCH) or kind in NOT_THEIRS:
                return None
            return Case(*tried, kind, message, seconds=answer["took"] / stretch())
        if self.left <= 0:
            return None
        begun = time.monotonic()
        judged = self.verdict(judge, answer["seen"], tried[1])
        if judged.passed:
            return False
        seconds = (answer["took"] + time.monotonic() - begun) / stretch()
        case = Case(*tried, judged.kind, judged.message, answer["seen"], seconds=seconds)
        return None if judged.kind in NOT_THEIRS else case


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


def processor_seconds(pid: int) -> float:
    """Return what a process took, with those below it that have ended; 0 if Linux tells nothing."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")


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
