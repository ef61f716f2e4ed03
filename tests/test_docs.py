"""The documentation: its site builds, its links lead somewhere, its commands do what it says."""

import doctest
import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from autograder.cli import main
from tests import programs
from tests.classroom import ANSWER, solutions, written
from tests.course_scripts import ROOT

TASKS = sorted((ROOT / "docs" / "term").glob("*.md"))
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *TASKS])
FENCE = re.compile(r"(?ms)^( *)```(\S*)[^\n]*\n(.*?)^\1```$")
NAME = "02_load_balancer"


def shown(page):
    return page.relative_to(ROOT).as_posix()


def prose(page):
    """Return the page's text without its code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))


def blocks(page, language):
    return [m[3] for m in FENCE.finditer(page.read_text(encoding="utf-8")) if m[2] == language]


def anchors(page):
    """Return the ids that GitHub gives the page's headings."""
    headings = re.findall(r"(?m)^#{1,6} +(.+?) *$", FENCE.sub("", page.read_text(encoding="utf-8")))
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return set(kept)


def test_there_are_pages_to_test():
    names = {shown(page) for page in PAGES}
    assert {"README.md", "CONTRIBUTING.md", "docs/students.md", "docs/instructors.md"} <= names


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_of_the_markdown_lead_to_files_and_headings(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if urlsplit(target).scheme:
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists() and file.is_relative_to(ROOT), f"{shown(page)} links to {target}"
        assert not anchor or anchor in anchors(file), f"{shown(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_python_examples_are_true(page):
    for text in blocks(page, "python"):
        if ">>>" in text:
            test = doctest.DocTestParser().get_doctest(text, {}, shown(page), str(page), 0)
            assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
        else:
            compile(text, shown(page), "exec")


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_commands_of_the_pages_exist(page):
    """Each `autograder …` that a page names is a command with these options."""
    text = page.read_text(encoding="utf-8")
    for words in re.findall(r"autograder ([a-z]+(?: --?[a-z]+)*)", text):
        name, *options = words.split()
        if name not in main.commands:
            assert f"`autograder {name}" not in text, f"{shown(page)}: autograder {name}"
            continue
        known = {option for parameter in main.commands[name].params for option in parameter.opts}
        assert set(options) <= known, f"{shown(page)}: {words}"


def clone(folder):
    """Make a clone of the course: beside it nothing, in it three students' downloads."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("solutions", "notebooks", "course"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copytree(ROOT / "tests" / "submissions" / NAME, folder / "tests" / "submissions" / NAME)
    for path in (ROOT / "nbgrader_config.py", ROOT / "pyproject.toml", *ROOT.glob("LICENSE*")):
        shutil.copy(path, folder)
    (folder / "downloads").mkdir()
    worked = solutions(NAME)
    for student, number in (("ada", len(worked)), ("ben", 2), ("cleo", 0)):
        texts = dict(list(worked.items())[:number])
        notebook = written(NAME, texts, ANSWER if number else "")
        nbformat.write(notebook, folder / "downloads" / f"{NAME}__{student}.ipynb")
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return clone(tmp_path_factory.mktemp("docs") / "zero-to-millions")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A clone whose three students are graded: where each page of docs/term begins."""
    folder = clone(tmp_path_factory.mktemp("term") / "zero-to-millions")
    run(f"nbgrader generate_assignment {NAME}", folder)
    run("autograder collect downloads", folder)
    run(f"autograder grade {NAME}", folder)
    return folder


def run(command, folder):
    """Return what a command of the guide prints (stdout); it must succeed."""
    words = shlex.split(command)
    if words[0] in programs.MODULES:
        done = programs.run(words, folder)
    else:
        done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr[-2000:]}"
    return done.stdout


def steps(page):
    """Return (command, what the page says it prints) of every console block, in order."""
    for block in blocks(page, "console"):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed


def played(page, folder):
    """Type what the page says, in order; what is printed is what the page says. Return it."""
    commands = []
    for command, printed in steps(page):
        got = run(command, folder)
        wanted = printed.replace("…", "...")
        matches = doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS)
        assert matches or wanted.strip() == "...", f"$ {command}\n{got}\nthe page says\n{printed}"
        commands.append(command)
    return commands


def test_the_instructors_guide_from_first_command_to_last(course):
    guide = ROOT / "docs" / "instructors.md"
    commands = [command.split()[1] for command in played(guide, course)]
    assert commands[2:6] == ["generate_assignment", "collect", "grade", "report"]
    for student in ("ada", "ben", "cleo"):
        page = course / "grading" / "feedback" / student / NAME / f"{NAME}.html"
        assert page.is_file()
    assert NAME in (course / "grading" / "report.html").read_text(encoding="utf-8")
    assert (course.parent / "our-class" / "environment.yml").is_file()
    assert (course / "canvas.csv").read_text(encoding="utf-8").count("\n") >= 4


@pytest.mark.parametrize("page", TASKS, ids=shown)
def test_each_task_of_a_term_from_its_first_command(page, graded, tmp_path):
    """The page begins with ada, ben and cleo graded; what it needs else, it makes."""
    shutil.copytree(graded, tmp_path / "zero-to-millions")
    commands = played(page, tmp_path / "zero-to-millions")
    assert commands or page.stem == "index", f"{shown(page)} shows no command"


class Links(HTMLParser):
    """The ids and the links of an HTML page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids |= {attributes.get("id")} - {None}
        if tag == "a" and attributes.get("href"):
            self.links.add(attributes["href"])
        for name in ("src", "href") if tag in ("link", "script", "img", "iframe") else ():
            if attributes.get(name):
                self.loaded.add(attributes[name])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("sphinx", reason="Sphinx is not installed: pip install -e '.[docs]'")
    pytest.importorskip("myst_parser", reason="MyST is not installed: pip install -e '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    command += ["-d", str(folder / "doctrees"), str(ROOT / "docs"), str(folder / "html")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "html"


def test_the_sites_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert len(pages) >= 6
    for path, page in pages.items():
        for link in page.links | page.loaded:
            if urlsplit(link).scheme:
                assert link not in page.loaded, f"{path.name} loads {link}"
                continue
            file, _, anchor = unquote(link).partition("#")
            target = (path.parent / file.split("?")[0]).resolve() if file else path
            assert target.exists(), f"{path.name} links to {link}"
            if anchor and target in pages:
                assert anchor in pages[target].ids, f"{path.name} links to {link}"


def test_the_reference_has_every_public_name_of_the_labs(site):
    reference = Links((site / "reference.html").read_text(encoding="utf-8"))
    import course.load_balancer
    import course.single_server

    for package in (course.load_balancer, course.single_server):
        for name in package.__all__:
            if callable(getattr(package, name)):
                home = getattr(package, name).__module__
                assert {f"{package.__name__}.{name}", f"{home}.{name}"} & reference.ids, name
