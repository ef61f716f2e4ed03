"""Two centers that take writes on the same keys and send them to each other later.

simulate_sync(LastWriterWins, seed=1, lag=5, partition=60) → SyncResult
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.data_centers.world import OPENING_ORDER
from course.engine import parameters, workload
from course.engine.component import make, methods, name_of, sentences
from course.engine.parameters import NEVER

NAMES = OPENING_ORDER[:2]
CUT_AT = 60.0  # s: when the line between the centers is cut
SAMPLE = 4.0  # s between two looks at how many keys differ
WRITE, ARRIVAL, MERGE, LOOK = range(4)  # what happens; in this order if at the same time


@dataclass(frozen=True)
class Writes:
    """Writes in order of time: when (s), in which center (0 or 1), which key; some delete it."""

    times: np.ndarray
    centers: np.ndarray
    keys: np.ndarray
    deletes: np.ndarray


@dataclass(frozen=True)
class SyncResult:
    """A run: a row a write, and looks at both centers.

    arrived_at: when the other center has the write (s). lost: whether it was outranked by a write
    made without having seen it. blind: whether it was made without having seen the other center's
    newest write of the key.

    differing: on how many keys the two centers differ at each of `times` (s); last_arrived: the
    same where what arrives last stays, without timestamps. split, wrong: how many keys differ when
    everything has arrived, and how many do not hold the write with the latest timestamp. rate:
    writes/s of a key in a center. cut: (from, to) in seconds, while nothing was sent.
    """

    writes: Writes
    arrived_at: np.ndarray
    lost: np.ndarray
    blind: np.ndarray
    times: np.ndarray
    differing: np.ndarray
    last_arrived: np.ndarray
    split: int
    wrong: int
    rate: float
    cut: tuple


def simulate_sync(
    component=None,
    *,
    seed=0,
    lag=5.0,
    partition=60.0,
    write_rate=8.0,
    keys=100,
    clock_ahead=0.0,
    deletes=0.1,
    duration=240.0,
    writes_until=NEVER,
    log=None,
):
    """Return the SyncResult of `duration` seconds with `write_rate` writes/s in both centers.

    component: a LastWriterWins, class or instance, of which each center has its own; by default
    what arrives last stays. lag: a write is in the other center so much later (s). partition: for
    how long (s) from CUT_AT on nothing is sent; `lag` s after that each center merges what the
    other has. keys: how many there are. clock_ahead: by how much (s) the second center's clock is
    ahead. deletes: the share of the writes that delete their key. writes_until: when (s) people
    stop writing; NEVER or None: not before the end. log: a list that gets, after each event but a
    look, (WRITE, ARRIVAL or MERGE, number of the write, values of both centers by key).

    ValueError names a bad number; ComponentError says in one sentence what the component did wrong.
    """
    lag = parameters.number("lag", lag, at_least=0, unit="s")
    length = parameters.number("partition", partition, at_least=0, unit="s")
    rate = parameters.number("write_rate", write_rate, above=0, unit="writes/s")
    keys = parameters.count("keys", keys, at_most=100_000)
    ahead = parameters.number("clock_ahead", clock_ahead, at_least=-3600, at_most=3600, unit="s")
    deletes = parameters.number("deletes", deletes, at_least=0, at_most=1)
    duration = parameters.number("duration", duration, above=0, unit="s")
    last = min(duration, parameters.time("writes_until", writes_until, above=0))
    made = _writes(parameters.count("seed", seed, at_least=0), rate, keys, deletes, last)
    cut = (CUT_AT, CUT_AT + length)
    held = (made.times >= cut[0]) & (made.times < cut[1])
    arrived = np.where(held, cut[1], made.times) + lag
    stamps = made.times + np.where(made.centers == 1, ahead, 0.0)
    order = _ranked(made, stamps)
    moments = np.arange(0.0, duration + SAMPLE / 2, SAMPLE)
    events = _events(made, arrived, held, cut[1] + lag if length else None, moments)
    noted = None if component is not None else log
    last = _last_arrived(made, events, keys, moments.size, noted)
    differing, split, wrong = last, 0, 0
    if component is not None:
        differing, final = _through(component, made, stamps, events, keys, moments.size, log)
        newest = _newest(made, order, keys)
        split = sum(one != other for one, other in zip(*final, strict=True))
        wrong = sum(one != value for one, value in zip(final[0], newest, strict=True))
    return SyncResult(
        writes=made,
        arrived_at=arrived,
        lost=_lost(made, arrived, order),
        blind=_blind(made, arrived),
        times=moments,
        differing=differing,
        last_arrived=last,
        split=split,
        wrong=wrong,
        rate=rate / (2 * keys),
        cut=cut,
    )


@lru_cache(maxsize=8)
def _writes(seed, rate, keys, deletes, duration):
    times = workload.poisson_arrivals_until(workload.stream(seed, "arrivals"), rate, duration)
    draw = workload.stream(seed, "writes").uniform(size=(3, times.size))
    return Writes(
        times, (draw[0] < 0.5).astype(int), (draw[1] * keys).astype(int), draw[2] < deletes
    )


def _ranked(made, stamps):
    """Return the rows by key, and within a key from the oldest timestamp to the newest."""
    return np.lexsort((made.centers, stamps, made.keys))


def _lost(made, arrived, order):
    """Return which writes were outranked by one made before they had arrived at its center."""
    lost = np.zeros(order.size, dtype=bool)
    row, after = order[:-1], order[1:]
    elsewhere = (made.keys[row] == made.keys[after]) & (made.centers[row] != made.centers[after])
    lost[row[elsewhere & (made.times[after] < arrived[row])]] = True
    return lost


def _blind(made, arrived):
    """Return which writes were made before the last one of the other center had arrived."""
    order = np.lexsort((made.times, made.keys))
    keys, centers, rows = made.keys[order], made.centers[order], np.arange(order.size)
    first = np.maximum.accumulate(np.where(np.diff(keys, prepend=-1) != 0, rows, 0))
    blind = np.zeros(order.size, dtype=bool)
    for center in (0, 1):
        last = np.maximum.accumulate(np.where(centers != center, rows, -1))
        mine = (centers == center) & (last >= first)
        unseen = arrived[order[last[mine]]] > made.times[order[mine]]
        blind[order[mine]] = unseen
    return blind


def _events(made, arrived, held, merge_at, moments):
    """Return what happens in order of time as (kind, number): write, arrival, merge or look."""
    sent = np.flatnonzero(~held)
    parts = [
        (made.times, WRITE, np.arange(held.size)),
        (arrived[sent], ARRIVAL, sent),
        (moments, LOOK, np.arange(moments.size)),
    ]
    if merge_at is not None:
        parts.append((np.array([merge_at]), MERGE, np.array([0])))
    times = np.concatenate([part[0] for part in parts])
    kinds = np.concatenate([np.full(part[0].size, part[1]) for part in parts])
    numbers = np.concatenate([part[2] for part in parts])
    order = np.lexsort((kinds, times))
    return list(zip(kinds[order].tolist(), numbers[order].tolist(), strict=True))


def _last_arrived(made, events, keys, looks, log):
    """Return how many keys differ at each look when a center keeps what came to it last."""
    held, since_cut, differing = ([None] * keys, [None] * keys), (set(), set()), [0] * looks
    times, centers, where = made.times.tolist(), made.centers.tolist(), made.keys.tolist()
    for kind, number in events:
        if kind == LOOK:
            differing[number] = sum(one != other for one, other in zip(*held, strict=True))
        elif kind == MERGE:
            news = [{key: held[center][key] for key in since_cut[center]} for center in (0, 1)]
            for center in (0, 1):
                for key, value in news[1 - center].items():
                    held[center][key] = value
        else:
            key, center = where[number], centers[number]
            held[center if kind == WRITE else 1 - center][key] = number
            if kind == WRITE and times[number] >= CUT_AT:
                since_cut[center].add(key)
        if log is not None and kind < LOOK:
            values = [[None if n is None else f"text {n}" for n in center] for center in held]
            log.append((kind, number, values))
    return np.array(differing)


def _through(component, made, stamps, events, keys, looks, log):
    """Return (keys that differ at each look, values of both at the end) of a student's stores."""
    stores = [make(component), make(component)]
    methods(stores[0], "write", "delete", "merge", "get")
    labels = [f"photo-{key}" for key in range(keys)]
    centers, where, stamps = made.centers.tolist(), made.keys.tolist(), stamps.tolist()
    deletes, differing, kind, number = made.deletes.tolist(), [0] * looks, LOOK, 0

    def call():
        name = name_of(component)
        if kind in (MERGE, LOOK):
            return f"{name}.{'merge(other)' if kind == MERGE else 'get(key)'}"
        key, about = labels[where[number]], f"{stamps[number]:.6g}, {NAMES[centers[number]]!r}"
        if deletes[number]:
            return f"{name}.delete({key!r}, {about})"
        return f"{name}.write({key!r}, 'text {number}', {about})"

    with sentences(call):
        for kind, number in events:
            if kind < MERGE:
                center, key = centers[number], labels[where[number]]
                store = stores[center if kind == WRITE else 1 - center]
                if deletes[number]:
                    store.delete(key, stamps[number], NAMES[center])
                else:
                    store.write(key, f"text {number}", stamps[number], NAMES[center])
            elif kind == MERGE:
                stores[0].merge(stores[1])
                stores[1].merge(stores[0])
            else:
                one, other = (store.get for store in stores)
                differing[number] = sum(one(key) != other(key) for key in labels)
            if log is not None and kind < LOOK:
                values = [[store.get(key) for key in labels] for store in stores]
                log.append((kind, number, values))
        kind = LOOK
        final = [[store.get(key) for key in labels] for store in stores]
    return np.array(differing), final


def _newest(made, order, keys):
    """Return the value of each key's newest write by timestamp; None if deleted or not written."""
    values: list[str | None] = [None] * keys
    last = np.flatnonzero(np.diff(made.keys[order], append=-1))
    for row in order[last].tolist():
        if not made.deletes[row]:
            values[made.keys[row]] = f"text {row}"
    return values
