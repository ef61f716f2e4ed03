"""What a move of code must not change: every picture, the release and a toy class's grades.

    python -m tests.frozen before.json                      before the move
    python -m tests.frozen after.json --against before.json  after it: lists what differs

A picture is frozen as the digest of its SVG and its words, once an explorer as it opens and once
at each combination of its controls' ends: the explorers that a notebook shows, with the worked
solutions in them, and the built-in ones of its lab. Pictures of real runs differ from run to run
and are left out. Digests hold for one machine and one set of versions: nothing to commit.
"""

import argparse
import contextlib
import hashlib
import importlib
import io
import json
import os
import re
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

from tests import classroom
from tests.course_scripts import EVERY, ROOT, cells
from tests.explorers import corners, pictured

REAL = re.compile(r"real|postgres|crash")
CLASS = ("02_load_balancer", "06_stateless_tier")
STUDENTS = 6


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def _seen(explorer):
    return digest(explorer.image.svg.encode()) + " " + digest(explorer.sentence.value.encode())


def pictures(name):
    """Return {where and which controls: digest} of a notebook's explorers and drawings."""
    os.environ.pop("NBGRADER_EXECUTION", None)
    os.chdir(ROOT / "notebooks" / name)
    from course.view import explore

    made, opened = [], explore.Explorer.__init__

    def noted(explorer, *arguments, **options):
        opened(explorer, *arguments, **options)
        made.append(explorer)

    explore.Explorer.__init__ = noted
    found, namespace = {}, {"__name__": "__main__"}

    def freeze(place):
        for number, explorer in enumerate(made):
            key = f"{name} {place} {number}"
            found[key] = _seen(explorer)
            if not pictured(explorer):  # 00's function, which is left to the reader
                continue
            for corner, _ in enumerate(corners(explorer, every=True)):
                found[f"{key} corner {corner}"] = _seen(explorer)
        made.clear()

    def run(text, place):
        hush = contextlib.redirect_stdout(io.StringIO())
        with hush, contextlib.suppress(NotImplementedError):
            exec(compile(text, f"{name} {place}", "exec"), namespace)
        freeze(place)

    for cell in cells(name):
        drawn = re.search(r"^(explore\w*|architecture)\(.*", cell.text, re.MULTILINE)
        if cell.kind not in ("code", "solution") or "course.submit" in cell.text:
            continue
        if drawn and REAL.search(drawn[0]):
            continue
        run(cell.text, f"cell {cell.number}")
    lab = _lab(name)
    for function in sorted(set(lab.__all__)):
        if function.startswith("explore") and not REAL.search(function):
            try:
                getattr(lab, function)()
            except TypeError:  # it has no built-in component
                continue
            freeze(f"{function}()")
    if hasattr(lab, "architecture"):
        found[f"{name} architecture"] = digest(lab.architecture().svg.encode())
    return found


def _lab(name):
    text = next(cell.text for cell in cells(name) if cell.is_code)
    return importlib.import_module(re.search(r"^from (course\.\w+) import", text, re.MULTILINE)[1])


def grades():
    """Return the gradebook's rows of a toy class of each notebook in CLASS, graded by `grade`."""
    rows = {}
    for name in CLASS:
        with tempfile.TemporaryDirectory() as folder:
            course = classroom.make_course(Path(folder) / "course", [name])
            for number in range(STUDENTS):
                notebook = classroom.varied(name, number)
                received = "2026-03-01 12:00:00 UTC"
                classroom.hand_in(course, f"student{number}", name, notebook, received)
            _graded(course, name)
            rows[name] = [repr(row) for row in classroom.gradebook_rows(course, name)]
    return rows


def _graded(course, name):
    from click.testing import CliRunner

    from autograder.cli import main

    done = CliRunner().invoke(main, ["grade", name, "--root", str(course)])
    assert done.exit_code == 0, done.output


def release():
    """Return {released notebook: digest}."""
    return {
        f"notebooks/{name}": digest((ROOT / "notebooks" / name / f"{name}.ipynb").read_bytes())
        for name in EVERY
    }


def frozen(names=EVERY, class_too=True):
    """Return everything that is frozen, as one dict of plain data."""
    found = release()
    with get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        for part in pool.imap(pictures, names, chunksize=1):
            found |= part
    return found | (grades() if class_too else {})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--against", type=Path, help="an earlier file: say what differs")
    parser.add_argument("--only", nargs="*", default=EVERY, help="notebooks whose pictures to draw")
    parser.add_argument("--pictures", action="store_true", help="leave the toy class out")
    chosen = parser.parse_args()
    found = frozen(chosen.only, not chosen.pictures)
    chosen.file.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"{len(found)} things frozen in {chosen.file}")
    if chosen.against:
        before = json.loads(chosen.against.read_text(encoding="utf-8"))
        compared = [key for key in before if key in found or set(chosen.only) == set(EVERY)]
        changed = [key for key in compared if found.get(key) != before[key]]
        print(*changed, f"{len(compared)} compared, {len(changed)} differ", sep="\n")
        sys.exit(bool(changed))


if __name__ == "__main__":
    main()
