"""How long a sample of the served requests took: the way there, the waits, the work."""

import numpy as np

from course.millions_of_users import sheet
from course.millions_of_users.theory import shared_queue, waits
from course.millions_of_users.traffic import centers_of, nearest_center, round_trip


def answer_times(flow, rng, count):
    """Return (seconds, steps) of about `count` of a Flow's served requests, in order of seconds.

    That is how long each took, and in which step of the day it came.
    """
    kinds = {"edge": flow.edge[:, None]}
    kinds |= {kind: getattr(flow, kind) for kind in ("files", "reads", "writes", "uploads")}
    total = sum(served.sum() for served in kinds.values())
    if total <= 0:
        return np.zeros(0), np.zeros(0, dtype=int)
    seconds, steps = [], []
    for kind, served in kinds.items():
        rows, centers = _drawn(rng, served, round(count * served.sum() / total))
        seconds.append(_TIMES[kind](flow, rng, rows, centers))
        steps.append(rows)
    taken = np.concatenate(seconds)
    order = np.argsort(taken)
    return taken[order], np.concatenate(steps)[order]


def _drawn(rng, served, count):
    """Return (steps, data centers) of `count` of the served requests, evenly spread over them."""
    sums = np.cumsum(served)
    at = (np.arange(count) + rng.uniform(size=count)) / max(count, 1) * sums[-1]
    cells = np.minimum(np.searchsorted(sums, at), sums.size - 1)
    return np.divmod(cells, served.shape[1])


def _edge(flow, rng, rows, centers):
    spread = rng.uniform(0.5, 1.5, rows.size)
    return sheet.ROUND_TRIPS * sheet.EDGE_ROUND_TRIP * spread


def _page(flow, rng, rows, centers, seconds=sheet.PAGE_SECONDS):
    """Return the seconds on the way and at a web server."""
    busy, servers = flow.web_busy[rows, centers], flow.web_servers[rows, centers]
    often, mean = waits(busy, servers, flow.web_seconds[rows, centers], flow.design.balancer)
    return (
        _way(flow, rng, rows, centers)
        + _wait(rng, often, mean)
        + rng.exponential(seconds, rows.size)
    )


def _files(flow, rng, rows, centers):
    return _page(flow, rng, rows, centers, sheet.FILE_SECONDS)


def _reads(flow, rng, rows, centers):
    taken = _page(flow, rng, rows, centers) + rng.exponential(sheet.CACHE_SECONDS, rows.size)
    missed = rng.uniform(size=rows.size) >= flow.hits[rows, centers]
    return taken + missed * _query(rng, flow.reader_busy[rows, centers], sheet.QUERY_SECONDS)


def _writes(flow, rng, rows, centers):
    busy = flow.primary_busy[rows, centers]
    return _page(flow, rng, rows, centers) + _query(rng, busy, sheet.WRITE_SECONDS)


def _uploads(flow, rng, rows, centers):
    taken = _page(flow, rng, rows, centers)
    if not flow.design.queue_workers:
        taken += rng.exponential(sheet.JOB_SECONDS, rows.size)
    return taken


def _query(rng, busy, seconds):
    often, mean = shared_queue(busy, sheet.DATABASE_WORKERS, seconds)
    return _wait(rng, often, mean) + rng.exponential(seconds, busy.size)


def _wait(rng, often, mean):
    return (rng.uniform(size=np.size(often)) < often) * rng.exponential(1.0, np.size(often)) * mean


def _way(flow, rng, rows, centers):
    """Return the seconds on the way, from users in the regions that each center serves then."""
    places = centers_of(flow.traffic, flow.design.data_centers)
    dead = flow.incidents.region % len(places)
    out = flow.outage[rows]
    trips = np.empty(rows.size)
    for center in range(len(places)):
        for during, gone in ((False, None), (True, dead)):
            mine = np.flatnonzero((centers == center) & (out == during))
            if mine.size:
                trips[mine] = _trips_to(flow.traffic, places, center, gone, rng, mine.size)
    spread = rng.uniform(0.5, 1.5, rows.size) * sheet.NEARBY
    return sheet.ROUND_TRIPS * (trips - sheet.NEARBY + spread)


def _trips_to(traffic, places, center, dead, rng, count):
    nearest = nearest_center(traffic, places, dead)
    regions = [region for region, number in nearest.items() if number == center]
    weights = np.array([traffic.regions[region] for region in regions])
    trips = np.array([round_trip(region, places[center]) for region in regions])
    cumulative = np.cumsum(weights) / max(weights.sum(), 1e-300)
    drawn = np.searchsorted(cumulative, rng.uniform(size=count))
    return trips[np.minimum(drawn, len(trips) - 1)]


_TIMES = {
    "edge": _edge,
    "files": _files,
    "reads": _reads,
    "writes": _writes,
    "uploads": _uploads,
}
