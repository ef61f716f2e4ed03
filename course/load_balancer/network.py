"""The hosts of the system with their addresses, and which of them can reach which.

IPv4 addresses of the outside come from the blocks kept for documentation (RFC 5737), IPv6 ones from
2001:db8::/32 (RFC 3849): here they stand for the public addresses of the real internet.
"""

from dataclasses import dataclass

from course.engine import component, parameters

FAMILIES = ("IPv4", "IPv6")
PRIVATE, PUBLIC = "private", "public"
NOWHERE = "no server"  # the place of a request that came when no server was healthy


@dataclass(frozen=True)
class Host:
    """One place on the network: what it is called and its address in each family."""

    name: str
    ipv4: str
    ipv6: str

    def address(self, family):
        """Return its address in "IPv4" or "IPv6"."""
        return self.ipv4 if family == "IPv4" else self.ipv6


CLIENT = Host("client", "198.51.100.7", "2001:db8:c::7")
BALANCER_OUTSIDE = Host("balancer, outside", "203.0.113.10", "2001:db8:a::10")
BALANCER_INSIDE = Host("balancer, inside", "10.0.0.10", "fd00:a::10")
DATABASE = Host("database", "10.0.0.50", "fd00:a::50")


def web_server(number):
    """Return web server `number` (1, 2, …) with its private addresses."""
    return Host(f"web-{number}", f"10.0.0.{10 + number}", f"fd00:a::{10 + number}")


def hosts(servers=PRIVATE):
    """Return the hosts a picture shows; `servers` says which addresses web and data tier have."""
    parameters.choice("servers", servers, (PRIVATE, PUBLIC))
    inside = [web_server(1), web_server(2), DATABASE]
    if servers == PUBLIC:
        inside = [_moved_outside(host) for host in inside]
    return [CLIENT, BALANCER_OUTSIDE, BALANCER_INSIDE, *inside]


@dataclass(frozen=True)
class Reachability:
    """Which end can open a connection to which, by a `can_connect`.

    `ends` are (host name, family, address); `answers[row][column]` is whether row can reach column,
    or None where both are the same host. `families` are those in use.
    """

    ends: tuple
    answers: tuple
    families: tuple
    servers: str


def reachability(can_connect=None, *, servers=PRIVATE, families=FAMILIES):
    """Return the Reachability of all hosts by `can_connect(source, destination)`, both addresses.

    Without one everything reaches everything. servers: "private" or "public", the addresses of web
    and data tier; families: of FAMILIES. ComponentError if an answer is not True or False.
    """
    ends = tuple(
        (host.name, family, host.address(family)) for family in families for host in hosts(servers)
    )
    answers = tuple(
        tuple(
            None if source[0] == destination[0] else _asked(can_connect, source[2], destination[2])
            for destination in ends
        )
        for source in ends
    )
    return Reachability(ends, answers, tuple(families), servers)


def reached_from(reached, source, source_family, family):
    """Return which hosts' addresses of a family the host called `source` can open connections to.

    reached: a Reachability; source_family: that of the source's own address.
    """
    [answers] = [
        answers
        for (name, its, _), answers in zip(reached.ends, reached.answers, strict=True)
        if (name, its) == (source, source_family)
    ]
    return [
        name
        for (name, its, _), answer in zip(reached.ends, answers, strict=True)
        if answer and its == family
    ]


def _asked(can_connect, source, destination):
    if can_connect is None:
        return True
    call = f"{component.name_of(can_connect)}({source!r}, {destination!r})"
    with component.sentences(call):
        answer = can_connect(source, destination)
    if not isinstance(answer, bool):
        raise component.ComponentError(component.wrong_return(call, answer, "True or False"))
    return answer


def _moved_outside(host):
    last = host.ipv4.rpartition(".")[2]
    return Host(host.name, f"203.0.113.{last}", f"2001:db8:a::{last}")
