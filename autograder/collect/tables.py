"""Tables that a system exported or a person made: their text, and their cells."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import CourseError


def text_of(path: Path) -> str:
    """Return the text of a table in UTF-8 or UTF-16; CourseError if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}): name the table.") from error
    if data.startswith(b"PK"):
        raise CourseError(f"{path}: is a spreadsheet or an archive: save it as CSV in UTF-8.")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}: is not in UTF-8: save it as “CSV UTF-8” and retry.") from error
    if "\0" in text:
        raise CourseError(f"{path}: is not a text: save it as CSV in UTF-8.")
    return unicodedata.normalize("NFC", text)


def cells(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each line that is not empty, and its cells without spaces around them."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    for row in reader:
        if row:
            yield reader.line_num, [cell.strip() for cell in row]


def heading(text: str, separator: str) -> list[str]:
    """Return the cells of the first line."""
    return next((row for _, row in cells(text, separator)), [])
