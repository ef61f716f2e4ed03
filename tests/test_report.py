"""The report of a class, held against nbgrader's own objects."""

import os
import re
import shutil
import sqlite3
import sys
import warnings
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.cli import main
from autograder.grade import records
from autograder.grade.records import Record
from autograder.gradebook import database, read
from autograder.pages import report
from tests import narrow
from tests.jupyterlab import chromium_page
from tests.toy_course import make_course

RULE = "A worker is counted once."
CHECKS = {"alpha_check": 3, "alpha_hidden": 3, "beta_check": 4}
SCORES = {  # student → (points of the checks in order, manual points of the answer, penalty)
    "ada": ((3, 3, 4), 3, 0),
    "ben": ((3, 0, 4), 1.5, 0),
    "<b>cleo": ((0, 0, 4), None, 1),
    "dan": ((0, 0, 1), None, 2),
}
STUB = {"passed": False, "kind": "NotImplementedError", "message": "Exercise A: count"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Two assignments and six students, of whom four have handed in the first one."""
    folder = make_course(tmp_path_factory.mktemp("class") / "course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        (folder / "grading").mkdir()
        with writing(folder) as gradebook:
            fill(gradebook)
    release(folder)
    write_record(folder, "ada", isolation="process", checks={"alpha_check": {"passed": True}})
    said = {"passed": False, "kind": "AssertionError", "message": "7 workers: expected 3"}
    checks = {"alpha_check": {"passed": True}, "alpha_hidden": said}
    write_record(folder, "ben", isolation="process", checks=checks)
    checks = {
        "alpha_check": {"passed": False, "kind": "Odd", "message": "<script>alert(1)</script>"},
        "alpha_hidden": said,
        "beta_check": {"passed": True, "message": "must not be counted"},
    }
    write_record(folder, "<b>cleo", checks=checks, notes=["wrote 3 GB", "ended; early"])
    checks = {"alpha_check": STUB, "alpha_hidden": STUB, "beta_check": said}
    write_record(folder, "dan", checks=checks)
    write_record(folder, "eve", status="refused", sentence="The notebook is cut off.")
    (folder / "grading" / "records" / "01_toy" / "fay.json").write_text("{", encoding="utf-8")
    return folder


@contextmanager
def writing(folder):
    """Open the gradebook; what SQLAlchemy says about nbgrader's own ways is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        with Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}") as gradebook:
            yield gradebook


def fill(gradebook):
    for name in ("01_toy", "02_later"):
        gradebook.add_assignment(name)
        gradebook.add_notebook(name, name)
        for check, points in CHECKS.items():
            gradebook.add_grade_cell(check, name, name, max_score=points, cell_type="code")
            text = f"### BEGIN HIDDEN TESTS\n### RULE: {RULE}" if "hidden" in check else "1"
            gradebook.add_source_cell(check, name, name, cell_type="code", source=text)
        gradebook.add_grade_cell("explain", name, name, max_score=10, cell_type="markdown")
    for student in (*SCORES, "eve", "fay"):
        person = {"first_name": student.title(), "last_name": "O'Hara & Co"}
        gradebook.add_student(student, email=address(student), **person)
    for student, (points, manual, penalty) in SCORES.items():
        gradebook.update_or_create_submission("01_toy", student)
        book = gradebook.find_submission_notebook("01_toy", "01_toy", student)
        book.late_submission_penalty = penalty
        book.flagged = student == "ben"
        for check, got in zip(CHECKS, points, strict=True):
            grade = gradebook.find_grade(check, "01_toy", "01_toy", student)
            grade.auto_score, grade.needs_manual_grade = got, False
        answer = gradebook.find_grade("explain", "01_toy", "01_toy", student)
        answer.manual_score, answer.needs_manual_grade = manual, manual is None
    gradebook.db.commit()


def address(student):
    return "" if "<" in student else f"{student}@uni.example"


def name_of(student):
    return f"{student.title()} O'Hara & Co"


def release(folder):
    """Write the notebook that students got: its titles are what the page names."""
    cells = [new_markdown_cell("# 1 · Toy\n\nA story.")]
    for letter, name in (("A", "alpha"), ("B", "beta")):
        cells.append(new_markdown_cell(f"## Exercise {letter} — Count: {name}"))
        cells.append(graded(new_code_cell("raise"), name, grade=False))
        for check in CHECKS:
            if check.startswith(name):
                text = (
                    f"# Check: {name} (3 points)\n1" if "hidden" not in check else "# Hidden check"
                )
                cells.append(graded(new_code_cell(text), check, solution=False))
    cells += [new_markdown_cell("## Explain"), graded(new_markdown_cell("…"), "explain")]
    path = folder / "notebooks" / "01_toy" / "01_toy.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), path)


def graded(cell, grade_id, grade=True, solution=True):
    cell.metadata["nbgrader"] = {"grade_id": grade_id, "grade": grade, "solution": solution}
    return cell


def write_record(folder, student, status="graded", **content):
    records.write(folder, Record(student, "01_toy", status, **content))


@pytest.fixture(scope="module")
def page(course):
    target = report.write_report(course)
    assert target == course / "grading" / "report.html"
    return BeautifulSoup(target.read_text(encoding="utf-8"), "html.parser")


def read_page(course):
    text = report.write_report(course).read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def rows(page, words):
    """Return the rows of the table whose region is called so, as texts, its headings first."""
    region = page.find(attrs={"aria-label": f"Table: {words}"})
    assert region, f"no table {words!r}"
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in region.table("tr")
    ]


def groups(page):
    """Return the groups of the box Today: title → its people (name → why)."""
    found = {}
    for group in page.find(class_="today").find_all("section"):
        people = [person.find(["a", "b"]).get_text() for person in group("li")]
        whys = [person.span.get_text() for person in group("li")]
        count = group.h3.span.extract().get_text()
        assert int(count) == len(people)
        found[group.h3.get_text(strip=True)] = dict(zip(people, whys, strict=True))
    return found


def card(page, title):
    return page.find("h4", string=title).parent


def test_scores_are_nbgraders_own(course):
    places = read.places(course)
    with database.opened(places.course.db_url) as connection:
        assignments = read.assignments(connection)
        works = {one.student: one for one in read.submissions(connection, assignments)}
    assert set(works) == set(SCORES)
    with Gradebook(places.course.db_url) as gradebook:
        points = {name: one.points for name, one in assignments.items()}
        assert points == {one.name: one.max_score for one in gradebook.assignments}
        for submission in gradebook.assignment_submissions("01_toy"):
            work, penalty = works[submission.student.id], submission.late_submission_penalty
            assert work.penalty == penalty
            assert work.score == max(0, submission.score - penalty), work.student
            assert (work.by_hand > 0) == submission.needs_manual_grade
            assert work.flagged == submission.notebooks[0].flagged
            assert work.ungraded == 0


def test_scores_are_shares_of_what_is_graded_so_far(page):
    """13 and 8.5 of 20 points; of the others 3 and −1 of 10, as their answers wait."""
    text = page.find(id="01_toy").find_next("p").get_text(" ", strip=True)
    assert text.startswith("4 submissions: mean 34 %, median 36 %") and "from 0 % to 65 %" in text
    assert "2 late; 2 wait for a grade by hand" in text
    words = page.find("svg", class_="histogram")["aria-label"]
    assert words.endswith("by tenths of the points: 1 0 0 1 1 0 1 0 0 0")
    assert report._bins([1, 1.25, 0.1]) == [0, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert page.find(id="02_later").find_next("p").get_text() == "No submission is graded yet."


def test_who_is_in_trouble_comes_first(page):
    assert rows(page, "1 · Toy") == [
        ["Student", "A", "B", "Explain", "Total"],
        [name_of("dan"), "n", "25", "w", "0"],
        [name_of("<b>cleo"), "0", "100", "w", "30"],
        [name_of("ben"), "50", "100", "15", "42"],
        [name_of("ada"), "100", "100", "30", "65"],
    ]


def test_what_waits_today_and_for_whom(page):
    found = groups(BeautifulSoup(str(page), "html.parser"))
    ada, ben, cleo, dan, eve, fay = map(name_of, (*SCORES, "eve", "fay"))
    assert found["Waiting for a grade by hand"] == dict.fromkeys([cleo, dan], "1 answer in 1 · Toy")
    refused = found["Cannot be graded"]
    assert refused.pop(eve) == "1 · Toy: The notebook is cut off."
    assert refused.pop(fay).startswith("1 · Toy: fay.json cannot be read") and not refused
    assert found["Late"] == {cleo: "1 · Toy, 1 point off", dan: "1 · Toy, 2 points off"}
    assert found["Nothing handed in"] == {}
    in_trouble = found["In trouble: less than half of the points"]
    assert {name: why.split()[0] for name, why in in_trouble.items()} == {
        **dict.fromkeys([dan, eve, fay], "0"),
        cleo: "30",
        ben: "42",
    }
    assert ada not in in_trouble


def test_a_mail_to_one_and_to_all_of_a_group(page):
    group = page.find("h3", string=re.compile("In trouble")) or page.find(class_="today")
    group = next(s for s in page.find_all("section") if "In trouble" in s.h3.get_text())
    to_all, *each = [link["href"] for link in group("a")]
    expected = sorted(address(one) for one in ("ben", "dan", "eve", "fay"))
    query = parse_qs(urlsplit(to_all).query)
    assert query["bcc"] == [",".join(expected)] and not urlsplit(to_all).path
    assert sorted(unquote(urlsplit(link).path) for link in each) == expected
    assert "In trouble" in query["subject"][0]


def test_an_exercise_has_one_card_with_those_who_did_not_attempt_it_apart(page):
    alpha = card(page, "Exercise A — Count: alpha")
    numbers = [value.get_text(" ", strip=True) for value in alpha("dd")]
    assert numbers[:2] == ["3 of 4", "1 of these 3, 33 %"]  # dan's is the stub
    first, second = alpha("p")
    assert "1 student: Visible check" in first.get_text(" ", strip=True)
    assert first.code.get_text() == "Odd: <script>alert(1)</script>"
    assert second.get_text(" ", strip=True) == f"1 student: {RULE} 7 workers: expected 3"
    checks = rows(page, "checks of Exercise A — Count: alpha")
    assert [row[:3] for row in checks[1:]] == [
        ["Visible check", "3", "2 of 3"],
        [RULE, "3", "1 of 3"],
    ]
    text = card(page, "Explain").p.get_text()
    assert text.startswith("2 answers are graded, with 22 % of the points on average; 2 wait for")


def test_notes_stand_on_lines_of_their_own(page):
    region = page.find(attrs={"aria-label": "Table: submissions to look at"})
    looks = [
        (row.th.get_text(), row("td")[1].get_text(), [note.get_text() for note in row("li")])
        for row in region.tbody("tr")
    ]
    assert looks == [
        (name_of("<b>cleo"), "graded with notes", ["wrote 3 GB", "ended; early"]),
        (name_of("ben"), "flagged", ["Flagged in formgrader."]),
    ]


def test_no_grade_id_and_no_path_of_the_machine_is_on_the_page(course, page):
    text = page.body.get_text()
    assert not [name for name in ("01_toy", *CHECKS) if name in text]
    assert str(course) not in str(page) and "gradebook.db" not in str(page)


def test_a_student_without_a_submission_is_missing_once_it_is_due(course, tmp_path):
    other = copy_of(course, tmp_path)
    (other / "grading" / "records" / "01_toy" / "eve.json").unlink()
    assert groups(read_page(other))["Nothing handed in"] == {name_of("eve"): "1 · Toy"}
    set_due(other, datetime(2999, 1, 1))
    assert groups(read_page(other))["Nothing handed in"] == {}


def set_due(course, due):
    with writing(course) as gradebook:
        gradebook.find_assignment("01_toy").duedate = due
        gradebook.db.commit()


def test_late_is_what_came_after_the_due_date_and_the_extension(course, tmp_path):
    other = copy_of(course, tmp_path)
    set_due(other, datetime(2026, 11, 20, 18))
    with writing(other) as gradebook:
        for student, extension in (("ada", None), ("ben", timedelta(days=1))):
            submission = gradebook.find_submission("01_toy", student)
            submission.timestamp, submission.extension = datetime(2026, 11, 20, 21, 30), extension
        gradebook.db.commit()
    late = groups(read_page(other))["Late"]
    assert late[name_of("ada")] == "1 · Toy, 3 hours late" and name_of("ben") not in late


def test_several_notebooks_have_a_map_of_all(course, tmp_path):
    other = copy_of(course, tmp_path)
    with writing(other) as gradebook:
        gradebook.update_or_create_submission("02_later", "dan")
        for check, points in CHECKS.items():
            grade = gradebook.find_grade(check, "02_later", "02_later", "dan")
            grade.auto_score, grade.needs_manual_grade = points, False
        grade = gradebook.find_grade("explain", "02_later", "02_later", "dan")
        grade.needs_manual_grade = True
        gradebook.db.commit()
    found = rows(read_page(other), "all notebooks")
    assert found[0] == ["Student", "01", "02", "Total"]
    found = {row[0]: row[1:] for row in found[1:]}
    assert found[name_of("dan")] == ["0", "100", "50"]  # 0 of 10 and 10 of 10
    assert found[name_of("ada")] == ["65", "m", "43"]  # 13 of 20, and 0 of the 10 that dan has
    assert found[name_of("eve")] == ["r", "m", "0"]


def test_weak_isolation_is_said(page):
    notices = [notice.get_text() for notice in page.find_all(class_="notice")]
    assert len(notices) == 1 and notices[0].startswith("1 · Toy: 2 submissions were graded with")


def test_without_records_the_page_says_what_is_not_known(course, tmp_path):
    other = copy_of(course, tmp_path)
    shutil.rmtree(other / "grading" / "records")
    text = report.write_report(other).read_text(encoding="utf-8")
    assert "has no room for messages" in text and "alone." in text
    assert "this class was graded without" in text


def test_a_submission_without_scores_is_to_be_looked_at(course, tmp_path):
    other = copy_of(course, tmp_path)
    with writing(other) as gradebook:
        gradebook.update_or_create_submission("01_toy", "eve")
    (other / "grading" / "records" / "01_toy" / "eve.json").unlink()
    page = read_page(other)
    looks = {row[0]: row[1:] for row in rows(page, "submissions to look at")}
    assert looks[name_of("eve")][1:] == [
        "not graded",
        "3 checks have no score: grade this submission again.",
    ]
    assert rows(page, "1 · Toy")[1][0] == name_of("dan")


def copy_of(course, tmp_path):
    return Path(shutil.copytree(course, tmp_path / "copy"))


def test_the_page_can_be_read_without_seeing_it(page):
    assert page.html["lang"] == "en" and page.title.get_text()
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("h[1-6]"))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.find_all("table"):
        assert all(head.get("scope") for head in table.find_all("th"))
    for link in page.find_all("a"):
        if not link["href"].startswith("mailto:"):
            assert page.find(id=link["href"].removeprefix("#")), link


def test_the_page_loads_and_runs_nothing(page):
    assert not page.find_all(["script", "link", "iframe", "object", "form", "img"])
    assert not [
        tag for tag in page.find_all(True) if any(key.startswith("on") for key in tag.attrs)
    ]
    assert not re.search(r"url\(|@import", page.style.get_text())
    assert "default-src 'none'" in page.find("meta", {"http-equiv": True})["content"]


@narrow.needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_overlaps(course, page, width):
    seen = narrow.visit(course / "grading" / "report.html", width)
    assert seen.width == width and not seen.overlaps and not seen.requests and not seen.errors


@narrow.needs_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_screen_reader_can_use_it_in_both_themes(course, page, theme):
    with chromium_page() as (browser_page, _):
        browser_page.emulate_media(color_scheme=theme)
        # axe is a script, and the page's own policy allows none
        text = (course / "grading" / "report.html").read_text(encoding="utf-8")
        browser_page.set_content(re.sub(r"<meta http-equiv[^>]*>", "", text))
        for details in browser_page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        assert Axe().run(browser_page).response["violations"] == []


def luminance(colour):
    if len(colour) == 4:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_contrast_of_every_text_on_every_ground(page):
    """WCAG 2.2's ratio: ≥ 4.5 for all colours of text on all grounds of a theme."""
    roots = re.findall(r":root \{(.*?)\}", page.style.get_text(), re.DOTALL)
    named = [dict(re.findall(r"--(\S+): (#[0-9a-f]{6})", root)) for root in roots]
    light, dark, light_map, dark_map = named  # the page's own colours, then the map's
    assert light.keys() == dark.keys() and light_map.keys() == dark_map.keys()
    for theme, of_map in ((light, light_map), (dark, dark_map)):
        texts = [colour for name, colour in theme.items() if name.startswith("ink")]
        grounds = [colour for name, colour in theme.items() if name.startswith("ground")]
        assert len(texts) >= 8 and len(grounds) >= 4 and len(of_map) >= 6
        pairs = [(text, ground) for text in texts for ground in grounds]
        pairs += [(theme["ink"], ground) for ground in of_map.values()]
        for text, ground in pairs:
            ratio = (luminance(ground) + 0.05) / (luminance(text) + 0.05)
            assert max(ratio, 1 / ratio) >= 4.5, (text, ground, ratio)


def command(*words):
    return CliRunner().invoke(main, ["report", *(str(word) for word in words)])


def test_the_command_says_where_the_page_is(course, tmp_path):
    ran = command("--root", course, "--assignment", "01_toy", "--to", tmp_path / "new" / "x.html")
    assert ran.exit_code == 0 and ran.output == f"wrote {tmp_path / 'new' / 'x.html'}\n"
    text = (tmp_path / "new" / "x.html").read_text(encoding="utf-8")
    assert "01_toy" in text and "02_later" not in text
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["x.html"]


def test_what_a_person_can_get_wrong_is_one_sentence(course, tmp_path):
    empty = make_course(tmp_path / "empty")
    broken, old = (copy_of(course, tmp_path / name) for name in ("broken", "old"))
    (broken / "grading" / "gradebook.db").write_bytes(b"no database" * 1000)
    with sqlite3.connect(old / "grading" / "gradebook.db") as database:
        database.execute("ALTER TABLE submitted_notebook DROP COLUMN late_submission_penalty")
    wrong = {
        "choose the course's folder with --root": ["--root", tmp_path],
        "no gradebook there: run": ["--root", empty],
        "restore it from a copy": ["--root", broken],
        "run `nbgrader db upgrade`": ["--root", old],
        "not an assignment of the gradebook, it has 01_toy, 02_later": [
            *("--root", course, "--assignment", "99_no")
        ],
        "choose another file with --to": ["--root", course, "--to", "/proc/x.html"],
    }
    for sentence, words in wrong.items():
        ran = command(*words)
        assert ran.exit_code == 1 and sentence in ran.output, (sentence, ran.output, ran.exception)
        assert ran.output.count("\n") == 1 and isinstance(ran.exception, SystemExit)
    assert not (empty / "grading" / "gradebook.db").exists()


def test_a_full_disk_leaves_no_half_of_a_page(course, tmp_path, monkeypatch):
    to = tmp_path / "x.html"
    to.write_text("earlier")
    monkeypatch.setattr(Path, "replace", full)
    ran = command("--root", course, "--to", to)
    assert ran.output == (
        f"Error: {to}: cannot be written (No space left on device): "
        "choose another file with --to.\n"
    )
    assert to.read_text() == "earlier" and list(tmp_path.iterdir()) == [to]


def full(path, *arguments):
    raise OSError(28, "No space left on device", str(path))


@pytest.mark.parametrize(
    ("db_url", "words"),
    [
        (
            "postgresql+psycopg://ada:secret@127.0.0.1:1/class",
            [
                "postgresql+psycopg://ada:***@127.0.0.1:1/class: the gradebook cannot be read",
                "is the server running, and the db_url in nbgrader_config.py right?",
            ],
        ),
        (
            "postgresql+pg8000://ada:secret@127.0.0.1:1/class",
            ["No module named 'pg8000'", "install that driver, or correct the db_url"],
        ),
        ("nosql://ada:secret@127.0.0.1/class", ["nosql", "install that driver, or correct"]),
        ("secret, and no address", ["its db_url is not a database's address"]),
    ],
)
def test_a_server_that_cannot_be_reached_is_one_sentence(course, tmp_path, db_url, words):
    other = copy_of(course, tmp_path)
    with open(other / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(f"\nc.CourseDirectory.db_url = {db_url!r}\n")
    ran = command("--root", other)
    assert ran.exit_code == 1 and isinstance(ran.exception, SystemExit), ran.exception
    assert ran.output.count("\n") == 1 and "secret" not in ran.output, ran.output
    assert all(word in ran.output for word in words), ran.output


def test_a_locked_gradebook_is_one_sentence(course, tmp_path, monkeypatch):
    folder = copy_of(course, tmp_path)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, timeout=0, **more))
    holder = connect(folder / "grading" / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    ran = command("--root", folder)
    holder.close()
    assert ran.exit_code == 1 and "close the program that writes it" in ran.output, ran.output
