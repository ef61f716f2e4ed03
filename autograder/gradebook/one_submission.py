"""What stands in for nbgrader's gradebook while one submission is written.

nbgrader's preprocessors open and commit it for each cell: that costs more than what they write.
"""

from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook


class OneCommit:
    """A session that puts commits off, so that a submission is committed, not each cell."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def commit(self) -> None:
        """Do nothing yet: SQLAlchemy flushes what a later query needs."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class StaysOpen:
    """A gradebook that a `with` does not close, and that keeps one submission in memory.

    Other submissions, and cells that this one lacks, are looked up in the database as usual.
    """

    def __init__(self, gradebook: Gradebook, submission: SubmittedAssignment) -> None:
        self._gradebook, self._submission = gradebook, submission
        self._name = (submission.assignment.name, submission.student.id)
        self._notebooks = {each.notebook.name: each for each in submission.notebooks}
        self._found: dict[tuple[str, str], dict[str, Any]] = {}

    def find_submission(self, *name: str) -> SubmittedAssignment:
        """Return the submission; `name`: of assignment and student."""
        if name == self._name:
            return self._submission
        return self._gradebook.find_submission(*name)

    def find_submission_notebook(self, notebook: str, *name: str) -> SubmittedNotebook:
        """Return a notebook of the submission."""
        found = self._notebooks.get(notebook) if name == self._name else None
        return found or self._gradebook.find_submission_notebook(notebook, *name)

    def find_grade(self, cell: str, notebook: str, *name: str) -> Grade:
        """Return the grade of a cell."""
        found = self._cells("grades", notebook, name).get(cell)
        return found or self._gradebook.find_grade(cell, notebook, *name)

    def find_comment(self, cell: str, notebook: str, *name: str) -> Comment:
        """Return the comment on a cell."""
        found = self._cells("comments", notebook, name).get(cell)
        return found or self._gradebook.find_comment(cell, notebook, *name)

    def _cells(self, kind: str, notebook: str, name: tuple[str, ...]) -> dict[str, Any]:
        """Return the grades or comments of a notebook by their cells' names."""
        if name != self._name or notebook not in self._notebooks:
            return {}
        if (kind, notebook) not in self._found:
            submitted = self._notebooks[notebook]
            rows = {row.cell_id: row for row in getattr(submitted, kind)}
            course = submitted.notebook
            # of two cells with one name the task cell, which comes first here, is the last resort
            cells = [*course.task_cells, *course.solution_cells, *course.grade_cells]
            found = {cell.name: rows[cell.id] for cell in cells if cell.id in rows}
            self._found[kind, notebook] = found
        return self._found[kind, notebook]

    def __enter__(self) -> "StaysOpen":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gradebook, name)
