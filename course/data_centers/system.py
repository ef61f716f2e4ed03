"""The system so far: users, geoDNS, and two data centers with their data."""

from course.data_centers.world import OPENING_ORDER
from course.view import architecture as view
from course.view.architecture import Node, Tier


def architecture():
    """Return the picture of the system so far: geoDNS and the second data center are new."""
    west, east = OPENING_ORDER[:2]
    users = (("users, New York", west), ("users, Tokyo", east))
    tiers = (
        Tier("users", tuple(Node(name, ("browser",)) for name, _ in users)),
        Tier("asked first", (Node("geoDNS", ("nearest", "healthy center")),), new=True),
        Tier(
            "data centers",
            tuple(Node(name, ("balancer, web tier,", "sessions, cache")) for name in (west, east)),
            new=True,
        ),
        Tier(
            "data tier",
            tuple(
                Node(f"data, {name}", ("sends its writes on,", "later")) for name in (west, east)
            ),
            new=True,
        ),
    )
    links = [(name, "geoDNS", "") for name, _ in users]
    links += [(name, center, "") for name, center in users]
    links += [(name, f"data, {name}", "") for name in (west, east)]
    links += [(f"data, {west}", f"data, {east}", ""), (f"data, {east}", f"data, {west}", "")]
    return view.architecture(tiers, links)
