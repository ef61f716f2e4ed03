"""Redis as the cache in front of the real SQLite file, next to the student's cache.

    measure_both(ReadThrough, LRUCache, capacity=60) → (Measured of Redis, Measured of LRUCache)

redis-server and its Python client need not be there: `missing()` says what to install.
"""

import json
import shutil
import socket
import time
from contextlib import closing
from importlib.util import find_spec

from course.cache.real import make_file, measure_file
from course.engine.component import ComponentError
from course.engine.database import DatabaseUnavailable
from course.real.processes import Stage
from course.view.explore import sentence_about
from course.view.limit import TimeLimitReached, time_limit

NAME = "Redis, allkeys-lru"
VALUE_BYTES = 6000  # of a value: three comments of a photo
REQUESTS = 2000  # to each of the two caches
LIMIT = 12.0  # s that the student's code may take
# latencies are not tracked: that would take memory at each command's first call
CONFIG = """
bind 127.0.0.1
port {port}
requirepass {token}
dir {folder}
save ""
latency-tracking no
maxmemory-policy allkeys-lru
"""


def missing():
    """Return in one sentence what is missing, or ""."""
    if not shutil.which("redis-server"):
        return "Redis is not installed here (Debian and Ubuntu: apt install redis-server)."
    if not find_spec("redis"):
        return "Redis is here, but its Python client is not (pip install redis)."
    return ""


def measure_both(component, lru, *, capacity, requests=None, progress=None, **chosen):
    """Return (Measured of Redis, Measured of the class `lru`) on the same requests.

    component: a class made with `cache` and `load`. capacity: of both caches; for what else may be
    chosen see `measure_file`. Redis is a process on loopback, gone afterwards.
    """
    with Stage() as stage, closing(RedisCache(stage, capacity)) as redis:
        try:
            with time_limit(LIMIT):  # in here: around the stage it would break off its end
                runs = []
                for number, tier in enumerate((None, redis)):
                    path = stage.folder / f"photos-{number}.sqlite"
                    make_file(path)
                    more = {"capacity": capacity, "requests": requests or REQUESTS, "tier": tier}
                    more |= {"progress": _half(progress, number)}
                    runs.append(measure_file(path, component, lru, timeless=True, **more, **chosen))
        except TimeLimitReached as error:
            raise ComponentError(sentence_about(error, LIMIT)) from None
    return runs[1], runs[0]


def _half(progress, number):
    return progress and (lambda share: progress((share + number) / 2))


class RedisCache:
    """A Redis with room for `capacity` values, and the methods of a TTLCache.

    memory: the bytes that Redis was allowed for them. DatabaseUnavailable says that it is gone.
    """

    def __init__(self, stage, capacity):
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        config = stage.folder / "redis.conf"
        text = CONFIG.format(port=port, token=stage.token, folder=stage.folder)
        config.write_text(text, encoding="utf-8")
        command = [shutil.which("redis-server"), str(config)]
        self.process = stage.start_program("redis", command)
        once = Retry(NoBackoff(), 0)
        self.client = redis.Redis(port=port, password=stage.token, retry=once)
        self.gone = redis.RedisError
        self.capacity, self.memory = capacity, 0
        self._wait()
        if capacity:
            self._make_room()

    def _wait(self):
        until = time.monotonic() + 5.0
        while self.process.alive and time.monotonic() < until:
            try:
                self.client.ping()
                return
            except self.gone:
                time.sleep(0.01)
        raise DatabaseUnavailable("Redis did not start.")

    def _make_room(self):
        """Limit the memory to what `capacity` values take now: Redis knows no limit but bytes."""
        for key in range(self.capacity):
            self.get(key, 0.0)
            self.put(key, (0, 0, 0, 0), 0.0)
            self.get(key, 0.0)
        self.memory = self.client.info("memory")["used_memory"] + VALUE_BYTES // 2
        self.client.flushall()
        self.client.config_set("maxmemory", self.memory)

    def get(self, key, now):
        """Return what was put there, or None."""
        kept = self._ask(self.client.get, key)
        return None if kept is None else tuple(json.loads(kept))

    def put(self, key, value, now):
        """Put a tuple of numbers there, in as many bytes as a photo's comments have."""
        if self.capacity:
            self._ask(self.client.set, key, json.dumps(value).ljust(VALUE_BYTES))

    def invalidate(self, key):
        """Remove it."""
        self._ask(self.client.delete, key)

    def _ask(self, command, *arguments):
        try:
            return command(*arguments)
        except self.gone as error:
            raise DatabaseUnavailable(f"Redis does not answer: {error}") from None

    def close(self):
        """Close the connection."""
        self.client.close()
