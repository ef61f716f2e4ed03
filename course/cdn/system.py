"""The system so far: users, the edges of a CDN, and the site behind them."""

from course.cdn.world import EDGES, ORIGIN
from course.view import architecture as view
from course.view.architecture import Node, Tier


def architecture():
    """Return the picture of the system so far, three of its edges drawn: they are new."""
    users = ("Sydney", "Mumbai", "New York")
    sites = {edge.name: edge for edge in EDGES}
    tiers = (
        Tier("users", tuple(Node(f"users, {name}", ("browser",)) for name in users)),
        Tier("CDN", tuple(Node(f"edge {sites[n].name}", ("cache",)) for n in users), new=True),
        Tier("origin", (Node("balancer", (f"in {ORIGIN.name}",)),), zone="your site"),
        Tier("web tier", (Node("web-1"), Node("web-2")), zone="your site"),
        Tier("data tier", (Node("cache"), Node("database")), zone="your site"),
    )
    links = [(f"users, {name}", f"edge {name}", "") for name in users]
    links += [(f"edge {name}", "balancer", "") for name in users]
    links += [("balancer", web, "") for web in ("web-1", "web-2")]
    links += [(web, data, "") for web in ("web-1", "web-2") for data in ("cache", "database")]
    return view.architecture(tiers, links)
