"""The boxes of a real web tier, each in a process: web servers, session store, balancer, browsers.

A cookie carries the session's id. A web server calls the student's `handle`; where its sessions
are, in its own memory, in a store over HTTP or in Redis, `handle` does not see.
"""

import asyncio
import http.client
import json
import secrets
import time
from contextlib import AsyncExitStack
from itertools import count
from urllib.parse import quote, unquote, urlencode

import aiohttp
from aiohttp import web

from course.real.clock import Clock
from course.real.crowd import tell_until_over
from course.real.server import TOKEN, mistakes_told, serve
from course.stateless_tier.rehearsal import LOG_IN, MEMORY, NO_PAGE, PAGE, REDIS
from course.stateless_tier.serving import Request, answered
from course.stateless_tier.sessions import Store

SESSION, HOME, SERVED_BY = "session", "server", "X-Server"  # two cookies and a header
SOCKET = "redis.sock"  # in the stage's folder: no port, and nobody else can open it
TIMEOUT = 1.0  # s


class StoreGone(Exception):
    """The session store does not answer."""


class Here:
    """The student's session store in this process, on a clock that follows real time."""

    def __init__(self, session_store, lifetime):
        self.clock = Clock()
        self.clock.start(asyncio.get_running_loop())
        self.store = Store(session_store, self.clock, lifetime)

    async def do(self, act):
        """Return `act(store)`, run as a process of SimPy: so the store's env.now is the present."""
        given = []

        def once():
            given.append(act(self.store))
            return
            yield

        await self.clock.run(once())
        return given[0]


class There:
    """A session store somewhere else, waited for in a thread."""

    def __init__(self, store):
        self.store = store

    async def do(self, act):
        """Return `act(store)`."""
        return await asyncio.to_thread(act, self.store)


class OverHTTP:
    """The session store of another process. StoreGone if that does not answer."""

    def __init__(self, port, token):
        self.port, self.token = port, token

    def login(self, user):
        """Return the id of a new session."""
        return self._ask("login", user)

    def user(self, session_id):
        """Return the user of a session, or None."""
        return self._ask("user", session_id)

    def _ask(self, method, of):
        query = urlencode({} if of is None else {"of": of})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request("GET", f"/{method}?{query}", headers={TOKEN: self.token})
            answer = connection.getresponse()
            if answer.status != 200:
                raise StoreGone
            return json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            raise StoreGone from None
        finally:
            connection.close()


class InRedis:
    """The same store in Redis: three commands. StoreGone if it does not answer."""

    def __init__(self, path, lifetime):
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self.lifetime, self.errors = round(lifetime), redis.RedisError
        self.redis = redis.Redis(
            unix_socket_path=path,
            decode_responses=True,
            socket_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )

    def login(self, user):
        """Return the id of a new session."""
        session_id = secrets.token_urlsafe(32)
        self._do("SET", session_id, user, "EX", self.lifetime)
        return session_id

    def user(self, session_id):
        """Return the user of a session, which is renewed; or None."""
        return session_id and self._do("GETEX", session_id, "EX", self.lifetime)

    def _do(self, *command):
        try:
            return self.redis.execute_command(*command)
        except self.errors:
            raise StoreGone from None


async def store_box(link, session_store, lifetime, *, port=0):
    """Run the student's session store until the process ends: /login and /user, ?of=…"""
    kept = Here(session_store, lifetime)

    def calls(method):
        async def call(request):
            of = request.query.get("of")
            return await _or_tell(link, kept.do(lambda store: getattr(store, method)(of)))

        return call

    await serve(link, {f"/{method}": calls(method) for method in ("login", "user")}, port=port)


async def web_box(link, handle, where, session_store, lifetime, *, port=0):
    """Run a web server until the process ends: /page is the student's `handle`, /login logs in.

    where: MEMORY, STORE or REDIS. With STORE the stage sends its port, {"store": …}.
    """
    if where == MEMORY:
        sessions = Here(session_store, lifetime)
    elif where == REDIS:
        sessions = There(InRedis(f"{link.folder}/{SOCKET}", lifetime))
    else:
        sessions = There(OverHTTP((await link.hear())["store"], link.token))

    async def page(request):
        cookie = request.cookies.get(SESSION)
        asked = Request(cookie and unquote(cookie))
        act = lambda store: answered(handle, asked, store, (StoreGone,))  # noqa: E731
        answer = await _or_tell(link, sessions.do(act))
        return web.Response(status=answer.status, text=str(answer.body))

    async def log_in(request):
        user = request.query["user"]
        session_id = await _or_tell(link, sessions.do(lambda store: store.login(user)))
        answer = web.Response(text=user)
        answer.set_cookie(SESSION, quote(session_id), httponly=True, samesite="Lax")
        return answer

    await serve(link, {"/page": page, "/login": log_in}, port=port)


async def _or_tell(link, doing):
    """Return what `doing` gives; tell the stage of a mistake, answer 503 if there is no store."""
    try:
        with mistakes_told(link):
            return await doing
    except StoreGone:
        raise web.HTTPServiceUnavailable(text="no session store") from None


async def balancer_box(link, sticky):
    """Run the balancer until the process ends; the stage sends the servers, {"ports": …}.

    Requests go to the servers in turn; one that refuses is passed over. sticky: a browser stays
    with the server that a cookie names, as long as it answers.
    """
    ports = (await link.hear())["ports"]
    names, turns = list(ports), count()
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={TOKEN: link.token},
        timeout=aiohttp.ClientTimeout(total=2 * TIMEOUT),
    ) as session:

        async def pass_on(request):
            first, home = next(turns) % len(names), request.cookies.get(HOME)
            order = names[first:] + names[:first]
            if sticky:
                order.sort(key=lambda name: name != home)
            cookies = {"Cookie": request.headers.get("Cookie", "")}
            for name in order:
                address = f"http://127.0.0.1:{ports[name]}{request.path_qs}"
                try:
                    async with session.get(address, headers=cookies) as got:
                        answer = web.Response(body=await got.read(), status=got.status)
                except (aiohttp.ClientError, TimeoutError, OSError):
                    continue
                for cookie in got.headers.getall("Set-Cookie", []):
                    answer.headers.add("Set-Cookie", cookie)
                if sticky and name != home:
                    answer.set_cookie(HOME, name)
                answer.headers[SERVED_BY] = name
                return answer
            raise web.HTTPBadGateway(text="no web server answers")

        await serve(link, {"/page": pass_on, "/login": pass_on})


async def browsers(link, users, every, reloads):
    """Run a browser for each of `users`: it logs in and reloads the user's page again and again.

    The stage sends the balancer's port. A browser that is asked to log in does so at once. Rows
    [user, planned time, seconds it took, PAGE, LOG_IN or NO_PAGE, the server's name] are told while
    they come in. every: s between two reloads of a user.
    """
    address = f"http://127.0.0.1:{(await link.hear())['port']}"
    rows, began = [], 0.0

    async def ask(session, path):
        try:
            async with session.get(path) as answer:
                return answer.status, await answer.text(), answer.headers.get(SERVED_BY)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, "", None

    async def reload(number, session):
        user = users[number]
        for reload in range(reloads):
            planned = every * (reload + (number + 0.5) / len(users))
            await asyncio.sleep(planned - (time.monotonic() - began))
            sent = time.monotonic()
            status, body, server = await ask(session, "/page")
            took = time.monotonic() - sent
            got = PAGE if (status, body) == (200, user) else LOG_IN if status == 401 else NO_PAGE
            rows.append([number, planned, took, got, server])
            if got == LOG_IN:
                await ask(session, f"/login?user={user}")

    async with AsyncExitStack() as stack:
        sessions = []
        for user in users:
            browser = aiohttp.ClientSession(
                base_url=address,
                cookie_jar=aiohttp.CookieJar(unsafe=True),  # cookies of an address without a name
                headers={TOKEN: link.token},
                timeout=aiohttp.ClientTimeout(total=3 * TIMEOUT),
            )
            sessions.append(await stack.enter_async_context(browser))
            await ask(browser, f"/login?user={user}")
        began = time.monotonic()
        link.tell(begins=began)
        tasks = [asyncio.ensure_future(reload(*each)) for each in enumerate(sessions)]
        await tell_until_over(link, tasks, rows)
