"""grading/receipts.csv: when each submission arrived, by the instructor's clock.

Columns: assignment, student, received (ISO 8601, UTC), sha256 (of the notebook file's bytes). Rows
are only ever added, until their student is removed; the last one for (assignment, student, sha256)
counts.
"""

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

from autograder.errors import CourseError
from autograder.files import Refused, read_untrusted, write_atomic

STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?( ?([A-Z]{1,5}|[+-]\d\d(:?\d\d)?))?"
)


@dataclass(frozen=True)
class Receipt:
    """One submission that arrived."""

    assignment: str
    student: str
    received: str  # as in the file: 2026-11-24T21:00:00+00:00
    sha256: str

    @property
    def time(self) -> datetime:
        """When it arrived."""
        return datetime.fromisoformat(self.received).astimezone(UTC)


COLUMNS = [field.name for field in fields(Receipt)]


def path_of(data: Path) -> Path:
    """Return the path of the receipts of a course that keeps its data in the folder `data`."""
    return Path(data) / "grading" / "receipts.csv"


def read(path: Path) -> dict[tuple[str, str, str], Receipt]:
    """Return the receipts by (assignment, student, sha256), without rows that are cut short.

    CourseError if the file or a time in it cannot be read, as after a spreadsheet saved it.
    """
    found = {}
    for row in rows(path, COLUMNS):
        receipt = Receipt(*row)
        if _is_complete(path, receipt):
            found[receipt.assignment, receipt.student, receipt.sha256] = receipt
    return found


def rows(path: Path, columns: list[str], optional: Sequence[str] = ()) -> Iterator[list[str]]:
    """Yield the rows of a table that `append` made, in the order of the columns.

    optional: columns that are "" in a table from before there were any.
    CourseError if the file cannot be read, as after a spreadsheet saved it.
    """
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not set(columns) <= {*(table.fieldnames or ()), *optional}:
                raise _unreadable(path, f"its first line is not {','.join(columns)}")
            for row in table:
                yield [row.get(column) or "" for column in columns]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, f"is not CSV in UTF-8 ({error})") from error


def append(path: Path, added: Iterable[Any], columns: list[str] = COLUMNS) -> None:
    """Add rows in one write, on disk when this returns; OSError if they cannot be written.

    added: receipts, or other dataclasses with these columns.
    """
    text = lines(added)
    if not text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        before = b""
        if file.tell() == 0:
            before = lines((), columns).encode()
        else:
            file.seek(-1, os.SEEK_END)
            before = b"" if file.read() == b"\n" else b"\n"  # after a power cut
        file.write(before + text.encode())
        file.flush()
        os.fsync(file.fileno())


def lines(rows: Iterable[Any], columns: Sequence[str] = ()) -> str:
    """Return dataclasses as lines of a table, after a line with the columns' names if given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if columns:
        writer.writerow(columns)
    writer.writerows(map(astuple, rows))
    return text.getvalue()


def rewrite(path: Path, rows: Iterable[Iterable[str]], columns: list[str]) -> None:
    """Write a table anew with these rows, all of them or none; OSError if it cannot be written."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    write_atomic(path, text.getvalue(), sync=True)


def time_of(text: str) -> datetime:
    """Return the time in a timestamp.txt; ValueError, OverflowError or AttributeError if none.

    Only the form that nbgrader writes is accepted: dateutil would also open a file named there.
    """
    if not STAMP.fullmatch(text):
        raise ValueError("another form than 2026-03-01 12:00:00 UTC")
    return parse_utc(text).replace(tzinfo=UTC)


def stamped(folder: Path) -> datetime | None:
    """Return the time in a submission's timestamp.txt, or None if it is missing or impossible."""
    try:
        text = read_untrusted(folder / "timestamp.txt", 1000).decode().strip()
        time = time_of(text)
    except (Refused, ValueError, OverflowError, AttributeError):
        return None
    return time.replace(microsecond=0) if time <= datetime.now(UTC) else None


def arrival(
    received: datetime, due: datetime | None, late: bool | None = None
) -> tuple[datetime, str]:
    """Return when a file arrived, and a note if that was late.

    received: by our clock. late: whether Canvas marked the file as late (None: not from Canvas); a
    file that Canvas did not mark was there by the due date, whenever it is collected.
    """
    if due is None or received <= due:
        return received, "late, says Canvas" if late else ""
    if late is False:
        return due, ""
    return received, f"late by {_span(received - due)}"


def _span(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60:02} min"


def _is_complete(path: Path, receipt: Receipt) -> bool:
    """Return whether the row is complete; CourseError if it is but its time cannot be parsed."""
    if len(receipt.sha256) != 64 or not receipt.student:
        return False
    try:
        return receipt.time.year > 0
    except (ValueError, OverflowError) as error:
        form = "is not a time such as 2026-11-24T21:00+00:00"
        said = f"{receipt.received!r} of {receipt.student} {form}"
        raise _unreadable(path, said) from error


def _unreadable(path: Path, problem: str) -> CourseError:
    return CourseError(
        f"{path}: {problem}: a spreadsheet may have changed it: put back the copy from before, "
        "or save it as CSV with commas in UTF-8."
    )
