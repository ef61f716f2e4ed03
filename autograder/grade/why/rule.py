"""The one thing that is wrong in a case: one assertion of the check, and what of `seen` it reads.

A check's second half often asks several things, one after another. A case is about the first that
fails. The others are left out, so that a smaller case need not answer them, and so is what only
they read. What ran is the same, and the worked solution must pass.
"""

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.build.markers import PLAIN
from autograder.grade.judge import Verdict
from autograder.grade.why.bench import Bench
from autograder.grade.why.inputs import Check, Inputs

QUESTIONS = 40  # parts of one case that are left out to see what the judge says
DEPTH = 3  # of dicts in `seen`


@dataclass(frozen=True)
class Judged:
    """One case as a judge sees it: what a check saw of a student's class, and of the solution."""

    bench: Bench
    seed: int
    changed: Inputs
    seen: Any
    right: Any

    def narrowed(self, check: Check, message: str) -> Check:
        """Return a check without the assertions that say something else than this message.

        The check itself if it is not clear which one says it.
        """
        for judge in _alone(check.judge):
            one = replace(check, judge=judge)
            said = self._verdict(one, self.seen).message
            if said == message and self._verdict(one, self.right).passed:
                return one
        return check

    def cut(self, check: Check) -> tuple[Check, Any, str]:
        """Return a check that sees as little as it needs to fail, what it saw, and its message.

        Keys of dicts are left out, and parts of lists that are values of dicts.
        """
        cut, message, refused = "", self._verdict(check, self.seen).message, set[str]()
        seen, right = self.seen, self.right
        for _ in range(QUESTIONS):
            line = next((each for each in _lines(right) if each not in refused), "")
            if not line or self.bench.left <= 0:
                break
            less = _after(line, seen), _after(line, right)
            said = None if None in less else self._verdict(check, less[0])
            if said and said.kind == "AssertionError" and self._verdict(check, less[1]).passed:
                cut, message, (seen, right) = f"{cut}{line}\n", said.message, less
                refused = {each for each in refused if each.startswith("del")}
            else:
                refused.add(line)
        return replace(check, cut=PLAIN + cut if cut else ""), seen, message

    def _verdict(self, check: Check, seen: Any) -> Verdict:
        half = check.halves(self.seed, self.changed)[1]
        return self.bench.verdict(half, seen, self.seed)


def unasked(check: Check) -> Check:
    """Return a check that asserts nothing but in loops, for a case in which there is an error."""
    asking = [each for each in _asking(check.judge) if isinstance(each, ast.Assert)]
    return replace(check, judge=_without(check.judge, asking))


def _alone(judge: str) -> Iterator[str]:
    """Yield a second half with each of its assertions, or loops of them, alone.

    Then with all the loops, which may bind what it needs: without any other, and with each.
    """
    asking = _asking(judge)
    for one in asking:
        yield _without(judge, [each for each in asking if each is not one])
    alone = [each for each in asking if isinstance(each, ast.Assert)]
    for kept in (None, *alone):
        yield _without(judge, [each for each in alone if each is not kept])


def _asking(judge: str) -> list[ast.stmt]:
    return [
        statement
        for statement in ast.parse(judge).body
        if isinstance(statement, (ast.Assert, ast.For))
        and any(isinstance(node, ast.Assert) for node in ast.walk(statement))
    ]


def _without(judge: str, statements: Sequence[ast.stmt]) -> str:
    gone = {row for each in statements for row in range(each.lineno, (each.end_lineno or 0) + 1)}
    rows = enumerate(judge.splitlines(keepends=True), 1)
    return "".join(text for row, text in rows if row not in gone)


def _lines(seen: Any, path: str = "seen", depth: int = 0) -> Iterator[str]:
    """Yield lines that leave out something of what was seen."""
    if not isinstance(seen, dict) or depth == DEPTH:
        return
    if len(seen) > 1:
        yield from (f"del {path}[{key!r}]" for key in seen)
    for key, value in seen.items():
        inside = f"{path}[{key!r}]"
        yield from _lines(value, inside, depth + 1)
        if isinstance(value, list) and len(value) > 1:
            half = len(value) // 2
            yield from (f"{inside} = {inside}[{part}]" for part in (f":{half}", f"{half}:"))


def _after(line: str, seen: Any) -> Any:
    """Return what was seen after one of _lines, None if it has no such part."""
    names = {"seen": json.loads(json.dumps(seen))}
    try:
        exec(line, names)  # it names what the worked solution gave, never what a student's code did
    except (KeyError, TypeError):
        return None
    return names["seen"]
