"""What is built: the nine numbers of an Architecture, chosen by hand or by `design(traffic)`."""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters
from course.engine.component import ComponentError, name_of, sentences, wrong_return

BALANCERS = ("random", "round robin", "power of two choices", "least connections")
MOST_CENTERS = 4


@dataclass(frozen=True)
class Architecture:
    """A design; all numbers but `data_centers` and `shards` are for *each* data center.

    web_servers: how many run; with `autoscale` the fewest that run (at most four times as many).
    replicas: of each shard's primary, in every data center. cache_gb: memory of the cache (GB).
    cdn: whether static files are served at the edge. data_centers: 1 to 4, in the regions with the
    most users. queue_workers: process photos; with 0 the web servers do it during the upload.
    shards: parts into which the data is cut. balancer: one of BALANCERS.
    ValueError names what cannot be built.
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


def design_of(component, traffic):
    """Return `component` if it is an Architecture, otherwise what `component(traffic)` returns.

    ComponentError says in one sentence what a function did wrong.
    """
    if isinstance(component, Architecture):
        return component
    if not callable(component):
        raise ComponentError(wrong_return("design", component, "a function or an Architecture"))
    call = f"{name_of(component)}(traffic)"
    with sentences(call):
        chosen = component(traffic)
    if not isinstance(chosen, Architecture):
        raise ComponentError(wrong_return(call, chosen, "an Architecture"))
    return chosen
