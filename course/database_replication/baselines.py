"""What the course brings along: routers to compare with, a replica, and a rule of promotion.

The routers are functions of whole columns, not objects with `route(sql)`: a run of thousands of
statements then costs a slider's move next to nothing, and a class that tells reads from writes and
takes turns would be the solution of exercise A in a package that students import. Each returns for
every statement the place of its node: 0 the primary, n replica n, −1 refused. `planned` works out
what then happens, by the recursion of a queue (Lindley, 1952).
tests/test_database_replication.py holds it equal to `routing.routed`, statement by statement.
"""

import numpy as np

from course.database_replication.nodes import NoReplica
from course.database_replication.sql import words_of
from course.engine import workload
from course.engine.parameters import NEVER
from course.engine.stations import NOT_YET

KNOWN = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP")


def RandomReplica(world, seed, kinds=None):
    """Return the places when writes go to the primary, reads to a random replica that is online.

    world: traffic and nodes. kinds: which statements are believed to be writes; by default it
    knows.
    """
    asked, until = world.traffic, world.until
    writes = asked.write if kinds is None else np.asarray(kinds, dtype=bool)
    replicas = len(until) - 1
    place = np.zeros(asked.times.size, dtype=int)
    if replicas:
        draws = workload.stream(seed, "routing").uniform(size=asked.times.size)
        place = np.where(writes, 0, 1 + (draws * replicas).astype(int))
        away = ~writes & (asked.times >= until[place])
        if away.any():  # the next one in line is online: only one node ever dies
            place[away] = (place[away] % replicas + 1) if replicas > 1 else 0
    place[asked.times >= until[place]] = -1
    return place


def FirstWord(world, seed):
    """Return the places when only what begins with SELECT goes to a random replica.

    Comments, small letters and locks are not understood.
    """
    return RandomReplica(world, seed, [not sql.startswith("SELECT") for sql in world.traffic.sql])


def KnownWrites(world, seed):
    """Return the places when all but what begins with a well-known write goes to a random replica.

    Locks, calls and a SELECT that fills a table are taken for reads.
    """
    return RandomReplica(world, seed, [words_of(sql)[0] in KNOWN for sql in world.traffic.sql])


def OnlyPrimary(world, seed):
    """Return the places when everything goes to the primary, as before there were replicas."""
    return np.where(world.traffic.times >= world.until[0], -1, 0)


def FurthestReplica(world, seed):
    """Return the places when all reads go to the replica that is furthest when they come.

    No node may die in this world. The primary has only the writes to do, so when each of them is in
    its log follows from their times alone.
    """
    asked = world.traffic
    if not world.delays:
        return np.zeros(asked.times.size, dtype=int)
    times = asked.times[asked.write]
    ends = _one_at_a_time(times, np.full(times.size, world.work))
    came = [np.maximum.accumulate(ends + delays[: ends.size]) for delays in world.delays]
    lsns = [np.searchsorted(each, asked.times, "right") for each in came]
    return np.where(asked.write, 0, 1 + np.argmax(lsns, axis=0))


ROUTERS = {
    RandomReplica: "random replica",
    FirstWord: "by the first word",
    OnlyPrimary: "only the primary",
}
READERS = {RandomReplica: "a random replica", FurthestReplica: "always the furthest"}
GUESSES = {FirstWord: "reads begin with SELECT", KnownWrites: "writes begin with INSERT"}


class AsItComes:
    """A replica that applies whatever comes at once, in the order in which it comes."""

    def __init__(self):
        self.lsn, self.data = 0, {}

    def apply(self, entries):
        """Overwrite what is there with each of the entries (lsn, key, value)."""
        for lsn, key, value in entries:
            self.data[key], self.lsn = value, lsn

    def lag(self, primary_lsn):
        """Return how many entries its number is behind the primary's."""
        return primary_lsn - self.lsn


def first_online(replicas):
    """Return the first replica that is online, however far behind; raise NoReplica without one."""
    for replica in replicas:
        if replica.online:
            return replica
    raise NoReplica("no replica is online")


def planned(world, place):
    """Return (columns, applied_at), as `routing.routed` does, when each statement goes to `place`.

    place: one node per statement, as the routers above return them.
    """
    asked, until = world.traffic, world.until
    place = np.where(asked.write & (place > 0), -1, place)  # a replica refuses to write
    started = np.full(asked.times.size, NOT_YET)
    finished = asked.times.copy()
    failed = place < 0

    def serve(node, extra):
        rows = np.flatnonzero(place == node)
        times = np.concatenate([asked.times[rows], extra])
        works = np.repeat([world.work, world.apply_work], [rows.size, extra.size])
        order = np.argsort(times, kind="stable")
        ends = np.empty(times.size)
        ends[order] = _one_at_a_time(times[order], works[order])
        started[rows], finished[rows] = ends[: rows.size] - world.work, ends[: rows.size]
        cut = rows[ends[: rows.size] > until[node]]
        failed[cut], finished[cut] = True, until[node]
        started[cut[started[cut] >= until[node]]] = NOT_YET

    serve(0, np.empty(0))
    rows = np.flatnonzero((place == 0) & asked.write & ~failed)
    lsn = np.zeros(asked.times.size, dtype=int)
    lsn[rows] = np.arange(1, rows.size + 1)
    confirmed = np.where(lsn > 0, finished, NOT_YET)
    applied_at = []
    for number, delays in enumerate(world.delays):
        came = np.maximum.accumulate(finished[rows] + delays[: rows.size])
        dies = min(until[0], until[number + 1])
        applied_at.append(np.where(came > dies, NEVER, came))
        serve(number + 1, came[came <= dies])
        if world.synchronous:  # the dead are not waited for
            confirmed[rows] = np.maximum(confirmed[rows], np.minimum(came, dies))
    finished[rows] = confirmed[rows]
    return (started, finished, failed, place, confirmed, lsn), applied_at


def _one_at_a_time(times, works):
    """Return when each job ends that comes at `times` (s, ascending) to one worker."""
    done = np.cumsum(works)
    return done + np.maximum.accumulate(times - (done - works)) if times.size else times
