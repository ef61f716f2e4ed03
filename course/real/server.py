"""A web server in a process of its own, on loopback only, for requests that carry the token."""

import asyncio
import hmac
import logging
import time
from contextlib import contextmanager

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from course.engine.component import ComponentError

TOKEN = "X-Course-Token"
PROCESSOR_SHARE = 0.001  # s at the end of a request's work that keep the processor busy


async def serve(link, routes, *, port=0, log=False, **message):
    """Serve `routes` until the process ends; tell the stage the port, and the rest of `message`.

    routes: coroutine functions of aiohttp's Request by path; each returns what JSON can hold or an
    aiohttp response. Every server also answers /health. port: 0 for any free one. log: whether to
    append a line for each request, but not for a probe, to <name>.log in the stage's folder:

        2026-01-31T12:00:00Z web-1 INFO GET /work 200 in 43.1 ms
    """
    app = web.Application(middlewares=[_with_token(link.token)])
    for path, answer in ({"/health": _health} | routes).items():
        app.router.add_route("*", path, _as_json(answer))
    runner = web.AppRunner(
        app,
        access_log=_log_of(link) if log else None,
        access_log_class=AccessLog,
        handler_cancellation=True,
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    link.tell(port=runner.addresses[0][1], **message)
    await asyncio.Event().wait()


async def web_server(link, *, workers=1, port=0, log=False):
    """Run a web server whose `workers` each serve one request at a time, first come, first served.

    /work?seconds=0.04 is answered after that much work, real but of a known length, and so is
    /calibrate. log: whether to write an access log, as of `serve`.
    """
    free = asyncio.Semaphore(workers)

    async def do_work(request):
        async with free:
            await work(seconds_of(request))
        return {"place": link.name}

    await serve(link, {"/work": do_work, "/calibrate": do_work}, port=port, log=log)


async def work(seconds):
    """Take `seconds` of time: the database's share asleep, then the processor's in a loop.

    The loop also makes the work exact: a timer alone goes off up to a millisecond late.
    """
    end = time.perf_counter() + seconds
    if seconds > PROCESSOR_SHARE:
        await asyncio.sleep(seconds - PROCESSOR_SHARE)
    while time.perf_counter() < end:
        pass


@contextmanager
def mistakes_told(link):
    """Tell the stage of what the student's code does wrong in here; the request is answered 500."""
    try:
        yield
    except (ComponentError, NotImplementedError) as error:
        link.tell(error=str(error))
        raise web.HTTPInternalServerError(text=str(error)) from None


def seconds_of(request):
    """Return the work (s) that a request asks for, between 0 and 10."""
    return min(10.0, max(0.0, float(request.query.get("seconds", "0"))))


class AccessLog(AbstractAccessLogger):
    """Writes a line for each request: ERROR from status 500 on, WARN from 400 on, else INFO."""

    def log(self, request, response, time):
        """Log a request that took `time` s."""
        if request.path == "/health":
            return
        level = {4: logging.WARNING, 5: logging.ERROR}.get(response.status // 100, logging.INFO)
        words = request.method, request.path, response.status, 1000 * time
        self.logger.log(level, "%s %s %d in %.1f ms", *words)


def _log_of(link):
    """Return a logger that appends to the file of this process."""
    logging.addLevelName(logging.WARNING, "WARN")
    shape = f"%(asctime)s {link.name} %(levelname)s %(message)s"
    formatter = logging.Formatter(shape, "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler = logging.FileHandler(f"{link.folder}/{link.name}.log", encoding="utf-8")
    handler.setFormatter(formatter)
    logger = logging.getLogger("access")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


async def _health(request):
    return "ok"


def _with_token(token):
    @web.middleware
    async def refuse_strangers(request, handler):
        if not hmac.compare_digest(request.headers.get(TOKEN, ""), token):
            raise web.HTTPForbidden(text="no token of this course")
        return await handler(request)

    return refuse_strangers


def _as_json(answer):
    async def answered(request):
        given = await answer(request)
        return given if isinstance(given, web.StreamResponse) else web.json_response(given)

    return answered
