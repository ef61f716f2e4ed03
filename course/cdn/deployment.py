"""A deployment: some of a site's files change at once. Who still gets the old ones, and how long?

Three ways to deploy: wait until the copies expire; invalidate them at every edge by a prefix; or
give each version a name of its own (a fingerprint), so that an old copy is never asked for again.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.cdn.baselines import Streams
from course.cdn.world import HOUR, opened, served_by
from course.engine import parameters, workload
from course.engine.cities import CITIES
from course.engine.component import ComponentError, make, name_of, sentences, wrong_return

SIZES_KB = {  # by how often they are asked for
    "css/site.css": 60,
    "js/app.js": 180,
    "img/logo.svg": 12,
    "js/feed.js": 120,
    "css/feed.css": 30,
    "img/hero.jpg": 240,
    "js/upload.js": 90,
    "img/icons.png": 45,
    "css/upload.css": 25,
    "js/editor.js": 210,
    "img/empty.png": 35,
    "css/print.css": 15,
}
FILES = tuple(SIZES_KB)
SIZES = np.array([SIZES_KB[file] for file in FILES]) / 1000  # MB
PREFIXES = ("css/", "js/", "img/", "")
DEPLOYED = HOUR / 3
YEAR = 365 * 86_400.0
REQUESTS = 2500
EDGES = 5


@dataclass(frozen=True)
class Way:
    """A run of one way to deploy: a row a request.

    times: when each came (s). sizes_mb: MB sent for it; stale_mb: those of an old version;
    origin_mb: those that the origin had to send.
    """

    times: np.ndarray
    sizes_mb: np.ndarray
    stale_mb: np.ndarray
    origin_mb: np.ndarray

    @property
    def stale_after(self):
        """MB of the old version that users got after the deployment."""
        return float(self.stale_mb[self.times >= DEPLOYED].sum())

    @property
    def origin_after(self):
        """MB that the origin had to send after the deployment."""
        return float(self.origin_mb[self.times >= DEPLOYED].sum())


@lru_cache(maxsize=4)
def _visits(seed):
    """Return (times, edges, files) of the requests of an hour."""
    people = np.array([each.population for each in CITIES])
    cities = workload.stream(seed, "cities").choice(
        len(CITIES), size=REQUESTS, p=people / people.sum()
    )
    return (
        np.sort(workload.stream(seed, "arrivals").uniform(0, HOUR, REQUESTS)),
        served_by(opened(EDGES))[cities],
        workload.zipf_keys(workload.stream(seed, "files"), len(FILES), 0.6, REQUESTS),
    )


def wait_for_expiry(*, seed=0, changed=3, max_age=600.0):
    """Return the Way of doing nothing: old copies of the first `changed` files have to expire.

    max_age: how long (s) the origin lets a copy live. ValueError names a bad number.
    """
    changed, max_age = _numbers(changed, max_age)
    times, edges, files = _visits(seed)
    asked, _, fetched_at = Streams(edges * len(FILES) + files, times).renewals(max_age)
    old = (files < changed) & (times >= DEPLOYED) & (fetched_at < DEPLOYED)
    sizes = SIZES[files]
    return Way(times, sizes, old * sizes, asked * sizes)


def invalidated(edge_cache, *, seed=0, changed=3, max_age=600.0, prefix="css/"):
    """Return (Way, copies dropped) with `edge_cache.invalidate(prefix)` at every edge.

    edge_cache: a class with `fetch` and `invalidate`. prefix: one of PREFIXES. ValueError names a
    bad number; ComponentError says what the component did wrong.
    """
    changed, max_age = _numbers(changed, max_age)
    parameters.choice("prefix", prefix, PREFIXES)
    dropped = []

    def deploy(caches):
        call = f"{name_of(edge_cache)}.invalidate({prefix!r})"
        for cache in caches:
            with sentences(call):
                count = cache.invalidate(prefix)
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise ComponentError(wrong_return(call, count, "how many objects it dropped"))
            dropped.append(count)

    names = [[file, file] for file in FILES]
    return _through(edge_cache, seed, changed, max_age, names, deploy), sum(dropped)


def fingerprinted(fingerprint, edge_cache, *, seed=0, changed=3):
    """Return the Way with `fingerprint(path, content)` as names; copies live for a year.

    ValueError names a bad number; ComponentError says what a component did wrong.
    """
    changed, _ = _numbers(changed, 0.0)
    names = [[_named(fingerprint, file, version) for version in (1, 2)] for file in FILES]
    return _through(edge_cache, seed, changed, YEAR, names)


def _numbers(changed, max_age):
    return (
        parameters.count("changed", changed, at_least=0, at_most=len(FILES)),
        parameters.number("max_age", max_age, at_least=0, unit="s"),
    )


def _content(file, version):
    return f"{file}, version {version}".encode()


def _named(fingerprint, file, version):
    content = _content(file, version)
    call = f"{name_of(fingerprint)}({file!r}, {content!r})"
    with sentences(call):
        name = fingerprint(file, content)
    if not isinstance(name, str):
        raise ComponentError(wrong_return(call, name, "a path, as a string"))
    return name


def _through(edge_cache, seed, changed, max_age, names, deploy=None):
    """Return the Way of the requests through the student's caches.

    names: of each file before and after the deployment; pages ask for the newest ones. deploy: is
    called with the caches at the deployment.
    """
    times, edges, files = _visits(seed)
    owners = {}
    for file, both in zip(FILES, names, strict=True):
        for name in both:
            if owners.setdefault(name, file) != file:
                raise ComponentError(f"{owners[name]} and {file} are both called {name!r} now.")
    site = _Site(owners, changed, max_age)
    caches = [make(edge_cache, origin=site.answer) for _ in range(EDGES)]
    stale, fetched, url, now = [], [], "", 0.0

    def call():
        return f"{name_of(edge_cache)}.fetch({url!r}, {now:.3f})"

    with sentences(call):
        for now, edge, file in zip(times.tolist(), edges.tolist(), files.tolist(), strict=True):
            if now >= DEPLOYED and not site.deployed:
                site.deployed = True
                if deploy:
                    deploy(caches)
            url, before = names[file][site.deployed and file < changed], site.calls
            answer = caches[edge].fetch(url, now)
            body = answer[0] if isinstance(answer, tuple) and len(answer) == 2 else None
            if not isinstance(body, bytes):
                raise ComponentError(wrong_return(call(), answer, "(body, status)"))
            stale.append(body != site.newest(FILES[file]))
            fetched.append(site.calls - before)
    sizes = SIZES[files]
    return Way(times, sizes, np.array(stale) * sizes, np.array(fetched) * sizes)


class _Site:
    """The origin before and after the deployment: it has the newest version of every file."""

    def __init__(self, owners, changed, max_age):
        self.owners, self.max_age = owners, max_age
        self.changed, self.deployed, self.calls = set(FILES[:changed]), False, 0

    def newest(self, file):
        return _content(file, 2 if self.deployed and file in self.changed else 1)

    def answer(self, url):
        if url not in self.owners:
            raise ComponentError(f"The origin was asked for {url!r}, which is none of its files.")
        self.calls += 1
        return self.newest(self.owners[url]), self.max_age
