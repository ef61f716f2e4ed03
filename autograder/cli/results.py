"""What comes of grades: feedback, report and export."""

import math
from datetime import UTC, datetime
from pathlib import Path

import click

from autograder.cli.options import moment_option, root_option
from autograder.errors import CourseError


@click.command()
@click.argument("assignment")
@click.option("--student", default="", metavar="ID", help="Only this student.")
@click.option(
    "--explain",
    default="now",
    metavar="WHEN",
    help='Show the smallest failing case of hidden checks: now (the default), "after 2026-12-01", '
    "or never (for an exam).",
)
@click.option(
    "--zip",
    "system",
    type=click.Choice(["canvas", "moodle"]),
    help="Also pack the pages into a zip that this system takes back.",
)
@click.option("--mail", is_flag=True, help="Also prepare a message to each student, with the page.")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The zip, or the messages' folder (default: under grading/).",
)
@click.option("--from", "sender", default="", metavar="ADDRESS", help="Who the messages are from.")
@click.option("--subject", default="", metavar="TEXT", help="The messages' subject.")
@click.option("--send", is_flag=True, help="Send the messages, after asking.")
@click.option("--yes", is_flag=True, help="Send them without asking.")
@click.option("--again", is_flag=True, help="Also to those who got this page by mail before.")
@root_option
def feedback(
    assignment: str,
    student: str,
    explain: str,
    system: str | None,
    mail: bool,
    to: Path | None,
    sender: str,
    subject: str,
    send: bool,
    yes: bool,
    again: bool,
    root: Path,
) -> None:
    """Write each student's page of feedback, under grading/feedback/."""
    from autograder.cli.hand_out import check_options, counted, mail_pages, zip_pages
    from autograder.gradebook.write import bring_penalties_up_to_date
    from autograder.pages.feedback import write_feedback

    of_mail = {"--from": sender, "--subject": subject, "--send": send, "--again": again}
    check_options(system, mail, to, {**of_mail, "--yes": yes})
    explains = _explains(explain)
    bring_penalties_up_to_date(root, [assignment])
    pages = {}
    failed, unexplained = 0, ""
    for outcome in write_feedback(root, assignment, student, explains):
        unexplained = unexplained or outcome.unexplained
        if outcome.pages:
            pages[outcome.student] = outcome.pages
        if outcome.left_out:
            click.echo(f"{outcome.student}: left out: was removed from the gradebook", err=True)
        if outcome.problem:
            failed += 1
            click.echo(f"{outcome.student}: no feedback: {outcome.problem}", err=True)
    written = counted(sum(map(len, pages.values())), "page")
    click.echo(f"wrote {written} of {assignment} under grading/feedback/")
    if unexplained:
        click.echo(f"without the smallest failing cases of all: {unexplained}", err=True)
    if system:
        zip_pages(root, assignment, system, pages, to)
    if mail:
        mail_pages(root, assignment, pages, to, sender, subject, send, yes, again)
    if failed:
        students = "1 student has" if failed == 1 else f"{failed} students have"
        raise click.ClickException(f"{students} no feedback: why is said above.")


@click.command()
@click.option(
    "--assignment", "assignments", multiple=True, metavar="NAME", help="Only this one (repeat)."
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the page goes (default: grading/report.html).",
)
@root_option
def report(assignments: tuple[str, ...], to: Path | None, root: Path) -> None:
    """Write one HTML page on how the class does."""
    from autograder.gradebook.write import bring_penalties_up_to_date
    from autograder.pages.report import write_report

    bring_penalties_up_to_date(root, assignments)
    click.echo(f"wrote {write_report(root, to, assignments)}")


@click.command()
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the page goes (default: grading/predictions.html).",
)
@root_option
def predictions(names: tuple[str, ...], to: Path | None, root: Path) -> None:
    """Write a page on what the class predicted, the answers behind folds, for the next lecture."""
    from autograder.pages.predictions import write_predictions

    click.echo(f"wrote {write_predictions(root, to, names)}")


@click.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "canvas", "moodle", "total", "gradescope"]),
    default="csv",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The file (default: grades.csv and so on, here).",
)
@click.option("--assignment", multiple=True, help="Only this one; may be given several times.")
@click.option(
    "--column",
    multiple=True,
    metavar="ASSIGNMENT=HEADING",
    help="Another heading, such as 02_load_balancer='Load balancer (4711)' with Canvas' number.",
)
@click.option(
    "--weight",
    multiple=True,
    metavar="ASSIGNMENT=NUMBER",
    help="In a total: how often it counts (default: 1; 0 for not at all).",
)
@root_option
def export(
    kind: str,
    to: Path | None,
    assignment: tuple[str, ...],
    column: tuple[str, ...],
    weight: tuple[str, ...],
    root: Path,
) -> None:
    """Write the grades into a file that a spreadsheet, Canvas or Moodle reads.

    The format `total` has one number a student: per cent of all, by weight. The format `gradescope`
    is the autograder of one --assignment, with its hidden checks, to upload to Gradescope.
    """
    if kind == "gradescope":
        return _export_to_gradescope(root, assignment, to or Path("autograder.zip"))
    from autograder.gradebook.database import opened
    from autograder.gradebook.export import FORMATS, grades, total_table, unmatched, write
    from autograder.gradebook.read import places
    from autograder.gradebook.write import bring_penalties_up_to_date

    bring_penalties_up_to_date(root, assignment)
    make, usual = FORMATS[kind]
    to = to or Path(usual)
    headings = dict(_named("--column", text, "HEADING") for text in column)
    weights = dict(_weight(text) for text in weight)
    if weights and kind != "total":
        raise CourseError("--weight: only a total has weights; add --format total.")
    with opened(places(root).course.db_url) as connection:
        given = grades(connection, assignment)
    for option, chosen in (("--column", headings), ("--weight", weights)):
        if unknown := sorted(set(chosen) - set(given.assignments)):
            raise CourseError(f"{option} {unknown[0]}: no such assignment is exported.")
    if kind == "total" and not any(weights.get(name, 1) for name in given.assignments):
        raise CourseError("--weight: nothing counts; give one assignment a weight above 0.")
    table = total_table(given, headings, weights) if kind == "total" else make(given, headings)
    write(table, to, for_excel=kind in ("csv", "total"))
    click.echo(f"{to}: {len(given.students)} students, {len(given.assignments)} assignments.")
    if given.waiting:
        click.echo(f"{given.waiting} submissions still wait for a grade by hand.")
    if warning := unmatched(kind, given):
        click.echo(warning)


def _export_to_gradescope(root: Path, assignment: tuple[str, ...], to: Path) -> None:
    from autograder.files import reason, write_atomic
    from autograder.term.gradescope import bundle

    if len(assignment) != 1:
        raise CourseError("--format gradescope: name one notebook, --assignment 02_load_balancer.")
    made = bundle(root.resolve(), assignment[0])
    try:
        write_atomic(to, made)
    except OSError as error:
        raise CourseError(
            f"{to}: not written: {reason(error, to)}; choose another place."
        ) from error
    click.echo(f"{to}: {len(made) / 1e6:.1f} MB. Keep it private: it holds the worked solutions.")


def _explains(when: str) -> bool:
    """Return whether --explain says that cases are to be shown today."""
    word, _, time = when.strip().partition(" ")
    if word in ("now", "never") and not time:
        return word == "now"
    if word != "after" or not time:
        raise CourseError(f'--explain {when}: write now, never, or "after 2026-12-01".')
    moment = moment_option("--explain after", time.strip())
    return moment is not None and datetime.now(UTC) >= moment


def _named(option: str, text: str, what: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise CourseError(f"{option} {text}: write ASSIGNMENT={what}.")
    return name, value


def _weight(text: str) -> tuple[str, float]:
    name, value = _named("--weight", text, "NUMBER")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise CourseError(f"--weight {text}: {value!r} is no number from 0 up; write {name}=2.")
    return name, number
