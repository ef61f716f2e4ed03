"""What check cells use: the seed of hidden inputs, `attempt`, `told`, and `plain`."""

import numbers
import os
import sys
from decimal import Decimal

SEED = int(os.environ.get("COURSE_SEED", "20240229"))
"""Seed of the inputs of hidden checks; a grader may give each submission its own (COURSE_SEED)."""


def attempt(call):
    """Return what `call()` did, as plain data for the judging half of a check.

    call: a function without parameters, such as `lambda: ring.node("ada")`.
    `{"returned": value}`, or `{"raised": name of the exception's class, "bases": names of its base
    classes, "message": its text}`. The NotImplementedError of a stub passes through, as a stub is
    not an answer.
    """
    try:
        return {"returned": call()}
    except NotImplementedError:
        raise
    except Exception as error:
        names = [cls.__name__ for cls in type(error).__mro__]
        return {"raised": names[0], "bases": names[1:-1], "message": str(error)}


def told(did):
    """Return in words what `attempt` saw: "returned 3", or "raised ValueError: its text"."""
    if "returned" in did:
        return f"returned {did['returned']!r}"
    return f"raised {did['raised']}: {did['message']}".removesuffix(": ")


def plain(seen):
    """Return what a check saw as plain data, so that the same is judged wherever a check runs.

    Plain are None, True, False, texts, numbers, lists, and dicts with texts as keys. A tuple and
    an array of NumPy become a list; a number of NumPy, `fractions` or `decimal` becomes the number
    that it equals, an int where it is whole. TypeError names anything else.
    """
    if seen is None or isinstance(seen, bool):
        return seen
    if isinstance(seen, str):
        return "".join(seen)  # of a subclass, such as an enumeration: the text itself
    if isinstance(seen, int):
        return int(seen)
    if isinstance(seen, float):
        return float(seen)
    if isinstance(seen, (list, tuple)):
        return [plain(each) for each in seen]
    if isinstance(seen, dict):
        for key in seen:
            if not isinstance(key, str):
                raise TypeError(_cannot_judge(key, "as a key of a dict"))
        return {plain(key): plain(value) for key, value in seen.items()}
    numpy = sys.modules.get("numpy")
    if numpy and isinstance(seen, (numpy.ndarray, numpy.bool_)):
        return plain(seen.tolist())
    if isinstance(seen, numbers.Rational):  # among them NumPy's whole numbers
        return int(seen.numerator) if seen.denominator == 1 else float(seen)
    if isinstance(seen, Decimal):
        return int(seen) if float(seen).is_integer() and int(seen) == seen else float(seen)
    if isinstance(seen, numbers.Real):
        return float(seen)
    raise TypeError(_cannot_judge(seen))


def _cannot_judge(value, where=""):
    kind = type(value).__name__
    return (
        f"your code gave {value!r:.200} ({kind}) {where}".rstrip() + ": a check can judge numbers, "
        "texts, True, False, None, lists and tuples of these, and dicts with texts as keys"
    )
