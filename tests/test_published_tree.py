"""The published tree in an environment of its own, made from its own list, as a student has it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.build.publish import PACKAGES, TEMPLATES, publish, student_tree
from autograder.build.worked import path_of
from autograder.collect.collect import collect
from autograder.collect.rows import NOT_TAKEN
from autograder.collect.work import A_SOLUTION, assignment_of, cells_of
from autograder.files import Refused
from autograder.grade import intake
from autograder.gradebook.read import roster
from tests.classroom import solutions
from tests.course_scripts import EVERY, NAMES, ROOT, cells, exercises, sentences
from tests.test_release import open_lines, secret_lines


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The whole course, published."""
    folder = tmp_path_factory.mktemp("published") / "class"
    publish(ROOT, folder, repository="https://github.com/ada/class")
    return folder


def listed(tree):
    """Return what environment.yml lists: Python's version, and pip's arguments."""
    text = (tree / "environment.yml").read_text(encoding="utf-8")
    python, pip, by_pip = yaml.safe_load(text)["dependencies"]
    assert pip == "pip"
    return python.removeprefix("python="), by_pip["pip"]


def versions(lines):
    """Return {name: (version, marker)} of lines such as `numpy==2.4.6 ; os_name == 'nt'`."""
    texts = [line.partition("#")[0].strip() for line in lines]
    requirements = [Requirement(text) for text in texts if text]
    return {
        canonicalize_name(each.name): (str(each.specifier).removeprefix("=="), each.marker)
        for each in requirements
    }


@pytest.fixture(scope="module")
def environment(tree, tmp_path_factory):
    """A new environment's folder, with what environment.yml lists and nothing else of ours.

    uv stands in for conda, which makes an environment with Python alone, and for pip.
    """
    if not find_spec("uv"):
        pytest.skip("uv is not installed (pip install uv)")
    folder = tmp_path_factory.mktemp("fresh") / "environment"
    _, by_pip = listed(tree)
    uv = [sys.executable, "-m", "uv", "--quiet"]
    finished(*uv, "venv", "--python", sys.executable, folder)
    install = [*uv, "pip", "install", "--python", folder / "bin" / "python"]
    finished(*install, *" ".join(by_pip).split(), cwd=tree)
    return folder


def finished(*command, **more):
    """Run a command to its end and return its output; AssertionError with it when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def inside(environment, home, *command, cwd):
    """Run a program of the environment, which finds nothing of ours; return its output."""
    theirs = ("PYTHON", "JUPYTER", "IPYTHON", "NBGRADER", "MPL", "XDG_", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    path = os.pathsep.join((str(environment / "bin"), "/usr/bin", "/bin"))
    variables = kept | {"HOME": str(home), "PATH": path}
    program = shutil.which(command[0], path=path)
    return finished(program, *command[1:], cwd=cwd, env=variables)


# one kernel, emptied after each notebook: it imports Matplotlib and the course once
EXECUTE = """
import sys
from pathlib import Path
import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

kernel = KernelManager(kernel_name="python3")
for path in sys.argv[1:]:
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, km=kernel, allow_errors=True, timeout=120)
    client.reset_execution_trackers()
    with client.setup_kernel(cleanup_kc=False):
        client.kc.execute(f"%cd -q {Path(path).parent.resolve()}", reply=True, timeout=60)
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        client.set_widgets_metadata()
        reset = "import ipywidgets; ipywidgets.Widget.close_all(); get_ipython().reset()"
        client.kc.execute(reset, reply=True, timeout=60)
        client.kc.stop_channels()
    nbformat.write(notebook, path)
kernel.shutdown_kernel(now=True)
"""


@pytest.fixture(scope="module")
def executed(tree, environment, tmp_path_factory):
    """Every notebook with what its cells show, all run in a folder without `course`."""
    folder = tmp_path_factory.mktemp("student")
    shutil.copytree(tree / "notebooks", folder / "notebooks")
    paths = [f"notebooks/{name}/{name}.ipynb" for name in EVERY]
    for path in paths:  # a student has guessed
        text = (folder / path).read_text(encoding="utf-8")
        (folder / path).write_text(text.replace('"prediction = None', '"prediction = 20'))
    inside(environment, folder, "python", "-c", EXECUTE, *paths, cwd=folder)
    return {path.stem: nbformat.read(folder / path, as_version=4) for path in map(Path, paths)}


@pytest.mark.parametrize("name", EVERY)
def test_unsolved_only_checks_fail_and_there_are_pictures(executed, name):
    pictures = 0
    for cell in executed[name].cells:
        outputs = cell.get("outputs", ())
        errors = [output for output in outputs if output.output_type == "error"]
        is_check = "\n### JUDGE\n" in cell.source
        kinds = [error.ename for error in errors]
        assert kinds == (["NotImplementedError"] if is_check else []), cell.source[:80]
        assert all(re.match(r"(Exercise [A-F]|Start here): \w", error.evalue) for error in errors)
        pictures += any("image/svg+xml" in output.get("data", {}) for output in outputs)
    widgets = executed[name].metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    models = [widget["model_name"] for widget in widgets.values()]
    assert models.count("AnyModel") > 1
    if name in NAMES:
        assert pictures  # the architecture
        said = sentences(executed[name])
        unwritten = [text for text in said if text.startswith("Not written yet. Exer")]
        assert len(said) > len(unwritten) >= len(exercises(name))


def test_the_environment_has_all_that_the_package_imports(tree, environment, tmp_path):
    code = """
import importlib, json, pkgutil, course
names = [module.name for module in pkgutil.walk_packages(course.__path__, "course.")]
for name in names:
    importlib.import_module(name)
try:
    import autograder
except ImportError:
    print(json.dumps([course.__file__, len(names)]))
"""
    where, count = json.loads(inside(environment, tmp_path, "python", "-c", code, cwd=tmp_path))
    assert Path(where).is_relative_to(tree)
    assert count > 100


def test_what_binder_runs_after_the_installation_runs(tree, environment, tmp_path):
    inside(environment, tmp_path, "bash", str(tree / "postBuild"), cwd=tree)
    assert list((tree / "course").rglob("*.pyc"))
    assert list((tmp_path / ".cache" / "matplotlib").glob("fontlist*.json"))
    page = json.loads((environment / "etc/jupyter/labconfig/page_config.json").read_text())
    plugins = {name for name, off in page["disabledExtensions"].items() if off}
    assert "@jupyter/nbgrader:formgrader" in plugins
    known = environment / "share/jupyter/labextensions/@jupyter/nbgrader/static"
    bundle = "".join(path.read_text(encoding="utf-8") for path in known.glob("*.js"))
    for plugin in plugins | {"@jupyter/nbgrader:validate-assignment"}:
        assert plugin in bundle or plugin.startswith("@jupyterlab/")
    assert "@jupyter/nbgrader:validate-assignment" not in plugins


def test_binders_own_tool_takes_the_tree(tree):
    if not find_spec("repo2docker"):
        pytest.skip("repo2docker is not installed (pip install jupyter-repo2docker)")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(tree)]
    recipe = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert recipe.returncode == 0, recipe.stderr
    version, _ = listed(tree)
    assert f"Building conda environment for python={version}" in recipe.stderr
    assert '--file "environment.yml"' in recipe.stdout and "RUN ./postBuild" in recipe.stdout
    assert "requirements.txt" not in recipe.stdout


def test_a_student_gets_the_versions_that_the_tests_ran(tree, environment):
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = versions(project["dependencies"])
    uv = [sys.executable, "-m", "uv", "--quiet", "pip", "freeze", "--exclude-editable"]
    installed = versions(finished(*uv, "--python", environment / "bin" / "python").splitlines())
    assert installed == {
        name: (version, None)
        for name, (version, marker) in pinned.items()
        if not marker or marker.evaluate()
    }
    assert listed(tree)[1] == ["--editable ."]


def test_the_list_of_a_students_packages_is_of_the_course(tree):
    remedy = "make it again: the command is in its first lines"
    pinned = versions((TEMPLATES / PACKAGES).read_text(encoding="utf-8").splitlines())
    tested = versions((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    for name, (version, marker) in pinned.items():
        if name != "setuptools" and (not marker or marker.evaluate()):
            assert tested[name][0] == version, f"{PACKAGES}: {name}=={version}: {remedy}"
    wanted = (TEMPLATES / "packages.in").read_text(encoding="utf-8").splitlines()
    assert versions(wanted).keys() <= pinned.keys(), remedy
    course = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in course["dependencies"]:
        version, _ = pinned.get(canonicalize_name(Requirement(line).name), ("", None))
        assert not version or version in Requirement(line).specifier, remedy


def texts(tree):
    """Return the text of each file of the tree; of a notebook, what its cells hold."""
    for path in tree.rglob("*"):
        if path.suffix == ".ipynb":
            yield path, "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        elif path.is_file() and path.suffix != ".pyc" and ".egg-info" not in str(path):
            yield path, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_secret_is_published(tree, name):
    seen = open_lines(name)
    secrets = [line for line in secret_lines(name) if line not in seen]
    assert len(secrets) > 20
    for path, text in texts(tree):
        # as in test_release.py: shorter lines of the package are idioms
        shortest = 40 if path.suffix == ".py" else 25
        found = [line for line in secrets if len(line) >= shortest and line in text]
        assert not found, f"in {path.relative_to(tree)}: {found[0]}"


@pytest.fixture(scope="module")
def solved():
    """The texts of all worked solutions in a published tree, by name, and the tree's paths."""
    files = student_tree(ROOT, EVERY, "https://github.com/ada/class", NAMES)
    return {name: files[path_of(name)].decode() for name in NAMES}, set(files)


@pytest.mark.parametrize("name", NAMES)
def test_a_worked_solution_solves_the_exercises_and_has_no_hidden_check(solved, name):
    found = [cell["source"] for cell in cells_of(solved[0][name].encode())]
    notebook = "\n".join("".join(lines) for lines in found)
    for text in solutions(name).values():
        lines = [line for line in text.splitlines() if "### BEGIN" not in line]
        assert "\n".join(line for line in lines if "### END" not in line) in notebook
    own = open_lines(name) + "".join(cell.text for cell in cells(name) if cell.kind == "solution")
    hidden = [cell.text for cell in cells(name) if cell.hidden or cell.kind == "rubric"]
    lines = {line.strip() for text in hidden for line in text.splitlines()}
    secrets = {line for line in lines if len(line) >= 25 and line not in own}
    assert len(secrets) > 20
    assert not [line for line in secrets if line in notebook]
    answer = next(cell.text for cell in cells(name) if cell.kind == "answer")
    assert answer in notebook
    visible = [cell for cell in cells(name) if cell.kind == "check" and not cell.hidden]
    assert notebook.count("### JUDGE") == len(visible)


def test_a_worked_solution_is_no_students_work_and_its_links_lead_somewhere(solved, tmp_path):
    texts, paths = solved
    (tmp_path / "notebooks" / NAMES[0]).mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    place = tmp_path / "inbox" / "eve" / f"{NAMES[0]}.ipynb"  # as if it were hers
    place.parent.mkdir(parents=True)
    place.write_text(texts[NAMES[0]], encoding="utf-8")
    (row,) = collect(roster(tmp_path), tmp_path / "inbox")
    assert (row.outcome, row.notes) == (NOT_TAKEN, (A_SOLUTION,))
    with pytest.raises(Refused, match="worked solution"):
        intake.take(place.parent, NAMES[0], set())
    for name, text in texts.items():
        assert not assignment_of(text.encode()) and "nbgrader" not in text
        assert "course.submit" not in text and "## Hand in" not in text
        for target in re.findall(r"\]\((\.\./[^)#]+)", text):
            assert target.removeprefix("../") in paths, f"{name} links to {target}"
        assert text.count(f"lab/tree/{path_of(name)}") == 1 == text.count("mybinder.org/v2")


def test_the_tree_holds_what_it_should_and_nothing_else(tree):
    package = finished("git", "ls-files", "--", "course", cwd=ROOT).split()
    notebooks = [f"notebooks/{name}/{name}.ipynb" for name in EVERY]
    others = [".gitignore", "README.md", "environment.yml", "postBuild", "pyproject.toml"]
    others.append(".devcontainer/devcontainer.json")
    licences = [path.name for path in ROOT.glob("LICENSE*")]
    published = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    published = {path for path in published if not re.search(r"__pycache__|\.egg-info", path)}
    assert published == {*package, *notebooks, *others, *licences}
    assert not re.search("autograder|hidden", "".join(published), re.IGNORECASE)
