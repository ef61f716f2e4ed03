"""Feedback that goes out: what the options of `autograder feedback` for it do, and say."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from autograder.errors import CourseError

Pages = Mapping[str, Sequence[Path]]


def check_options(system: str | None, mail: bool, to: Path | None, of_mail: dict[str, Any]) -> None:
    """Raise CourseError if options are given together that do not go together.

    of_mail: the options that only --mail has, by name.
    """
    if system and mail:
        raise CourseError("--zip and --mail: give one of them; each has its own --to.")
    given = [option for option, value in of_mail.items() if value]
    if given and not mail:
        raise CourseError(f"{given[0]}: add --mail; it is about messages.")
    if of_mail["--yes"] and not of_mail["--send"]:
        raise CourseError("--yes: add --send; without it nothing is sent.")
    if to and not (system or mail):
        raise CourseError(f"--to {to}: add --zip or --mail; the pages stay in grading/feedback/.")


def zip_pages(root: Path, assignment: str, system: str, pages: Pages, to: Path | None) -> None:
    """Pack the pages for Canvas or Moodle, and say who is not in the archive."""
    from autograder.term.feedback_zip import SYSTEMS, write_zip

    path, left_out = write_zip(root, assignment, system, pages, to)
    students = counted(len(pages) - len(left_out), "student")
    click.echo(f"{path}: the feedback of {students}, for {SYSTEMS[system]}")
    if left_out:
        click.echo(
            f"Left out, as it is not known which file in {SYSTEMS[system]} is theirs: "
            f"{', '.join(left_out)}.",
            err=True,
        )


def mail_pages(
    root: Path,
    assignment: str,
    pages: Pages,
    to: Path | None,
    sender: str,
    subject: str,
    send: bool,
    yes: bool,
    again: bool,
) -> None:
    """Prepare a message for each student and, if asked to, send them."""
    from autograder.term import mail, smtp

    table = mail.mail_settings(root)
    written = sender or table.get("from", "")
    if not written:
        raise CourseError(
            '--mail: who are the messages from? Add --from "Grace Hopper <grace@example.org>", or '
            "write from = … below [mail] in grading/class.toml."
        )
    who = mail.address(written, "--from" if sender else "grading/class.toml: [mail] from =")
    server = smtp.server(table) if send else None
    subject = subject or table.get("subject", mail.SUBJECT)
    letters, without = mail.letters(root, assignment, pages, who, subject, again)
    folder = to or root / "grading" / "mail" / assignment
    mail.write_letters(letters, folder, ours=to is None)
    for line in columns([(one.student, one.to, str(one.message["Subject"])) for one in letters]):
        click.echo(line)
    for problem in dict.fromkeys(without.values()):
        those = ", ".join(student for student, said in without.items() if said == problem)
        click.echo(f"No message for {those}: {problem}.", err=True)
    click.echo(f"{folder}: {counted(len(letters), 'message')}")
    if server and letters:
        _send(root, server, str(who), letters, yes)


def _send(root: Path, server: Any, sender: str, letters: Sequence[Any], yes: bool) -> None:
    from autograder.term import smtp

    question = f"Send {counted(len(letters), 'message')} from {sender} through {server}?"
    if not yes and not click.confirm(question):
        click.echo("Nothing was sent.")
        return
    password = os.environ.get(smtp.PASSWORD, "")
    if server.user and not password:
        if not sys.stdin.isatty():
            raise CourseError(
                f"{server}: {server.user} needs a password there: set {smtp.PASSWORD}."
            )
        password = click.prompt(f"Password of {server.user} at {server}", hide_input=True)
    refused = 0
    for letter, problem in smtp.send(root, server, password, letters):
        refused += bool(problem)
        if problem:
            click.echo(f"{letter.student}: not sent: {letter.to}: {problem}", err=True)
    click.echo(f"sent {counted(len(letters) - refused, 'message')}")
    if refused:
        raise click.ClickException(
            f"{counted(refused, 'address was', 'addresses were')} refused: correct the class list "
            "and run the same command again."
        )


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 page, 2 pages."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines in which the cells of each column stand below each other."""
    from autograder.files import printable

    shown = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]
