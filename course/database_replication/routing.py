"""A student's router in the simulated cluster: called for each statement, in order of time."""

from collections import deque

import numpy as np

from course.database_replication.nodes import Clock, PrimaryDown, SimulatedNode
from course.engine.component import ComponentError, methods, name_of, sentences, wrong_return
from course.engine.parameters import NEVER
from course.engine.stations import NOT_YET


def routed(world, component):
    """Return (columns, applied_at) of a run in which a student's class routes every statement.

    columns: started_at, finished_at, failed, place, confirmed, lsn, as `model.observed` takes them.
    """
    clock, name = Clock(), name_of(component)
    nodes = [
        SimulatedNode(clock, number, node, until)
        for number, (node, until) in enumerate(zip(world.names, world.until.tolist(), strict=True))
    ]
    primary, replicas = nodes[0], nodes[1:]
    if not isinstance(component, type):
        raise ComponentError(f"{name}: give the class itself, not an object made of it.")
    with sentences(f"{name}(primary, replicas)"):
        router = component(primary, list(replicas))
    choose, wrote, call = _calls(router, name, primary)
    ship = _shipping(world, primary, replicas)
    asked, work, apply_work = world.traffic, world.work, world.apply_work
    columns = (asked.times, asked.write, asked.session)
    statements = zip(*(column.tolist() for column in columns), asked.sql, strict=True)
    rows, unconfirmed = [], deque()
    with sentences(lambda: call(sql, session)):
        for now, write, session, sql in statements:
            clock.now = now
            while unconfirmed and unconfirmed[0][0] <= now:
                _, writer, lsn = unconfirmed.popleft()
                with sentences(f"{name}.wrote({writer}, {lsn})"):
                    wrote(writer, lsn)
            try:
                node = choose(sql, session, write)
            except PrimaryDown:
                rows.append((NOT_YET, now, True, -1, NOT_YET, 0))
                continue
            if type(node) is not SimulatedNode or node._clock is not clock:
                expected = "the primary or one of the replicas it was made with"
                raise ComponentError(wrong_return(call(sql, session), node, expected))
            number = node._number
            if now >= node._until or (write and number):
                rows.append((NOT_YET, now, True, -1, NOT_YET, 0))
                continue
            # in a replica's queue, the entries that came before the statement are before it
            free = node.catch_up(now, apply_work) if number else node._free
            start = free if free > now else now
            node._free = end = start + work
            if end > node._until:
                started = start if start < node._until else NOT_YET
                rows.append((started, node._until, True, number, NOT_YET, 0))
            elif write:
                confirmed, lsn = ship(end)
                rows.append((start, confirmed, False, number, confirmed, lsn))
                if wrote is not None:
                    unconfirmed.append((confirmed, session, lsn))
            else:
                rows.append((start, end, False, number, NOT_YET, 0))
    applied_at = [np.array(replica._has, dtype=float) for replica in replicas]
    return tuple(np.array(column) for column in zip(*rows, strict=True)), applied_at


def _shipping(world, primary, replicas):
    """Return ship(end): log a write that ended then, send it to all; return (confirmed, lsn)."""
    delays = [column.tolist() for column in world.delays]

    def ship(end):
        primary._has.append(end)
        confirmed, lsn = end, len(primary._has)
        for replica, column in zip(replicas, delays, strict=True):
            has, came = replica._has, end + column[lsn - 1]
            if has and has[-1] > came:
                came = has[-1]
            dies = min(primary._until, replica._until)
            has.append(came if came <= dies else NEVER)
            if world.synchronous:  # the dead are not waited for
                confirmed = max(confirmed, min(came, dies))
        return confirmed, lsn

    return ship


def _calls(router, name, primary):
    """Return (choose(sql, session, write), wrote or None, call(sql, session) in words)."""
    route, pick = getattr(router, "route", None), getattr(router, "pick", None)
    if callable(route):
        return (lambda sql, *_: route(sql)), None, (lambda sql, _: f"{name}.route({sql!r})")
    (wrote,) = methods(router, "wrote(session, lsn)")

    def choose(sql, session, write):
        return primary if write else pick(session)

    return choose, wrote, (lambda _, session: f"{name}.pick({session})")
