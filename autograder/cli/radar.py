"""Mistakes that students share: know them, name them, and write to all who made one."""

from pathlib import Path

import click

from autograder.cli.options import root_option


@click.command()
@root_option
def mistakes(root: Path) -> None:
    """Run the wrong submissions of tests/submissions/, for the report and for students' hints."""
    from autograder.audit.fingerprints import update

    for path in update(root):
        click.echo(f"wrote {path.relative_to(root)}")


@click.command()
@click.argument("assignment")
@click.argument("letters", metavar="GROUP")
@click.argument("sentence", metavar="NAME")
@root_option
def name(assignment: str, letters: str, sentence: str, root: Path) -> None:
    """Give the mistake of a GROUP of students, which the report shows, a NAME for good."""
    from autograder.pages.radar import give_name, group_of, named_path

    group = group_of(root, assignment, letters)
    give_name(root, assignment, group, sentence)
    where = named_path(root).relative_to(root)
    click.echo(f"{group.exercise}: {len(group.students)} students: named in {where}.")


@click.command()
@click.argument("assignment")
@click.argument("letters", metavar="GROUP")
@click.argument("text", metavar="TEXT")
@root_option
def comment(assignment: str, letters: str, text: str, root: Path) -> None:
    """Write one comment to all students of a GROUP, into nbgrader's gradebook.

    It is shown in formgrader and in feedback, below the exercise. A comment that is there stays.
    """
    from contextlib import closing

    from autograder.errors import CourseError
    from autograder.gradebook.write import scores_of
    from autograder.pages.radar import group_of

    if not text.strip():
        raise CourseError("The comment is empty: write what these students should read.")
    group = group_of(root, assignment, letters)
    with closing(scores_of(root)) as scores:
        added = scores.comment(assignment, group.exercise, group.students, text.strip())
    there = len(group.students) - added
    click.echo(
        f"{group.exercise}: {added} of {len(group.students)} students have a new comment"
        + (f"; {there} had it." if there else ".")
    )
