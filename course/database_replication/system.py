"""The architecture of this notebook: the replicas are new."""

from course.view.architecture import Node, Tier
from course.view.architecture import architecture as draw


def architecture(replicas=3):
    """Return the picture of the system so far, with `replicas` replicas of the database."""
    copies = [f"replica-{number + 1}" for number in range(replicas)]
    web = [f"web-{number + 1}" for number in range(3)]
    behind = "private network"
    tiers = (
        Tier("clients", (Node("clients", ("browsers and apps",)),)),
        Tier("load balancer", (Node("balancer"),)),
        Tier("web tier", tuple(Node(name, ("with your router",)) for name in web), zone=behind),
        Tier("primary", (Node("primary", ("takes the writes,", "sends its log")),), zone=behind),
        Tier(
            "replicas",
            tuple(Node(name, ("follows the log,", "answers reads")) for name in copies),
            new=True,
            zone=behind,
        ),
    )
    links = [("clients", "balancer", "HTTP")]
    links += [("balancer", name, "") for name in web]
    links += [(name, "primary", "") for name in web]
    links += [("primary", name, "") for name in copies]
    # any router asks any replica: two arrows that cross no box stand for all of them
    links += [(web[0], copies[0], "reads"), (web[-1], copies[-1], "reads")]
    return draw(tiers, links)
