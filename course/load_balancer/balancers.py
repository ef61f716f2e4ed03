"""What a balancer sees of its servers, and the balancers that the course brings along."""

from dataclasses import dataclass

from course.engine import workload


@dataclass(frozen=True)
class ServerView:
    """What a load balancer may know about a web server when it picks one."""

    name: str
    address: str
    active: int  # requests in service or queued there now
    healthy: bool  # what the last health checks said, not what is true


class NoHealthyServer(Exception):
    """Raised by `pick` when no server is healthy: the request is answered with 503."""


class RandomBalancer:
    """The baseline: any healthy server, all equally likely."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        """Return one of the healthy `servers` at random; NoHealthyServer if there are none."""
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        return healthy[int(self.rng.random() * len(healthy))]


class ByClient:
    """Another baseline: a client stays with its server as long as the same servers are healthy.

    200 clients; a few of them (a whole office behind one address, say) send far more than most.
    """

    def __init__(self, rng):
        self.clients = _clients(rng)

    def pick(self, servers):
        """Return the healthy server that the next request's client is tied to."""
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        return healthy[next(self.clients) % len(healthy)]


def _clients(rng):
    """Yield the number of the client that sends each request; 0 sends most."""
    popularity = workload.zipf_popularity(200, 0.7).cumsum().tolist()
    while True:
        yield from rng.choices(range(200), cum_weights=popularity, k=2000)
