"""solutions/*.py → nbgrader's source notebooks → `nbgrader generate_assignment` → notebooks/."""

import logging
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder import anatomy, sources
from autograder.whole import reason, write_whole


class BuildError(Exception):
    """A build that could not be done, in one line."""


def scripts(root):
    """Return the course's scripts, in the order of the notebooks."""
    found = sorted((Path(root) / "solutions").glob("[0-9][0-9]_*.py"))
    if not found:
        raise BuildError(f"{Path(root) / 'solutions'}: no NN_name.py there: wrong folder?")
    return found


def source_notebook(path):
    """Return the text of nbgrader's source notebook of a script; SourceError if not sound."""
    cells = sources.read(path)
    anatomy.check(path, cells)
    return nbformat.writes(sources.notebook_of(cells, path.stem)) + "\n"


def refresh_sources(root, to=None, names=(), always=False):
    """Write the source notebooks of the named scripts (all by default); return their names.

    They go under the folder `to` (`root`). Unless `always`, a script is not read again while its
    source notebook is newer.
    """
    written = []
    for script in scripts(root):
        target = _source_of(script.stem, to or root)
        newer = target.exists() and target.stat().st_mtime_ns > script.stat().st_mtime_ns
        if script.stem not in (names or [script.stem]) or (newer and not always):
            continue
        text = source_notebook(script)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, text)
        written.append(script.stem)
    return written


def refresh_sound_sources(root):
    """Refresh what can be; say on stderr what cannot, and leave no stale source notebook of it."""
    for script in scripts(root):
        try:
            refresh_sources(root, names=[script.stem])
        except sources.SourceError as error:
            _source_of(script.stem, root).unlink(missing_ok=True)
            print(error, file=sys.stderr)


def _source_of(name, root):
    return Path(root) / "grading" / "source" / name / f"{name}.ipynb"


def build(root, names=()):
    """Build the named notebooks (all by default) into notebooks/; return their names."""
    root = Path(root).resolve()
    names = _chosen(root, names)
    with _disk_errors_said(root):
        refresh_sources(root, names=names, always=True)
        _generate(root, names, root)
    return names


def differences(root, names=()):
    """Return the released notebooks that are not what the scripts give, a line each."""
    root = Path(root).resolve()
    names = _chosen(root, names)
    with _disk_errors_said(root), tempfile.TemporaryDirectory() as folder:
        refresh_sources(root, to=folder, names=names)
        _generate(root, names, Path(folder), gradebook=False)
        return [
            f"notebooks/{name}/{name}.ipynb: {problem}"
            for name in names
            if (problem := _difference(root, Path(folder), name))
        ]


def _difference(root, fresh, name):
    relative = Path("notebooks") / name
    released, expected = root / relative / f"{name}.ipynb", fresh / relative / f"{name}.ipynb"
    if not released.exists():
        return "is missing: run `autograder build`"
    if released.read_bytes() != expected.read_bytes():
        return f"is not what solutions/{name}.py gives: run `autograder build`"
    strangers = [path.name for path in (root / relative).iterdir() if path != released]
    strangers = [file for file in strangers if not file.startswith(".")]
    return f"has a stranger beside it, {strangers[0]}: remove it" if strangers else ""


def _chosen(root, names):
    known = [script.stem for script in scripts(root)]
    for name in names:
        if name not in known:
            raise BuildError(f"{name}: no such notebook, there are {', '.join(known)}")
    return list(names) or known


def configuration(root, data):
    """Return nbgrader's configuration of the course, with its data under the folder `data`.

    Where that is the course's own folder, the gradebook is the one that nbgrader_config.py names.
    BuildError if `root` is no course, or if grading/source/ cannot be written: reading
    nbgrader_config.py brings that up to date.
    """
    config = Config()
    try:
        with _disk_errors_said(root):
            config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config())
    except ConfigFileNotFound as error:
        problem = f"{root}: no nbgrader_config.py there: choose the course's folder with --root."
        raise BuildError(problem) from error
    config.CourseDirectory.root = str(data)
    if Path(data).resolve() != Path(root).resolve() or "db_url" not in config.CourseDirectory:
        config.CourseDirectory.db_url = f"sqlite:///{Path(data) / 'grading' / 'gradebook.db'}"
    return config


def _generate(root, names, data, gradebook=True):
    _put_environment_on_path()
    config = configuration(root, data)
    if not gradebook:
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    log = logging.getLogger("autograder.nbgrader")
    log.setLevel(logging.ERROR)
    for name in names:
        course = CourseDirectory(config=config, assignment_id=name)
        shutil.rmtree(Path(data) / "notebooks" / name / ".ipynb_checkpoints", ignore_errors=True)
        step = GenerateAssignment(coursedir=course, config=config, force=True, log=log)
        try:
            step.start()
        except NbGraderException as error:
            raise BuildError(f"{name}: nbgrader generate_assignment failed: {error}") from error


def _put_environment_on_path():
    """nbgrader makes a new gradebook by running `alembic` from PATH: have this environment's."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((folder, os.environ.get("PATH", "")))


@contextmanager
def _disk_errors_said(root):
    """Make a BuildError of a file that cannot be read or written: a full disk, missing rights."""
    try:
        yield
    except OSError as error:
        problem = f"{root}: cannot read or write a file: {reason(error, root)}: see to that."
        raise BuildError(problem) from error
