"""An autograder for Gradescope: the zip file it takes, and what runs in it at each submission.

bundle(root, name) → the bytes of autograder.zip
run(source, submission) → what Gradescope wants in results.json

The formats: https://gradescope-autograders.readthedocs.io/en/latest/specs/ (read in 2026). Student
code runs with limits and is not shut in (`--isolation process`): Gradescope's container shuts it
in, together with the course's solutions and hidden checks.
"""

import io
import json
import shutil
import stat
import sys
import zipfile
from pathlib import Path
from typing import Any

from autograder.build import script
from autograder.build.publish import course_files
from autograder.course import chosen, is_graded
from autograder.errors import CourseError
from autograder.grade import grade, records, seeds
from autograder.gradebook.database import opened
from autograder.gradebook.read import places, scores

ITS_STUDENT = "student"  # in a container there is one
BASE = ("pyproject.toml", "constraints.txt", "nbgrader_config.py", "README.md")
CODE = ("course", "autograder")
SAME_TIME = (2026, 1, 1, 0, 0, 0)  # the same course gives the same bytes
COMMAND = stat.S_IFREG | 0o755
SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: a Python, the course's packages, a gradebook.
set -euo pipefail
cd "$(dirname "$0")"
curl -LsSf https://astral.sh/uv/install.sh | env UV_INSTALL_DIR=/usr/local/bin sh
uv venv --python 3.12 ../environment
uv pip install --python ../environment --constraint constraints.txt --editable .
PATH="$(realpath ../environment/bin):$PATH" nbgrader generate_assignment {name}
"""
RUN = """\
#!/usr/bin/env bash
# Gradescope runs this at each submission, and reads results/results.json.
cd "${AUTOGRADER_HOME:-/autograder}"
PATH="$PWD/environment/bin:$PATH"
exec python -m autograder.term.gradescope source submission results
"""


def bundle(root: Path, name: str) -> bytes:
    """Return autograder.zip for one notebook of the course in `root`.

    It holds the solutions and hidden checks of that notebook, and the class's salt, so that the
    hidden inputs of a submission are the same wherever it is graded. CourseError for a notebook
    that does not exist or is not graded.
    """
    (name,) = chosen(root, [name])
    if not is_graded(name):
        raise CourseError(f"{name}: is not graded; choose a notebook that has exercises.")
    missing = [path for path in BASE if not (root / path).is_file()]
    if missing:
        raise CourseError(f"{root / missing[0]}: not there; run this in a clone of the course.")
    paths = [*BASE, *(path.name for path in root.glob("LICENSE*")), f"solutions/{name}.py"]
    paths += [path for folder in CODE for path in course_files(root, folder)]
    files = {path: (root / path).read_bytes() for path in sorted(paths)}
    files["grading/salt"] = seeds.salt(root).hex().encode()
    files |= {"setup.sh": SETUP.format(name=name).encode(), "run_autograder": RUN.encode()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, contents in files.items():
            entry = zipfile.ZipInfo(path, SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = COMMAND << 16 if path in ("setup.sh", "run_autograder") else 0
            archive.writestr(entry, contents)
    return packed.getvalue()


def run(source: Path, submission: Path) -> dict[str, Any]:
    """Grade what was submitted and return the contents of results.json.

    source: the folder that the bundle was unpacked into, its gradebook made. What cannot be graded
    has no points and says why.
    """
    (assignment,) = [path.stem for path in (source / "solutions").glob("*.py")]
    try:
        _put(submission, source / "grading" / "submitted" / ITS_STUDENT / assignment, assignment)
        settings = grade.Settings(jobs=1, isolation="process", force=True)
        (record,) = grade.grade(source, assignment, settings)[1]
    except CourseError as error:
        return _not_graded(str(error))
    if record.status != "graded":
        return _not_graded(record.sentence)
    return {"output": "\n".join(record.notes), "tests": _tests(source, assignment, record)}


def _not_graded(why: str) -> dict[str, Any]:
    return {"score": 0, "output": f"Not graded: {why}", "tests": []}


def _put(submission: Path, folder: Path, assignment: str) -> None:
    """Put the submitted notebook, and the files next to it, where nbgrader looks for them."""
    notebooks = sorted(submission.rglob("*.ipynb"))
    named = [path for path in notebooks if path.name.startswith(assignment)] or notebooks
    if len(named) != 1:
        there = ", ".join(path.name for path in named) or "no notebook"
        raise CourseError(f"there is {there}: hand in the one file that Hand in makes.")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(named[0].parent, folder)
    (folder / named[0].name).rename(folder / f"{assignment}.ipynb")


def _tests(source: Path, assignment: str, record: records.Record) -> list[dict[str, Any]]:
    """Return a test for each check, in the notebook's order; answers wait for a person."""
    with opened(places(source).course.db_url) as connection:
        points = {cell: score for _, _, cell, score in scores(connection, assignment)}
    tests, hidden = [], 0
    for cell in script.read(source / "solutions" / f"{assignment}.py"):
        if cell.kind != "check":
            continue
        score = points[cell.grade_id]
        hidden = hidden + 1 if cell.hidden else 0
        name = f"{cell.exercise}: {f'hidden check {hidden}' if hidden else 'the check you can see'}"
        said = "" if cell.hidden else record.messages.get(cell.grade_id, "")
        test = {"name": name, "score": score.earned, "max_score": score.points, "output": said}
        tests.append(test | {"status": "passed" if score.earned >= score.points else "failed"})
    return tests


def main(source: str, submission: str, results: str) -> None:
    """Grade and write results.json into the folder `results`."""
    text = json.dumps(run(Path(source).resolve(), Path(submission)), indent=1)
    Path(results).mkdir(exist_ok=True)
    Path(results, "results.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
