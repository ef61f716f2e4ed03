"""The smallest failing case of every wrong submission of the tests: how often, how small, how long.

    python -m benchmarks.why [--every 4] [NOTEBOOK]...

--every: look only at every n-th submission of an exercise. Besides, there are pages of students
who have a wrong submission in each exercise of a notebook: they fail five checks or more.

For each hidden check that fails on one seed, as graded, the smallest case is looked for on others,
with its sentence and its calls. That a case's sentence is true is judged by the worked solution:
it passes on the same inputs, and the wrong one fails in a process that has run nothing else.
Student code runs with `--isolation process`; seconds are processor time of all processes.
"""

import argparse
import os
import re
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.grade.judge import Judge
from autograder.grade.sandbox.client import Sandbox
from autograder.grade.why import explain
from autograder.grade.why.bench import LIMITS, Bench, Case
from autograder.grade.why.inputs import check_of, size
from autograder.grade.why.smallest import smallest
from tests.course_scripts import NAMES, ROOT, cells, checks, exercises

GRADED = 20240229
SEEDS = list(range(1, 10))
SUBMISSIONS = ROOT / "tests" / "submissions"


@dataclass(frozen=True)
class Page:
    """What came of one page; sizes are numbers and texts in `seen`."""

    submission: str
    exercises: int
    seconds: float
    failed: int
    found: int
    shown: int
    cells: int
    untrue: int
    sizes: list[tuple[int, int, int]]  # as graded, in the smallest case, and with nothing cut there
    lines: list[str]


def main(names: list[str], every: int) -> None:
    """Print what is found of each submission, then what was measured of all."""
    pages: list[Page] = []
    with ProcessPoolExecutor(2) as pool:
        for some in pool.map(partial(_measured, every=every), names or NAMES):
            pages += some
    alone = [page for page in pages if page.exercises == 1]
    print(f"{len(alone)} submissions, {len(pages) - len(alone)} pages with one in each exercise")
    _report("submissions", alone)
    _report("pages with five failed checks or more", [page for page in pages if page.failed >= 5])


def _report(what: str, pages: list[Page]) -> None:
    failed, found = (sum(getattr(page, what) for page in pages) for what in ("failed", "found"))
    print(f"{what}: {failed} failed checks that redraw: {found} have a case ({found / failed:.1%})")
    print(f"  shown: {sum(page.shown for page in pages)}, with calls {sum(p.cells for p in pages)}")
    print(f"  cases that the worked solution fails: {sum(page.untrue for page in pages)}")
    sizes = [pair for page in pages for pair in page.sizes]
    for some, pairs in (
        ("all", sizes),
        ("more than one as graded", [s for s in sizes if s[0] > 1]),
    ):
        ratios, uncut = ([s[place] / s[0] for s in pairs] for place in (1, 2))
        quarter = sum(ratio <= 0.25 for ratio in ratios) / len(ratios)
        print(f"  size, of the graded one, {some} ({len(pairs)}): {statistics.median(ratios):.3f}")
        print(f"    at most a quarter {quarter:.1%}; median uncut {statistics.median(uncut):.3f}")
    graded, small, _ = (statistics.median(s[place] for s in sizes) for place in range(3))
    print(f"  size: median {graded:g} as graded, {small:g} in the smallest case")
    seconds = sorted(page.seconds for page in pages)
    print(f"  seconds a page: median {statistics.median(seconds):.2f}, most {seconds[-1]:.2f}")


def _measured(name: str, every: int) -> list[Page]:
    """Return what is found of the wrong submissions of a notebook."""
    script = [cell for cell in cells(name) if cell.is_code and cell.kind != "check"]
    reference = [cell.text for cell in script]
    solutions = {cell.grade_id: cell.text for cell in script if cell.kind == "solution"}
    modules = sorted(set(re.findall(r"(?m)^(?:from|import) ([\w.]+)", "\n".join(reference))))
    with Sandbox(modules, LIMITS, "process") as sandbox, closing(Judge()) as judge:
        bench = Bench(sandbox, judge, reference)
        pages = []
        for wrong in _wrong(name, every):
            texts = {exercise: path.read_text(encoding="utf-8") for exercise, path in wrong.items()}
            own = [texts.get(cell.grade_id, cell.text) for cell in script]
            page = _page(bench, name, wrong, own, solutions)
            rows = [f"{page.submission}: {page.seconds:.2f} s", *page.lines]
            print("\n   ".join(rows), flush=True)
            pages.append(page)
    return pages


def _wrong(name: str, every: int) -> Iterator[dict[str, Path]]:
    """Yield the wrong submissions of a notebook by exercise: one, then one in each of them."""
    found = {
        exercise: sorted((SUBMISSIONS / name / exercise).glob("wrong_*.py"))[::every]
        for exercise in exercises(name)
    }
    yield from ({exercise: path} for exercise, paths in found.items() for path in paths)
    yield from (
        dict(zip(found, paths, strict=True)) for paths in zip(*found.values(), strict=False)
    )


def _page(
    bench: Bench, name: str, wrong: dict[str, Path], own: list[str], solutions: dict[str, str]
) -> Page:
    hidden = [check for exercise in wrong for check in checks(name, exercise) if check.hidden]
    asked = [check_of(check.grade_id, *check.halves()) for check in hidden]
    graded = bench.failed(own, [(check, GRADED, {}) for check in asked])
    failed = {
        case.check.name: case for case in graded if isinstance(case, Case) and case.check.redraws
    }
    found: dict[str, Case] = {}

    def kept(*arguments, **options):
        found.update(smallest(*arguments, **options))
        return found

    explain.smallest = kept  # type: ignore[assignment]
    before = _seconds()
    redrawing = [case.check for case in failed.values()]
    why = explain.explained(bench, own, redrawing, SEEDS, solutions) if failed else {}
    seconds = _seconds() - before
    untrue = [
        case
        for case in bench.failed(
            bench.reference, [(each.check, each.seed, each.changed) for each in found.values()]
        )
        if case is not False
    ]
    return Page(
        submission=", ".join(str(path.relative_to(SUBMISSIONS)) for path in wrong.values()),
        exercises=len(wrong),
        seconds=seconds,
        failed=len(failed),
        found=len(found),
        shown=len(why),
        cells=sum(bool(one.calls) for one in why.values()),
        untrue=len(untrue),
        sizes=[
            (size(case.seen), size(found[one].seen), size(found[one].right))
            for one, case in failed.items()
            if one in found and case.seen is not None and found[one].seen is not None
        ],
        lines=list(_lines(failed, found, why)),
    )


def _lines(
    failed: dict[str, Case], found: dict[str, Case], why: dict[str, explain.Why]
) -> Iterator[str]:
    for name, case in failed.items():
        if name not in found:
            yield f"{name}: no case: {case.kind}: {case.message[:200]}"
            continue
        small = found[name]
        shown = why.get(name)
        said = f"shown: {shown.sentence}" if shown else f"withheld: {small.kind}: {small.message}"
        yield f"{name}: {size(case.seen)} → {size(small.seen)}: {said}"
        yield from shown.calls.splitlines() if shown else []


def _seconds() -> float:
    """Return the processor seconds of this process and of all below it."""
    spent, parents = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        spent[int(entry)] = sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
        parents[int(entry)] = int(words[1])
    below = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(spent.get(pid, 0.0) for pid in below)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    main(options.names, options.every)
