"""The words of a released notebook by which both its builder and the student's side know a cell."""

import re

ANSWER = "*Write your answer here.*"
"""The released text of a written answer's cell."""

HIDDEN_CHECK = "# Hidden check"
"""How a cell begins that stands in the place of a hidden check: `# Hidden check: …`."""

HIDDEN_CHECK_RELEASED = f"{HIDDEN_CHECK}: it runs when your work is graded."
RUBRIC_RELEASED = "*Your answer is graded by a person, with a rubric.*"

CHECK_RELEASED = "# Check{place}: {exercise} ({points:g} point{s})"
"""The first line of a visible check, which JupyterLab shows while the cell is folded."""

PRACTICE_RELEASED = "# Check{place}: {exercise} (practice)"
"""The same, of a check without points."""

CHECK = re.compile(r"# Check( \d+ of \d+)?: (\w+) \(([\d.]+) points?\)\n")
"""Matches that first line: which of several it is, the exercise, the points."""

STUB = 'raise NotImplementedError("{}")'
"""The last line of a solution's released cell. In the braces: Exercise A: choose the next server"""

UNWRITTEN = re.compile(r'raise NotImplementedError\("Exercise ([A-Z]): ')
"""Matches the stub of an exercise that is not written yet; group 1 is its letter."""

UNWRITTEN_ERROR = re.compile(r"(?s)(?:Exercise ([A-Z])|Start here): (.+)")
"""Matches what a stub's error says: the exercise's letter, if it has one, and what to write."""
