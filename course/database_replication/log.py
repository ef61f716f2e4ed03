"""The log on its way: entries come late, in the wrong order and twice, and a replica applies them.

    simulate_log(Replica, lag=0.2, cut_off=1.0) → Shipped

The receiver of each replica hands over what has come every `TICK` seconds, as it came; then some
reads are asked of that replica.
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, make, name_of, raised, wrong_return

TICK = 0.025
DURATION = 5.0
READS = 5  # of each replica, at each tick
KEYS = 12
REPLICAS = 2
CUT_AT = 1.5
ANSWERS = ("newest", "older", "wrong")


class AsItComes:
    """A replica that applies whatever comes at once, in the order it comes."""

    def __init__(self):
        self.lsn, self.data = 0, {}

    def apply(self, entries):
        """Overwrite what is there with each of the entries."""
        for lsn, key, value in entries:
            self.data[key], self.lsn = value, lsn

    def lag(self, primary_lsn):
        """Return how many entries its number is behind the primary's."""
        return primary_lsn - self.lsn


@dataclass(frozen=True)
class Shipped:
    """What two replicas had at each of `times` (s): rows are replicas, columns ticks.

    `lsn` is what the component said, `in_order` what it should have applied by then; `behind` is
    what its `lag` said. `answers` counts the reads by ANSWERS: the primary's value of that moment,
    the older one that a replica which keeps the order would give, or a value from another place in
    the log than these two.
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
    AsItComes by default. An entry takes an exponential time of mean `lag` s, and comes once more
    with probability `repeated`; replica-2 gets nothing for `cut_off` s. ValueError names a bad
    number; ComponentError says in one sentence what the component did wrong.
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
    """Return when each entry comes first; what falls into the cut comes after it."""
    came = written + lag * rng.exponential(size=written.size)
    late = (came > CUT_AT) & (came < CUT_AT + cut_off)
    came[late] = CUT_AT + cut_off + lag * rng.exponential(size=int(late.sum()))
    return came


class _Receiver:
    """Hands a replica its entries, asks it for values, and judges what it says."""

    def __init__(self, replica, entries):
        self.replica = make(AsItComes if replica is None else replica)
        self.name, self.entries = name_of(self.replica), entries
        for method in ("apply", "lag"):
            if not callable(getattr(self.replica, method, None)):
                raise ComponentError(f"{self.name} has no method {method}.")
        self.number = {value: lsn for lsn, _, value in entries}

    def expect(self, times, written, in_order):
        """Work out what the primary and a replica that keeps the order have at each tick."""
        self.primary = np.searchsorted(written, times, "right").tolist()
        self.in_order = np.searchsorted(in_order, times, "right").tolist()
        self.written_by_key = {f"photo-{key}": [] for key in range(KEYS)}
        for lsn, key, _ in self.entries:
            self.written_by_key[key].append(lsn)

    def run(self, which, cuts, asked, answers):
        """Return (lsns, what they should be, lags) by tick; count the `answers`."""
        lsns, lags, before = [], [], 0
        for tick, upto in enumerate(cuts):
            batch = [self.entries[place] for place in which[before:upto]]
            before = upto
            newest = self.primary[tick]
            try:
                call = "apply"
                if batch:
                    self.replica.apply(batch)
                call = "lsn"
                lsn = self.replica.lsn
                call = f"lag({newest})"
                behind = self.replica.lag(newest)
            except (NotImplementedError, ComponentError):
                raise
            except Exception as error:
                call = f"apply({_brief(batch)})" if call == "apply" else call
                raise ComponentError(raised(f"{self.name}.{call}", error)) from error
            lsns.append(self._whole("lsn", lsn))
            lags.append(self._whole(f"lag({newest})", behind))
            self._answer(asked[tick], tick, answers)
        return lsns, self.in_order, lags

    def _whole(self, what, value):
        if type(value) is not int:
            raise ComponentError(wrong_return(f"{self.name}.{what}", value, "a whole number"))
        return value

    def _answer(self, keys, tick, answers):
        """Ask the replica for the values of some keys, and count which of ANSWERS they are."""
        data = getattr(self.replica, "data", None)
        if not isinstance(data, dict):
            raise ComponentError(wrong_return(f"{self.name}.data", data, "a dict"))
        newest, here = self.primary[tick], self.in_order[tick]
        for key in keys:
            name = f"photo-{key}"
            value, writes = data.get(name), self.written_by_key[name]
            if value == self._value(writes, newest):
                answers["newest"] += 1
            elif value == self._value(writes, here):
                answers["older"] += 1
            else:
                answers["wrong"] += 1

    def _value(self, writes, lsn):
        """Return the value after entry `lsn` of a key that was written at the lsns `writes`."""
        upto = bisect_right(writes, lsn)
        return self.entries[writes[upto - 1] - 1][2] if upto else None


def _brief(batch):
    return f"[{batch[0]!r}{', …' if len(batch) > 1 else ''}]"
