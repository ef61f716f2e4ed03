"""Databases as a router sees them, and how they refuse."""

from bisect import bisect_right
from dataclasses import dataclass


class PrimaryDown(Exception):
    """Raised by `route` when no database that is online can take the statement."""


class NoReplica(Exception):
    """Raised by `promote` when no replica is online, so that none can be promoted."""


@dataclass(eq=False)
class Node:
    """A database as a router sees it; all three values can change from one call to the next.

    lsn: number of the last log entry that it has written (primary) or applied (replica).
    """

    name: str
    online: bool = True
    lsn: int = 0


def router_after(component, history):
    """Return a router of your class that has had these calls before, in this order.

    history: of (lsns, calls). lsns: the number of the last entry of each database at that time, the
    primary first, None for one that is dead. calls: of (method, *arguments).
    """
    databases = len(history[0][0])
    nodes = [Node("primary"), *(Node(f"replica-{number}") for number in range(1, databases))]
    router = component(nodes[0], nodes[1:])
    for lsns, calls in history:
        for node, lsn in zip(nodes, lsns, strict=True):
            node.online = lsn is not None
            node.lsn = node.lsn if lsn is None else lsn
        for method, *arguments in calls:
            getattr(router, method)(*arguments)
    return router


class Clock:
    """The time (s) of the statement that is being routed."""

    now = 0.0


class SimulatedNode:
    """A database of the simulated cluster: `name`, `online` and `lsn` like a Node, and its queue.

    A queue needs no events: when a statement comes, all that came before it is known, so its turn
    and its end are known too. What the node has applied is looked up when a router asks for it.
    """

    def __init__(self, clock, number, name, until):
        self._clock, self._number, self._until, self.name = clock, number, until, name
        self._has, self._applied, self._free = [], 0, 0.0

    @property
    def online(self):
        """Whether it is up now."""
        return self._clock.now < self._until

    @property
    def lsn(self):
        """The number of the last log entry that it has now."""
        return bisect_right(self._has, self._clock.now)

    def catch_up(self, until, work):
        """Put the entries that come by `until` (s) into its queue; return when it is free then."""
        has, place, free = self._has, self._applied, self._free
        while place < len(has) and has[place] <= until:
            free = max(free, has[place]) + work
            place += 1
        self._applied, self._free = place, free
        return free

    def __repr__(self):
        return f"<{self.name}, online={self.online}, lsn={self.lsn}>"
