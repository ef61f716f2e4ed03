"""What the student's parser, histogram and alert say about real logs."""

import re
from dataclasses import dataclass

import numpy as np

from course.engine.component import ComponentError, make, methods, name_of, sentences, wrong_return
from course.logging_and_automation.histograms import make_bounds, merged_quantile
from course.logging_and_automation.logs import read_logs

STATES = ("ok", "pending", "firing")
REQUEST = re.compile(r"\S+ \S+ (\d{3}) in ([\d.]+) ms", re.ASCII)
QUANTILE = 0.99


@dataclass(frozen=True)
class Report:
    """What was read from the logs. entries, lines: how many there are.

    latencies: of each web server, an array of s. bounds: of the histograms (s). merged: the p99 (s)
    that the merged histograms give, nan without requests. first: the second of the proxy's first
    entry, since 1970; requests, errors, states: of it and of each later second.
    """

    entries: int
    lines: int
    latencies: dict
    bounds: tuple
    merged: float
    first: int
    requests: np.ndarray
    errors: np.ndarray
    states: tuple

    @property
    def true(self):
        """The p99 (s) of all latencies: the value of rank ⌈0.99 × count⌉, nan without requests."""
        values = np.concatenate(list(self.latencies.values()))
        return (
            float(np.quantile(values, QUANTILE, method="inverted_cdf")) if values.size else np.nan
        )

    @property
    def shares(self):
        """The share of errors in each second."""
        return self.errors / np.maximum(1, self.requests)

    @property
    def fired_at(self):
        """The first second whose update was answered "firing", or None."""
        return next((n for n, state in enumerate(self.states) if state == "firing"), None)


def read(parse_line, merge_logs, histogram, alert, lines, *, buckets, threshold, for_seconds):
    """Return the Report of `lines`, a tuple of lines by the server's name.

    ComponentError says in one sentence what one of the four did wrong.
    """
    timeline = read_logs(parse_line, merge_logs, lines)
    proxy, latencies = [], {name: [] for name in lines if name != "proxy"}
    for entry in timeline.entries:
        found = REQUEST.fullmatch(entry.message)
        if found and entry.server == "proxy":
            proxy.append((int(entry.time), int(found[1]) >= 500))
        elif found and entry.server in latencies:
            latencies[entry.server].append(float(found[2]) / 1000)
    latencies = {name: np.array(values) for name, values in latencies.items()}
    bounds = make_bounds(buckets)
    first = min((time for time, _ in proxy), default=0)
    last = max((time for time, _ in proxy), default=-1)
    counts = np.zeros((2, last - first + 1), dtype=int)
    for time, failed in proxy:
        counts[:, time - first] += (1, failed)
    requests, errors = counts
    shares = (errors / np.maximum(1, requests)).tolist()
    return Report(
        entries=len(timeline.entries),
        lines=timeline.lines,
        latencies=latencies,
        bounds=bounds,
        merged=merged_quantile(histogram, bounds, tuple(latencies.values()), QUANTILE)[0],
        first=first,
        requests=requests,
        errors=errors,
        states=_states(alert, shares, threshold, for_seconds),
    )


def _states(alert, shares, threshold, for_seconds):
    """Return what the alert answers after each second."""
    made = make(alert, threshold=threshold, for_seconds=for_seconds)
    (update,) = methods(made, "update(now, value)")
    states = []
    for number, share in enumerate(shares):
        call = f"{name_of(alert)}.update({number + 1}, {share:.3f})"
        with sentences(call):
            state = update(number + 1, share)
        if state not in STATES:
            raise ComponentError(wrong_return(call, state, '"ok", "pending" or "firing"'))
        states.append(state)
    return tuple(states)
