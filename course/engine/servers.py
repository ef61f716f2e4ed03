"""What a load balancer sees of its servers, wherever in the course one stands before them."""

from dataclasses import dataclass

from course.engine.component import short


@dataclass(frozen=True)
class ServerView:
    """What a load balancer may know about a web server when it picks one."""

    name: str
    address: str
    active: int  # requests in service or queued there now
    healthy: bool  # what the last health checks said, not what is true


class NoHealthyServer(Exception):
    """Raised by `pick` when no server is healthy: the request is answered with 503."""


def make_views(active, out=()):
    """Return new ServerViews: `active` is a dict of name → requests there, `out` who is unhealthy.

    make_views({"a": 0, "b": 3}, out=["b"]) gives a, idle, and b, unhealthy, with three requests.
    """
    return [
        ServerView(name, f"10.0.0.{11 + number}", requests, name not in out)
        for number, (name, requests) in enumerate(active.items())
    ]


def name_picked(balancer, *arguments):
    """Return the name of the server that `balancer.pick(*arguments)` returns; servers come last.

    If that is none of the servers themselves, a sentence that says so.
    """
    picked = balancer.pick(*arguments)
    if any(picked is server for server in arguments[-1]):
        return picked.name
    return f"{short(picked)} (which is not one of the views it was given)"
