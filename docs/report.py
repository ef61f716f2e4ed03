"""Make the pictures of the report for the documentation: python docs/report.py

A made-up class of 60 in notebook 02 is graded: worked, right and wrong submissions (those of
tests/submissions), unwritten exercises, late, missing, broken and copied files. Writes
docs/term/report_light.png and report_dark.png. With a folder, `python docs/report.py FOLDER`, the
class stays there, to look at.
"""

import random
import sys
from datetime import datetime
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nbgrader.api import Gradebook

from autograder.grade.grade import Settings, grade
from autograder.pages.report import write_report
from docs.screenshot import shrunk
from tests.classroom import ANSWER, hand_in, make_course, solutions, written
from tests.course_scripts import ROOT, exercises
from tests.jupyterlab import chromium_page

NAME = "02_load_balancer"
STUDENTS = 60
FIRST = "Ada Ben Cleo Dan Eva Finn Gia Hal Ida Jon Kim Leo Mia Ned Ola Pia Quin Rosa Sam Tia"
LAST = "Abara Brandt Castro Dahl Eriksen Fontaine Gupta Haddad Ito Jansen"
MISSING, LATE, EMPTY, BROKEN, COPIED = (3, 17, 41), (12, 33, 50), (7,), (25,), (31,)
LARGEST = 200_000  # bytes of a picture
SHOWN = 1750  # pixels from the page's top


def a_class(folder: Path) -> Path:
    """Make the class in a folder and grade it; return the course's folder."""
    course = make_course(folder, [NAME])
    known = Path("tests", "submissions", NAME)  # where the names of mistakes come from
    copytree(ROOT / known, course / known)
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.find_assignment(NAME).duedate = datetime(2026, 11, 20, 18)
        for number in range(STUDENTS):
            first, last = FIRST.split()[number % 20], LAST.split()[(7 * number + number // 20) % 10]
            email = f"{first}.{last}@uni.example".lower()
            gradebook.add_student(_id(number), first_name=first, last_name=last, email=email)
    for number in range(STUDENTS):
        if number not in MISSING:
            hour = 21 if number in LATE else 12
            notebook = _notebook(number - 1 if number in COPIED else number)
            place = hand_in(course, _id(number), NAME, notebook, f"2026-11-20 {hour}:00:00 UTC")
            if number in BROKEN:
                file = place / f"{NAME}.ipynb"
                file.write_bytes(file.read_bytes()[:3000])
    for _ in grade(course, NAME, Settings())[1]:
        pass
    return course


def _id(number: int) -> str:
    return f"s{number:03}"


def _notebook(number: int):
    """Return a student's notebook: the higher the number, the more of it is right."""
    rng, texts = random.Random(number), {}
    for place, exercise in enumerate(exercises(NAME)):
        good = 0.25 + 0.65 * number / STUDENTS - 0.05 * place
        if number in EMPTY or rng.random() > good + 0.55:
            continue
        kind = rng.choice(["worked", "right"]) if rng.random() < good else "wrong"
        found = sorted((ROOT / "tests" / "submissions" / NAME / exercise).glob(f"{kind}_*.py"))
        is_worked = kind == "worked"
        texts[exercise] = solutions(NAME)[exercise] if is_worked else rng.choice(found).read_text()
    return written(NAME, texts, ANSWER if rng.random() < 0.8 and number not in EMPTY else "")


def main(folder: Path) -> None:
    """Write the pictures; SystemExit if one is too large."""
    course = a_class(folder / "course")
    page_file = write_report(course)
    for theme in ("light", "dark"):
        with chromium_page(width=1280, height=SHOWN) as (page, _):
            page.emulate_media(color_scheme=theme)
            page.goto(page_file.as_uri())
            picture = shrunk(page.screenshot())
        path = ROOT / "docs" / "term" / f"report_{theme}.png"
        if len(picture) > LARGEST:
            raise SystemExit(f"{path}: {len(picture)} bytes, more than {LARGEST}")
        path.write_bytes(picture)
        print(path.relative_to(ROOT), len(picture), "bytes")


if __name__ == "__main__":
    if sys.argv[1:]:
        main(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as temporary:
            main(Path(temporary))
