"""The course as a static site, for any web server: JupyterLite runs Python in the student's page.

publish(root, to, names) → the number of files in the new folder `to`

The site holds the released notebooks, the package `course` as a wheel, and JupyterLab with the
extensions that its sliders and films need. Pyodide (Python, NumPy, Matplotlib) and the pinned
packages of the wheel come from the network when a student opens a notebook. What needs processes
says so (`course.engine.threads`). How such a site is built: https://jupyterlite.readthedocs.io
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from string import Template

import nbformat

from autograder.build import links
from autograder.build.publish import TEMPLATES, student_tree
from autograder.course import chosen
from autograder.errors import CourseError

BUILDERS = ("jupyterlite-core==0.8.6", "jupyterlite-pyodide-kernel==0.8.6")
"""What builds the site, in an environment of its own: in this one the kernel's extension, which is
for JupyterLite alone, would be loaded by JupyterLab, too, and fail."""

PURE = ("anywidget", "cloudpickle", "ipywidgets", "nbformat", "simpy")  # at the course's versions
OF_PYODIDE = ("matplotlib", "numpy")  # at Pyodide's
INSTALL = "%pip install --quiet {name}\nimport sqlite3  # of Python, but loaded by itself"
BADGE = re.compile(r"\[!\[Binder\]\([^)]*\)\]\([^)]*\)\n*")
PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "$name"
version = "$version"
dependencies = [$dependencies]

[tool.setuptools.packages.find]
include = ["course*"]

[tool.setuptools.package-data]
"*" = ["*.css", "*.csv", "*.html", "*.js", "*.json"]
"""


def publish(root: Path, to: Path, names: tuple[str, ...] = ()) -> int:
    """Build the site with the named notebooks (all by default) in the new or empty folder `to`.

    Returns how many files it has. CourseError if the folder holds something, uv is not
    installed, or the site cannot be built: then there is no folder.
    """
    if not find_spec("uv"):
        raise CourseError("uv is not installed: pip install -c constraints.txt -e '.[lite]'")
    to = to.resolve()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise CourseError(f"{to}: holds something; give a new or empty folder.")
    if not to.parent.is_dir():
        raise CourseError(f"{to}: there is no folder {to.parent}; make it first.")
    root = root.resolve()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory(prefix=f".{to.name}-", dir=to.parent) as work:
        site, files = Path(work, "site"), Path(work, "files")
        tree = student_tree(root, chosen(root, names), links.ANY_REPOSITORY)
        wheel = _wheel(Path(work, "wheel"), tree, project)
        for path, contents in tree.items():
            if path.endswith(".ipynb"):
                place = files / Path(path).relative_to("notebooks")
                place.parent.mkdir(parents=True)
                place.write_text(_with_install(contents.decode(), project["name"]))
        _build(Path(work), files, wheel, site)
        if to.exists():
            to.rmdir()
        shutil.move(site, to)
    return sum(path.is_file() for path in to.rglob("*"))


def _wheel(folder: Path, tree: dict[str, bytes], project: dict[str, str]) -> Path:
    """Make the wheel of `course`, with the packages that it needs in a browser; return its path."""
    for path, contents in tree.items():
        if path.startswith("course/"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(contents)
    needed = [*OF_PYODIDE, *_pinned(PURE)]
    words = {key: project[key] for key in ("name", "version")}
    words["dependencies"] = ", ".join(f'"{each}"' for each in needed)
    (folder / "pyproject.toml").write_text(Template(PROJECT).substitute(words))
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    _run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", "made", "."], folder)
    (made,) = (folder / "made").glob("*.whl")
    return made


def _with_install(text: str, name: str) -> str:
    """Return a notebook whose first code cell installs the course; without a badge for Binder."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.cells[0].source = BADGE.sub("", notebook.cells[0].source)
    first = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    cell = nbformat.v4.new_code_cell(INSTALL.format(name=name), id="install")
    notebook.cells.insert(first, cell)
    return nbformat.writes(notebook)


def _build(work: Path, files: Path, wheel: Path, site: Path) -> None:
    (core, *others), widgets = BUILDERS, _pinned(("anywidget", "ipywidgets", "jupyter-server"))
    command = [sys.executable, "-m", "uv", "--quiet", "tool", "run", "--from", core]
    command += [word for each in (*others, *widgets) for word in ("--with", each)]
    command += ["jupyter-lite", "build", "--contents", str(files), "--output-dir", str(site)]
    command += ["--piplite-wheels", str(wheel), "--no-sourcemaps", "--apps", "lab"]
    _run([*command, "--no-unused-shared-packages"], work)


def _pinned(names: Iterable[str]) -> list[str]:
    """Return each package with its version in a student's environment."""
    listed = (TEMPLATES / "packages.txt").read_text(encoding="utf-8")
    found = [re.search(rf"(?m)^{name}==[^ ;\n]+", listed) for name in names]
    return [match[0] for match in found if match]


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise CourseError(f"the site was not built: {' '.join(last) or command[2]}")
