"""The second half of checks, judged where no student code runs: in a process of the grader's own.

`Judge` keeps one such process: `seen` comes to it as JSON, the verdict goes back as JSON. A hostile
`seen` can be large, deep or slow to compare, so it has limits; a check that exceeds them fails.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

from autograder.files import ABOVE
from autograder.grade.sandbox import wire
from autograder.grade.seeds import hidden_inputs

SECONDS = 10.0  # for one judgement, if nothing else is said
MEMORY = 2 << 30
MESSAGE = 2000  # characters kept of a message
NOT_JUDGED = "JudgeError"  # the kind of error when there is no verdict


@dataclass(frozen=True)
class Verdict:
    """Whether a check passed; if not, the class name of the error and its message."""

    passed: bool
    kind: str = ""
    message: str = ""


class Judge:
    """A process that judges; started at once, and again after a bad case."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = _start()

    def judge(
        self, halves: Sequence[tuple[str, Any]], seed: int | None, seconds: float = SECONDS
    ) -> list[Verdict]:
        """Return the verdicts of (second half, what was seen) pairs, in their order.

        seed: of the hidden inputs, as the first halves had it; None: the course's own. seconds: for
        each of them.
        """
        return [self._one(half, seen, seed, seconds) for half, seen in halves]

    def _one(self, half: str, seen: Any, seed: int | None, seconds: float) -> Verdict:
        asked = {"judge": half, "seen": seen, "seed": seed, "seconds": seconds}
        try:
            case = json.dumps(asked).encode() + b"\n"
        except (ValueError, RecursionError) as error:
            return Verdict(False, type(error).__name__, "what was seen cannot be handed on")
        for _ in range(2):  # the machine may have killed it, when memory was short
            with suppress(OSError, ValueError):
                return self._asked(case, seconds)
            self.close()
        return Verdict(False, NOT_JUDGED, "what was seen could not be judged")

    def _asked(self, case: bytes, seconds: float) -> Verdict:
        """Return the verdict on a case; OSError or ValueError when there comes none."""
        if self.process is None:
            self.process = _start()
        process = self.process
        assert process.stdin and process.stdout
        process.stdin.write(case)
        process.stdin.flush()
        if not wire.has_something(process.stdout, seconds + 5):
            raise OSError("it does not answer")
        return Verdict(**json.loads(process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _start() -> subprocess.Popen:
    paths = [str(ABOVE), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "autograder.grade.judge"],
        cwd="/",  # nothing is imported from where the command is called, such as a submission
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)},
    )


def verdict(half: str, seen: Any, seed: int | None) -> Verdict:
    """Judge `seen` by the second half of a check, here and now."""
    with hidden_inputs(seed):
        return _verdict(half, seen)


def _verdict(half: str, seen: Any) -> Verdict:
    try:
        exec(compile(half, "judge", "exec"), {"__name__": "judge", "seen": seen})
    except Exception as error:
        kind, text = type(error).__name__, str(error)
        return Verdict(False, kind, text if len(text) <= MESSAGE else f"{text[:MESSAGE]} …")
    return Verdict(True)


class TooSlow(Exception):
    """A judgement took more time than it was given."""


def main() -> None:
    """Judge the cases on standard input, one line each, until it ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def too_slow(number: int, frame: Any) -> NoReturn:
        raise TooSlow(f"judging took more than {case['seconds']:g} s")

    signal.signal(signal.SIGALRM, too_slow)
    answers, sys.stdout = sys.stdout, sys.stderr  # a check that prints must not answer
    for line in sys.stdin.buffer:
        case = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, case["seconds"])
        found = verdict(case["judge"], case["seen"], case["seed"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(json.dumps(asdict(found)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
