"""What is built: the nine numbers of an Architecture, and how its balancer lets requests wait."""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters
from course.engine.component import ComponentError, name_of, sentences, wrong_return

BALANCERS = ("random", "round robin", "power of two choices", "least connections")
MOST_CENTERS = 4


@dataclass(frozen=True)
class Architecture:
    """A design; all numbers but `data_centers` and `shards` are for *each* data center.

    web_servers: always running; with `autoscale` the fewest that run (at most four times as many).
    shards: parts of the data; each is one primary with `replicas` replicas in every data center.
    cache_gb: memory of the cache. cdn: are static files served at the edge? queue_workers: process
    photos; 0: the web servers do it during the upload. balancer: one of BALANCERS. ValueError names
    what cannot be built.
    """

    web_servers: int
    autoscale: bool
    replicas: int
    cache_gb: float
    cdn: bool
    data_centers: int
    queue_workers: int
    shards: int
    balancer: str

    def __post_init__(self):
        parameters.count("web_servers", self.web_servers, at_most=100_000)
        parameters.count("replicas", self.replicas, at_least=0, at_most=1_000)
        parameters.number("cache_gb", self.cache_gb, at_least=0, at_most=1_000_000, unit="GB")
        parameters.count("data_centers", self.data_centers, at_most=MOST_CENTERS)
        parameters.count("queue_workers", self.queue_workers, at_least=0, at_most=100_000)
        parameters.count("shards", self.shards, at_most=10_000)
        parameters.choice("balancer", self.balancer, BALANCERS)
        for name in ("autoscale", "cdn"):
            value = getattr(self, name)
            if not isinstance(value, (bool, np.bool_)):
                raise ValueError(f"{name} = {value!r}: must be True or False")


ONE_OF_EACH = Architecture(1, False, 0, 0, False, 1, 0, 1, "random")
TWO_OF_EACH = Architecture(2, False, 2, 2, True, 2, 2, 2, "round robin")
LAST_YEAR = Architecture(60, False, 2, 52, True, 3, 8, 2, "random")  # half of today's traffic
DOUBLED = Architecture(120, False, 4, 104, True, 3, 16, 4, "random")  # the same, twice
ONE_BIG = Architecture(400, False, 0, 500, False, 1, 0, 1, "least connections")  # in one room
TUNED = Architecture(71, False, 2, 143, True, 3, 19, 2, "least connections")  # by trying, one day


def design_of(component, traffic):
    """Return the Architecture that `component` gives: one itself, or a function of the traffic.

    ComponentError says in one sentence what a function did wrong.
    """
    if isinstance(component, Architecture):
        return component
    call = f"{name_of(component)}(traffic)"
    if not callable(component):
        raise ComponentError(wrong_return("design", component, "a function or an Architecture"))
    with sentences(call):
        chosen = component(traffic)
    if not isinstance(chosen, Architecture):
        raise ComponentError(wrong_return(call, chosen, "an Architecture"))
    return chosen


def waits(busy, servers, seconds, balancer):
    """Return (probability of a wait, mean of those waits in s) at `servers` web servers; arrays.

    busy: their utilization, below 1; seconds: mean work of a request. Looking at all servers is
    taken for one shared queue (M/M/c), chance for a queue a server (M/M/1), and taking turns for
    M/M/1 with evener arrivals (Allen and Cunneen, 1990); two choices by Mitzenmacher (2001), never
    better than looking at all. Exact for M/M/1; M/M/c by Sakasegawa's approximation (1977).
    """
    shared = shared_queue(busy, servers, seconds)
    if balancer == "least connections":
        return shared
    if balancer == "random":
        return busy, seconds / (1 - busy)
    if balancer == "round robin":
        mean = busy / (1 - busy) * (1 + 1 / servers) / 2
        return mean / (1 + mean), seconds * (1 + mean)
    mean = sum(busy ** (2**choice - 2) for choice in range(2, 9)) * seconds
    mean = np.maximum(mean, shared[0] * shared[1])
    often = np.maximum(busy**2, shared[0])
    return often, mean / np.maximum(often, 1e-300)


def shared_queue(busy, workers, seconds):
    """Return (probability of a wait, mean of those waits in s) of M/M/c; arrays are welcome.

    P(wait) ≈ busy^(√(2(c + 1)) − 1) (Sakasegawa, 1977): exact for one worker, otherwise the mean
    wait of all is at most 3.5 % of the work too long (tests/test_millions_of_users.py).
    """
    often = busy ** (np.sqrt(2 * (workers + 1)) - 1)
    return often, seconds / (workers * (1 - busy))
