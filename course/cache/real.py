"""The student's cache in front of a real SQLite file: the same traffic, but measured.

    measure(ReadThrough, LRUCache, timeless=True) → Measured

The cache is told the traffic's times; the latencies are those of this computer.
"""

import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course.cache.traffic import traffic
from course.engine import database, parameters
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    short,
    wrong_return,
)
from course.engine.database import DatabaseUnavailable

PHOTOS, COMMENTS, TEXT_BYTES = 300, 900, 2000
RATE = 100.0  # requests/s by the traffic's clock
TOLD_EVERY = 400  # requests
PLAIN_EVERY = 5  # reads: one in 5 is repeated without a cache, to compare with
READ = (  # no index on comments.photo: the whole table is scanned
    "SELECT likes, count(*), sum(length(text)), max(written_at) "
    "FROM photos JOIN comments ON comments.photo = photos.id WHERE photos.id = ?"
)


@dataclass(frozen=True)
class Measured:
    """A real run, a row per read; times in seconds of this computer.

    latency: how long it took. hit: whether the cache answered. stale: whether the answer was an old
    one. simulated: whether the same code answers it from the cache without a database. plain: the
    latencies of some reads without a cache; saves: those of the writes.
    """

    latency: np.ndarray
    hit: np.ndarray
    stale: np.ndarray
    simulated: np.ndarray
    plain: np.ndarray
    saves: np.ndarray

    def __len__(self):
        return len(self.latency)

    @property
    def without_cache(self):
        """How long (s) a read that asks the database takes: the median."""
        return float(np.median(self.plain))

    @property
    def with_cache(self):
        """How long (s) a read takes: the medians of hits and of misses, each with its share.

        The mean of all reads would be decided by the few that the system held up.
        """
        both = ((self.latency[rows], rows.mean()) for rows in (self.hit, ~self.hit))
        return float(sum(share * np.median(latency) for latency, share in both if share))

    @property
    def expected_share(self):
        """Share of the time without a cache that a read should take: that of the misses."""
        return float((~self.simulated).mean())

    @property
    def measured_share(self):
        """Share of the time without a cache that a read took."""
        return self.with_cache / self.without_cache

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self):,} reads of a real database: {self.hit.mean():.1%} from the cache, "
            f"{self.with_cache * 1e6:.0f} µs instead of "
            f"{self.without_cache * 1e6:.0f} µs."
        )


class Timeless:
    """A cache with the methods of a TTLCache around one that knows no time, such as an LRUCache.

    Such a cache cannot drop a key: the keys that were invalidated are remembered here.
    """

    def __init__(self, cache):
        self.cache, self.invalid = cache, set()

    def get(self, key, now):
        """Return what the cache holds, whatever the time; None once it is invalidated."""
        return None if key in self.invalid else self.cache.get(key)

    def put(self, key, value, now):
        """Put it there."""
        self.cache.put(key, value)
        self.invalid.discard(key)

    def invalidate(self, key):
        """Answer None for `key` until it is put again."""
        self.invalid.add(key)


def measure(component, cache, *, timeless=False, folder=None, **chosen):
    """Return the Measured of real reads and writes; takes about half a second.

    component: a class made with `cache` and `load`. cache: a class made with `capacity` or `ttl`;
    timeless: whether its methods know no time. folder: where the temporary folder with the SQLite
    file is made; it is removed again, whatever happens. For `chosen` see `measure_file`.

    ValueError names a bad number, ComponentError says what a component did wrong,
    DatabaseUnavailable what is wrong with the file.
    """
    with tempfile.TemporaryDirectory(prefix="photos-", dir=folder) as inside:
        path = Path(inside) / "photos.sqlite"
        make_file(path)
        return measure_file(path, component, cache, timeless=timeless, **chosen)


def make_file(path):
    """Make a SQLite file of photos and comments of about 2 MB."""
    rng = random.Random(4)
    comments = [(number % PHOTOS, number, rng.randbytes(TEXT_BYTES)) for number in range(COMMENTS)]
    connection = database.create_file(path)
    try:
        with database.sentences(path):
            connection.execute("BEGIN")
            connection.execute("CREATE TABLE photos (id INTEGER PRIMARY KEY, likes INTEGER)")
            connection.execute("CREATE TABLE comments (photo INTEGER, written_at INTEGER, text)")
            photos = [(photo,) for photo in range(PHOTOS)]
            connection.executemany("INSERT INTO photos VALUES (?, 0)", photos)
            connection.executemany("INSERT INTO comments VALUES (?, ?, ?)", comments)
            connection.execute("COMMIT")
    finally:
        connection.close()


def measure_file(
    path,
    component,
    cache,
    *,
    timeless=False,
    seed=0,
    capacity=60,
    ttl=10.0,
    skew=1.0,
    write_share=0.01,
    requests=4000,
    patience=1.0,
    progress=None,
    tier=None,
):
    """Return the Measured of `requests` requests on the SQLite file at `path`.

    capacity, ttl (s): of the cache, whichever it takes. skew, write_share: of the traffic.
    patience: how long (s) to wait for another program's lock. progress: is called now and then with
    the share of the requests that were answered. tier: answers in place of `cache`, but not in what
    is simulated.
    """
    capacity = parameters.count("capacity", capacity, at_least=0)
    ttl = parameters.number("ttl", ttl, above=0, unit="s")
    came = traffic(
        seed=seed,
        photos=PHOTOS,
        skew=skew,
        write_share=write_share,
        arrival_rate=RATE,
        requests=requests,
    )

    def new_cache():
        made = make(cache, seed=seed, capacity=capacity, ttl=ttl)
        return Timeless(made) if timeless else made

    simulated = _Run(component, new_cache(), _Versions()).answer(came)
    connection = database.open_file(path, patience=patience)
    try:
        table = _Table(connection, path)
        real = _Run(component, tier or new_cache(), table).answer(came, progress)
    finally:
        connection.close()
    latency, hit, stale, plain, saves = real
    return Measured(latency, hit, stale, simulated[1], plain, saves)


class _Table:
    """The real database: `load(key)` → (likes, comments, bytes, time), `save(key, likes)`."""

    def __init__(self, connection, path):
        self.connection, self.path = connection, path

    def load(self, key):
        with database.sentences(self.path):
            return self.connection.execute(READ, (key,)).fetchone()

    def save(self, key, likes):
        with database.sentences(self.path):
            self.connection.execute("UPDATE photos SET likes = ? WHERE id = ?", (likes, key))


class _Versions:
    """The same without a database: what the simulation is asked on the same requests."""

    def __init__(self):
        self.likes = {}

    def load(self, key):
        return (self.likes.get(key, 0), 0, 0, 0)

    def save(self, key, likes):
        self.likes[key] = likes


class _Run:
    """The student's ReadThrough between the traffic and a store."""

    def __init__(self, component, cache, store):
        self.store, self.loads, self.saved = store, 0, 0
        self.name = name_of(component)
        self.get, self.write = methods(
            make(component, cache=cache, load=self._load), "get", "write"
        )

    def _load(self, key):
        self.loads += 1
        return self.store.load(key)

    def _save(self, key, value):
        self.saved += 1
        self.store.save(key, value)

    def answer(self, came, progress=None):
        """Return (latency, hit, stale) of each read, latencies without a cache, and of writes."""
        likes, latency, hit, stale, plain, saves = {}, [], [], [], [], []
        clock, get, write = time.perf_counter, self.get, self.write
        call, key = "get", None
        passing = (DatabaseUnavailable,)
        with sentences(lambda: f"{self.name}.{call}({short(key)}, …)", passing):
            for number, (key, now, writes) in enumerate(came.rows()):
                if progress and number % TOLD_EVERY == 0:
                    progress(number / len(came.keys))
                if writes:
                    call = "write"
                    likes[key] = likes.get(key, 0) + 1
                    self.saved, begin = 0, clock()
                    write(key, likes[key], now, self._save)
                    saves.append(clock() - begin)
                    call = "get"
                    if self.saved != 1:
                        told = f"{self.name}.write({key}, {likes[key]}, {now:.3f}, save)"
                        text = f"{told} called save {self.saved} times, expected one."
                        raise ComponentError(text)
                    continue
                loads = self.loads
                begin = clock()
                value = get(key, now)
                latency.append(clock() - begin)
                hit.append(self.loads == loads)
                if type(value) is not tuple or len(value) != 4:
                    told = f"{self.name}.get({key}, {now:.3f})"
                    raise ComponentError(wrong_return(told, value, "the row that load gave"))
                stale.append(value[0] != likes.get(key, 0))
                if len(latency) % PLAIN_EVERY == 1:
                    begin = clock()
                    self.store.load(key)
                    plain.append(clock() - begin)
        return (
            np.array(latency),
            np.array(hit, dtype=bool),
            np.array(stale, dtype=bool),
            np.array(plain),
            np.array(saves),
        )
