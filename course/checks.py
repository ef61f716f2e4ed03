"""What check cells use to watch a student's code: the seed of hidden inputs, and `attempt`."""

import os

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
