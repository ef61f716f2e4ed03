"""The architecture picture of notebook 10: everything that the course has built."""

from course.view import architecture as view
from course.view.architecture import Node, Tier


def architecture(shards=3):
    """Return the picture of the system in one data center, with `shards` shards, which are new."""
    webs = [f"web-{number}" for number in (1, 2, 3)]
    databases = [f"shard {number}" for number in range(1, shards + 1)]
    tiers = (
        Tier("users", (Node("users", ("browsers,", "apps")),)),
        Tier("edge", (Node("CDN", ("files",)), Node("geoDNS", ("nearest center",)))),
        Tier("data center", (Node("balancer", ("public address",)),)),
        Tier("web tier", tuple(Node(web) for web in webs), zone="private network"),
        Tier(
            "cache, queue",
            (Node("cache"), Node("queue", ("and workers",)), Node("metrics", ("and logs",))),
            zone="private network",
        ),
        Tier(
            "data tier",
            tuple(Node(name, ("a primary,", "replicas")) for name in databases),
            new=True,
            zone="private network",
        ),
    )
    links = [("users", "CDN", ""), ("users", "geoDNS", ""), ("geoDNS", "balancer", "")]
    links += [("balancer", web, "") for web in webs]
    links += [(web, behind, "") for web in webs for behind in ("cache", "queue", "metrics")]
    links += [(behind, name, "") for behind in ("cache", "queue") for name in databases]
    return view.architecture(tiers, links)
