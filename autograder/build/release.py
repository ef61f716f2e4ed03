"""solutions/*.py → nbgrader's source notebooks → `nbgrader generate_assignment` → notebooks/."""

import fnmatch
import logging
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from autograder.build import lint, markers
from autograder.build import script as sources
from autograder.course import chosen, configuration, is_graded, scripts
from autograder.errors import CourseError
from autograder.files import reason, write_atomic
from course.texts import HIDDEN_CHECK, STUB


def source_notebook(path):
    """Return the text of nbgrader's source notebook of a script; SourceError if it has a fault."""
    cells = sources.read(path)
    lint.check(path, cells)
    return nbformat.writes(sources.notebook_of(cells, path.stem)) + "\n"


def refresh_sources(root, to=None, names=(), always=False):
    """Write the source notebooks of the named scripts (all by default); return the names written.

    They go under the folder `to` (default: `root`). A script older than its source notebook is
    skipped, unless `always`. SourceError names the fault of each script that has one; the source
    notebooks of the others are written.
    """
    written, faults = [], []
    for script in scripts(root):
        target = _source_of(script.stem, to or root)
        newer = target.exists() and target.stat().st_mtime_ns > script.stat().st_mtime_ns
        if script.stem not in (names or [script.stem]) or (newer and not always):
            continue
        try:
            text = source_notebook(script)
        except sources.SourceError as error:
            faults.append(error)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, text)
        written.append(script.stem)
    sources.raise_all(faults)
    return written


class GenerateFromScripts(GenerateAssignment):
    """nbgrader's GenerateAssignment, with its source notebooks made from solutions/ first.

    For `nbgrader generate_assignment` and formgrader's Generate button. A script with a fault
    stops it before anything is converted: what was released stays.
    """

    def init_notebooks(self):
        faults = _refresh(Path(self.coursedir.root), self.coursedir.assignment_id, self.log)
        if faults:
            raise NbGraderException("\n".join(faults))
        super().init_notebooks()

    def init_destination(self, assignment_id, student_id):
        """Make room for the release, without a warning: the earlier one is meant to go."""
        with _unsaid(self.log, "Removing existing"):
            return super().init_destination(assignment_id, student_id)


def source_assignments(api):
    """Return what nbgrader's API does, after bringing grading/source/ up to date.

    Formgrader lists the assignments that have a folder there, and a fresh clone has none.
    """
    _refresh(Path(api.coursedir.root), "*", api.log)
    return _nbgraders_source_assignments(api)


_nbgraders_source_assignments = NbGraderAPI.get_source_assignments  # nbgrader_config replaces it


def _refresh(root, pattern, log):
    """Refresh the source notebooks that match; log the faults of the others and return them."""
    names, faults = [], []
    try:
        names = fnmatch.filter([script.stem for script in scripts(root)], pattern)
    except CourseError as error:
        faults.append(error.message)
    for name in names:
        try:
            with _disk_errors_said(root):
                refresh_sources(root, names=[name])
        except CourseError as error:
            faults.append(error.message)
    for fault in faults:
        log.error(fault)
    return faults


def _source_of(name, root):
    return Path(root) / "grading" / "source" / name / f"{name}.ipynb"


def _released(root, name):
    return Path(root) / "notebooks" / name / f"{name}.ipynb"


def build(root, names=(), given=None):
    """Build the named notebooks (all by default) into notebooks/; return their names.

    The gradebook gets their graded cells, as with `nbgrader generate_assignment`: of those that are
    `given` to the class (default: of all). CourseError if a script has a fault or nbgrader refuses:
    then notebooks/ is as it was.
    """
    root = Path(root).resolve()
    names = chosen(root, names)
    in_gradebook = {name for name in names if is_graded(name) and (given is None or name in given)}
    with _disk_errors_said(root), tempfile.TemporaryDirectory() as folder:
        refresh_sources(root, names=names, always=True)
        # not in place: nbgrader deletes the earlier release when it fails
        for name in names:
            _generate(root, [name], root, Path(folder), name in in_gradebook)
        for name in names:
            target = _released(root, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, _released(folder, name).read_bytes())
    return names


def differences(root, names=()):
    """Return a line for each released notebook that is not what its script gives.

    names: the notebooks to look at (default: all). Nothing of the course is written.
    """
    root = Path(root).resolve()
    names = chosen(root, names)
    with _disk_errors_said(root), tempfile.TemporaryDirectory() as folder:
        refresh_sources(root, to=folder, names=names)
        _generate(root, names, Path(folder), Path(folder), gradebook=False)
        return [
            f"notebooks/{name}/{name}.ipynb: {problem}"
            for name in names
            if (problem := _difference(root, Path(folder), name))
        ]


def _difference(root, fresh, name):
    released = _released(root, name)
    if not released.exists():
        return "is missing: run `autograder build`"
    if released.read_bytes() != _released(fresh, name).read_bytes():
        return f"is not what solutions/{name}.py gives: run `autograder build`"
    strangers = [path.name for path in released.parent.iterdir() if path != released]
    strangers = [file for file in strangers if not file.startswith(".")]
    return (
        f"has a file next to it that does not belong there, {strangers[0]}: remove it"
        if strangers
        else ""
    )


class NamedStubs(ClearSolutions):
    """nbgrader's ClearSolutions, with a stub that says what to write.

    `### BEGIN SOLUTION Exercise A: choose the next server` becomes
    `raise NotImplementedError("Exercise A: choose the next server")`.
    """

    def _replace_solution_region(self, cell, language):
        tasks = markers.labels(cell.source, markers.SOLUTION)
        replaced = super()._replace_solution_region(cell, language)
        if cell.cell_type == "code":
            for task in tasks:
                cell.source = cell.source.replace(
                    "raise NotImplementedError()", STUB.format(task), 1
                )
        return replaced


class HideHiddenChecks(NbGraderPreprocessor):
    """Keep hidden checks and rubrics, and what they printed, out of nbgrader's own feedback.

    A student reads whether a hidden check passed and, if not, which rule it is about.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if markers.begins(cell.source, markers.HIDDEN_TESTS):
            failed = any(_costs_points(output) for output in cell.outputs)
            about = [f"It is about: {rule}" for rule in markers.rules(cell.source) if failed]
            verdict = "did not pass" if failed else "passed"
            cell.source = " ".join([f"{HIDDEN_CHECK}: it {verdict}.", *about])
            cell.outputs = []
        cell.source = markers.without_regions(cell.source, markers.MARK_SCHEME)
        return cell, resources


def _costs_points(output):
    """Return whether nbgrader gives no points for a check with this output."""
    return output.output_type == "error" or output.get("name") == "stderr"


def _generate(root, names, data, to, gradebook=True):
    """Have nbgrader write the released notebooks under the folder `to`."""
    put_environment_on_path()
    config = configuration(root, data)
    config.CourseDirectory.release_directory = str(Path(to) / "notebooks")
    if not gradebook:
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    for name in names:
        course = CourseDirectory(config=config, assignment_id=name)
        with _said_by_nbgrader() as (log, said):
            step = GenerateAssignment(coursedir=course, config=config, force=True, log=log)
            try:
                step.start()
            except NbGraderException as error:
                why = _reason("\n".join(said)) or str(error)
                raise CourseError(f"{name}: nbgrader generate_assignment failed: {why}") from error


class _Heard(logging.Handler):
    """Keeps what is logged in a list."""

    def __init__(self, said):
        super().__init__()
        self.said = said

    def emit(self, record):
        self.said.append(record.getMessage())


@contextmanager
def _said_by_nbgrader():
    """Yield a log that prints nothing, and the list of the errors logged to it."""
    said: list[str] = []
    heard = _Heard(said)
    log = logging.getLogger("autograder.build.release")
    log.setLevel(logging.ERROR)
    log.propagate = False
    log.addHandler(heard)
    try:
        yield log, said
    finally:
        log.removeHandler(heard)


@contextmanager
def _unsaid(log, beginning):
    """Keep what begins with these words out of a log."""

    def is_said(record):
        return not record.getMessage().startswith(beginning)

    log.addFilter(is_said)
    try:
        yield
    finally:
        log.removeFilter(is_said)


def _reason(said):
    """Return the last error of the tracebacks in a text, with the fix where one is known."""
    found = re.findall(r"^[\w.]*(?:Error|Exception|Entry): .+", said, re.MULTILINE)
    why = found[-1].partition(": ")[2].strip() if found else ""
    if "Cannot add or remove cells" in why:
        return (
            "a graded cell was added or removed, and submissions of it are graded: undo that, give "
            "the notebook a new name, or move grading/gradebook.db, with all grades, away"
        )
    if "locked" in why:
        return f"{why}: close what else has the gradebook open, and call again"
    return why


def put_environment_on_path():
    """Put this environment on PATH: nbgrader runs `alembic` from there to make a gradebook."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((folder, os.environ.get("PATH", "")))


@contextmanager
def _disk_errors_said(root):
    """Turn an OSError, such as a full disk or missing rights, into a CourseError."""
    try:
        yield
    except OSError as error:
        problem = f"{root}: cannot read or write a file: {reason(error, root)}: see to that."
        raise CourseError(problem) from error
