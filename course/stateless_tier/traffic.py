"""Who visits the site, and when: users who log in, look at pages for a while, and leave.

As many users are there all the time: when one leaves, another comes and logs in.
"""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.parameters import NEVER

PAGE_EVERY = 60.0  # seconds between two pages of one user, on average


@dataclass(frozen=True)
class Traffic:
    """Pages in order of time, a row a page; sessions are numbered in the order of their log-in.

    `times` (s) and `works` (s of a server) of each page, and the `session` that asks for it;
    `leaves` is when each session's user leaves (s, NEVER if after the end).
    """

    times: np.ndarray
    works: np.ndarray
    session: np.ndarray
    leaves: np.ndarray
    duration: float

    @property
    def first(self):
        """Which pages are the first of their session: the user logs in there."""
        rows = np.unique(self.session, return_index=True)[1]
        first = np.zeros(len(self.times), dtype=bool)
        first[rows] = True
        return first


def visits(*, seed=0, users=250, page_work=0.6, stay=1800.0, duration=600.0):
    """Return the Traffic of `users` at any time, who stay `stay` s on average.

    Each page takes `page_work` s of a server's work on average.
    """
    users = parameters.count("users", users, at_most=100_000)
    duration = parameters.number("duration", duration, above=0, unit="s")
    stay = parameters.number("stay", stay, above=0, unit="s")
    page_work = parameters.number("page_work", page_work, above=0, unit="s")
    rate = users / PAGE_EVERY
    times = workload.poisson_arrivals_until(workload.stream(seed, "arrivals"), rate, duration)
    works = workload.exponential_work(workload.stream(seed, "work"), page_work, times.size)
    seat = workload.stream(seed, "users").integers(users, size=times.size)
    comings = workload.stream(seed, "visits")
    left_at = workload.poisson_arrivals_until(comings, users / stay, duration)
    left_seat = comings.integers(users, size=left_at.size)
    # every seat's departures in order; a page belongs to the visit after those before it
    order = np.lexsort((left_at, left_seat))
    left_key = left_seat[order] * (2 * duration) + left_at[order]
    visit = np.searchsorted(left_key, seat * (2 * duration) + times)
    ends = np.append(left_at[order], NEVER)
    seat_of_end = np.append(left_seat[order], -1)
    # `visit` + `seat` is unique: both only grow along the sorted keys
    _, rows, inverse = np.unique(visit + seat, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(rows))
    leaves = np.empty(len(rows))
    leaves[rank] = np.where(seat_of_end[visit[rows]] == seat[rows], ends[visit[rows]], NEVER)
    return Traffic(times, works, rank[inverse], leaves, duration)
