"""The inputs that a check draws from its seed, and smaller ones made of them.

A check's two halves begin with the same lines: they draw the inputs. What these lines bind and is
plain data can be replaced, in both halves, by a part of it. Whether a part still means something
to the check is not known here: the worked solution must pass on it (see smallest.py).
"""

import ast
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograder.build.markers import PLAIN
from autograder.grade.needed import used as used_in

WEIGHT = 6_000  # numbers and texts in all that is tried for one check in one round
HEAVY = 3  # of those that are tried, however much is in them
PLACES = 8  # lists and dicts of one check's inputs that are made smaller in one round
MEMBERS = 8  # of a row at most, such as (capacity, gaps, works); a longer list is many of a kind
SPREAD = 10  # elements of a list that are tried by themselves
LEADING = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\n)+")  # empty lines and comments
Inputs = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """A hidden check in three parts, and the names of its inputs.

    draw: the lines that both halves begin with. observe, judge: the rest of each half. cut: lines
    that leave out some of what was seen (see rule.py).
    """

    name: str
    draw: str
    observe: str
    judge: str
    inputs: tuple[str, ...]
    cut: str = ""

    @property
    def redraws(self) -> bool:
        """Whether it draws its inputs from the seed."""
        return "SEED" in self.draw + self.observe

    def halves(self, seed: int, changed: Mapping[str, Any]) -> tuple[str, str]:
        """Return both halves as they run on a seed, with some of the inputs replaced."""
        given = "".join(f"{name} = {value!r}\n" for name, value in changed.items())
        observe = _living(self.draw, self.observe, frozenset(changed)) + given + self.observe
        judge = _living(self.draw, self.judge, frozenset(changed)) + given + self.judge
        return seeded(seed) + observe + self.cut, judge


def seeded(seed: int) -> str:
    """Return the line with which an observing half has a seed of its own."""
    return f"__import__('course.checks').checks.SEED = {seed}\n"


def check_of(name: str, observe: str, judge: str) -> Check:
    """Return a check made of its two halves."""
    observe = LEADING.sub("", observe)  # what students see in place of a hidden check
    judge = LEADING.sub("", judge.removeprefix(PLAIN))
    draw, later = _common_beginning(observe, judge)
    used = set().union(*map(_free, later))
    inputs = tuple(each for each in _bound(draw) if each in used)
    return Check(name, draw, later[0], PLAIN + later[1], inputs)


def _free(text: str) -> set[str]:
    """Return the names that a text reads and never assigns, not even in a loop."""
    names = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    return {node.id for node in names} - stored


def _common_beginning(one: str, other: str) -> tuple[str, tuple[str, str]]:
    """Return the whole statements that two texts both begin with, and the rest of each."""
    rows, others = one.splitlines(keepends=True), other.splitlines(keepends=True)
    same = 0
    while same < min(len(rows), len(others)) and rows[same] == others[same]:
        same += 1
    ends = {statement.end_lineno or 0 for statement in ast.parse(one).body}
    ends &= {statement.end_lineno or 0 for statement in ast.parse(other).body}
    end = max((end for end in ends if end <= same), default=0)
    return "".join(rows[:end]), ("".join(rows[end:]), "".join(others[end:]))


def _bound(draw: str) -> list[str]:
    """Return the names that statements assign at their top level, in order."""
    targets: list[ast.expr] = []
    for statement in ast.parse(draw).body:
        if isinstance(statement, ast.Assign):
            targets += statement.targets
    names = [
        node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)
    ]
    return list(dict.fromkeys(names))


@lru_cache(maxsize=512)
def _living(draw: str, rest: str, changed: frozenset[str]) -> str:
    """Return those of the drawing lines that the rest of a half still needs.

    A statement stays if it has to do with a name that is used later and is not changed. Drawing
    inputs takes longer than checking small ones.
    """
    if not changed:
        return draw
    rows, kept = draw.splitlines(keepends=True), []
    used = used_in(rest) - changed
    shared = {
        name
        for statement in ast.parse(draw).body
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))
        for name in _defined(statement)
    }
    for statement in reversed(ast.parse(draw).body):
        defined = _defined(statement)
        mentioned = defined if defined & shared else _names(statement) - shared
        if mentioned & used:
            used |= _names(statement)  # also what is changed: it is made and thrown away
            first = min([statement.lineno, *(each.lineno for each in _decorators(statement))])
            kept.append("".join(rows[first - 1 : statement.end_lineno]))
    return "".join(reversed(kept))


def _decorators(statement: ast.stmt) -> list[ast.expr]:
    return getattr(statement, "decorator_list", [])


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _defined(statement: ast.stmt) -> set[str]:
    """Return the names that an import or a definition binds."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(each.asname or each.name).partition(".")[0] for each in statement.names}
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    return set()


def question(check: Check, seed: int) -> str:
    """Return the text of an observation of a check's inputs; `drawn` reads what it saw."""
    return (
        f"{seeded(seed)}{check.draw}"
        f"seen = {{_name: repr(globals()[_name]) for _name in {check.inputs!r}}}\n"
    )


def drawn(seen: Mapping[str, str]) -> Inputs:
    """Return those inputs that are plain data, and hold something that can be left out."""
    found = {}
    for name, text in seen.items():
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue  # an object, such as a random generator
        if repr(value) == text and next(_places(value), None) is not None:
            found[name] = value
    return found


def size(value: Any) -> int:
    """Return how many numbers and texts a plain value is made of."""
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    if isinstance(value, (list, tuple, set, frozenset)):
        return sum(map(size, value))
    return 1


def smaller(inputs: Inputs, most: int, room: float, rng: random.Random) -> list[Inputs]:
    """Return at most so many inputs with something left out, those with the least left first.

    room: numbers and texts in all of them together, but for the heaviest few.
    """
    places = [[path] for path in _places(inputs) if path] + _together(inputs)
    weighed = [(sum(size(_at(inputs, path)) for path in group), group) for group in places]
    places = [group for _, group in sorted(weighed, key=lambda pair: -pair[0])]
    if len(places) > PLACES:
        places = places[: PLACES // 2] + rng.sample(places[PLACES // 2 :], PLACES // 2)
    whole, made = size(inputs), []
    for group in places:
        lists = [_at(inputs, path) for path in group]
        weights = [[size(each) for each in _elements(one)] for one in lists]
        for kept in _kept(len(lists[0]), rng):
            left_out = sum(sum(each) - sum(each[place] for place in kept) for each in weights)
            if left_out:
                parts = [(path, one, kept) for path, one in zip(group, lists, strict=True)]
                made.append((whole - left_out, len(made), parts))
    return [_replaced(inputs, parts) for parts in _few(made, most, room)]


def _replaced(inputs: Inputs, parts: list[tuple[tuple, Any, tuple[int, ...]]]) -> Inputs:
    for path, one, kept in parts:
        inputs = _with(inputs, path, _only(one, kept))
    return inputs


def without(inputs: Inputs, parts: list[Inputs]) -> Inputs | None:
    """Return inputs that leave out what each of the parts leaves out, None if that is nothing new.

    Parts that changed different variables, or the same list, are joined; others are left alone.
    """
    joined = dict(inputs)
    for part in parts:
        for name, value in part.items():
            before = joined[name]
            if value != inputs[name] and isinstance(before, (list, dict)):
                joined[name] = _both(before, value)
    return joined if joined not in [inputs, *parts] else None


def _both(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: value for key, value in one.items() if key in other}
    if isinstance(one, list) and isinstance(other, list):
        left, kept = list(other), []
        for each in one:
            if each in left:
                left.remove(each)
                kept.append(each)
        return kept
    return other


def _few(made: list[tuple[int, int, Any]], most: int, room: float) -> list[Any]:
    """Return what comes third: of the lightest as many as fit, and a few of all others."""
    made = sorted(made, key=lambda one: one[:2])
    light, weight = 0, 0
    while light < len(made) and light < most - HEAVY and weight + made[light][0] <= room:
        weight += made[light][0]
        light += 1
    step = max(1, -(-(len(made) - light) // HEAVY))
    heavy = [one for one in made[light::step] if one[0] <= room] or made[light : light + 1]
    return [what for _, _, what in [*made[:light], *heavy]]


def _places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Yield the paths to the lists and dicts in a value that are not empty."""
    if isinstance(value, (list, dict)) and value:
        yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _places(each, (*path, key))
    elif isinstance(value, (list, tuple)):
        for place, each in enumerate(value):
            yield from _places(each, (*path, place))


def _together(value: Any, path: tuple = ()) -> list[list[tuple]]:
    """Return the paths of lists of one length in one row: their elements may belong together.

    Rows are the variables, and tuples and lists of a few members that are not all alike.
    """
    groups: list[list[tuple]] = []
    if isinstance(value, (list, tuple)):
        members = list(enumerate(value))
    else:
        members = list(value.items()) if isinstance(value, dict) else []
    lengths = [len(each) if isinstance(each, list) else None for _, each in members]
    alike = isinstance(value, list) and len(value) > 2 and len(set(lengths)) == 1
    if not path or (isinstance(value, (list, tuple)) and len(value) <= MEMBERS and not alike):
        for length in set(lengths) - {None, 0}:
            row = zip(members, lengths, strict=True)
            group = [(*path, step) for (step, _), one in row if one == length]
            groups += [group] if len(group) > 1 else []
    return groups + [group for step, each in members for group in _together(each, (*path, step))]


def _kept(length: int, rng: random.Random) -> Iterator[tuple[int, ...]]:
    """Yield the places of what is kept of a list: one, the first, the last, all but a few."""
    everything = range(length)
    yield ()
    for place in sorted(rng.sample(everything, min(length, SPREAD))):
        yield (place,)
    some = 2
    while some < length:
        yield tuple(everything[:some])
        yield tuple(everything[-some:])
        some = some * 3 // 2 + (some == 2)
    step = max(1, -(-length // SPREAD))
    for start in range(0, length, step):
        yield tuple(place for place in everything if not start <= place < start + step)


def _elements(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value)


def _only(value: Any, kept: tuple[int, ...]) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        return {keys[place]: value[keys[place]] for place in kept}
    return [value[place] for place in kept]


def _at(value: Any, path: tuple) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: tuple, new: Any) -> Any:
    """Return a value with another one at a path; nothing is changed in place."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    changed = _with(value[step], rest, new)
    if isinstance(value, dict):
        return {key: changed if key == step else each for key, each in value.items()}
    made = [changed if place == step else each for place, each in enumerate(value)]
    return tuple(made) if isinstance(value, tuple) else made
