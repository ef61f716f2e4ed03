"""The smallest failing case of every wrong submission of the tests: how often, how small, how long.

    python -m benchmarks.why [NOTEBOOK]...

For each check that fails on one seed, as graded, the smallest case is looked for on other seeds.
Student code runs with `--isolation process`, and times are processor time with all processes.
"""

import os
import re
import statistics
import sys
from contextlib import closing

from autograder.audit.check import names_of
from autograder.grade.judge import Judge
from autograder.grade.sandbox.client import Sandbox
from autograder.why.inputs import check_of, size
from autograder.why.smallest import LIMITS, Bench, smallest
from tests.course_scripts import NAMES, ROOT, cells, checks, exercises

GRADED = 20240229
SEEDS = range(1, 10)


def main(names: list[str]) -> None:
    """Print one line for each check without a case, and what was measured of all."""
    ratios, costs, redrawn, found = [], [], 0, 0
    for name in names or NAMES:
        script = [cell for cell in cells(name) if cell.is_code and cell.kind != "check"]
        reference = [cell.text for cell in script]
        modules = sorted(set(re.findall(r"(?m)^(?:from|import) ([\w.]+)", "\n".join(reference))))
        with Sandbox(modules, LIMITS, "process") as sandbox, closing(Judge()) as judge:
            bench = Bench(sandbox, judge, reference)
            for path in sorted((ROOT / "tests" / "submissions" / name).glob("*/wrong_*.py")):
                exercise, text = path.parent.name, path.read_text(encoding="utf-8")
                own = [text if cell.grade_id == exercise else cell.text for cell in script]
                hidden = [check for check in checks(name, exercise) if check.hidden]
                asked = [check_of(check.grade_id, *check.halves()) for check in hidden]
                graded = bench.failed(own, [(check, GRADED, {}) for check in asked])
                failed = [
                    case
                    for case in graded
                    if case and case.check.redraws and case.kind != "NotImplementedError"
                ]
                before = _seconds(sandbox)
                cases = smallest(bench, own, [case.check for case in failed], SEEDS)
                costs.append(_seconds(sandbox) - before)
                for case in failed:
                    redrawn += 1
                    small = cases.get(case.check.name)
                    label = f"{path.relative_to(ROOT / 'tests' / 'submissions')} {case.check.name}"
                    if small is None:
                        print(f"{label}: no case ({case.kind}: {case.message[:150]})")
                        continue
                    found += 1
                    ratio = (
                        (size(small.seen) / size(case.seen)) if case.seen and small.seen else None
                    )
                    if ratio is not None:
                        ratios.append(ratio)
                    print(
                        f"{label}: {ratio and round(ratio, 4)} {size(case.seen)}→{size(small.seen)} {small.kind} {small.message[:300]!r}"
                    )
                print(f"   {costs[-1]:.2f} s, {len(failed)} checks", flush=True)
    print(f"{found} of {redrawn} failed checks have a case")
    print(f"size: median {statistics.median(ratios):.3f}, mean {statistics.mean(ratios):.3f}")
    print(f"seconds a page: median {statistics.median(costs):.2f}, most {max(costs):.2f}")


def _seconds(sandbox: Sandbox) -> float:
    """Return the processor seconds of this process and all below it."""
    tick = os.sysconf("SC_CLK_TCK")
    total, below, parents = 0.0, {os.getpid()}, {}
    rows = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    words = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            rows[int(entry)] = sum(map(int, words[11:15])) / tick
            parents[int(entry)] = int(words[1])
    while True:
        more = {pid for pid, parent in parents.items() if parent in below} - below
        if not more:
            break
        below |= more
    return sum(rows.get(pid, 0.0) for pid in below)


if __name__ == "__main__":
    main(sys.argv[1:])
