"""The repository's own promises: one list of packages, imports that point down."""

import ast
import json
import re
import tomllib
from itertools import chain

import pytest
import yaml

from tests.course_scripts import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LABS = sorted(
    path.name
    for path in (ROOT / "course").iterdir()
    if path.is_dir() and path.name not in ("engine", "view", "real", "site", "__pycache__")
)


def test_environment_yml_lists_what_pyproject_lists():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, through_pip = environment["dependencies"]
    # Binder asks for one version exactly, and takes an older one when it reads anything else
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert conda[:2] == [f"python={oldest}", "pip"]
    assert through_pip["pip"][-1] == "--editable ."
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    assert sorted(conda[2:] + through_pip["pip"][:-1]) == sorted(wanted)


def test_constraints_fix_every_package_of_pyproject():
    fixed = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    )
    wanted = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
    names = {re.split(r"[<>=[]", package)[0].lower() for package in wanted}
    assert names <= {name.lower() for name in fixed}


def imports(path):
    """Return the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: import by the full name"
            yield node.module


def modules_under(folder):
    return sorted((ROOT / folder).rglob("*.py"))


SHARED = ("checks", "predictions", "questions", "texts", "verdicts")  # by both houses
ALLOWED = {
    "course/engine": {"course.engine"},
    "course/view": {"course.engine", "course.view"},
    "course/real": {"course.engine", "course.view", "course.real"},
    "course/site": {  # the whole site needs no lab: what it runs comes from notebooks
        *("course.engine", "course.view", "course.real", "course.site"),
        *("course.overview", "course.submit", "course.texts", "course.verdicts"),
    },
    "autograder": {"autograder", *(f"course.{name}" for name in SHARED)},
} | {
    f"course/{lab}": {"course.engine", "course.view", "course.real", f"course.{lab}"}
    for lab in LABS
}
ALLOWED["course/start_here"] |= {"course.overview", "course.verdicts"}  # a student's progress


@pytest.mark.parametrize("folder", sorted(ALLOWED))
def test_imports_point_down(folder):
    assert modules_under(folder)
    for path in modules_under(folder):
        for module in imports(path):
            if module.split(".")[0] in ("course", "autograder", "tests", "solutions"):
                inside = any(f"{module}.".startswith(f"{name}.") for name in ALLOWED[folder])
                assert inside, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("lab", LABS)
def test_models_draw_nothing_and_pictures_simulate_nothing(lab):
    model, pictures = set(imports(ROOT / "course" / lab / "model.py")), 0
    assert not [name for name in model if name.startswith(("matplotlib", "course.view"))]
    for path in (ROOT / "course" / lab).glob("*picture*.py"):
        assert "simpy" not in imports(path) and "simulate(" not in path.read_text(encoding="utf-8")
        pictures += 1
    assert pictures


WINGS = (  # from the ground up: a room imports only those before it
    *("files", "errors", "course", "build", "gradebook", "collect", "grade"),
    *("audit", "pages", "term", "answers", "cli"),
)


def test_the_wings_of_the_autograder_lean_on_those_below():
    assert sum((ROOT / "autograder" / name).is_dir() for name in WINGS) <= 9
    for path in modules_under("autograder"):
        room = path.relative_to(ROOT / "autograder").with_suffix("").parts[0]
        if room == "__init__":
            continue
        below = {*WINGS[: WINGS.index(room)], room}
        for module in imports(path):
            parts = module.split(".")
            if parts[0] == "autograder" and len(parts) > 1:
                assert parts[1] in below, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("lab", LABS)
def test_the_files_of_a_lab_are_called_by_their_roles(lab):
    """A picture is `picture` or `<topic>_picture`, next to the `<topic>` it shows."""
    folder = ROOT / "course" / lab
    names = {path.stem for path in folder.glob("*.py")}
    assert {"__init__", "model", "picture"} <= names
    assert not [name for name in names if name.startswith("picture_")]
    explores = (folder / "__init__.py").read_text(encoding="utf-8")
    for name in names:
        topic = name.removesuffix("_picture")
        if topic != name and topic not in names and not (folder / topic).is_dir():
            part_of_others = topic in ("map", "guesses")  # course.guesses() shows the latter
            assert part_of_others or f"explore_{topic}" in explores, f"{name}: a picture of what?"


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_the_citation_and_the_changelog_name_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"(?m)^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", changelog)
    assert versions[0] == ("Unreleased", "") and versions[1][0] == PROJECT["version"]
    assert versions[1][1] == str(citation["date-released"])
    for name, _ in versions:
        assert f"\n[{name}]: https://" in changelog


def test_a_licence_for_code_and_one_for_text():
    for name, words in (("LICENSE", "Redistribution and use"), ("LICENSE-TEXT", "Attribution 4.0")):
        assert name in PROJECT["license-files"]
        assert words in (ROOT / name).read_text(encoding="utf-8")


def test_make_lab_shows_what_a_student_sees_on_binder():
    """It opens a notebook that there is, and the same extensions are off in both."""
    templates = ROOT / "autograder" / "build" / "templates"
    opened = re.search(r"default_url=/lab/tree/(\S+\.ipynb)", (ROOT / "Makefile").read_text())[1]
    assert (ROOT / opened).is_file()
    page = json.loads((templates / "lab" / "labconfig" / "page_config.json").read_text())
    on_binder = re.findall(r"(@jupyter\S+:\S+)", (templates / "student" / "postBuild").read_text())
    assert sorted(page["disabledExtensions"]) == sorted(on_binder)
