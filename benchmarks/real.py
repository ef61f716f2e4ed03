"""Do real servers say what the simulation says, and does nothing of them stay behind?

    python benchmarks/real.py                     everything
    python benchmarks/real.py load order --runs 3 some of it, fewer runs

load: which load the machine bears: requests/s at which the generator still keeps its plan.
order: p95 of random, round robin and least connections, in the simulation and on real servers: in
how many runs is the order the same, and how far is p50 from the simulation's after calibration?
kill: a kernel with processes of a Stage is killed (SIGKILL) at random moments: is anything alive,
is a port held or a file left three seconds later?
"""

import argparse
import contextlib
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from course.load_balancer import RandomBalancer, real, simulate
from course.real import calibrate, clocks
from course.real.load import Load, measure
from course.real.processes import Stage
from course.real.server import web_server
from tests.course_scripts import ROOT, solved
from tests.test_real import alive, held

RATES = (100, 200, 300, 400, 600, 800)  # requests/s
LATE = 0.010  # s, by which 95 % of the requests may leave late
KERNEL = """
import json, sys, time
from course.real.processes import Stage
from course.real.server import web_server
stage = Stage().__enter__()
print(json.dumps({"pids": [stage.warden.pid], "folder": str(stage.folder)}), flush=True)
servers = [stage.start(f"web-{n}", web_server) for n in range(4)]
print(json.dumps({"pids": [each.pid for each in servers]}), flush=True)
print(json.dumps({"ports": [told["port"] for told in stage.ready(*servers)]}), flush=True)
time.sleep(60)
"""


def bears() -> None:
    """Print what evenly spaced requests of 1 ms find, rate by rate."""
    print("| requests/s | p50, ms | p95, ms | 95 % leave late by, ms | failed |")
    print("|--:|--:|--:|--:|--:|")
    most = 0
    with Stage() as stage:
        servers = stage.start("web-1", web_server, workers=100)
        port = stage.ready(servers)[0]["port"]
        for rate in RATES:
            times = np.arange(2 * rate) / rate
            plan = Load(times, np.full(times.size, 0.001))
            *_, (_, run) = measure(stage, port, [plan], names=("web-1",))
            late = np.percentile(run.late, 95)
            row = 1000 * run.percentile(50), 1000 * run.percentile(95), 1000 * late
            print(f"| {rate} | {row[0]:.1f} | {row[1]:.1f} | {row[2]:.1f} | {run.errors} |")
            if late < LATE and not run.errors:
                most = rate
    print(f"\nIt bears {most} requests/s: 95 % leave within {1000 * LATE:.0f} ms of plan.\n")


def order(runs: int) -> None:
    """Print whether real servers rank the balancers as the simulation does, and p50's distance."""
    with contextlib.redirect_stdout(io.StringIO()):
        written = solved("02_load_balancer")
    balancers = {
        "random": RandomBalancer,
        "round robin": written["RoundRobin"],
        "least connections": written["LeastConnections"],
    }
    print("| day | simulated order by p95 | measured | the same | p50 / simulated p50 |")
    print("|--:|---|---|---|---|")
    alike, ratios = 0, []
    for seed in range(1, runs + 1):
        simulated, measured, near = {}, {}, []
        for name, balancer in balancers.items():
            *_, last = real.measure(balancer, written["HealthChecker"], seed=seed)
            expected = simulate(balancer, seed=seed, duration=real.DURATION)
            here = clocks.measured(last.run, last.calibration)
            simulated[name], measured[name] = expected.percentile(95), here.p95[0]
            near.append(here.p50[0] / expected.percentile(50))
        orders = [sorted(p95s, key=p95s.get, reverse=True) for p95s in (simulated, measured)]
        same = orders[0] == orders[1]
        alike, ratios = alike + same, ratios + near
        said = [" > ".join(order) for order in orders]
        shown = ", ".join(f"{ratio:.2f}" for ratio in near)
        row = [seed, *said, "yes" if same else "no", shown]
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    within = sum(abs(ratio - 1) <= 0.25 for ratio in ratios)
    print(
        f"\nThe same order in {alike} of {runs} runs. p50 within 25 % of the simulation's in "
        f"{within} of {len(ratios)} (median ratio {statistics.median(ratios):.2f}).\n"
    )


def kill(runs: int) -> None:
    """Print how many kernels that were killed at random moments left something behind."""
    rng, left_behind, environment = random.Random(1), 0, os.environ | {"PYTHONPATH": str(ROOT)}
    for _ in range(runs):
        kernel = subprocess.Popen(
            [sys.executable, "-c", KERNEL],
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        with kernel:
            said = json.loads(kernel.stdout.readline())
            time.sleep(rng.uniform(0, 2))
            os.killpg(kernel.pid, signal.SIGKILL)
            for line in kernel.stdout:
                said = {**said, **(more := json.loads(line)), "pids": said["pids"]}
                said["pids"] += more.get("pids", [])
        time.sleep(3)
        left = [*filter(alive, said["pids"]), *filter(held, said.get("ports", []))]
        left_behind += bool(left) or os.path.exists(said["folder"])
    print(f"{runs} kernels killed: {left_behind} left a process, a port or a file after 3 s.\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="*", choices=["load", "order", "kill", []], default=[])
    parser.add_argument("--runs", type=int, default=None)
    chosen = parser.parse_args()
    what = chosen.what or ["load", "order", "kill"]
    print(f"What the machine adds is measured by {calibrate.COUNT} requests before each run.\n")
    if "load" in what:
        bears()
    if "order" in what:
        order(chosen.runs or 10)
    if "kill" in what:
        kill(chosen.runs or 20)


if __name__ == "__main__":
    main()
