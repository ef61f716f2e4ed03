"""A graded notebook → what its student may see of it, as plain data for the feedback page.

The page is built from what is named here, not from the notebook with parts removed: the student's
cells, the visible checks' messages, whether each hidden check passed, points and comments.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from autograder.build import markers
from autograder.build.markers import SECRET, without_regions
from autograder.grade.pictures import kept_png
from autograder.grade.why.explain import Why
from autograder.gradebook.read import Score
from autograder.pages import safe_html
from autograder.pages.outline import HIDDEN, Outline

SECRET_LENGTH = 16  # characters: a shorter line, such as `import math`, gives nothing away
WITHHELD = "Not shown: it holds text of a check that is hidden."
SHORT = 12  # lines: a traceback that is what the student saw of the check
MESSAGE_LENGTH = 2_000
OUTPUTS = 50  # of one cell
TO_TRY = "To try it (not graded)"  # how the course's text above such a cell begins


@dataclass(frozen=True)
class Output:
    """One output of a cell: text, or a PNG's `src`."""

    text: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Block:
    """One cell on the page."""

    kind: str  # "code", "text", "answer" or "check"
    title: str
    content: Markup | str = ""
    score: Score | None = None
    message: str = ""
    outputs: tuple[Output, ...] = ()
    withheld: bool = False  # there was output, and it is not shown
    comment: Markup | str = ""
    hidden: bool = False
    why: Why | None = None  # the smallest case in which a hidden check fails
    unwritten: bool = False  # what it checks raised the stub's error

    @property
    def calls(self) -> Markup | str:
        """The calls of the smallest case, as a cell to copy."""
        return safe_html.code(self.why.calls) if self.why and self.why.calls else ""

    @property
    def failed(self) -> bool:
        """Whether it is a check that did not get all its points."""
        if self.kind != "check" or self.score is None or self.score.waits:
            return False
        return self.score.earned < self.score.points

    @property
    def verdict(self) -> str:
        """What the points say, in words."""
        if self.score is None:
            return ""
        if self.score.waits:
            return "waits for a person to grade it"
        if self.kind == "answer":
            return "graded"
        if self.score.earned >= self.score.points:
            return "it passed"
        return "it passed in part" if self.score.earned > 0 else "it did not pass"


@dataclass
class Section:
    """A heading of the notebook and the student's cells below it."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    to_try: bool = False  # it has the course's cell to try the student's code in

    @property
    def next_step(self) -> str:
        """What to do about the checks that did not pass, in two sentences, or "" if all did."""
        failed = [block for block in self.blocks if block.failed]
        if not failed:
            return ""
        exercise = self.title.partition(" — ")[0]
        try_it = "in the cell below “To try it”" if self.to_try else "in a cell of your own"
        if any(block.unwritten for block in failed):
            return (
                f"Write {exercise}: its text says what is asked for, and its two hints help to "
                f"begin. Try your code {try_it}, then run course.check()."
            )
        if not all(block.hidden for block in failed):
            return (
                f"Open {exercise} and begin with the first check that did not pass: it says what "
                f"was called and what was expected. Try your code {try_it}, then run "
                "course.check()."
            )
        return (
            f"Open {exercise} and read in its text once more what the hidden checks below are "
            "about: the checks that you can see do not ask for it. Make an example of it "
            f"{try_it}: what should come out, and what does?"
        )

    @property
    def score(self) -> float:
        return sum(block.score.earned for block in self.blocks if block.score)

    @property
    def points(self) -> float:
        return sum(block.score.points for block in self.blocks if block.score)


@dataclass(frozen=True)
class Course:
    """What holds for every student's copy of one notebook."""

    released: frozenset[str]  # the texts of the cells as students got them
    hidden: frozenset[str]  # grade ids
    secrets: frozenset[str]  # lines of hidden checks and rubrics
    outline: Outline

    def rule(self, check: str) -> str:
        """Return which rule of its exercise a hidden check is about, "" where nothing says so."""
        exercise = self.outline.exercises.get(markers.exercise_of(check))
        about = exercise.checks.get(check, HIDDEN) if exercise else HIDDEN
        return "" if about == HIDDEN else about

    def gives_away(self, text: str) -> bool:
        """Say whether a text holds a line of a hidden check or a rubric, escaped or not."""
        unescaped = text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")
        return any(line in text or line in unescaped for line in self.secrets)


def course_of(sources: Mapping[str, str], released: list[Any], about: Outline) -> Course:
    """Return what every student's page of a notebook needs to know of the course.

    sources: the gradebook's text of each graded cell, hidden parts included, by grade id.
    released: the cells of the notebook that students got. about: its titles.
    """
    texts = frozenset(cell.source.strip() for cell in released)
    hidden = {name for name, text in sources.items() if markers.begins(text, markers.HIDDEN_TESTS)}
    secrets = {
        line.strip()
        for text in sources.values()
        for region in markers.regions(text, *SECRET)
        for line in region.splitlines()
        if len(line.strip()) >= SECRET_LENGTH
    }
    shown = "\n".join([*texts, *(without_regions(text, *SECRET) for text in sources.values())])
    return Course(texts, frozenset(hidden), frozenset(s for s in secrets if s not in shown), about)


def sections(
    cells: list[Any],
    course: Course,
    scores: Mapping[str, Score],
    comments: Mapping[str, str],
    apart: bool = False,
    why: Mapping[str, Why] | None = None,
) -> list[Section]:
    """Return the student's cells by heading, every graded cell of the gradebook among them.

    cells: of the autograded notebook. scores, comments: the gradebook's, by grade id.
    apart: the hidden checks ran in another process than the one that made these outputs, as
    `autograder grade` does it. Otherwise no output is shown after the first hidden check: code that
    a hidden check called may have kept what it was given.
    why: the smallest cases in which hidden checks failed, by grade id.
    """
    made, seen = [Section("Your work")], set()
    hidden_ran, number = False, 0
    for cell in cells:
        about = cell.metadata.get("nbgrader") or {}
        name = str(about.get("grade_id", ""))
        is_hidden = markers.marks_secret(cell.source) or name in course.hidden
        if about.get("grade") and not about.get("solution"):
            number += 1
            hidden = is_hidden or markers.is_hidden(name)
            hidden_ran = hidden_ran or (hidden and not apart)
            made[-1].blocks.append(_check(cell, name, number, hidden, course, scores, why))
            seen.add(name)
        elif is_hidden:  # a rubric, or a hidden check that lost its markers
            hidden_ran = hidden_ran or (cell.cell_type == "code" and not apart)
        elif about.get("solution") or about.get("task"):
            comment = comments.get(name, "")
            made[-1].blocks.append(_answer(cell, name, course, scores, comment, hidden_ran))
            seen.add(name)
        elif cell.source.strip() in course.released:
            made += [Section(title) for title in _headings(cell)]
            made[-1].to_try = made[-1].to_try or cell.source.startswith(TO_TRY)
        elif cell.source.strip() and not about.get("locked"):
            made[-1].blocks.append(_own(cell, course, hidden_ran))
    rest = [name for name in scores if name not in seen]
    made.append(Section("Not found in your notebook", [_lost(name, scores[name]) for name in rest]))
    return [section for section in made if section.blocks]


def _headings(cell: Any) -> list[str]:
    """Return the headings of a course's text cell, without their #."""
    if cell.cell_type != "markdown":
        return []
    return re.findall(r"(?m)^#{1,3} +(.*\S)", cell.source)


def _lost(name: str, score: Score) -> Block:
    return Block("check", "Hidden check" if markers.is_hidden(name) else name, score=score)


def _check(
    cell: Any,
    name: str,
    number: int,
    hidden: bool,
    course: Course,
    scores: Mapping[str, Score],
    why: Mapping[str, Why] | None,
) -> Block:
    score = scores.get(name)
    unwritten = any(
        output.get("ename") == "NotImplementedError" for output in cell.get("outputs", [])
    )
    if hidden:
        block = Block(
            "check", f"Hidden check {number}", "", score, hidden=True, unwritten=unwritten
        )
        rule = course.rule(name) if block.failed else ""
        case = (why or {}).get(name) if block.failed else None
        if case and course.gives_away(f"{case.sentence}\n{case.calls}"):
            case = None
        return replace(block, message=f"This check is about: {rule}" if rule else "", why=case)
    message = "" if score and score.earned >= score.points else _message(cell)
    if course.gives_away(message):
        message = WITHHELD
    content = safe_html.code(cell.source) if cell.cell_type == "code" else ""
    return Block("check", f"Check {number}", content, score, message, unwritten=unwritten)


def _message(cell: Any) -> str:
    """Return why nbgrader gave no points: the error, or what was printed to stderr."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            text = "\n".join(output.traceback)
            if not text or text.count("\n") >= SHORT or "\x1b" in text:
                text = str(output.evalue)  # IPython's own traceback: of no check's verdict
                if output.ename != "AssertionError":
                    text = f"{output.ename}: {text}"
            return safe_html.without_terminal_codes(text)[:MESSAGE_LENGTH]
        if output.get("name") == "stderr":
            text = f"It printed to stderr: {output.text}"
            return safe_html.without_terminal_codes(text)[:MESSAGE_LENGTH]
    return ""


def _answer(
    cell: Any, name: str, course: Course, scores: Mapping[str, Score], comment: str, late: bool
) -> Block:
    own = _own(cell, course, late)
    is_code = cell.cell_type == "code"
    return Block(
        kind="code" if is_code else "answer",
        title="Your code" if is_code else "Your answer",
        content=own.content,
        score=scores.get(name),
        outputs=own.outputs,
        withheld=own.withheld,
        comment=safe_html.markdown(comment) if comment else "",
    )


def _own(cell: Any, course: Course, late: bool) -> Block:
    """Return a cell that the student wrote or changed, without its output if it comes late."""
    if cell.cell_type != "code":
        text = safe_html.markdown(cell.source, cell.get("attachments"))
        return Block("text", "Your text", text)
    outputs = () if late else tuple(_outputs(cell, course))
    withheld = late and bool(cell.get("outputs"))
    return Block("code", "Your cell", safe_html.code(cell.source), None, "", outputs, withheld)


def _outputs(cell: Any, course: Course) -> Iterator[Output]:
    """Yield a cell's outputs as plain text and PNG; whatever else there is, is left out."""
    for output in cell.get("outputs", [])[:OUTPUTS]:
        if output.output_type == "error":
            text = f"{output.ename}: {output.evalue}"
        elif output.output_type == "stream":
            text = output.text
        else:
            picture = kept_png(output.data.get("image/png"))
            if picture:
                yield Output(picture=safe_html.PNG_URL + picture)
                continue
            text = output.data.get("text/plain", "")
        text = safe_html.without_terminal_codes(text)
        if text:
            yield Output(WITHHELD if course.gives_away(text) else text)
