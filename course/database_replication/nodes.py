"""What a router sees of a database, and how databases refuse."""

from dataclasses import dataclass


class PrimaryDown(Exception):
    """Raised by `route` when no database that is online can take the statement."""


class NoReplica(Exception):
    """Raised by `promote` when no replica is online: there is nobody to promote."""


@dataclass(eq=False)
class Node:
    """A database as a router sees it; what it is can change from one call to the next."""

    name: str
    online: bool = True
    lsn: int = 0  # number of the last log entry it has written (primary) or applied (replica)
