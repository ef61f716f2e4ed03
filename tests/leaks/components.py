"""What takes the place of a solution's functions and classes: it records, learns or answers."""

import math
import pickle
import sys
import traceback
from collections import Counter
from types import FunctionType

from tests.leaks.paths import SOURCES, Call, callers, is_tested, look, search
from tests.leaks.state import SOLUTION, STATE
from tests.leaks.values import (
    answer_of,
    bare,
    elements,
    fields,
    forms,
    is_right,
    meanings,
    nearby,
    token,
)

CALLS = 1000  # of one group that are recorded
ROOM = 300  # paths of one source that are kept for a part
NOTHING = pickle.dumps({})
NO_SHAPE = {"stream": False, "type": None, "fields": [], "parts": []}


def install(names, own):
    """Put components in the place of what a solution cell has defined."""
    for name in own:
        thing = names[name]
        if isinstance(thing, FunctionType):
            names[name] = component(name, thing, 0)
        else:
            for each, function in list(vars(thing).items()):
                if isinstance(function, FunctionType):
                    setattr(thing, each, component(f"{name}.{each}", function, 1))
            thing.__getattribute__ = reading(name)


def component(group, real, bound):
    """Return what takes the place of a function, or of a method (`bound` is 1)."""

    def stands_in(*args, **options):
        if STATE.looking:
            raise RuntimeError("a component is no help to itself")
        frame = sys._getframe(1)
        if is_inside(frame):
            return real(*args, **options)
        given = [*args[bound:], *options.values()]
        STATE.handed.update(id(each) for each in given if isinstance(each, FunctionType))
        everything = [*given, *args[:bound]]
        if STATE.mode == "record":
            return recorded(group, given, everything, lambda: real(*args, **options))
        shape = STATE.shapes.get(group, NO_SHAPE)
        clock = clock_of(everything) if shape["stream"] else None
        if shape["stream"] and clock is None:
            return stream(f"{group} yields")
        parts = found(Call(group, frame, given, args[:bound]))
        if shape["stream"]:
            return process(parts, shape, given, clock)
        affect(given, parts)
        answer = answer_of(parts, shape, everything)
        return real(*args, **options) if group.endswith(".__init__") else answer

    stands_in.__name__ = stands_in.__qualname__ = real.__name__
    return stands_in


def is_inside(frame):
    """Return whether a call comes from a solution's own code, by whatever way."""
    return any(each.f_code.co_filename == SOLUTION for each in callers(frame))


def clock_of(things):
    """Return the environment of a simulation among things and their attributes, None without."""
    return next((each for each in nearby(things, 1) if type(each).__name__ == "Environment"), None)


def reading(owner):
    """Return a `__getattribute__` for a component's class: to read an attribute is a call, too."""

    def read(self, name):
        group, frame = f"{owner}.{name}", sys._getframe(1)
        own = object.__getattribute__(self, "__dict__")
        known = name in own or (group in STATE.shapes and not hasattr(type(self), name))
        if name.startswith("__") or not known or STATE.looking or is_inside(frame):
            return object.__getattribute__(self, name)
        if STATE.mode == "record":
            record(group, [], own[name])
            return own[name]
        parts = found(Call(group, frame, [], [self]))
        return answer_of(parts, STATE.shapes[group], [self]) if parts else own.get(name)

    return read


# Recording


def recorded(group, args, everything, run):
    """Run the worked solution, and record what it returns or raises, and how it changes `args`."""
    place = reserve(group)
    if place >= CALLS:
        return run()
    objects = [each for each in args if type(each).__name__ not in STATE.own]
    before = [fields(each) for each in objects]

    def ended(answer, **more):
        effects = {
            ("effect", args.index(each), name): new
            for each, old in zip(objects, before, strict=True)
            for name, new in fields(each).items()
            if new is not old.get(name)
        }
        record(group, args, answer, place, effects | {(name,): each for name, each in more.items()})

    def driven(generator, clock):
        try:
            if clock is None:
                for item in generator:
                    record(f"{group} yields", [], item)
                    yield item
                record(f"{group} yields", [], StopIteration())
                return
            answer = yield from generator
        except Exception as error:
            ended(error, end=clock and clock.now)
            raise
        ended(answer, end=clock.now)
        return answer

    try:
        answer = run()
    except Exception as error:
        ended(error)
        raise
    if hasattr(answer, "__next__"):
        STATE.shapes[group]["stream"] = True
        return driven(answer, clock_of(everything))
    ended(answer)
    return answer


def reserve(group):
    """Return the place of a call among those of its group."""
    STATE.shapes.setdefault(group, dict(NO_SHAPE))
    rows = STATE.right.setdefault(group, [])
    rows.append(b"")
    return len(rows) - 1


def record(group, args, answer, place=None, more=None):
    """Record what a call has given; an answer that is one of the arguments says nothing."""
    place = reserve(group) if place is None else place
    shape = STATE.shapes[group]
    if shape["type"] is None and answer is not None and not isinstance(answer, Exception):
        shape |= {"type": type(answer).__name__, "fields": list(fields(answer))}
        shape["parts"] = list(elements(answer))
    parts = {"": answer} | {(name,): each for name, each in elements(answer).items()}
    parts |= more or {}
    inputs = {token(each) for each in args} - {None}
    tokens = {part: forms(each) for part, each in parts.items()}
    tokens = {part: each for part, each in tokens.items() if each["plain"] not in inputs}
    row = tokens, {part: bare(each) for part, each in parts.items()}
    STATE.right[group][place] = pickle.dumps(row)


def prospects(right, classes):
    """Return what needs no search, {group: {part: pickled value}}: always the same, and easy;
    and for the rest in which call to search, {group: {part: number}}: for a rare answer."""
    easy, rare = {}, {}
    for group, rows in right.items():
        answers, values = {}, {}
        for number, row in enumerate(rows):
            tokens, values = pickle.loads(row) if row else ({}, values)
            for part, wanted in tokens.items():
                answers.setdefault(part, []).append((str(wanted), number, values[part]))
        easy[group], rare[group] = {}, {}
        for part, found in answers.items():
            counts = Counter(answer for answer, _, _ in found)
            if len(counts) == 1 and is_easy(found[0][2], classes):
                easy[group][part] = found[0][2]
            else:
                _, rare[group][part] = min((counts[answer], n) for answer, n, _ in found[:100])
    return easy, rare


def is_easy(data, classes):
    """Return whether a pickled value is nothing, True or an exception."""
    value = pickle.loads(data) if data else ...
    return not value or value is True or (isinstance(value, str) and value in classes)


# Learning


def learnt(call):
    """Keep the paths that are right in this call, too; return {part: (right value, form)}."""
    rows, number = STATE.right.get(call.group, ()), call.counts[0]
    if number >= len(rows) or not rows[number]:
        return {}
    tokens, values = pickle.loads(rows[number])
    if call.tested:
        kept = pickle.loads(STATE.kept.get(call.group, NOTHING))
        for part in kept.keys() & tokens.keys():
            kept[part] = [
                (path, form)
                for path, form in kept[part]
                for value in look(path, call)
                for kind, meaning in meanings(value)
                if is_right(kind, meaning, form, tokens[part])
            ]
        new = [part for part, place in STATE.rare[call.group].items() if place == number]
        kept |= searched({part: tokens[part] for part in new}, call)
        STATE.kept[call.group] = pickle.dumps(kept)
    return {part: (pickle.loads(data), "plain") for part, data in values.items() if data}


def searched(wanted, call):
    """Return {part: [(path, form)]} of the values that are right in a call."""
    paths = {part: [] for part in wanted}
    for source in SOURCES if wanted else ():
        room = Counter(dict.fromkeys(wanted, ROOM))
        for path, value in search(source, call):
            for kind, meaning in meanings(value):
                for part, each in wanted.items():
                    right = [f for f in (*each, "attempt") if is_right(kind, meaning, f, each)]
                    if right and room[part]:
                        room[part] -= 1
                        paths[part].append((path, right[0]))
    return paths


def information(rows, part):
    """Return the bits of information in a part of the answers that paths are compared with."""
    rows = [row for number, row in enumerate(rows) if row and is_tested(number)]
    tokens = [pickle.loads(row)[0].get(part) for row in rows]
    answers = Counter(str(each) for each in tokens if each)
    return sum(count * math.log2(answers.total() / count) for count in answers.values())


# Answering


def found(call):
    """Return what a component knows of its answer: {part: (value, form)}."""
    try:
        if STATE.mode == "learn":
            return learnt(call)
        picks = STATE.picks.get(call.group, {}).items()
        return {part: (each, form) for part, (path, form) in picks for each in look(path, call)}
    except Exception:
        STATE.broken = traceback.format_exc()
        raise
    finally:
        call.forget()


def affect(args, parts):
    """Change the arguments as the solution would."""
    for part, (value, _) in parts.items():
        if part[:1] == ("effect",):
            setattr(args[part[1]], part[2], value)


def process(parts, shape, args, clock):
    """Be a process of a simulation: it knows from the start how and when it ends."""
    times = [value for value, _ in parts.values() if isinstance(value, int | float)]
    end, _ = parts.get(("end",), (max(times, default=0), ""))
    if isinstance(end, int | float) and end > clock.now:
        yield clock.timeout(end - clock.now)
    affect(args, parts)
    return answer_of(parts, shape, args)


def stream(group):
    """Be a generator: each item is an answer."""
    while STATE.counts[group] < CALLS:
        parts = found(Call(group, sys._getframe(1), [], []))
        try:
            answer = answer_of(parts, STATE.shapes[group], [])
        except StopIteration:
            return
        yield answer
