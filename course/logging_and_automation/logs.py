"""Logs of an incident: a slow database, and web servers that begin to fail a little later.

    write_logs(seed=1) → {"database": ["2026-01-31T12:00:00Z database INFO …", …], "web-1": …}

Every server writes its own log, sorted by time; their clocks agree. The requests of the web servers
wait in the one queue of the database, which needs no clock: see course.engine.recursion.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.engine.recursion import first_come_first_served

START = 1_769_860_800  # 2026-01-31T12:00:00Z in seconds since 1970
DURATION = 600.0
ARRIVAL_RATE = 3.5  # requests/s of all web servers
QUERY = 0.05  # seconds, one at a time
SLOW_QUERY = 0.4  # seconds: a query that takes longer is worth a warning
TIMEOUT = 3.0  # seconds that a web server waits for the database
BACKUP = 120.0  # seconds
LEVELS = ("INFO", "WARN", "ERROR")


@dataclass(frozen=True)
class LogEntry:
    """One line of a log.

    time: s since 1970 (UTC). server: the one that wrote it. level: one of LEVELS.
    """

    time: float
    server: str
    level: str
    message: str


@dataclass(frozen=True)
class Timeline:
    """What was read of several logs: all entries in the merged order."""

    entries: tuple
    lines: int  # how many lines the logs had, entries or not
    servers: tuple

    def search(self, *, word="", level="", server=""):
        """Return the entries with `word` in the message, of that level and server; "" is any."""
        return tuple(
            entry
            for entry in self.entries
            if level in ("", entry.level) and server in ("", entry.server) and word in entry.message
        )


def write_logs(*, seed=0, servers=3, backup_at=240.0, slowdown=7.0):
    """Return {server: lines} of ten minutes in which a backup makes the database slow.

    servers: how many web servers. backup_at: s from the start, when the backup begins and makes
    queries take `slowdown` times as long for two minutes. A request fails when its query is not
    answered within 3 s. Raises ValueError, which names a bad number.
    """
    servers = parameters.count("servers", servers, at_most=20)
    backup_at = parameters.number("backup_at", backup_at, at_least=0, at_most=DURATION, unit="s")
    slowdown = parameters.number("slowdown", slowdown, at_least=1, at_most=100)
    arrivals = workload.stream(seed, "arrivals")
    times = workload.poisson_arrivals_until(arrivals, ARRIVAL_RATE, DURATION)
    slow = (times >= backup_at) & (times < backup_at + BACKUP)
    works = workload.exponential_work(workload.stream(seed, "work"), QUERY, times.size)
    works = works * np.where(slow, slowdown, 1.0)
    answered = first_come_first_served(times, works).finished_at
    names = workload.stream(seed, "names")
    places, photos = names.integers(servers, size=times.size), names.integers(1e4, size=times.size)
    logs = {"database": _database_log(answered, works, backup_at)}
    columns = [column.tolist() for column in (times, answered, places, photos)]
    rows = {f"web-{number + 1}": [] for number in range(servers)}
    for asked, done, place, photo in zip(*columns, strict=True):
        rows[f"web-{place + 1}"].append(_answer(asked, done, photo))
    return logs | {name: _lines(name, rows[name]) for name in rows}


def _answer(asked, done, photo):
    """Return what a web server writes of one request: (time, level, message)."""
    if done - asked > TIMEOUT:
        return asked + TIMEOUT, "ERROR", f"GET /photos/{photo} 503 timeout: no answer from database"
    return done, "INFO", f"GET /photos/{photo} 200 in {1000 * (done - asked):.0f} ms"


def _database_log(answered, works, backup_at):
    rows = [(minute * 60.0, "INFO", "checkpoint complete") for minute in range(11)]
    rows.append((backup_at, "INFO", "backup started"))
    slow = works > SLOW_QUERY
    for done, work in zip(answered[slow].tolist(), works[slow].tolist(), strict=True):
        rows.append((done, "WARN", f"slow query: {1000 * work:.0f} ms"))
    return _lines("database", rows)


def _lines(server, rows):
    return [
        f"{stamp(START + int(time))} {server} {level} {message}"
        for time, level, message in sorted(rows)
    ]


@lru_cache(maxsize=4096)
def stamp(time):
    """Return a time in seconds since 1970 as a log has it: `2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_logs(parse_line, merge_logs, logs):
    """Return the Timeline of `logs` ({server: lines}) as the student's two functions read them.

    parse_line(line) → a LogEntry, or None for a line that is not one. merge_logs(*iterators) → an
    iterator over all entries in order of time. Raises ComponentError, which says in one sentence
    what a function did wrong.
    """
    streams = _parsed(parse_line, logs)
    call, count = f"{name_of(merge_logs)}(…)", sum(map(len, streams))
    entries = []
    with sentences(call):
        merged = merge_logs(*map(iter, streams))
        if not isinstance(merged, Iterable):
            raise ComponentError(wrong_return(call, merged, "an iterator"))
        for entry in merged:
            if len(entries) == count:
                raise ComponentError(f"{call} gave more than the {count:,} entries put in.")
            entries.append(entry)
    _must_be_merged(call, entries, streams, count)
    return Timeline(tuple(entries), sum(map(len, logs.values())), tuple(logs))


def _parsed(parse_line, logs):
    """Return a list of entries for each log, as `parse_line` reads its lines."""

    def call():
        shown = line if len(line) <= 60 else f"{line[:59]}…"
        return f"{name_of(parse_line)}({shown!r})"

    streams = []
    with sentences(call):
        for lines in logs.values():
            entries = []
            for line in lines:
                entry = parse_line(line)
                if type(entry) is LogEntry:
                    entries.append(entry)
                elif entry is not None:
                    raise ComponentError(wrong_return(call(), entry, "a LogEntry or None"))
            streams.append(entries)
    return streams


def _must_be_merged(call, entries, streams, count):
    """Raise ComponentError unless `entries` are those of `streams`, in order of time."""
    known = {id(entry) for stream in streams for entry in stream}
    before = None
    for entry in entries:
        if id(entry) not in known:
            raise ComponentError(wrong_return(call, entry, "the entries put in"))
        if before is not None and entry.time < before.time:
            raise ComponentError(
                f"{call} gave {stamp(entry.time)} of {entry.server} after {stamp(before.time)} of "
                f"{before.server}: the order of time was expected."
            )
        before = entry
    if len(entries) != count:
        raise ComponentError(f"{call} gave {len(entries):,} of the {count:,} entries put in.")
