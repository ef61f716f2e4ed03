"""What check cells watch a student's code with: the seed of hidden inputs, and `attempt`."""

import os

SEED = int(os.environ.get("COURSE_SEED", "20240229"))
"""Seed of the inputs of hidden checks. A grader may give each submission its own in COURSE_SEED."""


def attempt(call):
    """Return what `call()` did as plain data, so that a check can judge it later.

    `{"returned": value}`, or `{"raised": class name, "bases": names of its base classes,
    "message": text}`. A stub is no answer: its NotImplementedError
    passes on.
    """
    try:
        return {"returned": call()}
    except NotImplementedError:
        raise
    except Exception as error:
        names = [cls.__name__ for cls in type(error).__mro__]
        return {"raised": names[0], "bases": names[1:-1], "message": str(error)}
