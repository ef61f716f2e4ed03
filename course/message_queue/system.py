"""The architecture picture: the system so far, with the queue and its workers."""

from course.view.architecture import Node, Tier
from course.view.architecture import architecture as draw_architecture


def architecture(workers=3):
    """Return the picture of the system so far: the queue and its workers are new."""
    names = [f"worker-{number + 1}" for number in range(workers)]
    tiers = (
        Tier("clients", (Node("users", ("upload photos",)),)),
        Tier("web tier", (Node("web-1", ("producer",)), Node("web-2", ("producer",)))),
        Tier("message queue", (Node("queue", ("publish, receive,", "ack")),), new=True),
        Tier("workers", tuple(Node(name, ("consumer",)) for name in names), new=True),
        Tier("data tier", (Node("photo store"), Node("database"))),
    )
    links = [("users", "web-1", ""), ("users", "web-2", "")]
    links += [("web-1", "queue", ""), ("web-2", "queue", "")]
    links += [("queue", name, "") for name in names]
    links += [(name, store, "") for name in names for store in ("photo store", "database")]
    return draw_architecture(tiers, links)
