"""nbgrader's own `nbgrader zip_collect` with our eyes: plugins that nbgrader_config.py names.

It takes grading/downloaded/ASSIGNMENT/archive/ apart and has no receipts, no list of what it left
out, and stops at doubles without a time; `autograder collect` has the same eyes and all of that.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from autograder.collect import identify as whose
from autograder.collect.archive import files_in


class SafeExtractor(ExtractorPlugin):
    """Extracts without following links, out of the folder, or more than there is room for."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy the files of a folder and of the archives in it; warn of those that are refused."""
        for found in files_in(Path(archive_path)):
            if found.problem:
                self.log.warning("%s %s", found.place, found.problem)
                continue
            target = Path(extracted_path, *found.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found.data)
            os.utime(target, (found.modified, found.modified))


class WhoseCollector(FileNameCollectorPlugin):
    """Tells student and assignment by the names that Canvas, Moodle and course.submit() give."""

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return student_id, file_id and timestamp (the file's), or None to skip the file."""
        path = Path(submitted_file)
        if path.suffix not in self.valid_ext:
            return None
        app = self.parent
        assignment = app.coursedir.assignment_id
        base = Path(app._format_collect_path(app.extracted_directory))
        said = whose.claim(path.relative_to(base).parts, [assignment])
        inside = whose.assignment_inside(path.read_bytes(), [assignment])
        if assignment not in (said.assignment, inside):
            return None
        try:
            student, _ = whose.student(said, [])
        except whose.WhoseError as error:
            self.log.warning("%s %s", path.name, error)
            return None
        time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return {"student_id": student, "file_id": assignment, "timestamp": time.isoformat()}
