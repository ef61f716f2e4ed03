"""Does the whole site keep every write while its processes are killed, and how fast is it?

    python benchmarks/site.py [--requests 100000] [--rate 1000] [--unsolved]

All worked solutions (or, with --unsolved, none) run as one site. A web server, the cache and a
worker are killed while it has a quarter, a half and three quarters of the requests behind it, and
started again two seconds later. The exit code is 1 if a confirmed write is missing at the end.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from course.site.stack import Site
from tests.classroom import released, solutions, written
from tests.course_scripts import NAMES

VICTIMS = ("web-2", "cache", "worker-1")
AWAY = 2.0  # s


def notebooks(folder, solved):
    """Save each notebook in `folder`, with its worked solutions or without; {name: path}."""
    paths = {}
    for name in NAMES:
        paths[name] = Path(folder, f"{name}.ipynb")
        nbformat.write(written(name, solutions(name)) if solved else released(name), paths[name])
    return paths


def run(site, requests, rate):
    """Send the requests, kill the victims on the way; return the state at the end, and the time."""
    began, due, away = time.monotonic(), list(VICTIMS), {}
    site.load(rate, requests)
    while True:
        time.sleep(0.2)
        state = site.state()
        done = state["users"].get("done", {})
        over = done.get("answered", 0) + done.get("failed", 0)
        if due and over >= requests * (len(VICTIMS) - len(due) + 1) / (len(VICTIMS) + 1):
            away[due[0]] = time.monotonic() + AWAY
            site.kill(due.pop(0))
        for name, until in list(away.items()):
            if time.monotonic() > until:
                site.restart(name)
                del away[name]
        if over >= requests and not away:
            break
        if not state["left"]:
            raise SystemExit(f"The site's time was up after {over:,} requests.")
    took, until = time.monotonic() - began, time.monotonic() + 20
    while time.monotonic() < until:
        time.sleep(0.5)
        audit = site.state()["users"]["audit"]
        if audit["found"] == audit["confirmed"]:
            break
    return site.state(), took


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--unsolved", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        site = Site(notebooks(folder, not asked.unsolved), seconds=3600)
        try:
            started = time.monotonic() - began
            state, took = run(site, asked.requests, asked.rate)
        finally:
            site.close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    done, audit = state["users"]["done"], state["users"]["audit"]
    yours = sum(part["yours"] for part in state["parts"].values())
    print(
        f"{yours} of {len(state['parts'])} components are the student's; up after {started:.1f} s"
    )
    print(
        f"{done['requests']:,} requests in {took:.0f} s ({done['requests'] / took:.0f}/s), "
        f"{done.get('failed', 0):,} failed; "
        f"{(used.ru_utime + used.ru_stime) / done['requests'] * 1000:.2f} ms of processor time each"
    )
    lost = audit["confirmed"] - audit["found"]
    print(f"{audit['confirmed']:,} writes confirmed, {lost} lost")
    print(f"{audit['twice']} uploads resized twice")
    for when, what in state["events"]:
        print(f"  {when} {what}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
