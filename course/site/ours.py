"""What stands in where a student's component is missing or wrong: the simplest thing that runs.

None of them is the solution of an exercise. They answer, and each shows why its exercise is worth
solving: nothing is cached, everything is read from the primary, a queue forgets when it is killed.
"""

import time
from typing import Any

from course.engine.queues import EveryTime, ForgetfulQueue
from course.engine.servers import AnyServer, NeverNotices


class NoHealthyCenter(Exception):
    """There is nowhere to send the user."""


class OriginDown(Exception):
    """The origin does not answer."""


class PrimaryDown(Exception):
    """No database can take the statement."""


class FirstAddress:
    """A DNS that always answers with the same address."""

    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        """Return the first center, dead or alive."""
        return self.centers[0]


class AlwaysAsks:
    """A resolver that remembers nothing."""

    def __init__(self, dns, ttl):
        self.dns = dns

    def resolve(self, location, now):
        """Return what the DNS answers."""
        return self.dns.resolve(location)


class PassThrough:
    """An edge that keeps no copies."""

    def __init__(self, origin):
        self.origin = origin

    def fetch(self, url, now):
        """Return what the origin has, and "MISS"."""
        return self.origin(url)[0], "MISS"


class NoReadThrough:
    """Reads from the database, always."""

    def __init__(self, cache, load):
        self.load = load

    def get(self, key, now):
        """Return the database's value."""
        return self.load(key)

    def write(self, key, value, now, save):
        """Save it."""
        save(key, value)


class OnlyPrimary:
    """A router that sends every statement to the primary."""

    def __init__(self, primary, replicas):
        self.primary = primary

    def route(self, sql):
        """Return the primary."""
        return self.primary


class NameIsEnough:
    """A session store that believes who says a name: the session's id is the user's name."""

    def __init__(self, env, lifetime):
        pass

    def login(self, user):
        """Return the user's name."""
        return user

    def user(self, session_id):
        """Return the name, whoever says it."""
        return session_id

    def logout(self, session_id):
        """Do nothing."""


class NoCache:
    """Keeps nothing."""

    def __init__(self, ttl):
        pass

    def get(self, key, now):
        """Return None."""

    def put(self, key, value, now):
        """Forget it at once."""

    def invalidate(self, key):
        """Do nothing."""


class AsItComes:
    """A replica that applies whatever comes at once."""

    def __init__(self):
        self.lsn, self.data = 0, {}

    def apply(self, entries):
        """Overwrite what is there with each of the entries (lsn, key, value)."""
        for lsn, key, value in entries:
            self.data[key], self.lsn = value, lsn


class InMemory(ForgetfulQueue):
    """A queue in memory that hands out each message once: what is killed takes it along."""

    def __init__(self):
        super().__init__()
        self.last_id = time.time_ns()  # no id comes twice, even after a restart


class Line:
    """A log line that is not taken apart: all of it is the message."""

    def __init__(self, line):
        self.server, self.message = "all", line


class Mean:
    """Knows the mean of what it has seen, and says it for every quantile."""

    def __init__(self, bounds):
        self.total, self.number = 0.0, 0

    def observe(self, value):
        """Add it up."""
        self.total, self.number = self.total + value, self.number + 1

    def merge(self, other):
        """Return a new Mean of what both saw."""
        both = Mean([])
        both.total, both.number = self.total + other.total, self.number + other.number
        return both

    def quantile(self, q):
        """Return the mean, whatever q is; None if nothing was seen."""
        return self.total / self.number if self.number else None


class Silent:
    """An alert that never fires."""

    def __init__(self, threshold, for_seconds):
        pass

    def update(self, now, value):
        """Return "ok"."""
        return "ok"


OURS: dict[str, dict[str, Any]] = {
    "dns": {"it": FirstAddress, "NoHealthyCenter": NoHealthyCenter},
    "resolver": {"it": AlwaysAsks},
    "edge_cache": {"it": PassThrough, "OriginDown": OriginDown},
    "balancer": {"it": AnyServer},
    "checker": {"it": NeverNotices},
    "read_through": {"it": NoReadThrough},
    "router": {"it": OnlyPrimary, "PrimaryDown": PrimaryDown},
    "sessions": {"it": NameIsEnough},
    "cache": {"it": NoCache},
    "replica": {"it": AsItComes},
    "queue": {"it": InMemory},
    "consumer": {"it": EveryTime},
    "parse_line": {"it": Line},
    "histogram": {"it": Mean},
    "alert": {"it": Silent},
}
