"""The architecture of this notebook: the cache tier is new."""

from course.view import architecture as view

NODES = 2


def architecture(nodes=NODES):
    """Return the picture of the system so far, with a cache tier of `nodes` nodes."""
    web = [view.Node(f"web-{number}", (f"10.0.0.{10 + number}",)) for number in (1, 2, 3, 4)]
    cache = [
        view.Node(f"cache-{number}", (f"10.0.0.{30 + number}", "memory only"))
        for number in range(1, nodes + 1)
    ]
    primary = view.Node("primary", ("10.0.0.50", "takes the writes"))
    replicas = [view.Node(f"replica-{number}", (f"10.0.0.{50 + number}",)) for number in (1, 2)]
    tiers = (
        view.Tier("clients", (view.Node("clients", ("browsers and apps",)),)),
        view.Tier("load balancer", (view.Node("balancer", ("203.0.113.10",)),)),
        view.Tier("web tier", tuple(web), zone="private network"),
        view.Tier("cache tier", tuple(cache), new=True, zone="private network"),
        view.Tier("data tier", (primary, *replicas), zone="private network"),
    )
    links = [("clients", "balancer", "HTTP")]
    links += [("balancer", node.name, "") for node in web]
    links += [(node.name, kept.name, "") for node in web for kept in cache]
    links += [(kept.name, node.name, "") for kept in cache for node in replicas]
    links += [(web[0].name, primary.name, "writes, of all servers")]
    return view.architecture(tiers, links)
