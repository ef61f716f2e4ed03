"""Grading written answers by hand."""

import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.options import root_option
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.answers.work import Desk


@click.command()
@click.argument("assignment")
@click.option("--question", default="", metavar="ID", help="Begin with this one, such as explain.")
@click.option(
    "--part",
    default="1/1",
    metavar="1/2",
    help="Only this part of the answers: the first of two, if two of you share them.",
)
@click.option("--grader", default="", metavar="NAME", help="Who grades (default: your login).")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: any that is free.")
@click.option("--no-browser", is_flag=True, help="Only print the page's address.")
@click.option("--list", "listed", is_flag=True, help="Only print what waits, and who graded.")
@root_option
def answers(
    assignment: str,
    question: str,
    part: str,
    grader: str,
    port: int,
    no_browser: bool,
    listed: bool,
    root: Path,
) -> None:
    """Grade the written answers of ASSIGNMENT on one page, one question at a time.

    ASSIGNMENT is its name, or how the name begins, such as 02. The page is served on this computer
    only, and each grade is in the gradebook as soon as you give it. Ctrl-C ends the command.
    """
    from autograder.answers.work import Desk

    if listed:
        click.echo("\n".join(table(Desk(root, assignment))))
        return

    from autograder.answers import server

    def started(address: str, name: str) -> None:
        click.echo(f"The answers of {name}, for whoever has this address, on this computer:")
        click.echo(address)
        click.echo("Ctrl-C ends it. Each grade is saved when you give it.")
        if not no_browser:
            with suppress(OSError):  # the address is printed
                _open(address, leads_there)

    leads_there = root.resolve() / "grading" / "answers" / f"open-{os.getpid()}.html"
    try:
        server.serve(
            lambda: Desk(root, assignment),
            *(grader or _login(), question, _part(part)),
            server.listening(port),
            started,
        )
    finally:
        leads_there.unlink(missing_ok=True)


def _login() -> str:
    """Return the name that the person is logged in by; CourseError if the system has none."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise CourseError("Who grades? Add --grader NAME.") from error


def _open(address: str, leads_there: Path) -> None:
    """Open a browser by way of a file: others on this computer can read a program's arguments."""
    import webbrowser

    from autograder.files import write_atomic

    leads_there.parent.mkdir(parents=True, exist_ok=True)
    page = f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={address}">'
    write_atomic(leads_there, page, mode=0o600)
    webbrowser.open(leads_there.as_uri())


def table(desk: "Desk") -> list[str]:
    """Return the lines of a table: for each question what waits, and who graded how many."""
    from autograder.answers.work import GRADED, UNANSWERED, WAITS
    from autograder.files import printable

    lines: list[tuple[str, ...]] = [("question", WAITS, GRADED, UNANSWERED, "by")]
    for question in desk.questions:
        found = desk.answers(question)
        counts = Counter(answer.status for answer in found)
        graders = Counter(
            answer.grader or "elsewhere" for answer in found if answer.status == GRADED
        )
        by = ", ".join(f"{printable(name)} {count}" for name, count in graders.most_common())
        numbers = (str(counts[status]) for status in (WAITS, GRADED, UNANSWERED))
        lines.append((question.cell, *numbers, by))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _part(text: str) -> tuple[int, int]:
    """Return what --part says, such as (1, 2); CourseError for what is not a part."""
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text)
    part, parts = map(int, found.groups()) if found else (0, 0)
    if not 1 <= part <= parts:
        raise CourseError(f"--part {text}: write 1/2 for the first of two parts.")
    return part, parts
