"""What every notebook of the course must have, checked on its script before anything is built."""

import ast
import builtins
import re

from autograder.build.script import JUDGE, SourceError

POINTS = {"visible": 8, "hidden": 9, "written": 3}
CAPSTONE_POINTS = {"visible": 5, "hidden": 12, "written": 3}
UNGRADED = "00_"  # the notebook that only welcomes
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
    """Raise SourceError at the first thing in the cells that a notebook must not be."""
    rules = (_ungraded, _opening, _prose)
    if not path.stem.startswith(UNGRADED):
        rules = (_regions, _grade_ids, _checks, _points, _headings, _opening, _exercises, _prose)
    for rule in rules:
        rule(path, cells)


def _ungraded(path, cells):
    for cell in cells:
        if cell.kind not in ("code", "text"):
            raise SourceError(path, cell.place, "nothing is graded here: take the mark away")


def _regions(path, cells):
    for cell in cells:
        for word, kinds in (
            ("SOLUTION", ("solution",)),
            ("HIDDEN TESTS", ("check",)),
            ("MARK SCHEME", ("rubric",)),
        ):
            begins, ends = cell.text.count(f"BEGIN {word}"), cell.text.count(f"END {word}")
            if begins != ends:
                raise SourceError(
                    path, cell.place, f"{begins} BEGIN but {ends} END {word}: pair them"
                )
            if begins and cell.kind not in kinds:
                raise SourceError(
                    path, cell.place, f"a {word} region outside a {kinds[0]} cell: mark the cell"
                )
            if not begins and cell.kind in ("solution", "rubric") and cell.kind in kinds:
                raise SourceError(path, cell.place, f"has no ### BEGIN {word} … ### END {word}")
        if cell.hidden and not re.match(r"(# .*\n)*### BEGIN HIDDEN TESTS\n", cell.text):
            raise SourceError(
                path, cell.place, "a hidden check must be all inside ### BEGIN HIDDEN TESTS"
            )
        if cell.kind == "check" and not cell.hidden and "HIDDEN TESTS" in cell.text:
            raise SourceError(
                path, cell.place, "is visible and has a hidden region: make two cells of it"
            )


def _grade_ids(path, cells):
    seen = {}
    for cell in cells:
        if not cell.grade_id:
            continue
        if not re.fullmatch(r"[a-z][a-z0-9_]*", cell.grade_id):
            raise SourceError(path, cell.place, "a grade id is in snake_case: rename it")
        if cell.grade_id in seen:
            raise SourceError(
                path, cell.place, f"grade id also used by {seen[cell.grade_id].place}: rename one"
            )
        seen[cell.grade_id] = cell


def _checks(path, cells):
    solutions = {cell.grade_id for cell in cells if cell.kind == "solution"}
    for cell in cells:
        if cell.kind != "check":
            continue
        if cell.text.count(JUDGE) != 1 or JUDGE not in cell.text.splitlines():
            raise SourceError(
                path, cell.place, f"needs one line {JUDGE} between what it sees and how it judges"
            )
        if cell.exercise not in solutions:
            raise SourceError(
                path, cell.place, f"checks no solution cell: there is no solution={cell.exercise!r}"
            )
        _halves(path, cell)


def _halves(path, cell):
    observe, judge = (_parsed(path, cell, half) for half in cell.halves())
    if "seen" not in _bound(observe):
        raise SourceError(path, cell.place, "the half before ### JUDGE must set `seen`")
    strange = _used(judge) - _bound(judge) - set(dir(builtins)) - {"seen"}
    if strange:
        raise SourceError(
            path, cell.place, f"after ### JUDGE only `seen` and own imports: not {min(strange)!r}"
        )
    open_names = {name for name in _top_level(observe) | _top_level(judge) if name[0] != "_"}
    if cell.hidden and open_names - {"seen"}:
        name = min(open_names - {"seen"})
        problem = f"would overwrite a student's {name!r}: call it '_{name}'"
        raise SourceError(path, cell.place, problem)
    if not judge.body or not isinstance(judge.body[-1], ast.Assert):
        raise SourceError(
            path, cell.place, "must end with an assert: a last value counts as points"
        )
    if _asserts(observe):
        raise SourceError(path, cell.place, "has an assert before ### JUDGE: judge after it")
    if not all(node.msg for node in _asserts(judge)):
        raise SourceError(path, cell.place, "has an assert without a message: write one")


def _asserts(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def _parsed(path, cell, text):
    try:
        return ast.parse(text)
    except SyntaxError as error:
        problem = f"is no Python: {error.msg}, line {error.lineno}: correct it"
        raise SourceError(path, cell.place, problem) from None


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


def _points(path, cells):
    wanted = CAPSTONE_POINTS if path.stem.startswith("10_") else POINTS
    found = {
        "visible": sum(cell.points for cell in cells if cell.kind == "check" and not cell.hidden),
        "hidden": sum(cell.points for cell in cells if cell.hidden),
        "written": sum(cell.points for cell in cells if cell.kind == "answer"),
    }
    for part, points in wanted.items():
        if found[part] != points:
            raise SourceError(
                path, "points", f"{part} ones add up to {found[part]:g}, not {points}: adjust them"
            )


def _headings(path, cells):
    lines = [line for cell in cells if not cell.is_code for line in cell.text.splitlines()]
    place = 0
    for heading in HEADINGS:
        at = next((n for n in range(place, len(lines)) if lines[n].startswith(heading)), None)
        if at is None:
            raise SourceError(
                path, "anatomy", f"no {heading.strip()!r} heading where it belongs: add it in order"
            )
        place = at + 1
    if not any(cell.is_code and "course.submit()" in cell.text for cell in cells):
        raise SourceError(path, "anatomy", "no cell course.submit() under '## Hand in': add it")


def _opening(path, cells):
    opening = cells[0].text
    for needed, what in (
        (r"mybinder\.org", "a Binder badge"),
        (r"\d+ minutes", "the estimated time in minutes"),
        (r"(?m)(^- .+\n?){3}", "three bullets of what you will be able to do"),
    ):
        if not re.search(needed, opening):
            raise SourceError(path, cells[0].place, f"the title cell lacks {what}: add it")


def _exercises(path, cells):
    """From its solution cell on: visible check, hidden check, the student's own in the picture."""
    starts = [n for n, cell in enumerate(cells) if cell.kind == "solution"]
    if not 3 <= len(starts) <= 5:
        raise SourceError(path, "anatomy", f"{len(starts)} exercises: a notebook has 3 to 5")
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        solution, after = cells[start], cells[start + 1 : end]
        text = _text_before(cells, start)
        if text.count("<details>") != 2 or text.count("</details>") != 2:
            raise SourceError(
                path, solution.place, "a missing hint: its text needs two <details> … </details>"
            )
        for hint in re.findall(r"<details>(.*?)</details>", text, re.DOTALL):
            apart = "</summary>\n\n" in hint and hint.endswith("\n\n")
            if re.search("[`*$]", hint) and not apart:
                raise SourceError(
                    path,
                    solution.place,
                    "a hint shows its ` * $ as they are: put an empty line before and after it",
                )
        mine = [cell for cell in after if cell.kind == "check"]
        mine = [cell.hidden for cell in mine if cell.exercise == solution.grade_id]
        if set(mine) != {True, False}:
            raise SourceError(path, solution.place, "needs a visible and a hidden check after it")
        if not any("explore" in cell.text for cell in after if cell.kind == "code"):
            raise SourceError(
                path, solution.place, "must end with an explore cell that runs the student's own"
            )


def _prose(path, cells):
    for cell in cells:
        if not cell.is_code and re.search(r"(?<!\\)\$", re.sub(r"`[^`]*`", "", cell.text)):
            raise SourceError(path, cell.place, "a $ starts a formula: write \\$, or dollars")


def _text_before(cells, at):
    """Return the text of the exercise: the markdown between the last code cell and `at`."""
    texts = []
    for cell in reversed(cells[:at]):
        if cell.is_code:
            break
        texts.append(cell.text)
    return "\n".join(reversed(texts))
