"""Pages of feedback → the zip archive that Canvas or Moodle takes back and gives out.

Canvas ("Re-Upload Submissions") reads the names that it gave the files when they were downloaded:
of what is between underscores, the first two that are numbers are the user's and that of the file
that they handed in. A file of an older attempt is ignored. The student sees the page as a comment's
attachment, under the name of the file that they handed in. This is how
`infer_comment_context_from_filename` does it, in app/models/abstract_assignment.rb of canvas-lms,
2025: https://github.com/instructure/canvas-lms.

Moodle ("Upload multiple feedback files in a zip") takes a name or folder apart in the same way:
full name, number of the participant, "assignsubmission", "file", and then the name under which the
student sees the page. Only the number says whose it is. Names that begin with "." or "~" are
ignored. So says mod/assign/feedback/file/importziplib.php of Moodle 4.1:
https://github.com/moodle/moodle.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.collect import lms
from autograder.collect.lms import Known
from autograder.errors import CourseError
from autograder.files import reason, write_atomic

SYSTEMS = {"canvas": "Canvas", "moodle": "Moodle"}
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first time that a zip archive can say


def write_zip(
    root: Path,
    assignment: str,
    system: str,
    pages: Mapping[str, Sequence[Path]],
    to: Path | None = None,
) -> tuple[Path, list[str]]:
    """Write the archive; return where it is, and the students who are not in it.

    system: a key of SYSTEMS. pages: of each student. to: the archive's path (default: in grading/).
    The same pages always give the same bytes. Left out are students of whom no file was collected
    from this system, or not one that is certainly theirs. CourseError, and no archive, if these are
    all of them, or if it cannot be written.
    """
    name = SYSTEMS[system]
    known = lms.files(lms.read(root), assignment, name)
    members = {
        member(known[student], page.name): page
        for student in sorted(pages)
        if student in known
        for page in pages[student]
    }
    if not members:
        raise CourseError(
            f"--zip {system}: no file of {assignment} is known to come from {name}: "
            f"`autograder collect` the download of {name} (again, if it was collected before)."
        )
    to = to or root / "grading" / f"{assignment}-feedback-{system}.zip"
    try:
        write_atomic(to, packed(members))
    except OSError as error:
        raise CourseError(
            f"{reason(error, to)}: the archive is not written: choose another file with --to."
        ) from error
    return to, sorted(set(pages) - set(known))


def member(known: Known, page: str) -> str:
    """Return the name by which the LMS finds the student and the file that a page is about."""
    name = re.sub(r"[^\w .'-]|_", "-", known.name).strip(" .-") or "student"
    if known.lms == "Canvas":
        return f"{name}_{known.number}_{known.file}_{page}"
    return f"{name}_{known.number}_assignsubmission_file_{page}"


def packed(members: Mapping[str, Path]) -> bytes:
    """Return a zip archive of the files at these paths, under these names; OSError if one fails."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in members.items():
            about = zipfile.ZipInfo(name, LONG_AGO)
            about.create_system, about.external_attr = 3, 0o644 << 16  # as on Linux, everywhere
            archive.writestr(about, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return data.getvalue()
