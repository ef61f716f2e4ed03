"""When two values are the same answer, and the forms in which a check may write one down."""

import pickle
from types import FunctionType, ModuleType, SimpleNamespace

from tests.leaks.state import ATOMS, PLAIN, STATE


def token(value, depth=5):
    """Return what equal plain values have in common in any process; None if that is unknown."""
    if isinstance(value, bool) or value is None:
        return repr(value), ""
    if isinstance(value, int | float):
        whole = isinstance(value, int) or value.is_integer()
        return "number", int(value) if whole else f"{value:.9g}"
    if isinstance(value, str | bytes):
        return "text", value
    if depth <= 0:
        return None
    if not isinstance(value, PLAIN):
        found = fields(value)
        inside = token(found, depth - 2) if 0 < len(found) <= 12 else None
        return inside and (type(value).__name__, inside)
    if len(value) > 64:
        return None
    if isinstance(value, dict):
        parts = [token(each, depth - 1) for pair in value.items() for each in pair]
        pairs = frozenset(zip(parts[::2], parts[1::2], strict=True))
        return None if None in parts else ("dict", pairs)
    parts = [token(each, depth - 1) for each in value]
    if None in parts:
        return None
    return ("list", tuple(parts)) if isinstance(value, list | tuple) else ("set", frozenset(parts))


def fields(value):
    """Return an object's own attributes, {} for what has none."""
    if isinstance(value, (type, FunctionType, ModuleType, *ATOMS)):
        return {}
    slots = getattr(type(value), "__slots__", getattr(type(value), "_fields", ()))
    found = {name: getattr(value, name, None) for name in slots if name != "__dict__"}
    try:
        return found | object.__getattribute__(value, "__dict__")
    except AttributeError:
        return found


def elements(value):
    """Return the parts of an answer that can be found one by one: {index or name: value}."""
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return dict(enumerate(value)) if len(value) <= 5 else {}
    return fields(value)


def forms(value):
    """Return {form: token} of the ways in which a check may write down an answer."""
    if isinstance(value, BaseException):
        return {"plain": ("error", type(value).__name__)}
    found = {"plain": token(value)}
    if inside := fields(value):
        found["fields"] = token(list(inside.values()))
        if "name" in inside:
            found["name"] = token(inside["name"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found["text"] = token(str(float(value)))
    return found


def meanings(value):
    """Return [(form, token)] of the answers that a value found somewhere can stand for."""
    found = [("plain", value)]
    if isinstance(value, dict) and {"returned", "raised"} & set(value):
        found.append(("attempt", unwrapped(value)))
    return [
        (form, ("error", error.__name__) if (error := error_class(each)) else token(each))
        for form, each in found
    ]


def is_right(kind, meaning, form, wanted):
    """Return whether a meaning, taken in a form, is the answer that is wanted."""
    fits = (kind == "attempt") == (form == "attempt")
    return fits and meaning is not None and meaning == wanted.get(form, wanted["plain"])


def unwrapped(value):
    """Return what `course.checks.attempt` has wrapped."""
    return value["raised"] if "raised" in value else value["returned"]


def error_class(value):
    """Return the class of exceptions that a value stands for, None if it stands for none."""
    kind = value if isinstance(value, type) else type(value)
    kind = STATE.around.classes.get(value, kind) if isinstance(value, str) else kind
    return kind if issubclass(kind, Exception) else None


def bare(value):
    """Return a pickled plain value, or the name of an exception; b"" for other things."""
    value = type(value).__name__ if isinstance(value, BaseException) else value
    return pickle.dumps(value) if token(value) and isinstance(value, PLAIN) else b""


def answer_of(parts, shape, given):
    """Return the answer put together from {part: (value, form)}; an exception is raised.

    given: what the component has been given. The answer can be an object in there, by its name.
    """
    if "" in parts:
        value, form = parts[""]
        value = unwrapped(value) if form == "attempt" else value
        if error := error_class(value):
            raise error(", ".join(map(repr, given)))
        if form == "text" and isinstance(value, str):
            return float(value)
        if form == "name" and isinstance(value, str):
            return built(shape, {"name": value}, given)
        if form == "fields" and isinstance(value, list | tuple):
            return built(shape, dict(zip(shape["fields"], value, strict=False)), given)
        return value
    inside = {part[0]: value for part, (value, _) in parts.items() if part[0] in shape["parts"]}
    return built(shape, inside, given) if inside else None


def built(shape, inside, given):
    """Return an object with these parts: one of those that were given, or a new one."""
    if shape["type"] in ("list", "tuple"):
        return tuple(inside.get(number) for number in shape["parts"])
    inside = dict.fromkeys(shape["fields"]) | inside
    for each in nearby(given):
        if type(each).__name__ == shape["type"] and fields(each).get("name") == inside.get("name"):
            return each
    kind = STATE.around.classes.get(shape["type"], SimpleNamespace)
    if hasattr(kind, "_fields"):
        return kind(**inside)
    made = kind.__new__(kind)
    for name, value in inside.items():
        object.__setattr__(made, name, value)
    return made


def nearby(things, steps=2):
    """Yield things, and what is in their lists and attributes."""
    for each in things:
        yield each
        if steps:
            yield from nearby(each if isinstance(each, list) else fields(each).values(), steps - 1)
