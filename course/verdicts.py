"""What a student sees of a check: one line when it passes, or one calm box.

    ✓ round_robin · 1 of 1 point

    ✗ round_robin · 0 of 1 point
    5 requests over a, b, c should go a b c a b
    yours went a a a a a
    A question: Your balancer has picked a. Where does it remember that?
    ▸ The check and the whole traceback

The question is there when the course knows the mistake (see questions.py).

`install` has IPython call this for every cell with a line `### JUDGE`. The error of a failed check
stays an error in the notebook's file, with a short traceback: Validate, nbgrader and the feedback
read that one. In JupyterLab the box stands in its place.
"""

import os
import re
import sys
import textwrap
import traceback
from dataclasses import dataclass, replace
from html import escape
from linecache import getline
from typing import Any

from course.engine.component import ComponentError, own_lines, why_not_a_process
from course.questions import question
from course.texts import CHECK, UNWRITTEN_ERROR

JUDGE = re.compile(r"(?m)^### JUDGE$")
PASSED, FAILED, UNWRITTEN = "✓", "✗", "○"
ROWS, WIDTH = 7, 100  # of a sentence, at most: the whole is in the fold
AROUND = 2  # lines shown before the student's line
FOLDED_LINES = 40  # of the traceback in the fold
COLOURS = {  # JupyterLab's, by its theme; elsewhere these, which can be read on white
    PASSED: "var(--jp-success-color0, #1b5e20)",
    FAILED: "var(--jp-warn-color0, #a33b00)",
    UNWRITTEN: "var(--jp-content-font-color2, #555)",
}
STYLE = """<style>
.course-verdict { border-left: 3px solid var(--course-verdict); padding: 2px 0 2px 10px;
  color: var(--jp-content-font-color1, #222); line-height: 1.5; max-width: 100ch }
.course-verdict b span { color: var(--course-verdict) }
.course-verdict p { margin: 2px 0; white-space: pre-wrap; overflow-wrap: anywhere }
.course-verdict pre { margin: 4px 0; padding: 4px 8px; white-space: pre-wrap;
  overflow-wrap: anywhere; background: var(--jp-layout-color2, #f0f0f0); color: inherit }
.course-verdict summary { cursor: pointer; color: var(--jp-content-font-color2, #555) }
.jp-OutputArea-child:has(.course-verdict-failed) + .jp-OutputArea-child { display: none }
</style>"""


@dataclass(frozen=True)
class Verdict:
    """How a check went.

    mark: PASSED, FAILED or UNWRITTEN. sentence: why it did not pass. place and lines: the student's
    own lines in which an error was raised, the last one marked. folded: the whole traceback.
    question: that leads on, where the course knows the mistake.
    """

    mark: str
    sentence: str = ""
    place: str = ""
    lines: tuple[str, ...] = ()
    folded: str = ""
    question: str = ""

    @property
    def text(self) -> str:
        """The sentence and the student's lines, as plain text."""
        return "\n".join([_cut(self.sentence), *filter(None, [self.place]), *self.lines])


def verdict_on(error: BaseException, check: str = "") -> Verdict:
    """Return the verdict on a check that ended with this error.

    check: the file name of the check's own code, as tracebacks have it (default: of the first cell
    in the error's traceback).
    """
    sentence = explained(error, check)
    if isinstance(error, NotImplementedError) and (found := UNWRITTEN_ERROR.match(said(error))):
        what = f"Exercise {found[1]} is not written yet" if found[1] else "Not written yet"
        return Verdict(UNWRITTEN, f"{what}: {found[2]}")
    folded = "".join(traceback.format_exception(error)).splitlines()
    folded = [line for line in folded if "site-packages/IPython" not in line][-FOLDED_LINES:]
    whole = "\n".join(folded)
    if isinstance(error, AssertionError):
        return Verdict(FAILED, sentence, folded=whole)
    own = own_lines(error, check)
    if not own:
        return Verdict(FAILED, sentence, folded=whole)
    filename, number = own[-1]
    first = max(1, number - AROUND)
    source = [getline(filename, line).rstrip("\n") for line in range(first, number + 1)]
    shown = textwrap.dedent("\n".join(source)).splitlines() if any(source) else []
    lines = tuple(
        f"{'→' if line == number else ' '} {line:>3}  {text}"
        for line, text in zip(range(first, number + 1), shown, strict=False)
    )
    return Verdict(FAILED, sentence, f"In your code, line {number}:", lines, whole)


def explained(error: BaseException, check: str = "") -> str:
    """Return what an error says in one sentence, with the cause where SimPy's own text hides it."""
    if isinstance(error, (AssertionError, ComponentError)):
        return said(error) or "the check did not pass"
    if isinstance(error, KeyboardInterrupt):
        return "Stopped before it was done: is there a loop that never ends?"
    if isinstance(error, NameError) and error.name and not own_lines(error, check):
        return f"{error.name} is not there: run the cells above; did one of them end in an error?"
    why = why_not_a_process(error)
    return why or f"{type(error).__name__}: {said(error)}".removesuffix(": ")


def reported(error: BaseException) -> BaseException:
    """Return the error to be reported: SimPy's own about a process becomes a sentence."""
    why = why_not_a_process(error)
    return ComponentError(why) if why else error


def said(error: BaseException) -> str:
    """Return an error's text; a student's own class of errors may have a fault itself."""
    try:
        return str(error)
    except Exception:
        return "(its text cannot be made)"


def headline(mark: str, source: str) -> str:
    """Return the first line of a verdict: ✓ round_robin, check 1 of 2 · 1 of 1 point."""
    found = CHECK.match(source)
    if not found:
        return f"{mark} {'passed' if mark == PASSED else 'not passed yet'}"
    place, exercise, points = found.groups()
    earned = points if mark == PASSED else "0"
    plural = "" if points == "1" else "s"
    place = f", check{place}" if place else ""
    return f"{mark} {exercise}{place} · {earned} of {points} point{plural}"


def html_of(verdict: Verdict, source: str) -> str:
    """Return a verdict as HTML; source: the check's text."""
    kind = "passed" if verdict.mark == PASSED else "failed"
    said_first = escape(headline(verdict.mark, source))[len(verdict.mark) :]
    parts = [f"<b><span>{verdict.mark}</span>{said_first}</b>"]
    if verdict.sentence:
        parts.append(f"<p>{escape(_parted(_cut(verdict.sentence)))}</p>")
    if verdict.lines:
        parts.append(f"{escape(verdict.place)}<pre>{escape(chr(10).join(verdict.lines))}</pre>")
    if verdict.question:
        parts.append(f"<p><b>A question:</b> {escape(verdict.question)}</p>")
    if verdict.folded:
        parts.append(
            "<details><summary>The check and the whole traceback</summary>"
            f"<pre>{escape(source.strip())}</pre><pre>{escape(verdict.folded)}</pre></details>"
        )
    return (
        f'{STYLE}<div class="course-verdict course-verdict-{kind}" role="status" '
        f'style="--course-verdict: {COLOURS[verdict.mark]}">{"".join(parts)}</div>'
    )


def _cut(sentence: str) -> str:
    """Return as much of a sentence as ROWS rows of WIDTH letters hold."""
    rows = [
        line[start : start + WIDTH]
        for line in sentence.strip().splitlines()
        for start in range(0, max(len(line), 1), WIDTH)
    ]
    if len(rows) <= ROWS:
        return sentence.strip()
    shown = sum(map(len, rows[: ROWS - 1]))
    kept, text = [], sentence.strip()
    for line in text.splitlines():
        kept.append(line[:shown])
        shown -= len(line)
        if shown <= 0:
            break
    return "\n".join(kept) + " …"


def _parted(sentence: str) -> str:
    """Return a sentence with what was expected and what came back on lines of their own."""
    return re.sub(r"[;.] +(?=yours?\b)", "\n", sentence, count=1, flags=re.IGNORECASE)


def install() -> None:
    """Have this kernel show verdicts of checks; elsewhere, such as in the grader, do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or not type(shell).__module__.startswith("ipykernel."):
        return
    known = shell.events.callbacks["pre_run_cell"]
    if not any(isinstance(getattr(each, "__self__", None), _Shown) for each in known):
        shown = _Shown(shell)
        shell.events.register("pre_run_cell", shown.before)
        shell.events.register("post_run_cell", shown.after)


class _Shown:
    """What the kernel does around a check."""

    def __init__(self, shell: Any) -> None:
        self.shell, self.source, self.counted = shell, "", False

    def before(self, info: Any) -> None:
        """Catch what a check raises."""
        self.source = info.raw_cell if JUDGE.search(info.raw_cell or "") else ""
        if self.source:
            self.shell.set_custom_exc((Exception, KeyboardInterrupt), self.failed)

    def after(self, result: Any) -> None:
        """Say that a check passed."""
        if not self.source:
            return
        self.shell.set_custom_exc((), None)
        if result.success:
            self.show(Verdict(PASSED))

    def failed(
        self, shell: Any, kind: type, error: BaseException, trace: Any, tb_offset: Any = None
    ) -> None:
        """Show the box, and make the error an output with a short traceback."""
        shell.set_custom_exc((), None)
        verdict = verdict_on(error)
        known = CHECK.match(self.source)
        if known and isinstance(error, AssertionError):
            asked = question(known[2], shell.user_ns.get("seen"))
            verdict = replace(verdict, question=asked)
        self.show(verdict)
        shown = reported(error)
        text = verdict.text
        if verdict.mark == UNWRITTEN and not self.counted:
            text, self.counted = self.count(text), True
        shown._render_traceback_ = text.splitlines  # type: ignore[attr-defined]
        shell.showtraceback((type(shown), shown, trace))

    def show(self, verdict: Verdict) -> None:
        """Show a verdict in the notebook; not while nbgrader executes it."""
        if "NBGRADER_EXECUTION" in os.environ:
            return
        from IPython.display import display

        plain = headline(verdict.mark, self.source)
        display({"text/plain": plain, "text/html": html_of(verdict, self.source)}, raw=True)

    def count(self, text: str) -> str:
        """Return the text of the first stub with how many there are, for Validate."""
        from course.submit import unwritten

        letters = unwritten() if os.environ.get("NBGRADER_EXECUTION") == "validate" else []
        if len(letters) < 2:
            return text
        return f"{len(letters)} exercises are not written yet: {', '.join(letters)}.\n{text}"
