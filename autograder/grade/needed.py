"""Which of a student's own cells nothing that is graded needs.

Such a cell is an experiment. It has time of its own, and is left out where there is too little of
it (see execute.py). Whether a cell is needed is read from its text: does it bind or change a name
that a solution, a check or a cell of the course below it uses? In doubt it is needed.
"""

import ast
import re
import symtable
from collections.abc import Sequence, Set

MEASURES = re.compile(r"(?m)^(\s*)%{1,2}(?:time|timeit|prun|capture)\b((?: +-\S+(?: +\d+)?)*) *")
SETS_UP = re.compile(r"(?m)^(\s*)(?:!|%(?:matplotlib|config|pip|conda|load_ext|autoreload)\b).*$")
ACTS_BY_NAME = {"exec", "eval", "globals", "setattr", "delattr", "open", "__import__"}


def unneeded(texts: Sequence[str], own: Set[int], checks: Set[int]) -> set[int]:
    """Return the places of the own cells that nothing needs.

    texts: of all cells in their order. own: the places of the student's own cells. checks: the
    places of the checks; below the last one nothing is needed.
    """
    python = [_as_python(text) for text in texts[: max(checks, default=-1) + 1]]
    left = {place: _bound(python[place]) for place in own if place < len(python)}
    taken = set().union(*(used(t, n in checks) for n, t in enumerate(python) if n not in own))
    while True:
        needed = {n for n, bound in left.items() if bound is None or bound & taken}
        if not needed:
            return {place for place in own if place >= len(python)} | set(left)
        for place in needed:
            del left[place]
            taken |= used(python[place])


def _as_python(text: str) -> str:
    """Return a cell's text without the magics that change nothing for other cells."""
    return SETS_UP.sub(r"\1pass", MEASURES.sub(r"\1", text))


def _bound(text: str) -> set[str] | None:
    """Return the names that a cell may bind or change; None when that cannot be told."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return None
    bound: set[str] = set()
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and node.id in ACTS_BY_NAME:
            return None
        elif isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
                node = node.value
            if isinstance(node, ast.Name):
                bound.add(node.id)
    return None if "*" in bound else bound


def used(text: str, is_check: bool = False) -> set[str]:
    """Return the names that a cell takes from other cells, now or when its functions are called.

    What a check binds stays in the check.
    """
    try:
        top = symtable.symtable(text, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set()
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    taken, tables = set() if is_check else _read_first(text), [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            name = symbol.get_name()
            free = table is top or symbol.is_global()
            if symbol.is_referenced() and free and not (name in own and (table is top or is_check)):
                taken.add(name)
    return taken


def _read_first(text: str) -> set[str]:
    """Return the names that a cell reads before it binds them, as in `class Cache(Cache)`."""
    read: set[str] = set()
    bound: set[str] = set()
    for statement in ast.parse(text).body:
        stored: set[str] = set()
        loaded: set[str] = set()
        looped: set[str] = set()
        nodes: list[ast.AST] = [statement]
        while nodes:
            node = nodes.pop()
            if isinstance(node, ast.Name):
                (loaded if isinstance(node.ctx, ast.Load) else stored).add(node.id)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                loaded.add(node.target.id)
            elif isinstance(node, (ast.For, ast.comprehension)):
                looped |= {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                stored.add(node.name)
                nodes += [*node.decorator_list, node.args]  # the body runs later
            elif not isinstance(node, ast.Lambda):
                if isinstance(node, ast.ClassDef):
                    stored.add(node.name)
                nodes += ast.iter_child_nodes(node)
        read |= loaded - bound - looped
        bound |= stored
    return read
