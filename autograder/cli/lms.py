"""Grades that go into an LMS by its own interface."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from autograder.cli.hand_out import columns, counted
from autograder.cli.options import root_option
from autograder.errors import CourseError


@click.group()
def push() -> None:
    """Send grades and feedback to an LMS."""


@push.command()
@click.argument("name", metavar="ASSIGNMENT")
@click.option("--course", type=int, help="Canvas' number of the course.")
@click.option("--assignment", type=int, help="Canvas' number of the assignment.")
@click.option("--url", default="", help="Canvas' address (default: CANVAS_URL).")
@click.option("--feedback", is_flag=True, help="Also attach the pages of feedback as comments.")
@click.option("--waiting", is_flag=True, help="Also send what waits for a grade by hand.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@root_option
def canvas(
    name: str,
    course: int | None,
    assignment: int | None,
    url: str,
    feedback: bool,
    waiting: bool,
    dry_run: bool,
    yes: bool,
    root: Path,
) -> None:
    """Write the grades of ASSIGNMENT into Canvas, where they differ, after showing them.

    The access token comes from CANVAS_TOKEN, and is stored nowhere.
    """
    from autograder.gradebook import database, read
    from autograder.gradebook.write import bring_penalties_up_to_date
    from autograder.term import canvas

    bring_penalties_up_to_date(root, [name])
    with database.opened(read.places(root).course.db_url) as connection:
        about = read.assignments(connection, (name,))[name]
        students = read.students(connection)
        submissions = read.submissions(connection, (name,))
    remote = _remote(root, name, url, course, assignment)
    _check(remote, about)
    pages = _pages(root, name) if feedback else {}
    plan = canvas.plan(root, remote, students, submissions, pages, waiting)
    _show(remote, plan)
    if not plan.changes or dry_run:
        return
    if not yes and not click.confirm(f"Send this to {remote.url}?"):
        click.echo("Nothing was sent.")
        return
    grades = canvas.send_grades(remote, plan.changes)
    click.echo(f"{counted(grades, 'grade')} written")
    if feedback:
        _attach(root, remote, name, plan)


def _remote(root: Path, name: str, url: str, course: int | None, assignment: int | None) -> Any:
    """Return the assignment in Canvas, by the options, the environment and grading/class.toml."""
    from autograder.term import canvas, canvas_api, settings

    table = settings.table(root, "canvas", canvas.SETTINGS)
    url = url or os.environ.get("CANVAS_URL", "") or table.get("url", "")
    course = course or table.get("course")
    assignment = assignment or table.get("assignments", {}).get(name)
    if not url:
        raise CourseError("which Canvas? Add --url https://HOST, or set CANVAS_URL.")
    address = canvas_api.address(url)
    if not course or not isinstance(assignment, int):
        raise CourseError(
            "--course and --assignment: give Canvas' numbers: they stand in the address of the "
            "assignment's page, …/courses/12/assignments/34."
        )
    token = os.environ.get("CANVAS_TOKEN", "").strip()
    if not token:
        if not sys.stdin.isatty():
            raise CourseError(
                "CANVAS_TOKEN is not set: make a token in Canvas, under Account → Settings → "
                "New Access Token."
            )
        token = click.prompt(f"Access token for {address}", hide_input=True).strip()
    return canvas_api.Canvas(address, token, course, assignment)


def _check(remote: Any, about: Any) -> None:
    """Raise CourseError if points here are not the points of the assignment in Canvas."""
    from autograder.gradebook.export import number

    if remote.grading_type in ("pass_fail", "not_graded"):
        raise CourseError(
            f"{remote.name} in Canvas takes no points (it is {remote.grading_type}): "
            "set “Display grade as” to points there."
        )
    if number(remote.points) != number(about.points):
        raise CourseError(
            f"{remote.name} in Canvas has {number(remote.points)} points, {about.name} has "
            f"{number(about.points)}: set the points in Canvas to {number(about.points)}."
        )


def _pages(root: Path, name: str) -> dict[str, tuple[Path, ...]]:
    from autograder.pages.feedback import write_feedback

    pages = {}
    for outcome in write_feedback(root, name):
        pages[outcome.student] = outcome.pages
        if outcome.problem:
            click.echo(f"{outcome.student}: no feedback: {outcome.problem}", err=True)
    return pages


def _show(remote: Any, plan: Any) -> None:
    from autograder.gradebook.export import number

    course, assignment = remote.numbers
    points = f"{number(remote.points)} points"
    click.echo(f"{remote.name} in Canvas: assignment {assignment} of course {course}, {points}")
    rows = []
    for one in plan.changes:
        old = "-" if one.old is None else number(one.old)
        grade = "the same" if one.new is None else f"{old} → {number(one.new)}"
        late = f"Canvas takes {number(one.deducted)} off as well" if one.deducted else ""
        rows.append((one.student, one.name, grade, "and a page" if one.pages else "", late))
    for line in columns(rows):
        click.echo(line)
    click.echo(f"{counted(len(plan.changes), 'student')} to change, {plan.same} as in Canvas.")
    for problem in dict.fromkeys(plan.left_out.values()):
        those = ", ".join(one for one, said in plan.left_out.items() if said == problem)
        click.echo(f"Left out: {those}: {problem}.", err=True)


def _attach(root: Path, remote: Any, name: str, plan: Any) -> None:
    from autograder.files import reason
    from autograder.term.canvas import send_pages

    done: list[str] = []
    try:
        for student in send_pages(root, remote, name, plan.changes):
            done.append(student)
    except (CourseError, OSError) as error:
        said = reason(error, root) if isinstance(error, OSError) else str(error)
        raise CourseError(f"{counted(len(done), 'page')} attached, then: {said}") from error
    click.echo(f"{counted(len(done), 'page')} attached")
