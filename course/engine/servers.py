"""What a load balancer sees of its servers, in every lab that has one."""

from dataclasses import dataclass
from sys import getrefcount

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


_set_active = vars(ServerView)["active"].__set__  # goes around its lock


class ServerState:
    """What is true of a web server now, of which each call of `pick` gets a new view."""

    __slots__ = ServerView.__slots__

    def __init__(self, name, address):
        self.name, self.address, self.active, self.healthy = name, address, 0, True


class Picker:
    """Asks a balancer's `pick` for a server, and makes sure that it is one of those it was shown.

    `pick` gets new views at each call, or cannot tell: while nobody else holds one of the last
    call's, these are used again, which takes a third of the time.
    """

    def __init__(self, pick, call):
        """call: the text of a call for the sentence about a wrong one, or a function for it."""
        self.pick, self.call = pick, call
        self.servers, self.views, self.holders = (), [], 0

    def choose(self, servers, changed, *arguments):
        """Return the one of `servers` (ServerStates) that `pick(*arguments, views)` chooses.

        changed: the places of those whose `active` has changed since the last call with the same
        list; where there is more that has changed, give a new list.
        ComponentError if anything else comes back; what `pick` raises passes through.
        """
        views = self.views
        if servers is not self.servers or sum(map(getrefcount, views)) != self.holders:
            self.servers, self.views = servers, (views := _views_of(servers))
            self.holders = sum(map(getrefcount, views))
        else:
            for place in changed:
                _set_active(views[place], servers[place].active)
        picked = self.pick(*arguments, views[:])
        for place, view in enumerate(views):
            if view is picked:  # itself, not one that equals it
                return servers[place]
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
