"""A web tier that keeps nothing: every server answers with the student's `handle` and one store.

simulate_serving(SessionStore, handle, dies_at=300) → Served

The users are those of `simulate`. Strangers come as well: without a session, with a guessed id,
with an id whose last character is changed, and with the id of someone who has logged out.
"""

from dataclasses import dataclass

import numpy as np
import simpy

from course.engine import parameters, workload
from course.engine.component import ComponentError, sentences, wrong_return
from course.engine.stations import arrivals
from course.stateless_tier.sessions import Store
from course.stateless_tier.traffic import visits

KINDS = ("no session", "guessed", "changed", "logged out")


@dataclass(frozen=True)
class Request:
    """What a server gets to see of a request: the session id in its cookie, or None."""

    session_id: str | None = None


@dataclass(frozen=True)
class Response:
    """An answer: HTTP `status` 200 or 401, and the page's text."""

    status: int
    body: str = ""


@dataclass(frozen=True)
class Served:
    """How requests were answered: a row a request, in order of time (s).

    `status` as answered, `right` whether status and body were as they should be; `strange`: the
    request did not come from a user with a valid session.
    """

    times: np.ndarray
    status: np.ndarray
    right: np.ndarray
    strange: np.ndarray
    duration: float

    @property
    def thrown_out(self):
        """Requests of users with a valid session that were not answered with their page."""
        return ~self.strange & ~self.right

    @property
    def let_in(self):
        """Requests without a valid session that were answered with a user's page."""
        return self.strange & ~self.right


def simulate_serving(
    session_store,
    handle,
    *,
    seed=0,
    users=250,
    lifetime=300.0,
    strangers=20.0,
    duration=600.0,
):
    """Return the Served of `duration` seconds: `handle(request, store)` answers, on any server.

    session_store: a class or instance as in `simulate_sessions`; without one nothing is asked, and
    every answer is as it should be. handle: a function of a Request and the store that returns a
    Response. lifetime: of a session, in seconds; strangers: requests a minute without a valid one.
    ValueError names a bad number; ComponentError says what store or handle did wrong.
    """
    lifetime = parameters.number("lifetime", lifetime, above=0, unit="s")
    strangers = parameters.number("strangers", strangers, at_least=0, unit="requests/min")
    traffic = visits(seed=seed, users=users, duration=duration)
    rng = workload.stream(seed, "strangers")
    strange_at = np.sort(rng.uniform(0, duration, rng.poisson(strangers / 60 * duration)))
    kinds = rng.integers(len(KINDS), size=strange_at.size).tolist()
    leaving = np.flatnonzero(traffic.leaves < duration)
    times = np.concatenate([traffic.times, strange_at, traffic.leaves[leaving]])
    order = np.argsort(times, kind="stable")
    pages, valid = len(traffic.times), valid_pages(traffic, lifetime)
    acts = np.concatenate([traffic.session, -1 - np.arange(strange_at.size), leaving])
    # what happens in order: a page (its row), a stranger (after the pages), a user who logs out
    if session_store is None:
        asks = order[order < pages + strange_at.size]
        strange = np.ones(len(times), dtype=bool)
        strange[:pages] = ~valid
        status = np.where(strange, 401, 200)[asks]
        right = np.ones(asks.size, dtype=bool)
        return Served(times[asks], status, right, strange[asks], duration)

    env = simpy.Environment()
    store, ids, ended, log = Store(session_store, env, lifetime), {}, [], []
    todo = iter(zip(order.tolist(), acts[order].tolist(), strict=True))
    is_valid, guess = valid.tolist(), _guesses(rng)

    def ask(session_id):
        return answered(handle, Request(session_id), store.store)

    def record(answer, user):
        """Record an answer; it should be the page of `user`, or 401 if that is None."""
        right = answer.status == (200 if user else 401) and (not user or answer.body == user)
        log.append((env.now, answer.status, right, user is None))

    def next_one(_):
        row, act = next(todo)
        if row >= pages + len(kinds):
            if act in ids:
                ended.append(ids[act])
                store.logout(ids[act])
            return
        if row >= pages:
            kind = KINDS[kinds[row - pages]]
            if kind == "no session" or (kind != "guessed" and not ids):
                session_id = None
            elif kind == "guessed":
                session_id = next(guess)
            elif kind == "changed" or not ended:
                session_id = _changed(next(reversed(ids.values())))
            else:
                session_id = ended[-1]
            return record(ask(session_id), None)
        user = f"user-{act + 1}"
        answer = ask(ids.get(act))
        record(answer, user if is_valid[row] else None)
        if not is_valid[row] or answer.status != 200:
            ids[act] = store.login(user)

    arrivals(env, times[order], times[order], next_one)
    env.run()
    columns = np.array(log, dtype=float).reshape(-1, 4).T
    return Served(
        columns[0], columns[1].astype(int), columns[2] > 0, columns[3] > 0, float(duration)
    )


def valid_pages(traffic, lifetime):
    """Return which pages come from a user with a valid session."""
    rows = np.lexsort((traffic.times, traffic.session))
    gap = np.diff(traffic.times[rows], prepend=0.0)
    valid = np.zeros(len(rows), dtype=bool)
    valid[rows] = gap < lifetime
    return valid & ~traffic.first


def _guesses(rng):
    """Yield ids that a stranger might try: a name, small numbers."""
    yield from ("admin", "user-1", "1", "session-1", "")
    while True:
        yield str(int(rng.integers(400)))


def _changed(session_id):
    """Return an id like a valid one, its last character another."""
    return session_id[:-1] + ("0" if session_id[-1] != "0" else "1")


def answered(handle, request, store, passing=()):
    """Return the student's Response; ComponentError if it is not one, or not 200 or 401.

    passing: exceptions of the store that are not the student's mistake.
    """
    with sentences(lambda: f"handle({request!r}, store)", passing):
        response = handle(request, store)
    status = getattr(response, "status", None)
    if not isinstance(response, Response) or status not in (200, 401):
        call, expected = f"handle({request!r}, store)", "a Response with status 200 or 401"
        raise ComponentError(wrong_return(call, response, expected))
    return response
