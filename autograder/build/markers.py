"""The markers in a script's cells, the grade ids of its checks, and what they mark.

A region is what stands between `### BEGIN X` and `### END X`, where X is one of REGIONS. nbgrader
takes the regions out of a release by the same markers. A check whose grade id ends in `_hidden`
(or `_hidden_2`, …) is all in one region, so that students see nothing of it. That region begins
with a line `### RULE: …`: which rule of the exercise it is about, for feedback and report.
"""

import re

INPUTS, OBSERVE, JUDGE = "### INPUTS", "### OBSERVE", "### JUDGE"
RULE = "### RULE:"
PLAIN = "from course.checks import plain as _plain\nseen = _plain(seen)\n"
"""What the builder puts after JUDGE: the same is judged in a notebook as in the grader, where
`seen` has gone from one process to another as plain data."""
SOLUTION, HIDDEN_TESTS, MARK_SCHEME = REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
SECRET = (HIDDEN_TESTS, MARK_SCHEME)
"""The regions that a student sees nothing of."""


def is_check(grade_id: str) -> bool:
    """Return whether a grade id has the ending of a check: _check, _hidden, _hidden_2."""
    return bool(re.search(r"_(check|hidden)(_\d+)?$", grade_id))


def is_hidden(grade_id: str) -> bool:
    """Return whether a grade id is one of a hidden check."""
    return bool(re.search(r"_hidden(_\d+)?$", grade_id))


def exercise_of(grade_id: str) -> str:
    """Return the grade id of the solution that a check's grade id belongs to."""
    return re.sub(r"_(check|hidden)(_\d+)?$", "", grade_id)


def rules(text: str) -> list[str]:
    """Return what a check's text says it is about: one sentence, or none."""
    return re.findall(rf"(?m)^{RULE} *(.*\S)", text)


def begins(text: str, region: str) -> bool:
    """Return whether a region of this name begins in a cell's text."""
    return f"BEGIN {region}" in text


def marks_secret(text: str) -> bool:
    """Return whether a text holds the beginning or the end of a region in SECRET."""
    return bool(re.search(rf"### (BEGIN|END) ({'|'.join(SECRET)})", text))


def regions(text: str, *names: str) -> list[str]:
    """Return the contents of the regions of these names; one without an end goes on to the end."""
    return [match["inside"] for match in _region(names).finditer(text)]


def without_regions(text: str, *names: str) -> str:
    """Return a text without the regions of these names and their markers."""
    return _region(names).sub("", text)


def labels(text: str, region: str) -> list[str]:
    """Return what is written after the markers that begin a region, such as "Exercise A: …"."""
    return [label.strip() for label in re.findall(rf"### BEGIN {region} *(.*)", text)]


def marker_lines(text: str) -> dict[int, str]:
    """Return the lines that begin or end a region: number from 0 → "BEGIN" or "END"."""
    marker = re.compile(rf"### (BEGIN|END) ({'|'.join(REGIONS)})")
    found = ((number, marker.search(line)) for number, line in enumerate(text.split("\n")))
    return {number: match[1] for number, match in found if match}


def halves(text: str) -> tuple[str, str]:
    """Return the two halves of a check's text, without region markers and rule: observe, judge."""
    marked = marker_lines(text)
    lines = [line for number, line in enumerate(text.split("\n")) if number not in marked]
    lines = [line for line in lines if not line.startswith(RULE)]
    observe, _, judge = ("\n".join(lines) + "\n").partition(JUDGE + "\n")
    return observe, judge


def _region(names: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(names)
    return re.compile(rf"(?s)### BEGIN (?:{either})(?P<inside>.*?)(?:### END (?:{either})\n?|\Z)")
