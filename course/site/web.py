"""A web server of the site: it draws photos, shows pages and takes likes and uploads."""

import asyncio
import time
from dataclasses import dataclass

from aiohttp import web

from course.engine.component import ComponentError, make
from course.real.server import serve
from course.site.box import Box
from course.site.calls import Unreachable
from course.site.parts import unpacked
from course.site.photos import PHOTOS, drawn

PHOTO_LASTS = 5  # s that an edge may keep a copy
LOG_EVERY = 0.5  # s
LOG_HELD = 1000  # lines, while the metrics are away
READ = "SELECT likes FROM photos WHERE id = {}"
WRITE = "UPDATE photos SET likes = likes + 1 WHERE id = {}"


@dataclass(eq=False)
class Node:
    """A database as a Router knows it. online: whether it answered when it was last asked."""

    name: str
    lsn: int = 0
    online: bool = True


class Cache:
    """The cache's process, as a ReadThrough in the box's thread knows its cache."""

    def __init__(self, box):
        self.box = box

    def _ask(self, *words):
        try:
            return self.box.wait(self.box.call("cache", *words))
        except Unreachable:
            self.box.done["cache away"] += 1
            return None

    def get(self, key, now):
        """Return what it holds; None if it is dead."""
        return self._ask("get", key)

    def put(self, key, value, now):
        """Have it keep a value."""
        self._ask("put", key, value)

    def invalidate(self, key):
        """Have it remove a value."""
        self._ask("invalidate", key)


class Databases:
    """The primary and its replicas: `load` and `save` run where the student's router says."""

    def __init__(self, box, parts, replicas):
        self.box, self.down = box, parts.PrimaryDown
        self.nodes = [Node("primary"), *(Node(name) for name in replicas)]
        self.router = make(parts.router, primary=self.nodes[0], replicas=self.nodes[1:])

    def load(self, key):
        """Return the likes of a photo."""
        node = self.router.route(READ.format(key))
        self.box.done[f"read from {node.name}"] += 1
        return self._call(node, "likes", key)

    def save(self, key, value):
        """Save a like. value: its id."""
        node = self.router.route(WRITE.format(key))
        self._call(node, "like", value, key)

    def _call(self, node, *words):
        try:
            return self.box.wait(self.box.call(node.name, *words))
        except Unreachable:
            node.online = False
            raise

    async def look(self):
        """Look again and again for which databases answer."""
        while True:
            for node in self.nodes:
                try:
                    node.lsn, node.online = await self.box.call(node.name, "lsn"), True
                except Unreachable:
                    node.online = False
            await asyncio.sleep(LOG_EVERY)


async def web_server(link, ports, kit, *, replicas):
    """Run a web server; it keeps nothing that another one needs."""
    box, parts, lines = Box(link, ports), unpacked(kit), []
    databases = Databases(box, parts, replicas)
    reader = make(parts.read_through, cache=Cache(box), load=databases.load)
    looking = asyncio.ensure_future(databases.look())

    async def photo(request):
        body = drawn(int(request.match_info["name"].partition(".")[0]) % PHOTOS)
        headers = {"Cache-Control": f"max-age={PHOTO_LASTS}"}
        return web.Response(text=body, content_type="image/svg+xml", headers=headers)

    async def login(request):
        name = request.query.get("user", "guest")[:40]
        return {"session": await box.call("sessions", "login", name)}

    async def page(request):
        user = await user_of(request)
        likes = await box.run("get(key, now)", reader.get, key_of(request), box.now, passing=down)
        return {"user": user, "likes": likes, "place": link.name}

    async def like(request):
        await user_of(request)
        write = reader.write, key_of(request), request.query["id"], box.now, databases.save
        await box.run("write(key, value, now, save)", *write, passing=down)
        box.done["writes"] += 1
        return {"place": link.name}

    async def upload(request):
        await user_of(request)
        await box.call("queue", "publish", {"id": request.query["id"]})
        box.done["writes"] += 1
        return {"place": link.name}

    async def user_of(request):
        user = await box.call("sessions", "user", request.query.get("session", ""))
        if user is None:
            raise web.HTTPUnauthorized(text="Please log in.")
        return user

    def logged(answer):
        async def with_a_line(request):
            began, status, level = time.perf_counter(), 500, "ERROR"
            box.done["requests"] += 1
            try:
                given = await answer(request)
                status, level = 200, "INFO"
                return given
            except web.HTTPUnauthorized as refused:
                status, level = refused.status, "WARNING"
                raise
            except (Unreachable, TimeoutError, *down) as away:
                status = 503
                raise web.HTTPServiceUnavailable(text=str(away)) from None
            except (ComponentError, NotImplementedError) as wrong:
                raise web.HTTPInternalServerError(text=str(wrong)) from None
            finally:
                if level == "ERROR":
                    box.done["errors"] += 1
                took = 1000 * (time.perf_counter() - began)
                now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                what = f"{request.method} {request.path} {status} {took:.1f}ms"
                lines.append(f"{now} {link.name} {level} {what}")

        return with_a_line

    async def send_lines():
        while True:
            await asyncio.sleep(LOG_EVERY)
            sent = lines[:LOG_HELD]
            try:
                await box.call("metrics", "take", sent)
                del lines[: len(sent)]
            except Unreachable:
                del lines[:-LOG_HELD]

    down = (databases.down,)
    sending = asyncio.ensure_future(send_lines())
    routes = {
        "/photo/{name}": photo,
        "/login": login,
        "/page/{photo}": page,
        "/like/{photo}": like,
        "/upload": upload,
    }
    routes = {path: logged(answer) for path, answer in routes.items()}
    await serve(link, routes, port=box.port)
    looking.cancel(), sending.cancel()


def key_of(request):
    """Return the number of the photo that a request is about."""
    return int(request.match_info["photo"]) % PHOTOS
