"""The primary dies: which replica takes over, and which confirmed writes are lost?

    simulate_failover(promote, lost_writes, dies_at=2.0) → Failover

One run of writes, and many moments at which the primary could have died: one of them is shown, all
of them tell how much such a death costs.
"""

from dataclasses import dataclass

import numpy as np

from course.database_replication.baselines import first_online
from course.database_replication.nodes import Node, NoReplica
from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return

DURATION = 60.0
SHOWN = 2.5  # seconds after the death that count
DEATHS = np.arange(2.0, DURATION, 0.5)  # the moments at which it could have died (s)


@dataclass(frozen=True)
class Failover:
    """What the death of a primary at `dies_at` (s) costs, and what other deaths would have cost.

    written: the times of all writes, lsn 1, 2, 3 … has[r]: when replica r had them, in order.
    lsns: the replicas' at the death. away, promoted: the places of the replica that is offline and
    of the one that takes over, or None. confirmed: how many writes users had been told are safe.
    waited: the mean time (s) from a write until its user was told, had nobody died.
    named: the lsns that `lost_writes` returned; lost: those that are lost. costs: lost writes for
    each of DEATHS. detection: seconds until the death is noticed.
    """

    written: np.ndarray
    has: tuple
    lsns: tuple
    away: int | None
    promoted: int | None
    confirmed: int
    named: tuple
    lost: tuple
    costs: np.ndarray
    dies_at: float
    detection: float
    waited: float

    @property
    def logged(self):
        """How many writes were in the primary's log when it died, confirmed or not."""
        return int((self.written <= self.dies_at).sum())

    @property
    def refused(self):
        """How many writes were refused until the promotion, at most SHOWN seconds long."""
        until = self.dies_at + (SHOWN if self.promoted is None else min(self.detection, SHOWN))
        return int(((self.written > self.dies_at) & (self.written < until)).sum())


def simulate_failover(
    promote=None,
    lost_writes=None,
    *,
    seed=0,
    write_rate=40.0,
    replicas=3,
    lag=0.15,
    dies_at=3.0,
    detection=1.0,
    synchronous=False,
    freshest_away=False,
):
    """Return the Failover of a primary that dies at `dies_at`, noticed `detection` seconds later.

    promote(replicas) → one of them; by default the first one that is online.
    lost_writes(primary_lsn, promoted) → the lsns that are lost.
    write_rate: writes/s. lag: mean time (s) that an entry takes to a replica; what has not reached
    one when the primary dies never does. synchronous: a write is confirmed once every living
    replica has it. freshest_away: the replica that is furthest dies with the primary.

    ValueError names a bad number; ComponentError says in one sentence what the component did wrong.
    """
    replicas = parameters.count("replicas", replicas, at_least=0, at_most=100)
    lag = parameters.number("lag", lag, at_least=0, unit="s")
    dies_at = parameters.number("dies_at", dies_at, at_least=0, at_most=DURATION, unit="s")
    detection = parameters.number("detection", detection, at_least=0, unit="s")
    written = workload.poisson_arrivals_until(
        workload.stream(seed, "failover writes"), write_rate, DURATION
    )
    has = tuple(
        _in_order(
            written + lag * workload.stream(seed, f"failover lag {n}").exponential(1, written.size)
        )
        for n in range(replicas)
    )
    moments = np.append(DEATHS, dies_at)
    lsns = np.array([np.searchsorted(times, moments, "right") for times in has], dtype=int)
    lsns = lsns.reshape(replicas, moments.size).T.tolist()
    on_primary = np.searchsorted(written, moments, "right").tolist()
    costs, promote = [], first_online if promote is None else promote
    for row, all_written in zip(lsns, on_primary, strict=True):  # the last one is that of `dies_at`
        away = row.index(max(row)) if freshest_away and row else None
        living = [lsn for place, lsn in enumerate(row) if place != away]
        confirmed = min(living) if synchronous and living else all_written
        nodes = [Node(f"replica-{place + 1}", place != away, lsn) for place, lsn in enumerate(row)]
        promoted = _promoted(promote, nodes)
        kept = 0 if promoted is None else row[promoted]
        costs.append(max(0, confirmed - kept))
    named = lost = tuple(range(kept + 1, confirmed + 1))
    if lost_writes is not None and promoted is not None:
        named = _named(lost_writes, confirmed, nodes[promoted])
    return Failover(
        written=written,
        has=has,
        lsns=tuple(row),
        away=away,
        promoted=promoted,
        confirmed=confirmed,
        named=named,
        lost=lost,
        costs=np.array(costs[:-1]),
        dies_at=dies_at,
        detection=detection,
        waited=float(np.mean(np.max(has, axis=0) - written)) if synchronous and has else 0.0,
    )


def _in_order(came):
    return np.maximum.accumulate(came) if came.size else came


def _promoted(promote, nodes):
    """Return the place of the node that `promote` chooses, None when it raises NoReplica."""
    call = f"{name_of(promote)}(replicas)"
    try:
        with sentences(call, passing=(NoReplica,)):
            chosen = promote(nodes[:])
    except NoReplica:
        return None
    for place, node in enumerate(nodes):
        if chosen is node:
            if node.online:
                return place
            raise ComponentError(f"{call} returned {node.name}, which is offline.")
    raise ComponentError(wrong_return(call, chosen, "one of the replicas it was given"))


def _named(lost_writes, primary_lsn, promoted):
    """Return the lsns that `lost_writes` names, as a tuple."""
    call = f"{name_of(lost_writes)}({primary_lsn}, {promoted.name} at lsn {promoted.lsn})"
    with sentences(call):
        lost = lost_writes(primary_lsn, promoted)
    if not isinstance(lost, list) or not all(type(lsn) is int for lsn in lost):
        raise ComponentError(wrong_return(call, lost, "a list of lsns"))
    return tuple(lost)
