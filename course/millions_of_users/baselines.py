"""What a student's work is compared with: designs that anyone might choose, and a random ring.

The ring is arithmetic on arrays, not a class with `node` and `add`: such a class would be the
solution of exercise A, in the package that students import.
"""

import numpy as np

from course.engine import workload
from course.millions_of_users.design import Architecture

ONE_OF_EACH = Architecture(1, False, 0, 0, False, 1, 0, 1, "random")
TWO_OF_EACH = Architecture(2, False, 2, 2, True, 2, 2, 2, "round robin")
LAST_YEAR = Architecture(60, False, 2, 52, True, 3, 8, 2, "random")  # half of today's traffic
DOUBLED = Architecture(120, False, 4, 104, True, 3, 16, 4, "random")  # the same, twice
ONE_BIG = Architecture(400, False, 0, 500, False, 1, 0, 1, "least connections")  # in one room
TUNED = Architecture(71, False, 2, 143, True, 3, 19, 2, "least connections")  # by trying, one day


def random_ring(seed, nodes, points, keys):
    """Return the node number of each of `keys` keys on `nodes` nodes, and after one more joined.

    Keys and points (`points` a node) lie at random on a circle; a key belongs to the next point.
    """
    at, owner = random_points(seed, nodes + 1, points)
    keys = workload.stream(seed, "places").uniform(size=keys)
    return _next_owner(at[:-points], owner[:-points], keys), _next_owner(at, owner, keys)


def modulo(keys, nodes):
    """Return the node number of each of `keys`, such as "user-48210": its number % `nodes`."""
    return [int(key.rpartition("-")[2]) % nodes for key in keys]


def random_points(seed, nodes, points):
    """Return (places on a circle, from 0 to 1; node numbers) of `points` random points a node."""
    at = workload.stream(seed, "points").uniform(size=nodes * points)
    return at, np.repeat(np.arange(nodes), points)


def _next_owner(at, owner, keys):
    order = np.argsort(at)
    return owner[order][np.searchsorted(at[order], keys) % len(at)]
