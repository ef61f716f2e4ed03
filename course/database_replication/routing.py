"""A student's router in the simulated cluster: called for each statement, in order of time.

A node's queue needs no events: when a statement comes, all that came before it is known, so its
turn and its end are known too. What a node has applied is looked up when somebody asks for it.
"""

from bisect import bisect_right
from collections import deque

import numpy as np

from course.database_replication.nodes import PrimaryDown
from course.engine.component import ComponentError, name_of, raised, sentences, wrong_return

NOT_YET = float("nan")


class Clock:
    """The time (s) of the statement that is being routed."""

    now = 0.0


class Place:
    """A database of the simulated cluster: what a router may see, and its queue."""

    def __init__(self, clock, number, name, until):
        self._clock, self._number, self._until, self.name = clock, number, until, name
        self._has, self._applied, self._free = [], 0, 0.0

    @property
    def online(self):
        """Whether it is up now."""
        return self._clock.now < self._until

    @property
    def lsn(self):
        """The number of the last log entry that it has now."""
        return bisect_right(self._has, self._clock.now)

    def catch_up(self, until, work):
        """Put the entries that come by `until` (s) into its queue; return when it is free then."""
        has, place, free = self._has, self._applied, self._free
        while place < len(has) and has[place] <= until:
            free = max(free, has[place]) + work
            place += 1
        self._applied, self._free = place, free
        return free

    def __repr__(self):
        return f"<{self.name}, online={self.online}, lsn={self.lsn}>"


def routed(world, component):
    """Return (columns, applied_at) when a component of the student's decides where to send."""
    clock = Clock()
    names = world.names
    nodes = [
        Place(clock, number, name, until)
        for number, (name, until) in enumerate(zip(names, world.until.tolist(), strict=True))
    ]
    primary, replicas = nodes[0], nodes[1:]
    delays = [column.tolist() for column in world.delays]
    call = name_of(component)
    if not isinstance(component, type):
        raise ComponentError(f"{call}: give the class itself, not an object made of it.")
    with sentences(f"{call}(primary, replicas)"):
        chooser = component(primary, list(replicas))
    choose, wrote, call = _methods(chooser, call, primary)
    unconfirmed = deque()
    rows = []
    asked = world.traffic
    work, apply_work, until = world.work, world.apply_work, primary._until
    statements = zip(
        *(column.tolist() for column in (asked.times, asked.write, asked.session)),
        asked.sql,
        strict=True,
    )
    for now, write, session, sql in statements:
        clock.now = now
        while unconfirmed and unconfirmed[0][0] <= now:
            _, whose, lsn = unconfirmed.popleft()
            if wrote is not None:
                _told(wrote, call, whose, lsn)
        try:
            node = choose(sql, session, write)
        except PrimaryDown:
            rows.append((NOT_YET, now, True, -1, NOT_YET, 0))
            continue
        except (NotImplementedError, ComponentError):
            raise
        except Exception as error:
            raise ComponentError(raised(_named(call, sql, session), error)) from error
        if type(node) is not Place or node._clock is not clock:
            expected = "the primary or one of the replicas it was made with"
            raise ComponentError(wrong_return(_named(call, sql, session), node, expected))
        number = node._number
        if now >= node._until or (write and number):
            rows.append((NOT_YET, now, True, -1, NOT_YET, 0))
            continue
        free = node._free
        if number:  # the entries that came before it stand before it in the queue
            free = node.catch_up(now, apply_work)
        start = free if free > now else now
        node._free = end = start + work
        if end > node._until:
            started = start if start < node._until else NOT_YET
            rows.append((started, node._until, True, number, NOT_YET, 0))
            continue
        confirmed, lsn = end, 0
        if write:
            primary._has.append(end)
            lsn = len(primary._has)
            for replica, column in zip(replicas, delays, strict=True):
                has, came = replica._has, end + column[lsn - 1]
                if has and has[-1] > came:
                    came = has[-1]
                dies = min(until, replica._until)
                has.append(came if came <= dies else float("inf"))
                if world.synchronous:
                    confirmed = max(confirmed, min(came, dies))
            unconfirmed.append((confirmed, session, lsn))
        rows.append((start, confirmed, False, number, confirmed if write else NOT_YET, lsn))
    started, finished, failed, place, confirmed, lsn = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    applied_at = [np.array(replica._has, dtype=float) for replica in replicas]
    return (started, finished, failed, place, confirmed, lsn), applied_at


def _methods(chooser, name, primary):
    """Return (choose(sql, session, write), wrote or None, how the call is called)."""
    route = getattr(chooser, "route", None)
    if callable(route):
        return (lambda sql, session, write: route(sql)), None, f"{name}.route"
    pick, wrote = getattr(chooser, "pick", None), getattr(chooser, "wrote", None)
    if not callable(wrote):
        raise ComponentError(f"{name} has no method wrote(session, lsn).")

    def choose(sql, session, write):
        return primary if write else pick(session)

    return choose, wrote, f"{name}.pick"


def _named(call, sql, session):
    return f"{call}({sql!r})" if call.endswith("route") else f"{call}({session})"


def _told(wrote, call, session, lsn):
    with sentences(f"{call.removesuffix('pick')}wrote({session}, {lsn})"):
        wrote(session, lsn)
