"""Records the calls of a component; its text is sent into the sandbox, so it imports nothing of us.

Only the worked solution is recorded: what a student's code does cannot change what is shown as the
calls of a check.
"""

import ast
import functools
import inspect

MOST = 400  # calls that are kept
SPECIAL = ("__len__", "__contains__", "__getitem__")


def recording(component, calls, names):
    """Return a component that appends each call to `calls`: [object, method, arguments, …].

    object: 0, 1, … in the order of their making, -1 for a function. arguments: as Python text,
    None where one is neither plain nor made by a function of the course. The last is whether it
    raised. What the component calls of itself is not recorded. names: the check's; its functions of
    the course are replaced by some that note what they made.
    """
    inside, numbers, kept, made = [], {}, [], {}
    for name, helper in list(names.items()):
        if inspect.isfunction(helper) and str(helper.__module__).startswith("course."):
            names[name] = _noting(name, helper, made)

    def recorded(number, method, function, arguments, options):
        if inside:
            return function(*arguments, **options)
        row = [number, method, _text(arguments, options, made), True]
        if len(calls) < MOST:
            calls.append(row)
        inside.append(True)
        try:
            value = function(*arguments, **options)
        finally:
            inside.pop()
        row[3] = False
        if inspect.isgenerator(value):
            row[2] = None  # a process: its calls go on while others are made
        return value

    if not inspect.isclass(component):
        return functools.wraps(component)(
            lambda *arguments, **options: recorded(
                -1, component.__name__, component, arguments, options
            )
        )

    def __init__(self, *arguments, **options):
        numbers[id(self)] = len(kept)
        kept.append(self)
        make = functools.partial(component.__init__, self)
        recorded(numbers[id(self)], "", make, arguments, options)

    def watched(name, function):
        def method(self, *arguments, **options):
            bound = functools.partial(function, self)
            return recorded(numbers.get(id(self), -2), name, bound, arguments, options)

        return functools.wraps(function)(method)

    body = {"__init__": __init__, "__qualname__": component.__qualname__}
    for name in dir(component):
        function = inspect.getattr_static(component, name)
        if inspect.isfunction(function) and (not name.startswith("_") or name in SPECIAL):
            body[name] = watched(name, function)
    return type(component.__name__, (component,), body)


def _noting(name, helper, made):
    """Return a function that notes in `made` how each of its values is written, by its id."""

    @functools.wraps(helper)
    def noted(*arguments, **options):
        written = _text(arguments, options, made)
        value = helper(*arguments, **options)
        if written is not None:
            made[id(value)] = (value, f"{name}({written})")
        return value

    return noted


def _text(arguments, options, made):
    """Return arguments as they are written in a call, None if that cannot be told of one."""
    parts = [("", value) for value in arguments]
    parts += [(f"{name}=", value) for name, value in options.items()]
    texts = []
    for name, value in parts:
        text = repr(value)
        try:
            plain = len(text) <= 300 and repr(ast.literal_eval(text)) == text
        except (ValueError, SyntaxError):
            plain = False
        if not plain:
            known, text = made.get(id(value), (None, ""))
            if known is not value or not text:
                return None
        texts.append(name + text)
    return ", ".join(texts)
