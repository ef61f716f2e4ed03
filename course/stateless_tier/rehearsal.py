"""People who reload their pages, boxes that die, and what is then expected of a tier.

    rehearse(SessionStore, handle, where=STORE, events=planned(STORE, "web-1")) → Run

`real` has the same reloads answered by processes.
"""

import shutil
import socket
from dataclasses import dataclass
from importlib.util import find_spec

import simpy

from course.real.crowd import KILL, START
from course.stateless_tier.serving import Request, answered
from course.stateless_tier.sessions import Store

MEMORY, STORE, REDIS = "memory", "store", "Redis"  # where the sessions are
PAGE, LOG_IN, NO_PAGE = range(3)  # what a reload gets
USERS = ("Ann", "Bob", "Cem", "Dee", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Leo")
WEB, THE_STORE = ("web-1", "web-2", "web-3"), "store"  # the boxes that can be killed
EVERY, DURATION = 0.5, 6.0  # s: between two reloads of a user, and all of it
DIES_AT, BACK_AT = 2.0, 4.0  # s
LIFETIME = 900.0  # s of a session


@dataclass(frozen=True)
class Run:
    """What the browsers saw. rows: (user, planned time, seconds it took, got, server) each.

    got: PAGE, LOG_IN or NO_PAGE; server: a name, or None. events: (time, KILL or START, box) each.
    share: of the run that is over. Times in seconds.
    """

    rows: tuple
    events: tuple
    share: float = 1.0

    @property
    def thrown_out(self):
        """The numbers of the users who had to log in again."""
        return {row[0] for row in self.rows if row[3] == LOG_IN}

    @property
    def without_page(self):
        """How many reloads got neither the page nor the request to log in."""
        return sum(row[3] == NO_PAGE for row in self.rows)

    @property
    def times(self):
        """Seconds that each page took."""
        return [row[2] for row in self.rows if row[3] == PAGE]


def redis_is_here():
    """Return whether Redis and its Python library are installed."""
    sockets = hasattr(socket, "AF_UNIX")  # files: not on Windows
    return bool(sockets and shutil.which("redis-server") and find_spec("redis"))


def planned(where, dies):
    """Return the events of a run in which the box `dies` (None: none does)."""
    if not dies or (dies == THE_STORE and where == MEMORY):
        return ()
    return (DIES_AT, KILL, dies), (BACK_AT, START, dies)


def formula(where, dies):
    """Return (users who must log in again, reloads without a page) by counting on paper."""
    if not planned(where, dies):
        return 0, 0
    if dies == THE_STORE:
        return len(USERS), len(USERS) * (BACK_AT - DIES_AT) / EVERY
    return (len(USERS) / len(WEB) if where == MEMORY else 0), 0


def rehearse(session_store, handle, *, where=MEMORY, events=(), duration=DURATION):
    """Return the Run that is expected of these events: the same reloads, without a process.

    For Redis the student's store stands in. ComponentError says what a component did wrong.
    """
    env, turn, rows, due = simpy.Environment(), 0, [], sorted(events)

    def new():
        return Store(session_store, env, LIFETIME)

    alive, homes, ids = set(WEB), {}, {}
    stores = {name: new() for name in (WEB if where == MEMORY else (THE_STORE,))}

    def served_by(user):
        nonlocal turn
        order = [WEB[(turn + place) % len(WEB)] for place in range(len(WEB))]
        turn += 1
        if where == MEMORY:
            order.sort(key=lambda name: name != homes.get(user))
        server = next((name for name in order if name in alive), None)
        homes[user] = server or homes.get(user)
        return server, stores.get((server or "") if where == MEMORY else THE_STORE)

    for user in USERS:
        ids[user] = served_by(user)[1].login(user)
    for step in range(round(duration / EVERY) * len(USERS)):
        number, at = step % len(USERS), EVERY * (step + 0.5) / len(USERS)
        env.run(until=at)
        while due and due[0][0] <= at:
            _, what, box = due.pop(0)
            (alive.discard if what == KILL else alive.add)(box)
            if what == KILL:
                stores.pop(box, None)
            elif where == MEMORY or box == THE_STORE:
                stores[box] = new()
        user = USERS[number]
        server, store = served_by(user)
        got = NO_PAGE
        if server and store:
            answer = answered(handle, Request(ids[user]), store)
            right = (answer.status, answer.body) == (200, user)
            got = PAGE if right else LOG_IN if answer.status == 401 else NO_PAGE
        rows.append((number, at, 0.0, got, server))
        if got == LOG_IN:
            ids[user] = served_by(user)[1].login(user)
    return Run(tuple(rows), tuple(events))
