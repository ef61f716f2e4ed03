"""What the code of an exercise does, in 16 letters: equal mistakes have equal fingerprints.

The exercise's checks observe the code on the course's public inputs, which are the same for
everybody. A check that passes counts as that alone, so right code has no fingerprint, however it is
written. Of one that does not pass, what it saw counts.

A second, coarser fingerprint is of the words of what the checks said. It is for mistakes that never
do the same twice, such as those that roll dice.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course.questions import alike

UNWRITTEN = "NotImplementedError"
LETTERS = 16
LONG = 14  # letters: what is longer in a check's message may be a random text


@dataclass(frozen=True)
class Observed:
    """What a check saw on public inputs, and how it ended.

    kind: of the error that ended it, "" if it passed. message: what it said.
    """

    kind: str
    message: str = ""
    seen: Any = None


def of_exercise(checks: Mapping[str, Observed]) -> tuple[str, str]:
    """Return the two fingerprints of an exercise, "" and "" if it is right or not written yet.

    checks: all of the exercise, by grade id.
    """
    kinds = {check.kind for check in checks.values()}
    if not any(kinds) or kinds == {UNWRITTEN}:
        return "", ""
    fine = {
        name: [check.kind, alike(check.seen) if check.kind else None]
        for name, check in checks.items()
    }
    coarse = {
        name: [check.kind, _words(check.message) if check.kind and check.seen is not None else None]
        for name, check in checks.items()
    }
    return _digest(fine), _digest(coarse)


def _words(message: str) -> list[str]:
    """Return a message's words in alphabetical order: no numbers, no order of a set."""
    words = re.findall(r"\w+", message)
    return sorted(word for word in words if len(word) < LONG and not re.search(r"\d", word))


def _digest(parts: dict[str, list[Any]]) -> str:
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:LETTERS]
