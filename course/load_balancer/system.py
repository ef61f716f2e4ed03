"""The architecture of this notebook, drawn from the lab's addresses."""

from course.load_balancer import network
from course.view import architecture as view


def architecture(servers=4):
    """Return the picture of the system so far: the load balancer is new."""
    client, outside, inside = network.CLIENT, network.BALANCER_OUTSIDE, network.BALANCER_INSIDE
    database = network.DATABASE
    web = [network.web_server(number + 1) for number in range(servers)]
    addresses = (f"public {outside.ipv4}", f"private {inside.ipv4}")
    behind = "private network"
    names = view.Node("DNS", ("photos.example", f"is {outside.ipv4}"))
    tiers = (
        view.Tier("names", (names,)),
        view.Tier("clients", (view.Node("clients", ("browsers and apps", f"e.g. {client.ipv4}")),)),
        view.Tier("load balancer", (view.Node("balancer", addresses),), new=True),
        view.Tier(
            "web tier", tuple(view.Node(host.name, (host.ipv4,)) for host in web), zone=behind
        ),
        view.Tier("data tier", (view.Node(database.name, (database.ipv4,)),), zone=behind),
    )
    links = [("DNS", "clients", ""), ("clients", "balancer", "HTTP")]
    links += [("balancer", host.name, "") for host in web]
    links += [(host.name, database.name, "") for host in web]
    return view.architecture(tiers, links)
