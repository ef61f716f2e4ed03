"""A reverse proxy in a process of its own: it asks the student's balancer where a request goes."""

import asyncio
from contextlib import suppress
from itertools import cycle

import aiohttp
from aiohttp import web

from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.engine.servers import NoHealthyServer, Picker, ServerState
from course.real.server import TOKEN, mistakes_told, serve

PROBE_TIMEOUT = 0.5  # s
SERVER_TIMEOUT = 5.0  # s
KEPT = ("Content-Type", "Cache-Control")  # headers of an answer that are passed on


async def proxy(link, balancer, checker, *, seed=0, probe_every=1.0, log=False, **limits):
    """Run the proxy until the process ends; it passes /work on to one of the servers.

    The stage sends it the servers' ports on loopback by their names, {"ports": …}.
    balancer: a class or instance with `pick(servers)`. checker: one with `observe(name, ok)` and
    `is_healthy(name)`, made with `limits` if it takes them. Every server is probed each
    `probe_every` s, the first time half of that after the first request, as in the simulation.
    /calibrate goes to the servers in turn, past the balancer, which thus meets only the requests
    that it is meant for. A request is answered with 502 if its server is gone, with 503 if none is
    healthy. log: whether to write an access log, as of `serve`.
    It tells the stage of each change of what the checker believes: {"health": name, "healthy": …}.
    """
    ports = (await link.hear())["ports"]
    headers = {TOKEN: link.token}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        desk = Desk(link, ports, make(balancer, seed=seed), session)
        watch = Watch(link, desk.servers, make(checker, **limits), session, ports, probe_every)
        probing = asyncio.ensure_future(watch.probe_all(desk.opened))
        await serve(link, {"/work": desk.pass_on, "/calibrate": desk.pass_in_turn}, log=log)
        probing.cancel()


async def forward(session, address, request):
    """Return what the server at `address` answers to a request, sent on as it came."""
    timeout = aiohttp.ClientTimeout(total=SERVER_TIMEOUT)
    body = await request.read() if request.can_read_body else None
    async with session.request(request.method, address, data=body, timeout=timeout) as answer:
        kept = {name: answer.headers[name] for name in KEPT if name in answer.headers}
        return web.Response(body=await answer.read(), status=answer.status, headers=kept)


class Desk:
    """Where requests come in: chooses a server for each, and counts what is active there."""

    def __init__(self, link, ports, balancer, session):
        self.link, self.ports, self.session = link, ports, session
        self.servers = {
            name: ServerState(name, f"127.0.0.1:{port}") for name, port in ports.items()
        }
        self.call = f"{name_of(balancer)}.pick(servers)"
        (pick,) = methods(balancer, "pick(servers)")
        self.picker = Picker(pick, self.call)
        self.opened, self.turns = asyncio.Event(), cycle(self.servers.values())

    async def pass_in_turn(self, request):
        """Return the next server's answer."""
        return await self._answer_of(next(self.turns), request)

    async def pass_on(self, request):
        """Return the chosen server's answer."""
        self.opened.set()
        try:
            with mistakes_told(self.link):
                server = self._picked()
        except NoHealthyServer:
            raise web.HTTPServiceUnavailable(text="no healthy server") from None
        return await self._answer_of(server, request)

    async def _answer_of(self, server, request):
        server.active += 1
        try:
            address = f"http://{server.address}{request.path_qs}"
            return await forward(self.session, address, request)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise web.HTTPBadGateway(text=f"{server.name}: {type(error).__name__}") from None
        finally:
            server.active -= 1

    def _picked(self):
        with sentences(self.call, (NoHealthyServer,)):
            return self.picker.choose([*self.servers.values()])


class Watch:
    """The health checks: probes over HTTP, and what the student's checker makes of them."""

    def __init__(self, link, servers, checker, session, ports, probe_every):
        self.link, self.servers, self.session, self.ports = link, servers, session, ports
        self.name, self.probe_every = name_of(checker), probe_every
        self.observe, self.is_healthy = methods(checker, "observe", "is_healthy")

    async def probe_all(self, opened):
        """Probe each server again and again, from the event `opened` on."""
        await opened.wait()
        loop = asyncio.get_running_loop()
        due = loop.time() + self.probe_every / 2
        try:
            while True:
                await asyncio.sleep(due - loop.time())
                due += self.probe_every
                answered = await asyncio.gather(*map(self._probe, self.ports.values()))
                for name, ok in zip(self.ports, answered, strict=True):
                    self._judge(name, ok)
        except (ComponentError, NotImplementedError) as error:
            self.link.tell(error=str(error))

    async def _probe(self, port):
        timeout = aiohttp.ClientTimeout(total=PROBE_TIMEOUT)
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self.session.get(f"http://127.0.0.1:{port}/health", timeout=timeout) as got:
                return got.status == 200
        return False

    def _judge(self, name, ok):
        with sentences(lambda: f"{self.name}.observe({name!r}, {ok})"):
            self.observe(name, ok)
        call = f"{self.name}.is_healthy({name!r})"
        with sentences(call):
            healthy = self.is_healthy(name)
        if not isinstance(healthy, bool):
            raise ComponentError(wrong_return(call, healthy, "True or False"))
        server = self.servers[name]
        if healthy != server.healthy:
            self.link.tell(health=name, healthy=healthy)
        server.healthy = healthy
