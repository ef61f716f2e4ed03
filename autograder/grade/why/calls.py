"""The calls that a check makes in a case, as a cell to copy.

The calls are those that the worked solution got. Then they are made of both, and the cell ends with
the first that gives something else: where nothing does, there is no cell. Other objects and earlier
calls are left out where that makes no difference.
"""

import ast
import keyword
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.grade.why import recorder

LINES = 24
LETTERS = 1500
LAST = (1, 2, 3, 5, 8, 12, 18)  # calls that are tried by themselves
Line = tuple[int, str]  # the object, as of recorder.recording, and a call as code
DID = """\
from dataclasses import is_dataclass as _is_dataclass
from course.checks import plain as _plain

def _did(call):
    try:
        value = call()
    except Exception as error:
        return "raised " + type(error).__name__
    try:
        return _plain(value)
    except TypeError:
        return repr(value) if _is_dataclass(value) else "an object"

seen = []
"""


def component_of(solution: str, used_by: str) -> str:
    """Return the class or function of a solution cell that a check uses, "" if none."""
    for node in ast.parse(solution).body:
        name = node.name if isinstance(node, (ast.ClassDef, ast.FunctionDef)) else ""
        if name and re.search(rf"\b{name}\b", used_by):
            return name
    return ""


def recording(component: str, draw: str, observe: str) -> str:
    """Return the text of an observation that sees the calls of a component in a check."""
    source = Path(recorder.__file__).read_text(encoding="utf-8")
    return (
        f"_recorder = {{}}\nexec({source!r}, _recorder)\n{draw}\n_calls_made = []\n"
        f"{component} = _recorder['recording']({component}, _calls_made, globals())\n"
        f"{observe}\nseen = _calls_made\n"
    )


def lines_of(component: str, calls: Sequence[Sequence[Any]]) -> list[Line]:
    """Return recorded calls as lines, as far as they can be written so.

    They end with the first that raises, or before the first that cannot be written.
    """
    word = re.search("[A-Z]?[a-z]+$", component)
    variable = (word[0] if word else component).lower()
    variable = f"own_{variable}" if keyword.iskeyword(variable) else variable
    lines: list[Line] = []
    for thing, method, arguments, raised in calls:
        if arguments is None or thing == -2:
            break
        name = variable if thing <= 0 else f"{variable}_{thing + 1}"
        shown = f"{name}.{method}({arguments})"
        if thing == -1:
            shown = f"{method}({arguments})"
        elif method == "":
            shown = f"{name} = {component}({arguments})"
        elif method == "__len__":
            shown = f"len({name})"
        elif method == "__contains__":
            shown = f"{arguments} in {name}"
        elif method == "__getitem__":
            shown = f"{name}[{arguments}]"
        lines.append((thing, shown))
        if raised:
            break
    return lines


def trial(lines: Sequence[Line]) -> str:
    """Return the text of an observation that sees what each line of a cell gives."""
    made = [DID]
    for _, line in lines:
        name, equals, call = line.partition(" = ")
        if equals and name.isidentifier():
            made.append(f"seen.append(_did(lambda: globals().update({name}={call})))\n")
        else:
            made.append(f"seen.append(_did(lambda: {line}))\n")
    return "".join(made)


def until_it_differs(lines: Sequence[Line], right: Any, own: Any) -> list[Line]:
    """Return the lines up to the first that gave something else than it should, [] if none did."""
    if not (isinstance(right, list) and isinstance(own, list) and len(right) == len(own)):
        return []
    for number, (expected, got) in enumerate(zip(right, own, strict=True)):
        if not _same(expected, got):
            return list(lines[: number + 1])
    return []


def shorter(lines: Sequence[Line]) -> list[list[Line]]:
    """Return what may show the same as `lines`, the shortest first and these last.

    The last call of a function; of an object how it was made, and then its last calls, or those
    with the same first argument as the last one, or all.
    """
    if not lines:
        return []
    made, *others = own = [line for line in lines if line[0] == lines[-1][0]]
    if made[0] < 0:
        return [[lines[-1]], list(lines)]
    some = [others[-last:] for last in LAST if last < len(others)]
    some.append([line for line in others if _about(line) == _about(lines[-1])])
    return [*([made, *each] for each in sorted(some, key=len)), own, list(lines)]


def _about(line: Line) -> str:
    """Return the first argument of a call, "" if it has none."""
    found = re.search(r"\(([^(),]+)", line[1])
    return found[1] if found else ""


def cell(lines: Sequence[Line]) -> str:
    """Return lines as a cell that shows what the last one gives, "" if it is too long to copy."""
    texts = [text for _, text in lines]
    if not texts or len(texts) > LINES or sum(map(len, texts)) > LETTERS:
        return ""
    *before, last = texts
    before = [text for text in before if not text.startswith("len(")]
    return "\n".join([*before, last if " = " in last else f"print({last})"])


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        try:
            return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
        except TypeError:
            return False
    return type(one) is type(other) and one == other
