"""What a load balancer sees of its servers, in every lab that has one."""

from dataclasses import dataclass

from course.engine.component import ComponentError, short, wrong_return


@dataclass(frozen=True, slots=True)
class ServerView:
    """What a load balancer knows about a web server when it picks one.

    name, address: of the server. active: requests in service or waiting there now. healthy: what
    the last health checks said, which may be out of date.
    """

    name: str
    address: str
    active: int
    healthy: bool


class ServerState:
    """What is true of a web server now, of which each call of `pick` gets a new view."""

    __slots__ = ServerView.__slots__

    def __init__(self, name, address):
        self.name, self.address, self.active, self.healthy = name, address, 0, True


class Picker:
    """Asks a balancer's `pick` for a server, which must be one of those that it was shown."""

    def __init__(self, pick, call):
        """call: the text of a call for the sentence about a wrong one, or a function for it."""
        self.pick, self.call = pick, call

    def choose(self, servers, *arguments):
        """Return the one of `servers` (ServerStates) that `pick(*arguments, views)` chooses.

        ComponentError if anything else comes back; what `pick` raises passes through.
        """
        views = _views_of(servers)
        picked = self.pick(*arguments, views[:])
        for server, view in zip(servers, views, strict=True):
            if view is picked:  # itself, not one that equals it
                return server
        call = self.call() if callable(self.call) else self.call
        expected = "one of the ServerView objects it was given"
        raise ComponentError(wrong_return(call, picked, expected))


def _views_of(servers):
    """Return a new ServerView of each ServerState.

    Three times as fast as `ServerView(…)`, which must go around its own lock for each field.
    """
    new, views = object.__new__, []
    for server in servers:
        view = new(ServerState)
        view.name, view.address = server.name, server.address
        view.active, view.healthy = server.active, server.healthy
        view.__class__ = ServerView  # type: ignore[assignment]  # locked from here on
        views.append(view)
    return views


class NoHealthyServer(Exception):
    """Raised by `pick` when no server is healthy: the request is answered with 503."""


class AnyServer:
    """A balancer that draws a server at random, also a dead one."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        """Return any of the servers."""
        return self.rng.choice(servers)


class NeverNotices:
    """No health checks at all: every server is believed to be healthy, always."""

    def observe(self, name, ok):
        """Take no notice of a probe."""

    def is_healthy(self, name):
        """Return True."""
        return True


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
