"""nbgrader's own ways to grade, led into the sandbox: formgrader's button, `nbgrader autograde`.

Stock nbgrader runs students' code as whoever calls it. nbgrader_config.py puts this converter in
place of nbgrader's own, so that neither a click nor a habit does that.
"""

import sys

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from traitlets import Bool

from autograder.errors import CourseError

TRUST = "`nbgrader autograde {name} --GradeInSandbox.trusted=True` runs the code as you"


class GradeInSandbox(Autograde):
    """nbgrader's Autograde as `autograder grade`: student code is shut in, or nothing is run."""

    trusted = Bool(
        False, help="Run students' code as yourself, without a sandbox, as nbgrader does."
    ).tag(config=True)

    def start(self) -> None:
        """Grade the assignment's submissions, of the students that nbgrader was asked for.

        NbGraderException, after one logged sentence, if one of them cannot be graded.
        """
        if self.trusted:
            super().start()
            return
        name = self.coursedir.assignment_id
        try:
            refused = self._grade(name)
        except CourseError as error:
            said = error.message.rstrip(".")
            self.log.error("%s. (If you trust the code: %s.)", said, TRUST.format(name=name))
            raise NbGraderException(error.message) from error
        if refused:
            raise NbGraderException("; ".join(refused))

    def _grade(self, name: str) -> list[str]:
        """Grade; return a sentence for each submission that was refused."""
        if sys.platform != "linux":
            raise CourseError("student code is shut in on Linux only: grade on a Linux machine")
        from autograder.grade.grade import Settings, grade  # needs Linux

        students, refused = [self.coursedir.student_id], []
        for record in grade(self.coursedir.root, name, Settings(force=self.force), students)[1]:
            for line in (record.sentence, *record.notes):
                self.log.info("%s: %s", record.student, line)
            if record.status == "refused":
                refused.append(f"{record.student}: not graded: {record.sentence}")
                self.log.error("%s", refused[-1])
        return refused
