"""What check cells use: the seed of hidden inputs, `attempt`, and `plain`."""

import numbers
import os
import sys
from decimal import Decimal

from course.engine.component import own_lines, why_not_a_process

SEED = int(os.environ.get("COURSE_SEED", "20240229"))
"""Seed of the inputs of hidden checks; a grader may give each submission its own (COURSE_SEED)."""


def attempt(call):
    """Return what `call()` did, as plain data for the judging half of a check.

    call: a function without parameters, such as `lambda: ring.node("ada")`.
    `{"returned": value}`, or `{"raised": name of the exception's class, "bases": names of its base
    classes, "message": its text, "line": of the student's own cell}`; printed, it is words. The
    NotImplementedError of a stub passes through, as a stub is not an answer.
    """
    try:
        return Outcome(returned=call())
    except NotImplementedError:
        raise
    except Exception as error:
        names = [cls.__name__ for cls in type(error).__mro__]
        message = why_not_a_process(error) or str(error)
        seen = {"raised": names[0], "bases": names[1:-1], "message": message}
        own = own_lines(error, call.__code__.co_filename)
        return Outcome(seen | ({"line": own[-1][1]} if own else {}))


class Outcome(dict):
    """What `attempt` returned; printed it is words: 3, or an error, ValueError: -1 (line 4)."""

    def __repr__(self):
        if "raised" not in self:
            return repr(self["returned"])
        text = f"an error, {self['raised']}: {self['message']}".removesuffix(": ")
        return f"{text} (line {self['line']})" if "line" in self else text

    __str__ = __repr__

    def __format__(self, spec):
        return format(repr(self), spec)


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
        made = {plain(key): plain(value) for key, value in seen.items()}
        return Outcome(made) if _is_outcome(made) else made
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


def _is_outcome(seen):
    """Return whether a dict is what `attempt` returned; in the grader it came through JSON."""
    return seen.keys() == {"returned"} or {"raised", "bases", "message"} <= seen.keys()


def _cannot_judge(value, where=""):
    kind = type(value).__name__
    return (
        f"your code gave {value!r:.200} ({kind}) {where}".rstrip() + ": a check can judge numbers, "
        "texts, True, False, None, lists and tuples of these, and dicts with texts as keys"
    )
