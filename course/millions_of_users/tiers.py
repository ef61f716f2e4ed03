"""A day through the tiers: what each serves, what it refuses, how busy it is, what is lost.

Arrays have a row for each step of half a minute and, where it says so, a column for each data
center.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.engine import workload
from course.engine.parameters import NEVER
from course.millions_of_users import sheet
from course.millions_of_users.database import Database, lost_writes
from course.millions_of_users.design import Architecture
from course.millions_of_users.traffic import STEP, Incidents, Traffic, hit_ratio, shares, window

TIMES = np.arange(0, workload.DAY, STEP)
TIERS = ("data centers", "web servers", "database reads", "database writes", "queue")


@dataclass(frozen=True)
class Flow:
    """What came, what went where, and how busy each tier was: (steps,) or (steps, data centers)."""

    design: Architecture
    traffic: Traffic
    incidents: Incidents
    times: np.ndarray
    offered: np.ndarray  # requests in each step
    edge: np.ndarray  # of them answered by the CDN
    files: np.ndarray  # of them answered by the web servers, per data center, as the next three
    reads: np.ndarray
    writes: np.ndarray
    uploads: np.ndarray
    cached: np.ndarray  # of the reads, answered by the cache, per data center
    refused: dict  # tier → requests
    busy: dict  # tier → utilization
    hits: np.ndarray  # share of reads that the cache answers, per data center
    web_busy: np.ndarray  # per data center, as served: below 1; the next three too
    web_seconds: np.ndarray
    reader_busy: np.ndarray
    primary_busy: np.ndarray
    web_servers: np.ndarray
    outage: np.ndarray  # whether a dead data center's users are sent elsewhere, per step
    lost_writes: float  # per million

    @property
    def served(self):
        """Requests answered in each step."""
        center = self.files + self.reads + self.writes + self.uploads
        return self.edge + center.sum(axis=1)


def flow(design, traffic, incidents):
    """Return the Flow of a day through a design."""
    demand = STEP * rate(traffic, incidents)
    share, down = _centers(design, traffic, incidents)
    from_center = 1 - sheet.EDGE_HITS if design.cdn else 1.0
    static = demand * traffic.static_share
    edge = static * (1 - from_center)
    files = (static * from_center)[:, None] * share
    pages = (demand * (1 - traffic.static_share))[:, None] * share
    refused = dict.fromkeys(TIERS)

    # requests to a dead data center, until DNS sends its users elsewhere, are not answered
    refused["data centers"] = ((files + pages) * down).sum(axis=1)
    files, pages = files * (1 - down), pages * (1 - down)

    # web servers
    work = files * sheet.FILE_SECONDS + pages * sheet.PAGE_SECONDS
    if not design.queue_workers:
        work = work + pages * traffic.upload_share * sheet.JOB_SECONDS
    seconds = work / np.maximum(files + pages, 1e-300)
    paid = _web_servers(design, work / STEP)
    servers, failing = _without_dead_server(paid, incidents)
    busy = work / STEP / np.maximum(servers, 1e-9)
    taken = np.minimum(1, sheet.MOST_BUSY / np.maximum(busy, 1e-300)) * (1 - failing)
    refused["web servers"] = ((files + pages) * (1 - taken)).sum(axis=1)
    files, pages = files * taken, pages * taken
    tiers = {"web servers": busy.max(axis=1)}

    # cache and database
    hits = _hits(design, traffic, incidents)
    reads, writes = pages * traffic.read_share, pages * traffic.write_share
    data = Database(design, incidents, reads * (1 - hits) / STEP, writes / STEP)
    misses = reads * (1 - hits)
    cached = reads - misses
    refused["database reads"] = (misses * data.reads_refused).sum(axis=1)
    refused["database writes"] = (writes * data.writes_refused).sum(axis=1)
    reads = reads - misses * data.reads_refused
    writes = writes * (1 - data.writes_refused)
    tiers["database reads"] = data.reader_busy.max(axis=1)
    tiers["database writes"] = data.primary_busy.max(axis=1)
    lost = lost_writes(design, incidents, writes / STEP) / max(writes.sum() / 1e6, 1e-300)

    # the queue
    uploads = pages * traffic.upload_share
    delay = _delay(design, incidents, uploads)
    late = uploads * (delay > sheet.LATE)
    refused["queue"] = late.sum(axis=1)
    tiers["queue"] = np.minimum(delay.max(axis=1) / sheet.LATE, 9)
    tiers["data centers"] = down.max(axis=1) * 2.0
    return Flow(
        design=design,
        traffic=traffic,
        incidents=incidents,
        times=TIMES,
        offered=demand,
        edge=edge,
        files=files,
        reads=reads,
        writes=writes,
        uploads=uploads - late,
        cached=cached,
        refused=refused,
        busy={tier: tiers[tier] for tier in TIERS},
        hits=hits,
        web_busy=np.minimum(busy, sheet.MOST_BUSY),
        web_seconds=seconds,
        reader_busy=np.minimum(data.reader_busy, sheet.MOST_BUSY),
        primary_busy=np.minimum(data.primary_busy, sheet.MOST_BUSY),
        web_servers=paid,
        outage=_moved(incidents),
        lost_writes=float(lost),
    )


def rate(traffic, incidents):
    """Return the requests/s in the middle of each step."""
    middle = TIMES + STEP / 2
    demand = traffic.peak * _day(traffic.night)
    if incidents.crowd != NEVER:
        demand = demand * workload.flash_crowd(
            middle, start=incidents.crowd, factor=traffic.crowd, rise=traffic.crowd_rise
        )
    return demand


@lru_cache(maxsize=64)
def _day(night):
    return workload.day_curve(TIMES + STEP / 2, low=night)


def _centers(design, traffic, incidents):
    """Return (share of all users sent to each data center, share of them that get no answer)."""
    count = design.data_centers
    share = np.tile(shares(traffic, count), (TIMES.size, 1))
    down = np.zeros_like(share)
    dead = incidents.region % count
    outage = window(incidents.data_center, sheet.NODE_GONE)
    if count == 1:
        down[outage] = 1
        return share, down
    share[outage] = shares(traffic, count, dead)
    noticing = window(incidents.data_center, sheet.DNS_TTL)
    share[noticing] = shares(traffic, count)
    down[noticing, dead] = 1
    return share, down


def _moved(incidents):
    moved = np.zeros(TIMES.size, dtype=bool)
    moved[window(incidents.data_center, sheet.NODE_GONE)] = True
    moved[window(incidents.data_center, sheet.DNS_TTL)] = False
    return moved


def _web_servers(design, load):
    """Return the web servers that run in each data center; `load`: how many would be 100 % busy."""
    if not design.autoscale:
        return np.full(load.shape, float(design.web_servers))
    wanted = np.ceil(load / sheet.SCALE_TARGET - 1e-9)
    lag, kept = round(sheet.START_UP / STEP), round(sheet.SCALE_COOLDOWN / STEP)
    running = np.concatenate(
        [np.repeat(wanted[:1], lag + kept, axis=0), wanted[: len(wanted) - lag]]
    )
    span = 1  # running[i] becomes the maximum of wanted[i − span + 1 … i]
    while span < kept + 1:
        shift = min(span, kept + 1 - span)
        running[shift:] = np.maximum(running[shift:], running[:-shift])
        span += shift
    return np.clip(running[kept:], design.web_servers, sheet.SCALE_MOST * design.web_servers)


def _without_dead_server(servers, incidents):
    """Return (servers alive, share of requests still sent to the dead one)."""
    failing = np.zeros_like(servers)
    gone = window(incidents.web_server, sheet.SERVER_GONE)
    if gone.start == gone.stop:
        return servers, failing
    center = incidents.center % servers.shape[1]
    first = slice(gone.start, gone.start + 1)
    failing[first, center] = sheet.UNNOTICED / STEP / servers[first, center]
    servers = servers.copy()
    servers[gone, center] -= 1
    return servers, failing


def _hits(design, traffic, incidents):
    usual = hit_ratio(traffic, design.cache_gb)
    hits = np.full((TIMES.size, design.data_centers), usual)
    nodes = max(1, int(np.ceil(design.cache_gb / sheet.CACHE_NODE_GB)))
    center = incidents.center % design.data_centers
    hits[window(incidents.cache_node, sheet.SERVER_GONE), center] *= 1 - 1 / nodes
    return hits


def _delay(design, incidents, uploads):
    """Return how long (s) a photo uploaded in each step waits for a worker."""
    if not design.queue_workers:
        return np.zeros_like(uploads)
    jobs = design.queue_workers / sheet.JOB_SECONDS
    net = np.cumsum(uploads - jobs * STEP, axis=0)
    waiting = net - np.minimum(0, np.minimum.accumulate(net, axis=0))
    return waiting / jobs
