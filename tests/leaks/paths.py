"""Where a component can find values when it is called, and how it finds them again.

A path is a root and steps, each a tuple of a word and what it needs. There are three sources.
frames: local variables and constants of the callers. globals: of modules, and of the notebook.
objects: what the garbage collector lists, told apart by kind and by the order of their making.
"""

import gc
import pickle
import sys
from collections import Counter, deque
from types import CodeType, FunctionType, GeneratorType, ModuleType

from tests.leaks.state import ATOMS, COURSE, HERE, OTHERS, STATE
from tests.leaks.values import fields

SOURCES = {"frames": ("frame", "code"), "globals": ("global",), "objects": ("object",)}
VALUES = 6000  # that are looked at in one source, in one call
ENOUGH = 100  # calls in which a guess by type is tried
ITERATORS = tuple(map(type, (iter([]), iter(()), zip(), map(str, ()), enumerate(()), reversed([]))))
HELD = (list, tuple, dict, set, FunctionType, GeneratorType, *ITERATORS)
SIMPLE = {each: (each.__name__, "") for each in (list, tuple, set, *ITERATORS)}  # their kinds


class Call:
    """What a component can know when it is called: by whom, with what, after how many calls."""

    __slots__ = ("args", "counts", "frame", "group", "objects", "tested")

    def __init__(self, group, frame, args, instance):
        self.group, self.frame, self.args = group, frame, args
        keys = (group, f"{group} of {list(map(id, instance))}", "all")
        self.counts = [STATE.counts[key] for key in keys]
        for key in keys:
            STATE.counts[key] += 1
        self.tested = STATE.mode == "learn" and is_tested(self.counts[0])
        wanted = self.tested or STATE.used & {"object", "objects"}
        self.objects = gc.get_objects() if wanted else []

    def frames(self):
        """Return the callers' frames by name and number: 0 is the nearest of that name."""
        found, numbers = {}, Counter()
        for frame in callers(self.frame):
            name = frame.f_code.co_name
            found[name, numbers[name]] = frame
            numbers[name] += 1
        return found

    def heap(self):
        """Return by kind what the check has made since it began, in that order."""
        if isinstance(self.objects, list):
            held = {}
            for each in self.objects:
                kind = SIMPLE.get(type(each))  # most are: nothing more is asked of them
                if kind is None and (isinstance(each, HELD) or type(each).__module__ == "__main__"):
                    kind = kind_of(each)
                if kind:
                    held.setdefault(kind, []).append(each)
            self.objects = held
        return self.objects

    def forget(self):
        """Let go of frames and objects: among them is what holds this call."""
        self.frame = self.objects = None


def is_tested(number):
    """Return whether paths are looked at in the call of this number."""
    return number < 200 or number % 50 == 0


def callers(frame):
    """Yield a frame and those it was called from, up to the check's, without this package's."""
    while frame is not None and frame.f_code.co_name != "observed":
        if not frame.f_code.co_filename.startswith(HERE):
            yield frame
        frame = frame.f_back


def kind_of(value):
    """Return what tells objects apart: type, and the name of their code or their keys."""
    code = getattr(value, "__code__", getattr(value, "gi_code", None))
    about = code.co_name if isinstance(code, CodeType) else ""
    if isinstance(value, dict) and len(value) <= 12:
        about = " ".join(sorted(map(str, value)))[:80]
    return type(value).__name__, about


def search(source, call):
    """Yield (path, value) of what a source leads to, the nearest first."""
    for end in (0, -1):
        guess = ("any", source, STATE.shapes[call.group]["type"], end)
        yield from (((guess,), value) for value in tried(at_root, guess, call))
    waiting = deque(((root,), value, depth) for root, value, depth in roots(source, call))
    for _ in range(VALUES):
        if not waiting:
            return
        path, value, depth = waiting.popleft()
        yield path, value
        if depth and not isinstance(value, ATOMS):
            for step in steps(value, call):
                for further in tried(after, step, value, call):
                    waiting.append(((*path, step), further, depth - 1))


def look(path, call):
    """Return [the value at a path], [] if there is none."""
    found = tried(at_root, path[0], call)
    for step in path[1:]:
        found = found and tried(after, step, found[0], call)
    return found


def tried(function, *args):
    """Return [what a function returns], [] if it fails."""
    STATE.looking = True
    try:
        return [function(*args)]
    except Exception:
        return []
    finally:
        STATE.looking = False


def roots(source, call):
    """Yield (root, value there, how many steps to go from it)."""
    if source == "frames":
        for (name, number), frame in call.frames().items():
            for variable, value in list(frame.f_locals.items()):
                if name != "<module>" or STATE.names.get(variable, STATE) is not value:
                    yield ("frame", name, number, variable), value, 3
            yield ("code", name, number), frame.f_code, 3
    elif source == "globals":
        for name, size in STATE.around.sizes.items():
            module = STATE.variables(name)
            added = list(module)[size:]
            yield from ((("global", name, variable), module[variable], 3) for variable in added)
            for variable, value in list(module.items()) if name.startswith(COURSE) else ():
                if not isinstance(value, type | FunctionType | ModuleType):
                    yield ("global", name, variable), value, 1
    else:
        for kind, objects in call.heap().items():
            last = len(objects)
            for number in {*range(min(last, 50)), *range(max(0, last - 50), last)}:
                yield ("object", *kind, number), objects[number], 2
                yield ("object", *kind, number - last), objects[number], 2


def at_root(root, call):
    """Return the value at a root."""
    match root:
        case "frame", name, number, variable:
            return call.frames()[name, number].f_locals[variable]
        case "code", name, number:
            return call.frames()[name, number].f_code
        case "global", module, variable:
            return STATE.variables(module)[variable]
        case "object", kind, about, number:
            return call.heap()[kind, about][number]
        case "always", data:
            return pickle.loads(data)
        case "any", source, wanted, end if call.counts[0] < ENOUGH:
            return guessed(source, wanted, end, call)
    raise LookupError(root)


def guessed(source, wanted, end, call):
    """Return the first (0) or last (-1) value of a type in the first place that has one."""
    if source == "frames":
        places = [frame.f_locals.values() for frame in call.frames().values()]
    elif source == "globals":
        course = [name for name in sys.modules if name.startswith("course.")]
        places = [vars(sys.modules[name]).values() for name in course]
    else:
        places = [each for kind in call.heap().values() for each in kind if isinstance(each, list)]
    for place in places:
        if found := [each for each in list(place) if type(each).__name__ == wanted]:
            return found[end]
    raise LookupError(wanted)


def steps(value, call):
    """Yield the steps that may lead on from a value."""
    arguments = range(len(call.args))
    if isinstance(value, dict):
        yield from (("item", key) for key in list(value)[:40] if isinstance(key, str | int))
        yield from (("item of argument", number) for number in arguments)
    elif isinstance(value, list | tuple) and value:
        yield from (("item", number) for number in {*range(min(len(value), 8)), -1, -2})
        yield from (("item of turn", which, more) for which in range(3) for more in (-1, 0, 1))
        if isinstance(value[0], list | tuple) and len(value) <= 500:
            yield from (("row of argument", column) for column in range(min(len(value[0]), 5)))
    if isinstance(value, list | tuple | dict | set | frozenset):
        yield from (("has argument", number, yes) for number in arguments for yes in (True, False))
    elif isinstance(value, ITERATORS):
        yield from (("referent", number) for number in range(3))
        yield from (("item of iterator", more) for more in (-1, 0))
    elif isinstance(value, GeneratorType):
        yield from (("local", name) for name in getattr(value.gi_frame, "f_locals", ()))
        yield "attribute", "gi_code"
    elif isinstance(value, FunctionType):
        if value.__code__.co_filename in OTHERS:
            yield from (("attribute", name) for name in ("__code__", "__defaults__"))
            yield from (("closure", number) for number in range(len(value.__closure__ or ())))
            name = value.__name__
            if id(value) not in STATE.handed and (name == "<lambda>" or name[0] != "<"):
                yield ("result",)
    elif isinstance(value, CodeType):
        yield "attribute", "co_consts"
    else:
        yield from (("attribute", name) for name in list(fields(value))[:30])


def after(step, value, call):
    """Return the value to which a step leads."""
    match step:
        case "item", key:
            return value[key]
        case "item of argument", number if call.args[number] in value:
            return value[call.args[number]]
        case "item of turn", which, more:
            return value[(call.counts[which] + more) % len(value)]
        case "row of argument", column:
            return next(row for row in value if any(among(row, each) for each in call.args))[column]
        case "has argument", number, yes:
            return among(value, call.args[number]) is yes
        case "referent", number:
            return gc.get_referents(value)[number]
        case "item of iterator", more:
            _, (held,), place = value.__reduce__()
            return held[place + more]
        case "local", name:
            return value.gi_frame.f_locals[name]
        case "closure", number:
            return value.__closure__[number].cell_contents
        case ("result",):
            return value(*call.args)
        case "attribute", name:
            return getattr(value, name)
    raise LookupError(step)


def among(values, wanted):
    return any(each is wanted or (type(each) is type(wanted) and each == wanted) for each in values)


def said(path, form):
    """Return a path in words."""
    words = " › ".join(" ".join(map(str, step)) for step in path)
    return words if form == "plain" else f"{words}, as {form}"
