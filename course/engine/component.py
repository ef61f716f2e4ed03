"""Calling the student's component: whatever goes wrong in it becomes one sentence."""

import copy
import inspect
import random
import re


class ComponentError(Exception):
    """A student's component did something the simulation cannot go on from; str() is a sentence."""


def name_of(component):
    """Return what a student calls it: the name of the function, class, or class of the instance."""
    return getattr(component, "__name__", None) or type(component).__name__


def make(component, *, seed=0, **arguments):
    """Return a fresh instance: of a class by calling it, of an instance by copying it.

    A parameter called `rng` is given a `random.Random(seed)`, others of `arguments` by their name.
    """
    name = name_of(component)
    if not (inspect.isclass(component) or inspect.isroutine(component)):
        with sentences(f"Copying your {name} object"):
            return copy.deepcopy(component)
    with sentences(f"{name}(…)"):
        offered = {"rng": random.Random(seed), **arguments}
        wanted = inspect.signature(component).parameters
        return component(**{key: value for key, value in offered.items() if key in wanted})


class sentences:
    """Context manager: an exception inside becomes a ComponentError that names `call`.

    A stub's NotImplementedError passes on unchanged, and so does a ComponentError.
    """

    def __init__(self, call):
        self.call = call

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if error is None or isinstance(error, (NotImplementedError, ComponentError)):
            return False
        if not isinstance(error, Exception):
            return False
        raise ComponentError(raised(self.call, error)) from error


class events_only:
    """Context manager: SimPy's complaint about what a process of `name` yielded, in one sentence.

    `such_as` gives an example of what it should yield.
    """

    def __init__(self, name, such_as):
        self.name, self.such_as = name, such_as

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        wrong = re.search(r'Invalid yield value "(.*)"', str(error)) if error else None
        if wrong and isinstance(error, RuntimeError):
            what = short(wrong[1]).strip("'\"")
            raise ComponentError(
                f"{self.name} yielded {what}: a process yields SimPy events only, "
                f"such as {self.such_as}."
            ) from error
        return False


def raised(call, error):
    """Return the sentence for a call of the student's that raised."""
    text = str(error).strip().splitlines()
    return f"{call} raised {type(error).__name__}{': ' + text[0] if text else ''}."


def wrong_return(call, value, expected):
    """Return the sentence for a call of the student's that returned something else."""
    return f"{call} returned {short(value)}, expected {expected}."


def short(value, length=80):
    """Return `repr(value)` cut to `length`; never raises."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"an object whose repr raises {type(error).__name__}"
    return text if len(text) <= length else text[: length - 1] + "…"
