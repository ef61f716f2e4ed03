"""A small class whose files came from Canvas, from Moodle and by mail, graded once.

Canvas: ada has solved all, ben a part, and his answer waits for a person. Moodle: eva. Mail: cleo.
"""

import zipfile

import nbformat

from tests import programs, toy_course

NAME = "01_toy"
CANVAS = {  # by Canvas' name of the file: what is solved in it
    f"lovelaceada_LATE_12345_700_{NAME}.ipynb": ("alpha", "beta"),
    f"lovelaceada_12345_1001_{NAME}-1.ipynb": ("alpha", "beta", "gamma"),
    f"otomoben_12346_900_{NAME}.ipynb": ("alpha", "explain"),
}
MOODLE = {f"Eva Klein_471_assignsubmission_file/{NAME}.ipynb": ("alpha", "beta")}
ADA, BEN, EVA, CLEO = "lovelaceada-12345", "otomoben-12346", "Eva-Klein", "cleo"
POINTS = {ADA: 17, BEN: 6, EVA: 12, CLEO: 5}
"""What `autograder grade` gives: each of alpha, beta and gamma is worth 6, 6 and 5 points."""
WHOLE = 20


def make_class(folder):
    """Make the course's folder, collect and grade; return it."""
    course = toy_course.make_course(folder / "course")
    run(course, "nbgrader", "generate_assignment", NAME)
    (folder / "downloads").mkdir()
    pack(folder / "downloads" / "canvas.zip", course, CANVAS)
    pack(folder / "downloads" / "moodle.zip", course, MOODLE)
    (folder / "downloads" / f"{NAME}__cleo.ipynb").write_text(notebook(course, ("gamma",)))
    run(course, "autograder", "collect", str(folder / "downloads"))
    run(course, "autograder", "grade", NAME, "--jobs", "2")
    return course


def pack(path, course, files):
    """Write a download of {name: what is solved in it}."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, solved in files.items():
            archive.writestr(name, notebook(course, solved))


def notebook(course, solved):
    """Return a student's notebook with these exercises solved."""
    made = nbformat.read(course / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in made.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in solved:
            solution = f"def {grade_id}(number):\n    return number + number"
            cell.source = "Because it grows." if grade_id == "explain" else solution
    return nbformat.writes(made)


def run(course, *words):
    """Run a command in the course's folder; return what it printed."""
    ran = programs.run(words, course)
    assert ran.returncode == 0, ran.stdout + ran.stderr[-3000:]
    return ran.stdout
