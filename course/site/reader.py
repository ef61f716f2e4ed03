"""Takes the student's components out of their saved notebooks, in a process of its own.

What a notebook defines is run, its functions, classes and imports, but not what it draws and tries.
A component is used if all checks of its exercise that a student can see pass.
"""

import ast
import os

from course.overview import run
from course.real.processes import labs_by_value
from course.site.parts import packed
from course.submit import CannotTell, read, text_of
from course.texts import HIDDEN_CHECK
from course.verdicts import JUDGE, PASSED, UNWRITTEN

DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


async def read_components(link, notebooks):
    """Run in a process: tell of each part of the notebooks, {"role", "name", "text", "why"}.

    notebooks: (path or None, parts) each. text: for `parts.unpacked`, None if it cannot be used;
    why: then a sentence, "" if it is not written yet.
    """
    os.environ["NBGRADER_EXECUTION"] = "components are read"  # nothing is drawn
    for path, parts in notebooks:
        link.tell(reading=path and path.name)
        for part, text, why in components(path, parts):
            link.tell(role=part.role, name=part.name, text=text, why=why)
    link.tell(over=True)


def components(path, parts):
    """Yield (part, text, why) of each part of a saved notebook."""
    try:
        if path is None:
            raise CannotTell("the notebook is not there")
        cells = [cell for cell in read(path)[0]["cells"] if cell["cell_type"] == "code"]
    except CannotTell as error:
        for part in parts:
            yield part, None, str(error)
        return
    names = defined(cells)
    for part in parts:
        why = wrong(cells, part, names)
        text = None
        if why is None:
            try:
                with labs_by_value():
                    text, why = packed(names, part), ""
            except Exception as error:
                why = f"cannot be sent to a process: {error}"
        yield part, text, why


def defined(cells):
    """Return the names that a notebook's cells define; a cell that fails defines what it can."""
    names = {"__name__": "__main__"}
    for cell in cells:
        if cell.get("metadata", {}).get("nbgrader", {}).get("grade"):
            continue  # a check
        for text in definitions(text_of(cell)):
            try:
                exec(compile(text, "a notebook", "exec"), names)
            except Exception:
                continue  # the checks say what is missing
    return names


def definitions(text):
    """Return the texts of a cell's imports, functions, classes and constants, in their order."""
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines()]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return []
    return [ast.unparse(each) for each in tree.body if isinstance(each, DEFINES) or _constant(each)]


def _constant(statement):
    if not isinstance(statement, ast.Assign):
        return False
    try:
        ast.literal_eval(statement.value)
    except ValueError:
        return False
    return True


def wrong(cells, part, names):
    """Return why a part cannot be used, "" if it is not written yet; None if it can be used."""
    checks, at = [], None
    for cell in cells:
        marks = cell.get("metadata", {}).get("nbgrader", {})
        if marks.get("solution"):
            at = marks.get("grade_id")
        text = text_of(cell)
        if at == part.exercise and marks.get("grade") and not text.startswith(HIDDEN_CHECK):
            checks.append(text)
    if part.name not in names:
        return ""
    if not any(map(JUDGE.search, checks)):
        return "its checks are missing"
    for text in checks:
        verdict = run(text, names)
        if verdict.mark == UNWRITTEN:
            return ""
        if verdict.mark != PASSED:
            return verdict.sentence.strip().partition("\n")[0][:200]
    return None
