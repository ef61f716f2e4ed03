"""The users: a process that sends requests, and remembers each write that was confirmed."""

import asyncio
import random
import time

import aiohttp

from course.site.box import Box
from course.site.calls import Unreachable
from course.site.front import FAILED, Road
from course.site.photos import PHOTOS

MOST = 1000.0  # requests/s
IN_FLIGHT = 48  # requests, at most
BERLIN = (52.5, 13.4)
SHARES = {"photo": 0.5, "page": 0.38, "like": 0.1, "upload": 0.02}
GIVE_UP = 4.0  # s, after which a request has failed
CATCH_UP = 0.25  # s: requests that could not leave for longer than that never do
AUDIT_EVERY, CHECKED = 0.5, 500  # s, and writes at a time
LATE = 5.0  # s after which a confirmed write that the primary does not have counts as missing


async def users(link, ports, *, seed=0):
    """Run the users. The stage sends {"rate": requests/s, "until": requests in all, or None}."""
    crowd = Users(link, ports, seed)
    link.tell(port=crowd.box.port)
    await asyncio.gather(
        crowd.road.ask_again_and_again(), crowd.listen(), crowd.send(), crowd.audit()
    )


class Users:
    """All users together. waiting: id → when it was confirmed, of writes not yet found again."""

    def __init__(self, link, ports, seed):
        self.rate, self.until, self.number = 0.0, None, 0
        self.session_id, self.tasks, self.waiting = None, set(), {}
        self.confirmed, self.found, self.audited = 0, 0, {}
        self.box = Box(link, ports, lambda: {"rate": self.rate, "audit": self.audited})
        self.road, self.rng, self.seed = Road(self.box, BERLIN), random.Random(seed), seed

    async def listen(self):
        """Take what the stage sends."""
        while True:
            asked = await self.box.link.hear()
            self.rate, self.until = min(MOST, max(0.0, asked["rate"])), asked["until"]

    async def send(self):
        """Send requests at the rate that was asked for, as long as not too many are in flight."""
        due = time.monotonic()
        while True:
            due = max(due, time.monotonic() - CATCH_UP)
            while self._wants_more() and due <= time.monotonic():
                due += 1 / self.rate
                self._send_one()
            await asyncio.sleep(0.005)

    def _wants_more(self):
        left = self.until is None or self.number < self.until
        return self.rate > 0 and left and len(self.tasks) < IN_FLIGHT

    def _send_one(self):
        self.number += 1
        self.box.done["requests"] += 1
        (kind,) = self.rng.choices(list(SHARES), list(SHARES.values()))
        key = min(int(self.rng.paretovariate(1.0)) - 1, PHOTOS - 1)
        task = asyncio.ensure_future(self._one(kind, key, f"{self.seed}-{self.number}"))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _one(self, kind, key, id):
        try:
            if self.session_id is None:
                self.session_id = (await self._ask("POST", "/login", user="ada"))["session"]
            if kind == "photo":
                await self._ask("GET", f"/photo/{key}.svg")
            elif kind == "page":
                await self._ask("GET", f"/page/{key}", session=self.session_id)
            else:
                path = "/upload" if kind == "upload" else f"/like/{key}"
                await self._ask("POST", path, session=self.session_id, id=id)
                self.waiting[id] = time.monotonic()
                self.confirmed += 1
            self.box.done["answered"] += 1
        except FAILED:
            self.box.done["failed"] += 1

    async def _ask(self, method, path, **query):
        url, timeout = self.road.address + path, aiohttp.ClientTimeout(total=GIVE_UP)
        asked = self.road.session.request(method, url, params=query, timeout=timeout)
        async with asked as answer:
            if answer.status == 401:
                self.session_id = None  # the next one logs in again
            answer.raise_for_status()
            if answer.content_type == "application/json":
                return await answer.json()
            return await answer.read()

    async def audit(self):
        """Look again and again for the confirmed writes in the primary."""
        while True:
            await asyncio.sleep(AUDIT_EVERY)
            ids = list(self.waiting)[:CHECKED]
            try:
                missing = set(await self.box.call("primary", "missing", ids))
                twice = await self.box.call("primary", "twice")
            except Unreachable:
                continue
            for id in ids:
                since = self.waiting.pop(id)
                if id in missing:
                    self.waiting[id] = since  # others first, the next time
                else:
                    self.found += 1
            late = sum(time.monotonic() - since > LATE for since in self.waiting.values())
            self.audited = {
                "confirmed": self.confirmed,
                "found": self.found,
                "late": late,
                "twice": twice,
            }
