"""Baselines that decide without looking at any queue: whole columns at a time.

A plan says for each statement the place of its node (0 the primary, n replica n, −1 nobody);
`planned` works out what then happens, by the recursion of one queue in whole columns (Lindley,
1952). tests/test_database_replication.py holds it equal to `routed`, statement by statement.
"""

import numpy as np

from course.engine import workload


def RandomReplica(asked, until, seed, kinds=None):
    """Return the places when writes go to the primary, reads to a random replica that is online.

    `kinds`: which statements are believed to be writes; by default it knows.
    """
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


def FirstWord(asked, until, seed):
    """Return the places when what begins with SELECT goes to a random replica, all else to the
    primary: neither comments nor small letters nor locks are understood."""
    return RandomReplica(asked, until, seed, [not sql.startswith("SELECT") for sql in asked.sql])


def OnlyPrimary(asked, until, seed):
    """Return the places when everything goes to the primary, as before there were replicas."""
    return np.where(asked.times >= until[0], -1, 0)


BASELINES = (RandomReplica, FirstWord, OnlyPrimary)


def planned(world, place):
    """Return (columns, applied_at) when each statement goes to its `place`."""
    asked, until = world.traffic, world.until
    place = np.where(asked.write & (place > 0), -1, place)  # a replica refuses to write
    started = np.full(asked.times.size, np.nan)
    finished = asked.times.copy()
    failed = place < 0

    def serve(node, extra):
        rows = np.flatnonzero(place == node)
        times = np.concatenate([asked.times[rows], extra])
        works = np.repeat([world.work, world.apply_work], [rows.size, extra.size])
        order = np.argsort(times, kind="stable")
        ends = np.empty(times.size)
        ends[order] = one_at_a_time(times[order], works[order])
        started[rows], finished[rows] = ends[: rows.size] - world.work, ends[: rows.size]
        cut = rows[ends[: rows.size] > until[node]]
        failed[cut], finished[cut] = True, until[node]
        started[cut[started[cut] >= until[node]]] = np.nan

    serve(0, np.empty(0))
    rows = np.flatnonzero((place == 0) & asked.write & ~failed)
    lsn = np.zeros(asked.times.size, dtype=int)
    lsn[rows] = np.arange(1, rows.size + 1)
    confirmed = np.where(lsn > 0, finished, np.nan)
    applied_at = []
    for number, delays in enumerate(world.delays):
        came = np.maximum.accumulate(finished[rows] + delays[: rows.size])
        never = (came > until[0]) | (came > until[number + 1])
        applied_at.append(np.where(never, np.inf, came))
        serve(number + 1, came[~never])
        if world.synchronous:  # nobody waits for the dead
            seen = np.minimum(came, min(until[0], until[number + 1]))
            confirmed[rows] = np.maximum(confirmed[rows], seen)
    finished[rows] = confirmed[rows]
    return (started, finished, failed, place, confirmed, lsn), applied_at


def one_at_a_time(times, works):
    """Return when each job ends that comes at `times` (s, ascending) to one worker."""
    done = np.cumsum(works)
    return done + np.maximum.accumulate(times - (done - works)) if times.size else times
