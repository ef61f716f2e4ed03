"""The students' pages: their work and its points, nothing hidden, nothing that runs."""

import base64
import json
import os
import shutil
import time
import warnings
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from markupsafe import escape
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from sqlalchemy.exc import SAWarning

from autograder.cli import main
from autograder.course import configuration
from autograder.gradebook.read import Score
from autograder.pages import feedback, feedback_page, safe_html
from autograder.pages.outline import outline
from tests import narrow
from tests.programs import nbgrader
from tests.toy_course import SCRIPT, make_course

NAME = "01_toy"
# the hidden checks' inputs and expected values, as numbers that stand nowhere else
HIDDEN_CHECK = (
    SCRIPT.replace("(21)", "(73931)").replace("42", "147862").replace("twice 21", "twice")
)
PNG = base64.b64encode(
    bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d")
).decode()
SCRIPTED = "<script>window.hit=1</script><img src=x onerror='window.hit=1'>"
ANSWER = f"""Because **waiting** grows. {SCRIPTED}

[click](javascript:window.hit=1) ![spy](http://spy.invalid/x.png)
"""
SECRETS = ("73931", "147862", "secret rubric", "model answer", "BEGIN HIDDEN", "MARK SCHEME")
HONEST = ("alpha", "beta")  # what ada has solved; gamma raises
STUDENTS = ("ada", "ben", "cleo", "mallory")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Two students graded by nbgrader's own autograde; with two others things go wrong."""
    folder = make_course(tmp_path_factory.mktemp("class") / "course", HIDDEN_CHECK)
    nbgrader(folder, "generate_assignment", NAME)
    for student in ("ada", "mallory"):
        submit(folder, student)
    nbgrader(folder, "autograde", NAME)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        with Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}") as gradebook:
            answer = gradebook.find_grade("explain", NAME, NAME, "ada")
            answer.manual_score, answer.needs_manual_grade = 2, False
            comment = gradebook.find_comment("beta", NAME, NAME, "ada")
            comment.manual_comment = "Neat, *but* <script>window.hit=1</script> name it."
            gradebook.update_or_create_student("ada", first_name="Ada", last_name="Lovelace")
            for student in ("ben", "cleo"):
                gradebook.add_student(student)
                gradebook.add_submission(NAME, student)
            gradebook.db.commit()
    put_outputs(autograded(folder, "mallory"))
    cut = autograded(folder, "ben")
    cut.parent.mkdir(parents=True)
    cut.write_text(autograded(folder, "ada").read_text(encoding="utf-8")[:2000], encoding="utf-8")
    page(folder, "cleo").parent.mkdir(parents=True)
    page(folder, "cleo").write_text("of an earlier grading", encoding="utf-8")
    record = {"status": "refused", "sentence": "It has <two> notebooks (1: a, 2: b): ask for one"}
    path = folder / "grading" / "records" / NAME / "dora.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(record), encoding="utf-8")
    return folder


def autograded(folder, student):
    return folder / "grading" / "autograded" / student / NAME / f"{NAME}.ipynb"


def page(folder, student):
    return folder / "grading" / "feedback" / student / NAME / f"{NAME}.html"


def submit(folder, student):
    """Write a submission: the released notebook, with cells typed in."""
    notebook = nbformat.read(folder / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)
    kept = "kept = []\ndef alpha(number):\n    kept.append(number)\n    return 2 * number"
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in HONEST:
            cell.source = f"def {grade_id}(number):\n    return number + number  # as I like it"
        if student == "mallory" and grade_id == "alpha":
            cell.source = kept
        if grade_id == "explain":
            cell.source = ANSWER
    early = new_code_cell(f"print('early <b>output</b>')\n# {SCRIPTED}")
    notebook.cells.insert(1, early)
    late = "print(kept, open('01_toy.ipynb').read())" if student == "mallory" else "print('late')"
    notebook.cells.append(new_code_cell(late))
    notebook.cells.append(new_markdown_cell(f"My own note. {SCRIPTED}"))
    target = folder / "grading" / "submitted" / student / NAME / f"{NAME}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)
    (target.parent / "diary.txt").write_text("mine", encoding="utf-8")
    (target.parent / "timestamp.txt").write_text("2026-11-24 21:00:00 UTC", encoding="utf-8")
    secret = "../../etc/passwd" if student == "mallory" else "0123456789abcdef" * 8
    (target.parent / "submission_secret.txt").write_text(secret, encoding="utf-8")


def put_outputs(path):
    """Give mallory's first own cell every kind of output; the last must not be taken for a PNG."""
    path.chmod(0o644)
    notebook = nbformat.read(path, as_version=4)
    data = {
        "text/html": SCRIPTED,
        "application/javascript": "window.hit=1",
        "image/svg+xml": f"<svg>{SCRIPTED}</svg>",
        "text/latex": "$window.hit$",
        "text/plain": "<plain & simple>",
    }
    hidden = next(cell.source for cell in notebook.cells if "BEGIN HIDDEN" in cell.source)
    notebook.cells[1].outputs = [
        new_output("display_data", data),
        new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"}),
        new_output("display_data", {"image/png": f'{PNG}"onerror="window.hit=1'}),
        new_output("stream", name="stdout", text=json.dumps(hidden)),
        new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m " + 30_000 * "x"),
    ]
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def outcomes(course):
    return {one.student: one for one in feedback.write_feedback(course, NAME)}


@pytest.fixture(scope="module")
def pages(course, outcomes):
    return {
        student: BeautifulSoup(page(course, student).read_text(encoding="utf-8"), "html.parser")
        for student in ("ada", "mallory", "dora")
    }


def parts(soup):
    """Return (title with verdict, text) of every part of the page, in order."""
    return [
        (part.h3.get_text(strip=True), part.get_text(" ", strip=True))
        for part in soup.find_all("section")
    ]


def test_one_broken_notebook_stops_no_other(course, outcomes):
    assert set(outcomes) == {*STUDENTS, "dora"}
    assert {one for one, outcome in outcomes.items() if outcome.pages} == {"ada", "mallory", "dora"}
    assert outcomes["ben"].problem.startswith(f"{NAME}.ipynb: Notebook does not appear to be JSON")
    assert "grade this submission again" in outcomes["cleo"].problem
    assert not page(course, "cleo").exists()  # what an earlier grading said is gone
    assert not page(course, "ben").exists()


def test_every_check_with_points_and_message(course, pages):
    titles = [title for title, _ in parts(pages["ada"])]
    assert [title for title in titles if "heck" in title] == [
        "Check 1: it passed, 3 of 3 points",
        "Hidden check 2: it passed, 3 of 3 points",
        "Check 3: it passed, 3 of 3 points",
        "Hidden check 4: it passed, 3 of 3 points",
        "Check 5: it did not pass, 0 of 2 points",
        "Hidden check 6: it did not pass, 0 of 3 points",
    ]
    text = dict(parts(pages["ada"]))["Check 5: it did not pass, 0 of 2 points"]
    assert "Exercise C is not written yet: double the number" in text
    hidden = dict(parts(pages["ada"]))["Hidden check 6: it did not pass, 0 of 3 points"]
    rule = "This check is about: gamma doubles any number."  # and not a word more
    assert hidden == f"Hidden check 6 : it did not pass, 0 of 3 points {rule}"
    passed = dict(parts(pages["ada"]))["Hidden check 4: it passed, 3 of 3 points"]
    assert passed == "Hidden check 4 : it passed, 3 of 3 points"
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        score = gradebook.find_submission(NAME, "ada").score
    assert score == 14 and f"{score:g} of 20 points" in pages["ada"].header.get_text()


def test_titles_and_names_instead_of_ids(pages):
    assert pages["ada"].h1.get_text() == "Feedback: 01 · Toy"
    assert pages["ada"].header.p.get_text().startswith("Ada Lovelace: 14 of 20 points")
    assert pages["mallory"].header.p.get_text().startswith("mallory: ")  # no name is known
    seen = pages["ada"].get_text()
    assert NAME not in seen and "alpha_check" not in seen and "beta_hidden" not in seen


def test_one_next_step_for_each_exercise_that_did_not_pass(pages):
    steps = {
        step.find_previous("h2").get_text(): step.get_text(" ", strip=True)
        for step in pages["ada"].find_all(class_="next")
    }
    assert list(steps) == ["Exercise C — gamma"]
    assert steps["Exercise C — gamma"].startswith("Next step: Write Exercise C: its text")


@pytest.mark.parametrize(
    ("failed", "unwritten", "said"),
    [
        ({"a_check", "a_hidden"}, True, "Write Exercise B: its text"),
        ({"a_check", "a_hidden"}, False, "Open Exercise B and begin with the first check"),
        ({"a_hidden"}, False, "Open Exercise B and read in its text once more what the hidden"),
        ({"a_hidden"}, True, "Write Exercise B"),
        (set(), False, ""),
    ],
)
def test_the_next_step_depends_on_what_failed(failed, unwritten, said):
    kind = "NotImplementedError" if unwritten else "AssertionError"
    told = new_output("error", ename=kind, evalue="Exercise B: add", traceback=[])
    heading, try_it = "## Exercise B — add", "To try it (not graded): 3 and 4."
    cells = [new_markdown_cell(heading), new_markdown_cell(try_it)]
    for name in ("a_check", "a_hidden"):
        cells.append(new_code_cell("", outputs=[told] if name in failed else []))
        cells[-1].metadata["nbgrader"] = {"grade": True, "grade_id": name}
    texts = {"a_check": "", "a_hidden": ""}
    released = [new_markdown_cell(heading), new_markdown_cell(try_it)]
    course = feedback_page.course_of(texts, released, outline(NAME, released, texts))
    scores = {name: Score(0 if name in failed else 3, 3, False) for name in texts}
    (section,) = feedback_page.sections(cells, course, scores, {})
    assert section.next_step.startswith(said) and bool(section.next_step) == bool(said)
    assert not said or "in the cell below “To try it”" in section.next_step


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "x.ipynb is not a complete notebook, its JSON ends or breaks (Expecting value: line 1 "
            "column 1 (char 0)): ask for it again",
            "x.ipynb is not a complete notebook.",
        ),
        ("x.ipynb has no list of cells: ask for it again", "x.ipynb has no list of cells."),
    ],
)
def test_a_refusal_is_told_to_the_student_in_a_students_words(sentence, shown):
    told = feedback._for_the_student(sentence)
    assert told == f"{shown} Open your notebook in JupyterLab, save it, and hand it in again."


def test_the_students_work_answer_and_comments(pages):
    work = dict(parts(pages["ada"]))
    answer = work["Your answer: graded, 2 of 3 points"]
    assert "Because waiting grows." in answer and "<script>window.hit=1</script>" in answer
    codes = [text for title, text in parts(pages["ada"]) if title == "Your code"]
    assert len(codes) == 3 and "number + number" in codes[0].replace("  ", " ")
    assert "Comment: Neat, but <script>" in codes[1] and "Comment" not in codes[0]
    assert "My own note." in work["Your text"]
    headings = [heading.get_text() for heading in pages["ada"].find_all("h2")]
    assert headings[1:4] == ["Exercise A — alpha", "Exercise B — beta", "Exercise C — gamma"]
    waits = [title for title, _ in parts(pages["mallory"]) if title.startswith("Your answer")]
    assert waits == ["Your answer: waits for a person to grade it, 0 of 3 points"]


def test_nothing_hidden_is_anywhere_in_the_file(course, outcomes):
    autograded_text = autograded(course, "mallory").read_text(encoding="utf-8")
    assert all(secret in autograded_text for secret in ("73931", "147862", "secret rubric"))
    for student in ("ada", "mallory"):
        text = page(course, student).read_text(encoding="utf-8")
        assert not [secret for secret in SECRETS if secret in text], student


def test_output_is_shown_until_a_hidden_check_ran(pages):
    cells = [text for title, text in parts(pages["ada"]) if title == "Your cell"]
    assert "early <b>output</b>" in cells[0]
    assert "late\n" not in cells[1] and "a hidden check had run before it" in cells[1]


def test_a_sandboxed_runs_output_is_shown(course, tmp_path):
    """`autograder grade` runs hidden checks apart; its record is as new as the notebook."""
    other = Path(shutil.copytree(course, tmp_path / "copy"))
    record = other / "grading" / "records" / NAME / "ada.json"
    record.write_text('{"status": "graded"}', encoding="utf-8")
    assert "had run before it" not in text_for(other, "ada")
    os.utime(autograded(other, "ada"))  # graded again, by stock nbgrader
    os.utime(record, (1, 1))
    assert "had run before it" in text_for(other, "ada")
    record.write_text('{"status": "refused", "sentence": "It is cut off."}', encoding="utf-8")
    text = text_for(other, "ada")
    assert "could not be graded: It is cut off." in text and "14 of 20 points" in text


def text_for(folder, student):
    (outcome,) = feedback.write_feedback(folder, NAME, student)
    assert not outcome.problem
    return page(folder, student).read_text(encoding="utf-8")


def test_only_plain_text_and_png_come_through(pages):
    first = pages["mallory"].find("section")
    outputs = [output.get_text() for output in first.find_all("pre", class_="output")]
    assert outputs[0] == "<plain & simple>"
    assert outputs[1] == "Not shown: it holds text of a check that is hidden."
    assert outputs[2].startswith("red xxx") and outputs[2].endswith("30,013 characters.")
    assert len(outputs) == 3
    (picture,) = first.find_all("img")
    assert picture["src"] == f"data:image/png;base64,{PNG}" and picture["alt"]


def test_nothing_of_a_page_runs_or_loads(course, outcomes, pages):
    for soup in pages.values():
        assert not soup.find_all(["script", "iframe", "object", "embed", "form", "svg", "link"])
        for tag in soup.find_all(True):
            assert not [key for key in tag.attrs if key.startswith("on") or key == "style"], tag
            assert not str(tag.get("href", "#")).startswith(("javascript", "data"))
            assert str(tag.get("src", "data:image/png;")).startswith("data:image/png;")
        assert "default-src 'none'" in soup.find("meta", {"http-equiv": True})["content"]


def test_text_of_hidden_checks_is_withheld_wherever_it_turns_up():
    hidden = "### BEGIN HIDDEN TESTS\nassert seen == expected_by_us\n### END HIDDEN TESTS"
    shown = "assert seen == 4, 'twice 2'"
    texts = {"a_hidden": hidden, "a_check": shown}
    course = feedback_page.course_of(texts, [], outline(NAME, [], texts))
    assert course.hidden == {"a_hidden"} and course.secrets == {"assert seen == expected_by_us"}
    check = new_code_cell(shown, outputs=[error("assert seen == expected_by_us is the secret")])
    check.metadata["nbgrader"] = {"grade": True, "grade_id": "a_check"}
    bare = new_code_cell(hidden, outputs=[error("of a hidden check that has lost its marks")])
    after = new_code_cell("print(1)", outputs=[new_output("stream", text="1")])
    score = Score(0, 3, False)
    scores = {"a_check": score, "a_hidden": score}
    mine, lost = feedback_page.sections([check, bare, after], course, scores, {})
    assert [block.title for block in mine.blocks] == ["Check 1", "Your cell"]
    assert mine.blocks[0].message == feedback_page.WITHHELD
    assert mine.blocks[1].withheld and not mine.blocks[1].outputs
    assert [(block.title, block.score) for block in lost.blocks] == [("Hidden check", score)]


def error(message):
    return new_output("error", ename="AssertionError", evalue=message, traceback=[])


@pytest.mark.parametrize(
    ("traceback", "shown"),
    [
        (["KeyError: 1", "In your code, line 1:", "→   1  x[1]"], None),
        (["\x1b[31mKeyError\x1b[0m Traceback"], "KeyError: 1"),  # IPython's, of an older grading
        (["line"] * 13, "KeyError: 1"),
        ([], "KeyError: 1"),
    ],
)
def test_a_message_is_what_the_student_saw(traceback, shown):
    output = new_output("error", ename="KeyError", evalue="1", traceback=traceback)
    cell = new_code_cell("", outputs=[output])
    assert feedback_page._message(cell) == (shown or "\n".join(traceback))


@narrow.needs_chromium
def test_in_a_browser_nothing_runs_loads_or_overlaps(course, outcomes):
    seen = narrow.visit(page(course, "mallory"))
    assert seen.hit is None and not seen.requests and not seen.errors
    assert seen.width == 390 and not seen.overlaps


def test_markdown_keeps_what_is_harmless():
    html = safe_html.markdown(
        "# Head\n\n`a<b` and **bold**, $x<y$\n\n[good](https://a.example) [bad](javascript:x) "
        "[worse](data:text/html,x) ![p](attachment:p.png) ![q](attachment:q.svg) ![f](../x.png) "
        "![m](attachment:missing.png)\n\n"
        "<a href='&#106;avascript:x' onclick='x'>entity</a> <style>p{}</style> H<sub>2</sub>O",
        {"p.png": {"image/png": PNG}, "q.svg": {"image/svg+xml": "PHN2Zz4="}},
    )
    soup = BeautifulSoup(html, "html.parser")
    assert soup.h4.get_text() == "Head" and not soup.find("h1")
    assert soup.strong and soup.sub and soup.code.get_text() == "a<b" and "$x<y$" in soup.get_text()
    assert [link.get("href") for link in soup.find_all("a") if link.get("href")] == [
        "https://a.example"
    ]
    shown, *others = (image.get("src") for image in soup.find_all("img"))
    assert shown == f"data:image/png;base64,{PNG}" and others == [None, None, None]
    assert "onclick" not in html and "<style" not in html
    assert safe_html.markdown("[" * 200_000).startswith("<pre>[[")


ABOUT = "a*b = **c** and `x < y` in [the docs](https://a.example), see _this_.\n\n| a | b |\n"


def test_a_long_answer_is_still_markdown():
    assert "<strong>c</strong>" in safe_html.markdown(ABOUT * 80)


@pytest.mark.parametrize(
    "text", ["*a " * 3300 + "a*" * 5000, "_a" * 10_000, "| |\n" * 5000, "<b>" * 6000, "&" * 20_000]
)
def test_a_text_that_takes_the_converter_long_is_shown_as_it_is(text):
    """The first took seven seconds, and a notebook may have a hundred of them."""
    started = time.process_time()
    assert safe_html.markdown(text).startswith("<pre>")
    assert time.process_time() - started < 1


def test_code_that_takes_the_highlighter_long_is_shown_as_it_is():
    text = "u'\\N{" * 20_000
    started = time.process_time()
    assert safe_html.code(text) == safe_html.code_in_formgrader(text)[28:-12] == escape(text)
    assert time.process_time() - started < 1
    assert "<span" in safe_html.code("def f(): pass")


def test_pictures_of_all_four_kinds_are_shown():
    data = {"jpeg": "/9j/4A==", "gif": "R0lGODlh", "webp": "UklGRgAAAABXRUJQ", "png": PNG}
    pasted = {kind: {f"image/{kind}": text} for kind, text in data.items()}
    html = safe_html.markdown("".join(f"![](attachment:{kind})" for kind in data), pasted)
    sources = [image["src"] for image in BeautifulSoup(html, "html.parser").find_all("img")]
    assert sources == [f"data:image/{kind};base64,{text}" for kind, text in data.items()]


def test_the_refused_are_told_why(pages):
    text = pages["dora"].get_text()
    assert "could not be graded: It has <two> notebooks (1: a, 2: b). Open your" in text
    assert "not graded" in text and "ask for" not in text  # that is said to the instructor


def test_no_file_of_the_student_is_next_to_the_page(course, outcomes):
    files = {path.name for path in page(course, "ada").parent.iterdir()}
    assert files == {f"{NAME}.html", "timestamp.txt", "submission_secret.txt"}
    files = {path.name for path in page(course, "mallory").parent.iterdir()}
    assert files == {f"{NAME}.html", "timestamp.txt"}  # that secret is not nbgrader's


# nbgrader leaves a file open there
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_nbgraders_release_feedback_goes_on(course, outcomes, tmp_path):
    tmp_path.chmod(0o777)
    config = configuration(course, course)
    config.Exchange.root = str(tmp_path)
    directory = CourseDirectory(config=config, assignment_id=NAME, student_id="ada")
    exchange = ExchangeReleaseFeedback(
        coursedir=directory, authenticator=Authenticator(config=config), config=config
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course)
        exchange.start()
    (released,) = (tmp_path / "zero-to-millions" / "feedback").glob("*.html")
    assert released.read_bytes() == page(course, "ada").read_bytes()


def command(*words):
    return CliRunner().invoke(main, ["feedback", *(str(word) for word in words)])


def test_the_command(course, outcomes):
    ran = command(NAME, "--student", "ada", "--root", course)
    assert ran.exit_code == 0 and ran.output.startswith(f"wrote 1 page of {NAME}")
    ran = command(NAME, "--root", course)
    assert ran.exit_code == 1 and "2 students have no feedback" in ran.output
    assert "ben: no feedback: 01_toy.ipynb" in ran.output and "wrote 3 pages" in ran.output
    for sentence, words in {
        "zoe: no submission of 01_toy by this student": (
            NAME,
            "--student",
            "zoe",
            "--root",
            course,
        ),
        "not an assignment of the gradebook, it has 01_toy": ("02_no", "--root", course),
    }.items():
        ran = command(*words)
        assert ran.exit_code == 1 and sentence in ran.output and ran.output.count("\n") == 1


@pytest.fixture
def own(course, outcomes, tmp_path):
    """A copy of the course, with pages, that a test may damage."""
    return Path(shutil.copytree(course, tmp_path / "own"))


@pytest.mark.parametrize("text", ["{", "[]", '{"nbformat": 4}'])
def test_a_damaged_release_is_one_sentence(own, text):
    release = own / "notebooks" / NAME / f"{NAME}.ipynb"
    release.write_text(text)
    ran = command(NAME, "--root", own)
    assert ran.exit_code == 1 and isinstance(ran.exception, SystemExit), ran.exception
    assert ran.output.startswith(f"Error: {release}: cannot be read (")
    assert ran.output.endswith(f"): run `autograder build {NAME}`.\n")


@pytest.mark.parametrize("name", [f"{NAME}.html", "timestamp.txt"])
def test_a_full_disk_keeps_the_earlier_page_and_leaves_no_half(own, monkeypatch, name):
    before = {path.name: path.read_bytes() for path in page(own, "ada").parent.iterdir()}
    replace = Path.replace

    def full(path, place):
        if Path(place).name == name:
            raise OSError(28, "No space left on device", str(path))
        return replace(path, place)

    monkeypatch.setattr(Path, "replace", full)
    ran = command(NAME, "--student", "ada", "--root", own)
    assert ran.exit_code == 1 and "ada: no feedback: " in ran.output
    assert "No space left on device\n" in ran.output
    assert isinstance(ran.exception, SystemExit) and "1 student has" in ran.output
    after = {path.name: path.read_bytes() for path in page(own, "ada").parent.iterdir()}
    assert after.keys() == before.keys() and after[name] == before[name]


def test_a_page_that_cannot_be_removed_does_not_stop_the_others(own, monkeypatch):
    def refuse(path, missing_ok=False):
        raise PermissionError(13, "Permission denied", str(path))

    autograded(own, "ada").write_text("{")
    monkeypatch.setattr(Path, "unlink", refuse)
    ran = command(NAME, "--root", own)
    assert isinstance(ran.exception, SystemExit), ran.exception
    assert "ada: no feedback" in ran.output and "wrote 2 pages" in ran.output


def test_a_record_that_cannot_be_looked_at_does_not_stop_the_others(own, monkeypatch):
    is_file = Path.is_file

    def refused(path):
        if path.name == "dora.json":
            raise PermissionError(13, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refused)
    ran = command(NAME, "--root", own)
    assert isinstance(ran.exception, SystemExit), ran.exception
    assert "wrote 3 pages" in ran.output
