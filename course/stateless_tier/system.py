"""The architecture of this notebook, drawn from the lab's servers."""

from course.engine.parameters import NEVER
from course.stateless_tier.model import Tier
from course.view import architecture as view


def architecture(servers=4):
    """Return the picture of the system so far: the web tier keeps nothing, the store is new."""
    web = Tier(servers, dies_at=NEVER, added_at=NEVER).names
    keeps = "keeps no session"
    tiers = (
        view.Tier("clients", (view.Node("clients", ("a session id", "in a cookie")),)),
        view.Tier(
            "edge", (view.Node("CDN", ("static files",)), view.Node("balancer", ("any server",)))
        ),
        view.Tier("stateless web tier", tuple(view.Node(name, (keeps,)) for name in web), new=True),
        view.Tier(
            "data tier",
            (
                view.Node("session store", ("session id → user",), new=True),
                view.Node("cache"),
                view.Node("primary", ("writes",)),
                view.Node("replica", ("reads",)),
            ),
        ),
    )
    links = [("clients", "CDN", ""), ("clients", "balancer", "")]
    links += [("balancer", name, "") for name in web]
    data = ("session store", "cache", "primary", "replica")
    links += [(name, kept, "") for name in web for kept in data]
    return view.architecture(tiers, links)
