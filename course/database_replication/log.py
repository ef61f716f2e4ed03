"""The log on its way: entries come late, in the wrong order and twice, and a replica applies them.

    simulate_log(Replica, lag=0.2, cut_off=1.0) → Shipped

Every TICK seconds each replica is given what has come since, in the order in which it came, and
then answers some reads.
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from course.database_replication.baselines import AsItComes
from course.engine import parameters, workload
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)

TICK = 0.025
DURATION = 5.0
READS = 5  # of each replica, at each tick
KEYS = 12
REPLICAS = 2
CUT_AT = 1.5
ANSWERS = ("in order", "past a gap", "thrown back")


@dataclass(frozen=True)
class Shipped:
    """What two replicas had at each of `times` (s): rows are replicas, columns ticks.

    primary: the primary's lsn. lsn: what the component said; in_order: what it should have applied
    by then; behind: what its `lag` said. answers: how many reads got each of ANSWERS: the value
    that a replica in order has now, one from further on in the log, or one from further back (or
    none of the log's).
    """

    times: np.ndarray
    primary: np.ndarray
    lsn: np.ndarray
    in_order: np.ndarray
    behind: np.ndarray
    answers: dict

    @property
    def reads(self):
        """How many reads were answered."""
        return sum(self.answers.values())


def simulate_log(
    replica=None, *, seed=0, write_rate=20.0, lag=0.15, repeated=0.2, cut_off=0.0, duration=DURATION
):
    """Return the Shipped of `duration` seconds of `write_rate` writes/s to two replicas.

    replica: a class or instance with `apply(entries)`, `lsn`, `data` and `lag(primary_lsn)`;
    AsItComes by default. lag: mean (s) of the exponential time that an entry takes. repeated: the
    probability that it comes once more. cut_off: for how long (s), from CUT_AT on, nothing reaches
    replica-2. ValueError names a bad number; ComponentError says in one sentence what the component
    did wrong.
    """
    lag = parameters.number("lag", lag, at_least=0, unit="s")
    repeated = parameters.number("repeated", repeated, at_least=0, at_most=1)
    cut_off = parameters.number("cut_off", cut_off, at_least=0, unit="s")
    written = workload.poisson_arrivals_until(
        workload.stream(seed, "log writes"), write_rate, duration
    )
    keys = workload.stream(seed, "log keys").integers(KEYS, size=written.size)
    entries = [(n + 1, f"photo-{key}", f"edit {n + 1}") for n, key in enumerate(keys.tolist())]
    times = np.arange(1, int(duration / TICK) + 1) * TICK
    answers = dict.fromkeys(ANSWERS, 0)
    columns = []
    for number in range(REPLICAS):
        rng = workload.stream(seed, f"log way {number}")
        came = _arrivals(rng, written, lag, cut_off if number == REPLICAS - 1 else 0.0)
        twice = np.flatnonzero(rng.uniform(size=written.size) < repeated)
        again = came[twice] + rng.exponential(max(lag, TICK), size=twice.size)
        asked = rng.integers(KEYS, size=(times.size, READS)).tolist()
        receiver = _Receiver(replica, entries)
        receiver.expect(times, written, np.maximum.accumulate(came) if came.size else came)
        moments = np.concatenate([came, again])
        which = np.concatenate([np.arange(written.size), twice])
        order = np.argsort(moments, kind="stable")
        cuts = np.searchsorted(moments[order], times, "right")
        columns.append(receiver.run(which[order].tolist(), cuts.tolist(), asked, answers))
    lsn, in_order, behind = (np.array(column) for column in zip(*columns, strict=True))
    primary = np.searchsorted(written, times, "right")
    return Shipped(times, primary, lsn, in_order, behind, answers)


def _arrivals(rng, written, lag, cut_off):
    """Return when each entry comes first; one that would come in the cut comes after it."""
    came = written + lag * rng.exponential(size=written.size)
    late = (came > CUT_AT) & (came < CUT_AT + cut_off)
    came[late] = CUT_AT + cut_off + lag * rng.exponential(size=int(late.sum()))
    return came


class _Receiver:
    """Hands a replica its entries, asks it for values, and judges what it says."""

    def __init__(self, replica, entries):
        self.replica = make(AsItComes if replica is None else replica)
        self.name, self.entries = name_of(self.replica), entries
        self.apply, self.lag = methods(self.replica, "apply", "lag")

    def expect(self, times, written, in_order):
        """Work out what the primary and a replica that keeps the order have at each tick."""
        self.primary = np.searchsorted(written, times, "right").tolist()
        self.in_order = np.searchsorted(in_order, times, "right").tolist()
        self.written_by_key = {f"photo-{key}": [] for key in range(KEYS)}
        self.written_at = {}  # value → lsn
        for lsn, key, value in self.entries:
            self.written_by_key[key].append(lsn)
            self.written_at[value] = lsn

    def run(self, which, cuts, asked, answers):
        """Return (lsns, what they should be, lags) by tick; count the `answers`."""
        lsns, lags, before, places, call = [], [], 0, [], ""
        with sentences(lambda: f"{self.name}.{call or self._apply_call(places)}"):
            for tick, upto in enumerate(cuts):
                places, before, newest = which[before:upto], upto, self.primary[tick]
                if places:
                    call = ""  # that of apply is put into words only when it is needed
                    self.apply([self.entries[place] for place in places])
                call = "lsn"
                lsns.append(self._whole(call, self.replica.lsn))
                call = f"lag({newest})"
                lags.append(self._whole(call, self.lag(newest)))
                call = "data"
                self._answer(asked[tick], tick, answers)
        return lsns, self.in_order, lags

    def _apply_call(self, places):
        return f"apply([{self.entries[places[0]]!r}{', …' if len(places) > 1 else ''}])"

    def _whole(self, what, value):
        if type(value) is not int:
            raise ComponentError(wrong_return(f"{self.name}.{what}", value, "a whole number"))
        return value

    def _answer(self, keys, tick, answers):
        """Ask the replica for the values of some keys, and count which of ANSWERS they are."""
        data = getattr(self.replica, "data", None)
        if not isinstance(data, dict):
            raise ComponentError(wrong_return(f"{self.name}.data", data, "a dict"))
        here = self.in_order[tick]
        for key in keys:
            name = f"photo-{key}"
            writes = self.written_by_key[name]
            due = writes[upto - 1] if (upto := bisect_right(writes, here)) else 0
            got = self._lsn_of(data.get(name))
            kind = (got > due) - (got < due)  # 0 in order, 1 past a gap, −1 thrown back
            answers[ANSWERS[kind]] += 1

    def _lsn_of(self, value):
        """Return the lsn that wrote a value, 0 for None, −1 for what the log never held."""
        try:
            return 0 if value is None else self.written_at.get(value, -1)
        except TypeError:  # not hashable, so not of the log
            return -1
