"""The calls that a check makes in a case, as a cell to copy.

The calls are those that the worked solution got. Then they are made of both, and the cell ends with
the first that gives something else: where nothing does, there is no cell.
"""

import ast
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.why import recorder

LINES = 24
LETTERS = 1500
NO_NAME = {"print", "len", "in", "key", "seen"}
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
    variable = re.findall("[A-Z]+[a-z]*|[a-z]+", component)[-1].lower()
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
            call = line.removeprefix("print(")[:-1] if line.startswith("print(") else line
            made.append(f"seen.append(_did(lambda: {call}))\n")
    return "".join(made)


def until_it_differs(lines: Sequence[str], right: Any, own: Any) -> str:
    """Return the cell up to the first line that gave something else than it should, or ""."""
    if not (isinstance(right, list) and isinstance(own, list) and len(right) == len(own)):
        return ""
    for number, (expected, got) in enumerate(zip(right, own, strict=True)):
        if not _same(expected, got):
            shown = list(lines[: number + 1])
            if " = " not in shown[-1] and not shown[-1].startswith("print("):
                shown[-1] = f"print({shown[-1]})"
            return "\n".join(shown)
    return ""


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        try:
            return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
        except TypeError:
            return False
    return type(one) is type(other) and one == other
