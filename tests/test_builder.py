"""The builder: the same bytes each time, nothing secret in the release, one clear line an error."""

import re
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.build.markers import PLAIN, halves
from autograder.build.release import build, differences, refresh_sources
from autograder.build.script import SourceError, read
from autograder.cli import main
from autograder.course import configuration
from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.gradebook.read import in_gradebook
from tests.programs import nbgrader
from tests.toy_course import EXERCISE, SCRIPT, TITLE, make_course


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def released(course):
    return course / "notebooks" / "01_toy" / "01_toy.ipynb"


def autograder(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_release_has_stubs_and_nothing_secret(course):
    assert build(course) == ["01_toy"]
    notebook = nbformat.read(released(course), as_version=4)
    nbformat.validate(notebook)
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    assert cells["alpha"].source.endswith(
        '    # YOUR CODE HERE\n    raise NotImplementedError("Exercise A: double the number")'
    )
    assert "seen = alpha(2)\n### JUDGE" in cells["alpha_check"].source
    assert cells["alpha_hidden"].source == "# Hidden check: it runs when your work is graded."
    assert cells["explain"].source == "*Write your answer here.*"
    text = released(course).read_text(encoding="utf-8")
    for secret in ("secret", "alpha(21)", "model answer", "BEGIN", "END"):
        assert secret not in text
    assert notebook.cells[0].source.startswith("# 01 · Toy")


def test_the_release_holds_the_points_and_locks(course):
    build(course)
    notebook = nbformat.read(released(course), as_version=4)
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert sum(cell.metadata.nbgrader.points for cell in graded) == 20
    locked = [cell.metadata.nbgrader.grade_id for cell in graded if cell.metadata.nbgrader.locked]
    assert "alpha_check" in locked and "explain" not in locked


def test_the_same_sources_give_the_same_bytes(course, tmp_path):
    build(course)
    first = released(course).read_bytes()
    build(course)
    again = make_course(tmp_path / "elsewhere")
    build(again)
    assert released(course).read_bytes() == first == released(again).read_bytes()


def test_check_finds_a_release_that_is_not_what_the_sources_give(course):
    assert differences(course) == [
        "notebooks/01_toy/01_toy.ipynb: is missing: run `autograder build`"
    ]
    assert not released(course).exists()
    build(course)
    assert differences(course) == []
    script = course / "solutions" / "01_toy.py"
    script.write_text(SCRIPT.replace("A story.", "Another story."), encoding="utf-8")
    assert "is not what solutions/01_toy.py gives" in differences(course)[0]
    build(course)
    (released(course).parent / "notes.txt").write_text("mine")
    assert "does not belong there, notes.txt: remove it" in differences(course)[0]


def test_the_command_builds_and_checks(course):
    result = autograder("build", "--root", course)
    assert (result.exit_code, result.output) == (0, "built notebooks/01_toy/01_toy.ipynb\n")
    result = autograder("build", "--check", "--root", course)
    assert (result.exit_code, result.output) == (0, "notebooks/ is what solutions/ gives.\n")
    released(course).write_text("{}")
    result = autograder("build", "--check", "--root", course)
    assert result.exit_code == 1
    assert result.output == (
        "Error: notebooks/01_toy/01_toy.ipynb: is not what solutions/01_toy.py gives: "
        "run `autograder build`\n"
    )


def test_the_command_names_a_wrong_notebook_and_a_wrong_folder(course, tmp_path):
    result = autograder("build", "--root", course, "02_toy")
    assert result.output == "Error: 02_toy: no such notebook, there are 01_toy\n"
    result = autograder("build", "--root", tmp_path)
    assert result.output == f"Error: {tmp_path / 'solutions'}: no NN_name.py there: wrong folder?\n"


def test_sources_are_written_again_only_when_a_script_is_newer(course):
    assert refresh_sources(course) == ["01_toy"]
    assert refresh_sources(course) == []
    script = course / "solutions" / "01_toy.py"
    script.write_text(SCRIPT, encoding="utf-8")
    assert refresh_sources(course) == ["01_toy"]


def test_a_broken_script_does_not_stop_the_others(course):
    broken = course / "solutions" / "02_toy.py"
    broken.write_text(SCRIPT, encoding="utf-8")
    build(course)
    release = course / "notebooks" / "02_toy" / "02_toy.ipynb"
    before = release.read_bytes()
    broken.write_text(SCRIPT.replace("points=3", "points=4"), encoding="utf-8")
    result = autograder("build", "--root", course, "01_toy")
    assert (result.exit_code, result.output) == (0, "built notebooks/01_toy/01_toy.ipynb\n")
    (course / "solutions" / "03_toy.py").write_text(SCRIPT.replace("A story", "A $ story"))
    result = autograder("build", "--root", course)
    first, *_, last = result.output.splitlines()
    assert result.exit_code == 1 and "02_toy.py: points: visible ones add up" in first
    assert last.startswith("03_toy.py: cell 1 ") and "a $ starts a formula" in last
    said = nbgrader(course, "generate_assignment", "02_toy", fails=True)
    assert "ERROR] 02_toy.py: points: visible ones add up" in said
    assert release.read_bytes() == before
    nbgrader(course, "generate_assignment", "01_toy")


def test_nbgrader_generates_from_the_scripts_of_a_fresh_clone(course):
    nbgrader(course, "generate_assignment", "01_toy")
    first = released(course).read_bytes()
    script = course / "solutions" / "01_toy.py"
    script.write_text(SCRIPT.replace("A story.", "Another story."), encoding="utf-8")
    nbgrader(course, "generate_assignment", "01_toy")
    assert b"Another story." in released(course).read_bytes() != first
    assert differences(course) == []


def test_formgrader_lists_and_generates_the_scripts_of_a_fresh_clone(course):
    config = configuration(course, course)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    assert not (course / "grading").exists()
    assert [assignment["name"] for assignment in api.get_assignments()] == ["01_toy"]
    script = course / "solutions" / "01_toy.py"
    script.write_text(SCRIPT.replace("A story.", "Another story."), encoding="utf-8")
    assert api.generate_assignment("01_toy")["success"]
    assert b"Another story." in released(course).read_bytes()
    before = released(course).read_bytes()
    script.write_text(SCRIPT.replace("points=3", "points=4"), encoding="utf-8")
    said = api.generate_assignment("01_toy")
    assert not said["success"] and "01_toy.py: points: visible ones add up" in said["log"]
    assert released(course).read_bytes() == before


def test_reading_the_configuration_writes_nothing(course):
    build(course)
    (course / "solutions" / "01_toy.py").write_text(SCRIPT.replace("A story.", "Another story."))
    (course / "solutions" / "02_toy.py").write_text(SCRIPT)  # and has no source notebook yet
    (course / "inbox").mkdir()
    (course / "inbox" / "notes.txt").write_text("not a notebook")

    def sources():
        files = (course / "grading" / "source").rglob("*")
        return {path: (path.stat().st_mtime_ns, path.is_file()) for path in files}

    before = sources()
    for words in (
        ["build", "--check"],
        ["collect", course / "inbox"],
        ["grade", "01_toy"],
        ["feedback", "01_toy"],
        ["report"],
        ["export", "--to", course / "grades.csv"],
    ):
        result = autograder(*words, "--root", course)
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        assert sources() == before, words
    exchange = course / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    for words in (
        ["db", "student", "list"],
        ["list", f"--Exchange.root={exchange}"],
        ["validate", released(course)],
    ):
        nbgrader(course, *words)
        assert sources() == before, words


def test_the_notebook_that_welcomes_is_not_graded(tmp_path):
    course = make_course(tmp_path / "course")
    welcome = course / "solutions" / "00_welcome.py"
    welcome.write_text(TITLE + "\n# %%\nprint(1)\n", encoding="utf-8")
    assert build(course, ["00_welcome"]) == ["00_welcome"]
    welcome.write_text(SCRIPT, encoding="utf-8")
    result = autograder("build", "--root", course, "00_welcome")
    assert "nothing is graded here: take the mark away" in result.output


def test_only_a_notebook_that_is_named_becomes_an_assignment_of_the_class(tmp_path):
    """Or exports have a column for each notebook of the course, with zeros."""
    course = make_course(tmp_path / "course")
    (course / "solutions" / "02_more.py").write_text(SCRIPT, encoding="utf-8")
    welcome = TITLE + "\n# %%\nprint(1)\n"
    (course / "solutions" / "00_welcome.py").write_text(welcome, encoding="utf-8")
    assert autograder("build", "--root", course).exit_code == 0
    assert released(course).exists() and in_gradebook(course) == set()
    assert autograder("build", "--root", course, "01_toy", "00_welcome").exit_code == 0
    assert in_gradebook(course) == {"01_toy"}
    changed = SCRIPT.replace("twice 21", "twice twenty-one")
    for name in ("01_toy", "02_more"):
        (course / "solutions" / f"{name}.py").write_text(changed, encoding="utf-8")
    assert autograder("build", "--root", course).exit_code == 0
    assert in_gradebook(course) == {"01_toy"}
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        source = gradebook.find_source_cell("alpha_hidden", "01_toy", "01_toy").source
        assert "twice twenty-one" in source


def test_a_letter_with_a_number_is_no_exercises_letter(tmp_path):
    """course.submit() would not tell a student that it is not written yet."""
    text = SCRIPT.replace("## Exercise A ", "## Exercise A2 ")
    course = make_course(tmp_path / "course", text)
    said = autograder("build", "--root", course).output
    assert "its heading must be '## Exercise A — …', the next letter" in said
    text = SCRIPT.replace("BEGIN SOLUTION Exercise A:", "BEGIN SOLUTION Exercise A2:")
    (course / "solutions" / "01_toy.py").write_text(text, encoding="utf-8")
    said = autograder("build", "--root", course).output
    assert "is exercise A, but a region begins 'Exercise A2:': fix it" in said


ALPHA_CHECK = """\
seen = alpha(2)
### JUDGE
assert seen == 4, f"alpha(2) returned {seen}, expected 4: twice 2"
"""
ALPHA_REGION = """\
    ### BEGIN SOLUTION Exercise A: double the number
    return 2 * number  # secret of alpha
    ### END SOLUTION
"""

ERRORS = {
    "duplicate grade id": (
        'solution="beta"',
        'solution="alpha"',
        'cell 10 ("alpha"): grade id also used by cell 5 ("alpha"): rename one',
    ),
    "check without judge": (
        "seen = alpha(2)\n### JUDGE\n",
        "seen = alpha(2)\n",
        'cell 6 ("alpha_check"): needs one line ### JUDGE between what it sees and how it judges',
    ),
    "points": (
        'check="alpha" points=3',
        'check="alpha" points=4',
        "points: visible ones add up to 9, not 8: make alpha_check 4 → 3\n",
    ),
    "no points": (
        'check="alpha" points=3',
        'check="alpha"',
        'cell 6 ("alpha_check"): has no points',
    ),
    "missing hint": (
        "# <details><summary>Hint 2</summary>That.</details>\n",
        "",
        'cell 5 ("alpha"): a missing hint: its text needs two <details> … </details>',
    ),
    "markup in a hint": (
        "# <details><summary>Hint 2</summary>That.</details>\n",
        "# <details><summary>Hint 2</summary>\n# `that`\n# </details>\n",
        'cell 5 ("alpha"): a hint shows its ` * $ as they are: put an empty line before and after '
        "it",
    ),
    "solution region elsewhere": (
        '# %% solution="alpha"',
        "# %%",
        'cell 5 ("def alpha(number):"): a SOLUTION region outside a solution cell: mark the cell',
    ),
    "solution without region": (
        ALPHA_REGION,
        "    return 2 * number\n",
        'cell 5 ("alpha"): has no ### BEGIN SOLUTION … ### END SOLUTION',
    ),
    "open region": (
        "secret of alpha\n    ### END SOLUTION",
        "secret of alpha",
        'cell 5 ("alpha"): 1 BEGIN but 0 END SOLUTION: pair them',
    ),
    "hidden text outside its region": (
        "### BEGIN HIDDEN TESTS\n### RULE: alpha",
        "seen = 1\n### BEGIN HIDDEN TESTS\n### RULE: alpha",
        'cell 7 ("alpha_hidden"): a hidden check must be all inside ### BEGIN HIDDEN TESTS',
    ),
    "no rule": (
        "### RULE: alpha doubles any number.\n",
        "",
        'cell 7 ("alpha_hidden"): does not say what it is about: write "### RULE: …" below',
    ),
    "a rule in another place": (
        "### RULE: alpha doubles any number.\nseen = alpha(21)\n",
        "seen = alpha(21)\n### RULE: alpha doubles any number.\n",
        'cell 7 ("alpha_hidden"): does not say what it is about: write "### RULE: …" below',
    ),
    "a rule that is too long": (
        "### RULE: alpha doubles any number.",
        f"### RULE: alpha doubles any {'large ' * 25}number.",
        'cell 7 ("alpha_hidden"): its rule has 175 characters: say it in 140',
    ),
    "hidden region in a visible check": (
        ALPHA_CHECK,
        "### BEGIN HIDDEN TESTS\n" + ALPHA_CHECK + "### END HIDDEN TESTS\n",
        'cell 6 ("alpha_check"): is visible and has a hidden region: make two cells of it',
    ),
    "heading": (
        "# ## Predict\n",
        "",
        "anatomy: no '## Predict' heading where it belongs: add it in order",
    ),
    "binder": (
        "# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/a/b/HEAD)\n",
        "",
        "lacks a Binder badge: add it",
    ),
    "minutes": ("About 10 minutes", "Soon", 'lacks the estimated time, "about 75 minutes": add it'),
    "bullets": ("# - three\n", "", "lacks three bullets of what you will be able to do: add it"),
    "student object after judge": (
        "assert seen == 4",
        "assert alpha(2) == seen",
        "cell 6 (\"alpha_check\"): after ### JUDGE only `seen` and own imports: not 'alpha'",
    ),
    "hidden name that a student may have": (
        "seen = alpha(21)",
        "helper = 21\nseen = alpha(helper)",
        "cell 7 (\"alpha_hidden\"): would overwrite a student's 'helper': call it '_helper'",
    ),
    "nothing seen": (
        "seen = alpha(2)",
        "saw = alpha(2)",
        'cell 6 ("alpha_check"): the half before ### JUDGE must set `seen`',
    ),
    "assert before judge": (
        "seen = alpha(2)\n",
        "seen = alpha(2)\nassert seen, 'no'\n",
        'cell 6 ("alpha_check"): has an assert before ### JUDGE: judge after it',
    ),
    "no message": (
        ', f"alpha(2) returned {seen}, expected 4: twice 2"',
        "",
        'cell 6 ("alpha_check"): has an assert without a message: write one',
    ),
    "ends with a value": (
        'expected 4: twice 2"\n\n# %% check="alpha_hidden"',
        'expected 4: twice 2"\n1\n\n# %% check="alpha_hidden"',
        'cell 6 ("alpha_check"): must end with an assert: a last value counts as points',
    ),
    "not python": (
        "seen = alpha(2)",
        "seen = = alpha(2)",
        'cell 6 ("alpha_check"): is not Python: invalid syntax, line 1: correct it',
    ),
    "no hidden check": (
        'check="alpha_hidden" points=3',
        'check="beta_hidden_2" points=3',
        'cell 5 ("alpha"): needs a visible and a hidden check after it',
    ),
    "check of nothing": (
        'check="alpha_hidden"',
        'check="aleph_hidden"',
        "checks no solution cell: there is no solution='aleph'",
    ),
    "no explore": (
        "explore(alpha)",
        "print(alpha)",
        'cell 5 ("alpha"): must end with an explore cell that runs the student\'s own',
    ),
    "dollar": ("A story.", "A story for $5.", "a $ starts a formula: write \\$, or dollars"),
    "dollars": ("A story.", "From $5 to $6, $x$.", "a $ starts a formula: write \\$, or dollars"),
    "unknown mark": (
        'solution="alpha"',
        'solved="alpha"',
        "cell 5 (\"def alpha(number):\"): unknown mark 'solved'",
    ),
    "two marks": (
        '# %% solution="alpha"',
        '# %% solution="alpha" check="alpha"',
        'cell 5 ("alpha"): is solution and check at once: keep one of them',
    ),
    "bad grade id": (
        'solution="alpha"',
        'solution="Alpha one"',
        'cell 5 ("Alpha one"): a grade id is in snake_case: rename it',
    ),
}


LINES = {  # of the faults that bring others with them
    "duplicate grade id": 4,
    "solution region elsewhere": 6,
    "check of nothing": 2,
    "bad grade id": 4,
}


@pytest.mark.parametrize("fault", ERRORS)
def test_a_fault_of_a_script_is_one_line_with_cell_and_fix(tmp_path, fault):
    old, new, expected = ERRORS[fault]
    assert SCRIPT.count(old) >= 1
    course = make_course(tmp_path / "course", SCRIPT.replace(old, new, 1))
    result = autograder("build", "--root", course)
    assert result.exit_code == 1
    assert expected in result.output
    lines = result.output.removeprefix("Error: ").splitlines()
    assert all(line.startswith("01_toy.py: ") for line in lines)
    assert len(lines) == len(set(lines)) == LINES.get(fault, 1)
    assert not (course / "notebooks").exists()


def test_a_formula_may_be_written(tmp_path):
    story = "Of $n$ users $1 - e^{-n}$ pay \\$5:\n#\n# $$n^2$$"
    course = make_course(tmp_path / "course", SCRIPT.replace("A story", story, 1))
    assert autograder("build", "--root", course).exit_code == 0


def test_all_faults_of_a_script_are_named_at_once_in_the_order_of_its_cells(tmp_path):
    script = SCRIPT
    for name in ("dollar", "no message", "missing hint", "heading", "nothing seen"):
        script = script.replace(*ERRORS[name][:2], 1)
    script = script.replace('check="gamma" points=2', 'check="gamma" points=3')
    result = autograder("build", "--root", make_course(tmp_path / "course", script))
    assert result.output.removeprefix("Error: ").splitlines() == [
        "01_toy.py: points: visible ones add up to 9, not 8: make alpha_check 3 → 2",
        "01_toy.py: anatomy: no '## Predict' heading where it belongs: add it in order",
        '01_toy.py: cell 1 ("# 01 · Toy"): a $ starts a formula: write \\$, or dollars',
        '01_toy.py: cell 5 ("alpha"): a missing hint: its text needs two <details> … </details>',
        '01_toy.py: cell 6 ("alpha_check"): the half before ### JUDGE must set `seen`',
        '01_toy.py: cell 6 ("alpha_check"): has an assert without a message: write one',
    ]


def test_all_wrong_marks_of_a_script_are_named_at_once(tmp_path):
    script = SCRIPT.replace('solution="alpha"', 'solved="alpha"').replace(" points=2", "")
    script = script.replace("# %% [markdown]\n# # 01", "# %% [markdown] points=3\n# # 01")
    result = autograder("build", "--root", make_course(tmp_path / "course", script))
    assert [line.partition("): ")[2] for line in result.output.splitlines()] == [
        'points=3: write points={"name": 1}',
        "unknown mark 'solved': use solution, check, answer, rubric, points",
        "has no points: write points=2 after it",
    ]


@pytest.mark.parametrize(
    ("points", "fix"),
    [
        ((3, 3, 1), "add up to 7, not 8: make gamma_check 1 → 2"),
        ((8, 1, 1), "add up to 10, not 8: make alpha_check 8 → 6"),
        ((2.5, 3, 3), "add up to 8.5, not 8: make beta_check 3 → 2.5"),
        ((6, 6, 6), "18, not 8: make alpha_check 6 → 2, beta_check 6 → 3, gamma_check 6 → 3"),
    ],
)
def test_points_that_do_not_add_up_get_a_split_that_does(tmp_path, points, fix):
    script = split_into(SCRIPT, points)
    course = make_course(tmp_path / "course", script)
    result = autograder("build", "--root", course)
    assert result.output.count("\n") == 1 and f"{fix}\n" in result.output
    changes = {name: float(new) for name, new in re.findall(r"(\w+)_check \S+ → ([\d.]+)", fix)}
    new = [changes.get(n, old) for n, old in zip(("alpha", "beta", "gamma"), points, strict=True)]
    (course / "solutions" / "01_toy.py").write_text(split_into(SCRIPT, new))
    assert build(course) == ["01_toy"]


def split_into(script, points):
    """Return the toy script with these points of its visible checks."""
    for name, each in zip(("alpha", "beta", "gamma"), points, strict=True):
        script = re.sub(f'check="{name}" points=[0-9]', f'check="{name}" points={each}', script)
    return script


def test_the_title_cell_may_split_the_points_otherwise(tmp_path):
    mark = 'points={"visible": 7, "hidden": 10, "written": 3}'
    script = SCRIPT.replace("# %% [markdown]\n# # 01", f"# %% [markdown] {mark}\n# # 01", 1)
    course = make_course(tmp_path / "course", script)
    result = autograder("build", "--root", course)
    assert "visible ones add up to 8, not 7: make alpha_check 3 → 2" in result.output
    assert "hidden ones add up to 9, not 10: make alpha_hidden 3 → 4" in result.output
    right = split_into(script, (2, 3, 2)).replace(
        'check="alpha_hidden" points=3', 'check="alpha_hidden" points=4'
    )
    (course / "solutions" / "01_toy.py").write_text(right)
    assert build(course) == ["01_toy"]
    for wrong in ("0", '"ten"'):
        wrong = right.replace('"hidden": 10', f'"hidden": {wrong}')
        (course / "solutions" / "01_toy.py").write_text(wrong)
        said = autograder("build", "--root", course).output
        assert "must give visible, hidden, written, each above 0: correct it" in said


def test_a_notebook_may_have_any_points_in_all(tmp_path):
    mark = 'points={"visible": 8, "hidden": 20.5, "written": 10}'
    script = SCRIPT.replace("# %% [markdown]\n# # 01", f"# %% [markdown] {mark}\n# # 01", 1)
    script = script.replace('answer="explain" points=3', 'answer="explain" points=10')
    script = script.replace('check="alpha_hidden" points=3', 'check="alpha_hidden" points=14.5')
    course = make_course(tmp_path / "course", script)
    assert build(course, ["01_toy"]) == ["01_toy"]
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment("01_toy").max_score == 38.5


def six_exercises():
    """Return the toy script with six exercises and the points shared among them."""
    start, end = (
        SCRIPT.index(EXERCISE.format(**THIRD)),
        SCRIPT.index("# %% [markdown]\n# ## Explain"),
    )
    more = (("C", "gamma", 1, 1), ("D", "delta", 1, 1), ("E", "epsilon", 1, 1), ("F", "zeta", 1, 2))
    names = ("letter", "name", "visible", "hidden")
    texts = [EXERCISE.format(**dict(zip(names, each, strict=True))) for each in more]
    script = "\n".join((SCRIPT[:start] + texts[0], *texts[1:], SCRIPT[end:]))
    return split_into(script, (2, 2, 1)).replace('_hidden" points=3', '_hidden" points=2')


THIRD = {"letter": "C", "name": "gamma", "visible": 2, "hidden": 3}


def test_six_exercises_are_built_and_seven_are_not(tmp_path):
    script = six_exercises()
    course = make_course(tmp_path / "course", script)
    assert build(course) == ["01_toy"]
    assert 'NotImplementedError(\\"Exercise F: double' in released(course).read_text("utf-8")
    end = script.index("# %% [markdown]\n# ## Explain")
    seventh = EXERCISE.format(letter="G", name="eta", visible=1, hidden=1)
    (course / "solutions" / "01_toy.py").write_text(script[:end] + seventh + script[end:])
    result = autograder("build", "--root", course)
    assert "anatomy: 7 exercises: a notebook has 3 to 6" in result.output
    assert "visible ones add up to 9, not 8: make alpha_check 2 → 1" in result.output


def test_a_stub_gets_the_letter_of_its_heading(course):
    build(course)
    typed = released(course).read_bytes()
    script = course / "solutions" / "01_toy.py"
    script.write_text(re.sub(r"SOLUTION Exercise \w: ", "SOLUTION ", SCRIPT), encoding="utf-8")
    build(course)
    assert released(course).read_bytes() == typed
    script.write_text(SCRIPT.replace("SOLUTION Exercise B:", "SOLUTION Exercise C:"))
    result = autograder("build", "--root", course)
    assert "cell 10 (\"beta\"): is exercise B, but a region begins 'Exercise C:': fix it" in (
        result.output
    )
    script.write_text(SCRIPT.replace("## Exercise C", "## Exercise B"))
    result = autograder("build", "--root", course)
    assert "cell 15 (\"gamma\"): its heading must be '## Exercise C — …'" in result.output
    script.write_text(
        SCRIPT.replace("BEGIN SOLUTION Exercise A: double the number", "BEGIN SOLUTION")
    )
    result = autograder("build", "--root", course)
    assert 'cell 5 ("alpha"): a region does not say what to write' in result.output


def test_too_few_exercises(tmp_path):
    at = SCRIPT.index("# %% [markdown]\n# ## Exercise C")
    end = SCRIPT.index("# %% [markdown]\n# ## Explain")
    script = (SCRIPT[:at] + SCRIPT[end:]).replace('check="beta" points=3', 'check="beta" points=5')
    script = script.replace('check="beta_hidden" points=3', 'check="beta_hidden" points=6')
    result = autograder("build", "--root", make_course(tmp_path / "course", script))
    assert "2 exercises: a notebook has 3 to 6" in result.output


def test_a_script_that_is_not_utf_8(tmp_path):
    course = make_course(tmp_path / "course")
    (course / "solutions" / "01_toy.py").write_bytes(SCRIPT.encode("utf-16"))
    result = autograder("build", "--root", course)
    assert "01_toy.py: file: is not UTF-8" in result.output and result.output.count("\n") == 1


def full(path, *arguments):
    raise OSError(28, "No space left on device", str(path))


@pytest.mark.parametrize("words", [["build"], ["build", "--check"]])
def test_a_full_disk_is_one_line_and_leaves_nothing(course, monkeypatch, words):
    build(course)
    source = course / "grading" / "source" / "01_toy"
    before = released(course).read_bytes()
    (course / "solutions" / "01_toy.py").touch()
    monkeypatch.setattr("pathlib.Path.replace", full)
    result = autograder(*words, "--root", course)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.exception
    assert result.output.startswith(
        f"Error: {course}: cannot read or write a file: No space left on device ("
    )
    assert result.output.endswith("): see to that.\n") and result.output.count("\n") == 1
    assert [path.name for path in source.iterdir()] == ["01_toy.ipynb"]
    assert released(course).read_bytes() == before


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    write_atomic(path, "é", mode=0o644, sync=True)
    assert path.read_bytes() == "é".encode() and path.stat().st_mode & 0o777 == 0o644
    write_atomic(path, b"\r\n")
    assert path.read_bytes() == b"\r\n"
    for name in (tmp_path, Path(".")):
        with pytest.raises(IsADirectoryError):
            write_atomic(name, "x")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, "more", sync=True)
    assert path.read_bytes() == b"\r\n" and list(tmp_path.iterdir()) == [path]


def test_a_failed_conversion_is_one_line(course, monkeypatch):
    from nbgrader.converters.base import NbGraderException

    def fail(self):
        raise NbGraderException("no room")

    monkeypatch.setattr("autograder.build.release.GenerateAssignment.start", fail)
    with pytest.raises(CourseError, match="01_toy: nbgrader generate_assignment failed: no room"):
        build(course)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_a_failed_conversion_leaves_what_was_released(course, capfd):
    build(course)
    before = released(course).read_bytes()
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("01_toy", "ada")
    script = course / "solutions" / "01_toy.py"
    script.write_text(script.read_text().replace('check="alpha_hidden"', 'check="alpha_hidden_2"'))
    result = autograder("build", "--root", course)
    assert result.exit_code == 1
    assert result.output.startswith(
        "Error: 01_toy: nbgrader generate_assignment failed: a graded cell was added or removed, "
        "and submissions of it are graded: undo that, "
    )
    assert result.output.count("\n") == 1 and capfd.readouterr().err == ""
    assert released(course).read_bytes() == before


def test_work_beside_a_released_notebook_is_not_deleted(course):
    build(course)
    notes = released(course).with_name("notes.txt")
    notes.write_text("years of work")
    build(course)
    assert notes.read_text() == "years of work"


@pytest.mark.parametrize("line", ["c.X = (", "c = get_confg()", "raise ValueError('no')"])
def test_a_broken_configuration_is_one_line(course, line):
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(f"\n{line}\n")
    for words in (["build"], ["grade", "01_toy"], ["report"], ["collect", course]):
        result = autograder(*words, "--root", course)
        assert result.exit_code == 1 and result.output.count("\n") == 1, result.output
        assert result.output.startswith(f"Error: {course}/nbgrader_config.py: ")


WITH_INPUTS = """\
# %% check="alpha_hidden" points=3
### BEGIN HIDDEN TESTS
### RULE: alpha doubles any number.
### INPUTS
_number = 21

### OBSERVE
seen = alpha(_number)
### JUDGE
assert seen == 2 * _number, f"alpha({_number}) returned {seen}, expected {2 * _number}"
### END HIDDEN TESTS
"""
HIDDEN = SCRIPT[SCRIPT.index('# %% check="alpha_hidden"') : SCRIPT.index("# %%\nexplore(alpha)")]


def test_inputs_that_stand_once_are_in_both_halves(course):
    script = course / "solutions" / "01_toy.py"
    script.write_text(SCRIPT.replace(HIDDEN, f"{WITH_INPUTS}\n"), encoding="utf-8")
    build(course)
    source = nbformat.read(course / "grading/source/01_toy/01_toy.ipynb", as_version=4)
    [check] = [
        c for c in source.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "alpha_hidden"
    ]
    observe, judge = halves(check.source)
    assert observe.split("\n")[1:] == ["_number = 21", "", "seen = alpha(_number)", ""]
    assert judge.startswith(PLAIN + "_number = 21\n\nassert seen == 2 * _number")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            WITH_INPUTS.replace("### OBSERVE\n", ""),
            "has ### INPUTS, ### JUDGE: a check",
        ),
        (
            WITH_INPUTS.replace("### INPUTS", "### OBSERVE", 1),
            "has ### OBSERVE, ### OBSERVE, ",
        ),
        (WITH_INPUTS.replace("_number = 21", "_number = alpha(3)"), "not 'alpha'"),
    ],
)
def test_inputs_in_the_wrong_place_are_named(course, wrong, said):
    script = course / "solutions" / "01_toy.py"
    script.write_text(SCRIPT.replace(HIDDEN, f"{wrong}\n"), encoding="utf-8")
    with pytest.raises(SourceError, match=re.escape(said)):
        build(course)


def test_marks_of_the_title_stand_in_its_cell_alone(course):
    marked = SCRIPT.replace(
        "# %% [markdown]\n# # 01", '# %% [markdown] question="Who?" shown="f()"\n# # 01'
    )
    script = course / "solutions" / "01_toy.py"
    script.write_text(marked, encoding="utf-8")
    assert read(script)[0].marks == {"question": "Who?", "shown": "f()"}
    build(course)
    script.write_text(SCRIPT.replace("# %%\nimport random", '# %% question="Who?"\nimport random'))
    with pytest.raises(SourceError, match="unknown mark 'question'"):
        build(course)
