"""Do real servers say what the simulation says, how soon, and does nothing of them stay behind?

    python benchmarks/real.py                     everything, some 15 minutes
    python benchmarks/real.py load order --runs 3 some of it, fewer runs

load: which load the machine bears: requests/s at which the generator still keeps its plan and
half of the requests take no more than twice as long as at the lowest rate.
order: p95 of random, round robin and least connections, in the simulation and on real servers: in
how many runs is the order the same, and how far is p50 from the simulation's after calibration?
first: seconds from the button to the first point, and to the end, in each notebook. A process of
its own measures each, without a browser: it takes the time until the picture is drawn.
columns: what formula, simulation and this machine say in each notebook.
rivals: the student's classes next to nginx, HAProxy and Redis, where these are installed.
kill: a kernel with real processes is killed (SIGKILL) at random moments: is anything alive, is a
port held or a file left three seconds later?
"""

import argparse
import contextlib
import io
import random
import shutil
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from course.engine.record import milliseconds
from course.load_balancer import RandomBalancer, real, simulate
from course.load_balancer.rivals import RIVALS
from course.real import calibrate, clocks
from course.real.load import Load, measure
from course.real.processes import Stage
from course.real.server import web_server
from course.view.live import Live
from tests.course_scripts import NAMES, cells, solved
from tests.explorers import shown
from tests.killed import KINDS, killed, opened

RATES = (100, 200, 300, 400, 600, 800)  # requests/s
LATE = 0.010  # s, by which 95 % of the requests may leave late
SLOWER = 2.0  # × p50 at the lowest rate, at a rate that is borne
FIRST, END = 2.0, 15.0  # s, the targets
MOMENTS = 8.0  # s after the button, until which a kernel is killed
UNKNOWN = "–"


def load() -> None:
    """Print what evenly spaced requests of 1 ms find, rate by rate."""
    print("| requests/s | p50, ms | p95, ms | 95 % leave late by, ms | failed | borne |")
    print("|--:|--:|--:|--:|--:|---|")
    most, lowest = 0, None
    with Stage() as stage:
        servers = stage.start("web-1", web_server, workers=100)
        port = stage.ready(servers)[0]["port"]
        for rate in RATES:
            times = np.arange(2 * rate) / rate
            plan = Load(times, np.full(times.size, 0.001))
            *_, (_, run) = measure(stage, port, [plan], names=("web-1",))
            late, half = np.percentile(run.late, 95), run.percentile(50)
            lowest = lowest or half
            borne = late < LATE and not run.errors and half <= SLOWER * lowest
            most = rate if borne else most
            row = 1000 * half, 1000 * run.percentile(95), 1000 * late
            numbers = " | ".join(f"{number:.1f}" for number in row)
            print(f"| {rate} | {numbers} | {run.errors} | {'yes' if borne else 'no'} |", flush=True)
    print(
        f"\nIt bears {most} requests/s: none fails, 95 % leave within {1000 * LATE:.0f} ms of plan "
        f"and p50 is at most {SLOWER:g} times that at {RATES[0]} requests/s.\n"
    )


def order(runs: int) -> None:
    """Print whether real servers rank the balancers as the simulation does, and p50's distance."""
    written = _quietly(solved, "02_load_balancer")
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


def first() -> None:
    """Print how soon each notebook's real part shows its first point, and when it is over."""
    print("| notebook | first point, s | end, s | first again, s |")
    print("|---|--:|--:|--:|")
    late, long = [], []
    for name in _with_real_parts():
        soon, end, again = _elsewhere(_seconds, name)
        late += [name] * (soon > FIRST)
        long += [name] * (end > END)
        print(f"| {name} | {soon:.1f} | {end:.1f} | {again:.1f} |", flush=True)
    print(
        f"\nFirst point later than {FIRST:g} s: {', '.join(late) or 'nowhere'}. "
        f"Longer than {END:g} s: {', '.join(long) or 'nowhere'}.\n"
    )


def _seconds(name: str) -> tuple[float, float, float]:
    """Return the seconds to the first point and to the end, and to the first point once more."""
    explorer, drawn = opened(name), []
    draw = explorer.draw

    def noted(outcome: dict) -> str:
        words = draw(outcome)
        drawn.append(time.monotonic())
        return words

    explorer.draw = noted
    found = []
    for _ in range(2):
        drawn.clear()
        began = time.monotonic()
        explorer.start() if isinstance(explorer, Live) else explorer.refresh()
        found += [drawn[0] - began, time.monotonic() - began]
    return found[0], found[1], found[2]


def columns() -> None:
    """Print what formula, simulation and this machine say, notebook by notebook."""
    print("| notebook | what | formula | simulation | this machine |")
    print("|---|---|---|---|---|")
    for name in _with_real_parts():
        for row in _elsewhere(_columns, name):
            print(f"| {name[:2]} | {' | '.join(row)} |", flush=True)
    print()


def _columns(name: str) -> list[tuple[str, str, str, str]]:
    explorer = opened(name)
    rows = []
    for what, values in CHOSEN.get(name, {"": {}}).items():
        outcome = explorer.take(values)
        if outcome is None:
            rows.append((f"{what}failed", UNKNOWN, UNKNOWN, shown(explorer)))
            continue
        rows += [(f"{what}{said}", *columns) for said, *columns in SAID[name](explorer, outcome)]
    return rows


def _of_clocks(explorer, outcome):
    yield ("latency", *(text.get_text() for text in explorer.picture.clocks.texts))


def _of_counts(explorer, outcome):
    for panel in explorer.picture.counts:
        yield (panel.bars[0].axes.get_title("left"), *(text.get_text() for text in panel.texts))


def _of_cdn(explorer, outcome):
    yield from _of_counts(explorer, outcome)
    yield "latency", UNKNOWN, *(_latency(outcome[which]) for which in ("expected", "run"))


def _latency(run):
    took = run.took[run.status != "no page"]
    halves = ", ".join(f"p{at} {milliseconds(np.percentile(took, at))}" for at in (50, 95))
    return f"{halves}, {(run.status == 'no page').mean():.1%} failed"


def _of_tier(explorer, outcome):
    yield from _of_counts(explorer, outcome)
    halves = (f"p{at} {milliseconds(np.percentile(outcome['run'].times, at))}" for at in (50, 95))
    yield "latency", UNKNOWN, UNKNOWN, ", ".join(halves)


def _of_databases(explorer, outcome):
    simulated, measured = outcome["simulated"], outcome["measured"]
    shares = outcome["stale"], simulated.stale_share, measured.stale_share
    yield ("stale reads", *(f"{share:.1%}" for share in shares))
    halves = (f"p{at} {milliseconds(measured.percentile(at, False))}" for at in (50, 95))
    yield "latency of a read", UNKNOWN, UNKNOWN, ", ".join(halves)


def _of_cache(explorer, outcome):
    run = outcome["run"]
    yield "reads from the cache", UNKNOWN, f"{run.simulated.mean():.1%}", f"{run.hit.mean():.1%}"
    shares = run.expected_share, run.measured_share
    yield ("time, of that without a cache", UNKNOWN, *(f"{share:.1%}" for share in shares))
    halves = (f"p{at} {milliseconds(np.percentile(run.latency, at))}" for at in (50, 95))
    yield "latency of a read", UNKNOWN, UNKNOWN, ", ".join(halves)


def _of_queue(explorer, outcome):
    run = outcome["run"]
    said = f"{run.done} done, {run.lost} lost, {run.twice} done twice, {len(run.killed)} kills"
    yield "photos", "at least once: 0 lost", UNKNOWN, said


def _of_logs(explorer, outcome):
    from course.logging_and_automation.real import AWAY, RATE, SERVERS

    report = outcome["report"]
    formula = f"{RATE / SERVERS * AWAY:.0f} while web-1 is dead"
    yield "errors", formula, UNKNOWN, f"{report.errors.sum()} of {report.requests.sum()}"
    p99 = f"{milliseconds(report.merged)} by histograms, {milliseconds(report.true)} true"
    yield "p99", UNKNOWN, UNKNOWN, p99


CHOSEN = {
    "02_load_balancer": {
        "random: ": {"algorithm": RandomBalancer},
        "LeastConnections: ": {},
        "LeastConnections, kill -9: ": {"dies_at": 2},
    },
    "05_cdn": {"": {}, "origin unplugged: ": {"dies": True}},
    "06_stateless_tier": {
        "in memory, kill -9 web-1: ": {"dies": "web-1"},
        "in your store, kill -9 web-1: ": {"where": "store", "dies": "web-1"},
    },
    "07_data_centers": {"": {}, "kill -9: ": {"dies": True}},
}
SAID = {
    "01_single_server": _of_clocks,
    "02_load_balancer": _of_clocks,
    "03_database_replication": _of_databases,
    "04_cache": _of_cache,
    "05_cdn": _of_cdn,
    "06_stateless_tier": _of_tier,
    "07_data_centers": _of_counts,
    "08_message_queue": _of_queue,
    "09_logging_metrics_automation": _of_logs,
}


def rivals() -> None:
    """Print the student's classes next to programs that are installed, on the same requests."""
    programs = {each.program for each in RIVALS.values()} | {"redis-server"}
    missing = sorted(each for each in programs if not shutil.which(each))
    print(f"Not installed here: {', '.join(missing) or 'none of them'}.\n")
    print("| balancer | p50 | p95 | failed |")
    print("|---|--:|--:|--:|")
    for row in _elsewhere(_balancers):
        print(f"| {' | '.join(row)} |")
    print("\n| sessions | p50 of a page | p95 | no page |")
    print("|---|--:|--:|--:|")
    for row in _elsewhere(_homes):
        print(f"| {' | '.join(row)} |")
    print("\n| cache | hits | a hit | a miss |")
    print("|---|--:|--:|--:|")
    for row in _elsewhere(_caches):
        print(f"| {' | '.join(row)} |")
    print()


def _rows(notebook, control, row_of):
    """Return (name, *row_of(outcome)) for each option of an explorer's control."""
    explorer, rows = opened(notebook), []
    for name, option in explorer.controls[control].options:
        outcome = explorer.take({control: option})
        missing = (shown(explorer), UNKNOWN, UNKNOWN)
        rows.append((name, *(missing if outcome is None else row_of(outcome))))
    return rows


def _balancers():
    def row_of(outcome):
        here = next(each for each in outcome["readings"] if each.source == clocks.MACHINE)
        times = (milliseconds(each[0]) for each in (here.p50, here.p95))
        return *times, f"{here.failed:.1%}"

    return _rows("02_load_balancer", "algorithm", row_of)


def _homes():
    def row_of(outcome):
        times = (milliseconds(np.percentile(outcome["run"].times, at)) for at in (50, 95))
        return *times, str(outcome["run"].without_page)

    return _rows("06_stateless_tier", "where", row_of)


def _caches():
    explorer = opened("04_cache")
    *_, (_, cache) = explorer.controls["cache"].options  # Redis, if it is there
    outcome = explorer.take({"cache": cache})
    if outcome is None:
        return [(str(cache), shown(explorer), UNKNOWN, UNKNOWN)]
    rows = []
    for name, run in filter(None, [outcome.get("own"), (outcome["name"], outcome["run"])]):
        times = (milliseconds(np.median(run.latency[which])) for which in (run.hit, ~run.hit))
        rows.append((name, f"{run.hit.mean():.1%}", *times))
    return rows


def kill(runs: int) -> None:
    """Print how many kernels that were killed at random moments left something behind."""
    rng, left_behind = random.Random(1), 0
    print("| kernel | killed after, s | processes | ports | left |")
    print("|---|--:|--:|--:|---|")
    for number in range(runs):
        kind, after = KINDS[number % len(KINDS)], rng.uniform(0, MOMENTS)
        left, processes, ports = killed(kind, after=after)
        left_behind += bool(left)
        said = ", ".join(map(str, left)) or "nothing"
        print(f"| {kind} | {after:.1f} | {processes} | {ports} | {said} |", flush=True)
    print(f"\n{runs} kernels killed: {left_behind} left a process, a port or a file after 3 s.\n")


def _with_real_parts() -> list[str]:
    calls = ("explore_real(", "explore_crash(")
    return [n for n in NAMES if any(cell.text.startswith(calls) for cell in cells(n))]


def _elsewhere(function, *arguments):
    """Return what a function gives in a new process, which has imported nothing of a lab."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_quietly, function, *arguments).result()


def _quietly(function, *arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*arguments)


PARTS = {
    "load": load,
    "order": order,
    "first": first,
    "columns": columns,
    "rivals": rivals,
    "kill": kill,
}
REPEATED = {"order": 10, "kill": 20}  # runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--runs", type=int, default=None)
    chosen = parser.parse_args()
    print(f"What the machine adds is measured by {calibrate.COUNT} requests before each run.\n")
    for part in chosen.what or PARTS:
        PARTS[part](*([chosen.runs or REPEATED[part]] if part in REPEATED else []))


if __name__ == "__main__":
    main()
