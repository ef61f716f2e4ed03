"""The process of a load generator. It imports no NumPy: that alone would take it as long again."""

import asyncio
import time

import aiohttp

from course.real.crowd import TELL_EVERY, tell_until_over
from course.real.server import TOKEN

REQUEST_TIMEOUT = 3.0  # s, after which a request has failed


async def generate(link, plans):
    """Run in a process: send each plan's requests, tell of the answers ten times a second."""
    port = (await link.hear())["port"]
    async with aiohttp.ClientSession(
        base_url=f"http://127.0.0.1:{port}",
        headers={TOKEN: link.token},
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT),
    ) as session:
        for number, (path, times, works) in enumerate(plans):
            began = time.monotonic()
            link.tell(begins=number, at=began)
            await _send(link, session, began, path, times, works)


async def _send(link, session, began, path, times, works):
    """Send the requests of one plan; it is over when the last one is answered or has failed."""
    rows, tasks = [], []

    async def one(row, seconds):
        sent, failed, place = time.monotonic() - began, 0, None
        try:
            async with session.get(path, params={"seconds": repr(seconds)}) as answer:
                failed = int(answer.status != 200)
                place = (await answer.json(content_type=None))["place"] if not failed else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            failed = 1
        rows.append((row, sent, time.monotonic() - began, failed, place))

    told = 0.0
    for row, (planned, seconds) in enumerate(zip(times, works, strict=True)):
        while (early := planned - (time.monotonic() - began)) > 0:
            await asyncio.sleep(min(early, TELL_EVERY))
            if time.monotonic() - began > told + TELL_EVERY:
                link.tell(rows=rows, over=False)
                rows.clear()
                told = time.monotonic() - began
        tasks.append(asyncio.ensure_future(one(row, seconds)))
    await tell_until_over(link, tasks, rows)
