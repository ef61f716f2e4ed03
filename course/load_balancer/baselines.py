"""What the course brings along: two balancers and a health checker.

Which server these balancers pick does not depend on how long the queues are: `servers.dealt` asks
`choose` for it, without a view of any server, as a slider's move shows random balancing each time.
"""

from course.engine import workload
from course.engine.servers import NoHealthyServer


class RandomBalancer:
    """The baseline: any healthy server, all equally likely."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        """Return one of the healthy `servers` at random; NoHealthyServer if there are none."""
        return self.choose(_only_healthy(servers))

    def choose(self, healthy):
        """Return any of them."""
        return healthy[int(self.rng.random() * len(healthy))]


class ByClient:
    """Another baseline: a client stays with its server as long as the same servers are healthy.

    200 clients; a few of them (a whole office behind one address, say) send far more than most.
    """

    def __init__(self, rng):
        self.clients = _clients(rng)

    def pick(self, servers):
        """Return the healthy server that the next request's client is tied to."""
        return self.choose(_only_healthy(servers))

    def choose(self, healthy):
        """Return the one that the next client is tied to."""
        return healthy[next(self.clients) % len(healthy)]


class LastProbe:
    """Believes the last probe of each server, whatever came before."""

    def __init__(self):
        self.last = {}

    def observe(self, name, ok):
        """Remember how the probe of the server called `name` went."""
        self.last[name] = ok

    def is_healthy(self, name):
        """Return whether the last probe of that server was answered."""
        return self.last.get(name, True)


def _only_healthy(servers):
    found = [each for each in servers if each.healthy]
    if found:
        return found
    raise NoHealthyServer


def _clients(rng):
    """Yield the number of the client that sends each request; 0 sends most."""
    popularity = workload.zipf_popularity(200, 0.7).cumsum().tolist()
    while True:
        yield from rng.choices(range(200), cum_weights=popularity, k=2000)
