"""The world of notebook 03: one primary, its replicas, and the log between them.

    simulate(Router, seed=1, replicas=3, lag=0.1) → ReplicatedResult

Writes go to the primary, which numbers them 1, 2, 3 … (lsn) and ships each to every replica. It
takes an exponential time, is applied in order, and costs the replica half of what it cost the
primary. A node does one statement at a time, the others wait. Reads see what their node has when
their turn comes.

There is no clock here, and no SimPy: nodes serve in order of arrival, so who waits for whom follows
from that order, and recursions over columns give the same times many times faster.
"""

from dataclasses import dataclass

import numpy as np

from course.database_replication.baselines import GUESSES, READERS, ROUTERS, RandomReplica, planned
from course.database_replication.routing import routed
from course.database_replication.traffic import SESSIONS, traffic
from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.engine.parameters import NEVER
from course.engine.record import Result

APPLY = 0.5  # of a statement's work: an entry is neither parsed nor looked for, only written
SERVICE_TIME = 0.01  # seconds of its node that a statement takes: 100 statements/s
REQUESTS = 2000
MORTAL = ("replica-1", "primary")  # the nodes that may die


@dataclass(frozen=True)
class ReplicatedResult(Result):
    """A run: what was written, and what each read missed, in columns like those of Result.

    place: 0 is the primary, n is replica n, −1 was refused at once. duration: until everything is
    answered, and at least as long as the busiest node has work, log entries included, so that
    `throughput` is what the nodes can keep up with.

    write, session, key: whether it writes, who asks, and the owner of the data. lsn: the number of
    a committed write, else 0. stale: the answer lacked a write to that key that had been confirmed
    before the read started. own_stale: it lacked one of the reader's own, confirmed before the read
    was sent. age: how long before the read's start (s) that write was confirmed, nan without one.
    applied_at[r][n]: when replica r + 1 had entry n + 1, inf for never.
    """

    write: np.ndarray
    session: np.ndarray
    key: np.ndarray
    lsn: np.ndarray
    stale: np.ndarray
    own_stale: np.ndarray
    age: np.ndarray
    applied_at: tuple

    @property
    def reads(self):
        """Which rows are reads that were answered (a column of bools)."""
        return ~self.write & self.served

    @property
    def stale_share(self):
        """Share of the answered reads that lacked a confirmed write."""
        return _share(self.stale, self.reads)

    @property
    def own_stale_share(self):
        """Share of the answered reads that lacked a confirmed write of the reader's own."""
        return _share(self.own_stale, self.reads)

    @property
    def primary_share(self):
        """Share of the answered reads that the primary had to answer."""
        return _share(self.place == 0, self.reads)

    @property
    def refused(self):
        """How many statements were refused at once: a wrong node, or one that is offline."""
        return int((self.failed & np.isnan(self.started_at)).sum())


def simulate(
    component=None,
    *,
    seed=0,
    read_share=0.8,
    replicas=3,
    lag=0.1,
    arrival_rate=250.0,
    synchronous=False,
    dies=None,
    dies_at=2.0,
    requests=REQUESTS,
    service_time=SERVICE_TIME,
):
    """Return the ReplicatedResult of `requests` statements at `arrival_rate` statements/s.

    component: a class made with the primary and the list of replicas, with `route(sql)`, or with
    `wrote(session, lsn)` and `pick(session)`; or a function `is_write(sql)`, which decides for a
    random replica; or a baseline: RandomReplica (the default, which knows the writes), FirstWord,
    KnownWrites, OnlyPrimary, FurthestReplica (where no node dies).
    seed: the same traffic and lags for every component. read_share: share of the statements that
    read. replicas: how many. lag: mean time (s) that an entry takes to a replica. synchronous: a
    write is answered once all living replicas have it. dies: "replica-1", "primary" or None, for
    good at `dies_at` (s). service_time: seconds of its node that a statement takes.

    ValueError names a bad number; ComponentError says in one sentence what the component did wrong.
    """
    replicas = parameters.count("replicas", replicas, at_least=0, at_most=100)
    lag = parameters.number("lag", lag, at_least=0, unit="s")
    work = parameters.number("service_time", service_time, above=0, unit="s")
    asked = traffic(seed, arrival_rate, read_share, requests)
    until = np.full(replicas + 1, NEVER)  # when each node dies
    if dies is not None:
        place = int(parameters.choice("dies", dies, MORTAL) != "primary")
        dies_at = parameters.number("dies_at", dies_at, at_least=0, unit="s")
        until[place : place + 1] = dies_at  # without replicas there is no replica-1
    delays = [
        lag * workload.stream(seed, f"lag {number}").exponential(size=requests)
        for number in range(replicas)
    ]
    return run(World(asked, until, delays, work, APPLY * work, bool(synchronous)), component, seed)


def run(world, component, seed):
    """Return the ReplicatedResult of a component (see `simulate`) in a World.

    seed: of what a baseline draws.
    """
    router = RandomReplica if component is None else component
    if router in (*ROUTERS, *READERS, *GUESSES):  # (a component need not be hashable)
        return observed(world, *planned(world, router(world, seed)))
    if callable(getattr(router, "route", None)) or callable(getattr(router, "pick", None)):
        return observed(world, *routed(world, router))
    if not callable(router) or isinstance(router, type):
        name = name_of(router)
        raise ComponentError(f"{name} has no method route(sql), and no pick(session) either.")
    kinds = _kinds(router, world.traffic.sql)
    return observed(world, *planned(world, RandomReplica(world, seed, kinds)))


@dataclass(frozen=True)
class World:
    """What is the same for every component.

    until: when each node dies (s). delays: of each replica, how long each entry takes there (s).
    work, apply_work: seconds of a node that a statement and an entry take.
    """

    traffic: object
    until: np.ndarray
    delays: list
    work: float
    apply_work: float
    synchronous: bool

    @property
    def names(self):
        """The nodes' names by their place."""
        return ("primary", *(f"replica-{number + 1}" for number in range(len(self.delays))))


def _kinds(is_write, statements):
    """Return what a student's `is_write` says of each statement: True or False."""
    kinds, sql = [], ""
    with sentences(lambda: f"{name_of(is_write)}({sql!r})"):
        for sql in statements:
            kind = is_write(sql)
            if kind is not True and kind is not False:
                call = f"{name_of(is_write)}({sql!r})"
                raise ComponentError(wrong_return(call, kind, "True or False"))
            kinds.append(kind)
    return kinds


def observed(world, columns, applied_at):
    """Return the ReplicatedResult: judge, after the run, what every read could have seen.

    columns, applied_at: as `routing.routed` and `baselines.planned` return them.
    """
    asked = world.traffic
    started, finished, failed, place, confirmed, lsn = columns
    reading = ~asked.write & ~failed
    rows = np.flatnonzero(lsn)
    rows = rows[np.argsort(lsn[rows])]
    kept = np.full((len(world.names), rows.size + 1), -np.inf)  # by lsn; the primary has all
    for number, times in enumerate(applied_at):
        kept[number + 1, 1:] = times
    owner = asked.session * SESSIONS + asked.key
    stale, own_stale = np.zeros(len(lsn), dtype=bool), np.zeros(len(lsn), dtype=bool)
    age = np.full(len(lsn), np.nan)
    reads = np.flatnonzero(reading)
    for column, thing, known in ((stale, asked.key, started), (own_stale, owner, asked.times)):
        last = _last_before(thing[rows], confirmed[rows], thing[reads], known[reads])
        column[reads] = kept[place[reads], last] > started[reads]
    written = last > 0
    age[reads[written]] = started[reads[written]] - confirmed[rows[last[written] - 1]]
    busy = max(
        world.work * int((place[~failed] == number).sum())
        + (world.apply_work * int(np.isfinite(applied_at[number - 1]).sum()) if number else 0.0)
        for number in range(len(world.names))
    )
    return ReplicatedResult(
        arrived_at=asked.times,
        started_at=started,
        finished_at=finished,
        failed=failed,
        place=place,
        names=world.names,
        workers=len(world.names),
        duration=max(busy, float(finished.max(initial=0.0))),
        write=asked.write,
        session=asked.session,
        key=asked.key,
        lsn=lsn,
        stale=stale,
        own_stale=own_stale,
        age=age,
        applied_at=tuple(applied_at),
    )


def _last_before(things, times, asked, at):
    """Return, for each (thing, time) asked, the lsn of the last write to it by then, or 0.

    `things` and `times` (s, ascending) are those of the writes with lsn 1, 2, 3 …
    """
    if not things.size:
        return np.zeros(asked.size, dtype=int)
    later = max(times.max(), at.max(initial=0.0)) + 1.0
    order = np.argsort(things, kind="stable")
    line = (things * later + times)[order]
    found = np.searchsorted(line, asked * later + at, "right") - 1
    hit = (found >= 0) & (things[order][found] == asked)
    return np.where(hit, order[found] + 1, 0)


def _share(column, rows):
    return float(column[rows].mean()) if rows.any() else 0.0
