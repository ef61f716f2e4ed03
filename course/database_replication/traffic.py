"""The traffic: who sends which statement when, in SQL as people and libraries write it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.engine import parameters, workload

SESSIONS = 100  # each owns one key: its photos
OWN_READS = 0.5  # share of the reads that ask for one's own photos; the others for anyone's

READS = (
    "SELECT * FROM photos WHERE owner = {key}",
    "SELECT title, likes FROM photos WHERE owner = {key} ORDER BY updated_at",
    "SELECT count(*) FROM comments WHERE owner = {key} AND text = 'please update me'",
    "select title, likes\n  from photos where owner = {key}",
    "/* home page */ SELECT title FROM photos WHERE owner = {key}",
    "-- profile, created by the app\nSELECT name FROM users WHERE id = {key}",
)
WRITES = (
    "UPDATE photos SET likes = likes + 1 WHERE owner = {key}",
    "INSERT INTO comments (owner, text) VALUES ({key}, 'nice -- really')",
    "update users set name = 'SELECT' where id = {key}",
    "/* app */ DELETE FROM comments WHERE owner = {key}",
    "WITH old AS (SELECT id FROM comments) DELETE FROM comments WHERE owner = {key}",
    "SELECT likes FROM photos WHERE owner = {key} FOR UPDATE",
    "select name from users where id = {key} for share",
    "CALL count_view({key})",
    "SELECT * INTO TEMPORARY best FROM photos WHERE owner = {key}",
)


@dataclass(frozen=True)
class Traffic:
    """Statements in order of their times (s): session, key, whether it writes, and its SQL."""

    times: np.ndarray
    session: np.ndarray
    key: np.ndarray
    write: np.ndarray
    sql: tuple


def traffic(seed, arrival_rate, read_share, requests):
    """Return the Traffic of `requests` statements, Poisson at `arrival_rate` statements/s.

    read_share: share of the statements that read. ValueError names a bad number.
    """
    times = workload.poisson_arrivals(workload.stream(seed, "arrivals"), arrival_rate, requests)
    read_share = parameters.number("read_share", read_share, at_least=0, at_most=1)
    write = workload.stream(seed, "kinds").uniform(size=requests) >= read_share
    session = workload.stream(seed, "sessions").integers(SESSIONS, size=requests)
    rng = workload.stream(seed, "keys")
    anyones = rng.integers(SESSIONS, size=requests)
    own = write | (rng.uniform(size=requests) < OWN_READS)
    key = np.where(own, session, anyones)
    wording = workload.stream(seed, "wording").uniform(size=requests)
    texts = _texts()
    places = np.where(write, len(READS) + wording * len(WRITES), wording * len(READS)).astype(int)
    sql = tuple(texts[n] for n in (places * SESSIONS + key).tolist())
    return Traffic(times, session, key, write, sql)


@lru_cache(maxsize=1)
def _texts():
    """Return every wording of every key, so that a slider's move formats nothing."""
    return [words.format(key=key) for words in (*READS, *WRITES) for key in range(SESSIONS)]
