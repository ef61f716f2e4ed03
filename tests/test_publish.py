"""autograder publish and links: into which folders, whole or not at all, and which addresses."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from autograder.build import links
from autograder.build.publish import course_files, student_tree
from autograder.build.release import build
from autograder.cli import main
from autograder.errors import CourseError
from autograder.files import printable
from autograder.gradebook.read import Roster
from autograder.term.solutions import refuse_too_early
from tests.course_scripts import EVERY, ROOT
from tests.toy_course import SCRIPT, make_course

REPOSITORY = "https://github.com/ada/web-101"
GRADED = "02_load_balancer"
MAYBE = {"psycopg", "redis"}  # used where they are
COLAB_HAS = {"IPython", "ipywidgets", "matplotlib", "nbformat", "numpy", "traitlets"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with two notebooks, built, and a small package."""
    folder = make_course(tmp_path_factory.mktemp("publish") / "course")
    second = folder / "solutions" / "02_toy.py"
    text = SCRIPT.replace("01 · Toy", "02 · Another")
    text = text.replace("A story.", "It follows [the first](../01_toy/01_toy.ipynb).")
    second.write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "course" / "lab" / "__pycache__").mkdir(parents=True)
    (folder / "course" / "__init__.py").write_text('"""A package."""\n')
    (folder / "course" / "lab" / "__init__.py").write_text('"""A lab."""\n')
    (folder / "course" / "lab" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (folder / "LICENSE").write_text("Do as you like.\n")
    build(folder)
    return folder


@pytest.fixture
def quick(monkeypatch):
    """Let notebooks/ count as what solutions/ give: comparing them takes a second."""
    monkeypatch.setattr("autograder.build.publish.differences", lambda root, names: [])


def autograder(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def publish(course, to, *more):
    return autograder("publish", "--root", course, "--to", to, *more)


def files_in(folder):
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


TREE = [
    ".devcontainer/devcontainer.json",
    ".gitignore",
    "LICENSE",
    "README.md",
    "course/__init__.py",
    "course/lab/__init__.py",
    "environment.yml",
    "notebooks/01_toy/01_toy.ipynb",
    "notebooks/02_toy/02_toy.ipynb",
    "postBuild",
    "pyproject.toml",
]


def test_a_tree_holds_what_students_need_and_nothing_else(course, tmp_path):
    result = publish(course, tmp_path / "class", "--repository", f"{REPOSITORY}.git")
    assert result.exit_code == 0, result.output
    files = files_in(tmp_path / "class")
    assert sorted(files) == TREE
    everything = b"\n".join(files.values()).decode()
    for word in ("secret of", "secret rubric", "model answer", "BEGIN SOLUTION", "HIDDEN TESTS"):
        assert word in SCRIPT and word not in everything
    assert everything.count("mybinder.org/v2/gh/ada/web-101/HEAD") == 3
    assert everything.count("mybinder.org/v2") == 3
    assert b"ada/web-101/HEAD?urlpath=lab/tree/notebooks)" in files["README.md"]
    size = sum(map(len, files.values())) / 1e6
    assert result.output == f"published 11 files, {size:.1f} MB, to {tmp_path / 'class'}\n"
    assert os.access(tmp_path / "class" / "postBuild", os.X_OK)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class"]


def test_without_a_repository_badges_show_what_is_to_be_put_there(course, tmp_path, quick):
    (tmp_path / "class").mkdir()
    result = publish(course, tmp_path / "class")
    assert "publish again with --repository and yours" in result.output
    assert b"mybinder.org/v2/gh/ORG/REPO/HEAD" in files_in(tmp_path / "class")["README.md"]


def test_publishing_again_brings_the_tree_up_to_date(course, tmp_path, quick):
    to = tmp_path / "class"
    publish(course, to, "--repository", REPOSITORY)
    before = files_in(to)
    (to / ".git").mkdir()
    (to / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (to / "syllabus.md").write_text("Mondays.\n")
    (to / "notebooks" / "02_toy" / "__pycache__").mkdir()
    (to / "README.md").write_text("changed by hand\n")
    result = publish(course, to, "01_toy")
    assert result.output.splitlines()[:3] == [
        "removed notebooks/02_toy/02_toy.ipynb",
        "kept syllabus.md, which is not the course's",
        "replaced README.md, which was changed by hand",
    ]
    after = files_in(to)
    assert set(after) == set(before) - {"notebooks/02_toy/02_toy.ipynb"} | {
        ".git/HEAD",
        "syllabus.md",
    }
    assert not (to / "notebooks" / "02_toy").exists()
    assert b"ada/web-101/HEAD" in after["README.md"] and b"02_toy" not in after["README.md"]
    publish(course, to)
    assert files_in(to) == before | {name: after[name] for name in (".git/HEAD", "syllabus.md")}


def test_what_the_class_writes_into_the_readme_stays(course, tmp_path, quick):
    to, own = tmp_path / "class", b"## Dates\n\nMondays, by midnight. Price: $5 \\1\n"
    publish(course, to, "--repository", REPOSITORY)
    readme = (to / "README.md").read_bytes()
    assert readme.count(b"<!-- /yours -->") == 1
    (to / "README.md").write_bytes(readme.replace(b"<!-- /yours -->", own + b"<!-- /yours -->"))
    result = publish(course, to, "01_toy")
    assert "README.md" not in result.output  # not changed by hand, as far as it is the course's
    after = (to / "README.md").read_bytes()
    assert own in after and b"02_toy" not in after and after.count(b"<!-- yours") == 1
    (to / "README.md").write_bytes(after.replace(b"A course in", b"My course in"))
    assert "replaced README.md, which was changed by hand" in publish(course, to).output
    assert own in (to / "README.md").read_bytes()


SOLUTION = "solutions/01_toy_solution.ipynb"


def test_a_worked_solution_is_given_out_by_name_and_stays(course, tmp_path, quick):
    to = tmp_path / "class"
    publish(course, to)
    result = publish(course, to, "--solutions", "01_toy")
    assert "the worked solution of 01_toy is out\n" in result.output
    assert sorted(files_in(to)) == sorted([*TREE, SOLUTION])
    text = files_in(to)[SOLUTION].decode()
    assert text.count("# secret of") == 3 and "model answer" in text
    for word in ("(21)", "BEGIN SOLUTION", "HIDDEN TESTS", "secret rubric", "nbgrader"):
        assert word not in text
    assert f"([worked solution]({SOLUTION}))" in (to / "README.md").read_text()
    publish(course, to, "01_toy")  # the next week: what is out stays out
    assert SOLUTION in files_in(to)
    assert f"removed {SOLUTION}" in publish(course, to, "02_toy").output
    assert "is out" not in publish(course, to).output and SOLUTION not in files_in(to)


def test_a_worked_solution_that_was_deleted_by_hand_stays_away(course, tmp_path, quick):
    to = tmp_path / "class"
    publish(course, to, "--solutions", "01_toy", "--solutions", "02_toy")
    (to / SOLUTION).unlink()
    publish(course, to)
    (there,) = [path for path in files_in(to) if "solution" in path]
    assert there == SOLUTION.replace("01", "02")
    assert "[the first](../notebooks/01_toy/01_toy.ipynb)" in (to / there).read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["02_toy", "--solutions", "01_toy"],
            "--solutions 01_toy: not one of the notebooks that are published, 02_toy.",
        ),
        (
            ["--solutions", "01_toy", "--after", "2031-01-01T00:00+00:00"],
            "nothing was published: it is not 2031-01-01 00:00 UTC yet (--after).",
        ),
        (["--after", "soon", "--solutions", "01_toy"], "--after soon: write a time such as "),
        (["--now"], "--after and --now go with --solutions: name the notebook with it."),
    ],
)
def test_a_worked_solution_that_cannot_be_given_out_is_one_sentence(
    course, tmp_path, quick, words, sentence
):
    result = publish(course, tmp_path / "class", *words)
    assert result.exit_code == 1 and result.output.startswith(f"Error: {sentence}")
    assert result.output.count("\n") == 1 and not (tmp_path / "class").exists()


def test_a_worked_solution_waits_for_the_due_date_and_every_extension(course, monkeypatch):
    due, hour = datetime(2026, 12, 1, 12, tzinfo=UTC), timedelta(hours=1)
    extensions = {
        ("01_toy", "ada"): hour,
        ("01_toy", "ben"): 3 * hour,
        ("02_toy", "cleo"): 9 * hour,
    }
    known = Roster(None, ("01_toy", "02_toy"), (), {"01_toy": due}, extensions)
    monkeypatch.setattr("autograder.gradebook.read.roster", lambda root: known)
    for at, why in ((-hour, "ben's extension ends"), (2 * hour, "2026-12-01 15:00 UTC; wait")):
        with pytest.raises(CourseError, match=why):
            refuse_too_early(course, ["02_toy", "01_toy"], now=due + at)
        refuse_too_early(course, ["01_toy"], even_now=True, now=due + at)
    refuse_too_early(course, ["02_toy"], now=due - hour)  # without a due date
    refuse_too_early(course, ["01_toy"], now=due + 3 * hour)
    with pytest.raises(CourseError, match="2026-12-02 00:00 UTC yet"):
        refuse_too_early(course, ["01_toy"], due + 12 * hour, even_now=True, now=due + 4 * hour)


def test_a_folder_of_somebody_elses_is_left_alone(course, tmp_path, quick):
    to = tmp_path / "class"
    to.mkdir()
    (to / "thesis.tex").write_text("years of work")
    result = publish(course, to)
    assert result.exit_code == 1
    assert result.output == (
        f"Error: {to}: holds thesis.tex, which is not of a published tree; give an empty folder.\n"
    )
    assert list(files_in(to)) == ["thesis.tex"]


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (".", "the course's own folder; give one outside of it."),
        ("notebooks/class", "the course's own folder; give one outside of it."),
        ("nowhere/class", "there is no folder"),
        ("LICENSE", "a file; give a folder."),
    ],
)
def test_a_wrong_place_is_one_sentence(course, quick, place, sentence):
    before = files_in(course)
    result = publish(course, course / place)
    assert result.exit_code == 1 and result.output.count("\n") == 1
    assert result.output.startswith(f"Error: {(course / place).resolve()}: ")
    assert sentence in result.output
    assert files_in(course) == before


def test_what_solutions_do_not_give_is_not_published(course, tmp_path):
    other = shutil.copytree(course, tmp_path / "course")
    notebook = other / "notebooks" / "01_toy" / "01_toy.ipynb"
    notebook.write_text(notebook.read_text().replace("A story", "return 2 * number"))
    result = publish(other, tmp_path / "class")
    assert result.output == (
        "Error: notebooks/01_toy/01_toy.ipynb: is not what solutions/01_toy.py gives: "
        "run `autograder build`\n"
    )
    result = publish(other, tmp_path / "class", "03_toy")
    assert result.output == "Error: 03_toy: no such notebook, there are 01_toy, 02_toy\n"
    assert not (tmp_path / "class").exists()


def test_an_update_that_fails_changes_nothing(course, tmp_path, quick, monkeypatch):
    to = tmp_path / "class"
    publish(course, to)
    (to / "syllabus.md").write_text("Mondays.\n")
    before = files_in(to)
    replace, calls = Path.replace, []

    def failing(path, place):
        calls.append(path)
        if len(calls) == 9:
            raise OSError(28, "No space left on device", str(place))
        return replace(path, place)

    monkeypatch.setattr(Path, "replace", failing)
    result = publish(course, to, "01_toy", "--repository", REPOSITORY)
    assert "nothing was published: No space left on device" in result.output
    assert result.output.count("\n") == 1 and len(calls) > 9
    assert files_in(to) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class"]


def test_a_tree_is_not_written_through_links_nor_over_what_is_not_its_own(course, tmp_path, quick):
    to, outside = tmp_path / "class", tmp_path / "outside"
    publish(course, to, "01_toy")
    outside.mkdir()
    (to / "notebooks" / "02_toy").symlink_to(outside)
    result = publish(course, to)
    assert "notebooks/02_toy: is in the way of a published file; move it away." in result.output
    (to / "notebooks" / "02_toy").unlink()
    (to / "notebooks" / "02_toy").mkdir()
    mine = to / "notebooks" / "02_toy" / "02_toy.ipynb"
    mine.write_text("mine")
    assert "02_toy.ipynb: is in the way of a published file; move it" in publish(course, to).output
    assert mine.read_text() == "mine" and not list(outside.iterdir())


def test_a_list_of_published_files_cannot_point_outside(course, tmp_path, quick):
    to, precious = tmp_path / "class", tmp_path / "precious.txt"
    publish(course, to)
    precious.write_text("keep me")
    project = to / "pyproject.toml"
    text = project.read_text().replace('"README.md",', f'"README.md", "../{precious.name}",')
    project.write_text(text.replace('"postBuild",', f'"postBuild", "{precious}",'))
    assert publish(course, to).exit_code == 0
    assert precious.read_text() == "keep me"


def test_a_list_of_published_files_cannot_name_gits_nor_go_through_a_link(course, tmp_path, quick):
    to, outside = tmp_path / "class", tmp_path / "outside"
    publish(course, to)
    for folder in (outside, to / ".git"):
        folder.mkdir()
        (folder / "config").write_text("keep me")
    (to / "link").symlink_to(outside)
    project = to / "pyproject.toml"
    listed = '"README.md", "link/config", ".git/config", ".GIT/config",'
    project.write_text(project.read_text().replace('"README.md",', listed))
    result = publish(course, to)
    assert result.exit_code == 0 and "removed" not in result.output, result.output
    assert (outside / "config").read_text() == (to / ".git" / "config").read_text() == "keep me"


def test_changes_by_hand_are_named_when_they_go(course, tmp_path, quick):
    to = tmp_path / "class"
    publish(course, to, "--repository", REPOSITORY)
    assert "by hand" not in publish(course, to, "--repository", f"{REPOSITORY}-2").output
    for path in ("environment.yml", "notebooks/02_toy/02_toy.ipynb", "course/__init__.py"):
        (to / path).write_text("mine")
    project = to / "pyproject.toml"
    project.write_text(project.read_text().replace('    "six==', '    "seven",\n    "six=='))
    result = publish(course, to, "01_toy")
    assert result.output.splitlines()[:-1] == [
        "removed notebooks/02_toy/02_toy.ipynb, which was changed by hand",
        "replaced course/__init__.py, which was changed by hand",
        "replaced environment.yml, which was changed by hand",
        "replaced pyproject.toml, which was changed by hand",
    ]
    assert "by hand" not in publish(course, to).output


@pytest.mark.parametrize("first", [True, False])
def test_a_publish_that_was_killed_can_be_done_again(course, tmp_path, quick, monkeypatch, first):
    to = tmp_path / "class"
    to.mkdir()
    if not first:
        publish(course, to, "01_toy")
    before = (to / "pyproject.toml").read_bytes() if not first else b""
    publish(course, to)
    after = files_in(to)
    (to / "pyproject.toml").write_bytes(before)  # all has its place but this, which comes last
    if first:
        (to / "pyproject.toml").unlink()
    result = publish(course, to)
    assert result.exit_code == 0, result.output
    assert files_in(to) == after


def test_what_cannot_be_tidied_up_is_no_failure(course, tmp_path, quick, monkeypatch):
    to = tmp_path / "class"
    publish(course, to)

    def fail(to, folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("autograder.build.publish._remove_empty_folders", fail)
    result = publish(course, to, "01_toy")
    assert result.exit_code == 0 and "removed notebooks/02_toy" in result.output


@pytest.mark.parametrize("step", ["differences", "student_tree", "_refuse_a_bad_place"])
def test_a_file_that_cannot_be_read_is_one_sentence(course, tmp_path, quick, monkeypatch, step):
    def fail(*arguments):
        raise PermissionError(13, "Permission denied", "/some/file")

    monkeypatch.setattr(f"autograder.build.publish.{step}", fail)
    result = publish(course, tmp_path / "class")
    sentence = "nothing was published: Permission denied (/some/file); see to that."
    assert result.output == f"Error: {tmp_path / 'class'}: {sentence}\n"


def test_what_git_does_not_know_is_not_published(course, tmp_path, quick, monkeypatch):
    other = shutil.copytree(course, tmp_path / "course")
    git(other, "init", "--quiet")
    (other / "course" / "lab" / "my_solution.py").write_text("the answer")
    result = publish(other, tmp_path / "before")  # git knows nothing of the course: as without it
    assert "left out" not in result.output
    git(other, "add", "course/__init__.py", "course/lab/__init__.py")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another"))  # as in a hook of git's
    result = publish(other, tmp_path / "class")
    assert result.output.splitlines()[0] == (
        "left out course/lab/my_solution.py, which git does not know: `git add` it to publish it"
    )
    assert sorted(files_in(tmp_path / "class")) == TREE
    (other / "course" / "lab" / "__init__.py").unlink()  # known, and no longer there
    publish(other, tmp_path / "class")
    assert "course/lab/__init__.py" not in files_in(tmp_path / "class")


def test_a_repository_that_git_cannot_read_is_one_sentence(course, tmp_path, quick):
    other = shutil.copytree(course, tmp_path / "course")
    (other / ".git").write_text("gitdir: /nowhere\n")
    result = publish(other, tmp_path / "class")
    assert result.exit_code == 1 and result.output.count("\n") == 1
    assert "nothing was published: git cannot list the course's files: fatal: " in result.output


def git(folder, *words):
    subprocess.run(["git", "-C", folder, *words], check=True)


def test_a_container_and_colab_get_what_the_course_imports():
    tree = student_tree(ROOT, [GRADED], REPOSITORY)
    container = json.loads(tree[".devcontainer/devcontainer.json"])
    version = container["image"].rpartition(":")[2].split(".")
    assert tuple(map(int, version)) >= (3, 11)
    assert container["postCreateCommand"].startswith("pip install --editable .")
    readme = tree["README.md"].decode()
    path = f"notebooks/{GRADED}/{GRADED}.ipynb"
    assert f"(https://colab.research.google.com/github/ada/web-101/blob/main/{path})" in readme
    assert f"git+{REPOSITORY}\n" in readme
    installed = set(re.search(r"%pip install --quiet ([^-].*)", readme)[1].split())
    assert installed < set(
        tomllib.loads(tree["pyproject.toml"].decode())["project"]["dependencies"]
    )
    named = {each.partition("==")[0].replace("-", "_") for each in installed} | {"dns"}
    imported = set()
    for path in (ROOT / "course").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    assert imported - sys.stdlib_module_names - {"course"} <= named | COLAB_HAS | MAYBE


def test_what_is_installed_from_the_tree_has_all_files_of_the_course():
    """Without --editable, as on Colab: a package's data are what its pyproject.toml lists."""
    tree = student_tree(ROOT, [GRADED], REPOSITORY)["pyproject.toml"].decode()
    for text in (tree, (ROOT / "pyproject.toml").read_text(encoding="utf-8")):
        listed = tomllib.loads(text)["tool"]["setuptools"]["package-data"]
        patterns = [
            f"{package.replace('.', '/')}/{name}" for package in listed for name in listed[package]
        ]
        for path in course_files(ROOT):
            if not path.endswith(".py"):
                assert any(fnmatch(path, pattern) for pattern in patterns), path


def test_links_lead_to_each_notebook():
    hub = ("--hub", "https://hub.example.edu/")
    result = autograder("links", "--root", ROOT, *hub, REPOSITORY, *EVERY)
    assert result.exit_code == 0, result.output
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in result.output.splitlines()]
    assert [row[0] for row in rows[2:]] == EVERY
    for name, binder, puller in rows[2:]:
        path = f"notebooks/{name}/{name}.ipynb"
        assert (ROOT / path).is_file()
        address = urlsplit(binder)
        assert (address.netloc, address.path) == ("mybinder.org", "/v2/gh/ada/web-101/HEAD")
        assert parse_qs(address.query) == {"urlpath": [f"lab/tree/{path}"]}
        address = urlsplit(puller)
        assert address.netloc == "hub.example.edu"
        assert address.path == "/hub/user-redirect/git-pull"
        asked = {"repo": [REPOSITORY], "urlpath": [f"lab/tree/web-101/{path}"]}
        assert parse_qs(address.query) == asked


def test_without_a_hub_its_place_is_shown():
    result = autograder("links", "--root", ROOT, REPOSITORY, *EVERY)
    assert result.output.count(f"{links.ANY_HUB}/hub/user-redirect/git-pull?") == len(EVERY)
    assert "or give it as --hub" in result.stderr


def test_links_are_those_of_the_assignments_that_the_class_has(course, monkeypatch):
    def linked(*names):
        lines = autograder("links", "--root", course, REPOSITORY, *names).output.splitlines()
        return [line.split("|")[1].strip() for line in lines[2:] if line[0] == "|"]

    assert linked() == ["01_toy", "02_toy"]  # none is given out yet: all
    monkeypatch.setattr("autograder.gradebook.read.in_gradebook", lambda root: {"02_toy"})
    assert linked() == ["02_toy"] and linked("01_toy") == ["01_toy"]


@pytest.mark.parametrize(
    "url",
    [
        "github.com/ada/web-101",
        "http://github.com/ada/web-101",
        "git@github.com:ada/web-101.git",
        "https://gitlab.com/ada/web-101",
        "https://github.com/ada",
        "https://github.com/ada/web 101",
        "https://github.com/ada/web-101/tree/main",
        "https://github.com/ada/..",
        "https://github.com/ada/web-101?tab=readme",
        "https://github.com/ada/web-101\n",
    ],
)
def test_a_wrong_address_is_one_sentence(url, course, tmp_path):
    sentence = (
        f"Error: {printable(url)}: not a repository on GitHub; write https://github.com/ORG/REPO.\n"
    )
    assert autograder("links", "--root", ROOT, url).output == sentence
    assert publish(course, tmp_path / "class", "--repository", url).output == sentence
    assert not (tmp_path / "class").exists()


def test_a_wrong_hub_is_one_sentence():
    result = autograder("links", "--root", ROOT, "--hub", "hub.example.edu", REPOSITORY)
    assert result.output == (
        "Error: hub.example.edu: not the address of a JupyterHub; write https://hub.example.edu.\n"
    )
