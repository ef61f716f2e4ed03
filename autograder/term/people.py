"""Which student a person means."""

import difflib
from collections.abc import Collection

from autograder.collect.listed import Listed
from autograder.errors import CourseError
from autograder.gradebook.read import Roster


def student(to: Roster, text: str, also: Collection[str] = ()) -> str:
    """Return the id of the student whom an id, an e-mail address or a name calls.

    also: ids of students who are no longer in the class. CourseError if that is nobody of the
    class, or more than one.
    """
    submitted = to.places.folder("submitted", ".", ".")
    handed_in = {path.name for path in submitted.glob("[!.]*") if path.is_dir()}
    there = {one.id for one in to.students} | handed_in
    if text in there or text in also:
        return text
    found = sorted(Listed(to.students).called(text))
    if len(found) == 1:
        return found[0]
    if found:
        raise CourseError(f"{text}: may be {' or '.join(found)}: write the id.")
    if not there:
        raise CourseError(
            f"{text}: the class has no students yet: bring in its list with `autograder roster "
            "FILE` first."
        )
    near = difflib.get_close_matches(text, there, 3)
    hint = f"did you mean {' or '.join(near)}?" if near else "`autograder roster FILE` adds some."
    raise CourseError(f"{text}: no such student: {hint}")
