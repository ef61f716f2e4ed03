"""Where requests come in: resolver, edge and balancer, each a process."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from course.engine.component import ComponentError, make
from course.real.proxy import Desk, Watch, forward
from course.real.server import TOKEN, serve
from course.site.box import Box
from course.site.calls import Unreachable, answer
from course.site.parts import unpacked

WAYS = {"edge": (50.1, 8.7), "balancer": (39.0, -77.5)}  # where users may be sent, and its place
ANSWER_LASTS = 1.0  # s that a resolver may remember an answer
LOOK_EVERY = 0.25  # s, for whether a way in is open
PROBE_EVERY = 0.5  # s, for whether a web server is healthy
FAILED = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(eq=False)
class Way:
    """A way into the site, as a GeoDNS knows its centers. healthy: whether it listens."""

    name: str
    location: tuple
    healthy: bool = True
    version: str = "v1"


async def resolver(link, ports, kit):
    """Run the resolver: it answers with the name of the process that a user should go to."""
    box, parts = Box(link, ports), unpacked(kit)
    ways = [Way(name, location) for name, location in WAYS.items()]
    dns = make(parts.dns, centers=ways)
    cached = make(parts.resolver, dns=dns, ttl=ANSWER_LASTS)
    asked = dns.resolve

    def counted(location):
        box.done["asked the DNS"] += 1
        return asked(location)

    dns.resolve = counted

    async def resolve(location):
        box.done["requests"] += 1
        call = "resolve(location, now)"
        way = await box.run(
            call, cached.resolve, tuple(location), box.now, passing=(parts.NoHealthyCenter,)
        )
        return way.name

    listening = await answer(link, {"resolve": resolve}, box.port)
    link.tell(port=box.port)
    while listening.is_serving():
        for way in ways:
            way.healthy = await asyncio.to_thread(_listens, ports[way.name])
        await asyncio.sleep(LOOK_EVERY)


def _listens(port):
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
        return True
    return False


async def edge(link, ports, kit):
    """Run the edge: it keeps copies of photos, and passes everything else on to the balancer."""
    box, parts = Box(link, ports), unpacked(kit)
    origin = f"http://127.0.0.1:{ports['balancer']}"
    async with _session(link) as session:

        async def load(url):
            try:
                async with session.get(origin + url) as came:
                    if came.status != 200:
                        raise parts.OriginDown(url)
                    age = came.headers.get("Cache-Control", "").rpartition("max-age=")[2]
                    return await came.text(), int(age or 0)
            except FAILED:
                raise parts.OriginDown(url) from None

        kept = make(parts.edge_cache, origin=lambda url: box.wait(load(url)))

        async def photo(request):
            box.done["requests"] += 1
            call = f"fetch({request.path!r}, now)"
            try:
                body, how = await box.run(
                    call, kept.fetch, request.path, box.now, passing=(parts.OriginDown,)
                )
            except parts.OriginDown:
                raise web.HTTPBadGateway(text="the origin is down") from None
            except (ComponentError, NotImplementedError) as error:
                raise web.HTTPInternalServerError(text=str(error)) from None
            box.done[f"{how.lower()}"] += 1
            return web.Response(text=body, content_type="image/svg+xml", headers={"X-Edge": how})

        async def pass_on(request):
            box.done["requests"] += 1
            box.done["passed on"] += 1
            try:
                return await forward(session, origin + request.path_qs, request)
            except FAILED:
                raise web.HTTPBadGateway(text="the balancer does not answer") from None

        await serve(link, {"/photo/{name}": photo, "/{rest:.*}": pass_on}, port=box.port)


async def balancer(link, ports, kit, *, names, seed=0):
    """Run the balancer before the web servers called `names`."""
    parts = unpacked(kit)
    box = Box(link, ports, lambda: {"healthy": watch_view()})
    async with _session(link) as session:
        servers = {name: ports[name] for name in names}
        desk = Desk(link, servers, make(parts.balancer, seed=seed), session)
        checker = make(parts.checker, fall=3, rise=2)
        watch = Watch(link, desk.servers, checker, session, servers, PROBE_EVERY)
        desk.opened.set()

        def watch_view():
            return {name: server.healthy for name, server in desk.servers.items()}

        async def pass_on(request):
            box.done["requests"] += 1
            try:
                return await desk.pass_on(request)
            except web.HTTPError as refused:
                box.done[f"answered {refused.status}"] += 1
                raise

        probing = asyncio.ensure_future(watch.probe_all(desk.opened))
        await serve(link, {"/{rest:.*}": pass_on}, port=box.port)
        probing.cancel()


def _session(link):
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(
        headers={TOKEN: link.token}, connector=connector, timeout=aiohttp.ClientTimeout(total=5)
    )


class Road:
    """How a user's requests find the site: asks the resolver, and then goes where it says.

    A user whose resolver is dead goes where it went last.
    """

    def __init__(self, box, location):
        self.box, self.location, self.way = box, location, "edge"
        self.session, self.failed = _session(box.link), None

    async def ask(self):
        """Ask the resolver for the way."""
        try:
            self.way, self.failed = await self.box.call("resolver", "resolve", self.location), None
        except Unreachable as error:
            self.failed = str(error)

    async def ask_again_and_again(self, every=0.5):
        """Ask the resolver every so many seconds."""
        while True:
            await self.ask()
            await asyncio.sleep(every)

    @property
    def address(self):
        """The address of the present way."""
        return f"http://127.0.0.1:{self.box.ports[self.way]}"
