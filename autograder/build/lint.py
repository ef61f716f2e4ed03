"""What every notebook of the course must have, checked on its script before anything is built."""

import ast
import builtins
import re

from autograder.build import markers, title
from autograder.build.markers import JUDGE
from autograder.build.script import SourceError, letters, raise_all
from autograder.course import is_graded

RULE_LENGTH = 140
"""The most characters of a hidden check's rule: feedback shows it on two lines."""
EXERCISES = (3, 6)
"""How many exercises a graded notebook has, at least and at most."""
MAY_HOLD_DOLLARS = re.compile(  # code, and formulas as MathJax reads them
    r"`[^`]*`|\$\$[^$]+\$\$|(?<![\\$])\$(?=[^\s$])[^$\n]*(?<=[^\s\\])\$(?![\d$])"
)
OWN_SCOPES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
HEADINGS = (
    "# ",
    "## The picture",
    "## The idea",
    "## Predict",
    "## Experiment",
    "## Exercise A",
    "## Explain",
    "## In production",
    "## Hand in",
    "## What breaks next",
)


def check(path, cells):
    """Raise SourceError, with a line for each thing in the cells that a notebook must not be.

    A line names the cell by its number and its grade id, and says how to fix it.
    """
    rules = (_ungraded, _opening, _prose)
    if is_graded(path.stem):
        rules = (_regions, _grade_ids, _checks, _points, _headings, _opening, _exercises, _prose)
    faults = [fault for rule in rules for fault in rule(cells)]
    order = {cell.place: cell.number for cell in cells}
    faults.sort(key=lambda fault: order.get(fault[0], 0))
    raise_all([SourceError(path, *fault) for fault in faults])


def _ungraded(cells):
    for cell in cells:
        if cell.kind not in ("code", "text"):
            yield cell.place, "nothing is graded here: take the mark away"


def _regions(cells):
    for cell in cells:
        for word, kind in (
            (markers.SOLUTION, "solution"),
            (markers.HIDDEN_TESTS, "check"),
            (markers.MARK_SCHEME, "rubric"),
        ):
            begins, ends = cell.text.count(f"BEGIN {word}"), cell.text.count(f"END {word}")
            if begins != ends:
                yield cell.place, f"{begins} BEGIN but {ends} END {word}: pair them"
            if begins and cell.kind != kind:
                yield cell.place, f"a {word} region outside a {kind} cell: mark the cell"
            if not begins and cell.kind == kind != "check":
                yield cell.place, f"has no ### BEGIN {word} … ### END {word}"
        if cell.hidden and not re.match(r"(# .*\n)*### BEGIN HIDDEN TESTS\n", cell.text):
            yield cell.place, "a hidden check must be all inside ### BEGIN HIDDEN TESTS"
        if cell.hidden and markers.begins(cell.text, markers.HIDDEN_TESTS):
            yield from ((cell.place, problem) for problem in _rule(cell.text))
        if cell.kind == "check" and not cell.hidden and markers.HIDDEN_TESTS in cell.text:
            yield cell.place, "is visible and has a hidden region: make two cells of it"


def _rule(text):
    """A student reads it when the check fails, so it is one sentence of the exercise's own text."""
    first = text.partition("### BEGIN HIDDEN TESTS\n")[2].partition("\n")[0]
    found = markers.rules(text)
    if len(found) != 1 or markers.rules(first) != found:
        yield f'does not say what it is about: write "{markers.RULE} …" below BEGIN HIDDEN TESTS'
    elif len(found[0]) > RULE_LENGTH:
        yield f"its rule has {len(found[0])} characters: say it in {RULE_LENGTH}"


def _grade_ids(cells):
    seen = {}
    for cell in filter(lambda cell: cell.grade_id, cells):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", cell.grade_id):
            yield cell.place, "a grade id is in snake_case: rename it"
        if cell.grade_id in seen:
            yield cell.place, f"grade id also used by {seen[cell.grade_id].place}: rename one"
        seen[cell.grade_id] = cell


def _checks(cells):
    solutions = {cell.grade_id for cell in cells if cell.kind == "solution"}
    for cell in cells:
        if cell.kind != "check":
            continue
        if cell.exercise not in solutions:
            problem = f"checks no solution cell: there is no solution={cell.exercise!r}"
            yield cell.place, problem
        if cell.text.splitlines().count(JUDGE) != 1 or cell.text.count(JUDGE) != 1:
            yield cell.place, f"needs one line {JUDGE} between what it sees and how it judges"
            continue
        try:
            observe, judge = map(ast.parse, cell.halves())
        except SyntaxError as error:
            yield cell.place, f"is not Python: {error.msg}, line {error.lineno}: correct it"
            continue
        for problem in _halves(cell, observe, judge):
            yield cell.place, problem


def _halves(cell, observe, judge):
    if "seen" not in _bound(observe):
        yield "the half before ### JUDGE must set `seen`"
    strange = _used(judge) - _bound(judge) - set(dir(builtins)) - {"seen"}
    if strange:
        yield f"after ### JUDGE only `seen` and own imports: not {min(strange)!r}"
    open_names = {name for name in _top_level(observe) | _top_level(judge) if name[0] != "_"}
    if cell.hidden:
        for name in sorted(open_names - {"seen"}):
            yield f"would overwrite a student's {name!r}: call it '_{name}'"
    if not judge.body or not isinstance(judge.body[-1], ast.Assert):
        yield "must end with an assert: a last value counts as points"
    if _asserts(observe):
        yield "has an assert before ### JUDGE: judge after it"
    if not all(node.msg for node in _asserts(judge)):
        yield "has an assert without a message: write one"


def _asserts(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def _used(tree):
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _top_level(tree):
    """Return the names that the cell leaves in the student's namespace, imports apart."""
    names, nodes = set(), [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, OWN_SCOPES):
            nodes += ast.iter_child_nodes(node)
    return names


def _bound(tree):
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return bound


def _points(cells):
    points = title.of(cells, "").points
    numbers = [each for each in points.values() if isinstance(each, (int, float)) and each > 0]
    if set(points) != set(title.POINTS) or len(numbers) < len(title.POINTS):
        parts = ", ".join(title.POINTS)
        yield cells[0].place, f"points={points} must give {parts}, each above 0: correct it"
        return
    worth = {
        "visible": [cell for cell in cells if cell.kind == "check" and not cell.hidden],
        "hidden": [cell for cell in cells if cell.hidden],
        "written": [cell for cell in cells if cell.kind == "answer"],
    }
    for part, mine in worth.items():
        found = sum(cell.points for cell in mine)
        if found != points[part]:
            problem = f"{part} ones add up to {found:g}, not {points[part]:g}"
            yield "points", f"{problem}: {_split(mine, points[part])}"


def _split(cells, points):
    """Return in words how the cells can share the points, changing as few of them as possible."""
    if not 0 < len(cells) <= points:
        return f"{len(cells)} cells cannot share them: {'merge some' if cells else 'add one'}"
    split = [cell.points for cell in cells]
    while over := round(sum(split) - points, 6):
        changed = split.index(max(split) if over > 0 else min(split))
        split[changed] = round(split[changed] - max(-1, min(1, over)), 6)
    pairs = zip(cells, split, strict=True)
    changes = [(cell, new) for cell, new in pairs if new != cell.points]
    return "make " + ", ".join(
        f"{cell.grade_id} {cell.points:g} → {new:g}" for cell, new in changes
    )


def _headings(cells):
    lines = [line for cell in cells if not cell.is_code for line in cell.text.splitlines()]
    place = 0
    for heading in HEADINGS:
        at = next((n for n in range(place, len(lines)) if lines[n].startswith(heading)), None)
        if at is None:
            problem = f"no {heading.strip()!r} heading where it belongs: add it in order"
            yield "anatomy", problem
        else:
            place = at + 1
    if not any(cell.is_code and "course.submit()" in cell.text for cell in cells):
        yield "anatomy", "no cell course.submit() under '## Hand in': add it"


def _opening(cells):
    opening = cells[0].text
    for needed, what in (
        (r"mybinder\.org", "a Binder badge"),
        (r"[Aa]bout \d+ minutes", 'the estimated time, "about 75 minutes"'),
        (r"(?m)(^- .+\n?){3}", "three bullets of what you will be able to do"),
    ):
        if not re.search(needed, opening):
            yield cells[0].place, f"the title cell lacks {what}: add it"


def _exercises(cells):
    """From its solution cell on: visible check, hidden check, the student's own in the picture."""
    starts = [n for n, cell in enumerate(cells) if cell.kind == "solution"]
    least, most = EXERCISES
    if not least <= len(starts) <= most:
        yield "anatomy", f"{len(starts)} exercises: a notebook has {least} to {most}"
    for start, end in zip(starts, [*starts[1:], len(cells)][: len(starts)], strict=True):
        solution, after = cells[start], cells[start + 1 : end]
        for problem in (*_hints(_text_before(cells, start)), *_own_cells(solution, after)):
            yield solution.place, problem
    for (cell, letter), expected in zip(letters(cells), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False):
        if letter != expected:
            problem = f"its heading must be '## Exercise {expected} — …', the next letter"
            yield cell.place, problem
        for label in markers.labels(cell.text, markers.SOLUTION):
            typed = re.match(r"Exercise (\w+):", label)
            if not label:
                yield cell.place, "a region does not say what to write: ### BEGIN SOLUTION add them"
            elif typed and typed[1] != letter:
                yield (
                    cell.place,
                    f"is exercise {letter}, but a region begins {typed[0]!r}: fix it",
                )


def _hints(text):
    if text.count("<details>") != 2 or text.count("</details>") != 2:
        yield "a missing hint: its text needs two <details> … </details>"
    for hint in re.findall(r"<details>(.*?)</details>", text, re.DOTALL):
        apart = "</summary>\n\n" in hint and hint.endswith("\n\n")
        if re.search("[`*$]", hint) and not apart:
            yield "a hint shows its ` * $ as they are: put an empty line before and after it"


def _own_cells(solution, after):
    mine = [cell for cell in after if cell.kind == "check"]
    mine = [cell.hidden for cell in mine if cell.exercise == solution.grade_id]
    if set(mine) != {True, False}:
        yield "needs a visible and a hidden check after it"
    if not any("explore" in cell.text for cell in after if cell.kind == "code"):
        yield "must end with an explore cell that runs the student's own"


def _prose(cells):
    for cell in cells:
        if not cell.is_code and re.search(r"(?<!\\)\$", MAY_HOLD_DOLLARS.sub("", cell.text)):
            yield cell.place, "a $ starts a formula: write \\$, or dollars"


def _text_before(cells, at):
    """Return the text of the exercise: the markdown between the last code cell and `at`."""
    texts = []
    for cell in reversed(cells[:at]):
        if cell.is_code:
            break
        texts.append(cell.text)
    return "\n".join(reversed(texts))
