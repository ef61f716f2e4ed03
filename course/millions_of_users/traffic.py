"""Who comes: a day's traffic as a designer knows it, and the incidents that nobody knows before."""

from dataclasses import dataclass, field
from functools import lru_cache

from course.engine import network, parameters, theory, workload
from course.engine.cities import city
from course.millions_of_users import sheet

SITES = {
    "North America": "Washington",
    "Europe": "Frankfurt",
    "Asia": "Singapore",
    "South America": "São Paulo",
}
PIECES = 4_000  # the data's popularity is measured in so many equal pieces
REQUESTS_A_USER = 100  # a day


@dataclass(frozen=True)
class Traffic:
    """A day as a designer knows it before, and the goals. Shares are between 0 and 1.

    peak: requests/s of the busiest minute of a day without a crowd; night: the least traffic, as a
    share of it. static_share: of all requests, files for which an edge would do; the others are
    pages. write_share, upload_share: of the pages; the others read. data_gb: the data; skew: the
    exponent of its popularity (Zipf). regions: share of the users by region. crowd: by how much a
    crowd multiplies the traffic, crowd_rise: the seconds within which it comes. availability: the
    share of requests to answer; p95_latency: seconds; lost_writes: at most so many per million;
    budget: dollars a month.
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
    """When (s after midnight) what happens; `center` and `region` say in which data center.

    A web server, a cache node, a replica and a primary die in `center` (counted from 0, modulo how
    many there are), and all of data center number `region`. A crowd comes. None: it does not.
    """

    web_server: float | None = None
    cache_node: float | None = None
    replica: float | None = None
    primary: float | None = None
    data_center: float | None = None
    crowd: float | None = None
    center: int = 0
    region: int = 0


def centers_of(traffic, data_centers):
    """Return the regions that have a data center: those with the most users, most first."""
    regions = sorted(traffic.regions, key=lambda name: -traffic.regions[name])
    return regions[: parameters.count("data_centers", data_centers, at_most=len(regions))]


def shares(traffic, data_centers, dead=None):
    """Return the share of all users that each data center serves, the region's with most first.

    Everybody goes to the nearest living one; `dead` is the place of a dead one in the list, which
    gets 0. With one data center only, and that one dead, nobody is served.
    """
    centers = centers_of(traffic, data_centers)
    nearest = nearest_center(traffic, data_centers, dead)
    served = [0.0] * len(centers)
    for region, place in nearest.items():
        if place is not None:
            served[place] += traffic.regions[region]
    return served


def nearest_center(traffic, data_centers, dead=None):
    """Return {region: place of its nearest living data center, or None}."""
    centers = centers_of(traffic, data_centers)
    living = [place for place in range(len(centers)) if place != dead]
    return {
        region: min(living, key=lambda place: round_trip(region, centers[place]), default=None)
        for region in traffic.regions
    }


def round_trip(region, center):
    """Return the seconds from users of `region` to the data center in region `center` and back."""
    names = tuple(SITES)
    for name, value in (("region", region), ("center", center)):
        parameters.choice(name, value, names)
    return float(_round_trips()[names.index(region), names.index(center)])


@lru_cache(maxsize=1)
def _round_trips():
    places = [city(name).location for name in SITES.values()]
    return network.backbone_times(places, places) + sheet.NEARBY


def hit_ratio(traffic, cache_gb):
    """Return the share of reads that a cache of `cache_gb` GB answers (LRU, by Che)."""
    size = parameters.number("cache_gb", cache_gb, at_least=0, unit="GB")
    return _hit_ratio(traffic.skew, round(PIECES * min(1.0, size / traffic.data_gb)))


@lru_cache(maxsize=4096)
def _hit_ratio(skew, pieces):
    return theory.lru_hit_ratio(_popularity(skew), pieces) if pieces else 0.0


@lru_cache(maxsize=64)
def _popularity(skew):
    return workload.zipf_popularity(PIECES, skew)
