"""Ten minutes of a site in several data centers, one of which dies and comes back.

    simulate(GeoDNS, resolver=CachingResolver, seed=1, dies_at=180) → CentersResult

Users ask the resolver of their city where to go; it keeps the answer for a while, dead or alive.

There is no SimPy clock: what a resolver says does not depend on how busy a center is, so first all
answers are found, and then each center's line is a recursion over the times of its requests.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from course.data_centers.baselines import by_table
from course.data_centers.resolvers import by_component
from course.data_centers.world import OPENING_ORDER, ROUND_TRIPS, WEIGHTS, Outage, Traffic, traffic
from course.engine import parameters
from course.engine.cities import CITIES
from course.engine.record import Result
from course.engine.stations import NOT_YET

WORK = 0.05  # s that a center needs for a request once it has begun with it
PATIENCE = 3.0  # s: a request that would have to wait longer for a center is refused at once
NOWHERE = "no center"


@dataclass(frozen=True)
class CentersResult(Result):
    """A run of the data centers. In addition to what every Result has, by request:

    traffic: from which city each came and which ones wrote. asked: which ones made a resolver ask
    the DNS. refused: which ones found a center that had too much to do. unreached: which ones were
    sent to a dead center. A request's wait is its way to the center and the time in line there.

    By city: of_dead: whether the dead center had served it. after_outage: for how long (s) after
    the center's death its resolver still named it.

    writes_lost: how many writes the dead center had taken and not yet sent to another one. ttl,
    lag: as given to `simulate` (s). capacity: of a center, in requests/s.
    """

    traffic: Traffic = field(kw_only=True)
    asked: np.ndarray = field(kw_only=True)
    refused: np.ndarray = field(kw_only=True)
    unreached: np.ndarray = field(kw_only=True)
    of_dead: np.ndarray = field(kw_only=True)
    after_outage: np.ndarray = field(kw_only=True)
    writes_lost: int = field(kw_only=True)
    outage: Outage = field(kw_only=True)
    ttl: float = field(kw_only=True)
    lag: float = field(kw_only=True)
    capacity: float = field(kw_only=True)

    @property
    def shares(self):
        """Share of all requests that were sent to each center."""
        sent = np.bincount(self.place, minlength=len(self.names))
        return sent[:-1] / max(1, len(self))

    def still_sent(self, seconds):
        """Return the share of the dead center's users sent there `seconds` after it died."""
        weights = np.where(self.of_dead, WEIGHTS, 0.0)
        late = self.after_outage[:, None] > np.asarray(seconds)
        return weights @ late / max(weights.sum(), 1e-12)

    @property
    def mean_after(self):
        """Seconds for which a user of the dead center is still sent there, on average."""
        weights = np.where(self.of_dead, WEIGHTS, 0.0)
        return float(weights @ self.after_outage / max(weights.sum(), 1e-12))


def simulate(
    component=None,
    *,
    resolver=None,
    seed=0,
    centers=2,
    ttl=60.0,
    dies=OPENING_ORDER[0],
    dies_at=None,
    returns_after=240.0,
    lag=10.0,
    capacity=1.2,
    arrival_rate=20.0,
    write_share=0.2,
    duration=600.0,
):
    """Return the CentersResult of `duration` seconds of users all over the world.

    component: a GeoDNS, class or instance, with `resolve(location)`; by default a table of the
    nearest healthy centers. resolver: a CachingResolver class with `resolve(location, now)`, made
    with `dns` and `ttl`. centers: how many are open (1 to 4). ttl: how long (s) a resolver keeps
    an answer.

    dies: the name of the center that is dead from `dies_at` on (s; None or NEVER: it stays alive)
    for `returns_after` s; the DNS knows at once. lag: a write is in the other centers so much
    later (s). arrival_rate: requests/s of all users, a share `write_share` of which are writes.
    capacity: what a center can do, in parts of `arrival_rate`; a request that would have to wait
    longer than PATIENCE is refused.

    ValueError names a bad number; ComponentError says in one sentence what a component did wrong.
    """
    centers = parameters.count("centers", centers, at_most=len(OPENING_ORDER))
    ttl = parameters.number("ttl", ttl, at_least=0, unit="s")
    lag = parameters.number("lag", lag, at_least=0, unit="s")
    rate = parameters.number("arrival_rate", arrival_rate, above=0, unit="requests/s")
    limit = rate * parameters.number("capacity", capacity, above=0)
    duration = parameters.number("duration", duration, above=0, unit="s")
    share = parameters.number("write_share", write_share, at_least=0, at_most=1)
    outage = _outage(dies, dies_at, returns_after, centers)
    users = traffic(parameters.count("seed", seed, at_least=0), rate, duration, share, ttl)
    if component is None and resolver is None:
        answers = by_table(users, ttl, centers, outage)
    else:
        answers = by_component(users, ttl, centers, outage, component, resolver)
    return _served(users, answers, centers, outage, limit, ttl, lag, duration)


def _outage(dies, dies_at, returns_after, centers):
    center = OPENING_ORDER[:centers].index(parameters.choice("dies", dies, OPENING_ORDER[:centers]))
    length = parameters.number("returns_after", returns_after, above=0, unit="s")
    start = parameters.time("dies_at", dies_at)
    return Outage(center, start, start + length)


def _served(users, answers, centers, outage, limit, ttl, lag, duration):
    """Return the CentersResult: which requests failed and why, and how long the others took."""
    before = users.times < outage.start
    of_dead = np.zeros(len(CITIES), dtype=bool)
    of_dead[users.cities[before & (answers.place == outage.center)]] = outage.start < outage.end
    first, users = int((users.times < 0).sum()), users.since_start()
    place = np.where(answers.place < 0, centers, answers.place)[first:]
    unreached = (place == outage.center) & outage.at(users.times)
    waits = np.full(users.times.size, math.nan)
    for center in range(centers):
        rows = np.flatnonzero((place == center) & ~unreached)
        waits[rows] = _waits(users.times[rows].tolist(), 1 / limit)
    refused = (place < centers) & ~unreached & np.isnan(waits)
    failed = unreached | refused | (place == centers)
    trip = ROUND_TRIPS[users.cities, np.minimum(place, centers - 1)]
    taken = users.writes & ~failed & (place == outage.center)
    late = taken & (users.times >= outage.start - lag) & (users.times < outage.start)
    return CentersResult(
        arrived_at=users.times,
        started_at=np.where(failed, NOT_YET, users.times + trip / 2 + waits),
        finished_at=np.where(failed, users.times, users.times + trip + waits + WORK),
        failed=failed,
        place=place.astype(np.int8),
        names=(*OPENING_ORDER[:centers], NOWHERE),
        workers=max(1, round(centers * limit * WORK)),
        duration=duration,
        traffic=users,
        asked=answers.asked[first:],
        refused=refused,
        unreached=unreached,
        of_dead=of_dead,
        after_outage=answers.after_outage,
        writes_lost=int(late.sum()) if centers > 1 else 0,
        outage=outage,
        ttl=ttl,
        lag=lag,
        capacity=limit,
    )


def _waits(times, apart):
    """Return how long (s) each request waits in a center that begins one every `apart` seconds.

    nan for one that is refused, as it would have to wait longer than PATIENCE.
    """
    free, waits = 0.0, []
    for time in times:
        if free <= time:
            free = time + apart
            waits.append(0.0)
        elif free - time > PATIENCE:
            waits.append(math.nan)
        else:
            waits.append(free - time)
            free += apart
    return waits
