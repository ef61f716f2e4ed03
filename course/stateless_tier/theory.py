"""The formula that the picture of sessions shows."""

import numpy as np


def log_in_share(lifetime, page_every, logs_out):
    """Return the share of look-ups that find no valid session; arrays of `lifetime` are welcome.

    A browser comes at the times of a Poisson process, every `page_every` s on average: its session
    lives on if the gap is shorter than `lifetime` (s), and if it has not logged out after the page
    before, which it does with probability `logs_out`.
    """
    return 1 - (1 - logs_out) * -np.expm1(-np.asarray(lifetime) / page_every)
