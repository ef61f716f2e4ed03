"""Two submissions that are alike: where to look, never who copied.

What many write the same does not count: only fingerprints that at most a few of the class share.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from autograder.grade.records import Record

FEW = 3  # students: what more of them share is how one solves it; in a large class 1 %, up to 10
LEAST = 6  # shared fingerprints of an exercise
EXERCISES = 2  # at least: a single one can be alike by chance
SHARE = 0.7  # of the rare fingerprints of the one that has fewer
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
    named = {one.students for one in same}
    rest = [one for one in _alike(worked) if one.students not in named]
    return same + sorted(rest, key=lambda one: (-one.share, one.students))


def _same_files(records: list[Record]) -> list[Alike]:
    by_file: dict[str, list[str]] = defaultdict(list)
    for record in records:
        if record.digest:
            by_file[record.digest].append(record.student)
    # of many with one file, each is named once, next to the one before
    neighbors = [pair for group in by_file.values() for pair in pairwise(group)]
    return [Alike(pair, 1.0, same_file=True) for pair in neighbors]


def _alike(records: list[Record]) -> Iterator[Alike]:
    """Yield those that share most of what is rare; only who shares something is compared."""
    few = max(FEW, min(10, len(records) // 100))
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        for exercise, prints in record.likeness.items():
            for number in prints.split():
                holders[exercise, number].append(record.student)
    rare: Counter[tuple[str, str]] = Counter()
    shared: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (exercise, _), students in holders.items():
        if len(students) <= few:
            rare.update((student, exercise) for student in students)
            for pair in combinations(students, 2):
                shared[pair][exercise] += 1
    for pair, counts in shared.items():
        fewer = {name: min(rare[student, name] for student in pair) for name in counts}
        alike = [n for n in counts if counts[n] >= LEAST and counts[n] >= SHARE * fewer[n]]
        if len(alike) >= EXERCISES:
            share = sum(counts[name] for name in alike) / sum(fewer[name] for name in alike)
            yield Alike(pair, share, tuple(alike))
