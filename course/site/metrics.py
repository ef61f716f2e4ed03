"""The log and the metrics: what the web servers write, counted by the student's components."""

import re
from collections import deque

from course.engine.component import ComponentError, make
from course.site.box import REPORT_EVERY, Box
from course.site.calls import answer
from course.site.parts import unpacked

BOUNDS = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2]
THRESHOLD, FOR_SECONDS = 0.02, 2.0  # share of errors, and for how long, before the alert fires
QUANTILES = {"p50": 0.5, "p95": 0.95}
TOOK = re.compile(r" (\d{3}) ([\d.]+)ms$")
SHOWN = 12  # lines


async def metrics(link, ports, kit):
    """Run the metrics: one histogram for each server, merged when they are asked."""
    box, parts = Box(link, ports), unpacked(kit)
    wanted = QUANTILES if kit.get("histogram") else {"mean": 0.5}  # ours knows no other
    histograms, tail = {}, deque(maxlen=SHOWN)
    alert = make(parts.alert, threshold=THRESHOLD, for_seconds=FOR_SECONDS)
    lately = deque(maxlen=int(2 / REPORT_EVERY) * 3)  # (lines, errors), from three web servers

    def count(lines):
        errors = 0
        for line in lines:
            entry = parts.parse_line(line)
            took = TOOK.search(entry.message) if entry else None
            if took:
                if entry.server not in histograms:
                    histograms[entry.server] = make(parts.histogram, bounds=BOUNDS)
                histograms[entry.server].observe(float(took[2]) / 1000)
                errors += took[1] >= "500"
        lately.append((len(lines), errors))
        return errors

    def seen():
        merged = None
        for histogram in histograms.values():
            merged = histogram if merged is None else merged.merge(histogram)
        quantiles = {}
        if merged is not None:
            for name, q in wanted.items():
                value = merged.quantile(q)
                quantiles[name] = value if value != float("inf") else None
        lines, errors = (sum(column) for column in zip(*lately, strict=True))
        state = alert.update(box.now, errors / lines if lines else 0.0)
        return quantiles | {"alert": state}

    found = {}
    box.more = lambda: {"metrics": found | {"tail": list(tail)}}

    async def take(lines):
        nonlocal found
        box.done["lines"] += len(lines)
        tail.extend(lines[-SHOWN:])
        try:
            box.done["errors"] += await box.run("a call for a log line", count, lines)
            found = await box.run("a call for the metrics", seen)
        except (ComponentError, NotImplementedError):
            pass  # the box says so

    await answer(link, {"take": take}, box.port)
    await box.forever()
