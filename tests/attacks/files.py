"""What lies beside the notebook: modules that shadow others, links, pipes, floods of files."""

import os
import socket
from pathlib import Path

from nbformat import v4

from tests.attacks.making import ALL_POINTS, NAME, Attack, Places, beside, notebook, save

EVIL = """
import os, sys
print("shadowed", __name__)
sys.stdout.flush()
try:
    open("COURSE_FOLDER/solutions/spoilt", "w").write("spoilt")
except OSError:
    pass
def dumps(*arguments, **options): return '"ok"'
def loads(*arguments, **options): return "ok"
class Random:
    def __getattr__(self, name): return lambda *arguments: 0
"""
SHADOWING = (
    "ipykernel.py",
    "simpy.py",
    "json.py",
    "random.py",
    "sitecustomize.py",
    "numpy/__init__.py",
    "course/__init__.py",
    "course/checks.py",
    "autograder/grade/judge.py",
    "IPython/__init__.py",
)


def shadows(folder: Path, places: Places) -> None:
    """Put modules there that would be imported in place of others."""
    for name in SHADOWING:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(places.put(EVIL))


def links(folder: Path, places: Places) -> None:
    """Put links to what the student may not see there."""
    for number, target in enumerate(("solutions", "grading", f"solutions/{NAME}.py")):
        (folder / f"link{number}").symlink_to(places.course / target)
    (folder / "gradebook.db").symlink_to(places.course / "grading" / "gradebook.db")
    (folder / "deep").mkdir()
    (folder / "deep" / "home").symlink_to(places.home)
    (folder / "loop").symlink_to(folder)
    (folder / "dangling").symlink_to("nowhere")


def one_link(folder: Path, places: Places) -> None:
    """Put links to the solutions and to the gradebook there, as data to read."""
    (folder / "data.txt").symlink_to(places.course / "solutions" / f"{NAME}.py")
    (folder / "data.db").symlink_to(places.course / "grading" / "gradebook.db")


def special(folder: Path, places: Places) -> None:
    """Put a pipe and a socket there."""
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "data.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(folder, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)


def notebook_pipe(folder: Path, places: Places) -> None:
    """Hand in a pipe as the notebook."""
    folder.mkdir(parents=True)
    os.mkfifo(folder / f"{NAME}.ipynb")


def notebook_link(folder: Path, places: Places) -> None:
    """Hand in a link to another student's notebook."""
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").symlink_to(
        places.course / "grading" / "submitted" / "aaa" / NAME / f"{NAME}.ipynb"
    )


def folder_link(folder: Path, places: Places) -> None:
    """Hand in a link to another student's folder."""
    folder.parent.mkdir(parents=True)
    folder.symlink_to(places.course / "grading" / "submitted" / "aaa" / NAME)


def folder_of_its_name(folder: Path, places: Places) -> None:
    """Have a folder with the notebook's name, and the notebook under another."""
    save(notebook(True), folder, "mine")
    (folder / f"{NAME}.ipynb").mkdir()
    (folder / f"{NAME}.ipynb" / "data.txt").write_text("data")


def names(folder: Path, places: Places) -> None:
    """Have names that a terminal, a page or a file system would stumble over."""
    for name in (
        b"\x1b]0;owned\x07\x1b[2J.ipynb",
        b"two\nlines: all points\r.ipynb",
        b"not \xff UTF-8.ipynb",
        "\u202egnp.ipynb".encode(),
        b"<script>canary()</script>.ipynb",
        b"x" * 255,
        b"not \xff UTF-8.txt",
        b"-rf",
        b"$(touch spoilt)",
    ):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name.replace(b"/", b"|"))).write_text("{}")


def long_name(folder: Path, places: Places) -> None:
    """Have a name that leaves no room for anything to be put before or behind it."""
    (folder / ("語" * 83 + ".csv")).write_text("1")


def half_written(folder: Path, places: Places) -> None:
    """Have files where the grader might write the first part of the notebook."""
    for name in (f".{NAME}.ipynb.{os.getpid()}", f".timestamp.txt.{os.getpid()}"):
        (folder / name).mkdir()
        (folder / name / "data.txt").write_text("data")


def deep(folder: Path, places: Places) -> None:
    """Have folders 150 deep."""
    start = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(150):
            os.mkdir("d")
            os.chdir("d")
        Path("data.txt").write_text("data")
    finally:
        os.chdir(start)


def many(folder: Path, places: Places) -> None:
    """Have 3,000 files, half of them notebooks."""
    for number in range(1500):
        (folder / f"data{number:04d}.csv").write_text("1")
        (folder / f"book{number:04d}.ipynb").write_text("{}")


def large(folder: Path, places: Places) -> None:
    """Have files that are too large, together or alone."""
    (folder / "large.csv").write_bytes(b"1" * (9 << 20))
    with open(folder / "sparse.csv", "wb") as sparse:
        sparse.truncate(1 << 40)
    for number in range(12):
        (folder / f"data{number}.csv").write_bytes(b"1" * (1 << 20))


def helper(folder: Path, places: Places) -> None:
    """Have an own module and data that the notebook uses: an honest student."""
    folder.mkdir(parents=True)
    (folder / "helpers.py").write_text("def twice(x): return 2 * x\n")
    (folder / "data").mkdir()
    (folder / "data" / "numbers.csv").write_text("21")
    used = notebook(True)
    text = "import helpers\nassert helpers.twice(int(open('data/numbers.csv').read())) == 42"
    cell = next(cell for cell in used.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    cell.source = f"{text}\n{cell.source}"
    used.cells.append(v4.new_code_cell("helpers.twice(21)"))
    save(used, folder)


def refused(name: str, make, says: str) -> Attack:
    return Attack(name, make, says=says, refused=True)


ATTACKS = [
    beside("modules that shadow others", shadows, says="in place of the module json"),
    beside("modules that shadow others beside no code", shadows, right=False, says="simpy"),
    beside("links to solutions and gradebook", one_link, says="symbolic link"),
    beside("links to folders and in a circle", links, says="symbolic link", stock=False),
    beside("pipes and a socket", special, says="not a plain file"),
    refused("a pipe for a notebook", notebook_pipe, "not a plain file"),
    refused("a link for a notebook", notebook_link, "symbolic link"),
    refused("a link for a folder", folder_link, "not a folder"),
    Attack(
        "a folder of the notebook's name",
        folder_of_its_name,
        least=ALL_POINTS,
        most=ALL_POINTS,
        says="was taken for",
    ),
    beside("names with control characters", names, says="another notebook"),
    beside("a file with a name of 253 bytes", long_name, says="more than 200 bytes"),
    beside("a folder named as what is being written", half_written),
    beside("folders 150 deep", deep, says="more than 200 bytes", stock=False),
    beside("3000 files", many, says="more than 1000"),
    beside("large files", large, says="more than", stock=False),
    Attack("an own module", helper, least=ALL_POINTS, most=ALL_POINTS),
]
