"""The page that a browser opens: photos, the architecture with its numbers, and what can be killed.

Its address holds a key that cannot be guessed; without the key there is nothing here. What the page
asks of the site goes the way of every user's request: resolver, edge, balancer.
"""

import asyncio
import hmac
import json
from pathlib import Path

from aiohttp import web

from course.real.proxy import forward
from course.site.box import Box
from course.site.front import FAILED, Road

HERE = (52.5, 13.4)
SECURE = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
TYPES = {"page.html": "text/html", "page.js": "text/javascript", "page.css": "text/css"}


async def page(link, ports, *, key):
    """Serve the page until the process ends; the stage sends {"state": …}."""
    box, folder = Box(link, ports), Path(__file__).parent
    road, state = Road(box, HERE), {}
    background = [asyncio.ensure_future(road.ask_again_and_again())]

    async def listen():
        while True:
            state.update((await link.hear()).get("state", {}))

    background.append(asyncio.ensure_future(listen()))

    @web.middleware
    async def with_key(request, handler):
        if not hmac.compare_digest(request.match_info.get("key", ""), key):
            raise web.HTTPNotFound
        answer = await handler(request)
        for name, value in SECURE.items():
            answer.headers.setdefault(name, value)
        return answer

    async def show(request):
        name = request.match_info.get("file") or "page.html"
        if name not in TYPES:
            raise web.HTTPNotFound
        text = (folder / name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=TYPES[name])

    async def now(request):
        return web.json_response(state | {"way": road.way})

    async def do(request):
        asked = json.loads(await request.text())
        link.tell(do=str(asked.get("do")), value=asked.get("value"))
        return web.json_response({})

    async def site(request):
        path = request.rel_url.raw_path.split("/site", 1)[1]
        query = request.query_string and f"?{request.query_string}"
        try:
            return await forward(road.session, road.address + path + query, request)
        except FAILED:
            raise web.HTTPBadGateway(text="the site does not answer") from None

    app = web.Application(middlewares=[with_key], client_max_size=4096)
    app.router.add_get("/{key}/", show)
    app.router.add_get("/{key}/state", now)
    app.router.add_post("/{key}/do", do)
    app.router.add_route("*", "/{key}/site/{rest:.*}", site)
    app.router.add_get("/{key}/{file}", show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", box.port).start()
    await box.forever()
