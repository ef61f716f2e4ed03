"""nbgrader's configuration of the course. Run nbgrader's commands from this folder.

Code and a class's data never share a folder: all that nbgrader writes, but the release, is under
grading/, which git ignores. `nbgrader generate_assignment` and formgrader make nbgrader's source
notebooks from solutions/*.py first, so no further step is needed. Reading this file writes nothing.
"""

from pathlib import Path

from nbgrader.apps import api, autogradeapp, generateassignmentapp
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.preprocessors import ClearSolutions

from autograder.build.release import (
    GenerateFromScripts,
    HideHiddenChecks,
    NamedStubs,
    source_assignments,
)
from autograder.grade.stock import GradeInSandbox
from course.texts import ANSWER

# by name, as nbgrader looks them up: it has no setting for them
generateassignmentapp.GenerateAssignment = api.GenerateAssignment = GenerateFromScripts
api.NbGraderAPI.get_source_assignments = source_assignments
# formgrader's button and `nbgrader autograde` would run students' code as you
autogradeapp.Autograde = api.Autograde = GradeInSandbox

root = Path(__file__).resolve().parent
c = get_config()  # noqa: F821 - given by traitlets
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "zero-to-millions"
c.CourseDirectory.source_directory = "grading/source"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{root / 'grading' / 'gradebook.db'}"
c.ZipCollectApp.downloaded_directory = "grading/downloaded"
# formgrader shows students' Markdown in a page with the instructor's rights: no script in it runs
# and none takes long: formgrader's only thread is JupyterLab's
c.HTMLExporter.filters = {
    "markdown2html": "autograder.pages.safe_html.in_formgrader",
    "highlight_code": "autograder.pages.safe_html.code_in_formgrader",
}
c.HTMLExporter.preprocessors = ["autograder.pages.safe_html.EscapeNames"]
c.IncludeHeaderFooter.header = ""
c.ClearSolutions.text_stub = ANSWER
c.ClearMarkScheme.enforce_metadata = False  # the rubric is a read-only cell of its own
c.NotebookClient.shutdown_kernel = "immediate"  # nothing to tidy up: half a second a submission
# late work costs what grading/class.toml says
c.AssignLatePenalties.plugin_class = "autograder.gradebook.dates.LatePenalty"
c.GenerateAssignment.force = True  # the release is always what the sources give
c.GenerateAssignment.preprocessors = [
    NamedStubs if step is ClearSolutions else step
    for step in GenerateAssignment.preprocessors.default()
]
c.GenerateFeedback.preprocessors = [
    HideHiddenChecks,
    *GenerateFeedback.preprocessors.default(),
]
