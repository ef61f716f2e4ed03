"""Mutants: a solution cell with one small mistake in its solution region.

The operators are cosmic-ray's. Its `mutate_code` works on a text in memory (other tools need a
package and its tests on disk), keeps each line in its place, so that a mutant can be shown as a
diff of one line, and accepts further operators. Ours removes a statement: cosmic-ray has no
operator for that, and what a component forgets to remember is the commonest mistake of all.
"""

import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator, operator_names
from parso.python.tree import Keyword

from autograder.build import markers

NEED_ARGUMENTS = ("VariableReplacer", "VariableInserter")  # they draw random numbers, too
KEPT = ("string", "pass_stmt", "keyword", "import_name", "import_from", "assert_stmt")


@dataclass(frozen=True)
class Mutant:
    """A solution cell's text with one mistake: `was` and `line` are that line, stripped."""

    operator: str
    text: str
    was: str
    line: str


class RemoveStatement(Operator):
    """Replaces an assignment, a call, a return, a raise or a yield by `pass`."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """Yield where the statement stands, if `node` is a line of one."""
        if node.type == "simple_stmt" and node.children[0].type not in KEPT:
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        """Put `pass` in its place."""
        statement = node.children[0]
        prefix = statement.get_first_leaf().prefix
        node.children[0] = Keyword("pass", statement.start_pos, prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it does, as cosmic-ray shows it."""
        return (Example("def f():\n    return 1\n", "def f():\n    pass\n"),)


def operators() -> list[tuple[str, Operator]]:
    """Return the operators and their names."""
    names = [name for name in operator_names() if not name.endswith(NEED_ARGUMENTS)]
    library = [(name.rpartition("/")[2], get_operator(name)()) for name in names]
    return [*library, ("RemoveStatement", RemoveStatement())]


def mutants_of(text: str, using: list[tuple[str, Operator]]) -> Iterator[Mutant]:
    """Yield the mutants of a solution cell that are valid Python, each text once."""
    inside, found = _solution_lines(text), {text}
    nodes = list(ast_nodes(get_ast(text)))
    for name, operator in using:
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            if start[0] in inside:
                mutated = mutate_code(text, operator, occurrence)
                if mutated is not None and mutated not in found and _is_python(mutated):
                    found.add(mutated)
                    yield Mutant(name, mutated, *_changed(text, mutated))


def _solution_lines(text: str) -> set[int]:
    """Return the numbers, from 1, of the lines inside the solution regions."""
    inside, marked, is_open = set(), markers.marker_lines(text), False
    for number in range(text.count("\n") + 1):
        if number in marked:
            is_open = marked[number] == "BEGIN"
        elif is_open:
            inside.add(number + 1)
    return inside


def _changed(text: str, mutated: str) -> tuple[str, str]:
    """Return the changed line (or lines) before and after."""
    lines = list(difflib.ndiff(text.split("\n"), mutated.split("\n")))
    before = [line[2:].strip() for line in lines if line.startswith("- ")]
    after = [line[2:].strip() for line in lines if line.startswith("+ ")]
    return " ".join(before), " ".join(after)


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # such as `"is" with a literal`
            compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True
