"""grading/receipts.csv: when each submission arrived, by the instructor's clock.

Columns: assignment, student, received (ISO 8601, UTC), sha256 (of the notebook file's bytes). Rows
are only ever added; the last one for (assignment, student, sha256) counts.
"""

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path


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
    """Return where the receipts of the class stand whose data are in the folder `data`."""
    return Path(data) / "grading" / "receipts.csv"


def read(path: Path) -> dict[tuple[str, str, str], Receipt]:
    """Return the receipts by (assignment, student, sha256); rows that are cut short are none."""
    if not path.exists():
        return {}
    found = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            receipt = Receipt(*(row.get(column) or "" for column in COLUMNS))
            if _whole(receipt):
                found[receipt.assignment, receipt.student, receipt.sha256] = receipt
    return found


def append(path: Path, receipts: Iterable[Receipt]) -> None:
    """Add receipts in one write, on disk when this returns; OSError if they cannot be written."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for receipt in receipts:
        writer.writerow(astuple(receipt))
    if not text.tell():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        before = b""
        if file.tell() == 0:
            before = (",".join(COLUMNS) + "\n").encode()
        else:
            file.seek(-1, os.SEEK_END)
            before = b"" if file.read() == b"\n" else b"\n"  # after a power cut
        file.write(before + text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


def _whole(receipt: Receipt) -> bool:
    try:
        return receipt.time.year > 0 and len(receipt.sha256) == 64 and bool(receipt.student)
    except ValueError:
        return False
