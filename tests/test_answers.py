"""Grading written answers on one page: what is asked over HTTP, in a browser, and after a kill."""

import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from difflib import SequenceMatcher
from unittest.mock import patch

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from click.testing import CliRunner

from autograder.answers import alike, record, rubric, work
from autograder.answers.work import Desk, Grade
from autograder.cli import answers, main
from autograder.gradebook import read
from autograder.gradebook.write import Changed
from tests import postgresql
from tests.course_scripts import NAMES, cells
from tests.jupyterlab import chromium, find_chromium, new_page
from tests.written_answers import (
    CELL,
    NAME,
    gradebook_of,
    make_class,
    serving,
    stored,
    write_answer,
)

HOSTILE = """<script>window.hit = 1</script><img src=x onerror="window.hit = 1">
[link](javascript:window.hit=1) <a href="https://example.org" onclick="window.hit = 1">out</a>
<iframe srcdoc="<script>parent.hit = 1</script>"></iframe> <style>* { display: none }</style>"""
PNG = (  # one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    "gg=="
)
SAME = "Web-1 is a *black hole*: it answers at once!"
ANSWERS = {
    "ada": SAME,
    "ben": "web-1  is a black hole:\nit answers at once",
    "cleo": "",
    "dan": HOSTILE,
    "eve": "The probe page works, so the checker sees nothing.",
    "fay": "WEB-1 is a black hole; it answers at once.",
}
TITLE = next(cell for cell in cells(NAME) if cell.text.startswith("# ")).text.splitlines()[0][2:]
WRITTEN = [student for student, text in ANSWERS.items() if text]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers") / "course"
    return make_class(folder, ANSWERS, {"ada": ("Ada", "Lovelace")})


@pytest.fixture
def course(made, tmp_path):
    """A copy of the class."""
    return shutil.copytree(made, tmp_path / "course")


@contextmanager
def desk_of(course):
    with closing(Desk(course, NAME)) as desk:
        yield desk, desk.question("")


def by_student(desk, question):
    return {answer.student: answer for answer in desk.answers(question)}


def give(course, student, points=2.0, comment="", ticks=(), grader="bea", version=""):
    """Grade one answer, as it is read now."""
    with desk_of(course) as (desk, question):
        answer = by_student(desk, question)[student]
        grade = Grade(points, comment, ticks, grader)
        desk.grade(question, answer.id, version or answer.version, grade)


class Client:
    """A page's way of asking, without a browser."""

    def __init__(self, address):
        self.base, _, token = address.partition("#")
        self.session = requests.Session()
        self.session.trust_env = False
        about = {"Authorization": f"Bearer {token}", "Origin": self.base[:-1]}
        self.session.headers.update(about)

    def get(self, path, **details):
        return self.session.get(self.base + path, timeout=60, **details)

    def rows(self):
        return self.get("api/answers").json()["answers"]

    def one(self, answer_id):
        return self.get(f"api/answers/{answer_id}").json()

    def post(self, row, points=2, comment="", ticks=(), grader="bea", **details):
        body = {"version": row["version"], "points": points, "comment": comment}
        body |= {"ticks": ticks, "grader": grader}
        path = f"{self.base}api/answers/{row['id']}"
        return self.session.post(path, data=json.dumps(body), timeout=60, **details)


@pytest.fixture(scope="module")
def served(made, tmp_path_factory):
    """A server over a copy of the class; for what writes nothing."""
    course = shutil.copytree(made, tmp_path_factory.mktemp("served") / "course")
    with serving(course) as running:
        yield course, Client(running.address)


# ---- rubrics, and answers that are alike


@pytest.mark.parametrize("name", NAMES[1:])
def test_the_items_of_a_rubric_have_the_points_of_their_question(name):
    every = cells(name)
    points = next(cell.points for cell in every if cell.kind == "answer")
    text = next(cell.text for cell in every if cell.kind == "rubric")
    found = rubric.read(text)
    assert sum(item.points for item in found.items) == points and len(found.items) >= 3
    kept = " ".join([*(item.text for item in found.items), found.notes]).split()
    heads = r"(?m)^(### .*|\d\. |1 point: |One point each:)"
    assert sorted(kept) == sorted(re.sub(heads, "", text).split())  # nothing is lost


@pytest.mark.parametrize(
    ("text", "points", "notes"),
    [
        ("Half a point: this.\n\n2.5 points: that", [0.5, 2.5], ""),
        ("Two points each:\n\n1. this\n   and this\n2. that\n\nBe kind.", [2, 2], "Be kind."),
        ("One point for the secret.", [], "One point for the secret."),
        ("1. first\n2. second", [], "1. first\n\n2. second"),
        ("", [], ""),
    ],
)
def test_a_rubric_of_another_form_is_notes(text, points, notes):
    found = rubric.read(f"*released*\n### BEGIN MARK SCHEME\n{text}\n### END MARK SCHEME\n")
    assert [item.points for item in found.items] == points and found.notes == notes


def test_answers_that_are_much_alike_are_those_that_difflib_says():
    rng = random.Random(3)
    words = [f"word{number}" for number in range(30)]
    first = " ".join(rng.sample(words, 20))
    texts = {}
    for number in range(60):
        changed = first.split()
        for _ in range(number % 8):
            changed[rng.randrange(20)] = rng.choice(words)
        texts[number] = " ".join(changed)
    expected = {}
    for key, text in texts.items():
        ratio = SequenceMatcher(None, text.split(), first.split(), autojunk=False).ratio()
        if 0.8 <= ratio < 1:
            expected[key] = ratio
    first = f"  {first.upper()}!"
    with patch.object(alike, "MOST", len(texts)):
        found = alike.nearly(first, texts)
    assert len(expected) > 5 and dict(found) == expected
    assert [ratio for _, ratio in found] == sorted(expected.values(), reverse=True)
    assert alike.nearly(first, texts) == found[:5]


def test_the_same_words_are_one_group_and_parts_do_not_divide_it(made):
    with desk_of(made) as (desk, question):
        answers = desk.answers(question)
    groups = {answer.student: answer.group for answer in answers}
    assert groups["ada"] == groups["ben"] == groups["fay"]
    assert len({groups[student] for student in ("ada", "dan", "eve")}) == 3
    together = [answer.group for answer in answers]
    assert together == sorted(together)
    for parts in (1, 2, 3):
        numbers = range(1, parts + 1)
        for answer in answers:
            assert sum(answer.is_in_part(number, parts) for number in numbers) == 1


# ---- reading and grading


def test_a_grade_is_nbgraders_own_and_says_who_gave_it(course):
    give(course, "ada", 2.5, " Why? ", (1.0, 1.0, 0.5))
    assert stored(course, "ada")[:3] == (2.5, False, "Why?")
    assert all(stored(course, student)[1] for student in WRITTEN if student != "ada")
    with desk_of(course) as (desk, question):
        ada = by_student(desk, question)["ada"]
    assert (ada.status, ada.grader, ada.entry.ticks) == (work.GRADED, "bea", (1.0, 1.0, 0.5))
    give(course, "ada", None)  # taken back
    assert stored(course, "ada")[:3] == (None, True, None)


def test_what_was_left_empty_does_not_wait_also_after_a_grade_is_taken_back(course):
    for points in (1.0, None):
        give(course, "cleo", points)
        assert stored(course, "cleo")[:2] == (points, False)
    with desk_of(course) as (desk, question):
        assert by_student(desk, question)["cleo"].status == work.UNANSWERED


def test_what_formgrader_writes_counts_and_is_said(course):
    give(course, "ada", 3.0, "", (1.0, 1.0, 1.0))
    with gradebook_of(course) as gradebook:
        for student in ("ada", "eve"):
            grade = gradebook.find_grade(CELL, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    with desk_of(course) as (desk, question):
        found = by_student(desk, question)
        assert found["ada"].given.points == found["eve"].given.points == 1.5
        assert found["ada"].grader == found["eve"].grader == "" and not found["ada"].holds
    with serving(course) as running:
        client = Client(running.address)
        ada, eve = client.one(found["ada"].id), client.one(found["eve"].id)
    assert ada["ticks"] == [] and "bea gave 3 points here" in ada["note"]
    assert "that counts: 1.5 points" in ada["note"] and "formgrader" in eve["note"]


def test_nothing_is_overwritten_that_has_changed_since_it_was_seen(course):
    with desk_of(course) as (desk, question):
        before = by_student(desk, question)["ada"]
    with gradebook_of(course) as gradebook:
        gradebook.find_comment(CELL, NAME, NAME, "ada").manual_comment = "Mine."
        gradebook.db.commit()
    with pytest.raises(Changed):
        give(course, "ada", version=before.version)
    assert stored(course, "ada")[:3] == (None, True, "Mine.")
    with desk_of(course) as (desk, question):
        before = by_student(desk, question)["eve"]
        write_answer(course, "eve", "Another answer.")
        with pytest.raises(Changed):
            desk.grade(question, before.id, before.version, Grade(2.0, "", (), "bea"))
    assert stored(course, "eve")[0] is None
    assert not record.read(course, NAME)


def test_the_late_penalty_follows_each_grade(tmp_path):
    """A day late, a tenth of the points, by nbgrader's plugin; worked out by hand here."""
    times = {"due": datetime(2026, 3, 1, 12), "received": datetime(2026, 3, 2, 12)}
    course = make_class(tmp_path / "course", ANSWERS, **times)
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(
            "from nbgrader.plugins import LateSubmissionPlugin\n"
            "class ATenth(LateSubmissionPlugin):\n"
            "    def late_submission_penalty(self, student, score, seconds):\n"
            "        return score * seconds / 864_000\n"
            "c.AssignLatePenalties.plugin_class = ATenth\n"
        )
    for points, penalty in ((3.0, 2.0), (1.0, 1.8), (None, 1.7)):
        give(course, "ada", points)
        assert stored(course, "ada")[3] == pytest.approx(penalty)
    assert stored(course, "ben")[3] is None  # only what was graded is touched


def test_comments_used_before_come_from_the_gradebook_the_most_used_first(course):
    for student, comment in (("ada", "Why?"), ("ben", "Right."), ("eve", "Right.")):
        give(course, student, comment=comment)
    with desk_of(course) as (desk, question):
        assert work.comments(desk.answers(question)) == ["Right.", "Why?"]


def test_a_damaged_line_of_the_record_spoils_no_other(course):
    give(course, "ada", 1.0)
    path = record.path_of(course, NAME)
    with open(path, "a", encoding="utf-8") as file:
        file.write('\n{"student": "ben", "poi')  # killed while it wrote
        file.write("\n[]\n{}")
    give(course, "eve", 2.0)
    assert {key[0] for key in record.read(course, NAME)} == {"ada", "eve"}


# ---- over HTTP


def test_only_this_computers_own_page_with_the_token_is_answered(served):
    course, client = served
    row = client.rows()[0]
    port = client.base.split(":")[2].strip("/")
    own = client.base[:-1]
    for headers in (
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"},  # rebinding
        {"Host": f"evil.example:{port}", "Origin": own},
        {"Host": f"127.0.0.1.evil.example:{port}", "Origin": None},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ):
        for reply in (
            client.get("api/answers", headers=headers),
            client.post(row, headers=headers),
        ):
            assert reply.status_code == 403, headers
            assert list(reply.json()) == ["error"] and "answers" not in reply.text.lower()
    assert client.post(row, headers={"Origin": None}).status_code == 403
    assert client.get("api/answers", headers={"Origin": None}).status_code == 200
    assert all(stored(course, student)[0] is None for student in ANSWERS)


def test_the_page_holds_no_data_and_may_load_nothing_from_elsewhere(served):
    _, client = served
    for name in ("", "page.html", "page.js", "page.css"):
        reply = requests.get(client.base + name, timeout=60)
        policy = reply.headers["Content-Security-Policy"]
        assert reply.status_code == 200 and "default-src 'none'" in policy
        assert "unsafe" not in policy and "black hole" not in reply.text
    for path in ("page.py", "../work.py", "%2e%2e/work.py", "templates/page.js", "api/"):
        assert client.get(path).status_code == 404


def test_what_a_person_gets_wrong_is_one_sentence_and_nothing_is_written(served):
    course, client = served
    row = client.rows()[0]
    for details, said in (
        ({"points": 3.5}, "points = 3.5: give 0 to 3."),
        ({"points": -1}, "points = -1: give 0 to 3."),
        ({"points": float("nan")}, "points = nan: give 0 to 3."),
        ({"points": float("inf")}, "points = inf: give 0 to 3."),
        ({"points": "two"}, "This is not a grade: reload the page."),
        ({"ticks": [1]}, "The rubric has changed: reload the page."),
        ({"ticks": [1, 1, -1]}, "The rubric has changed: reload the page."),
        ({"ticks": [1, 1, float("nan")]}, "The rubric has changed: reload the page."),
        ({"ticks": 3}, "This is not a grade: reload the page."),
        ({"grader": "  "}, "Who grades? Write a name of 1 to 80 characters."),
        ({"comment": "x" * 10_001}, "The comment has 10,001 characters: 10,000 are allowed."),
    ):
        reply = client.post(row, **details)
        assert (reply.status_code, reply.json()) == (400, {"error": said})
    reply = client.post({"id": "0123456789abcdef", "version": "x"})
    assert reply.json() == {"error": "This answer is no longer there: reload the page."}
    reply = client.get("api/answers?question=nothing")
    assert reply.json() == {
        "error": f"nothing: no such question of {NAME}, it has {CELL}.",
    }
    assert client.session.post(f"{client.base}api/answers/{row['id']}", "[]").status_code == 400
    assert all(stored(course, student)[0] is None for student in ANSWERS)
    assert not (course / "grading" / "answers").exists()


def test_a_students_html_arrives_as_text(served):
    _, client = served
    texts = [client.one(row["id"])["text"] for row in client.rows()]
    (hostile,) = (text for text in texts if "hit" in text)
    tags = BeautifulSoup(hostile, "html.parser").find_all(True)
    assert {tag.name for tag in tags} <= {"p", "a", "img"}
    assert [tag.attrs for tag in tags if tag.attrs] == [{"href": "https://example.org"}]
    assert "window.hit = 1" in hostile  # nothing of the answer is lost


def test_a_damaged_notebook_is_said_and_code_and_pictures_are_shown(course):
    path = course / "grading" / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    path.write_text("{")
    write_answer(course, "ben", "# not a heading\nx = 1 < 2", kind="code")
    picture = f"data:image/png;base64,{PNG}"
    write_answer(course, "eve", "![mine](attachment:a.png)", {"a.png": {"image/png": PNG}})
    with desk_of(course) as (desk, question):
        ids = {answer.student: answer.id for answer in desk.answers(question)}
    with serving(course) as running:
        texts = {who: Client(running.address).one(ids[who])["text"] for who in ids}
    assert "cannot be read" in texts["ada"]
    shown = {who: BeautifulSoup(text, "html.parser") for who, text in texts.items()}
    assert shown["ben"].pre.text == "# not a heading\nx = 1 < 2"
    assert shown["eve"].img["src"] == picture


# ---- several at once, and a kill


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request, tmp_path_factory):
    """A class of twelve whose gradebook is of each kind."""
    folder = tmp_path_factory.mktemp("shared") / "course"
    answers = {f"s{number:02}": f"Answer number {number}." for number in range(12)}
    if request.param == "sqlite":
        yield make_class(folder, answers)
        return
    if reason := postgresql.missing():
        pytest.skip(reason)
    with postgresql.server() as url:
        url = url.replace("postgresql://", "postgresql+psycopg://")
        yield make_class(folder, answers, url=url)


def test_of_two_who_save_at_the_same_moment_the_second_is_told(shared):
    """The second one reads while the first has written and not yet committed."""
    written, append = threading.Event(), record.append

    def append_slowly(*words):
        append(*words)
        written.set()
        time.sleep(0.5)

    with desk_of(shared) as (desk, question):
        answer = desk.answers(question)[0]

    def save(points):
        if points == 2.0:
            assert written.wait(60)
        with desk_of(shared) as (desk, question):
            desk.grade(question, answer.id, answer.version, Grade(points, "", (), "bea"))

    with patch.object(record, "append", append_slowly), ThreadPoolExecutor(2) as threads:
        first, second = (threads.submit(save, points) for points in (1.0, 2.0))
        first.result(60)
        with pytest.raises(Changed):
            second.result(60)
    assert stored(shared, answer.student)[0] == 1.0


def test_two_servers_and_four_assistants_lose_nothing(shared):
    """All four grade every answer that they saw waiting: one of them is first, three are told."""
    with serving(shared) as one, serving(shared) as two:
        clients = [Client(running.address) for running in (one, two, one, two)]
        seen = clients[0].rows()
        assert len(seen) == 12

        def grade_all(number):
            replies = {}
            for row in random.Random(number).sample(seen, len(seen)):
                reply = clients[number].post(row, number / 2, f"by {number}", grader=f"g{number}")
                replies[row["id"]] = reply.status_code
            return replies

        with ThreadPoolExecutor(4) as threads:
            outcomes = list(threads.map(grade_all, range(4)))
    with desk_of(shared) as (desk, question):
        for answer in desk.answers(question):
            codes = [replies[answer.id] for replies in outcomes]
            assert sorted(codes) == [200, 409, 409, 409]
            winner = codes.index(200)
            assert answer.given == read.ByHand(winner / 2, False, f"by {winner}")
            assert answer.grader == f"g{winner}"


def test_a_kill_loses_no_grade_that_was_saved_and_leaves_none_half(tmp_path):
    answers = {f"s{number:02}": f"Answer number {number}." for number in range(24)}
    course = make_class(tmp_path / "course", answers)
    saved = set()
    with serving(course) as running:
        client = Client(running.address)
        rows = client.rows()

        def grade_all():
            for row in rows:
                try:
                    if client.post(row, 2.5, "Why?", [1, 1, 0.5]).status_code == 200:
                        saved.add(row["id"])
                except requests.RequestException:
                    return

        thread = threading.Thread(target=grade_all)
        thread.start()
        while len(saved) < 8:
            time.sleep(0.001)
        os.kill(running.process.pid, signal.SIGKILL)
        thread.join(60)
        running.process.join(30)
    assert 8 <= len(saved) < len(rows)
    with serving(course) as running:
        after = {row["id"]: Client(running.address).one(row["id"]) for row in rows}
    graded = {key for key, answer in after.items() if answer["status"] == work.GRADED}
    assert saved <= graded and len(graded - saved) <= 1  # the one that was being answered
    for key, answer in after.items():
        given = (answer["points"], answer["comment"], answer["ticks"], answer["grader"])
        assert given == ((2.5, "Why?", [1, 1, 0.5], "bea") if key in graded else (None, "", [], ""))


def test_a_kill_just_before_the_commit_leaves_the_answer_waiting(course):
    def kill():
        def append(*words):
            written(*words)
            os.kill(os.getpid(), signal.SIGKILL)

        written = record.append
        with patch.object(record, "append", append):
            give(course, "ada", 3.0, "Good.")

    process = multiprocessing.get_context("fork").Process(target=kill)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert stored(course, "ada")[:3] == (None, True, None) and record.read(course, NAME)
    give(course, "ada", 1.0)
    assert stored(course, "ada")[0] == 1.0


# ---- in a browser


needs_chromium = pytest.mark.skipif(
    not find_chromium(), reason="no Chromium found (apt install chromium)"
)


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@needs_chromium
@pytest.mark.filterwarnings("default")  # the browser driver's own
def test_a_class_is_graded_with_the_keyboard_alone(course, browser):
    with serving(course) as running, new_page(browser) as (page, errors):
        page.goto(running.address)
        keys, shown = page.keyboard, lambda name: page.inner_text(f"#{name}")

        def press(*names):
            for name in names:
                keys.press(name)
                page.wait_for_selector("body[data-busy=false]")

        page.wait_for_selector("#answer *")
        assert "#" not in page.url and shown("count") == "0 of 5 graded"
        assert shown("title").startswith(f"{TITLE} · ") and page.title().endswith(f" · {TITLE}")
        assert shown("about") == "Answer 1 of 5 · waits for a grade"  # and nobody's name
        while "black hole" not in shown("answer"):
            press("n")
        press("1", "2", "2", "3", "3", "3")
        assert page.input_value("#points") == "1.5"
        pressed = [
            button.get_attribute("aria-pressed")
            for button in page.query_selector_all("#items button")
        ]
        assert pressed == ["true", "mixed", "false"]
        press("c")
        keys.type("Which probe?")
        press("Escape", "g")
        assert shown("count") == "3 of 5 graded" and "3 answers have this grade" in shown("message")
        for student in ("ada", "ben", "fay"):
            assert stored(course, student)[:3] == (1.5, False, "Which probe?")
        press("u")
        assert shown("count") == "0 of 5 graded"
        assert all(stored(course, student)[:3] == (None, True, None) for student in WRITTEN)

        press("f", "c")
        keys.type("Well said.")
        press("Control+Enter")
        assert page.input_value("#comment") == page.input_value("#points") == ""
        for _ in WRITTEN[1:]:
            press("f", "Enter")
        assert shown("count") == "5 of 5 graded" and "All of these are graded" in shown("message")
        assert all(stored(course, student)[:2] == (3, False) for student in WRITTEN)
        assert page.evaluate("window.hit") is None
        press("0", "Enter", "h", "p")
        keys.type("7")
        press("Enter")
        assert shown("message") == "points = 7: give 0 to 3."
        press("Escape", "u")
        assert page.input_value("#points") == "0"
        assert sorted(stored(course, student)[0] for student in WRITTEN) == [0, 3, 3, 3, 3]
        press(*5 * ["ArrowLeft"])
        assert "Answer 1 of 5" in shown("about") and any(who in shown("about") for who in WRITTEN)
        press("0", "1", "ArrowRight")
        assert "Answer 2 of 5" in shown("about")
        assert 1 in [stored(course, student)[0] for student in WRITTEN]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert Axe().run(page).response["violations"] == []
        press("?")
        assert "Ctrl" in shown("help") and Axe().run(page).response["violations"] == []
        press("Escape")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert [each for each in errors if "400" not in each] == []


@needs_chromium
@pytest.mark.filterwarnings("default")
def test_two_assistants_in_two_pages_are_told_of_each_other(course, browser):
    with serving(course) as running:
        with new_page(browser) as (hers, _), new_page(browser) as (his, _):
            for page, name in ((hers, "ann"), (his, "bob")):
                page.goto(running.address)
                page.wait_for_selector("#answer *")
                page.locator("#settings summary").click()
                page.fill("#grader", name)
                page.locator("#settings summary").click()
                page.mouse.click(5, 500)
            assert hers.inner_text("#answer") == his.inner_text("#answer")
            hers.keyboard.press("f")
            hers.keyboard.press("Enter")
            hers.get_by_text("1 of 5 graded").wait_for()
            his.keyboard.press("0")
            his.keyboard.press("Enter")
            his.wait_for_selector("#message:not([hidden])")
            assert "has changed since you opened it" in his.inner_text("#message")
            assert "graded by ann" in his.inner_text("#about")
            with desk_of(course) as (desk, question):
                (graded,) = (a for a in desk.answers(question) if a.status == work.GRADED)
            assert (graded.grader, graded.given.points) == ("ann", 3)
            his.keyboard.press("Enter")  # he has seen it, and says it again
            his.get_by_text("waits for a grade").wait_for()
        with desk_of(course) as (desk, question):
            after = desk.find(desk.answers(question), graded.id)
        assert (after.grader, after.given.points) == ("bob", 0)


# ---- the command


def command(*words):
    return CliRunner().invoke(main, ["answers", *map(str, words)])


def test_the_list_says_what_waits_and_who_graded(course):
    give(course, "ada", grader="ann")
    for student in ("ben", "eve"):
        give(course, student, grader="bob")
    with gradebook_of(course) as gradebook:
        gradebook.find_grade(CELL, NAME, NAME, "eve").manual_score = 1
        gradebook.db.commit()
    result = command("02", "--list", "--root", course)
    assert result.exit_code == 0
    head, row = (line.split(maxsplit=4) for line in result.output.splitlines())
    assert head == ["question", "waits", "graded", "unanswered", "by"]
    assert row[:4] == [CELL, "2", "3", "1"]
    assert sorted(row[4].split(", ")) == ["ann 1", "bob 1", "elsewhere 1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["09", "--list"], f"09: not an assignment of the gradebook, it has {NAME}."),
        (["02", "--part", "3/2"], "--part 3/2: write 1/2 for the first of two parts."),
        (["02", "--part", "half"], "--part half: write 1/2 for the first of two parts."),
        (["02", "--question", "why"], f"why: no such question of {NAME}, it has {CELL}."),
    ],
)
def test_a_wrong_word_is_one_sentence(served, words, said):
    result = command(*words, "--no-browser", "--root", served[0])
    assert (result.exit_code, result.output) == (1, f"Error: {said}\n")


def test_a_port_that_is_taken_is_one_sentence(served):
    course, client = served
    port = client.base.split(":")[2].strip("/")
    result = command("02", "--no-browser", "--port", port, "--root", course)
    assert result.exit_code == 1 and f"Error: --port {port}: cannot be listened on" in result.output


def test_a_browser_is_opened_by_way_of_a_file_that_only_its_owner_reads(tmp_path):
    """The address, which holds the key, is not an argument of a program."""
    address, place = "http://127.0.0.1:8899/#key", tmp_path / "answers" / "open.html"
    with patch("webbrowser.open") as opened:
        answers._open(address, place)
    opened.assert_called_once_with(place.as_uri())
    assert place.stat().st_mode & 0o777 == 0o600
    assert f"url={address}" in place.read_text(encoding="utf-8")
