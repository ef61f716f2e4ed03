"""People with browsers, and a store that remembers who is logged in.

simulate_sessions(SessionStore, lifetime=900) → Sessions

Every user has a phone and a laptop, each with a session of its own.
"""

from dataclasses import dataclass, field

import numpy as np
import simpy

from course.engine import parameters, workload
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.engine.stations import arrivals

USER, NOBODY, THROWN_OUT, LET_IN = range(4)
"""Answers to a look-up: the user, rightly; None, rightly; None for a valid session; a user (or
another one) for a session that is over."""


@dataclass(frozen=True)
class Visits:
    """What browsers do: a row a time at which one of them comes, by browser and then by time.

    `valid`: it has a session then that is neither expired nor logged out; where it has none it
    logs in. `logs_out`: it does so afterwards. `looks`: it holds a session's id, so that the
    store is asked.
    """

    times: np.ndarray
    browser: np.ndarray
    looks: np.ndarray
    valid: np.ndarray
    logs_out: np.ndarray
    lifetime: float
    duration: float

    @property
    def sessions(self):
        """When each session begins and is over (s), and its browser: three columns."""
        begins = np.flatnonzero(~self.valid)
        last = np.append(begins[1:], len(self.times)) - 1
        over = self.times[last] + np.where(self.logs_out[last], 0.0, self.lifetime)
        return self.times[begins], over, self.browser[begins]

    def in_store(self, times):
        """Return how many sessions are valid at each of `times` (s)."""
        begin, over, _ = self.sessions
        return np.searchsorted(np.sort(begin), times, "right") - np.searchsorted(
            np.sort(over), times, "right"
        )


@dataclass(frozen=True)
class Sessions:
    """A run of a session store: what browsers did, and how each look-up was answered.

    `answers` is one more column, a row for each of `visits`: USER, NOBODY, THROWN_OUT or LET_IN;
    -1 at a browser's first log-in, where nothing is looked up.
    """

    visits: Visits
    answers: np.ndarray = field(repr=False)

    def count(self, answer):
        """Return how many look-ups were answered so."""
        return int(np.sum(self.answers == answer))

    @property
    def look_ups(self):
        """How many look-ups there were."""
        return int(self.visits.looks.sum())


def visits_of_browsers(
    *, seed=0, users=60, page_every=600.0, lifetime=900.0, logs_out=0.1, duration=7200.0
):
    """Return the Visits of two browsers a user, who each come `page_every` s on average.

    A session is valid until `lifetime` s after its log-in or its last look-up; after a share
    `logs_out` of the pages the browser logs out.
    """
    browsers = 2 * parameters.count("users", users, at_most=100_000)
    every = parameters.number("page_every", page_every, above=0, unit="s")
    lifetime = parameters.number("lifetime", lifetime, above=0, unit="s")
    share = parameters.number("logs_out", logs_out, at_least=0, at_most=1)
    stream = workload.stream(seed, "arrivals")
    times = workload.poisson_arrivals_until(stream, browsers / every, duration)
    browser = stream.integers(browsers, size=times.size)
    out = workload.stream(seed, "log-outs").uniform(size=times.size) < share
    order = np.lexsort((times, browser))
    times, browser = times[order], browser[order]
    looks = np.ones(times.size, dtype=bool)
    looks[:1], looks[1:] = False, browser[1:] == browser[:-1]
    gap = np.diff(times, prepend=0.0)
    valid = looks & (gap < lifetime)
    valid[1:] &= ~out[:-1]
    return Visits(times, browser, looks, valid, out, lifetime, float(duration))


def simulate_sessions(component=None, **chosen):
    """Return the Sessions of a store: `component(env, lifetime)` with login, user and logout.

    Without one, every look-up is answered as it should be. A browser logs in again when its
    session is over or a look-up gives None. chosen: as in `visits_of_browsers`, seconds and shares.
    ValueError names a bad number; ComponentError says what the component did wrong.
    """
    visits = visits_of_browsers(**chosen)
    if component is None:
        answers = np.where(visits.valid, USER, NOBODY)
        return Sessions(visits, np.where(visits.looks, answers, -1))
    env = simpy.Environment()
    store = Store(component, env, visits.lifetime)
    order = np.argsort(visits.times)
    rows = zip(
        order.tolist(),
        visits.browser[order].tolist(),
        visits.looks[order].tolist(),
        visits.valid[order].tolist(),
        visits.logs_out[order].tolist(),
        strict=True,
    )
    names = [f"user-{number // 2 + 1}" for number in range(visits.browser.max(initial=0) + 1)]
    ids, answers = {}, np.full(len(order), -1, dtype=np.int8)

    def come(_):
        row, browser, looks, valid, logs_out = next(rows)
        user = names[browser]
        if looks:
            found = store.user(ids[browser])
            if found is None:
                answers[row] = THROWN_OUT if valid else NOBODY
            else:
                answers[row] = USER if valid and found == user else LET_IN
            valid = valid and found is not None
        if not valid:
            ids[browser] = store.login(user)
        if logs_out:
            store.logout(ids[browser])

    arrivals(env, visits.times[order], visits.times[order], come)
    env.run()
    return Sessions(visits, answers)


class Store:
    """A student's session store; its mistakes become sentences."""

    def __init__(self, component, env, lifetime):
        self.store = make(component, env=env, lifetime=lifetime)
        self.name = name_of(self.store)
        methods(self.store, "login", "user", "logout")

    def login(self, user):
        """Return the session id that the store gives to `user`."""
        with sentences(lambda: f"{self.name}.login({user!r})"):
            session_id = self.store.login(user)
        if not isinstance(session_id, str) or not session_id:
            call = f"{self.name}.login({user!r})"
            raise ComponentError(wrong_return(call, session_id, "a session id, a string"))
        return session_id

    def user(self, session_id):
        """Return the user, or None, that the store has for `session_id`."""
        with sentences(lambda: f"{self.name}.user({session_id!r})"):
            user = self.store.user(session_id)
        if user is not None and not isinstance(user, str):
            call = f"{self.name}.user({session_id!r})"
            raise ComponentError(wrong_return(call, user, "a user's name or None"))
        return user

    def logout(self, session_id):
        """End a session."""
        with sentences(lambda: f"{self.name}.logout({session_id!r})"):
            self.store.logout(session_id)
