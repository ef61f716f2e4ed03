"""A real CDN: an origin with Cache-Control, caching proxies near the users, and the users.

The student's EdgeCache decides in each proxy. Distances are delays: an edge waits for the way to
the origin and back, a user for the way to the edge.
"""

import asyncio
import http.client
import re
import time
from contextlib import suppress

import aiohttp
from aiohttp import web

from course.cdn.world import OriginDown
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.real.crowd import tell_until_over
from course.real.server import TOKEN, mistakes_told, serve

TIMEOUT = 2.0  # s
STATUSES = ("HIT", "MISS", "STALE")


async def origin_box(link, photos, max_age, *, port=0):
    """Run the origin until the process ends: photos that a cache may keep for `max_age` s."""

    async def photo(request):
        headers = {"Cache-Control": f"max-age={max_age}"}
        return web.Response(text=f"the photo {request.path}", headers=headers)

    await serve(link, dict.fromkeys(photos, photo), port=port)


async def edge_box(link, edge_cache, photos, way):
    """Run a caching proxy until the process ends; the stage sends the origin's port.

    way: seconds to the origin and back. It serves one request at a time. The answer's headers say
    what the cache did (X-Cache) and how old the copy is (Age); 502 if there is nothing to serve.
    """
    port = (await link.hear())["origin"]
    began, fetched, turn = time.monotonic(), {}, asyncio.Lock()

    def origin(url):
        time.sleep(way)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        try:
            connection.request("GET", url, headers={TOKEN: link.token})
            answer = connection.getresponse()
            body = answer.read().decode()
        except (OSError, http.client.HTTPException):
            raise OriginDown from None
        finally:
            connection.close()
        if answer.status != 200:
            raise OriginDown
        allowed = re.search(r"max-age=(\d+)", answer.headers.get("Cache-Control", ""))
        max_age = int(allowed[1]) if allowed else 0
        fetched[url] = time.monotonic(), max_age
        return body, max_age

    cache = make(edge_cache, origin=origin)
    (fetch,) = methods(cache, "fetch(url, now)")

    def fetch_it(url):
        now = time.monotonic() - began
        call = f"{name_of(edge_cache)}.fetch({url!r}, {now:.3f})"
        with sentences(call, (OriginDown,)):
            answer = fetch(url, now)
        right = isinstance(answer, tuple) and len(answer) == 2 and answer[1] in STATUSES
        if not right or not isinstance(answer[0], str):
            raise ComponentError(wrong_return(call, answer, "(body, status)"))
        return answer

    async def photo(request):
        url = request.path
        try:
            async with turn:
                with mistakes_told(link):
                    body, status = await asyncio.to_thread(fetch_it, url)
        except OriginDown:
            raise web.HTTPBadGateway(text="the origin does not answer") from None
        at, max_age = fetched.get(url, (time.monotonic(), 0))
        headers = {"X-Cache": status, "Age": f"{time.monotonic() - at:.0f}"}
        headers["Cache-Control"] = f"max-age={max_age}"
        return web.Response(text=body, headers=headers)

    await serve(link, dict.fromkeys(photos, photo))


async def users_box(link, rows):
    """Run in a process: users ask their edge for a photo at its time, and wait for the way, too.

    rows: [time, edge, url, seconds to the edge] each; the stage sends the edges' ports. Told are
    [number of the row, X-Cache or "no page", seconds it took, headers as text] while they come in.
    """
    ports, told = (await link.hear())["edges"], []
    began = time.monotonic()
    link.tell(begins=began)

    async def one(number, session):
        at, edge, url, way = rows[number]
        await asyncio.sleep(at + began - time.monotonic())
        status, shown = "no page", ""
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with session.get(f"http://127.0.0.1:{ports[edge]}{url}") as answer:
                await answer.read()
                if answer.status == 200:
                    status = answer.headers["X-Cache"]
                    names = ("X-Cache", "Age", "Cache-Control")
                    shown = ", ".join(f"{name}: {answer.headers[name]}" for name in names)
        await asyncio.sleep(way)
        told.append([number, status, time.monotonic() - began - at, f"GET {url}: {shown}"])

    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with aiohttp.ClientSession(headers={TOKEN: link.token}, timeout=timeout) as session:
        tasks = [asyncio.ensure_future(one(number, session)) for number in range(len(rows))]
        await tell_until_over(link, tasks, told)
