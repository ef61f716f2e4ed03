"""The calls that a check makes in a case, as a cell to copy.

The calls are those that the worked solution got. Then they are made of both, and the cell ends with
the first that gives something else: where nothing does, there is no cell.
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
DID = """\
from course.checks import plain as _plain

def _did(call):
    try:
        value = call()
    except Exception as error:
        return "raised " + type(error).__name__
    try:
        return _plain(value)
    except TypeError:
        return "an object"

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
        f"{component} = _recorder['recording']({component}, _calls_made)\n"
        f"{observe}\nseen = _calls_made\n"
    )


def cell(component: str, calls: Sequence[Sequence[Any]]) -> list[str]:
    """Return recorded calls as the lines of a cell, [] if they cannot be written so."""
    if not calls or len(calls) > LINES:
        return []
    word = re.search("[A-Z]?[a-z]+$", component)
    variable = (word[0] if word else component).lower()
    variable = f"own_{variable}" if keyword.iskeyword(variable) else variable
    lines = []
    for number, (thing, method, arguments, gave, raised) in enumerate(calls):
        if arguments is None or thing == -2 or (raised and number + 1 < len(calls)):
            return []
        name = variable if thing <= 0 else f"{variable}_{thing + 1}"
        shown = f"{name}.{method}({arguments})"
        if thing == -1:
            shown = f"{method}({arguments})"
        elif method == "":
            lines.append(f"{name} = {component}({arguments})")
            continue
        elif method == "__len__":
            shown = f"len({name})"
        elif method == "__contains__":
            shown = f"{arguments} in {name}"
        elif method == "__getitem__":
            shown = f"{name}[{arguments}]"
        lines.append(f"print({shown})" if gave or number + 1 == len(calls) else shown)
    return lines if sum(map(len, lines)) <= LETTERS else []


def trial(lines: Sequence[str]) -> str:
    """Return the text of an observation that sees what each line of a cell gives."""
    made = [DID]
    for line in lines:
        name, equals, call = line.partition(" = ")
        if equals and name.isidentifier():
            made.append(f"seen.append(_did(lambda: globals().update({name}={call})))\n")
        else:
            made.append(f"seen.append(_did(lambda: {_unprinted(line)}))\n")
    return "".join(made)


def until_it_differs(lines: Sequence[str], right: Any, own: Any) -> str:
    """Return the cell up to the first line that gave something else than it should, or ""."""
    if not (isinstance(right, list) and isinstance(own, list) and len(right) == len(own)):
        return ""
    for number, (expected, got) in enumerate(zip(right, own, strict=True)):
        if not _same(expected, got):
            *before, last = (_unprinted(line) for line in lines[: number + 1])
            before = [line for line in before if not line.startswith("len(")]
            last = last if " = " in last else f"print({last})"
            return "\n".join([*before, last])
    return ""


def _unprinted(line: str) -> str:
    return line[6:-1] if line.startswith("print(") else line


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        try:
            return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
        except TypeError:
            return False
    return type(one) is type(other) and one == other
