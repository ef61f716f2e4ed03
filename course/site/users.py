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
LATE = 5.0  # s after which a confirmed write that the primary does not have may be lost
CHECKED = 500  # writes at a time


async def users(link, ports, *, seed=0):
    """Run the users. The stage sends {"rate": requests/s} or {"until": requests in all}."""
    box = Box(link, ports, lambda: told)
    road, rng = Road(box, BERLIN), random.Random(seed)
    told = {"rate": 0.0, "until": None, "audit": {}}
    waiting, confirmed, found, twice = {}, 0, 0, 0
    asking = asyncio.ensure_future(road.ask_again_and_again())
    session_id, number, tasks = None, 0, set()

    async def listen():
        while True:
            told.update(await link.hear())
            told["rate"] = min(MOST, max(0.0, float(told["rate"])))

    async def one(kind, key, id):
        nonlocal session_id, confirmed
        try:
            if session_id is None:
                session_id = (await ask("POST", "/login", user="ada"))["session"]
            if kind == "photo":
                await ask("GET", f"/photo/{key}.svg")
            elif kind == "page":
                await ask("GET", f"/page/{key}", session=session_id)
            else:
                path = "/upload" if kind == "upload" else f"/like/{key}"
                await ask("POST", path, session=session_id, id=id)
                waiting[id] = time.monotonic()
                confirmed += 1
            box.done["answered"] += 1
        except FAILED:
            box.done["failed"] += 1

    async def ask(method, path, **query):
        nonlocal session_id
        url, timeout = road.address + path, aiohttp.ClientTimeout(total=GIVE_UP)
        async with road.session.request(method, url, params=query, timeout=timeout) as answer:
            if answer.status == 401:
                session_id = None  # log in again
            answer.raise_for_status()
            if answer.content_type == "application/json":
                return await answer.json()
            return await answer.read()

    async def audit():
        nonlocal found, twice
        while True:
            await asyncio.sleep(0.5)
            try:
                ids = list(waiting)[:CHECKED]
                missing = set(await box.call("primary", "missing", ids))
                twice = await box.call("primary", "twice")
            except Unreachable:
                continue
            for id in ids:
                if id not in missing:
                    del waiting[id]
                    found += 1
            for id in missing:
                waiting[id] = waiting.pop(id)  # others first
            old = sum(time.monotonic() - since > LATE for since in waiting.values())
            told["audit"] = {
                "confirmed": confirmed,
                "found": found,
                "late": old,
                "twice": twice,
            }

    background = [asyncio.ensure_future(listen()), asyncio.ensure_future(audit()), asking]
    link.tell(port=box.port)
    due = time.monotonic()
    while not any(task.done() for task in background):
        rate, until = told["rate"], told["until"]
        if not rate or (until and number >= until):
            await asyncio.sleep(0.05)
            due = time.monotonic()
            continue
        now = time.monotonic()
        due = max(due, now - 0.25)  # what could not be sent in time is not sent later
        while due <= now and len(tasks) < IN_FLIGHT and not (until and number >= until):
            due, number = due + 1 / rate, number + 1
            (kind,) = rng.choices(list(SHARES), SHARES.values())
            key = min(int(rng.paretovariate(1.0)) - 1, PHOTOS - 1)
            task = asyncio.ensure_future(one(kind, key, f"{seed}-{number}"))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            box.done["requests"] += 1
        await asyncio.sleep(0.005)
    for task in background:
        if task.done():
            task.result()
