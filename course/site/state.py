"""What keeps state for the site: sessions, cache, queue and its workers, the databases."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from course.engine.component import ComponentError, make
from course.engine.queues import Message
from course.site.box import Box
from course.site.calls import Unreachable, answer
from course.site.parts import unpacked
from course.site.photos import PHOTOS

SESSION_LASTS = 600.0  # s
ENTRY_LASTS = 2.0  # s, in the cache
HIDDEN = 2.0  # s that a message stays with the worker that received it
RESIZING = 0.02  # s that a worker takes for a photo
COPY_EVERY = 0.02  # s
ENTRIES = 500  # of the log, that a replica gets at a time


async def sessions(link, ports, kit):
    """Run the session store."""
    box = Box(link, ports)
    store = make(unpacked(kit).sessions, env=box, lifetime=SESSION_LASTS)

    async def login(user):
        box.done["logins"] += 1
        return await box.run("login(user)", store.login, user)

    async def user(session_id):
        box.done["requests"] += 1
        return await box.run("user(session_id)", store.user, session_id)

    await answer(link, {"login": login, "user": user}, box.port)
    await box.forever()


async def cache(link, ports, kit):
    """Run the cache."""
    box = Box(link, ports)
    kept = make(unpacked(kit).cache, ttl=ENTRY_LASTS)

    async def get(key):
        value = await box.run("get(key, now)", kept.get, key, box.now)
        box.done["requests"] += 1
        box.done["misses" if value is None else "hits"] += 1
        return value

    async def put(key, value):
        await box.run("put(key, value, now)", kept.put, key, value, box.now)

    async def invalidate(key):
        box.done["invalidated"] += 1
        await box.run("invalidate(key)", kept.invalidate, key)

    await answer(link, {"get": get, "put": put, "invalidate": invalidate}, box.port)
    await box.forever()


async def queue(link, ports, kit):
    """Run the queue; its file is the stage's and outlives the process."""
    waiting: int = 0
    box = Box(link, ports, lambda: {"waiting": waiting})
    path = Path(link.folder) / "queue"
    held = make(unpacked(kit).queue, path=str(path), visibility_timeout=HIDDEN)
    waiting = len(held)

    async def publish(body):
        box.done["published"] += 1
        return await box.run("publish(body, now)", held.publish, body, box.now)

    async def receive():
        nonlocal waiting
        message = await box.run("receive(now)", held.receive, box.now)
        waiting = len(held)
        return message and [message.id, message.body, message.receives]

    async def ack(id):
        box.done["acked"] += 1
        return await box.run("ack(id)", held.ack, id)

    await answer(link, {"publish": publish, "receive": receive, "ack": ack}, box.port)
    await box.forever()


async def worker(link, ports, kit):
    """Run a worker: it takes uploads from the queue, and tells the primary of each it resized."""
    box = Box(link, ports)

    async def resize(body):
        await asyncio.sleep(RESIZING)
        await box.call("primary", "resized", body["id"])

    consumer = make(unpacked(kit).consumer, apply=lambda body: box.wait(resize(body)))
    link.tell(port=box.port)
    while True:
        try:
            came = await box.call("queue", "receive")
            if came:
                applied = await box.run("handle(message)", consumer.handle, Message(*came))
                box.done["resized" if applied else "seen before"] += 1
                await box.call("queue", "ack", came[0])
        except (Unreachable, TimeoutError, ComponentError, NotImplementedError):
            came = None  # not acked: the queue delivers it again
        if not came:
            await asyncio.sleep(0.05)


TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS photos (id INTEGER PRIMARY KEY, likes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS writes (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS resized (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log (lsn INTEGER PRIMARY KEY, photo INTEGER, likes INTEGER);
"""


def _opened(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(TABLES)
    photos = [(photo,) for photo in range(PHOTOS)]
    connection.executemany("INSERT OR IGNORE INTO photos VALUES (?, 0)", photos)
    return connection


def _likes(connection, photo):
    return connection.execute("SELECT likes FROM photos WHERE id = ?", (photo,)).fetchone()[0]


async def primary(link, ports, kit):
    """Run the primary, a SQLite file: what it has confirmed is there after it was killed."""
    box = Box(link, ports, lambda: {"lsn": lsn()})
    with closing(_opened(Path(link.folder) / "primary.sqlite")) as file:

        def lsn():
            return file.execute("SELECT ifnull(max(lsn), 0) FROM log").fetchone()[0]

        def likes(photo):
            box.done["requests"] += 1
            box.done["reads"] += 1
            return _likes(file, photo)

        def like(id, photo):
            box.done["requests"] += 1
            box.done["writes"] += 1
            with file:
                file.execute("BEGIN IMMEDIATE")
                if file.execute("INSERT OR IGNORE INTO writes VALUES (?)", (id,)).rowcount:
                    file.execute("UPDATE photos SET likes = likes + 1 WHERE id = ?", (photo,))
                    row = photo, _likes(file, photo)
                    file.execute("INSERT INTO log (photo, likes) VALUES (?, ?)", row)

        def resized(id):
            box.done["requests"] += 1
            box.done["writes"] += 1
            with file:
                file.execute("BEGIN IMMEDIATE")
                file.execute("INSERT OR IGNORE INTO writes VALUES (?)", (id,))
                file.execute("INSERT INTO resized VALUES (?)", (id,))

        def since(lsn):
            rows = "SELECT * FROM log WHERE lsn > ? ORDER BY lsn LIMIT ?"
            return file.execute(rows, (lsn, ENTRIES)).fetchall()

        def missing(ids):
            """Return those of the ids that were never written."""
            there = "SELECT 1 FROM writes WHERE id = ?"
            return [id for id in ids if not file.execute(there, (id,)).fetchone()]

        def twice():
            """Return how many uploads were resized more than once."""
            rows = "SELECT count(*) FROM (SELECT 1 FROM resized GROUP BY id HAVING count(*) > 1)"
            return file.execute(rows).fetchone()[0]

        methods = (lsn, likes, like, resized, since, missing, twice)
        await answer(link, {method.__name__: method for method in methods}, box.port)
        await box.forever()


async def replica(link, ports, kit):
    """Run a replica: it asks for the log, has the student's Replica apply it, and keeps the result.

    A replica that was killed begins anew, with the whole log.
    """
    copy, reached = make(unpacked(kit).replica), 0
    box = Box(link, ports, lambda: {"lsn": reached})
    path = Path(link.folder) / f"{link.name}.sqlite"
    for old in Path(link.folder).glob(f"{link.name}.sqlite*"):
        old.unlink()
    with closing(_opened(path)) as file:

        def likes(photo):
            box.done["requests"] += 1
            box.done["reads"] += 1
            return _likes(file, photo)

        await answer(link, {"likes": likes, "lsn": lambda: reached}, box.port)
        link.tell(port=box.port)
        while True:
            try:
                entries = [tuple(row) for row in await box.call("primary", "since", reached)]
                if entries:
                    await box.run("apply(entries)", copy.apply, entries)
                    keys = {key for _, key, _ in entries}
                    rows = [(copy.data[key], key) for key in keys if key in copy.data]
                    with file:
                        file.execute("BEGIN")
                        file.executemany("UPDATE photos SET likes = ? WHERE id = ?", rows)
                    reached = copy.lsn
                    box.done["applied"] += len(entries)
            except (Unreachable, ComponentError, NotImplementedError):
                pass
            await asyncio.sleep(COPY_EVERY)
