"""Every check against right and wrong submissions: the right ones pass all, the wrong ones lose.

tests/submissions/NN_name/<solution's grade id>/right_….py or wrong_….py: what a student has in the
solution cell. The first line of a wrong one names the check it must fail: `# loses: <grade id>`.
"""

import re

import pytest

from autograder.audit.check import error_of, observe
from course.verdicts import WIDTH, verdict_on
from tests.course_scripts import (
    NAMES,
    ROOT,
    cells,
    checks,
    exercises,
    names_before,
    run,
    solved,
    verdict,
)

FOLDER = ROOT / "tests" / "submissions"
SUBMISSIONS = sorted(FOLDER.rglob("*.py"))
ROWS = 12  # of a check's output, WIDTH letters wide
ALL_EXERCISES = [(name, exercise) for name in NAMES for exercise in exercises(name)]


def verdicts(path):
    """Return {grade id: what went wrong, or ""} of a submission's checks.

    None of them may take more than ROWS in the notebook, with its headline.
    """
    name, exercise = path.parent.parent.name, path.parent.name
    namespace = dict(names_before(name, exercise))
    run(path.read_text(encoding="utf-8"), namespace, str(path))
    found = {}
    for cell in checks(name, exercise):
        error = error_of(cell, namespace)
        found[cell.grade_id] = f"{type(error).__name__}: {error}" if error else ""
        if error and not cell.hidden:
            shown = verdict_on(error, f"{cell.grade_id} (observe)").text.splitlines()
            rows = 1 + sum(max(1, -(-len(line) // WIDTH)) for line in shown)
            assert rows <= ROWS, f"{cell.grade_id} says {rows} rows: {shown}"
            assert "{'raised'" not in shown[0] and "{'returned'" not in shown[0]
    return found


def named(path):
    return str(path.relative_to(FOLDER).with_suffix(""))


@pytest.mark.parametrize("path", [p for p in SUBMISSIONS if p.name.startswith("right_")], ids=named)
def test_right_submission_gets_all_points(path):
    found = verdicts(path)
    assert found and not any(found.values()), found


@pytest.mark.parametrize("path", [p for p in SUBMISSIONS if p.name.startswith("wrong_")], ids=named)
def test_wrong_submission_loses_points_where_it_should(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    loses = re.fullmatch(r"# loses: (\w+)", first)
    assert loses, f"{path.name}: the first line must be `# loses: <grade id>`, it is {first!r}"
    found = verdicts(path)
    assert loses[1] in found, f"no check {loses[1]}: there are {', '.join(found)}"
    assert found[loses[1]], f"{loses[1]} did not notice; the others say {found}"
    assert found[loses[1]].count("\n") <= 2, f"a message of over two lines: {found[loses[1]]}"
    for message in found.values() if path.parent.parent.name < "04" else ():
        raw = re.search(r"\{'(raised|returned|ended|[^']* [^']*)':", message)
        assert not raw, f"a message that shows the check's own dict: {message}"


@pytest.mark.parametrize(("name", "exercise"), ALL_EXERCISES)
def test_every_exercise_is_held_against_right_and_wrong(name, exercise):
    kinds = [path.name.split("_")[0] for path in (FOLDER / name / exercise).glob("*.py")]
    assert kinds.count("right") >= 2 and kinds.count("wrong") >= 4
    assert len(kinds) == kinds.count("right") + kinds.count("wrong")


@pytest.mark.parametrize(("name", "exercise"), ALL_EXERCISES)
def test_the_worked_solution_passes_its_checks(name, exercise, capsys):
    """Nothing is printed: nbgrader gives no point to a check that writes to stderr."""
    for cell in checks(name, exercise):
        assert verdict(cell, solved(name)) == ""
    assert capsys.readouterr().err == ""


REDRAWN = [name for name in NAMES if name[:2] in ("04", "05", "06", "07")]


@pytest.mark.parametrize("name", REDRAWN)
def test_what_another_draw_saw_passes_no_hidden_check(name, monkeypatch):
    """Who has heard what a check saw of somebody else cannot hand in that: inputs are redrawn."""
    for cell in [cell for exercise in exercises(name) for cell in checks(name, exercise)]:
        if not cell.hidden:
            continue
        observing, judging = cell.halves()
        monkeypatch.setattr("course.checks.SEED", 11)
        seen = observe(observing, solved(name), cell.grade_id)
        run(judging, {"seen": seen})
        monkeypatch.setattr("course.checks.SEED", 12)
        with pytest.raises(AssertionError):
            run(judging, {"seen": seen})


SEEDS = (0, 1, 7, 2**31, 987_654_321)


@pytest.mark.parametrize(("name", "exercise"), ALL_EXERCISES)
def test_hidden_checks_hold_for_other_seeds_too(name, exercise, monkeypatch):
    for seed in SEEDS:
        monkeypatch.setattr("course.checks.SEED", seed)
        for cell in filter(lambda cell: cell.hidden, checks(name, exercise)):
            assert verdict(cell, solved(name)) == "", f"{cell.grade_id} with seed {seed}"


@pytest.mark.parametrize(("name", "exercise"), ALL_EXERCISES)
def test_every_hidden_check_draws_its_inputs_from_the_seed(name, exercise):
    for cell in cells(name):
        if cell.hidden and cell.exercise == exercise and "SEED" not in cell.text:
            # only an exhaustive check may do without: one that looks at every input there is
            assert "every" in cell.text.lower(), f"{cell.grade_id} does not use SEED"
