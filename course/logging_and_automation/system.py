"""The architecture picture: the system so far, with what watches it and what acts on it."""

from course.view.architecture import Node, Tier
from course.view.architecture import architecture as draw_architecture


def architecture(servers=3):
    """Return the picture of the system so far: what watches it, and what acts on it, is new."""
    web = [f"web-{number + 1}" for number in range(servers)]
    watched = "each of these writes logs and counts"
    tiers = (
        Tier("clients", (Node("clients", ("browsers, apps",)),)),
        Tier("entry", (Node("CDN"), Node("balancer")), zone=watched),
        Tier("web tier", tuple(Node(name, ("stateless",)) for name in web), zone=watched),
        Tier(
            "behind it",
            (Node("queue", ("and workers",)), Node("cache"), Node("databases")),
            zone=watched,
        ),
        Tier("watch", (Node("logs", ("in one place",)), Node("metrics", ("counts",))), new=True),
        Tier(
            "act",
            (Node("alerts", ("call a person",)), Node("pipeline", ("test, canary,", "roll back"))),
            new=True,
        ),
    )
    links = [("clients", "CDN", ""), ("clients", "balancer", "")]
    links += [("balancer", name, "") for name in web]
    links += [(name, part, "") for name in web for part in ("queue", "cache", "databases")]
    links += [("cache", "logs", ""), ("cache", "metrics", "")]
    links += [("metrics", "alerts", ""), ("metrics", "pipeline", "")]
    return draw_architecture(tiers, links)
