"""Runs hidden checks on a student's class or the worked solution, as long as there is time."""

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grade.judge import NOT_JUDGED, Judge, Verdict
from autograder.grade.sandbox.client import Sandbox, stretch
from autograder.grade.sandbox.limits import Limits
from autograder.grade.why import inputs as drawing
from autograder.grade.why.inputs import Check, Inputs

LIMITS = Limits(cell_seconds=1.0, notebook_seconds=20.0, own_seconds=1.0)
WAITING = 3  # times as much wall time, and more on a busy machine
SLACK = 2  # times as much wall time as processor time for one run
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


def processor_seconds(pid: int) -> float:
    """Return what a process took, with those below it that have ended; 0 if Linux tells nothing."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
