"""The steps of a day: half a minute each."""

import numpy as np

STEP = 30.0  # s


def window(start, seconds):
    """Return the rows of the steps that begin in [start, start + seconds); none for None."""
    if start is None:
        return slice(0, 0)
    first = int(np.ceil(start / STEP))
    return slice(first, first + max(1, round(seconds / STEP)))
