"""An assignment of the course as the grader needs it: its cells, and nbgrader's folders."""

import ast
import fnmatch
import glob
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory

from autograder.build import markers
from autograder.collect import lms, receipts
from autograder.collect.work import WORKED, Released, is_worked
from autograder.course import configuration
from autograder.errors import CourseError
from autograder.files import Refused, read_untrusted
from autograder.grade import intake, records
from autograder.grade.needed import unneeded
from autograder.grade.outputs import kept_error
from autograder.grade.rebuild import Rebuilt, rebuild
from autograder.gradebook import class_file
from autograder.gradebook.write import Scores


class Assignment:
    """The course's own cells of an assignment, and the folders of its submissions."""

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = Path(root).resolve(), name
        if not (self.root / "nbgrader_config.py").exists():
            raise CourseError(f"{self.root}: no nbgrader_config.py there: wrong folder?")
        config = configuration(self.root, self.root)
        self.coursedir = CourseDirectory(config=config, assignment_id=name)
        config.CourseDirectory.db_url = self.coursedir.db_url
        if self.coursedir.db_url.startswith("sqlite:///"):
            path = Path(self.coursedir.db_url.removeprefix("sqlite:///"))
            if not path.exists():
                raise CourseError(
                    f"{path}: no gradebook yet: run `nbgrader generate_assignment {name}` first"
                )
        self.scores = Scores(config, self.coursedir.course_id)
        try:
            self.receipts = receipts.read(receipts.path_of(self.root))
            self.cells = self._cells()
        except BaseException:
            self.close()
            raise
        marks = [cell.metadata.get("nbgrader", {}) for cell in self.cells.cells]
        # not their outputs: running the released notebook must change no grade
        asked = [(cell.cell_type, cell.source) for cell in self.cells.cells]
        self.digest = hashlib.sha256(json.dumps([asked, marks]).encode()).hexdigest()
        judged = [
            (text, mark)
            for (kind, text), mark in zip(asked, marks, strict=True)
            if mark.get("grade") or kind == "code"  # not prose, nor the rubric
        ]
        self.judged_by = hashlib.sha256(json.dumps(judged).encode()).hexdigest()
        self.grade_ids = {mark["grade_id"] for mark in marks if mark}
        self.modules = _modules(self.cells)
        self.released = Released(tuple(self.cells.cells))
        self.lms = lms.read(self.root)

    def close(self) -> None:
        """Close the gradebook."""
        self.scores.close()

    def _cells(self) -> NotebookNode:
        """Return the released notebook with the whole text of the graded cells."""
        source = self.scores.source_cells(self.name)
        path = Path(self._path(self.coursedir.release_directory, ".")) / f"{self.name}.ipynb"
        try:
            released = nbformat.reader.reads(path.read_text(encoding="utf-8"))
            cells = released.cells
        except FileNotFoundError as error:
            raise CourseError(f"{path}: no release there: run `autograder build`") from error
        except (ValueError, AttributeError) as error:
            raise CourseError(
                f"{path}: not a notebook ({type(error).__name__}): "
                f"run `autograder build {self.name}`"
            ) from error
        there = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells}
        if missing := sorted(set(source) - there):
            raise CourseError(
                f"{path}: {missing[0]} was deleted there: run `autograder build {self.name}`"
            )
        for cell in cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id is None:
                continue
            if grade_id not in source:
                raise CourseError(
                    f"{path}: {grade_id} is not in the gradebook: run "
                    f"`nbgrader generate_assignment {self.name}`"
                )
            cell.source = source[grade_id].source
            cell.metadata.nbgrader.checksum = source[grade_id].checksum
        return released

    def _path(self, directory: str, student: str, escape: bool = False) -> str:
        return self.coursedir.format_path(directory, student, self.name, escape=escape)

    def submitted(self, students: Sequence[str] = ()) -> list[str]:
        """Return who submitted, sorted; CourseError for a name or pattern (a*) of no one's."""
        any_student = self._path(self.coursedir.submitted_directory, "\0")
        pattern = "*".join(map(glob.escape, any_student.split("\0")))
        position = Path(any_student).parts.index("\0")
        paths = glob.glob(pattern, include_hidden=True)
        found = sorted({Path(path).parts[position] for path in paths} - {".ipynb_checkpoints"})
        if not found:
            raise CourseError(f"no submissions of {self.name}: none matches {pattern}")
        chosen: set[str] = set()
        for student in students:
            those = [student] if student in found else fnmatch.filter(found, student)
            if not those:
                raise CourseError(f"{student} handed in no {self.name}: is the name right?")
            chosen.update(those)
        return sorted(chosen) or found

    def folder(self, student: str) -> Path:
        """Return the folder of a student's submission."""
        return Path(self._path(self.coursedir.submitted_directory, student))

    def autograded(self, student: str) -> Path:
        """Return where a student's graded notebook is, or will be."""
        folder = self._path(self.coursedir.autograded_directory, student)
        return Path(folder) / f"{self.name}.ipynb"

    def received(self, student: str, submission: intake.Submission, notes: list[str]) -> str | None:
        """Return when a submission was received, in ISO 8601; None when nothing tells.

        What grading/receipts.csv says, or else timestamp.txt; the time of the file's arrival here,
        with a note, if that cannot be true.
        """
        receipt = self.receipts.get((self.name, student, submission.digest))
        if receipt is not None:
            return receipt.time.isoformat()  # a row that was written by hand may have any zone
        folder = self.folder(student)
        path = folder / "timestamp.txt"
        arrived = datetime.fromtimestamp((folder / submission.name).lstat().st_ctime, UTC)
        if not os.path.lexists(path):  # Path.exists would follow a link, wherever it leads
            return None
        try:
            text = read_untrusted(path, 1000).decode().strip()
            claimed = receipts.time_of(text)
        except (Refused, ValueError, OverflowError, AttributeError) as error:
            notes.append(
                f"timestamp.txt is not a time ({error}): taken as received {arrived:%F %T}"
            )
            return arrived.isoformat()
        if claimed > datetime.now(UTC):
            notes.append(f"timestamp.txt is in the future: taken as received {arrived:%F %T}")
            return arrived.isoformat()
        return claimed.isoformat()

    def graded_before(self, student: str) -> NotebookNode | None:
        """Return the notebook of a student's earlier grading, None where it cannot be read."""
        try:
            return nbformat.read(self.autograded(student), as_version=4)
        except Exception:  # whatever nbformat makes of a damaged file
            return None

    def changed_checks(self, student: str) -> list[str]:
        """Return the checks that are not those that graded a student, by grade id, sorted."""
        before = self.graded_before(student)
        earlier = _checks(before) if before else {}
        return sorted(
            name for name, text in _checks(self.cells).items() if earlier.get(name) != text
        )

    def is_less(self, student: str, submission: intake.Submission) -> bool:
        """Return whether a notebook is untouched, while the one that is graded was worked on."""
        before = self.graded_before(student)
        if before is None or self.released.work_in(before.cells) < WORKED:
            return False
        path = self.folder(student) / submission.name
        return not is_worked(read_untrusted(path, intake.NOTEBOOK_BYTES), self.released)

    def removed(self, students: Sequence[str]) -> set[str]:
        """Return those who were removed: who were graded once are no longer in the gradebook."""
        enrolled, removed = self.scores.enrolled(), class_file.removed(self.root)
        return {
            student
            for student in students
            if student not in enrolled
            and (student in removed or (enrolled and records.was_graded(self.root, student)))
        }

    def rebuild(self, submission: intake.Submission) -> Rebuilt:
        """Return the course's notebook with a student's texts."""
        return rebuild(self.cells, submission.cells)

    def plan(self, rebuilt: Rebuilt) -> list[dict]:
        """Return the cells of a plan (see execute.py), in the order of the notebook.

        "own" are the student's own cells that nothing graded needs.
        """
        cells = []
        for place, cell in enumerate(rebuilt.notebook.cells):
            if cell.cell_type != "code":
                continue
            mark = cell.metadata.get("nbgrader", {})
            if not mark.get("grade") or mark.get("solution"):  # a student's text is never a check
                cells.append({"kind": "cell", "place": place, "text": cell.source})
                continue
            observe, judge = markers.halves(cell.source)
            kind = "hidden" if markers.begins(cell.source, markers.HIDDEN_TESTS) else "visible"
            cells.append(
                {
                    "kind": kind,
                    "id": mark["grade_id"],
                    "place": place,
                    "text": observe,
                    "judge": judge,
                }
            )
        own = {n for n, cell in enumerate(cells) if cell["place"] in rebuilt.extra}
        checks = {n for n, cell in enumerate(cells) if "id" in cell}
        for n in unneeded([cell["text"] for cell in cells], own, checks):
            cells[n]["kind"] = "own"
        return cells

    def save(
        self,
        student: str,
        rebuilt: Rebuilt,
        cells: list[dict],
        outcome: dict,
        received: str | None,
        files: dict[str, bytes],
        before: NotebookNode | None = None,
    ) -> None:
        """Write a graded submission: the autograded folder, then the gradebook.

        before: the notebook of an earlier grading that was written completely. What a person has
        graded by hand there, and is the same now, does not wait for a person again.
        """
        notebook = _filled(rebuilt.notebook, cells, outcome)
        unchanged = _unchanged(before, notebook) if before else set()
        when = datetime.fromisoformat(received).replace(tzinfo=None) if received else None
        files = dict(files)
        if when:
            files["timestamp.txt"] = f"{when:%Y-%m-%d %H:%M:%S.%f} UTC".encode()
        files[f"{self.name}.ipynb"] = json.dumps(notebook, ensure_ascii=False).encode()
        self._put(self.autograded(student).parent, files)
        details = lms.details(self.lms, student)
        self.scores.save(student, self.name, notebook, when, unchanged, details)

    def _put(self, folder: Path, files: dict[str, bytes]) -> None:
        """Make a folder that holds these files and nothing else."""
        scratch = records.folder(self.root, self.name)
        scratch.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".partial-", dir=scratch))
        try:
            for name, data in files.items():
                path = new / "new" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with open(path, "xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                path.chmod(0o444)  # read-only, as nbgrader's are
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.exists() or folder.is_symlink():
                folder.rename(new / "old")
            (new / "new").rename(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _filled(notebook: NotebookNode, cells: list[dict], outcome: dict) -> NotebookNode:
    """Put what came of a plan's cells into the notebook, as outputs that nbgrader scores."""
    for count, (place, cell) in enumerate(enumerate(cells), start=1):
        target = notebook.cells[cell["place"]]
        target.execution_count = count
        if "id" not in cell:
            target.outputs = nbformat.from_dict(outcome["outputs"].get(str(place), []))
            continue
        check = outcome["checks"][cell["id"]]
        error = {"ename": check["kind"], "evalue": check["message"]}
        error["traceback"] = check["traceback"]
        target.outputs = [] if check["passed"] else [nbformat.from_dict(kept_error(error))]
    return notebook


def _unchanged(before: NotebookNode, now: NotebookNode) -> set[str]:
    """Return the graded cells of which a person would see the same as before, by grade id.

    Of an answer that is its text, with pictures; of a check its result, and all code but checks:
    whoever gave points by hand may have looked at any of it.
    """
    earlier, later = _seen(before), _seen(now)
    same_code = _code(before) == _code(now)
    return {
        name
        for name, (is_check, what) in later.items()
        if earlier.get(name) == (is_check, what) and (same_code or not is_check)
    }


def _seen(notebook: NotebookNode) -> dict[str, tuple[bool, list]]:
    """Return what a person grades, by grade id: whether it is a check, and its text or result."""
    found = {}
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade"):
            is_check = not mark.get("solution")
            what = [not cell.outputs] if is_check else [cell.source, cell.get("attachments")]
            found[mark["grade_id"]] = is_check, [*what, mark.get("points")]
    return found


def _checks(notebook: NotebookNode) -> dict[str, str]:
    """Return the texts of the checks, by grade id."""
    marked = ((cell.metadata.get("nbgrader", {}), cell.source) for cell in notebook.cells)
    return {
        mark["grade_id"]: text
        for mark, text in marked
        if mark.get("grade") and not mark.get("solution")
    }


def _code(notebook: NotebookNode) -> list[str]:
    """Return the texts of all code cells but checks."""
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("grade")
    ]


def _modules(notebook: NotebookNode) -> list[str]:
    """Return what the course's own cells import: it is imported once, before submissions run."""
    found: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            try:
                tree = ast.parse(re.sub(r"(?m)^[%!].*$", "", cell.source))
            except SyntaxError:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module)
    return sorted(found)
