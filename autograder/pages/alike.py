"""Two submissions that are alike: where to look, never who copied.

What many write the same does not count: only fingerprints that at most a few of the class share.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from autograder.grade.records import Record

FEW = 3  # students: what more of them share is how one solves it; in a large class 1 %, up to 10
LEAST = 12  # shared fingerprints
SHARE = 0.7  # of the rarer fingerprints of the one that has fewer
SHOWN = 20  # pairs


@dataclass(frozen=True)
class Alike:
    """Two students whose code is alike: the share, from 0 to 1, and in which exercises."""

    students: tuple[str, str]
    share: float
    exercises: tuple[str, ...] = ()
    same_file: bool = False


def pairs(records: Iterable[Record]) -> list[Alike]:
    """Return the pairs of an assignment that are alike, the same file first, then by share."""
    worked = [record for record in records if record.status == "graded" and record.likeness]
    same = _same_files(worked)
    rest = [one for one in _alike(worked) if one.students not in {each.students for each in same}]
    return same + sorted(rest, key=lambda one: (-one.share, one.students))


def _same_files(records: list[Record]) -> list[Alike]:
    by_file: dict[str, list[str]] = defaultdict(list)
    for record in records:
        if record.digest:
            by_file[record.digest].append(record.student)
    # of many with one file, each is named once, next to the one before
    neighbors = [pair for group in by_file.values() for pair in pairwise(group)]
    return [Alike(pair, 1.0, same_file=True) for pair in neighbors]


def _alike(records: list[Record]) -> list[Alike]:
    """Return those that share most of what is rare; only who shares something is compared."""
    few = max(FEW, min(10, len(records) // 100))
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        for exercise, prints in record.likeness.items():
            for number in prints.split():
                holders[exercise, number].append(record.student)
    rare: Counter[str] = Counter()
    shared: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (exercise, _), students in holders.items():
        if len(students) <= few:
            rare.update(students)
            for pair in combinations(students, 2):
                shared[pair][exercise] += 1
    found = []
    for pair, counts in shared.items():
        share = counts.total() / min(rare[student] for student in pair)
        if counts.total() >= LEAST and share >= SHARE:
            found.append(Alike(pair, share, _most(counts)))
    return found


def _most(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the exercises that most of what is shared belongs to."""
    return tuple(name for name, count in counts.items() if count * 5 >= max(counts.values()))
