"""What a load balancer sees of its servers, in every lab that has one."""

from dataclasses import dataclass

from course.engine.component import short


@dataclass(frozen=True, init=False)
class ServerView:
    """What a load balancer knows about a web server when it picks one.

    name, address: of the server. active: requests in service or waiting there now. healthy: what
    the last health checks said, which may be out of date.
    """

    name: str
    address: str
    active: int
    healthy: bool

    def __init__(self, name: str, address: str, active: int, healthy: bool) -> None:
        # a frozen dataclass's own takes three times as long: 10 ms of a slider's move
        fields = self.__dict__
        fields["name"], fields["address"] = name, address
        fields["active"], fields["healthy"] = active, healthy


class NoHealthyServer(Exception):
    """Raised by `pick` when no server is healthy: the request is answered with 503."""


def make_views(active, out=()):
    """Return a list of new ServerViews, to try a balancer on.

    active: dict of name → requests there; out: the names of the unhealthy ones.
    make_views({"a": 0, "b": 3}, out=["b"]) returns an idle server a and an unhealthy server b with
    three requests.
    """
    return [
        ServerView(name, f"10.0.0.{11 + number}", requests, name not in out)
        for number, (name, requests) in enumerate(active.items())
    ]


def name_picked(balancer, *arguments):
    """Return the name of the server that `balancer.pick(*arguments)` returns.

    The last argument is the list of ServerViews. If anything else comes back, such as a view that
    was kept from an earlier call, return a text that says so.
    """
    picked = balancer.pick(*arguments)
    if any(picked is server for server in arguments[-1]):
        return picked.name
    what = f"another view of {picked.name}" if isinstance(picked, ServerView) else short(picked)
    return f"{what} (which is not one of the views it was given)"
