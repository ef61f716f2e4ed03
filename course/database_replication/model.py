"""The world of notebook 03: one primary, its replicas, and the log between them.

    simulate(Router, seed=1, replicas=3, lag=0.1) → ReplicatedResult

Writes go to the primary, which numbers them 1, 2, 3 … (lsn) and ships each to every replica. It
takes an exponential time, is applied in order, and costs the replica half of what it cost the
primary. A node does one statement at a time, the others wait. Reads see what their node has when
their turn comes. Nothing here needs a clock of its own: who waits for whom follows from the order.
"""

from dataclasses import dataclass

import numpy as np

from course.database_replication.baselines import BASELINES, RandomReplica, planned
from course.database_replication.routing import routed
from course.database_replication.traffic import SESSIONS, traffic
from course.engine import component as components
from course.engine import parameters, theory, workload
from course.engine.component import ComponentError
from course.engine.record import Result

APPLY = 0.5  # work of applying an entry: it is neither parsed nor looked for, only written
SERVICE_TIME = 0.01  # seconds that a statement takes of its node: 100 statements/s
DEAD = ("replica-1", "primary")


@dataclass(frozen=True)
class ReplicatedResult(Result):
    """A run: besides Result's columns, what was written and what each read missed.

    `place` 0 is the primary, n is replica n; −1 is nobody: refused at once. `lsn` numbers the
    committed writes (0: none). `stale`: the answer lacked a write to that key that had been
    confirmed before the read started; `own_stale`: one of the reader's own, confirmed before the
    read was sent. `age` is how long ago (s) that one was when the read started, nan without one.
    `duration` lasts until all is answered, and at least as long as the busiest node has work, log
    entries too: so `throughput` is what the nodes can keep up with.
    `applied_at[r][n]` is when replica r + 1 had entry n + 1, inf for never.
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
        """How many statements were refused at once: wrong node, node offline, or nobody there."""
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
    requests=2000,
    service_time=SERVICE_TIME,
):
    """Return the ReplicatedResult of `requests` statements at `arrival_rate` per second.

    component: a class with `route(sql)`, or with `wrote(session, lsn)` and `pick(session)`, made
    with the primary and the list of replicas; a function `is_write(sql)`, which then decides for a
    random replica; or a baseline: RandomReplica (the default; it knows what is a write), FirstWord,
    OnlyPrimary. `lag` is the mean time (s) an entry takes to a replica. synchronous: a write
    answers once all living replicas have it. `dies`: None, "replica-1" or "primary", at `dies_at`
    (s), for good. Traffic and lags are the same for every component. ValueError names a bad number;
    ComponentError says in one sentence what the component did wrong.
    """
    count = parameters.count("requests", requests)
    replicas = parameters.count("replicas", replicas, at_least=0, at_most=100)
    lag = parameters.number("lag", lag, at_least=0, unit="s")
    work = parameters.number("service_time", service_time, above=0, unit="s")
    if dies is not None:
        parameters.choice("dies", dies, DEAD)
    asked = traffic(seed, arrival_rate, read_share, count)
    until = np.full(replicas + 1, np.inf)  # when each node dies
    if dies is not None and DEAD[::-1].index(dies) <= replicas:
        until[DEAD[::-1].index(dies)] = parameters.number("dies_at", dies_at, at_least=0, unit="s")
    delays = [
        lag * workload.stream(seed, f"lag {number}").exponential(size=count)
        for number in range(replicas)
    ]
    world = World(asked, until, delays, work, APPLY * work, bool(synchronous))
    plan = RandomReplica if component is None else component
    if plan in BASELINES:
        return observed(world, *planned(world, plan(asked, until, seed)))
    if callable(getattr(plan, "route", None)) or callable(getattr(plan, "pick", None)):
        return observed(world, *routed(world, plan))
    if not callable(plan) or isinstance(plan, type):
        name = components.name_of(plan)
        raise ComponentError(f"{name} has no method route(sql), and no pick(session) either.")
    return observed(world, *planned(world, by_kind(plan, asked, until, seed)))


@dataclass(frozen=True)
class World:
    """What is the same for every component: the traffic, who dies when, how long entries take."""

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


def by_kind(is_write, asked, until, seed):
    """Return the places of statements that `is_write` sorts: primary, or a random replica."""
    name, kinds = components.name_of(is_write), []
    for sql in asked.sql:
        call = f"{name}({sql!r})"
        try:
            kind = is_write(sql)
        except NotImplementedError:
            raise
        except Exception as error:
            raise ComponentError(components.raised(call, error)) from error
        if kind is not True and kind is not False:
            raise ComponentError(components.wrong_return(call, kind, "True or False"))
        kinds.append(kind)
    return RandomReplica(asked, until, seed, kinds)


def observed(world, columns, applied_at):
    """Return the ReplicatedResult: judges, after the run, what every read could have seen."""
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


def capacity(read_share, replicas, service_time=SERVICE_TIME):
    """Return the statements per second at which the first node is busy all the time.

    All at the primary without replicas. With them the primary does the writes, and each replica its
    part of the reads and all the writes again, at APPLY of the work.
    """
    writes = 1 - read_share
    busiest = max(writes, read_share / replicas + APPLY * writes) if replicas else 1.0
    return 1 / (busiest * service_time)


def write_bound(read_share, service_time=SERVICE_TIME):
    """Return the statements per second that no number of replicas gets past (inf: no writes)."""
    return 1 / ((1 - read_share) * service_time) if read_share < 1 else float("inf")


def stale_share(lags, write_rate, duration=float("inf"), keys=SESSIONS):
    """Return, for each of `lags` (s), the share of a replica's reads that are stale in theory.

    Poisson writes (`write_rate`/s) to `keys` equally likely keys: the age of a key's last write is
    exponential, and a read of that age is stale with theory.stale_probability. Within the first
    `duration` s of a run, before which nothing was written.
    """
    shares = []
    for lag in lags:
        if lag <= 0 or write_rate <= 0:
            shares.append(0.0)
            continue
        oldest = min(lag * (np.log1p(write_rate * lag) + 10), duration)
        ages = (np.arange(200) + 0.5) * oldest / 200
        rate = write_rate / keys
        density = rate * np.exp(-rate * ages) * (1 - ages / duration)
        stale = theory.stale_probability(ages, lag, write_rate)
        shares.append(float((density * stale).sum() * oldest / 200))
    return np.array(shares)


def _share(column, rows):
    return float(column[rows].mean()) if rows.any() else 0.0
