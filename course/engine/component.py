"""Call a student's component, and turn whatever goes wrong inside it into one sentence."""

import copy
import inspect
import linecache
import random
import re
from traceback import walk_tb


class ComponentError(Exception):
    """A component did something that stops the simulation; str() is a sentence for the student."""


def name_of(component):
    """Return the name of a function or class; for an instance, the name of its class."""
    return getattr(component, "__name__", None) or type(component).__name__


def make(component, *, seed=0, **arguments):
    """Return a fresh instance of `component`: a class or function is called, an object is copied.

    A call gets those of `arguments` that its signature names, and as `rng` a `random.Random(seed)`.
    ComponentError if the call or the copy fails.
    """
    name = name_of(component)
    if not (inspect.isclass(component) or inspect.isroutine(component)):
        with sentences(f"Copying your {name} object"):
            return copy.deepcopy(component)
    with sentences(f"{name}(…)"):
        offered = {"rng": random.Random(seed), **arguments}
        wanted = inspect.signature(component).parameters
        return component(**{key: value for key, value in offered.items() if key in wanted})


def methods(component, *signatures):
    """Return the bound methods of `component` that `signatures` name, as a tuple in that order.

    A signature is a name alone or with its parameters, such as "pick(servers)"; the ComponentError
    for a missing method repeats it.
    """
    found = []
    for signature in signatures:
        method = getattr(component, signature.partition("(")[0], None)
        if not callable(method):
            raise ComponentError(f"{name_of(component)} has no method {signature}.")
        found.append(method)
    return tuple(found)


class sentences:
    """Context manager: an exception inside becomes a ComponentError that names the call.

    call: the call's text, or a function that returns it. Around a loop, give a function that reads
    the loop's variables: the text is then made only when it is needed.
    passing: further exceptions that are not the student's mistake, such as NoHealthyCenter. They
    pass through unchanged, as a stub's NotImplementedError and a ComponentError always do.
    """

    def __init__(self, call, passing=()):
        self.call = call
        self.passing = (NotImplementedError, ComponentError, *passing)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, Exception) and not isinstance(error, self.passing):
            call = self.call() if callable(self.call) else self.call
            raise ComponentError(raised(call, error)) from error
        return False


class events_only:
    """Context manager: SimPy's error about what a process waits for becomes a ComponentError.

    name: of the process; such_as: an example of what it should yield. SimPy quotes the line from
    the file that the process is in; a notebook's cell has none, so there it fails with an OSError.
    """

    def __init__(self, name, such_as):
        self.name, self.such_as = name, such_as

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        early = re.fullmatch(r"Value of <.*> is not yet available", str(error))
        if early and isinstance(error, AttributeError):
            raise ComponentError(
                f"{self.name} read the value of an event that has not happened yet: wait for it, "
                "as in value = yield process."
            ) from error
        why = error and _wrong_yield(error, self.name, self.such_as)
        if why:
            raise ComponentError(why) from error
        return False


def why_not_a_process(error):
    """Return a sentence if SimPy raised `error` because of what a process yielded or is, else "".

    For code that calls SimPy itself, as checks do; `events_only` knows the process's name.
    """
    try:
        text = str(error)
    except Exception:  # a student's own class of errors may have a fault itself
        return ""
    if isinstance(error, ValueError) and text.endswith(" is not a generator."):
        line = ""
        for frame, number in walk_tb(error.__traceback__):
            if frame.f_code.co_name == "__init__" and "generator" in frame.f_locals:
                called = re.search(r"process\((\w[\w.]*)\(", line)
                name = f"{called[1]}(…)" if called else "A process"
                why = "without a yield it is over before any time has passed"
                return wrong_return(name, frame.f_locals["generator"], f"a generator: {why}")
            line = linecache.getline(frame.f_code.co_filename, number)
    return _wrong_yield(error, "", "a timeout")


def _wrong_yield(error, name, such_as):
    """Return the sentence about what a process yielded that is not an event, or ""."""
    wrong = re.search(r'Invalid yield value "(.*)"', str(error))
    if not (wrong and isinstance(error, RuntimeError)) and not isinstance(error, OSError):
        return ""
    for frame, _ in walk_tb(error.__traceback__):
        if frame.f_code.co_name != "_resume" or "event" not in frame.f_locals:
            continue
        what, advice = frame.f_locals["event"], f"such as {such_as}"
        if inspect.isgenerator(what):
            start = what.__name__.lstrip("_")
            advice = f"and a generator must be started first: yield env.process({start}(…))"
        elif hasattr(what, "callbacks"):
            continue  # an event, and an OSError of the process itself
        text = "a generator" if inspect.isgenerator(what) else short(what).strip("'\"")
        process = frame.f_locals["self"]._generator
        name = name or getattr(process, "__qualname__", "Your process")
        return f"{name} yielded {text}: a process yields SimPy events only, {advice}."
    return ""


def own_lines(error, check=""):
    """Return (file name, line number) of each line of the student's that an error came through.

    Those are the lines of notebook cells, without the check's own. check: the file name that the
    check's lines have (default: of the first cell that the error came through).
    """
    lines = []
    for frame, number in walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") == "__main__":
            check = check or frame.f_code.co_filename
            if frame.f_code.co_filename != check:
                lines.append((frame.f_code.co_filename, number))
    if not lines and error.__cause__ is not None:  # SimPy raises a copy of a process's error
        return own_lines(error.__cause__, check)
    return lines


def raised(call, error):
    """Return the sentence for a call of the student's code that raised `error`."""
    text = str(error).strip().splitlines()
    return f"{call} raised {type(error).__name__}{': ' + text[0] if text else ''}."


def wrong_return(call, value, expected):
    """Return the sentence for a call of the student's code that returned something unexpected."""
    return f"{call} returned {short(value)}, expected {expected}."


def short(value, length=80):
    """Return `repr(value)` cut to `length`; never raises."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"an object whose repr raises {type(error).__name__}"
    return text if len(text) <= length else text[: length - 1] + "…"
