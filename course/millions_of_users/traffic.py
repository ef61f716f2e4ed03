"""Who comes: a day's traffic, which the designer knows, and its incidents, which are a surprise."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from course.engine import network, parameters, theory, workload
from course.engine.cities import city
from course.engine.parameters import NEVER
from course.millions_of_users import sheet

STEP = 30.0  # s: a day is counted in steps of half a minute
SITES = {
    "North America": "Washington",
    "Europe": "Frankfurt",
    "Asia": "Singapore",
    "South America": "São Paulo",
}
PIECES = 4_000  # equal pieces of the data, from the most to the least popular
REQUESTS_A_USER = 100  # a day
KINDS = ("web_server", "cache_node", "replica", "primary", "data_center", "crowd")  # of incidents


@dataclass(frozen=True)
class Traffic:
    """A day's traffic as its designer knows it, and the goals; shares are between 0 and 1.

    peak: requests/s in the busiest minute of a day without a crowd; night: the least traffic, as a
    share of it. static_share: of all requests, those for files, which a CDN can serve; the others
    are for pages. write_share, upload_share: of the pages; the others only read. data_gb: size of
    the data; skew: exponent of its popularity (Zipf). regions: share of the users by region.
    crowd: the factor by which a crowd multiplies the traffic, crowd_rise: the seconds within which
    it comes.
    The goals: availability, the least share of requests to answer; p95_latency, seconds;
    lost_writes, at most so many per million; budget, dollars a month.
    ValueError names a number outside its range.
    """

    name: str
    peak: float
    night: float
    static_share: float
    write_share: float
    upload_share: float
    data_gb: float
    skew: float
    regions: dict = field(hash=False)
    crowd: float
    crowd_rise: float
    availability: float
    p95_latency: float
    lost_writes: float
    budget: float

    def __post_init__(self):
        for name in ("peak", "data_gb", "crowd_rise", "p95_latency", "budget"):
            parameters.number(name, getattr(self, name), above=0)
        for name in ("night", "static_share", "write_share", "upload_share", "availability"):
            parameters.number(name, getattr(self, name), at_least=0, at_most=1)
        parameters.number("skew", self.skew, at_least=0)
        parameters.number("lost_writes", self.lost_writes, at_least=0)
        parameters.number("crowd", self.crowd, at_least=1)
        if set(self.regions) != set(SITES) or abs(sum(self.regions.values()) - 1) > 1e-9:
            raise ValueError(
                f"regions = {self.regions!r}: must be the shares of {', '.join(SITES)}, 1 in total"
            )

    @property
    def read_share(self):
        """Share of the pages that only read."""
        return 1 - self.write_share - self.upload_share

    @property
    def mean(self):
        """Requests/s on average over a day without a crowd."""
        return self.peak * (1 + self.night) / 2

    @property
    def users(self):
        """Users a day, at REQUESTS_A_USER requests each."""
        return self.mean * workload.DAY / REQUESTS_A_USER


@dataclass(frozen=True)
class Incidents:
    """When (s after midnight) what happens; NEVER, for which None may be given: it does not.

    A web server, a cache node, a replica and a primary die in data center number `center`, and all
    of data center number `region` dies (both counted from 0, modulo how many there are). A crowd
    comes. ValueError names a time that is not one.
    """

    web_server: float = NEVER
    cache_node: float = NEVER
    replica: float = NEVER
    primary: float = NEVER
    data_center: float = NEVER
    crowd: float = NEVER
    center: int = 0
    region: int = 0

    def __post_init__(self):
        for kind in KINDS:
            object.__setattr__(self, kind, parameters.time(kind, getattr(self, kind)))


def window(start, seconds):
    """Return the slice of the day's steps that begin in [start, start + seconds), at least one.

    For a `start` of NEVER it is empty.
    """
    if start == NEVER:
        return slice(0, 0)
    first = int(np.ceil(start / STEP))
    return slice(first, first + max(1, round(seconds / STEP)))


def centers_of(traffic, data_centers):
    """Return the regions in which `data_centers` (1 to 4) stand: most users first.

    ValueError names another number of data centers.
    """
    regions = sorted(traffic.regions, key=lambda name: -traffic.regions[name])
    return regions[: parameters.count("data_centers", data_centers, at_most=len(regions))]


def shares(traffic, data_centers, dead=None):
    """Return the share of all users that each data center serves, in the order of `centers_of`.

    Users go to the nearest living one. dead: a dead one, which serves 0: its place in `centers_of`
    (0 is the first), or its region's name. If the only one is dead, it serves 0, too. ValueError
    names another number of data centers, or a `dead` that is not one of them.
    """
    centers = centers_of(traffic, data_centers)
    dead = _place(dead, centers)
    served = [0.0] * len(centers)
    for region, place in nearest_center(traffic, centers, dead).items():
        if place is not None:
            served[place] += traffic.regions[region]
    return served


def _place(dead, centers):
    """Return the place in `centers` of `dead`, which is a place or a name; None stays None."""
    if dead is None:
        return None
    if isinstance(dead, str) and dead in centers:
        return centers.index(dead)
    if not isinstance(dead, str) and dead in range(len(centers)):
        return int(dead)
    places = f"a place from 0 to {len(centers) - 1}" if len(centers) > 1 else "the place 0"
    raise ValueError(f"dead = {dead!r}: must be None, {places}, or one of {', '.join(centers)}")


def nearest_center(traffic, centers, dead=None):
    """Return {region: index in `centers` of its nearest living data center, or None}."""
    living = [place for place in range(len(centers)) if place != dead]
    return {
        region: min(living, key=lambda place: round_trip(region, centers[place]), default=None)
        for region in traffic.regions
    }


def round_trip(region, center):
    """Return the seconds from users in `region` to the data center in region `center` and back.

    `sheet.NEARBY` within a region, plus the way through fibre between two (engine.network).
    ValueError names an unknown region.
    """
    for name, value in (("region", region), ("center", center)):
        parameters.choice(name, value, tuple(SITES))
    return _round_trips()[region, center]


@lru_cache(maxsize=1)
def _round_trips():
    places = [city(name).location for name in SITES.values()]
    times = network.backbone_times(places, places) + sheet.NEARBY
    pairs = [(region, center) for region in SITES for center in SITES]
    return dict(zip(pairs, times.ravel().tolist(), strict=True))


def hit_ratio(traffic, cache_gb):
    """Return the share of reads that an LRU cache of `cache_gb` GB answers (Che's approximation).

    traffic: gives the size of the data and its skew. ValueError names a size below 0.
    """
    size = parameters.number("cache_gb", cache_gb, at_least=0, unit="GB")
    return _hit_ratio(traffic.skew, round(PIECES * min(1.0, size / traffic.data_gb)))


@lru_cache(maxsize=4096)
def _hit_ratio(skew, pieces):
    return theory.lru_hit_ratio(_popularity(skew), pieces) if pieces else 0.0


@lru_cache(maxsize=64)
def _popularity(skew):
    return workload.zipf_popularity(PIECES, skew)
