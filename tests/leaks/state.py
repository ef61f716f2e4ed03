"""What a child knows, in one object that is made before the check runs.

What is added later is numbers, texts and bytes: the garbage collector does not list them.
"""

import builtins
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

SOLUTION = "<solution>"  # the file name of the code of solution cells
OTHERS = ("<cell>", "<check>")  # and of a notebook's other code
HERE = str(Path(__file__).parent)
ATOMS = (bool, int, float, str, bytes, type(None))
COURSE = ("course.", "__main__")  # how modules' names begin that checks may use to keep things
PLAIN = (*ATOMS, list, tuple, dict, set, frozenset)


@dataclass
class Surroundings:
    """What there is before a check: how many globals modules have, and classes by name."""

    sizes: dict[str, int]
    classes: dict[str, type]  # of Python, of the course and of the notebook


def surroundings(names):
    """Return the surroundings of a notebook with these names."""
    modules = {
        name: vars(module)
        for name, module in sys.modules.items()
        if isinstance(module, ModuleType) and not name.startswith("tests")
    }
    modules["__main__"] = names
    course = [module for name, module in modules.items() if name.startswith(COURSE)]
    things = [each for module in (vars(builtins), *course) for each in module.values()]
    sizes = {name: len(module) for name, module in modules.items()}
    return Surroundings(sizes, {each.__name__: each for each in things if isinstance(each, type)})


@dataclass
class State:
    """A child's knowledge.

    A *group* is a function, a method or an attribute, such as "Cache.get". A *part* of an answer is
    "" (all of it), (name,) or (index,), ("effect", argument, attribute) or ("end",).
    """

    mode: str = ""  # "record", "learn" or "answer"
    names: dict[str, Any] = field(default_factory=dict)  # the notebook's namespace
    own: list[str] = field(default_factory=list)  # the functions and classes under test
    around: Surroundings | None = None
    # {group: [pickled ({part: {form: token}}, {part: pickled value}) of each call]}
    right: dict[str, list[bytes]] = field(default_factory=dict)
    shapes: dict[str, dict] = field(default_factory=dict)  # {group: what its answers look like}
    rare: dict[str, dict] = field(default_factory=dict)  # {group: {part: call to search in}}
    picks: dict[str, dict] = field(default_factory=dict)  # {group: {part: (path, form)}}
    used: set[str] = field(default_factory=set)  # the words of the picks' roots
    kept: dict[str, bytes] = field(default_factory=dict)  # pickled {part: [(path, form)]}
    counts: Counter = field(default_factory=Counter)  # of calls
    handed: set[int] = field(default_factory=set)  # ids of functions that components were given
    looking: bool = False  # for an answer: a component that is called meanwhile must refuse
    broken: str = ""  # the traceback of an error in this package

    def begin(self, **known):
        """Start afresh, in a new child."""
        self.__init__(**known)
        roots = [path[0] for parts in self.picks.values() for path, _ in parts.values()]
        self.used = {word for root in roots for word in root[:2] if isinstance(word, str)}

    def variables(self, module):
        """Return a module's globals; those of `__main__` are the notebook's."""
        return self.names if module == "__main__" else vars(sys.modules[module])


STATE = State()
